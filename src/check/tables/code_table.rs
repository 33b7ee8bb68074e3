//! Code tables, and among them units and currencies.

use super::cell::{Tables, short};
use super::overlap::{Keyed, settle};
use super::sheet::{Declared, Loading, Row, Sheet};
use super::{complaint, read_cell};
use crate::ground::number::Number;
use crate::schema::Labels;
use crate::schema::table::{CodeEntry, CodeRow, CodeTable, Column, UnitInfo};
use crate::schema::value::{Type, Value};
use crate::syntax::ast::{Codes, CodesRole};
use std::collections::BTreeMap;

/// The attribute cells of a code table that wait until all code tables are known.
///
/// ```
/// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
/// # use kakou::{Folder, Limits, check::tables::{Loading, read_codes}, syntax::ast::ItemKind};
/// # let (file, _) = parse("codes level from \"levels.csv\" key code with rank : integer\n");
/// # let ItemKind::Codes(levels) = &file.items[0].kind else { panic!("no codes") };
/// # let folder = Folder::from_texts([("a.rules", "")]).with_file("levels.csv", "code,rank\nA,1\n");
/// # let (mut sources, mut complaints) = (Default::default(), Vec::new());
/// # let mut loading = Loading {
/// #     folder: &folder,
/// #     limits: &Limits::default(),
/// #     sources: &mut sources,
/// #     complaints: &mut complaints,
/// #     dropped: 0,
/// # };
/// // `levels` says `with rank : integer`: the column is known, and not yet read.
/// let (mut table, pending) = read_codes(&mut loading, levels).unwrap();
/// assert!(table.attributes.is_empty() && table.codes[0].rows[0].attributes.is_empty());
/// let attributes = pending.read(&mut loading, &[kakou::schema::value::Type::Integer], &[][..]);
/// attributes.put_into(&mut table);
/// assert_eq!(table.attributes[0].name, "rank");
/// ```
#[derive(Debug)]
pub struct PendingAttributes {
    sheet: Sheet,
    /// Name and column by attribute; no column after a complaint.
    columns: Vec<(String, Option<usize>)>,
    /// The rows of the sheet by code and by row.
    rows: Vec<Vec<usize>>,
}

/// The attributes of a code table, read.
///
/// ```
/// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
/// # use kakou::{Folder, Limits, check::tables::{Loading, read_codes}, syntax::ast::ItemKind};
/// # let (file, _) = parse("codes level from \"levels.csv\" key code with rank : integer\n");
/// # let ItemKind::Codes(levels) = &file.items[0].kind else { panic!("no codes") };
/// # let folder = Folder::from_texts([("a.rules", "")]).with_file("levels.csv", "code,rank\nA,1\nB,\n");
/// # let (mut sources, mut complaints) = (Default::default(), Vec::new());
/// # let mut loading = Loading {
/// #     folder: &folder,
/// #     limits: &Limits::default(),
/// #     sources: &mut sources,
/// #     complaints: &mut complaints,
/// #     dropped: 0,
/// # };
/// use kakou::{check::tables::Attributes, schema::value::Type};
/// let (mut table, pending) = read_codes(&mut loading, levels).unwrap();
/// let attributes: Attributes = pending.read(&mut loading, &[Type::Integer], &[][..]);
/// attributes.put_into(&mut table);
/// // An empty cell is none, and no mistake.
/// let ranked = |code: usize| table.codes[code].rows[0].attributes[0].is_some();
/// assert_eq!((ranked(0), ranked(1)), (true, false));
/// assert!(complaints.is_empty());
/// ```
#[derive(Debug)]
pub struct Attributes {
    columns: Vec<Column>,
    /// By code, by row, by attribute.
    cells: Vec<Vec<Vec<Option<Value>>>>,
}

