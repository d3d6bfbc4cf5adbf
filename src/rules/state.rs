//! The state itself: every file can be read, and holds what its process allows.

use crate::model::rule::Level;

use super::{About, Broken, Check, Complaint, Rule};

/// Files that cannot be read.
pub(super) const SCHEMA: Rule = Rule {
    id: "state-schema",
    about: About::State,
    level: Level::Error,
    summary: "every file in .track/ can be read",
    help: "A file of the state that cannot be read hides what it holds from every command and from every other rule.\n\
           So a commit is refused while there is one, whoever broke it: merge markers, unknown keys, a duplicate id.\n\
           Mend the line that is named; `git track doctor` shows it, `git track undo` takes the last command back.",
    check: Check::Pure(|case| case.after.unreadable.iter().map(complaint).collect()),
};

/// Files that hold what no process allows.
pub(super) const VALID: Rule = Rule {
    id: "legal-state",
    about: About::State,
    level: Level::Error,
    summary: "what the state says satisfies its process, however it was written",
    help: "A file of the state may be edited by hand when the result is what the commands could have written: an item that\n\
           is done has its times, its summary, passed gates and verified findings, as its process asks.\n\
           Use the command for the move (`git track done ITEM -m \"…\"`), or write what is missing.",
    check: Check::Pure(|case| case.after.violations.iter().map(complaint).collect()),
};

fn complaint(broken: &Broken) -> Complaint {
    let place = broken.error.place();
    Complaint {
        line: place.map(|place| place.line),
        fix: broken.error.hints().first().cloned(),
        ..Complaint::new(broken.error.message()).file(broken.path)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::judged;
    use super::*;

    #[test]
    fn what_cannot_be_read_is_told_with_its_place() {
        let found = judged(&SCHEMA, |case| case.unreadable(".track/workflows/x.yaml", "`x` is no key"));
        assert_eq!(found, [".track/workflows/x.yaml: `x` is no key"]);
    }
}
