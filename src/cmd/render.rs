//! `render`: documents from the state.

use std::path::Path;

use clap::Args as ClapArgs;
use serde_json::{Value, json};

use crate::derive::board::Board;
use crate::derive::world::World;
use crate::documents::sheets::{Sheet, early, is_open, sheets};
use crate::error::{Error, Kind, Result, nearest};
use crate::model::document::On;
use crate::model::path::RepoPath;
use crate::ui::{Line, Style, Table, Text};

use super::Answer;
use super::context::Context;
use super::documents::{Desk, Renderer, Standing, gathered};
use super::session::{Session, world};
use super::write::{FileChanges, WriteArgs, apply_files, difference};

/// Arguments of `render`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  git track render                       every document of every open workflow
  git track render --check               for CI: says what is out of date, writes nothing
  git track render worktracker --stdout

On another branch than the base, --check only warns of what is written on the base branch, unless it is asked for by name.")]
pub struct Args {
    /// The documents: names, WORKFLOW:NAME, or their paths
    #[arg(value_name = "DOC")]
    pub documents: Vec<String>,
    /// Write nothing; say what is out of date, with the difference, and exit with 1
    #[arg(long, conflicts_with_all = ["stdout", "stage", "commit"])]
    pub check: bool,
    /// Print the documents instead of writing them
    #[arg(long, conflicts_with_all = ["stage", "commit"])]
    pub stdout: bool,
    #[command(flatten)]
    write: WriteArgs,
}

/// Renders documents.
pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    if args.stdout {
        return print(context, &args.documents);
    }
    if args.check {
        return check(context, &args.documents);
    }
    let (session, lock) = Session::open_locked(context)?;
    let world = world(&session.snapshot);
    let mut desk = Desk::default();
    let looked = look(context, &session, (&world, &args.documents), &mut desk)?;
    let edits = desk.edits();
    let mut text = Text::new();
    for edit in &edits {
        text.line(Line::new().plain("rendered ").add(Style::Strong, edit.path.as_str()));
    }
    looked.remarks(&mut text);
    let same = looked.count(|_, standing| standing == Standing::Fresh);
    if edits.is_empty() && same > 0 {
        text.line(up_to_date(same));
    }
    let told = told(&world, &looked);
    let write = args.write.decided(session.snapshot.config.write);
    let what = match edits.as_slice() {
        [one] => format!("render {}", one.path),
        several => format!("render {} documents", several.len()),
    };
    let changes = FileChanges { edits, text, what, write };
    let answer = apply_files(context, &session.store, lock, changes)?.with("documents", told);
    let answer = session.whole(answer);
    Ok(looked.exit(answer, |_, standing| standing == Standing::Foreign))
}

fn check(context: &Context, names: &[String]) -> Result<Answer> {
    let session = Session::open(context)?;
    let world = world(&session.snapshot);
    let mut desk = Desk::default();
    let looked = look(context, &session, (&world, names), &mut desk)?;
    let mut table = Table::uncut();
    // Elsewhere nobody has to bring up to date what is written on the base branch.
    let elsewhere = names.is_empty() && !session.is_on_base();
    let warns = |sheet: &Sheet| elsewhere && sheet.document.on == On::Base;
    for (sheet, standing) in looked.standing.iter().filter(|(_, standing)| standing.is_behind()) {
        table.row([
            (Style::Warn, standing.word().to_owned()),
            (Style::Plain, sheet.mark(&world)),
            (Style::Dim, sheet.path.to_string()),
        ]);
    }
    let mut text = table.text();
    looked.remarks(&mut text);
    let behind = looked.count(|_, standing| standing.is_behind());
    let late = looked.count(|sheet, standing| standing.is_behind() && !warns(sheet));
    let wrong = |sheet: &Sheet, standing: Standing| {
        (standing.is_behind() && !warns(sheet)) || standing == Standing::Foreign
    };
    text.extend(difference(&desk.edits()));
    if late > 0 {
        text.line(Line::new().add(Style::Command, "git track render"));
    } else if behind > 0 {
        text.line(Line::new().add(Style::Dim, "only a warning here: they are written on the base branch"));
    } else if looked.count(wrong) == 0 && looked.failed.is_empty() {
        text.line(up_to_date(looked.standing.len()));
    }
    let answer = Answer::new(text).with("documents", told(&world, &looked));
    let answer = session.whole(answer);
    Ok(looked.exit(answer, wrong))
}

/// Prints documents as they are, without the marks or the header of their files.
pub(super) fn print(context: &Context, names: &[String]) -> Result<Answer> {
    let session = Session::open(context)?;
    let world = world(&session.snapshot);
    let renderer = Renderer { context, store: &session.store, at: &session.snapshot.at };
    let mut printed = String::new();
    let mut told = Vec::new();
    for sheet in chosen(context, &session, &world, names)? {
        let body = renderer.printed(&world, &sheet)?;
        told.push(json!({ "name": sheet.name, "path": sheet.path, "text": body }));
        printed.push_str(&body);
    }
    Ok(Answer::raw(printed).with("documents", told))
}

/// What was looked at; a document that cannot be rendered hides no other.
#[derive(Default)]
struct Looked<'a> {
    standing: Vec<(Sheet<'a>, Standing)>,
    failed: Vec<(RepoPath, Error)>,
}

