//! Every check of the closed list: a move in which it alone fails, and the same move in which it does not.

use super::{Scene, ask, error, refused};
use crate::derive::reference::{Part, Target};
use crate::derive::testing::{shipped_profile, spot};
use crate::derive::world::Spot;
use crate::moves::fields::{Setting, set};
use crate::moves::{Ask, Departs, named, perform};

/// The check, the item, the notes of the refusal, and the item when it holds.
const ALL: [(&str, &str, &[&str], &str); 15] = [
    ("needs_met: true", "needs: [first]", &["FAIL  first has not begun"], ""),
    ("not_blocked: true", "blockers: {b1: {text: x}}", &["FAIL  a.b1 is open: x"], ""),
    ("order: true", "", &["FAIL  first comes first"], "order: \"0\""),
    ("one_active: true", "", &["FAIL  rival is still in progress"], ""),
    ("last: true", "order: \"0\"", &["FAIL  rival came after it, and only the last one is in progress"], ""),
    ("focus: true", "focus: \" \"", &["FAIL  it says what is being worked on"], "focus: x"),
    ("owner: true", "", &["FAIL  it has an owner"], "owner: bob"),
    (
        "summary: {min: 1, max: 2}",
        "summary: One. Two. Three.",
        &["FAIL  the summary has 1 to 2 sentences (it has 3)"],
        "summary: One. Two.",
    ),
    ("summary: {min: 1, max: 2}", "", &["FAIL  the summary has 1 to 2 sentences (it has 0)"], "summary: A"),
    (
        "children_done: true",
        "items: {x: {title: X}, y: {title: Y, state: dropped}}",
        &["FAIL  x is not done"],
        "items: {x: {title: X, counted: false}}",
    ),
    (
        "checklist: true",
        "checklist: {lines: {l: {text: x}}}",
        &["FAIL  every line of the checklist is ticked"],
        "",
    ),
    (
        "artifacts: true",
        "artifacts: {a1: {path: gone.md, required: true}}",
        &["FAIL  gone.md is there"],
        "artifacts: {a1: {path: gone.md}, a2: {path: here.md, required: true}}",
    ),
    (
        "findings: [high]",
        "items: {x: {title: X, findings: {f1: {severity: high, text: bad}}}}",
        &["FAIL  x.f1 (high) is open: bad"],
        "findings: {f1: {severity: low, text: bad}}",
    ),
    (
        "gates: true",
        "gates: {G: {parts: {p: {human: x}}}}",
        &["FAIL  gate G passes"],
        "gates: {G: {parts: {p: {passed: \"2026-02-12T09:00:00Z\"}}}}",
    ),
    (
        "checkpoints: true",
        "checkpoints: {C: {role: x}}",
        &["FAIL  checkpoint C is approved"],
        "checkpoints: {C: {approved: \"2026-02-12T09:00:00Z\"}}",
    ),
];

fn scene(verb: &str, check: &str, item: &str, rival: &str) -> Scene {
    let state = match verb {
        "start" => "todo",
        "retry" => "failed",
        "reopen" => "done",
        _ => "active",
    };
    let order = if item.contains("order:") { "" } else { "order: \"3\"," };
    let items = format!(
        "first: {{title: F, kind: turn, order: \"1\"}}, rival: {{title: R, order: \"2\", state: {rival}}}, \
         a: {{title: A, state: {state}, {order} {item}}}"
    );
    Scene::guarded(&format!("{verb}: {{{check}}}"), &format!("items: {{{items}}}"))
}

#[test]
fn every_check_refuses_alone() {
    for verb in ["start", "submit", "done", "fail", "retry", "skip", "reopen"] {
        for (check, breaking, notes, holding) in ALL {
            let go = |item: &str, rival: &str| {
                let scene = scene(verb, check, item, rival).over(&[("here.md", "x")]);
                let world = scene.world();
                // The summary comes with the text of the move, so that only moves without one are looked at here.
                let text = Some("A.").filter(|_| !check.starts_with("summary"));
                perform(&world, spot(&world, "a"), named(verb).unwrap(), &ask(text))
            };
            if check.starts_with("summary") && matches!(verb, "fail" | "skip" | "reopen") {
                continue;
            }
            let outcome = go(breaking, "active");
            assert!(outcome.is_err(), "{verb} {check}");
            let found = error(outcome);
            assert_eq!(found.message(), format!("`{verb} a` is refused"), "{check}");
            let fails: Vec<&String> = found.notes().iter().filter(|note| note.starts_with("FAIL")).collect();
            assert_eq!(fails, notes, "{verb} {check}");
            let rival = if check.starts_with("one_active") { "todo" } else { "active" };
            assert!(go(holding, rival).is_ok(), "{verb} {check}: {:?}", go(holding, rival));
        }
    }
}

#[test]
fn a_move_brings_what_it_is_asked_for() {
    let scene = Scene::guarded(
        "done: {summary: {min: 1, max: 1}}",
        "items: {a: {title: A, state: active, summary: One. Two.}}",
    );
    let world = scene.world();
    let go = |text| perform(&world, spot(&world, "a"), named("done").unwrap(), &ask(Some(text)));
    assert!(go("Fine.").is_ok());
    assert!(go("Fine. Really.").is_err());
    assert!(go(" ").is_err());
}

#[test]
fn a_refusal_lists_everything_and_what_helps() {
    let scene = Scene::guarded(
        "done: {needs_met: true, not_blocked: true, owner: true, children_done: true}",
        "items: {a: {title: A, state: active, needs: [b, c], blockers: {b1: {text: x}}, items: {d: {title: D, state: \
         active}}}, b: {title: B}, c: {title: C, state: done}}",
    );
    let world = scene.world();
    let found = error(perform(&world, spot(&world, "a"), named("done").unwrap(), &ask(None)));
    assert_eq!(
        found.notes(),
        ["FAIL  b has not begun", "FAIL  a.b1 is open: x", "FAIL  it has an owner", "FAIL  d is not done"]
    );
    assert_eq!(
        found.hints(),
        ["git track start b", "git track unblock a.b1", "git track claim a", "git track done d"]
    );
}

#[test]
fn a_close_that_asks_for_approved_departures_is_none() {
    let scene = Scene::shipped("change", "items: {triage: {title: T, kind: triage}}");
    let world = scene.world();
    let ask = Ask { departs: Departs::Yes, ..ask(Some("late")) };
    let found = error(perform(&world, spot(&world, "w"), named("done").unwrap(), &ask));
    assert_eq!(found.message(), "`done w` is refused");
    assert!(found.notes().iter().any(|note| note.starts_with("nobody departs from this")), "{found:?}");
}

#[test]
fn a_value_that_only_one_may_have_is_not_set_either() {
    let bodies = ["fields: {story: S1}", "fields: {story: S2}"];
    let scene = Scene::new(shipped_profile("change"), &bodies);
    let world = scene.world();
    let target = Target { spot: Spot { board: 1, place: 0 }, part: Part::Whole };
    let set = |value: &str| set(&world, &target, &[Setting::parse(value).unwrap()], &ask(None));
    let first = &world.boards[0].workflow.id;
    assert_eq!(refused(set("story=S1")), format!("`story` S1 belongs to {first}, which is open"));
    assert!(set("story=S3").is_ok());
}
