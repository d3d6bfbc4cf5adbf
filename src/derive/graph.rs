//! The dependency graph of a workflow: what comes before what, and the longest chain of what is left.

use std::collections::{HashMap, HashSet};

use super::board::{Board, Place, Thing};
use super::circle::{circle, earlier, waits_for_inside};
use super::critical::critical;
use super::world::World;

/// The dependency graph of a workflow.
#[derive(Debug, Default)]
pub struct Graph<'a> {
    /// The workflow and what is in it, parents before children, an item's gates and checkpoints after its children;
    /// then what is needed from elsewhere, in the order in which it is needed.
    pub vertices: Vec<Vertex<'a>>,
    /// What comes directly before what.
    pub edges: Vec<Edge>,
    /// How long the longest chain of what is left is: an item takes its weight, a gate or checkpoint 1.
    pub length: u64,
    /// The longest chain of what is left, first to last, as indices of vertices.
    pub path: Vec<usize>,
    /// A circle of needs, each item needing the next; there is no longest chain then.
    pub circle: Option<Vec<Place>>,
}

/// Something that comes before or after something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vertex<'a> {
    /// What it is.
    pub what: What<'a>,
    /// The vertex of the item that it belongs to.
    pub within: Option<usize>,
}

/// What a vertex stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum What<'a> {
    /// An item, gate or checkpoint of the workflow.
    Here(Thing<'a>),
    /// An item, gate or checkpoint of the workflow on another board.
    Elsewhere(usize, Thing<'a>),
    /// A need that names nothing.
    Missing(&'a str),
}

/// Something that comes directly before something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Edge {
    /// The vertex that comes first.
    pub from: usize,
    /// The vertex that comes after it.
    pub to: usize,
    /// Why.
    pub why: Why,
}

/// Why something comes before something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Why {
    /// The later one says so.
    Needs,
    /// The turn of the later one comes after that of its sibling.
    Order,
    /// The gate judges it.
    Gate,
    /// The checkpoint is about it.
    Checkpoint,
}

impl Why {
    /// The word in `--json`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Needs => "needs",
            Self::Order => "order",
            Self::Gate => "gate",
            Self::Checkpoint => "checkpoint",
        }
    }
}

/// The graph of the workflow on a board.
pub fn graph<'a>(world: &World<'a>, board: usize) -> Graph<'a> {
    let Some(laid) = world.boards.get(board) else { return Graph::default() };
    let mut drawing =
        Drawing { world, board, laid, graph: Graph::default(), known: HashMap::new(), drawn: HashSet::new() };
    drawing.item(0, None);
    for (place, _) in laid.nodes() {
        drawing.needs(place);
    }
    let followed = drawing.followed();
    for (place, _) in laid.nodes() {
        drawing.judged(place, &followed);
    }
    let Drawing { mut graph, known, .. } = drawing;
    graph.circle = circle(world, board);
    if graph.circle.is_none() {
        let (length, path) = critical(world, board);
        graph.length = length;
        graph.path = path.iter().filter_map(|&thing| known.get(&What::Here(thing))).copied().collect();
    }
    graph
}

impl Graph<'_> {
    /// Whether a vertex holds others: an item with items in it, and the workflow.
    pub fn is_group(&self, board: &Board, vertex: usize) -> bool {
        match self.vertices.get(vertex).map(|vertex| vertex.what) {
            Some(What::Here(Thing::Item(place))) => place == 0 || !board.node(place).children.is_empty(),
            _ => false,
        }
    }

    /// The vertices that a vertex stands in, the vertex itself first, the workflow last.
    pub fn upwards(&self, vertex: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(Some(vertex), |&vertex| self.vertices.get(vertex)?.within)
    }
}

struct Drawing<'w, 'a> {
    world: &'w World<'a>,
    board: usize,
    laid: &'w Board<'a>,
    graph: Graph<'a>,
    known: HashMap<What<'a>, usize>,
    drawn: HashSet<Edge>,
}

