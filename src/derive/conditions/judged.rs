//! What must have been said about an item: scores, findings, gates, checkpoints, and whether that is still about what is
//! there now.

use crate::model::gate::{Checkpoint, FullPart, Gate, Part};
use crate::model::id::Id;
use crate::model::path::RepoPath;
use crate::model::record::Finding;
use crate::model::state::State;

use super::super::board::{Board, Place};
use super::super::evidence::{Freshness, freshness, subject, subject_of_all};
use super::super::gates::{
    GateState, all_pass, gate_state, has_passed, is_escalated, is_held_against, judged as judged_leaves,
    max_iterations, part_state, reviewed, score_scope, threshold,
};
use super::super::pages::fits;
use super::super::roster;
use super::super::runs;
use super::super::shell;
use super::super::world::{Spot, World};
use super::{Condition, Given, Question, by_a_person};

/// The checks that look at judgements.
pub(super) fn judged(question: Question) -> Vec<Condition> {
    let checks = question.checks;
    let node = question.node();
    let mut list = Vec::new();
    if checks.score {
        list.extend(score(question.world, question.spot));
    }
    if !checks.findings.is_empty() {
        list.extend(findings(question));
    }
    if checks.gates {
        for (id, gate) in node.item.gates.iter() {
            let condition = passes(question.world, question.spot, (id, gate));
            // What is stale is told in its place.
            if condition.ok && gate.parts.iter().any(|part| is_stale(question, id, part)) {
                continue;
            }
            list.push(condition);
        }
    }
    list.extend(checks.passed.iter().filter_map(|id| passed(question, id)));
    if checks.checkpoints {
        for (id, checkpoint) in node.item.checkpoints.iter() {
            let command = format!("git track approve {}", question.refer(id));
            let text = format!("checkpoint {id} is approved");
            list.push(Condition::says(checkpoint.approved.is_some().into(), text, command));
        }
    }
    if checks.deviations {
        list.extend(deviations(question));
    }
    list
}

/// Whether a gate passes; one without parts never does.
pub fn passes(world: &World, spot: Spot, (id, gate): (&Id, &Gate)) -> Condition {
    let name = world.refer(spot.board, id);
    let passed = gate_state(world.board(spot), spot.place, gate) == GateState::Passed;
    if !passed && gate.parts.is_empty() {
        let command = format!("git track add part \"what it asks\" --in {name} human=lead");
        return Condition::unmet(format!("gate {id} has no part yet, so that nothing can pass it"), command);
    }
    // What the program can answer, it is asked to.
    let run = |part: &Part| matches!(part, Part::Full(full) if full.is_run());
    let open =
        |(id, part): &(&Id, &Part)| part_state(world.board(spot), spot.place, id, part) != GateState::Passed;
    let verb = if gate.parts.iter().filter(open).any(|(_, part)| run(part)) { "run" } else { "list" };
    Condition::says(passed.into(), format!("gate {id} passes"), format!("git track gate {verb} {name}"))
}

// A gate that comes later, or of which nobody can know yet whether it has to be passed, holds nothing up.
fn passed(question: Question, id: &Id) -> Option<Condition> {
    let Question { world, spot, .. } = question;
    let board = world.board(spot);
    let (place, gate) = board.nodes().find_map(|(place, node)| Some((place, node.item.gates.get(id)?)))?;
    let later = spot.place != 0 && place > spot.place;
    let unknown = |part: &Part| match part {
        Part::Full(part) => {
            part.failed.is_none()
                && part.unless.as_ref().is_some_and(|unless| fits(board, place, unless).is_none())
        }
        Part::Short(_) => false,
    };
    let open = !gate.parts.is_empty()
        && gate.parts.iter().all(|(part_id, part)| {
            unknown(part) || part_state(board, place, part_id, part) == GateState::Passed
        });
    (!later && !open).then(|| passes(world, Spot { place, ..spot }, (id, gate)))
}

fn is_stale(question: Question, gate: &Id, (id, part): (&Id, &Part)) -> bool {
    !stale_part(question.world, question.spot, (gate, id), part).is_empty()
}

/// Whether the judgements that the checks look at are about what is there now.
pub(super) fn fresh(question: Question) -> Vec<Condition> {
    let mut list = Vec::new();
    if question.checks.score {
        list.extend(stale_score(question.world, question.spot));
    }
    if question.checks.gates {
        list.extend(stale_gates(question.world, question.spot));
    }
    list
}

