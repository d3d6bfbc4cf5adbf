//! Repositories made by git itself; for tests.
#![expect(clippy::disallowed_methods, reason = "tests make files that no repository knows yet")]

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{Env, Repo, open};
use crate::process::{Call, Vars};

pub(super) struct Sandbox {
    root: TempDir,
    clock: Cell<u64>,
}

impl Sandbox {
    /// A repository on the branch `main` with one commit.
    pub(super) fn new(init: &[&str]) -> Self {
        let sandbox = Self { root: TempDir::new().unwrap(), clock: Cell::new(1_700_000_000) };
        fs::create_dir(sandbox.path()).unwrap();
        sandbox.git(&[&["init", "--quiet", "-b", "main"], init].concat());
        sandbox.commit("begin", &[("begin", "")]);
        sandbox
    }

    pub(super) fn path(&self) -> PathBuf {
        self.root.path().join("work")
    }

    fn vars(&self) -> Vars {
        self.clock.set(self.clock.get() + 60);
        let now = format!("@{} +0000", self.clock.get());
        let vars = [
            ("PATH", "/usr/local/bin:/usr/bin:/bin"),
            ("HOME", "/nonexistent"),
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("GIT_CONFIG_GLOBAL", "/dev/null"),
            ("GIT_AUTHOR_NAME", "Ada"),
            ("GIT_AUTHOR_EMAIL", "ada@example.com"),
            ("GIT_COMMITTER_NAME", "Charles"),
            ("GIT_COMMITTER_EMAIL", "charles@example.com"),
            ("GIT_AUTHOR_DATE", now.as_str()),
            ("GIT_COMMITTER_DATE", now.as_str()),
            ("GIT_EDITOR", "true"),
            ("GIT_MERGE_AUTOEDIT", "no"),
        ];
        vars.iter().map(|(name, value)| (name.into(), value.into())).collect()
    }

    pub(super) fn git_in(&self, dir: &Path, args: &[&str]) -> String {
        let output = Call::git_write(dir, &self.vars()).args(args.iter().copied()).checked().unwrap();
        String::from_utf8(output).unwrap().trim_end().to_owned()
    }

    pub(super) fn git(&self, args: &[&str]) -> String {
        self.git_in(&self.path(), args)
    }

    pub(super) fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// Commits these files and whatever else was changed.
    pub(super) fn commit(&self, message: &str, files: &[(&str, &str)]) {
        files.iter().for_each(|(path, text)| self.write(path, text));
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
    }

    /// A bare clone of it as a server would have it, which allows filters, and a clone of that.
    pub(super) fn cloned(&self, how: &[&str]) -> PathBuf {
        let clone = self.root.path().join(how.join("-").replace([':', '=', '/'], "-"));
        self.git(&["config", "uploadpack.allowFilter", "true"]);
        let (from, to) = (format!("file://{}", self.path().display()), clone.display().to_string());
        self.git_in(self.root.path(), &[&["clone", "-q", "--no-checkout"], how, &[&from, &to]].concat());
        clone
    }

    pub(super) fn open(&self) -> Repo {
        self.open_at(&self.path())
    }

    pub(super) fn open_at(&self, path: &Path) -> Repo {
        open(&Env::new(path, self.vars())).unwrap()
    }
}

/// A text of forty lines, some of them other ones.
pub(super) fn lines(changed: &[(usize, &str)]) -> String {
    let line = |at| changed.iter().find(|(other, _)| *other == at).map(|(_, text)| (*text).to_owned());
    (1..=40).map(|at| line(at).unwrap_or_else(|| format!("line {at}")) + "\n").collect()
}
