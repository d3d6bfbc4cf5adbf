//! Commits between others: where histories parted, what came since, what is about to be merged.

use std::fmt::Write;

use git2::{ErrorClass, ErrorCode, Sort};

use super::ask::one_line;
use super::history::facts;
use super::trees::oid;
use super::{Repo, Trouble};
use crate::error::{Error, Kind, Result};
use crate::files::read_outside;
use crate::model::facts::{CommitFacts, CommitId, MergeBase};

/// More than any file of git that lists commits has.
const LARGEST: u64 = 1 << 26;

impl Repo {
    /// The best commit that both have in their history; of several, the one that git names first.
    pub fn merge_base(&self, one: &CommitId, other: &CommitId) -> Result<MergeBase> {
        let found = self.read_objects(
            |lib| match lib.merge_bases(oid(lib, one.as_str())?, oid(lib, other.as_str())?) {
                Ok(all) if all.len() == 1 => Ok(all.first().map(ToString::to_string)),
                Ok(_) => Err(Trouble::AskGit),
                Err(error) if error.code() == ErrorCode::NotFound && error.class() == ErrorClass::Merge => {
                    Ok(None)
                }
                Err(error) => Err(error.into()),
            },
            || {
                let line = one_line(&self.ask(["merge-base", one.as_str(), other.as_str()]));
                line.map_err(|error| self.absent(one.as_str(), error))
            },
        )?;
        Ok(match found {
            Some(id) => MergeBase::Found(CommitId::parse(&id)?),
            None if self.is_shallow() => MergeBase::Unknown,
            None => MergeBase::Unrelated,
        })
    }

    /// The commits that are reachable from `to` and from none of `from`, parents before children. An error if history
    /// is cut off among them, as what such a commit changed is not known.
    pub fn commits(&self, from: &[CommitId], to: &CommitId) -> Result<Vec<CommitFacts>> {
        let all = self.read_objects(
            |lib| {
                let mut walk = lib.revwalk()?;
                walk.set_sorting(Sort::TOPOLOGICAL | Sort::REVERSE)?;
                walk.push(oid(lib, to.as_str())?)?;
                for commit in from {
                    walk.hide(oid(lib, commit.as_str())?)?;
                }
                walk.map(|id| Ok(facts(&lib.find_commit(id?)?)?)).collect()
            },
            || {
                let mut revisions = format!("{to}\n");
                for commit in from {
                    writeln!(revisions, "^{commit}").map_err(|_| Error::bug("a text cannot be written"))?;
                }
                let how = ["--topo-order", "--reverse", "--format=parents %P", "--stdin"];
                self.listed(&self.ask(["rev-list"]).args(how).stdin(revisions), to)
            },
        )?;
        all.iter()
            .filter(|commit| commit.parents.is_empty())
            .try_for_each(|commit| self.begins(&commit.id))?;
        Ok(all)
    }

    /// The parents besides HEAD of the commit that is about to be made.
    pub fn merge_heads(&self) -> Result<Vec<CommitId>> {
        ids_in(&self.git_dir.join("MERGE_HEAD"))
    }

    /// Refuses a commit that has parents which this clone does not know: it only looks like a first one.
    pub(super) fn begins(&self, commit: &CommitId) -> Result<()> {
        if !self.is_shallow() || !ids_in(&self.common_dir.join("shallow"))?.contains(commit) {
            return Ok(());
        }
        let raw = self.read_objects(
            |lib| Ok(lib.odb()?.read(oid(lib, commit.as_str())?)?.data().to_vec()),
            || {
                let mut all = self.ask_objects(std::iter::once(commit.as_str()), usize::MAX)?;
                all.pop().map(|(_, raw)| raw).ok_or_else(|| Error::bug("no answer for a commit"))
            },
        )?;
        let mut headers = raw.split(|&byte| byte == b'\n').take_while(|line| !line.is_empty());
        if !headers.any(|line| line.starts_with(b"parent ")) {
            return Ok(());
        }
        Err(Error::repository(format!(
            "history is cut off at {}: what it changed is not known",
            commit.short()
        ))
        .note("this clone is shallow")
        .hint("git fetch --unshallow"))
    }
}

/// The ids in a file of git, one on each line; none without the file.
pub(super) fn ids_in(path: &std::path::Path) -> Result<Vec<CommitId>> {
    let bytes = match read_outside(path, LARGEST) {
        Err(error) if error.kind() == Kind::NotFound => return Ok(Vec::new()),
        read => read?,
    };
    let text = String::from_utf8_lossy(&bytes);
    let ids = text.lines().map(|line| CommitId::parse(line.trim_end()));
    ids.map(|id| id.map_err(|error| error.context(path.display()))).collect()
}
