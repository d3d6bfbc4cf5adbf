//! Bytes that could be worked out again: kept for the next call, never relied on.

use std::collections::hash_map::RandomState;
use std::fs::File;
use std::hash::{BuildHasher, Hasher};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use rustix::fs::FileType;
use twox_hash::XxHash3_64;

use super::dir::{Dir, Look};

/// Below the git directory that all worktrees share; the number changes with what the files hold.
const FOLDERS: [&str; 3] = [super::TRACK, "cache", "v1"];
const MAGIC: [u8; 8] = *b"gtcache\x01";
/// Magic, length, checksum.
const HEADER: usize = 24;
/// No file of the cache becomes larger than this, in bytes.
const LARGEST: u64 = 1 << 28;
/// Between a name and what makes a file unique that is still being written.
const UNFINISHED: &str = ".new-";
/// After this many seconds nobody writes any more to an unfinished file.
const ABANDONED: i64 = 3600;

/// Cached bytes of a repository, by name.
#[derive(Clone, Debug)]
pub struct Cache {
    common_dir: PathBuf,
}

impl Cache {
    /// The cache in a git directory that all worktrees share. Touches nothing yet.
    pub fn new(common_dir: &Path) -> Self {
        Self { common_dir: common_dir.to_owned() }
    }

    /// What was stored under this name; `None` if there is nothing, or anything about it is not as it was stored.
    pub fn load(&self, name: &str) -> Option<Vec<u8>> {
        let Look::File(found) = self.folder().ok()?.look(name, LARGEST).ok()? else { return None };
        let mut bytes = found.bytes;
        let (header, payload) = bytes.split_at_checked(HEADER)?;
        if header != head(name, payload) {
            return None;
        }
        bytes.drain(..HEADER);
        Some(bytes)
    }

    /// Stores bytes under a name of lower-case letters, digits and `-`, in the place of older ones, and does nothing
    /// where it may not write. Whoever reads meanwhile gets the old or the new bytes.
    pub fn store(&self, name: &str, payload: &[u8]) {
        // What is not stored is worked out again.
        let _ = self.try_store(name, payload);
    }

    /// The names that begin with `prefix`, those that were stored last in front.
    pub fn names(&self, prefix: &str) -> Vec<String> {
        let Ok(folder) = self.folder() else { return Vec::new() };
        let finished = |name: &String| name.starts_with(prefix) && !name.contains(UNFINISHED);
        let mut all: Vec<_> = dated(&folder).into_iter().filter(|(_, name)| finished(name)).collect();
        all.sort_by(|a, b| b.cmp(a));
        all.into_iter().map(|(_, name)| name).collect()
    }

    /// Removes all but the last stored `keep` of the names that begin with `prefix`.
    pub fn keep(&self, prefix: &str, keep: usize) {
        let Ok(folder) = self.folder() else { return };
        for name in self.names(prefix).iter().skip(keep) {
            let _ = folder.unlink(name);
        }
    }

    fn folder(&self) -> io::Result<Dir> {
        Dir::open_root(&self.common_dir)?.dir(&FOLDERS.join("/"))
    }

    fn made_folder(&self) -> io::Result<Dir> {
        if let Ok(folder) = self.folder() {
            return Ok(folder);
        }
        let mut here = Dir::open_root(&self.common_dir)?;
        for name in FOLDERS {
            here.mkdir(name)?;
            here = here.dir(name)?;
        }
        Ok(here)
    }

    fn try_store(&self, name: &str, payload: &[u8]) -> io::Result<()> {
        if payload.len() as u64 > LARGEST - HEADER as u64 {
            return Ok(());
        }
        let folder = self.made_folder()?;
        let unfinished = format!("{name}{UNFINISHED}{:016x}", RandomState::new().build_hasher().finish());
        let mut file = folder.create(&unfinished, 0o666)?;
        sweep(&folder, &file);
        let written = file
            .write_all(&head(name, payload))
            .and_then(|()| file.write_all(payload))
            .and_then(|()| folder.rename(&unfinished, name));
        written.inspect_err(|_| drop(folder.unlink(&unfinished)))
    }
}

/// What stands before the bytes. The name is part of the checksum, so that no file stands for another.
fn head(name: &str, payload: &[u8]) -> [u8; HEADER] {
    let mut head = [0; HEADER];
    let (length, seed) = (payload.len() as u64, XxHash3_64::oneshot(name.as_bytes()));
    let sum = XxHash3_64::oneshot_with_seed(seed, payload);
    let parts = MAGIC.into_iter().chain(length.to_le_bytes()).chain(sum.to_le_bytes());
    head.iter_mut().zip(parts).for_each(|(place, byte)| *place = byte);
    head
}

