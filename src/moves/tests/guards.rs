//! The checks that look at judgements, documents, agents and sizes: a move in which one alone fails, and where it holds.

use super::{Ask, Scene, ask, error};
use crate::derive::testing::spot;
use crate::model::actor::ActorKind;
use crate::model::path::RepoPath;
use crate::moves::{Departs, named, perform};

/// A process whose tasks have one guard.
const PROCESS: &str = r#"
schema: 1
profile: guarded
title: Guarded
summary: One guard.
id: "{slug}"
logs: {variable: LOGS}
waivable: [medium, low]
documents:
  plan: {title: Plan, path: "docs/{id}.md", front: [risk], sections: [Scope], points: [Criteria]}
workflow: {title: Board, fields: {risk: {type: text, of: [low, high]}}}
kinds:
  task:
    title: Task
    under: [workflow, task]
    guards: {VERB: {CHECK}}
    fields: {posture: {type: text, of: [ready, not-ready]}, count: {type: int}}
    limits: {files: 5, lines: 400}
  unit: {title: Unit, under: [workflow]}
"#;

const PLAN: &str = "---\nrisk: low\n---\n# Plan\n\n## Scope\n\nThe lock.\n\n## Criteria\n\n- it holds\n";
const AT: &str = "\"2026-02-12T08:00:00Z\"";

/// A workflow with a task `a` and more beside it.
fn scene(verb: &str, check: &str, root: &str, more: &str, item: &str) -> Scene {
    let state = if verb == "start" { "todo" } else { "active" };
    let body = format!("{root}\nitems: {{{more} a: {{title: A, state: {state}, {item}}}}}");
    Scene::new(&PROCESS.replace("VERB", verb).replace("CHECK", check), &[&body])
}

/// The conditions that fail; none: the move is made.
fn fails(scene: &Scene, verb: &str, ask: &Ask) -> Vec<String> {
    let world = scene.world();
    match perform(&world, spot(&world, "a"), named(verb).unwrap(), ask) {
        Ok(made) => {
            assert!(made.is_some());
            Vec::new()
        }
        refused => {
            let found = error(refused);
            assert_eq!(found.message(), format!("`{verb} a` is refused"));
            found.notes().iter().filter_map(|note| note.strip_prefix("FAIL  ")).map(str::to_owned).collect()
        }
    }
}

fn done(check: &str, item: &str) -> Vec<String> {
    fails(&scene("done", check, "protocol: {threshold: \"0.92\"}", "", item).over(&[]), "done", &ask(None))
}

fn start(check: &str, root: &str, more: &str, item: &str) -> Vec<String> {
    let files = [("a.md", "read me"), ("b.md", "me too")];
    fails(&scene("start", check, root, more, item).over(&files), "start", &ask(None))
}

#[test]
fn a_score_must_reach_the_threshold() {
    let rounds = |rounds: &str| format!("iterations: {{{rounds}}}");
    for (item, expected) in [
        (String::new(), "a score reaches 0.92"),
        (rounds("i1: {score: \"0.919999\"}"), "the last score, 0.919999, reaches 0.92"),
        (rounds("i1: {score: \"0.95\"}, i2: {score: \"0.9\"}"), "the last score, 0.90, reaches 0.92"),
        (rounds(&format!("i1: {{score: \"0.95\", rejected: {AT}}}")), "the last round was sent back"),
        (rounds("i1: {score: \"0.92\"}"), ""),
        (rounds("i1: {score: \"0.5\"}, i2: {score: \"0.92\"}"), ""),
        (rounds(&format!("i1: {{score: \"0.5\", accepted: {AT}}}")), ""),
        ("protocol: {threshold: \"0.5\"}, iterations: {i1: {score: \"0.5\"}}".to_owned(), ""),
        ("counted: false".to_owned(), ""),
    ] {
        let expected: Vec<&str> = Some(expected).into_iter().filter(|text| !text.is_empty()).collect();
        assert_eq!(done("score: true", &item), expected, "{item}");
    }
    let free = scene("done", "score: true", "", "", "");
    assert_eq!(fails(&free, "done", &ask(None)), [""; 0], "without a threshold nothing is scored");
}

