//! What the front door refuses, with which words and where; and what it lets in.

use indexmap::IndexMap;
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{locate, read, tree};
use crate::error::{Error, Kind};

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Doc {
    title: String,
    #[serde(default)]
    count: Option<u8>,
    #[serde(default)]
    score: Option<f64>,
    #[serde(default)]
    items: IndexMap<String, Doc>,
    #[serde(default)]
    fields: IndexMap<String, Value>,
}

fn refusal(text: &str) -> Error {
    match read::<Doc>(text.as_bytes(), "f.yaml") {
        Err(error) => error,
        Ok(doc) => panic!("accepted {text:?} as {doc:?}"),
    }
}

#[track_caller]
fn refused(text: &str, line: usize, column: usize, message: &str) -> Error {
    let error = refusal(text);
    let at = error.place().expect("a place");
    assert_eq!(error.kind(), Kind::State, "{text:?}");
    assert!(error.message().contains(message), "{text:?}: {error}");
    assert!(!error.message().contains("at line"), "{error}");
    assert_eq!((at.line, at.column), (line, column), "{text:?}: {error}");
    assert!(at.width > 0 || at.source.is_empty(), "{text:?}: {at:?}");
    error
}

#[test]
fn good_documents_are_read() {
    for text in [
        "title: x\n",
        "\u{feff}title: x\n",
        "---\r\ntitle: x # c\r\nitems: {a: {title: y}}\r\n",
        "{\"title\": \"\\ud83d\\ude00 &x *y !z <<\", \"count\": 3,\n\t\"fields\": {\"a\": \".nan\"}}",
        "{title: x, count: 3}\n",
        "title: |\n  <<<<<<< x\n  \ttab\nfields: {a: '*b', c: \"&d\", e: \".inf\"}\n",
        "title: 1.10\n",
    ] {
        assert!(read::<Doc>(text.as_bytes(), "f").is_ok(), "{:?}", read::<Doc>(text.as_bytes(), "f"));
        assert!(tree(text.as_bytes(), "f").is_ok(), "{text:?}");
    }
    assert_eq!(read::<Doc>(b"title: 1.10\n", "f").unwrap().title, "1.10");
    let smile = read::<Doc>(b"{\"title\": \"\\ud83d\\ude00\"}", "f").unwrap();
    assert_eq!(smile.title, "\u{1f600}");
}

#[test]
fn hostile_documents_are_named() {
    let t = "title: x\n";
    for (text, line, column, message) in [
        ("", 1, 1, "the file is empty"),
        ("# only\n\n", 1, 1, "the file is empty"),
        ("---\n", 1, 1, "the file is empty"),
        ("title: a\u{0}b\n", 1, 9, "control character U+0000"),
        ("title: é\u{1b}[31m\n", 1, 9, "control character U+001B"),
        ("title: a\u{2028}b\n", 1, 9, "control character U+2028"),
        ("title: a\rcount: 1\n", 1, 9, "control character U+000D"),
        (&format!("{t}items:\n\ta:\n"), 3, 1, "a tab in the indentation"),
        (&format!("{t}items:\n  \ta: {{title: x}}\n"), 3, 3, "a tab in the indentation"),
        (&format!("<<<<<<< HEAD\n{t}=======\n{t}>>>>>>> b\n"), 1, 1, "unresolved merge conflict"),
        (&format!("{t}=======\n"), 2, 1, "unresolved merge conflict"),
        (
            &format!("{{\"title\": \"x\",\n<<<<<<< HEAD\n\"count\": 1}}\n{t}"),
            2,
            1,
            "unresolved merge conflict",
        ),
        ("title: &x y\n", 1, 8, "anchors (`&name`)"),
        ("&x title: y\n", 1, 1, "anchors (`&name`)"),
        (&format!("{t}fields: &b {{a: 1}}\n"), 2, 9, "anchors (`&name`)"),
        ("title: *x\n", 1, 8, "aliases (`*name`)"),
        ("*x : y\n", 1, 1, "aliases (`*name`)"),
        ("title: !!python/object x\n", 1, 8, "tags (`!name`)"),
        ("title: ! :ax! :\n", 1, 8, "tags (`!name`)"),
        (&format!("{t}<<: {{count: 1}}\n"), 2, 1, "merge keys (`<<`)"),
        (&format!("{t}fields: {{<<: {{a: 1}}}}\n"), 2, 10, "merge keys (`<<`)"),
        (&format!("{t}---\n{t}"), 2, 1, "a second document"),
        (&format!("{t}...\n---\n"), 3, 1, "a second document"),
        (&format!("%YAML 1.2\n---\n{t}"), 1, 1, "directives (`%"),
        ("title: x\ntitle: y\n", 2, 1, "duplicate key `title`"),
        ("title: x\nitems: {a: {title: x, title: y}}\n", 2, 23, "duplicate key `title`"),
        ("{\"title\": \"x\", \"title\": \"y\"}", 1, 16, "duplicate key `title`"),
        (&format!("{t}score: .nan\n"), 2, 8, "`.nan` is not a number"),
        (&format!("{t}score: -.Inf\n"), 2, 8, "`-.Inf` is not a number"),
        (&format!("{t}fields: {{a: [.inf]}}\n"), 2, 14, "`.inf` is not a number"),
        (&format!("{t}? [a]\n: b\n"), 2, 3, "a key must be a text"),
        ("title: a: b\n", 1, 9, "not valid YAML"),
        ("title: [a\n", 1, 8, "not valid YAML"),
        ("title: \"a\n", 2, 1, "not valid YAML"),
        ("title: {a: b}\n", 1, 8, "title: a mapping stands where a text belongs"),
        (&format!("{t}count: 256\n"), 2, 8, "count: invalid value: integer `256`"),
        (&format!("{t}count: many\n"), 2, 8, "count: \"many\" stands where"),
        (
            &format!("{t}items:\n  é:\n    title: x\n    count: -1\n"),
            5,
            12,
            "items.é.count: `-1` stands where",
        ),
        ("- x\n", 1, 1, "a list stands where a mapping belongs"),
        ("count: 1\n", 1, 1, "missing key `title`"),
        (&format!("{t}items:\n  a:\n    count: 1\n"), 4, 5, "items.a: missing key `title`"),
    ] {
        let _ = refused(text, line, column, message);
    }
}

