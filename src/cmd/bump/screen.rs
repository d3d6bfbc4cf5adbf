//! A bump for people and for programs.

use serde_json::{Value, json};

use crate::bump::{EditLine, FilePlan};
use crate::derive::words::several;
use crate::model::release::Level;
use crate::ui::{self, Line, Style, Text};

use super::Planned;

/// What a bump is going to do, or has done.
pub(super) fn told(planned: &Planned) -> Text {
    let mut text = Text::new();
    match &planned.next {
        Some((next, reasons)) => {
            let raising = reasons.iter().filter(|reason| reason.level > Level::None).count();
            let since = next.last.as_ref().map_or(String::new(), |last| format!(" since {last}"));
            let why = if raising == 0 {
                String::new()
            } else {
                format!(", {} raising it{since}", several(raising, "commit"))
            };
            let head = Line::new().plain(format!("{} -> ", next.current));
            text.line(
                head.add(Style::Strong, next.version.to_string())
                    .plain(format!("  {}{why}", next.level.word())),
            );
        }
        None => text.line(planned.name.as_str()),
    }
    text.extend(edits(&planned.files));
    if let Some(changelog) = &planned.changelog {
        text.line(format!("  {}  a section for {}", changelog.path, planned.name));
    }
    text
}

/// The values that differ, for people.
pub(in super::super) fn edits(plans: &[FilePlan]) -> Text {
    let mut rows = ui::Table::indented(2);
    for plan in plans {
        for line in &plan.lines {
            rows.row([
                (Style::Plain, format!("{}:{}", plan.path, line.line)),
                (Style::Strong, format!("{} -> {}", line.old, line.new)),
                (Style::Dim, line.path.clone()),
            ]);
        }
    }
    rows.text()
}

/// The values that differ, for `--json`.
pub(in super::super) fn edits_data(plans: &[FilePlan]) -> Vec<Value> {
    let lines = |plan: &FilePlan| -> Vec<Value> {
        let one = |line: &EditLine| json!({ "file": plan.path, "line": line.line, "path": line.path, "old": line.old, "new": line.new });
        plan.lines.iter().map(one).collect()
    };
    plans.iter().flat_map(lines).collect()
}
