//! The same truth in repositories of every kind and state.

use super::{SCENE, Scene, check, yard::Yard};

/// A branch that was merged and one that is open.
const BOTH: &str = "
    git switch -qc feat/batch-2-search
    work search
    git switch -qc feat/batch-1-login main
    work login
    git switch -q main
    git merge -q --no-ff --no-edit feat/batch-1-login
    has main feat/batch-1-login
    lacks main feat/batch-2-search";

const MERGED: Scene = Scene {
    why: "git says so.",
    stage: "landed",
    rules: &["merge-commit"],
    drift: &["D02"],
    told: BOTH,
    ..SCENE
};

const OPEN: Scene = Scene {
    why: "git says so.",
    item: "batch-2",
    stage: "in-progress",
    drift: &["D01"],
    told: BOTH,
    ..SCENE
};

#[test]
fn kinds_of_repositories_do_not_matter() {
    check(&[
        Scene { name: "ids of 256 bits, merged", init: &["--object-format=sha256"], ..MERGED },
        Scene { name: "ids of 256 bits, open", init: &["--object-format=sha256"], ..OPEN },
        Scene { name: "refs in tables, merged", init: &["--ref-format=reftable"], ..MERGED },
        Scene { name: "refs in tables, open", init: &["--ref-format=reftable"], ..OPEN },
    ]);
}

#[test]
fn states_of_repositories_do_not_matter() {
    check(STATES);
}

const STATES: &[Scene] = &[
    Scene {
        name: "a detached HEAD",
        why: "Where HEAD is has nothing to do with what the base has.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            git switch -q --detach HEAD^
            ! git symbolic-ref -q HEAD",
        ..MERGED
    },
    Scene {
        name: "everything packed, with a commit-graph",
        why: "How objects and refs are stored says nothing about work.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            git gc -q
            git commit-graph write --reachable --changed-paths --split
            has main feat/batch-1-login
            0 = git rev-list --count main..feat/batch-1-login",
        ..MERGED
    },
    Scene {
        name: "in the middle of a rebase",
        why: "HEAD is detached while the branch still stands at its old tip, with its own commit.",
        told: "
            git switch -qc feat/batch-1-login
            line 20 login
            commit 'feat: login'
            git switch -q main
            line 20 other
            commit 'feat: other'
            ! git rebase -q main feat/batch-1-login
            ! git symbolic-ref -q HEAD
            refs/heads/feat/batch-1-login = git --no-pager -c alias.in='!cat .git/rebase-merge/head-name' in",
        stage: "in-progress",
        more: &["branch=feat/batch-1-login", "commits=1"],
        ..SCENE
    },
    Scene {
        name: "asked in a linked worktree",
        why: "All worktrees share the branches.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            git worktree add -q -b other ../linked
            cd ../linked
            has main feat/batch-1-login
            other = git branch --show-current",
        ..MERGED
    },
    Scene {
        name: "asked in a linked worktree on the branch itself",
        why: "The branch has a commit of its own; that it is checked out here changes nothing.",
        told: "
            git worktree add -q -b feat/batch-1-login ../linked
            cd ../linked
            work login
            lacks main feat/batch-1-login
            feat/batch-1-login = git branch --show-current",
        stage: "in-progress",
        more: &["branch=feat/batch-1-login", "dirty=false", "commits=1"],
        ..SCENE
    },
    Scene {
        name: "asked in a worktree of a bare repository",
        why: "The repository itself has no files; the worktree beside it has the state and all branches.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            git clone -q --bare . ../bare.git
            git --git-dir=../bare.git worktree add -q ../linked main
            cd ../linked
            true = git --git-dir=../bare.git rev-parse --is-bare-repository
            has main feat/batch-1-login",
        ..MERGED
    },
    Scene {
        name: "asked in a folder below the top",
        why: "Where in the work tree somebody stands does not matter.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            cd src
            src/ = git rev-parse --show-prefix",
        ..MERGED
    },
    Scene {
        name: "a commit that was replaced",
        why: "The edited squash was given the branch as a second parent with `git replace`; for git it is a merge.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            git switch -q main
            work other
            write src/login.txt better
            commit 'Let people in'
            lacks main feat/batch-1-login
            git replace --graft main main^ feat/batch-1-login
            has main feat/batch-1-login",
        ..MERGED
    },
    Scene {
        name: "a merge whose parent was replaced away",
        why: "With `git replace` the merge lost its second parent and its content was never on the base before it; for git the branch is open.",
        told: "
            git switch -qc feat/batch-1-login
            work login
            git switch -q main
            work other
            git merge -q --no-ff -s ours -m 'Leave it' feat/batch-1-login
            has main feat/batch-1-login
            git replace --graft main main^
            lacks main feat/batch-1-login",
        stage: "in-progress",
        more: &["commits=1"],
        ..SCENE
    },
    Scene {
        name: "branches that differ in case only",
        why: "Ids are read without regard to case; both branches carry the item, and one of them is open.",
        init: &["--ref-format=reftable"],
        told: "
            git switch -qc feat/batch-1-login
            work login batch-1
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            git switch -qc feat/BATCH-1-login
            work form batch-1
            git switch -q main
            has main feat/batch-1-login
            lacks main feat/BATCH-1-login",
        stage: "partly",
        more: &["pending=1"],
        ..SCENE
    },
    Scene {
        name: "a path and an author that are not UTF-8",
        why: "Bytes are bytes: the merge is a merge.",
        told: "
            git switch -qc feat/batch-1-login
            write src/größe.txt login
            commit 'feat: größe'
            GIT_AUTHOR_NAME=Zoë git -c i18n.commitEncoding=ISO-8859-1 commit -q --allow-empty -m 'feat: größer'
            git switch -q main
            git merge -q --no-ff --no-edit feat/batch-1-login
            has main^2 feat/batch-1-login",
        ..MERGED
    },
    Scene {
        name: "a tag with the name of the branch",
        why: "Where a name may mean both, the branch is meant: it has a commit that the base does not have, the tag has none.",
        told: "
            git tag feat/batch-1-login
            git switch -qc feat/batch-1-login
            work login
            git switch -q main
            lacks main refs/heads/feat/batch-1-login
            has main refs/tags/feat/batch-1-login",
        stage: "in-progress",
        more: &["commits=1"],
        ..SCENE
    },
    Scene {
        name: "an unrelated history",
        why: "The branch began with a root of its own and shares no commit with the base; all of it is its own.",
        told: "
            git switch -q --orphan feat/batch-1-login
            work login
            work form
            git switch -q main
            ! git merge-base main feat/batch-1-login
            2 = git rev-list --count main..feat/batch-1-login",
        stage: "in-progress",
        more: &["commits=2"],
        ..SCENE
    },
];

#[test]
fn a_bare_repository_says_that_it_has_no_work_tree() {
    let yard = Yard::new(&[]);
    yard.play("git clone -q --bare . ../bare.git\n cd ../bare.git").unwrap();
    for args in [&["drift"][..], &["show", "batch-1"], &["status"]] {
        let output = yard.track(args);
        let said = crate::conventions::text(&output);
        assert!(output.status.code() == Some(4) && said.contains("work tree"), "{args:?}: {said}");
    }
}
