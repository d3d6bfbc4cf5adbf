//! Work that goes back: sent back by a person, undone because it departed from the process, or taken up again; and what
//! falls with it.

use crate::derive::gates::has_passed;
use crate::derive::world::{Spot, World};
use crate::model::item::Item;
use crate::model::record::{Deviation, Iteration};
use crate::model::state::State;
use crate::model::workflow::Workflow;

use super::Ask;

/// Sends an item back to work; its last round is one that does not count.
pub(super) fn send_back(item: &mut Item, why: &str, ask: &Ask) {
    item.state = Some(State::Active);
    (item.finished, item.label) = (None, None);
    item.by = Some(ask.actor.to_owned());
    reject_last(item, why, ask);
    item.notes.push('n', ask.note(format!("sent back: {why}")));
}

/// Undoes what a rejected departure did: what was done although it should not have been is not done.
pub(super) fn undo(item: &mut Item, departure: &Deviation, why: &str, ask: &Ask) {
    use State::{Active, Done, Dropped, Review};
    let judged = matches!(item.state(), Done | Review);
    match (departure.verb.as_deref(), item.state(), departure.from) {
        (Some("done" | "score"), Done | Review, _) => return send_back(item, why, ask),
        (Some("reopen"), Active | Review, Some(Done)) => return finish_again(item, departure, why, ask),
        (Some("skip"), Dropped, Some(before @ (Active | Review))) => {
            (item.state, item.label, item.finished) = (Some(before), None, None);
            (item.why, item.not_triggered) = (None, None);
        }
        (Some("start" | "reopen"), Active | Review | Done, _) | (Some("skip"), Dropped, _) => {
            (item.state, item.label) = (None, None);
            (item.started, item.finished) = (None, None);
            (item.why, item.not_triggered) = (None, None);
        }
        (Some("retry"), Active | Review | Done, _) => {
            (item.state, item.label, item.finished) = (Some(State::Failed), None, Some(ask.now));
            let failure = item.challenges.last().map(|(_, challenge)| challenge.text.clone());
            item.summary = failure.or(item.summary.take());
        }
        _ => {}
    }
    if judged {
        reject_last(item, why, ask);
    }
    item.notes.push('n', ask.note(format!("sent back: {why}")));
}

// It was finished when it was taken up again, by the round that was set aside for it.
fn finish_again(item: &mut Item, departure: &Deviation, why: &str, ask: &Ask) {
    (item.state, item.label, item.finished) = (Some(State::Done), None, departure.at);
    if let Some(round) = last(item).filter(|round| round.rejected.is_some() && round.rejected == departure.at)
    {
        round.rejected = None;
        (round.decided_by, round.why) = (None, None);
    }
    item.notes.push('n', ask.note(format!("not taken up again: {why}")));
}

/// Takes up finished work again: what was said about it was said about something finished.
///
/// Its last round is as if it had been sent back, and what was approved above it waits for a person once more.
pub(super) fn take_up(world: &World, spot: Spot, workflow: &mut Workflow, ask: &Ask) {
    let board = world.board(spot);
    if let Some(item) = workflow.item_mut(&board.ids_to(spot.place)) {
        let again = item.iterations.last().is_some_and(|(_, last)| last.rejected.is_none());
        if again && has_passed(board, spot.place) {
            reject_last(item, ask.said().unwrap_or("taken up again"), ask);
        }
    }
    unapprove_above(world, spot, workflow, ask);
}

/// Takes back what was approved above an item that is not finished any more.
pub(super) fn unapprove_above(world: &World, spot: Spot, workflow: &mut Workflow, ask: &Ask) {
    let board = world.board(spot);
    let id = board.node(spot.place).id;
    for place in board.upwards(spot.place) {
        if let Some(item) = workflow.item_mut(&board.ids_to(place)) {
            unapprove(item, &format!("{id} is open again"), ask);
        }
    }
}

fn unapprove(item: &mut Item, why: &str, ask: &Ask) {
    let approved = item.checkpoints.iter_mut().filter(|(_, checkpoint)| checkpoint.approved.is_some());
    let mut fallen = Vec::new();
    for (id, checkpoint) in approved {
        checkpoint.approved = None;
        (checkpoint.by, checkpoint.on, checkpoint.why) = (None, None, None);
        fallen.push(id.to_string());
    }
    for id in fallen {
        item.notes.push('n', ask.note(format!("{id} is to be approved again: {why}")));
    }
}

fn reject_last(item: &mut Item, why: &str, ask: &Ask) {
    if let Some(round) = last(item) {
        (round.accepted, round.rejected) = (None, Some(ask.now));
        (round.decided_by, round.why) = (Some(ask.actor.to_owned()), Some(why.to_owned()));
    }
}

/// The last round of an item.
pub(super) fn last(item: &mut Item) -> Option<&mut Iteration> {
    let id = item.iterations.last().map(|(id, _)| id.clone())?;
    item.iterations.get_mut(&id)
}
