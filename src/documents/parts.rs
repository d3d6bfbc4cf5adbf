//! Marked parts of files that people write, too: everything outside of the marks stays as it is, byte for byte.

use crate::error::{Error, Result};

/// The bytes of a file with a marked part.
///
/// A file without marks gets them at its end, a missing one consists of a heading and the part. Marks that do not fit
/// together, and a conflict that holds more than the part, are an error with the line.
pub fn part(
    before: Option<&[u8]>,
    rendered: &str,
    mark: &str,
    (source, title): (&str, &str),
) -> Result<Vec<u8>> {
    let begin =
        format!("<!-- git-track:begin {mark} from {source}. Do not edit here: run `git track render`. -->");
    let body = rendered.trim_end_matches('\n');
    if let Some((index, line)) =
        body.lines().enumerate().find(|(index, line)| Mark::of(*index, 0, line).is_some())
    {
        let what = format!("line {} of what its template prints is a mark: `{}`", index + 1, line.trim());
        return Err(Error::state(what).hint("marks are written by git-track: leave them out of the template"));
    }
    let block = |inner: &str| format!("{begin}\n{body}\n{inner}<!-- git-track:end {mark} -->");
    let file = std::str::from_utf8(before.unwrap_or_default());
    let file = file.map_err(|_| Error::state("the file is not UTF-8"))?;
    // Some editors put a mark in front of all text.
    let (bom, text) = file.split_at(file.strip_prefix('\u{feff}').map_or(0, |rest| file.len() - rest.len()));
    if text.is_empty() {
        return Ok(format!("{bom}# {title}\n\n{}\n", block("")).into_bytes());
    }
    let native = |block: String| if text.contains("\r\n") { block.replace('\n', "\r\n") } else { block };
    let read = Read::of(text);
    let written = match read.find(mark)? {
        None => {
            if let Some(line) = read.open {
                return Err(wrong(
                    line,
                    "the code that begins here never ends, so that nothing can follow it",
                ));
            }
            format!("{text}{}", native(format!("{}{}\n", gap(text), block(""))))
        }
        Some(found) => {
            let (head, tail) = (text.get(..found.from), text.get(found.to..));
            let block = native(block(found.indent));
            format!("{}{block}{}", head.unwrap_or_default(), tail.unwrap_or_default())
        }
    };
    Ok(format!("{bom}{written}").into_bytes())
}

/// Whether a file gets its first part: it was there, and nobody else's part was in it.
pub fn is_first(before: &[u8], after: &[u8]) -> bool {
    let has_parts = |bytes| !Read::of(&String::from_utf8_lossy(bytes)).marks.is_empty();
    !has_parts(before) && has_parts(after)
}

/// Whether what a file holds besides its parts is not what another version of it holds: people are at work on it. A file
/// without parts is nobody else's.
pub fn is_shared_and_changed(before: &[u8], after: &[u8], committed: Option<&[u8]>) -> bool {
    let (before, after) = (String::from_utf8_lossy(before), String::from_utf8_lossy(after));
    if Read::of(&after).marks.is_empty() {
        return false;
    }
    let said = outside(&before);
    match committed.map(String::from_utf8_lossy) {
        Some(committed) => said != outside(&committed),
        // One that was never committed may have been begun for its parts, with nothing but a heading.
        None => !matches!(said.as_slice(), [] | [_]) || said.iter().any(|line| !line.starts_with("# ")),
    }
}

// What stands outside of all parts, however its lines end.
fn outside(text: &str) -> Vec<&str> {
    let read = Read::of(text);
    let mut open: Option<&str> = None;
    let mut said = Vec::new();
    for (index, (_, line)) in read.lines.iter().enumerate() {
        match (read.marks.iter().find(|mark| mark.line == index), open) {
            (Some(mark), None) if mark.begins => open = Some(mark.name),
            (Some(mark), Some(name)) if !mark.begins && mark.name == name => open = None,
            (_, None) if !line.trim().is_empty() => said.push(line.trim_end()),
            _ => {}
        }
    }
    said
}

fn gap(text: &str) -> &'static str {
    if text.ends_with("\n\n") || text.ends_with("\r\n\r\n") {
        ""
    } else if text.ends_with('\n') {
        "\n"
    } else {
        "\n\n"
    }
}

