//! Finds the paths that a Rust source names, by its words alone: no comments, no texts, no tests.

use std::collections::BTreeSet;

/// The paths that one file names.
pub struct Imports {
    /// Paths in the library, without `crate::`.
    pub own: BTreeSet<String>,
    /// First words of all other paths.
    first: BTreeSet<String>,
}

impl Imports {
    /// Reads the source of a module, such as `check::rules`.
    pub fn of(module: &str, source: &str) -> Imports {
        let tokens = without_tests(tokens(source));
        let mut imports = Imports {
            own: BTreeSet::new(),
            first: BTreeSet::new(),
        };
        for (at, token) in tokens.iter().enumerate() {
            let starts = at == 0 || !matches!(tokens[at - 1].as_str(), "::" | ".");
            let opens = tokens.get(at + 1).is_some_and(|next| next == "::");
            if !starts || !opens {
                continue;
            }
            let above = module.rsplit_once("::").map_or("", |(above, _)| above);
            match token.as_str() {
                "crate" => tree("", &tokens, at + 2, &mut imports.own),
                "super" => {
                    let mut base = above.to_owned();
                    let mut next = at + 2;
                    while tokens.get(next).is_some_and(|t| t == "super") {
                        base = base
                            .rsplit_once("::")
                            .map_or("", |(above, _)| above)
                            .to_owned();
                        next += 2;
                    }
                    tree(&base, &tokens, next, &mut imports.own);
                }
                word => {
                    imports.first.insert(word.to_owned());
                }
            }
        }
        imports
    }

    /// Those of these crates that are named.
    pub fn outside<'k>(&self, known: &[&'k str]) -> Vec<&'k str> {
        known
            .iter()
            .filter(|name| self.first.contains(**name))
            .copied()
            .collect()
    }
}

/// The words of a source that are not in comments, texts or tests.
pub fn words(source: &str) -> BTreeSet<String> {
    without_tests(tokens(source)).into_iter().collect()
}

/// Gathers the paths of a use tree, or of a plain path, from the token after `::` on.
fn tree(base: &str, tokens: &[String], at: usize, paths: &mut BTreeSet<String>) {
    let mut path = base.to_owned();
    let mut next = at;
    loop {
        match tokens.get(next).map(String::as_str) {
            Some("{") => {
                let mut depth = 0;
                let mut starts = true;
                for (place, token) in tokens.iter().enumerate().skip(next) {
                    match token.as_str() {
                        "{" => depth += 1,
                        "}" => depth -= 1,
                        "," => {}
                        _ if starts && depth == 1 => tree(&path, tokens, place, paths),
                        _ => {}
                    }
                    starts = matches!(token.as_str(), "{" | ",");
                    if depth == 0 {
                        return;
                    }
                }
                return;
            }
            Some(word) if is_word(word) => {
                if word != "self" {
                    path = if path.is_empty() {
                        word.to_owned()
                    } else {
                        format!("{path}::{word}")
                    };
                }
                if tokens.get(next + 1).is_none_or(|token| token != "::") {
                    break;
                }
                next += 2;
            }
            _ => break,
        }
    }
    paths.insert(path);
}

fn is_word(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphanumeric() || c == '_')
}

/// Drops every item under `#[cfg(test)]`.
fn without_tests(tokens: Vec<String>) -> Vec<String> {
    let mark: Vec<&str> = vec!["#", "[", "cfg", "(", "test", ")", "]"];
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let here = tokens.iter().skip(at).take(mark.len()).map(String::as_str);
        if !here.eq(mark.iter().copied()) {
            kept.push(tokens[at].clone());
            at += 1;
            continue;
        }
        let mut depth = 0;
        at += mark.len();
        while let Some(token) = tokens.get(at) {
            at += 1;
            match token.as_str() {
                "{" => depth += 1,
                "}" if depth == 1 => break,
                "}" => depth -= 1,
                ";" if depth == 0 => break,
                _ => {}
            }
        }
    }
    kept
}

/// Words, `::` and single marks, without comments, texts, letters in quotes and lifetimes.
fn tokens(source: &str) -> Vec<String> {
    let letters: Vec<char> = source.chars().collect();
    let is = |at: usize, c: char| letters.get(at) == Some(&c);
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(&c) = letters.get(at) {
        if c == '/' && is(at + 1, '/') {
            while at < letters.len() && !is(at, '\n') {
                at += 1;
            }
        } else if c == '/' && is(at + 1, '*') {
            let mut depth = 0;
            loop {
                if is(at, '/') && is(at + 1, '*') {
                    depth += 1;
                    at += 2;
                } else if is(at, '*') && is(at + 1, '/') {
                    depth -= 1;
                    at += 2;
                } else {
                    at += 1;
                }
                if depth == 0 || at >= letters.len() {
                    break;
                }
            }
        } else if c == '"' {
            at += 1;
            while at < letters.len() && !is(at, '"') {
                at += if is(at, '\\') { 2 } else { 1 };
            }
            at += 1;
        } else if c == '\'' {
            // A lifetime has no closing quote where a letter would have one.
            at = match (is(at + 1, '\\'), is(at + 2, '\'')) {
                (true, _) => {
                    (at + 3..letters.len())
                        .find(|end| is(*end, '\''))
                        .unwrap_or(at)
                        + 1
                }
                (false, true) => at + 3,
                (false, false) => at + 1,
            };
        } else if c.is_alphanumeric() || c == '_' {
            let end = (at..letters.len())
                .find(|end| !(letters[*end].is_alphanumeric() || letters[*end] == '_'))
                .unwrap_or(letters.len());
            let word: String = letters[at..end].iter().collect();
            at = end;
            let hashes = (at..letters.len())
                .take_while(|place| is(*place, '#'))
                .count();
            if matches!(word.as_str(), "r" | "br") && is(at + hashes, '"') {
                let closing: Vec<char> = std::iter::once('"').chain(vec!['#'; hashes]).collect();
                let begin = at + hashes + 1;
                let end = letters[begin..]
                    .windows(closing.len())
                    .position(|w| w == closing);
                at = end.map_or(letters.len(), |end| begin + end + closing.len());
            } else {
                found.push(word);
            }
        } else if c == ':' && is(at + 1, ':') {
            found.push("::".to_owned());
            at += 2;
        } else {
            if !c.is_whitespace() {
                found.push(c.to_string());
            }
            at += 1;
        }
    }
    found
}

#[test]
fn paths_are_found_and_nothing_else() {
    let source = r##"
        //! crate::comment::one
        use crate::a::{self, b::{C, D}, e::*};
        use super::{f, g::H};
        /* crate::comment::two /* crate::comment::three */ crate::comment::four */
        fn x<'l>(it: &'l str) -> char { let _ = ("crate::text::one", r#"crate::text::"two"#, '"', '\''); crate::i::j(it); nom::k() }
        mod serde;
        fn y() { crate::a::serde::from(); it.csv::<u8>() }
        #[cfg(test)]
        mod tests { use crate::test::one; fn z() { { petgraph::one() } } }
        fn after() { jiff::now() }
    "##;
    let imports = Imports::of("m::n", source);
    let own: Vec<&str> = imports.own.iter().map(String::as_str).collect();
    assert_eq!(
        own,
        [
            "a",
            "a::b::C",
            "a::b::D",
            "a::e",
            "a::serde::from",
            "i::j",
            "m::f",
            "m::g::H"
        ]
    );
    let outside = imports.outside(&["nom", "petgraph", "serde", "csv", "jiff"]);
    assert_eq!(outside, ["nom", "jiff"]);
}
