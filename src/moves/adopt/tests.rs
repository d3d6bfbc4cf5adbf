//! Foreign trees in, workflows and reports out.

use super::{Adopted, Report, Setting, id_of, records, workflow};
use crate::derive::testing::{Scene, TEAM, id, now, shipped_profile};
use crate::error::Result;
use crate::formats::yaml;
use crate::model::page::Pages;
use crate::model::profile::Profile;
use serde_json::{Value, json};

fn profile(text: &str) -> Profile {
    yaml::read(text.as_bytes(), "profile.yaml").unwrap()
}

fn take(process: &str, text: &str) -> Result<Adopted> {
    let profile = profile(process);
    let tree = yaml::tree(text.as_bytes(), "in.yaml").unwrap();
    workflow(tree, id("w"), Setting { profile: &profile, pages: &Pages::none(), now: now() })
}

/// What becomes of a file: the tree of the workflow, and the report.
#[track_caller]
fn taken(process: &str, text: &str) -> (Value, Report) {
    let Adopted { workflow, report } = match take(process, text) {
        Ok(adopted) => adopted,
        Err(error) => panic!("{error}"),
    };
    let scene = Scene::new(process, &[""]).with(workflow.clone());
    assert_eq!(scene.wrong(), [""; 0]);
    (workflow.to_value(), report)
}

fn lines(report: &Report) -> Vec<String> {
    let line = |mark: &'static str| {
        move |left: &super::Left| format!("{mark} {}: {} ({})", left.path, left.value, left.reason)
    };
    let unknown = report.not_understood.iter().map(|left| format!("? {}: {}", left.path, left.value));
    report.ignored.iter().map(line("-")).chain(unknown).collect()
}

#[test]
fn a_flat_list_becomes_a_tree() {
    let (tree, report) = taken(
        TEAM,
        "schema: 1\nid: w\nprofile: team\ntitle: W\nstate: active\nupdated_at: \"2026-01-05T08:00:00Z\"\nitems:\n\
         - {id: T-2, parent: p, kind: task, title: Second, state: done, size: 4}\n\
         - {id: p, kind: phase, order: 0, title: Phase, state: active, checklist: {title: L, items: [{text: x}, y]}}\n\
         - {id: T-1, title: First, agents: [bob, maria], state: in-progress, note: hello, artifact: a.md}\n\
         - {id: T-3, title: Third, kind: turn, estimate: {files: 1, loc: 20}, measured: {files: 2}}\n\
         - {id: T-4, title: Fourth, needs: T-1, owner: null, description: x}\n",
    );
    assert_eq!(
        tree,
        json!({
            "schema": 1, "id": "w", "profile": "team", "title": "W", "state": "active",
            "started": "2026-01-05T08:00:00Z", "by": "import",
            "items": {
                "p": {
                    "title": "Phase", "kind": "phase", "order": "0",
                    "checklist": {"title": "L", "lines": {"l1": {"text": "x"}, "l2": {"text": "y"}}},
                    "items": {"T-2": {
                        "title": "Second", "state": "done", "started": "2026-01-05T08:00:00Z",
                        "finished": "2026-01-05T08:00:00Z", "by": "import", "fields": {"size": 4},
                    }},
                },
                "T-1": {
                    "title": "First", "state": "active", "owner": "bob", "team": ["maria"],
                    "started": "2026-01-05T08:00:00Z", "by": "import", "fields": {"note": "hello"},
                    "artifacts": {"a1": {"path": "a.md", "required": true}},
                },
                "T-3": {"title": "Third", "kind": "turn", "estimate": {"files": 1, "lines": 20}},
                "T-4": {"title": "Fourth", "objective": "x", "needs": ["T-1"]},
            },
            "agents": {"bob": {}, "maria": {}},
        })
    );
    assert_eq!(report.stamped, ["w", "T-2", "T-1"]);
    assert_eq!(report.agents, ["bob", "maria"]);
    assert_eq!(
        lines(&report),
        [
            "- updated_at: \"2026-01-05T08:00:00Z\" (the last change is known from the items' own times)",
            "- T-3.measured: {\"files\":2} (measured from git when it is asked for)",
            "- p.state: \"active\" (derived: done)",
        ]
    );
}

