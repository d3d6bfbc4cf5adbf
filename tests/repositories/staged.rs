//! What a commit would change, judged in real hooks: always what `git diff --cached` says.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use git_track::git::{self, Env};
use git_track::model::facts::{Changed, Changes, FileMode, Lines, Side, Source};

use super::hooks::paused;
use super::kinds::clone;
use super::{fingerprint, say, seed};
use crate::support::Repo;

const DUMP: &str = "git diff --cached --raw -z --no-abbrev -M --ignore-submodules=none >\"$HOME/raw\"
git diff --cached --numstat -z -M --ignore-submodules=none >\"$HOME/numstat\"";

/// What `--raw -z` says in the order of the paths, and the unmerged paths.
pub(super) fn raw(listing: &[u8]) -> (Vec<String>, Vec<String>) {
    let text = String::from_utf8_lossy(listing).into_owned();
    let mut parts = text.split('\0').filter(|part| !part.is_empty());
    let (mut found, mut conflicted) = (BTreeMap::new(), Vec::new());
    while let Some(facts) = parts.next() {
        let path = parts.next().unwrap();
        let (facts, letter) = facts.rsplit_once(' ').unwrap();
        if letter == "U" {
            conflicted.push(path.to_owned());
        } else if letter.starts_with('R') {
            let to = parts.next().unwrap();
            found.insert(to.to_owned(), format!("{facts} R {path} {to}"));
        } else {
            found.insert(path.to_owned(), format!("{facts} {letter} {path}"));
        }
    }
    (found.into_values().collect(), conflicted)
}

/// The same words for our answer.
pub(super) fn words(files: &[Changed]) -> Vec<String> {
    let mode = |side: &Option<Side>| {
        side.as_ref().map_or("000000", |side| match side.mode {
            FileMode::Regular => "100644",
            FileMode::Executable => "100755",
            FileMode::Symlink => "120000",
            FileMode::Submodule => "160000",
        })
    };
    let line = |file: &Changed| {
        let width = file.before.as_ref().or(file.after.as_ref()).unwrap().id.as_str().len();
        let id =
            |side: &Option<Side>| side.as_ref().map_or("0".repeat(width), |side| side.id.as_str().to_owned());
        let (before, after) = (mode(&file.before), mode(&file.after));
        let letter = match (&file.from, before, after) {
            (Some(from), ..) => format!("R {from}"),
            (_, "000000", _) => "A".to_owned(),
            (.., "000000") => "D".to_owned(),
            _ if before[..3] != after[..3] => "T".to_owned(),
            _ => "M".to_owned(),
        };
        format!(":{before} {after} {} {} {letter} {}", id(&file.before), id(&file.after), file.path)
    };
    files.iter().map(line).collect()
}

/// What `--numstat -z` says, by path.
pub(super) fn numstat(listing: &[u8]) -> BTreeMap<String, Option<Lines>> {
    let text = String::from_utf8_lossy(listing).into_owned();
    let mut parts = text.split_terminator('\0');
    let mut all = BTreeMap::new();
    while let Some(facts) = parts.next() {
        let [added, deleted, path] = facts.splitn(3, '\t').collect::<Vec<_>>()[..] else { panic!("{facts}") };
        // Of a rename, both paths follow.
        let path = if path.is_empty() { parts.nth(1).unwrap() } else { path };
        let number = |text: &str| text.parse().unwrap();
        let lines = (added != "-").then(|| Lines { added: number(added), deleted: number(deleted) });
        all.insert(path.to_owned(), lines);
    }
    all
}

/// Looks at the index of a hook, or of nobody.
pub(super) fn look(env: &Env) -> git_track::error::Result<(Changes, Vec<Option<Lines>>)> {
    let index = env.index_file.as_ref().map(|file| env.cwd.join(file));
    let before = index.as_deref().map(fingerprint);
    let found = git::open(env)?;
    let changes = found.changed(found.head()?.commit(), &Source::Index)?;
    let lines = found.lines(&changes.files)?;
    assert!(before == index.as_deref().map(fingerprint), "a read wrote the index");
    Ok((changes, lines))
}

