//! The verbs that move items: one command for every line of the table of moves, and the records that moves leave.

use std::ffi::OsString;
use std::path::Path;

use clap::Args as ClapArgs;
use serde_json::json;

use crate::derive::conditions::{Given, conditions};
use crate::derive::next::claimable;
use crate::derive::reference::{self, Part, Target};
use crate::derive::shell::word;
use crate::derive::world::{Spot, World};
use crate::error::{Error, Kind, Result};
use crate::model::profile::Guarded;
use crate::model::state::State;
use crate::model::workflow::Workflow;
use crate::moves::{Ask, Departs, named, perform, records};

use crate::ui::{Line, Style, Text, cut};

use super::Answer;
use super::branching;
use super::context::Context;
use super::draft::Draft;
use super::items;
use super::leases::Leases;
use super::scaffold;
use super::show;
use super::write::{Deciding, Said, WriteArgs, change};

/// Arguments of a move.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// What to move: [<workflow>:]<id>[.<part>]; without it the branch's item, else the running one
    #[arg(value_name = "REF")]
    pub refs: Vec<String>,
    /// What came out, or why
    #[arg(short, long, value_name = "TEXT")]
    pub message: Option<String>,
    /// Depart from the process, for the reason of -m; a person must approve it
    #[arg(long)]
    pub deviate: bool,
    #[command(flatten)]
    pub(super) write: WriteArgs,
}

/// Arguments of `start`.
#[derive(Debug, ClapArgs)]
pub struct StartArgs {
    #[command(flatten)]
    of: Args,
    /// Go to the branch of the item; it is made from the base where there is none, named as its process names branches
    #[arg(long, value_name = "NAME", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    branch: Option<String>,
    /// Make the branch in a worktree of its own and begin there; without DIR beside this repository, named like it and
    /// the branch
    #[arg(long, value_name = "DIR", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    worktree: Option<OsString>,
    /// Take it although somebody else has it in hand, for the reason of -m
    #[arg(long, requires = "message")]
    steal: bool,
}

/// Arguments of `block`.
#[derive(Debug, ClapArgs)]
pub struct BlockArgs {
    /// What is blocked; without it the branch's item, else the running one
    #[arg(value_name = "REF")]
    pub refs: Vec<String>,
    /// What is in the way
    #[arg(short, long, value_name = "TEXT")]
    pub message: Option<String>,
    /// The plan to get it out of the way
    #[arg(long, value_name = "PLAN")]
    pub fix: Option<String>,
    #[command(flatten)]
    write: WriteArgs,
}

/// Arguments of `claim`.
#[derive(Debug, ClapArgs)]
pub struct ClaimArgs {
    /// What to take; without it the first ready item that nobody has
    #[arg(value_name = "REF")]
    pub reference: Option<String>,
    /// Take it although somebody else has it in hand, for the reason of -m
    #[arg(long, requires_all = ["message", "reference"])]
    pub steal: bool,
    /// Why
    #[arg(short, long, value_name = "TEXT")]
    pub message: Option<String>,
    #[command(flatten)]
    write: WriteArgs,
}

