//! Answers: to parts of gates, checkpoints, departures and escalations.

use crate::derive::board::{Board, Place};
use crate::derive::conditions::{
    Condition, Given, by_a_person, checkpoint_conditions, is_agent, part_conditions, part_subject, passing,
};
use crate::derive::evidence::subject;
use crate::derive::gates::{is_escalated, reviewed, threshold};
use crate::derive::roster;
use crate::derive::world::{Spot, World};
use crate::error::{Error, Result};
use crate::model::actor::Actor;
use crate::model::gate::{Checkpoint, FullPart, Part};
use crate::model::id::Id;
use crate::model::record::Iteration;
use crate::model::state::State;
use crate::model::workflow::Workflow;

use super::back::{last, send_back, unapprove_above, undo};
use super::judge::conclude;
use super::{Ask, demand, edit, open_for_change};

/// What is said about a part of a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It holds.
    Pass,
    /// It does not hold.
    Fail,
    /// It need not hold; only people say so.
    Waive,
}

impl Answer {
    /// The command.
    pub fn verb(self) -> &'static str {
        match self {
            Self::Pass => "gate pass",
            Self::Fail => "gate fail",
            Self::Waive => "gate waive",
        }
    }
}

/// Answers a part of a gate, as somebody; `None`: it was answered so about the same content.
pub fn part(
    world: &World,
    spot: Spot,
    (gate, id): (&Id, &Id),
    (answer, by): (Answer, Option<&str>),
    ask: &Ask,
) -> Result<Option<Workflow>> {
    open_for_change(world, spot, "gate")?;
    let board = world.board(spot);
    let full = board.gate(spot.place, gate).and_then(|gate| gate.parts.get(id));
    let name = format!("{}.{id}", world.refer(spot.board, gate));
    let by = by.unwrap_or(ask.actor);
    let full = match full {
        Some(Part::Full(full)) if full.human.is_some() || full.review.is_some() => full,
        // A person may say that it need not hold.
        Some(Part::Full(full)) if full.is_run() && answer == Answer::Waive => full,
        Some(Part::Full(full)) if full.is_run() => return Err(run_instead(world, spot, gate, id)),
        _ if answer == Answer::Waive => return Err(computed(world, spot, &name, "waived")),
        _ => return Err(computed(world, spot, &name, "answered")),
    };
    // Nobody says it for a person but a person.
    let for_a_person = full.human.is_some() && roster::agent(board, by).is_none();
    let actor = if for_a_person { ask.who() } else { Actor { name: by, kind: ask.kind } };
    let given = Given { actor: Some(actor), ..Given::NOTHING };
    let list = match answer {
        Answer::Waive => vec![by_a_person(board, Some(ask.who()))],
        Answer::Fail => {
            part_conditions(world, spot, full, given).into_iter().filter(|c| c.firm || c.ok).collect()
        }
        Answer::Pass => part_conditions(world, spot, full, given),
    };
    let list = list.into_iter().chain(recorded_by(world, spot, full, by, ask)).collect::<Vec<_>>();
    let list = by_another(world, spot, full, list, ask);
    let verb = match answer {
        Answer::Pass if full.human.is_some() => "approve",
        _ => answer.verb(),
    };
    demand(&format!("`{verb} {name}` is refused"), &list)?;
    let why = ask.said();
    if why.is_none() && answer != Answer::Pass {
        return Err(Error::usage(format!("`{}` needs a reason", answer.verb()))
            .hint(format!("git track {} {name} -m \"why\"", answer.verb())));
    }
    let on = part_subject(board, spot.place, full);
    if answer == Answer::Pass && full.passed.is_some() && full.on == on && full.by.as_deref() == Some(by) {
        return Ok(None);
    }
    edit_part(world, spot, gate, id, |full| {
        clear(full);
        match answer {
            Answer::Pass => full.passed = Some(ask.now),
            Answer::Fail => full.failed = Some(ask.now),
            Answer::Waive => full.waived = Some(ask.now),
        }
        (full.by, full.on, full.why) = (Some(by.to_owned()), on, why.map(str::to_owned));
    })
    .map(Some)
}

// No agent records as reviewed by somebody else what it has a part in.
fn recorded_by(world: &World, spot: Spot, full: &FullPart, by: &str, ask: &Ask) -> Option<Condition> {
    let board = world.board(spot);
    let agent = roster::judges(board, by, ask.who()).into_iter().nth(1)?;
    let mut reviewed = reviewed(board, spot.place, full).into_iter();
    let mine = reviewed.find(|&place| full.review.is_some() && roster::has_made(board, place, agent))?;
    let text = format!("{agent} has a part in {}, and cannot record its review", board.node(mine).id);
    Some(Condition::unmet(text, None).firm())
}

