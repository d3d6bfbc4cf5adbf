//! The YAML editor on whole files and on random trees; read back by this program and by `PyYAML`.

#![allow(
    clippy::panic,
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "helpers of tests fail as tests do"
)]

use git_track::formats::yaml::{edit, locate, tree, write};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

macro_rules! files {
    ($($name:literal),* $(,)?) => { [$(($name, include_str!(concat!("../fixtures/yaml/", $name)))),*] };
}

const FILES: [(&str, &str); 9] = files![
    "workflow.yaml",
    "four.yaml",
    "compact.yaml",
    "texts.yaml",
    "flow.yaml",
    "plan.json",
    "tabs.json",
    "crlf.yaml",
    "bom.yaml",
];

fn parsed(text: &str) -> Value {
    match tree(text.as_bytes(), "t") {
        Ok(value) => value,
        Err(error) => panic!("{error}\n{text}"),
    }
}

fn edited(name: &str, text: &str, after: &Value) -> String {
    match edit(text, &parsed(text), after) {
        Ok(new) => {
            assert_eq!(parsed(&new), *after, "{name}");
            if matches!(name, "plan.json" | "tabs.json") {
                let json: Value = serde_json::from_str(&new).expect("still JSON");
                assert_eq!(json, *after, "{name}");
            }
            new
        }
        Err(error) => panic!("{name}: {error}\n{after}\n{text}"),
    }
}

/// All paths of a tree, the root's first.
fn paths(value: &Value) -> Vec<Vec<String>> {
    let below = |key: String, value: &Value| {
        let longer = move |path: Vec<String>| [vec![key.clone()], path].concat();
        paths(value).into_iter().map(longer).collect::<Vec<_>>()
    };
    let mut all = vec![Vec::new()];
    match value {
        Value::Object(map) => all.extend(map.iter().flat_map(|(key, value)| below(key.clone(), value))),
        Value::Array(list) => {
            all.extend(list.iter().enumerate().flat_map(|(at, value)| below(at.to_string(), value)));
        }
        _ => {}
    }
    all
}

fn at<'v>(value: &'v mut Value, path: &[String]) -> &'v mut Value {
    path.iter().fold(value, |value, key| match value {
        Value::Array(list) => &mut list[key.parse::<usize>().unwrap()],
        value => &mut value[key.as_str()],
    })
}

/// The lines that differ: after the common start and before the common end.
fn changed<'t>(old: &'t str, new: &'t str) -> (Vec<&'t str>, Vec<&'t str>) {
    let (old, new): (Vec<_>, Vec<_>) = (old.split('\n').collect(), new.split('\n').collect());
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let room = old.len().min(new.len()) - head;
    let tail = old.iter().rev().zip(new.iter().rev()).take(room).take_while(|(a, b)| a == b).count();
    (old[head..old.len() - tail].to_vec(), new[head..new.len() - tail].to_vec())
}

/// What follows a value on its line; `None` when the value is not all on one line.
fn rest_of_line(text: &str, path: &[String], value: &Value) -> Option<String> {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let place = locate(text, "t", &path).expect("a place");
    let tail: String = place.source.chars().skip(place.column - 1).collect();
    let source: String = tail.chars().take(place.width).collect();
    let rest = tail.chars().skip(place.width).collect();
    tree(format!("[{source}]").as_bytes(), "t").is_ok_and(|list| list == json!([value])).then_some(rest)
}

#[test]
fn a_changed_scalar_is_one_changed_line() {
    let (mut lines, mut blocks) = (0, 0);
    for (name, text) in FILES {
        let before = parsed(text);
        for path in paths(&before) {
            let mut after = before.clone();
            let value = at(&mut after, &path);
            if value.is_object() || value.is_array() {
                continue;
            }
            let old = value.clone();
            *value = if old.is_string() { json!("another: #1") } else { json!(4711) };
            let new = edited(name, text, &after);
            let (gone, come) = changed(text, &new);
            assert_eq!(come.len(), 1, "{name} {path:?}\n{new}");
            if let Some(rest) = rest_of_line(text, &path, &old) {
                assert_eq!(gone.len(), 1, "{name} {path:?}\n{new}");
                assert!(come[0].trim_end().ends_with(&rest), "{name} {path:?}: {rest:?}\n{new}");
                lines += 1;
            } else if old.is_null() {
                assert_eq!(gone.len(), 1, "{name} {path:?}\n{new}");
            } else {
                blocks += 1;
            }
            assert_eq!(edited(name, &new, &before).matches('#').count(), text.matches('#').count(), "{name}");
        }
    }
    assert!(lines > 90 && blocks >= 9, "{lines} {blocks}");
}

