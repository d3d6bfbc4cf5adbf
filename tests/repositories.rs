//! For every kind of repository the product says what git says.

mod ancestry;
mod answers;
mod committing;
mod differences;
mod histories;
mod hooks;
mod kinds;
mod limits;
mod located;
mod naive;
mod ranges;
mod staged;
mod unusual;
mod vouched;

use std::fs;
use std::path::{Path, PathBuf};

use git_track::git::{self, Env};
use git_track::model::facts::{CommitId, FileMode, Head, Source, TreeFile};
use git_track::model::path::RepoPath;

use crate::support::Repo;

fn at(path: &str) -> RepoPath {
    if path.is_empty() { top() } else { RepoPath::parse(path).unwrap() }
}

/// The top of the tree.
fn top() -> RepoPath {
    RepoPath::top()
}

/// Branch, parents, message, files as mode, path and text.
type Step<'a> = (&'a str, &'a [usize], &'a str, &'a [[&'a str; 3]]);

/// A history with all that a listing and a simplification can meet: a side branch that one file came from, one that
/// undid itself, and a merge that differs from both sides. `main` is checked out.
fn seed(repo: &Repo) {
    const A: &str = ".track/workflows/a.yaml";
    let active = ["100644", A, "id: a\nstate: active\n"];
    let (side, b) =
        (["100644", "src/side.rs", "// side\n"], ["100644", ".track/workflows/b.yaml", "id: b\n"]);
    let owner = ["100644", A, "id: a\nstate: active\nowner: x\n"];
    let begin = [
        ["100644", A, "id: a\n"],
        ["100644", "src/lib.rs", "// one\n"],
        ["100755", "tool.sh", "#!/bin/sh\n"],
        ["100644", "empty", ""],
        ["100644", "odd name [x]*é.txt", "odd\n"],
        ["120000", "link", "src/lib.rs"],
    ];
    let steps: [Step<'_>; 12] = [
        ("main", &[], "feat: begin\nin two lines\n\nbody", &begin),
        ("main", &[1], "chore: a is active", &[active]),
        ("side", &[2], "feat: side", &[side]),
        ("side", &[3], "feat: b", &[b]),
        ("main", &[2], "fix: two", &[["100644", "src/lib.rs", "// two\n"]]),
        ("main", &[5, 4], "merge side", &[side, b]),
        ("undone", &[5], "chore: a is done", &[["100644", A, "id: a\nstate: done\n"]]),
        ("undone", &[7], "revert: a is not done", &[active]),
        ("main", &[6, 8], "merge undone", &[]),
        ("both", &[9], "feat: owner", &[owner]),
        ("main", &[9], "feat: c", &[["100644", ".track/workflows/c.yaml", "id: c\n"]]),
        ("main", &[11, 10], "merge both", &[owner]),
    ];
    let mut stream = String::new();
    for (at, (branch, parents, message, files)) in steps.into_iter().enumerate() {
        let when = 1_600_000_000 + 60 * at;
        stream += &format!("commit refs/heads/{branch}\nmark :{}\n", at + 1);
        stream += &format!("author Ada Lovelace <ada@example.com> {} +0100\n", when - 30);
        stream += &format!("committer Charles Babbage <charles@example.com> {when} +0000\n");
        stream += &format!("data {}\n{message}\n", message.len());
        for (nth, parent) in parents.iter().enumerate() {
            stream += &format!("{} :{parent}\n", if nth == 0 { "from" } else { "merge" });
        }
        for [mode, path, text] in files {
            stream += &format!("M {mode} inline {path}\ndata {}\n{text}\n", text.len());
        }
    }
    stream += "tag v1\nfrom :12\ntagger Ada Lovelace <ada@example.com> 1600001000 +0000\ndata 7\nrelease\n";
    repo.git_with(&["fast-import", "--quiet", "--force"], stream.as_bytes());
    repo.git(&["reset", "-q", "--hard", "main"]);
}

fn say(repo: &Repo, env: &Env, args: &[&str]) -> Option<String> {
    let mut vars = repo.vars();
    vars.insert("GIT_NO_LAZY_FETCH".into(), "1".into());
    vars.insert("GIT_OPTIONAL_LOCKS".into(), "0".into());
    let named =
        [("GIT_DIR", &env.git_dir), ("GIT_WORK_TREE", &env.work_tree), ("GIT_INDEX_FILE", &env.index_file)];
    for (name, value) in named {
        if let Some(value) = value {
            vars.insert(name.into(), value.clone());
        }
    }
    let output = repo.run(&env.cwd, &vars, args);
    output
        .status
        .success()
        .then(|| String::from_utf8(output.stdout).unwrap().trim_end_matches('\n').to_owned())
}

