//! Real repositories made by the real git, cut off from the machine: no user or system settings, a fixed clock.
#![allow(dead_code)]

use std::cell::Cell;
use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use git_track::git::Env;
use git_track::process::Vars;
use tempfile::TempDir;

/// A repository in a directory of its own; beside it there is room for clones and worktrees.
pub(crate) struct Repo {
    root: TempDir,
    path: PathBuf,
    clock: Cell<u64>,
}

impl Repo {
    /// An empty repository on the branch `main`.
    pub(crate) fn new() -> Self {
        Self::init(&[])
    }

    /// The same, with more arguments for `git init`.
    pub(crate) fn init(args: &[&str]) -> Self {
        let repo = Self::beside_nothing();
        fs::create_dir(&repo.path).unwrap();
        repo.git(&[&["init", "--quiet", "-b", "main"], args].concat());
        repo
    }

    /// A directory `work` that does not exist yet, to clone into.
    pub(crate) fn beside_nothing() -> Self {
        let root = TempDir::new().unwrap();
        // git prints real paths, and the directory for temporary files may be a link.
        let top = root.path().canonicalize().unwrap();
        fs::create_dir(top.join("home")).unwrap();
        Self { path: top.join("work"), root, clock: Cell::new(1_700_000_000) }
    }

    /// The top of the work tree.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The directory around the work tree.
    pub(crate) fn root(&self) -> PathBuf {
        self.root.path().canonicalize().unwrap()
    }

    /// HOME of everything that runs here.
    pub(crate) fn home(&self) -> PathBuf {
        self.root().join("home")
    }

    /// The whole environment of everything that runs here. Each call is a minute later than the one before.
    pub(crate) fn vars(&self) -> Vars {
        self.clock.set(self.clock.get() + 60);
        let now = format!("@{} +0000", self.clock.get());
        let path = std::env::var_os("PATH").unwrap();
        let mut vars = Vars::from([("PATH".into(), path), ("HOME".into(), self.home().into())]);
        for (name, value) in [
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("GIT_CONFIG_GLOBAL", "/dev/null"),
            ("GIT_AUTHOR_NAME", "Ada Lovelace"),
            ("GIT_AUTHOR_EMAIL", "ada@example.com"),
            ("GIT_COMMITTER_NAME", "Charles Babbage"),
            ("GIT_COMMITTER_EMAIL", "charles@example.com"),
            ("GIT_AUTHOR_DATE", now.as_str()),
            ("GIT_COMMITTER_DATE", now.as_str()),
            ("GIT_TERMINAL_PROMPT", "0"),
            ("GIT_EDITOR", "true"),
            ("LC_ALL", "C"),
        ] {
            vars.insert(name.into(), value.into());
        }
        vars
    }

    /// What the product is told when it is called in the work tree.
    pub(crate) fn env(&self) -> Env {
        self.env_in(&self.path)
    }

    /// What the product is told when it is called in another directory.
    pub(crate) fn env_in(&self, cwd: &Path) -> Env {
        Env::new(cwd, self.vars())
    }

    /// Runs git in the work tree; its standard output without the last line end. Panics if git fails.
    pub(crate) fn git(&self, args: &[&str]) -> String {
        self.git_in(&self.path, args)
    }

    /// Runs git in another directory.
    pub(crate) fn git_in(&self, cwd: &Path, args: &[&str]) -> String {
        let output = self.run(cwd, &self.vars(), args);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end_matches('\n').to_owned();
        assert!(output.status.success(), "git {args:?} in {}: {}", cwd.display(), text(&output.stderr));
        text(&output.stdout)
    }

    /// Runs git with an environment, whatever comes of it.
    pub(crate) fn run<A: AsRef<OsStr>>(&self, cwd: &Path, vars: &Vars, args: &[A]) -> Output {
        self.command(cwd, vars).args(args).output().unwrap()
    }

    /// git, ready to be started.
    pub(crate) fn command(&self, cwd: &Path, vars: &Vars) -> Command {
        let mut git = Command::new("git");
        git.current_dir(cwd).env_clear().envs(vars).stdin(Stdio::null());
        git
    }

    /// Runs git with bytes for its standard input. Panics if git fails.
    pub(crate) fn git_with(&self, args: &[&str], input: &[u8]) {
        let mut git = self.command(&self.path, &self.vars());
        let mut git = git.args(args).stdin(Stdio::piped()).spawn().unwrap();
        git.stdin.take().unwrap().write_all(input).unwrap();
        assert!(git.wait().unwrap().success(), "git {args:?}");
    }

    /// Writes a file below the work tree, with the directories above it.
    pub(crate) fn write(&self, path: impl AsRef<Path>, text: impl AsRef<[u8]>) {
        let path = self.path.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// The text of a file below the work tree.
    pub(crate) fn read(&self, path: impl AsRef<Path>) -> String {
        fs::read_to_string(self.path.join(path)).unwrap()
    }

    /// Commits everything in the work tree; the id.
    pub(crate) fn commit(&self, message: &str) -> String {
        self.git(&["add", "-A"]);
        self.git(&["commit", "--quiet", "--allow-empty", "-m", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Installs a hook.
    pub(crate) fn hook(&self, name: &str, script: &str) {
        use std::os::unix::fs::PermissionsExt;
        let dir = PathBuf::from(self.git(&["rev-parse", "--path-format=absolute", "--git-path", "hooks"]));
        fs::create_dir_all(&dir).unwrap();
        fs::write(dir.join(name), format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(dir.join(name), fs::Permissions::from_mode(0o755)).unwrap();
    }
}

/// Says that something was not tested; with `GIT_TRACK_STRICT` that is a failure.
pub(crate) fn skip(why: &str) {
    assert!(std::env::var_os("GIT_TRACK_STRICT").is_none(), "{why}");
    println!("{why}");
}
