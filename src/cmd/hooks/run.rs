//! `hooks run`: what git calls.

use std::ffi::OsString;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::derive::shell::word;
use crate::error::{Error, Kind, Result};
use crate::files::is_folder;
use crate::model::facts::{CommitFacts, CommitId};
use crate::model::rule::Level;
use crate::rules::About;
use crate::store::{At, Store};
use crate::ui::{Line, Style, Text, cut};

use super::super::Answer;
use super::super::check::{Judged, Verdict, commits_of, formats, staged};
use super::super::context::Context;
use super::super::documents::{self, Where};
use super::super::session::world;
use super::events::Event;
use super::message;

/// The variable that skips hooks when it says no.
pub(super) const SKIP: &str = "GIT_TRACK";

/// How many findings a hook tells before it names the command that tells all.
const TOLD: usize = 3;

/// Runs a hook of git with the arguments that git gives it.
pub(super) fn run(context: &Context, event: Event, args: &[OsString]) -> Result<Answer> {
    if context.var(SKIP) == Some("0") {
        context.remark(format!("git-track: {} is skipped, because {SKIP}=0", event.name()));
        return Ok(Answer::default());
    }
    let staged = |store: &Store, about: &[About]| {
        staged(context, store, None, about).map(|found| Refusal::of(found, STAGED))
    };
    let judged = match event {
        Event::PreCommit => context.history().and_then(|store| {
            pending(&store)?;
            staged(&store, &[About::State, About::Change])
        }),
        Event::PreMergeCommit => context.history().and_then(|store| staged(&store, &[About::State])),
        Event::CommitMsg => texted(context, &file(event, args)?, "git commit --edit --file="),
        Event::ApplypatchMsg => texted(context, &file(event, args)?, "git am --continue"),
        Event::PrepareCommitMsg => {
            let source = args.get(1).and_then(|source| source.to_str());
            let prepared = message::prepare(context, &file(event, args)?, source);
            return prepared.map(|()| Answer::default()).map_err(undecided);
        }
        Event::PrePush => pushed(context, &input()?),
        Event::PreReceive => received(context, &input()?),
        Event::PostMerge | Event::PostCheckout => {
            warn(context);
            return Ok(Answer::default());
        }
    };
    let refusal = judged.map_err(undecided)?;
    let refused = refusal.verdict.found.iter().any(|judged| judged.finding.level == Level::Error);
    if !refusal.verdict.found.is_empty() {
        context.ui.remark(&told(&refusal));
    }
    Ok(Answer::default().exit(if refused { Kind::Refused.exit() } else { 0 }))
}

/// What was found, and what to do about it.
struct Refusal {
    verdict: Verdict,
    /// The command that tells everything.
    all: String,
    /// The command that gets back what was typed.
    again: Option<String>,
}

const STAGED: &str = "git track check --staged";

impl Refusal {
    fn of(verdict: Verdict, all: impl Into<String>) -> Self {
        Self { verdict, all: all.into(), again: None }
    }
}

fn texted(context: &Context, file: &Path, again: &str) -> Result<Refusal> {
    let verdict = message::judged(context, file, None)?;
    let shown = file.to_string_lossy();
    let all = format!("git track check --message {}", word(&shown));
    let again = if again.ends_with('=') { format!("{again}{}", word(&shown)) } else { again.to_owned() };
    Ok(Refusal { verdict, all, again: Some(again) })
}

fn file(event: Event, args: &[OsString]) -> Result<PathBuf> {
    args.first().map(PathBuf::from).ok_or_else(|| missing(event))
}

fn input() -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = std::io::stdin().lock().read_to_end(&mut bytes);
    read.map_err(|error| Error::io("read standard input", &error)).map(|_| bytes)
}

fn missing(event: Event) -> Error {
    let name = event.name();
    Error::usage(format!("git gives the hook `{name}` a file"))
        .hint(format!("git track hooks run {name} FILE"))
}

// Whoever cannot judge refuses, and says how to go on all the same.
fn undecided(error: Error) -> Error {
    error.hint(format!("to go on without it, once: {SKIP}=0 git …"))
}

fn pending(store: &Store) -> Result<()> {
    match store.repo.work_tree().map(|_| store.files.pending()).transpose()?.flatten() {
        Some(_) => {
            Err(Error::new(Kind::Pending, "a change of git-track was interrupted").hint("git track recover"))
        }
        None => Ok(()),
    }
}

/// At most ten lines: what is wrong, where the rest is, how to go on, and the command that mends the first.
fn told(refusal: &Refusal) -> Text {
    let Refusal { verdict, all, again } = refusal;
    let mut text = Text::new();
    let refused = verdict.found.iter().any(|judged| judged.finding.level == Level::Error);
    let verb = if refused { "refused" } else { "passed" };
    let style = if refused { Style::Bad } else { Style::Warn };
    let head = format!("git-track: {verb}, {} in {}", formats::counts(&verdict.found), verdict.checked);
    text.line(Line::new().add(style, head));
    for Judged { finding, commit } in verdict.found.iter().take(TOLD) {
        let place = formats::place(finding);
        let place = commit.as_ref().map_or(place.clone(), |(id, _)| format!("{} {place}", id.short()));
        let place = if place.trim().is_empty() { String::new() } else { format!("{}: ", place.trim()) };
        let line = format!("{place}{} [{}]", finding.complaint.message, finding.rule);
        let style = if finding.level == Level::Error { Style::Bad } else { Style::Warn };
        text.line(Line::new().add(style, finding.level.word()).plain(" ").plain(cut(&line, 400)));
    }
    let more = verdict.found.len().saturating_sub(TOLD);
    if more > 0 {
        text.line(Line::new().plain(format!("and {more} more: ")).add(Style::Command, all));
    }
    if !refused {
        return text;
    }
    let Some(first) = verdict.found.first() else { return text };
    text.line(
        Line::new()
            .plain("why: ")
            .add(Style::Command, format!("git track explain {}", first.finding.rule))
            .plain(format!("   skip once: {SKIP}=0 git …")),
    );
    if let Some(fix) = &first.finding.complaint.fix {
        text.line(Line::new().plain("fix: ").add(Style::Command, fix));
    }
    if let Some(again) = again {
        text.line(Line::new().plain("your text: ").add(Style::Command, again));
    }
    text
}

