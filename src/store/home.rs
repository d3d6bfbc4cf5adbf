//! Workflows that live on one branch: which copy of them counts, and where it is.

use std::path::PathBuf;

use crate::error::{Error, Result};
use crate::model::facts::{Branch, Worktree};

use super::copies::Beside;
use super::pages::rendered;
use super::snapshot::read_workflow;
use super::{At, Broken, Loaded, Snapshot, Store};

/// Where the copy of a workflow is that counts, when that is not the version of the state that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home {
    /// The branch on which the workflow lives.
    pub branch: String,
    /// The top of the worktree where that is checked out; `None`: nowhere, and what the branch holds is read.
    pub tree: Option<PathBuf>,
}

impl Store {
    /// Puts in the place of each workflow that lives on another branch than `here` the copy that counts: the file in
    /// the worktree where its home is checked out, else what that branch holds.
    pub fn bring_home(&self, snapshot: &mut Snapshot, here: Option<&str>) -> Result<()> {
        let away =
            |loaded: &Loaded| loaded.workflow.root.home.clone().filter(|home| Some(home.as_str()) != here);
        if self.plan.is_some() || !snapshot.workflows.iter().any(|loaded| away(loaded).is_some()) {
            return Ok(());
        }
        let places = Places { trees: self.repo.worktrees()?, branches: self.repo.branches()? };
        for loaded in std::mem::take(&mut snapshot.workflows) {
            let Some(branch) = away(&loaded) else {
                snapshot.workflows.push(loaded);
                continue;
            };
            match self.at_home(&places, &loaded, branch) {
                Ok(loaded) => snapshot.workflows.push(loaded),
                Err(error) => snapshot.broken.push(Broken { path: loaded.path.to_string(), error }),
            }
        }
        snapshot.pages.know_rendered(rendered(snapshot.laid_out(), &snapshot.config.paths));
        Ok(())
    }

    fn at_home(&self, places: &Places, own: &Loaded, branch: String) -> Result<Loaded> {
        let path = &own.path;
        let tree = places.tree(&branch);
        let bytes = match &tree {
            Some(tree) => Beside::of(self, tree).read(path)?,
            None => {
                let tip = places.tip(&branch).ok_or_else(|| {
                    Error::state(format!("it lives on {branch}, which is not here"))
                        .hint(format!("git branch {branch} <where it is>"))
                })?;
                self.read(&At::Commit(tip.commit.clone()), path)?
            }
        };
        let place = tree.as_ref().map_or_else(String::new, |tree| format!(" ({})", tree.display()));
        let bytes = bytes.ok_or_else(|| {
            Error::state(format!("it lives on {branch}{place}, which has no such file"))
                .hint(format!("git log {branch} -- {path}"))
        })?;
        let workflow = read_workflow(&bytes, path)
            .map_err(|error| error.note(format!("this is the copy on {branch}{place}, where it lives")))?;
        if workflow.id != own.workflow.id || workflow.profile != own.workflow.profile {
            return Err(Error::state(format!(
                "the copy on {branch}{place}, where it lives, is another workflow"
            )));
        }
        Ok(Loaded { bytes, workflow, home: Some(Home { branch, tree }), ..own.clone() })
    }
}

struct Places {
    trees: Vec<Worktree>,
    branches: Vec<Branch>,
}

impl Places {
    fn tree(&self, branch: &str) -> Option<PathBuf> {
        let there = |tree: &&Worktree| {
            tree.branch.as_deref() == Some(branch) && tree.prunable.is_none() && !tree.bare
        };
        self.trees.iter().find(there).map(|tree| tree.path.clone())
    }

    // In a fresh clone only a remote has the branch.
    fn tip(&self, branch: &str) -> Option<&Branch> {
        let own = self.branches.iter().find(|one| !one.remote && one.name == branch);
        let origin = format!("origin/{branch}");
        own.or_else(|| self.branches.iter().find(|one| one.remote && one.name == origin))
    }
}
