//! The section of a release in the changelog of a group.

use crate::bump::{Next, Reason, entries, with_section};
use crate::error::{Error, Result};
use crate::model::edit::{Edit, Root};
use crate::model::id::Id;
use crate::model::path::RepoPath;
use crate::store::{At, Store};
use crate::ui::clean;

use super::super::context::Context;
use super::super::documents::Renderer;

/// The template of a section; a process of the team may have its own.
const TEMPLATE: &str = "changelog.md";

/// The edit that adds a section for a release; `None`: it has one already.
pub(super) fn edit(
    context: &Context,
    store: &Store,
    path: &RepoPath,
    (next, name, reasons): (&Next, &str, &[Reason]),
) -> Result<Option<Edit>> {
    let before = store.regular(&At::WorkTree, path)?;
    let text = before.as_deref().map(std::str::from_utf8).transpose();
    let text =
        text.map_err(|_| Error::state(format!("`{path}` is not UTF-8 text")).hint("save the file as UTF-8"))?;
    let version = next.version.to_string();
    let value = serde_json::json!({
        "version": version,
        "tag": name,
        "date": context.local_date()?.to_string(),
        "last": next.last,
        "sections": entries(reasons),
    });
    let renderer = Renderer { context, store, at: &At::WorkTree };
    let section = renderer.text(&process(store)?, TEMPLATE, &value);
    let section = section.map_err(|error| error.context(format!("the section of {path}")))?;
    // What stands in a message may be anything.
    let section: Vec<String> = section.lines().map(clean).collect();
    let after = with_section(text, &version, &section.join("\n")).map(String::into_bytes);
    Ok(after.map(|after| Edit {
        root: Root::WorkTree,
        path: path.clone(),
        before,
        after: Some(after),
        executable: false,
    }))
}

// The process whose folder may have a template of the team's own.
fn process(store: &Store) -> Result<Id> {
    let config = store.decided(&At::WorkTree)?;
    match config.profiles.into_iter().next() {
        Some(first) => Ok(first),
        None => {
            let known = store.profile_names(&At::WorkTree)?;
            let first = known.first().ok_or_else(|| Error::bug("no process is known"))?;
            Id::parse(first)
        }
    }
}
