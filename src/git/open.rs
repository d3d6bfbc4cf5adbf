//! The one way to open a repository.
//!
//! Four steps give the same repository, work tree and index as git in every hook: the work tree variable counts
//! from where we are, the index variable from the top of the work tree, a missing index is an error, and a linked
//! worktree is where its `.git` file is, whatever the back-pointer in the repository says.

use std::cell::{OnceCell, RefCell};
use std::env::split_paths;
use std::path::{Path, PathBuf};

use git2::{ConfigLevel, ErrorClass, ErrorCode, ObjectFormat, Repository, RepositoryOpenFlags};

use super::ask::path_line;
use super::{Env, Repo};
use crate::error::{Error, Result};
use crate::process::{Call, Output, Vars};

/// What the two ways of opening agree on.
struct Found {
    lib: Option<Repository>,
    work_tree: Option<PathBuf>,
    bare: bool,
    git_dir: PathBuf,
    common_dir: PathBuf,
    format: ObjectFormat,
}

/// Opens the repository that `env` is about.
pub fn open(env: &Env) -> Result<Repo> {
    // Git does not compute the id of each object again that it reads, either.
    git2::opts::strict_hash_verification(false);
    let found = match fast(env)? {
        Some(found) => found,
        None => asked(env)?,
    };
    let index_path = index_path(env, &found)?;
    let told = told(env, &found, &index_path);
    Ok(Repo {
        lib: found.lib,
        work_tree: found.work_tree,
        bare: found.bare,
        git_dir: found.git_dir,
        common_dir: found.common_dir,
        index_path,
        format: found.format,
        vars: env.vars.clone(),
        told,
        index: RefCell::new(None),
        config: OnceCell::new(),
        replaced: OnceCell::new(),
        partial: OnceCell::new(),
    })
}

/// libgit2's view; `None` if git has to be asked. Every failure is a question to git, which knows more kinds of
/// repositories and has the better words for a refusal.
fn fast(env: &Env) -> Result<Option<Found>> {
    // As in the hooks of a push, whose objects are in quarantine.
    if ["GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY"].iter().any(|name| env.var(name).is_some()) {
        return Ok(None);
    }
    let opened = match &env.git_dir {
        Some(dir) => {
            let flags = RepositoryOpenFlags::NO_SEARCH | RepositoryOpenFlags::NO_DOTGIT;
            Repository::open_ext(env.cwd.join(dir), flags, std::iter::empty::<&Path>())
        }
        None => search(env),
    };
    let lib = match opened {
        Ok(lib) => lib,
        Err(error) if is_absent(&error) && env.git_dir.is_none() => return Err(no_repository(env)),
        Err(_) => return Ok(None),
    };
    if env.git_dir.is_none() && lib.is_bare() && bare_must_be_named(&lib) {
        return Err(Error::repository(format!(
            "the bare repository `{}` was not named",
            lib.path().display()
        ))
        .note("safe.bareRepository is `explicit`")
        .hint(format!("name it: GIT_DIR={}", lib.path().display())));
    }
    let work_tree = work_tree(env, &lib)?;
    Ok(Some(Found {
        bare: work_tree.is_none() && lib.is_bare(),
        work_tree,
        git_dir: tidy(lib.path()),
        common_dir: tidy(lib.commondir()),
        format: lib.object_format(),
        lib: Some(lib),
    }))
}

fn search(env: &Env) -> std::result::Result<Repository, git2::Error> {
    let mut flags = RepositoryOpenFlags::empty();
    if env.var("GIT_DISCOVERY_ACROSS_FILESYSTEM").is_some_and(|v| v == "1" || v == "true") {
        flags |= RepositoryOpenFlags::CROSS_FS;
    }
    let ceilings = env.var("GIT_CEILING_DIRECTORIES").map(|list| split_paths(list).collect::<Vec<_>>());
    Repository::open_ext(&env.cwd, flags, ceilings.unwrap_or_default())
}

