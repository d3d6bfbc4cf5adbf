//! What must hold before a move: the checks that the profile picked, one by one.

mod agents;
mod entry;
mod finish;
mod judged;
pub(crate) mod made;

use crate::model::actor::{Actor, ActorKind};
use crate::model::check::Checks;
use crate::model::id::Id;
use crate::model::item::Item;
use crate::model::profile::Guarded;

use super::board::Board;
use super::world::{Spot, Unmet, World};

pub use finish::{is_to_be_submitted, submit_command};
pub use judged::{
    checkpoint_conditions, one_more_round, part_conditions, part_subject, passes, passing, reviewers,
    score_conditions, stale_basis, stale_gates, stale_score,
};

/// One condition of a move, and whether it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// Whether it holds.
    pub ok: bool,
    /// What it asks for, as a short statement.
    pub text: String,
    /// The command that makes it hold, where there is one.
    pub command: Option<String>,
    /// Whether nobody may depart from it, not even with a reason.
    pub firm: bool,
}

impl Condition {
    /// One that holds.
    pub fn met(text: impl Into<String>) -> Self {
        Self { ok: true, text: text.into(), command: None, firm: false }
    }

    /// One that does not hold.
    pub fn unmet(text: impl Into<String>, command: impl Into<Option<String>>) -> Self {
        Self { ok: false, text: text.into(), command: command.into(), firm: false }
    }

    /// One whose text is the same whether it holds or not.
    pub fn says(holds: Holds, text: impl Into<String>, command: impl Into<Option<String>>) -> Self {
        match holds {
            Holds::Yes => Self::met(text),
            Holds::No => Self::unmet(text, command),
        }
    }

    /// The same, from which nobody may depart.
    #[must_use]
    pub fn firm(mut self) -> Self {
        self.firm = true;
        self
    }
}

/// Whether something holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// It does.
    Yes,
    /// It does not.
    No,
}

impl From<bool> for Holds {
    fn from(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::No }
    }
}

impl From<Unmet> for Condition {
    fn from(unmet: Unmet) -> Self {
        Self::unmet(unmet.reason, unmet.command)
    }
}

/// What comes with a move.
#[derive(Clone, Copy, Debug, Default)]
pub struct Given<'a> {
    /// The summary that it brings.
    pub summary: Option<&'a str>,
    /// The focus that it brings.
    pub focus: Option<&'a str>,
    /// The owner that it brings.
    pub owner: Option<&'a str>,
    /// Who makes it; `None`: nobody yet.
    pub actor: Option<Actor<'a>>,
}

impl Given<'_> {
    /// A move that brings nothing, asked about by nobody in particular.
    pub const NOTHING: Given<'static> = Given { summary: None, focus: None, owner: None, actor: None };
}

/// A question about an item: where it is, what it is asked for, and how its workflow's ids are written.
#[derive(Clone, Copy)]
struct Question<'q, 'a> {
    world: &'q World<'a>,
    spot: Spot,
    checks: &'q Checks,
    given: Given<'q>,
}

impl<'a> Question<'_, 'a> {
    fn board(&self) -> &Board<'a> {
        self.world.board(self.spot)
    }

    fn node(&self) -> &super::board::Node<'a> {
        self.board().node(self.spot.place)
    }

    fn refer(&self, id: &Id) -> String {
        self.world.refer(self.spot.board, id)
    }

    fn me(&self) -> String {
        self.refer(self.node().id)
    }
}

/// The conditions of a move of an item, in the order of the closed list.
pub fn conditions(world: &World, spot: Spot, guarded: Guarded, given: Given) -> Vec<Condition> {
    let node = world.board(spot).node(spot.place);
    match node.kind.and_then(|kind| kind.guards.get(&guarded)) {
        Some(checks) => of_checks(world, spot, checks, guarded, given),
        None => Vec::new(),
    }
}

/// The same without a look into work trees: what can be asked often.
pub fn conditions_on_record(world: &World, spot: Spot, guarded: Guarded, given: Given) -> Vec<Condition> {
    let node = world.board(spot).node(spot.place);
    match node.kind.and_then(|kind| kind.guards.get(&guarded)) {
        Some(checks) => on_record(Question { world, spot, checks, given }, guarded),
        None => Vec::new(),
    }
}

