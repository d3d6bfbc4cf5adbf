//! Departures from the process, decisions about conditional items, and words that are taken back.

use super::{Ask, Scene, ask, error, item, refused};
use crate::derive::board::Thing;
use crate::derive::gates::has_passed;
use crate::derive::judgement::judgements;
use crate::derive::testing::{id, now, spot};
use crate::error::Result;
use crate::model::actor::ActorKind;
use crate::model::item::Item;
use crate::model::record::Deviation;
use crate::model::workflow::Workflow;
use crate::moves::answer::{Say, deviation};
use crate::moves::decide::{Revoked, revoke, trigger};
use crate::moves::{Departs, named, perform};

const AT: &str = "\"2026-02-12T08:00:00Z\"";

fn agent(text: &str) -> Ask<'_> {
    Ask { kind: ActorKind::Agent, ..ask(Some(text)) }
}

fn depart(scene: &Scene, verb: &str, name: &str, text: Option<&str>) -> Result<Option<Workflow>> {
    let world = scene.world();
    let ask = Ask { departs: Departs::Yes, ..ask(text) };
    perform(&world, spot(&world, name), named(verb).unwrap(), &ask)
}

/// A task whose guards do not hold.
fn held(state: &str) -> Scene {
    let guards =
        "start: {needs_met: true}, done: {owner: true, summary: {min: 1, max: 3}, children_done: true}";
    let body = format!(
        "items: {{a: {{title: A, {state}, needs: [b], items: {{x: {{title: X}}}}}}, b: {{title: B}}}}"
    );
    Scene::guarded(guards, &body)
}

fn record(workflow: &Workflow, name: &str) -> Deviation {
    item(workflow, name).deviations.get(&id("v1")).unwrap().clone()
}

fn answered(scene: &Scene, name: &str, say: Say, ask: &Ask) -> Result<Option<Workflow>> {
    let world = scene.world();
    deviation(&world, spot(&world, name), &id("v1"), say, ask)
}

#[test]
fn a_departure_leaves_a_record() {
    let scene = held("state: active, started: \"2026-02-12T08:00:00Z\"");
    let found = error(depart(&scene, "done", "a", None));
    assert_eq!(
        (found.message(), found.hints()),
        ("--deviate needs a reason", &["git track done a --deviate -m \"why\"".to_owned()][..])
    );
    assert_eq!(refused(depart(&scene, "done", "a", Some(" "))), "--deviate needs a reason");
    let made = depart(&scene, "done", "a", Some("The customer waits.")).unwrap().unwrap();
    let found = record(&made, "a");
    let without = "it has an owner; the summary has 1 to 3 sentences (it has 0); x is not done";
    assert_eq!(found.text, format!("done with FAIL: {without}"));
    assert_eq!((found.verb.as_deref(), found.why.as_deref()), (Some("done"), Some("The customer waits.")));
    assert_eq!(
        (found.by.as_deref(), found.at, found.approved, found.rejected),
        (Some("alice"), Some(now()), None, None)
    );
    assert_eq!((item(&made, "a").state().word(), item(&made, "a").summary.as_deref()), ("done", None));
    let open = scene.with(made);
    assert_eq!(open.wrong(), [""; 0], "what was departed from on record is no violation");
    let whole =
        held("state: active, owner: ann, summary: Fine., started: \"2026-02-12T08:00:00Z\", kind: turn");
    let made = depart(&whole, "done", "a", Some("Fine.")).unwrap().unwrap();
    assert_eq!(item(&made, "a").deviations.len(), 0, "nothing was departed from");
    assert_eq!(item(&made, "a").summary.as_deref(), Some("Fine."));
}

