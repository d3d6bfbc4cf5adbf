//! A change to several files, all or none.

use std::collections::BTreeSet;
use std::fs::File;
use std::io;

use super::dir::{Dir, Look};
use super::journal::{Base, Journal, Phase, Place, Record, decide};
use super::lock::{Lock, mark};
use super::slot::{Parents, Slot, Temp};
use super::{Files, excl};
use crate::error::{Error, Kind, Result};
use crate::model::edit::{Edit, Root};

/// Old and new bytes of one change together; both are in the journal.
const CHANGE_MAX: usize = 64 << 20;

impl Files {
    /// Makes all the edits or none, whatever stops the process in between.
    ///
    /// Each file must still be what the edit was decided on, and one that somebody else changes meanwhile is left
    /// alone. An error of kind [`Kind::Pending`] means that neither could be finished: `recover` will.
    pub fn apply(&self, lock: &Lock, edits: &[Edit]) -> Result<()> {
        self.nothing_waits()?;
        let journal = self.examine(lock, edits)?;
        if journal.files.is_empty() {
            return Ok(());
        }
        let track = super::track(&self.roots.git_dir)?;
        let (phase, _) = self.place(&track, &journal)?;
        // All is done and durable: if the journal cannot be removed, the next command finds nothing left to do.
        drop(track.unlink(phase.file()));
        Ok(())
    }

    /// Puts all new bytes in place, durably. The journal is left, with the name of the phase, and open.
    pub(super) fn place(&self, track: &Dir, journal: &Journal) -> Result<(Phase, File)> {
        let mut parents = Parents::new(self);
        let stored = journal.store(track).map_err(|e| Error::io("write the journal", &e));
        let staged = stored.and_then(|file| {
            if journal.then.is_some() {
                mark(track, &file)?;
            }
            Ok((stage(&mut parents, journal)?, file))
        });
        let (slots, file) = match staged {
            Ok(staged) => staged,
            Err(cause) => return Err(self.call_off(track, journal, cause)),
        };
        let phase = match commit(track, journal) {
            Ok(phase) => phase,
            Err(cause) if matches!(track.kind(Phase::Commit.file()), Ok(None)) => {
                return Err(self.call_off(track, journal, cause));
            }
            Err(cause) => return Err(self.take_back(track, journal, Phase::Commit, cause)),
        };
        match replace(&slots, journal).and_then(|()| parents.sync()) {
            Ok(()) => Ok((phase, file)),
            Err(cause) => Err(self.take_back(track, journal, phase, cause)),
        }
    }

    /// Compares the disk with what the edits expect; writes nothing.
    pub(super) fn examine(&self, lock: &Lock, edits: &[Edit]) -> Result<Journal> {
        let total: usize = edits.iter().flat_map(|e| [&e.before, &e.after]).flatten().map(Vec::len).sum();
        if total > CHANGE_MAX {
            return Err(Error::state(format!(
                "the change is {total} bytes in all; {CHANGE_MAX} is the limit"
            )));
        }
        let mut journal = Journal {
            txid: excl::nonce(),
            command: lock.owner().command.clone(),
            files: Vec::new(),
            made: Vec::new(),
            bases: Vec::new(),
            then: None,
        };
        let mut seen = BTreeSet::new();
        let mut missing = BTreeSet::new();
        for edit in edits {
            if !seen.insert((edit.root, &edit.path)) {
                return Err(Error::bug(format!("one change edits `{}` twice", edit.path)));
            }
            let base = self.root(edit.root, false)?;
            let mode = self.look_at(base.as_ref(), edit)?;
            if edit.before == edit.after {
                continue;
            }
            if edit.after.is_some() {
                self.missing(base.as_ref(), edit, &mut missing)?;
            }
            journal.bases.extend(self.movable(edit.root, &journal.bases)?);
            journal.files.push(Record {
                root: edit.root,
                path: edit.path.clone(),
                mode,
                executable: edit.executable,
                before: edit.before.clone(),
                after: edit.after.clone(),
            });
        }
        // In this order a directory comes before what is in it.
        journal.made = missing.into_iter().collect();
        Ok(journal)
    }

    /// The mode of the file, when it is what the edit expects.
    fn look_at(&self, base: Option<&Dir>, edit: &Edit) -> Result<Option<u32>> {
        let shown = self.shown(edit.root, &edit.path);
        let cap = edit.before.as_ref().map_or(0, |bytes| bytes.len() as u64);
        let look = match base {
            Some(base) => {
                base.look(edit.path.as_str(), cap).map_err(|e| Error::io(format!("read `{shown}`"), &e))?
            }
            None => Look::Absent,
        };
        match (look, &edit.before) {
            (Look::Obstacle(obstacle), _) => Err(self.in_the_way(edit.root, &obstacle)),
            (Look::Absent, None) => Ok(None),
            (Look::File(found), Some(before)) if found.bytes == *before => {
                if found.links > 1 && edit.before != edit.after {
                    return Err(Error::state(format!(
                        "`{shown}` has {} hard links, and replacing it would cut it off from the others",
                        found.links
                    ))
                    .hint("make it a file of its own: copy it and move the copy over it"));
                }
                Ok(Some(found.mode))
            }
            _ => Err(changed(&shown)),
        }
    }

