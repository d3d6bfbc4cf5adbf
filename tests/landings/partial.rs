//! Clones that left objects behind: what is there is used, what is missing makes unknown, and nothing is fetched.

use std::fs;

use super::{SCENE, Scene, yard::Yard};

/// What the work is, and how it came onto the base before it was cloned.
struct Clone {
    name: &'static str,
    why: &'static str,
    filter: &'static str,
    told: &'static str,
    stage: &'static str,
    rules: &'static [&'static str],
    drift: &'static [&'static str],
}

const OPEN: &str = "
    git switch -qc feat/batch-1-login
    work login
    work form
    git push -q origin HEAD
    git switch -q main
    work other";

const MERGED: &str = "
    git switch -qc feat/batch-1-login
    work login
    git push -q origin HEAD
    git switch -q main
    git merge -q --no-ff --no-edit feat/batch-1-login";

const SQUASHED: &str = "
    git switch -qc feat/batch-1-login
    work login
    work form
    git push -q origin HEAD
    git switch -q main
    git merge -q --squash feat/batch-1-login
    commit 'Let people in (#12)'
    work other";

const SQUASHED_ELSEWHERE: &str = "
    git switch -qc feat/batch-1-login
    line 50 login
    commit 'feat: login'
    line 52 form
    commit 'feat: form'
    git push -q origin HEAD
    git switch -q main
    line 5 other
    commit 'feat: other'
    git merge -q --squash feat/batch-1-login
    commit 'Let people in (#12)'
    line 10 more
    commit 'feat: more'";

const CLONES: &[Clone] = &[
    Clone {
        name: "without blobs, open",
        why: "The trees are there, and no commit of the base touches the paths of the branch, so no blob is needed.",
        filter: "blob:none",
        told: OPEN,
        stage: "pushed",
        rules: &[],
        drift: &[],
    },
    Clone {
        name: "without blobs, merged",
        why: "Ancestry needs commits only.",
        filter: "blob:none",
        told: MERGED,
        stage: "landed",
        rules: &["merge-commit"],
        drift: &["D02"],
    },
    Clone {
        name: "without blobs, squashed",
        why: "The ids of the blobs in the trees are the same on both sides.",
        filter: "blob:none",
        told: SQUASHED,
        stage: "landed",
        rules: &["squash-equivalent"],
        drift: &["D02"],
    },
    Clone {
        name: "without blobs, squashed into a file that changed elsewhere",
        why: "Only the lines would tell that it is the same change, and they are not here.",
        filter: "blob:none",
        told: SQUASHED_ELSEWHERE,
        stage: "unknown",
        rules: &[],
        drift: &[],
    },
    Clone {
        name: "without trees, merged",
        why: "Ancestry needs commits only.",
        filter: "tree:0",
        told: MERGED,
        stage: "landed",
        rules: &["merge-commit"],
        drift: &["D02"],
    },
    Clone {
        name: "without trees, open",
        why: "It may have been squashed; without trees nobody can tell.",
        filter: "tree:0",
        told: OPEN,
        stage: "unknown",
        rules: &[],
        drift: &[],
    },
    Clone {
        name: "without trees, squashed without a word",
        why: "The squash cannot be recognised, and must not be taken for absent.",
        filter: "tree:0",
        told: SQUASHED,
        stage: "unknown",
        rules: &[],
        drift: &[],
    },
];

#[test]
fn what_is_missing_is_neither_fetched_nor_guessed() {
    let wrong: Vec<String> = CLONES.iter().flat_map(Clone::wrong).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

impl Clone {
    fn wrong(&self) -> Vec<String> {
        let yard = Yard::new(&[]);
        let log = yard.repo.root().join("fetched");
        let server = yard.repo.root().join("server.sh");
        fs::write(&server, format!("echo asked >>{}\nexec git-upload-pack \"$@\"\n", log.display())).unwrap();
        let clone =
            format!("git clone -q --no-local --filter={} file://$ROOT/origin.git ../clone", self.filter);
        let server = format!("git config remote.origin.uploadpack 'sh {}'", server.display());
        let steps = [
            "origin",
            // An old blob and an old tree, which no checkout needs.
            "line 60 sixty\n commit 'chore: mend a line'",
            self.told,
            "git push -q
            git --git-dir=../origin.git config uploadpack.allowFilter true
            git --git-dir=../origin.git config uploadpack.allowAnySHA1InWant true",
            &clone,
            "cd ../clone",
            &server,
        ];
        if let Err(error) = steps.iter().try_for_each(|step| yard.play(step)) {
            return vec![format!("{}: git does not agree: {error}", self.name)];
        }
        let missing = yard.git(&["rev-list", "--objects", "--all", "--missing=print", "--no-object-names"]);
        let missing: Vec<&str> = missing.lines().filter_map(|line| line.strip_prefix('?')).collect();
        let (name, why) = (self.name, self.why);
        let scene = Scene { name, why, stage: self.stage, rules: self.rules, drift: self.drift, ..SCENE };
        let mut wrong = scene.judge(&yard);
        for args in [&["status"][..], &["why", "batch-1", "--git"], &["sync", "--json"], &["drift"]] {
            yard.track(args);
        }
        if log.exists() {
            wrong.push("something was fetched".to_owned());
        }
        // The trap works: git itself would have fetched.
        match missing.first() {
            None => wrong.push("git does not agree: nothing is missing".to_owned()),
            Some(missing) => assert!(yard.is(&["cat-file", "-e", missing]) && log.exists(), "{}", self.name),
        }
        wrong.into_iter().map(|wrong| format!("{}: {wrong}\n    {}", self.name, self.why)).collect()
    }
}
