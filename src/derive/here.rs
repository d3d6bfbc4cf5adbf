//! Which item a branch carries.

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
    let counts = |board: usize| {
        let open = world.boards.get(board).is_some_and(|board| !board.root().state.is_closed());
        only_in.map_or(open, |meant| meant == board && open)
    };
    item_in(world, branch, &counts)
}

/// The same among the workflows that count, closed or not.
pub fn item_in(world: &World, branch: &str, counts: &dyn Fn(usize) -> bool) -> Result<Option<(Spot, Via)>> {
    let names = world.names();
    let declared = names.declared(branch).iter().copied().filter(|spot| counts(spot.board));
    if let Some(spot) = only(world, branch, &declared.collect::<Vec<_>>())? {
        return Ok(Some((spot, Via::Declared)));
    }
    Ok(only(world, branch, &names.longest(world, branch, counts))?.map(|spot| (spot, Via::Name)))
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

#[cfg(test)]
mod tests {
    use super::super::testing::{Scene, TEAM};
    use super::*;

    fn found(bodies: &[&str], branch: &str) -> Result<Option<(String, Via)>> {
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
            assert_eq!(found(&[body], branch).unwrap(), expected, "{branch}");
        }
    }

    #[test]
    fn two_that_fit_are_an_error_and_closed_workflows_do_not_count() {
        let body = "items: {batch-1: {title: A}, z: {title: Z, branch: my/x}}";
        let error = found(&[body, body], "feat/batch-1").unwrap_err();
        assert_eq!(error.message(), "branch feat/batch-1 fits w:batch-1 and w2:batch-1");
        assert_eq!(error.hints(), ["git track set w:batch-1 branch=feat/batch-1"]);
        assert!(found(&[body, body], "my/x").is_err());
        let closed = format!("state: done\n{body}");
        assert_eq!(found(&[&closed, body], "feat/batch-1").unwrap().unwrap().0, "w2:batch-1");
        assert_eq!(found(&[&closed, body], "my/x").unwrap().unwrap().0, "w2:z");
    }
}
