//! State between text and model: one reader over the work tree, the index and commits, and plans of edits.

mod commands;
mod configuration;
mod content;
mod copies;
mod home;
mod leases;
mod pages;
mod plan;
#[cfg(test)]
mod plan_tests;
mod profiles;
mod regular;
mod snapshot;
mod templates;
mod undo;
mod versions;

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::error::{Error, Result};
use crate::files::{Files, Roots};
use crate::git::Repo;
use crate::model::facts::CommitId;
use crate::model::path::RepoPath;

pub use content::Content;
pub use copies::Beside;
pub use home::Home;
pub use leases::{leases, leases_edit};
pub use plan::{new_file, workflow_edit};
pub use profiles::{Shipped, shipped};
pub use snapshot::{Broken, Loaded, Snapshot};
pub use templates::{Bundle, Own};
pub use undo::{Entry, FileChange, Told, generation, may_take_back, newest, record, take_back};

/// The folder of the state.
pub const FOLDER: &str = ".track";

/// The team's configuration.
pub const CONFIG: &str = ".track/config.yaml";

/// The largest file that is read as state, in bytes; one more than the front door lets through, so that it can say so.
pub const LARGEST: u64 = 1024 * 1024 + 1;

/// The version of the state that is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum At {
    /// The files as they are.
    WorkTree,
    /// What is staged.
    Index,
    /// What a commit holds.
    Commit(CommitId),
}

/// The state of one repository.
pub struct Store {
    /// Its files.
    pub files: Files,
    /// Its git side.
    pub repo: Rc<Repo>,
    plan: Option<RepoPath>,
    vars: Rc<BTreeMap<String, String>>,
}

impl Store {
    /// The store of a repository; `plan`: a single file that holds the only workflow that is meant.
    ///
    /// `vars`: the environment, of which some processes name a variable that says where logs are kept.
    pub fn new(repo: Repo, plan: Option<RepoPath>, vars: BTreeMap<String, String>) -> Result<Self> {
        if repo.work_tree().is_none() {
            return Err(
                Error::repository("there is no work tree here").hint("git worktree add <dir> <branch>")
            );
        }
        Ok(Self::without_files(repo, plan, vars))
    }

    /// The same in a repository that may be bare, for those who read commits only.
    pub fn without_files(repo: Repo, plan: Option<RepoPath>, vars: BTreeMap<String, String>) -> Self {
        let roots = Roots {
            work_tree: repo.work_tree().map(std::path::Path::to_path_buf),
            git_dir: repo.git_dir().to_path_buf(),
            common_dir: repo.common_dir().to_path_buf(),
            hooks: None,
            logs: None,
        };
        Self { files: Files::new(roots), repo: Rc::new(repo), plan, vars: Rc::new(vars) }
    }

    /// The file of a workflow.
    pub fn path_of(&self, workflow: &crate::model::id::Id) -> Result<RepoPath> {
        match &self.plan {
            Some(plan) => Ok(plan.clone()),
            None => RepoPath::parse(&format!("{FOLDER}/workflows/{workflow}.yaml")),
        }
    }
}
