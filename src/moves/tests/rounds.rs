//! Rounds of judging: who may judge, what counts as a round, and what is judged again.

use super::super::answer::{accept, send_item_back};
use super::super::decide::{Revoked, revoke};
use super::super::judge::{Outcome, Round, score};
use super::*;
use crate::model::number::Score;
use crate::model::state::State;

const PHASE: &str = "protocol: {threshold: \"0.92\", max_iterations: 2}\nitems: {p: {kind: phase, title: P, items: {a: \
                     {title: A, state: active, started: \"2026-02-12T08:00:00Z\", owner: ann, team: [bob], validator: val, artifacts: {a1: {path: x.md, \
                     required: true}}}}, checkpoints: {C: {title: C}}}}";

fn scene(more: &str) -> Scene {
    Scene::shipped("orchestration", &PHASE.replace("title: A,", &format!("title: A, {more}")))
        .over(&[("x.md", "one")])
}

fn at(number: &str) -> Round {
    let score = Score::parse(number).unwrap();
    Round { score, by: None, patterns: Vec::new(), output: None, revision: None }
}

fn round(scene: &Scene, number: &str, by: &str) -> Result<(Workflow, Outcome)> {
    let world = scene.world();
    let round = Round { by: Some(by.to_owned()), ..at(number) };
    score(&world, spot(&world, "a"), &round, &ask(None))
}

#[track_caller]
fn scored(scene: &Scene, number: &str) -> Scene {
    scene.with(round(scene, number, "val").unwrap().0)
}

fn task(scene: &Scene) -> &Item {
    let phase = scene.workflows[0].root.items.get(&id("p")).unwrap();
    phase.items.get(&id("a")).unwrap()
}

#[test]
fn the_owner_never_judges_but_a_validator_may_be_in_the_team() {
    let fails = |validator: &str, by: &str| {
        let scene = Scene::shipped("orchestration", &PHASE.replace("validator: val", validator));
        let scene = scene.over(&[("x.md", "one")]);
        match round(&scene, "0.95", by) {
            Ok(_) => Vec::new(),
            Err(error) => error.notes().iter().filter(|note| note.starts_with("FAIL")).cloned().collect(),
        }
    };
    let own = |who: &str| format!("FAIL  {who} has made it, and cannot score it");
    assert_eq!(fails("validator: val", "val"), [""; 0]);
    assert_eq!(fails("validator: val", "bob"), ["FAIL  val judges it".to_owned(), own("bob")]);
    assert_eq!(fails("validator: bob", "bob"), [""; 0]);
    assert_eq!(fails("validator: ann", "ann"), [own("ann")]);
    assert_eq!(fails("validator: bob, makers: [bob]", "bob"), [own("bob")]);
    assert_eq!(fails("weight: 1", "bob"), [own("bob")]);
    let refusal = error(round(&scene(""), "0.5", "ann"));
    assert_eq!(refusal.hints(), ["git track score a 0.50 --by val"]);
    // Its maker cannot record it, whoever has judged it.
    let (scene, agent) = (scene(""), Ask { actor: "ann", kind: ActorKind::Agent, ..ask(None) });
    for by in ["ann", "val"] {
        let world = scene.world();
        let round = Round { by: Some(by.to_owned()), ..at("0.5") };
        let refusal = error(score(&world, spot(&world, "a"), &round, &agent));
        assert_eq!(refusal.hints(), ["git track score a 0.50 --as val"], "{by}");
    }
}

#[test]
fn what_has_changed_since_it_was_scored_is_scored_again() {
    let done = scored(&scene(""), "0.95");
    assert_eq!(task(&done).state, Some(State::Done));
    assert_eq!(refused(round(&done, "0.96", "val")), "`score a` is refused: it is done");
    let changed = done.over(&[("x.md", "two")]);
    let again = scored(&changed, "0.96");
    assert_eq!((task(&again).state, task(&again).iterations.len()), (Some(State::Done), 2));
    let below = scored(&changed, "0.5");
    assert_eq!((task(&below).state, task(&below).finished), (Some(State::Active), None));
}

