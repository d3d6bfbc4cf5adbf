//! State that nobody should have written: it is named with its place, hides nothing else, and is never written over.
#![expect(clippy::disallowed_methods, reason = "a harness of processes and raw files")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use super::bombs::{Hostile, hostiles};
use super::program::{Ground, workflow};
use super::{each, full, sample, say};

/// What a command may take, in KiB: bombs are built to need more.
const MEMORY: usize = 256 * 1024;

/// Everything that could write to the file of the workflow `bad`, with items `x` and `y`.
const MUTATIONS: [&[&str]; 22] = [
    &["set", "bad:x", "owner=bob"],
    &["set", "bad", "title=Better"],
    &["set", "bad:x", "state=active"],
    &["update", "bad:x", "progress=50"],
    &["claim", "bad:x"],
    &["start", "bad:x"],
    &["submit", "bad:x"],
    &["done", "bad:x", "-m", "It is done."],
    &["done", "bad"],
    &["block", "bad:x", "-m", "why"],
    &["unblock", "bad:x"],
    &["fail", "bad:x", "-m", "why"],
    &["retry", "bad:x"],
    &["skip", "bad:x", "-m", "why"],
    &["reopen", "bad:x", "-m", "why"],
    &["step", "Next", "-w", "bad"],
    &["note", "bad:x", "-m", "token"],
    &["add", "batch", "More", "-w", "bad"],
    &["add", "risk", "More", "-w", "bad"],
    &["new", "program", "bad", "--id-slug", "bad"],
    &["import", "../plan.yaml", "-w", "bad"],
    &["undo"],
];

fn ground() -> Ground {
    let ground = Ground::new(&[("good", workflow("good", &["x"]))]);
    fs::write(ground.path().join("plan.yaml"), workflow("bad", &["x"])).unwrap();
    ground
}

fn bad_path(broken: &Value) -> Option<&Value> {
    broken["broken"].as_array()?.iter().find(|broken| broken["file"] == ".track/workflows/bad.yaml")
}

/// Both forms of `status` and the doctor name the file, and its line; the good workflow is there.
fn is_named(ground: &Ground, name: &str, line: Option<usize>) {
    let json = ground.run_within(MEMORY, &["status", "--json"]).exits(4, name).json(name);
    let broken = bad_path(&json).unwrap_or_else(|| panic!("{name}: not listed {json}"));
    if let Some(line) = line {
        assert_eq!(broken["line"], line, "{name}: {broken}");
    }
    let good = json["workflows"].as_array().unwrap().iter().any(|workflow| workflow["id"] == "good");
    assert!(good, "{name}: the good one is hidden: {json}");
    for args in [&["status"][..], &["doctor"]] {
        let ran = ground.run_within(MEMORY, args).exits(4, name);
        let mut wanted = ".track/workflows/bad.yaml".to_owned();
        if let Some(line) = line {
            wanted.push_str(&format!(":{line}:"));
        }
        assert!(ran.stdout.contains(&wanted), "{name}: {args:?} does not say {wanted}: {ran:?}");
        let plain = |c: char| c == '\n' || !c.is_control();
        assert!(ran.stdout.chars().all(plain), "{name}: {:?}", ran.stdout);
    }
}

/// Nothing writes over it; what is good can still be changed.
fn is_let_alone(ground: &Ground, name: &str, mutations: &[&[&str]]) {
    let before = seen(ground);
    for args in mutations {
        let ran = ground.run_within(MEMORY, &[*args, &["--as=Ada"]].concat());
        // A new workflow finds another name.
        if args[0] == "new" && ran.code == Some(0) {
            assert!(ran.stdout.contains("bad-2"), "{name}: {ran:?}");
            ground.run(&["undo"]).exits(0, name);
        } else {
            assert!(ran.code.is_some_and(|code| [1, 2, 3, 4].contains(&code)), "{name}: {args:?}: {ran:?}");
        }
        assert_eq!(seen(ground), before, "{name}: {args:?}: {ran:?}");
    }
    ground.run_within(MEMORY, &["set", "good:x", "owner=bob", "--as=Ada"]).exits(0, name);
    ground.run_within(MEMORY, &["undo"]).exits(0, name);
    assert_eq!(seen(ground), before, "{name}");
}

/// Everything but what remembers changes.
fn seen(ground: &Ground) -> BTreeMap<String, String> {
    let mut tree = ground.tree();
    tree.retain(|file, _| !file.starts_with(".git/track/undo/"));
    tree
}

/// All of them, or some that are different for every case.
fn mutations(case: usize) -> Vec<&'static [&'static str]> {
    if full() {
        return MUTATIONS.to_vec();
    }
    (0..4).map(|n| MUTATIONS[(case * 4 + n) % MUTATIONS.len()]).collect()
}

