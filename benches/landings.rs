//! How far the work is, by git: `git track drift` beside `git branch --merged`, in a repository of 100,000 commits,
//! 2,000 branches and 2,000 items.
//!
//! `cargo bench --locked --bench landings` prints a table and exits with 1 when a limit is passed. Everything is measured
//! in one run, as processor time of children. What the derivation itself costs is `git track drift` less
//! `git track status --short`, which reads the same state and asks git nothing.
//! `BENCH_COMMITS=1000000 BENCH_BRANCHES=10000` is the large repository, in which `git track status` has limits, too.
//! `BENCH_ROUNDS`, `BENCH_COMMITS`, `BENCH_BRANCHES` and `BENCH_KEEP=DIR` change what is measured.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a program of its own that measures from outside"
)]

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

/// Items of a workflow.
const ITEMS: usize = 50;

/// Files of the tree, in folders of equal size.
const FILES: usize = 5_600;
const FOLDERS: usize = 80;

/// So many commits are a large repository, where `git track status` may take this much of `git branch --merged`, and this
/// many megabytes.
const LARGE: usize = 1_000_000;
const STATUS: f64 = 0.02;
const STATUS_MEMORY: f64 = 200.0;

/// Megabytes that a derivation may need.
const MEMORY: f64 = 100.0;

fn main() -> ExitCode {
    let rounds = number("BENCH_ROUNDS", 10);
    let commits = number("BENCH_COMMITS", 100_000);
    let branches = number("BENCH_BRANCHES", 2_000);
    let temporary = tempfile::TempDir::new().expect("a folder for temporary files");
    let kept = std::env::var_os("BENCH_KEEP").map(PathBuf::from);
    let top = kept.unwrap_or_else(|| temporary.path().to_path_buf()).join("work");
    let bench = Bench { top };
    if !bench.top.join(".git").exists() {
        bench.build(commits, branches);
    }
    println!("{commits} commits, {branches} branches and items, {rounds} rounds, ms of processor time");
    let merged = Bench::cost(rounds.div_ceil(3), || bench.git(&["branch", "--merged", "main"]));
    tell("git branch --merged main", merged, None);
    let format = "--format=%(refname) %(ahead-behind:main)";
    tell(
        "git for-each-ref %(ahead-behind:main)",
        Bench::cost(2, || bench.git(&["for-each-ref", format, "refs/heads"])),
        None,
    );
    tell("git status", Bench::cost(rounds, || bench.git(&["status", "--porcelain"])), None);
    let state = Bench::cost(rounds, || bench.track(&["status", "--short"]));
    tell("git track status --short (state only)", state, None);
    let mut passed = true;
    let drift = || bench.track(&["drift"]);
    let cold = Bench::cost(3, || {
        let _ = fs::remove_dir_all(bench.cache());
        drift()
    });
    tell("cold: derivation, messages and changes", cold - state, Some((merged, f64::INFINITY)));
    let _ = fs::remove_dir_all(bench.cache());
    let whole = bench.peak(&["drift"]);
    let _ = drift().output();
    passed &= tell("warm: derivation", Bench::cost(rounds, drift) - state, Some((merged, 0.15)));
    passed &= bench.status(merged, rounds, commits >= LARGE);
    let mut number = 0;
    let mut moved = 0.0;
    for _ in 0..3 {
        number += 1;
        bench.grow(1_000, number);
        moved += Bench::cost(1, drift) / 3.0;
    }
    passed &= tell("1,000 new commits: derivation", moved - state, Some((merged, 0.3)));
    let fits = whole <= MEMORY;
    println!(
        "{:<44} {whole:>9.1} MiB, at most {MEMORY}{}",
        "memory, cold",
        if fits { "" } else { "  exceeded" }
    );
    if passed && fits {
        return ExitCode::SUCCESS;
    }
    println!("a limit is exceeded");
    ExitCode::FAILURE
}

/// Says what something costs, and how that is to something else; whether it keeps the limit.
fn tell(what: &str, cost: f64, beside: Option<(f64, f64)>) -> bool {
    let Some((other, limit)) = beside else {
        println!("{what:<44} {cost:>9.1}");
        return true;
    };
    let ratio = cost / other;
    let most = if limit.is_finite() { format!("at most {limit}") } else { "no limit".to_owned() };
    let passed = if ratio <= limit { "" } else { "  exceeded" };
    println!("{what:<44} {cost:>9.1}  ratio {ratio:>6.3}, {most}{passed}");
    ratio <= limit
}

fn number(name: &str, usual: usize) -> usize {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(usual)
}

/// The repository, and everything that runs in it.
struct Bench {
    top: PathBuf,
}

/// A stream for `git fast-import`, and where its commits are.
struct Stream {
    text: String,
    mark: usize,
    seconds: usize,
    random: u64,
}

