//! Gates and checkpoints as templates see them.

use serde_json::{Value, json};

use crate::derive::board::{Board, Place};
use crate::derive::gates::{GateState, gate_state, judged, part_state, reviewed, score_scope, threshold};
use crate::derive::recovery::recovery;
use crate::derive::world::{Spot, World};
use crate::model::gate::{Checkpoint, FullPart, Part};
use crate::model::id::Id;

/// The gates of an item, with their parts.
pub(super) fn gates(board: &Board, place: Place) -> Vec<Value> {
    let item = board.node(place).item;
    item.gates
        .iter()
        .map(|(id, gate)| {
            let parts: Vec<Value> =
                gate.parts.iter().map(|(part, said)| self::part(board, place, part, said)).collect();
            // What the score parts are about, together.
            let scored = parts.iter().filter(|part| part["check"] == "score");
            let scored: Vec<Value> =
                scored.filter_map(|part| part["rows"].as_array()).flatten().cloned().collect();
            json!({
                "id": id, "title": gate.title.as_ref().map_or_else(|| id.to_string(), Clone::clone),
                "state": word(gate_state(board, place, gate)), "parts": parts, "scored": scored,
            })
        })
        .collect()
}

// `rows`: what is judged, one line for each item and judge; `score`, `round`: of a score part.
fn part(board: &Board, place: Place, id: &Id, part: &Part) -> Value {
    let none = FullPart::default();
    let full = match part {
        Part::Short(_) => &none,
        Part::Full(full) => full,
    };
    let state = part_state(board, place, id, part);
    let scored = score_scope(id, part).map(|scope| judged(board, place, scope));
    let check = match (&scored, full) {
        (Some(_), _) => "score",
        (None, full) if full.review.is_some() => "review",
        (None, full) if full.human.is_some() => "human",
        (None, full) if full.checklist == Some(true) => "checklist",
        (None, full) if full.findings == Some(true) => "findings",
        (None, full) if full.suite.is_some() => "suite",
        (None, full) if full.is_looked_up() => "repository",
        (None, _) => id.as_str(),
    };
    let about = scored.clone().unwrap_or_else(|| match full.of {
        Some(_) => reviewed(board, place, full),
        None => Vec::new(),
    });
    let rows: Vec<Value> = about.iter().map(|&about| row(board, about, full, scored.is_some())).collect();
    let answered = full.passed.or(full.failed).or(full.waived);
    json!({
        "id": id, "title": full.title.as_ref().map_or_else(|| id.to_string(), Clone::clone), "check": check,
        "who": full.review.as_ref().or(full.human.as_ref()), "report": full.report, "suite": full.suite,
        "state": if full.waived.is_some() { "waived" } else { word(state) },
        "by": full.by, "at": answered, "why": full.why, "rows": rows,
    })
}

fn row(board: &Board, place: Place, full: &FullPart, scored: bool) -> Value {
    let node = board.node(place);
    let last = node.item.iterations.last().map(|(_, round)| round).filter(|_| scored);
    let state = match last {
        None => None,
        Some(_) if crate::derive::gates::has_passed(board, place) => Some("passed"),
        Some(_) => Some("below"),
    };
    let judge = if scored { node.item.validator.as_ref() } else { full.review.as_ref() };
    json!({
        "item": node.id, "judge": judge, "score": last.map(|round| &round.score), "state": state,
        "round": last.map(|_| node.item.iterations.len()), "threshold": threshold(board, place),
    })
}

/// The checkpoints of an item, with where each one leads.
pub(super) fn checkpoints(world: &World, spot: Spot) -> Vec<Value> {
    let board = world.board(spot);
    let points = recovery(board);
    let one = |(id, checkpoint): (&Id, &Checkpoint)| {
        let point = points.iter().find(|point| point.checkpoint == id);
        let state = match (checkpoint.approved, checkpoint.rejected) {
            (Some(_), _) => "approved",
            (None, Some(_)) => "rejected",
            (None, None) => "pending",
        };
        json!({
            "id": id, "title": checkpoint.title.as_ref().map_or_else(|| id.to_string(), Clone::clone),
            "role": checkpoint.role, "summary": checkpoint.summary, "notes": checkpoint.notes, "state": state,
            "approved": checkpoint.approved, "rejected": checkpoint.rejected, "by": checkpoint.by,
            "why": checkpoint.why, "trigger": point.map(|point| &point.trigger),
            "point": point.map(|point| &point.point),
        })
    };
    board.node(spot.place).item.checkpoints.iter().map(one).collect()
}

fn word(state: GateState) -> &'static str {
    match state {
        GateState::Passed => "passed",
        GateState::Pending => "pending",
        GateState::Failed => "failed",
    }
}