/// Begins items, on a branch and in a worktree of their own where that is asked for.
pub(super) fn start(context: &Context, args: &StartArgs) -> Result<Answer> {
    if args.branch.is_none() && args.worktree.is_none() {
        return change(context, args.of.write, |deciding, draft| {
            each(deciding, draft, "start", &args.of.refs, |draft, target| {
                take_over(deciding, draft, target.spot, args)?;
                began(deciding, draft, target, (args.text(), args.of.deviate))
            })
        });
    }
    if args.of.refs.len() > 1 {
        return Err(Error::usage("one item at a time has a branch").hint("git track start REF --branch"));
    }
    let wanted = branching::Wanted {
        name: args.branch.as_deref().filter(|name| !name.is_empty()),
        tree: args.worktree.as_deref().map(Path::new),
        steals: args.steal,
    };
    let carrier = branching::go(context, args.of.refs.first().map(String::as_str), &wanted)?;
    if context.global.dry_run {
        context.remark(format!("would: {}", carrier.command));
    }
    let there = |error: Error| error.note(carrier.told());
    let at_work = carrier.context.as_ref().unwrap_or(context);
    let moved = change(at_work, args.of.write, |deciding, draft| {
        let refs = std::slice::from_ref(&carrier.reference);
        let said = each(deciding, draft, "start", refs, |draft, target| {
            take_over(deciding, draft, target.spot, args)?;
            let moved = began(deciding, draft, target, (args.text(), args.of.deviate))?;
            let known = moved.is_some();
            if let Some(workflow) = moved {
                draft.put(workflow);
            }
            let carried = records::carry(&draft.world(), target.spot, &carrier.name)?;
            if known && carried.is_none() { Ok(current(draft, target.spot)) } else { Ok(carried) }
        })?;
        let mut text = Text::new();
        text.line(Line::new().plain(carrier.told()));
        if let Some(tree) = carrier.tree.as_ref().filter(|_| !context.global.dry_run) {
            let there = format!("cd {}", word(&tree.to_string_lossy()));
            text.line(Line::new().plain("    ").add(Style::Command, there));
        }
        Ok(Said { text, ..said })
    });
    let answer = moved.map_err(there)?.with("branch", carrier.name.as_str());
    Ok(match &carrier.tree {
        Some(tree) => answer.with("worktree", tree.to_string_lossy().as_ref()),
        None => answer,
    })
}

impl StartArgs {
    fn text(&self) -> Option<&str> {
        self.of.message.as_deref()
    }
}

// What somebody else has in hand is taken for a reason, and his name is kept.
fn take_over(deciding: &Deciding, draft: &mut Draft, spot: Spot, args: &StartArgs) -> Result<()> {
    if args.steal { steal(deciding, draft, spot, args.text()) } else { Ok(()) }
}

// What is in progress already is somebody's: whoever begins it, too, would believe that it is his.
fn free(deciding: &Deciding, draft: &Draft, spot: Spot) -> Result<()> {
    let world = draft.world();
    let board = world.board(spot);
    let node = board.node(spot.place);
    if draft.stolen.iter().any(|(workflow, item)| *workflow == board.workflow.id && item == node.id) {
        return Ok(());
    }
    let other = node.item.owner.as_deref().filter(|owner| *owner != deciding.actor);
    match (node.state, other) {
        (State::Active, Some(owner)) => {
            let me = world.refer(spot.board, node.id);
            Err(Error::refused(format!("{} belongs to {owner}", node.id))
                .hint(format!("git track claim {me} --steal -m \"why\"")))
        }
        (State::Active | State::Todo, _) => Leases::of(deciding)?.refuse(&world, spot),
        _ => Ok(()),
    }
}

fn steal(deciding: &Deciding, draft: &mut Draft, spot: Spot, text: Option<&str>) -> Result<()> {
    let holder = Leases::of(deciding)?.holder(&draft.world(), spot);
    let taken = records::take_over(&draft.world(), spot, holder.as_deref(), &deciding.ask(text))?;
    let about = {
        let world = draft.world();
        let board = world.board(spot);
        (board.workflow.id.clone(), board.node(spot.place).id.clone())
    };
    draft.stolen.push(about);
    draft.put(taken);
    Ok(())
}

fn current(draft: &Draft, spot: Spot) -> Option<Workflow> {
    draft.world().boards.get(spot.board).map(|board| board.workflow.clone())
}

/// Makes a move of the table.
pub(super) fn run(context: &Context, verb: &'static str, args: &Args) -> Result<Answer> {
    run_with(context, verb, args, &|_, _, _| Ok(()))
}

