//! Settings, identity, default branch, operations, worktrees, changed files.

use std::fs;

use git_track::git;
use git_track::model::facts::{Identity, Operation};

use super::seed;
use crate::support::Repo;

const BOTH: [&[&str]; 2] = [&[], &["--ref-format=reftable"]];

#[test]
fn settings_of_every_level() {
    for init in BOTH {
        let repo = Repo::init(init);
        repo.git(&["config", "track.Plain", "one"]);
        repo.git(&["config", "--add", "track.plain", "two"]);
        repo.git(&["config", "remote.Up/Stream.url", "x"]);
        repo.write(".git/config", format!("{}[track]\n\tflag\n", repo.read(".git/config")));
        let found = git::open(&repo.env()).unwrap();
        let get = |key: &str| found.config(key).unwrap();
        assert_eq!(get("track.plain").as_deref(), Some("two"));
        assert_eq!(get("Track.PLAIN").as_deref(), Some("two"));
        assert_eq!(get("remote.Up/Stream.URL").as_deref(), Some("x"));
        assert_eq!(get("remote.up/stream.url"), None);
        assert_eq!(get("track.flag").as_deref(), Some("true"));
        assert_eq!(get("track.absent"), None);
    }
}

#[test]
fn settings_of_the_command_line_and_the_user() {
    let repo = Repo::new();
    repo.git(&["config", "track.x", "file"]);
    let get = |more: &[(&str, &str)]| {
        let mut env = repo.env();
        for (name, value) in more {
            env.vars.insert(name.into(), value.into());
        }
        git::open(&env).unwrap().config("track.x").unwrap()
    };
    assert_eq!(get(&[]).as_deref(), Some("file"));
    let counted =
        [("GIT_CONFIG_COUNT", "1"), ("GIT_CONFIG_KEY_0", "track.x"), ("GIT_CONFIG_VALUE_0", "counted")];
    assert_eq!(get(&counted).as_deref(), Some("counted"));
    assert_eq!(get(&[("GIT_CONFIG_PARAMETERS", "'track.x'='given'")]).as_deref(), Some("given"));
    repo.git(&["config", "--unset", "track.x"]);
    fs::write(repo.home().join("user"), "[track]\n\tx = user\n").unwrap();
    assert_eq!(get(&[]), None);
    assert_eq!(
        get(&[("GIT_CONFIG_GLOBAL", repo.home().join("user").to_str().unwrap())]).as_deref(),
        Some("user")
    );
}

#[test]
fn settings_that_libgit2_would_pass_over() {
    let repo = Repo::new();
    fs::write(repo.home().join("more"), "[track]\n\tx = included\n").unwrap();
    repo.git(&["config", "remote.origin.url", "https://example.com/x"]);
    let key = "includeIf.hasconfig:remote.*.url:https://example.com/**.path";
    repo.git(&["config", key, repo.home().join("more").to_str().unwrap()]);
    assert_eq!(git::open(&repo.env()).unwrap().config("track.x").unwrap().as_deref(), Some("included"));
}

#[test]
fn hooks_directories() {
    let repo = Repo::new();
    seed(&repo);
    repo.git(&["config", "core.hooksPath", "tools/hooks"]);
    let found = git::open(&repo.env_in(&repo.path().join("src"))).unwrap();
    assert_eq!(found.hooks_dir().unwrap(), repo.path().join("tools/hooks"));
    repo.git(&["config", "core.hooksPath", "~/hooks"]);
    assert_eq!(git::open(&repo.env()).unwrap().hooks_dir().unwrap(), repo.home().join("hooks"));
}

#[test]
fn identity_is_told_and_never_made_up() {
    let repo = Repo::new();
    let who = |var: bool| {
        let mut env = repo.env();
        if !var {
            env.vars.retain(|name, _| !name.to_string_lossy().starts_with("GIT_AUTHOR_"));
        }
        git::open(&env).unwrap().identity().unwrap()
    };
    let is = |name: &str, email: &str| Some(Identity { name: name.into(), email: email.into() });
    assert_eq!(who(true), is("Ada Lovelace", "ada@example.com"));
    assert_eq!(who(false), None);
    repo.git(&["config", "user.name", "Maria"]);
    assert_eq!(who(false), is("Maria", ""));
    repo.git(&["config", "user.email", "maria@example.com"]);
    assert_eq!(who(false), is("Maria", "maria@example.com"));
    repo.git(&["config", "author.name", "Author"]);
    assert_eq!(who(false), is("Author", "maria@example.com"));
}

#[test]
fn the_default_branch() {
    for init in BOTH {
        let repo = Repo::init(init);
        let default = || git::open(&repo.env()).unwrap().default_branch().unwrap();
        repo.git(&["symbolic-ref", "HEAD", "refs/heads/start"]);
        assert_eq!(default().as_deref(), Some("start"));
        repo.commit("first");
        repo.git(&["branch", "trunk"]);
        assert_eq!(default().as_deref(), Some("trunk"));
        repo.git(&["branch", "master"]);
        assert_eq!(default().as_deref(), Some("master"));
        repo.git(&["config", "init.defaultBranch", "absent"]);
        assert_eq!(default().as_deref(), Some("master"));
        repo.git(&["config", "init.defaultBranch", "start"]);
        assert_eq!(default().as_deref(), Some("start"));
        repo.git(&["update-ref", "refs/remotes/origin/rel/1.x", "HEAD"]);
        repo.git(&["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/rel/1.x"]);
        assert_eq!(default().as_deref(), Some("rel/1.x"));
        repo.git(&["switch", "-q", "--detach"]);
        assert_eq!(default().as_deref(), Some("rel/1.x"));
    }
}

