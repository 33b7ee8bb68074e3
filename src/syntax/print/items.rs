//! Items as text: headers, clauses, fields and rows, in aligned columns.

use super::expressions::{Level, comparison};
use super::pieces::{Printer, WIDTH, padded, spaced, width, with_notes};
use crate::syntax::ast::*;
use crate::syntax::words::Word;

impl Printer {
    /// An item with its comments and the end of its last line.
    pub fn item(self, item: &Item) -> String {
        let (header, rest) = match &item.kind {
            ItemKind::Outcomes(x) => self.outcomes(x),
            ItemKind::Departments(x) => self.departments(x),
            ItemKind::Declaration(x) => self.declaration(x),
            ItemKind::Codes(x) => self.codes(x, item),
            ItemKind::List(x) => self.list(x, item),
            ItemKind::Requirement(x) => (self.requirement(x), String::new()),
            ItemKind::Law(x) => self.law(x),
            ItemKind::Event(x) => (self.event(x), String::new()),
            ItemKind::Parameter(x) => self.parameter(x),
            ItemKind::Let(x) => {
                let value = self.expr(&x.value, Level::Expression);
                let header = format!(
                    "{} {} = {value}",
                    self.word(Word::Let),
                    self.name(&x.name.node)
                );
                (spaced([header, self.labels(&x.labels)]), String::new())
            }
            ItemKind::Rule(x) => {
                let rest = x.clauses.iter().map(|c| self.clause(c)).collect();
                (self.header(Word::Rule, &x.id, &x.labels), rest)
            }
            ItemKind::Table(x) => self.table(x),
            ItemKind::Covers(x) => {
                let advice = if x.advice {
                    self.word(Word::AsAdvice)
                } else {
                    ""
                };
                (
                    spaced([
                        self.word(Word::Covers),
                        &self.terms(&x.terms),
                        &self.force(&x.force),
                        advice,
                    ]),
                    String::new(),
                )
            }
            ItemKind::Pilot(x) => {
                let rest = x.clauses.iter().map(|c| self.pilot_clause(c)).collect();
                (self.header(Word::Pilot, &x.name, &x.labels), rest)
            }
            ItemKind::Scenario(x) => {
                let rest = x.lines.iter().map(|l| self.scenario_line(l)).collect();
                (self.led(Word::Scenario, &self.labels(&x.labels)), rest)
            }
        };
        with_notes("", &item.notes, &header) + &rest
    }

    fn header(self, word: Word, name: &Name, labels: &Labels) -> String {
        spaced([
            self.word(word),
            &self.name(&name.node),
            &self.labels(labels),
        ])
    }

    /// A clause word, with blanks up to the column where its arguments begin.
    pub fn lead(self, word: Word, columns: usize) -> String {
        let word = self.word(word);
        format!("  {}", padded(word, columns.max(width(word) + 1)))
    }

    fn declaration(self, x: &Declaration) -> (String, String) {
        let header = spaced([
            self.word(Word::Declaration),
            &self.labels(&x.labels),
            self.word(Word::JudgedOn),
            &self.name(&x.judged_on.node),
        ]);
        let rows = x.fields.iter().map(|noted| {
            let field = &noted.node;
            let mut typ = format!(": {}", self.typ(&field.typ.node));
            if field.always {
                typ = format!("{typ}, {}", self.word(Word::Always));
            }
            if let Some(when) = &field.when {
                typ = format!(
                    "{typ}, {} {}",
                    self.word(Word::When),
                    self.expr(when, Level::Condition)
                );
            }
            if field.absent_means_none {
                typ = format!("{typ}, {}", self.word(Word::AbsentMeansNone));
            }
            let from = if field.elements.is_empty() {
                String::new()
            } else {
                self.led(Word::From, &self.names(&field.elements))
            };
            (
                &noted.notes,
                vec![
                    self.name(&field.path.node),
                    typ,
                    self.labels(&field.labels),
                    from,
                ],
            )
        });
        (header, columns(rows.collect()))
    }

    fn attributes(self, all: &[Noted<Attribute>]) -> Vec<String> {
        let one =
            |a: &Attribute| format!("{} : {}", self.name(&a.name.node), self.typ(&a.typ.node));
        all.iter().map(|n| one(&n.node)).collect()
    }

    /// Attributes behind their word, one a line.
    fn attribute_lines(self, word: Word, all: &[Noted<Attribute>]) -> String {
        let texts = self.attributes(all);
        let last = texts.len().saturating_sub(1);
        let lines = all
            .iter()
            .zip(&texts)
            .enumerate()
            .map(|(n, (noted, text))| {
                with_notes(
                    "    ",
                    &noted.notes,
                    &format!("    {text}{}", if n < last { "," } else { "" }),
                )
            });
        if all.is_empty() {
            String::new()
        } else {
            format!("  {}\n{}", self.word(word), lines.collect::<String>())
        }
    }

