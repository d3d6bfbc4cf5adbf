//! The front door: one typed parse when all is well, the precise cause and place when not.

use std::ops::Range;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::spans::{Node, Shape};
use super::{place, plain, scan, spans, wording};
use crate::error::{At, Error, Result};

/// The largest document that is read or written, in bytes.
pub(super) const MAX_BYTES: usize = 1024 * 1024;

/// The byte order mark, if any, and the rest.
pub(super) fn split_mark(text: &str) -> (&str, &str) {
    match text.strip_prefix('\u{feff}') {
        Some(rest) => (place::slice(text, 0, text.len() - rest.len()), rest),
        None => ("", text),
    }
}

/// Parses a YAML (or JSON-syntax) document into a typed value.
///
/// Every problem is an error of [`Kind::State`](crate::error::Kind::State) that names the cause and the place.
pub fn read<T: DeserializeOwned>(text: &[u8], file: &str) -> Result<T> {
    let text = admit(text, file)?;
    if scan::suspicious(text) {
        inspect(text, file)?;
    } else if let Some(value) = plain::read(text) {
        return Ok(value);
    }
    parse(text).map_err(|failure| explain(text, file, &failure))
}

/// Parses a document that comes with the program: it is sound, so that nothing is looked for that must not be there.
pub fn read_own<T: DeserializeOwned>(text: &[u8], file: &str) -> Result<T> {
    match std::str::from_utf8(text).ok().and_then(plain::read) {
        Some(value) => Ok(value),
        None => read(text, file),
    }
}

/// Parses a YAML (or JSON-syntax) document into an untyped tree, keys in the order of the file.
///
/// Refuses what [`read`] refuses, and duplicate keys everywhere.
pub fn tree(text: &[u8], file: &str) -> Result<Value> {
    let text = admit(text, file)?;
    inspect(text, file)?;
    parse(text).map_err(|failure| explain(text, file, &failure))
}

fn admit<'t>(text: &'t [u8], file: &str) -> Result<&'t str> {
    let whole = At { file: file.to_owned(), line: 1, column: 1, source: String::new(), width: 0 };
    if text.len() > MAX_BYTES {
        let message = format!("larger than 1 MiB ({} bytes)", text.len());
        return Err(Error::state(message).at(whole));
    }
    place::utf8(text, file).map(|text| split_mark(text).1)
}

/// All refusals that need no type, in the order that helps most.
pub(super) fn inspect(text: &str, file: &str) -> Result<()> {
    unreadable(text, file)?;
    conflict(text, file)?;
    if spans::parse(text, file)?.is_none() {
        return Err(Error::state("the file is empty").at(place::at(text, file, 0, 0)));
    }
    Ok(())
}

fn unreadable(text: &str, file: &str) -> Result<()> {
    for (at, char) in text.char_indices() {
        let bad = match char {
            '\t' | '\n' => false,
            '\r' => place::byte(text, at + 1) != Some(b'\n'),
            '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}' => true,
            char => char.is_control(),
        };
        if bad {
            let message = format!("control character U+{:04X}", u32::from(char));
            let error = Error::state(message).at(place::at(text, file, at, at + char.len_utf8()));
            return Err(error
                .hint(format!("remove it, or write it as \"\\u{:04x}\" in double quotes", u32::from(char))));
        }
    }
    Ok(())
}

fn conflict(text: &str, file: &str) -> Result<()> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if let Some(width) = scan::marker(line.trim_end_matches('\n').as_bytes()) {
            let error =
                Error::state("unresolved merge conflict").at(place::at(text, file, start, start + width));
            return Err(error.hint("keep what is right, remove the markers, then `git add` the file"));
        }
        start += line.len();
    }
    Ok(())
}

/// What the two parsers said.
struct Failure {
    yaml: serde_yaml::Error,
    json: Option<serde_json::Error>,
}

/// JSON has escapes that libyaml refuses, so that a text which looks like JSON is tried as such first.
fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Failure> {
    let json = if text.trim_start().starts_with('{') {
        match serde_json::from_str(text) {
            Ok(value) => return Ok(value),
            Err(error) => Some(error),
        }
    } else {
        None
    };
    serde_yaml::from_str(text).map_err(|yaml| Failure { yaml, json })
}

fn explain(text: &str, file: &str, failure: &Failure) -> Error {
    if let Err(error) = inspect(text, file) {
        return error;
    }
    let yaml = failure.yaml.to_string();
    if let Some(error) = twins(text, file, &yaml) {
        return error;
    }
    if let Some(json) = failure.json.as_ref().filter(|error| error.is_data())
        && is_syntax(&yaml, &failure.yaml)
    {
        let at = place::at_line(text, file, json.line(), json.column());
        return wording::typed(&bare(&json.to_string()), at);
    }
    let at = match failure.yaml.location() {
        Some(place) => place::at_line(text, file, place.line(), place.column()),
        None => place::at(text, file, 0, 0),
    };
    wording::typed(&bare(&yaml), at)
}

// Ids that differ only in case are the same id, though not the same key; the parser cannot tell where they stand.
fn twins(text: &str, file: &str, message: &str) -> Option<Error> {
    let (_, rest) = message.split_once("duplicate id `")?;
    let (name, _) = rest.split_once('`')?;
    let (first, second) = twin(&spans::parse(text, file).ok()??, name)?;
    let line = place::at(text, file, first, first + 1).line;
    let error =
        Error::state(format!("duplicate id `{name}`")).at(place::at(text, file, second.start, second.end));
    Some(error.note(format!("`{name}` stands first at {file}:{line}")).hint("give one of the two another id"))
}

fn twin(node: &Node, name: &str) -> Option<(usize, Range<usize>)> {
    let children: Vec<&Node> = match &node.shape {
        Shape::Map { entries, .. } => {
            let mut alike = entries.iter().filter(|entry| entry.name.eq_ignore_ascii_case(name));
            if let (Some(first), Some(second)) = (alike.next(), alike.next()) {
                return Some((first.key.start, second.key.clone()));
            }
            entries.iter().map(|entry| &entry.value).collect()
        }
        Shape::List { items, .. } => items.iter().map(|(_, item)| item).collect(),
        Shape::Empty | Shape::Scalar(_) => Vec::new(),
    };
    children.into_iter().find_map(|child| twin(child, name))
}

/// libyaml's own errors speak of what they were doing; those of types have no such context.
fn is_syntax(message: &str, error: &serde_yaml::Error) -> bool {
    error.location().is_none() || message.contains("while parsing") || message.contains("while scanning")
}

/// The message without the places that [`At`] already carries.
fn bare(message: &str) -> String {
    let mut rest = message;
    let mut out = String::with_capacity(message.len());
    while let Some(at) = rest.find(" at line ") {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        let after = after.trim_start_matches(" at line ").trim_start_matches(|c: char| c.is_ascii_digit());
        let after = after.strip_prefix(" column ").unwrap_or(after);
        rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
    }
    out.push_str(rest);
    out
}
