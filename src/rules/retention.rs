//! What is kept for good is not deleted.

use crate::derive::pages::path_of;
use crate::model::document::Retention;
use crate::model::facts::Changed;
use crate::model::rule::Level;

use super::{About, Case, Check, Complaint, Rule, state_file};

pub(super) const RULE: Rule = Rule {
    id: "retention",
    about: About::Touch,
    level: Level::Error,
    summary: "a workflow, and a document that is kept for good, is neither deleted nor renamed away",
    help: "What was decided stays on record: a failed or abandoned workflow is closed, never deleted, and so are documents\n\
           that their process keeps (`retention: permanent`).\n\
           Close it instead: `git track fail -m \"why\"` or `git track skip ITEM -m \"why\"`. Where something has to go\n\
           all the same, the team says so under `rules: {retention: {paths: {\"FILE\": off}}}`.",
    check: Check::Pure(check),
};

fn check(case: &Case) -> Vec<Complaint> {
    let Some(before) = &case.before else { return Vec::new() };
    let gone = case.files.iter().filter_map(|file| gone(file).map(|path| (file, path)));
    let gone: Vec<(&Changed, &str)> = gone.collect();
    if gone.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for board in &before.world.boards {
        let state = state_file(board);
        let kept = board
            .profile
            .documents
            .values()
            .filter(|document| document.retention == Some(Retention::Permanent));
        let kept = kept.flat_map(|document| {
            board
                .nodes()
                .filter_map(|(place, _)| path_of(board, place, document).ok())
                .map(|path| path.to_string())
        });
        let kept: Vec<String> = kept.collect();
        for (file, path) in &gone {
            let what = if *path == state {
                format!("{} is on record and is not deleted", board.workflow.id)
            } else if kept.iter().any(|kept| kept == path) {
                format!("{} keeps it for good", board.workflow.id)
            } else {
                continue;
            };
            let message = match &file.after {
                Some(_) => format!("{what}; it was renamed to {}", file.path),
                None => what,
            };
            let fix = case.put_back(path);
            let complaint = Complaint::new(message).file(*path).fix(fix).of(board);
            if !found.contains(&complaint) {
                found.push(complaint);
            }
        }
    }
    found
}

fn gone(file: &Changed) -> Option<&str> {
    match (&file.after, &file.from) {
        (None, _) => Some(&file.path),
        (Some(_), Some(from)) => Some(from),
        (Some(_), None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{CHANGE, judged};
    use super::*;

    #[test]
    fn a_workflow_and_its_kept_documents_stay() {
        let path = "changes/CHG-20260212-a/01-triage.md";
        let deleted = |path: &str| {
            judged(&RULE, |case| case.process(CHANGE).workflow("CHG-20260212-a", "").deletes(path)).len()
        };
        assert_eq!(deleted(".track/workflows/CHG-20260212-a.yaml"), 1);
        assert_eq!(deleted(path), 1);
        assert_eq!(deleted("changes/CHG-20260212-a/notes.md"), 0);
        let renamed = judged(&RULE, |case| {
            case.process(CHANGE).workflow("CHG-20260212-a", "").renames(path, "old/01-triage.md")
        });
        assert_eq!(
            renamed,
            [format!(
                "{path}: CHG-20260212-a keeps it for good; it was renamed to old/01-triage.md (git restore --staged --worktree --source=HEAD -- {path})"
            )]
        );
    }
}
