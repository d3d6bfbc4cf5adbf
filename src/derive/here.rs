//! Which item a branch carries.

use regex::{Regex, RegexBuilder};

use crate::error::{Error, Result};

use super::shell;
use super::world::{Spot, World};

/// How the item of a branch was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// The item names the branch.
    Declared,
    /// The name of the branch holds the id of the item, as the profile's pattern asks.
    Name,
}

impl Via {
    /// The words on screen and in `--json`.
    pub fn words(self) -> &'static str {
        match self {
            Self::Declared => "by its branch field",
            Self::Name => "by branch name",
        }
    }
}

/// The item that a branch carries: the one that names it, else the longest id in its name.
///
/// Only workflows that are not closed count, and only the one that is meant when one is. Two items that fit equally well are an error that names both.
pub fn item_of(world: &World, branch: &str, only_in: Option<usize>) -> Result<Option<(Spot, Via)>> {
    let open = || {
        let meant = |index: usize| only_in.is_none_or(|only| only == index);
        let all = world.boards.iter().enumerate();
        all.filter(move |(index, board)| meant(*index) && !board.root().state.is_closed())
    };
    let declared: Vec<Spot> = open()
        .flat_map(|(index, board)| {
            let names_it = board.nodes().filter(|(_, node)| node.item.branch.as_deref() == Some(branch));
            names_it.map(move |(place, _)| Spot { board: index, place })
        })
        .collect();
    if let Some(spot) = only(world, branch, &declared)? {
        return Ok(Some((spot, Via::Declared)));
    }
    let mut longest = 0;
    let mut best: Vec<Spot> = Vec::new();
    for (index, board) in open() {
        let named: Vec<_> = board.nodes().filter(|(_, node)| holds(branch, node.id.as_str())).collect();
        if named.is_empty() {
            continue;
        }
        let regions: Vec<&str> =
            board.profile.branch.iter().filter_map(|pattern| region(pattern, branch)).collect();
        for (place, node) in named {
            let length = node.id.as_str().len();
            if length < longest || !regions.iter().any(|region| holds(region, node.id.as_str())) {
                continue;
            }
            if length > longest {
                best.clear();
            }
            longest = length;
            best.push(Spot { board: index, place });
        }
    }
    Ok(only(world, branch, &best)?.map(|spot| (spot, Via::Name)))
}

/// Whether a branch is named as one that carries a numbered item, whatever the number: `feat/batch-9` where items are
/// called `batch-{n}`.
pub fn names_something(world: &World, branch: &str) -> bool {
    let open = world.boards.iter().filter(|board| !board.root().state.is_closed());
    open.flat_map(|board| board.profile.kinds.values()).filter_map(|kind| kind.id.as_deref()).any(|pattern| {
        let stem = pattern.split('{').next().unwrap_or_default().to_ascii_lowercase();
        let words = branch.to_ascii_lowercase();
        let numbered = |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit());
        let begins = |at: usize| {
            at == 0 || words.get(..at).is_some_and(|before| before.ends_with(['/', '-', '_', '.']))
        };
        stem.len() > 1
            && pattern.contains("{n")
            && words
                .match_indices(&stem)
                .any(|(at, found)| begins(at) && words.get(at + found.len()..).is_some_and(numbered))
    })
}

fn only(world: &World, branch: &str, spots: &[Spot]) -> Result<Option<Spot>> {
    match spots {
        [] => Ok(None),
        [spot] => Ok(Some(*spot)),
        [first, second, ..] => {
            let name = |spot: &Spot| {
                let board = world.board(*spot);
                format!("{}:{}", board.workflow.id, board.node(spot.place).id)
            };
            Err(Error::refused(format!("branch {branch} fits {} and {}", name(first), name(second)))
                .hint(format!("git track set {} branch={}", name(first), shell::word(branch))))
        }
    }
}

/// Whether a branch is named by a pattern of a process.
pub fn is_shaped(pattern: &str, branch: &str) -> bool {
    expression(pattern).is_some_and(|expression| expression.is_match(branch))
}

// The part of a branch that may hold ids, when a pattern fits: `{type}` is a word, `{item}` and `{workflow}` an id,
// `{issue}` a number with letters in front, `{slug}` anything. The type holds none: `docs/batch-2` is not about the item `docs`.
fn region<'b>(pattern: &str, branch: &'b str) -> Option<&'b str> {
    let start = expression(pattern)?.captures(branch)?.get(1)?.start();
    branch.get(start..)
}

