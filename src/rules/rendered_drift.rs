//! A rendered document says what the state says.

use crate::derive::shell::word;
use crate::error::Result;
use crate::model::rule::Level;

use super::{About, Case, Check, Complaint, Rule};

pub(super) const RULE: Rule = Rule {
    id: "rendered-drift",
    about: About::State,
    level: Level::Error,
    summary: "a rendered document is what the state in the same commit renders to",
    help: "People read the documents; what they say must not differ from the state. A document that is written with every\n\
           change of the state, or that this commit itself changes, has to agree. One that is only rendered on the base\n\
           branch may be behind elsewhere, which is a warning.\n\
           `git track render` writes it; `git add` the file.",
    check: Check::Asking(check),
};

fn check(case: &Case) -> Result<Vec<Complaint>> {
    let complaint = |stale: super::Stale| {
        let touched = case.files.iter().any(|file| file.path == stale.path.as_str());
        let level = if stale.kept || touched { Level::Error } else { Level::Warn };
        let path = &stale.path;
        let message = match &stale.failed {
            Some(why) => format!("it cannot be rendered: {why}"),
            None => format!("it does not say what {} says", stale.source),
        };
        Complaint::new(message)
            .file(path.as_str())
            .fix(format!("git track render && git add {}", word(path.as_str())))
            .at_most(level)
    };
    Ok((case.sources.stale)()?.into_iter().map(complaint).collect())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{CHANGE, findings};
    use super::*;

    #[test]
    fn what_belongs_into_the_commit_is_an_error() {
        let level = |kept: bool, adds: &str| {
            findings(&RULE, |case| case.process(CHANGE).stale("doc.md", kept).adds(adds, "x"))
                .iter()
                .map(|finding| finding.level)
                .collect::<Vec<_>>()
        };
        assert_eq!(level(true, "x"), [Level::Error]);
        assert_eq!(level(false, "x"), [Level::Warn]);
        assert_eq!(level(false, "doc.md"), [Level::Error]);
    }
}
