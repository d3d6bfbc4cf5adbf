//! Ids: short, stable, compared without case.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// The longest id, in bytes.
pub const MAX: usize = 64;

/// An id: a letter, then up to 63 letters, digits, `.`, `_` or `-`. Two ids that differ only in case are equal.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Id(String);

impl Id {
    /// Checks an id; U+2011 reads as `-`.
    pub fn parse(text: &str) -> Result<Self> {
        let text = text.replace('\u{2011}', "-");
        let mut chars = text.chars();
        let starts = chars.next().is_some_and(|first| first.is_ascii_alphabetic());
        let goes_on = chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'));
        if starts && goes_on && text.len() <= MAX {
            return Ok(Self(text));
        }
        Err(Error::state(format!("`{text}` is not an id"))
            .hint("an id is a letter, then up to 63 letters, digits, `.`, `_` or `-`"))
    }

    /// The id of a record: the letter of its kind and a number (`f1`).
    pub fn numbered(letter: char, number: usize) -> Self {
        debug_assert!(letter.is_ascii_alphabetic());
        Self(format!("{letter}{number}"))
    }

    /// The id as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Id {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).map_err(|error| {
            format!("{} (a letter, then up to 63 letters, digits, `.`, `_` or `-`)", error.message())
        })
    }
}

impl From<Id> for String {
    fn from(id: Id) -> Self {
        id.0
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl PartialEq for Id {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for Id {}

impl Hash for Id {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // In one piece: a hasher is called for each byte otherwise, and every id of a repository is hashed.
        let mut folded = [0; MAX];
        for (to, byte) in folded.iter_mut().zip(self.0.bytes()) {
            *to = byte.to_ascii_lowercase();
        }
        state.write(folded.get(..self.0.len()).unwrap_or(&folded));
    }
}

impl JsonSchema for Id {
    fn schema_name() -> Cow<'static, str> {
        "Id".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[A-Za-z][A-Za-z0-9._-]{0,63}$" })
    }
}

/// Compares texts so that runs of digits compare as numbers: `1`, `1.5`, `2`, `5`, `5A`, `10`.
pub fn numeric_order(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a, b);
    loop {
        let (ra, rb) = (run(a), run(b));
        if ra.is_empty() || rb.is_empty() {
            return ra.len().cmp(&rb.len());
        }
        let order = match (number(ra), number(rb)) {
            (Some(x), Some(y)) => x.len().cmp(&y.len()).then_with(|| x.cmp(y)),
            _ => ra.to_ascii_lowercase().cmp(&rb.to_ascii_lowercase()),
        };
        if order != Ordering::Equal {
            return order;
        }
        a = a.strip_prefix(ra).unwrap_or_default();
        b = b.strip_prefix(rb).unwrap_or_default();
    }
}

fn run(text: &str) -> &str {
    let digits = text.starts_with(|c: char| c.is_ascii_digit());
    let end = text.find(|c: char| c.is_ascii_digit() != digits).unwrap_or(text.len());
    text.get(..end).unwrap_or(text)
}

fn number(run: &str) -> Option<&str> {
    run.starts_with(|c: char| c.is_ascii_digit()).then(|| run.trim_start_matches('0'))
}

/// Makes an id-like word out of a title: lower-case letters and digits joined by `-`, at most 40 bytes.
pub fn slug(title: &str) -> String {
    let mut slug = String::new();
    // Signs and pictures are not spelt out, letters of other scripts are.
    let spelt = title
        .chars()
        .map(|c| if c.is_alphanumeric() { deunicode::deunicode_char(c).unwrap_or("-") } else { "-" });
    for c in spelt.flat_map(str::chars).flat_map(char::to_lowercase) {
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug.trim_start_matches(|c: char| !c.is_ascii_alphabetic());
    let mut slug = slug.to_owned();
    if slug.len() > 40 {
        slug.truncate(40);
        if let Some(cut) = slug.rfind('-').filter(|&cut| cut > 20) {
            slug.truncate(cut);
        }
    }
    slug.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_one_grammar() {
        for good in ["a", "CHG-20260122-auth-timeout", "TASK-001", "ci_pass_rate", "phase-1.rollback", "C5A"]
        {
            assert!(Id::parse(good).is_ok(), "{good}");
        }
        let long = "a".repeat(65);
        for bad in ["", "1a", "-a", "a b", "ä", "a/b", "a:b", long.as_str()] {
            assert!(Id::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(Id::parse("TASK\u{2011}001").unwrap(), Id::parse("task-001").unwrap());
    }

    #[test]
    fn order_is_numeric() {
        let mut words = ["10", "5A", "1.5", "2", "5", "1", "b2", "b10", "01"];
        words.sort_by(|a, b| numeric_order(a, b));
        assert_eq!(words, ["1", "01", "1.5", "2", "5", "5A", "10", "b2", "b10"]);
    }

    #[test]
    fn slugs_are_ids() {
        assert_eq!(slug("Team burnout"), "team-burnout");
        assert_eq!(slug("  2026: Größe & Co. "), "grosse-co");
        assert_eq!(slug("!!!"), "");
        assert!(slug(&"word ".repeat(30)).len() <= 40);
    }
}
