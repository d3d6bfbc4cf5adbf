//! What the plain reader takes means the same to the general parser; what the writer writes, it takes.

use std::collections::BTreeMap;
use std::fmt::Debug;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::plain;
use crate::model::field::FieldValue;
use crate::model::item::Item;
use crate::model::profile::Profile;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Word {
    #[default]
    Done,
    Null,
    No,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Kinds {
    a: String,
    b: Option<bool>,
    c: Vec<String>,
    d: Option<u8>,
    e: f64,
    f: Option<Word>,
    g: BTreeMap<String, Kinds>,
    h: Option<i64>,
    k: (),
    l: Vec<Kinds>,
    z: Option<FieldValue>,
    n: Option<serde_json::Number>,
}

/// Whether the plain reader takes the text; then the general parser must find the same, in the same order.
#[track_caller]
pub(super) fn same<T: DeserializeOwned + Debug>(text: &str) -> bool {
    let Some(own) = plain::read::<T>(text) else { return false };
    match serde_yaml::from_str::<T>(text) {
        Ok(other) => assert_eq!(format!("{own:?}"), format!("{other:?}"), "{text}"),
        Err(error) => panic!("only the plain reader takes this: {error}\n{text}\n{own:?}"),
    }
    true
}

#[track_caller]
fn same_as_anything(text: &str) -> usize {
    [
        same::<Value>(text),
        same::<Item>(text),
        same::<Kinds>(text),
        same::<BTreeMap<String, String>>(text),
        same::<BTreeMap<String, Option<Vec<String>>>>(text),
        same::<BTreeMap<String, BTreeMap<String, i64>>>(text),
        same::<BTreeMap<String, f64>>(text),
        same::<BTreeMap<u32, Option<u32>>>(text),
        same::<BTreeMap<String, FieldValue>>(text),
        same::<serde::de::IgnoredAny>(text),
    ]
    .into_iter()
    .filter(|taken| *taken)
    .count()
}

const SAMPLES: [&str; 5] = [
    "# the train\nschema: 1\nid: a-1\ntitle: \"Paint: red\"\nstate: active\nprogress: 40\nitems:\n  b-1:\n    title: \
     It's done # by hand\n    state: done\n    started: 2026-02-12T09:00:00Z\n    needs: [a, \"b:c\", 'it''s']\n    \
     counted: true\n\n  b-2:\n    title: x/y (z)\n    fields: {size: 3, ok: false, at: \"1:30\"}\n",
    "title: x\nteam:\n- mira\n- \"no\"\nfiles:\n  - src/a.rs\n  - 'b c'\nowner:\nmetrics:\n  m1:\n    target: \">=95\"\n    \
     samples:\n      \"2026-02-13\": 1.5\n      \"2026-02-14\": 3\nitems: {}\ngates:\n  g1:\n    parts:\n      score: all\n      \
     two: {human: mira, checklist: true}\n",
    "a: b c\nb: true\nc:\n- x\n- y z\nd: 200\ne: 1.50\nf: done\ng:\n  k:\n    a: null\n    h: -5\nk:\nl:\n- a: b\n  b: \
     false\n-\n- d: 1\nz: [a, b]\nn: 0\n",
    "a: \"x\\n\\u00e9\\\"\\\\\"\n\"b c\": ~\n'd': 1\nx: {a: {b: [1, -2]}, c: []}\nl:\n  - - a\n    - b\n  - c: d\n    \
     e:\n    - f\n",
    "1: 2\n20: 3\n3:\n",
];

pub(super) const WORDS: [&str; 72] = [
    "\"",
    "'",
    ":",
    ": ",
    " :",
    "#",
    " #",
    "# ",
    "-",
    "- ",
    "--",
    "---",
    "...",
    "[",
    "]",
    "{",
    "}",
    ", ",
    ",",
    " ",
    "  ",
    "\t",
    "\n",
    "\n  ",
    "\n\n",
    "\r\n",
    "\u{feff}",
    "\u{85}",
    "\u{a0}",
    "é",
    "0",
    "1",
    "-1",
    "00",
    "01",
    "+1",
    "no",
    "null",
    "Null",
    "~",
    "true",
    "True",
    "yes",
    "1_000",
    "0x1F",
    "0o7",
    "0b1",
    "1e3",
    "1.5",
    "1.",
    ".5",
    "-0",
    "-0.0",
    ".inf",
    "nan",
    "inf",
    "2026-02-12",
    "1:30",
    "&a ",
    "*a",
    "!t ",
    "|",
    ">",
    "?",
    "? ",
    "%",
    "@",
    "<<",
    "\\",
    "\\u0041",
    "99999999999999999999",
    "x",
];

/// A stream of numbers that look random, the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % limit as u64).unwrap()
    }

    fn pick<'t>(&mut self, from: &[&'t str]) -> &'t str {
        from[self.below(from.len())]
    }

    fn soup(&mut self) -> String {
        let keys = [
            "a", "b", "c", "d", "e", "f", "g", "h", "k", "l", "z", "n", "title", "items", "\"q\"", "1", "x y",
        ];
        let values = [
            "x", "x y", "done", "1", "-7", "0.5", "true", "null", "~", "\"s\"", "'t'", "[a, 1]", "{a: b}",
            "[]",
        ];
        let mut text = String::new();
        for _ in 0..=self.below(8) {
            text.push_str(&" ".repeat([0, 0, 0, 2, 2, 4, 1, 3][self.below(8)]));
            for _ in 0..[0, 0, 0, 1, 1, 2][self.below(6)] {
                text.push_str(self.pick(&["- ", "- ", "-", "-   "]));
            }
            match self.below(10) {
                0 => text.push_str(self.pick(&values)),
                1 => text.push_str(self.pick(&["", "# c", " # c", "-"])),
                2..5 => text.extend([self.pick(&keys), ":", self.pick(&["", "", " ", " # c"])]),
                _ => text.extend([
                    self.pick(&keys),
                    ": ",
                    self.pick(&values),
                    self.pick(&["", "", " # c", " "]),
                ]),
            }
            text.push('\n');
        }
        text
    }

    fn mutate(&mut self, text: &mut String) {
        let mut at = self.below(text.len() + 1);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let here = text[at..].chars().next().map_or(0, char::len_utf8);
        match self.below(8) {
            0 => text.replace_range(at..at + here, ""),
            1 | 2 => text.replace_range(at..at + here, self.pick(&WORDS)),
            3 => text.insert_str(at, self.pick(&WORDS)),
            4 => self.revalue(text, at),
            _ => self.reline(text),
        }
    }

    fn revalue(&mut self, text: &mut String, at: usize) {
        let Some(start) = text[at..].find(": ").map(|found| at + found + 2) else { return };
        let end = text[start..].find([',', '}', '\n']).map_or(text.len(), |found| start + found);
        let value: Vec<&str> = (0..=self.below(3)).map(|_| self.pick(&WORDS)).collect();
        text.replace_range(start..end, &value.concat());
    }

    fn reline(&mut self, text: &mut String) {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        if lines.is_empty() {
            return;
        }
        let (at, other) = (self.below(lines.len()), self.below(lines.len()));
        match self.below(8) {
            0 => drop(lines.remove(at)),
            1 => lines.insert(at, lines[other].clone()),
            2 => lines.swap(at, other),
            3 => lines[at].insert_str(0, self.pick(&[" ", "  ", "- ", "\t", "# "])),
            4 => lines[at] = lines[at].chars().skip(1).collect(),
            5 => lines[at].push_str(self.pick(&WORDS)),
            6 => lines.insert(at, self.pick(&WORDS).to_owned()),
            _ => lines[at] = lines[at].trim_start().to_owned(),
        }
        *text = lines.join("\n") + self.pick(&["\n", "\n", "\n", ""]);
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a longer run by hand")]
fn what_is_taken_means_the_same_to_the_general_parser() {
    for text in SAMPLES {
        assert!(same_as_anything(text) >= 2, "{text}");
    }
    let cases = std::env::var("PLAIN_CASES").map_or(20_000, |cases| cases.parse().unwrap());
    let mut dice = Dice(cases as u64);
    let (mut texts, mut taken) = (0, 0);
    for _ in 0..cases {
        let mut text = if dice.below(2) == 0 { dice.soup() } else { dice.pick(&SAMPLES).to_owned() };
        for _ in 0..dice.below(4) {
            dice.mutate(&mut text);
        }
        let types = same_as_anything(&text);
        texts += usize::from(types > 0);
        taken += types;
    }
    println!("{cases} texts, {texts} taken, {taken} comparisons");
    assert!(texts * 6 > cases, "only {texts} of {cases} texts were taken");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the corpus of the repository")]
fn the_corpus_is_read_alike() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files =
        vec![root.join("templates/program/profile.yaml"), root.join("templates/trace/profile.yaml")];
    files.extend(std::fs::read_dir(root.join("fixtures/yaml")).unwrap().map(|entry| entry.unwrap().path()));
    assert!(files.len() > 5);
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let taken = same_as_anything(&text);
        let template = file.ends_with("profile.yaml");
        assert!(!template || (taken > 0 && same::<Profile>(&text)), "{} is not taken", file.display());
        println!("{}: {taken}", file.file_name().unwrap().display());
    }
}

