//! Finds the conditions of a program that keys decide.

use super::atom::{Atom, Dated, Derived, Source, Test, Told};
use super::program::{NodeId, Op, Program};
use super::state::State;
use super::tell::taken_apart;
use crate::check::rules::{CompareOp, Each, NamedListId, ParameterId, Quantity};
use crate::facts::arith::{Unit, amount};
use crate::facts::key::{Key, SET_BITS};
use crate::facts::{Facts, ListState};
use crate::ground::day::Day;
use crate::ground::truth::Truth;
use crate::schema::Home;
use crate::schema::value::{Code, Fact, FieldId, Hs, ListId, TableId, Type, Value};

/// How many nodes are worked out beforehand for all conditions together.
const BUDGET: usize = 1_000_000;

/// The most keys of a list of texts, those of all its stretches of days together.
const MOST_LISTED: usize = 1 << 16;

/// The stretches of codes under the prefixes, sorted, none touching another.
fn stretches(prefixes: &[Hs]) -> Box<[(i64, i64)]> {
    let key = |code: u64| i64::try_from(code).unwrap_or(i64::MAX);
    let all = prefixes.iter();
    let mut all: Vec<(i64, i64)> = all.map(|p| (key(p.first()), key(p.last()))).collect();
    all.sort_unstable();
    let mut apart: Vec<(i64, i64)> = Vec::new();
    for (first, last) in all {
        match apart.last_mut() {
            Some(before) if first <= before.1 => before.1 = before.1.max(last),
            _ => apart.push((first, last)),
        }
    }
    apart.into()
}

/// The codes as a mask; none where one has no bit in the key of a set.
fn mask(codes: impl IntoIterator<Item = Code>) -> Option<u64> {
    codes.into_iter().try_fold(0u64, |mask, code| {
        (code.0 < SET_BITS).then(|| mask | 1 << code.0)
    })
}

/// Works out atoms.
pub(super) struct Maker<'a> {
    pub(super) program: &'a Program,
    /// Nothing is known of the declaration but that each list of the header has one element.
    pub(super) facts: Facts,
    pub(super) state: State,
    pub(super) budget: usize,
    /// The nodes of which only the parts are ever evaluated.
    pub(super) apart: Vec<bool>,
    derived: Vec<Derived>,
}

/// What a value is: keys of two values are compared only where they are of one kind.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Amount(Unit),
    Date,
    Bool,
    Text,
    Code(TableId),
    Hs,
}

impl Kind {
    fn of(typ: Type) -> Option<Kind> {
        Some(match typ {
            Type::Bool => Kind::Bool,
            Type::Text => Kind::Text,
            Type::Date => Kind::Date,
            Type::Code(table) => Kind::Code(table),
            Type::Hs => Kind::Hs,
            typ => Kind::Amount(Unit::fixed(typ)?),
        })
    }

    /// Whether less and more mean something.
    fn is_ordered(self) -> bool {
        matches!(self, Kind::Amount(_) | Kind::Date)
    }
}

/// Whether keys of facts of this type that differ stand for values that do, and those that are equal
/// for equal ones, but for long texts.
pub(crate) fn keyed(typ: Type) -> bool {
    Kind::of(typ).is_some()
}

