//! The closed list of checks that profiles pick from and parameterise.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::id::Id;
use super::record::Severity;
use super::table::Table;

/// Conditions on a move; absent ones do not apply. Every field is one check.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a check that applies or does not")]
pub struct Checks {
    /// Everything it needs is done, passed or approved, also for the items above it.
    pub needs_met: bool,
    /// No blocker is open.
    pub not_blocked: bool,
    /// The siblings before it are done or dropped.
    pub order: bool,
    /// No other item of its kind is active.
    pub one_active: bool,
    /// It is the last of its kind.
    pub last: bool,
    /// It says what is being worked on.
    pub focus: bool,
    /// It has an owner.
    pub owner: bool,
    /// It says what came out, in so many sentences.
    pub summary: Option<Sentences>,
    /// Its children that count are done or dropped.
    pub children_done: bool,
    /// Every line of its checklist is ticked.
    pub checklist: bool,
    /// Its required artifacts exist.
    pub artifacts: bool,
    /// No finding of these severities is open.
    pub findings: Vec<Severity>,
    /// Its gates pass.
    pub gates: bool,
    /// These gates of the workflow pass, or need not.
    pub passed: Vec<Id>,
    /// Its checkpoints are approved.
    pub checkpoints: bool,
    /// Its last score passes, where there is a threshold.
    pub score: bool,
    /// These documents are complete.
    pub documents: Vec<Id>,
    /// The workflow has an item of each of these kinds.
    pub has: Vec<Id>,
    /// Its declared fields have one of these values; any, where none is listed.
    pub fields: Table<Vec<String>>,
    /// What it is expected to change stays within its limits.
    pub estimate: bool,
    /// It is not to touch a file like these.
    pub untouched: Vec<String>,
    /// At most so many agents are at work at once, whoever begins it included.
    pub active_agents: Option<usize>,
    /// An agent of the roster begins only what is its own or nobody's.
    pub own: bool,
    /// Its agent has read the grounding, as it is now.
    pub grounded: bool,
    /// Its agent has looked into the skills that it needs.
    pub skilled: bool,
    /// Every departure from the process in it is approved.
    pub deviations: bool,
    /// Only people do it.
    pub people: bool,
    /// The folder of its logs is there.
    pub logs: bool,
    /// These suites passed for it on what is there now; before a commit, those that the team has.
    pub suites: Vec<Id>,
    /// Nothing is changed where its branch is checked out but the state and what is rendered from it.
    pub tree_clean: bool,
    /// Everything else of these kinds that is done was submitted, where the workflow says how.
    pub submitted: Vec<Id>,
    /// No worktree holds what is not committed, or is in the middle of something.
    pub worktrees_clean: bool,
}

/// How many sentences a text has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sentences {
    /// At least.
    pub min: usize,
    /// At most.
    pub max: usize,
}
