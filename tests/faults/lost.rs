//! No update that was acknowledged is ever lost, however its writers die.
#![expect(clippy::disallowed_methods, reason = "a harness of processes and raw files")]

use std::collections::BTreeSet;
use std::fs;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use git_track::model::edit::{Edit, Root};
use git_track::model::path::RepoPath;

use super::scene::{ONE, PLACE, ROLE, Scene, child_arguments, files, lock};
use super::{full, say};

pub(super) const WRITER: &str = "Writer";
const WRITERS: usize = 8;

fn rounds() -> usize {
    if full() { 200 } else { 20 }
}

/// A child: appends tokens of its own to one file, and acknowledges each in another.
pub(super) fn write_tokens(dir: &Path) {
    let files = files(dir);
    let path = RepoPath::parse(ONE).unwrap();
    let mut acks = fs::File::options().append(true).create(true).open(dir.join("acks")).unwrap();
    for round in 0..rounds() {
        let token = format!("{}-{round}\n", std::process::id());
        let lock = lock(&files).unwrap();
        files.recover(&lock).unwrap();
        let before = files.read(Root::WorkTree, &path, 1 << 20).unwrap();
        let mut after = before.clone().unwrap();
        after.extend_from_slice(token.as_bytes());
        let edit =
            Edit { root: Root::WorkTree, path: path.clone(), before, after: Some(after), executable: false };
        files.apply(&lock, &[edit]).unwrap();
        drop(lock);
        acks.write_all(token.as_bytes()).unwrap();
    }
}

fn writer(scene: &Scene) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(child_arguments())
        .env(ROLE, WRITER)
        .env(PLACE, scene.path())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn no_acknowledged_update_is_lost() {
    let scene = Scene::new();
    let mut writers: Vec<Child> = (0..WRITERS).map(|_| writer(&scene)).collect();
    let mut kills = 0;
    while kills < 2 * rounds() {
        let random = RandomState::new().build_hasher().finish();
        std::thread::sleep(Duration::from_millis(random % 20));
        let victim = &mut writers[usize::try_from(random >> 8).unwrap() % WRITERS];
        // One that has finished cannot be killed any more, but it can begin again.
        if victim.try_wait().unwrap().is_none() {
            victim.kill().unwrap();
            kills += 1;
        }
        victim.wait().unwrap();
        *victim = writer(&scene);
    }
    for mut child in writers {
        assert!(child.wait().unwrap().success(), "a writer failed");
    }
    scene.recover().unwrap();
    let present = scene.text(ONE);
    let present: Vec<&str> = present.lines().skip(1).collect();
    let unique: BTreeSet<&str> = present.iter().copied().collect();
    assert_eq!(unique.len(), present.len(), "a token is there twice");
    let acks = fs::read_to_string(scene.path().join("acks")).unwrap();
    let lost: Vec<&str> = acks.lines().filter(|token| !unique.contains(token)).collect();
    assert!(acks.lines().count() >= WRITERS * rounds(), "too few updates: {}", acks.lines().count());
    assert!(lost.is_empty(), "lost: {lost:?}");
    say(&format!("{WRITERS} writers, {} updates acknowledged, {kills} kills: 0 lost", acks.lines().count()));
}
