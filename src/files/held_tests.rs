#![expect(clippy::disallowed_methods, reason = "tests set the scene by hand")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use super::journal::{Journal, decide};
use super::testing::{Scene, edit, tree};
use super::*;
use crate::error::Kind;
use crate::model::edit::Edit;

const THEN: &str = r#"{"commit":"v1"}"#;

/// One file changed, one made in a directory that is made for it, one removed.
fn edits() -> [Edit; 3] {
    [edit("a", Some("old"), Some("new")), edit("n/m/b", None, Some("made")), edit("c", Some("bye"), None)]
}

fn scene() -> Scene {
    let scene = Scene::new();
    for (name, text, mode) in [("a", "old", 0o750), ("c", "bye", 0o600)] {
        scene.put(name, text);
        fs::set_permissions(scene.work().join(name), fs::Permissions::from_mode(mode)).unwrap();
    }
    track(&scene.work().join(".git")).unwrap();
    scene
}

impl Scene {
    fn hold(&self, edits: &[Edit]) -> Result<Held> {
        self.files.hold(&self.lock, edits, THEN)
    }

    fn settle(&self, onward: Onward) -> Result<Option<Recovered>> {
        self.files.settle(&self.lock, onward)
    }

    fn journal(&self, phase: Phase) -> PathBuf {
        self.work().join(".git/track").join(phase.file())
    }

    fn dir(&self) -> Dir {
        track(&self.work().join(".git")).unwrap()
    }

    /// What `hold` writes into its journal.
    fn planned(&self, edits: &[Edit]) -> Journal {
        let journal = self.files.examine(&self.lock, edits).unwrap();
        Journal { then: Some(THEN.to_owned()), ..journal }
    }

    fn texts(&self) -> [Option<String>; 3] {
        [self.text("a"), self.text("n/m/b"), self.text("c")]
    }
}

fn new() -> [Option<String>; 3] {
    [Some("new".to_owned()), Some("made".to_owned()), None]
}

#[test]
fn held_and_then_finished() {
    let scene = scene();
    let held = scene.hold(&edits()).unwrap();
    assert_eq!(scene.texts(), new());
    assert!(scene.journal(Phase::Held).exists() && !scene.journal(Phase::Commit).exists());
    // The files are whole, so that readers and hooks go on.
    assert_eq!(scene.files.pending().unwrap(), None);
    let waiting = Waiting { then: THEN.to_owned(), command: "test".to_owned(), busy: true };
    assert_eq!(scene.files.held().unwrap(), Some(waiting));
    held.finish().unwrap();
    assert_eq!((scene.files.pending().unwrap(), scene.files.held().unwrap()), (None, None));
    let names: Vec<_> = tree(scene.keep.path()).into_keys().map(|name| name.display().to_string()).collect();
    assert_eq!(names.join(" "), "work work/.git work/.git/track work/a work/n work/n/m work/n/m/b");
    scene.apply(&[edit("a", Some("new"), Some("newer"))]).unwrap();
}

#[test]
fn held_and_then_taken_back() {
    let scene = scene();
    let before = tree(scene.keep.path());
    let held = scene.hold(&edits()).unwrap();
    assert_eq!(held.take_back(&scene.lock).unwrap(), []);
    assert_eq!(tree(scene.keep.path()), before);
    assert_eq!((scene.files.pending().unwrap(), scene.files.held().unwrap()), (None, None));

    // What others put into a directory that was made keeps the directory.
    let held = scene.hold(&edits()).unwrap();
    scene.put("n/theirs", "x");
    assert_eq!(held.take_back(&scene.lock).unwrap(), []);
    assert_eq!((scene.text("n/theirs").as_deref(), scene.text("n/m/b")), (Some("x"), None));
}

#[test]
fn a_change_that_is_refused_is_not_held() {
    let scene = scene();
    let before = tree(scene.keep.path());
    let [a, b, _] = edits();
    // One is seen before the journal is written, the other only after it.
    for bad in [edit("c", Some("hello"), None), edit("n/m/b/x", None, Some("in a file"))] {
        let error = scene.hold(&[a.clone(), b.clone(), bad]).unwrap_err();
        assert_eq!(error.kind(), Kind::Refused, "{error}");
        assert_eq!((tree(scene.keep.path()), scene.files.held().unwrap()), (before.clone(), None));
    }
}

