//! A naive look at what git lists: what branches have and where it landed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use git_track::git::{self, Asked, Env};
use git_track::model::facts::CommitId;
use git_track::model::landing::{How, Landscape, TipFacts};

use super::{must, say};
use crate::support::Repo;

/// A commit on a branch: its name, its branch, its parents by name, its message.
type Step<'a> = (&'a str, &'a str, &'a [&'a str], &'a str);

/// Commits with dates that go backwards every third time. Those named with `+` have a state directory from then on.
pub(super) fn grow(repo: &Repo, steps: &[Step<'_>]) -> BTreeMap<String, String> {
    let marks = repo.root().join("marks");
    let mut names: Vec<String> = fs::read_to_string(repo.root().join("names"))
        .unwrap_or_default()
        .lines()
        .map(str::to_owned)
        .collect();
    let mut stream = String::new();
    for (name, branch, parents, message) in steps {
        names.push((*name).to_owned());
        let mark = |name: &str| names.iter().rposition(|known| known == name).unwrap() + 1;
        let when = 1_600_000_000 + 60 * names.len() - 100_000 * usize::from(names.len().is_multiple_of(3));
        stream +=
            &format!("reset refs/heads/{branch}\n\ncommit refs/heads/{branch}\nmark :{}\n", names.len());
        stream += &format!(
            "author A <{name}@example.com> {when} +0000\ncommitter C <c@example.com> {when} +0000\n"
        );
        stream += &format!("data {}\n{message}\n", message.len());
        for (nth, parent) in parents.iter().enumerate() {
            stream += &format!("{} :{}\n", if nth == 0 { "from" } else { "merge" }, mark(parent));
        }
        if name.contains('+') {
            stream += "M 100644 inline .track/track.yaml\ndata 2\nx\n";
        }
        if name.contains('-') {
            stream += "D .track\n";
        }
        stream += &format!("M 100644 inline file\ndata {}\n{name}\n", name.len());
    }
    let (import, export) = (
        format!("--import-marks-if-exists={}", marks.display()),
        format!("--export-marks={}", marks.display()),
    );
    repo.git_with(&["fast-import", "--quiet", "--force", &import, &export], stream.as_bytes());
    fs::write(repo.root().join("names"), names.join("\n")).unwrap();
    let ids = fs::read_to_string(marks).unwrap();
    let id = |line: &str| {
        let (mark, id) = line.split_once(' ').unwrap();
        (names[mark[1..].parse::<usize>().unwrap() - 1].clone(), id.to_owned())
    };
    ids.lines().map(id).collect()
}

/// The history that git lists, and what follows from it without any cleverness.
pub(super) struct Naive {
    parents: BTreeMap<String, Vec<String>>,
    times: BTreeMap<String, i64>,
    chain: Vec<String>,
}

impl Naive {
    pub(super) fn new(repo: &Repo, env: &Env, base: &str, others: &[String]) -> Self {
        let mut args = vec!["rev-list", "--parents", "--timestamp", "--tags", base];
        args.extend(others.iter().map(String::as_str));
        let (mut parents, mut times) = (BTreeMap::new(), BTreeMap::new());
        for line in must(repo, env, &args).lines() {
            let mut words = line.split(' ');
            let time = words.next().unwrap().parse().unwrap();
            let mut ids = words.map(str::to_owned);
            let id = ids.next().unwrap();
            times.insert(id.clone(), time);
            parents.insert(id, ids.collect());
        }
        let chain =
            must(repo, env, &["rev-list", "--first-parent", base]).lines().map(str::to_owned).collect();
        Self { parents, times, chain }
    }

    fn reach(&self, id: &str) -> BTreeSet<&str> {
        let mut seen = BTreeSet::new();
        let mut open = vec![id];
        while let Some((id, parents)) = open.pop().and_then(|id| self.parents.get_key_value(id)) {
            if seen.insert(id.as_str()) {
                open.extend(parents.iter().map(String::as_str));
            }
        }
        seen
    }

    fn depth(&self, id: &str) -> Option<usize> {
        (0..self.chain.len()).rev().find(|&depth| self.reach(&self.chain[depth]).contains(id))
    }

    pub(super) fn landing(&self, id: &str) -> Option<String> {
        let depth = self.depth(id)?;
        Some(format!("{} {} {depth}", self.chain[depth], self.times[&self.chain[depth]]))
    }

    /// What is known about a tip, as text.
    fn tip(&self, tip: &str) -> String {
        // Not what `rev-list tip ^base` says: where dates go backwards git stops too early.
        let (base, reach) = (self.reach(&self.chain[0]), self.reach(tip));
        let own: BTreeSet<&str> = reach.difference(&base).copied().collect();
        let common: BTreeSet<&str> = reach.intersection(&base).copied().collect();
        let below = |id: &&str| common.iter().any(|other| other != id && self.reach(other).contains(id));
        let forks: BTreeSet<&str> = common.iter().filter(|id| !below(id)).copied().collect();
        let behind = forks.iter().map(|fork| self.depth(fork).unwrap()).min().unwrap_or(self.chain.len());
        let mut line = Vec::new();
        let mut next = Some(tip);
        while let Some(id) = next.filter(|id| own.contains(id)) {
            line.push(id);
            next = self.parents[id].first().map(String::as_str);
        }
        let landing = self.landing(tip);
        let merged = landing.as_ref().is_some_and(|landing| {
            self.parents[landing.split(' ').next().unwrap()].iter().skip(1).any(|parent| parent == tip)
        });
        format!("{landing:?} {merged} {own:?} {forks:?} {line:?} {behind}")
    }

    /// The commits that may be about something, in no order.
    pub(super) fn landed(&self, repo: &Repo, env: &Env, floor: Option<&str>) -> BTreeSet<String> {
        let hidden: BTreeSet<&str> = floor.map(|floor| self.reach(floor)).unwrap_or_default();
        let mut found = BTreeSet::new();
        for id in self.reach(&self.chain[0]).difference(&hidden) {
            let message = must(repo, env, &["log", "-1", "--format=%B", id]);
            if ["Track: ", "Refs: yes", "This reverts "].iter().any(|word| message.contains(word)) {
                found.insert(format!("{id} {}", self.landing(id).unwrap()));
            }
        }
        found
    }

    /// The latest commit on the base that has no state directory, by looking at all of them.
    fn floor(&self, repo: &Repo, env: &Env) -> Option<&str> {
        let has = |id: &&String| !must(repo, env, &["ls-tree", id, ".track"]).is_empty();
        self.chain.iter().find(|id| !has(id)).map(String::as_str)
    }

    fn tags(&self, repo: &Repo, env: &Env) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let tags = must(repo, env, &["tag", "--list"]);
        for name in tags.lines().filter(|name| name.contains(|char: char| char.is_ascii_digit())) {
            let Some(id) = say(repo, env, &["rev-parse", "--verify", "-q", &format!("{name}^{{commit}}")])
            else {
                continue;
            };
            let reach = self.reach(&id);
            found.extend(
                self.chain
                    .iter()
                    .position(|id| reach.contains(id.as_str()))
                    .map(|depth| format!("{name} {depth}")),
            );
        }
        found
    }
}

