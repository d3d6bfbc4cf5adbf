//! How the work of items stands: what is asked of git, and what that means.

mod lines;
mod numbers;
mod told;
mod trees;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;
use std::time::Duration;

use crate::derive::board::Board;
use crate::derive::drift::{self, Drift, Seen};
use crate::derive::stage::{Grade, Known, Line, Stage, Standing, scope, strays};
use crate::derive::words::several;
use crate::derive::world::{Spot, World};
use crate::error::{Error, Result};
use crate::git::{Asked, Repo};
use crate::model::config::Config;
use crate::model::facts::{Branch, CommitId};
use crate::model::landing::{Gap, Landscape, Work};
use crate::process::Until;

use super::base::{self, Remotes};
use super::context::Context;
use super::session::Session;

use lines::{Lines, lines};
pub(super) use numbers::{Numbers, numbers};
pub(super) use told::About;
pub(super) use trees::Beside;

/// Of which items it is asked how they stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    /// Of all in workflows that are not closed.
    Open,
    /// Of one, and of what it needs.
    One(Spot),
}

/// How the work of items stands.
pub(super) struct Standings {
    /// The base as it is called here: `main`, or `origin/main` where that has more.
    pub(super) base: String,
    /// Its tip.
    pub(super) tip: Option<CommitId>,
    /// Each item that was asked for.
    pub(super) of: BTreeMap<Spot, Standing>,
    /// Where what is declared differs, the gravest first; what is accepted too.
    pub(super) drift: Vec<Drift>,
    /// The worktrees that were looked into, this one left out.
    pub(super) beside: Vec<Beside>,
    /// Whether it was looked into worktrees, whose files change at any time.
    pub(super) looked_into: bool,
    /// Whether it rests on commits that perhaps no ref holds, which git may throw away.
    pub(super) on_remains: bool,
    /// Why git could not be asked.
    pub(super) trouble: Option<String>,
    /// Whether that is a setting that is wrong: there is work, and no base.
    pub(super) misled: bool,
}

impl Standings {
    /// Why git cannot tell about all or some of the items.
    pub(super) fn untold(&self) -> Option<String> {
        let unknown = || self.of.values().filter(|standing| standing.stage == Stage::Unknown);
        let count = unknown().filter(|standing| standing.gap.is_some()).count();
        let why = unknown().find_map(|standing| standing.gap).map(Gap::words);
        let items = several(count, "item");
        self.trouble.clone().or_else(|| Some(format!("{items}: {}", why?)))
    }

    /// The differences, and that nothing could be compared.
    pub(super) fn with_trouble(self) -> Vec<Drift> {
        let trouble = self.trouble.filter(|_| self.misled);
        self.drift.into_iter().chain(trouble.map(|trouble| drift::no_base(&self.base, &trouble))).collect()
    }

    /// The differences that somebody should know of, and has not accepted.
    pub(super) fn loud(&self) -> impl Iterator<Item = &Drift> {
        self.drift.iter().filter(|drift| drift.accepted.is_none())
    }
}

/// What git knows about one item: how it stands, and how much it is.
pub(super) fn of_one(here: Here, world: &World, spot: Spot) -> Result<(Standings, Standing, Numbers)> {
    let mut found = standings(here, world, Of::One(spot))?;
    let standing = found.of.remove(&spot);
    let standing = standing.ok_or_else(|| Error::bug("an item was not judged that was asked for"))?;
    let numbers = numbers(here, world, (spot, &standing), found.tip.as_ref());
    Ok((found, standing, numbers))
}

/// The branches of each item.
type ByItem = HashMap<Spot, Vec<Line>>;

/// How many of the commits that were made on a branch are looked for on the base.
const MADE: usize = 20;

/// What is asked, and about which version of the state.
#[derive(Clone, Copy)]
pub(super) struct Here<'s> {
    pub(super) context: &'s Context,
    pub(super) repo: &'s Repo,
    pub(super) config: &'s Config,
    /// Until when worktrees are waited for.
    pub(super) until: Until,
    /// Whether all worktrees are looked into, not those of items only.
    pub(super) everywhere: bool,
}

