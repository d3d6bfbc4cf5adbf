//! The documents of a process: where they are, what they lack, and the declared fields that they give.

use std::rc::Rc;

use serde_json::Value;

use crate::model::document::{Document, Where};
use crate::model::field::FieldValue;
use crate::model::id::Id;
use crate::model::page::Page;
use crate::model::path::RepoPath;
use crate::model::place;

use super::board::{Board, Place};
use super::words::show;

/// Something that a document lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lack {
    /// What sort of thing.
    pub what: Missing,
    /// A short statement.
    pub text: String,
}

/// What sort of thing a document lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The document itself.
    Document,
    /// Something in its front matter.
    Front,
    /// A section, or words in it.
    Section,
    /// Points in a section.
    Points,
}

/// What a document lacks, each as a short statement; nothing: it is complete.
pub fn lacks(board: &Board, place: Place, name: &Id) -> Vec<String> {
    missing(board, place, name).into_iter().map(|lack| lack.text).collect()
}

fn missing(board: &Board, place: Place, name: &Id) -> Vec<Lack> {
    match board.profile.documents.get(name) {
        Some(document) => gaps(board, place, document),
        None => {
            let text = format!("profile {} has no document `{name}`", board.profile.profile);
            vec![Lack { what: Missing::Document, text }]
        }
    }
}

/// What a document lacks by what a process says about it, told apart.
pub fn gaps(board: &Board, place: Place, document: &Document) -> Vec<Lack> {
    let absent = |text: String| vec![Lack { what: Missing::Document, text }];
    let path = match path_of(board, place, document) {
        Ok(path) => path,
        Err(why) => return absent(why),
    };
    let Some(page) = board.pages.page(&path) else { return absent("it is not there".to_owned()) };
    let mut lacking = Vec::new();
    let mut lack = |what, text| lacking.push(Lack { what, text });
    if let Some(why) = &page.unreadable {
        lack(Missing::Front, format!("its front matter cannot be read: {why}"));
    } else {
        for text in document.front.iter().filter_map(|field| front(board, &page, field)) {
            lack(Missing::Front, text);
        }
    }
    for title in &document.sections {
        match page.section(title) {
            None => lack(Missing::Section, format!("it has no section `{title}`")),
            Some(section) if !section.filled => {
                lack(Missing::Section, format!("its section `{title}` says nothing"));
            }
            Some(_) => {}
        }
    }
    for title in &document.points {
        if page.section(title).is_none_or(|section| section.points.is_empty()) {
            lack(Missing::Points, format!("its section `{title}` lists no point"));
        }
    }
    lacking
}

/// Where a document is; the error says what its path lacks.
pub fn path_of(board: &Board, place: Place, document: &Document) -> Result<RepoPath, String> {
    let (workflow, node) = (board.workflow, board.node(place));
    let root = (&workflow.id, &workflow.root);
    place::path_of(document, root, (node.id, node.item), board.profile, &board.pages.places)
}

/// Whether a document is there, complete or not.
pub fn is_there(board: &Board, place: Place, name: &Id) -> bool {
    page(board, place, name).is_some()
}

/// A declared field of the workflow, by its name and, for a mapping, a key after a dot: what its document says as soon
/// as it says something, else what is stored.
pub fn field(board: &Board, keys: &str) -> Option<Value> {
    let (name, inner) = keys.split_once('.').map_or((keys, None), |(name, inner)| (name, Some(inner)));
    let name = Id::parse(name).ok()?;
    let declared = board.profile.workflow.fields.get(&name)?;
    let said = declared.from.as_ref().and_then(|from| page(board, 0, from));
    if let Some(page) = said.filter(|page| page.value(name.as_str()).is_some_and(|value| !value.is_null())) {
        return page.value(keys).cloned();
    }
    let stored = serde_json::to_value(board.root().item.fields.get(&name)?).ok()?;
    match inner {
        Some(inner) => stored.get(inner).cloned(),
        None => Some(stored),
    }
}

/// The points that a section of a document of the workflow lists; none when it is not there.
pub fn listed(board: &Board, name: &Id, title: &str) -> Vec<String> {
    let page = page(board, 0, name);
    page.and_then(|page| Some(page.section(title)?.points.clone())).unwrap_or_default()
}

/// The words that mark a workflow, by the declared fields that say yes.
pub fn marks<'a>(board: &Board<'a>) -> impl Iterator<Item = &'a str> {
    let profile: &'a _ = board.profile;
    let fields =
        profile.workflow.fields.iter().filter_map(|(name, field)| Some((name, field.mark.as_deref()?)));
    fields.filter(|(name, _)| field(board, name.as_str()) == Some(Value::Bool(true))).map(|(_, mark)| mark)
}

/// The document that gives a declared field of the workflow.
pub fn source(board: &Board, keys: &str) -> Option<RepoPath> {
    let name = keys.split_once('.').map_or(keys, |(name, _)| name);
    let from = board.profile.workflow.fields.get(&Id::parse(name).ok()?)?.from.as_ref()?;
    path_of(board, 0, board.profile.documents.get(from)?).ok()
}

/// Whether an item applies at all; `None`: that is not known yet.
pub fn applies(board: &Board, place: Place) -> Option<bool> {
    match board.node(place).kind.and_then(|kind| kind.only.as_ref()) {
        None => Some(true),
        Some(only) => fits(board, place, only),
    }
}

/// Whether the workflow is as a place in a profile asks; `None`: that is not known yet.
pub fn fits(board: &Board, place: Place, wanted: &Where) -> Option<bool> {
    let value = field(board, &wanted.field)?;
    Some(against(board, place, wanted).is_none() && wanted.is.contains(&show(&value)))
}

/// The words in the documents of an item that speak against a place in a profile, whatever its field says.
pub fn against<'a>(board: &Board, place: Place, wanted: &'a Where) -> Option<&'a str> {
    let documents = board.node(place).kind.map(|kind| kind.documents.as_slice()).unwrap_or_default();
    let pages: Vec<Rc<Page>> = documents.iter().filter_map(|name| page(board, place, name)).collect();
    let said = |words: &&String| pages.iter().any(|page| page.says(words));
    wanted.unless_said.iter().find(said).map(String::as_str)
}

fn page(board: &Board, place: Place, name: &Id) -> Option<Rc<Page>> {
    let document = board.profile.documents.get(name)?;
    board.pages.page(&path_of(board, place, document).ok()?)
}

fn front(board: &Board, page: &Page, field: &Id) -> Option<String> {
    let declared = board.profile.workflow.fields.get(field)?;
    match page.value(field.as_str()) {
        None | Some(Value::Null) => Some(format!("its front matter does not say `{field}`")),
        // A key that is there without a value waits to be filled in.
        Some(Value::Object(map)) if map.values().any(Value::is_null) => {
            let open = map.iter().filter(|(_, value)| value.is_null());
            let open: Vec<String> = open.map(|(key, _)| format!("`{field}.{key}`")).collect();
            Some(format!("its front matter does not say {}", open.join(", ")))
        }
        Some(value) => {
            let typed: Result<FieldValue, _> = serde_json::from_value(value.clone());
            let (said, wrong) = match typed {
                Ok(typed) => (typed.to_string(), declared.check(&typed).err()?),
                Err(_) => (show(value), format!("not {}", declared.kind)),
            };
            Some(format!("its front matter says `{field}: {said}`, which is {wrong}"))
        }
    }
}