pub(super) fn ask(env: &Env, base: &str, tips: &[String], since: Option<&str>) -> Landscape {
    let found = git::open(env).unwrap();
    let id = |id: &str| CommitId::parse(id).unwrap();
    let tips: Vec<_> = tips.iter().map(|tip| id(tip)).collect();
    let since = since.map(id);
    let wanted = |how: How, text: &str| how == How::Refers && text == "yes";
    let asked = Asked { base: &id(base), tips: &tips, wanted: &wanted, aside: &[], since: since.as_ref() };
    found.landscape(&asked, &mut |_, _, _| {}).unwrap()
}

fn tip_text(facts: &TipFacts) -> String {
    let ids = |ids: &[CommitId]| ids.iter().map(|id| id.as_str().to_owned()).collect::<Vec<_>>();
    let landing =
        facts.landing.as_ref().map(|landing| format!("{} {} {}", landing.commit, landing.at, landing.depth));
    let own: BTreeSet<_> = facts.own.iter().map(|work| work.id.as_str()).collect();
    let forks: BTreeSet<_> = ids(&facts.forks).into_iter().collect();
    format!(
        "{landing:?} {} {own:?} {forks:?} {:?} {}",
        facts.landing.is_some() && facts.merge.is_some(),
        ids(&facts.line),
        facts.behind
    )
}

