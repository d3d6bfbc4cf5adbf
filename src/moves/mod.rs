//! Moves: a workflow in, a workflow out. Every change of state is a line of [`MOVES`].

pub mod accept;
pub mod adopt;
pub mod allowed;
pub mod answer;
pub mod attach;
mod back;
pub mod decide;
pub mod depart;
pub mod fields;
pub mod findings;
pub mod grow;
pub mod judge;
pub mod records;
pub mod runs;

use crate::derive::board::Place;
use crate::derive::conditions::{Condition, Given, by_a_person, completion, conditions};
use crate::derive::pages;
use crate::derive::words::show;
use crate::derive::world::{Spot, World};
use crate::error::{Error, Result};
use crate::model::actor::{Actor, ActorKind};
use crate::model::item::Item;
use crate::model::profile::Guarded;
use crate::model::record::{Note, REOPENED, Verdict};
use crate::model::state::{Shown, State};
use crate::model::time::Time;
use crate::model::workflow::Workflow;

pub use depart::{demand, settle};

/// A change of state.
#[derive(Debug)]
pub struct Move {
    /// The command.
    pub verb: &'static str,
    /// The states that it starts from.
    pub from: &'static [State],
    /// The state that it leads to.
    pub to: State,
    /// Which of the profile's guards apply.
    pub guarded: Guarded,
    /// Whether it must say why, and in which words it is asked to.
    pub why: Option<&'static str>,
    /// What it changes besides the state and its stamps.
    effect: fn(&mut Item, Option<&str>, &Ask),
}

/// Every change of state.
pub const MOVES: [Move; 7] = [
    Move {
        verb: "start",
        from: &[State::Todo],
        to: State::Active,
        guarded: Guarded::Start,
        why: None,
        effect: began,
    },
    Move {
        verb: "submit",
        from: &[State::Active],
        to: State::Review,
        guarded: Guarded::Submit,
        why: None,
        effect: remarked,
    },
    Move {
        verb: "done",
        from: &[State::Active, State::Review],
        to: State::Done,
        guarded: Guarded::Done,
        why: None,
        effect: came_out,
    },
    Move {
        verb: "fail",
        from: &[State::Active, State::Review],
        to: State::Failed,
        guarded: Guarded::Fail,
        why: Some("what failed and why"),
        effect: failed,
    },
    Move {
        verb: "retry",
        from: &[State::Failed],
        to: State::Active,
        guarded: Guarded::Retry,
        why: None,
        effect: retried,
    },
    Move {
        verb: "skip",
        from: &[State::Todo, State::Active, State::Review, State::Failed],
        to: State::Dropped,
        guarded: Guarded::Skip,
        why: Some("why it is left out"),
        effect: left_out,
    },
    Move {
        verb: "reopen",
        from: &[State::Done, State::Dropped, State::Review],
        to: State::Active,
        guarded: Guarded::Reopen,
        why: Some("why it is taken up again"),
        effect: reopened,
    },
];

/// The move of that name.
pub fn named(verb: &str) -> Option<&'static Move> {
    MOVES.iter().find(|change| change.verb == verb)
}

/// The move that leads from one state to another, if there is one.
pub fn between(from: State, to: State) -> Option<&'static Move> {
    let to = if from == State::Dropped && to == State::Todo { State::Active } else { to };
    MOVES.iter().find(|change| change.to == to && change.from.contains(&from))
}

/// Who asks for a change, when, and with which words.
#[derive(Clone, Copy)]
pub struct Ask<'a> {
    /// Who asks.
    pub actor: &'a str,
    /// When.
    pub now: Time,
    /// As what.
    pub kind: ActorKind,
    /// The text of `-m`.
    pub text: Option<&'a str>,
    /// Whether the process may be departed from.
    pub departs: Departs,
}

/// Whether a move may depart from the process, leaving a record that a person must approve.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Departs {
    /// It may not.
    #[default]
    No,
    /// It may, with a reason.
    Yes,
}

impl<'a> Ask<'a> {
    /// The text, unless it is blank.
    pub fn said(&self) -> Option<&'a str> {
        self.text.map(str::trim).filter(|text| !text.is_empty())
    }

    /// Who asks, as whom.
    pub fn who(&self) -> Actor<'a> {
        Actor { name: self.actor, kind: self.kind }
    }

    /// A remark of this moment.
    pub fn note(&self, text: impl Into<String>) -> Note {
        Note { text: text.into(), kind: None, by: Some(self.actor.to_owned()), at: Some(self.now) }
    }
}

