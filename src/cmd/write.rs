//! Writing: decide on the state under the lock, apply all edits or none, then stage or commit.

use clap::Args;
use serde_json::{Value, json};

use crate::derive::changes::Change;
use crate::derive::next::actions_after;
use crate::derive::words;
use crate::documents::parts::is_first;
use crate::error::{Error, Kind, Result};
use crate::files::Lock;
use crate::model::actor::{Actor, ActorKind};
use crate::model::config::Write;
use crate::model::edit::{Edit, Root};
use crate::model::path::RepoPath;
use crate::moves::{Ask, Departs};
use crate::store::{self, At, Store, Told};
use crate::ui::{Line, Style, Text};

use super::Answer;
use super::context::{Context, From};
use super::deliver::{deliver, message, to_deliver};
use super::documents;
use super::draft::Draft;
use super::homes;
use super::items;
use super::leases::Leases;
use super::logs;
use super::prompt::Glance;
use super::session::{Session, anywhere};

/// Options of every command that writes.
#[derive(Clone, Copy, Debug, Default, Args)]
pub(super) struct WriteArgs {
    /// Add the changed files to the index
    #[arg(long, conflicts_with = "commit")]
    pub stage: bool,
    /// Commit the changed files, and nothing else
    #[arg(long)]
    pub commit: bool,
}

impl WriteArgs {
    /// What is asked for, else what the team decided.
    pub(super) fn decided(self, configured: Write) -> Write {
        match (self.stage, self.commit) {
            (true, _) => Write::Stage,
            (_, true) => Write::Commit,
            _ => configured,
        }
    }
}

/// What a decision may use.
pub(super) struct Deciding<'a> {
    /// The command's surroundings.
    pub context: &'a Context,
    /// The state it decides on.
    pub session: &'a Session,
    /// Who acts.
    pub actor: String,
    /// As what.
    pub kind: ActorKind,
}

impl Deciding<'_> {
    /// The question to a move, with the text of `-m`.
    pub(super) fn ask<'s>(&'s self, text: Option<&'s str>) -> Ask<'s> {
        Ask { actor: &self.actor, kind: self.kind, now: self.context.now, text, departs: Departs::No }
    }
}

/// What the decision says besides the changes.
#[derive(Default)]
pub(super) struct Said {
    /// What is printed when nothing changes.
    pub already: String,
    /// More for `--json`.
    pub data: serde_json::Map<String, Value>,
    /// More for people, after the changes.
    pub text: Text,
}

/// Decides and writes. The decision sees the state under the lock, so that no other change comes between.
///
/// What lives on another branch is decided again in the worktree where that is checked out, and written there.
pub(super) fn change(
    context: &Context,
    args: WriteArgs,
    decide: impl Fn(&Deciding, &mut Draft) -> Result<Said>,
) -> Result<Answer> {
    match change_in(context, args, &decide)? {
        Outcome::Written(answer) => Ok(answer),
        Outcome::Elsewhere(there) => match change_in(&there, args, &decide)? {
            Outcome::Written(answer) => Ok(told_where(answer, &there)),
            Outcome::Elsewhere(_) => Err(Error::state("the home of a workflow names another home")),
        },
    }
}

fn told_where(mut answer: Answer, there: &Context) -> Answer {
    let tree = there.cwd().to_string_lossy();
    answer.text.line(Line::new().add(Style::Dim, format!("where it lives: {tree}")));
    answer.with("tree", tree.as_ref())
}

enum Outcome {
    Written(Answer),
    Elsewhere(Box<Context>),
}

fn change_in(
    context: &Context,
    args: WriteArgs,
    decide: &impl Fn(&Deciding, &mut Draft) -> Result<Said>,
) -> Result<Outcome> {
    let (session, lock) = Session::open_locked(context)?;
    let actor = context.actor(&session.store.repo)?;
    let kind = context.actor_kind(&session.snapshot.config.roles.agent_env)?;
    let deciding = Deciding { context, session: &session, actor, kind };
    let mut draft = Draft::new(&session.snapshot);
    let said = decide(&deciding, &mut draft).and_then(|said| draft.refuse_new_violations().map(|()| said));
    let said = said.map_err(nothing_written)?;
    if let Some(tree) = homes::elsewhere(&deciding, &draft).map_err(nothing_written)? {
        let repo = &session.store.repo;
        let (tree_here, dir) = (repo.top()?.to_path_buf(), repo.git_dir().to_path_buf());
        let from = From { tree: tree_here, dir, branch: session.acting.clone() };
        return Ok(Outcome::Elsewhere(Box::new(context.writing_in(&tree, from))));
    }
    written(&deciding, args, lock, (&draft, said)).map(Outcome::Written)
}