impl Stream {
    fn random(&mut self, below: usize) -> usize {
        self.random =
            self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.random >> 33).unwrap_or_default() % below
    }

    /// A commit that changes one file, or the given ones.
    fn commit(&mut self, branch: &str, from: &[usize], message: &str, files: &[(String, String)]) -> usize {
        self.mark += 1;
        self.seconds += 30;
        let (mark, seconds) = (self.mark, self.seconds);
        let _ = write!(
            self.text,
            "commit refs/heads/{branch}\nmark :{mark}\ncommitter Maria <maria@example.com> {seconds} +0000\n\
             data {}\n{message}\n",
            message.len()
        );
        for (index, parent) in from.iter().enumerate() {
            let _ = writeln!(self.text, "{} :{parent}", if index == 0 { "from" } else { "merge" });
        }
        for (path, content) in files {
            let _ = write!(self.text, "M 100644 inline {path}\ndata {}\n{content}\n", content.len());
        }
        self.text.push('\n');
        mark
    }

    fn file(&mut self) -> (String, String) {
        let (file, content) = (self.random(FILES), self.random(1 << 30));
        (path(file), format!("content {content}\n"))
    }
}

fn path(file: usize) -> String {
    format!("src/d{:02}/f{file}.txt", file % FOLDERS)
}

/// What becomes of a branch.
const FATES: usize = 8;

impl Bench {
    /// Makes the history: most of it on the main branch, and branches that leave it in its second half: open, never
    /// begun, merged, squashed with and without a trailer, rebased, moved forward to.
    fn build(&self, commits: usize, branches: usize) {
        fs::create_dir_all(&self.top).expect("a folder");
        fs::create_dir_all(self.home()).expect("a folder");
        run(self.git(&["init", "--quiet", "-b", "main"]));
        let mut importer = self.git(&["fast-import", "--quiet", "--done"]);
        let mut importer = importer.stdin(Stdio::piped()).spawn().expect("git fast-import");
        let mut pipe = importer.stdin.take().expect("a pipe");
        let mut stream = Stream { text: String::new(), mark: 0, seconds: 1_600_000_000, random: 7 };
        let files: Vec<_> = (0..FILES).map(|file| (path(file), format!("{file}\n"))).collect();
        let mut main = stream.commit("main", &[], "feat: begin\n", &files);
        let half = commits / 2;
        let every = (commits - half) / branches.max(1);
        let mut branch = 0;
        for number in 0..commits {
            if number == half {
                let state = Self::state(branches);
                main = stream.commit("main", &[main], "chore(track): plan\n", &state);
            } else if number > half && number % every.max(1) == 0 && branch < branches {
                main = fate(&mut stream, main, branch);
                branch += 1;
            } else {
                let file = stream.file();
                main =
                    stream.commit("main", &[main], &format!("fix: number {number} (#{number})\n"), &[file]);
            }
            if stream.text.len() > 1 << 20 {
                pipe.write_all(stream.text.as_bytes()).expect("room in the pipe");
                stream.text.clear();
            }
        }
        pipe.write_all(stream.text.as_bytes()).expect("room in the pipe");
        pipe.write_all(b"done\n").expect("room in the pipe");
        drop(pipe);
        assert!(importer.wait().expect("git fast-import").success());
        run(self.git(&["reset", "--hard", "--quiet"]));
        run(self.git(&["pack-refs", "--all"]));
        if commits < LARGE {
            run(self.git(&["repack", "-q", "-a", "-d", "--depth=50", "--window=10"]));
        }
        run(self.git(&["commit-graph", "write", "--reachable"]));
        run(self.git(&["tag", "v1.0.0", "main~100"]));
    }

    fn state(items: usize) -> Vec<(String, String)> {
        let config = "schema: 1\nbase: main\nprofiles: [program]\n".to_owned();
        let mut files = vec![(".track/config.yaml".to_owned(), config)];
        for workflow in 0..items.div_ceil(ITEMS) {
            let mut text = format!(
                "schema: 1\nid: plan-{workflow}\nprofile: program\ntitle: Plan {workflow}\nstate: active\nstarted: \"2020-01-01T00:00:00Z\"\nby: maria\nitems:\n"
            );
            for item in (workflow * ITEMS)..((workflow + 1) * ITEMS).min(items) {
                let _ = writeln!(
                    text,
                    "  batch-{item}:\n    title: Piece {item}\n    state: active\n    owner: maria\n    \
                     started: \"2020-01-02T00:00:00Z\"\n    by: maria"
                );
            }
            files.push((format!(".track/workflows/plan-{workflow}.yaml"), text));
        }
        files
    }

