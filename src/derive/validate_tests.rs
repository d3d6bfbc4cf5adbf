//! Everything that a workflow must not hold.

use super::testing::{Scene, TEAM};
use super::validate::violations;

const AT: &str = "\"2026-02-12T09:00:00Z\"";

#[track_caller]
fn wrong(body: &str, message: &str, path: &str) {
    check(&Scene::team(body), message, path);
}

#[track_caller]
fn check(scene: &Scene, message: &str, path: &str) {
    let found = violations(&scene.world(), 0);
    let found: Vec<(&str, String)> = found.iter().map(|v| (v.message.as_str(), v.path.join("."))).collect();
    assert_eq!(found, [(message, path.to_owned())]);
}

#[track_caller]
fn fine(body: &str) {
    assert_eq!(Scene::team(body).wrong(), [""; 0], "{body}");
}

#[test]
fn structure_follows_the_profile() {
    wrong("items: {a: {title: \" \"}}", "a has no title", "items.a.title");
    wrong("items: {a: {title: A, kind: tusk}}", "profile team knows no kind `tusk`", "items.a.kind");
    let hint = violations(&Scene::items("a: {title: A, kind: tusk}").world(), 0)[0].hint.clone();
    assert_eq!(hint.as_deref(), Some("did you mean `task`?"));
    let hint = violations(&Scene::items("a: {title: A, kind: nothing-like-it}").world(), 0)[0].hint.clone();
    assert_eq!(hint.as_deref(), Some("it knows task, phase, turn"));
    let under = "items: {a: {title: A, items: {b: {title: B, kind: phase}}}}";
    wrong(under, "a phase cannot stand under a task", "items.a.items.b.kind");
    let stored =
        format!("items: {{a: {{title: A, kind: phase, state: done, started: {AT}, finished: {AT}}}}}");
    wrong(&stored, "the state of a is derived from what is in it and cannot be stored", "items.a.state");
    fine("items: {a: {title: A, kind: phase, state: dropped}}");
}

#[test]
fn labels_belong_to_their_state() {
    let message = "`qa` is not a label of todo in profile team";
    wrong("items: {a: {title: A, label: qa}}", message, "items.a.label");
    wrong(
        "items: {a: {title: A, label: q a}}",
        "`q a` is not a label of todo in profile team",
        "items.a.label",
    );
    fine(&format!(
        "items: {{a: {{title: A, label: qa, state: review, started: {AT}}}, b: {{title: B, label: parked}}}}"
    ));
}

#[test]
fn fields_are_declared_and_typed() {
    let field = |text: &str| format!("items: {{a: {{title: A, fields: {{{text}}}}}}}");
    wrong(&field("sise: 1"), "profile team declares no field `sise` here", "items.a.fields.sise");
    wrong(&field("size: x"), "`size` is not a whole number", "items.a.fields.size");
    wrong(&field("risk: huge"), "`risk` is none of low, high", "items.a.fields.risk");
    wrong("fields: {size: 1}", "profile team declares no field `size` here", "fields.size");
    fine(&field(
        "note: x, hot: true, size: 1, day: 2026-02-12, spec: a.md, tags: [x], who: {a: b}, risk: low",
    ));
    let hint = violations(&Scene::team(&field("sise: 1")).world(), 0)[0].hint.clone();
    assert_eq!(hint.as_deref(), Some("did you mean `size`?"));
}

#[test]
fn moved_items_have_their_times() {
    let item = |more: &str| format!("items: {{a: {{title: A, {more}}}}}");
    wrong(&item("state: active"), "a is active but has no `started` time", "items.a.state");
    wrong(&item("state: review"), "a is review but has no `started` time", "items.a.state");
    let begun = |state: &str| item(&format!("state: {state}, started: {AT}"));
    wrong(&begun("done"), "a is done but has no `finished` time", "items.a.state");
    wrong(&begun("failed"), "a is failed but has no `finished` time", "items.a.state");
    fine(&begun("active"));
    fine(&item("state: dropped"));
    fine(&item(&format!("state: done, started: {AT}, finished: {AT}")));
    wrong("state: done", "w is done but has no `finished` time", "state");
    wrong("state: failed", "w is failed but has no `finished` time", "state");
}

#[test]
fn what_was_asked_of_finishing_goes_on_holding() {
    let done = format!("state: done, started: {AT}, finished: {AT}");
    let at = "items.a.state";
    for (guards, item, message) in [
        ("summary: {min: 1, max: 1}", "summary: One. Two.", "the summary has 1 to 1 sentences (it has 2)"),
        ("children_done: true", "items: {b: {title: B}}", "b is not done"),
        ("checklist: true", "checklist: {lines: {l: {text: x}}}", "every line of the checklist is ticked"),
        ("findings: [high]", "findings: {f1: {severity: high, text: bad}}", "a.f1 (high) is open: bad"),
        ("gates: true", "gates: {G: {title: G}}", "gate G has no part yet, so that nothing can pass it"),
        ("checkpoints: true", "checkpoints: {C: {role: x}}", "checkpoint C is approved"),
    ] {
        let body = |item: &str| format!("items: {{a: {{title: A, {done}, {item}}}}}");
        let guard = format!("done: {{{guards}}}");
        let scene = Scene::guarded(&guard, &body(item));
        check(&scene, &format!("a is done with FAIL: {message}"), at);
        assert_eq!(Scene::guarded("start: {}", &body(item)).wrong(), [""; 0]);
    }
    // What only counts at the moment of the move: blockers and files may come and go afterwards.
    let passing = "not_blocked: true, artifacts: true, focus: true, owner: true, needs_met: true, last: true";
    let item = "needs: [b], blockers: {b1: {text: x}}, artifacts: {a1: {path: x.md, required: true}}";
    let scene = Scene::guarded(
        &format!("done: {{{passing}}}"),
        &format!("items: {{a: {{title: A, {done}, {item}}}, b: {{title: B}}}}"),
    );
    assert_eq!(scene.wrong(), [""; 0]);
}