#[test]
fn what_is_outside_is_left_to_the_general_parser() {
    for text in [
        "",
        "# c\n",
        "x\n",
        " a: 1\n",
        "a: 1_000\n",
        "a: 0x1F\n",
        "a: 1e3\n",
        "a: 2026-02-12\n",
        "a: .5\n",
        "a: 007\n",
        "a: b\n  c\n",
        "a: b\n  # c\n  d\n",
        "a: |\n  b\n",
        "a: &x b\n",
        "a: !t b\n",
        "a: \"b\n  c\"\n",
        "a: b: c\n",
        "a: b:\n",
        "a: - b\n",
        "a\t: b\n",
        "a: b\r\n",
        "---\na: b\n",
        "a: b\n...\n",
        "a: 1\n- b\n",
        "a:\n    b: 1\n  c: 2\n",
        "a: \"b\"c\n",
        "a: \"b\"#c\n",
        "a: [b: c]\n",
        "a: [b\n]\n",
        "a: [b, ]\n",
        "a: [b}\n",
        "a: {b}\n",
        "a: {b: }\n",
        "a: \"\\ud83d\\ude00\"\n",
        "a: \"\\x41\"\n",
        "a: \"\\u+041\"\n",
        "a: b\u{85}c: d\n",
        "a: b\u{feff}\n",
        "a: 1\na\n",
        "=======\n",
        "a: 1\n<<<<<<< x\n",
        "? a\n: b\n",
        "a: @b\n",
        "a: %b\n",
        "a: -0\n",
        "a: `b\n",
        "a: -\n",
    ] {
        assert!(plain::read::<Value>(text).is_none(), "{text:?}");
    }
    let deep = |levels| (0..levels).map(|depth| " ".repeat(depth)).collect::<Vec<_>>().join("a:\n");
    assert!(plain::read::<Value>(&deep(33)).is_some());
    assert!(plain::read::<Value>(&deep(34)).is_none());
    assert!(plain::read::<Value>(&format!("a: {}{}\n", "[".repeat(40_000), "]".repeat(40_000))).is_none());
    assert!(plain::read::<Value>(&format!("{}: 1\n", "a".repeat(1025))).is_none());
    assert!(plain::read::<Item>("title: a\nitems: {b: {title: c}, B: {title: d}}\n").is_none());
    assert!(plain::read::<Kinds>("g:\n- a\n").is_none() && plain::read::<Kinds>("l:\n- [a]\n").is_none());
}

#[test]
fn hostile_texts_come_to_an_end() {
    for part in
        ["- ", "a: ", "\"", "[", "{a: ", "a:\n", "- a:b\n", "-\n", "\n", "  \n", "a #", "''", "- \"a\" \n"]
    {
        let _ = plain::read::<Value>(&part.repeat(1_000_000 / part.len()));
    }
}