impl<'a> Maker<'a> {
    pub(super) fn new(program: &'a Program) -> Maker<'a> {
        let schema = &program.rules.schema;
        let mut facts = Facts::unknown(schema);
        for (number, list) in (0u32..).map(ListId).zip(&schema.lists) {
            if let (None, Some(rows)) = (list.parent, facts.rows_mut(number)) {
                rows.set_last_state(ListState::Given);
                rows.push_row();
            }
        }
        Maker {
            program,
            facts,
            state: State::default(),
            budget: BUDGET,
            apart: taken_apart(program),
            derived: Vec::new(),
        }
    }

    /// What atoms work out from facts.
    pub(super) fn into_derived(self) -> Vec<Derived> {
        self.derived
    }

    /// The keys of all parameters, from the first day of each on.
    pub(super) fn parameters(&self) -> Vec<Vec<(Day, Key)>> {
        let parameters = self.program.rules.parameters.iter();
        let keys = parameters.map(|parameter| {
            let mut keys = Vec::new();
            for value in &parameter.values {
                let key = Key::of(&Fact::Value(value.value.clone()));
                keys.push((value.period.from.unwrap_or(Day::MIN), key));
                if let Some(after) = value.period.until.and_then(|until| until.add(0, 1)) {
                    keys.push((after, Key::UNKNOWN));
                }
            }
            keys
        });
        keys.collect()
    }

    /// What all values of a parameter are.
    fn parameter_kind(&self, parameter: ParameterId) -> Option<Kind> {
        let found = self.program.rules.parameters.get(parameter.0 as usize)?;
        let mut kinds = found.values.iter().map(|value| match &value.value {
            Value::Date(_) => Some(Kind::Date),
            value => Some(Kind::Amount(amount(value).ok()?.1)),
        });
        let first = kinds.next()??;
        // On no day two of them may hold.
        let days = found.values.windows(2).all(|two| match two {
            [a, b] => matches!((a.period.until, b.period.from), (Some(u), Some(f)) if u < f),
            _ => true,
        });
        (days && kinds.all(|kind| kind == Some(first))).then_some(first)
    }

    fn typ(&self, field: FieldId) -> Option<Type> {
        self.program.rules.schema.field(field).map(|f| f.typ)
    }

    pub(super) fn field(&self, node: NodeId) -> Option<(Source, Type)> {
        let Op::Field(field) = self.program.op(node) else {
            return None;
        };
        match self.typ(*field)? {
            Type::List(_) => None,
            typ => Some((self.source(*field)?, typ)),
        }
    }

    fn source(&self, field: FieldId) -> Option<Source> {
        Some(match self.program.homes.get(field.0 as usize)? {
            Home::Header(slot) => Source::Header(*slot),
            Home::Element(list, column) => Source::Element(*list, *column),
        })
    }

    /// The atom that a node is, if keys decide it.
    pub(super) fn atom(&mut self, node: NodeId) -> Option<Atom> {
        let program = self.program;
        let operands = program.operands(node);
        let of =
            |found: Option<(Source, Type)>, test| found.map(|(source, _)| Atom::new(source, test));
        let first = operands.first().and_then(|first| self.field(*first));
        let simple = match program.op(node) {
            Op::Flag => of(first, Test::Flag),
            Op::IsNone => match operands {
                [it] if *program.op(*it) == Op::It => Some(Atom::new(Source::It, Test::IsNone)),
                _ => of(first, Test::IsNone),
            },
            Op::OneOf { codes, negated } => {
                let codes = codes.iter().copied();
                let test = mask(codes).map(|codes| Test::OneOf {
                    codes,
                    negated: *negated,
                });
                test.and_then(|test| of(first, test))
            }
            Op::Under { prefixes, negated } => {
                let of_hs = first.filter(|(_, typ)| *typ == Type::Hs);
                of_hs.map(|(source, _)| {
                    Atom::new(
                        source,
                        Test::Under {
                            stretches: stretches(prefixes),
                            negated: *negated,
                        },
                    )
                })
            }
            Op::InList {
                list,
                on: false,
                negated,
            } => self.listed(*list, *negated, operands),
            Op::Has => self.has(operands),
            Op::Compare(op) => self.compare(*op, operands),
            Op::Quantified {
                quantity,
                over: Each::Set(field),
                binds,
            } => self.some(*quantity, *field, *binds, *operands.first()?),
            Op::And | Op::Or | Op::Not | Op::Rows { .. } | Op::InSet { .. } => None,
            _ => return None,
        };
        simple.or_else(|| self.told(node))
    }

    /// Whether a list that is keyed by a text or a tariff code has a row.
    fn listed(&self, list: NamedListId, negated: bool, operands: &[NodeId]) -> Option<Atom> {
        let [key] = operands else {
            return None;
        };
        let (source, typ) = self.field(*key)?;
        if typ == Type::Text {
            let lists = Box::new(self.dated(list)?);
            return Some(Atom::new(source, Test::Among { lists, negated }));
        }
        self.program.prefixes.get(list.0 as usize)?.as_ref()?;
        (typ == Type::Hs).then_some(Atom::new(source, Test::Listed { list, negated }))
    }

    /// The keys of a list of texts on each day.
    fn dated(&self, list: NamedListId) -> Option<Dated> {
        let rows = &self.program.rules.named_list(list)?.rows;
        let days = rows.iter().flat_map(|row| row.period.turns());
        let mut from: Vec<Day> = days.collect();
        from.sort_unstable();
        from.dedup();
        if (from.len() + 1).checked_mul(rows.len())? > MOST_LISTED {
            return None;
        }
        let stretches = [Day::MIN].into_iter().chain(from.iter().copied());
        let keys = stretches.map(|day| {
            let rows = rows.iter().filter(|row| row.period.holds(day));
            let keys = rows.map(|row| match row.keys.as_slice() {
                [Value::Text(text)] => Some(Key::of_text(text)),
                _ => None,
            });
            let mut keys = keys.collect::<Option<Vec<Key>>>()?;
            keys.sort_unstable();
            Some(keys.into())
        });
        let keys = keys.collect::<Option<Vec<_>>>()?;
        Some(Dated { from, keys })
    }

    fn has(&self, operands: &[NodeId]) -> Option<Atom> {
        let (set, codes) = operands.split_first()?;
        let (source, _) = self.field(*set)?;
        let constant = |node: &NodeId| match self.program.op(*node) {
            Op::Const(Value::Code(code)) => Some(*code),
            _ => None,
        };
        let test = match codes {
            [one] if constant(one).is_none() => match self.program.op(*one) {
                Op::It => Test::HasCode(Source::It),
                Op::Bound(number) => Test::HasCode(Source::Bound(*number)),
                _ => Test::HasCode(self.field(*one)?.0),
            },
            _ => Test::Has(mask(
                codes.iter().map(constant).collect::<Option<Vec<_>>>()?,
            )?),
        };
        Some(Atom::new(source, test))
    }

    fn compare(&mut self, op: CompareOp, operands: &[NodeId]) -> Option<Atom> {
        let [left, right] = operands else {
            return None;
        };
        let ((source, a), (other, b)) = (self.side(*left)?, self.side(*right)?);
        let equality = matches!(op, CompareOp::Eq | CompareOp::Ne);
        (a == b && (equality || a.is_ordered())).then_some(Atom::new(
            source,
            match a {
                Kind::Text => Test::Text {
                    other,
                    negated: op == CompareOp::Ne,
                },
                _ => Test::Compare(op, other),
            },
        ))
    }

    /// One side of a comparison.
    fn side(&mut self, node: NodeId) -> Option<(Source, Kind)> {
        let program = self.program;
        let operands = program.operands(node);
        match (program.op(node), operands) {
            (Op::AsOf, _) => Some((Source::AsOf, Kind::Date)),
            (Op::Const(value), _) => {
                let kind = match value {
                    Value::Date(_) => Kind::Date,
                    Value::Text(_) => Kind::Text,
                    value => Kind::Amount(amount(value).ok()?.1),
                };
                let key = Key::of(&Fact::Value(value.clone()));
                (key != Key::LOOK).then_some((Source::Const(key), kind))
            }
            (Op::Parameter(parameter), []) => {
                let kind = self.parameter_kind(*parameter)?;
                Some((Source::Parameter(parameter.0), kind))
            }
            (Op::NumberOf, [of]) => {
                let (of, typ) = self.field(*of)?;
                matches!(typ, Type::Money(_) | Type::Quantity(_))
                    .then(|| (self.derive(of, 0, 0), Kind::Amount(Unit::Plain)))
            }
            (Op::AddDuration, [date, months, days]) => {
                let (of, kind) = self.side(*date)?;
                let plain = matches!(of, Source::Header(_) | Source::Element(..) | Source::AsOf);
                let (months, days) = (self.whole(*months)?, self.whole(*days)?);
                (plain && kind == Kind::Date).then(|| (self.derive(of, months, days), kind))
            }
            _ => {
                let (source, typ) = self.field(node)?;
                Kind::of(typ).map(|kind| (source, kind))
            }
        }
    }

    /// A whole number that stands in the rules.
    fn whole(&self, node: NodeId) -> Option<i32> {
        match self.program.op(node) {
            Op::Const(Value::Number(number)) => i32::try_from(number.to_i64()?).ok(),
            _ => None,
        }
    }

    fn derive(&mut self, of: Source, months: i32, days: i32) -> Source {
        self.derived.push(Derived { of, months, days });
        Source::Derived(u32::try_from(self.derived.len() - 1).unwrap_or(u32::MAX))
    }

    /// A quantifier over the codes of a set whose condition reads nothing but the code.
    fn some(
        &mut self,
        quantity: Quantity,
        field: FieldId,
        binds: u8,
        body: NodeId,
    ) -> Option<Atom> {
        if matches!(quantity, Quantity::Exactly(_) | Quantity::AtLeast(_)) {
            return None;
        }
        let Type::Set(table) = self.typ(field)? else {
            return None;
        };
        let source = self.source(field)?;
        let told = match self.program.op(body) {
            Op::Always => Told {
                from: Vec::new(),
                says: vec![vec![Some(Truth::True); self.codes(table) + 2]],
            },
            _ => {
                let (found, told) = self.all_codes(body)?;
                match found {
                    Source::Bound(number) if number == binds => told,
                    _ => return None,
                }
            }
        };
        let says = told.says.into_iter().map(|says| {
            says.into_iter()
                .map(|truth| match truth? {
                    Truth::True => Some(true),
                    Truth::False => Some(false),
                    Truth::Unknown => None,
                })
                .collect()
        });
        Some(Atom::new(
            source,
            Test::Some(
                quantity,
                Box::new(Told {
                    from: told.from,
                    says: says.collect(),
                }),
            ),
        ))
    }

    pub(super) fn codes(&self, table: TableId) -> usize {
        let table = self.program.rules.schema.table(table);
        table.map_or(0, |table| table.codes.len())
    }
}
