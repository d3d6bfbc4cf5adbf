//! `log`: what happened, from the history of the state in git.

use std::cell::RefCell;
use std::rc::Rc;

use clap::Args as ClapArgs;
use serde_json::{Value, json};

use crate::derive::changes::Change;
use crate::derive::reference::Part;
use crate::derive::stage::Stage;
use crate::derive::words;
use crate::derive::world::Spot;
use crate::error::{Error, Result};
use crate::model::facts::{CommitFacts, CommitId};
use crate::model::id::Id;
use crate::model::landing::Work;
use crate::model::path::RepoPath;
use crate::model::time::Time;
use crate::store::{At, FOLDER, Snapshot, Store};
use crate::ui::{Line, Style, Text, cut, wrap};

use super::Answer;
use super::context::Context;
use super::diff::between;
use super::items;
use super::session::{Session, world};
use super::standing::{Here, Of, standings};

/// Arguments of `log`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:\n  git track log\n  git track log batch-1 --since 2026-02-01")]
pub struct Args {
    /// Only what happened to this item or workflow
    #[arg(value_name = "REF")]
    pub reference: Option<String>,
    /// At most so many commits
    #[arg(short = 'n', long, value_name = "N", default_value_t = 20)]
    pub limit: usize,
    /// Only what was committed since this date (YYYY-MM-DD)
    #[arg(long, value_name = "DATE")]
    pub since: Option<String>,
    /// Only commits of this author
    #[arg(long, value_name = "NAME")]
    pub actor: Option<String>,
}

/// Tells what happened, newest first; what is not committed yet comes before that.
pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    let session = Session::open(context)?;
    let wanted = match &args.reference {
        Some(text) => Some(wanted(context, &session, text)?),
        None => None,
    };
    let since =
        args.since.as_deref().map(crate::model::time::Date::parse).transpose().map_err(Error::as_usage)?;
    let mut text = Text::new();
    let mut entries: Vec<Value> = Vec::new();
    let repo = &session.store.repo;
    let file =
        wanted.as_ref().map(|wanted| session.store.path_of(&Id::parse(&wanted.workflow)?)).transpose()?;
    let folder = file.clone().map_or_else(|| RepoPath::parse(FOLDER), Ok)?;
    let past = Past { store: &session.store, file, last: RefCell::new(None) };
    let head = repo.head()?.commit().cloned();
    let committed = head.as_ref().map(|head| past.at(head)).transpose()?;
    let pending = narrowed(between(committed.as_deref(), &session.snapshot), wanted.as_ref());
    if args.actor.is_none() {
        tell(&mut text, &mut entries, None, &pending);
    }
    let history = match &head {
        Some(head) => repo.history(head, &folder, None)?,
        None => Vec::new(),
    };
    let mut told = 0;
    for commit in &history {
        if told >= args.limit {
            break;
        }
        let early = since.is_some_and(|since| Time::from_seconds(commit.author_time).date() < since);
        let other = args
            .actor
            .as_ref()
            .is_some_and(|actor| *actor != commit.author_name && *actor != commit.author_email);
        if early || other {
            continue;
        }
        let after = past.at(&commit.id)?;
        let changes = narrowed(own_changes(&past, commit, &after)?, wanted.as_ref());
        if !changes.is_empty() {
            told += 1;
            tell(&mut text, &mut entries, Some(commit), &changes);
        }
    }
    let commits = match &wanted {
        Some(wanted) => commits(context, &session, wanted, args)?,
        None => Vec::new(),
    };
    tell_commits(&mut text, &commits);
    if repo.is_shallow() {
        text.line(Line::new().add(Style::Dim, "the clone is shallow: older history is not here"));
    }
    if entries.is_empty() && commits.is_empty() {
        text.line("nothing happened yet");
    }
    let commits: Vec<Value> = commits.iter().map(commit_data).collect();
    Ok(session.whole(Answer::new(text).with("entries", entries).with("commits", commits)))
}

/// A commit of the work itself, and whether the base has it.
struct Committed {
    work: Rc<Work>,
    landed: bool,
    /// Whether all that landed of the item was taken back.
    undone: bool,
}

// The work of an item, or of everything in a workflow, the latest first.
fn commits(context: &Context, session: &Session, wanted: &Wanted, args: &Args) -> Result<Vec<Committed>> {
    let world = world(&session.snapshot);
    let Some(spot) = wanted.spot else { return Ok(Vec::new()) };
    let found = standings(Here::of(context, session), &world, Of::One(spot))?;
    let meant = |other: &Spot| if spot.place == 0 { other.board == spot.board } else { *other == spot };
    let mut all: Vec<Committed> = Vec::new();
    for (_, standing) in found.of.into_iter().filter(|(other, _)| meant(other)) {
        let waits = |work: &Work| standing.pending.iter().any(|waiting| waiting.id == work.id);
        let nowhere = standing.evidence.is_empty();
        let own = standing.own;
        let each = standing.commits.iter().enumerate();
        all.extend(each.map(|(index, work)| {
            let landed = index >= own || !nowhere && !waits(work);
            let undone = landed && standing.stage == Stage::Reverted;
            Committed { work: Rc::clone(work), landed: landed && !undone, undone }
        }));
    }
    let since = args.since.as_deref().and_then(|day| crate::model::time::Date::parse(day).ok());
    all.retain(|commit| {
        let late = since.is_none_or(|since| Time::from_seconds(commit.work.authored).date() >= since);
        late && args.actor.as_ref().is_none_or(|actor| commit.work.author.eq_ignore_ascii_case(actor))
    });
    all.sort_by_key(|commit| std::cmp::Reverse(commit.work.committed));
    let mut seen = std::collections::HashSet::new();
    all.retain(|commit| seen.insert(commit.work.id.clone()));
    all.truncate(args.limit);
    Ok(all)
}

