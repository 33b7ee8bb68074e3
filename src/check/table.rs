//! Decision tables: called for a value, or taken apart into the parts of a rule.

use super::codes;
use super::consequence::{Consequences, consequences};
use super::law::{constant, labels};
use super::lower::{Lower, Lowered, Typed};
use super::rule::KindType;
use super::rules::{
    Cell, Cond, DecisionTable, DecisionTableId, Expr, Output, Policy, Row, RowNumbers,
};
use crate::ground::diagnostic::Diagnostic;
use crate::ground::span::{At, Span};
use crate::schema::Labels;
use crate::schema::value::{Type, Value};
use crate::syntax::ast;
use std::collections::HashMap;

/// The types of a table's inputs; complains where one is not known.
pub(super) fn input_types(lower: &mut Lower<'_, '_>, inputs: &[ast::Name]) -> Option<Vec<Type>> {
    let types: Vec<Option<Type>> = inputs
        .iter()
        .map(|input| {
            lower
                .named_value(&input.node, input.at)
                .and_then(|t| input_type(lower, t.typ, input.at))
        })
        .collect();
    types.into_iter().collect()
}

fn input_type(lower: &mut Lower<'_, '_>, typ: Type, at: At) -> Option<Type> {
    if matches!(typ, Type::Set(_) | Type::List(_)) {
        let found = lower.type_name(typ);
        lower.complain(
            codes::TYPE_NOT_HERE,
            format!("{found} cannot be the input of a table"),
            at,
            "",
        );
        return None;
    }
    Some(typ)
}

/// A named table.
pub(super) fn table(
    lower: &mut Lower<'_, '_>,
    item: &ast::Table,
    inputs: Vec<Type>,
    gives: Type,
) -> DecisionTable {
    if item.policy == Policy::All && !matches!(gives, Type::Set(_)) {
        lower.push(
            Diagnostic::new(
                codes::TYPE_NOT_HERE,
                "all rows that fit give a set together",
                item.gives.at.0,
            )
            .label("one value")
            .help("let it give `set of code …`, or let only the first row count"),
        );
    }
    let mut rows = Vec::new();
    let shown = if too_many(lower, item.rows.len(), item.name.at) {
        &[]
    } else {
        item.rows.as_slice()
    };
    for row in shown {
        let cells = cells(lower, &row.node.cells, &inputs, row.at.0);
        let output = output(lower, &row.node.output, gives);
        if let (Some(cells), Some(output)) = (cells, output) {
            rows.push(Row { cells, output });
        }
    }
    no_rows(lower, item.rows.is_empty(), &item.name.node, item.name.at);
    DecisionTable {
        name: item.name.node.clone(),
        labels: labels(&item.labels),
        inputs,
        gives,
        policy: item.policy,
        rows,
    }
}

/// Rows are numbered in two bytes.
fn too_many(lower: &mut Lower<'_, '_>, rows: usize, at: At) -> bool {
    let many = rows > usize::from(u16::MAX);
    if many {
        lower.complain(
            codes::WRONG_COUNT,
            format!("a table has at most {} rows, and this one {rows}", u16::MAX),
            at,
            "divide it",
        );
    }
    many
}

fn no_rows(lower: &mut Lower<'_, '_>, empty: bool, name: &str, at: At) {
    if empty {
        lower.complain(
            codes::SCHEMA_PART_MISSING,
            format!("the table of `{name}` has no rows"),
            at,
            "a row is `| cell => output |`",
        );
    }
}

fn output(lower: &mut Lower<'_, '_>, output: &ast::Output, gives: Type) -> Option<Output> {
    match (output, gives) {
        (ast::Output::None(_), _) => Some(Output::None),
        (ast::Output::Any(_), Type::Set(_)) => Some(Output::AnyCode),
        (ast::Output::Any(at), _) => {
            lower.complain(
                codes::WRONG_TYPE,
                "`any` is a set, and this table gives one value",
                *at,
                "",
            );
            None
        }
        (ast::Output::Values(values), Type::Set(table)) => {
            let mut codes: Vec<_> = values
                .iter()
                .map(|v| match lower.code(v, table) {
                    Some(Typed {
                        expr: Expr::Const(Value::Code(code)),
                        ..
                    }) => Some(code),
                    _ => None,
                })
                .collect::<Option<_>>()?;
            codes.sort();
            codes.dedup();
            Some(Output::Value(Value::Set(codes.into())))
        }
        (ast::Output::Values(values), _) => match values.as_slice() {
            [one] => constant(lower, one, gives).map(Output::Value),
            [_, second, ..] => {
                lower.complain(
                    codes::WRONG_COUNT,
                    "this table gives one value",
                    second.at,
                    "a second one",
                );
                None
            }
            [] => None,
        },
    }
}

fn cells(
    lower: &mut Lower<'_, '_>,
    found: &[ast::Spanned<ast::Cell>],
    inputs: &[Type],
    at: Span,
) -> Option<Vec<Cell>> {
    if found.len() != inputs.len() {
        lower.push(
            Diagnostic::new(
                codes::WRONG_COUNT,
                format!("{} cells for {} inputs", found.len(), inputs.len()),
                at,
            )
            .label("each input has one cell"),
        );
        return None;
    }
    let cells: Vec<Option<Cell>> = found
        .iter()
        .zip(inputs)
        .map(|(c, t)| cell(lower, c, *t))
        .collect();
    cells.into_iter().collect()
}

