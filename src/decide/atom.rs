//! Conditions that the keys of facts decide: comparing one, asking which codes it holds.
//!
//! Nearly all that is evaluated for a rule that is alive is such a condition. What each says of a
//! key is worked out once, when the rules are laid out; a key that says too little leaves the
//! condition to the general way, so an atom never says anything that the condition does not.

use super::ask::{Asked, holds, told_of};
use super::atomize::Maker;
use super::eval::Evaluator;
use super::program::{NodeId, Program};
use super::state::{At, BoundCode};
use crate::check::rules::{CompareOp, NamedListId, Quantity};
use crate::facts::eval::Eval;
use crate::facts::key::Key;
use crate::ground::day::Day;
use crate::ground::truth::Truth;
use crate::schema::prefixes::Prefixes;
use crate::schema::table::NamedList;
use crate::schema::value::{ListId, Value};

/// Where a key is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Header(u32),
    Element(ListId, u32),
    Bound(u8),
    It,
    AsOf,
    Const(Key),
    /// A parameter on the as-of date.
    Parameter(u32),
    /// What is worked out from another one.
    Derived(u32),
}

/// The number of an amount, or a day so many months and days later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Derived {
    pub(super) of: Source,
    pub(super) months: i32,
    pub(super) days: i32,
}

/// What is asked of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Test {
    /// Whether it is true.
    Flag,
    /// Whether it is none.
    IsNone,
    /// Whether it is one of these codes, or none of them.
    OneOf { codes: u64, negated: bool },
    /// Whether a set holds one of these codes.
    Has(u64),
    /// Whether a set holds the code there.
    HasCode(Source),
    /// How it compares with the key there.
    Compare(CompareOp, Source),
    /// Whether it is the text there, or another one.
    Text { other: Source, negated: bool },
    /// Whether a tariff code is in one of these stretches, which are sorted, or in none of them.
    Under {
        stretches: Box<[(i64, i64)]>,
        negated: bool,
    },
    /// Whether a list has a row for a text on the as-of date, or has none.
    Among { lists: Box<Dated>, negated: bool },
    /// Whether a list has a row for a tariff code on the as-of date, or has none.
    Listed { list: NamedListId, negated: bool },
    /// What is said of each code.
    Told(Box<Told<Truth>>),
    /// What is said of each code together with others.
    ToldOf {
        told: Box<Told<Truth>>,
        also: Box<[Also]>,
    },
    /// Which codes of a set satisfy the condition of a quantifier.
    Some(Quantity, Box<Told<bool>>),
}

/// A further fact that something is said of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Also {
    pub(super) source: Source,
    /// How many places it has.
    pub(super) places: usize,
}

/// What is said of codes, from day to day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told<T> {
    /// The first day of each stretch but the first.
    pub(super) from: Vec<Day>,
    /// For each stretch, by code: first of one that is unknown and of none. Nothing where the
    /// condition has to be looked at.
    pub(super) says: Vec<Vec<Option<T>>>,
}

/// The keys of a list of texts, from day to day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dated {
    /// The first day of each stretch but the first.
    pub(super) from: Vec<Day>,
    /// For each stretch, the keys in order.
    pub(super) keys: Vec<Box<[Key]>>,
}

/// The number that no atom has.
pub(crate) const NO_ATOM: u32 = u32::MAX;

/// A condition that keys decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Atom {
    pub(super) source: Source,
    pub(super) test: Test,
    /// Whether it reads nothing of an element but the key of one column.
    alone: bool,
}

impl<T: Copy> Told<T> {
    #[inline]
    fn on(&self, day: Day) -> &[Option<T>] {
        // Most say the same on every day.
        let at = match self.from.is_empty() {
            true => 0,
            false => self.from.partition_point(|from| *from <= day),
        };
        self.says.get(at).map_or(&[], Vec::as_slice)
    }
}

