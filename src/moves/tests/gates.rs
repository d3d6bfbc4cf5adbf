//! Answers to parts of gates and to checkpoints: who may give them, and what must hold before.

use super::{Ask, Scene, ask, error, item, refused};
use crate::derive::board::Place;
use crate::derive::gates::{GateState, gate_state};
use crate::derive::testing::{id, now, spot};
use crate::error::{Error, Result};
use crate::model::actor::ActorKind;
use crate::model::gate::{FullPart, Part};
use crate::model::time::Time;
use crate::model::workflow::Workflow;
use crate::moves::answer::{Answer, approve_checkpoint, part, reject_checkpoint};

const AT: &str = "\"2026-02-12T08:00:00Z\"";

fn fails(found: &Error) -> Vec<&str> {
    found.notes().iter().filter_map(|note| note.strip_prefix("FAIL  ")).collect()
}

/// A gate `G` with one part `x` on an item `p`, with a roster.
fn gated(part: &str, more: &str) -> Scene {
    let agents =
        "agents: {std: {role: Editor, steward: true}, ind: {independent: true}, ann: {}, bob: {owns: [b]}}";
    Scene::team(&format!(
        "{agents}\nitems: {{p: {{title: P, state: active, {more} gates: {{G: {{parts: {{x: {{{part}}}}}}}}}, items: {{a: {{title: A, \
         owner: ann}}, b: {{title: B}}}}}}}}"
    ))
}

fn say(scene: &Scene, answer: Answer, by: &str, ask: &Ask) -> Result<Option<Workflow>> {
    let world = scene.world();
    let by = Some(by).filter(|by| !by.is_empty());
    part(&world, spot(&world, "p"), (&id("G"), &id("x")), (answer, by), ask)
}

fn agent(text: &str) -> Ask<'_> {
    Ask { kind: ActorKind::Agent, ..ask(Some(text)) }
}

fn full(workflow: &Workflow) -> FullPart {
    match item(workflow, "p").gates.get(&id("G")).unwrap().parts.get(&id("x")) {
        Some(Part::Full(full)) => (**full).clone(),
        other => panic!("{other:?}"),
    }
}

fn passes(scene: &Scene) -> bool {
    let world = scene.world();
    let place = spot(&world, "p").place;
    gate_state(&world.boards[0], place, world.boards[0].gate(place, &id("G")).unwrap()) == GateState::Passed
}

#[test]
fn a_part_for_people_is_answered_by_people() {
    let scene = gated("human: lead", "");
    for answer in [Answer::Pass, Answer::Fail, Answer::Waive] {
        let found = error(say(&scene, answer, "", &agent("x")));
        let verb = if answer == Answer::Pass { "approve" } else { answer.verb() };
        assert_eq!(found.message(), format!("`{verb} G.x` is refused"));
        assert_eq!(fails(&found), ["a person does it; alice is an agent"]);
        let found = error(say(&scene, answer, "", &Ask { actor: "ann", ..ask(Some("x")) }));
        assert_eq!(fails(&found), ["a person does it; ann is an agent"]);
        let found = error(say(&scene, answer, "maria", &Ask { actor: "ann", ..ask(Some("x")) }));
        assert_eq!(
            fails(&found),
            ["a person does it; ann is an agent"],
            "not in the name of a person either"
        );
        let found = say(&scene, answer, "ann", &ask(Some("x")));
        assert_eq!(found.is_ok(), answer == Answer::Waive, "nor a person in the name of an agent");
    }
    let passed = say(&scene, Answer::Pass, "", &ask(Some("Fine."))).unwrap().unwrap();
    let found = full(&passed);
    assert_eq!((found.passed, found.failed, found.waived), (Some(now()), None, None));
    assert_eq!((found.by.as_deref(), found.why.as_deref()), (Some("alice"), Some("Fine.")));
    assert!(passes(&scene.with(passed)));
}

#[test]
fn a_part_is_failed_waived_and_passed_again() {
    let scene = gated("human: lead", "");
    for answer in [Answer::Fail, Answer::Waive] {
        assert_eq!(
            refused(say(&scene, answer, "", &ask(None))),
            format!("`{}` needs a reason", answer.verb())
        );
    }
    let failed = scene.with(say(&scene, Answer::Fail, "", &ask(Some("No."))).unwrap().unwrap());
    assert_eq!(full(&failed.workflows[0]).failed, Some(now()));
    assert!(!passes(&failed));
    let waived = failed.with(say(&failed, Answer::Waive, "", &ask(Some("Yes."))).unwrap().unwrap());
    assert_eq!((full(&waived.workflows[0]).failed, full(&waived.workflows[0]).waived), (None, Some(now())));
    assert!(passes(&waived));
    let passed = waived.with(say(&waived, Answer::Pass, "", &ask(None)).unwrap().unwrap());
    assert_eq!((full(&passed.workflows[0]).passed, full(&passed.workflows[0]).why), (Some(now()), None));
    assert_eq!(say(&passed, Answer::Pass, "", &ask(None)).unwrap(), None);
    assert!(say(&passed, Answer::Pass, "maria", &ask(None)).unwrap().is_some(), "somebody else says it too");
}

