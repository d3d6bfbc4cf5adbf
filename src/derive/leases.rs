//! Leases: who may take an item, and how a write renews what its author has in hand.

use crate::model::id::Id;
use crate::model::item::Item;
use crate::model::lease::{Lease, Seat};
use crate::model::state::State;
use crate::model::time::Time;
use crate::model::workflow::Workflow;

/// How long a closed item stays leased, in days: so long its branch has time to be merged.
const CLOSED_DAYS: i64 = 30;
const DAY: i64 = 24 * HOUR;
const HOUR: i64 = 3600;

/// The lease by which somebody else, or the same name in another worktree, has an item now.
pub fn against<'l>(
    leases: &'l [Lease],
    (workflow, item): (&Id, &Id),
    seat: Seat,
    now: Time,
) -> Option<&'l Lease> {
    let lease = leases.iter().find(|lease| lease.is_about(workflow, item))?;
    (!lease.is_of(seat) && lease.until > now).then_some(lease)
}

/// Whether a copy of the state knows that an item was taken.
pub fn is_taken(copy: &Workflow, item: &Id) -> bool {
    copy.root.find(item).is_some_and(|item| item.state() != State::Todo)
}

/// A write, as far as leases are concerned.
pub struct Written<'w> {
    /// The workflows that changed: before, and after.
    pub workflows: &'w [(Option<&'w Workflow>, &'w Workflow)],
    /// What was taken with it: workflow and item.
    pub taken: &'w [(Id, Id)],
    /// Who wrote, and where.
    pub seat: Seat<'w>,
    /// When.
    pub now: Time,
    /// How long a lease lasts.
    pub hours: u16,
}

/// The leases after a write: what was taken is leased, what its author has in hand and changed is renewed, what is
/// free again is free, and what ended long ago is forgotten.
pub fn after(leases: &[Lease], written: &Written) -> Vec<Lease> {
    let Written { workflows, taken, seat, now, .. } = written;
    let is_taken_now = |lease: &Lease| taken.iter().any(|(workflow, item)| lease.is_about(workflow, item));
    let mut all: Vec<Lease> = Vec::new();
    for lease in leases.iter().filter(|lease| later(lease.until, CLOSED_DAYS * DAY) > *now) {
        match workflows.iter().find(|(_, after)| after.id == lease.workflow) {
            Some(_) if is_taken_now(lease) => {}
            Some((before, after)) if lease.holder == seat.holder => {
                all.extend(renewed(lease, *before, after, written));
            }
            Some((Some(before), after)) if lease.closed && is_reopened(before, after, &lease.item) => {}
            _ => all.push(lease.clone()),
        }
    }
    for (workflow, item) in *taken {
        let after = workflows.iter().find(|(_, after)| after.id == *workflow).map(|(_, after)| after);
        let state = after.and_then(|after| after.root.find(item)).map_or(State::Active, Item::state);
        if state != State::Todo {
            all.push(Lease {
                workflow: workflow.clone(),
                item: item.clone(),
                holder: seat.holder.to_owned(),
                dir: seat.dir.to_owned(),
                tree: seat.tree.to_owned(),
                branch: seat.branch.map(str::to_owned),
                since: *now,
                until: lasting(state, written),
                closed: state.is_closed(),
            });
        }
    }
    all
}

// Whoever opens it again has seen that it was closed.
fn is_reopened(before: &Workflow, after: &Workflow, item: &Id) -> bool {
    let is_closed = |copy: &Workflow| copy.root.find(item).is_some_and(|item| item.state().is_closed());
    is_closed(before) && !is_closed(after)
}

// `None`: the item is free again. Another copy that does not know yet that it was taken says nothing about that.
fn renewed(lease: &Lease, before: Option<&Workflow>, after: &Workflow, written: &Written) -> Option<Lease> {
    let seat = written.seat;
    let (was, is) = (before.and_then(|before| before.root.find(&lease.item)), after.root.find(&lease.item));
    let kept = || Some(lease.clone());
    match is {
        _ if was == is => kept(),
        Some(item) if item.state() != State::Todo => Some(Lease {
            dir: seat.dir.to_owned(),
            tree: seat.tree.to_owned(),
            branch: seat.branch.map(str::to_owned),
            until: lasting(item.state(), written),
            closed: item.state().is_closed(),
            ..lease.clone()
        }),
        _ if lease.is_of(seat) => None,
        _ => kept(),
    }
}

fn lasting(state: State, written: &Written) -> Time {
    let lasts = if state.is_closed() { CLOSED_DAYS * DAY } else { i64::from(written.hours) * HOUR };
    later(written.now, lasts)
}

