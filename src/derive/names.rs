//! What is called what: items by their ids and by the branches that they name, and ids in the names of branches.

use std::collections::HashMap;

use regex::{Regex, RegexBuilder};

use crate::error::nearest;

use super::world::{Spot, World};

/// The names of a world, for looking many things up.
#[derive(Debug)]
pub struct Names {
    /// Ids in lower case.
    items: HashMap<String, Vec<Spot>>,
    /// Branches as items name them.
    branches: HashMap<String, Vec<Spot>>,
    patterns: HashMap<String, Regex>,
}

impl Names {
    pub(super) fn new(world: &World) -> Self {
        let mut names = Self { items: HashMap::new(), branches: HashMap::new(), patterns: HashMap::new() };
        for (index, board) in world.boards.iter().enumerate() {
            for (place, node) in board.nodes() {
                let spot = Spot { board: index, place };
                names.items.entry(node.id.as_str().to_ascii_lowercase()).or_default().push(spot);
                if let Some(branch) = &node.item.branch {
                    names.branches.entry(branch.clone()).or_default().push(spot);
                }
            }
            for pattern in &board.profile.branch {
                if !names.patterns.contains_key(pattern)
                    && let Some(expression) = expression(pattern)
                {
                    names.patterns.insert(pattern.clone(), expression);
                }
            }
        }
        names
    }

    /// The items that name a branch.
    pub fn declared(&self, branch: &str) -> &[Spot] {
        self.branches.get(branch).map(Vec::as_slice).unwrap_or_default()
    }

    /// The items that have an id, whatever its case.
    pub fn items(&self, id: &str) -> &[Spot] {
        self.items.get(&id.to_ascii_lowercase()).map(Vec::as_slice).unwrap_or_default()
    }

    /// The items with the longest id in the name of a branch, where a pattern of their process allows ids to be.
    pub(super) fn longest(&self, world: &World, branch: &str, counts: &dyn Fn(usize) -> bool) -> Vec<Spot> {
        let mut longest = 0;
        let mut best: Vec<Spot> = Vec::new();
        let mut starts: HashMap<&str, Option<usize>> = HashMap::new();
        for (start, word) in words(branch) {
            if word.len() < longest {
                continue;
            }
            for &spot in self.items(word).iter().filter(|spot| counts(spot.board)) {
                let mut patterns = world.board(spot).profile.branch.iter();
                let allowed = patterns.any(|pattern| {
                    let region =
                        *starts.entry(pattern.as_str()).or_insert_with(|| self.region(pattern, branch));
                    region.is_some_and(|region| region <= start)
                });
                if !allowed {
                    continue;
                }
                if word.len() > longest {
                    best.clear();
                }
                longest = word.len();
                if !best.contains(&spot) {
                    best.push(spot);
                }
            }
        }
        best
    }

    /// The id that a branch seems to mean, where it is named as its process names branches and a word in it is nearly an
    /// id with the same digits.
    pub fn nearly(&self, world: &World, branch: &str) -> Option<String> {
        if !self.patterns.values().any(|pattern| pattern.is_match(branch)) {
            return None;
        }
        let open = |spots: &[Spot]| {
            spots.iter().any(|spot| spot.place != 0 && !world.board(*spot).root().state.is_closed())
        };
        words(branch).find_map(|(_, word)| {
            let wanted = digits(word);
            if wanted.is_empty() {
                return None;
            }
            let known = self.items.iter().filter(|(id, spots)| digits(id) == wanted && open(spots));
            let mut known: Vec<&str> = known.map(|(id, _)| id.as_str()).collect();
            known.sort_unstable();
            nearest(word, known).map(str::to_owned)
        })
    }

    /// Where the part of a branch begins that may hold ids, when the pattern fits. The type holds none: `docs/batch-2` is
    /// not about the item `docs`.
    fn region(&self, pattern: &str, branch: &str) -> Option<usize> {
        Some(self.patterns.get(pattern)?.captures(branch)?.get(1)?.start())
    }
}

fn digits(word: &str) -> String {
    word.chars().filter(char::is_ascii_digit).collect()
}

/// Whether a branch is named by a pattern of a process.
pub fn is_shaped(pattern: &str, branch: &str) -> bool {
    expression(pattern).is_some_and(|expression| expression.is_match(branch))
}

/// A pattern of a process: `{type}` is a word, `{item}` and `{workflow}` an id, `{issue}` a number with letters in front,
/// `{slug}` anything.
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

/// Everything in the name of a branch that could be an id, with where it begins: delimited on both sides, so that `c5`
/// is not found in `c5a` and `batch-1` not in `batch-10`.
fn words(branch: &str) -> impl Iterator<Item = (usize, &str)> {
    let delimits = |c: char| matches!(c, '/' | '_' | '.' | '-');
    let starts = move || std::iter::once(0).chain(branch.match_indices(delimits).map(|(at, _)| at + 1));
    let ends = move || branch.match_indices(delimits).map(|(at, _)| at).chain(std::iter::once(branch.len()));
    starts().flat_map(move |start| {
        ends().filter(move |&end| end > start).filter_map(move |end| Some((start, branch.get(start..end)?)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_delimited_on_both_sides() {
        let found: Vec<&str> = words("feat/c5-x").map(|(_, word)| word).collect();
        assert_eq!(found, ["feat", "feat/c5", "feat/c5-x", "c5", "c5-x", "x"]);
        let holds = |branch: &str, id: &str| words(branch).any(|(_, word)| word.eq_ignore_ascii_case(id));
        assert!(holds("feat/batch-1-ci", "batch-1"));
        assert!(!holds("feat/batch-10-ci", "batch-1"));
        assert!(!holds("codex/phase-c-c5a-x", "c5"));
        assert!(holds("codex/phase-c-C5-x", "c5"));
        assert!(holds("c5", "c5"));
    }

    #[test]
    fn patterns_are_matched_whole() {
        let region = |pattern: &str, branch: &str| {
            let expression = expression(pattern)?;
            Some(branch.get(expression.captures(branch)?.get(1)?.start()..)?.to_owned())
        };
        assert_eq!(region("{type}/{item}-{slug}", "feat/batch-1-ci").as_deref(), Some("batch-1-ci"));
        assert_eq!(region("{type}/{item}-{slug}", "batch-1-ci"), None);
        assert_eq!(region("codex/{item}", "codex/C5").as_deref(), Some("C5"));
        assert_eq!(region("codex/{item}", "x/codex/C5"), None);
        assert_eq!(region("{broken", "x"), None);
        assert_eq!(region("{type}/x", "feat/x"), None);
    }
}