    fn grow(&self, commits: usize, round: usize) {
        let mut importer = self.git(&["fast-import", "--quiet", "--done"]);
        let mut importer = importer.stdin(Stdio::piped()).spawn().expect("git fast-import");
        let mut pipe = importer.stdin.take().expect("a pipe");
        let random = u64::try_from(round * 7919).unwrap_or_default();
        let mut stream =
            Stream { text: String::new(), mark: 0, seconds: 1_700_000_000 + round * 100_000, random };
        for number in 0..commits {
            let file = stream.file();
            let from = if number == 0 { "from refs/heads/main^0\n" } else { "" };
            let seconds = stream.seconds + number;
            let message = format!("fix: later {round}.{number}\n");
            let _ = write!(
                stream.text,
                "commit refs/heads/main\ncommitter Maria <maria@example.com> {seconds} +0000\ndata {}\n{message}\n{from}\
                 M 100644 inline {}\ndata {}\n{}\n",
                message.len(),
                file.0,
                file.1.len(),
                file.1
            );
        }
        stream.text.push_str("done\n");
        pipe.write_all(stream.text.as_bytes()).expect("room in the pipe");
        drop(pipe);
        assert!(importer.wait().expect("git fast-import").success());
    }

    /// Milliseconds that a command takes, of so many times.
    fn cost(times: usize, command: impl Fn() -> Command) -> f64 {
        let mut spent = 0.0;
        for _ in 0..times {
            let mut command = command();
            let before = children();
            // A difference is no failure of the measurement.
            let _ = command.stdout(Stdio::null()).stderr(Stdio::null()).status().expect("a child process");
            spent += children() - before;
        }
        spent / f64::from(u32::try_from(times).unwrap_or(1))
    }

    /// What the whole of `git track status` costs where nothing has changed; whether that is little enough.
    fn status(&self, merged: f64, rounds: usize, large: bool) -> bool {
        let status = || self.track(&["status"]);
        let _ = status().output();
        let limit = if large { STATUS } else { f64::INFINITY };
        let warm = Self::cost(rounds, status);
        let quick = tell("warm: git track status, all of it", warm, Some((merged, limit)));
        let memory = self.peak(&["status"]);
        let little = !large || memory <= STATUS_MEMORY;
        let passed = if little { "" } else { "  exceeded" };
        println!(
            "{:<44} {memory:>9.1} MiB, at most {STATUS_MEMORY}{passed}",
            "memory, warm: git track status"
        );
        quick && little
    }

    /// The most memory that a command needs, in MiB.
    fn peak(&self, args: &[&str]) -> f64 {
        let mut child = self.track(args).stdout(Stdio::null()).spawn().expect("a child process");
        let status = format!("/proc/{}/status", child.id());
        let mut most = 0.0_f64;
        while child.try_wait().expect("a child process").is_none() {
            let text = fs::read_to_string(&status).unwrap_or_default();
            let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
            most = most.max(kib.unwrap_or_default() / 1024.0);
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        most
    }

    fn cache(&self) -> PathBuf {
        self.top.join(".git/track/cache")
    }

    fn home(&self) -> PathBuf {
        self.top.with_extension("home")
    }

    fn track(&self, args: &[&str]) -> Command {
        self.command(env!("CARGO_BIN_EXE_git-track"), args)
    }

    fn git(&self, args: &[&str]) -> Command {
        self.command("git", args)
    }

    fn command(&self, program: impl AsRef<Path>, args: &[&str]) -> Command {
        let mut command = Command::new(program.as_ref());
        command.current_dir(&self.top).env_clear().args(args);
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("HOME", self.home());
        command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_TRACK_NOW", "2024-01-01T00:00:00Z");
        command
    }
}

/// Lets a branch leave the main branch, and what becomes of it; the tip of the main branch after that.
fn fate(stream: &mut Stream, main: usize, branch: usize) -> usize {
    let name = format!("feat/batch-{branch}-work");
    let message = |number: usize| format!("feat: piece {branch}, part {number}\n");
    let trailer = format!("Track: plan-{}:batch-{branch}", branch / ITEMS);
    if branch.is_multiple_of(FATES) {
        // Nothing was begun.
        let _ = write!(stream.text, "reset refs/heads/{name}\nfrom :{main}\n\n");
        return main;
    }
    let parts: Vec<(String, String)> = (0..3).map(|_| stream.file()).collect();
    let mut tip = main;
    let with = |number: usize| match branch % FATES {
        4 => format!("{}\n{trailer}\n", message(number)),
        _ => message(number),
    };
    for (number, part) in parts.iter().enumerate() {
        tip = stream.commit(&name, &[tip], &with(number), std::slice::from_ref(part));
    }
    let between = stream.file();
    let moved = stream.commit("main", &[main], "fix: between\n", std::slice::from_ref(&between));
    match branch % FATES {
        1 | 2 => moved,
        3 => {
            let merge = format!("Merge branch '{name}'\n");
            stream.commit("main", &[moved, tip], &merge, &parts)
        }
        // Moved forward to.
        4 => stream.commit("main", &[tip], "fix: after\n", &[between]),
        5 => stream.commit("main", &[moved], &format!("feat: piece {branch}\n\n{trailer}\n"), &parts),
        6 => stream.commit("main", &[moved], &format!("feat: piece {branch} (#{branch})\n"), &parts),
        _ => parts.iter().enumerate().fold(moved, |main, (number, part)| {
            stream.commit("main", &[main], &message(number), std::slice::from_ref(part))
        }),
    }
}

fn run(mut command: Command) {
    let output = command.output().expect("a child process");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
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
