//! What a workflow must satisfy, however it was written: structure by its profile, and the evidence of finished work.

use crate::error::nearest;
use crate::model::gate::Part;
use crate::model::id::Id;
use crate::model::profile::{Guarded, ROOT, StateSource};
use crate::model::state::State;

use super::board::{Board, Node, Place, Thing};
use super::circle::{circle, sentence};
use super::conditions::lasting_conditions;
use super::world::{Spot, World};

/// Something that a workflow must not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The keys from the root of the file to it.
    pub path: Vec<String>,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What helps.
    pub hint: Option<String>,
}

/// Everything that is wrong with one workflow of a world.
pub fn violations(world: &World, board: usize) -> Vec<Violation> {
    let Some(laid) = world.boards.get(board) else { return Vec::new() };
    let mut found: Vec<Violation> = laid.twice().iter().map(|id| twice(laid, id)).collect();
    for (place, _) in laid.nodes() {
        found.extend(structure(laid, place));
        found.extend(gates(laid, place));
        found.extend(needs(world, Spot { board, place }));
        found.extend(evidence(world, Spot { board, place }));
        found.extend(contradictions(laid, place));
    }
    found.extend(needs_in_a_circle(world, board));
    found
}

fn at(board: &Board, place: Place, keys: &[&str], message: impl Into<String>) -> Violation {
    let mut path = board.path(place);
    path.extend(keys.iter().map(|&key| key.to_owned()));
    Violation { path, message: message.into(), hint: None }
}

fn twice(board: &Board, id: &Id) -> Violation {
    let path = match board.thing(id) {
        Some(Thing::Item(place)) => board.path(place),
        Some(Thing::Gate(place, id)) => at(board, place, &["gates", id.as_str()], "").path,
        Some(Thing::Checkpoint(place, id)) => at(board, place, &["checkpoints", id.as_str()], "").path,
        Some(Thing::Risk(place, id)) => at(board, place, &["risks", id.as_str()], "").path,
        Some(Thing::Metric(place, id)) => at(board, place, &["metrics", id.as_str()], "").path,
        None => Vec::new(),
    };
    Violation { path, message: format!("the id `{id}` is used twice in this workflow"), hint: None }
}

fn structure(board: &Board, place: Place) -> Vec<Violation> {
    let node = board.node(place);
    let mut found = Vec::new();
    if node.item.title.trim().is_empty() {
        found.push(at(board, place, &["title"], format!("{} has no title", node.id)));
    }
    let Some(kind) = node.kind else {
        let known: Vec<&str> = board.profile.kinds.keys().map(Id::as_str).collect();
        let asked = node.item.kind.as_ref().map_or("an item here", Id::as_str);
        let mut violation =
            at(board, place, &["kind"], format!("profile {} knows no kind `{asked}`", board.profile.profile));
        violation.hint = Some(match nearest(asked, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("it knows {}", known.join(", ")),
        });
        return vec![violation];
    };
    if let Some(parent) = node.parent {
        let above = board.node(parent).kind_id.map_or(ROOT, Id::as_str);
        if !kind.under.iter().any(|under| under.as_str() == above) {
            let message = format!("a {} cannot stand under a {above}", kind.title.to_lowercase());
            found.push(at(board, place, &["kind"], message));
        }
        if kind.state == StateSource::Derived && !matches!(node.item.state, None | Some(State::Dropped)) {
            let message =
                format!("the state of {} is derived from what is in it and cannot be stored", node.id);
            found.push(at(board, place, &["state"], message));
        }
    }
    if let Some(label) = &node.item.label {
        let finer = Id::parse(label).ok().and_then(|id| board.profile.finer.get(&id));
        if finer.map(|finer| finer.state) != Some(node.item.state()) {
            let message = format!(
                "`{label}` is not a label of {} in profile {}",
                node.item.state(),
                board.profile.profile
            );
            found.push(at(board, place, &["label"], message));
        }
    }
    for (name, value) in node.item.fields.iter() {
        let problem = match kind.fields.get(name) {
            Some(field) => field.check(value).err().map(|why| format!("`{name}` is {why}")),
            None => Some(format!("profile {} declares no field `{name}` here", board.profile.profile)),
        };
        let near = nearest(name.as_str(), kind.fields.keys().map(Id::as_str));
        if let Some(message) = problem {
            let mut violation = at(board, place, &["fields", name.as_str()], message);
            violation.hint =
                near.filter(|near| *near != name.as_str()).map(|near| format!("did you mean `{near}`?"));
            found.push(violation);
        }
    }
    found
}

