//! The rules of the editor, one literal each: the text before, what changes, the text after.

use serde_json::{Value, json};

use super::{edit, tree};

fn parsed(text: &str) -> Value {
    tree(text.as_bytes(), "t").unwrap_or(Value::Null)
}

/// Edits with a closure over the untyped tree.
fn edited(text: &str, change: impl FnOnce(&mut Value)) -> String {
    let before = parsed(text);
    let mut after = before.clone();
    change(&mut after);
    match edit(text, &before, &after) {
        Ok(text) => text,
        Err(error) => panic!("{error}: {text:?} -> {after}"),
    }
}

fn set(text: &str, pointer: &str, value: Value) -> String {
    edited(text, |tree| {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        match tree.pointer_mut(parent).unwrap() {
            Value::Object(map) => drop(map.insert(key.to_owned(), value)),
            Value::Array(list) if key == "-" => list.push(value),
            Value::Array(list) => list[key.parse::<usize>().unwrap()] = value,
            _ => panic!("no collection at {parent}"),
        }
    })
}

fn unset(text: &str, pointer: &str) -> String {
    edited(text, |tree| {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        match tree.pointer_mut(parent).unwrap() {
            Value::Object(map) => drop(map.shift_remove(key)),
            Value::Array(list) => drop(list.remove(key.parse::<usize>().unwrap())),
            _ => panic!("no collection at {parent}"),
        }
    })
}

#[test]
fn a_scalar_keeps_its_quotes_and_its_comment() {
    for (text, new, expected) in [
        ("a: b   # c\n", json!("x"), "a: x   # c\n"),
        ("a: 'b' # c\n", json!("it's"), "a: 'it''s' # c\n"),
        ("a: \"b\" # c\n", json!("x"), "a: \"x\" # c\n"),
        ("a: b\n", json!("yes"), "a: \"yes\"\n"),
        ("a: b\n", json!("x: y"), "a: \"x: y\"\n"),
        ("a: 'b'\n", json!("x\ny"), "a: \"x\\ny\"\n"),
        ("a: 1\n", json!(2), "a: 2\n"),
        ("a: \"1\"\n", json!(2), "a: 2\n"),
        ("a: 1\n", json!(1e30), "a: 1.0e+30\n"),
        ("a: 1\n", json!(null), "a: null\n"),
        ("a: # c\n", json!(true), "a: true # c\n"),
        ("a:\n", json!("x"), "a: x\n"),
        ("a: b", json!("x"), "a: x"),
        ("a: b\r\nc: d\r\n", json!("x"), "a: x\r\nc: d\r\n"),
        ("\u{feff}a: b\n", json!("x"), "\u{feff}a: x\n"),
        ("a:\n  # why\n  b # c\n", json!("x"), "a:\n  # why\n  x # c\n"),
        ("a: b\n  c\n  d # e\nf: g\n", json!("x"), "a: x # e\nf: g\n"),
    ] {
        assert_eq!(set(text, "/a", new), expected, "{text:?}");
    }
}

#[test]
fn a_literal_block_stays_one_when_it_can() {
    let text = "a: | # c\n  one\n  two\n\n# d\nb: 1\n";
    assert_eq!(set(text, "/a", json!("x\n\ny\n")), "a: | # c\n  x\n\n  y\n\n# d\nb: 1\n");
    assert_eq!(set(text, "/a", json!(" x\ny\n")), "a: \" x\\ny\\n\" # c\n\n# d\nb: 1\n");
    assert_eq!(set(text, "/a", json!({"k": 1})), "a: # c\n  k: 1\n\n# d\nb: 1\n");
    assert_eq!(set(text, "/b", json!(2)), text.replace("b: 1", "b: 2"));
    assert_eq!(set("a: >-\n   q\n   r\n", "/a", json!("z")), "a: z\n");
}

#[test]
fn a_new_key_follows_the_one_before_it() {
    let text = "a:\n    b: 1 # one\n\n# about c\nc: 2\n";
    assert_eq!(set(text, "/a/d", json!("x")), "a:\n    b: 1 # one\n    d: x\n\n# about c\nc: 2\n");
    assert_eq!(set(text, "/d", json!({"e": [1]})), format!("{text}d:\n    e:\n        - 1\n"));
    let between = edited(text, |tree| *tree = json!({"a": {"b": 1}, "x": true, "c": 2}));
    assert_eq!(between, "a:\n    b: 1 # one\nx: true\n\n# about c\nc: 2\n");
    let first = edited(text, |tree| *tree = json!({"x": 0, "z": "", "a": {"b": 1}, "c": 2}));
    assert_eq!(first, format!("x: 0\nz: \"\"\n{text}"));
    assert_eq!(set("a: 1", "/b", json!(2)), "a: 1\nb: 2");
    assert_eq!(set("a: 1\r\n", "/b", json!({"c": 1})), "a: 1\r\nb:\r\n  c: 1\r\n");
    assert_eq!(
        set("a:\n  b: 1\n  # about b\nc: 2\n", "/a2", json!(1)),
        "a:\n  b: 1\n  # about b\nc: 2\na2: 1\n"
    );
}

