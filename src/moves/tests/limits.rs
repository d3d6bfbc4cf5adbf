//! What may be set, and by whom.

use super::{Ask, Scene, ask, error};
use crate::derive::reference::resolve;
use crate::derive::testing::{TEAM, id, spot};
use crate::error::Result;
use crate::model::actor::ActorKind;
use crate::model::workflow::Workflow;
use crate::moves::allowed::unique;
use crate::moves::fields::{Setting, set};
use crate::moves::{grow, named, perform};

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
fn only_people_rearrange_what_has_begun() {
    let begun = "state: active, started: \"2026-02-12T08:00:00Z\", owner: ann, team: [bob], validator: val, needs: [b], \
                 order: \"1\"";
    for (text, own, what) in [
        ("validator=zoe", begun, "who judges it is replaced"),
        ("validator=", begun, "who judges it is replaced"),
        ("validator=VAL", begun, "who judges it is replaced"),
        ("cross_validator=bob", begun, "it is judged by somebody who has a part in it"),
        ("cross_validator=Ann", begun, "it is judged by somebody who has a part in it"),
        ("cross_validator=zoe", begun, ""),
        ("team=zoe", begun, ""),
        ("team=bob, zoe", begun, ""),
        ("needs=", begun, "it waits for less than was planned"),
        ("needs=b, c", begun, ""),
        ("order=2", begun, "its turn is another one than was planned"),
        ("mode=sequential", begun, "its turn is another one than was planned"),
        ("when.any.x=Often", begun, "its criteria are others than were planned"),
        ("when.any.x=Often", "owner: ann", ""),
        ("counted=no", begun, "it does not count any more"),
        ("counted=no", "needs: [b]", ""),
        ("needs=", "needs: [b]", ""),
        ("validator=zoe", "owner: ann", ""),
        ("validator=ann", "owner: ann", "it is judged by somebody who has a part in it"),
    ] {
        let scene = Scene::items(&format!("a: {{title: A, {own}}}, b: {{title: B}}, c: {{title: C}}"));
        assert!(go(&scene, "a", text, &ask(None)).is_ok(), "{text}: a person may");
        match go(&scene, "a", text, &agent()) {
            Ok(_) => assert_eq!(what, "", "{text}"),
            Err(found) => assert_eq!(found.message(), format!("changing a is refused: {what}"), "{text}"),
        }
    }
}

#[test]
fn whoever_has_begun_it_has_a_part_in_it() {
    let owned = |text: &str, item: &str| {
        let scene = Scene::items(&format!("a: {{title: A, owner: ann, {item}}}"));
        let changed = go(&scene, "a", text, &ask(None)).unwrap();
        let found = super::item(&changed, "a");
        (found.team.join(" "), found.makers.join(" "))
    };
    let begun = "started: \"2026-02-12T08:00:00Z\", state: active";
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(owned("owner=bob", begun), pair("", "ann"));
    assert_eq!(owned("owner=", begun), pair("", "ann"));
    assert_eq!(owned("owner=bob", "priority: P0"), pair("", ""));
    assert_eq!(owned("team=zoe", begun), pair("zoe", ""));
    assert_eq!(owned("team=", &format!("team: [zoe], {begun}")), pair("", "zoe"));
    assert_eq!(owned("owner=zoe", &format!("makers: [Ann], {begun}")), pair("", "Ann"));
    assert_eq!(owned("owner=zoe", "by: ann"), pair("", "ann"), "it was begun once");
    let handed = |kind: ActorKind| {
        let scene = Scene::items(&format!("a: {{title: A, owner: alice, {begun}}}"));
        super::item(&go(&scene, "a", "owner=bob", &Ask { kind, ..ask(None) }).unwrap(), "a").makers.join(" ")
    };
    assert_eq!([handed(ActorKind::Person), handed(ActorKind::Agent)], ["", "alice"]);
}

