//! What is going on in other worktrees, looked at side by side for as long as somebody waits.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::Repo;
use super::ask::{records, text};
use super::refs::begun;
use super::work::{STATUS, change};
use crate::files::read_outside;
use crate::model::facts::{CommitId, FileChange, Operation, Worktree};
use crate::process::{Call, Until, together};

/// The longest `.git` file of a worktree that is believed, in bytes.
const LONGEST: u64 = 64 * 1024;

/// What is going on in a worktree.
#[derive(Clone, Debug, Default)]
pub struct Inside {
    /// What `git status` lists there; `None`: that took longer than anybody waited, or the worktree is out of reach.
    pub changed: Option<Vec<FileChange>>,
    /// What git has begun there and not finished.
    pub operation: Option<Operation>,
}

impl Repo {
    /// What is going on in these worktrees, in their order. Git is asked in several of them at once, and given up where
    /// the answer comes later than `until`.
    pub fn look_into(&self, trees: &[&Worktree], until: Until) -> Vec<Inside> {
        let calls: Vec<Call> = trees.iter().map(|tree| self.listing(&tree.path)).collect();
        let listed = |bytes: Vec<u8>| records(&bytes).map(change).collect::<Option<Vec<_>>>();
        let changed = together(&calls, until).into_iter().map(|bytes| bytes.and_then(listed));
        let seen = trees.iter().zip(changed);
        let operation = |tree: &Worktree| {
            let there = self.dir_of(tree)?;
            begun(|name| there.join(name).exists())
        };
        seen.map(|(tree, changed)| Inside { changed, operation: operation(tree) }).collect()
    }

    /// How many commits each of these branches has that `base` has not, and the other way round; those are missing that
    /// are not known in time.
    pub fn ahead_and_behind(
        &self,
        branches: &[&str],
        base: &CommitId,
        until: Until,
    ) -> HashMap<String, (usize, usize)> {
        if branches.is_empty() {
            return HashMap::new();
        }
        let format = format!("--format=%(refname) %(ahead-behind:{base})");
        let names = branches.iter().map(|name| format!("refs/heads/{name}"));
        let call = self.ask(["for-each-ref", format.as_str()]).args(names).deadline(until.left());
        let listed = call.checked().and_then(|listing| text(&call, listing)).unwrap_or_default();
        let counted = |line: &str| {
            let mut words = line.rsplitn(3, ' ');
            let (behind, ahead) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
            Some((words.next()?.strip_prefix("refs/heads/")?.to_owned(), (ahead, behind)))
        };
        listed.lines().filter_map(counted).collect()
    }

    fn listing(&self, tree: &Path) -> Call {
        // Where this command runs is told by the caller's environment perhaps; a worktree finds itself.
        Call::git_read(tree, &self.vars).args(STATUS)
    }

    /// The worktree with this git directory; `None`: there is none any more.
    pub fn tree_of<'t>(&self, trees: &'t [Worktree], dir: &Path) -> Option<&'t Worktree> {
        let is_it = |tree: &&Worktree| tree.prunable.is_none() && self.dir_of(tree).as_deref() == Some(dir);
        trees.iter().find(is_it)
    }

    /// The top of the worktree in which this branch is being rebased.
    pub fn rebasing(&self, branch: &str) -> Option<PathBuf> {
        let full = format!("refs/heads/{branch}");
        let is_it = |tree: &&Worktree| {
            let dir = self.dir_of(tree);
            let named = |name: &str| read_outside(&dir.as_ref()?.join(name), LONGEST).ok();
            let names = ["rebase-merge/head-name", "rebase-apply/head-name"];
            names.iter().filter_map(|name| named(name)).any(|name| name.trim_ascii_end() == full.as_bytes())
        };
        self.worktrees().ok()?.iter().find(is_it).map(|tree| tree.path.clone())
    }

    fn dir_of(&self, tree: &Worktree) -> Option<PathBuf> {
        if self.work_tree() == Some(tree.path.as_path()) {
            return Some(self.git_dir.clone());
        }
        if tree.main {
            return Some(self.common_dir.clone());
        }
        let link = read_outside(&tree.path.join(".git"), LONGEST).ok()?;
        let link = String::from_utf8(link).ok()?;
        Some(tree.path.join(link.strip_prefix("gitdir: ")?.trim_end_matches('\n')))
    }
}