#[test]
fn a_departure_is_approved_or_undone() {
    let scene = held("state: active, started: \"2026-02-12T08:00:00Z\"");
    let done = scene.with(depart(&scene, "done", "a", Some("Hurry.")).unwrap().unwrap());
    for say in [Say::Yes, Say::No] {
        let found = error(answered(&done, "a", say, &agent("x")));
        assert_eq!(found.notes(), ["FAIL  a person does it; alice is an agent"]);
    }
    let approved = done.with(answered(&done, "a", Say::Yes, &ask(Some("All right."))).unwrap().unwrap());
    let found = record(&approved.workflows[0], "a");
    assert_eq!(
        (found.approved, found.approved_by.as_deref(), found.answer.as_deref()),
        (Some(now()), Some("alice"), Some("All right."))
    );
    assert_eq!(approved.wrong(), [""; 0]);
    assert_eq!(answered(&approved, "a", Say::Yes, &ask(None)).unwrap(), None);
    assert_eq!(refused(answered(&done, "a", Say::No, &ask(None))), "`reject` needs a reason");
    let rejected = done.with(answered(&approved, "a", Say::No, &ask(Some("No."))).unwrap().unwrap());
    let found = record(&rejected.workflows[0], "a");
    assert_eq!(
        (found.approved, found.approved_by, found.rejected, found.answer.as_deref()),
        (None, None, Some(now()), Some("No."))
    );
    let back = item(&rejected.workflows[0], "a");
    assert_eq!(
        (back.state().word(), back.finished, back.notes.values().next().unwrap().text.as_str()),
        ("active", None, "sent back: No.")
    );
    assert_eq!(rejected.wrong(), [""; 0]);
    assert_eq!(answered(&rejected, "a", Say::No, &ask(Some("No."))).unwrap(), None);
}

#[test]
fn what_should_not_have_begun_is_not_begun() {
    let scene = held("label: parked");
    let begun = scene.with(depart(&scene, "start", "a", Some("Hurry.")).unwrap().unwrap());
    assert_eq!(record(&begun.workflows[0], "a").text, "start with FAIL: b has not begun");
    assert_eq!(item(&begun.workflows[0], "a").notes.len(), 0, "the reason stands in the record");
    let back = answered(&begun, "a", Say::No, &ask(Some("No."))).unwrap().unwrap();
    assert_eq!((item(&back, "a").state().word(), item(&back, "a").started), ("todo", None));
    let world = begun.world();
    let ask_it = ask(None);
    let review = perform(&world, spot(&world, "a"), named("submit").unwrap(), &ask_it).unwrap().unwrap();
    let back = answered(&begun.with(review), "a", Say::No, &ask(Some("No."))).unwrap().unwrap();
    assert_eq!(item(&back, "a").state().word(), "todo");
}

#[test]
fn a_rejected_departure_takes_its_effect_back() {
    let times = format!("started: {AT}, finished: {AT}");
    let round = "iterations: {i1: {score: \"0.95\"}}, ";
    for (verb, before, state, begun, rejected) in [
        ("start", format!("state: done, {round}{times}"), "todo", false, true),
        ("start", format!("state: active, {round}started: {AT}"), "todo", false, false),
        ("skip", format!("state: dropped, why: x, {times}"), "todo", false, false),
        ("done", format!("state: done, {round}{times}"), "active", true, true),
        ("score", format!("state: review, {round}started: {AT}"), "active", true, true),
        (
            "retry",
            format!("state: active, challenges: {{c1: {{text: Broke.}}}}, started: {AT}"),
            "failed",
            true,
            false,
        ),
        ("retry", format!("state: done, {round}{times}"), "failed", true, true),
        ("submit", format!("state: active, {round}started: {AT}"), "active", true, false),
    ] {
        let record = format!("deviations: {{v1: {{text: x, verb: {verb}}}}}");
        let scene = Scene::items(&format!("a: {{title: A, {before}, {record}}}"));
        let back = answered(&scene, "a", Say::No, &ask(Some("No."))).unwrap().unwrap();
        let found = item(&back, "a");
        let judged = found.iterations.values().any(|round| round.rejected.is_some());
        assert_eq!(
            (found.state().word(), found.started.is_some(), judged),
            (state, begun, rejected),
            "{verb} {before}"
        );
        assert_eq!((found.why.as_deref(), found.finished.is_some()), (None, state == "failed"), "{verb}");
    }
}

