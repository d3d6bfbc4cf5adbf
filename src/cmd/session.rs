//! Reading: the state as a command sees it, and what references mean in it.

use std::time::Duration;

use crate::derive::board::{Board, Node};
use crate::derive::conditions::is_listed;
use crate::derive::here::{Via, item_of, names_something};
use crate::derive::reference::{self, Part, Target};
use crate::derive::world::{Spot, World};
use crate::error::{Error, Kind, Result};
use crate::files::{Files, Lock, Owner, Recovered};
use crate::model::actor::{Actor, ActorKind};
use crate::model::state::State;
use crate::store::{At, Broken, CONFIG, Snapshot, Store, generation};

use crate::ui::{Line, Style};

use super::Answer;
use super::bump::{Way, settle_release};
use super::context::Context;
use super::items;
use super::recover::recovery;
use super::validity::check;

/// The state of the work tree, read whole.
pub(super) struct Session {
    /// Where it comes from.
    pub store: Store,
    /// What it says.
    pub snapshot: Snapshot,
    /// The branch that is checked out, if any.
    pub branch: Option<String>,
    /// The branch that whoever acts has checked out: another one when the state lives elsewhere.
    pub acting: Option<String>,
}

/// How many broken files are named by commands that are about something else.
const SOME: usize = 3;

/// How often a reader looks again while somebody writes.
const TRIES: usize = 5;

/// Lays the workflows of a snapshot out.
pub(super) fn world(snapshot: &Snapshot) -> World<'_> {
    World::new(snapshot.with_profiles(), &snapshot.pages)
}

/// Somebody who acts on no workflow in particular: an agent, too, who is one of any of them.
pub(super) fn anywhere<'n>(context: &Context, snapshot: &Snapshot, name: &'n str) -> Result<Actor<'n>> {
    let actor = Actor { name, kind: context.actor_kind(&snapshot.config.roles.agent_env)? };
    let roots = snapshot.workflows.iter().map(|loaded| &loaded.workflow.root);
    let listed = roots.filter(|root| !root.state().is_closed()).any(|root| is_listed(root, name));
    Ok(if listed { Actor { kind: ActorKind::Agent, ..actor } } else { actor })
}

/// An answer about all workflows of a snapshot, which says so when some of them could not be looked at.
pub(super) fn whole(snapshot: &Snapshot, answer: Answer) -> Answer {
    let broken = snapshot.broken.len();
    if broken == 0 {
        return answer;
    }
    let mut answer = answer
        .with("broken", snapshot.broken.iter().map(items::broken).collect::<Vec<_>>())
        .exit(Kind::State.exit());
    answer.text.gap();
    for broken in snapshot.broken.iter().take(SOME) {
        let what = items::at_place(&place_of(broken), complaint(broken), 72);
        answer.text.line(Line::new().add(Style::Bad, "BROKEN").plain("  ").plain(what));
    }
    if broken > SOME {
        answer.text.line(Line::new().add(Style::Dim, format!("        and {} more", broken - SOME)));
    }
    answer.text.line(Line::new().plain("        ").add(Style::Command, "git track doctor"));
    answer
}

impl Session {
    /// Reads the state of the work tree; an interrupted change is finished first.
    pub(super) fn open(context: &Context) -> Result<Self> {
        Self::of(context, context.store()?)
    }

    /// The same of a store that is open already.
    pub(super) fn of(context: &Context, store: Store) -> Result<Self> {
        let snapshot = Self::consistent(context, &store)?;
        Self::with(context, store, snapshot)
    }

    /// Reads another version of the state.
    pub(super) fn open_at(context: &Context, at: At) -> Result<Self> {
        let store = context.store()?;
        let snapshot = store.snapshot(at)?;
        Self::with(context, store, snapshot)
    }

