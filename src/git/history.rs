//! Which commits changed a path, as `git log -- path` says.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use git2::{Commit, Oid, Repository};

use super::ask::{components, literal, odd, split_once, text};
use super::trees::{Entry, entry, oid};
use super::{Repo, Trouble};
use crate::error::{Error, Result};
use crate::model::facts::{CommitFacts, CommitId};
use crate::model::path::RepoPath;
use crate::process::Call;

impl Repo {
    /// The commits reachable from `from` that changed the file or folder `dir`, newest first, at most `limit`; for the
    /// top of the tree all of them. A merge
    /// that took one side's version as it was is passed through on that side only.
    pub fn history(&self, from: &CommitId, dir: &RepoPath, limit: Option<usize>) -> Result<Vec<CommitFacts>> {
        self.read_objects(
            |lib| History::new(lib, dir).collect(oid(lib, from.as_str())?, limit.unwrap_or(usize::MAX)),
            || self.ask_history(from, dir, limit),
        )
    }

    fn ask_history(&self, from: &CommitId, dir: &RepoPath, limit: Option<usize>) -> Result<Vec<CommitFacts>> {
        let mut call = self.ask(["rev-list", "--format=parents %P"]);
        if let Some(limit) = limit {
            call = call.arg(format!("--max-count={limit}"));
        }
        call = call.arg(from.as_str()).arg("--");
        if components(dir).next().is_some() {
            call = call.arg(literal(dir));
        }
        self.listed(&call, from)
    }

    /// The commits that `rev-list --format='parents %P'` prints.
    pub(super) fn listed(&self, call: &Call, from: &CommitId) -> Result<Vec<CommitFacts>> {
        let all = self.listed_raw(call, from)?;
        let facts = all.into_iter().map(|(id, parents, raw)| {
            let facts = parsed(&raw).map(|facts| CommitFacts { id: id.clone(), parents, ..facts });
            facts.ok_or_else(|| unreadable(&id))
        });
        facts.collect()
    }

    /// The same commits with their parents, as they are stored.
    pub(super) fn listed_raw(&self, call: &Call, from: &CommitId) -> Result<Vec<Listed>> {
        let listing = call.checked().map_err(|error| self.absent(from.as_str(), error))?;
        let listing = text(call, listing)?;
        let mut lines = listing.lines();
        let mut found = Vec::new();
        while let (Some(commit), Some(parents)) = (lines.next(), lines.next()) {
            let id = CommitId::parse(commit.strip_prefix("commit ").ok_or_else(|| odd(call))?)?;
            let parents =
                parents.split_whitespace().skip(1).map(CommitId::parse).collect::<Result<Vec<_>>>()?;
            found.push((id, parents));
        }
        let objects = self.ask_objects(found.iter().map(|(id, _)| id.as_str()), usize::MAX)?;
        Ok(found.into_iter().zip(objects).map(|((id, parents), (_, raw))| (id, parents, raw)).collect())
    }
}

/// A commit, its parents as far as this clone knows them, and the object as it is stored.
pub(super) type Listed = (CommitId, Vec<CommitId>, Vec<u8>);

pub(super) fn unreadable(id: &CommitId) -> Error {
    Error::repository(format!("commit {id} cannot be read"))
}

/// A walk in git's order: by commit time, and among equals first come, first served.
struct History<'a> {
    lib: &'a Repository,
    parts: Vec<&'a str>,
    entries: HashMap<Oid, Entry>,
    queue: BinaryHeap<(i64, Reverse<usize>, Oid)>,
    seen: HashSet<Oid>,
}

impl<'a> History<'a> {
    fn new(lib: &'a Repository, dir: &'a RepoPath) -> Self {
        let parts = components(dir).collect();
        Self { lib, parts, entries: HashMap::new(), queue: BinaryHeap::new(), seen: HashSet::new() }
    }

    fn collect(mut self, from: Oid, limit: usize) -> Result<Vec<CommitFacts>, Trouble> {
        let mut found = Vec::new();
        let first = self.lib.find_commit(from)?;
        self.push(&first);
        while found.len() < limit
            && let Some((_, _, id)) = self.queue.pop()
        {
            let commit = self.lib.find_commit(id)?;
            if self.step(&commit)? {
                found.push(facts(&commit)?);
            }
        }
        Ok(found)
    }

    fn push(&mut self, commit: &Commit<'_>) {
        if self.seen.insert(commit.id()) {
            self.queue.push((commit.time().seconds(), Reverse(self.seen.len()), commit.id()));
        }
    }

    /// Queues the parents that matter and says whether the commit differs from all of them.
    fn step(&mut self, commit: &Commit<'_>) -> Result<bool, Trouble> {
        let here = self.entry(commit.tree_id())?;
        let parents =
            commit.parent_ids().map(|id| self.lib.find_commit(id)).collect::<Result<Vec<_>, _>>()?;
        for parent in &parents {
            // Without a path there is nothing to leave out.
            if !self.parts.is_empty() && self.entry(parent.tree_id())? == here {
                self.push(parent);
                return Ok(false);
            }
        }
        for parent in &parents {
            self.push(parent);
        }
        Ok(!parents.is_empty() || here.is_some())
    }

