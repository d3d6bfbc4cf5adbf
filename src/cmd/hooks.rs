//! `hooks`: what git runs before and after commits, put in place and taken away.

mod events;
pub(super) mod message;
mod place;
mod plan;
mod run;
mod shim;
mod status;
mod survey;

use std::path::Path;
use std::time::Duration;

use clap::{Args as ClapArgs, Subcommand};
use serde_json::{Value, json};

use crate::error::{Error, Kind, Result};
use crate::files::{Files, HookStep, Lock, Roots};
use crate::git::{Repo, Version};
use crate::store::Store;
use crate::ui::{Line, Style, Text};

pub(super) use self::events::Event;
use self::events::Where;
use self::place::BY_CONFIG;
use self::plan::{Plan, Way, command};
pub(super) use self::status::{canary_scripts, health};
use self::survey::{Found, Survey};
use super::Answer;
use super::context::Context;
use super::session::lock_files;

/// The git that has `git hook run`.
const HOOK_RUN: Version = Version(2, 36);

/// Arguments of `hooks`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  git track hooks install                 a hook that is there is kept, and runs first
  git track hooks install --dry-run       says what would be done
  git track hooks status                  who runs for each event; exits with 1 when something is missing
  git track hooks uninstall               what was there before is back, byte for byte

A hook that cannot run the program refuses. To skip git-track's part once: GIT_TRACK=0 git commit …")]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Put our hooks where git looks for them; those of others are kept and run first
    Install(InstallArgs),
    /// Take our hooks away and put back what was there
    Uninstall(EventArgs),
    /// Say who runs for each event, and why
    Status(StatusArgs),
    /// Run a hook, as git does
    Run(RunArgs),
}

/// What git gives a hook.
#[derive(Debug, ClapArgs)]
struct RunArgs {
    /// The event
    #[arg(value_name = "EVENT", value_enum)]
    event: Event,
    /// The arguments of the hook
    #[arg(value_name = "ARG", trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<std::ffi::OsString>,
}

/// Which events.
#[derive(Debug, Default, ClapArgs)]
struct EventArgs {
    /// Only for these events
    #[arg(long = "event", value_name = "EVENT", value_enum, num_args = 1.., value_delimiter = ',')]
    events: Vec<Event>,
}

/// Which events, and where they happen.
#[derive(Debug, Default, ClapArgs)]
struct StatusArgs {
    #[command(flatten)]
    events: EventArgs,
    /// The hooks of a repository that people push to: pre-receive
    #[arg(long, conflicts_with = "events")]
    server: bool,
}

/// Arguments of `hooks install`.
#[derive(Debug, Default, ClapArgs)]
struct InstallArgs {
    #[command(flatten)]
    which: StatusArgs,
    /// Let git's configuration name the hooks (from git 2.54 on) instead of writing hook files
    #[arg(long)]
    config: bool,
    /// Print the lines to add to hooks of your own, and touch nothing
    #[arg(long, conflicts_with = "config")]
    manual: bool,
}

/// Installs, takes away or lists.
pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    match &args.action {
        Action::Run(args) => run::run(context, args.event, &args.args),
        Action::Install(args) if args.manual => Ok(manual(&chosen(&context.repo()?, &args.which))),
        Action::Install(args) => {
            let way = if args.config { Way::Config } else { Way::Files };
            let repo = context.repo()?;
            let events = chosen(&repo, &args.which);
            if args.which.events.events.is_empty() && !args.which.server {
                for_people(&repo)?;
            }
            install(context, (&repo, &files_of(&repo)), &events, way)
        }
        Action::Uninstall(args) => {
            let events = if args.events.is_empty() { &Event::ALL } else { args.events.as_slice() };
            let repo = context.repo()?;
            uninstall(context, (&repo, &files_of(&repo)), events)
        }
        Action::Status(args) => {
            let repo = context.repo()?;
            status::run(context, &repo, &chosen(&repo, args))
        }
    }
}

// A bare repository has no state to be read, and hooks all the same.
fn files_of(repo: &Repo) -> Files {
    Files::new(Roots {
        work_tree: repo.work_tree().map(Path::to_owned),
        git_dir: repo.git_dir().to_owned(),
        common_dir: repo.common_dir().to_owned(),
        hooks: None,
        logs: None,
    })
}

