//! Setting fields: `k=v` on items, risks, metrics, gates and checkpoints.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::derive::reference::{Part, Target};
use crate::derive::world::World;
use crate::error::{Error, Result, nearest};
use crate::model::actor::ActorKind;
use crate::model::agent::{Agent, Grounding};
use crate::model::gate::{Checkpoint, FullPart, Gate};
use crate::model::id::Id;
use crate::model::item::Item;
use crate::model::profile::{Kind, Profile};
use crate::model::record::Line;
use crate::model::state::{Asked, State, asked};
use crate::model::time::Date;
use crate::model::watch::{Metric, Risk};
use crate::model::workflow::{Workflow, tree};

use super::decide::{CRITERIA, WHEN, set_criterion};
use super::{Ask, allowed, edit, open_for_change};

/// How the text of a value is read.
#[derive(Clone, Copy)]
enum Reads {
    Text,
    Capital,
    Word,
    Number,
    Bool,
    List,
}

type Settable = (&'static str, Reads);

const ITEM: [Settable; 29] = [
    ("title", Reads::Text),
    ("short", Reads::Text),
    ("objective", Reads::Text),
    ("order", Reads::Text),
    ("mode", Reads::Word),
    ("priority", Reads::Capital),
    ("label", Reads::Text),
    ("progress", Reads::Number),
    ("weight", Reads::Number),
    ("counted", Reads::Bool),
    ("owner", Reads::Text),
    ("team", Reads::List),
    ("validator", Reads::Text),
    ("cross_validator", Reads::Text),
    ("critic_patterns", Reads::List),
    ("target", Reads::Text),
    ("start", Reads::Text),
    ("due", Reads::Text),
    ("needs", Reads::List),
    ("branch", Reads::Text),
    ("home", Reads::Text),
    ("files", Reads::List),
    ("summary", Reads::Text),
    ("protocol.threshold", Reads::Text),
    ("protocol.max_iterations", Reads::Number),
    ("estimate.files", Reads::Number),
    ("estimate.lines", Reads::Number),
    ("limits.files", Reads::Number),
    ("limits.lines", Reads::Number),
];

/// Keys that are clear without the group that they stand in.
const SHORT: [(&str, &str); 2] =
    [("threshold", "protocol.threshold"), ("max_iterations", "protocol.max_iterations")];

const RISK: [Settable; 6] = [
    ("title", Reads::Text),
    ("probability", Reads::Word),
    ("impact", Reads::Word),
    ("mitigation", Reads::Text),
    ("owner", Reads::Text),
    ("reviewed", Reads::Text),
];
const METRIC: [Settable; 3] = [("title", Reads::Text), ("unit", Reads::Text), ("target", Reads::Text)];
const GATE: [Settable; 1] = [("title", Reads::Text)];
const CHECKPOINT: [Settable; 4] =
    [("title", Reads::Text), ("role", Reads::Text), ("summary", Reads::Text), ("notes", Reads::Text)];
const AGENT: [Settable; 5] = [
    ("role", Reads::Text),
    ("owns", Reads::List),
    ("steward", Reads::Bool),
    ("independent", Reads::Bool),
    ("skills", Reads::List),
];
const PART: [Settable; 12] = [
    ("title", Reads::Text),
    ("score", Reads::Text),
    ("human", Reads::Text),
    ("review", Reads::Text),
    ("of", Reads::Text),
    ("checklist", Reads::Bool),
    ("findings", Reads::Bool),
    ("suite", Reads::Text),
    ("worktrees_clean", Reads::Bool),
    ("branch_clean", Reads::Text),
    ("hooks_installed", Reads::Bool),
    ("report", Reads::Text),
];
const ARTIFACT: [Settable; 2] = [("text", Reads::Text), ("retention", Reads::Text)];
const GROUNDING: [Settable; 2] = [("agents", Reads::List), ("aliases", Reads::List)];

/// A value to set, as it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The key.
    pub key: String,
    /// The value; empty: the field is removed.
    pub value: String,
}

