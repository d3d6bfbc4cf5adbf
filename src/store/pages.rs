//! The files that a process looks at, of one version of the repository.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::error::Result;
use crate::files::{Files, is_folder};
use crate::formats::{locate, markdown, yaml};
use crate::git::Repo;
use crate::model::config::Config;
use crate::model::document::Logs;
use crate::model::edit::Root;
use crate::model::facts::{CommitId, FileChange, Source};
use crate::model::id::Id;
use crate::model::item::Item;
use crate::model::location::{Found, Location};
use crate::model::page::{Page, Pages, Section, Sources};
use crate::model::path::RepoPath;
use crate::model::place::{Places, path_of};
use crate::model::profile::Profile;
use crate::model::title::{plain_title, plain_words};
use crate::model::workflow::Workflow;

use super::regular::regular;
use super::snapshot::source;
use super::{At, FOLDER, Store};

/// The largest file that a judgement is bound to, in bytes; of a larger one is only known that it is there.
const LARGEST: u64 = 16 * 1024 * 1024;

/// Where logs are kept when nobody says where: below the git directory of all worktrees.
const LOGS: &str = "track/logs";

impl Store {
    /// The files of a version of the repository, each read when it is asked for.
    pub(super) fn pages(&self, at: &At, config: &Config) -> Pages {
        let reader =
            Rc::new(Reader { files: self.files.clone(), repo: Rc::clone(&self.repo), at: at.clone() });
        let of_locations = Rc::clone(&reader);
        let (of_folders, at_folders, changed) = (Rc::clone(&self.repo), at.clone(), OnceCell::new());
        let (of_tree, of_bytes) = (Rc::clone(&self.repo), Rc::clone(&self.repo));
        let (of_content, of_checkouts, of_branch) =
            (Rc::clone(&self.repo), Rc::clone(&self.repo), Rc::clone(&self.repo));
        let (worked_in, known) = (*at == At::WorkTree, commit_of(at));
        let commit = commit_of(at);
        let (roots, wanted) = (self.log_roots(), config.log_root.clone());
        let sources = Sources {
            read: Box::new(move |path| reader.read(path)),
            below: Box::new(move |folder| below(&of_folders, &at_folders, &changed, folder)),
            tree: Box::new(move |but| tree(&of_tree, commit.as_ref(), but)),
            content: Box::new(move |but| match &known {
                Some(commit) => tree(&of_content, Some(commit), but),
                None => staged(&of_content, but),
            }),
            checkouts: Box::new(move || of_checkouts.checkouts().ok().filter(|_| worked_in)),
            holds: Box::new(move |branch| if worked_in { holds(&of_branch, branch) } else { None }),
            digest: Box::new(move |bytes| short(&of_bytes, bytes)),
            logged: Box::new(move |logs, workflow| {
                is_folder(&roots.folder(logs, wanted.as_deref(), workflow).1)
            }),
            located: Box::new(move |location| of_locations.located(location)),
        };
        let places: BTreeMap<_, _> = config.paths.clone();
        Pages::new(sources, places)
    }

    /// The folder in which each workflow has a folder for its logs.
    pub fn log_root(&self, logs: &Logs, config: &Config, workflow: &str) -> PathBuf {
        self.log_roots().folder(logs, config.log_root.as_deref(), workflow).0
    }

    /// How a file that is about to be written will look.
    pub fn foresee(&self, path: &RepoPath, bytes: &[u8]) -> Page {
        page(&self.repo, path, bytes)
    }

    fn log_roots(&self) -> LogRoots {
        LogRoots {
            vars: Rc::clone(&self.vars),
            top: self.repo.work_tree().map(Path::to_path_buf).unwrap_or_default(),
            usual: self.repo.common_dir().join(LOGS),
        }
    }
}

/// What decides where logs are kept.
struct LogRoots {
    vars: Rc<BTreeMap<String, String>>,
    top: PathBuf,
    usual: PathBuf,
}

impl LogRoots {
    // The root, and the folder of the workflow in it.
    fn folder(&self, logs: &Logs, configured: Option<&str>, workflow: &str) -> (PathBuf, PathBuf) {
        let named = logs.variable.as_ref().and_then(|name| self.vars.get(name)).map(String::as_str);
        let root = named.filter(|root| !root.is_empty()).or(configured);
        let root = root.map_or_else(|| self.usual.clone(), |root| self.top.join(root));
        // Some name the folder of the one workflow that they are about.
        let own = root.file_name().is_some_and(|name| name.to_string_lossy() == workflow);
        let root = if own { root.parent().map(Path::to_path_buf).unwrap_or_default() } else { root };
        let folder = root.join(workflow);
        (root, folder)
    }
}

