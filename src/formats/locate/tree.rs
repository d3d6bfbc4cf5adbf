//! What all formats have in common: values with their places, and the way along a path.

use std::ops::Range;

use indexmap::IndexMap;
use indexmap::map::Entry;

use super::Located;
use super::path::{Path, Step};
use crate::error::{Error, Result};
use crate::formats::place;

/// The deepest nesting that is read.
pub(super) const DEPTH: usize = 128;

/// A text and the name of its file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source<'t> {
    pub(super) file: &'t str,
    /// Without a byte order mark.
    pub(super) text: &'t str,
}

/// Something in a file.
#[derive(Debug)]
pub(super) struct Node {
    /// Its first byte.
    pub(super) start: usize,
    pub(super) shape: Shape,
}

/// What it is.
#[derive(Debug)]
pub(super) enum Shape {
    /// A text, a number, a date.
    Value(Located),
    /// Nothing is written, or that there is nothing.
    Nothing,
    /// What cannot be the value of a version; as it is called.
    Other(&'static str),
    Map(IndexMap<String, Node>),
    List(Vec<Node>),
    /// The elements of one name in an element: a path goes through all of them.
    Same(Vec<Node>),
    /// The text of an element, and its attributes and the elements in it.
    Element(Box<Node>, IndexMap<String, Node>),
}

impl<'t> Source<'t> {
    /// The part of the text at a range.
    pub(super) fn slice(self, range: &Range<usize>) -> &'t str {
        place::slice(self.text, range.start, range.end)
    }

    /// An error about a part of the text.
    pub(super) fn refuse(self, message: impl Into<String>, range: Range<usize>) -> Error {
        Error::state(message).at(place::at(self.text, self.file, range.start, range.end))
    }

    /// Refuses what is nested so deep that only an attack is.
    pub(super) fn descend(self, depth: usize, start: usize) -> Result<usize> {
        if depth >= DEPTH {
            return Err(self.refuse(format!("nested deeper than {DEPTH} levels"), start..start + 1));
        }
        Ok(depth + 1)
    }

    /// Adds an entry; the key must be new.
    pub(super) fn insert(
        self,
        map: &mut IndexMap<String, Node>,
        (name, key): (String, Range<usize>),
        value: Node,
    ) -> Result<()> {
        match map.entry(name) {
            Entry::Vacant(free) => {
                free.insert(value);
                Ok(())
            }
            Entry::Occupied(taken) => {
                let first = place::at(self.text, self.file, taken.get().start, taken.get().start);
                let name = taken.key().escape_debug();
                let error = self.refuse(format!("duplicate key `{name}`"), key);
                Err(error
                    .note(format!("its first value stands at {}:{}", self.file, first.line))
                    .hint("keep one of the two"))
            }
        }
    }

    /// The values that steps lead to from the top.
    pub(super) fn select(self, root: &Node, steps: &[Step], path: &Path) -> Result<Vec<Located>> {
        let mut nodes = vec![root];
        for step in steps {
            nodes = nodes.into_iter().flat_map(|node| node.step(step)).collect();
        }
        let ends = nodes.into_iter().flat_map(Node::members);
        ends.filter_map(|node| self.value(node, path).transpose()).collect()
    }

    fn value(self, node: &Node, path: &Path) -> Result<Option<Located>> {
        let what = match &node.shape {
            Shape::Value(located) => return Ok(Some(located.clone())),
            Shape::Nothing => return Ok(None),
            Shape::Element(text, _) => return self.value(text, path),
            Shape::Other(what) => what,
            Shape::Map(_) => "a mapping",
            Shape::List(_) | Shape::Same(_) => "a list",
        };
        Err(self.refuse(format!("`{path}` is {what} here, not a single value"), node.start..node.start + 1))
    }
}

impl Node {
    fn step(&self, step: &Step) -> Vec<&Self> {
        match (step, &self.shape) {
            (Step::Key(key), Shape::Map(map) | Shape::Element(_, map)) => map.get(key).into_iter().collect(),
            (Step::Key(_), Shape::Same(same)) => same.iter().flat_map(|node| node.step(step)).collect(),
            (Step::Index(index), Shape::List(items) | Shape::Same(items)) => {
                items.get(*index).into_iter().collect()
            }
            (Step::All, Shape::List(items) | Shape::Same(items)) => items.iter().collect(),
            (Step::Where { key, value }, Shape::List(items) | Shape::Same(items)) => {
                items.iter().filter(|item| item.says(key, value)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// All texts at and below it, each with the keys that lead to it, the last one first; in the order of the file.
    pub(super) fn leaves(&self) -> Vec<(Vec<String>, &Located)> {
        if let Shape::Value(located) = &self.shape {
            return vec![(Vec::new(), located)];
        }
        let mut found = Vec::new();
        for (key, node) in self.children() {
            for (mut keys, located) in node.leaves() {
                keys.push(key.clone());
                found.push((keys, located));
            }
        }
        found
    }

    fn children(&self) -> Vec<(String, &Self)> {
        let named = |map: &'_ IndexMap<String, Self>| map.keys().cloned().collect::<Vec<_>>();
        match &self.shape {
            Shape::Value(_) | Shape::Nothing | Shape::Other(_) => Vec::new(),
            Shape::List(items) | Shape::Same(items) => {
                items.iter().enumerate().map(|(at, item)| (at.to_string(), item)).collect()
            }
            Shape::Map(map) => named(map).into_iter().zip(map.values()).collect(),
            Shape::Element(text, map) => {
                let text = std::iter::once((String::new(), &**text));
                text.chain(named(map).into_iter().zip(map.values())).collect()
            }
        }
    }

    fn members(&self) -> Vec<&Self> {
        match &self.shape {
            Shape::Same(same) => same.iter().collect(),
            _ => vec![self],
        }
    }

    fn says(&self, key: &str, wanted: &str) -> bool {
        let (Shape::Map(map) | Shape::Element(_, map)) = &self.shape else { return false };
        let said = map.get(key).into_iter().flat_map(Self::members);
        said.filter_map(Self::text).any(|text| text == wanted)
    }

    fn text(&self) -> Option<&str> {
        match &self.shape {
            Shape::Value(located) => Some(&located.text),
            Shape::Element(text, _) => text.text(),
            _ => None,
        }
    }
}
