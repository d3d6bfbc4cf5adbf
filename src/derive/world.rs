//! All workflows of one snapshot, and what items of one need from another.

use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap};

use crate::model::id::Id;
use crate::model::page::Pages;
use crate::model::path::RepoPath;
use crate::model::profile::{Guarded, Profile, StateSource};
use crate::model::state::{Mode, Shown, State};
use crate::model::workflow::Workflow;

use super::board::{Board, Place, Thing};
use super::gates::{GateState, gate_state, is_escalated};
use super::judgement::held_by;
use super::names::Names;
use super::pages;

/// Every workflow of a snapshot, laid out.
#[derive(Debug)]
pub struct World<'a> {
    /// In the order of their ids.
    pub boards: Vec<Board<'a>>,
    pages: &'a Pages,
    /// In how many open workflows, and in how many at all, an id stands for something; made when it is first asked for.
    spread: OnceCell<HashMap<&'a Id, (usize, usize)>>,
    names: OnceCell<Names>,
}

/// An item of a world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Spot {
    /// Which board.
    pub board: usize,
    /// Which item of it.
    pub place: Place,
}

/// Something that has to happen before an item is ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmet {
    /// What: an id, with `<workflow>:` in front when it is another workflow's.
    pub reference: String,
    /// Why it is not satisfied, as a short phrase: `Batch 1 is in progress`.
    pub reason: String,
    /// The command that clears it, where there is one.
    pub command: Option<String>,
}

impl<'a> World<'a> {
    /// Lays out workflows with their profiles, over the files of the same version.
    pub fn new(workflows: impl IntoIterator<Item = (&'a Workflow, &'a Profile)>, pages: &'a Pages) -> Self {
        let board = |(workflow, profile)| Board::new(workflow, profile, pages);
        Self {
            boards: workflows.into_iter().map(board).collect(),
            pages,
            spread: OnceCell::new(),
            names: OnceCell::new(),
        }
    }

    /// What is called what in it; laid out when it is first asked for.
    pub fn names(&self) -> &Names {
        self.names.get_or_init(|| Names::new(self))
    }

    /// The files that are rendered from the state, in whole or in part.
    pub fn rendered(&self) -> BTreeSet<RepoPath> {
        self.pages.rendered()
    }

