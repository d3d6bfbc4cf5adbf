//! `why`: the whole chain of what an item waits for, with the command that clears each link.

use clap::Args as ClapArgs;
use serde_json::{Value, json};

use crate::derive::board::Thing;
use crate::derive::conditions::{
    Condition, Given, checkpoint_conditions, completion, conditions, part_conditions, passes,
    score_conditions, stale_basis,
};
use crate::derive::gates::{GateState, gate_state, part_state, score_scope};
use crate::derive::reference::{Part, Target};
use crate::derive::world::{Spot, World};
use crate::error::{Error, Result};
use crate::model::gate::Part as GatePart;
use crate::model::id::Id;
use crate::model::profile::Guarded;
use crate::model::state::{Shown, State};
use crate::moves::MOVES;
use crate::ui::{Line, Style, Text, cut, wrap};

use super::Answer;
use super::context::Context;
use super::drift;
use super::items;
use super::session::{Session, world};
use super::show::{checkpoint_word, gate_word};
use super::standing::{About, Here, of_one};

/// Arguments of `why`.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Examples:\n  git track why batch-3\n  git track why CP-001\n  git track why batch-3 --git"
)]
pub struct Args {
    /// The item; without it the branch's item, else the running one
    #[arg(value_name = "REF")]
    pub reference: Option<String>,
    /// Say instead why git says that it is as far as it is, with every piece of evidence
    #[arg(long)]
    pub git: bool,
}

/// A link of the chain.
struct Link {
    depth: usize,
    reason: String,
    command: Option<String>,
}

/// A move that leads onwards, and what it asks for.
type Step = (String, Vec<Condition>);

/// How deep a chain is followed.
const DEEPEST: usize = 12;

/// Says why an item is where it is.
pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    let session = Session::open(context)?;
    let world = world(&session.snapshot);
    let target = session.target(context, &world, args.reference.as_deref())?;
    let spot = target.spot;
    if args.git {
        return by_git(context, &session, &world, &target);
    }
    let links = links(&world, spot);
    let steps = match &target.part {
        Part::Whole => steps(&world, spot),
        part => of_part(&world, spot, part)?,
    };
    let text = screen(&world, &target, &links, &steps);
    let links: Vec<Value> = links
        .iter()
        .map(|link| json!({ "depth": link.depth, "reason": link.reason, "command": link.command }))
        .collect();
    let steps: Vec<Value> = steps
        .iter()
        .map(|(verb, list)| {
            let conditions: Vec<Value> =
                list.iter().map(|c| json!({ "ok": c.ok, "text": c.text, "command": c.command })).collect();
            json!({ "verb": verb, "conditions": conditions })
        })
        .collect();
    let answer = Answer::new(text).with("items", json!([items::item(&world, spot)]));
    Ok(answer.with("chain", links).with("moves", steps))
}

fn by_git(context: &Context, session: &Session, world: &World, target: &Target) -> Result<Answer> {
    if target.part != Part::Whole {
        return Err(Error::usage("git knows about items, not about their parts").hint("git track list"));
    }
    let (found, standing, numbers) = of_one(Here::of(context, session), world, target.spot)?;
    let about = About::new(world, target.spot, &found, (&standing, &numbers));
    let mut item = items::item(world, target.spot);
    if let Some(item) = item.as_object_mut() {
        item.insert("git".to_owned(), about.data());
    }
    let drift: Vec<Value> = about.drift.iter().map(|drift| drift::data(drift)).collect();
    Ok(Answer::new(about.everything()).with("items", json!([item])).with("drift", drift))
}

