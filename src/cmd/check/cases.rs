//! What is judged: commits, the commit being made, or what is there; each laid out for the rules.

use std::cell::OnceCell;
use std::collections::HashSet;
use std::sync::Arc;

use crate::derive::world::World;
use crate::error::{Error, Result};
use crate::message::{Message, parse_bytes};
use crate::model::facts::{Changed, CommitFacts, CommitId, MergeBase, Source};
use crate::model::page::Pages;
use crate::model::profile::Profile;
use crate::rules::{self, About, Broken, Case, Finding, Policy, Said, Sources, View, bound, judge};
use crate::store::{self, At, FOLDER, Snapshot, Store};

use super::super::context::Context;
use super::super::documents;
use super::super::session::world;
use super::super::validity::violating;

/// Files that differ, larger than this, are not looked into.
const LARGEST: u64 = 1024 * 1024;

/// A version of the repository, read for the rules.
pub(crate) struct Version {
    pub snapshot: Snapshot,
    profiles: Vec<Arc<Profile>>,
}

/// Judges versions of one repository.
pub(crate) struct Bench<'a> {
    pub context: &'a Context,
    pub store: &'a Store,
    /// The branch on which the work is done, as far as anybody knows.
    pub branch: Option<String>,
}

/// What one change is made of.
pub(crate) struct Subject<'a> {
    /// The commit that it starts from; none: there is none yet.
    pub parent: Option<&'a CommitId>,
    /// What it leads to.
    pub to: At,
    /// Whether it brings branches together.
    pub merge: bool,
    /// What its author says, as far as it is said already.
    pub message: Option<Said<'a>>,
    /// Whether it is made on the base branch.
    pub on_base: bool,
}

impl Subject<'_> {
    fn commit(&self) -> Option<&CommitId> {
        match &self.to {
            At::Commit(commit) if self.message.is_some() => Some(commit),
            _ => None,
        }
    }
}

impl Version {
    pub(crate) fn read(store: &Store, at: At) -> Result<Self> {
        Self::of(store, store.snapshot(at)?)
    }

    fn of(store: &Store, snapshot: Snapshot) -> Result<Self> {
        let profiles = store.in_use(&snapshot)?;
        Ok(Self { snapshot, profiles })
    }

    fn profiles(&self) -> Vec<&Profile> {
        self.profiles.iter().map(Arc::as_ref).collect()
    }

    // A name in `rules:` that means nothing would leave a rule as it is without a word.
    fn misspelt(&self) -> Option<store::Broken> {
        let (id, near) = rules::misspelt(self.snapshot.config.rules.keys())?;
        let error = Error::state(format!("there is no rule `{id}`"));
        let error = near.into_iter().fold(error, |error, near| error.hint(format!("did you mean `{near}`?")));
        Some(store::Broken { path: store::CONFIG.to_owned(), error })
    }
}

/// A version laid out, with what is wrong with it.
struct Laid<'v> {
    version: &'v Version,
    world: World<'v>,
    profiles: Vec<&'v Profile>,
    unreadable: Vec<&'v store::Broken>,
    misspelt: Option<store::Broken>,
    violations: OnceCell<Vec<store::Broken>>,
}

impl<'v> Laid<'v> {
    fn new(version: &'v Version) -> Self {
        Self {
            version,
            world: world(&version.snapshot),
            profiles: version.profiles(),
            unreadable: version.snapshot.broken.iter().collect(),
            misspelt: version.misspelt(),
            violations: OnceCell::new(),
        }
    }

    fn unreadable(&self) -> Vec<Broken<'_>> {
        self.unreadable.iter().copied().chain(&self.misspelt).map(broken).collect()
    }

    fn violations(&self) -> Vec<Broken<'_>> {
        let found = self.violations.get_or_init(|| violating(&self.version.snapshot, &self.world));
        found.iter().map(broken).collect()
    }
}

fn broken(broken: &store::Broken) -> Broken<'_> {
    Broken { path: &broken.path, error: &broken.error }
}