#[test]
fn a_score_of_what_has_changed_since_is_none() {
    let go = |on: &str, text: &str| {
        let item = format!("files: [a.md], iterations: {{i1: {{score: \"0.95\", on: \"{on}\"}}}}");
        let scene = scene("done", "score: true", "protocol: {threshold: \"0.92\"}", "", &item);
        fails(&scene.over(&[("a.md", text)]), "done", &ask(None))
    };
    let now = on("new");
    assert_eq!(go(&now, "new"), [""; 0]);
    let stale = format!("the score of a is stale: {} was scored, {now} is there now", on("old"));
    assert_eq!(go(&on("old"), "new"), [stale]);
}

/// The short id of a file with this text.
fn on(text: &str) -> String {
    let scene = Scene::items("").over(&[("x", text)]);
    let world = scene.world();
    let page = world.boards[0].pages.page(&RepoPath::parse("x").unwrap()).unwrap();
    page.on.clone().unwrap()
}

#[test]
fn documents_must_be_complete() {
    let go = |files: &[(&str, &str)]| {
        fails(&scene("done", "documents: [plan]", "", "", "").over(files), "done", &ask(None))
    };
    assert_eq!(go(&[]), ["Plan: it is not there"]);
    assert_eq!(go(&[("docs/b.md", PLAN)]), ["Plan: it is not there"]);
    assert_eq!(go(&[("docs/a.md", PLAN)]), [""; 0]);
    for (from, to, lack) in [
        ("risk: low", "other: low", "its front matter does not say `risk`"),
        ("risk: low", "risk: huge", "its front matter says `risk: huge`, which is none of low, high"),
        ("## Scope", "## Elsewhere", "it has no section `Scope`"),
        ("The lock.", "TODO", "its section `Scope` says nothing"),
        ("- it holds", "It holds.", "its section `Criteria` lists no point"),
        ("## Criteria", "## Others", "its section `Criteria` lists no point"),
    ] {
        let text = PLAN.replace(from, to);
        assert_ne!(text, PLAN);
        assert_eq!(go(&[("docs/a.md", &text)]), [format!("Plan: {lack}")], "{from}");
    }
}

#[test]
fn something_of_a_kind_must_be_there() {
    let go = |more: &str| fails(&scene("done", "has: [unit]", "", more, ""), "done", &ask(None));
    assert_eq!(go(""), ["there is a unit"]);
    assert_eq!(go("t: {title: T},"), ["there is a unit"]);
    assert_eq!(go("u: {title: U, kind: unit},"), [""; 0]);
}

#[test]
fn fields_have_one_of_their_values() {
    for (wanted, item, expected) in [
        ("posture: []", "", "it says `posture`"),
        ("posture: []", "fields: {posture: ready}", ""),
        ("posture: [ready]", "", "`posture` is ready"),
        ("posture: [ready]", "fields: {posture: not-ready}", "`posture` is ready"),
        ("posture: [ready, not-ready]", "", "`posture` is ready or not-ready"),
        ("posture: [ready, not-ready]", "fields: {posture: not-ready}", ""),
        ("count: [\"3\"]", "fields: {count: 3}", ""),
    ] {
        let expected: Vec<&str> = Some(expected).into_iter().filter(|text| !text.is_empty()).collect();
        assert_eq!(done(&format!("fields: {{{wanted}}}"), item), expected, "{wanted} {item}");
    }
}

#[test]
fn what_is_expected_to_change_stays_within_its_limits() {
    for (item, expected) in [
        ("", ""),
        ("estimate: {files: 5, lines: 400}", ""),
        ("estimate: {files: 6}", "it is expected to change 6 files; 5 is the limit: split it"),
        ("estimate: {lines: 401}", "it is expected to change 401 lines; 400 is the limit: split it"),
        ("estimate: {files: 6}, limits: {files: 6}", ""),
        (
            "estimate: {files: 5}, limits: {files: 4}",
            "it is expected to change 5 files; 4 is the limit: split it",
        ),
        (
            "estimate: {lines: 401}, limits: {files: 9}",
            "it is expected to change 401 lines; 400 is the limit: split it",
        ),
    ] {
        let expected: Vec<&str> = Some(expected).into_iter().filter(|text| !text.is_empty()).collect();
        assert_eq!(done("estimate: true", item), expected, "{item}");
    }
}

