//! What a commit would change where something is missing, broken or not text.

use std::fs;

use git_track::git;
use git_track::model::facts::Source;

use super::kinds::clone;
use super::seed;
use super::staged::{agrees, look};
use crate::support::Repo;

fn seeded() -> Repo {
    let repo = Repo::new();
    seed(&repo);
    repo
}

#[test]
fn a_blob_that_is_only_promised() {
    let (_origin, repo) = clone(&["--filter=blob:none", "--no-checkout"]);
    repo.git(&["read-tree", "HEAD"]);
    repo.git(&["rm", "-q", "--cached", "src/lib.rs"]);
    let found = git::open(&repo.env()).unwrap();
    let changes = found.changed(found.head().unwrap().commit(), &Source::Index).unwrap();
    assert_eq!(changes.files[0].path, "src/lib.rs");
    let error = found.lines(&changes.files).unwrap_err();
    assert!(error.message().contains("not in this partial clone"), "{error}");
}

#[test]
fn settings_of_the_user_do_not_count() {
    for init in [&[][..], &["--ref-format=reftable"]] {
        let repo = Repo::init(init);
        seed(&repo);
        repo.write("long", "of many\nlines\nthat stay\nas they\nare\n");
        repo.write("copied", "copied\n");
        repo.commit("long");
        fs::remove_file(repo.path().join("long")).unwrap();
        repo.write("src/longer", "of many\nlines\nthat stay\nas they\nare\nand one\n");
        repo.write("src/copy", "copied\n");
        repo.git(&["add", "-A"]);
        let seen = agrees(&repo, &repo.env());
        repo.write("order", "src/longer\n");
        for (key, value) in [
            ("color.ui", "always"),
            ("diff.relative", "true"),
            ("diff.orderFile", "order"),
            ("diff.renames", "copies"),
            ("diff.external", "false"),
            ("diff.noPrefix", "true"),
            ("diff.algorithm", "minimal"),
            ("core.quotePath", "true"),
        ] {
            repo.git(&["config", key, value]);
        }
        assert_eq!(look(&repo.env_in(&repo.path().join("src"))).unwrap().0, seen);
        assert!(seen.files.iter().any(|file| file.from.as_deref() == Some("long")));
    }
}

#[test]
fn names_that_are_not_text() {
    let repo = seeded();
    repo.git_with(
        &["update-index", "--add", "-z", "--index-info"],
        b"100644 e69de29bb2d1d6434b8b29ae775ad8c2e48c5391\t\xff/\xfe.txt\0",
    );
    let changes = look(&repo.env()).unwrap().0;
    let paths: Vec<_> = changes.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["\u{fffd}/\u{fffd}.txt"]);
}

#[test]
fn a_broken_index_is_no_empty_one() {
    let repo = seeded();
    let index = repo.path().join(".git/index");
    let whole = fs::read(&index).unwrap();
    for end in [0, 5, 60, whole.len() / 2, whole.len() - 30] {
        fs::write(&index, &whole[..end]).unwrap();
        let error = look(&repo.env()).unwrap_err();
        assert_eq!(error.kind(), git_track::error::Kind::Repository, "{end}: {error}");
    }
    fs::remove_file(&index).unwrap();
    // Nothing is staged: a commit would delete everything.
    assert_eq!(agrees(&repo, &repo.env()).files.len(), 9);
}

#[test]
fn attributes_of_the_work_tree_come_before_staged_ones() {
    let repo = seeded();
    repo.write("deep/.gitattributes", "*.txt -diff\n*.md diff\n");
    for path in ["deep/a.txt", "deep/b.md", "deep/er/c.txt", "d.txt"] {
        repo.write(path, "one\r\ntwo\0\n");
    }
    repo.git(&["add", "-A"]);
    agrees(&repo, &repo.env());
    repo.write("deep/.gitattributes", "*.md -diff\n");
    repo.write(".git/info/attributes", "d.txt diff\n");
    agrees(&repo, &repo.env());
    fs::remove_file(repo.path().join("deep/.gitattributes")).unwrap();
    agrees(&repo, &repo.env());
    std::os::unix::fs::symlink("nowhere", repo.path().join("deep/.gitattributes")).unwrap();
    agrees(&repo, &repo.env());
    repo.write("attributes", "*.md diff\n*.txt diff\n");
    repo.git(&["config", "core.attributesFile", repo.path().join("attributes").to_str().unwrap()]);
    agrees(&repo, &repo.env());
}

#[test]
fn bare() {
    let (_origin, repo) = clone(&["--bare"]);
    let found = git::open(&repo.env()).unwrap();
    assert!(found.is_bare());
    let head = found.head().unwrap().commit().cloned().unwrap();
    let error = found.changed(Some(&head), &Source::Index).unwrap_err();
    assert!(error.message().contains("nothing is staged there"), "{error}");
    let changes = found.changed(None, &Source::Commit(head)).unwrap();
    assert_eq!(changes.files.len(), 9);
    assert!(found.lines(&changes.files).unwrap().iter().all(Option::is_some));
    repo.git(&["worktree", "add", "-q", "../linked", "main"]);
    assert!(!git::open(&repo.env_in(&repo.root().join("linked"))).unwrap().is_bare());
    let repo = Repo::init(&["--bare", "--ref-format=reftable"]);
    assert!(git::open(&repo.env()).unwrap().is_bare());
}
