//! From byte offsets to places that people can find.

use crate::error::{At, Error, Result};

/// The text that these bytes are; the error says where they are none.
pub(super) fn utf8<'t>(bytes: &'t [u8], file: &str) -> Result<&'t str> {
    std::str::from_utf8(bytes).map_err(|error| {
        let good = bytes.get(..error.valid_up_to()).and_then(|good| std::str::from_utf8(good).ok());
        let good = good.unwrap_or("");
        let mut at = at(good, file, good.len(), good.len());
        at.source.clear();
        at.width = 0;
        Error::state("not UTF-8 text").at(at).hint("save the file as UTF-8")
    })
}

/// The text at a range; empty when the range is not one of this text.
pub(super) fn slice(text: &str, start: usize, end: usize) -> &str {
    text.get(start..end).unwrap_or("")
}

/// The byte at an offset.
pub(super) fn byte(text: &str, at: usize) -> Option<u8> {
    text.as_bytes().get(at).copied()
}

/// The byte just before an offset.
pub(super) fn byte_before(text: &str, at: usize) -> Option<u8> {
    at.checked_sub(1).and_then(|at| byte(text, at))
}

/// Where the line that holds `at` starts.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    slice(text, 0, at).rfind('\n').map_or(0, |newline| newline + 1)
}

/// Where the line that holds `at` ends: before its line feed or carriage return.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    let end = slice(text, at, text.len()).find('\n').map_or(text.len(), |newline| at + newline);
    if end > at && byte_before(text, end) == Some(b'\r') && byte(text, end) == Some(b'\n') {
        end - 1
    } else {
        end
    }
}

/// Where the line after the one that holds `at` starts, or the end of the text.
pub(super) fn next_line(text: &str, at: usize) -> usize {
    slice(text, at, text.len()).find('\n').map_or(text.len(), |newline| at + newline + 1)
}

/// What stands before `at` in its line.
pub(super) fn lead(text: &str, at: usize) -> &str {
    slice(text, line_start(text, at), at)
}

/// Whether only blanks stand before `at` in its line.
pub(super) fn first_in_line(text: &str, at: usize) -> bool {
    lead(text, at).bytes().all(|byte| byte == b' ' || byte == b'\t')
}

/// The place of a byte range; the caret stays within the first line.
pub(super) fn at(text: &str, file: &str, start: usize, end: usize) -> At {
    let start = floor(text, start);
    let source = slice(text, line_start(text, start), line_end(text, start)).trim_end_matches('\r');
    let column = lead(text, start).chars().count() + 1;
    let room = source.chars().count().saturating_sub(column - 1);
    let width = slice(text, start, floor(text, end.max(start))).chars().count().min(room).max(1);
    let line = slice(text, 0, start).bytes().filter(|byte| *byte == b'\n').count() + 1;
    At { file: file.to_owned(), line, column, source: shown(source, column), width }
}

/// The line that a byte stands in, from one.
pub fn line_of(bytes: &[u8], at: usize) -> usize {
    bytes.iter().take(at).filter(|byte| **byte == b'\n').count() + 1
}

/// The place of a one-based line and column, as parsers report them.
pub(super) fn at_line(text: &str, file: &str, line: usize, column: usize) -> At {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let within = slice(text, start, line_end(text, start)).char_indices();
    let offset = within.map(|(at, _)| at).nth(column.saturating_sub(1));
    let start = offset.map_or_else(|| line_end(text, start), |offset| start + offset);
    let word = slice(text, start, text.len()).find(|c: char| c.is_whitespace() || ":,]}".contains(c));
    at(text, file, start, word.map_or(text.len(), |length| start + length))
}

/// A line of a megabyte helps nobody: far right of any screen the source is left out.
fn shown(source: &str, column: usize) -> String {
    if source.len() > 4000 || column > 2000 { String::new() } else { source.to_owned() }
}

fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_lines_lose_their_ends() {
        let text = "a: é\r\nbé: cc dd\r\n";
        let offset = text.find("cc").unwrap();
        let place = at(text, "f", offset, offset + 2);
        assert_eq!((place.line, place.column, place.width), (2, 5, 2));
        assert_eq!(place.source, "bé: cc dd");
        assert_eq!(at_line(text, "f", 2, 5), place);
        assert_eq!(at_line(text, "f", 99, 99).line, 3);
    }

    #[test]
    fn a_place_past_the_end_is_the_end() {
        let place = at("é", "f", 7, 9);
        assert_eq!((place.line, place.column, place.width), (1, 2, 1));
    }
}