#[test]
fn nobody_else_writes_while_it_is_held() {
    let scene = scene();
    let held = scene.hold(&edits()).unwrap();
    let during = tree(scene.keep.path());
    let next = [edit("a", Some("new"), Some("newer"))];
    let refused = [
        scene.apply(&next).unwrap_err(),
        scene.hold(&next).unwrap_err(),
        scene.files.recover(&scene.lock).unwrap_err(),
        scene.files.abort(&scene.lock).unwrap_err(),
        scene.settle(Onward::Keep).unwrap_err(),
        scene.settle(Onward::TakeBack).unwrap_err(),
    ];
    for error in refused {
        assert_eq!((error.kind(), error.message()), (Kind::Locked, "what `test` changed is being committed"));
        assert_eq!(error.hints(), ["try again when it is done"]);
    }
    assert_eq!(tree(scene.keep.path()), during);
    drop(held);
    for error in [scene.apply(&next).unwrap_err(), scene.hold(&next).unwrap_err()] {
        assert_eq!((error.kind(), error.hints()), (Kind::Pending, &["git track recover".to_owned()][..]));
        assert!(error.message().contains("txn.held"), "{error}");
    }
    assert_eq!(tree(scene.keep.path()), during);
}

#[test]
fn what_nobody_holds_any_more_is_settled_both_ways() {
    for onward in [Some(Onward::Keep), Some(Onward::TakeBack), None] {
        let scene = scene();
        let before = tree(scene.keep.path());
        drop(scene.hold(&edits()).unwrap());
        let pending = Pending { phase: Phase::Held, journal: scene.journal(Phase::Held) };
        assert_eq!(scene.files.pending().unwrap(), Some(pending));
        let waiting = scene.files.held().unwrap().unwrap();
        assert_eq!((waiting.then.as_str(), waiting.busy), (THEN, false));
        // Whoever only asks is not taken for the holder.
        let asking = fs::File::open(scene.journal(Phase::Held)).unwrap();
        asking.try_lock_shared().unwrap();
        assert!(!scene.files.held().unwrap().unwrap().busy);
        let error = scene.files.recover(&scene.lock).unwrap_err();
        assert_eq!(error.kind(), Kind::Pending, "{error}");
        assert!(error.message().contains("`test` was interrupted when its files were in place"), "{error}");
        assert_eq!(scene.texts(), new());
        let recovered = match onward {
            Some(onward) => scene.settle(onward).unwrap().unwrap(),
            None => scene.files.abort(&scene.lock).unwrap().unwrap(),
        };
        let kept = onward == Some(Onward::Keep);
        let direction = if kept { Direction::Forward } else { Direction::Back };
        assert_eq!((recovered.direction, recovered.command.as_str()), (direction, "test"));
        assert_eq!((recovered.files, recovered.kept), (vec!["a".into(), "n/m/b".into(), "c".into()], vec![]));
        if kept {
            assert_eq!(scene.texts(), new());
        } else {
            assert_eq!(tree(scene.keep.path()), before);
        }
        assert_eq!((scene.files.pending().unwrap(), scene.files.held().unwrap()), (None, None));
        assert_eq!(scene.settle(Onward::Keep).unwrap(), None);
    }
}

/// A hold that was stopped where the number says, as far as the disk can tell.
fn stopped(scene: &Scene, edits: &[Edit], at: usize) -> Phase {
    let (dir, journal) = (scene.dir(), scene.planned(edits));
    match at {
        0 => drop(journal.store(&dir).unwrap()),
        1 => {
            journal.store(&dir).unwrap();
            decide(&dir, Phase::Prepare, Phase::Commit).unwrap();
        }
        2 => drop(scene.files.place(&dir, &journal).unwrap()),
        3 => {
            // Not all files were replaced yet.
            drop(scene.files.place(&dir, &journal).unwrap());
            scene.put("c", "bye");
            fs::set_permissions(scene.work().join("c"), fs::Permissions::from_mode(0o600)).unwrap();
        }
        _ => {
            drop(scene.files.place(&dir, &journal).unwrap());
            decide(&dir, Phase::Commit, Phase::Abort).unwrap();
        }
    }
    [Phase::Prepare, Phase::Commit, Phase::Commit, Phase::Commit, Phase::Abort][at]
}

