//! The acts of a release, and how they are taken back when a later one fails: children, as those in [`super::write`].

use std::path::Path;

use super::Repo;
use super::landings::tags::TAGS;
use super::refs::HEADS;
use super::write::with_paths;
use crate::error::{Error, Kind, Result};
use crate::model::facts::CommitId;
use crate::model::path::RepoPath;

impl Repo {
    /// Makes an annotated tag, signed when `sign` or git's settings say so. One that is there is left as it is.
    pub fn add_tag(&self, name: &str, at: &CommitId, message: &str, sign: bool) -> Result<()> {
        if !self.check_tag_name(name) {
            return Err(Error::new(Kind::Refused, format!("git accepts no tag of the name `{name}`")));
        }
        // Lines that begin with `#` are headings here, not comments. A signature begins on a line of its own. Git goes on
        // when this program is killed, and would take a pipe that nobody has written to for an empty message.
        let message = format!("{}\n", message.trim_end());
        let kind = if sign { "-s" } else { "-a" };
        let call = self.order(["tag", kind, "--cleanup=verbatim", "-m", &message]);
        self.done(&call.args(["--", name, at.as_str()])).map(drop)
    }

    /// Removes a tag, if it is at a commit.
    pub fn drop_tag(&self, name: &str, at: &CommitId) -> Result<()> {
        let full = format!("{TAGS}{name}");
        match self.verify(&full)? {
            Some(object) if self.resolve(&full)? == *at => {
                self.done(&self.order(["update-ref", "--no-deref", "-d", &full, &object])).map(drop)
            }
            _ => Ok(()),
        }
    }

    /// Commits as [`Repo::commit_paths`] does, signed when `sign` or git's settings say so.
    pub fn commit_release(&self, paths: &[RepoPath], message: &str, sign: bool) -> Result<CommitId> {
        self.commit_only(paths, message, if sign { &["--gpg-sign"] } else { &[] })
    }

    /// Moves a branch back, or the detached HEAD without one, if it still is at `from`. Index and work tree stay.
    pub fn set_branch_back(
        &self,
        branch: Option<&str>,
        to: &CommitId,
        from: &CommitId,
        reason: &str,
    ) -> Result<()> {
        let call = self.order(["update-ref", "-m", reason]);
        let call = match branch {
            // It may be another name of another branch.
            Some(name) => call.arg(format!("{HEADS}{name}")),
            None => call.args(["--no-deref", "HEAD"]),
        };
        self.done(&call.args([to.as_str(), from.as_str()])).map(drop)
    }

    /// Puts back what HEAD has at these paths into the index, nothing where it has nothing.
    pub fn unstage(&self, paths: &[RepoPath]) -> Result<()> {
        self.top()?;
        // Without any path git would put everything back.
        if paths.is_empty() {
            return Ok(());
        }
        self.done(&with_paths(self.order(["reset", "--quiet"]), paths)).map(drop)
    }

    /// Checks a commit out by itself, as it was before a branch was made for it.
    pub fn detach(&self, at: &CommitId) -> Result<()> {
        self.done(&self.order(["switch", "--quiet", "--detach", at.as_str()])).map(drop)
    }

    /// Whether a git command is changing the index, or was killed while it did.
    pub fn is_index_locked(&self) -> bool {
        let mut lock = self.index_path.clone().into_os_string();
        lock.push(".lock");
        Path::new(&lock).exists()
    }

