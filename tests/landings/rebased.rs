//! Work that landed as copies of its commits.

use super::{SCENE, Scene, check};

#[test]
fn what_was_copied_is_known() {
    check(SCENES);
}

const SCENES: &[Scene] = &[
    Scene {
        name: "a rebase-merge",
        why: "Each commit of the branch has a copy on the base with the same patch; `git cherry` marks them all.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            work form
            git switch -q main
            work other
            git cherry-pick main..feat/batch-1-login
            lacks main feat/batch-1-login
            0 = git rev-list --count --cherry-pick --right-only main...feat/batch-1-login",
        stage: "landed",
        rules: &["rebase-equivalent"],
        drift: &["D02"],
        more: &["pending=0", "ahead=2"],
        ..SCENE
    },
    Scene {
        name: "a rebase-merge into a file that changed elsewhere",
        why: "The blobs differ, the patches are the same.",
        told: "
            git switch -qc feat/batch-1-login
            line 30 login
            commit 'feat: login'
            line 50 form
            commit 'feat: form'
            git switch -q main
            line 5 other
            commit 'feat: other'
            git cherry-pick main..feat/batch-1-login
            0 = git rev-list --count --cherry-pick --right-only main...feat/batch-1-login",
        stage: "landed",
        rules: &["rebase-equivalent"],
        drift: &["D02"],
        ..SCENE
    },
    Scene {
        name: "a rebase-merge in another order",
        why: "Two copies in the other order are still the two changes.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            work form
            git switch -q main
            git cherry-pick feat/batch-1-login feat/batch-1-login^
            0 = git rev-list --count --cherry-pick --right-only main...feat/batch-1-login",
        stage: "landed",
        rules: &["rebase-equivalent"],
        drift: &["D02"],
        ..SCENE
    },
    Scene {
        name: "a rebase that dropped a commit",
        why: "Two of three commits have a copy on the base; the third is nowhere there.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            work form
            work logout
            git switch -q main
            git cherry-pick feat/batch-1-login~2 feat/batch-1-login
            1 = git rev-list --count --cherry-pick --right-only main...feat/batch-1-login",
        stage: "partly",
        rules: &["rebase-equivalent"],
        more: &["pending=1"],
        ..SCENE
    },
    Scene {
        name: "one commit was picked ahead",
        why: "The base has a copy of the first commit and none of the second.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            work form
            git switch -q main
            git cherry-pick -x feat/batch-1-login^
            1 = git rev-list --count --cherry-pick --right-only main...feat/batch-1-login",
        stage: "partly",
        rules: &["rebase-equivalent|squash-equivalent"],
        more: &["pending=1"],
        ..SCENE
    },
    Scene {
        name: "a rebase-merge of a branch with an empty commit",
        why: "The empty commit changes nothing and cannot be missing; everything else has a copy.",
        told: "
            git switch -qc feat/batch-1-login
            git commit -q --allow-empty -m 'ci: run again'
            work login
            git switch -q main
            work other
            git cherry-pick feat/batch-1-login
            lacks main feat/batch-1-login",
        stage: "landed",
        rules: &["rebase-equivalent|squash-equivalent"],
        drift: &["D02"],
        more: &["pending=0"],
        ..SCENE
    },
    Scene {
        name: "the branch was deleted after the rebase-merge",
        why: "The copies kept their trailers.",
        told: "
            git switch -qc feat/batch-1-login
            work login batch-1
            work form batch-1
            git switch -q main
            work other
            git cherry-pick main..feat/batch-1-login
            git branch -qD feat/batch-1-login
            2 = git rev-list --count --grep=Track: HEAD",
        stage: "landed",
        rules: &["trailer"],
        drift: &["D02"],
        ..SCENE
    },
    Scene {
        name: "a rebase-merge, and the branch went on",
        why: "The commit on top has no copy.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            git switch -q main
            work other
            git cherry-pick feat/batch-1-login
            git switch -q feat/batch-1-login
            work form
            git switch -q main
            1 = git rev-list --count --cherry-pick --right-only main...feat/batch-1-login",
        stage: "partly",
        rules: &["rebase-equivalent|squash-equivalent"],
        more: &["pending=1"],
        ..SCENE
    },
    Scene {
        name: "somebody else made the same change",
        why: "A commit that nobody copied changes the same lines in the same way; nothing of the branch is missing on the base.",
        told: "
            git switch -qc feat/batch-1-login
            line 20 login
            commit 'feat: login'
            git switch -q main
            line 20 login
            GIT_AUTHOR_NAME=Grace GIT_AUTHOR_EMAIL=grace@example.com git commit -q -a -m 'fix: line 20'
            0 = git rev-list --count --cherry-pick --right-only main...feat/batch-1-login",
        stage: "landed",
        rules: &["rebase-equivalent|squash-equivalent"],
        drift: &["D02"],
        ..SCENE
    },
    Scene {
        name: "picked to a release only",
        why: "The copy is on a branch that the base does not have.",
        told: "
            git branch release/1.2
            git switch -qc feat/batch-1-login
            work login batch-1
            git switch -q release/1.2
            git cherry-pick feat/batch-1-login
            git tag v1.2.1
            git switch -q main
            lacks main release/1.2",
        stage: "in-progress",
        more: &["landed=null", "version=null"],
        ..SCENE
    },
    Scene {
        name: "the same paths, another change",
        why: "A commit of the base touches exactly the paths of the branch, but not in the same way.",
        told: "
            git switch -qc feat/batch-1-login
            line 20 login
            commit 'feat: login'
            git switch -q main
            line 40 login
            commit 'feat: other'
            1 = git rev-list --count --cherry-pick --right-only main...feat/batch-1-login",
        stage: "in-progress",
        ..SCENE
    },
    Scene {
        name: "the same lines at another place",
        why: "A patch id leaves line numbers out, but what surrounds the lines is another text.",
        told: "
            git switch -qc feat/batch-1-login
            line 20 login
            commit 'feat: login'
            git switch -q main
            line 30 'line 20'
            commit 'chore: repeat a line'
            line 30 login
            commit 'feat: other'
            1 = git rev-list --count --cherry-pick --right-only main...feat/batch-1-login",
        stage: "in-progress",
        ..SCENE
    },
    Scene {
        name: "the same change but for white space",
        why: "Indentation is content; only a patch that is the same byte for byte is the same.",
        told: "
            git switch -qc feat/batch-1-login
            line 20 'if x:  run()'
            commit 'feat: login'
            git switch -q main
            line 20 'if x: run()'
            commit 'feat: other'
            ! git diff --quiet main feat/batch-1-login",
        stage: "in-progress",
        ..SCENE
    },
    Scene {
        name: "the same change but for the mode",
        why: "The base has the file with the same bytes, but nobody can run it.",
        told: "
            git switch -qc feat/batch-1-login
            write run.sh true
            git add run.sh
            git update-index --chmod=+x run.sh
            git commit -qm 'feat: run'
            git reset -q --hard
            git switch -q main
            write run.sh true
            commit 'feat: other'
            ! git diff --quiet main feat/batch-1-login",
        stage: "in-progress",
        ..SCENE
    },
];