    fn missing(&self, base: Option<&Dir>, edit: &Edit, made: &mut BTreeSet<Place>) -> Result<()> {
        let mut next = edit.path.parent();
        while let Some(path) = next {
            match base.map(|base| base.dir(path.as_str())) {
                Some(Ok(_)) => break,
                Some(Err(e)) if e.kind() != io::ErrorKind::NotFound => {
                    return Err(Error::io(format!("open `{}`", self.shown(edit.root, &path)), &e));
                }
                _ => {}
            }
            next = path.parent();
            made.insert(Place { root: edit.root, path });
        }
        Ok(())
    }

    /// Roots that the configuration may move are remembered, so that a recovery never writes elsewhere.
    pub(super) fn movable(&self, root: Root, known: &[Base]) -> Result<Option<Base>> {
        if !matches!(root, Root::Hooks | Root::Logs) || known.iter().any(|base| base.root == root) {
            return Ok(None);
        }
        Ok(Some(Base { root, directory: self.directory(root)?.display().to_string() }))
    }

    /// Before the decision: nothing has changed but temporary files.
    fn call_off(&self, track: &Dir, journal: &Journal, cause: Error) -> Error {
        match self.discard(track, journal) {
            Ok(_) => cause.note("nothing written"),
            Err(undo) => stuck(&cause, &undo),
        }
    }

    /// After it: decides anew, for the old bytes.
    pub(super) fn take_back(&self, track: &Dir, journal: &Journal, from: Phase, cause: Error) -> Error {
        match self.undo(track, journal, from) {
            Ok(kept) => {
                kept.iter().fold(cause, |cause, kept| cause.note(kept.to_string())).note("nothing written")
            }
            Err(undo) => stuck(&cause, &undo),
        }
    }
}

fn changed(shown: &str) -> Error {
    Error::refused(format!("`{shown}` changed underneath: it is not what this command read"))
        .hint("run the command again; nothing was written")
}

fn stuck(cause: &Error, undo: &Error) -> Error {
    unfinished(format!("{}, and undoing it failed: {}", cause.message(), undo.message()))
}

/// A change that is neither made nor taken back.
pub(super) fn unfinished(message: String) -> Error {
    Error::new(Kind::Pending, message)
        .note("the change is complete in the journal, and no other command will write before it is settled")
        .hint("git track recover")
}

/// Everything but the decision: directories, temporary files, and a last look.
fn stage(parents: &mut Parents<'_>, journal: &Journal) -> Result<Vec<Slot>> {
    for record in journal.files.iter().filter(|record| record.after.is_some()) {
        parents.make_root(record.root)?;
    }
    journal.made.iter().try_for_each(|place| parents.make_one(place))?;
    let mut slots = Vec::with_capacity(journal.files.len());
    let mut written = Vec::new();
    for (index, record) in journal.files.iter().enumerate() {
        let slot = parents.slot(journal, index, record)?;
        let slot = slot.ok_or_else(|| changed(record.path.as_str()))?;
        if let Some(after) = &record.after {
            written.push((slot.shown.clone(), slot.write(&slot.temp(Temp::New), after, record)?));
        }
        slots.push(slot);
    }
    // All are written before the first is waited for: the disk then takes them together.
    for (shown, file) in written {
        file.sync_all().map_err(|e| Error::io(format!("flush the new bytes of `{shown}`"), &e))?;
    }
    for (slot, record) in slots.iter().zip(&journal.files) {
        if !slot.is(record.before.as_deref())? {
            return Err(changed(&slot.shown));
        }
    }
    Ok(slots)
}

/// The commit point.
fn commit(track: &Dir, journal: &Journal) -> Result<Phase> {
    if journal.is_single() {
        return Ok(Phase::Prepare);
    }
    decide(track, Phase::Prepare, Phase::Commit).map_err(|e| Error::io("rename the journal", &e))?;
    Ok(Phase::Commit)
}

fn replace(slots: &[Slot], journal: &Journal) -> Result<()> {
    for (slot, record) in slots.iter().zip(&journal.files) {
        if !slot.swap(&slot.temp(Temp::New), record.before.as_deref(), record.after.as_deref())? {
            return Err(changed(&slot.shown));
        }
    }
    Ok(())
}
