//! Other copies of the state: worktrees and branches on which something is known that is not known here.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use crate::derive::board::Thing;
use crate::derive::copies::newer;
use crate::derive::here::item_of;
use crate::derive::words::several;
use crate::derive::world::{Spot, World};
use crate::error::{Error, Result};
use crate::model::facts::{CommitId, Operation, Source};
use crate::model::path::RepoPath;
use crate::model::time::Time;
use crate::model::workflow::Workflow;
use crate::process::Until;
use crate::store::{At, Beside as Files, FOLDER, Loaded};
use crate::ui::{Line, Style, Text, cut};

use super::super::context::Context;
use super::super::session::Session;
use super::super::standing::{Beside, Standings};
use super::View;

/// How long `status` waits for other worktrees.
const PATIENCE: Duration = Duration::from_millis(150);

/// The variable that says how long instead, in milliseconds.
const VARIABLE: &str = "GIT_TRACK_PATIENCE_MS";

/// How many of them a screen shows.
const FEW: usize = 5;

/// A copy of the state, and what it knows.
pub(super) struct Other {
    /// The top of the worktree where it is; `None`: the branch is checked out nowhere.
    tree: Option<PathBuf>,
    branch: Option<String>,
    dirty: Option<usize>,
    operation: Option<Operation>,
    /// Commits that it has and the base has not, and the other way round.
    apart: Option<(usize, usize)>,
    /// Whether an item that is looked at is worked on there.
    carries: bool,
    /// `None`: there was no time to look.
    known: Option<Vec<Known>>,
}

/// An item of which another copy knows more.
struct Known {
    reference: String,
    there: String,
    owner: Option<String>,
    at: Time,
    here: Option<String>,
}

/// The copies, and whether some were not looked into for lack of time.
pub(super) struct Others {
    all: Vec<Other>,
    hurried: bool,
}

/// Until when other worktrees are waited for.
pub(super) fn until(context: &Context) -> Result<Until> {
    let said = context.var(VARIABLE).map(|said| {
        let wrong = |_| Error::usage(format!("{VARIABLE} is `{said}`, not a number of milliseconds"));
        said.parse().map(Duration::from_millis).map_err(wrong)
    });
    Ok(Until::after(said.transpose()?.unwrap_or(PATIENCE)))
}

/// Looks for what other worktrees know, and other branches with `every`.
pub(super) fn others(
    session: &Session,
    world: &World,
    (git, shown): (&Standings, &[usize]),
    every: bool,
    until: Until,
) -> Result<Others> {
    let looking = Looking { session, world, shown };
    let store = &session.store;
    let names: Vec<&str> = git.beside.iter().filter_map(|beside| beside.tree.branch.as_deref()).collect();
    let apart =
        git.tip.as_ref().map(|base| store.repo.ahead_and_behind(&names, base, until)).unwrap_or_default();
    let mut found = Others { all: Vec::new(), hurried: false };
    for beside in &git.beside {
        found.hurried |= until.is_over();
        let files = Files::of(store, &beside.tree.path);
        let known = (!found.hurried).then(|| looking.known(|own| files.other(own)));
        found.all.push(looking.tree(beside, &apart, known));
    }
    if every {
        looking.branches(&mut found)?;
    }
    Ok(found)
}

struct Looking<'a, 'w> {
    session: &'a Session,
    world: &'a World<'w>,
    shown: &'a [usize],
}

impl Looking<'_, '_> {
    fn tree(
        &self,
        beside: &Beside,
        apart: &HashMap<String, (usize, usize)>,
        known: Option<Vec<Known>>,
    ) -> Other {
        let branch = beside.tree.branch.clone();
        let item = branch.as_deref().and_then(|branch| item_of(self.world, branch, None).ok().flatten());
        Other {
            tree: Some(beside.tree.path.clone()),
            dirty: beside.dirty,
            operation: beside.operation,
            apart: branch.as_ref().and_then(|branch| apart.get(branch).copied()),
            carries: item.is_some_and(|(spot, _)| self.shown.contains(&spot.board)),
            branch,
            known,
        }
    }

