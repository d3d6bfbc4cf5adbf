//! What must hold before a move: the checks that the profile picked, one by one.

use crate::model::check::{Checks, Sentences};
use crate::model::path::RepoPath;
use crate::model::profile::Guarded;
use crate::model::record::Severity;
use crate::model::state::State;

use super::board::{Board, Place};
use super::gates::{GateState, gate_state};
use super::sentences;
use super::world::{Spot, Unmet, World};

/// One condition of a move, and whether it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// Whether it holds.
    pub ok: bool,
    /// What it asks for, as a short statement.
    pub text: String,
    /// The command that makes it hold, where there is one.
    pub command: Option<String>,
}

/// What comes with a move.
#[derive(Clone, Copy)]
pub struct Given<'a> {
    /// The summary that it brings.
    pub summary: Option<&'a str>,
    /// The focus that it brings.
    pub focus: Option<&'a str>,
    /// The owner that it brings.
    pub owner: Option<&'a str>,
    /// Whether a file is there.
    pub exists: &'a dyn Fn(&RepoPath) -> bool,
}

impl From<Unmet> for Condition {
    fn from(unmet: Unmet) -> Self {
        Self { ok: false, text: unmet.reason, command: unmet.command }
    }
}

impl Given<'_> {
    /// A move that brings nothing, where every file exists.
    pub const NOTHING: Given<'static> = Given { summary: None, focus: None, owner: None, exists: &|_| true };
}

/// The conditions of a move of an item, in the order of the closed list.
pub fn conditions(world: &World, spot: Spot, guarded: Guarded, given: Given) -> Vec<Condition> {
    let node = world.board(spot).node(spot.place);
    let Some(checks) = node.kind.and_then(|kind| kind.guards.get(&guarded)) else { return Vec::new() };
    let mut list = entry(world, spot, checks);
    list.extend(words(world, spot, checks, given, guarded));
    list.extend(lasting(world, spot, checks, given));
    list
}

/// The conditions of finishing that must go on holding afterwards: what a done item is held to after a hand edit.
pub fn lasting_conditions(world: &World, spot: Spot) -> Vec<Condition> {
    let node = world.board(spot).node(spot.place);
    let Some(checks) = node.kind.and_then(|kind| kind.guards.get(&Guarded::Done)) else { return Vec::new() };
    let summary: Vec<Condition> = words(
        world,
        spot,
        &Checks { summary: checks.summary, ..Checks::default() },
        Given::NOTHING,
        Guarded::Done,
    );
    summary.into_iter().chain(lasting(world, spot, checks, Given::NOTHING)).collect()
}

fn entry(world: &World, spot: Spot, checks: &Checks) -> Vec<Condition> {
    let board = world.board(spot);
    let node = board.node(spot.place);
    let me = world.refer(spot.board, node.id);
    let mut list = Vec::new();
    if checks.needs_met {
        let unmet = world.unmet(spot);
        if unmet.is_empty() {
            list.push(Condition { ok: true, text: "everything it needs is done".to_owned(), command: None });
        }
        list.extend(unmet.into_iter().map(Condition::from));
    }
    if checks.order {
        let met = Condition { ok: true, text: "what comes before it is finished".to_owned(), command: None };
        let condition = world.first_before(spot).map_or(met, Condition::from);
        // Among the needs it may stand already.
        if !list.contains(&condition) {
            list.push(condition);
        }
    }
    if checks.not_blocked {
        let open: Vec<_> = node.item.open_blockers().collect();
        for (id, blocker) in &open {
            let text = format!("{}.{id} is open: {}", node.id, blocker.text);
            list.push(Condition { ok: false, text, command: Some(format!("git track unblock {me}.{id}")) });
        }
        if open.is_empty() {
            list.push(Condition { ok: true, text: "nothing blocks it".to_owned(), command: None });
        }
    }
    if checks.one_active {
        let other =
            same_kind(board, spot.place).into_iter().find(|&other| board.node(other).state.is_running());
        list.push(match other {
            Some(other) => Condition {
                ok: false,
                text: format!("{} is still in progress", board.short(other)),
                command: Some(format!(
                    "git track done {} -m \"what came out\"",
                    world.refer(spot.board, board.node(other).id)
                )),
            },
            None => Condition { ok: true, text: "no other one is in progress".to_owned(), command: None },
        });
    }
    if checks.last {
        let later = same_kind(board, spot.place)
            .into_iter()
            .find(|&other| other > spot.place && board.node(other).state != State::Todo);
        let text = match later {
            Some(later) => {
                format!("{} came after it, and only the last one is in progress", board.short(later))
            }
            None => "it is the last one".to_owned(),
        };
        list.push(Condition { ok: later.is_none(), text, command: None });
    }
    list
}