#[test]
fn operations_under_way() {
    for init in BOTH {
        let repo = Repo::init(init);
        repo.write("f", "base\n");
        repo.commit("base");
        repo.git(&["switch", "-q", "-c", "side"]);
        repo.write("f", "side\n");
        repo.commit("side");
        repo.git(&["format-patch", "-q", "-1", "-o", "../patches"]);
        repo.git(&["switch", "-q", "main"]);
        repo.write("f", "main\n");
        repo.commit("main");
        let now = || git::open(&repo.env()).unwrap().operation();
        assert_eq!(now(), None);
        let patch = fs::read_dir(repo.root().join("patches")).unwrap().next().unwrap().unwrap().path();
        let cases: [(&[&str], &[&str], Operation); 6] = [
            (&["merge", "side"], &["merge", "--abort"], Operation::Merge),
            (&["rebase", "side"], &["rebase", "--abort"], Operation::Rebase),
            (&["cherry-pick", "side"], &["cherry-pick", "--abort"], Operation::CherryPick),
            (&["revert", "--no-edit", "HEAD~1"], &["revert", "--abort"], Operation::Revert),
            (&["am", patch.to_str().unwrap()], &["am", "--abort"], Operation::Am),
            (&["bisect", "start"], &["bisect", "reset"], Operation::Bisect),
        ];
        for (begin, end, wanted) in cases {
            let output = repo.run(repo.path(), &repo.vars(), begin);
            assert_eq!(now(), Some(wanted), "{}", String::from_utf8_lossy(&output.stderr));
            repo.git(end);
            assert_eq!(now(), None, "{end:?}");
        }
    }
}

#[test]
fn worktrees_are_listed_from_each_of_them() {
    for init in BOTH {
        let repo = Repo::init(init);
        let list = |env| git::open(&env).unwrap().worktrees().unwrap();
        let alone = list(repo.env());
        assert_eq!(
            (alone.len(), alone[0].branch.as_deref(), alone[0].commit.as_ref()),
            (1, Some("main"), None)
        );
        repo.commit("first");
        repo.git(&["worktree", "add", "-q", "-b", "feat/a", "../a"]);
        repo.git(&["worktree", "add", "-q", "--detach", "../b"]);
        repo.git(&["worktree", "add", "-q", "-b", "c", "../c"]);
        repo.git(&["worktree", "lock", "--reason", "on a stick", "../b"]);
        fs::remove_dir_all(repo.root().join("c")).unwrap();
        for cwd in [repo.path().to_owned(), repo.root().join("a")] {
            let all = list(repo.env_in(&cwd));
            let seen: Vec<_> =
                all.iter().map(|tree| (tree.path.clone(), tree.branch.as_deref(), tree.main)).collect();
            let at = |name: &str| repo.root().join(name);
            let wanted = [
                (repo.path().to_owned(), Some("main"), true),
                (at("a"), Some("feat/a"), false),
                (at("b"), None, false),
                (at("c"), Some("c"), false),
            ];
            assert_eq!(seen, wanted);
            assert!(all.iter().all(|tree| tree.commit.is_some() && !tree.bare));
            assert_eq!(all[2].locked.as_deref(), Some("on a stick"));
            assert!(all[3].prunable.is_some() && all[1].prunable.is_none());
        }
    }
}

#[test]
fn the_main_worktree_with_its_git_directory_elsewhere() {
    let repo = Repo::init(&["--separate-git-dir", "../elsewhere"]);
    repo.commit("first");
    repo.git(&["worktree", "add", "-q", "../a"]);
    let all = git::open(&repo.env()).unwrap().worktrees().unwrap();
    assert_eq!((all.len(), all[0].path.as_path()), (2, repo.path()));
}

#[test]
fn changed_files_as_git_sees_them() {
    for init in BOTH {
        let repo = Repo::init(init);
        seed(&repo);
        repo.git(&["config", "filter.rot.clean", "tr a-z b-za"]);
        repo.git(&["config", "filter.rot.smudge", "tr b-za a-z"]);
        repo.write(".gitattributes", "*.rot filter=rot\n");
        repo.write("x.rot", "hello\n");
        repo.commit("chore: filter");
        // Touched, and the stored bytes differ from those on disk: git says clean.
        repo.write("x.rot", "hello\n");
        repo.write("src/lib.rs", "// staged\n");
        repo.git(&["add", "src/lib.rs"]);
        repo.write("src/lib.rs", "// dirty\n");
        repo.write("new dir/ü\n.txt", "x");
        fs::remove_file(repo.path().join("tool.sh")).unwrap();
        let files = git::open(&repo.env_in(&repo.path().join("src"))).unwrap().changed_files().unwrap();
        let seen: Vec<_> =
            files.iter().map(|file| (file.path.as_str(), file.staged, file.unstaged)).collect();
        assert_eq!(seen, [("src/lib.rs", 'M', 'M'), ("tool.sh", '.', 'D'), ("new dir/ü\n.txt", '?', '?')]);
    }
}
