//! What branches have and where it landed: the same as a naive look at what git lists.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::rc::Rc;

use git_track::git::{self, Asked};
use git_track::model::facts::CommitId;
use git_track::model::landing::{Gap, Landscape, TipFacts};

use super::naive::{Naive, STEPS, TIPS, agrees, ask, cache, grow, tips, whole};
use crate::support::Repo;

#[test]
fn as_git_lists() {
    let formats = [&[][..], &["--object-format=sha256"], &["--ref-format=reftable"]];
    for init in formats {
        let repo = whole(init);
        let cold = agrees(&repo, &repo.env(), "main", &tips(&TIPS));
        for written in [
            &["-c", "commitGraph.generationVersion=1", "commit-graph", "write", "--reachable"][..],
            &["commit-graph", "write", "--reachable"],
            &["-c", "core.commitGraph=false", "status"],
        ] {
            repo.git(written);
            fs::remove_dir_all(cache(&repo)).unwrap();
            assert!(cold == agrees(&repo, &repo.env(), "main", &tips(&TIPS)), "{written:?}");
        }
        for base in ["work", "right", "lone", "m3", "side"] {
            let base = if base == "m3" { "main~1" } else { base };
            agrees(&repo, &repo.env(), base, &tips(&TIPS));
        }
        if init.is_empty() {
            repo.git(&["config", "core.commitGraph", "false"]);
            fs::remove_dir_all(cache(&repo)).unwrap();
            assert!(cold == agrees(&repo, &repo.env(), "main", &tips(&TIPS)));
        }
    }
}

#[test]
fn a_chain_of_commit_graphs_and_what_came_later() {
    for init in [&[][..], &["--ref-format=reftable"]] {
        let repo = Repo::init(init);
        for (round, part) in STEPS.chunks(5).enumerate() {
            grow(&repo, part);
            let names: Vec<String> = repo
                .git(&["for-each-ref", "--format=%(refname)", "refs/heads"])
                .lines()
                .map(str::to_owned)
                .collect();
            let before = agrees(&repo, &repo.env(), "main", &names);
            if round < 3 {
                repo.git(&["commit-graph", "write", "--reachable", "--split=no-merge"]);
            }
            assert!(before == agrees(&repo, &repo.env(), "main", &names));
            if round % 2 == 0 {
                fs::remove_dir_all(cache(&repo)).unwrap();
                assert!(before == agrees(&repo, &repo.env(), "main", &names));
            }
        }
        let chain = repo.read(".git/objects/info/commit-graphs/commit-graph-chain");
        assert_eq!(chain.lines().count(), 3);
    }
}

#[test]
fn what_git_replaces() {
    for init in [&[][..], &["--ref-format=reftable"]] {
        let repo = whole(init);
        repo.git(&["commit-graph", "write", "--reachable"]);
        agrees(&repo, &repo.env(), "main", &tips(&TIPS));
        repo.git(&["replace", "--graft", "main~2", "main~3", "lone"]);
        fs::remove_dir_all(cache(&repo)).unwrap();
        let replaced = agrees(&repo, &repo.env(), "main", &tips(&TIPS));
        let lone = CommitId::parse(&repo.git(&["rev-parse", "lone"])).unwrap();
        assert!(replaced.tips[&lone].landing.is_some());
        repo.git(&["replace", "-d", &repo.git(&["rev-parse", "main~2"])]);
        let graft = format!("{} {lone}\n", repo.git(&["rev-parse", "main"]));
        fs::write(repo.path().join(".git/info/grafts"), graft).unwrap();
        assert!(agrees(&repo, &repo.env(), "main", &tips(&TIPS)).tips[&lone].landing.is_some());
        assert!(!cache(&repo).exists(), "what is replaced is kept");
    }
}

