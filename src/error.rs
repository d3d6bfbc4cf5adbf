//! One error for the whole program: what is wrong, where, why, and the command that helps.

use std::fmt;

/// The result of everything that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failure that a person or a script is told about.
///
/// The message is one lower-case sentence without a final dot; the hints are commands or short advice.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: Kind,
    message: String,
    at: Option<At>,
    notes: Vec<String>,
    hints: Vec<String>,
}

/// What sort of failure it is; decides the exit status and stands in `error.kind` of `--json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The process refuses the change, or a check says no (1).
    Refused,
    /// The command line is wrong (2).
    Usage,
    /// No such item, workflow, revision or file (3).
    NotFound,
    /// There is nothing to do (3).
    Nothing,
    /// State or configuration on disk is invalid (4).
    State,
    /// The repository cannot be used (4).
    Repository,
    /// An input or output operation failed (4).
    Io,
    /// A defect of this program (70).
    Bug,
    /// Somebody else holds the lock (75).
    Locked,
    /// An interrupted change waits for `git track recover` (75).
    Pending,
}

impl Kind {
    /// The word in `error.kind` of `--json`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Usage => "usage",
            Self::NotFound => "not-found",
            Self::Nothing => "nothing-to-do",
            Self::State => "invalid-state",
            Self::Repository => "repository",
            Self::Io => "io",
            Self::Bug => "bug",
            Self::Locked => "locked",
            Self::Pending => "recovery-pending",
        }
    }

    /// The exit status of a command that fails so.
    pub fn exit(self) -> u8 {
        match self {
            Self::Refused => 1,
            Self::Usage => 2,
            Self::NotFound | Self::Nothing => 3,
            Self::State | Self::Repository | Self::Io => 4,
            Self::Bug => 70,
            Self::Locked | Self::Pending => 75,
        }
    }
}

/// A place in a file: one-based line and column (in characters), and the line itself when it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct At {
    /// Path as the user knows it: relative to the top of the work tree.
    pub file: String,
    /// One-based.
    pub line: usize,
    /// One-based, counted in characters.
    pub column: usize,
    /// The text of the line without its end, to draw a caret under; empty when unknown.
    pub source: String,
    /// How many characters the caret covers; at least 1 when `source` is known.
    pub width: usize,
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

impl Error {
    /// An error of the given kind.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            at: None,
            notes: Vec::new(),
            hints: Vec::new(),
        }))
    }

    /// The process says no.
    pub fn refused(message: impl Into<String>) -> Self {
        Self::new(Kind::Refused, message)
    }

    /// The command line is wrong.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// What was named does not exist.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(Kind::NotFound, message)
    }

    /// State or configuration on disk is invalid.
    pub fn state(message: impl Into<String>) -> Self {
        Self::new(Kind::State, message)
    }

    /// The repository cannot be used.
    pub fn repository(message: impl Into<String>) -> Self {
        Self::new(Kind::Repository, message)
    }

    /// An operation on a file failed; `doing` completes "cannot …".
    pub fn io(doing: impl fmt::Display, source: &std::io::Error) -> Self {
        Self::new(Kind::Io, format!("cannot {doing}: {source}"))
    }

    /// Something that cannot happen did.
    pub fn bug(message: impl Into<String>) -> Self {
        Self::new(Kind::Bug, message)
            .hint("this is a defect of git-track; please report it with the command you ran")
    }

    /// Adds the place.
    pub fn at(mut self, at: At) -> Self {
        self.0.at = Some(at);
        self
    }

    /// Adds a line of evidence, printed under the place.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.0.notes.push(note.into());
        self
    }

    /// Adds a command that helps, or a piece of advice.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hints.push(hint.into());
        self
    }

    /// The same error with another message in front: "`context`: message".
    pub fn context(mut self, context: impl fmt::Display) -> Self {
        self.0.message = format!("{context}: {}", self.0.message);
        self
    }

    /// The same error as a mistake on the command line: the text came from there, not from a file.
    pub fn as_usage(mut self) -> Self {
        self.0.kind = Kind::Usage;
        self
    }

    /// What sort of failure it is.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// What is wrong, in one sentence.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Where.
    pub fn place(&self) -> Option<&At> {
        self.0.at.as_ref()
    }

    /// The evidence, a line each.
    pub fn notes(&self) -> &[String] {
        &self.0.notes
    }

    /// The commands and advice that help.
    pub fn hints(&self) -> &[String] {
        &self.0.hints
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(at) = &self.0.at {
            write!(f, "{at}: ")?;
        }
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Error {}

/// The known word that is nearest to a mistyped one, if any is near.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let fold = |word: &str| word.to_lowercase().replace('-', "_");
    let folded = fold(word);
    let length = folded.chars().count();
    let near = |known: &str| (known.chars().count().max(length) / 3).max(1);
    known
        .into_iter()
        // Words of very different lengths are never near, and comparing a long one takes long.
        .filter(|known| known.chars().count().abs_diff(length) <= near(known))
        .map(|known| (strsim::damerau_levenshtein(&folded, &fold(known)), known))
        .filter(|(distance, known)| *distance <= near(known))
        .min()
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn typing_errors_are_near() {
        assert_eq!(nearest("titel", ["state", "title", "short"]), Some("title"));
        assert_eq!(nearest("crit-pat", ["critic_patterns", "owner"]), None);
        assert_eq!(nearest("batch-l", ["batch-1", "batch-12"]), Some("batch-1"));
        assert_eq!(nearest("x", []), None);
    }
}
