//! What is known about tips and tags, kept for the tip of a base that it was found for.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use git2::Oid;

use super::super::Repo;
use super::super::bytes::{Bytes, Written};
use super::super::copies::Part;
use super::super::prints::Print;
use super::works::{self, commit_id};
use crate::error::Result;
use crate::model::landing::{Copies, Landing, TipFacts};

/// In front of the id of a base, in the names of the cache.
pub(super) const TIPS: &str = "tips-";
/// So many tips that nobody asked for are kept besides the others.
const SPARE: usize = 8192;

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
    /// Of tips whose copies are known, the changes that may still be found.
    pub(super) copied: HashMap<Oid, Vec<Part>>,
    /// By how many commits the base came forward since copies were looked for.
    pub(super) moved: u32,
    /// Others, as they are kept.
    spare: Vec<(Oid, Vec<u8>)>,
}

impl Tips {
    /// Reads what was kept for the same list of files that are no work; of tips only those in `asked` are made into facts.
    pub(super) fn read(bytes: &[u8], width: usize, asked: &HashSet<Oid>, aside: u64) -> Option<Self> {
        let mut bytes = Bytes(bytes);
        if bytes.take(8)? != aside.to_le_bytes() {
            return None;
        }
        let mut all = Self::default();
        for _ in 0..bytes.number()? {
            let id = bytes.id(width)?;
            let block = bytes.block()?;
            if asked.contains(&id) {
                let mut block = Bytes(block);
                all.all.insert(id, facts(&mut block, width)?);
                if block.byte()? != 0 {
                    all.copied.insert(id, parts(&mut block, width)?);
                }
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

    pub(super) fn written(&self, repo: &Repo, aside: u64) -> Result<Vec<u8>> {
        let mut out = Written(aside.to_le_bytes().to_vec());
        // What a partial clone could not see may be there later.
        let whole: Vec<(&Oid, &TipFacts)> = self.all.iter().filter(|(_, facts)| is_whole(facts)).collect();
        out.count(whole.len() + self.spare.len());
        for (id, facts) in whole {
            out.id(id);
            let mut block = Written::default();
            write(repo, &mut block, facts)?;
            let parts = self.copied.get(id);
            block.byte(u8::from(parts.is_some()));
            if let Some(parts) = parts {
                write_parts(repo, &mut block, parts)?;
            }
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
            for landing in facts.landing.iter_mut().chain(&mut facts.before) {
                landing.depth = landing.depth.saturating_add(steps);
            }
            facts.behind = facts.behind.saturating_add(steps);
            if let Some(copies) = &mut facts.copies {
                for (_, landing) in copies.picked.iter_mut().chain(&mut copies.squashed) {
                    landing.depth = landing.depth.saturating_add(steps);
                }
            }
            tips.insert(id, facts);
        }
        self.tags.retain(|_, facts| facts.contained);
        for facts in self.tags.values_mut() {
            facts.depth = facts.depth.map(|depth| depth.saturating_add(steps));
        }
        let copied: HashMap<_, _> = self.copied.into_iter().filter(|(id, _)| tips.contains_key(id)).collect();
        // Copies without what may still be found of them are looked for from the start.
        for (id, facts) in &mut tips {
            facts.copies = facts.copies.take().filter(|_| copied.contains_key(id));
        }
        Self { all: tips, tags: self.tags, copied, moved: steps, spare: Vec::new() }
    }
}

fn is_whole(facts: &TipFacts) -> bool {
    let read = facts.brought.iter().chain(&facts.own).all(|work| !work.unread);
    read && (facts.own.is_empty() || facts.copies.is_some())
}

fn write(repo: &Repo, out: &mut Written, facts: &TipFacts) -> Result<()> {
    let flags = [facts.landing.is_some(), facts.merge.is_some(), facts.before.is_some()];
    out.byte(flags.iter().rev().fold(0, |bits, flag| bits << 1 | u8::from(*flag)));
    for landing in facts.landing.iter().chain(&facts.before) {
        write_landing(repo, out, landing)?;
    }
    if let Some(merge) = &facts.merge {
        works::write(out, &repo.raw_id(&merge.id)?, merge);
    }
    for works in [&facts.brought, &facts.own] {
        out.count(works.len());
        for work in works {
            works::write(out, &repo.raw_id(&work.id)?, work);
        }
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
            write_landing(repo, out, landing)?;
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
    for (bit, place) in [(1, &mut facts.landing), (4, &mut facts.before)] {
        if flags & bit != 0 {
            *place = Some(read_landing(bytes, width)?);
        }
    }
    if flags & 2 != 0 {
        facts.merge = Some(Box::new(works::read(bytes, width)?));
    }
    for works in [&mut facts.brought, &mut facts.own] {
        for _ in 0..bytes.number()? {
            works.push(Rc::new(works::read(bytes, width)?));
        }
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

fn write_parts(repo: &Repo, out: &mut Written, parts: &[Part]) -> Result<()> {
    out.count(parts.len());
    for part in parts {
        out.byte(u8::from(part.squash) | u8::from(part.since.is_some()) << 1);
        for id in std::iter::once(&part.commit).chain(&part.since) {
            out.id(&repo.raw_id(id)?);
        }
        for half in [part.print.paths, part.print.after] {
            out.0.extend_from_slice(&half.to_le_bytes());
        }
    }
    Ok(())
}

fn parts(bytes: &mut Bytes, width: usize) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    for _ in 0..bytes.number()? {
        let flags = bytes.byte()?;
        let commit = commit_id(&bytes.id(width)?).ok()?;
        let since = if flags & 2 != 0 { Some(commit_id(&bytes.id(width)?).ok()?) } else { None };
        let mut half = || Some(u64::from_le_bytes(bytes.take(8)?.try_into().ok()?));
        let print = Print { paths: half()?, after: half()? };
        parts.push(Part { since, commit, print, squash: flags & 1 != 0 });
    }
    Some(parts)
}

fn write_landing(repo: &Repo, out: &mut Written, landing: &Landing) -> Result<()> {
    out.id(&repo.raw_id(&landing.commit)?);
    out.seconds(landing.at);
    out.number(landing.depth);
    Ok(())
}

fn read_landing(bytes: &mut Bytes, width: usize) -> Option<Landing> {
    let commit = commit_id(&bytes.id(width)?).ok()?;
    Some(Landing { commit, at: bytes.seconds()?, depth: bytes.number()? })
}

fn copies(bytes: &mut Bytes, width: usize) -> Option<Copies> {
    let mut copies = Copies::default();
    for list in [&mut copies.picked, &mut copies.squashed] {
        for _ in 0..bytes.number()? {
            let id = commit_id(&bytes.id(width)?).ok()?;
            list.push((id, read_landing(bytes, width)?));
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