    /// Reads the state under the lock, to change it.
    pub(super) fn open_locked(context: &Context) -> Result<(Self, Lock)> {
        let store = context.store()?;
        let lock = lock(context, &store, Duration::from_secs(10))?;
        refuse_to_foretell(context, &store)?;
        settle(context, &store, &lock)?;
        let mut snapshot = store.snapshot(At::WorkTree)?;
        // The defaults are good enough to read by, not to write by: the team may have decided otherwise.
        if let Some(index) = snapshot.broken.iter().position(|broken| broken.path == CONFIG) {
            return Err(snapshot.broken.swap_remove(index).error);
        }
        Ok((Self::with(context, store, snapshot)?, lock))
    }

    fn with(context: &Context, store: Store, mut snapshot: Snapshot) -> Result<Self> {
        if !snapshot.initialised && snapshot.workflows.is_empty() && snapshot.broken.is_empty() {
            let name =
                context.cwd().file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            return Err(Error::not_found(format!("git-track is not set up in {name}")).hint("git track init"));
        }
        let branch = store.repo.head()?.branch().map(str::to_owned);
        if snapshot.at == At::WorkTree {
            store.bring_home(&mut snapshot, branch.as_deref())?;
        }
        check(&mut snapshot);
        let acting = context.from().map_or_else(|| branch.clone(), |from| from.branch.clone());
        Ok(Self { store, snapshot, branch, acting })
    }

    // Without a lock: what was read counts only when nobody wrote meanwhile.
    fn consistent(context: &Context, store: &Store) -> Result<Snapshot> {
        for _ in 0..TRIES {
            if store.files.pending()?.is_some() {
                let lock =
                    lock(context, store, Duration::from_secs(3)).map_err(|error| match error.kind() {
                        Kind::Locked => {
                            Error::new(Kind::Pending, "a change is being written, or was interrupted")
                                .hint("try again, or: git track recover")
                        }
                        _ => error,
                    })?;
                settle(context, store, &lock)?;
            }
            let before = generation(store)?;
            let snapshot = store.snapshot(At::WorkTree)?;
            if store.files.pending()?.is_none() && generation(store)? == before {
                return Ok(snapshot);
            }
        }
        let lock = lock(context, store, Duration::from_secs(10))?;
        settle(context, store, &lock)?;
        store.snapshot(At::WorkTree)
    }

    /// The workflows that a list is about: that of what is named, else the one that is clear by itself, else all.
    pub(super) fn meant(
        &self,
        context: &Context,
        world: &World,
        target: Option<&Target>,
    ) -> Result<Vec<usize>> {
        Ok(match (target, self.home(context, world)?) {
            (Some(target), _) => vec![target.spot.board],
            (None, Some(home)) => vec![home],
            (None, None) => (0..world.boards.len()).collect(),
        })
    }

    /// Whether the base branch is checked out.
    pub(super) fn is_on_base(&self) -> bool {
        self.branch.is_some() && self.branch == self.snapshot.config.base
    }

    /// An answer about all workflows, which says so when some of them could not be looked at.
    pub(super) fn whole(&self, answer: Answer) -> Answer {
        whole(&self.snapshot, answer)
    }

    /// The workflow that is meant when none is named in a reference: asked for, the branch's, or the only open one.
    pub(super) fn home(&self, context: &Context, world: &World) -> Result<Option<usize>> {
        if let Some(name) = context.workflow() {
            return self.named(world, name).map(Some);
        }
        if let Some((spot, _)) = self.here(world)? {
            return Ok(Some(spot.board));
        }
        let mut open = world.boards.iter().enumerate().filter(|(_, board)| !board.root().state.is_closed());
        Ok(match (open.next(), open.next()) {
            (Some((only, _)), None) => Some(only),
            _ => None,
        })
    }

    /// The workflow that is meant; an error with the list when that is not clear.
    pub(super) fn the_workflow(&self, context: &Context, world: &World) -> Result<usize> {
        self.one_workflow(context, world, |_| true)
    }