/// The answers to an item's gates that are about something that has changed since.
pub fn stale_gates(world: &World, spot: Spot) -> Vec<Condition> {
    let gates = world.board(spot).node(spot.place).item.gates.iter();
    let parts =
        gates.flat_map(|(id, gate)| gate.parts.iter().map(move |(part_id, part)| ((id, part_id), part)));
    parts.flat_map(|(ids, part)| stale_part(world, spot, ids, part)).collect()
}

fn score(world: &World, spot: Spot) -> Option<Condition> {
    let (board, place) = (world.board(spot), spot.place);
    let threshold = threshold(board, place)?;
    let node = board.node(place);
    let item = node.item;
    if !item.is_counted() {
        return None;
    }
    let by = item.validator.as_deref().map(|by| format!(" --by {}", shell::word(by))).unwrap_or_default();
    let last = item.iterations.last().map(|(_, last)| last);
    let text = match last {
        Some(last) if last.accepted.is_some() => format!("{} is accepted below {threshold}", last.score),
        Some(last) if last.rejected.is_some() => "the last round was sent back".to_owned(),
        Some(last) => format!("the last score, {}, reaches {threshold}", last.score),
        None => format!("a score reaches {threshold}"),
    };
    let command = if is_escalated(board, place) {
        one_more_round(world, spot)
    } else {
        format!("git track score {} SCORE{by}", world.refer(spot.board, node.id))
    };
    Some(Condition::says(has_passed(board, place).into(), text, command))
}

fn findings(question: Question) -> Vec<Condition> {
    let Question { world, spot, .. } = question;
    let board = world.board(spot);
    let me = board.node(spot.place).item;
    let waivable = board.profile.waivable.as_deref();
    let mut list = Vec::new();
    for place in std::iter::once(spot.place).chain(board.below(spot.place)) {
        let node = board.node(place);
        let serious = |finding: &Finding| {
            is_held_against(me, finding) && question.checks.findings.contains(&finding.severity)
        };
        for (id, finding) in node.item.findings.iter().filter(|(_, finding)| serious(finding)) {
            let reference = format!("{}.{id}", world.refer(spot.board, node.id));
            let (verb, standing) = match finding.fixed {
                None => ("fix", "is open"),
                Some(_) => ("verify", "is fixed, but nobody has verified it"),
            };
            let text = format!("{}.{id} ({}) {standing}: {}", node.id, finding.severity.word(), finding.text);
            let condition = Condition::unmet(text, format!("git track finding {verb} {reference}"));
            let firm = waivable.is_some_and(|waivable| !waivable.contains(&finding.severity));
            list.push(if firm { condition.firm() } else { condition });
        }
    }
    if list.is_empty() {
        list.push(Condition::met("no serious finding is open"));
    }
    list
}

fn deviations(question: Question) -> Vec<Condition> {
    let board = question.board();
    let mut list = Vec::new();
    for place in std::iter::once(question.spot.place).chain(board.below(question.spot.place)) {
        let node = board.node(place);
        for (id, deviation) in node.item.deviations.iter().filter(|(_, deviation)| deviation.is_open()) {
            let text = format!("{}.{id} is not approved: {}", node.id, deviation.text);
            let reference = question.refer(node.id);
            list.push(Condition::unmet(text, format!("git track approve {reference}.{id}")));
        }
    }
    if list.is_empty() {
        list.push(Condition::met("no departure from the process waits for a person"));
    }
    list
}

/// What must hold before a checkpoint is approved: by a person, after the work, on what is there now.
pub fn checkpoint_conditions(
    world: &World,
    spot: Spot,
    checkpoint: &Checkpoint,
    given: Given,
) -> Vec<Condition> {
    let board = world.board(spot);
    let node = board.node(spot.place);
    let refer = |id: &Id| world.refer(spot.board, id);
    let mut list = vec![by_a_person(board, given.actor)];
    list.extend(world.unmet(spot).into_iter().map(Condition::from));
    let counted =
        node.children.iter().map(|&child| board.node(child)).filter(|child| child.item.is_counted());
    for child in counted.filter(|child| !child.state.is_closed()) {
        let text = format!("{} is not done", child.id);
        list.push(Condition::unmet(text, format!("git track why {}", refer(child.id))));
    }
    for (id, gate) in node.item.gates.iter() {
        list.push(passes(world, spot, (id, gate)));
    }
    list.extend(stale_gates(world, spot));
    // With or without a gate that looks at scores: what was scored is what is approved.
    for place in std::iter::once(spot.place).chain(board.below(spot.place)) {
        let done = board.node(place).state == State::Done;
        let stale = done.then(|| stale_score(world, Spot { place, ..spot })).flatten();
        list.extend(stale.filter(|stale| !list.contains(stale)));
    }
    if let Some(rejected) = checkpoint.rejected {
        let answered = |place: Place| {
            let item = board.node(place).item;
            item.finished.is_some_and(|finished| finished >= rejected)
        };
        let below = board.below(spot.place);
        let again = below.is_empty() || below.into_iter().any(answered);
        let text = "something was done since it was rejected";
        list.push(Condition::says(again.into(), text, None));
    }
    list
}