fn later(time: Time, seconds: i64) -> Time {
    Time::from_seconds(time.seconds().saturating_add(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::derive::testing::{NOW, Scene, TEAM};

    const ALICE: Seat = Seat { holder: "alice", dir: "/a/.git", tree: "/a", branch: Some("feat/one") };
    const BOB: Seat = Seat { holder: "bob", dir: "/b/.git", tree: "/b", branch: Some("feat/two") };

    fn id(text: &str) -> Id {
        Id::parse(text).unwrap()
    }

    fn at(hours: i64) -> Time {
        later(Time::parse(NOW).unwrap(), hours * HOUR)
    }

    fn workflow(state: &str) -> Workflow {
        let body = format!("items: {{one: {{title: One, state: {state}}}, two: {{title: Two}}}}");
        Scene::new(TEAM, &[&body]).workflows.remove(0)
    }

    fn write(
        leases: &[Lease],
        seat: Seat,
        (before, after): (&str, &str),
        takes: bool,
        hours: i64,
    ) -> Vec<Lease> {
        let (before, after) = (workflow(before), workflow(after));
        let taken = if takes { vec![(id("w"), id("one"))] } else { Vec::new() };
        let workflows = [(Some(&before), &after)];
        after_of(leases, &workflows, &taken, seat, at(hours))
    }

    fn after_of(
        leases: &[Lease],
        workflows: &[(Option<&Workflow>, &Workflow)],
        taken: &[(Id, Id)],
        seat: Seat,
        now: Time,
    ) -> Vec<Lease> {
        after(leases, &Written { workflows, taken, seat, now, hours: 8 })
    }

    fn is_free(leases: &[Lease], seat: Seat, hours: i64) -> bool {
        against(leases, (&id("w"), &id("one")), seat, at(hours)).is_none()
    }

    #[test]
    fn what_is_taken_is_nobody_elses_until_it_ends() {
        let leases = write(&[], ALICE, ("todo", "active"), true, 0);
        assert_eq!(leases.len(), 1);
        assert!(is_free(&leases, ALICE, 1), "one's own");
        assert!(!is_free(&leases, BOB, 1), "another's");
        assert!(
            !is_free(&leases, Seat { dir: "/b/.git", ..ALICE }, 1),
            "the same name elsewhere is another agent"
        );
        assert!(!is_free(&leases, BOB, 7) && is_free(&leases, BOB, 8), "eight hours");
        assert!(against(&leases, (&id("w"), &id("two")), BOB, at(0)).is_none());
        assert!(against(&leases, (&id("w2"), &id("one")), BOB, at(0)).is_none());
    }

    #[test]
    fn writes_renew() {
        let leases = write(&[], ALICE, ("todo", "active"), true, 0);
        let other = write(&leases, BOB, ("active", "review"), false, 5);
        assert_eq!(other, leases, "somebody else's write renews nothing");
        let same = write(&leases, ALICE, ("active", "active"), false, 5);
        assert_eq!(same, leases, "what did not change is not renewed");
        let moved = Seat { dir: "/c/.git", tree: "/c", branch: None, ..ALICE };
        let renewed = write(&leases, moved, ("active", "review"), false, 5);
        assert!(!is_free(&renewed, BOB, 12) && is_free(&renewed, BOB, 13));
        assert_eq!((renewed[0].tree.as_str(), &renewed[0].branch, renewed[0].since), ("/c", &None, at(0)));
    }

    #[test]
    fn what_is_done_stays_taken_until_it_can_have_been_merged() {
        let leases = write(&[], ALICE, ("todo", "active"), true, 0);
        let done = write(&leases, ALICE, ("active", "done"), false, 1);
        assert!(done[0].closed && !is_free(&done, BOB, 29 * 24) && is_free(&done, BOB, 31 * 24));
        assert!(write(&done, BOB, ("done", "done"), false, 62 * 24).is_empty(), "then it is forgotten");
        let again = write(&done, ALICE, ("done", "active"), false, 2);
        assert!(!again[0].closed && is_free(&again, BOB, 10));
        assert!(write(&done, BOB, ("done", "todo"), false, 2).is_empty(), "he has seen it");
    }

    #[test]
    fn what_is_given_back_is_free() {
        let leases = write(&[], ALICE, ("todo", "active"), true, 0);
        assert!(write(&leases, ALICE, ("active", "todo"), false, 1).is_empty());
        let gone = Scene::new(TEAM, &["items: {two: {title: Two}}"]).workflows.remove(0);
        let workflows = [(None, &gone)];
        assert_eq!(after_of(&leases, &workflows, &[], ALICE, at(1)), leases, "it never was there");
        let before = workflow("active");
        let workflows = [(Some(&before), &gone)];
        assert!(after_of(&leases, &workflows, &[], ALICE, at(1)).is_empty(), "the item is no more");
    }

    #[test]
    fn another_copy_that_does_not_know_takes_nothing_away() {
        let leases = write(&[], ALICE, ("todo", "active"), true, 0);
        let elsewhere = Seat { dir: "/b/.git", tree: "/b", ..ALICE };
        let noted = {
            let (before, mut after) = (workflow("todo"), workflow("todo"));
            after.item_mut(&[&id("one")]).unwrap().focus = Some("x".to_owned());
            after_of(&leases, &[(Some(&before), &after)], &[], elsewhere, at(1))
        };
        assert_eq!(noted, leases);
        assert_eq!(write(&leases, BOB, ("dropped", "todo"), false, 1), leases, "what he closed himself");
    }

    #[test]
    fn what_is_closed_at_once_stays_closed_to_others() {
        let leases = write(&[], ALICE, ("todo", "dropped"), true, 0);
        assert!(leases[0].closed && !is_free(&leases, BOB, 24));
    }

    #[test]
    fn who_takes_it_over_has_it() {
        let leases = write(&[], ALICE, ("todo", "active"), true, 0);
        let stolen = write(&leases, BOB, ("active", "active"), true, 1);
        assert_eq!(stolen.len(), 1);
        assert!(is_free(&stolen, BOB, 2) && !is_free(&stolen, ALICE, 2));
    }

    #[test]
    fn what_was_taken_is_no_more_todo() {
        assert!(is_taken(&workflow("active"), &id("one")) && is_taken(&workflow("done"), &id("one")));
        assert!(!is_taken(&workflow("todo"), &id("one")) && !is_taken(&workflow("done"), &id("two")));
        assert!(!is_taken(&workflow("done"), &id("three")));
    }
}
