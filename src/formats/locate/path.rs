//! What a value in a file is called: `project.version`, `plugins[0].version`, `"a.b".c`, `/v(?P<version>.+)/`.

use std::fmt;

use super::pattern::Pattern;
use crate::error::{Error, Result};

/// The name of one value, or of several, in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Path {
    /// From the top of the file down, a step at a time.
    Steps(Vec<Step>),
    /// Whatever an expression finds in the text.
    Pattern(Pattern),
}

/// From a value to one inside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The value with this key; in XML the elements of this name, or with `@` in front an attribute.
    Key(String),
    /// The item at this place of a list, the first one being 0.
    Index(usize),
    /// Every item of a list.
    All,
    /// The items of a list whose value with this key is that text.
    Where {
        /// The key that an item has.
        key: String,
        /// What must stand there.
        value: String,
    },
}

/// What cannot stand in a key without quotes.
const SIGNS: [char; 8] = ['.', '[', ']', '"', '\'', '=', ',', '*'];

impl Path {
    /// Reads a path as it is written in a configuration.
    pub fn parse(text: &str) -> Result<Self> {
        if text.starts_with('/') {
            return Pattern::parse(text).map(Self::Pattern);
        }
        let mut reader = Reader { text, at: 0 };
        let mut steps = Vec::new();
        loop {
            let step = match reader.peek() {
                Some('[') => reader.brackets()?,
                Some('.') if !steps.is_empty() => {
                    reader.skip('.');
                    Step::Key(reader.key()?)
                }
                None if !steps.is_empty() => return Ok(Self::Steps(steps)),
                _ if steps.is_empty() => Step::Key(reader.key()?),
                _ => return Err(reader.refuse("has no `.` or `[`")),
            };
            steps.push(step);
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let steps = match self {
            Self::Pattern(pattern) => return write!(f, "{pattern}"),
            Self::Steps(steps) => steps,
        };
        for (index, step) in steps.iter().enumerate() {
            match step {
                Step::Key(key) => {
                    f.write_str(if index == 0 { "" } else { "." })?;
                    write_key(f, key, index == 0)?;
                }
                Step::Index(number) => write!(f, "[{number}]")?,
                Step::All => f.write_str("[*]")?,
                Step::Where { key, value } => {
                    f.write_str("[")?;
                    write_key(f, key, false)?;
                    f.write_str("=")?;
                    let plain = |c: char| c.is_alphanumeric() || "._-+@/:".contains(c);
                    if !value.is_empty() && value.chars().all(plain) {
                        f.write_str(value)?;
                    } else {
                        write_quoted(f, value)?;
                    }
                    f.write_str("]")?;
                }
            }
        }
        Ok(())
    }
}

fn write_key(f: &mut fmt::Formatter<'_>, key: &str, first: bool) -> fmt::Result {
    let number = key.bytes().all(|byte| byte.is_ascii_digit());
    if number || (first && key.starts_with('/')) || !key.chars().all(is_bare) {
        write_quoted(f, key)
    } else {
        f.write_str(key)
    }
}

fn write_quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    write!(f, "\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn is_bare(char: char) -> bool {
    !SIGNS.contains(&char) && !char.is_whitespace() && !char.is_control()
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn skip(&mut self, char: char) -> bool {
        let there = self.peek() == Some(char);
        self.at += if there { char.len_utf8() } else { 0 };
        there
    }

    fn take(&mut self, fits: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let (taken, _) = rest.split_at(rest.find(|char| !fits(char)).unwrap_or(rest.len()));
        self.at += taken.len();
        taken
    }

    fn key(&mut self) -> Result<String> {
        if self.peek() == Some('"') {
            return self.quoted();
        }
        match self.take(is_bare) {
            "" => Err(self.refuse("has no key")),
            key => Ok(key.to_owned()),
        }
    }

    fn quoted(&mut self) -> Result<String> {
        let opened = self.at;
        self.skip('"');
        let mut text = String::new();
        loop {
            text.push_str(self.take(|char| char != '"' && char != '\\'));
            if self.skip('"') {
                return Ok(text);
            }
            if !self.skip('\\') {
                self.at = opened;
                return Err(self.refuse("has a quote without its end"));
            }
            match self.peek() {
                Some(char @ ('"' | '\\')) => {
                    self.skip(char);
                    text.push(char);
                }
                _ => return Err(self.refuse("has something else than `\"` or `\\` after a backslash")),
            }
        }
    }

    fn brackets(&mut self) -> Result<Step> {
        self.skip('[');
        let start = self.at;
        let step = if self.skip('*') {
            Step::All
        } else if let Some(number) = self.index() {
            Step::Index(number.map_err(|()| self.refuse("has too large a number"))?)
        } else {
            let key = self.key().map_err(|_| self.refuse(INSIDE))?;
            if !self.skip('=') {
                self.at = start;
                return Err(self.refuse(INSIDE));
            }
            let bare = |char: char| !matches!(char, ']' | '[' | '"' | ',') && !char.is_control();
            let value = if self.peek() == Some('"') { self.quoted()? } else { self.take(bare).to_owned() };
            Step::Where { key, value }
        };
        if self.skip(']') { Ok(step) } else { Err(self.refuse("has no `]`")) }
    }

    /// The number up to the bracket; `None` when something else stands there.
    fn index(&mut self) -> Option<Result<usize, ()>> {
        let (digits, _) = self.rest().split_once(']')?;
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        Some(match digits.parse() {
            Ok(number) => {
                self.at += digits.len();
                Ok(number)
            }
            Err(_) => Err(()),
        })
    }

    fn refuse(&self, what: &str) -> Error {
        let before = self.text.get(..self.at).unwrap_or(self.text);
        let place = before.chars().count() + 1;
        let shown = self.text.escape_debug();
        Error::state(format!("the path `{shown}` {what} at character {place}"))
            .hint("write it like `project.version`, `plugins[0].version`, `plugins[name=demo].version`")
            .hint("quote a key that holds other signs: `\"a.b\".version`")
    }
}

const INSIDE: &str = "has neither a number, nor `*`, nor `key=value` in the brackets";

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(text: &str) -> Vec<Step> {
        match Path::parse(text) {
            Ok(Path::Steps(steps)) => steps,
            other => panic!("{text}: {other:?}"),
        }
    }

