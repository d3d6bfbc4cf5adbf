//! Whether the change of one commit is that of another one, made to other versions of the same files.

use git2::Oid;

use super::changed::{Pair, Version};
use super::differences::known;
use super::trees::oid;
use super::{Repo, Trouble};
use crate::error::{Error, Result};
use crate::model::facts::{BlobId, FileMode};

/// Larger files are not merged.
const LARGEST: u64 = 16 << 20;
/// A line that is put before each text: libgit2 has no content for a merge that is empty, not even an empty one.
const FIRST: &[u8] = b"\x01\n";
/// How many merges one counts for when it takes a child.
const CHILD: usize = 32;

/// A merge of three versions of a file, and what must come out of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Merge {
    ancestor: Oid,
    ours: Oid,
    theirs: Oid,
    expected: Oid,
}

/// How many files may still be merged for one branch; each costs some 100 µs.
pub(super) struct Budget {
    /// Where the sizes say that the changes may be the same.
    likely: usize,
    /// Where they do not: one is the same all the same when a part of it was there before.
    unlikely: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { likely: 1000, unlikely: 200 }
    }
}

/// Versions of a file; of one that is too large its size.
type Texts = Vec<Result<Vec<u8>, u64>>;

impl Repo {
    /// Whether these merges, by which two changes are the same, come out; `None` when that cannot be known. What is
    /// unlikely by the sizes of the files and is beyond the budget does not.
    pub(super) fn settle(&self, merges: &[Merge], budget: &mut Budget) -> Result<Option<bool>> {
        let cost = merges.len() * if self.is_fast() { 1 } else { CHILD };
        let likely = known(self.may_fit(merges))? != Some(false);
        let left = if likely { &mut budget.likely } else { &mut budget.unlikely };
        match left.checked_sub(cost) {
            Some(less) => {
                *left = less;
                self.come_out(merges)
            }
            None => Ok(if likely { None } else { Some(false) }),
        }
    }

