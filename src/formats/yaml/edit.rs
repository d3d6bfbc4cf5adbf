//! The editor: finds what differs between two trees and splices the text there, and nowhere else.
//!
//! Two passes, so that no splice meets another: the first changes and removes, the second adds.

use granit_parser::ScalarStyle;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use super::emit::{self, Look};
use super::place::{self, first_in_line, lead, line_end, next_line, slice};
use super::spans::{self, Node, Shape};
use super::{front, scan};
use crate::error::{Error, Result};

/// A replacement of a byte range.
#[derive(Debug)]
pub(super) struct Splice {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) text: String,
}

/// What surrounds a value.
#[derive(Clone, Debug)]
pub(super) enum Home {
    Root,
    /// After a colon or dash at `mark`, of a block collection at `column`.
    Block {
        column: usize,
        mark: usize,
        list: bool,
    },
    /// Within brackets; with the start of its line when elements stand on lines of their own in a JSON file.
    Flow(Option<String>),
}

/// Rewrites `text` so that it holds `after` where it held `before`, changing nothing else.
///
/// Comments, order, layout and line ends stay. What differs between `text` and `before` (a default that was written
/// out, a number read as a text) stays too, unless `after` changes it.
pub fn edit(text: &str, before: &Value, after: &Value) -> Result<String> {
    if depth(after) > scan::MAX_DEPTH {
        return Err(Error::state(format!("the change would nest deeper than {} levels", scan::MAX_DEPTH)));
    }
    let (mark, body) = front::split_mark(text);
    let kept = common(before, after);
    let json = serde_json::from_str::<IgnoredAny>(body).is_ok();
    let reduced = pass(body, before, &kept, json)?;
    let whole = pass(&reduced, &kept, after, json)?;
    if mark.len() + whole.len() > front::MAX_BYTES {
        return Err(Error::state("the change would make the file larger than 1 MiB"));
    }
    Ok(format!("{mark}{whole}"))
}

fn pass(text: &str, before: &Value, after: &Value, json: bool) -> Result<String> {
    if before == after {
        return Ok(text.to_owned());
    }
    let Some(root) = spans::parse(text, "")? else {
        return fill(text, after);
    };
    let old = front::tree(text.as_bytes(), "")?;
    let wanted = patched(&old, before, after);
    let unit = unit(text, &root, json);
    let look = Look { newline: newline(text), unit: &unit, json };
    let mut editor = Editor { text, look, splices: Vec::new() };
    let home = if json { Home::Flow(Some(String::new())) } else { Home::Root };
    editor.value(&home, &root, &old, before, after);
    let result = apply(text, editor.splices);
    let trimmed = if text.ends_with('\n') { None } else { result.strip_suffix(look.newline) };
    let holds = |text: &str| front::tree(text.as_bytes(), "").is_ok_and(|tree| tree == wanted);
    let valid = |text: &str| !json || serde_json::from_str::<IgnoredAny>(text).is_ok();
    match trimmed {
        Some(trimmed) if holds(trimmed) => Ok(trimmed.to_owned()),
        _ if holds(&result) && valid(&result) => Ok(result),
        _ => Err(misread(text)),
    }
}

fn misread(text: &str) -> Error {
    if text.lines().any(|line| line.contains("? ") || line.ends_with('?')) {
        let error = Error::state("a key written with `? ` cannot be edited here");
        return error.hint("write it as `key: value`");
    }
    Error::bug("the edited text does not hold what it should; nothing was changed")
}

/// A document that held nothing gets all of it below its comments.
fn fill(text: &str, after: &Value) -> Result<String> {
    let look = Look { newline: newline(text), unit: "  ", json: false };
    let gap = if text.is_empty() || text.ends_with('\n') { "" } else { look.newline };
    let result = format!("{text}{gap}{}{}", look.root(after), look.newline);
    match front::tree(result.as_bytes(), "") {
        Ok(tree) if tree == *after => Ok(result),
        _ => Err(Error::bug("the new text does not hold what it should; nothing was changed")),
    }
}

fn newline(text: &str) -> &'static str {
    match text.find('\n') {
        Some(at) if place::byte_before(text, at) == Some(b'\r') => "\r\n",
        _ => "\n",
    }
}

/// One level of indentation: that of the first value below a key, or of the first indented line of a JSON file.
fn unit(text: &str, root: &Node, json: bool) -> String {
    if json {
        let indented = text.lines().find(|line| line.starts_with([' ', '\t']) && !line.trim().is_empty());
        return indented.map_or_else(
            || "  ".to_owned(),
            |line| slice(line, 0, line.len() - line.trim_start_matches([' ', '\t']).len()).to_owned(),
        );
    }
    " ".repeat(step(text, root).unwrap_or(2))
}

