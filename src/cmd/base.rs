//! Where work lands: the name of the base, and the places where it stands.

use crate::error::Result;
use crate::git::Repo;
use crate::model::config::Config;
use crate::model::facts::Branch;

/// The branch that work lands on: what the team decided, else what the repository tells.
pub(super) fn name(repo: &Repo, config: &Config) -> Result<Option<String>> {
    match &config.base {
        Some(name) => Ok(Some(name.clone())),
        None => repo.default_branch(),
    }
}

/// Where the base stands: here, then on the remote that it comes from. Forks of others have a branch of that name, too.
pub(super) fn places<'b>(
    repo: &Repo,
    (branches, remotes): (&'b [Branch], &Remotes),
    name: &str,
) -> Result<Vec<&'b Branch>> {
    let upstream = repo.config(&format!("branch.{name}.remote"))?;
    let upstream = upstream.unwrap_or_else(|| "origin".to_owned());
    let only = |remote: &str| remotes.0.len() == 1 && remotes.0.first().is_some_and(|known| known == remote);
    let is_base = |branch: &&Branch| match remotes.parts(branch) {
        (None, short) => short == name,
        (Some(remote), short) => short == name && (remote == upstream || only(remote)) || branch.name == name,
    };
    Ok(branches.iter().filter(is_base).collect())
}

/// The names of the remotes, the longest first.
pub(super) struct Remotes(Vec<String>);

impl Remotes {
    pub(super) fn of(repo: &Repo) -> Result<Self> {
        Ok(Self(repo.remotes()?))
    }

    /// The remote of a branch and its name there.
    pub(super) fn parts<'b>(&'b self, branch: &'b Branch) -> (Option<&'b str>, &'b str) {
        if !branch.remote {
            return (None, &branch.name);
        }
        let known = self.0.iter().find_map(|remote| {
            let name = branch.name.strip_prefix(remote.as_str())?.strip_prefix('/')?;
            Some((Some(remote.as_str()), name))
        });
        known
            .or_else(|| branch.name.split_once('/').map(|(remote, name)| (Some(remote), name)))
            .unwrap_or((None, &branch.name))
    }
}
