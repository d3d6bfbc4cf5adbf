//! Taking over what was kept in other files: an untyped tree in, a workflow and a report out.
//!
//! Lists become keyed, `parent` becomes nesting, steps become `s1`…; values that git-track derives are compared and
//! left out, keys that nothing knows are reported. Nothing is dropped without a line in the report.

mod item;
mod known;
mod locations;
mod people;
mod place;
mod records;
mod report;
mod reviews;

use serde_json::{Map, Value};

use crate::derive::board::{Board, Place, Thing};
use crate::derive::changes::changes;
use crate::derive::gates::{GateState, gate_state};
use crate::derive::words::show;
use crate::error::{Error, Result};
use crate::model::id::Id;
use crate::model::item::Item;
use crate::model::page::Pages;
use crate::model::profile::{Profile, StateSource};
use crate::model::record::Blocker;
use crate::model::state::{State, plain};
use crate::model::time::Time;
use crate::model::workflow::Workflow;

use item::Nested;
use place::{house, moment, nest};

pub use people::only_people;
pub use report::{Left, Report, SAME};

/// What was taken over.
#[derive(Debug)]
pub struct Adopted {
    /// The workflow.
    pub workflow: Workflow,
    /// What was done with the rest.
    pub report: Report,
}

/// What the conversion needs to know besides the tree.
#[derive(Clone, Copy)]
pub struct Setting<'a> {
    /// The process that the workflow follows.
    pub profile: &'a Profile,
    /// The files of the repository.
    pub pages: &'a Pages,
    /// The moment of the import, for times that the file does not give.
    pub now: Time,
}

/// The keys under which children may stand.
const CHILDREN: [&str; 6] = ["items", "steps", "batches", "tasks", "actions", "units"];

/// Whether a tree has an id, so that it can be a workflow of its own.
pub fn id_of(tree: &Value) -> Option<&str> {
    tree.get("id").and_then(Value::as_str)
}

/// Takes a whole workflow over.
pub fn workflow(tree: Value, id: Id, setting: Setting) -> Result<Adopted> {
    let Value::Object(mut map) = tree else { return Err(Error::state("the file does not hold a mapping")) };
    let mut report = Report::default();
    schema(&mut map)?;
    map.remove("id");
    map.remove("profile");
    let setting = Setting { now: base_time(&mut map, &mut report)?.unwrap_or(setting.now), ..setting };
    let said = map.get("state").or_else(|| map.get("status")).cloned();
    let mut lists = Lists::take(&mut map);
    let mut root = item::convert(map, "", Some(&setting.profile.workflow), setting, &mut report)?;
    if root.title.is_empty() {
        root.title = id.to_string();
    }
    nest(&mut root, lists.items(setting, &mut report)?)?;
    lists.place(&mut root, &mut report)?;
    place::settle(&mut root, setting.profile);
    // A workflow that was begun elsewhere is watched by the same numbers as one begun here.
    for (id, metric) in setting
        .profile
        .starts_with
        .metrics
        .iter()
        .filter(|(id, _)| root.metrics.get(id).is_none())
        .collect::<Vec<_>>()
    {
        root.metrics.insert(id.clone(), metric.clone());
    }
    place::roster(&mut root, &mut report);
    root.by = root.by.or_else(|| Some("import".to_owned()));
    let mut workflow = Workflow { id, profile: setting.profile.profile.clone(), root };
    settle_root(&mut workflow, said, setting, &mut report);
    settle(&mut workflow, setting, &mut report);
    stamp(&workflow.id, &mut workflow.root, setting.now, &mut report);
    Ok(Adopted { workflow, report })
}

/// Takes items and records without a workflow of their own (units, risks, metrics) over into one.
pub fn records(tree: Value, workflow: &Workflow, setting: Setting) -> Result<Adopted> {
    let Value::Object(mut map) = tree else { return Err(Error::state("the file does not hold a mapping")) };
    let mut report = Report::default();
    schema(&mut map)?;
    let setting = Setting { now: base_time(&mut map, &mut report)?.unwrap_or(setting.now), ..setting };
    let mut lists = Lists::take(&mut map);
    let mut changed = workflow.clone();
    let mut items = lists.items(setting, &mut report)?;
    house(&mut items, &Board::new(workflow, setting.profile, setting.pages))?;
    nest(&mut changed.root, items)?;
    lists.place(&mut changed.root, &mut report)?;
    let mut own = Map::new();
    for key in ["risks", "metrics", "notes", "decisions"] {
        if let Some(value) = map.remove(key) {
            own.insert(key.to_owned(), value);
        }
    }
    let added = item::convert(own, "", Some(&setting.profile.workflow), setting, &mut report)?;
    for (id, risk) in added.risks.iter() {
        if changed.root.risks.get(id).is_some_and(|known| known != risk) {
            return Err(Error::refused(format!("{} has another risk {id} already", workflow.id)));
        }
        changed.root.risks.insert(id.clone(), risk.clone());
    }
    for (id, metric) in added.metrics.iter() {
        match changed.root.metrics.get_mut(id) {
            Some(known) => {
                known.samples.extend(metric.samples.clone());
                known.title = known.title.take().or_else(|| metric.title.clone());
                known.unit = known.unit.take().or_else(|| metric.unit.clone());
                known.target = known.target.take().or_else(|| metric.target.clone());
                let unit = metric.unit.is_none() || known.unit == metric.unit;
                let target = metric.target.is_none() || known.target == metric.target;
                if !(unit && target) {
                    report.unknown(format!("metrics.{id}"), crate::model::workflow::tree(metric));
                }
            }
            None => drop(changed.root.metrics.insert(id.clone(), metric.clone())),
        }
    }
    for note in added.notes.values() {
        if !changed.root.notes.values().any(|known| known == note) {
            changed.root.notes.push('n', note.clone());
        }
    }
    for decision in added.decisions.values() {
        if !changed.root.decisions.values().any(|known| known == decision) {
            changed.root.decisions.push('d', decision.clone());
        }
    }
    for (key, value) in map {
        report.unknown(key, value);
    }
    settle(&mut changed, setting, &mut report);
    refuse_replacement(workflow, &changed)?;
    for (id, item) in changed.root.items.iter_mut() {
        stamp(id, item, setting.now, &mut report);
    }
    Ok(Adopted { workflow: changed, report })
}