/// What must hold before a part of a gate is passed, failed or waived by somebody.
pub fn part_conditions(world: &World, spot: Spot, part: &FullPart, given: Given) -> Vec<Condition> {
    let board = world.board(spot);
    let mut list = Vec::new();
    if part.human.is_some() {
        list.push(by_a_person(board, given.actor).firm());
    }
    if let (Some(wanted), Some(actor)) = (&part.review, given.actor) {
        let text = format!("{} reviews it", roster::called(wanted));
        let right = roster::answers_for(board, wanted, actor.name);
        let command = passing(world, spot, part, ("--by", actor.name));
        list.push(Condition::says(right.into(), text, command).firm());
        let reviewed = reviewed(board, spot.place, part);
        // Whoever owns a gate without a scope is there to review it; somebody independent never is.
        let owner = board.node(spot.place).item.owner.as_deref();
        let own = part.of.is_some() || roster::is_independent(wanted) || owner != Some(actor.name);
        let makers = reviewed.into_iter().find(|&place| own && roster::has_made(board, place, actor.name));
        list.push(match makers {
            Some(place) => Condition::unmet(
                format!("{} has a part in {}, and cannot review it", actor.name, board.node(place).id),
                None,
            )
            .firm(),
            None => Condition::met(format!("{} has no part in what is reviewed", actor.name)),
        });
    }
    list.extend(part.report.as_ref().map(|report| written(board, report)));
    list.extend(world.unmet(spot).into_iter().map(Condition::from));
    list
}

/// Who may review a part of a gate: its item's owner first, then others of the roster, else the one that is asked for.
pub fn reviewers<'b>(board: &'b Board, place: Place, part: &'b FullPart) -> Vec<&'b str> {
    let Some(wanted) = part.review.as_deref() else { return Vec::new() };
    let reviewed = reviewed(board, place, part);
    let may = |name: &str| {
        let made = |&place: &Place| roster::has_made(board, place, name);
        let own = part.of.is_some() || roster::is_independent(wanted);
        roster::answers_for(board, wanted, name) && !(own && reviewed.iter().any(made))
    };
    let mut names: Vec<&str> =
        board.root().item.agents.keys().map(Id::as_str).filter(|name| may(name)).collect();
    names.sort_by_key(|name| board.node(place).item.owner.as_deref() != Some(name));
    if names.is_empty() { vec![wanted] } else { names }
}

/// The command by which somebody else passes a part of a gate (`--as`), or by which that is written down (`--by`).
pub fn passing(world: &World, spot: Spot, part: &FullPart, (option, not): (&str, &str)) -> Option<String> {
    let board = world.board(spot);
    let reviewers = reviewers(board, spot.place, part);
    let by = reviewers.iter().find(|name| !name.eq_ignore_ascii_case(not))?;
    let mut gates = board.node(spot.place).item.gates.iter();
    let is_it =
        |known: &Part| matches!(known, Part::Full(full) if std::ptr::eq::<FullPart>(full.as_ref(), part));
    let (gate, id) = gates.find_map(|(gate, known)| {
        let (id, _) = known.parts.iter().find(|(_, known)| is_it(known))?;
        Some((world.refer(spot.board, gate), id))
    })?;
    Some(format!("git track gate pass {gate}.{id} {option} {}", shell::word(by)))
}

// The command that says yes to a part of a gate.
fn saying(board: &Board, place: Place, part: &FullPart, reference: &str) -> String {
    if part.is_run() {
        return format!("git track gate run {reference}");
    }
    match reviewers(board, place, part).first() {
        Some(by) => format!("git track gate pass {reference} --by {}", shell::word(by)),
        None => format!("git track approve {reference}"),
    }
}

/// What a person can say when the rounds of an item are used up, besides `approve`.
pub fn one_more_round(world: &World, spot: Spot) -> String {
    let board = world.board(spot);
    let me = world.refer(spot.board, board.node(spot.place).id);
    let more = max_iterations(board, spot.place).unwrap_or_default().saturating_add(1);
    format!("git track set {me} max_iterations={more}")
}