    /// The board of a spot.
    ///
    /// # Panics
    /// When the spot is not of this world.
    #[expect(clippy::indexing_slicing, reason = "spots are only made for boards that exist")]
    pub fn board(&self, spot: Spot) -> &Board<'a> {
        &self.boards[spot.board]
    }

    /// The board of a workflow.
    pub fn find(&self, workflow: &Id) -> Option<(usize, &Board<'a>)> {
        self.boards.iter().enumerate().find(|(_, board)| board.workflow.id == *workflow)
    }

    /// The same world with one workflow in another version.
    pub fn with<'b>(&'b self, board: usize, workflow: &'b Workflow) -> World<'b> {
        World::new(
            self.boards
                .iter()
                .enumerate()
                .map(|(index, laid)| (if index == board { workflow } else { laid.workflow }, laid.profile)),
            self.pages,
        )
    }

    /// The shortest reference to something of a workflow that is clear by itself.
    pub fn refer(&self, board: usize, id: &Id) -> String {
        let spread = self.spread.get_or_init(|| {
            let mut spread = HashMap::new();
            for laid in &self.boards {
                let open = usize::from(!laid.root().state.is_closed());
                for known in laid.ids() {
                    let (opens, all) = spread.entry(known).or_insert((0, 0));
                    (*opens, *all) = (*opens + open, *all + 1);
                }
            }
            spread
        });
        let elsewhere = |laid: &&Board| {
            let (open, all) = spread.get(id).copied().unwrap_or_default();
            if laid.root().state.is_closed() { all > 1 } else { open > 1 }
        };
        match self.boards.get(board).filter(elsewhere) {
            Some(laid) if laid.workflow.id != *id => format!("{}:{id}", laid.workflow.id),
            _ => id.to_string(),
        }
    }

    /// What is shown for an item.
    pub fn shown(&self, spot: Spot) -> Shown {
        let board = self.board(spot);
        let node = board.node(spot.place);
        if !node.state.is_closed() && node.item.open_blockers().next().is_some() {
            return Shown::Blocked;
        }
        match node.state {
            State::Todo if self.is_ready(spot) => Shown::Ready,
            State::Todo => Shown::Waiting,
            State::Active | State::Review if is_escalated(board, spot.place) => Shown::Escalated,
            State::Active => Shown::Active,
            State::Review => Shown::Review,
            State::Done => Shown::Done,
            State::Failed => Shown::Failed,
            State::Dropped => Shown::Dropped,
        }
    }

    /// The word that is shown for an item: its finer label, else the profile's word for what is shown.
    pub fn label(&self, spot: Spot) -> String {
        let board = self.board(spot);
        let finer = board.node(spot.place).item.label.as_deref().map(|label| {
            let known = Id::parse(label).ok().and_then(|id| board.profile.finer.get(&id));
            known.and_then(|finer| finer.label.clone()).unwrap_or_else(|| label.to_owned())
        });
        finer.unwrap_or_else(|| board.profile.phrase(self.shown(spot)).to_owned())
    }

    /// What an item waits for: its own needs, those of the items above it, its turn, its decision.
    pub fn unmet(&self, spot: Spot) -> Vec<Unmet> {
        let board = self.board(spot);
        let mut unmet = Vec::new();
        for place in board.upwards(spot.place) {
            let needs = &board.node(place).item.needs;
            unmet.extend(needs.iter().filter_map(|need| self.unmet_need(spot.board, need)));
            let at = Spot { place, ..spot };
            let before = self.first_before(at).filter(|_| has_turn(board, place));
            // What comes before it is often what it needs, too.
            let known = |other: &Unmet| unmet.iter().any(|unmet: &Unmet| unmet.reference == other.reference);
            let before = before.filter(|before| !known(before));
            unmet.extend(before);
            unmet.extend(self.undecided(at));
            unmet.extend(self.left_out(at).filter(|_| place != spot.place));
        }
        unmet
    }

    // Asks only whether, never why: an answer in words looks at what is needed in turn, and needs may run in a circle.
    fn is_ready(&self, spot: Spot) -> bool {
        let board = self.board(spot);
        board.upwards(spot.place).all(|place| {
            let met = board.node(place).item.needs.iter().all(|need| self.is_met(spot.board, need));
            let turn =
                !has_turn(board, place) || board.before(place).all(|sibling| is_closed(board, sibling));
            let above = place == spot.place || board.node(place).state != State::Dropped;
            met && turn && above && !is_undecided(board, place)
        })
    }

    fn is_met(&self, from: usize, need: &str) -> bool {
        let Some((at, thing)) = self.resolve_need(from, need) else { return false };
        let Some(board) = self.boards.get(at) else { return false };
        match thing {
            Thing::Item(place) => {
                let node = board.node(place);
                let not_triggered = node.state == State::Dropped && node.item.not_triggered.is_some();
                node.state == State::Done || not_triggered
            }
            Thing::Gate(place, id) => {
                board.gate(place, id).is_some_and(|gate| gate_state(board, place, gate) == GateState::Passed)
            }
            Thing::Checkpoint(place, id) => {
                board.checkpoint(place, id).is_some_and(|checkpoint| checkpoint.approved.is_some())
            }
            Thing::Risk(..) | Thing::Metric(..) => false,
        }
    }

    /// Finds what a need names: the board and the thing.
    pub fn resolve_need(&self, from: usize, need: &str) -> Option<(usize, Thing<'a>)> {
        let (at, id) = match need.split_once(':') {
            Some((workflow, id)) => (self.find(&Id::parse(workflow).ok()?)?.0, id),
            None => (from, need),
        };
        let id = Id::parse(id).ok()?;
        Some((at, self.boards.get(at)?.thing(&id)?))
    }

    fn unmet_need(&self, from: usize, need: &str) -> Option<Unmet> {
        if self.is_met(from, need) {
            return None;
        }
        let reference = need.to_owned();
        let Some((at, thing)) = self.resolve_need(from, need) else {
            let reason = format!("{need} does not exist");
            return Some(Unmet { reference, reason, command: Some("git track list".to_owned()) });
        };
        let board = self.boards.get(at)?;
        match thing {
            Thing::Item(place) => {
                let node = board.node(place);
                let shown = self.shown(Spot { board: at, place });
                let standing = match shown {
                    Shown::Ready => "has not begun".to_owned(),
                    _ => format!("is {}", shown.phrase()),
                };
                let reason = format!("{} {standing}", board.short(place));
                let derived = node.kind.is_some_and(|kind| kind.state == StateSource::Derived);
                let verb = match shown {
                    _ if derived => "why",
                    Shown::Ready => "start",
                    Shown::Active => "done",
                    Shown::Blocked => "unblock",
                    Shown::Failed => "retry",
                    Shown::Dropped => "reopen",
                    _ => "why",
                };
                let command = Some(format!("git track {verb} {}", self.refer(at, node.id)));
                Some(Unmet { reference, reason, command })
            }
            Thing::Gate(place, id) => {
                let failed = gate_state(board, place, board.gate(place, id)?) == GateState::Failed;
                let word = if failed { "failed" } else { "not passed" };
                let command = Some(format!("git track gate list {}", self.refer(at, id)));
                Some(Unmet { reference, reason: format!("gate {id} is {word}"), command })
            }
            Thing::Checkpoint(_, id) => Some(Unmet {
                reference,
                reason: format!("checkpoint {id} is not approved"),
                command: Some(format!("git track approve {}", self.refer(at, id))),
            }),
            Thing::Risk(..) | Thing::Metric(..) => Some(Unmet {
                reference,
                reason: format!("{need} is not an item, gate or checkpoint"),
                command: None,
            }),
        }
    }

    /// The first sibling before an item that is not finished.
    pub(super) fn first_before(&self, spot: Spot) -> Option<Unmet> {
        let board = self.board(spot);
        let earlier = board.before(spot.place).find(|&earlier| !is_closed(board, earlier))?;
        if let Some(undecided) = self.undecided(Spot { place: earlier, ..spot }) {
            return Some(undecided);
        }
        let id = board.node(earlier).id;
        let first = format!("{} comes first", board.short(earlier));
        let (reason, command) = match held_by(self, Spot { place: earlier, ..spot }) {
            Some(word) => (format!("{first} and waits for {}: {}", word.by(), word.message), word.command),
            None => (first, format!("git track why {}", self.refer(spot.board, id))),
        };
        Some(Unmet { reference: id.to_string(), reason, command: Some(command) })
    }

    /// The decision that a conditional item waits for.
    pub fn undecided(&self, spot: Spot) -> Option<Unmet> {
        let board = self.board(spot);
        let id = board.node(spot.place).id;
        if let Some(only) = board.node(spot.place).kind.and_then(|kind| kind.only.as_ref())
            && pages::applies(board, spot.place).is_none()
        {
            let reason = format!("`{}` is not said yet, which decides whether {id} is needed", only.field);
            return Some(Unmet { reference: id.to_string(), reason, command: None });
        }
        is_undecided(board, spot.place).then(|| Unmet {
            reference: id.to_string(),
            reason: format!("nobody has decided yet whether {id} is needed (or `skip` it)"),
            command: Some(self.decide(spot)),
        })
    }

    /// The command that decides that a conditional item is needed; `skip` decides that it is not.
    pub(super) fn decide(&self, spot: Spot) -> String {
        let node = self.board(spot).node(spot.place);
        let me = self.refer(spot.board, node.id);
        let when = node.item.when.as_ref();
        let all = when.into_iter().flat_map(|when| when.all.keys().chain(when.any.keys().take(1)));
        let met = all.fold(String::new(), |met, id| met + " --criterion " + id.as_str());
        format!("git track trigger {me}{met} -m \"why\"")
    }

    fn left_out(&self, spot: Spot) -> Option<Unmet> {
        let board = self.board(spot);
        let node = board.node(spot.place);
        (node.state == State::Dropped).then(|| Unmet {
            reference: node.id.to_string(),
            reason: format!("{} is dropped", board.short(spot.place)),
            command: Some(format!("git track reopen {} -m \"why\"", self.refer(spot.board, node.id))),
        })
    }
}

/// Whether an item has to wait for the siblings before it.
pub(super) fn has_turn(board: &Board, place: Place) -> bool {
    let node = board.node(place);
    let guards = node.kind.and_then(|kind| kind.guards.get(&Guarded::Start));
    let sequential = |parent| board.node(parent).item.mode == Some(Mode::Sequential);
    guards.is_some_and(|checks| checks.order) || node.parent.is_some_and(sequential)
}

fn is_closed(board: &Board, place: Place) -> bool {
    board.node(place).state.is_closed()
}

fn is_undecided(board: &Board, place: Place) -> bool {
    board.node(place).item.is_undecided() || pages::applies(board, place).is_none()
}
