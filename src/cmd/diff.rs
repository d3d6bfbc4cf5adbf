//! `diff`: what differs between two versions of the state, in words.

use clap::Args as ClapArgs;
use serde_json::{Value, json};

use crate::derive::changes::{Change, changes};
use crate::derive::words;
use crate::error::Result;
use crate::store::{At, Snapshot};
use crate::ui::{Line, Style, Text, wrap};

use super::Answer;
use super::context::Context;
use super::items;
use super::session::{Session, whole};

/// Arguments of `diff`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  git track diff                 what is not committed
  git track diff --staged        what the next commit would record
  git track diff main            since main, with what is not committed
  git track diff v0.1..HEAD      between two commits")]
pub struct Args {
    /// A commit to compare the work tree with, or two: A..B
    #[arg(value_name = "A[..B]")]
    pub range: Option<String>,
    /// Compare the index instead of the work tree
    #[arg(long, visible_alias = "cached")]
    pub staged: bool,
}

/// Says what differs.
pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    let store = context.store()?;
    let resolve = |rev: &str| store.repo.resolve(if rev.is_empty() { "HEAD" } else { rev }).map(At::Commit);
    let (from, to) = match args.range.as_deref().map(|range| range.split_once("..").ok_or(range)) {
        Some(Ok((from, to))) => (Some(resolve(from)?), Some(resolve(to.trim_start_matches('.'))?)),
        Some(Err(from)) => (Some(resolve(from)?), None),
        None => (store.repo.head()?.commit().cloned().map(At::Commit), None),
    };
    let to = match to {
        Some(to) => store.snapshot(to)?,
        None if args.staged => store.snapshot(At::Index)?,
        None => Session::open(context)?.snapshot,
    };
    let from = from.map(|from| store.snapshot(from)).transpose()?;
    let found = between(from.as_ref(), &to);
    let mut text = Text::new();
    let mut all: Vec<Value> = Vec::new();
    for (workflow, changes) in &found {
        text.gap();
        text.line(Line::new().add(Style::Strong, workflow.as_str()));
        for line in words::lines(changes) {
            for (index, line) in wrap(&line, 76).into_iter().enumerate() {
                text.line(if index == 0 { format!("  {line}") } else { format!("    {line}") });
            }
        }
        all.extend(changes.iter().map(|change| items::change(workflow, change)));
    }
    if found.is_empty() {
        text.line("no difference");
    }
    Ok(whole(&to, Answer::new(text).with("changes", all)))
}

/// The differences of two snapshots, by workflow.
pub(super) fn between(before: Option<&Snapshot>, after: &Snapshot) -> Vec<(String, Vec<Change>)> {
    let mut found = Vec::new();
    let whole = |workflow: &crate::model::workflow::Workflow| json!({ "title": workflow.root.title, "profile": workflow.profile });
    let came_or_went = |id: &str, from: Value, to: Value| {
        vec![Change { reference: id.to_owned(), field: "workflows".to_owned(), from, to }]
    };
    for loaded in &after.workflows {
        let id = loaded.workflow.id.as_str();
        let old = before.and_then(|before| before.loaded(&loaded.workflow.id));
        let unread =
            |before: &Snapshot| before.broken.iter().any(|broken| broken.path == loaded.path.as_str());
        if old.is_none() && before.is_some_and(unread) {
            continue;
        }
        let different = match old {
            Some(old) if old.bytes == loaded.bytes => continue,
            Some(old) => changes(id, &old.workflow.to_value(), &loaded.workflow.to_value()),
            None => came_or_went(id, Value::Null, whole(&loaded.workflow)),
        };
        if !different.is_empty() {
            found.push((id.to_owned(), different));
        }
    }
    for gone in before.iter().flat_map(|before| &before.workflows) {
        // A file that cannot be read is not a workflow that went.
        let broken = after.broken.iter().any(|broken| broken.path == gone.path.as_str());
        if after.loaded(&gone.workflow.id).is_none() && !broken {
            let id = gone.workflow.id.as_str();
            found.push((id.to_owned(), came_or_went(id, whole(&gone.workflow), Value::Null)));
        }
    }
    found
}