fn expression(pattern: &str) -> Option<Regex> {
    let mut expression = String::from("^");
    let mut rest = pattern;
    while let Some((fixed, tail)) = rest.split_once('{') {
        let (variable, tail) = tail.split_once('}')?;
        expression.push_str(&regex::escape(fixed));
        expression.push_str(match variable {
            "type" => "[a-z]+",
            "item" | "workflow" => "([A-Za-z][A-Za-z0-9._-]*)",
            "issue" => "([A-Za-z]*-?[0-9]+)",
            _ => "([A-Za-z0-9._/-]+)",
        });
        rest = tail;
    }
    expression.push_str(&regex::escape(rest));
    expression.push('$');
    RegexBuilder::new(&expression).case_insensitive(true).size_limit(1 << 20).build().ok()
}

// Delimited on both sides, so that `c5` is not found in `c5a` and `batch-1` not in `batch-10`.
fn holds(branch: &str, id: &str) -> bool {
    let (branch, id) = (branch.to_ascii_lowercase(), id.to_ascii_lowercase());
    let delimiter = |c: Option<char>| c.is_none_or(|c| matches!(c, '/' | '_' | '.' | '-'));
    branch.match_indices(&id).any(|(start, found)| {
        let before = branch.get(..start).and_then(|before| before.chars().next_back());
        let after = branch.get(start + found.len()..).and_then(|after| after.chars().next());
        delimiter(before) && delimiter(after)
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Scene, TEAM};
    use super::*;

    #[test]
    fn ids_are_found_only_as_whole_words() {
        assert!(holds("feat/batch-1-ci", "batch-1"));
        assert!(!holds("feat/batch-10-ci", "batch-1"));
        assert!(!holds("codex/phase-c-c5a-x", "c5"));
        assert!(holds("codex/phase-c-C5-x", "c5"));
    }

    #[test]
    fn patterns_are_matched_whole() {
        assert_eq!(region("{type}/{item}-{slug}", "feat/batch-1-ci"), Some("batch-1-ci"));
        assert_eq!(region("{type}/{item}-{slug}", "batch-1-ci"), None);
        assert_eq!(region("codex/{item}", "codex/C5"), Some("C5"));
        assert_eq!(region("codex/{item}", "x/codex/C5"), None);
        assert_eq!(region("{broken", "x"), None);
        assert_eq!(region("{type}/x", "feat/x"), None);
    }

    fn carried(bodies: &[&str], branch: &str) -> Result<Option<(String, Via)>> {
        let scene = Scene::new(TEAM, bodies);
        let world = scene.world();
        let name = |(spot, via): (Spot, Via)| {
            let board = world.board(spot);
            (format!("{}:{}", board.workflow.id, board.node(spot.place).id), via)
        };
        item_of(&world, branch, None).map(|found| found.map(name))
    }

    #[test]
    fn a_branch_carries_what_names_it_or_what_it_names() {
        let body = "items: {batch-1: {title: A}, batch-1-ci: {title: B}, docs: {title: D}, z: {title: Z, branch: my/x}}";
        for (branch, expected) in [
            ("my/x", Some(("w:z", Via::Declared))),
            ("feat/batch-1", Some(("w:batch-1", Via::Name))),
            ("feat/BATCH-1-login", Some(("w:batch-1", Via::Name))),
            ("feat/batch-1-ci-x", Some(("w:batch-1-ci", Via::Name))),
            ("feat/AUTH-7-batch-1", Some(("w:batch-1", Via::Name))),
            ("feat/batch-10", None),
            ("docs/other", None),
            ("docs/docs", Some(("w:docs", Via::Name))),
            ("batch-1", None),
            ("main", None),
        ] {
            let expected = expected.map(|(name, via)| (name.to_owned(), via));
            assert_eq!(carried(&[body], branch).unwrap(), expected, "{branch}");
        }
    }

    #[test]
    fn two_that_fit_are_an_error_and_closed_workflows_do_not_count() {
        let body = "items: {batch-1: {title: A}, z: {title: Z, branch: my/x}}";
        let error = carried(&[body, body], "feat/batch-1").unwrap_err();
        assert_eq!(error.message(), "branch feat/batch-1 fits w:batch-1 and w2:batch-1");
        assert_eq!(error.hints(), ["git track set w:batch-1 branch=feat/batch-1"]);
        assert!(carried(&[body, body], "my/x").is_err());
        let closed = format!("state: done\n{body}");
        assert_eq!(carried(&[&closed, body], "feat/batch-1").unwrap().unwrap().0, "w2:batch-1");
        assert_eq!(carried(&[&closed, body], "my/x").unwrap().unwrap().0, "w2:z");
    }
}
