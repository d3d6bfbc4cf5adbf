//! The table of moves.

use super::{Scene, after, error, go, item, refused};
use crate::derive::testing::{NOW, now};
use crate::model::state::State;
use crate::moves::{MOVES, between};

const THEN: &str = "\"2026-01-01T00:00:00Z\"";

fn in_state(state: State) -> Scene {
    let stamps = match state {
        State::Todo => String::new(),
        State::Active | State::Review => format!("started: {THEN},"),
        State::Done | State::Failed | State::Dropped => format!("started: {THEN}, finished: {THEN},"),
    };
    Scene::guarded(
        "start: {}",
        &format!(
            "items: {{a: {{title: A, {stamps} state: {state}, label: x, by: bob, progress: 40, focus: f}}}}"
        ),
    )
}

#[test]
fn every_move_from_every_state() {
    // One letter for each state in its order: `x` refused, `=` nothing to do, else what it becomes.
    for (verb, row) in [
        ("start", "A=xxxx"),
        ("submit", "xR=xxx"),
        ("done", "xDD=xx"),
        ("fail", "xFFx=x"),
        ("retry", "x=xxAx"),
        ("skip", "---x-="),
        ("reopen", "x=AAxT"),
    ] {
        for (state, expected) in State::ALL.into_iter().zip(row.chars()) {
            let scene = in_state(state);
            let outcome = go(&scene, verb, "a", "Because.");
            let found = match &outcome {
                Err(_) => 'x',
                Ok(None) => '=',
                Ok(Some(workflow)) => match item(workflow, "a").state() {
                    State::Todo => 'T',
                    State::Active => 'A',
                    State::Review => 'R',
                    State::Done => 'D',
                    State::Failed => 'F',
                    State::Dropped => '-',
                },
            };
            assert_eq!(found, expected, "{verb} from {state}");
            if let Ok(Some(workflow)) = outcome {
                let moved = item(&workflow, "a");
                assert_eq!(
                    (moved.by.as_deref(), moved.label.as_deref()),
                    (Some("alice"), None),
                    "{verb} {state}"
                );
                assert_eq!(scene.with(workflow).wrong(), [""; 0], "{verb} {state}");
            }
        }
    }
    assert_eq!(MOVES.len(), 7);
}

#[test]
fn moves_leave_their_times() {
    for (verb, from, started, finished) in [
        ("start", State::Todo, Some(NOW), None),
        ("submit", State::Active, Some("then"), None),
        ("done", State::Active, Some("then"), Some(NOW)),
        ("fail", State::Review, Some("then"), Some(NOW)),
        ("retry", State::Failed, Some("then"), None),
        ("skip", State::Todo, None, Some(NOW)),
        ("skip", State::Active, Some("then"), Some(NOW)),
        ("reopen", State::Done, Some("then"), None),
        ("reopen", State::Dropped, None, None),
    ] {
        let workflow = go(&in_state(from), verb, "a", "Because.").unwrap().unwrap();
        let moved = item(&workflow, "a");
        let time = |time: Option<crate::model::time::Time>| {
            time.map(|time| if time == now() { NOW } else { "then" })
        };
        assert_eq!((time(moved.started), time(moved.finished)), (started, finished), "{verb} from {from}");
    }
}

#[test]
fn texts_are_stored_where_they_belong() {
    let moved = |verb: &str, from: State| {
        let workflow = go(&in_state(from), verb, "a", " Because. ").unwrap().unwrap();
        item(&workflow, "a").clone()
    };
    let note =
        |item: &crate::model::item::Item| item.notes.values().map(|n| n.text.clone()).collect::<Vec<_>>();
    let started = moved("start", State::Todo);
    assert_eq!((note(&started), started.owner.as_deref()), (vec!["Because.".to_owned()], Some("alice")));
    assert_eq!(note(&moved("submit", State::Active)), ["Because."]);
    let done = moved("done", State::Active);
    assert_eq!((done.summary.as_deref(), done.progress, done.focus), (Some("Because."), None, None));
    let failed = moved("fail", State::Active);
    assert_eq!((failed.summary.as_deref(), failed.focus.as_deref()), (Some("Because."), Some("f")));
    assert_eq!(note(&moved("retry", State::Failed)), ["retried: Because."]);
    let skipped = moved("skip", State::Todo);
    assert_eq!((skipped.why.as_deref(), note(&skipped).len()), (Some("Because."), 0));
    assert_eq!(note(&moved("reopen", State::Done)), ["reopened: Because."]);
}

