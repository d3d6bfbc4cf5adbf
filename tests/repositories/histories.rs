//! Random histories that grow: every answer is the naive one, with the cache of the time before and without.

use std::collections::BTreeMap;
use std::fs;

use proptest::prelude::*;
use proptest::test_runner::Config;

use super::naive::{agrees, ask, grow};
use crate::support::Repo;

/// What happens next: what, on which branch, with which others.
type Event = (u8, usize, usize, usize);

const BRANCHES: [&str; 6] = ["main", "b1", "b2", "b3", "b4", "b5"];

fn events() -> impl Strategy<Value = Vec<Vec<Event>>> {
    let event = (0u8..20, 0usize..6, 0usize..6, 0usize..6);
    prop::collection::vec(prop::collection::vec(event, 4..16), 2..5)
}

/// A commit to be made: its name, its branch, its parents, its message.
type Planned = (String, String, Vec<String>, String);

/// What the branches are at; `main` is there from the start.
struct Plan {
    heads: BTreeMap<usize, String>,
    made: usize,
}

impl Plan {
    fn commit(&mut self, branch: usize, mut parents: Vec<String>, state: &str) -> Planned {
        self.made += 1;
        let name = format!("c{}{state}", self.made);
        parents.dedup();
        let message = match self.made % 5 {
            0 => format!("{name}\n\nTrack: {name}\n"),
            1 => format!("{name}\n\nRefs: yes\n"),
            2 => "Revert \"x\"\n\nThis reverts commit 12345678.\n".to_owned(),
            _ => format!("{name}\n\nRefs: no\n"),
        };
        self.heads.insert(branch, name.clone());
        (name, BRANCHES[branch].to_owned(), parents, message)
    }

    fn event(&mut self, (what, branch, one, other): Event, state: &str) -> Option<Planned> {
        let head = |branch: usize| self.heads.get(&branch).cloned();
        let (here, main) = (head(branch), head(0)?);
        let (one, other) = (head(one).unwrap_or_else(|| main.clone()), head(other).unwrap_or(main));
        let parents = match what {
            0..8 => vec![here.unwrap_or(one)],
            8..16 => vec![here.unwrap_or_else(|| other.clone()), one],
            16 => vec![here.unwrap_or_else(|| one.clone()), one, other],
            // The branch takes the place of the main line.
            17 => vec![one, here?],
            // A branch begins anew elsewhere; on `main` that is history that was written again.
            18 => vec![one],
            _ => Vec::new(),
        };
        let mut all: Vec<String> = Vec::new();
        parents.into_iter().for_each(|parent| {
            if !all.contains(&parent) {
                all.push(parent);
            }
        });
        Some(self.commit(branch, all, state))
    }
}

proptest! {
    #![proptest_config(Config { cases: 10, max_shrink_iters: 60, ..Config::default() })]

    #[test]
    fn random_histories(rounds in events(), start in 0usize..3, graphs in prop::collection::vec(0u8..4, 5)) {
        let repo = Repo::new();
        let mut plan = Plan { heads: BTreeMap::new(), made: 0 };
        let first = plan.commit(0, Vec::new(), if start == 0 { "+" } else { "" });
        let mut planned = vec![first];
        for (round, events) in rounds.iter().enumerate() {
            for (nth, event) in events.iter().enumerate() {
                // The state directory comes once on the first parents, and stays.
                let state = if round == start && nth == 0 { "+" } else { "" };
                let event = if state.is_empty() { *event } else { (0, 0, 0, 0) };
                planned.extend(plan.event(event, state));
            }
            let refs: Vec<Vec<&str>> =
                planned.iter().map(|one| one.2.iter().map(String::as_str).collect()).collect();
            let steps: Vec<_> = planned
                .iter()
                .zip(&refs)
                .map(|(one, parents)| (one.0.as_str(), one.1.as_str(), parents.as_slice(), one.3.as_str()))
                .collect();
            grow(&repo, &steps);
            planned.clear();
            let tag = BRANCHES[(round * 5 + 1) % 6];
            if !repo.git(&["branch", "--list", tag]).is_empty() {
                repo.git(&["tag", "-f", &format!("v{round}"), tag]);
            }
            let names = repo.git(&["for-each-ref", "--format=%(refname)", "refs/heads"]);
            let names: Vec<String> = names.lines().map(str::to_owned).collect();
            agrees(&repo, &repo.env(), "main", &names);
            match graphs.get(round) {
                Some(0) => drop(repo.git(&["commit-graph", "write", "--reachable"])),
                Some(1) => drop(repo.git(&["commit-graph", "write", "--reachable", "--split=no-merge"])),
                Some(2) => {
                    fs::remove_dir_all(repo.path().join(".git/track")).unwrap();
                    agrees(&repo, &repo.env(), "main", &names);
                }
                _ => {}
            }
        }
        let clone = Repo::beside_nothing();
        let (url, depth) = (format!("file://{}", repo.path().display()), format!("--depth={}", start + 2));
        clone.git_in(&clone.root(), &["clone", "-q", "--no-single-branch", &depth, &url, "work"]);
        let base = repo.git(&["rev-parse", "main"]);
        let tips = repo.git(&["for-each-ref", "--format=%(objectname)", "refs/heads"]);
        let tips: Vec<String> = tips.lines().map(str::to_owned).collect();
        let (whole, cut) = (ask(&repo.env(), &base, &tips, None), ask(&clone.env(), &base, &tips, None));
        for (tip, facts) in cut.tips.iter().filter(|(_, facts)| facts.gap.is_none()) {
            let truth = &whole.tips[tip];
            prop_assert_eq!(facts.landing.is_some(), truth.landing.is_some());
            prop_assert_eq!(&facts.own, &truth.own);
            prop_assert_eq!(&facts.line, &truth.line);
        }
    }
}