fn wrong(line: usize, what: &str) -> Error {
    let error = Error::state(format!("line {}: {what}", line + 1));
    error.hint("put it right, or remove the part with its marks, and render again")
}

/// A line that begins or ends a part.
struct Mark<'a> {
    line: usize,
    begins: bool,
    name: &'a str,
    /// What stands in front of it: blanks.
    indent: &'a str,
    /// From the mark itself to its end, in bytes of the text.
    span: (usize, usize),
    /// Whether something follows it in its line.
    is_followed: bool,
}

impl<'a> Mark<'a> {
    fn of(line: usize, at: usize, text: &'a str) -> Option<Self> {
        let rest = text.trim_start_matches([' ', '\t']);
        let indent = text.get(..text.len() - rest.len()).unwrap_or_default();
        let (begins, named) = match rest.strip_prefix("<!-- git-track:begin ") {
            Some(named) => (true, named),
            None => (false, rest.strip_prefix("<!-- git-track:end ")?),
        };
        let (name, _) = named.split_once(' ')?;
        let long = rest.find("-->").map_or(rest.len(), |end| end + 3);
        let is_followed = rest.get(long..).is_some_and(|more| !more.trim().is_empty());
        let from = at + indent.len();
        Some(Self { line, begins, name, indent, span: (from, from + long), is_followed })
    }
}

/// What a merge left to be decided: the lines of its marks.
struct Conflict {
    first: usize,
    base: Option<usize>,
    middle: usize,
    last: usize,
}

impl Conflict {
    fn holds(&self, mark: &Mark) -> bool {
        (self.first..=self.last).contains(&mark.line)
    }
}

/// What stands where a part is to be written.
struct Place<'a> {
    from: usize,
    to: usize,
    /// What stands in front of the mark that ends it.
    indent: &'a str,
}

/// A text, read for the marks in it.
struct Read<'a> {
    /// Where each line begins, and what it says without its end.
    lines: Vec<(usize, &'a str)>,
    marks: Vec<Mark<'a>>,
    conflicts: Vec<Conflict>,
    /// The line of a code fence that is never closed.
    open: Option<usize>,
}

impl<'a> Read<'a> {
    fn of(text: &'a str) -> Self {
        let mut at = 0;
        let mut lines = Vec::new();
        for line in text.split_inclusive('\n') {
            lines.push((at, line.trim_end_matches(['\r', '\n'])));
            at += line.len();
        }
        let (mut marks, mut part, mut fence) = (Vec::<Mark>::new(), None, None::<(&str, usize)>);
        for (index, &(at, line)) in lines.iter().enumerate() {
            let mark = Mark::of(index, at, line).filter(|_| fence.is_none());
            match (&mark, part) {
                (Some(mark), None) if mark.begins => part = Some(mark.name),
                (Some(mark), Some(open)) if !mark.begins && mark.name == open => part = None,
                // The code in a part is that of its template, and a merge may have taken it apart.
                (None, None) => fence = fenced(fence, index, line),
                _ => {}
            }
            marks.extend(mark);
        }
        let conflicts = conflicts(lines.iter().map(|(_, line)| *line));
        Self { lines, marks, conflicts, open: fence.map(|(_, line)| line) }
    }

