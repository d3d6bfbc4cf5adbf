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

impl Report {
    pub(super) fn ignore(&mut self, path: String, value: Value, reason: impl Into<String>) {
        self.ignored.push(Left { path, value, reason: reason.into() });
    }

    pub(super) fn unknown(&mut self, path: String, value: Value) {
        self.not_understood.push(Left {
            path,
            value,
            reason: "no field of this process has this name".to_owned(),
        });
    }
}
