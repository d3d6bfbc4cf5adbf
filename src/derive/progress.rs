//! How far things are: counted, never stored.

use serde::Serialize;

use crate::model::profile::StateSource;
use crate::model::state::State;

use super::board::{Board, Place};

/// How much of an item is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// Pieces finished.
    pub done: usize,
    /// Pieces that count.
    pub total: usize,
    /// From 0 to 100; 100 only when everything is done.
    pub percent: u8,
    /// Where the percentage comes from.
    pub source: Source,
    /// What was declared by hand, where something else is counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub declared: Option<u8>,
}

/// Where a percentage comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// From the pieces it is made of.
    Counted,
    /// From its checklist.
    Checklist,
    /// By hand.
    Declared,
    /// From its state alone.
    State,
}

/// The whole, in the units of fractions below.
const WHOLE: u128 = 1_000_000_000;

/// The progress of an item; `None` for a leaf about which nothing is known but its state.
pub fn progress(board: &Board, place: Place) -> Option<Progress> {
    let node = board.node(place);
    let pieces = pieces(board, place);
    let done = pieces.iter().filter(|(piece, _)| board.node(*piece).state == State::Done).count();
    let source = source(board, place);
    let percent = percent(fraction(board, place), is_finished(board, place));
    let declared = node.item.progress.map(crate::model::number::Percent::get);
    let (done, total) = match source {
        Source::Counted => (done, pieces.len()),
        Source::Checklist => node.item.ticked().unwrap_or_default(),
        Source::Declared | Source::State => (usize::from(node.state == State::Done), 1),
    };
    // What people declare is shown as they declared it.
    let percent = declared.filter(|_| source == Source::Declared).unwrap_or(percent);
    let silent = source == Source::State && place != 0;
    (!silent).then(|| Progress {
        done,
        total,
        percent,
        source,
        declared: declared.filter(|_| source != Source::Declared && node.state != State::Done),
    })
}

/// The items that are counted for an item, with their weights: those with a state of their own, looked up through
/// derived ones.
pub fn pieces(board: &Board, place: Place) -> Vec<(Place, u128)> {
    let mut pieces = Vec::new();
    for child in counted(board, place) {
        let node = board.node(child);
        let weight = u128::from(node.item.weight.unwrap_or(1));
        if node.kind.is_some_and(|kind| kind.state == StateSource::Derived) {
            let inner = self::pieces(board, child);
            pieces.extend(inner.into_iter().map(|(place, inner)| (place, inner.saturating_mul(weight))));
        } else {
            pieces.push((child, weight));
        }
    }
    pieces
}

fn counted<'a>(board: &'a Board, place: Place) -> impl Iterator<Item = Place> + 'a {
    let counts = |&child: &Place| {
        let node = board.node(child);
        node.item.is_counted() && node.state != State::Dropped
    };
    board.node(place).children.iter().copied().filter(counts)
}

// Not the same as all pieces done: a derived item may still wait for its gate.
fn is_finished(board: &Board, place: Place) -> bool {
    let node = board.node(place);
    let done = |place: Place| board.node(place).state == State::Done;
    let mut children = counted(board, place).peekable();
    let all = children.peek().is_some() && children.all(done);
    done(place) || all && node.kind.is_none_or(|kind| kind.state == StateSource::Own)
}

fn source(board: &Board, place: Place) -> Source {
    let node = board.node(place);
    if !node.children.is_empty() || place == 0 {
        Source::Counted
    } else if node.item.ticked().is_some() {
        Source::Checklist
    } else if node.item.progress.is_some() && node.state != State::Done {
        Source::Declared
    } else {
        Source::State
    }
}

fn fraction(board: &Board, place: Place) -> u128 {
    let node = board.node(place);
    if node.state == State::Done {
        return WHOLE;
    }
    let pieces = pieces(board, place);
    let sum = |part: &dyn Fn(Place) -> u128| {
        pieces
            .iter()
            .fold(0u128, |sum, &(piece, weight)| sum.saturating_add(weight.saturating_mul(part(piece))))
    };
    if let Some(mean) = sum(&|piece| fraction(board, piece)).checked_div(sum(&|_| 1)) {
        return mean;
    }
    match (node.item.ticked(), node.item.progress) {
        (Some((ticked, lines)), _) => WHOLE.saturating_mul(ticked as u128) / (lines as u128).max(1),
        (None, Some(declared)) => WHOLE / 100 * u128::from(declared.get()),
        (None, None) => 0,
    }
}

