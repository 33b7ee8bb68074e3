//! Mistakes as people and programs make them, one to a declaration, each with the code that a reader
//! refuses it with.

use super::draft::Draft;
use crate::facts::Facts;
use crate::facts::error;
use crate::facts::lines::{Instead, Lines};
use crate::facts::write::fact_path;
use crate::ground::diagnostic::Code;
use crate::schema::Home;
use crate::schema::value::{Denomination, Fact, FieldId, ListId, Type, Value};

/// The one mistake of a declaration.
///
/// ```
/// use kakou::generate::{FLAWS, Generator, Options};
/// let rules = kakou::load("examples/gate")?;
/// let all = Options { invalid_per_million: 1_000_000, ..Options::default() };
/// let generator = Generator::new(&rules, all);
/// let flaw = |number| generator.record(number).flaw;
/// assert!((1..=20).filter_map(flaw).all(|flaw| FLAWS.contains(&flaw.code)));
/// // Nobody who asks for valid declarations gets one.
/// assert_eq!(Generator::new(&rules, Options::default()).record(1).flaw, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// The code that a reader refuses the declaration with.
    pub code: Code,
    /// Where it is, by the path that the reader says.
    pub path: String,
    what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum What {
    /// Another text in the place of a fact.
    Instead(Instead),
    /// A field that the schema does not have, before the others.
    Extra(String),
    /// The line ends early: so many thousandths of it are left.
    Cut(u64),
}

/// The codes of the mistakes that are made.
///
/// ```
/// use kakou::facts::error;
/// use kakou::generate::FLAWS;
/// assert!(FLAWS.contains(&error::UNKNOWN_CODE));
/// // A record beyond the limit of bytes is not slightly wrong.
/// assert!(!FLAWS.contains(&error::TOO_LARGE));
/// ```
pub const FLAWS: &[Code] = &[
    error::NOT_JSON,
    error::UNKNOWN_FIELD,
    error::GIVEN_TWICE,
    error::WRONG_TYPE,
    error::UNKNOWN_CODE,
    error::BAD_NUMBER,
    error::NOT_EXACT,
    error::BAD_INTEGER,
    error::BAD_DATE,
    error::BAD_HS,
    error::BAD_LENGTH,
    error::SAME_KEY,
    error::SAME_CODE,
    error::NO_UNIT,
    error::EMPTY,
];

/// A fact that is given: its field, its row and its type.
type Given = (FieldId, Option<u32>, Type);

impl Flaw {
    /// Draws a mistake that can be made in the declaration.
    pub(super) fn draw(draft: &mut Draft<'_>) -> Flaw {
        let given = given(draft);
        let mut codes: Vec<Code> = FLAWS.to_vec();
        draft.dice.shuffle(&mut codes);
        codes
            .into_iter()
            .find_map(|code| of(code, draft, &given))
            .unwrap_or_else(|| unknown_field(draft))
    }

    /// Adds the line with the mistake in it.
    pub(super) fn write(&self, lines: &Lines, facts: &Facts, out: &mut String) {
        let start = out.len();
        match &self.what {
            What::Instead(instead) => lines.write(out, facts, Some(instead)),
            What::Extra(field) => {
                lines.write(out, facts, None);
                out.insert_str(start + 1, field);
            }
            What::Cut(left) => {
                lines.write(out, facts, None);
                let length = u64::try_from(out.len() - start).unwrap_or(0);
                let keep = usize::try_from(length * left / 1_000).unwrap_or(0).max(1);
                let mut end = start + keep;
                while !out.is_char_boundary(end) {
                    end -= 1;
                }
                out.truncate(end);
                out.push('\n');
            }
        }
    }
}