impl Dated {
    fn on(&self, day: Day) -> &[Key] {
        let at = self.from.partition_point(|from| *from <= day);
        self.keys.get(at).map_or(&[], |keys| keys)
    }
}

impl Atom {
    pub(super) fn new(source: Source, test: Test) -> Atom {
        Atom {
            source,
            test,
            alone: false,
        }
    }

    /// The column of a list whose keys it asks, where it reads nothing else of an element of it.
    #[inline]
    pub(super) fn column(&self, list: ListId) -> Option<u32> {
        match self.source {
            Source::Element(of, column) if of == list && self.alone => Some(column),
            _ => None,
        }
    }
}

impl<T> Told<T> {
    fn bytes(&self) -> usize {
        let says = self.says.iter().map(|says| size_of_val(&**says));
        size_of::<Told<T>>()
            + size_of_val(&*self.from)
            + size_of_val(&*self.says)
            + says.sum::<usize>()
    }
}

impl Test {
    /// What it holds besides itself.
    fn bytes(&self) -> usize {
        match self {
            Test::Under { stretches, .. } => size_of_val(&**stretches),
            Test::Among { lists, .. } => {
                let keys = lists.keys.iter().map(|keys| size_of_val(&**keys));
                size_of::<Dated>()
                    + size_of_val(&*lists.from)
                    + size_of_val(&*lists.keys)
                    + keys.sum::<usize>()
            }
            Test::Told(told) => told.bytes(),
            Test::ToldOf { told, also } => told.bytes() + size_of_val(&**also),
            Test::Some(_, told) => told.bytes(),
            _ => 0,
        }
    }

    /// What it says of a key that is one of a value, where it reads nothing else.
    #[inline(always)]
    fn plainly(&self, key: Key) -> Option<bool> {
        match self {
            Test::Flag => Some(key == Key(1)),
            Test::IsNone => Some(false),
            Test::OneOf { codes, negated } => Some(holds(*codes, key) != *negated),
            Test::Has(codes) => Some(key.0.cast_unsigned() & codes != 0),
            _ => None,
        }
    }
}

/// An element at hand whose keys are read where they stand: its list and its keys.
type AtHand<'k> = Option<(ListId, &'k [Key])>;

