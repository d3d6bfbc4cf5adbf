//! Decisions about conditional items, and answers that are taken back.

use crate::derive::conditions::{Condition, by_a_person};
use crate::derive::world::{Spot, World};
use crate::error::{Error, Result};
use crate::model::gate::Part;
use crate::model::id::Id;
use crate::model::item::Item;
use crate::model::record::Verdict;
use crate::model::state::State;
use crate::model::workflow::Workflow;

use super::answer::{clear, reason};
use super::back::unapprove_above;
use super::{Ask, demand, edit, open_for_change};

/// Decides that a conditional item is needed; `None`: that is decided already.
pub fn trigger(world: &World, spot: Spot, met: &[Id], ask: &Ask) -> Result<Option<Workflow>> {
    open_for_change(world, spot, "trigger")?;
    let node = world.board(spot).node(spot.place);
    let me = world.refer(spot.board, node.id);
    let Some(when) = &node.item.when else {
        return Err(
            Error::refused(format!("{} is not conditional", node.id)).hint(format!("git track show {me}"))
        );
    };
    if node.item.triggered.is_some() {
        return Ok(None);
    }
    if node.item.not_triggered.is_some() {
        return Err(Error::refused(format!("it is decided already that {} is not needed", node.id))
            .hint(format!("git track reopen {me} -m \"why\"")));
    }
    let criteria = || when.any.iter().chain(when.all.iter());
    let why = reason(ask, "trigger", &me)?;
    let unknown = met.iter().find(|id| !criteria().any(|(known, _)| known == *id));
    if let Some(unknown) = unknown {
        let known: Vec<&str> = criteria().map(|(id, _)| id.as_str()).collect();
        return Err(Error::not_found(format!("{} has no criterion `{unknown}`", node.id))
            .hint(format!("its criteria: {}", known.join(", "))));
    }
    let command = |id: &Id| format!("git track trigger {me} --criterion {id} -m \"why\"");
    let mut list: Vec<Condition> = when
        .all
        .iter()
        .map(|(id, text)| Condition::says(met.contains(id).into(), text.as_str(), command(id)))
        .collect();
    if !when.any.is_empty() {
        let one = when.any.keys().any(|id| met.contains(id));
        let first = when.any.keys().next().map(command);
        list.push(Condition::says(one.into(), "one of its criteria is met", first));
    }
    demand(&format!("`trigger {}` is refused", node.id), &list)?;
    let verdict = Verdict {
        by: Some(ask.actor.to_owned()),
        at: Some(ask.now),
        why: Some(why.to_owned()),
        met: met.to_vec(),
    };
    edit(world, spot, |item| item.triggered = Some(Box::new(verdict))).map(Some)
}

/// Where the criteria of a conditional item stand.
pub(super) const WHEN: &str = "when.";

/// How a criterion is set: by the id that it has or gets.
pub(super) const CRITERIA: [&str; 2] = ["when.any.<id>", "when.all.<id>"];

/// Sets a criterion of an item; without any it is not conditional.
pub(super) fn set_criterion(item: &mut Item, key: &str, value: &str) -> Result<()> {
    let mut when = item.when.take().unwrap_or_default();
    let group = match key.trim_start_matches(WHEN).split_once('.') {
        Some(("any", id)) => Some((&mut when.any, id)),
        Some(("all", id)) => Some((&mut when.all, id)),
        _ => None,
    };
    let Some((group, id)) = group else {
        return Err(Error::usage(format!("`{key}` names no criterion"))
            .hint(format!("{} or {}", CRITERIA[0], CRITERIA[1])));
    };
    let id = Id::parse(id).map_err(Error::as_usage)?;
    if value.is_empty() {
        *group = group
            .iter()
            .filter(|(known, _)| **known != id)
            .map(|(id, text)| (id.clone(), text.clone()))
            .collect();
    } else {
        group.insert(id, value.to_owned());
    }
    item.when = (!when.any.is_empty() || !when.all.is_empty()).then_some(when);
    Ok(())
}