    /// Where a part stands. What is replaced holds nothing but this part.
    fn find(&self, name: &str) -> Result<Option<Place<'a>>> {
        let own = || self.marks.iter().filter(|mark| mark.name == name);
        match self.conflicts.iter().find(|conflict| own().any(|mark| conflict.holds(mark))) {
            Some(conflict) => self.copies(conflict, name).map(Some),
            None => self.pair(name),
        }
    }

    fn pair(&self, name: &str) -> Result<Option<Place<'a>>> {
        let (mut open, mut found) = (None::<&Mark>, None);
        for mark in &self.marks {
            let misplaced = |what: &str| {
                let text = self.lines.get(mark.line).map_or("", |(_, text)| text.trim());
                Err(wrong(mark.line, &format!("the mark `{text}` {what}")))
            };
            match (mark.name == name, mark.begins, open) {
                (true, true, Some(_)) => return misplaced("opens a part that is open"),
                (true, true, None) if found.is_some() => {
                    return misplaced("opens a part that was there before");
                }
                (true, true, None) if mark.is_followed => return misplaced("has words behind it"),
                (true, true, None) => open = Some(mark),
                (true, false, None) => return misplaced("closes a part that is not open"),
                (true, false, Some(begin)) => {
                    found = Some(Place { from: begin.span.0, to: mark.span.1, indent: mark.indent });
                    open = None;
                }
                (false, _, Some(_)) if self.ends_below(name, mark.line) => {
                    return misplaced("stands inside of another part");
                }
                (false, ..) => {}
            }
        }
        match open {
            Some(begin) => Err(wrong(
                begin.line,
                &format!("the part that `git-track:begin {name}` opens is never closed"),
            )),
            None => Ok(found),
        }
    }

    fn ends_below(&self, name: &str, line: usize) -> bool {
        self.marks.iter().any(|mark| mark.name == name && !mark.begins && mark.line > line)
    }

    // Both sides of a conflict are the part, whole and nothing else: it is written in the place of both.
    fn copies(&self, conflict: &Conflict, name: &str) -> Result<Place<'a>> {
        let more = || {
            wrong(conflict.first, &format!("the conflict that begins here holds more than the part `{name}`"))
        };
        let first = (conflict.first, conflict.base.unwrap_or(conflict.middle));
        let indent = self.copy(first, name).ok_or_else(more)?;
        self.copy((conflict.middle, conflict.last), name).ok_or_else(more)?;
        let base = conflict.base.map(|base| (base, conflict.middle));
        if base.is_some_and(|base| self.filled(base).is_some() && self.copy(base, name).is_none()) {
            return Err(more());
        }
        if let Some(other) = self.marks.iter().find(|mark| mark.name == name && !conflict.holds(mark)) {
            return Err(wrong(other.line, &format!("the part `{name}` stands in a conflict, too")));
        }
        let start = self.lines.get(conflict.first).map_or(0, |(at, _)| *at);
        let stop = self.lines.get(conflict.last).map_or(0, |(at, line)| at + line.len());
        Ok(Place { from: start, to: stop, indent })
    }

    // The first and the last line between two others that say something.
    fn filled(&self, (above, below): (usize, usize)) -> Option<(usize, usize)> {
        let says = |line: &usize| self.lines.get(*line).is_some_and(|(_, text)| !text.trim().is_empty());
        let first = (above + 1..below).find(says)?;
        Some((first, (first..below).rfind(says)?))
    }

    // What is in front of the last mark of the part, where nothing else stands between two lines.
    fn copy(&self, (above, below): (usize, usize), name: &str) -> Option<&'a str> {
        let (first, last) = self.filled((above, below))?;
        let mut marks = self.marks.iter().filter(|mark| (above + 1..below).contains(&mark.line));
        let (begin, end) = (marks.next()?, marks.next()?);
        let is_pair = begin.begins && !end.begins && begin.name == name && end.name == name;
        let is_all = begin.line == first && end.line == last && !begin.is_followed && !end.is_followed;
        (is_pair && is_all && marks.next().is_none()).then_some(end.indent)
    }
}

// Code fences after a line: the signs of the one that is open, and where it began.
fn fenced<'a>(open: Option<(&'a str, usize)>, index: usize, line: &'a str) -> Option<(&'a str, usize)> {
    let line = line.trim();
    let sign = line.chars().next().filter(|c| matches!(c, '`' | '~'));
    let rest = line.trim_start_matches(|c| Some(c) == sign);
    let signs = line.get(..line.len() - rest.len()).filter(|signs| signs.len() >= 3);
    match (open, signs) {
        (Some((begun, _)), Some(signs)) if rest.is_empty() && signs.starts_with(begun) => None,
        (None, Some(signs)) if !(signs.starts_with('`') && rest.contains('`')) => Some((signs, index)),
        _ => open,
    }
}

fn conflicts<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<Conflict> {
    let (mut found, mut first, mut base, mut middle) = (Vec::new(), None, None, None);
    for (index, line) in lines.enumerate() {
        let is =
            |sign: &str| line.strip_prefix(sign).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
        match (first, middle) {
            (None, _) if is("<<<<<<<") => first = Some(index),
            (Some(_), None) if is("|||||||") => base = base.or(Some(index)),
            (Some(_), None) if is("=======") => middle = Some(index),
            (Some(begun), Some(split)) if is(">>>>>>>") => {
                found.push(Conflict { first: begun, base, middle: split, last: index });
                (first, base, middle) = (None, None, None);
            }
            _ => {}
        }
    }
    found
}