/// Reads the codes of a table, without the attributes. Nothing comes back, after a complaint,
/// where the file or its key is not there.
///
/// ```
/// use kakou::check::tables::{Loading, read_codes};
/// use kakou::folder::Folder;
/// use kakou::ground::{limits::Limits, source::Sources, span::At};
/// use kakou::syntax::ast::{Codes, CodesRole, Spanned};
///
/// let word = |word: &str| Spanned { node: word.to_owned(), at: At::default() };
/// let declared = Codes {
///     role: CodesRole::Plain,
///     name: word("zone"),
///     file: word("zones.csv"),
///     key: word("code"),
///     dated: None,
///     label: None,
///     attributes: Vec::new(),
/// };
/// let read = |csv: &str| {
///     let folder = Folder::from_texts([("a.rules", "")]).with_file("zones.csv", csv);
///     let (mut sources, mut complaints) = (Sources::default(), Vec::new());
///     let mut loading = Loading {
///         folder: &folder,
///         limits: &Limits::default(),
///         sources: &mut sources,
///         complaints: &mut complaints,
///         dropped: 0,
///     };
///     let table = read_codes(&mut loading, &declared).map(|(table, _)| table);
///     (table, complaints)
/// };
/// let (table, complaints) = read("code\n2249\n0110\n");
/// assert!(complaints.is_empty());
/// assert_eq!(table.unwrap().codes[0].code, "0110");
/// // The same code twice, and nothing to say which row counts.
/// let (_, complaints) = read("code\n2249\n2249\n");
/// assert_eq!(complaints[0].code.0, "E0612");
/// ```
pub fn read_codes(
    loading: &mut Loading<'_>,
    codes: &Codes,
) -> Option<(CodeTable, PendingAttributes)> {
    let (kind, role) = match codes.role {
        CodesRole::Plain => ("the code table", false),
        CodesRole::Units => ("the table of units", true),
        CodesRole::Currencies { .. } => ("the table of currencies", false),
    };
    let sheet = Sheet::read(loading, &codes.file, Declared::new(kind, &codes.name))?;
    let key = sheet.column(loading, &codes.key);
    let dated = sheet.dated(loading, codes.dated.as_ref());
    let label_zh = codes
        .label
        .as_ref()
        .and_then(|(zh, _)| sheet.column(loading, zh));
    let label_en = codes
        .label
        .as_ref()
        .and_then(|(_, en)| sheet.column(loading, en.as_ref()?));
    let attributes = codes.attributes.iter().map(|a| &a.node.name);
    let columns: Vec<_> = attributes
        .map(|name| (name.node.clone(), sheet.column(loading, name)))
        .collect();
    let units = if role {
        Some(UnitColumns::find(loading, &sheet)?)
    } else {
        None
    };
    let (key, dated) = (key?, dated?);

    let mut rows = Vec::with_capacity(sheet.rows.len());
    for (number, row) in sheet.rows.iter().enumerate() {
        let period = sheet.period(loading, row, dated);
        if let (true, Some(period)) = (key_fits(loading, &sheet, row, key), period) {
            rows.push(Keyed {
                key: row.cell(key),
                period,
                row: number,
            });
        }
    }
    let rows = settle(loading, &sheet, rows, |key, _| short(key));

    let mut table = CodeTable {
        name: codes.name.node.clone(),
        codes: Vec::new(),
        attributes: Vec::new(),
        dated: dated.is_some(),
    };
    let mut places: Vec<Vec<usize>> = Vec::new();
    for keyed in rows {
        let Some(row) = sheet.rows.get(keyed.row) else {
            continue;
        };
        let text = |column: Option<usize>| {
            let text = row.cell(column?);
            (!text.is_empty()).then(|| text.to_owned())
        };
        let labels = Labels {
            zh: text(label_zh),
            en: text(label_en),
        };
        let coded = CodeRow {
            period: keyed.period,
            attributes: Vec::new(),
        };
        let unit = units.as_ref().map(|units| units.read(loading, &sheet, row));
        match (table.codes.last_mut(), places.last_mut()) {
            (Some(entry), Some(places)) if entry.code == keyed.key => {
                if entry.unit != unit {
                    let title = format!(
                        "the unit `{}` converts differently in another row",
                        short(keyed.key)
                    );
                    let complaint = sheet
                        .bad_cell(loading, complaint::BAD_UNIT, title, (row, key))
                        .help("symbol, dimension and factor of a unit are the same at all times");
                    loading.complain(complaint);
                }
                entry.labels = labels;
                entry.rows.push(coded);
                places.push(keyed.row);
            }
            _ => {
                table.codes.push(CodeEntry {
                    code: keyed.key.to_owned(),
                    labels,
                    rows: vec![coded],
                    unit,
                });
                places.push(vec![keyed.row]);
            }
        }
    }
    if let Some(units) = &units {
        units.symbols_differ(loading, &sheet, &table, &places);
    }
    Some((
        table,
        PendingAttributes {
            sheet,
            columns,
            rows: places,
        },
    ))
}

