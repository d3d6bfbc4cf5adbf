//! A hunt for panics: command lines drawn from a grammar, the same ones in every run.
#![expect(clippy::disallowed_methods, reason = "a harness of processes and raw files")]

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use super::program::{Dice, Ground, Ran, workflow};
use super::{each, full, say};

/// Verbs, and whether `--json` is honoured: a few print for another program, whatever is asked.
const VERBS: [(&str, bool); 40] = [
    ("set", true),
    ("set", true),
    ("set", true),
    ("show", true),
    ("set", true),
    ("update", true),
    ("add", true),
    ("add", true),
    ("note", true),
    ("step", true),
    ("new", true),
    ("claim", true),
    ("start", true),
    ("submit", true),
    ("done", true),
    ("block", true),
    ("unblock", true),
    ("fail", true),
    ("retry", true),
    ("skip", true),
    ("reopen", true),
    ("undo", true),
    ("recover", true),
    ("import", true),
    ("init", true),
    ("doctor", true),
    ("status", true),
    ("show", true),
    ("list", true),
    ("next", true),
    ("why", true),
    ("brief", true),
    ("log", true),
    ("diff", true),
    ("graph", true),
    ("config", true),
    ("profile", true),
    ("schema", true),
    ("completions", false),
    ("statsu", true),
];

const REFS: [&str; 24] = [
    "p:batch-1",
    "p:batch-2",
    "batch-1",
    "batch-10",
    "batch",
    "b",
    "p",
    "t",
    "t:s1",
    "s1",
    "s",
    "batch-1.b1",
    "batch-1.n1",
    "batch-1.",
    ".",
    ":",
    "p:",
    ":batch-1",
    "p:p:p",
    "p:batch-1.b1.b1",
    "ci_pass_rate",
    "burnout",
    "batch\u{2011}1",
    "BATCH-1",
];

const KEYS: [&str; 40] = [
    "state",
    "status",
    "title",
    "owner",
    "priority",
    "target",
    "progress",
    "order",
    "needs",
    "label",
    "branch",
    "validator",
    "summary",
    "started",
    "finished",
    "by",
    "kind",
    "id",
    "items",
    "fields",
    "fields.spec",
    "spec",
    "note",
    "notes",
    "probability",
    "impact",
    "when",
    "mode",
    "score",
    "limits",
    "gates",
    "blockers",
    "schema",
    "profile",
    "2026-02-13",
    "unit",
    "samples",
    "",
    "  ",
    "__proto__",
];

const VALUES: [&str; 36] = [
    "",
    " ",
    "x",
    "done",
    "in-progress",
    "todo",
    "blocked",
    "failed",
    "dropped",
    "review",
    "active",
    "50",
    "-1",
    "100",
    "101",
    "1e309",
    "NaN",
    "99999999999999999999",
    "0.5",
    "true",
    "null",
    "~",
    "- a",
    "{a: b}",
    "[1, 2]",
    "a: b",
    "# c",
    "batch-1",
    "batch-1,batch-2",
    "2026-13-45",
    "2026-02-29",
    "9999-12-31T23:59:60Z",
    "*a",
    "&a b",
    "!!int 3",
    "%",
];

const FLAGS: [&str; 30] = [
    "--json",
    "--dry-run",
    "-q",
    "-v",
    "--color=always",
    "--color=never",
    "-w=p",
    "-wt",
    "-wnothing",
    "--as=Ada",
    "--as=",
    "--as=\u{202e}",
    "-C.",
    "-C/nonexistent",
    "--plan=plan.yaml",
    "--plan=../plan.yaml",
    "--all",
    "--short",
    "--exit-code",
    "--at=HEAD",
    "--at=HEAD~99",
    "--at=--x",
    "--in=batch-1",
    "-m=",
    "-mOne sentence.",
    "--fix=plan",
    "--why=w",
    "--decision=d",
    "--",
    "--nothing",
];

const WORDS: [&str; 16] = [
    "batch",
    "action",
    "risk",
    "metric",
    "gate",
    "checkpoint",
    "line",
    "agent",
    "program",
    "trace",
    "list",
    "show",
    "bash",
    "HEAD",
    "HEAD..HEAD",
    "plan.yaml",
];

