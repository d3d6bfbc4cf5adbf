//! What the branches of an item and the commits that name it say about where its work is.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use crate::derive::world::Spot;
use crate::model::facts::CommitId;
use crate::model::landing::{Copies, Gap, How, Landing, TipFacts, Work};

use super::credit::Credit;
use super::own::{below, is_anothers, is_own_work, names_it, reach};
use super::{Evidence, Grade, Known, Leading, Line, Rule, Tip};

/// So many commits are compared with so many others for one item.
const LOOKED_AT: usize = 32;

/// What was found about an item so far.
#[derive(Default)]
pub(super) struct Found {
    pub(super) evidence: Vec<Evidence>,
    /// Work that waits.
    pub(super) pending: Vec<Rc<Work>>,
    /// Commits that its branches have and the base has not.
    pub(super) own: Vec<Rc<Work>>,
    /// Commits that came onto the base with its branches.
    pub(super) brought: Vec<Rc<Work>>,
    /// Its branches, each with how many commits it has that the base has not.
    pub(super) branches: Vec<(String, usize)>,
    /// The latest own commit that is work.
    pub(super) mark: Option<CommitId>,
    /// Merges that brought its branches.
    merges: Vec<Work>,
    /// Whether something that was merged and taken back did not come back with a later merge of the same branch.
    pub(super) lost: bool,
    /// Merges that brought nothing but the state.
    hollow: HashSet<CommitId>,
    /// Whether there is own work at all.
    pub(super) worked: bool,
    pub(super) pushed: bool,
    pub(super) gap: Option<Gap>,
    pub(super) leading: Option<Leading>,
}

impl Found {
    /// Looks at a branch. One that is gone counts only when all of it landed: what did not was given up.
    pub(super) fn look_at(&mut self, known: &Known, spot: Spot, line: &Line) {
        if !line.gone {
            return self.look_at_branch(known, spot, line);
        }
        let mut alone = Self::default();
        alone.look_at_branch(known, spot, line);
        if alone.pending.is_empty() && alone.gap.is_none() {
            self.evidence.extend(alone.evidence);
            self.brought.extend(alone.brought);
        }
    }

    fn look_at_branch(&mut self, known: &Known, spot: Spot, line: &Line) {
        let facts: Vec<(&Tip, &TipFacts)> =
            line.tips.iter().filter_map(|tip| Some((tip, known.landscape.tips.get(&tip.commit)?))).collect();
        let Some((tip, leading, diverged)) = leading(&facts) else { return };
        self.gap = self.gap.or(leading.gap);
        for (tip, facts) in &facts {
            self.on_base(known, spot, line, (&tip.commit, facts));
        }
        if !leading.own.is_empty() {
            self.merged_before(known, spot, line, leading);
            self.off_base(known, spot, line, leading);
            if diverged {
                // Each side may have work that the other lacks.
                for (_, other) in facts.iter().filter(|(other, _)| other.commit != tip.commit) {
                    self.off_base(known, spot, line, other);
                }
            }
            let has = |facts: &TipFacts| facts.own.iter().any(|work| work.id == tip.commit);
            self.pushed |= facts
                .iter()
                .any(|(other, facts)| other.remote.is_some() && (other.commit == tip.commit || has(facts)));
        }
        let ahead = leading.own.len();
        self.branches.push((line.name.clone(), ahead));
        // The branch where most waits stands for the item.
        if self.leading.as_ref().is_none_or(|best| best.ahead < ahead) {
            self.leading = Some(Leading {
                name: line.name.clone(),
                via: line.via,
                tip: tip.commit.clone(),
                ahead,
                forks: leading.forks.clone(),
                diverged,
            });
        }
    }