/// The same, and then something else to each item, in one change.
pub(super) fn run_with(
    context: &Context,
    verb: &'static str,
    args: &Args,
    then: &dyn Fn(&Deciding, &mut Draft, &Target) -> Result<()>,
) -> Result<Answer> {
    let table = named(verb).ok_or_else(|| Error::bug(format!("there is no move `{verb}`")))?;
    let text = args.message.as_deref();
    change(context, args.write, |deciding, draft| {
        let mut criteria = Text::new();
        let said = each(deciding, draft, verb, &args.refs, |draft, target| {
            let departs = if args.deviate { Departs::Yes } else { Departs::No };
            let ask = Ask { departs, ..deciding.ask(text) };
            let before = current(draft, target.spot);
            let moved = match &target.part {
                Part::Whole if verb == "start" => began(deciding, draft, target, (text, args.deviate)),
                Part::Whole => {
                    let moved = perform(&draft.world(), target.spot, table, &ask)?;
                    if verb == "done" && target.spot.place == 0 && moved.is_some() {
                        tell_criteria(&mut criteria, &draft.world(), target.spot, &ask);
                    }
                    Ok(moved)
                }
                Part::Line(line) if verb == "done" => records::tick(&draft.world(), target.spot, line, &ask),
                _ => whole(verb, draft, target).map(|()| None),
            };
            if let Some(workflow) = moved? {
                draft.put(workflow);
            }
            then(deciding, draft, target)?;
            let after = current(draft, target.spot);
            Ok(if after == before { None } else { after })
        })?;
        Ok(Said { text: criteria, ..said })
    })
}

// Begins an item, and the documents that it is made of.
fn began(
    deciding: &Deciding,
    draft: &mut Draft,
    target: &Target,
    (text, deviate): (Option<&str>, bool),
) -> Result<Option<Workflow>> {
    whole("start", draft, target)?;
    let departs = if deviate { Departs::Yes } else { Departs::No };
    let ask = Ask { departs, ..deciding.ask(text) };
    free(deciding, draft, target.spot)?;
    let table = named("start").ok_or_else(|| Error::bug("there is no move `start`"))?;
    let moved = perform(&draft.world(), target.spot, table, &ask)?;
    match &moved {
        Some(workflow) => scaffold::begun(deciding, draft, target.spot, workflow)?,
        // A document that somebody has removed is begun again.
        None => scaffold::begin_of_kind(deciding, draft, target.spot)?,
    }
    Ok(moved)
}

// Whoever closes a workflow sees what that rested on, and what was decided not to be needed.
fn tell_criteria(text: &mut Text, world: &World, spot: Spot, ask: &Ask) {
    let given = Given { actor: Some(ask.who()), ..Given::NOTHING };
    for condition in conditions(world, spot, Guarded::Done, given) {
        let (style, mark) = if condition.ok { (Style::Good, "ok  ") } else { (Style::Bad, "FAIL") };
        text.line(Line::new().plain("  ").add(style, mark).plain(format!("  {}", cut(&condition.text, 70))));
    }
    for (_, node) in world.board(spot).nodes() {
        if let Some(verdict) = &node.item.not_triggered {
            let why = verdict.why.as_deref().unwrap_or("no reason was given");
            let told = format!("{} is not needed: {why}", node.id);
            text.line(Line::new().plain("        ").plain(cut(&told, 70)));
        }
    }
}

/// Puts blockers on items.
pub(super) fn block(context: &Context, args: &BlockArgs) -> Result<Answer> {
    change(context, args.write, |deciding, draft| {
        each(deciding, draft, "block", &args.refs, |draft, target| {
            let ask = deciding.ask(args.message.as_deref());
            whole("block", draft, target)?;
            records::block(&draft.world(), target.spot, args.fix.as_deref(), &ask).map(Some)
        })
    })
}

