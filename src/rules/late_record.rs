//! What is recorded step by step is recorded before it is done.

use crate::model::rule::Level;
use crate::model::state::State;

use super::{About, Case, Check, Complaint, Rule, state_file};

pub(super) const RULE: Rule = Rule {
    id: "late-record",
    about: About::Change,
    level: Level::Warn,
    summary: "a step is recorded before its work begins, not when it is over",
    help: "A step that appears finished tells nothing about where work was interrupted. Add it in progress, do the work,\n\
           then finish it: `git track step \"what comes now\" --focus \"what exactly\"`.",
    check: Check::Pure(check),
};

/// A step that took no longer than so many seconds was written down afterwards.
const AT_ONCE: i64 = 5;

fn check(case: &Case) -> Vec<Complaint> {
    let Some(before) = &case.before else { return Vec::new() };
    let mut found = Vec::new();
    for board in case.after.world.boards.iter().filter(|board| case.touches_state(board)) {
        let Some(kind) = &board.profile.step else { continue };
        let known = before.world.find(&board.workflow.id).map(|(_, board)| board);
        for (_, node) in board.nodes().filter(|(_, node)| node.kind_id == Some(kind)) {
            let is_new = known.is_none_or(|known| known.thing(node.id).is_none());
            let over = matches!(node.item.state(), State::Done | State::Failed);
            let at_once = match (node.item.started, node.item.finished) {
                (Some(started), Some(finished)) => finished.seconds() - started.seconds() < AT_ONCE,
                _ => true,
            };
            if is_new && over && at_once {
                let message = format!("{} is recorded only now that it is over", node.id);
                let fix = "git track step \"what comes now\" --focus \"what exactly\"".to_owned();
                found.push(Complaint::new(message).file(state_file(board)).fix(fix).of(board));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::testing::{CHANGE, judged};
    use super::*;

    #[test]
    fn a_step_that_comes_finished_is_late() {
        let step = |state: &str, started: &str| {
            let body = format!(
                "items: {{s1: {{title: S, kind: step, state: {state}, started: {started}, finished: 2026-02-12T10:00:00Z}}}}"
            );
            judged(&RULE, |case| {
                case.process(CHANGE)
                    .workflow_before("w", "")
                    .workflow("w", &body)
                    .adds(".track/workflows/w.yaml", "x")
            })
            .len()
        };
        assert_eq!(step("done", "2026-02-12T10:00:00Z"), 1);
        assert_eq!(step("done", "2026-02-12T09:00:00Z"), 0);
        assert_eq!(step("active", "2026-02-12T10:00:00Z"), 0);
    }
}
