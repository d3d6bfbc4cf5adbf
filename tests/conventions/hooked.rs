//! Commits in every way they can be made, judged by what they hold and not by what lies around.

use std::fs;

use super::{Team, text};

/// A file that no change folder may hold.
const WRONG: &str = "Planning/Changes/foo/x.md";

#[test]
fn an_ordinary_commit_of_a_newcomer_passes() {
    let team = Team::new("change");
    team.repo.write("src/main.py", "print()\n");
    team.repo.git(&["add", "-A"]);
    team.passes(&["commit", "-qm", "feat: print a line"]);
    team.passes(&["commit", "-q", "--amend", "-m", "feat: print an empty line"]);
    team.passes(&["commit", "-q", "--allow-empty", "-m", "chore: nothing at all"]);
    assert_eq!(text(&team.git(&["status", "--short"])), "");
}

#[test]
fn only_what_is_committed_counts() {
    let team = Team::new("change");
    team.repo.write("a.py", "a\n");
    team.repo.git(&["add", "a.py"]);
    // Neither files that git does not know nor those that are only announced are part of the commit.
    team.repo.write(WRONG, "x\n");
    team.passes(&["commit", "-qm", "feat: a"]);
    team.repo.git(&["add", "-N", WRONG]);
    team.repo.write("a.py", "b\n");
    team.repo.git(&["add", "a.py"]);
    team.passes(&["commit", "-qm", "feat: b"]);
    // What is staged counts, whatever happened to the file since.
    team.repo.git(&["add", WRONG]);
    fs::remove_file(team.repo.path().join(WRONG)).unwrap();
    team.refused(&["commit", "-qm", "docs: x"], "folder-name");
    // A commit of some paths leaves the rest of the index out.
    team.repo.write("a.py", "c\n");
    team.passes(&["commit", "-qm", "feat: c", "--", "a.py"]);
    team.passes(&["commit", "-q", "--amend", "--only", "-m", "feat: cc"]);
    team.repo.git(&["rm", "-q", "--cached", WRONG]);
    // `commit -a` takes what is not staged yet.
    team.repo.write("Planning/Changes/CHG-20260212-a/00-change-intent.md", "---\nis_hotfix: true\n---\n");
    team.repo.git(&["add", "-A"]);
    team.passes(&["commit", "-qm", "docs: an intent without a workflow"]);
    fs::create_dir_all(team.repo.path().join("Planning/Changes/foo")).unwrap();
    fs::rename(
        team.repo.path().join("Planning/Changes/CHG-20260212-a/00-change-intent.md"),
        team.repo.path().join(WRONG),
    )
    .unwrap();
    team.repo.git(&["add", "-N", WRONG]);
    team.refused(&["commit", "-qam", "docs: move it"], "folder-name");
}

#[test]
fn from_a_folder_below_from_a_linked_worktree_and_with_a_git_directory_by_name() {
    let team = Team::new("change");
    let linked = team.repo.root().join("linked");
    team.repo.git(&["worktree", "add", "-q", "-b", "other", linked.to_str().unwrap()]);
    let commit = |cwd: &std::path::Path, args: &[&str]| team.repo.run(cwd, &team.vars(), args);
    let wrong = linked.join(WRONG);
    fs::create_dir_all(wrong.parent().unwrap()).unwrap();
    fs::write(&wrong, "x\n").unwrap();
    assert!(commit(&linked, &["add", "-A"]).status.success());
    let refused = text(&commit(&linked, &["commit", "-qm", "docs: x"]));
    assert!(refused.contains("[folder-name]"), "{refused}");
    let below = linked.join("Planning");
    let refused = text(&commit(&below, &["commit", "-qm", "docs: x"]));
    assert!(refused.contains("[folder-name]"), "{refused}");
    team.repo.write(WRONG, "x\n");
    team.repo.git(&["add", "-A"]);
    let git_dir = format!("--git-dir={}/.git", team.repo.path().display());
    let work_tree = format!("--work-tree={}", team.repo.path().display());
    let refused = text(&commit(&team.repo.root(), &[&git_dir, &work_tree, "commit", "-qm", "docs: x"]));
    assert!(refused.contains("[folder-name]"), "{refused}");
}