/// Whether the key cell holds something that a declaration can name.
fn key_fits(loading: &mut Loading<'_>, sheet: &Sheet, row: &Row, key: usize) -> bool {
    let text = row.cell(key);
    let complaint = if text.is_empty() {
        sheet.bad_cell(
            loading,
            complaint::EMPTY_KEY,
            "a row without a code",
            (row, key),
        )
    } else if text.trim() != text {
        let title = format!("the code `{}` has a blank at its edge", short(text));
        sheet
            .bad_cell(loading, complaint::BAD_CELL, title, (row, key))
            .help(format!(
                "write `{}` without blanks around it",
                short(text.trim())
            ))
    } else if text.chars().any(char::is_control) {
        let title = format!("the code `{}` has a control character in it", short(text));
        sheet.bad_cell(loading, complaint::BAD_CELL, title, (row, key))
    } else {
        return true;
    };
    loading.complain(complaint);
    false
}

impl PendingAttributes {
    /// Reads the attribute cells, whose types are given in the order of the attributes.
    ///
    /// ```
    /// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
    /// # use kakou::{Folder, Limits, check::tables::{Loading, read_codes}, syntax::ast::ItemKind};
    /// # let (file, _) = parse("codes level from \"levels.csv\" key code with rank : integer\n");
    /// # let ItemKind::Codes(levels) = &file.items[0].kind else { panic!("no codes") };
    /// # let folder = Folder::from_texts([("a.rules", "")]).with_file("levels.csv", "code,rank\nA,first\n");
    /// # let (mut sources, mut complaints) = (Default::default(), Vec::new());
    /// # let mut loading = Loading {
    /// #     folder: &folder,
    /// #     limits: &Limits::default(),
    /// #     sources: &mut sources,
    /// #     complaints: &mut complaints,
    /// #     dropped: 0,
    /// # };
    /// // The CSV says `A,first`, and the rank of a level is an integer.
    /// let (_, pending) = read_codes(&mut loading, levels).unwrap();
    /// pending.read(&mut loading, &[kakou::schema::value::Type::Integer], &[][..]);
    /// assert_eq!(complaints[0].code, kakou::check::tables::complaint::BAD_CELL);
    /// ```
    pub fn read<T: Tables + ?Sized>(
        self,
        loading: &mut Loading<'_>,
        types: &[Type],
        tables: &T,
    ) -> Attributes {
        let typed: Vec<_> = self
            .columns
            .into_iter()
            .zip(types.iter().copied())
            .collect();
        let mut cells = Vec::with_capacity(self.rows.len());
        for places in &self.rows {
            let mut of_code = Vec::with_capacity(places.len());
            for row in places.iter().filter_map(|at| self.sheet.rows.get(*at)) {
                let of_row = typed.iter().map(|((_, column), typ)| {
                    read_cell(loading, &self.sheet, (row, (*column)?), *typ, tables).flatten()
                });
                of_code.push(of_row.collect());
            }
            cells.push(of_code);
        }
        let columns = typed
            .into_iter()
            .map(|((name, _), typ)| Column { name, typ })
            .collect();
        Attributes { columns, cells }
    }
}

impl Attributes {
    /// Puts the attributes into the table whose codes were read with them.
    ///
    /// ```
    /// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
    /// # use kakou::{Folder, Limits, check::tables::{Loading, read_codes}, syntax::ast::ItemKind};
    /// # let (file, _) = parse("codes level from \"levels.csv\" key code with rank : integer\n");
    /// # let ItemKind::Codes(levels) = &file.items[0].kind else { panic!("no codes") };
    /// # let folder = Folder::from_texts([("a.rules", "")]).with_file("levels.csv", "code,rank\nB,2\nA,1\n");
    /// # let (mut sources, mut complaints) = (Default::default(), Vec::new());
    /// # let mut loading = Loading {
    /// #     folder: &folder,
    /// #     limits: &Limits::default(),
    /// #     sources: &mut sources,
    /// #     complaints: &mut complaints,
    /// #     dropped: 0,
    /// # };
    /// use kakou::schema::value::{Type, Value};
    /// let (mut table, pending) = read_codes(&mut loading, levels).unwrap();
    /// pending.read(&mut loading, &[Type::Integer], &[][..]).put_into(&mut table);
    /// // The codes are sorted, and each has its own rank.
    /// let rank = Value::Number(kakou::ground::number::Number::from_i64(1));
    /// assert_eq!(table.codes[0].code, "A");
    /// assert_eq!(table.codes[0].rows[0].attributes, [Some(rank)]);
    /// ```
    pub fn put_into(self, table: &mut CodeTable) {
        table.attributes = self.columns;
        for (entry, cells) in table.codes.iter_mut().zip(self.cells) {
            for (row, attributes) in entry.rows.iter_mut().zip(cells) {
                row.attributes = attributes;
            }
        }
    }
}

