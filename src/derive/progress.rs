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
const WHOLE: u64 = 1_000_000_000;

/// The progress of an item; `None` for a leaf about which nothing is known but its state.
pub fn progress(board: &Board, place: Place) -> Option<Progress> {
    let node = board.node(place);
    let pieces = pieces(board, place);
    let done = pieces.iter().filter(|&&piece| board.node(piece).state == State::Done).count();
    let source = source(board, place);
    let finished = if pieces.is_empty() { node.state == State::Done } else { done == pieces.len() };
    let percent = percent(fraction(board, place), finished);
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
        declared: declared.filter(|_| source == Source::Counted && node.state != State::Done),
    })
}

/// The items that are counted for an item: those with a state of their own, looked up through derived ones.
pub fn pieces(board: &Board, place: Place) -> Vec<Place> {
    let mut pieces = Vec::new();
    for &child in &board.node(place).children {
        let node = board.node(child);
        if !node.item.is_counted() || node.state == State::Dropped {
            continue;
        }
        let derived = node.kind.is_some_and(|kind| kind.state == StateSource::Derived);
        if derived { pieces.extend(self::pieces(board, child)) } else { pieces.push(child) }
    }
    pieces
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

fn fraction(board: &Board, place: Place) -> u64 {
    let node = board.node(place);
    if node.state == State::Done && place != 0 {
        return WHOLE;
    }
    let counted: Vec<Place> = node
        .children
        .iter()
        .copied()
        .filter(|&child| board.node(child).item.is_counted() && board.node(child).state != State::Dropped)
        .collect();
    let weight = |place: Place| u64::from(board.node(place).item.weight.unwrap_or(1));
    let weights: u64 = counted.iter().map(|&child| weight(child)).sum();
    let sum: u64 = counted.iter().map(|&child| fraction(board, child).saturating_mul(weight(child))).sum();
    if let Some(mean) = sum.checked_div(weights) {
        return mean;
    }
    match (node.item.ticked(), node.item.progress) {
        (Some((ticked, lines)), _) => WHOLE.saturating_mul(ticked as u64) / (lines as u64).max(1),
        (None, Some(declared)) => WHOLE / 100 * u64::from(declared.get()),
        (None, None) => 0,
    }
}

// A thousandth of a millionth is added so that thirds that add up to a whole percent are not cut below it.
fn percent(fraction: u64, finished: bool) -> u8 {
    let percent = u8::try_from((fraction + 1_000) / (WHOLE / 100)).unwrap_or(100).min(100);
    if finished { percent } else { percent.min(99) }
}
