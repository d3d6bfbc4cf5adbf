//! What waits for somebody's word, in the list of judgements and in what is next.

use super::gates::average;
use super::judgement::{Judgement, Who, judgements};
use super::next::{actions, actions_after, actions_for};
use super::testing::{Scene, TEAM, spot};
use crate::model::actor::{Actor, ActorKind};

const AT: &str = "\"2026-02-12T08:00:00Z\"";

/// The process of the tests, its tasks finished by scores.
fn scene(body: &str) -> Scene {
    let profile = TEAM.replace(
        "guards: {start: {needs_met: true}}",
        "guards: {start: {needs_met: true}, done: {score: true}}",
    );
    Scene::new(&profile, &[&format!("protocol: {{threshold: \"0.92\", max_iterations: 3}}\n{body}")])
}

fn waiting(body: &str) -> Vec<String> {
    let scene = scene(body);
    let told = |one: Judgement| {
        let who = match one.who {
            Who::Person(None) => "a person".to_owned(),
            Who::Person(Some(role)) => format!("person {role}"),
            Who::Named(name) => name,
            Who::Other(name) => format!("not {name}"),
            Who::Anyone => "anyone".to_owned(),
        };
        format!("{} | {who} | {} | {}", one.reference, one.message, one.command)
    };
    judgements(&scene.world(), 0).into_iter().map(told).collect()
}

#[test]
fn departures_wait_for_a_person() {
    let record = |more: &str| {
        waiting(&format!("items: {{a: {{title: A, deviations: {{v1: {{text: no tests, by: ann{more}}}}}}}}}"))
    };
    assert_eq!(record(""), ["w:a.v1 | a person | departed: no tests (by ann) | git track approve a.v1"]);
    assert_eq!(record(&format!(", approved: {AT}")), [""; 0]);
    assert_eq!(record(&format!(", rejected: {AT}")), [""; 0]);
}

#[test]
fn a_gate_without_parts_asks_for_one() {
    let wanted = "w:G | anyone | gate G has no part yet, so that nothing can pass it | \
                  git track add part \"what it asks\" --in G human=lead";
    assert_eq!(
        waiting("items: {a: {title: A, state: review, iterations: {i1: {score: \"0.92\"}}, gates: {G: {}}}}"),
        [wanted]
    );
}

#[test]
fn nobody_is_sent_to_what_is_anothers() {
    let body = "agents: {I1: {}, I2: {}}\nitems: {a: {title: A, owner: I1, state: active}, b: {title: B, state: active, owner: I2, \
                findings: {f1: {severity: low, text: x, fixed: abc1234, fixed_by: I1}}}}";
    let scene = Scene::team(body);
    let world = scene.world();
    let after = |name: &str| -> Vec<String> {
        let actor = Actor { name, kind: ActorKind::Person };
        actions_after(&world, 0, actor).iter().map(|action| action.command(&world)).collect()
    };
    let verify = "git track finding verify b.f1";
    assert_eq!(after("I1"), ["git track done a"], "who has fixed it does not verify it");
    assert_eq!(after("I2"), ["git track done b", verify]);
    assert_eq!(after("alice"), [verify, "git track done a", "git track done b"]);
}

#[test]
fn conditional_items_wait_for_a_decision_when_their_turn_comes() {
    let asked =
        ["w:c | anyone | is C needed? if not, `skip` it | git track trigger c --criterion x -m \"why\""];
    let go = |more: &str, a: &str| {
        waiting(&format!(
            "items: {{a: {{title: A, {a}}}, c: {{title: C, when: {{any: {{x: often}}}}, {more}}}}}"
        ))
    };
    assert_eq!(go("", ""), asked);
    assert_eq!(go("needs: [a]", ""), [""; 0]);
    assert_eq!(go("needs: [a]", "state: done"), asked);
    assert_eq!(go("triggered: {why: x}", ""), [""; 0]);
    assert_eq!(go("not_triggered: {why: x}, state: dropped", ""), [""; 0]);
}

#[test]
fn reviewed_work_waits_for_its_score() {
    let go = |item: &str| waiting(&format!("items: {{a: {{title: A, {item}}}}}"));
    let by = "w:a | ps | is to be scored against 0.92 | git track score a SCORE --by ps";
    assert_eq!(go("state: review, validator: ps"), [by]);
    assert_eq!(
        go("state: review"),
        ["w:a | anyone | is to be scored against 0.92 | git track score a SCORE"]
    );
    assert_eq!(go("state: active, validator: ps"), [""; 0]);
    assert_eq!(go("state: review, iterations: {i1: {score: \"0.92\"}}"), [""; 0]);
    let low = "iterations: {i1: {score: \"0.8\"}, i2: {score: \"0.85\"}, i3: {score: \"0.91\"}}";
    let escalated = "w:a | a person | 3 rounds, the last score is 0.91 of 0.92; one more, or `approve` it | git track set a max_iterations=4";
    assert_eq!(go(&format!("state: active, {low}")), [escalated]);
    assert_eq!(go(&format!("state: review, {low}")), [escalated]);
    assert_eq!(go(&format!("state: done, {low}")), [""; 0]);
    let plain = Scene::team(
        "protocol: {threshold: \"0.92\"}\nitems: {p: {kind: phase, title: P, gates: {G: {parts: {score: a}}}, items: {a: {title: A, state: review}, b: {title: B, state: review}}}}",
    );
    let found: Vec<String> = judgements(&plain.world(), 0).into_iter().map(|one| one.reference).collect();
    assert_eq!(found, ["w:a"], "a gate around it asks for the score of one of them");
}