#[test]
fn steps_become_a_trace() {
    let (tree, report) = taken(
        shipped_profile("trace"),
        "title: Upload\ntask: Do it\nspec: specs/x.md\nstarted: \"2026-01-05T08:00:00Z\"\nstate: failed\nsteps:\n\
         - {title: One, state: completed, summary: Works., artifacts: [Created src/a.py, \"notes, loose\"], \
         decisions: [Use x]}\n\
         - {title: Two, state: failed, summary: Broke., focus: f, challenges: [slow], colour: red}\n",
    );
    let then = "2026-01-05T08:00:00Z";
    assert_eq!(tree["fields"], json!({"task": "Do it", "spec": "specs/x.md"}));
    assert_eq!(tree["state"], "active");
    assert_eq!(
        tree["items"],
        json!({
            "s1": {
                "title": "One", "state": "done", "started": then, "finished": then, "by": "import",
                "summary": "Works.", "decisions": {"d1": {"text": "Use x"}},
                "artifacts": {"a1": {"path": "src/a.py", "action": "created"}, "a2": {"text": "notes, loose"}},
            },
            "s2": {
                "title": "Two", "state": "failed", "started": then, "finished": then, "by": "import",
                "summary": "Broke.", "focus": "f", "challenges": {"c1": {"text": "slow"}},
            },
        })
    );
    assert_eq!(
        lines(&report),
        ["- state: \"failed\" (derived: an item of it failed)", "? s2.colour: \"red\""]
    );
    assert_eq!(report.stamped, ["s1", "s2"]);
    // A key of the workflow's own fields is not one of a step.
    let (tree, report) = taken(shipped_profile("trace"), "steps: [{title: One, task: x}]");
    assert_eq!(
        (tree["items"]["s1"].get("fields"), lines(&report).as_slice()),
        (None, &["? s1.task: \"x\"".to_owned()][..])
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "one plan with what becomes of each of its parts")]
fn an_execution_plan_becomes_a_program() {
    let (tree, report) = taken(
        shipped_profile("program"),
        r#"{"updatedAt": "2026-01-05", "batches": [
            {"id": "b1", "name": "Fix CI", "priority": "P0", "status": "in-progress", "progress": 40,
             "targetDate": "Week 1–2", "blockers": [], "owner": "alice", "notes": "careful"},
            {"id": "batch-2", "name": "Platform", "priority": "P1", "status": "queued", "progress": 0,
             "targetDate": "Week 3", "blockers": ["b1", "no budget yet"], "owner": null, "notes": ""},
            {"id": "batch-3", "name": "Security", "status": "blocked", "progress": "10%", "blockers": ["Batch 2", "None"]},
            {"id": "batch-4", "name": "Late", "status": "blocked", "progress": 100},
            {"id": "batch-5", "name": "Ready", "status": "done", "progress": 80, "blockers": "None"}
           ],
           "metrics": {"prsMerged": 4, "ci_pass_rate": "91%", "meanTimeToDeployMinutes": null,
                       "flakes": {"value": 3, "target": "<5", "colour": "red"}, "mood": "good"}}"#,
    );
    let then = "2026-01-05T00:00:00Z";
    assert_eq!(
        tree["items"],
        json!({
            "b1": {
                "title": "Fix CI", "priority": "P0", "state": "active", "progress": 40, "owner": "alice",
                "target": "Week 1–2", "started": then, "by": "import", "notes": {"n1": {"text": "careful"}},
            },
            "batch-2": {
                "title": "Platform", "priority": "P1", "target": "Week 3", "needs": ["b1"],
                "blockers": {"b1": {"text": "no budget yet"}},
            },
            "batch-3": {"title": "Security", "progress": 10, "needs": ["batch-2"]},
            "batch-4": {
                "title": "Late", "progress": 100,
                "blockers": {"b1": {"text": "blocked in the imported file", "by": "import"}},
            },
            "batch-5": {"title": "Ready", "state": "done", "started": then, "finished": then, "by": "import"},
        })
    );
    assert_eq!(
        tree["metrics"],
        json!({
            "prs_merged": {"title": "PRs merged", "samples": {"2026-01-05": 4}},
            "ci_pass_rate": {"title": "CI pass rate", "unit": "%", "samples": {"2026-01-05": 91}},
            "mean_time_to_deploy": {"title": "Mean time to deploy", "unit": "minutes", "target": "<30"},
            "flakes": {"title": "flakes", "target": "<5", "samples": {"2026-01-05": 3}},
            "mood": {"title": "mood"},
            "test_coverage": {"title": "Test coverage", "unit": "%", "target": ">=80"},
            "production_incidents": {"title": "Production incidents"},
            "flake_rate": {"title": "CI flake rate", "unit": "%", "target": "<5"},
            "workflow_minutes": {"title": "CI workflow time", "unit": "minutes", "target": "<5"},
            "coverage_changed": {"title": "Coverage of changed code", "unit": "%", "target": ">=80"},
        })
    );
    assert_eq!(
        lines(&report)[1..],
        [
            "- batch-5.progress: 80 (done means 100, whatever was declared)",
            "- batch-2.blockers: \"b1\" (it names an item and became a need)",
            "- batch-3.blockers: \"Batch 2\" (it names an item and became a need)",
            "- batch-3.blockers: \"None\" (it says that there is none)",
            "- batch-5.blockers: \"None\" (it says that there is none)",
            "? metrics.flakes.colour: \"red\"",
            "? metrics.mood.value: \"good\"",
        ]
    );
}

