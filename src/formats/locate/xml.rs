//! XML: a path of the names of elements, an attribute with `@`.

use std::ops::Range;

use indexmap::IndexMap;
use indexmap::map::Entry;
use quick_xml::Reader;
use quick_xml::events::attributes::AttrError;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::Located;
use super::tree::{Node, Shape, Source};
use crate::error::{Error, Result};

pub(super) fn read(source: Source) -> Result<Node> {
    let mut reader = Reader::from_str(source.text);
    let mut open = vec![Open::default()];
    loop {
        let start = offset(reader.buffer_position());
        let event = reader.read_event().map_err(|error| {
            let at = offset(reader.error_position());
            invalid(source, &error, at..at + 1)
        })?;
        let range = start..offset(reader.buffer_position());
        match event {
            Event::Start(tag) => {
                source.descend(open.len(), start)?;
                open.push(Open::new(source, &tag, range)?);
            }
            Event::Empty(tag) => close(&mut open, Open::new(source, &tag, range)?),
            Event::End(_) => {
                if let Some(ended) = open.pop() {
                    close(&mut open, ended);
                }
            }
            Event::Text(text) if text.trim().is_empty() => {}
            Event::Text(_) => add(source, &mut open, source.slice(&range), range)?,
            Event::CData(text) => {
                let inside = range.start + "<![CDATA[".len()..range.end.saturating_sub("]]>".len());
                add(source, &mut open, &text, inside)?;
            }
            Event::GeneralRef(name) => {
                let text = resolve(&name).ok_or_else(|| {
                    source.refuse(format!("not valid XML: nothing is known of `&{};`", &*name), range.clone())
                })?;
                add(source, &mut open, text.encode_utf8(&mut [0; 4]), range)?;
            }
            Event::Comment(_) | Event::PI(_) | Event::Decl(_) | Event::DocType(_) => {}
            Event::Eof => return root(source, open),
        }
    }
}

/// An element whose end is not reached; the first one is the file.
#[derive(Default)]
struct Open {
    name: String,
    start: usize,
    /// The text in it, as far as it is one.
    text: Option<Located>,
    mixed: bool,
    inside: IndexMap<String, Node>,
}

impl Open {
    fn new(source: Source, tag: &BytesStart, range: Range<usize>) -> Result<Self> {
        let mut inside = IndexMap::new();
        for attribute in tag.attributes() {
            let attribute = attribute.map_err(|error| attribute_error(source, &error, &range))?;
            let key = attribute.key.0;
            let start = within(source.text, &attribute.value).unwrap_or(range.start);
            let text = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0);
            let text = text.map_err(|error| invalid(source, &error, range.clone()))?.into_owned();
            let span = start..start + attribute.value.len();
            inside.insert(
                format!("@{key}"),
                Node { start, shape: Shape::Value(Located { text, span, shared: false }) },
            );
        }
        let name = tag.name().0.to_owned();
        Ok(Self { name, start: range.start, inside, ..Self::default() })
    }

    fn node(self) -> Node {
        let start = self.start;
        let elements = self.inside.values().any(|node| matches!(node.shape, Shape::Same(_)));
        let shape = match self.text {
            _ if self.mixed || elements => Shape::Other("an element with more than a text in it"),
            Some(text) => Shape::Value(text),
            None => Shape::Nothing,
        };
        Node { start, shape: Shape::Element(Box::new(Node { start, shape }), self.inside) }
    }
}

/// Puts an element that has ended into the one around it.
fn close(open: &mut [Open], ended: Open) {
    let Some(around) = open.last_mut() else { return };
    let (name, start, node) = (ended.name.clone(), ended.start, ended.node());
    match around.inside.entry(name) {
        Entry::Vacant(free) => drop(free.insert(Node { start, shape: Shape::Same(vec![node]) })),
        Entry::Occupied(mut there) => {
            if let Shape::Same(same) = &mut there.get_mut().shape {
                same.push(node);
            }
        }
    }
}

