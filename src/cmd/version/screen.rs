//! A group of places for people and for programs.

use serde_json::{Value, json};

use crate::bump::{Role, Row, Table, Version};
use crate::derive::words::several;
use crate::model::release::Policy;
use crate::ui::{self, Line, Style, Text, wrap};

use super::known::Last;

/// What of a group is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Screen {
    /// All of it.
    Whole,
    /// All of it where something is wrong, else one line.
    Wrong,
}

/// Whether something about a group is wrong.
pub(super) fn is_wrong(table: &Table, last: Option<&Last>) -> bool {
    table.is_diverged() || is_behind(table, last)
}

// Files that say less than what is released were forgotten, or taken back.
fn is_behind(table: &Table, last: Option<&Last>) -> bool {
    table.version().zip(last).is_some_and(|(version, last)| *version < last.version)
}

/// The lines of a group.
pub(super) fn group(table: &Table, last: Option<&Last>, option: &str, screen: Screen) -> Text {
    let mut text = Text::new();
    let wrong = is_wrong(table, last);
    let head = Line::new().add(Style::Strong, &table.group).plain(format!("  {}", table.policy.word()));
    let unread = table.problems().count();
    let head = match (wrong, table.version()) {
        _ if unread > 0 => head.add(Style::Bad, format!("  {} cannot be read", several(unread, "place"))),
        (true, _) if table.is_diverged() => {
            head.add(Style::Bad, "  diverged: ").plain(table.versions().join(" "))
        }
        (true, _) => head.add(Style::Bad, "  behind its last release"),
        (false, Some(version)) => head.plain(format!("  {version}")),
        (false, None) => head,
    };
    text.line(head);
    if screen == Screen::Whole || wrong {
        text.extend(rows(table));
    }
    let released = table.policy == Policy::Lockstep && screen == Screen::Whole;
    let later = |version: &&Version| last.is_none_or(|last| **version > last.version);
    let unreleased = table.version().filter(later).filter(|_| released);
    if released || is_behind(table, last) {
        let last = last.map_or("none".to_owned(), |last| {
            format!("{}, {} since", last.tag, several(last.commits, "commit"))
        });
        text.line(Line::new().plain("  last release  ").plain(last));
        if let Some(version) = unreleased {
            let line = Line::new().plain(format!("  {version} has no tag yet: "));
            text.line(line.add(Style::Command, format!("git track version tag{option}")));
        }
    }
    if let Some(command) = way_out(table, last, option).filter(|_| wrong) {
        text.line(Line::new().plain("      ").add(Style::Command, command));
    }
    text
}

/// What is said where nobody has said where versions stand.
pub(super) fn nowhere() -> Text {
    let mut text = Text::new();
    text.line("  no version files are configured: the version is in the tags alone");
    text.line(Line::new().plain("      ").add(Style::Command, "git track init --versions"));
    text
}

fn rows(table: &Table) -> Text {
    let odd = table.odd();
    let mut rows = ui::Table::indented(2);
    for (at, row) in table.rows.iter().enumerate() {
        let (style, note) = match (&row.problem, odd.contains(&at)) {
            (Some(_), _) => (Style::Bad, "cannot be read".to_owned()),
            (None, true) => (Style::Bad, "differs".to_owned()),
            (None, false) => (Style::Dim, row.place.label.clone().unwrap_or_default()),
        };
        rows.row([
            (Style::Plain, row.place.file.to_string()),
            (Style::Plain, row.place.path.clone()),
            (Style::Strong, values(row)),
            (style, note),
        ]);
    }
    let mut text = rows.text();
    for (row, problem) in table.problems() {
        for line in wrap(&format!("{} {}: {problem}", row.place.file, row.place.path), 74) {
            text.line(Line::new().plain("      ").add(Style::Bad, line));
        }
    }
    text
}

fn values(row: &Row) -> String {
    let mut all: Vec<&str> = Vec::new();
    for value in row.meant() {
        if !all.contains(&value.text.as_str()) {
            all.push(&value.text);
        }
    }
    if all.is_empty() { "-".to_owned() } else { all.join(" ") }
}

fn way_out(table: &Table, last: Option<&Last>, option: &str) -> Option<String> {
    if table.problems().next().is_some() {
        return None;
    }
    let to = match (&table.pinned, last.filter(|_| !table.is_diverged())) {
        (Some(pinned), _) => Some(pinned.clone()),
        (None, Some(last)) => Some(last.version.to_string()),
        (None, None) => table.highest().map(ToString::to_string),
    };
    to.map(|to| format!("git track version sync {to}{option}"))
}

/// A group for `--json`.
pub(super) fn data(table: &Table, last: Option<&Last>) -> Value {
    let odd = table.odd();
    let rows = table.rows.iter().enumerate();
    let locations: Vec<Value> = rows.map(|(at, row)| location(row, odd.contains(&at))).collect();
    json!({
        "name": table.group,
        "policy": table.policy.word(),
        "diverged": table.is_diverged(),
        "version": table.version().map(ToString::to_string),
        "last": last.map(|last| json!({ "tag": last.tag, "commits": last.commits })),
        "behind": is_behind(table, last),
        "locations": locations,
    })
}

/// A group as `status` tells it for `--json`.
pub(in super::super) fn of_group(table: &Table) -> Value {
    let odd = table.odd();
    let rows = table.rows.iter().enumerate();
    json!({
        "group": table.group,
        "policy": table.policy.word(),
        "diverged": table.is_diverged(),
        "locations": rows.map(|(at, row)| location(row, odd.contains(&at))).collect::<Vec<_>>(),
    })
}

fn location(row: &Row, odd: bool) -> Value {
    let values: Vec<&str> = row.meant().map(|value| value.text.as_str()).collect();
    json!({
        "file": row.place.file,
        "line": row.meant().next().map(|value| value.line),
        "path": row.place.path,
        "label": row.place.label,
        "value": values.first(),
        "values": values,
        "follows": matches!(row.role, Role::Follows(_)),
        "differs": odd,
        "problem": row.problem,
    })
}
