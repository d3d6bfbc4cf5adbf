//! How far the work of an item really is, by what git knows, with the evidence.
//!
//! What landed is never guessed: the same commits on the base, commits there that name the item, or the same change.
//! What cannot be known is an answer of its own.

mod branch;
mod credit;
mod own;
mod undone;
mod version;
mod words;

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use crate::model::facts::{CommitId, Operation};
use crate::model::landing::{Gap, Landing, Landscape, Work};
use crate::model::state::State;

use super::here::Via;
use super::world::{Spot, World};

use credit::Credits;
pub use credit::{Credit, Stray, StrayKind, scope, strays};
use undone::Undone;
use version::version;
pub use words::{Grade, Rule, Stage};

/// A reason to believe that work of an item came onto the base.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Why it counts.
    pub rule: Rule,
    /// How much it is worth.
    pub grade: Grade,
    /// The commit that says so.
    pub commit: CommitId,
    /// Where that came onto the base; `None` where only the contents are there.
    pub landing: Option<Landing>,
    /// The rest of the reason, as a short phrase.
    pub text: String,
    /// The commit that took it back.
    pub undone: Option<CommitId>,
}

/// A branch that carries an item, under the one name that it has here and on remotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// `feat/x`, without a remote.
    pub name: String,
    /// Why it is the item's.
    pub via: Via,
    /// Where it stands; this repository first.
    pub tips: Vec<Tip>,
    /// The commits that were made on it in this clone, the newest first, as far as they are remembered.
    pub made: Vec<CommitId>,
    /// Whether it is not there any more: it can only show that its work landed.
    pub gone: bool,
    /// Whether somebody is asked to look at its tip.
    pub in_review: bool,
    /// The worktree where it is checked out.
    pub tree: Option<Tree>,
}

/// Where a branch stands, here or on a remote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tip {
    /// The remote; `None`: this repository.
    pub remote: Option<String>,
    /// The commit.
    pub commit: CommitId,
}

/// A worktree, as far as progress needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    /// Its top.
    pub path: String,
    /// Whether there is something that is not committed; `None` when nobody looked.
    pub dirty: Option<bool>,
    /// What git has begun there.
    pub operation: Option<Operation>,
}

/// How the work of an item stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// How far it is.
    pub stage: Stage,
    /// Why it is believed to be on the base, the latest landing first; what was taken back too.
    pub evidence: Vec<Evidence>,
    /// The commits that wait on its branches, children before parents.
    pub pending: Vec<Rc<Work>>,
    /// All commits that are the item's: those of its branches that the base does not have, then those that landed, the
    /// latest first.
    pub commits: Vec<Rc<Work>>,
    /// How many of them the base does not have: the first ones.
    pub own: usize,
    /// The version that it is in.
    pub version: Option<String>,
    /// Why it is not known.
    pub gap: Option<Gap>,
    /// The branch whose tip stands for the item.
    pub main: Option<Leading>,
    /// All its branches, each with how many commits it has that the base has not.
    pub branches: Vec<(String, usize)>,
    /// The last commit that is work, by which an acceptance of this standing is bound.
    pub mark: Option<CommitId>,
    /// Whether something in its worktrees is not committed; `None` when nobody looked.
    pub dirty: Option<bool>,
}

/// The branch whose tip stands for an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leading {
    /// Its name, without a remote.
    pub name: String,
    /// Why it is the item's.
    pub via: Via,
    /// The tip.
    pub tip: CommitId,
    /// How many commits it has that the base has not.
    pub ahead: usize,
    /// The commits of the base where it left.
    pub forks: Vec<CommitId>,
    /// Whether this repository and a remote both have commits that the other lacks.
    pub diverged: bool,
}

impl Standing {
    /// When the last of it came onto the base, of what was not taken back, in seconds since 1970.
    pub fn landed_at(&self) -> Option<i64> {
        self.last_landing().map(|landing| landing.at)
    }

    /// The last landing that was not taken back and is beyond doubt.
    pub fn last_landing(&self) -> Option<&Landing> {
        let alive = self.evidence.iter().filter(|evidence| evidence.undone.is_none());
        let sure = alive.filter(|evidence| evidence.grade > Grade::Weak);
        sure.filter_map(|evidence| evidence.landing.as_ref()).min_by_key(|landing| landing.depth)
    }
}

/// What is asked of git besides its facts, when they do not decide: whether a commit took in the work of others, if
/// edited; `None` when that is not known.
pub type TakesIn<'a> = &'a dyn Fn(&Work, &[&Work]) -> Option<bool>;

/// Everything that the standing of an item is decided from.
pub struct Known<'w, 'a> {
    world: &'w World<'a>,
    landscape: &'w Landscape,
    undone: Undone<'w>,
    credits: Credits<'w>,
    shared: HashMap<&'w CommitId, HashSet<Spot>>,
    lines: &'w HashMap<Spot, Vec<Line>>,
    takes_in: TakesIn<'w>,
    called: Vec<String>,
}

impl<'w, 'a> Known<'w, 'a> {
    /// Brings together what git knows and which branches carry which items; `counts` says which workflows are looked at.
    pub fn new(
        world: &'w World<'a>,
        counts: &dyn Fn(usize) -> bool,
        landscape: &'w Landscape,
        lines: &'w HashMap<Spot, Vec<Line>>,
        takes_in: TakesIn<'w>,
    ) -> Self {
        let mut shared: HashMap<&CommitId, HashSet<Spot>> = HashMap::new();
        for (spot, lines) in lines {
            for tip in lines.iter().flat_map(|line| &line.tips) {
                shared.entry(&tip.commit).or_default().insert(*spot);
            }
        }
        let undone = Undone::new(landscape);
        let credits = Credits::new(world, counts, &undone, &landscape.landed);
        Self { world, landscape, undone, credits, shared, lines, takes_in, called: Vec::new() }
    }

