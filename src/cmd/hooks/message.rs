//! The text of a commit: judged before it is made, and given the trailer of the item of its branch.

use std::path::{Path, PathBuf};

use crate::derive::here::item_of;
use crate::error::Result;
use crate::files::{read_outside, write_outside};
use crate::git::Repo;
use crate::message::{Cleanup, Kind, Reading, clean, parse, with_trailer};
use crate::rules::{About, Said, TRAILER};
use crate::store::{At, Store};

use super::super::check::cases::{Bench, Subject, Version};
use super::super::check::ranges::base_of;
use super::super::check::{Judged, Verdict};
use super::super::context::Context;
use super::super::session::world;

/// The largest message that is read, in bytes: with `commit -v` the file holds the whole diff.
const LARGEST: u64 = 256 * 1024 * 1024;

/// How the text of a commit came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Written {
    /// For `git commit` and `git merge`, in an editor perhaps.
    Here,
    /// It came with a patch.
    Elsewhere,
}

/// What the rules say about the text in a file, as git will record it.
pub(in super::super) fn judged(
    context: &Context,
    file: &Path,
    branch: Option<String>,
    written: Written,
) -> Result<Verdict> {
    let store = context.history()?;
    let repo = &store.repo;
    let bytes = read_outside(&context.cwd().join(file), LARGEST)?;
    let cleaned = clean(&bytes, &reading(context, repo, written)?);
    let message = parse(&cleaned.text);
    let mut verdict = Verdict { found: Vec::new(), checked: "the message".to_owned(), count: 1 };
    // Without a text git makes no commit.
    if message.kind == Kind::Empty {
        return Ok(verdict);
    }
    let head = repo.head()?;
    let is_merge =
        file.file_name().is_some_and(|name| name == "MERGE_MSG") || !repo.merge_heads()?.is_empty();
    let said = Said { message: &message, bom: cleaned.bom, merge: is_merge };
    let branch = branch.or_else(|| head.branch().map(str::to_owned));
    let bench = Bench { context, store: &store, branch };
    let judge = |version: &Version, policy: &Version| {
        let on_base = bench.branch.is_some() && bench.branch == base_of(policy, version);
        let to = version.snapshot.at.clone();
        let subject = Subject { parent: head.commit(), to, merge: None, message: Some(said), on_base };
        bench.change(&subject, (version, version, policy), &[], &[About::Message])
    };
    let at = head.commit().map_or(At::Index, |commit| At::Commit(commit.clone()));
    let policy = Version::here(&store, at)?;
    let mut found = judge(&policy, &policy)?;
    // What is named, and what decides, may come with this very commit. The index is read only then: it holds every file.
    let undecided = !found.is_empty() || !policy.snapshot.initialised;
    if undecided && policy.snapshot.at != At::Index {
        found = judge(&Version::here(&store, At::Index)?, &policy)?;
    }
    verdict.found = found.into_iter().map(|finding| Judged { finding, commit: None }).collect();
    Ok(verdict)
}

/// How git will clean the message file of this commit.
fn reading(context: &Context, repo: &Repo, written: Written) -> Result<Reading> {
    let comment = repo.config("core.commentString")?.or(repo.config("core.commentChar")?);
    let cleanup = repo.config("commit.cleanup")?;
    Ok(Reading {
        comment: comment.unwrap_or_else(|| "#".to_owned()),
        cleanup: cleanup.map_or(Ok(Cleanup::Default), |word| Cleanup::parse(&word))?,
        editor: written == Written::Here && context.var("GIT_EDITOR") != Some(":"),
        encoding: repo.config("i18n.commitEncoding")?,
    })
}

/// Adds the trailer of the item that the branch carries, unless the text names one, or git makes the commit itself.
///
/// An empty text stays empty: git makes no commit of it. What is typed later gets its trailer before it is recorded.
pub(super) fn prepare(context: &Context, file: &Path, source: Option<&str>) -> Result<()> {
    let path: PathBuf = context.cwd().join(file);
    let bytes = read_outside(&path, LARGEST)?;
    let store = context.history()?;
    let reading = reading(context, &store.repo, Written::Here)?;
    let message = parse(&clean(&bytes, &reading).text);
    let ordinary = matches!(message.kind, Kind::Ordinary | Kind::Revert { .. } | Kind::Reapply { .. });
    let head = store.repo.head()?;
    let Some(branch) = head.branch().filter(|_| ordinary && source != Some("merge")) else { return Ok(()) };
    if !message.values(TRAILER).is_empty() {
        return Ok(());
    }
    let Some(reference) = carried(&store, branch)? else { return Ok(()) };
    let with = with_trailer(&bytes, TRAILER, &reference, &reading)?;
    if with == bytes { Ok(()) } else { write_outside(&path, &with) }
}

// The item of a branch with its workflow, so that the trailer stays clear when other workflows come.
fn carried(store: &Store, branch: &str) -> Result<Option<String>> {
    // The index holds every file there is; it is read only where there is something to be found.
    let head = store.repo.head()?;
    if let Some(commit) = head.commit()
        && store.settings(&At::Commit(commit.clone()))?.base.as_deref() == Some(branch)
    {
        return Ok(None);
    }
    let mut snapshot = store.snapshot(At::Index)?;
    store.bring_home(&mut snapshot, Some(branch))?;
    let world = world(&snapshot);
    let Ok(Some((spot, _))) = item_of(&world, branch, None) else { return Ok(None) };
    let board = world.board(spot);
    Ok(Some(format!("{}:{}", board.workflow.id, board.node(spot.place).id)))
}
