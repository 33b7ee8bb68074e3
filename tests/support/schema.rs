//! A small schema by hand with every type, a keyed list, a list inside it, a dated code table,
//! units and currencies.

use kakou::schema::table::{CodeEntry, CodeRow, CodeTable, Column, Period, UnitInfo};
use kakou::schema::value::{Code, Denomination, FieldId, ListId, OutcomeId, TableId, Type, Value};
use kakou::schema::{Department, Field, Home, Labels, List, Outcome, Places, Schema};

/// Tables in the order of their names.
pub const CREDIT: TableId = TableId(0);
pub const CURRENCY: TableId = TableId(1);
pub const DOCUMENT: TableId = TableId(2);
pub const MODE: TableId = TableId(3);
pub const UNIT: TableId = TableId(4);

/// What is said of a field before numbers are given out.
struct Draft {
    path: &'static str,
    list: Option<&'static str>,
    typ: Kind,
    absent_means_none: bool,
}

/// Types by name, since fields have no numbers yet.
#[derive(Clone, Copy)]
enum Kind {
    Plain(Type),
    MoneyIn(&'static str),
    QuantityIn(&'static str),
    List(&'static str),
}

const LISTS: [&str; 3] = ["item.packages", "items", "notes"];

fn drafts() -> Vec<Draft> {
    use Kind::{List, MoneyIn, Plain, QuantityIn};
    let cny = Type::Money(Denomination::Fixed(Code(0)));
    let kg = Type::Quantity(Denomination::Fixed(Code(1)));
    let row = |path, list, typ| Draft {
        path,
        list,
        typ,
        absent_means_none: false,
    };
    let none = |path, list, typ| Draft {
        path,
        list,
        typ,
        absent_means_none: true,
    };
    vec![
        row("id", None, Plain(Type::Text)),
        row("date", None, Plain(Type::Date)),
        row("declared", None, Plain(Type::Bool)),
        row("copies", None, Plain(Type::Integer)),
        row("index", None, Plain(Type::Decimal)),
        row("duty_rate", None, Plain(Type::Rate)),
        row("head.supervision_mode", None, Plain(Type::Code(MODE))),
        none("head.form_no", None, Plain(Type::Text)),
        row("head.freight", None, MoneyIn("head.freight_currency")),
        row("head.freight_currency", None, Plain(Type::Code(CURRENCY))),
        row("head.weight_unit", None, Plain(Type::Code(UNIT))),
        row("head.carrier.credit", None, Plain(Type::Code(CREDIT))),
        none("head.carrier.name", None, Plain(Type::Text)),
        row("guarantee", None, Plain(cny)),
        row("gross", None, Plain(kg)),
        none("documents", None, Plain(Type::Set(DOCUMENT))),
        row("items", None, List("items")),
        none("notes", None, List("notes")),
        row("item.line_no", Some("items"), Plain(Type::Integer)),
        row("item.hs_code", Some("items"), Plain(Type::Hs)),
        row("item.qty", Some("items"), QuantityIn("item.unit")),
        row("item.unit", Some("items"), Plain(Type::Code(UNIT))),
        row("item.total", Some("items"), MoneyIn("item.currency")),
        row("item.currency", Some("items"), Plain(Type::Code(CURRENCY))),
        row("item.net", Some("items"), QuantityIn("head.weight_unit")),
        none("item.licences", Some("items"), Plain(Type::Set(DOCUMENT))),
        row("item.packages", Some("items"), List("item.packages")),
        row("package.number", Some("item.packages"), Plain(Type::Text)),
        row("package.kept.on", Some("item.packages"), Plain(Type::Date)),
        row(
            "package.weight",
            Some("item.packages"),
            QuantityIn("item.unit"),
        ),
        row("note.text", Some("notes"), Plain(Type::Text)),
    ]
}

fn labels() -> Labels {
    Labels::default()
}

fn table(name: &str, codes: &[&str]) -> CodeTable {
    let codes = codes.iter().map(|code| CodeEntry {
        code: (*code).to_owned(),
        labels: labels(),
        rows: vec![CodeRow {
            period: Period::default(),
            attributes: Vec::new(),
        }],
        unit: None,
    });
    CodeTable {
        name: name.to_owned(),
        codes: codes.collect(),
        attributes: Vec::new(),
        dated: false,
    }
}

fn units() -> CodeTable {
    let mut units = table("unit", &["001", "035", "036"]);
    let shape = [
        (None, "count", "1"),
        (Some("kg"), "mass", "1"),
        (Some("g"), "mass", "0.001"),
    ];
    for (entry, (symbol, dimension, factor)) in units.codes.iter_mut().zip(shape) {
        entry.unit = Some(UnitInfo {
            symbol: symbol.map(str::to_owned),
            dimension: Some(dimension.to_owned()),
            factor: factor.parse().ok(),
        });
    }
    units
}

fn credit() -> CodeTable {
    let mut credit = table("credit", &["certified", "regular"]);
    credit.attributes = vec![Column {
        name: "rank".to_owned(),
        typ: Type::Integer,
    }];
    credit.dated = true;
    for (entry, rank) in credit.codes.iter_mut().zip([5, 3]) {
        entry.rows = vec![CodeRow {
            period: Period {
                from: "2026-04-01".parse().ok(),
                until: None,
            },
            attributes: vec![Some(Value::Number(
                kakou::ground::number::Number::from_i64(rank),
            ))],
        }];
    }
    credit
}

/// The schema.
pub fn schema() -> Schema {
    let mut drafts = drafts();
    drafts.sort_by_key(|d| d.path);
    let id = |path: &str| FieldId(drafts.iter().position(|d| d.path == path).unwrap() as u32);
    let list = |path: &str| ListId(LISTS.iter().position(|l| *l == path).unwrap() as u32);
    let mut header = Vec::new();
    let mut columns = vec![Vec::new(); LISTS.len()];
    let mut fields = Vec::new();
    for (at, draft) in drafts.iter().enumerate() {
        let home = match draft.list {
            None => {
                header.push(FieldId(at as u32));
                Home::Header(header.len() as u32 - 1)
            }
            Some(of) => {
                let of = list(of);
                let columns = &mut columns[of.0 as usize];
                columns.push(FieldId(at as u32));
                Home::Element(of, columns.len() as u32 - 1)
            }
        };
        let parts = draft
            .path
            .split('.')
            .skip(usize::from(draft.list.is_some()));
        fields.push(Field {
            path: draft.path.to_owned(),
            parts: parts.map(str::to_owned).collect(),
            home,
            typ: match draft.typ {
                Kind::Plain(typ) => typ,
                Kind::MoneyIn(path) => Type::Money(Denomination::Named(id(path))),
                Kind::QuantityIn(path) => Type::Quantity(Denomination::Named(id(path))),
                Kind::List(path) => Type::List(list(path)),
            },
            absent_means_none: draft.absent_means_none,
            labels: labels(),
            elements: Vec::new(),
        });
    }
    let shape =
        |path: &str, element: &str, least, most, key: Option<&str>, parent: Option<&str>| List {
            field: id(path),
            element: element.to_owned(),
            least,
            most,
            key: key.map(id),
            parent: parent.map(list),
            columns: columns[list(path).0 as usize].clone(),
        };
    let outcome = |name: &str| Outcome {
        name: name.to_owned(),
        labels: labels(),
    };
    Schema {
        labels: labels(),
        outcomes: ["release", "review", "hold", "reject"]
            .map(outcome)
            .to_vec(),
        missing: OutcomeId(2),
        advice: OutcomeId(1),
        departments: vec![Department {
            name: "customs".to_owned(),
            labels: labels(),
            sees_all: false,
        }],
        header,
        lists: vec![
            shape("item.packages", "package", 0, 3, None, Some("items")),
            shape("items", "item", 1, 4, Some("item.line_no"), None),
            shape("notes", "note", 1, 2, None, None),
        ],
        judged_on: id("date"),
        id: Some(id("id")),
        tables: vec![
            credit(),
            table("currency", &["CNY", "USD"]),
            table(
                "document",
                &["bonded_note_list", "gate_pass", "record_list"],
            ),
            table("mode", &["0110", "1371", "5014"]),
            units(),
        ],
        units: Some(UNIT),
        currencies: Some(CURRENCY),
        rates: None,
        places: Places::default(),
        fields,
    }
}
