//! What waits for somebody's word: approvals, reviews, scores, findings, decisions about conditional items.

use crate::model::gate::Part;
use crate::model::profile::Guarded;
use crate::model::record::Finding;
use crate::model::state::{Shown, State};

use super::board::{Board, Node};
use super::conditions::{Given, checkpoint_conditions, part_conditions};
use super::gates::{
    GateState, average, gate_state, has_passed, judged, max_iterations, part_state, score_scope, threshold,
};
use super::world::{Spot, World};

/// Something that waits for somebody's word, and can be said now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// The item that it is about.
    pub spot: Spot,
    /// What it is about, with the workflow in front: `<workflow>:<id>[.<part>]`.
    pub reference: String,
    /// Who says it.
    pub who: Who,
    /// What waits, in one line.
    pub message: String,
    /// The command that says yes.
    pub command: String,
}

/// Who can say something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// A person; the role, where one is named.
    Person(Option<String>),
    /// An agent or a person of that name or role.
    Named(String),
    /// Anybody.
    Anyone,
}

/// What waits for somebody's word in one workflow, in the order of its items.
pub fn judgements(world: &World, board: usize) -> Vec<Judgement> {
    let Some(laid) = world.boards.get(board) else { return Vec::new() };
    if laid.stopped_by().is_some() {
        return Vec::new();
    }
    let mut found = Vec::new();
    if laid.root().state.is_closed() {
        // Closing it may have been a departure.
        let root = Desk { world, board: laid, spot: Spot { board, place: 0 }, node: laid.root() };
        return root.deviations();
    }
    for (place, node) in laid.nodes() {
        let at = Desk { world, board: laid, spot: Spot { board, place }, node };
        if node.state != State::Dropped {
            found.extend(at.deviations());
            found.extend(at.decision());
            found.extend(at.rounds());
            found.extend(at.findings());
            found.extend(at.parts());
            found.extend(at.checkpoints());
        }
    }
    found
}

/// One item, looked at by those who judge.
struct Desk<'d, 'a> {
    world: &'d World<'a>,
    board: &'d Board<'a>,
    spot: Spot,
    node: &'d Node<'a>,
}

impl Desk<'_, '_> {
    fn refer(&self, id: &crate::model::id::Id) -> String {
        self.world.refer(self.spot.board, id)
    }

    fn waits(&self, part: &str, who: Who, message: String, command: String) -> Judgement {
        let reference = format!("{}:{part}", self.board.workflow.id);
        Judgement { spot: self.spot, reference, who, message, command }
    }

    fn deviations(&self) -> Vec<Judgement> {
        let open = self.node.item.deviations.iter().filter(|(_, deviation)| deviation.is_open());
        open.map(|(id, deviation)| {
            let by = deviation.by.as_deref().map(|by| format!(" (by {by})")).unwrap_or_default();
            let command = format!("git track approve {}.{id}", self.refer(self.node.id));
            let message = format!("departed: {}{by}", deviation.text);
            self.waits(&format!("{}.{id}", self.node.id), Who::Person(None), message, command)
        })
        .collect()
    }

    // Asked for when its turn has come, or when nothing but this decision is missing.
    fn decision(&self) -> Option<Judgement> {
        // Where nobody can say it, a document does.
        let command = self.world.undecided(self.spot)?.command?;
        let others = self.world.unmet(self.spot).len();
        let message = format!("is {} needed?", self.node.item.title);
        (self.node.state == State::Todo && others == 1)
            .then(|| self.waits(self.node.id.as_str(), Who::Anyone, message, command))
    }

    fn rounds(&self) -> Option<Judgement> {
        let (board, place, item) = (self.board, self.spot.place, self.node.item);
        let threshold = threshold(board, place)?;
        if !self.node.state.is_running() || !self.node.children.is_empty() || self.node.is_derived() {
            return None;
        }
        let me = self.refer(self.node.id);
        if self.world.shown(self.spot) == Shown::Escalated {
            let last = item.iterations.last().map(|(_, last)| last.score.to_string()).unwrap_or_default();
            let message =
                format!("{} rounds, the last score is {last} of {threshold}", item.iterations.len());
            let more = max_iterations(board, place).unwrap_or_default().saturating_add(1);
            let command = format!("git track set {me} max_iterations={more}, or git track approve {me}");
            return Some(self.waits(self.node.id.as_str(), Who::Person(None), message, command));
        }
        if self.node.state != State::Review || has_passed(board, place) || !self.is_scored() {
            return None;
        }
        let who = item.validator.clone().map_or(Who::Anyone, Who::Named);
        let by = item.validator.as_deref().map(|by| format!(" --by {by}")).unwrap_or_default();
        let message = format!("is to be scored against {threshold}");
        let command = format!("git track score {me} 0.95{by}");
        Some(self.waits(self.node.id.as_str(), who, message, command))
    }

