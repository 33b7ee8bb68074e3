//! The reference, as it is printed beside the library: the language, its grammar, the
//! meaning line by line, the verdict.

pub mod language {
    #![doc = include_str!("language.md")]
}

pub mod grammar {
    #![doc = include_str!("grammar.md")]
}

pub mod verdict {
    #![doc = include_str!("verdict.md")]
}

pub mod meaning {
    #![doc = include_str!("meaning.md")]
}
