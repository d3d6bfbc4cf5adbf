//! What happens to written files besides: they are staged or committed.

use crate::derive::changes::Change;
use crate::documents::parts::is_shared_and_changed;
use crate::error::{Error, Kind, Result};
use crate::model::config::Write;
use crate::model::edit::{Edit, Root};
use crate::model::path::RepoPath;
use crate::store::{At, Store};

use super::context::Context;
use super::items;

/// What of the changed files is staged or committed: a file with a part in it is people's own, and what they have not
/// committed of it is not committed for them.
pub(super) fn to_deliver(
    context: &Context,
    store: &Store,
    write: Write,
    edits: &[Edit],
) -> Result<Vec<RepoPath>> {
    let head = if write == Write::Commit { store.repo.head()?.commit().cloned() } else { None };
    let mut paths = Vec::new();
    for edit in edits.iter().filter(|edit| edit.root == Root::WorkTree) {
        if let (Write::Commit, Some(before), Some(after)) = (write, &edit.before, &edit.after) {
            let committed = match &head {
                Some(head) => store.read(&At::Commit(head.clone()), &edit.path)?,
                None => None,
            };
            if is_shared_and_changed(before, after, committed.as_deref()) {
                let path = &edit.path;
                context.remark(format!("{path} is not committed: somebody changed it around its marks"));
                continue;
            }
        }
        paths.push(edit.path.clone());
    }
    Ok(paths)
}

/// Stages or commits these paths, and nothing else.
pub(super) fn deliver(store: &Store, write: Write, paths: &[RepoPath], message: &str) -> Result<()> {
    match write {
        _ if paths.is_empty() => Ok(()),
        Write::Leave => Ok(()),
        Write::Stage => store.repo.add(paths),
        Write::Commit => commit(store, paths, message),
    }
}

fn commit(store: &Store, paths: &[RepoPath], message: &str) -> Result<()> {
    match store.repo.commit_paths(paths, message) {
        Ok(_) => Ok(()),
        // The files are what HEAD holds already: a change that was never committed is taken back.
        Err(error) if error.kind() == Kind::Nothing => store.repo.add(paths),
        Err(error) => {
            let complaint =
                error.message().split_once("): ").map_or(error.message(), |(_, complaint)| complaint);
            let refused = Error::new(error.kind(), format!("git refused the commit: {complaint}"));
            let refused = error.notes().iter().fold(refused, |refused, note| refused.note(note.clone()));
            Err(refused.note("the files are written, but not committed").hint("git status"))
        }
    }
}

/// The message of the commit of a change: Conventional Commits, with the first item as a trailer.
pub(super) fn message(changes: &[(String, Vec<Change>)], told: &[String]) -> String {
    let subject = told.first().map_or("write files", String::as_str);
    let subject = crate::ui::cut(subject, 60);
    let body: Vec<String> = told.iter().skip(1).map(|line| crate::ui::clean(line) + "\n").collect();
    let body = body.concat();
    let first = changes.iter().find_map(|(workflow, changes)| Some((workflow, changes.first()?)));
    let trailer =
        first.map(|(workflow, change)| format!("Track: {}\n", items::full(workflow, &change.reference)));
    let trailer = trailer.unwrap_or_default();
    let gap = if body.is_empty() { "" } else { "\n" };
    format!("chore(track): {subject}\n\n{body}{gap}{trailer}")
}
