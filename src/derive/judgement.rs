//! What waits for somebody's word: approvals, reviews, scores, findings, decisions about conditional items.

use crate::model::gate::{FullPart, Gate, Part};
use crate::model::id::Id;
use crate::model::profile::Guarded;
use crate::model::record::Finding;
use crate::model::state::{Shown, State};

use super::board::{Board, Node};
use super::conditions::{
    Given, checkpoint_conditions, is_to_be_submitted, one_more_round, part_subject, passes, reviewers,
    stale_basis,
};
use super::evidence::freshness;
use super::gates::{
    GateState, all_pass, average, gate_state, has_passed, judged, part_state, rounds, score_scope, threshold,
};
use super::pages;
use super::runs;
use super::shell;
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
    /// Anybody but the one of that name, who has made or mended it.
    Other(String),
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
    // What is said about the whole comes last.
    for (place, node) in laid.nodes().skip(1).chain(laid.nodes().take(1)) {
        let at = Desk { world, board: laid, spot: Spot { board, place }, node };
        if node.state != State::Dropped {
            found.extend(at.deviations());
            found.extend(at.decision());
            found.extend(at.rounds());
            found.extend(at.changed());
            found.extend(at.submission());
            found.extend(at.findings());
            found.extend(at.parts());
            found.extend(at.lines());
            found.extend(at.checkpoints());
        }
    }
    found
}

/// The first word that an item which is made waits for before it is done.
pub(super) fn held_by(world: &World, spot: Spot) -> Option<Judgement> {
    let board = world.board(spot);
    let at = Desk { world, board, spot, node: board.node(spot.place) };
    (at.node.state == State::Review).then(|| at.parts().into_iter().chain(at.checkpoints()).next())?
}

/// One item, looked at by those who judge.
struct Desk<'d, 'a> {
    world: &'d World<'a>,
    board: &'d Board<'a>,
    spot: Spot,
    node: &'d Node<'a>,
}

impl Judgement {
    /// Who is waited for.
    pub fn by(&self) -> &str {
        match &self.who {
            Who::Person(None) => "a person",
            Who::Person(Some(name)) | Who::Named(name) => name,
            Who::Other(_) | Who::Anyone => "somebody",
        }
    }
}

