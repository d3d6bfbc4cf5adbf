use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use super::Repo;
use super::ask::one_line;
use super::sandbox::Sandbox;
use crate::error::Kind;
use crate::model::facts::CommitId;
use crate::model::path::RepoPath;
use crate::model::since::{Since, Tagged};

const KINDS: [&[&str]; 3] = [&[], &["--object-format=sha256"], &["--ref-format=reftable"]];

fn names(list: &[&str]) -> Vec<String> {
    list.iter().map(|name| (*name).to_owned()).collect()
}

/// What came since the first of these tags, by libgit2 and by children, which must agree.
fn both(repo: &mut Repo, to: &str, tags: &[&str], paths: &[&str]) -> Since {
    let to = repo.resolve(to).unwrap();
    let paths: Vec<_> = paths.iter().map(|path| RepoPath::parse(path).unwrap()).collect();
    let fast = repo.since(&to, &names(tags), &paths).unwrap();
    let lib = repo.lib.take();
    let asked = repo.since(&to, &names(tags), &paths).unwrap();
    repo.lib = lib;
    assert_eq!(fast, asked, "since {tags:?}");
    fast
}

/// `last, elsewhere | subjects`, those that touch no path in parentheses.
fn told(sandbox: &Sandbox, tags: &[&str], paths: &[&str]) -> String {
    let found = both(&mut sandbox.open(), "HEAD", tags, paths);
    let mut told = found.last.map_or_else(|| "-".to_owned(), |last| last.tag);
    found.elsewhere.iter().for_each(|tag| write!(told, " !{tag}").unwrap());
    told.push_str(" |");
    for commit in &found.commits {
        let message = String::from_utf8_lossy(&commit.message);
        let subject = message.lines().next().unwrap_or_default();
        let (open, close) = if commit.touches { ("", "") } else { ("(", ")") };
        write!(told, " {open}{subject}{close}").unwrap();
    }
    if found.cut_off {
        told.push_str(" …");
    }
    told
}

#[test]
fn tags_of_every_sort() {
    for init in KINDS {
        let sandbox = Sandbox::new(init);
        assert_eq!(sandbox.open().is_fast(), !init.contains(&"--ref-format=reftable"));
        sandbox.git(&["tag", "v1"]);
        sandbox.commit("two", &[("a", "2")]);
        sandbox.git(&["tag", "-a", "-m", "x", "v2"]);
        sandbox.git(&["tag", "-a", "-m", "x", "v2-again", "v2"]);
        sandbox.commit("three", &[("a", "3")]);
        sandbox.git(&["tag", "tree9", "HEAD^{tree}"]);
        sandbox.git(&["tag", "-a", "-m", "x", "blob9", "HEAD:a"]);
        sandbox.git(&["tag", "none"]);
        assert_eq!(sandbox.open().release_tags().unwrap(), ["blob9", "tree9", "v1", "v2", "v2-again"]);
        for mut repo in [sandbox.open(), sandbox.open()] {
            for tag in ["v2", "v2-again"] {
                let two = repo.resolve("HEAD~1").unwrap();
                assert_eq!(repo.tagged(tag).unwrap(), Tagged::Commit(two));
            }
            assert_eq!(
                [repo.tagged("tree9").unwrap(), repo.tagged("blob9").unwrap()],
                [const { Tagged::Other }; 2]
            );
            for absent in ["v3", "v2~1", "v2^{commit}", "", "a b", "a\0b", "../heads/main"] {
                assert_eq!(repo.tagged(absent).unwrap(), Tagged::Absent, "{absent}");
            }
            repo.lib = None;
            assert_eq!(repo.release_tags().unwrap().len(), 5);
        }
        let all = ["blob9", "v3", "tree9", "v2", "v1"];
        assert_eq!(told(&sandbox, &all, &[]), "v2 | three");
        assert_eq!(told(&sandbox, &["v2-again"], &[]), "v2-again | three");
        assert_eq!(told(&sandbox, &["v1", "v2"], &[]), "v1 | three two", "the order of the list counts");
        assert_eq!(told(&sandbox, &["none", "v2"], &[]), "none |", "a tag of HEAD itself");
        assert_eq!(told(&sandbox, &["tree9"], &[]), "- | three two begin");
        assert_eq!(told(&sandbox, &[], &[]), "- | three two begin");
        sandbox.git(&["checkout", "-q", "--detach", "v1"]);
        assert_eq!(
            told(&sandbox, &["v2", "none", "blob9", "v1"], &[]),
            "v1 !v2 !none |",
            "tags that are ahead"
        );
    }
}

