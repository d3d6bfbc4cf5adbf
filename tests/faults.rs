//! Kills and errors at every system call that can change the disk: afterwards all files are old or all are new.
//!
//! The test binary runs itself again as a child, under a tracer that strikes at one chosen call. `GIT_TRACK_FULL=1`
//! strikes at every point instead of a sample.
#![expect(clippy::disallowed_methods, reason = "a harness of processes and raw files")]

mod agents;
mod bombs;
mod bump;
mod child;
mod flushes;
mod hostile;
mod hunt;
mod kills;
mod lost;
mod program;
mod scene;
mod surroundings;
mod templates;
mod writers;

use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use git_track::files::{Direction, Kept};

use scene::{Role, Scene};

/// What can change the disk, and what must be open for it.
const CALLS: &str = "open,openat,openat2,write,pwrite64,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,link,\
                     linkat,fchmod,fchown,mkdir,mkdirat,rmdir,ftruncate,flock";
const ROLES: [Role; 4] = [Role::Many, Role::Modify, Role::Create, Role::Delete];
/// A file system without the new renames, and a kernel without `openat2`.
const OLD_SYSTEM: [&str; 2] = ["renameat2:error=EINVAL", "openat2:error=ENOSYS"];
const NFS_LIKE: [&str; 1] = ["flock:error=EOPNOTSUPP"];

/// The `nth` call of that name.
#[derive(Clone, Debug)]
struct Point {
    call: String,
    nth: usize,
}

impl Point {
    fn inject(&self, what: &str) -> String {
        format!("{}:{what}:when={}", self.call, self.nth)
    }
}

fn full() -> bool {
    std::env::var_os("GIT_TRACK_FULL").is_some()
}

/// Unlike `eprintln!`, seen even when the test passes.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "faults: {line}");
}

fn traceable(test: &str) -> bool {
    let output = std::process::Command::new("strace").args(["-qq", "-o", "/dev/null", "true"]).output();
    let fine = output.is_ok_and(|output| output.status.success());
    if !fine {
        crate::support::skip(&format!("SKIPPED {test}: strace is missing or not permitted"));
    }
    fine
}

/// Every point of a run that nothing disturbs but `always`.
fn points(scene: &Scene, role: Role, always: &[&str]) -> Vec<Point> {
    let log = scene.log();
    let trace = format!("{CALLS},statx");
    let outcome = scene.run(role, &log, &trace, always);
    assert!(!outcome.killed && outcome.word.is_some(), "{role:?}: {outcome:?}");
    let text = std::fs::read_to_string(&log).unwrap();
    let worker = text.lines().find(|line| line.contains(scene::BEGIN)).and_then(|line| line.split_once(' '));
    let worker = worker.expect("the trace names the thread").0;
    let mut counts = std::collections::BTreeMap::<&str, usize>::new();
    let mut found = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        let Some(line) = line.strip_prefix(worker) else { continue };
        let Some((call, _)) = line.trim_start().split_once('(') else { continue };
        inside = (inside || line.contains(scene::BEGIN)) && !line.contains(scene::END);
        let nth = counts.entry(call).or_default();
        *nth += 1;
        if inside && call != "statx" && !always.iter().any(|inject| inject.starts_with(&format!("{call}:"))) {
            found.push(Point { call: call.to_owned(), nth: *nth });
        }
    }
    assert!(found.len() > 5, "{role:?}: the trace shows only {found:?}\n{text}");
    found
}

/// At most `most` of them, evenly; all when everything is wanted.
fn sample<T: Clone>(all: &[T], most: usize) -> Vec<T> {
    let step = if full() { 1 } else { all.len().div_ceil(most).max(1) };
    all.iter().step_by(step).cloned().collect()
}

fn each<T: Sync>(items: &[T], work: impl Fn(&T) + Sync) {
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                    work(item);
                }
            });
        }
    });
}

fn kill(scene: &Scene, role: Role, point: &Point, always: &[&str]) {
    let strike = point.inject("signal=KILL");
    let mut injections = always.to_vec();
    injections.push(&strike);
    let outcome = scene.run(role, Path::new("/dev/null"), CALLS, &injections);
    assert!(outcome.killed, "{role:?} {point:?}: {outcome:?}");
}

/// Kills at the points of each role; recovery must bring all or nothing.
fn kills(roles: &[Role], always: &[&str], most: usize) -> usize {
    let mut cases = Vec::new();
    for &role in roles {
        let all = points(&Scene::new(), role, always);
        cases.extend(sample(&all, most).into_iter().map(|point| (role, point)));
    }
    each(&cases, |(role, point)| {
        let scene = Scene::new();
        kill(&scene, *role, point, always);
        let recovered = scene.recover();
        assert!(recovered.is_ok_and(|r| r.is_none_or(|r| r.kept.is_empty())), "{role:?} {point:?}");
        scene.settled(*role, &format!("{role:?} killed at {point:?}"));
    });
    cases.len()
}

