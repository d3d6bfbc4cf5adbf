//! A focus says what exactly is being worked on.

use crate::model::rule::Level;

use super::{About, Case, Check, Complaint, Rule, state_file};

pub(super) const RULE: Rule = Rule {
    id: "vague-focus",
    about: About::State,
    level: Level::Warn,
    summary: "the focus of what is in progress says more than a word like `implementing`",
    help: "Whoever takes the work over reads the focus first: `JWKS lookup, then expiry`, not `coding`.\n\
           The list of words is set by `allow:`. Say more: `git track note ITEM --focus \"what exactly\"`.",
    check: Check::Pure(check),
};

/// Words that say nothing by themselves.
const VAGUE: [&str; 16] = [
    "coding",
    "continuing",
    "debugging",
    "developing",
    "doing",
    "fixing",
    "implementation",
    "implementing",
    "progress",
    "stuff",
    "testing",
    "things",
    "various",
    "wip",
    "work",
    "working",
];

fn check(case: &Case) -> Vec<Complaint> {
    let team = case.policy.option(&RULE, |setting| setting.allow.as_ref());
    let vague = |word: &str| match team {
        Some(words) => words.iter().any(|known| known.eq_ignore_ascii_case(word)),
        None => VAGUE.iter().any(|known| known.eq_ignore_ascii_case(word)),
    };
    let mut found = Vec::new();
    for (index, board) in case.open().filter(|(_, board)| case.touches_state(board)) {
        for (_, node) in board.nodes().filter(|(_, node)| node.item.state().is_running()) {
            let Some(focus) = node.item.focus.as_deref() else { continue };
            let mut words = focus.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
            if focus.trim().is_empty() || !words.all(vague) {
                continue;
            }
            let message = format!("the focus of {}, `{focus}`, does not say what exactly", node.id);
            let fix =
                format!("git track note {} --focus \"what exactly\"", case.after.world.refer(index, node.id));
            found.push(Complaint::new(message).file(state_file(board)).fix(fix).of(board));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::testing::{CHANGE, judged};
    use super::*;

    #[test]
    fn one_generic_word_is_vague() {
        let focus = |focus: &str| {
            let body = format!(
                "items: {{s: {{kind: step, title: S, state: active, started: 2026-02-12T09:00:00Z, focus: \"{focus}\"}}}}"
            );
            judged(&RULE, |case| case.process(CHANGE).workflow("w", &body)).len()
        };
        for (text, expected) in [
            ("implementing", 1),
            ("WIP.", 1),
            ("work in progress", 0),
            ("implementing token validation", 0),
            ("", 0),
        ] {
            assert_eq!(focus(text), expected, "{text}");
        }
    }
}