impl Looked<'_> {
    fn count(&self, fits: impl Fn(&Sheet, Standing) -> bool) -> usize {
        self.standing.iter().filter(|(sheet, standing)| fits(sheet, *standing)).count()
    }

    /// What people have to look at themselves.
    fn remarks(&self, text: &mut Text) {
        self.standing
            .iter()
            .filter_map(|(sheet, standing)| kept(sheet, *standing))
            .for_each(|line| text.line(line));
        let failed = gathered(&self.failed);
        for (index, (message, error)) in failed.iter().enumerate() {
            text.line(Line::new().add(Style::Bad, "FAILED").plain(format!("  {message}")));
            if let Some(at) = error.place() {
                text.line(Line::new().plain(format!("        --> {at}")));
            }
            // What helps several stands once, below the last of them.
            let again =
                |hint: &&String| failed.iter().skip(index + 1).any(|(_, other)| other.hints().contains(hint));
            for hint in error.hints().iter().filter(|hint| !again(hint)) {
                text.line(Line::new().plain("        ").add(Style::Command, hint));
            }
        }
    }

    /// The exit status, unless something else is worse.
    fn exit(&self, answer: Answer, refuses: impl Fn(&Sheet, Standing) -> bool) -> Answer {
        let failed = self.failed.iter().map(|(_, error)| error.kind().exit()).max();
        let refused = (self.count(refuses) > 0).then(|| Kind::Refused.exit());
        match failed.max(refused).filter(|&exit| exit > answer.exit) {
            Some(exit) => answer.exit(exit),
            None => answer,
        }
    }
}

fn look<'a>(
    context: &Context,
    session: &Session,
    (world, names): (&World<'a>, &[String]),
    desk: &mut Desk,
) -> Result<Looked<'a>> {
    let renderer = Renderer { context, store: &session.store, at: &session.snapshot.at };
    let mut looked = Looked::default();
    for sheet in chosen(context, session, world, names)? {
        match desk.put(&renderer, (world, None), &sheet) {
            Ok(standing) => looked.standing.push((sheet, standing)),
            Err(error) => looked.failed.push((sheet.path, error)),
        }
    }
    Ok(looked)
}

// Without names those of all open workflows; names may reach for closed ones.
fn chosen<'a>(
    context: &Context,
    session: &Session,
    world: &World<'a>,
    names: &[String],
) -> Result<Vec<Sheet<'a>>> {
    let asked = match context.workflow() {
        Some(_) => Some(session.the_workflow(context, world)?),
        None => None,
    };
    let asked = asked.and_then(|board| Some(&world.boards.get(board)?.workflow.id));
    let own = |board: &Board| !names.is_empty() || session.snapshot.is_here(&board.workflow.id);
    let meant = |board: &Board| asked.map_or_else(|| own(board), |asked| *asked == board.workflow.id);
    let mut all = sheets(world, meant)?;
    let open = |sheet: &Sheet| {
        let mut boards = sheet.boards.iter().filter_map(|&board| world.boards.get(board));
        asked.is_some() || !sheet.of_one || boards.any(is_open)
    };
    if names.is_empty() {
        return Ok(all.into_iter().filter(|sheet| open(sheet) && sheet.is_wanted(world)).collect());
    }
    all.extend(early(world, meant));
    let mut found: Vec<Sheet> = Vec::new();
    for name in names {
        // A path is typed where the user is.
        let path = context.repo_path(&session.store.repo, Path::new(name)).ok();
        let means = |sheet: &&Sheet| {
            let is_named = sheet.name.as_str() == name || sheet.mark(world) == *name;
            is_named || path.as_ref() == Some(&sheet.path)
        };
        let mut matches: Vec<&Sheet> = all.iter().filter(means).collect();
        // A bare name is meant for what is going on.
        if matches.iter().any(|sheet| open(sheet)) && !name.contains([':', '/']) {
            matches.retain(|sheet| open(sheet));
        }
        if matches.is_empty() {
            let error = Error::not_found(format!("there is no document `{name}`"));
            let mut known: Vec<&str> = all.iter().map(|sheet| sheet.name.as_str()).collect();
            known.sort_unstable();
            known.dedup();
            if let Some(broken) = session.broken_below(name) {
                return Err(broken);
            }
            return Err(match nearest(name, known.iter().copied()) {
                Some(near) => error.hint(format!("did you mean `{near}`?")),
                None if known.is_empty() => error.hint("git track render --check"),
                None => error.hint(format!("there are: {}", known.join(", "))),
            });
        }
        found.extend(matches.into_iter().cloned());
    }
    Ok(found)
}

fn up_to_date(count: usize) -> String {
    if count == 0 {
        return "nothing is to be rendered here yet".to_owned();
    }
    let documents = if count == 1 { "document is" } else { "documents are" };
    format!("{count} {documents} up to date")
}

fn kept(sheet: &Sheet, standing: Standing) -> Option<Line> {
    let line =
        |style, word: &str, more: &str| Line::new().add(style, word).plain(format!("  {}{more}", sheet.path));
    match standing {
        Standing::ByHand => Some(line(Style::Dim, "by hand", "")),
        Standing::Foreign => {
            Some(line(Style::Bad, "in the way", ": it is not rendered by git-track; move it"))
        }
        Standing::Fresh | Standing::Stale | Standing::Missing => None,
    }
}

fn told(world: &World, looked: &Looked) -> Value {
    let failed = looked
        .failed
        .iter()
        .map(|(path, error)| json!({ "path": path, "state": "failed", "message": error.message() }));
    let standing = looked.standing.iter();
    standing
        .map(|(sheet, standing)| {
            json!({
                "name": sheet.name, "of": sheet.source(world), "path": sheet.path, "state": standing.word(),
            })
        })
        .chain(failed)
        .collect()
}
