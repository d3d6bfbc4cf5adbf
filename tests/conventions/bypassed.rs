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
