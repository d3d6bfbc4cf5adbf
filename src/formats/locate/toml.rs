//! TOML.

use std::ops::Range;

use indexmap::IndexMap;
use toml_edit::{Document, Item, Value};

use super::Located;
use super::tree::{Node, Shape, Source};
use crate::error::Result;

pub(super) fn read(source: Source) -> Result<Node> {
    let document = Document::parse(source.text).map_err(|error| {
        let range = error.span().unwrap_or(0..0);
        source.refuse(format!("not valid TOML: {}", error.message()), range)
    })?;
    item(source, document.as_item(), 0)
}

fn item(source: Source, found: &Item, depth: usize) -> Result<Node> {
    let start = found.span().map_or(0, |range| range.start);
    let shape = match found {
        Item::None => Shape::Nothing,
        Item::Value(found) => return value(source, found, depth),
        Item::Table(table) => {
            let depth = source.descend(depth, start)?;
            let entries = table.iter().map(|(key, found)| Ok((key.to_owned(), item(source, found, depth)?)));
            Shape::Map(entries.collect::<Result<_>>()?)
        }
        Item::ArrayOfTables(tables) => {
            let depth = source.descend(depth, start)?;
            let tables = tables.iter().map(|table| {
                let start = table.span().map_or(0, |range| range.start);
                let depth = source.descend(depth, start)?;
                let entries =
                    table.iter().map(|(key, found)| Ok((key.to_owned(), item(source, found, depth)?)));
                Ok(Node { start, shape: Shape::Map(entries.collect::<Result<_>>()?) })
            });
            Shape::List(tables.collect::<Result<_>>()?)
        }
    };
    Ok(Node { start, shape })
}

fn value(source: Source, found: &Value, depth: usize) -> Result<Node> {
    let range = found.span().unwrap_or(0..0);
    let start = range.start;
    let shape = match found {
        Value::String(text) => {
            let text = text.value().clone();
            Shape::Value(Located { text, span: inside(source.slice(&range), &range), shared: false })
        }
        Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Datetime(_) => {
            Shape::Value(Located { text: source.slice(&range).to_owned(), span: range, shared: false })
        }
        Value::Array(items) => {
            let depth = source.descend(depth, start)?;
            Shape::List(items.iter().map(|found| value(source, found, depth)).collect::<Result<_>>()?)
        }
        Value::InlineTable(table) => {
            let depth = source.descend(depth, start)?;
            let entries = table.iter().map(|(key, found)| Ok((key.to_owned(), value(source, found, depth)?)));
            Shape::Map(entries.collect::<Result<IndexMap<_, _>>>()?)
        }
    };
    Ok(Node { start, shape })
}

/// What stands between the quotes, which are one or three on each side.
fn inside(written: &str, range: &Range<usize>) -> Range<usize> {
    let three = written.len() >= 6 && (written.starts_with("\"\"\"") || written.starts_with("'''"));
    let quotes = if three { 3 } else { 1 };
    range.start + quotes..range.end.saturating_sub(quotes).max(range.start + quotes)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{found, raw, wrong};

    const PROJECT: &str = r#"# version = "0"
[tool.x]
version = "7.7.7"
[project]
description = """
[project]
version = "8.8.8"
"""
name = 'demo' # version = "6"
version = "1.2.3"	# the one
[project.urls]
version = 'https://example.org/9.9.9'
[[plugin]]
name = "a"
version = '0.1'
[[plugin]]
name = "b"
version = """0.2"""
[[plugin.deep]]
version = 3
"#;

    #[test]
    fn only_the_value_of_the_path_is_found() {
        for text in [PROJECT.to_owned(), PROJECT.replace('\n', "\r\n")] {
            assert_eq!(found("p.toml", &text, "project.version"), ["1.2.3"]);
            assert_eq!(found("p.toml", &text, "tool.x.version"), ["7.7.7"]);
            assert_eq!(raw("p.toml", &text, "project.name"), "demo");
            assert_eq!(raw("p.toml", &text, "plugin[name=b].version"), "0.2");
            assert_eq!(found("p.toml", &text, "plugin[*].version"), ["0.1", "0.2"]);
            assert_eq!(found("p.toml", &text, "plugin[1].deep[0].version"), ["3"]);
            assert_eq!(found("p.toml", &text, "version"), [""; 0]);
        }
    }

    #[test]
    fn keys_have_dots_and_values_have_types() {
        let text = "a.b.c = \"1\"\na.\"b.c\" = '''2'''\nt = {v = 1.10, w.x = [2026-02-12, true]}\n\
            e = \"\\u0031\\\"2\"\nz = ''\n[package]\nversion.workspace = true\n";
        assert_eq!(found("x.toml", text, "a.b.c"), ["1"]);
        assert_eq!(raw("x.toml", text, "a.\"b.c\""), "2");
        assert_eq!(found("x.toml", text, "t.v"), ["1.10"]);
        assert_eq!(found("x.toml", text, "t.w.x[*]"), ["2026-02-12", "true"]);
        assert_eq!(
            (found("x.toml", text, "e"), raw("x.toml", text, "e")),
            (vec!["1\"2".to_owned()], "\\u0031\\\"2")
        );
        assert_eq!(raw("x.toml", text, "z"), "");
        assert_eq!(
            wrong("x.toml", text, "package.version"),
            "x.toml:7:1: `package.version` is a mapping here, not a single value"
        );
    }

    #[test]
    fn what_is_no_toml_is_said_with_its_place() {
        assert_eq!(wrong("x.toml", "a = 1\na = 2\n", "a"), "x.toml:2:1: not valid TOML: duplicate key");
        assert!(wrong("x.toml", "[a]\nb = \n", "a").starts_with("x.toml:2:5: not valid TOML: "));
        assert_eq!(
            wrong("x.toml", "a = \"\"\"\n1\"\"\"", "a"),
            "x.toml:1:8: the value of `a` runs over several lines"
        );
        assert_eq!(found("x.toml", "", "a"), [""; 0]);
    }

    #[test]
    fn nesting_ends_somewhere() {
        let dots = vec!["a"; 70].join(".");
        let text = format!("{dots} = {}1{}", format!("{{{dots} = ").repeat(70), "}".repeat(70));
        assert!(wrong("x.toml", &text, "a").ends_with("nested deeper than 128 levels"));
        let text = format!("a = {}", "[".repeat(100_000));
        assert!(wrong("x.toml", &text, "a").starts_with("x.toml:1:"));
    }
}