impl<'a> Evaluator<'a, '_> {
    /// What an atom says that asks only a code or a flag of the header, where that is a value.
    #[inline(always)]
    pub(super) fn at_once(&self, atom: &Atom) -> Option<bool> {
        let Source::Header(slot) = atom.source else {
            return None;
        };
        let key = self.facts.key(slot);
        match key.is_special() {
            true => None,
            false => atom.test.plainly(key),
        }
    }

    /// What an atom says at the place at hand; nothing where the key says too little.
    pub(super) fn by_keys(&self, atom: &Atom) -> Option<Truth> {
        let key = self.key(atom.source, None);
        match &atom.test {
            Test::Told(told) => *told.on(self.as_of).get(key.place())?,
            Test::ToldOf { told, also } => {
                let (below, step) = self.below(also, None)?;
                told_of(key, told.on(self.as_of), below, step)
            }
            _ => self.prepared(atom, None).ask(key),
        }
    }

    /// What an atom says of an element with these keys.
    pub(super) fn by_keys_of(&self, atom: &Atom, list: ListId, keys: &[Key]) -> Option<Truth> {
        let at = Some((list, keys));
        let key = self.key(atom.source, at);
        self.prepared(atom, at).ask(key)
    }

    /// The test of an atom at the place at hand.
    #[inline(always)]
    pub(super) fn prepared<'t>(&self, atom: &'t Atom, at: AtHand) -> Asked<'t>
    where
        'a: 't,
    {
        match &atom.test {
            Test::Flag => Asked::Flag,
            Test::IsNone => Asked::IsNone,
            Test::OneOf { codes, negated } => Asked::OneOf {
                codes: *codes,
                negated: *negated,
            },
            Test::Has(codes) => Asked::Has(*codes),
            Test::HasCode(code) => Asked::HasCode(self.key(*code, at)),
            Test::Compare(op, other) => Asked::Compare(*op, self.key(*other, at)),
            Test::Text { other, negated } => Asked::Text {
                other: self.key(*other, at),
                negated: *negated,
            },
            Test::Under { stretches, negated } => Asked::Under {
                stretches,
                negated: *negated,
            },
            Test::Among { lists, negated } => Asked::Among {
                keys: lists.on(self.as_of),
                negated: *negated,
            },
            Test::Listed { list, negated } => match self.listed(*list) {
                Some((list, prefixes)) => Asked::Listed {
                    list,
                    prefixes,
                    day: self.as_of,
                    negated: *negated,
                },
                None => Asked::Told(&[]),
            },
            Test::Told(told) => Asked::Told(told.on(self.as_of)),
            Test::ToldOf { told, also } => match self.below(also, at) {
                Some((below, step)) => Asked::ToldOf {
                    told: told.on(self.as_of),
                    below,
                    step,
                },
                None => Asked::Told(&[]),
            },
            Test::Some(quantity, told) => Asked::Some(*quantity, told.on(self.as_of)),
        }
    }

    /// Where what is said stands by the other facts, and how many of such there are.
    #[inline]
    fn below(&self, also: &[Also], at: AtHand) -> Option<(usize, usize)> {
        let (mut below, mut step) = (0, 1);
        for fact in also {
            let place = self.key(fact.source, at).place();
            if place >= fact.places {
                return None;
            }
            below = below * fact.places + place;
            step *= fact.places;
        }
        Some((below, step))
    }

    /// A list beside the rules with its prefixes.
    fn listed(&self, list: NamedListId) -> Option<(&'a NamedList, &'a Prefixes)> {
        let prefixes = self.program.prefixes.get(list.0 as usize)?.as_ref()?;
        Some((self.program.rules.named_list(list)?, prefixes))
    }

    /// The key of a parameter on the as-of date.
    fn parameter_key(&self, parameter: u32) -> Key {
        let found = self.program.atoms.parameters.get(parameter as usize);
        let values = found.map_or(&[][..], Vec::as_slice);
        let after = values.partition_point(|(from, _)| *from <= self.as_of);
        let value = after.checked_sub(1).and_then(|at| values.get(at));
        value.map_or(Key::UNKNOWN, |(_, key)| *key)
    }

    /// The key of what is worked out from a fact.
    fn derived(&self, number: u32, at: AtHand) -> Key {
        let Some(derived) = self.program.atoms.derived.get(number as usize) else {
            return Key::LOOK;
        };
        let key = match derived.of {
            Source::Header(slot) => self.facts.key(slot),
            Source::Element(list, column) => self.element_key(list, column, at),
            Source::AsOf => Key::of_day(self.as_of),
            _ => return Key::LOOK,
        };
        if key.is_special() {
            // Nothing can be worked out from none.
            return if key == Key::NONE { Key::UNKNOWN } else { key };
        }
        if derived.months == 0 && derived.days == 0 {
            return key;
        }
        let day = key.to_day();
        let later = day.and_then(|day| day.add(derived.months, derived.days));
        later.map_or(Key::LOOK, Key::of_day)
    }

    #[inline]
    fn element_key(&self, list: ListId, column: u32, at: AtHand) -> Key {
        if let Some((of, keys)) = at
            && of == list
        {
            let key = keys.get(column as usize).copied();
            return key.unwrap_or(Key::UNKNOWN);
        }
        match (self.state.row(list), self.facts.rows(list)) {
            (At::Row(row), Some(rows)) => {
                let key = rows.keys(row).get(column as usize).copied();
                key.unwrap_or(Key::UNKNOWN)
            }
            _ => Key::UNKNOWN,
        }
    }

    #[inline(always)]
    fn key(&self, source: Source, at: AtHand) -> Key {
        match source {
            Source::Header(slot) => self.facts.key(slot),
            Source::Element(list, column) => self.element_key(list, column, at),
            Source::Const(key) => key,
            other => self.other_key(other, at),
        }
    }

    /// A key that neither a fact nor a constant has.
    #[inline(never)]
    fn other_key(&self, source: Source, at: AtHand) -> Key {
        match source {
            Source::Bound(number) => match self.state.bounds.get(usize::from(number)) {
                Some(BoundCode::Code(code)) => Key(i64::from(code.0)),
                _ => Key::UNKNOWN,
            },
            Source::It => match &self.state.it {
                Eval::Value(Value::Code(code)) => Key(i64::from(code.0)),
                Eval::None => Key::NONE,
                Eval::Unknown(_) => Key::UNKNOWN,
                _ => Key::LOOK,
            },
            Source::AsOf => Key::of_day(self.as_of),
            Source::Parameter(number) => self.parameter_key(number),
            Source::Derived(number) => self.derived(number, at),
            Source::Header(_) | Source::Element(..) | Source::Const(_) => Key::LOOK,
        }
    }
}

