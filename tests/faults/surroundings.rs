//! A lock that is held, a change that was interrupted, a directory that cannot be written, an output that is full.
#![expect(clippy::disallowed_methods, reason = "a harness of processes and raw files")]

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;

use super::kills::{CHANGE, three};
use super::program::{Ground, PROGRAM, Ran, finish};
use super::{CALLS, Point, each, say, traceable};

/// Everything that reads the state of the work tree.
const READERS: [&[&str]; 8] = [
    &["status"],
    &["status", "--json"],
    &["show", "a:x"],
    &["list"],
    &["next"],
    &["why", "a:x"],
    &["brief", "-w", "a"],
    &["diff"],
];

/// One of each way to the lock.
const WRITERS: [&[&str]; 6] = [
    &CHANGE,
    &["claim", "--as=Ada", "a:x"],
    &["new", "program", "Another", "--as=Ada"],
    &["undo"],
    &["recover"],
    &["init", "--profile=trace"],
];

/// Holds the lock as another process would: the kernel knows it by the open file.
fn held(ground: &Ground) -> File {
    fs::create_dir_all(ground.track()).unwrap();
    let lock =
        File::options().write(true).create(true).truncate(true).open(ground.track().join("lock")).unwrap();
    lock.lock().unwrap();
    let owner = r#"{"command":"git track bump","pid":4711,"since":"2026-02-01T09:00:00Z"}"#;
    fs::write(ground.track().join("lock.info"), owner).unwrap();
    lock
}

/// Leaves a decided change of three files with none of them replaced.
fn interrupted() -> Ground {
    let ground = three();
    let second = Point { call: "renameat2".to_owned(), nth: 2 }.inject("signal=KILL");
    let ran = ground.run_traced(Path::new("/dev/null"), CALLS, &[second], &CHANGE);
    assert!(ran.killed && ground.track().join("txn.commit").exists(), "{ran:?}");
    ground
}

#[test]
fn a_held_lock_stops_writers_and_not_readers() {
    let grounds: Vec<(Ground, &[&str])> = WRITERS.iter().map(|args| (three(), *args)).collect();
    std::thread::scope(|scope| {
        for (index, (ground, args)) in grounds.iter().enumerate() {
            scope.spawn(move || {
                let _lock = held(ground);
                let before = ground.tree();
                if index == 1 {
                    // Whatever lies there must not keep anybody waiting.
                    fs::remove_file(ground.track().join("lock.info")).unwrap();
                    let made = ground.command("mkfifo").arg(ground.track().join("lock.info")).status();
                    assert!(made.unwrap().success());
                }
                for reader in READERS {
                    ground.run(reader).exits(0, "a reader beside the lock");
                }
                let ran = ground.run(args).exits(75, "a writer beside the lock");
                if index == 1 {
                    assert!(ran.stderr.contains("held by another process"), "{ran:?}");
                } else {
                    assert!(ran.stderr.contains("waiting for the lock held by 4711"), "{ran:?}");
                    assert!(ran.stderr.contains("held by 4711 `git track bump` since 2026"), "{ran:?}");
                }
                assert!(ran.stdout.is_empty(), "{ran:?}");
                fs::remove_file(ground.track().join("lock.info")).unwrap();
                assert_eq!(ground.tree(), before, "{args:?}");
            });
        }
        scope.spawn(|| {
            let ground = interrupted();
            let _lock = held(&ground);
            let before = ground.tree();
            let ran = ground.run(&["status", "--json"]).exits(75, "a reader of half a change");
            assert_eq!(ran.json("status")["error"]["kind"], "recovery-pending", "{ran:?}");
            assert_eq!(ground.tree(), before);
        });
    });
    let (ground, args) = &grounds[0];
    ground.run(args).exits(0, "when the lock is free again");
}

#[test]
fn an_interrupted_change_is_finished_by_whoever_comes_next() {
    if !traceable("an_interrupted_change_is_finished_by_whoever_comes_next") {
        return;
    }
    let base = interrupted();
    let done = three();
    done.run(&CHANGE).exits(0, "undisturbed");
    let readers: Vec<&[&str]> = READERS.to_vec();
    each(&readers, |args| {
        let ground = base.copy();
        let ran = ground.run(args).exits(0, &format!("{args:?}"));
        assert!(
            ran.stderr.contains("finished git track") && ran.stderr.contains("now new"),
            "{args:?}: {ran:?}"
        );
        assert_eq!(ground.tree(), done.tree(), "{args:?}");
    });
    // The doctor only looks.
    let ran = base.run(&["doctor"]).exits(4, "doctor");
    assert!(ran.stdout.contains("git track recover"), "{ran:?}");
    assert!(base.track().join("txn.commit").exists());
    let ran = base.run(&["recover", "--dry-run"]).exits(0, "a look");
    assert!(ran.stdout.contains("pending") && base.track().join("txn.commit").exists(), "{ran:?}");
    // Taken back instead.
    let back = base.copy();
    back.run(&["recover", "--abort"]).exits(0, "abort");
    assert_eq!(back.tree(), three().tree());
}

