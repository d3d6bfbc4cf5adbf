//! Times and dates: UTC with second precision in state, local only on screen.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// A moment in UTC with second precision; written as RFC 3339 with `Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Time(jiff::Timestamp);

impl Time {
    /// Reads an RFC 3339 time with any offset; fractions of a second are cut.
    pub fn parse(text: &str) -> Result<Self> {
        text.parse::<jiff::Timestamp>().map(Self::cut).map_err(|_| {
            Error::state(format!("`{text}` is not a time")).hint("write it like \"2026-02-12T09:00:00Z\"")
        })
    }

    /// The time that many seconds after 1970-01-01T00:00:00Z; out of range is cut to the last one.
    pub fn from_seconds(seconds: i64) -> Self {
        Self(jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::MAX))
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    pub fn seconds(self) -> i64 {
        self.0.as_second()
    }

    /// The calendar date of this moment in UTC.
    pub fn date(self) -> Date {
        Date(self.0.to_zoned(jiff::tz::TimeZone::UTC).date())
    }

    fn cut(time: jiff::Timestamp) -> Self {
        Self::from_seconds(time.as_second())
    }

    /// How long before `now` this was, in words: "3 h ago"; a time to come is "just now".
    pub fn ago(self, now: Self) -> String {
        let seconds = now.seconds().saturating_sub(self.seconds());
        match seconds {
            ..60 => "just now".to_owned(),
            60..3600 => format!("{} min ago", seconds / 60),
            3600..86_400 => format!("{} h ago", seconds / 3600),
            86_400..172_800 => "yesterday".to_owned(),
            _ => format!("{} days ago", seconds / 86_400),
        }
    }

    /// How long it is from this moment to a later one, in words: "3 h"; an earlier one is "0 min" away.
    pub fn until(self, later: Self) -> String {
        let seconds = later.seconds().saturating_sub(self.seconds()).max(0);
        match seconds {
            ..3600 => format!("{} min", seconds / 60),
            3600..172_800 => format!("{} h", seconds / 3600),
            _ => format!("{} days", seconds / 86_400),
        }
    }
}

impl TryFrom<String> for Time {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).map_err(|_| format!("`{text}` is not a time like \"2026-02-12T09:00:00Z\""))
    }
}

impl From<Time> for String {
    fn from(time: Time) -> Self {
        time.to_string()
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl JsonSchema for Time {
    fn schema_name() -> Cow<'static, str> {
        "Time".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date-time" })
    }
}

/// A calendar date, written `2026-02-12`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Date(jiff::civil::Date);

impl Date {
    /// Reads `YYYY-MM-DD`.
    pub fn parse(text: &str) -> Result<Self> {
        jiff::civil::Date::strptime("%Y-%m-%d", text)
            .map(Self)
            .map_err(|_| Error::state(format!("`{text}` is not a date")).hint("write it like \"2026-02-12\""))
    }

    /// The day so many days before; the first day there is when that is before the calendar begins.
    pub fn days_before(self, days: u32) -> Self {
        Self(self.0.saturating_sub(jiff::Span::new().days(i64::from(days.min(3_000_000)))))
    }

    /// The date without separators: `20260212`.
    pub fn compact(self) -> String {
        self.to_string().replace('-', "")
    }
}

impl TryFrom<String> for Date {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).map_err(|_| format!("`{text}` is not a date like \"2026-02-12\""))
    }
}

impl From<Date> for String {
    fn from(date: Date) -> Self {
        date.to_string()
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl JsonSchema for Date {
    fn schema_name() -> Cow<'static, str> {
        "Date".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_utc_seconds() {
        let time = Time::parse("2026-02-12T10:00:00.9+01:00").unwrap();
        assert_eq!(time.to_string(), "2026-02-12T09:00:00Z");
        assert_eq!(time.date().compact(), "20260212");
        assert!(Time::parse("2026-02-12").is_err());
        assert!(Time::parse("yesterday").is_err());
    }

    #[test]
    fn dates_are_civil() {
        assert_eq!(Date::parse("2026-02-12").unwrap().to_string(), "2026-02-12");
        for bad in ["2026-02-30", "20260212", "2026-2-30", "Friday"] {
            assert!(Date::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn distances_read_well() {
        let at = |text| Time::parse(text).unwrap();
        let now = at("2026-02-12T12:00:00Z");
        assert_eq!(at("2026-02-12T12:00:05Z").ago(now), "just now");
        assert_eq!(at("2026-02-12T11:18:00Z").ago(now), "42 min ago");
        assert_eq!(at("2026-02-11T11:00:00Z").ago(now), "yesterday");
        assert_eq!(at("2026-02-02T11:00:00Z").ago(now), "10 days ago");
        assert_eq!(at("2026-02-12T12:00:05Z").until(now), "0 min");
        assert_eq!(at("2026-02-12T11:18:00Z").until(now), "42 min");
        assert_eq!(at("2026-02-11T11:00:00Z").until(now), "25 h");
        assert_eq!(at("2026-02-10T12:00:00Z").until(now), "2 days");
    }
}
