//! A trailer into a message file.

use crate::error::{Error, Result};

use super::clean::{Reading, is_blank, trim};
use super::encoding::encode;
use super::trailers::{block, pairs};

/// The message file with `key: value` in its trailer block, as `git interpret-trailers --if-exists addIfDifferent` adds
/// it; byte for byte the same when it is there already. What git put at the end stays behind it, other bytes stay as
/// they are, and before it an empty message keeps room for a subject.
///
/// A key that git would not read as one and an empty value are errors. A value is put on one line.
pub fn with_trailer(bytes: &[u8], key: &str, value: &str, reading: &Reading) -> Result<Vec<u8>> {
    let comment = reading.prefix_at_end(bytes);
    let value = checked(key, value, comment)?;
    let value = encode(&value, reading.encoding.as_deref());
    let block = block(bytes, comment);
    let same = |(there, with): &(Vec<u8>, Vec<u8>)| {
        there.eq_ignore_ascii_case(key.as_bytes()) && with.eq_ignore_ascii_case(&value)
    };
    if pairs(bytes, &block, comment).iter().any(same) {
        return Ok(bytes.to_vec());
    }
    let line_end: &[u8] = match bytes.iter().position(|byte| *byte == b'\n') {
        Some(at) if at.checked_sub(1).and_then(|at| bytes.get(at)) == Some(&b'\r') => b"\r\n",
        _ => b"\n",
    };
    let line = [key.as_bytes(), b": ", &*value, line_end].concat();
    let text = bytes.get(..block.end).unwrap_or(bytes);
    let mark = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let written = text.get(mark..).unwrap_or_default();
    if trim(written).is_empty() {
        let (mark, rest) = bytes.split_at_checked(mark).unwrap_or((b"", bytes));
        return Ok([mark, line_end, line_end, &*line, rest].concat());
    }
    let has_block = block.start < block.end;
    // Behind a blank line it would begin a block of its own.
    let at = if has_block { end_of_last_line(text) } else { block.end };
    let (before, after) = bytes.split_at_checked(at).unwrap_or((bytes, b""));
    let mut out = before.to_vec();
    if !before.ends_with(b"\n") {
        out.extend_from_slice(line_end);
    }
    if !has_block && !ends_blank(before) {
        out.extend_from_slice(line_end);
    }
    out.extend_from_slice(&line);
    out.extend_from_slice(after);
    Ok(out)
}

fn checked(key: &str, value: &str, comment: Option<&[u8]>) -> Result<String> {
    let good = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if !key.starts_with(|c: char| c.is_ascii_alphanumeric()) || !key.chars().all(good) {
        let shown = key.escape_debug();
        return Err(Error::state(format!("`{shown}` cannot be the key of a trailer"))
            .hint("use letters, digits and `-`, like `Reviewed-by`"));
    }
    if comment.is_some_and(|comment| key.as_bytes().starts_with(comment)) {
        return Err(Error::state(format!("the trailer `{key}` would be a comment"))
            .hint("git config core.commentString '#'"));
    }
    let blank = |c: char| c.is_whitespace() || c.is_control();
    let value = value.split(blank).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    if value.is_empty() {
        return Err(Error::state(format!("the trailer `{key}` has no value")).hint("give it one"));
    }
    Ok(value)
}

// The end of the last line that is not blank.
fn end_of_last_line(text: &[u8]) -> usize {
    let last = text.iter().rposition(|byte| !is_blank(*byte)).unwrap_or(0);
    let rest = text.get(last..).unwrap_or_default();
    rest.iter().position(|byte| *byte == b'\n').map_or(text.len(), |at| last + at + 1)
}

fn ends_blank(text: &[u8]) -> bool {
    text.split_inclusive(|byte| *byte == b'\n').next_back().is_some_and(|line| trim(line).is_empty())
}