#[test]
fn a_new_key_after_a_nested_block_follows_its_comments() {
    let text = "a:\n  b: 1\n  # more of a\n\nc: 2\n";
    let after = json!({"a": {"b": 1}, "x": 3, "c": 2});
    assert_eq!(edit(text, &parsed(text), &after).unwrap(), "a:\n  b: 1\n  # more of a\nx: 3\n\nc: 2\n");
}

#[test]
fn additions_at_both_depths_keep_their_order() {
    let text = "a:\n  b: 1";
    assert_eq!(
        edited(text, |tree| *tree = json!({"a": {"b": 1, "c": 2}, "d": 3})),
        "a:\n  b: 1\n  c: 2\nd: 3"
    );
}

#[test]
fn flow_mappings_stay_on_their_line() {
    let text = "a: {b: 1, c: x} # d\n";
    assert_eq!(set(text, "/a/e", json!("x, y")), "a: {b: 1, c: x, e: \"x, y\"} # d\n");
    assert_eq!(set(text, "/a/c", json!([1, {"k": "v"}])), "a: {b: 1, c: [1, {k: v}]} # d\n");
    assert_eq!(unset(text, "/a/b"), "a: {c: x} # d\n");
    assert_eq!(unset(text, "/a/c"), "a: {b: 1} # d\n");
    assert_eq!(
        edited(text, |tree| tree["a"] = json!({"z": 0, "b": 1, "c": "x"})),
        "a: {z: 0, b: 1, c: x} # d\n"
    );
    assert_eq!(edited(text, |tree| tree["a"] = json!({})), "a: {} # d\n");
    assert_eq!(set("a: { b: 1 }\n", "/a/c", json!(2)), "a: { b: 1, c: 2 }\n");
    assert_eq!(set("a: {b, c: }\n", "/a/b", json!(1)), "a: {b: 1, c: }\n");
    assert_eq!(set("a: {b, c: }\n", "/a/c", json!(1)), "a: {b, c: 1 }\n");
    assert_eq!(set("a: {b: 1,}\n", "/a/c", json!(1)), "a: {b: 1, c: 1,}\n");
}

#[test]
fn flow_elements_on_lines_of_their_own_stay_so() {
    let text = "a: {\n  b: 1, # one\n  c: 2, # two\n  d: 3  # three\n}\n";
    assert_eq!(unset(text, "/a/c"), "a: {\n  b: 1, # one\n  d: 3  # three\n}\n");
    assert_eq!(unset(text, "/a/d"), "a: {\n  b: 1, # one\n  c: 2 # two\n}\n");
    assert_eq!(
        set(text, "/a/e", json!(4)),
        "a: {\n  b: 1, # one\n  c: 2, # two\n  d: 3,  # three\n  e: 4\n}\n"
    );
    let after = json!({"a": {"b": 1, "x": 0, "c": 2, "d": 3}});
    assert_eq!(edit(text, &parsed(text), &after).unwrap(), text.replace("  c: 2", "  x: 0,\n  c: 2"));
}

#[test]
fn a_removed_key_takes_its_lines_only() {
    let text = "# top\na: 1 # one\n# about b\nb:\n  c: 2\n  # in b\n\n# about d\nd: 3\n";
    assert_eq!(unset(text, "/a"), text.replace("a: 1 # one\n", ""));
    assert_eq!(unset(text, "/b"), "# top\na: 1 # one\n# about b\n\n# about d\nd: 3\n");
    assert_eq!(unset(text, "/d"), text.replace("d: 3\n", ""));
    assert_eq!(unset("a: 1\nb: 2", "/b"), "a: 1");
    assert_eq!(unset("a:\n  b: 1 # x\nc: 2\n", "/a/b"), "a: {}\nc: 2\n");
    assert_eq!(unset("a: 1\n", "/a"), "{}\n");
    assert_eq!(unset("- a: 1\n  b: 2\n  c: 3\n", "/0/a"), "- b: 2\n  c: 3\n");
}

#[test]
fn lists_are_edited_item_by_item() {
    let text = "a:\n- x # one\n- y # two\n# z\n- z\n";
    assert_eq!(set(text, "/a/-", json!({"k": 1, "l": 2})), format!("{text}- k: 1\n  l: 2\n"));
    assert_eq!(unset(text, "/a/1"), text.replace("- y # two\n", ""));
    assert_eq!(unset(text, "/a/0"), text.replace("- x # one\n", ""));
    assert_eq!(set(text, "/a/1", json!("w")), text.replace("- y", "- w"));
    assert_eq!(set(text, "/a/2", json!([1, [2]])), text.replace("- z", "- - 1\n  - - 2"));
    assert_eq!(set(text, "/a/0", json!({"k": 1})), text.replace("- x # one", "- # one\n  k: 1"));
    assert_eq!(edited(text, |tree| tree["a"] = json!(["q", "x", "y", "z"])), text.replace("- x", "- q\n- x"));
    assert_eq!(edited(text, |tree| tree["a"] = json!([])), "a: []\n# z\n".replace("# z\n", ""));
    assert_eq!(set("a: [x, y] # c\n", "/a/-", json!("z")), "a: [x, y, z] # c\n");
    assert_eq!(unset("a: [x, y, z]\n", "/a/0"), "a: [y, z]\n");
    assert_eq!(unset("a: [x, y, z]\n", "/a/2"), "a: [x, y]\n");
    assert_eq!(set("a: []\n", "/a/-", json!("z")), "a:\n  - z\n");
    assert_eq!(set("- - a\n  - b\n", "/0/-", json!("c")), "- - a\n  - b\n  - c\n");
    assert_eq!(unset("- - a\n  - b\n", "/0/0"), "- - b\n");
    assert_eq!(set("a: [b: 1]\n", "/a/0/c", json!(2)), "a: [{b: 1, c: 2}]\n");
}

