//! Places for errors that are found after parsing.

use std::ops::Range;

use granit_parser::ScalarStyle;

use super::spans::{Node, Shape};
use super::{front, place, spans};
use crate::error::At;

/// Where the value at a path is, or its key when the value is a collection or left out.
///
/// The parts of the path are keys of mappings and, as decimal text, indices of lists.
pub fn locate(text: &str, file: &str, path: &[&str]) -> Option<At> {
    let (_, text) = front::split_mark(text);
    let root = spans::parse(text, file).ok()??;
    let range = find(text, &root, path)?;
    Some(place::at(text, file, range.start, range.end))
}

/// Where the value is at a path; the range of its key when it is a collection or left out.
fn find(text: &str, root: &Node, path: &[&str]) -> Option<Range<usize>> {
    let mut node = root;
    let mut key: Option<Range<usize>> = None;
    for part in path {
        match &node.shape {
            Shape::Map { entries, .. } => {
                let entry = entries.iter().find(|entry| entry.name == *part)?;
                key = Some(entry.key.clone());
                node = &entry.value;
            }
            Shape::List { items, .. } => {
                let (start, item) = items.get(part.parse::<usize>().ok()?)?;
                key = Some(*start..item.end.min(place::line_end(text, *start)));
                node = item;
            }
            _ => return None,
        }
    }
    match (&node.shape, key) {
        (Shape::Scalar(ScalarStyle::Plain | ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted), _) => {
            Some(node.start..node.end)
        }
        (_, Some(key)) => Some(key),
        _ => Some(node.start..place::line_end(text, node.start)),
    }
}
