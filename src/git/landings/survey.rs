//! Walks the graph for what the cache does not know.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use git2::Oid;

use super::super::Repo;
use super::super::graph::Graph;
use super::super::reach::{Own, Reach, beyond};
use super::index::{Index, LANDED};
use super::tags::Leads;
use super::tips::{TIPS, TagFacts, Tips};
use super::works::{self, Told, commit_id};
use super::{Known, Wanted, floor};
use crate::error::{Error, Result};
use crate::files::Cache;
use crate::model::facts::CommitId;
use crate::model::landing::{Gap, Landing, TipFacts, Work};

const ON_BASE: &str = "reading commits on the base";
/// So many of the commits that came with a tip are looked at.
const BROUGHT: usize = 64;
const ON_BRANCHES: &str = "reading commits on branches";

/// One look at a base.
pub(super) struct Survey<'g> {
    pub(super) repo: &'g Repo,
    pub(super) graph: &'g Graph<'g>,
    pub(super) wanted: &'g Wanted,
    pub(super) base: u32,
    pub(super) reach: Reach<'g>,
    pub(super) known: Known,
}

/// A commit that the base has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnBase {
    /// Its id.
    pub id: CommitId,
    /// Its first parent.
    pub parent: Option<CommitId>,
    /// Where it came onto the base.
    pub landing: Landing,
}

impl Repo {
    /// The commits that the base has and none of `forks` has, those that landed first in front, parents before
    /// children.
    pub fn landed_since(&self, base: &CommitId, forks: &[CommitId]) -> Result<Vec<OnBase>> {
        let base = self.raw_id(base)?;
        let forks = forks.iter().map(|id| self.raw_id(id)).collect::<Result<Vec<_>>>()?;
        let cache = self.is_plain()?.then(|| Cache::new(&self.common_dir));
        let list = |trusting: bool| -> Result<Option<Vec<OnBase>>> {
            let mut graph = Graph::open(self, cache.as_ref(), trusting)?;
            graph.add(&[base])?;
            graph.add(&forks)?;
            let forks: Vec<u32> = forks.iter().filter_map(|id| graph.find(id)).collect();
            let at = there(self, &graph, base)?;
            let mut reach = Reach::new(&graph, at);
            let found = window(&graph, &mut reach, at, &forks);
            let on_base = |&at: &u32| {
                let (depth, commit) = reach.landing(at).ok_or_else(lost)?;
                Ok(OnBase {
                    id: commit_id(&graph.id(at))?,
                    parent: graph.first_parent(at).map(|at| commit_id(&graph.id(at))).transpose()?,
                    landing: landing(&graph, depth, commit)?,
                })
            };
            let all = found.iter().map(on_base).collect::<Result<_>>();
            if trusting && graph.is_damaged() { Ok(None) } else { all.map(Some) }
        };
        match list(true)? {
            Some(all) => Ok(all),
            None => Ok(list(false)?.unwrap_or_default()),
        }
    }
}

impl<'g> Survey<'g> {
    pub(super) fn new(
        repo: &'g Repo,
        graph: &'g Graph<'g>,
        wanted: &'g Wanted,
        known: Known,
    ) -> Result<Self> {
        let base = there(repo, graph, wanted.base)?;
        Ok(Self { repo, graph, wanted, base, reach: Reach::new(graph, base), known })
    }

    /// Finds out everything that is not known. `tags`: those that are not, and the commits that they lead to.
    pub(super) fn look(&mut self, cache: Option<&Cache>, tags: &[(Oid, Leads)], told: Told) -> Result<()> {
        let nothing = self.known.tips.all.is_empty() && self.known.tips.tags.is_empty();
        if nothing && let Some((place, steps, bytes)) = self.older(cache, TIPS) {
            let new = beyond(self.graph, &[self.base], &[place]);
            let new: HashSet<Oid> = new.into_iter().map(|at| self.graph.id(at)).collect();
            let older = Tips::read(&bytes, self.repo.width(), &self.wanted.tips, self.wanted.aside.digest());
            self.known.tips = older.map(|older| older.forward(self.repo, steps, &new)).unwrap_or_default();
        }
        self.tags(tags);
        if self.known.index.is_none() {
            self.index(cache, told)?;
        }
        self.tips(told)?;
        self.copied(cache, told)
    }

    /// The commits that the base has and `stops` have not.
    pub(super) fn beyond(&self, stops: &[u32]) -> Vec<u32> {
        beyond(self.graph, &[self.base], stops)
    }