    fn dated(self, dated: &Option<(Name, Name)>) -> String {
        dated.as_ref().map_or(String::new(), |(from, until)| {
            let from = self.led(Word::From, &self.name(&from.node));
            spaced([from, self.led(Word::Until, &self.name(&until.node))])
        })
    }

    fn codes(self, x: &Codes, item: &Item) -> (String, String) {
        let word = match x.role {
            CodesRole::Plain => Word::Codes,
            CodesRole::Units => Word::Units,
            CodesRole::Currencies { .. } => Word::Currencies,
        };
        let label = x.label.as_ref().map_or(String::new(), |(zh, en)| {
            let en = en
                .as_ref()
                .map_or(String::new(), |en| format!("/ {}", self.name(&en.node)));
            spaced([self.word(Word::Label), &self.name(&zh.node), &en])
        });
        let rates = match &x.role {
            CodesRole::Currencies {
                rates: Some((file, base)),
            } => spaced([
                self.word(Word::Rates),
                &self.text(&file.node),
                self.word(Word::In),
                &self.name(&base.node),
            ]),
            _ => String::new(),
        };
        let header = spaced([
            self.word(word).to_string(),
            self.name(&x.name.node),
            self.led(Word::From, &self.text(&x.file.node)),
            self.led(Word::Key, &self.name(&x.key.node)),
            self.dated(&x.dated),
            label,
            rates,
        ]);
        let with = self.attributes(&x.attributes).join(", ");
        let line = if with.is_empty() {
            header.clone()
        } else {
            spaced([&header, self.word(Word::With), &with])
        };
        let plain = x.attributes.iter().all(|a| a.notes == Notes::default());
        // A comment behind a line that an attribute ends would be the attribute's.
        let fits = width(&line) <= WIDTH && (item.notes.after.is_none() || with.is_empty());
        if plain && fits {
            (line, String::new())
        } else {
            (header, self.attribute_lines(Word::With, &x.attributes))
        }
    }

    fn list(self, x: &List, item: &Item) -> (String, String) {
        let header = self.header(Word::List, &x.name, &x.labels);
        let from = spaced([
            self.led(Word::From, &self.text(&x.file.node)),
            self.dated(&x.dated),
        ]);
        let keys = self.led(Word::Of, &self.attributes(&x.keys).join(", "));
        let with = self.attributes(&x.attributes).join(", ");
        let with = if with.is_empty() {
            with
        } else {
            self.led(Word::With, &with)
        };
        let line = spaced([&header, &keys, &from, &with]);
        let plain = x
            .keys
            .iter()
            .chain(&x.attributes)
            .all(|a| a.notes == Notes::default());
        if plain && width(&line) <= WIDTH && item.notes.after.is_none() {
            return (line, String::new());
        }
        let keys = self.attribute_lines(Word::Of, &x.keys);
        (
            header,
            format!(
                "{keys}  {from}\n{}",
                self.attribute_lines(Word::With, &x.attributes)
            ),
        )
    }

    fn requirement(self, x: &Requirement) -> String {
        let typ = x.typ.as_ref().map(|t| format!(": {}", self.typ(&t.node)));
        let met = x.met.as_ref().map(|m| {
            spaced([
                self.word(Word::Met),
                self.word(Word::When),
                &self.expr(m, Level::Condition),
            ])
        });
        let combine = self.word(match x.combine {
            Combine::All => Word::All,
            Combine::Largest => Word::Largest,
            Combine::Earliest => Word::Earliest,
            Combine::One => Word::One,
        });
        spaced([
            self.header(Word::Requirement, &x.name, &x.labels),
            typ.unwrap_or_default(),
            met.unwrap_or_default(),
            self.led(Word::Otherwise, &self.name(&x.otherwise.node)),
            self.led(Word::Combine, combine),
        ])
    }

