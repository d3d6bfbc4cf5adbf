//! A snapshot: configuration, processes and workflows of one version of the state, broken files listed beside them.

use std::sync::Arc;

use crate::error::{At as Place, Error, Kind, Result};
use crate::files::EntryKind;
use crate::formats::yaml;
use crate::model::config::Config;
use crate::model::edit::Root;
use crate::model::facts::{FileMode, Source};
use crate::model::id::Id;
use crate::model::item::Item;
use crate::model::page::Pages;
use crate::model::path::RepoPath;
use crate::model::profile::Profile;
use crate::model::workflow::{Misplaced, Workflow};

use super::configuration::{newer_schema, read_config};
use super::pages::rendered;
use super::{At, CONFIG, FOLDER, Home, LARGEST, Store};

/// One version of the state.
#[derive(Debug)]
pub struct Snapshot {
    /// Which version.
    pub at: At,
    /// Whether there is a configuration at all.
    pub initialised: bool,
    /// The team's configuration; the defaults where there is none or it is broken.
    pub config: Config,
    /// The workflows in the order of their ids.
    pub workflows: Vec<Loaded>,
    /// What could not be read.
    pub broken: Vec<Broken>,
    /// The other files of the same version, as far as a process looks at them.
    pub pages: Pages,
    pub(super) profiles: Vec<Arc<Profile>>,
}

/// A workflow and where it comes from.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// Its file.
    pub path: RepoPath,
    /// The bytes of the file.
    pub bytes: Vec<u8>,
    /// What they say.
    pub workflow: Workflow,
    /// Where it comes from instead, when it lives on another branch; its bytes are those of that copy.
    pub home: Option<Home>,
    pub(super) profile: usize,
}

/// A file that cannot be used, or not be trusted.
#[derive(Debug)]
pub struct Broken {
    /// The file.
    pub path: String,
    /// What is wrong with it, with the place.
    pub error: Error,
}

/// The files of workflows, read; what could not be read beside them.
#[derive(Default)]
struct Found {
    files: Vec<(RepoPath, Vec<u8>)>,
    broken: Vec<Broken>,
}

impl Found {
    fn add(&mut self, path: String, error: Error) {
        self.broken.push(Broken { path, error });
    }
}

type Parsed = (RepoPath, Vec<u8>, Result<Workflow>);

impl Store {
    /// Reads one version of the state.
    pub fn snapshot(&self, at: At) -> Result<Snapshot> {
        self.snapshot_of(at, None)
    }

    /// Reads one version of the state, of one workflow's file only where one is named; it may be missing.
    pub fn snapshot_of(&self, at: At, file: Option<&RepoPath>) -> Result<Snapshot> {
        let mut broken = Vec::new();
        let config = self.config(&at, &mut broken)?;
        let initialised = config.is_some() || self.plan.is_some();
        let config = config.unwrap_or_default();
        let pages = self.pages(&at, &config);
        let mut snapshot =
            Snapshot { at, initialised, config, workflows: Vec::new(), broken, pages, profiles: Vec::new() };
        let Found { files, broken } = self.workflow_files(&snapshot.at, file)?;
        snapshot.broken.extend(broken);
        for (path, bytes, parsed) in parse_all(files) {
            let loaded = parsed.and_then(|workflow| {
                self.matches_its_file(&path, &bytes, &workflow)?;
                let profile = self.profile_index(&mut snapshot, &workflow, &path, &bytes)?;
                Ok((workflow, profile))
            });
            match loaded {
                Ok((workflow, profile)) => {
                    snapshot.workflows.push(Loaded { path, bytes, workflow, profile, home: None });
                }
                Err(error) => snapshot.broken.push(Broken { path: path.to_string(), error }),
            }
        }
        snapshot.set_twins_aside();
        snapshot.workflows.sort_by(|a, b| a.workflow.id.as_str().cmp(b.workflow.id.as_str()));
        snapshot.pages.know_rendered(rendered(snapshot.laid_out(), &snapshot.config.paths));
        Ok(snapshot)
    }

    /// The bytes of one file of a version of the state.
    pub fn read(&self, at: &At, path: &RepoPath) -> Result<Option<Vec<u8>>> {
        let Some(source) = source(at) else { return self.files.read(Root::WorkTree, path, LARGEST) };
        let files = self.repo.list(&source, path)?;
        let file = files.iter().find(|file| file.path == *path);
        file.map(|file| self.repo.blob(&file.id, LARGEST)).transpose()
    }

