//! What is read from documents, and what is not taken for content.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::markdown::{Page, Point, Section, page};

fn titles<'a>(page: &'a Page<'_>) -> Vec<(&'a str, u8, usize)> {
    page.sections.iter().map(|section| (section.title.as_str(), section.level, section.line)).collect()
}

/// The one section of a document that has `body` below its heading.
fn section(body: &str) -> Section {
    let text = format!("# Title\n\n{body}");
    let mut sections = page(&text).sections;
    assert_eq!(sections.len(), 1, "{body:?}");
    sections.remove(0)
}

fn points(section: &Section) -> Vec<(&str, Option<bool>)> {
    section.points.iter().map(|point| (point.text.as_str(), point.ticked)).collect()
}

#[test]
fn front_matter_stands_at_the_top() {
    let read = |text| {
        let page = page(text);
        (page.front, page.front_line, page.sections.first().map_or(0, |section| section.line))
    };
    assert_eq!(read("---\na: 1\nb: 2\n---\n# T\n"), (Some("a: 1\nb: 2\n"), 1, 5));
    assert_eq!(read("\u{feff}---\na: 1\n...\n\n# T\n"), (Some("a: 1\n"), 1, 5));
    assert_eq!(read("---\r\na: 1\r\n---\r\n# T\r\n"), (Some("a: 1\r\n"), 1, 4));
    assert_eq!(read("---\n---\n# T"), (Some(""), 1, 3));
    assert_eq!(read("---\na: |\n  ---\n--- \n"), (Some("a: |\n  ---\n"), 1, 0));
    assert_eq!(read("\n---\na: 1\n---\n\n# T\n").0, None);
    assert_eq!(read(" ---\na: 1\n---\n").0, None);
    assert_eq!(read("----\na: 1\n----\n").0, None);
}

#[test]
fn front_matter_that_nothing_closes_is_text() {
    let page = page("---\na: 1\n\n# T\n");
    assert_eq!((page.front, page.front_line, titles(&page)), (None, 0, vec![("T", 1, 4)]));
}

#[test]
fn headings_are_found_in_both_forms() {
    let page = page("# One #\n\nTwo\n===\ntext\n\nThree\nlines\n---\n\n###   Four\r\n####### seven\n#none\n");
    let wanted = vec![("One", 1, 1), ("Two", 1, 3), ("Three lines", 2, 7), ("Four", 3, 11)];
    assert_eq!(titles(&page), wanted);
}

#[test]
fn titles_are_plain_text() {
    let text = "# **Bold** `code` [link](x) ~~old~~ &amp; <!-- hint --> <a id=\"x\"></a>*end*\n## Vec<T> <name>\n##\n";
    let page = page(text);
    let wanted = vec![("Bold code link old & end", 1, 1), ("Vec<T> <name>", 2, 2), ("", 2, 3)];
    assert_eq!(titles(&page), wanted);
}

#[test]
fn no_heading_in_code_comments_quotations_and_lists() {
    let text = "```md\n# fence\n```\n\n    # indented\n\n<!--\n\n# comment\n-->\n\n<div>\n# html\n</div>\n\n\
                > # quoted\n\n- # listed\n\n~~~\n# open\n";
    assert_eq!(titles(&page(text)), vec![]);
}

#[test]
fn content_fills_a_section() {
    let bodies = [
        "Words.",
        "none",
        "None.",
        "n/a",
        "N/A",
        "0",
        "```\nx\n```",
        "    code",
        "- item",
        "1. item",
        "> said",
        "![](shot.png)",
        "<img src=\"x.png\">",
        "| a |\n|---|\n| ✅ |",
        "| a |\n|---|\n| x |",
        "<p>Words</p>",
        "<!-- hint --> Words",
        "The file <path> moves",
        "[Plan](plan.md)",
        "<https://example.org>",
        "see [x] here",
        "TODO list app",
        "- <a>\n- [x] done",
        "<details>\n\nwords\n\n</details>",
        "a < b",
        "🚀",
        "`x`",
        "日本",
        "[Plan]\n\n[Plan]: plan.md",
        "- [ ] open",
        "> # quoted",
        "```\n...\n```",
    ];
    for body in bodies {
        assert!(section(body).filled, "{body:?}");
    }
}

