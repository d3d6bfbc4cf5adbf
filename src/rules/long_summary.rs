//! A summary is short.

use crate::model::rule::Level;

use super::{About, Case, Check, Complaint, Rule, state_file};

pub(super) const RULE: Rule = Rule {
    id: "long-summary",
    about: About::State,
    level: Level::Warn,
    summary: "a summary has at most 400 characters",
    help: "A summary says in one to three sentences what came out, not how. Details belong into files that are recorded as\n\
           artifacts: `git track note ITEM --artifact PATH`. `max:` sets another length.",
    check: Check::Pure(check),
};

const USUAL: usize = 400;

fn check(case: &Case) -> Vec<Complaint> {
    let most = case.policy.option(&RULE, |setting| setting.max).unwrap_or(USUAL);
    let mut found = Vec::new();
    for (index, board) in case.open().filter(|(_, board)| case.touches_state(board)) {
        for (_, node) in board.nodes() {
            let length = node.item.summary.as_ref().map_or(0, |summary| summary.chars().count());
            if length > most {
                let message = format!("the summary of {} has {length} characters; at most {most}", node.id);
                let fix = format!("git track set {} summary=\"…\"", case.after.world.refer(index, node.id));
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
    fn the_limit_is_inclusive() {
        let long = |count: usize| {
            let body = format!("items: {{s: {{kind: step, title: S, summary: {}}}}}", "x".repeat(count));
            judged(&RULE, |case| case.process(CHANGE).workflow("w", &body)).len()
        };
        assert_eq!((long(400), long(401)), (0, 1));
    }
}
