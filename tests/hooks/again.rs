//! Doing it twice, doing it over an older version, and taking away what is not there.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::fs::PermissionsExt;

use serde_json::json;

use super::{NOTES, NOTHING, PROGRAM, Scene, USUAL, everything, executable};

#[test]
fn a_second_time_changes_nothing() {
    let scene = Scene::new();
    executable(&scene.hook("pre-commit"), NOTES);
    let (code, first) = scene.json(scene.repo.path(), &["install"]);
    assert_eq!((code, first["changes"].as_array().unwrap().len()), (0, USUAL.len()));
    assert_eq!(
        first["changes"][0],
        json!({ "ref": "pre-commit", "field": "hook", "from": "foreign", "to": "chained" })
    );
    let files: Vec<&str> =
        first["files"].as_array().unwrap().iter().filter_map(|file| file.as_str()).collect();
    assert_eq!(files.len(), USUAL.len() + 1);
    assert!(files.iter().all(|file| std::path::Path::new(file).exists()), "{files:?}");
    let look = || {
        let inode = |name: &&str| fs::metadata(scene.hook(name)).unwrap().ino();
        (everything(&scene.hooks()), USUAL.iter().map(inode).collect::<Vec<_>>())
    };
    let before = look();
    let (code, second) = scene.json(scene.repo.path(), &["install"]);
    assert_eq!((code, &second["changes"], &second["files"]), (0, &json!([]), &json!([])));
    assert_eq!(look(), before);
    assert_eq!(scene.states(scene.repo.path()).0, 0);
}

#[test]
fn uninstalling_twice_and_where_nothing_is() {
    let scene = Scene::new();
    let before = everything(&scene.hooks());
    let (code, told) = scene.json(scene.repo.path(), &["uninstall"]);
    assert_eq!((code, &told["changes"]), (0, &json!([])));
    scene.track(&["install"]).exits(0);
    scene.track(&["uninstall", "--dry-run"]).exits(0).says("would: pre-commit: removed");
    assert_ne!(everything(&scene.hooks()), before);
    for _ in 0..2 {
        scene.track(&["uninstall"]).exits(0);
        assert_eq!(everything(&scene.hooks()), before);
    }
    assert_eq!(scene.states(scene.repo.path()).0, 1);
}

#[test]
fn an_older_script_is_renewed_and_a_newer_one_stays() {
    let scene = Scene::new();
    scene.track(&["install"]).exits(0);
    let current = everything(&scene.hooks());
    let hook = scene.hook("pre-commit");
    let text = fs::read_to_string(&hook).unwrap();
    let mark = "# git-track shim 1";
    fs::write(&hook, text.replace(mark, "# git-track shim 0")).unwrap();
    assert_eq!(scene.states(scene.repo.path()), (1, states_with("pre-commit", "outdated")));
    let (_, told) = scene.json(scene.repo.path(), &["install"]);
    assert_eq!(
        told["changes"],
        json!([{ "ref": "pre-commit", "field": "hook", "from": "outdated", "to": "installed" }])
    );
    assert_eq!(everything(&scene.hooks()), current);
    fs::write(&hook, text.replace(mark, "# git-track shim 12")).unwrap();
    let newer = everything(&scene.hooks());
    scene.track(&["install"]).exits(0).says("newer git-track");
    assert_eq!(everything(&scene.hooks()), newer);
    scene.track(&["uninstall"]).exits(0);
    assert!(!hook.exists());
}

fn states_with(event: &str, state: &str) -> std::collections::BTreeMap<String, String> {
    let of = |one: &&str| if *one == event { state } else { "installed" };
    USUAL.iter().map(|one| ((*one).to_owned(), of(one).to_owned())).collect()
}

#[test]
fn a_script_changed_by_hand_is_still_ours() {
    let scene = Scene::new();
    executable(&scene.hook("pre-push"), NOTES);
    scene.track(&["install"]).exits(0);
    let current = everything(&scene.hooks());
    let hook = scene.hook("pre-commit");
    let text = fs::read_to_string(&hook).unwrap();
    for changed in [format!("{text}echo more\n"), text.replace("#!/bin/sh\n", "#!/bin/bash\n# mine\n")] {
        fs::write(&hook, changed).unwrap();
        assert_eq!(scene.states(scene.repo.path()).1["pre-commit"], "edited");
        let before = fs::read_to_string(&hook).unwrap();
        scene.track(&["install"]).exits(0).says("pre-commit: written anew").says("pre-commit.edited`");
        let copy = scene.hook("pre-commit.edited");
        assert_eq!(fs::read_to_string(&copy).unwrap(), before);
        fs::remove_file(copy).unwrap();
        assert_eq!(everything(&scene.hooks()), current, "no script of ours is kept as a foreign one");
    }
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(scene.states(scene.repo.path()).1["pre-commit"], "not-executable");
    scene.track(&["install"]).exits(0);
    assert_eq!(everything(&scene.hooks()), current);
}

