//! What must hold before anything happens to an item, and what a move must say.

use crate::model::check::Sentences;
use crate::model::profile::Guarded;
use crate::model::state::State;

use super::super::board::{Board, Node, Place};
use super::super::sentences;
use super::{Condition, Question};

/// Needs, order, blockers, and that nothing else of its kind is at work.
pub(super) fn entry(question: Question) -> Vec<Condition> {
    let Question { world, spot, checks, .. } = question;
    let mut list = Vec::new();
    if checks.needs_met {
        let unmet = world.unmet(spot);
        if unmet.is_empty() {
            list.push(Condition::met("everything it needs is done"));
        }
        list.extend(unmet.into_iter().map(Condition::from));
    }
    if checks.order {
        match world.first_before(spot) {
            None => list.push(Condition::met("what comes before it is finished")),
            // Among the needs it may stand already.
            Some(before) if checks.needs_met && needs(question, &before.reference) => {}
            Some(before) => list.push(before.into()),
        }
    }
    if checks.not_blocked {
        list.extend(blockers(question));
    }
    if checks.one_active {
        list.push(alone(question));
    }
    if checks.last {
        let board = question.board();
        let later = same_kind(board, spot.place)
            .into_iter()
            .find(|&other| other > spot.place && board.node(other).state != State::Todo);
        list.push(match later {
            Some(later) => Condition::unmet(
                format!("{} came after it, and only the last one is in progress", board.short(later)),
                None,
            ),
            None => Condition::met("it is the last one"),
        });
    }
    list
}

fn needs(question: Question, reference: &str) -> bool {
    question.world.unmet(question.spot).iter().any(|unmet| unmet.reference == reference)
}

fn blockers(question: Question) -> Vec<Condition> {
    let (node, me) = (question.node(), question.me());
    let open: Vec<_> = node.item.open_blockers().collect();
    if open.is_empty() {
        return vec![Condition::met("nothing blocks it")];
    }
    let condition = |(id, blocker): (&crate::model::id::Id, &crate::model::record::Blocker)| {
        let text = format!("{}.{id} is open: {}", node.id, blocker.text);
        Condition::unmet(text, format!("git track unblock {me}.{id}"))
    };
    open.into_iter().map(condition).collect()
}

fn alone(question: Question) -> Condition {
    let board = question.board();
    let running = |&other: &Place| board.node(other).state.is_running();
    match same_kind(board, question.spot.place).into_iter().find(running) {
        Some(other) => Condition::unmet(
            format!("{} is still in progress", board.short(other)),
            format!("git track done {} -m \"what came out\"", question.refer(board.node(other).id)),
        ),
        None => Condition::met("no other one is in progress"),
    }
}

/// What a move must say.
pub(super) fn words(question: Question, guarded: Guarded) -> Vec<Condition> {
    let Question { checks, given, .. } = question;
    let (node, me) = (question.node(), question.me());
    let mut list = Vec::new();
    if checks.focus {
        let said = given.focus.or(node.item.focus.as_deref()).is_some_and(|focus| !focus.trim().is_empty());
        let command = format!("git track note {me} --focus \"what exactly\"");
        list.push(Condition::says(said.into(), "it says what is being worked on", command));
    }
    if checks.owner {
        let owned = given.owner.or(node.item.owner.as_deref()).is_some();
        list.push(Condition::says(owned.into(), "it has an owner", format!("git track claim {me}")));
    }
    if let Some(Sentences { min, max }) = checks.summary {
        let summary = given.summary.or(node.item.summary.as_deref()).unwrap_or_default();
        let sentences = sentences::count(summary);
        let text = format!("the summary has {min} to {max} sentences (it has {sentences})");
        let command = format!("git track {} {me} -m \"what came out\"", guarded.verb());
        list.push(Condition::says((min..=max).contains(&sentences).into(), text, command));
    }
    list
}

/// Whether what it is made of is finished.
pub(super) fn children(question: Question) -> Vec<Condition> {
    if !question.checks.children_done {
        return Vec::new();
    }
    let board = question.board();
    let children = question.node().children.iter().map(|&child| (child, board.node(child)));
    let open: Vec<(Place, &Node)> =
        children.filter(|(_, child)| child.item.is_counted() && !child.state.is_closed()).collect();
    if open.is_empty() {
        return vec![Condition::met("everything in it is done or dropped")];
    }
    let condition = |(child, node): (Place, &Node)| {
        let verb = match node.state {
            _ if node.is_derived() => "why",
            State::Todo => "start",
            State::Failed => "retry",
            _ => "done",
        };
        let text = format!("{} is not done", board.short(child));
        Condition::unmet(text, format!("git track {verb} {}", question.refer(node.id)))
    };
    open.into_iter().map(condition).collect()
}

fn same_kind(board: &Board, place: Place) -> Vec<Place> {
    let kind = board.node(place).kind_id;
    board
        .nodes()
        .filter(|(other, node)| *other != place && *other != 0 && node.kind_id == kind)
        .map(|(place, _)| place)
        .collect()
}
