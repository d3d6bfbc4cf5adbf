//! Documents that people write are read and never written: every verb runs over a change, and their bytes stay.
#![expect(clippy::disallowed_methods, reason = "a harness of processes and raw files")]

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
    "show CHG-20260201-one:impact",
    "list",
    "next",
    "why impact",
    "brief",
    "?log",
    "diff",
    "queue",
    "graph",
    "hooks install",
    "hooks uninstall",
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
    let mut args = command.split(' ');
    program.arg("-c").arg(format!("alias.t=!{}", env!("CARGO_BIN_EXE_git-track"))).arg("t");
    program.args(args.by_ref());
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
