//! What many pairs of commits differ in, exactly: without renames.

use std::collections::HashMap;

use git2::Oid;

use super::ask::{literal, odd, split_once};
use super::changed::{Pair, Version, differing, sides};
use super::history::Stored;
use super::trees::{entry, file_mode, oid};
use super::{Repo, Trouble};
use crate::error::{Error, Kind, Result};
use crate::model::facts::CommitId;
use crate::model::path::RepoPath;
use crate::process::Call;

/// The paths at which two commits differ, sorted; no path is there twice.
pub(super) type Change = Vec<Pair>;

/// A commit and what it is compared with; `None` is nothing at all.
pub(super) type Between<'c> = (Option<&'c CommitId>, &'c CommitId);

impl Repo {
    /// What each pair differs in; `None` when it cannot be known, as something is missing or cannot be read.
    pub(super) fn differences(&self, pairs: &[Between<'_>]) -> Result<Option<Vec<Change>>> {
        if pairs.is_empty() {
            return Ok(Some(Vec::new()));
        }
        let found = self.read_objects(
            |lib| {
                let objects = self.objects_once(lib, pairs.len())?;
                let mut trees: HashMap<&CommitId, Oid> = HashMap::new();
                // A commit is often the parent of the next one.
                for id in pairs.iter().flat_map(|(before, after)| before.iter().copied().chain([*after])) {
                    if !trees.contains_key(id) {
                        let raw = objects.read(oid(lib, id.as_str())?)?;
                        let stored =
                            Stored::new(raw.data()).and_then(|stored| stored.header(b"tree ").next());
                        let tree = stored.and_then(|tree| std::str::from_utf8(tree).ok());
                        trees.insert(id, oid(lib, tree.ok_or(Trouble::AskGit)?)?);
                    }
                }
                let tree = |id: &CommitId| trees.get(id).copied();
                let one =
                    |(before, after): &Between<'_>| differing(&objects, before.and_then(tree), tree(after));
                pairs.iter().map(one).collect::<Result<_, Trouble>>()
            },
            || self.is_expected_here().and_then(|()| self.ask_differences(pairs, &[])),
        );
        let found = known(found)?.map(|mut all| {
            all.iter_mut().for_each(|change: &mut Change| change.sort_by(|a, b| a.path.cmp(&b.path)));
            all
        });
        Ok(found)
    }

    /// The id of a file in a commit, and its mode, for each path; `None` when it cannot be known.
    pub(super) fn versions(
        &self,
        commit: &CommitId,
        since: Option<&CommitId>,
        paths: &[&Pair],
    ) -> Result<Option<Vec<Option<Version>>>> {
        let found = self.read_objects(
            |lib| {
                let tree = lib.find_commit(oid(lib, commit.as_str())?)?.tree_id();
                paths.iter().map(|pair| version(lib, tree, &pair.path)).collect()
            },
            || {
                self.is_expected_here()?;
                let mut all = self.ask_differences(&[(since, commit)], &[])?;
                let change = all.pop().unwrap_or_default();
                let changed: HashMap<&[u8], _> =
                    change.iter().map(|pair| (pair.path.as_slice(), pair.after)).collect();
                let version =
                    |pair: &&Pair| changed.get(pair.path.as_slice()).copied().unwrap_or(pair.before);
                Ok(paths.iter().map(version).collect())
            },
        );
        known(found)
    }

    /// Refuses to ask a child for what libgit2 did not find where it is expected to be missing: a child for each
    /// branch is slow, and would not find it either.
    pub(super) fn is_expected_here(&self) -> Result<()> {
        if self.is_fast() && self.is_partial() {
            return Err(Error::repository("an object is not in this partial clone"));
        }
        Ok(())
    }

    /// What git says that each pair differs in, at or below `paths`; everywhere without any.
    pub(super) fn ask_differences(&self, pairs: &[Between<'_>], paths: &[RepoPath]) -> Result<Vec<Change>> {
        let mut ids: Vec<&str> =
            pairs.iter().flat_map(|(a, b)| a.iter().copied().chain([*b])).map(CommitId::as_str).collect();
        ids.sort_unstable();
        ids.dedup();
        let objects = self.ask_objects(ids.iter().copied(), usize::MAX)?;
        let mut trees: HashMap<&str, String> = HashMap::new();
        for (id, (_, raw)) in ids.iter().zip(&objects) {
            let tree = Stored::new(raw).and_then(|stored| stored.header(b"tree ").next());
            let tree = tree.map(|tree| String::from_utf8_lossy(tree).into_owned());
            trees.insert(id, tree.ok_or_else(|| Error::repository(format!("commit {id} cannot be read")))?);
        }
        let empty = self.empty_tree()?;
        let tree = |id: Option<&CommitId>| {
            id.map_or(empty.as_str(), |id| trees.get(id.as_str()).map_or("", String::as_str))
        };
        let question = |(before, after): &Between<'_>| [tree(*before), tree(Some(after))].join(" ");
        let questions: Vec<String> = pairs.iter().map(question).collect();
        let call = self.ask(["diff-tree", "--stdin", "-r", "--raw", "-z", "--no-abbrev", "--no-renames"]);
        let call = call
            .args(["--no-color", "--no-relative", "--ignore-submodules=none", "--"])
            .args(paths.iter().map(literal))
            .stdin(questions.join("\n") + "\n");
        let listing = call.checked()?;
        let all = listed(&call, &listing)?;
        if all.len() == pairs.len() { Ok(all) } else { Err(odd(&call)) }
    }
}

/// Reads what `diff-tree --stdin` prints of trees: a line with both, then the records of `--raw -z`.
fn listed(call: &Call, mut rest: &[u8]) -> Result<Vec<Change>> {
    let mut all: Vec<Change> = Vec::new();
    while !rest.is_empty() {
        if !rest.starts_with(b":") {
            rest = split_once(rest, b'\n').ok_or_else(|| odd(call))?.1;
            all.push(Vec::new());
            continue;
        }
        let (facts, after) = split_once(rest, 0).ok_or_else(|| odd(call))?;
        let (path, after) = split_once(after, 0).ok_or_else(|| odd(call))?;
        let (before, now, _) = sides(facts).ok_or_else(|| odd(call))?;
        let change = all.last_mut().ok_or_else(|| odd(call))?;
        change.push(Pair { path: path.to_vec(), from: None, before, after: now });
        rest = after;
    }
    Ok(all)
}

/// What a tree has at a path; folders are nothing.
fn version(lib: &git2::Repository, tree: Oid, path: &[u8]) -> Result<Option<Version>, Trouble> {
    let place = entry(lib, tree, path.split(|&byte| byte == b'/'))?;
    let file = place.filter(|(_, mode)| *mode != 0o040_000);
    Ok(file.map(|(id, mode)| (id, file_mode(mode.unsigned_abs()))))
}

/// An answer that cannot be had because of the repository is none.
pub(super) fn known<T>(answer: Result<T>) -> Result<Option<T>> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if matches!(error.kind(), Kind::Repository | Kind::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}