    // A tip that the base has: merged, moved forward to it, or never worked on.
    fn on_base(&mut self, known: &Known, spot: Spot, line: &Line, (tip, facts): (&CommitId, &TipFacts)) {
        let (Some(landing), Some(merge)) = (&facts.landing, &facts.merge) else {
            return self.made_here(known, spot, line);
        };
        let own: Vec<&Rc<Work>> =
            facts.brought.iter().filter(|work| is_own_work(known, spot, work)).collect();
        let ours = merged_names(merge).contains(&line.name.as_str()) || names_it(known, spot, merge);
        let others = known.shared.get(tip).is_some_and(|spots| spots.iter().any(|other| *other != spot));
        let foreign =
            others || known.credits.is_anothers(tip.as_str(), spot) || !merged_names(merge).is_empty();
        if own.is_empty() && !facts.brought.is_empty() {
            self.hollow.insert(merge.id.clone());
        }
        if own.is_empty() || !ours && foreign {
            return self.made_here(known, spot, line);
        }
        if own.iter().all(|work| work.may_be_books()) {
            // It may be that nothing but the state was written.
            self.gap = self.gap.or(Some(Gap::Missing));
            return;
        }
        // A merge that names no branch may have brought another one, at whose end this one begins.
        let grade =
            if ours || own.iter().any(|work| line.made.contains(&work.id) || names_it(known, spot, work)) {
                Grade::Exact
            } else {
                Grade::Weak
            };
        let text = format!("merged {}", line.name);
        // Taken back is what it brought, as a whole or commit by commit.
        let undone = own.iter().map(|work| known.undone.by(&work.id, None)).collect::<Option<Vec<_>>>();
        match undone.and_then(|all| all.into_iter().next()) {
            Some(by) if known.undone.by(&landing.commit, None).is_none() => {
                self.push((Rule::MergeCommit, grade), &landing.commit, Some(landing.clone()), text, Some(by));
            }
            _ => drop(self.add(known, (Rule::MergeCommit, grade), &landing.commit, Some(landing), text)),
        }
        self.brought.extend(own.into_iter().cloned());
        self.merges.push(merge.as_ref().clone());
    }

    // Commits that were made on the branch in this clone and that the base has.
    fn made_here(&mut self, known: &Known, spot: Spot, line: &Line) {
        for made in &line.made {
            let Some(facts) = known.landscape.tips.get(made) else { continue };
            let Some(work) = facts.brought.iter().find(|work| work.id == *made) else { continue };
            let Some(landing) = facts.landing.as_ref().filter(|_| is_own_work(known, spot, work)) else {
                continue;
            };
            if work.may_be_books() {
                self.gap = self.gap.or(Some(Gap::Missing));
                continue;
            }
            let text = format!("made on {}", line.name);
            self.add(known, (Rule::Ancestor, Grade::Exact), made, Some(landing), text);
            self.brought.push(Rc::clone(work));
        }
    }

    // Where new work begins on what was merged before.
    fn merged_before(&mut self, known: &Known, spot: Spot, line: &Line, facts: &TipFacts) {
        let named =
            facts.merge.as_ref().is_some_and(|merge| merged_names(merge).contains(&line.name.as_str()));
        if let Some(landing) = facts.before.as_ref().filter(|_| named) {
            let text = format!("merged {}", line.name);
            self.add(known, (Rule::MergeCommit, Grade::Exact), &landing.commit, Some(landing), text);
        } else if facts.forks.iter().any(|fork| line.made.contains(fork)) {
            self.made_here(known, spot, line);
        }
    }

