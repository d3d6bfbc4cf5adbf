//! What the script does when git runs it.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::symlink;
use std::path::Path;

use super::{NOTES, NOTHING, PROGRAM, Scene, executable};
use crate::support::Repo;

const COMMIT: [&str; 5] = ["commit", "--quiet", "--allow-empty", "-m", "feat: b"];

#[test]
fn every_event_reaches_the_program_with_what_git_gives() {
    let scene = Scene::new();
    scene.install();
    scene.git(&COMMIT).exits(0);
    let message = ".git/COMMIT_EDITMSG";
    let ours = |what: &str| format!("ours hooks run {what}");
    assert_eq!(
        scene.log(),
        [
            ours("pre-commit []"),
            ours(&format!("prepare-commit-msg {message} message []")),
            ours(&format!("commit-msg {message} []")),
        ]
    );
    let origin = Repo::init(&["--bare"]);
    let url = origin.path().to_str().unwrap();
    scene.git(&["push", "-q", url, "main"]).exits(0);
    let head = scene.repo.git(&["rev-parse", "HEAD"]);
    let zero = "0".repeat(40);
    let pushed = format!("pre-push {url} {url} [refs/heads/main {head} refs/heads/main {zero}]");
    assert_eq!(scene.log(), [ours(&pushed)]);
    scene.git(&["checkout", "-q", "-b", "side", "HEAD~1"]).exits(0);
    assert!(scene.log()[0].starts_with("ours hooks run post-checkout "));
    scene.git(&["merge", "-q", "main"]).exits(0);
    assert_eq!(scene.log(), [ours("post-merge 0 []")]);
}

#[test]
fn what_the_program_says_counts_where_something_can_be_refused() {
    let scene = Scene::new();
    scene.install();
    scene.git_with(&[("OURS", "1")], &COMMIT).exits(1);
    assert_eq!(scene.log().len(), 1, "the first refusal ends it");
    scene.git_with(&[("OURS", "70")], &["checkout", "-q", "-b", "side"]).exits(0);
    assert_eq!(scene.log().len(), 1);
}

#[test]
fn a_missing_program_refuses_and_says_what_to_do() {
    let scene = Scene::new();
    scene.install();
    let program = scene.program("exit 0");
    fs::remove_file(&program).unwrap();
    let path = without_program(&scene);
    let path = ("PATH", path.as_str());
    let refused = scene.git_with(&[path], &COMMIT).exits(1).says("GIT_TRACK=0").says("install git-track");
    assert_eq!(refused.stderr.lines().count(), 1, "{refused:?}");
    let skipped = scene.git_with(&[path, ("GIT_TRACK", "0")], &COMMIT).exits(0);
    skipped.says("pre-commit skipped, because GIT_TRACK=0");
    scene.git_with(&[path], &["checkout", "-q", "-b", "side"]).exits(0).says("post-checkout cannot run");
    assert_eq!(scene.log(), NOTHING);
    let path = format!("PATH={}", path.1);
    let status =
        scene.call(Path::new("/usr/bin/env"), scene.repo.path(), &[&path, PROGRAM, "hooks", "status"]);
    status.exits(1).says("pre-commit          no-program");
}

/// A PATH with what hooks need, and nothing that the machine may have besides.
fn without_program(scene: &Scene) -> String {
    let few = scene.repo.home().join("few");
    fs::create_dir(&few).unwrap();
    for name in ["git", "sh", "cat"] {
        let path = std::env::var_os("PATH").unwrap();
        let found = std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file());
        symlink(found.unwrap(), few.join(name)).unwrap();
    }
    few.to_str().unwrap().to_owned()
}

#[test]
fn a_program_that_moved_is_found_on_the_path() {
    let scene = Scene::new();
    scene.install();
    let moved = scene.repo.home().join("elsewhere/git-track");
    fs::create_dir(moved.parent().unwrap()).unwrap();
    fs::rename(scene.program("echo moved >>\"$HOME/log\""), &moved).unwrap();
    let path = format!("{}:{}", moved.parent().unwrap().display(), std::env::var("PATH").unwrap());
    scene.git_with(&[("PATH", &path)], &COMMIT).exits(0);
    assert_eq!(scene.log(), ["moved", "moved", "moved"]);
}

#[test]
fn skipping_skips_ours_alone() {
    let scene = Scene::new();
    executable(&scene.hook("pre-commit"), NOTES);
    scene.install();
    scene.git_with(&[("GIT_TRACK", "0")], &COMMIT).exits(0).says("commit-msg skipped");
    assert_eq!(scene.log(), ["theirs  []"]);
    for value in ["", "1", "off"] {
        scene.git_with(&[("GIT_TRACK", value)], &COMMIT).exits(0);
        assert_eq!(scene.log().len(), 4, "GIT_TRACK={value}");
    }
}

#[test]
fn a_program_is_found_whatever_its_folder_is_called() {
    let scene = Scene::new();
    let odd = OsString::from_vec(b"it's a \"pl ace\" $(id) `id` \\ \xff".to_vec());
    let folder = scene.repo.root().join(odd);
    fs::create_dir(&folder).unwrap();
    let program = folder.join("git-track");
    if fs::hard_link(PROGRAM, &program).is_err() {
        fs::copy(PROGRAM, &program).unwrap();
    }
    scene.call(&program, scene.repo.path(), &["hooks", "install"]).exits(0);
    let before = super::everything(&scene.hooks());
    scene.call(&program, scene.repo.path(), &["hooks", "install"]).exits(0);
    assert_eq!(super::everything(&scene.hooks()), before);
    fs::remove_file(&program).unwrap();
    executable(&program, "#!/bin/sh\necho \"odd $*\" >>\"$HOME/log\"\n");
    scene.git(&COMMIT).exits(0);
    assert_eq!(scene.log()[0], "odd hooks run pre-commit");
}

#[test]
fn variables_of_the_user_reach_the_hooks_unchanged() {
    let scene = Scene::new();
    executable(&scene.hook("pre-push"), "#!/bin/sh\necho \"$_in$_code$in$code [$(cat)]\" >>\"$HOME/log\"\n");
    scene.install();
    let origin = Repo::init(&["--bare"]);
    let url = origin.path().to_str().unwrap();
    scene.git_with(&[("code", "9"), ("in", "x")], &["push", "-q", url, "main"]).exits(0);
    assert!(scene.log()[0].starts_with("x9 [refs/heads/main "));
}

#[test]
fn who_pushes_cannot_switch_off_a_server() {
    let scene = Scene { repo: Repo::init(&["--bare"]) };
    scene.track(&["install", "--server"]).exits(0);
    scene.replace_program(&scene.repo.path().join("hooks"));
    let work = Scene::new();
    let home = scene.repo.home();
    let push = ["push", "-q", scene.repo.path().to_str().unwrap(), "main"];
    work.git_with(&[("HOME", home.to_str().unwrap()), ("OURS", "1"), ("GIT_TRACK", "0")], &push)
        .exits(1)
        .says("pre-receive hook declined");
    assert_eq!(scene.log().len(), 1);
    fs::remove_file(scene.program("")).unwrap();
    let path = without_program(&scene);
    let refused = work.git_with(&[("PATH", &path), ("GIT_TRACK", "0")], &push).exits(1);
    let told = refused.says("pre-receive cannot run the program: install git-track");
    assert!(!told.stderr.contains("GIT_TRACK"), "{told:?}");
}
