//! Kakou: a rule engine for customs supervision.
pub mod check;
pub mod doc;
pub mod facts;
pub mod folder;
pub mod ground;
pub mod reference;
pub mod schema;
pub mod syntax;
pub mod verdict {
    //! Verdicts.
    pub mod judgement;
}
