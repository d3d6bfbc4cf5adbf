//! What only people say: an agent that takes a file over cannot bring it, nor judge what is here by a file.

use std::collections::BTreeSet;

use crate::derive::board::{Board, Node, Thing};
use crate::derive::conditions::by_a_person;
use crate::derive::gates::{max_iterations, threshold};
use crate::derive::roster::has_judging_role;
use crate::derive::world::World;
use crate::error::{Error, Result};
use crate::model::gate::{FullPart, Part};
use crate::moves::Ask;

/// Refuses what an agent brings in the name of people; `before`: the workflow as it was, `None` for one that is taken
/// over whole, whose rounds of judging are history.
pub fn only_people(before: Option<&Board>, world: &World, board: usize, ask: &Ask) -> Result<()> {
    let Some(after) = world.boards.get(board) else { return Ok(()) };
    if by_a_person(after, Some(ask.who())).ok {
        return Ok(());
    }
    let known: BTreeSet<String> = match before {
        Some(before) => said(before).collect(),
        None => seeded(after).collect(),
    };
    refuse("what a person says", said(after).filter(|said| !known.contains(said)).collect())?;
    let judged = before.map(|before| judged(before, after)).unwrap_or_default();
    refuse("how work that is here is judged", judged)
}

fn refuse(what: &str, found: Vec<String>) -> Result<()> {
    let mut found = found.into_iter();
    let Some(first) = found.next() else { return Ok(()) };
    let error = Error::refused(format!("an agent cannot import {what}: {first}"));
    Err(found.take(10).fold(error, Error::note).hint("a person imports it"))
}

// Each as a sentence that names it, so that two versions of a workflow can be compared.
fn said<'b>(board: &'b Board<'_>) -> impl Iterator<Item = String> + 'b {
    let roster = board.root().item.agents.iter().filter(|(_, agent)| has_judging_role(agent));
    let roster = roster.map(|(id, _)| format!("{id} is a steward or independent"));
    board.nodes().flat_map(|(_, node)| answers(node).into_iter().chain(decisions(node))).chain(roster)
}

// A new workflow of the process has these agents by itself.
fn seeded<'b>(board: &'b Board<'_>) -> impl Iterator<Item = String> + 'b {
    let roster = board.profile.starts_with.agents.iter().filter(|(_, agent)| has_judging_role(agent));
    roster.map(|(id, _)| format!("{id} is a steward or independent"))
}

fn answers(node: &Node) -> Vec<String> {
    let mut found = Vec::new();
    let mut add = |name: String, words: [(bool, &str); 3]| {
        found.extend(words.iter().filter(|(yes, _)| *yes).map(|(_, word)| format!("{name} is {word}")));
    };
    for (id, checkpoint) in node.item.checkpoints.iter() {
        let (yes, no) = (checkpoint.approved.is_some(), checkpoint.rejected.is_some());
        add(id.to_string(), [(yes, "approved"), (no, "rejected"), (false, "")]);
    }
    for (gate, id, part) in parts(node) {
        // What is counted or reviewed is nobody's to pass by hand but the reviewer's.
        let by_hand = part.review.is_none();
        let (yes, no) = (part.passed.is_some() && by_hand, part.failed.is_some() && by_hand);
        add(format!("{gate}.{id}"), [(yes, "passed"), (no, "failed"), (part.waived.is_some(), "waived")]);
    }
    for (id, round) in node.item.iterations.iter() {
        let (yes, no) = (round.accepted.is_some(), round.rejected.is_some());
        add(format!("{}.{id}", node.id), [(yes, "accepted"), (no, "rejected"), (false, "")]);
    }
    for (id, deviation) in node.item.deviations.iter() {
        let (yes, no) = (deviation.approved.is_some(), deviation.rejected.is_some());
        add(format!("{}.{id}", node.id), [(yes, "approved"), (no, "rejected"), (false, "")]);
    }
    for (id, finding) in node.item.findings.iter() {
        add(format!("{}.{id}", node.id), [(finding.waived.is_some(), "waived"), (false, ""), (false, "")]);
    }
    found
}

// Fields with values that the process leaves to people.
fn decisions(node: &Node) -> Vec<String> {
    let guarded = |name, value: &dyn ToString| {
        let field = node.kind?.fields.get(name)?;
        let checks = field.guards.get(&value.to_string())?;
        checks.people.then(|| format!("{name} of {} is {}", node.id, value.to_string()))
    };
    node.item.fields.iter().filter_map(|(name, value)| guarded(name, value)).collect()
}

