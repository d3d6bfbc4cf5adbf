//! The disk: reads that no link leads astray, one lock, and changes to several files, all or none.
//!
//! A change is applied under the [`Lock`] through a journal in the git directory of the worktree. Whatever stops the
//! process, [`Files::recover`] brings all files to their old bytes or all to the new ones; what other people wrote
//! meanwhile is never overwritten. A change that a commit follows is held ([`Files::hold`]) until that is done.

mod apply;
mod cache;
mod dir;
mod excl;
mod held;
#[cfg(test)]
mod held_tests;
mod hooks;
mod journal;
mod lock;
mod outside;
mod recover;
mod slot;
mod stat;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::FileType;

pub use self::cache::Cache;
use self::dir::{Dir, Look, Obstacle};
pub use self::held::{Held, Onward, Waiting};
pub use self::hooks::{HookDir, HookFile, HookKind, HookStep, Scratch, Shared, can_run};
pub use self::journal::Phase;
pub use self::lock::{Lock, Owner};
pub use self::outside::{
    Stamp, append_outside, install, is_folder, is_there, playground, read_outside, stamp, write_outside,
};
pub use self::recover::{Direction, Kept, Pending, Recovered};
pub use self::stat::FileStat;
use crate::error::{Error, Result};
use crate::model::edit::Root;
use crate::model::path::RepoPath;

/// Below a git directory: what this program keeps there.
const TRACK: &str = "track";

/// Where the roots are.
#[derive(Clone, Debug)]
pub struct Roots {
    /// The top of the work tree; a bare repository has none.
    pub work_tree: Option<PathBuf>,
    /// The git directory of this worktree.
    pub git_dir: PathBuf,
    /// The git directory that all worktrees share.
    pub common_dir: PathBuf,
    /// Where git looks for hooks.
    pub hooks: Option<PathBuf>,
    /// The log root of the team.
    pub logs: Option<PathBuf>,
}

/// The files below the roots.
#[derive(Clone, Debug)]
pub struct Files {
    roots: Roots,
}

/// An opened root to read from; see [`Files::reader`].
#[derive(Debug)]
pub struct Reader<'a> {
    files: &'a Files,
    root: Root,
    base: Option<Dir>,
}

/// A name in a directory.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// The name; with replacement characters when it is not UTF-8.
    pub name: String,
    /// What has this name.
    pub kind: EntryKind,
}

/// What has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A directory.
    Dir,
    /// A symbolic link, never followed.
    Symlink,
    /// A pipe, a socket or a device.
    Other,
    /// Anything whose name is not UTF-8.
    NotUtf8,
}

impl Files {
    /// Touches nothing yet.
    pub fn new(roots: Roots) -> Self {
        Self { roots }
    }

    /// The same files, with logs in this folder.
    #[must_use]
    pub fn with_logs(mut self, logs: PathBuf) -> Self {
        self.roots.logs = Some(logs);
        self
    }

    /// The bytes of a regular file of at most `cap` bytes; `None`: no such file.
    ///
    /// Links, on the way or at the end, and everything that is not a file are named errors.
    pub fn read(&self, root: Root, path: &RepoPath, cap: u64) -> Result<Option<Vec<u8>>> {
        self.reader(root)?.read(path, cap)
    }

