//! Where git cannot know, that is the answer: it never passes as nothing, as open or as done.

use super::{SCENE, Scene, check, yard::Yard};

#[test]
fn what_cannot_be_known_is_unknown() {
    check(SCENES);
}

const SCENES: &[Scene] = &[
    Scene {
        name: "the base is not there",
        why: "The configuration names a branch that neither this repository nor a remote has, so nothing can be said to have landed or not.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            git switch -q main
            git switch -qc other
            git branch -qD main
            ! git rev-parse -q --verify refs/heads/main",
        stage: "unknown",
        ..SCENE
    },
    Scene {
        name: "the base was renamed and the configuration was not",
        why: "`main` became `trunk`; what the configuration calls the base does not exist.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            git branch -m main trunk
            ! git rev-parse -q --verify refs/heads/main",
        stage: "unknown",
        ..SCENE
    },
    Scene {
        name: "the base was renamed with the configuration",
        why: "The configuration says trunk, and trunk has the merge.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            git branch -m main trunk
            track config set base trunk
            commit 'chore: the base is trunk'
            has trunk feat/batch-1-login",
        stage: "landed",
        rules: &["merge-commit"],
        drift: &["D02"],
        ..SCENE
    },
    Scene {
        name: "the base is on the remote only",
        why: "There is no main here, but origin/main was fetched.",
        told: "
            origin
            git switch -qc feat/batch-1-login
            work login
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            git push -q
            git switch -qc other
            git branch -qD main
            has origin/main feat/batch-1-login",
        stage: "landed",
        rules: &["merge-commit"],
        drift: &["D02"],
        ..SCENE
    },
    Scene {
        name: "shallow, and the branch is open",
        why: "A clone of depth 1 has the tips and no history between them: no merge base, and a landing may be behind the cut.",
        told: "
            origin
            git switch -qc feat/batch-1-login
            work login
            git push -q origin HEAD
            git switch -q main
            work other
            git push -q
            git clone -q --depth 1 --no-single-branch file://$ROOT/origin.git ../clone
            cd ../clone
            ! git merge-base origin/main origin/feat/batch-1-login",
        stage: "unknown",
        ..SCENE
    },
    Scene {
        name: "shallow, and nothing is seen",
        why: "No branch carries the item and what is left of the base names it nowhere; what was cut off may.",
        told: "
            origin
            work other
            git push -q
            git clone -q --depth 1 file://$ROOT/origin.git ../clone
            cd ../clone
            true = git rev-parse --is-shallow-repository",
        item: "batch-2",
        stage: "unknown",
        ..SCENE
    },
    Scene {
        name: "shallow, and it landed behind the cut",
        why: "The merge is in the history that this clone does not have; the branch was merged and looks open.",
        told: "
            origin
            git switch -qc feat/batch-1-login
            work login batch-1
            git push -q origin HEAD
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            work other
            git push -q
            git clone -q --depth 1 --no-single-branch file://$ROOT/origin.git ../clone
            has main feat/batch-1-login
            cd ../clone
            lacks origin/main origin/feat/batch-1-login",
        stage: "unknown",
        ..SCENE
    },
    Scene {
        name: "shallow, and what is there is enough",
        why: "The one commit of the base that is left is the squash, with its trailer, and no branch is left.",
        told: r"
            origin
            git switch -qc feat/batch-1-login
            work login batch-1
            git switch -q main
            git merge -q --squash feat/batch-1-login
            commit 'feat: login (#12)\n\nTrack: batch-1'
            git push -q
            git clone -q --depth 1 file://$ROOT/origin.git ../clone
            cd ../clone
            1 = git rev-list --count HEAD",
        stage: "landed",
        rules: &["trailer"],
        drift: &["D02"],
        ..SCENE
    },
    Scene {
        name: "shallow at a merge",
        why: "The merge itself is there, and the tip is written in it as a parent, though that parent is cut off.",
        told: "
            origin
            git switch -qc feat/batch-1-login
            work login
            git push -q origin HEAD
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            git push -q
            git clone -q --depth 2 --no-single-branch file://$ROOT/origin.git ../clone
            cd ../clone
            has origin/main origin/feat/batch-1-login",
        stage: "landed|unknown",
        drift: &["D02?"],
        ..SCENE
    },
    Scene {
        name: "done, and unknown",
        why: "The state says done, and a clone of depth 1 cannot confirm it: worth a note, no reproach.",
        told: "
            origin
            track done batch-1
            commit 'chore: finish'
            git switch -qc feat/batch-1-login
            work login
            git push -q origin HEAD main
            git clone -q --depth 1 --no-single-branch file://$ROOT/origin.git ../clone
            cd ../clone
            true = git rev-parse --is-shallow-repository",
        stage: "unknown",
        drift: &["D04"],
        ..SCENE
    },
];

#[test]
fn a_repository_without_a_commit_has_an_answer() {
    let yard = Yard::empty(&[]);
    yard.play(
        "track init --profile program
        track new program Plan --id-slug plan
        track add batch Login
        ! git rev-parse -q --verify HEAD",
    )
    .unwrap();
    let (document, status) = yard.ask(&["show", "batch-1", "--json"]).unwrap();
    // Nothing was ever committed, so nothing can have landed; but there is no base to say so either.
    let stage = document["items"][0]["git"]["stage"].as_str().unwrap();
    assert!(["queued", "unknown"].contains(&stage) && status == 0, "{document}");
    let (document, status) = yard.ask(&["drift", "--json"]).unwrap();
    assert_eq!((document["drift"].as_array().map(Vec::len), status), (Some(0), 0), "{document}");
}

#[test]
fn a_shallow_clone_says_once_how_to_know_more() {
    let yard = Yard::new(&[]);
    yard.play(
        "origin
        work other
        git push -q
        git clone -q --depth 1 file://$ROOT/origin.git ../clone
        cd ../clone",
    )
    .unwrap();
    let said = crate::conventions::text(&yard.track(&["drift"]));
    assert!(said.matches("git fetch --unshallow").count() <= 1, "{said}");
    let said = crate::conventions::text(&yard.track(&["why", "batch-1", "--git"]));
    assert!(said.contains("shallow"), "{said}");
}
