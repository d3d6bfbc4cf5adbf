//! Who works on a workflow: the roster, and what its agents must have read.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::table::Table;
use super::time::Time;

/// Somebody, or something, that works on items.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Agent {
    /// How it is called, where that is not what it is there for.
    pub title: Option<String>,
    /// What it is there for.
    pub role: Option<String>,
    /// The items and paths that are its own.
    #[serde(default)]
    pub owns: Vec<String>,
    /// Whether it watches over the others.
    pub steward: Option<bool>,
    /// Whether it must not have made what it judges.
    pub independent: Option<bool>,
    /// The skills that it needs.
    #[serde(default)]
    pub skills: Vec<String>,
    /// The skills that it has looked into.
    #[serde(default)]
    pub introspected: Vec<String>,
    /// The grounding that it has read, by the ids of the entries.
    #[serde(default)]
    pub read: Table<Reading>,
}

/// A text that agents must have read before they begin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Grounding {
    /// The file; one outside of the repository is only named.
    pub path: String,
    /// The agents that must read it; all when absent.
    #[serde(default)]
    pub agents: Vec<String>,
    /// Other files that serve as well.
    #[serde(default)]
    pub aliases: Vec<String>,
}

/// That an agent has read something.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reading {
    /// When.
    pub at: Option<Time>,
    /// The blob that was read, where it is a file of the repository.
    pub on: Option<String>,
    /// The alias that was read in its place.
    #[serde(rename = "as")]
    pub alias: Option<String>,
}