/// Makes a move; `None` when its effect is already true.
pub fn perform(world: &World, spot: Spot, change: &Move, ask: &Ask) -> Result<Option<Workflow>> {
    let board = world.board(spot);
    let node = board.node(spot.place);
    if node.state == change.to {
        return Ok(None);
    }
    open_for_change(world, spot, change.verb)?;
    applies(world, spot, change)?;
    if node.is_derived() && spot.place != 0 {
        by_itself(world, spot, change)?;
    }
    if !change.from.contains(&node.state) {
        return Err(illegal(world, spot, change));
    }
    let text = ask.said();
    if let (Some(why), None) = (change.why, text) {
        return Err(Error::usage(format!("`{}` needs a reason", change.verb)).hint(format!(
            "git track {} {} -m \"{why}\"",
            change.verb,
            world.refer(spot.board, node.id)
        )));
    }
    let mut list = asked_of(world, spot, change, text, ask);
    if ask.departs == Departs::Yes && list.iter().any(|condition| !condition.ok) {
        // Then the text is the reason, and says nothing about what came out.
        list = asked_of(world, spot, change, None, ask);
    }
    // Where every departure must be approved first, the move itself cannot be one.
    let checks = node.kind.and_then(|kind| kind.guards.get(&change.guarded));
    if checks.is_some_and(|checks| checks.deviations) {
        list = list.into_iter().map(Condition::firm).collect();
    }
    let departed = settle(world, spot, change.verb, &list, ask)?;
    let derived = node.is_derived();
    let mut changed = edit(world, spot, |item| {
        apply(item, change, text.filter(|_| departed.is_none() || change.why.is_some()), ask);
        made_by(item, change, ask);
        item.state = item.state.filter(|state| !derived || *state == State::Dropped);
        if let Some(deviation) = departed {
            item.deviations.push('v', deviation);
        }
    })?;
    if change.verb == "reopen" {
        back::take_up(world, spot, &mut changed, ask);
    }
    Ok(Some(changed))
}

fn asked_of(world: &World, spot: Spot, change: &Move, summary: Option<&str>, ask: &Ask) -> Vec<Condition> {
    let given = Given { summary, actor: Some(ask.who()), ..Given::NOTHING };
    let mut list = conditions(world, spot, change.guarded, given);
    // That it is not needed is said by whoever may say that it is.
    if change.verb == "skip" && world.board(spot).node(spot.place).item.is_undecided() {
        list.retain(|condition| *condition != by_a_person(world.board(spot), given.actor));
    }
    // Among the needs it may stand already, where it could be departed from.
    if let Some(open) = world.undecided(spot).map(Condition::from).filter(|_| change.verb == "start") {
        list.retain(|condition| condition.text != open.text);
        list.push(open.firm());
    }
    list
}

// What does not apply is not begun.
fn applies(world: &World, spot: Spot, change: &Move) -> Result<()> {
    let board = world.board(spot);
    let node = board.node(spot.place);
    let only = node.kind.and_then(|kind| kind.only.as_ref());
    match only.filter(|_| change.to != State::Dropped && pages::applies(board, spot.place) == Some(false)) {
        None => Ok(()),
        Some(only) => {
            let now = pages::field(board, &only.field).map_or_else(|| "nothing".to_owned(), |now| show(&now));
            let what = format!("`{} {}` is refused", change.verb, node.id);
            let text = format!("`{}` is {} (it is {now})", only.field, only.is.join(" or "));
            let command = pages::source(board, &only.field).map(|path| format!("edit {path}"));
            demand(&what, &[Condition::unmet(text, command)])
        }
    }
}

// What is made of documents is begun by hand; besides, what is derived can only be left out and taken up again.
fn by_itself(world: &World, spot: Spot, change: &Move) -> Result<()> {
    let node = world.board(spot).node(spot.place);
    let documents = node.kind.is_some_and(|kind| !kind.documents.is_empty());
    if change.to == State::Dropped || node.state == State::Dropped || (change.verb == "start" && documents) {
        return Ok(());
    }
    let id = node.id;
    if change.to == State::Done {
        return demand(
            &format!("`done {id}` is refused: it is done by itself when"),
            &completion(world, spot),
        );
    }
    Err(Error::refused(format!("the state of {id} is derived from what is in it"))
        .hint(format!("git track show {}", world.refer(spot.board, id))))
}

/// Refuses every change of a workflow that a failure stopped, and inside of what is closed, but the one that opens it
/// again.
pub fn open_for_change(world: &World, spot: Spot, verb: &str) -> Result<()> {
    let board = world.board(spot);
    if let Some(failed) = board.stopped_by() {
        let id = &board.workflow.id;
        let failed_id = board.node(failed).id;
        if !(verb == "retry" && board.node(spot.place).item.state() == State::Failed) {
            let summary = board.node(failed).item.summary.as_deref().unwrap_or("no reason was given");
            return Err(Error::refused(format!("{id} is stopped: {failed_id} failed"))
                .note(format!("failed  {}: {summary}", board.name(failed)))
                .hint(format!(
                    "git track retry {} -m \"what is different now\"",
                    world.refer(spot.board, failed_id)
                )));
        }
    }
    // A derived state that is done gives way to what happens inside, a stored one does not.
    let shut = |place: &Place| board.node(*place).item.state().is_closed();
    let opens = |place: Place| place == spot.place && verb != "add" && (place != 0 || verb == "reopen");
    let closed = board.upwards(spot.place).filter(|&place| !opens(place)).filter(shut).last();
    let Some(closed) = closed.map(|place| board.node(place)) else { return Ok(()) };
    Err(Error::refused(format!("{} is {}; nothing in it changes any more", closed.id, closed.state))
        .hint(format!("git track reopen {} -m \"why\"", world.refer(spot.board, closed.id))))
}