#[test]
fn protected_files_are_left_alone() {
    for (pattern, file, hit) in [
        ("src/*.rs", "src/a.rs", true),
        ("src/*.rs", "src/x/a.rs", false),
        ("src/**", "src/x/a.rs", true),
        ("**/*.rs", "src/x/a.rs", true),
        ("migrations/**", "app/migrations/1.sql", false),
        ("**/migrations/**", "app/migrations/1.sql", true),
        ("Cargo.lock", "Cargo.lock", true),
        ("Cargo.lock", "app/Cargo.lock", false),
        ("src/?.rs", "src/ab.rs", false),
        ("src/{a,b}.rs", "src/b.rs", true),
        ("src/core/**", "./src/core/a.rs", true),
        ("src/core/**", "src", true),
        ("src/core/**", "src/*/a.rs", true),
        ("src/core/**", "docs/", false),
    ] {
        let found = done(&format!("untouched: [\"{pattern}\"]"), &format!("files: [README.md, \"{file}\"]"));
        let text = format!("{file} is protected by `{pattern}`");
        assert_eq!(found, Some(text).filter(|_| hit).into_iter().collect::<Vec<_>>(), "{pattern} {file}");
    }
    assert_eq!(done("untouched: [\"**\"]", ""), [""; 0]);
}

#[test]
fn only_so_many_agents_are_at_work() {
    let at_work = |owners: &str| {
        let one = |(n, owner): (usize, &str)| format!("s{n}: {{title: S, state: active, owner: {owner}}}, ");
        owners.split(' ').enumerate().map(one).collect::<String>()
    };
    let go = |more: &str, item: &str| start("active_agents: 6", "", more, item);
    let six = "at most 6 agents are at work; 6 are: b, c, d, e, f, g";
    assert_eq!(go(&at_work("b c d e f"), ""), [""; 0]);
    assert_eq!(go(&at_work("b c d e f g"), ""), [six]);
    assert_eq!(go(&at_work("b c d e f F b"), ""), [""; 0], "the same agent twice counts once");
    assert_eq!(go(&at_work("alice b c d e f"), ""), [""; 0], "whoever is at work already may");
    assert_eq!(go(&at_work("b c d e f g"), "owner: G"), [""; 0], "its owner is at work already");
    let team = at_work("b c d e").replace("owner: e", "owner: e, team: [f, g]");
    assert_eq!(go(&team, ""), [six]);
    assert_eq!(go(&at_work("b c d e f"), "team: [h]").len(), 1, "the team of what begins counts");
    let review = at_work("b c d e f g").replace("active, owner: g", "review, owner: g");
    assert_eq!(go(&review, ""), [six]);
    for state in ["todo", "done", "failed", "dropped"] {
        let idle = at_work("b c d e f g").replace("active, owner: g", &format!("{state}, owner: g"));
        assert_eq!(go(&idle, ""), [""; 0], "{state}");
    }
    let inside = |state: &str| {
        let child = format!("items: {{x: {{title: X, state: {state}, owner: f}}}}");
        at_work("b c d e f g").replace("owner: g", &format!("owner: g, {child}"))
    };
    assert_eq!(go(&inside("active"), ""), [""; 0], "its parent only waits for what is in it");
    assert_eq!(go(&inside("done"), ""), [six]);
    let ask = Ask { departs: Departs::Yes, ..ask(Some("Hurry.")) };
    let full = scene("start", "active_agents: 6", "", &at_work("b c d e f g"), "");
    assert_eq!(fails(&full, "start", &ask), [six], "nobody departs from it");
}

#[test]
fn agents_begin_what_is_their_own() {
    let go = |actor: &str, roster: &str, item: &str| {
        let scene = scene("start", "own: true", &format!("agents: {{{roster}}}"), "", item);
        fails(&scene, "start", &Ask { actor, kind: ActorKind::Agent, ..ask(None) })
    };
    let both = "ann: {owns: [a]}, bob: {}";
    assert_eq!(go("bob", both, ""), ["a belongs to ann, not to bob"]);
    assert_eq!(go("ann", both, ""), [""; 0]);
    assert_eq!(go("ANN", both, ""), [""; 0]);
    assert_eq!(go("orchestrator", both, ""), [""; 0], "whoever is not on the roster hands out work");
    assert_eq!(go("bob", "bob: {}", ""), [""; 0], "what is nobody's is anybody's");
    assert_eq!(go("bob", "bob: {}", "owner: eve"), ["a belongs to eve, not to bob"]);
    assert_eq!(go("bob", "bob: {}", "owner: Bob"), [""; 0]);
    assert_eq!(go("bob", "bob: {}", "owner: eve, team: [bob]"), [""; 0]);
    assert_eq!(
        go("bob", "ann: {owns: [src/]}, bob: {}", "files: [src/x.rs]"),
        ["a belongs to ann, not to bob"]
    );
    assert_eq!(go("bob", "ann: {owns: [src/]}, bob: {}", "files: [srcx/x.rs]"), [""; 0]);
}

