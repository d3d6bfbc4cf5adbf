//! What the team decided: `.track/config.yaml`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::actor::AGENT_VARIABLES;
use super::id::Id;
use super::path::RepoPath;
use super::release::Group;
use super::rule::Rules;
use super::suite::Suite;
use super::table::Table;

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
    /// Where things are, by the names that the processes use.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "super::table::unique")]
    pub paths: BTreeMap<String, RepoPath>,
    /// Where logs are kept, from the top of the work tree or absolute; inside the git directory when absent.
    pub log_root: Option<String>,
    /// Who may do what.
    #[serde(default, skip_serializing_if = "Roles::is_usual")]
    pub roles: Roles,
    /// How long whoever takes an item has it to himself without writing anything, in hours; 8 when absent.
    pub lease_hours: Option<u16>,
    /// How progress is read from git.
    #[serde(default, skip_serializing_if = "Derive::is_usual")]
    pub derive: Derive,
    /// How strict the rules are, where that is not as the processes say.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "super::table::unique")]
    #[schemars(schema_with = "super::rule::schema")]
    pub rules: Rules,
    /// The commands that say whether the work holds, by the names that gates and guards ask for.
    #[serde(default, skip_serializing_if = "Table::is_empty")]
    pub suites: Table<Suite>,
    /// Where versions stand that are released together, by the names of the groups.
    #[serde(default, skip_serializing_if = "Table::is_empty")]
    pub versions: Table<Group>,
}

/// After how many days work in progress is stale, where the team says nothing.
pub const STALE_DAYS: u32 = 14;

/// How progress is read from git.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Derive {
    /// A revision: no message of a commit that it has is looked at. Without it, messages count since the state came to
    /// the base.
    pub since: Option<String>,
    /// After how many days without a commit work in progress is stale; 14 when absent.
    pub stale_days: Option<u32>,
}

impl Derive {
    /// After how many days work in progress is stale.
    pub fn stale_days(&self) -> u32 {
        self.stale_days.unwrap_or(STALE_DAYS)
    }

    fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

/// Who may do what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Roles {
    /// The variables of the environment of which each says that an agent acts.
    pub agent_env: Vec<String>,
}

impl Default for Roles {
    fn default() -> Self {
        Self { agent_env: AGENT_VARIABLES.map(str::to_owned).to_vec() }
    }
}

impl Roles {
    fn is_usual(&self) -> bool {
        *self == Self::default()
    }
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

impl Default for Config {
    fn default() -> Self {
        Self {
            schema: super::workflow::SCHEMA,
            git_track: None,
            base: None,
            profiles: Vec::new(),
            write: Write::Leave,
            paths: BTreeMap::new(),
            log_root: None,
            lease_hours: None,
            roles: Roles::default(),
            derive: Derive::default(),
            rules: Rules::new(),
            suites: Table::default(),
            versions: Table::default(),
        }
    }
}

/// The series of this program: what stands in `git_track:`.
pub const SERIES: &str = concat!(env!("CARGO_PKG_VERSION_MAJOR"), ".", env!("CARGO_PKG_VERSION_MINOR"));
