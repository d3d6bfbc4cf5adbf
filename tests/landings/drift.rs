//! Where the state says one thing and git another: one scene for each code, and some where there is none.

use super::{SCENE, Scene, check, drift, yard::Yard};

#[test]
fn what_the_state_says_is_compared_with_what_git_says() {
    check(SCENES);
}

const SCENES: &[Scene] = &[
    Scene {
        name: "D01, begun and not declared",
        why: "The branch has a commit and the state says that nobody began.",
        told: "
            git switch -qc feat/batch-2-search
            work search
            git switch -q main
            1 = git rev-list --count main..feat/batch-2-search",
        item: "batch-2",
        stage: "in-progress",
        drift: &["D01"],
        ..SCENE
    },
    Scene {
        name: "D02, landed and not closed",
        why: "The base has all of it and the state says that nobody began.",
        told: "
            git switch -qc feat/batch-2-search
            work search batch-2
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-2-search
            has main^2 feat/batch-2-search",
        item: "batch-2",
        stage: "landed",
        drift: &["D02"],
        ..SCENE
    },
    Scene {
        name: "D02, landed while it waits for a review",
        why: "The base has all of it and the state says that somebody has yet to look at it.",
        told: "
            git switch -qc feat/batch-1-login
            work login batch-1
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            track submit batch-1
            git commit -qam 'chore: hand it in'
            has main feat/batch-1-login",
        stage: "landed",
        drift: &["D02"],
        ..SCENE
    },
    Scene {
        name: "none, done and landed",
        why: "Both say the same.",
        told: "
            git switch -qc feat/batch-1-login
            work login batch-1
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            track done batch-1
            git commit -qam 'chore: finish'
            has main feat/batch-1-login",
        stage: "landed",
        ..SCENE
    },
    Scene {
        name: "D03, done and not on the base",
        why: "The state says done and the base lacks the commit.",
        told: "
            track done batch-1
            git commit -qam 'chore: finish'
            git switch -qc feat/batch-1-login
            work login
            git switch -q main
            lacks main feat/batch-1-login",
        stage: "in-progress",
        drift: &["D03"],
        ..SCENE
    },
    Scene {
        name: "D03, done and only pushed",
        why: "The remote has the branch and neither base has the commit.",
        told: "
            track done batch-1
            git commit -qam 'chore: finish'
            origin
            git switch -qc feat/batch-1-login
            work login
            git push -q origin HEAD
            git switch -q main
            lacks origin/main feat/batch-1-login",
        stage: "pushed",
        drift: &["D03"],
        ..SCENE
    },
    Scene {
        name: "D04, done and nothing to be seen",
        why: "The state says done; no branch and no commit is about it, which proves nothing: not all work is code.",
        told: "
            track done batch-1
            git commit -qam 'chore: finish'
            1 = git for-each-ref --format=1",
        stage: "queued",
        drift: &["D04"],
        ..SCENE
    },
    Scene {
        name: "D05, done and reverted",
        why: "The state says done and the base took it back.",
        told: "
            git switch -qc feat/batch-1-login
            work login batch-1
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            track done batch-1
            git commit -qam 'chore: finish'
            git revert -m 1 --no-edit HEAD^
            '' = git ls-tree main src/login.txt",
        stage: "reverted",
        drift: &["D05"],
        ..SCENE
    },
    Scene {
        name: "D06, done and something is pending",
        why: "The state says done and the branch has a commit after what was merged.",
        told: "
            git switch -qc feat/batch-1-login
            work login batch-1
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            track done batch-1
            git commit -qam 'chore: finish'
            git switch -q feat/batch-1-login
            work form batch-1
            git switch -q main
            1 = git rev-list --count main..feat/batch-1-login",
        stage: "partly",
        drift: &["D06"],
        more: &["pending=1"],
        ..SCENE
    },
    Scene {
        name: "D07, worked on without its branch",
        why: "The state says that somebody works on it and on which branch; there is no such branch, nor anything that landed.",
        told: "
            track set batch-1 branch=feat/batch-1-login
            git commit -qam 'chore: plan'
            1 = git for-each-ref --format=1",
        stage: "queued",
        drift: &["D07"],
        ..SCENE
    },
    Scene {
        name: "D08, nothing for a long time",
        why: "The last own commit is ninety days old.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            git switch -q main
            wait 90
            lacks main feat/batch-1-login",
        stage: "in-progress",
        drift: &["D08"],
        ..SCENE
    },
    Scene {
        name: "none, landed for a long time",
        why: "What is done does not become stale.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            track done batch-1
            git commit -qam 'chore: finish'
            wait 90
            has main feat/batch-1-login",
        stage: "landed",
        ..SCENE
    },
    Scene {
        name: "D09, landed before what it needs",
        why: "batch-2 needs batch-1, and only batch-2 is on the base.",
        told: "
            track set batch-2 needs=batch-1
            git commit -qam 'chore: plan'
            git switch -qc feat/batch-1-login
            work login batch-1
            git switch -qc feat/batch-2-search main
            work search batch-2
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-2-search
            lacks main feat/batch-1-login",
        item: "batch-2",
        stage: "landed",
        drift: &["D02", "D09"],
        ..SCENE
    },
    Scene {
        name: "no D09, both landed",
        why: "What it needs is on the base too.",
        told: "
            track set batch-2 needs=batch-1
            git commit -qam 'chore: plan'
            git switch -qc feat/batch-1-login
            work login batch-1
            git switch -qc feat/batch-2-search main
            work search batch-2
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            git merge -q --no-ff --no-edit feat/batch-2-search
            has main feat/batch-1-login
            has main feat/batch-2-search",
        item: "batch-2",
        stage: "landed",
        drift: &["D02"],
        ..SCENE
    },
    Scene {
        name: "D13, done and not committed",
        why: "The state says done, the base has what was committed, and the worktree of the branch has a change that nobody committed.",
        told: "
            git worktree add -q -b feat/batch-1-login ../linked
            cd ../linked
            work login batch-1
            cd .
            git merge -q --no-ff --no-edit feat/batch-1-login
            track done batch-1
            git commit -qam 'chore: finish'
            cd ../linked
            write src/login.txt better
            cd .
            has main feat/batch-1-login
            ' M src/login.txt' = git -C ../linked status --short",
        stage: "landed|partly",
        drift: &["D06?", "D13"],
        more: &["dirty=true"],
        ..SCENE
    },
    Scene {
        name: "D14, blocked and going on",
        why: "The branch has a commit that is later than the blocker.",
        told: "
            git branch feat/batch-1-login
            track block batch-1 -m 'no key'
            git commit -qam 'chore: blocked'
            git switch -q feat/batch-1-login
            work login
            git switch -q main
            lacks main feat/batch-1-login",
        stage: "in-progress",
        drift: &["D14"],
        ..SCENE
    },
    Scene {
        name: "none, blocked and at rest",
        why: "The last commit of the branch is earlier than the blocker.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            git switch -q main
            track block batch-1 -m 'no key'
            git commit -qam 'chore: blocked'
            lacks main feat/batch-1-login",
        stage: "in-progress",
        ..SCENE
    },
    Scene {
        name: "D15, begun before it was decided",
        why: "Whether the item is needed depends on something that nobody recorded, and its branch has a commit.",
        told: "
            track add action 'Second region' --in batch-1 when.any.load='it doubles'
            git commit -qam 'chore: plan'
            git switch -qc feat/second-region
            work region
            git switch -q main
            1 = git rev-list --count main..feat/second-region",
        item: "second-region",
        stage: "in-progress",
        drift: &["D01?", "D15"],
        ..SCENE
    },
];

