//! What one commit has in its history and another one has not: each commit is read once, and none below the other one
//! where it cannot matter.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use git2::{ObjectType, Odb, OdbObject, Oid, Repository};

use super::graph::header;
use super::{Repo, Trouble};
use crate::error::Error;

/// In the history of the commit that was asked for.
const OURS: u8 = 1;
/// In the history of the parents of the other one.
const THEIRS: u8 = 2;
/// Taken out of the queue.
const DONE: u8 = 4;

/// How far clocks may be apart, in seconds, and how many commits in a row may be older than those below them: git allows
/// for five and no time.
const APART: i64 = 24 * 60 * 60;
const ASTRAY: usize = 32;

/// A walk through histories that keeps what it has read for the next one.
pub(super) struct Walk<'l> {
    objects: Odb<'l>,
    format: git2::ObjectFormat,
    /// The commits whose parents are not here.
    shallow: HashSet<Oid>,
    places: HashMap<Oid, usize>,
    nodes: Vec<Node>,
}

/// A commit, by its place.
pub(super) struct Node {
    pub(super) id: Oid,
    /// The places of its parents; `None`: it was not read yet.
    parents: Option<Vec<usize>>,
    time: i64,
    /// Whether it has parents that this clone does not know.
    pub(super) cut_off: bool,
}

/// What came out of a walk.
pub(super) struct Between {
    /// Whether the one commit has the other one in its history.
    pub(super) has: bool,
    /// What it has and the other one has not, children before parents, the newest first. When it does not have the other
    /// one, what was taken for that by the time that this was clear, in any order.
    pub(super) own: Vec<usize>,
}

/// Where a walk is.
#[derive(Default)]
struct Way {
    marks: Vec<u8>,
    queue: BinaryHeap<(i64, Reverse<usize>, usize)>,
    pushed: usize,
    /// How many in the queue are ours and not theirs.
    open: usize,
    seen: Vec<usize>,
}

impl<'l> Walk<'l> {
    pub(super) fn new(repo: &Repo, lib: &'l Repository) -> Result<Self, Trouble> {
        Ok(Self {
            objects: lib.odb()?,
            format: repo.format,
            shallow: repo.cut_off()?,
            places: HashMap::new(),
            nodes: Vec::new(),
        })
    }

    /// The commit at a place.
    pub(super) fn node(&self, at: usize) -> Result<&Node, Trouble> {
        self.nodes.get(at).ok_or_else(|| Error::bug("a walk has lost a commit").into())
    }

    /// The parents of a commit, as far as this clone knows them.
    pub(super) fn parents(&mut self, at: usize) -> Result<Vec<usize>, Trouble> {
        self.read(at)?;
        Ok(self.node(at)?.parents.clone().unwrap_or_default())
    }

