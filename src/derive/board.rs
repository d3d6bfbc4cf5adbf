//! A workflow laid out for questions: every item with its kind, its parent, its children and its state.

use std::collections::HashMap;

use crate::model::gate::{Checkpoint, Gate};
use crate::model::id::Id;
use crate::model::item::Item;
use crate::model::page::Pages;
use crate::model::profile::{Kind, OnFailure, Profile, StateSource, in_order, make_name};
use crate::model::state::State;
use crate::model::workflow::Workflow;

use super::conditions::made::is_made;
use super::gates::{GateState, gate_state};
use super::pages;

/// The place of an item on its board; the root is 0.
pub type Place = usize;

/// An item on its board.
#[derive(Debug)]
pub struct Node<'a> {
    /// Its id; the workflow's for the root.
    pub id: &'a Id,
    /// The item itself.
    pub item: &'a Item,
    /// Which of the profile's kinds it is; `None` for the root.
    pub kind_id: Option<&'a Id>,
    /// What the profile says about that kind; `None` when it knows none for it.
    pub kind: Option<&'a Kind>,
    /// The item that it stands in; `None` for the root.
    pub parent: Option<Place>,
    /// The items that stand in it, in their order.
    pub children: Vec<Place>,
    /// Stored or derived, as its kind says.
    pub state: State,
}

impl Node<'_> {
    /// Whether its state comes from what it is made of, not from a move.
    pub fn is_derived(&self) -> bool {
        self.kind.is_some_and(|kind| kind.state == StateSource::Derived)
    }
}

