//! `demo`: a throw-away repository with a real history and processes part-way through.

mod change;
mod judged;
mod story;

use std::path::{Path, PathBuf};

use clap::Args as ClapArgs;
use serde_json::json;

use crate::error::{Error, Result};
use crate::files::{install, playground};
use crate::process::Call;
use crate::ui::{Line, Style, Text};

use super::context::{Context, Global, Surroundings};
use super::{Answer, Command};

use story::Scene;

/// Arguments of `demo`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:\n  git track demo\n  git track demo playground")]
pub struct Args {
    /// Where to build it; a new temporary folder when absent
    #[arg(value_name = "DIR")]
    pub folder: Option<PathBuf>,
}

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
    for scene in story::chapters() {
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
            Scene::Write(path, text) => {
                let (folder, name) = path.rsplit_once('/').unwrap_or((".", path));
                install(&self.folder.join(folder), name, text.as_bytes()).map(drop)
            }
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
        // Whoever plays the story may be an agent; those in it are who they are.
        vars.insert("GIT_TRACK_ACTOR_KIND".into(), "human".into());
        let json = self.context.global.json;
        let global = Global { actor: Some(who.to_owned()), json, quiet: true, ..parsed.global };
        let around = Surroundings {
            cwd: self.folder.clone(),
            vars,
            seconds: self.now,
            date: String::new,
            pid: self.context.pid,
            program: None,
            executable: self.context.executable.clone(),
        };
        let context = Context::new(parsed.command.word(), global, around)?;
        super::run(&context, &parsed.command, <DemoLine as clap::CommandFactory>::command)
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
