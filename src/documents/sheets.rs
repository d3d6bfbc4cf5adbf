//! Which documents of a snapshot are rendered, and where they are.

use std::collections::BTreeMap;

use crate::derive::board::Board;
use crate::derive::pages;
use crate::derive::world::World;
use crate::error::{Error, Result};
use crate::model::document::{Document, On};
use crate::model::field::FieldValue;
use crate::model::id::Id;
use crate::model::path::RepoPath;
use crate::model::place::is_of_one;
use crate::model::state::State;

/// A document that is rendered.
#[derive(Clone, Debug)]
pub struct Sheet<'a> {
    /// How it is asked for.
    pub name: &'a Id,
    /// What its process says about it.
    pub document: &'a Document,
    /// The process.
    pub profile: &'a Id,
    /// Where it is.
    pub path: RepoPath,
    /// The template.
    pub template: &'a str,
    /// The workflows that it is about.
    pub boards: Vec<usize>,
    /// Whether it is about one workflow, not about all of its process.
    pub of_one: bool,
}

impl Sheet<'_> {
    /// The state that it is rendered from, for people.
    pub fn source(&self, world: &World) -> String {
        let board = self.boards.first().and_then(|&board| world.boards.get(board)).filter(|_| self.of_one);
        board.map_or_else(|| ".track/workflows".to_owned(), source)
    }

    /// The heading of a file that holds nothing but it, as it was entered.
    pub fn heading(&self, world: &World) -> String {
        let board = self.boards.first().and_then(|&board| world.boards.get(board)).filter(|_| self.of_one);
        let title = board.map_or(&self.document.title, |board| &board.root().item.title);
        title.clone()
    }

    /// What it is about is called so: ids, titles and other texts of the workflows themselves.
    pub fn names(&self, world: &World) -> Vec<String> {
        let boards = self.boards.iter().filter_map(|&board| world.boards.get(board));
        let of = |board: &Board| {
            let item = &board.root().item;
            let texts = item.fields.values().filter_map(|value| match value {
                FieldValue::Text(text) => Some(text.clone()),
                _ => None,
            });
            texts.chain([board.workflow.id.to_string(), item.title.clone()]).collect::<Vec<_>>()
        };
        boards.flat_map(of).collect()
    }

    /// The name of its marks, where it is a part of a file.
    pub fn mark(&self, world: &World) -> String {
        let board = self.boards.first().and_then(|&board| world.boards.get(board)).filter(|_| self.of_one);
        board.map_or_else(|| self.name.to_string(), |board| format!("{}:{}", board.workflow.id, self.name))
    }

    /// Whether it is written without being asked for by name.
    ///
    /// A part about all workflows goes into a file that is people's own: they begin it, or what the first workflow that
    /// is closed has come to does.
    pub fn is_wanted(&self, world: &World) -> bool {
        let mut boards = self.boards.iter().filter_map(|&board| world.boards.get(board));
        !self.document.block
            || self.of_one
            || boards.any(|board| board.pages.exists(&self.path) || board.root().state.is_closed())
    }

    /// Whether it is written together with the state, here.
    pub fn is_kept(&self, on_base: bool) -> bool {
        match self.document.on {
            On::Always => true,
            On::Base => on_base,
            On::Never => false,
        }
    }
}

/// The file of a workflow.
pub fn source(board: &Board) -> String {
    format!(".track/workflows/{}.yaml", board.workflow.id)
}

/// The documents that are rendered from these workflows, in the order of the workflows.
///
/// Of a closed workflow they stay what they were, but can be asked for.
pub fn sheets<'a>(world: &World<'a>, wanted: impl Fn(&Board) -> bool) -> Result<Vec<Sheet<'a>>> {
    let mut sheets: Vec<Sheet> = Vec::new();
    for (index, board) in world.boards.iter().enumerate().filter(|(_, board)| wanted(board)) {
        let profile = &board.profile.profile;
        for (name, document) in board.profile.documents.iter() {
            let of_one = is_of_one(document, board.profile, &board.pages.places);
            let is_there = |known: &Sheet| !of_one && known.name == name && known.profile == profile;
            if sheets.iter().any(is_there) || (of_one && !is_due(board, name)) {
                continue;
            }
            sheets.extend(sheet(world, index, name)?);
        }
    }
    refuse_clashes(world, &sheets)?;
    Ok(sheets)
}

// A document that is written whole shares its file with no other; of closed workflows nothing is written any more.
fn refuse_clashes(world: &World, sheets: &[Sheet]) -> Result<()> {
    let is_kept = |sheet: &&Sheet| {
        let mut boards = sheet.boards.iter().filter_map(|&board| world.boards.get(board));
        !sheet.of_one || boards.any(is_open)
    };
    let mut known: BTreeMap<&RepoPath, &Sheet> = BTreeMap::new();
    for sheet in sheets.iter().filter(is_kept) {
        let Some(other) = known.insert(&sheet.path, sheet) else { continue };
        if !(sheet.document.block && other.document.block) {
            let (one, two) = (other.mark(world), sheet.mark(world));
            let message = format!("two documents are to be written to {}: {one} and {two}", sheet.path);
            let hint = "give them different places: git track config set paths.…, or `path:` in the profile";
            return Err(Error::state(message).hint(hint));
        }
    }
    Ok(())
}

