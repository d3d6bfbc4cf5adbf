//! A change to files as data: what `--dry-run` prints and `files` applies, all or none.

use super::path::RepoPath;

/// A directory that edits may happen below.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Root {
    /// The top of the work tree.
    WorkTree,
    /// The git directory of this worktree.
    GitDir,
    /// The git directory that all worktrees share.
    CommonDir,
    /// Where git looks for hooks.
    Hooks,
    /// The log root of the team, outside the repository perhaps.
    Logs,
}

/// The replacement of one whole file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Below which directory.
    pub root: Root,
    /// Where below it.
    pub path: RepoPath,
    /// The bytes that the decision was made on; `None`: there was no file.
    pub before: Option<Vec<u8>>,
    /// The bytes to be there afterwards; `None`: no file.
    pub after: Option<Vec<u8>>,
    /// Whether a new file is executable; an existing one keeps its mode.
    pub executable: bool,
}