#[test]
fn the_owner_of_a_gate_is_not_independent() {
    let by = |part: &str, owner: &str, by: &str| match say(
        &gated(part, &format!("owner: {owner},")),
        Answer::Pass,
        by,
        &ask(None),
    ) {
        Ok(_) => Vec::new(),
        Err(found) => fails(&found).into_iter().map(str::to_owned).collect(),
    };
    assert_eq!(by("review: independent", "ann", "ind"), [""; 0]);
    let own = "ind has a part in p, and cannot review it";
    assert_eq!(by("review: independent", "ind", "ind"), [own]);
    assert_eq!(by("review: Independent", "ind", "ind"), [own]);
    assert_eq!(by("review: steward", "std", "std"), [""; 0], "that is what its gate is for");
}

#[test]
fn a_review_is_by_the_one_that_is_asked() {
    let by = |part: &str, by: &str| match say(&gated(part, ""), Answer::Pass, by, &agent("x")) {
        Ok(_) => Vec::new(),
        Err(found) => fails(&found).into_iter().map(str::to_owned).collect(),
    };
    assert_eq!(by("review: nse", "nse"), [""; 0]);
    assert_eq!(by("review: nse", "NSE"), [""; 0]);
    assert_eq!(by("review: nse", "ps"), ["nse reviews it"]);
    assert_eq!(by("review: steward", "std"), [""; 0]);
    assert_eq!(by("review: steward", "ind"), ["the steward reviews it"]);
    assert_eq!(by("review: independent", "ind"), [""; 0]);
    assert_eq!(by("review: independent", "std"), ["somebody independent reviews it"]);
    assert_eq!(by("review: editor", "std"), [""; 0], "by the role that the roster gives");
    assert_eq!(by("review: editor", "ind"), ["editor reviews it"]);
    let found = error(say(&gated("review: nse", ""), Answer::Pass, "", &ask(None)));
    assert_eq!(
        (fails(&found), found.hints()),
        (vec!["nse reviews it"], &["git track gate pass G.x --by nse".to_owned()][..])
    );
    assert_eq!(
        fails(&error(say(&gated("review: nse", ""), Answer::Fail, "ps", &ask(Some("x"))))),
        ["nse reviews it"]
    );
}

#[test]
fn nobody_reviews_what_is_their_own() {
    let by = |part: &str, by: &str, more: &str| match say(&gated(part, more), Answer::Pass, by, &agent("x")) {
        Ok(_) => Vec::new(),
        Err(found) => fails(&found).into_iter().map(str::to_owned).collect(),
    };
    let own = |name: &str, id: &str| [format!("{name} has a part in {id}, and cannot review it")];
    assert_eq!(by("review: ann, of: a", "ann", ""), own("ann", "a"));
    assert_eq!(by("review: ann, of: b", "ann", ""), [""; 0]);
    assert_eq!(by("review: bob, of: b", "bob", ""), own("bob", "b"), "by the roster");
    assert_eq!(by("review: bob, of: a", "bob", ""), [""; 0]);
    assert_eq!(by("review: bob, of: \"a, B\"", "bob", ""), own("bob", "b"));
    assert_eq!(by("review: ann, of: all", "ann", ""), own("ann", "a"));
    assert_eq!(by("review: eve, of: all", "eve", ""), [""; 0]);
    assert_eq!(by("review: ann", "ann", ""), own("ann", "p"), "what is in it is a part of it");
    assert_eq!(by("review: eve", "eve", "team: [Eve],"), own("eve", "p"));
    assert_eq!(by("review: eve, of: p", "eve", "owner: eve,"), own("eve", "p"));
}

#[test]
fn a_report_and_the_needs_come_first() {
    let reported = gated("review: nse, report: docs/nse.md", "");
    let found = error(say(&reported, Answer::Pass, "nse", &agent("x")));
    assert_eq!(fails(&found), ["docs/nse.md is there"]);
    assert!(
        say(
            &gated("review: nse, report: docs/nse.md", "").over(&[("docs/nse.md", "x")]),
            Answer::Pass,
            "nse",
            &agent("x")
        )
        .is_ok()
    );
    assert!(say(&reported, Answer::Fail, "nse", &agent("No report.")).is_ok(), "a failure needs none");
    let early = gated("human: lead", "needs: [a],");
    assert_eq!(fails(&error(say(&early, Answer::Pass, "", &ask(None)))), ["a is waiting"]);
}

