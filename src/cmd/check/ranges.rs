//! Commits that are made already: each against its parent, by the rules that stood where the range begins.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use crate::derive::words::several;
use crate::error::{Error, Kind, Result};
use crate::git::Repo;
use crate::message::parse_bytes;
use crate::model::facts::{Branch, Changed, CommitFacts, CommitId, MergeBase, Source};
use crate::rules::{About, Said};
use crate::store::{At, Store};

use super::super::context::Context;
use super::cases::{Bench, Subject, Version, before};
use super::{Judged, Verdict};

/// A byte order mark, as UTF-8 has it.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// What the rules say about each commit of a range, against its parent.
pub(crate) fn range(context: &Context, range: &str, branch: Option<String>) -> Result<Verdict> {
    let store = context.history()?;
    let repo = &store.repo;
    let (from, to) = ends(&store, range)?;
    let commits = repo.commits(std::slice::from_ref(&from), &to)?;
    if commits.is_empty() {
        let range = if range.contains("..") { range.to_owned() } else { format!("{range}..HEAD") };
        let error = Error::new(Kind::Nothing, format!("{range} holds no commit"));
        return Err(error.hint(format!("git log {range}")));
    }
    let policy = match repo.merge_base(&from, &to)? {
        MergeBase::Found(base) => base,
        MergeBase::Unrelated | MergeBase::Unknown => from,
    };
    let branch = branch.or_else(|| named_branch(context, &store, range, &to));
    commits_of(context, &store, &policy, &to, &commits, branch)
}

/// What the rules say about some commits, each against its parent, the levels as they are in `policy`.
///
/// Where that does not know of git-track, the first of the commits that does decides.
pub(crate) fn commits_of(
    context: &Context,
    store: &Store,
    policy: &CommitId,
    tip: &CommitId,
    commits: &[CommitFacts],
    branch: Option<String>,
) -> Result<Verdict> {
    let repo = &store.repo;
    let mut policy = Rc::new(Version::read(store, At::Commit(policy.clone()))?);
    let own = first_parents(tip, commits);
    let bench = Bench { context, store, branch };
    let mut found = Vec::new();
    for commit in commits {
        let to = Source::Commit(commit.id.clone());
        let parent = commit.parents.first();
        let files = repo.changed(parent, &to)?.files;
        let after = Rc::new(Version::read(store, At::Commit(commit.id.clone()))?);
        let old = before((store, Version::read), parent, &after, &files)?;
        if !policy.snapshot.initialised && after.snapshot.initialised {
            policy = Rc::clone(&after);
        }
        let others = commit.parents.get(1..).unwrap_or_default();
        let touched =
            (!others.is_empty()).then(|| differing_from_all(repo, &files, others, &to)).transpose()?;
        // What came before the tip may have been made on another branch, that the base only moved forward to.
        let on_base = bench.branch.is_some()
            && bench.branch == base_of(&policy, &after)
            && (commit.id == *tip || commit.parents.len() > 1 && own.contains(&commit.id));
        let message = parse_bytes(&commit.message, None);
        let bom = commit.message.starts_with(BOM);
        let said = Some(Said { message: &message, bom, merge: touched.is_some() });
        let merge = touched.as_deref();
        let subject = Subject { parent, to: At::Commit(commit.id.clone()), merge, message: said, on_base };
        let about = [About::State, About::Touch, About::Change, About::Message];
        let judged = bench.change(&subject, (&old, &after, &policy), &files, &about)?;
        let of_commit =
            |finding| Judged { finding, commit: Some((commit.id.clone(), commit.subject.clone())) };
        found.extend(judged.into_iter().map(of_commit));
    }
    let count = commits.len();
    Ok(Verdict { found, checked: several(count, "commit"), count })
}

/// The branch that work lands on, as it was decided before the change.
pub(crate) fn base_of(policy: &Version, after: &Version) -> Option<String> {
    let decided = if policy.snapshot.initialised { policy } else { after };
    decided.snapshot.config.base.clone()
}

/// Of the files in which a merge differs from its first parent, those that differ from all others, too.
pub(super) fn differing_from_all(
    repo: &Repo,
    files: &[Changed],
    others: &[CommitId],
    to: &Source,
) -> Result<Vec<Changed>> {
    let mut own = files.to_vec();
    for other in others {
        let changed = repo.changed(Some(other), to)?.files;
        own.retain(|file| changed.iter().any(|changed| changed.path == file.path));
    }
    Ok(own)
}