impl<'a> Drawing<'_, 'a> {
    fn item(&mut self, place: Place, within: Option<usize>) {
        let node = self.laid.node(place);
        let me = self.vertex(What::Here(Thing::Item(place)), within);
        for &child in &node.children {
            self.item(child, Some(me));
        }
        for id in node.item.gates.keys() {
            self.vertex(What::Here(Thing::Gate(place, id)), Some(me));
        }
        for id in node.item.checkpoints.keys() {
            self.vertex(What::Here(Thing::Checkpoint(place, id)), Some(me));
        }
    }

    fn vertex(&mut self, what: What<'a>, within: Option<usize>) -> usize {
        let next = self.graph.vertices.len();
        let index = *self.known.entry(what).or_insert(next);
        if index == next {
            self.graph.vertices.push(Vertex { what, within });
        }
        index
    }

    fn edge(&mut self, from: usize, to: usize, why: Why) {
        let edge = Edge { from, to, why };
        if self.drawn.insert(edge) {
            self.graph.edges.push(edge);
        }
    }

    fn needs(&mut self, place: Place) {
        let me = self.vertex(What::Here(Thing::Item(place)), None);
        for need in &self.laid.node(place).item.needs {
            let what = match self.world.resolve_need(self.board, need) {
                Some((at, thing @ (Thing::Item(_) | Thing::Gate(..) | Thing::Checkpoint(..)))) => {
                    if at == self.board { What::Here(thing) } else { What::Elsewhere(at, thing) }
                }
                _ => What::Missing(need),
            };
            let first = self.vertex(what, None);
            self.edge(first, me, Why::Needs);
        }
        for sibling in earlier(self.laid, place, |_| true).into_iter().rev() {
            let first = self.vertex(What::Here(Thing::Item(sibling)), None);
            self.edge(first, me, Why::Order);
        }
    }

    // The items that a sibling comes after which counts: what is after the sibling is after them as well.
    fn followed(&self) -> HashSet<usize> {
        let within =
            |vertex: usize| self.graph.vertices.get(vertex).map(|vertex| (vertex.what, vertex.within));
        let edges = self.graph.edges.iter().filter(|edge| match (within(edge.from), within(edge.to)) {
            (Some((What::Here(Thing::Item(_)), first)), Some((What::Here(Thing::Item(place)), then))) => {
                first == then && self.laid.node(place).item.is_counted()
            }
            _ => false,
        });
        edges.map(|edge| edge.from).collect()
    }

    fn judged(&mut self, place: Place, followed: &HashSet<usize>) {
        let (laid, node) = (self.laid, self.laid.node(place));
        if node.item.gates.is_empty() && node.item.checkpoints.is_empty() {
            return;
        }
        let me = self.vertex(What::Here(Thing::Item(place)), None);
        let mut last = Vec::new();
        if place != 0 && node.children.is_empty() {
            last.push(me);
        } else if waits_for_inside(laid, place) {
            let counted = node.children.iter().filter(|&&child| laid.node(child).item.is_counted());
            for &child in counted {
                let child = self.vertex(What::Here(Thing::Item(child)), None);
                last.extend(Some(child).filter(|child| !followed.contains(child)));
            }
        }
        for id in node.item.gates.keys() {
            let gate = self.vertex(What::Here(Thing::Gate(place, id)), None);
            for &first in &last {
                self.edge(first, gate, Why::Gate);
            }
        }
        if !node.item.gates.is_empty() {
            last = node
                .item
                .gates
                .keys()
                .map(|id| self.vertex(What::Here(Thing::Gate(place, id)), None))
                .collect();
        }
        for id in node.item.checkpoints.keys() {
            let checkpoint = self.vertex(What::Here(Thing::Checkpoint(place, id)), None);
            for &first in &last {
                self.edge(first, checkpoint, Why::Checkpoint);
            }
        }
    }
}