#[test]
fn words_of_people_are_quoted_in_hints() {
    let root = "grounding: {g: {path: Read docs}}\nagents: {ann: {skills: [the $PATH]}}";
    let scene = scene("start", "grounded: true, skilled: true", root, "", "owner: ann");
    let refusal = error(super::go(&scene, "start", "a", ""));
    let hints = [
        "git track note -w w --read \"Read docs\" --as ann",
        "git track note -w w --skill 'the $PATH' --as ann",
    ];
    assert_eq!(refusal.hints(), hints);
}

#[test]
fn agents_have_read_the_grounding_as_it_is() {
    let go = |grounding: &str, agents: &str, item: &str| {
        let root = format!("grounding: {{{grounding}}}\nagents: {{{agents}}}");
        start("grounded: true", &root, "", item)
    };
    let (now, old) = (on("read me"), on("read me not"));
    let read = |on: &str| format!("ann: {{read: {{g: {{on: \"{on}\"}}}}}}, bob: {{}}");
    assert_eq!(go("g: {path: a.md}", "ann: {}", "owner: ann"), ["ann has not read a.md"]);
    assert_eq!(go("g: {path: a.md}", &read(&now), "owner: ann"), [""; 0]);
    assert_eq!(go("g: {path: a.md}", &read(&old), "owner: ann"), ["ann read an older version of a.md"]);
    assert_eq!(go("g: {path: a.md}", &read(&now), "owner: ann, team: [bob]"), ["bob has not read a.md"]);
    assert_eq!(go("g: {path: a.md, agents: [bob]}", "ann: {}, bob: {}", "owner: ann"), [""; 0]);
    assert_eq!(go("g: {path: a.md, agents: [ANN]}", "ann: {}", "owner: ann"), ["ann has not read a.md"]);
    assert_eq!(go("g: {path: a.md}", "ann: {}", "owner: maria"), [""; 0], "people are trusted");
    assert_eq!(go("", "ann: {}", "owner: ann"), [""; 0]);
    let two = go("g: {path: a.md}, h: {path: b.md}", &read(&now), "owner: ann");
    assert_eq!(two, ["ann has not read b.md"]);
    let alias = |on: &str| format!("ann: {{read: {{g: {{on: \"{on}\", as: b.md}}}}}}");
    let outside = "g: {path: /home/me/a.md, aliases: [b.md]}";
    assert_eq!(go(outside, &alias(&on("me too")), "owner: ann"), [""; 0]);
    assert_eq!(go(outside, &alias(&old), "owner: ann"), ["ann read an older version of /home/me/a.md"]);
    assert_eq!(go("g: {path: /home/me/a.md}", "ann: {read: {g: {}}}", "owner: ann"), [""; 0]);
}

#[test]
fn agents_have_looked_into_their_skills() {
    let go = |agent: &str| start("skilled: true", &format!("agents: {{ann: {{{agent}}}}}"), "", "owner: ann");
    assert_eq!(go("skills: [one, two]"), ["ann has not looked into: one, two"]);
    assert_eq!(go("skills: [one, two], introspected: [one]"), ["ann has not looked into: two"]);
    assert_eq!(go("skills: [one, two], introspected: [two, one]"), [""; 0]);
    assert_eq!(go(""), [""; 0]);
}

#[test]
fn departures_are_approved_first() {
    let child = |record: &str| {
        format!("items: {{x: {{title: X, counted: false, deviations: {{v1: {{text: Late{record}}}}}}}}}")
    };
    assert_eq!(done("deviations: true", &child("")), ["x.v1 is not approved: Late"]);
    assert_eq!(done("deviations: true", &child(&format!(", approved: {AT}"))), [""; 0]);
    assert_eq!(done("deviations: true", &child(&format!(", rejected: {AT}"))), [""; 0]);
    assert_eq!(done("deviations: true", "deviations: {v1: {text: Own}}"), ["a.v1 is not approved: Own"]);
}

