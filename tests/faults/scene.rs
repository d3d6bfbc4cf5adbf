//! A work tree, its child processes, and what may be left of it.
#![expect(clippy::disallowed_methods, reason = "a harness of processes and raw files")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use git_track::error::Result;
use git_track::files::{Files, Lock, Owner, Recovered, Roots};
use git_track::model::edit::{Edit, Root};
use git_track::model::path::RepoPath;
use tempfile::TempDir;

/// Names that a child looks up, so that the trace shows where its work begins and ends.
pub(crate) const BEGIN: &str = "/git-track-faults-begin";
pub(crate) const END: &str = "/git-track-faults-end";
pub(crate) const ROLE: &str = "GIT_TRACK_FAULT_CHILD";
pub(crate) const PLACE: &str = "GIT_TRACK_FAULT_DIR";

pub(crate) const ONE: &str = "a/one";
pub(crate) const OLD: &str = "version = 1\n";
const NEW: &str = "version = 2, and longer\n";

/// What a child does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Many,
    Modify,
    Create,
    Delete,
    Recover,
    Abort,
}

impl Role {
    pub(crate) const ALL: [Self; 6] =
        [Self::Many, Self::Modify, Self::Create, Self::Delete, Self::Recover, Self::Abort];

    pub(crate) fn edits(self) -> Vec<Edit> {
        let edit = |name: &str, before: Option<&str>, after: Option<&str>| Edit {
            root: Root::WorkTree,
            path: RepoPath::parse(name).unwrap(),
            before: before.map(|text| text.as_bytes().to_vec()),
            after: after.map(|text| text.as_bytes().to_vec()),
            executable: false,
        };
        let modify = edit(ONE, Some(OLD), Some(NEW));
        let create = edit("n/m/two", None, Some(NEW));
        let delete = edit("a/three", Some(OLD), None);
        match self {
            Self::Many => vec![modify, create, delete],
            Self::Modify => vec![modify],
            Self::Create => vec![create],
            Self::Delete => vec![delete],
            Self::Recover | Self::Abort => Vec::new(),
        }
    }
}

#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) killed: bool,
    /// `ok` or the kind of the error.
    pub(crate) word: Option<String>,
}

pub(crate) struct Scene {
    keep: TempDir,
}

/// Roots like those of a linked worktree, whose git directory is not the common one.
pub(crate) fn files(dir: &Path) -> Files {
    let work = dir.join("work");
    Files::new(Roots {
        git_dir: work.join(".git/worktrees/w"),
        common_dir: work.join(".git"),
        hooks: None,
        logs: None,
        work_tree: Some(work),
    })
}

pub(crate) fn lock(files: &Files) -> Result<Lock> {
    let owner = Owner { command: "test".into(), pid: std::process::id(), since: "now".into() };
    files.lock(&owner, Duration::from_secs(60), &mut |_| {})
}

impl Scene {
    pub(crate) fn new() -> Self {
        let scene = Self { keep: tempfile::tempdir().unwrap() };
        fs::create_dir_all(scene.work().join(".git/worktrees/w")).unwrap();
        fs::create_dir_all(scene.work().join("a")).unwrap();
        scene.put(ONE, OLD);
        scene.put("a/three", OLD);
        fs::set_permissions(scene.work().join(ONE), fs::Permissions::from_mode(0o640)).unwrap();
        scene
    }

    pub(crate) fn copy(&self) -> Self {
        let copy = Self { keep: tempfile::tempdir().unwrap() };
        copy_below(self.keep.path(), copy.keep.path());
        copy
    }

    pub(crate) fn path(&self) -> &Path {
        self.keep.path()
    }

    fn work(&self) -> PathBuf {
        self.keep.path().join("work")
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.keep.path().join("log")
    }

    pub(crate) fn put(&self, name: &str, text: &str) {
        fs::write(self.work().join(name), text).unwrap();
    }

