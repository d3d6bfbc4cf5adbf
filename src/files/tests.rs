#![expect(clippy::disallowed_methods, reason = "tests set the scene by hand")]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::time::{Duration, Instant};

use super::testing::{Scene, edit, path, tree};
use super::*;
use crate::error::Kind;

#[test]
fn reads_files_and_names_everything_else() {
    let scene = Scene::new();
    scene.put("a/b", "text");
    symlink("b", scene.work().join("a/link")).unwrap();
    symlink("/etc", scene.work().join("out")).unwrap();
    rustix::fs::mknodat(
        rustix::fs::CWD,
        scene.work().join("pipe"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::from_raw_mode(0o644),
        0,
    )
    .unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(scene.work().join("socket")).unwrap();
    let read = |name: &str| scene.files.read(Root::WorkTree, &path(name), 100);
    assert_eq!(read("a/b").unwrap().unwrap(), b"text");
    assert_eq!(read("a/none").unwrap(), None);
    assert_eq!(read("none/at/all").unwrap(), None);
    assert_eq!(scene.files.read(Root::Logs, &path("x"), 1).unwrap(), None);
    let cases = [
        ("pipe", "`pipe` is a FIFO, not a file"),
        ("socket", "`socket` is a socket, not a file"),
        ("a", "`a` is a directory, not a file"),
        ("a/link", "`a/link` is a symbolic link, not a file"),
        ("out/passwd", "`out` is a symbolic link, not a directory"),
        ("a/b/c", "`a/b` is a file, not a directory"),
    ];
    let start = Instant::now();
    for (name, message) in cases {
        let error = read(name).unwrap_err();
        assert_eq!((error.kind(), error.message()), (Kind::State, message));
        let error = scene.apply(&[edit(name, None, Some("x"))]).unwrap_err();
        assert_eq!((error.kind(), error.message()), (Kind::State, message));
    }
    assert!(start.elapsed() < Duration::from_secs(5), "a pipe must not be waited for");
    let error = scene.files.read(Root::WorkTree, &path("a/b"), 3).unwrap_err();
    assert!(error.message().contains("4 bytes long; 3 is the limit"), "{error}");
    let bare = Files::new(Roots { work_tree: None, ..scene.files.roots.clone() });
    assert_eq!(bare.read(Root::WorkTree, &path("a"), 1).unwrap_err().kind(), Kind::Repository);
}

#[test]
fn lists_sorted_with_kinds() {
    use std::os::unix::ffi::OsStrExt;
    let scene = Scene::new();
    scene.put("d/b", "");
    scene.put("d/a/x", "");
    symlink("b", scene.work().join("d/c")).unwrap();
    symlink("d", scene.work().join("e")).unwrap();
    fs::write(scene.work().join("d").join(std::ffi::OsStr::from_bytes(b"\xff")), "").unwrap();
    let list = |name: &str| scene.files.list(Root::WorkTree, &path(name));
    let entries: Vec<_> = list("d").unwrap().into_iter().map(|e| (e.name, e.kind)).collect();
    let expected = [
        ("a", EntryKind::Dir),
        ("b", EntryKind::File),
        ("c", EntryKind::Symlink),
        ("\u{fffd}", EntryKind::NotUtf8),
    ];
    assert_eq!(entries, expected.map(|(name, kind)| (name.to_owned(), kind)));
    assert_eq!(list("none/x").unwrap(), []);
    assert_eq!(scene.files.list_root(Root::Logs).unwrap(), []);
    assert_eq!(scene.files.list_root(Root::WorkTree).unwrap().len(), 3);
    assert_eq!(list("e").unwrap_err().message(), "`e` is a symbolic link, not a directory");
    assert_eq!(list("d/b").unwrap_err().message(), "`d/b` is a file, not a directory");
    let exists = |name: &str| scene.files.exists(Root::WorkTree, &path(name));
    assert!(exists("d/b").unwrap() && exists("d").unwrap() && exists("e").unwrap());
    assert!(!exists("d/none").unwrap() && !exists("no/ne").unwrap());
    assert_eq!(exists("e/b").unwrap_err().kind(), Kind::State);
}

#[test]
fn applies_all_and_leaves_nothing_behind() {
    let scene = Scene::new();
    scene.put("a", "old");
    scene.put("d/gone", "bye");
    fs::set_permissions(scene.work().join("a"), fs::Permissions::from_mode(0o750)).unwrap();
    let mut tool = edit("bin/sub/tool", None, Some("#!"));
    tool.executable = true;
    let mut log = edit("x/log", None, Some("log"));
    log.root = Root::Logs;
    scene
        .apply(&[edit("a", Some("old"), Some("new")), edit("d/gone", Some("bye"), None), tool, log])
        .unwrap();
    let after = tree(scene.keep.path());
    let file = |name: &str| after.get(Path::new(name)).map(String::as_str);
    assert_eq!(file("work/a"), Some("750 new"));
    // Whatever the umask of whoever runs the tests leaves.
    let mask = fs::metadata(scene.keep.path().join("work/bin")).unwrap().permissions().mode() & 0o777;
    assert_eq!(file("work/bin/sub/tool"), Some(format!("{mask:o} #!").as_str()));
    assert_eq!(file("logs/x/log"), Some(format!("{:o} log", mask & 0o666).as_str()));
    let names: Vec<_> = after.keys().map(|name| name.display().to_string()).collect();
    let expected = "logs logs/x logs/x/log work work/.git work/.git/track work/a work/bin work/bin/sub \
                    work/bin/sub/tool work/d";
    assert_eq!(names.join(" "), expected);
    // One file alone, in each of its three ways.
    scene.apply(&[edit("a", Some("new"), Some("newer"))]).unwrap();
    scene.apply(&[edit("d/one", None, Some("1"))]).unwrap();
    scene.apply(&[edit("bin/sub/tool", Some("#!"), None)]).unwrap();
    scene.apply(&[edit("a", Some("newer"), Some("newer"))]).unwrap();
    assert_eq!((scene.text("a"), scene.text("d/one")), (Some("newer".into()), Some("1".into())));
    assert_eq!(tree(scene.keep.path()).len(), 11);
}

#[test]
fn refuses_and_writes_nothing() {
    let scene = Scene::new();
    scene.put("a", "old");
    scene.put("b", "edited");
    scene.put("c", "c");
    fs::hard_link(scene.work().join("c"), scene.work().join("c2")).unwrap();
    let before = tree(scene.keep.path());
    let good = edit("a", Some("old"), Some("new"));
    let cases = [
        (edit("b", Some("old"), Some("new")), Kind::Refused, "changed underneath"),
        (edit("b", None, Some("new")), Kind::Refused, "changed underneath"),
        (edit("none", Some("x"), None), Kind::Refused, "changed underneath"),
        (edit("b", Some("other"), Some("other")), Kind::Refused, "changed underneath"),
        (edit("c", Some("c"), Some("new")), Kind::State, "2 hard links"),
        (good.clone(), Kind::Bug, "twice"),
        (edit("a/b", None, Some("x")), Kind::State, "`a` is a file, not a directory"),
    ];
    for (bad, kind, message) in cases {
        let error = scene.apply(&[good.clone(), bad]).unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.message().contains(message), "{error}");
        assert_eq!(tree(scene.keep.path()), before, "{message}");
    }
    // A directory of the change where another of its files is to be: only the disk can say so.
    let error = scene.apply(&[good, edit("n", None, Some("x")), edit("n/m", None, Some("y"))]).unwrap_err();
    assert_eq!(error.kind(), Kind::Refused, "{error}");
    assert_eq!(tree(scene.keep.path()), before);
}

