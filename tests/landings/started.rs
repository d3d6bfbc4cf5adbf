//! Work that has not landed: nothing, a branch, commits, what was pushed and what is reviewed; and whose work it is.

use super::{SCENE, Scene, check, drift, yard::Yard};

#[test]
fn what_is_begun_is_told_from_what_is_not() {
    check(SCENES);
}

const SCENES: &[Scene] = &[
    Scene {
        name: "nothing",
        why: "No branch and no commit is about it.",
        told: "1 = git rev-list --count --all",
        item: "batch-2",
        stage: "queued",
        more: &["branch=null", "commits=0", "first=null", "landed=null"],
        ..SCENE
    },
    Scene {
        name: "only its state was committed",
        why: "The commit names the item in a trailer, as the program writes it, and changes nothing but `.track/` and what is rendered from it: bookkeeping on the base is no work that landed.",
        told: "
            track set batch-2 priority=P1 --commit
            plan:batch-2 = git log -1 --format=%(trailers:key=Track,valueonly,separator=%x2C)
            git show --name-only --format= HEAD -- .track docs
            git diff --quiet HEAD^ HEAD -- src",
        item: "batch-2",
        stage: "queued",
        ..SCENE
    },
    Scene {
        name: "its state was committed on its branch",
        why: "The only own commit of the branch writes down that the item was started; that may count as work begun, never as landed.",
        told: "
            git switch -qc feat/batch-2-search
            track start batch-2 --commit
            1 = git rev-list --count main..HEAD
            git diff --quiet main HEAD -- src",
        item: "batch-2",
        stage: "started|in-progress",
        more: &["files=0", "lines=0"],
        ..SCENE
    },
    Scene {
        name: "its state was committed on the base while the branch is open",
        why: "A trailer on the base that only comes from writing the state down does not make the branch a part of what landed.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            git switch -q main
            track set batch-1 priority=P1 --commit
            plan:batch-1 = git log -1 --format=%(trailers:key=Track,valueonly,separator=%x2C)
            lacks main feat/batch-1-login",
        stage: "in-progress",
        more: &["landed=null", "commits=1"],
        ..SCENE
    },
    Scene {
        name: "a branch that was never started",
        why: "The tip is a commit of the base and the branch made none of its own, so being in the history of the base means nothing.",
        told: "
            git branch feat/batch-1-login
            has main feat/batch-1-login",
        stage: "started",
        more: &["branch=feat/batch-1-login", "commits=0", "ahead=0"],
        ..SCENE
    },
    Scene {
        name: "a branch that was never started, and the base moved on",
        why: "`git branch --merged` lists it, though nobody ever worked on it.",
        told: "
            git branch feat/batch-1-login
            work other
            has main feat/batch-1-login",
        stage: "started",
        more: &["commits=0", "ahead=0", "behind=1"],
        ..SCENE
    },
    Scene {
        name: "a branch of what was not declared as started",
        why: "The branch is there, and the state says it was not begun.",
        told: "
            git branch feat/batch-2-search
            has main feat/batch-2-search",
        item: "batch-2",
        stage: "started",
        drift: &["D01"],
        ..SCENE
    },
    Scene {
        name: "an open branch",
        why: "It has commits that the base does not have, nor changes like them.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            work form
            git switch -q main
            work other
            2 = git rev-list --count --cherry-pick --right-only main...feat/batch-1-login",
        stage: "in-progress",
        more: &["commits=2", "ahead=2", "behind=1", "authors=1", "files=2", "lines=2", "landed=null"],
        ..SCENE
    },
    Scene {
        name: "an empty commit and no other",
        why: "Somebody began by writing a commit; that it changes nothing does not undo that, and nothing of it can be on the base.",
        told: "
            git switch -qc feat/batch-1-login
            git commit -q --allow-empty -m 'feat: begin'
            git switch -q main
            lacks main feat/batch-1-login
            git diff --quiet main feat/batch-1-login",
        stage: "in-progress",
        more: &["commits=1", "files=0"],
        ..SCENE
    },
    Scene {
        name: "rebased onto the base and not merged",
        why: "The commits got new ids and stand on top of the base, which has none of them.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            git switch -q main
            work other
            git rebase -q main feat/batch-1-login
            git switch -q main
            lacks main feat/batch-1-login",
        stage: "in-progress",
        more: &["ahead=1", "behind=0"],
        ..SCENE
    },
    Scene {
        name: "pushed",
        why: "The branch of the remote has the tip.",
        told: "
            origin
            git switch -qc feat/batch-1-login
            work login
            git push -q origin HEAD
            git switch -q main
            has origin/feat/batch-1-login feat/batch-1-login
            lacks main feat/batch-1-login",
        stage: "pushed",
        ..SCENE
    },
    Scene {
        name: "pushed, and gone on",
        why: "The branch of the remote does not have the tip.",
        told: "
            origin
            git switch -qc feat/batch-1-login
            work login
            git push -q origin HEAD
            work form
            git switch -q main
            lacks origin/feat/batch-1-login feat/batch-1-login",
        stage: "in-progress",
        more: &["commits=2"],
        ..SCENE
    },
    Scene {
        name: "somebody else's branch",
        why: "It is only on the remote, as a fetch left it; there is its tip.",
        told: "
            origin
            git switch -qc feat/batch-1-login
            work login
            git push -q origin HEAD
            git switch -q main
            git branch -qD feat/batch-1-login
            ! git rev-parse -q --verify refs/heads/feat/batch-1-login
            lacks main origin/feat/batch-1-login",
        stage: "pushed",
        more: &["commits=1"],
        ..SCENE
    },
    Scene {
        name: "handed in for review",
        why: "It was pushed, and the state says that a review was asked for.",
        told: "
            origin
            track submit batch-1
            commit 'chore: hand it in'
            git switch -qc feat/batch-1-login
            work login
            git push -q origin HEAD
            git switch -q main
            has origin/feat/batch-1-login feat/batch-1-login
            lacks main feat/batch-1-login",
        stage: "in-review",
        ..SCENE
    },
    Scene {
        name: "a pull request that was fetched",
        why: "The head of a pull request is the tip of the branch.",
        told: "
            origin
            git switch -qc feat/batch-1-login
            work login
            git push -q origin HEAD HEAD:refs/pull/7/head
            git fetch -q origin refs/pull/7/head:refs/pull/7/head
            git switch -q main
            has refs/pull/7/head feat/batch-1-login
            lacks main feat/batch-1-login",
        stage: "in-review",
        ..SCENE
    },
    Scene {
        name: "work in a linked worktree that is not committed",
        why: "The branch has no commit of its own, but a file in its worktree is new: somebody works there.",
        told: "
            git worktree add -q -b feat/batch-2-search ../linked
            cd ../linked
            write src/search.txt search
            '?? src/search.txt' = git status --short
            cd .",
        item: "batch-2",
        stage: "in-progress",
        drift: &["D01"],
        more: &["dirty=true", "commits=0"],
        ..SCENE
    },
    Scene {
        name: "in the middle of a merge",
        why: "Nothing differs from HEAD, but a merge was begun on the branch and waits to be committed.",
        told: "
            git switch -qc spike
            work spike
            git switch -qc feat/batch-1-login main
            git merge -q --no-ff --no-commit -s ours spike
            git rev-parse -q --verify MERGE_HEAD
            git diff --quiet HEAD",
        stage: "in-progress",
        more: &["commits=0"],
        ..SCENE
    },
    Scene {
        name: "its commits are about another item",
        why: "Every commit of the branch names batch-2 and none of them batch-1, whose id the branch carries.",
        told: "
            git switch -qc feat/batch-1-login
            work search batch-2
            git switch -q main
            batch-2 = git log --format=%(trailers:key=Track,valueonly,separator=%x2C) main..feat/batch-1-login",
        stage: "started",
        ..SCENE
    },
    Scene {
        name: "a branch with a name that no pattern fits",
        why: "The item itself says which branch carries it.",
        told: "
            track set batch-1 branch=ada/idea
            commit 'chore: name the branch'
            git switch -qc ada/idea
            work login
            git switch -q main
            1 = git rev-list --count main..ada/idea",
        stage: "in-progress",
        more: &["branch=ada/idea", "commits=1"],
        ..SCENE
    },
    Scene {
        name: "the longest id",
        why: "The branch carries batch-1-ci as a whole; that batch-1 begins it says nothing about batch-1.",
        told: "
            track add batch CI id=batch-1-ci
            track start batch-1-ci
            commit 'chore: plan'
            git switch -qc feat/batch-1-ci
            work ci
            git switch -q main
            1 = git rev-list --count main..feat/batch-1-ci",
        item: "batch-1-ci",
        stage: "in-progress",
        more: &["branch=feat/batch-1-ci"],
        ..SCENE
    },
    Scene {
        name: "a shorter id",
        why: "The only branch there is carries the longer id, so this item has none.",
        told: r"
            track add batch CI id=batch-2-ci
            commit 'chore: plan'
            git switch -qc feat/batch-2-ci-pipeline
            work ci
            git switch -q main
            'feat/batch-2-ci-pipeline\nmain' = git for-each-ref --format=%(refname:short)",
        item: "batch-2",
        stage: "queued",
        more: &["branch=null"],
        ..SCENE
    },
    Scene {
        name: "a longer number",
        why: "In `batch-10` the id `batch-1` does not end where a word ends.",
        told: "
            track add batch Ten id=batch-20
            commit 'chore: plan'
            git switch -qc feat/batch-20-ten
            work ten batch-20
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-20-ten
            has main feat/batch-20-ten",
        item: "batch-2",
        stage: "queued",
        ..SCENE
    },
];

