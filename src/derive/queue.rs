//! The execution queue of a workflow: what is worked on together, in which order, and how far that is.

use serde::Serialize;

use crate::model::gate::{Checkpoint, Gate, Part};
use crate::model::id::Id;
use crate::model::state::{Mode, Shown, State};

use super::board::{Board, Place};
use super::gates::{GateState, gate_state, is_escalated, judged, part_state};
use super::world::{Spot, World};

/// A row of the queue: what is worked on, judged or decided together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row<'a> {
    /// Its place in the queue, from one.
    pub order: usize,
    /// How it is called: `phase-0-parallel`, `qg-0-review`, `checkpoint-001`.
    pub group: String,
    /// The item that it belongs to.
    pub of: &'a Id,
    /// How its members are worked on.
    pub mode: Turn,
    /// The ids of its items; of a gate its judges, equal names folded; of a checkpoint its id and who decides.
    pub members: Vec<String>,
    /// Of a gate: its judges without the people who have to say something besides.
    #[serde(skip)]
    pub judges: Vec<String>,
    /// How far it is.
    pub status: Shown,
}

/// How the members of a row are worked on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Turn {
    /// All at once.
    Parallel,
    /// One after the other.
    Sequential,
    /// Everything waits for somebody's word.
    Checkpoint,
}

impl Row<'_> {
    /// Whether nothing more happens in it.
    pub fn is_over(&self) -> bool {
        matches!(self.status, Shown::Done | Shown::Dropped)
    }
}

impl Turn {
    /// The word on screen and in `--json`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Parallel => "parallel",
            Self::Sequential => "sequential",
            Self::Checkpoint => "checkpoint",
        }
    }
}

/// The queue of one workflow: of each item the row of its work, what its other items hold, its gates, its checkpoints.
pub fn queue<'a>(world: &World<'a>, board: usize) -> Vec<Row<'a>> {
    let Some(laid) = world.boards.get(board) else { return Vec::new() };
    let mut queue = Queue { world, index: board, board: laid, rows: Vec::new() };
    queue.item(0);
    queue.rows
}

struct Queue<'w, 'a> {
    world: &'w World<'a>,
    index: usize,
    board: &'w Board<'a>,
    rows: Vec<Row<'a>>,
}

impl Queue<'_, '_> {
    fn item(&mut self, place: Place) {
        let node = self.board.node(place);
        let counted = node.children.iter().copied().filter(|&child| self.board.node(child).item.is_counted());
        let (work, inner): (Vec<Place>, Vec<Place>) = counted.partition(|&child| is_work(self.board, child));
        if !work.is_empty() {
            self.work(place, &work);
        }
        for child in inner {
            self.item(child);
        }
        for (id, gate) in node.item.gates.iter() {
            self.gate(place, id, gate);
        }
        for (id, checkpoint) in node.item.checkpoints.iter() {
            self.checkpoint(place, id, checkpoint);
        }
    }

    fn work(&mut self, place: Place, work: &[Place]) {
        let node = self.board.node(place);
        let mode = match node.item.mode {
            Some(Mode::Parallel) => Turn::Parallel,
            Some(Mode::Sequential) | None => Turn::Sequential,
        };
        let group = format!("{}-{}", lower(node.id), mode.word());
        let members = work.iter().map(|&member| self.board.node(member).id.to_string()).collect();
        // What it stands in may have begun while everything in it waits for another group.
        let shown = |place: Place| self.world.shown(Spot { board: self.index, place });
        let mut open = work.iter().filter(|&&place| !self.board.node(place).state.is_closed());
        let waits = open.all(|&place| shown(place) == Shown::Waiting).then_some(Shown::Waiting);
        let state = state_of_work(self.board, work).or(waits);
        self.row(place, group, mode, members, state);
    }

    fn gate(&mut self, place: Place, id: &Id, gate: &Gate) {
        let board = self.board;
        let is_person = |part: &Part| matches!(part, Part::Full(full) if full.human.is_some());
        let asked = |people: bool| {
            let parts = gate.parts.iter().filter(move |(_, part)| people || !is_person(part));
            folded(parts.flat_map(|(id, part)| judges(board, place, id, part)))
        };
        let (everybody, others) = (asked(true), asked(false));
        let state = state_of_gate(self.board, place, gate);
        self.row(place, format!("{}-review", lower(id)), Turn::Sequential, everybody, state);
        if let Some(row) = self.rows.last_mut() {
            row.judges = others;
        }
    }

    fn checkpoint(&mut self, place: Place, id: &Id, checkpoint: &Checkpoint) {
        let text = id.as_str();
        let digits = text.rsplit(|c: char| !c.is_ascii_digit()).next().filter(|digits| !digits.is_empty());
        let group = format!("checkpoint-{}", digits.map_or_else(|| lower(id), str::to_owned));
        let member = match &checkpoint.role {
            Some(role) => format!("{id} ({role})"),
            None => id.to_string(),
        };
        let state = match (checkpoint.approved, checkpoint.rejected) {
            (Some(_), _) => Some(Shown::Done),
            (None, Some(_)) => Some(Shown::Failed),
            (None, None) => None,
        };
        self.row(place, group, Turn::Checkpoint, vec![member], state);
    }