fn same((changes, lines): &(Changes, Vec<Option<Lines>>), diff: &[u8], stat: &[u8]) {
    let (wanted, conflicted) = raw(diff);
    assert_eq!(words(&changes.files), wanted);
    assert_eq!(changes.conflicted, conflicted);
    let mut stat = numstat(stat);
    stat.retain(|path, _| !conflicted.contains(path));
    let lines = changes.files.iter().zip(lines).map(|(file, lines)| (file.path.clone(), *lines));
    assert_eq!(lines.collect::<BTreeMap<_, _>>(), stat);
}

/// What the hook of this command judges is what git says in it; how many files that are. A `fast` one starts no child.
fn judged(repo: &Repo, fast: bool, hook: &str, cwd: &Path, args: &[&str]) -> usize {
    let seen = paused(repo, (cwd, args), (hook, DUMP), |mut env| {
        if fast {
            env.vars.insert("PATH".into(), "/nowhere".into());
        }
        look(&env)
    });
    let seen = seen.unwrap_or_else(|error| panic!("{args:?}: {error} {:?}", error.notes()));
    let note = |name: &str| fs::read(repo.home().join(name)).unwrap();
    same(&seen, &note("raw"), &note("numstat"));
    seen.0.files.len()
}

/// The same without a hook.
pub(super) fn agrees(repo: &Repo, env: &Env) -> Changes {
    let how = ["diff", "--cached", "-z", "--no-abbrev", "-M", "--ignore-submodules=none"];
    let told = |format: &str| say(repo, env, &[&how[..], &[format]].concat()).unwrap().into_bytes();
    let seen = look(env).unwrap_or_else(|error| panic!("{error} {:?}", error.notes()));
    same(&seen, &told("--raw"), &told("--numstat"));
    seen.0
}

/// Stages something of every sort, and leaves something of every sort unstaged. Unless `alike`, no deleted file is like
/// an added one without being the same.
fn stir(repo: &Repo, top: &Path, time: usize, alike: bool) {
    let (this, last) = (format!("{time}"), format!("{}", time.wrapping_sub(1)));
    let write = |path: &str, text: &str| {
        fs::create_dir_all(top.join(path).parent().unwrap()).unwrap();
        fs::write(top.join(path), text).unwrap();
    };
    let numbered = (0..40).fold(String::new(), |text, line| text + &format!("line {line} of the long one\n"));
    for name in ["same", "long", "gone"] {
        let _ = fs::remove_file(top.join(format!("kept/{name}{last}")));
    }
    write(&format!("kept/same{this}"), "this does not change\n");
    write(&format!("kept/gone{this}"), &"gone ".repeat(if time.is_multiple_of(2) { 1 } else { 1000 }));
    let long = if alike { time } else { 0 };
    write(&format!("kept/long{this}"), &numbered.replace("line 7 ", &format!("line {long} ")));
    write("src/lib.rs", &format!("// staged {time}\n"));
    write("tool.sh", "#!/bin/sh\n");
    let _ = fs::remove_file(top.join("link"));
    std::os::unix::fs::symlink(format!("target{time}"), top.join("link")).unwrap();
    repo.git_in(top, &["add", "-A"]);
    write("src/lib.rs", &format!("// staged {time}\n// not staged\n"));
    write(&format!("kept/announced{this}"), &"later\n".repeat(40));
    repo.git_in(top, &["add", "-N", &format!("kept/announced{this}")]);
    write("untracked", "never added\n");
    repo.git_in(top, &["update-index", "--chmod=+x", "tool.sh"]);
}

