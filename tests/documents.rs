//! Documents that people write are read and never written: every verb runs over a change, and their bytes stay.
#![expect(clippy::disallowed_methods, reason = "a harness of processes and raw files")]

mod newcomer;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::Repo;

/// What is run, in this order; `?` in front: what comes of it does not matter.
const COMMANDS: &[&str] = &[
    "add unit First --in execute files=src/a.rs estimate.files=1 estimate.lines=9",
    "add unit Second --in execute needs=U01",
    "add unit Third --in execute",
    "import more.md -w CHG-20260201-one",
    "set U01 owner=bob priority=P1",
    "set CHG-20260201-one story=X-2",
    "?set CHG-20260201-one risk=low",
    "?set CHG-20260201-one is_hotfix=false",
    "status",
    "version",
    "?bump",
    "show CHG-20260201-one:impact",
    "list",
    "next",
    "prompt",
    "why impact",
    "brief",
    "?log",
    "diff",
    "queue",
    "graph",
    "hooks install",
    "hooks uninstall",
    "?check",
    "explain",
    "doctor",
    "claim U01 --as bob",
    "block U01 -m stuck --fix ask",
    "unblock U01 -m free",
    "note U01 -m seen --decision yes --why so",
    "submit U01 -m ready",
    "finding add U01 more.md:1 wrong --severity low",
    "?finding fix U01.f1",
    "?score U01 0.95 --by carol",
    "done U01 -m made",
    "reopen U01 -m again",
    "fail U01 -m broken",
    "retry U01 -m better",
    "done U01 -m made",
    "start U02",
    "drift",
    "?sync",
    "?merge-message U02",
    "done U02",
    "skip U03 -m needless",
    "skip U09 -m needless",
    "?trigger U03 -m needed",
    "?step Anything --focus it",
    "start postmortem",
    "?start spec",
    "?start plan",
    "?skip plan -m needless",
    "?reopen plan -m again",
    "gate list",
    "gate pass untouched.workflows",
    "?gate fail untouched.workflows -m touched",
    "approve untouched.workflows",
    "reject untouched.workflows -m touched",
    "?revoke untouched.workflows -m mistake",
    "config set write leave",
    "profile show change",
    "?recover",
    "undo",
    "new change One --id-slug one --set is_hotfix=true",
    "?done CHG-20260201-one",
    "init --profile change",
    "man --help",
    "trust",
    "?render",
    "?render --check",
    "?dashboard",
    "weekly --blank",
    "report index -w CHG-20260201-one",
    "guide change",
    "completions bash",
    "schema output",
    "demo ../demo",
    "note CHG-20260201-one -m kept --commit",
    "?done CHG-20260201-one --deviate -m anyway",
];

fn track(repo: &Repo, command: &str) -> (Option<i32>, String) {
    let mut vars = repo.vars();
    vars.insert("GIT_TRACK_NOW".into(), "2026-02-01T10:00:00Z".into());
    let mut program = repo.command(repo.path(), &vars);
    program.arg("-c").arg(format!("alias.t=!{}", env!("CARGO_BIN_EXE_git-track"))).arg("t");
    program.args(command.split(' '));
    let output = program.output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&text).into_owned())
}

/// The documents of the work tree, and the times at which they were written.
fn documents(folder: &Path) -> BTreeMap<PathBuf, (Vec<u8>, std::time::SystemTime)> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if entry.file_type().unwrap().is_dir() {
            found.extend(documents(&path));
        } else {
            let at = entry.metadata().unwrap().modified().unwrap();
            found.insert(path.clone(), (fs::read(&path).unwrap(), at));
        }
    }
    found
}

