//! Work that landed and was taken back, once or more often.

use super::{SCENE, Scene, check};

#[test]
fn what_was_taken_back_is_known() {
    check(SCENES);
}

const SCENES: &[Scene] = &[
    Scene {
        name: "a merge was reverted",
        why: "The tip is an ancestor of the base, and nothing of it is left there: `This reverts commit` names the merge.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            git revert -m 1 --no-edit HEAD
            has main feat/batch-1-login
            git diff --quiet main~2 main",
        stage: "reverted",
        more: &["landed=null"],
        ..SCENE
    },
    Scene {
        name: "a merge was reverted and the branch deleted",
        why: "The trailers of the merged commits are still in the history, the merge that brought them is dead.",
        told: "
            git switch -qc feat/batch-1-login
            work login batch-1
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            git revert -m 1 --no-edit HEAD
            git branch -qD feat/batch-1-login
            git diff --quiet main~2 main
            1 = git rev-list --count --grep=Track: main",
        stage: "reverted",
        ..SCENE
    },
    Scene {
        name: "a squash was reverted",
        why: "The only landing is named by a revert; the trailer in it does not help.",
        told: r"
            git switch -qc feat/batch-1-login
            work login batch-1
            git switch -q main
            git merge -q --squash feat/batch-1-login
            commit 'feat: login (#12)\n\nTrack: batch-1'
            git revert --no-edit HEAD
            git diff --quiet main~2 main",
        stage: "reverted",
        ..SCENE
    },
    Scene {
        name: "a squash was reverted, and its state committed",
        why: "Somebody wrote a note into the state afterwards; that commit names the item and brings none of the work back.",
        told: r"
            git switch -qc feat/batch-1-login
            work login batch-1
            git switch -q main
            git merge -q --squash feat/batch-1-login
            commit 'feat: login (#12)\n\nTrack: batch-1'
            git revert --no-edit HEAD
            track set batch-1 priority=P1 --commit
            git diff --quiet HEAD^ HEAD -- src
            '' = git ls-tree main src/login.txt",
        stage: "reverted",
        ..SCENE
    },
    Scene {
        name: "a squash without a word was reverted",
        why: "The commit that is equal to the branch is named by a revert.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            work form
            git switch -q main
            git merge -q --squash feat/batch-1-login
            commit 'Let people in (#12)'
            git revert --no-edit HEAD
            work other
            '' = git ls-tree main src/login.txt
            lacks main feat/batch-1-login",
        stage: "reverted",
        ..SCENE
    },
    Scene {
        name: "every commit of a fast-forward was reverted",
        why: "Each of the two is named by a revert of its own.",
        told: "
            git switch -qc feat/batch-1-login
            work login batch-1
            work form batch-1
            git switch -q main
            git merge -q --ff-only feat/batch-1-login
            git revert --no-edit HEAD HEAD^
            git diff --quiet main~4 main",
        stage: "reverted",
        ..SCENE
    },
    Scene {
        name: "a revert by GitHub",
        why: "The revert was squashed and says only the subject of what it takes back.",
        told: r#"
            git switch -qc feat/batch-1-login
            work login batch-1
            git switch -q main
            git merge -q --squash feat/batch-1-login
            commit 'feat: login (#12)\n\nTrack: batch-1'
            git revert --no-commit HEAD
            commit 'Revert "feat: login (#12)" (#13)\n\nReverts ada/work#12'
            git diff --quiet main~2 main"#,
        stage: "reverted",
        ..SCENE
    },
    Scene {
        name: "a revert that carries the trailer",
        why: "The hook adds the trailer to the revert as to every commit of the branch; taking work back is no work that landed.",
        told: r"
            git switch -qc feat/batch-1-login
            work login batch-1
            git switch -q main
            git merge -q --squash feat/batch-1-login
            commit 'feat: login (#12)\n\nTrack: batch-1'
            git revert --no-edit HEAD
            git commit -q --amend --no-edit --trailer 'Track: batch-1'
            git diff --quiet main~2 main",
        stage: "reverted",
        ..SCENE
    },
    Scene {
        name: "a reverted merge and the branch gone on",
        why: "What was merged was taken back, and the new commit is not on the base.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            git revert -m 1 --no-edit HEAD
            git switch -q feat/batch-1-login
            work form
            git switch -q main
            1 = git rev-list --count main..feat/batch-1-login",
        stage: "in-progress|reverted",
        more: &["landed=null"],
        ..SCENE
    },
    Scene {
        name: "the revert was reverted",
        why: "The second revert names the first, so the landing lives again.",
        told: r"
            git switch -qc feat/batch-1-login
            work login batch-1
            git switch -q main
            git merge -q --squash feat/batch-1-login
            commit 'feat: login (#12)\n\nTrack: batch-1'
            git revert --no-edit HEAD
            git revert --no-edit HEAD
            git diff --quiet main~2 main",
        stage: "landed",
        rules: &["trailer"],
        drift: &["D02"],
        ..SCENE
    },
    Scene {
        name: "the revert of a merge was reverted",
        why: "Its content is back, though the tip was an ancestor all the time.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            git revert -m 1 --no-edit HEAD
            git revert --no-edit HEAD
            git diff --quiet main~2 main",
        stage: "landed",
        rules: &["merge-commit"],
        drift: &["D02"],
        ..SCENE
    },
    Scene {
        name: "reverted three times",
        why: "The third revert takes back the second, so the first holds.",
        told: r"
            git switch -qc feat/batch-1-login
            work login batch-1
            git switch -q main
            git merge -q --squash feat/batch-1-login
            commit 'feat: login (#12)\n\nTrack: batch-1'
            git revert --no-edit HEAD
            git revert --no-edit HEAD
            git revert --no-edit HEAD
            git diff --quiet main~4 main",
        stage: "reverted",
        ..SCENE
    },
    Scene {
        name: "reverted, rebased and merged again",
        why: "The branch was written anew on top of the revert and merged; the second merge is alive.",
        told: "
            git switch -qc feat/batch-1-login
            work login batch-1
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            git revert -m 1 --no-edit HEAD
            git switch -q feat/batch-1-login
            git rebase -q --no-ff --onto main HEAD^
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            has main^2 feat/batch-1-login
            src/login.txt = git ls-tree --name-only main src/login.txt",
        stage: "landed",
        rules: &["merge-commit"],
        drift: &["D02"],
        ..SCENE
    },
    Scene {
        name: "reverted and picked again",
        why: "A copy of the squash landed after the revert and is named by none.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            work form
            git switch -q main
            git merge -q --squash feat/batch-1-login
            commit 'Let people in (#12)'
            git revert --no-edit HEAD
            git cherry-pick HEAD^
            git diff --quiet main feat/batch-1-login",
        stage: "landed",
        rules: &["squash-equivalent"],
        drift: &["D02"],
        ..SCENE
    },
    Scene {
        name: "reverted on another branch",
        why: "The revert is not on the base.",
        told: r"
            git switch -qc feat/batch-1-login
            work login batch-1
            git switch -q main
            git merge -q --squash feat/batch-1-login
            commit 'feat: login (#12)\n\nTrack: batch-1'
            git switch -qc hotfix
            git revert --no-edit HEAD
            git switch -q main
            lacks main hotfix",
        stage: "landed",
        rules: &["trailer"],
        drift: &["D02"],
        ..SCENE
    },
    Scene {
        name: "another commit was reverted",
        why: "The revert names somebody else's commit.",
        told: "
            git switch -qc feat/batch-1-login
            work login batch-1
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            work other
            git revert --no-edit HEAD
            git diff --quiet main~2 main
            git cat-file -e main:src/login.txt",
        stage: "landed",
        rules: &["merge-commit"],
        drift: &["D02"],
        ..SCENE
    },
    Scene {
        name: "work that is a revert",
        why: "The item was to take an old change back; the revert on its branch is its work and was merged.",
        told: "
            work old
            git switch -qc feat/batch-1-undo
            git revert --no-edit HEAD
            git commit -q --amend --no-edit --trailer 'Track: batch-1'
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-undo
            has main^2 feat/batch-1-undo",
        stage: "landed",
        rules: &["merge-commit"],
        drift: &["D02"],
        ..SCENE
    },
    Scene {
        name: "the base was set back",
        why: "The merge is no longer in the history of the base.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            git reset -q --hard HEAD^
            lacks main feat/batch-1-login",
        stage: "in-progress",
        more: &["landed=null"],
        ..SCENE
    },
];
