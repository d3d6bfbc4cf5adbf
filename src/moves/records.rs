//! Moves that add or settle records: blockers, ticks, remarks, claims.

use crate::derive::conditions::{Given, conditions};
use crate::derive::roster::agent;
use crate::derive::shell;
use crate::derive::world::{Spot, World};
use crate::error::{Error, Result};
use crate::model::agent::Reading;
use crate::model::id::Id;
use crate::model::path::RepoPath;
use crate::model::profile::{Guarded, StateSource};
use crate::model::record::{Artifact, Blocker, Decision, Note, NoteKind};
use crate::model::state::State;
use crate::model::workflow::Workflow;

use super::answer::reason;
use super::fields::keep_makers;
use super::{Ask, demand, edit, named, open_for_change, perform};

/// Puts a blocker on an item.
pub fn block(world: &World, spot: Spot, fix: Option<&str>, ask: &Ask) -> Result<Workflow> {
    open_for_change(world, spot, "block")?;
    let node = world.board(spot).node(spot.place);
    let Some(text) = ask.said() else {
        return Err(Error::usage("`block` needs a reason").hint(format!(
            "git track block {} -m \"what is in the way\" --fix \"the plan\"",
            world.refer(spot.board, node.id)
        )));
    };
    if node.state.is_closed() {
        return Err(Error::refused(format!("`block {}` is refused: it is {}", node.id, node.state)));
    }
    let blocker = Blocker {
        text: text.to_owned(),
        fix: fix.map(str::to_owned),
        since: Some(ask.now),
        by: Some(ask.actor.to_owned()),
        cleared: None,
        cleared_by: None,
    };
    edit(world, spot, |item| drop(item.blockers.push('b', blocker)))
}

/// Clears one blocker of an item, or all that are open; `None` when none is.
pub fn unblock(world: &World, spot: Spot, only: Option<&Id>, ask: &Ask) -> Result<Option<Workflow>> {
    open_for_change(world, spot, "unblock")?;
    let node = world.board(spot).node(spot.place);
    let wanted = |id: &Id| only.is_none_or(|only| only == id);
    if !node.item.open_blockers().any(|(id, _)| wanted(id)) {
        return Ok(None);
    }
    let changed = edit(world, spot, |item| {
        for (id, blocker) in item.blockers.iter_mut() {
            if blocker.is_open() && wanted(id) {
                blocker.cleared = Some(ask.now);
                blocker.cleared_by = Some(ask.actor.to_owned());
            }
        }
        if let Some(text) = ask.said() {
            item.notes.push('n', ask.note(format!("unblocked: {text}")));
        }
    });
    changed.map(Some)
}

/// Ticks a line of a checklist; `None` when it is ticked.
pub fn tick(world: &World, spot: Spot, line: &Id, ask: &Ask) -> Result<Option<Workflow>> {
    open_for_change(world, spot, "add")?;
    let list = world.board(spot).node(spot.place).item.checklist.as_ref();
    if list.and_then(|list| list.lines.get(line)).is_some_and(|line| line.done.is_some()) {
        return Ok(None);
    }
    let changed = edit(world, spot, |item| {
        if let Some(line) = item.checklist.as_mut().and_then(|list| list.lines.get_mut(line)) {
            line.done = Some(ask.now);
            line.by = Some(ask.actor.to_owned());
        }
    });
    changed.map(Some)
}

/// Takes an item and begins it; refused when somebody else has it.
pub fn claim(world: &World, spot: Spot, ask: &Ask) -> Result<Option<Workflow>> {
    open_for_change(world, spot, "claim")?;
    let node = world.board(spot).node(spot.place);
    if let Some(owner) = node.item.owner.as_deref().filter(|owner| *owner != ask.actor) {
        let me = shell::word(ask.actor);
        return Err(Error::refused(format!("{} belongs to {owner}", node.id))
            .hint(format!("git track set {} owner={me}", world.refer(spot.board, node.id))));
    }
    match node.state {
        State::Active if node.item.owner.is_some() => Ok(None),
        State::Active => edit(world, spot, |item| item.owner = Some(ask.actor.to_owned())).map(Some),
        _ => match named("start") {
            Some(start) => perform(world, spot, start, ask),
            None => Err(Error::bug("there is no move `start`")),
        },
    }
}

/// Takes an item from whoever has it in hand, for a reason that is kept with it.
pub fn take_over(world: &World, spot: Spot, holder: Option<&str>, ask: &Ask) -> Result<Workflow> {
    open_for_change(world, spot, "claim")?;
    let node = world.board(spot).node(spot.place);
    let me = world.refer(spot.board, node.id);
    let why = reason(ask, "claim --steal", &me)?;
    let owner = node.item.owner.as_deref();
    let from = holder.or(owner).map(|name| format!(" from {name}")).unwrap_or_default();
    edit(world, spot, |item| {
        item.owner = Some(ask.actor.to_owned());
        keep_makers(node.item, item, ask);
        item.notes.push('n', ask.note(format!("taken over{from}: {why}")));
    })
}

/// Says which branch carries an item; `None` when it says so already.
pub fn carry(world: &World, spot: Spot, branch: &str) -> Result<Option<Workflow>> {
    if world.board(spot).node(spot.place).item.branch.as_deref() == Some(branch) {
        return Ok(None);
    }
    edit(world, spot, |item| item.branch = Some(branch.to_owned())).map(Some)
}

