//! One workflow as another place has it.

use crate::error::Result;
use crate::model::path::RepoPath;
use crate::model::workflow::Workflow;

use super::snapshot::read_workflow;
use super::{At, Store};

impl Store {
    /// A workflow as a version of the state has it, without its process; `None`: that version has no such file.
    pub fn copy(&self, at: &At, path: &RepoPath) -> Result<Option<Workflow>> {
        self.read(at, path)?.map(|bytes| read_workflow(&bytes, path)).transpose()
    }
}