// A thousandth of a millionth is added so that thirds that add up to a whole percent are not cut below it.
fn percent(fraction: u128, finished: bool) -> u8 {
    if finished {
        return 100;
    }
    u8::try_from((fraction + 1_000) / (WHOLE / 100)).unwrap_or(100).min(99)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Scene, spot};
    use super::*;

    fn of(scene: &Scene, id: &str) -> Option<(usize, usize, u8, Source)> {
        let world = scene.world();
        let found = progress(&world.boards[0], spot(&world, id).place)?;
        Some((found.done, found.total, found.percent, found.source))
    }

    #[test]
    fn children_are_counted_by_weight() {
        for (items, expected) in [
            ("", (0, 0, 0)),
            ("a: {title: A, state: done}, b: {title: B}", (1, 2, 50)),
            ("a: {title: A, state: done, weight: 3}, b: {title: B}", (1, 2, 75)),
            ("a: {title: A, state: done}, b: {title: B, counted: false}", (1, 1, 100)),
            ("a: {title: A, state: done}, b: {title: B, state: dropped}", (1, 1, 100)),
            ("a: {title: A, state: dropped}", (0, 0, 0)),
            ("a: {title: A, progress: 50}, b: {title: B}", (0, 2, 25)),
            ("a: {title: A, state: active, progress: 100}", (0, 1, 99)),
            ("a: {title: A, state: failed, progress: 40}", (0, 1, 40)),
            ("a: {title: A, weight: 0}, b: {title: B, weight: 0, state: done}", (1, 2, 0)),
            ("a: {title: A, weight: 0, state: done}", (1, 1, 100)),
            ("a: {title: A, weight: 4294967295}, b: {title: B, weight: 4294967295, state: done}", (1, 2, 50)),
        ] {
            let (done, total, percent) = expected;
            let found = of(&Scene::items(items), "w");
            assert_eq!(found, Some((done, total, percent, Source::Counted)), "{items}");
        }
        let heavy: Vec<String> =
            (0..9).map(|n| format!("a{n}: {{title: A, weight: 4294967295, state: done}}")).collect();
        let heavy = Scene::items(&format!("{}, z: {{title: Z, weight: 4294967295}}", heavy.join(", ")));
        assert_eq!(of(&heavy, "w"), Some((9, 10, 90, Source::Counted)));
    }

    #[test]
    fn phases_are_looked_through() {
        let items = "p: {kind: phase, title: P, weight: 2, items: {a: {title: A, state: done}, b: {title: B, \
                     state: done}}, gates: {G: {parts: {p: {human: lead}}}}}, c: {title: C, state: STATE}";
        let open = Scene::items(&items.replace("STATE", "todo"));
        assert_eq!(of(&open, "w"), Some((2, 3, 80, Source::Counted)));
        // Everything is done, but the gate of the phase has not passed.
        let waiting = Scene::items(&items.replace("STATE", "done"));
        assert_eq!(of(&waiting, "w"), Some((3, 3, 99, Source::Counted)));
        assert_eq!(of(&waiting, "p"), Some((2, 2, 99, Source::Counted)));
        let passed = items.replace("human: lead", "passed: \"2026-02-12T09:00:00Z\"");
        assert_eq!(
            of(&Scene::items(&passed.replace("STATE", "done")), "w"),
            Some((3, 3, 100, Source::Counted))
        );
    }

    #[test]
    fn leaves_say_what_they_know() {
        let lines = |ticked: usize, all: usize| {
            let line = |n| {
                let done = if n < ticked { ", done: \"2026-02-12T09:00:00Z\"" } else { "" };
                format!("l{n}: {{text: x{done}}}")
            };
            format!("checklist: {{lines: {{{}}}}}", (0..all).map(line).collect::<Vec<_>>().join(", "))
        };
        for (item, expected) in [
            (String::new(), None),
            ("progress: 50".to_owned(), Some((0, 1, 50, Source::Declared))),
            ("state: done, progress: 50".to_owned(), None),
            ("state: active".to_owned(), None),
            (lines(1, 3), Some((1, 3, 33, Source::Checklist))),
            (lines(2, 3), Some((2, 3, 66, Source::Checklist))),
            (lines(3, 3), Some((3, 3, 99, Source::Checklist))),
            (format!("state: done, {}", lines(1, 3)), Some((1, 3, 100, Source::Checklist))),
        ] {
            assert_eq!(of(&Scene::items(&format!("a: {{title: A, {item}}}")), "a"), expected, "{item}");
        }
        let thirds = format!("a: {{title: A, {}}}, b: {{title: B, {}}}", lines(1, 3), lines(2, 3));
        assert_eq!(of(&Scene::items(&thirds), "w"), Some((0, 2, 50, Source::Counted)));
    }

    #[test]
    fn what_was_declared_stands_beside_what_is_counted() {
        let declared = |item: &str| {
            let scene = Scene::items(&format!("a: {{title: A, {item}}}"));
            let world = scene.world();
            progress(&world.boards[0], 1).unwrap().declared
        };
        assert_eq!(declared("progress: 50, items: {b: {title: B}}"), Some(50));
        assert_eq!(declared("progress: 50, checklist: {lines: {l1: {text: x}}}"), Some(50));
        assert_eq!(declared("progress: 50"), None);
        assert_eq!(declared("items: {b: {title: B}}"), None);
        assert_eq!(declared("progress: 50, state: done, items: {b: {title: B, state: done}}"), None);
    }

    #[test]
    fn a_closed_workflow_is_whole() {
        for body in ["state: done", "state: done\nitems: {a: {title: A, state: done}}"] {
            assert_eq!(of(&Scene::team(body), "w").unwrap().2, 100, "{body}");
        }
    }
}