/// The workflow of a spot with one item changed.
pub fn edit(world: &World, spot: Spot, change: impl FnOnce(&mut Item)) -> Result<Workflow> {
    let board = world.board(spot);
    let mut workflow = board.workflow.clone();
    let item =
        workflow.item_mut(&board.ids_to(spot.place)).ok_or_else(|| Error::bug("an item lost its place"))?;
    change(item);
    Ok(workflow)
}

fn illegal(world: &World, spot: Spot, change: &Move) -> Error {
    let board = world.board(spot);
    let node = board.node(spot.place);
    let error = Error::refused(format!(
        "`{} {}` is refused: it is {}",
        change.verb,
        node.id,
        world.shown(spot).phrase()
    ));
    let me = world.refer(spot.board, node.id);
    let mut helpful =
        MOVES.iter().filter(|other| other.from.contains(&node.state) && change.from.contains(&other.to));
    let why = |other: &Move| other.why.map(|why| format!(" -m \"{why}\"")).unwrap_or_default();
    match (world.shown(spot), helpful.next()) {
        (Shown::Blocked, _) => error.hint(format!("git track unblock {me}")),
        (Shown::Waiting, _) => error.hint(format!("git track why {me}")),
        // What is derived is taken up again by changing what it is derived from.
        (_, Some(_)) if node.is_derived() && node.state == State::Done => {
            error.hint(format!("git track show {me}"))
        }
        (_, Some(other)) => error.hint(format!("git track {} {me}{}", other.verb, why(other))),
        (_, None) => error.hint(format!("git track show {me}")),
    }
}

pub(crate) fn apply(item: &mut Item, change: &Move, text: Option<&str>, ask: &Ask) {
    // What was dropped is not resumed but begins anew.
    let to = if item.state() == State::Dropped { State::Todo } else { change.to };
    item.state = (to != State::Todo).then_some(to);
    item.label = None;
    item.by = Some(ask.actor.to_owned());
    match to {
        State::Todo => (item.started, item.finished) = (None, None),
        State::Active => (item.started, item.finished) = (item.started.or(Some(ask.now)), None),
        State::Review => {}
        State::Done | State::Failed | State::Dropped => item.finished = Some(ask.now),
    }
    (change.effect)(item, text, ask);
}

// An agent that works on what is somebody else's has a part in it.
fn made_by(item: &mut Item, change: &Move, ask: &Ask) {
    let works = matches!(change.guarded, Guarded::Start | Guarded::Retry | Guarded::Submit);
    let known = item.owner.iter().chain(&item.team).chain(&item.makers);
    let is_known = known.into_iter().any(|name| name.eq_ignore_ascii_case(ask.actor));
    if works && ask.kind == ActorKind::Agent && !is_known {
        item.makers.push(ask.actor.to_owned());
    }
}

fn began(item: &mut Item, text: Option<&str>, ask: &Ask) {
    item.owner.get_or_insert_with(|| ask.actor.to_owned());
    remarked(item, text, ask);
}

fn came_out(item: &mut Item, text: Option<&str>, _: &Ask) {
    if let Some(text) = text {
        item.summary = Some(text.to_owned());
    }
    (item.progress, item.focus) = (None, None);
}

fn failed(item: &mut Item, text: Option<&str>, _: &Ask) {
    item.summary = text.map(str::to_owned);
}

fn retried(item: &mut Item, text: Option<&str>, ask: &Ask) {
    if let Some(failure) = item.summary.take() {
        item.challenges.push('c', ask.note(failure));
    }
    prefixed(item, "retried", text, ask);
}

fn left_out(item: &mut Item, text: Option<&str>, ask: &Ask) {
    let why = text.map(str::to_owned);
    if item.when.is_some() {
        let by = Some(ask.actor.to_owned());
        item.not_triggered = Some(Box::new(Verdict { by, at: Some(ask.now), why, met: Vec::new() }));
    } else {
        item.why = why;
    }
}

fn reopened(item: &mut Item, text: Option<&str>, ask: &Ask) {
    (item.why, item.not_triggered) = (None, None);
    prefixed(item, REOPENED, text, ask);
}

fn remarked(item: &mut Item, text: Option<&str>, ask: &Ask) {
    if let Some(text) = text {
        item.notes.push('n', ask.note(text));
    }
}

fn prefixed(item: &mut Item, happened: &str, text: Option<&str>, ask: &Ask) {
    if let Some(text) = text {
        item.notes.push('n', ask.note(format!("{happened}: {text}")));
    }
}

#[cfg(test)]
mod tests;
