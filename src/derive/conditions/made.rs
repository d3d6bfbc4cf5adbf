//! What an item must be made of: documents, ticked lines, pieces, fields, a size within its limits.

use crate::model::check::Checks;
use crate::model::id::Id;
use crate::model::path::RepoPath;
use crate::model::profile::{Guarded, ROOT};
use crate::model::record::Limits;

use super::super::board::{Board, Place};
use super::super::overlap::may_touch;
use super::super::pages;
use super::{Condition, Question};

/// Whether an item whose state is derived is made of what its process asks for.
pub(crate) fn is_made(board: &Board, place: Place) -> bool {
    completion(board, place, &Id::to_string).iter().all(|condition| condition.ok)
}

/// What an item whose state is derived must be made of before it is done.
pub(super) fn completion(board: &Board, place: Place, refer: &dyn Fn(&Id) -> String) -> Vec<Condition> {
    let Some(kind) = board.node(place).kind else { return Vec::new() };
    let mut list = documents(board, place, &kind.documents, refer);
    if let Some(checks) = kind.guards.get(&Guarded::Done) {
        list.extend(made(board, place, checks, refer));
    }
    list
}

/// The checks that look at the item, its workflow and its files alone.
pub(super) fn made(
    board: &Board,
    place: Place,
    checks: &Checks,
    refer: &dyn Fn(&Id) -> String,
) -> Vec<Condition> {
    let node = board.node(place);
    let me = refer(node.id);
    let mut list = Vec::new();
    if checks.checklist {
        let mut lines = node.item.checklist.iter().flat_map(|list| list.lines.iter());
        let open = lines.find(|(_, line)| line.done.is_none());
        let command = open.map(|(line, _)| format!("git track done {me}.{line}"));
        list.push(Condition::says(open.is_none().into(), "every line of the checklist is ticked", command));
    }
    list.extend(documents(board, place, &checks.documents, refer));
    for kind in &checks.has {
        let found = board.nodes().any(|(_, node)| node.kind_id == Some(kind));
        let command = format!("git track add {kind} \"what it is\" {}", place_for(board, kind, refer));
        list.push(Condition::says(found.into(), format!("there is a {kind}"), command));
    }
    for (field, wanted) in checks.fields.iter() {
        let said = node.item.fields.get(field).map(ToString::to_string);
        let fits = said.is_some_and(|said| wanted.is_empty() || wanted.contains(&said));
        let (text, value) = match wanted.as_slice() {
            [] => (format!("it says `{field}`"), "…"),
            [first, ..] => (format!("`{field}` is {}", wanted.join(" or ")), first.as_str()),
        };
        list.push(Condition::says(fits.into(), text, format!("git track set {me} {field}={value}")));
    }
    if checks.estimate {
        list.extend(estimate(board, place, refer));
    }
    if !checks.untouched.is_empty() {
        list.push(untouched(board, place, &checks.untouched, &me));
    }
    if checks.logs
        && let Some(logs) = &board.profile.logs
    {
        let there = board.pages.logged(logs, board.workflow.id.as_str());
        let command = format!("git track note {me} -m \"what became of the logs\"");
        list.push(Condition::says(there.into(), "the folder of its logs is there", command));
    }
    list
}

/// The required artifacts that must be there.
pub(super) fn artifacts(question: Question) -> Vec<Condition> {
    if !question.checks.artifacts {
        return Vec::new();
    }
    let required = question.node().item.artifacts.values().filter(|artifact| artifact.required == Some(true));
    let paths = required.filter_map(|artifact| artifact.path.as_ref());
    let pages = question.board().pages;
    let there = |path: &RepoPath| {
        Condition::says(pages.exists(path).into(), format!("{path} is there"), format!("write {path}"))
    };
    paths.map(there).collect()
}

