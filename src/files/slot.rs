//! One file of a change: its temporary files and the one step that replaces it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::rc::Rc;

use super::Files;
use super::dir::{Dir, Look, Rename};
use super::journal::{Journal, Place, Record};
use crate::error::{Error, Result};
use crate::model::edit::Root;
use crate::model::path::RepoPath;

/// Longest part of the file's name in that of a temporary file, so that the whole is within 255 bytes.
const STEM: usize = 200;

/// Which temporary file beside the target.
#[derive(Clone, Copy)]
pub(super) enum Temp {
    /// Written and made durable before the decision.
    New,
    /// Written again by a recovery that goes forward.
    Again,
    /// The old bytes, on the way back.
    Back,
}

pub(super) struct Slot {
    pub(super) dir: Rc<Dir>,
    name: String,
    stem: String,
    pub(super) shown: String,
}

impl Slot {
    pub(super) fn temp(&self, which: Temp) -> String {
        let suffix = match which {
            Temp::New => "",
            Temp::Again => "-f",
            Temp::Back => "-b",
        };
        format!("{}{suffix}", self.stem)
    }

    /// The path of a temporary file as the user knows it.
    pub(super) fn shown_temp(&self, temp: &str) -> String {
        self.shown
            .strip_suffix(&self.name)
            .map_or_else(|| temp.to_owned(), |parent| format!("{parent}{temp}"))
    }

    pub(super) fn fail(&self, doing: &str, error: &io::Error) -> Error {
        Error::io(format!("{doing} `{}`", self.shown), error)
    }

    /// Whether the target is exactly this.
    pub(super) fn is(&self, want: Option<&[u8]>) -> Result<bool> {
        self.holds(&self.name, want)
    }

    pub(super) fn holds(&self, name: &str, want: Option<&[u8]>) -> Result<bool> {
        let cap = want.map_or(0, |bytes| bytes.len() as u64);
        Ok(match (self.dir.look(name, cap).map_err(|e| self.fail("read", &e))?, want) {
            (Look::Absent, None) => true,
            (Look::File(found), Some(bytes)) => found.bytes == bytes,
            _ => false,
        })
    }

    pub(super) fn exists(&self, name: &str) -> Result<bool> {
        Ok(self.dir.kind(name).map_err(|e| self.fail("look at", &e))?.is_some())
    }

    /// Writes a temporary file with the mode and, as far as allowed, the owner of the target. Not yet durable.
    pub(super) fn write(&self, temp: &str, bytes: &[u8], record: &Record) -> Result<File> {
        let write = || -> io::Result<File> {
            let created = match record.mode {
                Some(_) => 0o600,
                None if record.executable => 0o777,
                None => 0o666,
            };
            let mut file = self.dir.create(temp, created)?;
            file.write_all(bytes)?;
            if let Some(mode) = record.mode {
                self.dir.give_to_owner_of(&self.name, &file);
                rustix::fs::fchmod(&file, rustix::fs::Mode::from_raw_mode(mode))?;
            }
            Ok(file)
        };
        write().map_err(|e| self.fail("write the new bytes of", &e))
    }

    /// Puts the temporary file, or no file, in place of what is expected there; `false`: something else is there, and
    /// it still is.
    ///
    /// What is swapped out is looked at afterwards, because an editor may have saved in the last microsecond.
    pub(super) fn swap(&self, temp: &str, expect: Option<&[u8]>, put: Option<&[u8]>) -> Result<bool> {
        let how = if expect.is_some() && put.is_some() { Rename::Exchange } else { Rename::NoReplace };
        let (from, to) = if put.is_some() { (temp, self.name.as_str()) } else { (self.name.as_str(), temp) };
        match self.dir.rename_with(from, to, how) {
            Ok(true) => {}
            Ok(false) => return self.swap_plainly(temp, expect, put),
            Err(e) if matches!(e.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::NotFound) => {
                return Ok(false);
            }
            Err(e) => return Err(self.fail("replace", &e)),
        }
        if expect.is_none() {
            return Ok(true);
        }
        if self.holds(temp, expect)? {
            self.dir.unlink(temp).map_err(|e| self.fail("remove the old bytes of", &e))?;
            return Ok(true);
        }
        self.dir.rename_with(to, from, how).map_err(|e| self.fail("put back", &e))?;
        Ok(false)
    }