fn is_absent(error: &git2::Error) -> bool {
    error.code() == ErrorCode::NotFound && error.class() == ErrorClass::Repository
}

/// git obeys this setting from the user and the system only: the repository must not vouch for itself.
fn bare_must_be_named(lib: &Repository) -> bool {
    let Ok(config) = lib.config() else { return false };
    let Ok(mut values) = config.multivar("safe.bareRepository", None) else { return false };
    let mut last = false;
    while let Some(Ok(entry)) = values.next() {
        if !matches!(entry.level(), ConfigLevel::Local | ConfigLevel::Worktree) {
            last = entry.value_bytes() == b"explicit";
        }
    }
    last
}

fn work_tree(env: &Env, lib: &Repository) -> Result<Option<PathBuf>> {
    if let Some(named) = &env.work_tree {
        return real(&env.cwd.join(named)).map(Some);
    }
    let cwd = real(&env.cwd)?;
    if lib.is_bare() || cwd.starts_with(tidy(lib.path())) {
        return Ok(None);
    }
    if lib.is_worktree()
        && let Some(top) = linked_top(&cwd, lib.path())
    {
        return Ok(Some(top));
    }
    let claimed = lib.workdir().map(tidy);
    // With GIT_DIR alone git takes the current directory for the top, even below the true one. A hook that changed
    // into a subdirectory would then write a second tree there; so the true top wins where we are inside it.
    if env.git_dir.is_some() && !claimed.as_ref().is_some_and(|top| cwd.starts_with(top)) {
        let pinned = lib.config().is_ok_and(|config| config.get_bytes("core.worktree").is_ok());
        return Ok(if pinned { claimed } else { Some(cwd) });
    }
    Ok(claimed)
}

/// The nearest directory whose `.git` file leads to this git directory.
fn linked_top(cwd: &Path, git_dir: &Path) -> Option<PathBuf> {
    let top = cwd.ancestors().find(|dir| dir.join(".git").exists())?;
    let here = Repository::open_ext(top, RepositoryOpenFlags::NO_SEARCH, std::iter::empty::<&Path>()).ok()?;
    (here.path() == git_dir).then(|| top.to_owned())
}

/// git's own view, for repositories that libgit2 cannot open, and git's words for those that git cannot open either.
fn asked(env: &Env) -> Result<Found> {
    let git_dir = path_line(&ask(env, &["--absolute-git-dir"])?);
    let common_dir = path_line(&ask(env, &["--path-format=absolute", "--git-common-dir"])?);
    let format = ask(env, &["--show-object-format"])?.stdout;
    let format = match format.trim_ascii_end() {
        b"sha1" => ObjectFormat::Sha1,
        b"sha256" => ObjectFormat::Sha256,
        other => {
            let name = String::from_utf8_lossy(other).into_owned();
            return Err(Error::repository(format!("the object format `{name}` is not known")));
        }
    };
    let mut work_tree = asked_top(env)?;
    if env.git_dir.is_some() && env.work_tree.is_none() && work_tree.is_some() {
        let found = Env { git_dir: None, ..env.clone() };
        if ask(&found, &["--absolute-git-dir"]).is_ok_and(|output| path_line(&output) == git_dir) {
            work_tree = asked_top(&found)?;
        }
    }
    let bare = work_tree.is_none() && ask(env, &["--is-bare-repository"])?.stdout.starts_with(b"true");
    Ok(Found { lib: None, work_tree, bare, git_dir: tidy(&git_dir), common_dir: tidy(&common_dir), format })
}

fn asked_top(env: &Env) -> Result<Option<PathBuf>> {
    let call = rev_parse(env, &["--show-toplevel"]);
    let output = call.run()?;
    if output.is_success() {
        return Ok(Some(tidy(&path_line(&output))));
    }
    let complaint = output.complaint();
    if complaint.contains("must be run in a work tree") { Ok(None) } else { Err(call.failure(&output)) }
}

