//! Many hands: agents in worktrees of their own, real processes, one plan.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;

use serde_json::Value;

use super::support::Repo;

/// How many items each of two agents finishes; `GIT_TRACK_FULL=1`: 50.
fn rounds() -> usize {
    if std::env::var_os("GIT_TRACK_FULL").is_some() { 50 } else { 6 }
}

const AGENTS: [&str; 2] = ["ann", "ben"];

/// A plan, and a worktree for each agent.
struct Crew {
    /// Kept as long as anybody works in it.
    _repo: Mutex<Repo>,
    main: PathBuf,
    root: PathBuf,
    vars: Vec<(std::ffi::OsString, std::ffi::OsString)>,
}

impl Crew {
    fn new(items: usize, settings: &str) -> Self {
        let repo = Repo::new();
        let mut vars: Vec<_> = repo.vars().into_iter().collect();
        vars.push(("GIT_TRACK_PATIENCE_MS".into(), "60000".into()));
        let (main, root) = (repo.path().to_path_buf(), repo.root());
        let crew = Self { _repo: Mutex::new(repo), main, root, vars };
        let main = crew.main.as_path();
        crew.good(main, &["init", "--profile", "program"]);
        crew.good(main, &["new", "program", "Ship it"]);
        for item in 1..=items {
            crew.good(main, &["add", "batch", &format!("Item {item}")]);
        }
        if !settings.is_empty() {
            crew.good(main, &["set", "ship-it", settings]);
        }
        crew.git(main, &["add", "-A"]);
        crew.git(main, &["commit", "-qm", "chore: the plan"]);
        for agent in AGENTS {
            crew.git(main, &["worktree", "add", "-q", "-b", agent, crew.tree(agent).to_str().unwrap()]);
        }
        crew
    }

    fn tree(&self, agent: &str) -> PathBuf {
        self.root.join(agent)
    }

    fn run(&self, program: &str, cwd: &Path, args: &[&str]) -> Output {
        let mut command = Command::new(program);
        command.current_dir(cwd).env_clear().envs(self.vars.iter().cloned()).args(args).output().unwrap()
    }

    fn track(&self, cwd: &Path, args: &[&str]) -> Output {
        self.run(env!("CARGO_BIN_EXE_git-track"), cwd, args)
    }

    fn good(&self, cwd: &Path, args: &[&str]) -> Output {
        let output = self.track(cwd, args);
        assert!(output.status.success(), "{args:?} in {}: {}", cwd.display(), complaint(&output));
        output
    }

    fn git(&self, cwd: &Path, args: &[&str]) {
        let output = self.run("git", cwd, args);
        assert!(output.status.success(), "git {args:?} in {}: {}", cwd.display(), complaint(&output));
    }

