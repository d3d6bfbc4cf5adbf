//! With the cache, without it and with any damage to it the answers are the same bytes; and an answer that is still right
//! is not worked out again.

mod prompt;
mod walk;

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::{Duration, SystemTime};

use crate::support::Repo;

const PROGRAM: &str = env!("CARGO_BIN_EXE_git-track");

/// A repository with workflows, in an environment that stays the same.
pub(crate) struct Scene {
    pub(crate) repo: Repo,
    vars: git_track::process::Vars,
}

impl Scene {
    /// Two workflows of three items, one of them closed, all of it committed.
    pub(crate) fn new() -> Self {
        let repo = Repo::new();
        let mut vars = repo.vars();
        vars.insert("GIT_TRACK_NOW".into(), "2026-02-13T09:00:00Z".into());
        let scene = Self { repo, vars };
        scene.track("init --profile program");
        let times = "started: \"2026-02-03T09:00:00Z\"\n";
        let done = format!("state: done\n{times}finished: \"2026-02-04T09:00:00Z\"\n");
        for (name, of_all, of_each) in
            [("one", format!("state: active\n{times}"), String::new()), ("two", done.clone(), done)]
        {
            let of_each = of_each.lines().fold(String::new(), |text, line| text + "    " + line + "\n");
            let items = ["a", "b", "c"].map(|id| format!("  {name}-{id}:\n    title: Item {id}\n{of_each}"));
            let text = format!(
                "schema: 1\nid: {name}\nprofile: program\ntitle: Number {name}\n{of_all}by: ada\nitems:\n{}",
                items.concat()
            );
            scene.repo.write(path(name), text);
        }
        scene.repo.commit("chore: begin");
        scene.repo.git(&["tag", "begin"]);
        scene
    }

    /// Runs a command line of ours.
    pub(crate) fn run(&self, line: &str) -> Output {
        let mut program = Command::new(PROGRAM);
        program.current_dir(self.repo.path()).env_clear().envs(&self.vars).args(line.split(' '));
        program.output().unwrap()
    }

    /// What a command line of ours prints; it must be understood.
    pub(crate) fn track(&self, line: &str) -> String {
        let output = self.run(line);
        let (out, complaint) = (&output.stdout, String::from_utf8_lossy(&output.stderr));
        assert!(matches!(output.status.code(), Some(0 | 4)), "{line}: {complaint}");
        String::from_utf8(out.clone()).unwrap()
    }

    fn cache(&self) -> PathBuf {
        self.repo.path().join(".git/track/cache/v1")
    }

    /// The files of kept answers.
    fn kept(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.cache()).into_iter().flatten().flatten();
        let mut all: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
        all.retain(|path| path.file_name().unwrap().to_string_lossy().starts_with("status-"));
        all.sort();
        all
    }

    /// Whether an answer comes from what is kept: what is worked out again is written anew.
    fn is_kept(&self, line: &str) -> bool {
        use std::os::unix::fs::MetadataExt;
        let stamps = || -> Vec<(PathBuf, u64, i64, i64)> {
            let stamp = |path: PathBuf| {
                let meta = path.metadata().unwrap();
                (path, meta.ino(), meta.ctime(), meta.ctime_nsec())
            };
            self.kept().into_iter().map(stamp).collect()
        };
        let before = stamps();
        self.track(line);
        !before.is_empty() && stamps() == before
    }

    /// Makes git's index seem older than all changes that come, and younger than all that were: what is staged counts as
    /// settled, as it would after a second.
    fn settle(&self) {
        let index = File::options().append(true).open(self.repo.path().join(".git/index")).unwrap();
        index.set_modified(SystemTime::now() + Duration::from_secs(2)).unwrap();
    }
}

pub(crate) fn path(workflow: &str) -> String {
    format!(".track/workflows/{workflow}.yaml")
}

#[test]
fn what_is_still_right_is_not_worked_out_again() {
    let scene = Scene::new();
    for line in ["status", "status --json", "status --short", "status --all"] {
        assert!(!scene.is_kept(line), "{line}: nothing can be kept yet");
        assert!(scene.is_kept(line), "{line}");
    }
    scene.settle();
    assert!(scene.is_kept("status"));
    let text = scene.repo.read(path("one"));
    for (what, change) in [
        ("a workflow", &(|| scene.repo.write(path("one"), text.replace("Number", "Figure"))) as &dyn Fn()),
        ("the configuration", &|| scene.repo.write(".track/config.yaml", "schema: 1\nbase: main\n")),
        ("a branch", &|| drop(scene.repo.git(&["branch", "feat/one-a-x"]))),
        ("HEAD", &|| drop(scene.repo.git(&["switch", "-q", "--detach"]))),
        ("a setting", &|| drop(scene.repo.git(&["config", "init.defaultBranch", "trunk"]))),
        ("a process", &|| scene.repo.write(".track/profiles/own/profile.yaml", "{}")),
    ] {
        change();
        assert!(!scene.is_kept("status"), "{what}");
        scene.track("status");
    }
}

#[test]
fn a_folder_that_cannot_be_written_keeps_nothing() {
    let scene = Scene::new();
    let wanted = scene.track("status");
    fs::remove_dir_all(scene.repo.path().join(".git/track")).unwrap();
    scene.repo.write(".git/track", "in the way");
    // That it is in the way of a change is said; nothing else is.
    let output = scene.run("status");
    assert!(output.stdout.is_empty() || output.stdout == wanted.as_bytes());
}

#[test]
fn an_answer_of_another_repository_is_not_believed() {
    let (one, other) = (Scene::new(), Scene::new());
    other.repo.write(path("one"), other.repo.read(path("one")).replace("Number", "Figure"));
    let wanted = [one.track("status --json"), other.track("status --json")];
    assert_ne!(wanted[0], wanted[1]);
    let (from, to) = (&one.kept()[0], &other.kept()[0]);
    fs::copy(from, to).unwrap();
    fs::copy(from, other.cache().join(from.file_name().unwrap())).unwrap();
    assert_eq!(other.track("status --json"), wanted[1]);
}

#[test]
fn time_passes() {
    let mut scene = Scene::new();
    scene.repo.git(&["switch", "-q", "-c", "feat/one-a-x"]);
    let text = scene.repo.read(path("one"));
    let started = "Item a\n    state: active\n    started: \"2026-02-13T08:00:00Z\"\n";
    scene.repo.write(path("one"), text.replace("Item a\n", started));
    scene.repo.commit("chore: start");
    for (now, said) in [("09:00:00", "1 h ago"), ("09:00:30", "1 h ago"), ("11:10:00", "3 h ago")] {
        scene.vars.insert("GIT_TRACK_NOW".into(), format!("2026-02-13T{now}Z").into());
        let text = scene.track("status");
        assert!(text.contains(said), "{now}: {text}");
        fs::remove_dir_all(scene.cache()).unwrap();
        assert_eq!(scene.track("status"), text);
    }
}