// The message of the only drift of a code in a repository, and the exit status.
fn only(told: &str, code: &str) -> (String, i32) {
    let yard = Yard::new(&[]);
    yard.play(told).unwrap();
    let (found, status) = drift(&yard, &[]).unwrap();
    let of: Vec<_> = found.iter().filter(|drift| drift["code"] == code).collect();
    assert_eq!(of.len(), 1, "{code}: {found:?}");
    (format!("{} {}", of[0]["ref"], of[0]["message"]), status)
}

#[test]
fn a_commit_about_nothing_that_is_known_is_told_with_what_may_be_meant() {
    let told = "
        git switch -qc feat/batch-1-login
        work login batch-11
        git switch -q main";
    let (said, status) = only(told, "D11");
    assert!(said.contains("batch-11") && said.contains("batch-1") && status == 1, "{said}");
}

#[test]
fn a_branch_about_nothing_that_is_known_is_told_with_what_may_be_meant() {
    let (said, _) = only(
        "git switch -qc feat/bacth-1-login
        work login
        git switch -q main",
        "D12",
    );
    assert!(said.contains("feat/bacth-1-login") && said.contains("batch-1"), "{said}");
}

#[test]
fn every_command_that_compares_tells_the_same() {
    let yard = Yard::new(&[]);
    yard.play(
        "track done batch-1
        git commit -qam 'chore: finish'
        git switch -qc feat/batch-1-login
        work login
        git switch -q main",
    )
    .unwrap();
    let (drift, status) = yard.ask(&["drift", "--json"]).unwrap();
    let (shown, shown_status) = yard.ask(&["status", "--json"]).unwrap();
    assert_eq!((&drift["drift"], status, shown_status), (&shown["drift"], 1, 0));
    assert_eq!(drift["drift"][0]["ref"], "plan:batch-1");
    let output = yard.track(&["check", "--all"]);
    let said = crate::conventions::text(&output);
    assert!(output.status.code() == Some(1) && said.contains("D03"), "{said}");
    let said = crate::conventions::text(&yard.track(&["status"]));
    assert!(said.contains("D03") && said.contains("batch-1"), "{said}");
    // What is left alone is not told.
    assert_eq!(yard.track(&["drift", "batch-2"]).status.code(), Some(0));
}
