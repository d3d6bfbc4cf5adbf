//! One writer at a time, in all worktrees of the repository.

use std::fs::{File, TryLockError};
use std::io::{self, Read, Write};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use rustix::fs::{AtFlags, FileType, fstat, statat};
use serde::{Deserialize, Serialize};

use super::dir::Dir;
use super::excl::Excl;
use crate::error::{Error, Kind, Result};

const NAME: &str = "lock";
const INFO: &str = "lock.info";
const INFO_MAX: u64 = 4096;
/// Silence up to here, so that short waits do not chatter.
const QUIET: Duration = Duration::from_secs(1);

/// Who takes the lock, for the messages of those who wait.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// The command line in short, like `git track bump`.
    pub command: String,
    /// The process.
    pub pid: u32,
    /// When it began, as text.
    pub since: String,
}

impl Owner {
    /// What was read may come from anybody: one line, no control or formatting characters, not long.
    pub(super) fn sanitised(self) -> Self {
        let clean = |text: String, max: usize| -> String {
            let plain = |c: &char| c.is_ascii_graphic() || *c == ' ' || c.is_alphanumeric();
            text.chars().filter(plain).take(max).collect()
        };
        Self { command: clean(self.command, 80), pid: self.pid, since: clean(self.since, 40) }
    }

    fn describe(&self) -> String {
        format!("{} `{}` since {}", self.pid, self.command, self.since)
    }
}

/// The lock, held until it is dropped or the process ends, however it ends.
#[derive(Debug)]
pub struct Lock {
    owner: Owner,
    _held: Held,
}

#[derive(Debug)]
enum Held {
    Kernel { _file: File },
    File { _excl: Excl },
}

impl Lock {
    /// Who holds it.
    pub fn owner(&self) -> &Owner {
        &self.owner
    }

    pub(super) fn acquire(
        dir: Dir,
        owner: &Owner,
        patience: Duration,
        waiting: &mut dyn FnMut(&str),
    ) -> Result<Self> {
        let deadline = Deadline::new(Instant::now(), patience);
        let held = if dir.is_nfs() {
            Excl::acquire(dir, owner, deadline, waiting).map(|excl| Held::File { _excl: excl })
        } else {
            match kernel(&dir, deadline, waiting)? {
                Some(file) => {
                    announce(&dir, owner);
                    Ok(Held::Kernel { _file: file })
                }
                None => Excl::acquire(dir, owner, deadline, waiting).map(|excl| Held::File { _excl: excl }),
            }
        }?;
        Ok(Self { owner: owner.clone(), _held: held })
    }
}

/// How long the wait may still be.
#[derive(Clone, Copy)]
pub(super) struct Deadline {
    start: Instant,
    patience: Duration,
}

impl Deadline {
    pub(super) fn new(start: Instant, patience: Duration) -> Self {
        Self { start, patience }
    }

    pub(super) fn quiet(self) -> Duration {
        QUIET.min(self.patience).saturating_sub(self.start.elapsed())
    }

    pub(super) fn left(self) -> Duration {
        self.patience.saturating_sub(self.start.elapsed())
    }
}

/// `None`: the kernel does not lock files of this file system.
fn kernel(dir: &Dir, deadline: Deadline, waiting: &mut dyn FnMut(&str)) -> Result<Option<File>> {
    let file = dir.permanent(NAME).map_err(|e| Error::io("open the lock", &e))?;
    match file.try_lock() {
        Ok(()) => return Ok(Some(file)),
        Err(TryLockError::Error(e)) if unsupported(&e) => return Ok(None),
        Err(TryLockError::Error(e)) => return Err(Error::io("take the lock", &e)),
        Err(TryLockError::WouldBlock) => {}
    }
    if deadline.left().is_zero() {
        return Err(refusal(holder(dir).as_ref(), deadline));
    }
    let (sender, receiver) = mpsc::channel();
    // A blocked `flock` cannot be called off. When nobody waits for the answer any more, the file closes with the
    // message and the lock goes with it.
    std::thread::spawn(move || {
        let locked = file.lock().map(|()| file);
        drop(sender.send(locked));
    });
    let mut answer = receiver.recv_timeout(deadline.quiet());
    if answer.is_err() && !deadline.left().is_zero() {
        waiting(&waiting_text(holder(dir).as_ref()));
        answer = receiver.recv_timeout(deadline.left());
    }
    match answer {
        Ok(Ok(file)) => Ok(Some(file)),
        Ok(Err(e)) if unsupported(&e) => Ok(None),
        Ok(Err(e)) => Err(Error::io("take the lock", &e)),
        Err(_) => Err(refusal(holder(dir).as_ref(), deadline)),
    }
}

/// Marks an open file, whatever its name is and becomes, until it is closed or the process ends, however it ends.
pub(super) fn mark(dir: &Dir, file: &File) -> Result<()> {
    let none = || Error::state("this file system has no locks that tell whether a process still lives");
    if dir.is_nfs() {
        return Err(none());
    }
    match file.try_lock().map_err(io::Error::from) {
        Ok(()) => Ok(()),
        Err(e) if unsupported(&e) => Err(none()),
        Err(e) => Err(Error::io("lock the journal", &e)),
    }
}