/// Adds to the text of the innermost element; a comment between two parts makes it no single text.
fn add(source: Source, open: &mut [Open], text: &str, range: Range<usize>) -> Result<()> {
    let written = source.slice(&range);
    let blank = |text: &str| text.len() - text.trim_start().len();
    let (before, after) = (blank(written), written.len() - written.trim_end().len());
    let outside = open.len() < 2;
    let Some(element) = open.last_mut().filter(|_| !outside) else {
        return Err(source
            .refuse("not valid XML: a text outside of the root element", range.start + before..range.end));
    };
    match &mut element.text {
        None => {
            let text = text.trim().to_owned();
            element.text =
                Some(Located { text, span: range.start + before..range.end - after, shared: false });
        }
        // Blanks at the end of the part before were cut; they belong to the text after all.
        Some(known) => {
            let between = source.slice(&(known.span.end..range.start));
            element.mixed |= !between.trim().is_empty();
            known.text.push_str(between);
            known.text.push_str(text.trim_end());
            known.span.end = range.end - after;
        }
    }
    Ok(())
}

fn root(source: Source, mut open: Vec<Open>) -> Result<Node> {
    let last = open.pop().unwrap_or_default();
    if !open.is_empty() {
        let end = last.start + 1 + last.name.len();
        let message = format!("not valid XML: `<{}>` is not closed", last.name.escape_debug());
        return Err(source.refuse(message, last.start..end));
    }
    let mut roots = last.inside.values().filter_map(|node| match &node.shape {
        Shape::Same(same) => Some(same),
        _ => None,
    });
    match (roots.next().map(Vec::as_slice), roots.next()) {
        (None, _) => Err(source.refuse("not valid XML: there is no element", 0..0)),
        (Some([_]), None) => Ok(Node { start: 0, shape: Shape::Map(last.inside) }),
        (Some([_, second, ..]), _) => Err(second_root(source, second.start)),
        (_, Some(second)) => Err(second_root(source, second.first().map_or(0, |node| node.start))),
        (Some([]), None) => Err(Error::bug("an element without a place")),
    }
}

fn second_root(source: Source, start: usize) -> Error {
    source.refuse("not valid XML: a second root element", start..start + 1)
}

/// The character that is meant; of names only those that every XML file knows.
fn resolve(name: &BytesRef) -> Option<char> {
    match name.resolve_char_ref() {
        Ok(Some(char)) => Some(char),
        Ok(None) => match &**name {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            _ => None,
        },
        Err(_) => None,
    }
}

fn attribute_error(source: Source, error: &AttrError, tag: &Range<usize>) -> Error {
    let (AttrError::ExpectedEq(at)
    | AttrError::ExpectedValue(at)
    | AttrError::UnquotedValue(at)
    | AttrError::ExpectedQuote(at, _)
    | AttrError::Duplicated(at, _)) = *error;
    let at = tag.start + 1 + at;
    if matches!(error, AttrError::Duplicated(..)) {
        return source.refuse("not valid XML: an attribute for the second time", at..at + 1);
    }
    source.refuse("not valid XML: an attribute is not written as `name=\"value\"`", at..at + 1)
}

fn invalid(source: Source, error: &dyn std::fmt::Display, range: Range<usize>) -> Error {
    source.refuse(format!("not valid XML: {error}"), range)
}

/// Where a part of a text stands in it.
fn within(text: &str, part: &str) -> Option<usize> {
    let at = part.as_ptr().addr().checked_sub(text.as_ptr().addr())?;
    (text.get(at..at + part.len())? == part).then_some(at)
}

