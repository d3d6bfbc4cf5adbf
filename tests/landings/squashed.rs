//! Work that landed as one commit, with or without a word about it.

use super::{SCENE, Scene, check};

#[test]
fn what_was_squashed_is_known() {
    check(SCENES);
}

const SCENES: &[Scene] = &[
    Scene {
        name: "a squash with the trailer",
        why: "The commit on the base names the item in its last block and changes what the branch changed.",
        told: r"
            git switch -qc feat/batch-1-login
            work login batch-1
            work form batch-1
            git switch -q main
            git merge -q --squash feat/batch-1-login
            commit 'feat: login (#12)\n\nTrack: batch-1'
            lacks main feat/batch-1-login
            git diff --quiet main feat/batch-1-login",
        stage: "landed",
        rules: &["trailer", "squash-equivalent"],
        drift: &["D02"],
        more: &["pending=0"],
        ..SCENE
    },
    Scene {
        name: "a squash with the body that GitHub writes",
        why: "The trailers of the branch stand in the middle of the body, where git sees none, because the last block names a co-author; on the base such a line still names the item.",
        told: r"
            git switch -qc feat/batch-1-login
            work login batch-1
            work form batch-1
            git switch -q main
            git merge -q --squash feat/batch-1-login
            commit 'Let people in (#12)\n\n* feat: login\n\nTrack: batch-1\n\n* feat: form\n\nTrack: batch-1\n\n---------\n\nCo-authored-by: Grace Hopper <grace@example.com>'
            git branch -qD feat/batch-1-login
            '' = git log -1 --format=%(trailers:key=Track,valueonly)
            1 = git rev-list --count --grep='^Track: batch-1$' main",
        stage: "landed",
        rules: &["trailer"],
        drift: &["D02"],
        ..SCENE
    },
    Scene {
        name: "a squash without a word",
        why: "Nothing names the item, but the commit changes exactly what the branch changed.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            work form
            git switch -q main
            git merge -q --squash feat/batch-1-login
            commit 'Let people in (#12)'
            git diff --quiet main feat/batch-1-login
            lacks main feat/batch-1-login",
        stage: "landed",
        rules: &["squash-equivalent"],
        drift: &["D02"],
        ..SCENE
    },
    Scene {
        name: "a squash, and the base goes on",
        why: "What is committed on top, in other files, does not change what the squash was.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            work form
            git switch -q main
            work before
            git merge -q --squash feat/batch-1-login
            commit 'Let people in (#12)'
            work after
            lacks main feat/batch-1-login",
        stage: "landed",
        rules: &["squash-equivalent"],
        drift: &["D02"],
        more: &["behind=3"],
        ..SCENE
    },
    Scene {
        name: "a squash into a file that changed elsewhere",
        why: "The blobs differ, because the base had changed the same file far away, but the patch is the same line for line.",
        told: "
            git switch -qc feat/batch-1-login
            line 50 login
            commit 'feat: login'
            line 52 form
            commit 'feat: form'
            git switch -q main
            line 5 other
            commit 'feat: other'
            git merge -q --squash feat/batch-1-login
            commit 'Let people in (#12)'
            ! git diff --quiet main feat/batch-1-login",
        stage: "landed",
        rules: &["squash-equivalent"],
        drift: &["D02"],
        ..SCENE
    },
    Scene {
        name: "a squash whose context changed",
        why: "The base changed a line two lines away, so the patches differ in what surrounds them; merging the branch would change nothing, which is less than knowing that it landed.",
        told: "
            git switch -qc feat/batch-1-login
            line 50 login
            commit 'feat: login'
            line 51 form
            commit 'feat: form'
            git switch -q main
            line 47 other
            commit 'feat: other'
            git merge -q --squash feat/batch-1-login
            commit 'Let people in (#12)'
            git merge -q --no-commit --no-ff feat/batch-1-login
            git diff --quiet HEAD
            git merge --abort",
        stage: "landed?|landed",
        drift: &["D02?"],
        rules: &["contents-present|squash-equivalent"],
        ..SCENE
    },
    Scene {
        name: "a squash that was edited, with the trailer",
        why: "The reviewer changed it, so no patch is the same; the trailer says whose work it is, and no commit of the branch is later.",
        told: r"
            git switch -qc feat/batch-1-login
            work login batch-1
            work form batch-1
            git switch -q main
            git merge -q --squash feat/batch-1-login
            write src/form.txt better
            commit 'feat: login (#12)\n\nTrack: batch-1'
            ! git merge -q --no-commit feat/batch-1-login
            git merge --abort",
        stage: "landed",
        rules: &["trailer"],
        drift: &["D02"],
        more: &["pending=0"],
        ..SCENE
    },
    Scene {
        name: "a squash that was edited, without a word",
        why: "Nothing names the item, no patch is the same, and merging the branch would conflict: git cannot know, so it did not land.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            work form
            git switch -q main
            git merge -q --squash feat/batch-1-login
            write src/form.txt better
            commit 'Let people in (#12)'
            ! git merge -q --no-commit feat/batch-1-login
            git merge --abort",
        stage: "in-progress",
        more: &["landed=null"],
        ..SCENE
    },
    Scene {
        name: "a squash that later commits wrote over",
        why: "The squash landed; that its lines were changed since does not undo it.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            work form
            git switch -q main
            git merge -q --squash feat/batch-1-login
            commit 'Let people in (#12)'
            write src/login.txt other
            commit 'refactor: another way in'
            lacks main feat/batch-1-login
            ! git diff --quiet main feat/batch-1-login
            git diff --quiet main^ feat/batch-1-login",
        stage: "landed",
        rules: &["squash-equivalent"],
        drift: &["D02"],
        ..SCENE
    },
    Scene {
        name: "a squash, and the branch went on",
        why: "The squash equals the branch up to its second commit; the third is not on the base.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            work form
            git switch -q main
            git merge -q --squash feat/batch-1-login
            commit 'Let people in (#12)'
            git switch -q feat/batch-1-login
            work logout
            git switch -q main
            3 = git rev-list --count main..feat/batch-1-login",
        stage: "partly",
        rules: &["squash-equivalent"],
        more: &["pending=1"],
        ..SCENE
    },
    Scene {
        name: "an edited squash with the trailer, and the branch went on",
        why: "The last commit of the branch is later than the landing and cannot be part of it.",
        told: r"
            git switch -qc feat/batch-1-login
            work login batch-1
            git switch -q main
            git merge -q --squash feat/batch-1-login
            write src/login.txt better
            commit 'feat: login (#12)\n\nTrack: batch-1'
            git switch -q feat/batch-1-login
            work logout batch-1
            git switch -q main
            ! git diff --quiet main feat/batch-1-login^
            2 = git rev-list --count --cherry-pick --right-only main...feat/batch-1-login",
        stage: "partly",
        rules: &["trailer"],
        more: &["pending=1"],
        ..SCENE
    },
    Scene {
        name: "two squashes",
        why: "The branch was squashed, went on, and was squashed again: the two together are all of it.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            work form
            git switch -q main
            git merge -q --squash feat/batch-1-login
            commit 'Let people in (#12)'
            git switch -q feat/batch-1-login
            work logout
            git switch -q main
            git merge -q --squash feat/batch-1-login
            commit 'Let people out (#13)'
            git diff --quiet main feat/batch-1-login",
        stage: "landed",
        rules: &["squash-equivalent|rebase-equivalent"],
        drift: &["D02"],
        ..SCENE
    },
    Scene {
        name: "a squash of a branch that had merged the base",
        why: "What the branch changes is counted from the last commit of the base that it has, and that is what the squash changes.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            git switch -q main
            work other
            git switch -q feat/batch-1-login
            git merge -q --no-edit main
            work form
            git switch -q main
            git merge -q --squash feat/batch-1-login
            commit 'Let people in (#12)'
            git diff --quiet main feat/batch-1-login",
        stage: "landed",
        rules: &["squash-equivalent"],
        drift: &["D02"],
        more: &["pending=0"],
        ..SCENE
    },
    Scene {
        name: "the branch was deleted after the squash",
        why: "The trailer on the base is all that is left, and it is enough.",
        told: r"
            git switch -qc feat/batch-1-login
            work login batch-1
            git switch -q main
            git merge -q --squash feat/batch-1-login
            commit 'feat: login (#12)\n\nTrack: batch-1'
            git branch -qD feat/batch-1-login
            1 = git for-each-ref --format=1 refs/heads
            batch-1 = git log -1 --format=%(trailers:key=Track,valueonly,separator=%x2C)",
        stage: "landed",
        rules: &["trailer"],
        drift: &["D02"],
        more: &["branch=null"],
        ..SCENE
    },
    Scene {
        name: "the branch was squashed into the local base and pushed itself",
        why: "The remote has the branch and not the squash; main has the squash.",
        told: "
            origin
            git switch -qc feat/batch-1-login
            work login
            work form
            git push -q origin HEAD
            git switch -q main
            git merge -q --squash feat/batch-1-login
            commit 'Let people in (#12)'
            has origin/feat/batch-1-login feat/batch-1-login
            lacks origin/main main",
        stage: "landed",
        rules: &["squash-equivalent"],
        drift: &["D02"],
        ..SCENE
    },
    Scene {
        name: "a squash on the side of a pull",
        why: "Somebody committed on main and pulled with a merge, so the squash is no longer among the first parents; the base has it all the same.",
        told: "
            origin
            git switch -qc feat/batch-1-login
            work login
            work form
            git switch -q main
            git merge -q --squash feat/batch-1-login
            commit 'Let people in (#12)'
            git push -q
            git reset -q --hard HEAD^
            work other
            git merge -q --no-edit origin/main
            git push -q
            'Let people in (#12)' = git log -1 --format=%s main^2
            lacks main feat/batch-1-login",
        stage: "landed",
        rules: &["squash-equivalent"],
        drift: &["D02"],
        ..SCENE
    },
    Scene {
        name: "an edited squash on the side of a pull",
        why: "The trailer is on the base, though not among the first parents.",
        told: r"
            origin
            git switch -qc feat/batch-1-login
            work login
            git switch -q main
            git merge -q --squash feat/batch-1-login
            write src/login.txt better
            commit 'feat: login (#12)\n\nTrack: batch-1'
            git push -q
            git reset -q --hard HEAD^
            work other
            git merge -q --no-edit origin/main
            git push -q
            'feat: login (#12)' = git log -1 --format=%s main^2",
        stage: "landed",
        rules: &["trailer"],
        drift: &["D02"],
        more: &["pending=0"],
        ..SCENE
    },
    Scene {
        name: "squashed into another branch",
        why: "The base has nothing of it; the branch that has it is not merged.",
        told: r"
            git switch -qc feat/batch-1-login
            work login
            git switch -qc next main
            git merge -q --squash feat/batch-1-login
            commit 'feat: login (#12)\n\nTrack: batch-1'
            git switch -q main
            lacks main next
            git diff --quiet next feat/batch-1-login",
        stage: "in-progress",
        more: &["landed=null"],
        ..SCENE
    },
];
