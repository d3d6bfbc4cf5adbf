//! Random workflows of every shipped process, rendered: frames are unbroken and tables keep their columns, whatever the
//! texts contain.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use git_track::derive::world::World;
use git_track::documents::values::{of_process, of_workflow};
use git_track::documents::window::{Window, of_window};
use git_track::formats::yaml;
use git_track::model::item::Item;
use git_track::model::page::Pages;
use git_track::model::profile::{Profile, ROOT};
use git_track::model::time::Date;
use git_track::model::workflow::Workflow;
use git_track::render::{Bounds, Templates, render};
use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser};
use serde_json::{Map, Value, json};
use unicode_width::UnicodeWidthStr;

/// The inner width of the frames, and their borders.
const FRAME: usize = 72;

/// What texts are made of that would like to be something else.
#[rustfmt::skip]
const PARTS: &[&str] = &[
    "word", "Plan", " ", "  ", "|", " | ", "\\|", "\\", "\n", "\r\n", "\n\n", "\t", "`", "``", "```", "~~~", "*", "**", "_", "__", "#",
    "# ", "- ", "1. ", "> ", "---", "===", "<b>", "</td>", "<!--", "-->", "<script>", "&amp;", "&", "[", "]", "](x)", "![", "(", ")",
    "é", "漢字", "🎉", "⚪", "\u{fe0f}", "\u{202e}", "\u{0}", "\u{1b}[31m", "\u{2028}", "{{", "{%", "}}", "$", "@a", "http://x",
    "┌", "│", "…", "long words that go on and on and will not end before the frame does, never ever",
];

struct Process {
    profile: Profile,
    templates: Templates,
}

static PROCESSES: LazyLock<Vec<Process>> = LazyLock::new(|| {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let files = |dir: &Path| -> BTreeMap<String, String> {
        let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
        let files = entries.filter(|path| path.is_file());
        files
            .map(|path| {
                let name = path.file_name().unwrap().to_str().unwrap().to_owned();
                (name, fs::read_to_string(&path).unwrap())
            })
            .collect()
    };
    let shared = files(&top);
    let folders = fs::read_dir(&top).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    let mut all: Vec<Process> = folders
        .map(|folder| {
            let mut own = files(&folder);
            let profile = own.remove("profile.yaml").unwrap();
            let profile: Profile = yaml::read(profile.as_bytes(), "profile.yaml").unwrap();
            let mut templates = shared.clone();
            templates.extend(own);
            Process { profile, templates }
        })
        .collect();
    all.sort_by(|a, b| a.profile.profile.as_str().cmp(b.profile.profile.as_str()));
    all
});

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PARTS), 1..8).prop_map(|parts| parts.concat())
}

/// An item without its kind and children: numbers say what it has, texts what it is called.
#[derive(Clone, Debug)]
struct Seed {
    texts: Vec<String>,
    numbers: Vec<usize>,
    children: Vec<Seed>,
}

fn seeds() -> impl Strategy<Value = Seed> {
    let leaf = (prop::collection::vec(text(), 6), prop::collection::vec(0usize..12, 12))
        .prop_map(|(texts, numbers)| Seed { texts, numbers, children: Vec::new() });
    leaf.prop_recursive(3, 14, 5, |inner| {
        let numbers = prop::collection::vec(0usize..12, 12);
        (prop::collection::vec(text(), 6), numbers, prop::collection::vec(inner, 0..5))
            .prop_map(|(texts, numbers, children)| Seed { texts, numbers, children })
    })
}

const TIME: &str = "2026-02-12T09:00:00Z";

impl Seed {
    /// The same without backslashes, so that each that comes out was put in.
    fn unescaped(&self) -> Self {
        let texts = self.texts.iter().map(|text| text.replace('\\', "")).collect();
        let children = self.children.iter().map(Self::unescaped).collect();
        Self { texts, numbers: self.numbers.clone(), children }
    }

