//! Access to the files below one directory that no symbolic link can lead out of.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use rustix::fd::OwnedFd;
use rustix::fs::{AtFlags, FileType, Mode, OFlags, RenameFlags, Stat};
use rustix::io::Errno;

/// An open directory. Every name goes through its descriptor, so a directory that is swapped for a link in between
/// changes nothing.
#[derive(Debug)]
pub(super) struct Dir(File);

/// What stands at a name.
#[derive(Debug)]
pub(super) enum Look {
    Absent,
    File(Found),
    TooBig(u64),
    /// Something on the way, or at its end, is of the wrong sort.
    Obstacle(Obstacle),
}

/// A regular file, read whole.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) bytes: Vec<u8>,
    pub(super) mode: u32,
    pub(super) links: u64,
}

/// The component that is not what the path needs there.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Obstacle {
    pub(super) at: String,
    pub(super) is: &'static str,
    pub(super) wanted: &'static str,
}

/// Which rename beyond the plain one.
#[derive(Clone, Copy)]
pub(super) enum Rename {
    Exchange,
    NoReplace,
}

const DIRECTORY: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

impl Dir {
    /// Opens a root: the one place where links are followed, because the caller chose the path.
    pub(super) fn open_root(path: &Path) -> io::Result<Self> {
        Ok(Self(rustix::fs::open(path, DIRECTORY, Mode::empty())?.into()))
    }

    /// A directory below; the empty path is this one.
    pub(super) fn dir(&self, below: &str) -> io::Result<Self> {
        let below = if below.is_empty() { "." } else { below };
        Ok(Self(self.open(below, DIRECTORY)?.into()))
    }

    fn open(&self, below: &str, flags: OFlags) -> io::Result<OwnedFd> {
        let flags = flags | OFlags::NOFOLLOW;
        #[cfg(target_os = "linux")]
        {
            use rustix::fs::ResolveFlags;
            let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
            match rustix::fs::openat2(&self.0, below, flags, Mode::empty(), resolve) {
                // Old kernels lack the call, sandboxes refuse it, and a rename elsewhere makes it give up.
                Err(Errno::NOSYS | Errno::PERM | Errno::AGAIN) => {}
                other => return Ok(other?),
            }
        }
        self.walk(below, flags)
    }

    /// The same guarantee without `openat2`: one component at a time, none of them a link.
    fn walk(&self, below: &str, flags: OFlags) -> io::Result<OwnedFd> {
        let Some((parents, name)) = below.rsplit_once('/') else {
            return Ok(rustix::fs::openat(&self.0, below, flags | OFlags::NOFOLLOW, Mode::empty())?);
        };
        let mut here: Option<OwnedFd> = None;
        for component in parents.split('/') {
            let flags = DIRECTORY | OFlags::NOFOLLOW;
            here = Some(match &here {
                None => rustix::fs::openat(&self.0, component, flags, Mode::empty())?,
                Some(fd) => rustix::fs::openat(fd, component, flags, Mode::empty())?,
            });
        }
        match &here {
            None => Err(Errno::NOENT.into()),
            Some(fd) => Ok(rustix::fs::openat(fd, name, flags | OFlags::NOFOLLOW, Mode::empty())?),
        }
    }

    /// Reads a regular file of at most `cap` bytes and nothing else; a pipe or a device is never waited for.
    pub(super) fn look(&self, below: &str, cap: u64) -> io::Result<Look> {
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let file: File = match self.open(below, flags) {
            Ok(fd) => fd.into(),
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Look::Absent),
            Err(e) => return self.obstacle(below)?.map(Look::Obstacle).ok_or(e),
        };
        let stat = rustix::fs::fstat(&file)?;
        let kind = FileType::from_raw_mode(stat.st_mode);
        if kind != FileType::RegularFile {
            return Ok(Look::Obstacle(Obstacle { at: below.to_owned(), is: name_of(kind), wanted: "file" }));
        }
        let size = u64::try_from(stat.st_size).unwrap_or(0);
        if size > cap {
            return Ok(Look::TooBig(size));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
        // A file can grow while it is read.
        (&file).take(cap.saturating_add(1)).read_to_end(&mut bytes)?;
        let read = bytes.len() as u64;
        if read > cap {
            return Ok(Look::TooBig(read));
        }
        Ok(Look::File(Found { bytes, mode: stat.st_mode & 0o7777, links: links(&stat) }))
    }

    /// The first component that stops `below` from being a regular file.
    pub(super) fn obstacle(&self, below: &str) -> io::Result<Option<Obstacle>> {
        let mut here = self.dir("")?;
        let mut at = String::new();
        let mut components = below.split('/').peekable();
        while let Some(component) = components.next() {
            at = if at.is_empty() { component.to_owned() } else { format!("{at}/{component}") };
            let Some(kind) = here.kind(component)? else { return Ok(None) };
            let wanted =
                if components.peek().is_some() { FileType::Directory } else { FileType::RegularFile };
            if kind != wanted {
                let wanted = if wanted == FileType::Directory { "directory" } else { "file" };
                return Ok(Some(Obstacle { at, is: name_of(kind), wanted }));
            }
            if components.peek().is_some() {
                here = here.dir(component)?;
            }
        }
        Ok(None)
    }

