//! What every command knows: where it was called, when, by whom, and the global options.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use clap::ValueEnum;

use crate::error::{Error, Result};
use crate::files::is_folder;
use crate::git::{Env, Repo, nearby, open};
use crate::model::actor::ActorKind;
use crate::model::path::RepoPath;
use crate::model::time::{Date, Time};
use crate::moves::fields::Setting;
use crate::store::Store;
use crate::ui::{Color, Progress, Text, Ui, Wishes};

/// The variable that says whether whoever acts is a person or an agent.
pub(super) const ACTOR_KIND: &str = "GIT_TRACK_ACTOR_KIND";

/// Options of every command.
#[derive(Clone, Debug, Default, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Global {
    /// Run as if called in DIR
    #[arg(short = 'C', value_name = "DIR", global = true, help_heading = "Global options")]
    pub dir: Option<PathBuf>,
    /// The workflow that is meant
    #[arg(short, long, value_name = "ID", global = true, help_heading = "Global options")]
    pub workflow: Option<String>,
    /// A plan file that holds the only workflow that is meant
    #[arg(long, value_name = "FILE", global = true, help_heading = "Global options")]
    pub plan: Option<PathBuf>,
    /// Who is acting
    ///
    /// Whether that is a person or an agent is said by `GIT_TRACK_ACTOR_KIND` (human or agent), else by the variables of
    /// `roles.agent_env` in the configuration, and by the roster of a workflow; `git track doctor` says which.
    #[arg(long = "as", value_name = "NAME", global = true, help_heading = "Global options")]
    pub actor: Option<String>,
    /// Print one JSON document
    #[arg(long, global = true, help_heading = "Global options")]
    pub json: bool,
    /// Say what would be done and do nothing
    #[arg(long, global = true, help_heading = "Global options")]
    pub dry_run: bool,
    /// When to use colour
    #[arg(
        long,
        value_name = "WHEN",
        value_enum,
        default_value = "auto",
        global = true,
        help_heading = "Global options"
    )]
    pub color: ColorArg,
    /// Print only errors
    #[arg(short, long, global = true, help_heading = "Global options")]
    pub quiet: bool,
    /// Print more
    #[arg(short, long, global = true, help_heading = "Global options")]
    pub verbose: bool,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum ColorArg {
    /// On a terminal
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What `cli` read once: where the program was called, the environment, the clock.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// The current directory.
    pub cwd: PathBuf,
    /// The environment.
    pub vars: BTreeMap<OsString, OsString>,
    /// Seconds since 1970.
    pub seconds: i64,
    /// Finds out the local calendar date: `YYYY-MM-DD`.
    pub date: fn() -> String,
    /// The process.
    pub pid: u32,
    /// How the program was called.
    pub program: Option<OsString>,
    /// The file of the program.
    pub executable: Option<PathBuf>,
}

/// What every command knows.
#[derive(Clone)]
pub struct Context {
    /// The global options.
    pub global: Global,
    /// The printer.
    pub ui: Ui,
    /// The moment of the command.
    pub now: Time,
    /// The process.
    pub pid: u32,
    /// How the program was called.
    pub program: Option<OsString>,
    /// The file of the program.
    pub executable: Option<PathBuf>,
    /// The command, for those who have to wait for it.
    pub command: &'static str,
    env: Env,
    vars: BTreeMap<OsString, OsString>,
    date: fn() -> String,
    is_fixed: bool,
    /// From where somebody acts who writes elsewhere.
    from: Option<From>,
}

/// The worktree from which somebody acts.
#[derive(Clone, Debug)]
pub struct From {
    /// Its top.
    pub tree: PathBuf,
    /// Its git directory.
    pub dir: PathBuf,
    /// The branch that is checked out there.
    pub branch: Option<String>,
}

