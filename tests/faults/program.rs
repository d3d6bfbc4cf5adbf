//! The built program, run in repositories of its own.
#![expect(clippy::disallowed_methods, reason = "a harness of processes and raw files")]

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io::{Read, Seek};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileTypeExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use git_track::process::Vars;
use serde_json::Value;
use tempfile::TempDir;

use super::scene::copy_below;
use crate::support::Repo;

pub(super) const PROGRAM: &str = env!("CARGO_BIN_EXE_git-track");

/// No command takes that long; one that does hangs.
const HANG: Duration = Duration::from_secs(20);

/// A workflow with one item, written by hand.
pub(super) fn workflow(id: &str, items: &[&str]) -> String {
    let mut text =
        format!("# by hand\nschema: 1\nid: {id}\nprofile: program\ntitle: The {id}\nstate: active\n");
    text.push_str("started: \"2026-01-01T00:00:00Z\"\nby: Ada\nitems:\n");
    for item in items {
        text.push_str(&format!("  {item}:\n    title: Item {item}\n"));
    }
    text
}

/// A repository, and the environment in which the program is called there.
pub(super) struct Ground {
    keep: TempDir,
    vars: Vars,
}

/// What a call of the program came to.
#[derive(Debug)]
pub(super) struct Ran {
    pub(super) code: Option<i32>,
    pub(super) killed: bool,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

impl Ran {
    /// The one document that `--json` prints.
    pub(super) fn json(&self, case: &str) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|e| panic!("{case}: not one document: {e}\n{self:?}"))
    }

    #[track_caller]
    pub(super) fn exits(self, code: i32, case: &str) -> Self {
        assert_eq!(self.code, Some(code), "{case}: {self:?}");
        self
    }
}

impl Ground {
    /// With a configuration, and workflows under their ids; all committed.
    pub(super) fn new(workflows: &[(&str, String)]) -> Self {
        // The repository is the master copy's: what is below must be free to move between threads.
        let repo = Repo::new();
        repo.write(".track/config.yaml", "schema: 1\nbase: main\n");
        for (id, text) in workflows {
            repo.write(format!(".track/workflows/{id}.yaml"), text);
        }
        repo.commit("state");
        Self::of(&repo)
    }

    /// A copy of any repository.
    pub(super) fn of(repo: &Repo) -> Self {
        let keep = tempfile::tempdir().unwrap();
        copy_below(&repo.root(), keep.path());
        let mut vars = repo.vars();
        vars.insert("GIT_TRACK_NOW".into(), "2026-02-01T10:00:00Z".into());
        Self { keep, vars }.settle()
    }

    fn settle(mut self) -> Self {
        self.vars.insert("HOME".into(), self.keep.path().join("home").into());
        self
    }

    pub(super) fn copy(&self) -> Self {
        let keep = tempfile::tempdir().unwrap();
        copy_below(self.keep.path(), keep.path());
        Self { keep, vars: self.vars.clone() }.settle()
    }

    pub(super) fn path(&self) -> &Path {
        self.keep.path()
    }

    pub(super) fn work(&self) -> PathBuf {
        self.path().join("work")
    }

    pub(super) fn track(&self) -> PathBuf {
        self.work().join(".git/track")
    }

    pub(super) fn file(&self, id: &str) -> PathBuf {
        self.work().join(format!(".track/workflows/{id}.yaml"))
    }

