//! What differs between a commit and the index or another commit.

use git2::{Odb, Oid};

use super::ask::{odd, records};
use super::renames::renamed;
use super::staged::{DEEPEST, Remembered, Staged};
use super::trees::{file_mode, oid};
use super::{Repo, Trouble};
use crate::error::{Error, Result};
use crate::model::facts::{BlobId, Changed, Changes, CommitId, FileMode, Side, Source};
use crate::process::Call;

/// Content and mode of one version of a file.
pub(super) type Version = (Oid, FileMode);

/// A path at which two trees differ.
pub(super) struct Pair {
    pub(super) path: Vec<u8>,
    pub(super) from: Option<Vec<u8>>,
    pub(super) before: Option<Version>,
    pub(super) after: Option<Version>,
}

impl Repo {
    /// What differs, as `git diff --cached -M` and `git diff-tree -r -M` say: renames are found as git finds them, at
    /// 50 %, copies are not. Without `before`, everything is new: the first commit of a branch.
    ///
    /// Submodules count even where `submodule.<name>.ignore` hides them from `git diff`, since they are committed.
    pub fn changed(&self, before: Option<&CommitId>, after: &Source) -> Result<Changes> {
        match after {
            Source::Index if self.bare && !self.index_path.exists() => {
                return Err(Error::repository(format!(
                    "`{}` is a bare repository: nothing is staged there",
                    self.git_dir.display()
                )));
            }
            Source::Commit(commit) if before.is_none() => self.begins(commit)?,
            _ => {}
        }
        self.read_objects(|lib| self.compared(lib, before, after), || self.ask_changed(before, after))
    }

    fn compared(
        &self,
        lib: &git2::Repository,
        before: Option<&CommitId>,
        after: &Source,
    ) -> Result<Changes, Trouble> {
        let tree =
            |commit: &CommitId| Ok::<_, Trouble>(lib.find_commit(oid(lib, commit.as_str())?)?.tree_id());
        let before = before.map(tree).transpose()?;
        let objects = lib.odb()?;
        let (found, conflicted) = match after {
            Source::Commit(commit) => (differing(&objects, before, Some(tree(commit)?))?, Vec::new()),
            Source::Index => {
                let index = self.staged()?;
                let trees = Trees { objects: &objects, path: Vec::new(), found: Vec::new() };
                let mut walk = Walk { trees, index: &index, at: 0, conflicted: Vec::new() };
                walk.directory(before, index.tree())?;
                if index.get(walk.at).is_some() {
                    return Err(Trouble::AskGit);
                }
                (walk.trees.found, walk.conflicted)
            }
        };
        let found = renamed(&objects, found)?;
        Ok(changes(found, conflicted)?)
    }

    fn ask_changed(&self, before: Option<&CommitId>, after: &Source) -> Result<Changes> {
        let base = before.map_or_else(|| self.empty_tree(), |commit| Ok(commit.to_string()))?;
        let how =
            ["--raw", "-z", "--no-abbrev", "-M", "--no-color", "--no-relative", "--ignore-submodules=none"];
        // Not `diff-index`: that one takes announced files for staged, and folders of a sparse index for files.
        let call = match after {
            Source::Index => self.ask(["diff", "--cached"]).args(how).arg(base.as_str()),
            Source::Commit(commit) => {
                self.ask(["diff-tree", "-r"]).args(how).arg(base.as_str()).arg(commit.as_str())
            }
        };
        let call = call.arg("--");
        let listing = call.checked().map_err(|error| self.absent(&base, error))?;
        parsed(&call, &listing)
    }
}

/// Reads `--raw -z`: `:mode mode id id letter`, the path, and of a rename the path afterwards.
fn parsed(call: &Call, listing: &[u8]) -> Result<Changes> {
    let mut parts = records(listing);
    let mut found = Vec::new();
    let mut conflicted = Vec::new();
    while let Some(facts) = parts.next() {
        let (before, after, letter) = sides(facts).ok_or_else(|| odd(call))?;
        let path = parts.next().ok_or_else(|| odd(call))?.to_vec();
        if letter == b'U' {
            conflicted.push(path);
            continue;
        }
        let (path, from) = if letter == b'R' {
            (parts.next().ok_or_else(|| odd(call))?.to_vec(), Some(path))
        } else {
            (path, None)
        };
        found.push(Pair { path, from, before, after });
    }
    changes(found, conflicted)
}

/// What `:mode mode id id letter` says.
pub(super) fn sides(facts: &[u8]) -> Option<(Option<Version>, Option<Version>, u8)> {
    let facts = std::str::from_utf8(facts).ok()?;
    let mut words = facts.strip_prefix(':')?.split(' ');
    let mut next = || words.next();
    let (before, after, old, new, letter) = (next()?, next()?, next()?, next()?, next()?);
    let version = |mode: &str, id: &str| -> Option<Option<Version>> {
        let mode = u32::from_str_radix(mode, 8).ok()?;
        let format = if id.len() == 64 { git2::ObjectFormat::Sha256 } else { git2::ObjectFormat::Sha1 };
        let id = Oid::from_str_ext(id, format).ok()?;
        Some((mode != 0).then(|| (id, file_mode(mode))))
    };
    Some((version(before, old)?, version(after, new)?, *letter.as_bytes().first()?))
}

