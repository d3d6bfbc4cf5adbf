//! What came since a release, as plain data: `git` fills it in.

use super::facts::CommitId;

/// What came since a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Since {
    /// The release: of the tags that were asked for the first that the commit has in its history.
    pub last: Option<Released>,
    /// The tags before it in the list that the commit does not have in its history. Those that lead to no commit are
    /// not among them.
    pub elsewhere: Vec<String>,
    /// The commits that the commit has and the release has not, children before parents, and as far as that leaves it
    /// open the newest first; all of history without a release.
    pub commits: Vec<Noted>,
    /// Whether history is cut off among these commits, or before it could be said that a tag is elsewhere: this clone is
    /// shallow.
    pub cut_off: bool,
}

/// A release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Released {
    /// Short name of its tag.
    pub tag: String,
    /// The commit that the tag leads to.
    pub commit: CommitId,
}

/// A commit as the notes of a release need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Noted {
    /// Its id.
    pub id: CommitId,
    /// How many parents it has that this clone knows: none where history is cut off.
    pub parents: usize,
    /// The whole message as it is stored.
    pub message: Vec<u8>,
    /// The encoding of the message, if the commit names one.
    pub encoding: Option<String>,
    /// Whether it differs from each of its parents at or below one of the paths that were asked for; of a first commit,
    /// whether it has one of them. True when none were asked for.
    pub touches: bool,
}

/// Where a tag leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tagged {
    /// To a commit.
    Commit(CommitId),
    /// To something that is no commit.
    Other,
    /// There is no such tag.
    Absent,
}
