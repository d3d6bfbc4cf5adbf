//! The commits on a base that may be about something, kept for the tip that they were found for.

use std::rc::Rc;

use git2::Oid;

use super::super::bytes::{Bytes, Written};
use super::works::{self, commit_id};
use crate::model::landing::{How, Landed, Landing, Work};

/// In front of the id of a base, in the names of the cache.
pub(super) const LANDED: &str = "landed-";

/// The commits of a base, one after the other in the order of `Landscape::landed`.
#[derive(Default)]
pub(super) struct Index {
    /// What asked for them: the commit below which nothing is looked at.
    pub(super) since: Option<Oid>,
    /// The same when nobody asked, found by itself.
    pub(super) floor: Option<Oid>,
    /// How deep that is along the first parents of the base.
    pub(super) depth: Option<u32>,
    /// Whether everything could be read that decides about its commits.
    pub(super) whole: bool,
    entries: Written,
    count: u32,
}

/// Where a commit landed: the place in the entries before its depth, and that.
struct Entry<'b> {
    commit: Oid,
    at: i64,
    depth: u32,
    work: &'b [u8],
}

impl Index {
    pub(super) fn new(since: Option<Oid>, floor: Option<Oid>, depth: Option<u32>) -> Self {
        Self { since, floor, depth, whole: true, ..Self::default() }
    }

    pub(super) fn push(&mut self, landing: (Oid, i64, u32), id: &Oid, work: &Work) {
        let mut block = Written::default();
        self.whole &= !work.unread;
        works::write(&mut block, id, work);
        self.put(&Entry { commit: landing.0, at: landing.1, depth: landing.2, work: &block.0 });
    }

    fn put(&mut self, entry: &Entry) {
        self.entries.id(&entry.commit);
        self.entries.seconds(entry.at);
        self.entries.number(entry.depth);
        self.entries.block(entry.work);
        self.count += 1;
    }

    /// The same for a base that came forward along its first parents by `steps`; what it has more is to be added.
    pub(super) fn forward(&self, width: usize, steps: u32) -> Option<Self> {
        let depth = self.depth.map(|depth| depth.saturating_add(steps));
        let mut all = Self::new(self.since, self.floor, depth);
        let mut bytes = Bytes(&self.entries.0);
        for _ in 0..self.count {
            let entry = entry(&mut bytes, width)?;
            all.put(&Entry { depth: entry.depth.saturating_add(steps), ..entry });
        }
        Some(all)
    }

    /// Those that somebody wants.
    pub(super) fn wanted(&self, width: usize, wanted: &dyn Fn(How, &str) -> bool) -> Option<Vec<Landed>> {
        let mut found = Vec::new();
        let mut bytes = Bytes(&self.entries.0);
        for _ in 0..self.count {
            let Entry { commit, at, depth, work } = entry(&mut bytes, width)?;
            if works::is_wanted(work, wanted)? {
                let landing = Landing { commit: commit_id(&commit).ok()?, at, depth };
                found.push(Landed { commit: Rc::new(works::read(&mut Bytes(work), width)?), landing });
            }
        }
        Some(found)
    }

    pub(super) fn written(&self) -> Vec<u8> {
        let mut out = Written::default();
        for id in [&self.since, &self.floor] {
            out.byte(u8::from(id.is_some()));
            id.iter().for_each(|id| out.id(id));
        }
        out.byte(u8::from(self.depth.is_some()));
        out.number(self.depth.unwrap_or_default());
        out.number(self.count);
        out.0.extend_from_slice(&self.entries.0);
        out.0
    }

    pub(super) fn read(bytes: &[u8], width: usize) -> Option<Self> {
        let mut bytes = Bytes(bytes);
        let mut id = || match bytes.byte()? {
            0 => Some(None),
            _ => Some(Some(bytes.id(width)?)),
        };
        let (since, floor) = (id()?, id()?);
        let (known, depth) = (bytes.byte()?, bytes.number()?);
        let count = bytes.number()?;
        let depth = (known != 0).then_some(depth);
        Some(Self { since, floor, depth, whole: true, entries: Written(bytes.0.to_vec()), count })
    }
}

fn entry<'b>(bytes: &mut Bytes<'b>, width: usize) -> Option<Entry<'b>> {
    Some(Entry {
        commit: bytes.id(width)?,
        at: bytes.seconds()?,
        depth: bytes.number()?,
        work: bytes.block()?,
    })
}
