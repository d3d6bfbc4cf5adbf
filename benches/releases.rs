//! What the next version costs: `git track version next` and `git track bump --dry-run` beside `git log` over the same
//! commits, in repositories of 10,000 commits; and `git track check --message` beside a program that does nothing.
//!
//! `cargo bench --locked --bench releases` prints a table and exits with 1 when a median passes its limit. Peers are
//! measured where they are on the PATH: cog, git-cliff, cz and bump-my-version.
//! `BENCH_ROUNDS`, `BENCH_COMMITS` and `BENCH_KEEP=DIR` (build there and leave it) change what is measured.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a program of its own that measures from outside"
)]

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

/// A history to measure in.
struct Variant {
    name: &'static str,
    /// How many tags of releases it has.
    tags: usize,
    /// The last of them.
    version: &'static str,
    /// How many times as long as `git log` `git track version next` may take.
    limit: f64,
}

const VARIANTS: [Variant; 2] = [
    Variant { name: "flat", tags: 1, version: "1.2.3", limit: 1.5 },
    Variant { name: "tagged", tags: 200, version: "1.199.0", limit: 2.0 },
];

/// How many commits came since the last of several tags.
const UNRELEASED: usize = 54;

/// How many times as long as a program that does nothing the check of a message may take.
const MESSAGE: f64 = 2.0;

/// The files of a history that it changes in turn.
const FILES: usize = 400;

/// Programs of others that say the next version: what is on the PATH, and what it is asked.
const PEERS: [(&str, &[&str]); 4] = [
    ("cog", &["bump", "--auto", "--dry-run"]),
    ("git-cliff", &["--bumped-version", "--unreleased"]),
    ("cz", &["bump", "--get-next", "--yes"]),
    ("bump-my-version", &["bump", "minor", "--dry-run"]),
];