fn written(
    deciding: &Deciding,
    args: WriteArgs,
    lock: Lock,
    (draft, said): (&Draft, Said),
) -> Result<Answer> {
    let Deciding { context, session, kind, .. } = *deciding;
    let leases = Leases::of(deciding)?;
    let taken = leases.taken(draft).map_err(nothing_written)?;
    let changes = draft.changes();
    let mut edits = draft.edits(&session.store).map_err(nothing_written)?;
    let kept = documents::kept_with(deciding, draft);
    let said = with_rendered(said, &kept);
    edits.extend(kept);
    let told = tell(&changes);
    let paths: Vec<RepoPath> = edits.iter().map(|edit| edit.path.clone()).collect();
    let actor = Actor { name: &deciding.actor, kind };
    let mut answer = report(draft, actor, &said, (&changes, &told), &paths);
    if edits.is_empty() {
        return Ok(answer);
    }
    if context.global.dry_run {
        let mut text = said.text;
        text.extend(preview(&told, &edits));
        answer.text = text;
        return Ok(answer.with("dry_run", true));
    }
    let what = told.first().cloned().unwrap_or_else(|| "files written".to_owned());
    let by = anywhere(context, &session.snapshot, &deciding.actor)?;
    let remembered = store::record(&session.store, &edits, context.now, by, what)?;
    let wanted = args.decided(session.snapshot.config.write);
    let delivered = to_deliver(context, &session.store, wanted, &edits)?;
    let (files, logged) = logs::edits(deciding, draft, &changes, &edits).map_err(nothing_written)?;
    let leased = leases.edit(draft, &taken)?;
    let all: Vec<Edit> = edits.into_iter().chain(remembered).chain(logged).chain(leased).collect();
    files.apply(&lock, &all)?;
    leases.lost(draft, &taken).into_iter().for_each(|line| context.remark(line));
    let read = |path: &RepoPath| {
        let after = all.iter().find(|edit| edit.root == Root::WorkTree && edit.path == *path);
        let loaded = || session.snapshot.workflows.iter().find(|loaded| loaded.path == *path);
        after.map_or_else(|| Some(loaded()?.bytes.clone()), |edit| edit.after.clone())
    };
    // Whoever writes from elsewhere has another branch than this worktree.
    if context.from().is_none() {
        Glance::keep(Glance::of(context, session, &draft.world(), &read).as_ref(), &session.store);
    }
    // Hooks that git runs may call this program, which must find the lock free.
    drop(lock);
    let delivered = deliver(&session.store, wanted, &delivered, &message(&changes, &told));
    delivered.map_err(|error| {
        told.iter().take(5).fold(error, |error, line| error.note(format!("written  {line}")))
    })?;
    if context.global.verbose {
        for path in &paths {
            answer.text.line(Line::new().add(Style::Dim, format!("wrote {path}")));
        }
    }
    Ok(answer)
}

// A document that is rendered for the first time is told of; later ones follow the state silently.
fn with_rendered(said: Said, kept: &[Edit]) -> Said {
    let mut text = Text::new();
    let is_new = |edit: &&Edit| match (&edit.before, &edit.after) {
        (Some(before), Some(after)) => is_first(before, after),
        (before, _) => before.is_none(),
    };
    for edit in kept.iter().filter(is_new) {
        text.line(Line::new().plain("  rendered       ").add(Style::Strong, edit.path.as_str()));
    }
    text.extend(said.text);
    Said { text, ..said }
}

// Several workflows may hold the same ids, so that each line says whose it is.
fn tell(changes: &[(String, Vec<Change>)]) -> Vec<String> {
    let several = changes.len() > 1;
    let line = |workflow: &str, line: String| {
        if several && !line.starts_with(workflow) { format!("{workflow}: {line}") } else { line }
    };
    changes
        .iter()
        .flat_map(|(workflow, changes)| {
            words::lines(changes).into_iter().map(move |told| line(workflow, told))
        })
        .collect()
}

fn changes_json(changes: &[(String, Vec<Change>)]) -> Value {
    changes
        .iter()
        .flat_map(|(workflow, changes)| changes.iter().map(move |change| items::change(workflow, change)))
        .collect()
}

fn nothing_written(error: Error) -> Error {
    if error.kind() == Kind::Refused { error.note("nothing written") } else { error }
}

