//! Landings in a version: the lowest version whose tag has the landing.

use super::{SCENE, Scene, check};

#[test]
fn the_first_version_that_has_it_is_named() {
    check(SCENES);
}

const SCENES: &[Scene] = &[
    Scene {
        name: "tagged after the landing",
        why: "The tag has the merge in its history.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            work other
            git tag -a v1.2.0 -m v1.2.0
            has v1.2.0 feat/batch-1-login",
        stage: "released",
        rules: &["merge-commit"],
        drift: &["D02"],
        more: &["version=v1.2.0"],
        ..SCENE
    },
    Scene {
        name: "tagged on the landing",
        why: "The tag is the commit that landed.",
        told: r"
            git switch -qc feat/batch-1-login
            work login batch-1
            git switch -q main
            git merge -q --squash feat/batch-1-login
            commit 'feat: login (#12)\n\nTrack: batch-1'
            git tag v0.3.0
            v0.3.0 = git tag --points-at main",
        stage: "released",
        drift: &["D02"],
        more: &["version=v0.3.0"],
        ..SCENE
    },
    Scene {
        name: "tagged before the landing only",
        why: "The version was made before the work came in.",
        told: "
            git tag v1.1.0
            git switch -qc feat/batch-1-login
            work login
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            lacks v1.1.0 feat/batch-1-login",
        stage: "landed",
        drift: &["D02"],
        more: &["version=null"],
        ..SCENE
    },
    Scene {
        name: "several versions have it",
        why: "It came with the lowest, and 1.9 is lower than 1.10, whatever the letters say.",
        told: r"
            git tag v1.8.0
            git switch -qc feat/batch-1-login
            work login
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            git tag v1.9.0
            work other
            git tag v1.10.0
            work more
            git tag v2.0.0
            'v1.10.0\nv1.9.0\nv2.0.0' = git tag --contains feat/batch-1-login",
        stage: "released",
        drift: &["D02"],
        more: &["version=v1.9.0"],
        ..SCENE
    },
    Scene {
        name: "a version before the final one",
        why: "A release candidate is made to be tried; the work is released with the final version, which is not there yet.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            git tag v1.2.0-rc.1
            v1.2.0-rc.1 = git tag --contains feat/batch-1-login",
        stage: "landed",
        drift: &["D02"],
        more: &["version=null"],
        ..SCENE
    },
    Scene {
        name: "a candidate and the final version",
        why: "The final version is the one that is named.",
        told: r"
            git switch -qc feat/batch-1-login
            work login
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            git tag v1.2.0-rc.1
            work other
            git tag v1.2.0
            'v1.2.0\nv1.2.0-rc.1' = git tag --contains feat/batch-1-login",
        stage: "released",
        drift: &["D02"],
        more: &["version=v1.2.0"],
        ..SCENE
    },
    Scene {
        name: "a tag that is no version",
        why: "`deployed-7` names a commit and no version.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            git tag deployed-7
            deployed-7 = git tag --contains feat/batch-1-login",
        stage: "landed",
        drift: &["D02"],
        ..SCENE
    },
    Scene {
        name: "a version with a copy",
        why: "The tag is on a branch that the base does not have, and what it has is a copy.",
        told: "
            git branch release/1.1
            git switch -qc feat/batch-1-login
            work login
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            git switch -q release/1.1
            git cherry-pick feat/batch-1-login
            git tag v1.1.1
            git switch -q main
            lacks main v1.1.1
            lacks v1.1.1 feat/batch-1-login",
        stage: "landed",
        drift: &["D02"],
        more: &["version=null"],
        ..SCENE
    },
    Scene {
        name: "released and reverted",
        why: "The version had it, the base has it no longer.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            git tag v1.2.0
            git revert -m 1 --no-edit HEAD
            v1.2.0 = git tag --contains feat/batch-1-login
            '' = git ls-tree main src/login.txt",
        stage: "reverted",
        more: &["version=null"],
        ..SCENE
    },
    Scene {
        name: "released and gone on",
        why: "The version has the first commit; the second is on no base.",
        told: "
            git switch -qc feat/batch-1-login
            work login batch-1
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            git tag v1.2.0
            git switch -q feat/batch-1-login
            work form batch-1
            git switch -q main
            lacks main feat/batch-1-login
            has v1.2.0 feat/batch-1-login^",
        stage: "partly",
        more: &["pending=1", "version=null"],
        ..SCENE
    },
    Scene {
        name: "landed in two parts around a version",
        why: "All of the item is in a version only when its last part is.",
        told: "
            git switch -qc feat/batch-1-login
            work login batch-1
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            git tag v1.2.0
            git switch -qc feat/batch-1-form
            work form batch-1
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-form
            lacks v1.2.0 feat/batch-1-form",
        stage: "landed",
        drift: &["D02"],
        more: &["version=null", "pending=0"],
        ..SCENE
    },
];