    /// Whether the file grows by as much as the one that came out of the other change.
    fn may_fit(&self, merges: &[Merge]) -> Result<bool> {
        self.read_objects(
            |lib| {
                let objects = lib.odb()?;
                let size = |id| Ok::<_, Trouble>(objects.read_header(id)?.0);
                for merge in merges {
                    // Both sides plus what was there before the other one's change.
                    let (own, other) = (size(merge.theirs)? + size(merge.ours)?, size(merge.expected)?);
                    if own != other + size(merge.ancestor)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            },
            || Ok(true),
        )
    }

    /// Whether all merges come out without a conflict and as expected; `None` when a file is not here or when there are
    /// too many.
    ///
    /// Files with a zero byte and files of more than 16 MiB are never merged. Nothing is stored.
    pub(super) fn come_out(&self, merges: &[Merge]) -> Result<Option<bool>> {
        if merges.len() * if self.is_fast() { 1 } else { CHILD } > Budget::default().likely {
            return Ok(None);
        }
        for merge in merges {
            let ids = [merge.ancestor, merge.ours, merge.theirs];
            let ids = ids.iter().map(|id| BlobId::parse(&id.to_string())).collect::<Result<Vec<_>>>()?;
            let Some(texts) = self.texts_of(&ids)? else { return Ok(None) };
            let merged = match texts.as_slice() {
                [Ok(ancestor), Ok(ours), Ok(theirs)] => merged(ancestor, ours, theirs)?,
                _ => None,
            };
            let id = merged.map(|bytes| self.hash(&bytes)).transpose()?;
            if id.is_none_or(|id| id.as_str() != merge.expected.to_string()) {
                return Ok(Some(false));
            }
        }
        Ok(Some(true))
    }

    fn texts_of(&self, ids: &[BlobId]) -> Result<Option<Texts>> {
        if self.is_expected_here().is_err() {
            let all = self.read_objects(
                |lib| {
                    let objects = lib.odb()?;
                    let here = |id: &BlobId| Ok::<_, Trouble>(objects.exists(oid(lib, id.as_str())?));
                    Ok(ids.iter().map(here).collect::<Result<Vec<_>, _>>()?.into_iter().all(|here| here))
                },
                || Ok(true),
            );
            if known(all)? != Some(true) {
                return Ok(None);
            }
        }
        known(self.contents(ids, LARGEST, usize::MAX))
    }
}

/// The merges that must come out for two changes to be the same; `None` when they are not.
pub(super) fn same(own: &[Pair], theirs: &[Pair]) -> Option<Vec<Merge>> {
    if own.len() != theirs.len() {
        return None;
    }
    let mut merges = Vec::new();
    for (own, theirs) in own.iter().zip(theirs) {
        if own.path != theirs.path {
            return None;
        }
        merges.extend(onto(own, theirs.before, theirs.after)?);
    }
    Some(merges)
}

/// The merge by which a change of a file, made to `ours` instead, gives `expected`; `Some(None)` when that is plain,
/// `None` when it does not.
#[expect(clippy::option_option, reason = "no, yes, and yes if a merge says so")]
pub(super) fn onto(change: &Pair, ours: Option<Version>, expected: Option<Version>) -> Option<Option<Merge>> {
    if change.after == expected {
        return Some(None);
    }
    let (ancestor, theirs) = (change.before?, change.after?);
    let (ours, expected) = (ours?, expected?);
    if ![ancestor, theirs, ours, expected].iter().all(|(_, mode)| is_text(*mode)) {
        return None;
    }
    // Of two kinds of mode, one that was changed on either side is the new one.
    let mode = if ancestor.1 == theirs.1 { ours.1 } else { theirs.1 };
    if mode != expected.1 {
        return None;
    }
    let plain = if ancestor.0 == theirs.0 {
        Some(ours.0)
    } else {
        (ancestor.0 == ours.0 || ours.0 == theirs.0).then_some(theirs.0)
    };
    match plain {
        Some(id) => (id == expected.0).then_some(None),
        None => {
            let (ancestor, ours, theirs) = (ancestor.0, ours.0, theirs.0);
            Some(Some(Merge { ancestor, ours, theirs, expected: expected.0 }))
        }
    }
}

/// What a merge of three texts is; `None` if it has a conflict, or one is no text.
fn merged(ancestor: &[u8], ours: &[u8], theirs: &[u8]) -> Result<Option<Vec<u8>>> {
    let whole = [ancestor, ours, theirs].map(|bytes| [FIRST, bytes].concat());
    let [ancestor, ours, theirs] = whole.each_ref().map(|bytes| {
        let mut input = git2::MergeFileInput::new();
        input.content(bytes);
        input
    });
    let merged = git2::merge_file(&ancestor, &ours, &theirs, None);
    let merged = merged.map_err(|error| Error::repository(error.message()))?;
    // Without a merge there is no content to look at, either.
    let content = if merged.is_automergeable() { merged.content().strip_prefix(FIRST) } else { None };
    Ok(content.map(<[u8]>::to_vec))
}

/// Whether two versions of a file can be merged at all.
fn is_text(mode: FileMode) -> bool {
    matches!(mode, FileMode::Regular | FileMode::Executable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use FileMode::{Executable as X, Regular as R, Symlink as L};

    #[test]
    fn changes_of_one_file() {
        let version = |name: u8, mode| Some((Oid::from_bytes(&[name; 20]).unwrap(), mode));
        let (a, b, c, d) = (version(1, R), version(2, R), version(3, R), version(4, R));
        let (plain, no) = (Some(false), None);
        for (why, before, after, ours, expected, wanted) in [
            ("the same in the end", a, b, c, b, plain),
            ("added alike", None, b, None, b, plain),
            ("deleted alike", a, None, c, None, plain),
            ("added otherwise", None, b, None, c, no),
            ("added here, changed there", None, b, a, c, no),
            ("from the same to another", a, b, a, c, no),
            ("a merge will tell", a, b, c, d, Some(true)),
            ("a link is not merged", version(1, L), version(2, L), version(3, L), version(4, L), no),
            ("a mode alone, elsewhere", a, version(1, X), b, version(2, X), plain),
            ("a mode alone, with other content", a, version(1, X), b, version(3, X), no),
            ("a mode is kept", a, b, version(3, X), version(4, X), Some(true)),
            ("a mode is lost", a, b, version(3, X), d, no),
        ] {
            let pair = Pair { path: b"f".to_vec(), from: None, before, after };
            assert_eq!(onto(&pair, ours, expected).map(|merge| merge.is_some()), wanted, "{why}");
        }
    }

    #[test]
    fn merges_of_texts() {
        let text = |lines: &[&str]| lines.join("\n").into_bytes();
        let (before, one) = (text(&["a", "b", "c", "d", ""]), text(&["A", "b", "c", "d", ""]));
        let (other, near) = (text(&["a", "b", "c", "D", ""]), text(&["x", "b", "c", "d", ""]));
        assert_eq!(merged(&before, &one, &other).unwrap(), Some(text(&["A", "b", "c", "D", ""])));
        assert_eq!(merged(&before, &one, &near).unwrap(), None);
        assert_eq!(merged(b"\0a", b"\0b", b"\0a").unwrap(), None);
        assert_eq!(merged(b"", b"", b"").unwrap(), Some(Vec::new()));
    }
}