    fn item(&self, profile: &Profile, kind: Option<&str>, count: &mut usize) -> Value {
        let (text, pick) = (|n: usize| self.texts[n].as_str(), |n: usize| self.numbers[n]);
        let state = ["todo", "active", "review", "done", "failed", "dropped"][pick(0) % 6];
        let mode = ["parallel", "sequential"][pick(1) % 2];
        let mut item = json!({
            "title": text(0), "owner": text(1), "validator": text(2), "critic_patterns": [text(3), text(4)],
            "state": state, "mode": mode, "target": text(5), "summary": text(3),
            "started": TIME, "focus": text(4), "counted": pick(2) != 0,
        });
        *count += 1;
        self.records(item.as_object_mut().unwrap(), *count);
        let parent = kind.unwrap_or(ROOT);
        let kinds: Vec<&str> = profile
            .kinds
            .iter()
            .filter(|(_, kind)| kind.under.iter().any(|under| under.as_str() == parent))
            .map(|(id, _)| id.as_str())
            .collect();
        let mut children = Map::new();
        for (index, child) in self.children.iter().enumerate().filter(|_| !kinds.is_empty()) {
            let kind = kinds[(child.numbers[0] + index) % kinds.len()];
            let mut value = child.item(profile, Some(kind), count);
            value["kind"] = json!(kind);
            children.insert(format!("x{}", *count), value);
            *count += 1;
        }
        item["items"] = Value::Object(children);
        item
    }

    fn records(&self, map: &mut Map<String, Value>, n: usize) {
        let (text, pick) = (|n: usize| self.texts[n].as_str(), |n: usize| self.numbers[n]);
        let mut add = |wanted: usize, key: &str, value: Value| {
            if pick(wanted) > 4 {
                map.insert(key.to_owned(), value);
            }
        };
        let scores = |n: usize| -> Map<String, Value> {
            let round = |n: usize| {
                let (output, pattern) = (text(n % 6), text((n + 1) % 6));
                json!({"score": format!("0.{}", 80 + n), "output": output, "patterns": [pattern], "note": text(2)})
            };
            (1..=n).map(|n| (format!("i{n}"), round(n))).collect()
        };
        add(3, "iterations", Value::Object(scores(pick(3) % 5)));
        let parts =
            json!({"score": "all", "r": {"title": text(1), "review": text(2)}, "h": {"human": text(3)}});
        add(4, "gates", json!({ format!("G{n}"): {"title": text(4), "parts": parts} }));
        let checkpoint = json!({"title": text(5), "role": text(0), "summary": text(1), "notes": text(2)});
        add(5, "checkpoints", json!({ format!("C{n}"): checkpoint }));
        add(
            6,
            "checklist",
            json!({"title": text(3), "lines": {"l1": {"text": text(4), "done": TIME}, "l2": {"text": text(5)}}}),
        );
        add(
            7,
            "artifacts",
            json!({"a1": {"text": text(0)}, "a2": {"path": "src/a.rs", "action": "created"}}),
        );
        add(8, "blockers", json!({"b1": {"text": text(1), "fix": text(2)}}));
        add(9, "findings", json!({"f1": {"severity": "high", "text": text(3), "at": "a:1"}}));
        let notes = json!({"n1": {"text": text(2), "kind": "win", "at": TIME}, "n2": {"text": text(3), "kind": "ask"}});
        add(10, "notes", notes);
        add(
            11,
            "risks",
            json!({ format!("R{n}"): {"title": text(5), "mitigation": text(0), "impact": "high"} }),
        );
        add(1, "decisions", json!({"d1": {"text": text(4), "why": text(5)}}));
        add(2, "challenges", json!({"c1": {"text": text(1)}}));
        add(
            0,
            "metrics",
            json!({ format!("M{n}"): {"title": text(2), "unit": text(3), "samples": {"2026-02-11": 4.5}} }),
        );
    }

