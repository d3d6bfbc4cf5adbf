//! The sorts of differences, by their codes.

/// What sort of difference it is. The codes are a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// Work began that is declared as not begun.
    D01,
    /// Work landed that is not declared as done.
    D02,
    /// What is declared as done is not on the base.
    D03,
    /// What is declared as done cannot be found in git.
    D04,
    /// What is declared as done was taken back.
    D05,
    /// What is declared as done has more commits that wait.
    D06,
    /// The branch of what is in progress is gone.
    D07,
    /// What is in progress has had no commit for long.
    D08,
    /// Work landed before what it needs.
    D09,
    /// A branch or a commit fits several items.
    D10,
    /// A commit names an item that does not exist.
    D11,
    /// A branch is named as an item's but names none.
    D12,
    /// What is declared as done has files that are not committed.
    D13,
    /// What is declared as blocked goes on.
    D14,
    /// What is done only under a condition began before anybody decided.
    D15,
}

/// How grave a difference is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weight {
    /// Only for those who look closely.
    Note,
    /// Good to know.
    Info,
    /// Somebody should do something about it.
    Warning,
    /// What is declared is wrong.
    Error,
}

impl Weight {
    /// The word on screen and in `--json`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl Code {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::D01,
        Self::D02,
        Self::D03,
        Self::D04,
        Self::D05,
        Self::D06,
        Self::D07,
        Self::D08,
        Self::D09,
        Self::D10,
        Self::D11,
        Self::D12,
        Self::D13,
        Self::D14,
        Self::D15,
    ];

    /// `D03`.
    pub fn word(self) -> String {
        format!("{self:?}")
    }

    /// How grave it is.
    pub fn weight(self) -> Weight {
        match self {
            Self::D04 => Weight::Note,
            Self::D01 => Weight::Info,
            Self::D02 | Self::D07 | Self::D08 | Self::D12 | Self::D14 => Weight::Warning,
            _ => Weight::Error,
        }
    }

    /// What git is asked, and what helps.
    pub fn help(self) -> &'static str {
        match self {
            Self::D01 => {
                "A branch of the item is there, or has commits, and nobody said `start`.\n`git track start ITEM`, or `git track sync ITEM --apply`."
            }
            Self::D02 => {
                "The work is on the base, by the same commits, by a commit that names the item, or by\nthe same change. `git track sync ITEM --apply` finishes it where the process allows it."
            }
            Self::D03 => {
                "Its branch has commits that the base lacks, and nothing else landed.\nMerge it, or `git track reopen ITEM -m \"why\"`."
            }
            Self::D04 => {
                "No commit on the base names it and no branch carries it, or this clone does not hold\nenough: `git fetch --unshallow`. `git track why ITEM --git` says what would be seen."
            }
            Self::D05 => {
                "Every landing of it was reverted. Land it again, or `git track reopen ITEM -m \"why\"`."
            }
            Self::D06 => {
                "It landed, and its branch has commits that came later. Merge them, drop them, or\n`git track reopen ITEM -m \"why\"`."
            }
            Self::D07 => {
                "The branch that it names, or that this clone has been on, is gone, and nothing of it is\non the base. The command brings it back where this clone remembers the commit."
            }
            Self::D08 => {
                "`derive: {stale_days: N}` in the configuration says after how many days; 14 without it."
            }
            Self::D09 => "An item in its `needs` is neither done nor on the base.",
            Self::D10 => {
                "Two items fit equally well. `git track set ITEM branch=NAME` says which one a branch\ncarries; in a trailer the workflow stands before the item: `Track: workflow:item`."
            }
            Self::D11 => {
                "The trailer `Track:` names nothing that is there. On a branch it can still be amended."
            }
            Self::D12 => {
                "It holds a word like the ids of a kind of item, but no item is called so.\n`git branch -m` renames it, `git track set ITEM branch=NAME` makes it the item's."
            }
            Self::D13 => {
                "Files in a worktree of its branch are changed and not committed; the state and rendered\ndocuments do not count."
            }
            Self::D14 => {
                "Its branch has commits that are younger than the blocker.\n`git track unblock ITEM` when it is out of the way."
            }
            Self::D15 => {
                "It is done only under a condition. `git track trigger ITEM -m \"why\"` when the condition is\nmet, `git track skip ITEM -m \"why\"` when not."
            }
        }
    }

    /// What it means, in one line.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::D01 => "work began, declared as not begun",
            Self::D02 => "landed, not declared as done",
            Self::D03 => "declared as done, not on the base",
            Self::D04 => "declared as done, not to be found in git",
            Self::D05 => "declared as done, taken back by a revert",
            Self::D06 => "declared as done, more commits wait",
            Self::D07 => "in progress, its branch is gone",
            Self::D08 => "in progress, no commit for long",
            Self::D09 => "landed before what it needs",
            Self::D10 => "a branch or commit fits several items",
            Self::D11 => "a commit names an item that does not exist",
            Self::D12 => "a branch is named like an item's, but names none",
            Self::D13 => "declared as done, files are not committed",
            Self::D14 => "declared as blocked, work goes on",
            Self::D15 => "begun before anybody decided that it is needed",
        }
    }
}