    fn law(self, x: &Law) -> (String, String) {
        let mut rest = String::new();
        let mut line = |word, text: String| {
            rest.push_str(format!("{}{text}", self.lead(word, 7)).trim_end());
            rest.push('\n');
        };
        if let Some(title) = &x.title {
            line(Word::Title, self.labels(title));
        }
        if let Some(issuer) = &x.issuer {
            line(Word::Issuer, self.labels(issuer));
        }
        if let Some(day) = &x.published {
            line(Word::Published, day.node.clone());
        }
        if let Some(force) = &x.force {
            line(Word::Force, self.force(force));
        }
        if let Some(sure) = &x.sure {
            line(Word::Sure, self.sure(sure.node).to_string());
        }
        if !x.replaces.is_empty() {
            let all: Vec<String> = x.replaces.iter().map(|c| self.citation(c)).collect();
            line(Word::Replaces, all.join(", "));
        }
        (self.header(Word::Law, &x.id, &x.labels), rest)
    }

    fn event(self, x: &Event) -> String {
        let day =
            x.on.as_ref()
                .map_or(self.word(Word::Unknown), |d| d.node.as_str());
        let to = x.to.as_ref().map(|day| self.led(Word::To, &day.node));
        let to = to.unwrap_or_default();
        let sure = x
            .sure
            .as_ref()
            .map(|s| self.led(Word::Sure, self.sure(s.node)))
            .unwrap_or_default();
        spaced([
            self.header(Word::Event, &x.name, &x.labels),
            self.led(Word::On, day),
            to,
            sure,
        ])
    }

    fn parameter(self, x: &Parameter) -> (String, String) {
        let typ = format!(": {}", self.typ(&x.typ.node));
        let unknown = if x.values.is_empty() {
            self.word(Word::Unknown)
        } else {
            ""
        };
        let header = spaced([
            self.word(Word::Parameter),
            &self.name(&x.name.node),
            &typ,
            &self.labels(&x.labels),
            unknown,
        ]);
        let rows = x.values.iter().map(|noted| {
            let by = noted
                .node
                .by
                .as_ref()
                .map(|c| self.led(Word::By, &self.citation(c)))
                .unwrap_or_default();
            (
                &noted.notes,
                vec![
                    self.expr(&noted.node.value, Level::Primary),
                    self.force(&noted.node.force),
                    by,
                ],
            )
        });
        (header, columns(rows.collect()))
    }

    fn clause(self, noted: &Noted<Clause>) -> String {
        let lead = |word| self.lead(word, 8);
        let text = match &noted.node {
            Clause::By { citations, sure } => lead(Word::By) + &self.basis(citations, sure),
            Clause::Force(force) => lead(Word::Force) + &self.force(force),
            Clause::Department(names) => lead(Word::Department) + &self.names(names),
            Clause::Pilot(name) => lead(Word::Pilot) + &self.name(&name.node),
            Clause::Over(names) => lead(Word::Over) + &self.names(names),
            Clause::For(terms) => lead(Word::For) + &self.terms(terms),
            Clause::Each(bindings) => {
                let all: Vec<String> = bindings.iter().map(|b| self.binding(b)).collect();
                lead(Word::Each) + &all.join(", ")
            }
            Clause::When(condition) => self.condition(&lead(Word::When), condition),
            Clause::Unless(condition) => self.condition(&lead(Word::Unless), condition),
            Clause::Then(all) => lead(Word::Then) + &self.consequences(all),
            Clause::Say(labels) => lead(Word::Say) + &self.labels(labels),
            Clause::Table(table) => {
                let inputs: Vec<String> = table
                    .inputs
                    .iter()
                    .map(|i| self.expr(i, Level::Condition))
                    .collect();
                let header = format!(
                    "{}{}, {}",
                    lead(Word::Table),
                    inputs.join(", "),
                    self.policy(table.policy)
                );
                let rows = self.rows("    ", &table.rows, |output| self.consequences(output));
                return with_notes("  ", &noted.notes, &header) + &rows;
            }
        };
        with_notes("  ", &noted.notes, &text)
    }

    fn consequences(self, all: &[Consequence]) -> String {
        let one = |c: &Consequence| match c {
            Consequence::Pass(_) => self.word(Word::Pass).to_string(),
            Consequence::Outcome(name) => self.name(&name.node),
            Consequence::Require {
                firmly,
                kind,
                argument,
            } => spaced([
                self.word(Word::Require),
                if *firmly { self.word(Word::Firmly) } else { "" },
                &self.name(&kind.node),
                &argument
                    .as_ref()
                    .map(|a| self.expr(a, Level::Value))
                    .unwrap_or_default(),
            ]),
            Consequence::Waive { kind, condition } => {
                let condition = condition
                    .as_ref()
                    .map(|c| self.led(Word::Where, &self.expr(c, Level::Condition)));
                spaced([
                    self.word(Word::Waive),
                    &self.name(&kind.node),
                    &condition.unwrap_or_default(),
                ])
            }
        };
        all.iter().map(one).collect::<Vec<_>>().join(", ")
    }

