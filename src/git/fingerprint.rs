//! Everything in a git directory that an answer about work can rest on, in one id.

use std::path::{Path, PathBuf};

use super::Repo;
use super::config::Settings;
use crate::error::{Kind, Result};
use crate::files::{is_there, read_outside, stamp};
use crate::model::facts::{BlobId, Operation};

/// No ref, no pointer of a worktree and no list of cut-off commits is larger, in bytes.
const LARGEST: u64 = 1 << 28;

/// Deeper folders hold no refs and no logs.
const DEEPEST: usize = 64;

impl Repo {
    /// An id that changes whenever an answer of this repository about commits and branches may change: HEAD, refs, logs of
    /// refs, settings, worktrees, what git has begun here. Files of the work tree, the index and objects that no ref holds
    /// are not part of it. `None`: this kind of repository does not say it in a few files, as one whose refs are kept in tables.
    pub fn fingerprint(&self) -> Result<Option<BlobId>> {
        let borrowed = self.common_dir.join("objects/info/alternates");
        let elsewhere = ["GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_NAMESPACE", "GIT_SHALLOW_FILE"];
        let elsewhere = elsewhere.iter().any(|name| self.vars.contains_key(std::ffi::OsStr::new(name)));
        if self.lib.is_none() || elsewhere || is_there(&borrowed) {
            return Ok(None);
        }
        let mut seen = Seen::default();
        for place in [Some(&self.git_dir), Some(&self.common_dir), self.work_tree.as_ref()] {
            seen.word(place.map_or(b"-", |place| place.as_os_str().as_encoded_bytes()));
        }
        seen.word(self.operation().map_or("", Operation::word).as_bytes());
        seen.bytes(&self.git_dir.join("HEAD"))?;
        for file in ["packed-refs", "shallow", "info/grafts"] {
            seen.bytes(&self.common_dir.join(file))?;
        }
        seen.below(&self.common_dir.join("refs"), Seen::bytes, DEEPEST)?;
        seen.stamp(&self.git_dir.join("logs/HEAD"))?;
        seen.below(&self.common_dir.join("logs"), Seen::stamp, DEEPEST)?;
        self.see_worktrees(&mut seen)?;
        self.see_settings(&mut seen)?;
        self.hash(&seen.0).map(Some)
    }

    /// An id that changes when objects come or go. Only an answer about commits that no ref holds rests on that.
    pub fn objects_fingerprint(&self) -> Result<BlobId> {
        let mut seen = Seen::default();
        // Each folder of objects changes with what is in it.
        for (folder, _) in folder(&self.common_dir.join("objects")) {
            seen.word(folder.as_os_str().as_encoded_bytes());
            seen.stamp(&folder)?;
        }
        self.hash(&seen.0)
    }

    fn see_worktrees(&self, seen: &mut Seen) -> Result<()> {
        for (tree, _) in folder(&self.common_dir.join("worktrees")) {
            seen.word(tree.as_os_str().as_encoded_bytes());
            for file in ["HEAD", "gitdir", "locked"] {
                seen.bytes(&tree.join(file))?;
            }
            // One whose folder is gone does not count.
            let place = read_outside(&tree.join("gitdir"), LARGEST).unwrap_or_default();
            let place = String::from_utf8_lossy(&place).trim_end().to_owned();
            seen.word(if is_there(&tree.join(place)) { b"there" } else { b"gone" });
        }
        Ok(())
    }

    fn see_settings(&self, seen: &mut Seen) -> Result<()> {
        let files = match self.settings()? {
            Settings::Asked(all) => {
                for (name, value) in all {
                    seen.word(name);
                    seen.word(value);
                }
                return Ok(());
            }
            Settings::Files => self.lib.as_ref().map(git2::Repository::config),
        };
        let Some(Ok(config)) = files else { return Ok(()) };
        let Ok(mut entries) = config.entries(None) else { return Ok(()) };
        while let Some(entry) = entries.next() {
            match entry {
                Ok(entry) => {
                    seen.word(entry.name_bytes());
                    seen.word(if entry.has_value() { entry.value_bytes() } else { b"\0" });
                }
                Err(_) => seen.word(b"?"),
            }
        }
        Ok(())
    }
}

/// What was seen, each part with its length in front, so that no two ways of seeing look alike.
#[derive(Default)]
struct Seen(Vec<u8>);

impl Seen {
    fn word(&mut self, bytes: &[u8]) {
        self.0.extend((bytes.len() as u64).to_le_bytes());
        self.0.extend_from_slice(bytes);
    }

    fn bytes(&mut self, path: &Path) -> Result<()> {
        match read_outside(path, LARGEST) {
            Ok(bytes) => self.word(&bytes),
            Err(error) if matches!(error.kind(), Kind::NotFound | Kind::State) => self.word(b"none"),
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn stamp(&mut self, path: &Path) -> Result<()> {
        let stamp = stamp(path)?;
        self.word(&stamp.map(|stamp| stamp.bytes()).unwrap_or_default());
        Ok(())
    }

    fn below(&mut self, path: &Path, see: fn(&mut Self, &Path) -> Result<()>, deepest: usize) -> Result<()> {
        for (entry, is_folder) in folder(path) {
            self.word(entry.file_name().unwrap_or_default().as_encoded_bytes());
            if is_folder && deepest > 0 {
                self.below(&entry, see, deepest - 1)?;
                self.word(b"");
            } else {
                see(self, &entry)?;
            }
        }
        Ok(())
    }
}

/// What is in a folder, by name, and whether it is a folder itself.
fn folder(path: &Path) -> Vec<(PathBuf, bool)> {
    let entries = path.read_dir().into_iter().flatten().flatten();
    let mut all: Vec<(PathBuf, bool)> = entries
        .map(|entry| {
            let path = entry.path();
            let is_folder = match entry.file_type() {
                Ok(kind) if !kind.is_symlink() => kind.is_dir(),
                _ => path.is_dir(),
            };
            (path, is_folder)
        })
        .collect();
    all.sort();
    all
}