#[test]
fn a_repository_that_does_not_use_it_is_left_alone() {
    let team = Team { repo: crate::support::Repo::new() };
    team.ok(&["hooks", "install"]);
    team.repo.write(WRONG, "x\n");
    team.repo.git(&["add", "-A"]);
    team.repo.git(&["switch", "-qc", "wip"]);
    let output = team.git(&["commit", "-qm", "Whatever"]);
    assert_eq!((output.status.success(), text(&output).as_str()), (true, ""));
}

#[test]
fn the_first_commit_is_judged_too() {
    let team = Team::bare_of("change", &[]);
    team.repo.write(WRONG, "x\n");
    team.repo.git(&["add", "-A"]);
    team.refused(&["commit", "-qm", "docs: x"], "folder-name");
    team.repo.git(&["rm", "-q", "--cached", WRONG]);
    team.passes(&["commit", "-qm", "chore: begin"]);
}

#[test]
fn the_trailer_is_added_once_and_only_where_the_branch_carries_an_item() {
    let team = Team::new("change");
    team.on_a_unit();
    let message = || team.repo.git(&["log", "-1", "--format=%B"]);
    assert!(!message().contains("Track:"), "{}", message());
    team.repo.write("a.py", "a\n");
    team.repo.git(&["add", "-A"]);
    team.passes(&["commit", "-qm", "feat: a\n\nBody.\n\nReviewed-by: Ada <a@b>"]);
    let once = "feat: a\n\nBody.\n\nReviewed-by: Ada <a@b>\nTrack: CHG-20260212-auth:U01";
    assert_eq!(message(), once);
    team.passes(&["commit", "-q", "--amend", "--no-edit"]);
    assert_eq!(message(), once);
    team.passes(&["commit", "-q", "--amend"]);
    assert_eq!(message(), once);
    // A text that nobody typed stays empty, and git makes no commit of it.
    let aborted = text(&team.git(&["commit", "-q", "--allow-empty"]));
    assert!(aborted.contains("empty commit message"), "{aborted}");
    let mut vars = team.vars();
    vars.insert(
        "GIT_EDITOR".into(),
        "f() { printf 'feat: typed\\n' | cat - \"$1\" >\"$1.new\" && mv \"$1.new\" \"$1\"; }; f".into(),
    );
    let typed = team.repo.run(team.repo.path(), &vars, &["commit", "-q", "--allow-empty", "-v"]);
    assert!(typed.status.success(), "{}", text(&typed));
    assert_eq!(message(), "feat: typed\n\nTrack: CHG-20260212-auth:U01");
    team.repo.write("a.py", "b\n");
    team.passes(&["commit", "-qa", "--fixup", "HEAD"]);
    assert_eq!(message(), "fixup! feat: typed");
    team.refused(&["commit", "-q", "--allow-empty", "-m", "feat: x\n\nTrack: U77"], "item-reference");
}

#[test]
fn messages_are_read_as_git_will_record_them() {
    let team = Team::new("change");
    let commit = |args: &[&str], vars: &[(&str, &str)]| {
        let mut all = team.vars();
        all.extend(vars.iter().map(|(name, value)| (name.into(), value.into())));
        team.repo.run(team.repo.path(), &all, &[&["commit", "-q", "--allow-empty"], args].concat())
    };
    assert!(!commit(&["-m", "#12 feat: x"], &[]).status.success());
    let editor = "f() { printf 'feat: x\\n# a comment of git\\n' >\"$1\"; }; f";
    assert!(commit(&[], &[("GIT_EDITOR", editor)]).status.success());
    let editor = "f() { printf '// no comment here\\nfeat: x\\n' >\"$1\"; }; f";
    assert!(!commit(&[], &[("GIT_EDITOR", editor)]).status.success());
    team.repo.git(&["config", "core.commentString", "//"]);
    assert!(commit(&[], &[("GIT_EDITOR", editor)]).status.success());
    let verbose = "f() { printf 'feat: y\\n' | cat - \"$1\" >\"$1.new\" && mv \"$1.new\" \"$1\"; }; f";
    assert!(commit(&["-v"], &[("GIT_EDITOR", verbose)]).status.success());
}