#[test]
fn a_kill_leaves_all_or_nothing() {
    if traceable("a_kill_leaves_all_or_nothing") {
        let ran = kills(&ROLES, &[], 100);
        let old = kills(&ROLES, &OLD_SYSTEM, 20);
        let nfs = kills(&ROLES[..2], &NFS_LIKE, 20);
        say(&format!("{ran} kills, {old} with the calls of an old system, {nfs} without flock: 0 torn"));
    }
}

#[test]
fn a_kill_in_recovery_leaves_all_or_nothing() {
    if !traceable("a_kill_in_recovery_leaves_all_or_nothing") {
        return;
    }
    let firsts = points(&Scene::new(), Role::Many, &[]);
    // The interesting states lie behind the journal, so the sample takes the later half.
    let firsts = if full() { firsts } else { sample(&firsts[firsts.len() / 2..], 10) };
    let ran = AtomicUsize::new(0);
    each(&firsts, |first| {
        let base = Scene::new();
        kill(&base, Role::Many, first, &[]);
        for role in [Role::Recover, Role::Abort] {
            let seconds = points(&base.copy(), role, &[]);
            for second in sample(&seconds, 8) {
                let scene = base.copy();
                kill(&scene, role, &second, &[]);
                scene.recover().unwrap_or_else(|e| panic!("{first:?} then {role:?} {second:?}: {e}"));
                scene.settled(Role::Many, &format!("killed at {first:?}, then in {role:?} at {second:?}"));
                ran.fetch_add(1, Ordering::Relaxed);
            }
        }
    });
    say(&format!("{} kills in recovery after {} kills: 0 torn", ran.into_inner(), firsts.len()));
}

#[test]
fn an_error_leaves_all_or_nothing_and_says_which() {
    if !traceable("an_error_leaves_all_or_nothing_and_says_which") {
        return;
    }
    let errors = ["ENOSPC", "EIO", "EACCES"];
    let mut cases = Vec::new();
    for role in ROLES {
        let all = points(&Scene::new(), role, &[]);
        for (index, point) in all.iter().enumerate() {
            let chosen = if full() { &errors[..] } else { &errors[index % 3..=index % 3] };
            cases.extend(chosen.iter().map(|error| (role, point.inject(&format!("error={error}")))));
        }
        // From that call on, every one fails: nothing can be undone then.
        for point in sample(&all, 4) {
            cases.push((role, format!("{}+", point.inject("error=EIO"))));
        }
    }
    let pending = AtomicUsize::new(0);
    each(&sample(&cases, 240), |(role, inject)| {
        let scene = Scene::new();
        let outcome = scene.run(*role, Path::new("/dev/null"), CALLS, &[inject]);
        let case = format!("{role:?} with {inject}: {outcome:?}");
        match outcome.word.as_deref() {
            Some("ok") => assert!(scene.is_new(*role), "{case}"),
            Some("io") => assert!(scene.is_old() && !scene.is_pending(), "{case}\n{:#?}", scene.tree()),
            Some("recovery-pending") => {
                pending.fetch_add(1, Ordering::Relaxed);
                assert!(scene.is_pending(), "{case}");
            }
            // A write that keeps failing silences the child as well.
            None if inject.starts_with("write:") && inject.ends_with('+') => {}
            _ => panic!("{case}"),
        }
        scene.recover().unwrap_or_else(|e| panic!("{case}: {e}"));
        scene.settled(*role, &case);
    });
    say(&format!("{} errors, {} of them pending: 0 torn", sample(&cases, 240).len(), pending.into_inner()));
}

#[test]
fn an_edit_in_the_last_moment_is_kept() {
    if !traceable("an_edit_in_the_last_moment_is_kept") {
        return;
    }
    let scene = Scene::new();
    // The first such rename takes the decision, the second replaces the first file.
    let pause = "renameat2:delay_enter=2000000:when=2";
    let outcome = std::thread::scope(|scope| {
        let run = scope.spawn(|| scene.run(Role::Many, Path::new("/dev/null"), CALLS, &[pause]));
        while !scene.is_decided() {
            assert!(!run.is_finished(), "the change ended before its decision was seen");
            std::thread::yield_now();
        }
        scene.put(scene::ONE, "mine");
        run.join().unwrap()
    });
    assert_eq!(outcome.word.as_deref(), Some("refused"), "{outcome:?}");
    assert_eq!(scene.text(scene::ONE), "mine");
    scene.put(scene::ONE, scene::OLD);
    assert!(scene.is_old() && !scene.is_pending(), "{:#?}", scene.tree());
}

#[test]
fn an_edit_after_a_kill_is_kept() {
    if !traceable("an_edit_after_a_kill_is_kept") {
        return;
    }
    let scene = Scene::new();
    kill(&scene, Role::Many, &Point { call: "renameat2".to_owned(), nth: 2 }, &[]);
    scene.put(scene::ONE, "mine");
    assert!(scene.recover().is_err());
    let recovered = scene.abort().unwrap().unwrap();
    assert_eq!(recovered.direction, Direction::Back);
    assert_eq!(recovered.kept, [Kept { file: scene::ONE.to_owned(), copy: None }]);
    assert_eq!(scene.text(scene::ONE), "mine");
}
