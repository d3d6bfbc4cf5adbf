//! Files that work on a change must not touch.

use crate::model::profile::Guarded;
use crate::model::rule::Level;

use super::policy::fits;
use super::{About, Case, Check, Complaint, Rule};

pub(super) const RULE: Rule = Rule {
    id: "protected-path",
    about: About::Touch,
    level: Level::Error,
    summary: "a commit touches no file that is protected",
    help: "A process protects files from the work that follows it (`untouched:` of its kinds: scripts of others, files of\n\
           the CI); a team protects files from every commit (`rules: {protected-path: {files: [\"deploy/**\"]}}`).\n\
           Where one may be touched after all: `rules: {protected-path: {paths: {\".github/workflows/**\": off}}}`.",
    check: Check::Pure(check),
};

fn check(case: &Case) -> Vec<Complaint> {
    let team = case.policy.option(&RULE, |setting| setting.files.as_ref()).into_iter().flatten();
    let board = case.item().map(|(board, _)| board);
    let profile = board.map(|board| case.policy.process(board));
    let guards = profile.into_iter().flat_map(|profile| {
        std::iter::once(&profile.workflow)
            .chain(profile.kinds.values())
            .filter_map(|kind| kind.guards.get(&Guarded::Add))
    });
    let patterns: Vec<&String> = team.chain(guards.flat_map(|checks| &checks.untouched)).collect();
    let mut found = Vec::new();
    for file in case.files {
        let both = [Some(&file.path), file.from.as_ref()];
        for path in both.into_iter().flatten() {
            let Some(pattern) = patterns.iter().find(|pattern| fits(pattern, path)) else { continue };
            let whose = board.map(|board| format!(" by work on {}", board.workflow.id)).unwrap_or_default();
            let complaint = Complaint::new(format!("it must not be touched{whose} (`{pattern}`)")).file(path);
            let complaint = complaint.fix(case.put_back(path));
            found.push(board.map_or(complaint.clone(), |board| complaint.of(board)));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::testing::{CHANGE, judged};
    use super::*;

    #[test]
    fn the_process_protects_from_its_own_work_and_the_team_from_all() {
        let body = "items: {U01: {title: U, kind: unit}}";
        let touch = |path: &str| {
            judged(&RULE, |case| case.process(CHANGE).workflow("w", body).bound("U01").adds(path, "x"))
        };
        assert_eq!(
            touch("scripts/W1.sh"),
            [
                "scripts/W1.sh: it must not be touched by work on w (`scripts/W*`) (git restore --staged --worktree --source=HEAD -- scripts/W1.sh)"
            ]
        );
        assert_eq!(touch("scripts/CHG.sh"), [""; 0]);
        let free = judged(&RULE, |case| case.process(CHANGE).workflow("w", body).adds("scripts/W1.sh", "x"));
        assert_eq!(free, [""; 0]);
        let team = judged(&RULE, |case| {
            case.process(CHANGE)
                .config("rules: {protected-path: {files: [\"deploy/**\"]}}")
                .adds("deploy/a/b", "x")
        });
        assert_eq!(team.len(), 1);
        let off = judged(&RULE, |case| {
            case.process(CHANGE)
                .config("rules: {protected-path: {paths: {\"scripts/W1*\": off}}}")
                .workflow("w", body)
                .bound("U01")
                .adds("scripts/W1.sh", "x")
        });
        assert_eq!(off, [""; 0]);
    }
}
