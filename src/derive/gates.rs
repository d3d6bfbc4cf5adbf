//! What gates say: computed from their parts, never stored.

use crate::model::gate::{FullPart, Gate, Part};
use crate::model::id::Id;
use crate::model::item::Item;
use crate::model::number::Score;
use crate::model::record::{Finding, Iteration, Protocol};
use crate::model::state::State;

use super::board::{Board, Place};
use super::evidence::{freshness, subject_of_all};
use super::pages;
use super::runs;

/// What a gate, or a part of one, says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GateState {
    /// Yes.
    Passed,
    /// Not yet.
    Pending,
    /// No.
    Failed,
}

/// What a gate of an item says: no when a part says no, yes when all do.
pub fn gate_state(board: &Board, place: Place, gate: &Gate) -> GateState {
    gate.parts.iter().map(|(id, part)| part_state(board, place, id, part)).max().unwrap_or(GateState::Pending)
}

/// What one part of a gate says.
pub fn part_state(board: &Board, place: Place, id: &Id, part: &Part) -> GateState {
    match part {
        Part::Short(scope) => match id.as_str() {
            "score" => scores(board, place, scope),
            _ => GateState::Pending,
        },
        Part::Full(part) if part.waived.is_some() => GateState::Passed,
        Part::Full(part) if part.passed.is_some() && counts(board, place, part) => GateState::Passed,
        Part::Full(part) if part.failed.is_some() => GateState::Failed,
        Part::Full(part) => {
            let item = board.node(place).item;
            let holds = |yes: bool| if yes { GateState::Passed } else { GateState::Pending };
            if let Some(scope) = &part.score {
                if has_report(board, place, part) { scores(board, place, scope) } else { GateState::Pending }
            } else if let Some(suite) = &part.suite {
                runs::state(board, place, suite)
            } else if part.checklist == Some(true) {
                holds(item.ticked().is_none_or(|(done, all)| done == all))
            } else if part.findings == Some(true) {
                let open = |place: Place| {
                    board.node(place).item.findings.values().any(|finding| is_held_against(item, finding))
                };
                let looked_at = reviewed(board, place, part);
                let inside = |&place: &Place| open(place) || board.below(place).into_iter().any(open);
                holds(!looked_at.iter().any(inside))
            } else if let Some(unless) = &part.unless {
                holds(pages::fits(board, place, unless) == Some(true))
            } else {
                GateState::Pending
            }
        }
    }
}

/// Whether an open finding is held against an item, be it of its own or of something in it.
///
/// What was found after it was finished is not held against its having been finished; what was there in the same second
/// would have stopped it.
pub fn is_held_against(item: &Item, finding: &Finding) -> bool {
    let in_time = match (finding.since, item.finished, item.state()) {
        (Some(since), Some(finished), State::Done) => since < finished,
        _ => true,
    };
    finding.is_open() && in_time
}

// Finished history stays what it was. But what is made of documents is never history: an answer about a document
// that has changed since is no answer.
fn counts(board: &Board, place: Place, part: &FullPart) -> bool {
    let node = board.node(place);
    let documents = node.is_derived() && node.kind.is_some_and(|kind| !kind.documents.is_empty());
    !documents
        || freshness(part.on.as_deref(), subject_of_all(board, &reviewed(board, place, part))).is_fresh()
}

/// The items that a part of a gate is about: those of its scope, else the item of the gate.
pub fn reviewed(board: &Board, place: Place, part: &FullPart) -> Vec<Place> {
    match part.of.as_deref() {
        None => vec![place],
        Some("all") => board.below(place),
        Some(scope) => {
            let wanted: Vec<Id> = scope.split(',').filter_map(|id| Id::parse(id.trim()).ok()).collect();
            board.nodes().filter(|(_, node)| wanted.contains(node.id)).map(|(place, _)| place).collect()
        }
    }
}

/// The scope of a part of a gate that looks at scores.
pub fn score_scope<'p>(id: &Id, part: &'p Part) -> Option<&'p str> {
    match part {
        Part::Short(scope) => (id.as_str() == "score").then_some(scope),
        Part::Full(full) => full.score.as_deref(),
    }
}

/// The leaves below an item that a score part of one of its gates is about.
pub fn judged(board: &Board, place: Place, scope: &str) -> Vec<Place> {
    let wanted: Vec<&str> = scope.split(',').map(str::trim).collect();
    let all = wanted == ["all"];
    let judged = |place: &Place| {
        let node = board.node(*place);
        let leaf = node.children.is_empty() && node.item.is_counted() && node.state != State::Dropped;
        leaf && (all || wanted.iter().any(|id| Id::parse(id).is_ok_and(|id| id == *node.id)))
    };
    std::iter::once(place).chain(board.below(place)).filter(judged).collect()
}

fn scores(board: &Board, place: Place, scope: &str) -> GateState {
    if all_pass(board, place, scope) { GateState::Passed } else { GateState::Pending }
}

