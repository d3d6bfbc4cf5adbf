//! Items that a file brings into a workflow: where they go, what they may be, and what a second reading changes.

use serde_json::{Value, json};

use super::{Scene, ask, error, refused};
use crate::derive::testing::{id, now, shipped_profile};
use crate::error::Result;
use crate::formats::yaml;
use crate::model::actor::ActorKind;
use crate::model::page::Pages;
use crate::moves::Ask;
use crate::moves::adopt::{Adopted, Setting, records, workflow};
use crate::moves::allowed::taken_over;

const ITEMS: &str = "items: {triage: {title: T, kind: triage}, execute: {title: E, kind: execute, items: {U01: {title: A, \
                     state: active, started: \"2026-02-01T08:00:00Z\", by: bob, estimate: {files: 1}}}}}";

fn change() -> Scene {
    Scene::shipped("change", ITEMS)
}

fn take_as(scene: &Scene, text: &str, ask: &Ask) -> Result<Value> {
    let tree = yaml::tree(text.as_bytes(), "in.yaml").unwrap();
    let world = scene.world();
    let board = &world.boards[0];
    let setting = Setting { profile: scene.profile(), pages: board.pages, now: now() };
    let Adopted { workflow, .. } = records(tree, board.workflow, setting)?;
    taken_over(Some(board), &world.with(0, &workflow), 0, ask)?;
    assert_eq!(scene.with(workflow.clone()).wrong(), [""; 0]);
    Ok(workflow.to_value())
}

fn take(scene: &Scene, text: &str) -> Result<Value> {
    take_as(scene, text, &ask(None))
}

#[test]
fn units_go_where_units_stand() {
    let text = "units: [{id: U02, title: B, needs: \"U01, U03\", files: \"a, b\", est_files: \"5\", est_loc: 400, owner: bob}, \
                {id: U03, title: C, estimate: {files: 2, loc: 9}}]";
    let tree = take(&change(), text).unwrap();
    let units = tree.pointer("/items/execute/items").unwrap();
    let second = json!({"title": "B", "needs": ["U01", "U03"], "files": ["a", "b"], "owner": "bob",
        "estimate": {"files": 5, "lines": 400}});
    assert_eq!(units["U02"], second);
    assert_eq!(units["U03"], json!({"title": "C", "estimate": {"files": 2, "lines": 9}}));
    let named = take(&change(), "items: {U02: {title: B, kind: unit, parent: execute}}").unwrap();
    assert_eq!(named.pointer("/items/execute/items/U02").unwrap(), &json!({"title": "B"}));
    let two = Scene::shipped("change", "items: {a: {title: A, kind: execute}, b: {title: B, kind: execute}}");
    let found = error(take(&two, "units: {U01: {title: A}}"));
    assert_eq!(found.message(), "U01 is a unit and does not say what it stands in");
    assert_eq!(found.hints(), ["give it `parent:`, one of a, b"]);
    let none = Scene::shipped("change", "items: {triage: {title: T, kind: triage}}");
    assert_eq!(refused(take(&none, "units: {U01: {title: A}}")), "nothing in w takes a unit such as U01");
}

#[test]
fn an_agent_rearranges_nothing_by_a_file() {
    let agent = Ask { kind: ActorKind::Agent, ..ask(None) };
    for (text, what) in [
        ("counted: false", "it does not count any more"),
        ("when: {any: {x: often}}", "its criteria are others than were planned"),
        ("validator: bob, owner: bob", "it is judged by somebody who has a part in it"),
        ("objective: Faster", ""),
    ] {
        let text = format!("items: {{execute: {{items: {{U01: {{title: A, {text}}}}}}}}}");
        assert!(take(&change(), &text).is_ok(), "{text}: a person may");
        match take_as(&change(), &text, &agent) {
            Ok(_) => assert_eq!(what, "", "{text}"),
            Err(found) => assert_eq!(found.message(), format!("changing U01 is refused: {what}"), "{text}"),
        }
    }
}

#[test]
fn a_second_reading_adds_and_replaces_nothing() {
    let scene = change();
    let before = scene.workflows[0].to_value();
    assert_eq!(take(&scene, "units: {U01: {title: A, est_files: 1}}").unwrap(), before);
    let more = take(&scene, "units: {U01: {title: A, est_loc: 9}, U02: {title: B}}").unwrap();
    let first = more.pointer("/items/execute/items/U01").unwrap();
    assert_eq!((&first["estimate"], &first["state"]), (&json!({"files": 1, "lines": 9}), &json!("active")));
    for (text, message) in [
        ("units: {U01: {title: Other}}", "title of U01 is A here, and Other in the file"),
        ("units: {U01: {title: A, est_files: 2}}", "estimate.files of U01 is 1 here, and 2 in the file"),
        ("units: {U01: {title: A, state: done}}", "U01 is active here, and done in the file"),
        ("units: [{id: U02, title: B}, {id: u02, title: B}]", "the id `u02` is used twice"),
    ] {
        assert_eq!(refused(take(&scene, text)), message, "{text}");
    }
}

#[test]
fn what_a_new_item_may_not_be_is_listed_whole() {
    let text = "units: {U02: {title: B, est_files: 6, est_loc: 401}, U03: {title: C, est_files: 5, est_loc: 400}, \
                U04: {title: D, files: [.github/workflows/ci.yml]}}";
    let found = error(take(&change(), text));
    assert_eq!(found.message(), "the import is refused");
    let notes = [
        "FAIL  U02: it is expected to change 6 files; 5 is the limit: split it",
        "FAIL  U02: it is expected to change 401 lines; 400 is the limit: split it",
        "FAIL  U04: .github/workflows/ci.yml is protected by `.github/workflows/**`",
    ];
    assert_eq!(found.notes(), notes);
    assert_eq!(found.hints(), [""; 0]);
    assert!(take(&change(), "units: {U03: {title: C, est_files: 5, est_loc: 400}}").is_ok());
}

#[test]
fn a_raised_limit_is_a_persons_to_give() {
    let text = "units: {U02: {title: B, est_files: 6, limits: {files: 6}}}";
    assert!(take(&change(), text).is_ok());
    let agent = Ask { kind: ActorKind::Agent, ..ask(None) };
    let found = error(take_as(&change(), text, &agent));
    assert_eq!(found.notes(), ["FAIL  U02: it raises a limit: a person does it; alice is an agent"]);
    assert!(take_as(&change(), "units: {U02: {title: B, limits: {files: 2}}}", &agent).is_ok());
}

#[test]
fn finished_work_of_a_whole_workflow_is_history() {
    let profile = yaml::read(shipped_profile("change").as_bytes(), "profile.yaml").unwrap();
    let take = |state: &str| {
        let text = format!("{{title: W, units: [{{id: U01, title: A, est_files: 9, state: {state}}}]}}");
        let tree = yaml::tree(text.as_bytes(), "in.yaml").unwrap();
        let pages = Pages::none();
        let adopted =
            workflow(tree, id("w"), Setting { profile: &profile, pages: &pages, now: now() }).unwrap();
        assert!(adopted.workflow.to_value().pointer("/items/execute/items/U01").is_some());
        let scene = Scene::shipped("change", "").with(adopted.workflow);
        taken_over(None, &scene.world(), 0, &ask(None))
    };
    assert!(take("done").is_ok());
    assert_eq!(refused(take("todo")), "the import is refused");
}
