//! Every call of a release that writes, failing once or from then on.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::super::{Point, each, full, sample, say, traceable};
use super::release::{ONWARD, Release};
use super::yard::Seen;
use super::{ALL, FILES, OFTEN, calls};

const ERRORS: [&str; 3] = ["ENOSPC", "EIO", "EACCES"];

/// A point, what fails there, and whether that is the last that is written: what the command says.
struct Fault<'a> {
    point: &'a Point,
    how: String,
    is_said: bool,
}

/// Once and from then on, with every error or with one after the other.
fn faults(points: &[Point]) -> Vec<Fault<'_>> {
    let mut found = Vec::new();
    let last = points.iter().rposition(|point| point.call == "write").unwrap();
    let can_fail = |point: &Point| point.call != "recvfrom" && !OFTEN.contains(&&*point.call);
    for (index, point) in points.iter().enumerate().filter(|(_, point)| can_fail(point)) {
        for (turn, error) in ERRORS.iter().enumerate().filter(|(turn, _)| full() || *turn == index % 3) {
            let once = point.inject(&format!("error={error}"));
            let ways = if full() {
                vec![once.clone(), format!("{once}+")]
            } else {
                vec![once.clone() + ["", "+"][(index / 3 + turn) % 2]]
            };
            found.extend(ways.into_iter().map(|how| Fault { point, how, is_said: index == last }));
        }
    }
    found
}

fn errors(args: &'static [&'static str], most: usize) {
    let release = Release::new(args);
    let all = faults(&release.points);
    let indices: Vec<usize> = (0..all.len()).collect();
    let chosen = sample(&indices, most);
    let counts = [const { AtomicUsize::new(0) }; 3];
    each(&chosen, |index| {
        let fault = &all[*index];
        let ground = release.base.copy();
        let ran = ground.run_traced(Path::new("/dev/null"), &calls(), std::slice::from_ref(&fault.how), args);
        ground.quiet();
        let case = format!("{args:?} with {} at {:?}: {ran:?}", fault.how, fault.point);
        let is_old = Seen::of(&ground) == release.ends.old;
        let pending = ran.code == Some(75);
        match ran.code {
            Some(0) => assert!(!is_old, "{case}"),
            Some(75) => {}
            // What is done is done, but nobody was told.
            Some(4) if fault.is_said => assert!(!is_old, "{case}"),
            Some(1 | 4) => assert!(is_old, "{case}\n{:#?}", Seen::of(&ground)),
            _ => panic!("{case}"),
        }
        ground.run(ONWARD).exits(0, &case);
        let is_new = release.ends.settled(&ground, &case);
        assert!(pending || is_new != is_old, "{case}: the recovery changed it");
        counts[if pending { 2 } else { usize::from(is_new) }].fetch_add(1, Ordering::Relaxed);
    });
    let [old, new, pending] = counts.map(AtomicUsize::into_inner);
    assert!(old > 0 && new > 0, "{old} old, {new} new: the errors missed the change");
    say(&format!(
        "{args:?}: {} errors at {} points, {old} old, {new} new, {pending} for recover: 0 torn, 0 stray",
        chosen.len(),
        release.points.len()
    ));
}

#[test]
fn an_error_in_a_bump_leaves_all_or_nothing() {
    if traceable("an_error_in_a_bump_leaves_all_or_nothing") {
        errors(FILES, 24);
    }
}

#[test]
fn an_error_in_a_bump_with_its_commit_leaves_all_or_nothing() {
    if traceable("an_error_in_a_bump_with_its_commit_leaves_all_or_nothing") {
        errors(ALL, 30);
    }
}
