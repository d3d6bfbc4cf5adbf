//! The body and the footers of a message, as Conventional Commits 1.0.0 has them.

use std::ops::Range;

use super::trailers::{Block, says_picked};

const BREAKING: [&str; 2] = ["BREAKING CHANGE", "BREAKING-CHANGE"];

/// A footer: `token: value` or `token #value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Footer {
    /// The token as it is written.
    pub token: String,
    /// What is between token and value.
    pub separator: Separator,
    /// The value; it may have several lines and paragraphs.
    pub value: String,
}

/// What is between the token and the value of a footer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Separator {
    /// A colon and a blank.
    Colon,
    /// A blank and a `#`, which is no part of the value.
    Hash,
}

impl Footer {
    /// Whether it says what breaks: the token is in capitals, and a colon follows.
    pub fn is_breaking(&self) -> bool {
        self.separator == Separator::Colon && BREAKING.contains(&self.token.as_str())
    }
}

/// The lines of a message, the code fences among them, and its paragraphs; a fence is in one paragraph.
pub(super) struct Layout<'t> {
    lines: Vec<&'t str>,
    fenced: Vec<bool>,
    paragraphs: Vec<Range<usize>>,
}

impl<'t> Layout<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let lines: Vec<&str> = text.lines().collect();
        let fenced = fenced(&lines);
        let mut paragraphs: Vec<Range<usize>> = Vec::new();
        let mut open = false;
        for (at, (line, fenced)) in lines.iter().zip(&fenced).enumerate() {
            let blank = line.trim().is_empty() && !fenced;
            match paragraphs.last_mut().filter(|_| open) {
                _ if blank => {}
                Some(paragraph) => paragraph.end = at + 1,
                None => paragraphs.push(at..at + 1),
            }
            open = !blank;
        }
        Self { lines, fenced, paragraphs }
    }

    /// The lines outside of code fences.
    pub(super) fn open_lines(&self) -> impl Iterator<Item = &'t str> {
        self.numbered_open_lines().map(|(_, line)| line)
    }

    /// The same, each with its place among all lines.
    pub(super) fn numbered_open_lines(&self) -> impl Iterator<Item = (usize, &'t str)> {
        let all = self.lines.iter().copied().enumerate().zip(&self.fenced);
        all.filter(|(_, fenced)| !**fenced).map(|(line, _)| line)
    }

    fn line(&self, at: usize) -> &'t str {
        self.lines.get(at).copied().unwrap_or_default()
    }

    fn footer(&self, at: usize) -> Option<Footer> {
        if self.fenced.get(at) == Some(&false) { begins(self.line(at)) } else { None }
    }

    fn lines_of(&self, paragraph: usize) -> Range<usize> {
        self.paragraphs.get(paragraph).cloned().unwrap_or_default()
    }

    fn opens(&self, paragraph: usize) -> Option<Footer> {
        self.footer(self.lines_of(paragraph).start)
    }

    fn is_breaking(&self, paragraph: usize) -> bool {
        self.opens(paragraph).is_some_and(|footer| footer.is_breaking())
    }

    /// Whether nothing but footers is in a paragraph.
    fn is_whole(&self, paragraph: usize) -> bool {
        let goes_on = |at: usize| self.line(at).starts_with([' ', '\t']);
        self.opens(paragraph).is_some()
            && self.lines_of(paragraph).all(|at| self.footer(at).is_some() || goes_on(at))
    }

    /// Whether a paragraph says that what follows was copied from the notes of a release.
    fn is_pasted(&self, paragraph: usize) -> bool {
        let open = |at: &usize| self.fenced.get(*at) == Some(&false);
        self.lines_of(paragraph).filter(open).any(|at| announces_notes(self.line(at)))
    }

    /// The first paragraph of footers: the last paragraph, what is alike before it, and a note about what breaks with
    /// the paragraphs that explain it.
    fn first_of_footers(&self, text: &str, block: &Block) -> Option<usize> {
        let count = self.paragraphs.len();
        // The first paragraph is the subject.
        let last = count.checked_sub(1).filter(|last| *last > 0)?;
        let pasted = (1..count).find(|paragraph| self.is_pasted(*paragraph)).unwrap_or(count);
        let block = (block.start < block.end).then_some(block.start);
        let block = block.map(|start| text.get(..start).unwrap_or_default().lines().count());
        let in_block = block.is_some_and(|block| self.lines_of(last).contains(&block));
        let mut first = (self.opens(last).is_some() || in_block).then_some(last);
        while let Some(before) = first.and_then(|first| first.checked_sub(1)) {
            if before == 0 || before > pasted || !(self.is_whole(before) || self.is_breaking(before)) {
                break;
            }
            first = Some(before);
        }
        // By the letter of the specification every later paragraph is the value of the note, unless it is a footer.
        let note = (1..first.unwrap_or(count)).find(|paragraph| self.is_breaking(*paragraph));
        note.filter(|_| pasted == count).or(first)
    }
}

