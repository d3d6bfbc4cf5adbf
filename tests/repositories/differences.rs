//! Random trees: what differs between them, and by how many lines, is what git says.

use std::collections::BTreeMap;
use std::fmt::Write;

use git_track::git;
use git_track::model::facts::{CommitId, Source};
use proptest::prelude::*;

use super::staged::{agrees, numstat, raw, words};
use crate::support::Repo;

/// Names where the order of git and that of a tree may part, and the same name in several folders.
const PATHS: [&str; 16] = [
    "a", "a-b", "a.b", "a/b", "a/b/c", "a/bc", "b/x", "b/y", "c/x", "c/d/x", "c/d/y", "é x", "z.bin",
    "z.txt", "c0", "b",
];

/// Mode and content.
type File = (&'static str, String);
type Tree = BTreeMap<&'static str, File>;
/// Which path, what happens there, and two numbers of what it becomes.
type Step = (usize, usize, usize, usize);

fn numbered(which: usize, change: usize) -> String {
    (0..12).fold(String::new(), |text, line| {
        let mark = if line < change { "changed " } else { "" };
        text + &format!("{mark}line {line} of {which}\n")
    })
}

fn content(which: usize, change: usize) -> String {
    match which {
        0 => String::new(),
        1 => format!("zero\0{change}\nand more\n"),
        2 => "one line without an end".repeat(1 + change % 3),
        3 => numbered(which, change).replace('\n', "\r\n"),
        4 => (0..60).map(|line| ["a\n", "b\n", "}\n", "\n"][(line * (change + 3) / 2) % 4]).collect(),
        _ => numbered(which % 7, change),
    }
}

fn put(tree: &mut Tree, path: &'static str, file: File) {
    // A file and a folder cannot have the same name.
    tree.retain(|other, _| {
        !other.starts_with(&format!("{path}/")) && !path.starts_with(&format!("{other}/"))
    });
    tree.insert(path, file);
}

fn step(tree: &mut Tree, &(at, what, which, change): &Step) {
    let path = PATHS[at % PATHS.len()];
    match what {
        0 | 1 => drop(tree.remove(path)),
        2 | 3 => {
            // Moved, as it was or a little changed.
            let Some(file) = tree.remove(path) else { return };
            let text = if what == 3 { file.1 + "one line more\n" } else { file.1 };
            let mode = if file.0 == "160000" { return } else { file.0 };
            put(tree, PATHS[which % PATHS.len()], (mode, text));
        }
        4 => put(tree, path, ("160000", format!("{}", 1 + change % 9).repeat(40))),
        5 => put(tree, path, ("120000", format!("to {which}"))),
        6 => put(tree, path, ("100755", content(which, change))),
        _ => put(tree, path, ("100644", content(which, change))),
    }
}

/// Commits the trees one after the other.
fn import(repo: &Repo, trees: &[Tree]) -> Vec<CommitId> {
    let mut stream = String::new();
    for (at, tree) in trees.iter().enumerate() {
        writeln!(stream, "commit refs/heads/main\ncommitter A <a@b> {} +0000\ndata 1\nx", 1_700_000_000 + at)
            .unwrap();
        stream += if at == 0 { "" } else { "deleteall\n" };
        for (path, (mode, text)) in tree {
            if *mode == "160000" {
                writeln!(stream, "M {mode} {text} {path}").unwrap();
            } else {
                writeln!(stream, "M {mode} inline {path}\ndata {}\n{text}", text.len()).unwrap();
            }
        }
    }
    repo.git_with(&["fast-import", "--quiet", "--force"], stream.as_bytes());
    let ids = repo.git(&["rev-list", "--reverse", "main"]);
    ids.lines().map(|id| CommitId::parse(id).unwrap()).collect()
}

fn between(repo: &Repo, found: &git::Repo, before: &CommitId, after: &CommitId) {
    let changes = found.changed(Some(before), &Source::Commit(after.clone())).unwrap();
    let lines = found.lines(&changes.files).unwrap();
    let how = ["-z", "--no-abbrev", "-M", "--ignore-submodules=none", before.as_str(), after.as_str()];
    let told = |format| repo.git(&[&["diff", format], &how[..]].concat());
    assert_eq!(words(&changes.files), raw(told("--raw").as_bytes()).0);
    let paths = changes.files.iter().map(|file| file.path.clone());
    assert_eq!(paths.zip(lines).collect::<BTreeMap<_, _>>(), numstat(told("--numstat").as_bytes()));
}

fn steps(most: usize) -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec((0..PATHS.len(), 0..12_usize, 0..24_usize, 0..12_usize), 0..most)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn as_git_says(first in steps(30), second in steps(8), third in steps(3), attributes in 0..4_usize) {
        let repo = Repo::new();
        let mut tree = Tree::new();
        let attributes = ["", "*.bin diff\n*.txt -diff\n", "a* binary\nb/x diff=odd\n", "* diff=odd\n"][attributes];
        if !attributes.is_empty() {
            tree.insert(".gitattributes", ("100644", attributes.to_owned()));
        }
        repo.git(&["config", "diff.odd.binary", "true"]);
        let trees = [first, second, third].map(|steps| {
            steps.iter().for_each(|one| step(&mut tree, one));
            tree.clone()
        });
        let ids = import(&repo, &trees);
        // The index as of one commit, the work tree of none: attributes are read from the index.
        repo.git(&["symbolic-ref", "HEAD", "refs/heads/other"]);
        repo.git(&["read-tree", ids[1].as_str()]);
        agrees(&repo, &repo.env());
        repo.git(&["update-ref", "refs/heads/other", ids[0].as_str()]);
        // `git diff` of two commits looks for attributes in the work tree only.
        if !attributes.is_empty() {
            repo.write(".gitattributes", attributes);
        }
        let found = git::open(&repo.env()).unwrap();
        between(&repo, &found, &ids[0], &ids[1]);
        between(&repo, &found, &ids[2], &ids[0]);
        agrees(&repo, &repo.env());
        // Now some directories are known to the index and some are not.
        let change = format!("100644,{},c/d/x", repo.git(&["hash-object", "-w", ".git/HEAD"]));
        repo.git(&["update-index", "--add", "--replace", "--cacheinfo", &change]);
        repo.git(&["update-ref", "refs/heads/other", ids[2].as_str()]);
        agrees(&repo, &repo.env());
    }
}
