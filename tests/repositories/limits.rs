//! What cannot be answered is a named error, never an empty answer.

use std::fs;

use git_track::error::Kind;
use git_track::git::{self, Env};
use git_track::model::facts::{BlobId, CommitId, Source};

use super::{at, seed, top};
use crate::support::Repo;

fn refused(env: &Env) -> git_track::error::Error {
    let error = git::open(env).err().expect("this must not open");
    assert_eq!(error.kind(), Kind::Repository, "{error}");
    error
}

#[test]
fn no_repository() {
    let repo = Repo::beside_nothing();
    let error = refused(&repo.env_in(&repo.root()));
    assert!(error.message().contains("is not in a git repository"), "{error}");
    assert_eq!(error.hints(), ["git init"]);
    let error = refused(&Env { git_dir: Some("nowhere".into()), ..repo.env_in(&repo.root()) });
    assert!(error.message().contains("GIT_DIR=`nowhere`"), "{error}");
    let repo = Repo::new();
    repo.write("src/x", "x");
    let error = refused(&Env { git_dir: Some("src".into()), ..repo.env() });
    assert!(error.message().contains("GIT_DIR=`src`"), "the repository around it was not named: {error}");
}

#[test]
fn a_ceiling_stops_the_search() {
    let repo = Repo::new();
    fs::create_dir(repo.path().join("below")).unwrap();
    let mut env = repo.env_in(&repo.path().join("below"));
    assert!(git::open(&env).is_ok());
    env.vars.insert("GIT_CEILING_DIRECTORIES".into(), repo.path().into());
    assert!(refused(&env).message().contains("is not in a git repository"));
}

#[test]
fn an_index_that_is_not_there() {
    let repo = Repo::new();
    seed(&repo);
    let error = refused(&Env { index_file: Some(".git/gone".into()), ..repo.env() });
    assert!(
        error.message().contains("GIT_INDEX_FILE=") && error.message().contains("does not exist"),
        "{error}"
    );
}

#[test]
fn an_extension_that_git_does_not_know_either() {
    let repo = Repo::new();
    repo.git(&["config", "core.repositoryFormatVersion", "1"]);
    repo.git(&["config", "extensions.fromTheFuture", "true"]);
    let error = refused(&repo.env());
    assert!(error.notes().iter().any(|note| note.contains("fromthefuture")), "{error} {:?}", error.notes());
}

#[test]
fn a_repository_of_somebody_else() {
    let repo = Repo::new();
    for path in [repo.path().to_owned(), repo.path().join(".git")] {
        if std::os::unix::fs::chown(&path, Some(65534), Some(65534)).is_err() {
            println!("not tested: only root can give a directory away");
            return;
        }
    }
    let error = refused(&repo.env());
    assert!(error.message().contains("another user"), "{error}");
    let remedy = format!("git config --global --add safe.directory {}", repo.path().display());
    assert_eq!(error.hints(), [remedy]);
}

#[test]
fn a_bare_repository_that_must_be_named() {
    let repo = Repo::init(&["--bare"]);
    assert!(git::open(&repo.env()).is_ok());
    // Only the user's and the system's settings count; the repository must not vouch for itself.
    repo.git(&["config", "safe.bareRepository", "explicit"]);
    assert!(git::open(&repo.env()).is_ok());
}

#[test]
fn objects_that_a_partial_clone_left_behind() {
    let origin = Repo::new();
    seed(&origin);
    origin.git(&["config", "uploadpack.allowFilter", "true"]);
    let url = format!("file://{}", origin.path().display());
    let old = CommitId::parse(&origin.git(&["rev-parse", "HEAD~2"])).unwrap();
    let blob = BlobId::parse(&origin.git(&["rev-parse", "undone~1:.track/workflows/a.yaml"])).unwrap();
    for filter in ["--filter=blob:none", "--filter=tree:0"] {
        let repo = Repo::beside_nothing();
        repo.git_in(&repo.root(), &["clone", "-q", filter, &url, repo.path().to_str().unwrap()]);
        let found = git::open(&repo.env()).unwrap();
        let here =
            |what: &str| repo.git(&["cat-file", "--batch-all-objects", "--batch-check"]).contains(what);
        let error = found.blob(&blob, 1000).unwrap_err();
        assert!(error.message().contains("is not in this partial clone"), "{error}");
        assert!(error.message().contains(blob.as_str()) && error.kind() == Kind::Repository, "{error}");
        let listing = found.list(&Source::Commit(old.clone()), &top());
        let history = found.history(&old, &at(".track"), None);
        if filter == "--filter=tree:0" {
            for error in [listing.unwrap_err(), history.unwrap_err()] {
                assert!(error.message().contains("is not in this partial clone"), "{error}");
            }
            let head = found.head().unwrap().commit().unwrap().clone();
            assert_eq!(found.list(&Source::Commit(head), &top()).unwrap().len(), 9);
        } else {
            assert_eq!((listing.unwrap().len(), history.unwrap().len()), (8, 3));
        }
        assert!(!here(blob.as_str()), "something was fetched");
    }
}

#[test]
fn blobs_that_are_none_or_too_large() {
    for init in [vec![], vec!["--ref-format=reftable"]] {
        let repo = Repo::init(&init);
        repo.write("large", "x".repeat(2000));
        repo.write("small", "ok");
        repo.commit("large");
        let found = git::open(&repo.env()).unwrap();
        let id = |rev: &str| BlobId::parse(&repo.git(&["rev-parse", rev])).unwrap();
        let (large, small, tree) = (id("HEAD:large"), id("HEAD:small"), id("HEAD^{tree}"));
        assert_eq!(
            found.blobs(&[small.clone(), large.clone()], 2000).unwrap(),
            [b"ok".to_vec(), vec![b'x'; 2000]]
        );
        assert!(found.blob(&large, 1999).is_err());
        assert!(found.blob(&tree, 2000).unwrap_err().message().contains("is a tree"));
        let absent = BlobId::parse(&"1".repeat(40)).unwrap();
        assert_eq!(found.blobs(&[small, absent], 10).unwrap_err().kind(), Kind::Repository);
    }
}

#[test]
fn revisions_cannot_be_options() {
    for init in [vec![], vec!["--ref-format=reftable"]] {
        let repo = Repo::init(&init);
        seed(&repo);
        let found = git::open(&repo.env()).unwrap();
        for rev in ["--all", "-n1", "--git-dir", "", "main..side", "a\0b", "@{", "HEAD@{99}"] {
            assert_eq!(found.resolve(rev).unwrap_err().kind(), Kind::NotFound, "{rev:?}");
        }
        for name in ["-rf", "a b", "x..y", "HEAD", "a.lock", ""] {
            assert!(!found.check_ref_name(name), "{name}");
        }
        assert!(found.check_ref_name("feat/AUTH-1"));
    }
}
