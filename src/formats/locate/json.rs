//! JSON, with comments and trailing commas where they are.

use indexmap::IndexMap;
use jsonc_parser::ast::Value;
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::Located;
use super::tree::{Node, Shape, Source};
use crate::error::Result;

pub(super) fn read(source: Source) -> Result<Node> {
    let options = ParseOptions {
        allow_comments: true,
        allow_trailing_commas: true,
        allow_loose_object_property_names: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let parsed = parse_to_ast(source.text, &CollectOptions::default(), &options).map_err(|error| {
        let range = error.range();
        let what = error.kind().to_string();
        source.refuse(format!("not valid JSON: {}", first_small(&what)), range.start..range.end)
    })?;
    match parsed.value {
        Some(value) => node(source, value, 0),
        None => Err(source.refuse("the file is empty", 0..0)),
    }
}

fn node(source: Source, value: Value, depth: usize) -> Result<Node> {
    let range = value.range();
    let written = || Located {
        text: source.slice(&(range.start..range.end)).to_owned(),
        span: range.start..range.end,
        shared: false,
    };
    let shape = match value {
        Value::StringLit(text) => Shape::Value(Located {
            text: text.value.into_owned(),
            span: range.start + 1..range.end - 1,
            shared: false,
        }),
        Value::NumberLit(_) | Value::BooleanLit(_) => Shape::Value(written()),
        Value::NullKeyword(_) => Shape::Nothing,
        Value::Object(object) => {
            let depth = source.descend(depth, range.start)?;
            let mut map = IndexMap::new();
            for property in object.properties {
                let key = property.name.range();
                let value = node(source, property.value, depth)?;
                source.insert(&mut map, (property.name.into_string(), key.start..key.end), value)?;
            }
            Shape::Map(map)
        }
        Value::Array(array) => {
            let depth = source.descend(depth, range.start)?;
            let items = array.elements.into_iter().map(|item| node(source, item, depth));
            Shape::List(items.collect::<Result<_>>()?)
        }
    };
    Ok(Node { start: range.start, shape })
}

/// Messages begin small; those of the parser do not.
fn first_small(message: &str) -> String {
    let mut chars = message.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{found, raw, wrong};

    const MARKET: &str = "{\r\n  \"version\": \"1.0.0\", // \"version\": \"9\"\r\n  /* \"plugins\": [] */\r\n  \
        \"plugins\": [{\"name\": \"demo\", \"version\": \"0.1.0\"}, {\"name\": \"b\", \"version\": \"2\",},],\r\n}\r\n";

    #[test]
    fn values_are_found_between_comments() {
        assert_eq!(found("m.json", MARKET, "version"), ["1.0.0"]);
        assert_eq!(found("m.json", MARKET, "plugins[0].version"), ["0.1.0"]);
        assert_eq!(found("m.json", MARKET, "plugins[*].version"), ["0.1.0", "2"]);
        assert_eq!(found("m.json", MARKET, "plugins[name=b].version"), ["2"]);
        assert_eq!(found("m.json", MARKET, "plugins[2].version"), [""; 0]);
        assert_eq!(
            found("a.json", "[true, 1.50, 12345678901234567890123, null]", "[*]"),
            ["true", "1.50", "12345678901234567890123"]
        );
        assert_eq!(found("a.json", "\"1.2\"", "a"), [""; 0]);
    }

    #[test]
    fn escapes_are_resolved_in_the_text_and_kept_in_the_span() {
        let text = r#"{"a\"b": "1\u002e2 \ud83d\ude00 \\", "e": ""}"#;
        assert_eq!(found("x.json", text, r#""a\"b""#), ["1.2 \u{1f600} \\"]);
        assert_eq!(raw("x.json", text, r#""a\"b""#), r"1\u002e2 \ud83d\ude00 \\");
        assert_eq!(raw("x.json", text, "e"), "");
    }

    #[test]
    fn what_is_no_json_is_said_with_its_place() {
        assert_eq!(
            wrong("x.json", "{\"a\": 1,\n \"b\": }", "a"),
            "x.json:2:7: not valid JSON: unexpected close brace"
        );
        assert_eq!(wrong("x.json", "{\"a\": 1,\n \"\\u0061\": 2}", "a"), "x.json:2:2: duplicate key `a`");
        assert_eq!(wrong("x.json", " // only\n", "a"), "x.json:1:1: the file is empty");
        assert!(wrong("x.json", "{'a': 1}", "a").starts_with("x.json:1:2: not valid JSON: "));
        assert!(wrong("x.json", "{\"a\": \"1", "a").starts_with("x.json:1:7: not valid JSON: "));
        let deep = "[".repeat(200) + &"]".repeat(200);
        assert_eq!(wrong("x.json", &deep, "a"), "x.json:1:129: nested deeper than 128 levels");
        assert!(wrong("x.json", &"[".repeat(100_000), "a").contains("not valid JSON: maximum nesting depth"));
    }
}
