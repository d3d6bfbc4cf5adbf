//! Records: what is known about an item, kept inside it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::id::Id;
use super::number::Score;
use super::path::RepoPath;
use super::state::State;
use super::table::Table;
use super::time::Time;

/// One round of making and judging (`i1`, `i2`, …).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Iteration {
    /// The verdict.
    pub score: Score,
    /// Who judged.
    #[serde(default)]
    pub by: Option<String>,
    /// The blob or tree that was judged.
    pub on: Option<String>,
    /// When.
    pub at: Option<Time>,
    /// What the maker put forward.
    pub output: Option<String>,
    /// The critic's patterns used.
    #[serde(default)]
    pub patterns: Vec<String>,
    /// What the maker changed afterwards.
    pub revision: Option<String>,
    /// Anything else.
    pub note: Option<String>,
    /// When a person accepted it below the threshold.
    pub accepted: Option<Time>,
    /// When a person sent it back.
    pub rejected: Option<Time>,
    /// Who decided so.
    pub decided_by: Option<String>,
    /// Why it was decided so.
    pub why: Option<String>,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing goes on before it is fixed.
    Blocking,
    /// Must be fixed at once.
    Critical,
    /// Must be fixed.
    High,
    /// Should be fixed.
    Medium,
    /// May be fixed.
    Low,
}

impl Severity {
    /// All of them, the worst first.
    pub const ALL: [Self; 5] = [Self::Blocking, Self::Critical, Self::High, Self::Medium, Self::Low];

    /// The word in the state.
    pub fn word(self) -> &'static str {
        match self {
            Self::Blocking => "blocking",
            Self::Critical => "critical",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }
}

/// A defect found in review (`f1`, `f2`, …).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// Where: `path:line`.
    pub at: Option<String>,
    /// What is wrong.
    pub text: String,
    /// Who found it.
    pub by: Option<String>,
    /// When it was found.
    pub since: Option<Time>,
    /// The commit that fixes it.
    pub fixed: Option<String>,
    /// Who fixed it.
    pub fixed_by: Option<String>,
    /// Who tried to fix it before.
    #[serde(default)]
    pub fixers: Vec<String>,
    /// When the fix was verified.
    pub verified: Option<Time>,
    /// Who verified it.
    pub verified_by: Option<String>,
    /// When somebody decided to live with it.
    pub waived: Option<Time>,
    /// Who decided so.
    pub waived_by: Option<String>,
    /// Why it is waived or deferred.
    pub why: Option<String>,
    /// The issue that carries it on.
    pub issue: Option<String>,
}

impl Finding {
    /// Whether it still has to be dealt with.
    pub fn is_open(&self) -> bool {
        self.verified.is_none() && self.waived.is_none()
    }

    /// The one of that name among all who fixed it or tried to.
    pub fn fixer(&self, name: &str) -> Option<&str> {
        let mut fixers = self.fixed_by.iter().chain(&self.fixers);
        fixers.find(|fixer| fixer.eq_ignore_ascii_case(name)).map(String::as_str)
    }
}

/// What holds an item (`b1`, `b2`, …).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Blocker {
    /// What is in the way.
    pub text: String,
    /// The plan to get it out of the way.
    pub fix: Option<String>,
    /// Since when.
    pub since: Option<Time>,
    /// Who said so.
    pub by: Option<String>,
    /// When it was cleared.
    pub cleared: Option<Time>,
    /// Who cleared it.
    pub cleared_by: Option<String>,
}

impl Blocker {
    /// Whether it still holds.
    pub fn is_open(&self) -> bool {
        self.cleared.is_none()
    }
}

/// A choice and its reason (`d1`, `d2`, …).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// What was chosen.
    pub text: String,
    /// The reason.
    pub why: Option<String>,
    /// Who chose.
    pub by: Option<String>,
    /// When.
    pub at: Option<Time>,
}

/// A departure from the process that a person must approve (`v1`, `v2`, …).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Deviation {
    /// What was done against the rule.
    pub text: String,
    /// The command that departed.
    pub verb: Option<String>,
    /// The state before it.
    pub from: Option<State>,
    /// The reason.
    pub why: Option<String>,
    /// Who did it.
    pub by: Option<String>,
    /// When.
    pub at: Option<Time>,
    /// When a person approved it.
    pub approved: Option<Time>,
    /// Who approved it.
    pub approved_by: Option<String>,
    /// When a person rejected it.
    pub rejected: Option<Time>,
    /// Who rejected it.
    pub rejected_by: Option<String>,
    /// What the person said.
    pub answer: Option<String>,
}

