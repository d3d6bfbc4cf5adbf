//! Random histories by real git: what is kept for speed decides nothing, and what is said to have landed is there.

use std::fs;

use serde_json::Value;

use super::yard::Yard;

/// How many histories, and how many steps each.
const HISTORIES: u64 = 4;
const STEPS: usize = 14;

/// The branches, each of an item, and the file that is changed on it.
const BRANCHES: [(&str, &str); 4] = [
    ("feat/batch-1-a", "batch-1"),
    ("feat/batch-1-b", "batch-1"),
    ("feat/batch-2-a", "batch-2"),
    ("feat/batch-2-b", "batch-2"),
];

/// The same numbers every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

/// A step, in the words of the yard. What git refuses, as a conflict or a branch without commits, is taken back.
fn step(dice: &mut Dice, number: usize) -> String {
    let (branch, item) = BRANCHES[dice.roll(BRANCHES.len())];
    let name = branch.replace('/', "-");
    let trailer = if dice.roll(2) == 0 { format!("\n\nTrack: {item}") } else { String::new() };
    match dice.roll(10) {
        0..3 => format!(
            "git switch -q {branch}\nwrite src/{name}-{}.txt text{number}\ncommit 'feat: {number}{}'",
            dice.roll(3),
            trailer.replace('\n', "\\n")
        ),
        3 => format!("git merge -q --no-ff --no-edit {branch}"),
        4 => format!("git merge -q --ff-only {branch}"),
        5 => format!(
            "git merge -q --squash {branch}\ncommit 'feat: squash {number} (#{number}){}'",
            trailer.replace('\n', "\\n")
        ),
        6 => format!("git cherry-pick {branch}"),
        7 => "git revert --no-edit HEAD".to_owned(),
        8 => format!("git branch -qf {branch} main"),
        _ => format!("write src/app-{number}.txt other\ncommit 'fix: {number}'"),
    }
}

/// What is told of both items, without the times of the worktree.
fn told(yard: &Yard) -> Vec<Value> {
    let shown = ["batch-1", "batch-2"].map(|item| yard.ask(&["show", item, "--json"]).unwrap().0);
    let drift = yard.ask(&["drift", "--json"]).unwrap().0;
    shown.into_iter().chain([drift]).collect()
}

fn cache(yard: &Yard) -> std::path::PathBuf {
    yard.repo.path().join(".git/track/cache")
}

#[test]
fn what_is_kept_decides_nothing_and_what_landed_is_there() {
    for seed in 1..=HISTORIES {
        let mut dice = Dice(seed);
        let yard = Yard::new(&[]);
        // Not even a revert takes the plan away.
        yard.play("work begin").unwrap();
        for (branch, _) in BRANCHES {
            yard.play(&format!("git branch {branch}")).unwrap();
        }
        for number in 0..STEPS {
            let step = step(&mut dice, number);
            if yard.play(&step).is_err() {
                yard.play("git reset -q --hard\ngit clean -qfd").unwrap();
            }
            yard.play("git switch -q main").unwrap();
            let kept = told(&yard);
            let aside = yard.repo.root().join("aside");
            fs::rename(cache(&yard), &aside).unwrap();
            assert_eq!(told(&yard), kept, "seed {seed}, step {number}: {step}");
            fs::remove_dir_all(cache(&yard)).unwrap();
            fs::rename(&aside, cache(&yard)).unwrap();
            for shown in &kept[..2] {
                is_there(&yard, shown, &format!("seed {seed}, step {number}: {step}"));
            }
        }
    }
}

/// What is said to be on the base as a whole is in its tree: every file of the branches as they have it, unless the base
/// changed it later.
fn is_there(yard: &Yard, shown: &Value, when: &str) {
    let git = &shown["items"][0]["git"];
    if !["landed", "released"].contains(&git["stage"].as_str().unwrap()) {
        return;
    }
    assert_eq!(git["pending"], 0, "{when}: {git}");
    let alive = git["evidence"].as_array().unwrap().iter().filter(|one| one["undone"].is_null());
    let sure = alive.filter(|one| one["grade"] != "weak");
    let landings: Vec<&str> = sure.filter_map(|one| one["landing"].as_str()).collect();
    assert!(!landings.is_empty(), "{when}: {git}");
    for landing in landings {
        yard.repo.git(&["merge-base", "--is-ancestor", landing, "main"]);
    }
    for (branch, item) in BRANCHES.iter().filter(|(_, item)| shown["items"][0]["id"] == *item) {
        let own = yard.repo.git(&["rev-list", &format!("main..{branch}"), "--no-merges"]);
        for commit in own.lines() {
            let changed = yard.repo.git(&["diff-tree", "--no-commit-id", "--name-only", "-r", commit]);
            for path in changed.lines() {
                // Each branch has files of its own, so that the base has some version of it.
                let there = yard.repo.git(&["log", "--format=%h", "main", "--", path]);
                assert!(!there.is_empty(), "{when}: {item} has {path} of {branch} nowhere");
            }
        }
    }
}
