//! Trailers, where git finds them.

use super::clean::{is_blank, scissors_at, trim};

/// What git itself puts into a trailer block: one of these and a quarter of trailers make a block of a paragraph.
const GENERATED: [&[u8]; 2] = [b"Signed-off-by: ", CHERRY_PICKED];
const CHERRY_PICKED: &[u8] = b"(cherry picked from commit ";

/// A line `Key: value` of the block at the end of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trailer {
    /// The key as it is written; git compares keys without regard to case.
    pub key: String,
    /// The value on one line: each line end and what it is indented by is one blank.
    pub value: String,
}

/// Where the trailer block is: `start == end` when there is none, and both are then the end of what was written.
pub(super) struct Block {
    pub(super) start: usize,
    pub(super) end: usize,
}

struct Line<'b> {
    start: usize,
    bytes: &'b [u8],
}

impl Line<'_> {
    fn is_blank(&self) -> bool {
        self.bytes.iter().copied().all(is_blank)
    }

    fn is_indented(&self) -> bool {
        self.bytes.first().copied().is_some_and(is_blank)
    }

    fn is_comment(&self, comment: Option<&[u8]>) -> bool {
        comment.is_some_and(|comment| self.bytes.starts_with(comment))
    }

    fn end(&self) -> usize {
        self.start + self.bytes.len()
    }
}

fn lines(bytes: &[u8]) -> Vec<Line<'_>> {
    let mut start = 0;
    let line = |bytes| {
        let line = Line { start, bytes };
        start = line.end();
        line
    };
    bytes.split_inclusive(|byte| *byte == b'\n').map(line).collect()
}

/// The trailer block by git's rule: the last paragraph, not the first, when all its lines are trailers or when a
/// quarter are and one of them is git's own.
///
/// `comment` is what comments begin with, when there may be any.
pub(super) fn block(bytes: &[u8], comment: Option<&[u8]>) -> Block {
    let end = end_of_text(bytes, comment);
    let lines = lines(bytes.get(..end).unwrap_or(bytes));
    let title = lines.iter().position(|line| !line.is_comment(comment) && line.is_blank());
    let after_title = lines.get(title.unwrap_or(lines.len())..).unwrap_or_default();
    Block { start: start_of_block(after_title, comment).unwrap_or(end), end }
}

fn start_of_block(lines: &[Line<'_>], comment: Option<&[u8]>) -> Option<usize> {
    let (mut only_blank, mut generated) = (true, false);
    let (mut trailers, mut others, mut indented) = (0usize, 0usize, 0usize);
    for line in lines.iter().rev() {
        if line.is_comment(comment) {
            others += indented;
            indented = 0;
        } else if line.is_blank() {
            if only_blank {
                continue;
            }
            others += indented;
            let found = (generated && trailers * 3 >= others) || (trailers > 0 && others == 0);
            return found.then(|| line.end());
        } else {
            only_blank = false;
            let is_generated = GENERATED.iter().any(|prefix| line.bytes.starts_with(prefix));
            if is_generated || (!line.is_indented() && separator(line.bytes).is_some()) {
                generated |= is_generated;
                trailers += 1;
                // Lines that go on belong to the trailer above them.
                indented = 0;
            } else if line.is_indented() {
                indented += 1;
            } else {
                others += 1 + indented;
                indented = 0;
            }
        }
    }
    None
}

/// The end of what somebody wrote: before the scissors line, and before comments, empty lines and an old list of
/// conflicts that nothing follows.
fn end_of_text(bytes: &[u8], comment: Option<&[u8]>) -> usize {
    let cut = comment.and_then(|comment| scissors_at(bytes, comment)).unwrap_or(bytes.len());
    let mut end = None;
    let mut conflicts = false;
    for line in lines(bytes.get(..cut).unwrap_or(bytes)) {
        if line.is_comment(comment) || matches!(line.bytes, b"\n" | b"\r\n") {
            end.get_or_insert(line.start);
        } else if line.bytes == b"Conflicts:\n" {
            conflicts = true;
            end.get_or_insert(line.start);
        } else if !(conflicts && line.bytes.starts_with(b"\t")) {
            conflicts = false;
            end = None;
        }
    }
    end.unwrap_or(cut)
}

// The place of the colon after a key; a key is never empty.
fn separator(line: &[u8]) -> Option<usize> {
    let mut blank = false;
    for (at, byte) in line.iter().enumerate() {
        match byte {
            b':' => return (at > 0).then_some(at),
            b'-' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' if !blank => {}
            b' ' | b'\t' if at > 0 => blank = true,
            _ => return None,
        }
    }
    None
}

/// The keys and values in a block, each without blanks around it; values may go over several lines.
pub(super) fn pairs(bytes: &[u8], block: &Block, comment: Option<&[u8]>) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut found: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    let mut goes_on = false;
    for line in lines(bytes.get(block.start..block.end).unwrap_or_default()) {
        if goes_on && line.is_indented() {
            if let Some((_, value)) = found.last_mut() {
                value.extend_from_slice(line.bytes);
            }
            continue;
        }
        // A comment that could be a trailer is none, but what is indented below it goes on with it.
        let at = separator(line.bytes).filter(|_| !line.is_comment(comment));
        goes_on = at.is_some();
        if let Some((key, value)) = at.and_then(|at| line.bytes.split_at_checked(at)) {
            found.push((trim(key).to_vec(), value.get(1..).unwrap_or_default().to_vec()));
        }
    }
    found.into_iter().map(|(key, value)| (key, unfold(trim(&value)))).collect()
}

fn unfold(value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    let mut at_start = false;
    for byte in value {
        if *byte == b'\n' && !at_start {
            out.push(b' ');
            at_start = true;
        } else if !(at_start && is_blank(*byte)) {
            at_start = false;
            out.push(*byte);
        }
    }
    trim(&out).to_vec()
}

/// The block of a recorded message.
pub(super) fn recorded(text: &str) -> Block {
    block(text.as_bytes(), Some(b"#"))
}

/// The trailers in the block of a recorded message, as `git log --format='%(trailers:only,unfold)'` prints them.
pub(super) fn in_block(text: &str, block: &Block) -> Vec<Trailer> {
    let own = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let pairs = pairs(text.as_bytes(), block, Some(b"#"));
    pairs.into_iter().map(|(key, value)| Trailer { key: own(key), value: own(value) }).collect()
}

/// The commits that a recorded message says it was picked from.
pub(super) fn picked(text: &str, block: &Block) -> Vec<String> {
    let lines = lines(text.as_bytes().get(block.start..block.end).unwrap_or_default());
    let picked =
        lines.iter().filter_map(|line| trim(line.bytes).strip_prefix(CHERRY_PICKED)?.strip_suffix(b")"));
    picked.map(|name| String::from_utf8_lossy(name).into_owned()).collect()
}

/// Whether a line says what a commit was picked from.
pub(super) fn says_picked(line: &str) -> bool {
    line.as_bytes().starts_with(CHERRY_PICKED)
}
