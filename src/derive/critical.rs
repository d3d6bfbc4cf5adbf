//! The longest chain of what is left in a workflow.

use std::collections::HashMap;

use crate::model::profile::{Guarded, StateSource};
use crate::model::state::State;

use super::board::{Board, Place, Thing};
use super::circle::{earlier, waits_for_inside};
use super::gates::{GateState, gate_state};
use super::world::World;

/// The chain of open items without children, gates and checkpoints that takes longest, first to last, and its length.
/// An item is as long as its weight, a gate or checkpoint 1; of chains of equal length the one with more links, then
/// the one that stands first in the file. What other workflows must do first is not part of it: nobody here does it.
///
/// Where needs run in a circle there is no answer worth having; ask [`super::circle::circle`] first.
pub(super) fn critical<'a>(world: &World<'a>, board: usize) -> (u64, Vec<Thing<'a>>) {
    let Some(laid) = world.boards.get(board).filter(|laid| !laid.root().state.is_closed()) else {
        return (0, Vec::new());
    };
    longest(&Plan::new(world, board, laid).steps)
}

/// Something that happens once, after others: an item begins, its work is done, it ends; a gate or checkpoint opens.
#[derive(Default)]
struct Step<'a> {
    /// The steps that come first.
    after: Vec<usize>,
    /// What is done in it and how long that takes.
    work: Option<(Thing<'a>, u64)>,
    /// Whether the end of the workflow waits for it.
    counts: bool,
}

struct Plan<'w, 'a> {
    world: &'w World<'a>,
    board: usize,
    laid: &'w Board<'a>,
    steps: Vec<Step<'a>>,
    judges: HashMap<Thing<'a>, usize>,
}

// The steps of an item, side by side: 3 for each place.
fn begin(place: Place) -> usize {
    3 * place
}

fn work(place: Place) -> usize {
    3 * place + 1
}

fn end(place: Place) -> usize {
    3 * place + 2
}

impl<'w, 'a> Plan<'w, 'a> {
    fn new(world: &'w World<'a>, board: usize, laid: &'w Board<'a>) -> Self {
        let mut plan = Self { world, board, laid, steps: Vec::new(), judges: HashMap::new() };
        plan.steps.resize_with(begin(laid.nodes().count()), Step::default);
        // All of them are numbered before any of them is needed.
        for (place, node) in laid.nodes() {
            let gates = node.item.gates.keys().map(|id| Thing::Gate(place, id));
            for judge in gates.chain(node.item.checkpoints.keys().map(|id| Thing::Checkpoint(place, id))) {
                plan.judges.insert(judge, plan.steps.len());
                plan.steps.push(Step::default());
            }
        }
        for (place, _) in laid.nodes() {
            plan.item(place);
            plan.judged(place);
        }
        plan
    }

    fn item(&mut self, place: Place) {
        if self.is_over(place) {
            return;
        }
        let (laid, node) = (self.laid, self.laid.node(place));
        let mut first: Vec<usize> = node.parent.map(begin).into_iter().collect();
        first.extend(node.item.needs.iter().filter_map(|need| self.needed(need)));
        first.extend(earlier(laid, place, |sibling| !self.is_over(sibling)).into_iter().map(end));
        // Of several that take equally long the first in the file is taken.
        first.sort_unstable();
        self.put(begin(place), first);
        let mut inside = vec![begin(place)];
        if waits_for_inside(laid, place) {
            let counted = node.children.iter().filter(|&&child| laid.node(child).item.is_counted());
            inside.extend(counted.map(|&child| end(child)));
        }
        self.put(work(place), inside);
        let is_leaf = place != 0 && node.children.is_empty();
        let counts = self.counts(place);
        if let Some(step) = self.steps.get_mut(work(place)).filter(|_| is_leaf) {
            step.work = Some((Thing::Item(place), u64::from(node.item.weight.unwrap_or(1))));
            step.counts = counts;
        }
        let mut last = vec![work(place)];
        last.extend(self.binding(place));
        self.put(end(place), last);
    }

    // Also of a finished item: somebody may need a gate that its end did not wait for.
    fn judged(&mut self, place: Place) {
        let (laid, item) = (self.laid, self.laid.node(place).item);
        if laid.upwards(place).any(|above| laid.node(above).state == State::Dropped) {
            return;
        }
        for (id, gate) in item.gates.iter() {
            if gate_state(laid, place, gate) != GateState::Passed {
                self.judge(place, Thing::Gate(place, id), vec![work(place)]);
            }
        }
        for (id, checkpoint) in item.checkpoints.iter() {
            if checkpoint.approved.is_none() {
                let gates = item.gates.keys().filter_map(|id| self.judges.get(&Thing::Gate(place, id)));
                let first = std::iter::once(work(place)).chain(gates.copied()).collect();
                self.judge(place, Thing::Checkpoint(place, id), first);
            }
        }
    }