fn ask(env: &Env, args: &[&str]) -> Result<Output> {
    let call = rev_parse(env, args);
    let output = call.run()?;
    if output.is_success() { Ok(output) } else { Err(refusal(env, &call, &output)) }
}

fn rev_parse(env: &Env, args: &[&str]) -> Call {
    let call = Call::git_read(&env.cwd, &env.vars).arg("rev-parse").args(args);
    named(env).into_iter().fold(call, |call, (name, value)| call.var(name, value))
}

fn refusal(env: &Env, call: &Call, output: &Output) -> Error {
    let complaint = output.complaint();
    if complaint.contains("not a git repository") {
        return no_repository(env);
    }
    let remedy =
        complaint.lines().map(str::trim).find(|line| line.starts_with("git config --global --add safe"));
    if let Some(remedy) = remedy {
        let first = complaint.lines().next().unwrap_or_default();
        let what = first.trim_start_matches("fatal: ");
        return Error::repository(format!("git refuses the repository of another user: {what}")).hint(remedy);
    }
    call.failure(output)
}

fn no_repository(env: &Env) -> Error {
    match &env.git_dir {
        Some(dir) => {
            Error::repository(format!("GIT_DIR=`{}` is not a git repository", dir.to_string_lossy()))
                .hint("unset GIT_DIR")
        }
        None => {
            Error::repository(format!("`{}` is not in a git repository", env.cwd.display())).hint("git init")
        }
    }
}

fn index_path(env: &Env, found: &Found) -> Result<PathBuf> {
    let usual = found.git_dir.join("index");
    let Some(named) = &env.index_file else { return Ok(usual) };
    let base = found.work_tree.as_deref().unwrap_or(&env.cwd);
    let path = base.join(named);
    if path.exists() || path == usual {
        Ok(path)
    } else {
        Err(Error::repository(format!("GIT_INDEX_FILE=`{}` does not exist", path.display())))
    }
}

/// The variables by which the caller named a repository, absolute where they could be read from another place.
fn named(env: &Env) -> Vars {
    let mut vars = Vars::new();
    if let Some(dir) = &env.git_dir {
        vars.insert("GIT_DIR".into(), env.cwd.join(dir).into());
    }
    if let Some(dir) = &env.work_tree {
        vars.insert("GIT_WORK_TREE".into(), env.cwd.join(dir).into());
    }
    for name in ["GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY"] {
        if let Some(value) = env.var(name) {
            vars.insert(name.into(), env.cwd.join(value).into());
        }
    }
    if let Some(list) = env.var("GIT_ALTERNATE_OBJECT_DIRECTORIES") {
        let dirs = split_paths(list).map(|dir| env.cwd.join(dir));
        vars.insert(
            "GIT_ALTERNATE_OBJECT_DIRECTORIES".into(),
            std::env::join_paths(dirs).unwrap_or(list.to_owned()),
        );
    }
    vars
}

/// A child that runs at the top finds the repository by itself, as the user's git does; hooks then see no variable
/// that they would not see otherwise. Where it could not, it is told.
fn told(env: &Env, found: &Found, index_path: &Path) -> Vars {
    let mut vars = named(env);
    let findable = found.work_tree.as_ref().is_none_or(|top| top.join(".git").exists());
    if !findable && env.git_dir.is_none() {
        vars.insert("GIT_DIR".into(), found.git_dir.clone().into());
        if let Some(top) = &found.work_tree {
            vars.insert("GIT_WORK_TREE".into(), top.into());
        }
    }
    if env.index_file.is_some() {
        vars.insert("GIT_INDEX_FILE".into(), index_path.into());
    }
    vars
}

fn real(path: &Path) -> Result<PathBuf> {
    path.canonicalize().map_err(|source| Error::io(format!("find `{}`", path.display()), &source))
}

/// Without the slash that libgit2 puts at the end.
fn tidy(path: &Path) -> PathBuf {
    path.components().collect()
}
