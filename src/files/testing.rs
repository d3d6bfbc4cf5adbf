//! A repository's directories without git, for the tests of this module.
#![expect(clippy::disallowed_methods, reason = "tests set the scene by hand")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use super::journal::{Journal, Record, decide};
use super::{Files, Lock, Owner, Phase, Roots, track};
use crate::error::Result;
use crate::model::edit::{Edit, Root};
use crate::model::path::RepoPath;

/// `work/` is the work tree, `work/.git` the git directory, `logs/` the log root, which does not exist yet.
pub(super) fn files() -> (TempDir, Files) {
    let keep = tempfile::tempdir().unwrap();
    let work = keep.path().join("work");
    fs::create_dir_all(work.join(".git")).unwrap();
    let roots = Roots {
        git_dir: work.join(".git"),
        common_dir: work.join(".git"),
        hooks: Some(work.join(".git/hooks")),
        logs: Some(keep.path().join("logs")),
        work_tree: Some(work),
    };
    (keep, Files::new(roots))
}

pub(super) fn owner(command: &str) -> Owner {
    Owner { command: command.to_owned(), pid: 7, since: "2026-01-01T00:00:00Z".to_owned() }
}

pub(super) fn path(text: &str) -> RepoPath {
    RepoPath::parse(text).unwrap()
}

pub(super) fn edit(name: &str, before: Option<&str>, after: Option<&str>) -> Edit {
    let bytes = |text: Option<&str>| text.map(|text| text.as_bytes().to_vec());
    Edit {
        root: Root::WorkTree,
        path: path(name),
        before: bytes(before),
        after: bytes(after),
        executable: false,
    }
}

/// Everything below a directory but the lock, with bytes and modes.
pub(super) fn tree(dir: &Path) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    let mut todo = vec![dir.to_owned()];
    while let Some(next) = todo.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            let short = path.strip_prefix(dir).unwrap().to_owned();
            if path.is_symlink() {
                found.insert(short, format!("-> {}", fs::read_link(&path).unwrap().display()));
            } else if path.is_dir() {
                found.insert(short, "/".to_owned());
                todo.push(path);
            } else if !path.file_name().unwrap().to_string_lossy().starts_with("lock") {
                let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o7777;
                found.insert(short, format!("{mode:o} {}", fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found
}

/// A repository's directories, and the lock taken.
pub(super) struct Scene {
    pub(super) keep: TempDir,
    pub(super) files: Files,
    pub(super) lock: Lock,
}

impl Scene {
    pub(super) fn new() -> Self {
        let (keep, files) = files();
        let lock = files.lock(&owner("test"), Duration::ZERO, &mut |_| {}).unwrap();
        Self { keep, files, lock }
    }

    pub(super) fn work(&self) -> PathBuf {
        self.keep.path().join("work")
    }

    pub(super) fn put(&self, name: &str, text: &str) {
        let path = self.work().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(super) fn text(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.work().join(name)).ok()
    }

    pub(super) fn apply(&self, edits: &[Edit]) -> Result<()> {
        self.files.apply(&self.lock, edits)
    }

    /// A change of two files that stopped right after its decision, told by its journal.
    pub(super) fn interrupted(&self, phase: Phase, edits: &[Edit]) -> Journal {
        let record = |e: &Edit| Record {
            root: e.root,
            path: e.path.clone(),
            mode: e.before.as_ref().map(|_| 0o644),
            executable: e.executable,
            before: e.before.clone(),
            after: e.after.clone(),
        };
        let journal = Journal {
            txid: "1".to_owned(),
            command: "git track bump".to_owned(),
            files: edits.iter().map(record).collect(),
            made: Vec::new(),
            bases: Vec::new(),
            then: None,
        };
        let track = track(&self.work().join(".git")).unwrap();
        journal.store(&track).unwrap();
        if phase != Phase::Prepare {
            decide(&track, Phase::Prepare, phase).unwrap();
        }
        journal
    }
}