#[test]
fn findings_wait_the_worst_first() {
    let findings = "findings: {f1: {severity: low, text: one}, f2: {severity: high, text: two, fixed: abc}, f3: {severity: critical, text: three}}";
    let told = [
        "w:a.f3 | anyone | critical finding to fix: three | git track finding fix a.f3",
        "w:a.f2 | anyone | high finding to verify: two | git track finding verify a.f2",
        "w:a.f1 | anyone | low finding to fix: one | git track finding fix a.f1",
    ];
    assert_eq!(waiting(&format!("items: {{a: {{title: A, state: active, {findings}}}}}")), told);
    assert_eq!(waiting(&format!("items: {{a: {{title: A, state: done, {findings}}}}}")), [""; 0]);
}

#[test]
fn what_keeps_a_workflow_open_is_asked_for() {
    let findings = "findings: {f1: {severity: low, text: one}, f2: {severity: high, text: two}}";
    let body = |state: &str| {
        format!("items: {{p: {{title: P, items: {{t: {{title: T, state: {state}, {findings}}}}}}}}}")
    };
    let commands = |state: &str| -> Vec<String> {
        let scene = Scene::shipped("orchestration", &body(state));
        let world = scene.world();
        actions(&world, 0).into_iter().map(|action| action.command(&world)).collect()
    };
    assert_eq!(commands("done"), ["git track finding fix t.f2"]);
    assert_eq!(commands("review"), ["git track finding fix t.f2", "git track finding fix t.f1"]);
    assert_eq!(commands("dropped"), [""; 0]);
}

#[test]
fn gates_and_checkpoints_wait_after_the_work() {
    let phase = |a: &str, gate: &str| {
        waiting(&format!(
            "items: {{p: {{kind: phase, title: P, items: {{a: {{title: A, {a}}}, b: {{title: B, state: done, iterations: {{i1: {{score: \
             \"0.95\"}}}}}}}}, gates: {{G: {{parts: {{{gate}}}}}}}, checkpoints: {{C: {{title: Go on, role: user}}}}}}}}"
        ))
    };
    let done = "state: done, iterations: {i1: {score: \"0.93\"}}";
    let (review, human) = ("x: {review: nse, title: Rules}", "x: {human: lead}");
    assert_eq!(phase(done, review), ["w:G.x | nse | Rules | git track gate pass G.x --by nse"]);
    assert_eq!(phase(done, human), ["w:G.x | person lead | x | git track approve G.x"]);
    assert_eq!(
        phase(done, &format!("x: {{human: lead, failed: {AT}}}")),
        ["w:G.x | person lead | x | git track approve G.x"]
    );
    let go_on = "w:C | person user | Go on: G passed, average 0.940 | git track approve C";
    assert_eq!(phase(done, &format!("x: {{human: lead, passed: {AT}}}")), [go_on]);
    assert_eq!(phase(done, "score: all"), [go_on]);
    assert_eq!(
        phase("counted: false", &format!("x: {{human: lead, passed: {AT}}}")),
        [go_on.replace("0.940", "0.950")]
    );
    assert_eq!(phase("state: active", review), [""; 0]);
    assert_eq!(phase("state: todo", human), [""; 0]);
    assert_eq!(
        phase(done, "x: {human: lead, report: docs/x.md}"),
        ["w:G.x | person lead | x | git track approve G.x"]
    );
}

#[test]
fn a_closed_or_stopped_workflow_waits_for_nobody() {
    let finding = "items: {a: {title: A, state: active, findings: {f1: {severity: low, text: x}}}}";
    assert_eq!(waiting(finding).len(), 1);
    assert_eq!(waiting(&format!("state: done\n{finding}")), [""; 0]);
    let stopped = Scene::shipped(
        "trace",
        "items: {s1: {title: A, state: failed, findings: {f1: {severity: low, text: x}}}}",
    );
    assert_eq!(judgements(&stopped.world(), 0), []);
    let dropped = "items: {a: {title: A, state: dropped, deviations: {v1: {text: x}}}}";
    assert_eq!(waiting(dropped), [""; 0]);
}

