//! The version files of a group say the same, when one of them is committed.

use crate::error::Result;
use crate::model::rule::Level;

use super::{About, Case, Check, Complaint, Rule};

pub(super) const RULE: Rule = Rule {
    id: "version-drift",
    about: About::State,
    level: Level::Error,
    summary: "the places of a version in the configuration agree",
    help: "A commit that touches a file of `versions:` in .track/config.yaml leaves every place of that group as its policy\n\
           asks: in `lockstep` all hold one version, the entries of lock files too; a `pinned` group holds its `value`. What\n\
           every place said before is nobody's fault here. `git track version` shows them; `git track version sync` sets\n\
           them; `git track bump` raises them together.",
    check: Check::Asking(check),
};

fn check(case: &Case) -> Result<Vec<Complaint>> {
    let mut found = Vec::new();
    for group in (case.sources.versions)()? {
        let Some(file) = group.files.iter().find(|file| case.touches(file)) else { continue };
        found.push(Complaint::new(group.what).file(file).fix(group.fix));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::super::testing::judged;
    use super::*;

    #[test]
    fn places_that_disagree_are_told_by_their_group() {
        let told = judged(&RULE, |case| {
            case.drifted_versions(&["a.json", "b.json"], "1.0.0, 2.0.0")
                .drifted_versions(&["c.json"], "3.0.0")
        });
        assert_eq!(told, ["a.json: 1.0.0, 2.0.0 (git track version)", "c.json: 3.0.0 (git track version)"]);
        assert_eq!(judged(&RULE, |case| case.adds("a.json", "x")), [""; 0]);
    }
}
