//! What a base has in its history, and since which of its commits.

use std::collections::{BinaryHeap, HashMap, HashSet};

use super::graph::Graph;
use crate::model::landing::Gap;

/// Not seen yet, or nothing there.
const NONE: u32 = u32::MAX;

/// Paints what a base reaches, downwards and only as far as somebody asks.
///
/// Each commit gets the depth of its landing: of the earliest commit along the first parents of the base that has it.
/// As that is the largest among its children, and they are all painted before it, it is final when it is asked for.
pub(super) struct Reach<'g> {
    graph: &'g Graph<'g>,
    depths: Marks,
    /// Commits that wait for their turn: the first of each generation, and for each the next one.
    waiting: Marks,
    next: Marks,
    /// Everything above is done.
    level: u32,
    chain: Vec<u32>,
    /// Commits below which the base may have more than is known.
    cuts: Vec<u32>,
    parents: Vec<u32>,
}

/// What a commit has and the base does not.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Own {
    /// Children before parents.
    pub(super) commits: Vec<u32>,
    /// The commits of the base from which they start, none an ancestor of another, the latest landing first.
    pub(super) forks: Vec<u32>,
    /// How many commits along the first parents the base is ahead of the latest fork.
    pub(super) behind: u32,
}

impl<'g> Reach<'g> {
    pub(super) fn new(graph: &'g Graph<'g>, base: u32) -> Self {
        let level = graph.generation(base);
        let mut reach = Self {
            graph,
            depths: Marks::new(graph.len()),
            waiting: Marks::new(level as usize + 1),
            next: Marks::new(graph.len()),
            level,
            chain: vec![base],
            cuts: Vec::new(),
            parents: Vec::new(),
        };
        reach.depths.set(base, 0);
        reach.waiting.set(level, base);
        reach
    }

    /// Whether the base has a commit.
    pub(super) fn contains(&mut self, at: u32) -> bool {
        self.paint(self.graph.generation(at));
        self.depths.get(at) != NONE
    }

    /// Depth and commit of a landing; `None` if the base does not have the commit.
    pub(super) fn landing(&mut self, at: u32) -> Option<(u32, u32)> {
        let depth = if self.contains(at) { self.depths.get(at) } else { return None };
        Some((depth, *self.chain.get(depth as usize)?))
    }

    /// The depth of a commit along the first parents of the base; `None` if it is none of them.
    pub(super) fn depth(&mut self, at: u32) -> Option<u32> {
        self.landing(at).filter(|(_, commit)| *commit == at).map(|(depth, _)| depth)
    }

    /// The commit at the depth of a landing along the first parents of the base.
    pub(super) fn on_chain(&self, depth: u32) -> Option<u32> {
        self.chain.get(usize::try_from(depth).ok()?).copied()
    }

    /// The depth of the latest commit along the first parents of the base that a commit has in its history.
    pub(super) fn latest(&mut self, at: u32) -> Option<u32> {
        let mut queue = BinaryHeap::from([(self.graph.generation(at), at)]);
        let mut seen = HashSet::from([at]);
        let mut parents = Vec::new();
        while let Some((_, at)) = queue.pop() {
            if let Some(depth) = self.depth(at) {
                return Some(depth);
            }
            self.graph.parents(at, &mut parents);
            for &parent in parents.iter().filter(|parent| seen.insert(**parent)) {
                queue.push((self.graph.generation(parent), parent));
            }
        }
        None
    }

    /// What a commit that the base does not have brings with it; the reason if that is not certain.
    pub(super) fn own(&mut self, tip: u32) -> Result<Own, Gap> {
        let (mut commits, mut forks) = (Vec::new(), Vec::new());
        let mut seen = HashSet::from([tip]);
        let mut open = vec![tip];
        let mut parents = Vec::new();
        while let Some(at) = open.pop() {
            if self.contains(at) {
                forks.push(at);
                continue;
            }
            if let Some(gap) = self.graph.gap(at) {
                return Err(gap);
            }
            commits.push(at);
            self.graph.parents(at, &mut parents);
            open.extend(parents.iter().filter(|parent| seen.insert(**parent)));
        }
        if self.graph.has_gaps() {
            self.certain(&commits)?;
        }
        let graph = self.graph;
        commits.sort_by_cached_key(|&at| {
            std::cmp::Reverse((graph.generation(at), graph.time(at), graph.id(at)))
        });
        let forks = self.best(forks);
        let behind = match forks.first() {
            Some(&fork) => self.depths.get(fork),
            None => self.whole(),
        };
        Ok(Own { commits, forks, behind })
    }

    /// How many commits there are along the first parents of the base.
    fn whole(&mut self) -> u32 {
        self.paint(0);
        u32::try_from(self.chain.len()).unwrap_or(u32::MAX)
    }

    /// Commits that the base does not have might be behind a place where its history is cut off, unless that place is
    /// among their own ancestors.
    fn certain(&mut self, own: &[u32]) -> Result<(), Gap> {
        self.paint(0);
        let all: HashSet<u32> = own.iter().copied().collect();
        let mut parents = Vec::new();
        for &at in own {
            self.graph.parents(at, &mut parents);
            if parents.iter().any(|parent| all.contains(parent)) {
                continue;
            }
            let mut seen: HashSet<u32> = parents.iter().copied().collect();
            let mut open = parents.clone();
            while let Some(at) = open.pop() {
                self.graph.parents(at, &mut parents);
                open.extend(parents.iter().filter(|parent| seen.insert(**parent)));
            }
            if let Some(&hidden) = self.cuts.iter().find(|cut| !seen.contains(cut)) {
                return Err(self.graph.gap(hidden).unwrap_or(Gap::Missing));
            }
        }
        Ok(())
    }