#[test]
fn scalars_and_collections_change_places() {
    assert_eq!(set("a: 1 # c\nb: 2\n", "/a", json!({"x": {"z": 1}})), "a: # c\n  x:\n    z: 1\nb: 2\n");
    assert_eq!(set("a: # c\n  x: 1 # d\nb: 2\n", "/a", json!("s")), "a: s # c\nb: 2\n");
    assert_eq!(set("a:\n  x: 1\nb: 2\n", "/a", json!([1])), "a:\n  - 1\nb: 2\n");
    assert_eq!(set("a: {x: 1}\nb: 2\n", "/a", json!(1)), "a: 1\nb: 2\n");
    assert_eq!(set("a: {}\nb: 2\n", "/a/x", json!({"z": 1})), "a:\n  x:\n    z: 1\nb: 2\n");
    assert_eq!(set("a:\nb: 2\n", "/a", json!({"z": 1})), "a:\n  z: 1\nb: 2\n");
    assert_eq!(set("a:\n  'x'\nb: 2\n", "/a", json!({"z": 1})), "a:\n  z: 1\nb: 2\n");
    assert_eq!(edited("a: 1\n", |tree| *tree = json!([1])), "- 1\n");
}

#[test]
fn json_stays_json() {
    let text = "{\n\t\"a\": 1,\n\t\"b\": {\"c\": \"\\ud83d\\ude00\"},\n\t\"d\": []\n}\n";
    let more = set(text, "/e", json!({"f": ["x", true], "g": {}}));
    assert_eq!(
        more,
        text.replace(
            "[]\n",
            "[],\n\t\"e\": {\n\t\t\"f\": [\n\t\t\t\"x\",\n\t\t\ttrue\n\t\t],\n\t\t\"g\": {}\n\t}\n"
        )
    );
    assert_eq!(set(text, "/b/x", json!(null)), text.replace("00\"}", "00\", \"x\": null}"));
    assert_eq!(set(text, "/a", json!("yes")), text.replace(": 1,", ": \"yes\","));
    assert_eq!(unset(text, "/d"), text.replace("},\n\t\"d\": []", "}"));
    assert_eq!(unset(text, "/a"), text.replace("\t\"a\": 1,\n", ""));
    assert_eq!(set(text, "/d/-", json!(1)), text.replace("[]", "[\n\t\t1\n\t]"));
    assert_eq!(set("{\"a\": 1}", "/b", json!([2])), "{\"a\": 1, \"b\": [2]}");
    for text in [&more, &set("{}", "/a", json!({"b": "no"}))] {
        assert!(serde_json::from_str::<Value>(text).is_ok(), "{text}");
    }
}

#[test]
fn what_the_caller_did_not_see_stays() {
    let text = "version: 1.10 # a text for the model\nstate: todo\nold: x\n";
    let before = json!({"version": "1.10", "old": "x"});
    let after = json!({"version": "1.10", "state": "done", "old": "w"});
    let expected = "version: 1.10 # a text for the model\nstate: done\nold: w\n";
    assert_eq!(edit(text, &before, &after).unwrap(), expected);
}

#[test]
fn an_empty_document_is_filled() {
    assert_eq!(edit("# top\n", &json!(null), &json!({"a": 1})).unwrap(), "# top\na: 1\n");
    assert_eq!(edit("", &json!({}), &json!({"a": {"b": 1}})).unwrap(), "a:\n  b: 1\n");
}

#[test]
fn what_could_not_be_read_again_is_refused_before() {
    let deep = (0..33).fold(json!(1), |value, _| json!([value]));
    assert!(edit("a: 1\n", &json!({"a": 1}), &json!({"a": deep})).unwrap_err().message().contains("deeper"));
    let long = json!({"a": "x".repeat(1024 * 1024)});
    assert!(edit("a: 1\n", &json!({"a": 1}), &long).is_err());
    assert!(edit("a: 1\na: 2\n", &json!({"a": 2}), &json!({"a": 3})).is_err());
}

#[test]
fn keys_with_a_question_mark_are_read_but_not_added_to() {
    let text = "? a\n: 1\n";
    assert_eq!(set(text, "/a", json!(2)), "? a\n: 2\n");
    let error = edit(text, &json!({"a": 1}), &json!({"a": 1, "b": 2})).unwrap_err();
    assert_eq!(error.kind(), crate::error::Kind::State, "{error}");
}
