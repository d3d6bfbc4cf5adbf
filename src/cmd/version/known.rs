//! What git knows about the releases of a group.

use crate::bump::{Brought, Counting, Pattern, Reason, Tags, Version, reasons, reverted_merges};
use crate::error::{Error, Kind, Result};
use crate::model::since::{Noted, Since};
use crate::store::{At, Store};

use super::group::{Chosen, Versions};

/// What the next version is found from.
pub(in super::super) struct Known {
    /// How tags are called.
    pub(in super::super) pattern: Pattern,
    /// The tags there are.
    pub(in super::super) tags: Tags,
    /// The highest version among the tags in this history, candidates too, where no place says one.
    pub(in super::super) tagged: Option<Version>,
    /// What came since the last release that is out.
    pub(in super::super) since: Since,
    /// What each of these commits raises.
    pub(in super::super) reasons: Vec<Reason>,
    /// What the places say in the commit that is checked out, where that is something else.
    pub(in super::super) committed: Option<Version>,
    /// What came since the last candidate, where the places say one that has a tag.
    pub(in super::super) since_candidate: Option<Vec<Reason>>,
}

impl Known {
    /// Asks git, for what is checked out.
    pub(in super::super) fn of(
        store: &Store,
        versions: &Versions,
        chosen: &Chosen,
        current: Option<&Version>,
    ) -> Result<Self> {
        let repo = &store.repo;
        let head = repo.head()?.commit().cloned();
        let head =
            head.ok_or_else(|| Error::new(Kind::Nothing, "there is no commit yet, so nothing to release"))?;
        let (pattern, tags) = tags(store, versions, chosen)?;
        let counting = Counting::of(chosen.group);
        let since = repo.since(&head, &tags.out(), &chosen.group.paths)?;
        let told = judged(store, &since.commits, &counting)?;
        let tagged = match (current, tags.own.first()) {
            (None, Some((highest, _))) if highest.is_pre() => {
                repo.since(&head, &tags.all(), &[])?.last.and_then(|last| pattern.version(&last.tag))
            }
            _ => None,
        };
        let current = current.or(tagged.as_ref());
        let candidate = current.filter(|current| current.is_pre()).and_then(|current| tags.of(current));
        let since_candidate = candidate.map(|tag| {
            let since = repo.since(&head, &[tag.to_owned()], &chosen.group.paths)?;
            let told = judged(store, &since.commits, &counting)?;
            Ok::<_, Error>(since.last.is_some().then_some(told))
        });
        let since_candidate = since_candidate.transpose()?.flatten();
        // Only files that are ahead of the last release may have been written without a commit.
        let last = since.last.as_ref().and_then(|last| pattern.version(&last.tag));
        let ahead = current.filter(|current| last.as_ref().is_some_and(|last| last < *current));
        let committed = ahead.and_then(|ahead| {
            let there = versions.at(At::Commit(head)).table(store, chosen);
            there.version().filter(|there| *there != ahead).cloned()
        });
        Ok(Self { pattern, tags, tagged: tagged.clone(), since, reasons: told, committed, since_candidate })
    }
}

// Only of merges that are taken back it is asked what they brought.
fn judged(store: &Store, commits: &[Noted], counting: &Counting) -> Result<Vec<Reason>> {
    let mut brought = Brought::new();
    for merge in reverted_merges(commits) {
        let first = store.repo.resolve(&format!("{merge}^1"))?;
        let all = store.repo.commits(std::slice::from_ref(&first), &merge)?;
        brought.insert(merge, all.into_iter().map(|commit| commit.id).collect());
    }
    Ok(reasons(commits, counting, &brought))
}

/// The last release of a group, candidates too.
pub(super) struct Last {
    /// Its tag.
    pub(super) tag: String,
    /// Its version.
    pub(super) version: Version,
    /// How many commits came since.
    pub(super) commits: usize,
}

/// The last release in the history of what is checked out; `None`: there is none.
pub(super) fn last(store: &Store, versions: &Versions, chosen: &Chosen) -> Result<Option<Last>> {
    let Some(head) = store.repo.head()?.commit().cloned() else { return Ok(None) };
    let (pattern, tags) = tags(store, versions, chosen)?;
    let names = tags.all();
    if names.is_empty() {
        return Ok(None);
    }
    let since = store.repo.since(&head, &names, &chosen.group.paths)?;
    let commits = since.commits.iter().filter(|commit| commit.touches).count();
    Ok(since.last.and_then(|last| {
        let version = pattern.version(&last.tag)?;
        Some(Last { tag: last.tag, version, commits })
    }))
}

/// How the tags of a group are called, and which there are.
pub(super) fn tags(store: &Store, versions: &Versions, chosen: &Chosen) -> Result<(Pattern, Tags)> {
    let pattern = Pattern::new(chosen.group.tag());
    let tags = pattern.sorted(&store.repo.release_tags()?, &versions.others(chosen));
    Ok((pattern, tags))
}
