//! What the file system says of files without reading them, as git's index keeps it.

use std::io;

use rustix::fs::{AtFlags, FileType};
use rustix::io::Errno;

use super::{Entry, EntryKind, Files, entries};
use crate::error::{Error, Result};
use crate::model::edit::Root;
use crate::model::path::RepoPath;

/// What tells one version of a file from the next: when its entry and its content changed (seconds and nanoseconds),
/// number, owner, group, size; each cut to 32 bits, as git's index keeps them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileStat(pub [u32; 8]);

impl FileStat {
    /// When the file changed last in any way, in seconds since 1970.
    pub fn changed(&self) -> u32 {
        let [changed, _, written, ..] = self.0;
        changed.max(written)
    }
}

impl Files {
    /// What is in a directory, sorted by name, with what tells versions of its ordinary files apart; a missing directory
    /// is empty.
    pub fn stats(&self, root: Root, dir: &RepoPath) -> Result<Vec<(Entry, Option<FileStat>)>> {
        let failed = |e: &io::Error| Error::io(format!("look into `{}`", self.shown(root, dir)), e);
        let Some(base) = self.root(root, false)? else { return Ok(Vec::new()) };
        let open = match base.dir(dir.as_str()) {
            Ok(open) => open,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(e) => return Err(failed(&e)),
        };
        let mut found = Vec::new();
        for entry in entries(&open, &self.shown(root, dir))? {
            if entry.kind != EntryKind::File {
                found.push((entry, None));
                continue;
            }
            match rustix::fs::statat(open.as_fd(), entry.name.as_str(), AtFlags::SYMLINK_NOFOLLOW) {
                Ok(stat) => {
                    let file = FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile;
                    found.push((entry, file.then(|| cut(&stat))));
                }
                Err(Errno::NOENT) => {}
                Err(e) => return Err(failed(&e.into())),
            }
        }
        Ok(found)
    }
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::unnecessary_cast,
    reason = "git cuts them in the same way; their types differ by platform"
)]
fn cut(stat: &rustix::fs::Stat) -> FileStat {
    FileStat([
        stat.st_ctime as u32,
        stat.st_ctime_nsec as u32,
        stat.st_mtime as u32,
        stat.st_mtime_nsec as u32,
        stat.st_ino as u32,
        stat.st_uid,
        stat.st_gid,
        stat.st_size as u32,
    ])
}