#[test]
fn no_verb_writes_a_document_of_people() {
    let repo = Repo::new();
    let texts = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/hotfix/texts");
    assert_eq!(track(&repo, "init --profile change").0, Some(0));
    assert_eq!(track(&repo, "new change One --id-slug one --set is_hotfix=true").0, Some(0));
    for entry in fs::read_dir(&texts).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        let shared = name.starts_with("CHG-");
        let folder = if shared { "progress-tracking" } else { "Planning/Changes/CHG-20260201-one" };
        // Of another editor: other ends of lines, a mark in front, blanks at the end.
        let text = fs::read_to_string(entry.path()).unwrap();
        let text = format!("\u{feff}{}  \r\n", text.replace('\n', "\r\n"));
        repo.write(format!("{folder}/{name}"), text);
    }
    repo.write("progress-tracking/CHG-20260201-one-progress.md", "# Ours\n");
    repo.write("more.md", "---\nunits: {U09: {title: From a document}}\n---\n# More\n");
    repo.commit("documents");
    let (mut run, mut failed) = (BTreeSet::new(), Vec::new());
    for command in COMMANDS {
        let (wanted, line) = command.strip_prefix('?').map_or((true, *command), |line| (false, line));
        let before = ["Planning", "progress-tracking"].map(|folder| documents(&repo.path().join(folder)));
        let more = repo.read("more.md");
        let (code, text) = track(&repo, line);
        if wanted && code != Some(0) {
            failed.push(format!("{line}: {code:?}\n{text}"));
        }
        let after = ["Planning", "progress-tracking"].map(|folder| documents(&repo.path().join(folder)));
        for (path, known) in before.iter().flatten() {
            let now = after.iter().find_map(|after| after.get(path));
            assert!(now == Some(known), "{line} touched {}", path.display());
        }
        assert_eq!(repo.read("more.md"), more);
        run.extend(line.split(' ').next());
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    let (_, help) = track(&repo, "-h");
    let listed =
        help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let verbs =
        listed.filter(|line| !line.starts_with("   ")).filter_map(|line| line.split_whitespace().next());
    let missed: Vec<&str> = verbs.filter(|verb| *verb != "help" && !run.contains(verb)).collect();
    assert!(missed.is_empty(), "no command here runs {missed:?}");
}

/// A repository with a workflow of each of these processes.
fn begun(processes: &[&str]) -> Repo {
    let repo = Repo::new();
    let named: Vec<String> = processes.iter().map(|process| format!("--profile {process}")).collect();
    assert_eq!(track(&repo, &format!("init {}", named.join(" "))).0, Some(0));
    for process in processes {
        assert_eq!(track(&repo, &format!("new {process} {process}")).0, Some(0));
    }
    repo.commit("begun");
    repo
}

#[track_caller]
fn says(repo: &Repo, command: &str, code: i32, what: &str) {
    let (found, text) = track(repo, command);
    assert!(found == Some(code) && text.contains(what), "{command}: {found:?}\n{text}");
}

#[test]
fn what_people_have_not_committed_is_not_committed_for_them() {
    let repo = begun(&["program"]);
    let found = repo.git(&["ls-files", "--others", "--cached", "docs/execution"]);
    let path = found.lines().next().unwrap_or_else(|| panic!("no dashboard: {found}")).to_owned();
    repo.write(&path, repo.read(&path).replacen("# program\n", "# program\n\nMy own words.\n", 1));
    says(
        &repo,
        "add batch Docs --commit",
        0,
        &format!("{path} is not committed: somebody changed it around"),
    );
    assert!(!repo.git(&["show", &format!("HEAD:{path}")]).contains("My own words."));
    let now = repo.read(&path);
    assert!(now.contains("My own words.") && now.contains("Docs"), "{now}");
    assert!(repo.git(&["log", "-1", "--format=%s"]).contains("Docs"));
    repo.commit("words");
    says(&repo, "add batch More --commit", 0, "More");
    assert_eq!(repo.git(&["status", "--short"]), "");
    // `render` commits no more than that either.
    repo.write(&path, repo.read(&path).replace("More", "Moved") + "\nOther words.\n");
    says(&repo, "render --commit", 0, "is not committed");
    assert!(repo.read(&path).contains("More"));
    assert!(!repo.git(&["show", &format!("HEAD:{path}")]).contains("Other words."));
}

#[test]
fn two_documents_at_one_place_are_refused() {
    let repo = begun(&["phase"]);
    says(&repo, "config set paths.runtime planning", 0, "two documents are to be written to planning/");
    for command in ["render", "render --check", "doctor"] {
        says(&repo, command, 4, "planning_review and");
    }
    let (code, text) = track(&repo, "add stage More");
    assert!(code == Some(0) && text.contains("two documents are to be written to"), "{code:?} {text}");
    says(&repo, "config set paths.runtime elsewhere", 0, "paths.runtime");
    says(&repo, "render", 0, "rendered elsewhere/");
    says(&repo, "render --check", 0, "up to date");
}