fn needs(world: &World, spot: Spot) -> Vec<Violation> {
    let board = world.board(spot);
    let own = board.node(spot.place).item.needs.iter().enumerate();
    own.filter(|(_, need)| !need.contains(':'))
        .filter(|(_, need)| {
            let thing = world.resolve_need(spot.board, need).map(|(_, thing)| thing);
            !matches!(thing, Some(Thing::Item(_) | Thing::Gate(..) | Thing::Checkpoint(..)))
        })
        .map(|(index, need)| {
            let message = format!("it needs `{need}`, which is no item, gate or checkpoint of this workflow");
            let mut violation = at(board, spot.place, &["needs", &index.to_string()], message);
            violation.hint =
                nearest(need, board.ids().map(Id::as_str)).map(|near| format!("did you mean `{near}`?"));
            violation
        })
        .collect()
}

fn evidence(world: &World, spot: Spot) -> Vec<Violation> {
    let board = world.board(spot);
    let node = board.node(spot.place);
    let own = spot.place == 0 || node.kind.is_some_and(|kind| kind.state == StateSource::Own);
    let state = node.item.state();
    if !own || state == State::Todo {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut lacks = |key: &str, what: String| found.push(at(board, spot.place, &[key], what));
    if spot.place != 0 && node.item.started.is_none() && state != State::Dropped {
        lacks("state", format!("{} is {state} but has no `started` time", node.id));
    }
    if matches!(state, State::Done | State::Failed) && node.item.finished.is_none() {
        lacks("state", format!("{} is {state} but has no `finished` time", node.id));
    }
    if state == State::Done && !departed(node, &["done"]) {
        for condition in lasting_conditions(world, spot).into_iter().filter(|condition| !condition.ok) {
            lacks("state", format!("{} is done with FAIL: {}", node.id, condition.text));
        }
    }
    let start = node.kind.and_then(|kind| kind.guards.get(&Guarded::Start));
    if state.is_running() && start.is_some_and(|checks| checks.one_active) && !departed(node, &BEGINNING) {
        let rival = board.nodes().find(|(other, rival)| {
            *other > spot.place
                && rival.kind_id == node.kind_id
                && rival.item.state().is_running()
                && !departed(rival, &BEGINNING)
        });
        if let Some((_, rival)) = rival {
            lacks("state", format!("{} and {} are both in progress; only one may be", node.id, rival.id));
        }
    }
    found
}

// What no command writes, and what no day allows.
fn contradictions(board: &Board, place: Place) -> Vec<Violation> {
    let node = board.node(place);
    let mut found = Vec::new();
    if let (Some(started), Some(finished)) = (node.item.started, node.item.finished)
        && finished.date() < started.date()
    {
        let message = format!("{} is finished on {}, before it began", node.id, finished.date());
        found.push(at(board, place, &["finished"], message));
    }
    for (id, finding) in node.item.findings.iter() {
        if let Some(fixer) = finding.verified_by.as_deref().and_then(|by| finding.fixer(by)) {
            let message = format!("{}.{id} is verified by {fixer}, who fixed it", node.id);
            found.push(at(board, place, &["findings", id.as_str(), "verified_by"], message));
        }
    }
    found
}

/// The moves after which something is in progress.
const BEGINNING: [&str; 3] = ["start", "retry", "reopen"];

// What was done against the process is on record, and is a person's to approve.
fn departed(node: &Node, verbs: &[&str]) -> bool {
    let mut records = node.item.deviations.values();
    records.any(|record| {
        record.rejected.is_none() && record.verb.as_deref().is_some_and(|verb| verbs.contains(&verb))
    })
}

fn gates(board: &Board, place: Place) -> Vec<Violation> {
    let mut found = Vec::new();
    for (gate, part_id, part) in board
        .node(place)
        .item
        .gates
        .iter()
        .flat_map(|(id, gate)| gate.parts.iter().map(move |(part_id, part)| (id, part_id, part)))
    {
        let keys = ["gates", gate.as_str(), "parts", part_id.as_str()];
        match part {
            Part::Short(_) if part_id.as_str() != "score" => {
                let message =
                    format!("`{gate}.{part_id}` says nothing that is checked; only `score:` may be so short");
                found.push(at(board, place, &keys, message));
            }
            Part::Full(full) if full.checks() > 1 => {
                let message = format!("`{gate}.{part_id}` checks more than one thing");
                found.push(at(board, place, &keys, message));
            }
            _ => {}
        }
    }
    found
}

fn needs_in_a_circle(world: &World, board: usize) -> Option<Violation> {
    let laid = world.boards.get(board)?;
    let circle = circle(world, board)?;
    Some(at(laid, *circle.first()?, &["needs"], sentence(laid, &circle)))
}
