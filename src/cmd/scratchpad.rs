//! `note --scratch`: lines with their time at the end of a scratchpad, a file that people and agents write, too.

use std::fmt::Write as _;

use crate::derive::board::{Board, Node};
use crate::derive::pages;
use crate::derive::world::{Spot, World};
use crate::error::{Error, Result};
use crate::model::edit::{Edit, Root};
use crate::model::id::Id;
use crate::model::item::Item;
use crate::model::path::RepoPath;
use crate::model::place;
use crate::ui::{Line, Style, Text, clean};

use super::draft::Draft;
use super::scaffold::begin;
use super::write::{Deciding, Said};

/// The largest scratchpad, in bytes.
const LARGEST: u64 = 16 * 1024 * 1024;

/// What the line is about when nobody says it: what the one who writes is working on, else the branch's item.
pub(super) fn whose(deciding: &Deciding, draft: &Draft) -> Result<Spot> {
    let (session, context, world) = (deciding.session, deciding.context, draft.world());
    let open = |board: &Board| !board.root().state.is_closed();
    let mine = |node: &Node| {
        let owner = node.item.owner.as_deref();
        node.state.is_running() && owner.is_some_and(|owner| owner.eq_ignore_ascii_case(&deciding.actor))
    };
    let home = session.home(context, &world)?;
    let boards = world.boards.iter().enumerate();
    let boards = boards.filter(|(index, board)| home.map_or_else(|| open(board), |home| home == *index));
    let mut held = boards.flat_map(|(board, laid)| {
        laid.nodes().filter(|(_, node)| mine(node)).map(move |(place, _)| Spot { board, place })
    });
    match held.next() {
        Some(spot) => Ok(spot),
        None => Ok(session.target(context, &world, None)?.spot),
    }
}

/// One line of it, without what steers a terminal.
pub(super) fn said(text: &str) -> String {
    // What ends a line ends a word as well, where it is a control character, too.
    let spaced: String = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
    clean(&spaced).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Adds lines to the scratchpad of whoever works on an item, begun where it is not there.
pub(super) fn append(deciding: &Deciding, draft: &mut Draft, spot: Spot, lines: &[String]) -> Result<Said> {
    let (name, path) = scratchpad(&draft.world(), spot, &deciding.actor)?;
    let read = |path| deciding.session.store.files.read(Root::WorkTree, path, LARGEST);
    let before = read(&path)?;
    let mut text = match &before {
        Some(bytes) => {
            std::str::from_utf8(bytes).map_err(|_| Error::state(format!("{path} is not UTF-8")))?.to_owned()
        }
        None => first_lines(deciding, draft, spot, (&name, &path))?,
    };
    let native = if text.contains("\r\n") { "\r\n" } else { "\n" };
    if !text.is_empty() && !text.ends_with('\n') {
        text.push_str(native);
    }
    // A list needs an empty line between it and what is no list.
    if text.lines().next_back().is_some_and(|last| !last.is_empty() && !last.starts_with("- ")) {
        text.push_str(native);
    }
    for line in lines {
        let line = said(line);
        let _ = write!(text, "- {} {}: {line}{native}", deciding.context.now, deciding.actor);
    }
    let mut told = Text::new();
    if before.is_some() {
        told.line(Line::new().plain("  noted in       ").add(Style::Strong, path.as_str()));
    }
    draft.files.push(Edit {
        root: Root::WorkTree,
        path,
        before,
        after: Some(text.into_bytes()),
        executable: false,
    });
    Ok(Said { text: told, ..Said::default() })
}

// What a new one begins with, as `start` writes it where it is that of the item's owner.
fn first_lines(
    deciding: &Deciding,
    draft: &mut Draft,
    spot: Spot,
    (name, path): (&Id, &RepoPath),
) -> Result<String> {
    let (title, owners) = {
        let world = draft.world();
        let board = world.board(spot);
        let document = board.profile.documents.get(name);
        let owners = document.and_then(|document| pages::path_of(board, spot.place, document).ok());
        (document.map_or_else(|| name.to_string(), |document| document.title.clone()), owners)
    };
    if owners.as_ref() != Some(path) {
        return Ok(format!("# {title}\n\n"));
    }
    let known = draft.files.len();
    begin(deciding, draft, spot, std::slice::from_ref(name))?;
    let begun = draft.files.split_off(known).into_iter().find_map(|edit| edit.after);
    Ok(String::from_utf8(begun.unwrap_or_default()).unwrap_or_default())
}

// The document of the item's kind that takes such lines; an agent of the roster writes in its own.
fn scratchpad(world: &World, spot: Spot, actor: &str) -> Result<(Id, RepoPath)> {
    let board = world.board(spot);
    let node = board.node(spot.place);
    let documents = &board.profile.documents;
    let of_kind = node.kind.map(|kind| kind.documents.as_slice()).unwrap_or_default();
    let takes = |name: &&Id| documents.get(name).is_some_and(|document| document.append);
    // What no kind is made of belongs to the whole workflow.
    let at_large = || documents.keys().find(|name| takes(name) && !is_of_a_kind(board, name));
    let found = of_kind.iter().find(takes).or_else(at_large);
    let Some((name, document)) = found.and_then(|name| Some((name, documents.get(name)?))) else {
        let error = Error::refused(format!("{} has no scratchpad", node.id));
        return Err(error.hint("git track note -m \"what there is to say\""));
    };
    let on_roster = Id::parse(actor).is_ok_and(|id| board.root().item.agents.get(&id).is_some());
    let item = match (on_roster, &node.item.owner) {
        (false, Some(_)) => node.item.clone(),
        _ => Item { owner: Some(actor.to_owned()), ..node.item.clone() },
    };
    let root = (&board.workflow.id, &board.workflow.root);
    let path = place::path_of(document, root, (node.id, &item), board.profile, &board.pages.places);
    path.map(|path| (name.clone(), path)).map_err(Error::refused)
}

fn is_of_a_kind(board: &Board, name: &Id) -> bool {
    board.profile.kinds.values().any(|kind| kind.documents.contains(name))
}
