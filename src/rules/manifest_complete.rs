//! A file that is cleaned up is on record, with the reason.

use crate::derive::shell::word;
use crate::model::record::Action;
use crate::model::rule::Level;

use super::folders::is_planning;
use super::{About, Case, Check, Complaint, Rule};

pub(super) const RULE: Rule = Rule {
    id: "manifest-complete",
    about: About::Change,
    level: Level::Off,
    summary: "a file that is deleted for an item is among its artifacts, with the reason",
    help: "The cleanup manifest is rendered from the artifacts of the items: what is deleted without a word cannot be\n\
           reviewed. Record it: `git track note ITEM --artifact deleted:PATH`, then\n\
           `git track set ITEM.a1 text=\"why\"`.",
    check: Check::Pure(check),
};

fn check(case: &Case) -> Vec<Complaint> {
    let Some((board, spot)) = case.item() else { return Vec::new() };
    let artifacts = || board.nodes().flat_map(|(_, node)| node.item.artifacts.values());
    let recorded = |path: &str| {
        artifacts().any(|artifact| {
            artifact.action == Some(Action::Deleted)
                && artifact.path.as_ref().is_some_and(|known| known.as_str() == path)
                && artifact.text.as_ref().is_some_and(|text| !text.trim().is_empty())
        })
    };
    let gone = case.files.iter().filter(|file| file.after.is_none());
    let missing = gone.filter(|file| !is_planning(board, &file.path) && !recorded(&file.path));
    let item = case.after.world.refer(spot.board, board.node(spot.place).id);
    let complaint = |file: &crate::model::facts::Changed| {
        let fix = format!("git track note {item} --artifact deleted:{}", word(&file.path));
        Complaint::new("it is deleted, and no artifact says why").file(&file.path).fix(fix).of(board)
    };
    missing.map(complaint).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{CHANGE, judged};
    use super::*;

    #[test]
    fn a_deletion_needs_a_reason_on_record() {
        let with = |artifact: &str| {
            let body = format!("items: {{U01: {{title: U, kind: unit, artifacts: {{a1: {artifact}}}}}}}");
            judged(&RULE, |case| case.process(CHANGE).workflow("w", &body).bound("U01").deletes("old.py"))
                .len()
        };
        assert_eq!(with("{path: old.py, action: deleted, text: dead code}"), 0);
        assert_eq!(with("{path: old.py, action: deleted}"), 1);
        assert_eq!(with("{path: other.py, action: deleted, text: dead code}"), 1);
    }
}
