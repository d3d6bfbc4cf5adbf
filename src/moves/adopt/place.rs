//! Where what is taken over belongs: the items that every workflow of a process begins with, and the times that a list of
//! what happened tells.

use serde_json::Value;

use crate::derive::words::show;
use crate::error::Result;
use crate::model::agent::Agent;
use crate::model::id::Id;
use crate::model::item::Item;
use crate::model::profile::{Profile, ROOT};
use crate::model::record::Note;
use crate::model::state::State;
use crate::model::time::{Date, Time};

use super::Report;
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
            (Some(text), at) => drop(root.notes.push('n', Note { text, by: Some("import".to_owned()), at })),
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
