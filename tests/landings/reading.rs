//! Who only asks leaves nothing behind: no object, no ref, no index, no lock.

use super::yard::{Yard, files};

#[test]
fn reading_changes_no_byte_that_git_keeps() {
    let yard = Yard::new(&[]);
    yard.play(
        "origin
        git switch -qc feat/batch-1-login
        line 50 login
        commit 'feat: login'
        line 52 form
        commit 'feat: form'
        git switch -q main
        line 5 other
        commit 'feat: other'
        git merge -q --squash feat/batch-1-login
        commit 'Let people in (#12)'
        git switch -qc feat/batch-2-search HEAD^
        work search
        git switch -q main
        git worktree add -q ../linked feat/batch-2-search",
    )
    .unwrap();
    // The index says other times than the files have: whoever refreshes it writes it.
    yard.play("write src/app.txt new\n git checkout -q -- src/app.txt").unwrap();
    let file = std::fs::File::options().write(true).open(yard.repo.path().join("src/app.txt")).unwrap();
    file.set_modified(std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_600_000_000))
        .unwrap();
    let kept = yard.repo.path().join(".git/track");
    let all = || files(&yard.repo.root(), &|path| path != kept);
    let before = all();
    for args in [
        &["status"][..],
        &["status", "--json"],
        &["show", "batch-1"],
        &["show", "batch-1", "--json"],
        &["drift"],
        &["drift", "--json"],
        &["sync"],
        &["why", "batch-1", "--git"],
        &["why", "batch-2", "--git"],
        &["weekly", "Week 1"],
    ] {
        let output = yard.track(args);
        let said = crate::conventions::text(&output);
        assert!(matches!(output.status.code(), Some(0 | 1)), "{args:?}: {said}");
        let after = all();
        let changed: Vec<_> =
            after.iter().filter(|file| !before.contains(file)).map(|(path, _)| path).collect();
        assert!(changed.is_empty() && after.len() == before.len(), "{args:?} changed {changed:?}");
    }
}

#[test]
fn what_is_kept_for_speed_has_no_influence() {
    let yard = Yard::new(&[]);
    yard.play(
        "git switch -qc feat/batch-1-login
        work login
        work form
        git switch -q main
        git merge -q --squash feat/batch-1-login
        commit 'Let people in (#12)'",
    )
    .unwrap();
    let kept = yard.repo.path().join(".git/track");
    let answer = || yard.ask(&["show", "batch-1", "--json"]).unwrap();
    let first = answer();
    assert_eq!(first.0["items"][0]["git"]["stage"], "landed", "{}", first.0);
    assert_eq!(answer(), first);
    std::fs::remove_dir_all(&kept).ok();
    assert_eq!(answer(), first);
    // Whatever stands there, it is believed only when it is right.
    for (path, bytes) in
        files(&yard.repo.path().join(".git"), &|path| path.is_dir() || path.starts_with(&kept))
    {
        let path = yard.repo.path().join(".git").join(path);
        for wrong in [&bytes[..bytes.len() / 2], &[], &[0xff; 64]] {
            std::fs::write(&path, wrong).unwrap();
            assert_eq!(answer(), first, "{}", path.display());
        }
        let mut flipped = bytes.clone();
        if let Some(byte) = flipped.last_mut() {
            *byte ^= 1;
            std::fs::write(&path, flipped).unwrap();
            assert_eq!(answer(), first, "{}", path.display());
        }
    }
    // What moves is seen at once.
    yard.play("git switch -q feat/batch-1-login\n work logout\n git switch -q main").unwrap();
    assert_eq!(answer().0["items"][0]["git"]["stage"], "partly");
    yard.play("git reset -q --hard HEAD^").unwrap();
    assert_eq!(answer().0["items"][0]["git"]["stage"], "in-progress");
}

#[test]
fn a_directory_that_nobody_may_write_to_is_no_reason_to_fail() {
    let yard = Yard::new(&[]);
    yard.play("git switch -qc feat/batch-1-login\n work login\n git switch -q main").unwrap();
    let kept = yard.repo.path().join(".git/track/cache");
    std::fs::remove_dir_all(&kept).ok();
    std::fs::create_dir_all(kept.parent().unwrap()).unwrap();
    // A file where the directory would be: not even root can write below it.
    std::fs::write(&kept, "").unwrap();
    let (document, status) = yard.ask(&["show", "batch-1", "--json"]).unwrap();
    assert_eq!((&document["items"][0]["git"]["stage"], status), (&"in-progress".into(), 0));
}
