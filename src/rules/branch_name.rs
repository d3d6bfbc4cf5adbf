//! A branch says what it is for.

use crate::derive::names::is_shaped;
use crate::model::rule::Level;

use super::policy::fits;
use super::{About, Case, Check, Complaint, Rule};

pub(super) const RULE: Rule = Rule {
    id: "branch-name",
    about: About::Change,
    level: Level::Warn,
    summary: "a branch is named as type/item-short-desc, or as the team says",
    help: "A branch whose name holds the id of an item is bound to it: its commits count for the item, and its name tells\n\
           others. Patterns are those of the processes in use (`branch:`) and those of the rule (`allow:`), made of\n\
           {type}, {item}, {workflow}, {issue}, {slug} and fixed text. The base branch, release branches and those of bots are\n\
           free, as are those that `exclude:` names.\n\
           Rename it: `git branch -m feat/ITEM-short-desc`.",
    check: Check::Pure(check),
};

/// Branches that are nobody's work.
const FREE: [&str; 13] = [
    "main",
    "master",
    "trunk",
    "develop",
    "dev",
    "/release/**",
    "/releases/**",
    "/hotfix/**",
    "/dependabot/**",
    "/renovate/**",
    "/gh-readonly-queue/**",
    "gh-pages",
    "/revert-*/**",
];

/// What fits everywhere: the number of an issue says what a branch is for.
const ISSUE: &str = "{type}/{issue}-{slug}";

fn check(case: &Case) -> Vec<Complaint> {
    let Some(branch) = case.branch.filter(|_| !case.on_base && case.bound.is_none()) else {
        return Vec::new();
    };
    let team = case.policy.option(&RULE, |setting| setting.exclude.as_ref()).into_iter().flatten();
    let mut free = FREE.iter().copied().chain(team.map(String::as_str));
    if free.any(|pattern| fits(pattern, branch)) {
        return Vec::new();
    }
    let own = case.policy.option(&RULE, |setting| setting.allow.as_ref()).into_iter().flatten();
    let of_processes = case.policy.profiles.iter().flat_map(|profile| &profile.branch);
    let patterns = own.chain(of_processes).map(String::as_str);
    let patterns: Vec<&str> = patterns.chain(std::iter::once(ISSUE)).collect();
    if patterns.iter().any(|pattern| is_shaped(pattern, branch)) {
        return Vec::new();
    }
    let shapes: Vec<String> =
        patterns.iter().map(|shape| shape.replace('{', "<").replace('}', ">")).collect();
    let message = format!("the branch `{branch}` is named as none of {}", shapes.join(", "));
    let first = shapes.first().map(|shape| format!("git branch -m '{shape}'"));
    vec![Complaint::new(message).fix(first)]
}

#[cfg(test)]
mod tests {
    use super::super::testing::{CHANGE, judged};
    use super::*;

    #[test]
    fn a_branch_follows_a_pattern_or_is_free() {
        let on = |branch: &str| judged(&RULE, |case| case.process(CHANGE).branch(branch)).len();
        for branch in ["feat/AUTH-12-login", "fix/12-login", "main", "release/1.2", "dependabot/npm/x"] {
            assert_eq!(on(branch), 0, "{branch}");
        }
        for branch in ["wip", "Feature/x", "feat/"] {
            assert_eq!(on(branch), 1, "{branch}");
        }
        let team = judged(&RULE, |case| {
            case.process(CHANGE)
                .config("rules: {branch-name: {exclude: [\"wip\"], allow: [\"{slug}\"]}}")
                .branch("wip")
        });
        assert_eq!(team, [""; 0]);
    }
}