    pub(super) fn config(&self, at: &At, broken: &mut Vec<Broken>) -> Result<Option<Config>> {
        let path = RepoPath::parse(CONFIG)?;
        let read = match self.read(at, &path) {
            Ok(None) => return Ok(None),
            Ok(Some(bytes)) => read_config(&bytes),
            Err(error) if error.kind() == Kind::State => Err(error),
            Err(error) => return Err(error),
        };
        match read {
            Ok(config) => Ok(Some(config)),
            Err(error) => {
                broken.push(Broken { path: path.to_string(), error });
                Ok(Some(Config::default()))
            }
        }
    }

    fn workflow_files(&self, at: &At, file: Option<&RepoPath>) -> Result<Found> {
        if let Some(file) = file {
            let files = self.read(at, file)?.map(|bytes| (file.clone(), bytes)).into_iter().collect();
            return Ok(Found { files, broken: Vec::new() });
        }
        if let Some(plan) = &self.plan {
            let bytes = self
                .read(at, plan)?
                .ok_or_else(|| Error::not_found(format!("there is no plan file {plan}")))?;
            return Ok(Found { files: vec![(plan.clone(), bytes)], broken: Vec::new() });
        }
        let folder = RepoPath::parse(&format!("{FOLDER}/workflows"))?;
        match source(at) {
            None => self.found_in_work_tree(&folder),
            Some(source) => self.found_in_git(&source, &folder),
        }
    }

    fn found_in_work_tree(&self, folder: &RepoPath) -> Result<Found> {
        let mut found = Found::default();
        let mut paths = Vec::new();
        for entry in
            self.files.list(Root::WorkTree, folder)?.into_iter().filter(|entry| is_state(&entry.name))
        {
            match folder.join(&entry.name) {
                Ok(path) if entry.kind != EntryKind::NotUtf8 => paths.push(path),
                Ok(_) => found.add(format!("{folder}/{}", entry.name), Error::state("the name is not UTF-8")),
                Err(error) => found.add(format!("{folder}/{}", entry.name), error),
            }
        }
        let files = self.files.reader(Root::WorkTree)?;
        let read = |path: RepoPath| {
            let bytes = files.read(&path, LARGEST);
            (path, bytes)
        };
        for (path, bytes) in spread(paths, read) {
            match bytes {
                Ok(Some(bytes)) => found.files.push((path, bytes)),
                Ok(None) => {}
                Err(error) => found.add(path.to_string(), error),
            }
        }
        Ok(found)
    }

    fn found_in_git(&self, source: &Source, folder: &RepoPath) -> Result<Found> {
        let mut found = Found::default();
        for file in self.repo.list(source, folder)?.into_iter().filter(|file| is_state(file.path.as_str())) {
            if file.conflicted {
                found.add(file.path.to_string(), Error::state("it is not merged"));
            } else if !matches!(file.mode, FileMode::Regular | FileMode::Executable) {
                found.add(file.path.to_string(), Error::state("it is not an ordinary file"));
            } else {
                let bytes = self.repo.blob(&file.id, LARGEST)?;
                found.files.push((file.path, bytes));
            }
        }
        Ok(found)
    }

    fn matches_its_file(&self, path: &RepoPath, bytes: &[u8], workflow: &Workflow) -> Result<()> {
        let stem = path.file_name().rsplit_once('.').map_or("", |(stem, _)| stem);
        if self.plan.is_some() || Id::parse(stem).is_ok_and(|stem| stem == workflow.id) {
            return Ok(());
        }
        let error = Error::state(format!("the workflow is called {} but its file {stem}", workflow.id));
        Err(placed(error, bytes, path.as_str(), &["id"])
            .hint(format!("git mv {path} {FOLDER}/workflows/{}.yaml", workflow.id)))
    }

    fn profile_index(
        &self,
        snapshot: &mut Snapshot,
        workflow: &Workflow,
        path: &RepoPath,
        bytes: &[u8],
    ) -> Result<usize> {
        if let Some(known) =
            snapshot.profiles.iter().position(|profile| profile.answers_to(&workflow.profile))
        {
            return Ok(known);
        }
        let profile = self.profile(&snapshot.at, &workflow.profile).map_err(|error| {
            if error.place().is_some() {
                error
            } else {
                placed(as_state(&error), bytes, path.as_str(), &["profile"])
            }
        })?;
        snapshot.profiles.push(Arc::new(profile));
        Ok(snapshot.profiles.len() - 1)
    }
}