/// Compares every answer with what follows from what git lists; twice, as the second time is from the cache.
pub(super) fn agrees(repo: &Repo, env: &Env, base: &str, tips: &[String]) -> Landscape {
    let base = must(repo, env, &["rev-parse", base]);
    let tips: Vec<String> = tips.iter().map(|tip| must(repo, env, &["rev-parse", tip])).collect();
    let naive = Naive::new(repo, env, &base, &tips);
    let wanted: BTreeMap<&String, String> = tips.iter().map(|tip| (tip, naive.tip(tip))).collect();
    let floor = naive.floor(repo, env);
    let (landed, tags) = (naive.landed(repo, env, floor), naive.tags(repo, env));
    let mut first = None;
    for round in ["first", "again"] {
        let found = ask(env, &base, &tips, None);
        assert_eq!(found.gap, None, "{round}");
        for (tip, wanted) in &wanted {
            let facts = &found.tips[&CommitId::parse(tip).unwrap()];
            assert_eq!(facts.gap, None, "{round}");
            assert_eq!(tip_text(facts), *wanted, "{round}: tip {tip} of base {base}");
            ordered(&naive, facts.own.iter().rev().map(|work| work.id.as_str()));
        }
        let text = found.landed.iter().map(|landed| {
            let at = &landed.landing;
            format!("{} {} {} {}", landed.commit.id, at.commit, at.at, at.depth)
        });
        assert_eq!(text.collect::<BTreeSet<_>>(), landed, "{round}: landed on {base}");
        let depths: Vec<_> = found.landed.iter().map(|landed| landed.landing.depth).collect();
        assert!(depths.is_sorted_by(|a, b| a >= b), "{round}: {depths:?}");
        ordered(&naive, found.landed.iter().map(|landed| landed.commit.id.as_str()));
        let seen = found.tags.iter().map(|tag| format!("{} {}", tag.name, tag.depth));
        assert_eq!(seen.collect::<BTreeSet<_>>(), tags, "{round}: tags");
        let same = first.get_or_insert_with(|| found.clone());
        same.tags.sort_by(|a, b| a.name.cmp(&b.name));
        let mut found = found;
        found.tags.sort_by(|a, b| a.name.cmp(&b.name));
        assert!(*same == found, "the cache makes a difference");
    }
    first.unwrap()
}

/// Parents come before children.
fn ordered<'a>(naive: &Naive, ids: impl Iterator<Item = &'a str>) {
    let ids: Vec<_> = ids.collect();
    for (at, id) in ids.iter().enumerate() {
        let reach = naive.reach(id);
        assert!(!ids[at + 1..].iter().any(|later| reach.contains(later)), "{ids:?}");
    }
}

pub(super) fn tips(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// One of everything: a plain merge, one that went forward, side merges, a criss-cross, an octopus, a root of its own.
pub(super) const STEPS: [Step<'_>; 24] = [
    ("a", "main", &[], "a\n\nTrack: old\n"),
    ("b+", "main", &["a"], "b\n\nTrack: b\n"),
    ("f1", "forward", &["b+"], "f1\n\nRefs: no\n"),
    ("f2", "forward", &["f1"], "f2\n\nRefs: yes\n"),
    ("m0", "main", &["f2"], "m0"),
    ("s1", "side", &["b+"], "s1\n\nTrack: s\n"),
    ("s2", "side", &["s1"], "s2"),
    ("m1", "main", &["m0", "s2"], "Merge branch 'side'"),
    ("n1", "nested", &["s1"], "n1\n\nTrack: n\n"),
    ("o1", "outer", &["m0", "n1"], "Merge branch 'nested' into outer"),
    ("m2", "main", &["m1", "o1"], "Merge branch 'outer'"),
    ("x1", "left", &["m1"], "x1"),
    ("y1", "right", &["m1"], "y1"),
    ("x2", "left", &["x1", "y1"], "Merge branch 'right' into left"),
    ("y2", "right", &["y1", "x1"], "Merge branch 'left' into right"),
    ("m3", "main", &["m2", "x2"], "Merge branch 'left'"),
    ("y3", "right", &["y2"], "y3\n\nThis reverts commit 1234567.\n"),
    ("r1", "root", &[], "r1\n\nTrack: r\n"),
    ("m4", "main", &["m3", "r1", "s2"], "Merge branches 'root' and 'side'\n\nThis reverts commit 1234567.\n"),
    ("k1", "knot", &["s1"], "k1"),
    ("k2", "knot", &["k1", "s2"], "Merge branch 'side' into knot"),
    ("w1", "work", &["m3"], "w1"),
    ("w2", "work", &["w1", "m4"], "Merge branch 'main' into work"),
    ("w3", "work", &["w2", "y3"], "Merge branch 'right' into work"),
];

pub(super) const TIPS: [&str; 12] =
    ["main", "forward", "side", "nested", "outer", "left", "right", "root", "work", "lone", "knot", "main~1"];

pub(super) fn whole(args: &[&str]) -> Repo {
    let repo = Repo::init(args);
    grow(&repo, &STEPS);
    grow(&repo, &[("l1", "lone", &[], "l1"), ("l2", "lone", &["l1"], "l2")]);
    for (name, at) in
        [("v1", "main~2"), ("v2", "work"), ("v3", "side"), ("v4", "lone"), ("latest", "main"), ("v5", "root")]
    {
        repo.git(&["tag", name, at]);
    }
    repo.git(&["tag", "-a", "-m", "x", "v6", "main"]);
    repo.git(&["tag", "-a", "-m", "x", "v7", "v6"]);
    repo.git(&["tag", "v8", "main:file"]);
    repo
}

pub(super) fn cache(repo: &Repo) -> PathBuf {
    repo.path().join(".git/track/cache/v1")
}
