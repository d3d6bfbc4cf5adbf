//! Commit messages: the text that git will record, and what it says.
//!
//! Bytes in, values out; nothing here fails on a message, however broken.

mod add;
mod brief;
#[cfg(test)]
mod cases;
mod clean;
#[cfg(test)]
mod clean_tests;
mod encoding;
mod footers;
mod header;
mod kind;
mod suggest;
#[cfg(test)]
mod tests;
mod trailers;
mod values;

pub use add::with_trailer;
pub use brief::{Brief, brief};
pub use clean::{Cleaned, Cleanup, Reading, clean};
pub use footers::{Footer, Separator};
pub use header::{Header, HeaderProblem};
pub use kind::Kind;
pub use suggest::suggest;
pub use trailers::Trailer;
pub use values::{Values, values};

use std::borrow::Cow;

use indexmap::IndexSet;

use footers::Layout;

/// A recorded message and what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The whole text, with plain line ends, no byte order mark and no empty lines before it.
    pub text: String,
    /// The first line.
    pub subject: String,
    /// What git made the commit for, as the subject says.
    pub kind: Kind,
    /// The header in the subject, or in the subject that `fixup!` and its like wrap; its type is in lower case.
    pub header: Option<Header>,
    /// Why there is no header. With `UpperCase` there is one: the specification lets readers ignore case.
    pub problem: Option<HeaderProblem>,
    /// Whether an empty line, or nothing, follows the subject.
    pub separated: bool,
    /// What is between the subject and the footers.
    pub body: String,
    /// The footers at the end, by the rule of Conventional Commits.
    pub footers: Vec<Footer>,
    /// The trailers at the end, by git's rule.
    pub trailers: Vec<Trailer>,
    /// The commits that it says are reverted, in lower case, shortened or not.
    pub reverts: Vec<String>,
    /// The commits that it says it was picked from.
    pub picked: Vec<String>,
    /// Whether some bytes were not understood.
    pub lossy: bool,
}

impl Message {
    /// The subject to judge: that of the commit it will be melted into, else its own.
    pub fn judged_subject(&self) -> &str {
        match &self.kind {
            Kind::Fixup { of } | Kind::Squash { of } | Kind::Amend { of } => of,
            _ => &self.subject,
        }
    }

    /// What it breaks: the first footer that says so, else the description of a header with a `!`.
    pub fn breaking(&self) -> Option<String> {
        let footer = self.footers.iter().find(|footer| footer.is_breaking()).map(|footer| &footer.value);
        let header =
            || self.header.as_ref().filter(|header| header.breaking).map(|header| &header.description);
        footer.or_else(header).cloned()
    }

    /// A line that seems to say what breaks but does not count, because it is no footer or is written in another way.
    pub fn missed_breaking(&self) -> Option<String> {
        // Most messages do not have the word, and then need not be laid out again.
        if self.breaking().is_some() || !self.text.to_ascii_lowercase().contains("breaking") {
            return None;
        }
        footers::seems_breaking(&Layout::of(&self.text)).map(str::to_owned)
    }

    /// The values of the trailers with a key, whatever its case.
    pub fn values(&self, key: &str) -> Vec<&str> {
        let same = |trailer: &&Trailer| trailer.key.eq_ignore_ascii_case(key);
        self.trailers.iter().filter(same).map(|trailer| trailer.value.as_str()).collect()
    }

    /// The headers in the list of a squashed message: the subjects of its commits, a line each, `* feat: …`.
    pub fn listed(&self) -> Vec<Header> {
        let open = Layout::of(&self.text);
        let line = |line: &str| {
            let item = line.trim_start().strip_prefix(['*', '-'])?.strip_prefix(' ')?;
            Header::parse_any_case(item.trim()).ok()
        };
        open.open_lines().skip(1).filter_map(line).collect()
    }

    /// Whether a line begins with a key in just this case, anywhere but in code fences.
    pub fn says_line(&self, key: &str) -> bool {
        let says = |line: &str| line.strip_prefix(key).is_some_and(|rest| rest.starts_with(": "));
        Layout::of(&self.text).open_lines().skip(1).any(says)
    }

    /// The values of lines `key: value` anywhere, indented or not, except in code fences: what is left of trailers in
    /// the message of a squash.
    pub fn lines_like(&self, key: &str) -> Vec<&str> {
        Layout::of(&self.text).open_lines().filter_map(|line| value_of(line, key)).collect()
    }
}

// The text with plain line ends, and without what may stand before its first line.
fn plain(text: &str) -> Cow<'_, str> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let blank = |line: &&str| line.bytes().all(clean::is_blank);
    let skipped: usize = text.split_inclusive('\n').take_while(blank).map(str::len).sum();
    let text = text.get(skipped..).unwrap_or_default();
    if text.contains('\r') { Cow::Owned(text.replace("\r\n", "\n")) } else { Cow::Borrowed(text) }
}

// The value of a line `key: value`.
fn value_of<'t>(line: &'t str, key: &str) -> Option<&'t str> {
    let (name, rest) = line.trim().split_at_checked(key.len())?;
    let value = rest.trim_start().strip_prefix(':')?.trim();
    (!key.is_empty() && name.eq_ignore_ascii_case(key) && !value.is_empty()).then_some(value)
}

/// Reads a recorded message.
pub fn parse(text: &str) -> Message {
    let text = plain(text).into_owned();
    let layout = Layout::of(&text);
    let subject = text.lines().next().unwrap_or_default().to_owned();
    let block = trailers::recorded(&text);
    let (body, footers) = footers::split(&text, &layout, &block);
    let named = kind::reverts(layout.open_lines().skip(1));
    let mut message = Message {
        kind: Kind::of(&subject),
        header: None,
        problem: None,
        separated: text.lines().nth(1).is_none_or(|line| line.trim().is_empty()),
        body,
        footers,
        trailers: trailers::in_block(&text, &block),
        reverts: Vec::new(),
        picked: trailers::picked(&text, &block),
        lossy: false,
        subject,
        text,
    };
    let judged = message.judged_subject();
    let (header, problem) = (Header::parse_any_case(judged).ok(), Header::parse(judged).err());
    (message.header, message.problem) = (header, problem);
    message.reverts = message.reverted(named);
    message
}

/// Reads the bytes of a recorded message in the encoding that its commit names; none is UTF-8. No message is too
/// broken: bytes that do not fit are replaced, and `lossy` says so.
pub fn parse_bytes(bytes: &[u8], encoding: Option<&str>) -> Message {
    let (text, lossy) = encoding::decode(bytes, encoding);
    Message { lossy, ..parse(&text) }
}

impl Message {
    // `revert: …` names its commits in a footer, as the specification proposes.
    fn reverted(&self, mut named: IndexSet<String>) -> Vec<String> {
        if self.header.as_ref().is_some_and(|header| header.kind == "revert") {
            let refs = self.footers.iter().filter(|footer| footer.token.eq_ignore_ascii_case("refs"));
            let words = refs.flat_map(|footer| footer.value.split_whitespace());
            named.extend(words.filter_map(kind::name));
        }
        named.into_iter().collect()
    }
}
