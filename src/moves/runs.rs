//! What the program finds out when it is asked to: runs of suites, what was looked up for a gate, and submissions.

use crate::derive::conditions::{Condition, part_subject, submit_command};
use crate::derive::runs::last;
use crate::derive::world::{Spot, World};
use crate::error::{Error, Result};
use crate::model::gate::Part;
use crate::model::id::Id;
use crate::model::state::State;
use crate::model::suite::{Run, Submission};
use crate::model::workflow::Workflow;

use super::answer::clear;
use super::{Ask, edit, open_for_change};

/// Records a run of a suite for an item; of the runs of a suite on one tree only the last is kept.
pub fn ran(world: &World, spot: Spot, run: Run) -> Result<Option<Workflow>> {
    open_for_change(world, spot, "gate")?;
    if last(world.board(spot).node(spot.place).item, &run.suite) == Some(&run) {
        return Ok(None);
    }
    edit(world, spot, |item| {
        let others = item.runs.iter().filter(|(_, old)| old.suite != run.suite || old.on != run.on);
        item.runs = others.map(|(id, old)| (id.clone(), old.clone())).collect();
        item.runs.push('r', run);
    })
    .map(Some)
}

/// Records what was looked up for a part of a gate; `None`: it was answered so about the same content.
pub fn looked_up(
    world: &World,
    spot: Spot,
    (gate, id): (&Id, &Id),
    found: &[Condition],
    ask: &Ask,
) -> Result<Option<Workflow>> {
    open_for_change(world, spot, "gate")?;
    let board = world.board(spot);
    let Some(Part::Full(full)) = board.gate(spot.place, gate).and_then(|gate| gate.parts.get(id)) else {
        return Err(Error::bug("a part of a gate lost its place"));
    };
    let open: Vec<&str> =
        found.iter().filter(|condition| !condition.ok).map(|condition| condition.text.as_str()).collect();
    let why = (!open.is_empty()).then(|| format!("FAIL: {}", open.join("; ")));
    let on = part_subject(board, spot.place, full);
    let same = full.passed.is_some() == open.is_empty() && full.failed.is_some() != open.is_empty();
    if same && full.waived.is_none() && full.on == on && full.why == why {
        return Ok(None);
    }
    edit(world, spot, |item| {
        let parts = item.gates.get_mut(gate).and_then(|gate| gate.parts.get_mut(id));
        if let Some(Part::Full(full)) = parts {
            clear(full);
            let answer = if open.is_empty() { &mut full.passed } else { &mut full.failed };
            *answer = Some(ask.now);
            (full.by, full.on, full.why) = (Some(ask.actor.to_owned()), on, why);
        }
    })
    .map(Some)
}

/// Records that a finished item was handed on; `None`: it was before.
pub fn submitted(world: &World, spot: Spot, commit: Option<&str>, ask: &Ask) -> Result<Option<Workflow>> {
    open_for_change(world, spot, "submit")?;
    let board = world.board(spot);
    let node = board.node(spot.place);
    if node.item.submitted.is_some() {
        return Ok(None);
    }
    let me = world.refer(spot.board, node.id);
    if node.state != State::Done || node.is_derived() {
        return Err(Error::refused(format!("{} is not done, and cannot be submitted yet", node.id))
            .hint(format!("git track done {me} -m \"what came out\"")));
    }
    edit(world, spot, |item| {
        let (at, by) = (Some(ask.now), Some(ask.actor.to_owned()));
        item.submitted = Some(Box::new(Submission { at, by, commit: commit.map(str::to_owned) }));
    })
    .map(Some)
}