#[test]
fn two_workflows_that_a_branch_may_mean_are_both_named() {
    let yard = Yard::new(&[]);
    yard.play(
        "track new program Other --id-slug other
        track add batch Elsewhere -w other
        track start other:batch-1
        commit 'chore: plan'
        git switch -qc feat/batch-1-login
        work login
        git switch -q main",
    )
    .unwrap();
    let (found, status) = drift(&yard, &[]).unwrap();
    let said = found.iter().find(|drift| drift["code"] == "D10").map(|drift| drift["message"].to_string());
    let said = said.unwrap_or_else(|| panic!("no D10: {found:?}"));
    for word in ["feat/batch-1-login", "plan:batch-1", "other:batch-1"] {
        assert!(said.contains(word), "{word}: {said}");
    }
    assert_eq!(status, 1);
    for item in ["plan:batch-1", "other:batch-1"] {
        let (document, _) = yard.ask(&["show", item, "--json"]).unwrap();
        assert_eq!(document["items"][0]["git"]["branch"], serde_json::Value::Null, "{item}");
    }
}

// The fork of somebody else has a branch of the same name, which comes first in the alphabet.
#[test]
fn a_branch_begins_where_the_own_remote_has_the_base() {
    let yard = Yard::new(&[]);
    yard.play(
        "git remote add alice ../alice.git
        git remote add origin ../origin.git
        git update-ref refs/remotes/origin/main main
        git switch -qc fork
        work other
        git update-ref refs/remotes/alice/main fork
        git switch -qc topic main
        git branch -qD main fork",
    )
    .unwrap();
    let started = yard.track(&["start", "batch-1", "--branch"]);
    assert!(started.status.success(), "{started:?}");
    assert_eq!(yard.git(&["rev-parse", "HEAD"]), yard.git(&["rev-parse", "origin/main"]));
}
