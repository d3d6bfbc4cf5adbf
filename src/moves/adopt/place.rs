//! Where what is taken over belongs: the items that every workflow of a process begins with, and the times that a list of
//! what happened tells.

use std::collections::HashSet;

use serde_json::Value;

use crate::derive::board::{Board, Node, Thing};
use crate::derive::words::show;
use crate::error::{Error, Result};
use crate::model::agent::Agent;
use crate::model::id::Id;
use crate::model::item::Item;
use crate::model::profile::{Profile, ROOT};
use crate::model::record::Note;
use crate::model::state::State;
use crate::model::time::{Date, Time};
use crate::model::workflow::tree;

use super::Report;
use super::item::{Nested, usual_under};
use super::records::find;

/// Adds what a workflow of the process begins with, where the file has nothing of the sort, and puts items that cannot
/// stand where the file has them into the one place that takes them.
pub(super) fn settle(root: &mut Item, profile: &Profile) {
    let seed = &profile.starts_with;
    let kinds: Vec<&Id> = seed.items.values().filter_map(|item| item.kind.as_ref()).collect();
    let of_the_sort = |item: &Item| item.kind.as_ref().is_some_and(|kind| kinds.contains(&kind));
    if kinds.is_empty() || root.items.values().any(of_the_sort) {
        return;
    }
    let own = std::mem::take(&mut root.items);
    root.items = seed.items.clone();
    for (id, gate) in seed.gates.iter() {
        root.gates.insert(id.clone(), gate.clone());
    }
    for (id, item) in own.iter() {
        match host(profile, item) {
            Some(host) if find(root, &host).is_some() => {
                if let Some(host) = find(root, &host) {
                    let usual = host.kind.as_ref().and_then(|kind| profile.kinds_under(Some(kind)).next());
                    let usual = usual.map(|(kind, _)| kind.clone());
                    let kind = item.kind.clone().filter(|kind| Some(kind) != usual.as_ref());
                    host.items.insert(id.clone(), Item { kind, ..item.clone() });
                }
            }
            _ => drop(root.items.insert(id.clone(), item.clone())),
        }
    }
}

/// Puts those on the roster whom the file calls agents: what only people do is not theirs.
pub(super) fn roster(root: &mut Item, report: &mut Report) {
    report.agents.retain(|name| Id::parse(name).is_ok());
    for agent in report.agents.iter().filter_map(|name| Id::parse(name).ok()) {
        if root.agents.get(&agent).is_none() {
            root.agents.insert(agent, Agent::default());
        }
    }
}

// The item of the beginning that takes what cannot stand at the top.
fn host(profile: &Profile, item: &Item) -> Option<Id> {
    let under = &profile.kinds.get(item.kind.as_ref()?)?.under;
    if under.iter().any(|under| under.as_str() == ROOT) {
        return None;
    }
    let takes = |seed: &Item| seed.kind.as_ref().is_some_and(|kind| under.contains(kind));
    profile.starts_with.items.iter().find(|(_, seed)| takes(seed)).map(|(id, _)| id.clone())
}

/// Gives items that cannot stand at the top of a workflow the one item of it that takes them as their parent.
pub(super) fn house(items: &mut [Nested], board: &Board) -> Result<()> {
    let own: HashSet<Id> = items.iter().map(|nested| nested.id.clone()).collect();
    let top = usual_under(board.profile, None);
    for nested in items.iter_mut().filter(|nested| nested.parent.as_ref().is_none_or(|id| !own.contains(id)))
    {
        let parent = match &nested.parent {
            Some(id) => Some(id.clone()),
            None => takes(board, &nested.id, nested.item.kind.as_ref().or(top))?,
        };
        let place = parent.as_ref().and_then(|id| board.thing(id));
        if let Some(Thing::Item(place)) = place {
            // The usual kind of a place is not written.
            let usual = usual_under(board.profile, board.node(place).kind_id);
            nested.item.kind = nested.item.kind.take().filter(|kind| Some(kind) != usual);
        }
        nested.parent = parent;
    }
    Ok(())
}

// The only item that takes one of a kind; `None`: the workflow itself does.
fn takes(board: &Board, id: &Id, kind: Option<&Id>) -> Result<Option<Id>> {
    let known = kind.and_then(|kind| board.profile.kinds.get(kind));
    let Some((kind_id, kind)) = kind.zip(known) else { return Ok(None) };
    if kind.under.iter().any(|under| under.as_str() == ROOT) {
        return Ok(None);
    }
    let fits = |node: &&Node| {
        node.state != State::Dropped && node.kind_id.is_some_and(|above| kind.under.contains(above))
    };
    let hosts: Vec<&Id> = board.nodes().map(|(_, node)| node).filter(fits).map(|node| node.id).collect();
    match hosts.as_slice() {
        [only] => Ok(Some((*only).clone())),
        [] => Err(Error::refused(format!("nothing in {} takes a {kind_id} such as {id}", board.workflow.id))),
        several => {
            let several: Vec<&str> = several.iter().map(|id| id.as_str()).collect();
            Err(Error::refused(format!("{id} is a {kind_id} and does not say what it stands in"))
                .hint(format!("give it `parent:`, one of {}", several.join(", "))))
        }
    }
}

