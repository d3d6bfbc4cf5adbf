//! Values made safe for where they land. Ordinary text stays as it is, byte for byte.

use std::fmt::Write as _;

/// A value inside a line of markdown: it parses back to itself, and can neither end the line or the cell of a table nor
/// make HTML, an entity, a link or an image, nor begin a block where a line begins with it. Single backticks in pairs stay
/// what they are: code.
pub(super) fn inline(text: &str) -> String {
    if is_ordinary(text) {
        return text.to_owned();
    }
    let line = one_line(text);
    // So many blanks in front would make it a block of code.
    let deep = line.starts_with("    ") && !line.trim_start().is_empty();
    let line: Vec<char> = if deep { line.trim_start() } else { &line }.chars().collect();
    let codes = has_code(&line);
    let strikes = line.iter().filter(|&&c| c == '~').count() > 1;
    let begins = begins_a_block(&line);
    let defines = line.first() == Some(&'[');
    let mut out = String::with_capacity(text.len() + 8);
    let mut in_code = false;
    for (at, &c) in line.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| line.get(at)).copied();
        let after = line.get(at + 1).copied();
        let rest = line.get(at + 1..).unwrap_or_default();
        match c {
            _ if begins == Some(at) => out.extend(['\\', c]),
            // The cells of a table are told apart before code is.
            '|' => out.push_str("\\|"),
            '`' if codes => {
                in_code = !in_code;
                out.push('`');
            }
            _ if in_code => out.push(c),
            '<' if after.is_none_or(|c| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')) => {
                out.push_str("&lt;");
            }
            '&' if is_entity(rest) => out.push_str("&amp;"),
            // What follows the value must not be taken for what is escaped, nor the line go on below.
            '\\' if after.is_none() => out.push_str("&#92;"),
            '\\' if after.is_some_and(|c| c.is_ascii_punctuation()) => out.push_str("\\\\"),
            ']' if matches!(after, Some('(' | '[')) || (defines && after == Some(':')) => out.push_str("\\]"),
            '[' if before == Some('!') => out.push_str("\\["),
            '*' | '`' => out.extend(['\\', c]),
            '_' if !(is_word(before) && is_word(after)) => out.push_str("\\_"),
            '~' if before == Some('~') || after == Some('~') => out.push_str("\\~"),
            '~' if strikes && before.is_some_and(|c| !c.is_whitespace()) => out.push_str("\\~"),
            _ => out.push(c),
        }
    }
    out
}

/// A value inside HTML, also where that stands in markdown.
pub(super) fn html(text: &str) -> String {
    let line = one_line(text);
    let mut out = String::with_capacity(line.len() + 8);
    for (at, c) in line.char_indices() {
        let (before, after) = line.split_at(at);
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '_' if is_word(before.chars().next_back()) && is_word(after.chars().nth(1)) => out.push('_'),
            '|' | '*' | '_' | '`' | '[' | ']' | '\\' | '~' => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            _ => out.push(c),
        }
    }
    out
}

/// A value as code within a line; a dash for nothing.
pub(super) fn code(text: &str) -> String {
    let line = one_line(text);
    if line.trim().is_empty() {
        return "-".to_owned();
    }
    let longest = line.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let edge = |c: Option<char>| matches!(c, Some('`' | ' '));
    let space = if edge(line.chars().next()) || edge(line.chars().next_back()) { " " } else { "" };
    format!("{fence}{space}{}{space}{fence}", line.replace('|', "\\|"))
}

/// A value inside a fenced block, where nothing but the end of the block means anything.
pub(super) fn plain(text: &str) -> String {
    one_line(text).replace("```", "'''")
}

/// The text as one line: line ends and tabs, with the blanks around them, become one blank; what steers a terminal or
/// the direction of reading is left out.
pub(super) fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut blanks = String::new();
    for c in text.chars().filter(|&c| matches!(c, '\n' | '\r' | '\t') || !is_hidden(c)) {
        if c == ' ' || matches!(c, '\n' | '\r' | '\t') {
            blanks.push(c);
            continue;
        }
        push_blanks(&mut out, &blanks);
        blanks.clear();
        out.push(c);
    }
    if !blanks.contains(['\n', '\r', '\t']) {
        out.push_str(&blanks);
    }
    out
}

