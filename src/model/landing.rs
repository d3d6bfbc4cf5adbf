//! What git knows about work and about where it landed, as plain data: `git` fills it in, `derive` judges it.

use std::collections::HashMap;
use std::rc::Rc;

use super::facts::CommitId;

/// What git knows about some branches and about the base that they are merged into.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Landscape {
    /// The commits on the base that may be about items, those that landed first in front; of those that landed
    /// together, parents before children.
    pub landed: Vec<Landed>,
    /// Each tip that was asked for.
    pub tips: HashMap<CommitId, TipFacts>,
    /// The tags that the base has in its history, in no order.
    pub tags: Vec<Tag>,
    /// The depth along the first parents of the base from which on nothing landed: there was no state yet. `None`: there was
    /// always one.
    pub floor: Option<u32>,
    /// Why there may be more on the base than `landed` tells; `None` when that is all.
    pub gap: Option<Gap>,
}

/// Why something about history cannot be known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gap {
    /// History is cut off before it could be answered: the clone is shallow.
    Shallow,
    /// Objects are missing that a partial clone would have to fetch.
    Missing,
}

impl Gap {
    /// Why git cannot tell.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Shallow => "history is cut off in this clone",
            Self::Missing => "objects are missing in this partial clone",
        }
    }
}

/// Where something came onto the base: the first commit, along the first parents, that has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Landing {
    /// That commit.
    pub commit: CommitId,
    /// When it was committed, in seconds since 1970.
    pub at: i64,
    /// Its place along the first parents of the base, counted from the tip, which is 0. Of two, the larger is earlier.
    pub depth: u32,
}

/// A commit on the base, and where it came there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Landed {
    /// The commit.
    pub commit: Rc<Work>,
    /// Where it came onto the base: itself when it is among the first parents.
    pub landing: Landing,
}

/// A commit as far as it tells about work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    /// Its id.
    pub id: CommitId,
    /// The address of its author in lower case, or the name when there is none.
    pub author: String,
    /// When it was written, in seconds since 1970.
    pub authored: i64,
    /// When it was committed, in seconds since 1970.
    pub committed: i64,
    /// Its parents.
    pub parents: Vec<CommitId>,
    /// The first paragraph of the message on one line; bytes that are not UTF-8 are replaced.
    pub subject: String,
    /// What the message may be about.
    pub mentions: Vec<Mention>,
    /// The commits that the message says are taken back, in lower case, shortened or not.
    pub reverts: Vec<String>,
    /// The subject of a commit that is taken back without naming its id: `Revert "subject"`.
    pub undoes: Option<String>,
    /// What it changes against its first parent besides the state of git-track; `None` when it does not touch that state, or
    /// changes much besides.
    pub beside_state: Option<Vec<String>>,
    /// Whether its message looks as git or a forge makes it of those of several commits.
    pub squash: bool,
    /// Whether it is not known what it changes.
    pub unread: bool,
}

impl Work {
    /// Whether it may be that it only writes down how things stand: nobody could look, and its subject does not say that it
    /// is more than a chore.
    pub fn may_be_books(&self) -> bool {
        self.unread && !self.is_merge() && self.subject.starts_with("chore")
    }

    /// Whether it joins histories.
    pub fn is_merge(&self) -> bool {
        self.parents.len() > 1
    }
}

/// A word of a message that may name an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// How it stands there.
    pub how: How,
    /// The word as it is written.
    pub text: String,
}

/// How a word stands in a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum How {
    /// As the value of a trailer `Track:` in the last block.
    Track,
    /// As the value of a trailer `Refs:`, `Closes:`, `Fixes:` or `Resolves:` in the last block.
    Refers,
    /// As the value of such a line anywhere else: what is left of a trailer in the body of a squash.
    Line,
    /// In the subject, delimited, with a letter at its start and a digit in it.
    Subject,
    /// As the branch that a merge says it merged.
    Merged,
}

/// What git knows about the tip of a branch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TipFacts {
    /// Where the tip itself came onto the base; `None` when the base does not have it.
    pub landing: Option<Landing>,
    /// Where what `own` starts from came onto the base, when that was by a merge of it; the latest fork counts.
    pub before: Option<Landing>,
    /// The commit of `landing`, or of `before`, when the tip or the fork is one of its parents, but not the first: the
    /// merge that merged it.
    pub merge: Option<Box<Work>>,
    /// Of a tip on the base: the commits that came there with it, the latest first and at most 64; the tip alone where it
    /// was not merged as a whole.
    pub brought: Vec<Rc<Work>>,
    /// The commits that the tip has and the base does not, children before parents.
    pub own: Vec<Rc<Work>>,
    /// The commits of the base from which `own` starts; of a tip on the base the tip.
    pub forks: Vec<CommitId>,
    /// Those along the first parents from the tip that `own` holds, the tip first.
    pub line: Vec<CommitId>,
    /// How many commits along its first parents the base is ahead of the latest fork.
    pub behind: u32,
    /// Commits of the base that make the same change as own ones; `None` when it cannot be known.
    pub copies: Option<Copies>,
    /// Why `landing` and `own` are not known; both are empty then.
    pub gap: Option<Gap>,
}

/// Commits of the base that make the same change as commits of a branch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Copies {
    /// An own commit that changes something, and where the same change of one commit stands on the base: rebased or
    /// picked. A commit of which there are several is here for each.
    pub picked: Vec<(CommitId, Landing)>,
    /// An own commit, and where all that the branch changed from its fork up to that commit stands as one on the base:
    /// squashed.
    pub squashed: Vec<(CommitId, Landing)>,
    /// The own commits that change nothing against their first parent.
    pub empty: Vec<CommitId>,
    /// The paths that the branch changes as a whole, with replacement characters where they are not UTF-8.
    pub paths: Vec<String>,
    /// Whether merging the branch into the base would change nothing.
    pub contained: bool,
}

/// A tag that the base has in its history, as far as releases need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// Its short name.
    pub name: String,
    /// The depth of the latest commit along the first parents of the base that it has.
    pub depth: u32,
}
