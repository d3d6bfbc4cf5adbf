//! Hooks that git's configuration names, which git does from 2.54 on.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{NOTES, NOTHING, PROGRAM, Scene, USUAL, everything, executable};

/// A git that says of itself to be new enough, before the real one.
fn newer_git(scene: &Scene) -> PathBuf {
    let real = std::env::split_paths(&std::env::var_os("PATH").unwrap())
        .map(|folder| folder.join("git"))
        .find(|git| git.is_file())
        .unwrap();
    let script = "#!/bin/sh\n[ \"$1\" = version ] && echo git version 2.55.0 && exit\nexec";
    let folder = scene.repo.home().join("newer");
    executable(&folder.join("git"), &format!("{script} '{}' \"$@\"\n", real.display()));
    folder
}

/// Whether the real git does not look at hooks in its configuration.
fn is_older(scene: &Scene) -> bool {
    let version = scene.repo.git(&["version"]);
    let mut numbers = version.split([' ', '.']).filter_map(|word| word.parse::<u32>().ok());
    (numbers.next(), numbers.next()) < (Some(2), Some(54))
}

fn call(scene: &Scene, folder: &Path, args: &[&str]) -> Value {
    let path = format!("PATH={}:{}", folder.display(), std::env::var("PATH").unwrap());
    let ran = scene.call(
        Path::new("env"),
        scene.repo.path(),
        &[&[&path, PROGRAM, "hooks"], args, &["--json"]].concat(),
    );
    let mut value: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|e| panic!("{e}: {ran:?}"));
    assert_eq!(crate::transcripts::wrong("output", &value), NOTHING, "{value:#}");
    value["code"] = ran.code.into();
    value
}

fn state<'v>(told: &'v Value, event: &str) -> &'v str {
    let hooks = told["hooks"].as_array().unwrap();
    hooks.iter().find(|hook| hook["event"] == event).unwrap()["state"].as_str().unwrap()
}

#[test]
fn an_older_git_is_told_from_a_newer_one() {
    let scene = Scene::new();
    if is_older(&scene) {
        scene.track(&["install", "--config"]).exits(1).says("2.54").says("without a word");
        assert_eq!(scene.git(&["config", "--get-regexp", "^hook\\."]).code, 1);
    }
    let newer = newer_git(&scene);
    let before = everything(&scene.hooks());
    let told = call(&scene, &newer, &["install", "--config"]);
    assert_eq!((told["code"].as_i64(), told["changes"].as_array().unwrap().len()), (Some(0), USUAL.len()));
    assert_eq!(everything(&scene.hooks()), before, "no hook file is written");
    assert_eq!(scene.repo.git(&["config", "hook.git-track-pre-push.event"]), "pre-push");
    let told = call(&scene, &newer, &["install", "--config"]);
    assert_eq!((&told["code"], &told["changes"]), (&0.into(), &Value::Array(Vec::new())));
    assert_eq!(state(&call(&scene, &newer, &["status"]), "pre-commit"), "configured");
    if is_older(&scene) {
        assert_eq!(scene.states(scene.repo.path()).1["pre-commit"], "ignored");
    }
    let told = call(&scene, &newer, &["uninstall"]);
    assert_eq!(told["changes"].as_array().unwrap().len(), USUAL.len());
    assert_eq!(scene.git(&["config", "--get-regexp", "^hook\\."]).code, 1);
    assert!(everything(&scene.repo.path().join(".git/track/hooks")).is_empty());
}

#[test]
fn the_command_is_the_script() {
    let scene = Scene::new();
    let newer = newer_git(&scene);
    call(&scene, &newer, &["install", "--config"]);
    scene.replace_program(&scene.repo.path().join(".git/track/hooks"));
    // git gives the command to a shell, with the arguments after it.
    let command = scene.repo.git(&["config", "hook.git-track-commit-msg.command"]);
    let run = format!("{command} \"$@\"");
    scene.call(Path::new("sh"), scene.repo.path(), &["-c", &run, "sh", "a b"]).exits(0);
    assert_eq!(scene.log(), ["ours hooks run commit-msg a b []"]);
}

#[test]
fn never_both() {
    let scene = Scene::new();
    let newer = newer_git(&scene);
    executable(&scene.hook("pre-commit"), NOTES);
    let before = everything(&scene.hooks());
    call(&scene, &newer, &["install"]);
    let files = everything(&scene.hooks());
    call(&scene, &newer, &["install", "--config"]);
    assert_eq!(everything(&scene.hooks()), before, "the foreign hook is back, which git runs itself");
    assert_eq!(state(&call(&scene, &newer, &["status"]), "pre-commit"), "configured");
    call(&scene, &newer, &["install"]);
    assert_eq!(everything(&scene.hooks()), files);
    assert_eq!(scene.git(&["config", "--get-regexp", "^hook\\."]).code, 1);
    scene.repo.git(&["config", "hook.git-track-pre-commit.command", "x"]);
    scene.repo.git(&["config", "hook.git-track-pre-commit.event", "pre-commit"]);
    scene.repo.git(&["config", "hook.mine.command", "git track hooks run pre-push"]);
    scene.repo.git(&["config", "hook.mine.event", "pre-push"]);
    let told = call(&scene, &newer, &["status"]);
    assert_eq!(
        (told["code"].as_i64(), state(&told, "pre-commit"), state(&told, "pre-push")),
        (Some(1), "broken", "twice")
    );
}

#[test]
fn lines_in_a_named_script_are_kept() {
    let scene = Scene::new();
    let newer = newer_git(&scene);
    let script = scene.repo.path().join(".git/track/hooks/pre-commit");
    for command in [&["install", "--config"][..], &["uninstall"]] {
        call(&scene, &newer, &["install", "--config"]);
        let text = std::fs::read_to_string(&script).unwrap() + "echo mine\n";
        executable(&script, &text);
        call(&scene, &newer, command);
        let copy = script.with_extension("edited");
        assert_eq!(std::fs::read_to_string(&copy).unwrap(), text, "{command:?}");
        std::fs::remove_file(copy).unwrap();
    }
    assert!(!script.exists());
}
