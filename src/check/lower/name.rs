//! Names in expressions: fields, attributes, definitions, parameters, codes at hand.

use super::{Lower, Lowered, Typed};
use crate::check::codes;
use crate::check::names::{Named, nearest};
use crate::check::rules::Expr;
use crate::ground::diagnostic::{Diagnostic, Label};
use crate::ground::span::At;
use crate::schema::Home;
use crate::schema::value::{FieldId, ListId, TableId, Type};

impl Lower<'_, '_> {
    /// What a name stands for; complains where it stands for nothing.
    pub(super) fn name(&mut self, name: &str, at: At) -> Option<Lowered> {
        let Some(owner) = self.owner_of(name) else {
            self.unknown_name(name, at);
            return None;
        };
        let path = name.get(owner.len()..).unwrap_or_default();
        let lowered = self.deeper(path.matches('.').count(), at, |lower| match owner {
            "it" | "其" => lower.it_value(at).map(Lowered::Value),
            owner => lower.try_name(owner, at).flatten(),
        });
        match path.strip_prefix('.') {
            None => lowered,
            Some(path) => match lowered? {
                Lowered::Value(owner) => self.attributes(owner, path, at).map(Lowered::Value),
                Lowered::Cond(_) => {
                    self.no_attributes(path, "a condition", at);
                    None
                }
            },
        }
    }

