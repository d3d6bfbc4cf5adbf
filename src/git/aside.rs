//! Small facts about branches beside their tips: who is asked to look, what was left behind, how far two are apart.

use git2::{ErrorCode, Oid};

use super::ask::{odd, text};
use super::made::makes;
use super::trees::oid;
use super::{Repo, Trouble};
use crate::error::{Error, Kind, Result};
use crate::files::read_outside;
use crate::model::facts::{Branch, CommitId};

/// Where forges keep the tips that somebody is asked to look at.
const REVIEWS: [&str; 3] = ["refs/pull/*/head", "refs/merge-requests/*/head", "refs/changes/*"];

/// More than the log of any branch has.
const LARGEST: u64 = 1 << 26;

/// A branch that is not there any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// Its name.
    pub name: String,
    /// Where it stood when this worktree left it.
    pub commit: CommitId,
    /// What was made on it in this worktree, the latest first.
    pub made: Vec<CommitId>,
}

impl Repo {
    /// The commits that this clone remembers as those that somebody is asked to look at.
    pub fn asked_to_review(&self) -> Result<Vec<CommitId>> {
        let ids = self.read(
            |lib| {
                let mut ids: Vec<String> = Vec::new();
                for pattern in REVIEWS {
                    for found in lib.references_glob(pattern)? {
                        ids.extend(found?.target().as_ref().map(Oid::to_string));
                    }
                }
                Ok(ids)
            },
            || {
                let call = self.ask(["for-each-ref", "--format=%(objectname)"]).args(REVIEWS);
                Ok(text(&call, call.checked()?)?.lines().map(str::to_owned).collect())
            },
        )?;
        ids.iter().map(|id| CommitId::parse(id)).collect()
    }

    /// The branches that this worktree has been on and that are not there any more; the last one left in front. Empty where
    /// git keeps no log.
    pub fn left_behind(&self, branches: &[Branch]) -> Result<Vec<Left>> {
        let log = match read_outside(&self.git_dir.join("logs/HEAD"), LARGEST) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == Kind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let log = String::from_utf8_lossy(&log);
        let (mut left, mut made): (Vec<Left>, Vec<CommitId>) = (Vec::new(), Vec::new());
        for entry in log.lines() {
            let Some((ids, message)) = entry.split_once('\t') else { continue };
            let mut ids = ids.split(' ').map(CommitId::parse);
            let (Some(Ok(before)), Some(Ok(after))) = (ids.next(), ids.next()) else { continue };
            let moved = message.strip_prefix("checkout: moving from ");
            let Some((name, _)) = moved.and_then(|moved| moved.rsplit_once(" to ")) else {
                if makes(&after, message) {
                    made.insert(0, after);
                }
                continue;
            };
            let known = left.iter().position(|left| left.name == name).map(|at| left.remove(at));
            made.extend(known.into_iter().flat_map(|left| left.made));
            left.insert(0, Left { name: name.to_owned(), commit: before, made: std::mem::take(&mut made) });
        }
        left.retain(|left| !branches.iter().any(|branch| !branch.remote && branch.name == left.name));
        Ok(left)
    }

    /// The names of the remotes, the longest first: one may hold a slash.
    pub fn remotes(&self) -> Result<Vec<String>> {
        let mut names = self.read(
            |lib| {
                let all = lib.remotes()?;
                Ok(all.iter().filter_map(|name| name.ok().flatten().map(str::to_owned)).collect::<Vec<_>>())
            },
            || {
                let call = self.ask(["remote"]);
                Ok(text(&call, call.checked()?)?.lines().map(str::to_owned).collect())
            },
        )?;
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        Ok(names)
    }

    /// Whether this clone has a commit; nothing is fetched.
    pub fn has_commit(&self, id: &CommitId) -> bool {
        self.read(
            |lib| Ok(lib.odb()?.exists(oid(lib, id.as_str())?)),
            || Ok(self.ask(["cat-file", "-e", id.as_str()]).run()?.is_success()),
        )
        .unwrap_or(false)
    }

    /// How many commits the one has and the other has not, and the other way round.
    pub fn ahead_behind(&self, one: &CommitId, other: &CommitId) -> Result<(usize, usize)> {
        self.read_objects(
            |lib| {
                let counted = lib.graph_ahead_behind(oid(lib, one.as_str())?, oid(lib, other.as_str())?);
                match counted {
                    Ok(counted) => Ok(counted),
                    Err(error) if error.code() == ErrorCode::NotFound => Err(Trouble::AskGit),
                    Err(error) => Err(error.into()),
                }
            },
            || {
                let range = format!("{one}...{other}");
                let call = self.ask(["rev-list", "--count", "--left-right", range.as_str(), "--"]);
                let printed = text(&call, call.checked().map_err(|error| self.absent(one.as_str(), error))?)?;
                let mut counts = printed.split_whitespace().map(|count| count.parse::<usize>().ok());
                match (counts.next().flatten(), counts.next().flatten()) {
                    (Some(ahead), Some(behind)) => Ok((ahead, behind)),
                    _ => Err::<_, Error>(odd(&call)),
                }
            },
        )
    }
}
