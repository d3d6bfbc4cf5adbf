//! What is known about tips and tags, kept for the tip of a base that it was found for.

use std::collections::{HashMap, HashSet};

use git2::Oid;

use super::super::Repo;
use super::super::bytes::{Bytes, Written};
use super::works::{self, commit_id};
use crate::error::Result;
use crate::model::landing::{Copies, Landing, TipFacts};

/// In front of the id of a base, in the names of the cache.
pub(super) const TIPS: &str = "tips-";
/// So many tips that nobody asked for are kept besides the others.
const SPARE: usize = 1024;

/// What is known about a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TagFacts {
    /// Whether the base has it; what it has in its history is then known for good.
    pub(super) contained: bool,
    /// The depth of the latest commit along the first parents of the base that it has.
    pub(super) depth: Option<u32>,
}

/// Tips and tags of which everything is known.
#[derive(Default)]
pub(super) struct Tips {
    pub(super) all: HashMap<Oid, TipFacts>,
    pub(super) tags: HashMap<Oid, TagFacts>,
    /// Others, as they are kept.
    spare: Vec<(Oid, Vec<u8>)>,
}

impl Tips {
    /// Reads what was kept; of tips only those in `asked` are made into facts.
    pub(super) fn read(bytes: &[u8], width: usize, asked: &HashSet<Oid>) -> Option<Self> {
        let mut bytes = Bytes(bytes);
        let mut all = Self::default();
        for _ in 0..bytes.number()? {
            let id = bytes.id(width)?;
            let block = bytes.block()?;
            if asked.contains(&id) {
                all.all.insert(id, facts(&mut Bytes(block), width)?);
            } else if all.spare.len() < SPARE {
                all.spare.push((id, block.to_vec()));
            }
        }
        for _ in 0..bytes.number()? {
            let id = bytes.id(width)?;
            let (flags, depth) = (bytes.byte()?, bytes.number()?);
            let depth = (flags & 2 != 0).then_some(depth);
            all.tags.insert(id, TagFacts { contained: flags & 1 != 0, depth });
        }
        Some(all)
    }

    pub(super) fn written(&self, repo: &Repo) -> Result<Vec<u8>> {
        let mut out = Written::default();
        out.count(self.all.len() + self.spare.len());
        for (id, facts) in &self.all {
            out.id(id);
            let mut block = Written::default();
            write(repo, &mut block, facts)?;
            out.block(&block.0);
        }
        for (id, block) in &self.spare {
            out.id(id);
            out.block(block);
        }
        out.count(self.tags.len());
        for (id, facts) in &self.tags {
            out.id(id);
            out.byte(u8::from(facts.contained) | u8::from(facts.depth.is_some()) << 1);
            out.number(facts.depth.unwrap_or_default());
        }
        Ok(out.0)
    }

    /// The same for a base that came forward along its first parents by `steps`: it has `new` commits more. What that
    /// may have changed is left out.
    pub(super) fn forward(mut self, repo: &Repo, steps: u32, new: &HashSet<Oid>) -> Self {
        let mut tips = HashMap::with_capacity(self.all.len());
        for (id, mut facts) in self.all {
            if facts.own.iter().any(|work| repo.raw_id(&work.id).is_ok_and(|id| new.contains(&id))) {
                continue;
            }
            if let Some(landing) = &mut facts.landing {
                landing.depth = landing.depth.saturating_add(steps);
            }
            facts.behind = facts.behind.saturating_add(steps);
            // What came new may be the same change.
            facts.copies = None;
            tips.insert(id, facts);
        }
        self.tags.retain(|_, facts| facts.contained);
        for facts in self.tags.values_mut() {
            facts.depth = facts.depth.map(|depth| depth.saturating_add(steps));
        }
        Self { all: tips, tags: self.tags, spare: Vec::new() }
    }
}

fn write(repo: &Repo, out: &mut Written, facts: &TipFacts) -> Result<()> {
    out.byte(u8::from(facts.landing.is_some()) | u8::from(facts.merge.is_some()) << 1);
    if let Some(landing) = &facts.landing {
        out.id(&repo.raw_id(&landing.commit)?);
        out.seconds(landing.at);
        out.number(landing.depth);
    }
    if let Some(merge) = &facts.merge {
        works::write(out, &repo.raw_id(&merge.id)?, merge);
    }
    out.count(facts.own.len());
    for work in &facts.own {
        works::write(out, &repo.raw_id(&work.id)?, work);
    }
    for ids in [&facts.forks, &facts.line] {
        out.count(ids.len());
        for id in ids {
            out.id(&repo.raw_id(id)?);
        }
    }
    out.number(facts.behind);
    out.byte(u8::from(facts.copies.is_some()));
    let Some(copies) = &facts.copies else { return Ok(()) };
    for list in [&copies.picked, &copies.squashed] {
        out.count(list.len());
        for (id, landing) in list {
            out.id(&repo.raw_id(id)?);
            out.id(&repo.raw_id(&landing.commit)?);
            out.seconds(landing.at);
            out.number(landing.depth);
        }
    }
    out.count(copies.empty.len());
    for id in &copies.empty {
        out.id(&repo.raw_id(id)?);
    }
    out.count(copies.paths.len());
    copies.paths.iter().for_each(|path| out.text(path));
    out.byte(u8::from(copies.contained));
    Ok(())
}

fn facts(bytes: &mut Bytes, width: usize) -> Option<TipFacts> {
    let mut facts = TipFacts::default();
    let flags = bytes.byte()?;
    if flags & 1 != 0 {
        let commit = commit_id(&bytes.id(width)?).ok()?;
        facts.landing = Some(Landing { commit, at: bytes.seconds()?, depth: bytes.number()? });
    }
    if flags & 2 != 0 {
        facts.merge = Some(Box::new(works::read(bytes, width)?));
    }
    for _ in 0..bytes.number()? {
        facts.own.push(works::read(bytes, width)?);
    }
    for ids in [&mut facts.forks, &mut facts.line] {
        for _ in 0..bytes.number()? {
            ids.push(commit_id(&bytes.id(width)?).ok()?);
        }
    }
    facts.behind = bytes.number()?;
    if bytes.byte()? != 0 {
        facts.copies = Some(copies(bytes, width)?);
    }
    Some(facts)
}

fn copies(bytes: &mut Bytes, width: usize) -> Option<Copies> {
    let mut copies = Copies::default();
    for list in [&mut copies.picked, &mut copies.squashed] {
        for _ in 0..bytes.number()? {
            let id = commit_id(&bytes.id(width)?).ok()?;
            let commit = commit_id(&bytes.id(width)?).ok()?;
            list.push((id, Landing { commit, at: bytes.seconds()?, depth: bytes.number()? }));
        }
    }
    for _ in 0..bytes.number()? {
        copies.empty.push(commit_id(&bytes.id(width)?).ok()?);
    }
    for _ in 0..bytes.number()? {
        copies.paths.push(bytes.text()?.to_owned());
    }
    copies.contained = bytes.byte()? != 0;
    Some(copies)
}
