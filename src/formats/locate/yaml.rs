//! YAML as other people write it: with anchors, tags and whatever else our own files may not hold.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, Span, StrInput};
use indexmap::IndexMap;

use super::Located;
use super::tree::{DEPTH, Node, Shape, Source};
use crate::error::Result;

pub(super) fn read(source: Source) -> Result<Node> {
    let mut reader = Reader { source, events: events(source), referred: referred(source), shared: 0 };
    let mut root = None;
    while let Some((event, range)) = reader.next()? {
        match event {
            Event::StreamStart | Event::StreamEnd | Event::DocumentStart(..) | Event::DocumentEnd => {}
            _ if root.is_some() => {
                let error = source.refuse("a second document in one file", range);
                return Err(error.hint("name the value by an expression: `/…(?P<version>…)…/`"));
            }
            event => root = Some(reader.node(event, range, 0)?),
        }
    }
    Ok(root.unwrap_or(Node { start: 0, shape: Shape::Nothing }))
}

fn events(source: Source) -> Parser<StrInput> {
    let options = granit_parser::options! {
        emit_comments: false,
        flow_nesting_limit: DEPTH,
        block_nesting_limit: DEPTH,
    };
    Parser::new_from_str_with_options(source.text, options)
}

/// The anchors that something refers to; it would change with what they are at.
fn referred(source: Source) -> HashSet<usize> {
    if !source.text.contains('&') || !source.text.contains('*') {
        return HashSet::new();
    }
    let alias = |event| if let Event::Alias(anchor) = event { Some(anchor) } else { None };
    events(source).map_while(Result::ok).filter_map(|(event, _)| alias(event)).collect()
}

struct Reader<'t> {
    source: Source<'t>,
    events: Parser<'t, StrInput<'t>>,
    referred: HashSet<usize>,
    /// In how many nodes that something else refers to the reader is.
    shared: usize,
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Result<Option<(Event<'t>, Range<usize>)>> {
        match self.events.next() {
            None => Ok(None),
            Some(Ok((event, span))) => Ok(Some((event, bytes(span)))),
            Some(Err(error)) => {
                let at = error.marker().byte_offset().unwrap_or(0);
                Err(self.source.refuse(format!("not valid YAML: {}", error.info()), at..at + 1))
            }
        }
    }

    fn node(&mut self, event: Event<'t>, range: Range<usize>, depth: usize) -> Result<Node> {
        let start = range.start;
        let anchor = match &event {
            Event::Scalar(_, _, anchor, _)
            | Event::SequenceStart(_, anchor, _)
            | Event::MappingStart(_, anchor, _) => *anchor,
            _ => 0,
        };
        let shared = usize::from(self.referred.contains(&anchor));
        self.shared += shared;
        let shape = match event {
            Event::Scalar(text, style, ..) => match self.scalar(text, style, range) {
                Shape::Value(located) => Shape::Value(Located { shared: self.shared > 0, ..located }),
                other => other,
            },
            Event::SequenceStart(..) => {
                let depth = self.source.descend(depth, start)?;
                let mut items = Vec::new();
                while let Some((event, range)) = self.next()? {
                    if matches!(event, Event::SequenceEnd) {
                        break;
                    }
                    items.push(self.node(event, range, depth)?);
                }
                Shape::List(items)
            }
            Event::MappingStart(..) => {
                let depth = self.source.descend(depth, start)?;
                Shape::Map(self.map(depth)?)
            }
            _ => Shape::Other("an alias"),
        };
        self.shared -= shared;
        Ok(Node { start, shape })
    }

    fn map(&mut self, depth: usize) -> Result<IndexMap<String, Node>> {
        let mut map = IndexMap::new();
        while let Some((event, key)) = self.next()? {
            let name = match event {
                Event::MappingEnd => break,
                Event::Scalar(name, ..) => Some(name.into_owned()),
                event => self.node(event, key.clone(), depth).map(|_| None)?,
            };
            let Some((event, range)) = self.next()? else { break };
            let value = self.node(event, range, depth)?;
            // A list or a mapping as a key has no name that a path could say.
            if let Some(name) = name {
                self.source.insert(&mut map, (name, key), value)?;
            }
        }
        Ok(map)
    }

    fn scalar(&self, text: Cow<str>, style: ScalarStyle, range: Range<usize>) -> Shape {
        let written = self.source.slice(&range);
        let quote = match style {
            ScalarStyle::Plain if matches!(&*text, "" | "~" | "null" | "Null" | "NULL") => {
                return Shape::Nothing;
            }
            ScalarStyle::Plain => None,
            ScalarStyle::SingleQuoted => Some('\''),
            ScalarStyle::DoubleQuoted => Some('"'),
            ScalarStyle::Literal | ScalarStyle::Folded => return Shape::Other("a text on lines of its own"),
        };
        let span = match quote {
            None => range,
            Some(quote) if written.len() >= 2 && written.starts_with(quote) && written.ends_with(quote) => {
                range.start + 1..range.end - 1
            }
            Some(_) => return Shape::Other("a text whose quotes are not where they should be"),
        };
        Shape::Value(Located { text: text.into_owned(), span, shared: false })
    }
}

