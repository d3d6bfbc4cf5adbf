//! What no hook saw is found over the range, by the same rules.

use super::{Team, text};

fn wrong(team: &Team, name: &str) {
    team.repo.write(format!("Planning/Changes/{name}/x.md"), "x\n");
    team.repo.git(&["add", "-A"]);
}

#[test]
fn every_commit_of_a_range_is_judged_against_its_parent() {
    let team = Team::new("change");
    let base = team.repo.git(&["rev-parse", "HEAD"]);
    let range = format!("{base}..HEAD");
    team.repo.git(&["switch", "-qc", "feat/1-x"]);
    wrong(&team, "foo");
    team.repo.git(&["commit", "-q", "--no-verify", "-m", "docs: x"]);
    assert_eq!(team.found(&range), ["folder-name"]);
    // Taking it back later does not unmake it.
    team.repo.git(&["rm", "-qr", "Planning"]);
    team.passes(&["commit", "-qm", "docs: take it back"]);
    assert_eq!(team.found(&range), ["folder-name"]);
    assert_eq!(team.found("HEAD~1..HEAD"), [""; 0]);
    // Neither a rebase nor a pick runs the hook.
    team.repo.git(&["switch", "-q", "main"]);
    team.passes(&["commit", "-q", "--allow-empty", "-m", "chore: go on"]);
    team.repo.git(&["cherry-pick", "feat/1-x~1"]);
    assert_eq!(team.found("HEAD~1..HEAD"), ["folder-name"]);
    team.repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
    team.repo.git(&["rebase", "-q", "main", "feat/1-x"]);
    assert_eq!(team.found("main..HEAD"), ["folder-name"]);
    // As a service does it: without any hook.
    team.repo.git(&["switch", "-q", "main"]);
    team.repo.git(&[
        "-c",
        "core.hooksPath=/dev/null",
        "merge",
        "-q",
        "--no-ff",
        "-m",
        "Merge pull request #1",
        "feat/1-x",
    ]);
    assert_eq!(team.found("HEAD^1..HEAD"), ["folder-name"]);
}

#[test]
fn a_range_is_judged_by_the_rules_it_starts_from() {
    let team = Team::new("change");
    team.repo.git(&["switch", "-qc", "feat/1-x"]);
    let config = team.repo.read(".track/config.yaml");
    team.repo.write(".track/config.yaml", format!("{config}rules: {{folder-name: off}}\n"));
    team.passes(&["commit", "-qam", "chore: loosen the rules"]);
    wrong(&team, "foo");
    team.passes(&["commit", "-qm", "docs: x"]);
    assert_eq!(team.found("main..HEAD"), ["folder-name"]);
}

#[test]
fn the_unit_is_measured_over_its_commits() {
    let team = Team::new("change");
    team.on_a_unit();
    let base = team.repo.git(&["rev-parse", "HEAD"]);
    for name in ["1.py", "2.py", "3.py"] {
        team.repo.write(name, "x\n");
    }
    team.repo.git(&["add", "-A"]);
    team.passes(&["commit", "-qm", "feat: three files"]);
    team.repo.git(&["mv", "3.py", "three.py"]);
    for name in ["4.py", "5.py"] {
        team.repo.write(name, "x\n");
    }
    team.repo.git(&["add", "-A"]);
    team.passes(&["commit", "-qm", "feat: five files"]);
    team.repo.write("6.py", "x\n");
    team.repo.git(&["add", "-A"]);
    team.refused(&["commit", "-qm", "feat: six files"], "unit-size");
    team.repo.git(&["commit", "-q", "--no-verify", "-m", "feat: six files"]);
    assert_eq!(team.found(&format!("{base}..HEAD")), ["unit-size"]);
}

#[test]
fn ranges_that_cannot_be_judged_say_so() {
    let team = Team::new("change");
    let code = |args: &[&str]| team.track(args).status.code();
    assert_eq!(code(&["check", "--range", "HEAD..HEAD"]), Some(3));
    assert_eq!(code(&["check", "--range", "nowhere..HEAD"]), Some(3));
    assert_eq!(code(&["explain", "no-such-rule"]), Some(3));
    assert_eq!(code(&["check", "--staged"]), Some(0), "nothing is staged");
    let said = text(&team.track(&["check", "--staged", "--all"]));
    assert!(said.contains("cannot be used with"), "{said}");
}

#[test]
fn a_document_edited_by_hand_is_found_in_the_hook_and_over_the_range() {
    let team = Team::new("trace");
    team.ok(&["new", "trace", "Mine", "--id-slug", "mine"]);
    team.ok(&["step", "One", "--focus", "what exactly"]);
    team.repo.git(&["add", "-A"]);
    team.passes(&["commit", "-qm", "chore: begin a trace"]);
    let path = ".track/traces/mine/trace.md";
    let whole = team.repo.read(path);
    team.repo.write(path, format!("{whole}by hand\n"));
    team.refused(&["commit", "-qam", "docs: by hand"], "rendered-drift");
    team.repo.git(&["commit", "-q", "--no-verify", "-am", "docs: by hand"]);
    assert_eq!(team.found("HEAD~1..HEAD"), ["rendered-drift"]);
    // The state without its document is as wrong.
    team.ok(&["render"]);
    team.repo.git(&["add", "-A"]);
    team.passes(&["commit", "-qm", "docs: render it"]);
    team.ok(&["step", "Two", "--focus", "what exactly", "--finish", "One is done."]);
    team.refused(&["commit", "-qm", "chore: go on", "--", ".track/workflows/mine.yaml"], "rendered-drift");
}