/// What a remark may hold besides its text.
#[derive(Clone, Debug, Default)]
pub struct Remark {
    /// Choices; the reasons stand in `why` at the same index.
    pub decisions: Vec<String>,
    /// The reasons of the choices.
    pub why: Vec<String>,
    /// What is being worked on now.
    pub focus: Option<String>,
    /// Obstacles met.
    pub challenges: Vec<String>,
    /// What a report is to tell: wins, goals, asks.
    pub told: Vec<(NoteKind, String)>,
    /// Files made, changed or deleted.
    pub artifacts: Vec<Artifact>,
    /// Grounding that whoever notes it has read.
    pub read: Vec<String>,
    /// Skills that whoever notes it has looked into.
    pub skills: Vec<String>,
}

/// Adds remarks to an item; `None` when everything in them is there already.
pub fn note(world: &World, spot: Spot, remark: &Remark, ask: &Ask) -> Result<Option<Workflow>> {
    open_for_change(world, spot, "note")?;
    let node = world.board(spot).node(spot.place);
    if remark.decisions.len() > remark.why.len() {
        return Err(Error::usage("a decision needs its reason").hint(format!(
            "git track note {} --decision \"what\" --why \"the reason\"",
            world.refer(spot.board, node.id)
        )));
    }
    let focusless =
        node.kind.is_some_and(|kind| kind.state == StateSource::Derived) || node.state.is_closed();
    if remark.focus.is_some() && focusless {
        return Err(Error::refused(format!("{} is {} and has no focus", node.id, node.state)));
    }
    let given = Given { focus: remark.focus.as_deref(), ..Given::NOTHING };
    demand(&format!("`note {}` is refused", node.id), &conditions(world, spot, Guarded::Note, given))?;
    let (by, at) = (Some(ask.actor.to_owned()), Some(ask.now));
    let changed = edit(world, spot, |item| {
        for (text, why) in remark.decisions.iter().zip(&remark.why) {
            let (text, why) = (text.clone(), Some(why.clone()));
            item.decisions.push('d', Decision { text, why, by: by.clone(), at });
        }
        for text in &remark.challenges {
            item.challenges.push('c', ask.note(text));
        }
        for (kind, text) in &remark.told {
            // Next week the same may be told again.
            let today = |note: &Note| note.at.is_some_and(|at| at.date() == ask.now.date());
            let known = |note: &Note| note.kind == Some(*kind) && note.text == *text && today(note);
            if !item.notes.values().any(known) {
                item.notes.push('n', Note { kind: Some(*kind), ..ask.note(text) });
            }
        }
        for artifact in &remark.artifacts {
            if !item.artifacts.values().any(|known| known == artifact) {
                item.artifacts.push('a', artifact.clone());
            }
        }
        if let Some(focus) = &remark.focus {
            item.focus = Some(focus.clone());
        }
        if let Some(text) = ask.said() {
            item.notes.push('n', ask.note(text));
        }
    })?;
    let changed = acknowledge(world, spot, changed, remark, ask)?;
    Ok((changed != *world.board(spot).workflow).then_some(changed))
}

// What an agent has read and looked into stands with the agent, in the roster of the workflow.
fn acknowledge(
    world: &World,
    spot: Spot,
    mut workflow: Workflow,
    remark: &Remark,
    ask: &Ask,
) -> Result<Workflow> {
    if remark.read.is_empty() && remark.skills.is_empty() {
        return Ok(workflow);
    }
    let board = world.board(spot);
    let Some((id, _)) = agent(board, ask.actor) else {
        return Err(Error::refused(format!("{} is no agent of {}", ask.actor, board.workflow.id))
            .hint(format!(
                "git track add agent \"what it is for\" id={} -w {}",
                shell::word(ask.actor),
                board.workflow.id
            ))
            .hint("or say with --as which agent it is"));
    };
    let mut readings = Vec::new();
    for path in &remark.read {
        let known = || board.root().item.grounding.iter();
        let found = known().find(|(key, grounding)| {
            grounding.path == *path || grounding.aliases.contains(path) || key.as_str() == path
        });
        let Some((key, grounding)) = found else {
            let all: Vec<&str> = known().map(|(_, grounding)| grounding.path.as_str()).collect();
            return Err(Error::not_found(format!("{path} is no grounding of {}", board.workflow.id))
                .hint(format!("its grounding: {}", all.join(", "))));
        };
        let alias = grounding.aliases.iter().find(|alias| *alias == path).cloned();
        let file = RepoPath::parse(alias.as_ref().unwrap_or(&grounding.path)).ok();
        let on = file.and_then(|file| board.pages.page(&file)?.on.clone());
        readings.push((key.clone(), Reading { at: Some(ask.now), on, alias }));
    }
    if let Some(agent) = workflow.root.agents.get_mut(id) {
        for (key, reading) in readings {
            let same =
                agent.read.get(&key).is_some_and(|old| old.on == reading.on && old.alias == reading.alias);
            if !same {
                agent.read.insert(key, reading);
            }
        }
        let new = remark.skills.iter().filter(|skill| !agent.introspected.contains(skill)).cloned();
        let new: Vec<String> = new.collect();
        agent.introspected.extend(new);
    }
    Ok(workflow)
}