/// All single facts that are given, sets among them.
fn given(draft: &Draft<'_>) -> Vec<Given> {
    let mut all = Vec::new();
    for (field, declared) in (0..).map(FieldId).zip(&draft.schema().fields) {
        let rows: Vec<Option<u32>> = match declared.home {
            Home::Header(_) => vec![None],
            Home::Element(list, _) => draft.rows(list).map(Some).collect(),
        };
        let known = rows
            .into_iter()
            .filter(|row| draft.value(field, *row).is_some());
        all.extend(known.map(|row| (field, row, declared.typ)));
    }
    all
}

fn flaw(draft: &Draft<'_>, code: Code, field: FieldId, row: Option<u32>, text: String) -> Flaw {
    let twice = code == error::GIVEN_TWICE;
    Flaw {
        code,
        path: fact_path(draft.schema(), &draft.facts, field, row),
        what: What::Instead(Instead {
            field,
            row,
            text,
            twice,
        }),
    }
}

/// A mistake of that code, where the declaration has a place for it.
fn of(code: Code, draft: &mut Draft<'_>, given: &[Given]) -> Option<Flaw> {
    match code {
        error::NOT_JSON => Some(Flaw {
            code,
            path: String::new(),
            what: What::Cut(draft.dice.below(980)),
        }),
        error::UNKNOWN_FIELD => Some(unknown_field(draft)),
        error::BAD_LENGTH => bad_length(draft),
        error::SAME_KEY => same_key(draft),
        error::NO_UNIT => no_unit(draft, given),
        _ => {
            let fits =
                |(field, row, typ): &&Given| spoilt(code, draft, *field, *row, *typ).is_some();
            let places: Vec<&Given> = given.iter().filter(fits).collect();
            let (field, row, typ) = *draft.dice.one(&places).copied()?;
            let text = spoilt(code, draft, field, row, typ)?;
            let mut flaw = flaw(draft, code, field, row, text);
            if code == error::SAME_CODE {
                // The reader says which of the codes it is: the second.
                flaw.path.push_str("[2]");
            }
            Some(flaw)
        }
    }
}

/// What stands in the place of a fact for a reader to refuse it with that code.
fn spoilt(
    code: Code,
    draft: &Draft<'_>,
    field: FieldId,
    row: Option<u32>,
    typ: Type,
) -> Option<String> {
    let schema = draft.schema();
    let value = draft.value(field, row)?;
    let amount = matches!(
        typ,
        Type::Decimal | Type::Rate | Type::Money(_) | Type::Quantity(_)
    );
    let quoted = |text: &str| format!("\"{text}\"");
    match (code, typ) {
        (error::GIVEN_TWICE, Type::Bool) => Some("true".into()),
        (error::GIVEN_TWICE, Type::Date) => Some(quoted("2026-01-01")),
        (error::WRONG_TYPE, Type::Bool) => Some(quoted("Y")),
        // A spreadsheet took the code for a number.
        (error::WRONG_TYPE, Type::Text | Type::Hs) => Some("8471300000".into()),
        (error::WRONG_TYPE, _) if amount => Some("true".into()),
        (error::UNKNOWN_CODE, Type::Code(table)) => {
            let table = schema.table(table)?;
            let Value::Code(code) = value else {
                return None;
            };
            let text = format!("{}?", plain(table.text(*code))?);
            table.find(&text).is_none().then(|| quoted(&text))
        }
        (error::BAD_NUMBER, _) if amount => Some(quoted("1,250.00")),
        (error::NOT_EXACT, _) if amount => Some("1.25E+3".into()),
        (error::BAD_INTEGER, Type::Integer) => Some("1.5".into()),
        (error::BAD_DATE, Type::Date) => match value {
            Value::Date(day) if day.number() % 2 == 0 => {
                Some(quoted(&day.to_string().replace('-', "/")))
            }
            _ => Some(quoted("2026-02-30")),
        },
        // The letter O for the digit.
        (error::BAD_HS, Type::Hs) => Some(quoted("84713O0000")),
        (error::SAME_CODE, Type::Set(table)) => {
            let Value::Set(codes) = value else {
                return None;
            };
            let text = plain(schema.table(table)?.text(*codes.first()?))?;
            Some(format!("[\"{text}\",\"{text}\"]"))
        }
        (error::EMPTY, Type::Text | Type::Set(_) | Type::List(_)) => None,
        (error::EMPTY, _) => Some(quoted("")),
        _ => None,
    }
}