// A file adds to what is there; it never takes the place of evidence.
fn refuse_replacement(before: &Workflow, after: &Workflow) -> Result<()> {
    let all = changes(before.id.as_str(), &before.to_value(), &after.to_value());
    match all.into_iter().find(|change| !change.from.is_null()) {
        None => Ok(()),
        Some(change) => {
            let (field, reference) = (&change.field, &change.reference);
            let (here, there) = (show(&change.from), show(&change.to));
            Err(Error::refused(format!("{field} of {reference} is {here} here, and {there} in the file"))
                .hint(format!("git track show {reference}")))
        }
    }
}

fn settle(workflow: &mut Workflow, setting: Setting, report: &mut Report) {
    link(workflow, setting, report);
    drop_derived_states(workflow, setting, report);
    compare_gates(workflow, setting, report);
}

fn schema(map: &mut Map<String, Value>) -> Result<()> {
    match map.remove("schema") {
        None => Ok(()),
        Some(value) if value.as_u64() == Some(u64::from(crate::model::workflow::SCHEMA)) => Ok(()),
        Some(other) => Err(Error::state(format!("schema {other} is not one that this git-track reads"))
            .hint("upgrade git-track; nothing is written")),
    }
}

const UPDATED: [&str; 4] = ["updated_at", "updatedAt", "last_updated", "lastUpdated"];

// What the file says about its own last change is the best guess for times that it does not give.
fn base_time(map: &mut Map<String, Value>, report: &mut Report) -> Result<Option<Time>> {
    let mut updated = None;
    for key in UPDATED {
        let Some(value) = map.remove(key) else { continue };
        updated = updated.or(moment(&value)?);
        report.ignore(key.to_owned(), value, "the last change is known from the items' own times");
    }
    let started = map.get("started").map(moment).transpose()?.flatten();
    Ok(updated.or(started))
}

/// Lists of the root that belong to items: taken out first, placed when the items are there.
#[derive(Default)]
struct Lists {
    children: Vec<(String, Value)>,
    gates: Option<Value>,
    checkpoints: Option<Value>,
    history: Option<Value>,
}

impl Lists {
    fn take(map: &mut Map<String, Value>) -> Self {
        let children =
            CHILDREN.iter().filter_map(|key| Some(((*key).to_owned(), map.remove(*key)?))).collect();
        Self {
            children,
            gates: map.remove("gates"),
            checkpoints: map.remove("checkpoints"),
            history: map.remove("history"),
        }
    }

    fn items(&mut self, setting: Setting, report: &mut Report) -> Result<Vec<Nested>> {
        let mut nested = Vec::new();
        for (key, value) in std::mem::take(&mut self.children) {
            let usual = item::usual_under(setting.profile, None);
            nested.extend(item::children(&key, value, usual, setting, report)?);
        }
        Ok(nested)
    }

    fn place(self, root: &mut Item, report: &mut Report) -> Result<()> {
        if let Some(gates) = self.gates {
            records::gates(root, gates, report)?;
        }
        if let Some(checkpoints) = self.checkpoints {
            records::checkpoints(root, checkpoints, report)?;
        }
        if let Some(history) = self.history {
            place::history(root, history, report)?;
        }
        Ok(())
    }
}

// A failed step makes its workflow failed by itself; what the file says is compared, not stored.
fn settle_root(workflow: &mut Workflow, said: Option<Value>, setting: Setting, report: &mut Report) {
    if workflow.root.state == Some(State::Failed) {
        workflow.root.state = Some(State::Active);
        if Board::new(workflow, setting.profile, setting.pages).stopped_by().is_some() {
            report.ignore("state".to_owned(), Value::from("failed"), "derived: an item of it failed");
        } else {
            workflow.root.state = Some(State::Failed);
        }
    }
    if workflow.root.state() == State::Todo {
        workflow.root.state = Some(State::Active);
        if let Some(said) = said {
            report.ignore("state".to_owned(), said, "a workflow that is taken over is open");
        }
    }
    if let Some(progress) = workflow.root.progress.take() {
        report.ignore("progress".to_owned(), Value::from(progress.get()), "counted from what is in it");
    }
}