fn must(repo: &Repo, env: &Env, args: &[&str]) -> String {
    say(repo, env, args).unwrap_or_else(|| panic!("git {args:?} failed"))
}

/// A listing in the words of `git ls-files -s`, of unmerged files the path only.
fn lines(files: &[TreeFile]) -> Vec<String> {
    let mode = |file: &TreeFile| match file.mode {
        FileMode::Regular => "100644",
        FileMode::Executable => "100755",
        FileMode::Symlink => "120000",
        FileMode::Submodule => "160000",
    };
    let line = |file: &TreeFile| format!("{} {}\t{}", mode(file), file.id, file.path.as_str());
    files.iter().filter(|file| !file.conflicted).map(line).collect()
}

/// What git says about the same repository from the same place.
struct Expected {
    fast: bool,
    /// Paths that were announced by `git add -N`: git lists them, they are not there yet.
    intended: &'static [&'static str],
}

const FAST: Expected = Expected { fast: true, intended: &[] };
const SLOW: Expected = Expected { fast: false, intended: &[] };

/// Compares every answer with git's, and that asking changed nothing.
fn agrees(repo: &Repo, env: &Env, expected: &Expected) -> git::Repo {
    let index =
        PathBuf::from(must(repo, env, &["rev-parse", "--path-format=absolute", "--git-path", "index"]));
    let before = fingerprint(&index);
    let found = git::open(env).unwrap_or_else(|error| panic!("{error} {:?}", error.notes()));
    assert_eq!(found.is_fast(), expected.fast, "backend");
    places(repo, env, &found);
    let head = head(repo, env, &found);
    staged(repo, env, &found, expected);
    if let Some(head) = head {
        committed(repo, env, &found, &head);
        for path in
            ["", ".track", ".track/workflows", ".track/workflows/a.yaml", "src", "src/lib.rs", "absent/x"]
        {
            history(repo, env, &found, &head, path);
        }
    }
    refs(repo, env, &found);
    assert!(before == fingerprint(&index), "a read wrote the index");
    found
}

fn fingerprint(index: &Path) -> Option<(Vec<u8>, std::time::SystemTime)> {
    Some((fs::read(index).ok()?, index.metadata().ok()?.modified().ok()?))
}

fn places(repo: &Repo, env: &Env, found: &git::Repo) {
    let top = say(repo, env, &["rev-parse", "--show-toplevel"]).map(PathBuf::from);
    assert_eq!(found.work_tree(), top.as_deref(), "work tree");
    assert_eq!(found.git_dir(), Path::new(&must(repo, env, &["rev-parse", "--absolute-git-dir"])), "git dir");
    let bare = must(repo, env, &["rev-parse", "--is-bare-repository"]);
    assert_eq!(found.is_bare().to_string(), bare, "bare");
    let common = must(repo, env, &["rev-parse", "--path-format=absolute", "--git-common-dir"]);
    assert_eq!(found.common_dir(), Path::new(&common), "common dir");
    let hooks = must(repo, env, &["rev-parse", "--path-format=absolute", "--git-path", "hooks"]);
    assert_eq!(found.hooks_dir().unwrap(), Path::new(&hooks), "hooks");
    let shallow = must(repo, env, &["rev-parse", "--is-shallow-repository"]);
    assert_eq!(found.is_shallow().to_string(), shallow, "shallow");
}

fn head(repo: &Repo, env: &Env, found: &git::Repo) -> Option<CommitId> {
    let branch = say(repo, env, &["symbolic-ref", "-q", "--short", "HEAD"]);
    let commit =
        say(repo, env, &["rev-parse", "-q", "--verify", "HEAD"]).map(|id| CommitId::parse(&id).unwrap());
    let wanted = match (branch, commit.clone()) {
        (Some(name), Some(commit)) => Head::Branch { name, commit },
        (Some(branch), None) => Head::Unborn { branch },
        (None, commit) => Head::Detached { commit: commit.unwrap() },
    };
    assert_eq!(found.head().unwrap(), wanted);
    commit
}

