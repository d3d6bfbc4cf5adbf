//! Setting fields.

use super::{Scene, ask, error, item, refused};
use crate::derive::reference::resolve;
use crate::error::Result;
use crate::model::state::{Asked, State};
use crate::model::workflow::Workflow;
use crate::moves::fields::{Setting, set, state_word};
use serde_json::{Value, json};

fn settings(text: &str) -> Vec<Setting> {
    text.split('|').map(|pair| Setting::parse(pair).unwrap()).collect()
}

fn go(scene: &Scene, reference: &str, text: &str) -> Result<Workflow> {
    let world = scene.world();
    set(&world, &resolve(&world, reference, Some(0), None).unwrap(), &settings(text), &ask(None))
}

fn tree(workflow: &Workflow, path: &str) -> Value {
    workflow.to_value().pointer(path).cloned().unwrap_or_default()
}

#[test]
fn settings_are_pairs() {
    assert_eq!(settings("notes=a=b c "), [Setting { key: "notes".to_owned(), value: "a=b c".to_owned() }]);
    assert_eq!(refused(Setting::parse("x")), "`x` is not of the form key=value");
    assert_eq!(refused(Setting::parse(" =x")), "` =x` is not of the form key=value");
}

#[test]
fn every_common_field_can_be_set_and_removed() {
    let scene = Scene::items("a: {title: A}, b: {title: B}");
    for (text, key, value) in [
        ("title=New one", "title", json!("New one")),
        ("short=N", "short", json!("N")),
        ("objective=x", "objective", json!("x")),
        ("order=1.5", "order", json!("1.5")),
        ("mode=Sequential", "mode", json!("sequential")),
        ("priority=P0", "priority", json!("P0")),
        ("label=parked", "label", json!("parked")),
        ("progress=50%", "progress", json!(50)),
        ("weight=3", "weight", json!(3)),
        ("counted=no", "counted", json!(false)),
        ("owner=bob", "owner", json!("bob")),
        ("team=bob, maria,", "team", json!(["bob", "maria"])),
        ("validator=x", "validator", json!("x")),
        ("cross_validator=x", "cross_validator", json!("x")),
        ("critic_patterns=Red Team, Steelman", "critic_patterns", json!(["Red Team", "Steelman"])),
        ("target=Week 1–2", "target", json!("Week 1–2")),
        ("start=2026-02-12", "start", json!("2026-02-12")),
        ("due=2026-02-12", "due", json!("2026-02-12")),
        ("needs=b", "needs", json!(["b"])),
        ("branch=feat/x", "branch", json!("feat/x")),
        ("files=a.md,b.md", "files", json!(["a.md", "b.md"])),
        ("summary=x", "summary", json!("x")),
    ] {
        let changed = go(&scene, "a", text).unwrap();
        assert_eq!(tree(&changed, &format!("/items/a/{key}")), value, "{text}");
        if key != "title" {
            let back = go(&scene.with(changed), "a", &format!("{key}=")).unwrap();
            assert_eq!(back, scene.workflows[0], "{text}");
        }
    }
    assert_eq!(refused(go(&scene, "a", "priority=P9")), "`priority=P9`: it is one of P0, P1, P2, P3");
    assert!(refused(go(&scene, "a", "title=")).contains("`title` cannot be empty"));
}

#[test]
fn criteria_make_an_item_conditional() {
    let scene = Scene::items("a: {title: A}");
    let both =
        go(&scene, "a", "when.any.often=It fails often|when.any.slow=It is slow|when.all.paid=x").unwrap();
    let when = json!({"any": {"often": "It fails often", "slow": "It is slow"}, "all": {"paid": "x"}});
    assert_eq!(tree(&both, "/items/a/when"), when);
    let both = scene.with(both);
    let one = go(&both, "a", "when.any.often=|when.all.paid=|when.any.slow=It is too slow").unwrap();
    assert_eq!(tree(&one, "/items/a/when"), json!({"any": {"slow": "It is too slow"}}));
    assert_eq!(go(&scene.with(one), "a", "when.any.slow=").unwrap(), scene.workflows[0]);
    for key in ["when.x", "when.some.x", "when."] {
        let found = error(go(&scene, "a", &format!("{key}=y")));
        assert_eq!(found.message(), format!("`{key}` names no criterion"));
        assert_eq!(found.hints(), ["when.any.<id> or when.all.<id>"]);
    }
    assert!(go(&scene, "a", "when.any.=y").is_err());
}

#[test]
fn declared_fields_are_typed() {
    let scene = Scene::items("a: {title: A}");
    for (text, key, value) in [
        ("note=x", "note", json!("x")),
        ("hot=yes", "hot", json!(true)),
        ("size=-3", "size", json!(-3)),
        ("day=2026-02-12", "day", json!("2026-02-12")),
        ("at=2026-02-12T09:00:00Z", "at", json!("2026-02-12T09:00:00Z")),
        ("spec=a/b.md", "spec", json!("a/b.md")),
        ("tags=a, b", "tags", json!(["a", "b"])),
        ("who=a: x, b: y", "who", json!({"a": "x", "b": "y"})),
        ("risk=low", "risk", json!("low")),
    ] {
        let changed = go(&scene, "a", text).unwrap();
        assert_eq!(tree(&changed, &format!("/items/a/fields/{key}")), value, "{text}");
        assert_eq!(go(&scene.with(changed), "a", &format!("{key}=")).unwrap(), scene.workflows[0], "{text}");
    }
    for (text, message) in [
        ("hot=maybe", "`hot=maybe`: hot is not true or false"),
        ("size=1.5", "`size=1.5`: size is not a whole number"),
        ("day=Friday", "`day=Friday`: day is not a date like 2026-02-12"),
        ("spec=../x", "`spec=../x`: spec is not a path relative to the repository"),
        ("risk=huge", "`risk=huge`: risk is none of low, high"),
    ] {
        assert_eq!(refused(go(&scene, "a", text)), message);
    }
}