fn push_blanks(out: &mut String, blanks: &str) {
    match blanks.contains(['\n', '\r', '\t']) {
        false => out.push_str(blanks),
        true if out.is_empty() => {}
        true => out.push(' '),
    }
}

fn is_ordinary(text: &str) -> bool {
    // What may begin a block is looked at more closely.
    if text.starts_with("    ") {
        return false;
    }
    let begins = |byte: &u8| byte.is_ascii_digit() || b" -+=#".contains(byte);
    if text.as_bytes().first().is_some_and(begins)
        && begins_a_block(&text.chars().take(99).collect::<Vec<_>>()).is_some()
    {
        return false;
    }
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" .,;:()-/'\"+=#%?@".contains(&byte))
}

// The sign that would make a value at the beginning of a line or an item a heading, a rule, a quote or an item itself. A
// dash alone is what tables say for nothing, and a comparison with a number what they say for a target.
fn begins_a_block(line: &[char]) -> Option<usize> {
    let start = line.iter().position(|&c| c != ' ')?;
    let text = line.get(start..)?;
    let first = *text.first()?;
    let ends = |at: usize| text.get(at).is_none_or(|&c| c == ' ');
    let same = text.iter().take_while(|&&c| c == first).count();
    let is_rule = || text.iter().all(|&c| c == first || c == ' ');
    let digits = text.iter().take_while(|c| c.is_ascii_digit()).count();
    let is = match first {
        '#' => same <= 6 && ends(same),
        '-' => text.len() > 1 && (ends(1) || is_rule()),
        '+' => ends(1),
        '=' => is_rule(),
        '>' => !is_comparison(text),
        '[' => matches!(text.get(1), Some('x' | 'X' | ' ')) && text.get(2) == Some(&']') && ends(3),
        _ => {
            let is_number = (1..10).contains(&digits) && matches!(text.get(digits), Some('.' | ')'));
            return (is_number && ends(digits + 1)).then_some(start + digits);
        }
    };
    is.then_some(start)
}

fn is_comparison(text: &[char]) -> bool {
    let text: String = text.iter().collect();
    let number = text.trim_start_matches(['>', '=']).trim_start();
    let unit = number.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let digits = number.strip_suffix(unit).unwrap_or_default();
    let is_number = digits.starts_with(|c: char| c.is_ascii_digit()) && !digits.ends_with('.');
    is_number && unit.chars().all(|c| c.is_alphabetic() || c == '%')
}

fn is_word(c: Option<char>) -> bool {
    c.is_some_and(char::is_alphanumeric)
}

// Backticks are code when each stands alone and has another to end it.
fn has_code(line: &[char]) -> bool {
    let ticks = line.iter().filter(|&&c| c == '`').count();
    ticks > 0 && ticks % 2 == 0 && !line.windows(2).any(|two| two == ['`', '`'])
}

// What follows an ampersand.
fn is_entity(rest: &[char]) -> bool {
    let name: String = rest.iter().take(40).take_while(|&&c| c != ';').collect();
    let ends = rest.get(name.chars().count()) == Some(&';');
    let is_number = |digits: &str, hex: bool| {
        !digits.is_empty()
            && digits.chars().all(|c| if hex { c.is_ascii_hexdigit() } else { c.is_ascii_digit() })
    };
    let known = match name.strip_prefix('#') {
        Some(digits) => match digits.strip_prefix(['x', 'X']) {
            Some(digits) => is_number(digits, true),
            None => is_number(digits, false),
        },
        None => {
            name.len() > 1
                && name.starts_with(|c: char| c.is_ascii_alphabetic())
                && name.chars().all(|c| c.is_ascii_alphanumeric())
        }
    };
    ends && known
}