// An agent that has a part in it cannot write down either that somebody else has reviewed it.
fn by_another(
    world: &World,
    spot: Spot,
    full: &FullPart,
    mut list: Vec<Condition>,
    ask: &Ask,
) -> Vec<Condition> {
    let board = world.board(spot);
    let has_part = |place: Place| roster::has_made(board, place, ask.actor);
    if is_agent(board, ask.who())
        && full.review.is_some()
        && reviewed(board, spot.place, full).into_iter().any(has_part)
    {
        for open in list.iter_mut().filter(|condition| !condition.ok && condition.firm) {
            open.command = passing(world, spot, full, ("--as", ask.actor));
        }
    }
    list
}

fn run_instead(world: &World, spot: Spot, gate: &Id, id: &Id) -> Error {
    let gate = world.refer(spot.board, gate);
    Error::refused(format!("{gate}.{id} is found out by running it, and cannot be answered"))
        .hint(format!("git track gate run {gate}.{id}"))
}

fn computed(world: &World, spot: Spot, name: &str, verb: &str) -> Error {
    let me = world.refer(spot.board, world.board(spot).node(spot.place).id);
    Error::refused(format!("{name} is computed from what is in {me}, and cannot be {verb}"))
        .hint(format!("git track why {me}"))
}

/// Approves a checkpoint; `None`: it is approved already.
pub fn approve_checkpoint(world: &World, spot: Spot, id: &Id, ask: &Ask) -> Result<Option<Workflow>> {
    open_for_change(world, spot, "approve")?;
    let board = world.board(spot);
    let Some(checkpoint) = board.checkpoint(spot.place, id) else {
        return Err(Error::bug("a checkpoint lost its place"));
    };
    if checkpoint.approved.is_some() {
        return Ok(None);
    }
    let given = Given { actor: Some(ask.who()), ..Given::NOTHING };
    let list = checkpoint_conditions(world, spot, checkpoint, given);
    demand(&format!("`approve {id}` is refused"), &list)?;
    let on = subject(board, spot.place);
    edit_checkpoint(world, spot, id, |checkpoint| {
        (checkpoint.approved, checkpoint.rejected) = (Some(ask.now), None);
        (checkpoint.by, checkpoint.on) = (Some(ask.actor.to_owned()), on);
        checkpoint.why = ask.said().map(str::to_owned);
    })
    .map(Some)
}

/// Rejects a checkpoint: the finished work before it, or only these items of it, is sent back with the reason.
pub fn reject_checkpoint(world: &World, spot: Spot, id: &Id, only: &[Place], ask: &Ask) -> Result<Workflow> {
    open_for_change(world, spot, "reject")?;
    let board = world.board(spot);
    demand(&format!("`reject {id}` is refused"), &[by_a_person(board, Some(ask.who()))])?;
    let why = reason(ask, "reject", &world.refer(spot.board, id))?;
    let back = sent_back(board, spot.place, only);
    let mut workflow = edit_checkpoint(world, spot, id, |checkpoint| {
        (checkpoint.approved, checkpoint.rejected) = (None, Some(ask.now));
        (checkpoint.by, checkpoint.on) = (Some(ask.actor.to_owned()), None);
        checkpoint.why = Some(why.to_owned());
    })?;
    for place in back {
        if let Some(item) = workflow.item_mut(&board.ids_to(place)) {
            send_back(item, why, ask);
        }
        unapprove_above(world, Spot { place, ..spot }, &mut workflow, ask);
    }
    Ok(workflow)
}

/// Approves or rejects a departure from the process; `None`: that was said already.
pub fn deviation(world: &World, spot: Spot, id: &Id, verdict: Say, ask: &Ask) -> Result<Option<Workflow>> {
    // What was done against the process may be what closed it, and is approved afterwards.
    match verdict {
        Say::No if spot.place != 0 => open_for_change(world, spot, "reject")?,
        Say::Yes | Say::No => open_for_change(world, Spot { place: 0, ..spot }, "reopen")?,
    }
    let board = world.board(spot);
    let node = board.node(spot.place);
    let Some(known) = node.item.deviations.get(id) else { return Err(Error::bug("a record lost its place")) };
    let name = format!("{}.{id}", world.refer(spot.board, node.id));
    let said = match verdict {
        Say::Yes => known.approved.is_some(),
        Say::No => known.rejected.is_some(),
    };
    if said {
        return Ok(None);
    }
    demand(&format!("`{} {name}` is refused", verdict.verb()), &[by_a_person(board, Some(ask.who()))])?;
    let answer = match verdict {
        Say::Yes => ask.said(),
        Say::No => Some(reason(ask, "reject", &name)?),
    };
    let mut workflow = edit(world, spot, |item| {
        let Some(record) = item.deviations.get_mut(id) else { return };
        record.answer = answer.map(str::to_owned);
        match verdict {
            Say::Yes => {
                (record.approved, record.approved_by) = (Some(ask.now), Some(ask.actor.to_owned()));
                (record.rejected, record.rejected_by) = (None, None);
            }
            Say::No => {
                (record.rejected, record.rejected_by) = (Some(ask.now), Some(ask.actor.to_owned()));
                (record.approved, record.approved_by) = (None, None);
                undo(item, known, answer.unwrap_or_default(), ask);
            }
        }
    })?;
    let state = |workflow: &Workflow| world.with(spot.board, workflow).board(spot).node(spot.place).state;
    if node.state.is_closed() && !state(&workflow).is_closed() {
        unapprove_above(world, spot, &mut workflow, ask);
    }
    Ok(Some(workflow))
}

