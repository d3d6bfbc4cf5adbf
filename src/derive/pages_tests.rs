//! Items made of documents: their states, and where they apply.

use super::evidence::{Freshness, freshness, subject, subject_of_all};
use super::judgement::judgements;
use super::pages::{applies, field, lacks, listed, marks};
use super::testing::{Scene, id, node, spot};
use crate::model::state::{Shown, State};

const PROCESS: &str = r#"
schema: 1
profile: written
title: Written
summary: Documents.
id: "{slug}"
paths: {docs: docs}
documents:
  intent: {title: Intent, path: "{docs}/intent.md", front: [hot]}
  plan: {title: Plan, path: "{docs}/{workflow}-plan.md", front: [risk], sections: [Scope], points: [Criteria]}
  note: {title: Note, path: "{docs}/{owner}.md"}
  after: {title: Postmortem, path: "{docs}/after.md"}
workflow:
  title: Board
  fields:
    hot: {type: bool, from: intent, mark: HOT}
    risk: {type: text, of: [low, high], from: plan}
    shape: {type: map, from: plan}
kinds:
  stage:
    title: Stage
    under: [workflow]
    state: derived
    documents: [plan]
    guards: {done: {has: [unit]}}
  after: {title: After, under: [workflow], state: derived, documents: [after], only: {field: hot, is: ["true"]}}
  owned: {title: Owned, under: [workflow], state: derived, documents: [note]}
  unit: {title: Unit, under: [workflow]}
"#;

const PLAN: &str = "---\nrisk: low\nshape: {kind: none}\n---\n# Plan\n\n## Scope\n\nThe lock.\n\n## Criteria\n\n- it holds\n";
const UNIT: &str = "u: {title: U, kind: unit, files: [u.rs]}";

fn scene(stage: &str, more: &str, files: &[(&str, &str)]) -> Scene {
    Scene::new(PROCESS, &[&format!("items: {{s: {{title: S, {stage}}}, {more}}}")]).over(files)
}

fn state(stage: &str, more: &str, plan: &str) -> State {
    let files = [("docs/w-plan.md", plan)];
    let scene = scene(stage, more, if plan.is_empty() { &[] } else { &files });
    let world = scene.world();
    node(&world, "s").state
}

#[test]
fn what_is_made_of_documents_is_done_when_they_are_complete() {
    assert_eq!(state("", UNIT, ""), State::Todo);
    assert_eq!(state("started: \"2026-02-12T08:00:00Z\"", UNIT, ""), State::Active);
    assert_eq!(state("", UNIT, "# Plan\n"), State::Active);
    for (from, to) in
        [("risk: low", "risk: huge"), ("The lock.", "TODO"), ("- it holds", ""), ("## Scope", "## X")]
    {
        let text = PLAN.replace(from, to);
        assert_ne!(text, PLAN);
        assert_eq!(state("", UNIT, &text), State::Active, "{from}");
    }
    assert_eq!(state("", UNIT, PLAN), State::Done);
    assert_eq!(
        state("", "t: {title: T, kind: owned}", PLAN),
        State::Active,
        "the process asks for a unit too"
    );
    assert_eq!(state("state: dropped", UNIT, PLAN), State::Dropped);
    let owned = scene("kind: owned", UNIT, &[("docs/ann.md", "x")]);
    assert_eq!(node(&owned.world(), "s").state, State::Todo, "nobody knows whose note it is");
    let owned = scene("kind: owned, owner: ann", UNIT, &[("docs/ann.md", "x")]);
    assert_eq!(node(&owned.world(), "s").state, State::Done);
}

fn gate(part: &str) -> String {
    format!("gates: {{G: {{parts: {{x: {{{part}}}}}}}}}")
}

