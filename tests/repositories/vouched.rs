//! What git's index vouches for: never a file that may have changed after git read it.

use std::fs::{self, File};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::time::{Duration, SystemTime};

use git_track::files::{FileStat, Files, Roots};
use git_track::git;
use git_track::model::edit::Root;

use super::at;
use crate::support::Repo;

/// Does something to a file of a repository; when it was written.
type Change<'a> = &'a dyn Fn(&Repo, &Path, SystemTime);

/// The id that the index knows of `dir/a`, if it does.
fn known(repo: &Repo) -> Option<String> {
    let opened = git::open(&repo.env()).unwrap();
    let roots = Roots {
        work_tree: Some(repo.path().to_path_buf()),
        git_dir: repo.path().join(".git"),
        common_dir: repo.path().join(".git"),
        hooks: None,
        logs: None,
    };
    let stats = Files::new(roots).stats(Root::WorkTree, &at("dir")).unwrap();
    let named: Vec<(&str, FileStat)> =
        stats.iter().filter_map(|(entry, stat)| Some((entry.name.as_str(), (*stat)?))).collect();
    let ids = opened.vouched(&at("dir"), &named).unwrap();
    let known = named.iter().zip(ids).find(|((name, _), _)| *name == "a");
    known.and_then(|(_, id)| Some(id?.to_string()))
}

/// Says that the index was written so many seconds after the file changed.
fn index_after(repo: &Repo, seconds: u64) {
    let changed = u64::try_from(repo.path().join("dir/a").metadata().unwrap().ctime()).unwrap();
    let index = File::options().append(true).open(repo.path().join(".git/index")).unwrap();
    index.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(changed + seconds)).unwrap();
}

#[test]
fn the_rule_for_races() {
    let repo = Repo::new();
    repo.write("dir/a", "text\n");
    repo.write("dir/a-b", "other\n");
    repo.commit("begin");
    let id = repo.git(&["rev-parse", "HEAD:dir/a"]);
    index_after(&repo, 1);
    assert_eq!(known(&repo), Some(id));
    index_after(&repo, 0);
    assert_eq!(known(&repo), None, "it may have changed in the second in which git looked");
}

#[test]
fn whatever_tells_versions_apart() {
    let same_time = |file: &Path, written| {
        File::options().append(true).open(file).unwrap().set_modified(written).unwrap();
    };
    let changes: [(&str, Change); 4] = [
        ("an edit of the same size, its time put back", &|_, file, written| {
            fs::write(file, "tent\n").unwrap();
            same_time(file, written);
        }),
        ("another mode", &|_, file, _| {
            fs::set_permissions(file, fs::Permissions::from_mode(0o755)).unwrap();
        }),
        ("another file", &|repo, file, written| {
            fs::copy(file, repo.path().join("copy")).unwrap();
            fs::rename(repo.path().join("copy"), file).unwrap();
            same_time(file, written);
        }),
        ("announced only", &|repo, _, _| {
            repo.git(&["rm", "-q", "-f", "--cached", "dir/a"]);
            repo.git(&["add", "-N", "dir/a"]);
        }),
    ];
    for (what, change) in changes {
        // One for each: git, too, believes what is said here of the index.
        let repo = Repo::new();
        repo.write("dir/a", "text\n");
        repo.commit("begin");
        let file = repo.path().join("dir/a");
        let written = file.metadata().unwrap().modified().unwrap();
        index_after(&repo, 1);
        assert!(known(&repo).is_some(), "before: {what}");
        change(&repo, &file, written);
        index_after(&repo, 1);
        assert_eq!(known(&repo), None, "{what}");
    }
}
