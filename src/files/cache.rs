//! Bytes that may be deleted at any time.

use std::io::{self, Write};

use super::{Files, excl, track};
use crate::error::{Error, Result};

const CACHE: &str = "cache";

impl Files {
    /// Replaces a file of the cache, `track/cache/<name>` below the common directory.
    ///
    /// Readers see the old bytes or the new ones. Takes no lock and does not wait for the disk: after a power cut it may
    /// be empty, so what is in it must be able to tell.
    pub fn put_cache(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let name = crate::model::path::RepoPath::parse(name)?;
        if name.parent().is_some() {
            return Err(Error::bug(format!("the cache has no directories, but was asked for `{name}`")));
        }
        let track = track(&self.roots.common_dir)?;
        let write = || -> io::Result<()> {
            track.mkdir(CACHE)?;
            let cache = track.dir(CACHE)?;
            let temp = format!(".{}", excl::nonce());
            let written = cache
                .create(&temp, 0o666)
                .and_then(|mut file| file.write_all(bytes))
                .and_then(|()| cache.rename(&temp, name.file_name()));
            if written.is_err() {
                cache.unlink(&temp)?;
            }
            written
        };
        write().map_err(|e| Error::io(format!("write the cache `{name}`"), &e))
    }
}

#[cfg(test)]
mod tests {
    use crate::files::testing::files;
    use crate::model::edit::Root;
    use crate::model::path::RepoPath;

    #[test]
    fn comes_back() {
        let (_keep, files) = files();
        files.put_cache("landed.json", b"1").unwrap();
        files.put_cache("landed.json", b"2").unwrap();
        let path = RepoPath::parse("track/cache/landed.json").unwrap();
        assert_eq!(files.read(Root::CommonDir, &path, 10).unwrap().unwrap(), b"2");
        assert_eq!(files.list(Root::CommonDir, &path.parent().unwrap()).unwrap().len(), 1);
    }
}