/// The command that hands on what is finished in a workflow.
pub fn submission(world: &World, spot: Spot) -> Result<String> {
    let board = world.board(spot);
    submit_command(board).map(str::to_owned).ok_or_else(|| {
        let id = &board.workflow.id;
        Error::refused(format!("{id} does not say how it is submitted"))
            .note("nothing written")
            .hint(format!("git track set {id} submit_command=\"git push\""))
            .hint("or submit it and record that: --submitted")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::derive::testing::{Scene, id, now, spot};
    use crate::model::actor::ActorKind;
    use crate::moves::Departs;

    const DONE: &str = "state: done, started: \"2026-02-12T09:00:00Z\", finished: \"2026-02-12T09:00:00Z\"";

    fn ask() -> Ask<'static> {
        Ask { actor: "alice", now: now(), kind: ActorKind::Person, text: None, departs: Departs::No }
    }

    fn run(suite: &str, exit: i32, on: &str) -> Run {
        let (at, by) = (Some(now()), Some("alice".to_owned()));
        Run { suite: id(suite), exit, failed: None, seconds: None, on: Some(on.to_owned()), at, by }
    }

    #[test]
    fn of_one_suite_on_one_tree_the_last_run_is_kept() {
        let mut scene = Scene::items("a: {title: A}");
        let kept = |scene: &Scene| -> Vec<String> {
            let world = scene.world();
            let runs = world.board(spot(&world, "a")).node(spot(&world, "a").place).item.runs.iter();
            runs.map(|(id, run)| format!("{id} {} {} {}", run.suite, run.exit, run.on.clone().unwrap()))
                .collect()
        };
        for next in [run("full", 1, "t1"), run("quick", 0, "t1"), run("full", 0, "t2"), run("full", 0, "t1")]
        {
            let changed = ran(&scene.world(), spot(&scene.world(), "a"), next).unwrap().unwrap();
            scene = scene.with(changed);
        }
        assert_eq!(kept(&scene), ["r2 quick 0 t1", "r3 full 0 t2", "r4 full 0 t1"]);
        let again = ran(&scene.world(), spot(&scene.world(), "a"), run("full", 0, "t1")).unwrap();
        assert!(again.is_none(), "the same run is recorded once");
        let back = ran(&scene.world(), spot(&scene.world(), "a"), run("full", 0, "t2")).unwrap().unwrap();
        assert_eq!(
            kept(&scene.with(back)).last().unwrap(),
            "r3 full 0 t2",
            "an earlier one is the last again"
        );
    }

    #[test]
    fn what_was_looked_up_is_answered_with_what_does_not_hold() {
        let scene = Scene::items("a: {title: A, gates: {G: {parts: {w: {worktrees_clean: true}}}}}");
        let look = |scene: &Scene, found: &[Condition]| {
            let world = scene.world();
            looked_up(&world, spot(&world, "a"), (&id("G"), &id("w")), found, &ask()).unwrap()
        };
        let bad = [Condition::met("fine"), Condition::unmet("x is committed", None)];
        let failed = scene.with(look(&scene, &bad).unwrap());
        let part = |scene: &Scene| {
            let world = scene.world();
            let gate = world.board(spot(&world, "a")).gate(spot(&world, "a").place, &id("G")).cloned();
            match gate.unwrap().parts.get(&id("w")) {
                Some(Part::Full(full)) => (full.passed.is_some(), full.why.clone(), full.by.clone()),
                _ => panic!("no part"),
            }
        };
        assert_eq!(part(&failed), (false, Some("FAIL: x is committed".into()), Some("alice".into())));
        assert!(look(&failed, &bad).is_none());
        let passed = failed.with(look(&failed, &[Condition::met("fine")]).unwrap());
        assert_eq!(part(&passed), (true, None, Some("alice".into())));
    }

    #[test]
    fn only_what_is_done_is_submitted_and_once() {
        let hand = |item: &str| {
            let scene = Scene::items(&format!("a: {{title: A, {item}}}"));
            let world = scene.world();
            submitted(&world, spot(&world, "a"), Some("0123456789ab"), &ask())
        };
        let error = hand("state: active, started: \"2026-02-12T09:00:00Z\"").unwrap_err();
        assert_eq!(error.message(), "a is not done, and cannot be submitted yet");
        let changed = hand(DONE).unwrap().unwrap();
        let known = changed.root.items.get(&id("a")).unwrap().submitted.clone().unwrap();
        assert_eq!((known.by.as_deref(), known.commit.as_deref()), (Some("alice"), Some("0123456789ab")));
        assert!(hand(&format!("{DONE}, submitted: {{by: bob}}")).unwrap().is_none());
    }
}
