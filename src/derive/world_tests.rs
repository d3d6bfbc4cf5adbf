//! Readiness and what is shown.

use super::testing::{Scene, TEAM, spot};
use super::world::Unmet;
use crate::model::state::Shown;

fn waits(scene: &Scene, id: &str) -> Vec<String> {
    let world = scene.world();
    world.unmet(spot(&world, id)).into_iter().map(|unmet| unmet.reason).collect()
}

fn commands(scene: &Scene, id: &str) -> Vec<String> {
    let world = scene.world();
    world.unmet(spot(&world, id)).into_iter().filter_map(|Unmet { command, .. }| command).collect()
}

#[track_caller]
fn both(scene: &Scene, id: &str, reasons: &[&str]) {
    assert_eq!(waits(scene, id), reasons, "{id}");
    let shown = if reasons.is_empty() { Shown::Ready } else { Shown::Waiting };
    assert_eq!(scene.shown(id), shown, "{id}");
}

#[test]
fn items_wait_for_what_they_need() {
    for (state, reasons, command) in [
        ("todo", &["b has not begun"][..], "git track start b"),
        ("active", &["b is in progress"], "git track done b"),
        ("review", &["b is in review"], "git track why b"),
        ("done", &[], ""),
        ("failed", &["b is failed"], "git track retry b"),
        ("dropped", &["b is dropped"], "git track reopen b"),
    ] {
        let scene = Scene::items(&format!("a: {{title: A, needs: [b]}}, b: {{title: B, state: {state}}}"));
        both(&scene, "a", reasons);
        assert_eq!(commands(&scene, "a"), if command.is_empty() { vec![] } else { vec![command] });
    }
    let blocked = Scene::items("a: {title: A, needs: [b]}, b: {title: B, blockers: {b1: {text: x}}}");
    both(&blocked, "a", &["b is blocked"]);
    assert_eq!(commands(&blocked, "a"), ["git track unblock b"]);
    let decided =
        "a: {title: A, needs: [b]}, b: {title: B, state: dropped, when: {}, not_triggered: {why: no}}";
    both(&Scene::items(decided), "a", &[]);
    both(&Scene::items("a: {title: A, needs: [B]}, b: {title: B, state: done}"), "a", &[]);
    both(&Scene::items("a: {title: A, needs: [gone]}"), "a", &["gone does not exist"]);
    let risk = Scene::team("risks: {r: {title: R}}\nitems: {a: {title: A, needs: [r]}}");
    both(&risk, "a", &["r is not an item, gate or checkpoint"]);
}

#[test]
fn items_wait_for_gates_and_checkpoints() {
    let gate = |part: &str| {
        Scene::items(&format!(
            "a: {{title: A, needs: [G]}}, b: {{title: B, gates: {{G: {{parts: {{p: {part}}}}}}}}}"
        ))
    };
    both(&gate("{human: lead}"), "a", &["gate G is not passed"]);
    both(&gate("{human: lead, failed: \"2026-02-12T09:00:00Z\"}"), "a", &["gate G is failed"]);
    both(&gate("{human: lead, passed: \"2026-02-12T09:00:00Z\"}"), "a", &[]);
    assert_eq!(commands(&gate("{human: lead}"), "a"), ["git track gate list G"]);
    let open = "a: {title: A, needs: [C]}, b: {title: B, checkpoints: {C: {role: lead}}}";
    both(&Scene::items(open), "a", &["checkpoint C is not approved"]);
    let rejected = open.replace("role: lead", "rejected: \"2026-02-12T09:00:00Z\"");
    both(&Scene::items(&rejected), "a", &["checkpoint C is not approved"]);
    let approved = open.replace("role: lead", "approved: \"2026-02-12T09:00:00Z\"");
    both(&Scene::items(&approved), "a", &[]);
}

#[test]
fn items_wait_for_other_workflows() {
    let both_of = |state: &str| {
        let other = format!("items: {{b: {{title: B, state: {state}}}}}");
        Scene::new(
            TEAM,
            &["items: {a: {title: A, needs: [\"w2:b\"]}, c: {title: C, needs: [\"w3:b\"]}}", &other],
        )
    };
    both(&both_of("active"), "a", &["b is in progress"]);
    assert_eq!(commands(&both_of("active"), "a"), ["git track done b"]);
    both(&both_of("done"), "a", &[]);
    both(&both_of("done"), "c", &["w3:b does not exist"]);
}

#[test]
fn references_are_as_short_as_they_can_be_clear() {
    let scene = Scene::new(TEAM, &["items: {a: {title: A}, b: {title: B}}", "items: {b: {title: B}}"]);
    let world = scene.world();
    let id = |text: &str| crate::model::id::Id::parse(text).unwrap();
    assert_eq!(world.refer(0, &id("a")), "a");
    assert_eq!(world.refer(0, &id("b")), "w:b");
    assert_eq!(world.refer(1, &id("b")), "w2:b");
    assert_eq!(world.refer(1, &id("w2")), "w2");
}

#[test]
fn needs_and_turns_are_inherited() {
    let items = "phase-1: {title: P, needs: [b], items: {a: {title: A}}}, b: {title: B}";
    both(&Scene::items(&items.replace("phase-1: {", "phase-1: {kind: phase, ")), "a", &["b has not begun"]);
    let root = Scene::team("needs: [\"w2:b\"]\nitems: {a: {title: A}}");
    both(&root, "a", &["w2:b does not exist"]);
    let turns = "x: {title: X, mode: sequential, items: {a: {title: A, state: STATE}, b: {title: B, items: {c: \
                 {title: C}}}}}";
    both(&Scene::items(&turns.replace("STATE", "active")), "c", &["a comes first"]);
    both(&Scene::items(&turns.replace("STATE", "dropped")), "c", &[]);
    both(&Scene::items(&turns.replace("sequential", "parallel").replace("STATE", "todo")), "c", &[]);
}

