//! New text: block style, and quoted wherever any reader of YAML 1.1 or 1.2 could take it for something else.

use std::fmt::Write as _;

use serde_json::{Map, Number, Value};

/// How new text has to look in the file it goes into.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look<'t> {
    /// The line end.
    pub(super) newline: &'t str,
    /// One level of indentation.
    pub(super) unit: &'t str,
    /// Whether the file is JSON and has to stay so.
    pub(super) json: bool,
}

/// What a mapping entry or list item in block style starts with: ` value`, or lines below it.
enum Body {
    Inline(String),
    Lines(String),
}

/// A whole new document in block style.
pub fn write(value: &Value) -> String {
    let look = Look { newline: "\n", unit: "  ", json: false };
    let mut text = look.root(value);
    text.push('\n');
    text
}

impl Look<'_> {
    /// A value at the left margin, without a final line end.
    pub(super) fn root(&self, value: &Value) -> String {
        if self.json {
            return self.pretty(value, "");
        }
        match self.body(value, 0) {
            Body::Inline(text) | Body::Lines(text) => text,
        }
    }

    fn body(&self, value: &Value, column: usize) -> Body {
        match value {
            Value::Object(map) if !map.is_empty() => Body::Lines(self.entries(map, column)),
            Value::Array(list) if !list.is_empty() => Body::Lines(self.items(list, column)),
            value => Body::Inline(self.inline(value)),
        }
    }

    /// The entries of a block mapping whose first key stands at `column`; only later lines are indented.
    fn entries(&self, map: &Map<String, Value>, column: usize) -> String {
        let lines: Vec<String> = map.iter().map(|(key, value)| self.entry(key, value, column)).collect();
        lines.join(&self.margin(column))
    }

    fn items(&self, list: &[Value], column: usize) -> String {
        let lines: Vec<String> = list.iter().map(|value| self.item(value, column)).collect();
        lines.join(&self.margin(column))
    }

    /// A new line indented to a column.
    pub(super) fn margin(&self, column: usize) -> String {
        format!("{}{}", self.newline, " ".repeat(column))
    }

    /// `key: value` for a block mapping at `column`.
    pub(super) fn entry(&self, key: &str, value: &Value, column: usize) -> String {
        let mut text = self.key(key);
        if text.len() > 900 {
            text = format!("? {text}{}", self.margin(column));
        }
        text.push(':');
        text.push_str(&self.below(value, column));
        text
    }

    /// What follows a key at `column` and its colon: ` value`, or lines of a block one level deeper.
    pub(super) fn below(&self, value: &Value, column: usize) -> String {
        let inner = column + self.unit.len().max(1);
        match self.body(value, inner) {
            Body::Inline(text) => format!(" {text}"),
            Body::Lines(text) => format!("{}{text}", self.margin(inner)),
        }
    }

    /// `- value` for a block list at `column`.
    pub(super) fn item(&self, value: &Value, column: usize) -> String {
        match self.body(value, column + 2) {
            Body::Inline(text) | Body::Lines(text) => format!("- {text}"),
        }
    }

    /// A key in front of its colon.
    pub(super) fn key(&self, key: &str) -> String {
        if !self.json && is_plain(key, true) { key.to_owned() } else { quoted(key) }
    }

    /// A scalar or an empty collection, or whatever else in flow style: always one line.
    pub(super) fn inline(&self, value: &Value) -> String {
        self.flat(value, false)
    }

    /// The same where commas and brackets have a meaning.
    pub(super) fn flow(&self, value: &Value) -> String {
        self.flat(value, true)
    }

    fn flat(&self, value: &Value, flow: bool) -> String {
        match value {
            Value::Null => "null".to_owned(),
            Value::Bool(truth) => truth.to_string(),
            Value::Number(number) => digits(number),
            Value::String(text) if !self.json && is_plain(text, flow) => text.clone(),
            Value::String(text) => quoted(text),
            Value::Array(list) => {
                let items: Vec<String> = list.iter().map(|item| self.flow(item)).collect();
                format!("[{}]", items.join(", "))
            }
            Value::Object(map) => {
                let entries: Vec<String> = map.iter().map(|(key, value)| self.pair(key, value)).collect();
                format!("{{{}}}", entries.join(", "))
            }
        }
    }

    /// `key: value` in flow style.
    pub(super) fn pair(&self, key: &str, value: &Value) -> String {
        format!("{}{}", self.flow_key(key), self.flow(value))
    }

    fn flow_key(&self, key: &str) -> String {
        let text = self.key(key);
        if text.len() > 900 && !self.json { format!("? {text} : ") } else { format!("{text}: ") }
    }

    /// A value of a file in JSON syntax with an element on each line, below a line that starts with `prefix`.
    pub(super) fn pretty(&self, value: &Value, prefix: &str) -> String {
        let inner = format!("{prefix}{}", self.unit);
        let (open, close, parts): (char, char, Vec<String>) = match value {
            Value::Object(map) if !map.is_empty() => {
                let line = |(key, value): (&String, &Value)| {
                    format!("{}{}", self.flow_key(key), self.pretty(value, &inner))
                };
                ('{', '}', map.iter().map(line).collect())
            }
            Value::Array(list) if !list.is_empty() => {
                ('[', ']', list.iter().map(|item| self.pretty(item, &inner)).collect())
            }
            value => return self.inline(value),
        };
        let between = format!(",{}{inner}", self.newline);
        format!("{open}{0}{inner}{1}{0}{prefix}{close}", self.newline, parts.join(&between))
    }

    /// `"key": value` of a JSON file, in the layout of its siblings.
    pub(super) fn pretty_pair(&self, key: &str, value: &Value, prefix: &str) -> String {
        format!("{}{}", self.flow_key(key), self.pretty(value, prefix))
    }
}

