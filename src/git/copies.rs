//! Whether the base holds the same changes as a branch in commits of its own: picked, rebased or squashed.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use indexmap::IndexSet;

use super::Repo;
use super::changed::Pair;
use super::differences::{Between, Change, known};
use super::landings::Told;
use super::merges::{Budget, onto, same};
use super::prints::{Print, Prints, path};
use crate::error::Result;
use crate::model::facts::{CommitId, MergeBase};
use crate::model::landing::{Copies, Landing, Work};

/// Of a branch with more own commits than this, fewer are looked for as the end of a squash.
const MANY: usize = 200;
/// So many then, from the tip along the first parents.
const LATEST: usize = 50;
/// What is told while it is done.
const COMPARING: &str = "comparing commits on the base";
/// How many differences are held in memory at once, and how many are compared path by path for one branch.
const AT_ONCE: usize = 2048;

/// A branch whose tip is not on the base.
#[derive(Clone, Copy, Debug)]
pub(super) struct Branch<'b> {
    /// The tip of the base.
    pub(super) base: &'b CommitId,
    /// The commits that the branch has and the base does not, children before parents.
    pub(super) own: &'b [Rc<Work>],
    /// Those along the first parents from the tip that `own` holds, the tip first.
    pub(super) line: &'b [CommitId],
    /// The commits of the base from which `own` starts.
    pub(super) forks: &'b [CommitId],
    /// Only what landed at a smaller depth is looked at: after the branch left the base.
    pub(super) within: u32,
}

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
    fn between(&self) -> Between<'_> {
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
    aside: Rc<Aside>,
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
    fn alike(&self, paths: u64, within: u32) -> impl Iterator<Item = &(Candidate, Print)> {
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
    fn may_hold(&self, name: &str) -> bool {
        // What was replaced in it may have been anything.
        name.contains(char::REPLACEMENT_CHARACTER) || self.paths.contains(&path(name.as_bytes()))
    }
}

/// A change of a branch that may stand on the base: of one commit, or of all since a fork.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) since: Option<CommitId>,
    pub(super) commit: CommitId,
    pub(super) print: Print,
    pub(super) squash: bool,
}

impl Part {
    fn between(&self) -> Between<'_> {
        (self.since.as_ref(), &self.commit)
    }
}

/// What was found for a branch, and what of it may be found later.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Copied {
    pub(super) copies: Copies,
    pub(super) parts: Vec<Part>,
}

/// What is found out while parts are compared.
struct Search {
    found: Copies,
    budget: Budget,
    /// Whether a comparison could not be made.
    undecided: bool,
}

impl Repo {
    /// The commits of the base that make the same change as own ones of a branch; `None` if that cannot be known.
    ///
    /// Two changes are the same when they change the same paths, and leave the same there or, where they began from
    /// different versions of a text, a merge of the one onto what the other began from gives what the other left,
    /// without a conflict. Who made them does not matter.
    ///
    /// The missing files of a partial clone leave it open whether two texts are the same; so do more comparisons for one
    /// branch than `AT_ONCE` and `Budget` allow. When that matters the answer is `None`; a branch of which all was found
    /// without them is told. Of a branch with more than 200 own commits, only the tip and the 49 before it are looked for as squashes.
    pub(super) fn copies(
        &self,
        branch: &Branch<'_>,
        candidates: &Candidates,
        prints: &mut Prints,
    ) -> Result<Option<Copied>> {
        if branch.line.is_empty() {
            return Ok(Some(Copied::default()));
        }
        let own = branch.single();
        let Some(mut starts) = self.starts(branch)? else { return Ok(None) };
        let whole: Vec<Between<'_>> = starts.first().cloned().unwrap_or_default();
        let aside = &candidates.aside;
        let Some(changes) = self.work(&whole, aside)? else { return Ok(None) };
        let is_changed = |print: Print| print != Print::of(&[]);
        if !self.print(&own, aside, prints)? {
            return Ok(None);
        }
        let mut parts = Vec::new();
        let mut search = Search { found: Copies::default(), budget: Budget::default(), undecided: false };
        starts.truncate(if branch.own.len() > MANY { LATEST } else { MANY });
        let starts: Vec<Between<'_>> = starts.into_iter().flatten().collect();
        let Some(squashes) = self.printed(&starts, aside)? else { return Ok(None) };
        for ((since, commit), print) in starts.into_iter().zip(squashes) {
            parts.push(Part { since: since.cloned(), commit: commit.clone(), print, squash: true });
        }
        for (since, commit) in own {
            let Some(print) = prints.get(self.raw_id(commit)?) else { continue };
            if is_changed(print) {
                parts.push(Part { since: since.cloned(), commit: commit.clone(), print, squash: false });
            } else {
                search.found.empty.push(commit.clone());
            }
        }
        parts.retain(|part| is_changed(part.print));
        if !parts.is_empty() {
            self.compare(&parts, (candidates, branch.within), &mut search)?;
        }
        let paths: BTreeSet<_> = changes.iter().flatten().map(|pair| pair.path.as_slice()).collect();
        search.found.paths = paths.iter().map(|path| String::from_utf8_lossy(path).into_owned()).collect();
        self.contain(branch, &whole, &changes, &mut search)?;
        let known = !search.undecided || search.covers(branch, &parts);
        Ok(known.then_some(Copied { copies: search.found, parts }))
    }

