//! Files beside the state in which values are looked up: those of one version of the repository.

use crate::error::{Error, Result};
use crate::files::Files;
use crate::git::Repo;
use crate::model::config::Config;
use crate::model::edit::Root;
use crate::model::facts::{FileMode, Source, TreeFile};
use crate::model::path::RepoPath;

use super::snapshot::source;
use super::{At, Store};

/// The largest file in which a value is looked up, in bytes: lock files grow.
const LARGEST: u64 = 16 * 1024 * 1024;

impl Store {
    /// What the team decided; what is usual where it decided nothing.
    pub fn decided(&self, at: &At) -> Result<Config> {
        let mut broken = Vec::new();
        let config = self.config(at, &mut broken)?;
        broken.pop().map_or(Ok(config.unwrap_or_default()), |broken| Err(broken.error))
    }

    /// The bytes of a regular file; `None`: there is none of this name.
    pub fn regular(&self, at: &At, path: &RepoPath) -> Result<Option<Vec<u8>>> {
        regular((&self.files, &self.repo), at, path)
    }

    /// All files of a name; of the work tree those that git knows.
    pub fn named(&self, at: &At, name: &str) -> Result<Vec<RepoPath>> {
        let source = source(at).unwrap_or(Source::Index);
        let all = self.repo.list(&source, &RepoPath::top())?;
        Ok(all.into_iter().map(|file| file.path).filter(|path| path.file_name() == name).collect())
    }

    /// What git has staged at these paths; a path that it does not know is left out.
    pub fn staged(&self, paths: &[RepoPath]) -> Result<Vec<TreeFile>> {
        let listed = paths.iter().map(|path| self.repo.list(&Source::Index, path));
        Ok(listed.collect::<Result<Vec<_>>>()?.concat())
    }
}

// An answer from git is right or an error here: a version is never taken to be missing because git failed.
pub(super) fn regular((files, repo): (&Files, &Repo), at: &At, path: &RepoPath) -> Result<Option<Vec<u8>>> {
    let Some(source) = source(at) else { return files.read(Root::WorkTree, path, LARGEST) };
    let listed = repo.list(&source, path)?;
    match listed.iter().find(|file| file.path == *path) {
        None if listed.is_empty() => Ok(None),
        Some(file) if file.conflicted => {
            Err(Error::repository(format!("`{path}` has an unresolved merge conflict")))
        }
        Some(file) if matches!(file.mode, FileMode::Regular | FileMode::Executable) => {
            repo.blob(&file.id, LARGEST).map(Some)
        }
        Some(_) | None => Err(Error::repository(format!("`{path}` is not a regular file"))),
    }
}
