//! All workflows of one snapshot, and what items of one need from another.

use crate::model::id::Id;
use crate::model::profile::Profile;
use crate::model::state::{Shown, State};
use crate::model::workflow::Workflow;

use super::board::{Board, Place, Thing};
use super::gates::{GateState, gate_state, is_escalated};

/// Every workflow of a snapshot, laid out.
#[derive(Debug)]
pub struct World<'a> {
    /// In the order of their ids.
    pub boards: Vec<Board<'a>>,
}

/// An item of a world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    /// Lays out workflows with their profiles.
    pub fn new(workflows: impl IntoIterator<Item = (&'a Workflow, &'a Profile)>) -> Self {
        Self {
            boards: workflows.into_iter().map(|(workflow, profile)| Board::new(workflow, profile)).collect(),
        }
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

    /// What is shown for an item.
    pub fn shown(&self, spot: Spot) -> Shown {
        let board = self.board(spot);
        let node = board.node(spot.place);
        if !node.state.is_closed() && node.item.open_blockers().next().is_some() {
            return Shown::Blocked;
        }
        match node.state {
            State::Todo if self.unmet(spot).is_empty() => Shown::Ready,
            State::Todo => Shown::Waiting,
            State::Active | State::Review if is_escalated(board, spot.place) => Shown::Escalated,
            State::Active => Shown::Active,
            State::Review => Shown::Review,
            State::Done => Shown::Done,
            State::Failed => Shown::Failed,
            State::Dropped => Shown::Dropped,
        }
    }

    /// What an item waits for: its own needs, those of the items above it, its turn, its decision.
    pub fn unmet(&self, spot: Spot) -> Vec<Unmet> {
        let board = self.board(spot);
        let mut unmet = Vec::new();
        for place in board.upwards(spot.place) {
            let at = Spot { place, ..spot };
            unmet.extend(board.node(place).item.needs.iter().filter_map(|need| self.unmet_need(at, need)));
            unmet.extend(turn(board, place));
            unmet.extend(decision(board, place));
        }
        unmet
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

    fn unmet_need(&self, spot: Spot, need: &str) -> Option<Unmet> {
        let reference = need.to_owned();
        let Some((at, thing)) = self.resolve_need(spot.board, need) else {
            let reason = format!("{need} does not exist");
            return Some(Unmet { reference, reason, command: Some("git track list".to_owned()) });
        };
        let board = self.boards.get(at)?;
        let prefix = if at == spot.board { String::new() } else { format!("{}:", board.workflow.id) };
        match thing {
            Thing::Item(place) => {
                let node = board.node(place);
                let dropped = node.state == State::Dropped && node.item.not_triggered.is_some();
                if node.state == State::Done || dropped {
                    return None;
                }
                let shown = self.shown(Spot { board: at, place });
                let reason = format!("{} is {}", board.short(place), shown.phrase());
                let command = match shown {
                    Shown::Ready => Some(format!("git track start {prefix}{}", node.id)),
                    Shown::Active => Some(format!("git track done {prefix}{}", node.id)),
                    Shown::Blocked => Some(format!("git track unblock {prefix}{}", node.id)),
                    Shown::Failed => Some(format!("git track retry {prefix}{}", node.id)),
                    Shown::Dropped => Some(format!("git track reopen {prefix}{}", node.id)),
                    _ => Some(format!("git track why {prefix}{}", node.id)),
                };
                Some(Unmet { reference, reason, command })
            }
            Thing::Gate(place, id) => {
                let gate = board.gate(place, id)?;
                let state = gate_state(board, place, gate);
                (state != GateState::Passed).then(|| {
                    let word = if state == GateState::Failed { "failed" } else { "not passed" };
                    let command = Some(format!("git track show {prefix}{id}"));
                    Unmet { reference, reason: format!("gate {id} is {word}"), command }
                })
            }
            Thing::Checkpoint(place, id) => {
                let approved = board.checkpoint(place, id)?.approved.is_some();
                (!approved).then(|| Unmet {
                    reference,
                    reason: format!("checkpoint {id} is not approved"),
                    command: Some(format!("git track show {prefix}{id}")),
                })
            }
            Thing::Risk(..) | Thing::Metric(..) => Some(Unmet {
                reference,
                reason: format!("{need} is not an item, gate or checkpoint"),
                command: None,
            }),
        }
    }
}

fn turn(board: &Board, place: Place) -> Option<Unmet> {
    use crate::model::profile::Guarded;
    use crate::model::state::Mode;

    let node = board.node(place);
    let parent = node.parent?;
    let strict =
        node.kind.and_then(|kind| kind.guards.get(&Guarded::Start)).is_some_and(|checks| checks.order);
    if !strict && board.node(parent).item.mode != Some(Mode::Sequential) {
        return None;
    }
    let earlier = board.before(place).find(|&earlier| !board.node(earlier).state.is_closed())?;
    let id = board.node(earlier).id;
    Some(Unmet {
        reference: id.to_string(),
        reason: format!("{} comes first", board.short(earlier)),
        command: Some(format!("git track why {id}")),
    })
}

fn decision(board: &Board, place: Place) -> Option<Unmet> {
    let node = board.node(place);
    let open = node.item.when.is_some() && node.item.triggered.is_none() && node.item.not_triggered.is_none();
    open.then(|| Unmet {
        reference: node.id.to_string(),
        reason: format!("nobody has decided yet whether {} is needed", node.id),
        command: Some(format!("git track skip {} -m \"neither criterion met\"", node.id)),
    })
}