    /// Any program, in the work tree and the same environment.
    pub(super) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.work()).env_clear().envs(&self.vars).stdin(Stdio::null());
        command
    }

    pub(super) fn track_command<A: AsRef<OsStr>>(&self, args: &[A]) -> Command {
        let mut command = self.command(PROGRAM);
        command.args(args);
        command
    }

    /// Calls the program.
    pub(super) fn run<A: AsRef<OsStr>>(&self, args: &[A]) -> Ran {
        finish(self.track_command(args), &shown(args))
    }

    /// Calls the program through a shell that limits its memory, in KiB.
    pub(super) fn run_within(&self, kib: usize, args: &[&str]) -> Ran {
        let mut command = self.command("sh");
        command.args(["-c", &format!("ulimit -v {kib}; exec \"$@\""), "sh", PROGRAM]).args(args);
        finish(command, &shown(args))
    }

    /// Calls the program under the tracer; its children and threads are let alone.
    pub(super) fn run_traced(&self, log: &Path, trace: &str, inject: &[String], args: &[&str]) -> Ran {
        let mut command = self.command("strace");
        command.args(["-y", "-qq", "-o"]).arg(log).arg("-e").arg(format!("trace={trace}"));
        for inject in inject {
            command.arg("-e").arg(format!("inject={inject}"));
        }
        command.arg(PROGRAM).args(args);
        finish(command, &format!("{inject:?} {}", shown(args)))
    }

    /// What git finds changed, in the short form.
    pub(super) fn git_status(&self) -> Vec<String> {
        let mut git = self.command("git");
        git.args(["status", "--porcelain", "--untracked-files=all"]);
        let ran = finish(git, "git status");
        assert_eq!(ran.code, Some(0), "{ran:?}");
        ran.stdout.lines().map(str::to_owned).collect()
    }

    /// Waits until nothing runs any more that was begun here: a program that is killed leaves its children alone.
    pub(super) fn quiet(&self) {
        let home = self.vars.get(OsStr::new("HOME")).unwrap().as_bytes();
        let is_here = |process: &Path| {
            let environment = fs::read(process.join("environ")).unwrap_or_default();
            environment.split(|byte| *byte == 0).any(|pair| pair.strip_prefix(b"HOME=") == Some(home))
        };
        let began = Instant::now();
        while fs::read_dir("/proc").unwrap().any(|entry| is_here(&entry.unwrap().path())) {
            assert!(began.elapsed() < HANG, "a child that was left hangs");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    #[track_caller]
    pub(super) fn doctor_is_content(&self, case: &str) {
        let ran = self.run(&["doctor"]);
        assert_eq!(ran.code, Some(0), "{case}: {ran:?}");
    }

    /// Every file of the work tree and of the program's own directory, but for the lock and what is kept for speed.
    pub(super) fn tree(&self) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        collect(&self.work(), &self.work(), &mut found);
        found.retain(|name, _| {
            let own = name.strip_prefix(".git/track/");
            let made = |own: &str| !own.starts_with("lock") && !own.starts_with("cache/");
            !name.starts_with(".git") || own.is_some_and(made)
        });
        found
    }
}

fn collect(top: &Path, dir: &Path, found: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let name = path.strip_prefix(top).unwrap().to_string_lossy().into_owned();
        let kind = fs::symlink_metadata(&path).unwrap().file_type();
        if kind.is_dir() {
            collect(top, &path, found);
        } else if kind.is_file() {
            found.insert(name, String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned());
        } else if kind.is_symlink() {
            found.insert(name, format!("-> {}", fs::read_link(&path).unwrap().display()));
        } else {
            found.insert(name, format!("fifo {}", kind.is_fifo()));
        }
    }
}

fn shown<A: AsRef<OsStr>>(args: &[A]) -> String {
    let mut shown = String::from("git track");
    for arg in args {
        let text = String::from_utf8_lossy(arg.as_ref().as_bytes()).into_owned();
        shown.push_str(&format!(" {:?}", text.chars().take(120).collect::<String>()));
    }
    shown
}

/// Waits for a child, and panics when it hangs or panics itself.
pub(super) fn finish(mut command: Command, case: &str) -> Ran {
    let (mut out, mut err) = (tempfile::tempfile().unwrap(), tempfile::tempfile().unwrap());
    let child = command.stdout(out.try_clone().unwrap()).stderr(err.try_clone().unwrap()).spawn().unwrap();
    let (code, killed) = wait(child, case);
    let text = |file: &mut fs::File| {
        let mut bytes = Vec::new();
        file.rewind().unwrap();
        file.read_to_end(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let ran = Ran { code, killed, stdout: text(&mut out), stderr: text(&mut err) };
    assert!(!ran.stderr.contains("panicked"), "{case}: {ran:?}");
    ran
}

fn wait(mut child: Child, case: &str) -> (Option<i32>, bool) {
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return (status.code(), status.signal() == Some(9) || status.code() == Some(137));
        }
        if began.elapsed() > HANG {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("{case}: hangs");
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Numbers that look random and are the same in every run.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % below.max(1) as u64).unwrap()
    }

    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.roll(from.len())]
    }
}
