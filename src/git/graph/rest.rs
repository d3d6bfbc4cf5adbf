//! The commits that git has not written into its commit-graph.

use std::collections::HashMap;

use git2::Oid;

use super::super::bytes::{Bytes, Written};
use crate::model::landing::Gap;

/// Commits, parents before children. Parents are places in the whole graph.
#[derive(Default)]
pub(super) struct Rest {
    places: HashMap<Oid, u32>,
    ids: Vec<Oid>,
    generations: Vec<u32>,
    times: Vec<i64>,
    parents: Vec<u32>,
    /// Where the parents of each end.
    ends: Vec<u32>,
    gaps: HashMap<u32, Gap>,
}

/// A commit to be added.
pub(super) struct New {
    pub(super) id: Oid,
    pub(super) generation: u32,
    pub(super) time: i64,
    pub(super) gap: Option<Gap>,
}

impl Rest {
    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    pub(super) fn find(&self, id: &Oid) -> Option<u32> {
        self.places.get(id).copied()
    }

    pub(super) fn id(&self, at: u32) -> Option<Oid> {
        self.ids.get(at as usize).copied()
    }

    pub(super) fn generation(&self, at: u32) -> Option<u32> {
        self.generations.get(at as usize).copied()
    }

    pub(super) fn time(&self, at: u32) -> Option<i64> {
        self.times.get(at as usize).copied()
    }

    pub(super) fn parents(&self, at: u32) -> &[u32] {
        let at = at as usize;
        let begin = at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or_default();
        let end = self.ends.get(at).copied().unwrap_or_default();
        self.parents.get(begin as usize..end as usize).unwrap_or_default()
    }

    pub(super) fn gap(&self, at: u32) -> Option<Gap> {
        if self.gaps.is_empty() { None } else { self.gaps.get(&at).copied() }
    }

    pub(super) fn has_gaps(&self) -> bool {
        !self.gaps.is_empty()
    }

    pub(super) fn push(&mut self, new: &New, parents: &[u32]) {
        let at = u32::try_from(self.ids.len()).unwrap_or(u32::MAX);
        self.places.insert(new.id, at);
        self.ids.push(new.id);
        self.generations.push(new.generation);
        self.times.push(new.time);
        self.parents.extend_from_slice(parents);
        self.ends.push(u32::try_from(self.parents.len()).unwrap_or(u32::MAX));
        if let Some(gap) = new.gap {
            self.gaps.insert(at, gap);
        }
    }

    /// As bytes: the ids that are not from here, then each commit with its parents, which are counted from the first
    /// commit here, those from elsewhere behind the last. `first`: where the commits here begin in the whole graph.
    pub(super) fn written(&self, first: u32, elsewhere: impl Fn(u32) -> Option<Oid>) -> Option<Vec<u8>> {
        let mut outside: HashMap<u32, u32> = HashMap::new();
        let mut out = Written::default();
        let count = u32::try_from(self.ids.len()).ok()?;
        for &parent in self.parents.iter().filter(|&&parent| parent < first) {
            let next = u32::try_from(outside.len()).ok()?.checked_add(count)?;
            if let std::collections::hash_map::Entry::Vacant(place) = outside.entry(parent) {
                out.id(&elsewhere(parent)?);
                place.insert(next);
            }
        }
        let mut all = Written::default();
        all.number(count);
        all.count(outside.len());
        all.0.append(&mut out.0);
        for at in 0..count {
            all.id(&self.id(at)?);
            all.number(self.generation(at)?);
            all.seconds(self.time(at)?);
            let parents = self.parents(at);
            all.count(parents.len());
            for parent in parents {
                all.number(match parent.checked_sub(first) {
                    Some(own) => own,
                    None => *outside.get(parent)?,
                });
            }
        }
        Some(all.0)
    }

    /// What [`Rest::written`] gave, in a graph that has `first` other commits; `None` if it does not fit to them.
    /// `elsewhere`: place and generation of one of those.
    pub(super) fn read(
        bytes: &[u8],
        width: usize,
        first: u32,
        elsewhere: impl Fn(&Oid) -> Option<(u32, u32)>,
    ) -> Option<Self> {
        let mut bytes = Bytes(bytes);
        let (count, outside) = (bytes.number()?, bytes.number()?);
        // Nothing is reserved on the word of a number alone.
        if (count as usize).saturating_mul(width) > bytes.0.len() {
            return None;
        }
        let mut others = Vec::new();
        for _ in 0..outside {
            others.push(elsewhere(&bytes.id(width)?)?);
        }
        let mut rest = Self { places: HashMap::with_capacity(count as usize), ..Self::default() };
        let mut parents = Vec::new();
        for _ in 0..count {
            let new =
                New { id: bytes.id(width)?, generation: bytes.number()?, time: bytes.seconds()?, gap: None };
            if elsewhere(&new.id).is_some() {
                return None;
            }
            parents.clear();
            for _ in 0..bytes.number()? {
                let parent = bytes.number()?;
                let (parent, below) = match parent.checked_sub(count) {
                    Some(other) => *others.get(other as usize)?,
                    None => (first.checked_add(parent)?, rest.generation(parent)?),
                };
                if below >= new.generation {
                    return None;
                }
                parents.push(parent);
            }
            if u64::from(new.generation) > u64::from(first) + u64::from(count) {
                return None;
            }
            rest.push(&new, &parents);
        }
        (bytes.0.is_empty() && rest.places.len() == rest.ids.len()).then_some(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(digit: u8) -> Oid {
        Oid::from_bytes(&[digit; 20]).unwrap()
    }

    #[test]
    fn what_is_kept_fits_to_what_git_has_written() {
        let mut rest = Rest::default();
        let new = |digit, generation: u32| New { id: id(digit), generation, time: -7, gap: None };
        rest.push(&new(3, 2), &[1, 0]);
        rest.push(&new(4, 3), &[2, 1]);
        let others = [id(1), id(2)];
        let bytes = rest.written(2, |at| others.get(at as usize).copied()).unwrap();
        let find = |id: &Oid| {
            let at = others.iter().position(|other| other == id)?;
            Some((u32::try_from(at).unwrap(), 1))
        };
        let back = Rest::read(&bytes, 20, 2, find).unwrap();
        assert_eq!((back.ids.clone(), back.times.clone()), (vec![id(3), id(4)], vec![-7, -7]));
        assert_eq!(
            (back.parents(0), back.parents(1), back.generation(1)),
            (&[1, 0][..], &[2, 1][..], Some(3))
        );
        assert_eq!(back.find(&id(4)), Some(1));
        // Git has written less, more, or something else meanwhile.
        assert!(Rest::read(&bytes, 20, 0, |_| None).is_none());
        assert!(
            Rest::read(&bytes, 20, 3, |other| if *other == id(3) { Some((2, 2)) } else { find(other) })
                .is_none()
        );
        let moved =
            Rest::read(&bytes, 20, 9, |other| find(other).map(|(at, level)| (at + 7, level))).unwrap();
        assert_eq!((moved.parents(0), moved.parents(1)), (&[8, 7][..], &[9, 8][..]));
        let higher = Rest::read(&bytes, 20, 2, |other| find(other).map(|(at, level)| (at, level + 1)));
        assert!(higher.is_none(), "a parent above its child");
        for length in 0..bytes.len() {
            assert!(Rest::read(&bytes[..length], 20, 2, find).is_none(), "{length} bytes");
        }
    }
}