#[test]
fn an_agent_that_works_on_what_is_anothers_has_a_part_in_it() {
    let makers = |verb: &str, item: &str, ask: &Ask| {
        let scene = Scene::items(&format!("a: {{title: A, owner: zed, {item}}}"));
        let world = scene.world();
        let moved = perform(&world, spot(&world, "a"), named(verb).unwrap(), ask).unwrap().unwrap();
        super::item(&moved, "a").makers.join(" ")
    };
    let bot = Ask { actor: "bot", ..agent() };
    let begun = "state: active, started: \"2026-02-12T08:00:00Z\"";
    assert_eq!(makers("start", "priority: P0", &bot), "bot");
    assert_eq!(makers("submit", begun, &bot), "bot");
    assert_eq!(makers("retry", &begun.replace("active", "failed"), &bot), "bot");
    assert_eq!(makers("done", begun, &bot), "", "whoever judges may finish it");
    assert_eq!(makers("submit", &format!("team: [Bot], {begun}"), &bot), "");
    assert_eq!(makers("start", "priority: P0", &ask(None)), "", "a person gives work to others");
}

#[test]
fn nobody_more_is_put_to_work_than_may_be() {
    let profile = TEAM.replace("guards: {start: {needs_met: true}}", "guards: {start: {active_agents: 2}}");
    let running = "state: active, started: \"2026-02-12T08:00:00Z\"";
    let body = format!(
        "items: {{a: {{title: A, owner: x, {running}}}, b: {{title: B, owner: y, {running}}}, c: {{title: C}}}}"
    );
    let scene = Scene::new(&profile, &[&body]);
    let found = error(go(&scene, "a", "team=z", &ask(None)));
    assert_eq!(found.message(), "giving a to others is refused");
    assert_eq!(found.notes(), ["FAIL  at most 2 agents are at work; then there would be: x, y, z"]);
    for (reference, text) in [("a", "team=y"), ("c", "owner=z"), ("a", "priority=P0")] {
        assert!(go(&scene, reference, text, &ask(None)).is_ok(), "{reference} {text}");
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
fn a_new_workflow_has_the_limits_of_its_process() {
    let seeded = format!("{PROCESS}starts_with: {{protocol: {{threshold: \"0.92\", max_iterations: 3}}}}\n");
    let begin = |text: &str, ask: &Ask| {
        let scene = Scene::new(&seeded, &[""]);
        let settings = [Setting::parse(text).unwrap()];
        let begun = grow::workflow(scene.profile(), id("w"), "W", &settings, ask).unwrap();
        let begun = scene.with(begun);
        let world = begun.world();
        grow::within_limits(&world, spot(&world, "w"), ask).map_err(|found| found.message().to_owned())
    };
    for (text, raises) in [
        ("threshold=0.1", true),
        ("protocol.threshold=", true),
        ("max_iterations=4", true),
        ("max_iterations=", true),
        ("threshold=0.95", false),
        ("max_iterations=2", false),
        ("note=x", false),
    ] {
        assert_eq!(begin(text, &ask(None)), Ok(()), "{text}: a person may");
        let refusal = if raises { Err("loosening a limit is refused".to_owned()) } else { Ok(()) };
        assert_eq!(begin(text, &agent()), refusal, "{text}");
    }
}

#[test]
fn only_people_name_who_judges() {
    let add = |title: &str, text: &str, ask: &Ask| {
        let scene = scene("", "");
        let world = scene.world();
        let settings: Vec<Setting> =
            text.split_whitespace().map(|pair| Setting::parse(pair).unwrap()).collect();
        grow::add(&world, spot(&world, "w"), "agent", title, &settings, ask).map(|(_, id)| id.to_string())
    };
    for (title, text, judges) in [
        ("Maker", "id=X", false),
        ("Maker", "id=X steward=false independent=no role=critic", false),
        ("Maker", "id=X steward=true", true),
        ("Maker", "id=X independent=true", true),
        ("Maker", "id=X role=steward", true),
        ("Independent", "id=X", true),
    ] {
        assert_eq!(add(title, text, &ask(None)).unwrap(), "X", "{text}: a person may");
        for asker in [agent(), Ask { actor: "bot", ..ask(None) }] {
            let refusal = add(title, text, &asker).err().map(|found| found.message().to_owned());
            let message = judges.then(|| "naming X a steward or independent is refused".to_owned());
            assert_eq!(refusal, message, "{title} {text}");
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