/// The body without blank lines around it, and the footers.
pub(super) fn split(text: &str, layout: &Layout, block: &Block) -> (String, Vec<Footer>) {
    let first = layout.first_of_footers(text, block);
    let start = first.map_or(layout.lines.len(), |first| layout.lines_of(first).start);
    let mut body: Vec<&str> = layout.lines.get(1..start).unwrap_or_default().to_vec();
    let mut footers: Vec<Footer> = Vec::new();
    let (mut in_value, mut after_blank) = (false, false);
    for at in start..layout.lines.len() {
        let line = layout.line(at);
        let blank = line.trim().is_empty();
        // A heading or a quotation after a note is a part of the text again.
        in_value &= blank || !after_blank || !is_structure(line);
        if let Some(footer) = layout.footer(at) {
            footers.push(footer);
            in_value = true;
        } else if says_picked(line) {
            in_value = false;
        } else if let Some(footer) = footers.last_mut().filter(|_| in_value) {
            if !footer.value.is_empty() {
                footer.value.push('\n');
            }
            footer.value.push_str(line.trim_end());
        } else if !blank {
            body.extend(after_blank.then_some(""));
            body.push(line);
        }
        after_blank = blank;
    }
    for footer in &mut footers {
        footer.value.truncate(footer.value.trim_end().len());
    }
    footers.retain(|footer| !footer.value.is_empty());
    (without_blank_ends(&body), footers)
}

/// The first line that seems to say what breaks, wherever it stands, except in a fence or a quotation.
pub(super) fn seems_breaking<'t>(layout: &Layout<'t>) -> Option<&'t str> {
    let says = |line: &str| {
        let line = line.trim_start_matches([' ', '\t', '*', '-', '_', '#']);
        let Some((words, rest)) = line.split_at_checked("BREAKING CHANGE".len()) else { return false };
        let alike = BREAKING.iter().any(|breaking| words.eq_ignore_ascii_case(breaking));
        let rest = rest.strip_prefix(['s', 'S']).unwrap_or(rest).trim_start_matches(['*', '_']);
        alike && (rest.starts_with(':') || rest.is_empty() || BREAKING.contains(&words))
    };
    layout.open_lines().skip(1).find(|line| says(line))
}

// The footer that a line begins, with the part of its value that is on the line.
fn begins(line: &str) -> Option<Footer> {
    let footer = |token: &str, separator, value: &str| {
        Some(Footer { token: token.to_owned(), separator, value: value.trim().to_owned() })
    };
    for token in BREAKING {
        let Some(value) = line.strip_prefix(token).and_then(|rest| rest.strip_prefix(':')) else { continue };
        // Nothing: the value begins on the next line, and git has dropped the blank.
        if value.is_empty() || value.starts_with(' ') {
            return footer(token, Separator::Colon, value);
        }
    }
    let good = |c: char| c.is_alphanumeric() || c == '-';
    let (token, rest) = line.split_at_checked(line.find(|c| !good(c))?)?;
    if !token.starts_with(char::is_alphanumeric) {
        return None;
    }
    let (separator, value) = match rest.strip_prefix(": ") {
        Some(value) => (Separator::Colon, value),
        None => (Separator::Hash, rest.strip_prefix(" #")?),
    };
    if value.trim().is_empty() { None } else { footer(token, separator, value) }
}

// A fence without an end is none: it would hide the footers below it.
fn fenced(lines: &[&str]) -> Vec<bool> {
    let mut fenced = vec![false; lines.len()];
    let mut open: Option<(usize, char, usize)> = None;
    for (at, line) in lines.iter().enumerate() {
        let Some((mark, length, rest)) = fence(line) else { continue };
        match open {
            None if mark == '~' || !rest.contains('`') => open = Some((at, mark, length)),
            Some((start, opened, least)) if mark == opened && length >= least && rest.trim().is_empty() => {
                fenced.get_mut(start..=at).into_iter().flatten().for_each(|line| *line = true);
                open = None;
            }
            _ => {}
        }
    }
    fenced
}

fn fence(line: &str) -> Option<(char, usize, &str)> {
    let inner = line.trim_start_matches(' ');
    let mark = inner.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
    let rest = inner.trim_start_matches(mark);
    let length = inner.len() - rest.len();
    (length >= 3 && line.len() - inner.len() <= 3).then_some((mark, length, rest))
}

fn announces_notes(line: &str) -> bool {
    let line = line.trim().to_lowercase();
    let heading = line.starts_with(['#', '<', '*', '=']) || line.ends_with(':');
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let version = line.starts_with('#')
        && line.match_indices('.').any(|(at, _)| {
            digit(line.get(..at).and_then(|before| before.chars().next_back()))
                && digit(line.get(at + 1..).and_then(|after| after.chars().next()))
        });
    let named = ["release notes", "changelog", "what's changed"].iter().any(|name| line.contains(name));
    version || line == "release notes" || line == "changelog" || heading && named && line.len() < 80
}

fn is_structure(line: &str) -> bool {
    line.starts_with(['#', '>', '<', '|']) || line.starts_with("---") || line.starts_with("===")
}

fn without_blank_ends(lines: &[&str]) -> String {
    let filled = |line: &&str| !line.trim().is_empty();
    let start = lines.iter().position(filled).unwrap_or(lines.len());
    let end = lines.iter().rposition(filled).map_or(start, |last| last + 1);
    lines.get(start..end).unwrap_or_default().join("\n")
}