fn documents(board: &Board, place: Place, names: &[Id], refer: &dyn Fn(&Id) -> String) -> Vec<Condition> {
    let mut list = Vec::new();
    for name in names {
        let title = board.profile.documents.get(name).map_or(name.as_str(), |known| known.title.as_str());
        let lacks = pages::lacks(board, place, name);
        if lacks.is_empty() {
            list.push(Condition::met(format!("{title} is complete")));
        }
        let path = board.profile.documents.get(name).and_then(|d| pages::path_of(board, place, d).ok());
        let command = match path.filter(|path| board.pages.exists(path)) {
            Some(path) => Some(format!("edit {path}")),
            None => begin(board, name, refer),
        };
        list.extend(
            lacks.into_iter().map(|lack| Condition::unmet(format!("{title}: {lack}"), command.clone())),
        );
    }
    list
}

// The item that the document belongs to begins it.
fn begin(board: &Board, name: &Id, refer: &dyn Fn(&Id) -> String) -> Option<String> {
    let owner = board.nodes().find(|(_, node)| node.kind.is_some_and(|kind| kind.documents.contains(name)));
    owner.map(|(_, node)| format!("git track start {}", refer(node.id)))
}

// Where one of a kind can be added.
fn place_for(board: &Board, kind: &Id, refer: &dyn Fn(&Id) -> String) -> String {
    let under = board.profile.kinds.get(kind).map(|kind| kind.under.as_slice()).unwrap_or_default();
    let takes = |above: Option<&Id>| above.is_some_and(|above| under.contains(above));
    let host = board.nodes().find(|(_, node)| takes(node.kind_id));
    match host.filter(|_| !under.iter().any(|under| under.as_str() == ROOT)) {
        Some((_, host)) => format!("--in {}", refer(host.id)),
        None => format!("-w {}", board.workflow.id),
    }
}

fn estimate(board: &Board, place: Place, refer: &dyn Fn(&Id) -> String) -> Vec<Condition> {
    let node = board.node(place);
    // A smaller number would not make it smaller; a second item does.
    let another = node.kind_id.zip(node.parent).map(|(kind, above)| match above {
        0 => format!("git track add {kind} \"the other part\" -w {}", board.workflow.id),
        above => format!("git track add {kind} \"the other part\" --in {}", refer(board.node(above).id)),
    });
    let limits = limits(board, place);
    let expected = node.item.estimate.unwrap_or_default();
    let within = |what: &str, expected: Option<u32>, most: Option<u32>| {
        let (expected, most) = (expected?, most?);
        if expected <= most {
            return Some(Condition::met(format!(
                "it is expected to change {expected} {what}; {most} is the limit"
            )));
        }
        let text = format!("it is expected to change {expected} {what}; {most} is the limit: split it");
        Some(Condition::unmet(text, another.clone()))
    };
    let files = within("files", expected.files, limits.files);
    files.into_iter().chain(within("lines", expected.lines, limits.lines)).collect()
}

/// How much an item may change: what it says itself, else its kind.
pub(crate) fn limits(board: &Board, place: Place) -> Limits {
    let node = board.node(place);
    let (own, kind) = (node.item.limits.unwrap_or_default(), node.kind.and_then(|kind| kind.limits));
    let kind = kind.unwrap_or_default();
    Limits { files: own.files.or(kind.files), lines: own.lines.or(kind.lines) }
}

fn untouched(board: &Board, place: Place, patterns: &[String], me: &str) -> Condition {
    let files = &board.node(place).item.files;
    let folder = |file: &str| {
        let path = RepoPath::parse(file.trim_start_matches("./").trim_end_matches('/')).ok();
        let page = path.and_then(|path| board.pages.page(&path));
        file.ends_with('/') || page.is_some_and(|page| page.on.is_none())
    };
    let hit = files.iter().find_map(|file| {
        let folder = folder(file);
        let pattern = patterns.iter().find(|pattern| may_touch(file, folder, pattern))?;
        Some((file, pattern))
    });
    match hit {
        None => Condition::met("none of its files is protected"),
        Some((file, pattern)) => Condition::unmet(
            format!("{file} is protected by `{pattern}`"),
            format!("git track set {me} files=…"),
        ),
    }
}
