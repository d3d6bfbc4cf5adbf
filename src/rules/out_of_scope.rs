//! Work on an item stays in the files that it names.

use crate::derive::board::Board;
use crate::derive::shell::word;
use crate::model::rule::Level;

use super::folders::is_planning;
use super::policy::fits;
use super::{About, Case, Check, Complaint, Rule};

pub(super) const RULE: Rule = Rule {
    id: "out-of-scope",
    about: About::Change,
    level: Level::Warn,
    summary: "work on an item touches only the files that it names, where it names any",
    help: "An item that says which files it may touch (`files:`) is planned, and reviewed, with these in mind.\n\
           Widen it with a reason, or move the change to another item: `git track set ITEM files=a,b`.",
    check: Check::Pure(check),
};

fn check(case: &Case) -> Vec<Complaint> {
    let Some((board, spot)) = case.item() else { return Vec::new() };
    let node = board.node(spot.place);
    let scope = &node.item.files;
    if scope.is_empty() {
        return Vec::new();
    }
    let outside = case.files.iter().filter(|file| is_beyond(board, scope, &file.path));
    let item = case.after.world.refer(spot.board, node.id);
    let complaint = |file: &crate::model::facts::Changed| {
        let message = format!("{} names {} and not this file", node.id, scope.join(", "));
        let fix =
            format!("git track set {item} {}", word(&format!("files={},{}", scope.join(","), file.path)));
        Complaint::new(message).file(&file.path).fix(fix).of(board)
    };
    outside.map(complaint).collect()
}

/// Whether a file is none of those that an item names, nor one in which the work is planned.
pub fn is_beyond(board: &Board, scope: &[String], path: &str) -> bool {
    // A name without a wildcard may be that of a folder.
    let below = |folder: &String| {
        path.strip_prefix(folder.trim_end_matches('/')).is_some_and(|rest| rest.starts_with('/'))
    };
    let inside = |pattern: &String| pattern == path || below(pattern) || fits(&format!("/{pattern}"), path);
    !is_planning(board, path) && !scope.iter().any(inside)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{CHANGE, judged};
    use super::*;

    #[test]
    fn what_is_named_is_the_scope() {
        let body = "items: {U01: {title: U, kind: unit, files: [src/lock.rs, docs, \"tests/*.rs\"]}}";
        let touch = |path: &str| {
            judged(&RULE, |case| case.process(CHANGE).workflow("w", body).bound("U01").adds(path, "x")).len()
        };
        for path in ["src/lock.rs", "docs/a/b.md", "tests/x.rs", ".track/workflows/w.yaml"] {
            assert_eq!(touch(path), 0, "{path}");
        }
        for path in ["src/other.rs", "tests/a/x.rs", "docs2/a.md", "deep/src/lock.rs"] {
            assert_eq!(touch(path), 1, "{path}");
        }
    }
}