impl Setting {
    /// Reads `key=value`; the value may hold more `=`.
    pub fn parse(text: &str) -> Result<Self> {
        match text.split_once('=') {
            Some((key, value)) if !key.trim().is_empty() => {
                Ok(Self { key: key.trim().to_owned(), value: value.trim().to_owned() })
            }
            _ => Err(Error::usage(format!("`{text}` is not of the form key=value"))),
        }
    }
}

/// What a word means as a state of this process: the state, its finer label, or a blocker.
pub fn state_word(profile: &Profile, word: &str) -> Result<(Asked, Option<Id>)> {
    if let Some((asked, label)) = profile.asked(word) {
        return Ok((asked, label.cloned()));
    }
    asked(word).map(|asked| (asked, None)).ok_or_else(|| {
        let known = State::ALL.map(State::word).join(", ");
        let labels: Vec<&str> = profile.labels.values().map(|label| label.label.as_str()).collect();
        let error =
            Error::usage(format!("`{word}` is not a state")).hint(format!("states: {known}, blocked"));
        if labels.is_empty() {
            error
        } else {
            error.hint(format!("labels of {}: {}", profile.profile, labels.join(", ")))
        }
    })
}

/// Sets fields of what a reference names.
pub fn set(world: &World, target: &Target, settings: &[Setting], ask: &Ask) -> Result<Workflow> {
    let spot = target.spot;
    open_for_change(world, spot, "set")?;
    let board = world.board(spot);
    let node = board.node(spot.place);
    let mut problem = None;
    let workflow = edit(world, spot, |item| {
        problem = change(item, node.kind, &target.part, settings).err();
        keep_makers(node.item, item, ask);
    })?;
    if let Some(error) = problem {
        return Err(error);
    }
    let declared = settings.iter().any(|setting| setting.key == "progress" && !setting.value.is_empty());
    if declared && target.part == Part::Whole {
        if !node.children.is_empty() {
            return Err(Error::refused(format!("the progress of {} is counted from what is in it", node.id))
                .hint(format!("git track show {}", node.id)));
        }
        if node.state.is_closed() {
            return Err(Error::refused(format!(
                "{} is {}; its progress does not change",
                node.id, node.state
            )));
        }
    }
    allowed::settings(world, target, &workflow, settings, ask)?;
    Ok(workflow)
}

// Whoever has worked on it has had a part in it, whose ever it is now; but a person may hand on what they only began.
pub(super) fn keep_makers(before: &Item, item: &mut Item, ask: &Ask) {
    if before.started.is_none() && before.by.is_none() {
        return;
    }
    let mine = |name: &String| ask.kind == ActorKind::Person && name == ask.actor;
    for name in before.owner.iter().chain(&before.team).filter(|name| !mine(name)) {
        let named = item.owner.iter().chain(&item.team).chain(&item.makers);
        if !named.into_iter().any(|known| known.eq_ignore_ascii_case(name)) {
            item.makers.push(name.clone());
        }
    }
}

fn change(item: &mut Item, kind: Option<&Kind>, part: &Part, settings: &[Setting]) -> Result<()> {
    let gone = || Error::bug("a record lost its place");
    match part {
        Part::Whole => set_item(item, kind, settings),
        Part::Risk(id) => set_risk(item.risks.get_mut(id).ok_or_else(gone)?, settings),
        Part::Metric(id) => set_metric(item.metrics.get_mut(id).ok_or_else(gone)?, settings),
        Part::Gate(id) => set_gate(item.gates.get_mut(id).ok_or_else(gone)?, settings),
        Part::Checkpoint(id) => set_checkpoint(item.checkpoints.get_mut(id).ok_or_else(gone)?, settings),
        Part::Record("artifacts", id) => {
            set_in(item.artifacts.get_mut(id).ok_or_else(gone)?, "artifact", &ARTIFACT, settings)
        }
        Part::GatePart(..) | Part::Line(_) | Part::Record(..) => {
            Err(Error::usage("records are not set; they are added, settled or edited in the file"))
        }
    }
}