fn changes(mut found: Vec<Pair>, mut conflicted: Vec<Vec<u8>>) -> Result<Changes> {
    found.sort_by(|a, b| a.path.cmp(&b.path));
    conflicted.sort();
    conflicted.dedup();
    let text = |path: &[u8]| String::from_utf8_lossy(path).into_owned();
    let side = |version: Option<Version>| {
        let side = |(id, mode): Version| Ok::<_, Error>(Side { id: BlobId::parse(&id.to_string())?, mode });
        version.map(side).transpose()
    };
    let changed = |pair: Pair| {
        Ok(Changed {
            path: text(&pair.path),
            from: pair.from.as_deref().map(text),
            before: side(pair.before)?,
            after: side(pair.after)?,
        })
    };
    let files = found.into_iter().map(changed).collect::<Result<_>>()?;
    Ok(Changes { files, conflicted: conflicted.iter().map(|path| text(path)).collect() })
}

/// An entry of a tree.
#[derive(Clone, Copy)]
struct Item<'a> {
    name: &'a [u8],
    folder: bool,
    mode: u32,
    id: Oid,
}

impl Item<'_> {
    /// Git orders folders as if their names ended in `/`, in trees and so in the index.
    fn key(&self) -> impl Iterator<Item = u8> {
        self.name.iter().copied().chain(self.folder.then_some(b'/'))
    }

    fn version(&self) -> Version {
        (self.id, file_mode(self.mode))
    }
}

/// The entries of a stored tree; one that cannot be read is left to git.
struct Entries<'b> {
    rest: &'b [u8],
    width: usize,
}

impl<'b> Entries<'b> {
    /// How long the first entry is as it is stored.
    fn length(&self) -> Option<usize> {
        Some(self.rest.iter().position(|&byte| byte == 0)? + 1 + self.width)
    }

    fn head(&self) -> Result<Option<Item<'b>>, Trouble> {
        let item = || {
            let space = self.rest.iter().position(|&byte| byte == b' ')?;
            let mode = u32::from_str_radix(std::str::from_utf8(self.rest.get(..space)?).ok()?, 8).ok()?;
            let length = self.length()?;
            let name = self.rest.get(space + 1..length - 1 - self.width)?;
            let id = Oid::from_bytes(self.rest.get(length - self.width..length)?).ok()?;
            let folder = mode & 0o170_000 == 0o040_000;
            Some(Item { name, folder, mode, id })
        };
        if self.rest.is_empty() { Ok(None) } else { item().map(Some).ok_or(Trouble::AskGit) }
    }

    fn next(&mut self) {
        let length = self.length().unwrap_or(self.rest.len());
        self.rest = self.rest.get(length..).unwrap_or_default();
    }

    /// Leaves out what both begin with, without a look into it.
    fn skip_same(&mut self, other: &mut Self) {
        while let Some(length) = self.length()
            && let (Some(one), Some(two)) = (self.rest.get(..length), other.rest.get(..length))
            && one == two
        {
            self.rest = self.rest.get(length..).unwrap_or_default();
            other.rest = other.rest.get(length..).unwrap_or_default();
        }
    }
}

/// The paths at which two stored trees differ, in their order; without a tree nothing is there.
pub(super) fn differing(
    objects: &Odb<'_>,
    before: Option<Oid>,
    after: Option<Oid>,
) -> Result<Vec<Pair>, Trouble> {
    let mut trees = Trees { objects, path: Vec::new(), found: Vec::new() };
    trees.compare(before, after)?;
    Ok(trees.found)
}

/// Compares stored trees.
struct Trees<'a> {
    objects: &'a Odb<'a>,
    /// Where we are: empty, or with a `/` at its end.
    path: Vec<u8>,
    found: Vec<Pair>,
}

