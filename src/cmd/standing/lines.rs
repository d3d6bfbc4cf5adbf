//! Which branch carries which item, here and on remotes.

use std::collections::{BTreeMap, HashMap};

use crate::derive::drift::{self, Drift};
use crate::derive::here::{Via, item_in, names_something};
use crate::derive::stage::{Line, Tip};
use crate::derive::world::{Spot, World};
use crate::git::Left;
use crate::model::facts::{Branch, CommitId};

use super::Remotes;

/// The branches of items, and what is wrong with others.
#[derive(Default)]
pub(super) struct Lines {
    pub(super) of: HashMap<Spot, Vec<Line>>,
    pub(super) drift: Vec<Drift>,
}

/// Sorts branches by the items that they carry. `base` is the short name of the branch that work lands on, `counts` says
/// which workflows are looked at, `asked` which commits somebody is asked to look at.
pub(super) fn lines(
    world: &World,
    (branches, remotes): (&[Branch], &Remotes),
    base: Option<&str>,
    counts: &dyn Fn(usize) -> bool,
    asked: &[CommitId],
) -> Lines {
    // One name, here and on remotes, is one branch; this repository comes first.
    let mut named: BTreeMap<&str, Vec<&Branch>> = BTreeMap::new();
    for branch in branches {
        let (_, name) = remotes.parts(branch);
        if Some(name) != base {
            named.entry(name).or_default().push(branch);
        }
    }
    let mut lines = Lines::default();
    for (name, branches) in named {
        match item_in(world, name, counts) {
            Ok(Some((spot, via))) => {
                lines.of.entry(spot).or_default().push(line(name, via, (&branches, remotes), asked));
            }
            Ok(None) => {
                let here = branches.iter().any(|branch| !branch.remote);
                let like = if here { world.names().nearly(world, name) } else { None };
                if like.is_some() || here && names_something(world, name) {
                    lines.drift.push(drift::nameless(name, like.as_deref()));
                }
            }
            Err(error) => {
                let command = error.hints().first().cloned();
                lines.drift.push(drift::ambiguous(name, error.message(), command));
            }
        }
    }
    lines
}

impl Lines {
    /// Adds a branch that is not there any more, where it was an item's and this clone still has its commits.
    pub(super) fn add_gone(
        &mut self,
        world: &World,
        counts: &dyn Fn(usize) -> bool,
        left: Left,
        is_here: &dyn Fn(&CommitId) -> bool,
    ) {
        let Ok(Some((spot, via))) = item_in(world, &left.name, counts) else { return };
        let lines = self.of.entry(spot).or_default();
        if lines.iter().any(|line| line.name == left.name) || !is_here(&left.commit) {
            return;
        }
        let made = left.made.into_iter().filter(|id| is_here(id)).collect();
        let tips = vec![Tip { remote: None, commit: left.commit }];
        lines.push(Line { name: left.name, via, tips, made, gone: true, in_review: false, tree: None });
    }
}

fn line(name: &str, via: Via, (branches, remotes): (&[&Branch], &Remotes), asked: &[CommitId]) -> Line {
    let tip = |branch: &&Branch| Tip {
        remote: remotes.parts(branch).0.map(str::to_owned),
        commit: branch.commit.clone(),
    };
    Line {
        name: name.to_owned(),
        via,
        tips: branches.iter().map(tip).collect(),
        made: Vec::new(),
        gone: false,
        in_review: branches.iter().any(|branch| asked.contains(&branch.commit)),
        tree: None,
    }
}
