//! The events of git that we have something to say to.

use clap::ValueEnum;

/// An event, by the name that git gives its hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cmd) enum Event {
    /// Before a commit, over what is staged
    PreCommit,
    /// Over the message of a commit
    CommitMsg,
    /// Before the message is edited
    PrepareCommitMsg,
    /// Before a merge that needs no help is committed
    PreMergeCommit,
    /// Before commits are sent
    PrePush,
    /// Over the message of a patch
    ApplypatchMsg,
    /// After a merge: only tells
    PostMerge,
    /// After a checkout: only tells
    PostCheckout,
    /// Before a server takes commits
    PreReceive,
}

impl Event {
    /// All of them.
    pub(super) const ALL: [Self; 9] = [
        Self::PreCommit,
        Self::CommitMsg,
        Self::PrepareCommitMsg,
        Self::PreMergeCommit,
        Self::PrePush,
        Self::ApplypatchMsg,
        Self::PostMerge,
        Self::PostCheckout,
        Self::PreReceive,
    ];

    /// What is installed when nobody chooses.
    pub(super) fn usual(bare: Where) -> &'static [Self] {
        let (people, server) = Self::ALL.split_at(Self::ALL.len() - 1);
        if bare == Where::Server { server } else { people }
    }

    /// The name of its hook.
    pub(in crate::cmd) fn name(self) -> &'static str {
        match self {
            Self::PreCommit => "pre-commit",
            Self::CommitMsg => "commit-msg",
            Self::PrepareCommitMsg => "prepare-commit-msg",
            Self::PreMergeCommit => "pre-merge-commit",
            Self::PrePush => "pre-push",
            Self::ApplypatchMsg => "applypatch-msg",
            Self::PostMerge => "post-merge",
            Self::PostCheckout => "post-checkout",
            Self::PreReceive => "pre-receive",
        }
    }

    /// The name under which the hook of somebody else is kept.
    pub(super) fn kept(self) -> String {
        format!("{}.pre-track", self.name())
    }

    /// The name under which a script of ours is kept that somebody changed.
    pub(super) fn edited(self) -> String {
        format!("{}.edited", self.name())
    }

    /// The name of its hook in the configuration; it must not be that of an event.
    pub(super) fn configured(self) -> String {
        format!("git-track-{}", self.name())
    }

    /// Whether it comes too late to refuse anything.
    pub(super) fn only_tells(self) -> bool {
        matches!(self, Self::PostMerge | Self::PostCheckout)
    }

    /// The line that somebody adds to a hook of their own.
    pub(super) fn line(self) -> String {
        format!("git-track hooks run {} \"$@\"{}", self.name(), if self.only_tells() { " || :" } else { "" })
    }
}

/// Where the repository is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Where {
    /// People commit in it.
    Work,
    /// People push to it.
    Server,
}