// What has to be said about an item, and what must hold before it is said.
fn of_part(world: &World, spot: Spot, part: &Part) -> Result<Vec<Step>> {
    let board = world.board(spot);
    let answers = |gate: &Id, id: &Id, part: &GatePart| match part {
        GatePart::Full(full) if full.human.is_some() || full.review.is_some() => {
            let verb = if full.human.is_some() { "approve" } else { "gate pass" };
            (format!("{verb} {gate}.{id}"), part_conditions(world, spot, full, Given::NOTHING))
        }
        _ if score_scope(id, part).is_some() => {
            (format!("gate {gate}.{id}"), score_conditions(world, spot, id, part))
        }
        _ => {
            let passed = part_state(board, spot.place, id, part) == GateState::Passed;
            let text = format!("{id} holds by itself");
            (format!("gate {gate}.{id}"), vec![Condition::says(passed.into(), text, None)])
        }
    };
    match part {
        Part::Checkpoint(id) => match board.checkpoint(spot.place, id) {
            Some(checkpoint) => Ok(vec![(
                "approve".to_owned(),
                checkpoint_conditions(world, spot, checkpoint, Given::NOTHING),
            )]),
            None => Ok(Vec::new()),
        },
        Part::Gate(gate) => {
            let found = board.gate(spot.place, gate);
            if let Some(empty) = found.filter(|gate| gate.parts.is_empty()) {
                return Ok(vec![(format!("gate {gate}"), vec![passes(world, spot, (gate, empty))])]);
            }
            let parts = found.into_iter().flat_map(|gate| gate.parts.iter());
            Ok(parts.map(|(id, part)| answers(gate, id, part)).collect())
        }
        Part::GatePart(gate, id) => {
            let part = board.gate(spot.place, gate).and_then(|gate| gate.parts.get(id));
            Ok(part.map(|part| answers(gate, id, part)).into_iter().collect())
        }
        _ => Err(Error::usage("`why` explains items, gates and checkpoints").hint("git track show REF")),
    }
}

fn screen(world: &World, target: &Target, links: &[Link], steps: &[Step]) -> Text {
    let spot = target.spot;
    let board = world.board(spot);
    let node = board.node(spot.place);
    let mut text = Text::new();
    let said = match &target.part {
        Part::Checkpoint(id) => board
            .checkpoint(spot.place, id)
            .map(|checkpoint| (id, &checkpoint.title, checkpoint_word(checkpoint))),
        Part::Gate(id) | Part::GatePart(id, _) => board
            .gate(spot.place, id)
            .map(|gate| (id, &gate.title, gate_word(gate_state(board, spot.place, gate)))),
        _ => None,
    };
    if let Some((id, title, word)) = said {
        let title = title.as_deref().map(|title| format!("  {}", cut(title, 50))).unwrap_or_default();
        text.line(Line::new().add(Style::Strong, id.as_str()).plain(format!("{title}: {word}")));
    }
    let head =
        Line::new().add(Style::Strong, node.id.as_str()).plain(format!("  {}: ", cut(&node.item.title, 50)));
    text.line(head.add(items::style(world.shown(spot)), world.label(spot)));
    for link in links {
        let indent = "  ".repeat(link.depth + 1);
        let room = 80usize.saturating_sub(indent.len() + 3);
        text.line(Line::new().plain(&indent).add(Style::Warn, "- ").plain(cut(&link.reason, room)));
        if let Some(command) = &link.command {
            text.line(Line::new().plain(&indent).plain("    ").add(Style::Command, command));
        }
    }
    for (verb, list) in steps {
        text.line(Line::new().plain(format!("  before `{verb}`:")));
        if list.is_empty() {
            text.line(Line::new().plain("    ok    nothing stands in the way"));
        }
        for (index, condition) in list.iter().enumerate() {
            let (style, mark) = if condition.ok { (Style::Good, "ok  ") } else { (Style::Bad, "FAIL") };
            let mut lines = wrap(&condition.text, 70).into_iter();
            let first = lines.next().unwrap_or_default();
            text.line(Line::new().plain("    ").add(style, mark).plain(format!("  {first}")));
            lines.for_each(|line| text.line(Line::new().plain(" ".repeat(10)).plain(line)));
            // One command may clear several in a row.
            let again = list.get(index + 1).is_some_and(|next| next.command == condition.command);
            if let Some(command) = condition.command.as_ref().filter(|_| !condition.ok && !again) {
                text.line(Line::new().plain("            ").add(Style::Command, command));
            }
        }
    }
    text
}