/// Whether a living process has marked the file of this name; `None`: there is none.
pub(super) fn is_marked(dir: &Dir, name: &str) -> io::Result<Option<bool>> {
    loop {
        match dir.kind(name)? {
            None => return Ok(None),
            Some(FileType::RegularFile) => {}
            Some(_) => return Ok(Some(false)),
        }
        let Some(file) = dir.existing(name)? else { return Ok(None) };
        // Shared, so that two who ask at once do not take each other for the one who marked it.
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => return Ok(Some(true)),
            Err(TryLockError::Error(e)) if !unsupported(&e) => return Err(e),
            Ok(()) | Err(TryLockError::Error(_)) => {}
        }
        // Whoever had marked it may have removed or renamed it between the opening and the question.
        let (asked, now) = (fstat(&file)?, statat(dir.as_fd(), name, AtFlags::SYMLINK_NOFOLLOW));
        if now.is_ok_and(|now| (now.st_dev, now.st_ino) == (asked.st_dev, asked.st_ino)) {
            return Ok(Some(false));
        }
    }
}

fn unsupported(error: &io::Error) -> bool {
    use rustix::io::Errno;
    let errno = Errno::from_io_error(error);
    errno.is_some_and(|e| [Errno::NOTSUP, Errno::OPNOTSUPP, Errno::NOSYS, Errno::NOLCK].contains(&e))
}

/// Only those who wait read it, so a failure here must not stop the work.
fn announce(dir: &Dir, owner: &Owner) {
    let write = || -> io::Result<()> {
        let mut file = dir.permanent(INFO)?;
        file.set_len(0)?;
        file.write_all(&serde_json::to_vec(owner)?)
    };
    drop(write());
}

fn holder(dir: &Dir) -> Option<Owner> {
    let mut text = String::new();
    dir.permanent(INFO).ok()?.take(INFO_MAX).read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok().map(Owner::sanitised)
}

pub(super) fn waiting_text(holder: Option<&Owner>) -> String {
    match holder {
        Some(owner) => format!("waiting for the lock held by {}", owner.describe()),
        None => "waiting for the lock".to_owned(),
    }
}

pub(super) fn refusal(holder: Option<&Owner>, deadline: Deadline) -> Error {
    let by = holder.map_or_else(|| "another process".to_owned(), Owner::describe);
    Error::new(Kind::Locked, format!("the lock is held by {by}"))
        .note(format!("waited {:.1} s; nothing written", deadline.start.elapsed().as_secs_f32()))
        .hint("run the command again when that process is done; the lock ends with its process")
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests set the scene by hand")]
mod tests {
    use super::*;
    use crate::files::testing::{files, owner};

    #[test]
    fn the_second_waits_and_says_for_whom() {
        let (_keep, files) = files();
        let first = files.lock(&owner("first"), Duration::ZERO, &mut |_| panic!("no wait")).unwrap();
        let mut said = Vec::new();
        let error = files
            .lock(&owner("second"), Duration::from_millis(1200), &mut |t| said.push(t.to_owned()))
            .unwrap_err();
        assert_eq!(error.kind(), Kind::Locked);
        assert!(error.message().contains("`first` since"), "{error}");
        assert_eq!(said.len(), 1);
        assert!(said[0].starts_with("waiting for the lock held by 7 `first` since"), "{said:?}");
        drop(first);
        files.lock(&owner("third"), Duration::from_secs(5), &mut |_| {}).unwrap();
    }

    #[test]
    fn the_second_gets_it_when_the_first_lets_go() {
        let (_keep, files) = files();
        let first = files.lock(&owner("first"), Duration::ZERO, &mut |_| {}).unwrap();
        std::thread::scope(|scope| {
            let second =
                scope.spawn(|| files.lock(&owner("second"), Duration::from_secs(20), &mut |_| {}).map(drop));
            std::thread::sleep(Duration::from_millis(50));
            drop(first);
            second.join().unwrap().unwrap();
        });
    }

    #[test]
    fn a_marked_file_never_seems_to_be_left() {
        let keep = tempfile::tempdir().unwrap();
        let dir = Dir::open_root(keep.path()).unwrap();
        let done = std::sync::atomic::AtomicBool::new(false);
        let seen = std::thread::scope(|scope| {
            let look = || {
                let mut seen = [0; 3];
                while !done.load(std::sync::atomic::Ordering::Relaxed) {
                    let marked = is_marked(&dir, "x").unwrap();
                    seen[marked.map_or(2, usize::from)] += 1;
                }
                seen
            };
            let looks = [scope.spawn(look), scope.spawn(look)];
            for _ in 0..20_000 {
                let file = dir.create("new", 0o600).unwrap();
                mark(&dir, &file).unwrap();
                dir.rename("new", "x").unwrap();
                dir.unlink("x").unwrap();
            }
            done.store(true, std::sync::atomic::Ordering::Relaxed);
            looks.map(|look| look.join().unwrap())
        });
        let [left, marked, none] = [0, 1, 2].map(|at| seen.iter().map(|seen| seen[at]).sum::<u64>());
        assert_eq!(left, 0);
        assert!(marked > 0 && none > 0, "the race did not happen: {marked} marked, {none} none");
        drop(dir.create("x", 0o600).unwrap());
        assert_eq!(is_marked(&dir, "x").unwrap(), Some(false));
    }

    #[test]
    fn what_the_holder_wrote_is_not_trusted() {
        let (keep, files) = files();
        let _first = files.lock(&owner("first"), Duration::ZERO, &mut |_| {}).unwrap();
        let info = keep.path().join("work/.git/track/lock.info");
        std::fs::write(&info, r#"{"command":"a\u001b[31m\nb\u202e","pid":1,"since":"x"}"#).unwrap();
        let error = files.lock(&owner("b"), Duration::ZERO, &mut |_| {}).unwrap_err();
        assert!(error.message().contains("1 `a[31mb`"), "{error}");
        std::fs::write(&info, b"\xff{").unwrap();
        let error = files.lock(&owner("b"), Duration::ZERO, &mut |_| {}).unwrap_err();
        assert!(error.message().contains("another process"), "{error}");
    }
}
