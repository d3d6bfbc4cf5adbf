//! `undo`: the last change of this worktree taken back.

use std::time::Duration;

use clap::Args as ClapArgs;
use serde_json::json;

use crate::error::{Error, Kind, Result};
use crate::store::{At, may_take_back, newest, take_back};
use crate::ui::{Line, Text};

use super::Answer;
use super::context::Context;
use super::session::{anywhere, lock, settle};
use super::write::{FileChanges, apply_forgotten};

/// Arguments of `undo`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:\n  git track undo\n  git track undo --dry-run")]
pub struct Args {}

/// Takes the last change back.
pub(super) fn run(context: &Context, _: &Args) -> Result<Answer> {
    let store = context.store()?;
    let lock = lock(context, &store, Duration::from_secs(10))?;
    settle(context, &store, &lock)?;
    let Some((number, entry)) = newest(&store)? else {
        return Err(Error::new(Kind::Nothing, "there is no change of this worktree to take back")
            .hint("git log -- .track"));
    };
    let snapshot = store.snapshot(At::WorkTree)?;
    // Whoever has no name is a person that git does not know, or an agent that made nothing.
    let name = context.actor(&store.repo).unwrap_or_default();
    may_take_back(&entry, anywhere(context, &snapshot, &name)?)?;
    let edits = take_back(&store, number, &entry)?;
    let mut text = Text::new();
    text.line(Line::new().plain(format!("took back: {}", entry.what)));
    text.line(format!("  made by {} {}", entry.by, entry.at.ago(context.now)));
    let head = store.repo.head()?.commit().cloned().map(At::Commit);
    let committed = |file: &crate::store::FileChange| {
        let kept = head.as_ref().and_then(|head| store.read(head, &file.path).ok().flatten());
        kept.is_some() && kept.as_deref() == file.after.as_deref().map(str::as_bytes)
    };
    if entry.files.iter().any(committed) {
        text.line("  it was committed; the commit stays, this takes it back in the work tree");
    }
    let write = snapshot.config.write;
    let changes = FileChanges { edits, text, what: format!("take back: {}", entry.what), write };
    let answer = apply_forgotten(context, &store, lock, changes)?;
    Ok(answer.with("undone", json!({ "what": entry.what, "by": entry.by, "at": entry.at })))
}
