//! Derived states, and what a failure stops.

use super::testing::{Scene, TEAM, node};
use crate::model::state::State;

fn state(scene: &Scene, id: &str) -> State {
    node(&scene.world(), id).state
}

fn phase(states: &[&str], more: &str) -> Scene {
    let tasks: Vec<String> =
        states.iter().enumerate().map(|(n, state)| format!("t{n}: {{title: T, state: {state}}}")).collect();
    Scene::items(&format!("p: {{kind: phase, title: P, {more} items: {{{}}}}}", tasks.join(", ")))
}

#[test]
fn a_phase_is_what_is_in_it() {
    for (states, derived) in [
        (&[][..], State::Todo),
        (&["todo", "todo"], State::Todo),
        (&["dropped"], State::Done),
        (&["todo", "dropped"], State::Todo),
        (&["todo", "active"], State::Active),
        (&["todo", "review"], State::Active),
        (&["todo", "done"], State::Active),
        (&["done", "active"], State::Active),
        (&["done", "done"], State::Done),
        (&["done", "dropped"], State::Done),
        (&["done", "failed", "active"], State::Failed),
    ] {
        assert_eq!(state(&phase(states, ""), "p"), derived, "{states:?}");
    }
    assert_eq!(state(&phase(&["active"], "state: dropped,"), "p"), State::Dropped);
}

#[test]
fn a_phase_waits_for_its_gates_and_checkpoints() {
    let at = "\"2026-02-12T09:00:00Z\"";
    let gate = "gates: {G: {parts: {p: {human: lead}}}},";
    assert_eq!(state(&phase(&["done"], gate), "p"), State::Review);
    assert_eq!(state(&phase(&["active"], gate), "p"), State::Active);
    let passed = format!("gates: {{G: {{parts: {{p: {{human: lead, passed: {at}}}}}}}}},");
    assert_eq!(state(&phase(&["done"], &passed), "p"), State::Done);
    let checkpoint = "checkpoints: {C: {role: lead}},";
    assert_eq!(state(&phase(&["done"], checkpoint), "p"), State::Review);
    let approved = format!("checkpoints: {{C: {{approved: {at}}}}},");
    assert_eq!(state(&phase(&["done"], &approved), "p"), State::Done);
}

#[test]
fn what_is_not_counted_decides_nothing() {
    let scene = Scene::items(
        "p: {kind: phase, title: P, items: {a: {title: A, state: done}, b: {title: B, counted: false}, \
         c: {title: C, counted: false, state: failed}}}",
    );
    assert_eq!(state(&scene, "p"), State::Done);
}

#[test]
fn the_workflow_is_active_once_anything_moved() {
    for (root, item, derived) in [
        ("todo", "todo", State::Todo),
        ("todo", "active", State::Active),
        ("todo", "dropped", State::Active),
        ("active", "todo", State::Active),
        ("review", "todo", State::Active),
        ("active", "done", State::Active),
        ("active", "failed", State::Active),
        ("done", "active", State::Done),
        ("dropped", "todo", State::Dropped),
        ("failed", "todo", State::Failed),
    ] {
        let scene = Scene::team(&format!("state: {root}\nitems: {{a: {{title: A, state: {item}}}}}"));
        assert_eq!(state(&scene, "w"), derived, "{root} {item}");
    }
}

#[test]
fn a_failure_stops_where_the_process_says_so() {
    let stopped = |profile: &str, items: &str| {
        let scene = Scene::new(profile, &[&format!("items: {{{items}}}")]);
        let world = scene.world();
        let board = &world.boards[0];
        (board.root().state, board.stopped_by().map(|place| board.node(place).id.to_string()))
    };
    let stops = TEAM.replace("workflow: {title: Board}", "on_failure: stop\nworkflow: {title: Board}");
    let failed = "p: {kind: phase, title: P, items: {a: {title: A, state: failed}}}";
    assert_eq!(stopped(TEAM, failed), (State::Active, None));
    // The task, not the phase whose failure is only derived from it.
    assert_eq!(stopped(&stops, failed), (State::Failed, Some("a".to_owned())));
    assert_eq!(stopped(&stops, "a: {title: A, state: done}"), (State::Active, None));
    let root = Scene::new(&stops, &["state: failed\nitems: {}"]);
    assert_eq!(root.world().boards[0].stopped_by(), Some(0));
}

#[test]
fn items_without_a_kind_get_the_usual_one() {
    let scene = Scene::items(
        "p: {kind: phase, title: P, items: {a: {title: A, items: {b: {title: B}}}}}, c: {title: C}",
    );
    let world = scene.world();
    for id in ["a", "b", "c"] {
        assert_eq!(node(&world, id).kind_id.unwrap().as_str(), "task");
    }
    assert_eq!(node(&world, "w").kind_id, None);
    let ids: Vec<&str> = world.boards[0].nodes().map(|(_, node)| node.id.as_str()).collect();
    assert_eq!(ids, ["w", "p", "a", "b", "c"]);
    assert_eq!(world.boards[0].path(3), ["items", "p", "items", "a", "items", "b"]);
}
