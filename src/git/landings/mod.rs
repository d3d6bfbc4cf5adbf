//! What branches have that their base does not, and what landed on the base where.
//!
//! Everything is kept in the cache for the tip of the base that it was found for. When nothing moved it is taken from
//! there; when the base came forward along its first parents, only what it has more is looked at.

mod copied;
mod floor;
mod index;
mod survey;
pub(super) mod tags;
mod tips;
mod works;

use std::collections::HashSet;
use std::rc::Rc;

use git2::Oid;

use super::Repo;
use super::candidates::Aside;
use super::graph::Graph;
use crate::error::{Error, Result};
use crate::files::Cache;
use crate::model::facts::CommitId;
use crate::model::landing::{Gap, How, Landscape, Tag};
use index::Index;
pub use survey::OnBase;
use survey::Survey;
use tags::{Leads, Named};
use tips::Tips;
pub(in crate::git) use works::Told;
use works::commit_id;

/// So many bases are remembered.
const BASES: usize = 4;

/// What somebody wants to know about a base and the branches beside it.
pub struct Asked<'a> {
    /// The tip of the base.
    pub base: &'a CommitId,
    /// The tips of branches.
    pub tips: &'a [CommitId],
    /// Whether a word of a message could name an item.
    pub wanted: &'a dyn Fn(How, &str) -> bool,
    /// The files that are made of the state: they are no part of the work.
    pub aside: &'a [String],
    /// No message of the commits that this one has in its history is looked at; `None`: since the base has a state
    /// directory.
    pub since: Option<&'a CommitId>,
}

/// The ids of what was asked.
struct Wanted {
    base: Oid,
    since: Option<Oid>,
    tips: HashSet<Oid>,
    tags: Vec<Named>,
    aside: Rc<Aside>,
}

/// What is known so far.
#[derive(Default)]
struct Known {
    tips: Tips,
    /// `None`: not looked at yet.
    index: Option<Index>,
    /// Whether the index is not kept yet.
    fresh: bool,
    /// Tips of which something is not known.
    gaps: Vec<(Oid, Gap)>,
    /// Why something may be missing in the index.
    gap: Option<Gap>,
}

