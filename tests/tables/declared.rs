//! Declarations as the parser would give them, and what comes of reading a file by one.

use kakou::check::tables::{Loading, read_codes, read_list, read_rates};
use kakou::folder::Folder;
use kakou::ground::diagnostic::Diagnostic;
use kakou::ground::limits::Limits;
use kakou::ground::source::{Source, Sources};
use kakou::ground::span::{At, SourceId, Span};
use kakou::schema::Labels as SchemaLabels;
use kakou::schema::table::{CodeEntry, CodeRow, CodeTable, NamedList, Period, Rates};
use kakou::schema::value::{Code, Denomination, TableId, Type};
use kakou::syntax::ast::{
    self, Attribute, Codes, CodesRole, Labels, List, Name, Noted, Notes, Spanned,
};
use std::fmt::Write;

/// What a CSV is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Codes,
    Dated,
    DatedLabelled,
    Units,
    Rates,
    List,
    DatedListHsFirst,
    DatedListHsLast,
}

impl Kind {
    pub const ALL: [Kind; 8] = [
        Kind::Codes,
        Kind::Dated,
        Kind::DatedLabelled,
        Kind::Units,
        Kind::Rates,
        Kind::List,
        Kind::DatedListHsFirst,
        Kind::DatedListHsLast,
    ];

    /// The declaration as rules write it; `FILE` is the file.
    fn words(self) -> &'static str {
        match self {
            Kind::Codes => {
                "codes level from \"FILE\" key code label name_zh with rank : integer with kind : set of code kinds"
            }
            Kind::Dated => {
                "codes level from \"FILE\" key code from from until until with rank : integer"
            }
            Kind::DatedLabelled => {
                "codes level from \"FILE\" key code from from until until label name_zh with rank : integer"
            }
            Kind::Units => "units unit from \"FILE\" key code",
            Kind::Rates => {
                "currencies currency from \"currency.csv\" key code rates \"FILE\" in CNY"
            }
            Kind::List => {
                "list catalogue of hs : hs, zone : code zone from \"FILE\" with limit : quantity kg with share : rate with since : date with kinds : set of code kinds with open : bool"
            }
            Kind::DatedListHsFirst => {
                "list catalogue of hs : hs, zone : code zone from \"FILE\" from from until until with limit : integer"
            }
            Kind::DatedListHsLast => {
                "list catalogue of zone : code zone, hs : hs from \"FILE\" from from until until with limit : integer"
            }
        }
    }

    /// A header that has all columns.
    pub fn header(self) -> &'static str {
        match self {
            Kind::Codes => "code,name_zh,rank,kind\n",
            Kind::Dated | Kind::DatedLabelled => "code,from,until,rank,name_zh\n",
            Kind::Units => "code,symbol,dimension,factor\n",
            Kind::Rates => "code,from,until,rate\n",
            Kind::List => "hs,zone,limit,share,since,kinds,open\n",
            Kind::DatedListHsFirst | Kind::DatedListHsLast => "hs,zone,limit,from,until\n",
        }
    }
}

/// What came of it.
pub struct Read {
    pub sources: Sources,
    pub complaints: Vec<Diagnostic>,
    pub dropped: u64,
    pub table: Option<CodeTable>,
    pub rates: Option<Rates>,
    pub list: Option<NamedList>,
    pub zones: CodeTable,
}

impl Read {
    /// The complaints, a line for each of their parts.
    pub fn rendered(&self) -> String {
        let mut out = String::new();
        let place = |span: Span| {
            let source = self.sources.get(span.source).unwrap();
            let (line, column) = source.line_column(span.start);
            (
                format!("{}:{line}:{column}", source.name()),
                source.slice(span).to_owned(),
            )
        };
        for complaint in &self.complaints {
            writeln!(
                out,
                "{} {}: {}",
                complaint.code.0,
                place(complaint.span()).0,
                complaint.title
            )
            .unwrap();
            for label in &complaint.labels {
                let (at, words) = place(label.span);
                if !label.text.is_empty() {
                    writeln!(out, "  {at} {words:?} {}", label.text).unwrap();
                }
            }
            for help in &complaint.help {
                writeln!(out, "  help: {help}").unwrap();
            }
        }
        out
    }
}

