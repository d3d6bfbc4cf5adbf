//! The six stored states, what is shown, and the words people use for them.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is stored about an item's progress.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Not begun.
    #[default]
    Todo,
    /// Being worked on.
    Active,
    /// Finished by its maker, being judged.
    Review,
    /// Finished.
    Done,
    /// Stopped by a failure.
    Failed,
    /// Will not be done.
    Dropped,
}

impl State {
    /// All of them, in the order of a life.
    pub const ALL: [Self; 6] =
        [Self::Todo, Self::Active, Self::Review, Self::Done, Self::Failed, Self::Dropped];

    /// The word in the file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Todo => "todo",
            Self::Active => "active",
            Self::Review => "review",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Dropped => "dropped",
        }
    }

    /// Whether nothing more happens to it by itself.
    pub fn is_closed(self) -> bool {
        matches!(self, Self::Done | Self::Dropped)
    }

    /// Whether somebody is at it.
    pub fn is_running(self) -> bool {
        matches!(self, Self::Active | Self::Review)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// What is shown: the stored state, finer where needs, blockers or iterations say more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Shown {
    /// To do, and nothing stands in the way.
    Ready,
    /// To do, but something it needs is missing.
    Waiting,
    /// Being worked on.
    Active,
    /// Being judged.
    Review,
    /// An open blocker holds it.
    Blocked,
    /// Its iterations are used up below the threshold: a person must decide.
    Escalated,
    /// Finished.
    Done,
    /// Stopped by a failure.
    Failed,
    /// Will not be done.
    Dropped,
}

impl Shown {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Ready,
        Self::Waiting,
        Self::Active,
        Self::Review,
        Self::Blocked,
        Self::Escalated,
        Self::Done,
        Self::Failed,
        Self::Dropped,
    ];

    /// The word in `--json`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Waiting => "waiting",
            Self::Active => "active",
            Self::Review => "review",
            Self::Blocked => "blocked",
            Self::Escalated => "escalated",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Dropped => "dropped",
        }
    }

    /// The word on screen where the profile has no label of its own.
    pub fn phrase(self) -> &'static str {
        match self {
            Self::Active => "in progress",
            Self::Review => "in review",
            other => other.word(),
        }
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// How the children of an item are worked on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// All at once.
    Parallel,
    /// One after the other, in order.
    Sequential,
}

/// How urgent an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub enum Priority {
    /// First.
    P0,
    /// Second.
    P1,
    /// Third.
    P2,
    /// Last.
    P3,
}

impl fmt::Display for Priority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

/// A word with case, spaces, `-`, `_`, emoji and other symbols taken out, so that spellings compare equal.
pub fn plain(word: &str) -> String {
    word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// What a word means that asks for a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// A stored state.
    State(State),
    /// An open blocker; not a state but a record.
    Blocked,
}

const WORDS: [(&str, Asked); 35] = [
    ("todo", Asked::State(State::Todo)),
    ("ready", Asked::State(State::Todo)),
    ("waiting", Asked::State(State::Todo)),
    ("queued", Asked::State(State::Todo)),
    ("notstarted", Asked::State(State::Todo)),
    ("pending", Asked::State(State::Todo)),
    ("open", Asked::State(State::Todo)),
    ("planned", Asked::State(State::Todo)),
    ("active", Asked::State(State::Active)),
    ("inprogress", Asked::State(State::Active)),
    ("started", Asked::State(State::Active)),
    ("running", Asked::State(State::Active)),
    ("doing", Asked::State(State::Active)),
    ("wip", Asked::State(State::Active)),
    ("review", Asked::State(State::Review)),
    ("inreview", Asked::State(State::Review)),
    ("submitted", Asked::State(State::Review)),
    ("readyforreview", Asked::State(State::Review)),
    ("done", Asked::State(State::Done)),
    ("complete", Asked::State(State::Done)),
    ("completed", Asked::State(State::Done)),
    ("finished", Asked::State(State::Done)),
    ("closed", Asked::State(State::Done)),
    ("failed", Asked::State(State::Failed)),
    ("aborted", Asked::State(State::Dropped)),
    ("dropped", Asked::State(State::Dropped)),
    ("skipped", Asked::State(State::Dropped)),
    ("deferred", Asked::State(State::Dropped)),
    ("cancelled", Asked::State(State::Dropped)),
    ("canceled", Asked::State(State::Dropped)),
    ("nottriggered", Asked::State(State::Dropped)),
    ("draft", Asked::State(State::Todo)),
    ("paused", Asked::State(State::Todo)),
    ("blocked", Asked::Blocked),
    ("held", Asked::Blocked),
];

/// What a common word means, however it is spelt; the labels of a profile come before these.
pub fn asked(word: &str) -> Option<Asked> {
    let word = plain(word);
    WORDS.iter().find(|(known, _)| *known == word).map(|&(_, asked)| asked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_does_not_matter() {
        for word in ["in-progress", "IN_PROGRESS", "In Progress", "🟡 In Progress"] {
            assert_eq!(asked(word), Some(Asked::State(State::Active)), "{word}");
        }
        assert_eq!(asked("🔴 Not Started"), Some(Asked::State(State::Todo)));
        assert_eq!(asked("Blocked"), Some(Asked::Blocked));
        assert_eq!(asked("nonsense"), None);
        assert_eq!(asked(""), None);
    }
}