#[test]
fn a_gate_decides_once_the_documents_are_complete() {
    let at = "\"2026-02-12T08:00:00Z\"";
    assert_eq!(state(&gate("human: lead"), UNIT, PLAN), State::Review);
    assert_eq!(state(&gate("human: lead"), UNIT, ""), State::Todo);
    assert_eq!(state(&gate(&format!("human: lead, failed: {at}")), UNIT, PLAN), State::Review);
    assert_eq!(state(&gate(&format!("human: lead, waived: {at}")), UNIT, PLAN), State::Done);
    assert_eq!(state(&gate(&format!("human: lead, passed: {at}")), UNIT, PLAN), State::Done);
    assert_eq!(state("checkpoints: {C: {role: lead}}", UNIT, PLAN), State::Review);
    assert_eq!(state(&format!("checkpoints: {{C: {{approved: {at}}}}}"), UNIT, PLAN), State::Done);
    let unless = |is: &str, said: &str| {
        gate(&format!("human: lead, unless: {{field: risk, is: [{is}], unless_said: [{said}]}}"))
    };
    assert_eq!(state(&unless("low", ""), UNIT, PLAN), State::Done);
    assert_eq!(state(&unless("high", ""), UNIT, PLAN), State::Review);
    assert_eq!(state(&unless("low", "breaking"), UNIT, PLAN), State::Done);
    assert_eq!(
        state(&unless("low", "THE LOCK"), UNIT, PLAN),
        State::Review,
        "a word in the document speaks against it"
    );
    for (said, state_then) in [
        ("> **Decision:**  BLOCKED", State::Review),
        ("- decision\u{a0}: _blocked_", State::Review),
        ("| Decision | Blocked |\n|-|-|", State::Review),
        ("Decision: <blocked or confirmed>", State::Done),
        ("Decision: unblocked", State::Done),
        ("```\nDecision: BLOCKED\n```", State::Done),
        ("<!-- Decision: BLOCKED -->", State::Done),
    ] {
        let text = format!("{PLAN}\n{said}\n");
        assert_eq!(state(&unless("low", "\"decision: blocked\""), UNIT, &text), state_then, "{said}");
    }
    let unknown = gate("human: lead, unless: {field: hot, is: [\"false\"]}");
    assert_eq!(state(&unknown, UNIT, PLAN), State::Review, "what is not known yet excuses nothing");
    let inner = gate("human: lead, unless: {field: shape.kind, is: [none]}");
    assert_eq!(state(&inner, UNIT, PLAN), State::Done);
}

#[test]
fn an_approval_is_void_when_the_document_has_changed() {
    let changed = PLAN.replace("The lock", "Two locks");
    let scoped = |of: &str, on: &str| {
        gate(&format!("review: eve, {of} passed: \"2026-02-12T08:00:00Z\", on: \"{on}\""))
    };
    let plain = scene("", UNIT, &[("docs/w-plan.md", PLAN)]);
    let on = subject(&plain.world().boards[0], 1).unwrap();
    assert_eq!(state(&scoped("", &on), UNIT, PLAN), State::Done);
    assert_eq!(state(&scoped("", &on), UNIT, &changed), State::Review);
    let of_unit = |text: &str, on: &str| {
        let scene = scene(&scoped("of: u,", on), UNIT, &[("docs/w-plan.md", PLAN), ("u.rs", text)]);
        let world = scene.world();
        let board = &world.boards[0];
        (node(&world, "s").state, subject_of_all(board, &[spot(&world, "u").place]).unwrap())
    };
    let (_, on) = of_unit("one", "");
    assert_eq!(
        of_unit("one", &on).0,
        State::Done,
        "it is about what was reviewed, not about its own document"
    );
    assert_eq!(of_unit("two", &on).0, State::Review);
}

#[test]
fn a_field_comes_from_its_document_as_soon_as_that_says_it() {
    let ask = |root: &str, files: &[(&str, &str)], keys: &str| {
        let scene = Scene::new(PROCESS, &[root]).over(files);
        field(&scene.world().boards[0], keys).map(|value| value.to_string())
    };
    let said = [("docs/intent.md", "---\nhot: true\n---\n")];
    let silent = [("docs/intent.md", "# Intent\n")];
    assert_eq!(ask("fields: {hot: false}", &said, "hot").as_deref(), Some("true"));
    assert_eq!(ask("fields: {hot: false}", &silent, "hot").as_deref(), Some("false"));
    assert_eq!(ask("fields: {hot: false}", &[], "hot").as_deref(), Some("false"));
    assert_eq!(ask("objective: x", &silent, "hot"), None);
    assert_eq!(ask("fields: {shape: {kind: big}}", &[], "shape.kind").as_deref(), Some("\"big\""));
    assert_eq!(ask("fields: {shape: {kind: big}}", &[], "shape.other"), None);
    assert_eq!(ask("objective: x", &[], "nothing"), None);
}

#[test]
fn what_does_not_apply_is_left_out() {
    let go = |intent: &str| {
        let files = [("docs/intent.md", intent)];
        let scene = scene(
            "kind: after, started: \"2026-02-12T08:00:00Z\"",
            "x: {title: X, kind: unit, needs: [s]}",
            &files,
        );
        let world = scene.world();
        let at = spot(&world, "s");
        (applies(&world.boards[0], at.place), node(&world, "s").state, scene.shown("x"))
    };
    assert_eq!(go("---\nhot: true\n---\n"), (Some(true), State::Active, Shown::Waiting));
    assert_eq!(go("---\nhot: false\n---\n"), (Some(false), State::Dropped, Shown::Waiting));
    assert_eq!(go("# Intent\n"), (None, State::Active, Shown::Waiting));
    let unknown = scene("kind: after", "", &[]);
    let world = unknown.world();
    let at = spot(&world, "s");
    assert_eq!((world.shown(at), applies(&world.boards[0], at.place)), (Shown::Waiting, None));
    let unmet = world.unmet(at);
    let reasons: Vec<&str> = unmet.iter().map(|unmet| unmet.reason.as_str()).collect();
    assert_eq!(reasons, ["`hot` is not said yet, which decides whether s is needed"]);
    assert_eq!(judgements(&world, 0), [], "a document says it, nobody's word");
    let hot = scene("kind: after", "", &[("docs/intent.md", "---\nhot: true\n---\n")]);
    assert_eq!(hot.shown("s"), Shown::Ready);
}