#[test]
fn a_sample_without_a_day_is_of_the_day_of_the_import() {
    let metrics =
        taken(shipped_profile("program"), "{metrics: {prs_merged: 1}, items: []}").0["metrics"].clone();
    assert_eq!(metrics["prs_merged"]["samples"], json!({"2026-02-12": 1}));
}

#[test]
fn a_nested_mapping_stays_one() {
    let (tree, report) = taken(
        TEAM,
        "title: W\nstatus: planned\nprogress: 20\nitems:\n  p:\n    kind: phase\n    title: P\n    items:\n      \
         a: {title: A, priority: P1, size: 1}\n      b: {name: B, type: task, started_at: \"2026-01-01T00:00:00Z\", \
         status: submitted, label2: x}\n",
    );
    let a = &tree["items"]["p"]["items"]["a"];
    assert_eq!(a, &json!({"title": "A", "priority": "P1", "fields": {"size": 1}}));
    let b = &tree["items"]["p"]["items"]["b"];
    assert_eq!(b, &json!({"title": "B", "state": "review", "started": "2026-01-01T00:00:00Z"}));
    assert_eq!(
        lines(&report),
        [
            "- state: \"planned\" (a workflow that is taken over is open)",
            "- progress: 20 (counted from what is in it)",
            "? b.label2: \"x\"",
        ]
    );
}

#[test]
fn gates_and_checkpoints_go_to_their_items() {
    let (tree, report) = taken(
        TEAM,
        "items:\n- {id: p, kind: phase, title: P}\n- {id: a, parent: p, title: A}\ngates:\n\
         - {id: QG-1, title: Review, item: p, state: pending, pass_when: all well, parts: {s: {score: all}}}\n\
         - {id: QG-2, state: passed}\n- {id: QG-3, item: gone}\ncheckpoints:\n\
         - {id: CP-1, after: p, state: approved, approved_at: \"2026-01-01T00:00:00Z\", approved_by: maria, why: fine}\n\
         - {id: CP-2, after: a, state: approved, approval_by: lead, title: Go, summary: s, notes: n}\n",
    );
    let p = &tree["items"]["p"];
    assert_eq!(p["gates"], json!({"QG-1": {"title": "Review", "parts": {"s": {"score": "all"}}}}));
    assert_eq!(
        p["checkpoints"],
        json!({"CP-1": {"approved": "2026-01-01T00:00:00Z", "by": "maria", "why": "fine"}})
    );
    let go = json!({"CP-2": {"title": "Go", "role": "lead", "summary": "s", "notes": "n"}});
    assert_eq!(p["items"]["a"]["checkpoints"], go);
    assert_eq!(tree["gates"], json!({"QG-2": {}, "QG-3": {}}));
    assert_eq!(
        lines(&report),
        [
            "- gates.QG-1.state: \"pending\" (derived, and the same)",
            "- gates.QG-2.state: \"passed\" (derived: pending)",
            "- checkpoints.CP-1.state: \"approved\" (derived, and the same)",
            "- checkpoints.CP-2.state: \"approved\" (derived: pending)",
            "? gates.QG-1.pass_when: \"all well\"",
            "? gates.QG-3.item: \"gone\"",
        ]
    );
}

#[test]
fn records_go_into_a_workflow() {
    let scene = Scene::shipped("program", "risks: {R1: {title: Old}}\nmetrics: {ci_pass_rate: {title: CI}}");
    let go = |text: &str| {
        let tree = yaml::tree(text.as_bytes(), "in.yaml").unwrap();
        records(
            tree,
            &scene.workflows[0],
            Setting { profile: scene.profile(), pages: &Pages::none(), now: now() },
        )
    };
    let Adopted { workflow, report } = go(
        "updated_at: 2026-01-05\nrisks:\n- {id: R2, title: Burn out, probability: medium, impact: high, colour: red}\n\
         - Scope creep\nmetrics: {ci_pass_rate: 90}\nnotes: [x]\nitems: [{id: batch-1, name: A, status: done}]\nmood: good\n",
    )
    .unwrap();
    let tree = workflow.to_value();
    assert_eq!(
        tree["risks"],
        json!({
            "R1": {"title": "Old"},
            "R2": {"title": "Burn out", "probability": "medium", "impact": "high"},
            "scope-creep": {"title": "Scope creep"},
        })
    );
    assert_eq!(
        tree["metrics"]["ci_pass_rate"],
        json!({"title": "CI", "unit": "%", "samples": {"2026-01-05": 90}})
    );
    assert_eq!(tree["notes"], json!({"n1": {"text": "x"}}));
    assert_eq!(tree["items"]["batch-1"]["finished"], "2026-01-05T00:00:00Z");
    assert_eq!(lines(&report)[1..], ["? risks.R2.colour: \"red\"", "? mood: \"good\""]);
    assert_eq!(go("risks: [{id: R1, title: Other}]").unwrap_err().message(), "w has another risk R1 already");
    let same = go("risks: [{id: R1, title: Old}]").unwrap().workflow;
    assert_eq!(same, scene.workflows[0]);
}

