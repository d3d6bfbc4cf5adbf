//! What is judged: commits, the commit being made, or what is there; each laid out for the rules.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::sync::Arc;

use crate::derive::world::World;
use crate::error::{Error, Result};
use crate::model::facts::{Changed, CommitId};
use crate::model::page::Pages;
use crate::model::profile::Profile;
use crate::model::rule::Level;
use crate::rules::{
    self, About, Broken, Case, Complaint, Finding, Policy, RULES, Said, Sources, View, bound, judge,
};
use crate::store::{self, At, FOLDER, Snapshot, Store};

use super::super::context::Context;
use super::super::documents;
use super::super::session::world;
use super::super::standing::{Here, Of, standings};
use super::super::validity::violating;
use super::super::version::disagreeing;
use super::ranges::since_base;

/// Files that differ, larger than this, are not looked into.
const LARGEST: u64 = 1024 * 1024;

/// A version of the repository, read for the rules.
pub(crate) struct Version {
    pub snapshot: Snapshot,
    profiles: Vec<Arc<Profile>>,
}

/// How versions are read: as they are, or for somebody who works here.
type Reads = fn(&Store, At) -> Result<Version>;

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
    /// Of what brings branches together, the files in which it differs from all of them.
    pub merge: Option<&'a [Changed]>,
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
        Ok(Self::of(store, store.snapshot(at)?))
    }

    /// The same for somebody who works here: what lives on another branch is as it is there.
    pub(crate) fn here(store: &Store, at: At) -> Result<Self> {
        let mut snapshot = store.snapshot(at)?;
        store.bring_home(&mut snapshot, store.repo.head()?.branch())?;
        Ok(Self::of(store, snapshot))
    }

    // A process that cannot be read is told like every other file that cannot.
    fn of(store: &Store, mut snapshot: Snapshot) -> Self {
        let (profiles, broken) = store.in_use(&snapshot);
        for broken in broken {
            if !snapshot.broken.iter().any(|known| known.error.message() == broken.error.message()) {
                snapshot.broken.push(broken);
            }
        }
        Self { snapshot, profiles }
    }

    /// How strict each rule is here, about nothing in particular.
    pub(crate) fn levels(&self) -> HashMap<&'static str, Level> {
        let laid = world(&self.snapshot);
        let policy = Policy { config: &self.snapshot.config, profiles: self.profiles(), world: &laid };
        RULES.iter().map(|rule| (rule.id, policy.level(rule, &Complaint::default()))).collect()
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
    misspelt: Option<store::Broken>,
    violations: OnceCell<Vec<store::Broken>>,
}

impl<'v> Laid<'v> {
    fn new(version: &'v Version) -> Self {
        Self {
            version,
            world: world(&version.snapshot),
            profiles: version.profiles(),
            misspelt: version.misspelt(),
            violations: OnceCell::new(),
        }
    }

    fn unreadable(&self) -> Vec<Broken<'_>> {
        self.version.snapshot.broken.iter().chain(&self.misspelt).map(broken).collect()
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
    ///
    /// A merge is judged by what it leads to, and by the files in which it differs from all that it brings together.
    pub(crate) fn change(
        &self,
        subject: &Subject,
        (before, after, policy): (&Version, &Version, &Version),
        files: &[Changed],
        about: &[About],
    ) -> Result<Vec<Finding>> {
        let policy = if policy.snapshot.initialised { policy } else { after };
        // Nobody decided anything for a repository that does not use git-track.
        if !policy.snapshot.initialised {
            return Ok(Vec::new());
        }
        let (old, new) = (Laid::new(before), Laid::new(after));
        // In a hook that is what stood before the commit, laid out already.
        let other = (!std::ptr::eq(policy, before)).then(|| Laid::new(policy));
        let stood = other.as_ref().unwrap_or(&old);
        let rules =
            Policy { config: &policy.snapshot.config, profiles: policy.profiles(), world: &stood.world };
        // Two items that fit the branch equally well are told by the rule about references.
        let bound = bound(&new.world, subject.message.map(|said| said.message), self.branch.as_deref())
            .unwrap_or_default();
        let (unreadable, violations) = (new.unreadable(), new.violations());
        let old_violations = if violations.is_empty() { Vec::new() } else { old.violations() };
        let sources = self.sources(subject, (&new, stood), files);
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
        let Some(own) = subject.merge else { return judge(&case, about) };
        let whole = |about: &About| matches!(about, About::State | About::Message);
        let mut found = judge(&case, &about.iter().copied().filter(whole).collect::<Vec<_>>())?;
        if about.contains(&About::Touch) {
            found.extend(judge(&Case { files: own, ..case }, &[About::Touch])?);
        }
        Ok(found)
    }

    /// What the rules say about what is there, whatever it comes from.
    pub(crate) fn state(&self, version: &Version, on_base: bool) -> Result<Vec<Finding>> {
        let laid = Laid::new(version);
        let rules =
            Policy { config: &version.snapshot.config, profiles: version.profiles(), world: &laid.world };
        let (unreadable, violations) = (laid.unreadable(), laid.violations());
        let subject =
            Subject { parent: None, to: version.snapshot.at.clone(), merge: None, message: None, on_base };
        let sources = self.sources(&subject, (&laid, &laid), &[]);
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
        judge(&case, &[About::State, About::Git])
    }

    fn sources<'s>(
        &'s self,
        subject: &'s Subject,
        (laid, policy): (&'s Laid, &'s Laid),
        files: &'s [Changed],
    ) -> Sources<'s> {
        let repo = &self.store.repo;
        Sources {
            bytes: Box::new(|id| match repo.blob(id, LARGEST) {
                Ok(bytes) => Ok(bytes),
                // What is too large to be looked into was not written by hand.
                Err(error) if error.kind() == crate::error::Kind::State => Ok(Vec::new()),
                Err(error) => Err(error),
            }),
            lines: Box::new(|files| repo.lines(files)),
            since_base: Box::new(|belongs| {
                let base = policy.version.snapshot.config.base.as_deref();
                since_base(self.store, subject, base, files, belongs)
            }),
            stale: Box::new(|| {
                documents::drifted(self.context, self.store, &laid.version.snapshot, &laid.world, files, {
                    documents::Where { on_base: subject.on_base && subject.merge.is_none() }
                })
            }),
            versions: Box::new(|| {
                Ok(disagreeing(self.store, &laid.version.snapshot.config, &subject.to, subject.parent))
            }),
            drift: Box::new(|| {
                let here = Here::new(self.context, repo, &laid.version.snapshot.config);
                Ok(standings(here, &laid.world, Of::Open)?.with_trouble())
            }),
        }
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
    (store, read): (&Store, Reads),
    parent: Option<&CommitId>,
    after: &Version,
    files: &[Changed],
) -> Result<Version> {
    let Some(parent) = parent else { return Ok(nothing(&after.snapshot)) };
    let at = At::Commit(parent.clone());
    let is_state = |path: &str| path.strip_prefix(FOLDER).is_some_and(|rest| rest.starts_with('/'));
    let touched = |file: &Changed| is_state(&file.path) || file.from.as_deref().is_some_and(is_state);
    if files.iter().any(touched) {
        return read(store, at);
    }
    let snapshot = store.same_state(&after.snapshot, at)?;
    Ok(Version { snapshot, profiles: after.profiles.clone() })
}

// Before the first commit there is nothing.
fn nothing(like: &Snapshot) -> Version {
    Version { snapshot: Snapshot::nothing(like.at.clone()), profiles: Vec::new() }
}