#[test]
fn a_failure_is_kept_as_a_challenge() {
    let failed = after(&in_state(State::Active), "fail", "a", "Disk full.");
    let retried = after(&failed, "retry", "a", "");
    let retried = item(&retried.workflows[0], "a");
    let challenge = retried.challenges.values().next().unwrap();
    assert_eq!((challenge.text.as_str(), challenge.by.as_deref()), ("Disk full.", Some("alice")));
    assert_eq!((retried.summary.as_deref(), retried.notes.len()), (None, 0));
}

#[test]
fn some_moves_need_a_reason() {
    for (verb, from) in [("fail", State::Active), ("skip", State::Todo), ("reopen", State::Done)] {
        for text in ["", "  "] {
            let found = error(go(&in_state(from), verb, "a", text));
            assert_eq!(found.message(), format!("`{verb}` needs a reason"));
            assert!(
                found.hints()[0].starts_with(&format!("git track {verb} a -m \"")),
                "{:?}",
                found.hints()
            );
        }
    }
}

#[test]
fn conditional_items_are_decided_before_they_begin() {
    for guards in ["start: {}", "start: {needs_met: true}"] {
        let body = "items: {c: {title: C, when: {any: {x: often}}}}";
        let open = Scene::guarded(guards, body);
        let found = error(go(&open, "start", "c", ""));
        assert_eq!(found.notes(), ["FAIL  nobody has decided yet whether c is needed (or `skip` it)"]);
        let skipped = after(&open, "skip", "c", "Never happened.");
        let skipped = item(&skipped.workflows[0], "c").clone();
        let verdict = skipped.not_triggered.unwrap();
        assert_eq!((verdict.why.as_deref(), verdict.by.as_deref()), (Some("Never happened."), Some("alice")));
        assert_eq!((verdict.at, skipped.why), (Some(now()), None));
        let again = after(&after(&open, "skip", "c", "No."), "reopen", "c", "Yes.");
        assert_eq!(item(&again.workflows[0], "c").not_triggered, None);
        let met = Scene::guarded(guards, &body.replace("when:", "triggered: {met: [x]}, when:"));
        after(&met, "start", "c", "");
    }
}

#[test]
fn derived_items_are_only_left_out_and_taken_up_again() {
    let body = "items: {p: {kind: phase, title: P, items: {a: {title: A}}}}";
    let scene = Scene::team(body);
    for verb in ["start", "submit", "fail", "retry", "reopen"] {
        let found = error(go(&scene, verb, "p", "x"));
        assert_eq!(found.message(), "the state of p is derived from what is in it", "{verb}");
    }
    let found = error(go(&scene, "done", "p", "x"));
    assert_eq!(found.message(), "`done p` is refused: it is done by itself when");
    assert_eq!(found.notes(), ["FAIL  a is not done"]);
    assert_eq!(found.hints(), ["git track start a"]);
    let done = Scene::team(&body.replace("title: A", "title: A, state: done"));
    assert_eq!(go(&done, "done", "p", "").unwrap(), None);
    let skipped = after(&scene, "skip", "p", "Not now.");
    assert_eq!(refused(go(&skipped, "start", "a", "")), "p is dropped; nothing in it changes any more");
    assert_eq!(refused(go(&skipped, "done", "p", "")), "`done p` is refused: it is dropped");
    let again = after(&skipped, "reopen", "p", "Now.");
    assert_eq!(item(&again.workflows[0], "p").state, None);
    after(&again, "start", "a", "");
}

