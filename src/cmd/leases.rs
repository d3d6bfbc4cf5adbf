//! Leases as the commands use them: nobody begins what somebody else has in hand, in whichever worktree.

use std::cell::OnceCell;
use std::path::Path;

use crate::derive::leases::{Written, after, against, is_taken};
use crate::derive::next::Action;
use crate::derive::shell;
use crate::derive::world::{Spot, World};
use crate::error::{Error, Result};
use crate::model::edit::Edit;
use crate::model::facts::Worktree;
use crate::model::id::Id;
use crate::model::item::Item;
use crate::model::lease::{HOURS, Lease, Seat};
use crate::model::state::State;
use crate::model::workflow::Workflow;
use crate::store::{At, Beside, leases, leases_edit};

use super::context::Context;
use super::draft::Draft;
use super::session::Session;
use super::write::Deciding;

/// The leases of a repository as they are under the lock, and who asks.
pub(super) struct Leases<'a> {
    deciding: &'a Deciding<'a>,
    all: Vec<Lease>,
    trees: OnceCell<Vec<Worktree>>,
}

impl<'a> Leases<'a> {
    /// Reads them.
    pub(super) fn of(deciding: &'a Deciding<'a>) -> Result<Self> {
        Ok(Self { deciding, all: leases(&deciding.session.store)?, trees: OnceCell::new() })
    }

    /// Who else has this item in hand.
    pub(super) fn holder(&self, world: &World, spot: Spot) -> Option<String> {
        self.against(world, spot).map(|lease| lease.holder.clone())
    }

    /// Refuses when somebody else has this item in hand.
    pub(super) fn refuse(&self, world: &World, spot: Spot) -> Result<()> {
        let Some(lease) = self.against(world, spot) else { return Ok(()) };
        let name = world.refer(spot.board, world.board(spot).node(spot.place).id);
        let now = self.deciding.context.now;
        let place = place_of(lease);
        let steal = format!("git track claim {name} --steal -m \"why\"");
        if lease.closed {
            let error = Error::refused(format!("{name} was closed by {} {place}", lease.holder));
            let repo = &self.deciding.session.store.repo;
            let error = match lease.branch.as_ref() {
                Some(branch) if repo.branch_tip(branch).is_some() => {
                    error.hint(format!("git merge {}", shell::word(branch)))
                }
                Some(_) => error.note("that branch is not there any more"),
                None => error,
            };
            return Err(error.hint(steal));
        }
        Err(Error::refused(format!("{name} is taken by {} {place}", lease.holder))
            .note(format!(
                "since {}; free in {} unless something is written",
                lease.since.ago(now),
                now.until(lease.until)
            ))
            .hint("git track claim")
            .hint(steal))
    }

    /// Refuses a draft that takes what somebody else has in hand; what it takes, else.
    pub(super) fn taken(&self, draft: &Draft) -> Result<Vec<(Id, Id)>> {
        let mut taken = draft.stolen.clone();
        if draft.observes {
            return Ok(taken);
        }
        let world = draft.world();
        for workflow in draft.changed() {
            let Some(before) = draft.snapshot.loaded(&workflow.id).map(|loaded| &loaded.workflow) else {
                continue;
            };
            let Some((board, laid)) = world.find(&workflow.id) else { continue };
            for (place, node) in laid.nodes().skip(1).filter(|(_, node)| node.item.state() != State::Todo) {
                let was = before.root.find(node.id).map(Item::state);
                let about = (workflow.id.clone(), node.id.clone());
                if was != Some(State::Todo) || taken.contains(&about) {
                    continue;
                }
                self.refuse(&world, Spot { board, place })?;
                taken.push(about);
            }
        }
        Ok(taken)
    }

    /// What the author of a draft goes on with, and has not taken, although somebody else has it in hand, as remarks.
    pub(super) fn lost(&self, draft: &Draft, taken: &[(Id, Id)]) -> Vec<String> {
        let Deciding { context, actor, .. } = self.deciding;
        let is_lost = |lease: &Lease, workflow: &Workflow| {
            let before = draft.snapshot.loaded(&workflow.id).map(|loaded| &loaded.workflow.root);
            let item = workflow.root.find(&lease.item);
            let own = item.is_some_and(|item| item.owner.as_ref() == Some(actor));
            own && item != before.and_then(|root| root.find(&lease.item))
        };
        let others = self.all.iter().filter(|lease| {
            let is_taken = taken.iter().any(|(workflow, item)| lease.is_about(workflow, item));
            lease.holder != *actor && lease.until > context.now && !is_taken
        });
        let lost = others.filter(|lease| {
            let changed = draft.changed().find(|workflow| workflow.id == lease.workflow);
            changed.is_some_and(|workflow| is_lost(lease, workflow)) && self.holds(lease)
        });
        lost.map(|lease| format!("{} was taken over by {} {}", lease.item, lease.holder, place_of(lease)))
            .collect()
    }

