//! A bump that was interrupted between its files and its tag: finished, or taken back.

use crate::error::{Error, Kind, Result};
use crate::files::{Lock, Onward, Recovered, Waiting};
use crate::model::facts::CommitId;
use crate::model::path::RepoPath;
use crate::model::since::Tagged;
use crate::store::{At, Store};

use super::super::context::Context;
use super::super::version::tag_message;
use super::act::{Following, Made, acts_back};

/// Which way an interrupted bump goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Way {
    /// Forward when its commit was made, else back.
    ByItself,
    /// Back, its commit too.
    Back,
}

/// Settles a bump whose files are in place and which nobody is at work on. `None`: there is none.
pub(in super::super) fn settle_release(
    context: &Context,
    store: &Store,
    lock: &Lock,
    way: Way,
) -> Result<Option<Recovered>> {
    let Some(Waiting { then, command, busy }) = store.files.held()? else { return Ok(None) };
    if busy {
        return Err(
            Error::new(Kind::Locked, format!("`{command}` is committing")).hint("try again when it is done")
        );
    }
    let following: Following = serde_json::from_str(&then).map_err(|error| {
        Error::new(
            Kind::Pending,
            format!("`{command}` was interrupted, and its journal cannot be read: {error}"),
        )
    })?;
    // Git goes on when only this program was killed.
    if store.repo.is_index_locked() {
        return Err(Error::new(
            Kind::Locked,
            format!("`{command}` was interrupted, and git still holds the index"),
        )
        .note("another git command is running, or one was killed")
        .hint("when none is running, remove index.lock from the git directory, then: git track recover"));
    }
    let commit = following.commit(store)?;
    match (commit, way) {
        (Some(commit), Way::ByItself) => {
            tag(context, store, &following, &commit)?;
            store.files.settle(lock, Onward::Keep)
        }
        // Somebody has committed the files in another way.
        (None, _) if is_committed(store, &following)? => {
            context
                .remark(format!("`{command}` was interrupted; its files are committed, and no tag is made"));
            store.files.settle(lock, Onward::Keep)
        }
        (commit, _) => {
            acts_back(store, &following, &Made::found(&store.repo.head()?, &following, commit))?;
            let recovered = store.files.settle(lock, Onward::TakeBack)?;
            // Git may have been about to commit when only this program was killed.
            if let Some(late) = following.commit(store)? {
                acts_back(store, &following, &Made::found(&store.repo.head()?, &following, Some(late)))?;
            }
            Ok(recovered)
        }
    }
}

fn tag(context: &Context, store: &Store, following: &Following, commit: &CommitId) -> Result<()> {
    let Some(tag) = &following.tag else { return Ok(()) };
    match store.repo.tagged(tag)? {
        Tagged::Commit(there) if there == *commit => Ok(()),
        Tagged::Absent => {
            store.repo.add_tag(tag, commit, &tag_message(tag), following.sign).map_err(|error| {
                Error::new(Kind::Pending, format!("the tag {tag} cannot be made: {}", error.message()))
                    .hint("git track recover --abort    takes the bump back")
            })?;
            context.remark(format!("tagged {tag}"));
            Ok(())
        }
        _ => Err(Error::new(Kind::Pending, format!("the tag {tag} was made elsewhere meanwhile"))
            .hint(format!("git tag -d {tag}; git track recover    when it is wrong"))
            .hint("git track recover --abort    takes the bump back")),
    }
}

// Whether what is checked out holds the files as they are.
fn is_committed(store: &Store, following: &Following) -> Result<bool> {
    let head = store.repo.head()?.commit().cloned();
    let Some(head) = head.filter(|head| *head != following.head) else { return Ok(false) };
    let changed = store.repo.changed_files()?;
    let is_clean = |path: &RepoPath| !changed.iter().any(|change| change.path == path.as_str());
    let differs = |path: &RepoPath| -> Result<bool> {
        let at = |commit: &CommitId| store.regular(&At::Commit(commit.clone()), path);
        Ok(at(&head)? != at(&following.head)?)
    };
    for path in &following.paths {
        if !is_clean(path) || !differs(path)? {
            return Ok(false);
        }
    }
    Ok(true)
}