    /// Reads many files of a root, which is opened once. Can be shared by threads.
    pub fn reader(&self, root: Root) -> Result<Reader<'_>> {
        Ok(Reader { files: self, root, base: self.root(root, false)? })
    }

    /// What is in a directory, sorted by name; a missing directory is empty.
    pub fn list(&self, root: Root, dir: &RepoPath) -> Result<Vec<Entry>> {
        let Some(base) = self.root(root, false)? else { return Ok(Vec::new()) };
        match base.dir(dir.as_str()) {
            Ok(open) => entries(&open, &self.shown(root, dir)),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(e) => Err(self.not_a_directory(&base, root, dir, &e)),
        }
    }

    /// What is at the top of a root.
    pub fn list_root(&self, root: Root) -> Result<Vec<Entry>> {
        match self.root(root, false)? {
            Some(base) => entries(&base, &self.directory(root)?.display().to_string()),
            None => Ok(Vec::new()),
        }
    }

    /// Whether anything has this name; a link counts, whatever it points to.
    pub fn exists(&self, root: Root, path: &RepoPath) -> Result<bool> {
        let Some(base) = self.root(root, false)? else { return Ok(false) };
        let parent = path.parent();
        match base.dir(parent.as_ref().map_or("", RepoPath::as_str)) {
            Ok(dir) => dir
                .kind(path.file_name())
                .map(|kind| kind.is_some())
                .map_err(|e| Error::io(format!("look at `{}`", self.shown(root, path)), &e)),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(e) => Err(self.blocked(&base, root, path, &e)),
        }
    }

    /// Takes the one lock of the repository, or says who has it after `patience`.
    ///
    /// `waiting` is called once, after a second, with a line to show. Commands that hold it must not run hooks, editors
    /// or `git commit`: those may call this program.
    pub fn lock(&self, owner: &Owner, patience: Duration, waiting: &mut dyn FnMut(&str)) -> Result<Lock> {
        Lock::acquire(track(&self.roots.common_dir)?, owner, patience, waiting)
    }

    fn directory(&self, root: Root) -> Result<&Path> {
        let (path, missing) = match root {
            Root::WorkTree => (self.roots.work_tree.as_deref(), "this repository has no work tree"),
            Root::GitDir => (Some(self.roots.git_dir.as_path()), ""),
            Root::CommonDir => (Some(self.roots.common_dir.as_path()), ""),
            Root::Hooks => (self.roots.hooks.as_deref(), "the directory of the hooks is not known"),
            Root::Logs => (self.roots.logs.as_deref(), "no log root is configured"),
        };
        path.ok_or_else(|| Error::repository(missing))
    }

    /// `None`: the root does not exist, and `make` did not ask for it.
    fn root(&self, root: Root, make: bool) -> Result<Option<Dir>> {
        let path = self.directory(root)?;
        let fail = |e: &io::Error| Error::io(format!("open `{}`", path.display()), e);
        match Dir::open_root(path) {
            Ok(dir) => Ok(Some(dir)),
            Err(e) if e.kind() == io::ErrorKind::NotFound && make => {
                make_root(path).and_then(|()| Dir::open_root(path)).map(Some).map_err(|e| fail(&e))
            }
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(fail(&e)),
        }
    }

    /// A path as the user knows it: as it is in the work tree, in full elsewhere.
    fn shown(&self, root: Root, path: &RepoPath) -> String {
        match (root, self.directory(root)) {
            (Root::WorkTree, _) | (_, Err(_)) => path.to_string(),
            (_, Ok(directory)) => directory.join(path.as_str()).display().to_string(),
        }
    }

    fn too_big(&self, root: Root, path: &RepoPath, size: u64, cap: u64) -> Error {
        Error::state(format!("`{}` is {size} bytes long; {cap} is the limit", self.shown(root, path)))
    }

    fn in_the_way(&self, root: Root, obstacle: &Obstacle) -> Error {
        let Obstacle { at, is, wanted } = obstacle;
        let shown = RepoPath::parse(at).map_or_else(|_| at.clone(), |path| self.shown(root, &path));
        let error = Error::state(format!("`{shown}` is {is}, not a {wanted}"));
        if *is == "a symbolic link" {
            error.hint(format!("links are not followed here; replace it by the {wanted} it points to"))
        } else {
            error
        }
    }

    /// Why something below could not be reached.
    fn blocked(&self, base: &Dir, root: Root, path: &RepoPath, error: &io::Error) -> Error {
        match base.obstacle(path.as_str()) {
            Ok(Some(obstacle)) => self.in_the_way(root, &obstacle),
            _ => Error::io(format!("open `{}`", self.shown(root, path)), error),
        }
    }

    fn not_a_directory(&self, base: &Dir, root: Root, path: &RepoPath, error: &io::Error) -> Error {
        match base.obstacle(path.as_str()) {
            // The obstacle was looked for as if the path were a file's.
            Ok(Some(obstacle)) if obstacle.at != path.as_str() || obstacle.is != "a directory" => {
                self.in_the_way(root, &Obstacle { wanted: "directory", ..obstacle })
            }
            Ok(None) => {
                self.in_the_way(root, &Obstacle { at: path.to_string(), is: "a file", wanted: "directory" })
            }
            _ => Error::io(format!("list `{}`", self.shown(root, path)), error),
        }
    }
}

impl Reader<'_> {
    /// As [`Files::read`].
    pub fn read(&self, path: &RepoPath, cap: u64) -> Result<Option<Vec<u8>>> {
        let Some(base) = &self.base else { return Ok(None) };
        match base.look(path.as_str(), cap) {
            Ok(Look::Absent) => Ok(None),
            Ok(Look::File(found)) => Ok(Some(found.bytes)),
            Ok(Look::TooBig(size)) => Err(self.files.too_big(self.root, path, size, cap)),
            Ok(Look::Obstacle(obstacle)) => Err(self.files.in_the_way(self.root, &obstacle)),
            Err(e) => Err(Error::io(format!("read `{}`", self.files.shown(self.root, path)), &e)),
        }
    }
}

/// The program's own directory below a git directory.
fn track(git: &Path) -> Result<Dir> {
    let open = || -> io::Result<Dir> {
        let git = Dir::open_root(git)?;
        match git.dir(TRACK) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => {}
            other => return other,
        }
        git.mkdir(TRACK)?;
        git.sync()?;
        git.dir(TRACK)
    };
    open().map_err(|e| Error::io(format!("open `{}`", git.join(TRACK).display()), &e))
}

#[expect(clippy::disallowed_methods, reason = "this module is the user of std::fs")]
fn make_root(path: &Path) -> io::Result<()> {
    std::fs::create_dir_all(path)
}

fn entries(dir: &Dir, shown: &str) -> Result<Vec<Entry>> {
    let raw = dir.entries().map_err(|e| Error::io(format!("list `{shown}`"), &e))?;
    let mut entries: Vec<Entry> = raw
        .into_iter()
        .map(|(name, kind)| match String::from_utf8(name) {
            Ok(name) => Entry { name, kind: EntryKind::of(kind) },
            Err(e) => {
                Entry { name: String::from_utf8_lossy(e.as_bytes()).into_owned(), kind: EntryKind::NotUtf8 }
            }
        })
        .collect();
    entries.sort();
    Ok(entries)
}

impl EntryKind {
    fn of(kind: FileType) -> Self {
        match kind {
            FileType::RegularFile => Self::File,
            FileType::Directory => Self::Dir,
            FileType::Symlink => Self::Symlink,
            _ => Self::Other,
        }
    }
}
