//! The process is stopped in the middle: no hook is lost, and the same command does the rest.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{NOTES, PROGRAM, Scene, everything, executable};
use crate::support::skip;

/// The names that a stop may leave a hook under.
#[track_caller]
fn nothing_lost(scene: &Scene, case: &str) {
    for event in ["pre-commit", "pre-push"] {
        let names = [event.to_owned(), format!("{event}.pre-track")];
        let held =
            names.iter().any(|name| fs::read_to_string(scene.hook(name)).is_ok_and(|text| text == NOTES));
        assert!(held, "{case}: {event} is lost");
        assert!(scene.hook(event).exists(), "{case}: there is a moment without {event}");
    }
}

#[test]
fn a_stop_between_the_steps() {
    // After the second name was given, and after ours replaced the first where there are no second names.
    let scene = Scene::new();
    executable(&scene.hook("pre-commit"), NOTES);
    let before = everything(&scene.hooks());
    fs::hard_link(scene.hook("pre-commit"), scene.hook("pre-commit.pre-track")).unwrap();
    fs::write(scene.hook(".pre-commit.gtk-0123"), "half").unwrap();
    scene.track(&["install"]).exits(0);
    assert_eq!(fs::read_to_string(scene.hook("pre-commit.pre-track")).unwrap(), NOTES);
    assert!(!scene.hook(".pre-commit.gtk-0123").exists());
    scene.track(&["uninstall"]).exits(0);
    assert_eq!(everything(&scene.hooks()), before);
    fs::hard_link(scene.hook("pre-commit"), scene.hook("pre-commit.pre-track")).unwrap();
    scene.track(&["uninstall"]).exits(0);
    assert_eq!(everything(&scene.hooks()), before);
    fs::rename(scene.hook("pre-commit"), scene.hook("pre-commit.pre-track")).unwrap();
    assert_eq!(scene.states(scene.repo.path()).1["pre-commit"], "missing");
    scene.track(&["install"]).exits(0);
    assert_eq!(scene.states(scene.repo.path()).1["pre-commit"], "chained");
    scene.track(&["uninstall"]).exits(0);
    assert_eq!(everything(&scene.hooks()), before);
}

#[test]
fn a_kill_at_every_step() {
    if Command::new("strace").arg("-V").stdout(Stdio::null()).status().is_err() {
        return skip("SKIPPED: no strace to kill with");
    }
    let scene = Scene::new();
    executable(&scene.hook("pre-commit"), NOTES);
    executable(&scene.hook("pre-push"), NOTES);
    let before = everything(&scene.hooks());
    for command in ["install", "uninstall"] {
        let mut kills = 0;
        for call in ["linkat", "renameat", "renameat2", "rename", "unlinkat", "fsync", "fchmod"] {
            for nth in 1..40 {
                if command == "uninstall" {
                    scene.track(&["install", "--event", "pre-commit", "pre-push"]).exits(0);
                }
                let killed = killed_at(&scene, call, nth, command);
                nothing_lost(&scene, &format!("{command} {call} {nth}"));
                if killed {
                    kills += 1;
                    scene.track(&[command, "--event", "pre-commit", "pre-push"]).exits(0);
                    nothing_lost(&scene, &format!("{command} {call} {nth}, again"));
                }
                scene.track(&["uninstall"]).exits(0);
                assert_eq!(everything(&scene.hooks()), before, "{command} {call} {nth}");
                if !killed {
                    break;
                }
            }
        }
        assert!(kills > 2, "{command}: {kills} kills");
    }
}

fn killed_at(scene: &Scene, call: &str, nth: usize, command: &str) -> bool {
    let mut traced = Command::new("strace");
    traced.args(["-qq", "-o", "/dev/null", "-e", &format!("trace={call}")]);
    traced.args(["-e", &format!("inject={call}:signal=KILL:when={nth}")]);
    traced.arg(Path::new(PROGRAM)).args(["hooks", command, "--event", "pre-commit", "pre-push"]);
    traced.current_dir(scene.repo.path()).env_clear().envs(scene.repo.vars()).stdin(Stdio::null());
    let status = traced.output().unwrap().status;
    !status.success()
}