fn chosen(repo: &Repo, args: &StatusArgs) -> Vec<Event> {
    if !args.events.events.is_empty() {
        return args.events.events.clone();
    }
    let place = if args.server || repo.is_bare() { Where::Server } else { Where::Work };
    Event::usual(place).to_vec()
}

// What refuses pushes of other people is asked for by its name.
fn for_people(repo: &Repo) -> Result<()> {
    if repo.is_bare() {
        return Err(Error::refused("this repository is bare: nobody commits here, people push here")
            .hint("git track hooks install --server"));
    }
    Ok(())
}

/// What `init --hooks` asks first: whether hooks could be installed here.
pub(super) fn refuse_early(context: &Context, repo: &Repo) -> Result<()> {
    for_people(repo)?;
    planned(context, Survey::new(context, repo)?, Event::usual(Where::Work), Way::Files).map(drop)
}

/// Installs what is usual where people work.
pub(super) fn install_usual(context: &Context, store: &Store) -> Result<Answer> {
    install(context, (&store.repo, &store.files), Event::usual(Where::Work), Way::Files)
}

fn planned(context: &Context, survey: Survey, events: &[Event], way: Way) -> Result<(Survey, Plan)> {
    let found = look(context, &survey, events)?;
    let mut survey = survey;
    if way == Way::Files
        && let Some(refusal) = survey.place.refusal.take()
    {
        return Err(refusal.note("nothing written"));
    }
    if way == Way::Config && !survey.by_config {
        let Version(major, minor) = BY_CONFIG;
        return Err(Error::refused(format!(
            "this git does not look at hooks in its configuration: it begins with {major}.{minor}"
        ))
        .note("every client with an older git would pass without a word")
        .hint("git track hooks install"));
    }
    let plan = plan::install(&survey, &found, way).map_err(|error| error.note("nothing written"))?;
    Ok((survey, plan))
}

fn look(context: &Context, survey: &Survey, events: &[Event]) -> Result<Vec<Found>> {
    events.iter().map(|&event| survey.look(context, event)).collect()
}

fn install(context: &Context, (repo, files): (&Repo, &Files), events: &[Event], way: Way) -> Result<Answer> {
    if context.global.dry_run {
        let (survey, plan) = planned(context, Survey::new(context, repo)?, events, way)?;
        return report(context, &survey, &plan, events);
    }
    let lock = lock_files(context, files, Duration::from_secs(10))?;
    let (mut survey, plan) = planned(context, Survey::new(context, repo)?, events, way)?;
    if way == Way::Config {
        survey.named.carry_out(&lock, &plan.named, survey.shared)?;
    }
    for &event in &plan.configure {
        repo.configure_hook(&event.configured(), &command(&survey, event), event.name())?;
    }
    survey.dir.carry_out(&lock, &plan.hooks, survey.shared)?;
    forget(repo, &mut survey, &plan, &lock)?;
    drop(lock);
    let survey = Survey::new(context, repo)?;
    verify(context, repo, &survey, events)?;
    report(context, &survey, &plan, events)
}

fn uninstall(context: &Context, (repo, files): (&Repo, &Files), events: &[Event]) -> Result<Answer> {
    let decide = || -> Result<(Survey, Plan)> {
        let survey = Survey::new(context, repo)?;
        let plan = plan::uninstall(&survey, &look(context, &survey, events)?)
            .map_err(|error| error.note("nothing written"))?;
        Ok((survey, plan))
    };
    let (survey, plan) = decide()?;
    if context.global.dry_run || plan.is_empty() {
        return report(context, &survey, &plan, events);
    }
    let lock = lock_files(context, files, Duration::from_secs(10))?;
    let (mut survey, plan) = decide()?;
    survey.dir.carry_out(&lock, &plan.hooks, survey.shared)?;
    forget(repo, &mut survey, &plan, &lock)?;
    drop(lock);
    report(context, &Survey::new(context, repo)?, &plan, events)
}

// The setting goes before the script that it names: git refuses commits over one that is missing.
fn forget(repo: &Repo, survey: &mut Survey, plan: &Plan, lock: &Lock) -> Result<()> {
    if plan.forget.is_empty() {
        return Ok(());
    }
    for event in &plan.forget {
        repo.forget_hook(&event.configured())?;
    }
    survey.named.carry_out(lock, &plan.named, survey.shared)
}

