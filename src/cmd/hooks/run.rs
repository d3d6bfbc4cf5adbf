//! `hooks run`: what git calls.

use std::ffi::OsString;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::derive::shell::word;
use crate::error::{Error, Kind, Result};
use crate::files::is_folder;
use crate::model::facts::{CommitFacts, CommitId, MergeBase};
use crate::model::rule::Level;
use crate::store::{At, Store};
use crate::ui::{Line, Style, Text, cut};

use super::super::Answer;
use super::super::check::ranges::{Known, bases, commits_of};
use super::super::check::{Judged, Making, Verdict, formats, staged};
use super::super::context::Context;
use super::super::documents::{self, Where};
use super::super::session::world;
use super::events::Event;
use super::message::{self, Written};

/// The variable that skips hooks when it says no.
pub(super) const SKIP: &str = "GIT_TRACK";

/// How many findings a hook tells before it names the command that tells all.
const TOLD: usize = 3;

/// Runs a hook of git with the arguments that git gives it.
pub(super) fn run(context: &Context, event: Event, args: &[OsString]) -> Result<Answer> {
    // Whoever sends commits does not decide what is taken.
    if context.var(SKIP) == Some("0") && event != Event::PreReceive {
        context.remark(format!("git-track: {} is skipped, because {SKIP}=0", event.name()));
        return Ok(Answer::default());
    }
    let staged = |store: &Store, making: Making| {
        staged(context, store, None, making).map(|found| Refusal::of(found, STAGED))
    };
    let judged = match event {
        Event::PreCommit => context.history().and_then(|store| {
            pending(&store)?;
            staged(&store, Making::Commit)
        }),
        Event::PreMergeCommit => context.history().and_then(|store| staged(&store, Making::Merge)),
        Event::CommitMsg => {
            let file = file(event, args)?;
            texted(context, &file, Written::Here).and_then(|refusal| {
                // Without an editor the text was there when the trailer was added to it.
                if !refusal.refuses() && context.var("GIT_EDITOR") != Some(":") {
                    message::prepare(context, &file, None)?;
                }
                Ok(refusal)
            })
        }
        Event::ApplypatchMsg => texted(context, &file(event, args)?, Written::Elsewhere),
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
    // A server takes no word from whoever is refused.
    let refusal =
        judged.map_err(|error| if event == Event::PreReceive { error } else { undecided(error) })?;
    if !refusal.verdict.found.is_empty() {
        context.ui.remark(&told(&refusal));
    }
    Ok(Answer::default().exit(if refusal.refuses() { Kind::Refused.exit() } else { 0 }))
}

/// What was found, and what to do about it.
struct Refusal {
    verdict: Verdict,
    /// The command that tells everything.
    all: String,
    /// The command that gets back what was typed.
    again: Option<String>,
    /// Whether whoever is refused may go on all the same.
    skip: bool,
}

/// Columns of a line at most: what is longer is told by the command that tells all.
const LONGEST: usize = 240;

const STAGED: &str = "git track check --staged";

impl Refusal {
    fn of(verdict: Verdict, all: impl Into<String>) -> Self {
        Self { verdict, all: all.into(), again: None, skip: true }
    }

    fn refuses(&self) -> bool {
        self.verdict.found.iter().any(|judged| judged.finding.level == Level::Error)
    }
}

fn texted(context: &Context, file: &Path, written: Written) -> Result<Refusal> {
    let verdict = message::judged(context, file, None, written)?;
    let shown = file.to_string_lossy();
    let shown = word(&shown);
    let again = match written {
        Written::Here => format!("git commit --edit --file={shown}   (with --amend, -a or paths, as before)"),
        Written::Elsewhere => {
            format!("edit {shown}, then: git apply --index .git/rebase-apply/patch && git am --continue")
        }
    };
    Ok(Refusal { verdict, all: format!("git track check --message {shown}"), again: Some(again), skip: true })
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
    let Refusal { verdict, all, again, skip } = refusal;
    let mut text = Text::new();
    let refused = refusal.refuses();
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
        text.line(Line::new().add(style, finding.level.word()).plain(" ").plain(cut(&line, LONGEST)));
    }
    let more = verdict.found.len().saturating_sub(TOLD);
    if more > 0 {
        text.line(Line::new().plain(format!("and {more} more: ")).add(Style::Command, all));
    }
    if !refused {
        return text;
    }
    let Some(first) = verdict.found.first() else { return text };
    let why = format!("git track explain {}", first.finding.rule);
    let skip = if *skip { format!("   skip once: {SKIP}=0 git …") } else { String::new() };
    text.line(Line::new().plain("why: ").add(Style::Command, why).plain(skip));
    if let Some(fix) = &first.finding.complaint.fix {
        text.line(Line::new().plain("fix: ").add(Style::Command, cut(fix, LONGEST)));
    }
    if let Some(again) = again {
        text.line(Line::new().plain("your text: ").add(Style::Command, again));
    }
    text
}