    /// The same where the tags of releases are called otherwise than `1.2.3` and `v1.2.3`: each name with `{version}` in it.
    #[must_use]
    pub fn released_as(self, called: Vec<String>) -> Self {
        Self { called, ..self }
    }

    /// How the work of an item stands.
    pub fn standing(&self, spot: Spot) -> Standing {
        let lines = self.lines.get(&spot).map(Vec::as_slice).unwrap_or_default();
        let credits = self.credits.of(spot);
        let mut found = branch::Found::default();
        for line in lines {
            found.look_at(self, spot, line);
        }
        found.credit(self, credits);
        self.judge(spot, lines, credits, found)
    }

    fn judge(&self, spot: Spot, lines: &[Line], credits: &[Credit], found: branch::Found) -> Standing {
        let branch::Found {
            mut evidence,
            mut pending,
            own,
            brought,
            branches,
            worked,
            pushed,
            gap,
            leading,
            mark,
            lost,
            ..
        } = found;
        order(&mut evidence);
        let mut seen = HashSet::new();
        pending.retain(|work| seen.insert(work.id.clone()));
        let dirty = dirty(lines);
        let busy = dirty == Some(true)
            || lines.iter().filter_map(|line| line.tree.as_ref()).any(|tree| tree.operation.is_some());
        let in_review = lines.iter().any(|line| line.in_review)
            || self.world.board(spot).node(spot.place).state == State::Review;
        let signs = Signs {
            alive: evidence.iter().filter(|e| e.undone.is_none()).map(|e| e.grade).max(),
            only_subjects: evidence.iter().filter(|e| e.undone.is_none()).all(|e| e.rule == Rule::Subject),
            any: !evidence.is_empty(),
            pending: !pending.is_empty() || lost,
            gap: gap.or(self.landscape.gap.filter(|_| evidence.is_empty() && !worked)),
            worked,
            pushed,
            in_review,
            busy,
            branch: lines.iter().any(|line| !line.gone),
        };
        let last = evidence.first().map(|evidence| evidence.commit.clone());
        let mark = mark.or(last).or_else(|| leading.as_ref().map(|leading| leading.tip.clone()));
        let mut stage = signs.stage();
        let mut standing = Standing {
            stage,
            pending,
            own: own.len(),
            commits: commits(own, brought, credits),
            branches,
            mark,
            version: None,
            gap: signs.gap.filter(|_| stage == Stage::Unknown),
            main: leading,
            dirty,
            evidence,
        };
        if stage == Stage::Landed {
            standing.version =
                standing.last_landing().and_then(|last| version(&self.landscape.tags, last, &self.called));
            if standing.version.is_some() {
                stage = Stage::Released;
            }
            standing.stage = stage;
        }
        standing
    }
}

/// What the stage is decided from.
#[expect(clippy::struct_excessive_bools, reason = "each is a sign of its own")]
struct Signs {
    alive: Option<Grade>,
    only_subjects: bool,
    any: bool,
    pending: bool,
    gap: Option<Gap>,
    worked: bool,
    pushed: bool,
    in_review: bool,
    busy: bool,
    branch: bool,
}

impl Signs {
    fn stage(&self) -> Stage {
        if self.gap.is_some() {
            return Stage::Unknown;
        }
        match self.alive {
            Some(Grade::Exact | Grade::Equivalent) if !self.pending => return Stage::Landed,
            Some(Grade::Weak) if !self.pending => return Stage::Probably,
            Some(Grade::Exact | Grade::Equivalent) => return Stage::Partly,
            // A subject alone is no landing beside which work could wait.
            Some(Grade::Weak) if !self.only_subjects => return Stage::Partly,
            None if self.any => return Stage::Reverted,
            Some(Grade::Weak) | None => {}
        }
        match self {
            Self { worked: true, pushed: true, in_review: true, .. } => Stage::InReview,
            Self { worked: true, pushed: true, .. } => Stage::Pushed,
            Self { worked: true, .. } | Self { busy: true, .. } => Stage::InProgress,
            Self { branch: true, .. } => Stage::Started,
            _ => Stage::Queued,
        }
    }
}

/// The latest landing first, and of one landing what is worth most; the same however it was found.
fn order(evidence: &mut [Evidence]) {
    evidence.sort_by_cached_key(|evidence| {
        let depth = evidence.landing.as_ref().map_or(u32::MAX, |landing| landing.depth);
        (depth, std::cmp::Reverse(evidence.grade), evidence.rule.word(), evidence.commit.clone())
    });
}

fn dirty(lines: &[Line]) -> Option<bool> {
    let mut looked = lines.iter().filter_map(|line| line.tree.as_ref()?.dirty).peekable();
    looked.peek()?;
    Some(looked.any(|dirty| dirty))
}

fn commits(own: Vec<Rc<Work>>, brought: Vec<Rc<Work>>, credits: &[Credit]) -> Vec<Rc<Work>> {
    let named = credits.iter().rev().map(|credit| Rc::clone(&credit.landed.commit));
    let mut landed: Vec<Rc<Work>> = brought.into_iter().chain(named).collect();
    landed.sort_by_key(|work| std::cmp::Reverse(work.committed));
    let mut seen = HashSet::new();
    own.into_iter().chain(landed).filter(|work| seen.insert(work.id.clone())).collect()
}