#[test]
fn an_added_key_leaves_all_other_lines() {
    let mut count = 0;
    for (name, text) in FILES {
        let before = parsed(text);
        for path in paths(&before) {
            for value in [json!("x"), json!({"k": ["v", {"w": null}]})] {
                let mut after = before.clone();
                let Value::Object(map) = at(&mut after, &path) else { continue };
                let empty = map.is_empty();
                map.insert("added".to_owned(), value);
                let new = edited(name, text, &after);
                let (gone, come) = changed(text, &new);
                assert!(gone.len() <= 1, "{name} {path:?}\n{new}");
                for line in gone.iter().filter(|_| !empty) {
                    let come = come.join("\n");
                    let same = line.bytes().zip(come.bytes()).take_while(|(old, new)| old == new).count();
                    let rest = line.get(same..).expect("ASCII");
                    assert!(come.ends_with(rest), "{name} {path:?}: {line}\n{new}");
                }
                count += 1;
            }
        }
    }
    assert!(count > 60, "{count}");
}

#[test]
fn a_removed_element_leaves_all_other_lines() {
    let mut count = 0;
    for (name, text) in FILES {
        let before = parsed(text);
        for path in paths(&before) {
            let Some((key, parent)) = path.split_last() else { continue };
            let mut after = before.clone();
            match at(&mut after, parent) {
                Value::Object(map) => drop(map.shift_remove(key)),
                Value::Array(list) => drop(list.remove(key.parse::<usize>().unwrap())),
                _ => continue,
            }
            let new = edited(name, text, &after);
            let (_, come) = changed(text, &new);
            assert!(come.len() <= 1, "{name} {path:?}: {come:?}\n{new}");
            count += 1;
        }
    }
    assert!(count > 130, "{count}");
}

#[test]
fn every_value_can_become_every_other() {
    for (name, text) in FILES {
        let before = parsed(text);
        for path in paths(&before) {
            for value in
                [json!(null), json!([]), json!({}), json!([1, ["x"]]), json!({"a": {"b": 1}, "c": []})]
            {
                let mut after = before.clone();
                *at(&mut after, &path) = value;
                let _ = edited(name, text, &after);
            }
        }
    }
}

/// Texts that some reader of YAML takes for something else.
#[rustfmt::skip]
const HARD: &[&str] = &[
    "", " ", "~", "null", "yes", "No", "ON", "y", "true", "1_000", "0o7", "0x1F", "1e3", "12e34567", "1:30",
    "2026-11-20", "2026-11-20T10:00:00Z", "=", "<<", " x", "x ", "- a", "a: b", "a #b", "---", "...", "%a",
    "@a", "`a", "&a", "*a", "!a", "|", ">", "[", "{", "a, b", "é", "\u{1f600}", "\u{7}", "\u{2028}",
    "\u{feff}x", "\u{85}", "a\nb", "a\n", "\n", "a\r\nb", "\ttab first\n", "  lead\nb\n", "it's",
    "say \"hi\"", "a\\b", "0777", "+1", "-1", ".5", "1.", "1.5e3", ".inf", ".nan", "inf", "0b1", "#", "a:",
    ":", ":a", "?", "? a", "-", "!", "a]", "{a}", "190:20:30", "1__2", "+.5", "0.1.2", "1f2e3d4c5b6a", "٣",
    "a\u{200f}b", "a\u{a0}", "\u{a0}a", "<a>", "a\tb",
];

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-1e12..1e12f64).prop_map(Value::from),
        prop::num::f64::NORMAL.prop_map(Value::from),
        prop::sample::select(HARD).prop_map(Value::from),
        prop::sample::select(HARD).prop_map(Value::from),
        "[ -~]{0,12}".prop_map(Value::from),
        "\\PC{0,6}".prop_map(Value::from),
        prop::collection::vec(any::<char>(), 0..6)
            .prop_map(|chars| Value::from(chars.into_iter().collect::<String>())),
    ]
}

fn any_tree() -> impl Strategy<Value = Value> {
    let key = prop_oneof![
        "[a-e]".boxed(),
        "[a-e]".boxed(),
        scalar().prop_map(|value| value.as_str().unwrap_or("k").to_owned()).boxed(),
    ];
    let value = scalar().prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..5)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    });
    prop::collection::vec(("[a-e]", value), 1..5)
        .prop_map(|entries| Value::Object(entries.into_iter().collect()))
}