fn offset(position: u64) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{found, raw, wrong};

    const POM: &str = "<?xml version=\"1.0\"?>\n<!-- <version>0</version> -->\n<project xmlns='x'>\n  \
        <parent><version>9</version></parent>\n  <version> 1.2.3\n  </version>\n  <dependencies>\n    \
        <dependency scope=\"test\"><artifactId>a</artifactId><version>4</version></dependency>\n    \
        <dependency><artifactId>b</artifactId><version><![CDATA[5]]></version></dependency>\n  </dependencies>\n  \
        <PackageReference Include=\"X\" Version='6 &amp; 7'/><v>a&lt;b&#33;</v><e/><m>x<!-- -->y</m><t a=\"\">z</t>\n\
        </project>\n";

    #[test]
    fn elements_and_attributes_are_found() {
        for text in [POM.to_owned(), POM.replace('\n', "\r\n")] {
            assert_eq!(found("pom.xml", &text, "project.version"), ["1.2.3"]);
            assert_eq!(found("pom.xml", &text, "project.version[0]"), ["1.2.3"]);
            assert_eq!(found("pom.xml", &text, "project.parent.version"), ["9"]);
            assert_eq!(found("pom.xml", &text, "project.dependencies.dependency.version"), ["4", "5"]);
            assert_eq!(found("pom.xml", &text, "project.dependencies.dependency[1].version"), ["5"]);
            assert_eq!(
                found("pom.xml", &text, "project.dependencies.dependency[artifactId=a].version"),
                ["4"]
            );
            assert_eq!(
                found("pom.xml", &text, "project.dependencies.dependency[@scope=test].version"),
                ["4"]
            );
            assert_eq!(found("pom.xml", &text, "project.PackageReference.@Version"), ["6 & 7"]);
            assert_eq!(raw("pom.xml", &text, "project.PackageReference.@Version"), "6 &amp; 7");
            assert_eq!(
                (found("pom.xml", &text, "project.v"), raw("pom.xml", &text, "project.v")),
                (vec!["a<b!".to_owned()], "a&lt;b&#33;")
            );
            assert_eq!(raw("pom.xml", &text, "project.t.@a"), "");
            assert_eq!(found("pom.xml", &text, "project.t"), ["z"]);
            for missing in ["version", "project.e", "project.none", "project.t[@a=b]", "project.@none"] {
                assert_eq!(found("pom.xml", &text, missing), [""; 0], "{missing}");
            }
        }
    }

    #[test]
    fn what_is_no_xml_is_said_with_its_place() {
        assert!(
            wrong("x.xml", POM, "project.m")
                .ends_with("is an element with more than a text in it here, not a single value")
        );
        assert!(wrong("x.xml", POM, "project").starts_with("x.xml:3:1: `project` is an element"));
        assert!(wrong("x.xml", "<a>\n<b></a>", "a").starts_with("x.xml:2:4: not valid XML: "));
        assert_eq!(wrong("x.xml", "<a>\n<b>", "a"), "x.xml:2:1: not valid XML: `<b>` is not closed");
        assert_eq!(wrong("x.xml", "<a/>\n<a/>", "a"), "x.xml:2:1: not valid XML: a second root element");
        assert_eq!(wrong("x.xml", "<a/>\n<b/>", "a"), "x.xml:2:1: not valid XML: a second root element");
        assert_eq!(
            wrong("x.xml", " text", "a"),
            "x.xml:1:2: not valid XML: a text outside of the root element"
        );
        assert_eq!(wrong("x.xml", "", "a"), "x.xml:1:1: not valid XML: there is no element");
        assert_eq!(wrong("x.xml", "<a>&x;</a>", "a"), "x.xml:1:4: not valid XML: nothing is known of `&x;`");
        assert_eq!(
            wrong("x.xml", "<a b='1' b='2'/>", "a"),
            "x.xml:1:10: not valid XML: an attribute for the second time"
        );
        assert!(wrong("x.xml", "<a b=1/>", "a").contains("is not written as `name=\"value\"`"));
        assert!(wrong("x.xml", &"<a>".repeat(200), "a").ends_with("nested deeper than 128 levels"));
    }
}
