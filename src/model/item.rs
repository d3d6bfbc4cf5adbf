//! An item: a piece of work, with everything that is known about it inside.

use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::agent::{Agent, Grounding};
use super::field::FieldValue;
use super::gate::{Checkpoint, Gate};
use super::id::Id;
use super::number::Percent;
use super::record::{
    Acceptance, Artifact, Blocker, Checklist, Decision, Deviation, Finding, Iteration, Limits, Note,
    Protocol, Verdict, When,
};
use super::state::{Mode, Priority, State};
use super::suite::{Run, Submission};
use super::table::Table;
use super::time::{Date, Time};
use super::watch::{Metric, Risk};

/// A piece of work. The workflow itself is the root item; only there `schema`, `id` and `profile` stand.
///
/// The order of the fields is the order in which new keys are written.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// The version of the file's format; only in the root.
    pub schema: Option<u32>,
    /// The id of the workflow; only in the root.
    pub id: Option<Id>,
    /// The process; only in the root.
    pub profile: Option<Id>,
    /// The branch on which the workflow lives, whatever is checked out; only in the root. Without it, the state travels
    /// with each branch.
    pub home: Option<String>,
    /// What it is, in one line.
    pub title: String,
    /// A shorter title.
    pub short: Option<String>,
    /// What it is for.
    pub objective: Option<String>,
    /// Which of the profile's kinds it is; the parent's usual one when absent.
    pub kind: Option<Id>,
    /// Its place among its siblings, where that is not the order of the file: `1.5`, `5A`.
    pub order: Option<String>,
    /// How its children are worked on.
    pub mode: Option<Mode>,
    /// How urgent it is.
    pub priority: Option<Priority>,
    /// `todo` when absent.
    pub state: Option<State>,
    /// The profile's finer word for the state.
    pub label: Option<String>,
    /// Declared progress of a leaf.
    pub progress: Option<Percent>,
    /// Its share among its siblings; 1 when absent.
    pub weight: Option<u32>,
    /// Whether it counts in the totals; yes when absent.
    pub counted: Option<bool>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Who works on it besides the owner.
    #[serde(default)]
    pub team: Vec<String>,
    /// Who worked on it before it was given to somebody else.
    #[serde(default)]
    pub makers: Vec<String>,
    /// Who judges it.
    pub validator: Option<String>,
    /// Who judges it from another side.
    pub cross_validator: Option<String>,
    /// How the critic looks at it.
    #[serde(default)]
    pub critic_patterns: Vec<String>,
    /// When it should be finished, in words.
    pub target: Option<String>,
    /// When it should begin.
    pub start: Option<Date>,
    /// When it should be finished.
    pub due: Option<Date>,
    /// The items, gates and checkpoints that come before it, `<workflow>:` in front for another workflow's.
    #[serde(default)]
    pub needs: Vec<String>,
    /// Under which condition it is done at all.
    pub when: Option<When>,
    /// The condition was met.
    pub triggered: Option<Box<Verdict>>,
    /// The condition was not met.
    pub not_triggered: Option<Box<Verdict>>,
    /// The branch that carries it.
    pub branch: Option<String>,
    /// The paths it may touch.
    #[serde(default)]
    pub files: Vec<String>,
    /// How much it may change.
    pub limits: Option<Limits>,
    /// How much it is expected to change.
    pub estimate: Option<Limits>,
    /// How it is judged.
    pub protocol: Option<Box<Protocol>>,
    /// When work on it began.
    pub started: Option<Time>,
    /// When it was finished, failed or dropped.
    pub finished: Option<Time>,
    /// Who made the last move.
    pub by: Option<String>,
    /// What came out.
    pub summary: Option<String>,
    /// That it was handed on after it was finished.
    pub submitted: Option<Box<Submission>>,
    /// What is being worked on right now.
    pub focus: Option<String>,
    /// Why it was dropped.
    pub why: Option<String>,
    /// The fields that the profile declares.
    #[serde(default)]
    pub fields: Table<FieldValue>,
    /// Lines to tick.
    pub checklist: Option<Checklist>,
    /// Rounds of judging.
    #[serde(default)]
    pub iterations: Table<Iteration>,
    /// Runs of suites.
    #[serde(default)]
    pub runs: Table<Run>,
    /// Defects found.
    #[serde(default)]
    pub findings: Table<Finding>,
    /// What holds it.
    #[serde(default)]
    pub blockers: Table<Blocker>,
    /// Choices and their reasons.
    #[serde(default)]
    pub decisions: Table<Decision>,
    /// Departures from the process.
    #[serde(default)]
    pub deviations: Table<Deviation>,
    /// Differences between what is declared and what git knows that may stand, by their codes.
    #[serde(default)]
    pub drift: Table<Acceptance>,
    /// Obstacles met.
    #[serde(default)]
    pub challenges: Table<Note>,
    /// Remarks.
    #[serde(default)]
    pub notes: Table<Note>,
    /// What was made or is to be made.
    #[serde(default)]
    pub artifacts: Table<Artifact>,
    /// The pieces it is made of.
    #[serde(default)]
    pub items: Table<Item>,
    /// What has to be true before it is done.
    #[serde(default)]
    pub gates: Table<Gate>,
    /// What a person has to say after it.
    #[serde(default)]
    pub checkpoints: Table<Checkpoint>,
    /// What may go wrong.
    #[serde(default)]
    pub risks: Table<Risk>,
    /// Numbers that are watched.
    #[serde(default)]
    pub metrics: Table<Metric>,
    /// Who works on it: the roster.
    #[serde(default)]
    pub agents: Table<Agent>,
    /// What the agents must have read.
    #[serde(default)]
    pub grounding: Table<Grounding>,
}

/// The JSON Schema of an item, for those who ask what the model has a place for.
pub fn schema() -> &'static Value {
    static SCHEMA: LazyLock<Value> = LazyLock::new(|| schemars::schema_for!(Item).to_value());
    &SCHEMA
}

impl Item {
    /// The stored state.
    pub fn state(&self) -> State {
        self.state.unwrap_or_default()
    }

    /// The item of that id below this one, at any depth.
    pub fn find(&self, id: &Id) -> Option<&Self> {
        self.items.get(id).or_else(|| self.items.values().find_map(|child| child.find(id)))
    }

    /// Whether it is conditional and nobody has decided yet whether it is needed.
    pub fn is_undecided(&self) -> bool {
        self.when.is_some() && self.triggered.is_none() && self.not_triggered.is_none()
    }

    /// Whether it counts in the totals.
    pub fn is_counted(&self) -> bool {
        self.counted.unwrap_or(true)
    }

    /// The share of its checklist that is ticked, and its length; `None` without one.
    pub fn ticked(&self) -> Option<(usize, usize)> {
        let lines = &self.checklist.as_ref()?.lines;
        (!lines.is_empty()).then(|| (lines.values().filter(|line| line.done.is_some()).count(), lines.len()))
    }

    /// The blockers that still hold.
    pub fn open_blockers(&self) -> impl Iterator<Item = (&Id, &super::record::Blocker)> {
        self.blockers.iter().filter(|(_, blocker)| blocker.is_open())
    }
}
