//! What people and agents say about parts of gates.

use crate::derive::testing::{Scene, id, spot};
use crate::model::workflow::Workflow;
use crate::moves::answer::{Answer, part};

use super::{Ask, Result, ask, error};

fn pass(scene: &Scene, asks: &str, actor: &str, by: Option<&str>) -> Result<Option<Workflow>> {
    let world = scene.world();
    let ask = Ask { actor, ..ask(None) };
    part(&world, spot(&world, "a"), (&id("G"), &id(asks)), (Answer::Pass, by), &ask)
}

fn scene() -> Scene {
    Scene::team(
        "agents: {P1: {}, I4: {independent: true}, P4: {steward: true}}\n\
         items: {a: {title: A, owner: bob, gates: {G: {parts: {h: {human: lead}, r: {review: independent, of: b}}}}}, \
         b: {title: B, owner: P1}}",
    )
}

#[test]
fn nobody_says_it_for_a_person_but_a_person() {
    let scene = scene();
    assert!(pass(&scene, "h", "alice", None).is_ok());
    assert!(pass(&scene, "h", "alice", Some("maria")).is_ok());
    for (actor, by) in [("P1", None), ("P1", Some("alice")), ("alice", Some("P1"))] {
        let refusal = error(pass(&scene, "h", actor, by));
        assert_eq!(refusal.notes(), ["FAIL  a person does it; P1 is an agent"], "{actor} {by:?}");
    }
}

#[test]
fn who_has_a_part_in_it_hands_the_review_over() {
    for by in [None, Some("I4"), Some("P4")] {
        let refusal = error(pass(&scene(), "r", "P1", by));
        assert_eq!(refusal.hints(), ["git track gate pass G.r --as I4"], "{by:?}");
    }
}

#[test]
fn a_refused_review_names_those_who_may() {
    let scene = scene();
    assert!(pass(&scene, "r", "alice", Some("I4")).is_ok());
    for by in ["P1", "P4", "independent"] {
        let refusal = error(pass(&scene, "r", "alice", Some(by)));
        assert_eq!(refusal.notes()[0], "FAIL  somebody independent reviews it");
        assert_eq!(refusal.hints(), ["git track gate pass G.r --by I4"], "{by}");
    }
}
