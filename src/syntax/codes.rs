//! The codes of the complaints about text: what each means, in one line.

use crate::ground::diagnostic::Code;

/// Something else was expected here.
pub const UNEXPECTED: Code = Code("E0101");
/// A line that is not in column 1 stands before the first item.
pub const OUTSIDE_ITEM: Code = Code("E0102");
/// No item begins with this word.
pub const UNKNOWN_ITEM: Code = Code("E0103");
/// A clause begins in column 1.
pub const CLAUSE_IN_COLUMN_ONE: Code = Code("E0104");
/// A character that has no meaning outside texts and comments.
pub const ODD_CHARACTER: Code = Code("E0105");
/// A text does not end on its line.
pub const OPEN_TEXT: Code = Code("E0106");
/// An escape other than `\"` and `\\` in a text.
pub const UNKNOWN_ESCAPE: Code = Code("E0107");
/// A control character or an invisible one in a text, a comment or a name.
pub const CONTROL_CHARACTER: Code = Code("E0108");
/// A number with commas between thousands.
pub const THOUSANDS: Code = Code("E0109");
/// A minus without a blank on each side.
pub const TIGHT_MINUS: Code = Code("E0110");
/// A name in `「」` that is empty or does not end on its line.
pub const OPEN_NAME: Code = Code("E0111");
/// `and` and `or` in one condition without parentheses.
pub const MIXED_AND_OR: Code = Code("E0112");
/// A word of the language where a name is expected.
pub const RESERVED: Code = Code("E0113");
/// A day, month or year that the calendar does not have.
pub const NO_SUCH_DAY: Code = Code("E0114");
/// A clause or an option stands twice.
pub const TWICE: Code = Code("E0115");
/// A place such as `[1]` in a name outside a scenario.
pub const PLACE: Code = Code("E0116");
/// A division outside `rounded`.
pub const DIVISION: Code = Code("E0117");
/// A whole number that is too large to count with.
pub const TOO_LARGE: Code = Code("E0118");
/// More complaints than are kept.
pub const MORE: Code = Code("E0119");
/// A clause that this item does not have.
pub const UNKNOWN_CLAUSE: Code = Code("E0120");
/// A test behind an `or` that joins codes.
pub const OR_JOINS_CODES: Code = Code("E0121");
/// The file is longer than the limit.
pub const TOO_LONG: Code = Code("E0501");
/// An expression is nested deeper, or chained longer, than the limit.
pub const TOO_DEEP: Code = Code("E0503");

/// Every code of this stage with its meaning.
pub const ALL: &[(Code, &str)] = &[
    (UNEXPECTED, "something else was expected here"),
    (
        OUTSIDE_ITEM,
        "a line that is not in column 1 stands before the first item",
    ),
    (UNKNOWN_ITEM, "no item begins with this word"),
    (CLAUSE_IN_COLUMN_ONE, "a clause begins in column 1"),
    (
        ODD_CHARACTER,
        "a character that has no meaning outside texts and comments",
    ),
    (OPEN_TEXT, "a text does not end on its line"),
    (
        UNKNOWN_ESCAPE,
        "an escape other than \\\" and \\\\ in a text",
    ),
    (
        CONTROL_CHARACTER,
        "a control character or an invisible one in a text, a comment or a name",
    ),
    (THOUSANDS, "a number with commas between thousands"),
    (TIGHT_MINUS, "a minus without a blank on each side"),
    (
        OPEN_NAME,
        "a name in 「」 that is empty or does not end on its line",
    ),
    (
        MIXED_AND_OR,
        "`and` and `or` in one condition without parentheses",
    ),
    (RESERVED, "a word of the language where a name is expected"),
    (
        NO_SUCH_DAY,
        "a day, month or year that the calendar does not have",
    ),
    (TWICE, "a clause or an option stands twice"),
    (PLACE, "a place such as `[1]` in a name outside a scenario"),
    (DIVISION, "a division outside `rounded`"),
    (TOO_LARGE, "a whole number that is too large to count with"),
    (MORE, "more complaints than are kept"),
    (UNKNOWN_CLAUSE, "a clause that this item does not have"),
    (OR_JOINS_CODES, "a test behind an `or` that joins codes"),
    (TOO_LONG, "the file is longer than the limit"),
    (
        TOO_DEEP,
        "an expression is nested deeper, or chained longer, than the limit",
    ),
];