fn main() -> ExitCode {
    let rounds = number("BENCH_ROUNDS", 15);
    let commits = number("BENCH_COMMITS", 10_000);
    let temporary = tempfile::TempDir::new().expect("a folder for temporary files");
    let kept = std::env::var_os("BENCH_KEEP").map(PathBuf::from);
    let top = kept.unwrap_or_else(|| temporary.path().to_path_buf());
    println!("{commits} commits, {rounds} rounds, medians in ms, output to nowhere");
    println!("{:7} {:42} {:>9} {:>9} {:>8} {:>7}", "history", "", "median", "fastest", "ratio", "limit");
    let mut passed = true;
    for variant in &VARIANTS {
        let bench = Bench { top: top.join(variant.name) };
        if !bench.top.join(".git").exists() {
            bench.build(variant, commits);
        }
        passed &= bench.versions(variant, rounds);
        passed &= bench.message(variant, rounds * 4);
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

/// A command and what it took.
struct Measured {
    name: String,
    command: Box<dyn Fn() -> Command>,
    limit: Option<f64>,
    all: Vec<Duration>,
}

impl Bench {
    /// Makes the history with `git fast-import`: one line of commits, with the files of versions in the first one.
    fn build(&self, variant: &Variant, commits: usize) {
        fs::create_dir_all(&self.top).expect("a folder");
        fs::create_dir_all(self.home()).expect("a folder");
        run(self.git(&["init", "--quiet", "-b", "main"]));
        let mut importer = self.git(&["fast-import", "--quiet", "--done"]);
        let mut importer = importer.stdin(Stdio::piped()).spawn().expect("git fast-import");
        let mut pipe = importer.stdin.take().expect("a pipe");
        let mut text = String::new();
        let due = |tags: usize| tags * commits.saturating_sub(UNRELEASED + 1) / (variant.tags - 1).max(1);
        let mut tags = 0;
        for at in 0..commits {
            commit(&mut text, at, &if at == 0 { files(variant.version) } else { vec![changed(at)] });
            if tags < variant.tags && at == due(tags) {
                let version =
                    if variant.tags == 1 { variant.version.to_owned() } else { format!("1.{tags}.0") };
                tag(&mut text, at, &version);
                tags += 1;
            }
            if text.len() > 1 << 20 {
                pipe.write_all(text.as_bytes()).expect("room in the pipe");
                text.clear();
            }
        }
        text.push_str("done\n");
        pipe.write_all(text.as_bytes()).expect("room in the pipe");
        drop(pipe);
        assert!(importer.wait().expect("git fast-import").success());
        assert_eq!(tags, variant.tags, "tags of {}", variant.name);
        run(self.git(&["reset", "--hard", "--quiet"]));
        run(self.git(&["pack-refs", "--all"]));
        run(self.git(&["commit-graph", "write", "--reachable"]));
        fs::write(self.top.join(".git/MESSAGE"), message(3)).expect("a file");
    }

    /// Measures the next version; whether the limit holds.
    fn versions(&self, variant: &Variant, rounds: usize) -> bool {
        let range = format!("v{}..HEAD", variant.version);
        let mut all = vec![
            self.measured("git", &["log", "--format=%B", &range], None),
            self.measured(OURS, &["version", "next"], Some(variant.limit)),
            self.measured(OURS, &["bump", "--dry-run"], None),
        ];
        for (program, args) in PEERS {
            if !is_there(program) {
                println!("{:7} {program:42} not installed", variant.name);
                continue;
            }
            let peer = self.measured(program, args, None);
            let failed = (peer.command)().output().expect("a child process");
            if failed.status.success() {
                all.push(peer);
            } else {
                let said = String::from_utf8_lossy(&failed.stderr);
                println!("{:7} {:42} fails: {}", variant.name, peer.name, said.lines().last().unwrap_or(""));
            }
        }
        measure(&mut all, rounds);
        tell(variant.name, &all)
    }

    /// Measures the check of one message; whether the limit holds.
    fn message(&self, variant: &Variant, rounds: usize) -> bool {
        let mut all = [
            self.measured("true", &[], None),
            self.measured(OURS, &["check", "--message", ".git/MESSAGE"], Some(MESSAGE)),
            self.measured("git", &["--version"], None),
        ];
        measure(&mut all, rounds);
        tell(variant.name, &all)
    }

    fn measured(&self, program: &str, args: &[&str], limit: Option<f64>) -> Measured {
        let name = if program == OURS { "git track" } else { program };
        let name = [&[name], args].concat().join(" ");
        let own: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
        let (bench, program) = (Self { top: self.top.clone() }, program.to_owned());
        let command = Box::new(move || {
            let args: Vec<&str> = own.iter().map(String::as_str).collect();
            bench.command(&program, &args)
        });
        Measured { name, command, limit, all: Vec::new() }
    }

    fn home(&self) -> PathBuf {
        self.top.with_extension("home")
    }

    fn git(&self, args: &[&str]) -> Command {
        self.command("git", args)
    }

    // Nothing of the machine but the search path.
    fn command(&self, program: &str, args: &[&str]) -> Command {
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
            ("LC_ALL", "C.UTF-8"),
        ] {
            command.env(name, value);
        }
        command
    }
}

/// The program that is measured.
const OURS: &str = env!("CARGO_BIN_EXE_git-track");

/// Runs commands in turn; the first round warms the page cache and is left out.
fn measure(all: &mut [Measured], rounds: usize) {
    for round in 0..=rounds {
        for measured in all.iter_mut() {
            let mut command = (measured.command)();
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            let start = Instant::now();
            let status = command.status().expect("a child process");
            let taken = start.elapsed();
            assert!(status.success(), "{}: {status}", measured.name);
            measured.all.extend((round > 0).then_some(taken));
        }
    }
}

/// Prints what was measured beside the first of it; whether all limits hold.
fn tell(history: &str, all: &[Measured]) -> bool {
    let ms = |time: Option<&Duration>| time.map_or(f64::NAN, |time| time.as_secs_f64() * 1e3);
    let mut passed = true;
    let mut base = f64::NAN;
    for (at, measured) in all.iter().enumerate() {
        let mut sorted = measured.all.clone();
        sorted.sort();
        let median = ms(sorted.get(sorted.len() / 2));
        base = if at == 0 { median } else { base };
        let ratio = median / base;
        passed &= measured.limit.is_none_or(|limit| ratio <= limit);
        let limit = measured.limit.map(|limit| format!("{limit}")).unwrap_or_default();
        let fastest = ms(sorted.first());
        println!("{history:7} {:42} {median:>9.1} {fastest:>9.1} {ratio:>8.2} {limit:>7}", measured.name);
    }
    passed
}

fn is_there(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

fn run(mut command: Command) {
    let output = command.output().expect("a child process");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn commit(text: &mut String, at: usize, files: &[(String, String)]) {
    let (mark, seconds, message) = (at + 1, 1_600_000_000 + at * 3_000, message(at));
    let _ = write!(
        text,
        "commit refs/heads/main\nmark :{mark}\ncommitter Maria <maria@example.com> {seconds} +0000\ndata {}\n{message}\n",
        message.len()
    );
    if at > 0 {
        let _ = writeln!(text, "from :{at}");
    }
    for (path, content) in files {
        let _ = write!(text, "M 100644 inline {path}\ndata {}\n{content}\n", content.len());
    }
    text.push('\n');
}

fn tag(text: &mut String, at: usize, version: &str) {
    let (mark, seconds, message) = (at + 1, 1_600_000_000 + at * 3_000, format!("Release {version}\n"));
    let _ = write!(
        text,
        "tag v{version}\nfrom :{mark}\ntagger Maria <maria@example.com> {seconds} +0000\ndata {}\n{message}\n",
        message.len()
    );
}

/// The types of commits, in turn.
const KINDS: [&str; 8] = ["fix", "docs", "feat", "chore", "refactor", "test", "fix", "perf"];

/// A conventional message; one in two has a body, and one in four a footer.
fn message(at: usize) -> String {
    let kind = KINDS.get(at % KINDS.len()).unwrap_or(&"fix");
    let scope = match at % 4 {
        1 => "(api)",
        2 => "(reader)",
        _ => "",
    };
    let mut text = format!("{kind}{scope}: settle what number {at} left open (#{at})\n");
    if at % 2 == 1 {
        let _ = write!(
            text,
            "\nThe reader took the first of several answers for the only one, which part {} relies on.\n\
             Both ways are kept until the others have moved:\n\n- the old one for those who ask by name\n- the new one\n",
            at % 17
        );
    }
    if at % 4 == 3 {
        let _ = write!(text, "\nRefs: #{}\nReviewed-by: Maria <maria@example.com>\n", at / 2);
    }
    text
}

fn changed(at: usize) -> (String, String) {
    (format!("src/part-{}.txt", at % FILES), format!("content {at}\n"))
}

/// The files of the first commit: the versions, ours and what peers want to know.
fn files(version: &str) -> Vec<(String, String)> {
    [
        ("package.json", "{\n  \"name\": \"demo\",\n  \"version\": \"VERSION\"\n}\n"),
        ("pyproject.toml", "[project]\nname = \"demo\"\nversion = \"VERSION\"\n"),
        (".claude-plugin/plugin.json", "{\n  \"name\": \"demo\",\n  \"version\": \"VERSION\"\n}\n"),
        ("Cargo.toml", "[package]\nname = \"demo\"\nversion = \"VERSION\"\nedition = \"2024\"\n"),
        (".track/config.yaml", CONFIG),
        ("cog.toml", "tag_prefix = \"v\"\n"),
        (".cz.toml", CZ),
        (".bumpversion.toml", BUMP_MY_VERSION),
    ]
    .map(|(path, content)| (path.to_owned(), content.replace("VERSION", version)))
    .into()
}

const CONFIG: &str = "schema: 1
base: main
profiles: [program]
versions:
  demo:
    policy: lockstep
    locations:
    - {file: package.json, path: version}
    - {file: pyproject.toml, path: project.version}
    - {file: .claude-plugin/plugin.json, path: version}
    - {file: Cargo.toml, path: package.version}
";

const CZ: &str = "[tool.commitizen]
name = \"cz_conventional_commits\"
version = \"VERSION\"
tag_format = \"v$version\"
version_files = [\"package.json:version\", \"pyproject.toml:version\", \"Cargo.toml:version\"]
";

const BUMP_MY_VERSION: &str = "[tool.bumpversion]
current_version = \"VERSION\"
[[tool.bumpversion.files]]
filename = \"package.json\"
[[tool.bumpversion.files]]
filename = \"pyproject.toml\"
[[tool.bumpversion.files]]
filename = \"Cargo.toml\"
[[tool.bumpversion.files]]
filename = \".claude-plugin/plugin.json\"
";
