//! `approve`, `reject`, `revoke`, `trigger`: what people say, and what is decided about conditional items.

use clap::Args as ClapArgs;

use crate::derive::board::Place;
use crate::derive::judgement::{Who, judgements};
use crate::derive::reference::{Part, Target, local};
use crate::derive::shell;
use crate::derive::world::World;
use crate::error::{Error, Result};
use crate::model::gate::Part as GatePart;
use crate::model::id::Id;
use crate::model::workflow::Workflow;
use crate::moves::Ask;
use crate::moves::answer::{self, Answer as Word, Say};
use crate::moves::decide::{self, Revoked};

use super::Answer;
use super::context::Context;
use super::judging::not_committed;
use super::write::{Said, WriteArgs, change};

/// Arguments of `approve`.
#[derive(Debug, ClapArgs)]
pub struct ApproveArgs {
    /// A checkpoint, a part of a gate, a departure, or an item whose rounds are used up
    #[arg(value_name = "REF", required = true)]
    pub refs: Vec<String>,
    /// What there is to say
    #[arg(short, long, value_name = "TEXT")]
    pub message: Option<String>,
    #[command(flatten)]
    write: WriteArgs,
}

/// Arguments of `reject`.
#[derive(Debug, ClapArgs)]
pub struct RejectArgs {
    /// A checkpoint, a part of a gate, a departure, or an item in review
    #[arg(value_name = "REF")]
    pub reference: String,
    /// Of a checkpoint: send only this item back, not everything before it
    #[arg(long, value_name = "REF")]
    pub item: Vec<String>,
    /// Why
    #[arg(short, long, value_name = "TEXT")]
    pub message: Option<String>,
    #[command(flatten)]
    write: WriteArgs,
}

/// Arguments of `revoke`.
#[derive(Debug, ClapArgs)]
pub struct RevokeArgs {
    /// A checkpoint, a part of a gate, a departure, a round, a waived finding, or a conditional item
    #[arg(value_name = "REF")]
    pub reference: String,
    /// Why
    #[arg(short, long, value_name = "TEXT")]
    pub message: Option<String>,
    #[command(flatten)]
    write: WriteArgs,
}

/// Arguments of `trigger`.
#[derive(Debug, ClapArgs)]
pub struct TriggerArgs {
    /// The conditional item
    #[arg(value_name = "REF")]
    pub reference: String,
    /// A criterion that is met
    #[arg(long, value_name = "ID")]
    pub criterion: Vec<String>,
    /// Why
    #[arg(short, long, value_name = "TEXT")]
    pub message: Option<String>,
    #[command(flatten)]
    write: WriteArgs,
}

/// Says yes.
pub(super) fn approve(context: &Context, args: &ApproveArgs) -> Result<Answer> {
    change(context, args.write, |deciding, draft| {
        let already = "nothing to change, it is approved already".to_owned();
        let mut said = Said { already, ..Said::default() };
        for text in &args.refs {
            let target = deciding.session.target(context, &draft.world(), Some(text))?;
            let ask = deciding.ask(args.message.as_deref());
            let Some(workflow) = yes(&draft.world(), &target, &ask)? else { continue };
            draft.put(workflow);
            if matches!(target.part, Part::Checkpoint(_) | Part::GatePart(..)) {
                let world = draft.world();
                not_committed(deciding, world.board(target.spot), &[target.spot.place], &mut said)?;
            }
        }
        Ok(said)
    })
}

fn yes(world: &World, target: &Target, ask: &Ask) -> Result<Option<Workflow>> {
    let spot = target.spot;
    match &target.part {
        Part::Checkpoint(id) => answer::approve_checkpoint(world, spot, id, ask),
        Part::GatePart(gate, part) => {
            for_people(world, target, gate, part)?;
            answer::part(world, spot, (gate, part), (Word::Pass, None), ask)
        }
        Part::Record("deviations", id) => answer::deviation(world, spot, id, Say::Yes, ask),
        Part::Whole if answer::is_for_a_person(world, spot) => answer::accept(world, spot, ask).map(Some),
        Part::Whole | Part::Gate(_) => only_one(world, target, ask),
        _ => Err(nothing_waits(world, target)),
    }
}

// A part that an agent reviews is not a person's to approve.
fn for_people(world: &World, target: &Target, gate: &Id, part: &Id) -> Result<()> {
    let board = world.board(target.spot);
    let full = board.gate(target.spot.place, gate).and_then(|gate| gate.parts.get(part));
    let Some(GatePart::Full(full)) = full else { return Ok(()) };
    match &full.review {
        None => Ok(()),
        Some(by) => {
            let name = format!("{}.{part}", world.refer(target.spot.board, gate));
            Err(Error::refused(format!("{by} reviews {name}; it waits for no approval"))
                .hint(format!("git track gate pass {name} --by {}", shell::word(by)))
                .hint(format!("git track gate waive {name} -m \"why\"")))
        }
    }
}

