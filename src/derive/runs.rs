//! What runs of suites say about an item, and whether that is still about what is there now.

use crate::model::id::Id;
use crate::model::item::Item;
use crate::model::state::State;
use crate::model::suite::Run;

use super::board::{Board, Place};
use super::conditions::Condition;
use super::evidence::{Freshness, freshness, reports};
use super::gates::GateState;
use super::world::{Spot, World};

/// The short id of what a run is about: everything that is staged or committed but the state, reports of judges and what
/// is rendered from the state. `None`: a merge is not finished, or git cannot say it.
pub fn subject(board: &Board) -> Option<String> {
    board.pages.content(reports(board))
}

/// The last run of a suite for an item: by its place, as one may count again that was made before others.
pub fn last<'i>(item: &'i Item, suite: &Id) -> Option<&'i Run> {
    item.runs.values().rfind(|run| run.suite == *suite)
}

/// What the runs of a suite for an item say. Finished history stays what it was: one that passed is enough for it.
pub(super) fn state(board: &Board, place: Place, suite: &Id) -> GateState {
    let node = board.node(place);
    let finished = node.state == State::Done && !node.is_derived();
    let mut runs = node.item.runs.values().filter(|run| run.suite == *suite);
    if finished && runs.any(Run::is_passed) {
        return GateState::Passed;
    }
    match last(node.item, suite) {
        None => GateState::Pending,
        Some(run) if run.is_passed() => GateState::Passed,
        Some(_) => GateState::Failed,
    }
}

/// A run of a suite that passed on this tree, of this item or else of another one of the workflow.
pub fn passed_on<'a>(board: &Board<'a>, place: Place, suite: &Id, on: &str) -> Option<(&'a Id, &'a Run)> {
    let counts = |run: &&Run| run.suite == *suite && run.on.as_deref() == Some(on);
    let passed = |place: Place| {
        let node = board.node(place);
        // One that failed afterwards on the same tree says that the one before was luck.
        let run = node.item.runs.values().rfind(counts)?;
        run.is_passed().then_some((node.id, run))
    };
    let others = board.nodes().map(|(other, _)| other).filter(|other| *other != place);
    std::iter::once(place).chain(others).find_map(passed)
}

/// Whether the last run of a suite for an item passed, on what is there now.
pub fn condition(world: &World, spot: Spot, suite: &Id) -> Condition {
    let board = world.board(spot);
    let node = board.node(spot.place);
    let command = format!("git track gate run {suite} {}", world.refer(spot.board, node.id));
    let run = match last(node.item, suite) {
        None => return Condition::unmet(format!("suite {suite} has not run for {}", node.id), command),
        Some(run) if !run.is_passed() => return Condition::unmet(failed(run), command),
        Some(run) => run,
    };
    let Some(on) = run.on.as_deref() else {
        let text = format!("suite {suite} passed on a tree that nobody wrote down");
        return Condition::unmet(text, command);
    };
    match subject(board) {
        None => Condition::unmet("git cannot say what is there now", "git status".to_owned()),
        Some(now) => match freshness(Some(on), Some(now)) {
            Freshness::Fresh => Condition::met(format!("suite {suite} passed on what is there now")),
            Freshness::Stale { was, now } => Condition::unmet(
                format!("suite {suite} is stale: it passed on {was}, {now} is there now"),
                command,
            ),
        },
    }
}

/// How a run failed, in one line.
pub fn failed(run: &Run) -> String {
    let command = run.failed.as_ref().map(|command| format!(": {command}")).unwrap_or_default();
    match run.exit {
        crate::model::suite::TIMED_OUT => format!("suite {} did not end in time{command}", run.suite),
        exit => format!("suite {} failed ({exit}){command}", run.suite),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Scene, id, spot};
    use super::*;

    const FILES: [(&str, &str); 2] = [("a", "1"), ("b", "2")];

    fn said(more: &str, runs: &str) -> String {
        let body = format!("items: {{a: {{title: A, {more} runs: {{{runs}}}}}, b: {{title: B}}}}");
        let scene = Scene::team(&body).over(&FILES);
        let world = scene.world();
        let now = subject(&world.boards[0]).unwrap();
        let scene = Scene::team(&body.replace("NOW", &now)).over(&FILES);
        let world = scene.world();
        let condition = condition(&world, spot(&world, "a"), &id("full"));
        let state = state(&world.boards[0], spot(&world, "a").place, &id("full"));
        format!(
            "{:?} {} {}",
            state,
            if condition.ok { "ok" } else { "FAIL" },
            condition.text.replace(&now, "NOW")
        )
    }

    #[test]
    fn the_last_run_counts_as_long_as_nothing_changes() {
        let run = |n: u8, exit: u8, on: &str| {
            format!(
                "r{n}: {{suite: full, exit: {exit}, failed: make, on: {on}, at: \"2026-02-12T0{n}:00:00Z\"}}"
            )
        };
        let two = |a: String, b: String| format!("{a}, {b}");
        assert_eq!(said("", ""), "Pending FAIL suite full has not run for a");
        assert_eq!(said("", &run(1, 0, "NOW")), "Passed ok suite full passed on what is there now");
        assert_eq!(
            said("", &run(1, 0, "0123456789ab")),
            "Passed FAIL suite full is stale: it passed on 0123456789ab, NOW is there now"
        );
        assert_eq!(said("", &run(1, 2, "NOW")), "Failed FAIL suite full failed (2): make");
        let again = said("", &two(run(2, 2, "0123456789ab"), run(1, 0, "NOW")));
        assert_eq!(again, "Passed ok suite full passed on what is there now");
        let early = two(run(1, 0, "NOW"), run(2, 124, "NOW"));
        assert_eq!(said("", &early), "Failed FAIL suite full did not end in time: make");
        let done = "state: done, started: \"2026-02-12T09:00:00Z\", finished: \"2026-02-12T09:00:00Z\",";
        assert_eq!(said(done, &early), "Passed FAIL suite full did not end in time: make");
        let loose = "Passed FAIL suite full passed on a tree that nobody wrote down";
        assert_eq!(said("", "r1: {suite: full, exit: 0}"), loose);
        assert_eq!(said("", "r1: {suite: quick, exit: 0}"), "Pending FAIL suite full has not run for a");
    }

    #[test]
    fn what_passed_for_another_item_on_the_same_tree_is_not_run_again() {
        let of = |runs: &str| {
            let scene =
                Scene::team(&format!("items: {{a: {{title: A, runs: {{{runs}}}}}, b: {{title: B}}}}"));
            let world = scene.world();
            let place = spot(&world, "b").place;
            passed_on(&world.boards[0], place, &id("full"), "0123456789ab").map(|(item, _)| item.to_string())
        };
        let run = "r1: {suite: full, exit: 0, on: 0123456789ab, at: \"2026-02-12T09:00:00Z\"}";
        assert_eq!(of(run).as_deref(), Some("a"));
        assert_eq!(of(&run.replace("exit: 0", "exit: 1")), None);
        assert_eq!(of(&run.replace("0123456789ab", "0123456789ac")), None);
        assert_eq!(of(&run.replace("full", "quick")), None);
        let later = "r2: {suite: full, exit: 1, on: 0123456789ab, at: \"2026-02-12T10:00:00Z\"}";
        assert_eq!(of(&format!("{run}, {later}")), None);
    }
}
