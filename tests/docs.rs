//! What the documents show is what the transcripts play.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use regex::Regex;

use crate::transcripts::fixtures;

/// The marks in README.md between which the tour stands.
const MARKS: [&str; 2] = ["<!-- tour -->\n", "<!-- /tour -->\n"];

/// Lines that must work exactly as written, in their order in `fixtures/design-examples`.
const EXAMPLES: [&str; 20] = [
    "git track import plan.yaml",
    "git track add risk \"Team burnout\" probability=medium impact=high",
    "git track set ci_pass_rate 2026-02-13=96",
    "git track new trace \"Avatar upload\" --set spec=specs/avatar.md",
    "git track status",
    "git track status --json",
    "git track status --short",
    "git track status --all",
    "git track status --at HEAD~5",
    "git track status --exit-code",
    "git track update batch-1 status=in-progress progress=50 owner=alice",
    "git track start TASK-001",
    "git track done TASK-001 -m \"What came out.\"",
    "git track block C2 -m \"why\" --fix \"plan\"",
    "git track skip C4 -m \"why\"",
    "git track step \"Implement token validation\" --focus \"JWKS lookup\" --finish \"summary of the step before\"",
    "git track note --decision \"…\" --why \"…\" --focus \"…\" --challenge \"…\" --artifact PATH",
    "git track fail -m \"what and why\"",
    "git track retry s2 -m \"what is different now\"",
    "git track brief",
];

fn readme() -> (PathBuf, String) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let text = fs::read_to_string(&file).unwrap();
    (file, text)
}

// README.md up to the tour, the tour, and the rest.
fn parts(readme: &str) -> [String; 3] {
    let [begin, end] = MARKS;
    let (head, rest) = readme.split_once(begin).unwrap_or_else(|| panic!("README.md has no line {begin}"));
    let (tour, tail) = rest.split_once(end).unwrap_or_else(|| panic!("README.md has no line {end}"));
    assert!(head.trim_end().contains("## Five-minute tour"), "README.md has no section \"Five-minute tour\"");
    [head.to_owned(), tour.to_owned(), tail.to_owned()]
}

fn fenced(session: &str) -> String {
    format!("\n```console\n{}\n```\n\n", session.trim_end())
}

/// Puts the tour as it was played into README.md.
pub(crate) fn publish(session: &str) {
    let (file, text) = readme();
    let [head, old, tail] = parts(&text);
    let [begin, end] = MARKS;
    if old != fenced(session) {
        fs::write(file, [&head, begin, &fenced(session), end, &tail].concat()).unwrap();
    }
}

#[test]
fn the_tour_of_the_readme_is_what_happens() {
    let session = fs::read_to_string(fixtures().join("tour/session")).unwrap();
    let [_, tour, _] = parts(&readme().1);
    let hint = "GIT_TRACK_TRANSCRIPTS=update cargo test transcripts";
    assert_eq!(tour.lines().collect::<Vec<_>>(), fenced(&session).lines().collect::<Vec<_>>(), "{hint}");
    assert!(!session.contains("\n\\"), "the tour shows no escaped lines");
    assert!(session.lines().all(|line| line.chars().count() <= 90), "the tour is narrow");
}

#[test]
fn the_examples_of_the_design_work_as_written() {
    let session = fs::read_to_string(fixtures().join("design-examples/session")).unwrap();
    let mut rest = session.as_str();
    for example in EXAMPLES {
        let line = format!("\n$ {example}\n");
        let Some((_, after)) = rest.split_once(&line) else {
            panic!("not played, or not in this place: {example}")
        };
        let answer = after.split("\n$ ").next().unwrap_or_default();
        assert!(!answer.lines().any(|line| line.starts_with("? ")), "$ {example}\n{answer}");
        rest = &after[answer.len()..];
    }
}

#[test]
fn every_command_that_the_readme_names_exists() {
    let help = Command::new(env!("CARGO_BIN_EXE_git-track")).arg("-h").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let known =
        |word: &str| word == "update" || help.lines().any(|line| line.starts_with(&format!("  {word} ")));
    assert!(known("status") && !known("stauts"), "{help}");
    let (_, text) = readme();
    let named = Regex::new(r"git track ([a-z]+(?:-[a-z]+)*)").unwrap();
    let unknown: Vec<&str> = named
        .captures_iter(&text)
        .map(|found| found.get(1).unwrap().as_str())
        .filter(|word| !known(word))
        .collect();
    assert!(unknown.is_empty(), "{unknown:?}: words behind `git track` in README.md that are no commands");
}

/// The page about the rules, made from their table.
fn rules() -> String {
    let sentence = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut page = String::from(
        "# Rules\n\nMade from the table `RULES` in `src/rules/mod.rs`; `git track explain RULE` says the same.\n\
         How levels are set, and what judges a change, is in README.md, *Conventions*.\n\n\
         | rule | looks at | by default | asks that |\n|---|---|---|---|\n",
    );
    for rule in git_track::rules::RULES {
        let about = format!("{:?}", rule.about).to_lowercase();
        let line =
            format!("| [`{0}`](#{0}) | {about} | {1} | {2} |\n", rule.id, rule.level.word(), rule.summary);
        page.push_str(&line);
    }
    for rule in git_track::rules::RULES {
        page.push_str(&format!(
            "\n## {}\n\n{}\n\nRuns in {}.\n",
            rule.id,
            sentence(rule.help),
            rule.about.stages()
        ));
    }
    page
}

#[test]
fn the_page_about_the_rules_is_their_table() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules.md");
    if std::env::var_os("GIT_TRACK_TRANSCRIPTS").is_some_and(|wish| wish == "update") {
        fs::write(&file, rules()).unwrap();
    }
    assert_eq!(
        fs::read_to_string(&file).unwrap_or_default(),
        rules(),
        "GIT_TRACK_TRANSCRIPTS=update cargo test docs"
    );
}

/// The marks in docs/progress.md between which the codes stand.
const CODES: [&str; 2] = ["<!-- codes -->\n", "<!-- /codes -->"];

/// The table of the codes of drift.
fn codes() -> String {
    let sentence = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut table = String::from("| code | weight | means | what helps |\n|---|---|---|---|\n");
    for code in git_track::derive::drift::Code::ALL {
        let cells = [code.weight().word(), code.meaning(), &sentence(code.help())].join(" | ");
        table.push_str(&format!("| {} | {cells} |\n", code.word()));
    }
    table
}

#[test]
fn the_codes_of_drift_are_those_of_the_page() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/progress.md");
    let [begin, end] = CODES;
    let page = fs::read_to_string(&file).unwrap();
    let (head, rest) = page.split_once(begin).unwrap_or_else(|| panic!("no line {begin}"));
    let (shown, tail) = rest.split_once(end).unwrap_or_else(|| panic!("no line {end}"));
    if std::env::var_os("GIT_TRACK_TRANSCRIPTS").is_some_and(|wish| wish == "update") {
        if shown != codes() {
            fs::write(&file, [head, begin, &codes(), end, tail].concat()).unwrap();
        }
        return;
    }
    assert_eq!(shown, codes(), "GIT_TRACK_TRANSCRIPTS=update cargo test docs");
    for code in git_track::derive::drift::Code::ALL {
        let cells = [code.meaning(), code.help()];
        assert!(cells.iter().all(|cell| !cell.contains('|')), "{} breaks the table", code.word());
    }
}
