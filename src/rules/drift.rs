//! What is declared is what git knows.

use crate::derive::drift::{Drift, Weight};
use crate::error::Result;
use crate::model::rule::Level;

use super::{About, Case, Check, Complaint, Rule, state_file};

pub(super) const RULE: Rule = Rule {
    id: "drift",
    about: About::Git,
    level: Level::Error,
    summary: "what is declared agrees with what git knows about the work",
    help: "What is declared as done is on the base, what landed is declared as done, what is in progress has a branch:\n\
           `git track drift` lists the differences by their codes, `git track explain D03` says what a code means, and\n\
           `git track why ITEM --git` shows the evidence. What git cannot tell, as in a shallow clone, is no difference.\n\
           `git track sync` moves what is behind. A difference that may stand:\n\
           `git track drift ITEM --accept -m \"why\"`, until git tells of another commit.",
    check: Check::Asking(check),
};

fn check(case: &Case) -> Result<Vec<Complaint>> {
    let counts = |drift: &Drift| drift.accepted.is_none() && drift.weight >= Weight::Warning;
    let complaint = |drift: Drift| {
        let level = if drift.weight == Weight::Error { Level::Error } else { Level::Warn };
        let message = format!("{} {}: {}", drift.code.word(), drift.reference, drift.message);
        let complaint = Complaint::new(message).fix(drift.command).at_most(level);
        match drift.spot {
            Some(spot) => {
                let board = case.after.world.board(spot);
                complaint.file(state_file(board)).of(board)
            }
            None => complaint,
        }
    };
    Ok((case.sources.drift)()?.into_iter().filter(counts).map(complaint).collect())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{CHANGE, findings};
    use super::*;
    use crate::derive::drift::Code;

    #[test]
    fn notes_and_what_is_accepted_are_no_findings() {
        let found = |code: Code, accepted: Option<&str>| {
            let drift = Drift {
                code,
                weight: code.weight(),
                spot: None,
                reference: "feat/x".to_owned(),
                message: "m".to_owned(),
                command: None,
                at: None,
                about: String::new(),
                accepted: accepted.map(str::to_owned),
            };
            let found = findings(&RULE, |case| case.process(CHANGE).drift(drift.clone()));
            found.iter().map(|finding| finding.level).collect::<Vec<_>>()
        };
        assert_eq!(found(Code::D03, None), [Level::Error]);
        assert_eq!(found(Code::D02, None), [Level::Warn]);
        assert_eq!(found(Code::D04, None), []);
        assert_eq!(found(Code::D03, Some("on purpose")), []);
    }
}
