//! What stands at a location, in the work tree, in the index and in a commit.

use std::collections::BTreeMap;
use std::fs;

use git_track::git;
use git_track::model::facts::CommitId;
use git_track::model::location::{Found, Location};
use git_track::store::{At, Store};

use crate::support::Repo;

fn said(repo: &Repo, at: At, location: &str) -> Found {
    let store = Store::new(git::open(&repo.env()).unwrap(), None, BTreeMap::new()).unwrap();
    let pages = store.snapshot(at).unwrap().pages;
    let location = Location::parse(location).unwrap();
    let found = pages.located(&location);
    assert_eq!(pages.located(&location), found, "asked again");
    found
}

fn values(texts: &[&str]) -> Found {
    Found::Values(texts.iter().map(|&text| text.to_owned()).collect())
}

#[track_caller]
fn unreadable(found: &Found, why: &str) {
    match found {
        Found::Unreadable(reason) if reason.contains(why) => {}
        other => panic!("{other:?} does not say {why:?}"),
    }
}

#[test]
fn each_version_says_its_own() {
    let repo = Repo::new();
    let write = |version: &str| repo.write("a b/p.json", format!("{{\"p\": [{{\"v\": \"{version}\"}}]}}"));
    write("1");
    let first = CommitId::parse(&repo.commit("feat: one")).unwrap();
    write("2");
    repo.git(&["add", "."]);
    write("3");
    repo.write("new.toml", "v = 4");
    let location = "\"a b/p.json\" p[*].v as plugin";
    assert_eq!(said(&repo, At::Commit(first.clone()), location), values(&["1"]));
    assert_eq!(said(&repo, At::Index, location), values(&["2"]));
    assert_eq!(said(&repo, At::WorkTree, location), values(&["3"]));
    assert_eq!(said(&repo, At::WorkTree, "new.toml v"), values(&["4"]));
    for at in [At::Index, At::Commit(first)] {
        assert_eq!(said(&repo, at.clone(), "new.toml v"), Found::NoFile);
        assert_eq!(said(&repo, at.clone(), "new.toml /(?P<version>.)/"), Found::NoFile);
        assert_eq!(said(&repo, at, "\"a b/p.json\" p[1].v"), Found::NoValue);
    }
}

#[test]
fn what_cannot_be_read_says_why() {
    let repo = Repo::new();
    repo.write("broken.json", "{\n1}");
    repo.write("big.txt", "v".repeat(16 * 1024 * 1024 + 1));
    repo.write("full.txt", format!("v=1{}", " ".repeat(16 * 1024 * 1024 - 3)));
    repo.write("folder/x", "1");
    std::os::unix::fs::symlink("full.txt", repo.path().join("link.txt")).unwrap();
    let commit = CommitId::parse(&repo.commit("feat: one")).unwrap();
    for at in [At::WorkTree, At::Index, At::Commit(commit)] {
        let said = |location: &str| said(&repo, at.clone(), location);
        unreadable(&said("broken.json v"), "broken.json:2:1: not valid JSON: ");
        unreadable(&said("full.txt v"), "`full.txt` has no format in which `v` can be looked up");
        unreadable(&said("full.txt /x/"), "exactly one named group");
        unreadable(&said("broken.json a..b"), "has no key at character 3");
        let any = "/v=(?P<version>.)/";
        assert_eq!(said(&format!("full.txt {any}")), values(&["1"]));
        unreadable(&said(&format!("big.txt {any}")), "16777217 bytes");
        unreadable(&said(&format!("link.txt {any}")), "`link.txt` is");
        unreadable(&said(&format!("folder {any}")), "`folder` is");
    }
    fs::remove_file(repo.path().join("broken.json")).unwrap();
    assert_eq!(said(&repo, At::WorkTree, "broken.json v"), Found::NoFile);
}

#[test]
fn a_conflict_has_no_version() {
    let repo = Repo::new();
    repo.write("v.toml", "v = 1\n");
    repo.commit("feat: one");
    repo.git(&["checkout", "-qb", "side"]);
    repo.write("v.toml", "v = 2\n");
    repo.commit("feat: two");
    repo.git(&["checkout", "-q", "-"]);
    repo.write("v.toml", "v = 3\n");
    repo.commit("feat: three");
    let merged = repo.run(repo.path(), &repo.vars(), &["merge", "side"]);
    assert!(!merged.status.success());
    unreadable(&said(&repo, At::Index, "v.toml v"), "`v.toml` has an unresolved merge conflict");
    unreadable(&said(&repo, At::WorkTree, "v.toml v"), "v.toml:1:9: not valid TOML: ");
}