#[test]
fn placeholders_do_not_fill_a_section() {
    let bodies = [
        "",
        "<!-- words -->",
        "<!-- words\n\nmore\n-->",
        "<!-- never closed",
        "<what changes>",
        "<what changes, and why>",
        "**<what>**",
        "<what>: <why>",
        "`<path>`",
        "[X]",
        "[what changes]",
        "[a [b]] [c][d]",
        "TODO",
        "**tbd**",
        "TODO: <what>",
        "...",
        "…",
        "-",
        "- -",
        "* ",
        "1.",
        "- …",
        "- TODO\n- TBD",
        "- [ ]",
        "- [ ] ",
        "- [x] <what>",
        "- [ ] <!-- hint -->",
        "☐",
        "| a | b |\n|---|---|",
        "| a | b |\n|---|---|\n| <a> | - |\n| | — |",
        "```\n\n```",
        "***",
        "![]()",
        "<br>",
        "<details>\n\n</details>",
        "<p>&nbsp;</p>",
        "&nbsp;",
        "<!-->",
        "[x]: y",
        "> [!NOTE]",
        "text <!-- -->\n===\n",
    ];
    for body in bodies {
        let text = format!("# Title\n\n{body}");
        assert!(
            page(&text).sections.iter().all(|section| !section.filled && section.points.is_empty()),
            "{body:?}"
        );
    }
}

#[test]
fn slots_swallow_nothing() {
    let text = "# A\n<what>\n## B\n<why, in short>\n- b\n\n## C\n> <slot />\n> c\n## D\n1. <x>\n   - `<y>`\n</z>\n\n## E\n```\n<e>\n```\n";
    let page = page(text);
    let read: Vec<_> = page.sections.iter().map(|section| (section.title.as_str(), section.filled)).collect();
    assert_eq!(read, [("A", true), ("B", true), ("C", true), ("D", false), ("E", true)]);
    assert_eq!(
        points(&section("- <path>\n  moves\n- see [a](<my file.md>)\n")),
        [("<path> moves", None), ("see a", None)]
    );
    assert_eq!(titles(&self::page("<div>\n# html\n</div>\n")), []);
}

#[test]
fn subsections_fill_their_parents_and_nobody_else() {
    let page = page("# A\n## B\n### C\nwords\n## D\n# E\n## F\n<slot>\n");
    let filled: Vec<_> =
        page.sections.iter().map(|section| (section.title.as_str(), section.filled)).collect();
    let wanted = [("A", true), ("B", true), ("C", true), ("D", false), ("E", false), ("F", false)];
    assert_eq!(filled, wanted);
}

#[test]
fn levels_may_be_left_out_and_come_back() {
    let page = page("### C\n- c\n# A\n#### D\n- d\n## B\n- b\n");
    let read: Vec<_> =
        page.sections.iter().map(|section| (section.title.as_str(), points(section))).collect();
    let (b, c, d) = (("b", None), ("c", None), ("d", None));
    assert_eq!(read, [("C", vec![c]), ("A", vec![d, b]), ("D", vec![d]), ("B", vec![b])]);
}

#[test]
fn points_are_the_items_at_any_depth() {
    let text = "- one\n  - [x] **two**\n    1. [ ] three `code`\n- <slot>\n  * four\n\n5) five\n\n   more <b>of</b>\n   it\n";
    let wanted = vec![
        ("one", None),
        ("two", Some(true)),
        ("three code", Some(false)),
        ("four", None),
        ("five more of it", None),
    ];
    assert_eq!(points(&section(text)), wanted);
}

#[test]
fn a_point_has_its_blocks_and_not_those_below_it() {
    let text = "- run\n\n  ```sh\n  cargo test\n  ```\n\n  - below\n\n  <!-- hint -->\n\n  > and see\n- ![](x.png)\n";
    let wanted = vec![("run cargo test and see", None), ("below", None), ("", None)];
    assert_eq!(points(&section(text)), wanted);
}