#[test]
fn off_the_base_branch_stale_documents_are_warnings() {
    let repo = begun(&["orchestration"]);
    repo.git(&["checkout", "--quiet", "-b", "feat/x"]);
    says(&repo, "add phase Ideas", 0, "Ideas");
    says(&repo, "render --check", 0, "only a warning here");
    says(&repo, "render --check", 0, "+### Phase 1: Ideas");
    says(&repo, "render --check worktracker", 1, "git track render");
    repo.commit("ideas");
    repo.git(&["checkout", "--quiet", "main"]);
    repo.git(&["merge", "--quiet", "feat/x"]);
    says(&repo, "render --check", 1, "git track render");
}

#[test]
fn templates_in_folders_are_trusted_and_what_was_trusted_stays_so() {
    let repo = begun(&["orchestration"]);
    let folder = ".track/profiles/orchestration";
    repo.write(
        format!("{folder}/worktracker.md"),
        "# Ours {{ workflow.id }}\n{% include \"parts/one.md\" %}",
    );
    repo.write(format!("{folder}/parts/one.md"), "part {{ workflow.title }}\n");
    says(&repo, "render worktracker --stdout", 1, "parts/one.md is not trusted here");
    says(&repo, "trust", 0, "parts/one.md");
    says(&repo, "render worktracker --stdout", 0, "part orchestration");
    let first = repo.read(format!("{folder}/parts/one.md"));
    repo.write(format!("{folder}/parts/one.md"), "other\n");
    says(&repo, "trust", 0, "trusted now");
    repo.write(format!("{folder}/parts/one.md"), first);
    says(&repo, "trust --check", 0, "trusted");
    says(&repo, "trust --revoke", 0, "not trusted");
    says(&repo, "trust --check", 1, "not trusted");
}

#[test]
fn a_line_of_a_scratchpad_is_one_clean_line() {
    let repo = begun(&["phase"]);
    says(&repo, "note phase --scratch a\u{1b}[31m\r\nb\u{202e}\u{2028}c", 0, "SCRATCHPAD.md");
    let path = repo.git(&["ls-files", "--others", "--cached", "*SCRATCHPAD.md"]);
    let text = repo.read(path.lines().next().unwrap());
    let last = text.lines().next_back().unwrap();
    assert!(last.ends_with(": a\\u{1b}[31m b\\u{202e} c"), "{text:?}");
    says(&repo, "note phase --scratch \n", 2, "nothing to note in the scratchpad");
    assert_eq!(repo.read(path.lines().next().unwrap()), text);
}

#[test]
fn a_document_is_named_by_its_path_from_where_the_user_is() {
    let repo = begun(&["orchestration"]);
    let folder = repo.path().join("orchestration");
    let path = repo.git(&["ls-files", "--others", "--cached", "orchestration"]);
    let below = path.lines().next().unwrap().strip_prefix("orchestration/").unwrap();
    let mut vars = repo.vars();
    vars.insert("GIT_TRACK_NOW".into(), "2026-02-01T10:00:00Z".into());
    let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_git-track"));
    program.current_dir(folder).env_clear().envs(&vars).args(["render", "--stdout", below]);
    let output = program.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_title_is_text_in_the_heading_of_a_file() {
    let repo = begun(&["program"]);
    says(&repo, "new program *a*\u{202e}<b>\u{7}|c --id-slug other", 0, "");
    let all = repo.git(&["ls-files", "--others", "--cached", "docs/execution"]);
    let heads: Vec<String> =
        all.lines().map(|path| repo.read(path).lines().next().unwrap().to_owned()).collect();
    assert!(heads.contains(&"# \\*a\\*&lt;b>\\|c".to_owned()), "{heads:?}");
}

#[test]
fn a_weekly_report_about_nothing_keeps_its_placeholders() {
    let repo = begun(&["program"]);
    let week = |command: &str| track(&repo, command).1;
    let mut vars = repo.vars();
    vars.insert("GIT_TRACK_NOW".into(), "2026-02-01T10:00:00Z".into());
    let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_git-track"));
    program.current_dir(repo.path()).env_clear().envs(&vars).args(["weekly", ""]);
    let empty = String::from_utf8(program.output().unwrap().stdout).unwrap();
    for text in [empty, week("report weekly")] {
        assert!(text.contains("## Weekly Progress Report - Week [X]\n\n### "), "{text}");
        assert!(text.contains("**Overall Progress:** [X]% complete\n\n### "), "{text}");
    }
    let text = week("weekly Week-1");
    assert!(text.contains("Report - Week-1\n\n### ") && text.contains("[X]% complete"), "{text}");
}