#[test]
fn nothing_is_dropped_silently() {
    let (tree, report) = taken(
        TEAM,
        "colour: red\nowner: bob\nagents: [alice, maria]\nitems:\n- text\n- {id: a, title: A, artifact: x.md, \
         artifacts: [y.md], kind: nothing, limits: {files: 1, loc: 2, days: 3}}\nsteps: none\ngates: none\n\
         risks: [{id: R1, title: A}, {id: R1, title: B}]\ndecisions: {text: x, why: y}\n",
    );
    assert_eq!(
        lines(&report),
        [
            "- owner: \"alice\" (the file says something else before)",
            "? colour: \"red\"",
            "? items.0: \"text\"",
            "? a.kind: \"nothing\"",
            "? a.limits.days: 3",
            "? steps: \"none\"",
            "? gates: \"none\"",
        ]
    );
    assert_eq!((&tree["owner"], &tree["team"]), (&json!("bob"), &json!(["maria"])));
    let artifacts = &tree["items"]["a"]["artifacts"];
    assert_eq!(artifacts, &json!({"a1": {"path": "x.md", "required": true}, "a2": {"path": "y.md"}}));
    assert_eq!(tree["risks"], json!({"R1": {"title": "A"}, "R2": {"title": "B"}}));
    assert_eq!(tree["decisions"], json!({"d1": {"text": "x", "why": "y"}}));
}

#[test]
fn what_makes_no_sense_is_an_error() {
    for (text, message) in [
        ("[]", "the file does not hold a mapping"),
        ("{schema: 2}", "schema 2 is not one that this git-track reads"),
        ("{items: [{id: 1a}]}", "items[0]: `1a` is not an id"),
        ("{items: [{id: a, parent: b}]}", "`a` belongs to `b`, which is not in the file"),
        ("{items: [{id: a, parent: b}, {id: b, parent: a}]}", "`a` belongs to `b`, which is not in the file"),
        ("{items: [{id: a}, {id: A}]}", "the id `A` is used twice"),
        ("{items: [{id: a, status: nonsense}]}", "a.state: `nonsense` is not a state"),
        ("{updated_at: yesterday}", "`yesterday` is not a time"),
    ] {
        assert_eq!(take(TEAM, text).unwrap_err().message(), message, "{text}");
    }
    assert_eq!(id_of(&json!({"id": "x"})), Some("x"));
    assert_eq!(id_of(&json!({"id": 1})), None);
}

#[test]
fn what_does_not_fit_is_reported_with_its_key() {
    let (tree, report) =
        taken(TEAM, "items: [{id: a, title: A, progress: 101, owner: [x, y], summary: Fine.}]");
    assert_eq!(tree["items"]["a"], json!({"title": "A", "summary": "Fine."}));
    let paths: Vec<&str> = report.not_understood.iter().map(|left| left.path.as_str()).collect();
    assert_eq!(paths, ["a.progress", "a.owner"]);
}

#[test]
fn a_workflow_keeps_the_end_it_came_to() {
    let (tree, report) =
        taken(TEAM, "status: done\nupdated_at: 2026-01-05\nitems: [{id: a, title: A, state: skipped}]");
    assert_eq!((&tree["state"], &tree["finished"]), (&json!("done"), &json!("2026-01-05T00:00:00Z")));
    assert_eq!(
        (tree["title"].as_str(), report.stamped.as_slice()),
        (Some("w"), &["w".to_owned(), "a".to_owned()][..])
    );
    let (tree, report) = taken(TEAM, "status: failed");
    assert_eq!((&tree["state"], report.ignored.len()), (&json!("failed"), 0));
    let labelled =
        taken(TEAM, "items: [{id: a, title: A, status: In QA}, {id: b, title: B, status: shipped}]").0;
    assert_eq!(
        (&labelled["items"]["a"]["label"], &labelled["items"]["a"]["state"]),
        (&json!("qa"), &json!("review"))
    );
    assert_eq!(labelled["items"]["b"]["state"], "done");
}

#[test]
fn the_alias_of_a_profile_is_answered_to() {
    let program = profile(shipped_profile("program"));
    assert!(program.answers_to(&id("batch")) && program.answers_to(&id("Program")));
    assert!(!program.answers_to(&id("trace")));
}
