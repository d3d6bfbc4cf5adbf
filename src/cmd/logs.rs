//! Logs of what happened, and copies of documents, in a folder outside of what is committed.

use std::path::PathBuf;

use crate::derive::board::{Board, Thing};
use crate::derive::changes::Change;
use crate::derive::pages;
use crate::derive::words;
use crate::error::Result;
use crate::files::Files;
use crate::model::edit::{Edit, Root};
use crate::model::id::Id;
use crate::model::path::RepoPath;

use super::draft::Draft;
use super::write::Deciding;

/// The largest log that is added to, and the largest document that is copied, in bytes.
const LARGEST: u64 = 16 * 1024 * 1024;

/// The edits of logs that go with changes of workflows, and the files through which they are made.
///
/// `written`: the files that are written with them, of which copies are kept as they will be.
pub(super) fn edits(
    deciding: &Deciding,
    draft: &Draft,
    changes: &[(String, Vec<Change>)],
    written: &[Edit],
) -> Result<(Files, Vec<Edit>)> {
    let mut files = deciding.session.store.files.clone();
    let mut edits = Vec::new();
    let world = draft.world();
    for (workflow, changes) in changes {
        let Some(board) = Id::parse(workflow).ok().and_then(|id| world.find(&id)).map(|(_, board)| board)
        else {
            continue;
        };
        if let Some(root) = root(deciding, board) {
            files = files.with_logs(root);
            edits.extend(lines(deciding, &files, board, changes)?);
            edits.extend(copies(deciding, written, &files, board)?);
        }
    }
    Ok((files, edits))
}

fn root(deciding: &Deciding, board: &Board) -> Option<PathBuf> {
    let session = deciding.session;
    let logs = board.profile.logs.as_ref()?;
    Some(session.store.log_root(logs, &session.snapshot.config, board.workflow.id.as_str()))
}

fn lines(deciding: &Deciding, files: &Files, board: &Board, changes: &[Change]) -> Result<Vec<Edit>> {
    let mut written: Vec<(RepoPath, String, String)> = Vec::new();
    for line in words::lines(changes) {
        let about = line.split([' ', '.']).next().unwrap_or_default();
        let Some((path, title)) = log_of(board, about) else { continue };
        let entry = format!("- {} {}: {}\n", deciding.context.now, deciding.actor, crate::ui::clean(&line));
        match written.iter_mut().find(|(known, _, _)| *known == path) {
            Some((_, _, text)) => text.push_str(&entry),
            None => written.push((path, title, entry)),
        }
    }
    let edit = |(path, title, entries): (RepoPath, String, String)| {
        let before = files.read(Root::Logs, &path, LARGEST)?;
        let head = format!("# Log: {title}\n\n").into_bytes();
        let mut after = before.clone().unwrap_or(head);
        after.extend(entries.into_bytes());
        Ok(Edit { root: Root::Logs, path, before, after: Some(after), executable: false })
    };
    written.into_iter().map(edit).collect()
}

// Of the item itself, else of the nearest one above it that keeps a log.
fn log_of(board: &Board, reference: &str) -> Option<(RepoPath, String)> {
    let place = match Id::parse(reference).ok().and_then(|id| board.thing(&id)) {
        Some(
            Thing::Item(place)
            | Thing::Gate(place, _)
            | Thing::Checkpoint(place, _)
            | Thing::Risk(place, _)
            | Thing::Metric(place, _),
        ) => place,
        None => 0,
    };
    board.upwards(place).find_map(|place| {
        let node = board.node(place);
        let log = node.kind?.log.as_ref()?;
        let path = format!("{}/{}", board.workflow.id, log.replace("{id}", node.id.as_str()));
        Some((RepoPath::parse(&path).ok()?, board.name(place)))
    })
}

fn copies(deciding: &Deciding, written: &[Edit], files: &Files, board: &Board) -> Result<Vec<Edit>> {
    let mut edits = Vec::new();
    for document in board.profile.documents.values() {
        let (Some(copy), Ok(path)) = (&document.copy, pages::path_of(board, 0, document)) else { continue };
        let planned = written.iter().find(|edit| edit.root == Root::WorkTree && edit.path == path);
        let text = match planned {
            Some(edit) => edit.after.clone(),
            None => deciding.session.store.files.read(Root::WorkTree, &path, LARGEST)?,
        };
        let target = RepoPath::parse(&format!("{}/{copy}", board.workflow.id))?;
        let before = files.read(Root::Logs, &target, LARGEST)?;
        if text.is_some() && text != before {
            edits.push(Edit { root: Root::Logs, path: target, before, after: text, executable: false });
        }
    }
    Ok(edits)
}
