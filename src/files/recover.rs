//! What to do with a change that was interrupted.

use std::fmt;
use std::io;
use std::path::PathBuf;

use super::dir::Dir;
use super::held::{busy, unsettled};
use super::journal::{Journal, Journals, Phase, Record, Unreadable, decide, journals};
use super::lock::Lock;
use super::slot::{Parents, Slot, Temp};
use super::{Files, TRACK, excl};
use crate::error::{Error, Kind, Result};

/// A change was interrupted and waits for `git track recover`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// How far it had come.
    pub phase: Phase,
    /// The journal.
    pub journal: PathBuf,
}

/// What a recovery did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovered {
    /// Which bytes the files have now.
    pub direction: Direction,
    /// The command that was interrupted; empty when its journal could not be read.
    pub command: String,
    /// The files of the change, or for [`Direction::SetAside`] the journals that could not be read.
    pub files: Vec<String>,
    /// Files that somebody else wrote meanwhile.
    pub kept: Vec<Kept>,
}

/// Where a recovery went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// All files have the new bytes.
    Forward,
    /// All files have the old bytes again.
    Back,
    /// The change had not begun: only temporary files were removed.
    Discarded,
    /// The journal could not be read. The files are as the interruption left them.
    SetAside,
}

/// A file that is neither what it was before the change nor what the change made of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The file.
    pub file: String,
    /// Where the foreign bytes are; `None`: in the file itself.
    pub copy: Option<String>,
}

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.copy {
            None => write!(f, "`{}` keeps what somebody else wrote meanwhile", self.file),
            Some(copy) => write!(f, "what somebody else wrote to `{}` meanwhile is in `{copy}`", self.file),
        }
    }
}

impl Files {
    /// Whether a change was interrupted. Costs a few lookups, takes no lock.
    ///
    /// One that a living process holds is none: its files are whole.
    pub fn pending(&self) -> Result<Option<Pending>> {
        let Some((_, found)) = self.journals()? else { return Ok(None) };
        let stopped = found.phases.into_iter().find(|&phase| phase != Phase::Held || !found.busy);
        Ok(stopped.map(|phase| Pending { phase, journal: self.journal(phase) }))
    }

    /// The journals there are and where they are; `None`: not even the directory is there.
    pub(super) fn journals(&self) -> Result<Option<(Dir, Journals)>> {
        let look = || match Dir::open_root(&self.roots.git_dir)?.dir(TRACK) {
            Ok(track) => journals(&track).map(|found| Some((track, found))),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(e),
        };
        look().map_err(|e| Error::io(format!("look into `{}`", self.roots.git_dir.join(TRACK).display()), &e))
    }

    pub(super) fn journal(&self, phase: Phase) -> PathBuf {
        self.roots.git_dir.join(TRACK).join(phase.file())
    }

    /// Settles an interrupted change: forward when it was decided and nothing was to follow, else back. `None`: there
    /// was none.
    ///
    /// One whose files are all in place is settled by [`Files::settle`] alone.
    pub fn recover(&self, lock: &Lock) -> Result<Option<Recovered>> {
        let _ = lock;
        let track = super::track(&self.roots.git_dir)?;
        let found = left(&track)?;
        let &[phase] = found.as_slice() else {
            return if found.is_empty() { Ok(None) } else { Err(unusable("there are two journals")) };
        };
        let Some(journal) = load(&track, phase)? else { return Ok(None) };
        let journal = match journal {
            Ok(journal) => journal,
            Err(Unreadable::Corrupt) if phase == Phase::Prepare => return half_written(&track).map(Some),
            Err(why) => return Err(unreadable(&why)),
        };
        self.same_places(&journal)?;
        let (direction, kept) = match phase {
            Phase::Prepare => self.discard(&track, &journal)?,
            Phase::Commit if journal.then.is_none() => (Direction::Forward, self.forward(&track, &journal)?),
            // What was to follow has not begun.
            Phase::Commit | Phase::Abort => (Direction::Back, self.undo(&track, &journal, phase)?),
            Phase::Held => return Err(unsettled(&journal)),
        };
        Ok(Some(self.report(direction, journal, kept)))
    }

    /// Settles an interrupted change by taking it back, where the journal can be read; else puts the journal aside.
    pub fn abort(&self, lock: &Lock) -> Result<Option<Recovered>> {
        let _ = lock;
        let track = super::track(&self.roots.git_dir)?;
        let found = left(&track)?;
        let &[phase] = found.as_slice() else {
            return if found.is_empty() { Ok(None) } else { self.set_aside(&track, &found).map(Some) };
        };
        let Some(journal) = load(&track, phase)? else { return Ok(None) };
        let journal = match journal {
            Ok(journal) => journal,
            Err(Unreadable::Corrupt) if phase == Phase::Prepare => return half_written(&track).map(Some),
            Err(_) => return self.set_aside(&track, &found).map(Some),
        };
        self.same_places(&journal)?;
        if phase == Phase::Prepare && !self.is_replaced(&journal)? {
            let (direction, kept) = self.discard(&track, &journal)?;
            return Ok(Some(self.report(direction, journal, kept)));
        }
        let kept = self.undo(&track, &journal, phase)?;
        Ok(Some(self.report(Direction::Back, journal, kept)))
    }