impl Desk<'_, '_> {
    fn refer(&self, id: &Id) -> String {
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
        self.world.undecided(self.spot)?.command?;
        let others = self.world.unmet(self.spot).len();
        let command = self.world.decide(self.spot);
        let message = format!("is {} needed? if not, `skip` it", self.node.item.title);
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
            let rounds = match rounds(board, place) {
                1 => "1 round".to_owned(),
                several => format!("{several} rounds"),
            };
            let message =
                format!("{rounds}, the last score is {last} of {threshold}; one more, or `approve` it");
            let command = one_more_round(self.world, self.spot);
            return Some(self.waits(self.node.id.as_str(), Who::Person(None), message, command));
        }
        if self.node.state != State::Review || has_passed(board, place) || !self.is_scored() {
            return None;
        }
        let maker = item.owner.clone().map_or(Who::Anyone, Who::Other);
        let who = item.validator.clone().map_or(maker, Who::Named);
        let by = item.validator.as_deref().map(|by| format!(" --by {}", shell::word(by))).unwrap_or_default();
        let message = format!("is to be scored against {threshold}");
        let command = format!("git track score {me} SCORE{by}");
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
        // Of what is finished, those that hold the whole workflow.
        let closing = self.board.root().kind.and_then(|kind| kind.guards.get(&Guarded::Done));
        let holds = |finding: &Finding| {
            closing.is_some_and(|checks| checks.findings.contains(&finding.severity))
                || !self.node.state.is_closed()
        };
        let findings = self.node.item.findings.iter();
        let mut open: Vec<_> = findings.filter(|(_, finding)| finding.is_open() && holds(finding)).collect();
        open.sort_by_key(|(_, finding)| finding.severity);
        open.into_iter()
            .map(|(id, finding)| {
                let verb = if finding.fixed.is_some() { "verify" } else { "fix" };
                let message = format!("{} finding to {verb}: {}", finding.severity.word(), finding.text);
                let part = format!("{}.{id}", self.node.id);
                let command = format!("git track finding {verb} {}.{id}", self.refer(self.node.id));
                let fixer = finding.fixed.as_ref().and(finding.fixed_by.clone());
                self.waits(&part, fixer.map_or(Who::Anyone, Who::Other), message, command)
            })
            .collect()
    }

    fn parts(&self) -> Vec<Judgement> {
        let (board, place) = (self.board, self.spot.place);
        let mut found = Vec::new();
        if !self.is_worked_on() || !self.world.unmet(self.spot).is_empty() {
            return found;
        }
        for (gate_id, gate) in self.node.item.gates.iter() {
            if gate.parts.is_empty() {
                let open = passes(self.world, self.spot, (gate_id, gate));
                let word = |command| self.waits(gate_id.as_str(), Who::Anyone, open.text, command);
                found.extend(open.command.map(word));
            }
            found.extend(self.runs(gate_id, gate));
            for (id, part) in gate.parts.iter() {
                let Part::Full(full) = part else { continue };
                found.extend(self.report(gate_id, id, full));
                let asked = full.human.is_some() || full.review.is_some();
                let stale = self.is_stale(full);
                if !asked || (part_state(board, place, id, part) == GateState::Passed && !stale) {
                    continue;
                }
                let mut title = full.title.clone().unwrap_or_else(|| id.to_string());
                let against = full.unless.as_ref().and_then(|unless| pages::against(board, place, unless));
                if let Some(words) = against {
                    title = format!("{title} (it says `{words}`)");
                } else if stale {
                    title = format!("{title}, again: it has changed since");
                }
                let reference = format!("{}.{id}", self.refer(gate_id));
                let part = format!("{gate_id}.{id}");
                let (who, command) = match &full.review {
                    Some(wanted) => {
                        let by = reviewers(board, place, full).first().copied().unwrap_or(wanted);
                        let by = shell::word(by);
                        (Who::Named(wanted.clone()), format!("git track gate pass {reference} --by {by}"))
                    }
                    None => (Who::Person(full.human.clone()), format!("git track approve {reference}")),
                };
                found.push(self.waits(&part, who, title, command));
            }
        }
        found
    }

    fn is_stale(&self, part: &FullPart) -> bool {
        part.passed.is_some() && {
            let now = part_subject(self.board, self.spot.place, part);
            !freshness(part.on.as_deref(), now).is_fresh()
        }
    }

    // What the program answers when somebody asks it to: all parts of a gate at once.
    fn runs(&self, id: &Id, gate: &Gate) -> Option<Judgement> {
        let (board, place) = (self.board, self.spot.place);
        let open = |(id, part): &(&Id, &Part)| {
            let Part::Full(full) = part else { return false };
            let suite = full.suite.as_ref().filter(|_| full.waived.is_none());
            let ran = suite.is_none_or(|suite| runs::condition(self.world, self.spot, suite).ok);
            let passed = part_state(board, place, id, part) == GateState::Passed;
            full.is_run() && !(passed && ran && !self.is_stale(full))
        };
        let (part, _) = gate.parts.iter().find(open)?;
        let title = gate.title.as_deref().unwrap_or(id.as_str());
        let command = format!("git track gate run {}", self.refer(id));
        Some(self.waits(&format!("{id}.{part}"), Who::Anyone, format!("{title} is to be run"), command))
    }

    fn submission(&self) -> Option<Judgement> {
        let command = format!("git track done {} --submit", self.refer(self.node.id));
        is_to_be_submitted(self.board, self.spot.place)
            .then(|| self.waits(self.node.id.as_str(), Who::Anyone, "is to be submitted".to_owned(), command))
    }

    // Whoever scores an item writes down why, where the gate asks for it.
    fn report(&self, gate: &Id, id: &Id, part: &FullPart) -> Option<Judgement> {
        let (board, place) = (self.board, self.spot.place);
        let missing = part.report.as_ref().filter(|report| !board.pages.exists(report))?;
        let scope = part.score.as_deref().filter(|scope| all_pass(board, place, scope))?;
        let mut names = judged(board, place, scope).into_iter().map(|leaf| &board.node(leaf).item.validator);
        let who = names.find_map(Option::clone).map_or(Who::Anyone, Who::Named);
        let message = format!("{missing} is not there");
        let command = format!("git track why {}.{id}", self.refer(gate));
        Some(self.waits(&format!("{gate}.{id}"), who, message, command))
    }

    // What is finished is judged again when it has changed, as long as somebody's word still rests on it.
    fn changed(&self) -> Option<Judgement> {
        let command = stale_basis(self.world, self.spot)?.command?;
        let who = self.node.item.validator.clone().map_or(Who::Anyone, Who::Named);
        let message = "has changed since it was scored".to_owned();
        Some(self.waits(self.node.id.as_str(), who, message, command))
    }

    // Of what is made of other things, when those are finished; of a leaf, while it is at work.
    fn is_worked_on(&self) -> bool {
        let (board, node) = (self.board, self.node);
        let children = || node.children.iter().map(|&child| board.node(child));
        let finished = children().all(|child| child.state.is_closed() || !child.item.is_counted());
        match self.spot.place {
            0 => finished && children().any(|child| child.item.is_counted() && child.state == State::Done),
            _ => finished && node.state.is_running(),
        }
    }

    // Of what is done by itself when its lines are ticked.
    fn lines(&self) -> Option<Judgement> {
        let done = self.node.kind.and_then(|kind| kind.guards.get(&Guarded::Done));
        let asked =
            self.node.is_derived() && self.is_worked_on() && done.is_some_and(|checks| checks.checklist);
        let list = self.node.item.checklist.as_ref().filter(|_| asked)?;
        let open: Vec<String> = list
            .lines
            .iter()
            .filter(|(_, line)| line.done.is_none())
            .map(|(id, _)| format!(" {}.{id}", self.refer(self.node.id)))
            .collect();
        let message = match open.len() {
            0 => return None,
            1 => "a line of its checklist is open".to_owned(),
            several => format!("{several} lines of its checklist are open"),
        };
        let command = format!("git track done{}", open.concat());
        Some(self.waits(self.node.id.as_str(), Who::Anyone, message, command))
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
        let passed = |gate: &Gate| gate_state(self.board, self.spot.place, gate) == GateState::Passed;
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