#[test]
fn some_moves_are_for_people() {
    let go = |actor: &str, kind: ActorKind, departs: Departs| {
        let scene = scene("done", "people: true", "agents: {bot: {}}", "", "");
        fails(&scene, "done", &Ask { actor, kind, departs, ..ask(Some("Why.")) })
    };
    assert_eq!(go("alice", ActorKind::Person, Departs::No), [""; 0]);
    for (actor, kind) in [("alice", ActorKind::Agent), ("BOT", ActorKind::Person)] {
        for departs in [Departs::No, Departs::Yes] {
            assert_eq!(go(actor, kind, departs), [format!("a person does it; {actor} is an agent")]);
        }
    }
}

#[test]
fn agents_leave_out_nothing_that_is_judged() {
    for (process, items) in [
        ("orchestration", "a: {kind: phase, title: A}"),
        ("orchestration", "a: {title: A}"),
        ("phase", "a: {kind: stage, title: A}"),
        ("phase", "s: {kind: stage, title: S, items: {a: {kind: slice, title: A}}}"),
        ("change", "a: {kind: execute, title: A}"),
        ("change", "s: {kind: execute, title: S, items: {a: {kind: unit, title: A}}}"),
    ] {
        let scene = Scene::shipped(process, &format!("items: {{{items}}}"));
        let found = fails(&scene, "skip", &Ask { kind: ActorKind::Agent, ..ask(Some("Why.")) });
        assert!(
            found.contains(&"a person does it; alice is an agent".to_owned()),
            "{process} {items}: {found:?}"
        );
    }
}

#[test]
fn what_is_taken_up_again_is_begun() {
    for (state, verb) in [("failed", "retry"), ("done", "reopen")] {
        let scene = |more: &str, agents: &str| {
            let slice = format!("a: {{kind: slice, title: A, owner: I1, state: {state}}}");
            let body = format!(
                "agents: {{{agents}}}\nitems: {{s: {{kind: stage, title: S, items: {{{slice}{more}}}}}}}"
            );
            Scene::shipped("phase", &body)
        };
        let go = |scene: &Scene, actor: &str| fails(scene, verb, &Ask { actor, ..ask(Some("Why.")) });
        let roster = scene("", "I1: {}, I2: {}");
        assert_eq!(go(&roster, "I2"), ["a belongs to I1, not to I2"], "{verb}");
        assert_eq!(go(&roster, "I1"), [""; 0], "{verb}");
        let busy: Vec<String> = (2..8)
            .map(|n| format!(", b{n}: {{kind: slice, title: B, owner: I{n}, state: active}}"))
            .collect();
        let crowded = go(&scene(&busy.concat(), ""), "alice");
        assert_eq!(crowded, ["at most 6 agents are at work; 6 are: I2, I3, I4, I5, I6, I7"], "{verb}");
    }
}

#[test]
fn the_folder_of_the_logs_is_there() {
    let scene = scene("done", "logs: true", "", "", "");
    assert_eq!(fails(&scene, "done", &ask(None)), ["the folder of its logs is there"]);
    assert_eq!(fails(&scene.over(&[]), "done", &ask(None)), [""; 0]);
}

#[test]
fn serious_findings_are_settled_first() {
    let finding = |text: &str| format!("findings: {{f1: {{severity: high, text: bad{text}}}}}");
    for (item, expected) in [
        (finding(""), "a.f1 (high) is open: bad"),
        (finding(", fixed: abc"), "a.f1 (high) is fixed, but nobody has verified it: bad"),
        (finding(&format!(", fixed: abc, verified: {AT}")), ""),
        (finding(&format!(", waived: {AT}")), ""),
        (finding("").replace("high", "medium"), ""),
    ] {
        let expected: Vec<&str> = Some(expected).into_iter().filter(|text| !text.is_empty()).collect();
        assert_eq!(done("findings: [high]", &item), expected, "{item}");
    }
    for (severity, firm) in [("high", true), ("medium", false)] {
        let item = finding("").replace("high", severity);
        let scene = scene("done", "findings: [high, medium]", "", "", &item);
        let departs = Ask { departs: Departs::Yes, ..ask(Some("Hurry.")) };
        assert_eq!(fails(&scene, "done", &departs).is_empty(), !firm, "{severity}");
    }
}
