//! Small facts about branches beside their tips: who is asked to look, what was left behind, how far two are apart.

use git2::{ErrorCode, Oid};

use super::ask::{odd, text};
use super::trees::oid;
use super::{Repo, Trouble};
use crate::error::{Error, Kind, Result};
use crate::files::read_outside;
use crate::model::facts::CommitId;

/// Where forges keep the tips that somebody is asked to look at.
const REVIEWS: [&str; 3] = ["refs/pull/*/head", "refs/merge-requests/*/head", "refs/changes/*"];

/// More than the log of any branch has.
const LARGEST: u64 = 1 << 26;

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

    /// The branches that this worktree has been on and that are not there any more, each with the commit where it was
    /// left; the last one left in front. Empty where git keeps no log.
    pub fn left_behind(&self) -> Result<Vec<(String, CommitId)>> {
        let log = match read_outside(&self.git_dir.join("logs/HEAD"), LARGEST) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == Kind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let log = String::from_utf8_lossy(&log);
        let mut left: Vec<(String, CommitId)> = Vec::new();
        for entry in log.lines().rev() {
            let Some((ids, message)) = entry.split_once('\t') else { continue };
            let Some((from, _)) =
                message.strip_prefix("checkout: moving from ").and_then(|moved| moved.rsplit_once(" to "))
            else {
                continue;
            };
            let before = ids.split(' ').next().and_then(|id| CommitId::parse(id).ok());
            if let Some(commit) = before
                && !left.iter().any(|(name, _)| name == from)
            {
                left.push((from.to_owned(), commit));
            }
        }
        if left.is_empty() {
            return Ok(left);
        }
        let branches = self.branches()?;
        left.retain(|(name, _)| !branches.iter().any(|branch| !branch.remote && branch.name == *name));
        Ok(left)
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
