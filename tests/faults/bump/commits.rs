//! A release with its commit and its tag: the program killed while git goes on.
#![expect(clippy::disallowed_methods, reason = "a harness of processes and raw files")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;
use std::time::Duration;

use super::super::{sample, traceable};
use super::ALL;
use super::release::{BACK, ONWARD, Release};
use super::yard::{Ends, ten};

#[test]
fn a_bump_killed_before_its_tag_is_whole_or_nothing() {
    if !traceable("a_bump_killed_before_its_tag_is_whole_or_nothing") {
        return;
    }
    let release = Release::new(ALL);
    release.kills(&release.firsts(4, 24), ONWARD);
    release.kills(&release.firsts(2, 8), BACK);
}

#[test]
fn a_killed_recovery_of_a_commit_is_whole_or_nothing() {
    if !traceable("a_killed_recovery_of_a_commit_is_whole_or_nothing") {
        return;
    }
    let release = Release::new(ALL);
    // What is only known once the files are in place: behind the last of the renames.
    let renamed = release.points.iter().rposition(|point| point.call == "renameat2").unwrap();
    let firsts = sample(&release.points[renamed..], 4);
    let seen = release.kills_in_recovery(&firsts, 3);
    assert!(seen.contains(&(1, true)) && seen.contains(&(2, false)), "{seen:?}");
}

#[test]
fn a_recovery_while_git_goes_on_is_put_off() {
    let base = ten();
    let hook = base.work().join(".git/hooks/pre-commit");
    fs::write(&hook, "#!/bin/sh\necho >\"$HOME/begun\"\nsleep 0.7\n").unwrap();
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
    let ends = Ends::of(&base, ALL);
    for way in [ONWARD, BACK] {
        let ground = base.copy();
        let mut child =
            ground.track_command(ALL).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        while !ground.path().join("home/begun").exists() {
            assert!(child.try_wait().unwrap().is_none(), "it ended before its hook began");
            std::thread::sleep(Duration::from_millis(1));
        }
        let busy = ground.run(way).exits(75, "while it lives");
        assert!(busy.stderr.contains("is committing"), "{busy:?}");
        child.kill().unwrap();
        child.wait().unwrap();
        let early = ground.run(way).exits(75, "while git goes on");
        assert!(early.stderr.contains("git still holds the index"), "{early:?}");
        ground.quiet();
        ground.run(way).exits(0, "when git is done");
        assert_eq!(ends.settled(&ground, &format!("{way:?}")), way == ONWARD);
    }
}
