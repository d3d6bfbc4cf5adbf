//! The index file, as git documents it in gitformat-index(5): versions 2 to 4, and the trees that git remembers in it.
//!
//! libgit2 reads it too, but takes ten times as long and leaves out the remembered trees, by which a comparison passes
//! over every directory that has not changed.

use std::ops::Range;
use std::path::Path;
use std::rc::Rc;

use super::{Repo, Trouble};
use crate::error::{Kind, Result};
use crate::files::{read_outside, stamp};

/// Times, device, number, mode, owner, size: what stands before the id of an entry.
const STAT: usize = 40;
const MODE: usize = 24;
/// Bits of the flags of an entry, and of the second flags that some have.
const EXTENDED: usize = 0x4000;
const LONG: usize = 0x0fff;
const INTENDED: usize = 0x2000;
const SKIPPED: usize = 0x4000;
/// Deeper trees are left to git.
pub(super) const DEEPEST: usize = 500;
/// No index is larger; positions fit into 32 bits.
const LARGEST: u64 = 1 << 31;

/// An index that was read.
#[derive(Default)]
pub(super) struct Staged {
    bytes: Vec<u8>,
    /// All names of an index of version 4, which stores only in what they differ.
    names: Vec<u8>,
    places: Vec<Place>,
    width: usize,
    ordered: bool,
    tree: Option<Remembered>,
}

/// Why an index was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// It is split, sparse, of another version: git may understand it.
    Unknown,
    /// It is not what git writes.
    Broken,
}

/// Where an entry is; small, as there may be many.
struct Place {
    name: u32,
    len: u32,
    id: u32,
    mode: u32,
    stage: u8,
    intended: bool,
    skipped: bool,
}

/// An entry of the index.
#[derive(Clone, Copy)]
pub(super) struct Entry<'a> {
    pub(super) path: &'a [u8],
    pub(super) id: &'a [u8],
    /// Times, device, number, mode, owner, group and size of the file when git looked at it, each in four bytes.
    pub(super) stat: &'a [u8],
    pub(super) mode: u32,
    /// 1 to 3 for the versions of a conflict.
    pub(super) stage: u8,
    /// Announced by `git add -N`: for git it is not there yet.
    pub(super) intended: bool,
    pub(super) skip_worktree: bool,
}

/// The tree that a directory of the index makes, as git wrote it down.
#[derive(Default)]
pub(super) struct Remembered {
    name: Vec<u8>,
    /// How many entries it has, and where its id is; `None` once something in it changed.
    known: Option<(usize, Range<usize>)>,
    below: Vec<Remembered>,
}

impl Repo {
    /// When the index that [`Repo::staged`] returned was written, in seconds since 1970; `None`: there is none.
    pub(super) fn staged_at(&self) -> Option<i64> {
        let (stamp, _) = self.index.borrow().clone()?;
        Some(stamp?.written())
    }

    /// The index that this invocation is about. It is kept as long as the file is the same.
    pub(super) fn staged(&self) -> Result<Rc<Staged>, Trouble> {
        let now = stamp(&self.index_path)?;
        if let Some((then, staged)) = &*self.index.borrow()
            && *then == now
        {
            return Ok(Rc::clone(staged));
        }
        let width = match self.format {
            git2::ObjectFormat::Sha1 => 20,
            git2::ObjectFormat::Sha256 => 32,
        };
        let staged = match read(&self.index_path, width)? {
            Ok(staged) => Rc::new(staged),
            Err(Fault::Unknown) => return Err(Trouble::AskGit),
            // Git would take what is left of a file that was cut off for the whole; libgit2 looks at the checksum.
            Err(Fault::Broken) => {
                let opened = git2::Index::open_ext(&self.index_path, self.format).map_err(Trouble::from);
                return Err(match opened {
                    Err(Trouble::Fatal(error)) => {
                        Trouble::Fatal(error.context(format!("read `{}`", self.index_path.display())))
                    }
                    _ => Trouble::AskGit,
                });
            }
        };
        self.index.replace(Some((now, Rc::clone(&staged))));
        Ok(staged)
    }
}

fn read(path: &Path, width: usize) -> Result<std::result::Result<Staged, Fault>> {
    match read_outside(path, LARGEST) {
        Ok(bytes) => Ok(Staged::parse(bytes, width)),
        // As in a repository to which nothing was added yet.
        Err(error) if error.kind() == Kind::NotFound => Ok(Ok(Staged::default())),
        Err(error) if error.kind() == Kind::State => Ok(Err(Fault::Unknown)),
        Err(error) => Err(error),
    }
}

impl Staged {
    /// The checksum is left alone, as git leaves it.
    fn parse(bytes: Vec<u8>, width: usize) -> std::result::Result<Self, Fault> {
        let mut staged = Self { bytes, width, ..Self::default() };
        let version = be32(&staged.bytes, 4).ok_or(Fault::Broken)?;
        if !staged.bytes.starts_with(b"DIRC") {
            return Err(Fault::Broken);
        }
        if !(2..=4).contains(&version) {
            return Err(Fault::Unknown);
        }
        let at = staged.entries(version).ok_or(Fault::Broken)?;
        match staged.extensions(at) {
            Some(true) if staged.ordered => Ok(staged),
            Some(false) => Err(Fault::Unknown),
            _ => Err(Fault::Broken),
        }
    }