fn words(world: &World, spot: Spot, checks: &Checks, given: Given, guarded: Guarded) -> Vec<Condition> {
    let node = world.board(spot).node(spot.place);
    let me = world.refer(spot.board, node.id);
    let mut list = Vec::new();
    if checks.focus {
        let ok = given.focus.or(node.item.focus.as_deref()).is_some_and(|focus| !focus.trim().is_empty());
        let command = Some(format!("git track note {me} --focus \"what exactly\""));
        list.push(Condition { ok, text: "it says what is being worked on".to_owned(), command });
    }
    if checks.owner {
        let ok = given.owner.or(node.item.owner.as_deref()).is_some();
        list.push(Condition {
            ok,
            text: "it has an owner".to_owned(),
            command: Some(format!("git track claim {me}")),
        });
    }
    if let Some(Sentences { min, max }) = checks.summary {
        let summary = given.summary.or(node.item.summary.as_deref()).unwrap_or_default();
        let sentences = sentences::count(summary);
        let ok = (min..=max).contains(&sentences);
        let text = format!("the summary has {min} to {max} sentences (it has {sentences})");
        list.push(Condition {
            ok,
            text,
            command: Some(format!("git track {} {me} -m \"what came out\"", guarded.verb())),
        });
    }
    list
}

fn lasting(world: &World, spot: Spot, checks: &Checks, given: Given) -> Vec<Condition> {
    let board = world.board(spot);
    let node = board.node(spot.place);
    let me = world.refer(spot.board, node.id);
    let mut list = Vec::new();
    if checks.children_done {
        list.extend(children_done(world, spot));
    }
    if checks.checklist {
        let open = node
            .item
            .checklist
            .iter()
            .flat_map(|list| list.lines.iter())
            .find(|(_, line)| line.done.is_none());
        list.push(Condition {
            ok: open.is_none(),
            text: "every line of the checklist is ticked".to_owned(),
            command: open.map(|(line, _)| format!("git track done {me}.{line}")),
        });
    }
    if checks.artifacts {
        for artifact in node.item.artifacts.values().filter(|artifact| artifact.required == Some(true)) {
            if let Some(path) = &artifact.path {
                list.push(Condition {
                    ok: (given.exists)(path),
                    text: format!("{path} exists"),
                    command: None,
                });
            }
        }
    }
    if !checks.findings.is_empty() {
        list.extend(findings(world, spot, &checks.findings));
    }
    if checks.gates {
        for (id, gate) in node.item.gates.iter() {
            let ok = gate_state(board, spot.place, gate) == GateState::Passed;
            let command = Some(format!("git track show {}", world.refer(spot.board, id)));
            list.push(Condition { ok, text: format!("gate {id} passes"), command });
        }
    }
    if checks.checkpoints {
        for (id, checkpoint) in node.item.checkpoints.iter() {
            let command = Some(format!("git track show {}", world.refer(spot.board, id)));
            let text = format!("checkpoint {id} is approved");
            list.push(Condition { ok: checkpoint.approved.is_some(), text, command });
        }
    }
    list
}

fn children_done(world: &World, spot: Spot) -> Vec<Condition> {
    let board = world.board(spot);
    let counted = board.node(spot.place).children.iter().map(|&child| (child, board.node(child)));
    let open: Vec<_> =
        counted.filter(|(_, child)| child.item.is_counted() && !child.state.is_closed()).collect();
    if open.is_empty() {
        return vec![Condition {
            ok: true,
            text: "everything in it is done or dropped".to_owned(),
            command: None,
        }];
    }
    let condition = |(child, node): (Place, &super::board::Node)| {
        let verb = match node.state {
            State::Todo => "start",
            State::Failed => "retry",
            _ => "done",
        };
        let command = Some(format!("git track {verb} {}", world.refer(spot.board, node.id)));
        Condition { ok: false, text: format!("{} is not done", board.short(child)), command }
    };
    open.into_iter().map(condition).collect()
}

fn findings(world: &World, spot: Spot, severities: &[Severity]) -> Vec<Condition> {
    let board = world.board(spot);
    let mut list = Vec::new();
    for place in std::iter::once(spot.place).chain(board.below(spot.place)) {
        let node = board.node(place);
        for (id, finding) in node.item.findings.iter() {
            if finding.is_open() && severities.contains(&finding.severity) {
                let text = format!("{}.{id} is open: {}", node.id, finding.text);
                list.push(Condition {
                    ok: false,
                    text,
                    command: Some(format!("git track show {}.{id}", world.refer(spot.board, node.id))),
                });
            }
        }
    }
    if list.is_empty() {
        list.push(Condition { ok: true, text: "no serious finding is open".to_owned(), command: None });
    }
    list
}

fn same_kind(board: &Board, place: Place) -> Vec<Place> {
    let kind = board.node(place).kind_id;
    board
        .nodes()
        .filter(|(other, node)| *other != place && *other != 0 && node.kind_id == kind)
        .map(|(p, _)| p)
        .collect()
}
