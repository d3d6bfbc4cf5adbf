//! `git track status` beside `git status`, `git track prompt` beside `git --version`, and `git track set` beside `git add`,
//! in a repository of 1,000 workflows.
//!
//! `cargo bench --locked --bench status` prints a table and exits with 1 when a median passes its limit.
//! `BENCH_ROUNDS`, `BENCH_WORKFLOWS` and `BENCH_KEEP=DIR` (build there and leave it) change what is measured.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a program of its own that measures from outside"
)]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output};
use std::time::{Duration, Instant};

/// Items of each workflow.
const ITEMS: usize = 10;

/// A repository to measure in.
struct Variant {
    name: &'static str,
    item: fn(workflow: usize, item: usize) -> String,
    /// How many times as long as `git status` `git track status` may take.
    limit: f64,
}

const VARIANTS: [Variant; 2] =
    [Variant { name: "small", item: small, limit: 12.0 }, Variant { name: "rich", item: rich, limit: 25.0 }];

/// How many times as long as `git status` `git track status` may take where nothing has changed.
const WARM: f64 = 1.5;

/// How many times as long as `git --version` `git track prompt` may take.
const PROMPT: f64 = 2.0;

fn main() -> ExitCode {
    let rounds = number("BENCH_ROUNDS", 15);
    let workflows = number("BENCH_WORKFLOWS", 1_000);
    let temporary = tempfile::TempDir::new().expect("a folder for temporary files");
    let kept = std::env::var_os("BENCH_KEEP").map(PathBuf::from);
    let top = kept.unwrap_or_else(|| temporary.path().to_path_buf());
    let mut passed = true;
    println!(
        "{workflows} workflows of {ITEMS} items, {rounds} rounds, medians in ms; cold: no cache of ours, warm: nothing has changed"
    );
    println!(
        "{:6} {:26} {:>9} {:>9} {:>9} {:>8} {:>7}",
        "items", "", "median", "fastest", "slowest", "ratio", "limit"
    );
    for variant in &VARIANTS {
        let bench = Bench { top: top.join(variant.name) };
        let bytes = bench.build(variant, workflows);
        passed &= bench.looking(variant, rounds);
        passed &= bench.looking_again(variant, rounds);
        bench.changing(variant, rounds);
        println!(
            "{:6} {:26} {bytes:>9} bytes of state, {} for each item",
            variant.name,
            "",
            bytes / workflows / ITEMS
        );
    }
    if passed {
        return ExitCode::SUCCESS;
    }
    println!("a limit is passed");
    ExitCode::FAILURE
}

fn number(name: &str, usual: usize) -> usize {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(usual)
}

/// One repository and everything that runs in it.
struct Bench {
    top: PathBuf,
}

impl Bench {
    /// Makes the repository; the size of its state in bytes.
    fn build(&self, variant: &Variant, workflows: usize) -> usize {
        let folder = self.top.join(".track/workflows");
        fs::create_dir_all(&folder).expect("a folder");
        fs::create_dir_all(self.home()).expect("a folder");
        self.run(&mut self.git(&["init", "--quiet", "-b", "main"]));
        self.run(&mut self.git(&["commit", "--quiet", "--allow-empty", "-m", "chore: begin"]));
        self.run(&mut self.track(&["init", "--profile", "program"]));
        let mut bytes = 0;
        for workflow in 0..workflows {
            let mut text = format!(
                "schema: 1\nid: program-{workflow:04}\nprofile: program\ntitle: Program number {workflow}\nstate: active\n\
                 started: \"2026-02-03T09:00:00Z\"\nby: maria\nitems:\n"
            );
            for item in 0..ITEMS {
                text.push_str(&(variant.item)(workflow, item));
            }
            bytes += text.len();
            fs::write(folder.join(format!("program-{workflow:04}.yaml")), text).expect("a file");
        }
        self.run(&mut self.git(&["add", "-A"]));
        self.run(&mut self.git(&["commit", "--quiet", "-m", "chore(track): begin"]));
        bytes
    }

    /// Measures reading; whether the limit holds.
    fn looking(&self, variant: &Variant, rounds: usize) -> bool {
        let mut git = Times::default();
        let mut status = Times::default();
        let mut json = Times::default();
        for _ in 0..=rounds {
            self.cold();
            status.add(self.time(&mut self.track(&["status"])));
            self.cold();
            json.add(self.time(&mut self.track(&["status", "--json"])));
            git.add(self.time(&mut self.git(&["status"])));
        }
        let base = git.median();
        let ratio = status.line(variant.name, "git track status", base, Some(variant.limit));
        json.line(variant.name, "git track status --json", base, None);
        git.line(variant.name, "git status", base, None);
        ratio <= variant.limit
    }

    /// Measures reading where nothing has changed; whether the limits hold.
    fn looking_again(&self, variant: &Variant, rounds: usize) -> bool {
        let mut all: [Times; 5] = Default::default();
        for _ in 0..=rounds {
            let commands = [
                self.git(&["status"]),
                self.track(&["status"]),
                self.track(&["status", "--json"]),
                self.git(&["--version"]),
                self.track(&["prompt"]),
            ];
            for (times, mut command) in all.iter_mut().zip(commands) {
                times.add(self.time(&mut command));
            }
        }
        let [git, status, json, version, prompt] = &all;
        let ratio = status.line(variant.name, "warm: git track status", git.median(), Some(WARM));
        json.line(variant.name, "warm: the same --json", git.median(), None);
        git.line(variant.name, "git status", git.median(), None);
        let short = prompt.line(variant.name, "git track prompt", version.median(), Some(PROMPT));
        version.line(variant.name, "git --version", version.median(), None);
        ratio <= WARM && short <= PROMPT
    }