#[test]
fn what_cannot_be_judged_is_refused_and_can_be_skipped() {
    let team = Team::new("change");
    team.ok(&["new", "change", "One", "--id-slug", "one", "--set", "is_hotfix=false"]);
    let path = ".track/workflows/CHG-20260212-one.yaml";
    let whole = team.repo.read(path);
    team.repo.write(path, format!("{whole}oops: true\n"));
    team.repo.git(&["add", path]);
    let output = team.git(&["commit", "-qm", "chore: one"]);
    let said = text(&output);
    let line = whole.lines().count() + 1;
    assert!(said.contains(&format!("{path}:{line}: ")) && said.contains("[state-schema]"), "{said}");
    assert!(said.contains("GIT_TRACK=0"), "{said}");
    let mut vars = team.vars();
    vars.insert("GIT_TRACK".into(), "0".into());
    let skipped = team.repo.run(team.repo.path(), &vars, &["commit", "-qm", "chore: one"]);
    assert!(skipped.status.success() && text(&skipped).contains("skipped"), "{}", text(&skipped));
    // From now on every commit is refused until it is mended, whatever it is about.
    team.repo.write("a.py", "a\n");
    team.repo.git(&["add", "a.py"]);
    team.refused(&["commit", "-qm", "feat: a"], "state-schema");
    team.repo.write(".track/config.yaml", "schema: 1\nrulse: {}\n");
    team.repo.git(&["add", "-A"]);
    let said = text(&team.git(&["commit", "-qm", "chore: configure"]));
    assert!(said.contains(".track/config.yaml:2:") && said.contains("rules"), "{said}");
}

#[test]
fn a_change_cannot_weaken_what_judges_it() {
    let team = Team::new("change");
    let config = team.repo.read(".track/config.yaml");
    team.repo
        .write(".track/config.yaml", format!("{config}rules: {{folder-name: off, artifact-order: off}}\n"));
    team.repo.write(WRONG, "x\n");
    team.repo.git(&["add", "-A"]);
    team.refused(&["commit", "-qm", "docs: x"], "folder-name");
    // What the team decided in a commit of its own holds from then on.
    team.passes(&["commit", "-qm", "chore: loosen the rules", "--", ".track/config.yaml"]);
    team.passes(&["commit", "-qm", "docs: x"]);
    // A name that means nothing is said, not passed over.
    team.repo.write(".track/config.yaml", format!("{config}rules: {{folder-nam: off}}\n"));
    team.refused(&["commit", "-qam", "chore: a typing error"], "state-schema");
}

#[test]
fn merges_are_judged_by_what_they_lead_to() {
    let team = Team::new("program");
    team.ok(&["new", "program", "Plan", "--id-slug", "plan"]);
    team.ok(&["add", "batch", "One"]);
    team.ok(&["add", "batch", "Two"]);
    team.repo.git(&["add", "-A"]);
    team.passes(&["commit", "-qm", "chore: plan"]);
    for (branch, batch) in [("left", "batch-1"), ("right", "batch-2")] {
        team.repo.git(&["switch", "-qc", branch, "main"]);
        team.ok(&["start", batch]);
        team.repo.git(&["add", "-A"]);
        team.passes(&["commit", "-qm", "chore: start"]);
    }
    team.repo.git(&["switch", "-q", "main"]);
    team.passes(&["merge", "-q", "--no-ff", "-m", "Merge left", "left"]);
    team.passes(&["merge", "-q", "--no-ff", "-m", "Merge right", "right"]);
    // Two sides that are right by themselves and wrong together.
    let file = ".track/workflows/plan.yaml";
    team.repo.git(&["switch", "-qc", "one"]);
    team.repo.write(file, team.repo.read(file).replace("title: Plan\n", "title: Plan\nlabel: nonsense\n"));
    team.repo.git(&["commit", "-q", "--no-verify", "-am", "chore: break it"]);
    team.repo.git(&["switch", "-q", "main"]);
    team.passes(&["commit", "-q", "--allow-empty", "-m", "chore: go on"]);
    team.refused(&["merge", "-q", "--no-ff", "-m", "Merge one", "one"], "legal-state");
}