// The characters that a terminal does not show as they are, as `ui` knows them.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(u32::from(c),
            0x00ad | 0x061c | 0x180e | 0x200b..=0x200c | 0x200e..=0x200f | 0x2028..=0x202e | 0x2060..=0x2069
            | 0xfeff | 0xfff9..=0xfffb | 0xe0000..=0xe007f)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_text_stays_byte_for_byte() {
        for text in [
            "uploads >2MB timeout",
            "Execution Framework & Monitoring Plan",
            "Devil's Advocate",
            "plugins[0].version",
            "in_progress",
            "Week 1–2",
            "Code changes (GHA workflow, config, scripts)",
            "run `npm test` twice",
            "CI <5% flake",
            "🔴 Not Started",
            "AT&T, R&D; Q&A",
            "C:\\path\\to",
            "~5 min",
            "done [Y] [X]",
            "HEAD~1",
            ">= 0.92",
            "Done! #12 @team 5 < 6 && 7",
            "`a*b` and `<b>`",
            "-",
            "-5",
            "+0.2",
            "#12 is open",
            "1.2.3",
            "2026",
            ">= 0.92",
            "[X]%",
        ] {
            assert_eq!(inline(text), text);
        }
    }

    #[test]
    fn what_would_mean_something_is_escaped() {
        for (text, wanted) in [
            ("a | b", "a \\| b"),
            ("`a|b`", "`a\\|b`"),
            ("one\r\n\ttwo", "one two"),
            ("\nedges \n", "edges"),
            ("a\u{202e}b\u{1b}[0m\u{200b}c", "ab[0mc"),
            ("<script>x</script>", "&lt;script>x&lt;/script>"),
            ("a <!-- b", "a &lt;!-- b"),
            ("ends with <", "ends with &lt;"),
            ("&lt; &#60; &#x3C; &T &#; &;", "&amp;lt; &amp;#60; &amp;#x3C; &T &#; &;"),
            ("a\\|b \\* \\", "a\\\\\\|b \\\\\\* &#92;"),
            ("[a](http://x) ![b](c) [d][e]", "[a\\](http://x) !\\[b\\](c) [d\\][e]"),
            ("[a]: http://x", "[a\\]: http://x"),
            ("2 * 3 **bold**", "2 \\* 3 \\*\\*bold\\*\\*"),
            ("_a_ b_ a__b", "\\_a\\_ b\\_ a\\_\\_b"),
            ("~~gone~~ ~a~", "\\~\\~gone\\~\\~ ~a\\~"),
            ("# x", "\\# x"),
            ("######", "\\######"),
            ("---", "\\---"),
            ("- - -", "\\- - -"),
            ("- [x] y", "\\- [x] y"),
            ("[ ] y", "\\[ ] y"),
            ("> q", "\\> q"),
            (">q >= 1", "\\>q >= 1"),
            (">= 95 % of it", "\\>= 95 % of it"),
            ("+ a", "\\+ a"),
            ("+", "\\+"),
            ("===", "\\==="),
            ("1. z", "1\\. z"),
            ("  12) z", "  12\\) z"),
            ("     x", "x"),
            ("odd ` one", "odd \\` one"),
            ("``two``", "\\`\\`two\\`\\`"),
        ] {
            assert_eq!(inline(text), wanted, "{text:?}");
        }
    }

    #[test]
    fn code_is_fenced_by_more_than_it_holds() {
        for (text, wanted) in [
            ("", "-"),
            (" \n", "-"),
            ("npm test", "`npm test`"),
            ("a `b` c", "``a `b` c``"),
            ("`", "`` ` ``"),
            ("a``b", "```a``b```"),
            ("a|b\nc", "`a\\|b c`"),
        ] {
            assert_eq!(code(text), wanted, "{text:?}");
        }
    }

    #[test]
    fn html_and_fenced_text_cannot_get_out() {
        assert_eq!(html("<a href=\"x\">'&'</a>"), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
        assert_eq!(html("a|b *c* in_progress [d](e)"), "a&#124;b &#42;c&#42; in_progress &#91;d&#93;(e)");
        assert_eq!(plain("a\n```\nb | *c* ````"), "a ''' b | *c* '''`");
        assert_eq!(plain("a\u{7}b\u{2066}c"), "abc");
    }
}