    /// A commit as it is stored. libgit2 still has what was just read.
    pub(super) fn stored(&self, id: Oid) -> Result<OdbObject<'_>, Trouble> {
        let found = self.objects.read(id)?;
        if found.kind() == ObjectType::Commit {
            return Ok(found);
        }
        Err(Error::repository(format!("object {id} is no commit")).into())
    }

    /// What `to` has in its history and `since` has not; all of it without one.
    ///
    /// Walked is what `to` has and the *parents* of `since` have not: it has `since` in its history if and only if that
    /// comes up itself, whatever the clocks of those were who made the commits.
    pub(super) fn between(&mut self, to: Oid, since: Option<Oid>) -> Result<Between, Trouble> {
        let (to, since) = (self.place(to), since.map(|id| self.place(id)));
        let mut way = Way::default();
        self.push(&mut way, to, OURS)?;
        if let Some(since) = since {
            for parent in self.parents(since)? {
                self.push(&mut way, parent, THEIRS)?;
            }
        }
        while way.open > 0 && self.step(&mut way)? {}
        let has = since.is_some_and(|since| way.is_own(since));
        way.seen.retain(|&at| is_own(&way.marks, at));
        if since.is_some() && !has {
            return Ok(Between { has, own: way.seen });
        }
        let mut own = self.ordered(&way)?;
        if let Some(since) = since {
            self.settle(&mut way, since, &own)?;
            own.retain(|&at| at != since && way.is_own(at));
        }
        Ok(Between { has, own })
    }

    /// Goes on until nothing of what is taken for our own will turn out to be theirs.
    ///
    /// What comes after `since` cannot be theirs. The rest is once all of them that wait are older: no parent is newer
    /// than its child, by right.
    fn settle(&mut self, way: &mut Way, since: usize, own: &[usize]) -> Result<(), Trouble> {
        let mut after = HashSet::from([since]);
        let mut oldest = None;
        for &at in own.iter().rev() {
            let node = self.node(at)?;
            if node.parents.iter().flatten().any(|parent| after.contains(parent)) {
                after.insert(at);
            } else if at != since {
                oldest = Some(oldest.map_or(node.time, |time: i64| time.min(node.time)));
            }
        }
        let Some(oldest) = oldest else { return Ok(()) };
        let mut astray = 0;
        while let Some((time, ..)) = way.queue.peek()
            && astray < ASTRAY
        {
            astray = if time.saturating_add(APART) < oldest { astray + 1 } else { 0 };
            self.step(way)?;
        }
        Ok(())
    }

    /// Takes the newest commit out of the queue and puts its parents in; false when there is none.
    fn step(&mut self, way: &mut Way) -> Result<bool, Trouble> {
        let Some((.., at)) = way.queue.pop() else { return Ok(false) };
        way.add(at, DONE);
        if way.is_own(at) {
            way.open -= 1;
            way.seen.push(at);
        }
        let mark = if way.is_own(at) { OURS } else { THEIRS };
        for parent in self.parents(at)? {
            self.push(way, parent, mark)?;
        }
        Ok(true)
    }

    /// Marks a commit and queues it; the mark of the others goes on to where the walk has been.
    fn push(&mut self, way: &mut Way, at: usize, mark: u8) -> Result<(), Trouble> {
        let mut all = vec![at];
        while let Some(at) = all.pop() {
            let before = way.get(at);
            if before & mark != 0 || (mark == OURS && before & THEIRS != 0) {
                continue;
            }
            way.add(at, mark);
            if before == 0 {
                self.read(at)?;
                way.pushed += 1;
                way.queue.push((self.node(at)?.time, Reverse(way.pushed), at));
                way.open += usize::from(mark == OURS);
            } else if before & DONE != 0 {
                all.extend(self.parents(at)?);
            } else {
                way.open -= 1;
            }
        }
        Ok(())
    }

    /// What was seen, children before parents; what that leaves open is decided as git does with `--date-order`.
    fn ordered(&self, way: &Way) -> Result<Vec<usize>, Trouble> {
        let mut children: HashMap<usize, usize> = way.seen.iter().map(|&at| (at, 0)).collect();
        for &at in &way.seen {
            for parent in self.node(at)?.parents.iter().flatten() {
                children.entry(*parent).and_modify(|count| *count += 1);
            }
        }
        let mut pushed = 0;
        let mut queue = BinaryHeap::new();
        for &at in way.seen.iter().filter(|at| children.get(at) == Some(&0)) {
            pushed += 1;
            queue.push((self.node(at)?.time, Reverse(pushed), at));
        }
        let mut ordered = Vec::with_capacity(way.seen.len());
        while let Some((.., at)) = queue.pop() {
            ordered.push(at);
            for &parent in self.node(at)?.parents.iter().flatten() {
                let Some(count) = children.get_mut(&parent) else { continue };
                *count = count.saturating_sub(1);
                if *count == 0 {
                    pushed += 1;
                    queue.push((self.node(parent)?.time, Reverse(pushed), parent));
                }
            }
        }
        Ok(ordered)
    }

    fn place(&mut self, id: Oid) -> usize {
        let next = self.nodes.len();
        let at = *self.places.entry(id).or_insert(next);
        if at == next {
            self.nodes.push(Node { id, parents: None, time: 0, cut_off: false });
        }
        at
    }

    fn read(&mut self, at: usize) -> Result<(), Trouble> {
        let node = self.node(at)?;
        if node.parents.is_some() {
            return Ok(());
        }
        let id = node.id;
        let read = header(self.stored(id)?.data(), self.format);
        let mut header = read.ok_or_else(|| Error::repository(format!("commit {id} cannot be read")))?;
        let cut_off = !header.parents.is_empty() && self.shallow.contains(&id);
        if cut_off {
            header.parents.clear();
        }
        let parents = header.parents.into_iter().map(|id| self.place(id)).collect();
        if let Some(node) = self.nodes.get_mut(at) {
            *node = Node { id, parents: Some(parents), time: header.time, cut_off };
        }
        Ok(())
    }
}

impl Way {
    fn get(&self, at: usize) -> u8 {
        self.marks.get(at).copied().unwrap_or_default()
    }

    fn add(&mut self, at: usize, mark: u8) {
        if at >= self.marks.len() {
            self.marks.resize(at + 1, 0);
        }
        if let Some(marks) = self.marks.get_mut(at) {
            *marks |= mark;
        }
    }

    fn is_own(&self, at: usize) -> bool {
        is_own(&self.marks, at)
    }
}

fn is_own(marks: &[u8], at: usize) -> bool {
    marks.get(at).is_some_and(|marks| marks & (OURS | THEIRS) == OURS)
}
