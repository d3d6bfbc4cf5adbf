//! Findings: recorded at a place, fixed, verified by somebody else, or lived with.

use super::{Ask, Scene, ask, error, item, refused};
use crate::derive::gates::{GateState, gate_state};
use crate::derive::testing::{TEAM, id, now, spot};
use crate::error::Result;
use crate::model::actor::ActorKind;
use crate::model::record::{Finding, Severity};
use crate::model::workflow::Workflow;
use crate::moves::findings::{Report, add, fix, verify, waive};
use crate::moves::{named, perform};

const AT: &str = "\"2026-02-12T08:00:00Z\"";
const FILES: [(&str, &str); 2] = [("src/lock.rs", "one\ntwo\nthree\n"), ("empty", "")];

fn scene(finding: &str) -> Scene {
    let profile = TEAM.replace("branch:", "waivable: [medium, low]\nbranch:");
    let body = format!(
        "agents: {{bot: {{}}}}\nitems: {{a: {{title: A, state: active, findings: {{{finding}}}}}, z: {{title: Z, state: dropped}}}}"
    );
    Scene::new(&profile, &[&body]).over(&FILES)
}

fn report(at: Option<&str>, text: &str) -> Report {
    Report { severity: Severity::High, at: at.map(str::to_owned), placeless: None, text: text.to_owned() }
}

fn found(workflow: &Workflow) -> Finding {
    item(workflow, "a").findings.get(&id("f1")).unwrap().clone()
}

fn go(scene: &Scene, name: &str, report: &Report) -> Result<(Workflow, String)> {
    let world = scene.world();
    add(&world, spot(&world, name), report, &ask(None)).map(|(workflow, id)| (workflow, id.to_string()))
}

#[test]
fn a_finding_has_a_place_that_is_there() {
    let scene = scene("");
    for (at, message) in [
        ("src/lock.rs", "`src/lock.rs` is not of the form path:line"),
        ("src/lock.rs:", "`src/lock.rs:` is not of the form path:line"),
        ("src/lock.rs:x", "`src/lock.rs:x` is not of the form path:line"),
        ("src/lock.rs:-1", "`src/lock.rs:-1` is not of the form path:line"),
        ("src/lock.rs:0", "src/lock.rs has 3 lines, not 0"),
        ("src/lock.rs:4", "src/lock.rs has 3 lines, not 4"),
        ("empty:1", "empty has 0 lines, not 1"),
        ("src/gone.rs:1", "there is no file src/gone.rs"),
    ] {
        assert_eq!(refused(go(&scene, "a", &report(Some(at), "bad"))), message);
    }
    assert!(go(&scene, "a", &report(Some("../lock.rs:1"), "bad")).is_err());
    for at in ["src/lock.rs:1", "src/lock.rs:3"] {
        let (workflow, id) = go(&scene, "a", &report(Some(at), " bad ")).unwrap();
        let one = found(&workflow);
        assert_eq!((id.as_str(), one.at.as_deref(), one.text.as_str()), ("f1", Some(at), "bad"));
        assert_eq!(
            (one.by.as_deref(), one.since, one.severity),
            (Some("alice"), Some(now()), Severity::High)
        );
    }
    let placeless = Report { placeless: Some("of the design".to_owned()), ..report(None, "bad") };
    assert_eq!(found(&go(&scene, "a", &placeless).unwrap().0).why.as_deref(), Some("of the design"));
    assert_eq!(refused(go(&scene, "a", &report(None, " "))), "a finding says what is wrong");
    assert_eq!(refused(go(&scene, "z", &report(None, "bad"))), "z is dropped and has no findings");
    let second = self::scene("f1: {severity: low, text: x}");
    assert_eq!(go(&second, "a", &report(None, "bad")).unwrap().1, "f2");
}