    fn workflow(&self, profile: &Profile) -> Workflow {
        let mut tree = self.item(profile, None, &mut 0);
        let map = tree.as_object_mut().unwrap();
        map.insert("schema".to_owned(), json!(1));
        map.insert("id".to_owned(), json!("w"));
        map.insert("profile".to_owned(), json!(profile.profile));
        map.insert("state".to_owned(), json!("active"));
        let root: Item = serde_json::from_value(tree).unwrap();
        Workflow::from_root(root).unwrap()
    }
}

/// The bars that end a cell: a backslash in front takes that from one, however many stand before it.
fn bars(line: &str) -> usize {
    let mut escaped = false;
    let mut count = 0;
    for c in line.chars() {
        count += usize::from(c == '|' && !escaped);
        escaped = c == '\\';
    }
    count
}

/// Every table has as many columns in each of its lines, every frame is closed, nothing became HTML or a picture.
fn is_sound(text: &str) -> Result<(), String> {
    let (mut fenced, mut opened) = (false, false);
    let mut columns: Option<usize> = None;
    for line in text.lines() {
        if line.starts_with("```") {
            fenced = !fenced;
        }
        let is_row = line.starts_with('|');
        // What a block is called stands in its first line.
        let is_heading = std::mem::replace(&mut opened, line.starts_with("```"));
        if fenced && !is_heading && (is_row || line.starts_with('+')) && line.width() != FRAME {
            return Err(format!("a frame of {} columns: {line:?}", line.width()));
        }
        // The boxes of a drawing stand at this column; what joins them is thinner.
        let boxed = line.strip_prefix(&" ".repeat(30)).filter(|rest| rest.starts_with(['│', '┌', '├', '└']));
        if fenced && boxed.is_some_and(|rest| rest.width() != 22) {
            return Err(format!("a box of another width: {line:?}"));
        }
        match columns {
            _ if fenced || !is_row => columns = None,
            None => columns = Some(bars(line)),
            Some(known) if known != bars(line) => {
                return Err(format!("{} instead of {known} bars: {line:?}", bars(line)));
            }
            Some(_) => {}
        }
        if let Some(c) = line.chars().find(|c| c.is_control() || "\u{202e}\u{2028}".contains(*c)) {
            return Err(format!("{c:?} in {line:?}"));
        }
        for (head, wanted) in [("**Task:** ", 3..=3), ("**Status:** ", 1..=1), ("**Artifacts:** ", 1..=2)] {
            if line.starts_with(head) && !wanted.contains(&bars(line)) {
                return Err(format!("{} bars: {line:?}", bars(line)));
            }
        }
    }
    if fenced {
        return Err("a fence is open at the end".to_owned());
    }
    let foreign = Parser::new_ext(text, Options::all()).find(|event| match event {
        Event::Html(html) | Event::InlineHtml(html) => !html.starts_with("<!--"),
        Event::Start(pulldown_cmark::Tag::Image { .. }) => true,
        _ => false,
    });
    foreign.map_or(Ok(()), |event| Err(format!("{event:?}")))
}

// What is escaped although nothing means anything there.
fn escaped_in_a_fence(text: &str) -> Option<&str> {
    let mut fenced = false;
    text.lines().find(|line| {
        if line.starts_with("```") {
            fenced = !fenced;
        }
        fenced && ["\\|", "\\*", "&lt;"].iter().any(|sign| line.contains(sign))
    })
}

