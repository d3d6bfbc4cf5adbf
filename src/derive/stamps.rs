//! What happened when: the times that the state holds, in their order.

use crate::model::gate::Part;
use crate::model::id::Id;
use crate::model::item::Item;
use crate::model::state::State;
use crate::model::time::Time;

use super::board::{Board, Place};

/// Something that happened, as far as the state holds its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp<'a> {
    /// When.
    pub at: Time,
    /// The item that it happened to, or in which.
    pub place: Place,
    /// What happened.
    pub event: Event,
    /// What it happened to: an item, a gate with the part, a checkpoint, or the record of an item (`U01.f1`).
    pub reference: String,
    /// Who did it, where that is known.
    pub by: Option<&'a str>,
    /// What was said about it.
    pub text: Option<&'a str>,
}

/// What can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Event {
    /// An item was begun.
    Started,
    /// A finding was recorded.
    Found,
    /// An item was held.
    Blocked,
    /// A blocker was cleared.
    Unblocked,
    /// A round was judged.
    Scored,
    /// A finding was verified as fixed.
    Verified,
    /// Something was waived.
    Waived,
    /// A part of a gate was passed.
    Passed,
    /// A part of a gate was failed.
    Refused,
    /// The process was departed from.
    Departed,
    /// A person approved.
    Approved,
    /// A person rejected.
    Rejected,
    /// A checklist line was ticked.
    Ticked,
    /// A choice was made.
    Decided,
    /// An obstacle was met.
    Challenged,
    /// Somebody had something to say.
    Noted,
    /// An item was finished.
    Done,
    /// An item failed.
    Failed,
    /// An item was left out.
    Dropped,
}

impl Event {
    /// What happened, as a verb in the past.
    pub fn word(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Found => "found",
            Self::Blocked => "blocked",
            Self::Unblocked => "unblocked",
            Self::Scored => "scored",
            Self::Verified => "verified",
            Self::Waived => "waived",
            Self::Passed => "passed",
            Self::Refused => "not passed",
            Self::Departed => "departed from the process",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Ticked => "ticked",
            Self::Decided => "decided",
            Self::Challenged => "met an obstacle",
            Self::Noted => "noted",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Dropped => "dropped",
        }
    }
}

/// Everything that happened in a workflow, the oldest first; in the same second as a person would tell it.
pub fn stamps<'a>(board: &Board<'a>) -> Vec<Stamp<'a>> {
    let mut all: Vec<Stamp> =
        board.nodes().flat_map(|(place, node)| Of { place, id: node.id, item: node.item }.all()).collect();
    all.sort_by_key(|stamp| (stamp.at, stamp.event));
    all
}

/// When the state last changed, as far as it says so.
pub fn updated(board: &Board) -> Option<Time> {
    stamps(board).last().map(|stamp| stamp.at)
}

struct Of<'a> {
    place: Place,
    id: &'a Id,
    item: &'a Item,
}