#[test]
fn what_is_needed_and_comes_before_is_named_once() {
    let phases = "a: {title: A, kind: turn}, b: {title: B, kind: turn, needs: [a]}";
    both(&Scene::items(phases), "b", &["a has not begun"]);
}

#[test]
fn turns_follow_the_order() {
    let items = "a: {title: A, kind: turn, order: \"10\"}, b: {title: B, kind: turn, order: \"9\"}";
    both(&Scene::items(items), "a", &["b comes first"]);
    both(&Scene::items(items), "b", &[]);
    assert_eq!(commands(&Scene::items(items), "a"), ["git track why b"]);
    both(&Scene::items("a: {title: A, state: active}, b: {title: B}"), "b", &[]);
}

#[test]
fn conditional_items_wait_for_a_decision() {
    let open = "c: {title: C, when: {any: {x: often}}, items: {a: {title: A}}}";
    let reason = "nobody has decided yet whether c is needed (or `skip` it)";
    both(&Scene::items(open), "c", &[reason]);
    both(&Scene::items(open), "a", &[reason]);
    both(&Scene::items(&open.replace("when:", "triggered: {met: [x]}, when:")), "c", &[]);
    both(&Scene::items(&open.replace("any: {x: often}", "")), "c", &[reason]);
}

#[test]
fn nothing_is_ready_inside_of_what_was_dropped() {
    let scene = Scene::items("x: {title: X, state: dropped, items: {a: {title: A}}}");
    both(&scene, "a", &["x is dropped"]);
    assert_eq!(commands(&scene, "a"), ["git track reopen x -m \"why\""]);
}

#[test]
fn circles_and_long_chains_end() {
    let circle = Scene::new(
        TEAM,
        &["items: {a: {title: A, needs: [\"w2:b\"]}}", "items: {b: {title: B, needs: [\"w:a\"]}}"],
    );
    both(&circle, "a", &["b is waiting"]);
    let itself = Scene::items("x: {title: X, needs: [a], items: {a: {title: A}}}");
    both(&itself, "a", &["a is waiting"]);
    let chain: Vec<String> =
        (0..20_000).map(|n| format!("a{n}: {{title: x, needs: [a{}]}}", n + 1)).collect();
    let chain = Scene::items(&format!("{}, a20000: {{title: x}}", chain.join(", ")));
    both(&chain, "a0", &["a1 is waiting"]);
    assert_eq!(chain.wrong(), [""; 0]);
    let closed = Scene::with(&chain, {
        let mut workflow = chain.workflows[0].clone();
        workflow.item_mut(&[&super::testing::id("a20000")]).unwrap().needs = vec!["a0".to_owned()];
        workflow
    });
    assert_eq!(closed.wrong().len(), 1);
}

#[test]
fn every_state_is_shown() {
    let scene = Scene::team(
        "protocol: {threshold: \"0.92\", max_iterations: 1}\n\
         items: {ready: {title: x}, waiting: {title: x, needs: [ready]}, active: {title: x, state: active}, \
         review: {title: x, state: review}, blocked: {title: x, state: active, blockers: {b1: {text: y}}}, \
         escalated: {title: x, state: review, iterations: {i1: {score: \"0.9\"}}}, done: {title: x, state: done}, \
         failed: {title: x, state: failed}, dropped: {title: x, state: dropped}}",
    );
    for shown in Shown::ALL {
        assert_eq!(scene.shown(shown.word()), shown);
    }
    let with = |state: &str| {
        Scene::items(&format!("a: {{title: A, state: {state}, blockers: {{b1: {{text: y}}}}}}"))
    };
    for (state, shown) in [
        ("todo", Shown::Blocked),
        ("review", Shown::Blocked),
        ("failed", Shown::Blocked),
        ("done", Shown::Done),
        ("dropped", Shown::Dropped),
    ] {
        assert_eq!(with(state).shown("a"), shown, "{state}");
    }
    let cleared = "a: {title: A, blockers: {b1: {text: y, cleared: \"2026-02-12T09:00:00Z\"}}}";
    assert_eq!(Scene::items(cleared).shown("a"), Shown::Ready);
}

#[test]
fn an_item_is_escalated_when_its_rounds_are_used_up_below_the_threshold() {
    let with = |protocol: &str, scores: &[&str]| {
        let rounds: Vec<String> =
            scores.iter().enumerate().map(|(n, s)| format!("i{n}: {{score: \"{s}\"}}")).collect();
        let scene = Scene::team(&format!(
            "protocol: {{threshold: \"0.5\", max_iterations: 2}}\n\
             items: {{a: {{title: A, state: active, {protocol} iterations: {{{}}}}}}}",
            rounds.join(", ")
        ));
        scene.shown("a") == Shown::Escalated
    };
    assert!(with("", &["0.4", "0.49"]));
    assert!(!with("", &["0.4"]));
    assert!(!with("", &["0.4", "0.5"]));
    assert!(!with("protocol: {max_iterations: 3},", &["0.4", "0.4"]));
    assert!(with("protocol: {threshold: \"0.51\"},", &["0.4", "0.5"]));
    assert!(!with("protocol: {threshold: \"0.3\"},", &["0.4", "0.4"]));
}
