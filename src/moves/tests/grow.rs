//! New workflows, items, records and steps.

use super::{Scene, ask, error, item, refused};
use crate::derive::testing::{TEAM, id, now, shipped_profile, spot};
use crate::error::Result;
use crate::formats::yaml;
use crate::model::profile::Profile;
use crate::model::workflow::Workflow;
use crate::moves::fields::Setting;
use crate::moves::grow;

fn settings(text: &str) -> Vec<Setting> {
    text.split('|').filter(|pair| !pair.is_empty()).map(|pair| Setting::parse(pair).unwrap()).collect()
}

fn add(scene: &Scene, within: &str, kind: &str, title: &str, text: &str) -> Result<(Workflow, String)> {
    let world = scene.world();
    grow::add(&world, spot(&world, within), kind, title, &settings(text), &ask(None))
        .map(|(w, id)| (w, id.to_string()))
}

fn step(scene: &Scene, title: &str, focus: &str, finish: Option<&str>) -> Result<(Workflow, String)> {
    let world = scene.world();
    grow::step(&world, spot(&world, "w"), title, focus, finish, &ask(None)).map(|(w, id)| (w, id.to_string()))
}

fn profile(text: &str) -> Profile {
    yaml::read(text.as_bytes(), "profile.yaml").unwrap()
}

#[test]
fn a_new_workflow_is_active_and_has_its_seeds() {
    let program = profile(shipped_profile("program"));
    let made = grow::workflow(&program, id("plan"), "Plan", &settings("owner=bob"), &ask(None)).unwrap();
    assert_eq!((made.root.state().word(), made.root.started), ("active", Some(now())));
    assert_eq!((made.root.by.as_deref(), made.root.owner.as_deref()), (Some("alice"), Some("bob")));
    assert_eq!(made.root.metrics.get(&id("ci_pass_rate")).unwrap().unit.as_deref(), Some("%"));
    assert_eq!((made.profile.as_str(), made.root.title.as_str()), ("program", "Plan"));
    let seeds = "starts_with: {protocol: {max_iterations: 3}, items: {p: {kind: phase, title: P, items: {a: {title: \
                 A, needs: [CP]}}}}, checkpoints: {CP: {role: x}}, gates: {G: {}}}\n";
    let seeded = TEAM.replace(
        "workflow: {title: Board}",
        &format!("{seeds}workflow: {{title: Board, fields: {{spec: {{type: path, required: true}}}}}}"),
    );
    let seeded = profile(&seeded);
    let made = grow::workflow(&seeded, id("x"), "X", &settings("spec=a.md"), &ask(None)).unwrap();
    let tree = made.to_value();
    assert_eq!(tree.pointer("/items/p/items/a/needs/0").unwrap(), "CP");
    assert_eq!(tree.pointer("/fields/spec").unwrap(), "a.md");
    assert!(tree.pointer("/gates/G").is_some() && tree.pointer("/protocol/max_iterations").is_some());
    let found = error(grow::workflow(&seeded, id("x"), "X", &[], &ask(None)));
    assert_eq!((found.message(), found.hints()), ("a team needs `spec`", &["--set spec=…".to_owned()][..]));
}

#[test]
fn items_get_ids_and_kinds_by_their_place() {
    let scene = Scene::items("T-001: {title: A}, p: {kind: phase, title: P}");
    let (changed, new) = add(&scene, "w", "task", "Next", "owner=bob").unwrap();
    assert_eq!(new, "T-002");
    assert_eq!(
        (item(&changed, "T-002").kind.clone(), item(&changed, "T-002").owner.as_deref()),
        (None, Some("bob"))
    );
    let (changed, new) = add(&scene, "w", "Phase", "Next", "").unwrap();
    assert_eq!(
        (new.as_str(), item(&changed, "phase-1").kind.as_ref().unwrap().as_str()),
        ("phase-1", "phase")
    );
    let (changed, _) = add(&scene, "p", "task", "Inner", "").unwrap();
    assert_eq!(changed.to_value().pointer("/items/p/items/T-002/title").unwrap(), "Inner");
    let (_, new) = add(&scene, "w", "turn", "Now & then!", "id=mine").unwrap();
    assert_eq!(new, "mine");
    let (_, new) = add(&scene, "w", "turn", "Now & then!", "").unwrap();
    assert_eq!(new, "now-then");
    let (_, new) = add(&scene, "w", "turn", "…!?", "").unwrap();
    assert_eq!(new, "item");
}

#[test]
fn what_cannot_be_added_is_refused() {
    let scene = Scene::items("T-001: {title: A}, p: {kind: phase, title: P}, done: {title: D, state: done}");
    for (within, kind, text, message) in [
        ("w", "tusk", "", "profile team knows no kind `tusk`"),
        ("p", "phase", "", "a phase cannot stand under a phase"),
        ("w", "task", "id=t-001", "the id `t-001` is taken"),
        ("w", "task", "id=1x", "`1x` is not an id"),
        ("w", "task", "ownr=x", "an item has no field `ownr`"),
        ("w", "line", "owner=x", "a line has no field `owner`"),
        ("w", "risk", "probability=often|title=x", "`probability=often`: it is one of low, medium, high"),
        ("done", "task", "", "done is done; nothing in it changes any more"),
        ("done", "line", "", "done is done; nothing in it changes any more"),
    ] {
        assert_eq!(refused(add(&scene, within, kind, "X", text)), message);
    }
    assert_eq!(refused(add(&scene, "w", "task", "  ", "")), "a title cannot be empty");
    let required = TEAM.replace("note: {type: text}", "note: {type: text, required: true}");
    let scene = Scene::new(&required, &["items: {}"]);
    assert_eq!(refused(add(&scene, "w", "task", "X", "")), "a task needs `note`");
    assert!(add(&scene, "w", "task", "X", "note=y").is_ok());
    let trace = Scene::shipped("trace", "");
    assert_eq!(
        refused(add(&trace, "w", "step", "X", "")),
        "a step is recorded when its work begins, not before"
    );
}