fn flows(repo: &Repo, fast: bool, top: &Path) {
    for (time, args) in
        [&["commit", "-q", "-m", "x"][..], &["commit", "-q", "-a", "-m", "x"]].iter().enumerate()
    {
        stir(repo, top, time, false);
        assert!(judged(repo, fast, "pre-commit", &top.join("kept"), args) > 3);
    }
    stir(repo, top, 2, true);
    assert!(judged(repo, false, "pre-commit", top, &["commit", "-q", "-m", "renamed"]) > 3);
}

fn seeded(args: &[&str]) -> Repo {
    let repo = Repo::init(args);
    seed(&repo);
    repo
}

#[test]
fn every_way_to_commit() {
    let repo = seeded(&[]);
    let top = repo.path();
    flows(&repo, true, top);
    for (time, args) in [
        &["commit", "-q", "-m", "x", "--", "src/lib.rs"][..],
        &["commit", "-q", "-m", "x", "--only", "kept"],
        &["commit", "-q", "--amend", "-m", "x"],
        &["commit", "-q", "--amend", "--only", "-m", "x", "--allow-empty"],
        &["commit", "-q", "--include", "-m", "x", "src/lib.rs"],
        &["commit", "-q", "--fixup", "HEAD"],
    ]
    .into_iter()
    .enumerate()
    {
        stir(&repo, top, 3 + time, true);
        judged(&repo, false, "pre-commit", top, args);
    }
    let dir = format!("--git-dir={}", top.join(".git").display());
    stir(&repo, top, 0, false);
    judged(&repo, true, "pre-commit", top, &[&dir, "--work-tree=.", "commit", "-q", "-a", "-m", "all"]);
    judged(&repo, true, "pre-commit", top, &["commit", "-q", "--allow-empty", "-m", "nothing"]);
}

#[test]
fn merges() {
    let repo = seeded(&[]);
    repo.git(&["switch", "-q", "-c", "theirs"]);
    stir(&repo, repo.path(), 0, false);
    repo.git(&["commit", "-q", "-m", "theirs"]);
    repo.git(&["reset", "-q", "--hard"]);
    repo.git(&["clean", "-q", "-fd"]);
    repo.git(&["switch", "-q", "main"]);
    repo.write("ours", "ours\n");
    repo.commit("ours");
    let merge = ["merge", "-q", "--no-ff", "-m", "merged", "theirs"];
    assert!(judged(&repo, true, "pre-merge-commit", repo.path(), &merge) > 3);
    repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
    repo.git(&["merge", "-q", "--squash", "theirs"]);
    assert!(judged(&repo, true, "pre-commit", repo.path(), &["commit", "-q", "-m", "squashed"]) > 3);
    repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
    repo.write("src/lib.rs", "// ours\n");
    repo.commit("ours as well");
    assert!(!repo.run(repo.path(), &repo.vars(), &["merge", "-q", "theirs"]).status.success());
    assert_eq!(agrees(&repo, &repo.env()).conflicted, ["src/lib.rs"]);
    let heads = git::open(&repo.env()).unwrap().merge_heads().unwrap();
    assert_eq!(heads[0].as_str(), repo.git(&["rev-parse", "theirs"]));
    repo.write("src/lib.rs", "// both\n");
    repo.git(&["add", "-A"]);
    assert!(judged(&repo, true, "pre-commit", repo.path(), &["commit", "-q", "-m", "resolved"]) > 3);
    assert_eq!(git::open(&repo.env()).unwrap().merge_heads().unwrap(), []);
}

#[test]
fn conflicts_without_a_common_file() {
    for init in [&[][..], &["--ref-format=reftable"]] {
        let repo = seeded(init);
        repo.git(&["switch", "-q", "-c", "theirs"]);
        fs::remove_file(repo.path().join("tool.sh")).unwrap();
        repo.write("both", "theirs\n");
        repo.commit("theirs");
        repo.git(&["switch", "-q", "main"]);
        repo.write("both", "ours\n");
        repo.write("tool.sh", "#!/bin/sh\nours\n");
        repo.commit("ours");
        assert!(!repo.run(repo.path(), &repo.vars(), &["merge", "-q", "theirs"]).status.success());
        assert_eq!(agrees(&repo, &repo.env()).conflicted, ["both", "tool.sh"]);
    }
}

