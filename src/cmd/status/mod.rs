//! `status`: what is wrong, what waits for whom, where everything stands, what is next. One screen.

mod attention;
mod data;
mod kept;
mod screen;
mod trees;

use clap::Args as ClapArgs;

use crate::bump::Table;
use crate::derive::board::Board;
use crate::derive::here::Via;
use crate::derive::judgement::{Judgement, judgements};
use crate::derive::next::{Action, actions_with};
use crate::derive::world::{Spot, World};
use crate::error::Result;
use crate::model::path::RepoPath;
use crate::model::time::Time;
use crate::process::Until;
use crate::store::At;

use super::Answer;
use super::context::Context;
use super::documents::{Behind, behind};
use super::leases::leave_out;
use super::prompt::Glance;
use super::session::{Session, world};
use super::standing::{Here, Numbers, Of, Standings, numbers, standings};
use super::version::Placed;

use attention::Attention;
use kept::Basis;
use trees::Others;

/// Arguments of `status`.
#[derive(Debug, Default, ClapArgs)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[command(
    after_help = "Examples:\n  git track status\n  git track status --at HEAD~5 --json\n\nExit status: 0; 4 when a state file is broken; with --exit-code 1 when something needs attention."
)]
pub struct Args {
    /// An item or workflow to look at
    #[arg(value_name = "REF")]
    pub reference: Option<String>,
    /// A line for each workflow
    #[arg(long)]
    pub short: bool,
    /// Closed workflows too, and everything that needs attention
    #[arg(long)]
    pub all: bool,
    /// What other branches know, too, those that are checked out nowhere
    #[arg(long, conflicts_with_all = ["at", "short"])]
    pub all_branches: bool,
    /// The state of a commit instead of the work tree
    #[arg(long, value_name = "REV")]
    pub at: Option<String>,
    /// Exit with 1 when something needs attention
    #[arg(long)]
    pub exit_code: bool,
}

/// Everything that the screen and the data are made of.
struct View<'a, 'w> {
    args: &'a Args,
    session: &'a Session,
    world: &'a World<'w>,
    /// The item of the branch, or why that is not clear.
    here: Result<Option<(Spot, Via)>>,
    /// The item that is looked at.
    focus: Option<Spot>,
    /// The workflows that are shown.
    shown: Vec<usize>,
    /// What can be done now in each of them.
    actions: Vec<Vec<Action>>,
    attention: Vec<Attention>,
    /// What is out of date of the rendered documents; `None`: they were not looked at.
    documents: Option<Behind>,
    /// Where versions stand.
    versions: Placed,
    /// What git knows; `None`: it was not asked, or could not be.
    git: Option<Standings>,
    numbers: Option<Numbers>,
    /// What other copies of the state know.
    others: Option<Others>,
    now: Time,
}

/// Shows where everything stands.
pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    if let Some(rev) = &args.at {
        let commit = context.repo()?.resolve(rev)?;
        let session = Session::open_at(context, At::Commit(commit))?;
        return look(context, args, session, None);
    }
    let store = context.store()?;
    let basis = Basis::of(context, args, &store);
    if let Some(kept) = basis.as_ref().and_then(|basis| basis.kept(context, &store)) {
        return Ok(kept);
    }
    let basis = basis.and_then(|basis| basis.before_asking(&store));
    look(context, args, Session::of(context, store)?, basis.as_ref())
}