    /// Where no rename checks: looks just before, which leaves a window of microseconds.
    fn swap_plainly(&self, temp: &str, expect: Option<&[u8]>, put: Option<&[u8]>) -> Result<bool> {
        if !self.is(expect)? {
            return Ok(false);
        }
        match put {
            Some(_) => self.dir.rename(temp, &self.name),
            None => self.dir.unlink(&self.name).map(drop),
        }
        .map_err(|e| self.fail("replace", &e))?;
        Ok(true)
    }

    /// Moves what stands under a temporary name back to the target, if that name is free.
    pub(super) fn give_back(&self, temp: &str) -> Result<bool> {
        match self.dir.rename_with(temp, &self.name, Rename::NoReplace) {
            Ok(done) => Ok(done),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            Err(e) => Err(self.fail("put back", &e)),
        }
    }

    pub(super) fn unlink(&self, temp: &str) -> Result<()> {
        self.dir.unlink(temp).map(drop).map_err(|e| self.fail("remove the temporary file of", &e))
    }
}

/// The directories that the files of one change are in, each opened once.
pub(super) struct Parents<'a> {
    files: &'a Files,
    open: BTreeMap<(Root, String), Rc<Dir>>,
}

impl<'a> Parents<'a> {
    pub(super) fn new(files: &'a Files) -> Self {
        Self { files, open: BTreeMap::new() }
    }

    /// The directory that `path` is in; `None`: there is none.
    pub(super) fn of(&mut self, root: Root, path: &RepoPath) -> Result<Option<Rc<Dir>>> {
        let parent = path.parent().map(String::from).unwrap_or_default();
        let key = (root, parent);
        if let Some(dir) = self.open.get(&key) {
            return Ok(Some(Rc::clone(dir)));
        }
        let Some(base) = self.files.root(root, false)? else { return Ok(None) };
        match base.dir(&key.1) {
            Ok(dir) => {
                let dir = Rc::new(dir);
                self.open.insert(key, Rc::clone(&dir));
                Ok(Some(dir))
            }
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(self.files.blocked(&base, root, path, &e)),
        }
    }

    /// The file of a record; `None`: not even its directory is there.
    pub(super) fn slot(&mut self, journal: &Journal, index: usize, record: &Record) -> Result<Option<Slot>> {
        let Some(dir) = self.of(record.root, &record.path)? else { return Ok(None) };
        let name = record.path.file_name().to_owned();
        let short: String =
            name.char_indices().take_while(|(at, c)| at + c.len_utf8() <= STEM).map(|(_, c)| c).collect();
        let stem = format!(".{short}.gtk-{}-{index}", journal.txid);
        Ok(Some(Slot { dir, name, stem, shown: self.files.shown(record.root, &record.path) }))
    }

    /// Makes a root that is only there once something is written.
    pub(super) fn make_root(&self, root: Root) -> Result<()> {
        if matches!(root, Root::Hooks | Root::Logs) {
            self.files.root(root, true)?;
        }
        Ok(())
    }

    /// Makes the directories on the way to `path` that are missing.
    pub(super) fn make(&mut self, root: Root, path: &RepoPath) -> Result<()> {
        let mut missing = Vec::new();
        let mut next = path.parent();
        while let Some(dir) = next {
            next = dir.parent();
            missing.push(Place { root, path: dir });
        }
        missing.iter().rev().try_for_each(|place| self.make_one(place))
    }

    pub(super) fn make_one(&mut self, place: &Place) -> Result<()> {
        let shown = self.files.shown(place.root, &place.path);
        let parent = self.of(place.root, &place.path)?;
        let parent =
            parent.ok_or_else(|| Error::io(format!("make `{shown}`"), &io::ErrorKind::NotFound.into()))?;
        parent.mkdir(place.path.file_name()).map(drop).map_err(|e| Error::io(format!("make `{shown}`"), &e))
    }

    /// Removes the directories that the change made, unless somebody put something into them.
    pub(super) fn unmake(&mut self, made: &[Place]) -> Result<()> {
        for place in made.iter().rev() {
            if let Some(parent) = self.of(place.root, &place.path)? {
                let shown = self.files.shown(place.root, &place.path);
                parent
                    .rmdir(place.path.file_name())
                    .map_err(|e| Error::io(format!("remove `{shown}`"), &e))?;
            }
        }
        Ok(())
    }

    /// Makes every name that was changed survive a power cut.
    pub(super) fn sync(&self) -> Result<()> {
        self.open.iter().try_for_each(|((_, name), dir)| {
            dir.sync().map_err(|e| Error::io(format!("flush the directory `{name}/`"), &e))
        })
    }
}