#[test]
fn whoever_sends_work_back_asks_for_another_round() {
    let twice = scored(&scored(&scene("checklist: {lines: {l1: {text: x}}},"), "0.5"), "0.95");
    assert_eq!(task(&twice).state, Some(State::Review));
    let world = twice.world();
    let back = twice.with(send_item_back(&world, spot(&world, "a"), &ask(Some("no"))).unwrap());
    let (_, outcome) = round(&back, "0.6", "val").unwrap();
    assert_eq!(outcome.line, "0.60 of 0.92: 2 rounds are used up, a person must decide");
    let low = back.with(round(&back, "0.6", "val").unwrap().0);
    assert!(error(round(&low, "0.95", "val")).notes().contains(&"FAIL  a round is left of 2".to_owned()));
}

#[test]
fn a_round_that_passes_uses_none_up() {
    let open = "checklist: {lines: {l1: {text: x}}},";
    let twice = scored(&scored(&scene(open), "0.95"), "0.96");
    assert_eq!(task(&twice).state, Some(State::Review));
    assert_eq!(round(&twice, "0.5", "val").unwrap().1.line, "0.50 of 0.92: iteration 2 of 2");
}

#[test]
fn what_is_taken_up_again_is_judged_and_approved_again() {
    let done = scored(&scene(""), "0.95");
    let approved = |scene: &Scene| {
        let phase = scene.workflows[0].root.items.get(&id("p")).unwrap();
        let notes = phase.notes.values().map(|note| note.text.clone()).collect::<Vec<_>>();
        (phase.checkpoints.get(&id("C")).unwrap().approved.is_some(), notes)
    };
    let world = done.world();
    let c = id("C");
    let yes = crate::moves::answer::approve_checkpoint(&world, spot(&world, "p"), &c, &ask(None));
    let passed = done.with(yes.unwrap().unwrap());
    assert!(approved(&passed).0);
    let fallen = (false, vec!["C is to be approved again: a is open again".to_owned()]);

    let world = passed.world();
    let reopen = named("reopen").unwrap();
    let again = perform(&world, spot(&world, "a"), reopen, &ask(Some("Wrong."))).unwrap().unwrap();
    let again = passed.with(again);
    assert_eq!(approved(&again), fallen);
    let last = task(&again).iterations.last().unwrap().1;
    assert_eq!((last.rejected, last.why.as_deref()), (Some(now()), Some("Wrong.")));
    let world = again.world();
    let early = error(perform(&world, spot(&world, "a"), named("done").unwrap(), &ask(None)));
    assert!(early.notes().contains(&"FAIL  the last round was sent back".to_owned()), "{early:?}");

    let changed = passed.over(&[("x.md", "two")]);
    assert_eq!(approved(&scored(&changed, "0.5")), fallen, "a lower score opens it as well");
    assert!(approved(&scored(&changed, "0.96")).0);
}

#[test]
fn without_its_acceptance_an_item_is_not_done() {
    let low = scored(&scored(&scene(""), "0.5"), "0.6");
    let world = low.world();
    let accepted = low.with(accept(&world, spot(&world, "a"), &ask(Some("enough"))).unwrap());
    assert_eq!(task(&accepted).state, Some(State::Done));
    let world = accepted.world();
    let round = Revoked::Round(id("i2"));
    let revoked = revoke(&world, spot(&world, "a"), &round, &ask(Some("not enough"))).unwrap().unwrap();
    let revoked = accepted.with(revoked);
    assert_eq!((task(&revoked).state, task(&revoked).finished), (Some(State::Active), None));
    assert_eq!(revoked.wrong(), [""; 0]);
}

#[test]
fn what_waits_is_not_begun_but_explained() {
    let waiting = Scene::shipped(
        "orchestration",
        "items: {b: {kind: task, title: B}, a: {kind: task, title: A, needs: [b]}}",
    );
    assert_eq!(error(round(&waiting, "0.9", "val")).hints(), ["git track why a"]);
}
