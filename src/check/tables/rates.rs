//! Exchange rates: a CSV with the columns `code`, `from`, `until` and `rate`.

use super::cell::{Tables, parse_cell, short};
use super::complaint;
use super::overlap::{Keyed, settle};
use super::read_cell;
use super::sheet::{Declared, Loading, Row, Sheet};
use crate::ground::diagnostic::Diagnostic;
use crate::ground::number::Number;
use crate::schema::table::{Rate, Rates};
use crate::schema::value::{Code, TableId, Type, Value};
use crate::syntax::ast::{Codes, CodesRole};

/// Reads the rates that a table of currencies names. Nothing comes back where it names none, or
/// after a complaint that leaves no base to convert into.
///
/// ```
/// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
/// use kakou::check::tables::{Loading, complaint, read_codes, read_rates};
/// use kakou::{Folder, Limits, schema::value::{Code, TableId}, syntax::ast::ItemKind};
/// let (file, _) = parse("currencies currency from \"c.csv\" key code rates \"rates.csv\" in CNY\n");
/// let ItemKind::Codes(declared) = &file.items[0].kind else { panic!("no currencies") };
/// let read = |rates: &str| {
///     let folder = Folder::from_texts([("a.rules", "")])
///         .with_file("c.csv", "code\nCNY\nUSD\n")
///         .with_file("rates.csv", rates);
///     let (mut sources, mut complaints) = (Default::default(), Vec::new());
///     let mut loading = Loading {
///         folder: &folder,
///         limits: &Limits::default(),
///         sources: &mut sources,
///         complaints: &mut complaints,
///         dropped: 0,
///     };
///     let (currencies, _) = read_codes(&mut loading, declared).unwrap();
///     (read_rates(&mut loading, declared, TableId(0), &[currencies][..]), complaints)
/// };
/// let (rates, _) = read("code,from,until,rate\nUSD,2026-08-01,,7.1\n");
/// let rates = rates.unwrap();
/// assert_eq!((rates.base, rates.rows[0].currency), (Code(0), Code(1)));
/// // Nothing is worth less than nothing.
/// let (_, complaints) = read("code,from,until,rate\nUSD,2026-08-01,,-7.1\n");
/// assert_eq!(complaints[0].code, complaint::BAD_RATE);
/// ```
pub fn read_rates<T: Tables + ?Sized>(
    loading: &mut Loading<'_>,
    codes: &Codes,
    currencies: TableId,
    tables: &T,
) -> Option<Rates> {
    let CodesRole::Currencies {
        rates: Some((file, base_name)),
    } = &codes.role
    else {
        return None;
    };
    let declared = Declared::new("the table of currencies", &codes.name);
    let base = match parse_cell(&base_name.node, Type::Code(currencies), tables) {
        Ok(Some(Value::Code(base))) => base,
        Ok(_) => return None,
        Err(bad) => {
            let mut complaint = Diagnostic::new(complaint::NO_BASE, bad.says, base_name.at.0)
                .label("rates are worth so much of this currency");
            complaint.help.extend(bad.help);
            loading.complain(complaint);
            return None;
        }
    };
    let sheet = Sheet::read(loading, file, declared)?;
    let code_at = sheet.fixed_column(loading, "code");
    let from_at = sheet.fixed_column(loading, "from");
    let until_at = sheet.fixed_column(loading, "until");
    let rate_at = sheet.fixed_column(loading, "rate");
    let (code_at, dated, rate_at) = (code_at?, (from_at?, until_at?), rate_at?);

    let mut rows = Vec::with_capacity(sheet.rows.len());
    for (number, row) in sheet.rows.iter().enumerate() {
        let period = sheet.period(loading, row, Some(dated));
        let currency = match read_cell(
            loading,
            &sheet,
            (row, code_at),
            Type::Code(currencies),
            tables,
        ) {
            Some(Some(Value::Code(code))) => Some(code),
            Some(_) => {
                let complaint = sheet.bad_cell(
                    loading,
                    complaint::EMPTY_KEY,
                    "a rate without a currency",
                    (row, code_at),
                );
                loading.complain(complaint);
                None
            }
            None => None,
        };
        let rate = worth(loading, &sheet, (row, rate_at), currency == Some(base));
        if let (Some(period), Some(currency), Some(_)) = (period, currency, rate) {
            rows.push(Keyed {
                key: currency,
                period,
                row: number,
            });
        }
    }
    let name = |code: &Code| {
        tables
            .table(currencies)
            .map_or("", |t| t.text(*code))
            .to_owned()
    };
    let rows = settle(loading, &sheet, rows, |code, _| name(code));
    // The base is worth 1 of itself whether or not a row says so; leaving the row out keeps the
    // meaning and the fingerprint the same.
    let rows = rows
        .into_iter()
        .filter(|keyed| keyed.key != base)
        .filter_map(|keyed| {
            let rate = sheet.rows.get(keyed.row)?.cell(rate_at).parse().ok()?;
            Some(Rate {
                currency: keyed.key,
                period: keyed.period,
                rate,
            })
        });
    Some(Rates {
        currencies,
        base,
        rows: rows.collect(),
    })
}

/// The rate of a row; nothing after a complaint.
fn worth(
    loading: &mut Loading<'_>,
    sheet: &Sheet,
    place: (&Row, usize),
    of_base: bool,
) -> Option<Number> {
    let text = place.0.cell(place.1);
    let rate = text
        .parse::<Number>()
        .ok()
        .filter(|rate| *rate > Number::ZERO);
    let complaint = match rate {
        Some(rate) if of_base && rate != Number::from_i64(1) => sheet.bad_cell(
            loading,
            complaint::BAD_RATE,
            format!("the base currency is worth 1 of itself, not `{rate}`"),
            place,
        ),
        Some(rate) => return Some(rate),
        None => {
            let title = match text {
                "" => "a row without a rate".to_owned(),
                _ => format!(
                    "the rate `{}` is not a number greater than zero",
                    short(text)
                ),
            };
            sheet
                .bad_cell(loading, complaint::BAD_RATE, title, place)
                .help("a rate says what one unit of the currency is worth in the base currency")
        }
    };
    loading.complain(complaint);
    None
}