/// Sets fields of an item: the common ones, then those that its kind declares.
pub fn set_item(item: &mut Item, kind: Option<&Kind>, settings: &[Setting]) -> Result<()> {
    let declared = |setting: &&Setting| {
        let common = ITEM.iter().any(|(key, _)| *key == setting.key);
        let id = Id::parse(&setting.key).ok()?;
        if common { None } else { kind?.fields.get(&id).map(|field| (id, field)) }
    };
    let (own, common): (Vec<&Setting>, Vec<&Setting>) =
        settings.iter().partition(|setting| declared(setting).is_some());
    for setting in own {
        let Some((id, field)) = declared(&setting) else { continue };
        if setting.value.is_empty() {
            item.fields = item
                .fields
                .iter()
                .filter(|(known, _)| **known != id)
                .map(|(k, v)| (k.clone(), v.clone()))
                .collect();
            continue;
        }
        let value = field.parse(&setting.value).map_err(|why| {
            Error::usage(format!("`{}={}`: {} is {why}", setting.key, setting.value, setting.key))
        })?;
        item.fields.insert(id, value);
    }
    let (criteria, common): (Vec<Setting>, Vec<Setting>) =
        common.into_iter().cloned().partition(|setting| setting.key.starts_with(WHEN));
    for setting in &criteria {
        set_criterion(item, &setting.key, &setting.value)?;
    }
    let more = kind.iter().flat_map(|kind| kind.fields.keys()).map(Id::as_str);
    let more: Vec<&str> = CRITERIA.into_iter().chain(more).collect();
    set_with(item, "item", &ITEM, &more, &common)
}

/// Sets fields of a new or old risk.
pub fn set_risk(risk: &mut Risk, settings: &[Setting]) -> Result<()> {
    set_in(risk, "risk", &RISK, settings)
}

/// Sets fields of an agent of the roster.
pub fn set_agent(agent: &mut Agent, settings: &[Setting]) -> Result<()> {
    set_in(agent, "agent", &AGENT, settings)
}

/// Sets fields of a checkpoint.
pub fn set_checkpoint(checkpoint: &mut Checkpoint, settings: &[Setting]) -> Result<()> {
    set_in(checkpoint, "checkpoint", &CHECKPOINT, settings)
}

/// Sets fields of a gate.
pub fn set_gate(gate: &mut Gate, settings: &[Setting]) -> Result<()> {
    set_in(gate, "gate", &GATE, settings)
}

/// Sets fields of a part of a gate.
pub fn set_part(part: &mut FullPart, settings: &[Setting]) -> Result<()> {
    set_in(part, "part", &PART, settings)
}

/// Sets fields of an entry of the grounding.
pub fn set_grounding(grounding: &mut Grounding, settings: &[Setting]) -> Result<()> {
    set_in(grounding, "grounding", &GROUNDING, settings)
}

/// Sets fields of a line of a checklist; it has none besides its text.
pub fn set_line(line: &mut Line, settings: &[Setting]) -> Result<()> {
    set_in(line, "line", &[], settings)
}

/// Sets fields and samples of a metric: `2026-02-13=96`.
pub fn set_metric(metric: &mut Metric, settings: &[Setting]) -> Result<()> {
    let (samples, fields): (Vec<&Setting>, Vec<&Setting>) =
        settings.iter().partition(|setting| Date::parse(&setting.key).is_ok());
    for sample in samples {
        let date = Date::parse(&sample.key)?;
        if sample.value.is_empty() {
            metric.samples.remove(&date);
            continue;
        }
        let number = sample.value.trim_end_matches('%');
        let number: serde_json::Number = serde_json::from_str(number)
            .map_err(|_| Error::usage(format!("`{}` is not a number", sample.value)))?;
        let percent = metric.unit.as_deref() == Some("%");
        if percent && !number.as_f64().is_some_and(|value| (0.0..=100.0).contains(&value)) {
            return Err(Error::usage(format!("`{}` is not a percentage from 0 to 100", sample.value)));
        }
        metric.samples.insert(date, number);
    }
    let fields: Vec<Setting> = fields.into_iter().cloned().collect();
    set_with(metric, "metric", &METRIC, &["<date>"], &fields)
}