/// Whoever decides by the answer waits for it.
const PATIENCE: Duration = Duration::from_secs(120);

impl<'s> Here<'s> {
    /// The state of a session.
    pub(super) fn of(context: &'s Context, session: &'s Session) -> Self {
        Self::new(context, &session.store.repo, &session.snapshot.config)
    }

    /// A version of the state that is read with this configuration.
    pub(super) fn new(context: &'s Context, repo: &'s Repo, config: &'s Config) -> Self {
        Self { context, repo, config, until: Until::after(PATIENCE), everywhere: false }
    }
}

/// Asks git how the work of items stands.
pub(super) fn standings(here: Here, world: &World, of: Of) -> Result<Standings> {
    let repo = here.repo;
    // A branch that fits an item of another workflow, too, is neither's.
    let counts = |board: usize| {
        let open = world.boards.get(board).is_some_and(|board| !board.root().state.is_closed());
        open || matches!(of, Of::One(spot) if spot.board == board)
    };
    let branches = repo.branches()?;
    let name = base::name(repo, here.config)?;
    let remotes = Remotes::of(repo)?;
    let mut bases = match &name {
        Some(name) => base::places(repo, (&branches, &remotes), name)?,
        None => Vec::new(),
    };
    let mut seen = HashSet::new();
    bases.retain(|base| seen.insert(&base.commit));
    let asked = repo.asked_to_review()?;
    let mut found = lines(world, (&branches, &remotes), name.as_deref(), &counts, &asked);
    let beside = trees::look(here, world, &mut found.of)?;
    let remains = repo.left_behind(&branches)?;
    let on_remains = !(remains.is_empty() && found.of.is_empty());
    for left in remains {
        found.add_gone(world, &counts, left, &|id| repo.has_commit(id));
    }
    let asking = Asking { here, world, of, counts: &counts };
    let mut standings = match best(&asking, &bases, &found)? {
        Some(standings) => standings,
        None => asking.without_base(&found, name.as_deref()),
    };
    let unknown = standings.of.values().any(|standing| standing.gap.is_some());
    standings.on_remains = on_remains || unknown;
    standings.looked_into = !beside.is_empty() || found.of.values().flatten().any(|line| line.tree.is_some());
    asking.compare(&mut standings, &found);
    standings.beside = beside;
    if of == Of::Open {
        standings.drift.extend(found.drift);
    }
    standings.drift.sort_by_key(|drift| std::cmp::Reverse(drift.weight));
    Ok(standings)
}

/// Of two places where the base stands the one that has the other decides; where each has something of its own, what is
/// on either counts as landed, and what either took back as taken back.
fn best(asking: &Asking, bases: &[&Branch], lines: &Lines) -> Result<Option<Standings>> {
    let mut best: Option<Standings> = None;
    let mut older: HashSet<CommitId> = HashSet::new();
    for base in bases {
        if older.contains(&base.commit) {
            continue;
        }
        let others: Vec<CommitId> = bases.iter().map(|other| other.commit.clone()).collect();
        let (landscape, found) = asking.on(base, &others, lines)?;
        let facts = |id: &CommitId| landscape.tips.get(id).filter(|_| *id != base.commit);
        older.extend(
            others.iter().filter(|id| facts(id).is_some_and(|facts| facts.landing.is_some())).cloned(),
        );
        if others.iter().any(|id| facts(id).is_some_and(|facts| facts.forks.contains(&base.commit))) {
            continue;
        }
        best = Some(match best {
            None => found,
            Some(before) => further(before, found),
        });
    }
    Ok(best)
}

fn further(mut before: Standings, other: Standings) -> Standings {
    for (spot, standing) in other.of {
        let known = before.of.entry(spot).or_insert_with(|| standing.clone());
        let rank = |standing: &Standing| match standing.stage {
            Stage::Unknown => 0,
            Stage::Reverted => 2,
            _ => 1,
        };
        if (rank(&standing), standing.stage) > (rank(known), known.stage) {
            *known = standing;
        }
    }
    before.drift.extend(other.drift);
    before
}

