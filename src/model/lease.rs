//! Leases: who has an item in hand, known in all worktrees of a repository at once.

use serde::{Deserialize, Serialize};

use super::id::Id;
use super::time::Time;

/// How long whoever takes an item has it to himself without writing anything, in hours, where the team says nothing.
pub const HOURS: u16 = 8;

/// That somebody has an item in hand.
///
/// State travels with its branch, so that another worktree may still call the item free. Until what happened to it
/// arrives there, the lease says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lease {
    /// The workflow.
    pub workflow: Id,
    /// The item in it.
    pub item: Id,
    /// Who has it.
    pub holder: String,
    /// The git directory of the worktree where it is worked on, which stays when a worktree is moved.
    pub dir: String,
    /// The top of that worktree when it was written.
    pub tree: String,
    /// The branch that was checked out there; `None`: none was.
    pub branch: Option<String>,
    /// When it was taken.
    pub since: Time,
    /// When it ends, unless it is renewed before.
    pub until: Time,
    /// Whether the item is closed where it was worked on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub closed: bool,
}

/// From where somebody acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seat<'a> {
    /// Who acts.
    pub holder: &'a str,
    /// The git directory of the worktree.
    pub dir: &'a str,
    /// The top of the worktree.
    pub tree: &'a str,
    /// The branch that is checked out there.
    pub branch: Option<&'a str>,
}

impl Lease {
    /// Whether it was given to whoever acts from there: one name in two worktrees is two holders.
    pub fn is_of(&self, seat: Seat) -> bool {
        self.holder == seat.holder && self.dir == seat.dir
    }

    /// Whether it is about this item.
    pub fn is_about(&self, workflow: &Id, item: &Id) -> bool {
        self.workflow == *workflow && self.item == *item
    }
}
