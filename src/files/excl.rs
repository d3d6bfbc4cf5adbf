//! The lock where the kernel has none: a file that only its owner, or whoever proves the owner dead, removes.
#![expect(clippy::disallowed_methods, reason = "reads /proc; this module is the user of std::fs")]

use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{self, Write};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::dir::{Dir, Look};
use super::lock::{Deadline, Owner, refusal, waiting_text};
use crate::error::{Error, Result};

const NAME: &str = "lock.excl";
const MAX: u64 = 4096;
const POLL: Duration = Duration::from_millis(10);

#[derive(Debug)]
pub(super) struct Excl {
    dir: Dir,
    nonce: String,
}

/// Enough to tell a dead owner from a live one, even when its process number is in use again.
#[derive(Debug, Serialize, Deserialize)]
struct Claim {
    owner: Owner,
    host: String,
    boot: String,
    start: String,
    nonce: String,
}

impl Excl {
    pub(super) fn acquire(
        dir: Dir,
        owner: &Owner,
        deadline: Deadline,
        waiting: &mut dyn FnMut(&str),
    ) -> Result<Self> {
        let nonce = nonce();
        let claim = Claim {
            owner: owner.clone(),
            host: system("kernel/hostname"),
            boot: system("kernel/random/boot_id"),
            start: started(owner.pid).unwrap_or_default(),
            nonce: nonce.clone(),
        };
        let mut told = false;
        loop {
            if put(&dir, NAME, &claim).map_err(|e| Error::io("take the lock", &e))? {
                return Ok(Self { dir, nonce });
            }
            let holder = read(&dir, NAME);
            if let Some(holder) = &holder
                && holder.is_dead()
            {
                break_it(&dir, holder, &claim)
                    .map_err(|e| Error::io("remove the lock of a dead process", &e))?;
            }
            let holder = holder.map(|claim| claim.owner.sanitised());
            if deadline.left().is_zero() {
                return Err(refusal(holder.as_ref(), deadline).hint(format!(
                    "this file system has no kernel locks: if that process is gone, remove `{NAME}` beside the lock"
                )));
            }
            if deadline.quiet().is_zero() && !told {
                told = true;
                waiting(&waiting_text(holder.as_ref()));
            }
            std::thread::sleep(POLL);
        }
    }
}

impl Drop for Excl {
    fn drop(&mut self) {
        if read(&self.dir, NAME).is_some_and(|claim| claim.nonce == self.nonce) {
            drop(self.dir.unlink(NAME));
        }
    }
}

impl Claim {
    /// Only on the same boot of the same machine can the process table tell.
    fn is_dead(&self) -> bool {
        let known = !self.host.is_empty() && !self.boot.is_empty();
        let here = self.host == system("kernel/hostname") && self.boot == system("kernel/random/boot_id");
        known && here && started(self.owner.pid).is_none_or(|start| start != self.start)
    }
}

/// Linked into place whole, so nobody reads half a claim; `false`: the name is taken.
fn put(dir: &Dir, name: &str, claim: &Claim) -> io::Result<bool> {
    let temp = format!("{NAME}.{}", claim.nonce);
    let write = || -> io::Result<bool> {
        dir.create(&temp, 0o644)?.write_all(&serde_json::to_vec(claim)?)?;
        match dir.link(&temp, name) {
            Ok(()) => Ok(true),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            Err(e) => Err(e),
        }
    };
    let written = write();
    dir.unlink(&temp)?;
    written
}

fn read(dir: &Dir, name: &str) -> Option<Claim> {
    match dir.look(name, MAX).ok()? {
        Look::File(found) => serde_json::from_slice(&found.bytes).ok(),
        _ => None,
    }
}

/// Two processes may judge the same owner dead, and the slower must not remove the lock of the faster: whoever holds
/// the name made from the dead owner's nonce looks again before removing.
fn break_it(dir: &Dir, dead: &Claim, me: &Claim) -> io::Result<()> {
    let marker =
        format!("{NAME}.broken-{}", dead.nonce.chars().filter(char::is_ascii_hexdigit).collect::<String>());
    if !put(dir, &marker, me)? {
        return Ok(());
    }
    if read(dir, NAME).is_some_and(|now| now.nonce == dead.nonce) {
        dir.unlink(NAME)?;
    }
    dir.unlink(&marker).map(drop)
}

/// Sixteen hexadecimal digits that no other run has.
pub(super) fn nonce() -> String {
    format!("{:016x}", RandomState::new().build_hasher().finish())
}

fn system(name: &str) -> String {
    std::fs::read_to_string(format!("/proc/sys/{name}"))
        .map(|text| text.trim().to_owned())
        .unwrap_or_default()
}

/// When a process started, in ticks since boot; `None`: there is no such process.
fn started(pid: u32) -> Option<String> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name of the program stands in brackets and may contain anything.
    stat.rsplit_once(") ")?.1.split(' ').nth(19).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;
    use crate::files::testing::{files, owner};
    use std::time::Instant;

    fn take(dir: &std::path::Path, pid: u32, patience: Duration) -> Result<Excl> {
        let dir = Dir::open_root(dir).unwrap();
        let owner = Owner { pid, ..owner("x") };
        Excl::acquire(dir, &owner, Deadline::new(Instant::now(), patience), &mut |_| {})
    }

    #[test]
    fn held_released_and_broken() {
        let (keep, _) = files();
        let me = std::process::id();
        let first = take(keep.path(), me, Duration::ZERO).unwrap();
        assert_eq!(take(keep.path(), me, Duration::from_millis(30)).unwrap_err().kind(), Kind::Locked);
        drop(first);
        let second = take(keep.path(), me, Duration::ZERO).unwrap();
        std::mem::forget(second);
        assert_eq!(take(keep.path(), me, Duration::from_millis(30)).unwrap_err().kind(), Kind::Locked);
        std::fs::remove_file(keep.path().join(NAME)).unwrap();

        // No process has this number, so the lock counts as left behind.
        std::mem::forget(take(keep.path(), u32::MAX, Duration::ZERO).unwrap());
        let third = take(keep.path(), me, Duration::from_secs(5)).unwrap();
        drop(third);
        let left: Vec<_> = std::fs::read_dir(keep.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert!(left.iter().all(|name| !name.to_string_lossy().starts_with(NAME)), "{left:?}");
    }

    #[test]
    fn another_machine_is_never_judged() {
        let (keep, _) = files();
        std::mem::forget(take(keep.path(), u32::MAX, Duration::ZERO).unwrap());
        let path = keep.path().join(NAME);
        let mut claim: Claim = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        claim.boot = "elsewhere".to_owned();
        std::fs::write(&path, serde_json::to_vec(&claim).unwrap()).unwrap();
        let error = take(keep.path(), std::process::id(), Duration::from_millis(30)).unwrap_err();
        assert!(error.hints().iter().any(|hint| hint.contains(NAME)), "{error:?}");
    }
}
