//! Refusals that name each condition, and departures from the process that leave a record.

use crate::derive::conditions::Condition;
use crate::derive::world::{Spot, World};
use crate::error::{Error, Result};
use crate::model::record::Deviation;

use super::{Ask, Departs};

/// Refuses unless every condition holds, and says which do and which do not.
pub fn demand(what: &str, list: &[Condition]) -> Result<()> {
    if list.iter().all(|condition| condition.ok) {
        return Ok(());
    }
    let mut error = Error::refused(what);
    for condition in list {
        error = error.note(format!("{}  {}", if condition.ok { "ok  " } else { "FAIL" }, condition.text));
    }
    for command in
        list.iter().filter(|condition| !condition.ok).filter_map(|condition| condition.command.as_ref())
    {
        if !error.hints().contains(command) {
            error = error.hint(command.clone());
        }
    }
    Err(error)
}

/// Refuses unless every condition holds, or the process is departed from: then the record that is to be kept.
pub fn settle(
    world: &World,
    spot: Spot,
    verb: &str,
    list: &[Condition],
    ask: &Ask,
) -> Result<Option<Deviation>> {
    let node = world.board(spot).node(spot.place);
    let id = node.id;
    let what = format!("`{verb} {id}` is refused");
    let open: Vec<&Condition> = list.iter().filter(|condition| !condition.ok).collect();
    if open.is_empty() || ask.departs == Departs::No {
        return demand(&what, list).map(|()| None);
    }
    if let Some(firm) = open.iter().find(|condition| condition.firm) {
        return demand(&what, list)
            .map(|()| None)
            .map_err(|error| error.note(format!("nobody departs from this: {}", firm.text)));
    }
    let Some(why) = ask.said() else {
        return Err(Error::usage("--deviate needs a reason")
            .hint(format!("git track {verb} {} --deviate -m \"why\"", world.refer(spot.board, id))));
    };
    let without: Vec<&str> = open.iter().map(|condition| condition.text.as_str()).collect();
    Ok(Some(Deviation {
        text: format!("{verb} with FAIL: {}", without.join("; ")),
        verb: Some(verb.to_owned()),
        from: Some(node.item.state()),
        why: Some(why.to_owned()),
        by: Some(ask.actor.to_owned()),
        at: Some(ask.now),
        approved: None,
        approved_by: None,
        rejected: None,
        rejected_by: None,
        answer: None,
    }))
}
