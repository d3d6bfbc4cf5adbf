//! Before commits are sent, and before a server takes them.

use std::fs;

use super::{Team, text};

/// A team with a bare repository that it pushes to.
fn with_a_server() -> (Team, String) {
    let team = Team::new("change");
    let server = team.repo.root().join("server.git");
    let path = server.to_str().unwrap().to_owned();
    team.repo.git(&["init", "-q", "--bare", "-b", "main", &path]);
    team.repo.git(&["remote", "add", "origin", &path]);
    team.passes(&["push", "-q", "origin", "main"]);
    (team, path)
}

fn bypass(team: &Team) {
    team.repo.write("Planning/Changes/foo/x.md", "x\n");
    team.repo.git(&["add", "-A"]);
    team.repo.git(&["commit", "-q", "--no-verify", "-m", "docs: x"]);
}

#[test]
fn what_was_not_verified_is_not_pushed() {
    let (team, _) = with_a_server();
    bypass(&team);
    team.refused(&["push", "-q", "origin", "main"], "folder-name");
    team.refused(&["push", "-q", "origin", "main:feat/1-new"], "folder-name");
    team.repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
    team.passes(&["commit", "-q", "--allow-empty", "-m", "chore: go on"]);
    team.passes(&["push", "-q", "origin", "main", "main:feat/1-new"]);
    team.repo.git(&["tag", "-a", "v1", "-m", "One"]);
    team.passes(&["push", "-q", "origin", "v1"]);
    team.passes(&["push", "-q", "origin", ":feat/1-new"]);
}

#[test]
fn a_server_refuses_what_it_is_sent() {
    let (team, server) = with_a_server();
    let path = std::path::Path::new(&server);
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_git-track"))
        .current_dir(path)
        .env_clear()
        .envs(team.vars())
        .args(["hooks", "install", "--server"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", text(&output));
    bypass(&team);
    let output = team.git(&["push", "-q", "--no-verify", "origin", "main"]);
    let said = text(&output);
    assert!(!output.status.success() && said.contains("[folder-name]"), "{said}");
    let refused = team.git(&["push", "-q", "--no-verify", "origin", "main:feat/1-new"]);
    assert!(!refused.status.success(), "{}", text(&refused));
    // Neither the environment of whoever pushes nor a tag is a way around it.
    let mut vars = team.vars();
    vars.insert("GIT_TRACK".into(), "0".into());
    let skipped =
        team.repo.run(team.repo.path(), &vars, &["push", "-q", "--no-verify", "origin", "HEAD:feat/1-y"]);
    assert!(!skipped.status.success() && !text(&skipped).contains("skip once"), "{}", text(&skipped));
    team.repo.git(&["tag", "bad"]);
    assert!(!team.git(&["push", "-q", "--no-verify", "origin", "bad"]).status.success());
    team.repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
    // A branch does not loosen its own rules push by push.
    team.repo.git(&["switch", "-qc", "feat/2-loose"]);
    let config = team.repo.read(".track/config.yaml");
    team.repo.write(
        ".track/config.yaml",
        format!(
            "{}rules: {{conventional-commit: off}}\n",
            config.replace("base: main", "base: feat/2-loose")
        ),
    );
    team.passes(&["commit", "-qam", "chore: loosen the rules"]);
    team.passes(&["push", "-q", "--no-verify", "origin", "feat/2-loose"]);
    team.repo.git(&["commit", "-q", "--no-verify", "--allow-empty", "-m", "Whatever"]);
    let refused = text(&team.git(&["push", "-q", "--no-verify", "origin", "feat/2-loose"]));
    assert!(refused.contains("[conventional-commit]"), "{refused}");
    team.repo.git(&["switch", "-q", "main"]);
    team.repo.git(&["merge", "-q", "--ff-only", "feat/2-loose"]);
    let refused = text(&team.git(&["push", "-q", "--no-verify", "origin", "main"]));
    assert!(refused.contains("[conventional-commit]"), "{refused}");
    team.repo.git(&["reset", "-q", "--hard", "HEAD~2"]);
    team.passes(&["commit", "-q", "--allow-empty", "-m", "chore: go on"]);
    team.passes(&["push", "-q", "--no-verify", "origin", "main", "main:feat/1-new"]);
    team.passes(&["push", "-q", "--no-verify", "origin", ":feat/1-new"]);
    assert!(fs::metadata(path.join("hooks/pre-receive")).is_ok());
}
