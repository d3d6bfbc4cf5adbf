//! How many lines differ, as `git diff --numstat` counts them.

use std::path::Path;

use git2::{AttrCheckFlags, AttrValue, DiffOptions, Index, IndexEntry, IndexTime, Patch};

use super::ask::odd;
use super::{Repo, Trouble};
use crate::error::{Error, Result};
use crate::model::facts::{Changed, FileMode, Lines, Side};

/// Larger files are binary, as `core.bigFileThreshold` has it unless somebody sets it.
const LARGEST: u64 = 512 << 20;
/// How far git looks for a zero byte, which makes a file binary.
const LOOKED_AT: usize = 8000;
/// How many files are held in memory at once; more where each time costs a child.
const AT_ONCE: [usize; 2] = [4, 64];
const ATTRIBUTES: &str = ".gitattributes";

/// What the attribute `diff` says of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Binary,
    Text,
    /// What it looks like.
    Unsaid,
}

/// A version of a file as it is compared: `None` if it is binary.
type Text = Option<Vec<u8>>;

impl Repo {
    /// Added and deleted lines of each of these, as `git diff --numstat` counts them; `None` for what it calls binary.
    ///
    /// The bytes are compared as they are stored, so line ends count. The attribute `diff` decides first (`-diff` and
    /// `binary`: binary; `diff`: text; `diff=driver`: what `diff.driver.binary` says), read where git reads it: the
    /// work tree, else the index, `info/attributes`, the files of the user and the system. Without it, a file with a
    /// zero byte among its first 8,000 is binary. A submodule is one line, its commit. The algorithm is always git's
    /// default, whatever `diff.algorithm` says, so that the count is the same for everybody.
    pub fn lines(&self, changed: &[Changed]) -> Result<Vec<Option<Lines>>> {
        let mut all = Vec::with_capacity(changed.len());
        let ordinary = changed.iter().flat_map(sides).filter(|(_, side)| side.is_some_and(is_ordinary));
        let mut kinds = self.kinds(&ordinary.map(|(path, _)| path).collect::<Vec<_>>())?.into_iter();
        let [few, many] = AT_ONCE;
        for some in changed.chunks(if self.is_fast() { few } else { many }) {
            // Both versions of each, one after the other.
            let sides: Vec<_> = some.iter().flat_map(sides).map(|(_, side)| side).collect();
            let texts = self.texts(&sides, &mut kinds)?;
            for pair in texts.chunks_exact(2) {
                all.push(match pair {
                    [Some(before), Some(after)] => Some(count(before, after)?),
                    _ => None,
                });
            }
        }
        Ok(all)
    }

    fn texts(&self, sides: &[Option<&Side>], kinds: &mut impl Iterator<Item = Kind>) -> Result<Vec<Text>> {
        let stored = sides.iter().flatten().filter(|side| side.mode != FileMode::Submodule);
        let ids: Vec<_> = stored.map(|side| side.id.clone()).collect();
        let mut contents = self.contents(&ids, LARGEST, usize::MAX)?.into_iter();
        let text = |side: Option<&Side>| {
            let Some(side) = side else { return Some(Vec::new()) };
            if side.mode == FileMode::Submodule {
                return Some(format!("Subproject commit {}\n", side.id).into_bytes());
            }
            let kind = if is_ordinary(side) { kinds.next() } else { None }.unwrap_or(Kind::Unsaid);
            let bytes = contents.next()?.ok()?;
            let looks_binary = || bytes.iter().take(LOOKED_AT).any(|&byte| byte == 0);
            let binary = kind == Kind::Binary || kind == Kind::Unsaid && looks_binary();
            (!binary).then_some(bytes)
        };
        Ok(sides.iter().copied().map(text).collect())
    }

    fn kinds(&self, paths: &[&str]) -> Result<Vec<Kind>> {
        if paths.is_empty() {
            return Ok(Vec::new());
        }
        let said = self.read(|lib| self.attributes(lib, paths), || self.ask_attributes(paths))?;
        said.into_iter()
            .map(|said| match said.as_str() {
                "set" => Ok(Kind::Text),
                "unset" => Ok(Kind::Binary),
                "unspecified" => Ok(Kind::Unsaid),
                driver => Ok(match self.config(&format!("diff.{driver}.binary"))? {
                    None => Kind::Unsaid,
                    Some(value) if value.eq_ignore_ascii_case("auto") => Kind::Unsaid,
                    Some(value) if is_true(&value) => Kind::Binary,
                    Some(_) => Kind::Text,
                }),
            })
            .collect()
    }