    /// Measures a change of one field, beside staging one file.
    fn changing(&self, variant: &Variant, rounds: usize) {
        let mut git = Times::default();
        let mut set = Times::default();
        for round in 0..=rounds {
            let owner = format!("owner=owner{round}");
            set.add(self.time(&mut self.track(&["set", "program-0007:batch-3", &owner])));
            fs::write(self.top.join("beside.txt"), &owner).expect("a file");
            git.add(self.time(&mut self.git(&["add", "beside.txt"])));
        }
        let base = git.median();
        set.line(variant.name, "git track set", base, None);
        git.line(variant.name, "git add", base, None);
    }

    fn home(&self) -> PathBuf {
        self.top.with_extension("home")
    }

    fn cold(&self) {
        let _ = fs::remove_dir_all(self.top.join(".git/track/cache"));
    }

    fn git(&self, args: &[&str]) -> Command {
        self.command("git".as_ref(), args)
    }

    fn track(&self, args: &[&str]) -> Command {
        self.command(env!("CARGO_BIN_EXE_git-track").as_ref(), args)
    }

    // Nothing of the machine but the search path; one clock for all.
    fn command(&self, program: &Path, args: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.top).env_clear().args(args);
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("HOME", self.home());
        for (name, value) in [
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("GIT_CONFIG_GLOBAL", "/dev/null"),
            ("GIT_AUTHOR_NAME", "Maria"),
            ("GIT_AUTHOR_EMAIL", "maria@example.com"),
            ("GIT_COMMITTER_NAME", "Maria"),
            ("GIT_COMMITTER_EMAIL", "maria@example.com"),
            ("GIT_TRACK_NOW", "2026-02-13T09:00:00Z"),
            ("LC_ALL", "C"),
        ] {
            command.env(name, value);
        }
        command
    }

    fn run(&self, command: &mut Command) -> Output {
        let output = command.output().expect("a child process");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command:?} in {}: {said}", self.top.display());
        output
    }

    fn time(&self, command: &mut Command) -> Duration {
        let start = Instant::now();
        let output = self.run(command);
        let taken = start.elapsed();
        assert!(
            !String::from_utf8_lossy(&output.stdout).contains("Broken"),
            "{command:?} found broken files"
        );
        taken
    }
}

/// What one command took, the first time left out: it warms the page cache and git's index.
#[derive(Default)]
struct Times {
    first: Option<Duration>,
    all: Vec<Duration>,
}

impl Times {
    fn add(&mut self, taken: Duration) {
        if self.first.is_none() {
            self.first = Some(taken);
        } else {
            self.all.push(taken);
        }
    }

    fn median(&self) -> f64 {
        let mut all = self.all.clone();
        all.sort();
        all.get(all.len() / 2).map_or(f64::NAN, |middle| middle.as_secs_f64() * 1e3)
    }

    /// Prints a line of the table; how many times as long as `base` it took.
    fn line(&self, variant: &str, command: &str, base: f64, limit: Option<f64>) -> f64 {
        let ms = |time: Option<&Duration>| time.map_or(f64::NAN, |time| time.as_secs_f64() * 1e3);
        let (fast, slow) = (ms(self.all.iter().min()), ms(self.all.iter().max()));
        let median = self.median();
        let ratio = median / base;
        let limit = limit.map(|limit| format!("{limit}")).unwrap_or_default();
        println!("{variant:6} {command:26} {median:>9.1} {fast:>9.1} {slow:>9.1} {ratio:>8.2} {limit:>7}");
        ratio
    }
}

/// A title, a state, one need.
fn small(_workflow: usize, item: usize) -> String {
    let mut text = format!("  batch-{}:\n    title: Batch number {item}\n", item + 1);
    match item {
        0 => text.push_str("    state: done\n    started: \"2026-02-03T09:00:00Z\"\n    finished: \"2026-02-04T09:00:00Z\"\n"),
        1 => text.push_str("    state: active\n    started: \"2026-02-04T09:00:00Z\"\n    needs: [batch-1]\n"),
        _ => {
            let _ = writeln!(text, "    needs: [batch-{item}]");
        }
    }
    text
}

/// An item that has been worked on for a while: about 0.85 kB.
fn rich(workflow: usize, item: usize) -> String {
    let mut text = small(workflow, item);
    let _ = write!(
        text,
        "    priority: P{}
    owner: engineer-{}
    target: Week {}-{}
    due: \"2026-03-{:02}\"
    progress: {}
    focus: Narrowing down what is left of the work on part {item}
    summary: The pool drains in four minutes instead of eleven.
    decisions:
      d1:
        text: Keep the previous driver until the pool is drained
        why: the new one drops connections under load
        by: engineer-{}
        at: \"2026-02-05T10:12:00Z\"
    notes:
      n1:
        text: Measured again after the upgrade; the numbers are in the report
        by: maria
        at: \"2026-02-06T08:00:00Z\"
    blockers:
      b1:
        text: The registry is read-only during the migration
        fix: ask operations on Monday
        since: \"2026-02-03T09:12:00Z\"
        cleared: \"2026-02-04T09:12:00Z\"
",
        item % 4,
        workflow % 17,
        item + 1,
        item + 2,
        item + 1,
        if item == 0 { 100 } else { item * 7 },
        workflow % 13,
    );
    text
}
