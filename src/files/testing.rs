//! A repository's directories without git, for the tests of this module.
#![expect(clippy::disallowed_methods, reason = "tests set the scene by hand")]

use tempfile::TempDir;

use super::{Files, Owner, Roots};

/// `work/` is the work tree, `work/.git` the git directory, `logs/` the log root, which does not exist yet.
pub(super) fn files() -> (TempDir, Files) {
    let keep = tempfile::tempdir().unwrap();
    let work = keep.path().join("work");
    std::fs::create_dir_all(work.join(".git")).unwrap();
    let roots = Roots {
        git_dir: work.join(".git"),
        common_dir: work.join(".git"),
        hooks: Some(work.join(".git/hooks")),
        logs: Some(keep.path().join("logs")),
        work_tree: Some(work),
    };
    (keep, Files::new(roots))
}

pub(super) fn owner(command: &str) -> Owner {
    Owner { command: command.to_owned(), pid: 7, since: "2026-01-01T00:00:00Z".to_owned() }
}