    // A tip that the base has not: is the same change there?
    fn off_base(&mut self, known: &Known, spot: Spot, line: &Line, facts: &TipFacts) {
        let none = Copies::default();
        let copies = facts.copies.as_ref();
        let empty: HashSet<&CommitId> =
            copies.map(|copies| copies.empty.iter().collect()).unwrap_or_default();
        let lower = below(known, spot, line, &facts.own);
        let is_ours = |work: &&Rc<Work>| !lower.contains(&work.id) && !is_anothers(known, spot, work);
        let ours: Vec<&Rc<Work>> = facts.own.iter().filter(is_ours).collect();
        self.own.extend(ours.iter().map(|work| Rc::clone(work)));
        let books = &known.credits.books;
        self.worked |= ours.iter().any(|work| !work.is_merge() && !books.has(work));
        let work: Vec<&Rc<Work>> = ours
            .into_iter()
            .filter(|work| !work.is_merge() && !empty.contains(&work.id) && !books.has(work))
            .collect();
        let Some(latest) = work.first() else { return };
        self.mark.get_or_insert_with(|| latest.id.clone());
        if copies.is_none() {
            self.gap = self.gap.or(Some(Gap::Missing));
        }
        let copies = copies.unwrap_or(&none);
        let covered = self.copied(known, spot, line, (facts, copies, &lower));
        let waiting: Vec<&Rc<Work>> = work.into_iter().filter(|work| !covered.contains(&work.id)).collect();
        if let (Some(tip), true, false) = (facts.own.first(), copies.contained, waiting.is_empty()) {
            let text = format!("merging {} would change nothing", line.name);
            self.add(known, (Rule::ContentsPresent, Grade::Weak), &tip.id, None, text);
            return;
        }
        self.pending.extend(waiting.into_iter().cloned());
    }

