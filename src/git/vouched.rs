//! Which files of the work tree are what git's index says they are, without reading them.

use super::{Repo, Trouble};
use crate::error::Result;
use crate::files::FileStat;
use crate::model::facts::BlobId;
use crate::model::path::RepoPath;

impl Repo {
    /// The ids of the bytes of these files of a directory as far as git's index knows them: the file system must say of the
    /// file what it said when git read it, and git's rule for races holds. A file that changed in the same second in which
    /// the index was written, or later, may have changed after git read it, so that it is not known.
    ///
    /// What filters make of a file is what git's ids are about; whoever relies on an id compares it once with the bytes.
    pub fn vouched(&self, dir: &RepoPath, files: &[(&str, FileStat)]) -> Result<Vec<Option<BlobId>>> {
        let index = match self.staged() {
            Ok(index) => index,
            Err(Trouble::AskGit) => return Ok(vec![None; files.len()]),
            Err(Trouble::Fatal(error)) => return Err(error),
        };
        let Some(written) = self.staged_at() else { return Ok(vec![None; files.len()]) };
        let mut path = format!("{dir}/").into_bytes();
        let folder = path.len();
        let known = |(name, stat): &(&str, FileStat)| {
            path.truncate(folder);
            path.extend_from_slice(name.as_bytes());
            let entry = index.from(&path).next().filter(|entry| entry.path == path)?;
            let plain = entry.stage == 0 && !entry.intended && entry.mode & 0o170_000 == 0o100_000;
            let settled = i64::from(stat.changed()) < written;
            let same = plain && settled && same(entry.stat, stat);
            if same { BlobId::from_bytes(entry.id) } else { None }
        };
        Ok(files.iter().map(known).collect())
    }
}

/// The device is left out, as git leaves it out: it changes when a disk is mounted again.
fn same(entry: &[u8], stat: &FileStat) -> bool {
    let mut words = entry.chunks_exact(4).filter_map(|word| Some(u32::from_be_bytes(word.try_into().ok()?)));
    let all: [Option<u32>; 10] = std::array::from_fn(|_| words.next());
    let [changed, changed_nano, written, written_nano, _device, number, _mode, owner, group, size] = all;
    [changed, changed_nano, written, written_nano, number, owner, group, size] == stat.0.map(Some)
}
