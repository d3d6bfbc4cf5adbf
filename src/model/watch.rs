//! What is watched besides the work: risks and metrics.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::number::Target;
use super::time::{Date, Time};

/// How likely or how bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Hardly.
    Low,
    /// Somewhat.
    Medium,
    /// Very.
    High,
}

/// How bad it would be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Impact {
    /// Hardly.
    Low,
    /// Somewhat.
    Medium,
    /// Very.
    High,
    /// It would end the project.
    Critical,
}

/// Something that may go wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Risk {
    /// What may happen.
    pub title: String,
    /// How likely it is.
    pub probability: Option<Level>,
    /// How bad it would be.
    pub impact: Option<Impact>,
    /// What is done about it.
    pub mitigation: Option<String>,
    /// Who watches it.
    pub owner: Option<String>,
    /// When it was last looked at.
    pub reviewed: Option<Date>,
    /// When it was closed.
    pub closed: Option<Time>,
}

/// A number that is watched over time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Metric {
    /// How it is called.
    pub title: Option<String>,
    /// What it counts: `%`, `minutes`.
    pub unit: Option<String>,
    /// What it should be.
    pub target: Option<Target>,
    /// The values by date; order does not matter.
    #[serde(default, deserialize_with = "super::table::unique")]
    pub samples: std::collections::BTreeMap<Date, serde_json::Number>,
}
