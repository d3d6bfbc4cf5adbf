//! What may be set, and by whom.

use super::{Ask, Scene, ask, error};
use crate::derive::reference::resolve;
use crate::derive::testing::{TEAM, id, spot};
use crate::error::Result;
use crate::model::actor::ActorKind;
use crate::model::workflow::Workflow;
use crate::moves::allowed::unique;
use crate::moves::fields::{Setting, set};
use crate::moves::grow;

const PROCESS: &str = r#"
schema: 1
profile: limited
title: Limited
summary: Limits and documents.
id: "{slug}"
documents:
  intent: {title: Intent, path: "docs/{workflow}.md", front: [hot]}
workflow:
  title: Board
  fields: {hot: {type: bool, from: intent}, story: {type: text, unique: true}, note: {type: text}}
kinds:
  unit:
    title: Unit
    id: "U{nn}"
    under: [workflow]
    limits: {files: 5, lines: 400}
    guards: {add: {estimate: true, untouched: ["src/core/**"]}}
    fields: {packet: {type: text, of: [draft, ready], guards: {ready: {checklist: true, people: true}}}}
"#;

fn scene(root: &str, item: &str) -> Scene {
    let root = format!("protocol: {{threshold: \"0.92\", max_iterations: 3}}\nagents: {{bot: {{}}}}\n{root}");
    Scene::new(PROCESS, &[&format!("{root}\nitems: {{a: {{title: A, {item}}}}}")])
}

fn go(scene: &Scene, reference: &str, text: &str, ask: &Ask) -> Result<Workflow> {
    let world = scene.world();
    let target = resolve(&world, reference, Some(0), None).unwrap();
    set(&world, &target, &[Setting::parse(text).unwrap()], ask)
}

fn agent() -> Ask<'static> {
    Ask { kind: ActorKind::Agent, ..ask(None) }
}

#[test]
fn only_people_raise_a_limit() {
    let own = "protocol: {threshold: \"0.8\", max_iterations: 2}, limits: {files: 2}";
    for (item, reference, text, raises) in [
        ("", "a", "threshold=0.91", true),
        ("", "a", "threshold=0.93", false),
        ("", "a", "threshold=0.92", false),
        ("", "a", "max_iterations=4", true),
        ("", "a", "max_iterations=3", false),
        ("", "a", "protocol.max_iterations=4", true),
        ("", "w", "threshold=0.5", true),
        ("", "w", "threshold=", true),
        ("", "w", "max_iterations=", true),
        ("", "w", "max_iterations=2", false),
        (own, "a", "threshold=", false),
        (own, "a", "max_iterations=", true),
        ("", "a", "limits.files=6", true),
        ("", "a", "limits.files=4", false),
        ("", "a", "limits.lines=401", true),
        (own, "a", "limits.files=3", true),
        (own, "a", "limits.files=", true),
        (own, "a", "limits.files=1", false),
        ("", "a", "owner=bob", false),
    ] {
        let scene = scene("", item);
        assert!(go(&scene, reference, text, &ask(None)).is_ok(), "{text}: a person may");
        for asker in [agent(), Ask { actor: "bot", ..ask(None) }] {
            match go(&scene, reference, text, &asker) {
                Ok(_) => assert!(!raises, "{reference} {text}"),
                Err(found) => {
                    assert!(raises, "{reference} {text}: {found}");
                    assert_eq!(found.message(), "loosening a limit is refused");
                    assert_eq!(
                        found.notes(),
                        [format!("FAIL  a person does it; {} is an agent", asker.actor)]
                    );
                }
            }
        }
    }
}

#[test]
fn what_is_new_has_the_limits_of_all() {
    let add = |text: &str, ask: &Ask| {
        let scene = scene("", "");
        let world = scene.world();
        let settings: Vec<Setting> = text.split('|').map(|pair| Setting::parse(pair).unwrap()).collect();
        grow::add(&world, spot(&world, "w"), "unit", "X", &settings, ask).map(|(_, id)| id.to_string())
    };
    for (text, raises) in [
        ("threshold=0.5", true),
        ("max_iterations=9", true),
        ("limits.files=6|estimate.files=6", true),
        ("threshold=0.95|limits.files=2", false),
        ("estimate.files=5|estimate.lines=400", false),
    ] {
        assert_eq!(add(text, &ask(None)).unwrap(), "U01", "{text}");
        match add(text, &agent()) {
            Ok(_) => assert!(!raises, "{text}"),
            Err(found) => {
                assert_eq!((raises, found.message()), (true, "loosening a limit is refused"), "{text}");
            }
        }
    }
}