    fn table(self, x: &Table) -> (String, String) {
        let header = format!(
            "{}({})",
            self.led(Word::Table, &self.name(&x.name.node)),
            self.names(&x.inputs)
        );
        let gives = format!(
            "{}, {}",
            self.led(Word::Gives, &self.typ(&x.gives.node)),
            self.policy(x.policy)
        );
        let rows = self.rows("  ", &x.rows, |output| match output {
            Output::Any(_) => self.word(Word::Any).to_string(),
            Output::None(_) => self.word(Word::None).to_string(),
            Output::Values(values) => self.alternatives(values, Level::Value),
        });
        (spaced([header, self.labels(&x.labels), gives]), rows)
    }

    /// Rows with their cells below each other.
    fn rows<T>(
        self,
        indent: &str,
        rows: &[Noted<Row<T>>],
        output: impl Fn(&T) -> String,
    ) -> String {
        let texts: Vec<Vec<String>> = rows
            .iter()
            .map(|row| {
                let cells = row.node.cells.iter().map(|c| self.cell(&c.node));
                cells.chain([output(&row.node.output)]).collect()
            })
            .collect();
        let widths = widest(texts.iter());
        let mut out = String::new();
        for (row, cells) in rows.iter().zip(&texts) {
            let mut line = format!("{indent}|");
            let last = cells.len().saturating_sub(1);
            for (n, (cell, columns)) in cells.iter().zip(&widths).enumerate() {
                let sign = if n == last {
                    "|"
                } else if n + 1 == last {
                    "=>"
                } else {
                    "|"
                };
                line.push_str(&format!(" {} {sign}", padded(cell, *columns)));
            }
            out.push_str(&with_notes(indent, &row.notes, &line));
        }
        out
    }

    fn cell(self, cell: &Cell) -> String {
        match cell {
            Cell::Any => self.word(Word::Any).to_string(),
            Cell::None => self.word(Word::None).to_string(),
            Cell::Values(values) => self.alternatives(values, Level::Value),
            Cell::Under(prefixes) => self.led(Word::Under, &self.prefixes(prefixes)),
            Cell::Compare(op, value) => {
                format!("{} {}", comparison(*op), self.expr(value, Level::Value))
            }
            Cell::Range(least, most) => spaced([
                self.word(Word::From),
                &self.expr(least, Level::Sum),
                self.word(Word::To),
                &self.expr(most, Level::Sum),
            ]),
        }
    }

    fn pilot_clause(self, noted: &Noted<PilotClause>) -> String {
        let lead = |word| self.lead(word, 8);
        let text = match &noted.node {
            PilotClause::By { citations, sure } => lead(Word::By) + &self.basis(citations, sure),
            PilotClause::For(terms) => lead(Word::For) + &self.terms(terms),
            PilotClause::Force(force) => lead(Word::Force) + &self.force(force),
            PilotClause::Mode(live) => {
                lead(Word::Mode) + self.word(if *live { Word::Live } else { Word::Shadow })
            }
            PilotClause::Suspend(names) => lead(Word::Suspend) + &self.names(names),
            PilotClause::Over(names) => lead(Word::Over) + &self.names(names),
        };
        with_notes("  ", &noted.notes, &text)
    }
}

/// The widest text of each column.
fn widest<'t>(rows: impl Iterator<Item = &'t Vec<String>>) -> Vec<usize> {
    let mut widths: Vec<usize> = Vec::new();
    for row in rows {
        for (n, cell) in row.iter().enumerate() {
            match widths.get_mut(n) {
                Some(columns) => *columns = (*columns).max(width(cell)),
                None => widths.push(width(cell)),
            }
        }
    }
    widths
}

/// Lines with their parts below each other. A part that is long does not push all others away.
fn columns(rows: Vec<(&Notes, Vec<String>)>) -> String {
    const MOST: usize = 44;
    let widths: Vec<usize> = {
        let short = rows.iter().map(|(_, parts)| {
            parts
                .iter()
                .map(|p| {
                    if width(p) > MOST {
                        String::new()
                    } else {
                        p.clone()
                    }
                })
                .collect::<Vec<_>>()
        });
        let short: Vec<_> = short.collect();
        widest(short.iter())
    };
    let mut out = String::new();
    for (notes, parts) in rows {
        let mut line = String::from(" ");
        for (part, columns) in parts.iter().zip(&widths) {
            if *columns > 0 || !part.is_empty() {
                line.push_str(&format!(" {}", padded(part, *columns)));
            }
        }
        out.push_str(&with_notes("  ", notes, &line));
    }
    out
}
