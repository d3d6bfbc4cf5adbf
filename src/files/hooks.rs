//! A directory of hooks. Each step on it is whole or was not begun, so that no stop in between loses a hook: first a
//! foreign one has two names, then ours replaces one of them.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use rustix::fs::{Access, AtFlags, FileType, Mode};

use super::dir::{Dir, Look, Rename};
use super::lock::Lock;
use super::{excl, make_root};
use crate::error::{Error, Result};

/// More than any script that is read to see whose it is.
const READ_MAX: u64 = 256 * 1024;

/// In the names of temporary files.
const TEMP: &str = ".gtk-";

/// What a repository that people share makes of the mode of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shared {
    /// Which bits of the umask's mode stay.
    pub keep: u32,
    /// Which are set.
    pub add: u32,
}

impl Default for Shared {
    fn default() -> Self {
        Self { keep: 0o777, add: 0 }
    }
}

impl Shared {
    /// The mode that a file with this mode gets.
    pub fn of(self, mode: u32) -> u32 {
        mode & self.keep | self.add
    }
}

/// A directory that git runs hooks from; it may be missing.
#[derive(Debug)]
pub struct HookDir {
    path: PathBuf,
    dir: Option<Dir>,
}

/// What has the name of a hook.
#[derive(Clone, Debug)]
pub struct HookFile {
    /// What it is.
    pub kind: HookKind,
    /// The bytes of a file that is not too large for a script; of everything else none.
    pub bytes: Vec<u8>,
    /// Whether git would run it; a link counts as what it points to.
    pub runs: bool,
    /// The permission bits.
    pub mode: u32,
    identity: (u64, u64),
}

/// What a hook is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookKind {
    /// A regular file.
    File,
    /// A symbolic link.
    Link,
    /// A directory or another thing that git does not run.
    Other,
}

/// One step; each happens whole or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HookStep {
    /// Write an executable file, in place of what has this name.
    Put {
        /// The hook.
        name: String,
        /// The script.
        bytes: Vec<u8>,
    },
    /// Give a hook a second name, which must be free.
    Keep {
        /// The hook.
        name: String,
        /// Its second name.
        kept: String,
    },
    /// Put what was kept in the place of what has its first name.
    GiveBack {
        /// The hook.
        name: String,
        /// The name it was kept under.
        kept: String,
    },
    /// Remove a file.
    Remove {
        /// Its name.
        name: String,
    },
}

impl HookFile {
    /// Whether both names are of the same file.
    pub fn is_same(&self, other: &Self) -> bool {
        self.identity == other.identity
    }
}

impl HookDir {
    /// Opens a directory, or remembers that it is missing.
    pub fn open(path: &Path) -> Result<Self> {
        let dir = match Dir::open_root(path) {
            Ok(dir) => Some(dir),
            Err(e) if e.kind() == io::ErrorKind::NotFound => None,
            Err(e) => return Err(Error::io(format!("open `{}`", path.display()), &e)),
        };
        Ok(Self { path: path.to_owned(), dir })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What has this name.
    pub fn look(&self, name: &str) -> Result<Option<HookFile>> {
        let Some(dir) = &self.dir else { return Ok(None) };
        let read = || -> io::Result<Option<HookFile>> {
            let stat = match rustix::fs::statat(dir.as_fd(), name, AtFlags::SYMLINK_NOFOLLOW) {
                Err(rustix::io::Errno::NOENT) => return Ok(None),
                other => other?,
            };
            let kind = match FileType::from_raw_mode(stat.st_mode) {
                FileType::RegularFile => HookKind::File,
                FileType::Symlink => HookKind::Link,
                _ => HookKind::Other,
            };
            let bytes = match kind {
                HookKind::File => dir.look(name, READ_MAX)?,
                _ => Look::Absent,
            };
            let bytes = if let Look::File(found) = bytes { found.bytes } else { Vec::new() };
            let runs = kind != HookKind::Other
                && rustix::fs::accessat(dir.as_fd(), name, Access::EXEC_OK, AtFlags::empty()).is_ok();
            let identity = (wide(stat.st_dev), wide(stat.st_ino));
            Ok(Some(HookFile { kind, bytes, runs, mode: stat.st_mode & 0o7777, identity }))
        };
        read().map_err(|e| self.fail("look at", name, &e))
    }

    /// Takes the steps; the directory is made when something is to be put into it. `shared`: what the
    /// repository makes of their mode.
    pub fn carry_out(&mut self, lock: &Lock, steps: &[HookStep], shared: Shared) -> Result<()> {
        let _ = lock;
        if steps.is_empty() {
            return Ok(());
        }
        self.make()?;
        let Some(dir) = &self.dir else { return Err(Error::bug("the directory of hooks was not made")) };
        sweep(dir).map_err(|e| self.fail("clear", "", &e))?;
        for (done, step) in steps.iter().enumerate() {
            take(dir, step, shared).map_err(|e| {
                let error = self.fail(step.verb(), step.name(), &e);
                match done {
                    0 => error.note("nothing written"),
                    _ => error.note(format!(
                        "{done} of {} steps are done; the same command does the rest",
                        steps.len()
                    )),
                }
            })?;
        }
        dir.sync().map_err(|e| self.fail("flush", "", &e))
    }

    fn make(&mut self) -> Result<()> {
        if self.dir.is_none() {
            let made = make_root(&self.path).and_then(|()| Dir::open_root(&self.path));
            self.dir = Some(made.map_err(|e| self.fail("make", "", &e).note("nothing written"))?);
        }
        Ok(())
    }

    fn fail(&self, doing: &str, name: &str, error: &io::Error) -> Error {
        let path = if name.is_empty() { self.path.clone() } else { self.path.join(name) };
        Error::io(format!("{doing} `{}`", path.display()), error)
    }
}

impl HookStep {
    /// The file that changes.
    pub fn name(&self) -> &str {
        match self {
            Self::Put { name, .. }
            | Self::Keep { name, .. }
            | Self::GiveBack { name, .. }
            | Self::Remove { name } => name,
        }
    }

