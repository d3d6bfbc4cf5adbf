//! What judgements rest on: the content that was judged, and whether it is still the same.

use std::collections::BTreeSet;

use globset::GlobBuilder;

use crate::model::gate::Part;
use crate::model::path::RepoPath;

use super::board::{Board, Place};
use super::pages;

/// What makes a pattern of a name.
const WILDCARDS: [char; 4] = ['*', '?', '[', '{'];

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
/// Files are its artifacts, its documents and what `files:` names, folders with everything below them and patterns with
/// everything that matches; of an item without any, those of what is in it. Where nothing of that can be found,
/// everything is judged: an answer about nothing would count for ever.
/// What an owner writes about the work, plans and reports, is not what is judged.
/// `None`: git cannot say it.
pub fn subject(board: &Board, place: Place) -> Option<String> {
    let mut names = names(board, place);
    // A whole workflow is judged as everything is, whether an item of it says so or not.
    if names.is_empty() && place != 0 {
        names = board.below(place).into_iter().flat_map(|place| self::names(board, place)).collect();
    }
    subject_of(board, &names)
}

/// The same for several items together.
pub fn subject_of_all(board: &Board, places: &[Place]) -> Option<String> {
    match places {
        [place] => subject(board, *place),
        several => subject_of(board, &several.iter().flat_map(|&place| names(board, place)).collect()),
    }
}

/// Which changed files an answer about these items does not see, though it is about everything: it is about what is
/// committed; `None`: it is about files, as they are.
pub fn leaves_out(board: &Board, places: &[Place]) -> Option<impl Fn(&str) -> bool + use<>> {
    let reports = reports(board);
    let now = subject_of_all(board, places)?;
    let everything = board.pages.tree(reports.clone()).is_some_and(|tree| tree == now);
    everything.then_some(move |path: &str| !reports.iter().any(|report| report.as_str() == path))
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

// What an item says it is made of, as it is written: paths and patterns.
fn names(board: &Board, place: Place) -> BTreeSet<String> {
    let node = board.node(place);
    let artifacts = node.item.artifacts.values().filter_map(|artifact| artifact.path.clone());
    let documents = node.kind.map(|kind| kind.documents.as_slice()).unwrap_or_default();
    let written = documents.iter().filter_map(|name| board.profile.documents.get(name));
    let written = written.filter(|document| document.judged);
    let written = written.filter_map(|document| pages::path_of(board, place, document).ok());
    let paths = artifacts.chain(written).map(String::from);
    paths.chain(node.item.files.iter().cloned()).collect()
}

// The files that a path or a pattern stands for; `None`: it stands for everything, or nobody can tell what for.
fn resolve(board: &Board, name: &str, but: &BTreeSet<RepoPath>) -> Option<BTreeSet<RepoPath>> {
    let parts = || name.split('/').filter(|part| !part.is_empty() && *part != ".");
    let plain = parts().collect::<Vec<_>>().join("/");
    let path = RepoPath::parse(&plain).ok()?;
    let there = |path: &RepoPath| !but.contains(path) && board.pages.exists(path);
    let page = board.pages.page(&path);
    let found: BTreeSet<RepoPath> = match &page {
        // What is no file, or too large to be one of content, is known by what is in it.
        Some(page) if page.on.is_none() => board.pages.below(&path).into_iter().filter(there).collect(),
        None if plain.contains(WILDCARDS) => {
            let glob = GlobBuilder::new(&plain).literal_separator(true).build().ok()?.compile_matcher();
            let fixed: Vec<&str> = parts().take_while(|part| !part.contains(WILDCARDS)).collect();
            let top = RepoPath::parse(&fixed.join("/")).unwrap_or_else(|_| RepoPath::top());
            let matches = |path: &RepoPath| glob.is_match(path.as_str()) && there(path);
            board.pages.below(&top).into_iter().filter(matches).collect()
        }
        // Names like `[id].tsx` are no patterns where they are files.
        _ => BTreeSet::from([path]),
    };
    Some(found).filter(|found| !found.is_empty())
}

// What judges write about the work is not the work, and what is rendered from the state says only what that says.
pub(super) fn reports(board: &Board) -> BTreeSet<RepoPath> {
    let gates = board.nodes().flat_map(|(_, node)| node.item.gates.values());
    let parts = gates.flat_map(|gate| gate.parts.values());
    let report = |part: &Part| match part {
        Part::Full(full) => full.report.clone(),
        Part::Short(_) => None,
    };
    parts.filter_map(report).chain(board.pages.rendered()).collect()
}

fn subject_of(board: &Board, names: &BTreeSet<String>) -> Option<String> {
    let reports = reports(board);
    let found: Option<Vec<_>> = names.iter().map(|name| resolve(board, name, &reports)).collect();
    let paths: BTreeSet<RepoPath> = found.unwrap_or_default().into_iter().flatten().collect();
    if !paths.iter().any(|path| board.pages.exists(path)) {
        return board.pages.tree(reports);
    }
    let on = |path: &RepoPath| board.pages.page(path).map(|page| page.on.clone().unwrap_or_default());
    match paths.first() {
        Some(only) if paths.len() == 1 => {
            on(only).filter(|on| !on.is_empty()).or_else(|| board.pages.tree(reports))
        }
        _ => {
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
    fn what_is_rendered_from_the_state_is_no_part_of_the_work() {
        let report = |text| [("a", "1"), ("planning/runtime/w/EXECUTION_REPORT.md", text)];
        assert_eq!(of("w", &report("early")), of("w", &report("late")));
    }

    fn of_files(names: &str, files: &[(&str, &str)]) -> String {
        let scene = Scene::items(&format!("a: {{title: A, files: [{names}]}}")).over(files);
        let world = scene.world();
        let place = spot(&world, "a").place;
        subject(&world.boards[0], place).unwrap()
    }

    #[test]
    fn folders_and_patterns_stand_for_what_is_in_them() {
        let before = [("src/a.rs", "1"), ("src/deep/b.rs", "2"), ("docs/x.md", "3")];
        let other = |at: &str| before.map(|(path, text)| (path, if path == at { "new" } else { text }));
        for (names, inside, outside) in [
            ("src", "src/deep/b.rs", "docs/x.md"),
            ("./src/", "src/a.rs", "docs/x.md"),
            ("src/*.rs", "src/a.rs", "src/deep/b.rs"),
            ("\"**/*.rs\"", "src/deep/b.rs", "docs/x.md"),
            ("\"src/{a,c}.rs\"", "src/a.rs", "src/deep/b.rs"),
            ("docs/x.md, src/deep", "src/deep/b.rs", "src/a.rs"),
        ] {
            assert_ne!(of_files(names, &before), of_files(names, &other(inside)), "{names}");
            assert_eq!(of_files(names, &before), of_files(names, &other(outside)), "{names}");
        }
        let more = [before.as_slice(), &[("src/c.rs", "4")]].concat();
        assert_ne!(of_files("src", &before), of_files("src", &more), "a new file in it");
        assert_eq!(of_files("docs", &before), of_files("docs", &more));
    }

    #[test]
    fn what_cannot_be_found_is_judged_as_everything_is() {
        let (before, after) = ([("a", "1"), ("b", "1")], [("a", "1"), ("b", "2")]);
        for names in [".", "../x", "gone", "\"gone/*.rs\"", "\"a[\"", "a, \"gone/*\""] {
            assert_ne!(of_files(names, &before), of_files(names, &after), "{names}");
        }
        assert_eq!(of_files("a, gone", &before), of_files("a, gone", &after));
        assert_eq!(of_files("\"[a]\"", &before), of_files("\"[a]\"", &after));
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