    pub(super) fn report(&self, direction: Direction, journal: Journal, kept: Vec<Kept>) -> Recovered {
        let files = journal.files.iter().map(|record| self.shown(record.root, &record.path)).collect();
        Recovered { direction, command: journal.command, files, kept }
    }

    fn set_aside(&self, track: &Dir, found: &[Phase]) -> Result<Recovered> {
        let mut files = Vec::new();
        for phase in found {
            let name = format!("unreadable-{}-{}", phase.file(), excl::nonce());
            track.rename(phase.file(), &name).map_err(|e| Error::io("put the journal aside", &e))?;
            files.push(self.roots.git_dir.join(TRACK).join(name).display().to_string());
        }
        track.sync().map_err(|e| Error::io("put the journal aside", &e))?;
        Ok(Recovered { direction: Direction::SetAside, command: String::new(), files, kept: Vec::new() })
    }

    /// A root that was moved since would send the bytes to the wrong place.
    pub(super) fn same_places(&self, journal: &Journal) -> Result<()> {
        for base in &journal.bases {
            if self.movable(base.root, &[])?.as_ref() != Some(base) {
                let message = format!("an interrupted change wrote below `{}`", base.directory);
                return Err(Error::new(Kind::Pending, message)
                    .note("the configuration names another directory now")
                    .hint("set the old directory again, then run `git track recover`"));
            }
        }
        Ok(())
    }

    /// Whether the one rename of a change to one file has happened.
    fn is_replaced(&self, journal: &Journal) -> Result<bool> {
        let ([record], true) = (journal.files.as_slice(), journal.is_single()) else { return Ok(false) };
        let slot = Parents::new(self).slot(journal, 0, record)?;
        stands(slot.as_ref(), record.after.as_deref())
    }

    /// Undecided: removes what was prepared. A change to one file that got through counts as done.
    pub(super) fn discard(&self, track: &Dir, journal: &Journal) -> Result<(Direction, Vec<Kept>)> {
        let mut parents = Parents::new(self);
        let mut kept = Vec::new();
        let replaced = self.is_replaced(journal)?;
        for (index, record) in journal.files.iter().enumerate() {
            if let Some(slot) = parents.slot(journal, index, record)? {
                clear(&slot, Temp::New, record, replaced, &mut kept)?;
            }
        }
        if !replaced {
            parents.unmake(&journal.made)?;
        }
        parents.sync()?;
        remove(track, Phase::Prepare)?;
        Ok((if replaced { Direction::Forward } else { Direction::Discarded }, kept))
    }

    fn forward(&self, track: &Dir, journal: &Journal) -> Result<Vec<Kept>> {
        let mut parents = Parents::new(self);
        let mut foreign = Vec::new();
        for (index, record) in journal.files.iter().enumerate() {
            let slot = parents.slot(journal, index, record)?;
            let slot = slot.as_ref();
            if !stands(slot, record.before.as_deref())? && !stands(slot, record.after.as_deref())? {
                foreign.push(self.shown(record.root, &record.path));
            }
        }
        if let Some(first) = foreign.first() {
            return Err(foreign
                .iter()
                .fold(edited(first), |error, file| error.note(format!("edited: `{file}`"))));
        }
        let mut kept = Vec::new();
        for (index, record) in journal.files.iter().enumerate() {
            if record.after.is_some() {
                parents.make_root(record.root)?;
                parents.make(record.root, &record.path)?;
            }
            if let Some(slot) = parents.slot(journal, index, record)? {
                forward_one(&slot, record, &mut kept)?;
            }
        }
        // Opened again so that their own parents are flushed as well.
        for place in &journal.made {
            parents.of(place.root, &place.path)?;
        }
        parents.sync()?;
        remove(track, Phase::Commit)?;
        Ok(kept)
    }

    /// Decides for the old bytes, and brings them back.
    pub(super) fn undo(&self, track: &Dir, journal: &Journal, from: Phase) -> Result<Vec<Kept>> {
        if from != Phase::Abort {
            decide(track, from, Phase::Abort).map_err(|e| Error::io("rename the journal", &e))?;
        }
        self.back(track, journal)
    }

    /// Decided for the old bytes.
    fn back(&self, track: &Dir, journal: &Journal) -> Result<Vec<Kept>> {
        let mut parents = Parents::new(self);
        let mut kept = Vec::new();
        for (index, record) in journal.files.iter().enumerate() {
            if record.before.is_some() && record.after.is_none() {
                parents.make(record.root, &record.path)?;
            }
            match parents.slot(journal, index, record)? {
                Some(slot) => back_one(&slot, record, &mut kept)?,
                None if record.before.is_none() => {}
                None => keep(&mut kept, &self.shown(record.root, &record.path), None),
            }
        }
        parents.unmake(&journal.made)?;
        parents.sync()?;
        remove(track, Phase::Abort)?;
        Ok(kept)
    }
}

