//! Transcripts: every `fixtures/<case>/session` is played in a fresh repository and compared line by line.
//!
//! `GIT_TRACK_TRANSCRIPTS=update cargo test transcripts` writes what happened over the sessions; review the diff.

mod schemas;
mod session;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use similar::TextDiff;
use unicode_width::UnicodeWidthStr;

pub(crate) use schemas::wrong;
use session::{Deed, Place, parse, render};

/// A test for each case.
macro_rules! cases {
    ($($test:ident: $folder:literal,)*) => {
        $(#[test] fn $test() { replay($folder); })*
        const CASES: &[&str] = &[$($folder),*];
    };
}

cases! {
    block: "block",
    broken: "broken",
    change: "change",
    change_documents: "change-documents",
    clash: "clash",
    config: "config",
    corners: "corners",
    conventions: "conventions",
    demo: "demo",
    design_examples: "design-examples",
    documents: "documents",
    errors: "errors",
    evidence: "evidence",
    graph: "graph",
    guide: "guide",
    hooks: "hooks",
    home: "home",
    hotfix: "hotfix",
    import: "import",
    init: "init",
    json: "json",
    leases: "leases",
    log_diff: "log-diff",
    moves: "moves",
    phase: "phase",
    phase_branches: "phase-branches",
    phase_documents: "phase-documents",
    phase_new: "phase-new",
    orchestration: "orchestration",
    orchestration_new: "orchestration-new",
    plan_file: "plan-file",
    plumbing: "plumbing",
    profiles: "profiles",
    prompt: "prompt",
    program: "program",
    progress: "progress",
    queue: "queue",
    release_branch: "release-branch",
    releases: "releases",
    references: "references",
    sanitise: "sanitise",
    set: "set",
    show_list_next: "show-list-next",
    status: "status",
    tour: "tour",
    trace: "trace",
    trace_import: "trace-import",
    undo: "undo",
    versions: "versions",
    weekly: "weekly",
    worktree: "worktree",
    write_modes: "write-modes",
}

/// Folders of fixtures that other tests read.
const OTHERS: [&str; 1] = ["yaml"];

/// Cases that end with files that cannot be read.
const BROKEN: [&str; 1] = ["broken"];

/// The commands whose screens fit into 80 columns.
const SCREENS: [&str; 12] =
    ["status", "brief", "list", "next", "why", "show", "log", "diff", "queue", "graph", "drift", "sync"];

pub(crate) fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

fn replay(case: &str) {
    let folder = fixtures().join(case);
    let file = folder.join("session");
    let written = fs::read_to_string(&file).unwrap();
    let (blocks, tail) = parse(&written);
    assert!(!blocks.is_empty(), "{case}: a session without commands");
    let mut place = Place::new(&folder);
    let deeds: Vec<Deed> = blocks.iter().map(|block| place.play(block)).collect();
    let happened = render(&blocks, &deeds, &tail);
    if std::env::var_os("GIT_TRACK_TRANSCRIPTS").is_some_and(|wish| wish == "update") {
        if happened != written {
            fs::write(&file, &happened).unwrap();
        }
        if case == "tour" {
            crate::docs::publish(&happened);
        }
    } else {
        let diff = TextDiff::from_lines(&written, &happened);
        let (old, new) = (format!("fixtures/{case}/session"), "what happens now");
        let diff = diff.unified_diff().context_radius(4).header(&old, new).to_string();
        assert!(happened == written, "{diff}\nGIT_TRACK_TRANSCRIPTS=update cargo test transcripts");
    }
    check_screens(&deeds);
    let documents = schemas::check_output(&deeds);
    assert!(case != "json" || documents > 40, "only {documents} documents were looked at");
    let files = schemas::check_files(&place, BROKEN.contains(&case));
    assert!(case != "json" || files == 4, "{files} files were looked at");
}

fn check_screens(deeds: &[Deed]) {
    for deed in deeds.iter().filter(|deed| is_screen(&deed.command)) {
        for line in deed.stdout.lines() {
            assert!(fits(line), "$ {}\n{line}\nis {} columns wide", deed.command, line.width());
        }
    }
}

fn is_screen(command: &str) -> bool {
    let mut words = command.split_whitespace().skip_while(|word| *word != "track").skip(1);
    let mut verb = words.next();
    while let Some(option) = verb.filter(|word| word.starts_with('-')) {
        let takes_value = ["-C", "-w", "--plan", "--as", "--color"].contains(&option);
        verb = if takes_value { words.nth(1) } else { words.next() };
    }
    let data = ["--json", "--dry-run", "--color", "--format"].iter().any(|option| command.contains(option));
    verb.is_some_and(|verb| SCREENS.contains(&verb)) && !data
}

// A word that is longer than half a screen cannot be broken, nor can a command that is there to be copied.
fn fits(line: &str) -> bool {
    let longest = line.split_whitespace().map(UnicodeWidthStr::width).max().unwrap_or_default();
    let is_command = line.trim_start().trim_start_matches("Next").trim_start().starts_with("git track ");
    line.width() <= 80 || longest > 40 || is_command
}

#[test]
fn every_fixture_is_played() {
    let entries = fs::read_dir(fixtures()).unwrap().map(Result::unwrap);
    let there: BTreeSet<String> = entries.map(|entry| entry.file_name().into_string().unwrap()).collect();
    let known: BTreeSet<String> = CASES.iter().chain(&OTHERS).map(|name| (*name).to_owned()).collect();
    assert_eq!(there, known, "folders of fixtures, and those that a test reads");
}

#[test]
fn every_document_is_seen() {
    let help = std::process::Command::new(env!("CARGO_BIN_EXE_git-track")).arg("-h").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let listed =
        help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let verbs =
        listed.filter(|line| !line.starts_with("   ")).filter_map(|line| line.split_whitespace().next());
    // These print files of their own.
    let raw = ["completions", "schema", "help"];
    let seen: String =
        CASES.iter().map(|case| fs::read_to_string(fixtures().join(case).join("session")).unwrap()).collect();
    let unseen: Vec<&str> = verbs
        .filter(|verb| !raw.contains(verb) && !seen.contains(&format!("\n  \"command\": \"{verb}\",\n")))
        .collect();
    assert!(unseen.is_empty(), "no session shows what --json prints for {unseen:?}");
    assert!(!seen.contains("\"command\": \"frobnicate\""));
}

#[test]
fn wide_lines_are_noticed() {
    assert!(fits(&"x ".repeat(40)));
    assert!(!fits(&"x ".repeat(41).replace(' ', "y ")));
    assert!(fits(&format!("    see {}", "p/".repeat(60))));
    assert!(fits(&format!("Next         git track add {}", "x ".repeat(40))));
    assert!(is_screen("git track status"));
    assert!(is_screen("cd sub && git track -C .. list | head -3"));
    assert!(!is_screen("git track status --json"));
    assert!(!is_screen("git track profile show trace"));
    assert!(is_screen("git -c a=b track -w x --as bob log"));
    assert!(!is_screen("git log"));
}

#[test]
fn shipped_profiles_fit_their_schema() {
    let templates = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let mut seen = 0;
    // Besides them are templates that all processes share.
    for entry in fs::read_dir(templates).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_dir()) {
        let bytes = fs::read(entry.path().join("profile.yaml")).unwrap();
        let profile = git_track::formats::yaml::tree(&bytes, "profile.yaml").unwrap();
        let wrong = schemas::wrong("profile", &profile);
        assert!(wrong.is_empty(), "{}\n{}", entry.path().display(), wrong.join("\n"));
        seen += 1;
    }
    assert!(seen >= 2, "only {seen} profiles");
}
