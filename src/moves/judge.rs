//! Judging work by scores: a round at a time, until one passes or a person must decide.

use crate::derive::conditions::{Condition, Given, conditions};
use crate::derive::evidence::subject;
use crate::derive::gates::{has_passed, max_iterations, rounds_left, threshold};
use crate::derive::roster::has_made;
use crate::derive::world::{Spot, World};
use crate::error::{Error, Result};
use crate::model::item::Item;
use crate::model::number::Score;
use crate::model::profile::Guarded;
use crate::model::record::Iteration;
use crate::model::state::State;
use crate::model::workflow::Workflow;

use super::{Ask, apply, edit, named, open_for_change, settle};

/// A round of judging, as it is reported.
#[derive(Clone, Debug)]
pub struct Round {
    /// The verdict.
    pub score: Score,
    /// Who judged; whoever asks when absent.
    pub by: Option<String>,
    /// The critic's patterns that were used.
    pub patterns: Vec<String>,
    /// What was put forward.
    pub output: Option<String>,
    /// What was changed after the round before.
    pub revision: Option<String>,
}

/// What came of a round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// In one line.
    pub line: String,
    /// What is missing before the item is done.
    pub missing: Vec<Condition>,
    /// Something odd about the round that does not stop it.
    pub warning: Option<String>,
}

/// Records a round: at or above the threshold the item is done when nothing else is missing, below it goes on.
pub fn score(world: &World, spot: Spot, round: &Round, ask: &Ask) -> Result<(Workflow, Outcome)> {
    open_for_change(world, spot, "score")?;
    let board = world.board(spot);
    let node = board.node(spot.place);
    if node.is_derived() || spot.place == 0 {
        return Err(Error::refused(format!("{} is not scored itself; what is in it is", node.id))
            .hint(format!("git track show {}", world.refer(spot.board, node.id))));
    }
    if !node.state.is_running() {
        let me = world.refer(spot.board, node.id);
        let error =
            Error::refused(format!("`score {}` is refused: it is {}", node.id, world.shown(spot).phrase()));
        return Err(match node.state {
            State::Todo => error.hint(format!("git track start {me}")),
            State::Failed => error.hint(format!("git track retry {me}")),
            _ => error.hint(format!("git track reopen {me} -m \"why\"")),
        });
    }
    let by = round.by.as_deref().unwrap_or(ask.actor);
    let mut list = judges(world, spot, by);
    let given = Given { actor: Some(ask.who()), ..Given::NOTHING };
    for guarded in [Guarded::Submit, Guarded::Score] {
        list.extend(conditions(world, spot, guarded, given));
    }
    let departed = settle(world, spot, "score", &list, ask)?;
    let on = subject(board, spot.place);
    let scored = edit(world, spot, |item| {
        item.iterations.push('i', iteration(round, by, on, ask));
        if let Some(deviation) = departed {
            item.deviations.push('v', deviation);
        }
    })?;
    conclude(world, spot, &scored, ask).map(|(workflow, outcome)| {
        let warning = odd_patterns(world, spot, round);
        (workflow, Outcome { warning, ..outcome })
    })
}

/// What becomes of an item after its last round: done, in review, at work again, or a person must decide.
pub(super) fn conclude(
    world: &World,
    spot: Spot,
    scored: &Workflow,
    ask: &Ask,
) -> Result<(Workflow, Outcome)> {
    let after = world.with(spot.board, scored);
    let board = after.board(spot);
    let node = board.node(spot.place);
    let last = node.item.iterations.last().map(|(_, last)| last.score.to_string()).unwrap_or_default();
    let against =
        threshold(board, spot.place).map(|threshold| format!(" of {threshold}")).unwrap_or_default();
    let ask = Ask { text: None, ..*ask };
    let told = |line: String, missing| Outcome { line, missing, warning: None };
    if !has_passed(board, spot.place) {
        let (rounds, most) = (node.item.iterations.len(), max_iterations(board, spot.place));
        let line = match (rounds_left(board, spot.place), most) {
            (Some(0), _) => format!("{last}{against}: {rounds} rounds are used up, a person must decide"),
            (_, Some(most)) => format!("{last}{against}: iteration {} of {most}", rounds + 1),
            _ => format!("{last}{against}: once more"),
        };
        let workflow = edit(&after, spot, |item| put(item, State::Active))?;
        return Ok((workflow, told(line, Vec::new())));
    }
    let reviewed = edit(&after, spot, |item| put(item, State::Review))?;
    let review = world.with(spot.board, &reviewed);
    let given = Given { actor: Some(ask.who()), ..Given::NOTHING };
    let list = conditions(&review, spot, Guarded::Done, given);
    let missing: Vec<Condition> = list.into_iter().filter(|condition| !condition.ok).collect();
    match named("done").filter(|_| missing.is_empty()) {
        Some(done) => {
            let workflow = edit(&review, spot, |item| apply(item, done, None, &ask))?;
            Ok((workflow, told(format!("{last}{against}: passed, done"), missing)))
        }
        None => Ok((reviewed.clone(), told(format!("{last}{against}: passed, in review"), missing))),
    }
}

// A finer word belongs to the state that it was said for.
fn put(item: &mut Item, state: State) {
    if item.state() != state {
        item.label = None;
    }
    item.state = Some(state);
}

fn judges(world: &World, spot: Spot, by: &str) -> Vec<Condition> {
    let board = world.board(spot);
    let item = board.node(spot.place).item;
    let me = world.refer(spot.board, board.node(spot.place).id);
    let mut list = Vec::new();
    let validators: Vec<&str> =
        [&item.validator, &item.cross_validator].into_iter().flatten().map(String::as_str).collect();
    if let Some(first) = validators.first() {
        let right = validators.iter().any(|validator| validator.eq_ignore_ascii_case(by));
        let text = format!("{} judges it", validators.join(" or "));
        list.push(Condition::says(right.into(), text, format!("git track score {me} N --by {first}")).firm());
    }
    let made = has_made(board, spot.place, by);
    let text =
        if made { format!("{by} has made it, and cannot score it") } else { format!("{by} has not made it") };
    list.push(Condition::says((!made).into(), text, "say with --by who judged it".to_owned()).firm());
    if let Some(left) = rounds_left(board, spot.place) {
        let most = max_iterations(board, spot.place).unwrap_or_default();
        let text = format!("a round is left of {most}");
        let command = format!("git track set {me} max_iterations={}", most.saturating_add(1));
        list.push(Condition::says((left > 0).into(), text, command).firm());
    }
    list
}

fn iteration(round: &Round, by: &str, on: Option<String>, ask: &Ask) -> Iteration {
    Iteration {
        score: round.score.clone(),
        by: Some(by.to_owned()),
        on,
        at: Some(ask.now),
        output: round.output.clone(),
        patterns: round.patterns.clone(),
        revision: round.revision.clone(),
        note: ask.said().map(str::to_owned),
        accepted: None,
        rejected: None,
        decided_by: None,
        why: None,
    }
}

fn odd_patterns(world: &World, spot: Spot, round: &Round) -> Option<String> {
    let assigned = &world.board(spot).node(spot.place).item.critic_patterns;
    let odd =
        round.patterns.iter().find(|used| !assigned.iter().any(|known| known.eq_ignore_ascii_case(used)))?;
    (!assigned.is_empty())
        .then(|| format!("`{odd}` is not one of its critic's patterns: {}", assigned.join(", ")))
}
