//! Whether the base holds the same changes as a branch in commits of its own: picked, rebased or squashed.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use indexmap::IndexSet;

use super::Repo;
use super::candidates::{AT_ONCE, Aside, Candidate, Candidates, Touched};
use super::changed::Pair;
use super::differences::{Between, Change, known};
use super::merges::{Budget, onto, same};
use super::prints::{Print, Prints};
use crate::error::Result;
use crate::model::facts::{CommitId, MergeBase};
use crate::model::landing::{Copies, Work};

/// Of a branch with more own commits than this, fewer are looked for as the end of a squash.
const MANY: usize = 200;
/// So many then, from the tip along the first parents.
const LATEST: usize = 50;

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
        search.order(branch);
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
        search.order(branch);
        copied.copies = search.found;
        Ok(known)
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
    /// The same order however it was found: the tip first, and of its copies the latest.
    fn order(&mut self, branch: &Branch<'_>) {
        let places: HashMap<&CommitId, usize> =
            branch.own.iter().enumerate().map(|(place, work)| (&work.id, place)).collect();
        for list in [&mut self.found.picked, &mut self.found.squashed] {
            list.sort_by_key(|(id, landing)| {
                (places.get(id).copied(), landing.depth, landing.commit.clone())
            });
        }
    }

    /// Whether all of the branch was found.
    fn covers(&self, branch: &Branch<'_>, parts: &[Part]) -> bool {
        let squashed = self.found.squashed.iter().any(|(commit, _)| branch.line.first() == Some(commit));
        let picked: HashSet<&CommitId> = self.found.picked.iter().map(|(commit, _)| commit).collect();
        let mut single = parts.iter().filter(|part| !part.squash).peekable();
        squashed || single.peek().is_some() && single.all(|part| picked.contains(&part.commit))
    }
}