impl Bench<'_> {
    /// What the rules say about a change; `policy`: the version that says how strict they are.
    pub(crate) fn change(
        &self,
        subject: &Subject,
        (before, after, policy): (&Version, &Version, &Version),
        files: &[Changed],
        about: &[About],
    ) -> Result<Vec<Finding>> {
        let (old, new) = (Laid::new(before), Laid::new(after));
        let policy = if policy.snapshot.initialised { policy } else { after };
        let rules = Policy { config: &policy.snapshot.config, profiles: policy.profiles() };
        // Two items that fit the branch equally well are told by the rule about references.
        let bound = bound(&new.world, subject.message.map(|said| said.message), self.branch.as_deref())
            .unwrap_or_default();
        let (unreadable, violations) = (new.unreadable(), new.violations());
        let old_violations = if violations.is_empty() { Vec::new() } else { old.violations() };
        let sources = self.sources(subject, &new, files);
        let case = Case {
            after: view(&new, &unreadable, &violations),
            before: Some(view(&old, &[], &old_violations)),
            files,
            message: subject.message,
            policy: &rules,
            branch: self.branch.as_deref(),
            on_base: subject.on_base,
            commit: subject.commit(),
            bound,
            sources: &sources,
        };
        judge(&case, about)
    }

    /// What the rules say about what is there, whatever it comes from.
    pub(crate) fn state(&self, version: &Version, on_base: bool) -> Result<Vec<Finding>> {
        let laid = Laid::new(version);
        let rules = Policy { config: &version.snapshot.config, profiles: version.profiles() };
        let (unreadable, violations) = (laid.unreadable(), laid.violations());
        let subject =
            Subject { parent: None, to: version.snapshot.at.clone(), merge: false, message: None, on_base };
        let sources = self.sources(&subject, &laid, &[]);
        let case = Case {
            after: view(&laid, &unreadable, &violations),
            before: None,
            files: &[],
            message: None,
            policy: &rules,
            branch: self.branch.as_deref(),
            on_base,
            commit: None,
            bound: None,
            sources: &sources,
        };
        judge(&case, &[About::State])
    }

    fn sources<'s>(&'s self, subject: &'s Subject, laid: &'s Laid, files: &'s [Changed]) -> Sources<'s> {
        let repo = &self.store.repo;
        Sources {
            bytes: Box::new(|id| match repo.blob(id, LARGEST) {
                Ok(bytes) => Ok(bytes),
                // What is too large to be looked into was not written by hand.
                Err(error) if error.kind() == crate::error::Kind::State => Ok(Vec::new()),
                Err(error) => Err(error),
            }),
            lines: Box::new(|files| repo.lines(files)),
            since_base: Box::new(|belongs| self.since_base(subject, laid, files, belongs)),
            stale: Box::new(|| {
                documents::drifted(self.context, self.store, &laid.version.snapshot, &laid.world, files, {
                    documents::Where { on_base: subject.on_base && !subject.merge }
                })
            }),
        }
    }

    fn since_base(
        &self,
        subject: &Subject,
        laid: &Laid,
        files: &[Changed],
        belongs: &dyn Fn(&CommitFacts) -> bool,
    ) -> Result<Vec<Changed>> {
        let repo = &self.store.repo;
        let (Some(parent), false) = (subject.parent, subject.on_base) else { return Ok(files.to_vec()) };
        let Some(base) = self.base(laid)? else { return Ok(files.to_vec()) };
        let base = match repo.merge_base(parent, &base)? {
            MergeBase::Found(base) => base,
            MergeBase::Unrelated | MergeBase::Unknown => return Ok(files.to_vec()),
        };
        let earlier = repo.commits(std::slice::from_ref(&base), parent)?;
        let earlier: Vec<&CommitFacts> = earlier.iter().filter(|commit| commit.parents.len() < 2).collect();
        if earlier.iter().all(|commit| belongs(commit)) {
            let to = match &subject.to {
                At::Commit(commit) => Source::Commit(commit.clone()),
                At::Index | At::WorkTree => Source::Index,
            };
            return Ok(repo.changed(Some(&base), &to)?.files);
        }
        let mut all = Vec::new();
        for commit in earlier.into_iter().filter(|commit| belongs(commit)) {
            all.extend(repo.changed(commit.parents.first(), &Source::Commit(commit.id.clone()))?.files);
        }
        all.extend_from_slice(files);
        Ok(all)
    }

    // The branch that work lands on, here or as it is remembered from the remote.
    fn base(&self, laid: &Laid) -> Result<Option<CommitId>> {
        let repo = &self.store.repo;
        let configured = laid.version.snapshot.config.base.clone();
        let Some(name) = configured.map_or_else(|| repo.default_branch(), |name| Ok(Some(name)))? else {
            return Ok(None);
        };
        let names = [format!("refs/heads/{name}"), format!("refs/remotes/origin/{name}")];
        Ok(names.iter().find_map(|name| repo.resolve(name).ok()))
    }
}

fn view<'a, 'v>(
    laid: &'a Laid<'v>,
    unreadable: &'a [Broken<'a>],
    violations: &'a [Broken<'a>],
) -> View<'a, 'v> {
    let pages: &Pages = &laid.version.snapshot.pages;
    View {
        world: &laid.world,
        unreadable,
        violations,
        profiles: &laid.profiles,
        places: &pages.places,
        pages,
    }
}

/// The state that a change starts from, read only as far as it differs from what it leads to.
pub(crate) fn before(
    store: &Store,
    parent: Option<&CommitId>,
    after: &Version,
    files: &[Changed],
) -> Result<Version> {
    let Some(parent) = parent else { return Ok(nothing(&after.snapshot)) };
    let at = At::Commit(parent.clone());
    let is_state = |path: &str| path.strip_prefix(FOLDER).is_some_and(|rest| rest.starts_with('/'));
    let touched = |file: &Changed| is_state(&file.path) || file.from.as_deref().is_some_and(is_state);
    if files.iter().any(touched) {
        return Version::read(store, at);
    }
    let snapshot = store.same_state(&after.snapshot, at)?;
    Ok(Version { snapshot, profiles: after.profiles.clone() })
}

// Before the first commit there is nothing.
fn nothing(like: &Snapshot) -> Version {
    Version { snapshot: Snapshot::nothing(like.at.clone()), profiles: Vec::new() }
}

/// The commits of a first-parent walk from a tip: what was made on the branch itself.
pub(crate) fn first_parents(tip: &CommitId, commits: &[CommitFacts]) -> HashSet<CommitId> {
    let mut own = HashSet::new();
    let mut next = Some(tip.clone());
    while let Some(id) = next {
        let commit = commits.iter().find(|commit| commit.id == id);
        own.insert(id);
        next = commit.and_then(|commit| commit.parents.first().cloned());
    }
    own
}

/// The message of a stored commit.
pub(crate) fn said(commit: &CommitFacts) -> Message {
    parse_bytes(&commit.message, None)
}