/// A tree near another one: some values from elsewhere, some gone.
fn near(one: &Value, other: &Value, seed: u64) -> Value {
    match (one, other) {
        (Value::Object(map), Value::Object(more)) => {
            let keep = |(at, (key, value)): (usize, (&String, &Value))| {
                let seed = seed >> (at + 1);
                match (seed & 3, more.get(key)) {
                    (0, _) => None,
                    (1, Some(new)) => Some((key.clone(), near(value, new, seed >> 3))),
                    _ => Some((key.clone(), value.clone())),
                }
            };
            let kept = map.iter().enumerate().filter_map(keep);
            let fresh = more.iter().filter(|(key, _)| !map.contains_key(*key)).take((seed & 1) as usize * 2);
            let fresh = fresh.map(|(key, value)| (key.clone(), value.clone()));
            Value::Object(if seed & 16 == 0 {
                kept.chain(fresh).collect()
            } else {
                fresh.chain(kept).collect()
            })
        }
        (Value::Array(list), Value::Array(more)) => list
            .iter()
            .take(1 + (seed & 3) as usize)
            .chain(more.iter().skip((seed & 1) as usize))
            .cloned()
            .collect(),
        (_, other) => other.clone(),
    }
}

fn layouts(value: &Value) -> [String; 4] {
    let block = write(value);
    let escaped = |char: char| match char {
        '\n' => "\n".to_owned(),
        '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}' => format!("\\u{:04x}", u32::from(char)),
        char if char.is_control() => format!("\\u{:04x}", u32::from(char)),
        char => char.to_string(),
    };
    let pretty = serde_json::to_string_pretty(value).expect("JSON").chars().map(escaped).collect();
    let commented: Vec<String> = block.lines().map(|line| format!("# c\n{line}  # d\n")).collect();
    [block.replace('\n', "\r\n"), commented.concat(), pretty, block]
}

#[test]
fn random_trees_are_written_and_edited_as_meant() {
    let mut runner = TestRunner::deterministic();
    let strategy = (any_tree(), any_tree(), any::<u64>());
    let cases = std::iter::repeat_with(|| strategy.new_tree(&mut runner).expect("a tree").current());
    let mut batch = Vec::new();
    for (one, other, seed) in cases.take(1500) {
        let after = near(&one, &other, seed);
        for text in layouts(&one) {
            assert_eq!(parsed(&text), one, "{text}");
            for goal in [&after, &other] {
                match edit(&text, &one, goal) {
                    Ok(new) => {
                        assert_eq!(parsed(&new), *goal);
                        assert_eq!(new.contains("\r\n"), text.contains("\r\n") && new.contains('\n'));
                        batch.push(json!([new, goal]));
                    }
                    Err(error) => panic!("{error}\n{text}\n--> {goal}"),
                }
            }
        }
    }
    python_agrees(&batch);
}

const CHECK: &str = "
import json, sys
try:
    import yaml
except ImportError:
    print('no PyYAML'); sys.exit(0)
loader = getattr(yaml, 'CSafeLoader', yaml.SafeLoader)
bad = 0
for text, goal in json.load(open(sys.argv[1], encoding='utf-8')):
    try:
        got = yaml.load(text, loader)
        same = json.dumps(got, sort_keys=True) == json.dumps(goal, sort_keys=True)
    except Exception as error:
        got, same = repr(error), False
    if not same:
        bad += 1
        if bad < 4: print(repr(text), repr(got), repr(goal))
print('bad', bad)
";

fn python_agrees(batch: &[Value]) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("batch.json");
    std::fs::write(&file, serde_json::to_string(batch).expect("JSON")).expect("written");
    let Ok(output) = std::process::Command::new("python3").args(["-c", CHECK]).arg(&file).output() else {
        crate::support::skip("SKIPPED: no python3, so PyYAML was not asked");
        return;
    };
    let said = String::from_utf8_lossy(&output.stdout);
    if said.trim() == "no PyYAML" {
        crate::support::skip("SKIPPED: python3 has no PyYAML");
        return;
    }
    assert_eq!(said.trim(), "bad 0", "{}", String::from_utf8_lossy(&output.stderr));
    println!("PyYAML agrees on {} texts", batch.len());
}