    // By its process, or by a gate around it.
    fn is_scored(&self) -> bool {
        let (board, place) = (self.board, self.spot.place);
        let done = self.node.kind.and_then(|kind| kind.guards.get(&Guarded::Done));
        done.is_some_and(|checks| checks.score)
            || board.upwards(place).any(|above| {
                let parts = board.node(above).item.gates.values().flat_map(|gate| gate.parts.iter());
                let mut scopes = parts.filter_map(|(id, part)| score_scope(id, part));
                scopes.any(|scope| judged(board, above, scope).contains(&place))
            })
    }

    fn findings(&self) -> Vec<Judgement> {
        // Of finished work only what keeps the workflow from being closed is asked for.
        let closing = self.board.profile.workflow.guards.get(&Guarded::Done);
        let asked = |severity| {
            !self.node.state.is_closed() || closing.is_some_and(|checks| checks.findings.contains(&severity))
        };
        let waits = |finding: &Finding| finding.is_open() && asked(finding.severity);
        let mut open: Vec<_> = self.node.item.findings.iter().filter(|(_, finding)| waits(finding)).collect();
        open.sort_by_key(|(_, finding)| finding.severity);
        open.into_iter()
            .map(|(id, finding)| {
                let verb = if finding.fixed.is_some() { "verify" } else { "fix" };
                let message = format!("{} finding to {verb}: {}", finding.severity.word(), finding.text);
                let part = format!("{}.{id}", self.node.id);
                let command = format!("git track finding {verb} {}.{id}", self.refer(self.node.id));
                self.waits(&part, Who::Anyone, message, command)
            })
            .collect()
    }

    fn parts(&self) -> Vec<Judgement> {
        let (board, place) = (self.board, self.spot.place);
        let mut found = Vec::new();
        if !self.is_worked_on() {
            return found;
        }
        for (gate_id, gate) in self.node.item.gates.iter() {
            for (id, part) in gate.parts.iter() {
                let Part::Full(full) = part else { continue };
                let asked = full.human.is_some() || full.review.is_some();
                if !asked || part_state(board, place, id, part) == GateState::Passed {
                    continue;
                }
                let asks = part_conditions(self.world, self.spot, full, Given::NOTHING);
                if asks.iter().any(|condition| !condition.ok && condition.command.is_some()) {
                    continue;
                }
                let title = full.title.clone().unwrap_or_else(|| id.to_string());
                let reference = format!("{}.{id}", self.refer(gate_id));
                let part = format!("{gate_id}.{id}");
                let (who, command) = match &full.review {
                    Some(by) => {
                        (Who::Named(by.clone()), format!("git track gate pass {reference} --by {by}"))
                    }
                    None => (Who::Person(full.human.clone()), format!("git track approve {reference}")),
                };
                found.push(self.waits(&part, who, title, command));
            }
        }
        found
    }

    // Of what is made of other things, when those are finished; of a leaf, while it is at work.
    fn is_worked_on(&self) -> bool {
        let (board, node) = (self.board, self.node);
        let mut children = node.children.iter().map(|&child| board.node(child));
        let finished = children.all(|child| child.state.is_closed() || !child.item.is_counted());
        match self.spot.place {
            0 => finished && node.children.len() > 1,
            _ => finished && node.state.is_running(),
        }
    }

    fn checkpoints(&self) -> Vec<Judgement> {
        let mut found = Vec::new();
        let worked = self.node.state == State::Review || self.is_worked_on();
        let open = self.node.item.checkpoints.iter().filter(|(_, checkpoint)| checkpoint.approved.is_none());
        for (id, checkpoint) in open.filter(|_| worked) {
            let asks = checkpoint_conditions(self.world, self.spot, checkpoint, Given::NOTHING);
            if asks.iter().all(|condition| condition.ok) {
                let command = format!("git track approve {}", self.refer(id));
                let message = self.standing(checkpoint.title.as_deref().unwrap_or("waits for approval"));
                found.push(self.waits(id.as_str(), Who::Person(checkpoint.role.clone()), message, command));
            }
        }
        found
    }

    fn standing(&self, title: &str) -> String {
        let passed = |gate: &crate::model::gate::Gate| {
            gate_state(self.board, self.spot.place, gate) == GateState::Passed
        };
        let gates: Vec<String> = self
            .node
            .item
            .gates
            .iter()
            .filter(|(_, gate)| passed(gate))
            .map(|(id, _)| format!("{id} passed"))
            .collect();
        let average = average(self.board, self.spot.place).map(|average| format!("average {average}"));
        let standing: Vec<String> = gates.into_iter().chain(average).collect();
        if standing.is_empty() { title.to_owned() } else { format!("{title}: {}", standing.join(", ")) }
    }
}
