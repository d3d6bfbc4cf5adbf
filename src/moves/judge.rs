//! Judging work by scores: a round at a time, until one passes or a person must decide.

use crate::derive::board::{Board, Place};
use crate::derive::conditions::{Condition, Given, conditions, is_agent, stale_score};
use crate::derive::evidence::subject;
use crate::derive::gates::{has_passed, max_iterations, rounds, rounds_left, threshold};
use crate::derive::roster::{has_made, judges};
use crate::derive::shell;
use crate::derive::world::{Spot, World};
use crate::error::{Error, Result};
use crate::model::item::Item;
use crate::model::number::Score;
use crate::model::profile::Guarded;
use crate::model::record::Iteration;
use crate::model::state::{Shown, State};
use crate::model::workflow::Workflow;

use super::back::unapprove_above;
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
    // What was finished on content that is not there any more can be judged again.
    let again = node.state == State::Done && stale_score(world, spot).is_some();
    if !node.state.is_running() && !again {
        let me = world.refer(spot.board, node.id);
        let error =
            Error::refused(format!("`score {}` is refused: it is {}", node.id, world.shown(spot).phrase()));
        return Err(match (world.shown(spot), node.state) {
            (Shown::Waiting | Shown::Blocked, _) => error.hint(format!("git track why {me}")),
            (_, State::Todo) => error.hint(format!("git track start {me}")),
            (_, State::Failed) => error.hint(format!("git track retry {me}")),
            _ => error.hint(format!("git track reopen {me} -m \"why\"")),
        });
    }
    let by = round.by.as_deref().unwrap_or(ask.actor);
    let mut list = allowed(world, spot, by, (&round.score, ask));
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
        let (rounds, most) = (rounds(board, spot.place), max_iterations(board, spot.place));
        let line = match (rounds_left(board, spot.place), most) {
            (Some(0), _) if rounds == 1 => {
                format!("{last}{against}: its round is used up, a person must decide")
            }
            (Some(0), _) => format!("{last}{against}: {rounds} rounds are used up, a person must decide"),
            (_, Some(most)) => format!("{last}{against}: iteration {} of {most}", rounds + 1),
            _ => format!("{last}{against}: once more"),
        };
        let mut workflow = edit(&after, spot, |item| put(item, State::Active))?;
        if node.state.is_closed() {
            unapprove_above(world, spot, &mut workflow, &ask);
        }
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

// A finer word and the time of finishing belong to the state that they were said for.
fn put(item: &mut Item, state: State) {
    if item.state() != state {
        (item.label, item.finished) = (None, None);
    }
    item.state = Some(state);
}

fn allowed(world: &World, spot: Spot, by: &str, (score, ask): (&Score, &Ask)) -> Vec<Condition> {
    let board = world.board(spot);
    let item = board.node(spot.place).item;
    let me = world.refer(spot.board, board.node(spot.place).id);
    let mut list = Vec::new();
    let validators: Vec<&str> =
        [&item.validator, &item.cross_validator].into_iter().flatten().map(String::as_str).collect();
    // An agent that has made it cannot write down either what somebody else says.
    let hindered = is_agent(board, ask.who()) && made_alone(board, spot.place, ask.actor);
    let other = validators.iter().find(|validator| !made_alone(board, spot.place, validator));
    let command = other.map(|other| {
        let option = if hindered { "--as" } else { "--by" };
        format!("git track score {me} {score} {option} {}", shell::word(other))
    });
    if !validators.is_empty() {
        let right = validators.iter().any(|validator| validator.eq_ignore_ascii_case(by));
        let text = format!("{} judges it", validators.join(" or "));
        list.push(Condition::says(right.into(), text, command.clone()).firm());
    }
    for judge in judges(board, by, ask.who()) {
        let own = made_alone(board, spot.place, judge);
        let text = if own {
            format!(
                "{judge} has made it, and cannot score it{}",
                if hindered { "; somebody else has to record it" } else { "" }
            )
        } else {
            format!("{judge} has not made it")
        };
        list.push(Condition::says((!own).into(), text, command.clone()).firm());
    }
    if let Some(left) = rounds_left(board, spot.place) {
        let most = max_iterations(board, spot.place).unwrap_or_default();
        let text = format!("a round is left of {most}");
        let command = format!("git track set {me} max_iterations={}", most.saturating_add(1));
        list.push(Condition::says((left > 0).into(), text, command).firm());
    }
    list
}

// Somebody may be put into the team of an item to judge it there, as in a trial; its owner never judges it.
fn made_alone(board: &Board, place: Place, by: &str) -> bool {
    let item = board.node(place).item;
    let named = |name: &Option<String>| name.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(by));
    let appointed = named(&item.validator) && item.team.iter().any(|name| name.eq_ignore_ascii_case(by));
    let before = item.makers.iter().any(|name| name.eq_ignore_ascii_case(by));
    has_made(board, place, by) && (!appointed || before || named(&item.owner))
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