#[test]
fn what_had_not_begun_to_follow_goes_back() {
    for at in 0..5 {
        for abort in [false, true] {
            let scene = scene();
            let before = tree(scene.keep.path());
            let phase = stopped(&scene, &edits(), at);
            assert_eq!(scene.files.pending().unwrap().unwrap().phase, phase, "{at}");
            assert_eq!(scene.files.held().unwrap(), None);
            assert_eq!(scene.settle(Onward::Keep).unwrap(), None);
            assert_eq!(scene.hold(&edits()).unwrap_err().kind(), Kind::Pending);
            let act = if abort { Files::abort } else { Files::recover };
            let recovered = act(&scene.files, &scene.lock).unwrap().unwrap();
            let direction = if phase == Phase::Prepare { Direction::Discarded } else { Direction::Back };
            assert_eq!((recovered.direction, recovered.kept), (direction, vec![]), "{at}");
            assert_eq!(tree(scene.keep.path()), before, "{at}");
        }
    }
}

#[test]
fn one_file_that_something_follows_is_decided_like_many() {
    let one = [edit("a", Some("old"), Some("new"))];
    for at in [0, 1, 2, 4] {
        let scene = scene();
        let before = tree(scene.keep.path());
        let phase = stopped(&scene, &one, at);
        // What looks as if the one rename had happened decides nothing here.
        if phase == Phase::Prepare {
            scene.put("a", "new");
        }
        let recovered = scene.files.recover(&scene.lock).unwrap().unwrap();
        if phase == Phase::Prepare {
            assert_eq!(recovered.direction, Direction::Discarded);
            scene.put("a", "old");
        } else {
            assert_eq!(recovered.direction, Direction::Back);
        }
        assert_eq!(tree(scene.keep.path()), before, "{at}");
    }
    let scene = scene();
    scene.hold(&one).unwrap().finish().unwrap();
    assert_eq!(scene.text("a").as_deref(), Some("new"));
    drop(scene.hold(&[edit("a", Some("new"), Some("newer"))]).unwrap());
    assert_eq!(scene.settle(Onward::TakeBack).unwrap().unwrap().direction, Direction::Back);
    assert_eq!(scene.text("a").as_deref(), Some("new"));
}

#[test]
fn something_can_follow_no_change_at_all() {
    let same = edit("a", Some("old"), Some("old"));
    for edits in [vec![], vec![same]] {
        let scene = scene();
        let before = tree(scene.keep.path());
        scene.hold(&edits).unwrap().finish().unwrap();
        assert_eq!(scene.hold(&edits).unwrap().take_back(&scene.lock).unwrap(), []);
        assert_eq!(tree(scene.keep.path()), before);
        for (onward, direction) in [(Onward::Keep, Direction::Forward), (Onward::TakeBack, Direction::Back)] {
            drop(scene.hold(&edits).unwrap());
            assert_eq!(scene.files.held().unwrap().unwrap().then, THEN);
            let recovered = scene.settle(onward).unwrap().unwrap();
            assert_eq!((recovered.direction, recovered.files), (direction, vec![]));
            assert_eq!(tree(scene.keep.path()), before);
        }
        for at in [0, 1, 4] {
            stopped(&scene, &edits, at);
            assert!(scene.files.recover(&scene.lock).unwrap().is_some());
            assert_eq!(tree(scene.keep.path()), before);
        }
    }
    let scene = scene();
    assert_eq!(scene.hold(&[edit("a", Some("x"), Some("x"))]).unwrap_err().kind(), Kind::Refused);
}

#[test]
fn what_others_wrote_while_it_was_held_is_kept() {
    let kept = [
        Kept { file: "a".into(), copy: None },
        Kept { file: "n/m/b".into(), copy: None },
        Kept { file: "c".into(), copy: None },
    ];
    for crashed in [false, true] {
        let scene = scene();
        let held = scene.hold(&edits()).unwrap();
        for name in ["a", "n/m/b", "c"] {
            scene.put(name, "mine");
        }
        let found = if crashed {
            drop(held);
            scene.settle(Onward::TakeBack).unwrap().unwrap().kept
        } else {
            held.take_back(&scene.lock).unwrap()
        };
        assert_eq!(found, kept);
        assert_eq!(scene.texts(), [(); 3].map(|()| Some("mine".to_owned())));
        assert_eq!(scene.files.pending().unwrap(), None);
    }
}

