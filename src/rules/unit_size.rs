//! A unit of work stays small.

use std::collections::BTreeSet;

use crate::error::Result;
use crate::model::config::Config;
use crate::model::facts::{Changed, CommitFacts};
use crate::model::id::Id;
use crate::model::record::Limits;
use crate::model::rule::Level;

use super::bound::belongs;
use super::policy::fits;
use super::{About, Case, Check, Complaint, Rule};

pub(super) const RULE: Rule = Rule {
    id: "unit-size",
    about: About::Change,
    level: Level::Error,
    summary: "a unit of work touches at most so many files and lines, over all its commits",
    help: "What one person can review at once is the measure: the files and the lines added and deleted since the branch\n\
           left the base, this commit included, in commits that belong to the item. A renamed file counts once, a binary\n\
           one has no lines. The state, rendered documents and lock files are left out; `exclude:` of the rule names\n\
           others.\n\
           Split it: `git track add unit \"the rest\" --in execute`. Raising a limit is up to a person:\n\
           `git track set ITEM limits.files=8`.",
    check: Check::Asking(check),
};

/// What is written by tools.
const GENERATED: [&str; 12] = [
    ".track/",
    "*.lock",
    "*.lockb",
    "package-lock.json",
    "npm-shrinkwrap.json",
    "pnpm-lock.yaml",
    "go.sum",
    "*.min.js",
    "*.min.css",
    "*.snap",
    "gradle.lockfile",
    "*.pb.go",
];

fn check(case: &Case) -> Result<Vec<Complaint>> {
    let Some((board, spot)) = case.item() else { return Ok(Vec::new()) };
    let node = board.node(spot.place);
    let Some(limits) = limits(case) else { return Ok(Vec::new()) };
    let team = case.policy.option(&RULE, |setting| setting.exclude.as_ref());
    let rendered = board.pages.rendered();
    let counted =
        |file: &&Changed| counts(team, &file.path) && !rendered.iter().any(|path| path.as_str() == file.path);
    if !case.files.iter().any(|file| counted(&file)) {
        return Ok(Vec::new());
    }
    let belongs = |commit: &CommitFacts| belongs(case.after.world, commit, spot);
    let all: Vec<Changed> = (case.sources.since_base)(&belongs)?;
    let counted: Vec<Changed> = all.iter().filter(counted).cloned().collect();
    let files: BTreeSet<&str> = counted.iter().map(|file| file.path.as_str()).collect();
    let renamed: BTreeSet<&str> = counted.iter().filter_map(|file| file.from.as_deref()).collect();
    let files = files.difference(&renamed).count();
    let lines = (case.sources.lines)(&counted)?.into_iter().flatten();
    let (added, deleted) =
        lines.fold((0, 0), |(added, deleted), lines| (added + lines.added, deleted + lines.deleted));
    let fix = || {
        if raised(case, limits) {
            return "git commit -- .track   (a limit counts from the commit after the one that raises it)"
                .to_owned();
        }
        let kind = node.kind_id.map_or("item", Id::as_str);
        let parent = node.parent.filter(|parent| *parent != 0).map(|parent| board.node(parent).id);
        let under = parent.map(|id| format!(" --in {}", case.after.world.refer(spot.board, id)));
        format!("git track add {kind} \"the rest\"{}", under.unwrap_or_default())
    };
    let over = |what: &str, is: usize, most: Option<u32>, detail: String| {
        let most = most.filter(|most| usize::try_from(*most).is_ok_and(|most| is > most))?;
        let message = format!("{} touches {is} {what}{detail}; at most {most}", node.id);
        Some(Complaint::new(message).fix(fix()).of(board))
    };
    let files = over("files", files, limits.files, String::new());
    let detail = format!(" ({added} added, {deleted} deleted)");
    Ok(files.into_iter().chain(over("lines", added + deleted, limits.lines, detail)).collect())
}

/// Whether a file counts in the size of a unit of work, by what tools write and by what the team leaves out.
pub fn is_of_unit(config: &Config, path: &str) -> bool {
    counts(config.rules.get(RULE.id).and_then(|setting| setting.exclude.as_ref()), path)
}

fn counts(left_out: Option<&Vec<String>>, path: &str) -> bool {
    let mut patterns = GENERATED.into_iter().chain(left_out.into_iter().flatten().map(String::as_str));
    !patterns.any(|pattern| fits(pattern, path))
}