// What was written is looked at again, and git is asked to run one hook with our part of it skipped.
fn verify(context: &Context, repo: &Repo, survey: &Survey, events: &[Event]) -> Result<()> {
    let found = look(context, survey, events)?;
    for one in &found {
        let standing = one.standing(survey);
        if !standing.fine {
            let message =
                format!("{} is written, but is not as it should be: {}", one.event.name(), standing.told);
            return Err(Error::new(Kind::Repository, message).hint("git track hooks status"));
        }
    }
    let alone = |one: &&Found| one.standing(survey).word == "installed" && one.kept.is_none();
    let Some(one) = found.iter().find(alone) else { return Ok(()) };
    if survey.configured.iter().any(|hook| !hook.off) || repo.git_version()? < HOOK_RUN {
        return Ok(());
    }
    let tried = repo.try_hook(one.event.name())?;
    // What a server runs cannot be skipped; of no push there is nothing to refuse.
    let heard = one.event == Event::PreReceive || tried.complaint().contains("because GIT_TRACK=0");
    if tried.is_success() && heard {
        return Ok(());
    }
    let path = survey.dir.path().join(one.event.name());
    Err(Error::new(Kind::Repository, format!("git does not run `{}`: {}", path.display(), tried.complaint()))
        .note("the hooks are written; commits pass or fail without them")
        .hint("is the file system mounted so that nothing on it can be executed?"))
}

fn report(context: &Context, survey: &Survey, plan: &Plan, events: &[Event]) -> Result<Answer> {
    let dry = context.global.dry_run;
    let mut text = Text::new();
    if !plan.is_empty() {
        let path = survey.place.path.display().to_string();
        text.line(Line::new().plain("hooks in ").add(Style::Strong, path));
    }
    for change in &plan.changes {
        text.line(Line::new().plain(if dry { "would: " } else { "" }).plain(&change.told));
    }
    if plan.is_empty() {
        text.line("nothing to do: the hooks are as they should be");
    }
    for remark in plan.remarks.iter().chain(&survey.place.remarks) {
        text.line(Line::new().add(Style::Warn, "note: ").plain(remark));
    }
    if dry {
        text.line("nothing written");
    } else if !plan.is_empty() {
        text.line(Line::new().add(Style::Dim, "next: ").add(Style::Command, "git track hooks status"));
    }
    let changes: Vec<Value> = plan
        .changes
        .iter()
        .map(|change| {
            let reference = change.event.name();
            json!({ "ref": reference, "field": "hook", "from": change.from, "to": change.to })
        })
        .collect();
    let mut files: Vec<String> = Vec::new();
    for (dir, steps) in [(survey.dir.path(), &plan.hooks), (survey.named.path(), &plan.named)] {
        files.extend(steps.iter().flat_map(|step| touched(dir, step)));
    }
    files.sort();
    files.dedup();
    let remarks: Vec<&String> = plan.remarks.iter().chain(&survey.place.remarks).collect();
    let remarks = json!(remarks);
    let answer = status::described(context, survey, events, Answer::new(text))?;
    let answer = answer.with("changes", changes).with("files", files).with("remarks", remarks);
    Ok(if dry { answer.with("dry_run", true) } else { answer })
}

fn touched(dir: &Path, step: &HookStep) -> Vec<String> {
    let at = |name: &str| dir.join(name).display().to_string();
    match step {
        HookStep::Keep { name, kept } | HookStep::GiveBack { name, kept } => vec![at(name), at(kept)],
        HookStep::Put { name, .. } | HookStep::Remove { name } => vec![at(name)],
    }
}

fn manual(events: &[Event]) -> Answer {
    let mut text = Text::new();
    let mut lines: Vec<Value> = Vec::new();
    text.line("Add to the hooks that run for you, as the last line of each:");
    for &event in events {
        let line = event.line();
        text.line(Line::new().plain(format!("  {}", event.name())).to_column(22).add(Style::Command, &line));
        lines.push(json!({ "event": event.name(), "line": line }));
    }
    text.line("Their own checks end with `|| exit 1`, so that both can refuse; nothing written.");
    Answer::new(text)
        .with("lines", lines)
        .with("changes", Vec::<Value>::new())
        .with("files", Vec::<Value>::new())
}