#[test]
fn whoever_should_not_have_taken_it_up_leaves_it_finished() {
    let round = "iterations: {i1: {score: \"0.95\", by: val}}";
    let guards = "reopen: {owner: true}, skip: {owner: true}";
    let body = format!("items: {{a: {{title: A, state: done, started: {AT}, finished: {AT}, {round}}}}}");
    let done = Scene::guarded(guards, &body);
    let open = done.with(depart(&done, "reopen", "a", Some("Mine.")).unwrap().unwrap());
    assert!(!has_passed(&open.world().boards[0], spot(&open.world(), "a").place));
    let back = answered(&open, "a", Say::No, &ask(Some("No."))).unwrap().unwrap();
    let found = item(&back, "a");
    assert_eq!((found.state().word(), found.finished), ("done", Some(now())));
    assert!(found.iterations.values().all(|round| round.rejected.is_none() && round.why.is_none()));

    let running =
        Scene::guarded(guards, &format!("items: {{a: {{title: A, state: active, started: {AT}}}}}"));
    let left_out = running.with(depart(&running, "skip", "a", Some("Dull.")).unwrap().unwrap());
    let back = answered(&left_out, "a", Say::No, &ask(Some("No."))).unwrap().unwrap();
    let found = item(&back, "a");
    assert_eq!((found.state().word(), found.started.is_some(), found.finished), ("active", true, None));
}

#[test]
fn a_rejected_departure_excuses_nothing() {
    let done = |record: &str| {
        let guards = "done: {summary: {min: 1, max: 3}}";
        let body = format!(
            "items: {{a: {{title: A, state: done, started: {AT}, finished: {AT}, deviations: {{v1: {{text: x, verb: done{record}}}}}}}}}"
        );
        Scene::guarded(guards, &body).wrong()
    };
    assert_eq!(done(""), [""; 0]);
    assert_eq!(done(&format!(", approved: {AT}")), [""; 0]);
    assert_eq!(
        done(&format!(", rejected: {AT}")),
        ["a is done with FAIL: the summary has 1 to 3 sentences (it has 0)"]
    );
    let pair = |a: &str, b: &str| {
        let running = format!("state: active, started: {AT}");
        let body = format!("items: {{a: {{title: A, {running}{a}}}, b: {{title: B, {running}{b}}}}}");
        Scene::guarded("start: {one_active: true}", &body).wrong()
    };
    let two = |verb: &str, answer: &str| {
        let record = format!(", deviations: {{v1: {{text: x, verb: {verb}{answer}}}}}");
        let (first, second) = (pair(&record, ""), pair("", &record));
        assert_eq!(first, second, "whichever of them departed");
        first
    };
    for verb in ["start", "retry", "reopen"] {
        assert_eq!(two(verb, ""), [""; 0], "{verb}");
        assert_eq!(two(verb, &format!(", rejected: {AT}")).len(), 1, "{verb}");
    }
    assert_eq!(two("done", "").len(), 1);
}

#[test]
fn a_workflow_that_was_closed_against_the_process_waits_for_a_person() {
    let profile = "state: active\nitems: {a: {title: A, kind: batch}}";
    let scene = Scene::shipped("program", profile);
    let closed = scene.with(depart(&scene, "done", "w", Some("The budget is gone.")).unwrap().unwrap());
    let world = closed.world();
    let waiting: Vec<String> = judgements(&world, 0).into_iter().map(|one| one.command).collect();
    assert_eq!(waiting, ["git track approve w.v1"]);
    let approved = answered(&closed, "w", Say::Yes, &ask(None)).unwrap().unwrap();
    assert_eq!(approved.root.state().word(), "done");
    assert_eq!(judgements(&closed.with(approved).world(), 0), []);
    let rejected = answered(&closed, "w", Say::No, &ask(Some("No."))).unwrap().unwrap();
    assert_eq!(rejected.root.state().word(), "active");
}

fn conditional(when: &str) -> Scene {
    Scene::items(&format!(
        "c: {{title: C, when: {{{when}}}}}, a: {{title: A}}, d: {{title: D, state: dropped, why: x}}"
    ))
}