/// Whether every item that a score part of a gate is about passes.
pub fn all_pass(board: &Board, place: Place, scope: &str) -> bool {
    let judged = judged(board, place, scope);
    !judged.is_empty() && judged.iter().all(|&place| has_passed(board, place))
}

// What a person has approved on it does not fall when somebody tidies the report away.
fn has_report(board: &Board, place: Place, part: &FullPart) -> bool {
    let there = part.report.as_ref().is_none_or(|report| board.pages.exists(report));
    there || board.node(place).item.checkpoints.values().any(|checkpoint| checkpoint.approved.is_some())
}

/// Whether the last round of an item passes: at or above the threshold, or accepted by a person, and not sent back.
pub fn has_passed(board: &Board, place: Place) -> bool {
    board.node(place).item.iterations.last().is_some_and(|(_, last)| passes(board, place, last))
}

/// Whether a round of an item passes.
pub fn passes(board: &Board, place: Place, round: &Iteration) -> bool {
    let reached = threshold(board, place).is_none_or(|threshold| round.score >= *threshold);
    round.rejected.is_none() && (reached || round.accepted.is_some())
}

/// The score at which an item passes: its own, else the nearest above it.
pub fn threshold<'a>(board: &Board<'a>, place: Place) -> Option<&'a Score> {
    protocol(board, place, |protocol| protocol.threshold.as_ref())
}

/// How many rounds an item has before a person must decide: its own, else the nearest above it.
pub fn max_iterations(board: &Board<'_>, place: Place) -> Option<u32> {
    protocol(board, place, |protocol| protocol.max_iterations.as_ref()).copied()
}

fn protocol<'a, T>(
    board: &Board<'a>,
    place: Place,
    field: impl Fn(&'a Protocol) -> Option<&'a T>,
) -> Option<&'a T> {
    board.upwards(place).find_map(|place| board.node(place).item.protocol.as_deref().and_then(&field))
}

/// Whether an item's rounds are used up and none of them passes.
pub fn is_escalated(board: &Board, place: Place) -> bool {
    rounds_left(board, place) == Some(0) && !has_passed(board, place)
}

/// How many rounds an item has left; `None`: as many as it needs.
pub fn rounds_left(board: &Board, place: Place) -> Option<u32> {
    threshold(board, place)?;
    Some(max_iterations(board, place)?.saturating_sub(rounds(board, place)))
}

/// How many rounds of an item count, those below its threshold: whoever sends work back asks for another one.
pub fn rounds(board: &Board, place: Place) -> u32 {
    let missed = |round: &&Iteration| round.rejected.is_none() && !passes(board, place, round);
    let rounds = board.node(place).item.iterations.values().filter(missed);
    u32::try_from(rounds.count()).unwrap_or(u32::MAX)
}

