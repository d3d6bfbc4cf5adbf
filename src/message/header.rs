//! The header of Conventional Commits 1.0.0.

use std::fmt;

/// `type(scope)!: description`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The type.
    pub kind: String,
    /// What is between the parentheses.
    pub scope: Option<String>,
    /// Whether there is a `!` before the colon.
    pub breaking: bool,
    /// What follows the colon.
    pub description: String,
}

impl Header {
    /// Reads a subject. The specification lets readers ignore case; whoever does reads again what `UpperCase` refused,
    /// as [`super::parse`] does.
    pub fn parse(subject: &str) -> Result<Self, HeaderProblem> {
        let (header, upper) = read(subject)?;
        if upper { Err(HeaderProblem::UpperCase { word: header.kind }) } else { Ok(header) }
    }

    /// The same whatever the case of the type, which is then lower.
    pub(super) fn parse_any_case(subject: &str) -> Result<Self, HeaderProblem> {
        let (mut header, _) = read(subject)?;
        header.kind = header.kind.to_lowercase();
        Ok(header)
    }
}

impl fmt::Display for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.kind)?;
        if let Some(scope) = &self.scope {
            write!(f, "({scope})")?;
        }
        let mark = if self.breaking { "!" } else { "" };
        write!(f, "{mark}: {}", self.description)
    }
}

/// Why a subject is no header. Of several reasons it is the first from the left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeaderProblem {
    /// There is no subject.
    NoSubject,
    /// It begins with a blank.
    LeadingSpace,
    /// No colon ends the type.
    NoColon,
    /// Nothing is before the colon, the scope or the `!`.
    NoType,
    /// Several words are before the colon.
    ManyWords,
    /// The type holds a character that is no letter, digit, `-`, `_` or `.`, or does not begin with a letter.
    BadType {
        /// The character.
        found: char,
    },
    /// The type has capital letters.
    UpperCase {
        /// The type as it is written.
        word: String,
    },
    /// A blank is before the scope, the `!` or the colon.
    SpaceBefore {
        /// What it is before.
        mark: char,
    },
    /// The scope has no `)`.
    UnclosedScope,
    /// Nothing is between the parentheses.
    EmptyScope,
    /// The scope begins or ends with a blank, or has a parenthesis in it.
    BadScope,
    /// The `!` is before the scope.
    MarkBeforeScope,
    /// Something else than `!` or `:` follows the type or the scope.
    Unexpected {
        /// The character.
        found: char,
    },
    /// No blank follows the colon.
    NoSpace,
    /// More than one blank follows the colon.
    ManySpaces,
    /// Nothing follows the colon.
    NoDescription,
}

impl fmt::Display for HeaderProblem {
    /// A lower-case clause without a final dot.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |char: &char| char.escape_debug().to_string();
        let text = match self {
            Self::NoSubject => "there is no subject",
            Self::LeadingSpace => "a blank is before the type",
            Self::NoColon => "no `type: ` is at the start",
            Self::NoType => "there is no type before the colon",
            Self::ManyWords => "several words are before the colon, but a type is one",
            Self::BadType { found } => return write!(f, "the type has `{}` in it", shown(found)),
            Self::UpperCase { word } => {
                return write!(f, "the type `{}` is not in lower case", word.escape_debug());
            }
            Self::SpaceBefore { mark } => return write!(f, "a blank is before the `{mark}`"),
            Self::UnclosedScope => "the scope has no `)`",
            Self::EmptyScope => "the scope is empty",
            Self::BadScope => "the scope has a parenthesis or a blank too many",
            Self::MarkBeforeScope => "the `!` is before the scope, not after it",
            Self::Unexpected { found } => {
                return write!(f, "`{}` stands where the colon should be", shown(found));
            }
            Self::NoSpace => "no blank follows the colon",
            Self::ManySpaces => "more than one blank follows the colon",
            Self::NoDescription => "nothing follows the colon",
        };
        f.write_str(text)
    }
}

impl std::error::Error for HeaderProblem {}

// The header, and whether its type has capital letters, which is told last.
fn read(subject: &str) -> Result<(Header, bool), HeaderProblem> {
    if subject.trim().is_empty() {
        return Err(HeaderProblem::NoSubject);
    }
    if subject.starts_with(char::is_whitespace) {
        return Err(HeaderProblem::LeadingSpace);
    }
    if !subject.contains(':') {
        return Err(HeaderProblem::NoColon);
    }
    let (kind, rest) = kind(subject)?;
    let (scope, rest) = scope(rest)?;
    let (breaking, rest) = match rest.strip_prefix('!') {
        Some(rest) if rest.starts_with('(') => return Err(HeaderProblem::MarkBeforeScope),
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let description = description(rest)?;
    let upper = kind.chars().any(char::is_uppercase);
    let own = |text: &str| text.to_owned();
    Ok((Header { kind: own(kind), scope: scope.map(own), breaking, description: own(description) }, upper))
}

fn kind(subject: &str) -> Result<(&str, &str), HeaderProblem> {
    let ends = |c: char| c.is_whitespace() || matches!(c, '(' | '!' | ':');
    let (kind, rest) = subject.split_at_checked(subject.find(ends).unwrap_or(0)).unwrap_or_default();
    let blanks = rest.trim_start();
    if blanks.len() < rest.len() {
        if let Some(mark) = blanks.chars().next().filter(|c| matches!(c, '(' | '!' | ':')) {
            return Err(HeaderProblem::SpaceBefore { mark });
        }
        // A colon in the middle of a sentence, as in an address, ends no type.
        let many = rest.contains(": ") || rest.ends_with(':');
        return Err(if many { HeaderProblem::ManyWords } else { HeaderProblem::NoColon });
    }
    if kind.is_empty() {
        return Err(HeaderProblem::NoType);
    }
    let good = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let bad = kind.chars().enumerate().find(|(at, c)| !good(*c) || *at == 0 && !c.is_alphabetic());
    match bad {
        Some((_, found)) => Err(HeaderProblem::BadType { found }),
        None => Ok((kind, rest)),
    }
}

fn scope(rest: &str) -> Result<(Option<&str>, &str), HeaderProblem> {
    let Some(inner) = rest.strip_prefix('(') else { return Ok((None, rest)) };
    let (scope, rest) = inner.split_once(')').ok_or(HeaderProblem::UnclosedScope)?;
    if scope.contains('(') || rest.starts_with(')') {
        return Err(HeaderProblem::BadScope);
    }
    if scope.trim().is_empty() {
        return Err(HeaderProblem::EmptyScope);
    }
    if scope.trim() != scope {
        return Err(HeaderProblem::BadScope);
    }
    let after = rest.trim_start();
    match after.chars().next().filter(|c| after.len() < rest.len() && matches!(c, '!' | ':')) {
        Some(mark) => Err(HeaderProblem::SpaceBefore { mark }),
        None => Ok((Some(scope), rest)),
    }
}

fn description(rest: &str) -> Result<&str, HeaderProblem> {
    let Some(text) = rest.strip_prefix(':') else {
        let after = rest.trim_start();
        return Err(match rest.chars().next() {
            None => HeaderProblem::NoColon,
            Some(_) if after.starts_with(':') => HeaderProblem::SpaceBefore { mark: ':' },
            Some(found) => HeaderProblem::Unexpected { found },
        });
    };
    if text.trim().is_empty() {
        return Err(HeaderProblem::NoDescription);
    }
    let Some(text) = text.strip_prefix(' ') else { return Err(HeaderProblem::NoSpace) };
    if text.starts_with(char::is_whitespace) { Err(HeaderProblem::ManySpaces) } else { Ok(text.trim_end()) }
}
