//! The stable codes of complaints about lists and code tables.

use crate::ground::diagnostic::Code;

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal;)+) => {
        $($(#[doc = $doc])+ pub const $name: Code = Code($code);)+
        /// Every code of lists and code tables with its meaning, in order.
        pub const ALL: &[(Code, &str)] = &[$((Code($code), concat!($($doc),+))),+];
    };
}

codes! {
    /// A list file has more bytes than the limit.
    FILE_TOO_LARGE = "E0501";
    /// A list has more rows than the limit.
    TOO_MANY_ROWS = "E0508";
    /// There is no such file.
    NO_FILE = "E0601";
    /// The file lies outside the rule folder.
    OUTSIDE = "E0602";
    /// The file cannot be read, or is no file.
    UNREADABLE = "E0603";
    /// The file is not UTF-8.
    NOT_UTF8 = "E0604";
    /// A quotation mark where none can stand, or one that is never closed.
    BAD_QUOTE = "E0605";
    /// The file has no header row.
    NO_HEADER = "E0606";
    /// Two columns of one name.
    DUPLICATE_COLUMN = "E0607";
    /// A column that rules name is not there.
    NO_COLUMN = "E0608";
    /// A row has another number of cells than the header.
    CELL_COUNT = "E0609";
    /// A cell does not fit the type of its column.
    BAD_CELL = "E0610";
    /// A key cell is empty.
    EMPTY_KEY = "E0611";
    /// Two rows of one key hold on the same day.
    TWO_ROWS_FIT = "E0612";
    /// A row ends before it begins.
    BACKWARDS = "E0613";
    /// A rate that is not greater than zero, or another one than 1 for the base currency.
    BAD_RATE = "E0614";
    /// A unit with half a conversion, or with a symbol that means two units.
    BAD_UNIT = "E0615";
    /// The base currency is not in the table of currencies.
    NO_BASE = "E0616";
    /// Key columns of types that cannot be looked up.
    BAD_KEY = "E0617";
    /// A header with more columns than any list has.
    TOO_MANY_COLUMNS = "E0618";
}