#[test]
fn what_is_computed_is_not_answered() {
    for part in ["score: all", "checklist: true", "findings: true"] {
        let scene = gated(part, "");
        let computed = "G.x is computed from what is in p, and cannot be";
        assert_eq!(refused(say(&scene, Answer::Pass, "", &ask(None))), format!("{computed} answered"));
        assert_eq!(refused(say(&scene, Answer::Waive, "", &ask(None))), format!("{computed} waived"));
    }
}

#[test]
fn an_answer_names_what_it_is_about() {
    let on = |part: &str, more: &str, files: &[(&str, &str)]| {
        let scene = gated(part, more).over(files);
        full(&say(&scene, Answer::Pass, "eve", &ask(None)).unwrap().unwrap()).on
    };
    let files = [("a.md", "A"), ("b.md", "B")];
    assert_eq!(on("review: eve", "", &[]), None);
    let tree = on("review: eve", "", &files);
    let file = on("review: eve", "files: [a.md],", &files);
    assert!(tree.is_some() && file.is_some() && tree != file);
    assert_eq!(on("review: eve", "files: [a.md],", &[("a.md", "A"), ("b.md", "other")]), file);
    assert_ne!(on("review: eve", "files: [a.md],", &[("a.md", "other"), ("b.md", "B")]), file);
}

/// A phase with a checkpoint `C`, tasks, and a gate over them.
fn checked(checkpoint: &str, a: &str, b: &str, gate: &str) -> Scene {
    Scene::team(&format!(
        "protocol: {{threshold: \"0.92\"}}\nagents: {{bot: {{}}}}\nitems: {{p: {{kind: phase, title: P, items: {{a: {{title: A, {a}}}, \
         b: {{title: B, {b}}}}}, gates: {{G: {{parts: {{{gate}}}}}}}, checkpoints: {{C: {{role: user{checkpoint}}}}}}}}}"
    ))
}

fn finished(at: &str) -> String {
    format!("state: done, started: {AT}, finished: \"2026-02-12T{at}:00Z\"")
}

fn approve(scene: &Scene, ask: &Ask) -> Result<Option<Workflow>> {
    let world = scene.world();
    approve_checkpoint(&world, spot(&world, "p"), &id("C"), ask)
}

fn unmet(scene: &Scene) -> Vec<String> {
    match approve(scene, &ask(None)) {
        Ok(_) => Vec::new(),
        Err(found) => {
            assert_eq!(found.message(), "`approve C` is refused");
            fails(&found).into_iter().map(str::to_owned).collect()
        }
    }
}

const YES: &str = "x: {human: lead, passed: \"2026-02-12T08:00:00Z\"}";

#[test]
fn a_checkpoint_comes_after_the_work() {
    let done = finished("08:30");
    let fine = checked("", &done, &done, YES);
    assert_eq!(unmet(&fine), [""; 0]);
    for ask in [agent("x"), Ask { actor: "bot", ..ask(None) }] {
        let name = ask.actor;
        assert_eq!(fails(&error(approve(&fine, &ask))), [format!("a person does it; {name} is an agent")]);
    }
    assert_eq!(unmet(&checked("", &done, "state: active", YES)), ["b is not done"]);
    assert_eq!(unmet(&checked("", &done, "state: dropped", YES)), [""; 0]);
    assert_eq!(unmet(&checked("", &done, "counted: false", YES)), [""; 0]);
    assert_eq!(unmet(&checked("", &done, &done, "x: {human: lead}")), ["gate G passes"]);
    let approved = approve(&fine, &ask(Some("Good."))).unwrap().unwrap();
    let found = item(&approved, "p").checkpoints.get(&id("C")).unwrap().clone();
    assert_eq!(
        (found.approved, found.by.as_deref(), found.why.as_deref()),
        (Some(now()), Some("alice"), Some("Good."))
    );
    assert_eq!(approve(&fine.with(approved), &ask(None)).unwrap(), None);
}