#[test]
fn what_is_too_large_or_protected_is_not_planned() {
    let scene = scene("", "");
    for (text, fail) in [
        ("estimate.files=6", "FAIL  it is expected to change 6 files; 5 is the limit: split it"),
        ("estimate.lines=401", "FAIL  it is expected to change 401 lines; 400 is the limit: split it"),
        ("files=src/core/x.rs", "FAIL  src/core/x.rs is protected by `src/core/**`"),
    ] {
        let found = error(go(&scene, "a", text, &ask(None)));
        assert_eq!(found.message(), "a cannot be planned like that");
        assert!(found.notes().contains(&fail.to_owned()), "{:?}", found.notes());
        let world = scene.world();
        let settings = [Setting::parse(text).unwrap()];
        let found = error(grow::add(&world, spot(&world, "w"), "unit", "X", &settings, &ask(None)));
        let (found, found_hints) = (found.message().to_owned(), found.hints().to_vec());
        assert_eq!(found, "U01 cannot be planned like that");
        for command in found_hints {
            assert!(command.starts_with("git track add unit "), "{command}");
        }
    }
    for text in ["estimate.files=5", "estimate.lines=400", "files=src/other.rs"] {
        assert!(go(&scene, "a", text, &ask(None)).is_ok(), "{text}");
    }
    let large = self::scene("", "estimate: {files: 9}");
    assert!(go(&large, "a", "owner=bob", &ask(None)).is_ok(), "what is not planned anew is left alone");
}

#[test]
fn what_a_document_says_is_not_set() {
    let open = scene("", "");
    assert!(go(&open, "w", "hot=true", &ask(None)).is_ok());
    let written = scene("", "").over(&[("docs/w.md", "---\nhot: false\n---\n# W\n")]);
    let found = error(go(&written, "w", "hot=true", &ask(None)));
    assert_eq!(found.message(), "`hot` is read from a document, which says false");
    assert_eq!(found.hints(), ["edit docs/w.md"]);
    assert!(go(&written, "w", "note=x", &ask(None)).is_ok());
}

#[test]
fn some_values_have_their_conditions() {
    let open = scene("", "checklist: {lines: {l1: {text: tested}}}");
    assert!(go(&open, "a", "packet=draft", &agent()).is_ok());
    let found = error(go(&open, "a", "packet=ready", &ask(None)));
    assert_eq!(found.message(), "`set a packet=ready` is refused");
    assert_eq!(found.notes(), ["ok    a person does it", "FAIL  every line of the checklist is ticked"]);
    let ticked = scene("", "checklist: {lines: {l1: {text: tested, done: \"2026-02-12T08:00:00Z\"}}}");
    assert!(go(&ticked, "a", "packet=ready", &ask(None)).is_ok());
    let found = error(go(&ticked, "a", "packet=ready", &agent()));
    assert_eq!(found.notes()[0], "FAIL  a person does it; alice is an agent");
    assert!(go(&ticked, "a", "packet=", &agent()).is_ok());
}

#[test]
fn unique_values_belong_to_one_open_workflow() {
    let go = |other: &str, own: &str| {
        let scene = Scene::new(PROCESS, &["fields: {story: S-1}", other]);
        let world = scene.world();
        let root = &Scene::new(PROCESS, &[own]).workflows[0].root;
        let kind = &scene.profile().workflow;
        unique(&world, kind, root, &id("limited"), &id("w2")).map_err(|found| found.message().to_owned())
    };
    let taken = Err("`story` S-1 belongs to w, which is open".to_owned());
    assert_eq!(go("fields: {note: x}", "fields: {story: S-1}"), taken);
    assert_eq!(go("fields: {story: S-2}", "fields: {story: S-2}"), Ok(()), "its own is no rival");
    assert_eq!(go("fields: {note: x}", "fields: {note: S-1}"), Ok(()));
    let closed = Scene::new(PROCESS, &["state: done\nfields: {story: S-1}"]);
    let root = &closed.workflows[0].root;
    let kind = &closed.profile().workflow;
    assert!(
        unique(&closed.world(), kind, root, &id("limited"), &id("w2")).is_ok(),
        "what is closed has none"
    );
    let others = Scene::new(TEAM, &["objective: x"]);
    assert!(unique(&others.world(), kind, root, &id("limited"), &id("w2")).is_ok());
}