/// A number that YAML 1.1, YAML 1.2 and JSON read as the same number.
fn digits(number: &Number) -> String {
    let text = number.to_string();
    if !number.is_f64() {
        return text;
    }
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text.as_str(), None),
    };
    let point = if mantissa.contains('.') { "" } else { ".0" };
    match exponent {
        None => format!("{mantissa}{point}"),
        Some(exponent) if exponent.starts_with(['-', '+']) => format!("{mantissa}{point}e{exponent}"),
        Some(exponent) => format!("{mantissa}{point}e+{exponent}"),
    }
}

/// A text in double quotes, in the escapes that JSON and YAML share.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            char if is_hidden(char) => {
                let _ = write!(out, "\\u{:04x}", u32::from(char));
            }
            char => out.push(char),
        }
    }
    out.push('"');
    out
}

/// A text in single quotes, where that can hold it.
pub(super) fn single(text: &str) -> Option<String> {
    let fits = !text.chars().any(|char| is_hidden(char) || char.is_control());
    fits.then(|| format!("'{}'", text.replace('\'', "''")))
}

/// Characters that are never written raw: controls, line separators, and those that turn or hide text.
fn is_hidden(char: char) -> bool {
    char.is_control()
        || matches!(char,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// Whether every reader takes the bare text for this string.
pub(super) fn is_plain(text: &str, flow: bool) -> bool {
    let mut chars = text.chars();
    let Some(first) = chars.next() else { return false };
    let starts = first.is_alphanumeric() || matches!(first, '_' | '/' | '(' | '$');
    let ends = !text.ends_with(|char: char| char.is_whitespace() || char == ':');
    let harmless = |char: char| !is_hidden(char) && (!flow || !",[]{}".contains(char));
    let signs = !text.contains(": ") && !text.contains(" #") && (!flow || !text.contains(':'));
    starts && ends && signs && text.chars().all(harmless) && !is_word(text) && !is_numberish(text)
}

fn is_word(text: &str) -> bool {
    const WORDS: [&str; 13] =
        ["null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf", "infinity", "t"];
    WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Anything made of digits and what numbers, dates and times are written with, in any base.
fn is_numberish(text: &str) -> bool {
    let first = text.chars().next();
    first.is_some_and(char::is_numeric)
        && text
            .chars()
            .all(|char| char.is_numeric() || "abcdefxo_+-.: tz".contains(char.to_ascii_lowercase()))
}

/// A text as the lines of a literal block, when that is safe: its header, and its lines indented.
pub(super) fn literal(text: &str, margin: &str) -> Option<(String, String)> {
    let (header, body) = match text.strip_suffix('\n') {
        Some(body) => ("|", body),
        None => ("|-", text),
    };
    let line_fits = |line: &str| !line.ends_with([' ', '\t']);
    let fits = !body.is_empty()
        && !body.starts_with([' ', '\t', '\n'])
        && !body.ends_with('\n')
        && body.contains('\n')
        && body.split('\n').all(line_fits)
        && !body.chars().any(|char| char != '\n' && char != '\t' && is_hidden(char));
    if !fits {
        return None;
    }
    let mut lines = String::new();
    for line in body.split('\n') {
        lines.push_str(if line.is_empty() { margin.trim_end_matches(' ') } else { margin });
        lines.push_str(line);
    }
    Some((header.to_owned(), lines))
}
