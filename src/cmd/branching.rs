//! `start --branch` and `--worktree`: a branch for an item, made from the base by the pattern of its process.

use std::path::{Path, PathBuf};

use crate::derive::here::item_of;
use crate::derive::reference::Part;
use crate::derive::shell;
use crate::derive::words::several;
use crate::derive::world::{Spot, World};
use crate::error::{Error, Result};
use crate::model::facts::CommitId;
use crate::model::id::slug;
use crate::moves::{named, perform};
use crate::store::At;

use super::base::{self, Remotes};
use super::context::{Context, normal};
use super::leases::Leases;
use super::session::{Session, world};
use super::write::Deciding;

/// What is asked for.
pub(super) struct Wanted<'a> {
    /// The branch; without it as the process names branches.
    pub(super) name: Option<&'a str>,
    /// A worktree of its own; an empty path: where that is usual.
    pub(super) tree: Option<&'a Path>,
    /// Whether the item is taken from whoever has it.
    pub(super) steals: bool,
}

/// A branch that is about to carry an item.
pub(super) struct Carrier {
    /// The item.
    pub(super) reference: String,
    /// The branch.
    pub(super) name: String,
    /// The command that goes there.
    pub(super) command: String,
    /// The worktree where it is checked out, when that is not this one.
    pub(super) tree: Option<PathBuf>,
    /// What a command there knows.
    pub(super) context: Option<Context>,
}

impl Carrier {
    /// Where the branch is now, in words.
    pub(super) fn told(&self) -> String {
        match &self.tree {
            Some(tree) => format!("on branch {} in {}", self.name, tree.display()),
            None => format!("on branch {}", self.name),
        }
    }
}

/// How much of a title is part of the name of a branch.
const SLUG: usize = 40;

/// Goes to the branch of an item, here or in a worktree of its own (an empty path: where that is usual); it is made
/// where there is none, and refused where `start` would be. With `dry_run` it is only said where.
pub(super) fn go(context: &Context, reference: Option<&str>, wanted: &Wanted) -> Result<Carrier> {
    let session = Session::open(context)?;
    let world = world(&session.snapshot);
    let target = session.named_target(context, &world, reference)?;
    if target.part != Part::Whole {
        return Err(Error::usage("only an item has a branch").hint("git track list"));
    }
    let spot = target.spot;
    allowed(context, &session, &world, (spot, wanted.steals))?;
    let node = world.board(spot).node(spot.place);
    let name = match wanted.name.or(node.item.branch.as_deref()) {
        Some(name) => name.to_owned(),
        None => by_pattern(&world, spot)?,
    };
    let repo = &session.store.repo;
    if !repo.check_ref_name(&name) {
        return Err(Error::usage(format!("`{name}` cannot be the name of a branch")));
    }
    others(&world, spot, &name)?;
    let reference = format!("{}:{}", world.board(spot).workflow.id, node.id);
    let tip = repo.branches()?.into_iter().find(|branch| !branch.remote && branch.name == name);
    let base = if tip.is_some() { None } else { Some(starting_point(context, &session)?) };
    let carrier = Carrier { reference, name, command: String::new(), tree: None, context: None };
    let Some(tree) = wanted.tree else { return here(context, &session, carrier, base.as_ref()) };
    let at = tip.map(|tip| tip.commit).or(base.as_ref().map(|(_, commit)| commit.clone()));
    let at = at.ok_or_else(|| Error::bug("a branch begins nowhere"))?;
    known_there(&session, &world, (spot, &carrier.name), &at)?;
    beside(context, &session, carrier, (base.as_ref(), tree))
}

fn here(
    context: &Context,
    session: &Session,
    carrier: Carrier,
    base: Option<&(String, CommitId)>,
) -> Result<Carrier> {
    let word = shell::word(&carrier.name);
    let command = match base {
        Some((from, _)) => format!("git switch -c {word} {}", shell::word(from)),
        None => format!("git switch {word}"),
    };
    if session.branch.as_deref() != Some(carrier.name.as_str()) && !context.global.dry_run {
        let switched = session.store.repo.switch(&carrier.name, base.map(|(_, commit)| commit));
        switched.map_err(|error| error.note("nothing written").hint(command.clone()))?;
    }
    Ok(Carrier { command, ..carrier })
}

fn beside(
    context: &Context,
    session: &Session,
    carrier: Carrier,
    (base, wanted): (Option<&(String, CommitId)>, &Path),
) -> Result<Carrier> {
    let repo = &session.store.repo;
    let trees = repo.worktrees()?;
    let out = trees.iter().find(|tree| tree.branch.as_deref() == Some(carrier.name.as_str()));
    let typed = (!wanted.as_os_str().is_empty()).then(|| context.cwd().join(wanted));
    let wanted = typed.map(|typed| normal(&typed).unwrap_or(typed));
    if let Some(out) = out.filter(|out| out.prunable.is_none()) {
        let place = out.path.clone();
        if wanted.is_some_and(|wanted| wanted != place) {
            let error = Error::refused(format!("{} is checked out in {}", carrier.name, place.display()));
            return Err(error.note("nothing written").hint("leave the directory out to begin there"));
        }
        let command = format!("cd {}", shell::word(&place.to_string_lossy()));
        return Ok(Carrier { command, context: Some(context.moved(&place)), tree: Some(place), ..carrier });
    }
    let main = trees.first().map_or(repo.top()?, |main| main.path.as_path());
    let place = wanted.unwrap_or_else(|| usual(main, &carrier.name));
    let shown = place.to_string_lossy();
    let shown = shell::word(&shown);
    let word = shell::word(&carrier.name);
    let command = match base {
        Some((from, _)) => format!("git worktree add -b {word} {shown} {}", shell::word(from)),
        None => format!("git worktree add {shown} {word}"),
    };
    if context.global.dry_run {
        return Ok(Carrier { command, tree: Some(place), ..carrier });
    }
    let made = repo.add_worktree(&place, &carrier.name, base.map(|(_, commit)| commit));
    made.map_err(|error| error.note("nothing written").hint(command.clone()))?;
    Ok(Carrier { command, context: Some(context.moved(&place)), tree: Some(place), ..carrier })
}