// A blocker that only names another item is a need: it clears itself when that is done.
fn link(workflow: &mut Workflow, setting: Setting, report: &mut Report) {
    let board = Board::new(workflow, setting.profile, setting.pages);
    let named = |text: &str, me: Place| {
        let text = plain(text);
        let mut others = board.nodes().skip(1).filter(|(place, _)| *place != me);
        others.find_map(|(place, node)| {
            let names = [node.id.to_string(), board.short(place), board.name(place)];
            names.iter().any(|name| plain(name) == text).then(|| node.id.clone())
        })
    };
    let mut found = Vec::new();
    for (place, node) in board.nodes() {
        let bare = |blocker: &&Blocker| {
            let Blocker { fix, since, cleared, .. } = blocker;
            fix.is_none() && since.is_none() && cleared.is_none()
        };
        for blocker in node.item.blockers.values().filter(bare) {
            let need = named(&blocker.text, place);
            if need.is_some() || plain(&blocker.text) == "none" {
                found.push((board.ids_to(place).into_iter().cloned().collect(), blocker.text.clone(), need));
            }
        }
    }
    for (ids, text, need) in found {
        let ids: Vec<Id> = ids;
        let Some(item) = workflow.item_mut(&ids.iter().collect::<Vec<_>>()) else { continue };
        for (id, blocker) in std::mem::take(&mut item.blockers).iter().filter(|(_, known)| known.text != text)
        {
            let numbered = id.as_str().strip_prefix('b').is_some_and(|n| n.parse::<u32>().is_ok());
            let id = if numbered { item.blockers.free('b') } else { id.clone() };
            item.blockers.insert(id, blocker.clone());
        }
        let path = format!("{}.blockers", ids.iter().map(Id::as_str).collect::<Vec<_>>().join("."));
        let reason =
            if need.is_some() { "it names an item and became a need" } else { "it says that there is none" };
        report.ignore(path, Value::from(text), reason);
        if let Some(need) = need.map(|need| need.to_string()).filter(|need| !item.needs.contains(need)) {
            item.needs.push(need);
        }
    }
}

fn drop_derived_states(workflow: &mut Workflow, setting: Setting, report: &mut Report) {
    let board = Board::new(workflow, setting.profile, setting.pages);
    let mut derived = Vec::new();
    for (place, node) in board.nodes().skip(1) {
        let stored = node.item.state.filter(|state| *state != State::Dropped);
        if let (Some(stored), Some(StateSource::Derived)) = (stored, node.kind.map(|kind| kind.state)) {
            let ids: Vec<Id> = board.ids_to(place).into_iter().cloned().collect();
            derived.push((ids, stored, node.state));
        }
    }
    for (ids, stored, found) in derived {
        let refs: Vec<&Id> = ids.iter().collect();
        let path = ids.iter().map(Id::as_str).collect::<Vec<_>>().join(".");
        if let Some(item) = workflow.item_mut(&refs) {
            item.state = None;
        }
        report.ignore(format!("{path}.state"), Value::from(stored.word()), compared(stored == found, found));
    }
}

fn compare_gates(workflow: &Workflow, setting: Setting, report: &mut Report) {
    let board = Board::new(workflow, setting.profile, setting.pages);
    for left in &mut report.ignored {
        let id = left.path.strip_prefix("gates.").and_then(|path| path.strip_suffix(".state"));
        let Some(Thing::Gate(place, id)) = id.and_then(|id| board.thing(&Id::parse(id).ok()?)) else {
            continue;
        };
        let Some(gate) = board.gate(place, id) else { continue };
        let derived = match gate_state(&board, place, gate) {
            GateState::Passed => "passed",
            GateState::Pending => "pending",
            GateState::Failed => "failed",
        };
        left.reason = compared(left.value.as_str().is_some_and(|said| plain(said) == derived), derived);
    }
}

fn compared(same: bool, derived: impl std::fmt::Display) -> String {
    if same { SAME.to_owned() } else { format!("derived: {derived}") }
}

fn stamp(id: &Id, item: &mut Item, base: Time, report: &mut Report) {
    let state = item.state();
    let lacks_start = !matches!(state, State::Todo | State::Dropped) && item.started.is_none();
    let lacks_end = matches!(state, State::Done | State::Failed | State::Dropped) && item.finished.is_none();
    if lacks_start {
        item.started = Some(base);
    }
    if lacks_end {
        item.finished = Some(base);
    }
    if lacks_start || lacks_end {
        item.by = item.by.take().or_else(|| Some("import".to_owned()));
        report.stamped.push(id.to_string());
    }
    for (id, child) in item.items.iter_mut() {
        stamp(id, child, base, report);
    }
}

#[cfg(test)]
mod tests;
