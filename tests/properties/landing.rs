//! Whatever a value is, it lands in markdown as the text that it is.

use git_track::render::{Bounds, Templates, render};
use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag};
use serde_json::json;

// What a table of three cells holds around one value, as a reader of markdown sees it.
struct Seen {
    cells: Vec<String>,
    rows: usize,
    wrong: Vec<String>,
}

fn seen(markdown: &str) -> Seen {
    let mut seen = Seen { cells: Vec::new(), rows: 0, wrong: Vec::new() };
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
        match event {
            Event::Start(Tag::TableCell) => seen.cells.push(String::new()),
            Event::Start(Tag::TableRow) => seen.rows += 1,
            Event::Text(text) | Event::Code(text) => seen.cells.last_mut().unwrap().push_str(&text),
            Event::Start(Tag::Table(_) | Tag::TableHead) | Event::End(_) => {}
            other => seen.wrong.push(format!("{other:?}")),
        }
    }
    seen
}

// Without what may change: blanks, what steers, and the marks of code.
fn bare(text: &str) -> String {
    let steers = |c: char| {
        c.is_control()
            || matches!(u32::from(c), 0xad | 0x61c | 0x180e | 0x200b | 0x200c | 0x200e | 0x200f | 0x2028..=0x202e
                | 0x2060..=0x2069 | 0xfeff | 0xfff9..=0xfffb | 0xe0000..=0xe007f)
    };
    text.chars().filter(|&c| !c.is_whitespace() && !steers(c) && c != '`').collect()
}

fn in_table(template: &str, value: &str) -> String {
    let table = format!("| a | b | c |\n|---|---|---|\n| before | {template} | after |\n");
    let templates = Templates::from([("t.md".to_owned(), table)]);
    render(&templates, "t.md", &json!({"x": value}), Bounds::Own).unwrap()
}

fn check(template: &str, value: &str) -> Result<(), TestCaseError> {
    let markdown = in_table(template, value);
    let seen = seen(&markdown);
    prop_assert!(seen.wrong.is_empty(), "{markdown}\n{:?}", seen.wrong);
    prop_assert_eq!((seen.cells.len(), seen.rows), (6, 1), "{}", markdown);
    prop_assert_eq!(bare(&seen.cells[4]), bare(value), "{}", markdown);
    prop_assert_eq!((seen.cells[3].as_str(), seen.cells[5].as_str()), ("before", "after"));
    Ok(())
}

// Mostly what means something to somebody.
fn values() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "|",
        "\\",
        "`",
        "``",
        "<",
        ">",
        "&",
        "&amp;",
        "&#60;",
        "[",
        "]",
        "(",
        ")",
        "!",
        "*",
        "**",
        "_",
        "__",
        "~",
        "~~",
        "a",
        "b c",
        " ",
        "\n",
        "\r\n",
        "\t",
        "<b>",
        "</b>",
        "<!--",
        "-->",
        "<http://x>",
        "](x)",
        "![",
        "]: x",
        "#",
        "-",
        "1.",
        "é",
        "🔴",
        "\u{202e}",
        "\u{0}",
        "\u{1b}[0m",
        ";",
        ":",
        "\"",
        "'",
        "$",
        "\u{a0}",
    ]);
    prop_oneof![
        4 => prop::collection::vec(pieces, 0..12).prop_map(|pieces| pieces.concat()),
        1 => ".{0,40}",
    ]
}

