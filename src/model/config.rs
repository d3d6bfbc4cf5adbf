//! What the team decided: `.track/config.yaml`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::id::Id;
use super::path::RepoPath;

/// The configuration of a repository.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The version of the format.
    pub schema: u32,
    /// The series of git-track that the team uses: `0.1`.
    pub git_track: Option<String>,
    /// The branch that work lands on.
    pub base: Option<String>,
    /// The processes that the team uses; the first is the usual one.
    #[serde(default)]
    pub profiles: Vec<Id>,
    /// What happens to changed files besides being written.
    #[serde(default)]
    pub write: Write,
    /// Where things are.
    #[serde(default, skip_serializing_if = "Paths::is_empty")]
    pub paths: Paths,
}

/// What happens to changed files besides being written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Write {
    /// Nothing.
    #[default]
    Leave,
    /// They are added to the index.
    Stage,
    /// They are committed.
    Commit,
}

/// Where things are, relative to the top of the work tree.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Paths {
    /// The folder of change folders.
    pub changes: Option<RepoPath>,
}

impl Paths {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            schema: super::workflow::SCHEMA,
            git_track: None,
            base: None,
            profiles: Vec::new(),
            write: Write::Leave,
            paths: Paths::default(),
        }
    }
}

/// The series of this program: what stands in `git_track:`.
pub const SERIES: &str = concat!(env!("CARGO_PKG_VERSION_MAJOR"), ".", env!("CARGO_PKG_VERSION_MINOR"));
