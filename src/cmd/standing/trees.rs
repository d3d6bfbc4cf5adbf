//! The worktrees where branches of items are checked out.

use std::collections::HashMap;

use crate::derive::stage::{Line, Tree};
use crate::derive::world::{Spot, World};
use crate::error::Result;
use crate::git::Repo;
use crate::model::facts::Worktree;

use super::Here;

/// How many worktrees are looked into: each is a question to git that reads all its files.
const LOOKED_INTO: usize = 16;

/// The folder of the state, which changes with every command.
const STATE: &str = ".track/";

/// Adds to the branches of items the worktrees where they are checked out, and what is going on there.
pub(super) fn look(here: Here, world: &World, lines: &mut HashMap<Spot, Vec<Line>>) -> Result<()> {
    let repo = here.repo;
    let rendered = world.rendered();
    let counts =
        |path: &str| !path.starts_with(STATE) && !rendered.iter().any(|document| document.as_str() == path);
    let mut looked = 0;
    for tree in repo.worktrees()?.into_iter().filter(|tree| !tree.bare && tree.prunable.is_none()) {
        let carried = lines.values_mut().flatten().find(|line| Some(&line.name) == tree.branch.as_ref());
        let Some(line) = carried else { continue };
        looked += 1;
        let look = looked <= LOOKED_INTO;
        let there = if is_here(repo, &tree) { None } else { Some(here.context.beside(&tree.path)) };
        let found = match &there {
            None => Some(repo),
            // A worktree that is gone, or on a disk that is not there, says nothing.
            Some(opened) => opened.as_ref().ok(),
        };
        let changed = found.filter(|_| look).and_then(|repo| repo.changed_files().ok());
        line.tree = Some(Tree {
            path: tree.path.to_string_lossy().into_owned(),
            dirty: changed.map(|files| files.iter().any(|file| counts(&file.path))),
            operation: found.and_then(Repo::operation),
        });
    }
    Ok(())
}

fn is_here(repo: &Repo, tree: &Worktree) -> bool {
    repo.work_tree() == Some(tree.path.as_path())
}
