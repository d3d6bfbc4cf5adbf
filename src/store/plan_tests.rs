//! What an edit changes in a file, and what it leaves.

use super::plan::{carry, rewritten};
use super::snapshot::read_workflow;
use crate::derive::testing::{Scene, TEAM, now, spot};
use crate::model::actor::ActorKind;
use crate::model::path::RepoPath;
use crate::model::workflow::Workflow;
use crate::moves::{Ask, Departs, MOVES, fields, perform, records};
use proptest::prelude::*;
use serde_json::json;

#[test]
fn only_the_difference_is_carried_over() {
    let written = json!({"id": "w", "title": "W", "items": {}, "items2": {"b": {"x": 1}}});
    let before = json!({"id": "w", "title": "W", "items2": {"b": {"x": 1}}});
    let after = json!({"id": "w", "owner": "alice", "title": "V", "items2": {"b": {"x": 1, "y": 2}}});
    let carried = carry(&written, &before, &after);
    assert_eq!(
        carried,
        json!({"id": "w", "owner": "alice", "title": "V", "items": {}, "items2": {"b": {"x": 1, "y": 2}}})
    );
    let keys: Vec<&String> = carried.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["id", "owner", "title", "items", "items2"]);
}

#[test]
fn a_short_form_that_grows_is_replaced() {
    let carried = carry(
        &json!({"score": "all"}),
        &json!({"score": "all"}),
        &json!({"score": {"score": "all", "why": "x"}}),
    );
    assert_eq!(carried, json!({"score": {"score": "all", "why": "x"}}));
}

const HAND: &str = r#"# the plan
schema: 1
id:   w      # short
profile: team
title: 'By hand'   # spoken of so
state: active

items:
  # the first
  a:
    title: A
    needs: [ b,  c ]   # both
  b: {title: B, state: active, started: 2026-01-01T01:00:00+01:00}   # in one line
  c:
    title: C
    state: done
    # when it was
    started: "2026-01-01T00:00:00Z"
    finished: "2026-01-02T00:00:00Z"
    summary: >-
      Folded
      text.
    notes:
      n1: {text: x}   # a note
    empty-looking: {}
  d:
    title: D
    owner:            # nobody yet
    checklist:
      lines:
        l1: {text: x} # to tick
    gates: {G: {}}    # a gate without a title
    when: {}
# the end
"#;

fn edited(text: &str, new: &Workflow) -> Option<String> {
    let path = RepoPath::parse("w.yaml").unwrap();
    let old = read_workflow(text.as_bytes(), &path).unwrap();
    let edit = rewritten(&path, text.as_bytes(), &old, new).unwrap_or_else(|error| panic!("{error}\n{text}"));
    edit.map(|edit| String::from_utf8(edit.after.unwrap()).unwrap())
}

fn hand() -> (String, Scene) {
    let text = HAND.replace("    empty-looking: {}\n", "");
    let workflow = read_workflow(text.as_bytes(), &RepoPath::parse("w.yaml").unwrap()).unwrap();
    (text, Scene::new(TEAM, &[""]).with(workflow))
}

/// The lines that went and came.
fn changed(before: &str, after: &str) -> (Vec<String>, Vec<String>) {
    let diff = similar::TextDiff::from_lines(before, after);
    let with = |tag| {
        diff.iter_all_changes()
            .filter(|change| change.tag() == tag)
            .map(|c| c.value().trim_end().to_owned())
            .collect()
    };
    (with(similar::ChangeTag::Delete), with(similar::ChangeTag::Insert))
}

