//! A command that changes three files of state, and the recovery from it, killed before every call that writes.
#![expect(clippy::disallowed_methods, reason = "a harness of processes and raw files")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::program::{Ground, workflow};
use super::{CALLS, Point, each, full, sample, say, traceable};

type Tree = BTreeMap<String, String>;

pub(super) const CHANGE: [&str; 7] = ["set", "a:x", "b:y", "c:z", "owner=bob", "note=seen", "--as=Ada"];

/// Three workflows in one repository.
pub(super) fn three() -> Ground {
    Ground::new(&[("a", workflow("a", &["x"])), ("b", workflow("b", &["y"])), ("c", workflow("c", &["z"]))])
}

/// Before and after the change.
struct Outcomes {
    old: Tree,
    new: Tree,
}

impl Outcomes {
    fn of(base: &Ground) -> Self {
        let done = base.copy();
        done.run(&CHANGE).exits(0, "undisturbed");
        let (old, new) = (base.tree(), done.tree());
        let changed = new.iter().filter(|(name, text)| old.get(*name) != Some(text)).count();
        assert_eq!(changed, 7, "three workflows, their documents and the entry for undo: {new:#?}");
        Self { old, new }
    }

    /// All old or all new and nothing beside; whether it is new.
    fn settled(&self, ground: &Ground, case: &str) -> bool {
        let now = ground.tree();
        let is_new = now == self.new;
        assert!(is_new || now == self.old, "{case}: torn\n{now:#?}");
        ground.doctor_is_content(case);
        let changed: BTreeSet<String> = ground.git_status().into_iter().collect();
        let wanted: &[&str] = if is_new { &["a", "b", "c"] } else { &[] };
        let files =
            |id: &&str| [format!(" M .track/workflows/{id}.yaml"), format!("?? docs/execution/{id}.md")];
        let wanted: BTreeSet<String> = wanted.iter().flat_map(files).collect();
        assert_eq!(changed, wanted, "{case}");
        is_new
    }
}

/// Every call of a command that may change the disk or say something.
pub(super) fn points(ground: &Ground, args: &[&str]) -> Vec<Point> {
    points_of(ground, CALLS, args)
}

/// The same for other calls.
pub(super) fn points_of(ground: &Ground, calls: &str, args: &[&str]) -> Vec<Point> {
    let log = ground.path().join("log");
    let ran = ground.run_traced(&log, calls, &[], args);
    assert!(!ran.killed, "{ran:?}");
    let text = std::fs::read_to_string(&log).unwrap();
    let mut counts = BTreeMap::<&str, usize>::new();
    let mut found = Vec::new();
    for line in text.lines() {
        let Some((call, rest)) = line.split_once('(') else { continue };
        let nth = counts.entry(call).or_default();
        *nth += 1;
        let reads =
            call.starts_with("open") && !["O_CREAT", "O_WRONLY", "O_RDWR"].iter().any(|f| rest.contains(f));
        if !reads {
            found.push(Point { call: call.to_owned(), nth: *nth });
        }
    }
    found
}

fn kill(ground: &Ground, point: &Point, args: &[&str]) {
    let ran = ground.run_traced(Path::new("/dev/null"), CALLS, &[point.inject("signal=KILL")], args);
    assert!(ran.killed, "{point:?}: {ran:?}");
}

#[test]
fn a_killed_command_leaves_all_or_nothing() {
    if !traceable("a_killed_command_leaves_all_or_nothing") {
        return;
    }
    let base = three();
    let outcomes = Outcomes::of(&base);
    let all = points(&base.copy(), &CHANGE);
    assert!(all.len() > 30, "the trace shows only {all:?}");
    // The two ways out of an interruption: asked for, and by the next command that reads.
    let ways: [&[&str]; 2] = [&["recover"], &["status"]];
    let mut cases: Vec<(&Point, &[&str])> = Vec::new();
    for (index, point) in all.iter().enumerate() {
        let chosen = if full() { &ways[..] } else { &ways[index % 2..=index % 2] };
        cases.extend(chosen.iter().map(|way| (point, *way)));
    }
    let (old, new) = (AtomicUsize::new(0), AtomicUsize::new(0));
    each(&cases, |(point, way)| {
        let case = format!("killed at {point:?}, then {way:?}");
        let ground = base.copy();
        kill(&ground, point, &CHANGE);
        ground.run(way).exits(0, &case);
        let counter = if outcomes.settled(&ground, &case) { &new } else { &old };
        counter.fetch_add(1, Ordering::Relaxed);
    });
    let (old, new) = (old.into_inner(), new.into_inner());
    assert!(old > 0 && new > 0, "{old} old, {new} new: the kills missed the change");
    say(&format!(
        "`set` of three workflows: {} of {} points, {old} old, {new} new, 0 torn",
        cases.len(),
        all.len()
    ));
}

#[test]
fn a_killed_recovery_leaves_all_or_nothing() {
    if !traceable("a_killed_recovery_leaves_all_or_nothing") {
        return;
    }
    let base = three();
    let outcomes = Outcomes::of(&base);
    let all = points(&base.copy(), &CHANGE);
    let journal = all.iter().position(|point| point.call == "renameat2").unwrap();
    // Before the decision a recovery only tidies up.
    let firsts: Vec<Point> = if full() {
        all
    } else {
        [&sample(&all[journal / 2..journal], 2)[..], &sample(&all[journal..], 6)[..]].concat()
    };
    let ran = AtomicUsize::new(0);
    let seen = Mutex::new(BTreeSet::new());
    each(&firsts, |first| {
        let killed = base.copy();
        kill(&killed, first, &CHANGE);
        for way in [&["recover"][..], &["recover", "--abort"], &["status"]] {
            let seconds = points(&killed.copy(), way);
            for second in sample(&seconds, 6) {
                let case = format!("killed at {first:?}, then in {way:?} at {second:?}");
                let ground = killed.copy();
                kill(&ground, &second, way);
                let next = if second.nth % 2 == 0 { &["recover"][..] } else { &["list"] };
                ground.run(next).exits(0, &case);
                let is_new = outcomes.settled(&ground, &case);
                seen.lock().unwrap().insert((way.len(), is_new));
                ran.fetch_add(1, Ordering::Relaxed);
            }
        }
    });
    let seen = seen.into_inner().unwrap();
    assert!(seen.contains(&(1, true)) && seen.contains(&(2, false)), "{seen:?}");
    say(&format!("{} kills in recovery after {} kills of `set`: 0 torn", ran.into_inner(), firsts.len()));
}
