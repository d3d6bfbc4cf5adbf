//! A profile: a process as data. Names of processes live in files, never in code.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::agent::{Agent, Grounding};
use super::check::Checks;
use super::document::{Document, Guide, Logs, Report, Runbook, Where};
use super::field::Field;
use super::gate::{Checkpoint, Gate};
use super::id::{Id, numeric_order};
use super::item::Item;
use super::path::RepoPath;
use super::record::{Checklist, Limits, Protocol, Severity};
use super::rule::Rules;
use super::state::{Asked, Shown, State, plain};
use super::table::Table;
use super::watch::Metric;

/// A process: its words, kinds of items, guards and limits.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The version of the format.
    pub schema: u32,
    /// Its name; also the name of its folder.
    pub profile: Id,
    /// What it is, in one line.
    pub title: String,
    /// When to use it.
    pub summary: String,
    /// How it is worked with.
    #[serde(default)]
    pub guide: Runbook,
    /// Other names under which it can be asked for.
    #[serde(default)]
    pub aliases: Vec<Id>,
    /// How ids of new workflows are made: `{slug}`, `{date}`, `{n}`, `{nnn}` and fixed text.
    pub id: String,
    /// Where things are, by the names that documents use; the team's `paths:` come before these.
    #[serde(default, deserialize_with = "super::table::unique")]
    pub paths: BTreeMap<String, RepoPath>,
    /// The documents that it looks at.
    #[serde(default)]
    pub documents: Table<Document>,
    /// What it has to print.
    #[serde(default)]
    pub reports: Table<Report>,
    /// Where logs of its work are kept.
    pub logs: Option<Logs>,
    /// The severities of findings that a person may waive; all when absent.
    pub waivable: Option<Vec<Severity>>,
    /// What a failed item does to the rest.
    #[serde(default)]
    pub on_failure: OnFailure,
    /// The kind that `git track step` records.
    pub step: Option<Id>,
    /// What is shown for a state.
    #[serde(default, deserialize_with = "super::table::unique")]
    pub labels: BTreeMap<Shown, Label>,
    /// Finer words for states, to be stored in `label:`.
    #[serde(default)]
    pub finer: Table<Finer>,
    /// More words that people may use for a state.
    #[serde(default, deserialize_with = "super::table::unique")]
    pub words: BTreeMap<String, State>,
    /// How branches are named: `{type}`, `{item}`, `{workflow}`, `{slug}` and fixed text.
    #[serde(default)]
    pub branch: Vec<String>,
    /// How strict the rules are where this process is used.
    #[serde(default, deserialize_with = "super::table::unique")]
    #[schemars(schema_with = "super::rule::schema")]
    pub rules: Rules,
    /// The root item.
    pub workflow: Kind,
    /// The kinds of items below it, the usual one first.
    #[serde(default)]
    pub kinds: Table<Kind>,
    /// What a new workflow starts with.
    #[serde(default)]
    pub starts_with: Seed,
}

/// What a failed item does to the rest of its workflow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnFailure {
    /// Nothing.
    #[default]
    Continue,
    /// The workflow is failed and refuses every change until `retry`.
    Stop,
}

/// What is shown for a state.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Label {
    /// The word.
    pub label: String,
    /// A sign in front of it, in documents.
    pub icon: Option<String>,
}

/// A finer word for a state.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Finer {
    /// The state that it belongs to.
    pub state: State,
    /// How it is shown; its id when absent.
    pub label: Option<String>,
}

/// A kind of item.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Kind {
    /// How one is called: `Batch`.
    pub title: String,
    /// Other words for it.
    #[serde(default)]
    pub aliases: Vec<Id>,
    /// How ids are made: `{n}` counts from one, `{nnn}` with leading zeros, `{slug}` from the title.
    pub id: Option<String>,
    /// How one is shown: `{n}` is the number at the end of its id, `{title}`, `{id}`.
    pub name: Option<String>,
    /// How one is shown where there is little room.
    pub short: Option<String>,
    /// The kinds it may stand under; `workflow` is the root.
    #[serde(default)]
    pub under: Vec<Id>,
    /// Where its state comes from.
    #[serde(default)]
    pub state: StateSource,
    /// What must hold before a move.
    #[serde(default, deserialize_with = "super::table::unique")]
    pub guards: BTreeMap<Guarded, Checks>,
    /// The fields it may have besides the common ones.
    #[serde(default)]
    pub fields: Table<Field>,
    /// The lines to tick that a new one gets.
    pub checklist: Option<Checklist>,
    /// How much one may change, unless it says less itself.
    pub limits: Option<Limits>,
    /// The documents that it is made of; with a derived state it is done when they are complete.
    #[serde(default)]
    pub documents: Vec<Id>,
    /// Where it applies; elsewhere it is left out.
    pub only: Option<Where>,
    /// The file below the folder of the logs that tells what happened to one: `{id}`.
    pub log: Option<String>,
    /// What it is for.
    pub guide: Option<Guide>,
}

