//! Which changes of branches stand on the base under other commits, and which commits only write the state down.

use std::rc::Rc;

use git2::Oid;

use super::super::candidates::{Candidate, Candidates};
use super::super::copies::{Branch, Copied};
use super::super::differences::{Between, known};
use super::super::prints::Prints;
use super::super::{Repo, Trouble};
use super::survey::Survey;
use super::works::{Told, commit_id};
use crate::error::Result;
use crate::files::Cache;
use crate::model::facts::CommitId;
use crate::model::landing::{Landing, Work};

/// The folder of the state.
const STATE: &str = ".track";

/// The fingerprints of commits, in the cache.
pub(super) const PRINTS: &str = "prints-";

/// So many tables of them are kept, for other lists of files that are no work.
const TABLES: usize = 2;

/// A commit that changes more than this besides the state is work, whatever it is.
const FEW: usize = 16;

/// What a commit changes.
#[derive(Debug, PartialEq, Eq)]
enum Beside {
    /// Nobody can look.
    Unread,
    /// Not the state, or much besides.
    Work,
    /// The state, and these few paths.
    State(Vec<String>),
}

impl Survey<'_> {
    /// Finds out, for tips that the base has not, what of them stands there under other commits.
    pub(super) fn copied(&mut self, cache: Option<&Cache>, told: Told) -> Result<()> {
        self.copied_since()?;
        let open = |id: &Oid| {
            self.known.tips.all.get(id).is_some_and(|facts| !facts.own.is_empty() && facts.copies.is_none())
        };
        let tips: Vec<Oid> = self.wanted.tips.iter().copied().filter(|id| open(id)).collect();
        if tips.is_empty() {
            return Ok(());
        }
        let width = self.repo.width();
        let aside = Rc::clone(&self.wanted.aside);
        let name = format!("{PRINTS}{:016x}", aside.digest());
        let kept = cache.and_then(|cache| Prints::decode(&cache.load(&name)?, width));
        let mut prints = kept.unwrap_or_else(|| Prints::new(width));
        let mut within: Vec<(Oid, u32)> = Vec::with_capacity(tips.len());
        for id in tips {
            within.push((id, self.left_at(&id)?));
        }
        let deepest = within.iter().map(|(_, depth)| *depth).max().unwrap_or_default();
        let candidates = self.candidates(deepest)?;
        let candidates = self.repo.candidates(candidates, &aside, &mut prints, told)?;
        if let Some(candidates) = &candidates {
            Repo::keeping_nothing(|| {
                let mut each = within.into_iter();
                each.try_for_each(|(id, within)| self.copied_of(id, within, candidates, &mut prints))
            })?;
        }
        if let Some(cache) = cache.filter(|_| prints.fresh() > 0) {
            cache.store(&name, &prints.encode());
            cache.keep(PRINTS, TABLES);
        }
        Ok(())
    }

    // What was known for an older tip of the base: only what came since can be more.
    fn copied_since(&mut self) -> Result<()> {
        let steps = std::mem::take(&mut self.known.tips.moved);
        let older: Vec<Oid> = self.known.tips.copied.keys().copied().collect();
        if steps == 0 || older.is_empty() {
            return Ok(());
        }
        let found = self.repo.new_candidates(self.candidates(steps)?, &Rc::clone(&self.wanted.aside))?;
        let base = commit_id(&self.graph.id(self.base))?;
        for id in older {
            let Some(facts) = self.known.tips.all.get_mut(&id) else { continue };
            let Some(parts) = self.known.tips.copied.remove(&id) else { continue };
            let (Some((candidates, touched)), Some(copies)) = (&found, facts.copies.take()) else { continue };
            let branch = Branch {
                base: &base,
                own: &facts.own,
                line: &facts.line,
                forks: &facts.forks,
                within: steps,
            };
            let mut copied = Copied { copies, parts };
            if self.repo.copied_since(&branch, &mut copied, (candidates, touched))? {
                facts.copies = Some(copied.copies);
                self.known.tips.copied.insert(id, copied.parts);
            }
        }
        Ok(())
    }

    fn copied_of(
        &mut self,
        id: Oid,
        within: u32,
        candidates: &Candidates,
        prints: &mut Prints,
    ) -> Result<()> {
        let repo = self.repo;
        let base = commit_id(&self.graph.id(self.base))?;
        let Some(facts) = self.known.tips.all.get_mut(&id) else { return Ok(()) };
        let branch = Branch { base: &base, own: &facts.own, line: &facts.line, forks: &facts.forks, within };
        if let Some(copied) = repo.copies(&branch, candidates, prints)? {
            facts.copies = Some(copied.copies);
            self.known.tips.copied.insert(id, copied.parts);
            // Without trees it is not known either what only writes the state down.
            repo.mark_state(facts.own.iter_mut().map(Rc::make_mut))?;
        }
        Ok(())
    }

    /// How deep on the base the latest commit is from which the tip starts.
    fn left_at(&mut self, tip: &Oid) -> Result<u32> {
        let forks = self.known.tips.all.get(tip).map(|facts| facts.forks.clone()).unwrap_or_default();
        let mut deepest: Option<u32> = None;
        for fork in &forks {
            let place = self.graph.find(&self.repo.raw_id(fork)?);
            let depth = place.and_then(|place| self.reach.landing(place)).map(|(depth, _)| depth);
            deepest = deepest.max(depth);
        }
        // A history of its own may be on the base from its beginning.
        Ok(deepest.unwrap_or(u32::MAX))
    }

    fn candidates(&mut self, within: u32) -> Result<Vec<Candidate>> {
        let stop = self.reach.on_chain(within);
        let places = self.beyond(stop.as_slice());
        let mut all = Vec::with_capacity(places.len());
        for at in places {
            let Some((depth, commit)) = self.reach.landing(at) else { continue };
            let parent = self.graph.first_parent(at).map(|at| commit_id(&self.graph.id(at))).transpose()?;
            all.push(Candidate {
                commit: commit_id(&self.graph.id(at))?,
                parent,
                landing: Landing {
                    commit: commit_id(&self.graph.id(commit))?,
                    at: self.graph.time(commit),
                    depth,
                },
            });
        }
        Ok(all)
    }
}

