//! The stable codes of complaints about lists and code tables.

use crate::ground::diagnostic::Code;

/// A list file has more bytes than the limit.
pub const FILE_TOO_LARGE: Code = Code("E0501");
/// A list has more rows than the limit.
pub const TOO_MANY_ROWS: Code = Code("E0508");
/// There is no such file.
pub const NO_FILE: Code = Code("E0601");
/// The file lies outside the rule folder.
pub const OUTSIDE: Code = Code("E0602");
/// The file cannot be read, or is no file.
pub const UNREADABLE: Code = Code("E0603");
/// The file is not UTF-8.
pub const NOT_UTF8: Code = Code("E0604");
/// A quotation mark where none can stand, or one that is never closed.
pub const BAD_QUOTE: Code = Code("E0605");
/// The file has no header row.
pub const NO_HEADER: Code = Code("E0606");
/// Two columns of one name.
pub const DUPLICATE_COLUMN: Code = Code("E0607");
/// A column that rules name is not there.
pub const NO_COLUMN: Code = Code("E0608");
/// A row has another number of cells than the header.
pub const CELL_COUNT: Code = Code("E0609");
/// A cell does not fit the type of its column.
pub const BAD_CELL: Code = Code("E0610");
/// A key cell is empty.
pub const EMPTY_KEY: Code = Code("E0611");
/// Two rows of one key hold on the same day.
pub const TWO_ROWS_FIT: Code = Code("E0612");
/// A row ends before it begins.
pub const BACKWARDS: Code = Code("E0613");
/// A rate that is not greater than zero, or another one than 1 for the base currency.
pub const BAD_RATE: Code = Code("E0614");
/// A unit with half a conversion, or with a symbol that means two units.
pub const BAD_UNIT: Code = Code("E0615");
/// The base currency is not in the table of currencies.
pub const NO_BASE: Code = Code("E0616");
/// Key columns of types that cannot be looked up.
pub const BAD_KEY: Code = Code("E0617");
/// A header with more columns than any list has.
pub const TOO_MANY_COLUMNS: Code = Code("E0618");
