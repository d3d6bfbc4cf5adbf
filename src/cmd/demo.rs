//! `demo`: a throw-away repository with a real history and processes part-way through.

use std::path::{Path, PathBuf};

use clap::Args as ClapArgs;
use serde_json::json;

use crate::error::{Error, Result};
use crate::files::{install, playground};
use crate::process::Call;
use crate::ui::{Line, Style, Text};

use super::context::{Context, Global, Surroundings};
use super::{Answer, Command};

/// Arguments of `demo`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:\n  git track demo\n  git track demo playground")]
pub struct Args {
    /// Where to build it; a new temporary folder when absent
    #[arg(value_name = "DIR")]
    pub folder: Option<PathBuf>,
}

/// A line of the story: who does what, how many minutes after the line before.
enum Scene {
    /// A command of git-track.
    Track(&'static str, &'static [&'static str]),
    /// A command of git.
    Git(&'static str, &'static [&'static str]),
    /// A file that somebody writes.
    Write(&'static str, &'static str),
    /// Minutes that pass.
    Pass(i64),
}

const STORY: &[Scene] = &[
    Scene::Write("README.md", "# Avatar service\n"),
    Scene::Git("alice", &["add", "README.md"]),
    Scene::Git("alice", &["commit", "-qm", "docs: say what this is"]),
    Scene::Track("alice", &["init", "--profile", "program", "--profile", "trace"]),
    Scene::Track("alice", &["new", "program", "Stabilise the platform"]),
    Scene::Track("alice", &["add", "batch", "Critical blockers", "priority=P0", "target=Week 1-2"]),
    Scene::Track(
        "alice",
        &["add", "batch", "Infrastructure", "priority=P1", "target=Week 3-4", "needs=batch-1"],
    ),
    Scene::Track("alice", &["add", "batch", "Security", "priority=P1", "target=Week 5-6", "needs=batch-2"]),
    Scene::Track("alice", &["add", "action", "Make CI green again", "--in", "batch-1", "id=ci-green"]),
    Scene::Track("alice", &["add", "action", "Triage the scan", "--in", "batch-1", "id=scan-triage"]),
    Scene::Track("alice", &["add", "action", "Pin the database image", "--in", "batch-1", "id=pin-image"]),
    Scene::Track("alice", &["add", "risk", "Team burnout", "probability=medium", "impact=high"]),
    Scene::Git("alice", &["add", ".track"]),
    Scene::Git("alice", &["commit", "-qm", "chore(track): plan the stabilisation"]),
    Scene::Pass(60 * 22),
    Scene::Git("bob", &["switch", "-qc", "fix/ci-green-flaky-tests"]),
    Scene::Track("bob", &["start", "batch-1", "ci-green"]),
    Scene::Write("ci.yml", "retries: 0\n"),
    Scene::Git("bob", &["add", "-A"]),
    Scene::Git("bob", &["commit", "-qm", "fix(ci): stop hiding flaky tests"]),
    Scene::Pass(95),
    Scene::Track("bob", &["done", "ci-green", "-m", "The suite is green three times in a row."]),
    Scene::Git("bob", &["commit", "-qam", "chore(track): ci-green done"]),
    Scene::Git("alice", &["switch", "-q", "main"]),
    Scene::Git(
        "alice",
        &[
            "merge",
            "-q",
            "--no-ff",
            "fix/ci-green-flaky-tests",
            "-m",
            "Merge branch 'fix/ci-green-flaky-tests'",
        ],
    ),
    Scene::Track("alice", &["set", "ci_pass_rate", "2026-02-13=96"]),
    Scene::Track("alice", &["start", "pin-image"]),
    Scene::Track(
        "alice",
        &["block", "pin-image", "-m", "The registry is read-only", "--fix", "ask operations on Monday"],
    ),
    Scene::Git("alice", &["commit", "-qam", "chore(track): pin-image waits for operations"]),
    Scene::Pass(40),
    Scene::Git("agent", &["switch", "-qc", "feat/avatar-upload"]),
    Scene::Track("agent", &["new", "trace", "Avatar upload", "--set", "task=Presigned avatar upload"]),
    Scene::Track("agent", &["step", "Set up the route", "--focus", "routing table", "-w", "avatar-upload"]),
    Scene::Write("avatar.py", "def upload():\n    return sign()\n"),
    Scene::Track(
        "agent",
        &[
            "note",
            "--artifact",
            "created:avatar.py",
            "--decision",
            "Sign with five minutes of life",
            "--why",
            "long enough for a phone on a train",
            "-w",
            "avatar-upload",
        ],
    ),
    Scene::Git("agent", &["add", "-A"]),
    Scene::Git("agent", &["commit", "-qm", "feat: accept avatar uploads"]),
    Scene::Pass(25),
    Scene::Track(
        "agent",
        &[
            "step",
            "Validate the token",
            "--focus",
            "JWKS lookup, then expiry",
            "--finish",
            "The route answers and signs.",
            "-w",
            "avatar-upload",
        ],
    ),
    Scene::Git("agent", &["commit", "-qam", "chore(track): begin token validation"]),
    Scene::Git("alice", &["switch", "-q", "main"]),
    Scene::Git(
        "alice",
        &["merge", "-q", "--no-ff", "feat/avatar-upload", "-m", "Merge branch 'feat/avatar-upload'"],
    ),
];

/// 2026-02-12T09:00:00Z, so that the story is the same on every machine.
const BEGIN: i64 = 1_770_886_800;

/// Builds the repository and shows where it stands.
pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    let folder = playground(args.folder.as_ref().map(|folder| context.cwd().join(folder)).as_deref())?;
    let mut stage = Stage { context, folder: folder.clone(), now: BEGIN };
    stage.git("alice", &["init", "-q", "-b", "main", "."])?;
    for (name, value) in
        [("user.name", "alice"), ("user.email", "alice@example.invalid"), ("commit.gpgsign", "false")]
    {
        stage.git("alice", &["config", name, value])?;
    }
    for scene in STORY {
        stage.play(scene)?;
    }
    let shown = folder.display();
    let status = stage.track("alice", &["status"])?;
    let mut text = Text::new();
    text.line(Line::new().add(Style::Strong, "$ git track status"));
    text.extend(status.text);
    text.gap();
    text.line(Line::new().plain("It is yours to play on:"));
    text.line(Line::new().plain("  ").add(Style::Command, format!("cd {shown}")));
    text.line(Line::new().plain("  ").add(Style::Command, "git log --oneline --graph"));
    let program = context.program.clone().map(PathBuf::from).filter(|path| path.components().count() > 1);
    let program =
        program.map_or_else(|| "git track".to_owned(), |path| context.cwd().join(path).display().to_string());
    for line in ["brief -w avatar-upload", "why batch-2", "log"] {
        text.line(Line::new().plain("  ").add(Style::Command, format!("{program} {line}")));
    }
    Ok(Answer::new(text).with("folder", json!(folder)).with("status", json!(status.data)))
}

struct Stage<'a> {
    context: &'a Context,
    folder: PathBuf,
    now: i64,
}

impl Stage<'_> {
    fn play(&mut self, scene: &Scene) -> Result<()> {
        match scene {
            Scene::Track(who, words) => {
                self.now += 60;
                self.track(who, words).map(drop)
            }
            Scene::Git(who, words) => {
                self.now += 60;
                self.git(who, words)
            }
            Scene::Write(name, text) => install(&self.folder, name, text.as_bytes()).map(drop),
            Scene::Pass(minutes) => {
                self.now += minutes * 60;
                Ok(())
            }
        }
    }

    fn track(&self, who: &str, words: &[&str]) -> Result<Answer> {
        let line = std::iter::once("git-track").chain(words.iter().copied());
        let parsed = DemoLine::parse(line)?;
        let mut vars = clean(self.context.vars());
        let now = crate::model::time::Time::from_seconds(self.now);
        vars.insert("GIT_TRACK_NOW".into(), now.to_string().into());
        let json = self.context.global.json;
        let global = Global { actor: Some(who.to_owned()), json, quiet: true, ..parsed.global };
        let around = Surroundings {
            cwd: self.folder.clone(),
            vars,
            seconds: self.now,
            date: now.date().to_string(),
            pid: self.context.pid,
            program: None,
        };
        let context = Context::new(parsed.command.word(), global, around)?;
        super::run(&context, &parsed.command, <DemoLine as clap::CommandFactory>::command())
            .map_err(|error| error.context(format!("git track {}", words.join(" "))))
    }

    fn git(&self, who: &str, words: &[&str]) -> Result<()> {
        let date = format!("{} +0000", self.now);
        let mut call = git(self.context, &self.folder).args(words.iter().copied());
        for role in ["AUTHOR", "COMMITTER"] {
            call = call
                .var(format!("GIT_{role}_NAME"), who)
                .var(format!("GIT_{role}_EMAIL"), format!("{who}@example.invalid"))
                .var(format!("GIT_{role}_DATE"), &date);
        }
        call.checked().map(drop)
    }
}

fn git(context: &Context, folder: &Path) -> Call {
    Call::git_write(folder, &clean(context.vars())).var("GIT_CONFIG_GLOBAL", "/dev/null")
}

type Vars = std::collections::BTreeMap<std::ffi::OsString, std::ffi::OsString>;

// What belongs to the caller's repository or wishes has no part in the story.
fn clean(vars: &Vars) -> Vars {
    let foreign = |name: &str| name.starts_with("GIT_") || name == "EXECUTION_PLAN_PATH";
    vars.iter()
        .filter(|(name, _)| !foreign(&name.to_string_lossy()))
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect()
}

#[derive(clap::Parser)]
struct DemoLine {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

impl DemoLine {
    fn parse<'a>(words: impl Iterator<Item = &'a str>) -> Result<Self> {
        <Self as clap::Parser>::try_parse_from(words)
            .map_err(|error| Error::bug(format!("the demo: {error}")))
    }
}