#[test]
fn what_does_not_fit_is_named() {
    let scene =
        Scene::items("a: {title: A}, done: {title: D, state: done}, x: {title: X, items: {y: {title: Y}}}");
    for (reference, text, message, hint) in [
        ("a", "ownr=x", "an item has no field `ownr`", "did you mean `owner`?"),
        ("a", "sise=1", "an item has no field `sise`", "did you mean `size`?"),
        ("a", "sttate=done", "an item has no field `sttate`", "did you mean `state`?"),
        ("a", "progress=abc", "`progress=abc`: `abc` is not a whole number", ""),
        ("a", "owner=bob|progress=101", "`progress=101`: 101 is not a percentage from 0 to 100", ""),
        ("a", "progress=-1", "`progress=-1`: -1 is not a percentage from 0 to 100", ""),
        ("a", "counted=often", "`counted=often`: `often` is not true or false", ""),
        ("done", "progress=10", "done is done; its progress does not change", ""),
        ("x", "progress=10", "the progress of x is counted from what is in it", "git track show x"),
    ] {
        let found = error(go(&scene, reference, text));
        assert_eq!(found.message(), message);
        assert_eq!(found.hints().first().map_or("", String::as_str), hint, "{text}");
    }
    let found = error(go(&scene, "a", "quite_different_word=1"));
    assert!(found.hints()[0].starts_with("it has title, short,"), "{:?}", found.hints());
    assert!(go(&scene, "a", "weight=-1").is_err());
    assert!(go(&scene, "x", "progress=").is_ok());
}

#[test]
fn records_have_fields_of_their_own() {
    let scene = Scene::team(
        "risks: {r: {title: R}}\nmetrics: {m: {title: M, unit: \"%\"}}\nitems: {a: {title: A, gates: {G: {}}, \
         checkpoints: {C: {}}, checklist: {lines: {l: {text: x}}}}}",
    );
    for (reference, text, path, value) in [
        ("r", "probability=High", "/risks/r/probability", json!("high")),
        ("r", "reviewed=2026-02-12", "/risks/r/reviewed", json!("2026-02-12")),
        ("m", "2026-02-13=96", "/metrics/m/samples/2026-02-13", json!(96)),
        ("m", "2026-02-13=96.5%", "/metrics/m/samples/2026-02-13", json!(96.5)),
        ("m", "target=>=95", "/metrics/m/target", json!(">=95")),
        ("G", "title=Review", "/items/a/gates/G/title", json!("Review")),
        ("C", "role=lead", "/items/a/checkpoints/C/role", json!("lead")),
    ] {
        assert_eq!(tree(&go(&scene, reference, text).unwrap(), path), value, "{text}");
    }
    let sampled = scene.with(go(&scene, "m", "2026-02-13=96").unwrap());
    assert_eq!(go(&sampled, "m", "2026-02-13=").unwrap(), scene.workflows[0]);
    for (reference, text, message) in [
        ("m", "2026-02-13=x", "`x` is not a number"),
        ("m", "2026-02-13=101", "`101` is not a percentage from 0 to 100"),
        ("m", "titel=x", "a metric has no field `titel`"),
        ("r", "owners=x", "a risk has no field `owners`"),
        ("G", "state=passed", "a gate has no field `state`"),
        ("a.l", "text=y", "records are not set; they are added, settled or edited in the file"),
    ] {
        assert_eq!(refused(go(&scene, reference, text)), message);
    }
    assert!(refused(go(&scene, "r", "impact=huge")).starts_with("`impact=huge`: it is one of low, "));
}

#[test]
fn nothing_is_set_in_what_is_closed() {
    let scene = Scene::team("state: done\nitems: {a: {title: A}}");
    assert_eq!(refused(go(&scene, "a", "owner=x")), "w is done; nothing in it changes any more");
    let open = Scene::items("a: {title: A, state: done}");
    assert_eq!(item(&go(&open, "a", "owner=x").unwrap(), "a").owner.as_deref(), Some("x"));
}

#[test]
fn words_ask_for_states() {
    let scene = Scene::items("");
    let asked = |word: &str| {
        state_word(scene.profile(), word).map(|(asked, label)| (asked, label.map(|l| l.to_string())))
    };
    for (word, state, label) in [
        ("in-progress", State::Active, None),
        ("🟡 In Progress", State::Active, None),
        ("NOT_STARTED", State::Todo, None),
        ("ready", State::Todo, None),
        ("being judged", State::Review, None),
        ("shipped", State::Done, None),
        ("in qa", State::Review, Some("qa")),
        ("QA", State::Review, Some("qa")),
        ("parked", State::Todo, Some("parked")),
    ] {
        assert_eq!(asked(word).unwrap(), (Asked::State(state), label.map(str::to_owned)), "{word}");
    }
    assert_eq!(asked("blocked").unwrap().0, Asked::Blocked);
    assert_eq!(asked("Stuck").unwrap().0, Asked::Blocked);
    let found = error(asked("nonsense"));
    assert_eq!(found.message(), "`nonsense` is not a state");
    assert_eq!(
        found.hints(),
        [
            "states: todo, active, review, done, failed, dropped, blocked",
            "labels of team: Being judged, Stuck"
        ]
    );
}
