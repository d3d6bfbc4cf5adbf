//! Files as the index or a commit has them.

use std::collections::HashMap;
use std::io::Write;

use git2::{ObjectType, Oid, Repository};

use super::ask::{components, literal, odd, records, repo_path, split_once};
use super::{Repo, Trouble};
use crate::error::{Error, Result};
use crate::model::facts::{BlobId, CommitId, FileMode, Source, TreeFile};
use crate::model::path::RepoPath;
use crate::process::Call;

/// Room for the line before each object that `git cat-file --batch` prints.
const HEADER: usize = 128;

impl Repo {
    /// The files at or below `dir`, in git's order. What is only intended to be added is not there yet.
    pub fn list(&self, source: &Source, dir: &RepoPath) -> Result<Vec<TreeFile>> {
        match source {
            Source::Index => match self.list_index(dir) {
                Err(Trouble::AskGit) => self.ask_index(dir),
                Err(Trouble::Fatal(error)) => Err(error),
                Ok(all) => Ok(all),
            },
            Source::Commit(commit) => {
                self.read_objects(|lib| list_commit(lib, commit, dir), || self.ask_commit(commit, dir))
            }
        }
    }

    /// What is at the top of a commit, in git's order: names, with replacement characters where they are not UTF-8, and
    /// the ids of files and folders.
    pub fn top_entries(&self, commit: &CommitId) -> Result<Vec<(String, String)>> {
        self.read_objects(
            |lib| {
                let tree = lib.find_commit(oid(lib, commit.as_str())?)?.tree()?;
                let entry = |entry: git2::TreeEntry| {
                    (String::from_utf8_lossy(entry.name_bytes()).into_owned(), entry.id().to_string())
                };
                Ok(tree.iter().map(entry).collect())
            },
            || {
                let call = self.ask(["ls-tree", "-z", "--full-tree", commit.as_str()]);
                let listing = call.checked().map_err(|error| self.absent(commit.as_str(), error))?;
                let entry = |record| {
                    let (facts, name) = split_once(record, b'\t')?;
                    let id = facts.rsplit(|&byte| byte == b' ').next()?;
                    Some((
                        String::from_utf8_lossy(name).into_owned(),
                        String::from_utf8_lossy(id).into_owned(),
                    ))
                };
                records(&listing).map(|record| entry(record).ok_or_else(|| odd(&call))).collect()
            },
        )
    }

    /// The bytes of a file; an error if there are more than `cap`.
    pub fn blob(&self, id: &BlobId, cap: u64) -> Result<Vec<u8>> {
        let mut all = self.blobs(std::slice::from_ref(id), cap)?;
        all.pop().ok_or_else(|| Error::bug("no answer for a blob"))
    }

    /// The bytes of several files, none larger than `cap`, in the order of `ids`.
    pub fn blobs(&self, ids: &[BlobId], cap: u64) -> Result<Vec<Vec<u8>>> {
        let room = usize::try_from(cap).unwrap_or(usize::MAX);
        let limit = room.saturating_add(HEADER).saturating_mul(ids.len());
        let all = ids.iter().zip(self.contents(ids, cap, limit)?);
        all.map(|(id, content)| content.map_err(|size| too_large(id, size, cap))).collect()
    }

    /// The same, with the size of those that are larger; git may print `limit` bytes in all.
    pub(super) fn contents(
        &self,
        ids: &[BlobId],
        cap: u64,
        limit: usize,
    ) -> Result<Vec<Result<Vec<u8>, u64>>> {
        self.read_objects(
            |lib| {
                let objects = lib.odb()?;
                let read = |id: &BlobId| {
                    let oid = oid(lib, id.as_str())?;
                    let (size, kind) = objects.read_header(oid)?;
                    check(id, kind.str().as_bytes())?;
                    let size = size as u64;
                    Ok(if size > cap { Err(size) } else { Ok(objects.read(oid)?.data().to_vec()) })
                };
                ids.iter().map(read).collect()
            },
            || {
                let objects = self.ask_objects(ids.iter().map(BlobId::as_str), limit)?;
                let content = |(id, (kind, bytes)): (&BlobId, (Vec<u8>, Vec<u8>))| {
                    check(id, &kind)?;
                    let size = bytes.len() as u64;
                    Ok(if size > cap { Err(size) } else { Ok(bytes) })
                };
                ids.iter().zip(objects).map(content).collect()
            },
        )
    }

    /// The id that git would give to these bytes; nothing is stored.
    pub fn hash(&self, bytes: &[u8]) -> Result<BlobId> {
        let id = Oid::hash_object_ext(ObjectType::Blob, bytes, self.format);
        let id = id.map_err(|error| Error::repository(error.message()))?;
        BlobId::parse(&id.to_string())
    }