    /// The longest part of a name, up to its end or a point, that can be read as a value here. What
    /// follows it are attributes: `zone_id` of `zone_id.zone_type.first_line_mode`.
    pub(super) fn owner_of<'n>(&self, name: &'n str) -> Option<&'n str> {
        let ends = name.rmatch_indices('.').map(|(end, _)| end);
        std::iter::once(name.len())
            .chain(ends)
            .filter_map(|end| name.get(..end))
            .find(|part| match *part {
                "it" | "其" => part.len() < name.len(),
                part => self.can_be_read(part),
            })
    }

    fn can_be_read(&self, name: &str) -> bool {
        let names = self.scope.names;
        self.is_bound(name)
            || names.is_broken(name)
            || names.fields.contains_key(name)
            || names.lets.contains_key(name)
            || names.parameters.contains_key(name)
            || self.labelled(name).next().is_some()
    }

    /// What a name that can also be a code reads, and how to read that without a doubt.
    pub(super) fn reading(&self, owner: &str, name: &str) -> (&'static str, String) {
        let names = self.scope.names;
        let other = |what: &str| format!("for the {what}, give it a name that is no code");
        if owner.len() < name.len() {
            return ("an attribute", other("attribute"));
        }
        if self.is_bound(name) {
            return ("the code at hand", other("code at hand"));
        }
        if names.fields.contains_key(name) {
            let how = format!("for the field, define `let … = {name}` and write that name");
            return ("a field", how);
        }
        if names.lets.contains_key(name) {
            return ("a definition", other("definition"));
        }
        if names.parameters.contains_key(name) {
            return ("a parameter", other("parameter"));
        }
        let meant: Vec<&Named> = self.labelled(name).collect();
        let all: Vec<String> = meant.iter().map(|named| self.identifier(named)).collect();
        let how = format!("for the value write {}", all.join(" or "));
        match meant.first() {
            Some(Named::Let(_)) => ("a definition", how),
            Some(Named::Parameter(_)) => ("a parameter", how),
            _ => ("a field", how),
        }
    }

    /// The values that a label can stand for here.
    fn labelled(&self, name: &str) -> impl Iterator<Item = &'_ Named> {
        let all = self.scope.names.labelled(name).iter();
        all.filter(|n| match n {
            Named::Field(field) => self.at_hand(*field),
            Named::Let(_) | Named::Parameter(_) => true,
            _ => false,
        })
    }

    fn unknown_name(&mut self, name: &str, at: At) {
        let bound: Vec<String> = self.bound.iter().map(|b| b.name.clone()).collect();
        let known = self
            .scope
            .names
            .readable()
            .chain(bound.iter().map(String::as_str));
        let known: Vec<&str> = known.collect();
        let near = nearest(name, known.iter().copied()).map(str::to_owned);
        // Or what stands before the attributes is misspelt.
        let near = near.or_else(|| {
            let (owner, path) = name.split_once('.')?;
            let near = nearest(owner, known.iter().copied())?;
            Some(format!("{near}.{path}"))
        });
        let mut diagnostic = Diagnostic::new(
            codes::UNKNOWN_NAME,
            format!("nothing is called `{name}`"),
            at.0,
        )
        .label("not known");
        if let Some(near) = near {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
        } else if self
            .scope
            .schema
            .tables
            .iter()
            .any(|t| t.find(name).is_some())
        {
            diagnostic = diagnostic.help(format!("`{name}` is a code: compare with `is {name}`"));
        }
        self.push(diagnostic);
    }

    /// Nothing where the name is not known as a whole; an inner nothing after a complaint.
    fn try_name(&mut self, name: &str, at: At) -> Option<Option<Lowered>> {
        if let Some((depth, bound)) = self
            .bound
            .iter()
            .enumerate()
            .rev()
            .find(|(_, b)| b.name == name)
        {
            let expr = Expr::Bound(u8::try_from(depth).unwrap_or(u8::MAX));
            return Some(Some(Lowered::Value(Typed {
                expr,
                typ: Type::Code(bound.table),
            })));
        }
        if self.scope.names.is_broken(name) {
            return Some(None);
        }
        if let Some(field) = self.scope.names.fields.get(name).copied() {
            self.note(at, Named::Field(field));
            return Some(self.field(field, at).map(Lowered::Value));
        }
        if self.scope.names.lets.contains_key(name) {
            self.note(at, Named::Let(name.to_owned()));
            return Some(self.definition(name, at));
        }
        if let Some(parameter) = self.scope.names.parameters.get(name).copied() {
            self.note(at, Named::Parameter(parameter));
            self.used.insert(format!("parameter {name}"));
            let typ = self
                .scope
                .parameters
                .get(parameter.0 as usize)
                .map_or(Type::Bool, |p| p.typ);
            let expr = Expr::Parameter {
                parameter,
                on: None,
            };
            return Some(Some(Lowered::Value(Typed { expr, typ })));
        }
        self.by_label(name, at)
    }

    fn by_label(&mut self, name: &str, at: At) -> Option<Option<Lowered>> {
        let readable: Vec<Named> = self.labelled(name).cloned().collect();
        if let [one] = readable.as_slice() {
            self.note(at, one.clone());
        }
        match readable.as_slice() {
            [] => None,
            [Named::Field(field)] => Some(self.field(*field, at).map(Lowered::Value)),
            [Named::Let(name)] => Some(self.definition(name, at)),
            [Named::Parameter(parameter)] => {
                let known = self.scope.parameters.get(parameter.0 as usize);
                let (name, typ) = known.map_or(("", Type::Bool), |p| (p.name.as_str(), p.typ));
                self.used.insert(format!("parameter {name}"));
                let expr = Expr::Parameter {
                    parameter: *parameter,
                    on: None,
                };
                Some(Some(Lowered::Value(Typed { expr, typ })))
            }
            _ => {
                let names: Vec<String> = readable.iter().map(|n| self.identifier(n)).collect();
                self.push(
                    Diagnostic::new(
                        codes::AMBIGUOUS_LABEL,
                        format!("`{name}` can mean several things here"),
                        at.0,
                    )
                    .label("which one?")
                    .help(format!("write one of {}", names.join(", "))),
                );
                Some(None)
            }
        }
    }

    /// Notes what a name stands for, but not again for each use of the definition it stands in.
    pub(in crate::check) fn note(&self, at: At, named: Named) {
        if self.lets.is_empty() {
            self.scope.names.note(at, named);
        }
    }

    fn identifier(&self, named: &Named) -> String {
        match named {
            Named::Field(field) => self
                .scope
                .schema
                .field(*field)
                .map_or("?".into(), |f| format!("`{}`", f.path)),
            Named::Let(name) => format!("`{name}`"),
            Named::Parameter(p) => self
                .scope
                .parameters
                .get(p.0 as usize)
                .map_or("?".into(), |p| format!("`{}`", p.name)),
            _ => "?".to_owned(),
        }
    }

    fn at_hand(&self, field: FieldId) -> bool {
        match self.scope.schema.field(field).map(|f| f.home) {
            Some(Home::Header(_)) => true,
            Some(Home::Element(list, _)) => self.anywhere || self.elements.contains(&list),
            None => false,
        }
    }

    /// A field as a value, where its element is at hand.
    pub(super) fn field(&mut self, field: FieldId, at: At) -> Option<Typed> {
        let known = self.scope.schema.field(field)?;
        if !self.at_hand(field) {
            let element = match known.home {
                Home::Element(list, _) => self
                    .scope
                    .schema
                    .list(list)
                    .map_or("", |l| l.element.as_str()),
                Home::Header(_) => "",
            };
            self.push(
                Diagnostic::new(
                    codes::NO_ELEMENT,
                    format!("no `{element}` is at hand for `{}`", known.path),
                    at.0,
                )
                .label(format!("belongs to one `{element}`"))
                .help(format!(
                    "begin the rule with `each {element}`, or ask for `any {element} has (…)` or `sum of … over …`"
                )),
            );
            return None;
        }
        Some(Typed {
            expr: Expr::Field(field),
            typ: known.typ,
        })
    }

    fn definition(&mut self, name: &str, at: At) -> Option<Lowered> {
        let definition = *self.scope.names.lets.get(name)?;
        self.used.insert(format!("let {name}"));
        if self.lets.iter().any(|l| l == name) {
            let cycle: Vec<&str> = self
                .lets
                .iter()
                .map(String::as_str)
                .skip_while(|l| *l != name)
                .collect();
            // The whole circle is one mistake, told at the first of its names.
            if cycle.iter().any(|l| *l < name) {
                return None;
            }
            let chain = cycle.join("`, `");
            self.push(
                Diagnostic::new(
                    codes::DEFINITION_CYCLE,
                    format!("`{name}` is defined by itself"),
                    definition.name.at.0,
                )
                .label("leads back to itself")
                .help(format!("the way: `{chain}`, `{name}`")),
            );
            return None;
        }
        self.lets.push(name.to_owned());
        let before = self.diagnostics.len();
        let lowered = self.any(&definition.value);
        self.lets.pop();
        if lowered.is_none() {
            self.asked_from(before, name, at);
        }
        lowered
    }

    /// What a definition lacks where it is used is the mistake of who uses it.
    fn asked_from(&mut self, before: usize, name: &str, at: At) {
        let lacking = [
            codes::NO_ELEMENT,
            codes::NO_ARGUMENT_AT_HAND,
            codes::AMBIGUOUS_LABEL,
            codes::RULE_TOO_LARGE,
            codes::TOO_DEEP,
        ];
        if self.anywhere {
            return;
        }
        for diagnostic in self.diagnostics.iter_mut().skip(before) {
            if !lacking.contains(&diagnostic.code) {
                continue;
            }
            let whole = Label {
                span: at.0,
                text: format!("asked for by `{name}`"),
            };
            match diagnostic.labels.as_mut_slice() {
                // A definition inside a definition: only the outermost use counts.
                [first, _, ..] => *first = whole,
                _ => diagnostic.labels.insert(0, whole),
            }
        }
    }

    /// The argument of a requirement.
    pub(super) fn it_value(&mut self, at: At) -> Option<Typed> {
        match self.it {
            Some(typ) => Some(Typed {
                expr: Expr::It,
                typ,
            }),
            None => {
                self.complain(
                    codes::NO_ARGUMENT_AT_HAND,
                    "`it` stands only in `met when` and in `waive … where`",
                    at,
                    "no argument is at hand",
                );
                None
            }
        }
    }

    /// `A.B.C` of a value: an attribute of it, and of that one another.
    pub(super) fn attributes(&mut self, owner: Typed, path: &str, at: At) -> Option<Typed> {
        let mut found = owner;
        for attribute in path.split('.') {
            self.nodes += 1;
            found = self.attribute(found, attribute, at)?;
        }
        Some(found)
    }

    fn no_attributes(&mut self, attribute: &str, found: &str, at: At) {
        self.complain(
            codes::WRONG_TYPE,
            format!("only a code has attributes such as `{attribute}`"),
            at,
            format!("what stands before it is {found}"),
        );
    }

    fn attribute(&mut self, owner: Typed, attribute: &str, at: At) -> Option<Typed> {
        let Type::Code(table) = owner.typ else {
            let found = self.type_name(owner.typ);
            self.no_attributes(attribute, &found, at);
            return None;
        };
        let known = self.scope.schema.table(table)?;
        if known.attributes.is_empty() && self.scope.names.broken_tables.contains(&table) {
            return None;
        }
        let Some(column) = known.attributes.iter().position(|c| c.name == attribute) else {
            let near = nearest(attribute, known.attributes.iter().map(|c| c.name.as_str()));
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None if known.attributes.is_empty() => "it has none at all".to_owned(),
                None => {
                    let all: Vec<&str> = known.attributes.iter().map(|c| c.name.as_str()).collect();
                    format!("`{}` has: {}", known.name, all.join(", "))
                }
            };
            self.push(
                Diagnostic::new(
                    codes::UNKNOWN_NAME,
                    format!("`{}` has no attribute `{attribute}`", known.name),
                    at.0,
                )
                .label("not known")
                .help(help),
            );
            return None;
        };
        let typ = known.attributes.get(column)?.typ;
        let attribute = u16::try_from(column).ok()?;
        Some(Typed {
            expr: Expr::Attribute {
                of: Box::new(owner.expr),
                table,
                attribute,
                on: None,
            },
            typ,
        })
    }

    /// The list that a name means: the list's path, the element's name, or the list's label.
    pub(in crate::check) fn list_named(&mut self, name: &str, at: At) -> Option<ListId> {
        let names = self.scope.names;
        let by_field =
            names
                .fields
                .get(name)
                .and_then(|f| match self.scope.schema.field(*f)?.typ {
                    Type::List(list) => Some(list),
                    _ => None,
                });
        let found = names.elements.get(name).copied().or(by_field).or_else(|| {
            let mut lists: Vec<ListId> = names
                .labelled(name)
                .iter()
                .filter_map(|n| match n {
                    Named::Field(f) => match self.scope.schema.field(*f)?.typ {
                        Type::List(list) => Some(list),
                        _ => None,
                    },
                    _ => None,
                })
                .collect();
            lists.dedup();
            if lists.len() == 1 {
                lists.first().copied()
            } else {
                None
            }
        });
        let Some(list) = found else {
            if names.is_broken(name) {
                return None;
            }
            let known = self.scope.schema.lists.iter().map(|l| l.element.as_str());
            let near = nearest(name, known).map(str::to_owned);
            let mut diagnostic = Diagnostic::new(
                codes::UNKNOWN_NAME,
                format!("no list is called `{name}`"),
                at.0,
            )
            .label("not a list of the declaration");
            if let Some(near) = near {
                diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
            }
            self.push(diagnostic);
            return None;
        };
        self.note(at, Named::Elements(list));
        let parent = self.scope.schema.list(list)?.parent;
        if let Some(parent) = parent
            && !self.anywhere
            && !self.elements.contains(&parent)
        {
            let owner = self
                .scope
                .schema
                .list(parent)
                .map_or("", |l| l.element.as_str());
            self.push(
                Diagnostic::new(
                    codes::NO_ELEMENT,
                    format!("no `{owner}` is at hand for `{name}`"),
                    at.0,
                )
                .label(format!("this list is inside one `{owner}`"))
                .help(format!("range over `{owner}` first")),
            );
            return None;
        }
        Some(list)
    }

    /// The set field that a name means, with its table.
    pub(in crate::check) fn set_named(&mut self, name: &str, at: At) -> Option<(FieldId, TableId)> {
        match self.name(name, at)? {
            Lowered::Value(Typed {
                expr: Expr::Field(field),
                typ: Type::Set(table),
            }) => Some((field, table)),
            Lowered::Value(value) => {
                let found = self.type_name(value.typ);
                self.complain(
                    codes::WRONG_TYPE,
                    format!("`{name}` is not a set of codes"),
                    at,
                    format!("this is {found}"),
                );
                None
            }
            Lowered::Cond(_) => {
                self.complain(
                    codes::WRONG_TYPE,
                    format!("`{name}` is not a set of codes"),
                    at,
                    "this is a condition",
                );
                None
            }
        }
    }
}