fn report(
    draft: &Draft,
    actor: Actor,
    said: &Said,
    (changes, told): (&[(String, Vec<Change>)], &[String]),
    paths: &[RepoPath],
) -> Answer {
    let mut text = Text::new();
    for line in told {
        text.line(line.as_str());
    }
    for edit in draft.files.iter().filter(|edit| edit.before.is_none() && edit.root == Root::WorkTree) {
        text.line(Line::new().plain("  to be written  ").add(Style::Strong, edit.path.as_str()));
    }
    if told.is_empty() && !said.already.is_empty() {
        text.line(said.already.as_str());
    }
    text.extend(said.text.clone());
    let world = draft.world();
    let boards: Vec<usize> =
        draft.changed().filter_map(|workflow| Some(world.find(&workflow.id)?.0)).collect();
    let next: Vec<_> = boards.iter().flat_map(|&board| actions_after(&world, board, actor)).take(3).collect();
    if let Some(action) = next.first().filter(|_| !told.is_empty()) {
        text.line(Line::new().add(Style::Dim, "next: ").add(Style::Command, action.command(&world)));
    }
    let next: Vec<Value> = next
        .iter()
        .map(|action| json!({ "ref": action.full_reference(&world), "command": action.command(&world) }))
        .collect();
    let mut answer = Answer::new(text)
        .with("changes", changes_json(changes))
        .with("files", json!(paths))
        .with("next", next);
    answer.data.extend(said.data.clone());
    answer
}

fn preview(told: &[String], edits: &[Edit]) -> Text {
    let mut text = Text::new();
    for line in told {
        text.line(Line::new().plain("would: ").plain(line));
    }
    text.extend(difference(edits));
    text.line("nothing written");
    text
}

/// What edits change, as a unified diff.
pub(super) fn difference(edits: &[Edit]) -> Text {
    let mut text = Text::new();
    for edit in edits {
        let side = |bytes: &Option<Vec<u8>>| {
            bytes.as_deref().map(String::from_utf8_lossy).unwrap_or_default().into_owned()
        };
        let (before, after) = (side(&edit.before), side(&edit.after));
        let diff = similar::TextDiff::from_lines(&before, &after);
        let path = edit.path.as_str();
        let old = if edit.before.is_some() { format!("a/{path}") } else { "/dev/null".to_owned() };
        let printed = diff.unified_diff().context_radius(2).header(&old, &format!("b/{path}")).to_string();
        for line in printed.lines() {
            let style = match line.chars().next() {
                Some('+') => Style::Good,
                Some('-') => Style::Bad,
                _ => Style::Plain,
            };
            text.line(Line::new().add(style, line));
        }
    }
    text
}

/// Edits of files that are no change of a workflow (`init`, `undo`, `config`), and what to say about them.
pub(super) struct FileChanges {
    /// The edits.
    pub(super) edits: Vec<Edit>,
    /// What is said when they are made.
    pub(super) text: Text,
    /// What they are, for the subject of a commit.
    pub(super) what: String,
    /// What happens besides writing.
    pub(super) write: Write,
}

/// Applies edits of files under a lock that is held, so that `undo` can take them back.
pub(super) fn apply_files(
    context: &Context,
    store: &Store,
    lock: Lock,
    mut changes: FileChanges,
) -> Result<Answer> {
    if !changes.edits.is_empty() {
        let entry = remembered(context, store, &changes.edits, changes.what.clone())?;
        changes.edits.extend(entry);
    }
    apply_forgotten(context, store, lock, changes)
}

/// The edits that remember a change to files, for `undo`.
pub(super) fn remembered(
    context: &Context,
    store: &Store,
    edits: &[Edit],
    told: impl Into<Told>,
) -> Result<Vec<Edit>> {
    // A repository can be set up before git knows who works in it.
    let by = context.actor(&store.repo).unwrap_or_else(|_| "somebody".to_owned());
    let snapshot = store.snapshot(At::WorkTree)?;
    let by = anywhere(context, &snapshot, &by)?;
    store::record(store, edits, context.now, by, told)
}

/// The same without a memory: for `undo` itself.
pub(super) fn apply_forgotten(
    context: &Context,
    store: &Store,
    lock: Lock,
    changes: FileChanges,
) -> Result<Answer> {
    let FileChanges { edits, text, what, write } = changes;
    let visible: Vec<Edit> = edits.iter().filter(|edit| edit.root == Root::WorkTree).cloned().collect();
    let paths: Vec<RepoPath> = visible.iter().map(|edit| edit.path.clone()).collect();
    let answer = |text: Text| Answer::new(text).with("files", json!(paths));
    if context.global.dry_run {
        return Ok(answer(preview(&[], &visible)).with("dry_run", true));
    }
    if !edits.is_empty() {
        let delivered = to_deliver(context, store, write, &visible)?;
        store.files.apply(&lock, &edits)?;
        // Hooks that git runs may call this program, which must find the lock free.
        drop(lock);
        deliver(store, write, &delivered, &format!("chore(track): {what}\n"))?;
    }
    Ok(answer(text))
}