/// What an id of a workflow stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Thing<'a> {
    /// An item.
    Item(Place),
    /// A gate of an item.
    Gate(Place, &'a Id),
    /// A checkpoint of an item.
    Checkpoint(Place, &'a Id),
    /// A risk of an item.
    Risk(Place, &'a Id),
    /// A metric of an item.
    Metric(Place, &'a Id),
}

/// A workflow laid out by its profile.
#[derive(Debug)]
pub struct Board<'a> {
    /// The workflow.
    pub workflow: &'a Workflow,
    /// Its process.
    pub profile: &'a Profile,
    /// The files of the same version of the repository.
    pub pages: &'a Pages,
    nodes: Vec<Node<'a>>,
    things: HashMap<&'a Id, Thing<'a>>,
    twice: Vec<&'a Id>,
}

impl<'a> Board<'a> {
    /// Lays a workflow out.
    pub fn new(workflow: &'a Workflow, profile: &'a Profile, pages: &'a Pages) -> Self {
        let mut board =
            Self { workflow, profile, pages, nodes: Vec::new(), things: HashMap::new(), twice: Vec::new() };
        board.add(&workflow.id, &workflow.root, None);
        for place in (0..board.nodes.len()).rev() {
            let state = board.derive_state(place);
            if let Some(node) = board.nodes.get_mut(place) {
                node.state = state;
            }
        }
        board
    }

    fn add(&mut self, id: &'a Id, item: &'a Item, parent: Option<Place>) -> Place {
        let place = self.nodes.len();
        let kind_id = parent.and_then(|parent| self.kind_of(item, parent));
        let kind = match (parent, kind_id) {
            (None, _) => Some(&self.profile.workflow),
            (Some(_), Some(kind)) => self.profile.kinds.get(kind),
            (Some(_), None) => None,
        };
        let state = item.state();
        self.nodes.push(Node { id, item, kind_id, kind, parent, children: Vec::new(), state });
        self.register(id, Thing::Item(place));
        for id in item.gates.keys() {
            self.register(id, Thing::Gate(place, id));
        }
        for id in item.checkpoints.keys() {
            self.register(id, Thing::Checkpoint(place, id));
        }
        for id in item.risks.keys() {
            self.register(id, Thing::Risk(place, id));
        }
        for id in item.metrics.keys() {
            self.register(id, Thing::Metric(place, id));
        }
        let children: Vec<_> =
            in_order(&item.items).into_iter().map(|(id, child)| self.add(id, child, Some(place))).collect();
        if let Some(node) = self.nodes.get_mut(place) {
            node.children = children;
        }
        place
    }

    fn register(&mut self, id: &'a Id, thing: Thing<'a>) {
        if self.things.insert(id, thing).is_some() {
            self.twice.push(id);
        }
    }

    fn kind_of(&self, item: &'a Item, parent: Place) -> Option<&'a Id> {
        let parent_kind = self.nodes.get(parent).and_then(|node| node.kind_id);
        if item.kind.is_some() || (parent != 0 && parent_kind.is_none()) {
            return item.kind.as_ref();
        }
        self.profile.kinds_under(parent_kind).next().map(|(id, _)| id)
    }

    /// The root item.
    pub fn root(&self) -> &Node<'a> {
        // Board::new always adds the root first.
        self.nodes.first().unwrap_or_else(|| unreachable_root())
    }

    /// The item at a place of this board.
    pub fn node(&self, place: Place) -> &Node<'a> {
        self.nodes.get(place).unwrap_or_else(|| self.root())
    }

    /// Every item with its place, the root first, parents before children.
    pub fn nodes(&self) -> impl DoubleEndedIterator<Item = (Place, &Node<'a>)> {
        self.nodes.iter().enumerate()
    }

    /// What an id stands for.
    pub fn thing(&self, id: &Id) -> Option<Thing<'a>> {
        self.things.get(id).copied()
    }

    /// Every id that can be referred to.
    pub fn ids(&self) -> impl Iterator<Item = &'a Id> {
        self.things.keys().copied()
    }

    /// The ids that stand for more than one thing.
    pub fn twice(&self) -> &[&'a Id] {
        &self.twice
    }

    /// A gate by the place of its item and its id.
    pub fn gate(&self, place: Place, id: &Id) -> Option<&'a Gate> {
        self.node(place).item.gates.get(id)
    }

    /// A checkpoint by the place of its item and its id.
    pub fn checkpoint(&self, place: Place, id: &Id) -> Option<&'a Checkpoint> {
        self.node(place).item.checkpoints.get(id)
    }

    /// The place and the places above it, nearest first.
    pub fn upwards(&self, place: Place) -> impl Iterator<Item = Place> {
        std::iter::successors(Some(place), |&place| self.node(place).parent)
    }

    /// The places below, the place itself not included, parents before children.
    pub fn below(&self, place: Place) -> Vec<Place> {
        let mut below = Vec::new();
        let mut open: Vec<Place> = self.node(place).children.iter().rev().copied().collect();
        while let Some(next) = open.pop() {
            below.push(next);
            open.extend(self.node(next).children.iter().rev());
        }
        below
    }

    /// The siblings that come before it, in order.
    pub fn before(&self, place: Place) -> impl Iterator<Item = Place> {
        let siblings = self.node(place).parent.map(|parent| self.node(parent).children.as_slice());
        siblings.unwrap_or_default().iter().copied().take_while(move |&sibling| sibling != place)
    }

    /// The ids from below the root down to the item: what `Workflow::item_mut` takes.
    pub fn ids_to(&self, place: Place) -> Vec<&'a Id> {
        let mut ids: Vec<&Id> =
            self.upwards(place).filter(|&above| above != 0).map(|above| self.node(above).id).collect();
        ids.reverse();
        ids
    }

    /// The keys from the root of the file to the item.
    pub fn path(&self, place: Place) -> Vec<String> {
        let mut path: Vec<String> = Vec::new();
        for place in self.upwards(place).filter(|&place| place != 0) {
            path.extend([self.node(place).id.to_string(), "items".to_owned()]);
        }
        path.reverse();
        path
    }

    /// How an item is called where there is room: by its profile's pattern, else its title.
    pub fn name(&self, place: Place) -> String {
        let node = self.node(place);
        match node.kind.and_then(|kind| kind.name.as_deref()) {
            Some(pattern) => make_name(pattern, node.id, &node.item.title),
            None => node.item.title.clone(),
        }
    }

    /// How an item is called where there is little room: by its profile's pattern, else its id.
    pub fn short(&self, place: Place) -> String {
        let node = self.node(place);
        match (&node.item.short, node.kind.and_then(|kind| kind.short.as_deref())) {
            (Some(short), _) => short.clone(),
            (None, Some(pattern)) => make_name(pattern, node.id, &node.item.title),
            (None, None) => node.id.to_string(),
        }
    }

    /// The item whose failure stops the workflow, where the profile says that failures do.
    pub fn stopped_by(&self) -> Option<Place> {
        if self.profile.on_failure != OnFailure::Stop {
            return None;
        }
        // What is stored: a derived failure is only the failure of something in it.
        self.nodes().find(|(_, node)| node.item.state() == State::Failed).map(|(place, _)| place)
    }

    fn derive_state(&self, place: Place) -> State {
        let node = self.node(place);
        if place == 0 {
            return self.root_state();
        }
        match node.kind.map(|kind| kind.state) {
            _ if pages::applies(self, place) == Some(false) => State::Dropped,
            Some(StateSource::Derived) if !matches!(node.item.state, Some(State::Dropped)) => {
                self.state_of_parts(place)
            }
            _ => node.item.state(),
        }
    }

    fn root_state(&self) -> State {
        let stored = self.root().item.state();
        if stored.is_closed() || stored == State::Failed {
            return stored;
        }
        if self.stopped_by().is_some() {
            return State::Failed;
        }
        let begun = stored != State::Todo || self.nodes.iter().skip(1).any(|node| node.state != State::Todo);
        if begun { State::Active } else { State::Todo }
    }

    // Of its children, of the documents that it is made of, and of what the profile asks of it when it is done.
    fn state_of_parts(&self, place: Place) -> State {
        let node = self.node(place);
        let counted =
            node.children.iter().map(|&child| self.node(child)).filter(|child| child.item.is_counted());
        let (left_out, states): (Vec<State>, Vec<State>) =
            counted.map(|child| child.state).partition(|&state| state == State::Dropped);
        if states.contains(&State::Failed) {
            return State::Failed;
        }
        let documents = node.kind.map(|kind| kind.documents.as_slice()).unwrap_or_default();
        let made_of_something = !left_out.is_empty() || !states.is_empty() || !documents.is_empty();
        if made_of_something && states.iter().all(|state| state.is_closed()) && is_made(self, place) {
            let gates =
                node.item.gates.values().all(|gate| gate_state(self, place, gate) == GateState::Passed);
            let approved = node.item.checkpoints.values().all(|checkpoint| checkpoint.approved.is_some());
            return if gates && approved { State::Done } else { State::Review };
        }
        let begun = node.item.started.is_some()
            || states.iter().any(|&state| state.is_running() || state == State::Done)
            || documents.iter().any(|name| pages::is_there(self, place, name));
        if begun { State::Active } else { State::Todo }
    }
}

#[expect(clippy::panic, reason = "a board without a root cannot be made")]
fn unreachable_root() -> ! {
    panic!("a board has a root")
}