    /// What was kept for the latest older tip of the base: its place, how many first parents back that is, the bytes.
    fn older(&mut self, cache: Option<&Cache>, kind: &str) -> Option<(u32, u32, Vec<u8>)> {
        let cache = cache?;
        let mut best: Option<(u32, u32, String)> = None;
        for name in cache.names(kind) {
            let id = name.strip_prefix(kind).and_then(|id| CommitId::parse(id).ok());
            let place = id.and_then(|id| self.graph.find(&self.repo.raw_id(&id).ok()?));
            let Some(place) = place else { continue };
            if let Some(depth) = self.reach.depth(place)
                && best.as_ref().is_none_or(|(_, known, _)| depth < *known)
            {
                best = Some((place, depth, name));
            }
        }
        let (place, depth, name) = best?;
        Some((place, depth, cache.load(&name)?))
    }

    fn tags(&mut self, tags: &[(Oid, Leads)]) {
        for (id, commit) in tags {
            if self.known.tips.tags.contains_key(id) {
                continue;
            }
            let place = match commit {
                Leads::To(commit) => self.graph.find(commit),
                Leads::Nowhere => None,
                Leads::Away => continue,
            };
            // What leads to no commit never will.
            let facts = place.map_or(TagFacts { contained: true, depth: None }, |at| TagFacts {
                contained: self.reach.contains(at),
                depth: self.reach.latest(at),
            });
            self.known.tips.tags.insert(*id, facts);
        }
    }

    fn index(&mut self, cache: Option<&Cache>, told: Told) -> Result<()> {
        let mut stops = Vec::new();
        let mut lowest = None;
        match self.wanted.since {
            Some(since) => stops.push(there(self.repo, self.graph, since)?),
            None => {
                lowest = floor::floor(self.repo, self.graph, self.base)?;
                stops.extend(lowest);
            }
        }
        let lowest = lowest.map(|at| self.graph.id(at));
        let depth = stops.first().and_then(|&stop| self.reach.landing(stop)).map(|(depth, _)| depth);
        let mut index = Index::new(self.wanted.since, lowest, depth);
        if let Some((place, steps, bytes)) = self.older(cache, LANDED)
            && let Some(older) = Index::read(&bytes, self.repo.width())
            && (older.since, older.floor) == (index.since, index.floor)
            && let Some(moved) = older.forward(self.repo.width(), steps)
        {
            index = moved;
            stops.push(place);
        }
        let places = window(self.graph, &mut self.reach, self.base, &stops);
        self.known.gap = places.iter().find_map(|&at| self.graph.gap(at));
        let ids: Vec<Oid> = places.iter().map(|&at| self.graph.id(at)).collect();
        let mut missing = false;
        self.repo.each_commit(&ids, ON_BASE, told, &mut |nth, raw| {
            let (Some(raw), Some(id), Some(&at)) = (raw, ids.get(nth), places.get(nth)) else {
                missing = true;
                return Ok(());
            };
            let mut work = works::work(id, raw)?;
            if works::is_about_something(&work) {
                if !work.mentions.is_empty() {
                    self.repo.mark_state(std::iter::once(&mut work))?;
                }
                let (depth, commit) = self.reach.landing(at).ok_or_else(lost)?;
                index.push((self.graph.id(commit), self.graph.time(commit), depth), id, &work);
            }
            Ok(())
        })?;
        if missing {
            self.known.gap = self.known.gap.or(Some(Gap::Missing));
        }
        (self.known.index, self.known.fresh) = (Some(index), true);
        Ok(())
    }

    fn tips(&mut self, told: Told) -> Result<()> {
        let (mut owners, mut landed) = (Vec::new(), Vec::new());
        let unknown = |id: &&Oid| !self.known.tips.all.contains_key(*id);
        for id in self.wanted.tips.iter().filter(unknown).copied().collect::<Vec<_>>() {
            let at = self.graph.find(&id).ok_or_else(lost)?;
            if let Some((depth, commit)) = self.reach.landing(at) {
                landed.push((id, (at, depth, commit), self.brought(at, commit)));
                continue;
            }
            match self.reach.own(at) {
                Ok(own) => owners.push((id, at, own)),
                Err(gap) => self.known.gaps.push((id, gap)),
            }
        }
        let mut ids: Vec<Oid> = Vec::new();
        let mut places: HashMap<u32, Option<Rc<Work>>> = HashMap::new();
        let needed = owners.iter().flat_map(|(_, _, own)| &own.commits);
        for &at in needed.chain(landed.iter().flat_map(|(_, _, brought)| brought)) {
            if places.insert(at, None).is_none() {
                ids.push(self.graph.id(at));
            }
        }
        let graph = self.graph;
        self.repo.each_commit(&ids, ON_BRANCHES, told, &mut |nth, raw| {
            if let (Some(raw), Some(id)) = (raw, ids.get(nth)) {
                let at = graph.find(id).ok_or_else(lost)?;
                places.insert(at, Some(Rc::new(works::work(id, raw)?)));
            }
            Ok(())
        })?;
        for (id, place, brought) in landed {
            let mut facts = self.landed(place)?;
            facts.brought = brought.iter().filter_map(|at| places.get(at).cloned().flatten()).collect();
            self.repo.mark_state(facts.brought.iter_mut().map(Rc::make_mut))?;
            self.known.tips.all.insert(id, facts);
        }
        for (id, at, own) in owners {
            match self.own(at, &own, &places)? {
                Some(facts) => drop(self.known.tips.all.insert(id, facts)),
                None => self.known.gaps.push((id, Gap::Missing)),
            }
        }
        Ok(())
    }

