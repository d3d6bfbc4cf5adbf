//! Commits and their parents, as far as somebody asked for them.
//!
//! What git has written into its commit-graph is taken from there, the rest from commits as they are stored, once: it
//! is kept in the cache. Each commit has a place, a number below [`Graph::len`], and a generation that is larger than
//! those of its parents.

mod file;
mod grow;
mod rest;

use std::cell::Cell;
use std::collections::HashSet;

use git2::{Oid, Repository};

use super::Repo;
use crate::error::{Error, Result};
use crate::files::Cache;
use crate::model::facts::CommitId;
use crate::model::landing::Gap;
use file::Written;
use rest::Rest;

pub(super) use grow::header;

/// The commits that git has not written into its commit-graph, in the cache.
const COMMITS: &str = "commits";

/// Commits and their parents.
pub(super) struct Graph<'r> {
    repo: &'r Repo,
    /// `None`: git is asked.
    lib: Option<&'r Repository>,
    written: Option<Written>,
    rest: Rest,
    /// The place of the first commit that git has not written.
    first: u32,
    shallow: HashSet<Oid>,
    cache: Option<&'r Cache>,
    damaged: Cell<bool>,
    grown: bool,
}

impl<'r> Graph<'r> {
    /// Without any commit but those that git has written or the cache has. With `cache` there must be nothing that
    /// makes commits different from how they are stored; `trusting`: what git has written may be used.
    pub(super) fn open(repo: &'r Repo, cache: Option<&'r Cache>, trusting: bool) -> Result<Self> {
        let lib = repo.read_objects(|_| Ok(true), || Ok(false))?;
        let lib = repo.lib.as_ref().filter(|_| lib);
        let written = match cache {
            Some(cache) if trusting && repo.uses_commit_graph()? => {
                Written::open(&repo.common_dir.join("objects"), repo.format, cache)
            }
            _ => None,
        };
        let first = written.as_ref().map_or(0, Written::count);
        let mut graph = Self {
            repo,
            lib,
            written,
            rest: Rest::default(),
            first,
            shallow: repo.cut_off()?,
            cache,
            damaged: Cell::new(false),
            grown: false,
        };
        if let Some(bytes) = cache.and_then(|cache| cache.load(COMMITS)) {
            let find = |id: &Oid| {
                let written = graph.written.as_ref()?;
                let at = written.find(id)?;
                Some((at, written.generation(at)?))
            };
            if let Some(rest) = Rest::read(&bytes, repo.width(), first, find) {
                graph.rest = rest;
            }
        }
        Ok(graph)
    }

    /// How many commits there are.
    pub(super) fn len(&self) -> usize {
        self.first as usize + self.rest.len()
    }

    /// The place of a commit that was added, or that git has written.
    pub(super) fn find(&self, id: &Oid) -> Option<u32> {
        let written = self.written.as_ref().and_then(|written| written.find(id));
        written.or_else(|| Some(self.first + self.rest.find(id)?))
    }

    /// The id of the commit at a place.
    pub(super) fn id(&self, at: u32) -> Oid {
        let id = self.look(at, Written::id, Rest::id);
        id.unwrap_or(Oid::ZERO_SHA1)
    }

    /// Its committer's time, in seconds since 1970.
    pub(super) fn time(&self, at: u32) -> i64 {
        self.look(at, Written::time, Rest::time).unwrap_or_default()
    }

    /// Larger than those of its parents, and at most [`Graph::len`].
    pub(super) fn generation(&self, at: u32) -> u32 {
        self.look(at, Written::generation, Rest::generation).unwrap_or(1)
    }

    /// Its tree, if that is known without reading the commit.
    pub(super) fn tree(&self, at: u32) -> Option<Oid> {
        self.written.as_ref().filter(|_| at < self.first)?.tree(at)
    }

    /// Replaces what is in `into` by the parents of a commit.
    pub(super) fn parents(&self, at: u32, into: &mut Vec<u32>) {
        into.clear();
        let Some(own) = at.checked_sub(self.first) else {
            let parents = self.written.as_ref().and_then(|written| written.parents(at, into));
            if parents.is_none() {
                into.clear();
                self.damaged.set(true);
            }
            return;
        };
        into.extend_from_slice(self.rest.parents(own));
    }

    /// The first parent of a commit.
    pub(super) fn first_parent(&self, at: u32) -> Option<u32> {
        let mut parents = Vec::new();
        self.parents(at, &mut parents);
        parents.first().copied()
    }

    /// Why the parents of a commit are not known.
    pub(super) fn gap(&self, at: u32) -> Option<Gap> {
        self.rest.gap(at.checked_sub(self.first)?)
    }

    /// Whether there is any such commit.
    pub(super) fn has_gaps(&self) -> bool {
        self.rest.has_gaps()
    }

    /// Whether what git has written turned out to be damaged: then no answer counts.
    pub(super) fn is_damaged(&self) -> bool {
        self.damaged.get()
    }

    /// Keeps what was read for the next time.
    pub(super) fn remember(&self) {
        let Some(cache) = self.cache.filter(|_| self.grown && !self.has_gaps()) else { return };
        let elsewhere = |at| self.written.as_ref().and_then(|written| written.id(at));
        if let Some(bytes) = self.rest.written(self.first, elsewhere).filter(|_| !self.is_damaged()) {
            cache.store(COMMITS, &bytes);
        }
    }

    fn look<T>(
        &self,
        at: u32,
        written: impl FnOnce(&Written, u32) -> Option<T>,
        rest: impl FnOnce(&Rest, u32) -> Option<T>,
    ) -> Option<T> {
        let found = match at.checked_sub(self.first) {
            Some(own) => rest(&self.rest, own),
            None => self.written.as_ref().and_then(|graph| written(graph, at)),
        };
        if found.is_none() {
            self.damaged.set(true);
        }
        found
    }
}

impl Repo {
    /// How many bytes an id has.
    pub(super) fn width(&self) -> usize {
        if self.format == git2::ObjectFormat::Sha256 { 32 } else { 20 }
    }

    /// An id as libgit2 knows it.
    pub(super) fn raw_id(&self, id: &CommitId) -> Result<Oid> {
        Oid::from_str_ext(id.as_str(), self.format)
            .map_err(|_| Error::not_found(format!("there is no commit {id}")))
    }

    /// Whether commits are what is stored under their id: nothing is cut off, grafted or replaced.
    pub(super) fn is_plain(&self) -> Result<bool> {
        if self.is_shallow() || self.common_dir.join("info/grafts").exists() {
            return Ok(false);
        }
        self.read(
            |lib| Ok(!self.has_replacements(lib)?),
            || {
                let call = self.ask(["for-each-ref", "--count=1", "refs/replace/"]);
                Ok(call.checked()?.is_empty())
            },
        )
    }

    fn uses_commit_graph(&self) -> Result<bool> {
        let set = self.config("core.commitGraph")?.unwrap_or_default().to_lowercase();
        Ok(!["false", "no", "off", "0"].contains(&set.as_str()))
    }

    /// The commits whose parents a shallow clone does not have.
    pub(super) fn cut_off(&self) -> Result<HashSet<Oid>> {
        if !self.is_shallow() {
            return Ok(HashSet::new());
        }
        let all = super::ranges::ids_in(&self.common_dir.join("shallow"))?;
        all.iter().map(|id| self.raw_id(id)).collect()
    }
}