fn parts<'n>(node: &'n Node<'_>) -> impl Iterator<Item = (String, String, &'n FullPart)> {
    let full = |part: &'n Part| match part {
        Part::Full(full) => Some(full.as_ref()),
        Part::Short(_) => None,
    };
    node.item.gates.iter().flat_map(move |(gate, known)| {
        let parts = known.parts.iter();
        parts.filter_map(move |(id, part)| Some((gate.to_string(), id.to_string(), full(part)?)))
    })
}

// Rounds, answers of reviewers and protocols that a file brings into a workflow that is at work.
fn judged(before: &Board, after: &Board) -> Vec<String> {
    let mut found = Vec::new();
    for (place, node) in after.nodes() {
        let known = match before.thing(node.id) {
            Some(Thing::Item(place)) => Some(before.node(place)),
            _ if place == 0 => Some(before.root()),
            _ => None,
        };
        let rounds = node.item.iterations.iter();
        let new = rounds.filter(|(id, _)| known.is_none_or(|known| known.item.iterations.get(id).is_none()));
        found.extend(new.map(|(id, round)| format!("{}.{id} scores {}", node.id, round.score)));
        let answered = |node: &Node| -> BTreeSet<String> {
            let answered = parts(node).filter(|(.., part)| part.passed.is_some() || part.failed.is_some());
            let verified = node.item.findings.iter().filter(|(_, finding)| finding.verified.is_some());
            let verified = verified.map(|(id, _)| format!("{}.{id} is verified", node.id));
            answered.map(|(gate, id, _)| format!("{gate}.{id} is answered")).chain(verified).collect()
        };
        let old = known.map(answered).unwrap_or_default();
        found.extend(answered(node).into_iter().filter(|answer| !old.contains(answer)));
        let changed = match known {
            Some(known) => known.item.protocol != node.item.protocol,
            None => node.item.protocol.is_some() && is_looser(after, place),
        };
        found.extend(changed.then(|| format!("{} has another protocol", node.id)));
    }
    found
}

