//! Who acts.

use serde::{Deserialize, Serialize};

/// What somebody who acts is; a guard-rail, not security.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ActorKind {
    /// A person: may approve, reject, waive and raise limits.
    #[default]
    Person,
    /// A program.
    Agent,
}

/// Somebody who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Actor<'a> {
    /// By which name.
    pub name: &'a str,
    /// As what.
    pub kind: ActorKind,
}

impl ActorKind {
    /// Reads the value of `GIT_TRACK_ACTOR_KIND`.
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().to_ascii_lowercase().as_str() {
            "human" | "person" => Some(Self::Person),
            "agent" => Some(Self::Agent),
            _ => None,
        }
    }
}

/// The variables that coding agents set in the environment of what they run.
pub const AGENT_VARIABLES: [&str; 5] =
    ["CLAUDECODE", "GEMINI_CLI", "CODEX_SANDBOX", "CURSOR_AGENT", "OPENCODE"];
