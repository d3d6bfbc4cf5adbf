//! A bump that is committed: the files, the commit, the tag, all of it or nothing.

use std::time::Duration;

use indexmap::IndexSet;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Kind, Result};
use crate::files::{Held, Lock};
use crate::model::edit::Edit;
use crate::model::facts::{CommitId, Head};
use crate::model::path::RepoPath;
use crate::store::{At, Store, Told};

use super::super::context::Context;
use super::super::session::lock;
use super::super::version::tag_message;
use super::super::write::remembered;

/// What is to be committed.
pub(super) struct Committing {
    /// The files, whole.
    pub(super) edits: Vec<Edit>,
    /// The message of the commit.
    pub(super) message: String,
    /// The tag.
    pub(super) tag: Option<String>,
    /// The new branch that the commit is made on.
    pub(super) branch: Option<String>,
    /// Files that follow others and that git ignores: written, but not committed.
    pub(super) ignored: Vec<RepoPath>,
    /// Whether commit and tag are signed.
    pub(super) sign: bool,
    /// How the release is called.
    pub(super) name: String,
    /// What `undo` calls it.
    pub(super) what: String,
}

/// Whether a commit is what was meant.
type Says<'a> = &'a dyn Fn(&CommitId) -> Result<()>;

/// What was committed.
pub(super) struct Done {
    /// The commit.
    pub(super) commit: CommitId,
}

/// What follows the files of a bump, for whoever finds them after a crash.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Following {
    /// The commit that was checked out before.
    pub(super) head: CommitId,
    /// The branch that was checked out before; none: HEAD was detached.
    pub(super) from: Option<String>,
    /// The branch that is made for the commit.
    pub(super) branch: Option<String>,
    /// The message of the commit.
    pub(super) message: String,
    /// The tag that follows the commit.
    pub(super) tag: Option<String>,
    /// Whether the tag is signed.
    pub(super) sign: bool,
    /// The files.
    pub(super) paths: Vec<RepoPath>,
}

impl Committing {
    /// The files.
    pub(super) fn paths(&self) -> Vec<String> {
        self.edits.iter().map(|edit| edit.path.to_string()).collect()
    }

    /// The files that are committed.
    fn committed(&self) -> Vec<RepoPath> {
        let paths = self.edits.iter().map(|edit| &edit.path);
        paths.filter(|path| !self.ignored.contains(path)).cloned().collect()
    }

    /// What is going to happen, in words.
    pub(super) fn foretold(&self) -> Vec<String> {
        let branch = self.branch.iter().map(|branch| format!("make the branch {branch}"));
        let commit = std::iter::once(format!("commit {}", self.message.trim_end()));
        let tag = self.tag.iter().map(|tag| format!("tag it as {tag}"));
        branch.chain(commit).chain(tag).collect()
    }

    /// The command that comes next.
    pub(super) fn push(&self) -> String {
        match (&self.tag, &self.branch) {
            (Some(_), _) => "git push --follow-tags".to_owned(),
            (None, Some(branch)) => format!("git push -u origin {}", crate::derive::shell::word(branch)),
            (None, None) => "git track version tag    when this is on the base branch".to_owned(),
        }
    }

