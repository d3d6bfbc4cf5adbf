//! The section of a release in a changelog in the shape of Keep a Changelog: what was there stays as it is.

use serde_json::{Value, json};

use super::Version;
use super::reasons::{Reason, Told, Why};

/// What a changelog begins with that was not there before.
const HEAD: &str = "# Changelog\n\n## [Unreleased]\n";

/// The headings of a section, and the types of commits below each.
const HEADINGS: [(&str, &[&str]); 4] = [
    ("Added", &["feat"]),
    ("Changed", &["perf", "refactor", "style", "chore", "docs", "build", "ci", "test"]),
    ("Removed", &["revert"]),
    ("Fixed", &["fix"]),
];

/// What a template is told about a release: `sections`, each with its `title` and `entries` of `scope`, `text`, `commit`
/// and `breaking`; what breaks comes first in its section.
pub fn entries(reasons: &[Reason]) -> Value {
    let raising = reasons.iter().filter(|reason| !reason.told.is_empty());
    let told: Vec<(&Reason, &Told)> =
        raising.flat_map(|reason| reason.told.iter().map(move |told| (reason, told))).collect();
    let heading = |reason: &Reason, told: &Told| match reason.why {
        Why::RevertsReleased | Why::RevertsUnnamed => "Removed",
        _ => {
            let known = HEADINGS.iter().find(|(_, kinds)| kinds.contains(&told.kind.as_str()));
            known.map_or("Changed", |(title, _)| title)
        }
    };
    let sections: Vec<Value> = HEADINGS
        .iter()
        .filter_map(|(title, _)| {
            let mut entries: Vec<&(&Reason, &Told)> =
                told.iter().filter(|(reason, told)| heading(reason, told) == *title).collect();
            entries.sort_by_key(|(_, told)| told.breaking.is_none());
            let entries: Vec<Value> = entries.into_iter().map(|(reason, told)| entry(reason, told)).collect();
            (!entries.is_empty()).then(|| json!({ "title": title, "entries": entries }))
        })
        .collect();
    json!(sections)
}

fn entry(reason: &Reason, told: &Told) -> Value {
    let breaking =
        told.breaking.as_ref().map(|breaking| breaking.split_whitespace().collect::<Vec<_>>().join(" "));
    json!({
        "scope": told.scope,
        "text": told.text,
        "breaking": breaking,
        "commit": reason.commit.short(),
    })
}

/// A changelog with a section for a release; `None`: it has one of this version.
///
/// Where people have written what is not released yet, that becomes the section: only its heading is added. Otherwise the
/// section comes before those of earlier releases.
pub fn with_section(changelog: Option<&str>, version: &str, section: &str) -> Option<String> {
    let text = changelog.unwrap_or(HEAD);
    let headings = headings(text);
    if headings.iter().any(|(_, title)| names(title, version)) {
        return None;
    }
    let section = section.trim();
    let heading = section.lines().next().unwrap_or_default();
    let unreleased = headings.iter().position(|(_, title)| title.to_lowercase().contains("unreleased"));
    let next = |at: usize| headings.get(at + 1).map_or(text.len(), |(start, _)| *start);
    let (at, what) = match unreleased.and_then(|at| Some((at, headings.get(at)?.0))) {
        Some((at, start)) => {
            let below = start + text.get(start..).and_then(|rest| rest.find('\n')).map_or(0, |end| end + 1);
            let below = if below == start { text.len() } else { below };
            let written = text.get(below..next(at)).unwrap_or_default();
            let is_link = |line: &str| line.starts_with('[') && line.contains("]: ");
            // Headings without anything below them are what a template leaves.
            let is_empty = |line: &str| line.trim().is_empty() || is_link(line) || line.starts_with("###");
            if written.lines().all(is_empty) {
                (below + blanks(text, below), section)
            } else {
                (below, heading)
            }
        }
        None => (headings.first().map_or(text.len(), |(start, _)| *start), section),
    };
    let (before, after) = text.split_at_checked(at)?;
    let mut joined = before.to_owned();
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    if !before.is_empty() && !before.ends_with('\n') {
        joined.push_str(newline);
    }
    if !before.is_empty()
        && !before.trim_end_matches([' ', '\t']).ends_with("\n\n")
        && !before.ends_with("\r\n\r\n")
    {
        joined.push_str(newline);
    }
    joined.push_str(&what.replace('\n', newline));
    joined.push_str(newline);
    if !after.is_empty() && !after.starts_with(['\n', '\r']) {
        joined.push_str(newline);
    }
    joined.push_str(after);
    Some(joined)
}

/// The headings of the second level, and of versions one level below, outside of code fences and comments; each with its
/// first byte and its title.
fn headings(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let (mut fence, mut comment) = (None, false);
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let mark = ["```", "~~~"].into_iter().find(|mark| line.trim_start().starts_with(mark));
        let hidden = comment || fence.is_some();
        if fence.is_none() {
            let (opens, closes) = (line.rfind("<!--"), line.rfind("-->"));
            comment = match (opens, closes) {
                (None, None) => comment,
                (opens, closes) => opens > closes,
            };
        }
        match (fence, mark) {
            (None, Some(_)) if !comment => fence = mark,
            (Some(open), Some(mark)) if open == mark => fence = None,
            (None, None) if !hidden => {
                let version = |title: &&str| words(title).any(|word| Version::parse(word).is_some());
                let title = line.strip_prefix("## ").or_else(|| line.strip_prefix("### ").filter(version));
                found.extend(title.map(|title| (start, title.trim())));
            }
            _ => {}
        }
        start += line.len();
    }
    found
}

/// Whether a heading is that of a version: `[1.2.0] - 2026-02-12`, `v1.2.0 (2026-02-12)`, `Version 1.2.0`.
fn names(title: &str, version: &str) -> bool {
    words(title).any(|word| word == version)
}

fn words(title: &str) -> impl Iterator<Item = &str> {
    title.split([' ', '[', ']', '(', ')']).map(|word| word.trim_start_matches(['v', 'V']))
}

fn blanks(text: &str, from: usize) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    rest.split_inclusive('\n').take_while(|line| line.trim().is_empty()).map(str::len).sum()
}