#[test]
fn own_rules_of_a_branch_do_not_count() {
    let team = Team::new("change");
    team.on_a_unit();
    let six = || {
        for name in ["1.py", "2.py", "3.py", "4.py", "5.py", "6.py"] {
            team.repo.write(name, "x\n");
        }
        team.repo.git(&["add", "-A"]);
    };
    let back = || {
        team.repo.git(&["reset", "-q", "--hard"]);
        team.repo.git(&["clean", "-qfd"]);
    };
    // The process of a new name, with limits of its own.
    team.ok(&["profile", "eject", "change"]);
    let mine =
        team.repo.read(".track/profiles/change/profile.yaml").replace("profile: change\n", "profile: mine\n");
    team.repo.write(
        ".track/profiles/mine/profile.yaml",
        mine.replace("limits: {files: 5, lines: 400}", "limits: {files: 500}"),
    );
    std::fs::remove_dir_all(team.repo.path().join(".track/profiles/change")).unwrap();
    let file = ".track/workflows/CHG-20260212-auth.yaml";
    team.repo.write(file, team.repo.read(file).replace("profile: change\n", "profile: mine\n"));
    six();
    team.refused(&["commit", "-qm", "feat: by my own rules"], "unit-size");
    back();
    // Another base, so that nothing came before.
    team.repo.write("0.py", "x\n");
    team.repo.git(&["add", "-A"]);
    team.passes(&["commit", "-qm", "feat: one file"]);
    let config = team.repo.read(".track/config.yaml");
    team.repo.write(".track/config.yaml", config.replace("base: main", "base: feat/U01-timeout"));
    six();
    team.refused(&["commit", "-qm", "feat: this is the base now"], "unit-size");
    back();
    // Another place for the folders.
    team.repo.write(".track/config.yaml", format!("{config}paths: {{changes: elsewhere}}\n"));
    wrong(&team, "foo");
    team.refused(&["commit", "-qm", "docs: elsewhere"], "folder-name");
    back();
    // A limit that nobody confirmed, in a commit of its own.
    team.repo.write(
        file,
        team.repo
            .read(file)
            .replace("title: Read the timeout", "title: Read the timeout\n        limits: {files: 500}"),
    );
    team.passes(&["commit", "-qam", "chore: more room"]);
    six();
    team.repo.git(&["commit", "-q", "--no-verify", "-m", "feat: many files"]);
    assert_eq!(team.found("main..HEAD"), ["unit-size"]);
}

#[test]
fn the_work_of_others_that_came_in_from_the_base_is_not_counted() {
    let team = Team::new("change");
    team.on_a_unit();
    team.repo.write("own.py", "x\n");
    team.repo.git(&["add", "-A"]);
    team.passes(&["commit", "-qm", "feat: one file"]);
    // The base went on elsewhere; the local branch of that name stayed behind.
    team.repo.git(&["switch", "-q", "--detach", "main"]);
    for name in 0..8 {
        team.repo.write(format!("other/{name}.py"), "x\n");
    }
    team.repo.git(&["add", "-A"]);
    team.repo.git(&["commit", "-q", "--no-verify", "-m", "feat: others"]);
    team.repo.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    team.repo.git(&["switch", "-q", "feat/U01-timeout"]);
    team.passes(&["merge", "-q", "--no-edit", "origin/main"]);
    team.repo.write("second.py", "x\n");
    team.repo.git(&["add", "-A"]);
    team.passes(&["commit", "-qm", "feat: a second file"]);
}

#[test]
fn a_merge_answers_for_what_it_changes_itself() {
    let team = Team::new("change");
    team.on_a_unit();
    team.repo.write("a.py", "a\n");
    team.repo.git(&["add", "-A"]);
    team.passes(&["commit", "-qm", "feat: a"]);
    team.repo.git(&["switch", "-q", "main"]);
    team.passes(&["commit", "-q", "--allow-empty", "-m", "chore: go on"]);
    team.repo.git(&["merge", "-q", "--no-commit", "--no-ff", "feat/U01-timeout"]);
    team.repo.git(&["rm", "-qf", ".track/workflows/CHG-20260212-auth.yaml"]);
    team.refused(&["commit", "-qm", "Merge it"], "retention");
    team.repo.git(&["commit", "-q", "--no-verify", "-m", "Merge it"]);
    assert_eq!(team.found("HEAD^1..HEAD"), ["retention"]);
}

#[test]
fn what_is_mended_can_be_committed() {
    let team = Team::new("change");
    team.ok(&["profile", "eject", "change"]);
    team.repo.git(&["add", "-A"]);
    team.passes(&["commit", "-qm", "chore: our own process"]);
    let path = ".track/profiles/change/profile.yaml";
    let whole = team.repo.read(path);
    team.repo.write(path, format!("{whole}nonsense: true\n"));
    team.refused(&["commit", "-qam", "chore: break it"], "state-schema");
    team.repo.git(&["commit", "-q", "--no-verify", "-am", "chore: break it"]);
    team.repo.write(path, whole);
    team.passes(&["commit", "-qam", "chore: mend it"]);
    assert_eq!(team.found("HEAD~1..HEAD"), [""; 0]);
}