/// What changed on a branch since it left the base, in commits that belong to an item and in the one that is judged.
pub(super) fn since_base(
    store: &Store,
    subject: &Subject,
    base: Option<&str>,
    files: &[Changed],
    belongs: &dyn Fn(&CommitFacts) -> bool,
) -> Result<Vec<Changed>> {
    let repo = &store.repo;
    let (Some(parent), false) = (subject.parent, subject.on_base) else { return Ok(files.to_vec()) };
    let bases = bases(repo, base, Known::Everywhere)?;
    // The work of others that came in from the base is not this unit's, wherever this clone remembers the base.
    let mut parted: Option<(usize, CommitId)> = None;
    for tip in &bases {
        let MergeBase::Found(at) = repo.merge_base(parent, tip)? else { continue };
        let own = repo.commits(std::slice::from_ref(&at), parent)?.len();
        if parted.as_ref().is_none_or(|(least, _)| own < *least) {
            parted = Some((own, at));
        }
    }
    let Some((_, at)) = parted else { return Ok(files.to_vec()) };
    let earlier = repo.commits(&bases, parent)?;
    let earlier: Vec<&CommitFacts> = earlier.iter().filter(|commit| commit.parents.len() < 2).collect();
    if earlier.iter().all(|commit| belongs(commit)) {
        let to = match &subject.to {
            At::Commit(commit) => Source::Commit(commit.clone()),
            At::Index | At::WorkTree => Source::Index,
        };
        return Ok(repo.changed(Some(&at), &to)?.files);
    }
    let mut all = Vec::new();
    for commit in earlier.into_iter().filter(|commit| belongs(commit)) {
        all.extend(repo.changed(commit.parents.first(), &Source::Commit(commit.id.clone()))?.files);
    }
    all.extend_from_slice(files);
    Ok(all)
}

/// Where the branch that work lands on is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// In this repository, and as it is remembered from remotes.
    Everywhere,
    /// Only as it is remembered from remotes: what is here may not have been sent yet.
    Remotes,
}

/// The tips of the branch that work lands on.
pub(crate) fn bases(repo: &Repo, base: Option<&str>, known: Known) -> Result<Vec<CommitId>> {
    let Some(name) = base.map_or_else(|| repo.default_branch(), |name| Ok(Some(name.to_owned())))? else {
        return Ok(Vec::new());
    };
    let is_base = |branch: &Branch| {
        if branch.remote {
            branch.name.split_once('/').is_some_and(|(_, rest)| rest == name)
        } else {
            known == Known::Everywhere && branch.name == name
        }
    };
    let branches = repo.branches()?.into_iter().filter(is_base);
    Ok(branches.map(|branch| branch.commit).collect())
}

// The commits of a walk along the first parents: what was made on the branch itself.
fn first_parents(tip: &CommitId, commits: &[CommitFacts]) -> HashSet<CommitId> {
    let known: HashMap<&CommitId, &CommitFacts> = commits.iter().map(|commit| (&commit.id, commit)).collect();
    let mut own = HashSet::new();
    let mut next = Some(tip.clone());
    while let Some(id) = next {
        next = known.get(&id).and_then(|commit| commit.parents.first().cloned());
        own.insert(id);
    }
    own
}

// `A..B`, `A...B` from where they parted, or `A`, which goes to HEAD.
fn ends(store: &Store, range: &str) -> Result<(CommitId, CommitId)> {
    let or_head = |name: &str| if name.is_empty() { "HEAD".to_owned() } else { name.to_owned() };
    let (from, to, parted) = match (range.split_once("..."), range.split_once("..")) {
        (Some((from, to)), _) => (or_head(from), or_head(to), true),
        (None, Some((from, to))) => (or_head(from), or_head(to), false),
        (None, None) => (range.to_owned(), "HEAD".to_owned(), false),
    };
    let (from, to) = (store.repo.resolve(&from)?, store.repo.resolve(&to)?);
    if !parted {
        return Ok((from, to));
    }
    match store.repo.merge_base(&from, &to)? {
        MergeBase::Found(base) => Ok((base, to)),
        MergeBase::Unrelated => Err(Error::repository(format!("{range}: these have no commit in common"))),
        MergeBase::Unknown => {
            Err(Error::repository(format!("{range}: this clone does not hold where they parted"))
                .hint("git fetch --unshallow"))
        }
    }
}

// The branch that the range names or that is checked out. In CI the checkout has none; the service says which one it is.
fn named_branch(context: &Context, store: &Store, range: &str, to: &CommitId) -> Option<String> {
    let end = range.rsplit("..").next().filter(|_| range.contains("..")).unwrap_or_default();
    let branches = store.repo.branches().ok()?;
    if let Some(named) = branches.iter().find(|branch| !branch.remote && branch.name == end) {
        return Some(named.name.clone());
    }
    let head = store.repo.head().ok()?;
    let checked_out = head.branch().filter(|_| head.commit() == Some(to)).map(str::to_owned);
    let by_service = || ["GITHUB_HEAD_REF", "CI_COMMIT_REF_NAME"].iter().find_map(|name| context.var(name));
    checked_out.or_else(|| by_service().map(str::to_owned))
}
