//! Files that belong to no repository: what is imported, what is installed, places to play in.

#![expect(clippy::disallowed_methods, reason = "nothing here is below a root of a repository")]

use std::fs::OpenOptions;
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::error::{Error, Kind, Result};

/// The bytes of an ordinary file anywhere; links are followed, pipes and devices are not waited for.
pub fn read_outside(path: &Path, cap: u64) -> Result<Vec<u8>> {
    let shown = path.display();
    let failed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => Error::not_found(format!("there is no file {shown}")),
        _ => Error::io(format!("read {shown}"), &error),
    };
    let nonblocking = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap_or_default();
    let file = OpenOptions::new().read(true).custom_flags(nonblocking).open(path).map_err(failed)?;
    let meta = file.metadata().map_err(failed)?;
    if !meta.is_file() {
        return Err(Error::new(Kind::State, format!("{shown} is not an ordinary file")));
    }
    if meta.len() > cap {
        return Err(Error::new(Kind::State, format!("{shown} is larger than {cap} bytes")));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(meta.len()).unwrap_or_default().saturating_add(1));
    file.take(cap).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// What tells one version of a file from the next: device, number, size, and when its content and its entry changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp([u64; 3], [i64; 4]);

impl Stamp {
    /// When its content was written, in seconds since 1970.
    pub fn written(&self) -> i64 {
        let [seconds, ..] = self.1;
        seconds
    }

    /// The same as bytes, to be compared with those of another time.
    pub fn bytes(&self) -> Vec<u8> {
        let (place, times) = (self.0.iter().map(|part| part.to_le_bytes()), self.1.iter());
        place.chain(times.map(|part| part.to_le_bytes())).flatten().collect()
    }
}

/// The stamp of what has this name; `None` if nothing has.
pub fn stamp(path: &Path) -> Result<Option<Stamp>> {
    use std::os::unix::fs::MetadataExt;
    match path.metadata() {
        Ok(meta) => Ok(Some(Stamp(
            [meta.dev(), meta.ino(), meta.size()],
            [meta.mtime(), meta.mtime_nsec(), meta.ctime(), meta.ctime_nsec()],
        ))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::io(format!("look at {}", path.display()), &error)),
    }
}

/// Whether anything has this name.
pub fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// Whether there is such a folder.
pub fn is_folder(path: &Path) -> bool {
    path.is_dir()
}

/// Puts a file into a folder outside the repository, replacing an older one whole; the folder is made when missing.
pub fn install(folder: &Path, name: &str, bytes: &[u8]) -> Result<PathBuf> {
    let target = folder.join(name);
    let write = || -> std::io::Result<()> {
        std::fs::create_dir_all(folder)?;
        let mut temp = tempfile::Builder::new().permissions(readable()).tempfile_in(folder)?;
        temp.write_all(bytes)?;
        temp.persist(&target).map(drop).map_err(|error| error.error)
    };
    write().map_err(|error| Error::io(format!("write {}", target.display()), &error))?;
    Ok(target)
}

/// Writes an existing file anew where it is, so that it keeps its mode and its links: git waits for it.
pub fn write_outside(path: &Path, bytes: &[u8]) -> Result<()> {
    let write = || OpenOptions::new().write(true).truncate(true).open(path)?.write_all(bytes);
    write().map_err(|error| Error::io(format!("write {}", path.display()), &error))
}

/// Adds to the end of a file, which is made when missing.
pub fn append_outside(path: &Path, bytes: &[u8]) -> Result<()> {
    let append = || OpenOptions::new().append(true).create(true).open(path)?.write_all(bytes);
    append().map_err(|error| Error::io(format!("write {}", path.display()), &error))
}

/// A new empty folder that stays: the given one, which must be missing or empty, else one in the temporary directory.
pub fn playground(wanted: Option<&Path>) -> Result<PathBuf> {
    let Some(wanted) = wanted else {
        return match tempfile::Builder::new().prefix("git-track-demo-").tempdir() {
            Ok(folder) => Ok(folder.keep()),
            Err(error) => Err(Error::io("make a temporary folder", &error)),
        };
    };
    let shown = wanted.display();
    std::fs::create_dir_all(wanted).map_err(|error| Error::io(format!("make {shown}"), &error))?;
    let mut entries =
        std::fs::read_dir(wanted).map_err(|error| Error::io(format!("read {shown}"), &error))?;
    if entries.next().is_some() {
        return Err(
            Error::refused(format!("{shown} is not empty")).hint("name a folder that does not exist yet")
        );
    }
    Ok(wanted.to_path_buf())
}

fn readable() -> std::fs::Permissions {
    use std::os::unix::fs::PermissionsExt;
    std::fs::Permissions::from_mode(0o644)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ordinary_files_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = install(folder.path(), "a.txt", b"abc").unwrap();
        assert_eq!(read_outside(&file, 3).unwrap(), b"abc");
        assert_eq!(read_outside(&file, 2).unwrap_err().kind(), Kind::State);
        assert_eq!(read_outside(folder.path(), 9).unwrap_err().kind(), Kind::State);
        assert_eq!(read_outside(&folder.path().join("no"), 9).unwrap_err().kind(), Kind::NotFound);
        let fifo = folder.path().join("fifo");
        rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0)
            .unwrap();
        assert_eq!(read_outside(&fifo, 9).unwrap_err().kind(), Kind::State);
    }

    #[test]
    fn a_playground_is_empty() {
        let folder = tempfile::tempdir().unwrap();
        assert!(playground(Some(&folder.path().join("new"))).is_ok());
        assert_eq!(playground(Some(folder.path())).unwrap_err().kind(), Kind::Refused);
    }
}