/// The mean of the last scores of an item and what is in it, as a text with three decimals; `None` without any.
pub fn average(board: &Board, place: Place) -> Option<String> {
    let scored = std::iter::once(place).chain(board.below(place)).filter_map(|place| {
        let last = board.node(place).item.iterations.last()?.1.score.millionths();
        Some(u64::from(last))
    });
    let scores: Vec<u64> = scored.collect();
    let sum: u64 = scores.iter().sum();
    let count = u64::try_from(scores.len()).ok().filter(|&count| count > 0)?;
    // Halves are rounded up.
    let thousandths = (2 * sum + 1_000 * count) / (2_000 * count);
    Some(format!("{}.{:03}", thousandths / 1_000, thousandths % 1_000))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Scene, id, spot};
    use super::*;
    use GateState::{Failed, Passed, Pending};

    fn gate(parts: &str, more: &str) -> GateState {
        let scene = Scene::team(&format!(
            "protocol: {{threshold: \"0.92\"}}\nitems: {{p: {{kind: phase, title: P, {more} gates: {{G: {{parts: \
             {{{parts}}}}}}}}}}}"
        ));
        let world = scene.world();
        let place = spot(&world, "p").place;
        gate_state(&world.boards[0], place, world.boards[0].gate(place, &id("G")).unwrap())
    }

    #[test]
    fn answers_of_people_count() {
        let at = "\"2026-02-12T09:00:00Z\"";
        assert_eq!(gate("", ""), Pending);
        assert_eq!(gate("h: {human: lead}", ""), Pending);
        assert_eq!(gate(&format!("h: {{human: lead, passed: {at}}}"), ""), Passed);
        assert_eq!(gate(&format!("h: {{human: lead, failed: {at}}}"), ""), Failed);
        assert_eq!(gate(&format!("h: {{human: lead, failed: {at}, waived: {at}}}"), ""), Passed);
        assert_eq!(gate("strange: all", ""), Pending);
    }

    #[test]
    fn what_changes_after_an_item_is_finished_does_not_undo_its_gates() {
        let at = "\"2026-02-12T09:00:00Z\"";
        let scene = Scene::shipped(
            "phase",
            &format!(
                "items: {{s: {{kind: stage, title: S, items: {{c: {{title: C, owner: I1, files: [a], gates: {{G: {{parts: \
                 {{f: {{human: lead, passed: {at}, on: \"000000000001\"}}}}}}}}}}}}}}}}"
            ),
        )
        .over(&[("a", "other")]);
        let world = scene.world();
        let place = spot(&world, "c").place;
        let gate = world.boards[0].gate(place, &id("G")).unwrap();
        assert_eq!(gate_state(&world.boards[0], place, gate), Passed);
    }

    #[test]
    fn the_worst_part_decides() {
        let at = "\"2026-02-12T09:00:00Z\"";
        let (yes, no) = (format!("{{passed: {at}}}"), format!("{{failed: {at}}}"));
        assert_eq!(gate(&format!("a: {yes}, b: {yes}"), ""), Passed);
        assert_eq!(gate(&format!("a: {yes}, b: {{human: x}}"), ""), Pending);
        assert_eq!(gate(&format!("a: {no}, b: {{human: x}}, c: {yes}"), ""), Failed);
    }

    #[test]
    fn scores_are_those_of_the_last_round() {
        let tasks = |a: &str, b: &str| {
            let task = |scores: &str| {
                let rounds: Vec<String> = scores
                    .split_whitespace()
                    .enumerate()
                    .map(|(n, score)| format!("i{}: {{score: \"{score}\"}}", n + 1))
                    .collect();
                format!("{{title: T, iterations: {{{}}}}}", rounds.join(", "))
            };
            format!("items: {{a: {}, b: {}, c: {{title: C, counted: false}}}},", task(a), task(b))
        };
        for (part, a, b, expected) in [
            ("score: all", "0.92", "0.95", Passed),
            ("score: all", "0.92", "0.91", Pending),
            ("score: all", "0.92", "", Pending),
            ("score: all", "0.99 0.5", "0.92", Pending),
            ("score: all", "0.5 0.92", "0.92", Passed),
            ("score: a", "0.92", "0.1", Passed),
            ("score: \"b, a\"", "0.92", "0.1", Pending),
            ("score: A", "0.92", "", Passed),
            ("score: nobody", "0.92", "0.92", Pending),
            ("x: {score: all}", "0.92", "0.92", Passed),
            ("x: {score: b}", "0.92", "0.9", Pending),
        ] {
            assert_eq!(gate(part, &tasks(a, b)), expected, "{part} {a} {b}");
        }
        let own = tasks("0.5", "0.92").replace("{title: T,", "{title: T, protocol: {threshold: \"0.5\"},");
        assert_eq!(gate("score: all", &own), Passed);
    }

    #[test]
    fn a_score_rests_on_its_report() {
        let state = |checkpoint: &str, files: &[(&str, &str)]| {
            let scene = Scene::team(&format!(
                "items: {{p: {{kind: phase, title: P, items: {{a: {{title: A, iterations: {{i1: {{score: \"0.9\"}}}}}}}}, \
                 gates: {{G: {{parts: {{a: {{score: a, report: r.md}}}}}}}}, checkpoints: {{C: {{title: C{checkpoint}}}}}}}}}"
            ));
            let scene = scene.over(files);
            let world = scene.world();
            let place = spot(&world, "p").place;
            gate_state(&world.boards[0], place, world.boards[0].gate(place, &id("G")).unwrap())
        };
        assert_eq!(state("", &[]), Pending);
        assert_eq!(state("", &[("r.md", "fine")]), Passed);
        assert_eq!(state(", approved: \"2026-02-12T09:00:00Z\"", &[]), Passed);
    }

    #[test]
    fn checklists_and_findings_are_looked_at() {
        let at = "\"2026-02-12T09:00:00Z\"";
        let list = |done: &str| {
            format!("checklist: {{lines: {{l1: {{text: x, done: {at}}}, l2: {{text: y{done}}}}}}},")
        };
        assert_eq!(gate("c: {checklist: true}", &list("")), Pending);
        assert_eq!(gate("c: {checklist: true}", &list(&format!(", done: {at}"))), Passed);
        assert_eq!(gate("c: {checklist: true}", ""), Passed);
        let finding = |more: &str| {
            format!("items: {{a: {{title: A, findings: {{f1: {{severity: low, text: x{more}}}}}}}}},")
        };
        assert_eq!(gate("f: {findings: true}", &finding("")), Pending);
        assert_eq!(gate("f: {findings: true}", &finding(&format!(", fixed: abc, verified: {at}"))), Passed);
        assert_eq!(gate("f: {findings: true}", &finding(", fixed: abc")), Pending);
        assert_eq!(gate("f: {findings: true}", &finding(&format!(", waived: {at}"))), Passed);
    }
}