/// Where the state of a kind comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum StateSource {
    /// People move it.
    #[default]
    Own,
    /// Its children, gates and checkpoints decide.
    Derived,
}

/// The moves that a profile can guard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Guarded {
    /// Beginning.
    Start,
    /// Handing in for judgement.
    Submit,
    /// Finishing; of the workflow: closing.
    Done,
    /// Failing.
    Fail,
    /// Going on after a failure.
    Retry,
    /// Leaving out.
    Skip,
    /// Taking up again.
    Reopen,
    /// Remarks, focus, artifacts.
    Note,
    /// Being judged by a score.
    Score,
    /// Being added, or planned anew.
    Add,
    /// A commit of the work on it, to anything but the documents and the state.
    Commit,
}

impl Guarded {
    /// The command.
    pub fn verb(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Submit => "submit",
            Self::Done => "done",
            Self::Fail => "fail",
            Self::Retry => "retry",
            Self::Skip => "skip",
            Self::Reopen => "reopen",
            Self::Note => "note",
            Self::Score => "score",
            Self::Add => "add",
            Self::Commit => "commit",
        }
    }
}

/// What a new workflow starts with.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Seed {
    /// How its work is judged.
    pub protocol: Option<Protocol>,
    /// Its items.
    pub items: Table<Item>,
    /// Its gates.
    pub gates: Table<Gate>,
    /// Its checkpoints.
    pub checkpoints: Table<Checkpoint>,
    /// What its agents must have read.
    pub grounding: Table<Grounding>,
    /// Its roster.
    pub agents: Table<Agent>,
    /// Its metrics.
    pub metrics: Table<Metric>,
}

/// The name of the root in `under:`.
pub const ROOT: &str = "workflow";

impl Profile {
    /// Whether it is meant by this name.
    pub fn answers_to(&self, name: &Id) -> bool {
        self.profile == *name || self.aliases.contains(name)
    }

    /// The kinds that may stand under a kind (`None`: under the root), the usual one first.
    pub fn kinds_under<'a>(&'a self, parent: Option<&'a Id>) -> impl Iterator<Item = (&'a Id, &'a Kind)> {
        let fits = move |under: &Id| match parent {
            Some(parent) => under == parent,
            None => under.as_str() == ROOT,
        };
        self.kinds.iter().filter(move |(_, kind)| kind.under.iter().any(fits))
    }

    /// The kind that is meant by this word.
    pub fn kind(&self, word: &Id) -> Option<(&Id, &Kind)> {
        let by_alias = || self.kinds.iter().find(|(_, kind)| kind.aliases.contains(word));
        self.kinds.iter().find(|(id, _)| *id == word).or_else(by_alias)
    }

    /// A name in the profile that names nothing: the keys to it, and what it should be.
    pub fn dangling(&self) -> Option<(Vec<String>, String)> {
        let fields = |name: &Id| self.workflow.fields.get(name).is_some();
        for (kind, found) in self.kinds.iter() {
            let guarded = found.guards.values().flat_map(|checks| checks.documents.iter());
            if let Some(name) =
                found.documents.iter().chain(guarded).find(|name| self.documents.get(name).is_none())
            {
                let keys = ["kinds", kind.as_str()].map(str::to_owned).to_vec();
                return Some((keys, format!("there is no document `{name}`")));
            }
            let only = found.only.as_ref().and_then(|only| only.field.split('.').next());
            if let Some(name) = only.filter(|name| !Id::parse(name).is_ok_and(|name| fields(&name))) {
                let keys = ["kinds", kind.as_str(), "only"].map(str::to_owned).to_vec();
                return Some((keys, format!("the workflow has no field `{name}`")));
            }
        }
        for (name, document) in self.documents.iter() {
            if let Some(field) = document.front.iter().find(|field| !fields(field)) {
                let keys = ["documents", name.as_str(), "front"].map(str::to_owned).to_vec();
                return Some((keys, format!("the workflow has no field `{field}`")));
            }
        }
        let from = self.workflow.fields.iter().find_map(|(name, field)| Some((name, field.from.as_ref()?)));
        let (name, from) = from.filter(|(_, from)| self.documents.get(from).is_none())?;
        let keys = ["workflow", "fields", name.as_str(), "from"].map(str::to_owned).to_vec();
        Some((keys, format!("there is no document `{from}`")))
    }

    /// A kind that is to stand under, or be recorded as, something that is no kind.
    pub fn unknown_kind(&self) -> Option<(&str, &str)> {
        let known = |id: &Id| id.as_str() == ROOT || self.kinds.get(id).is_some();
        self.kinds.iter().find_map(|(kind, found)| {
            let under = found.under.iter().find(|under| !known(under))?;
            Some((kind.as_str(), under.as_str()))
        })
    }

    /// The word that is shown for a state.
    pub fn phrase(&self, shown: Shown) -> &str {
        self.labels.get(&shown).map_or(shown.phrase(), |label| &label.label)
    }

    /// What a word asks for by this profile and, where it is a finer word, the label.
    pub fn asked(&self, word: &str) -> Option<(Asked, Option<&Id>)> {
        let word = plain(word);
        let finer = self.finer.iter().find(|(id, finer)| {
            plain(id.as_str()) == word || finer.label.as_deref().is_some_and(|label| plain(label) == word)
        });
        if let Some((id, finer)) = finer {
            return Some((Asked::State(finer.state), Some(id)));
        }
        let by_word = self.words.iter().find(|(known, _)| plain(known) == word).map(|(_, &state)| state);
        let by_label = || {
            let (shown, _) = self.labels.iter().find(|(_, label)| plain(&label.label) == word)?;
            Some(match shown {
                Shown::Ready | Shown::Waiting => Asked::State(State::Todo),
                Shown::Active => Asked::State(State::Active),
                Shown::Review => Asked::State(State::Review),
                // Only its iterations make an item escalated.
                Shown::Escalated => return None,
                Shown::Done => Asked::State(State::Done),
                Shown::Failed => Asked::State(State::Failed),
                Shown::Dropped => Asked::State(State::Dropped),
                Shown::Blocked => Asked::Blocked,
            })
        };
        by_word.map(Asked::State).or_else(by_label).map(|asked| (asked, None))
    }
}