/// Texts that something on the way could choke on.
fn odd(dice: &mut Dice) -> OsString {
    match dice.roll(10) {
        0 => "\u{1b}[31mred\u{7}".into(),
        1 => "zwölf Boxkämpfer \u{1f600}\u{200d}\u{1f680}".into(),
        2 => "\u{202e}evil\u{2066}".into(),
        3 => "a\nb\r\nc\td".into(),
        4 => "x".repeat(1 + dice.roll(100_000)).into(),
        5 => OsString::from_vec(vec![b'a', 0xff, 0xfe, b'=', 0x80]),
        6 => "\u{feff}\u{85}\u{2028}\u{fffe}".into(),
        7 => "e\u{301}".repeat(200).into(),
        8 => "-".repeat(1 + dice.roll(4)).into(),
        _ => (0..dice.roll(12))
            .map(|_| char::from(u8::try_from(1 + dice.roll(126)).unwrap()))
            .collect::<String>()
            .into(),
    }
}

fn word(dice: &mut Dice) -> OsString {
    match dice.roll(20) {
        0..6 => (*dice.pick(&REFS)).into(),
        6..12 => {
            let mut pair = OsString::from(*dice.pick(&KEYS));
            pair.push("=");
            pair.push(if dice.roll(5) == 0 { odd(dice) } else { (*dice.pick(&VALUES)).into() });
            pair
        }
        12..16 => (*dice.pick(&FLAGS)).into(),
        16..18 => (*dice.pick(&WORDS)).into(),
        18 => (*dice.pick(&VALUES)).into(),
        _ => odd(dice),
    }
}

/// What the verb asks for, with a text that may be odd.
fn sensible(dice: &mut Dice, verb: &str, args: &mut Vec<OsString>) {
    let text = if dice.roll(2) == 0 { odd(dice) } else { "What came out.".into() };
    let reference = OsString::from(*dice.pick(&REFS[..9]));
    let pair = |key: &str, value: &OsString| {
        let mut pair = OsString::from(format!("{key}="));
        pair.push(value);
        pair
    };
    match verb {
        "set" | "update" => {
            let value = if dice.roll(3) == 0 { text } else { OsString::from(*dice.pick(&VALUES)) };
            args.extend([reference, pair(dice.pick::<&str>(&KEYS), &value)]);
        }
        "add" => {
            args.extend([OsString::from(*dice.pick(&WORDS[..8])), text, "-wp".into()]);
            if dice.roll(2) == 0 {
                args.push(pair(dice.pick::<&str>(&KEYS), &OsString::from(*dice.pick(&VALUES))));
            }
        }
        "new" => args.extend([OsString::from(*dice.pick(&WORDS[8..10])), text]),
        "step" => args.extend([text, "-wt".into()]),
        "import" => args.push("../plan.yaml".into()),
        "config" => args.extend([
            "set".into(),
            (*dice.pick(&["base", "write", "paths.changes", "profiles"])).into(),
            text,
        ]),
        "note" | "start" | "submit" | "done" | "block" | "fail" | "retry" | "skip" | "reopen" => {
            args.extend([reference, "-m".into(), text]);
        }
        "claim" | "unblock" | "show" | "why" => args.push(reference),
        _ => {}
    }
}

/// A command line, and whether its answer is a document.
fn line(dice: &mut Dice) -> (Vec<OsString>, bool) {
    let (verb, honoured) = *dice.pick(&VERBS);
    let mut args: Vec<OsString> = vec![verb.into()];
    // Often enough what the verb wants comes first, so that the draw gets beyond the arguments.
    if dice.roll(5) > 0 {
        sensible(dice, verb, &mut args);
    }
    let noise = if dice.roll(4) == 0 { dice.roll(6) } else { usize::from(dice.roll(4) == 0) };
    for _ in 0..noise {
        args.push(word(dice));
    }
    if dice.roll(2) == 0 {
        args.insert(1, "--json".into());
    }
    let asked = args.iter().take_while(|arg| *arg != "--").any(|arg| arg == "--json");
    (args, asked && honoured)
}

fn ground() -> Ground {
    let trace = "schema: 1\nid: t\nprofile: trace\ntitle: A trace\nstate: active\nstarted: \"2026-01-01T00:00:00Z\"\n";
    let ground = Ground::new(&[
        ("p", workflow("p", &["batch-1", "batch-2", "batch-10"])),
        ("t", format!("{trace}by: Ada\n")),
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
    let (hunts, lines) = if full() { (64, 100) } else { (8, 50) };
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
