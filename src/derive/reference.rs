//! What a reference means: `[<workflow>:]<id>[.<part>]`.

use crate::error::{Error, Result, nearest};
use crate::model::id::Id;
use crate::model::item::Item;

use super::board::{Place, Thing};
use super::world::{Spot, World};

/// What a reference names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The item, or the item that the thing belongs to.
    pub spot: Spot,
    /// What is named inside the item.
    pub part: Part,
}

/// What is named inside an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// The item itself.
    Whole,
    /// A gate.
    Gate(Id),
    /// A part of a gate.
    GatePart(Id, Id),
    /// A checkpoint.
    Checkpoint(Id),
    /// A risk.
    Risk(Id),
    /// A metric.
    Metric(Id),
    /// A line of the checklist.
    Line(Id),
    /// A record in the collection of that key.
    Record(&'static str, Id),
}

/// How many candidates are listed.
const MANY: usize = 10;

/// Finds what a reference names. `only`: look nowhere else; `home`: the workflow that wins when several fit,
/// before those that are open.
pub fn resolve(world: &World, text: &str, only: Option<usize>, home: Option<usize>) -> Result<Target> {
    let text = text.trim().replace('\u{2011}', "-");
    let (only, rest) = match text.split_once(':') {
        Some((workflow, rest)) => (Some(workflow_named(world, workflow)?), rest),
        None => (only, text.as_str()),
    };
    let boards: Vec<usize> = match only {
        Some(board) => vec![board],
        None => (0..world.boards.len()).collect(),
    };
    if rest.is_empty() {
        return match only {
            Some(board) => Ok(Target { spot: Spot { board, place: 0 }, part: Part::Whole }),
            None => Err(Error::usage("an empty reference names nothing")),
        };
    }
    let mut found = Vec::new();
    for exact in [true, false] {
        found = boards.iter().flat_map(|&board| candidates(world, board, rest, exact)).collect();
        if found.len() > 1
            && let Some(home) = home.filter(|_| only.is_none())
            && found.iter().any(|target: &Target| target.spot.board == home)
        {
            found.retain(|target| target.spot.board == home);
        }
        // What is closed is asked for by its full name where something open is called the same.
        let is_open = |target: &Target| !world.board(target.spot).root().state.is_closed();
        if found.iter().any(is_open) {
            found.retain(is_open);
        }
        if !found.is_empty() {
            break;
        }
    }
    match found.as_slice() {
        [target] => Ok(target.clone()),
        [] => Err(unknown(world, &boards, rest)),
        several => {
            let error = Error::not_found(format!("`{rest}` could be {} things", several.len()));
            let error =
                several.iter().take(MANY).fold(error, |error, target| error.note(label(world, target)));
            let hint = several.first().map(|target| label(world, target)).unwrap_or_default();
            Err(error.hint(format!("say which one, for example `{hint}`")))
        }
    }
}

/// The full reference of a target: `<workflow>:<id>[.<part>]`.
pub fn label(world: &World, target: &Target) -> String {
    let board = world.board(target.spot);
    format!("{}:{}", board.workflow.id, local(world, target))
}

/// The reference of a target inside its workflow: `<id>[.<part>]`.
pub fn local(world: &World, target: &Target) -> String {
    let id = world.board(target.spot).node(target.spot.place).id;
    match &target.part {
        Part::Whole => id.to_string(),
        Part::Gate(id) | Part::Checkpoint(id) | Part::Risk(id) | Part::Metric(id) => id.to_string(),
        Part::GatePart(gate, part) => format!("{gate}.{part}"),
        Part::Line(line) => format!("{id}.{line}"),
        Part::Record(_, record) => format!("{id}.{record}"),
    }
}

fn workflow_named(world: &World, text: &str) -> Result<usize> {
    let ids = || world.boards.iter().map(|board| board.workflow.id.as_str());
    let mut fits: Vec<usize> =
        ids().enumerate().filter(|(_, id)| id.eq_ignore_ascii_case(text)).map(|(index, _)| index).collect();
    if fits.is_empty() {
        fits = ids().enumerate().filter(|(_, id)| is_prefix(text, id)).map(|(index, _)| index).collect();
    }
    match fits.as_slice() {
        [one] => Ok(*one),
        [] => {
            let error = Error::not_found(format!("there is no workflow `{text}`"));
            Err(match nearest(text, ids()) {
                Some(near) => error.hint(format!("did you mean `{near}`?")),
                None => error.hint("git track status --all"),
            })
        }
        several => {
            let names: Vec<&str> =
                ids().enumerate().filter(|(i, _)| several.contains(i)).map(|(_, id)| id).collect();
            Err(Error::not_found(format!("`{text}` could be {}", names.join(" or "))))
        }
    }
}

/// The workflow of that id, or of that unambiguous prefix.
pub fn workflow(world: &World, text: &str) -> Result<usize> {
    workflow_named(world, text.trim().trim_end_matches(':'))
}

