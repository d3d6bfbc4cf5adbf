//! The history that `undo` takes back: one file for each change, written together with the change.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::files::EntryKind;
use crate::model::edit::{Edit, Root};
use crate::model::path::RepoPath;
use crate::model::time::Time;

use super::Store;

const FOLDER: &str = "track/undo";

/// How many changes can be taken back.
const KEPT: usize = 50;

/// The largest entry that is read, in bytes.
const LARGEST: u64 = 16 * 1024 * 1024;

/// A change that can be taken back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The version of the format.
    pub schema: u32,
    /// When it was made.
    pub at: Time,
    /// Who made it.
    pub by: String,
    /// What it was, in words.
    pub what: String,
    /// The files that it changed.
    pub files: Vec<FileChange>,
}

/// A file before and after a change; the state is text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileChange {
    /// Below the top of the work tree.
    pub path: RepoPath,
    /// What it held; `None`: it was not there.
    pub before: Option<String>,
    /// What it held afterwards; `None`: it was not there.
    pub after: Option<String>,
}

/// The edits that remember a change: a new entry, and the oldest ones dropped. Only files of the work tree count.
pub fn record(store: &Store, edits: &[Edit], at: Time, by: &str, what: String) -> Result<Vec<Edit>> {
    let text =
        |bytes: &Option<Vec<u8>>| bytes.as_ref().map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let files: Vec<FileChange> = edits
        .iter()
        .filter(|edit| edit.root == Root::WorkTree)
        .map(|edit| FileChange {
            path: edit.path.clone(),
            before: text(&edit.before),
            after: text(&edit.after),
        })
        .collect();
    let numbers = numbers(store)?;
    let next = numbers.last().map_or(1, |last| last + 1);
    let entry = Entry { schema: 1, at, by: by.to_owned(), what, files };
    let json = serde_json::to_vec(&entry).map_err(|error| Error::bug(format!("an undo entry: {error}")))?;
    let mut remembered = vec![edit(path(next)?, None, Some(json))];
    let surplus = (numbers.len() + 1).saturating_sub(KEPT);
    for &old in numbers.iter().take(surplus) {
        let path = path(old)?;
        if let Some(bytes) = store.files.read(Root::GitDir, &path, LARGEST)? {
            remembered.push(edit(path, Some(bytes), None));
        }
    }
    Ok(remembered)
}

/// A number that grows with every change of this worktree: the same before and after a read means that nobody wrote.
pub fn generation(store: &Store) -> Result<u64> {
    Ok(numbers(store)?.last().copied().unwrap_or_default())
}

/// The newest change that can be taken back, with its number.
pub fn newest(store: &Store) -> Result<Option<(u64, Entry)>> {
    let Some(&number) = numbers(store)?.last() else { return Ok(None) };
    let path = path(number)?;
    let Some(bytes) = store.files.read(Root::GitDir, &path, LARGEST)? else { return Ok(None) };
    let entry = serde_json::from_slice(&bytes)
        .map_err(|error| Error::state(format!("the undo entry {path} cannot be read: {error}")))?;
    Ok(Some((number, entry)))
}

/// The edits that take a change back and forget it; refused when one of its files was changed since.
pub fn take_back(store: &Store, number: u64, entry: &Entry) -> Result<Vec<Edit>> {
    let mut edits = Vec::new();
    for file in &entry.files {
        let now = store.files.read(Root::WorkTree, &file.path, LARGEST)?;
        if now.as_deref() != file.after.as_deref().map(str::as_bytes) {
            return Err(Error::refused(format!("{} was changed since by something else", file.path))
                .note(format!("it would take back: {}", entry.what))
                .hint(format!("git diff -- {}", file.path)));
        }
        let back = file.before.as_ref().map(|text| text.clone().into_bytes());
        edits.push(Edit {
            root: Root::WorkTree,
            path: file.path.clone(),
            before: now,
            after: back,
            executable: false,
        });
    }
    let path = path(number)?;
    let bytes = store.files.read(Root::GitDir, &path, LARGEST)?;
    edits.push(edit(path, bytes, None));
    Ok(edits)
}

fn numbers(store: &Store) -> Result<Vec<u64>> {
    let entries = store.files.list(Root::GitDir, &RepoPath::parse(FOLDER)?)?;
    let number = |name: &str| name.strip_suffix(".json")?.parse().ok();
    let mut numbers: Vec<u64> = entries
        .iter()
        .filter(|entry| entry.kind == EntryKind::File)
        .filter_map(|entry| number(&entry.name))
        .collect();
    numbers.sort_unstable();
    Ok(numbers)
}

fn path(number: u64) -> Result<RepoPath> {
    RepoPath::parse(&format!("{FOLDER}/{number:06}.json"))
}

fn edit(path: RepoPath, before: Option<Vec<u8>>, after: Option<Vec<u8>>) -> Edit {
    Edit { root: Root::GitDir, path, before, after, executable: false }
}
