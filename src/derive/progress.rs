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
    let mut children = counted(board, place).peekable();
    let some = children.peek().is_some();
    board.node(place).state == State::Done
        || some && children.all(|child| board.node(child).state == State::Done)
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
