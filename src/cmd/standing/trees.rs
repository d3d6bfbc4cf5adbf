//! The worktrees of the repository, and what is going on there.

use std::collections::{HashMap, HashSet};

use crate::derive::stage::{Line, Tree};
use crate::derive::world::{Spot, World};
use crate::error::Result;
use crate::model::facts::{Operation, Worktree};

use super::Here;

/// The folder of the state, which changes with every command.
const STATE: &str = ".track/";

/// A worktree that was looked into.
#[derive(Clone, Debug)]
pub(in super::super) struct Beside {
    /// The worktree.
    pub tree: Worktree,
    /// How many files there are changed and not committed, state and rendered documents left out; `None`: it was not
    /// looked, or took too long.
    pub dirty: Option<usize>,
    /// What git has begun there and not finished.
    pub operation: Option<Operation>,
}

/// Adds to the branches of items the worktrees where they are checked out, and what is going on there; all worktrees
/// but this one, too, where those are asked for.
pub(super) fn look(here: Here, world: &World, lines: &mut HashMap<Spot, Vec<Line>>) -> Result<Vec<Beside>> {
    let repo = here.repo;
    let carrying: HashSet<String> = lines.values().flatten().map(|line| line.name.clone()).collect();
    let is_here = |tree: &Worktree| repo.work_tree() == Some(tree.path.as_path());
    let carries = |tree: &Worktree| tree.branch.as_ref().is_some_and(|branch| carrying.contains(branch));
    let trees = repo.worktrees()?.into_iter().filter(|tree| !tree.bare && tree.prunable.is_none());
    let trees: Vec<Worktree> =
        trees.filter(|tree| carries(tree) || here.everywhere && !is_here(tree)).collect();
    let inside = repo.look_into(&trees.iter().collect::<Vec<_>>(), here.until);
    let rendered = world.rendered();
    let counts =
        |path: &str| !path.starts_with(STATE) && !rendered.iter().any(|document| document.as_str() == path);
    let mut others = Vec::new();
    for (tree, inside) in trees.into_iter().zip(inside) {
        let dirty = inside.changed.map(|files| files.iter().filter(|file| counts(&file.path)).count());
        let carried = lines.values_mut().flatten().find(|line| Some(&line.name) == tree.branch.as_ref());
        if let Some(line) = carried {
            line.tree = Some(Tree {
                path: tree.path.to_string_lossy().into_owned(),
                dirty: dirty.map(|count| count > 0),
                operation: inside.operation,
            });
        }
        if !is_here(&tree) {
            others.push(Beside { tree, dirty, operation: inside.operation });
        }
    }
    Ok(others)
}
