//! How much memory the dense meaning takes.

use super::program::{NodeForm, NodeId, Op, Program, RuleForm};
use super::standing::Standing;
use super::table::TableForm;

impl Program {
    /// The bytes of all that judging reads of it: values and conditions with their operands, what
    /// keys decide, and the rules that stand on them. The checked rules, and the lists and code
    /// tables that they read, are not counted.
    pub(crate) fn bytes(&self) -> usize {
        let nodes = self.nodes.iter().map(|node| op_bytes(&node.op));
        let forms = self.forms.iter().map(form_bytes);
        let tables = self.tables.iter().map(TableForm::bytes);
        self.nodes.len() * size_of::<NodeForm>()
            + nodes.sum::<usize>()
            + self.operands.len() * size_of::<NodeId>()
            + self.forms.len() * (size_of::<RuleForm>() + size_of::<Standing>())
            + forms.sum::<usize>()
            + tables.sum::<usize>()
            + self.atoms.bytes()
            + self.masks.bytes()
            + self.waits.bytes()
    }
}

/// What an operation holds besides itself.
fn op_bytes(op: &Op) -> usize {
    match op {
        Op::OneOf { codes, .. } => size_of_val(&**codes),
        Op::Under { prefixes, .. } => size_of_val(&**prefixes),
        Op::Rows { rows, .. } => size_of_val(&**rows),
        Op::Aggregate { same, .. } => size_of_val(&**same),
        _ => 0,
    }
}

/// What a rule holds besides itself.
fn form_bytes(form: &RuleForm) -> usize {
    size_of_val(&*form.each)
        + size_of_val(&*form.excused_by)
        + size_of_val(&*form.requires)
        + size_of_val(&*form.waives)
        + size_of_val(&*form.departments)
}