fn staged(repo: &Repo, env: &Env, found: &git::Repo, expected: &Expected) {
    for dir in ["", ".track", "src/lib.rs", "sr", "src/lib"] {
        let spec = format!(":(top,literal){dir}");
        let mut args = vec!["-c", "core.quotePath=false", "ls-files", "-s", "--full-name", "--", &spec];
        args.truncate(if dir.is_empty() { 5 } else { args.len() });
        if dir.is_empty() && found.work_tree().is_some() {
            args.extend(["--", ":/"]);
        }
        let wanted = must(repo, env, &args);
        let ours = |line: &&str| {
            let (facts, path) = line.split_once('\t').unwrap();
            facts.ends_with(" 0") && !expected.intended.contains(&path)
        };
        let wanted: Vec<_> = wanted.lines().filter(ours).map(|line| line.replacen(" 0\t", "\t", 1)).collect();
        assert_eq!(lines(&found.list(&Source::Index, &at(dir)).unwrap()), wanted, "index below `{dir}`");
    }
}

fn committed(repo: &Repo, env: &Env, found: &git::Repo, head: &CommitId) {
    for dir in ["", ".track/workflows", "tool.sh", "absent"] {
        let mut args = vec!["-c", "core.quotePath=false", "ls-tree", "-r", "--full-tree", head.as_str()];
        args.extend(Some(dir).filter(|dir| !dir.is_empty()));
        let wanted = must(repo, env, &args).replace(" blob ", " ").replace(" commit ", " ");
        let files = found.list(&Source::Commit(head.clone()), &at(dir)).unwrap();
        assert_eq!(lines(&files), wanted.lines().collect::<Vec<_>>(), "commit below `{dir}`");
        for file in files.iter().filter(|file| file.mode != FileMode::Submodule && !dir.is_empty()) {
            let bytes = found.blob(&file.id, 1000).unwrap();
            let wanted = must(repo, env, &["cat-file", "blob", file.id.as_str()]);
            assert_eq!(String::from_utf8(bytes.clone()).unwrap().trim_end_matches('\n'), wanted);
            assert_eq!(found.hash(&bytes).unwrap(), file.id);
        }
    }
}

fn history(repo: &Repo, env: &Env, found: &git::Repo, head: &CommitId, path: &str) {
    let format = "--format=%H|%P|%an|%ae|%at|%ct|%s";
    let mut args = vec!["log", format, head.as_str(), "--"];
    let spec = format!(":(top,literal){path}");
    args.extend(Some(spec.as_str()).filter(|_| !path.is_empty()));
    let wanted = must(repo, env, &args);
    let seen = found.history(head, &at(path), None).unwrap();
    let line = |c: &git_track::model::facts::CommitFacts| {
        let parents: Vec<_> = c.parents.iter().map(CommitId::as_str).collect();
        let facts =
            [&c.author_name, &c.author_email, &c.author_time.to_string(), &c.committer_time.to_string()];
        format!("{}|{}|{}|{}", c.id, parents.join(" "), facts.map(String::as_str).join("|"), c.subject)
    };
    assert_eq!(
        seen.iter().map(line).collect::<Vec<_>>(),
        wanted.lines().collect::<Vec<_>>(),
        "history of `{path}`"
    );
    let two = found.history(head, &at(path), Some(2)).unwrap();
    assert_eq!(two, seen.iter().take(2).cloned().collect::<Vec<_>>(), "limit");
}

fn refs(repo: &Repo, env: &Env, found: &git::Repo) {
    let listing =
        must(repo, env, &["for-each-ref", "--format=%(refname) %(objectname)", "refs/heads", "refs/remotes"]);
    let wanted: Vec<_> = listing.lines().filter(|line| !line.contains("/HEAD ")).collect();
    let seen: Vec<_> = found.branches().unwrap().iter().map(|b| format!("{} {}", b.full, b.commit)).collect();
    assert_eq!(seen, wanted, "branches");
    for rev in [
        "HEAD",
        "main",
        "v1",
        "v1^{}",
        "HEAD~1",
        "HEAD^2",
        "main^{/side}",
        ":/begin",
        "nope",
        "HEAD:src",
        "v1~99",
    ] {
        let wanted = say(repo, env, &["rev-parse", "-q", "--verify", &format!("{rev}^0")])
            .filter(|_| rev != ":/begin");
        let wanted = wanted
            .or_else(|| say(repo, env, &["rev-parse", "-q", "--verify", rev]).filter(|_| rev == ":/begin"));
        let seen = found.resolve(rev);
        assert_eq!(seen.as_ref().ok().map(CommitId::as_str), wanted.as_deref(), "{rev}");
        if let Err(error) = seen {
            assert_eq!(error.kind().word(), "not-found");
            assert!(error.message().contains(rev), "{error}");
        }
    }
}
