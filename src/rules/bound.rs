//! Which item a commit is about: the one that its trailer names, else the one that its branch carries.

use crate::derive::here::item_of;
use crate::derive::reference::resolve;
use crate::derive::world::{Spot, World};
use crate::error::Result;
use crate::message::{Message, parse_bytes};
use crate::model::facts::CommitFacts;

/// The trailer that names the item.
pub const TRAILER: &str = "Track";

/// The item that a commit is about; an ambiguous branch is an error that names both.
pub fn bound(world: &World, message: Option<&Message>, branch: Option<&str>) -> Result<Option<Spot>> {
    let named = message.into_iter().flat_map(|message| message.values(TRAILER));
    let mut named = named.filter_map(|text| resolve(world, text, None, None).ok());
    if let Some(target) = named.next() {
        return Ok(Some(target.spot));
    }
    let carried = branch.map(|branch| item_of(world, branch, None)).transpose()?;
    Ok(carried.flatten().map(|(spot, _)| spot))
}

/// Whether a commit belongs to an item: it names it, or no other one.
pub(super) fn belongs(world: &World, commit: &CommitFacts, spot: Spot) -> bool {
    let message = parse_bytes(&commit.message, None);
    let named = message.values(TRAILER);
    let other = |text: &&str| {
        // What names nothing, or the workflow as a whole, does not say that it is about another item.
        let target = resolve(world, text, None, None).ok();
        target.is_some_and(|target| target.spot != spot && target.spot.place != 0)
    };
    named.is_empty() || !named.iter().all(other)
}