#[test]
fn tags_beside_the_line() {
    for init in KINDS {
        let sandbox = Sandbox::new(init);
        sandbox.git(&["tag", "v1"]);
        sandbox.git(&["checkout", "-q", "-b", "side"]);
        sandbox.commit("s1", &[("s", "1")]);
        sandbox.git(&["tag", "-a", "-m", "x", "v2"]);
        sandbox.commit("s2", &[("s", "2")]);
        sandbox.git(&["checkout", "-q", "-b", "next", "v1"]);
        sandbox.commit("n1", &[("n", "1")]);
        sandbox.git(&["tag", "v4"]);
        sandbox.commit("n2", &[("n", "2")]);
        sandbox.git(&["tag", "-a", "-m", "x", "v5"]);
        sandbox.git(&["checkout", "-q", "main"]);
        sandbox.commit("m1", &[("m", "1")]);
        assert_eq!(told(&sandbox, &["v5", "v4", "v2", "v1"], &[]), "v1 !v5 !v4 !v2 | m1");
        sandbox.git(&["merge", "-q", "-m", "merge", "side"]);
        let merged = "v2 !v5 !v4 | merge m1 s2";
        assert_eq!(told(&sandbox, &["v5", "v4", "v2", "v1"], &[]), merged, "without what is before v2");
        assert_eq!(told(&sandbox, &["v5"], &[]), "- !v5 | merge m1 s2 s1 begin");
        let repo = sandbox.open();
        let id = |rev: &str| repo.resolve(rev).unwrap();
        let mut slow = sandbox.open();
        slow.lib = None;
        for (ancestor, of, wanted) in
            [("v2", "main", true), ("main", "main", true), ("v5", "main", false), ("main", "v2", false)]
        {
            for repo in [&repo, &slow] {
                assert_eq!(repo.has(&id(ancestor), &id(of)).unwrap(), wanted, "{ancestor} in {of}");
            }
        }
        sandbox.git(&["replace", "--graft", "main", "v5"]);
        assert_eq!(told(&sandbox, &["v5", "v4", "v2", "v1"], &[]), "v5 | merge", "replaced");
    }
}

#[test]
fn messages_as_they_are_stored() {
    for init in KINDS {
        let sandbox = Sandbox::new(init);
        for encoding in ["encoding ISO-8859-1\n", ""] {
            let tree = sandbox.git(&["rev-parse", "HEAD^{tree}"]);
            let parent = sandbox.git(&["rev-parse", "HEAD"]);
            let who = "A <a> 1700009999 +0000";
            let head = format!("tree {tree}\nparent {parent}\nauthor {who}\ncommitter {who}\n{encoding}\n");
            sandbox.write("raw", [head.as_bytes(), b"caf\xe9 \n\n# kept  \n"].concat());
            let made = sandbox.git(&["hash-object", "-w", "-t", "commit", "raw"]);
            sandbox.git(&["update-ref", "refs/heads/main", &made]);
        }
        let found = both(&mut sandbox.open(), "HEAD", &[], &[]);
        let all: Vec<_> =
            found.commits.iter().map(|c| (c.message.as_slice(), c.encoding.as_deref())).collect();
        let raw = &b"caf\xe9 \n\n# kept  \n"[..];
        assert_eq!(all, [(raw, None), (raw, Some("ISO-8859-1")), (b"begin\n", None)]);
        assert_eq!(found.commits.iter().map(|commit| commit.parents).collect::<Vec<_>>(), [1, 1, 0]);
    }
}