/// The ordinary files of a folder, and when they were written: seconds and nanoseconds.
fn dated(folder: &Dir) -> Vec<((i64, i64), String)> {
    let entries = folder.entries().unwrap_or_default().into_iter();
    let names = entries.filter(|(_, kind)| *kind == FileType::RegularFile);
    let dated = |(name, _): (Vec<u8>, FileType)| {
        let name = String::from_utf8(name).ok()?;
        Some((folder.written(&name)?, name))
    };
    names.filter_map(dated).collect()
}

/// Removes what others left when they were stopped; the new file tells what time it is there.
fn sweep(folder: &Dir, new: &File) {
    use std::os::unix::fs::MetadataExt;
    let Ok(now) = new.metadata().map(|meta| meta.mtime()) else { return };
    for ((seconds, _), name) in dated(folder) {
        if name.contains(UNFINISHED) && seconds < now - ABANDONED {
            let _ = folder.unlink(&name);
        }
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests set the scene by hand")]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn cache() -> (tempfile::TempDir, Cache, PathBuf) {
        let top = tempfile::tempdir().unwrap();
        let cache = Cache::new(top.path());
        let folder = top.path().join("track/cache/v1");
        (top, cache, folder)
    }

    #[test]
    fn what_was_stored_comes_back() {
        let (_top, cache, folder) = cache();
        assert_eq!(cache.load("a"), None);
        cache.store("a", b"");
        cache.store("b", b"first");
        cache.store("b", b"bytes");
        assert_eq!((cache.load("a"), cache.load("b")), (Some(Vec::new()), Some(b"bytes".to_vec())));
        let files = fs::read_dir(folder).unwrap().count();
        assert_eq!(files, 2, "something unfinished is left");
    }

    #[test]
    fn no_damage_is_believed() {
        let (_top, cache, folder) = cache();
        cache.store("a", b"some bytes");
        let good = fs::read(folder.join("a")).unwrap();
        for length in 0..good.len() {
            fs::write(folder.join("a"), &good[..length]).unwrap();
            assert_eq!(cache.load("a"), None, "{length} bytes of it");
        }
        for bit in 0..good.len() * 8 {
            let mut bad = good.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            fs::write(folder.join("a"), &bad).unwrap();
            assert_eq!(cache.load("a"), None, "bit {bit}");
        }
        fs::write(folder.join("a"), [&good[..], b"x"].concat()).unwrap();
        assert_eq!(cache.load("a"), None, "longer");
        fs::write(folder.join("b"), &good).unwrap();
        assert_eq!(cache.load("b"), None, "another name");
        fs::write(folder.join("a"), &good).unwrap();
        assert_eq!(cache.load("a").as_deref(), Some(&b"some bytes"[..]));
    }

    #[test]
    fn what_stands_in_the_way_is_passed_by() {
        let (top, cache, folder) = cache();
        cache.store("a", b"good");
        fs::create_dir(folder.join("d")).unwrap();
        symlink("a", folder.join("l")).unwrap();
        let fifo = folder.join("f");
        rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0)
            .unwrap();
        for name in ["d", "l", "f"] {
            assert_eq!(cache.load(name), None, "{name}");
        }
        cache.store("d", b"x");
        assert_eq!(cache.load("d"), None);
        cache.store("l", b"new");
        assert_eq!((cache.load("l"), cache.load("a")), (Some(b"new".to_vec()), Some(b"good".to_vec())));
        let elsewhere = Cache::new(&top.path().join("missing"));
        elsewhere.store("a", b"x");
        assert!(!top.path().join("missing").exists());
        fs::remove_dir_all(top.path().join("track")).unwrap();
        symlink("elsewhere", top.path().join("track")).unwrap();
        cache.store("a", b"x");
        assert_eq!(cache.load("a"), None);
    }

    #[test]
    fn where_nothing_may_be_written_nothing_is() {
        let (_top, cache, folder) = cache();
        cache.store("a", b"old");
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o500)).unwrap();
        cache.store("b", b"x");
        assert_eq!(cache.load("a").as_deref(), Some(&b"old"[..]));
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
    }

    #[test]
    fn old_names_go() {
        let (_top, cache, folder) = cache();
        for (age, name) in ["tips-1", "other", "tips-2", "tips-3", "tips-4.new-5"].into_iter().enumerate() {
            cache.store(name, b"x");
            let file = fs::File::options().write(true).open(folder.join(name)).unwrap();
            let ago = std::time::Duration::from_secs(100_000 * (9 - age as u64));
            file.set_modified(
                std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(2_000_000) - ago,
            )
            .unwrap();
        }
        assert_eq!(cache.names("tips-"), ["tips-3", "tips-2", "tips-1"]);
        cache.keep("tips-", 2);
        assert_eq!(cache.names(""), ["tips-3", "tips-2", "other"]);
        assert!(folder.join("tips-4.new-5").exists());
        cache.store("other", b"y");
        assert!(!folder.join("tips-4.new-5").exists(), "what was abandoned stays");
    }
}
