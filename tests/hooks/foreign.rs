//! Hooks of others: kept, run first, and put back as they were.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

use super::{NOTES, Scene, everything, executable, mode};
use crate::support::Repo;

#[test]
fn a_foreign_hook_runs_first_with_the_same_arguments_and_input() {
    let scene = Scene::new();
    for event in ["pre-push", "commit-msg", "prepare-commit-msg"] {
        executable(&scene.hook(event), NOTES);
    }
    scene.install();
    scene.git(&["commit", "--quiet", "--allow-empty", "-m", "feat: b"]).exits(0);
    let message = ".git/COMMIT_EDITMSG";
    assert_eq!(
        scene.log(),
        [
            "ours hooks run pre-commit []".to_owned(),
            format!("theirs {message} message []"),
            format!("ours hooks run prepare-commit-msg {message} message []"),
            format!("theirs {message} []"),
            format!("ours hooks run commit-msg {message} []"),
        ]
    );
    let origin = Repo::init(&["--bare"]);
    let url = origin.path().to_str().unwrap();
    scene.git(&["branch", "other"]).exits(0);
    scene.git(&["push", "-q", url, "main", "other"]).exits(0);
    let head = scene.repo.git(&["rev-parse", "HEAD"]);
    let zero = "0".repeat(40);
    let line = |name: &str| format!("refs/heads/{name} {head} refs/heads/{name} {zero}");
    let log = scene.log();
    let all = format!("{}\n{}", line("main"), line("other"));
    assert_eq!(
        log.join("\n"),
        format!("theirs {url} {url} [{all}]\nours hooks run pre-push {url} {url} [{all}]")
    );
}

#[test]
fn both_may_refuse_and_both_are_heard() {
    let scene = Scene::new();
    executable(&scene.hook("pre-commit"), &format!("{NOTES}exit ${{THEIRS:-0}}\n"));
    scene.install();
    let commit = ["commit", "--quiet", "--allow-empty", "-m", "feat: b"];
    for (theirs, ours, code) in [("0", "1", 1), ("3", "0", 1), ("3", "1", 1), ("0", "0", 0)] {
        scene.git_with(&[("THEIRS", theirs), ("OURS", ours)], &commit).exits(code);
        let log = scene.log();
        assert!(log[0].starts_with("theirs") && log[1].starts_with("ours hooks run pre-commit"), "{log:?}");
    }
}

#[test]
fn what_was_there_comes_back_byte_for_byte() {
    let scene = Scene::new();
    executable(&scene.hook("pre-commit"), "#!/bin/sh\r\n\u{feff}exit 0");
    fs::set_permissions(scene.hook("pre-commit"), fs::Permissions::from_mode(0o750)).unwrap();
    fs::write(scene.hook("commit-msg"), b"\x7fELF\x00\xff").unwrap();
    fs::set_permissions(scene.hook("commit-msg"), fs::Permissions::from_mode(0o4711)).unwrap();
    fs::write(scene.hook("pre-push"), "not executable\n").unwrap();
    symlink("../../scripts/there is none", scene.hook("post-merge")).unwrap();
    executable(&scene.repo.path().join("scripts/it"), NOTES);
    symlink("../../scripts/it", scene.hook("prepare-commit-msg")).unwrap();
    fs::hard_link(scene.hook("pre-push"), scene.repo.home().join("second name")).unwrap();
    fs::write(scene.hook("large"), vec![b'x'; 300_000]).unwrap();
    fs::rename(scene.hook("large"), scene.hook("applypatch-msg")).unwrap();
    let before = everything(&scene.hooks());
    let inode = fs::metadata(scene.hook("pre-commit")).unwrap().ino();
    scene.track(&["install", "--dry-run"]).exits(0).says("nothing written");
    assert_eq!(everything(&scene.hooks()), before);
    scene.track(&["install"]).exits(0);
    let now = everything(&scene.hooks());
    for name in ["pre-commit", "commit-msg", "pre-push", "post-merge", "prepare-commit-msg", "applypatch-msg"]
    {
        assert_eq!(now[&format!("{name}.pre-track")], before[name], "{name}");
        assert_ne!(now[name], before[name], "{name}");
    }
    scene.track(&["uninstall"]).exits(0);
    assert_eq!(everything(&scene.hooks()), before);
    assert_eq!(fs::metadata(scene.hook("pre-commit")).unwrap().ino(), inode, "the very same file");
}