    /// Reads all entries; where they end.
    fn entries(&mut self, version: usize) -> Option<usize> {
        let count = be32(&self.bytes, 8)?;
        // No entry is smaller, so that a wrong number does not ask for much memory.
        if count > self.bytes.len() / (STAT + self.width) {
            return None;
        }
        self.places.reserve_exact(count);
        self.ordered = true;
        (0..count).try_fold(12, |at, _| self.entry(at, version))
    }

    /// Reads the entry at a position; the position of the next one.
    fn entry(&mut self, at: usize, version: usize) -> Option<usize> {
        let id = at + STAT;
        let flags = be16(&self.bytes, id + self.width)?;
        let mut start = id + self.width + 2;
        let mut more = 0;
        if flags & EXTENDED != 0 {
            more = be16(&self.bytes, start)?;
            start += 2;
            if version < 3 || more & !(INTENDED | SKIPPED) != 0 {
                return None;
            }
        }
        let (name, len, next) = if version == 4 {
            self.shortened(start)?
        } else {
            let len = if flags & LONG == LONG { until_nul(&self.bytes, start)? } else { flags & LONG };
            // Entries are padded to eight bytes, by one byte at least.
            (start, len, at + ((start - at + len + 8) & !7))
        };
        let place = Place {
            name: u32::try_from(name).ok()?,
            len: u32::try_from(len).ok()?,
            id: u32::try_from(id).ok()?,
            mode: u32::try_from(be32(&self.bytes, at + MODE)?).ok()?,
            stage: u8::try_from((flags >> 12) & 3).ok()?,
            intended: more & INTENDED != 0,
            skipped: more & SKIPPED != 0,
        };
        let here = self.view(&place)?;
        // What replaces an entry of a shared index has no name; that it is split comes at the end.
        let last = self.places.last().and_then(|last| self.view(last));
        let first = last.is_none_or(|last| (last.path, last.stage) < (here.path, here.stage));
        self.ordered &= first && !here.path.is_empty();
        self.places.push(place);
        Some(next)
    }

    /// A name of version 4: how much to take off the end of the one before, and what follows.
    fn shortened(&mut self, mut at: usize) -> Option<(usize, usize, usize)> {
        let mut byte = *self.bytes.get(at)?;
        let mut strip = usize::from(byte & 0x7f);
        while byte & 0x80 != 0 {
            at += 1;
            byte = *self.bytes.get(at)?;
            strip = (strip.checked_add(1)?.checked_mul(128)?).checked_add(usize::from(byte & 0x7f))?;
        }
        at += 1;
        let last = self.places.last().map_or((0, 0), |last| (last.name as usize, last.len as usize));
        let kept = last.1.checked_sub(strip)?;
        let added = until_nul(&self.bytes, at)?;
        let name = self.names.len();
        self.names.extend_from_within(last.0..last.0 + kept);
        self.names.extend_from_slice(self.bytes.get(at..at + added)?);
        Some((name, kept + added, at + added + 1))
    }

    /// Reads what follows the entries; whether all of it may be passed over, as its name begins with a capital letter.
    fn extensions(&mut self, mut at: usize) -> Option<bool> {
        let end = self.bytes.len().checked_sub(self.width)?;
        while at < end {
            let name = self.bytes.get(at..at + 4)?;
            let start = at + 8;
            let next = start.checked_add(be32(&self.bytes, at + 4)?).filter(|&next| next <= end)?;
            if name == b"TREE" {
                let mut place = start;
                // One that cannot be read is one that is not there: then all is compared.
                self.tree = remembered(self.bytes.get(..next)?, &mut place, self.width, 0);
            } else if !name.first()?.is_ascii_uppercase() {
                return Some(false);
            }
            at = next;
        }
        (at == end).then_some(true)
    }

    fn view(&self, place: &Place) -> Option<Entry<'_>> {
        let pool = if self.names.is_empty() { &self.bytes } else { &self.names };
        let (name, id) = (place.name as usize, place.id as usize);
        Some(Entry {
            path: pool.get(name..name + place.len as usize)?,
            id: self.bytes.get(id..id + self.width)?,
            stat: self.bytes.get(id.checked_sub(STAT)?..id)?,
            mode: place.mode,
            stage: place.stage,
            intended: place.intended,
            skip_worktree: place.skipped,
        })
    }

    /// The entry at a position in git's order.
    pub(super) fn get(&self, at: usize) -> Option<Entry<'_>> {
        self.view(self.places.get(at)?)
    }

    /// The entries from the first one on whose path is not before this one.
    pub(super) fn from<'a>(&'a self, path: &[u8]) -> impl Iterator<Item = Entry<'a>> {
        let before = |place: &Place| self.view(place).is_some_and(|entry| entry.path < path);
        let first = self.places.partition_point(before);
        self.places.get(first..).unwrap_or_default().iter().filter_map(|place| self.view(place))
    }

    /// What git remembers of the top.
    pub(super) fn tree(&self) -> Option<&Remembered> {
        self.tree.as_ref()
    }

    /// How many entries the directory has, if it makes the tree `id`.
    pub(super) fn same(&self, directory: &Remembered, id: &[u8]) -> Option<usize> {
        let (count, place) = directory.known.as_ref()?;
        (self.bytes.get(place.clone())? == id).then_some(*count)
    }
}

