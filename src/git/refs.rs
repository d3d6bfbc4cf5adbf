//! Names: what is checked out, what a revision means, which branches there are, what is under way.

use std::collections::HashSet;

use git2::{ErrorCode, ObjectType, Oid, ReferenceType, Repository};

use super::ask::{odd, one_line, text};
use super::{Repo, Trouble};
use crate::error::{Error, Result};
use crate::model::facts::{Branch, CommitId, Head, Operation, Source};
use crate::model::path::RepoPath;

/// What the full names of branches begin with.
pub(super) const HEADS: &str = "refs/heads/";
const REMOTES: &str = "refs/remotes/";
/// What people call the main branch when nothing else says so.
const USUAL: [&str; 3] = ["main", "master", "trunk"];

const PICK: &str = "CHERRY_PICK_HEAD";
const REVERT: &str = "REVERT_HEAD";

/// What git has begun, by what is in the git directory of a worktree.
pub(super) fn begun(has: impl Fn(&str) -> bool) -> Option<Operation> {
    let picking = || has(PICK) || has("sequencer/todo");
    if has("rebase-merge") {
        Some(Operation::Rebase)
    } else if has("rebase-apply") {
        Some(if has("rebase-apply/applying") { Operation::Am } else { Operation::Rebase })
    } else if has("MERGE_HEAD") {
        Some(Operation::Merge)
    } else if has(REVERT) && !has(PICK) {
        Some(Operation::Revert)
    } else if picking() {
        // Between two picks of a series only the list of what is left is there.
        Some(Operation::CherryPick)
    } else if has("BISECT_LOG") {
        Some(Operation::Bisect)
    } else {
        None
    }
}

impl Repo {
    /// What is checked out.
    pub fn head(&self) -> Result<Head> {
        let Some(target) = self.symbolic("HEAD")? else {
            let commit = self.tip("HEAD")?;
            let commit = commit.ok_or_else(|| Error::repository("HEAD names no commit"))?;
            return Ok(Head::Detached { commit });
        };
        let name = target.strip_prefix(HEADS).unwrap_or(&target).to_owned();
        Ok(match self.tip(&target)? {
            Some(commit) => Head::Branch { name, commit },
            None => Head::Unborn { branch: name },
        })
    }

    /// The commit that a revision names, in all of git's syntax; tags are followed.
    pub fn resolve(&self, rev: &str) -> Result<CommitId> {
        // Dates and searches are git's own art; the rest is the same in both.
        let plain = !(rev.contains("@{") || rev.contains(":/") || rev.contains("^{/"));
        if plain && let Some(id) = self.read_objects(|lib| Ok(quickly(lib, rev)), || Ok(None))? {
            return CommitId::parse(&id.to_string());
        }
        let missing = || Error::not_found(format!("no such revision: `{rev}`"));
        if rev.is_empty() || rev.contains('\0') {
            return Err(missing());
        }
        // In two steps, because the search `:/text` would swallow the suffix.
        let object = self.verify(rev)?.ok_or_else(missing)?;
        match self.verify(&format!("{object}^{{commit}}"))? {
            Some(id) => CommitId::parse(&id),
            None => Err(Error::not_found(format!("`{rev}` is not a commit"))),
        }
    }

    pub(super) fn verify(&self, rev: &str) -> Result<Option<String>> {
        let call = self.ask(["rev-parse", "--verify", "--quiet", "--end-of-options", rev]);
        let output = call.run()?;
        match output.code {
            Some(0) => Ok(Some(text(&call, output.stdout)?.trim_end().to_owned())),
            Some(1) => Ok(None),
            // A place in a log before its first entry, a path that is not there.
            _ => Err(Error::not_found(format!("no such revision: `{rev}`")).note(output.complaint())),
        }
    }

    /// All branches: of this repository, then those remembered from remotes, by name.
    pub fn branches(&self) -> Result<Vec<Branch>> {
        let mut all = self.read(branches, || {
            let format = "--format=%(refname)%00%(objectname)%00%(symref)";
            let call = self.ask(["for-each-ref", format, HEADS, REMOTES]);
            let listing = text(&call, call.checked()?)?;
            let mut all = Vec::new();
            for line in listing.lines() {
                let mut parts = line.split('\0');
                let (Some(full), Some(id), Some(symref)) = (parts.next(), parts.next(), parts.next()) else {
                    return Err(odd(&call));
                };
                all.extend(branch(full, id, !symref.is_empty())?);
            }
            Ok(all)
        })?;
        all.sort_by(|a, b| a.full.cmp(&b.full));
        Ok(all)
    }