    // Where an item has its home, no other copy of it counts.
    fn known(&self, copy: impl Fn(&Loaded) -> Option<Workflow>) -> Vec<Known> {
        let mut known = Vec::new();
        for &board in self.shown {
            let Some(laid) = self.world.boards.get(board) else { continue };
            let own = self.session.snapshot.loaded(&laid.workflow.id);
            let Some(own) = own.filter(|own| own.workflow.root.home.is_none()) else { continue };
            let Some(theirs) = copy(own) else { continue };
            let there = self.world.with(board, &theirs);
            for newer in newer(&own.workflow, &theirs) {
                let label = |world: &World| match world.boards.get(board)?.thing(&newer.item)? {
                    Thing::Item(place) => Some(world.label(Spot { board, place })),
                    _ => None,
                };
                known.push(Known {
                    reference: format!("{}:{}", laid.workflow.id, newer.item),
                    there: label(&there).unwrap_or_default(),
                    owner: theirs.root.find(&newer.item).and_then(|item| item.owner.clone()),
                    at: newer.at,
                    here: label(self.world),
                });
            }
        }
        known.sort_by_key(|known| std::cmp::Reverse(known.at));
        known
    }

    // Branches that are checked out nowhere; of several with the same state the first.
    fn branches(&self, found: &mut Others) -> Result<()> {
        let repo = &self.session.store.repo;
        let folder = RepoPath::parse(&format!("{FOLDER}/workflows"))?;
        let mut seen: Vec<Vec<String>> = Vec::new();
        let out: Vec<String> = repo.worktrees()?.into_iter().filter_map(|tree| tree.branch).collect();
        for branch in
            repo.branches()?.into_iter().filter(|branch| !branch.remote && !out.contains(&branch.name))
        {
            let files = repo.list(&Source::Commit(branch.commit.clone()), &folder)?;
            let ids: Vec<String> = files.iter().map(|file| file.id.to_string()).collect();
            if seen.contains(&ids) {
                continue;
            }
            seen.push(ids);
            let known = self.known(|own| self.at(&branch.commit, own));
            if !known.is_empty() {
                found.all.push(Other {
                    tree: None,
                    branch: Some(branch.name),
                    dirty: None,
                    operation: None,
                    apart: None,
                    carries: false,
                    known: Some(known),
                });
            }
        }
        Ok(())
    }

    fn at(&self, commit: &CommitId, own: &Loaded) -> Option<Workflow> {
        let copy = self.session.store.copy(&At::Commit(commit.clone()), &own.path).ok().flatten()?;
        (copy != own.workflow).then_some(copy)
    }
}

impl Other {
    fn items(&self) -> impl Iterator<Item = &Known> {
        self.known.iter().flatten()
    }

    fn matters(&self) -> bool {
        self.items().next().is_some() || self.operation.is_some() || self.carries && self.dirty != Some(0)
    }

    fn standing(&self) -> String {
        let mut parts = Vec::new();
        if let Some(operation) = self.operation {
            parts.push(format!("{} in progress", operation.word()));
        }
        match self.dirty {
            Some(0) => {}
            Some(count) => parts.push(format!("{} not committed", several(count, "file"))),
            None if self.tree.is_none() => {}
            None => parts.push("…".to_owned()),
        }
        match self.apart {
            Some((0, 0)) | None => {}
            Some((ahead, behind)) => parts.push(format!("{ahead} ahead, {behind} behind")),
        }
        parts.join(", ")
    }
}

