//! `doctor --canary`: violations planted in a throw-away repository, to see them refused by the hooks that are installed.

use std::path::Path;

use crate::error::{Error, Result};
use crate::files::{EntryKind, Scratch};
use crate::model::edit::Root;
use crate::model::path::RepoPath;
use crate::process::{Call, Output};
use crate::store::{CONFIG, FOLDER, LARGEST, Store};

use super::context::Context;
use super::doctor::Finding;
use super::hooks::{Event, canary_scripts};

/// A workflow that nobody can read.
const BROKEN: (&str, &[u8]) =
    (".track/workflows/git-track-canary.yaml", b"schema: 1\nid: [git-track-canary\n");

/// A message without a type.
const MESSAGE: &str = "Canary: THIS message has no type that anybody agreed on.";

/// Plants and looks. The repository itself is only read: its hooks are copied, those of others do not run.
pub(super) fn run(context: &Context, store: &Store) -> Result<Vec<Finding>> {
    let scripts = canary_scripts(context, &store.repo)?;
    let script = |wanted: Event| scripts.iter().find(|(event, _)| *event == wanted).map(|(_, bytes)| bytes);
    let cage = Cage::new(context, store)?;
    let mut findings = Vec::new();
    let what = "a broken workflow is refused by pre-commit";
    findings.push(match script(Event::PreCommit) {
        None => absent(what, Event::PreCommit),
        Some(bytes) => {
            cage.hook(Event::PreCommit, bytes)?;
            let (path, text) = BROKEN;
            cage.scratch.write(&format!("work/{path}"), text, 0o644)?;
            cage.git(&["add", "--force", path]).checked()?;
            let output = cage.git(&["commit", "--quiet", "-m", "chore: canary"]).run()?;
            let named = output.complaint().contains("git-track-canary.yaml");
            told(context, what, &output, named)
        }
    });
    let what = "a message without a type is refused by commit-msg";
    findings.push(match script(Event::CommitMsg) {
        None => absent(what, Event::CommitMsg),
        Some(bytes) => {
            cage.hook(Event::CommitMsg, bytes)?;
            cage.git(&["read-tree", "--empty"]).checked()?;
            let output = cage.git(&["commit", "--quiet", "--allow-empty", "-m", MESSAGE]).run()?;
            let mut finding = told(context, what, &output, true);
            if let Some(problem) = finding.problem.take() {
                finding.mild = true;
                finding.problem = Some(problem.hint("a team may allow any message: git track config"));
            }
            finding
        }
    });
    Ok(findings)
}

fn absent(what: &str, event: Event) -> Finding {
    let problem = Error::refused(format!("no hook of git-track runs for {} here", event.name()))
        .hint("git track hooks install");
    Finding { what: what.to_owned(), problem: Some(problem), mild: false }
}

fn told(context: &Context, what: &str, output: &Output, named: bool) -> Finding {
    let problem = if output.is_success() {
        let problem = Error::refused("the commit went through");
        Some(match context.var("GIT_TRACK") {
            Some("0") => problem.hint("GIT_TRACK=0 is set: unset GIT_TRACK"),
            _ => problem.hint("git track hooks status"),
        })
    } else if named {
        None
    } else {
        let complaint = output.complaint();
        let problem = Error::refused("the commit was refused, but not for that");
        Some(complaint.lines().take(5).fold(problem, Error::note))
    };
    Finding { what: what.to_owned(), problem, mild: false }
}

/// A repository with the configuration of the real one, and nothing else of it.
struct Cage<'a> {
    context: &'a Context,
    scratch: Scratch,
}

impl<'a> Cage<'a> {
    fn new(context: &'a Context, store: &Store) -> Result<Self> {
        let cage = Self { context, scratch: Scratch::new()? };
        let base = store.repo.default_branch()?.unwrap_or_else(|| "main".to_owned());
        let branch = format!("--initial-branch={base}");
        cage.call(cage.scratch.path(), &["init", "--quiet", "--template=", &branch, "work"]).checked()?;
        cage.git(&["config", "core.hooksPath", "hooks-of-nobody"]).checked()?;
        cage.git(&["config", "commit.gpgSign", "false"]).checked()?;
        cage.copy(store, &RepoPath::parse(CONFIG)?)?;
        cage.copy_below(store, &RepoPath::parse(FOLDER)?.join("profiles")?)?;
        cage.git(&["add", "--all", "--force"]).checked()?;
        cage.git(&["commit", "--quiet", "--allow-empty", "-m", "chore: begin"]).checked()?;
        Ok(cage)
    }

    /// Makes a script the only hook.
    fn hook(&self, event: Event, bytes: &[u8]) -> Result<()> {
        let folder = format!("hooks-{}", event.name());
        self.scratch.write(&format!("{folder}/{}", event.name()), bytes, 0o755)?;
        let path = self.scratch.path().join(folder);
        self.git(&["config", "core.hooksPath"]).arg(path).checked().map(drop)
    }

    fn copy(&self, store: &Store, path: &RepoPath) -> Result<()> {
        match store.files.read(Root::WorkTree, path, LARGEST)? {
            Some(bytes) => self.scratch.write(&format!("work/{path}"), &bytes, 0o644),
            None => Ok(()),
        }
    }

    fn copy_below(&self, store: &Store, folder: &RepoPath) -> Result<()> {
        for entry in store.files.list(Root::WorkTree, folder)? {
            match entry.kind {
                EntryKind::File => self.copy(store, &folder.join(&entry.name)?)?,
                EntryKind::Dir => self.copy_below(store, &folder.join(&entry.name)?)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn git(&self, args: &[&str]) -> Call {
        self.call(&self.scratch.path().join("work"), args)
    }

    fn call(&self, dir: &Path, args: &[&str]) -> Call {
        let call = Call::git_write(dir, self.context.vars()).args(args.iter().copied());
        ["AUTHOR", "COMMITTER"].iter().fold(call, |call, who| {
            call.var(format!("GIT_{who}_NAME"), "git-track canary")
                .var(format!("GIT_{who}_EMAIL"), "canary@example.invalid")
        })
    }
}
