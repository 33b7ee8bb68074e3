//! The complaints of the checker: stable codes, each with one meaning.

use crate::ground::diagnostic::Code;

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal;)+) => {
        $($(#[doc = $doc])+ pub const $name: Code = Code($code);)+
        /// Every code of the checker with its meaning, in order.
        pub const ALL: &[(Code, &str)] = &[$((Code($code), concat!($($doc),+))),+];
    };
}

codes! {
    /// A name is not known here.
    UNKNOWN_NAME = "E0201";
    /// The same name is declared twice.
    DUPLICATE_NAME = "E0202";
    /// A label is shared by several things, so it can't be used as a name here.
    AMBIGUOUS_LABEL = "E0203";
    /// Two labels collide where both can stand.
    LABEL_COLLISION = "E0204";
    /// A part that every schema needs is missing.
    SCHEMA_PART_MISSING = "E0205";
    /// A part of the schema is declared twice.
    SCHEMA_PART_TWICE = "E0206";
    /// A field of a list is read where no element of that list is at hand.
    NO_ELEMENT = "E0207";
    /// A definition leads back to itself.
    DEFINITION_CYCLE = "E0208";
    /// A clause that a rule needs is missing.
    CLAUSE_MISSING = "E0209";
    /// A clause stands twice.
    CLAUSE_TWICE = "E0210";
    /// A code is not in its table.
    UNKNOWN_CODE = "E0211";
    /// `it` stands where no requirement's argument is at hand.
    NO_ARGUMENT_AT_HAND = "E0212";
    /// The texts of a message hold a brace that is not closed or not opened.
    MESSAGE_BRACE = "E0213";
    /// A name is that of a value and a code too, where either can stand.
    VALUE_OR_CODE = "E0214";
    /// A rule speaks for a department that sees all.
    SEES_ALL = "E0215";

    /// A condition stands where a value is needed, or the other way round.
    NOT_A_CONDITION = "E0301";
    /// A value of another type is needed.
    WRONG_TYPE = "E0302";
    /// Two values of different types are compared.
    CANNOT_COMPARE = "E0303";
    /// Amounts in different currencies or units are mixed.
    UNITS_DIFFER = "E0304";
    /// The operation does not go with these types.
    CANNOT_CALCULATE = "E0305";
    /// A currency or unit is not known.
    UNKNOWN_UNIT = "E0306";
    /// A number, day or tariff code is written wrongly.
    BAD_LITERAL = "E0307";
    /// The number of arguments, cells or inputs is wrong.
    WRONG_COUNT = "E0308";
    /// A scope may hold only codes and list membership of header fields.
    SCOPE_TOO_RICH = "E0309";
    /// A type can't stand here.
    TYPE_NOT_HERE = "E0310";
    /// `on` a day goes only with what is read from a dated table, list or parameter.
    ON_NOT_HERE = "E0311";

    /// The same rule identifier twice with periods that overlap.
    RULE_TWICE = "E0401";
    /// Exceptions lead in a circle.
    EXCEPTION_CYCLE = "E0402";
    /// An exception judges finer elements than the rule that it excuses.
    EXCEPTION_TOO_FINE = "E0403";
    /// Two pilots touch one rule in overlapping scope and period.
    PILOTS_COLLIDE = "E0404";
    /// An article is cited for days after it was replaced.
    ARTICLE_REPLACED = "E0405";
    /// A rule can never be in force.
    NEVER_IN_FORCE = "E0406";
    /// A rule can never be in scope.
    NEVER_IN_SCOPE = "E0407";
    /// A rule, a pilot or a law excuses or replaces itself.
    ITSELF = "E0408";
    /// The values of a parameter overlap in time.
    PARAMETER_OVERLAP = "E0409";
    /// A law is cited for days on which it is not in force.
    LAW_NOT_IN_FORCE = "E0410";

    /// A rule has more conditions than the limit once its definitions are put in.
    RULE_TOO_LARGE = "E0505";
    /// Conditions are nested deeper than the limit.
    TOO_DEEP = "E0503";
    /// All rules together have more conditions and values than the limit.
    SET_TOO_LARGE = "E0509";
    /// There are more rules than the limit.
    TOO_MANY_RULES = "E0504";

    /// The path of a scenario does not name a fact of the declaration.
    SCENARIO_PATH = "E0801";
    /// A scenario lacks its declaration or its expectation.
    SCENARIO_INCOMPLETE = "E0802";

    /// A text for people is missing in one language.
    LABEL_MISSING = "W0201";
    /// A definition, parameter, list or table is never used.
    NEVER_USED = "W0202";
    /// A comparison with `true` or `false` says nothing more than the fact itself.
    PLAIN_FACT = "W0301";
    /// No `covers` is declared, so every movement is outside the law on file.
    NO_COVERAGE = "W0401";
    /// A parameter has no value between two of its periods.
    PARAMETER_GAP = "W0402";
    /// A rule has no effect when it fires, or a pilot changes nothing.
    NO_EFFECT = "W0403";
}