/// What a person says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Say {
    /// It is fine.
    Yes,
    /// It is not.
    No,
}

impl Say {
    fn verb(self) -> &'static str {
        match self {
            Self::Yes => "approve",
            Self::No => "reject",
        }
    }
}

/// Accepts an escalated item below the threshold: the item is done when nothing else is missing.
pub fn accept(world: &World, spot: Spot, ask: &Ask) -> Result<Workflow> {
    open_for_change(world, spot, "approve")?;
    let board = world.board(spot);
    let node = board.node(spot.place);
    let me = world.refer(spot.board, node.id);
    demand(&format!("`approve {}` is refused", node.id), &[by_a_person(board, Some(ask.who()))])?;
    let why = reason(ask, "approve", &me)?;
    let accepted = last_round(world, spot, |last| {
        (last.accepted, last.rejected) = (Some(ask.now), None);
        (last.decided_by, last.why) = (Some(ask.actor.to_owned()), Some(why.to_owned()));
    })?;
    conclude(world, spot, &accepted, ask).map(|(workflow, _)| workflow)
}

/// Sends an item in review back to work, with the reason.
pub fn send_item_back(world: &World, spot: Spot, ask: &Ask) -> Result<Workflow> {
    open_for_change(world, spot, "reject")?;
    let board = world.board(spot);
    let node = board.node(spot.place);
    let me = world.refer(spot.board, node.id);
    demand(&format!("`reject {}` is refused", node.id), &[by_a_person(board, Some(ask.who()))])?;
    if node.is_derived() || node.state != State::Review {
        return Err(Error::refused(format!("`reject {}` is refused: it is not in review", node.id))
            .hint(format!("git track show {me}")));
    }
    let why = reason(ask, "reject", &me)?;
    let mut workflow = edit(world, spot, |item| send_back(item, why, ask))?;
    unapprove_above(world, spot, &mut workflow, ask);
    Ok(workflow)
}

/// Whether an item waits for a person because its rounds are used up.
pub fn is_for_a_person(world: &World, spot: Spot) -> bool {
    let board = world.board(spot);
    threshold(board, spot.place).is_some()
        && is_escalated(board, spot.place)
        && board.node(spot.place).state.is_running()
}

pub(super) fn reason<'a>(ask: &Ask<'a>, verb: &str, name: &str) -> Result<&'a str> {
    ask.said().ok_or_else(|| {
        Error::usage(format!("`{verb}` needs a reason")).hint(format!("git track {verb} {name} -m \"why\""))
    })
}

// The finished pieces, and with each what it stands in: that is not finished without it.
fn sent_back(board: &Board, place: Place, only: &[Place]) -> Vec<Place> {
    let all: Vec<Place> = std::iter::once(place).chain(board.below(place)).collect();
    let finished = |place: Place| !board.node(place).is_derived() && board.node(place).state == State::Done;
    let piece = |place: Place| {
        let node = board.node(place);
        node.item.is_counted() && node.children.is_empty() && (only.is_empty() || only.contains(&place))
    };
    let pieces: Vec<Place> = all.iter().copied().filter(|&place| finished(place) && piece(place)).collect();
    let holds = |above: Place| pieces.iter().any(|&piece| board.upwards(piece).any(|place| place == above));
    all.into_iter().filter(|&each| finished(each) && (each == place || holds(each))).collect()
}

fn last_round(world: &World, spot: Spot, change: impl FnOnce(&mut Iteration)) -> Result<Workflow> {
    edit(world, spot, |item| {
        if let Some(round) = last(item) {
            change(round);
        }
    })
}

pub(super) fn clear(full: &mut FullPart) {
    (full.passed, full.failed, full.waived) = (None, None, None);
    (full.by, full.on, full.why) = (None, None, None);
}

fn edit_part(
    world: &World,
    spot: Spot,
    gate: &Id,
    id: &Id,
    change: impl FnOnce(&mut FullPart),
) -> Result<Workflow> {
    edit(world, spot, |item| {
        if let Some(Part::Full(full)) = item.gates.get_mut(gate).and_then(|gate| gate.parts.get_mut(id)) {
            change(full);
        }
    })
}

fn edit_checkpoint(
    world: &World,
    spot: Spot,
    id: &Id,
    change: impl FnOnce(&mut Checkpoint),
) -> Result<Workflow> {
    edit(world, spot, |item| {
        if let Some(checkpoint) = item.checkpoints.get_mut(id) {
            change(checkpoint);
        }
    })
}
