//! The subject of a commit fits on a line.

use crate::message::Kind;
use crate::model::rule::Level;

use super::{About, Case, Check, Complaint, Rule};

pub(super) const RULE: Rule = Rule {
    id: "subject-length",
    about: About::Message,
    level: Level::Warn,
    summary: "the subject of a commit has at most 72 characters",
    help: "Longer subjects are cut in logs and lists. `max:` sets another length. Say the rest in the body, after an empty\n\
           line: `git commit --amend`.",
    check: Check::Pure(check),
};

const USUAL: usize = 72;

fn check(case: &Case) -> Vec<Complaint> {
    let most = case.policy.option(&RULE, |setting| setting.max).unwrap_or(USUAL);
    let message = case.message.filter(|said| !said.merge).map(|said| said.message);
    // Git makes the subjects of the others.
    let Some(message) = message.filter(|message| message.kind == Kind::Ordinary) else {
        return Vec::new();
    };
    let length = message.subject.chars().count();
    let complaint = || Complaint::new(format!("the subject has {length} characters; at most {most}"));
    (length > most).then(complaint).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{CHANGE, judged};
    use super::*;

    #[test]
    fn the_limit_is_inclusive() {
        let long = |count: usize| judged(&RULE, |case| case.process(CHANGE).message(&"ä".repeat(count)));
        assert_eq!(long(72), [""; 0]);
        assert_eq!(long(73), ["the subject has 73 characters; at most 72"]);
        let fixup = format!("fixup! {}", "x".repeat(90));
        assert_eq!(judged(&RULE, |case| case.process(CHANGE).message(&fixup)), [""; 0]);
    }
}