impl<'a> Of<'a> {
    fn all(&self) -> Vec<Stamp<'a>> {
        let mut all = Vec::new();
        self.moves(&mut all);
        self.records(&mut all);
        self.remarks(&mut all);
        self.judged(&mut all);
        all
    }

    fn add(
        &self,
        all: &mut Vec<Stamp<'a>>,
        at: Option<Time>,
        event: Event,
        more: (Option<&Id>, Option<&'a String>, Option<&'a String>),
    ) {
        let (inner, by, text) = more;
        let Some(at) = at else { return };
        let reference = inner.map_or_else(|| self.id.to_string(), |inner| format!("{}.{inner}", self.id));
        let stamp = Stamp {
            at,
            place: self.place,
            event,
            reference,
            by: by.map(String::as_str),
            text: text.map(String::as_str),
        };
        all.push(stamp);
    }

    fn moves(&self, all: &mut Vec<Stamp<'a>>) {
        let item = self.item;
        // Whoever made the last move need not be who began it.
        let began = item.owner.as_ref().or(item.by.as_ref());
        self.add(all, item.started, Event::Started, (None, began, None));
        let ended = match item.state() {
            State::Failed => Event::Failed,
            State::Dropped => Event::Dropped,
            _ => Event::Done,
        };
        let text = if ended == Event::Dropped { item.why.as_ref() } else { item.summary.as_ref() };
        self.add(all, item.finished, ended, (None, item.by.as_ref(), text));
    }

    fn records(&self, all: &mut Vec<Stamp<'a>>) {
        let item = self.item;
        for (id, finding) in item.findings.iter() {
            let text = Some(&finding.text);
            self.add(all, finding.since, Event::Found, (Some(id), finding.by.as_ref(), text));
            self.add(all, finding.verified, Event::Verified, (Some(id), finding.verified_by.as_ref(), text));
            self.add(all, finding.waived, Event::Waived, (Some(id), finding.waived_by.as_ref(), text));
        }
        for (id, blocker) in item.blockers.iter() {
            let text = Some(&blocker.text);
            self.add(all, blocker.since, Event::Blocked, (Some(id), blocker.by.as_ref(), text));
            self.add(all, blocker.cleared, Event::Unblocked, (Some(id), blocker.cleared_by.as_ref(), text));
        }
        for (id, line) in item.checklist.iter().flat_map(|list| list.lines.iter()) {
            self.add(all, line.done, Event::Ticked, (Some(id), line.by.as_ref(), Some(&line.text)));
        }
    }

    fn remarks(&self, all: &mut Vec<Stamp<'a>>) {
        let item = self.item;
        for (id, decision) in item.decisions.iter() {
            self.add(
                all,
                decision.at,
                Event::Decided,
                (Some(id), decision.by.as_ref(), Some(&decision.text)),
            );
        }
        for (event, notes) in [(Event::Challenged, &item.challenges), (Event::Noted, &item.notes)] {
            for (id, note) in notes.iter() {
                self.add(all, note.at, event, (Some(id), note.by.as_ref(), Some(&note.text)));
            }
        }
        for (id, deviation) in item.deviations.iter() {
            let answer = deviation.answer.as_ref();
            let text = deviation.why.as_ref().or(Some(&deviation.text));
            self.add(all, deviation.at, Event::Departed, (Some(id), deviation.by.as_ref(), text));
            let by = deviation.approved_by.as_ref();
            self.add(all, deviation.approved, Event::Approved, (Some(id), by, answer));
            let by = deviation.rejected_by.as_ref();
            self.add(all, deviation.rejected, Event::Rejected, (Some(id), by, answer));
        }
    }

    fn judged(&self, all: &mut Vec<Stamp<'a>>) {
        let item = self.item;
        for (id, round) in item.iterations.iter() {
            self.add(all, round.at, Event::Scored, (Some(id), round.by.as_ref(), round.note.as_ref()));
            let decided = round.decided_by.as_ref();
            self.add(all, round.accepted, Event::Approved, (Some(id), decided, round.why.as_ref()));
            self.add(all, round.rejected, Event::Rejected, (Some(id), decided, round.why.as_ref()));
        }
        // A gate and a checkpoint have ids of their own.
        let own = |id: &'a Id| Of { place: self.place, id, item };
        let parts =
            item.gates.iter().flat_map(|(gate, found)| found.parts.iter().map(move |part| (gate, part)));
        for (gate, (part, said)) in parts {
            let Part::Full(full) = said else { continue };
            let (by, why) = (full.by.as_ref(), full.why.as_ref());
            for (at, event) in
                [(full.passed, Event::Passed), (full.failed, Event::Refused), (full.waived, Event::Waived)]
            {
                own(gate).add(all, at, event, (Some(part), by, why));
            }
        }
        for (id, checkpoint) in item.checkpoints.iter() {
            let (by, why) = (checkpoint.by.as_ref(), checkpoint.why.as_ref());
            own(id).add(all, checkpoint.approved, Event::Approved, (None, by, why));
            own(id).add(all, checkpoint.rejected, Event::Rejected, (None, by, why));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Scene;
    use super::*;

    #[test]
    fn what_happened_is_told_in_its_order() {
        let scene = Scene::items(
            "b: {title: B, state: done, owner: ann, by: bob, started: \"2026-02-12T09:00:00Z\", \
             finished: \"2026-02-12T11:00:00Z\", summary: Well., \
             findings: {f1: {severity: low, text: Odd, since: \"2026-02-12T10:00:00Z\", by: eve}}, \
             notes: {n1: {text: Hm, at: \"2026-02-12T08:00:00Z\"}}}, \
             a: {title: A, state: dropped, why: late, finished: \"2026-02-12T11:00:00Z\"}",
        );
        let world = scene.world();
        let told: Vec<String> = stamps(&world.boards[0])
            .iter()
            .map(|stamp| {
                let by = stamp.by.unwrap_or("-");
                format!("{} {} {by} {}", stamp.reference, stamp.event.word(), stamp.text.unwrap_or("-"))
            })
            .collect();
        let wanted = [
            "b.n1 noted - Hm",
            "b started ann -",
            "b.f1 found eve Odd",
            "b done bob Well.",
            "a dropped - late",
        ];
        assert_eq!(told, wanted);
        assert_eq!(
            updated(&world.boards[0]).map(|at| at.to_string()).as_deref(),
            Some("2026-02-12T11:00:00Z")
        );
        assert_eq!(updated(&Scene::items("a: {title: A}").world().boards[0]), None);
    }
}
