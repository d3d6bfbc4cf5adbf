//! Percents, scores as exact decimals, and targets of metrics.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize};

/// A whole percentage from 0 to 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Percent(#[schemars(range(max = 100))] u8);

impl Percent {
    /// Everything.
    pub const ALL: Self = Self(100);

    /// The percentage, when it is one.
    pub fn new(value: u64) -> Option<Self> {
        u8::try_from(value).ok().filter(|&value| value <= 100).map(Self)
    }

    /// Reads `50` or `50%`.
    pub fn parse(text: &str) -> Option<Self> {
        text.trim().trim_end_matches('%').parse().ok().and_then(Self::new)
    }

    /// From 0 to 100.
    pub fn get(self) -> u8 {
        self.0
    }
}

impl<'de> Deserialize<'de> for Percent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = i64::deserialize(deserializer)?;
        u64::try_from(value)
            .ok()
            .and_then(Self::new)
            .ok_or_else(|| serde::de::Error::custom(format!("{value} is not a percentage from 0 to 100")))
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", self.0)
    }
}

/// A score from 0 to 1 as an exact decimal of at most six places, kept and printed as it was written.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Score {
    text: String,
    millionths: u32,
}

impl Score {
    /// Reads `0.92`, `.92`, `1`, `0.9`; at least two decimals are printed.
    pub fn parse(text: &str) -> Option<Self> {
        let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(fraction) || fraction.len() > 6 || whole.len() + fraction.len() == 0 {
            return None;
        }
        let whole: u32 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
        let millionths =
            whole.checked_mul(1_000_000)?.checked_add(format!("{fraction:0<6}").parse().ok()?)?;
        (millionths <= 1_000_000).then(|| Self { text: format!("{whole}.{fraction:0<2}"), millionths })
    }

    /// The score in millionths, from 0 to 1,000,000.
    pub fn millionths(&self) -> u32 {
        self.millionths
    }
}

impl PartialEq for Score {
    fn eq(&self, other: &Self) -> bool {
        self.millionths == other.millionths
    }
}

impl Eq for Score {}

impl PartialOrd for Score {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Score {
    fn cmp(&self, other: &Self) -> Ordering {
        self.millionths.cmp(&other.millionths)
    }
}

impl TryFrom<String> for Score {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("`{text}` is not a score from 0 to 1 like \"0.92\""))
    }
}

impl From<Score> for String {
    fn from(score: Score) -> Self {
        score.text
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl JsonSchema for Score {
    fn schema_name() -> Cow<'static, str> {
        "Score".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^(0?\\.[0-9]{1,6}|0|1(\\.0{1,6})?)$" })
    }
}

/// What a metric should be: `>=95`, `<5`, `==0`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Target {
    text: String,
    comparison: Comparison,
    bound: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    AtMost,
    AtLeast,
    Exactly,
    Below,
    Above,
}

const COMPARISONS: [(&str, Comparison); 5] = [
    ("<=", Comparison::AtMost),
    (">=", Comparison::AtLeast),
    ("==", Comparison::Exactly),
    ("<", Comparison::Below),
    (">", Comparison::Above),
];

impl Target {
    /// Reads a comparison (`<`, `<=`, `>`, `>=`, `==`) followed by a number.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (sign, comparison) = COMPARISONS.into_iter().find(|(sign, _)| text.starts_with(sign))?;
        let bound: f64 = text.strip_prefix(sign)?.trim().trim_end_matches('%').parse().ok()?;
        bound.is_finite().then(|| Self { text: text.to_owned(), comparison, bound })
    }

    /// Whether a value meets it.
    pub fn met(&self, value: f64) -> bool {
        match self.comparison {
            Comparison::Below => value < self.bound,
            Comparison::AtMost => value <= self.bound,
            Comparison::Above => value > self.bound,
            Comparison::AtLeast => value >= self.bound,
            Comparison::Exactly => (value - self.bound).abs() < f64::EPSILON,
        }
    }
}

impl TryFrom<String> for Target {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("`{text}` is not a target like \">=95\" or \"<5\""))
    }
}

impl From<Target> for String {
    fn from(target: Target) -> Self {
        target.text
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl JsonSchema for Target {
    fn schema_name() -> Cow<'static, str> {
        "Target".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^ *(<=|>=|==|<|>) *-?[0-9.]+ *%?$" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_exact_decimals() {
        let score = |text| Score::parse(text).unwrap();
        assert!(score("0.92") >= score("0.920000"));
        assert!(score("0.919999") < score("0.92"));
        assert_eq!(score("0.9").to_string(), "0.90");
        assert_eq!(score("0.925").to_string(), "0.925");
        assert_eq!(score("1").to_string(), "1.00");
        assert_eq!(score(".5").to_string(), "0.50");
        for bad in ["", ".", "1.01", "-0.1", "0.1234567", "nan", "inf", "1e-1", "0,9"] {
            assert!(Score::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn targets_know_their_bound() {
        let target = |text| Target::parse(text).unwrap();
        assert!(!target("<5").met(5.0));
        assert!(target("<=5").met(5.0));
        assert!(target(">=95%").met(95.0));
        assert!(target("==0").met(0.0));
        for bad in ["5", "=> 5", "<", "<x", "<nan"] {
            assert!(Target::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn percents_end_at_a_hundred() {
        assert_eq!(Percent::parse("50%").map(Percent::get), Some(50));
        for bad in ["101", "-1", "abc", ""] {
            assert!(Percent::parse(bad).is_none(), "{bad}");
        }
    }
}