#[test]
fn nothing_changes_inside_of_what_is_closed() {
    let body = "items: {x: {title: X, state: STATE, items: {a: {title: A, counted: false}}}}";
    for state in ["done", "dropped"] {
        let scene = Scene::team(&body.replace("STATE", state));
        let found = error(go(&scene, "start", "a", ""));
        assert_eq!(found.message(), format!("x is {state}; nothing in it changes any more"));
        assert_eq!(found.hints(), ["git track reopen x -m \"why\""]);
        after(&scene, "reopen", "x", "Why.");
    }
    for state in ["done", "dropped"] {
        let scene = Scene::team(&format!("state: {state}\nitems: {{a: {{title: A, state: active}}}}"));
        let found = error(go(&scene, "done", "a", ""));
        assert_eq!(found.message(), format!("w is {state}; nothing in it changes any more"));
        assert_eq!(found.hints(), ["git track reopen w -m \"why\""]);
        assert_eq!(
            refused(go(&scene, "start", "w", "")),
            format!("w is {state}; nothing in it changes any more")
        );
        after(&scene, "reopen", "w", "Why.");
    }
}

#[test]
fn a_failure_in_a_trace_refuses_everything_but_retry() {
    let steps = format!(
        "items: {{s1: {{title: A, state: done, started: {THEN}, finished: {THEN}, summary: x}}, \
         s2: {{title: B, state: failed, started: {THEN}, finished: {THEN}, summary: Disk full., focus: f}}}}"
    );
    let failed = Scene::shipped("trace", &steps);
    for (verb, id) in [("reopen", "s1"), ("skip", "s2"), ("skip", "w"), ("done", "w"), ("retry", "w")] {
        let found = error(go(&failed, verb, id, "x"));
        assert_eq!(found.message(), "w is stopped: s2 failed", "{verb} {id}");
        assert_eq!(found.notes(), ["failed  Step 2: B: Disk full."]);
        assert_eq!(found.hints(), ["git track retry s2 -m \"what is different now\""]);
    }
    assert_eq!(go(&failed, "done", "s1", "x").unwrap(), None);
    let retried = after(&failed, "retry", "s2", "More disk.");
    after(&retried, "done", "s2", "Done.");
}

#[test]
fn a_workflow_that_failed_itself_is_stopped_too() {
    let failed = after(&Scene::shipped("trace", ""), "fail", "w", "No budget.");
    assert_eq!(failed.wrong(), [""; 0]);
    assert_eq!(refused(go(&failed, "done", "w", "x")), "w is stopped: w failed");
    after(&failed, "retry", "w", "");
}

#[test]
fn refusals_name_the_move_that_helps() {
    for (verb, from, message, hint) in [
        ("done", State::Todo, "`done a` is refused: it is ready", "git track start a"),
        ("submit", State::Todo, "`submit a` is refused: it is ready", "git track start a"),
        ("done", State::Failed, "`done a` is refused: it is failed", "git track retry a"),
        ("start", State::Done, "`start a` is refused: it is done", "git track show a"),
        (
            "skip",
            State::Done,
            "`skip a` is refused: it is done",
            "git track reopen a -m \"why it is taken up again\"",
        ),
    ] {
        let found = error(go(&in_state(from), verb, "a", "x"));
        assert_eq!((found.message(), found.hints()), (message, &[hint.to_owned()][..]));
    }
}

#[test]
fn wanted_states_name_their_move() {
    use State::{Active, Done, Dropped, Failed, Review, Todo};
    for (from, to, verb) in [
        (Todo, Active, Some("start")),
        (Todo, Done, None),
        (Active, Review, Some("submit")),
        (Review, Active, Some("reopen")),
        (Failed, Active, Some("retry")),
        (Done, Active, Some("reopen")),
        (Dropped, Active, Some("reopen")),
        (Dropped, Todo, Some("reopen")),
        (Done, Todo, None),
        (Failed, Dropped, Some("skip")),
    ] {
        assert_eq!(between(from, to).map(|change| change.verb), verb, "{from} {to}");
    }
}