fn tell_commits(text: &mut Text, commits: &[Committed]) {
    if commits.is_empty() {
        return;
    }
    text.gap();
    text.line(Line::new().add(Style::Strong, format!("commits of the work ({})", commits.len())));
    for Committed { work, landed, undone } in commits {
        let date = Time::from_seconds(work.committed).date();
        let mark = match (landed, undone) {
            (true, _) => "landed    ",
            (false, true) => "taken back",
            (false, false) => "not landed",
        };
        let line = format!("  {}  {date}  {mark}  {}", work.id.short(), work.subject);
        text.line(cut(&line, 80));
    }
}

fn commit_data(commit: &Committed) -> Value {
    let Committed { work, landed, .. } = commit;
    json!({ "commit": work.id.as_str(), "at": Time::from_seconds(work.committed), "author": work.author,
            "subject": work.subject, "landed": landed })
}

/// Earlier versions of the state: of one file where only that one is meant, and each read once although it is looked at
/// as the outcome of one commit and as the beginning of the next.
struct Past<'a> {
    store: &'a Store,
    file: Option<RepoPath>,
    last: RefCell<Option<(CommitId, Rc<Snapshot>)>>,
}

impl Past<'_> {
    fn at(&self, commit: &CommitId) -> Result<Rc<Snapshot>> {
        if let Some((known, snapshot)) = self.last.borrow().as_ref()
            && known == commit
        {
            return Ok(Rc::clone(snapshot));
        }
        let snapshot = Rc::new(self.store.snapshot_of(At::Commit(commit.clone()), self.file.as_ref())?);
        self.last.replace(Some((commit.clone(), Rc::clone(&snapshot))));
        Ok(snapshot)
    }
}

// What a merge brings in was told where it was made; its own is only what none of its parents has.
fn own_changes(past: &Past, commit: &CommitFacts, after: &Snapshot) -> Result<Vec<Told>> {
    let Some((first, others)) = commit.parents.split_first() else { return Ok(between(None, after)) };
    let since = |parent: &CommitId| -> Result<Vec<Told>> {
        let before = past.at(parent)?;
        Ok(between(Some(&before), after))
    };
    let mut own = since(first)?;
    for parent in others {
        let seen = since(parent)?;
        for (workflow, changes) in &mut own {
            let same = seen.iter().find(|(other, _)| other == workflow);
            let alike = |one: &Change, other: &Change| {
                one.reference == other.reference && one.field == other.field && one.to == other.to
            };
            let told =
                |change: &Change| same.is_some_and(|(_, all)| all.iter().any(|other| alike(change, other)));
            changes.retain(told);
        }
    }
    own.retain(|(_, changes)| !changes.is_empty());
    Ok(own)
}

/// A workflow, and an item of it when one is meant.
struct Wanted {
    workflow: String,
    item: Option<String>,
    /// The item or workflow itself, where no part of one is meant.
    spot: Option<Spot>,
}

type Told = (String, Vec<Change>);

fn wanted(context: &Context, session: &Session, text: &str) -> Result<Wanted> {
    let world = world(&session.snapshot);
    let target = session.target(context, &world, Some(text))?;
    let workflow = world.board(target.spot).workflow.id.to_string();
    let local = crate::derive::reference::local(&world, &target);
    let item = (local != workflow).then_some(local);
    let spot = (target.part == Part::Whole).then_some(target.spot);
    Ok(Wanted { workflow, item, spot })
}

fn narrowed(changes: Vec<Told>, wanted: Option<&Wanted>) -> Vec<Told> {
    let Some(wanted) = wanted else { return changes };
    let of_item = |change: &Change| match &wanted.item {
        Some(item) => change.reference == *item || change.reference.starts_with(&format!("{item}.")),
        None => true,
    };
    changes
        .into_iter()
        .filter(|(workflow, _)| *workflow == wanted.workflow)
        .map(|(workflow, changes)| (workflow, changes.into_iter().filter(of_item).collect::<Vec<_>>()))
        .filter(|(_, changes)| !changes.is_empty())
        .collect()
}

fn tell(text: &mut Text, entries: &mut Vec<Value>, commit: Option<&CommitFacts>, changes: &[Told]) {
    if changes.is_empty() {
        return;
    }
    text.gap();
    match commit {
        Some(commit) => {
            let at = Time::from_seconds(commit.author_time);
            let head = Line::new()
                .add(Style::Warn, commit.id.short())
                .plain(format!("  {at}  {}", commit.author_name));
            text.line(head);
        }
        None => text.line(Line::new().add(Style::Strong, "not committed")),
    }
    for (workflow, changes) in changes {
        for line in words::lines(changes) {
            let line = if line.starts_with(workflow.as_str()) { line } else { format!("{workflow}: {line}") };
            for (index, line) in wrap(&line, 76).into_iter().enumerate() {
                text.line(if index == 0 { format!("  {line}") } else { format!("    {line}") });
            }
        }
    }
    let all: Vec<Value> = changes
        .iter()
        .flat_map(|(workflow, changes)| changes.iter().map(move |change| items::change(workflow, change)))
        .collect();
    entries.push(json!({
        "commit": commit.map(|commit| commit.id.as_str()),
        "at": commit.map(|commit| Time::from_seconds(commit.author_time)),
        "author": commit.map(|commit| commit.author_name.as_str()),
        "subject": commit.map(|commit| commit.subject.as_str()),
        "changes": all,
    }));
}
