//! What git says, as plain data: `git` fills these in, every other layer may read them.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::path::RepoPath;
use crate::error::{Error, Result};

macro_rules! object_id {
    ($(#[$doc:meta])* $name:ident, $noun:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(text: String) -> Result<Self, String> {
                Self::parse(&text).map_err(|error| error.message().to_owned())
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl $name {
            /// Checks a full id: 40 (SHA-1) or 64 (SHA-256) hexadecimal digits.
            pub fn parse(text: &str) -> Result<Self> {
                if is_full_id(text) {
                    Ok(Self(text.to_ascii_lowercase()))
                } else {
                    Err(Error::repository(format!("`{text}` is not the id of a {}", $noun)))
                }
            }

            /// The id that these 20 or 32 bytes are.
            pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
                let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
                let digit = |half| char::from_digit(u32::from(half), 16);
                let mut text = String::with_capacity(bytes.len() * 2);
                text.extend(digits.filter_map(digit));
                matches!(text.len(), 40 | 64).then_some(Self(text))
            }

            /// All digits.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The first twelve digits: what files and screens show.
            pub fn short(&self) -> &str {
                self.0.get(..12).unwrap_or(&self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

object_id!(
    /// The id of a commit.
    CommitId,
    "commit"
);
object_id!(
    /// The id of a blob: of the bytes of a file.
    BlobId,
    "blob"
);

fn is_full_id(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// What is checked out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Head {
    /// A branch without a commit yet.
    Unborn {
        /// Short name of the branch.
        branch: String,
    },
    /// A branch.
    Branch {
        /// Short name of the branch.
        name: String,
        /// Its tip.
        commit: CommitId,
    },
    /// A commit without a branch.
    Detached {
        /// That commit.
        commit: CommitId,
    },
}

impl Head {
    /// The commit that is checked out, if there is one yet.
    pub fn commit(&self) -> Option<&CommitId> {
        match self {
            Self::Unborn { .. } => None,
            Self::Branch { commit, .. } | Self::Detached { commit } => Some(commit),
        }
    }

    /// The short name of the branch, born or not.
    pub fn branch(&self) -> Option<&str> {
        match self {
            Self::Unborn { branch: name } | Self::Branch { name, .. } => Some(name),
            Self::Detached { .. } => None,
        }
    }
}

/// What git has begun and not finished in this worktree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// `git merge`.
    Merge,
    /// `git rebase`.
    Rebase,
    /// `git cherry-pick`.
    CherryPick,
    /// `git revert`.
    Revert,
    /// `git bisect`.
    Bisect,
    /// `git am`.
    Am,
}

impl Operation {
    /// The git command that began it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Merge => "merge",
            Self::Rebase => "rebase",
            Self::CherryPick => "cherry-pick",
            Self::Revert => "revert",
            Self::Bisect => "bisect",
            Self::Am => "am",
        }
    }
}

/// Who git would record as the author.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Never empty.
    pub name: String,
    /// Empty when only the name is configured.
    pub email: String,
}

/// Where a listing of files comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// What is staged, in the index that this invocation is about.
    Index,
    /// The tree of a commit.
    Commit(CommitId),
}

/// What sort of thing a tree or the index has at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileMode {
    /// An ordinary file.
    Regular,
    /// A file with the executable bit.
    Executable,
    /// A symbolic link; the blob is its target.
    Symlink,
    /// Another repository; the id names a commit of that one.
    Submodule,
}

/// A file in the index or in a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeFile {
    /// From the top of the work tree.
    pub path: RepoPath,
    /// Its content; of a conflict, our side if it has one.
    pub id: BlobId,
    /// What it is.
    pub mode: FileMode,
    /// Whether a merge left several versions of it in the index.
    pub conflicted: bool,
    /// Whether the index says that the work tree has no such file on purpose (sparse checkout).
    pub skip_worktree: bool,
}