    /// The workflow that is meant, looked for among those that fit.
    pub(super) fn one_workflow(
        &self,
        context: &Context,
        world: &World,
        fits: impl Fn(&Board) -> bool,
    ) -> Result<usize> {
        if let Some(home) = self.home(context, world)? {
            return Ok(home);
        }
        let open = || world.boards.iter().enumerate().filter(|(_, board)| !board.root().state.is_closed());
        if let [(only, _)] = open().filter(|(_, board)| fits(board)).collect::<Vec<_>>().as_slice() {
            return Ok(*only);
        }
        let open: Vec<&str> = open().map(|(_, board)| board.workflow.id.as_str()).collect();
        if open.is_empty() {
            let error = Error::not_found("there is no open workflow").hint("git track new <profile> <title>");
            return Err(self.unseen(error));
        }
        let mut error = Error::usage("which workflow? several are open");
        for id in open.iter().take(10) {
            error = error.note(*id);
        }
        Err(error
            .hint(format!("say it with -w, for example -w {}", open.first().copied().unwrap_or_default())))
    }

    fn named(&self, world: &World, name: &str) -> Result<usize> {
        reference::workflow(world, name).map_err(|error| self.broken(name).unwrap_or(error))
    }

    // What is not found may stand in a file that cannot be read.
    fn unseen(&self, error: Error) -> Error {
        let Some(first) = self.snapshot.broken.first() else { return error };
        let error =
            Error::state(error.message()).note(format!("BROKEN  {}: {}", place_of(first), complaint(first)));
        error.hint("git track doctor")
    }

    // A workflow that is there but cannot be read is not "unknown".
    fn broken(&self, workflow: &str) -> Option<Error> {
        let file = self.store.path_of(&crate::model::id::Id::parse(workflow).ok()?).ok()?;
        let broken = self.snapshot.broken.iter().find(|broken| broken.path == file.as_str())?;
        Some(items::unread(workflow, broken, complaint(broken)))
    }

    /// Why a document cannot be found: the workflow that it is of, or may be of, cannot be read.
    pub(super) fn broken_below(&self, document: &str) -> Option<Error> {
        if let Some((workflow, _)) = document.split_once(':') {
            return self.broken(workflow);
        }
        let workflow = |broken: &Broken| {
            let file = broken.path.strip_prefix(".track/workflows/")?;
            Some(items::unread(file.strip_suffix(".yaml").unwrap_or(file), broken, complaint(broken)))
        };
        self.snapshot.broken.iter().find_map(workflow)
    }

    /// The item that the branch carries.
    pub(super) fn here(&self, world: &World) -> Result<Option<(Spot, Via)>> {
        match &self.acting {
            Some(branch) => item_of(world, branch, None),
            None => Ok(None),
        }
    }

    /// What a reference names; left out: the branch's item, and nothing else. For what begins or changes something, so
    /// that a forgotten reference never hits an item that happens to be in progress.
    pub(super) fn named_target(
        &self,
        context: &Context,
        world: &World,
        text: Option<&str>,
    ) -> Result<Target> {
        if text.is_some() {
            return self.target(context, world, text);
        }
        let asked = context.workflow().map(|name| self.named(world, name)).transpose()?;
        let missing = || Error::usage("which item? the branch names none").hint("git track next");
        self.branch_item(world, asked)?.ok_or_else(missing)
    }

    fn branch_item(&self, world: &World, asked: Option<usize>) -> Result<Option<Target>> {
        let found = self.acting.as_deref().map(|branch| item_of(world, branch, asked)).transpose()?.flatten();
        if let Some((spot, _)) = found {
            return Ok((spot.place != 0).then_some(Target { spot, part: Part::Whole }));
        }
        let base = self.snapshot.config.base.as_deref();
        match self.acting.as_deref().filter(|branch| Some(*branch) != base && names_something(world, branch))
        {
            Some(branch) => Err(Error::usage(format!(
                "which item? the branch {branch} looks like an item's, but names none"
            ))
            .hint("git track next")),
            None => Ok(None),
        }
    }