#[test]
fn a_hostile_file_is_named_and_let_alone() {
    let base = ground();
    is_let_alone(&base.copy(), "no such workflow", &MUTATIONS[..19]);
    let hostiles: Vec<(usize, Hostile)> = hostiles().into_iter().enumerate().collect();
    each(&hostiles, |(case, hostile)| {
        let ground = base.copy();
        fs::write(ground.file("bad"), &hostile.bytes).unwrap();
        is_named(&ground, hostile.name, hostile.line);
        is_let_alone(&ground, hostile.name, &mutations(*case));
    });
    say(&format!(
        "{} hostile files within {} MiB: named, nothing written over",
        hostiles.len(),
        MEMORY >> 10
    ));
}

/// Puts something that is not a file in the place of one.
fn put(what: &str, at: &Path) {
    match what {
        "a directory" => fs::create_dir(at).unwrap(),
        "a FIFO" => {
            let made = std::process::Command::new("mkfifo").arg(at).status().unwrap();
            assert!(made.success());
        }
        target => symlink(target.strip_prefix("-> ").unwrap(), at).unwrap(),
    }
}

const NOT_FILES: [&str; 7] = [
    "a directory",
    "a FIFO",
    "-> /dev/zero",
    "-> /dev/null",
    "-> good.yaml",
    "-> ../../../outside/state.yaml",
    "-> nowhere",
];

/// A file of somebody else's beside the repository.
fn outside(ground: &Ground) -> std::path::PathBuf {
    let dir = ground.path().join("outside");
    fs::create_dir_all(&dir).unwrap();
    fs::write(dir.join("state.yaml"), workflow("bad", &["x"])).unwrap();
    fs::write(dir.join("bad.yaml"), workflow("bad", &["x"])).unwrap();
    fs::write(dir.join("config.yaml"), "schema: 1\n").unwrap();
    fs::create_dir_all(dir.join("workflows")).unwrap();
    fs::write(dir.join("workflows/bad.yaml"), workflow("bad", &["x"])).unwrap();
    dir
}

fn contents(dir: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.push((path.display().to_string(), String::new()));
            found.extend(contents(&path));
        } else {
            found.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
        }
    }
    found.sort();
    found
}

#[test]
fn what_is_not_a_file_is_named_and_let_alone() {
    let base = ground();
    let cases: Vec<(usize, &str)> = NOT_FILES.into_iter().enumerate().collect();
    each(&cases, |(case, what)| {
        let ground = base.copy();
        let outside = outside(&ground);
        let theirs = contents(&outside);
        put(what, &ground.file("bad"));
        is_named(&ground, what, None);
        is_let_alone(&ground, what, &mutations(*case));
        assert_eq!(contents(&outside), theirs, "{what}");
    });
}

/// `.track`, the folder of workflows and the configuration, each in the place of itself.
#[test]
fn a_folder_that_leads_elsewhere_is_refused() {
    let base = ground();
    let mut cases = Vec::new();
    for (at, leads) in [
        (".track", "../outside"),
        (".track/workflows", "../../outside"),
        (".track/config.yaml", "../../outside/config.yaml"),
    ] {
        for what in [&format!("-> {leads}"), "a FIFO", "a directory", "-> /dev/zero", "-> nowhere"] {
            if !(what == "a directory" && at != ".track/config.yaml") {
                cases.push((cases.len(), at, what.to_owned()));
            }
        }
    }
    each(&cases, |(case, at, what)| {
        let name = format!("{at} is {what}");
        let ground = base.copy();
        let outside = outside(&ground);
        let theirs = contents(&outside);
        let place = ground.work().join(at);
        if place.is_dir() {
            fs::remove_dir_all(&place).unwrap();
        } else {
            fs::remove_file(&place).unwrap();
        }
        put(what, &place);
        let before = seen(&ground);
        for args in [&["status", "--json"][..], &["status"], &["list"], &["doctor"], &["show", "bad:x"]] {
            let ran = ground.run_within(MEMORY, args);
            assert!(
                ran.code == Some(4) || *at == ".track/config.yaml" && args[0] != "status",
                "{name}: {args:?}: {ran:?}"
            );
            let shown = format!("{}{}", ran.stdout, ran.stderr);
            assert!(ran.code != Some(4) || shown.contains(at), "{name}: {args:?} does not name it: {ran:?}");
        }
        let mut tried = mutations(*case);
        tried.extend([&["init"][..], &["new", "program", "Else"]]);
        if *at != ".track/workflows" {
            tried.push(&["init", "--profile=trace"]);
        }
        for args in tried {
            let ran = ground.run_within(MEMORY, &[args, &["--as=Ada"]].concat());
            let code = ran.code;
            // What is set up already stays so, and beside a broken configuration a new workflow may begin.
            if code == Some(0) && ["new", "import"].contains(&args[0]) && *at == ".track/config.yaml" {
                ground.run(&["undo"]).exits(0, &name);
            } else if code != Some(0) || args[0] != "init" {
                assert!(code.is_some_and(|code| [1, 2, 3, 4].contains(&code)), "{name}: {args:?}: {ran:?}");
            }
            assert_eq!(seen(&ground), before, "{name}: {args:?}: {ran:?}");
        }
        assert_eq!(contents(&outside), theirs, "{name}");
    });
}

