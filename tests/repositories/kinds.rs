//! One test for each kind of repository.

use std::fs;
use std::path::PathBuf;

use git_track::git::{self, Env};
use git_track::model::facts::Source;

use super::{Expected, FAST, SLOW, agrees, at, seed, top};
use crate::support::Repo;

fn seeded() -> Repo {
    let repo = Repo::new();
    seed(&repo);
    repo
}

/// A clone of a seeded repository in `work`, through git's own transport.
pub(super) fn clone(args: &[&str]) -> (Repo, Repo) {
    let origin = seeded();
    for key in ["uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"] {
        origin.git(&["config", key, "true"]);
    }
    let repo = Repo::beside_nothing();
    let url = format!("file://{}", origin.path().display());
    let to = repo.path().to_str().unwrap().to_owned();
    repo.git_in(&repo.root(), &[&["clone", "-q"], args, &[&url, &to]].concat());
    (origin, repo)
}

#[test]
fn normal_from_the_top_and_from_below() {
    let repo = seeded();
    agrees(&repo, &repo.env(), &FAST);
    agrees(&repo, &repo.env_in(&repo.path().join("src")), &FAST);
}

#[test]
fn packed() {
    let repo = seeded();
    repo.git(&["gc", "-q"]);
    repo.git(&["commit-graph", "write", "--reachable"]);
    agrees(&repo, &repo.env(), &FAST);
}

#[test]
fn unborn() {
    let repo = Repo::new();
    agrees(&repo, &repo.env(), &FAST);
    repo.write("a", "a");
    repo.git(&["add", "a"]);
    agrees(&repo, &repo.env(), &FAST);
}

#[test]
fn detached() {
    let repo = seeded();
    repo.git(&["switch", "-q", "--detach", "HEAD~1"]);
    agrees(&repo, &repo.env(), &FAST);
}

#[test]
fn linked_worktrees() {
    let repo = seeded();
    repo.git(&["worktree", "add", "-q", "-b", "feat/AUTH-1/u02", "../linked"]);
    let linked = repo.root().join("linked");
    let found = agrees(&repo, &repo.env_in(&linked.join("src")), &FAST);
    assert_eq!(found.work_tree().unwrap(), linked);
    assert_ne!(found.git_dir(), found.common_dir());
    assert_eq!(found.head().unwrap().branch(), Some("feat/AUTH-1/u02"));
}

#[test]
fn a_moved_worktree_is_where_it_is_now() {
    let repo = seeded();
    repo.git(&["worktree", "add", "-q", "../linked"]);
    let moved = repo.root().join("moved");
    fs::rename(repo.root().join("linked"), &moved).unwrap();
    let found = agrees(&repo, &repo.env_in(&moved.join("src")), &FAST);
    assert_eq!(found.work_tree().unwrap(), moved);
    fs::create_dir(repo.root().join("linked")).unwrap();
    agrees(&repo, &repo.env_in(&moved), &FAST);
    let in_hook = Env { git_dir: Some(found.git_dir().into()), ..repo.env_in(&moved) };
    agrees(&repo, &in_hook, &FAST);
}

#[test]
fn bare_and_a_worktree_of_it() {
    let (_origin, repo) = clone(&["--bare"]);
    let found = agrees(&repo, &repo.env(), &FAST);
    let error = found.top().unwrap_err();
    assert!(error.message().contains("has no work tree"), "{error}");
    repo.git(&["worktree", "add", "-q", "../linked", "main"]);
    agrees(&repo, &repo.env_in(&repo.root().join("linked")), &FAST);
}

#[test]
fn inside_the_git_directory() {
    let repo = seeded();
    assert_eq!(agrees(&repo, &repo.env_in(&repo.path().join(".git/refs")), &FAST).work_tree(), None);
}

#[test]
fn submodule_and_the_repository_around_it() {
    let inner = seeded();
    let repo = seeded();
    let url = inner.path().to_str().unwrap();
    repo.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", url, "inner"]);
    repo.commit("chore: submodule");
    agrees(&repo, &repo.env(), &FAST);
    let found = agrees(&repo, &repo.env_in(&repo.path().join("inner/src")), &FAST);
    assert_eq!(found.work_tree().unwrap(), repo.path().join("inner"));
}