    fn key(text: &str) -> Step {
        Step::Key(text.to_owned())
    }

    fn with(key: &str, value: &str) -> Step {
        Step::Where { key: key.to_owned(), value: value.to_owned() }
    }

    #[test]
    fn steps_are_read_and_written() {
        for (text, wanted) in [
            ("version", vec![key("version")]),
            ("project.version", vec![key("project"), key("version")]),
            ("plugins[0].version", vec![key("plugins"), Step::Index(0), key("version")]),
            ("[12][*]", vec![Step::Index(12), Step::All]),
            ("plugins[name=demo].version", vec![key("plugins"), with("name", "demo"), key("version")]),
            (r#"a["x y"="b] \"c"]"#, vec![key("a"), with("x y", "b] \"c")]),
            (r#""a.b".c"#, vec![key("a.b"), key("c")]),
            (r#"packages."".version"#, vec![key("packages"), key(""), key("version")]),
            ("dependencies.@types/node", vec![key("dependencies"), key("@types/node")]),
            (r#""\"\\""#, vec![key("\"\\")]),
            ("größe.版", vec![key("größe"), key("版")]),
        ] {
            assert_eq!(steps(text), wanted, "{text}");
            assert_eq!(Path::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Path::Steps(vec![key("/x"), key("1")]).to_string(), r#""/x"."1""#);
        assert_eq!(steps("a[n=two words]"), [key("a"), with("n", "two words")]);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        for (text, wanted) in [
            ("", "has no key at character 1"),
            (".a", "has no key at character 1"),
            ("a..b", "has no key at character 3"),
            ("é.", "has no key at character 3"),
            ("a b", "has no `.` or `[` at character 2"),
            ("a]", "has no `.` or `[` at character 2"),
            ("a[0]b", "has no `.` or `[` at character 5"),
            ("a[0", "in the brackets at character 3"),
            ("a[-1]", "in the brackets at character 3"),
            ("a[]", "in the brackets at character 3"),
            ("a[99999999999999999999]", "has too large a number at character 3"),
            ("a[b=c", "has no `]` at character 6"),
            ("a.\"b", "has a quote without its end at character 3"),
            (r#""\n""#, "after a backslash at character 3"),
            ("a.*", "has no key at character 3"),
        ] {
            let error = Path::parse(text).expect_err(text);
            assert!(error.message().ends_with(wanted), "{text}: {error}");
        }
    }
}
