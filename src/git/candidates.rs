//! Commits of the base, by what they change besides the state: where the changes of branches are looked for.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::Repo;
use super::changed::Pair;
use super::differences::{Between, Change, known};
use super::landings::Told;
use super::prints::{Print, Prints, path};
use crate::error::Result;
use crate::model::facts::CommitId;
use crate::model::landing::Landing;

/// What is told while it is done.
const COMPARING: &str = "comparing commits on the base";
/// How many differences are held in memory at once, and how many are compared path by path for one branch.
pub(super) const AT_ONCE: usize = 2048;

/// A commit that the base has and not all forks of a branch have: what landed before the base was merged into the branch
/// counts, too.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub(super) commit: CommitId,
    /// Its first parent.
    pub(super) parent: Option<CommitId>,
    /// Where it came onto the base.
    pub(super) landing: Landing,
}

impl Candidate {
    pub(super) fn between(&self) -> Between<'_> {
        (self.parent.as_ref(), &self.commit)
    }
}

/// The folder of the state: it is other on every branch, and no part of the work.
const STATE: &[u8] = b".track/";

/// What commits change besides their work: the state, and the files that are made of it.
#[derive(Debug, Default)]
pub(super) struct Aside(HashSet<Vec<u8>>);

impl Aside {
    pub(super) fn new(paths: &[String]) -> Self {
        Self(paths.iter().map(|path| path.clone().into_bytes()).collect())
    }

    /// A number that another list does not have.
    pub(super) fn digest(&self) -> u64 {
        let mut all: Vec<&[u8]> = self.0.iter().map(Vec::as_slice).collect();
        all.sort_unstable();
        path(&all.join(&0))
    }

    fn is_work(&self, pair: &Pair) -> bool {
        !pair.path.starts_with(STATE) && !self.0.contains(&pair.path)
    }
}

/// Commits of the base by what they change, for many branches.
#[derive(Debug, Default)]
pub(super) struct Candidates {
    pub(super) aside: Rc<Aside>,
    all: Vec<(Candidate, Print)>,
    /// Their places, by the paths that they change.
    by_paths: HashMap<u64, Vec<usize>>,
}

impl Candidates {
    fn add(&mut self, candidate: Candidate, print: Print) {
        self.by_paths.entry(print.paths).or_default().push(self.all.len());
        self.all.push((candidate, print));
    }

    /// Those that change the same paths and landed within a depth.
    pub(super) fn alike(&self, paths: u64, within: u32) -> impl Iterator<Item = &(Candidate, Print)> {
        let places = self.by_paths.get(&paths).into_iter().flatten();
        let found = places.filter_map(|&place| self.all.get(place));
        found.filter(move |(candidate, _)| candidate.landing.depth < within)
    }
}

/// The paths that commits of the base change.
#[derive(Debug, Default)]
pub(super) struct Touched {
    paths: HashSet<u64>,
}

impl Touched {
    pub(super) fn may_hold(&self, name: &str) -> bool {
        // What was replaced in it may have been anything.
        name.contains(char::REPLACEMENT_CHARACTER) || self.paths.contains(&path(name.as_bytes()))
    }
}

impl Repo {
    /// Finds out what commits of the base change; `None` if that cannot be known.
    pub(super) fn candidates(
        &self,
        all: Vec<Candidate>,
        aside: &Rc<Aside>,
        prints: &mut Prints,
        told: Told,
    ) -> Result<Option<Candidates>> {
        let count = all.len();
        for (nth, some) in all.chunks(AT_ONCE).enumerate() {
            if nth > 0 {
                told(COMPARING, nth * AT_ONCE, count);
            }
            let between: Vec<Between<'_>> = some.iter().map(Candidate::between).collect();
            if !self.print(&between, aside, prints)? {
                return Ok(None);
            }
        }
        let mut candidates = Candidates { aside: Rc::clone(aside), ..Candidates::default() };
        for candidate in all {
            if let Some(print) = prints.get(self.raw_id(&candidate.commit)?) {
                candidates.add(candidate, print);
            }
        }
        Ok(Some(candidates))
    }

    /// The same, and which paths they touch; for commits that are new.
    pub(super) fn new_candidates(
        &self,
        all: Vec<Candidate>,
        aside: &Rc<Aside>,
    ) -> Result<Option<(Candidates, Touched)>> {
        let mut candidates = Candidates { aside: Rc::clone(aside), ..Candidates::default() };
        let mut touched = Touched::default();
        let mut all = all.into_iter().peekable();
        while all.peek().is_some() {
            let some: Vec<Candidate> = all.by_ref().take(AT_ONCE).collect();
            let between: Vec<Between<'_>> = some.iter().map(Candidate::between).collect();
            let Some(changes) = self.work(&between, aside)? else { return Ok(None) };
            for (candidate, change) in some.into_iter().zip(changes) {
                touched.paths.extend(change.iter().map(|pair| path(&pair.path)));
                candidates.add(candidate, Print::of(&change));
            }
        }
        Ok(Some((candidates, touched)))
    }

    /// Finds out the fingerprints of these commits; whether that was possible.
    pub(super) fn print(&self, commits: &[Between<'_>], aside: &Aside, prints: &mut Prints) -> Result<bool> {
        let mut new = Vec::new();
        for between in commits {
            if prints.get(self.raw_id(between.1)?).is_none() {
                new.push(*between);
            }
        }
        let Some(all) = self.printed(&new, aside)? else { return Ok(false) };
        for ((_, commit), print) in new.into_iter().zip(all) {
            prints.insert(self.raw_id(commit)?, print);
        }
        Ok(true)
    }

    /// What pairs of commits differ in as far as it is work; `None` when it cannot be known.
    pub(super) fn work(&self, pairs: &[Between<'_>], aside: &Aside) -> Result<Option<Vec<Change>>> {
        let mut changes = self.differences(pairs)?;
        for change in changes.iter_mut().flatten() {
            change.retain(|pair| aside.is_work(pair));
        }
        Ok(changes)
    }

    pub(super) fn printed(&self, all: &[Between<'_>], aside: &Aside) -> Result<Option<Vec<Print>>> {
        let mut prints = Vec::with_capacity(all.len());
        for some in all.chunks(AT_ONCE) {
            // What the boundary of a shallow clone changed is not known.
            for (_, commit) in some.iter().filter(|(before, _)| before.is_none()) {
                if known(self.begins(commit))?.is_none() {
                    return Ok(None);
                }
            }
            let Some(changes) = self.work(some, aside)? else { return Ok(None) };
            prints.extend(changes.iter().map(|change| Print::of(change)));
        }
        Ok(Some(prints))
    }
}
