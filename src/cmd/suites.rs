//! Running what the team wrote down: suites and the command that submits, only when this machine trusts them.

use std::time::Duration;

use serde_json::{Value, json};

use crate::derive::runs;
use crate::derive::world::{Spot, World};
use crate::error::{Error, Kind, Result, nearest};
use crate::model::config::Config;
use crate::model::id::Id;
use crate::model::suite::{CommandLine, Run, Seconds, Suite, TIMED_OUT};
use crate::process::{Call, Ending};
use crate::store::{CONFIG, FOLDER, Own, Store};
use crate::ui::{Line, Style};

use super::context::Context;
use super::session::Session;

/// How many files are named before the others are only counted.
const NAMED: usize = 3;

/// What a shell says of a program that it cannot find, and of one that a signal ended.
const NOT_FOUND: i32 = 127;
const BY_SIGNAL: i32 = 128;

/// Whether a suite goes on after a command that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Going {
    /// It does not.
    Stop,
    /// It does, and still fails.
    On,
}

/// What a suite is run for.
pub(super) struct Order<'o> {
    /// Which suite.
    pub(super) id: &'o Id,
    /// Its commands.
    pub(super) suite: &'o Suite,
    /// The item.
    pub(super) item: &'o Id,
    /// The workflow that it is of.
    pub(super) workflow: &'o Id,
    /// Who runs it.
    pub(super) actor: &'o str,
    /// The tree that is there.
    pub(super) on: &'o str,
    /// After a failure.
    pub(super) going: Going,
}

/// A suite of the team; of an unknown one it is said which there are.
pub(super) fn named<'c>(config: &'c Config, id: &Id) -> Result<&'c Suite> {
    let Some(suite) = config.suites.get(id) else {
        return Err(unknown(config, id.as_str(), "suite"));
    };
    if suite.commands.is_empty() {
        return Err(Error::state(format!("suite {id} has no commands")).hint(format!("edit {CONFIG}")));
    }
    Ok(suite)
}

/// Says that there is no suite of that name, which there are, and how to add one.
pub(super) fn unknown(config: &Config, name: &str, what: &str) -> Error {
    let known: Vec<&str> = config.suites.keys().map(Id::as_str).collect();
    let error = Error::not_found(format!("there is no {what} `{name}`"));
    let error = match known.as_slice() {
        [] => error.note("no suite is written down yet"),
        known => error.note(format!("suites: {}", known.join(", "))),
    };
    let error = match nearest(name, known) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error,
    };
    error.hint(format!("in {CONFIG}: suites: {{{name}: {{commands: [\"make test\"]}}}}"))
}

/// Refuses to run what nobody has looked at on this machine.
pub(super) fn demand_trust(store: &Store, wanted: &[Own]) -> Result<()> {
    let trusted = store.trusted()?;
    let unknown: Vec<&Own> = wanted.iter().filter(|own| !trusted.contains(&own.id)).collect();
    let Some(first) = unknown.first() else { return Ok(()) };
    let mut error = Error::refused(format!("`{}` is not trusted here, and did not run", first.name));
    for own in unknown {
        error = error.note(format!("{} would run:", own.name));
        error = own.commands.iter().fold(error, |error, command| error.note(format!("  {command}")));
    }
    Err(error.note("nothing written").hint("git track trust"))
}

/// The tree that a suite is run on: what is staged or committed, if that is what is there.
pub(super) fn tree_there(session: &Session, world: &World, spot: Spot) -> Result<String> {
    let open = unstaged(session, world)?;
    if !open.is_empty() {
        let named = open.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
        let more = match open.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        return Err(Error::refused("what would run is not what would be recorded")
            .note(format!("FAIL  everything is staged or committed: {named}{more}"))
            .note("nothing written")
            .hint("git add -A")
            .hint("git stash --include-untracked"));
    }
    runs::subject(world.board(spot)).ok_or_else(|| {
        Error::refused("git cannot say which tree is there: a merge is not finished")
            .note("nothing written")
            .hint("git status")
    })
}

