//! What the index holds, told as a commit of it would be, without writing one.

use git2::{ObjectType, Oid};

use super::{Repo, Trouble};
use crate::error::{Error, Result};
use crate::model::facts::{FileMode, Source};
use crate::model::path::RepoPath;

/// What a commit of the index would hold.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Content {
    /// The names at the top with the ids of files and folders, in git's order.
    pub top: Vec<(String, String)>,
    /// Every file with the id of its content, in git's order; replacement characters where a path is not UTF-8.
    pub files: Vec<(String, String)>,
}

/// A file of the index: its path, its mode and its id.
type Entry = (Vec<u8>, u32, Oid);

const FOLDER: u32 = 0o040_000;

impl Repo {
    /// What a commit of the index would hold; `None`: a merge is not finished, so that git would make none.
    pub fn content(&self) -> Result<Option<Content>> {
        let entries = self.read(|_| self.entries(), || self.asked_entries())?;
        let Some(entries) = entries else { return Ok(None) };
        let lossy = |path: &[u8]| String::from_utf8_lossy(path).into_owned();
        let top = self.tree(&entries, 0)?.into_iter().map(|(name, _, id)| (lossy(&name), id.to_string()));
        let files = entries.iter().map(|(path, _, id)| (lossy(path), id.to_string()));
        Ok(Some(Content { top: top.collect(), files: files.collect() }))
    }

    fn entries(&self) -> Result<Option<Vec<Entry>>, Trouble> {
        let index = self.staged()?;
        let mut entries = Vec::new();
        for entry in index.from(b"").filter(|entry| !entry.intended) {
            if entry.stage != 0 {
                return Ok(None);
            }
            entries.push((entry.path.to_vec(), entry.mode, Oid::from_bytes(entry.id)?));
        }
        Ok(Some(entries))
    }

    fn asked_entries(&self) -> Result<Option<Vec<Entry>>> {
        let files = self.list(&Source::Index, &RepoPath::top())?;
        if files.iter().any(|file| file.conflicted) {
            return Ok(None);
        }
        let mode = |mode| match mode {
            FileMode::Regular => 0o100_644,
            FileMode::Executable => 0o100_755,
            FileMode::Symlink => 0o120_000,
            FileMode::Submodule => 0o160_000,
        };
        let id = |text: &str| Oid::from_str_ext(text, self.format).map_err(wrong);
        let entry = |file: &crate::model::facts::TreeFile| {
            Ok((file.path.as_str().as_bytes().to_vec(), mode(file.mode), id(file.id.as_str())?))
        };
        files.iter().map(entry).collect::<Result<_>>().map(Some)
    }

    // What stands in one folder, given every file in it; `from`: where the names begin in the paths. The order of the
    // index is that of trees: both take a folder as if its name ended in `/`.
    fn tree(&self, mut files: &[Entry], from: usize) -> Result<Vec<Entry>> {
        let mut entries = Vec::new();
        while let Some((path, mode, id)) = files.first() {
            let rest = path.get(from..).unwrap_or_default();
            let Some(end) = rest.iter().position(|&byte| byte == b'/') else {
                entries.push((rest.to_vec(), *mode, *id));
                files = files.get(1..).unwrap_or_default();
                continue;
            };
            let folder = path.get(..=from + end).unwrap_or_default();
            let count = files.iter().take_while(|(path, ..)| path.starts_with(folder)).count();
            let (inside, after) = files.split_at(count);
            let below = self.tree(inside, folder.len())?;
            let name = rest.get(..end).unwrap_or_default().to_vec();
            entries.push((name, FOLDER, self.hash_of_tree(&below)?));
            files = after;
        }
        Ok(entries)
    }

    fn hash_of_tree(&self, entries: &[Entry]) -> Result<Oid> {
        let mut bytes = Vec::new();
        for (name, mode, id) in entries {
            bytes.extend(format!("{mode:o} ").into_bytes());
            bytes.extend(name);
            bytes.push(0);
            bytes.extend(id.as_bytes());
        }
        Oid::hash_object_ext(ObjectType::Tree, &bytes, self.format).map_err(wrong)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is handed to map_err")]
fn wrong(error: git2::Error) -> Error {
    Error::repository(error.message())
}

#[cfg(test)]
mod tests {
    use super::super::sandbox::Sandbox;

    // What git says of the tree that it writes, which it may do in a test.
    fn written(sandbox: &Sandbox) -> Vec<(String, String)> {
        let tree = sandbox.git(&["write-tree"]);
        let listing = sandbox.git(&["ls-tree", "-z", &tree]);
        let entry = |record: &str| {
            let (facts, name) = record.split_once('\t')?;
            Some((name.to_owned(), facts.rsplit(' ').next()?.to_owned()))
        };
        listing.split('\0').filter_map(entry).collect()
    }

    #[test]
    fn what_is_staged_is_the_tree_that_git_would_write() {
        for init in [vec![], vec!["--object-format=sha256"]] {
            let sandbox = Sandbox::new(&init);
            let files = ["a", "a.b", "a-/x", "ab/c/d", "ab/c.d", "ab/c-/d", "zz/é/ü", "[x]", "z z/ y"]
                .map(|path| (if path == "a" { "a0" } else { path }, path));
            sandbox.commit("files", &files);
            sandbox.write("a/x", "the folder a beside a.b");
            sandbox.write("run.sh", "#!/bin/sh");
            sandbox.git(&["add", "-A"]);
            sandbox.git(&["update-index", "--chmod=+x", "run.sh"]);
            let repo = sandbox.open();
            let content = repo.content().unwrap().unwrap();
            assert_eq!(content.top, written(&sandbox));
            assert!(content.files.iter().any(|(path, _)| path == "ab/c/d"));
            // The other way to the same answer, where libgit2 cannot read the index.
            let asked = repo.asked_entries().unwrap().unwrap();
            assert_eq!(asked, repo.entries().unwrap_or_default().unwrap());
            sandbox.git(&["commit", "-qm", "all"]);
            let head = repo.head().unwrap().commit().cloned().unwrap();
            assert_eq!(repo.top_entries(&head).unwrap(), content.top, "after the commit it is the same");
            sandbox.write("announced", "x");
            sandbox.git(&["add", "-N", "announced"]);
            assert_eq!(sandbox.open().content().unwrap().unwrap().top, content.top);
        }
    }

    #[test]
    fn an_unfinished_merge_has_no_tree() {
        let sandbox = Sandbox::new(&[]);
        sandbox.commit("ours", &[("x", "ours")]);
        sandbox.git(&["switch", "-qc", "other", "HEAD~1"]);
        sandbox.commit("theirs", &[("x", "theirs")]);
        sandbox.git(&["read-tree", "-m", "HEAD~1", "HEAD", "main"]);
        assert_eq!(sandbox.open().content().unwrap(), None);
    }
}