    /// Its descriptor, for a look that has no word here.
    pub(super) fn as_fd(&self) -> &File {
        &self.0
    }

    /// What sort of thing has this name, links not followed.
    pub(super) fn kind(&self, name: &str) -> io::Result<Option<FileType>> {
        match rustix::fs::statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some(FileType::from_raw_mode(stat.st_mode))),
            Err(Errno::NOENT) => Ok(None),
            Err(e) => Err(e.into()),
        }
    }

    /// When this name's content was written last: seconds since 1970 and nanoseconds.
    #[allow(clippy::unnecessary_cast, clippy::cast_possible_wrap, reason = "its types differ by platform")]
    pub(super) fn written(&self, name: &str) -> Option<(i64, i64)> {
        let stat = rustix::fs::statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW).ok()?;
        Some((stat.st_mtime as i64, stat.st_mtime_nsec as i64))
    }

    /// The entries of this directory but `.` and `..`.
    pub(super) fn entries(&self) -> io::Result<Vec<(Vec<u8>, FileType)>> {
        let mut entries = Vec::new();
        for entry in rustix::fs::Dir::read_from(&self.0)? {
            let entry = entry?;
            let name = entry.file_name();
            if name == c"." || name == c".." {
                continue;
            }
            let kind = match entry.file_type() {
                FileType::Unknown => match rustix::fs::statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW) {
                    Ok(stat) => FileType::from_raw_mode(stat.st_mode),
                    Err(Errno::NOENT) => continue,
                    Err(e) => return Err(e.into()),
                },
                known => known,
            };
            entries.push((name.to_bytes().to_vec(), kind));
        }
        Ok(entries)
    }

    /// A new file that nobody had; the process's umask narrows `mode`.
    pub(super) fn create(&self, name: &str, mode: u32) -> io::Result<File> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        Ok(rustix::fs::openat(&self.0, name, flags, Mode::from_raw_mode(mode))?.into())
    }

    /// Gives a new file the owner and group of an old one, as far as this user may.
    pub(super) fn give_to_owner_of(&self, name: &str, file: &File) {
        use rustix::fs::{Gid, Uid};
        let old = rustix::fs::statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW);
        if let (Ok(old), Ok(new)) = (old, rustix::fs::fstat(file))
            && (old.st_uid, old.st_gid) != (new.st_uid, new.st_gid)
        {
            let _ =
                rustix::fs::fchown(file, Some(Uid::from_raw(old.st_uid)), Some(Gid::from_raw(old.st_gid)));
        }
    }

    /// A file that is created when missing and stays: the lock and what is known about its holder. Nobody waits for a
    /// pipe that has its name.
    pub(super) fn permanent(&self, name: &str) -> io::Result<File> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        Ok(rustix::fs::openat(&self.0, name, flags, Mode::from_raw_mode(0o666))?.into())
    }

    /// Opens what has this name to ask about its lock; `None`: nothing has it.
    pub(super) fn existing(&self, name: &str) -> io::Result<Option<File>> {
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        match self.open(name, flags) {
            Ok(fd) => Ok(Some(fd.into())),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(e),
        }
    }

    /// Makes a directory; whether it was missing.
    pub(super) fn mkdir(&self, name: &str) -> io::Result<bool> {
        match rustix::fs::mkdirat(&self.0, name, Mode::from_raw_mode(0o777)) {
            Ok(()) => Ok(true),
            Err(Errno::EXIST) => Ok(false),
            Err(e) => Err(e.into()),
        }
    }

    /// Removes a file; whether it was there.
    pub(super) fn unlink(&self, name: &str) -> io::Result<bool> {
        match rustix::fs::unlinkat(&self.0, name, AtFlags::empty()) {
            Ok(()) => Ok(true),
            Err(Errno::NOENT) => Ok(false),
            Err(e) => Err(e.into()),
        }
    }

    /// Removes a directory unless something is in it.
    pub(super) fn rmdir(&self, name: &str) -> io::Result<()> {
        match rustix::fs::unlinkat(&self.0, name, AtFlags::REMOVEDIR) {
            Ok(()) | Err(Errno::NOENT | Errno::NOTEMPTY | Errno::EXIST | Errno::NOTDIR) => Ok(()),
            Err(e) => Err(e.into()),
        }
    }

    pub(super) fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        Ok(rustix::fs::renameat(&self.0, from, &self.0, to)?)
    }

    /// `false`: this file system cannot, nothing was done.
    pub(super) fn rename_with(&self, from: &str, to: &str, how: Rename) -> io::Result<bool> {
        #[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
        {
            let flags = match how {
                Rename::Exchange => RenameFlags::EXCHANGE,
                Rename::NoReplace => RenameFlags::NOREPLACE,
            };
            match rustix::fs::renameat_with(&self.0, from, &self.0, to, flags) {
                Ok(()) => Ok(true),
                Err(Errno::NOSYS | Errno::INVAL | Errno::NOTSUP) => Ok(false),
                Err(e) => Err(e.into()),
            }
        }
        #[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
        Ok(false)
    }

    /// A second name for a file; fails when the name is taken.
    pub(super) fn link(&self, from: &str, to: &str) -> io::Result<()> {
        Ok(rustix::fs::linkat(&self.0, from, &self.0, to, AtFlags::empty())?)
    }

    /// Makes the names in this directory survive a power cut.
    pub(super) fn sync(&self) -> io::Result<()> {
        match rustix::fs::fsync(&self.0) {
            // Some network and FUSE file systems have no such thing for directories.
            Err(Errno::INVAL | Errno::NOTSUP) => Ok(()),
            other => Ok(other?),
        }
    }

    /// Whether `flock` cannot be trusted here.
    pub(super) fn is_nfs(&self) -> bool {
        #[cfg(target_os = "linux")]
        {
            rustix::fs::fstatfs(&self.0).is_ok_and(|fs| fs.f_type == rustix::fs::NFS_SUPER_MAGIC)
        }
        #[cfg(not(target_os = "linux"))]
        false
    }
}