#[test]
fn a_blocked_change_takes_documents_and_no_work() {
    let team = Team::new("change");
    team.on_a_unit();
    let folder = "Planning/Changes/CHG-20260212-auth";
    team.repo.write(format!("{folder}/01-triage.md"), "---\nrisk: low\n---\n## Rationale\n\nSmall.\n");
    let impact = |classification: &str| {
        let front =
            format!("---\ncompatibility: {{classification: {classification}, decision: open}}\n---\n");
        let sections = ["Blast Radius", "Risks & Mitigations", "Rollback", "Verification"];
        let sections = sections.map(|title| format!("## {title}\n\nSome.\n\n")).concat();
        team.repo.write(
            format!("{folder}/02-impact-analysis.md"),
            format!("{front}{sections}## Regression Checklist\n\n- login\n"),
        );
    };
    impact("breaking");
    team.repo.git(&["add", "-A"]);
    team.passes(&["commit", "-qm", "docs: analyse the impact"]);
    team.repo.write("a.py", "a\n");
    team.repo.git(&["add", "-A"]);
    team.refused(&["commit", "-qm", "feat: a"], "commit-guard");
    let said = text(&team.git(&["commit", "-qm", "feat: a"]));
    assert!(said.contains("gate compatibility passes"), "{said}");
    team.ok(&["approve", "compatibility.confirmed", "-m", "agreed"]);
    team.repo.git(&["add", "-A"]);
    team.passes(&["commit", "-qm", "feat: a"]);
    // What was agreed was about the analysis as it stood.
    impact("potentially_breaking");
    team.repo.write("a.py", "b\n");
    team.repo.git(&["add", "-A"]);
    team.refused(&["commit", "-qm", "feat: b"], "commit-guard");
}

#[test]
fn a_job_gets_a_summary_and_every_service_its_format() {
    let team = Team::new("change");
    team.repo.write(WRONG, "x\n");
    team.repo.git(&["add", "-A"]);
    let summary = team.repo.root().join("summary.md");
    let check = |format: &str| {
        let mut call = std::process::Command::new(env!("CARGO_BIN_EXE_git-track"));
        let mut vars = team.vars();
        vars.insert("GITHUB_STEP_SUMMARY".into(), summary.clone().into());
        let call = call.current_dir(team.repo.path()).env_clear().envs(vars);
        let output = call.args(["check", "--staged", "--format", format]).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(
        check("github")
            .starts_with("::error file=Planning/Changes/foo/x.md,title=git-track%3A folder-name::")
    );
    let sarif: serde_json::Value = serde_json::from_str(&check("sarif")).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "folder-name");
    assert!(check("junit").contains("<testcase classname=\"git-track\" name=\"folder-name\">"));
    let json: serde_json::Value = serde_json::from_str(&check("json")).unwrap();
    assert_eq!((&json["command"], &json["findings"][0]["rule"]), (&"check".into(), &"folder-name".into()));
    let summary = fs::read_to_string(summary).unwrap();
    assert_eq!(summary.matches("### git-track: 1 error in what is staged").count(), 4);
    assert!(summary.contains("| error | folder-name | Planning/Changes/foo/x.md |"), "{summary}");
}

#[test]
fn the_good_path_starts_no_child_and_writes_nothing() {
    let team = Team::new("change");
    team.repo.write("a.py", "a\n");
    team.repo.git(&["add", "-A"]);
    let message = team.repo.path().join(".git/COMMIT_EDITMSG");
    fs::write(&message, "feat: a\n").unwrap();
    let listed = || {
        let files = std::process::Command::new("find")
            .args([".git", "-printf", "%p %s %T@ %i\n"])
            .current_dir(team.repo.path())
            .output()
            .unwrap();
        let mut lines: Vec<String> = text(&files).lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let before = listed();
    for args in [&["pre-commit"][..], &["commit-msg", ".git/COMMIT_EDITMSG"]] {
        let mut vars = team.vars();
        // Without a program on the PATH nothing can be started.
        vars.insert("PATH".into(), "/nowhere".into());
        vars.insert("GIT_INDEX_FILE".into(), ".git/index".into());
        vars.insert("GIT_EDITOR".into(), ":".into());
        vars.remove(std::ffi::OsStr::new("GIT_CONFIG_NOSYSTEM"));
        let mut call = std::process::Command::new(env!("CARGO_BIN_EXE_git-track"));
        let call = call.current_dir(team.repo.path()).env_clear().envs(vars);
        let output = call.args(["hooks", "run"]).args(args).output().unwrap();
        assert!(output.status.success(), "{args:?}: {}", text(&output));
    }
    assert_eq!(listed(), before);
}