fn step(text: &str, node: &Node) -> Option<usize> {
    let Shape::Map { flow: false, entries } = &node.shape else { return None };
    let column = |at: usize| lead(text, at).chars().count();
    entries.iter().find_map(|entry| match entry.value.shape {
        Shape::Map { flow: false, .. } => {
            column(entry.value.start).checked_sub(column(entry.key.start)).filter(|step| *step > 0)
        }
        _ => None,
    })
}

/// What both trees hold, with the scalars of the second.
fn common(before: &Value, after: &Value) -> Value {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            let both =
                before.iter().filter_map(|(key, old)| Some((key.clone(), common(old, after.get(key)?))));
            Value::Object(both.collect())
        }
        (Value::Array(before), Value::Array(after)) => {
            let (head, tail) = align(before, after);
            let middle = before.iter().zip(after).take(before.len().min(after.len()) - tail).skip(head);
            let mut list: Vec<Value> = before.iter().take(head).cloned().collect();
            list.extend(middle.map(|(old, new)| common(old, new)));
            list.extend(before.iter().skip(before.len() - tail).cloned());
            Value::Array(list)
        }
        _ => after.clone(),
    }
}

/// How many elements are equal at the start, and how many of the others at the end.
pub(super) fn align(before: &[Value], after: &[Value]) -> (usize, usize) {
    let head = before.iter().zip(after).take_while(|(old, new)| old == new).count();
    let room = before.len().min(after.len()) - head;
    let tail =
        before.iter().rev().zip(after.iter().rev()).take(room).take_while(|(old, new)| old == new).count();
    (head, tail)
}

/// What the text has to hold in the end: its own tree with the difference applied.
fn patched(old: &Value, before: &Value, after: &Value) -> Value {
    match (old, before, after) {
        _ if before == after => old.clone(),
        (Value::Object(old), Value::Object(before), Value::Object(after)) => {
            let mut map = Map::new();
            for (key, value) in old {
                match after.get(key) {
                    Some(new) => {
                        let _ =
                            map.insert(key.clone(), patched(value, before.get(key).unwrap_or(value), new));
                    }
                    None if before.contains_key(key) => {}
                    None => {
                        let _ = map.insert(key.clone(), value.clone());
                    }
                }
            }
            for (key, new) in after.iter().filter(|(key, _)| !old.contains_key(*key)) {
                if before.get(key) != Some(new) {
                    map.insert(key.clone(), new.clone());
                }
            }
            Value::Object(map)
        }
        (Value::Array(old), Value::Array(before), Value::Array(after)) if old.len() == before.len() => {
            let (head, tail) = align(before, after);
            let middle = after.len() - tail;
            let part = |(at, new): (usize, &Value)| match (old.get(at), before.get(at)) {
                (Some(value), Some(before)) if at < old.len() - tail => patched(value, before, new),
                _ => new.clone(),
            };
            let mut list: Vec<Value> = old.iter().take(head).cloned().collect();
            list.extend(after.iter().enumerate().take(middle).skip(head).map(part));
            list.extend(old.iter().skip(old.len() - tail).cloned());
            Value::Array(list)
        }
        _ => after.clone(),
    }
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(list) => 1 + list.iter().map(depth).max().unwrap_or(0),
        Value::Object(map) => 1 + map.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

fn apply(text: &str, mut splices: Vec<Splice>) -> String {
    splices.sort_by_key(|splice| splice.start);
    let mut out = String::with_capacity(text.len() + 256);
    let mut done = 0;
    for splice in splices {
        out.push_str(slice(text, done, splice.start));
        out.push_str(&splice.text);
        done = done.max(splice.end);
    }
    out.push_str(slice(text, done, text.len()));
    out
}

/// Collects the splices of one pass.
pub(super) struct Editor<'t> {
    pub(super) text: &'t str,
    pub(super) look: Look<'t>,
    pub(super) splices: Vec<Splice>,
}