#[test]
fn recovers_forward_back_and_not_at_all() {
    let edits =
        [edit("a", Some("old"), Some("new")), edit("n/b", None, Some("made")), edit("c", Some("bye"), None)];
    for (phase, abort, direction) in [
        (Phase::Commit, false, Direction::Forward),
        (Phase::Commit, true, Direction::Back),
        (Phase::Abort, false, Direction::Back),
        (Phase::Abort, true, Direction::Back),
        (Phase::Prepare, false, Direction::Discarded),
        (Phase::Prepare, true, Direction::Discarded),
    ] {
        let scene = Scene::new();
        scene.put("a", "old");
        scene.put("c", "bye");
        assert_eq!(scene.files.recover(&scene.lock).unwrap(), None);
        scene.interrupted(phase, &edits);
        scene.put(".a.gtk-1-0", "new");
        assert_eq!(scene.files.pending().unwrap().unwrap().phase, phase);
        assert_eq!(scene.apply(&edits).unwrap_err().kind(), Kind::Pending);
        let act = if abort { Files::abort } else { Files::recover };
        let recovered = act(&scene.files, &scene.lock).unwrap().unwrap();
        assert_eq!(recovered.direction, direction);
        assert_eq!((recovered.command.as_str(), recovered.files.len()), ("git track bump", 3));
        assert_eq!(recovered.kept, []);
        let new = direction == Direction::Forward;
        let expected = if new { [Some("new"), Some("made"), None] } else { [Some("old"), None, Some("bye")] };
        assert_eq!(
            [scene.text("a"), scene.text("n/b"), scene.text("c")],
            expected.map(|t| t.map(str::to_owned))
        );
        assert_eq!((scene.text(".a.gtk-1-0"), scene.files.pending().unwrap()), (None, None));
    }
}