/// Puts items where they say that they stand; what is there already is told more, not replaced.
pub(super) fn nest(root: &mut Item, mut open: Vec<Nested>) -> Result<()> {
    let mut seen = HashSet::new();
    if let Some(twice) = open.iter().find(|nested| !seen.insert(nested.id.clone())) {
        return Err(Error::state(format!("the id `{}` is used twice", twice.id)));
    }
    // Parents may come after their children in the file, so that several rounds can be needed.
    while !open.is_empty() {
        let mut later = Vec::new();
        let count = open.len();
        for nested in open {
            let place = match &nested.parent {
                None => Some(&mut *root),
                Some(parent) => find(root, parent),
            };
            match place {
                Some(parent) => {
                    let item = match parent.items.get(&nested.id) {
                        Some(known) => over(&nested.id, known, &nested.item)?,
                        None => nested.item,
                    };
                    parent.items.insert(nested.id, item);
                }
                None => later.push(nested),
            }
        }
        if later.len() == count {
            let lost = later.first().map(|nested| (nested.id.to_string(), nested.parent.clone()));
            let (id, parent) = lost.unwrap_or_default();
            let parent = parent.map(|parent| parent.to_string()).unwrap_or_default();
            return Err(Error::state(format!("`{id}` belongs to `{parent}`, which is not in the file")));
        }
        open = later;
    }
    Ok(())
}

// What a file says about an item that is there; only moves change its state.
fn over(id: &Id, known: &Item, said: &Item) -> Result<Item> {
    if said.state.is_some_and(|state| state != known.state()) {
        let (here, there) = (known.state(), said.state());
        return Err(Error::refused(format!("{id} is {here} here, and {there} in the file"))
            .hint(format!("git track show {id}")));
    }
    let mut whole = tree(known);
    lay(&mut whole, tree(said));
    serde_json::from_value(whole).map_err(|error| Error::state(format!("{id}: {error}")))
}

fn lay(below: &mut Value, above: Value) {
    match (below, above) {
        (Value::Object(below), Value::Object(above)) => {
            for (key, value) in above {
                match below.get_mut(&key) {
                    Some(known) => lay(known, value),
                    None => drop(below.insert(key, value)),
                }
            }
        }
        (_, Value::String(blank)) if blank.is_empty() => {}
        (below, above) => *below = above,
    }
}

/// Reads a list of what happened: `U01 started by alice` and `U01 done by alice` give times, the rest are notes.
pub(super) fn history(root: &mut Item, value: Value, report: &mut Report) -> Result<()> {
    let Value::Array(list) = value else {
        report.unknown("history".to_owned(), value);
        return Ok(());
    };
    for (index, entry) in list.into_iter().enumerate() {
        let text = entry.get("text").map(show);
        let at = entry.get("at").map(moment).transpose()?.flatten();
        match (text, at) {
            (Some(text), Some(at)) if stamp(root, &text, at) => {}
            (Some(text), at) => {
                drop(root.notes.push('n', Note { text, kind: None, by: Some("import".to_owned()), at }));
            }
            (None, _) => report.unknown(format!("history.{index}"), entry),
        }
    }
    Ok(())
}

fn stamp(root: &mut Item, text: &str, at: Time) -> bool {
    let mut words = text.splitn(4, ' ');
    let (Some(id), Some(verb), Some("by"), Some(rest)) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return false;
    };
    let who = rest.split(' ').next().unwrap_or(rest).to_owned();
    let Some(item) = Id::parse(id).ok().and_then(|id| find(root, &id)) else { return false };
    match verb {
        "started" if item.state() != State::Todo => item.started = item.started.or(Some(at)),
        "done" if item.state() == State::Done => item.finished = item.finished.or(Some(at)),
        _ => return false,
    }
    item.by = Some(who);
    true
}

// A day without an hour is its beginning.
pub(super) fn moment(value: &Value) -> Result<Option<Time>> {
    let Some(text) = value.as_str() else { return Ok(None) };
    let day = Date::parse(text).ok().and_then(|day| Time::parse(&format!("{day}T00:00:00Z")).ok());
    day.map_or_else(|| Time::parse(text), Ok).map(Some)
}