    /// Removes a branch of this repository, if it still is at a commit.
    pub fn drop_branch(&self, name: &str, at: &CommitId) -> Result<()> {
        let full = format!("{HEADS}{name}");
        self.done(&self.order(["update-ref", "--no-deref", "-d", &full, at.as_str()])).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::super::sandbox::Sandbox;
    use super::*;

    const KINDS: [&[&str]; 3] = [&[], &["--object-format=sha256"], &["--ref-format=reftable"]];

    fn paths(list: &[&str]) -> Vec<RepoPath> {
        list.iter().map(|path| RepoPath::parse(path).unwrap()).collect()
    }

    /// Lets git sign with a program that writes down what it is given and fails when the file `broken` is there.
    fn signing(sandbox: &Sandbox) {
        let script = "#!/bin/sh\ncat >/dev/null\n[ -e broken ] && exit 1\necho '[GNUPG:] SIG_CREATED ' >&2\n\
                      printf -- '-----BEGIN PGP SIGNATURE-----\\n\\nx\\n-----END PGP SIGNATURE-----\\n'\n";
        sandbox.write(".git/sign", script);
        sandbox.git(&["config", "gpg.program", &sandbox.path().join(".git/sign").display().to_string()]);
        sandbox.git(&["config", "alias.executable", "!chmod +x .git/sign"]);
        sandbox.git(&["executable"]);
    }

    #[test]
    fn tags() {
        for init in KINDS {
            let sandbox = Sandbox::new(init);
            let repo = sandbox.open();
            let head = repo.head().unwrap().commit().unwrap().clone();
            repo.add_tag("v1", &head, "v1\n\n# What is new\n\n\n-  this  \n\n", false).unwrap();
            let raw = sandbox.git(&["cat-file", "tag", "v1"]);
            assert!(raw.ends_with("\n\nv1\n\n# What is new\n\n\n-  this"), "{raw:?}");
            let error = repo.add_tag("v1", &head, "again", false).unwrap_err();
            assert_eq!(error.kind(), Kind::Refused);
            assert!(error.message().contains("already exists"), "{error:?}");
            for name in ["-d", "--force", "a b", "", "x.lock", "a\0b"] {
                assert_eq!(repo.add_tag(name, &head, "x", false).unwrap_err().kind(), Kind::Refused);
                assert!(!repo.check_tag_name(name));
            }
            signing(&sandbox);
            repo.add_tag("v2", &head, "v2", true).unwrap();
            let raw = sandbox.git(&["cat-file", "tag", "v2"]);
            assert!(raw.contains("\n\nv2\n-----BEGIN PGP SIGNATURE-----\n"), "{raw:?}");
            sandbox.write("broken", "");
            assert_eq!(repo.add_tag("v3", &head, "v3", true).unwrap_err().kind(), Kind::Refused);
            assert_eq!(sandbox.git(&["tag"]), "v1\nv2");
            let other = repo.commit_release(&paths(&["broken"]), "other", false).unwrap();
            repo.drop_tag("v1", &other).unwrap();
            repo.drop_tag("v3", &head).unwrap();
            assert_eq!(sandbox.git(&["tag"]), "v1\nv2");
            repo.drop_tag("v1", &head).unwrap();
            assert_eq!(sandbox.git(&["tag"]), "v2");
        }
    }

    #[test]
    fn a_commit_and_the_way_back() {
        for init in KINDS {
            let sandbox = Sandbox::new(init);
            signing(&sandbox);
            let repo = sandbox.open();
            let before = repo.head().unwrap();
            let head = before.commit().unwrap().clone();
            sandbox.write("other", "staged");
            sandbox.git(&["add", "other"]);
            sandbox.write("begin", "changed");
            sandbox.write("new*", "x");
            sandbox.write("newer", "x");
            let files = paths(&["begin", "new*"]);
            let signed = repo.commit_release(&files, "release", true).unwrap();
            assert!(sandbox.git(&["cat-file", "commit", "HEAD"]).contains("\ngpgsig"));
            assert_eq!(sandbox.git(&["diff", "--name-only", "HEAD~1", "HEAD"]), "begin\nnew*");
            let wrong = repo.set_branch_back(before.branch(), &head, &head, "x").unwrap_err();
            assert_eq!((wrong.kind(), repo.head().unwrap().commit()), (Kind::Refused, Some(&signed)));
            repo.set_branch_back(before.branch(), &head, &signed, "undo: --release").unwrap();
            assert_eq!(repo.head().unwrap(), before);
            assert_eq!(sandbox.git(&["reflog", "-1", "--format=%gs"]), "undo: --release");
            repo.unstage(&[]).unwrap();
            assert_eq!(sandbox.git(&["diff", "--cached", "--name-only"]), "begin\nnew*\nother");
            repo.unstage(&[files, paths(&["nowhere"])].concat()).unwrap();
            assert_eq!(sandbox.git(&["status", "--porcelain"]), " M begin\nA  other\n?? new*\n?? newer");
            let plain = repo.commit_release(&paths(&["begin"]), "plain", false).unwrap();
            assert!(!sandbox.git(&["cat-file", "commit", "HEAD"]).contains("\ngpgsig"));
            sandbox.git(&["checkout", "-q", "--detach"]);
            repo.set_branch_back(None, &head, &plain, "back").unwrap();
            assert_eq!(repo.head().unwrap().commit(), Some(&head));
            assert_eq!(repo.branch_tip("main"), Some(plain.clone()), "branches stay where HEAD is none");
            sandbox.git(&["branch", "-q", "release/1"]);
            assert_eq!(repo.drop_branch("release/1", &plain).unwrap_err().kind(), Kind::Refused);
            assert_eq!(repo.branch_tip("release/1"), Some(head.clone()));
            repo.drop_branch("release/1", &head).unwrap();
            assert_eq!(repo.branch_tip("release/1"), None);
        }
    }
}