#[test]
fn only_one_is_active_where_the_profile_says_so() {
    let items = format!(
        "items: {{a: {{title: A, state: active, started: {AT}}}, b: {{title: B, state: review, started: {AT}}}, \
         c: {{title: C}}}}"
    );
    let scene = Scene::guarded("start: {one_active: true}", &items);
    check(&scene, "a and b are both in progress; only one may be", "items.a.state");
    fine(&items);
}

#[test]
fn ids_are_used_once() {
    let message = "the id `X` is used twice in this workflow";
    wrong("items: {a: {title: A, items: {x: {title: X}}}, X: {title: X}}", message, "items.X");
    wrong("risks: {x: {title: R}}\nitems: {a: {title: A, gates: {X: {}}}}", message, "items.a.gates.X");
    wrong(
        "metrics: {x: {title: R}}\nitems: {a: {title: A, checkpoints: {X: {}}}}",
        message,
        "items.a.checkpoints.X",
    );
    wrong("items: {w: {title: A}}", "the id `w` is used twice in this workflow", "items.w");
}

#[test]
fn needs_name_something_of_the_workflow() {
    let message = "it needs `batch-2`, which is no item, gate or checkpoint of this workflow";
    wrong(
        "items: {batch-1: {title: A, needs: [b, batch-2]}, b: {title: B}}",
        message,
        "items.batch-1.needs.1",
    );
    let risk = "risks: {r: {title: R}}\nitems: {a: {title: A, needs: [r]}}";
    wrong(risk, "it needs `r`, which is no item, gate or checkpoint of this workflow", "items.a.needs.0");
    fine(
        "items: {a: {title: A, needs: [\"other:b\", G, C]}, b: {title: B, gates: {G: {}}, checkpoints: {C: {}}}}",
    );
}

#[test]
fn what_contradicts_itself_is_named() {
    let times = |started: &str, finished: &str| {
        let done = format!("a: {{title: A, state: done, started: \"{started}\", finished: \"{finished}\"}}");
        Scene::items(&done).wrong()
    };
    assert_eq!(
        times("2026-02-12T09:00:00Z", "2026-02-11T10:00:00Z"),
        ["a is finished on 2026-02-11, before it began"]
    );
    assert_eq!(times("2026-02-12T09:00:00Z", "2026-02-12T00:00:00Z"), [""; 0], "some only know the day");
    let verified = |by: &str| {
        let record = "severity: low, text: x, fixed: abc1234, fixed_by: I1, fixers: [I2], verified: \"2026-02-12T09:00:00Z\"";
        Scene::items(&format!("a: {{title: A, findings: {{f1: {{{record}, verified_by: {by}}}}}}}")).wrong()
    };
    assert_eq!(verified("i1"), ["a.f1 is verified by I1, who fixed it"]);
    assert_eq!(verified("I2"), ["a.f1 is verified by I2, who fixed it"]);
    assert_eq!(verified("I3"), [""; 0]);
}

#[test]
fn needs_do_not_run_in_circles() {
    for (items, circle) in [
        ("a: {title: A, needs: [a]}", "a -> a"),
        ("a: {title: A, needs: [b]}, b: {title: B, needs: [c]}, c: {title: C, needs: [b]}", "b -> c -> b"),
        ("a: {title: A, needs: [\"w:b\"]}, b: {title: B, needs: [a]}", "a -> b -> a"),
        // What is in a phase cannot need it, nor what comes after it.
        ("p: {kind: phase, title: P, items: {a: {title: A, needs: [p]}}}", "p -> a -> p"),
        (
            "p: {kind: phase, title: P, items: {a: {title: A, needs: [b]}}}, b: {title: B, needs: [p]}",
            "p -> a -> b -> p",
        ),
        ("p: {kind: phase, title: P, needs: [b], items: {a: {title: A, items: {b: {title: B}}}}}", "b -> b"),
        ("a: {title: A, needs: [G]}, p: {kind: phase, title: P, gates: {G: {}}, needs: [a]}", "a -> p -> a"),
        ("x: {title: X, mode: sequential, items: {a: {title: A, needs: [b]}, b: {title: B}}}", "a -> b -> a"),
        ("a: {title: A, kind: turn, needs: [b]}, b: {title: B, kind: turn}", "a -> b -> a"),
    ] {
        let found = Scene::items(items).wrong();
        assert_eq!(found, [format!("a circle of needs: {circle}")], "{items}");
    }
    let finished = TEAM.replace("start: {needs_met: true}", "done: {children_done: true}");
    let body = "items: {a: {title: A, items: {b: {title: B, needs: [c]}}}, c: {title: C, needs: [a]}}";
    assert_eq!(Scene::new(&finished, &[body]).wrong(), ["a circle of needs: a -> b -> c -> a"]);
    fine(body);
    fine("items: {p: {kind: phase, title: P, items: {a: {title: A, counted: false, needs: [p]}}}}");
    fine(
        "items: {a: {title: A}, b: {title: B, needs: [a]}, c: {title: C, needs: [a, b]}, d: {title: D, needs: [c, a]}}",
    );
}

#[test]
fn shipped_processes_accept_what_they_begin_with() {
    for name in ["program", "trace"] {
        assert_eq!(Scene::shipped(name, "").wrong(), [""; 0]);
    }
}