    pub(crate) fn text(&self, name: &str) -> String {
        fs::read_to_string(self.work().join(name)).unwrap()
    }

    /// Runs a child under the tracer.
    pub(crate) fn run(&self, role: Role, log: &Path, trace: &str, injections: &[&str]) -> Outcome {
        let mut command = Command::new("strace");
        command.args(["-f", "-y", "-qq", "-o"]).arg(log).arg("-e").arg(format!("trace={trace}"));
        for injection in injections {
            command.arg("-e").arg(format!("inject={injection}"));
        }
        command.arg(std::env::current_exe().unwrap()).args(child_arguments());
        // An empty environment, so that the loader and the test harness do little of their own.
        let output =
            command.env_clear().env(ROLE, format!("{role:?}")).env(PLACE, self.path()).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let word = text.split_once("outcome=").and_then(|(_, rest)| rest.split_whitespace().next());
        let killed = output.status.signal() == Some(9) || output.status.code() == Some(137);
        assert!(
            text.contains("begun"),
            "{injections:?} struck before the work began: {text} {}",
            String::from_utf8_lossy(&output.stderr)
        );
        assert!(killed || word.is_some() || output.status.code() != Some(0), "no child ran: {text}");
        Outcome { killed, word: word.map(str::to_owned) }
    }

    pub(crate) fn recover(&self) -> Result<Option<Recovered>> {
        let files = files(self.path());
        files.recover(&lock(&files)?)
    }

    pub(crate) fn abort(&self) -> Result<Option<Recovered>> {
        let files = files(self.path());
        files.abort(&lock(&files)?)
    }

    pub(crate) fn is_pending(&self) -> bool {
        files(self.path()).pending().unwrap().is_some()
    }

    pub(crate) fn is_decided(&self) -> bool {
        self.work().join(".git/worktrees/w/track/txn.commit").exists()
    }

    /// Everything but the lock and the directories it lives in.
    pub(crate) fn tree(&self) -> BTreeMap<PathBuf, String> {
        let mut found = BTreeMap::new();
        collect(&self.work(), &self.work(), &mut found);
        found.retain(|name, _| {
            !name.ends_with("track") && !name.to_string_lossy().starts_with(".git/track/lock")
        });
        found
    }

    pub(crate) fn is_old(&self) -> bool {
        self.tree() == Self::new().tree()
    }

    pub(crate) fn is_new(&self, role: Role) -> bool {
        let mut now = self.tree();
        // A journal whose removal failed is left to the next command.
        now.retain(|name, _| !name.starts_with(".git/worktrees/w/track"));
        now == new_tree(role)
    }

    /// All old or all new, and nothing beside.
    pub(crate) fn settled(&self, role: Role, case: &str) {
        let now = self.tree();
        assert!(now == Self::new().tree() || now == new_tree(role), "{case}: torn\n{now:#?}");
        assert!(!self.is_pending(), "{case}: still pending");
    }
}

fn new_tree(role: Role) -> BTreeMap<PathBuf, String> {
    let scene = Scene::new();
    for edit in role.edits() {
        let path = scene.work().join(edit.path.as_str());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        match edit.after {
            Some(bytes) => fs::write(path, bytes).unwrap(),
            None => fs::remove_file(path).unwrap(),
        }
    }
    scene.tree()
}

pub(crate) fn child_arguments() -> [&'static str; 4] {
    ["--exact", "faults::child::child", "--nocapture", "--test-threads=1"]
}

fn collect(top: &Path, dir: &Path, found: &mut BTreeMap<PathBuf, String>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let short = path.strip_prefix(top).unwrap().to_owned();
        if path.is_dir() {
            found.insert(short, "/".to_owned());
            collect(top, &path, found);
        } else {
            let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o7777;
            found.insert(short, format!("{mode:o} {}", String::from_utf8_lossy(&fs::read(&path).unwrap())));
        }
    }
}

pub(crate) fn copy_below(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy_below(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}
