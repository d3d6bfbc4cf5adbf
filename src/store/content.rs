//! The files that the state of the work tree is read from, by the ids of their bytes: those that git's index knows are
//! not read.

use std::collections::HashMap;

use crate::error::Result;
use crate::files::{EntryKind, FileStat};
use crate::model::edit::Root;
use crate::model::facts::BlobId;
use crate::model::path::RepoPath;

use super::snapshot::is_state;
use super::{CONFIG, FOLDER, LARGEST, Snapshot, Store};

/// Folders of processes are not deeper.
const DEEPEST: usize = 16;

/// What the state is read from, by content.
#[derive(Debug, PartialEq, Eq)]
pub struct Content {
    /// The files of the workflows by their names.
    workflows: Vec<(String, BlobId)>,
    /// The configuration, and the team's own processes and templates.
    others: Vec<(String, BlobId)>,
}

impl Content {
    /// The names of the files and their ids, as bytes to be compared.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (name, id) in self.workflows.iter().chain(&self.others) {
            bytes.extend_from_slice(name.as_bytes());
            bytes.push(0);
            bytes.extend_from_slice(id.as_str().as_bytes());
        }
        bytes
    }

    /// Whether these are the files that a snapshot was read from, byte for byte: what filters make of a file has the id of
    /// something else.
    pub fn is_of(&self, store: &Store, snapshot: &Snapshot) -> bool {
        let read: HashMap<&str, &[u8]> = snapshot
            .workflows
            .iter()
            .map(|loaded| (loaded.path.file_name(), loaded.bytes.as_slice()))
            .collect();
        let same = |(name, id): &(String, BlobId)| {
            read.get(name.as_str()).is_some_and(|bytes| store.repo.hash(bytes).is_ok_and(|read| read == *id))
        };
        snapshot.broken.is_empty() && read.len() == self.workflows.len() && self.workflows.iter().all(same)
    }
}

impl Store {
    /// What the state of the work tree is read from; `None`: something among it is no ordinary file, or it is a plan file.
    pub fn content(&self) -> Result<Option<Content>> {
        if self.plan.is_some() {
            return Ok(None);
        }
        let folder = RepoPath::parse(&format!("{FOLDER}/workflows"))?;
        let mut files: Vec<(String, FileStat)> = Vec::new();
        for (entry, stat) in self.files.stats(Root::WorkTree, &folder)? {
            if is_state(&entry.name) {
                let Some(stat) = stat else { return Ok(None) };
                files.push((entry.name, stat));
            }
        }
        let named: Vec<(&str, FileStat)> = files.iter().map(|(name, stat)| (name.as_str(), *stat)).collect();
        let known = self.repo.vouched(&folder, &named)?;
        let reader = self.files.reader(Root::WorkTree)?;
        let mut workflows = Vec::with_capacity(files.len());
        for ((name, _), known) in files.into_iter().zip(known) {
            let id = match known {
                Some(id) => id,
                None => match reader.read(&folder.join(&name)?, LARGEST)? {
                    Some(bytes) => self.repo.hash(&bytes)?,
                    None => return Ok(None),
                },
            };
            workflows.push((name, id));
        }
        let mut others = Vec::new();
        if let Some(bytes) = self.files.read(Root::WorkTree, &RepoPath::parse(CONFIG)?, LARGEST)? {
            others.push((CONFIG.to_owned(), self.repo.hash(&bytes)?));
        }
        let profiles = RepoPath::parse(&format!("{FOLDER}/profiles"))?;
        Ok(self.read_below(&profiles, &mut others, DEEPEST)?.then_some(Content { workflows, others }))
    }

    // Whether everything there is files and folders.
    fn read_below(&self, dir: &RepoPath, ids: &mut Vec<(String, BlobId)>, deepest: usize) -> Result<bool> {
        for entry in self.files.list(Root::WorkTree, dir)? {
            let Ok(path) = dir.join(&entry.name) else { return Ok(false) };
            let fine = match entry.kind {
                // A folder by itself is the name of a process.
                EntryKind::Dir if deepest > 0 => {
                    ids.push((path.to_string(), self.repo.hash(b"")?));
                    self.read_below(&path, ids, deepest - 1)?
                }
                EntryKind::File => match self.files.read(Root::WorkTree, &path, LARGEST)? {
                    Some(bytes) => {
                        ids.push((path.to_string(), self.repo.hash(&bytes)?));
                        true
                    }
                    None => false,
                },
                _ => false,
            };
            if !fine {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
