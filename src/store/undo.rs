//! The history that `undo` takes back: one file for each change, written together with the change.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::files::EntryKind;
use crate::model::actor::{Actor, ActorKind};
use crate::model::edit::{Edit, Root};
use crate::model::path::RepoPath;
use crate::model::time::Time;

use super::Store;

const FOLDER: &str = "track/undo";

/// The version of the format of an entry.
const SCHEMA: u32 = 1;

/// Ends the name of a change that can be taken back.
const ENTRY: &str = ".json";

/// Ends the name of an empty file that stays for a change that was taken back, so that no number comes twice.
const MARKER: &str = ".undone";

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
    /// As what; an entry that does not say so is a person's, which no agent takes back.
    #[serde(default)]
    pub kind: ActorKind,
    /// What it was, in words.
    pub what: String,
    /// The release whose files were committed with it; git's history is the way back then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub committed: Option<String>,
    /// The files that it changed.
    pub files: Vec<FileChange>,
}

/// What is remembered of a change besides its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// What it was, in words.
    pub what: String,
    /// The release whose files are committed with it.
    pub committed: Option<String>,
}

impl From<String> for Told {
    fn from(what: String) -> Self {
        Self { what, committed: None }
    }
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
pub fn record(
    store: &Store,
    edits: &[Edit],
    at: Time,
    by: Actor,
    told: impl Into<Told>,
) -> Result<Vec<Edit>> {
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
    let numbers = numbers(store, ENTRY)?;
    let next = next(store)?;
    let Told { what, committed } = told.into();
    let entry = Entry { schema: SCHEMA, at, by: by.name.to_owned(), kind: by.kind, what, committed, files };
    let json = serde_json::to_vec(&entry).map_err(|error| Error::bug(format!("an undo entry: {error}")))?;
    let mut remembered = markers_removed(store)?;
    remembered.push(edit(path(next, ENTRY)?, None, Some(json)));
    let surplus = (numbers.len() + 1).saturating_sub(KEPT);
    for &old in numbers.iter().take(surplus) {
        let path = path(old, ENTRY)?;
        if let Some(bytes) = store.files.read(Root::GitDir, &path, LARGEST)? {
            remembered.push(edit(path, Some(bytes), None));
        }
    }
    Ok(remembered)
}

/// A number that grows with every change of this worktree: the same before and after a read means that nobody wrote.
pub fn generation(store: &Store) -> Result<u64> {
    let last = |ending| Ok(numbers(store, ending)?.last().copied().unwrap_or_default());
    Ok(last(ENTRY)?.max(last(MARKER)?))
}

/// The newest change that can be taken back, with its number.
pub fn newest(store: &Store) -> Result<Option<(u64, Entry)>> {
    let Some(&number) = numbers(store, ENTRY)?.last() else { return Ok(None) };
    let path = path(number, ENTRY)?;
    let Some(bytes) = store.files.read(Root::GitDir, &path, LARGEST)? else { return Ok(None) };
    let entry: Entry = serde_json::from_slice(&bytes)
        .map_err(|error| Error::state(format!("the undo entry {path} cannot be read: {error}")))?;
    if entry.schema != SCHEMA {
        let message = format!("the undo entry {path} is of another git-track (schema {})", entry.schema);
        return Err(Error::state(message).hint("git log -- .track"));
    }
    Ok(Some((number, entry)))
}

/// Refuses to take back what somebody else did, unless a person asks.
pub fn may_take_back(entry: &Entry, actor: Actor) -> Result<()> {
    let own = entry.kind == ActorKind::Agent && entry.by.eq_ignore_ascii_case(actor.name);
    if actor.kind == ActorKind::Person || own {
        return Ok(());
    }
    let who = match entry.kind {
        ActorKind::Person => "a person",
        ActorKind::Agent => "another agent",
    };
    Err(Error::refused(format!("an agent takes back only what it did; {}, {who}, made this", entry.by))
        .note(format!("it would take back: {}", entry.what))
        .note("nothing written")
        .hint("a person takes it back: git track undo"))
}

/// The edits that take a change back and forget it; refused when one of its files was changed since.
pub fn take_back(store: &Store, number: u64, entry: &Entry) -> Result<Vec<Edit>> {
    if let Some(release) = &entry.committed {
        return Err(Error::refused(format!("{release} was committed, and undo takes back only what is not"))
            .note("nothing written; as long as nobody else has them, git itself takes commit and tag back")
            .hint("git log -3 --decorate"));
    }
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
    let entry = path(number, ENTRY)?;
    let bytes = store.files.read(Root::GitDir, &entry, LARGEST)?;
    edits.push(edit(entry, bytes, None));
    edits.extend(markers_removed(store)?);
    edits.push(edit(path(next(store)?, MARKER)?, None, Some(Vec::new())));
    Ok(edits)
}

/// The number of the next change, whichever way it goes.
fn next(store: &Store) -> Result<u64> {
    let full = || Error::state(format!("the numbers in {FOLDER} are used up")).hint("remove that folder");
    generation(store)?.checked_add(1).ok_or_else(full)
}

fn markers_removed(store: &Store) -> Result<Vec<Edit>> {
    let mut edits = Vec::new();
    for old in numbers(store, MARKER)? {
        let path = path(old, MARKER)?;
        if let Some(bytes) = store.files.read(Root::GitDir, &path, LARGEST)? {
            edits.push(edit(path, Some(bytes), None));
        }
    }
    Ok(edits)
}

fn numbers(store: &Store, ending: &str) -> Result<Vec<u64>> {
    let entries = store.files.list(Root::GitDir, &RepoPath::parse(FOLDER)?)?;
    let number = |name: &str| name.strip_suffix(ending)?.parse().ok();
    let mut numbers: Vec<u64> = entries
        .iter()
        .filter(|entry| entry.kind == EntryKind::File)
        .filter_map(|entry| number(&entry.name))
        .collect();
    numbers.sort_unstable();
    Ok(numbers)
}

fn path(number: u64, ending: &str) -> Result<RepoPath> {
    RepoPath::parse(&format!("{FOLDER}/{number:06}{ending}"))
}

fn edit(path: RepoPath, before: Option<Vec<u8>>, after: Option<Vec<u8>>) -> Edit {
    Edit { root: Root::GitDir, path, before, after, executable: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agents_take_back_what_they_did() {
        let written = |kind: &str| {
            let json = format!(
                "{{\"schema\": 1, \"at\": \"2026-02-12T09:00:00Z\", \"by\": \"I1\"{kind}, \"what\": \"a done\", \"files\": []}}"
            );
            serde_json::from_str::<Entry>(&json).unwrap()
        };
        let (old, person, agent) =
            (written(""), written(", \"kind\": \"person\""), written(", \"kind\": \"agent\""));
        assert_eq!(old, person, "what does not say so is a person's");
        for (entry, name, said) in [
            (&old, "I1", Some("I1, a person,")),
            (&person, "I2", Some("I1, a person,")),
            (&agent, "i1", None),
            (&agent, "I2", Some("I1, another agent,")),
        ] {
            assert!(may_take_back(entry, Actor { name, kind: ActorKind::Person }).is_ok());
            let refusal = may_take_back(entry, Actor { name, kind: ActorKind::Agent }).err();
            let message = said.map(|said| format!("an agent takes back only what it did; {said} made this"));
            assert_eq!(refusal.map(|refusal| refusal.message().to_owned()), message, "{name}");
        }
    }
}
