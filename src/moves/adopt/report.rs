//! What is told about a file that was taken over.

use serde::Serialize;
use serde_json::Value;

/// What did not become state as it was written.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// Values that are derived or measured, with what git-track says instead.
    pub ignored: Vec<Left>,
    /// Keys that nothing knows.
    pub not_understood: Vec<Left>,
    /// Items that got times of the import.
    pub stamped: Vec<String>,
    /// Whom the file calls agents; they are put on the roster.
    #[serde(skip)]
    pub agents: Vec<String>,
}

/// A value that was left out.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Left {
    /// Where it stood: keys with dots.
    pub path: String,
    /// What it was.
    pub value: Value,
    /// Why it was left out.
    pub reason: String,
}

/// Why a value is left out that says what is derived anyway.
pub const SAME: &str = "derived, and the same";

impl Report {
    pub(super) fn ignore(&mut self, path: String, value: Value, reason: impl Into<String>) {
        self.ignored.push(Left { path, value, reason: reason.into() });
    }

    pub(super) fn agent(&mut self, name: &Value) {
        let new = name.as_str().filter(|name| !self.agents.iter().any(|known| known == name));
        self.agents.extend(new.map(str::to_owned));
    }

    pub(super) fn unknown(&mut self, path: String, value: Value) {
        self.not_understood.push(Left {
            path,
            value,
            reason: "no field of this process has this name".to_owned(),
        });
    }
}