impl Context {
    /// From the command, the options and what `cli` read once.
    pub fn new(command: &'static str, global: Global, around: Surroundings) -> Result<Self> {
        let Surroundings { cwd, vars, seconds, date, pid, program, executable } = around;
        let cwd = match &global.dir {
            Some(dir) => cwd.join(dir),
            None => cwd,
        };
        if !is_folder(&cwd) {
            return Err(Error::usage(format!("there is no directory {}", cwd.display())));
        }
        let text = |name: &str| {
            vars.get(OsStr::new(name)).and_then(|value| value.to_str()).filter(|v| !v.is_empty())
        };
        let fixed = text("GIT_TRACK_NOW");
        let now = match fixed {
            Some(fixed) => {
                Time::parse(fixed).map_err(|error| Error::usage(format!("GIT_TRACK_NOW: {error}")))?
            }
            None => Time::from_seconds(seconds),
        };
        let is_fixed = fixed.is_some();
        let wishes = Wishes {
            plain: text("NO_COLOR").is_some() || text("TERM") == Some("dumb"),
            forced: text("CLICOLOR_FORCE").is_some_and(|v| v != "0")
                || text("FORCE_COLOR").is_some_and(|v| v != "0"),
            paged: text("GIT_PAGER_IN_USE") == Some("true"),
        };
        let color = match global.color {
            ColorArg::Auto => Color::Auto,
            ColorArg::Always => Color::Always,
            ColorArg::Never => Color::Never,
        };
        let ui = Ui::new(color, wishes, global.json, global.quiet);
        let env = Env::new(cwd, vars.clone().into_iter().collect());
        Ok(Self { global, ui, now, pid, program, executable, command, env, vars, date, is_fixed, from: None })
    }

    /// Whether the clock stands still: `GIT_TRACK_NOW`.
    pub fn is_fixed(&self) -> bool {
        self.is_fixed
    }

    /// A variable of the environment that is text and not empty.
    pub fn var(&self, name: &str) -> Option<&str> {
        self.vars.get(OsStr::new(name)).and_then(|value| value.to_str()).filter(|value| !value.is_empty())
    }

    /// The whole environment.
    pub fn vars(&self) -> &BTreeMap<OsString, OsString> {
        &self.vars
    }

    /// The directory that the command is about.
    pub fn cwd(&self) -> &std::path::Path {
        &self.env.cwd
    }

    /// The local calendar date: what new ids carry.
    pub fn local_date(&self) -> Result<Date> {
        if self.is_fixed { Ok(self.now.date()) } else { Date::parse(&(self.date)()) }
    }

    /// The repository.
    pub fn repo(&self) -> Result<Repo> {
        open(&self.env)
    }

    /// The git directory of the worktree, without opening the repository.
    pub fn nearby(&self) -> Option<PathBuf> {
        nearby(&self.env)
    }

    /// The repository of another work tree.
    pub fn beside(&self, top: &std::path::Path) -> Result<Repo> {
        open(&self.env_at(top))
    }

    /// The same command in another work tree.
    #[must_use]
    pub fn moved(&self, top: &std::path::Path) -> Self {
        Self { env: self.env_at(top), ..self.clone() }
    }

    /// The same command, which writes in another work tree and is given from here.
    #[must_use]
    pub fn writing_in(&self, top: &std::path::Path, from: From) -> Self {
        Self { from: Some(from), ..self.moved(top) }
    }

    /// From where somebody acts, when that is another worktree than the one that is written in.
    pub fn from(&self) -> Option<&From> {
        self.from.as_ref()
    }

    fn env_at(&self, top: &std::path::Path) -> Env {
        Env {
            cwd: top.to_owned(),
            git_dir: None,
            work_tree: None,
            index_file: None,
            vars: self.env.vars.clone(),
        }
    }

    /// What shows how far something is that takes long.
    pub fn progress(&self) -> Progress {
        self.ui.progress()
    }

    /// The state of the repository; with the plan file, where one is asked for.
    pub fn store(&self) -> Result<Store> {
        let repo = self.repo()?;
        let plan = self.plan(&repo)?;
        Store::new(repo, plan, self.texts())
    }

    /// The state in the commits and the index of a repository that may be bare.
    pub fn history(&self) -> Result<Store> {
        Ok(Store::without_files(self.repo()?, None, self.texts()))
    }

    fn texts(&self) -> BTreeMap<String, String> {
        let text =
            |name: &OsString, value: &OsString| Some((name.to_str()?.to_owned(), value.to_str()?.to_owned()));
        self.vars.iter().filter_map(|(name, value)| text(name, value)).collect()
    }

    /// What whoever acts is: `GIT_TRACK_ACTOR_KIND`, else an agent where one of these variables is set. Who stands on a
    /// roster is an agent of that workflow besides.
    pub fn actor_kind(&self, agent_variables: &[String]) -> Result<ActorKind> {
        if let Some(said) = self.var(ACTOR_KIND) {
            return ActorKind::parse(said).ok_or_else(|| {
                Error::usage(format!("{ACTOR_KIND} is `{said}`")).hint("it says human or agent")
            });
        }
        let agent = agent_variables.iter().any(|name| self.var(name).is_some());
        Ok(if agent { ActorKind::Agent } else { ActorKind::Person })
    }

