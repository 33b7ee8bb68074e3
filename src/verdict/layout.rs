//! Text in columns: display width, wrapping that knows Chinese, and control characters made
//! visible, so that a fact cannot forge a line or hide one.

use unicode_width::UnicodeWidthChar;

/// The columns a text takes.
///
/// ```
/// use kakou::verdict::layout::width;
/// assert_eq!((width("gate"), width("卡口")), (4, 4));
/// ```
pub fn width(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

/// The text with control characters and characters that change the direction or take no space
/// made visible.
///
/// ```
/// use kakou::verdict::layout::visible;
/// assert_eq!(visible("a\nb"), "a␊b");
/// assert_eq!(visible("a\u{202e}b"), "a\\u{202e}b");
/// assert_eq!(visible("第 1 项"), "第 1 项");
/// ```
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\0'..='\u{1f}' => out.extend(char::from_u32(0x2400 + u32::from(c))),
            '\u{7f}' => out.push('␡'),
            _ if hidden(c) => out.extend(c.escape_unicode()),
            _ => out.push(c),
        }
    }
    out
}

fn hidden(c: char) -> bool {
    matches!(c,
        '\u{80}'..='\u{9f}' | '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Cuts a text into lines of at most so many columns: at blanks, and between wide characters, but
/// no line begins with a closing mark. A word longer than a line is cut.
///
/// ```
/// use kakou::verdict::layout::wrap;
/// assert_eq!(wrap("one two three", 8), ["one two", "three"]);
/// assert_eq!(wrap("订单金额超过限值", 8), ["订单金额", "超过限值"]);
/// ```
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for (blank, word) in words(text) {
        let wide = width(&word);
        let gap = usize::from(blank && used > 0);
        if used > 0 && used + gap + wide > columns {
            lines.push(String::new());
            used = 0;
        }
        let gap = usize::from(blank && used > 0);
        if let Some(line) = lines.last_mut() {
            line.push_str(if gap == 1 { " " } else { "" });
        }
        used += gap;
        for c in word.chars() {
            let wide = c.width().unwrap_or(0);
            if used > 0 && used + wide > columns {
                lines.push(String::new());
                used = 0;
            }
            if let Some(line) = lines.last_mut() {
                line.push(c);
            }
            used += wide;
        }
    }
    lines
}

/// The pieces that stay together, each with whether a blank stands before it.
fn words(text: &str) -> Vec<(bool, String)> {
    let mut words: Vec<(bool, String)> = Vec::new();
    let (mut blank, mut last_wide) = (false, false);
    for c in text.chars() {
        if c == ' ' {
            blank = true;
            continue;
        }
        let wide = c.width().unwrap_or(0) > 1;
        let closing = matches!(
            c,
            '，' | '。'
                | '；'
                | '：'
                | '、'
                | '）'
                | '」'
                | '》'
                | '〕'
                | '”'
                | '！'
                | '？'
                | '％'
        );
        let opening = words
            .last()
            .and_then(|(_, word)| word.chars().last())
            .is_some_and(|c| matches!(c, '（' | '「' | '《' | '〔' | '“'));
        let joins = !blank && (closing || opening || !(wide || last_wide));
        match words.last_mut() {
            Some((_, word)) if joins => word.push(c),
            _ => words.push((blank, c.to_string())),
        }
        (blank, last_wide) = (false, wide);
    }
    words
}

/// The first text at the left and the second at the right of a line, or on two lines where they
/// do not fit on one.
///
/// ```
/// assert!(!kakou::verdict::layout::both_ends("left", "right", 20).is_empty());
/// ```
pub fn both_ends(left: &str, right: &str, columns: usize) -> Vec<String> {
    let used = width(left) + width(right);
    if right.is_empty() {
        return vec![left.to_string()];
    }
    if used + 2 <= columns {
        return vec![format!("{left}{}{right}", " ".repeat(columns - used))];
    }
    let indent = columns.saturating_sub(width(right));
    vec![left.to_string(), format!("{}{right}", " ".repeat(indent))]
}