#[test]
fn what_others_wrote_is_kept() {
    let edits = [edit("a", Some("old"), Some("new")), edit("b", Some("old"), Some("new"))];
    let scene = Scene::new();
    scene.put("a", "new");
    scene.put("b", "mine");
    scene.interrupted(Phase::Commit, &edits);
    let error = scene.files.recover(&scene.lock).unwrap_err();
    assert_eq!((error.kind(), error.hints()), (Kind::Pending, &["git track recover --abort".to_owned()][..]));
    assert_eq!(scene.text("a").unwrap(), "new");
    let recovered = scene.files.abort(&scene.lock).unwrap().unwrap();
    assert_eq!(recovered.kept, [Kept { file: "b".into(), copy: None }]);
    assert_eq!((scene.text("a").unwrap(), scene.text("b").unwrap()), ("old".into(), "mine".into()));

    // Swapped out by a crash in the middle of a replacement.
    scene.put("a", "new");
    scene.put(".a.gtk-1-0", "mine");
    scene.put("b", "old");
    scene.interrupted(Phase::Commit, &edits);
    let recovered = scene.files.recover(&scene.lock).unwrap().unwrap();
    assert_eq!(recovered.kept, [Kept { file: "a".into(), copy: Some(".a.gtk-1-0".into()) }]);
    assert_eq!((scene.text("a").unwrap(), scene.text("b").unwrap()), ("new".into(), "new".into()));
    scene.interrupted(Phase::Commit, &edits);
    let recovered = scene.files.abort(&scene.lock).unwrap().unwrap();
    assert_eq!(recovered.kept, [Kept { file: "a".into(), copy: None }]);
    assert_eq!((scene.text("a").unwrap(), scene.text("b").unwrap()), ("mine".into(), "old".into()));
    assert_eq!(scene.text(".a.gtk-1-0"), None);
}

#[test]
fn a_journal_that_cannot_be_used_is_never_guessed_at() {
    let edits = [edit("a", Some("old"), Some("new")), edit("b", Some("old"), Some("new"))];
    for damage in ["damaged", "newer", "two"] {
        let scene = Scene::new();
        scene.put("a", "new");
        scene.put("b", "old");
        scene.interrupted(Phase::Commit, &edits);
        let journal = scene.work().join(".git/track/txn.commit");
        let text = fs::read_to_string(&journal).unwrap();
        match damage {
            "damaged" => fs::write(&journal, text.replace("old", "odd")).unwrap(),
            "newer" => fs::write(&journal, text.replacen(" 1 ", " 2 ", 1)).unwrap(),
            _ => fs::write(scene.work().join(".git/track/txn.abort"), text).unwrap(),
        }
        let error = scene.files.recover(&scene.lock).unwrap_err();
        assert_eq!(error.kind(), Kind::Pending, "{damage}: {error}");
        assert_eq!(error.hints()[0], "git track recover --abort");
        let recovered = scene.files.abort(&scene.lock).unwrap().unwrap();
        assert_eq!(recovered.direction, Direction::SetAside);
        assert!(recovered.files.iter().all(|file| Path::new(file).exists()));
        assert_eq!((scene.text("a").unwrap(), scene.text("b").unwrap()), ("new".into(), "old".into()));
        assert_eq!(scene.files.pending().unwrap(), None);
    }
    let scene = Scene::new();
    for act in [Files::recover, Files::abort] {
        fs::write(scene.work().join(".git/track/txn.prepare"), "git-track-jour").unwrap();
        assert_eq!(act(&scene.files, &scene.lock).unwrap().unwrap().direction, Direction::Discarded);
        assert_eq!(scene.files.pending().unwrap(), None);
    }
}

#[test]
fn a_moved_log_root_stops_recovery() {
    let scene = Scene::new();
    let mut log = edit("x", None, Some("1"));
    log.root = Root::Logs;
    let mut journal = scene.interrupted(Phase::Prepare, &[log]);
    journal.bases.push(journal::Base { root: Root::Logs, directory: "/elsewhere".into() });
    fs::remove_file(scene.work().join(".git/track/txn.prepare")).unwrap();
    journal.store(&track(&scene.work().join(".git")).unwrap()).unwrap();
    let error = scene.files.recover(&scene.lock).unwrap_err();
    assert!(error.kind() == Kind::Pending && error.message().contains("/elsewhere"), "{error}");
}