    /// The edit that leases what a draft takes, and renews what its author has in hand.
    pub(super) fn edit(&self, draft: &Draft, taken: &[(Id, Id)]) -> Result<Option<Edit>> {
        if self.all.is_empty() && taken.is_empty() {
            return Ok(None);
        }
        let loaded = |id: &Id| draft.snapshot.loaded(id).map(|loaded| &loaded.workflow);
        let workflows: Vec<_> = draft.changed().map(|workflow| (loaded(&workflow.id), workflow)).collect();
        let Deciding { context, session, .. } = self.deciding;
        let hours = session.snapshot.config.lease_hours.unwrap_or(HOURS).max(1);
        let after = self.seated(|seat| {
            after(&self.all, &Written { workflows: &workflows, taken, seat, now: context.now, hours })
        });
        leases_edit(&session.store, &self.all, after)
    }

    fn against(&self, world: &World, spot: Spot) -> Option<&Lease> {
        let board = world.board(spot);
        let about = (&board.workflow.id, board.node(spot.place).id);
        let found = self.seated(|seat| against(&self.all, about, seat, self.deciding.context.now))?;
        self.holds(found).then_some(found)
    }

    fn seated<T>(&self, ask: impl FnOnce(Seat) -> T) -> T {
        let Deciding { context, session, actor, .. } = self.deciding;
        let repo = &session.store.repo;
        let from = context.from();
        let tree = from.map(|from| from.tree.as_path()).or(repo.work_tree()).unwrap_or(repo.git_dir());
        let dir = from.map_or(repo.git_dir(), |from| from.dir.as_path());
        let (dir, tree) = (dir.to_string_lossy(), tree.to_string_lossy());
        ask(Seat { holder: actor, dir: &dir, tree: &tree, branch: session.acting.as_deref() })
    }

    // Whoever went back to what was before has nothing in hand any more. What cannot be known frees nothing.
    fn holds(&self, lease: &Lease) -> bool {
        let Deciding { session, actor, .. } = self.deciding;
        let own = session.snapshot.loaded(&lease.workflow).map(|loaded| &loaded.workflow);
        if let Some(own) = own.filter(|own| own.root.home.is_some()) {
            return is_taken(own, &lease.item);
        }
        let Ok(path) = session.store.path_of(&lease.workflow) else { return true };
        let takes = |copy: Result<Option<Workflow>>| match copy {
            Ok(copy) => copy.is_some_and(|copy| is_taken(&copy, &lease.item)),
            Err(_) => true,
        };
        let tip = lease.branch.as_deref().and_then(|name| session.store.repo.branch_tip(name));
        let committed = tip.map(|tip| takes(session.store.copy(&At::Commit(tip), &path)));
        let repo = &session.store.repo;
        // Asked once for all leases: it is a child of git.
        let trees = self.trees.get_or_init(|| repo.worktrees().unwrap_or_default());
        let Some(tree) = repo.tree_of(trees, Path::new(&lease.dir)) else {
            // A worktree that is gone took with it what was not committed; its holder begins again elsewhere.
            return lease.holder != *actor && committed.unwrap_or(true);
        };
        let still_there = tree.branch == lease.branch;
        let worked_on = takes(Beside::of(&session.store, &tree.path).copy(&path));
        worked_on || committed.unwrap_or(!still_there)
    }
}

/// Leaves out what somebody else has in hand. Where that cannot be known, nothing is.
pub(super) fn leave_out(context: &Context, session: &Session, world: &World, actions: &mut Vec<Action>) {
    let begins = |action: &Action| action.verb == "start";
    let kind = context.actor_kind(&session.snapshot.config.roles.agent_env);
    let who = context.actor(&session.store.repo).and_then(|actor| Ok((actor, kind?)));
    let Some((actor, kind)) = who.ok().filter(|_| actions.iter().any(begins)) else { return };
    let deciding = Deciding { context, session, actor, kind };
    let Some(leases) = Leases::of(&deciding).ok().filter(|leases| !leases.all.is_empty()) else { return };
    actions.retain(|action| !begins(action) || leases.against(world, action.spot).is_none());
}

fn place_of(lease: &Lease) -> String {
    match &lease.branch {
        Some(branch) => format!("on {branch}"),
        None => format!("in {}", lease.tree),
    }
}