    // `own`: what its members say, where they say anything; else the item says whether its turn has come.
    fn row(&mut self, place: Place, group: String, mode: Turn, members: Vec<String>, own: Option<Shown>) {
        let closed = self.board.upwards(place).any(|above| self.board.node(above).state.is_closed());
        let status = match own {
            Some(Shown::Done) => Shown::Done,
            _ if closed => Shown::Dropped,
            Some(own) => own,
            None => match self.world.shown(Spot { board: self.index, place }) {
                held @ (Shown::Waiting | Shown::Blocked) => held,
                _ => Shown::Ready,
            },
        };
        let order = self.rows.len() + 1;
        let judges = Vec::new();
        self.rows.push(Row { order, group, of: self.board.node(place).id, mode, members, judges, status });
    }
}

// A derived item without children is not work but a place for it: what stands in it is still to be planned.
fn is_work(board: &Board, place: Place) -> bool {
    let node = board.node(place);
    node.children.is_empty() && !node.is_derived()
}

fn state_of_work(board: &Board, work: &[Place]) -> Option<Shown> {
    let state = |place: Place| board.node(place).state;
    let any = |holds: &dyn Fn(Place) -> bool| work.iter().any(|&place| holds(place));
    if !any(&|place| !state(place).is_closed()) {
        Some(Shown::Done)
    } else if any(&|place| state(place).is_running() && is_escalated(board, place)) {
        Some(Shown::Escalated)
    } else if any(&|place| state(place) == State::Failed) {
        Some(Shown::Failed)
    } else if any(&|place| {
        !state(place).is_closed() && board.node(place).item.open_blockers().next().is_some()
    }) {
        Some(Shown::Blocked)
    } else if any(&|place| state(place).is_running() || state(place) == State::Done) {
        Some(Shown::Active)
    } else {
        None
    }
}

fn state_of_gate(board: &Board, place: Place, gate: &Gate) -> Option<Shown> {
    // What nobody has to say, like an empty checklist, can hold before anybody has begun.
    let said = |(id, part): (&Id, &Part)| {
        !judges(board, place, id, part).is_empty() && part_state(board, place, id, part) == GateState::Passed
    };
    match gate_state(board, place, gate) {
        GateState::Passed => Some(Shown::Done),
        GateState::Failed => Some(Shown::Failed),
        GateState::Pending => gate.parts.iter().any(said).then_some(Shown::Active),
    }
}

/// Who answers a part of a gate; nobody where the item itself says it. Parts of a new sort say here who is asked.
fn judges<'b>(board: &'b Board, place: Place, id: &Id, part: &'b Part) -> Vec<&'b str> {
    let validators = |scope: &str| {
        let judged = judged(board, place, scope).into_iter();
        judged.filter_map(|place| board.node(place).item.validator.as_deref()).collect()
    };
    match part {
        Part::Short(scope) if id.as_str() == "score" => validators(scope),
        Part::Short(_) => Vec::new(),
        Part::Full(part) => match (&part.score, part.review.as_ref().or(part.human.as_ref())) {
            (Some(scope), _) => validators(scope),
            (None, Some(who)) => vec![who],
            (None, None) => Vec::new(),
        },
    }
}

// `ps, nse, ps` is `ps (x2), nse`.
fn folded<'b>(names: impl Iterator<Item = &'b str>) -> Vec<String> {
    let mut counted: Vec<(&str, usize)> = Vec::new();
    for name in names {
        match counted.iter_mut().find(|(known, _)| *known == name) {
            Some((_, count)) => *count += 1,
            None => counted.push((name, 1)),
        }
    }
    let show = |(name, count)| if count > 1 { format!("{name} (x{count})") } else { String::from(name) };
    counted.into_iter().map(show).collect()
}

