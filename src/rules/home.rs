//! The state of a workflow that lives on another branch.

use std::collections::HashSet;

use crate::model::rule::Level;

use super::{About, Case, Check, Complaint, Rule};

pub(super) const RULE: Rule = Rule {
    id: "home",
    about: About::Touch,
    level: Level::Error,
    summary: "a workflow that lives on one branch is changed there",
    help: "A workflow that names its `home:` has one copy that counts: that on this branch. Commands write there from\n\
           whichever worktree they are given in. What is committed to another copy by hand counts for nobody, and is in\n\
           the way when the branches are merged.",
    check: Check::Pure(check),
};

fn check(case: &Case) -> Vec<Complaint> {
    let Some(branch) = case.branch else { return Vec::new() };
    let mut found = Vec::new();
    // Nobody gives a workflow another home by changing the copy that does not count.
    let before = case.before.iter().flat_map(|view| &view.world.boards);
    let mut seen = HashSet::new();
    for board in before.chain(&case.after.world.boards) {
        let Some(home) = board.workflow.root.home.as_deref().filter(|home| *home != branch) else { continue };
        let file = format!(".track/workflows/{}.yaml", board.workflow.id);
        // What is new here was begun before it had a home.
        let touched = case.files.iter().find(|change| change.path == file && change.before.is_some());
        if let Some(change) = touched.filter(|_| seen.insert(&board.workflow.id)) {
            let message = format!("{} lives on {home}: this copy of it does not count", board.workflow.id);
            let complaint = Complaint::new(message).file(&change.path).fix(case.put_back(&change.path));
            found.push(complaint.of(board));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::testing::{CHANGE, judged};
    use super::*;

    #[test]
    fn what_lives_elsewhere_is_not_changed_here() {
        let file = ".track/workflows/w.yaml";
        let touch = |home: &str, branch: &str| {
            judged(&RULE, |case| {
                case.process(CHANGE).workflow("w", home).branch(branch).changes(file, "a", "b")
            })
        };
        assert_eq!(
            touch("home: main", "feat/x"),
            [
                ".track/workflows/w.yaml: w lives on main: this copy of it does not count (git restore --staged --worktree --source=HEAD -- .track/workflows/w.yaml)"
            ]
        );
        let away = judged(&RULE, |case| {
            let case = case.process(CHANGE).workflow_before("w", "home: main").workflow("w", "home: feat/x");
            case.branch("feat/x").changes(file, "a", "b")
        });
        assert_eq!(away.len(), 1, "a home is not changed elsewhere, either");
        assert_eq!(touch("home: main", "main"), [""; 0]);
        assert_eq!(touch("", "feat/x"), [""; 0]);
        let other = judged(&RULE, |case| {
            case.process(CHANGE).workflow("w", "home: main").branch("feat/x").adds("src/a.rs", "x")
        });
        assert_eq!(other, [""; 0]);
    }
}