#[test]
fn records_are_added_to_items() {
    let scene = Scene::items("a: {title: A, checklist: {lines: {tested: {text: x}}}}");
    for (kind, title, text, new, path, value) in [
        ("risk", "Burn out", "impact=critical", "burn-out", "/risks/burn-out/impact", "critical"),
        ("metric", "Flakes", "target=<5", "flakes", "/metrics/flakes/target", "<5"),
        ("line", "Tested", "", "tested-2", "/checklist/lines/tested-2/text", "Tested"),
        ("gate", "Design review", "id=QG-1", "QG-1", "/gates/QG-1/title", "Design review"),
        ("checkpoint", "Approval", "id=CP-1|role=user", "CP-1", "/checkpoints/CP-1/role", "user"),
    ] {
        let (changed, found) = add(&scene, "a", kind, title, text).unwrap();
        assert_eq!(found, new);
        assert_eq!(changed.to_value().pointer(&format!("/items/a{path}")).unwrap(), value, "{kind}");
    }
    for (kind, text) in [("line", "id=tested"), ("gate", "id=A"), ("risk", "id=a")] {
        assert!(refused(add(&scene, "a", kind, "X", text)).ends_with("is taken"), "{kind}");
    }
}

#[test]
fn the_roster_and_its_grounding_belong_to_the_workflow() {
    let scene = Scene::team("agents: {P4: {role: x}}\nitems: {a: {title: A}}");
    let (changed, found) =
        add(&scene, "w", "agent", "Steward", "id=P5|steward=yes|skills=rust, git").unwrap();
    assert_eq!(found, "P5");
    let agent = changed.root.agents.get(&id("P5")).unwrap();
    assert_eq!((agent.role.as_deref(), agent.steward, agent.skills.len()), (Some("Steward"), Some(true), 2));
    let (changed, found) = add(&scene, "w", "grounding", "docs/PLAN.md", "agents=P4").unwrap();
    assert_eq!(found, "docs-plan-md");
    assert_eq!(changed.root.grounding.get(&id("docs-plan-md")).unwrap().agents, ["P4"]);
    assert!(refused(add(&scene, "w", "agent", "X", "id=p4")).ends_with("is taken"));
    for kind in ["agent", "grounding"] {
        let message = refused(add(&scene, "a", kind, "X", ""));
        assert_eq!(message, format!("{kind}s belong to the workflow, not to an item in it"));
    }
}

#[test]
fn a_step_is_recorded_before_its_work() {
    let trace = Scene::shipped("trace", "");
    let (changed, new) = step(&trace, "First", "the lookup", None).unwrap();
    assert_eq!(new, "s1");
    let found = item(&changed, "s1");
    assert_eq!(
        (found.state().word(), found.started, found.by.as_deref()),
        ("active", Some(now()), Some("alice"))
    );
    assert_eq!((found.focus.as_deref(), found.kind.as_ref()), (Some("the lookup"), None));
    let running = trace.with(changed);
    assert_eq!(running.wrong(), [""; 0]);
    let found = error(step(&running, "Second", "x", None));
    assert_eq!(found.message(), "`step \"Second\"` is refused");
    assert_eq!(
        found.notes(),
        [
            "FAIL  Step 1 is still in progress",
            "ok    it is the last one",
            "ok    it says what is being worked on"
        ]
    );
    let (changed, new) = step(&running, "Second", "x", Some("Works.")).unwrap();
    assert_eq!((new.as_str(), item(&changed, "s1").summary.as_deref()), ("s2", Some("Works.")));
    assert_eq!((item(&changed, "s1").state().word(), item(&changed, "s1").focus.as_deref()), ("done", None));
    assert_eq!(trace.with(changed).wrong(), [""; 0]);
    assert_eq!(
        refused(step(&running, "Second", "x", Some("1. One. Two. Three. Four."))),
        "`done s1` is refused"
    );
}

#[test]
fn a_step_needs_a_focus_and_a_process_with_steps() {
    let trace = Scene::shipped("trace", "");
    for focus in ["", "  "] {
        assert_eq!(refused(step(&trace, "First", focus, None)), "`step \"First\"` is refused");
    }
    assert_eq!(
        refused(step(&trace, "First", "x", Some("Done."))),
        "no step is in progress that --finish could finish"
    );
    let found = error(step(&Scene::items(""), "First", "x", None));
    assert_eq!(
        (found.message(), found.hints()),
        ("profile team has no steps", &["git track add task \"First\"".to_owned()][..])
    );
    let stopped = super::after(
        &Scene::shipped("trace", "items: {s1: {title: A, state: active}}"),
        "fail",
        "s1",
        "Disk.",
    );
    assert_eq!(refused(step(&stopped, "Second", "x", None)), "w is stopped: s1 failed");
    let steps = TEAM.replace("workflow: {title: Board}", "step: task\nworkflow: {title: Board}");
    let (changed, new) = step(&Scene::new(&steps, &[""]), "First", "", None).unwrap();
    assert_eq!((new.as_str(), item(&changed, "T-001").focus.as_ref()), ("T-001", None));
}