const MIXED: &str = "items: {
  ready: {title: A}, urgent: {title: B, priority: P0},
  judged: {title: C, state: review, validator: ps}, running: {title: D, state: active, owner: ann},
  tired: {title: E, state: active, iterations: {i1: {score: \"0.1\"}, i2: {score: \"0.1\"}, i3: {score: \"0.1\"}}},
  held: {title: F, state: active, blockers: {b1: {text: x}}},
  open: {title: G, when: {any: {x: often}}}, bad: {title: H, state: review, iterations: {i1: {score: \"1\"}}, findings: {f1: {severity: high, text: x}}},
  late: {title: I, needs: [ready]}}";

#[test]
fn what_is_at_work_comes_first_then_words_then_what_is_ready() {
    let scene = scene(&MIXED.replace('\n', " "));
    let world = scene.world();
    let found = actions(&world, 0);
    let told: Vec<String> =
        found.iter().map(|action| format!("{} {}", action.verb, action.reference(&world))).collect();
    let all = [
        "submit running",
        "say judged",
        "say tired",
        "say open",
        "say bad",
        "start urgent",
        "start ready",
        "unblock held",
    ];
    assert_eq!(told, all);
    let held: Vec<bool> = found.iter().map(super::next::Action::is_held).collect();
    assert_eq!(held, [false, false, true, false, false, false, false, true]);
    assert_eq!(
        found[2].reason,
        "waits for a person: 3 rounds, the last score is 0.10 of 0.92; one more, or `approve` it"
    );
    assert_eq!(found[1].reason, "waits for ps: is to be scored against 0.92");
    let of = |agent: &str| -> Vec<String> {
        let found = actions_for(&world, 0, agent);
        found.iter().map(|action| action.reference(&world)).collect()
    };
    assert_eq!(of("ps"), ["judged", "open", "bad", "urgent", "ready", "held"]);
    assert_eq!(of("ann"), ["running", "open", "bad", "urgent", "ready", "held"]);
}

#[test]
fn an_average_rounds_halves_up() {
    let of = |scores: &str| {
        let one = |(n, score): (usize, &str)| {
            format!("t{n}: {{title: T, iterations: {{i1: {{score: \"0.1\"}}, i2: {{score: \"{score}\"}}}}}}")
        };
        let tasks: Vec<String> = scores.split_whitespace().enumerate().map(one).collect();
        let scene =
            scene(&format!("items: {{p: {{kind: phase, title: P, items: {{{}}}}}}}", tasks.join(", ")));
        let world = scene.world();
        average(&world.boards[0], spot(&world, "p").place)
    };
    for (scores, expected) in [
        ("", None),
        ("0.92", Some("0.920")),
        ("0.93 0.95", Some("0.940")),
        ("0.001 0.002", Some("0.002")),
        ("0.9294 0.9295", Some("0.929")),
        ("0.9295", Some("0.930")),
        ("0.929499", Some("0.929")),
        ("1 1 0", Some("0.667")),
        ("1 0 0", Some("0.333")),
        ("1 1", Some("1.000")),
        ("0", Some("0.000")),
    ] {
        assert_eq!(of(scores).as_deref(), expected, "{scores}");
    }
}

const DONE: &str = "state: done, started: \"2026-02-12T09:00:00Z\", finished: \"2026-02-12T09:00:00Z\"";

fn commands(more: &str, round: &str, files: &[(&str, &str)]) -> Vec<String> {
    commands_in(more, "gates: {G: {parts: {a: {score: a, report: r.md}}}},", round, files)
}

fn commands_in(more: &str, gates: &str, round: &str, files: &[(&str, &str)]) -> Vec<String> {
    let scene = Scene::shipped(
        "orchestration",
        &format!(
            "protocol: {{threshold: \"0.9\", max_iterations: 1}}\nitems: {{p: {{kind: phase, title: P, {more} items: \
             {{a: {{title: A, validator: val, artifacts: {{a1: {{path: x.md}}}}, {round}}}}}, \
             {gates} checkpoints: {{C: {{title: C}}}}}}}}"
        ),
    );
    let scene = scene.over(files);
    judgements(&scene.world(), 0).into_iter().map(|judgement| judgement.command).collect()
}

#[test]
fn what_keeps_a_checkpoint_from_being_approved_is_asked_for() {
    let scored = |on: &str| format!("{DONE}, iterations: {{i1: {{score: \"0.95\"{on}}}}}");
    let both = [("x.md", "x"), ("r.md", "r")];
    assert_eq!(commands("", &scored(""), &both), ["git track approve C"]);
    assert_eq!(commands("", &scored(""), &both[..1]), ["git track why G.a"]);
    assert_eq!(commands("", &scored(", on: 012345678901"), &both), ["git track score a SCORE --by val"]);
    let ungated = commands_in("", "", &scored(", on: 012345678901"), &both);
    assert_eq!(
        ungated,
        ["git track score a SCORE --by val"],
        "a stale score holds a checkpoint without gates"
    );
    let lines = "checklist: {lines: {l1: {text: x}, l2: {text: y}}},";
    assert_eq!(commands(lines, &scored(""), &both), ["git track done p.l1 p.l2", "git track approve C"]);
    let low = "state: active, iterations: {i1: {score: \"0.5\"}}";
    assert_eq!(commands("", low, &both), ["git track set a max_iterations=2"]);
}
