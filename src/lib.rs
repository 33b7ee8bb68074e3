//! Kakou: a rule engine for customs supervision.
pub mod ground;
pub mod schema;
pub mod syntax;
pub mod check {
    //! Checked rules.
    pub mod rules;
}
pub mod facts;
pub mod reference;
pub mod verdict {
    //! Verdicts.
    pub mod judgement;
}
pub mod decide;
pub mod graph;
pub mod engine;
