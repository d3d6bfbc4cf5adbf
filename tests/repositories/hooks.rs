//! Inside real hooks, while git holds its locks: the index of this commit, from the variables that git sets.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use git_track::git::{self, Env};
use git_track::model::facts::Source;
use git_track::process::Vars;

use super::{lines, seed, top};
use crate::support::Repo;

/// Runs a git command whose hook notes what git gives it, runs `script` and then waits; meanwhile looks at the repository
/// with just that.
pub(super) fn paused<T>(
    repo: &Repo,
    (cwd, args): (&Path, &[&str]),
    (name, script): (&str, &str),
    look: impl FnOnce(Env) -> T,
) -> T {
    let note = |name: &str| repo.home().join(name);
    for name in ["vars", "ready", "go", "hooks/pre-commit", "hooks/pre-merge-commit"] {
        let _ = fs::remove_file(note(name));
    }
    repo.git_in(cwd, &["config", "core.hooksPath", note("hooks").to_str().unwrap()]);
    let wait = ": >\"$HOME/ready\"; n=0; while [ ! -e \"$HOME/go\" ] && [ $n -lt 4000 ]; do n=$((n+1)); sleep 0.005; done";
    fs::create_dir_all(note("hooks")).unwrap();
    let hook = note("hooks").join(name);
    fs::write(&hook, format!("#!/bin/sh\nenv -0 >\"$HOME/vars\"\n{script}\n{wait}\n")).unwrap();
    fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let mut commit = repo.command(cwd, &repo.vars()).args(args).spawn().unwrap();
    let started = Instant::now();
    while !note("ready").exists() {
        assert!(started.elapsed() < Duration::from_secs(20), "the hook of {args:?} did not run");
        std::thread::sleep(Duration::from_millis(2));
    }
    let given = fs::read(note("vars")).unwrap();
    let vars: Vars = String::from_utf8(given)
        .unwrap()
        .split_terminator('\0')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name.into(), value.into()))
        .collect();
    let hook_cwd = PathBuf::from(&vars[std::ffi::OsStr::new("PWD")]);
    let seen = look(Env::new(hook_cwd, vars));
    fs::write(note("go"), "").unwrap();
    assert!(commit.wait().unwrap().success());
    seen
}

fn in_hook(repo: &Repo, cwd: &Path, args: &[&str]) {
    let script = "git ls-files -s >\"$HOME/files\"; git rev-parse --show-toplevel >\"$HOME/top\"";
    let seen = paused(repo, (cwd, args), ("pre-commit", script), |env| {
        assert!(env.index_file.is_some());
        git::open(&env).and_then(|found| {
            let files = found.list(&Source::Index, &top())?;
            Ok((lines(&files), found.work_tree().map(Path::to_owned)))
        })
    });
    let (files, top) = seen.unwrap();
    let note = |name: &str| fs::read_to_string(repo.home().join(name)).unwrap();
    assert_eq!(files, note("files").replace(" 0\t", "\t").lines().collect::<Vec<_>>(), "{args:?}");
    assert_eq!(top.unwrap(), Path::new(note("top").trim_end()));
}

fn with_changes(repo: &Repo, top: &Path) {
    fs::remove_file(repo.path().join("odd name [x]*é.txt")).unwrap_or_default();
    fs::write(top.join("src/lib.rs"), format!("// changed {:?}\n", Instant::now())).unwrap();
    fs::write(top.join("staged"), format!("{:?}\n", Instant::now())).unwrap();
    repo.git_in(top, &["add", "staged"]);
}

#[test]
fn every_way_to_commit() {
    let repo = Repo::new();
    seed(&repo);
    repo.git(&["rm", "-q", "odd name [x]*é.txt"]);
    let below = repo.path().join(".track");
    let flows: [(&[&str], &Path); 4] = [
        (&["commit", "-q", "-m", "staged"], repo.path()),
        (&["commit", "-q", "-a", "-m", "all"], &below),
        (&["commit", "-q", "-m", "one", "--", "src/lib.rs"], repo.path()),
        (&["commit", "-q", "--amend", "-m", "amended"], repo.path()),
    ];
    for (args, cwd) in flows {
        with_changes(&repo, repo.path());
        in_hook(&repo, cwd, args);
    }
}

#[test]
fn linked_worktree_and_named_repository() {
    let repo = Repo::new();
    seed(&repo);
    repo.git(&["rm", "-q", "odd name [x]*é.txt"]);
    repo.commit("chore: plain names");
    repo.git(&["worktree", "add", "-q", "-b", "feat/x", "../linked"]);
    let linked = repo.root().join("linked");
    with_changes(&repo, &linked);
    in_hook(&repo, &linked.join("src"), &["commit", "-q", "-a", "-m", "all"]);
    with_changes(&repo, &linked);
    in_hook(&repo, &linked, &["commit", "-q", "-m", "one", "src/lib.rs"]);
    with_changes(&repo, repo.path());
    let dir = format!("--git-dir={}", repo.path().join(".git").display());
    in_hook(&repo, repo.path(), &[&dir, "--work-tree=.", "commit", "-q", "-a", "-m", "all"]);
}

#[test]
fn objects_of_a_push_in_quarantine() {
    let origin = Repo::init(&["--bare"]);
    let repo = Repo::new();
    seed(&repo);
    let script = "env -0 >\"$HOME/vars\"; pwd >\"$HOME/cwd\"; read old new ref; echo $new >\"$HOME/new\"
        : >\"$HOME/ready\"; n=0; while [ ! -e \"$HOME/go\" ] && [ $n -lt 2000 ]; do n=$((n+1)); sleep 0.01; done";
    origin.hook("pre-receive", script);
    let url = origin.path().to_str().unwrap();
    let mut push = repo.command(repo.path(), &repo.vars());
    let mut push = push.env("HOME", origin.home()).args(["push", "-q", url, "main"]).spawn().unwrap();
    let note = |name: &str| origin.home().join(name);
    let started = Instant::now();
    while !note("ready").exists() {
        assert!(started.elapsed() < Duration::from_secs(20), "the hook did not run");
        std::thread::sleep(Duration::from_millis(2));
    }
    let given = String::from_utf8(fs::read(note("vars")).unwrap()).unwrap();
    let pairs = given.split_terminator('\0').filter_map(|pair| pair.split_once('='));
    let vars: Vars = pairs.map(|(name, value)| (name.into(), value.into())).collect();
    let cwd = fs::read_to_string(note("cwd")).unwrap();
    let seen = git::open(&Env::new(cwd.trim_end(), vars)).and_then(|found| {
        let new = found.resolve(fs::read_to_string(note("new")).unwrap().trim_end())?;
        let changes = found.changed(None, &Source::Commit(new.clone()))?;
        assert!(found.lines(&changes.files)?.iter().all(Option::is_some));
        assert_eq!((changes.files.len(), found.commits(&[], &new)?.len()), (9, 12));
        assert!(found.is_bare());
        Ok((found.list(&Source::Commit(new), &top())?.len(), found.work_tree().is_none()))
    });
    fs::write(note("go"), "").unwrap();
    assert!(push.wait().unwrap().success());
    assert_eq!(seen.unwrap(), (9, true));
}