/// The same for checks from elsewhere in a profile.
pub fn of_checks(
    world: &World,
    spot: Spot,
    checks: &Checks,
    guarded: Guarded,
    given: Given,
) -> Vec<Condition> {
    let question = Question { world, spot, checks, given };
    let mut list = on_record(question, guarded);
    list.extend(finish::around(question));
    list
}

fn on_record(question: Question, guarded: Guarded) -> Vec<Condition> {
    let Question { spot, checks, .. } = question;
    let mut list = entry::entry(question);
    list.extend(agents::agents(question, guarded));
    list.extend(entry::words(question, guarded));
    list.extend(entry::children(question));
    list.extend(made::made(question.board(), spot.place, checks, &|id| question.refer(id)));
    list.extend(made::artifacts(question));
    list.extend(judged::judged(question));
    list.extend(judged::fresh(question));
    list.extend(finish::submitted(question));
    list.extend(finish::suites(question));
    list
}

/// The suites that an item must have passed before it is done, as they stand now.
pub fn suites_of(world: &World, spot: Spot) -> Vec<Condition> {
    let node = world.board(spot).node(spot.place);
    let checks = node.kind.and_then(|kind| kind.guards.get(&Guarded::Done));
    let suites = checks.into_iter().flat_map(|checks| &checks.suites);
    suites.map(|suite| super::runs::condition(world, spot, suite)).collect()
}

/// The conditions of finishing that must go on holding afterwards: what a done item is held to after a hand edit.
pub fn lasting_conditions(world: &World, spot: Spot) -> Vec<Condition> {
    let node = world.board(spot).node(spot.place);
    let Some(checks) = node.kind.and_then(|kind| kind.guards.get(&Guarded::Done)) else { return Vec::new() };
    // What stands in files or outside of the state is judged when it is finished, not for ever.
    let lasting = Checks { documents: Vec::new(), logs: false, ..checks.clone() };
    let words = Checks { summary: checks.summary, ..Checks::default() };
    let question = Question { world, spot, checks: &lasting, given: Given::NOTHING };
    let mut list = entry::words(Question { checks: &words, ..question }, Guarded::Done);
    list.extend(entry::children(question));
    list.extend(made::made(question.board(), spot.place, &lasting, &|id| question.refer(id)));
    list.extend(judged::judged(question));
    list
}

/// Whether everything has been said about an item that its process asks for before it is done.
pub fn is_judged(world: &World, spot: Spot) -> bool {
    let node = world.board(spot).node(spot.place);
    let checks = node.kind.and_then(|kind| kind.guards.get(&Guarded::Done));
    checks.is_none_or(|checks| {
        let question = Question { world, spot, checks, given: Given::NOTHING };
        judged::judged(question).iter().all(|condition| condition.ok)
    })
}

/// What an item whose state is derived must be made of before it is done, and what must have been said about it.
pub fn completion(world: &World, spot: Spot) -> Vec<Condition> {
    let board = world.board(spot);
    let all = Checks { children_done: true, gates: true, checkpoints: true, ..Checks::default() };
    let question = Question { world, spot, checks: &all, given: Given::NOTHING };
    let mut list = entry::children(question);
    list.extend(made::completion(board, spot.place, &|id| question.refer(id)));
    list.extend(judged::judged(question));
    list
}

/// Whether only a person may do it: the condition, by who acts.
pub fn by_a_person(board: &Board, actor: Option<Actor>) -> Condition {
    match actor {
        Some(actor) if is_agent(board, actor) => {
            let text = format!("a person does it; {} is an agent", actor.name);
            // Why somebody is taken for one without being on the roster stands in the environment.
            let command = (!is_listed(board.root().item, actor.name)).then(|| "git track doctor".to_owned());
            Condition::unmet(text, command).firm()
        }
        _ => Condition::met("a person does it"),
    }
}

/// Whether somebody is an agent: says so, or stands on the roster.
pub fn is_agent(board: &Board, actor: Actor) -> bool {
    actor.kind == ActorKind::Agent || is_listed(board.root().item, actor.name)
}

/// Whether somebody stands on the roster of a workflow, of which this is the root.
pub fn is_listed(root: &Item, name: &str) -> bool {
    Id::parse(name).is_ok_and(|id| root.agents.get(&id).is_some())
}