/// A table that other tables refer to.
fn plain(name: &str, codes: &[&str]) -> CodeTable {
    let entry = |code: &&str| CodeEntry {
        code: (*code).to_owned(),
        labels: SchemaLabels::default(),
        rows: vec![CodeRow {
            period: Period::default(),
            attributes: Vec::new(),
        }],
        unit: None,
    };
    CodeTable {
        name: name.to_owned(),
        codes: codes.iter().map(entry).collect(),
        attributes: Vec::new(),
        dated: false,
    }
}

const KINDS: TableId = TableId(0);
const ZONES: TableId = TableId(1);
const CURRENCIES: TableId = TableId(2);

/// A declaration's words, found again for their places.
struct Words<'a>(&'a str);

impl Words<'_> {
    /// The first place of the word that follows those words.
    fn after(&self, before: &str, word: &str) -> Name {
        let from = self.0.find(before).unwrap() + before.len();
        let start = from + self.0[from..].find(word).unwrap();
        let place = |at: usize| u32::try_from(at).unwrap();
        let span = Span::new(SourceId(0), place(start), place(start + word.len()));
        Spanned {
            node: word.to_owned(),
            at: At(span),
        }
    }

    fn attribute(&self, before: &str, name: &str, typ: (&str, ast::Type)) -> Noted<Attribute> {
        let name = self.after(before, name);
        let at = self.after(&format!("{} : ", name.node), typ.0).at;
        Noted {
            at: name.at,
            notes: Notes::default(),
            node: Attribute {
                name,
                typ: Spanned { node: typ.1, at },
            },
        }
    }
}

pub fn read(kind: Kind, csv: &str) -> Read {
    read_bytes(kind, csv.as_bytes(), &Limits::default())
}

pub fn read_bytes(kind: Kind, bytes: &[u8], limits: &Limits) -> Read {
    read_file(kind, "table.csv", bytes, limits)
}

/// The file is there under the name that the declaration says.
pub fn read_file(kind: Kind, file: &str, bytes: &[u8], limits: &Limits) -> Read {
    read_named(kind, file, file, bytes, limits)
}

/// The declaration says one name, and the file is there under another.
pub fn read_named(kind: Kind, file: &str, there: &str, bytes: &[u8], limits: &Limits) -> Read {
    let text = kind.words().replace("FILE", file);
    let folder = Folder::from_texts([("schema.rules", text.as_str())])
        .with_limits(*limits)
        .with_file(there, bytes)
        .with_file("currency.csv", "code\nCNY\nEUR\nUSD\n");
    read_declared(kind, &text, file, &folder, limits)
}