fn cell(lower: &mut Lower<'_, '_>, cell: &ast::Spanned<ast::Cell>, typ: Type) -> Option<Cell> {
    let ordered = matches!(
        typ,
        Type::Integer
            | Type::Decimal
            | Type::Rate
            | Type::Date
            | Type::Money(_)
            | Type::Quantity(_)
    );
    match &cell.node {
        ast::Cell::Any => Some(Cell::Any),
        ast::Cell::None => Some(Cell::IsNone),
        ast::Cell::Values(values) => {
            let mut all: Vec<Value> = values
                .iter()
                .map(|v| cell_value(lower, v, typ))
                .collect::<Option<_>>()?;
            all.sort();
            all.dedup();
            Some(Cell::OneOf(all))
        }
        ast::Cell::Under(prefixes) => {
            if typ != Type::Hs {
                let found = lower.type_name(typ);
                lower.complain(
                    codes::WRONG_TYPE,
                    "`under` needs a tariff code",
                    cell.at,
                    format!("the input is {found}"),
                );
                return None;
            }
            lower.prefixes(prefixes).map(Cell::Under)
        }
        ast::Cell::Compare(op, value) => {
            use super::rules::CompareOp::{Eq, Ne};
            if !ordered && !matches!(op, Eq | Ne) {
                let found = lower.type_name(typ);
                lower.complain(
                    codes::CANNOT_COMPARE,
                    format!("{found} has no order"),
                    cell.at,
                    "",
                );
                return None;
            }
            cell_value(lower, value, typ).map(|v| Cell::Compare(*op, v))
        }
        ast::Cell::Range(least, most) => {
            if !ordered {
                let found = lower.type_name(typ);
                lower.complain(
                    codes::CANNOT_COMPARE,
                    format!("{found} has no order"),
                    cell.at,
                    "",
                );
                return None;
            }
            let (least, most) = (cell_value(lower, least, typ), cell_value(lower, most, typ));
            Some(Cell::Range(least?, most?))
        }
    }
}

fn cell_value(lower: &mut Lower<'_, '_>, expr: &ast::Expr, typ: Type) -> Option<Value> {
    constant(lower, expr, typ)
}

/// The parts of a rule's table: one for each consequence, named by its first row.
pub(super) fn rule_table(
    lower: &mut Lower<'_, '_>,
    item: &ast::Rule,
    table: &ast::RuleTable,
    at: Span,
    kinds: &[KindType],
    tables: &mut Vec<DecisionTable>,
) -> Vec<(String, Cond, Consequences)> {
    no_rows(lower, table.rows.is_empty(), &item.id.node, At(at));
    let mut inputs = Vec::new();
    let mut types = Vec::new();
    let mut good = true;
    for input in &table.inputs {
        let lowered = lower.value(input);
        match lowered.and_then(|t| input_type(lower, t.typ, input.at).map(|typ| (t.expr, typ))) {
            Some((expr, typ)) => {
                inputs.push(expr);
                types.push(typ);
            }
            None => good = false,
        }
    }
    if !good {
        return Vec::new();
    }
    let mut rows = Vec::new();
    let mut groups: Vec<(usize, Vec<u16>, Consequences)> = Vec::new();
    let mut group_of: HashMap<Consequences, usize> = HashMap::new();
    if too_many(lower, table.rows.len(), item.id.at) {
        return Vec::new();
    }
    for (index, row) in table.rows.iter().enumerate() {
        let Some(cells) = cells(lower, &row.node.cells, &types, row.at.0) else {
            continue;
        };
        let number = u16::try_from(rows.len()).unwrap_or(u16::MAX);
        rows.push(Row {
            cells,
            output: Output::None,
        });
        let lowered = consequences(lower, &row.node.output, kinds);
        let known = group_of.get(&lowered).and_then(|g| groups.get_mut(*g));
        match known {
            Some((_, numbers, _)) => numbers.push(number),
            None => {
                group_of.insert(lowered.clone(), groups.len());
                groups.push((index + 1, vec![number], lowered));
            }
        }
    }
    let weight = lower.nodes().saturating_mul(groups.len());
    if weight > lower.scope.limits.set_nodes {
        lower.push(
            Diagnostic::new(
                codes::SET_TOO_LARGE,
                format!(
                    "the parts of `{}` have more than {} conditions and values together",
                    item.id.node, lower.scope.limits.set_nodes
                ),
                item.id.at.0,
            )
            .label("one part for each consequence")
            .help("let fewer rows differ in what follows, or shorten what the table reads"),
        );
        return Vec::new();
    }
    let id = DecisionTableId(u32::try_from(tables.len()).unwrap_or(u32::MAX));
    tables.push(DecisionTable {
        name: item.id.node.clone(),
        labels: Labels::default(),
        inputs: types,
        gives: Type::Bool,
        policy: table.policy,
        rows,
    });
    groups
        .into_iter()
        .map(|(row, rows, consequences)| {
            let part = format!("{}.{row}", item.id.node);
            (
                part,
                Cond::Rows {
                    table: id,
                    inputs: inputs.clone(),
                    rows: RowNumbers(rows),
                },
                consequences,
            )
        })
        .collect()
}

/// A definition looked at by itself, so that one nobody uses is checked too.
pub(super) fn definition(mut lower: Lower<'_, '_>, item: &ast::Let) {
    let lowered: Option<Lowered> = lower.any(&item.value);
    drop(lowered);
}