/// A line of the standard input of `pre-push` and `pre-receive`.
struct Update {
    /// The branch; a tag has none.
    branch: Option<String>,
    old: Option<CommitId>,
    new: CommitId,
}

// What is deleted, and what leads to no commit, is not judged.
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
        let branch = name.strip_prefix("refs/heads/").map(str::to_owned);
        if is_null(&new) {
            continue;
        }
        let new = match store.repo.resolve(&format!("{new}^{{commit}}")) {
            Ok(new) => new,
            Err(_) if branch.is_none() => continue,
            Err(error) => return Err(error),
        };
        // What is not here was never fetched.
        let old = if is_null(&old) { None } else { store.repo.resolve(&format!("{old}^{{commit}}")).ok() };
        all.push(Update { branch, old, new });
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
    judged(context, &store, updates, Known::Remotes)
}

fn received(context: &Context, input: &[u8]) -> Result<Refusal> {
    let store = context.history()?;
    let updates = updates(&store, input, |words| match words {
        [old, new, name] => Some([name, old, new].map(|word| (*word).to_owned())),
        _ => None,
    })?;
    judged(context, &store, updates, Known::Everywhere).map(|refusal| Refusal { skip: false, ..refusal })
}

// What comes to the base branch is judged whole by what stands there; what comes to another, by what stood where it left
// the base, so that a branch cannot loosen its own rules push by push.
fn judged(context: &Context, store: &Store, updates: Vec<Update>, known: Known) -> Result<Refusal> {
    let repo = &store.repo;
    let mut verdict = Verdict { found: Vec::new(), checked: String::new(), count: 0 };
    let mut all = String::new();
    for Update { branch, old, new } in updates {
        let base = base_name(store, &new)?;
        let is_base = branch.is_some() && branch == base;
        // Of what is not known here any more, the last that is remembered takes the place.
        let bases = match &old {
            Some(_) if is_base => Vec::new(),
            _ => bases(repo, base.as_deref(), known)?,
        };
        let judged: Vec<CommitId> = old.iter().chain(&bases).cloned().collect();
        let commits: Vec<CommitFacts> = repo.commits(&judged, &new)?;
        if commits.is_empty() {
            continue;
        }
        let left = bases.iter().find_map(|base| match repo.merge_base(base, &new) {
            Ok(MergeBase::Found(at)) => Some(at),
            _ => None,
        });
        let policy = if is_base { old.or(left) } else { left.or(old) };
        let policy = policy.or_else(|| parent_of_all(&commits)).unwrap_or_else(|| new.clone());
        let one = commits_of(context, store, &policy, &new, &commits, branch)?;
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

// The name of the branch that work lands on, as the default branch has it: no other branch calls itself the base. Where
// there is no default branch yet, what comes decides.
fn base_name(store: &Store, new: &CommitId) -> Result<Option<String>> {
    let repo = &store.repo;
    let default = repo.default_branch()?;
    let tips = default.iter().flat_map(|name| {
        [format!("refs/remotes/origin/{name}"), format!("refs/heads/{name}")]
            .map(|full| repo.resolve(&full).ok())
    });
    let decides = tips.flatten().next().unwrap_or_else(|| new.clone());
    Ok(store.settings(&At::Commit(decides))?.base.or(default))
}

// What the oldest of some commits was made on.
fn parent_of_all(commits: &[CommitFacts]) -> Option<CommitId> {
    commits.iter().find_map(|commit| commit.parents.first().cloned())
}

// After the fact nothing is refused; what stands in the way of the next command is said.
fn warn(context: &Context) {
    if !is_folder(&context.cwd().join(crate::store::FOLDER)) {
        return;
    }
    let Ok(store) = context.store() else { return };
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
    // Nobody waits for a checkout because of documents.
    if snapshot.workflows.len() > documents::LOOKED_AT {
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