/// The files that are rendered from these workflows, to be listed when somebody asks.
pub(super) fn rendered<'a>(
    workflows: impl Iterator<Item = (&'a Workflow, &'a Arc<Profile>)>,
    places: &Places,
) -> impl Fn() -> BTreeSet<RepoPath> + 'static {
    let known: Vec<(Id, Item, Arc<Profile>)> = workflows
        .filter(|(_, profile)| profile.documents.values().any(|document| document.template.is_some()))
        .map(|(workflow, profile)| {
            // Its fields may say where its documents are.
            let root = Item { fields: workflow.root.fields.clone(), ..Item::default() };
            (workflow.id.clone(), root, Arc::clone(profile))
        })
        .collect();
    let places = places.clone();
    move || {
        let of_one = |(id, root, profile): &(Id, Item, Arc<Profile>)| -> Vec<RepoPath> {
            let documents = profile.documents.values().filter(|document| document.template.is_some());
            let path = |document| path_of(document, (id, root), (id, root), profile, &places).ok();
            documents.filter_map(path).collect()
        };
        known.iter().flat_map(of_one).collect()
    }
}

struct Reader {
    files: Files,
    repo: Rc<Repo>,
    at: At,
}

impl Reader {
    fn read(&self, path: &RepoPath) -> Option<Page> {
        let there = || Page::default();
        match source(&self.at) {
            None => match self.files.read(Root::WorkTree, path, LARGEST) {
                Ok(bytes) => Some(page(&self.repo, path, &bytes?)),
                Err(_) => self.files.exists(Root::WorkTree, path).ok()?.then(there),
            },
            Some(source) => {
                let files = self.repo.list(&source, path).ok()?;
                let file = files.iter().find(|file| file.path == *path);
                match file.map(|file| self.repo.blob(&file.id, LARGEST)) {
                    Some(Ok(bytes)) => Some(page(&self.repo, path, &bytes)),
                    Some(Err(_)) => Some(there()),
                    None => (!files.is_empty()).then(there),
                }
            }
        }
    }

    fn located(&self, location: &Location) -> Found {
        let found =
            regular((&self.files, &self.repo), &self.at, location.file()).and_then(|bytes| match bytes {
                None => Ok(Found::NoFile),
                Some(bytes) => values(location, &bytes),
            });
        found.unwrap_or_else(|error| Found::Unreadable(error.to_string()))
    }
}

/// What the bytes of a file say at a location.
fn values(location: &Location, bytes: &[u8]) -> Result<Found> {
    let path = locate::Path::parse(location.path())?;
    let found = locate::locate(location.file().as_str(), bytes, &path)?;
    let values: Vec<String> = found.into_iter().map(|located| located.text).collect();
    Ok(if values.is_empty() { Found::NoValue } else { Found::Values(values) })
}

fn page(repo: &Repo, path: &RepoPath, bytes: &[u8]) -> Page {
    let mut page = Page {
        on: short(repo, bytes),
        lines: bytes.split_inclusive(|&byte| byte == b'\n').count(),
        ..Page::default()
    };
    let ending = path.file_name().rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    if !matches!(ending.as_deref(), Some("md" | "markdown")) {
        return page;
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        page.unreadable = Some("it is not UTF-8".to_owned());
        return page;
    };
    let read = markdown::page(text);
    if let Some(front) = read.front {
        match front_matter(front, path) {
            Ok(map) => page.front = map,
            Err(error) => page.unreadable = Some(error.message().to_owned()),
        }
    }
    page.sections = read
        .sections
        .into_iter()
        .map(|section| Section {
            title: plain_title(&section.title),
            filled: section.filled,
            points: section.points.into_iter().map(|point| point.text).collect(),
        })
        .collect();
    // A comment in the front matter says what may be written, not what is.
    let front = read.front.unwrap_or_default().lines();
    let front = front.map(|line| line.split_once(" #").map_or(line, |(said, _)| said));
    page.text = front.chain(read.lines.iter().map(String::as_str)).map(plain_words).collect();
    page
}

