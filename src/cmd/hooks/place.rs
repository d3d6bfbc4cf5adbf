//! The directory that git runs hooks from, and whether it is ours to write into.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::git::{HooksPath, Repo, Scope, Version};

use super::events::{Event, Where};

/// The git that runs hooks named by the configuration.
pub(super) const BY_CONFIG: Version = Version(2, 54);

/// Below the directory that all worktrees share: the scripts that the configuration names.
pub(super) const SCRIPTS: &str = "track/hooks";

/// A directory of hooks.
pub(super) struct Place {
    /// Where it is.
    pub(super) path: PathBuf,
    /// Why there.
    pub(super) why: String,
    /// What somebody should know before they rely on it.
    pub(super) remarks: Vec<String>,
    /// Why nothing may be written there.
    pub(super) refusal: Option<Error>,
    /// Where people write hooks that a program there calls.
    pub(super) written: Option<PathBuf>,
}

/// Finds it.
pub(super) fn place(repo: &Repo) -> Result<Place> {
    let Some(set) = repo.hooks_path()? else {
        let why = "the repository's own, the same for all its worktrees".to_owned();
        let path = repo.hooks_dir()?;
        return Ok(Place { path, why, remarks: Vec::new(), refusal: None, written: None });
    };
    let HooksPath { scope, value } = set;
    let whose = match scope {
        Scope::Repository => "this repository",
        Scope::User => "your own configuration (--global)",
        Scope::System => "the machine's configuration (--system)",
        Scope::Command => "this one command or its environment",
    };
    let why = format!("core.hooksPath, set by {whose}");
    if value.is_empty() {
        let path = repo.work_tree().unwrap_or(repo.git_dir()).to_owned();
        let refusal = Error::refused("core.hooksPath is set to nothing, so that git finds no hooks")
            .hint(format!("git config {} --unset core.hooksPath", option(scope)));
        return Ok(Place { path, why, remarks: Vec::new(), refusal: Some(refusal), written: None });
    }
    let path = repo.hooks_dir()?;
    let mut remarks = Vec::new();
    let mut refusal = None;
    let written = husky(&path);
    if let Some(written) = &written {
        refusal = Some(of_husky(&path, written));
    } else if scope == Scope::Repository {
        if path == Path::new("/dev/null") {
            let error = Error::refused("core.hooksPath is /dev/null: hooks are switched off here");
            refusal = Some(error.hint("git config --unset core.hooksPath"));
        }
        remarks.extend(about(repo, &path, &value));
    } else {
        refusal = Some(of_others(&path, whose, scope));
    }
    Ok(Place { path, why, remarks, refusal, written })
}

fn about(repo: &Repo, path: &Path, value: &str) -> Vec<String> {
    let mut remarks = Vec::new();
    if !Path::new(value).is_absolute() && !value.starts_with(['~', '%']) {
        remarks.push(format!(
            "core.hooksPath `{value}` is relative: each worktree looks in its own, and has no hooks without it"
        ));
    }
    let below = |top: &Path| path.starts_with(top) && !path.starts_with(repo.common_dir());
    if repo.work_tree().is_some_and(below) {
        remarks.push(
            "the hooks are in the work tree and name the program on this machine: do not commit them"
                .to_owned(),
        );
    }
    remarks
}

fn option(scope: Scope) -> &'static str {
    match scope {
        Scope::User => "--global",
        Scope::System => "--system",
        Scope::Repository | Scope::Command => "--local",
    }
}

fn of_others(path: &Path, whose: &str, scope: Scope) -> Error {
    let error = Error::refused(format!("core.hooksPath is `{}`, set by {whose}", path.display()));
    if scope == Scope::Command {
        return error
            .note("later commands would not look there")
            .hint("leave the setting out of the command, or set it: git config core.hooksPath DIR");
    }
    error
        .note("hooks written there would run in every repository")
        .hint("git config --local core.hooksPath \"$(git rev-parse --path-format=absolute --git-common-dir)/hooks\"")
        .hint("git track hooks install --config    beside the others, from git 2.54 on")
        .hint("git track hooks install --manual    lines to add to those hooks by hand")
}

/// The folder in which people write hooks, when the programs in this directory are husky's.
fn husky(path: &Path) -> Option<PathBuf> {
    let is = |path: &Path, name: &str| path.file_name().is_some_and(|last| last == name);
    match path.parent() {
        Some(parent) if is(path, "_") && is(parent, ".husky") => Some(parent.to_owned()),
        _ if is(path, ".husky") => Some(path.to_owned()),
        _ => None,
    }
}

fn of_husky(path: &Path, written: &Path) -> Error {
    let error = Error::refused(format!("husky looks after the hooks in `{}`", path.display()))
        .note("it writes them anew; what is to run stands in files of yours, a line each:");
    let folder = written.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let error = Event::usual(Where::Work)
        .iter()
        .fold(error, |error, event| error.note(format!("{folder}/{}: {}", event.name(), event.line())));
    error.hint("git track hooks install --manual").hint("git track hooks status    says which are there")
}
