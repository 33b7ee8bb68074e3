//! Lists keyed by one or several columns.

use super::cell::{Tables, short};
use super::overlap::{Keyed, settle};
use super::sheet::{Declared, Loading, Sheet};
use super::{complaint, read_cell};
use crate::ground::diagnostic::Diagnostic;
use crate::schema::Labels;
use crate::schema::table::{Column, ListRow, NamedList};
use crate::schema::value::{Type, Value};
use crate::syntax::ast::{Attribute, List, Noted};

/// Reads a list. The types are those of the key columns and of the attributes, lowered, in the
/// order written. Nothing comes back, after a complaint, where the file or a key is not there.
///
/// ```
/// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
/// use kakou::{Folder, Limits, check::tables::{Loading, complaint, read_list}};
/// use kakou::{schema::value::{Type, Value}, syntax::ast::ItemKind};
/// let (file, _) = parse("list closed of day : date from \"days.csv\"\n");
/// let ItemKind::List(closed) = &file.items[0].kind else { panic!("no list") };
/// let read = |csv: &str| {
///     let folder = Folder::from_texts([("a.rules", "")]).with_file("days.csv", csv);
///     let (mut sources, mut complaints) = (Default::default(), Vec::new());
///     let mut loading = Loading {
///         folder: &folder,
///         limits: &Limits::default(),
///         sources: &mut sources,
///         complaints: &mut complaints,
///         dropped: 0,
///     };
///     (read_list(&mut loading, closed, &[Type::Date], &[], &[][..]), complaints)
/// };
/// let (list, complaints) = read("day\n2026-10-02\n2026-10-01\n");
/// assert!(complaints.is_empty());
/// assert_eq!(list.unwrap().rows[0].keys, [Value::Date("2026-10-01".parse().unwrap())]);
/// // The column that the rules name is not there.
/// let (list, complaints) = read("date\n2026-10-01\n");
/// assert_eq!((list, complaints[0].code), (None, complaint::NO_COLUMN));
/// ```
pub fn read_list<T: Tables + ?Sized>(
    loading: &mut Loading<'_>,
    list: &List,
    keys: &[Type],
    attributes: &[Type],
    tables: &T,
) -> Option<NamedList> {
    let sheet = Sheet::read(loading, &list.file, Declared::new("the list", &list.name))?;
    let keys_fit = keys_fit(loading, list, keys);
    let key_columns = columns(loading, &sheet, &list.keys, keys);
    let dated = sheet.dated(loading, list.dated.as_ref());
    let attribute_columns = columns(loading, &sheet, &list.attributes, attributes);
    let dated = dated?;
    if !keys_fit || key_columns.iter().any(|(_, at)| at.is_none()) {
        return None;
    }

    let mut rows = Vec::with_capacity(sheet.rows.len());
    let mut cells: Vec<Vec<Option<Value>>> = Vec::with_capacity(sheet.rows.len());
    for (number, row) in sheet.rows.iter().enumerate() {
        let mut key = Some(Vec::with_capacity(key_columns.len()));
        for (column, at) in &key_columns {
            let Some(at) = *at else { continue };
            match read_cell(loading, &sheet, (row, at), column.typ, tables) {
                Some(Some(value)) => {
                    if let Some(key) = &mut key {
                        key.push(value);
                    }
                }
                Some(None) => {
                    let title =
                        format!("a row without `{}`, a key of the list", short(&column.name));
                    let complaint = sheet.bad_cell(loading, complaint::EMPTY_KEY, title, (row, at));
                    loading.complain(complaint);
                    key = None;
                }
                None => key = None,
            }
        }
        let period = sheet.period(loading, row, dated);
        let of_row = attribute_columns.iter().map(|(column, at)| {
            read_cell(loading, &sheet, (row, (*at)?), column.typ, tables).flatten()
        });
        cells.push(of_row.collect());
        if let (Some(key), Some(period)) = (key, period) {
            rows.push(Keyed {
                key,
                period,
                row: number,
            });
        }
    }
    let shown = |_: &Vec<Value>, keyed: &Keyed<Vec<Value>>| {
        let texts = key_columns
            .iter()
            .filter_map(|(_, at)| Some(short(sheet.rows.get(keyed.row)?.cell((*at)?))));
        texts.collect::<Vec<_>>().join(", ")
    };
    let rows = settle(loading, &sheet, rows, shown);
    let rows = rows.into_iter().map(|keyed| ListRow {
        keys: keyed.key,
        period: keyed.period,
        attributes: cells
            .get_mut(keyed.row)
            .map(std::mem::take)
            .unwrap_or_default(),
    });
    let only_columns =
        |columns: &[(Column, Option<usize>)]| columns.iter().map(|(c, _)| c.clone()).collect();
    let text = |label: &Option<crate::syntax::ast::Spanned<String>>| {
        label.as_ref().map(|t| t.node.clone())
    };
    Some(NamedList {
        name: list.name.node.clone(),
        labels: Labels {
            zh: text(&list.labels.zh),
            en: text(&list.labels.en),
        },
        keys: only_columns(&key_columns),
        attributes: only_columns(&attribute_columns),
        rows: rows.collect(),
        example: sheet.example,
    })
}

/// The columns with their places; no place after a complaint.
fn columns(
    loading: &mut Loading<'_>,
    sheet: &Sheet,
    written: &[Noted<Attribute>],
    types: &[Type],
) -> Vec<(Column, Option<usize>)> {
    let column = |(attribute, typ): (&Noted<Attribute>, &Type)| {
        let name = &attribute.node.name;
        (
            Column {
                name: name.node.clone(),
                typ: *typ,
            },
            sheet.column(loading, name),
        )
    };
    written.iter().zip(types).map(column).collect()
}

/// Whether the list can be looked up by its keys: values that are compared whole, and at most one
/// tariff code, for of two the longest would not be one row.
fn keys_fit(loading: &mut Loading<'_>, list: &List, keys: &[Type]) -> bool {
    let mut fit = true;
    let mut tariff: Option<&Noted<Attribute>> = None;
    for (key, typ) in list.keys.iter().zip(keys) {
        let name = short(&key.node.name.node);
        let complaint = match typ {
            Type::Set(_) | Type::List(_) => Diagnostic::new(
                complaint::BAD_KEY,
                format!("the key `{name}` is a set, which cannot be looked up"),
                key.node.typ.at.0,
            ),
            Type::Hs => match tariff {
                None => {
                    tariff = Some(key);
                    continue;
                }
                Some(first) => Diagnostic::new(
                    complaint::BAD_KEY,
                    format!("the key `{name}` is a second tariff code"),
                    key.node.typ.at.0,
                )
                .also(first.node.typ.at.0, "the first")
                .help("the longest prefix wins, and of two codes none is the longest"),
            },
            _ => continue,
        };
        loading.complain(complaint);
        fit = false;
    }
    fit
}
