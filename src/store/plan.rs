//! From changed workflows to edits of files: only what changed is written.

use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::formats::yaml;
use crate::model::edit::{Edit, Root};
use crate::model::path::RepoPath;
use crate::model::workflow::Workflow;

use super::snapshot::{Loaded, read_workflow};
use super::{LARGEST, Store};

/// The edit that makes a file say what a workflow has become; `None` when it says so already.
pub fn workflow_edit(store: &Store, loaded: Option<&Loaded>, workflow: &Workflow) -> Result<Option<Edit>> {
    let Some(loaded) = loaded else {
        let path = store.path_of(&workflow.id)?;
        let text = yaml::write(&workflow.to_value());
        return checked(path, None, text, workflow).map(Some);
    };
    rewritten(&loaded.path, &loaded.bytes, &loaded.workflow, workflow)
}

pub(super) fn rewritten(
    path: &RepoPath,
    bytes: &[u8],
    old: &Workflow,
    new: &Workflow,
) -> Result<Option<Edit>> {
    let (before, after) = (old.to_value(), new.to_value());
    if before == after {
        return Ok(None);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| Error::bug("state that is not UTF-8 was read"))?;
    let written = yaml::tree(bytes, path.as_str())?;
    let wanted = carry(&written, &before, &after);
    let text = yaml::edit(text, &written, &wanted)?;
    checked(path.clone(), Some(bytes.to_vec()), text, new).map(Some)
}

/// The edit that makes a new file; an error when there is one.
pub fn new_file(store: &Store, path: RepoPath, text: String) -> Result<Edit> {
    if store.files.exists(Root::WorkTree, &path)? {
        return Err(Error::refused(format!("{path} is there already")));
    }
    let after = Some(text.into_bytes());
    Ok(Edit { root: Root::WorkTree, path, before: None, after, executable: false })
}

// What is about to be written is read the way everybody will read it: a file that would say something else, or that
// would not be read at all, is never written.
fn checked(path: RepoPath, before: Option<Vec<u8>>, text: String, workflow: &Workflow) -> Result<Edit> {
    if text.len() as u64 >= LARGEST {
        return Err(Error::refused(format!("{path} would grow beyond 1 MiB"))
            .hint("split the workflow; close this one and begin another"));
    }
    let read = read_workflow(text.as_bytes(), &path)
        .map_err(|error| error.context("the change cannot be written"))?;
    if read != *workflow {
        return Err(Error::bug(format!("{path} would not say what was decided")));
    }
    Ok(Edit { root: Root::WorkTree, path, before, after: Some(text.into_bytes()), executable: false })
}

/// Carries the difference between two trees of the model over to the tree as it is written, which may leave out or
/// spell out more than the model does.
pub(super) fn carry(written: &Value, before: &Value, after: &Value) -> Value {
    if before == after {
        return written.clone();
    }
    let (Some(written), Some(before), Some(after)) =
        (written.as_object(), before.as_object(), after.as_object())
    else {
        return after.clone();
    };
    let nothing = Value::Null;
    // An id may be written with U+2011 for its hyphens, where the model has plain ones.
    let plain = |key: &String| key.replace('\u{2011}', "-");
    let mut carried = Map::new();
    for (key, value) in written {
        match (before.get(&plain(key)), after.get(&plain(key))) {
            (Some(_), None) => {}
            (old, Some(new)) => {
                carried.insert(key.clone(), carry(value, old.unwrap_or(&nothing), new));
            }
            (None, None) => {
                carried.insert(key.clone(), value.clone());
            }
        }
    }
    let mut next = 0;
    for (key, value) in after {
        let place = carried.keys().position(|known| plain(known) == *key);
        if place.is_none() {
            carried.shift_insert(next, key.clone(), value.clone());
        }
        next = place.unwrap_or(next) + 1;
    }
    Value::Object(carried)
}