#[test]
fn whoever_may_say_that_it_is_needed_may_say_that_it_is_not() {
    let conditional = |decided: &str| {
        let item = format!("a: {{title: A, when: {{any: {{x: often}}}}{decided}}}");
        let scene = Scene::shipped("orchestration", &format!("items: {{{item}}}"));
        let world = scene.world();
        match perform(&world, spot(&world, "a"), named("skip").unwrap(), &agent("Why.")) {
            Ok(_) => Vec::new(),
            Err(found) => found.notes().to_vec(),
        }
    };
    assert_eq!(conditional(""), [""; 0]);
    assert_eq!(conditional(", triggered: {by: bob}"), ["FAIL  a person does it; alice is an agent"]);
}

fn decide(scene: &Scene, name: &str, met: &[&str], text: Option<&str>) -> Result<Option<Workflow>> {
    let world = scene.world();
    let met: Vec<_> = met.iter().map(|&name| id(name)).collect();
    trigger(&world, spot(&world, name), &met, &ask(text))
}

#[test]
fn a_conditional_item_is_needed_when_its_criteria_say_so() {
    let any = conditional("any: {x: often, y: seldom}");
    let all = conditional("all: {x: often, y: seldom}");
    let both = conditional("any: {x: often, y: seldom}, all: {z: always}");
    let fails = |scene: &Scene, met: &[&str]| match decide(scene, "c", met, Some("Why.")) {
        Ok(_) => String::new(),
        Err(found) => {
            assert_eq!(found.message(), "`trigger c` is refused");
            let notes = found.notes().iter().filter_map(|note| note.strip_prefix("FAIL  "));
            notes.collect::<Vec<_>>().join(", ")
        }
    };
    assert_eq!(fails(&any, &[]), "one of its criteria is met");
    assert_eq!(fails(&any, &["y"]), "");
    assert_eq!(fails(&all, &["x"]), "seldom");
    assert_eq!(fails(&all, &["x", "y"]), "");
    assert_eq!(fails(&both, &["x"]), "always");
    assert_eq!(fails(&both, &["z"]), "one of its criteria is met");
    assert_eq!(fails(&both, &["z", "y"]), "");
    let unknown = error(decide(&any, "c", &["x", "nothing"], Some("Why.")));
    assert_eq!(
        (unknown.message(), unknown.hints()),
        ("c has no criterion `nothing`", &["its criteria: x, y".to_owned()][..])
    );
    assert_eq!(refused(decide(&any, "c", &["x"], None)), "`trigger` needs a reason");
    assert_eq!(refused(decide(&any, "a", &["x"], Some("Why."))), "a is not conditional");
    let needed = any.with(decide(&any, "c", &["x"], Some("Often.")).unwrap().unwrap());
    let verdict = item(&needed.workflows[0], "c").triggered.clone().unwrap();
    assert_eq!(
        (verdict.met, verdict.why.as_deref(), verdict.by.as_deref(), verdict.at),
        (vec![id("x")], Some("Often."), Some("alice"), Some(now()))
    );
    assert_eq!(decide(&needed, "c", &["x"], Some("Often.")).unwrap(), None);
    let skipped = super::after(&any, "skip", "c", "Never.");
    assert_eq!(
        refused(decide(&skipped, "c", &["x"], Some("Why."))),
        "it is decided already that c is not needed"
    );
}

fn taken_back(body: &str, what: &Revoked, change: impl FnOnce(&Item) -> bool) -> Scene {
    let scene = Scene::team(&format!(
        "protocol: {{threshold: \"0.9\"}}\nitems: {{a: {{title: A, state: active, started: {AT}, {body}}}}}"
    ));
    let world = scene.world();
    let at = spot(&world, "a");
    let found = error(revoke(&world, at, what, &agent("x")));
    assert_eq!(found.notes(), ["FAIL  a person does it; alice is an agent"], "{what:?}");
    assert_eq!(refused(revoke(&world, at, what, &ask(None))), "`revoke` needs a reason");
    let after = revoke(&world, at, what, &ask(Some("A mistake."))).unwrap().unwrap();
    assert!(change(item(&after, "a")), "{what:?}: {:?}", item(&after, "a"));
    let note = &item(&after, "a").notes.values().next().unwrap().text;
    assert!(note.starts_with("revoked ") && note.ends_with(": A mistake."), "{note}");
    let after = scene.with(after);
    assert_eq!(revoke(&after.world(), at, what, &ask(Some("Again."))).unwrap(), None, "{what:?}");
    after
}

