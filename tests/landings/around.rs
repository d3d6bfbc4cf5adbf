//! What was merged and is not all, and what only looks merged: later commits, other branches, what stands on them.

use super::{SCENE, Scene, check};

#[test]
fn what_a_merge_does_not_cover_is_known() {
    check(SCENES);
}

const SCENES: &[Scene] = &[
    Scene {
        name: "merged, and gone on",
        why: "The base has the first commit of the branch and not the second.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            git switch -q feat/batch-1-login
            work form batch-1
            git switch -q main
            1 = git rev-list --count main..feat/batch-1-login",
        stage: "partly",
        rules: &["merge-commit"],
        more: &["pending=1", "ahead=1"],
        ..SCENE
    },
    Scene {
        name: "merged, gone on, and its state committed",
        why: "The last commit about the item on the base is later than all work, but it only writes the state down.",
        told: "
            git switch -qc feat/batch-1-login
            work login batch-1
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            git switch -q feat/batch-1-login
            work form batch-1
            git switch -q main
            track set batch-1 priority=P1 --commit
            git diff --quiet HEAD^ HEAD -- src
            1 = git rev-list --count main..feat/batch-1-login",
        stage: "partly",
        rules: &["merge-commit|trailer"],
        more: &["pending=1"],
        ..SCENE
    },
    Scene {
        name: "merged, and the tip written anew",
        why: "The branch was amended with other content after the merge; what it holds now is not on the base.",
        told: "
            git switch -qc feat/batch-1-login
            work login batch-1
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            git switch -q feat/batch-1-login
            write src/login.txt better
            git commit -q -a --amend --no-edit
            git switch -q main
            lacks main feat/batch-1-login
            1 = git rev-list --count --cherry-pick --right-only --no-merges main...feat/batch-1-login",
        stage: "partly",
        rules: &["merge-commit|trailer"],
        more: &["pending=1"],
        ..SCENE
    },
    Scene {
        name: "the name was used again",
        why: "The branch was merged and deleted; a new one of the same name goes on with the item from the base.",
        told: "
            git switch -qc feat/batch-1-login
            work login batch-1
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            git branch -qd feat/batch-1-login
            git switch -qc feat/batch-1-login
            work form batch-1
            git switch -q main
            1 = git rev-list --count main..feat/batch-1-login",
        stage: "partly",
        rules: &["merge-commit|trailer"],
        more: &["pending=1"],
        ..SCENE
    },
    Scene {
        name: "one of two branches",
        why: "Two branches carry the item; the base has one of them.",
        told: "
            git switch -qc feat/batch-1-api
            work api batch-1
            git switch -qc feat/batch-1-form main
            work form batch-1
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-api
            lacks main feat/batch-1-form",
        stage: "partly",
        rules: &["merge-commit|trailer"],
        more: &["pending=1"],
        ..SCENE
    },
    Scene {
        name: "stacked and never started, with trailers",
        why: "The branch stands on the merged branch of batch-1, whose commits name batch-1; it made none itself.",
        told: "
            git switch -qc feat/batch-1-login
            work login batch-1
            git branch feat/batch-2-search
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            has main feat/batch-2-search",
        item: "batch-2",
        stage: "started",
        drift: &["D01"],
        more: &["landed=null"],
        ..SCENE
    },
    Scene {
        name: "stacked and never started, without trailers",
        why: "The tip is the second parent of a merge, but the merge names the branch of batch-1, and the reflog says that this one never moved.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            git branch feat/batch-2-search
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            has main^2 feat/batch-2-search
            1 = git rev-list --count -g feat/batch-2-search",
        item: "batch-2",
        stage: "started",
        drift: &["D01"],
        more: &["landed=null"],
        ..SCENE
    },
    Scene {
        name: "stacked and begun",
        why: "Only what it stands on was merged; its own commit is not on the base.",
        told: "
            git switch -qc feat/batch-1-login
            work login batch-1
            git switch -qc feat/batch-2-search
            work search batch-2
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            1 = git rev-list --count main..feat/batch-2-search",
        item: "batch-2",
        stage: "in-progress",
        drift: &["D01"],
        more: &["commits=1", "landed=null"],
        ..SCENE
    },
    Scene {
        name: "stacked, and all of it was merged",
        why: "The upper branch was merged and brought the lower one with it, whose commits name the lower item.",
        told: "
            git switch -qc feat/batch-1-login
            work login batch-1
            git switch -qc feat/batch-2-search
            work search batch-2
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-2-search
            has main feat/batch-1-login",
        stage: "landed",
        rules: &["merge-commit|trailer|ancestor"],
        drift: &["D02"],
        ..SCENE
    },
    Scene {
        name: "a fast-forward that nothing explains",
        why: "In a fresh clone the tip is a commit of the base and nothing says whether the branch ever had one of its own: that it landed cannot be claimed.",
        told: "
            origin
            git switch -qc feat/batch-1-login
            work login
            git push -q origin HEAD
            git switch -q main
            git merge -q --ff-only feat/batch-1-login
            work other
            git push -q
            git clone -q ../origin.git ../clone
            cd ../clone
            has origin/main origin/feat/batch-1-login",
        stage: "started|pushed",
        more: &["landed=null"],
        ..SCENE
    },
];
