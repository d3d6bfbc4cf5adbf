//! Records that can be added to any item of any process: risks, metrics, lines, agents, gates, checkpoints, grounding.

use crate::derive::conditions::by_a_person;
use crate::derive::reference::{Part, Target};
use crate::derive::roster::has_judging_role;
use crate::derive::world::{Spot, World};
use crate::error::{Error, Result};
use crate::model::agent::{Agent, Grounding};
use crate::model::gate::{Checkpoint, FullPart, Gate, Part as GatePart};
use crate::model::id::{Id, slug};
use crate::model::item::Item;
use crate::model::profile::make_id;
use crate::model::record::Line;
use crate::model::watch::{Metric, Risk};
use crate::model::workflow::Workflow;

use super::fields::{
    Setting, set_agent, set_checkpoint, set_gate, set_grounding, set_line, set_metric, set_part, set_risk,
};
use super::{Ask, demand, edit, open_for_change};

/// What can be added to any item of any process.
pub const RECORDS: [&str; 7] = ["risk", "metric", "line", "agent", "gate", "checkpoint", "grounding"];

/// The word for a part of a gate, which is added to the gate.
pub const PART: &str = "part";

/// Adds a part to a gate; returns the workflow and the id of the part.
pub fn part(
    world: &World,
    target: &Target,
    title: &str,
    explicit: Option<Id>,
    settings: &[Setting],
) -> Result<(Workflow, Id)> {
    let spot = target.spot;
    open_for_change(world, spot, "add")?;
    let Part::Gate(gate) = &target.part else {
        return Err(Error::usage("a part belongs to a gate").hint("say which one with --in, like --in QG-1"));
    };
    let known = world.board(spot).gate(spot.place, gate);
    let taken = |id: &Id| known.is_some_and(|known| known.parts.get(id).is_some());
    let id = free_id(explicit, "{slug}", title, &taken)?;
    let mut part = FullPart { title: Some(title.to_owned()), ..FullPart::default() };
    set_part(&mut part, settings)?;
    match part.checks() {
        1 => {}
        0 => {
            return Err(Error::usage("a part says what it checks").hint(
                "score=all, human=ROLE, review=WHO, checklist=true or findings=true; of=… for what is reviewed",
            )
            .hint("or what `gate run` finds out: suite=NAME, worktrees_clean=true, branch_clean=BRANCH, hooks_installed=true"));
        }
        _ => return Err(Error::usage("a part checks one thing; add another part for the other")),
    }
    let workflow = edit(world, spot, |item| {
        if let Some(gate) = item.gates.get_mut(gate) {
            gate.parts.insert(id.clone(), GatePart::Full(Box::new(part)));
        }
    })?;
    Ok((workflow, id))
}

/// Adds a record of one of [`RECORDS`] to an item; returns the workflow and the id of what is new.
pub(super) fn record(
    world: &World,
    spot: Spot,
    (record, title): (&str, &str),
    explicit: Option<Id>,
    settings: &[Setting],
    ask: &Ask,
) -> Result<(Workflow, Id)> {
    let item = world.board(spot).node(spot.place).item;
    let lines = item.checklist.as_ref().map(|list| &list.lines);
    let taken = |id: &Id| match record {
        "line" => lines.is_some_and(|lines| lines.get(id).is_some()),
        "agent" => item.agents.get(id).is_some(),
        "grounding" => item.grounding.get(id).is_some(),
        _ => world.board(spot).thing(id).is_some(),
    };
    // The roster and what it must have read are the workflow's.
    if matches!(record, "agent" | "grounding") && spot.place != 0 {
        return Err(Error::refused(format!("{record}s belong to the workflow, not to an item in it"))
            .hint(format!("leave --in out, or: --in {}", world.board(spot).workflow.id)));
    }
    let id = free_id(explicit, "{slug}", title, &taken)?;
    let mut problem = Ok(());
    let key = id.clone();
    let workflow = edit(world, spot, |item| problem = put(item, record, key, title.to_owned(), settings))?;
    problem?;
    // Whoever watches over the others or judges them is named by a person.
    if record == "agent" && workflow.root.agents.get(&id).is_some_and(has_judging_role) {
        let person = by_a_person(world.board(spot), Some(ask.who()));
        demand(&format!("naming {id} a steward or independent is refused"), &[person])?;
    }
    Ok((workflow, id))
}

fn put(item: &mut Item, record: &str, key: Id, title: String, settings: &[Setting]) -> Result<()> {
    match record {
        "risk" => {
            let mut risk = Risk {
                title,
                probability: None,
                impact: None,
                mitigation: None,
                owner: None,
                reviewed: None,
                closed: None,
            };
            set_risk(&mut risk, settings)?;
            item.risks.insert(key, risk);
        }
        "metric" => {
            let mut metric = Metric { title: Some(title), ..Metric::default() };
            set_metric(&mut metric, settings)?;
            item.metrics.insert(key, metric);
        }
        "agent" => {
            let mut agent = Agent::default();
            set_agent(&mut agent, settings)?;
            // Without a role the title says what it is there for.
            let says = if agent.role.is_some() { &mut agent.title } else { &mut agent.role };
            *says = Some(title);
            item.agents.insert(key, agent);
        }
        "gate" => {
            let mut gate = Gate { title: Some(title), ..Gate::default() };
            set_gate(&mut gate, settings)?;
            item.gates.insert(key, gate);
        }
        "checkpoint" => {
            let mut checkpoint = Checkpoint { title: Some(title), ..Checkpoint::default() };
            set_checkpoint(&mut checkpoint, settings)?;
            item.checkpoints.insert(key, checkpoint);
        }
        "grounding" => {
            let mut grounding = Grounding { path: title, agents: Vec::new(), aliases: Vec::new() };
            set_grounding(&mut grounding, settings)?;
            item.grounding.insert(key, grounding);
        }
        _ => {
            let mut line = Line { text: title, done: None, by: None };
            set_line(&mut line, settings)?;
            item.checklist.get_or_insert_default().lines.insert(key, line);
        }
    }
    Ok(())
}

/// The id that was asked for, when it is free, else one that is made.
pub(super) fn free_id(
    explicit: Option<Id>,
    pattern: &str,
    title: &str,
    taken: &dyn Fn(&Id) -> bool,
) -> Result<Id> {
    if let Some(id) = explicit {
        return if taken(&id) {
            Err(Error::refused(format!("the id `{id}` is taken")).hint(format!("git track show {id}")))
        } else {
            Ok(id)
        };
    }
    let mut word = slug(title);
    if word.is_empty() {
        "item".clone_into(&mut word);
    }
    Id::parse(&make_id(pattern, &word, "", &|id| Id::parse(id).is_ok_and(|id| taken(&id))))
}