#[test]
fn what_touches_a_path() {
    for init in KINDS {
        let sandbox = Sandbox::new(init);
        let all = ["begin"];
        assert_eq!(told(&sandbox, &[], &all), "- | begin", "the first commit has it");
        assert_eq!(told(&sandbox, &[], &["dir", "other"]), "- | (begin)");
        sandbox.commit("file", &[("dir/a*", "1"), ("dirt", "x")]);
        sandbox.commit("near", &[("dirt", "y"), ("dir/ab", "y")]);
        sandbox.git(&["mv", "dirt", "dir/moved"]);
        sandbox.commit("into", &[]);
        sandbox.git(&["update-index", "--chmod=+x", "dir/a*"]);
        sandbox.git(&["commit", "-q", "-m", "mode"]);
        sandbox.git(&["reset", "-q", "--hard"]);
        assert_eq!(told(&sandbox, &[], &["dir"]), "- | mode into near file (begin)");
        assert_eq!(told(&sandbox, &[], &["dir/a*"]), "- | mode (into) (near) file (begin)", "no pattern");
        assert_eq!(told(&sandbox, &[], &["dirt", "begin"]), "- | (mode) into near file begin");
        assert_eq!(told(&sandbox, &[], &["dirt/x", "dir/moved"]), "- | (mode) into (near) (file) (begin)");
        sandbox.git(&["tag", "v1"]);
        sandbox.git(&["checkout", "-q", "-b", "side"]);
        sandbox.commit("s", &[("dir/s", "")]);
        sandbox.git(&["checkout", "-q", "main"]);
        sandbox.commit("m", &[("dir/m", ""), ("top", "")]);
        sandbox.git(&["merge", "-q", "-m", "merge", "side"]);
        assert_eq!(told(&sandbox, &["v1"], &["dir"]), "v1 | merge m s", "as none of its parents");
        assert_eq!(told(&sandbox, &["v1"], &["dir/s"]), "v1 | (merge) (m) s", "as one of its parents");
        assert_eq!(told(&sandbox, &["v1"], &["dir/s", "top"]), "v1 | merge m s");
    }
}

#[test]
fn history_that_is_cut_off() {
    for init in KINDS {
        let sandbox = Sandbox::new(init);
        sandbox.git(&["tag", "v1"]);
        for (at, name) in ["a", "b", "c", "d"].iter().enumerate() {
            sandbox.commit(name, &[(name, "")]);
            if at == 1 {
                sandbox.git(&["tag", "v2"]);
            }
        }
        sandbox.git(&["checkout", "-q", "-b", "side", "v2"]);
        sandbox.commit("s", &[("s", "")]);
        sandbox.git(&["tag", "v3"]);
        sandbox.git(&["checkout", "-q", "main"]);
        let clone = |depth: &str| sandbox.cloned(&["--depth", depth, "--no-single-branch"]);
        let [one, two, three, four, all] = ["1", "2", "3", "4", "9"].map(clone);
        let at = |clone: &Path, tags: &[&str]| {
            let found = both(&mut sandbox.open_at(clone), "HEAD", tags, &[]);
            (found.last.map(|last| last.tag), found.elsewhere.join(" "), found.commits.len(), found.cut_off)
        };
        let tag = |name: &str| Some(name.to_owned());
        let none = String::new;
        assert_eq!(at(&four, &["v2", "v1"]), (tag("v2"), none(), 2, false), "the tag is inside");
        assert_eq!(at(&three, &["v2"]), (tag("v2"), none(), 2, false), "the last that is there");
        assert_eq!(at(&two, &["v2"]), (None, "v2".to_owned(), 2, true), "cut off above it");
        assert_eq!(at(&one, &["v0"]), (None, none(), 1, true), "no tag");
        assert_eq!(at(&four, &["v3", "v2"]), (tag("v2"), "v3".to_owned(), 2, false), "surely elsewhere");
        assert_eq!(at(&one, &["v3"]), (None, "v3".to_owned(), 1, true));
        assert_eq!(at(&all, &["v3", "v1"]), (tag("v1"), "v3".to_owned(), 4, false), "nothing is missing");
        // A first commit is one, even where git lists it among those that are cut off.
        let first = sandbox.git(&["rev-parse", "v1"]);
        sandbox.write(".git/shallow", format!("{first}\n"));
        assert_eq!(at(&sandbox.path(), &["v3"]), (None, "v3".to_owned(), 5, false));
        // The release itself may have the other tag behind it.
        let clone = sandbox.cloned(&["--depth", "3", "--no-single-branch", "--no-tags"]);
        let orphan = sandbox.git_in(&clone, &["commit-tree", "-m", "x", "HEAD^{tree}"]);
        sandbox.git_in(&clone, &["tag", "v9", &orphan]);
        sandbox.git_in(&clone, &["tag", "v2", "HEAD~2"]);
        let found = both(&mut sandbox.open_at(&clone), "HEAD", &["v9", "v2"], &[]);
        assert_eq!((found.last.unwrap().tag.as_str(), found.commits.len(), found.cut_off), ("v2", 2, true));
    }
}