/// The front matter of a document as an untyped mapping.
pub(super) fn front_matter(front: &str, path: &RepoPath) -> Result<Map<String, Value>> {
    if front.trim().is_empty() {
        return Ok(Map::new());
    }
    match yaml::tree(front.as_bytes(), path.as_str())? {
        Value::Object(map) => Ok(map),
        _ => Err(crate::error::Error::state("it is not a mapping")),
    }
}

// Checkouts may end lines otherwise than the repository does; what was judged is the same.
fn short(repo: &Repo, bytes: &[u8]) -> Option<String> {
    let plain = if bytes.contains(&0) || !bytes.contains(&b'\r') {
        repo.hash(bytes)
    } else {
        let ends = bytes
            .iter()
            .enumerate()
            .filter(|&(index, &byte)| !(byte == b'\r' && bytes.get(index + 1) == Some(&b'\n')));
        repo.hash(&ends.map(|(_, &byte)| byte).collect::<Vec<u8>>())
    };
    plain.ok().map(|id| id.short().to_owned())
}

// A new file counts before it is added, so that adding it changes nothing. git is asked once for all folders.
fn below(repo: &Repo, at: &At, changed: &OnceCell<Vec<FileChange>>, folder: &RepoPath) -> Vec<RepoPath> {
    let known = repo.list(&source(at).unwrap_or(Source::Index), folder).unwrap_or_default();
    let mut paths: BTreeSet<RepoPath> = known.into_iter().map(|file| file.path).collect();
    if source(at).is_none() {
        let inside = |path: &RepoPath| {
            let rest = path.as_str().strip_prefix(folder.as_str());
            *folder == RepoPath::top() || rest.is_some_and(|rest| rest.starts_with('/'))
        };
        let changed = changed.get_or_init(|| repo.changed_files().unwrap_or_default());
        paths.extend(changed.iter().filter_map(|change| RepoPath::parse(&change.path).ok()).filter(inside));
    }
    paths.into_iter().filter(|path| path.components().next() != Some(FOLDER)).collect()
}

fn commit_of(at: &At) -> Option<CommitId> {
    match at {
        At::Commit(commit) => Some(commit.clone()),
        At::WorkTree | At::Index => None,
    }
}

// The state itself is no part of what is judged. Before the first commit there is nothing else, which is as good to be
// bound to: it changes with the first file.
fn tree(repo: &Repo, commit: Option<&CommitId>, but: &BTreeSet<RepoPath>) -> Option<String> {
    let head = repo.head().ok()?;
    let Some(commit) = commit.or(head.commit()) else { return short(repo, b"") };
    let below = |name: &str| {
        let files = repo.list(&Source::Commit(commit.clone()), &RepoPath::parse(name).ok()?).ok()?;
        Some(files.into_iter().map(|file| (file.path.to_string(), file.id.to_string())).collect())
    };
    digest(repo, &repo.top_entries(commit).ok()?, &below, but)
}

// The same of what is staged: after the commit of it both are equal.
fn staged(repo: &Repo, but: &BTreeSet<RepoPath>) -> Option<String> {
    let content = repo.content().ok()??;
    let below = |name: &str| {
        let inside = |path: &str| path.split('/').next() == Some(name);
        Some(content.files.iter().filter(|(path, _)| inside(path)).cloned().collect())
    };
    digest(repo, &content.top, &below, but)
}

/// A name and the id of what is called so.
type Named = (String, String);

fn digest(
    repo: &Repo,
    top: &[Named],
    below: &dyn Fn(&str) -> Option<Vec<Named>>,
    but: &BTreeSet<RepoPath>,
) -> Option<String> {
    let mut lines = Vec::new();
    for (name, id) in top.iter().filter(|(name, _)| name != FOLDER) {
        let holds = |path: &RepoPath| path.as_str().split('/').next() == Some(name);
        if !but.iter().any(holds) {
            lines.push(format!("{name} {id}\n"));
            continue;
        }
        let left_out = |path: &str| but.iter().any(|but| but.as_str() == path);
        let rest = below(name)?.into_iter().filter(|(path, _)| !left_out(path));
        lines.extend(rest.map(|(path, id)| format!("{path} {id}\n")));
    }
    short(repo, lines.concat().as_bytes())
}

fn holds(repo: &Repo, branch: &str) -> Option<bool> {
    let branches = repo.branches().ok()?;
    let tip = branches.iter().find(|known| !known.remote && known.name == branch)?;
    let head = repo.head().ok()?;
    let (_, behind) = repo.ahead_behind(head.commit()?, &tip.commit).ok()?;
    Some(behind == 0)
}