fn candidates(world: &World, board: usize, text: &str, exact: bool) -> Vec<Target> {
    let mut found = things(world, board, text, exact);
    if found.is_empty()
        && let Some((id, part)) = text.rsplit_once('.')
    {
        for target in things(world, board, id, exact) {
            let parts = match &target.part {
                Part::Whole => inner(world, target.spot, part),
                Part::Gate(gate) => gate_part(world, target.spot, gate, part),
                _ => Vec::new(),
            };
            found.extend(parts.into_iter().map(|part| Target { spot: target.spot, part }));
        }
    }
    found
}

fn things(world: &World, board: usize, text: &str, exact: bool) -> Vec<Target> {
    let Some(laid) = world.boards.get(board) else { return Vec::new() };
    let mut ids: Vec<&Id> = if exact {
        Id::parse(text).ok().and_then(|id| laid.ids().find(|known| **known == id)).into_iter().collect()
    } else {
        laid.ids().filter(|id| is_prefix(text, id.as_str())).collect()
    };
    ids.sort_by(|a, b| a.as_str().cmp(b.as_str()));
    ids.into_iter().filter_map(|id| laid.thing(id)).map(|thing| target(board, thing)).collect()
}

fn target(board: usize, thing: Thing) -> Target {
    let at = |place: Place, part| Target { spot: Spot { board, place }, part };
    match thing {
        Thing::Item(place) => at(place, Part::Whole),
        Thing::Gate(place, id) => at(place, Part::Gate(id.clone())),
        Thing::Checkpoint(place, id) => at(place, Part::Checkpoint(id.clone())),
        Thing::Risk(place, id) => at(place, Part::Risk(id.clone())),
        Thing::Metric(place, id) => at(place, Part::Metric(id.clone())),
    }
}

fn inner(world: &World, spot: Spot, part: &str) -> Vec<Part> {
    let Ok(id) = Id::parse(part) else { return Vec::new() };
    let item = world.board(spot).node(spot.place).item;
    let line = item.checklist.as_ref().and_then(|list| list.lines.get(&id)).map(|_| Part::Line(id.clone()));
    line.into_iter().chain(record(item, &id)).collect()
}

fn record(item: &Item, id: &Id) -> Option<Part> {
    let there = [
        ("iterations", item.iterations.get(id).is_some()),
        ("runs", item.runs.get(id).is_some()),
        ("findings", item.findings.get(id).is_some()),
        ("blockers", item.blockers.get(id).is_some()),
        ("decisions", item.decisions.get(id).is_some()),
        ("deviations", item.deviations.get(id).is_some()),
        ("drift", item.drift.get(id).is_some()),
        ("challenges", item.challenges.get(id).is_some()),
        ("notes", item.notes.get(id).is_some()),
        ("artifacts", item.artifacts.get(id).is_some()),
    ];
    there.into_iter().find(|(_, there)| *there).map(|(key, _)| Part::Record(key, id.clone()))
}

fn gate_part(world: &World, spot: Spot, gate: &Id, part: &str) -> Vec<Part> {
    let Ok(id) = Id::parse(part) else { return Vec::new() };
    let there = world.board(spot).gate(spot.place, gate).is_some_and(|gate| gate.parts.get(&id).is_some());
    there.then(|| Part::GatePart(gate.clone(), id)).into_iter().collect()
}

// A prefix that ends inside a number would make `batch-1` mean `batch-10` or `batch-1.5`.
fn is_prefix(prefix: &str, id: &str) -> bool {
    let (Some(head), Some(tail)) = (id.get(..prefix.len()), id.get(prefix.len()..)) else { return false };
    let digit = |c: char| c.is_ascii_digit();
    let number_goes_on = tail.strip_prefix('.').unwrap_or(tail).starts_with(digit);
    !prefix.is_empty() && head.eq_ignore_ascii_case(prefix) && !(prefix.ends_with(digit) && number_goes_on)
}

