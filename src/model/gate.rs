//! Gates and checkpoints: what has to be true, and what a person has to say.

use std::fmt;

use schemars::JsonSchema;
use serde::de::{Deserializer, MapAccess, Visitor, value};
use serde::{Deserialize, Serialize};

use super::document::Where;
use super::id::Id;
use super::path::RepoPath;
use super::table::Table;
use super::time::Time;

/// A gate: it passes when all its parts pass; its state is never stored.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Gate {
    /// How it is called.
    pub title: Option<String>,
    /// What has to be true.
    #[serde(default)]
    pub parts: Table<Part>,
    /// What is printed for those who answer it when it is run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub readout: Vec<Look>,
}

/// What people look at before they answer a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Look {
    /// The branches of the workflow and of its items, where they begin, how far they are, and the worktrees.
    Branches,
    /// The artifacts that are required, with the ids of their content.
    Artifacts,
    /// What is checked out and what of it is not committed.
    Repository,
    /// The lists that the workflow declares: invariants, assumptions and the like.
    Lists,
    /// The files that several items declare or touch.
    Overlap,
}

/// A part of a gate: a check and, where a person or an agent gives the answer, the answer.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Part {
    /// The check named by the part's id, over these items: `score: all`.
    Short(String),
    /// Everything else.
    Full(Box<FullPart>),
}

/// A part of a gate in full; exactly one of `score`, `human`, `review`, `checklist`, `findings`,
/// `suite`, `worktrees_clean`, `branch_clean`, `hooks_installed` says what it checks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FullPart {
    /// What it is about.
    pub title: Option<String>,
    /// The items whose last score must reach the threshold: `all`, or ids separated by commas.
    pub score: Option<String>,
    /// The role of the person who says so.
    pub human: Option<String>,
    /// The agent or person who reviews it; `steward` and `independent` are those of the roster.
    pub review: Option<String>,
    /// The items that are reviewed: `all`, or ids separated by commas; the gate's own when absent.
    pub of: Option<String>,
    /// Where nobody has to say so.
    pub unless: Option<Where>,
    /// Every line of the item's checklist must be ticked.
    pub checklist: Option<bool>,
    /// No open finding may be left.
    pub findings: Option<bool>,
    /// The suite whose last run for the item must have passed.
    pub suite: Option<Id>,
    /// No worktree may hold what is not committed, or be in the middle of something; said by `gate run`.
    pub worktrees_clean: Option<bool>,
    /// The branch, or the field of the workflow that names it (`branches.parent`), that must be there and clean; said by
    /// `gate run`.
    pub branch_clean: Option<String>,
    /// The hooks of git must run those of git-track; said by `gate run`.
    pub hooks_installed: Option<bool>,
    /// The report that the answer rests on.
    pub report: Option<RepoPath>,
    /// When it was passed.
    pub passed: Option<Time>,
    /// When it was failed.
    pub failed: Option<Time>,
    /// When a person waived it.
    pub waived: Option<Time>,
    /// Who said so.
    pub by: Option<String>,
    /// The blob or tree that was judged.
    pub on: Option<String>,
    /// The reason.
    pub why: Option<String>,
}

impl FullPart {
    /// How many things it says that it checks; exactly one makes sense.
    pub fn checks(&self) -> usize {
        let said = [
            self.score.is_some(),
            self.human.is_some(),
            self.review.is_some(),
            self.checklist == Some(true),
            self.findings == Some(true),
            self.suite.is_some(),
            self.worktrees_clean == Some(true),
            self.branch_clean.is_some(),
            self.hooks_installed == Some(true),
        ];
        said.into_iter().filter(|&said| said).count()
    }

    /// Whether `gate run` looks at the repository and records the answer.
    pub fn is_looked_up(&self) -> bool {
        self.worktrees_clean == Some(true)
            || self.branch_clean.is_some()
            || self.hooks_installed == Some(true)
    }

    /// Whether the program answers it, when it is asked to.
    pub fn is_run(&self) -> bool {
        self.suite.is_some() || self.is_looked_up()
    }
}

// By hand, because serde's untagged enums lose the position of an error.
impl<'de> Deserialize<'de> for Part {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = Part;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`all`, a list of items as text, or a mapping")
            }

            fn visit_str<E>(self, text: &str) -> Result<Part, E> {
                Ok(Part::Short(text.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Part, A::Error> {
                FullPart::deserialize(value::MapAccessDeserializer::new(map))
                    .map(|part| Part::Full(Box::new(part)))
            }
        }

        deserializer.deserialize_any(Either)
    }
}

/// A point at which a person says whether the work goes on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Checkpoint {
    /// How it is called.
    pub title: Option<String>,
    /// Who decides: a role, or a name.
    pub role: Option<String>,
    /// What is decided, in one line.
    pub summary: Option<String>,
    /// More about it.
    pub notes: Option<String>,
    /// When it was approved.
    pub approved: Option<Time>,
    /// When it was rejected.
    pub rejected: Option<Time>,
    /// Who decided.
    pub by: Option<String>,
    /// The tree that was judged.
    pub on: Option<String>,
    /// The reason.
    pub why: Option<String>,
}
