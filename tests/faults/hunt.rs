//! A hunt for panics: command lines drawn from a grammar, the same ones in every run.
#![expect(clippy::disallowed_methods, reason = "a harness of processes and raw files")]

use std::collections::BTreeMap;
use std::fs;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use super::program::{Dice, Ground, Ran, workflow};
use super::{each, full, say};

mod grammar;
mod words;

use grammar::line;

/// Work that is judged: a score is wanted, rounds are used up, a person and a reviewer are waited for.
const ORCHESTRATION: &str = r#"schema: 1
id: o
profile: orchestration
title: An orchestration
state: active
protocol: {threshold: "0.92", max_iterations: 3}
agents: {bot: {role: Maker}}
items:
  phase-0:
    title: Research
    items:
      TASK-001:
        title: One
        state: active
        started: "2026-01-01T00:00:00Z"
        owner: bot
        validator: ps
        iterations:
          i1: {score: "0.80", by: ps}
        findings:
          f1: {severity: high, text: bad}
          f2: {severity: low, text: odd, fixed: abc1234, fixed_by: bot}
      TASK-002:
        title: Two
        state: review
        started: "2026-01-01T00:00:00Z"
        validator: ps
        deviations:
          v1: {text: "start although: it needs TASK-001", verb: start, by: bot}
      TASK-003:
        title: Three
        state: active
        started: "2026-01-01T00:00:00Z"
        iterations:
          i1: {score: "0.80"}
          i2: {score: "0.85"}
          i3: {score: "0.91"}
    gates:
      QG-1:
        title: Review
        parts:
          law: {title: The rules, review: ps}
          lead: {title: The lead, human: lead}
          scores: {score: all}
    checkpoints:
      CP-1: {title: Go on, role: user}
  phase-1:
    title: Build
    items:
      C4:
        title: Only when it is hot
        when: {any: {hot: It is hot., cold: It is cold.}}
"#;

fn ground() -> Ground {
    let trace = "schema: 1\nid: t\nprofile: trace\ntitle: A trace\nstate: active\nstarted: \"2026-01-01T00:00:00Z\"\n";
    let ground = Ground::new(&[
        ("p", workflow("p", &["batch-1", "batch-2", "batch-10"])),
        ("t", format!("{trace}by: Ada\n")),
        ("o", ORCHESTRATION.to_owned()),
    ]);
    fs::write(ground.work().join("plan.yaml"), workflow("plan", &["batch-1"])).unwrap();
    fs::write(ground.path().join("plan.yaml"), workflow("plan", &["batch-1"])).unwrap();
    ground
}

/// What a command may never do, whatever it is given; else what is wrong.
fn unsound(
    ground: &Ground,
    before: &BTreeMap<String, String>,
    ran: &Ran,
    is_document: bool,
) -> Option<&'static str> {
    let answer: Option<Value> = serde_json::from_str(&ran.stdout).ok();
    let is_help = ran.code == Some(0) && ran.stdout.contains("Usage: ");
    // clap says itself what is wrong with arguments.
    let said = if ran.stderr.contains("For more information, try") { "" } else { &ran.stderr };
    if !ran.code.is_some_and(|code| [0, 1, 2, 3, 4, 75].contains(&code)) {
        Some("an exit status of its own")
    } else if is_document && !is_help && answer.is_none() {
        Some("not one document")
    } else if said.chars().any(|c| c.is_control() && !['\n', '\u{1b}'].contains(&c)) {
        Some("control characters on standard error")
    } else if ground.tree() == *before {
        None
    } else if ran.code != Some(0) {
        Some("it changed something and failed")
    } else if ground.run(&["doctor"]).code != Some(0) {
        Some("it wrote what the doctor refuses")
    } else {
        None
    }
}

/// Draws command lines until one is not sound; how many there were and how many changed something.
fn hunt(seed: u64, lines: usize) -> Result<(usize, usize), String> {
    let ground = ground();
    let mut dice = Dice(seed);
    let mut worked = 0;
    for _ in 0..lines {
        let (args, is_document) = line(&mut dice);
        let before = ground.tree();
        let ran = ground.run(&args);
        if let Some(wrong) = unsound(&ground, &before, &ran, is_document) {
            let shown: Vec<String> =
                args.iter().map(|arg| format!("{arg:?}").chars().take(80).collect()).collect();
            let doctor = ground.run(&["doctor"]).stdout;
            return Err(format!("seed {seed}: {wrong}: git track {}\n{ran:?}\n{doctor}", shown.join(" ")));
        }
        worked += usize::from(ground.tree() != before);
    }
    Ok((lines, worked))
}

#[test]
fn no_command_line_makes_it_panic_or_spoil_its_state() {
    let (hunts, lines) = if full() { (64, 100) } else { (6, 40) };
    let seeds: Vec<u64> = (0..hunts).collect();
    let (all, changed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let wrong = Mutex::new(Vec::new());
    each(&seeds, |seed| match hunt(*seed, lines) {
        Ok((ran, worked)) => {
            all.fetch_add(ran, Ordering::Relaxed);
            changed.fetch_add(worked, Ordering::Relaxed);
        }
        Err(found) => wrong.lock().unwrap().push(found),
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} of {hunts} hunts found something:\n{}", wrong.len(), wrong.join("\n"));
    let (all, changed) = (all.into_inner(), changed.into_inner());
    assert!(changed * 20 > all, "only {changed} of {all} command lines did anything");
    say(&format!("{all} command lines, {changed} of them changed something: no panic, nothing spoilt"));
}