// Those that stood before: a change must not loosen what it is judged by. What is new may only be stricter.
fn limits(case: &Case) -> Option<Limits> {
    let (board, spot) = case.item()?;
    let node = board.node(spot.place);
    let process = case.policy.process(board);
    let kind = node.kind_id.and_then(|id| process.kinds.get(id)).or(node.kind);
    let usual = kind.and_then(|kind| kind.limits).unwrap_or_default();
    let limits = match case.policy.item(&board.workflow.id, node.id) {
        Some(item) => {
            let own = item.limits.unwrap_or_default();
            Limits { files: own.files.or(usual.files), lines: own.lines.or(usual.lines) }
        }
        None => {
            let own = node.item.limits.unwrap_or_default();
            let least = |one: Option<u32>, other: Option<u32>| one.into_iter().chain(other).min();
            Limits { files: least(own.files, usual.files), lines: least(own.lines, usual.lines) }
        }
    };
    (limits.files.is_some() || limits.lines.is_some()).then_some(limits)
}

// Whether the very commit that is judged sets other limits.
fn raised(case: &Case, limits: Limits) -> bool {
    let own = case.item().and_then(|(board, spot)| board.node(spot.place).item.limits);
    own.is_some_and(|own| {
        own.files.is_some_and(|files| Some(files) > limits.files)
            || own.lines.is_some_and(|lines| Some(lines) > limits.lines)
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, CHANGE, judged};
    use super::*;

    const BODY: &str = "items: {U01: {title: U, kind: unit}, U02: {title: V, kind: unit}}";

    fn of(build: impl Fn(Bench) -> Bench) -> Vec<String> {
        judged(&RULE, |case| build(case.process(CHANGE).workflow("w", BODY).bound("U01")))
    }

    fn files(count: usize) -> Vec<String> {
        of(|case| (0..count).fold(case, |case, number| case.adds(&format!("{number}.py"), "x\n")))
    }

    fn lines(count: usize) -> Vec<String> {
        of(|case| case.adds("a.py", &"x\n".repeat(count)))
    }

    #[test]
    fn the_limits_are_inclusive() {
        assert_eq!(files(5), [""; 0]);
        assert_eq!(files(6), ["U01 touches 6 files; at most 5 (git track add unit \"the rest\")"]);
        assert_eq!(lines(400), [""; 0]);
        assert_eq!(
            lines(401),
            ["U01 touches 401 lines (401 added, 0 deleted); at most 400 (git track add unit \"the rest\")"]
        );
    }

    #[test]
    fn earlier_commits_of_the_unit_count_and_those_of_others_do_not() {
        let two = |trailer: &str| {
            of(|case| {
                let case =
                    (0..3).fold(case, |case, number| case.earlier(trailer, &format!("{number}.py"), "x\n"));
                (3..6).fold(case, |case, number| case.adds(&format!("{number}.py"), "x\n"))
            })
            .len()
        };
        assert_eq!(two(""), 1);
        assert_eq!(two("Track: U01"), 1);
        assert_eq!(two("Track: w:U01"), 1);
        assert_eq!(two("Track: w"), 1, "of the workflow as a whole");
        assert_eq!(two("Track: nothing"), 1);
        assert_eq!(two("Track: U02"), 0);
    }

    #[test]
    fn a_rename_is_one_file_and_what_tools_write_is_none() {
        let some = |case: Bench| (0..4).fold(case, |case, number| case.adds(&format!("{number}.py"), "x\n"));
        assert_eq!(of(|case| some(case).renames("old.py", "new.py")), [""; 0]);
        assert_eq!(of(|case| some(case).adds("4.py", "x\n").adds("Cargo.lock", "x\n")), [""; 0]);
        assert_eq!(of(|case| case.adds("a.lock", &"x\n".repeat(900))), [""; 0]);
        let team = "rules: {unit-size: {exclude: [\"generated/**\"]}}";
        assert_eq!(of(|case| case.config(team).adds("generated/a.py", &"x\n".repeat(900))), [""; 0]);
    }

    #[test]
    fn a_new_unit_cannot_allow_itself_more_than_is_usual() {
        let new = "items: {U01: {title: U, kind: unit, limits: {files: 9}}}";
        let six = |case: Bench| (0..6).fold(case, |case, number| case.adds(&format!("{number}.py"), "x\n"));
        let found = judged(&RULE, |case| {
            six(case.process(CHANGE).workflow_before("w", "items: {}").workflow("w", new).bound("U01"))
        });
        assert_eq!(found.len(), 1);
    }

    #[test]
    fn a_change_cannot_raise_its_own_limit() {
        let raised = "items: {U01: {title: U, kind: unit, limits: {files: 9}}}";
        let six = |case: Bench| (0..6).fold(case, |case, number| case.adds(&format!("{number}.py"), "x\n"));
        let with = |before: &str| {
            judged(&RULE, |case| {
                six(case.process(CHANGE).workflow_before("w", before).workflow("w", raised).bound("U01"))
            })
        };
        assert!(with(BODY).concat().contains("git commit -- .track"), "{:?}", with(BODY));
        assert_eq!(with(raised), [""; 0]);
    }
}