fn set_in<T: Serialize + DeserializeOwned>(
    part: &mut T,
    what: &str,
    keys: &[Settable],
    settings: &[Setting],
) -> Result<()> {
    set_with(part, what, keys, &[], settings)
}

// Through the untyped tree and back, so that every rule about values stands once, in the types.
fn set_with<T: Serialize + for<'de> Deserialize<'de>>(
    part: &mut T,
    what: &str,
    keys: &[Settable],
    more: &[&str],
    settings: &[Setting],
) -> Result<()> {
    for setting in settings {
        let long = SHORT.iter().find(|(short, _)| *short == setting.key).map(|(_, long)| *long);
        let asked = long.unwrap_or(&setting.key);
        let Some((key, reads)) = keys.iter().find(|(key, _)| *key == asked) else {
            return Err(unknown(what, keys, more, &setting.key));
        };
        let mut value = tree(part);
        let new = if setting.value.is_empty() { Value::Null } else { read(*reads, setting)? };
        put(&mut value, key, new)?;
        *part = serde_json::from_value(value).map_err(|error| unfit(setting, &error.to_string()))?;
    }
    Ok(())
}

// The types say it in words of their own.
fn unfit(setting: &Setting, why: &str) -> Error {
    let Setting { key, value } = setting;
    if why.starts_with("missing field") {
        return Error::usage(format!("`{key}` cannot be empty"));
    }
    let known = why.strip_prefix("unknown variant").and_then(|why| Some(why.split_once(", expected ")?.1));
    match known.map(|known| known.trim_start_matches("one of ").replace('`', "")) {
        Some(known) => Error::usage(format!("`{key}={value}`: it is one of {known}")),
        None => Error::usage(format!("`{key}={value}`: {why}")),
    }
}

fn put(value: &mut Value, keys: &str, new: Value) -> Result<()> {
    let Some(map) = value.as_object_mut() else { return Err(Error::bug("a record is not a mapping")) };
    match keys.split_once('.') {
        Some((group, key)) => {
            put(map.entry(group).or_insert_with(|| Value::Object(serde_json::Map::new())), key, new)?;
            if map.get(group).and_then(Value::as_object).is_some_and(serde_json::Map::is_empty) {
                map.shift_remove(group);
            }
        }
        None if new.is_null() => drop(map.shift_remove(keys)),
        None => drop(map.insert(keys.to_owned(), new)),
    }
    Ok(())
}

fn read(reads: Reads, setting: &Setting) -> Result<Value> {
    let text = setting.value.as_str();
    let unfit = |what: &str| Error::usage(format!("`{}={text}`: `{text}` is not {what}", setting.key));
    Ok(match reads {
        Reads::Text => Value::from(text),
        Reads::Word => Value::from(text.to_lowercase()),
        Reads::Capital => Value::from(text.to_uppercase()),
        Reads::Number => {
            Value::from(text.trim_end_matches('%').parse::<i64>().map_err(|_| unfit("a whole number"))?)
        }
        Reads::Bool => match text {
            "true" | "yes" => Value::Bool(true),
            "false" | "no" => Value::Bool(false),
            _ => return Err(unfit("true or false")),
        },
        Reads::List => {
            text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(Value::from).collect()
        }
    })
}

fn unknown(what: &str, keys: &[Settable], more: &[&str], key: &str) -> Error {
    let mut known: Vec<&str> = keys.iter().map(|(key, _)| *key).chain(more.iter().copied()).collect();
    if what == "item" {
        known.push("state");
    }
    let article = if what.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    let error = Error::usage(format!("{article} {what} has no field `{key}`"));
    match nearest(key, known.iter().copied()) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None if known.is_empty() => error,
        None => error.hint(format!("it has {}", known.join(", "))),
    }
}