/// A line of the standard input of `pre-push` and `pre-receive`.
struct Update {
    name: String,
    old: Option<CommitId>,
    new: CommitId,
}

// What is deleted, and what is no branch, is not judged.
fn updates(
    store: &Store,
    input: &[u8],
    read: impl Fn(&[&str]) -> Option<[String; 3]>,
) -> Result<Vec<Update>> {
    let text = String::from_utf8_lossy(input);
    let mut all = Vec::new();
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let Some([name, old, new]) = read(&words) else {
            return Err(Error::usage(format!("git did not say what it updates: `{line}`")));
        };
        let (Some(name), false) = (name.strip_prefix("refs/heads/"), is_null(&new)) else { continue };
        let new = store.repo.resolve(&format!("{new}^{{commit}}"))?;
        // What is not here was never fetched.
        let old = if is_null(&old) { None } else { store.repo.resolve(&format!("{old}^{{commit}}")).ok() };
        all.push(Update { name: name.to_owned(), old, new });
    }
    Ok(all)
}

fn is_null(id: &str) -> bool {
    id.bytes().all(|byte| byte == b'0')
}

fn pushed(context: &Context, input: &[u8]) -> Result<Refusal> {
    let store = context.history()?;
    let updates = updates(&store, input, |words| match words {
        [_, local, remote, old] => Some([remote, old, local].map(|word| (*word).to_owned())),
        _ => None,
    })?;
    let known: Vec<CommitId> = store
        .repo
        .branches()?
        .into_iter()
        .filter(|branch| branch.remote)
        .map(|branch| branch.commit)
        .collect();
    judged(context, &store, updates, &known)
}

fn received(context: &Context, input: &[u8]) -> Result<Refusal> {
    let store = context.history()?;
    let updates = updates(&store, input, |words| match words {
        [old, new, name] => Some([name, old, new].map(|word| (*word).to_owned())),
        _ => None,
    })?;
    let known: Vec<CommitId> = store.repo.branches()?.into_iter().map(|branch| branch.commit).collect();
    judged(context, &store, updates, &known)
}

fn judged(context: &Context, store: &Store, updates: Vec<Update>, known: &[CommitId]) -> Result<Refusal> {
    let mut verdict = Verdict { found: Vec::new(), checked: String::new(), count: 0 };
    let mut all = String::new();
    for Update { name, old, new } in updates {
        let mut from = known.to_vec();
        from.extend(old.clone());
        let commits: Vec<CommitFacts> = store.repo.commits(&from, &new)?;
        if commits.is_empty() {
            continue;
        }
        let policy = old.or_else(|| parent_of_all(&commits)).unwrap_or_else(|| new.clone());
        let one = commits_of(context, store, &policy, &new, &commits, Some(name))?;
        if all.is_empty() || !one.found.is_empty() && verdict.found.is_empty() {
            all = format!("git track check --range {}..{}", policy.short(), new.short());
        }
        verdict.count += one.count;
        verdict.found.extend(one.found);
    }
    verdict.found.sort_by_key(|judged| std::cmp::Reverse(judged.finding.level));
    verdict.checked =
        if verdict.count == 1 { "1 commit".to_owned() } else { format!("{} commits", verdict.count) };
    Ok(Refusal::of(verdict, all))
}

// What the oldest of some commits was made on.
fn parent_of_all(commits: &[CommitFacts]) -> Option<CommitId> {
    commits.iter().find_map(|commit| commit.parents.first().cloned())
}

// After the fact nothing is refused; what stands in the way of the next command is said.
fn warn(context: &Context) {
    let Ok(store) = context.store() else { return };
    if !is_folder(&context.cwd().join(crate::store::FOLDER)) {
        return;
    }
    let Ok(snapshot) = store.snapshot(At::WorkTree) else { return };
    if let Some(broken) = snapshot.broken.first() {
        let line = Line::new().add(Style::Warn, "git-track: ").plain(format!(
            "{}: {}; ",
            broken.path,
            broken.error.message()
        ));
        context.remark(line.add(Style::Command, "git track doctor"));
        return;
    }
    let on_base = store
        .repo
        .head()
        .is_ok_and(|head| head.branch().is_some() && head.branch() == snapshot.config.base.as_deref());
    let world = world(&snapshot);
    let stale =
        documents::drifted(context, &store, &snapshot, &world, &[], Where { on_base }).unwrap_or_default();
    let count = stale.iter().filter(|stale| stale.kept).count();
    if count > 0 {
        let noun = if count == 1 { "document is" } else { "documents are" };
        let line = Line::new().plain(format!("git-track: {count} {noun} out of date: "));
        context.remark(line.add(Style::Command, "git track render"));
    }
}