/// What must hold before a part of a gate that looks at scores passes.
pub fn score_conditions(world: &World, spot: Spot, id: &Id, part: &Part) -> Vec<Condition> {
    let board = world.board(spot);
    let leaves =
        score_scope(id, part).map(|scope| judged_leaves(board, spot.place, scope)).unwrap_or_default();
    let of = |place: Place| {
        let condition = score(world, Spot { place, ..spot })?;
        Some(Condition { text: format!("{}: {}", board.node(place).id, condition.text), ..condition })
    };
    let mut list: Vec<Condition> = leaves.into_iter().filter_map(of).collect();
    let report = match part {
        Part::Full(full) => full.report.as_ref(),
        Part::Short(_) => None,
    };
    list.extend(report.map(|report| written(board, report)));
    list
}

fn written(board: &Board, report: &RepoPath) -> Condition {
    let there = board.pages.exists(report);
    Condition::says(there.into(), format!("{report} is there"), format!("write {report}"))
}

/// The last score of an item, when what was scored has changed since.
pub fn stale_score(world: &World, spot: Spot) -> Option<Condition> {
    let board = world.board(spot);
    let node = board.node(spot.place);
    let (_, last) = node.item.iterations.last()?;
    let Freshness::Stale { was, now } = freshness(last.on.as_deref(), subject(board, spot.place)) else {
        return None;
    };
    let by = node.item.validator.as_ref().or(last.by.as_ref()).map(|by| format!(" --by {}", shell::word(by)));
    let by = by.unwrap_or_default();
    let text = format!("the score of {} is stale: {was} was scored, {now} is there now", node.id);
    let command = format!("git track score {} SCORE{by}", world.refer(spot.board, node.id));
    Some(Condition::unmet(text, command))
}

/// The last score of a finished item that has gone stale, as long as a checkpoint that rests on it is not approved.
pub fn stale_basis(world: &World, spot: Spot) -> Option<Condition> {
    let board = world.board(spot);
    let open = |above: Place| {
        let mut checkpoints = board.node(above).item.checkpoints.values();
        checkpoints.any(|checkpoint| checkpoint.approved.is_none())
    };
    let rests = board.node(spot.place).state == State::Done && board.upwards(spot.place).any(open);
    rests.then(|| stale_score(world, spot)).flatten()
}

// The answers of a part of a gate that are about something that has changed since.
fn stale_part(world: &World, spot: Spot, (gate, id): (&Id, &Id), part: &Part) -> Vec<Condition> {
    let board = world.board(spot);
    let full = match part {
        Part::Short(_) => None,
        Part::Full(full) => Some(full),
    };
    let mut list = Vec::new();
    if let Some(scope) = score_scope(id, part) {
        let leaves = judged_leaves(board, spot.place, scope).into_iter();
        list.extend(leaves.filter_map(|place| stale_score(world, Spot { place, ..spot })));
    }
    let scored = score_scope(id, part).is_some_and(|scope| all_pass(board, spot.place, scope));
    let said = scored || full.is_some_and(|full| full.passed.is_some());
    let report = full.and_then(|full| full.report.as_ref()).filter(|_| said);
    if let Some(report) = report.filter(|path| !board.pages.exists(path)) {
        let text = format!("{gate}.{id} rests on {report}, which is not there");
        list.push(Condition::unmet(text, format!("write {report}")));
    }
    if let Some(suite) = full.and_then(|full| full.suite.as_ref().filter(|_| full.waived.is_none())) {
        let run = runs::condition(world, spot, suite);
        // What has not run, or failed, keeps the gate from passing, and is told there; unless it is finished.
        let state = part_state(board, spot.place, id, part);
        list.extend(Some(run).filter(|run| !run.ok && state == GateState::Passed));
    }
    if let Some(full) = full.filter(|full| full.passed.is_some()) {
        let now = part_subject(board, spot.place, full);
        if let Freshness::Stale { was, now } = freshness(full.on.as_deref(), now) {
            let text = format!("{gate}.{id} is stale: it was passed on {was}, {now} is there now");
            let reference = format!("{}.{id}", world.refer(spot.board, gate));
            list.push(Condition::unmet(text, saying(board, spot.place, full, &reference)));
        }
    }
    list
}

/// The short id of what an answer to a part of a gate is about.
pub fn part_subject(board: &Board, place: Place, part: &FullPart) -> Option<String> {
    subject_of_all(board, &reviewed(board, place, part))
}