impl Repo {
    /// Fills in what commits change besides the state, where they touch it. Nothing is asked about merges.
    pub(super) fn mark_state<'w>(&self, works: impl Iterator<Item = &'w mut Work>) -> Result<()> {
        for work in works.filter(|work| !work.is_merge()) {
            let found = self.beside((work.parents.first(), &work.id))?;
            work.unread = found == Beside::Unread;
            work.beside_state = if let Beside::State(others) = found { Some(others) } else { None };
        }
        Ok(())
    }

    fn beside(&self, (before, after): Between<'_>) -> Result<Beside> {
        let touches = self.read_objects(
            |lib| {
                let state = |id: &CommitId| -> Result<Option<Oid>, Trouble> {
                    let tree = lib.find_commit(super::super::trees::oid(lib, id.as_str())?)?.tree()?;
                    Ok(tree.get_name(STATE).map(|entry| entry.id()))
                };
                Ok(before.map(state).transpose()?.flatten() != state(after)?)
            },
            || self.is_expected_here().map(|()| true),
        );
        match known(touches)? {
            None => return Ok(Beside::Unread),
            Some(false) => return Ok(Beside::Work),
            Some(true) => {}
        }
        let Some(changes) = self.differences(&[(before, after)])? else { return Ok(Beside::Unread) };
        let paths = changes.iter().flatten().map(|pair| String::from_utf8_lossy(&pair.path).into_owned());
        let (state, others): (Vec<String>, Vec<String>) =
            paths.partition(|path| path.strip_prefix(STATE).is_some_and(|rest| rest.starts_with('/')));
        let little = !state.is_empty() && others.len() <= FEW;
        Ok(if little { Beside::State(others) } else { Beside::Work })
    }
}