/// A commit as the history of a path needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitFacts {
    /// Its id.
    pub id: CommitId,
    /// All its parents that this clone knows: none at the boundary of a shallow clone.
    pub parents: Vec<CommitId>,
    /// Name of the author; bytes that are not UTF-8 are replaced.
    pub author_name: String,
    /// E-mail address of the author; bytes that are not UTF-8 are replaced.
    pub author_email: String,
    /// When it was written, in seconds since 1970.
    pub author_time: i64,
    /// When it was committed, in seconds since 1970.
    pub committer_time: i64,
    /// The first paragraph of the message on one line; bytes that are not UTF-8 are replaced.
    pub subject: String,
    /// The whole message as it is stored.
    pub message: Vec<u8>,
}

/// What differs between two versions of the tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// The files that differ, in the order of their paths.
    pub files: Vec<Changed>,
    /// Paths of which a merge left several versions in the index; none of them is among `files`. Git makes no commit
    /// as long as there is one.
    pub conflicted: Vec<String>,
}

/// A file that differs between two versions. Paths are from the top of the work tree; bytes that are not UTF-8 are
/// replaced, as rules match them by patterns and must not fail because of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Its path afterwards; of a deleted file, the one it had.
    pub path: String,
    /// The path it had before, if git takes it for renamed.
    pub from: Option<String>,
    /// What it was; `None` if it was added.
    pub before: Option<Side>,
    /// What it is; `None` if it was deleted.
    pub after: Option<Side>,
}

/// One version of a file that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// Its content; of a submodule the commit.
    pub id: BlobId,
    /// What it is.
    pub mode: FileMode,
}

/// How much of a text differs, as `git diff --numstat` counts it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    /// Lines that are only in the later version.
    pub added: usize,
    /// Lines that are only in the earlier version.
    pub deleted: usize,
}

/// Where two histories parted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MergeBase {
    /// At this commit.
    Found(CommitId),
    /// Nowhere: they have nothing in common.
    Unrelated,
    /// Not known: what this shallow clone has of them does not meet.
    Unknown,
}

/// A branch, of this repository or remembered from a remote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// `feat/x`, or `origin/feat/x` of a remote.
    pub name: String,
    /// `refs/heads/feat/x` or `refs/remotes/origin/feat/x`.
    pub full: String,
    /// Whether it is remembered from a remote.
    pub remote: bool,
    /// Its tip.
    pub commit: CommitId,
}

/// A path that `git status` would list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileChange {
    /// From the top of the work tree; bytes that are not UTF-8 are replaced. A repository inside ends in `/`.
    pub path: String,
    /// Index against HEAD in git's letters: `.` same, `M`, `A`, `D`, `T`, `U`; `?` untracked.
    pub staged: char,
    /// Work tree against index in git's letters.
    pub unstaged: char,
    /// Whether a merge left it unresolved.
    pub conflicted: bool,
}

impl FileChange {
    /// Whether git does not know the file yet.
    pub fn is_untracked(&self) -> bool {
        self.staged == '?'
    }
}

/// A checkout of the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worktree {
    /// Its top; of a bare repository the repository itself.
    pub path: PathBuf,
    /// Short name of the branch, unless detached or bare.
    pub branch: Option<String>,
    /// What is checked out, unless unborn or bare.
    pub commit: Option<CommitId>,
    /// Whether it is the one that came with the repository.
    pub main: bool,
    /// Whether it has no files because the repository is bare.
    pub bare: bool,
    /// Why somebody locked it; empty when no reason was given.
    pub locked: Option<String>,
    /// Why `git worktree prune` would drop it.
    pub prunable: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_full_and_hexadecimal() {
        let sha1 = "1F2E3d4c5b6a79880f1e2d3c4b5a69788796a5b4";
        assert_eq!(CommitId::parse(sha1).unwrap().as_str(), sha1.to_ascii_lowercase());
        assert_eq!(CommitId::parse(sha1).unwrap().short(), "1f2e3d4c5b6a");
        assert!(BlobId::parse(&"0".repeat(64)).is_ok());
        let bytes = [0x0f; 20];
        assert_eq!(CommitId::from_bytes(&bytes), CommitId::parse(&"0f".repeat(20)).ok());
        assert_eq!(CommitId::from_bytes(&bytes[1..]), None);
        for wrong in ["", "1f2e3d4c5b6a", &"g".repeat(40), &"0".repeat(41), "--output=x"] {
            assert!(BlobId::parse(wrong).is_err(), "{wrong}");
        }
    }
}