    /// The facts of a tip that the base has.
    fn landed(&self, (tip, depth, commit): (u32, u32, u32)) -> Result<TipFacts> {
        Ok(TipFacts {
            landing: Some(landing(self.graph, depth, commit)?),
            merge: self.merge(tip, commit)?,
            forks: vec![commit_id(&self.graph.id(tip))?],
            behind: depth,
            ..TipFacts::default()
        })
    }

    /// What came onto the base with a tip that the base has.
    fn brought(&self, tip: u32, landing: u32) -> Vec<u32> {
        let mut parents = Vec::new();
        self.graph.parents(landing, &mut parents);
        match parents.split_first() {
            Some((first, others)) if others.contains(&tip) => {
                let graph = self.graph;
                let mut all = beyond(graph, &[tip], &[*first]);
                all.sort_by_cached_key(|&at| {
                    std::cmp::Reverse((graph.generation(at), graph.time(at), graph.id(at)))
                });
                all.truncate(BROUGHT);
                all
            }
            _ => vec![tip],
        }
    }

    /// The commit where something landed, if that merged it as a whole.
    fn merge(&self, merged: u32, commit: u32) -> Result<Option<Box<Work>>> {
        let mut parents = Vec::new();
        self.graph.parents(commit, &mut parents);
        if !parents.iter().skip(1).any(|&parent| parent == merged) {
            return Ok(None);
        }
        let id = self.graph.id(commit);
        let mut found = None;
        self.repo.each_commit(&[id], ON_BASE, &mut |_, _, _| {}, &mut |_, raw| {
            found = raw.map(|raw| works::work(&id, raw)).transpose()?;
            Ok(())
        })?;
        Ok(found.map(Box::new))
    }

    /// The facts of a tip that the base does not have; `None` if one of its commits is missing.
    fn own(
        &mut self,
        tip: u32,
        own: &Own,
        works: &HashMap<u32, Option<Rc<Work>>>,
    ) -> Result<Option<TipFacts>> {
        let all: Option<Vec<Rc<Work>>> =
            own.commits.iter().map(|at| works.get(at).cloned().flatten()).collect();
        let Some(all) = all else { return Ok(None) };
        let inside: HashSet<u32> = own.commits.iter().copied().collect();
        let mut line = Vec::new();
        let mut next = Some(tip);
        while let Some(at) = next.filter(|at| inside.contains(at)) {
            line.push(commit_id(&self.graph.id(at))?);
            next = self.graph.first_parent(at);
        }
        let forks = own.forks.iter().map(|&at| commit_id(&self.graph.id(at))).collect::<Result<_>>()?;
        let mut facts = TipFacts { own: all, forks, line, behind: own.behind, ..TipFacts::default() };
        if let Some(&fork) = own.forks.first()
            && let Some((depth, commit)) = self.reach.landing(fork)
            && let Some(merge) = self.merge(fork, commit)?
        {
            facts.before = Some(landing(self.graph, depth, commit)?);
            facts.merge = Some(merge);
        }
        Ok(Some(facts))
    }
}

/// The commits that the base has and `stops` do not, those that landed first in front, parents before children.
fn window(graph: &Graph, reach: &mut Reach, base: u32, stops: &[u32]) -> Vec<u32> {
    let mut all = beyond(graph, &[base], stops);
    all.sort_by_cached_key(|&at| {
        let depth = reach.landing(at).map_or(0, |(depth, _)| depth);
        (std::cmp::Reverse(depth), graph.generation(at), graph.time(at), graph.id(at))
    });
    all
}

fn landing(graph: &Graph, depth: u32, commit: u32) -> Result<Landing> {
    Ok(Landing { commit: commit_id(&graph.id(commit))?, at: graph.time(commit), depth })
}

/// The place of a commit that must be there.
fn there(repo: &Repo, graph: &Graph, id: Oid) -> Result<u32> {
    let found = graph.find(&id).filter(|&at| graph.gap(at) != Some(Gap::Missing));
    found.ok_or_else(|| {
        repo.absent(&id.to_string(), Error::repository(format!("there is no commit {id} here")))
    })
}

fn lost() -> Error {
    Error::bug("a commit was lost on the way")
}