// Of an item or a gate: what in it waits for a person, when that is one thing.
fn only_one(world: &World, target: &Target, ask: &Ask) -> Result<Option<Workflow>> {
    let wanted = |reference: &str| match &target.part {
        Part::Gate(gate) => reference.starts_with(&format!("{gate}.")),
        _ => true,
    };
    let all = judgements(world, target.spot.board);
    let waiting: Vec<&str> = all
        .iter()
        .filter(|judgement| judgement.spot == target.spot && matches!(judgement.who, Who::Person(_)))
        .filter_map(|judgement| judgement.reference.split_once(':').map(|(_, local)| local))
        .filter(|reference| wanted(reference))
        .collect();
    match waiting.as_slice() {
        [one] => {
            let one = crate::derive::reference::resolve(world, one, Some(target.spot.board), None)?;
            yes(world, &one, ask)
        }
        [] => Err(nothing_waits(world, target)),
        several => {
            let error = Error::usage(format!("{} things wait for a person there", several.len()));
            Err(several.iter().fold(error, |error, one| error.hint(format!("git track approve {one}"))))
        }
    }
}

fn nothing_waits(world: &World, target: &Target) -> Error {
    let name = local(world, target);
    let id = world.refer(target.spot.board, world.board(target.spot).node(target.spot.place).id);
    Error::refused(format!("nothing about {name} waits for a person")).hint(format!("git track why {id}"))
}

/// Says no.
pub(super) fn reject(context: &Context, args: &RejectArgs) -> Result<Answer> {
    change(context, args.write, |deciding, draft| {
        let target = deciding.session.target(context, &draft.world(), Some(&args.reference))?;
        let ask = deciding.ask(args.message.as_deref());
        let world = draft.world();
        let spot = target.spot;
        let workflow = match &target.part {
            Part::Checkpoint(id) => {
                let only: Vec<Place> = args
                    .item
                    .iter()
                    .map(|text| Ok(deciding.session.target(context, &world, Some(text))?.spot.place))
                    .collect::<Result<_>>()?;
                Some(answer::reject_checkpoint(&world, spot, id, &only, &ask)?)
            }
            Part::GatePart(gate, part) => answer::part(&world, spot, (gate, part), (Word::Fail, None), &ask)?,
            Part::Record("deviations", id) => answer::deviation(&world, spot, id, Say::No, &ask)?,
            Part::Whole => Some(answer::send_item_back(&world, spot, &ask)?),
            _ => return Err(nothing_waits(&world, &target)),
        };
        drop(world);
        if let Some(workflow) = workflow {
            draft.put(workflow);
        }
        Ok(Said { already: "nothing to change, it is rejected already".to_owned(), ..Said::default() })
    })
}

/// Takes an answer back.
pub(super) fn revoke(context: &Context, args: &RevokeArgs) -> Result<Answer> {
    change(context, args.write, |deciding, draft| {
        let target = deciding.session.target(context, &draft.world(), Some(&args.reference))?;
        let what = match &target.part {
            Part::Checkpoint(id) => Revoked::Checkpoint(id.clone()),
            Part::GatePart(gate, part) => Revoked::Part(gate.clone(), part.clone()),
            Part::Record("deviations", id) => Revoked::Deviation(id.clone()),
            Part::Record("iterations", id) => Revoked::Round(id.clone()),
            Part::Record("findings", id) => Revoked::Finding(id.clone()),
            Part::Whole => Revoked::Decision,
            _ => return Err(nothing_waits(&draft.world(), &target)),
        };
        let ask = deciding.ask(args.message.as_deref());
        if let Some(workflow) = decide::revoke(&draft.world(), target.spot, &what, &ask)? {
            draft.put(workflow);
        }
        Ok(Said { already: "nothing to take back".to_owned(), ..Said::default() })
    })
}

/// Decides that a conditional item is needed.
pub(super) fn trigger(context: &Context, args: &TriggerArgs) -> Result<Answer> {
    let met: Vec<Id> =
        args.criterion.iter().map(|text| Id::parse(text).map_err(Error::as_usage)).collect::<Result<_>>()?;
    change(context, args.write, |deciding, draft| {
        let target = deciding.session.target(context, &draft.world(), Some(&args.reference))?;
        if target.part != Part::Whole {
            return Err(Error::usage("`trigger` is for items").hint("git track list"));
        }
        let ask = deciding.ask(args.message.as_deref());
        if let Some(workflow) = decide::trigger(&draft.world(), target.spot, &met, &ask)? {
            draft.put(workflow);
        }
        Ok(Said { already: "nothing to change, that is decided already".to_owned(), ..Said::default() })
    })
}
