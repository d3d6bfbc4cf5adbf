//! What must be finished before what, and whether that runs in a circle.

use crate::model::profile::{Guarded, StateSource};

use super::board::{Board, Place, Thing};
use super::world::{World, has_turn};

/// The first circle of needs of a workflow, each item needing the next; the last one is the first again.
pub fn circle(world: &World, board: usize) -> Option<Vec<Place>> {
    // Without recursion: a chain of needs may be as long as the file.
    let laid = world.boards.get(board)?;
    let size = laid.nodes().count();
    let (mut seen, mut open) = (vec![false; size], vec![false; size]);
    let mut path: Vec<(Place, Vec<Place>)> = Vec::new();
    let mut waiting: Vec<Place> = (0..size).rev().collect();
    loop {
        let next = match path.last_mut() {
            Some((_, first)) => first.pop(),
            None => Some(waiting.pop()?),
        };
        match next {
            Some(next) if open.get(next) == Some(&true) => {
                let circle = path.iter().map(|(place, _)| *place).skip_while(|&place| place != next);
                return Some(circle.chain([next]).collect());
            }
            Some(next) => {
                if let (Some(seen @ false), Some(open)) = (seen.get_mut(next), open.get_mut(next)) {
                    (*seen, *open) = (true, true);
                    path.push((next, before(world, board, next)));
                }
            }
            None => {
                let left = path.pop().and_then(|(place, _)| open.get_mut(place));
                if let Some(open) = left {
                    *open = false;
                }
            }
        }
    }
}

/// A circle in words.
pub fn sentence(board: &Board, circle: &[Place]) -> String {
    let names: Vec<&str> = circle.iter().map(|&place| board.node(place).id.as_str()).collect();
    format!("a circle of needs: {}", names.join(" -> "))
}

/// The siblings that an item which waits for its turn waits for, the nearest first: those that count, back to one that
/// waits in turn for all before it.
pub(super) fn earlier(board: &Board, place: Place, counts: impl Fn(Place) -> bool) -> Vec<Place> {
    let siblings = board.node(place).parent.map(|parent| board.node(parent).children.as_slice());
    let siblings = siblings.unwrap_or_default();
    let mut earlier = Vec::new();
    if !has_turn(board, place) {
        return earlier;
    }
    // Places grow in the order of the siblings.
    let before = siblings.get(..siblings.partition_point(|&sibling| sibling < place)).unwrap_or_default();
    for &sibling in before.iter().rev().filter(|&&sibling| counts(sibling)) {
        earlier.push(sibling);
        if has_turn(board, sibling) {
            break;
        }
    }
    earlier
}

/// Whether an item is finished only after what it is made of.
pub(super) fn waits_for_inside(board: &Board, place: Place) -> bool {
    board.node(place).kind.is_some_and(|kind| {
        let done = kind.guards.get(&Guarded::Done);
        kind.state == StateSource::Derived || done.is_some_and(|checks| checks.children_done)
    })
}

// What must be finished first: the needs of the item and of those above it, the sibling whose turn comes before, and
// what it is made of where that must be finished first.
fn before(world: &World, board: usize, place: Place) -> Vec<Place> {
    let Some(laid) = world.boards.get(board) else { return Vec::new() };
    let node = laid.node(place);
    let mut first = Vec::new();
    for above in laid.upwards(place) {
        for need in &laid.node(above).item.needs {
            if let Some((at, Thing::Item(next) | Thing::Gate(next, _) | Thing::Checkpoint(next, _))) =
                world.resolve_need(board, need)
                && at == board
            {
                first.push(next);
            }
        }
        first.extend(earlier(laid, above, |_| true));
    }
    if waits_for_inside(laid, place) {
        first.extend(node.children.iter().filter(|&&child| laid.node(child).item.is_counted()));
    }
    first.reverse();
    first
}