    fn json(&self, cwd: &Path, args: &[&str]) -> Value {
        let output = self.good(cwd, &[args, &["--json"]].concat());
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// The item that an agent was given; `None`: nothing is free any more.
    fn claim(&self, agent: &str) -> Option<String> {
        self.claim_as(agent, agent)
    }

    fn claim_as(&self, agent: &str, name: &str) -> Option<String> {
        let output = self.track(&self.tree(agent), &["claim", "--as", name, "--json"]);
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        match output.status.code() {
            Some(0) => Some(answer["items"][0]["id"].as_str().unwrap().to_owned()),
            Some(3) => None,
            _ => panic!("{agent}: {answer}"),
        }
    }

    /// Whether `status` in one worktree says that another one has an item done.
    fn tells(&self, cwd: &Path, other: &Path, item: &str) -> bool {
        let output = self.track(cwd, &["status", "--json"]);
        let known: Value = serde_json::from_slice(&output.stdout).unwrap();
        let trees = known["trees"].as_array().into_iter().flatten();
        let there = trees.filter(|tree| tree["path"] == other.to_str().unwrap());
        let mut items = there.flat_map(|tree| tree["items"].as_array().into_iter().flatten());
        items.any(|known| known["ref"] == *item && known["there"] == "Done")
    }

    /// The owner and the state of each item, as a worktree sees them.
    fn seen(&self, cwd: &Path) -> BTreeMap<String, (String, String)> {
        let listed = self.json(cwd, &["list"]);
        let word = |item: &Value, key: &str| item[key].as_str().unwrap_or_default().to_owned();
        let items = listed["items"].as_array().unwrap();
        items.iter().map(|item| (word(item, "id"), (word(item, "owner"), word(item, "state")))).collect()
    }
}

fn complaint(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Each agent does this in a thread of its own; what it finished.
fn at_once(work: impl Fn(&'static str) -> Vec<String> + Sync) -> BTreeMap<String, &'static str> {
    let done: Vec<(&str, Vec<String>)> = std::thread::scope(|scope| {
        let work = &work;
        let threads: Vec<_> =
            AGENTS.map(|agent| scope.spawn(move || (agent, work(agent)))).into_iter().collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let mut by = BTreeMap::new();
    for (agent, items) in done {
        for item in items {
            assert_eq!(by.insert(item.clone(), agent), None, "{item} was claimed twice");
        }
    }
    by
}

#[test]
fn two_agents_claim_finish_and_merge() {
    let items = 2 * rounds();
    let crew = Crew::new(items, "");
    // Merging into one branch is a queue for people, too.
    let queue = Mutex::new(());
    let by = at_once(|agent| {
        let (own, main) = (crew.tree(agent), crew.main.as_path());
        let other = crew.tree(AGENTS.iter().find(|other| **other != agent).unwrap());
        let mut finished = Vec::new();
        while let Some(item) = crew.claim(agent) {
            std::fs::write(own.join(&item), agent).unwrap();
            crew.good(&own, &["done", &item, "-m", "It is there.", "--as", agent]);
            let full = format!("ship-it:{item}");
            // While git writes the other's files, as in a merge, one of them may be missing for a moment.
            let told = (0..20).any(|_| crew.tells(&other, &own, &full));
            assert!(told, "{agent}: {item}");
            crew.git(&own, &["add", "-A"]);
            crew.git(&own, &["commit", "-qm", &format!("feat: {item}")]);
            let turn = queue.lock().unwrap();
            crew.git(main, &["merge", "-q", "--no-edit", agent]);
            drop(turn);
            crew.git(&own, &["merge", "-q", "--no-edit", "main"]);
            finished.push(item);
        }
        finished
    });
    let seen = crew.seen(&crew.main);
    assert_eq!((by.len(), seen.len()), (items, items));
    for (item, agent) in by {
        assert_eq!(seen[&item], (agent.to_owned(), "done".to_owned()), "{item}");
        assert_eq!(std::fs::read_to_string(crew.main.join(&item)).unwrap(), agent);
    }
}

#[test]
fn two_agents_write_to_one_home() {
    let items = rounds();
    let crew = Crew::new(items, "home=main");
    let by = at_once(|agent| {
        let own = crew.tree(agent);
        let mut finished = Vec::new();
        while let Some(item) = crew.claim(agent) {
            crew.good(&own, &["done", &item, "-m", "It is there.", "--as", agent]);
            finished.push(item);
        }
        finished
    });
    assert_eq!(by.len(), items);
    for tree in [crew.main.clone(), crew.tree("ann"), crew.tree("ben")] {
        let seen = crew.seen(&tree);
        for (item, agent) in &by {
            assert_eq!(seen[item], ((*agent).to_owned(), "done".to_owned()), "{item} in {}", tree.display());
        }
    }
    let changed = crew.run("git", &crew.tree("ann"), &["status", "--porcelain"]).stdout;
    assert!(changed.is_empty(), "nothing was written there");
}

#[test]
fn one_item_for_two_at_the_same_instant() {
    for _ in 0..rounds() / 3 {
        let crew = Crew::new(1, "");
        let start = std::sync::Barrier::new(AGENTS.len());
        let by = at_once(|agent| {
            start.wait();
            // Agents of one machine often have one name.
            crew.claim_as(agent, "agent").into_iter().collect()
        });
        assert_eq!(by.len(), 1);
        for agent in AGENTS {
            crew.track(&crew.tree(agent), &["note", "batch-1", "-m", "Seen.", "--as", "agent"]);
            assert_eq!(crew.claim_as(agent, "agent"), None, "{agent}: a note gives nothing back");
        }
    }
}