#[test]
fn separate_git_dir() {
    let repo = Repo::init(&["--separate-git-dir", "../elsewhere"]);
    seed(&repo);
    agrees(&repo, &repo.env_in(&repo.path().join("src")), &FAST);
}

#[test]
fn core_worktree() {
    let repo = seeded();
    let elsewhere = repo.root().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    repo.git(&["config", "core.worktree", elsewhere.to_str().unwrap()]);
    let found = git::open(&repo.env()).unwrap();
    assert_eq!(found.work_tree().unwrap(), elsewhere);
    assert_eq!(found.changed_files().unwrap().iter().filter(|file| file.unstaged == 'D').count(), 9);
}

#[test]
fn named_by_variables() {
    let repo = seeded();
    let dir = Some(repo.path().join(".git").into());
    agrees(&repo, &Env { git_dir: dir.clone(), ..repo.env() }, &FAST);
    let elsewhere = repo.root().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    agrees(&repo, &Env { git_dir: dir.clone(), ..repo.env_in(&elsewhere) }, &FAST);
    agrees(&repo, &Env { git_dir: dir.clone(), work_tree: Some(".".into()), ..repo.env() }, &FAST);
    agrees(&repo, &Env { git_dir: dir, work_tree: Some("../work".into()), ..repo.env_in(&elsewhere) }, &FAST);
    agrees(&repo, &Env { git_dir: Some("../work/.git".into()), ..repo.env_in(&elsewhere) }, &FAST);
}

#[test]
fn a_hook_that_went_below_the_top_is_still_at_the_top() {
    let repo = seeded();
    let env = Env { git_dir: Some(repo.path().join(".git").into()), ..repo.env_in(&repo.path().join("src")) };
    assert_eq!(git::open(&env).unwrap().work_tree().unwrap(), repo.path());
}

#[test]
fn sparse_checkout_with_a_full_and_a_sparse_index() {
    let repo = seeded();
    repo.git(&["sparse-checkout", "set", "--no-sparse-index", "--cone", "src"]);
    let found = agrees(&repo, &repo.env(), &FAST);
    let skipped = found.list(&Source::Index, &at(".track")).unwrap();
    assert!(skipped.len() == 3 && skipped.iter().all(|file| file.skip_worktree));
    assert!(!found.list(&Source::Index, &at("src")).unwrap().iter().any(|file| file.skip_worktree));
    assert_eq!(found.changed_files().unwrap(), []);
    let same = found.list(&Source::Index, &top()).unwrap();
    repo.git(&["sparse-checkout", "reapply", "--sparse-index"]);
    assert_eq!(agrees(&repo, &repo.env(), &FAST).list(&Source::Index, &top()).unwrap(), same);
}

#[test]
fn split_index() {
    let repo = seeded();
    repo.git(&["update-index", "--split-index"]);
    repo.write("new", "new");
    repo.git(&["add", "new"]);
    agrees(&repo, &repo.env(), &FAST);
}

#[test]
fn index_version_4() {
    let repo = seeded();
    repo.git(&["update-index", "--index-version", "4"]);
    agrees(&repo, &repo.env(), &FAST);
}

#[test]
fn case_folding() {
    let repo = seeded();
    repo.git(&["config", "core.ignoreCase", "true"]);
    for (path, text) in [("SRC/Z.rs", "z"), ("src/a.rs", "a"), (".Track/x", "x")] {
        repo.write("blob", text);
        let id = repo.git(&["hash-object", "-w", "blob"]);
        repo.git(&[
            "-c",
            "core.ignoreCase=false",
            "update-index",
            "--add",
            "--cacheinfo",
            &format!("100644,{id},{path}"),
        ]);
    }
    agrees(&repo, &repo.env(), &FAST);
}

#[test]
fn sha256() {
    let repo = Repo::init(&["--object-format=sha256"]);
    seed(&repo);
    agrees(&repo, &repo.env(), &FAST);
    repo.git(&["update-index", "--split-index"]);
    agrees(&repo, &repo.env(), &FAST);
}

#[test]
fn reftable() {
    let repo = Repo::init(&["--ref-format=reftable"]);
    agrees(&repo, &repo.env(), &SLOW);
    seed(&repo);
    agrees(&repo, &repo.env(), &SLOW);
    agrees(&repo, &repo.env_in(&repo.path().join("src")), &SLOW);
    repo.git(&["worktree", "add", "-q", "-b", "feat/x", "../linked"]);
    let linked = repo.root().join("linked");
    let found = agrees(&repo, &repo.env_in(&linked), &SLOW);
    let below = Env { git_dir: Some(found.git_dir().into()), ..repo.env_in(&linked.join("src")) };
    assert_eq!(git::open(&below).unwrap().work_tree().unwrap(), linked);
}