    /// The attribute in the words of `git check-attr`.
    fn attributes(&self, lib: &git2::Repository, paths: &[&str]) -> Result<Vec<String>, Trouble> {
        if self.has_attributes_elsewhere(lib)? {
            return Err(Trouble::AskGit);
        }
        lib.set_index(&mut self.attributes_in_index(paths)?)?;
        let said = |path: &&str| {
            let value = lib.get_attr_bytes(Path::new(path), "diff", AttrCheckFlags::FILE_THEN_INDEX)?;
            Ok(match AttrValue::from_bytes(value) {
                AttrValue::True => "set".to_owned(),
                AttrValue::False => "unset".to_owned(),
                AttrValue::Unspecified => "unspecified".to_owned(),
                AttrValue::String(driver) => driver.to_owned(),
                AttrValue::Bytes(_) => return Err(Trouble::AskGit),
            })
        };
        paths.iter().map(said).collect()
    }

    /// Whether git may read attributes from places that libgit2 does not know, or not by the same rules.
    fn has_attributes_elsewhere(&self, lib: &git2::Repository) -> Result<bool> {
        let told = ["GIT_ATTR_SOURCE", "GIT_ATTR_NOSYSTEM"];
        let told = told.iter().any(|name| self.vars.contains_key(std::ffi::OsStr::new(name)));
        let set = |key| lib.config().is_ok_and(|config| config.get_bytes(key).is_ok());
        let placed = lib.workdir().map(|top| top.components().collect()) == self.work_tree;
        Ok(told
            || self.work_tree.is_none()
            || !placed
            || set("core.attributesFile")
            || self.config("core.attributesFile")?.is_some()
            || self.config("attr.tree")?.is_some())
    }

    /// An index of the attribute files that the work tree does not have, as git reads the staged ones in their place.
    /// libgit2 would read the whole index, and not the one of this hook, and both versions of a file.
    fn attributes_in_index(&self, paths: &[&str]) -> Result<Index, Trouble> {
        let staged = self.staged()?;
        let mut index = Index::new_ext(self.format)?;
        let mut folders: Vec<&str> = vec![""];
        let ends = |path: &&'_ str| path.match_indices('/').map(|(at, _)| at + 1).collect::<Vec<_>>();
        folders
            .extend(paths.iter().flat_map(|path| ends(path).into_iter().filter_map(|end| path.get(..end))));
        folders.sort_unstable();
        folders.dedup();
        for folder in folders {
            let path = format!("{folder}{ATTRIBUTES}");
            let place = self.work_tree.as_ref().map(|top| top.join(&path));
            if place.as_ref().is_some_and(|place| place.is_symlink()) {
                return Err(Trouble::AskGit);
            }
            if place.is_some_and(|place| place.exists()) {
                continue;
            }
            let entry = staged.from(path.as_bytes()).next().filter(|entry| entry.path == path.as_bytes());
            if let Some(entry) = entry.filter(|entry| entry.stage == 0 && !entry.intended) {
                index.add(&plain(entry.path, git2::Oid::from_bytes(entry.id)?, entry.mode))?;
            }
        }
        Ok(index)
    }

    fn ask_attributes(&self, paths: &[&str]) -> Result<Vec<String>> {
        let names = paths.iter().fold(String::new(), |names, path| names + path + "\0");
        let call = self.ask(["check-attr", "-z", "--stdin", "diff"]).stdin(names);
        let listing = String::from_utf8_lossy(&call.checked()?).into_owned();
        // A path, the name of the attribute, its value; which may be empty.
        let said: Vec<_> = listing.split('\0').skip(2).step_by(3).map(str::to_owned).collect();
        if said.len() == paths.len() { Ok(said) } else { Err(odd(&call)) }
    }
}

fn sides(changed: &Changed) -> [(&str, Option<&Side>); 2] {
    let from = changed.from.as_ref().unwrap_or(&changed.path);
    [(from, changed.before.as_ref()), (&changed.path, changed.after.as_ref())]
}

fn is_ordinary(side: &Side) -> bool {
    matches!(side.mode, FileMode::Regular | FileMode::Executable)
}

fn is_true(value: &str) -> bool {
    ["true", "yes", "on"].iter().any(|yes| value.eq_ignore_ascii_case(yes))
        || value.parse::<i64>().is_ok_and(|number| number != 0)
}

fn plain(path: &[u8], id: git2::Oid, mode: u32) -> IndexEntry {
    let never = IndexTime::new(0, 0);
    IndexEntry {
        ctime: never,
        mtime: never,
        dev: 0,
        ino: 0,
        mode,
        uid: 0,
        gid: 0,
        file_size: 0,
        id,
        flags: 0,
        flags_extended: 0,
        path: path.to_vec(),
    }
}

fn count(before: &[u8], after: &[u8]) -> Result<Lines> {
    let counted = || -> std::result::Result<Lines, git2::Error> {
        let mut options = DiffOptions::new();
        options.force_text(true).ignore_submodules(false);
        let patch = Patch::from_buffers(before, None, after, None, Some(&mut options))?;
        let (_, added, deleted) = patch.line_stats()?;
        Ok(Lines { added, deleted })
    };
    counted().map_err(|error| Error::repository(error.message()))
}