    fn entry(&mut self, tree: Oid) -> Result<Entry, Trouble> {
        if let Some(known) = self.entries.get(&tree) {
            return Ok(*known);
        }
        let place = entry(self.lib, tree, self.parts.iter().map(|part| part.as_bytes()))?;
        self.entries.insert(tree, place);
        Ok(place)
    }
}

pub(super) fn facts(commit: &Commit<'_>) -> Result<CommitFacts> {
    let author = commit.author();
    let parents = commit.parent_ids().map(|id| CommitId::parse(&id.to_string()));
    Ok(CommitFacts {
        id: CommitId::parse(&commit.id().to_string())?,
        parents: parents.collect::<Result<_>>()?,
        author_name: String::from_utf8_lossy(author.name_bytes()).into_owned(),
        author_email: String::from_utf8_lossy(author.email_bytes()).into_owned(),
        author_time: author.when().seconds(),
        committer_time: commit.time().seconds(),
        subject: subject(&String::from_utf8_lossy(commit.message_raw_bytes())),
        message: commit.message_raw_bytes().to_vec(),
    })
}

/// A commit object as it is stored.
pub(super) struct Stored<'r> {
    headers: &'r [u8],
    /// The message, as it stands there.
    pub(super) message: &'r [u8],
}

impl<'r> Stored<'r> {
    pub(super) fn new(raw: &'r [u8]) -> Option<Self> {
        let end = raw.windows(2).position(|pair| pair == b"\n\n")?;
        Some(Self { headers: raw.get(..end)?, message: raw.get(end + 2..)? })
    }

    /// The values of a header; `name` ends with a blank.
    pub(super) fn header<'s>(&'s self, name: &'s [u8]) -> impl Iterator<Item = &'r [u8]> + 's {
        self.headers.split(|&byte| byte == b'\n').filter_map(move |line| line.strip_prefix(name))
    }

    /// Who stands in a header.
    pub(super) fn person(&self, name: &[u8]) -> Option<Person<'r>> {
        Person::new(self.header(name).next()?)
    }
}

/// `Name <address> seconds zone`.
pub(super) struct Person<'r> {
    pub(super) name: Cow<'r, str>,
    pub(super) email: Cow<'r, str>,
    /// In seconds since 1970.
    pub(super) time: i64,
}

impl<'r> Person<'r> {
    fn new(line: &'r [u8]) -> Option<Self> {
        let close = line.iter().rposition(|&b| b == b'>')?;
        let (name, email) = split_once(line.get(..close)?, b'<')?;
        let when = std::str::from_utf8(line.get(close + 1..)?).ok()?;
        let time =
            when.split_whitespace().next().and_then(|seconds| seconds.parse().ok()).unwrap_or_default();
        let lossy = |bytes: &'r [u8]| String::from_utf8_lossy(bytes.trim_ascii());
        Some(Self { name: lossy(name), email: lossy(email), time })
    }
}

/// The facts in a commit object as it is stored; id and parents are left to those who know about cut-off history.
fn parsed(raw: &[u8]) -> Option<CommitFacts> {
    let stored = Stored::new(raw)?;
    let (author, committer) = (stored.person(b"author ")?, stored.person(b"committer ")?);
    Some(CommitFacts {
        id: CommitId::parse(&"0".repeat(40)).ok()?,
        parents: Vec::new(),
        author_name: author.name.into_owned(),
        author_email: author.email.into_owned(),
        author_time: author.time,
        committer_time: committer.time,
        subject: subject(&String::from_utf8_lossy(stored.message)),
        message: stored.message.to_vec(),
    })
}

/// The first paragraph on one line.
pub(super) fn subject(text: &str) -> String {
    let mut lines = text.lines().map(str::trim).skip_while(|line| line.is_empty());
    let mut subject = lines.next().unwrap_or_default().to_owned();
    for line in lines.take_while(|line| !line.is_empty()) {
        subject.push(' ');
        subject.push_str(line);
    }
    subject
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_subject_is_the_first_paragraph() {
        assert_eq!(subject("\n\nfeat: one\n  two \r\n\nbody\n"), "feat: one two");
        assert_eq!(subject(""), "");
    }

    #[test]
    fn a_stored_commit_with_a_signature_and_odd_names() {
        let raw = b"tree 1\nparent 2\nauthor A <B> C <a@b> 12 +0100\ncommitter  <> 34 -0000\ngpgsig x\n author y\n\nS\n\nB";
        let facts = parsed(raw).unwrap();
        assert_eq!((facts.author_time, facts.committer_time), (12, 34));
        assert_eq!((facts.author_name.as_str(), facts.author_email.as_str()), ("A", "B> C <a@b"));
        assert_eq!((facts.subject.as_str(), facts.message.as_slice()), ("S", b"S\n\nB".as_slice()));
        assert!(parsed(b"tree 1\n\n").is_none());
    }
}
