//! Hooks as git runs them: real repositories, real commits, and a program of the tests in the place of ours.

mod again;
mod canary;
mod configured;
mod entries;
mod foreign;
mod places;
mod running;
mod stops;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::support::Repo;
use crate::transcripts::wrong;

const PROGRAM: &str = env!("CARGO_BIN_EXE_git-track");

/// What is installed where people work.
const USUAL: [&str; 8] = [
    "pre-commit",
    "commit-msg",
    "prepare-commit-msg",
    "pre-merge-commit",
    "pre-push",
    "applypatch-msg",
    "post-merge",
    "post-checkout",
];

/// An empty list.
const NOTHING: [&str; 0] = [];

/// A hook that notes what it is given.
const NOTES: &str = "#!/bin/sh\necho \"theirs $* [$(cat)]\" >>\"$HOME/log\"\n";

/// A repository, and what is called in it.
struct Scene {
    repo: Repo,
}

/// What a call came to.
#[derive(Debug)]
struct Ran {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Ran {
    #[track_caller]
    fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:?}");
        self
    }

    #[track_caller]
    fn says(self, text: &str) -> Self {
        assert!(self.stderr.contains(text) || self.stdout.contains(text), "not `{text}`: {self:?}");
        self
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        Self { code: output.status.code().unwrap_or(-1), stdout, stderr }
    }
}

impl Scene {
    /// A repository with one commit.
    fn new() -> Self {
        Self::of(Repo::new())
    }

    fn of(repo: Repo) -> Self {
        repo.write("a.txt", "a\n");
        repo.commit("chore: begin");
        Self { repo }
    }

    fn hooks(&self) -> PathBuf {
        self.repo.path().join(".git/hooks")
    }

    fn hook(&self, name: &str) -> PathBuf {
        self.hooks().join(name)
    }

    /// Calls a program somewhere.
    fn call(&self, program: &Path, cwd: &Path, args: &[&str]) -> Ran {
        let mut call = Command::new(program);
        call.args(args).current_dir(cwd).env_clear().envs(self.repo.vars()).stdin(Stdio::null());
        Ran::from(call.output().unwrap())
    }

    /// Calls `git track hooks` in the work tree.
    fn track(&self, args: &[&str]) -> Ran {
        self.track_in(self.repo.path(), args)
    }

    fn track_in(&self, cwd: &Path, args: &[&str]) -> Ran {
        self.call(Path::new(PROGRAM), cwd, &[&["hooks"], args].concat())
    }

    /// The same for scripts; the document fits the published schema.
    #[track_caller]
    fn json(&self, cwd: &Path, args: &[&str]) -> (i32, Value) {
        let ran = self.track_in(cwd, &[args, &["--json"]].concat());
        let value: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|e| panic!("{e}: {ran:?}"));
        let wrong = wrong("output", &value);
        assert!(wrong.is_empty(), "{}\n{value:#}", wrong.join("\n"));
        (ran.code, value)
    }

    /// The states of the events, as `status` gives them.
    #[track_caller]
    fn states(&self, cwd: &Path) -> (i32, BTreeMap<String, String>) {
        let (code, value) = self.json(cwd, &["status"]);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let hooks = value["hooks"].as_array().unwrap().iter();
        (code, hooks.map(|hook| (text(&hook["event"]), text(&hook["state"]))).collect())
    }

    /// Installs, and puts a program of the tests in the place of ours: it notes what it is told and given.
    #[track_caller]
    fn install(&self) {
        self.track(&["install"]).exits(0);
        self.replace_program(&self.hooks());
    }

    fn replace_program(&self, hooks: &Path) {
        let notes = "echo \"ours $* [$(cat)]\" >>\"$HOME/log\"; exit ${OURS:-0}";
        let fake = self.program(notes);
        for entry in fs::read_dir(hooks).unwrap() {
            let path = entry.unwrap().path();
            let Ok(text) = fs::read_to_string(&path) else { continue };
            if text.contains("# git-track shim ") {
                fs::write(&path, text.replace(PROGRAM, fake.to_str().unwrap())).unwrap();
            }
        }
    }

    /// Writes a program `git-track` of the tests.
    fn program(&self, script: &str) -> PathBuf {
        let path = self.repo.home().join("bin/git-track");
        executable(&path, &format!("#!/bin/sh\n{script}\n"));
        path
    }

    /// What the programs noted; forgotten afterwards.
    fn log(&self) -> Vec<String> {
        let file = self.repo.home().join("log");
        let text = fs::read_to_string(&file).unwrap_or_default();
        drop(fs::remove_file(file));
        text.lines().map(str::to_owned).collect()
    }

    /// Runs git with variables, whatever comes of it.
    fn git_with(&self, vars: &[(&str, &str)], args: &[&str]) -> Ran {
        let mut all = self.repo.vars();
        all.extend(vars.iter().map(|(name, value)| (name.into(), value.into())));
        Ran::from(self.repo.run(self.repo.path(), &all, args))
    }

    fn git(&self, args: &[&str]) -> Ran {
        self.git_with(&[], args)
    }
}

/// Writes a file that can be executed.
fn executable(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777
}

/// Everything in a directory: names, modes, what links point to, and bytes.
fn everything(dir: &Path) -> BTreeMap<String, (u32, Vec<u8>)> {
    let Ok(entries) = fs::read_dir(dir) else { return BTreeMap::new() };
    let look = |path: &Path| match fs::read_link(path) {
        Ok(target) => (0, target.to_str().unwrap().as_bytes().to_vec()),
        Err(_) => (mode(path), fs::read(path).unwrap_or_default()),
    };
    let named = |path: PathBuf| (path.file_name().unwrap().to_string_lossy().into_owned(), look(&path));
    entries.map(|entry| named(entry.unwrap().path())).collect()
}