impl Deviation {
    /// Whether a person still has to say something about it.
    pub fn is_open(&self) -> bool {
        self.approved.is_none() && self.rejected.is_none()
    }
}

/// An obstacle met on the way (`c1`, `c2`, …) or a remark (`n1`, `n2`, …).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// What there is to say.
    pub text: String,
    /// Of a remark: what it is for.
    pub kind: Option<NoteKind>,
    /// Who says so.
    pub by: Option<String>,
    /// When.
    pub at: Option<Time>,
}

/// How the remark begins that an item was taken up again.
pub const REOPENED: &str = "reopened";

impl Note {
    /// Whether it says that the item was taken up again.
    pub fn is_reopening(&self) -> bool {
        self.text.strip_prefix(REOPENED).is_some_and(|rest| rest.starts_with(": "))
    }
}

/// What a remark is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum NoteKind {
    /// Something to be glad about.
    Win,
    /// What is to be reached next.
    Goal,
    /// Where help is needed.
    Ask,
}

/// Something made or to be made (`a1`, `a2`, …).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Artifact {
    /// The file, where it is one in the repository.
    pub path: Option<RepoPath>,
    /// What it is, where there is no file or more to say.
    pub text: Option<String>,
    /// What was done to it: created, modified, deleted.
    pub action: Option<Action>,
    /// Whether the item is not done without it.
    pub required: Option<bool>,
    /// How long it is kept: permanent, closure or scratch.
    pub retention: Option<String>,
}

/// What a step did to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// It was not there before.
    Created,
    /// It was there before.
    Modified,
    /// It is not there any more.
    Deleted,
}

impl Action {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Created, Self::Modified, Self::Deleted];

    /// The word as it is shown: `Created`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Created => "Created",
            Self::Modified => "Modified",
            Self::Deleted => "Deleted",
        }
    }
}

impl Artifact {
    /// How it is shown: `Created src/main.rs`, a path, or a text.
    pub fn line(&self) -> String {
        let what = self.path.as_ref().map(RepoPath::as_str).or(self.text.as_deref()).unwrap_or_default();
        match self.action {
            Some(action) => format!("{} {what}", action.word()),
            None => what.to_owned(),
        }
    }
}

/// Lines to tick.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Checklist {
    /// Its heading.
    pub title: Option<String>,
    /// The lines in order.
    #[serde(default)]
    pub lines: Table<Line>,
}

/// A line of a checklist.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// What is to be true.
    pub text: String,
    /// When it was ticked.
    pub done: Option<Time>,
    /// Who ticked it.
    pub by: Option<String>,
}

/// The alternatives or conditions under which a conditional item is done at all.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct When {
    /// One of them is enough.
    #[serde(default)]
    pub any: Table<String>,
    /// All of them are needed.
    #[serde(default)]
    pub all: Table<String>,
}

/// The recorded decision about a conditional item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Verdict {
    /// Who decided.
    pub by: Option<String>,
    /// When.
    pub at: Option<Time>,
    /// The reason.
    pub why: Option<String>,
    /// Which conditions were met.
    #[serde(default)]
    pub met: Vec<Id>,
}

/// A difference between what is declared and what git knows that somebody has looked at and lets stand (`D03`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Acceptance {
    /// What it was about, in short: a commit, how many wait, what is needed. As soon as git tells of something else, the
    /// difference is told again.
    pub on: String,
    /// Why it may stand.
    pub why: String,
    /// Who said so.
    pub by: Option<String>,
    /// When.
    pub at: Option<Time>,
}

/// How much one item may change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Files touched.
    pub files: Option<u32>,
    /// Lines added and deleted.
    pub lines: Option<u32>,
}

/// How work is judged.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Protocol {
    /// What the team calls it.
    pub id: Option<Id>,
    /// The score at which an item passes.
    pub threshold: Option<Score>,
    /// How many rounds before a person must decide.
    pub max_iterations: Option<u32>,
    /// Who criticises.
    pub critic: Option<String>,
}