/// A file that ends anywhere is read as what it is or refused, and a change to it never makes it worse.
#[test]
fn a_file_cut_off_anywhere_is_read_or_refused() {
    let base = ground();
    base.run(&["new", "program", "bad", "--id-slug=bad", "--as=Ada"]).exits(0, "new");
    for args in [
        &["add", "batch", "One", "id=x", "-w", "bad"][..],
        &["block", "bad:x", "-m", "why: \"quoted\" – and more", "--fix=plan"],
        &["note", "bad:x", "--decision=d", "--why=w", "--focus=f"],
        &["set", "bad:x", "needs=", "owner=Grace Hopper"],
    ] {
        base.run(&[args, &["--as=Ada"]].concat()).exits(0, "the sample");
    }
    let whole = fs::read(base.file("bad")).unwrap();
    let cuts: Vec<usize> = (0..whole.len()).collect();
    let cuts = sample(&cuts, 60);
    let (read, refused) = (AtomicUsize::new(0), AtomicUsize::new(0));
    each(&cuts, |cut| {
        let ground = base.copy();
        fs::write(ground.file("bad"), &whole[..*cut]).unwrap();
        let case = format!("cut at {cut}");
        let ran = ground.run_within(MEMORY, &["status", "--json"]);
        let json = ran.json(&case);
        assert!(json["workflows"].to_string().contains("\"good\""), "{case}: {json}");
        let is_read = ran.code == Some(0);
        let before = ground.tree();
        for args in [&["set", "bad:x", "owner=bob"][..], &["done", "bad:x", "-m", "Done."], &["undo"]] {
            if is_read {
                let ran = ground.run_within(MEMORY, &[args, &["--as=Ada"]].concat());
                assert!(ran.code.is_some_and(|code| code <= 4), "{case}: {ran:?}");
            } else if args[0] != "undo" {
                ground.run_within(MEMORY, &[args, &["--as=Ada"]].concat()).exits(4, &case);
                assert_eq!(ground.tree(), before, "{case}");
            }
        }
        let counter = if is_read { &read } else { &refused };
        ground.run(&["status"]).exits(if is_read { 0 } else { 4 }, &case);
        counter.fetch_add(1, Ordering::Relaxed);
    });
    let (read, refused) = (read.into_inner(), refused.into_inner());
    assert!(read > 0 && refused > 0, "{read} read, {refused} refused");
    say(&format!("{} ways to cut a file off: {read} read, {refused} refused", cuts.len()));
}

/// What lies in the git directory is not trusted either.
#[test]
fn a_hostile_history_of_undo_is_refused() {
    let base = ground();
    base.run(&["set", "good:x", "owner=bob", "--as=Ada"]).exits(0, "set");
    let entry = base.track().join("undo/000001.json");
    let whole = fs::read_to_string(&entry).unwrap();
    let outside = whole.replace(".track/workflows/good.yaml", "../outside");
    let hook = whole.replace(".track/workflows/good.yaml", ".git/hooks/post-commit");
    for text in [
        "",
        "{",
        "[1]",
        &whole[..whole.len() / 2],
        &whole.replace("\"schema\":1", "\"schema\":2"),
        &outside,
        &hook,
    ] {
        let ground = base.copy();
        fs::write(ground.track().join("undo/000001.json"), text).unwrap();
        let before = ground.tree();
        ground.run(&["undo"]).exits(4, text);
        assert_eq!(ground.tree(), before, "{text}");
        ground.run(&["status"]).exits(0, text);
        ground.run(&["set", "good:x", "priority=P1", "--as=Ada"]).exits(0, text);
    }
    let ground = base.copy();
    fs::write(ground.track().join("undo/18446744073709551615.json"), &whole).unwrap();
    ground.run(&["set", "good:x", "priority=P1", "--as=Ada"]).exits(4, "the last number");
    ground.run(&["status"]).exits(0, "the last number");
}