#[test]
fn lines_in_a_script_of_ours_are_kept() {
    for command in ["install", "uninstall"] {
        let scene = Scene::new();
        executable(&scene.hook("pre-push"), NOTES);
        scene.track(&["install"]).exits(0);
        for (event, version) in [("pre-commit", "1"), ("pre-push", "1"), ("commit-msg", "0")] {
            let text = fs::read_to_string(scene.hook(event)).unwrap();
            let text = text.replace("# git-track shim 1", &format!("# git-track shim {version}"));
            executable(&scene.hook(event), &format!("{text}echo mine\n"));
        }
        let before = everything(&scene.hooks());
        scene.track(&[command, "--dry-run"]).exits(0);
        assert_eq!(everything(&scene.hooks()), before);
        fs::write(scene.hook("pre-push.edited"), "somebody's\n").unwrap();
        let taken = everything(&scene.hooks());
        let refused = scene.track(&[command]).exits(1).says("pre-push.edited` is there already");
        refused.says("nothing written");
        assert_eq!(everything(&scene.hooks()), taken);
        fs::remove_file(scene.hook("pre-push.edited")).unwrap();
        // A stop after the copy was made.
        fs::hard_link(scene.hook("pre-commit"), scene.hook("pre-commit.edited")).unwrap();
        let ran = scene.track(&[command]).exits(0);
        for event in ["pre-commit", "pre-push", "commit-msg"] {
            let copy = scene.hook(&format!("{event}.edited"));
            assert!(ran.stdout.contains(copy.to_str().unwrap()), "{ran:?}");
            assert_eq!(fs::read(copy).unwrap(), before[event].1, "{command} {event}");
            assert!(
                fs::read(scene.hook(event)).is_ok_and(|now| now != before[event].1)
                    == (command == "install" || event == "pre-push")
            );
        }
        scene.track(&[command]).exits(0).says("nothing to do");
    }
}

#[test]
fn another_program_may_take_a_hook_over() {
    let scene = Scene::new();
    executable(&scene.hook("pre-commit"), NOTES);
    scene.track(&["install"]).exits(0);
    let other = "#!/bin/sh\nexit 0 # theirs, later\n";
    executable(&scene.hook("pre-commit"), other);
    executable(&scene.hook("commit-msg"), other);
    let (code, states) = scene.states(scene.repo.path());
    assert_eq!(
        (code, states["pre-commit"].as_str(), states["commit-msg"].as_str()),
        (1, "foreign", "foreign")
    );
    scene.track(&["install"]).exits(1).says("pre-commit.pre-track` is there already");
    scene.track(&["uninstall"]).exits(0).says("pre-commit.pre-track stays");
    assert_eq!(fs::read_to_string(scene.hook("pre-commit")).unwrap(), other);
    assert_eq!(fs::read_to_string(scene.hook("pre-commit.pre-track")).unwrap(), NOTES);
    assert_eq!(fs::read_to_string(scene.hook("commit-msg")).unwrap(), other);
}

#[test]
fn lines_to_add_by_hand_touch_nothing() {
    let scene = Scene::new();
    let before = everything(&scene.hooks());
    let (code, told) = scene.json(scene.repo.path(), &["install", "--manual"]);
    assert_eq!((code, told["lines"].as_array().unwrap().len()), (0, USUAL.len()));
    assert_eq!(everything(&scene.hooks()), before);
    let line = told["lines"][0]["line"].as_str().unwrap();
    executable(&scene.hook("pre-commit"), &format!("#!/bin/sh\n{line}\n"));
    assert_eq!(scene.states(scene.repo.path()).1["pre-commit"], "by-hand");
    scene.track(&["install"]).exits(0).says("calls git-track already");
    assert!(!scene.hook("pre-commit.pre-track").exists());
    let bin = scene.program("echo \"ours $*\" >>\"$HOME/log\"; exit 1");
    let path = format!("{}:{}", bin.parent().unwrap().display(), std::env::var("PATH").unwrap());
    scene.git_with(&[("PATH", &path)], &["commit", "--allow-empty", "-m", "feat: b"]).exits(1);
    assert_eq!(scene.log(), ["ours hooks run pre-commit"]);
}

#[test]
fn init_installs_hooks() {
    let scene = Scene::new();
    let program = std::path::Path::new(PROGRAM);
    let init = |args: &[&str]| {
        scene.call(program, scene.repo.path(), &[&["init", "--hooks", "--json"], args].concat())
    };
    let dry = init(&["--dry-run"]).exits(0);
    assert!(!scene.hook("pre-commit").exists() && !scene.repo.path().join(".track").exists(), "{dry:?}");
    let ran = init(&["--commit"]).exits(0);
    let told: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(crate::transcripts::wrong("output", &told), NOTHING);
    assert_eq!(told["changes"].as_array().unwrap().len(), USUAL.len());
    assert_eq!(scene.states(scene.repo.path()).0, 0);
    let told: serde_json::Value = serde_json::from_str(&init(&[]).exits(0).stdout).unwrap();
    assert_eq!((&told["changes"], &told["created"]), (&json!([]), &json!(false)));
    let other = Scene::new();
    other.repo.git(&["config", "core.hooksPath", ""]);
    other.call(program, other.repo.path(), &["init", "--hooks"]).exits(1).says("nothing written");
    assert!(!other.repo.path().join(".track").exists());
}