    /// Whether any branch, of this repository or remembered from a remote, holds something of this name.
    pub fn is_on_a_branch(&self, path: &RepoPath) -> Result<bool> {
        let mut seen = HashSet::new();
        for branch in self.branches()? {
            if seen.insert(branch.commit.clone())
                && !self.list(&Source::Commit(branch.commit), path)?.is_empty()
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The short name of the branch that work is merged into, as far as the repository tells.
    pub fn default_branch(&self) -> Result<Option<String>> {
        let origin = "refs/remotes/origin/";
        if let Some(target) = self.symbolic(&format!("{origin}HEAD"))?
            && let Some(name) = target.strip_prefix(origin)
        {
            return Ok(Some(name.to_owned()));
        }
        let configured = self.config("init.defaultBranch")?;
        for name in configured.iter().map(String::as_str).chain(USUAL) {
            if self.check_ref_name(name) && self.tip(&format!("{HEADS}{name}"))?.is_some() {
                return Ok(Some(name.to_owned()));
            }
        }
        Ok(self.head()?.branch().map(str::to_owned))
    }

    /// Whether git would accept a branch of this name.
    pub fn check_ref_name(&self, name: &str) -> bool {
        name != "HEAD" && git2::Branch::name_is_valid(name).unwrap_or(false)
    }

    /// Whether git would accept a tag of this name.
    pub fn check_tag_name(&self, name: &str) -> bool {
        !name.contains('\0') && git2::Tag::is_valid_name(name)
    }

    /// What git has begun in this worktree and not finished.
    pub fn operation(&self) -> Option<Operation> {
        begun(|name| match name {
            PICK | REVERT => self.has_pseudo_ref(name),
            _ => self.git_dir.join(name).exists(),
        })
    }

    /// A file of the git directory, except where the repository keeps its refs in another way.
    fn has_pseudo_ref(&self, name: &str) -> bool {
        let elsewhere = || self.lib.is_none() && matches!(self.tip(name), Ok(Some(_)));
        self.git_dir.join(name).exists() || elsewhere()
    }

    /// Where a symbolic ref points; `None` if it is none or does not exist.
    fn symbolic(&self, name: &str) -> Result<Option<String>> {
        self.read(
            |lib| match lib.find_reference(name) {
                Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
                Err(error) => Err(error.into()),
                Ok(found) => {
                    Ok(found.symbolic_target_bytes().map(|to| String::from_utf8_lossy(to).into_owned()))
                }
            },
            || one_line(&self.ask(["symbolic-ref", "--quiet", name])),
        )
    }

    /// The commit of a branch of this repository; `None`: there is no such branch, or it cannot be read.
    pub fn branch_tip(&self, name: &str) -> Option<CommitId> {
        self.tip(&format!("{HEADS}{name}")).ok().flatten()
    }

    /// The commit of a ref given by its full name; `None` if there is no such ref.
    pub(super) fn tip(&self, full: &str) -> Result<Option<CommitId>> {
        let id = self.read(
            |lib| match lib.refname_to_id(full) {
                Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
                Err(error) => Err(Trouble::from(error)),
                Ok(id) => Ok(Some(id.to_string())),
            },
            || one_line(&self.ask(["rev-parse", "--verify", "--quiet", "--end-of-options", full])),
        )?;
        id.map(|id| CommitId::parse(&id)).transpose()
    }
}

/// The commit that libgit2 finds; not finding one is for git to say.
fn quickly(lib: &Repository, rev: &str) -> Option<Oid> {
    let commit = lib.revparse_single(rev).ok()?.peel(ObjectType::Commit).ok()?;
    Some(commit.id())
}

fn branches(lib: &Repository) -> Result<Vec<Branch>, Trouble> {
    let mut all = Vec::new();
    for glob in ["refs/heads/*", "refs/remotes/*"] {
        for reference in lib.references_glob(glob)? {
            let reference = reference?;
            let symbolic = reference.kind() == Some(ReferenceType::Symbolic);
            // A symbolic ref to a branch that is not there is no branch for git either.
            let end = || reference.resolve().ok().and_then(|end| end.target());
            let Some(id) = reference.target().or_else(end) else { continue };
            let full = String::from_utf8_lossy(reference.name_bytes());
            all.extend(branch(&full, &id.to_string(), symbolic)?);
        }
    }
    Ok(all)
}

/// `origin/HEAD` and its like are no branches but say which one is meant.
fn branch(full: &str, id: &str, symbolic: bool) -> Result<Option<Branch>> {
    let local = full.strip_prefix(HEADS);
    let Some(name) = local.or_else(|| full.strip_prefix(REMOTES)) else { return Ok(None) };
    let remote = local.is_none();
    if remote && symbolic {
        return Ok(None);
    }
    let commit = CommitId::parse(id)?;
    Ok(Some(Branch { name: name.to_owned(), full: full.to_owned(), remote, commit }))
}
