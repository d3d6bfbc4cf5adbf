//! From rendered text to the bytes of a file: whole files with a header, marked parts of files that people write, too.

use crate::error::{Error, Result};

/// What says, in the first lines of a file, that it is rendered.
const RENDERED: &str = "<!-- Rendered by git-track from ";

/// The same in front matter, which has to be at the top.
const RENDERED_FRONT: &str = "# Rendered by git-track from ";

/// A document with the line that says where it comes from and what to do instead of editing it.
pub fn headed(source: &str, body: &str) -> String {
    match body.strip_prefix("---\n") {
        Some(rest) => format!("---\n{RENDERED_FRONT}{source}. Do not edit: run `git track`.\n{rest}"),
        None => format!("{RENDERED}{source}. Do not edit: run `git track`. -->\n\n{body}"),
    }
}

/// The bytes of a file that is rendered whole, with its header.
///
/// A file that somebody else wrote, which has no header, is never written over: `None`.
pub fn whole(before: Option<&[u8]>, rendered: &str) -> Option<Vec<u8>> {
    let says_so = |line: &str| line.starts_with(RENDERED) || line.starts_with(RENDERED_FRONT);
    unless_foreign(before, rendered, |text| head(text).any(says_so))
}

/// The bytes of a file that is rendered whole, where its form leaves no room for a header.
///
/// It is ours when a telling line of its head stands in the head of what is rendered, now or from the state before: a
/// title may change, or a person may have edited it.
pub fn bare(
    before: Option<&[u8]>,
    rendered: &str,
    older: impl FnOnce() -> Option<String>,
) -> Option<Vec<u8>> {
    let is_ours = |text: &str| alike(text, rendered) || older().is_some_and(|older| alike(text, &older));
    unless_foreign(before, rendered, is_ours)
}

fn unless_foreign(
    before: Option<&[u8]>,
    rendered: &str,
    is_ours: impl FnOnce(&str) -> bool,
) -> Option<Vec<u8>> {
    let text = before.map(String::from_utf8_lossy);
    let free = text.is_none_or(|text| text.trim().is_empty() || is_ours(&text));
    free.then(|| rendered.as_bytes().to_vec())
}

/// How many lines of a file are its head; a merge may have put its marks above the first.
const HEAD: usize = 12;

/// The shortest line by which a file is known: every document may hold a `---`.
const TELLING: usize = 8;

fn head(text: &str) -> impl Iterator<Item = &str> {
    text.lines().take(HEAD).map(str::trim_end)
}

fn alike(file: &str, rendered: &str) -> bool {
    head(file).any(|line| line.len() >= TELLING && head(rendered).any(|wanted| wanted == line))
}

/// The bytes of a file with a marked part; everything outside of the marks stays as it is.
///
/// A file without marks gets them at its end, a missing one consists of a heading and the part. Marks that do not fit
/// together are an error with the line.
pub fn part(
    before: Option<&[u8]>,
    rendered: &str,
    mark: &str,
    (source, title): (&str, &str),
) -> Result<Vec<u8>> {
    let begin =
        format!("<!-- git-track:begin {mark} from {source}. Do not edit here: run `git track render`. -->");
    let end = format!("<!-- git-track:end {mark} -->");
    let body = rendered.trim_end_matches('\n');
    let block = format!("{begin}\n{body}\n{end}");
    let Some(before) = before.filter(|bytes| !bytes.is_empty()) else {
        return Ok(format!("# {title}\n\n{block}\n").into_bytes());
    };
    let text = std::str::from_utf8(before).map_err(|_| Error::state("the file is not UTF-8"))?;
    let crlf = text.contains("\r\n");
    let native = |text: String| if crlf { text.replace('\n', "\r\n") } else { text };
    let (opening, closing) = (format!("<!-- git-track:begin {mark} "), format!("<!-- git-track:end {mark} "));
    let Some((start, stop)) = marks(text, &opening, &closing)? else {
        let gap = if text.ends_with("\n\n") || text.ends_with("\r\n\r\n") {
            ""
        } else if text.ends_with('\n') {
            "\n"
        } else {
            "\n\n"
        };
        return Ok(format!("{text}{}", native(format!("{gap}{block}\n"))).into_bytes());
    };
    let (head, rest) = text.split_at_checked(start).unwrap_or((text, ""));
    let tail = rest.get(stop - start..).unwrap_or_default();
    Ok(format!("{head}{}{tail}", native(block)).into_bytes())
}

