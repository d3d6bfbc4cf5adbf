//! What was taken back: a revert undoes a commit as long as nobody reverts the revert.

use std::collections::{HashMap, HashSet};

use crate::model::facts::CommitId;
use crate::model::landing::{Landed, Landing, Landscape, Work};

/// The shortest beginning of an id that names a commit.
const SHORTEST: usize = 7;

/// The commits that were taken back, each with the commit that did it.
pub(super) struct Undone<'a> {
    by: HashMap<&'a str, &'a CommitId>,
    /// What was taken back and put back, each with the landing that put it back.
    again: HashMap<&'a str, &'a Landing>,
    /// The commits that take back something that is on the base.
    takers: HashSet<&'a str>,
}

impl<'a> Undone<'a> {
    /// Goes from the latest to the earliest: whether a revert counts is decided before what it reverts.
    pub(super) fn new(landscape: &'a Landscape) -> Self {
        let mut undone = Self { by: HashMap::new(), again: HashMap::new(), takers: HashSet::new() };
        if landscape.landed.iter().all(|landed| !takes_back(landed)) {
            return undone;
        }
        let known = known(landscape);
        let subjects = subjects(&landscape.landed);
        let landings: HashMap<&str, &Landing> =
            landscape.landed.iter().map(|landed| (landed.commit.id.as_str(), &landed.landing)).collect();
        for (at, landed) in landscape.landed.iter().enumerate().rev().filter(|(_, l)| takes_back(l)) {
            let mut targets: Vec<&str> =
                landed.commit.reverts.iter().filter_map(|id| named(&known, id)).collect();
            if let Some(subject) = &landed.commit.undoes {
                let earlier = subjects.get(subject.as_str()).into_iter().flatten();
                let mut alive = earlier.rev().filter(|(place, id)| *place < at && !undone.is(id));
                targets.extend(alive.next().map(|(_, target)| target.as_str()));
            }
            let me = landed.commit.id.as_str();
            if !targets.is_empty() {
                undone.takers.insert(me);
            }
            for target in targets {
                match undone.by.get(me).and_then(|by| landings.get(by.as_str())) {
                    // A revert that was reverted: what it took back is there again since then.
                    Some(since) => drop(undone.again.entry(target).or_insert(since)),
                    None if undone.is(&landed.commit.id) => {}
                    None => drop(undone.by.entry(target).or_insert(&landed.commit.id)),
                }
            }
        }
        undone
    }

    fn is(&self, commit: &CommitId) -> bool {
        self.by.contains_key(commit.as_str())
    }

    /// Whether a commit takes something back: it is named as git names such ones, or what it names is on the base. The
    /// message of a squash may hold that of a revert that was never there by itself.
    pub(super) fn takes_back(&self, commit: &Work) -> bool {
        let named = ["Revert \"", "Reapply \""].iter().any(|word| commit.subject.starts_with(word));
        named || self.takers.contains(commit.id.as_str())
    }

    /// Since when a commit is on the base again that was taken back, or the landing that brought it.
    pub(super) fn again(&self, commit: &CommitId, landing: Option<&Landing>) -> Option<&'a Landing> {
        let found = self.again.get(commit.as_str());
        found.or_else(|| self.again.get(landing?.commit.as_str())).copied()
    }

    /// Which commit took this one back, or the landing that brought it.
    pub(super) fn by(&self, commit: &CommitId, landing: Option<&Landing>) -> Option<CommitId> {
        let found = self.by.get(commit.as_str());
        let found = found.or_else(|| self.by.get(landing?.commit.as_str()));
        found.map(|id| (*id).clone())
    }
}

/// Whether a commit says that it takes another one back.
fn takes_back(landed: &Landed) -> bool {
    !landed.commit.reverts.is_empty() || landed.commit.undoes.is_some()
}

/// Everything that could be taken back, in order.
fn known(landscape: &Landscape) -> Vec<&str> {
    let landed = landscape.landed.iter().flat_map(|landed| [&landed.commit.id, &landed.landing.commit]);
    let tips = landscape.tips.iter().flat_map(|(tip, facts)| {
        let copies = facts.copies.iter().flat_map(|copies| copies.picked.iter().chain(&copies.squashed));
        let landings = copies.map(|(_, landing)| &landing.commit);
        landings.chain(facts.landing.iter().map(|landing| &landing.commit)).chain(std::iter::once(tip))
    });
    let mut all: Vec<&str> = landed.chain(tips).map(CommitId::as_str).collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn named<'a>(known: &[&'a str], id: &str) -> Option<&'a str> {
    let from = known.partition_point(|known| *known < id);
    let mut fits = known.iter().skip(from).take_while(|known| known.starts_with(id));
    let found = fits.next().filter(|_| id.len() >= SHORTEST)?;
    fits.next().is_none().then_some(*found)
}

fn subjects(landed: &[Landed]) -> HashMap<&str, Vec<(usize, &CommitId)>> {
    let mut all: HashMap<&str, Vec<(usize, &CommitId)>> = HashMap::new();
    for (at, landed) in landed.iter().enumerate() {
        all.entry(landed.commit.subject.as_str()).or_default().push((at, &landed.commit.id));
    }
    all
}