fn forward_one(slot: &Slot, record: &Record, kept: &mut Vec<Kept>) -> Result<()> {
    let (before, after) = (record.before.as_deref(), record.after.as_deref());
    clear(slot, Temp::Again, record, slot.is(after)?, kept)?;
    if slot.is(before)? {
        let mut temp = slot.temp(Temp::New);
        if let Some(bytes) = after
            && !slot.holds(&temp, after)?
        {
            temp = slot.temp(Temp::Again);
            slot.write(&temp, bytes, record)?
                .sync_all()
                .map_err(|e| slot.fail("flush the new bytes of", &e))?;
        }
        if !slot.swap(&temp, before, after)? {
            return Err(edited(&slot.shown));
        }
    }
    clear(slot, Temp::New, record, true, kept)
}

fn back_one(slot: &Slot, record: &Record, kept: &mut Vec<Kept>) -> Result<()> {
    let (before, after) = (record.before.as_deref(), record.after.as_deref());
    clear(slot, Temp::Again, record, slot.is(after)?, kept)?;
    clear(slot, Temp::Back, record, slot.is(before)?, kept)?;
    let new = slot.temp(Temp::New);
    // A crash in the middle of a swap left foreign bytes under this name: their place is the file.
    if slot.exists(&new)?
        && !is_ours(slot, &new, record)?
        && slot.is(after)?
        && slot.swap(&new, after, Some(&[]))?
    {
        keep(kept, &slot.shown, None);
        return Ok(());
    }
    clear(slot, Temp::New, record, true, kept)?;
    if slot.is(before)? {
        return Ok(());
    }
    if slot.is(after)? {
        let temp = slot.temp(Temp::Back);
        if let Some(bytes) = before {
            slot.write(&temp, bytes, record)?
                .sync_all()
                .map_err(|e| slot.fail("flush the old bytes of", &e))?;
        }
        if slot.swap(&temp, after, before)? {
            return Ok(());
        }
        slot.unlink(&temp)?;
    }
    keep(kept, &slot.shown, None);
    Ok(())
}

fn is_ours(slot: &Slot, temp: &str, record: &Record) -> Result<bool> {
    Ok(slot.holds(temp, record.before.as_deref())? || slot.holds(temp, record.after.as_deref())?)
}

/// Removes a temporary file. `swapped`: it can be what a rename took out of the target, so foreign bytes are kept.
fn clear(slot: &Slot, which: Temp, record: &Record, swapped: bool, kept: &mut Vec<Kept>) -> Result<()> {
    let temp = slot.temp(which);
    if !slot.exists(&temp)? {
        return Ok(());
    }
    if !swapped || is_ours(slot, &temp, record)? {
        return slot.unlink(&temp);
    }
    let copy = if slot.give_back(&temp)? { None } else { Some(slot.shown_temp(&temp)) };
    keep(kept, &slot.shown, copy);
    Ok(())
}

fn keep(kept: &mut Vec<Kept>, file: &str, copy: Option<String>) {
    let new = Kept { file: file.to_owned(), copy };
    if !kept.contains(&new) {
        kept.push(new);
    }
}

fn stands(slot: Option<&Slot>, want: Option<&[u8]>) -> Result<bool> {
    slot.map_or(Ok(want.is_none()), |slot| slot.is(want))
}

/// Nothing follows the journal before it is whole, so there is nothing else to clean.
fn half_written(track: &Dir) -> Result<Recovered> {
    remove(track, Phase::Prepare)?;
    let nothing = Recovered {
        direction: Direction::Discarded,
        command: String::new(),
        files: Vec::new(),
        kept: Vec::new(),
    };
    Ok(nothing)
}

/// The journals that nobody holds; an error when somebody holds one.
pub(super) fn left(track: &Dir) -> Result<Vec<Phase>> {
    let found = journals(track).map_err(|e| Error::io("look for a journal", &e))?;
    if found.busy { Err(busy(track)) } else { Ok(found.phases) }
}

pub(super) fn load(track: &Dir, phase: Phase) -> Result<Option<Result<Journal, Unreadable>>> {
    Journal::load(track, phase).map_err(|e| Error::io("read the journal", &e))
}

pub(super) fn remove(track: &Dir, phase: Phase) -> Result<()> {
    track.unlink(phase.file()).map(drop).map_err(|e| Error::io("remove the journal", &e))
}

pub(super) fn interrupted(message: &str) -> Error {
    Error::new(Kind::Pending, message).hint("git track recover")
}

pub(super) fn unusable(message: &str) -> Error {
    Error::new(Kind::Pending, format!("a change was interrupted, and {message}"))
        .note("the files are as the interruption left them: compare them with `git diff`")
        .hint("git track recover --abort")
}

pub(super) fn unreadable(why: &Unreadable) -> Error {
    match why {
        Unreadable::Corrupt => unusable("the journal is damaged"),
        Unreadable::Newer(schema) => {
            unusable(&format!("the journal is of a newer git-track (schema {schema})"))
                .hint("or recover with that version")
        }
    }
}

fn edited(file: &str) -> Error {
    Error::new(Kind::Pending, format!("`{file}` was edited after a change to it was interrupted"))
        .hint("git track recover --abort")
}
