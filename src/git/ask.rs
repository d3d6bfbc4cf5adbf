//! Questions to `git` children, and the parts of their answers.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::Repo;
use crate::error::{Error, Result};
use crate::model::path::RepoPath;
use crate::process::{Call, Output};

impl Repo {
    /// A git child that reads, in this repository.
    pub(super) fn ask<A: Into<OsString>>(&self, args: impl IntoIterator<Item = A>) -> Call {
        self.tell(Call::git_read(self.home(), &self.vars)).args(args)
    }

    /// A git child that writes, in this repository. Its locale is the user's, for the hooks.
    pub(super) fn order<A: Into<OsString>>(&self, args: impl IntoIterator<Item = A>) -> Call {
        self.tell(Call::git_write(self.home(), &self.vars)).args(args)
    }

    fn home(&self) -> &Path {
        self.work_tree.as_deref().unwrap_or(&self.git_dir)
    }

    fn tell(&self, call: Call) -> Call {
        self.told.iter().fold(call, |call, (name, value)| call.var(name, value))
    }
}

/// The one line that a child printed, `None` if it exited with 1: git's way to say "there is none".
pub(super) fn one_line(call: &Call) -> Result<Option<String>> {
    let output = call.run()?;
    match output.code {
        Some(0) => text(call, output.stdout).map(|all| Some(all.trim_end_matches('\n').to_owned())),
        Some(1) => Ok(None),
        _ => Err(call.failure(&output)),
    }
}

/// Output that is text by its nature: ids and names of refs.
pub(super) fn text(call: &Call, bytes: Vec<u8>) -> Result<String> {
    String::from_utf8(bytes).map_err(|_| odd(call))
}

/// A child that answered in a way that git does not.
pub(super) fn odd(call: &Call) -> Error {
    Error::repository(format!("`{}` gave an answer that cannot be read", call.line()))
}

/// A pathspec that means this path and nothing else. The magic words travel with the path; the option
/// `--literal-pathspecs` would leak into the hooks that the child runs.
pub(super) fn literal(path: &RepoPath) -> String {
    format!(":(top,literal){}", path.as_str())
}

/// A path of a tree or the index as the rest of the program knows it.
pub(super) fn repo_path(bytes: &[u8]) -> Result<RepoPath> {
    let text = std::str::from_utf8(bytes).map_err(|_| {
        Error::repository(format!("the file name `{}` is not UTF-8", String::from_utf8_lossy(bytes)))
    })?;
    RepoPath::parse(text)
}

/// The components of a path; none for the top.
pub(super) fn components(path: &RepoPath) -> impl Iterator<Item = &str> {
    path.as_str().split('/').filter(|part| !part.is_empty() && *part != ".")
}

/// The records of `-z` output.
pub(super) fn records(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|&b| b == 0).filter(|record| !record.is_empty())
}

/// The bytes before and after the first `at`.
pub(super) fn split_once(bytes: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    let place = bytes.iter().position(|&b| b == at)?;
    Some((bytes.get(..place)?, bytes.get(place + 1..)?))
}

/// The path on the one line that a child printed.
pub(super) fn path_line(output: &Output) -> PathBuf {
    use std::os::unix::ffi::OsStringExt;
    let line = output.stdout.strip_suffix(b"\n").unwrap_or(&output.stdout);
    PathBuf::from(OsString::from_vec(line.to_vec()))
}