    /// Refuses what would fail, or take something of the user's along, before anything is written.
    pub(super) fn refuse(&self, store: &Store) -> Result<()> {
        let repo = &store.repo;
        if let Some(branch) = &self.branch {
            if !repo.check_ref_name(&format!("refs/heads/{branch}")) || branch.starts_with('-') {
                return Err(Error::usage(format!(
                    "git accepts no branch of the name `{}`",
                    branch.escape_debug()
                )));
            }
            if repo.branch_tip(branch).is_some() {
                return Err(Error::refused(format!("the branch {branch} exists already"))
                    .hint("--branch NAME    with a name that is free"));
            }
        }
        if repo.is_index_locked() {
            return Err(Error::new(
                Kind::Locked,
                "another git command is changing the index, or one was killed",
            )
            .note("nothing written")
            .hint(
                "try again when it is done; when none is running, remove index.lock from the git directory",
            ));
        }
        let changed = repo.changed_files()?;
        let written =
            |path: &str| self.edits.iter().any(|edit| edit.path.as_str() == path && edit.before.is_some());
        let dirty: Vec<&str> = changed
            .iter()
            .filter(|change| written(&change.path))
            .map(|change| change.path.as_str())
            .collect();
        if let Some(first) = dirty.first() {
            let error = Error::refused(format!("{first} has changes that are not committed"));
            let error = dirty.iter().skip(1).fold(error, |error, path| error.note(format!("and {path}")));
            return Err(error
                .note("the commit of the version would take them along")
                .hint("commit or stash them first")
                .hint("git track bump    writes the files and commits nothing"));
        }
        let known = store.staged(&self.edits.iter().map(|edit| edit.path.clone()).collect::<Vec<_>>())?;
        let committed = |edit: &&Edit| edit.before.is_some() && !self.ignored.contains(&edit.path);
        for edit in self.edits.iter().filter(committed) {
            if !known.iter().any(|file| file.path == edit.path) {
                return Err(Error::refused(format!(
                    "git ignores {}, so that it cannot be committed",
                    edit.path
                ))
                .hint(format!("git add --force {}", crate::derive::shell::word(edit.path.as_str()))));
            }
        }
        Ok(())
    }
}

/// Writes, commits and tags; whatever fails, everything is as it was before.
///
/// A hook may change what is committed: `says` whether it still is what was meant.
pub(super) fn commit(
    context: &Context,
    store: &Store,
    lock: Lock,
    (committing, says): (&Committing, Says),
) -> Result<Done> {
    let head = store.repo.head()?;
    let Some(before) = head.commit().cloned() else {
        return Err(Error::new(Kind::Nothing, "there is no commit yet to release"));
    };
    let following = Following {
        head: before,
        from: head.branch().map(str::to_owned),
        branch: committing.branch.clone(),
        message: committing.message.clone(),
        tag: committing.tag.clone(),
        sign: committing.sign,
        paths: committing.committed(),
    };
    let then =
        serde_json::to_string(&following).map_err(|error| Error::bug(format!("a journal: {error}")))?;
    let told = Told { what: committing.what.clone(), committed: Some(committing.name.clone()) };
    let remembered = remembered(context, store, &committing.edits, told)?;
    let all: Vec<Edit> = committing.edits.iter().cloned().chain(remembered).collect();
    let held = store.files.hold(&lock, &all, &then)?;
    // Hooks that git runs may call this program, which must find the lock free.
    drop(lock);
    match follow(store, &following, says) {
        Ok(commit) => {
            // All is done: whoever finds the journal finds that, too.
            if let Err(error) = held.finish() {
                context.remark(format!("{}: git track recover", error.message()));
            }
            Ok(Done { commit })
        }
        Err((error, made)) => Err(taken_back(context, store, held, (&following, made), &error)),
    }
}

/// What was done of what follows, when it fails.
#[derive(Default)]
pub(super) struct Made {
    switched: bool,
    commit: Option<CommitId>,
}

fn follow(store: &Store, following: &Following, says: Says) -> Result<CommitId, (Error, Made)> {
    let repo = &store.repo;
    let mut made = Made::default();
    if let Some(branch) = &following.branch {
        let switched = repo.switch(branch, Some(&following.head));
        // A hook that fails afterwards does not undo it.
        made.switched = matches!(repo.head(), Ok(head) if head.branch() == Some(branch));
        if let (Err(error), false) = (switched, made.switched) {
            return Err((error, made));
        }
    }
    let committed = repo.commit_release(&following.paths, &following.message, following.sign);
    // Git may fail when the commit is there, and hooks may put others on top of it.
    let done = following.commit(store).and_then(|commit| {
        made.commit.clone_from(&commit);
        committed?;
        let commit = commit.ok_or_else(|| Error::refused("a hook has changed which files are committed"))?;
        says(&commit)?;
        if let Some(tag) = &following.tag {
            repo.add_tag(tag, &commit, &tag_message(tag), following.sign)?;
        }
        Ok(commit)
    });
    done.map_err(|error| (error, made))
}