    fn list_index(&self, dir: &RepoPath) -> Result<Vec<TreeFile>, Trouble> {
        let index = self.staged()?;
        let path = components(dir).collect::<Vec<_>>().join("/").into_bytes();
        // Names like `dir-x` stand between `dir` and what is below it.
        let below = if path.is_empty() { Vec::new() } else { [path.as_slice(), b"/"].concat() };
        let file = index.from(&path).take_while(|entry| entry.path == path);
        let inside = index.from(&below).take_while(|entry| entry.path.starts_with(&below));
        let mut all = Vec::new();
        for entry in file.chain(inside).filter(|entry| !entry.intended) {
            let id = BlobId::parse(&Oid::from_bytes(entry.id)?.to_string())?;
            let (stage, skipped) = (entry.stage, entry.skip_worktree);
            add(&mut all, (entry.path, id, entry.mode), stage != 0, skipped, stage == 2)?;
        }
        Ok(all)
    }

    fn ask_index(&self, dir: &RepoPath) -> Result<Vec<TreeFile>> {
        let call = within(self.ask(["ls-files", "-s", "-t", "-z", "--full-name"]), dir);
        let listing = call.checked()?;
        let mut all = Vec::new();
        for record in records(&listing) {
            let (facts, path) = split_once(record, b'\t').ok_or_else(|| odd(&call))?;
            let facts = std::str::from_utf8(facts).map_err(|_| odd(&call))?;
            let [tag, mode, id, stage] = *facts.split(' ').collect::<Vec<_>>() else {
                return Err(odd(&call));
            };
            let mode = u32::from_str_radix(mode, 8).map_err(|_| odd(&call))?;
            add(&mut all, (path, BlobId::parse(id)?, mode), stage != "0", tag == "S", stage == "2")?;
        }
        self.drop_intended(all, dir)
    }

    /// `ls-files` lists what `git add -N` announced as an empty file. Compared with HEAD once as staged and once as not
    /// there, exactly those files come out differently.
    fn drop_intended(&self, mut all: Vec<TreeFile>, dir: &RepoPath) -> Result<Vec<TreeFile>> {
        let empty = self.hash(b"")?;
        if !all.iter().any(|file| file.id == empty) {
            return Ok(all);
        }
        let base = self.head()?.commit().map_or_else(|| self.empty_tree(), |id| Ok(id.to_string()))?;
        let changes = |how: &str| -> Result<HashMap<Vec<u8>, Vec<u8>>> {
            let call =
                self.ask(["diff-index", "--cached", "--name-status", "-z", "--no-renames", how, &base]);
            let listing = within(call, dir).checked()?;
            let fields: Vec<_> = records(&listing).map(<[u8]>::to_vec).collect();
            let pairs =
                fields.chunks_exact(2).filter_map(|pair| Some((pair.get(1)?.clone(), pair.first()?.clone())));
            Ok(pairs.collect())
        };
        let (visible, invisible) = (changes("--ita-visible-in-index")?, changes("--ita-invisible-in-index")?);
        all.retain(|file| {
            let path = file.path.as_str().as_bytes();
            file.id != empty || visible.get(path) == invisible.get(path)
        });
        Ok(all)
    }

    pub(super) fn empty_tree(&self) -> Result<String> {
        let id = Oid::hash_object_ext(ObjectType::Tree, b"", self.format);
        id.map(|id| id.to_string()).map_err(|error| Error::repository(error.message()))
    }

    fn ask_commit(&self, commit: &CommitId, dir: &RepoPath) -> Result<Vec<TreeFile>> {
        let path = components(dir).collect::<Vec<_>>().join("/");
        let call = self.ask(["ls-tree", "-r", "-z", "--full-tree", commit.as_str()]);
        let call = if path.is_empty() { call } else { call.arg("--").arg(path) };
        let listing = call.checked().map_err(|error| self.absent(commit.as_str(), error))?;
        let mut all = Vec::new();
        for record in records(&listing) {
            let (facts, path) = split_once(record, b'\t').ok_or_else(|| odd(&call))?;
            let facts = std::str::from_utf8(facts).map_err(|_| odd(&call))?;
            let [mode, _, id] = *facts.split(' ').collect::<Vec<_>>() else { return Err(odd(&call)) };
            let mode = u32::from_str_radix(mode, 8).map_err(|_| odd(&call))?;
            add(&mut all, (path, BlobId::parse(id)?, mode), false, false, false)?;
        }
        Ok(all)
    }

    /// Kind and content of each object.
    pub(super) fn ask_objects<'a>(
        &self,
        ids: impl Iterator<Item = &'a str>,
        limit: usize,
    ) -> Result<Vec<(Vec<u8>, Vec<u8>)>> {
        let mut questions = Vec::new();
        let ids: Vec<_> = ids.collect();
        for id in &ids {
            writeln!(questions, "{id}").map_err(|source| Error::io("write to memory", &source))?;
        }
        let call = self.ask(["cat-file", "--batch"]).stdin(questions).limit(limit);
        let output = call.run()?;
        let mut rest = output.stdout.as_slice();
        let mut all = Vec::new();
        for id in ids {
            let failed = || self.absent(id, call.failure(&output));
            let (header, after) = split_once(rest, b'\n').ok_or_else(failed)?;
            let [_, kind, size] = *header.split(|&b| b == b' ').collect::<Vec<_>>() else {
                return Err(failed());
            };
            let size = std::str::from_utf8(size).ok().and_then(|size| size.parse::<usize>().ok());
            let size = size.ok_or_else(|| odd(&call))?;
            let bytes = after.get(..size).ok_or_else(failed)?;
            all.push((kind.to_vec(), bytes.to_vec()));
            rest = after.get(size + 1..).ok_or_else(|| odd(&call))?;
        }
        Ok(all)
    }

    /// Whether objects may be missing that another repository has promised.
    pub(super) fn is_partial(&self) -> bool {
        let set = |key| self.config(key).ok().flatten().is_some();
        *self.partial.get_or_init(|| set("extensions.partialClone") || set("remote.origin.promisor"))
    }

    /// Says why an object is not here when the reason is known.
    pub(super) fn absent(&self, id: &str, error: Error) -> Error {
        if self.is_partial() {
            return Error::repository(format!("object {id}, or one below it, is not in this partial clone"))
                .note(error.message())
                .hint(format!("git rev-list --objects --no-walk {id} >/dev/null"));
        }
        if self.is_shallow() {
            return error.note("this clone is shallow").hint("git fetch --unshallow");
        }
        error
    }
}