/// Clears blockers.
pub(super) fn unblock(context: &Context, args: &Args) -> Result<Answer> {
    change(context, args.write, |deciding, draft| {
        each(deciding, draft, "unblock", &args.refs, |draft, target| {
            let ask = deciding.ask(args.message.as_deref());
            let only = match &target.part {
                Part::Record("blockers", id) => Some(id),
                _ => {
                    whole("unblock", draft, target)?;
                    None
                }
            };
            records::unblock(&draft.world(), target.spot, only, &ask)
        })
    })
}

/// Takes an item and begins it.
pub(super) fn claim(context: &Context, args: &ClaimArgs) -> Result<Answer> {
    change(context, args.write, |deciding, draft| {
        let target = match &args.reference {
            Some(text) => deciding.session.target(context, &draft.world(), Some(text))?,
            None => first_free(deciding, draft)?,
        };
        if args.steal {
            steal(deciding, draft, target.spot, args.message.as_deref())?;
        }
        free(deciding, draft, target.spot)?;
        let ask = deciding.ask(None);
        let claimed = records::claim(&draft.world(), target.spot, &ask)?;
        if let Some(workflow) = &claimed {
            scaffold::begun(deciding, draft, target.spot, workflow)?;
        }
        let mut said = Said { already: "it is yours already".to_owned(), ..Said::default() };
        let world = draft.world();
        said.data.insert("items".to_owned(), json!([items::item(&world, target.spot)]));
        said.text = show::screen(&world, target.spot);
        Ok(said)
    })
}

fn first_free(deciding: &Deciding, draft: &Draft) -> Result<Target> {
    let world = draft.world();
    let boards = deciding.session.meant(deciding.context, &world, None)?;
    let leases = Leases::of(deciding)?;
    let ready = boards.into_iter().flat_map(|board| claimable(&world, board, deciding.ask(None).who()));
    let spot: Spot =
        ready.into_iter().find(|spot| leases.holder(&world, *spot).is_none()).ok_or_else(|| {
            Error::new(Kind::Nothing, "nothing is ready that nobody has")
                .hint("git track list")
                .hint("git track status")
        })?;
    Ok(Target { spot, part: Part::Whole })
}

// Only items have a state of their own.
fn whole(verb: &str, draft: &Draft, target: &Target) -> Result<()> {
    if target.part == Part::Whole {
        return Ok(());
    }
    let world = draft.world();
    let item = world.refer(target.spot.board, world.board(target.spot).node(target.spot.place).id);
    let name = reference::local(&world, target);
    Err(Error::usage(format!("`{verb}` is for items; {name} is none")).hint(format!("git track show {item}")))
}

/// The verbs that go on with what is in progress when no item is named.
const GOES_ON: [&str; 6] = ["submit", "done", "fail", "retry", "block", "unblock"];

// Every reference is decided on the outcome of the ones before it; one refusal refuses all.
fn each(
    deciding: &Deciding,
    draft: &mut Draft,
    verb: &str,
    refs: &[String],
    mut decide: impl FnMut(&mut Draft, &Target) -> Result<Option<Workflow>>,
) -> Result<Said> {
    let mut already = Vec::new();
    let texts: Vec<Option<&str>> =
        if refs.is_empty() { vec![None] } else { refs.iter().map(|text| Some(text.as_str())).collect() };
    for text in texts {
        let world = draft.world();
        let target = if GOES_ON.contains(&verb) {
            deciding.session.target(deciding.context, &world, text)?
        } else {
            deciding.session.named_target(deciding.context, &world, text)?
        };
        drop(world);
        let name = reference::local(&draft.world(), &target);
        let files = draft.files.len();
        match decide(draft, &target)? {
            Some(workflow) => draft.put(workflow),
            None if draft.files.len() == files => already.push(name),
            None => {}
        }
    }
    let already = match already.as_slice() {
        [] => String::new(),
        names => format!("{}: nothing to change, it is so already", names.join(", ")),
    };
    Ok(Said { already, ..Said::default() })
}
