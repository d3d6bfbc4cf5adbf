//! What must hold of those who begin something: how many are at work, whose it is, what they have read.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::agent::{Agent, Grounding};
use crate::model::id::Id;
use crate::model::path::RepoPath;
use crate::model::profile::Guarded;

use super::super::board::Board;
use super::super::roster::{at_work, owners, owners_by_roster};
use super::super::shell;
use super::{Condition, Question, by_a_person};

/// The checks that look at who begins it.
pub(super) fn agents(question: Question, guarded: Guarded) -> Vec<Condition> {
    let checks = question.checks;
    let mut list = Vec::new();
    if checks.people {
        list.push(by_a_person(question.board(), question.given.actor));
    }
    if let Some(most) = checks.active_agents {
        list.push(active(question, most));
    }
    if checks.own {
        list.extend(own(question, guarded));
    }
    if checks.grounded {
        list.extend(each_agent(question, grounded));
    }
    if checks.skilled {
        list.extend(each_agent(question, skilled));
    }
    list
}

// Whoever begins an item without an owner becomes its owner.
fn hands(question: Question) -> Vec<String> {
    let item = question.node().item;
    let owner = item.owner.clone().or_else(|| question.given.actor.map(|actor| actor.name.to_owned()));
    owner.into_iter().chain(item.team.iter().cloned()).collect()
}

fn active(question: Question, most: usize) -> Condition {
    let board = question.board();
    let mut names = at_work(board);
    let before = names.len();
    let mine: BTreeMap<String, String> =
        hands(question).into_iter().map(|name| (name.to_lowercase(), name)).collect();
    names.extend(mine.clone());
    if names.len() <= most || names.len() == before {
        return Condition::met(format!("at most {most} agents are at work"));
    }
    names.retain(|name, _| !mine.contains_key(name));
    let others: Vec<&str> = names.values().map(String::as_str).collect();
    let text = format!("at most {most} agents are at work; {} are: {}", others.len(), others.join(", "));
    Condition::unmet(text, "git track list --state active".to_owned()).firm()
}

fn own(question: Question, guarded: Guarded) -> Option<Condition> {
    let board = question.board();
    let actor = question.given.actor?;
    let agent = Id::parse(actor.name).ok()?;
    // Whoever is not on the roster, a person or an orchestrator, may begin things for others.
    board.root().item.agents.get(&agent)?;
    let node = question.node();
    let listed = owners_by_roster(board, question.spot.place);
    let whose: BTreeSet<&str> = owners(node).chain(listed.into_iter().map(Id::as_str)).collect();
    if whose.is_empty() || whose.iter().any(|name| name.eq_ignore_ascii_case(actor.name)) {
        return Some(Condition::met(format!("it is {}'s own, or nobody's", actor.name)));
    }
    let whose: Vec<&str> = whose.into_iter().collect();
    let text = format!("{} belongs to {}, not to {}", node.id, whose.join(", "), actor.name);
    let (verb, me) = (guarded.verb(), question.me());
    let why = if guarded == Guarded::Reopen { " -m \"why\"" } else { "" };
    let command = whose.first().map(|name| format!("git track {verb} {me}{why} --as {}", shell::word(name)));
    Some(Condition::unmet(text, command))
}

fn each_agent(
    question: Question,
    condition: impl Fn(&Board, &Id, &Agent) -> Option<Condition>,
) -> Vec<Condition> {
    let board = question.board();
    let on_roster = |name: &String| {
        let id = Id::parse(name).ok()?;
        board.root().item.agents.iter().find(|(known, _)| **known == id)
    };
    hands(question)
        .iter()
        .filter_map(on_roster)
        .filter_map(|(id, agent)| condition(board, id, agent))
        .collect()
}

fn grounded(board: &Board, id: &Id, agent: &Agent) -> Option<Condition> {
    let unread = unread(board, id, agent).into_iter().next();
    if board.root().item.grounding.is_empty() {
        return None;
    }
    Some(match unread {
        None => Condition::met(format!("{id} has read the grounding")),
        Some((grounding, why)) => Condition::unmet(
            format!("{id} {why} {}", grounding.path),
            format!(
                "git track note -w {} --read {} --as {id}",
                board.workflow.id,
                shell::word(&grounding.path)
            ),
        ),
    })
}

/// What an agent has yet to read, and whether it has never read it or not as it is now.
pub(in super::super) fn unread<'a>(
    board: &Board<'a>,
    id: &Id,
    agent: &Agent,
) -> Vec<(&'a Grounding, &'static str)> {
    let meant = |grounding: &Grounding| {
        grounding.agents.is_empty()
            || grounding.agents.iter().any(|name| name.eq_ignore_ascii_case(id.as_str()))
    };
    let mut unread = Vec::new();
    for (key, grounding) in board.root().item.grounding.iter().filter(|(_, grounding)| meant(grounding)) {
        let Some(reading) = agent.read.get(key) else {
            unread.push((grounding, "has not read"));
            continue;
        };
        let path = reading.alias.as_ref().unwrap_or(&grounding.path);
        let now = RepoPath::parse(path).ok().and_then(|path| board.pages.page(&path)?.on.clone());
        if reading.on.is_some() && now.is_some() && now != reading.on {
            unread.push((grounding, "read an older version of"));
        }
    }
    unread
}

fn skilled(board: &Board, id: &Id, agent: &Agent) -> Option<Condition> {
    let open: Vec<&str> =
        agent.skills.iter().filter(|skill| !agent.introspected.contains(skill)).map(String::as_str).collect();
    match open.as_slice() {
        _ if agent.skills.is_empty() => None,
        [] => Some(Condition::met(format!("{id} has looked into its skills"))),
        [first, ..] => Some(Condition::unmet(
            format!("{id} has not looked into: {}", open.join(", ")),
            format!("git track note -w {} --skill {} --as {id}", board.workflow.id, shell::text(first)),
        )),
    }
}
