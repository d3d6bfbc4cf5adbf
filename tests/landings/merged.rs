//! Work that landed with its own commits: by a merge or by moving the base forward.

use super::{SCENE, Scene, check};

#[test]
fn what_was_merged_is_known() {
    check(SCENES);
}

const SCENES: &[Scene] = &[
    Scene {
        name: "a merge",
        why: "A first-parent commit of the base has the tip as its second parent.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            has main^2 feat/batch-1-login",
        stage: "landed",
        rules: &["merge-commit"],
        drift: &["D02"],
        more: &["pending=0", "ahead=0", "branch=feat/batch-1-login"],
        ..SCENE
    },
    Scene {
        name: "a merge with a text of its own",
        why: "The subject names nothing, but the tip is a parent and the trailer names the item.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            git switch -q main
            git merge -q --no-ff -m 'Let people in' -m 'Track: batch-1' feat/batch-1-login
            batch-1 = git log -1 --format=%(trailers:key=Track,valueonly,separator=%x2C)",
        stage: "landed",
        rules: &["merge-commit|trailer"],
        drift: &["D02"],
        ..SCENE
    },
    Scene {
        name: "a merge by GitHub",
        why: "The subject names the branch of a fork, and the tip is a parent.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            git switch -q main
            git merge -q --no-ff -m 'Merge pull request #1 from ada/feat/batch-1-login' -m Login feat/batch-1-login
            has main^2 feat/batch-1-login",
        stage: "landed",
        rules: &["merge-commit"],
        drift: &["D02"],
        ..SCENE
    },
    Scene {
        name: "a merge of a branch that was rebased first",
        why: "The history is as straight as with a fast-forward, but there is a merge commit over it: semi-linear.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            git switch -q main
            work other
            git rebase -q main feat/batch-1-login
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            git diff --quiet main main^2",
        stage: "landed",
        rules: &["merge-commit"],
        drift: &["D02"],
        ..SCENE
    },
    Scene {
        name: "a merge of several branches at once",
        why: "Each of the further parents of the merge is the tip of a branch.",
        told: "
            git switch -qc feat/batch-2-search
            work search
            git switch -qc feat/batch-1-login main
            work login
            git switch -q main
            git merge -q --no-ff -m 'Merge both' feat/batch-2-search feat/batch-1-login
            has main^3 feat/batch-1-login",
        stage: "landed",
        rules: &["merge-commit"],
        drift: &["D02"],
        ..SCENE
    },
    Scene {
        name: "a merge of a branch that had merged the base",
        why: "The base was merged into the branch and the branch into the base; the tip is a parent of the second merge.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            git switch -q main
            work other
            git switch -q feat/batch-1-login
            git merge -q --no-edit main
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            has main^2 feat/batch-1-login",
        stage: "landed",
        rules: &["merge-commit"],
        drift: &["D02"],
        ..SCENE
    },
    Scene {
        name: "by way of another branch",
        why: "The branch was merged into that of batch-1, and that into the base, which now has the tip and the commit that names the item.",
        told: "
            git switch -qc feat/batch-2-search
            work search batch-2
            git switch -qc feat/batch-1-login main
            work login batch-1
            git merge -q --no-ff --no-edit feat/batch-2-search
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            has main feat/batch-2-search",
        item: "batch-2",
        stage: "landed",
        rules: &["merge-commit|trailer|ancestor"],
        drift: &["D02"],
        ..SCENE
    },
    Scene {
        name: "the branch was deleted after the merge",
        why: "The commits that came in with the merge name the item, so the name of the branch is not needed.",
        told: "
            git switch -qc feat/batch-1-login
            work login batch-1
            git switch -q main
            git merge -q --no-ff -m 'Let people in' feat/batch-1-login
            git branch -d feat/batch-1-login
            batch-1 = git log -1 --format=%(trailers:key=Track,valueonly,separator=%x2C) main^2",
        stage: "landed",
        rules: &["merge-commit|trailer"],
        drift: &["D02"],
        more: &["branch=null", "pending=0"],
        ..SCENE
    },
    Scene {
        name: "a fast-forward",
        why: "The commits of the branch became commits of the base, and they name the item.",
        told: "
            git switch -qc feat/batch-1-login
            work login batch-1
            work form batch-1
            git switch -q main
            git merge -q --ff-only feat/batch-1-login
            0 = git rev-list --count --merges main
            has main feat/batch-1-login",
        stage: "landed",
        rules: &["trailer"],
        drift: &["D02"],
        ..SCENE
    },
    Scene {
        name: "a fast-forward, and the base moved on",
        why: "The trailers stay in the history of the base.",
        told: "
            git switch -qc feat/batch-1-login
            work login batch-1
            git switch -q main
            git merge -q --ff-only feat/batch-1-login
            work other
            has main feat/batch-1-login",
        stage: "landed",
        rules: &["trailer"],
        drift: &["D02"],
        more: &["ahead=0", "behind=1"],
        ..SCENE
    },
    Scene {
        name: "a fast-forward that only the reflog explains",
        why: "Nothing names the item, but the reflog of the branch says that it was created from an earlier commit and moved: it had commits of its own.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            git switch -q main
            git merge -q --ff-only feat/batch-1-login
            work other
            2 = git rev-list --count -g feat/batch-1-login",
        stage: "landed",
        rules: &["ancestor"],
        drift: &["D02"],
        ..SCENE
    },
    Scene {
        name: "on the local base only",
        why: "The merge is on main and was not pushed; landed on either counts.",
        told: "
            origin
            git switch -qc feat/batch-1-login
            work login
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            lacks origin/main feat/batch-1-login",
        stage: "landed",
        rules: &["merge-commit"],
        drift: &["D02"],
        ..SCENE
    },
    Scene {
        name: "on the remote base only",
        why: "origin/main was fetched and has the merge; main was not pulled yet.",
        told: "
            origin
            git switch -qc feat/batch-1-login
            work login
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            git push -q
            git reset -q --hard HEAD^
            lacks main feat/batch-1-login
            has origin/main feat/batch-1-login",
        stage: "landed",
        rules: &["merge-commit"],
        drift: &["D02"],
        ..SCENE
    },
    Scene {
        name: "on one of two bases that diverged",
        why: "main and origin/main each have a commit that the other does not; origin/main has the merge.",
        told: "
            origin
            git switch -qc feat/batch-1-login
            work login
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            git push -q
            git reset -q --hard HEAD^
            work other
            lacks main origin/main
            lacks origin/main main",
        stage: "landed",
        rules: &["merge-commit"],
        drift: &["D02"],
        ..SCENE
    },
    Scene {
        name: "a landing that seems older than the work",
        why: "The clock of whoever merged was wrong by years; what is an ancestor does not depend on dates.",
        told: "
            git switch -qc feat/batch-1-login
            work login batch-1
            git switch -q main
            GIT_COMMITTER_DATE='@1500000000 +0000' git merge -q --no-ff --no-edit feat/batch-1-login
            1500000000 = git log -1 --format=%ct
            has main feat/batch-1-login",
        stage: "landed",
        rules: &["merge-commit"],
        drift: &["D02"],
        more: &["pending=0"],
        ..SCENE
    },
];