fn bytes(span: Span) -> Range<usize> {
    span.byte_range().unwrap_or(0..0)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{found, raw, wrong};

    const CHART: &str = "# version: 0\napiVersion: v2\nversion: 1.10   # \"x\"\nappVersion: \"1.16.0\"\t# c\n\
        'a b': 'it''s'\nnote: |\n  version: 9\nbase: &base {tag: !!str 7.0}\nuse:\n  <<: *base\n  image: *base\n\
        dependencies:\n- name: x\n  version: ~1.2\n- {name: y, version: 2}\n? [k]\n: 1\nlong: one\n  two\nno:\n";

    #[test]
    fn values_are_texts_as_they_are_written() {
        for text in [CHART.to_owned(), CHART.replace('\n', "\r\n")] {
            assert_eq!(found("c.yaml", &text, "version"), ["1.10"]);
            assert_eq!(raw("c.yaml", &text, "appVersion"), "1.16.0");
            assert_eq!(
                (found("c.yaml", &text, "\"a b\""), raw("c.yaml", &text, "\"a b\"")),
                (vec!["it's".to_owned()], "it''s")
            );
            assert_eq!(found("c.yaml", &text, "dependencies[*].version"), ["~1.2", "2"]);
            assert_eq!(found("c.yaml", &text, "dependencies[name=y].version"), ["2"]);
            assert_eq!(raw("c.yaml", &text, "base.tag"), "7.0");
            assert_eq!(found("c.yaml", &text, "no"), [""; 0]);
        }
        assert_eq!(raw("x.yaml", "a: \"1\\u002e2\"", "a"), "1\\u002e2");
        assert_eq!(found("x.yaml", "a: \"1\\u002e2\"", "a"), ["1.2"]);
        assert_eq!(found("x.yaml", "%YAML 1.2\n---\na: 1\n...\n", "a"), ["1"]);
        assert_eq!(found("x.yaml", "", "a"), [""; 0]);
    }

    #[test]
    fn what_is_no_single_value_is_said_with_its_place() {
        assert_eq!(
            wrong("c.yaml", CHART, "use.image"),
            "c.yaml:11:10: `use.image` is an alias here, not a single value"
        );
        assert!(
            wrong("c.yaml", CHART, "note")
                .ends_with("`note` is a text on lines of its own here, not a single value")
        );
        assert_eq!(
            wrong("c.yaml", CHART, "long"),
            "c.yaml:18:7: the value of `long` runs over several lines"
        );
        assert!(wrong("x.yaml", "a: *none\nb: 1\n", "b").starts_with("x.yaml:1:4: not valid YAML: "));
        assert_eq!(wrong("x.yaml", "a: 1\nb: 2\na: 3\n", "b"), "x.yaml:3:1: duplicate key `a`");
        assert!(wrong("x.yaml", "a: [1\nb: 2\n", "b").starts_with("x.yaml:2:"));
        assert_eq!(wrong("x.yaml", "a: 1\n---\na: 2\n", "a"), "x.yaml:3:1: a second document in one file");
        assert!(wrong("x.yaml", &"[".repeat(100_000), "a").starts_with("x.yaml:1:"));
        assert!(wrong("x.yaml", &"- ".repeat(10_000), "a").starts_with("x.yaml:1:"));
    }
}