fn window() -> Window {
    let day = |text| Date::parse(text).unwrap();
    Window {
        label: Some("Week 1".to_owned()),
        since: day("2026-02-09"),
        until: day("2026-02-15"),
        blank: false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn documents_keep_their_form_whatever_their_texts_contain(seed in seeds()) {
        for Process { profile, templates } in PROCESSES.iter() {
            let workflow = seed.workflow(profile);
            let pages = Pages::none();
            let world = World::new([(&workflow, profile)], &pages);
            let mut value = of_workflow(&world, 0);
            let all = of_process(&world, &[0]);
            let document = json!({"name": "d", "title": "D", "path": "a/b.md", "up": "../"});
            let map = value.as_object_mut().unwrap();
            map.insert("document".to_owned(), document.clone());
            for (name, document) in profile.documents.iter() {
                let Some(template) = &document.template else { continue };
                let one = git_track::model::place::is_of_one(document, profile, &BTreeMap::new());
                let told = if one { value.clone() } else {
                    let mut all = all.clone();
                    all["document"] = json!({"name": "d", "title": "D", "path": "a/b.md", "up": "../"});
                    all
                };
                let text = render(templates, template, &told, Bounds::Own);
                let text = text.map_err(|error| TestCaseError::fail(format!("{name}: {error}")))?;
                is_sound(&text).map_err(|why| TestCaseError::fail(format!("{name}: {why}\n{text}")))?;
            }
            let more = of_window(&world, 0, &window(), &std::collections::BTreeMap::new());
            value.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            value["branch"] = git_track::documents::branch::branch(Some("feat/12-x"), &[]);
            value["merges"] = json!(3);
            value["item"] = json!(workflow.root.items.keys().next());
            for (name, report) in profile.reports.iter() {
                let text = render(templates, &report.template, &value, Bounds::Own);
                let text = text.map_err(|error| TestCaseError::fail(format!("{name}: {error}")))?;
                // It goes into a chat, as plain sentences in one line.
                if report.template == "daily.md" {
                    let hides = |c: char| c != '\n' && c.is_control();
                    prop_assert!(text.lines().count() == 1 && !text.contains(hides), "{}: {:?}", name, text);
                    continue;
                }
                is_sound(&text).map_err(|why| TestCaseError::fail(format!("{name}: {why}\n{text}")))?;
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_escaped_in_a_fence(seed in seeds()) {
        prop_assert_eq!(first_escaped(&seed.unescaped()), None);
    }
}

/// The first line of a fenced block, in any document of any process, in which something is escaped.
fn first_escaped(seed: &Seed) -> Option<String> {
    PROCESSES.iter().find_map(|Process { profile, templates }| {
        let workflow = seed.workflow(profile);
        let pages = Pages::none();
        let world = World::new([(&workflow, profile)], &pages);
        let mut value = of_workflow(&world, 0);
        value["document"] = json!({"name": "d", "title": "D", "path": "a/b.md", "up": "../"});
        let mut documents = profile.documents.iter();
        documents.find_map(|(name, document)| {
            let one = git_track::model::place::is_of_one(document, profile, &BTreeMap::new());
            let template = document.template.as_ref().filter(|_| one)?;
            let text = render(templates, template, &value, Bounds::Own).unwrap();
            escaped_in_a_fence(&text).map(|line| format!("{name}: {line}"))
        })
    })
}

#[test]
fn a_drawing_says_words_as_they_are() {
    let texts = vec!["a | b".to_owned(); 6];
    let numbers = [vec![0], vec![10; 11]].concat();
    let of = |children| Seed { texts: texts.clone(), numbers: numbers.clone(), children };
    for tasks in 1..3 {
        assert_eq!(first_escaped(&of(vec![of(vec![of(Vec::new()); tasks])])), None);
    }
}

#[test]
fn what_is_broken_is_seen() {
    let frame = format!("```\nBOX\n+{}+\n```\n", "-".repeat(70));
    assert_eq!(is_sound(&frame), Ok(()));
    assert!(is_sound(&frame.replace("-+\n", "+\n")).is_err());
    assert!(is_sound("| a | b |\n|---|---|\n| 1 | 2 | 3 |\n").is_err());
    assert_eq!(is_sound("| a | b |\n|---|---|\n| 1 | 2 \\| 3 |\n"), Ok(()));
    assert!(is_sound("```\nopen\n").is_err());
    assert!(is_sound("a <b>c</b>\n").is_err());
    assert!(is_sound("![a](http://x)\n").is_err());
    assert!(is_sound("**Status:** done | a | **Summary:** b\n").is_err());
}