    // The own commits whose changes stand on the base under other commits, and are not taken back there.
    fn copied<'a>(
        &mut self,
        known: &Known,
        spot: Spot,
        line: &Line,
        (facts, copies, lower): (&'a TipFacts, &'a Copies, &HashSet<&CommitId>),
    ) -> HashSet<&'a CommitId> {
        let elsewhere = |landing: &Landing| known.credits.is_anothers(landing.commit.as_str(), spot);
        let mut covered: HashSet<&CommitId> = HashSet::new();
        // A squash of what is all of a branch below is that one's.
        let mine = |upto: &CommitId| !lower.contains(upto);
        let squashes = copies.squashed.iter().filter(|(upto, landing)| mine(upto) && !elsewhere(landing));
        let ids: HashMap<&CommitId, &Work> = facts.own.iter().map(|work| (&work.id, work.as_ref())).collect();
        for (upto, landing) in squashes {
            let short = upto.short();
            let text = format!("all of {} up to {short}", line.name);
            let alive = self.add(
                known,
                (Rule::SquashEquivalent, Grade::Equivalent),
                &landing.commit,
                Some(landing),
                text,
            );
            if alive {
                covered.extend(reach(&ids, upto));
            }
        }
        let picked = copies.picked.iter().filter(|(commit, landing)| mine(commit) && !elsewhere(landing));
        for (commit, landing) in picked {
            let text = format!("the change of {}", commit.short());
            let alive = self.add(
                known,
                (Rule::RebaseEquivalent, Grade::Equivalent),
                &landing.commit,
                Some(landing),
                text,
            );
            if alive {
                covered.insert(commit);
            }
        }
        covered
    }

    /// Adds what commits on the base say about the item, and leaves out of what waits the commits that such a one holds.
    pub(super) fn credit(&mut self, known: &Known, credits: &[Credit]) {
        let mut merges: HashSet<&CommitId> = HashSet::new();
        for credit in credits {
            let (commit, landing) = (&credit.landed.commit, &credit.landed.landing);
            let sure = matches!(credit.how, How::Track | How::Line | How::Refers);
            if sure && commit.may_be_books() {
                // It may be that it only writes the state down.
                self.gap = self.gap.or(Some(Gap::Missing));
            } else if sure {
                let text = commit.subject.clone();
                let alive = self.add(known, (Rule::Trailer, Grade::Exact), &commit.id, Some(landing), text);
                if alive && landing.commit != commit.id && merges.insert(&landing.commit) {
                    let text = format!("brought {}", commit.id.short());
                    self.add(known, (Rule::MergeCommit, Grade::Exact), &landing.commit, Some(landing), text);
                }
            } else if !self.hollow.contains(&commit.id) && (credit.how == How::Merged || !self.worked) {
                let text = commit.subject.clone();
                let alive = self.add(known, (Rule::Subject, Grade::Weak), &commit.id, Some(landing), text);
                // To merge again what was merged and reverted brings only what is new.
                let again = |merge: &Work| (known.takes_in)(merge, &[commit]) == Some(true);
                self.lost |=
                    !alive && commit.is_merge() && !self.merges.is_empty() && !self.merges.iter().any(again);
            }
        }
        self.settle(known, credits);
    }

    // A squash that somebody edited, which says that it is about the item, took in what is older and like it.
    fn settle(&mut self, known: &Known, credits: &[Credit]) {
        let says_so = |credit: &&Credit| {
            let landed = &credit.landed.commit;
            let named = matches!(credit.how, How::Track | How::Line) && !landed.is_merge();
            named && known.undone.by(&landed.id, Some(&credit.landed.landing)).is_none()
        };
        for credit in credits.iter().rev().filter(says_so).take(LOOKED_AT) {
            let landed = &credit.landed.commit;
            let older: Vec<&Work> = self
                .pending
                .iter()
                .map(Rc::as_ref)
                .filter(|work| work.committed <= landed.committed)
                .collect();
            if older.is_empty() || older.len() > LOOKED_AT {
                continue;
            }
            match (known.takes_in)(landed, &older) {
                None => self.gap = self.gap.or(Some(Gap::Missing)),
                Some(true) => self.pending.retain(|work| work.committed > landed.committed),
                Some(false) => {}
            }
        }
    }

    // Whether it still stands.
    fn add(
        &mut self,
        known: &Known,
        worth: (Rule, Grade),
        commit: &CommitId,
        landing: Option<&Landing>,
        text: String,
    ) -> bool {
        let undone = known.undone.by(commit, landing);
        let alive = undone.is_none();
        let again = known.undone.again(commit, landing).filter(|_| alive);
        let text = match again {
            Some(again) => format!("{text}, put back by {}", again.commit.short()),
            None => text,
        };
        // Nothing can land before there was anything to land.
        let landing = again.or(landing).cloned();
        if landing
            .as_ref()
            .is_none_or(|landing| known.landscape.floor.is_none_or(|floor| landing.depth < floor))
        {
            self.push(worth, commit, landing, text, undone);
            return alive;
        }
        false
    }

    fn push(
        &mut self,
        (rule, grade): (Rule, Grade),
        commit: &CommitId,
        landing: Option<Landing>,
        text: String,
        undone: Option<CommitId>,
    ) {
        let new = Evidence { rule, grade, commit: commit.clone(), landing, text, undone };
        let same = |old: &Evidence| old.rule == new.rule && old.commit == new.commit;
        if !self.evidence.iter().any(same) {
            self.evidence.push(new);
        }
    }
}

/// The tip that stands for a branch, and whether others have what it lacks: the one that has the others, else the latest.
fn leading<'a>(facts: &[(&'a Tip, &'a TipFacts)]) -> Option<(&'a Tip, &'a TipFacts, bool)> {
    let has = |one: &TipFacts, other: &TipFacts, tip: &CommitId| {
        other.landing.is_some() || one.own.iter().any(|work| work.id == *tip)
    };
    let over_all = facts.iter().find(|(tip, one)| {
        facts.iter().all(|(other, facts)| tip.commit == other.commit || has(one, facts, &other.commit))
    });
    if let Some((tip, facts)) = over_all {
        return Some((tip, facts, false));
    }
    let committed = |facts: &TipFacts| facts.own.first().map_or(i64::MIN, |work| work.committed);
    facts.iter().max_by_key(|(_, facts)| committed(facts)).map(|(tip, facts)| (*tip, *facts, true))
}

fn merged_names(merge: &Work) -> Vec<&str> {
    let named = merge.mentions.iter().filter(|mention| mention.how == How::Merged);
    named.map(|mention| mention.text.as_str()).collect()
}