    /// Adds what of a branch stands on the base since it came forward; whether that is known. What `contained` says is
    /// looked at again where the base touched a path of the branch.
    pub(super) fn copied_since(
        &self,
        branch: &Branch<'_>,
        copied: &mut Copied,
        (candidates, touched): (&Candidates, &Touched),
    ) -> Result<bool> {
        let found = std::mem::take(&mut copied.copies);
        let mut search = Search { found, budget: Budget::default(), undecided: false };
        self.compare(&copied.parts, (candidates, branch.within), &mut search)?;
        if search.found.paths.iter().any(|path| touched.may_hold(path)) {
            let Some(starts) = self.starts(branch)? else { return Ok(false) };
            let whole: Vec<Between<'_>> = starts.first().cloned().unwrap_or_default();
            let Some(changes) = self.work(&whole, &candidates.aside)? else { return Ok(false) };
            search.found.contained = false;
            self.contain(branch, &whole, &changes, &mut search)?;
        }
        let known = !search.undecided || search.covers(branch, &copied.parts);
        copied.copies = search.found;
        Ok(known)
    }

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
    fn print(&self, commits: &[Between<'_>], aside: &Aside, prints: &mut Prints) -> Result<bool> {
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
    fn work(&self, pairs: &[Between<'_>], aside: &Aside) -> Result<Option<Vec<Change>>> {
        let mut changes = self.differences(pairs)?;
        for change in changes.iter_mut().flatten() {
            change.retain(|pair| aside.is_work(pair));
        }
        Ok(changes)
    }

    fn printed(&self, all: &[Between<'_>], aside: &Aside) -> Result<Option<Vec<Print>>> {
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

    fn compare(
        &self,
        parts: &[Part],
        (candidates, within): (&Candidates, u32),
        search: &mut Search,
    ) -> Result<()> {
        let alike = |part: &Part| candidates.alike(part.print.paths, within);
        let changes = self.to_compare(parts, &alike, &candidates.aside)?;
        for part in parts {
            let (mut found, mut undecided) = (Vec::new(), false);
            for (candidate, print) in alike(part) {
                let both = changes.get(&part.between()).zip(changes.get(&candidate.between()));
                let is_same = match both {
                    _ if *print == part.print => Some(true),
                    None => None,
                    Some((own, theirs)) => match same(own, theirs) {
                        Some(merges) => self.settle(&merges, &mut search.budget)?,
                        None => Some(false),
                    },
                };
                undecided |= is_same.is_none();
                found.extend(is_same.filter(|is_same| *is_same).map(|_| candidate.landing.clone()));
            }
            search.undecided |= undecided && found.is_empty();
            let list = if part.squash { &mut search.found.squashed } else { &mut search.found.picked };
            list.extend(found.into_iter().map(|landing| (part.commit.clone(), landing)));
        }
        Ok(())
    }

    /// The changes that have to be compared path by path; those that cannot be known, or are too many, are not there.
    fn to_compare<'c, I: Iterator<Item = &'c (Candidate, Print)>>(
        &self,
        parts: &'c [Part],
        alike: &dyn Fn(&'c Part) -> I,
        aside: &Aside,
    ) -> Result<HashMap<Between<'c>, Change>> {
        let mut wanted = IndexSet::new();
        for part in parts {
            for (candidate, _) in alike(part).filter(|(_, print)| *print != part.print) {
                wanted.insert(part.between());
                wanted.insert(candidate.between());
            }
        }
        let wanted: Vec<Between<'c>> = wanted.into_iter().take(AT_ONCE).collect();
        let changes = self.work(&wanted, aside)?.unwrap_or_default();
        Ok(wanted.into_iter().zip(changes).collect())
    }

    /// Finds out whether a merge of the branch into the base would change nothing.
    fn contain(
        &self,
        branch: &Branch<'_>,
        whole: &[Between<'_>],
        changes: &[Change],
        search: &mut Search,
    ) -> Result<()> {
        if search.found.paths.is_empty() {
            return Ok(());
        }
        let mut merges = Vec::new();
        for ((since, _), change) in whole.iter().zip(changes) {
            let pairs: Vec<&Pair> = change.iter().collect();
            let Some(versions) = self.versions(branch.base, *since, &pairs)? else {
                search.undecided = true;
                return Ok(());
            };
            for (pair, base) in pairs.into_iter().zip(versions) {
                let Some(merge) = onto(pair, base, base) else { return Ok(()) };
                merges.extend(merge);
            }
        }
        match self.come_out(&merges)? {
            Some(contained) => search.found.contained = contained,
            None => search.undecided = true,
        }
        Ok(())
    }

    /// Where each commit of the line starts from: the latest commits of the base that it has; of several, none has
    /// another in its past. `None` is nothing: a history of its own.
    fn starts<'b>(&self, branch: &Branch<'b>) -> Result<Option<Vec<Vec<Between<'b>>>>> {
        if branch.forks.len() < 2 {
            let fork = branch.forks.first();
            return Ok(Some(branch.line.iter().map(|commit| vec![(fork, commit)]).collect()));
        }
        let mut of: HashMap<&CommitId, Vec<&CommitId>> = HashMap::new();
        for work in branch.own.iter().rev() {
            let mut latest: Vec<&CommitId> = Vec::new();
            for parent in &work.parents {
                let own = of.get(parent).cloned();
                for fork in own.unwrap_or_else(|| vec![parent]) {
                    if self.add_latest(&mut latest, fork)?.is_none() {
                        return Ok(None);
                    }
                }
            }
            of.insert(&work.id, latest);
        }
        let starts = |commit: &'b CommitId| -> Vec<Between<'b>> {
            match of.get(commit).map(Vec::as_slice) {
                None | Some([]) => vec![(None, commit)],
                Some(forks) => forks.iter().map(|fork| (Some(*fork), commit)).collect(),
            }
        };
        Ok(Some(branch.line.iter().map(starts).collect()))
    }

    fn add_latest<'b>(&self, latest: &mut Vec<&'b CommitId>, new: &'b CommitId) -> Result<Option<()>> {
        let mut kept = Vec::new();
        for old in latest.iter().copied() {
            match known(self.merge_base(old, new))? {
                None | Some(MergeBase::Unknown) => return Ok(None),
                Some(MergeBase::Found(base)) if base == *new => return Ok(Some(())),
                Some(MergeBase::Found(base)) if base == *old => {}
                Some(_) => kept.push(old),
            }
        }
        kept.push(new);
        *latest = kept;
        Ok(Some(()))
    }
}

impl<'b> Branch<'b> {
    /// The own commits that are no merges, each with its parent.
    fn single(&self) -> Vec<Between<'b>> {
        let all = self.own.iter().filter(|work| !work.is_merge());
        all.map(|work| (work.parents.first(), &work.id)).collect()
    }
}

impl Search {
    /// Whether all of the branch was found.
    fn covers(&self, branch: &Branch<'_>, parts: &[Part]) -> bool {
        let squashed = self.found.squashed.iter().any(|(commit, _)| branch.line.first() == Some(commit));
        let picked: HashSet<&CommitId> = self.found.picked.iter().map(|(commit, _)| commit).collect();
        let mut single = parts.iter().filter(|part| !part.squash).peekable();
        squashed || single.peek().is_some() && single.all(|part| picked.contains(&part.commit))
    }
}