/// Where history is cut off, an answer is the one of the whole repository, or there is none.
#[test]
fn shallow_clones_are_never_wrong() {
    let origin = whole(&[]);
    let names = tips(&TIPS[..11]);
    let ids: Vec<String> = names.iter().map(|name| origin.git(&["rev-parse", name])).collect();
    let base = origin.git(&["rev-parse", "main"]);
    let whole = ask(&origin.env(), &base, &ids, None);
    let mut known = Vec::new();
    for depth in 1..12 {
        let repo = Repo::beside_nothing();
        let (url, depth) = (format!("file://{}", origin.path().display()), format!("--depth={depth}"));
        repo.git_in(&repo.root(), &["clone", "-q", "--no-single-branch", &depth, &url, "work"]);
        let found = ask(&repo.env(), &base, &ids, None);
        for (tip, facts) in &found.tips {
            assert!(matches!(facts.gap, None | Some(Gap::Shallow)));
            if let Some(landing) = &facts.landing {
                // What the clone does not have may have brought it before.
                let first = whole.tips[tip].landing.as_ref().unwrap();
                assert!(landing.depth <= first.depth, "{depth} {tip}");
            } else if facts.gap.is_none() {
                assert_eq!(facts, &whole.tips[tip], "{depth} {tip}");
            } else {
                assert!(facts.own.is_empty() && facts.landing.is_none());
            }
        }
        assert!(found.gap.is_some() || found.landed == whole.landed, "{depth}");
        known.push(found.tips.values().filter(|facts| facts.gap.is_none()).count());
        let shallow = repo.git(&["rev-parse", "--is-shallow-repository"]) == "true";
        assert!(!(shallow && cache(&repo).exists()), "what is cut off is kept");
    }
    assert!(known[0] < 5 && known[10] == names.len() && known.is_sorted(), "{known:?}");
}

/// What is known of tips without a look into trees.
fn ancestry(landscape: &Landscape) -> HashMap<CommitId, TipFacts> {
    let mut tips = landscape.tips.clone();
    for facts in tips.values_mut() {
        facts.copies = None;
        let works = facts.own.iter_mut().chain(&mut facts.brought);
        works.map(Rc::make_mut).for_each(|work| (work.beside_state, work.unread) = (None, false));
    }
    tips
}

#[test]
fn partial_clones_have_all_commits() {
    let origin = whole(&[]);
    origin.git(&["config", "uploadpack.allowFilter", "true"]);
    let ids: Vec<String> = TIPS[..11].iter().map(|name| origin.git(&["rev-parse", name])).collect();
    let base = origin.git(&["rev-parse", "main"]);
    let whole = ask(&origin.env(), &base, &ids, None);
    for filter in ["--filter=blob:none", "--filter=tree:0"] {
        let repo = Repo::beside_nothing();
        let url = format!("file://{}", origin.path().display());
        repo.git_in(&repo.root(), &["clone", "-q", filter, "--bare", &url, "work"]);
        let packs = || fs::read_dir(repo.path().join("objects/pack")).unwrap().count();
        let before = packs();
        let found = ask(&repo.env(), &base, &ids, None);
        assert_eq!(ancestry(&found), ancestry(&whole), "{filter}");
        let more: Vec<_> = found
            .landed
            .iter()
            .filter(|landed| !whole.landed.iter().any(|known| known.commit.id == landed.commit.id))
            .collect();
        // Without trees it is not known since when there is a state directory: the first commit is looked at, too.
        assert_eq!(more.len(), usize::from(filter == "--filter=tree:0"), "{filter} {more:?}");
        assert_eq!(packs(), before, "{filter}: something was fetched");
    }
}

#[test]
fn a_damaged_commit_graph_makes_no_difference() {
    let repo = whole(&[]);
    let ids: Vec<String> = TIPS.iter().map(|name| repo.git(&["rev-parse", name])).collect();
    let base = repo.git(&["rev-parse", "main"]);
    let say = || {
        let _ = fs::remove_dir_all(cache(&repo));
        let mut found = ask(&repo.env(), &base, &ids, None);
        found.tags.sort_by(|a, b| a.name.cmp(&b.name));
        found
    };
    let wanted = say();
    repo.git(&["commit-graph", "write", "--reachable"]);
    let path = repo.path().join(".git/objects/info/commit-graph");
    let good = fs::read(&path).unwrap();
    let put = |bytes: &[u8]| {
        fs::remove_file(&path).unwrap();
        fs::write(&path, bytes).unwrap();
    };
    for at in (0..good.len()).step_by(11) {
        let mut bad = good.clone();
        bad[at] ^= 1 << (at % 8);
        put(&bad);
        assert!(wanted == say(), "byte {at}");
        put(&good[..at]);
        assert!(wanted == say(), "{at} bytes");
    }
    // As if it were as git wrote it: only the content is wrong.
    let folder = path.parent().unwrap().join("commit-graphs");
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert!(wanted == say());
    fs::remove_dir(&path).unwrap();
    repo.git(&["commit-graph", "write", "--reachable", "--split"]);
    assert!(wanted == say());
    for list in ["", "x\n", &"0".repeat(40), &format!("{}\n", "../".repeat(13))] {
        fs::write(folder.join("commit-graph-chain"), list).unwrap();
        assert!(wanted == say(), "{list:?}");
    }
}