    fn judge(&mut self, place: Place, judge: Thing<'a>, after: Vec<usize>) {
        let counts = self.counts(place);
        let step = self.judges.get(&judge).and_then(|&step| self.steps.get_mut(step));
        if let Some(step) = step {
            *step = Step { after, work: Some((judge, 1)), counts };
        }
    }

    fn put(&mut self, step: usize, after: Vec<usize>) {
        if let Some(step) = self.steps.get_mut(step) {
            step.after = after;
        }
    }

    fn needed(&self, need: &str) -> Option<usize> {
        match self.world.resolve_need(self.board, need)? {
            (at, _) if at != self.board => None,
            (_, Thing::Item(place)) => Some(end(place)),
            (_, judge) => self.judges.get(&judge).copied(),
        }
    }

    // The gates and checkpoints without which an item is not finished.
    fn binding(&self, place: Place) -> Vec<usize> {
        let node = self.laid.node(place);
        let derived = node.kind.is_some_and(|kind| kind.state == StateSource::Derived);
        let done = node.kind.and_then(|kind| kind.guards.get(&Guarded::Done));
        let gates = node.item.gates.keys().map(|id| Thing::Gate(place, id));
        let gates = gates.filter(|_| derived || done.is_some_and(|checks| checks.gates));
        let checkpoints = node.item.checkpoints.keys().map(|id| Thing::Checkpoint(place, id));
        let checkpoints = checkpoints.filter(|_| derived || done.is_some_and(|checks| checks.checkpoints));
        gates.chain(checkpoints).filter_map(|judge| self.judges.get(&judge)).copied().collect()
    }

    // What is finished waits for nothing, whatever it needed.
    fn is_over(&self, place: Place) -> bool {
        let state = |place| self.laid.node(place).state;
        state(place).is_closed() || self.laid.upwards(place).any(|above| state(above) == State::Dropped)
    }

    fn counts(&self, place: Place) -> bool {
        self.laid.upwards(place).all(|above| self.laid.node(above).item.is_counted())
    }
}

/// The longest chain that ends with a step, as far as it is known.
#[derive(Clone, Copy, Default)]
struct Chain {
    length: u64,
    links: usize,
    before: Option<usize>,
}

fn longest<'a>(steps: &[Step<'a>]) -> (u64, Vec<Thing<'a>>) {
    let chains = chains(steps);
    let mut best: Option<(usize, Chain)> = None;
    for (index, (step, chain)) in steps.iter().zip(&chains).enumerate() {
        let longer = best.is_none_or(|(_, best)| (chain.length, chain.links) > (best.length, best.links));
        if step.counts && step.work.is_some() && longer {
            best = Some((index, *chain));
        }
    }
    let Some((last, chain)) = best else { return (0, Vec::new()) };
    let back = std::iter::successors(Some(last), |&step| chains.get(step).and_then(|chain| chain.before));
    let mut path: Vec<Thing> =
        back.filter_map(|step| steps.get(step)?.work.as_ref()).map(|(thing, _)| *thing).collect();
    path.reverse();
    (chain.length, path)
}

// Each step is looked at when all that come first have been: without recursion, a chain may be as long as the file.
fn chains(steps: &[Step]) -> Vec<Chain> {
    let mut later: Vec<Vec<usize>> = vec![Vec::new(); steps.len()];
    let mut left: Vec<usize> = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        left.push(step.after.len());
        for &first in &step.after {
            if let Some(later) = later.get_mut(first) {
                later.push(index);
            }
        }
    }
    let mut chains = vec![Chain::default(); steps.len()];
    let mut open: Vec<usize> = (0..steps.len()).filter(|&index| left.get(index) == Some(&0)).collect();
    while let Some(index) = open.pop() {
        if let Some(step) = steps.get(index) {
            let chain = extended(step, &chains);
            if let Some(known) = chains.get_mut(index) {
                *known = chain;
            }
        }
        for &next in later.get(index).into_iter().flatten() {
            if let Some(left) = left.get_mut(next) {
                *left -= 1;
                if *left == 0 {
                    open.push(next);
                }
            }
        }
    }
    chains
}

fn extended(step: &Step, chains: &[Chain]) -> Chain {
    let mut longest = Chain::default();
    for &first in &step.after {
        if let Some(chain) = chains.get(first)
            && (longest.before.is_none() || (chain.length, chain.links) > (longest.length, longest.links))
        {
            longest = Chain { before: Some(first), ..*chain };
        }
    }
    if let Some((_, weight)) = step.work {
        longest.length = longest.length.saturating_add(weight);
        longest.links += 1;
    }
    longest
}