#[test]
fn every_word_can_be_taken_back() {
    let said = format!("by: maria, why: x, approved: {AT}, on: 0123456789ab");
    for said in [said.clone(), said.replace("approved", "rejected")] {
        taken_back(
            &format!("checkpoints: {{C: {{role: user, {said}}}}}"),
            &Revoked::Checkpoint(id("C")),
            |item| {
                let found = item.checkpoints.get(&id("C")).unwrap();
                found.role.is_some()
                    && [found.approved, found.rejected] == [None, None]
                    && [&found.by, &found.on, &found.why] == [&None; 3]
            },
        );
    }
    for word in ["passed", "failed", "waived"] {
        let part =
            format!("gates: {{G: {{parts: {{x: {{human: lead, {}}}}}}}}}", said.replace("approved", word));
        let after = taken_back(&part, &Revoked::Part(id("G"), id("x")), |_| true);
        let parts = &after.workflows[0].to_value()["items"]["a"]["gates"]["G"]["parts"];
        assert_eq!(parts, &serde_json::json!({"x": {"human": "lead"}}), "{word}");
    }
    for word in ["approved", "rejected"] {
        let record = format!("deviations: {{v1: {{text: x, {word}: {AT}, {word}_by: maria, answer: y}}}}");
        taken_back(&record, &Revoked::Deviation(id("v1")), |item| {
            let found = item.deviations.get(&id("v1")).unwrap();
            found.is_open() && [&found.approved_by, &found.rejected_by, &found.answer] == [&None; 3]
        });
    }
    for (word, before) in [("accepted", "0.5"), ("rejected", "0.95")] {
        let round =
            format!("iterations: {{i1: {{score: \"{before}\", {word}: {AT}, decided_by: maria, why: x}}}}");
        let after = taken_back(&round, &Revoked::Round(id("i1")), |item| {
            let (_, found) = item.iterations.last().unwrap();
            [found.accepted, found.rejected] == [None, None] && [&found.decided_by, &found.why] == [&None; 2]
        });
        let world = after.world();
        assert_eq!(has_passed(&world.boards[0], spot(&world, "a").place), before == "0.95");
    }
    let finding =
        format!("findings: {{f1: {{severity: low, text: bad, waived: {AT}, waived_by: maria, why: x}}}}");
    taken_back(&finding, &Revoked::Finding(id("f1")), |item| {
        let found = item.findings.get(&id("f1")).unwrap();
        found.is_open() && [&found.waived_by, &found.why] == [&None; 2]
    });
}

#[test]
fn decisions_are_taken_back_before_the_work() {
    let scene = conditional("any: {x: often}");
    let back = |scene: &Scene, name: &str| {
        let world = scene.world();
        revoke(&world, spot(&world, name), &Revoked::Decision, &ask(Some("A mistake.")))
    };
    let undecided = |workflow: &Workflow| {
        let found = item(workflow, "c");
        found.triggered.is_none()
            && found.not_triggered.is_none()
            && found.state.is_none()
            && found.finished.is_none()
    };
    let needed = scene.with(decide(&scene, "c", &["x"], Some("Often.")).unwrap().unwrap());
    assert!(undecided(&back(&needed, "c").unwrap().unwrap()));
    let skipped = super::after(&scene, "skip", "c", "Never.");
    assert!(undecided(&back(&skipped, "c").unwrap().unwrap()));
    assert_eq!(back(&scene, "c").unwrap(), None);
    assert_eq!(back(&scene, "d").unwrap(), None, "what was left out for another reason stays out");
    let begun = super::after(&needed, "start", "c", "");
    let found = error(back(&begun, "c"));
    assert_eq!(
        (found.message(), found.hints()),
        ("`revoke c` is refused: it was begun already", &["git track skip c -m \"why\"".to_owned()][..])
    );
    assert!(matches!(scene.world().boards[0].thing(&id("c")), Some(Thing::Item(_))));
}