/// The copies that know something, and those that are read instead of one's own, as lines.
pub(super) fn lines(text: &mut Text, view: &View, others: &Others, top: Option<&Path>) {
    let all = view.args.all;
    let shown: Vec<&Other> = others.all.iter().filter(|other| all || other.matters()).collect();
    let homes = homes(view, top);
    if shown.is_empty() && homes.is_empty() && !others.hurried {
        return;
    }
    text.gap();
    text.line(Line::new().add(Style::Strong, "Elsewhere"));
    for home in homes {
        text.line(Line::new().plain("  ").plain(home));
    }
    let limit = if all { usize::MAX } else { FEW };
    for other in shown.iter().take(limit) {
        other.lines(text, (top, view.now), limit);
    }
    if shown.len() > limit {
        let more = format!("  and {} more: git track status --all", shown.len() - limit);
        text.line(Line::new().add(Style::Dim, more));
    }
    if others.hurried {
        text.line(Line::new().add(Style::Dim, "  …"));
    }
}

fn homes(view: &View, top: Option<&Path>) -> Vec<String> {
    let shown = view.shown.iter().filter_map(|&board| view.world.boards.get(board));
    let told = |workflow: &Workflow| {
        let home = view.session.snapshot.loaded(&workflow.id)?.home.as_ref()?;
        let place = home.tree.as_ref().map(|tree| format!(", {}", short(tree, top))).unwrap_or_default();
        Some(format!("{} is as on {}{place}", cut(workflow.id.as_str(), 30), home.branch))
    };
    shown.filter_map(|board| told(board.workflow)).collect()
}

impl Other {
    fn lines(&self, text: &mut Text, (top, now): (Option<&Path>, Time), limit: usize) {
        let (place, branch) = match (&self.tree, &self.branch) {
            (Some(tree), branch) => (short(tree, top), branch.as_deref().unwrap_or("detached")),
            (None, branch) => (branch.clone().unwrap_or_default(), "not checked out"),
        };
        text.line(Line::new().plain("  ").plain(cut(&place, 30)).to_column(34).plain(cut(branch, 44)));
        let standing = self.standing();
        if !standing.is_empty() {
            text.line(Line::new().plain("      ").add(Style::Dim, standing));
        }
        for known in self.items().take(limit) {
            text.line(Line::new().plain("      ").plain(cut(&known.told(now), 73)));
        }
        let count = self.items().count();
        if count > limit {
            let more = format!("      and {} more", count - limit);
            text.line(Line::new().add(Style::Dim, more));
        }
    }
}

impl Known {
    fn told(&self, now: Time) -> String {
        let id = self.reference.rsplit(':').next().unwrap_or(&self.reference);
        let owner = self.owner.as_ref().map(|owner| format!(", {owner}")).unwrap_or_default();
        let here = match &self.here {
            Some(here) if *here == self.there => String::new(),
            Some(here) => format!(" (here: {here})"),
            None => " (not here)".to_owned(),
        };
        format!("{id}: {}{owner}, {}{here}", self.there, self.at.ago(now))
    }
}

// Beside this worktree it is named from here, elsewhere in full.
fn short(tree: &Path, top: Option<&Path>) -> String {
    let beside = top.and_then(Path::parent).and_then(|parent| tree.strip_prefix(parent).ok());
    match beside {
        Some(name) => format!("../{}", name.display()),
        None => tree.display().to_string(),
    }
}

/// The copies for `--json`.
pub(super) fn data(others: &Others) -> Vec<Value> {
    let item = |known: &Known| json!({ "ref": known.reference, "there": known.there, "owner": known.owner, "at": known.at, "here": known.here });
    let one = |other: &Other| {
        json!({
            "path": other.tree.as_ref().map(|tree| tree.to_string_lossy()),
            "branch": other.branch,
            "dirty": other.dirty,
            "operation": other.operation.map(Operation::word),
            "ahead": other.apart.map(|(ahead, _)| ahead),
            "behind": other.apart.map(|(_, behind)| behind),
            "items": other.known.as_ref().map(|known| known.iter().map(item).collect::<Vec<_>>()),
        })
    };
    others.all.iter().map(one).collect()
}
