//! What to do with a change that was interrupted.

use std::fmt;
use std::io;
use std::path::PathBuf;

use super::dir::Dir;
use super::journal::{Journal, Phase, Record, Unreadable, decide, phases};
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
    pub fn pending(&self) -> Result<Option<Pending>> {
        let path = self.roots.git_dir.join(TRACK);
        let look = || match Dir::open_root(&self.roots.git_dir)?.dir(TRACK) {
            Ok(track) => phases(&track),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(e) => Err(e),
        };
        let found = look().map_err(|e| Error::io(format!("look into `{}`", path.display()), &e))?;
        Ok(found.first().map(|&phase| Pending { phase, journal: path.join(phase.file()) }))
    }

    /// Settles an interrupted change: forward when it was decided, else back. `None`: there was none.
    pub fn recover(&self, lock: &Lock) -> Result<Option<Recovered>> {
        let _ = lock;
        let track = super::track(&self.roots.git_dir)?;
        let found = phases(&track).map_err(|e| Error::io("look for a journal", &e))?;
        let &[phase] = found.as_slice() else {
            return if found.is_empty() { Ok(None) } else { Err(unusable("there are two journals")) };
        };
        let Some(journal) = load(&track, phase)? else { return Ok(None) };
        let journal = match journal {
            Ok(journal) => journal,
            Err(Unreadable::Corrupt) if phase == Phase::Prepare => return half_written(&track).map(Some),
            Err(Unreadable::Corrupt) => return Err(unusable("the journal is damaged")),
            Err(Unreadable::Newer(schema)) => {
                return Err(unusable(&format!("the journal is of a newer git-track (schema {schema})"))
                    .hint("or recover with that version"));
            }
        };
        self.same_places(&journal)?;
        let (direction, kept) = match phase {
            Phase::Prepare => self.discard(&track, &journal)?,
            Phase::Commit => (Direction::Forward, self.forward(&track, &journal)?),
            Phase::Abort => (Direction::Back, self.back(&track, &journal)?),
        };
        Ok(Some(self.report(direction, journal, kept)))
    }

    /// Settles an interrupted change by taking it back, where the journal can be read; else puts the journal aside.
    pub fn abort(&self, lock: &Lock) -> Result<Option<Recovered>> {
        let _ = lock;
        let track = super::track(&self.roots.git_dir)?;
        let found = phases(&track).map_err(|e| Error::io("look for a journal", &e))?;
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
        if phase != Phase::Abort {
            decide(&track, phase, Phase::Abort).map_err(|e| Error::io("rename the journal", &e))?;
        }
        let kept = self.back(&track, &journal)?;
        Ok(Some(self.report(Direction::Back, journal, kept)))
    }

    fn report(&self, direction: Direction, journal: Journal, kept: Vec<Kept>) -> Recovered {
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
    fn same_places(&self, journal: &Journal) -> Result<()> {
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
        let [record] = journal.files.as_slice() else { return Ok(false) };
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

    /// Decided for the old bytes.
    pub(super) fn back(&self, track: &Dir, journal: &Journal) -> Result<Vec<Kept>> {
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

fn load(track: &Dir, phase: Phase) -> Result<Option<Result<Journal, Unreadable>>> {
    Journal::load(track, phase).map_err(|e| Error::io("read the journal", &e))
}

fn remove(track: &Dir, phase: Phase) -> Result<()> {
    track.unlink(phase.file()).map(drop).map_err(|e| Error::io("remove the journal", &e))
}

pub(super) fn interrupted(message: &str) -> Error {
    Error::new(Kind::Pending, message).hint("git track recover")
}

fn unusable(message: &str) -> Error {
    Error::new(Kind::Pending, format!("a change was interrupted, and {message}"))
        .note("the files are as the interruption left them: compare them with `git diff`")
        .hint("git track recover --abort")
}

fn edited(file: &str) -> Error {
    Error::new(Kind::Pending, format!("`{file}` was edited after a change to it was interrupted"))
        .hint("git track recover --abort")
}