/// The columns that say how units convert.
struct UnitColumns {
    symbol: usize,
    dimension: usize,
    factor: usize,
}

impl UnitColumns {
    fn find(loading: &mut Loading<'_>, sheet: &Sheet) -> Option<UnitColumns> {
        let symbol = sheet.fixed_column(loading, "symbol");
        let dimension = sheet.fixed_column(loading, "dimension");
        let factor = sheet.fixed_column(loading, "factor");
        Some(UnitColumns {
            symbol: symbol?,
            dimension: dimension?,
            factor: factor?,
        })
    }

    fn read(&self, loading: &mut Loading<'_>, sheet: &Sheet, row: &Row) -> UnitInfo {
        let text = |column: usize| {
            let text = row.cell(column);
            (!text.is_empty()).then(|| text.to_owned())
        };
        let (symbol, dimension, written) =
            (text(self.symbol), text(self.dimension), text(self.factor));
        let mut complain = |column: usize, title: String, help: &str| {
            let complaint = sheet
                .bad_cell(loading, complaint::BAD_UNIT, title, (row, column))
                .help(help);
            loading.complain(complaint);
        };
        let factor = written
            .as_deref()
            .and_then(|t| t.parse::<Number>().ok())
            .filter(|n| *n > Number::ZERO);
        match (&dimension, &written) {
            (_, Some(written)) if factor.is_none() => {
                let title = format!(
                    "the factor `{}` is not a number greater than zero",
                    short(written)
                );
                complain(
                    self.factor,
                    title,
                    "an amount times the factor is the amount in the base unit",
                );
            }
            (Some(dimension), None) => {
                let title = format!("a unit of `{}` without a factor", short(dimension));
                complain(self.factor, title, "the base unit has the factor 1");
            }
            (None, Some(_)) => complain(
                self.dimension,
                "a factor without a dimension".to_owned(),
                "units convert within a dimension, such as mass",
            ),
            _ => {}
        }
        for (column, name) in [(self.symbol, &symbol), (self.dimension, &dimension)] {
            if let Some(name) = name
                .as_deref()
                .filter(|n| n.chars().any(|c| c.is_whitespace() || c.is_control()))
            {
                let title = format!("`{}` has a blank in it", short(name));
                complain(column, title, "symbols and dimensions are single words");
            }
        }
        UnitInfo {
            symbol,
            dimension,
            factor,
        }
    }

    /// A literal such as `5 kg` must mean one unit: no symbol stands twice or is another's code.
    fn symbols_differ(
        &self,
        loading: &mut Loading<'_>,
        sheet: &Sheet,
        table: &CodeTable,
        places: &[Vec<usize>],
    ) {
        let mut first: BTreeMap<&str, usize> = BTreeMap::new();
        for (at, entry) in table.codes.iter().enumerate() {
            let Some(symbol) = entry.unit.as_ref().and_then(|u| u.symbol.as_deref()) else {
                continue;
            };
            let by_code = table
                .find(symbol)
                .map(|c| c.0 as usize)
                .filter(|other| *other != at);
            let by_symbol = first.get(symbol).copied();
            first.entry(symbol).or_insert(at);
            let Some(other) = by_symbol.or(by_code) else {
                continue;
            };
            let row_of = |code: usize| places.get(code).and_then(|rows| rows.first()).copied();
            let (Some(here), Some(there)) = (row_of(at), row_of(other)) else {
                continue;
            };
            let Some(row) = sheet.rows.get(here) else {
                continue;
            };
            let complaint = sheet
                .bad_cell(
                    loading,
                    complaint::BAD_UNIT,
                    format!("the symbol `{}` means two units", short(symbol)),
                    (row, self.symbol),
                )
                .also(sheet.span_of(loading, there), "the other unit");
            loading.complain(complaint);
        }
    }
}