// From the beginning of the opening mark to the end of the closing one, without the end of its line. Conflicted marks
// of one part may come twice: from the first opening to the last closing.
fn marks(text: &str, opening: &str, closing: &str) -> Result<Option<(usize, usize)>> {
    let mut at = 0;
    let (mut first, mut last, mut depth) = (None, None, 0_i32);
    let conflicted = text.lines().any(|line| line.starts_with("<<<<<<< "));
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let misplaced = |what: &str| {
            let message = format!("line {}: the mark `{}` {what}", index + 1, line.trim_end());
            Err(Error::state(message).hint("put the marks right, or remove both, and render again"))
        };
        if line.starts_with(opening) {
            depth += 1;
            if depth > 1 && !conflicted {
                return misplaced("opens a part that is open");
            }
            first.get_or_insert(at);
        } else if line.starts_with(closing) {
            depth -= 1;
            if first.is_none() || (depth < 0 && !conflicted) {
                return misplaced("closes a part that is not open");
            }
            last = Some(at + line.trim_end_matches(['\r', '\n']).len());
        }
        at += line.len();
    }
    match (first, last) {
        (None, _) => Ok(None),
        (Some(first), Some(last)) if first < last && (depth == 0 || conflicted) => Ok(Some((first, last))),
        _ => Err(Error::state(format!("the part that `{}` opens is never closed", opening.trim_end()))
            .hint("put the marks right, or remove both, and render again")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FROM: (&str, &str) = (".track/workflows/w.yaml", "Progress");

    fn placed(before: &str, rendered: &str) -> String {
        String::from_utf8(part(Some(before.as_bytes()), rendered, "w:x", FROM).unwrap()).unwrap()
    }

    #[test]
    fn only_what_is_between_the_marks_changes() {
        let new = String::from_utf8(part(None, "| a |\n", "w:x", FROM).unwrap()).unwrap();
        assert!(new.starts_with("# Progress\n\n<!-- git-track:begin w:x from .track/workflows/w.yaml. "));
        assert!(new.ends_with(" -->\n| a |\n<!-- git-track:end w:x -->\n"), "{new}");
        let mine = new.replace("# Progress\n", "# Mine\n\nwords\n") + "more words";
        let again = placed(&mine, "| b |\n");
        assert_eq!(again, mine.replace("| a |", "| b |"));
        assert_eq!(placed(&again, "| b |\n"), again);
        let appended = placed("# Mine\n", "x\n");
        assert!(appended.starts_with("# Mine\n\n<!-- git-track:begin w:x "), "{appended}");
        assert_eq!(placed(&appended, "x\n"), appended);
    }

    #[test]
    fn line_ends_and_other_parts_stay() {
        let dos = placed("# Mine\r\n", "x\ny\n");
        assert_eq!(dos.matches('\n').count(), dos.matches("\r\n").count(), "{dos:?}");
        assert_eq!(placed(&dos, "x\ny\n"), dos);
        let two = String::from_utf8(part(Some(dos.as_bytes()), "z", "w:xy", FROM).unwrap()).unwrap();
        assert_eq!(placed(&two, "x\ny\n"), two);
    }

    #[test]
    fn a_conflict_inside_of_the_marks_is_written_over() {
        let block = placed("# Mine\n", "x");
        let conflicted =
            block.replace("x\n<!-- git-track:end", "<<<<<<< a\nx\n=======\ny\n>>>>>>> b\n<!-- git-track:end");
        assert_eq!(placed(&conflicted, "x"), block);
        let both = block.replace("# Mine\n", "# Mine\n<<<<<<< ours\n")
            + "=======\n"
            + block.split_once("\n\n").unwrap().1
            + ">>>>>>> b\n";
        let mended = placed(&both, "x");
        assert_eq!(mended.matches("git-track:begin").count(), 1, "{mended}");
    }

    #[test]
    fn marks_that_do_not_fit_together_are_an_error() {
        let block = placed("# Mine\n", "x");
        let wrong = |text: &str| part(Some(text.as_bytes()), "x", "w:x", FROM).unwrap_err().to_string();
        let end = "<!-- git-track:end w:x -->\n";
        assert!(wrong(&block.replace(end, "")).contains("is never closed"));
        assert!(wrong(&format!("{end}{block}")).contains("line 1: the mark"));
        assert!(wrong(&block.replace("x\n", &block)).contains("opens a part that is open"));
        assert!(part(Some(b"\xff"), "x", "w:x", FROM).is_err());
    }

    #[test]
    fn what_somebody_else_wrote_is_left_alone() {
        let text = headed(".track/workflows/w.yaml", "# Progress\n");
        assert_eq!(whole(None, &text).as_deref(), Some(text.as_bytes()));
        assert_eq!(whole(Some(text.as_bytes()), &text).as_deref(), Some(text.as_bytes()));
        assert_eq!(whole(Some(b"# Progress\n\nby hand\n"), &text), None);
        let text = headed(".track/workflows/w.yaml", "---\nunits: {}\n---\n# Units\n");
        assert!(text.starts_with("---\n# Rendered by git-track from .track/workflows/w.yaml. "), "{text}");
        assert_eq!(whole(Some(text.as_bytes()), &text).as_deref(), Some(text.as_bytes()));
        assert_eq!(whole(Some(b"---\nunits: {}\n---\n# Units\n"), &text), None);
    }

    #[test]
    fn a_file_without_a_header_is_known_by_its_head() {
        let wanted = "# Trace: New\n**Task:** Hike | **Status:** failed\n\n---\n";
        let ours = |file: &str, older: Option<&str>| {
            bare(Some(file.as_bytes()), wanted, || older.map(str::to_owned)).is_some()
        };
        assert!(ours("<<<<<<< a\n# Trace: New\n", None));
        assert!(ours("# Trace: Edited\n**Task:** Hike | **Status:** failed\n", None));
        assert!(!ours("# Trace: Old\n\n---\n", None));
        assert!(ours("# Trace: Old\n", Some("# Trace: Old\n")));
        assert!(ours("\n", None));
        assert!(!ours(&format!("{}# Trace: New\n", "mine\n".repeat(12)), None));
    }
}