/// The documents of these workflows whose time has not come, for those who ask for one by its name.
pub fn early<'a>(world: &World<'a>, wanted: impl Fn(&Board) -> bool) -> Vec<Sheet<'a>> {
    let boards = world.boards.iter().enumerate().filter(|(_, board)| wanted(board));
    let early = |(index, board): (usize, &Board<'a>)| {
        let names = board.profile.documents.keys().filter(|name| !is_due(board, name));
        // Of what has not begun nobody may know yet where it will be.
        let sheets = names.filter_map(|name| sheet(world, index, name).ok().flatten());
        sheets.filter(|sheet| sheet.of_one).collect::<Vec<_>>()
    };
    boards.flat_map(early).collect()
}

/// A document of a workflow, whether its time has come or not; `None`: it is not rendered.
pub fn sheet<'a>(world: &World<'a>, index: usize, name: &Id) -> Result<Option<Sheet<'a>>> {
    let Some(board) = world.boards.get(index) else { return Ok(None) };
    let profile = board.profile;
    let Some((name, document)) = profile.documents.iter().find(|(known, _)| *known == name) else {
        return Ok(None);
    };
    let Some(template) = &document.template else { return Ok(None) };
    let path = pages::path_of(board, 0, document).map_err(|why| {
        Error::state(format!("nobody can tell where `{name}` of {} is: {why}", board.workflow.id))
    })?;
    let of_one = is_of_one(document, profile, &board.pages.places);
    let boards = if of_one { vec![index] } else { of_process(world, profile) };
    Ok(Some(Sheet { name, document, profile: &profile.profile, path, template, boards, of_one }))
}

fn of_process(world: &World, profile: &crate::model::profile::Profile) -> Vec<usize> {
    let same = world.boards.iter().enumerate().filter(|(_, board)| board.profile.profile == profile.profile);
    same.map(|(index, _)| index).collect()
}

/// Whether the time of a document of a workflow has come: what a kind of items is made of is written when one of them
/// has begun.
pub(super) fn is_due(board: &Board, name: &Id) -> bool {
    let mut owners = board
        .nodes()
        .filter(|(_, node)| node.kind.is_some_and(|kind| kind.documents.contains(name)))
        .peekable();
    if owners.peek().is_none() {
        return true;
    }
    owners.any(|(place, node)| {
        let begun = node.item.started.is_some() || pages::is_there(board, place, name);
        begun && node.state != State::Dropped
    })
}

/// Whether a workflow is one whose documents are kept up to date.
pub fn is_open(board: &Board) -> bool {
    !board.root().state.is_closed()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::derive::testing::{Scene, id};
    use crate::documents::values::of_workflow;

    fn names(body: &str, files: &[(&str, &str)]) -> Vec<String> {
        let scene = Scene::shipped("change", body).over(files);
        let world = scene.world();
        sheets(&world, |_| true).unwrap().iter().map(|sheet| sheet.name.to_string()).collect()
    }

    #[test]
    fn a_document_of_a_kind_is_rendered_from_its_beginning_on() {
        const STAGES: &str =
            "items: {progress: {title: P, kind: progress}, decompose: {title: D, kind: decompose}}";
        assert_eq!(names(STAGES, &[]), ["project"]);
        let begun = STAGES.replace("kind: progress", "kind: progress, started: \"2026-02-01T08:00:00Z\"");
        assert_eq!(names(&begun, &[]), ["progress", "project"]);
        let there = [("Planning/Changes/w/04-work-decomposer-output.md", "# Ours")];
        assert_eq!(names(STAGES, &there), ["project", "decomposition"]);
        let scene = Scene::shipped("change", STAGES);
        let world = scene.world();
        let early = early(&world, |_| true);
        assert_eq!(
            early.iter().map(|sheet| sheet.name.as_str()).collect::<Vec<_>>(),
            ["progress", "decomposition"]
        );
        let dropped = begun.replace("kind: progress", "kind: progress, state: dropped");
        assert_eq!(names(&dropped, &[]), ["project"]);
    }

    #[test]
    fn a_part_about_all_workflows_is_begun_by_people_or_when_one_closes() {
        let wanted = |body: &str, files: &[(&str, &str)]| {
            let scene = Scene::shipped("change", body).over(files);
            let world = scene.world();
            sheet(&world, 0, &id("project")).unwrap().unwrap().is_wanted(&world)
        };
        assert!(!wanted("items: {}", &[]));
        assert!(wanted("items: {}", &[("progress-tracking/project-progress.md", "# Ours")]));
        assert!(wanted("state: done", &[]));
    }

    #[test]
    fn what_is_rendered_together_counts_as_there() {
        let body = "items: {progress: {title: P, kind: progress, started: \"2026-02-01T08:00:00Z\"}}";
        let intent = "---\nis_hotfix: false\n---\n## Acceptance Criteria\n\n- it opens\n";
        let scene =
            Scene::shipped("change", body).over(&[("Planning/Changes/w/00-change-intent.md", intent)]);
        let world = scene.world();
        let documents = of_workflow(&world, 0)["workflow"]["documents"].clone();
        assert_eq!(
            (&documents["progress"]["exists"], &documents["triage"]["exists"]),
            (&true.into(), &false.into())
        );
        assert_eq!(documents["intent"]["listed"]["Acceptance Criteria"], serde_json::json!(["it opens"]));
        assert_eq!(documents["plan"]["listed"]["Units"], serde_json::json!([]));
        let sheet = sheet(&world, 0, &id("progress")).unwrap().unwrap();
        assert_eq!(sheet.path.as_str(), "progress-tracking/w-progress.md");
        assert!(self::sheet(&world, 0, &id("intent")).unwrap().is_none());
    }
}
