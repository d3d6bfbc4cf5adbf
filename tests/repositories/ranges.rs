//! Commits between others, as git says, and what a clone cannot know.

use std::fs;

use git_track::git;
use git_track::model::facts::{CommitId, MergeBase, Source};

use super::kinds::clone;
use super::seed;
use crate::support::Repo;

fn seeded(args: &[&str]) -> Repo {
    let repo = Repo::init(args);
    seed(&repo);
    repo
}

#[test]
fn what_came_since() {
    for init in [&[][..], &["--object-format=sha256"], &["--ref-format=reftable"]] {
        let repo = seeded(init);
        let found = git::open(&repo.env()).unwrap();
        for (from, to) in
            [(&["HEAD~1"][..], "main"), (&["side", "undone"], "main"), (&[], "both"), (&["main"], "side")]
        {
            let ids: Vec<_> = from.iter().map(|rev| found.resolve(rev).unwrap()).collect();
            let seen = found.commits(&ids, &found.resolve(to).unwrap()).unwrap();
            let hidden: Vec<String> = from.iter().map(|rev| format!("^{rev}")).collect();
            let mut args = vec!["rev-list", "--format=%H|%P|%s", "--no-commit-header", to];
            args.extend(hidden.iter().map(String::as_str));
            let listing = repo.git(&args);
            let mut wanted: Vec<_> = listing.lines().map(str::to_owned).collect();
            let line = |commit: &git_track::model::facts::CommitFacts| {
                let parents: Vec<_> = commit.parents.iter().map(CommitId::as_str).collect();
                format!("{}|{}|{}", commit.id, parents.join(" "), commit.subject)
            };
            let mut lines: Vec<_> = seen.iter().map(line).collect();
            lines.sort();
            wanted.sort();
            assert_eq!(lines, wanted, "{from:?} {to}");
            for (at, commit) in seen.iter().enumerate() {
                assert!(
                    !seen[at..].iter().any(|later| commit.parents.contains(&later.id)),
                    "{}",
                    commit.subject
                );
            }
        }
        let nothing = CommitId::parse(&"1".repeat(found.resolve("main").unwrap().as_str().len())).unwrap();
        assert!(found.commits(std::slice::from_ref(&nothing), &found.resolve("main").unwrap()).is_err());
        assert!(found.commits(&[], &nothing).is_err());
        assert!(found.changed(Some(&nothing), &Source::Index).is_err());
        assert!(found.merge_base(&nothing, &found.resolve("main").unwrap()).is_err());
    }
}

#[test]
fn where_histories_parted() {
    for init in [&[][..], &["--ref-format=reftable"]] {
        let repo = seeded(init);
        let lone = repo.git(&["commit-tree", "-m", "lone", "HEAD^{tree}"]);
        // Two commits that each merged the other's past have two best common ones.
        let tree = "HEAD^{tree}";
        let one = repo.git(&["commit-tree", "-p", "side", "-p", "undone", "-m", "one", tree]);
        let two = repo.git(&["commit-tree", "-p", "undone", "-p", "side", "-m", "two", tree]);
        let found = git::open(&repo.env()).unwrap();
        let id = |rev: &str| found.resolve(rev).unwrap();
        for (a, b) in
            [("main", "side"), ("side", "undone"), ("main", "main"), ("both", "main~1"), (&one, &two)]
        {
            let wanted = MergeBase::Found(id(&repo.git(&["merge-base", a, b])));
            assert_eq!(found.merge_base(&id(a), &id(b)).unwrap(), wanted, "{a} {b}");
        }
        assert_eq!(found.merge_base(&id("main"), &id(&lone)).unwrap(), MergeBase::Unrelated);
    }
}

#[test]
fn where_history_is_cut_off() {
    let (_origin, repo) = clone(&["--depth", "2", "--no-single-branch"]);
    let found = git::open(&repo.env()).unwrap();
    let id = |rev: &str| found.resolve(rev).unwrap();
    let lone = id(&repo.git(&["commit-tree", "-m", "lone", "HEAD^{tree}"]));
    assert_eq!(found.merge_base(&id("main"), &lone).unwrap(), MergeBase::Unknown);
    let shallow = fs::read_to_string(repo.path().join(".git/shallow")).unwrap();
    for boundary in shallow.lines().map(id) {
        for error in [
            found.changed(None, &Source::Commit(boundary.clone())).unwrap_err(),
            found.commits(&[], &boundary).unwrap_err(),
        ] {
            assert!(error.message().contains("history is cut off"), "{error}");
            assert_eq!(error.hints(), ["git fetch --unshallow"]);
        }
    }
    let commits = found.commits(&[id("main~1")], &id("main"));
    assert!(commits.is_err() || commits.unwrap().iter().all(|commit| !commit.parents.is_empty()));
    assert_eq!(found.commits(&[], &lone).unwrap().len(), 1);
    assert!(found.changed(None, &Source::Commit(lone)).is_ok());
}