fn unstaged(session: &Session, world: &World) -> Result<Vec<String>> {
    let rendered = world.rendered();
    let state = format!("{FOLDER}/");
    let counts =
        |path: &str| !path.starts_with(&state) && !rendered.iter().any(|known| known.as_str() == path);
    let changed = session.store.repo.changed_files()?.into_iter();
    let open = changed.filter(|file| file.unstaged != '.' && counts(&file.path));
    Ok(open.map(|file| file.path).collect())
}

/// Runs a suite to its end. Its output goes to standard error.
pub(super) fn run(context: &Context, store: &Store, order: &Order) -> Result<(Run, Value)> {
    let deadline = order.suite.seconds.map(|seconds| Duration::from_secs(u64::from(seconds)));
    let vars = [
        ("GIT_TRACK_SUITE", order.id.as_str()),
        ("GIT_TRACK_ITEM", order.item.as_str()),
        ("GIT_TRACK_WORKFLOW", order.workflow.as_str()),
    ];
    let mut run = Run {
        suite: order.id.clone(),
        exit: 0,
        failed: None,
        seconds: None,
        on: Some(order.on.to_owned()),
        at: Some(context.now),
        by: Some(order.actor.to_owned()),
    };
    let mut took = Duration::ZERO;
    let mut commands = Vec::new();
    for (index, command) in order.suite.commands.iter().enumerate() {
        let head = format!("{} {}/{}  ", order.id, index + 1, order.suite.commands.len());
        context.remark(Line::new().add(Style::Dim, head).plain(command.to_string()));
        let (exit, time) = one(context, store, command, (&vars, deadline))?;
        took += time;
        let seconds = Seconds::from(time);
        commands.push(json!({ "command": command.to_string(), "exit": exit, "seconds": seconds }));
        if exit != 0 && run.exit == 0 {
            (run.exit, run.failed) = (exit, Some(command.to_string()));
        }
        if exit != 0 && order.going == Going::Stop {
            break;
        }
    }
    run.seconds = Some(took.into());
    let told = json!({
        "ref": format!("{}:{}", order.workflow, order.item), "suite": order.id, "ran": true,
        "exit": run.exit, "seconds": run.seconds, "tree": order.on, "commands": commands,
    });
    Ok((run, told))
}

/// Runs one command from the top of the work tree: its exit status, and how long it took by the clock of the command.
pub(super) fn one(
    context: &Context,
    store: &Store,
    command: &CommandLine,
    (vars, deadline): (&[(&str, &str)], Option<Duration>),
) -> Result<(i32, Duration)> {
    let empty = || Error::state("a command of a suite is empty").hint(format!("edit {CONFIG}"));
    let environment = context.vars().clone().into_iter().collect();
    let top = store.repo.top()?;
    let call = match command {
        CommandLine::Shell(line) => Call::scrubbed("sh", top, &environment).args(["-c", line]),
        CommandLine::Argv(words) => {
            let (program, args) = words.split_first().ok_or_else(empty)?;
            Call::scrubbed(program, top, &environment).args(args)
        }
    };
    let call = vars.iter().fold(call, |call, (name, value)| call.var(*name, *value));
    let call = deadline.into_iter().fold(call, Call::deadline);
    let ended = match call.run_aloud() {
        Ok(ended) => ended,
        Err(error) if error.kind() == Kind::Io => {
            context.remark(error.to_string());
            return Ok((NOT_FOUND, Duration::ZERO));
        }
        Err(error) => return Err(error),
    };
    let exit = match ended.end {
        Ending::Exit(code) => code,
        Ending::Signal => BY_SIGNAL,
        Ending::Late => TIMED_OUT,
    };
    // A clock that stands still does not measure.
    Ok((exit, if context.is_fixed() { Duration::ZERO } else { ended.took }))
}