#[test]
fn what_is_judged_is_its_files_or_everything() {
    let on = |item: &str, files: &[(&str, &str)]| {
        let body = format!("items: {{a: {{title: A, {item}}}}}");
        let scene = Scene::new(super::testing::TEAM, &[&body]).over(files);
        let world = scene.world();
        subject(&world.boards[0], spot(&world, "a").place)
    };
    let files = [("a.md", "A"), ("b.md", "B")];
    let changed = [("a.md", "A"), ("b.md", "C")];
    assert_eq!(on("", &[]), None, "nothing is committed yet");
    assert_ne!(on("", &files), on("", &changed));
    assert_eq!(on("files: [a.md]", &files), on("files: [a.md]", &changed));
    assert_eq!(on("files: [a.md]", &files), on("artifacts: {a1: {path: a.md}}", &files));
    assert_eq!(
        on("files: [a.md]", &files),
        on("items: {x: {title: X, files: [a.md]}}", &files),
        "what is in it stands for it"
    );
    assert_ne!(on("files: [a.md, b.md]", &files), on("files: [a.md, b.md]", &changed));
    assert_eq!(on("files: [a.md, b.md]", &files), on("files: [b.md, a.md]", &files));
    assert_ne!(on("files: [a.md, c.md]", &files), on("files: [a.md, b.md]", &files));
    let gone = on("files: [c.md]", &files);
    assert!(gone.is_some());
    assert_ne!(gone, on("files: [c.md]", &[("c.md", "new")]), "a file that has come since is a change");
    assert_eq!(on("files: [\"src/*.rs\"]", &files), on("", &files), "a pattern names no file");
}

#[test]
fn ids_are_the_same_when_one_is_shorter() {
    let fresh = |on: Option<&str>, now: &str| freshness(on, Some(now.to_owned())).is_fresh();
    assert!(fresh(None, "0123456789ab"), "an answer that is bound to nothing stays");
    assert!(freshness(Some("0123456789ab"), None).is_fresh());
    assert!(fresh(Some("0123456789ab"), "0123456789ab"));
    assert!(fresh(Some("0123456"), "0123456789ab"));
    assert!(fresh(Some("0123456789ABCDEF"), "0123456789ab"));
    for other in ["012345", "0123457", "1123456789ab", "", "0123456789ac"] {
        let found = freshness(Some(other), Some("0123456789ab".to_owned()));
        assert_eq!(found, Freshness::Stale { was: other.to_owned(), now: "0123456789ab".to_owned() });
    }
}

#[test]
fn a_key_of_a_mapping_says_one_of_its_values() {
    let lacks = |said: &str| {
        let text = format!("---\ncompatibility: {{classification: {said}, decision: open}}\n---\n");
        let scene = Scene::shipped("change", "items: {i: {title: I, kind: impact}}");
        let scene = scene.over(&[("Planning/Changes/w/02-impact-analysis.md", &text)]);
        let world = scene.world();
        lacks(&world.boards[0], spot(&world, "i").place, &id("impact")).into_iter().next().unwrap()
    };
    assert_eq!(
        lacks("compatible"),
        "its front matter says `compatibility: classification: compatible, decision: open`, which is not one of \
         `classification: non_breaking, potentially_breaking, breaking`"
    );
    assert_eq!(lacks("breaking"), "it has no section `Blast Radius`");
}

#[test]
fn what_a_section_lists_and_what_marks_a_workflow() {
    let plan = PLAN.replace("- it holds", "- [x] it *holds*\n- <one>\n- it opens");
    let files = [("docs/w-plan.md", plan.as_str()), ("docs/intent.md", "---\nhot: true\n---\n")];
    let scene = scene("kind: stage", UNIT, &files);
    let world = scene.world();
    let board = &world.boards[0];
    assert_eq!(listed(board, &id("plan"), "criteria"), ["it holds", "it opens"]);
    assert_eq!(listed(board, &id("plan"), "Scope"), [""; 0]);
    assert_eq!(listed(board, &id("after"), "Scope"), [""; 0]);
    assert_eq!(marks(board).collect::<Vec<_>>(), ["HOT"]);
    for intent in ["---\nhot: false\n---\n", "---\nhot: maybe\n---\n", "none"] {
        let scene = self::scene("kind: stage", UNIT, &[("docs/intent.md", intent)]);
        assert_eq!(marks(&scene.world().boards[0]).count(), 0, "{intent}");
    }
}