/// A text that needs no escapes.
fn plain(text: &str) -> Option<&str> {
    let usual = |c: char| c >= ' ' && c != '"' && c != '\\';
    text.chars().all(usual).then_some(text)
}

/// The name of a field with two letters the wrong way round.
fn unknown_field(draft: &mut Draft<'_>) -> Flaw {
    let schema = draft.schema();
    let header: Vec<&str> = schema
        .header
        .iter()
        .filter_map(|field| schema.field(*field))
        .filter_map(|field| field.parts.first())
        .map(String::as_str)
        .collect();
    let name = draft.dice.one(&header).copied().unwrap_or("field");
    let mut letters: Vec<char> = name.chars().collect();
    let last = letters.len().saturating_sub(1);
    if last > 0 {
        letters.swap(last, last - 1);
    }
    let mut wrong: String = letters.into_iter().collect();
    while header.contains(&wrong.as_str()) {
        wrong.push('_');
    }
    Flaw {
        code: error::UNKNOWN_FIELD,
        what: What::Extra(format!("\"{wrong}\":null,")),
        path: wrong,
    }
}

/// A list that may not be empty, empty.
fn bad_length(draft: &mut Draft<'_>) -> Option<Flaw> {
    let schema = draft.schema();
    let least = |list: &&crate::schema::List| list.least > 0 && list.parent.is_none();
    let lists: Vec<FieldId> = schema.lists.iter().filter(least).map(|l| l.field).collect();
    let field = *draft.dice.one(&lists)?;
    Some(flaw(draft, error::BAD_LENGTH, field, None, "[]".into()))
}

/// An element with the key of the one before it.
fn same_key(draft: &mut Draft<'_>) -> Option<Flaw> {
    let schema = draft.schema();
    let lists = (0..).map(ListId).zip(&schema.lists);
    let keyed: Vec<(FieldId, u32, String)> = lists
        .filter_map(|(list, declared)| {
            let key = declared.key?;
            let of = draft.facts.rows(list)?.of(0);
            let (first, second) = (of.start, of.start + 1);
            if second >= of.end {
                return None;
            }
            draft.value(key, Some(second))?;
            let text = match (draft.value(key, Some(first))?, schema.field(key)?.typ) {
                (Value::Number(number), _) => number.to_string(),
                (Value::Text(text), _) => format!("\"{}\"", plain(text)?),
                (Value::Code(code), Type::Code(table)) => {
                    format!("\"{}\"", plain(schema.table(table)?.text(*code))?)
                }
                _ => return None,
            };
            Some((key, second, text))
        })
        .collect();
    let (key, row, text) = draft.dice.one(&keyed)?.clone();
    Some(flaw(draft, error::SAME_KEY, key, Some(row), text))
}

/// An amount whose currency or unit is given as empty.
fn no_unit(draft: &mut Draft<'_>, given: &[Given]) -> Option<Flaw> {
    let named = |(field, row, typ): &Given| match typ {
        Type::Money(Denomination::Named(naming)) | Type::Quantity(Denomination::Named(naming)) => {
            Some((
                *naming,
                draft.naming_row(*field, *naming, *row),
                (*field, *row),
            ))
        }
        _ => None,
    };
    let named: Vec<_> = given.iter().filter_map(named).collect();
    let (naming, at, (field, row)) = *draft.dice.one(&named)?;
    if *draft.fact(naming, at) == Fact::None {
        return None;
    }
    let mut flaw = flaw(draft, error::NO_UNIT, naming, at, "null".into());
    flaw.path = fact_path(draft.schema(), &draft.facts, field, row);
    Some(flaw)
}