impl Following {
    /// The commit of the bump, where it was made: the one on top of what was checked out before that changes all of the
    /// files, whatever hooks made of its message and whatever came on top of it.
    pub(super) fn commit(&self, store: &Store) -> Result<Option<CommitId>> {
        let repo = &store.repo;
        let branches = [self.branch.as_deref(), self.from.as_deref()].into_iter().flatten();
        let tips = branches.filter_map(|branch| repo.branch_tip(branch));
        let tips: IndexSet<CommitId> = repo.head()?.commit().cloned().into_iter().chain(tips).collect();
        let blob = |at: &CommitId, path: &RepoPath| store.regular(&At::Commit(at.clone()), path);
        for tip in tips {
            for commit in repo.commits(std::slice::from_ref(&self.head), &tip)? {
                if commit.parents.as_slice() != std::slice::from_ref(&self.head) {
                    continue;
                }
                let changes = |path: &RepoPath| Ok(blob(&commit.id, path)? != blob(&self.head, path)?);
                let whole = self.paths.iter().map(changes).collect::<Result<Vec<bool>>>()?;
                if whole.iter().all(|changed| *changed) {
                    return Ok(Some(commit.id));
                }
            }
        }
        Ok(None)
    }
}

// The latest first. What cannot be taken back is told, and the journal stays for `recover`.
fn taken_back(
    context: &Context,
    store: &Store,
    held: Held,
    (following, made): (&Following, Made),
    error: &Error,
) -> Error {
    let mut error = told(error);
    if let Err(more) = acts_back(store, following, &made) {
        return Error::new(
            Kind::Pending,
            format!("{}, and taking it back failed: {}", error.message(), more.message()),
        )
        .hint("git track recover --abort");
    }
    let back = lock(context, store, Duration::from_secs(10)).and_then(|lock| held.take_back(&lock));
    match back {
        Ok(kept) => {
            for kept in &kept {
                error = error.note(kept.to_string());
            }
            error.note(if kept.is_empty() {
                "everything is as before"
            } else {
                "everything else is as before"
            })
        }
        Err(more) => Error::new(
            Kind::Pending,
            format!("{}, and taking it back failed: {}", error.message(), more.message()),
        )
        .hint("git track recover"),
    }
}

/// Takes back what git did, the latest first. A tag is only there after a crash: it is the last that is made.
pub(super) fn acts_back(store: &Store, following: &Following, made: &Made) -> Result<()> {
    let repo = &store.repo;
    let on = following.branch.as_deref().filter(|_| made.switched).or(following.from.as_deref());
    if let Some(commit) = &made.commit {
        if let Some(tag) = &following.tag {
            repo.drop_tag(tag, commit)?;
        }
        repo.set_branch_back(on, &following.head, commit, "git track bump: taken back")?;
    }
    repo.unstage(&following.paths)?;
    if made.switched {
        leave(store, following)?;
    }
    Ok(())
}

/// Goes back from the branch that was made for the commit, and removes it.
pub(super) fn leave(store: &Store, following: &Following) -> Result<()> {
    let (Some(branch), repo) = (&following.branch, &store.repo) else { return Ok(()) };
    let back = match &following.from {
        Some(from) => repo.switch(from, None),
        None => repo.detach(&following.head),
    };
    // A hook that fails afterwards does not undo it.
    if repo.head()?.branch() == Some(branch) {
        back?;
    }
    repo.drop_branch(branch, &following.head)
}

impl Made {
    /// What is there after a crash.
    pub(super) fn found(head: &Head, following: &Following, commit: Option<CommitId>) -> Self {
        let switched = following.branch.is_some() && head.branch() == following.branch.as_deref();
        Self { switched, commit }
    }
}

fn told(error: &Error) -> Error {
    let silent = "a hook said no, and nothing else";
    // What git was called with is of no use to whoever asked for a bump.
    let complaint = match error.message().split_once("): ") {
        Some((_, complaint)) => complaint,
        None if error.message().starts_with("`git ") => silent,
        None => error.message(),
    };
    let again = Error::new(error.kind(), format!("git refused: {complaint}"));
    let again = error.notes().iter().fold(again, |again, note| again.note(note.clone()));
    error.hints().iter().fold(again, |again, hint| again.hint(hint.clone()))
}
