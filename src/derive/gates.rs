//! What gates say: computed from their parts, never stored.

use crate::model::gate::{Gate, Part};
use crate::model::id::Id;
use crate::model::number::Score;
use crate::model::record::Protocol;

use super::board::{Board, Place};

/// What a gate, or a part of one, says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GateState {
    /// Yes.
    Passed,
    /// Not yet.
    Pending,
    /// No.
    Failed,
}

/// What a gate of an item says: no when a part says no, yes when all do.
pub fn gate_state(board: &Board, place: Place, gate: &Gate) -> GateState {
    gate.parts.iter().map(|(id, part)| part_state(board, place, id, part)).max().unwrap_or(GateState::Pending)
}

/// What one part of a gate says.
pub fn part_state(board: &Board, place: Place, id: &Id, part: &Part) -> GateState {
    match part {
        Part::Short(scope) => match id.as_str() {
            "score" => scores(board, place, scope),
            _ => GateState::Pending,
        },
        Part::Full(part) if part.waived.is_some() || part.passed.is_some() => GateState::Passed,
        Part::Full(part) if part.failed.is_some() => GateState::Failed,
        Part::Full(part) => {
            let item = board.node(place).item;
            let holds = |yes: bool| if yes { GateState::Passed } else { GateState::Pending };
            if let Some(scope) = &part.score {
                scores(board, place, scope)
            } else if part.checklist == Some(true) {
                holds(item.ticked().is_none_or(|(done, all)| done == all))
            } else if part.findings == Some(true) {
                let open = |place: Place| board.node(place).item.findings.values().any(super::open_finding);
                holds(!open(place) && !board.below(place).into_iter().any(open))
            } else {
                GateState::Pending
            }
        }
    }
}

fn scores(board: &Board, place: Place, scope: &str) -> GateState {
    let wanted: Vec<&str> = scope.split(',').map(str::trim).collect();
    let all = wanted == ["all"];
    let judged = |place: &Place| {
        let node = board.node(*place);
        let leaf = node.children.is_empty() && node.item.is_counted();
        leaf && (all || wanted.iter().any(|id| Id::parse(id).is_ok_and(|id| id == *node.id)))
    };
    let judged: Vec<Place> = std::iter::once(place).chain(board.below(place)).filter(judged).collect();
    let passed = !judged.is_empty()
        && judged.iter().all(|&place| {
            let last = board.node(place).item.iterations.last().map(|(_, iteration)| &iteration.score);
            last.is_some_and(|score| threshold(board, place).is_none_or(|threshold| score >= threshold))
        });
    if passed { GateState::Passed } else { GateState::Pending }
}

/// The score at which an item passes: its own, else the nearest above it.
pub fn threshold<'a>(board: &Board<'a>, place: Place) -> Option<&'a Score> {
    protocol(board, place, |protocol| protocol.threshold.as_ref())
}

/// How many rounds an item has before a person must decide: its own, else the nearest above it.
pub fn max_iterations(board: &Board<'_>, place: Place) -> Option<u32> {
    protocol(board, place, |protocol| protocol.max_iterations.as_ref()).copied()
}

fn protocol<'a, T>(
    board: &Board<'a>,
    place: Place,
    field: impl Fn(&'a Protocol) -> Option<&'a T>,
) -> Option<&'a T> {
    board.upwards(place).find_map(|place| board.node(place).item.protocol.as_ref().and_then(&field))
}

/// Whether an item's rounds are used up below the threshold.
pub fn is_escalated(board: &Board, place: Place) -> bool {
    let item = board.node(place).item;
    let (Some(threshold), Some(most)) = (threshold(board, place), max_iterations(board, place)) else {
        return false;
    };
    let used_up = u32::try_from(item.iterations.len()).is_ok_and(|rounds| rounds >= most);
    used_up && item.iterations.last().is_some_and(|(_, iteration)| iteration.score < *threshold)
}