impl Snapshot {
    // Ids are compared without case, names of files are not: neither of two such files can be the one that is meant.
    fn set_twins_aside(&mut self) {
        let twin = |one: &Loaded, all: &[Loaded]| {
            let other =
                all.iter().find(|other| other.path != one.path && other.workflow.id == one.workflow.id)?;
            Some(other.path.clone())
        };
        let mut ids = std::collections::HashSet::new();
        if self.workflows.iter().all(|loaded| ids.insert(&loaded.workflow.id)) {
            return;
        }
        let twins: Vec<Option<RepoPath>> =
            self.workflows.iter().map(|one| twin(one, &self.workflows)).collect();
        for (loaded, twin) in std::mem::take(&mut self.workflows).into_iter().zip(twins) {
            match twin {
                None => self.workflows.push(loaded),
                Some(twin) => {
                    let error = Error::state(format!("{twin} has the same id; case does not count"));
                    self.broken.push(loaded.broken(error, &["id".to_owned()]));
                }
            }
        }
    }

    /// The process of a workflow.
    pub fn profile_of(&self, workflow: &Id) -> Option<&Arc<Profile>> {
        self.profiles.get(self.loaded(workflow)?.profile)
    }

    /// Whether the copy of a workflow that counts is the one of this version, not that on the branch where it lives.
    pub fn is_here(&self, workflow: &Id) -> bool {
        self.loaded(workflow).is_none_or(|loaded| loaded.home.is_none())
    }

    /// The workflow of that id, with its file.
    pub fn loaded(&self, workflow: &Id) -> Option<&Loaded> {
        self.workflows.iter().find(|loaded| loaded.workflow.id == *workflow)
    }
}

impl Loaded {
    /// An error about the value under these keys, with its place in the file.
    pub fn broken(&self, error: Error, keys: &[String]) -> Broken {
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        Broken { path: self.path.to_string(), error: placed(error, &self.bytes, self.path.as_str(), &keys) }
    }
}

/// Reads a workflow from the text of its file.
pub(super) fn read_workflow(bytes: &[u8], path: &RepoPath) -> Result<Workflow> {
    let root: Item = match yaml::read(bytes, path.as_str()) {
        Ok(root) => root,
        // A newer file may well hold keys that this program does not know; what counts is that it is newer.
        Err(error) => return Err(newer_schema(bytes, path.as_str()).unwrap_or(error)),
    };
    Workflow::from_root(root).map_err(|Misplaced { path: keys, message }| {
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        let error = Error::state(message.clone());
        let error = if message.starts_with("schema ") {
            error.hint("upgrade git-track; nothing is written")
        } else {
            error
        };
        placed(error, bytes, path.as_str(), &keys)
    })
}

pub(super) fn placed(error: Error, bytes: &[u8], path: &str, keys: &[&str]) -> Error {
    let text = String::from_utf8_lossy(bytes);
    // The nearest thing above that is there: a missing key has no place of its own.
    let at = (0..=keys.len()).rev().find_map(|depth| yaml::locate(&text, path, keys.get(..depth)?));
    error.at(at.unwrap_or_else(|| Place {
        file: path.to_owned(),
        line: 1,
        column: 1,
        source: String::new(),
        width: 1,
    }))
}

pub(super) fn as_state(error: &Error) -> Error {
    error.hints().iter().fold(Error::state(error.message()), |state, hint| state.hint(hint.clone()))
}

pub(super) fn source(at: &At) -> Option<Source> {
    match at {
        At::WorkTree => None,
        At::Index => Some(Source::Index),
        At::Commit(commit) => Some(Source::Commit(commit.clone())),
    }
}

pub(super) fn is_state(name: &str) -> bool {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    ending == Some("yaml") && !name.rsplit('/').next().unwrap_or(name).starts_with('.')
}

fn parse_all(files: Vec<(RepoPath, Vec<u8>)>) -> Vec<Parsed> {
    spread(files, |(path, bytes)| {
        let parsed = read_workflow(&bytes, &path);
        (path, bytes, parsed)
    })
}

/// Does the same to many things, on as many threads as there are processors when there is enough to do.
fn spread<T: Send, R: Send>(mut things: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(8);
    if threads == 1 || things.len() < 64 {
        return things.into_iter().map(work).collect();
    }
    let share = things.len().div_ceil(threads);
    let mut shares = Vec::new();
    while !things.is_empty() {
        let rest = things.split_off(share.min(things.len()));
        shares.push(std::mem::replace(&mut things, rest));
    }
    let work = &work;
    let all = move |share: Vec<T>| share.into_iter().map(work).collect::<Vec<R>>();
    std::thread::scope(|scope| {
        let own = shares.remove(0);
        let running: Vec<_> = shares.into_iter().map(|share| scope.spawn(move || all(share))).collect();
        let mut done = all(own);
        for thread in running {
            done.extend(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        done
    })
}
