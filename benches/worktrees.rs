//! `git track status` in a repository with many worktrees, beside the slowest `git status` of one of them.
//!
//! `cargo bench --locked --bench worktrees` prints a table. `BENCH_ROUNDS`, `BENCH_TREES` and `BENCH_FILES` change what is
//! measured.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a program of its own that measures from outside"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

fn main() {
    let (rounds, trees, files) =
        (number("BENCH_ROUNDS", 9), number("BENCH_TREES", 50), number("BENCH_FILES", 2_000));
    let temporary = tempfile::TempDir::new().expect("a folder for temporary files");
    let yard = Yard { root: temporary.path().canonicalize().expect("a path") };
    let places = yard.build(trees, files);
    let main = yard.root.join("main");
    let mut single = vec![Vec::new(); places.len()];
    let (mut status, mut patient, mut all) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..=rounds {
        status.push(time(&mut yard.track(&main, &["status"])));
        patient.push(time(yard.track(&main, &["status"]).env("GIT_TRACK_PATIENCE_MS", "60000")));
        let start = Instant::now();
        for (place, times) in places.iter().zip(&mut single) {
            times.push(time(&mut yard.command("git", place, &["status", "--porcelain"])));
        }
        all.push(start.elapsed());
    }
    let slowest = single.iter().map(|times| median(times)).max().unwrap_or_default();
    println!("{trees} worktrees of {files} files, {rounds} rounds, medians in ms");
    let lines = [
        ("slowest `git status` of one", slowest),
        ("`git status` in each, one by one", median(&all)),
        ("`git track status`", median(&status)),
        ("the same, waiting for all", median(&patient)),
    ];
    for (name, time) in lines {
        let ratio = time.as_secs_f64() / slowest.as_secs_f64();
        println!("{name:34} {:>9.1} {ratio:>7.2} x", time.as_secs_f64() * 1000.0);
    }
}

fn number(name: &str, usual: usize) -> usize {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(usual)
}

fn time(command: &mut Command) -> Duration {
    let start = Instant::now();
    let output = command.output().expect("a program");
    let spent = start.elapsed();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    spent
}

// The first round warms up.
fn median(times: &[Duration]) -> Duration {
    let mut times: Vec<Duration> = times.iter().skip(1).copied().collect();
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

struct Yard {
    root: PathBuf,
}

impl Yard {
    /// A plan with an item for each worktree, where its branch is checked out and a file is changed; the worktrees.
    fn build(&self, trees: usize, files: usize) -> Vec<PathBuf> {
        let main = self.root.join("main");
        fs::create_dir_all(&main).expect("a folder");
        self.good("git", &main, &["init", "--quiet", "-b", "main"]);
        for file in 0..files {
            let folder = main.join(format!("src/{}", file / 100));
            fs::create_dir_all(&folder).expect("a folder");
            fs::write(folder.join(format!("{file}.txt")), format!("file {file}\n")).expect("a file");
        }
        self.good(env!("CARGO_BIN_EXE_git-track"), &main, &["init", "--profile", "program"]);
        self.good(env!("CARGO_BIN_EXE_git-track"), &main, &["new", "program", "Many"]);
        for item in 1..=trees {
            let title = format!("Item {item}");
            self.good(env!("CARGO_BIN_EXE_git-track"), &main, &["add", "batch", &title]);
        }
        self.good("git", &main, &["add", "-A"]);
        self.good("git", &main, &["commit", "--quiet", "-m", "chore: begin"]);
        let tree = |item: usize| {
            let place = self.root.join(format!("tree-{item}"));
            let (at, branch) =
                (format!("--worktree={}", place.display()), format!("--branch=feat/batch-{item}"));
            let start = ["start", &format!("batch-{item}"), &branch, &at];
            self.good(env!("CARGO_BIN_EXE_git-track"), &main, &start);
            fs::write(place.join("src/0/0.txt"), "changed\n").expect("a file");
            place
        };
        (1..=trees).map(tree).collect()
    }

    fn track(&self, cwd: &Path, args: &[&str]) -> Command {
        self.command(env!("CARGO_BIN_EXE_git-track"), cwd, args)
    }

    fn good(&self, program: &str, cwd: &Path, args: &[&str]) {
        time(&mut self.command(program, cwd, args));
    }

    fn command(&self, program: &str, cwd: &Path, args: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.current_dir(cwd).args(args).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("HOME", &self.root);
        for (name, value) in [
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("GIT_AUTHOR_NAME", "maria"),
            ("GIT_AUTHOR_EMAIL", "maria@example.com"),
            ("GIT_COMMITTER_NAME", "maria"),
            ("GIT_COMMITTER_EMAIL", "maria@example.com"),
            ("GIT_OPTIONAL_LOCKS", "0"),
        ] {
            command.env(name, value);
        }
        command
    }
}