impl Remembered {
    /// The directory of this name in it.
    pub(super) fn below(&self, name: &[u8]) -> Option<&Self> {
        let at = self.below.binary_search_by(|below| below.name.as_slice().cmp(name)).ok()?;
        self.below.get(at)
    }
}

/// Name, number of entries (-1 once it changed), number of directories, id; then these directories.
fn remembered(bytes: &[u8], at: &mut usize, width: usize, depth: usize) -> Option<Remembered> {
    if depth > DEEPEST {
        return None;
    }
    let mut word = |end: u8| {
        let rest = bytes.get(*at..)?;
        let len = rest.iter().position(|&byte| byte == end)?;
        *at += len + 1;
        rest.get(..len)
    };
    let number = |word: &[u8]| std::str::from_utf8(word).ok()?.parse::<i64>().ok();
    let name = word(0)?.to_vec();
    let count = usize::try_from(number(word(b' ')?)?).ok();
    let directories = number(word(b'\n')?)?;
    let known = count.map(|count| (count, *at..*at + width));
    if known.is_some() {
        *at += width;
    }
    let mut below = Vec::new();
    for _ in 0..directories {
        below.push(remembered(bytes, at, width, depth + 1)?);
    }
    // Git orders them by length first.
    below.sort_by(|a, b| a.name.cmp(&b.name));
    Some(Remembered { name, known, below })
}

fn be16(bytes: &[u8], at: usize) -> Option<usize> {
    let bytes = bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
    Some(usize::from(u16::from_be_bytes(bytes)))
}

fn be32(bytes: &[u8], at: usize) -> Option<usize> {
    let bytes = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
    usize::try_from(u32::from_be_bytes(bytes)).ok()
}

fn until_nul(bytes: &[u8], at: usize) -> Option<usize> {
    bytes.get(at..)?.iter().position(|&byte| byte == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One entry `a` and one extension.
    fn index(version: u8, flags: u16, extension: &[u8]) -> Vec<u8> {
        let mut bytes = [b"DIRC\0\0\0".as_slice(), &[version], &[0, 0, 0, 1], &[0; 60]].concat();
        bytes.extend(flags.to_be_bytes());
        bytes.extend(if version == 4 { b"\0a\0".as_slice() } else { b"a\0".as_slice() });
        [&bytes, extension, &[0; 20]].concat()
    }

    #[test]
    fn what_is_read_and_what_is_left_to_git() {
        let path = |bytes| Staged::parse(bytes, 20).map(|staged| staged.get(0).unwrap().path.to_vec());
        for good in
            [index(2, 1, b""), index(4, 1, b""), index(2, 0xfff, b""), index(2, 1, b"UNTR\0\0\0\x01x")]
        {
            assert_eq!(path(good), Ok(b"a".to_vec()));
        }
        for unknown in [index(5, 1, b""), index(2, 1, b"link\0\0\0\0"), index(2, 1, b"sdir\0\0\0\0")] {
            assert_eq!(path(unknown), Err(Fault::Unknown));
        }
        for bad in [
            index(2, 1, b"UNTR\0\0\0\x09x"),
            index(2, 1, b"UNT"),
            index(2, 0x4001, b""),
            index(3, 0x4001, b"")[..70].to_vec(),
            index(2, 0, b""),
            b"DIRC".to_vec(),
            Vec::new(),
        ] {
            assert_eq!(path(bad), Err(Fault::Broken));
        }
        let whole = index(2, 1, b"UNTR\0\0\0\x01x");
        for end in 0..whole.len() {
            // Without the extension it is whole again.
            assert_eq!(Staged::parse(whole[..end].to_vec(), 20).is_ok(), end == whole.len() - 9, "{end}");
        }
    }

    #[test]
    fn remembered_trees() {
        let id = [7; 20];
        let tree = [b"TREE\0\0\0\x3c\0-1 2\n".as_slice(), b"b\x001 0\n", &id, b"aa\x001 0\n", &id].concat();
        let staged = Staged::parse(index(2, 1, &tree), 20);
        assert!(staged.is_err(), "the size is wrong");
        let size = u32::try_from(tree.len() - 8).unwrap().to_be_bytes();
        let tree = [b"TREE", size.as_slice(), &tree[8..]].concat();
        let staged = Staged::parse(index(2, 1, &tree), 20).unwrap();
        let top = staged.tree().unwrap();
        assert_eq!(staged.same(top, &id), None);
        assert_eq!(staged.same(top.below(b"aa").unwrap(), &id), Some(1));
        assert_eq!(staged.same(top.below(b"b").unwrap(), &[8; 20]), None);
        assert!(top.below(b"a").is_none());
    }
}
