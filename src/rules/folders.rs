//! The folder of a workflow, where its process keeps one, and the documents in it that people write one after the other.

use super::Case;
use crate::derive::board::{Board, Place};
use crate::derive::pages::path_of;
use crate::model::document::Document;
use crate::model::id::Id;
use crate::model::path::RepoPath;
use crate::model::place::Places;
use crate::model::profile::Profile;
use crate::model::state::State;
use crate::model::time::Date;

/// The folder that holds one folder for each workflow of a process: `{changes}` of `{changes}/{workflow}/…`.
pub(super) fn root(profile: &Profile, places: &Places) -> Option<RepoPath> {
    let pattern = profile.documents.values().find_map(|document| document.path.split_once("/{workflow}/"));
    let name = pattern?.0.strip_prefix('{')?.strip_suffix('}')?;
    places.get(name).or_else(|| profile.paths.get(name)).cloned()
}

/// The folders that hold those of the workflows of a process: where they were, and where they are.
pub(super) fn roots(case: &Case, profile: &Profile) -> Vec<RepoPath> {
    let before = case.policy.profile(&profile.profile).unwrap_or(profile);
    let both = [root(before, &case.policy.config.paths), root(profile, case.after.places)];
    let mut roots: Vec<RepoPath> = both.into_iter().flatten().collect();
    roots.dedup();
    roots
}

/// The rest of a path below a folder.
pub(super) fn below<'p>(root: &RepoPath, path: &'p str) -> Option<&'p str> {
    path.strip_prefix(root.as_str())?.strip_prefix('/')
}

/// Whether a name is made as the process makes the ids of its workflows.
pub(super) fn is_made(pattern: &str, name: &str) -> bool {
    let Some((fixed, rest)) = pattern.split_once('{') else { return pattern == name };
    let Some((variable, rest)) = rest.split_once('}') else { return pattern == name };
    let Some(name) = name.strip_prefix(fixed) else { return false };
    let fits = |part: &str| match variable {
        "date" => is_date(part),
        "slug" => is_slug(part),
        _ => !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()),
    };
    let ends = (0..=name.len()).filter(|&end| name.is_char_boundary(end));
    ends.filter_map(|end| name.split_at_checked(end)).any(|(part, tail)| fits(part) && is_made(rest, tail))
}

fn is_date(text: &str) -> bool {
    let (Some(year), Some(month), Some(day)) = (text.get(..4), text.get(4..6), text.get(6..)) else {
        return false;
    };
    text.len() == 8 && Date::parse(&format!("{year}-{month}-{day}")).is_ok()
}

fn is_slug(text: &str) -> bool {
    text.split('-').all(|word| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    })
}

/// How the name of a folder is made, for people: `CHG-YYYYMMDD-<slug>`.
pub(super) fn shape(pattern: &str) -> String {
    pattern.replace("{date}", "YYYYMMDD").replace('{', "<").replace('}', ">")
}

/// A document in the folder of a workflow that comes after others.
#[derive(Clone, Copy)]
pub(super) struct Step<'a> {
    pub name: &'a Id,
    pub document: &'a Document,
    /// The kind of the item that is made of it; the workflow itself has none.
    pub kind: Option<&'a Id>,
}

/// The documents in the folder of a workflow of this process in the order in which they are written, without those that
/// not every workflow has.
pub(super) fn steps(profile: &Profile) -> Vec<Step<'_>> {
    let kind_of = |name: &Id| profile.kinds.iter().find(|(_, kind)| kind.documents.contains(name));
    let written = |(name, document): (&'_ Id, &'_ Document)| {
        let kind = kind_of(name);
        let ordered = document.path.contains("/{workflow}/")
            && kind.map_or(document.template.is_none(), |(_, kind)| kind.only.is_none());
        ordered.then_some(kind.map(|(id, _)| id))
    };
    let all = profile.documents.iter();
    all.filter_map(|(name, document)| Some(Step { name, document, kind: written((name, document))? }))
        .collect()
}

/// The item of a workflow that a step belongs to, unless it is left out.
pub(super) fn place(board: &Board, step: Step) -> Option<Place> {
    let Some(kind) = step.kind else { return Some(0) };
    let found = board.nodes().find(|(_, node)| node.kind_id == Some(kind))?;
    (found.1.state != State::Dropped).then_some(found.0)
}

/// The files of the steps of a workflow; those that are left out have none.
pub(super) fn files<'a>(board: &Board<'a>) -> Vec<(Step<'a>, Place, RepoPath)> {
    let step = |step: Step<'a>| {
        let place = place(board, step)?;
        Some((step, place, path_of(board, place, step.document).ok()?))
    };
    let profile: &'a Profile = board.profile;
    steps(profile).into_iter().filter_map(step).collect()
}

/// Whether a file is the state, a document of a workflow or beside one in its folder: what is planned, not the work.
pub(super) fn is_planning(board: &Board, path: &str) -> bool {
    if path.starts_with(".track/") {
        return true;
    }
    let root = root(board.profile, &board.pages.places);
    let inside =
        root.and_then(|root| Some(below(&root, path)?.split_once('/')?.0 == board.workflow.id.as_str()));
    inside.unwrap_or(false) || documents(board).iter().any(|document| document.as_str() == path)
}

/// The files of all documents of a workflow.
pub(super) fn documents(board: &Board) -> Vec<RepoPath> {
    let of_one = |document| {
        let places = board.nodes().map(|(place, _)| place);
        places.filter_map(move |place| path_of(board, place, document).ok()).collect::<Vec<_>>()
    };
    let mut all: Vec<RepoPath> = board.profile.documents.values().flat_map(of_one).collect();
    all.sort();
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_folders_are_made_as_ids_are() {
        let change = |name| is_made("CHG-{date}-{slug}", name);
        for name in ["CHG-20260212-auth-timeout", "CHG-20260212-a", "CHG-20260212-auth-2"] {
            assert!(change(name), "{name}");
        }
        for name in [
            "foo",
            "CHG-2026-foo",
            "CHG-20260212-Foo",
            "CHG-20260231-foo",
            "CHG-20260212-",
            "CHG-20260212-a--b",
            "CHG\u{2011}20260212-foo",
            "CHG-progress-script-compatibility-spec",
        ] {
            assert!(!change(name), "{name}");
        }
        assert!(is_made("{slug}-{date}-{nnn}", "auth-20260212-001"));
        assert!(!is_made("{slug}-{date}-{nnn}", "auth-20260212-"));
        assert_eq!(shape("CHG-{date}-{slug}"), "CHG-YYYYMMDD-<slug>");
    }
}
