//! Landings that git makes likely and cannot prove, and work of which nothing is left: none of it may pass as landed.

use super::{SCENE, Scene, check};

#[test]
fn what_is_likely_is_not_called_certain() {
    check(SCENES);
}

const SCENES: &[Scene] = &[
    Scene {
        name: "a merge whose branch is gone",
        why: "Only the subject of the merge tells the name of the branch, and anybody can write a subject.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            git branch -qd feat/batch-1-login
            git reflog expire --expire=all --all
            'Merge branch ''feat/batch-1-login''' = git log -1 --format=%s",
        stage: "landed?",
        rules: &["subject"],
        ..SCENE
    },
    Scene {
        name: "a merge by GitHub whose branch is gone",
        why: "The subject names the branch with its owner in front.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            git switch -q main
            git merge -q --no-ff -m 'Merge pull request #1 from ada/feat/batch-1-login' feat/batch-1-login
            git branch -qd feat/batch-1-login
            git reflog expire --expire=all --all
            1 = git for-each-ref --format=1",
        stage: "landed?",
        rules: &["subject"],
        ..SCENE
    },
    Scene {
        name: "a merge by GitLab whose branch is gone",
        why: "The subject names the branch and what it was merged into.",
        told: r"
            git switch -qc feat/batch-1-login
            work login
            git switch -q main
            git merge -q --no-ff -m 'Merge branch ''feat/batch-1-login'' into ''main''' feat/batch-1-login
            git branch -qd feat/batch-1-login
            git reflog expire --expire=all --all
            'Merge branch ''feat/batch-1-login'' into ''main''' = git log -1 --format=%s",
        stage: "landed?",
        rules: &["subject"],
        ..SCENE
    },
    Scene {
        name: "a merge by Bitbucket whose branch is gone",
        why: "The subject names the branch and the pull request.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            git switch -q main
            git merge -q --no-ff -m 'Merged in feat/batch-1-login (pull request #7)' feat/batch-1-login
            git branch -qd feat/batch-1-login
            git reflog expire --expire=all --all
            1 = git for-each-ref --format=1",
        stage: "landed?",
        rules: &["subject"],
        ..SCENE
    },
    Scene {
        name: "a squash that names the item in its subject",
        why: "The id stands in the subject and in no trailer, and the branch is gone.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            git switch -q main
            git merge -q --squash feat/batch-1-login
            commit 'feat: batch-1 lets people in (#12)'
            git branch -qD feat/batch-1-login
            git reflog expire --expire=all --all
            0 = git rev-list --count --grep=Track: main
            1 = git for-each-ref --format=1",
        stage: "landed?",
        rules: &["subject"],
        ..SCENE
    },
    Scene {
        name: "the content is there, nobody knows from where",
        why: "Two commits of the base do together what the branch does in one; merging it would change nothing.",
        told: "
            git switch -qc feat/batch-1-login
            write src/login.txt login
            write src/form.txt form
            commit 'feat: both'
            git switch -q main
            work login
            work form
            git diff --quiet main feat/batch-1-login
            1 = git rev-list --count --cherry-pick --right-only main...feat/batch-1-login",
        stage: "landed?",
        rules: &["contents-present"],
        ..SCENE
    },
    Scene {
        name: "likely, and the branch was begun anew",
        why: "The subject of a merge is a weak sign, and the new commit is nowhere on the base.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            git branch -qd feat/batch-1-login
            git reflog expire --expire=now --all
            git switch -qc feat/batch-1-login
            work form
            git switch -q main
            1 = git rev-list --count main..feat/batch-1-login",
        stage: "in-progress",
        ..SCENE
    },
    Scene {
        name: "the branch was deleted before it was merged",
        why: "No branch has the commits and the base has none of them: nothing is known but that there was a branch and that the state says it is worked on.",
        told: "
            git switch -qc feat/batch-1-login
            work login batch-1
            git switch -q main
            track show batch-1
            git branch -qD feat/batch-1-login
            0 = git rev-list --count --all --grep=Track:",
        stage: "queued",
        drift: &["D07"],
        more: &["branch=null", "landed=null"],
        ..SCENE
    },
    Scene {
        name: "its id inside another word",
        why: "In `batch-10` and in `rebatch-1` the id does not stand by itself.",
        told: r"
            work ten
            git commit -q --amend -m 'feat: batch-20 and rebatch-2 for all'
            0 = git rev-list --count -P --grep=\bbatch-2\b main",
        item: "batch-2",
        stage: "queued",
        ..SCENE
    },
    Scene {
        name: "a merge of the base into something else",
        why: "`Merge branch 'main' into feat/batch-2-search` came in with other work; the branch is where it went to, not what was merged.",
        told: r"
            git switch -qc other
            work other
            git switch -q main
            work more
            git switch -q other
            git merge -q --no-ff -m 'Merge branch ''main'' into feat/batch-2-search' main
            git switch -q main
            git merge -q --no-ff -m 'Merge branch ''other''' other
            git branch -qd other
            'Merge branch ''main'' into feat/batch-2-search' = git log -1 --format=%s main^2",
        item: "batch-2",
        stage: "queued",
        ..SCENE
    },
];
