//! A change that is followed by something that is no file, like a commit of git.
//!
//! The files are in place, and the journal stays as `txn.held` until what follows is done. Meanwhile the lock is free,
//! because what follows may call this program: instead the journal itself is locked, and who can lock it knows that
//! nobody is at work on it any more.

use std::fs::File;
use std::io;

use super::apply::unfinished;
use super::dir::Dir;
use super::journal::{Journal, Phase, decide};
use super::lock::Lock;
use super::recover::{interrupted, left, load, remove, unreadable, unusable};
use super::{Direction, Files, Kept, Recovered};
use crate::error::{Error, Kind, Result};
use crate::model::edit::Edit;

/// A change whose files are in place, and which can still be taken back.
///
/// Dropping it settles nothing: that is what a crash does, and [`Files::settle`] is for both.
#[derive(Debug)]
pub struct Held {
    files: Files,
    track: Dir,
    journal: Journal,
    _marked: File,
}

/// A change whose files are in place, as others see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// What follows it, as [`Files::hold`] was told.
    pub then: String,
    /// The command that made it.
    pub command: String,
    /// Whether a living process is at work on what follows.
    pub busy: bool,
}

/// How to settle a change whose files are in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Onward {
    /// What follows is done: the files keep their new bytes.
    Keep,
    /// It is not: the files get their old bytes again.
    TakeBack,
}

impl Files {
    /// Makes all the edits or none like [`Files::apply`], and keeps the way back until it is known how what follows went.
    ///
    /// There is something to follow even when no file changes. `then` says what, for whoever finds the change after a
    /// crash; nothing here reads it. The lock need not be kept while that is done.
    pub fn hold(&self, lock: &Lock, edits: &[Edit], then: &str) -> Result<Held> {
        self.nothing_waits()?;
        let journal = Journal { then: Some(then.to_owned()), ..self.examine(lock, edits)? };
        let track = super::track(&self.roots.git_dir)?;
        let (phase, marked) = self.place(&track, &journal)?;
        if let Err(e) = decide(&track, phase, Phase::Held) {
            let unmoved = matches!(track.kind(Phase::Held.file()), Ok(None));
            let from = if unmoved { phase } else { Phase::Held };
            return Err(self.take_back(&track, &journal, from, Error::io("rename the journal", &e)));
        }
        Ok(Held { files: self.clone(), track, journal, _marked: marked })
    }

    /// The change whose files are in place and which something is to follow. Takes no lock.
    ///
    /// `None`: there is none, or its journal cannot be used, which is for `recover` and `abort` to say.
    pub fn held(&self) -> Result<Option<Waiting>> {
        let Some((track, found)) = self.journals()? else { return Ok(None) };
        if found.phases != [Phase::Held] {
            return Ok(None);
        }
        let Some(Ok(journal)) = load(&track, Phase::Held)? else { return Ok(None) };
        let then = journal.then.unwrap_or_default();
        Ok(Some(Waiting { then, command: journal.command, busy: found.busy }))
    }

    /// Settles a change whose files are in place and which nobody is at work on any more. `None`: there is none.
    pub fn settle(&self, lock: &Lock, onward: Onward) -> Result<Option<Recovered>> {
        let _ = lock;
        let track = super::track(&self.roots.git_dir)?;
        match left(&track)?.as_slice() {
            [Phase::Held] => {}
            [] | [_] => return Ok(None),
            _ => return Err(unusable("there are two journals")),
        }
        let Some(journal) = load(&track, Phase::Held)? else { return Ok(None) };
        let journal = journal.map_err(|why| unreadable(&why))?;
        let (direction, kept) = match onward {
            Onward::Keep => {
                remove(&track, Phase::Held)?;
                (Direction::Forward, Vec::new())
            }
            Onward::TakeBack => {
                self.same_places(&journal)?;
                (Direction::Back, self.undo(&track, &journal, Phase::Held)?)
            }
        };
        Ok(Some(self.report(direction, journal, kept)))
    }

    /// No change begins before the last one is settled.
    pub(super) fn nothing_waits(&self) -> Result<()> {
        let Some((track, found)) = self.journals()? else { return Ok(()) };
        if found.busy {
            return Err(busy(&track));
        }
        found.phases.first().map_or(Ok(()), |&phase| {
            let journal = self.journal(phase);
            Err(interrupted(&format!("`{}` says that a change was interrupted", journal.display())))
        })
    }
}

impl Held {
    /// What follows is done, and the change is no longer to be taken back.
    pub fn finish(self) -> Result<()> {
        let removed = match self.track.unlink(Phase::Held.file()) {
            // Were it to come back after a power cut, it would be asked again whether what follows is done.
            Ok(true) => self.track.sync(),
            Ok(false) => Err(io::ErrorKind::NotFound.into()),
            Err(e) => Err(e),
        };
        removed.map_err(|e| Error::io("remove the journal", &e))
    }

    /// What follows failed: all files get their old bytes again, but for what somebody else wrote meanwhile.
    ///
    /// An error is of kind [`Kind::Pending`]: the rest is for `recover`.
    pub fn take_back(self, lock: &Lock) -> Result<Vec<Kept>> {
        let _ = lock;
        self.files
            .undo(&self.track, &self.journal, Phase::Held)
            .map_err(|undo| unfinished(format!("taking back the change failed: {}", undo.message())))
    }
}

/// Somebody is at work on what follows a change.
pub(super) fn busy(track: &Dir) -> Error {
    let command = match load(track, Phase::Held) {
        Ok(Some(Ok(journal))) => format!("`{}`", journal.command),
        _ => "another command".to_owned(),
    };
    Error::new(Kind::Locked, format!("what {command} changed is being committed"))
        .note("nothing written")
        .hint("try again when it is done")
}

/// Only whoever was told what follows can find out whether it is done.
pub(super) fn unsettled(journal: &Journal) -> Error {
    let message = format!("`{}` was interrupted when its files were in place", journal.command);
    Error::new(Kind::Pending, message)
        .note("what was to follow decides whether they stay: it must be settled by what it belongs to")
        .hint("git track recover")
}