#[test]
fn partial_clones() {
    let sandbox = Sandbox::new(&[]);
    sandbox.git(&["tag", "-a", "-m", "x", "v1"]);
    sandbox.commit("two", &[("dir/a", "")]);
    for filter in ["--filter=blob:none", "--filter=tree:0"] {
        let clone = sandbox.cloned(&[filter]);
        let mut repo = sandbox.open_at(&clone);
        let count = || sandbox.git_in(&clone, &["count-objects", "-v"]);
        let before = count();
        assert_eq!(both(&mut repo, "HEAD", &["v1"], &[]).commits.len(), 1, "{filter}");
        let (head, dir) = (repo.resolve("HEAD").unwrap(), [RepoPath::parse("dir").unwrap()]);
        for lib in [true, false] {
            repo.lib = repo.lib.take().filter(|_| lib);
            let found = repo.since(&head, &names(&["v1"]), &dir);
            if filter == "--filter=blob:none" {
                assert!(found.unwrap().commits[0].touches);
            } else {
                let error = found.unwrap_err();
                assert_eq!(error.kind(), Kind::Repository);
                assert!(error.message().contains("is not in this partial clone"), "{error:?}");
            }
        }
        assert_eq!(count(), before, "nothing is fetched");
    }
}

/// Numbers that look as if by chance.
fn next(seed: &mut u64, below: usize) -> usize {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    usize::try_from(*seed >> 33).unwrap() % below
}

/// A history with merges in which clocks go wrong by up to `skew` seconds, and tags anywhere.
fn random(seed: &mut u64, skew: usize) -> (Sandbox, Vec<CommitId>, Vec<String>) {
    let sandbox = Sandbox::new(&[]);
    let tree = sandbox.git(&["rev-parse", "HEAD^{tree}"]);
    let mut all = vec![sandbox.git(&["rev-parse", "HEAD"])];
    for at in 1..40 {
        let near = |seed: &mut u64| all.len() - 1 - next(seed, all.len().min(6));
        let mut parents = BTreeSet::from([near(seed)]);
        for _ in 0..next(seed, 3) / 2 + usize::from(next(seed, 9) == 0) {
            parents.insert(near(seed));
        }
        let date = format!("{}", 1_700_000_000 + at * 60 - next(seed, skew + 1));
        let mut raw = format!("tree {tree}\n");
        parents.iter().for_each(|parent| writeln!(raw, "parent {}", all[*parent]).unwrap());
        write!(raw, "author A <a> {date} +0000\ncommitter A <a> {date} +0000\n\n{at}\n").unwrap();
        sandbox.write("raw", raw);
        all.push(sandbox.git(&["hash-object", "-w", "-t", "commit", "raw"]));
    }
    let tags: Vec<String> = (0..5).map(|at| format!("v{at}")).collect();
    for tag in &tags {
        sandbox.git(&["tag", tag, &all[next(seed, all.len())]]);
    }
    (sandbox, all.iter().map(|id| CommitId::parse(id).unwrap()).collect(), tags)
}

