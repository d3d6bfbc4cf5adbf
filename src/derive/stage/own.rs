//! Which commits of a branch are work of its item.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use crate::derive::world::Spot;
use crate::model::facts::CommitId;
use crate::model::landing::{How, Work};

use super::credit::names;
use super::{Known, Line};

/// Of the commits of a branch those that are a branch of another item, on which this one stands, unless they were made on
/// this one or name its item.
pub(super) fn below<'a>(
    known: &Known,
    spot: Spot,
    line: &Line,
    own: &'a [Rc<Work>],
) -> HashSet<&'a CommitId> {
    let ids: HashMap<&CommitId, &Work> = own.iter().map(|work| (&work.id, work.as_ref())).collect();
    let mut all = HashSet::new();
    for work in own {
        let others = known.shared.get(&work.id).into_iter().flatten().any(|other| *other != spot);
        if others && !line.made.contains(&work.id) && !all.contains(&work.id) {
            all.extend(reach(&ids, &work.id));
        }
    }
    all.retain(|id| !line.made.contains(id) && ids.get(id).is_none_or(|work| !names_it(known, spot, work)));
    all
}

/// Whether a commit is work of an item: it changes something besides the state, joins nothing, and names no other item only.
pub(super) fn is_own_work(known: &Known, spot: Spot, work: &Work) -> bool {
    !work.is_merge() && !known.credits.books.has(work) && !is_anothers(known, spot, work)
}

pub(super) fn names_it(known: &Known, spot: Spot, work: &Work) -> bool {
    let named = names(known.world, work);
    matches!(named.how, Some(How::Track | How::Line | How::Refers)) && named.spots.contains(&spot)
}

/// A commit on the branch that only names other items is not this one's: the name of the branch was used again.
pub(super) fn is_anothers(known: &Known, spot: Spot, work: &Work) -> bool {
    let named = names(known.world, work);
    let other = |found: &Spot| *found != spot && found.place != 0;
    matches!(named.how, Some(How::Track | How::Line))
        && !named.spots.contains(&spot)
        && named.spots.iter().any(other)
}

/// What a commit has among those of a branch, itself included.
pub(super) fn reach<'a>(own: &HashMap<&'a CommitId, &'a Work>, from: &'a CommitId) -> HashSet<&'a CommitId> {
    let mut seen = HashSet::from([from]);
    let mut open = vec![from];
    while let Some(work) = open.pop().and_then(|id| own.get(id)) {
        let parents = work.parents.iter().filter(|parent| own.contains_key(parent));
        open.extend(parents.filter(|parent| seen.insert(parent)));
    }
    seen
}