fn links(world: &World, spot: Spot) -> Vec<Link> {
    let board = world.board(spot);
    let node = board.node(spot.place);
    let me = world.refer(spot.board, node.id);
    let mut links = Vec::new();
    if let Some(failed) = board.stopped_by() {
        let node = board.node(failed);
        let why = node.item.summary.as_deref().unwrap_or("no reason was given");
        let reason = format!("{} failed and stops everything: {why}", node.id);
        links.push(Link {
            depth: 0,
            reason,
            command: Some(format!("git track retry {}", world.refer(spot.board, node.id))),
        });
    }
    for (id, blocker) in node.item.open_blockers() {
        let plan = blocker.fix.as_ref().map(|fix| format!(" (plan: {fix})")).unwrap_or_default();
        let reason = format!("{}.{id} holds it: {}{plan}", node.id, blocker.text);
        links.push(Link { depth: 0, reason, command: Some(format!("git track unblock {me}.{id}")) });
    }
    chain(world, spot, 0, &mut vec![spot], &mut links);
    links
}

fn chain(world: &World, spot: Spot, depth: usize, path: &mut Vec<Spot>, links: &mut Vec<Link>) {
    if depth > DEEPEST || !matches!(world.shown(spot), Shown::Waiting | Shown::Blocked) {
        return;
    }
    for unmet in world.unmet(spot) {
        links.push(Link { depth, reason: unmet.reason, command: unmet.command });
        match world.resolve_need(spot.board, &unmet.reference) {
            Some((board, Thing::Item(place))) => {
                let next = Spot { board, place };
                if !path.contains(&next) {
                    path.push(next);
                    chain(world, next, depth + 1, path, links);
                    path.pop();
                }
            }
            Some((board, Thing::Gate(place, id))) => {
                answers(world, Spot { board, place }, &Part::Gate(id.clone()), depth + 1, links);
            }
            Some((board, Thing::Checkpoint(place, id))) => {
                answers(world, Spot { board, place }, &Part::Checkpoint(id.clone()), depth + 1, links);
            }
            _ => {}
        }
    }
}

// What is missing before a gate passes or a checkpoint can be approved.
fn answers(world: &World, spot: Spot, part: &Part, depth: usize, links: &mut Vec<Link>) {
    for (_, list) in of_part(world, spot, part).unwrap_or_default() {
        for condition in list.into_iter().filter(|condition| !condition.ok) {
            // The same words as in the lists of conditions: not all of them say by themselves that they do not hold.
            let reason = format!("FAIL  {}", condition.text);
            if !links.iter().any(|link| link.reason == reason) {
                links.push(Link { depth, reason, command: condition.command });
            }
        }
    }
}

// The moves that lead onwards from here, with what they ask for.
fn steps(world: &World, spot: Spot) -> Vec<Step> {
    let board = world.board(spot);
    let node = board.node(spot.place);
    if node.state.is_closed() {
        let again = stale_basis(world, spot).map(|stale| ("score".to_owned(), vec![stale]));
        return again.into_iter().collect();
    }
    if node.is_derived() && spot.place != 0 {
        let begins = node.state == State::Todo && node.kind.is_some_and(|kind| !kind.documents.is_empty());
        let start = begins.then(|| conditions(world, spot, Guarded::Start, Given::NOTHING));
        let start = start.map(|list| ("start".to_owned(), list));
        return start.into_iter().chain([("done".to_owned(), completion(world, spot))]).collect();
    }
    let onwards = MOVES.iter().filter(|change| {
        change.from.contains(&node.state)
            && matches!(change.guarded, Guarded::Start | Guarded::Submit | Guarded::Done | Guarded::Retry)
    });
    let listed = onwards
        .map(|change| (change.verb.to_owned(), conditions(world, spot, change.guarded, Given::NOTHING)));
    listed.filter(|(verb, list)| verb != "submit" || !list.is_empty()).collect()
}