#[test]
fn reftable_and_sha256_announced_files() {
    let repo = Repo::init(&["--ref-format=reftable", "--object-format=sha256"]);
    repo.write("announced", "later\n");
    repo.git(&["add", "-N", "announced"]);
    let expected = || Expected { fast: false, intended: &["announced"] };
    agrees(&repo, &repo.env(), &expected());
    repo.git(&["rm", "-q", "--cached", "announced"]);
    seed(&repo);
    repo.git(&["rm", "-q", "--cached", "empty"]);
    repo.write("staged empty", "");
    repo.git(&["add", "staged empty"]);
    repo.write("announced", "later\n");
    repo.git(&["add", "-N", "announced", "empty"]);
    agrees(&repo, &repo.env(), &Expected { fast: false, intended: &["announced", "empty"] });
}

#[test]
fn shallow() {
    let (_origin, repo) = clone(&["--depth", "2"]);
    let found = agrees(&repo, &repo.env(), &FAST);
    assert!(found.is_shallow());
}

#[test]
fn partial_clones() {
    let (_origin, repo) = clone(&["--filter=blob:none"]);
    agrees(&repo, &repo.env(), &FAST);
    repo.git(&["config", "core.repositoryFormatVersion", "1"]);
    repo.git(&["config", "extensions.partialClone", "origin"]);
    agrees(&repo, &repo.env(), &SLOW);
}

#[test]
fn announced_files_are_not_there_yet() {
    let repo = seeded();
    repo.write("announced", "later\n");
    repo.git(&["add", "-N", "announced"]);
    agrees(&repo, &repo.env(), &Expected { fast: true, intended: &["announced"] });
}

#[test]
fn conflicts_are_one_file_each() {
    for init in [vec![], vec!["--ref-format=reftable"]] {
        let repo = Repo::init(&init);
        seed(&repo);
        repo.git(&["switch", "-q", "-c", "theirs"]);
        repo.write(".track/workflows/a.yaml", "theirs\n");
        repo.commit("theirs");
        repo.git(&["switch", "-q", "main"]);
        repo.write(".track/workflows/a.yaml", "ours\n");
        repo.commit("ours");
        assert!(!repo.run(repo.path(), &repo.vars(), &["merge", "-q", "theirs"]).status.success());
        let found = agrees(&repo, &repo.env(), if init.is_empty() { &FAST } else { &SLOW });
        let files = found.list(&Source::Index, &at(".track")).unwrap();
        let flags: Vec<_> = files.iter().map(|file| (file.path.as_str(), file.conflicted)).collect();
        let below = |name: &str| format!(".track/workflows/{name}");
        let (a, b, c) = (below("a.yaml"), below("b.yaml"), below("c.yaml"));
        assert_eq!(flags, [(a.as_str(), true), (b.as_str(), false), (c.as_str(), false)]);
        assert_eq!(found.blob(&files[0].id, 100).unwrap(), b"ours\n");
        assert_eq!(found.list(&Source::Index, &at(&a)).unwrap(), files[..1]);
    }
}

#[test]
fn an_index_named_from_the_top() {
    let repo = seeded();
    repo.write("staged", "x");
    let other = PathBuf::from(".git/other-index");
    fs::copy(repo.path().join(".git/index"), repo.path().join(&other)).unwrap();
    repo.git(&["add", "staged"]);
    for cwd in [repo.path().to_owned(), repo.path().join("src")] {
        agrees(&repo, &Env { index_file: Some(other.clone().into()), ..repo.env_in(&cwd) }, &FAST);
        agrees(&repo, &Env { index_file: Some(".git/index".into()), ..repo.env_in(&cwd) }, &FAST);
    }
}

#[test]
fn replaced_and_grafted_history() {
    let repo = seeded();
    let other = repo.git(&["commit-tree", "-p", "HEAD~3", "-m", "another past", "HEAD^{tree}"]);
    repo.git(&["replace", "HEAD", &other]);
    agrees(&repo, &repo.env(), &FAST);
}
