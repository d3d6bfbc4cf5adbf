//! What judgements rest on: the content that was judged, and whether it is still the same.

use std::collections::BTreeSet;

use crate::model::gate::Part;
use crate::model::path::RepoPath;

use super::board::{Board, Place};
use super::pages;

/// How an answer relates to what it was given about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// It is still the same, or the answer was not bound to anything.
    Fresh,
    /// It is not the same any more.
    Stale {
        /// What was judged.
        was: String,
        /// What is there now.
        now: String,
    },
}

impl Freshness {
    /// Whether the answer still counts for what comes next.
    pub fn is_fresh(&self) -> bool {
        *self == Self::Fresh
    }
}

/// The short id of what an item is judged by: of its files, else of everything but the state.
///
/// Files are its artifacts, its documents and the paths of `files:`; of an item without any, those of what is in it.
/// What an owner writes about the work, plans and reports, is not what is judged.
/// `None`: nothing is committed yet, and the item names no files.
pub fn subject(board: &Board, place: Place) -> Option<String> {
    let mut paths = files(board, place);
    // A whole workflow is judged as everything is, whether an item of it says so or not.
    if paths.is_empty() && place != 0 {
        paths = board.below(place).into_iter().flat_map(|place| files(board, place)).collect();
    }
    subject_of(board, &paths)
}

/// The same for several items together.
pub fn subject_of_all(board: &Board, places: &[Place]) -> Option<String> {
    match places {
        [place] => subject(board, *place),
        several => subject_of(board, &several.iter().flat_map(|&place| files(board, place)).collect()),
    }
}

/// Whether an answer about an item still counts.
pub fn freshness(on: Option<&str>, now: Option<String>) -> Freshness {
    match (on, now) {
        (Some(was), Some(now)) if !same(was, &now) => Freshness::Stale { was: was.to_owned(), now },
        _ => Freshness::Fresh,
    }
}

// People may write a longer or a shorter id.
fn same(a: &str, b: &str) -> bool {
    let length = a.len().min(b.len());
    length >= 7 && a.get(..length).zip(b.get(..length)).is_some_and(|(a, b)| a.eq_ignore_ascii_case(b))
}

fn files(board: &Board, place: Place) -> BTreeSet<RepoPath> {
    let node = board.node(place);
    let artifacts = node.item.artifacts.values().filter_map(|artifact| artifact.path.clone());
    let literal = node.item.files.iter().filter(|path| !path.contains(['*', '?', '[']));
    let named = literal.filter_map(|path| RepoPath::parse(path).ok());
    let documents = node.kind.map(|kind| kind.documents.as_slice()).unwrap_or_default();
    let written = documents.iter().filter_map(|name| board.profile.documents.get(name));
    let written = written.filter(|document| !document.path.contains("{owner}"));
    let written = written.filter_map(|document| pages::path_of(board, place, document).ok());
    artifacts.chain(named).chain(written).collect()
}

// What judges write about the work is not the work.
fn reports(board: &Board) -> BTreeSet<RepoPath> {
    let gates = board.nodes().flat_map(|(_, node)| node.item.gates.values());
    let parts = gates.flat_map(|gate| gate.parts.values());
    let report = |part: &Part| match part {
        Part::Full(full) => full.report.clone(),
        Part::Short(_) => None,
    };
    parts.filter_map(report).collect()
}

fn subject_of(board: &Board, paths: &BTreeSet<RepoPath>) -> Option<String> {
    let on = |path: &RepoPath| board.pages.page(path).map(|page| page.on.clone().unwrap_or_default());
    match paths.first() {
        None => board.pages.tree(reports(board)),
        Some(only) if paths.len() == 1 => match on(only) {
            Some(on) => Some(on).filter(|on| !on.is_empty()),
            None => board.pages.digest(format!("{only} -\n").as_bytes()),
        },
        Some(_) => {
            let line = |path| format!("{path} {}\n", on(path).unwrap_or_else(|| "-".to_owned()));
            board.pages.digest(paths.iter().map(line).collect::<Vec<_>>().concat().as_bytes())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Scene, spot};
    use super::*;

    const SLICE: &str = "items: {s: {kind: stage, title: S, items: {c: {title: C, owner: I1, files: [a]}}}}";
    const FINAL: &str = "planning/agents/AGENT_I1_FINAL_c.md";

    fn of(item: &str, files: &[(&str, &str)]) -> String {
        let scene = Scene::shipped("phase", SLICE).over(files);
        let world = scene.world();
        subject(&world.boards[0], if item == "w" { 0 } else { spot(&world, item).place }).unwrap()
    }

    #[test]
    fn what_an_owner_reports_is_not_what_is_judged() {
        let before = of("c", &[("a", "1"), (FINAL, "early")]);
        assert_eq!(of("c", &[("a", "1"), (FINAL, "late")]), before);
        assert_ne!(of("c", &[("a", "2"), (FINAL, "early")]), before);
        // A stage is judged by what is in it.
        assert_eq!(of("s", &[("a", "1"), ("b", "x")]), of("s", &[("a", "1"), ("b", "y")]));
    }

    #[test]
    fn a_workflow_is_judged_as_everything_is() {
        assert_ne!(of("w", &[("a", "1"), ("b", "x")]), of("w", &[("a", "1"), ("b", "y")]));
    }

    #[test]
    fn what_judges_write_is_no_part_of_the_work() {
        let on = |files: &[(&str, &str)]| {
            let scene = Scene::items(
                "p: {kind: phase, title: P, items: {a: {title: A}}, gates: {G: {parts: {a: {score: a, report: r.md}}}}}",
            )
            .over(files);
            let world = scene.world();
            let place = spot(&world, "a").place;
            subject(&world.boards[0], place)
        };
        assert!(on(&[("x.md", "x")]).is_some());
        assert_eq!(on(&[("x.md", "x")]), on(&[("x.md", "x"), ("r.md", "r")]));
        assert_ne!(on(&[("x.md", "x")]), on(&[("x.md", "x"), ("y.md", "y")]));
    }
}