    fn verb(&self) -> &'static str {
        match self {
            Self::Put { .. } => "write",
            Self::Keep { .. } => "keep",
            Self::GiveBack { .. } => "put back",
            Self::Remove { .. } => "remove",
        }
    }
}

/// Whether a file anywhere can be run.
pub fn can_run(path: &Path) -> bool {
    path.is_file() && rustix::fs::access(path, Access::EXEC_OK).is_ok()
}

/// A folder in the temporary directory that goes with this value.
#[derive(Debug)]
pub struct Scratch(tempfile::TempDir);

impl Scratch {
    /// Makes it.
    pub fn new() -> Result<Self> {
        let made = tempfile::Builder::new().prefix("git-track-").tempdir();
        made.map(Self).map_err(|e| Error::io("make a temporary folder", &e))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file into it; an executable one when `mode` says so.
    pub fn write(&self, below: &str, bytes: &[u8], mode: u32) -> Result<()> {
        let target = self.path().join(below);
        let (Some(folder), Some(name)) = (target.parent(), target.file_name().and_then(|name| name.to_str()))
        else {
            return Err(Error::bug(format!("`{below}` is no file")));
        };
        let write = || -> io::Result<()> {
            make_root(folder)?;
            Dir::open_root(folder)?.create(name, mode)?.write_all(bytes)
        };
        write().map_err(|e| Error::io(format!("write `{}`", target.display()), &e))
    }
}

fn take(dir: &Dir, step: &HookStep, shared: Shared) -> io::Result<()> {
    match step {
        HookStep::Put { name, bytes } => put(dir, name, bytes, shared),
        HookStep::Keep { name, kept } => keep(dir, name, kept),
        HookStep::GiveBack { name, kept } => dir.rename(kept, name),
        HookStep::Remove { name } => dir.unlink(name).map(drop),
    }
}

fn put(dir: &Dir, name: &str, bytes: &[u8], shared: Shared) -> io::Result<()> {
    let temp = format!(".{name}{TEMP}{}", excl::nonce());
    let write = || -> io::Result<()> {
        let mut file = dir.create(&temp, 0o777)?;
        file.write_all(bytes)?;
        let mode = rustix::fs::fstat(&file)?.st_mode & 0o777;
        if shared.of(mode) != mode {
            rustix::fs::fchmod(&file, Mode::from_raw_mode(shared.of(mode)))?;
        }
        file.sync_all()?;
        drop(file);
        dir.rename(&temp, name)
    };
    write().inspect_err(|_| drop(dir.unlink(&temp)))
}

/// A second name leaves git a hook to run at every moment; where there are none, the name changes in one step.
fn keep(dir: &Dir, name: &str, kept: &str) -> io::Result<()> {
    match dir.link(name, kept) {
        Ok(()) => return dir.sync(),
        Err(e) if matches!(e.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::NotFound) => {
            return Err(e);
        }
        Err(_) => {}
    }
    if !dir.rename_with(name, kept, Rename::NoReplace)? {
        if dir.kind(kept)?.is_some() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        dir.rename(name, kept)?;
    }
    dir.sync()
}

/// Temporary files of a process that was killed; the lock says that it is not at work any more.
fn sweep(dir: &Dir) -> io::Result<()> {
    for (name, kind) in dir.entries()? {
        let Ok(name) = String::from_utf8(name) else { continue };
        if kind == FileType::RegularFile && name.starts_with('.') && name.contains(TEMP) {
            dir.unlink(&name)?;
        }
    }
    Ok(())
}

fn wide<T: TryInto<u64>>(number: T) -> u64 {
    number.try_into().unwrap_or_default()
}
