//! What differs between two texts, line by line, for people.

use super::terminal::Terminal;
use crate::ground::render::visible;
use anstyle::AnsiColor;

/// Lines that stay around a change.
const AROUND: usize = 2;
/// Lines that are shown at most; the rest is counted.
const MOST: usize = 40;
/// Pairs of lines that are compared at most: beyond that a change is shown as one block.
const PAIRS: usize = 4_000_000;

/// A line in both texts or in one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line<'t> {
    Same(&'t str),
    Old(&'t str),
    New(&'t str),
}

/// The changes from one text to another with a few lines around them; nothing where the lines
/// are the same.
pub(super) fn diff(old: &str, new: &str, terminal: &Terminal) -> String {
    let lines = compare(
        &old.lines().collect::<Vec<_>>(),
        &new.lines().collect::<Vec<_>>(),
    );
    let changed: Vec<bool> = lines.iter().map(|l| !matches!(l, Line::Same(_))).collect();
    let near = |at: usize| {
        let from = at.saturating_sub(AROUND);
        changed
            .iter()
            .skip(from)
            .take(at - from + AROUND + 1)
            .any(|c| *c)
    };
    let mut out = String::new();
    let (mut shown, mut hidden, mut number) = (0, 0, 1u64);
    let mut gap = true;
    for (at, line) in lines.iter().enumerate() {
        let here = number;
        if !matches!(line, Line::New(_)) {
            number += 1;
        }
        if !near(at) {
            gap = true;
            continue;
        }
        if shown >= MOST {
            hidden += usize::from(!matches!(line, Line::Same(_)));
            continue;
        }
        if gap {
            out.push_str(&terminal.paint(&format!("  line {here}\n"), AnsiColor::Cyan, false));
        }
        gap = false;
        shown += 1;
        let text = match line {
            Line::Same(text) => format!("    {}", visible(text)),
            Line::Old(text) => {
                terminal.paint(&format!("  - {}", visible(text)), AnsiColor::Red, false)
            }
            Line::New(text) => {
                terminal.paint(&format!("  + {}", visible(text)), AnsiColor::Green, false)
            }
        };
        out.push_str(text.trim_end());
        out.push('\n');
    }
    if hidden > 0 {
        out.push_str(&format!("  and {hidden} more changed lines\n"));
    }
    out
}

/// The longest common lines stay; what is before and after them is taken off first, since most
/// texts differ in few places.
fn compare<'t>(old: &[&'t str], new: &[&'t str]) -> Vec<Line<'t>> {
    let same = |(a, b): &(&&str, &&str)| a == b;
    let first = old.iter().zip(new).take_while(same).count();
    let (old_rest, new_rest) = (
        old.get(first..).unwrap_or(&[]),
        new.get(first..).unwrap_or(&[]),
    );
    let last = old_rest
        .iter()
        .rev()
        .zip(new_rest.iter().rev())
        .take_while(same)
        .count();
    let old_part = old_rest.get(..old_rest.len() - last).unwrap_or(&[]);
    let new_part = new_rest.get(..new_rest.len() - last).unwrap_or(&[]);
    let mut lines: Vec<Line<'t>> = old.iter().take(first).map(|l| Line::Same(l)).collect();
    middle(&mut lines, old_part, new_part);
    lines.extend(old_rest.iter().skip(old_part.len()).map(|l| Line::Same(l)));
    lines
}

fn middle<'t>(lines: &mut Vec<Line<'t>>, old: &[&'t str], new: &[&'t str]) {
    if old.len().saturating_mul(new.len()) > PAIRS {
        lines.extend(old.iter().map(|l| Line::Old(l)));
        lines.extend(new.iter().map(|l| Line::New(l)));
        return;
    }
    // The length of the longest common part of what follows each pair of places, row by row.
    let width = new.len() + 1;
    let mut lengths = vec![0u32; (old.len() + 1) * width];
    let at = |lengths: &[u32], a: usize, b: usize| lengths.get(a * width + b).copied().unwrap_or(0);
    for (a, left) in old.iter().enumerate().rev() {
        for (b, right) in new.iter().enumerate().rev() {
            let length = match left == right {
                true => at(&lengths, a + 1, b + 1) + 1,
                false => at(&lengths, a + 1, b).max(at(&lengths, a, b + 1)),
            };
            if let Some(place) = lengths.get_mut(a * width + b) {
                *place = length;
            }
        }
    }
    let (mut a, mut b) = (0, 0);
    loop {
        match (old.get(a), new.get(b)) {
            (Some(left), Some(right)) if left == right => {
                lines.push(Line::Same(left));
                (a, b) = (a + 1, b + 1);
            }
            (Some(left), right)
                if right.is_none() || at(&lengths, a + 1, b) >= at(&lengths, a, b + 1) =>
            {
                lines.push(Line::Old(left));
                a += 1;
            }
            (_, Some(right)) => {
                lines.push(Line::New(right));
                b += 1;
            }
            (_, None) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(old: &str, new: &str) -> String {
        let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
        let sign = |line: &Line<'_>| match line {
            Line::Same(text) => format!(" {text}"),
            Line::Old(text) => format!("-{text}"),
            Line::New(text) => format!("+{text}"),
        };
        compare(&old, &new)
            .iter()
            .map(sign)
            .collect::<Vec<_>>()
            .join("|")
    }

    #[test]
    fn what_stays_is_told_from_what_changes() {
        assert_eq!(told("a\nb\nc\nd\n", "a\nx\nc\nd\ne\n"), " a|-b|+x| c| d|+e");
        assert_eq!(told("a\nb\n", "b\n"), "-a| b");
        assert_eq!(told("", "a\n"), "+a");
        assert_eq!(told("a\na\n", "a\n"), " a|-a");
        assert_eq!(told("一\n二\n", "一\n二\n"), " 一| 二");
    }
}
