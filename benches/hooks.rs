//! What hooks cost a commit: the processor time of `git commit`, with no hook, with ours and with those of others.
//!
//! `cargo bench --locked --bench hooks` prints a table and exits with 1 when a limit is passed. Peers are measured where
//! they are on the PATH: lefthook and prek with one job that does nothing, committed and commitlint over the message.
//! `BENCH_ROUNDS`, `BENCH_FILES=3000,50000` and `BENCH_KEEP=DIR` change what is measured.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a program of its own that measures from outside"
)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// Milliseconds of processor time that both hooks may need in the smaller repository.
const LIMIT: f64 = 10.0;

/// Commits in a row before the next variant has its turn.
const BLOCK: usize = 5;

/// A set of hooks.
struct Variant {
    name: &'static str,
    /// The program that has to be on the PATH.
    needs: Option<&'static str>,
    /// The scripts, by the names of their hooks.
    hooks: fn() -> Vec<(&'static str, String)>,
}

const VARIANTS: [Variant; 8] = [
    Variant { name: "no hook", needs: None, hooks: Vec::new },
    Variant { name: "sh, exit 0", needs: None, hooks: || both("exit 0") },
    Variant { name: "sh, a program that does nothing", needs: None, hooks: || both("exec true") },
    Variant {
        name: "git-track",
        needs: None,
        hooks: || ["pre-commit", "commit-msg"].map(|hook| (hook, ours(hook))).into(),
    },
    Variant {
        name: "git-track, prepare-commit-msg too",
        needs: None,
        hooks: || ["pre-commit", "prepare-commit-msg", "commit-msg"].map(|hook| (hook, ours(hook))).into(),
    },
    Variant {
        name: "lefthook",
        needs: Some("lefthook"),
        hooks: || {
            ["pre-commit", "commit-msg"]
                .map(|hook| (hook, format!("exec lefthook run {hook} --no-auto-install \"$@\"")))
                .into()
        },
    },
    Variant {
        name: "prek",
        needs: Some("prek"),
        hooks: || {
            let run = |hook| format!("exec prek hook-impl --hook-type={hook} -- \"$@\"");
            ["pre-commit", "commit-msg"].map(|hook| (hook, run(hook))).into()
        },
    },
    Variant {
        name: "commitlint (message only)",
        needs: Some("commitlint"),
        hooks: || vec![("commit-msg", "exec commitlint --edit \"$1\"".to_owned())],
    },
];

fn both(line: &str) -> Vec<(&'static str, String)> {
    ["pre-commit", "commit-msg"].map(|hook| (hook, line.to_owned())).into()
}

fn ours(hook: &str) -> String {
    format!("exec \"{}\" hooks run {hook} \"$@\"", env!("CARGO_BIN_EXE_git-track"))
}

fn main() -> ExitCode {
    let rounds = number("BENCH_ROUNDS", 40);
    let sizes = std::env::var("BENCH_FILES").unwrap_or_else(|_| "3000,50000".to_owned());
    let sizes: Vec<usize> = sizes.split(',').filter_map(|size| size.trim().parse().ok()).collect();
    let temporary = tempfile::TempDir::new().expect("a folder for temporary files");
    let kept = std::env::var_os("BENCH_KEEP").map(PathBuf::from);
    let top = kept.unwrap_or_else(|| temporary.path().to_path_buf());
    println!("processor time of one `git commit` and everything it starts, {rounds} commits each, in ms");
    let mut added = Vec::new();
    for files in sizes {
        let bench = Bench { top: top.join(files.to_string()), files };
        bench.build();
        added.push(bench.measure(rounds));
    }
    let mut passed = true;
    if let Some(first) = added.first() {
        passed &= verdict("both hooks need", first.ours, LIMIT);
    }
    if let [first, .., last] = added.as_slice() {
        passed &= verdict("with more files they need more by", last.ours - first.ours, last.diff);
    }
    if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn verdict(what: &str, is: f64, limit: f64) -> bool {
    let word = if is <= limit { "within the limit" } else { "over the limit" };
    println!("{what} {is:.1} ms; {word} of {limit:.1} ms");
    is <= limit
}

fn number(name: &str, usual: usize) -> usize {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(usual)
}

/// What was measured in one repository, in milliseconds of processor time.
struct Added {
    /// What our two hooks need.
    ours: f64,
    /// What `git diff --cached` costs.
    diff: f64,
}

/// A repository of so many files.
struct Bench {
    top: PathBuf,
    files: usize,
}

impl Bench {
    fn build(&self) {
        fs::create_dir_all(self.home()).expect("a folder");
        for file in 0..self.files {
            let folder = self.top.join(format!("src/{}", file / 100));
            fs::create_dir_all(&folder).expect("a folder");
            fs::write(folder.join(format!("{file}.txt")), format!("{file}\n")).expect("a file");
        }
        self.run(&mut self.command("git", &["init", "--quiet", "-b", "main"]));
        self.run(&mut self.command(env!("CARGO_BIN_EXE_git-track"), &["init", "--profile", "change"]));
        fs::write(self.top.join("lefthook.yml"), LEFTHOOK).expect("a file");
        fs::write(self.top.join(".pre-commit-config.yaml"), PRE_COMMIT).expect("a file");
        fs::write(self.top.join("commitlint.config.mjs"), COMMITLINT).expect("a file");
        self.run(&mut self.command("git", &["add", "-A"]));
        self.run(&mut self.command("git", &["commit", "--quiet", "-m", "chore: begin"]));
        self.run(&mut self.command("git", &["config", "gc.auto", "0"]));
        self.run(&mut self.command("git", &["config", "maintenance.auto", "false"]));
    }

    fn measure(&self, rounds: usize) -> Added {
        let here: Vec<&Variant> =
            VARIANTS.iter().filter(|variant| variant.needs.is_none_or(is_there)).collect();
        let mut times = vec![0.0; here.len()];
        let blocks = rounds.div_ceil(BLOCK);
        for block in 0..=blocks {
            for (variant, time) in here.iter().zip(&mut times) {
                let hooks = self.install(variant);
                let taken: f64 = (0..BLOCK).map(|commit| self.commit(&hooks, block * BLOCK + commit)).sum();
                // The first block warms caches.
                *time += if block == 0 { 0.0 } else { taken };
            }
        }
        let commits = count(blocks * BLOCK);
        let none = times.first().copied().unwrap_or_default() / commits;
        println!("\n{} files", self.files);
        for (variant, time) in here.iter().zip(&times) {
            let each = time / commits;
            println!("  {:36} {each:>7.1}  +{:.1}", variant.name, each - none);
        }
        for variant in VARIANTS.iter().filter(|variant| !variant.needs.is_none_or(is_there)) {
            println!("  {:36} not installed", variant.name);
        }
        let ours = self.alone(rounds * 5);
        println!("  {:36} {ours:>7.1}", "our two hooks by themselves");
        let before = children();
        for _ in 0..rounds * 5 {
            self.run(&mut self.command("git", &["diff", "--cached", "--name-only"]));
        }
        let diff = (children() - before) / count(rounds * 5);
        println!("  {:36} {diff:>7.1}", "git diff --cached");
        Added { ours, diff }
    }

    // A commit costs git many times as much, and differs from one to the next by more than our hooks need.
    fn alone(&self, rounds: usize) -> f64 {
        fs::write(self.top.join("src/0/2.txt"), "staged\n").expect("a file");
        self.run(&mut self.command("git", &["add", "src/0"]));
        fs::write(self.top.join(".git/COMMIT_EDITMSG"), "feat: change two files\n").expect("a file");
        let hooks = self.install(&VARIANTS[3]);
        let script = |name: &str| hooks.join(name).display().to_string();
        let before = children();
        for _ in 0..rounds {
            for (hook, args) in [("pre-commit", None), ("commit-msg", Some(".git/COMMIT_EDITMSG"))] {
                let args: Vec<&str> = args.into_iter().collect();
                let mut call = self.command(&script(hook), &args);
                self.run(call.env("GIT_INDEX_FILE", ".git/index").env("GIT_EDITOR", ":"));
            }
        }
        (children() - before) / count(rounds)
    }

    fn install(&self, variant: &Variant) -> PathBuf {
        let folder = self.top.join(".git/hooks-measured");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a folder");
        for (name, line) in (variant.hooks)() {
            let file = folder.join(name);
            fs::write(&file, format!("#!/bin/sh\n{line}\n")).expect("a file");
            fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("a mode");
        }
        folder
    }

    fn commit(&self, hooks: &Path, round: usize) -> f64 {
        fs::write(self.top.join("src/0/0.txt"), format!("{round} {}\n", hooks.display())).expect("a file");
        fs::write(self.top.join("src/0/1.txt"), format!("{:?}\n", std::time::Instant::now()))
            .expect("a file");
        self.run(&mut self.command("git", &["add", "src/0"]));
        let path = format!("core.hooksPath={}", hooks.display());
        self.run(&mut self.command("git", &["config", "core.hooksPath", &path["core.hooksPath=".len()..]]));
        let before = children();
        self.run(&mut self.command("git", &["commit", "--quiet", "-m", "feat: change two files"]));
        children() - before
    }

    fn home(&self) -> PathBuf {
        self.top.with_extension("home")
    }

    fn command(&self, program: &str, args: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.top).env_clear().args(args);
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("HOME", self.home());
        for (name, value) in [
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("GIT_AUTHOR_NAME", "Maria"),
            ("GIT_AUTHOR_EMAIL", "maria@example.com"),
            ("GIT_COMMITTER_NAME", "Maria"),
            ("GIT_COMMITTER_EMAIL", "maria@example.com"),
            ("LC_ALL", "C"),
        ] {
            command.env(name, value);
        }
        command
    }

    fn run(&self, command: &mut Command) {
        let output = command.output().expect("a child process");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command:?} in {}: {said}", self.top.display());
    }
}

fn count(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

fn is_there(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// Milliseconds of processor time of all children that have ended, and of theirs.
fn children() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").expect("what the kernel knows of this process");
    let after = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks: Vec<f64> =
        after.split_whitespace().skip(13).take(2).filter_map(|tick| tick.parse().ok()).collect();
    // The kernel counts in hundredths of a second.
    ticks.iter().sum::<f64>() * 10.0
}

const LEFTHOOK: &str = "pre-commit: {jobs: [{run: \"true\"}]}\ncommit-msg: {jobs: [{run: \"true\"}]}\n";

const PRE_COMMIT: &str = "repos:
- repo: local
  hooks:
  - {id: a, name: a, entry: \"true\", language: system, stages: [pre-commit], always_run: true, pass_filenames: false}
  - {id: b, name: b, entry: \"true\", language: system, stages: [commit-msg], always_run: true}
";

const COMMITLINT: &str =
    "export default { rules: { 'type-enum': [2, 'always', ['feat', 'fix', 'chore']] } };\n";
