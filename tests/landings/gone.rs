//! Branches that are gone, and branches on which nothing but the state was written.

use super::{SCENE, Scene, check};

#[test]
fn what_this_clone_remembers_of_branches_that_are_gone() {
    check(SCENES);
}

const SCENES: &[Scene] = &[
    Scene {
        name: "fast-forward, and the branch is gone",
        why: "The log of HEAD says that the commit was made on the branch, and the base has it.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            git switch -q main
            git merge -q --ff-only feat/batch-1-login
            git branch -qd feat/batch-1-login
            1 = git rev-list --count HEAD~1..main",
        stage: "landed",
        rules: &["ancestor"],
        drift: &["D02"],
        ..SCENE
    },
    Scene {
        name: "a merge without a word, and the branch is gone",
        why: "The log of HEAD says where the branch was left, and a merge has that commit as its second parent.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            git switch -q main
            git merge -q --no-ff -m 'Bring the login' feat/batch-1-login
            git branch -qd feat/batch-1-login
            2 = git rev-list --count HEAD~1..main",
        stage: "landed",
        rules: &["merge-commit"],
        drift: &["D02"],
        ..SCENE
    },
    Scene {
        name: "rebased onto the base, and the branch is gone",
        why: "The commits on the base make the same changes as those that were left behind.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            work form
            git switch -q main
            work other
            git cherry-pick feat/batch-1-login~1 feat/batch-1-login
            git branch -qD feat/batch-1-login
            3 = git rev-list --count HEAD~3..main",
        stage: "landed",
        rules: &["rebase-equivalent"],
        drift: &["D02"],
        ..SCENE
    },
    Scene {
        name: "one of two commits landed, and the branch is gone",
        why: "Nobody can tell whether the rest was given up: what is gone shows that work landed only as a whole.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            work form
            git switch -q main
            git cherry-pick feat/batch-1-login~1
            git branch -qD feat/batch-1-login
            1 = git rev-list --count HEAD~1..main",
        stage: "queued",
        drift: &["D07"],
        ..SCENE
    },
    Scene {
        name: "never worked on, and the branch is gone",
        why: "Nothing was made on it, though the base has the commit where it stood.",
        told: "
            git switch -qc feat/batch-1-login
            git switch -q main
            work other
            git branch -qd feat/batch-1-login
            1 = git rev-list --count HEAD~1..main",
        stage: "queued",
        drift: &["D07"],
        ..SCENE
    },
    Scene {
        name: "only the state was written, fast-forward",
        why: "The commit of the branch is on the base, and there is no work in it.",
        told: "
            git switch -qc feat/batch-1-login
            track set batch-1 owner=bob
            git commit -qam 'chore: give it to bob'
            git switch -q main
            git merge -q --ff-only feat/batch-1-login
            has main feat/batch-1-login",
        stage: "started",
        ..SCENE
    },
    Scene {
        name: "only the state was written, merged",
        why: "The merge brought the branch, and there is no work in it.",
        told: "
            git switch -qc feat/batch-1-login
            track set batch-1 owner=bob
            git commit -qam 'chore: give it to bob'
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            has main feat/batch-1-login",
        stage: "started",
        ..SCENE
    },
    Scene {
        name: "a squash with the documents of the base",
        why: "It holds all that was done on the branch; the state and what is rendered from it are no work.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            track set batch-1 owner=bob
            git commit -qam 'chore: give it to bob'
            git switch -q main
            work other
            git merge -q --squash feat/batch-1-login
            track render
            commit 'Let people in (#12)'
            ! git diff --quiet main feat/batch-1-login",
        stage: "landed",
        rules: &["squash-equivalent"],
        drift: &["D02"],
        ..SCENE
    },
    Scene {
        name: "on top of another branch that was squashed",
        why: "All commits of the branch are those of the other item's; nothing was done on it.",
        told: "
            git switch -qc feat/batch-2-login
            work login
            git switch -qc feat/batch-1-form
            git switch -q main
            git merge -q --squash feat/batch-2-login
            commit 'Let people in (#12)'
            1 = git rev-list --count main..feat/batch-1-form",
        stage: "started",
        ..SCENE
    },
    Scene {
        name: "merged, reverted, gone on and merged again",
        why: "The second merge brings only what is new: what the first one brought is still taken back.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            git revert --no-edit -m 1 HEAD
            git switch -q feat/batch-1-login
            work form
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            src/form.txt = git ls-tree --name-only main src/login.txt src/form.txt",
        stage: "partly",
        ..SCENE
    },
    Scene {
        name: "a base here that is older than the one on the remote",
        why: "The remote has the revert, and all that the base here has.",
        told: r"
            work login batch-1
            origin
            git revert --no-edit HEAD
            git push -q origin main
            git reset -q --hard HEAD~1
            has origin/main main",
        stage: "reverted",
        ..SCENE
    },
    Scene {
        name: "reverted, and put back after a version",
        why: "v1.0.0 had it, v1.0.1 did not, v1.1.0 is the first that has it again.",
        told: "
            git switch -qc feat/batch-1-login
            work login batch-1
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            git tag v1.0.0
            git revert --no-edit -m 1 HEAD
            git tag v1.0.1
            git revert --no-edit HEAD
            git tag v1.1.0
            has v1.0.1 v1.0.0",
        stage: "released",
        more: &["version=v1.1.0"],
        drift: &["D02"],
        ..SCENE
    },
];