fn unknown(world: &World, boards: &[usize], text: &str) -> Error {
    let ids =
        || boards.iter().filter_map(|&board| world.boards.get(board)).flat_map(super::board::Board::ids);
    let stem = text.rsplit_once('.').map_or(text, |(stem, _)| stem);
    let near = nearest(text, ids().map(Id::as_str)).or_else(|| nearest(stem, ids().map(Id::as_str)));
    let error = Error::not_found(format!("there is no `{text}`"));
    match near {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error.hint("git track list"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Scene, TEAM};
    use super::*;

    fn scene() -> Scene {
        Scene::new(
            TEAM,
            &[
                "risks: {burnout: {title: B}}\nmetrics: {ci: {title: C}}\nnotes: {n1: {text: x}}\n\
                 items: {batch-1: {title: A, checklist: {lines: {rollback: {text: x}}}, blockers: {b1: {text: x}}, \
                 gates: {QG-1: {parts: {docs: {human: x}}}}, checkpoints: {CP-1: {role: x}}}, batch-10: {title: B}, \
                 batch-2.5: {title: C}, docs: {title: D}}",
                "items: {batch-1: {title: A}, only-here: {title: O}}",
            ],
        )
    }

    fn found(text: &str, only: Option<usize>, home: Option<usize>) -> Result<String> {
        let scene = scene();
        let world = scene.world();
        resolve(&world, text, only, home).map(|target| label(&world, &target))
    }

    #[test]
    fn references_name_items_and_their_parts() {
        for (text, expected) in [
            ("w:batch-1", "w:batch-1"),
            ("w:BATCH-1", "w:batch-1"),
            (" w:batch\u{2011}1 ", "w:batch-1"),
            ("w:", "w:w"),
            ("w", "w:w"),
            ("w2", "w2:w2"),
            ("only", "w2:only-here"),
            ("batch-10", "w:batch-10"),
            ("burn", "w:burnout"),
            ("ci", "w:ci"),
            ("qg-1", "w:QG-1"),
            ("QG-1.docs", "w:QG-1.docs"),
            ("CP-1", "w:CP-1"),
            ("w:batch-1.rollback", "w:batch-1.rollback"),
            ("w:batch-1.b1", "w:batch-1.b1"),
            ("w.n1", "w:w.n1"),
            ("batch-2.5", "w:batch-2.5"),
            ("do", "w:docs"),
        ] {
            assert_eq!(found(text, None, None).unwrap(), expected, "{text}");
        }
        let scene = scene();
        let world = scene.world();
        let part = |text| resolve(&world, text, Some(0), None).unwrap().part;
        assert_eq!(part("batch-1.b1"), Part::Record("blockers", Id::parse("b1").unwrap()));
        assert_eq!(part("batch-1.rollback"), Part::Line(Id::parse("rollback").unwrap()));
    }

    #[test]
    fn home_decides_and_only_restricts() {
        assert_eq!(found("batch-1", None, Some(1)).unwrap(), "w2:batch-1");
        assert_eq!(found("batch-1", None, Some(0)).unwrap(), "w:batch-1");
        assert_eq!(found("batch-1", Some(1), Some(0)).unwrap(), "w2:batch-1");
        assert!(found("only-here", Some(0), None).is_err());
        assert_eq!(found("only-here", None, Some(0)).unwrap(), "w2:only-here");
        assert_eq!(found("w2:only-here", Some(0), None).unwrap(), "w2:only-here");
    }

    #[test]
    fn what_is_open_comes_before_what_is_closed() {
        let scene = Scene::new(
            TEAM,
            &[
                "state: done\nitems: {a: {title: A}, b: {title: B}}",
                "items: {a: {title: A}, bee: {title: B}}",
            ],
        );
        let world = scene.world();
        let found =
            |text: &str| resolve(&world, text, None, None).map(|target| label(&world, &target)).unwrap();
        for (text, expected) in [("a", "w2:a"), ("w:a", "w:a"), ("b", "w:b"), ("be", "w2:bee")] {
            assert_eq!(found(text), expected, "{text}");
        }
        let refer = |board: usize, text: &str| world.refer(board, &Id::parse(text).unwrap());
        assert_eq!([refer(0, "a"), refer(1, "a"), refer(0, "b")], ["w:a", "a", "b"]);
    }

    #[test]
    fn doubt_is_an_error_that_helps() {
        for (text, message, hint) in [
            ("batch-1", "`batch-1` could be 2 things", "say which one, for example `w:batch-1`"),
            ("w:batch", "`batch` could be 3 things", "say which one, for example `w:batch-1`"),
            ("w:batch-2", "there is no `batch-2`", "did you mean `batch-1`?"),
            ("w:doks", "there is no `doks`", "did you mean `docs`?"),
            ("w:docs.f9", "there is no `docs.f9`", "did you mean `docs`?"),
            ("w:zzzzzzzz", "there is no `zzzzzzzz`", "git track list"),
            ("w3:x", "there is no workflow `w3`", "did you mean `w`?"),
            ("w:.b1", "there is no `.b1`", "did you mean `w`?"),
            ("", "an empty reference names nothing", ""),
        ] {
            let error = found(text, None, None).unwrap_err();
            assert_eq!(error.message(), message, "{text}");
            assert_eq!(error.hints().first().map_or("", String::as_str), hint, "{text}");
        }
    }

    #[test]
    fn a_prefix_never_cuts_a_number() {
        assert!(is_prefix("batch-1", "batch-1a"));
        assert!(is_prefix("batch-1", "batch-1.x"));
        for (prefix, id) in
            [("batch-1", "batch-10"), ("batch-1", "batch-1.5"), ("b", "a"), ("", "a"), ("é", "e")]
        {
            assert!(!is_prefix(prefix, id), "{prefix} {id}");
        }
        let scene = scene();
        let world = scene.world();
        assert_eq!(workflow(&world, "w2:").unwrap(), 1);
        assert_eq!(workflow(&world, "W").unwrap(), 0);
    }
}
