//! One workflow as another place has it.

use std::path::Path;

use crate::error::Result;
use crate::files::{Files, Roots};
use crate::model::edit::Root;
use crate::model::path::RepoPath;
use crate::model::workflow::Workflow;

use super::snapshot::read_workflow;
use super::{At, LARGEST, Loaded, Store};

impl Store {
    /// A workflow as a version of the state has it, without its process; `None`: that version has no such file.
    pub fn copy(&self, at: &At, path: &RepoPath) -> Result<Option<Workflow>> {
        self.read(at, path)?.map(|bytes| read_workflow(&bytes, path)).transpose()
    }
}

/// The files of another worktree.
#[derive(Debug)]
pub struct Beside {
    files: Files,
}

impl Beside {
    /// The worktree with this top.
    pub fn of(store: &Store, top: &Path) -> Self {
        let roots = Roots {
            work_tree: Some(top.to_path_buf()),
            git_dir: store.repo.git_dir().to_path_buf(),
            common_dir: store.repo.common_dir().to_path_buf(),
            hooks: None,
            logs: None,
        };
        Self { files: Files::new(roots) }
    }

    /// The bytes of a file of the state; `None`: it is not there.
    pub fn read(&self, path: &RepoPath) -> Result<Option<Vec<u8>>> {
        self.files.read(Root::WorkTree, path, LARGEST)
    }

    /// A workflow as it is there, without its process; `None`: there is no such file.
    pub fn copy(&self, path: &RepoPath) -> Result<Option<Workflow>> {
        self.read(path)?.map(|bytes| read_workflow(&bytes, path)).transpose()
    }

    /// The same workflow as it is there; `None`: it is the same, not there, or cannot be read.
    pub fn other(&self, own: &Loaded) -> Option<Workflow> {
        let bytes = self.read(&own.path).ok().flatten().filter(|bytes| *bytes != own.bytes)?;
        read_workflow(&bytes, &own.path).ok()
    }
}