// A new item may ask for more than what it stands in, not for less.
fn is_looser(board: &Board, place: usize) -> bool {
    let Some(above) = board.upwards(place).nth(1) else { return false };
    let lower = threshold(board, above) > threshold(board, place);
    let (usual, own) = (max_iterations(board, above), max_iterations(board, place));
    lower || usual.is_some_and(|usual| own.is_none_or(|own| own > usual))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::derive::testing::{Scene, TEAM, id, now};
    use crate::formats::yaml;
    use crate::model::actor::ActorKind;
    use crate::model::page::Pages;
    use crate::moves::Departs;
    use crate::moves::adopt::{self, Setting};

    fn ask(kind: ActorKind) -> Ask<'static> {
        Ask { actor: "bot", kind, now: now(), text: None, departs: Departs::No }
    }

    fn process() -> String {
        let guarded = "risk: {type: text, of: [low, high], guards: {low: {people: true}}}";
        TEAM.replace("risk: {type: text, of: [low, high]}", guarded)
    }

    // What an agent is told; people may bring everything.
    fn brought(before: Option<&str>, file: &str) -> Option<String> {
        let scene = Scene::new(&process(), &[before.unwrap_or_default()]);
        let tree = yaml::tree(file.as_bytes(), "in.yaml").unwrap();
        let setting = Setting { profile: scene.profile(), pages: &Pages::none(), now: now() };
        let after = match before {
            Some(_) => adopt::records(tree, &scene.workflows[0], setting),
            None => adopt::workflow(tree, id("w"), setting),
        };
        let after = scene.with(after.unwrap().workflow);
        let (old, new) = (scene.world(), after.world());
        let old = before.map(|_| &old.boards[0]);
        assert!(only_people(old, &new, 0, &ask(ActorKind::Person)).is_ok(), "{file}: people may");
        let refusal = only_people(old, &new, 0, &ask(ActorKind::Agent)).err()?;
        assert_eq!(refusal.hints(), ["a person imports it"]);
        let said = std::iter::once(refusal.message()).chain(refusal.notes().iter().map(String::as_str));
        Some(said.collect::<Vec<_>>().join("; "))
    }

    const THEN: &str = "\"2026-01-05T08:00:00Z\"";

    #[test]
    fn agents_bring_no_words_of_people() {
        for (item, said) in [
            ("checkpoints: {C: {approved: THEN}}", "C is approved"),
            ("checkpoints: {C: {rejected: THEN}}", "C is rejected"),
            ("gates: {G: {parts: {h: {human: lead, passed: THEN}}}}", "G.h is passed"),
            ("gates: {G: {parts: {h: {human: lead, failed: THEN}}}}", "G.h is failed"),
            ("gates: {G: {parts: {s: {score: all, passed: THEN}}}}", "G.s is passed"),
            ("gates: {G: {parts: {r: {review: bob, waived: THEN}}}}", "G.r is waived"),
            ("iterations: {i1: {score: \"0.5\", accepted: THEN}}", "a.i1 is accepted"),
            ("deviations: {v1: {text: x, approved: THEN}}", "a.v1 is approved"),
            ("findings: {f1: {severity: low, text: x, waived: THEN}}", "a.f1 is waived"),
            ("fields: {risk: low}", "risk of a is low"),
        ] {
            let file = format!("items: {{a: {{title: A, {}}}}}", item.replace("THEN", THEN));
            let refusal = format!("an agent cannot import what a person says: {said}");
            assert_eq!(brought(None, &file), Some(refusal.clone()), "{item}");
            let refused = brought(Some("items: {b: {title: B}}"), &file);
            assert_eq!(refused, Some(refusal), "{item}");
        }
        for roster in ["P4: {steward: true}", "P4: {independent: true}", "P4: {role: Steward}"] {
            let said = brought(None, &format!("agents: {{{roster}}}")).unwrap();
            assert!(said.ends_with("P4 is a steward or independent"), "{said}");
        }
    }

    #[test]
    fn agents_verify_no_finding_by_a_file() {
        let finding = |more: &str| {
            format!(
                "items: {{a: {{title: A, findings: {{f1: {{severity: high, text: x, fixed: abc1234{more}}}}}}}}}"
            )
        };
        let verified = finding(&format!(", verified: {THEN}, verified_by: val"));
        let refusal = "an agent cannot import how work that is here is judged: a.f1 is verified";
        for here in [finding(""), "items: {b: {title: B}}".to_owned()] {
            assert_eq!(brought(Some(&here), &verified).as_deref(), Some(refusal), "{here}");
        }
        assert_eq!(brought(Some(&verified), &verified), None);
        assert_eq!(brought(None, &verified), None, "what is taken over whole is history");
    }

    #[test]
    fn what_a_person_has_said_here_may_stand_in_the_file() {
        let items = format!(
            "items: {{a: {{title: A, checkpoints: {{C: {{approved: {THEN}}}}}, iterations: {{i1: {{score: \"0.5\"}}}}, \
             protocol: {{threshold: \"0.9\"}}}}}}"
        );
        assert_eq!(brought(Some(&items), &items), None);
        let all = format!("checkpoints: {{C: {{approved: {THEN}}}, D: {{rejected: {THEN}}}}}");
        assert_eq!(
            brought(None, &all).unwrap(),
            "an agent cannot import what a person says: C is approved; D is rejected"
        );
    }

    #[test]
    fn rounds_are_history_only_of_what_is_new() {
        let scored = "items: {a: {title: A, iterations: {i1: {score: \"0.95\"}}}}";
        assert_eq!(brought(None, scored), None);
        let here = "protocol: {threshold: \"0.9\", max_iterations: 3}\nitems: {a: {title: A, gates: {G: {parts: {r: {review: bob}}}}}}";
        for (file, said) in [
            (scored.to_owned(), Some("a.i1 scores 0.95")),
            (
                "items: {b: {title: B, iterations: {i1: {score: \"0.95\"}}}}".to_owned(),
                Some("b.i1 scores 0.95"),
            ),
            (
                "items: {a: {title: A, protocol: {threshold: \"0.1\"}}}".to_owned(),
                Some("a has another protocol"),
            ),
            (
                "items: {b: {title: B, protocol: {threshold: \"0.1\"}}}".to_owned(),
                Some("b has another protocol"),
            ),
            (
                "items: {b: {title: B, protocol: {max_iterations: 9}}}".to_owned(),
                Some("b has another protocol"),
            ),
            ("items: {b: {title: B, protocol: {threshold: \"0.95\", max_iterations: 2}}}".to_owned(), None),
            (
                format!(
                    "items: {{a: {{title: A, gates: {{G: {{parts: {{r: {{review: bob, passed: {THEN}}}}}}}}}}}}}"
                ),
                Some("G.r is answered"),
            ),
            ("items: {b: {title: B, estimate: {files: 2}}}".to_owned(), None),
        ] {
            let refusal =
                said.map(|said| format!("an agent cannot import how work that is here is judged: {said}"));
            assert_eq!(brought(Some(here), &file), refusal, "{file}");
        }
    }
}