impl Repo {
    /// What git knows about the base and the branches. `told` hears now and then how far a long step has come.
    ///
    /// A base that is not there is an error; a branch that is not there, or whose history is, has a gap.
    pub fn landscape(
        &self,
        asked: &Asked,
        told: &mut dyn FnMut(&'static str, usize, usize),
    ) -> Result<Landscape> {
        let wanted = Wanted {
            base: self.raw_id(asked.base)?,
            since: asked.since.map(|id| self.raw_id(id)).transpose()?,
            tips: asked.tips.iter().map(|id| self.raw_id(id)).collect::<Result<_>>()?,
            tags: self.numbered_tags()?,
            aside: Rc::new(Aside::new(asked.aside)),
        };
        let cache = self.is_plain()?.then(|| Cache::new(&self.common_dir));
        let mut known = self.kept(&wanted, cache.as_ref()).unwrap_or_default();
        if !known.is_enough(&wanted) {
            known = match self.surveyed(&wanted, known, cache.as_ref(), true, told)? {
                Some(known) => known,
                // What git has written into its commit-graph is damaged.
                None => {
                    let known = self.kept(&wanted, cache.as_ref()).unwrap_or_default();
                    self.surveyed(&wanted, known, cache.as_ref(), false, told)?.unwrap_or_default()
                }
            };
        }
        self.landscape_of(&wanted, known, asked.wanted)
    }

    /// Looks at what is not known yet; `None` if what git has written is damaged.
    fn surveyed(
        &self,
        wanted: &Wanted,
        known: Known,
        cache: Option<&Cache>,
        trusting: bool,
        told: Told,
    ) -> Result<Option<Known>> {
        let mut graph = Graph::open(self, cache, trusting)?;
        let found = self.grow(&mut graph, wanted, &known).and_then(|tags| {
            let mut survey = Survey::new(self, &graph, wanted, known)?;
            survey.look(cache, &tags, told)?;
            Ok(survey.known)
        });
        if trusting && graph.is_damaged() {
            return Ok(None);
        }
        let known = found?;
        graph.remember();
        if let Some(cache) = cache
            && !graph.has_gaps()
            && known.gap.is_none()
        {
            cache.store(
                &format!("{}{}", tips::TIPS, wanted.base),
                &known.tips.written(self, wanted.aside.digest())?,
            );
            cache.keep(tips::TIPS, BASES);
            if let Some(index) = known.index.as_ref().filter(|_| known.fresh) {
                cache.store(&format!("{}{}", index::LANDED, wanted.base), &index.written());
                cache.keep(index::LANDED, BASES);
            }
        }
        Ok(Some(known))
    }

    /// Adds all that is asked for to the graph; the tags with their commits.
    fn grow(&self, graph: &mut Graph, wanted: &Wanted, known: &Known) -> Result<Vec<(Oid, Leads)>> {
        let mut ids = vec![wanted.base];
        ids.extend(wanted.since);
        ids.extend(&wanted.tips);
        graph.add(&ids)?;
        let unknown = |id: &Oid| !known.tips.tags.contains_key(id);
        let tags: Vec<Oid> = wanted.tags.iter().map(|(_, id)| *id).filter(unknown).collect();
        let (there, others): (Vec<Oid>, Vec<Oid>) = tags.into_iter().partition(|id| graph.find(id).is_some());
        let mut tags: Vec<(Oid, Leads)> = there.into_iter().map(|id| (id, Leads::To(id))).collect();
        let peeled = if others.is_empty() { Vec::new() } else { self.peeled(&others)? };
        tags.extend(others.into_iter().zip(peeled));
        let commit = |(_, leads): &(Oid, Leads)| if let Leads::To(id) = leads { Some(*id) } else { None };
        graph.add(&tags.iter().filter_map(commit).collect::<Vec<_>>())?;
        Ok(tags)
    }

    fn kept(&self, wanted: &Wanted, cache: Option<&Cache>) -> Option<Known> {
        let cache = cache?;
        let load = |kind: &str| cache.load(&format!("{kind}{}", wanted.base));
        let tips = load(tips::TIPS)
            .and_then(|bytes| Tips::read(&bytes, self.width(), &wanted.tips, wanted.aside.digest()));
        let index = load(index::LANDED).and_then(|bytes| Index::read(&bytes, self.width()));
        let index = index.filter(|index| index.since == wanted.since);
        Some(Known { tips: tips.unwrap_or_default(), index, ..Known::default() })
    }

    fn landscape_of(
        &self,
        wanted: &Wanted,
        mut known: Known,
        names: &dyn Fn(How, &str) -> bool,
    ) -> Result<Landscape> {
        let mut landscape = Landscape { gap: known.gap, ..Landscape::default() };
        for id in &wanted.tips {
            let gap = known.gaps.iter().find(|(tip, _)| tip == id).map(|(_, gap)| *gap);
            let mut facts = known.tips.all.remove(id).unwrap_or_default();
            facts.gap = gap;
            landscape.tips.insert(commit_id(id)?, facts);
        }
        let facts = |id| known.tips.tags.get(id).and_then(|facts| facts.depth);
        landscape.tags = wanted
            .tags
            .iter()
            .filter_map(|(name, id)| Some(Tag { name: name.clone(), depth: facts(id)? }))
            .collect();
        landscape.floor = known.index.as_ref().and_then(|index| index.depth);
        let landed = known.index.and_then(|index| index.wanted(self.width(), names));
        landscape.landed = landed.ok_or_else(|| Error::bug("what was kept cannot be read"))?;
        Ok(landscape)
    }
}

impl Known {
    fn is_enough(&self, wanted: &Wanted) -> bool {
        self.index.is_some()
            && wanted.tips.iter().all(|id| self.tips.all.contains_key(id))
            && wanted.tags.iter().all(|(_, id)| self.tips.tags.contains_key(id))
    }
}