/// Takes an approval, an answer, an acceptance, a waiver or a decision back, with the reason; `None`: there is none.
pub fn revoke(world: &World, spot: Spot, what: &Revoked, ask: &Ask) -> Result<Option<Workflow>> {
    open_for_change(world, spot, "revoke")?;
    let board = world.board(spot);
    let name = what.name(world.refer(spot.board, board.node(spot.place).id).as_str());
    demand(&format!("`revoke {name}` is refused"), &[by_a_person(board, Some(ask.who()))])?;
    let why = reason(ask, "revoke", &name)?;
    let begun = board.node(spot.place).state != State::Todo && board.node(spot.place).state != State::Dropped;
    if matches!(what, Revoked::Decision) && begun {
        return Err(Error::refused(format!("`revoke {name}` is refused: it was begun already"))
            .hint(format!("git track skip {name} -m \"why\"")));
    }
    let changed = edit(world, spot, |item| take_back(item, what))?;
    if changed == *board.workflow {
        return Ok(None);
    }
    let text = format!("revoked {name}: {why}");
    let after = world.with(spot.board, &changed);
    let mut workflow = edit(&after, spot, |item| drop(item.notes.push('n', ask.note(text))))?;
    if board.node(spot.place).state == State::Done && after.board(spot).node(spot.place).state != State::Done
    {
        unapprove_above(world, spot, &mut workflow, ask);
    }
    Ok(Some(workflow))
}

/// What is taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Revoked {
    /// The approval or rejection of a checkpoint.
    Checkpoint(Id),
    /// The answer to a part of a gate.
    Part(Id, Id),
    /// The answer to a departure from the process.
    Deviation(Id),
    /// The acceptance of a round below the threshold, or that it was sent back.
    Round(Id),
    /// The waiver of a finding.
    Finding(Id),
    /// The decision whether a conditional item is needed.
    Decision,
}

impl Revoked {
    fn name(&self, me: &str) -> String {
        match self {
            Self::Checkpoint(id) => id.to_string(),
            Self::Part(gate, id) => format!("{gate}.{id}"),
            Self::Deviation(id) | Self::Round(id) | Self::Finding(id) => format!("{me}.{id}"),
            Self::Decision => me.to_owned(),
        }
    }
}

fn take_back(item: &mut Item, what: &Revoked) {
    match what {
        Revoked::Checkpoint(id) => {
            if let Some(checkpoint) = item.checkpoints.get_mut(id) {
                (checkpoint.approved, checkpoint.rejected) = (None, None);
                (checkpoint.by, checkpoint.on, checkpoint.why) = (None, None, None);
            }
        }
        Revoked::Part(gate, id) => {
            if let Some(Part::Full(full)) = item.gates.get_mut(gate).and_then(|gate| gate.parts.get_mut(id)) {
                clear(full);
            }
        }
        Revoked::Deviation(id) => {
            if let Some(record) = item.deviations.get_mut(id) {
                (record.approved, record.approved_by) = (None, None);
                (record.rejected, record.rejected_by, record.answer) = (None, None, None);
            }
        }
        Revoked::Round(id) => {
            let state = item.state();
            if let Some(round) = item.iterations.get_mut(id) {
                let finished = round.accepted.is_some() && matches!(state, State::Done | State::Review);
                (round.accepted, round.rejected) = (None, None);
                (round.decided_by, round.why) = (None, None);
                // It was finished because of this word alone, and somebody has to decide again.
                if finished {
                    (item.state, item.finished) = (Some(State::Active), None);
                }
            }
        }
        Revoked::Finding(id) => {
            if let Some(finding) = item.findings.get_mut(id) {
                (finding.waived, finding.waived_by, finding.why) = (None, None, None);
            }
        }
        Revoked::Decision => {
            let left_out = item.not_triggered.take().is_some();
            item.triggered = None;
            if left_out && item.state == Some(State::Dropped) {
                (item.state, item.label) = (None, None);
                (item.started, item.finished) = (None, None);
            }
        }
    }
}