/// Where a branch has its worktree when nobody says: beside the repository, so that no tool takes it for a part of it.
pub(super) fn usual(main: &Path, branch: &str) -> PathBuf {
    let name = main.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    main.with_file_name(format!("{name}-{}", branch.replace(['/', '\\'], "-")))
}

// The state goes to another worktree with the commits: what is not in them is not there.
fn known_there(session: &Session, world: &World, (spot, name): (Spot, &str), at: &CommitId) -> Result<()> {
    let board = world.board(spot);
    let item = board.node(spot.place).id;
    let path = session.store.path_of(&board.workflow.id)?;
    let copy = session.store.copy(&At::Commit(at.clone()), &path)?;
    if copy.is_some_and(|copy| copy.root.find(item).is_some()) {
        return Ok(());
    }
    let error = Error::refused(format!("{item} is not committed where {name} begins ({})", at.short()));
    Err(error.note("nothing written").hint(format!("git add {path} && git commit")))
}

// What the process refuses is refused before anything is made.
fn allowed(context: &Context, session: &Session, world: &World, (spot, steals): (Spot, bool)) -> Result<()> {
    let actor = context.actor(&session.store.repo)?;
    let kind = context.actor_kind(&session.snapshot.config.roles.agent_env)?;
    let deciding = Deciding { context, session, actor, kind };
    let start = named("start").ok_or_else(|| Error::bug("there is no move `start`"))?;
    let closed = world.board(spot).node(spot.place).state.is_closed();
    let free = if steals || closed { Ok(()) } else { Leases::of(&deciding)?.refuse(world, spot) };
    let moved = free.and_then(|()| perform(world, spot, start, &deciding.ask(None)));
    moved.map(drop).map_err(|error| error.note("nothing written"))
}

// A name that says that it is another item's.
fn others(world: &World, spot: Spot, name: &str) -> Result<()> {
    match item_of(world, name, None)? {
        Some((other, _)) if other != spot => {
            let board = world.board(other);
            let (other, me) = (board.node(other.place).id, world.board(spot).node(spot.place).id);
            Err(Error::refused(format!("branch {name} is that of {other}"))
                .note("nothing written")
                .hint(format!("git track start {me} --branch=NAME")))
        }
        _ => Ok(()),
    }
}

fn by_pattern(world: &World, spot: Spot) -> Result<String> {
    let board = world.board(spot);
    let node = board.node(spot.place);
    let title: String = slug(&node.item.title).chars().take(SLUG).collect();
    let title = title.trim_end_matches('-');
    let fits = |pattern: &&String| {
        let words = pattern.split('{').skip(1).filter_map(|part| part.split('}').next());
        let known = |word: &str| ["type", "item", "workflow", "slug"].contains(&word);
        pattern.contains("{item}")
            && words.into_iter().all(known)
            && (!pattern.contains("{slug}") || !title.is_empty())
    };
    let Some(pattern) = board.profile.branch.iter().find(fits) else {
        let me = world.refer(spot.board, node.id);
        let error = Error::usage(format!("{} names no branches by their items", board.profile.profile));
        return Err(error.hint(format!("git track start {me} --branch=NAME")));
    };
    Ok(pattern
        .replace("{type}", "feat")
        .replace("{item}", node.id.as_str())
        .replace("{workflow}", board.workflow.id.as_str())
        .replace("{slug}", title))
}

/// The name and the commit of the base here; without one, where a remote has it.
fn starting_point(context: &Context, session: &Session) -> Result<(String, CommitId)> {
    let repo = &session.store.repo;
    let name = base::name(repo, &session.snapshot.config)?;
    let name = name.ok_or_else(|| Error::repository("there is no branch that work could land on"))?;
    let branches = repo.branches()?;
    let places = base::places(repo, (&branches, &Remotes::of(repo)?), &name)?;
    let here = places.iter().find(|branch| !branch.remote);
    let there = places.iter().find(|branch| branch.remote);
    if let (Some(here), Some(there)) = (here, there)
        && let Ok((_, behind)) = repo.ahead_behind(&here.commit, &there.commit)
        && behind > 0
    {
        let commits = several(behind, "commit");
        context.remark(format!("{name} is {commits} behind {}; git pull --ff-only brings them", there.name));
    }
    let found = here.or(there).ok_or_else(|| {
        Error::repository(format!("the base `{name}` is not there")).hint("git track config set base NAME")
    })?;
    Ok((found.name.clone(), found.commit.clone()))
}