#[test]
fn unknown_keys_come_with_the_nearest_known_key() {
    let error = refused("titel: x\n", 1, 1, "unknown key `titel`");
    assert_eq!(error.hints(), ["did you mean `title`?"]);
    assert_eq!(error.place().unwrap().width, 5);
    let text = "title: x\nitems:\n  a: {title: y, Score: 1}\n";
    assert_eq!(refused(text, 3, 17, "items.a: unknown key `Score`").hints(), ["did you mean `score`?"]);
    let error = refused("title: x\nowner: y\n", 2, 1, "unknown key `owner`");
    assert_eq!(error.hints(), ["known keys: title, count, score, items, fields"]);
    let json = "{\"title\": \"\\ud83d\\ude00\", \"cuont\": 1}";
    assert_eq!(refusal(json).hints(), ["did you mean `count`?"]);
}

#[test]
fn duplicates_name_both_lines_and_trees_refuse_them_everywhere() {
    let error = refused("title: x\n\ntitle: y\n", 3, 1, "duplicate key `title`");
    assert_eq!(error.notes(), ["`title` stands first at f.yaml:1"]);
    for text in ["a: 1\na: 2\n", "a: {b: 1, \"b\": 2}\n", "- {1: a, \"1\": b}\n", "{\"a\": 1, \"a\": 1}"] {
        assert!(tree(text.as_bytes(), "f").unwrap_err().message().starts_with("duplicate key"), "{text:?}");
    }
    assert_eq!(tree(b"a: 1\nA: 2\n", "f").unwrap(), json!({"a": 1, "A": 2}));
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    let error = read::<Doc>(b"title: x\ncount: \xff\n", "f").unwrap_err();
    assert_eq!((error.message(), error.place().unwrap().line), ("not UTF-8 text", 2));
    assert!(read::<Doc>(b"\xff\xfet\0i\0", "f").unwrap_err().message().contains("UTF-8"));
    let large = format!("title: {}\n", "x".repeat(1024 * 1024));
    assert!(read::<Doc>(large.as_bytes(), "f").unwrap_err().message().contains("larger than 1 MiB"));
}

