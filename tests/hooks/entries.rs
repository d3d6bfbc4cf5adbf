//! What other programs that run hooks are told: the files have the shape that they ask for, and the commands work.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use git_track::formats::yaml;
use serde_json::Value;

use super::{NOTHING, Ran, Scene, USUAL};

fn read(path: &str) -> Value {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    yaml::tree(&fs::read(file).unwrap(), path).unwrap()
}

/// Runs a line of a shell with our program's stand-in on the PATH.
fn run(scene: &Scene, line: &str, vars: &[(&str, &str)], args: &[&str]) -> Ran {
    let bin: PathBuf = scene.program("echo \"ours $* [$(cat)]\" >>\"$HOME/log\"; exit ${OURS:-0}");
    let path = format!("{}:{}", bin.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let mut call = Command::new("sh");
    call.args(["-c", line, "sh"]).args(args).current_dir(scene.repo.path()).env_clear();
    call.envs(scene.repo.vars()).env("PATH", path).envs(vars.iter().copied()).stdin(Stdio::null());
    Ran::from(call.output().unwrap())
}

#[test]
fn pre_commit_gets_every_entry_twice() {
    let scene = Scene::new();
    let entries = read(".pre-commit-hooks.yaml");
    let entries = entries.as_array().unwrap();
    let by_id = |id: &str| entries.iter().find(|entry| entry["id"] == id).unwrap();
    assert_eq!(entries.len(), 8);
    for id in ["git-track", "git-track-merge", "git-track-msg", "git-track-push"] {
        let (system, source) = (by_id(id), by_id(&format!("{id}-src")));
        assert_eq!((&system["language"], &source["language"]), (&"system".into(), &"rust".into()));
        for key in ["entry", "stages", "always_run", "pass_filenames", "minimum_pre_commit_version"] {
            assert_eq!(system[key], source[key], "{id} {key}");
        }
        assert_eq!(
            (&system["always_run"], &system["minimum_pre_commit_version"]),
            (&true.into(), &"3.2.0".into())
        );
    }
    let entry = |id: &str| by_id(id)["entry"].as_str().unwrap().to_owned();
    run(&scene, &entry("git-track"), &[], &[]).exits(0);
    run(&scene, &format!("{} \"$@\"", entry("git-track-msg")), &[("OURS", "1")], &[".git/COMMIT_EDITMSG"])
        .exits(1);
    assert_eq!(
        scene.log(),
        ["ours hooks run pre-commit []", "ours hooks run commit-msg .git/COMMIT_EDITMSG []"]
    );
    assert_eq!(by_id("git-track-msg")["pass_filenames"], Value::Null, "the file of the message is passed");
}

#[test]
fn pre_commit_runs_each_event_at_its_own_stage() {
    let scene = Scene::new();
    let entries = read(".pre-commit-hooks.yaml");
    for entry in entries.as_array().unwrap() {
        let stages = entry["stages"].as_array().unwrap();
        assert_eq!(stages.len(), 1, "{entry}");
        run(&scene, entry["entry"].as_str().unwrap(), &[], &[]).exits(0);
        let ran = format!("ours hooks run {} ", stages[0].as_str().unwrap());
        assert!(scene.log()[0].starts_with(&ran), "{entry}");
    }
    let docs = include_str!("../../docs/hooks.md");
    for entry in entries.as_array().unwrap() {
        let id = entry["id"].as_str().unwrap();
        assert!(id.ends_with("-src") || docs.contains(&format!("{{ id: {id} }}")), "{id}");
    }
}

#[test]
fn pre_commit_tells_of_a_push_in_variables() {
    let scene = Scene::new();
    let entries = read(".pre-commit-hooks.yaml");
    let entry = entries.as_array().unwrap().iter().find(|entry| entry["id"] == "git-track-push").unwrap();
    let entry = entry["entry"].as_str().unwrap();
    let vars = [
        ("PRE_COMMIT_FROM_REF", "aaa"),
        ("PRE_COMMIT_TO_REF", "bbb"),
        ("PRE_COMMIT_LOCAL_BRANCH", "refs/heads/x"),
        ("PRE_COMMIT_REMOTE_BRANCH", "refs/heads/y"),
        ("PRE_COMMIT_REMOTE_NAME", "origin"),
        ("PRE_COMMIT_REMOTE_URL", "u v"),
    ];
    run(&scene, entry, &vars, &[]).exits(0);
    assert_eq!(scene.log(), ["ours hooks run pre-push origin u v [refs/heads/x bbb refs/heads/y aaa]"]);
    run(&scene, entry, &[("OURS", "1")], &[]).exits(1);
    let head = scene.repo.git(&["rev-parse", "HEAD"]);
    assert_eq!(
        scene.log(),
        [format!("ours hooks run pre-push origin  [HEAD {head} HEAD {}]", "0".repeat(40))]
    );
}

#[test]
fn lefthook_runs_every_usual_event() {
    let scene = Scene::new();
    let config = read("hooks/lefthook.yml");
    assert_eq!(
        config["assert_lefthook_installed"], true,
        "without it a missing lefthook lets everything pass"
    );
    for event in USUAL {
        let job = &config[event]["jobs"][0];
        let line = job["run"].as_str().unwrap();
        assert!(line.starts_with(&format!("git-track hooks run {event}")), "{event}: {line}");
        assert_eq!(job["use_stdin"] == true, event == "pre-push", "{event}");
        // What lefthook puts in for the arguments.
        let line = line.replace("{0}", "one two").replace("{1}", "one");
        let code = i32::from(!event.starts_with("post-"));
        run(&scene, &line, &[("OURS", "1")], &[]).exits(code);
        assert!(scene.log()[0].starts_with(&format!("ours hooks run {event}")));
    }
}

#[test]
fn the_action_judges_the_right_commits() {
    let scene = Scene::new();
    let action = read(".github/actions/check/action.yml");
    assert_eq!(action["runs"]["using"], "composite");
    let step = &action["runs"]["steps"][0];
    assert_eq!(step["shell"], "sh");
    // As GitHub runs it.
    let line = &format!("set -e\n{}", step["run"].as_str().unwrap());
    let commit = |name: &str| {
        scene.repo.write("a.txt", name);
        scene.repo.commit(name)
    };
    let (base, old) = (scene.repo.git(&["rev-parse", "HEAD"]), commit("feat: old"));
    scene.repo.git(&["update-ref", "refs/remotes/origin/main", &base]);
    let new = commit("feat: new");
    let (zero, gone) = ("0".repeat(40), "1".repeat(40));
    let (main, side) = ("refs/heads/main", "refs/heads/side");
    let since_main = format!("origin/main..{new}");
    let given = format!("{base}..{old}");
    let push = |reference: &'static str, before| {
        vec![("REF", reference), ("BEFORE", before), ("HEAD_SHA", new.as_str()), ("DEFAULT", "main")]
    };
    let pulled = vec![("PULLED", base.as_str()), ("BEFORE", &old), ("HEAD_SHA", &new), ("DEFAULT", "main")];
    let cases = [
        (vec![("RANGE", given.as_str())], given.clone()),
        // What cannot be counted is for the program to refuse.
        (vec![("RANGE", "x..y")], "x..y".to_owned()),
        // A push to the branch of a pull request tells what was there before, too.
        (pulled, format!("{base}..{new}")),
        (push(main, &old), format!("{old}..{new}")),
        (push(main, &zero), since_main.clone()),
        (push(main, &gone), since_main.clone()),
        (push(main, ""), since_main.clone()),
        // A branch does not loosen its own rules push by push.
        (push(side, &old), since_main.clone()),
        (push(side, &zero), since_main.clone()),
        (push(side, &gone), since_main),
    ];
    for (vars, range) in cases {
        let vars = [&[("PROGRAM", "git-track"), ("OURS", "1")], vars.as_slice()].concat();
        run(&scene, line, &vars, &[]).exits(1);
        assert_eq!(scene.log(), [format!("ours check --range {range} --format github []")]);
    }
    // What was there before may be had from the remote, as of a forced push.
    let other = Scene::new();
    other.repo.write("b.txt", "b");
    let forced = other.repo.commit("feat: forced away");
    other.repo.git(&["config", "uploadpack.allowAnySHA1InWant", "true"]);
    scene.repo.git(&["remote", "add", "origin", other.repo.path().to_str().unwrap()]);
    let vars = [vec![("PROGRAM", "git-track")], push(main, &forced)].concat();
    run(&scene, line, &vars, &[]).exits(0);
    assert_eq!(scene.log(), [format!("ours check --range {forced}..{new} --format github []")]);
    // Nothing is added.
    for vars in [push(main, &new), vec![("RANGE", "HEAD..HEAD")]] {
        let vars = [vec![("PROGRAM", "git-track"), ("OURS", "1")], vars].concat();
        run(&scene, line, &vars, &[]).exits(0).says("::notice::").says("holds no commit");
        assert_eq!(scene.log(), NOTHING);
    }
    let shallow = scene.repo.path().join(".git/shallow");
    fs::write(shallow, format!("{}\n", scene.repo.git(&["rev-parse", "HEAD"]))).unwrap();
    run(&scene, line, &[("PROGRAM", "git-track")], &[]).exits(1).says("fetch-depth: 0");
    assert_eq!(scene.log(), NOTHING);
}