#[test]
fn a_checkpoint_rests_on_what_is_there_now() {
    let scored = |on: &str| {
        format!("{}, files: [a.md], iterations: {{i1: {{score: \"0.95\", on: \"{on}\"}}}}", finished("08:30"))
    };
    let files = [("a.md", "new")];
    let go = |a: &str, gate: &str| unmet(&checked("", a, "state: dropped", gate).over(&files));
    let stale = go(&scored("0123456789ab"), "score: all");
    assert_eq!(stale.len(), 1);
    assert!(stale[0].starts_with("the score of a is stale: 0123456789ab was scored, "), "{stale:?}");
    let now = stale[0].split(", ").nth(1).unwrap().split(' ').next().unwrap();
    assert_eq!(go(&scored(now), "score: all"), [""; 0]);
    let part = |on: &str| format!("x: {{review: eve, of: a, passed: {AT}, on: \"{on}\"}}");
    let text = format!("G.x is stale: it was passed on 0123456789ab, {now} is there now");
    assert_eq!(go(&scored(now), &part("0123456789ab")), [text]);
    assert_eq!(go(&scored(now), &part(now)), [""; 0]);
    let report = |path: &str| format!("x: {{review: eve, passed: {AT}, report: {path}}}");
    assert_eq!(go(&scored(now), &report("gone.md")), ["G.x rests on gone.md, which is not there"]);
    assert_eq!(go(&scored(now), &report("a.md")), [""; 0]);
}

#[test]
fn a_rejected_checkpoint_waits_for_new_work() {
    let again = "something was done since it was rejected";
    let rejected = ", rejected: \"2026-02-12T08:45:00Z\"";
    let old = finished("08:30");
    assert_eq!(unmet(&checked(rejected, &old, &old, YES)), [again]);
    assert_eq!(unmet(&checked(rejected, &finished("08:50"), &old, YES)), [""; 0]);
    assert_eq!(unmet(&checked(rejected, &old, &finished("08:45"), YES)), [""; 0]);
    let leaf =
        Scene::team(&format!("items: {{p: {{title: P, checkpoints: {{C: {{role: user{rejected}}}}}}}}}"));
    assert_eq!(unmet(&leaf), [""; 0], "where there is nothing in it nothing can be finished again");
}

fn reject(scene: &Scene, only: &[&str], ask: &Ask) -> Result<Workflow> {
    let world = scene.world();
    let only: Vec<Place> = only.iter().map(|&name| spot(&world, name).place).collect();
    reject_checkpoint(&world, spot(&world, "p"), &id("C"), &only, ask)
}

fn states(workflow: &Workflow) -> String {
    let items = &item(workflow, "p").items;
    items.iter().map(|(id, item)| format!("{id} {}", item.state())).collect::<Vec<_>>().join(", ")
}

#[test]
fn a_rejection_sends_the_work_back() {
    let (done, no) = (finished("08:30"), ask(Some("Not yet.")));
    let scene = checked(&format!(", approved: {AT}"), &done, &done, YES);
    assert_eq!(refused(reject(&scene, &[], &ask(None))), "`reject` needs a reason");
    assert_eq!(fails(&error(reject(&scene, &[], &agent("x")))), ["a person does it; alice is an agent"]);
    let all = reject(&scene, &[], &no).unwrap();
    assert_eq!(states(&all), "a active, b active");
    let found = item(&all, "p").checkpoints.get(&id("C")).unwrap().clone();
    assert_eq!((found.approved, found.rejected, found.why.as_deref()), (None, Some(now()), Some("Not yet.")));
    let back = item(&all, "p").items.get(&id("a")).unwrap().clone();
    assert_eq!(
        (back.finished, back.notes.values().next().unwrap().text.as_str()),
        (None, "sent back: Not yet.")
    );
    assert_eq!(back.started, Some(Time::parse("2026-02-12T08:00:00Z").unwrap()));
    assert_eq!(states(&reject(&scene, &["b"], &no).unwrap()), "a done, b active");
    assert_eq!(
        states(&reject(&checked("", &done, "state: dropped", YES), &[], &no).unwrap()),
        "a active, b dropped"
    );
}

#[test]
fn what_is_sent_back_is_open_in_all_that_holds_it() {
    let done = finished("08:30");
    let inner =
        |more: &str| format!("{done}, items: {{x: {{title: X, {done}}}, y: {{title: Y, {done}, {more}}}}}");
    let scene = checked("", &inner(""), &done, YES);
    let back = reject(&scene, &["x"], &ask(Some("No."))).unwrap();
    assert_eq!(states(&back), "a active, b done");
    let inside = item(&back, "p").items.get(&id("a")).unwrap().items.values().map(|i| i.state().word());
    assert_eq!(inside.collect::<Vec<_>>(), ["active", "done"]);
    assert_eq!(scene.with(back).wrong(), [""; 0]);
    let own = Scene::team(&format!(
        "items: {{p: {{title: P, {done}, checkpoints: {{C: {{role: user}}}}, items: {{a: {{title: A, {done}}}}}}}}}"
    ));
    let back = reject(&own, &[], &ask(Some("No."))).unwrap();
    assert_eq!((item(&back, "p").state().word(), states(&back)), ("active", "a active".to_owned()));
}
