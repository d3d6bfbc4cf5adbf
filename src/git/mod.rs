//! The repository: one way to open it, facts read from it, and the acts that git itself performs.
//!
//! libgit2 is the fast path. What it cannot read (reftable, unknown extensions, split and sparse indexes, replaced
//! objects) and what it does not find is asked of `git` children, so that an answer is right or a named error. The index
//! file is read by [`staged`], as every hook reads it and libgit2 takes ten times as long.

mod aside;
mod ask;
mod between;
mod bytes;
mod candidates;
mod changed;
mod config;
mod content;

mod copies;
#[cfg(test)]
mod copies_tests;

mod differences;
mod fingerprint;
mod graph;
mod history;
mod hooks;
mod inside;
mod landings;
mod lines;
mod made;

mod merges;
mod nearby;
mod open;

mod prints;
mod ranges;
mod reach;
mod refs;
mod release;
mod renames;
#[cfg(test)]
mod sandbox;

mod says;
#[cfg(test)]
mod says_tests;

mod since;
#[cfg(test)]
mod since_tests;

mod staged;
mod taken;
mod trees;
mod vouched;
mod work;
mod write;

use std::cell::{OnceCell, RefCell};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::error::{Error, Result};
use crate::files::Stamp;
use crate::process::Vars;

pub use aside::Left;
pub use content::Content;
pub use hooks::{Configured, HooksPath, Scope, Version};
pub use inside::Inside;
pub use landings::{Asked, OnBase};
pub use nearby::{head_text, nearby};
pub use open::open;
use staged::Staged;

/// What decides which repository is meant, as data: `main` reads the environment once.
#[derive(Clone, Debug)]
pub struct Env {
    /// Where the command was called; absolute.
    pub cwd: PathBuf,
    /// `GIT_DIR`.
    pub git_dir: Option<OsString>,
    /// `GIT_WORK_TREE`.
    pub work_tree: Option<OsString>,
    /// `GIT_INDEX_FILE`: set while git runs the hooks of a commit.
    pub index_file: Option<OsString>,
    /// The rest of the environment; children get it, less what names a repository.
    pub vars: Vars,
}

impl Env {
    /// Takes the three variables that name the repository out of a whole environment.
    pub fn new(cwd: impl Into<PathBuf>, mut vars: Vars) -> Self {
        let mut take = |name: &str| vars.remove(OsStr::new(name)).filter(|value| !value.is_empty());
        Self {
            cwd: cwd.into(),
            git_dir: take("GIT_DIR"),
            work_tree: take("GIT_WORK_TREE"),
            index_file: take("GIT_INDEX_FILE"),
            vars,
        }
    }

    fn var(&self, name: &str) -> Option<&OsStr> {
        self.vars.get(OsStr::new(name)).map(OsString::as_os_str)
    }
}

/// So many objects are worth a way to them of their own.
const MANY: usize = 512;

/// An open repository. Nothing that reads from it writes, not even the index.
pub struct Repo {
    lib: Option<git2::Repository>,
    work_tree: Option<PathBuf>,
    bare: bool,
    git_dir: PathBuf,
    common_dir: PathBuf,
    index_path: PathBuf,
    format: git2::ObjectFormat,
    vars: Vars,
    /// What children must be told because they could not find it out from where they run.
    told: Vars,
    index: RefCell<Option<(Option<Stamp>, Rc<Staged>)>>,
    config: OnceCell<config::Settings>,
    replaced: OnceCell<bool>,
    partial: OnceCell<bool>,
}

impl Repo {
    /// The top of the work tree; `None` in a bare repository and inside a git directory.
    pub fn work_tree(&self) -> Option<&Path> {
        self.work_tree.as_deref()
    }

    /// The top of the work tree, or the reason why nothing can be done without one.
    pub fn top(&self) -> Result<&Path> {
        self.work_tree.as_deref().ok_or_else(|| {
            Error::repository(format!("`{}` has no work tree here", self.git_dir.display()))
                .hint("run this inside a work tree; `git worktree list` names them")
        })
    }

    /// The git directory of this worktree.
    pub fn git_dir(&self) -> &Path {
        &self.git_dir
    }

    /// The git directory that all worktrees share.
    pub fn common_dir(&self) -> &Path {
        &self.common_dir
    }

    /// Whether the repository has no work tree at all; its linked worktrees are not bare.
    pub fn is_bare(&self) -> bool {
        self.bare
    }

    /// Whether history is cut off.
    pub fn is_shallow(&self) -> bool {
        self.common_dir.join("shallow").metadata().is_ok_and(|file| file.len() > 0)
    }

    /// Whether libgit2 reads this repository; if not, every answer costs a child process. For `doctor`.
    pub fn is_fast(&self) -> bool {
        self.lib.is_some()
    }

    /// The objects, to read many of them once: libgit2 keeps what it has read, up to 256 MiB for each way to it, until
    /// that is given up.
    fn objects_once<'l>(
        &self,
        lib: &'l git2::Repository,
        count: usize,
    ) -> Result<git2::Odb<'l>, git2::Error> {
        let place = self.common_dir.join("objects");
        match place.to_str().filter(|_| count >= MANY) {
            Some(place) => {
                let objects = git2::Odb::new_ext(self.format)?;
                objects.add_disk_alternate(place)?;
                Ok(objects)
            }
            None => lib.odb(),
        }
    }

    /// Reads much that is not needed twice: libgit2 keeps nothing of it.
    fn keeping_nothing<T>(read: impl FnOnce() -> T) -> T {
        git2::opts::enable_caching(false);
        let read = read();
        git2::opts::enable_caching(true);
        read
    }

    /// Asks libgit2, and a child where libgit2 is known not to know.
    fn read<T>(
        &self,
        fast: impl FnOnce(&git2::Repository) -> Result<T, Trouble>,
        child: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        let Some(lib) = &self.lib else { return child() };
        match fast(lib) {
            Ok(value) => Ok(value),
            Err(Trouble::AskGit) => child(),
            Err(Trouble::Fatal(error)) => Err(error),
        }
    }

    /// The same for objects: libgit2 does not know replacements and grafts.
    fn read_objects<T>(
        &self,
        fast: impl FnOnce(&git2::Repository) -> Result<T, Trouble>,
        child: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        self.read(|lib| if self.has_replacements(lib)? { Err(Trouble::AskGit) } else { fast(lib) }, child)
    }

    fn has_replacements(&self, lib: &git2::Repository) -> Result<bool, Trouble> {
        if let Some(known) = self.replaced.get() {
            return Ok(*known);
        }
        let grafted = self.common_dir.join("info/grafts").exists();
        let found = grafted || lib.references_glob("refs/replace/*")?.next().is_some();
        Ok(*self.replaced.get_or_init(|| found))
    }
}

/// Why libgit2 gave no answer.
enum Trouble {
    /// It cannot read this kind of repository, or does not find what git might.
    AskGit,
    /// Git would not do better.
    Fatal(Error),
}

impl From<git2::Error> for Trouble {
    fn from(error: git2::Error) -> Self {
        use git2::{ErrorClass, ErrorCode};
        let missing = error.code() == ErrorCode::NotFound;
        let unreadable =
            error.message().contains("unsupported") || error.message().contains("unknown object format");
        let unknown = match error.class() {
            ErrorClass::Odb | ErrorClass::Object | ErrorClass::Tree => missing,
            ErrorClass::Index | ErrorClass::Repository | ErrorClass::Config => unreadable,
            _ => false,
        };
        if unknown { Self::AskGit } else { Self::Fatal(Error::repository(error.message())) }
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Fatal(error)
    }
}