#[test]
fn points_of_a_subsection_are_those_of_its_parent_too() {
    let page = page("- before\n\n# A\n- a\n## B\n- [X] b\n# C\n- a\n");
    let (a, b) =
        (Point { text: "a".to_owned(), ticked: None }, Point { text: "b".to_owned(), ticked: Some(true) });
    let read: Vec<_> = page.sections.into_iter().map(|section| section.points).collect();
    assert_eq!(read, [vec![a.clone(), b.clone()], vec![b], vec![a]]);
}

/// Each of these is slow for a reader that looks back or ahead too often; the test would hang, not fail.
#[test]
fn hostile_texts_are_read_in_time() {
    let many = 20_000;
    let bits = [
        "<",
        "<a ",
        "<!--",
        "<!-- -->",
        "[",
        "](",
        "![",
        "*a_",
        "`",
        "- ",
        "> ",
        "| ",
        "# a\n",
        "a\n---\n",
        "&nbsp;<br>",
        "<b>&",
        "\u{feff}",
        "\0",
        "\r",
        "<\n",
        "[a]: b\n",
        "```\n",
        "- [ ] x\n",
        "1. <x>\n",
        "<div>\n<b\n\n",
        "<?",
        "<![CDATA[",
        "<b>x",
    ];
    for bit in bits {
        let deep = if ["- ", "> "].contains(&bit) { 2_000 } else { many };
        let text = format!("---\n---\n# T\n{}", bit.repeat(deep));
        assert_eq!(page(&text).sections.first().map(|section| section.line), Some(3), "{bit:?}");
    }
    let mut table = "| a ".repeat(2_000) + "\n" + &"|-".repeat(2_000) + "\n";
    (0..2_000).for_each(|row| writeln!(table, "| {row}").unwrap());
    assert!(section(&table).filled);
}

#[test]
fn lines_are_what_is_shown() {
    let said = |text: &str| page(text).lines.join("\n").trim().to_owned();
    for text in [
        "a b",
        "> a b",
        "- a b",
        "1. [x] a b",
        "## a b",
        "**a** _b_",
        "a  `b`",
        "a&nbsp;b",
        "a\u{a0}b",
        "a\nb",
        "[a](x) b",
        "> - **a b**",
        "<p>a\n<b>b</b></p>",
        "a <!-- or --> b",
        "<!--\nc\n-->\n\na b",
        "---\nc: d\n---\na b\n\n```\nc\n```\n\n    c\n",
    ] {
        assert_eq!(said(text).split_whitespace().collect::<Vec<_>>(), ["a", "b"], "{text:?}");
        assert_eq!(said(text).lines().count(), if text.contains("<p>") { 2 } else { 1 }, "{text:?}");
    }
    assert_eq!(said("| x | y |\n|-|-|\n| | a |\n| a | b |\n\nc\\\nd"), "x y\n a\n a b\nc\nd");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_a_document(
        parts in proptest::collection::vec(
            prop_oneof![
                proptest::sample::select(vec![
                    "\n", "\r\n", "\r", "# ", "## ", "---", "...", "===", "- ", "1. ", "[ ] ", "[", "]", "<", ">", "<!--", "-->",
                    "|", "`", "```", "    ", "> ", "*", "![](", ")", "\u{feff}", "&nbsp;", "\t", "\0", "🚀", "TODO",
                ]).prop_map(str::to_owned),
                ".{0,6}",
            ],
            0..60,
        )
    ) {
        let text = parts.concat();
        let page = page(&text);
        let lines = text.matches('\n').count() + 1;
        prop_assert!(page.sections.iter().all(|section| (1..=lines).contains(&section.line)));
        prop_assert!(page.sections.is_sorted_by(|a, b| a.line <= b.line));
        prop_assert!(page.sections.iter().all(|section| section.filled || section.points.is_empty()));
        prop_assert!(page.front.is_none_or(|front| text.contains(front)));
    }
}
