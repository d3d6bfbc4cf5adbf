//! Where to go on from after everything else is lost: the points that approved checkpoints stand for.

use crate::model::id::Id;

use super::board::{Board, Place};

/// A checkpoint as a place to go on from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovery<'a> {
    /// The checkpoint.
    pub checkpoint: &'a Id,
    /// What must be true before it is approved: `Phase 0 complete`.
    pub trigger: String,
    /// Where one goes on from it: `Phase 1 ready`.
    pub point: String,
    /// Whether it is approved.
    pub reached: bool,
}

/// The recovery points of a workflow, in order.
pub fn recovery<'a>(board: &Board<'a>) -> Vec<Recovery<'a>> {
    let mut points = Vec::new();
    for (place, node) in board.nodes() {
        for (checkpoint, record) in node.item.checkpoints.iter() {
            points.push(Recovery {
                checkpoint,
                trigger: format!("{} complete", name(board, place)),
                point: after(board, place),
                reached: record.approved.is_some(),
            });
        }
    }
    points
}

fn after(board: &Board, place: Place) -> String {
    let siblings = board.node(place).parent.map(|parent| board.node(parent).children.as_slice());
    let later = siblings.unwrap_or_default().iter().skip_while(|&&sibling| sibling != place).skip(1);
    // What does not count is nothing to go on with.
    match later.into_iter().find(|&&later| board.node(later).item.is_counted()) {
        Some(&next) => format!("{} ready", name(board, next)),
        None => format!("{} complete", name(board, 0)),
    }
}

fn name(board: &Board, place: Place) -> String {
    let item = board.node(place).item;
    if place == 0 { item.short.clone().unwrap_or_else(|| item.title.clone()) } else { board.short(place) }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Scene;
    use super::*;

    #[test]
    fn the_last_approved_checkpoint_says_where_to_go_on() {
        let body = "short: EN-1\nitems: {phase-0: {kind: phase, title: P, checkpoints: {CP-1: {role: user, ONE}}}, \
                    phase-1: {kind: phase, title: Q, checkpoints: {CP-2: {role: user, TWO}}}}";
        let approved = "approved: \"2026-02-12T09:00:00Z\"";
        let told = |one: &str, two: &str| {
            let scene = Scene::team(&body.replace("ONE", one).replace("TWO", two));
            let world = scene.world();
            recovery(&world.boards[0])
                .into_iter()
                .rfind(|point| point.reached)
                .map(|point| (point.trigger, point.point))
        };
        assert_eq!(told("summary: x", "summary: y"), None);
        let first = ("Phase 0 complete".to_owned(), "Phase 1 ready".to_owned());
        assert_eq!(told(approved, "summary: y"), Some(first));
        let second = ("Phase 1 complete".to_owned(), "EN-1 complete".to_owned());
        assert_eq!(told(approved, approved), Some(second));
    }
}