#[test]
fn floods_are_refused_without_reading_all_of_them() {
    let laugh: String = (1..9).fold("a0: &a0 [x]\n".to_owned(), |text, n| {
        let one = format!("*a{}", n - 1);
        format!("{text}a{n}: &a{n} [{}]\n", vec![one; 9].join(", "))
    });
    let bytes = format!("a: &a \"{}\"\nb: [{}]\n", "x".repeat(100_000), vec!["*a"; 50_000].join(","));
    for text in [laugh, bytes] {
        assert!(refusal(&text).message().starts_with("anchors"));
    }
    for text in [
        "[".repeat(33),
        "[".repeat(129),
        "[".repeat(1_000_000),
        "{a: ".repeat(33),
        "{a: ".repeat(250_000),
        "- ".repeat(500_000),
        format!("{{\"a\": {}1{}}}", "[".repeat(32), "]".repeat(32)),
        (0..1000).map(|depth| " ".repeat(depth)).collect::<Vec<_>>().join("a:\n"),
    ] {
        let error = refusal(&text);
        assert_eq!(error.message(), "nested deeper than 32 levels", "{}", &text[..20]);
    }
    assert!(tree(format!("{}1{}", "[".repeat(32), "]".repeat(32)).as_bytes(), "f").is_ok());
    for text in [
        "]".repeat(1_000_000),
        "\"".repeat(1_000_000),
        "a: ".repeat(300_000),
        "? ".repeat(500_000),
        format!("[{}1]", "[],".repeat(300_000)),
        format!("a: [{}1]", "1,".repeat(400_000)),
    ] {
        let _ = refusal(&text);
    }
}

const SAMPLE: &str = "\u{feff}# é\r\ntitle: \"x\\n\" # c\r\ncount: 3\nscore: 0.5\nitems:\n  a:\n    title: |\n      é\n\n  \
     b: {title: 'it''s', fields: {k: [1, {l: null}], \"m\": >-\n }}\nfields:\n- \n";

#[test]
fn a_file_cut_anywhere_never_panics() {
    for cut in 0..SAMPLE.len() {
        let bytes = &SAMPLE.as_bytes()[..cut];
        for error in [read::<Doc>(bytes, "f").err(), tree(bytes, "f").err()].into_iter().flatten() {
            assert_eq!(error.kind(), Kind::State);
            assert!(error.place().is_some(), "{error} at {cut}");
        }
    }
}

#[test]
fn places_are_found_by_path() {
    let text = "\u{feff}title: x # c\r\nitems:\r\n  é:\r\n    deps: [a, \"b c\"]\r\n    owner:\r\n";
    let spot = |path: &[&str]| locate(text, "f", path).map(|at| (at.line, at.column, at.width));
    assert_eq!(spot(&["title"]), Some((1, 8, 1)));
    assert_eq!(spot(&["items", "é"]), Some((3, 3, 1)));
    assert_eq!(spot(&["items", "é", "deps", "1"]), Some((4, 15, 5)));
    assert_eq!(spot(&["items", "é", "owner"]), Some((5, 5, 5)));
    assert_eq!(spot(&["items", "x"]), None);
    assert_eq!(locate(text, "f", &["items", "é", "owner"]).unwrap().source, "    owner:");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read::<Doc>(&bytes, "f");
        let _ = tree(&bytes, "f");
    }

    #[test]
    fn any_yaml_like_text_is_read_or_refused_with_a_place(
        parts in prop::collection::vec(prop::sample::select(vec![
            "a", "title", ": ", ":", "- ", "\n", "\n  ", "\n    ", "{", "}", "[", "]", ", ", "\"", "'", "|\n", ">-\n",
            "# c", "&x ", "*x", "!t ", "<<", "---\n", "...\n", "%Y", "\t", "é", "\r\n", "? ", "1", ".nan", "~",
        ]), 0..40),
    ) {
        let text = parts.concat();
        for error in [read::<Doc>(text.as_bytes(), "f").err(), tree(text.as_bytes(), "f").err()].into_iter().flatten() {
            prop_assert!(error.place().is_some(), "{error}");
        }
        if let Err(error) = super::front::inspect(&text, "f") {
            let free = serde_yaml::from_str::<Value>(&text).is_ok() && !super::scan::suspicious(&text);
            let later = ["duplicate key", "not valid YAML", "a key must be"];
            let named = !later.iter().any(|start| error.message().starts_with(start));
            prop_assert!(!(free && named), "let in: {error}");
        }
        if let Ok(before @ Value::Object(_)) = tree(text.as_bytes(), "f") {
            let mut after = before.clone();
            after["added"] = json!({"k": ["v"]});
            match super::edit(&text, &before, &after) {
                Ok(new) => prop_assert_eq!(tree(new.as_bytes(), "f").unwrap(), after),
                Err(error) => prop_assert!(error.kind() == Kind::State, "{error}"),
            }
        }
    }
}
