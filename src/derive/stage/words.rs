//! The words for how far work is, why, and how sure that is.

use serde::Serialize;

/// How far work is, as far as git tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// There is nothing.
    Queued,
    /// A branch is there, without work on it.
    Started,
    /// There are commits that the base does not have, or files that are not committed.
    InProgress,
    /// A remote has these commits.
    Pushed,
    /// A remote has them, and somebody is to look at them.
    InReview,
    /// It landed and was taken back.
    Reverted,
    /// Some of it landed; more waits on the branch.
    Partly,
    /// It seems to be on the base.
    #[serde(rename = "landed?")]
    Probably,
    /// It is on the base.
    Landed,
    /// It is on the base and in a version.
    Released,
    /// Git cannot tell here.
    Unknown,
}

impl Stage {
    /// The word on screen and in `--json`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Started => "started",
            Self::InProgress => "in-progress",
            Self::Pushed => "pushed",
            Self::InReview => "in-review",
            Self::Reverted => "reverted",
            Self::Partly => "partly",
            Self::Probably => "landed?",
            Self::Landed => "landed",
            Self::Released => "released",
            Self::Unknown => "unknown",
        }
    }

    /// Whether the work is on the base, beyond doubt and as a whole.
    pub fn is_landed(self) -> bool {
        matches!(self, Self::Landed | Self::Released)
    }

    /// Whether somebody works on it, and nothing of it is on the base.
    pub fn is_under_way(self) -> bool {
        matches!(self, Self::InProgress | Self::Pushed | Self::InReview)
    }
}

/// What makes git-track say that work landed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// A merge brought the branch, or commits that name the item.
    MergeCommit,
    /// A commit on the base names the item in a trailer.
    Trailer,
    /// The base has the commits that were made on the branch.
    Ancestor,
    /// A commit of the base makes the same change as one of the branch.
    RebaseEquivalent,
    /// A commit of the base makes the same change as the branch up to some commit.
    SquashEquivalent,
    /// Merging the branch would change nothing.
    ContentsPresent,
    /// A subject on the base names the item or its branch.
    Subject,
}

impl Rule {
    /// The word on screen and in `--json`.
    pub fn word(self) -> &'static str {
        match self {
            Self::MergeCommit => "merge-commit",
            Self::Trailer => "trailer",
            Self::Ancestor => "ancestor",
            Self::RebaseEquivalent => "rebase-equivalent",
            Self::SquashEquivalent => "squash-equivalent",
            Self::ContentsPresent => "contents-present",
            Self::Subject => "subject",
        }
    }
}

/// How much a piece of evidence is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    /// It may be something else.
    Weak,
    /// The same change by another commit.
    Equivalent,
    /// The very commits, or their own word.
    Exact,
}

impl Grade {
    /// The word on screen and in `--json`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Weak => "weak",
            Self::Equivalent => "equivalent",
            Self::Exact => "exact",
        }
    }
}