#[test]
fn a_journal_that_went_away_is_an_error() {
    let scene = scene();
    let held = scene.hold(&edits()).unwrap();
    fs::remove_file(scene.journal(Phase::Held)).unwrap();
    assert_eq!(held.finish().unwrap_err().kind(), Kind::Io);
    let held = scene.hold(&[edit("a", Some("new"), Some("newer"))]).unwrap();
    fs::remove_file(scene.journal(Phase::Held)).unwrap();
    let error = held.take_back(&scene.lock).unwrap_err();
    assert_eq!((error.kind(), error.hints()), (Kind::Pending, &["git track recover".to_owned()][..]));
    assert_eq!(scene.text("a").as_deref(), Some("newer"));
}

#[test]
fn what_could_not_be_taken_back_can_be_recovered() {
    let scene = scene();
    let before = tree(scene.keep.path());
    let held = scene.hold(&edits()).unwrap();
    let n = scene.work().join("n");
    fs::rename(&n, scene.work().join("aside")).unwrap();
    scene.put("n", "in the way");
    let error = held.take_back(&scene.lock).unwrap_err();
    assert_eq!(error.kind(), Kind::Pending, "{error}");
    assert!(scene.journal(Phase::Abort).exists());
    fs::remove_file(&n).unwrap();
    fs::rename(scene.work().join("aside"), &n).unwrap();
    assert_eq!(scene.files.recover(&scene.lock).unwrap().unwrap().direction, Direction::Back);
    assert_eq!(tree(scene.keep.path()), before);
}

#[test]
fn a_held_journal_that_cannot_be_used_is_never_guessed_at() {
    for damage in ["damaged", "newer", "link", "two"] {
        let scene = scene();
        drop(scene.hold(&edits()).unwrap());
        let journal = scene.journal(Phase::Held);
        let text = fs::read_to_string(&journal).unwrap();
        match damage {
            "damaged" => fs::write(&journal, text.replace("old", "odd")).unwrap(),
            "newer" => fs::write(&journal, text.replacen(" 1 ", " 2 ", 1)).unwrap(),
            "link" => {
                fs::remove_file(&journal).unwrap();
                std::os::unix::fs::symlink("elsewhere", &journal).unwrap();
            }
            _ => fs::write(scene.journal(Phase::Abort), text).unwrap(),
        }
        // So that nobody settles it before `abort` can put it aside.
        assert_eq!(scene.files.held().unwrap(), None, "{damage}");
        assert_eq!(scene.files.pending().unwrap().unwrap().phase, Phase::Held);
        let recover = scene.files.recover(&scene.lock);
        for error in
            [recover, scene.settle(Onward::Keep), scene.settle(Onward::TakeBack)].map(Result::unwrap_err)
        {
            assert_eq!(
                (error.kind(), error.hints()[0].as_str()),
                (Kind::Pending, "git track recover --abort")
            );
        }
        let recovered = scene.files.abort(&scene.lock).unwrap().unwrap();
        assert_eq!(recovered.direction, Direction::SetAside);
        assert_eq!((scene.texts(), scene.files.pending().unwrap()), (new(), None));
    }
}

#[test]
fn nothing_is_taken_back_below_another_log_root() {
    let scene = scene();
    let mut log = edit("x", None, Some("1"));
    log.root = Root::Logs;
    drop(scene.hold(&[log]).unwrap());
    let moved = scene.files.clone().with_logs(scene.keep.path().join("elsewhere"));
    let error = moved.settle(&scene.lock, Onward::TakeBack).unwrap_err();
    assert_eq!(error.kind(), Kind::Pending, "{error}");
    assert!(scene.journal(Phase::Held).exists() && scene.keep.path().join("logs/x").exists());
    assert_eq!(moved.settle(&scene.lock, Onward::Keep).unwrap().unwrap().direction, Direction::Forward);
}

#[test]
fn whoever_looks_never_sees_it_without_its_holder() {
    let scene = scene();
    let (files, done) = (scene.files.clone(), AtomicBool::new(false));
    std::thread::scope(|scope| {
        let looks = scope.spawn(|| {
            let mut busy = 0;
            while !done.load(Ordering::Relaxed) {
                let pending = files.pending().unwrap();
                assert_ne!(pending.map(|pending| pending.phase), Some(Phase::Held));
                busy += usize::from(files.held().unwrap().is_some_and(|waiting| waiting.busy));
            }
            busy
        });
        for _ in 0..400 {
            let held = scene.hold(&[]);
            if looks.is_finished() {
                break;
            }
            held.unwrap().finish().unwrap();
            scene.hold(&[]).unwrap().take_back(&scene.lock).unwrap();
        }
        done.store(true, Ordering::Relaxed);
        assert!(looks.join().unwrap() > 0, "nobody looked while it was held");
    });
}