#[test]
fn a_symbolic_link_stays_one_and_what_it_points_to_runs() {
    let scene = Scene::new();
    executable(&scene.repo.path().join("scripts/it"), NOTES);
    symlink("../../scripts/it", scene.hook("pre-commit")).unwrap();
    scene.install();
    let kept = scene.hook("pre-commit.pre-track");
    assert_eq!(fs::read_link(kept).unwrap().to_str(), Some("../../scripts/it"));
    assert_eq!(fs::read_to_string(scene.repo.path().join("scripts/it")).unwrap(), NOTES);
    scene.git(&["commit", "--quiet", "--allow-empty", "-m", "feat: b"]).exits(0);
    assert_eq!(scene.log()[..2], ["theirs  []", "ours hooks run pre-commit []"]);
    assert_eq!(scene.states(scene.repo.path()).1["pre-commit"], "chained");
}

#[test]
fn a_hook_that_git_would_not_run_does_not_run() {
    let scene = Scene::new();
    fs::write(scene.hook("pre-commit"), NOTES).unwrap();
    scene.track(&["install"]).exits(0).says("pre-commit.pre-track is not executable");
    scene.replace_program(&scene.hooks());
    assert_eq!(mode(&scene.hook("pre-commit.pre-track")) & 0o111, 0);
    scene.git(&["commit", "--quiet", "--allow-empty", "-m", "feat: b"]).exits(0);
    assert!(scene.log().iter().all(|line| line.starts_with("ours")));
    assert_eq!(scene.states(scene.repo.path()).1["pre-commit"], "installed");
}

#[test]
fn a_hook_with_a_carriage_return_refuses_as_it_did() {
    let scene = Scene::new();
    executable(&scene.hook("pre-commit"), "#!/bin/sh\r\nexit 0\r\n");
    let commit = ["commit", "--quiet", "--allow-empty", "-m", "feat: b"];
    assert_ne!(scene.git(&commit).code, 0, "git cannot run it");
    scene.track(&["install"]).exits(0).says("carriage return");
    scene.replace_program(&scene.hooks());
    scene.git(&commit).exits(1);
    assert_eq!(scene.log(), ["ours hooks run pre-commit []"]);
}

#[test]
fn nothing_that_is_kept_is_ever_replaced() {
    let scene = Scene::new();
    executable(&scene.hook("commit-msg"), NOTES);
    fs::write(scene.hook("commit-msg.pre-track"), "somebody's\n").unwrap();
    let before = everything(&scene.hooks());
    scene.track(&["install"]).exits(1).says("is there already").says("nothing written");
    scene.track(&["install", "--dry-run"]).exits(1);
    assert_eq!(everything(&scene.hooks()), before);
    scene.track(&["uninstall"]).exits(0).says("commit-msg.pre-track stays");
    assert_eq!(everything(&scene.hooks()), before);
}

#[test]
fn a_folder_in_the_way_is_told() {
    let scene = Scene::new();
    fs::create_dir(scene.hook("pre-push")).unwrap();
    let before = everything(&scene.hooks());
    scene.track(&["install"]).exits(1).says("is no file");
    assert_eq!(everything(&scene.hooks()), before);
    assert_eq!(scene.states(scene.repo.path()).1["pre-push"], "in-the-way");
    scene.track(&["install", "--event", "pre-commit,commit-msg"]).exits(0);
    assert_eq!(everything(&scene.hooks()).len(), before.len() + 2);
}

#[test]
fn our_line_in_a_comment_is_no_call() {
    let line = "git-track hooks run pre-commit \"$@\"";
    for comment in
        [format!("# old: {line}"), format!("\t#{line}"), format!("true # {line}"), format!("true;#{line}")]
    {
        let scene = Scene::new();
        executable(&scene.hook("pre-commit"), &format!("#!/bin/sh\n{comment}\n"));
        assert_eq!(scene.states(scene.repo.path()).1["pre-commit"], "foreign", "{comment}");
        scene.track(&["install"]).exits(0).says("becomes pre-commit.pre-track");
        assert_eq!(scene.states(scene.repo.path()).1["pre-commit"], "chained", "{comment}");
    }
    for call in [format!("echo ${{1#x}}; {line} # and so on"), format!("# {line}\nset -e\n  {line}")] {
        let scene = Scene::new();
        executable(&scene.hook("pre-commit"), &format!("#!/bin/sh\n{call}\n"));
        assert_eq!(scene.states(scene.repo.path()).1["pre-commit"], "by-hand", "{call}");
    }
}