#[test]
fn as_git_says() {
    let mut seed = 7;
    for skew in [0, 0, 600, 7200, 7200] {
        let (sandbox, all, tags) = random(&mut seed, skew);
        let repo = sandbox.open();
        for to in all.iter().rev().step_by(4) {
            let found = repo.since(to, &tags, &[]).unwrap();
            // By the plain definition of a history, as git's own lists may be wrong where clocks are.
            let history = |rev: &str| -> BTreeSet<String> {
                sandbox.git(&["rev-list", rev]).lines().map(str::to_owned).collect()
            };
            let ours = history(to.as_str());
            let last = tags.iter().find(|tag| ours.contains(&sandbox.git(&["rev-parse", tag])));
            let is_ancestor = |tag: &&String| {
                one_line(&repo.ask(["merge-base", "--is-ancestor", tag, to.as_str()])).unwrap().is_some()
            };
            assert_eq!(last, tags.iter().find(is_ancestor));
            assert_eq!(found.last.as_ref().map(|last| &last.tag), last);
            let before = tags.iter().take_while(|tag| Some(*tag) != last);
            assert_eq!(found.elsewhere.iter().collect::<Vec<_>>(), before.collect::<Vec<_>>());
            let theirs = last.map(|tag| history(tag)).unwrap_or_default();
            let wanted: BTreeSet<String> = ours.difference(&theirs).cloned().collect();
            let own: Vec<String> = found.commits.iter().map(|commit| commit.id.to_string()).collect();
            assert_eq!(own.iter().cloned().collect::<BTreeSet<_>>(), wanted, "since {last:?}");
            let not = last.map_or_else(String::new, |tag| format!("^{tag}"));
            let mut list = vec!["rev-list", "--date-order", to.as_str()];
            list.extend(Some(not.as_str()).filter(|not| !not.is_empty()));
            let listed: Vec<String> = sandbox.git(&list).lines().map(str::to_owned).collect();
            if skew == 0 || listed.len() == own.len() {
                assert_eq!(own, listed, "in the same order");
            }
        }
    }
}

#[test]
fn clocks_that_are_wrong() {
    // A release that has `x` behind many commits of another century; a branch from `x` comes to us without it.
    let sandbox = Sandbox::new(&[]);
    let tree = sandbox.git(&["rev-parse", "HEAD^{tree}"]);
    let made = |parents: &[&str], date: u64| {
        let mut raw = format!("tree {tree}\n");
        parents.iter().for_each(|parent| writeln!(raw, "parent {parent}").unwrap());
        write!(raw, "author A <a> {date} +0000\ncommitter A <a> {date} +0000\n\n{date}\n").unwrap();
        sandbox.write("raw", raw);
        sandbox.git(&["hash-object", "-w", "-t", "commit", "raw"])
    };
    let (now, begin) = (1_700_000_000, sandbox.git(&["rev-parse", "HEAD"]));
    let x = made(&[&begin], now + 100);
    let mut old = x.clone();
    for at in 0..30 {
        old = made(&[&old], 1000 + at);
    }
    let release = made(&[&old], now + 200);
    let top = made(&[&release, &x], now + 300);
    sandbox.git(&["tag", "v1", &release]);
    sandbox.git(&["update-ref", "refs/heads/main", &top]);
    let repo = sandbox.open();
    let found = repo.since(&repo.resolve(&top).unwrap(), &names(&["v1"]), &[]).unwrap();
    assert_eq!(found.commits.iter().map(|commit| commit.id.as_str()).collect::<Vec<_>>(), [top.as_str()]);
}