fn look(context: &Context, args: &Args, session: Session, basis: Option<&Basis>) -> Result<Answer> {
    let world = world(&session.snapshot);
    let here = if args.at.is_none() { session.here(&world) } else { Ok(None) };
    let asked = args.reference.as_deref().or(context.workflow());
    let focus = match asked {
        Some(text) => Some(session.target(context, &world, Some(text))?.spot),
        None => here.as_ref().ok().and_then(|here| here.map(|(spot, _)| spot)),
    };
    let shown = boards(&world, args, focus.filter(|_| asked.is_some()));
    // Asked once: the screen and the data need it in several places.
    let words: Vec<Vec<Judgement>> = shown.iter().map(|&board| judgements(&world, board)).collect();
    let attention = attention::found(&session, &world, &here, (&shown, &words));
    let open = shown.iter().zip(words);
    let mut actions: Vec<_> = open.map(|(&board, words)| actions_with(&world, board, words)).collect();
    if args.at.is_none() {
        actions.iter_mut().for_each(|actions| leave_out(context, &session, &world, actions));
    }
    let documents = match (&args.at, args.short) {
        (None, false) => behind(context, &session, &world, &shown),
        _ => None,
    };
    let snapshot = &session.snapshot;
    let placed = || Placed::of(&session.store, &snapshot.config, &snapshot.at);
    let versions = if args.short { Placed::default() } else { placed() };
    let git = match (&args.at, args.short) {
        (None, false) => by_git(context, &session, &world, trees::until(context)?),
        _ => None,
    };
    // What is asked of git may take longer than anybody waits for other worktrees; those have their own time.
    let until = trees::until(context)?;
    let others =
        git.as_ref().map(|git| trees::others(&session, &world, (git, &shown), args.all_branches, until));
    let others = others.transpose()?;
    let numbers = focus.zip(git.as_ref()).and_then(|(spot, git)| {
        Some(numbers(Here::of(context, &session), &world, (spot, git.of.get(&spot)?), git.tip.as_ref()))
    });
    let view = View {
        args,
        session: &session,
        world: &world,
        here,
        focus,
        shown,
        actions,
        attention,
        documents,
        versions,
        git,
        numbers,
        others,
        now: context.now,
    };
    let answer = answer(context, &view);
    if args.at.is_none() {
        let glance = glance(context, &view);
        Glance::keep(glance.as_ref(), &session.store);
        if let Some(basis) = basis {
            basis.keep(context, args, &view, (&answer, glance));
        }
    }
    drop(world);
    // The process ends now: taking a thousand workflows apart would only cost time.
    std::mem::forget(session);
    Ok(answer)
}

fn answer(context: &Context, view: &View) -> Answer {
    let answer = match (context.global.json, view.args.short) {
        (true, _) => data::add(Answer::default(), view),
        (false, true) => Answer::new(screen::short(view)),
        (false, false) => Answer::new(screen::whole(view)),
    };
    let broken = !view.session.snapshot.broken.is_empty();
    let concerns = !view.attention.is_empty() || view.versions.tables.iter().any(Table::is_diverged);
    answer.exit(match (broken, view.args.exit_code && concerns) {
        (true, _) => 4,
        (false, wrong) => u8::from(wrong),
    })
}

// For the prompts until something changes.
fn glance(context: &Context, view: &View) -> Option<Glance> {
    let snapshot = &view.session.snapshot;
    let read = |path: &RepoPath| {
        let loaded = snapshot.workflows.iter().find(|loaded| loaded.path == *path)?;
        Some(loaded.bytes.clone())
    };
    Glance::of(context, view.session, view.world, &read)
}

/// How many things in a workflow somebody should look at.
pub(super) fn concerns(session: &Session, world: &World, board: usize) -> usize {
    let words = judgements(world, board);
    let found = attention::found(session, world, &Ok(None), (&[board], &[words]));
    let id = world.boards.get(board).map(|board| board.workflow.id.as_str());
    found.iter().filter(|attention| Some(attention.workflow.as_str()) == id).count()
}

// What git knows is worth a remark when it cannot be had, but no reason to say nothing.
fn by_git(context: &Context, session: &Session, world: &World, until: Until) -> Option<Standings> {
    let here = Here { until, everywhere: true, ..Here::of(context, session) };
    match standings(here, world, Of::Open) {
        Ok(found) => Some(found),
        Err(error) => {
            context.remark(format!("git cannot tell how far the work is: {}", error.message()));
            None
        }
    }
}

// The workflow that was asked for, whatever its state; else those that are open.
fn boards(world: &World, args: &Args, asked: Option<Spot>) -> Vec<usize> {
    let wanted = |index: usize, board: &Board| match asked {
        Some(spot) => spot.board == index,
        None => args.all || !board.root().state.is_closed(),
    };
    let all = world.boards.iter().enumerate();
    all.filter(|(index, board)| wanted(*index, board)).map(|(index, _)| index).collect()
}
