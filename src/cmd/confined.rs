//! `confined`: templates that are not ours, rendered in a process of their own that cannot use much.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args as ClapArgs;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{At, Error, Kind, Result};
use crate::process::{Call, Output, Vars, confine};
use crate::render::{self, Bounds, Templates};

use super::Answer;
use super::context::Context;

/// Addresses that the process may use, the program itself included.
const MEMORY: u64 = 512 << 20;
/// Seconds of processor time, and of any time, that it may take.
const SECONDS: u64 = 5;
/// Bytes that it may print: the longest text, every character of it written as `\u0000`.
const OUTPUT: usize = 32 << 20;
/// The allocator reserves a GiB of addresses at once otherwise, which is more than the process may use.
const SMALL_ARENAS: (&str, &str) = ("MIMALLOC_ARENA_RESERVE", "16384");

/// Arguments of `confined`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Standard input is {\"templates\": {name: text}, \"name\": name, \"value\": value}.

Example:
  git track confined < order.json")]
pub struct Args {
    /// Render in this process, once it has confined itself, and answer in JSON
    #[arg(long)]
    here: bool,
}

/// What is to be rendered.
#[derive(Deserialize, Serialize)]
struct Order<T, V> {
    templates: T,
    name: String,
    value: V,
}

/// What the confined process answers.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum Reply {
    Text(String),
    Error(Complaint),
}

/// An error on its way to the process that can tell it.
#[derive(Deserialize, Serialize)]
struct Complaint {
    message: String,
    notes: Vec<String>,
    hints: Vec<String>,
    at: Option<(String, usize, usize, String, usize)>,
}

/// Renders what stands on standard input.
pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    if args.here {
        confine(MEMORY, SECONDS)?;
    }
    let order: Order<Templates, Value> = serde_json::from_reader(io::stdin().lock())
        .map_err(|error| Error::usage(format!("standard input: {error}")))?;
    if !args.here {
        return render(context, &order.templates, &order.name, &order.value).map(Answer::raw);
    }
    let (reply, exit) = match render::render(&order.templates, &order.name, &order.value, Bounds::Foreign) {
        Ok(text) => (Reply::Text(text), 0),
        Err(error) => (Reply::Error(Complaint::of(&error)), Kind::State.exit()),
    };
    let reply = serde_json::to_vec(&reply).map_err(|error| Error::bug(error.to_string()))?;
    Ok(Answer::raw(reply).exit(exit))
}

/// Renders a template that is not ours in a process that has no environment, 512 MiB and 5 seconds.
pub(super) fn render(context: &Context, templates: &Templates, name: &str, value: &Value) -> Result<String> {
    let order = Order { templates, name: name.to_owned(), value };
    let order = serde_json::to_vec(&order).map_err(|error| Error::bug(error.to_string()))?;
    let executable = context.executable.clone().ok_or_else(|| {
        Error::new(
            Kind::Io,
            format!("the template `{name}` needs a process of its own, and this program cannot find itself"),
        )
        .hint("call it by its full path")
    })?;
    let call = call(executable, context.cwd(), name).stdin(order);
    let output = call.run().map_err(|error| {
        if error.message().starts_with("the template") {
            Error::state(error.message()).hint(ADVICE)
        } else {
            error
        }
    })?;
    match serde_json::from_slice(&output.stdout) {
        Ok(Reply::Text(text)) if output.is_success() => Ok(text),
        Ok(Reply::Error(complaint)) => Err(complaint.told()),
        _ => Err(ended(name, &call, &output)),
    }
}

const ADVICE: &str = "look for loops in loops and for text that grows";

fn call(executable: PathBuf, folder: &Path, name: &str) -> Call {
    let (variable, size) = SMALL_ARENAS;
    Call::new(executable, folder, &Vars::new())
        .var(variable, size)
        .args(["confined", "--here"])
        .named(format!("the template `{name}`"))
        .deadline(Duration::from_secs(SECONDS))
        .limit(OUTPUT)
}

// A process that was stopped cannot say why; the system and the runtime do.
fn ended(name: &str, call: &Call, output: &Output) -> Error {
    let complaint = output.complaint();
    if output.code.is_some() {
        return call.failure(output);
    }
    let why = if complaint.contains("memory allocation") {
        "used more than 512 MiB".to_owned()
    } else if complaint.contains("overflowed its stack") {
        "is nested too deeply".to_owned()
    } else {
        format!("took more than {SECONDS} s or {} MiB and was stopped", MEMORY >> 20)
    };
    Error::state(format!("the template `{name}` {why}")).hint(ADVICE)
}

impl Complaint {
    fn of(error: &Error) -> Self {
        let at = error.place().cloned();
        Self {
            message: error.message().to_owned(),
            notes: error.notes().to_vec(),
            hints: error.hints().to_vec(),
            at: at.map(|at| (at.file, at.line, at.column, at.source, at.width)),
        }
    }

    fn told(self) -> Error {
        let error = Error::state(self.message);
        let error = self.notes.into_iter().fold(error, Error::note);
        let error = self.hints.into_iter().fold(error, Error::hint);
        match self.at {
            Some((file, line, column, source, width)) => error.at(At { file, line, column, source, width }),
            None => error,
        }
    }
}