/// Fills a pattern for ids: `{slug}`, `{date}`, and a counter `{n}`, `{nn}`, `{nnn}` that takes the first free number.
///
/// Without a counter, a taken id gets `-2`, `-3`, … at its end.
pub fn make_id(pattern: &str, slug: &str, date: &str, taken: &dyn Fn(&str) -> bool) -> String {
    let filled = pattern.replace("{slug}", slug).replace("{date}", date);
    let counter = [3, 2, 1].into_iter().find(|&width| filled.contains(&format!("{{{}}}", "n".repeat(width))));
    let candidate = |number: usize| match counter {
        Some(width) => filled.replace(&format!("{{{}}}", "n".repeat(width)), &format!("{number:0width$}")),
        None if number == 1 => filled.clone(),
        None => format!("{filled}-{number}"),
    };
    let mut number = 1;
    while taken(&candidate(number)) {
        number += 1;
    }
    candidate(number)
}

/// Fills `{n}` (the number at the end of the id, `1.5` too), `{id}` and `{title}` in a name.
pub fn make_name(pattern: &str, id: &Id, title: &str) -> String {
    let text = id.as_str();
    let end = text.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.').len();
    let digits = text.get(end..).unwrap_or_default().trim_start_matches('.');
    // Leading zeros only make ids equally long; the last digit stays.
    let significant = digits.trim_start_matches('0');
    let number = match digits.len() {
        0 => text,
        _ if significant.is_empty() || significant.starts_with('.') => digits,
        _ => significant,
    };
    pattern.replace("{n}", number).replace("{id}", text).replace("{title}", title)
}

/// The children of an item in their order: `order:` where there is one, else as in the file.
pub fn in_order(items: &Table<Item>) -> Vec<(&Id, &Item)> {
    let mut children: Vec<_> = items.iter().collect();
    if children.iter().any(|(_, item)| item.order.is_some()) {
        let key = |item: &Item, id: &Id| item.order.clone().unwrap_or_else(|| id.to_string());
        children.sort_by(|(ida, a), (idb, b)| numeric_order(&key(a, ida), &key(b, idb)));
    }
    children
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_made_from_patterns() {
        let taken = |id: &str| ["batch-1", "x-20260212-001", "auth"].contains(&id);
        assert_eq!(make_id("batch-{n}", "", "", &taken), "batch-2");
        assert_eq!(make_id("{slug}-{date}-{nnn}", "x", "20260212", &taken), "x-20260212-002");
        assert_eq!(make_id("{slug}", "auth", "", &taken), "auth-2");
        assert_eq!(make_id("{slug}", "new", "", &taken), "new");
    }

    #[test]
    fn names_are_made_from_patterns() {
        let id = |text| Id::parse(text).unwrap();
        assert_eq!(make_name("Batch {n}: {title}", &id("batch-1"), "Critical"), "Batch 1: Critical");
        assert_eq!(make_name("{id} {title}", &id("TASK-001"), "Research"), "TASK-001 Research");
        assert_eq!(make_name("Phase {n}", &id("phase-0"), ""), "Phase 0");
        assert_eq!(make_name("{n}", &id("TASK-010"), ""), "10");
        assert_eq!(make_name("Stage {n}", &id("stage-1.5"), ""), "Stage 1.5");
        assert_eq!(make_name("{n}", &id("readme"), ""), "readme");
    }
}