impl Editor<'_> {
    pub(super) fn splice(&mut self, start: usize, end: usize, text: impl Into<String>) {
        self.splices.push(Splice { start, end, text: text.into() });
    }

    /// Changes the value at `node`, which holds `old`.
    pub(super) fn value(&mut self, home: &Home, node: &Node, old: &Value, before: &Value, after: &Value) {
        if before == after {
            return;
        }
        let done = match (&node.shape, old, after) {
            (Shape::Map { flow, entries }, Value::Object(old), Value::Object(after)) => {
                let before = before.as_object().unwrap_or(old);
                self.map(node, (*flow, entries), old, before, after)
            }
            (Shape::List { flow, items }, Value::Array(old), Value::Array(after)) => {
                let before = before.as_array().filter(|list| list.len() == items.len()).unwrap_or(old);
                self.list(node, (*flow, items), old, before, after)
            }
            _ => false,
        };
        if !done {
            self.replace(home, node, after);
        }
    }

    /// Puts a new value where another one stands, whatever the two are.
    fn replace(&mut self, home: &Home, node: &Node, new: &Value) {
        match home {
            Home::Flow(prefix) => {
                let lead = match node.shape {
                    Shape::Empty if spans::after_sign(self.text, node.start) => " ",
                    Shape::Empty => ": ",
                    _ => "",
                };
                let text = match prefix {
                    Some(prefix) => self.look.pretty(new, prefix),
                    None if new.is_string() => self.restyled(node, new, true),
                    None => self.look.flow(new),
                };
                self.splice(node.start, node.end, format!("{lead}{text}"));
            }
            Home::Root => {
                let text = self.look.root(new);
                self.splice(node.start, node.end, text);
            }
            Home::Block { column, mark, list } => self.replace_block(*column, *mark, *list, node, new),
        }
    }

    fn replace_block(&mut self, column: usize, mark: usize, list: bool, node: &Node, new: &Value) {
        let lines = match new {
            Value::Object(map) => !map.is_empty(),
            Value::Array(items) => !items.is_empty(),
            _ => false,
        };
        let here = line_end(self.text, mark);
        let (head, body) = self.parts(mark, node, lines);
        if !lines {
            let literal = self.literal(node, new, body);
            let (text, below) = literal.unwrap_or_else(|| (self.restyled(node, new, false), String::new()));
            let gap = if head.0 == mark { " " } else { "" };
            self.splice(head.0, head.1, format!("{gap}{text}"));
            if let Some((start, end)) = body {
                self.splice(start, end, below);
            }
            return;
        }
        let below = if list { self.look.item(new, column) } else { self.look.below(new, column) };
        let commented = !slice(self.text, head.1.max(mark), here).trim().is_empty();
        if list && !commented {
            self.splice(mark, head.1, below.strip_prefix('-').unwrap_or(&below));
        } else {
            self.splice(mark, head.1, "");
            let indented =
                format!("{}{}", self.look.margin(column + 2), below.strip_prefix("- ").unwrap_or(&below));
            let below = if list { indented } else { below };
            let at = if head.1 > here { line_end(self.text, head.1) } else { here };
            self.splice(at, at, below);
        }
        if let Some((start, end)) = body {
            self.splice(start, end, "");
        }
    }

    /// The part of a value on the line of its key or dash, and its lines below, from the end of the line before.
    fn parts(&self, mark: usize, node: &Node, lines: bool) -> ((usize, usize), Option<(usize, usize)>) {
        let here = line_end(self.text, mark);
        let on_line = node.start <= here;
        match node.shape {
            Shape::Scalar(ScalarStyle::Literal | ScalarStyle::Folded) => {
                let header = slice(self.text, node.start, line_end(self.text, node.start));
                let width = header.split_whitespace().next().map_or(0, str::len);
                let line = line_end(self.text, node.start);
                let body = (node.end > line).then_some((line, node.end));
                ((node.start, node.start + width), body)
            }
            _ if on_line && node.start > mark => ((node.start, node.end), None),
            Shape::Map { flow: false, .. } | Shape::List { flow: false, .. } => self.below(mark, node),
            Shape::Empty => ((mark, mark), None),
            _ if lines => self.below(mark, node),
            _ => ((node.start, node.end), None),
        }
    }

    fn below(&self, mark: usize, node: &Node) -> ((usize, usize), Option<(usize, usize)>) {
        let line = place::line_start(self.text, node.start);
        let start = line.saturating_sub(self.look.newline.len()).max(line_end(self.text, mark));
        ((mark, mark), Some((start, line_end(self.text, node.end))))
    }

    /// A literal block stays one when the new text allows it.
    fn literal(&self, node: &Node, new: &Value, body: Option<(usize, usize)>) -> Option<(String, String)> {
        let (Shape::Scalar(ScalarStyle::Literal), Value::String(text)) = (&node.shape, new) else {
            return None;
        };
        let first = next_line(self.text, body?.0);
        let line = slice(self.text, first, line_end(self.text, first));
        let indent = line.len() - line.trim_start_matches(' ').len();
        emit::literal(text, &self.look.margin(indent))
    }

    /// A scalar in the quotes of the one it replaces, where these can hold it.
    fn restyled(&self, node: &Node, new: &Value, flow: bool) -> String {
        let usual = if flow { self.look.flow(new) } else { self.look.inline(new) };
        let Value::String(text) = new else { return usual };
        match &node.shape {
            Shape::Scalar(ScalarStyle::SingleQuoted) => {
                emit::single(text).unwrap_or_else(|| emit::quoted(text))
            }
            Shape::Scalar(ScalarStyle::DoubleQuoted) => emit::quoted(text),
            _ => usual,
        }
    }

    /// The surroundings of the value of an entry.
    pub(super) fn home(&self, flow: bool, start: usize, mark: usize, list: bool) -> Home {
        if flow {
            let own = self.look.json && first_in_line(self.text, start);
            return Home::Flow(own.then(|| lead(self.text, start).to_owned()));
        }
        Home::Block { column: lead(self.text, start).chars().count(), mark, list }
    }
}