#[test]
fn a_journal_that_cannot_be_read_is_not_guessed_at() {
    if !traceable("a_journal_that_cannot_be_read_is_not_guessed_at") {
        return;
    }
    let base = interrupted();
    let journal = base.track().join("txn.commit");
    let whole = fs::read(&journal).unwrap();
    let newer = String::from_utf8(whole.clone()).unwrap().replacen("journal 1 ", "journal 2 ", 1);
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    for bytes in [&whole[..whole.len() / 2], b"", &flipped, newer.as_bytes()] {
        let ground = base.copy();
        fs::write(ground.track().join("txn.commit"), bytes).unwrap();
        let before = ground.tree();
        for args in [&CHANGE[..], &["status"], &["undo"], &["recover"]] {
            let ran = ground.run(args).exits(75, "a damaged journal");
            assert!(ran.stderr.contains("git track recover --abort"), "{ran:?}");
            assert_eq!(ground.tree(), before, "{args:?}");
        }
        ground.run(&["recover", "--abort"]).exits(0, "set aside");
        ground.run(&["status"]).exits(0, "afterwards");
    }
}

/// Runs a program as somebody who may not do everything.
fn as_nobody(ground: &Ground, args: &[&str]) -> Option<Ran> {
    let user = ground.command("id").arg("-u").output().unwrap().stdout;
    if user != b"0\n" {
        return Some(ground.run(args));
    }
    let nobody = ["--reuid=65534", "--regid=65534", "--clear-groups"];
    let can =
        ground.command("setpriv").args(nobody).args([PROGRAM, "--version"]).stdout(Stdio::null()).status();
    if !can.is_ok_and(|status| status.success()) {
        say("SKIPPED read-only directories: nobody cannot run the program");
        return None;
    }
    let owned = ground.command("chown").args(["-R", "65534:65534"]).arg(ground.path()).status();
    assert!(owned.unwrap().success());
    let mut command = ground.command("setpriv");
    command.args(nobody).arg(PROGRAM).args(args);
    Some(finish(command, &format!("as nobody {args:?}")))
}

#[test]
fn a_directory_that_cannot_be_written_is_an_error_and_no_more() {
    for (dir, used) in
        [(".git", false), (".git/track", true), (".git/track/undo", true), (".track/workflows", true)]
    {
        let ground = three();
        if used {
            ground.run(&["set", "a:x", "note=first", "--as=Ada"]).exits(0, "set");
        }
        let before = ground.tree();
        let mode =
            |mode| fs::set_permissions(ground.work().join(dir), fs::Permissions::from_mode(mode)).unwrap();
        mode(0o555);
        for args in WRITERS.iter().take(3) {
            let Some(ran) = as_nobody(&ground, args) else { return mode(0o755) };
            let ran = ran.exits(4, dir);
            assert!(ran.stderr.contains("ermission denied"), "{dir}: {ran:?}");
            assert_eq!(ground.tree(), before, "{dir}: {args:?}");
        }
        as_nobody(&ground, &["status"]).unwrap().exits(0, dir);
        mode(0o755);
        assert_eq!(ground.tree(), before, "{dir}");
        as_nobody(&ground, &["doctor"]).unwrap().exits(0, dir);
        as_nobody(&ground, &CHANGE).unwrap().exits(0, dir);
    }
}

/// Calls the program with its descriptors turned into something else by a shell.
fn redirected(ground: &Ground, how: &str, args: &[&str]) -> Ran {
    let mut command = ground.command("sh");
    command.args(["-c", &format!("exec \"$@\" {how}"), "sh", PROGRAM]).args(args);
    finish(command, &format!("{args:?} {how}"))
}

#[test]
fn an_output_that_is_full_or_closed_is_no_reason_to_panic() {
    let commands: [&[&str]; 8] = [
        &["status"],
        &["status", "--json"],
        &["list"],
        &["show", "a:nothing", "--json"],
        &["schema", "workflow"],
        &["completions", "bash"],
        &["doctor"],
        &["recover"],
    ];
    let ground = three();
    for args in commands {
        let ran = redirected(&ground, ">/dev/full", args);
        assert!(ran.code.is_some_and(|code| code == 4 || code == 3), "{args:?}: {ran:?}");
        for how in [">/dev/full 2>/dev/full", "<&- >&-", "<&- >&- 2>&-", "2>&-", "2>/dev/full"] {
            let ran = redirected(&ground, how, args);
            assert!(ran.code.is_some_and(|code| [0, 3, 4].contains(&code)), "{args:?} {how}: {ran:?}");
        }
    }
    // What is written is written, but nobody was told.
    for how in [">/dev/full", "<&- >&- 2>&-"] {
        let ground = three();
        let ran = redirected(&ground, how, &CHANGE);
        assert_eq!(ran.code, Some(if how.contains("full") { 4 } else { 0 }), "{how}: {ran:?}");
        assert_eq!(ground.git_status().len(), 6, "three workflows and their documents: {how}");
        ground.doctor_is_content(how);
    }
    // A reader that has gone away, like `head`, is no error.
    let mut piped = ground.command("sh");
    piped.args(["-c", "(\"$@\"; echo \"left $?\" >&2) | true", "sh", PROGRAM, "status"]);
    let ran = finish(piped, "a closed pipe");
    assert!(ran.stderr.contains("left 0"), "{ran:?}");
}
