//! What people write into the documents of a process is complete when the next one is begun.

use crate::derive::pages::{Missing, gaps};
use crate::derive::shell::word;
use crate::model::rule::Level;
use crate::model::state::State;

use super::folders::files;
use super::{About, Case, Check, Complaint, Rule};

const HELP: &str = "The first document of a workflow is complete from its first commit on. A later one is complete when the one after\n\
    it is there, or when its step is done: until then it may be written bit by bit. What a document must hold is\n\
    said by the process (`git track guide PROFILE`); a placeholder in angle brackets says nothing.";

/// The front matter of documents.
pub(super) const FRONT: Rule = Rule {
    id: "front-matter",
    about: About::State,
    level: Level::Error,
    summary: "the front matter of a document says what its process asks for",
    help: HELP,
    check: Check::Pure(|case| check(case, Missing::Front)),
};

/// The sections of documents.
pub(super) const SECTIONS: Rule = Rule {
    id: "sections",
    about: About::State,
    level: Level::Error,
    summary: "a document has the sections that its process asks for, and they say something",
    help: HELP,
    check: Check::Pure(|case| check(case, Missing::Section)),
};

/// The sections of documents that list points.
pub(super) const POINTS: Rule = Rule {
    id: "points",
    about: About::State,
    level: Level::Error,
    summary: "a section that lists points, such as acceptance criteria, lists at least one",
    help: HELP,
    check: Check::Pure(|case| check(case, Missing::Points)),
};

fn check(case: &Case, what: Missing) -> Vec<Complaint> {
    let mut found = Vec::new();
    for (_, board) in case.open() {
        let process = case.policy.process(board);
        let files: Vec<_> =
            files(board).into_iter().filter(|(step, ..)| step.document.template.is_none()).collect();
        if !files.iter().any(|(_, _, path)| case.touches(path.as_str())) && !case.touches_state(board) {
            continue;
        }
        let there: Vec<bool> = files.iter().map(|(_, _, path)| case.after.pages.exists(path)).collect();
        for (at, (step, place, path)) in
            files.iter().enumerate().filter(|(at, _)| there.get(*at) == Some(&true))
        {
            let later = there.iter().skip(at + 1).any(|there| *there);
            let done = *place != 0 && board.node(*place).state == State::Done;
            if at > 0 && !later && !done {
                continue;
            }
            let lacks = gaps(board, *place, process.documents.get(step.name).unwrap_or(step.document))
                .into_iter()
                .filter(|lack| lack.what == what);
            let text =
                |text: String| text.strip_prefix("its ").map_or(text.clone(), |rest| format!("the {rest}"));
            found.extend(lacks.map(|lack| {
                let fix = format!("edit {}", word(path.as_str()));
                Complaint::new(text(lack.text)).file(path.as_str()).fix(fix).of(board)
            }));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::testing::{CHANGE, judged};
    use super::*;

    const INTENT: &str = "changes/CHG-20260212-a/00-intent.md";
    const TRIAGE: &str = "changes/CHG-20260212-a/01-triage.md";
    const WHOLE: &str =
        "---\nis_hotfix: false\n---\n## Scope\n\nAll of it.\n\n## Acceptance Criteria\n\n- it works\n";

    const STEPS: &str = "items: {triage: {title: T, kind: triage}, plan: {title: P, kind: plan}}";

    fn all(intent: &str, triage: Option<&str>) -> Vec<String> {
        let rules = [&FRONT, &SECTIONS, &POINTS];
        let found = rules.iter().flat_map(|rule| {
            judged(rule, |case| {
                let case = case.process(CHANGE).workflow("CHG-20260212-a", STEPS).adds(INTENT, intent);
                triage.into_iter().fold(case, |case, text| case.adds(TRIAGE, text))
            })
        });
        found.collect()
    }

    #[test]
    fn the_first_document_is_complete_from_the_start() {
        assert_eq!(all(WHOLE, None), [""; 0]);
        assert_eq!(
            all("---\nis_hotfix: maybe\n---\n## Scope\n\n<what>\n", None),
            [
                format!(
                    "{INTENT}: the front matter says `is_hotfix: maybe`, which is not true or false (edit {INTENT})"
                ),
                format!("{INTENT}: the section `Scope` says nothing (edit {INTENT})"),
                format!("{INTENT}: the section `Acceptance Criteria` lists no point (edit {INTENT})"),
            ]
        );
        let missing = all("## Acceptance Criteria\n\n- <one>\n", None);
        assert_eq!(missing.len(), 3, "{missing:?}");
    }

    #[test]
    fn a_later_document_may_be_written_bit_by_bit() {
        assert_eq!(all(WHOLE, Some("")), [""; 0]);
        let begun = judged(&SECTIONS, |case| {
            let plan = "changes/CHG-20260212-a/02-plan.md";
            let case = case.process(CHANGE).workflow("CHG-20260212-a", STEPS);
            case.adds(INTENT, WHOLE).adds(TRIAGE, "").adds(plan, "")
        });
        assert_eq!(begun, [format!("{TRIAGE}: it has no section `Rationale` (edit {TRIAGE})")]);
    }
}
