//! What to do now: running work first, then what is ready, the most urgent first.

use crate::model::state::{Shown, State};

use super::board::{Board, Place};
use super::conditions::{Given, conditions};
use super::world::{Spot, World};
use crate::model::profile::Guarded;

/// Something that can be done now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// The item.
    pub spot: Spot,
    /// Its reference.
    pub reference: String,
    /// The command that does it.
    pub command: String,
    /// Why now, as a short phrase.
    pub reason: &'static str,
}

/// What can be done now in one workflow.
pub fn actions(world: &World, board: usize) -> Vec<Action> {
    let Some(laid) = world.boards.get(board) else { return Vec::new() };
    if laid.root().state.is_closed() {
        return Vec::new();
    }
    if let Some(failed) = laid.stopped_by() {
        return vec![action(
            world,
            Spot { board, place: failed },
            "retry",
            "it failed and holds everything else",
        )];
    }
    let mut running = Vec::new();
    let mut ready = Vec::new();
    for (place, node) in laid.nodes().skip(1) {
        let spot = Spot { board, place };
        let derived = node.kind.is_some_and(|kind| kind.state == crate::model::profile::StateSource::Derived);
        if derived {
            continue;
        }
        match world.shown(spot) {
            // What still has open pieces is not finished next; its pieces stand in the list themselves.
            Shown::Active if !is_open_inside(laid, place) => {
                running.push(action(world, spot, "done", "in progress"));
            }
            Shown::Ready => ready.push((node.item.priority, spot)),
            _ => {}
        }
    }
    ready.sort_by_key(|&(priority, _)| (priority.is_none(), priority));
    running.extend(ready.into_iter().map(|(_, spot)| action(world, spot, "start", "ready")));
    if running.is_empty() && can_close(world, board) {
        running.push(action(world, Spot { board, place: 0 }, "done", "everything in it is done"));
    }
    running
}

/// The ready items of a workflow that nobody else has taken, the most urgent first.
pub fn claimable(world: &World, board: usize, actor: &str) -> Vec<Spot> {
    let free = |spot: &Spot| {
        let owner = world.board(*spot).node(spot.place).item.owner.as_deref();
        owner.is_none_or(|owner| owner == actor)
    };
    let ready = actions(world, board).into_iter().filter(|action| action.reason == "ready");
    ready.map(|action| action.spot).filter(free).collect()
}

fn is_open_inside(board: &Board, place: Place) -> bool {
    let mut children = board.node(place).children.iter().map(|&child| board.node(child));
    children.any(|child| child.item.is_counted() && !child.state.is_closed())
}

fn can_close(world: &World, board: usize) -> bool {
    let spot = Spot { board, place: 0 };
    let Some(laid) = world.boards.get(board) else { return false };
    let begun = laid.nodes().skip(1).any(|(_, node)| node.state == State::Done);
    let closed = laid.nodes().skip(1).all(|(_, node)| node.state.is_closed() || !node.item.is_counted());
    begun
        && closed
        && conditions(world, spot, Guarded::Done, Given::NOTHING).iter().all(|condition| condition.ok)
}

fn action(world: &World, spot: Spot, verb: &str, reason: &'static str) -> Action {
    let board = world.board(spot);
    let place: Place = spot.place;
    let reference = board.node(place).id.to_string();
    let wants_summary = verb == "done"
        && board
            .node(place)
            .kind
            .and_then(|kind| kind.guards.get(&Guarded::Done))
            .is_some_and(|c| c.summary.is_some());
    let tail = if wants_summary { " -m \"what came out\"" } else { "" };
    Action { spot, command: format!("git track {verb} {reference}{tail}"), reference, reason }
}
