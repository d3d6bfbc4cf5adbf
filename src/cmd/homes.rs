//! Workflows that live on one branch: a write happens in the worktree where that is checked out.

use std::path::{Path, PathBuf};

use crate::derive::shell;
use crate::error::{Error, Result};
use crate::model::workflow::Workflow;
use crate::store::{Beside, Home, Loaded};

use super::branching::usual;
use super::draft::Draft;
use super::write::Deciding;

/// The worktree in which a draft must be written, when that is not this one.
pub(super) fn elsewhere(deciding: &Deciding, draft: &Draft) -> Result<Option<PathBuf>> {
    let mut found: Option<PathBuf> = None;
    for workflow in draft.changed() {
        let home = draft.snapshot.loaded(&workflow.id).and_then(|loaded| loaded.home.as_ref());
        let Some(home) = home else { continue };
        let tree = home.tree.as_deref().ok_or_else(|| nowhere(deciding, workflow, home))?;
        found = Some(tree.to_path_buf());
    }
    let Some(tree) = found else {
        moved(deciding, draft)?;
        return unknown_here(deciding, draft).map(|()| None);
    };
    let there = |workflow: &Workflow| {
        let loaded = draft.snapshot.loaded(&workflow.id);
        loaded.and_then(|loaded| loaded.home.as_ref()?.tree.as_deref()) == Some(tree.as_path())
    };
    match draft.changed().find(|workflow| !there(workflow)) {
        Some(other) => Err(Error::usage(format!("{} lives elsewhere than the others", other.id))
            .hint("change what lives in one place at a time")),
        None => Ok(Some(tree)),
    }
}

fn nowhere(deciding: &Deciding, workflow: &Workflow, home: &Home) -> Error {
    let refused =
        |why: &str| Error::refused(format!("{} lives on {}, which is {why}", workflow.id, home.branch));
    let repo = &deciding.session.store.repo;
    if let Some(tree) = repo.rebasing(&home.branch) {
        return refused("being rebased").note(format!("in {}", tree.display())).hint("git rebase --continue");
    }
    let main = repo.worktrees().ok().and_then(|trees| Some(trees.into_iter().next()?.path));
    let main = main.as_deref().or(repo.work_tree()).unwrap_or(Path::new("."));
    let place = usual(main, &home.branch);
    let place = place.to_string_lossy();
    let add = format!("git worktree add {} {}", shell::word(&place), shell::word(&home.branch));
    refused("checked out nowhere").hint(add)
}

// A branch that was made before a workflow had a home does not know of it.
fn unknown_here(deciding: &Deciding, draft: &Draft) -> Result<()> {
    let store = &deciding.session.store;
    let homeless = draft.changed().filter(|workflow| workflow.root.home.is_none());
    let known = homeless.filter_map(|workflow| draft.snapshot.loaded(&workflow.id));
    let known: Vec<&Loaded> = known.filter(|own| own.workflow.root.home.is_none()).collect();
    if known.is_empty() {
        return Ok(());
    }
    for tree in store.repo.worktrees()?.into_iter().filter(|tree| !tree.bare && tree.prunable.is_none()) {
        let Some(branch) = tree.branch.as_deref().filter(|_| store.repo.work_tree() != Some(&tree.path))
        else {
            continue;
        };
        let files = Beside::of(store, &tree.path);
        let lives =
            |own: &&&Loaded| files.other(own).is_some_and(|there| there.root.home.as_deref() == Some(branch));
        if let Some(own) = known.iter().find(lives) {
            let workflow = &own.workflow.id;
            return Err(Error::refused(format!(
                "{workflow} lives on {branch}, which this branch does not know yet"
            ))
            .hint(format!("git merge {}", shell::word(branch)))
            .hint(format!("or in {}", tree.path.display())));
        }
    }
    Ok(())
}

// A home is named where it is, so that the copy that counts from then on is there.
fn moved(deciding: &Deciding, draft: &Draft) -> Result<()> {
    let here = deciding.session.branch.as_deref();
    for workflow in draft.changed() {
        let before =
            draft.snapshot.loaded(&workflow.id).and_then(|loaded| loaded.workflow.root.home.as_deref());
        let home = workflow.root.home.as_deref();
        if let Some(home) = home.filter(|home| Some(*home) != before && Some(*home) != here) {
            return Err(Error::refused(format!(
                "{home} becomes the home of {} where it is checked out",
                workflow.id
            ))
            .hint(format!("git switch {}", shell::word(home))));
        }
    }
    Ok(())
}