fn within(call: Call, dir: &RepoPath) -> Call {
    let call = call.arg("--");
    if components(dir).next().is_none() { call } else { call.arg(literal(dir)) }
}

pub(super) fn oid(lib: &Repository, id: &str) -> Result<Oid, Trouble> {
    Ok(Oid::from_str_ext(id, lib.object_format())?)
}

fn check(id: &BlobId, kind: &[u8]) -> Result<()> {
    if kind == b"blob" {
        return Ok(());
    }
    let kind = String::from_utf8_lossy(kind).into_owned();
    Err(Error::repository(format!("object {id} is a {kind}, not a file")))
}

fn too_large(id: &BlobId, size: u64, cap: u64) -> Error {
    Error::state(format!("blob {} has {size} bytes; at most {cap} are read", id.short()))
}

fn list_commit(lib: &Repository, commit: &CommitId, dir: &RepoPath) -> Result<Vec<TreeFile>, Trouble> {
    let tree = lib.find_commit(oid(lib, commit.as_str())?)?.tree_id();
    let mut all = Vec::new();
    let parts: Vec<&str> = components(dir).collect();
    let prefix = parts.join("/").into_bytes();
    match entry(lib, tree, parts.iter().map(|part| part.as_bytes()))? {
        Some((id, 0o040_000)) => walk(lib, id, &prefix, &mut all)?,
        Some((id, mode)) => add_tree_file(&mut all, &prefix, id, mode)?,
        None => {}
    }
    Ok(all)
}

/// Id and mode of what a tree has at a path.
pub(super) type Entry = Option<(Oid, i32)>;

/// What a tree has at the path of these parts.
pub(super) fn entry<'p>(
    lib: &Repository,
    tree: Oid,
    parts: impl Iterator<Item = &'p [u8]>,
) -> Result<Entry, Trouble> {
    let mut place = Some((tree, 0o040_000));
    for part in parts {
        place = match place {
            Some((id, 0o040_000)) => {
                let tree = lib.find_tree(id)?;
                tree.get_name_bytes(part).map(|entry| (entry.id(), entry.filemode_raw()))
            }
            _ => None,
        };
    }
    Ok(place)
}

fn walk(lib: &Repository, tree: Oid, prefix: &[u8], all: &mut Vec<TreeFile>) -> Result<(), Trouble> {
    for entry in &lib.find_tree(tree)? {
        let mut path = prefix.to_vec();
        if !path.is_empty() {
            path.push(b'/');
        }
        path.extend_from_slice(entry.name_bytes());
        if entry.filemode_raw() == 0o040_000 {
            walk(lib, entry.id(), &path, all)?;
        } else {
            add_tree_file(all, &path, entry.id(), entry.filemode_raw())?;
        }
    }
    Ok(())
}

fn add_tree_file(all: &mut Vec<TreeFile>, path: &[u8], id: Oid, mode: i32) -> Result<(), Trouble> {
    let mode = mode.unsigned_abs();
    Ok(add(all, (path, BlobId::parse(&id.to_string())?, mode), false, false, false)?)
}

/// What the bits of a mode mean, old ones that git does not write any more included.
pub(super) fn file_mode(mode: u32) -> FileMode {
    match mode & 0o170_000 {
        0o120_000 => FileMode::Symlink,
        0o160_000 => FileMode::Submodule,
        _ if mode & 0o100 != 0 => FileMode::Executable,
        _ => FileMode::Regular,
    }
}

/// Adds a file; the stages of a conflict follow each other and become one file, with our content if there is any.
fn add(
    all: &mut Vec<TreeFile>,
    (path, id, mode): (&[u8], BlobId, u32),
    conflicted: bool,
    skip_worktree: bool,
    ours: bool,
) -> Result<()> {
    let mode = file_mode(mode);
    if let Some(last) = all.last_mut()
        && last.path.as_str().as_bytes() == path
    {
        if ours {
            (last.id, last.mode) = (id, mode);
        }
        last.conflicted = true;
        return Ok(());
    }
    all.push(TreeFile { path: repo_path(path)?, id, mode, conflicted, skip_worktree });
    Ok(())
}
