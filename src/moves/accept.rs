//! Differences between what is declared and what git knows that somebody lets stand.

use crate::derive::conditions::by_a_person;
use crate::derive::world::{Spot, World};
use crate::error::Result;
use crate::model::id::Id;
use crate::model::record::Acceptance;
use crate::model::workflow::Workflow;

use super::answer::reason;
use super::{Ask, demand, edit, open_for_change};

/// A difference as it is now: its code, and the commit that it is about.
pub type Difference = (Id, String);

/// Lets differences of an item stand as long as git tells of the same commit; `None` when all of them do already.
pub fn accept(world: &World, spot: Spot, differences: &[Difference], ask: &Ask) -> Result<Option<Workflow>> {
    open_for_change(world, spot, "drift")?;
    let board = world.board(spot);
    let node = board.node(spot.place);
    let me = world.refer(spot.board, node.id);
    let why = reason(ask, "drift --accept", &me)?;
    demand(&format!("`drift --accept {}` is refused", node.id), &[by_a_person(board, Some(ask.who()))])?;
    let stands = |(code, on): &Difference| node.item.drift.get(code).is_some_and(|known| known.on == *on);
    if differences.iter().all(stands) {
        return Ok(None);
    }
    let changed = edit(world, spot, |item| {
        for (code, on) in differences {
            let acceptance = Acceptance {
                on: on.clone(),
                why: why.to_owned(),
                by: Some(ask.actor.to_owned()),
                at: Some(ask.now),
            };
            item.drift.insert(code.clone(), acceptance);
        }
    });
    changed.map(Some)
}