#[test]
fn places() {
    let repo = Repo::init(&["--separate-git-dir", "../elsewhere"]);
    seed(&repo);
    flows(&repo, true, repo.path());
    repo.git(&["worktree", "add", "-q", "-b", "feat/x", "../linked"]);
    flows(&repo, true, &repo.root().join("linked"));
}

#[test]
fn submodules() {
    let inner = seeded(&[]);
    let repo = seeded(&[]);
    let url = inner.path().to_str().unwrap();
    repo.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", url, "inner"]);
    judged(&repo, true, "pre-commit", repo.path(), &["commit", "-q", "-m", "added"]);
    flows(&repo, true, &repo.path().join("inner"));
    repo.git(&["config", "-f", ".gitmodules", "submodule.inner.ignore", "all"]);
    repo.git(&["update-index", "--cacheinfo", &format!("160000,{},inner", "1".repeat(40))]);
    assert!(judged(&repo, true, "pre-commit", repo.path(), &["commit", "-q", "-m", "changed"]) == 1);
    repo.git(&["update-index", "--force-remove", "inner"]);
    judged(&repo, true, "pre-commit", repo.path(), &["commit", "-q", "-m", "deleted"]);
}

#[test]
fn indexes_of_every_sort() {
    let settings: [(bool, &[&[&str]]); 4] = [
        (true, &[&["update-index", "--index-version", "4"]]),
        (false, &[&["config", "core.splitIndex", "true"], &["update-index", "--split-index"]]),
        (
            true,
            &[
                &["config", "index.skipHash", "true"],
                &["config", "index.threads", "2"],
                &["read-tree", "HEAD"],
            ],
        ),
        (true, &[&["config", "core.untrackedCache", "true"], &["update-index", "--untracked-cache"]]),
    ];
    for (fast, commands) in settings {
        let repo = seeded(&[]);
        commands.iter().for_each(|args| drop(repo.git(args)));
        flows(&repo, fast, repo.path());
    }
}

#[test]
fn sparse_checkouts() {
    for (fast, how) in [(true, "--no-sparse-index"), (false, "--sparse-index")] {
        let repo = seeded(&[]);
        repo.git(&["sparse-checkout", "set", how, "--cone", "src"]);
        for time in 0..3 {
            repo.write("src/lib.rs", format!("// {time}\n"));
            repo.git(&["add", "src"]);
            repo.git(&[
                "rm",
                "-q",
                "--sparse",
                "--cached",
                &format!(".track/workflows/{}.yaml", ["a", "b", "c"][time]),
            ]);
            let args = [&["commit", "-q", "-m", "x"][..], &["commit", "-q", "-a", "-m", "x"]][time % 2];
            assert_eq!(judged(&repo, fast, "pre-commit", &repo.path().join("src"), args), 2);
        }
    }
}

#[test]
fn stores_of_every_sort() {
    for (fast, init) in [
        (true, &["--object-format=sha256"][..]),
        (false, &["--ref-format=reftable"]),
        (false, &["--ref-format=reftable", "--object-format=sha256"]),
    ] {
        let repo = Repo::init(init);
        repo.write("first", "first\n");
        repo.git(&["add", "first"]);
        assert_eq!(judged(&repo, fast, "pre-commit", repo.path(), &["commit", "-q", "-m", "first"]), 1);
        seed(&repo);
        flows(&repo, fast, repo.path());
    }
}

#[test]
fn clones_of_every_sort() {
    for (args, fast) in [(&["--depth", "2"][..], true), (&["--filter=blob:none"], true)] {
        let (_origin, repo) = clone(args);
        flows(&repo, fast, repo.path());
    }
}