#[test]
fn a_damaged_cache_makes_no_difference() {
    let repo = whole(&[]);
    let ids: Vec<String> = TIPS.iter().map(|name| repo.git(&["rev-parse", name])).collect();
    let (base, before) = (repo.git(&["rev-parse", "main"]), repo.git(&["rev-parse", "main~2"]));
    let say = |base: &str| {
        let mut found = ask(&repo.env(), base, &ids, None);
        found.tags.sort_by(|a, b| a.name.cmp(&b.name));
        found
    };
    let (older, wanted) = (say(&before), say(&base));
    let names: Vec<_> = fs::read_dir(cache(&repo)).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(names.len(), 6, "{names:?}");
    let good: Vec<_> = names.iter().map(|name| fs::read(name).unwrap()).collect();
    let reset = || names.iter().zip(&good).for_each(|(name, bytes)| fs::write(name, bytes).unwrap());
    for (name, bytes) in names.iter().zip(&good) {
        for at in (0..bytes.len()).step_by(97) {
            let mut bad = bytes.clone();
            bad[at] ^= 4;
            for bad in [&bad, &bytes[..at]] {
                reset();
                fs::write(name, bad).unwrap();
                assert!(wanted == say(&base) && older == say(&before), "{} {at}", name.display());
            }
        }
        for other in &good {
            reset();
            fs::write(name, other).unwrap();
            assert!(wanted == say(&base) && older == say(&before), "{}", name.display());
        }
        reset();
        fs::remove_file(name).unwrap();
        assert!(wanted == say(&base) && older == say(&before), "{}", name.display());
    }
    fs::remove_dir_all(cache(&repo)).unwrap();
    fs::write(cache(&repo), "a file").unwrap();
    assert!(wanted == say(&base) && older == say(&before));
}

#[test]
fn only_what_was_asked_for_is_looked_at() {
    let repo = whole(&[]);
    let id = |rev: &str| repo.git(&["rev-parse", rev]);
    let found = git::open(&repo.env()).unwrap();
    for since in ["main", "main~2", "side", "lone", "work", "main~6"] {
        let naive = Naive::new(&repo, &repo.env(), &id("main"), &[id(since)]);
        let wanted = naive.landed(&repo, &repo.env(), Some(&id(since)));
        for _ in 0..2 {
            let seen = ask(&repo.env(), &id("main"), &[], Some(&id(since))).landed;
            let text = seen.iter().map(|landed| {
                format!(
                    "{} {} {} {}",
                    landed.commit.id, landed.landing.commit, landed.landing.at, landed.landing.depth
                )
            });
            assert_eq!(text.collect::<BTreeSet<_>>(), wanted, "since {since}");
        }
        let forks = [CommitId::parse(&id(since)).unwrap()];
        let all = found.landed_since(&CommitId::parse(&id("main")).unwrap(), &forks).unwrap();
        let wanted = repo.git(&["log", "--format=%H %P", "main", &format!("^{since}")]);
        let wanted: BTreeSet<_> =
            wanted.lines().map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" ")).collect();
        let seen =
            all.iter().map(|one| format!("{} {}", one.id, one.parent.as_ref().map_or("", CommitId::as_str)));
        assert_eq!(seen.collect::<BTreeSet<_>>(), wanted, "since {since}");
        for one in &all {
            let landing = &one.landing;
            assert_eq!(
                naive.landing(one.id.as_str()),
                Some(format!("{} {} {}", landing.commit, landing.at, landing.depth))
            );
        }
    }
    let nobody = CommitId::parse(&"1".repeat(40)).unwrap();
    let asked = Asked { base: &nobody, tips: &[], wanted: &|_, _| true, aside: &[], since: None };
    assert!(found.landscape(&asked, &mut |_, _, _| {}).is_err());
    let seen = ask(&repo.env(), &id("main"), &[nobody.to_string()], None);
    assert_eq!(seen.tips[&nobody].gap, Some(Gap::Missing));
    assert_eq!(ask(&repo.env(), &id("side"), &[], Some(nobody.as_str()).filter(|_| false)).landed.len(), 2);
}
