//! What git does for us: children, so that the user's hooks, signing and settings hold.

use std::path::Path;

use super::Repo;
use super::ask::{literal, records, repo_path};
use crate::error::{Error, Kind, Result};
use crate::model::facts::CommitId;
use crate::model::path::RepoPath;
use crate::process::{Call, Output};

impl Repo {
    /// Stages these paths as they are in the work tree, in the index that the caller named; a deleted one is staged
    /// as deleted.
    pub fn add(&self, paths: &[RepoPath]) -> Result<()> {
        self.top()?;
        if paths.is_empty() {
            return Ok(());
        }
        self.done(&with_paths(self.adding()?, paths)).map(drop)
    }

    /// Commits these paths as they are in the work tree, and nothing else; what others have staged or changed stays.
    pub fn commit_paths(&self, paths: &[RepoPath], message: &str) -> Result<CommitId> {
        self.commit_only(paths, message, &[])
    }

    /// The same, with more options of `git commit`.
    pub(super) fn commit_only(&self, paths: &[RepoPath], message: &str, how: &[&str]) -> Result<CommitId> {
        self.top()?;
        if paths.is_empty() {
            return Err(Error::new(Kind::Nothing, "there is nothing to commit"));
        }
        let new = self.stage_new(paths)?;
        let call = self.order(["commit", "--quiet", "--only", "-F", "-"]).args(how.iter().copied());
        let call = with_paths(call, paths).stdin(message);
        if let Err(error) = self.done(&call) {
            return Err(match self.unstage_new(&new) {
                Ok(()) => error,
                Err(more) => error.note(format!("the new files are still staged: {}", more.message())),
            });
        }
        let head = self.head()?.commit().cloned();
        head.ok_or_else(|| Error::bug("git made a commit that HEAD does not name"))
    }

    /// Checks a branch out; a new one is made from a commit. Git refuses where that would lose changes.
    pub fn switch(&self, name: &str, from: Option<&CommitId>) -> Result<()> {
        self.top()?;
        let call = self.order(["switch", "--quiet", "--no-track"]);
        let call = match from {
            Some(from) => call.args(["-c", name, from.as_str()]),
            None => self.order(["switch", "--quiet", "--no-guess", name]),
        };
        self.done(&call).map(drop)
    }

    /// Makes a worktree for a branch, which is made from a commit where one is given.
    pub fn add_worktree(&self, place: &Path, branch: &str, from: Option<&CommitId>) -> Result<()> {
        let call = self.order(["worktree", "add", "--quiet", "--no-track"]);
        let call = match from {
            Some(from) => call.args(["-b", branch, "--"]).arg(place).arg(from.as_str()),
            None => self.order(["worktree", "add", "--quiet", "--"]).arg(place).arg(branch),
        };
        self.done(&call).map(drop)
    }

    /// Stages what git does not know yet, since `commit --only` takes no other paths; returns them. An intention to add
    /// would do as well, but git crashes on one outside the patterns of a sparse index.
    fn stage_new(&self, paths: &[RepoPath]) -> Result<Vec<RepoPath>> {
        let known = with_paths(self.ask(["ls-files", "-z", "--full-name"]), paths).checked()?;
        let known = records(&known).map(repo_path).collect::<Result<Vec<_>>>()?;
        let new: Vec<_> =
            paths.iter().filter(|path| !known.iter().any(|seen| covers(path, seen))).cloned().collect();
        if !new.is_empty() {
            self.done(&with_paths(self.adding()?, &new))?;
        }
        Ok(new)
    }

    fn unstage_new(&self, new: &[RepoPath]) -> Result<()> {
        if new.is_empty() {
            return Ok(());
        }
        let call = self.order(["rm", "--cached", "-r", "--quiet", "--force", "--ignore-unmatch"]);
        self.done(&with_paths(call, new)).map(drop)
    }

    fn adding(&self) -> Result<Call> {
        let call = self.order(["add"]);
        // The caller has just written these files, so they are wanted even outside the sparse patterns.
        let sparse = self.config("core.sparseCheckout")?.is_some_and(|value| value != "false");
        Ok(if sparse { call.arg("--sparse") } else { call })
    }

    /// Runs a child that writes; its output if git did what it was told.
    pub(super) fn done(&self, call: &Call) -> Result<Output> {
        let output = call.run()?;
        // The index was replaced by the child.
        self.index.replace(None);
        if output.is_success() { Ok(output) } else { Err(refusal(call, &output)) }
    }
}

pub(super) fn with_paths(call: Call, paths: &[RepoPath]) -> Call {
    call.arg("--").args(paths.iter().map(literal))
}

fn covers(path: &RepoPath, file: &RepoPath) -> bool {
    let rest = file.as_str().strip_prefix(path.as_str());
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Git's words in the place where they help most. It exits with 1 for a hook's refusal and for much else.
fn refusal(call: &Call, output: &Output) -> Error {
    let complaint = output.complaint();
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let failure = call.failure(output);
    let again = |kind| {
        let error = Error::new(kind, failure.message());
        failure.notes().iter().fold(error, Error::note)
    };
    if complaint.contains(".lock': File exists") {
        return again(Kind::Locked)
            .hint("another git command is running, or one was killed: see the lock it names");
    }
    if complaint.contains("Please tell me who you are") {
        return Error::repository("git does not know who you are")
            .hint("git config --global user.name \"Your Name\"")
            .hint("git config --global user.email you@example.com");
    }
    if ["nothing to commit", "no changes added", "nothing added"].iter().any(|words| printed.contains(words))
    {
        return Error::new(Kind::Nothing, "there is nothing to commit: these files are as in HEAD");
    }
    again(Kind::Refused)
}
