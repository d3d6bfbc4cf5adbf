//! What must hold around an item before it is finished: suites, a clean tree, and that nothing waits to be handed on.

use crate::model::field::FieldValue;
use crate::model::state::State;
use crate::model::suite::SUBMIT_COMMAND;

use super::super::board::{Board, Place};
use super::super::checkouts;
use super::super::runs;
use super::{Condition, Question};

/// The suites that must have passed on what is there now.
pub(super) fn suites(question: Question) -> Vec<Condition> {
    let asked = question.checks.suites.iter();
    asked.map(|suite| runs::condition(question.world, question.spot, suite)).collect()
}

/// What is asked of git about work trees.
pub(super) fn around(question: Question) -> Vec<Condition> {
    let mut list = Vec::new();
    // What is not checked out has not been run either.
    if question.checks.tree_clean || !question.checks.suites.is_empty() {
        list.extend(checkouts::own_branch(question.world, question.spot));
    }
    if question.checks.tree_clean {
        list.extend(checkouts::tree_clean(question.world, question.spot));
    }
    if question.checks.worktrees_clean {
        list.extend(checkouts::worktrees_clean(question.world));
    }
    list
}

/// Whether what was finished before was handed on.
pub(super) fn submitted(question: Question) -> Vec<Condition> {
    let board = question.board();
    let kinds = &question.checks.submitted;
    if kinds.is_empty() || submit_command(board).is_none() {
        return Vec::new();
    }
    let waits = board.nodes().filter(|(place, node)| {
        let asked = node.kind_id.is_some_and(|kind| kinds.contains(kind));
        asked && *place != question.spot.place && node.state == State::Done && node.item.submitted.is_none()
    });
    let open: Vec<Condition> = waits
        .map(|(place, node)| {
            let text = format!("{} is done and not submitted", board.short(place));
            Condition::unmet(text, format!("git track done {} --submit", question.refer(node.id)))
        })
        .collect();
    if open.is_empty() { vec![Condition::met("what was finished before is submitted")] } else { open }
}

/// How a workflow hands on what is finished, where it says so.
pub fn submit_command<'a>(board: &Board<'a>) -> Option<&'a str> {
    let fields = &board.root().item.fields;
    let (_, value) = fields.iter().find(|(field, _)| field.as_str() == SUBMIT_COMMAND)?;
    match value {
        FieldValue::Text(command) => Some(command.trim()).filter(|command| !command.is_empty()),
        _ => None,
    }
}

/// Whether an item is finished and, by its process, still has to be handed on.
pub fn is_to_be_submitted(board: &Board, place: Place) -> bool {
    let node = board.node(place);
    let kinds = board.profile.kinds.values().chain([&board.profile.workflow]);
    let mut asked = kinds.flat_map(|kind| kind.guards.values()).flat_map(|checks| &checks.submitted);
    node.state == State::Done
        && node.item.submitted.is_none()
        && asked.any(|kind| Some(kind) == node.kind_id)
        && submit_command(board).is_some()
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{Scene, spot};
    use super::super::{Given, conditions};
    use super::*;
    use crate::model::profile::Guarded;

    const DONE: &str = "state: done, started: \"2026-02-12T09:00:00Z\", finished: \"2026-02-12T09:00:00Z\"";

    fn unmet(scene: &Scene, item: &str, guarded: Guarded) -> Vec<String> {
        let world = scene.world();
        let list = conditions(&world, spot(&world, item), guarded, Given::NOTHING).into_iter();
        let open = list.filter(|condition| !condition.ok);
        open.map(|condition| format!("{} | {}", condition.text, condition.command.unwrap_or_default()))
            .collect()
    }

    #[test]
    fn nothing_is_finished_before_what_was_finished_is_submitted() {
        let of = |root: &str, a: &str| {
            let body = format!(
                "{root}\nitems: {{a: {{title: A, {DONE}{a}}}, b: {{title: B, state: active}}, p: {{kind: phase, title: P}}}}"
            );
            let profile = super::super::super::testing::TEAM
                .replace("guards: {start: {needs_met: true}}", "guards: {done: {submitted: [task]}}")
                .replace("title: Board}", "title: Board, fields: {submit_command: {type: text}}}");
            Scene::new(&profile, &[&body])
        };
        let command = "fields: {submit_command: git push}";
        let waits = ["a is done and not submitted | git track done a --submit"];
        assert_eq!(unmet(&of(command, ""), "b", Guarded::Done), waits);
        assert_eq!(unmet(&of(command, ", submitted: {by: alice}"), "b", Guarded::Done), [""; 0]);
        assert_eq!(unmet(&of("", ""), "b", Guarded::Done), [""; 0], "nobody says how");
        let scene = of(command, "");
        let world = scene.world();
        let asked = |id: &str| is_to_be_submitted(&world.boards[0], spot(&world, id).place);
        assert_eq!([asked("a"), asked("b"), asked("p")], [true, false, false]);
    }
}