fn read_declared(kind: Kind, text: &str, file: &str, folder: &Folder, limits: &Limits) -> Read {
    let words = Words(text);
    let mut sources = Sources::default();
    sources.add(Source::new("schema.rules", text));
    let mut complaints = Vec::new();
    let mut loading = Loading {
        folder,
        limits,
        sources: &mut sources,
        complaints: &mut complaints,
        dropped: 0,
    };
    let mut tables = vec![
        plain("kinds", &["x", "y"]),
        plain("zone", &["z1", "z2"]),
        plain("currency", &[]),
    ];
    let (mut table, mut rates, mut list) = (None, None, None);
    // The columns are called as the words before them.
    let days = || {
        (
            words.after("\" from ", "from"),
            words.after(" until ", "until"),
        )
    };
    match kind {
        Kind::List | Kind::DatedListHsFirst | Kind::DatedListHsLast => {
            let hs = words.attribute("", "hs", ("hs", ast::Type::Hs));
            let zone = words.attribute(
                "",
                "zone",
                ("code zone", ast::Type::Code(words.after(": code ", "zone"))),
            );
            let mut keys = vec![(hs, Type::Hs), (zone, Type::Code(ZONES))];
            if kind == Kind::DatedListHsLast {
                keys.reverse();
            }
            let attributes = if kind == Kind::List {
                let kg = Denomination::Fixed(Code(0));
                vec![
                    (
                        words.attribute(
                            "with ",
                            "limit",
                            (
                                "quantity kg",
                                ast::Type::Quantity(words.after("quantity ", "kg")),
                            ),
                        ),
                        Type::Quantity(kg),
                    ),
                    (
                        words.attribute("with ", "share", ("rate", ast::Type::Rate)),
                        Type::Rate,
                    ),
                    (
                        words.attribute("with ", "since", ("date", ast::Type::Date)),
                        Type::Date,
                    ),
                    (
                        words.attribute(
                            "with ",
                            "kinds",
                            ("set", ast::Type::Set(words.after("set of code ", "kinds"))),
                        ),
                        Type::Set(KINDS),
                    ),
                    (
                        words.attribute("with ", "open", ("bool", ast::Type::Bool)),
                        Type::Bool,
                    ),
                ]
            } else {
                vec![(
                    words.attribute("with ", "limit", ("integer", ast::Type::Integer)),
                    Type::Integer,
                )]
            };
            let (keys, key_types): (Vec<_>, Vec<_>) = keys.into_iter().unzip();
            let (attributes, attribute_types): (Vec<_>, Vec<_>) = attributes.into_iter().unzip();
            let declared = List {
                name: words.after("list ", "catalogue"),
                labels: Labels::default(),
                keys,
                file: words.after("from ", file),
                dated: if kind == Kind::List {
                    None
                } else {
                    Some(days())
                },
                attributes,
            };
            list = read_list(
                &mut loading,
                &declared,
                &key_types,
                &attribute_types,
                &tables[..],
            );
        }
        _ => {
            let label = matches!(kind, Kind::Codes | Kind::DatedLabelled);
            let is_dated = matches!(kind, Kind::Dated | Kind::DatedLabelled);
            let mut attributes = Vec::new();
            let mut types = Vec::new();
            if is_dated || kind == Kind::Codes {
                attributes.push(words.attribute("with ", "rank", ("integer", ast::Type::Integer)));
                types.push(Type::Integer);
            }
            if kind == Kind::Codes {
                let kinds = ast::Type::Set(words.after("set of code ", "kinds"));
                attributes.push(words.attribute("with ", "kind", ("set", kinds)));
                types.push(Type::Set(KINDS));
            }
            let role = match kind {
                Kind::Units => CodesRole::Units,
                Kind::Rates => CodesRole::Currencies {
                    rates: Some((words.after("rates ", file), words.after(" in ", "CNY"))),
                },
                _ => CodesRole::Plain,
            };
            let name = match kind {
                Kind::Units => words.after("units ", "unit"),
                Kind::Rates => words.after("currencies ", "currency"),
                _ => words.after("codes ", "level"),
            };
            let declared = Codes {
                role,
                name,
                file: words.after(
                    "from ",
                    if kind == Kind::Rates {
                        "currency.csv"
                    } else {
                        file
                    },
                ),
                key: words.after("key ", "code"),
                dated: is_dated.then(|| {
                    (
                        words.after("key code from ", "from"),
                        words.after(" until ", "until"),
                    )
                }),
                label: label.then(|| (words.after("label ", "name_zh"), None)),
                attributes,
            };
            if let Some((codes, pending)) = read_codes(&mut loading, &declared) {
                let mut codes = codes;
                pending
                    .read(&mut loading, &types, &tables[..])
                    .put_into(&mut codes);
                if kind == Kind::Rates {
                    tables[CURRENCIES.0 as usize] = codes.clone();
                    rates = read_rates(&mut loading, &declared, CURRENCIES, &tables[..]);
                }
                table = Some(codes);
            }
        }
    }
    let dropped = loading.dropped;
    let zones = tables.swap_remove(ZONES.0 as usize);
    Read {
        sources,
        complaints,
        dropped,
        table,
        rates,
        list,
        zones,
    }
}

/// A list with two tariff codes among its keys.
pub fn read_two_tariff_keys() -> Read {
    let text = "list pair of hs : hs, other : hs from \"FILE\"";
    let words = Words(text);
    let folder = Folder::from_texts([("schema.rules", text)]).with_file("FILE", "hs,other\n");
    let limits = Limits::default();
    let mut sources = Sources::default();
    sources.add(Source::new("schema.rules", text));
    let mut complaints = Vec::new();
    let mut loading = Loading {
        folder: &folder,
        limits: &limits,
        sources: &mut sources,
        complaints: &mut complaints,
        dropped: 0,
    };
    let declared = List {
        name: words.after("list ", "pair"),
        labels: Labels::default(),
        keys: vec![
            words.attribute("", "hs", ("hs", ast::Type::Hs)),
            words.attribute("", "other", ("hs", ast::Type::Hs)),
        ],
        file: words.after("from ", "FILE"),
        dated: None,
        attributes: Vec::new(),
    };
    let none: [CodeTable; 0] = [];
    let list = read_list(
        &mut loading,
        &declared,
        &[Type::Hs, Type::Hs],
        &[],
        &none[..],
    );
    let dropped = loading.dropped;
    Read {
        sources,
        complaints,
        dropped,
        table: None,
        rates: None,
        list,
        zones: plain("zone", &[]),
    }
}