    /// Those that are not ancestors of others, the latest landing first.
    fn best(&mut self, forks: Vec<u32>) -> Vec<u32> {
        let mut all: Vec<_> = forks.into_iter().map(|at| (self.depths.get(at), at)).collect();
        if all.len() > 1 {
            let graph = self.graph;
            all.sort_by_cached_key(|&(depth, at)| {
                (depth, std::cmp::Reverse(graph.generation(at)), graph.id(at))
            });
            // What landed with one of the first parents, or before, is in its history.
            let main = all.iter().position(|&(depth, at)| self.chain.get(depth as usize) == Some(&at));
            if let Some(main) = main {
                let depth = all.get(main).map(|(depth, _)| *depth);
                let keep = all.get(main).copied();
                all.retain(|fork| Some(fork.0) < depth || Some(*fork) == keep);
            }
        }
        let all: Vec<u32> = all.into_iter().map(|(_, at)| at).collect();
        if all.len() > 1 { independent(self.graph, all) } else { all }
    }

    /// Paints everything above a generation, so that all of that generation is known.
    fn paint(&mut self, generation: u32) {
        while self.level > generation {
            let at = self.waiting.get(self.level);
            if at == NONE {
                self.level -= 1;
                continue;
            }
            self.waiting.set(self.level, self.next.get(at));
            self.step(at);
        }
    }

    fn step(&mut self, at: u32) {
        let depth = self.depths.get(at);
        let main = self.chain.get(depth as usize) == Some(&at);
        if self.graph.gap(at).is_some() {
            self.cuts.push(at);
        }
        let mut parents = std::mem::take(&mut self.parents);
        self.graph.parents(at, &mut parents);
        for (nth, &parent) in parents.iter().enumerate() {
            let mut below = depth;
            if main && nth == 0 {
                self.chain.push(parent);
                below += 1;
            }
            match self.depths.get(parent) {
                NONE => {
                    self.depths.set(parent, below);
                    let generation = self.graph.generation(parent);
                    self.next.set(parent, self.waiting.get(generation));
                    self.waiting.set(generation, parent);
                }
                known => self.depths.set(parent, known.max(below)),
            }
        }
        self.parents = parents;
    }
}

/// The commits that `tips` have in their history and `stops` do not, children before parents.
pub(super) fn beyond(graph: &Graph, tips: &[u32], stops: &[u32]) -> Vec<u32> {
    let mut found = Vec::new();
    let mut queue = BinaryHeap::new();
    // Whether a commit that was seen is in the history of a stop.
    let mut seen: HashMap<u32, bool> = HashMap::new();
    let mut open = 0_usize;
    for (stopped, &at) in stops.iter().map(|at| (true, at)).chain(tips.iter().map(|at| (false, at))) {
        if let std::collections::hash_map::Entry::Vacant(place) = seen.entry(at) {
            place.insert(stopped);
            queue.push((graph.generation(at), at));
            open += usize::from(!stopped);
        }
    }
    let mut parents = Vec::new();
    while open > 0
        && let Some((_, at)) = queue.pop()
    {
        let stopped = seen.get(&at).copied().unwrap_or_default();
        if !stopped {
            found.push(at);
            open -= 1;
        }
        graph.parents(at, &mut parents);
        for &parent in &parents {
            match seen.entry(parent) {
                std::collections::hash_map::Entry::Vacant(place) => {
                    place.insert(stopped);
                    queue.push((graph.generation(parent), parent));
                    open += usize::from(!stopped);
                }
                std::collections::hash_map::Entry::Occupied(mut place) => {
                    if stopped && !place.insert(true) {
                        open -= 1;
                    }
                }
            }
        }
    }
    found
}

/// Those that are not in the history of another one, in the same order.
fn independent(graph: &Graph, all: Vec<u32>) -> Vec<u32> {
    let lowest = all.iter().map(|&at| graph.generation(at)).min().unwrap_or_default();
    let mut queue: BinaryHeap<_> = all.iter().map(|&at| (graph.generation(at), at)).collect();
    let mut below: HashSet<u32> = HashSet::new();
    let mut parents = Vec::new();
    while let Some((generation, at)) = queue.pop() {
        if generation > lowest {
            graph.parents(at, &mut parents);
            for &parent in parents.iter().filter(|parent| below.insert(**parent)) {
                queue.push((graph.generation(parent), parent));
            }
        }
    }
    all.into_iter().filter(|at| !below.contains(at)).collect()
}

/// A number for each place.
struct Marks(Vec<u32>);

impl Marks {
    fn new(count: usize) -> Self {
        Self(vec![NONE; count])
    }

    fn get(&self, at: u32) -> u32 {
        self.0.get(at as usize).copied().unwrap_or(NONE)
    }

    fn set(&mut self, at: u32, value: u32) {
        if let Some(place) = self.0.get_mut(at as usize) {
            *place = value;
        }
    }
}
