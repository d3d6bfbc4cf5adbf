//! Blockers, ticks, claims and remarks.

use super::{Scene, after, ask, error, item, refused};
use crate::derive::testing::{id, now, spot};
use crate::derive::world::Spot;
use crate::model::record::{Action, Artifact, NoteKind};
use crate::model::time::Time;
use crate::moves::records::{Remark, block, claim, note, tick, unblock};

fn text(text: &str) -> super::Ask<'_> {
    ask(Some(text))
}

#[test]
fn blockers_come_and_are_cleared() {
    let scene = Scene::items("a: {title: A}");
    let world = scene.world();
    let at = spot(&world, "a");
    assert_eq!(refused(block(&world, at, None, &ask(None))), "`block` needs a reason");
    assert_eq!(refused(block(&world, at, None, &text(" "))), "`block` needs a reason");
    assert_eq!(unblock(&world, at, None, &ask(None)).unwrap(), None);
    let blocked = scene.with(block(&world, at, Some("pin it"), &text("no disk")).unwrap());
    let found = item(&blocked.workflows[0], "a").blockers.get(&id("b1")).unwrap().clone();
    assert_eq!((found.text.as_str(), found.fix.as_deref()), ("no disk", Some("pin it")));
    assert_eq!((found.by.as_deref(), found.since, found.cleared), (Some("alice"), Some(now()), None));
    let world = blocked.world();
    let twice = blocked.with(block(&world, at, None, &text("no net")).unwrap());
    let world = twice.world();
    let one = unblock(&world, at, Some(&id("b2")), &ask(None)).unwrap().unwrap();
    let open = |workflow: &crate::model::workflow::Workflow| {
        item(workflow, "a").open_blockers().map(|(id, _)| id.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(open(&one), ["b1"]);
    assert_eq!(item(&one, "a").blockers.get(&id("b2")).unwrap().cleared_by.as_deref(), Some("alice"));
    let all = unblock(&world, at, None, &text("new disk")).unwrap().unwrap();
    assert_eq!(open(&all), [""; 0]);
    assert_eq!(item(&all, "a").notes.values().next().unwrap().text, "unblocked: new disk");
    let again = scene.with(one);
    assert_eq!(unblock(&again.world(), at, Some(&id("b2")), &ask(None)).unwrap(), None);
    let done = Scene::items("a: {title: A, state: done}");
    assert_eq!(refused(block(&done.world(), at, None, &text("x"))), "`block a` is refused: it is done");
}

#[test]
fn lines_are_ticked_once() {
    let scene = Scene::items("a: {title: A, checklist: {lines: {l1: {text: x}}}}");
    let world = scene.world();
    let ticked = tick(&world, spot(&world, "a"), &id("l1"), &ask(None)).unwrap().unwrap();
    let line = item(&ticked, "a").checklist.as_ref().unwrap().lines.get(&id("l1")).unwrap().clone();
    assert_eq!((line.done, line.by.as_deref()), (Some(now()), Some("alice")));
    let ticked = scene.with(ticked);
    let world = ticked.world();
    assert_eq!(tick(&world, spot(&world, "a"), &id("l1"), &ask(None)).unwrap(), None);
}

#[test]
fn what_is_claimed_is_begun_and_has_an_owner() {
    let scene = Scene::items(
        "a: {title: A}, mine: {title: M, owner: alice}, his: {title: H, owner: bob}, running: {title: R, state: \
         active, owner: alice}, orphan: {title: O, state: active}, done: {title: D, state: done}, late: {title: L, \
         needs: [a]}",
    );
    let world = scene.world();
    let go = |name: &str| claim(&world, spot(&world, name), &ask(None));
    for name in ["a", "mine"] {
        let claimed = go(name).unwrap().unwrap();
        let found = item(&claimed, name);
        assert_eq!((found.state().word(), found.owner.as_deref()), ("active", Some("alice")), "{name}");
    }
    let found = error(go("his"));
    assert_eq!(
        (found.message(), found.hints()),
        ("his belongs to bob", &["git track set his owner=alice".to_owned()][..])
    );
    assert_eq!(go("running").unwrap(), None);
    assert_eq!(item(&go("orphan").unwrap().unwrap(), "orphan").owner.as_deref(), Some("alice"));
    assert_eq!(refused(go("done")), "`start done` is refused: it is done");
    assert_eq!(refused(go("late")), "`start late` is refused");
}

#[test]
fn remarks_go_to_their_records() {
    let scene = Scene::items("a: {title: A, state: active}");
    let world = scene.world();
    let at = spot(&world, "a");
    let artifact =
        Artifact { text: Some("x".to_owned()), action: Some(Action::Created), ..Artifact::default() };
    let remark = Remark {
        decisions: vec!["d".to_owned()],
        why: vec!["because".to_owned()],
        focus: Some("f".to_owned()),
        challenges: vec!["c".to_owned()],
        artifacts: vec![artifact.clone(), artifact.clone()],
        ..Remark::default()
    };
    let noted = note(&world, at, &remark, &text("n")).unwrap().unwrap();
    let found = item(&noted, "a");
    let decision = found.decisions.get(&id("d1")).unwrap();
    assert_eq!(
        (decision.text.as_str(), decision.why.as_deref(), decision.at),
        ("d", Some("because"), Some(now()))
    );
    assert_eq!(found.challenges.get(&id("c1")).unwrap().text, "c");
    assert_eq!(found.notes.get(&id("n1")).unwrap().by.as_deref(), Some("alice"));
    assert_eq!((found.focus.as_deref(), found.artifacts.len()), (Some("f"), 1));
    let noted = scene.with(noted);
    let same =
        Remark { focus: remark.focus.clone(), artifacts: remark.artifacts.clone(), ..Remark::default() };
    assert_eq!(note(&noted.world(), at, &same, &ask(None)).unwrap(), None);
    let half = Remark { decisions: vec!["d".to_owned()], ..Remark::default() };
    assert_eq!(refused(note(&world, at, &half, &ask(None))), "a decision needs its reason");
}

#[test]
fn what_a_report_is_to_tell_is_noted_once_a_day() {
    let scene = Scene::items("a: {title: A, state: active}");
    let at = Spot { board: 0, place: 0 };
    let told = vec![(NoteKind::Win, "W".to_owned()), (NoteKind::Ask, "W".to_owned())];
    let remark = Remark { told, ..Remark::default() };
    let noted = note(&scene.world(), at, &remark, &ask(None)).unwrap().unwrap();
    let kinds: Vec<_> = noted.root.notes.values().map(|note| (note.kind, note.by.as_deref())).collect();
    assert_eq!(kinds, [(Some(NoteKind::Win), Some("alice")), (Some(NoteKind::Ask), Some("alice"))]);
    let scene = scene.with(noted);
    assert_eq!(note(&scene.world(), at, &remark, &ask(None)).unwrap(), None);
    let later = super::Ask { now: Time::parse("2026-02-19T09:00:00Z").unwrap(), ..ask(None) };
    let again = note(&scene.world(), at, &remark, &later).unwrap().unwrap();
    assert_eq!(again.root.notes.len(), 4);
}

#[test]
fn only_open_items_have_a_focus() {
    let scene = Scene::items("p: {kind: phase, title: P}, a: {title: A, state: done}, b: {title: B}");
    let world = scene.world();
    let remark = Remark { focus: Some("f".to_owned()), ..Remark::default() };
    let go = |name: &str| note(&world, spot(&world, name), &remark, &ask(None));
    assert_eq!(refused(go("p")), "p is todo and has no focus");
    assert_eq!(refused(go("a")), "a is done and has no focus");
    assert!(go("b").is_ok());
}

#[test]
fn a_failed_trace_takes_no_records() {
    let failed =
        after(&Scene::shipped("trace", "items: {s1: {title: A, state: active}}"), "fail", "s1", "Disk full.");
    let world = failed.world();
    let at = spot(&world, "s1");
    let stopped = "w is stopped: s1 failed";
    assert_eq!(refused(block(&world, at, None, &text("x"))), stopped);
    assert_eq!(refused(unblock(&world, at, None, &ask(None))), stopped);
    assert_eq!(refused(tick(&world, at, &id("l1"), &ask(None))), stopped);
    assert_eq!(refused(claim(&world, at, &ask(None))), stopped);
    assert_eq!(refused(note(&world, at, &Remark::default(), &text("x"))), stopped);
}