#[test]
fn a_finding_is_fixed_then_verified_by_somebody_else() {
    let open = scene("f1: {severity: high, text: bad}");
    let world = open.world();
    let (at, f1) = (spot(&world, "a"), id("f1"));
    let early = error(verify(&world, at, &f1, "bob", &ask(None)));
    assert_eq!(early.message(), "`finding verify a.f1` is refused");
    assert_eq!(early.notes(), ["FAIL  a commit fixes it", "ok    bob has not fixed it"]);
    assert_eq!(early.hints(), ["git track finding fix a.f1 HEAD"]);
    let fixed = open.with(fix(&world, at, &f1, "abc1234", &ask(None)).unwrap().unwrap());
    let one = found(&fixed.workflows[0]);
    assert_eq!(
        (one.fixed.as_deref(), one.fixed_by.as_deref(), one.is_open()),
        (Some("abc1234"), Some("alice"), true)
    );
    let world = fixed.world();
    assert_eq!(fix(&world, at, &f1, "abc1234", &ask(None)).unwrap(), None);
    assert!(fix(&world, at, &f1, "def5678", &ask(None)).unwrap().is_some(), "a second commit was needed");
    for by in ["alice", "ALICE"] {
        let own = error(verify(&world, at, &f1, by, &ask(None)));
        assert_eq!(
            own.notes(),
            ["ok    a commit fixes it", "FAIL  somebody other than alice, who fixed it, verifies it"]
        );
        assert_eq!(own.hints(), [""; 0]);
    }
    // An agent cannot write down either that somebody else has looked at its fix.
    let fixer = Ask { kind: ActorKind::Agent, ..ask(None) };
    assert_eq!(error(verify(&world, at, &f1, "bob", &fixer)).hints(), [""; 0]);
    let judged =
        scene("f1: {severity: high, text: bad, fixed: abc1234, fixed_by: alice}}, validator: val, fields: {");
    let hints = error(verify(&judged.world(), at, &f1, "bob", &fixer)).hints().to_vec();
    assert_eq!(hints, ["git track finding verify a.f1 --as val"]);
    let verified = fixed.with(verify(&world, at, &f1, "bob", &ask(Some("Looked at."))).unwrap().unwrap());
    let one = found(&verified.workflows[0]);
    assert_eq!(
        (one.verified, one.verified_by.as_deref(), one.why.as_deref(), one.is_open()),
        (Some(now()), Some("bob"), Some("Looked at."), false)
    );
    let world = verified.world();
    assert_eq!(verify(&world, at, &f1, "bob", &ask(None)).unwrap(), None);
    assert_eq!(refused(fix(&world, at, &f1, "def5678", &ask(None))), "a.f1 is settled already");
}

#[test]
fn nobody_who_tried_to_fix_it_verifies_it() {
    let open = scene("f1: {severity: high, text: bad}");
    let by = |scene: &Scene, actor: &str, commit: &str| {
        let world = scene.world();
        let ask = Ask { actor, ..ask(None) };
        scene.with(fix(&world, spot(&world, "a"), &id("f1"), commit, &ask).unwrap().unwrap())
    };
    let twice = by(&by(&by(&open, "ann", "abc1234"), "bob", "def5678"), "bob", "abc5678");
    assert_eq!(found(&twice.workflows[0]).fixers, ["ann"]);
    let world = twice.world();
    for (judge, may) in [("Ann", false), ("bob", false), ("zoe", true)] {
        let verified = verify(&world, spot(&world, "a"), &id("f1"), judge, &ask(None));
        assert_eq!(verified.is_ok(), may, "{judge}");
    }
}