fn lower(id: &Id) -> String {
    id.as_str().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::super::testing::Scene;
    use super::*;

    const AT: &str = "\"2026-02-12T09:00:00Z\"";

    fn rows(scene: &Scene) -> Vec<String> {
        let line = |row: Row| {
            let (mode, members) = (row.mode.word(), row.members.join("+"));
            format!("{} {} {} {mode} {members} {}", row.order, row.group, row.of, row.status)
        };
        queue(&scene.world(), 0).into_iter().map(line).collect()
    }

    // The status of each row of two phases, the second of which needs the first.
    fn statuses(tasks: &str, gate: &str, checkpoint: &str) -> String {
        let scene = Scene::team(&format!(
            "protocol: {{threshold: \"0.9\", max_iterations: 2}}\nitems: {{\
             p: {{kind: phase, title: P, items: {{{tasks}}}, gates: {{G: {{parts: {{{gate}}}}}}}, \
             checkpoints: {{C: {{title: C{checkpoint}}}}}}}, \
             q: {{kind: phase, title: Q, needs: [p], items: {{z: {{title: Z}}}}}}}}"
        ));
        let world = scene.world();
        queue(&world, 0).iter().map(|row| row.status.word()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn every_item_has_rows_for_its_work_gates_and_checkpoints() {
        let scene = Scene::team(
            "gates: {end: {parts: {h: {human: chief}}}}\nitems: {\
             T-1: {title: A}, phase-0: {kind: phase, title: P, mode: parallel, items: {\
               T-2: {title: B, validator: ps, cross_validator: nse}, T-3: {title: C, validator: ps}, \
               T-4: {title: D, validator: other, counted: false}}, \
             gates: {QG-0: {parts: {score: all, law: {human: nse}, list: {checklist: true}}}}, \
             checkpoints: {CP-001: {role: user}, handover: {title: H}}}, \
             T-5: {title: E, items: {T-6: {title: F}}}, \
             plan: {title: G, counted: false, items: {T-7: {title: H}}}}",
        );
        assert_eq!(
            rows(&scene),
            [
                "1 w-sequential w sequential T-1 ready",
                "2 phase-0-parallel phase-0 parallel T-2+T-3 ready",
                "3 qg-0-review phase-0 sequential ps (x2)+nse ready",
                "4 checkpoint-001 phase-0 checkpoint CP-001 (user) ready",
                "5 checkpoint-handover phase-0 checkpoint handover ready",
                "6 t-5-sequential T-5 sequential T-6 ready",
                "7 end-review w sequential chief ready",
            ]
        );
        assert_eq!(rows(&Scene::team("gates: {g: {title: G}}")), ["1 g-review w sequential  ready"]);
        let empty = Scene::items("phase-1: {kind: phase, title: P, checkpoints: {go1: {title: G}}}");
        assert_eq!(rows(&empty), ["1 checkpoint-1 phase-1 checkpoint go1 ready"]);
    }

    #[test]
    fn work_says_the_worst_that_happens_in_it() {
        let low = "iterations: {i1: {score: \"0.5\"}, i2: {score: \"0.6\"}}";
        let held = "blockers: {b1: {text: no key}}";
        for (tasks, status) in [
            ("a: {title: A}, b: {title: B}", "ready"),
            ("a: {title: A, state: active}, b: {title: B}", "active"),
            ("a: {title: A, state: review}, b: {title: B}", "active"),
            ("a: {title: A, state: done}, b: {title: B}", "active"),
            ("a: {title: A, state: dropped}, b: {title: B}", "ready"),
            ("a: {title: A, state: done}, b: {title: B, state: dropped}", "done"),
            (&format!("a: {{title: A, state: active}}, b: {{title: B, {held}}}"), "blocked"),
            (&format!("a: {{title: A, state: failed}}, b: {{title: B, {held}}}"), "failed"),
            (&format!("a: {{title: A, state: failed, {held}}}, b: {{title: B}}"), "failed"),
            (&format!("a: {{title: A, state: failed}}, b: {{title: B, state: review, {low}}}"), "escalated"),
            (&format!("a: {{title: A, state: active, {low}, {held}}}"), "escalated"),
            (&format!("a: {{title: A, state: done, {low}, {held}}}, b: {{title: B, state: done}}"), "done"),
        ] {
            assert_eq!(
                statuses(tasks, "h: {human: x}", ""),
                format!("{status} ready ready waiting"),
                "{tasks}"
            );
        }
    }

    #[test]
    fn gates_and_checkpoints_say_what_was_said() {
        let task = "a: {title: A, state: done}";
        for (gate, checkpoint, status) in [
            ("h: {human: x}", "", "done ready ready waiting"),
            ("h: {human: x}, c: {checklist: true}", "", "done ready ready waiting"),
            (&format!("h: {{human: x, passed: {AT}}}, i: {{human: y}}"), "", "done active ready waiting"),
            (&format!("h: {{human: x, failed: {AT}}}, i: {{human: y}}"), "", "done failed ready waiting"),
            ("h: {human: x}", &format!(", rejected: {AT}"), "done ready failed waiting"),
            (&format!("h: {{human: x, waived: {AT}}}"), &format!(", approved: {AT}"), "done done done ready"),
        ] {
            assert_eq!(statuses(task, gate, checkpoint), status, "{gate}");
        }
    }

    #[test]
    fn a_group_waits_when_everything_in_it_waits() {
        let go = |needs: &str| {
            let scene = Scene::items(&format!(
                "b: {{title: B, {needs}}}, a: {{title: A, items: {{x: {{title: X}}}}}}"
            ));
            queue(&scene.world(), 0).iter().map(|row| row.status.word()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(go("needs: [a]"), "waiting ready");
        assert_eq!(go("weight: 1"), "ready ready");
    }

    #[test]
    fn what_stands_in_something_closed_or_held_is_not_ready() {
        let phase = |more: &str| {
            let scene = Scene::items(&format!(
                "p: {{kind: phase, title: P, {more}, items: {{a: {{title: A, state: active}}}}, gates: {{g: {{title: G}}}}}}"
            ));
            queue(&scene.world(), 0).iter().map(|row| row.status.word()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(phase("state: dropped"), "dropped dropped");
        assert_eq!(phase("blockers: {b1: {text: no money}}"), "active blocked");
        assert_eq!(phase("weight: 1"), "active ready");
    }
}