#[allow(
    clippy::useless_conversion,
    clippy::unnecessary_fallible_conversions,
    reason = "its type differs by platform"
)]
fn links(stat: &Stat) -> u64 {
    u64::try_from(stat.st_nlink).unwrap_or(u64::MAX)
}

fn name_of(kind: FileType) -> &'static str {
    match kind {
        FileType::RegularFile => "a file",
        FileType::Directory => "a directory",
        FileType::Symlink => "a symbolic link",
        FileType::Fifo => "a FIFO",
        FileType::Socket => "a socket",
        FileType::CharacterDevice | FileType::BlockDevice => "a device",
        FileType::Unknown => "of an unknown sort",
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests set the scene by hand")]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::sync::atomic::{AtomicBool, Ordering};

    const READ: OFlags = OFlags::RDONLY.union(OFlags::CLOEXEC);

    fn text(fd: OwnedFd) -> String {
        let mut text = String::new();
        File::from(fd).read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn both_ways_refuse_links_and_agree() {
        let keep = tempfile::tempdir().unwrap();
        let top = keep.path().join("top");
        fs::create_dir_all(top.join("a/b")).unwrap();
        fs::write(top.join("a/b/c"), "in").unwrap();
        fs::write(keep.path().join("secret"), "out").unwrap();
        symlink("..", top.join("up")).unwrap();
        symlink("../secret", top.join("leaf")).unwrap();
        symlink("a", top.join("inner")).unwrap();
        let dir = Dir::open_root(&top).unwrap();
        assert_eq!(text(dir.open("a/b/c", READ).unwrap()), "in");
        assert_eq!(text(dir.walk("a/b/c", READ).unwrap()), "in");
        for name in ["up/secret", "leaf", "inner/b/c"] {
            assert!(dir.open(name, READ).is_err(), "{name}");
            assert!(dir.walk(name, READ).is_err(), "{name}");
            assert_eq!(dir.obstacle(name).unwrap().unwrap().is, "a symbolic link", "{name}");
        }
    }

    #[test]
    fn a_directory_swapped_for_a_link_never_leads_out() {
        let keep = tempfile::tempdir().unwrap();
        let top = keep.path().join("top");
        fs::create_dir_all(top.join("real")).unwrap();
        fs::create_dir_all(keep.path().join("out")).unwrap();
        fs::write(top.join("real/f"), "in").unwrap();
        fs::write(keep.path().join("out/f"), "out").unwrap();
        symlink("../out", top.join("link")).unwrap();
        fs::rename(top.join("real"), top.join("d")).unwrap();
        let dir = Dir::open_root(&top).unwrap();
        let done = AtomicBool::new(false);
        let (mut inside, mut refused) = (0, 0);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let attacker = Dir::open_root(&top).unwrap();
                while !done.load(Ordering::Relaxed) {
                    attacker.rename_with("d", "link", Rename::Exchange).unwrap();
                }
            });
            let mut round = 0;
            while round < 20_000 || (round < 2_000_000 && (inside == 0 || refused == 0)) {
                round += 1;
                let opened = if round % 2 == 0 { dir.open("d/f", READ) } else { dir.walk("d/f", READ) };
                match opened {
                    Ok(fd) => {
                        assert_eq!(text(fd), "in", "the link was followed");
                        inside += 1;
                    }
                    Err(_) => refused += 1,
                }
            }
            done.store(true, Ordering::Relaxed);
        });
        assert!(inside > 0 && refused > 0, "the race did not happen: {inside} inside, {refused} refused");
    }
}