    /// Who acts: `--as`, `GIT_TRACK_ACTOR`, git's user.
    pub fn actor(&self, repo: &Repo) -> Result<String> {
        let said = self.global.actor.as_deref().or_else(|| self.var("GIT_TRACK_ACTOR")).map(str::trim);
        if let Some(said) = said.filter(|said| !said.is_empty()) {
            return Ok(said.to_owned());
        }
        match repo.identity()? {
            Some(identity) => Ok(identity.name),
            None => Err(Error::refused("nobody knows who you are")
                .hint("git config --global user.name \"Your Name\"")
                .hint("or say it with --as NAME")),
        }
    }

    /// The name of the workflow that was asked for: `-w`, else `GIT_TRACK_WORKFLOW`.
    pub fn workflow(&self) -> Option<&str> {
        self.global.workflow.as_deref().or_else(|| self.var("GIT_TRACK_WORKFLOW"))
    }

    /// Prints a remark on standard error.
    pub fn remark(&self, line: impl Into<crate::ui::Line>) {
        let mut text = Text::new();
        text.line(line);
        self.ui.remark(&text);
    }

    /// A path of the user's as a path of the repository.
    pub fn repo_path(&self, repo: &Repo, path: &std::path::Path) -> Result<RepoPath> {
        let top = repo.top()?;
        let absolute = self.env.cwd.join(path);
        let outside = || Error::usage(format!("{} is not inside the work tree", path.display()));
        let below = normal(&absolute).ok_or_else(outside)?;
        let inside = below.strip_prefix(top).map_err(|_| outside())?;
        let inside = inside.to_str();
        let inside = inside.ok_or_else(|| Error::usage(format!("{} is not UTF-8", path.display())))?;
        RepoPath::parse(inside).map_err(Error::as_usage)
    }

    /// Settings from the command line, their paths from the top of the repository: they are typed where the user is.
    pub(super) fn settings<'t>(&self, pairs: impl IntoIterator<Item = &'t String>) -> Result<Vec<Setting>> {
        let mut settings: Vec<Setting> =
            pairs.into_iter().map(|pair| Setting::parse(pair)).collect::<Result<_>>()?;
        for setting in settings.iter_mut().filter(|setting| setting.key == "files") {
            if setting.value.contains(['{', '}']) {
                return Err(Error::usage(format!("`files={}`: braces are not read", setting.value))
                    .hint("write each pattern by itself: files=*.rs,*.toml"));
            }
            let repo = self.repo()?;
            let typed = setting.value.split(',').map(str::trim).filter(|path| !path.is_empty());
            let paths: Vec<String> =
                typed.map(|path| self.folder_or_file(&repo, path)).collect::<Result<_>>()?;
            setting.value = paths.join(",");
        }
        Ok(settings)
    }

    // A folder keeps the `/` that says so.
    fn folder_or_file(&self, repo: &Repo, typed: &str) -> Result<String> {
        let path = self.repo_path(repo, std::path::Path::new(typed))?;
        Ok(if typed.ends_with('/') { format!("{path}/") } else { path.to_string() })
    }

    /// Whether a plan file is asked for.
    pub fn plan_file(&self) -> bool {
        self.asked_plan().is_some()
    }

    fn asked_plan(&self) -> Option<PathBuf> {
        let named = || self.var("GIT_TRACK_PLAN").or_else(|| self.var("EXECUTION_PLAN_PATH"));
        self.global.plan.clone().or_else(|| named().map(PathBuf::from))
    }

    fn plan(&self, repo: &Repo) -> Result<Option<RepoPath>> {
        self.asked_plan().map(|path| self.repo_path(repo, &path)).transpose()
    }
}

/// Reads the name of somebody who judges or answers.
pub(super) fn somebody(text: &str) -> std::result::Result<String, &'static str> {
    match text.trim() {
        "" => Err("a name cannot be empty; leave it out to speak for yourself"),
        name => Ok(name.to_owned()),
    }
}

/// A path without `.` and `..`, by words alone: nothing is looked up, so that a link cannot lead out of the work tree unseen.
pub(super) fn normal(path: &std::path::Path) -> Option<PathBuf> {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            std::path::Component::ParentDir => {
                if !normal.pop() {
                    return None;
                }
            }
            std::path::Component::CurDir => {}
            other => normal.push(other),
        }
    }
    Some(normal)
}
