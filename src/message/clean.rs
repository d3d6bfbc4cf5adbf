//! The text of a message file as git will record it.

use std::fmt;

use crate::error::{Error, Result, nearest};

use super::encoding::decode;

/// What follows the comment string on the line below which git drops everything.
const SCISSORS: &str = " ------------------------ >8 ------------------------\n";

/// What `core.commentChar=auto` chooses from.
const CANDIDATES: &[u8] = b"#;@!$%^&|:";

/// How git will clean a message file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// `core.commentChar` or `core.commentString`: what a comment begins with, of one byte or more; or `auto`.
    pub comment: String,
    /// `commit.cleanup`.
    pub cleanup: Cleanup,
    /// Whether an editor opens. For a hook: `GIT_EDITOR` is not `:`.
    pub editor: bool,
    /// `i18n.commitEncoding`; none is UTF-8.
    pub encoding: Option<String>,
}

impl Default for Reading {
    /// A repository without settings, and a message that is written in an editor.
    fn default() -> Self {
        Self { comment: "#".to_owned(), cleanup: Cleanup::Default, editor: true, encoding: None }
    }
}

impl Reading {
    /// Whether lines that begin with the comment string are dropped.
    pub fn drops_comments(&self) -> bool {
        match self.cleanup {
            Cleanup::Strip => true,
            Cleanup::Default => self.editor,
            Cleanup::Whitespace | Cleanup::Verbatim | Cleanup::Scissors => false,
        }
    }

    /// What a comment begins with in this file.
    pub(super) fn prefix<'r>(&'r self, bytes: &'r [u8]) -> &'r [u8] {
        match self.comment.as_str() {
            "" => b"#",
            "auto" => chosen(bytes).unwrap_or(b"#"),
            prefix => prefix.as_bytes(),
        }
    }

    /// What the lines begin with that git itself may have put at the end; none when it has put nothing there, and a
    /// line that begins so was written by somebody.
    pub(super) fn prefix_at_end<'r>(&'r self, bytes: &'r [u8]) -> Option<&'r [u8]> {
        (self.editor || self.drops_comments()).then(|| self.prefix(bytes))
    }
}

/// The words of `commit.cleanup` and `git commit --cleanup`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cleanup {
    /// `strip` when an editor opens, else `whitespace`.
    #[default]
    Default,
    /// Comments, empty lines at the ends, runs of them, and blanks at the end of lines go.
    Strip,
    /// As `strip`, but comments stay.
    Whitespace,
    /// Everything stays.
    Verbatim,
    /// As `whitespace`, and below the scissors line nothing stays.
    Scissors,
}

impl Cleanup {
    const ALL: [Self; 5] = [Self::Default, Self::Strip, Self::Whitespace, Self::Verbatim, Self::Scissors];

    /// Reads git's word. An unknown one is an error that names the nearest; git refuses to commit with it.
    pub fn parse(word: &str) -> Result<Self> {
        let known = Self::ALL.into_iter().find(|cleanup| cleanup.word() == word);
        known.ok_or_else(|| {
            let error = Error::state(format!("`{}` is no way to clean a message", word.escape_debug()));
            match nearest(word, Self::ALL.map(Self::word)) {
                Some(near) => error.hint(format!("git config commit.cleanup {near}")),
                None => error.hint(
                    "git config commit.cleanup is one of default, strip, whitespace, verbatim, scissors",
                ),
            }
        })
    }

    /// Git's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Strip => "strip",
            Self::Whitespace => "whitespace",
            Self::Verbatim => "verbatim",
            Self::Scissors => "scissors",
        }
    }
}

impl fmt::Display for Cleanup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A message as git will record it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cleaned {
    /// The text, without the byte order mark that git would keep.
    pub text: String,
    /// Whether it begins with a byte order mark.
    pub bom: bool,
    /// Whether it holds bytes that its encoding has not, or is in an encoding that is not known here.
    pub lossy: bool,
}

/// Reads a message file as git will record it.
///
/// Without an editor nothing is cut at a scissors line: git writes one only for an editor. `git commit -v -F` cuts
/// nevertheless, which a hook cannot see; then the text is longer than what is recorded.
pub fn clean(bytes: &[u8], reading: &Reading) -> Cleaned {
    let prefix = reading.prefix(bytes);
    let cut = if reading.editor { scissors_at(bytes, prefix) } else { None };
    let kept = bytes.get(..cut.unwrap_or(bytes.len())).unwrap_or(bytes);
    let (text, lossy) = match reading.cleanup {
        Cleanup::Verbatim => decode(kept, reading.encoding.as_deref()),
        _ => decode(
            &without_blanks(kept, reading.drops_comments().then_some(prefix)),
            reading.encoding.as_deref(),
        ),
    };
    let (text, bom) = match text.strip_prefix('\u{feff}') {
        Some(rest) => (rest.to_owned(), true),
        None => (text, false),
    };
    Cleaned { text, bom, lossy }
}

/// Where the scissors line begins.
pub(super) fn scissors_at(bytes: &[u8], prefix: &[u8]) -> Option<usize> {
    let mut at = 0;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        if line.strip_prefix(prefix) == Some(SCISSORS.as_bytes()) {
            return Some(at);
        }
        at += line.len();
    }
    None
}

/// What git takes for a blank; unlike Rust it leaves out the form feed.
pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// The bytes without the blanks at both ends.
pub(super) fn trim(bytes: &[u8]) -> &[u8] {
    let start = bytes.iter().position(|byte| !is_blank(*byte)).unwrap_or(bytes.len());
    trim_end(bytes.get(start..).unwrap_or_default())
}

fn trim_end(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|byte| !is_blank(*byte)).map_or(0, |last| last + 1);
    bytes.get(..end).unwrap_or_default()
}

fn without_blanks(bytes: &[u8], comment: Option<&[u8]>) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + 1);
    let mut empty = false;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        if comment.is_some_and(|comment| line.starts_with(comment)) {
            continue;
        }
        let line = trim_end(line);
        if line.is_empty() {
            empty = true;
            continue;
        }
        if empty && !out.is_empty() {
            out.push(b'\n');
        }
        empty = false;
        out.extend_from_slice(line);
        out.push(b'\n');
    }
    out
}

// Git chose before it wrote its comments, from what the message had no line of. What it wrote shows the choice: the
// scissors line, else the end of the file.
fn chosen(bytes: &[u8]) -> Option<&[u8]> {
    let cut = CANDIDATES.chunks(1).find(|candidate| scissors_at(bytes, candidate).is_some());
    // Behind a line of blanks git would not take the end for its own, and neither does `trailers::block`.
    let last = bytes.split(|byte| *byte == b'\n').rev().find(|line| !matches!(*line, b"" | b"\r"));
    let last = last.and_then(|line| line.get(..1));
    cut.or_else(|| last.filter(|first| first.iter().all(|byte| CANDIDATES.contains(byte))))
}
