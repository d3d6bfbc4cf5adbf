//! What is checked out: changed files, and the other worktrees.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use super::ask::{odd, records};
use super::{Env, Repo, open};
use crate::error::Result;
use crate::model::facts::{CommitId, FileChange, Worktree};
use crate::model::suite::Checkout;

/// How git is asked for them.
pub(super) const STATUS: [&str; 5] =
    ["status", "--porcelain=v2", "-z", "--untracked-files=all", "--no-renames"];

impl Repo {
    /// What `git status` lists, file by file, untracked files too. A child answers: only git is right about filters,
    /// sparse checkouts and partial clones.
    pub fn changed_files(&self) -> Result<Vec<FileChange>> {
        self.top()?;
        let call = self.ask(STATUS);
        let listing = call.checked()?;
        records(&listing).map(|record| change(record).ok_or_else(|| odd(&call))).collect()
    }

    /// All worktrees, the main one first.
    pub fn worktrees(&self) -> Result<Vec<Worktree>> {
        let main_here = self.git_dir == self.common_dir;
        if main_here && !self.common_dir.join("worktrees").exists() {
            return Ok(vec![self.here()?]);
        }
        let call = self.ask(["worktree", "list", "--porcelain", "-z"]);
        let listing = call.checked()?;
        let mut all: Vec<Worktree> = Vec::new();
        for line in records(&listing) {
            let (word, rest) = super::ask::split_once(line, b' ').unwrap_or((line, b""));
            let text = || String::from_utf8_lossy(rest).into_owned();
            if word == b"worktree" {
                let path = PathBuf::from(OsString::from_vec(rest.to_vec()));
                all.push(Worktree { main: all.is_empty(), ..plain(path) });
                continue;
            }
            let tree = all.last_mut().ok_or_else(|| odd(&call))?;
            match word {
                b"HEAD" => tree.commit = Some(CommitId::parse(&text())?).filter(|id| !is_null(id)),
                b"branch" => tree.branch = Some(text().trim_start_matches("refs/heads/").to_owned()),
                b"bare" => tree.bare = true,
                b"locked" => tree.locked = Some(text()),
                b"prunable" => tree.prunable = Some(text()),
                _ => {}
            }
        }
        // git guesses the place of the main worktree from that of its git directory, which can be elsewhere.
        if main_here && let Some(main) = all.first_mut() {
            *main = self.here()?;
        }
        Ok(all)
    }

    /// All work trees and what is going on in them. Those whose folder is gone are left out.
    pub fn checkouts(&self) -> Result<Vec<Checkout>> {
        let there = self.worktrees()?.into_iter().filter(|tree| !tree.bare && tree.prunable.is_none());
        Ok(there.map(|tree| self.checkout(tree)).collect())
    }

    fn checkout(&self, tree: Worktree) -> Checkout {
        let here = self.work_tree.as_ref() == Some(&tree.path);
        let other = (!here).then(|| open(&Env::new(&tree.path, self.vars.clone())));
        let found = match &other {
            None => Some(self),
            Some(opened) => opened.as_ref().ok(),
        };
        let changed = found.and_then(|repo| repo.changed_files().ok());
        Checkout {
            path: tree.path.to_string_lossy().into_owned(),
            here,
            branch: tree.branch,
            changed: changed.map(|files| files.into_iter().map(|file| file.path).collect()),
            operation: found.and_then(Self::operation),
        }
    }

    fn here(&self) -> Result<Worktree> {
        let head = self.head()?;
        let bare = self.work_tree.is_none();
        let path = self.work_tree.clone().unwrap_or_else(|| self.git_dir.clone());
        Ok(Worktree {
            branch: head.branch().map(str::to_owned).filter(|_| !bare),
            commit: head.commit().cloned().filter(|_| !bare),
            main: true,
            bare,
            ..plain(path)
        })
    }
}

fn plain(path: PathBuf) -> Worktree {
    Worktree { path, branch: None, commit: None, main: false, bare: false, locked: None, prunable: None }
}

fn is_null(id: &CommitId) -> bool {
    id.as_str().bytes().all(|b| b == b'0')
}

/// One record of `git status --porcelain=v2 -z`: a letter, states, then facts whose number depends on the letter.
pub(super) fn change(record: &[u8]) -> Option<FileChange> {
    let before_path = match record.first()? {
        b'1' => 8,
        b'u' => 10,
        b'?' => 1,
        _ => return None,
    };
    let mut parts = record.splitn(before_path + 1, |&b| b == b' ');
    let letter = parts.next()?;
    let states = if letter == b"?" { b"??" } else { parts.next()? };
    let path = String::from_utf8_lossy(parts.last()?).into_owned();
    let [staged, unstaged] = *states else { return None };
    Some(FileChange {
        path,
        staged: char::from(staged),
        unstaged: char::from(unstaged),
        conflicted: letter == b"u",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_of_every_sort() {
        let id = "0".repeat(40);
        let ordinary = format!("1 .M N... 100644 100644 100644 {id} {id} a b.txt");
        let seen = change(ordinary.as_bytes()).unwrap();
        assert_eq!((seen.path.as_str(), seen.staged, seen.unstaged), ("a b.txt", '.', 'M'));
        let unmerged = format!("u UU N... 100644 100644 100644 100644 {id} {id} {id} x");
        assert!(change(unmerged.as_bytes()).unwrap().conflicted);
        let unknown = change(b"? new file").unwrap();
        assert_eq!((unknown.path.as_str(), unknown.is_untracked()), ("new file", true));
        assert_eq!(change(b"2 R. whatever"), None);
    }
}
