//! A commit says which item it is about.

use crate::derive::here::{item_of, names_something};
use crate::derive::reference::resolve;
use crate::model::rule::Level;

use super::bound::TRAILER;
use super::{About, Case, Check, Complaint, Rule};

pub(super) const RULE: Rule = Rule {
    id: "item-reference",
    about: About::Message,
    level: Level::Error,
    summary: "a commit on the branch of an item names an item that there is",
    help: "A commit counts for the item that its trailer names (`Track: ITEM`), else for that of its branch. On a branch\n\
           that carries an item a trailer that names nothing is refused, elsewhere it is said. `strict: true` wants the\n\
           trailer itself on such branches, as `prepare-commit-msg` adds it, so that merges and rebases keep it.\n\
           `git track list` has the items.",
    check: Check::Pure(check),
};

fn check(case: &Case) -> Vec<Complaint> {
    let Some(said) = case.message else { return Vec::new() };
    let world = case.after.world;
    let carried =
        match case.branch.filter(|_| !case.on_base).map(|branch| (branch, item_of(world, branch, None))) {
            Some((_, Err(error))) => {
                let fix = error.hints().first().cloned();
                return vec![Complaint::new(error.message()).fix(fix)];
            }
            Some((_, Ok(Some((spot, _))))) => Some(spot),
            Some((branch, Ok(None))) if names_something(world, branch) && !said.merge => {
                let message =
                    format!("the branch `{branch}` is named as that of an item, which there is none of");
                return vec![Complaint::new(message).fix("git track list".to_owned()).at_most(Level::Warn)];
            }
            _ => None,
        };
    let level = if carried.is_some() { Level::Error } else { Level::Warn };
    let named = said.message.values(TRAILER);
    let unknown = named.iter().filter_map(|text| Some((text, resolve(world, text, None, None).err()?)));
    let mut found: Vec<Complaint> = unknown
        .map(|(text, error)| {
            let fix = error.hints().first().cloned();
            Complaint::new(format!("`{TRAILER}: {text}`: {}", error.message())).fix(fix).at_most(level)
        })
        .collect();
    let strict = case.policy.option(&RULE, |setting| setting.strict).unwrap_or(false);
    if let Some(spot) = carried.filter(|_| strict && named.is_empty() && !said.merge) {
        let board = world.board(spot);
        let line = format!("{TRAILER}: {}:{}", board.workflow.id, board.node(spot.place).id);
        found.push(Complaint::new("it has no trailer that names its item").fix(line));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::testing::{CHANGE, findings, judged};
    use super::*;

    const BODY: &str = "items: {U01: {title: U, kind: unit}, U02: {title: V, kind: unit}}";

    #[test]
    fn a_trailer_names_something() {
        let on = |branch: &str, text: &str| {
            let found =
                findings(&RULE, |case| case.process(CHANGE).workflow("w", BODY).branch(branch).message(text));
            found.into_iter().map(|finding| finding.level).collect::<Vec<_>>()
        };
        assert_eq!(on("feat/U01-x", "feat: x"), []);
        assert_eq!(on("feat/U01-x", "feat: x\n\nTrack: U01"), []);
        assert_eq!(on("feat/U01-x", "feat: x\n\nTrack: w:U02"), []);
        assert_eq!(on("feat/U01-x", "feat: x\n\nTrack: U09"), [Level::Error]);
        assert_eq!(on("mine", "feat: x\n\nTrack: U09"), [Level::Warn]);
        assert_eq!(on("mine", "feat: x"), []);
    }

    #[test]
    fn strict_wants_the_trailer() {
        let with = |text: &str| {
            judged(&RULE, |case| {
                let case = case.process(CHANGE).config("rules: {item-reference: {strict: true}}");
                case.workflow("w", BODY).branch("feat/U01-x").message(text)
            })
        };
        assert_eq!(with("feat: x"), ["it has no trailer that names its item (Track: w:U01)"]);
        assert_eq!(with("feat: x\n\nTrack: w:U01"), [""; 0]);
    }

    #[test]
    fn two_items_that_fit_a_branch_are_both_named() {
        let found = judged(&RULE, |case| {
            case.process(CHANGE)
                .workflow("w", BODY)
                .workflow("v", BODY)
                .branch("feat/U01-x")
                .message("feat: x")
        });
        assert!(found.concat().contains("w:U01 and v:U01"), "{found:?}");
    }
}