impl Trees<'_> {
    fn read(&self, tree: Option<Oid>) -> Result<Vec<u8>, Trouble> {
        let deep = self.path.split(|&byte| byte == b'/').nth(DEEPEST).is_some();
        match tree {
            _ if deep => Err(Trouble::AskGit),
            Some(id) => Ok(self.objects.read(id)?.data().to_vec()),
            None => Ok(Vec::new()),
        }
    }

    fn compare(&mut self, before: Option<Oid>, after: Option<Oid>) -> Result<(), Trouble> {
        if before == after {
            return Ok(());
        }
        let width = before.or(after).map_or(0, |id| id.as_bytes().len());
        let (before, after) = (self.read(before)?, self.read(after)?);
        let (mut before, mut after) = (Entries { rest: &before, width }, Entries { rest: &after, width });
        loop {
            before.skip_same(&mut after);
            let (mut old, mut new) = (before.head()?, after.head()?);
            match (&old, &new) {
                (None, None) => return Ok(()),
                (Some(one), Some(two)) => match one.key().cmp(two.key()) {
                    std::cmp::Ordering::Less => new = None,
                    std::cmp::Ordering::Greater => old = None,
                    std::cmp::Ordering::Equal => {}
                },
                _ => {}
            }
            if old.is_some() {
                before.next();
            }
            if new.is_some() {
                after.next();
            }
            self.differ(old.as_ref(), new.as_ref())?;
        }
    }

    /// Two entries of the same name, or one that is only on one side.
    fn differ(&mut self, before: Option<&Item<'_>>, after: Option<&Item<'_>>) -> Result<(), Trouble> {
        let Some(any) = before.or(after) else { return Ok(()) };
        let here = self.path.len();
        self.path.extend_from_slice(any.name);
        if any.folder {
            self.path.push(b'/');
            self.compare(before.map(|item| item.id), after.map(|item| item.id))?;
        } else {
            self.note(before.map(Item::version), after.map(Item::version));
        }
        self.path.truncate(here);
        Ok(())
    }

    fn note(&mut self, before: Option<Version>, after: Option<Version>) {
        if before != after {
            self.found.push(Pair { path: self.path.clone(), from: None, before, after });
        }
    }
}

/// Compares a stored tree with the index, in the order of both.
struct Walk<'a> {
    trees: Trees<'a>,
    index: &'a Staged,
    /// The entry that is next.
    at: usize,
    conflicted: Vec<Vec<u8>>,
}

impl<'a> Walk<'a> {
    fn directory(&mut self, tree: Option<Oid>, cached: Option<&'a Remembered>) -> Result<(), Trouble> {
        if let (Some(id), Some(cached)) = (tree, cached)
            && let Some(count) = self.index.same(cached, id.as_bytes())
        {
            self.at += count;
            return self.passed();
        }
        let bytes = self.trees.read(tree)?;
        let mut items = Entries { rest: &bytes, width: tree.map_or(0, |id| id.as_bytes().len()) };
        loop {
            let staged = self.next()?;
            let item = items.head()?;
            let order = match (&item, &staged) {
                (None, None) => return Ok(()),
                (Some(item), Some(staged)) => item.key().cmp(staged.key()),
                (Some(_), None) => std::cmp::Ordering::Less,
                (None, Some(_)) => std::cmp::Ordering::Greater,
            };
            let item = item.filter(|_| order.is_le());
            if item.is_some() {
                items.next();
            }
            match staged.filter(|_| order.is_ge()) {
                Some(staged) => self.entry(item.as_ref(), staged, cached)?,
                None => self.trees.differ(item.as_ref(), None)?,
            }
        }
    }

    /// Checks that this directory ends where git remembers it to end.
    fn passed(&self) -> Result<(), Trouble> {
        let here = |at: Option<usize>| {
            let entry = at.and_then(|at| self.index.get(at));
            entry.is_some_and(|entry| entry.path.starts_with(&self.trees.path))
        };
        let whole = self.at == 0 || here(self.at.checked_sub(1));
        if whole && !here(Some(self.at)) { Ok(()) } else { Err(Trouble::AskGit) }
    }

    /// What the index has next in this directory, as a tree would have it; the id of a folder means nothing.
    fn next(&mut self) -> Result<Option<Item<'a>>, Trouble> {
        while let Some(entry) = self.index.get(self.at) {
            if entry.intended {
                self.at += 1;
                continue;
            }
            let Some(rest) = entry.path.strip_prefix(self.trees.path.as_slice()) else { break };
            let slash = rest.iter().position(|&byte| byte == b'/');
            let name = rest.get(..slash.unwrap_or(rest.len())).unwrap_or_default();
            let id = Oid::from_bytes(entry.id)?;
            return Ok(Some(Item { name, folder: slash.is_some(), mode: entry.mode, id }));
        }
        Ok(None)
    }

    fn entry(
        &mut self,
        item: Option<&Item<'_>>,
        staged: Item<'a>,
        cached: Option<&'a Remembered>,
    ) -> Result<(), Trouble> {
        let here = self.trees.path.len();
        self.trees.path.extend_from_slice(staged.name);
        if staged.folder {
            self.trees.path.push(b'/');
            self.directory(item.map(|item| item.id), cached.and_then(|cached| cached.below(staged.name)))?;
        } else if self.index.get(self.at).is_some_and(|entry| entry.stage != 0) {
            let path = self.trees.path.clone();
            while self.index.get(self.at).is_some_and(|entry| entry.path == path) {
                self.at += 1;
            }
            self.conflicted.push(path);
        } else {
            self.trees.note(item.map(Item::version), Some(staged.version()));
            self.at += 1;
        }
        self.trees.path.truncate(here);
        Ok(())
    }
}