    /// What a reference names; left out: the branch's item, else the only running one.
    pub(super) fn target(&self, context: &Context, world: &World, text: Option<&str>) -> Result<Target> {
        let asked = context.workflow().map(|name| self.named(world, name)).transpose()?;
        if let Some(text) = text {
            // An ambiguous branch must not stand in the way of a reference that is clear by itself.
            let home = self.home(context, world).unwrap_or_default();
            return reference::resolve(world, text, asked, home).map_err(|error| {
                let workflow = text.split_once(':').map_or(text, |(workflow, _)| workflow);
                self.broken(workflow).unwrap_or_else(|| self.unseen(error))
            });
        }
        if let Some(target) = self.branch_item(world, asked)? {
            return Ok(target);
        }
        let home = self.home(context, world)?;
        let open = |index: usize, board: &Board| match home {
            Some(home) => home == index,
            None => !board.root().state.is_closed(),
        };
        let at_work =
            |node: &Node| matches!(node.state, State::Active | State::Failed) && node.children.is_empty();
        let mut running: Vec<Spot> = Vec::new();
        let mut steps: Vec<Spot> = Vec::new();
        for (index, board) in world.boards.iter().enumerate().filter(|(index, board)| open(*index, board)) {
            for (place, node) in board.nodes().skip(1).filter(|(_, node)| at_work(node)) {
                let is_step = node.kind_id.is_some() && node.kind_id == board.profile.step.as_ref();
                let list = if is_step { &mut steps } else { &mut running };
                list.push(Spot { board: index, place });
            }
        }
        // A step is what somebody is at right now; other items may be in progress beside it for weeks.
        if steps.len() == 1 {
            running.clear();
        }
        running.extend(steps);
        match running.as_slice() {
            [spot] => Ok(Target { spot: *spot, part: Part::Whole }),
            [] => Err(Error::usage("which item? none is in progress").hint("git track next")),
            several => {
                let mut error = Error::usage("which item? several are in progress");
                for spot in several.iter().take(10) {
                    let board = world.board(*spot);
                    let node = board.node(spot.place);
                    let name = world.refer(spot.board, node.id);
                    error = error.note(format!("{name}  {}", node.item.title));
                }
                Err(error.hint("say which one"))
            }
        }
    }
}

/// Where a broken file is broken, as far as that is known.
pub(super) fn place_of(broken: &Broken) -> String {
    broken.error.place().map_or_else(|| broken.path.clone(), ToString::to_string)
}

/// What is wrong with a broken file, without its path in front.
pub(super) fn complaint(broken: &Broken) -> &str {
    let message = broken.error.message();
    message.strip_prefix(&format!("`{}` ", broken.path)).unwrap_or(message)
}

/// Takes the lock, saying on standard error when that takes long.
pub(super) fn lock(context: &Context, store: &Store, patience: Duration) -> Result<Lock> {
    lock_files(context, &store.files, patience)
}

/// The same for a repository without a state: a bare one has hooks, too.
pub(super) fn lock_files(context: &Context, files: &Files, patience: Duration) -> Result<Lock> {
    let command = format!("git track {}", context.command);
    let owner = Owner { command, pid: context.pid, since: context.now.to_string() };
    files.lock(&owner, patience, &mut |message| context.remark(message))
}

/// Refuses to say what would be done while nobody knows what a change that was interrupted comes to.
pub(super) fn refuse_to_foretell(context: &Context, store: &Store) -> Result<()> {
    if !context.global.dry_run || store.files.pending()?.is_none() {
        return Ok(());
    }
    let what = "a change was interrupted; until it is settled nothing can be foretold";
    Err(Error::new(Kind::Pending, what).hint("git track recover"))
}

/// Finishes an interrupted change, and says so.
pub(super) fn settle(context: &Context, store: &Store, lock: &Lock) -> Result<Option<Recovered>> {
    if store.files.pending()?.is_none() {
        return Ok(None);
    }
    let recovered = match settle_release(context, store, lock, Way::ByItself)? {
        None => store.files.recover(lock)?,
        released => released,
    };
    if let Some(recovered) = &recovered {
        for line in recovery(recovered) {
            context.remark(line);
        }
    }
    Ok(recovered)
}