/// What the questions to git are about.
struct Asking<'s, 'w, 'a> {
    here: Here<'s>,
    world: &'w World<'a>,
    of: Of,
    counts: &'s dyn Fn(usize) -> bool,
}

impl Asking<'_, '_, '_> {
    fn on(&self, base: &Branch, others: &[CommitId], found: &Lines) -> Result<(Landscape, Standings)> {
        let tips =
            found.of.values().flatten().flat_map(|line| line.tips.iter().map(|tip| tip.commit.clone()));
        let tips: Vec<CommitId> = tips.chain(others.iter().cloned()).collect();
        let mut landscape = self.landscape(base, &tips)?;
        let mut of = self.judged(&landscape, &found.of, None);
        let (lines, more) = self.remembered(&landscape, &of, &found.of)?;
        if !more.is_empty() {
            // All at once, so that what is kept of the others stays kept.
            let all: Vec<CommitId> = tips.iter().chain(&more).cloned().collect();
            landscape = self.landscape(base, &all)?;
        }
        if !lines.is_empty() {
            let again: HashSet<Spot> = lines.keys().copied().collect();
            let mut all = found.of.clone();
            all.extend(lines);
            of.extend(self.judged(&landscape, &all, Some(&again)));
        }
        let drift = self.strays(&landscape);
        let tip = Some(base.commit.clone());
        let standings = Standings {
            base: base.name.clone(),
            tip,
            of,
            drift,
            beside: Vec::new(),
            looked_into: false,
            on_remains: false,
            trouble: None,
            misled: false,
        };
        Ok((landscape, standings))
    }

    fn landscape(&self, base: &Branch, tips: &[CommitId]) -> Result<Landscape> {
        let repo = self.here.repo;
        let since = self.here.config.derive.since.as_deref();
        let since = since.map(|rev| repo.resolve(rev)).transpose()?;
        let wanted = |how, text: &str| scope(self.world, how, text);
        let rendered = self.world.rendered();
        let aside: Vec<String> = rendered.iter().map(ToString::to_string).collect();
        let mut bar = self.here.context.progress();
        repo.landscape(
            &Asked { base: &base.commit, tips, wanted: &wanted, aside: &aside, since: since.as_ref() },
            &mut |what, done, of| bar.tell(what, done, of),
        )
    }

    fn judged(
        &self,
        landscape: &Landscape,
        lines: &HashMap<Spot, Vec<Line>>,
        only: Option<&HashSet<Spot>>,
    ) -> BTreeMap<Spot, Standing> {
        let repo = self.here.repo;
        let takes_in = |landing: &Work, others: &[&Work]| repo.takes_in(landing, others).ok().flatten();
        let called = self.here.config.versions.values().map(|group| group.tag().to_owned()).collect();
        let known = Known::new(self.world, self.counts, landscape, lines, &takes_in).released_as(called);
        let spots = self.spots().filter(|spot| only.is_none_or(|only| only.contains(spot)));
        spots.map(|spot| (spot, known.standing(spot))).collect()
    }

    fn spots(&self) -> impl Iterator<Item = Spot> {
        // What an item needs may stand in another workflow.
        let needed = |at: usize, index: usize| {
            let nodes = self.world.boards.get(at).into_iter().flat_map(Board::nodes);
            let mut needs = nodes.flat_map(|(_, node)| &node.item.needs);
            needs.any(|need| self.world.resolve_need(at, need).is_some_and(|(board, _)| board == index))
        };
        let meant = move |index: usize| match self.of {
            Of::Open => (self.counts)(index),
            Of::One(spot) => spot.board == index || needed(spot.board, index),
        };
        let boards = self.world.boards.iter().enumerate().filter(move |(index, _)| meant(*index));
        boards.flat_map(|(board, laid)| laid.nodes().map(move |(place, _)| Spot { board, place }))
    }

    // Where the facts leave open whether anybody worked on a branch, this clone may remember what was made on it.
    fn remembered(
        &self,
        landscape: &Landscape,
        of: &BTreeMap<Spot, Standing>,
        lines: &HashMap<Spot, Vec<Line>>,
    ) -> Result<(ByItem, Vec<CommitId>)> {
        let mut open: HashMap<Spot, Vec<Line>> = HashMap::new();
        let mut commits = Vec::new();
        for (spot, lines) in lines {
            let undecided = of.get(spot).is_some_and(|standing| {
                let sure = standing.evidence.iter().any(|evidence| evidence.grade > Grade::Weak);
                !sure && !standing.stage.is_landed()
            });
            if !undecided {
                continue;
            }
            let mut lines = lines.clone();
            for line in &mut lines {
                if line.gone {
                    commits.extend(line.made.iter().take(MADE).cloned());
                } else if line.tips.iter().any(|tip| tip.remote.is_none()) {
                    line.made = self.here.repo.made_on(&line.name)?;
                    line.made.truncate(MADE);
                    commits.extend(line.made.iter().cloned());
                }
            }
            if lines.iter().any(|line| !line.made.is_empty()) {
                open.insert(*spot, lines);
            }
        }
        commits.retain(|commit| !landscape.tips.contains_key(commit));
        Ok((open, commits))
    }

    // Names in trailers that mean nothing: on the base, and on branches, where they can still be mended.
    fn strays(&self, landscape: &Landscape) -> Vec<Drift> {
        let landed = landscape.landed.iter().map(|landed| (&landed.commit, true));
        let waiting = landscape.tips.values().flat_map(|facts| &facts.own).map(|work| (work, false));
        let mut seen = HashSet::new();
        let all = landed.chain(waiting).filter(|(work, _)| seen.insert(&work.id));
        let told = |(work, on_base): (&Rc<Work>, bool)| {
            strays(self.world, work).into_iter().map(move |stray| drift::stray(self.world, &stray, on_base))
        };
        all.flat_map(told).collect()
    }

    fn without_base(&self, found: &Lines, name: Option<&str>) -> Standings {
        let landscape = Landscape::default();
        let mut of = self.judged(&landscape, &found.of, None);
        // Before the first commit nothing can have landed.
        let born = self.here.repo.head().is_ok_and(|head| head.commit().is_some());
        for standing in of.values_mut().filter(|_| born) {
            standing.stage = Stage::Unknown;
        }
        let name = name.unwrap_or("main").to_owned();
        let trouble = born.then(|| format!("there is no branch {name} that work could land on"));
        Standings {
            base: name,
            tip: None,
            of,
            drift: Vec::new(),
            beside: Vec::new(),
            looked_into: false,
            on_remains: false,
            trouble,
            misled: born,
        }
    }

    // What is declared against what was found.
    fn compare(&self, standings: &mut Standings, found: &Lines) {
        let landed = |spot: Spot| standings.of.get(&spot).is_some_and(|standing| standing.stage.is_landed());
        let mut drift = Vec::new();
        for (spot, standing) in &standings.of {
            let lines = found.of.get(spot).map(Vec::as_slice).unwrap_or_default();
            let gone = lines.iter().find(|line| line.gone);
            let gone = gone.and_then(|line| Some((line.name.as_str(), &line.tips.first()?.commit)));
            let seen = Seen {
                base: &standings.base,
                now: self.here.context.now,
                stale_days: self.here.config.derive.stale_days(),
                gone,
                tree: lines
                    .iter()
                    .filter_map(|line| line.tree.as_ref())
                    .find(|tree| tree.dirty == Some(true))
                    .map(|tree| tree.path.as_str()),
            };
            drift.extend(drift::of_item(self.world, *spot, standing, &seen, &landed));
        }
        standings.drift.extend(drift);
    }
}