/// The conditions of a program that keys decide.
#[derive(Debug, Clone, Default)]
pub(crate) struct Atoms {
    atoms: Vec<Atom>,
    /// By parameter, its keys from the first day of each on; nothing where they are of no kind.
    parameters: Vec<Vec<(Day, Key)>>,
    derived: Vec<Derived>,
}

impl Atoms {
    /// The atom of that number; none of [`NO_ATOM`].
    #[inline]
    pub(crate) fn get(&self, number: u32) -> Option<&Atom> {
        self.atoms.get(number as usize)
    }

    /// The bytes they take.
    pub(super) fn bytes(&self) -> usize {
        let keys: usize = self.parameters.iter().map(Vec::len).sum();
        let tests = self.atoms.iter().map(|atom| atom.test.bytes());
        self.atoms.len() * size_of::<Atom>()
            + tests.sum::<usize>()
            + self.parameters.len() * size_of::<Vec<(Day, Key)>>()
            + keys * size_of::<(Day, Key)>()
            + self.derived.len() * size_of::<Derived>()
    }

    /// Whether an atom reads nothing of an element but the key of its column.
    fn is_alone(&self, atom: &Atom) -> bool {
        let Source::Element(list, _) = atom.source else {
            return false;
        };
        match &atom.test {
            Test::HasCode(other) | Test::Compare(_, other) | Test::Text { other, .. } => {
                !self.reads(*other, list)
            }
            Test::ToldOf { also, .. } => !also.iter().any(|fact| self.reads(fact.source, list)),
            _ => true,
        }
    }

    /// Whether a key is read of an element of a list.
    fn reads(&self, source: Source, list: ListId) -> bool {
        let plain = match source {
            Source::Derived(number) => self.derived.get(number as usize).map(|d| d.of),
            source => Some(source),
        };
        matches!(plain, Some(Source::Element(of, _)) if of == list)
    }

    /// Works out the atoms of a program that has none, and by node the number of its atom.
    pub(crate) fn new(program: &Program) -> (Atoms, Vec<Option<u32>>) {
        let mut maker = Maker::new(program);
        let mut made = Atoms {
            parameters: maker.parameters(),
            ..Atoms::default()
        };
        let mut numbers = Vec::with_capacity(program.nodes.len());
        for number in (0u32..).take(program.nodes.len()) {
            numbers.push(maker.atom(NodeId(number)).and_then(|atom| {
                made.atoms.push(atom);
                u32::try_from(made.atoms.len() - 1).ok()
            }));
        }
        made.derived = maker.into_derived();
        let mut atoms = std::mem::take(&mut made.atoms);
        for atom in &mut atoms {
            atom.alone = made.is_alone(atom);
        }
        made.atoms = atoms;
        (made, numbers)
    }
}
