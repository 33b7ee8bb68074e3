//! Code tables, lists and exchange rates: from a declaration and its CSV to the schema's tables.
//!
//! The checker calls in this order, because each step needs what the one before it gives:
//!
//! 1. [`read_codes`] for every code table: its codes, labels, periods and, for units, how they
//!    convert. The checker sorts the tables by name, which numbers them.
//! 2. [`PendingAttributes::read`] for every code table, with the types that the checker lowered:
//!    an attribute may be a code of any table.
//! 3. [`read_rates`] and [`read_list`].
//!
//! A CSV has one header row; columns are found by name and others are ignored. Lines before the
//! header that begin with `#` are comments; a first line of that kind with the word "example" or
//! 示例 marks a list that stands in for an official one. `#` elsewhere is data, as are `NA` and
//! leading zeros. An empty cell is none, an empty day is open, both days are included. A mark of
//! byte order and CRLF change nothing, and neither does the order of rows.
//!
//! Complaints underline the cell in the CSV, which becomes one of the sources, and say where the
//! list is declared. Rows that are complained of are left out, so that one bad row does not hide
//! the next; a rule set with complaints is refused as a whole.

mod cell;
mod code_table;
pub mod complaint;
mod list;
mod overlap;
mod rates;
pub mod register;
mod scan;
mod sheet;

pub use cell::{BadCell, SET_SEPARATOR, Tables, parse_cell};
pub use code_table::{Attributes, PendingAttributes, read_codes};
pub use list::read_list;
pub use rates::read_rates;
pub use sheet::Loading;

use crate::schema::value::{Type, Value};
use sheet::{Row, Sheet};

/// Reads a cell of a sheet; the outer nothing comes after a complaint.
fn read_cell<T: Tables + ?Sized>(
    loading: &mut Loading<'_>,
    sheet: &Sheet,
    (row, column): (&Row, usize),
    typ: Type,
    tables: &T,
) -> Option<Option<Value>> {
    match parse_cell(row.cell(column), typ, tables) {
        Ok(value) => Some(value),
        Err(bad) => {
            let mut complaint =
                sheet.bad_cell(loading, complaint::BAD_CELL, bad.says, (row, column));
            complaint.help.extend(bad.help);
            loading.complain(complaint);
            None
        }
    }
}
