//! A release that is killed, and the recovery from it, which is killed, too.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::super::program::Ground;
use super::super::{Point, each, full, sample, say};
use super::yard::{Ends, Seen, ten};
use super::{OFTEN, calls, points};

pub(super) const ONWARD: &[&str] = &["recover"];
pub(super) const BACK: &[&str] = &["recover", "--abort"];

/// A command that releases, and what it leads to.
pub(super) struct Release {
    pub(super) base: Ground,
    pub(super) ends: Ends,
    pub(super) args: &'static [&'static str],
    pub(super) points: Vec<Point>,
}

/// Kills before a call; git goes on by itself, and only when it is done something else begins.
fn kill(ground: &Ground, point: &Point, args: &[&str]) {
    let strike = [point.inject("signal=KILL")];
    let ran = ground.run_traced(Path::new("/dev/null"), &calls(), &strike, args);
    let is_over = OFTEN.contains(&&*point.call) && ran.code == Some(0);
    assert!(ran.killed || is_over, "{point:?}: {ran:?}");
    ground.quiet();
}

/// What a kill left, but for the name that the change gave itself.
fn left(ground: &Ground) -> (Seen, BTreeMap<String, String>) {
    let mut seen = Seen::of(ground);
    let short = |(name, text): (String, String)| {
        let text = if name.contains("/txn.") { text.len().to_string() } else { text };
        match name.split_once(".gtk-") {
            Some((stem, rest)) => (format!("{stem}~{}", rest.rsplit('-').next().unwrap()), text),
            None => (name, text),
        }
    };
    let files = std::mem::take(&mut seen.files).into_iter().map(short).collect();
    seen.git = seen.git.lines().filter(|line| !line.contains(".gtk-")).collect();
    (seen, files)
}

impl Release {
    pub(super) fn new(args: &'static [&'static str]) -> Self {
        let base = ten();
        let ends = Ends::of(&base, args);
        let points = points(&base.copy(), args);
        assert!(points.len() > 80, "the trace shows only {points:?}");
        Self { base, ends, args, points }
    }

    /// The place in the points where the change is decided.
    pub(super) fn decided(&self) -> usize {
        self.points.iter().position(|point| point.call == "renameat2").unwrap()
    }

    /// Kills at these points, and one way out of each.
    pub(super) fn kills(&self, points: &[Point], way: &[&str]) {
        let (old, new) = (AtomicUsize::new(0), AtomicUsize::new(0));
        each(points, |point| {
            let case = format!("{:?} killed at {point:?}, then {way:?}", self.args);
            let ground = self.base.copy();
            kill(&ground, point, self.args);
            ground.run(way).exits(0, &case);
            let counter = if self.ends.settled(&ground, &case) { &new } else { &old };
            counter.fetch_add(1, Ordering::Relaxed);
        });
        let (old, new) = (old.into_inner(), new.into_inner());
        assert!(old > 0 && new > 0, "{old} old, {new} new: the kills missed the change");
        say(&format!(
            "{:?}, then {way:?}: {} of {} points, {old} old, {new} new, 0 torn, 0 stray",
            self.args,
            points.len(),
            self.points.len()
        ));
    }

    /// One kill for each state that the kills at these points leave.
    fn states(&self, points: &[Point]) -> Vec<(Point, Ground)> {
        let found = Mutex::new(BTreeMap::new());
        each(points, |point| {
            let ground = self.base.copy();
            kill(&ground, point, self.args);
            let state = format!("{:?}", left(&ground));
            found.lock().unwrap().entry(state).or_insert((point.clone(), ground));
        });
        found.into_inner().unwrap().into_values().collect()
    }

    /// Kills in the recoveries from kills, and recovery again; what each way led to.
    pub(super) fn kills_in_recovery(&self, firsts: &[Point], most: usize) -> BTreeSet<(usize, bool)> {
        let killed = self.states(firsts);
        let ran = AtomicUsize::new(0);
        let seen = Mutex::new(BTreeSet::new());
        each(&killed, |(first, killed)| {
            for way in [ONWARD, BACK] {
                let seconds = points(&killed.copy(), way);
                for second in sample(&seconds, most) {
                    let case = format!("{:?} killed at {first:?}, then in {way:?} at {second:?}", self.args);
                    let ground = killed.copy();
                    kill(&ground, &second, way);
                    ground.run(ONWARD).exits(0, &case);
                    let is_new = self.ends.settled(&ground, &case);
                    seen.lock().unwrap().insert((way.len(), is_new));
                    ran.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
        say(&format!(
            "{:?}: {} kills in recovery after {} kills, which left {} states: 0 torn, 0 stray",
            self.args,
            ran.into_inner(),
            firsts.len(),
            killed.len()
        ));
        seen.into_inner().unwrap()
    }

    /// All points, or some on both sides of the decision.
    pub(super) fn firsts(&self, before: usize, after: usize) -> Vec<Point> {
        let (undecided, decided) = self.points.split_at(self.decided());
        // Before the decision a recovery only tidies up.
        let late = if full() { undecided } else { &undecided[undecided.len() / 2..] };
        let mut firsts = [sample(late, before), sample(decided, after)].concat();
        // What is said at the end, when all is done.
        firsts.extend(decided.iter().rfind(|point| point.call == "write").cloned().filter(|_| !full()));
        firsts
    }
}