#[test]
fn a_move_changes_only_its_lines() {
    let (text, scene) = hand();
    let world = scene.world();
    let ask = Ask {
        actor: "alice",
        now: now(),
        kind: ActorKind::Person,
        text: Some("Works."),
        departs: Departs::No,
    };
    let done =
        perform(&world, spot(&world, "b"), crate::moves::named("done").unwrap(), &ask).unwrap().unwrap();
    let (gone, come) = changed(&text, &edited(&text, &done).unwrap());
    assert_eq!(gone.len(), 1, "{gone:?}");
    assert!(come.iter().any(|line| line.contains("# in one line")), "{come:?}");
    assert!(come.iter().any(|line| line.contains("2026-01-01T01:00:00+01:00")), "{come:?}");
    let reopened =
        perform(&world, spot(&world, "c"), crate::moves::named("reopen").unwrap(), &ask).unwrap().unwrap();
    let (gone, come) = changed(&text, &edited(&text, &reopened).unwrap());
    assert_eq!(gone, ["    state: done", "    finished: \"2026-01-02T00:00:00Z\""]);
    assert_eq!(come[0], "    state: active");
    assert!(
        come[1..].iter().all(|line| line.contains("alice")
            || line.contains("n2")
            || line.contains("Works")
            || line.contains("at:")),
        "{come:?}"
    );
    assert_eq!(edited(&text, &scene.workflows[0]), None);
}

#[test]
fn an_id_may_be_written_with_another_hyphen() {
    let text = "schema: 1\nid: w\nprofile: team\ntitle: W\nitems:\n  batch\u{2011}1:\n    title: A # mine\n";
    let path = RepoPath::parse("w.yaml").unwrap();
    let mut workflow = read_workflow(text.as_bytes(), &path).unwrap();
    workflow.root.items.get_mut(&crate::derive::testing::id("batch-1")).unwrap().owner =
        Some("bob".to_owned());
    let new = edited(text, &workflow).unwrap();
    assert_eq!(new, text.replace("# mine\n", "# mine\n    owner: bob\n"));
    workflow.root.items = crate::model::table::Table::default();
    assert!(!edited(text, &workflow).unwrap().contains("title: A"));
}

/// A random change of the hand-written workflow, if it is allowed.
fn change(scene: &Scene, (item, what, text): (&str, usize, &str)) -> Option<Workflow> {
    let world = scene.world();
    let at = spot(&world, item);
    let ask =
        Ask { actor: "bob", now: now(), kind: ActorKind::Person, text: Some(text), departs: Departs::No };
    let target = crate::derive::reference::Target { spot: at, part: crate::derive::reference::Part::Whole };
    let set = |key: &str| {
        let settings = [fields::Setting { key: key.to_owned(), value: text.trim().to_owned() }];
        fields::set(&world, &target, &settings, &ask).ok()
    };
    match what {
        0..7 => perform(&world, at, &MOVES[what], &ask).ok().flatten(),
        7 => records::block(&world, at, None, &ask).ok(),
        8 => records::note(&world, at, &records::Remark::default(), &ask).ok().flatten(),
        9 => set("owner"),
        10 => set("note"),
        11 => set("needs"),
        _ => records::tick(&world, at, &crate::derive::testing::id("l1"), &ask).ok().flatten(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn comments_survive_every_change(
        item in prop::sample::select(vec!["a", "b", "c", "d"]),
        what in 0usize..13,
        text in "[ -~é🎉]{1,24}|[ -~]{0,8}\n[ -~]{0,8}",
    ) {
        let (before, scene) = hand();
        if let Some(new) = change(&scene, (item, what, &text))
            && let Some(after) = edited(&before, &new)
        {
            let comments = |text: &str| {
                let comment = |line: &str| Some(line.get(line.find("# ")?..)?.to_owned());
                text.lines().filter_map(comment).collect::<Vec<_>>()
            };
            let (gone, come) = changed(&before, &after);
            // What is left out takes the comment on its own line with it; what only changes does not.
            let key = |line: &str| line.split_once(':').map_or("", |(key, _)| key).to_owned();
            let left_out = |line: &&String| !come.iter().any(|new| key(new) == key(line));
            let kept = comments(&after);
            for comment in comments(&before) {
                let own = gone.iter().filter(left_out).any(|line| line.ends_with(&comment));
                prop_assert!(own || kept.iter().any(|kept| kept.ends_with(&comment)), "{comment}\n{after}");
            }
            prop_assert!(gone.len() <= 4, "{gone:?}");
        }
    }
}
