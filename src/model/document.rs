//! What a profile says about documents, written by people or rendered, the logs of its work, and where an item applies.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::id::Id;

/// A document: with a template it is rendered from the state, without one people write it and it is never written over.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a key of the profile")]
pub struct Document {
    /// How it is called.
    pub title: String,
    /// Where it is, from the top of the work tree: `{workflow}`, `{id}`, `{owner}` and the names of `paths:`.
    pub path: String,
    /// The template that it is rendered from.
    pub template: Option<String>,
    /// Of a rendered one: when it is written together with the state.
    #[serde(default)]
    pub on: On,
    /// Of a rendered one: whether it is a marked part of a file that people write, too.
    #[serde(default)]
    pub block: bool,
    /// Of a rendered one: whether it begins with a line that says so; not where its form is fixed from the first line.
    #[serde(default = "yes")]
    pub header: bool,
    /// Of one that people write: the template that it is begun from; the one that all processes share when absent.
    pub scaffold: Option<String>,
    /// Which command begins it.
    #[serde(default)]
    pub begun: Begun,
    /// The declared fields that its front matter must hold.
    #[serde(default)]
    pub front: Vec<Id>,
    /// The sections that must say something.
    #[serde(default)]
    pub sections: Vec<String>,
    /// The sections that must list at least one point.
    #[serde(default)]
    pub points: Vec<String>,
    /// Whether what it says is part of what is judged of its item; not what its owner writes about the work.
    #[serde(default = "yes")]
    pub judged: bool,
    /// Where a copy of it is kept below the folder of the logs.
    pub copy: Option<String>,
    /// Of one that people write: whether `note --scratch` adds lines with their time at its end.
    #[serde(default)]
    pub append: bool,
    /// How long it is kept.
    pub retention: Option<Retention>,
}

/// How long something is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Retention {
    /// For good.
    Permanent,
    /// Because the close rests on it.
    Closure,
    /// Only while the work goes on.
    Scratch,
}

fn yes() -> bool {
    true
}

/// When a rendered document is written together with the state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum On {
    /// Where the base branch is checked out: elsewhere two branches would write the same lines.
    #[default]
    Base,
    /// With every change: it has one writer.
    Always,
    /// Only by `render`.
    Never,
}

/// What is printed from the state, the clock and a span of time, and not kept as a file.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// How it is called.
    pub title: String,
    /// The template that it is rendered from.
    pub template: String,
    /// How many days it usually looks back.
    pub days: Option<u32>,
}

/// Which command begins a document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Begun {
    /// `start` of the item that it belongs to.
    #[default]
    Start,
    /// `new` of the workflow.
    New,
}

/// Where the logs of a workflow are kept, outside of what is committed.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Logs {
    /// The variable of the environment that names the log root; `log_root:` of the team comes after it.
    pub variable: Option<String>,
}

/// The value of a declared field of the workflow under which something applies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Where {
    /// The field; the key of a mapping after a dot.
    pub field: String,
    /// The values that fit.
    pub is: Vec<String>,
    /// Words that, anywhere in the documents of the item, speak against it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unless_said: Vec<String>,
}

/// What a kind of item is for, in the words of the process.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Guide {
    /// The number of the step.
    pub step: Option<String>,
    /// The code of the prompt.
    pub code: Option<String>,
    /// How the step is called.
    pub name: Option<String>,
    /// What it is for.
    pub purpose: Option<String>,
    /// What is done in it.
    #[serde(default)]
    pub does: Vec<String>,
    /// What is true after it.
    pub checkpoint: Option<String>,
}

/// How a whole process is worked with, in the words of the process: what its runbook says besides what follows from the
/// rest of the profile.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Runbook {
    /// What it is and how it goes, in some sentences.
    pub about: Option<String>,
    /// When it is the right process.
    pub use_when: Vec<String>,
    /// When another one is better.
    pub not_when: Vec<String>,
    /// What happens, and the command that records it.
    pub commands: Vec<Told>,
    /// What everybody keeps to.
    pub rules: Vec<String>,
    /// Prompts that no kind of items is for.
    pub prompts: Vec<Guide>,
    /// Which command takes the place of an older one.
    pub replaces: Vec<Replaced>,
}

/// What happens, and the command that records it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Told {
    /// What happens.
    pub when: String,
    /// The command.
    pub command: String,
}

/// A command that takes the place of an older one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Replaced {
    /// What people typed before.
    pub old: String,
    /// What they type now.
    pub new: String,
}