// What would begin a block in markdown.
fn beginnings() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "# ", "###### ", "#", "---", "- - -", "- ", "- [x] ", "[ ] ", "[x] ", "> ", ">", ">= ", "+ ", "+",
        "=", "===", "1. ", "12) ", "1", "``` ", "~~~", "***", "* ", "___", "    ", "  # ", "| a |", ": ",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn a_value_in_a_cell_parses_back_to_itself(value in values()) {
        check("{{ x }}", &value)?;
    }

    #[test]
    fn a_value_at_the_beginning_of_a_line_or_an_item_begins_nothing(begin in beginnings(), value in values()) {
        let value = begin.to_owned() + &value;
        // What tables say for nothing, and for a target, stays as it is.
        let said = value.trim();
        let is_target = said.starts_with('>') && said.trim_start_matches(|c: char| ['>', '='].contains(&c) || c.is_whitespace()).starts_with(|c: char| c.is_ascii_digit());
        // A pipe in code is written for a cell, where it would end.
        prop_assume!(!(said.contains('`') && said.contains('|')));
        prop_assume!(bare(said) != "-" && !bare(said).is_empty() && !is_target);
        for template in ["- {{ x }}\n", "1. {{ x }}\n", "{{ x }}\n", "a\n{{ x }}\n"] {
            let templates = Templates::from([("t.md".to_owned(), template.to_owned())]);
            let markdown = render(&templates, "t.md", &json!({"x": value}), Bounds::Own).unwrap();
            let options = Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS | Options::ENABLE_STRIKETHROUGH;
            let mut items = 0;
            let mut text = String::new();
            for event in Parser::new_ext(&markdown, options) {
                match event {
                    Event::Start(Tag::Item) => items += 1,
                    Event::Text(more) | Event::Code(more) => text.push_str(&more),
                    Event::Start(Tag::List(_) | Tag::Paragraph) | Event::End(_) | Event::SoftBreak => {}
                    other => prop_assert!(false, "{other:?}: {markdown:?}"),
                }
            }
            prop_assert_eq!(items, usize::from(template.starts_with(['-', '1'])), "{:?}", markdown);
            let wanted = bare(&value);
            prop_assert!(bare(&text) == wanted || bare(&text) == format!("a{wanted}"), "{:?} {:?}", text, markdown);
        }
    }

    #[test]
    fn two_values_beside_each_other_make_no_third(value in values()) {
        let markdown = in_table("{{ x }}{{ x }}", &value);
        let seen = seen(&markdown);
        let harmful = |event: &&String| event.contains("Html") || event.contains("Image");
        prop_assert_eq!(seen.wrong.iter().find(harmful), None, "{}", markdown);
        prop_assert_eq!((seen.cells.len(), seen.rows), (6, 1), "{}", markdown);
    }

    #[test]
    fn an_aligned_table_holds_the_same(value in values()) {
        check("{% filter aligned %}{{ x }}{% endfilter %}", &value)?;
        let table = "{% filter aligned %}\n|a|b|\n|-|-|\n|{{ x }}|c|\n{% endfilter %}\n";
        let templates = Templates::from([("t.md".to_owned(), table.to_owned())]);
        let markdown = render(&templates, "t.md", &json!({"x": value}), Bounds::Own).unwrap();
        let seen = seen(&markdown);
        prop_assert_eq!((seen.cells.len(), seen.rows), (4, 1), "{}", markdown);
        prop_assert_eq!(bare(&seen.cells[2]), bare(&value), "{}", markdown);
        let widths: std::collections::BTreeSet<usize> =
            markdown.lines().map(unicode_width::UnicodeWidthStr::width).collect();
        prop_assert_eq!(widths.len(), 1, "{}", markdown);
    }

    #[test]
    fn code_in_a_cell_is_code(value in values()) {
        let markdown = in_table("{{ x|code }}", &value);
        let seen = seen(&markdown);
        prop_assert!(seen.wrong.is_empty(), "{markdown}\n{:?}", seen.wrong);
        prop_assert_eq!((seen.cells.len(), seen.rows), (6, 1), "{}", markdown);
    }

    #[test]
    fn html_of_a_value_is_text(value in values()) {
        check("{{ x|html }}", &value)?;
    }

    #[test]
    fn no_template_makes_it_panic(text in "[{}%#|().,+~a-c0-9\" '\n=-]{0,60}", tail in values()) {
        let templates = Templates::from([("t.md".to_owned(), text + &tail)]);
        let _ = render(&templates, "t.md", &json!({"a": "x", "b": [1], "c": {"a": 1}}), Bounds::Foreign);
    }
}
