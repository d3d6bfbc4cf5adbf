//! Commits of the base that name an item, and how.

use super::{SCENE, Scene, check};

#[test]
fn what_names_an_item_is_told_from_what_mentions_it() {
    check(SCENES);
}

const SCENES: &[Scene] = &[
    Scene {
        name: "a trailer that names the workflow too",
        why: "`plan:batch-1` is the same item, as the program itself writes it.",
        told: r"
            git switch -qc feat/batch-1-login
            work login plan:batch-1
            git switch -q main
            git merge -q --squash feat/batch-1-login
            commit 'feat: login (#12)\n\nTrack: plan:batch-1'
            git branch -qD feat/batch-1-login
            plan:batch-1 = git log -1 --format=%(trailers:key=Track,valueonly,separator=%x2C)",
        stage: "landed",
        rules: &["trailer"],
        drift: &["D02"],
        ..SCENE
    },
    Scene {
        name: "a trailer in other letters",
        why: "git reads the names of trailers without regard to case, and ids are read so too.",
        told: r"
            git switch -qc feat/batch-1-login
            work login
            git switch -q main
            git merge -q --squash feat/batch-1-login
            write src/login.txt better
            commit 'feat: login (#12)\n\ntrack: Batch-1'
            git branch -qD feat/batch-1-login
            Batch-1 = git log -1 --format=%(trailers:key=Track,valueonly,separator=%x2C)",
        stage: "landed",
        rules: &["trailer"],
        drift: &["D02"],
        ..SCENE
    },
    Scene {
        name: "one commit for two items",
        why: "The commit has a trailer for each of them.",
        told: r"
            work both
            git commit -q --amend -m 'feat: both' -m 'Track: batch-1\nTrack: batch-2'
            batch-1,batch-2 = git log -1 --format=%(trailers:key=Track,valueonly,separator=%x2C)",
        item: "batch-2",
        stage: "landed",
        rules: &["trailer"],
        drift: &["D02"],
        ..SCENE
    },
    Scene {
        name: "a commit that only refers to it",
        why: "`Track` says whose work it is, and it is another's; `Refs` says that it has to do with this one, which is no landing.",
        told: r"
            work login
            git commit -q --amend -m 'feat: login' -m 'Track: batch-1\nRefs: batch-2'
            batch-1 = git log -1 --format=%(trailers:key=Track,valueonly,separator=%x2C)",
        item: "batch-2",
        stage: "queued|landed?",
        more: &["landed=null"],
        ..SCENE
    },
    Scene {
        name: "a trailer outside of the last block, on no squash",
        why: "The line stands in quoted text of an ordinary commit; whether it means the item is not certain, and the commit does other work.",
        told: r"
            work other
            git commit -q --amend -m 'docs: how to write messages' -m 'Write this:\n\n    Track: batch-2\n\nand nothing else.'
            '' = git log -1 --format=%(trailers:key=Track,valueonly)",
        item: "batch-2",
        stage: "queued|landed?",
        ..SCENE
    },
];