#[test]
fn some_findings_are_waived_by_people() {
    let low = scene("f1: {severity: medium, text: bad}");
    let world = low.world();
    let (at, f1) = (spot(&world, "a"), id("f1"));
    for asker in [Ask { kind: ActorKind::Agent, ..ask(Some("x")) }, Ask { actor: "bot", ..ask(Some("x")) }] {
        let refusal = error(waive(&world, at, &f1, None, &asker));
        let person = format!("FAIL  a person does it; {} is an agent", asker.actor);
        assert_eq!(refusal.notes(), [person.as_str(), "ok    a medium finding may be waived"]);
    }
    assert_eq!(refused(waive(&world, at, &f1, None, &ask(None))), "`finding waive` needs a reason");
    let waived = low.with(waive(&world, at, &f1, Some("#12"), &ask(Some("Later."))).unwrap().unwrap());
    let one = found(&waived.workflows[0]);
    assert_eq!(
        (one.waived, one.waived_by.as_deref(), one.why.as_deref(), one.issue.as_deref()),
        (Some(now()), Some("alice"), Some("Later."), Some("#12"))
    );
    assert!(!one.is_open());
    assert_eq!(waive(&waived.world(), at, &f1, None, &ask(Some("x"))).unwrap(), None);
    let high = scene("f1: {severity: high, text: bad}");
    let refusal = error(waive(&high.world(), at, &f1, None, &ask(Some("Later."))));
    assert_eq!(refusal.notes(), ["ok    a person does it", "FAIL  a high finding may be waived"]);
    assert_eq!(refusal.hints(), ["git track finding fix a.f1 HEAD"]);
    let free = Scene::items("a: {title: A, findings: {f1: {severity: blocking, text: bad}}}");
    assert!(
        waive(&free.world(), at, &f1, None, &ask(Some("Later."))).is_ok(),
        "where a process lists none, all may"
    );
}

#[test]
fn what_is_found_afterwards_is_held_against_what_comes_next() {
    let guards = "done: {findings: [high], children_done: true}";
    let body = |since: &str| {
        format!(
            "items: {{a: {{title: A, state: active, started: {AT}, items: {{x: {{title: X, state: done, started: {AT}, finished: \
             \"2026-02-12T08:30:00Z\", findings: {{f1: {{severity: high, text: bad{since}}}}}}}}}}}}}"
        )
    };
    let scene = |since: &str| Scene::guarded(guards, &body(since));
    let wrong = ["x is done with FAIL: x.f1 (high) is open: bad"];
    assert_eq!(scene("").wrong(), wrong);
    assert_eq!(scene(", since: \"2026-02-12T08:29:59Z\"").wrong(), wrong);
    for since in ["08:30:00Z", "08:30:01Z"] {
        let later = scene(&format!(", since: \"2026-02-12T{since}\""));
        assert_eq!(later.wrong(), [""; 0], "{since}");
        let world = later.world();
        let closing = error(perform(&world, spot(&world, "a"), named("done").unwrap(), &ask(None)));
        assert_eq!(closing.notes().iter().filter(|note| note.starts_with("FAIL")).count(), 1);
        assert_eq!(closing.hints(), ["git track finding fix x.f1"]);
    }
}

#[test]
fn a_gate_that_passed_is_not_reopened_by_what_is_found_afterwards() {
    let scene = |state: &str, since: &str| {
        let item = format!("state: {state}, started: {AT}, finished: \"2026-02-12T08:30:00Z\"");
        let finding =
            format!("findings: {{f1: {{severity: high, text: bad, since: \"2026-02-12T{since}\"}}}}");
        let gate = "gates: {G: {parts: {x: {findings: true}}}}";
        Scene::guarded(
            "done: {gates: true}",
            &format!("items: {{a: {{title: A, {item}, {finding}, {gate}}}}}"),
        )
    };
    let passes = |scene: &Scene| {
        let world = scene.world();
        let place = spot(&world, "a").place;
        gate_state(&world.boards[0], place, world.boards[0].gate(place, &id("G")).unwrap())
            == GateState::Passed
    };
    let (late, early) = (scene("done", "08:30:00Z"), scene("done", "08:29:59Z"));
    assert_eq!((passes(&late), late.wrong()), (true, Vec::new()));
    assert_eq!(
        (passes(&early), early.wrong()),
        (false, vec!["a is done with FAIL: gate G passes".to_owned()])
    );
    assert!(!passes(&scene("active", "08:31:00Z")), "what is at work has to deal with it");
}
