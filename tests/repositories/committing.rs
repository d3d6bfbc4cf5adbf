//! git writes for us; what is not ours stays as it was.

use git_track::error::Kind;
use git_track::git;
use git_track::model::facts::Source;
use git_track::model::path::RepoPath;

use super::{at, lines, seed, top};
use crate::support::Repo;

fn paths(list: &[&str]) -> Vec<RepoPath> {
    list.iter().map(|path| at(path)).collect()
}

fn status(repo: &Repo) -> String {
    repo.git(&["status", "--porcelain=v1", "-uall"])
}

/// Staged, dirty and unknown work of somebody else.
fn others_work(repo: &Repo) {
    repo.write("src/lib.rs", "// staged\n");
    repo.write("new staged", "x\n");
    repo.git(&["add", "src/lib.rs", "new staged"]);
    repo.write("src/lib.rs", "// dirty\n");
    repo.write("src/side.rs", "// dirty\n");
    repo.write("unknown", "x\n");
    repo.write("announced", "x\n");
    repo.git(&["add", "-N", "announced"]);
}

#[test]
fn exactly_these_paths_are_committed() {
    for init in [vec![], vec!["--ref-format=reftable"]] {
        let repo = Repo::init(&init);
        seed(&repo);
        others_work(&repo);
        let before = status(&repo);
        repo.write(".track/workflows/a.yaml", "id: a\nchanged: true\n");
        repo.write(".track/workflows/new*.yaml", "id: new\n");
        // As a pattern this would also take the changed `src/side.rs`.
        repo.write("src/s*.rs", "// mine\n");
        repo.write(".track/workflows/newer.yaml", "not mine\n");
        std::fs::remove_file(repo.path().join(".track/workflows/b.yaml")).unwrap();
        let mine =
            [".track/workflows/a.yaml", ".track/workflows/b.yaml", ".track/workflows/new*.yaml", "src/s*.rs"];
        let found = git::open(&repo.env_in(&repo.path().join("src"))).unwrap();
        let commit = found.commit_paths(&paths(&mine), "#12 chore: mine\n\nbody").unwrap();
        assert_eq!(commit.as_str(), repo.git(&["rev-parse", "HEAD"]));
        assert_eq!(repo.git(&["log", "-1", "--format=%B"]), "#12 chore: mine\n\nbody\n".trim_end());
        let changed = repo.git(&["diff-tree", "-r", "--no-commit-id", "--name-only", "HEAD"]);
        assert_eq!(changed.lines().collect::<Vec<_>>(), mine);
        let after = status(&repo);
        assert_eq!(after.replace("?? .track/workflows/newer.yaml\n", ""), before);
        assert_eq!(repo.git(&["show", ":src/lib.rs"]), "// staged");
    }
}

#[test]
fn the_first_commit() {
    let repo = Repo::new();
    repo.write("other", "x");
    repo.git(&["add", "other"]);
    repo.write(".track/config.yaml", "schema: 1\n");
    let found = git::open(&repo.env()).unwrap();
    found.commit_paths(&paths(&[".track/config.yaml"]), "first").unwrap();
    assert_eq!(repo.git(&["ls-tree", "-r", "--name-only", "HEAD"]), ".track/config.yaml");
    assert_eq!(status(&repo), "A  other");
}

#[test]
fn hooks_run_and_their_refusal_leaves_everything() {
    let repo = Repo::new();
    seed(&repo);
    others_work(&repo);
    repo.write(".track/workflows/new.yaml", "id: new\n");
    repo.write("tool.sh", "changed\n");
    let before = (status(&repo), repo.git(&["rev-parse", "HEAD"]));
    repo.hook("pre-commit", "echo 'the gate says no' >&2; env | grep -c '^GIT_LITERAL' >&2; exit 1");
    let found = git::open(&repo.env()).unwrap();
    let mine = paths(&[".track/workflows/new.yaml", "tool.sh"]);
    let error = found.commit_paths(&mine, "mine").unwrap_err();
    assert_eq!(error.kind(), Kind::Refused);
    assert!(error.message().contains("the gate says no"), "{error}");
    assert_eq!(error.notes(), ["0"], "our pathspecs leak into hooks");
    assert_eq!((status(&repo), repo.git(&["rev-parse", "HEAD"])), before);
    repo.hook("pre-commit", "git diff --cached --name-only >\"$HOME/seen\"");
    found.commit_paths(&mine, "mine").unwrap();
    assert_eq!(repo.read("../home/seen"), ".track/workflows/new.yaml\ntool.sh\n");
}

#[test]
fn nothing_to_commit_and_a_lock_have_their_own_kinds() {
    let repo = Repo::new();
    seed(&repo);
    let found = git::open(&repo.env()).unwrap();
    assert_eq!(found.commit_paths(&[], "x").unwrap_err().kind(), Kind::Nothing);
    assert_eq!(found.commit_paths(&paths(&["tool.sh"]), "x").unwrap_err().kind(), Kind::Nothing);
    repo.write("tool.sh", "changed\n");
    repo.write(".git/index.lock", "");
    assert_eq!(found.commit_paths(&paths(&["tool.sh"]), "x").unwrap_err().kind(), Kind::Locked);
    assert_eq!(found.add(&paths(&["tool.sh"])).unwrap_err().kind(), Kind::Locked);
}

#[test]
fn during_a_merge_git_refuses() {
    let repo = Repo::new();
    seed(&repo);
    repo.git(&["merge", "-q", "--no-commit", "--no-ff", "-s", "ours", "both"]);
    repo.git(&["switch", "-q", "-c", "other", "HEAD~1"]);
    repo.write("third", "x");
    repo.commit("third");
    repo.git(&["merge", "-q", "--no-commit", "--no-ff", "main"]);
    repo.write("tool.sh", "changed\n");
    let found = git::open(&repo.env()).unwrap();
    let error = found.commit_paths(&paths(&["tool.sh"]), "x").unwrap_err();
    assert!(error.kind() == Kind::Refused && error.message().contains("during a merge"), "{error}");
}

#[test]
fn a_fresh_look_after_staging() {
    let repo = Repo::new();
    seed(&repo);
    let found = git::open(&repo.env()).unwrap();
    let before = found.list(&Source::Index, &top()).unwrap();
    repo.write("src/new.rs", "x\n");
    repo.write("outside", "x\n");
    std::fs::remove_file(repo.path().join("tool.sh")).unwrap();
    found.add(&paths(&["src/new.rs", "tool.sh"])).unwrap();
    let after = found.list(&Source::Index, &top()).unwrap();
    assert_eq!(after.len(), before.len());
    assert!(lines(&after).iter().any(|line| line.ends_with("\tsrc/new.rs")));
    repo.git(&["add", "outside"]);
    assert_eq!(
        found.list(&Source::Index, &top()).unwrap().len(),
        before.len() + 1,
        "another process staged a file"
    );
}

#[test]
fn outside_the_sparse_patterns() {
    let repo = Repo::new();
    seed(&repo);
    repo.git(&["sparse-checkout", "set", "--sparse-index", "--cone", "src"]);
    repo.write(".track/workflows/a.yaml", "id: a\nsparse: true\n");
    repo.write(".track/workflows/n.yaml", "id: n\n");
    let found = git::open(&repo.env()).unwrap();
    found.commit_paths(&paths(&[".track/workflows/a.yaml", ".track/workflows/n.yaml"]), "mine").unwrap();
    let changed = repo.git(&["diff-tree", "-r", "--no-commit-id", "--name-only", "HEAD"]);
    assert_eq!(changed, ".track/workflows/a.yaml\n.track/workflows/n.yaml");
}
