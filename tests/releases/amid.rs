//! Releases amid what others do: hooks that go on after git is done, a held index, commits that come between.

use super::{Shop, text};

/// Makes a commit of somebody else on top of what was just committed, by plumbing alone.
const THEIRS: &str =
    "c=$(echo theirs | git commit-tree HEAD^{tree} -p HEAD) && git update-ref refs/heads/main \"$c\"";

#[test]
fn the_tag_is_on_the_commit_of_the_release_whatever_came_on_top() {
    let shop = Shop::new();
    shop.repo.hook("post-commit", THEIRS);
    let output = shop.track(&super::RELEASE);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert_eq!(shop.repo.git(&["log", "-1", "--format=%s", "v1.1.0"]), "chore(release): v1.1.0");
    assert_eq!(shop.repo.git(&["log", "-1", "--format=%s"]), "theirs");
}

#[test]
fn what_others_commit_is_never_taken_back() {
    let shop = Shop::new();
    shop.repo.hook("post-commit", THEIRS);
    // A tag below that name leaves no room for ours.
    shop.repo.git(&["tag", "v1.1.0/x"]);
    let output = shop.track(&super::RELEASE);
    assert_eq!(output.status.code(), Some(75), "{}", text(&output));
    assert_eq!(shop.repo.git(&["log", "-2", "--format=%s"]), "theirs\nchore(release): v1.1.0");
    shop.repo.git(&["tag", "-d", "v1.1.0/x"]);
    let output = shop.track(&["recover"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert_eq!(shop.repo.git(&["log", "-1", "--format=%s", "v1.1.0"]), "chore(release): v1.1.0");
}

#[test]
fn a_branch_is_made_although_a_hook_complains_afterwards() {
    let shop = Shop::new();
    shop.repo.hook("post-checkout", "exit 2");
    let output = shop.track(&["bump", "1.1.0", "--branch", "rel"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert_eq!(shop.repo.git(&["log", "-1", "--format=%s", "rel"]), "chore(release): v1.1.0");
    assert_eq!(shop.repo.git(&["symbolic-ref", "--short", "HEAD"]), "rel");
}

#[test]
fn a_branch_that_is_given_up_is_gone_although_a_hook_complains() {
    let shop = Shop::new();
    shop.repo.hook("post-checkout", "exit 2");
    shop.repo.hook("pre-commit", "exit 1");
    let before = shop.seen();
    let output = shop.track(&["bump", "1.1.0", "--branch", "rel"]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    assert_eq!(shop.seen(), before, "{}", text(&output));
}

#[test]
fn a_held_index_is_refused_before_anything_is_written() {
    let shop = Shop::new();
    let before = shop.seen();
    shop.repo.write(".git/index.lock", "");
    let output = shop.track(&super::RELEASE);
    assert_eq!(output.status.code(), Some(75), "{}", text(&output));
    std::fs::remove_file(shop.repo.path().join(".git/index.lock")).unwrap();
    assert_eq!(shop.seen(), before);
}

#[test]
fn what_is_not_committed_is_not_tagged() {
    let shop = Shop::new();
    assert!(shop.track(&["bump", "1.1.0"]).status.success());
    for more in ["--tag", "--commit", "--branch=rel"] {
        let output = shop.track(&["bump", "1.1.0", more]);
        assert_eq!(output.status.code(), Some(1), "{more}: {}", text(&output));
        assert!(text(&output).contains("but what is checked out does not"), "{}", text(&output));
    }
    assert_eq!(shop.repo.git(&["tag"]), "");
}

#[test]
fn what_came_after_the_bump_is_not_in_the_release() {
    let shop = Shop::new();
    shop.repo.git(&["tag", "v1.0.0"]);
    assert!(shop.track(&["bump", "1.1.0", "--commit"]).status.success());
    let bumped = shop.repo.git(&["rev-parse", "HEAD"]);
    shop.repo.git(&["commit", "--quiet", "--allow-empty", "-m", "feat!: huge"]);
    let output = shop.track(&["version", "tag"]);
    assert!(output.status.success(), "{}", text(&output));
    assert_eq!(shop.repo.git(&["rev-parse", "v1.1.0^{commit}"]), bumped);
    let next = shop.track(&["version", "next"]);
    assert_eq!(String::from_utf8_lossy(&next.stdout), "2.0.0\n");
}

#[test]
fn an_ignored_lock_file_is_written_and_not_committed() {
    let shop = Shop::new();
    shop.repo.write(".git/info/exclude", "Cargo.lock\n");
    shop.repo.write("crates/x/Cargo.lock", "[[package]]\nname = \"x\"\nversion = \"1.0.0\"\n");
    shop.released();
    assert!(shop.repo.read("crates/x/Cargo.lock").contains("1.1.0"));
}
