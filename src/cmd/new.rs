//! `new`: a workflow of a process.

use std::sync::Arc;

use clap::Args as ClapArgs;
use serde_json::json;

use crate::derive::board::Board;
use crate::derive::pages;
use crate::derive::words::show;
use crate::derive::world::Spot;
use crate::error::{Error, Result};
use crate::files::is_there;
use crate::model::document::Begun;
use crate::model::id::{Id, MAX, slug};
use crate::model::item::Item;
use crate::model::path::RepoPath;
use crate::model::profile::{Profile, make_id};
use crate::model::workflow::Workflow;
use crate::moves::allowed::unique;
use crate::moves::fields::Setting;
use crate::moves::grow;
use crate::store::At;

use super::Answer;
use super::context::Context;
use super::draft::Draft;
use super::scaffold;
use super::write::{Deciding, Said, WriteArgs, change};

/// Arguments of `new`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  git track new program \"Stabilise the platform\"
  git track new trace \"Avatar upload\" --set spec=specs/avatar.md")]
pub struct Args {
    /// The process: see `git track profile list`
    #[arg(value_name = "PROFILE")]
    pub profile: String,
    /// What the workflow is, in one line
    #[arg(value_name = "TITLE")]
    pub title: String,
    /// The word in its id instead of one made from the title
    #[arg(long, value_name = "SLUG")]
    pub id_slug: Option<String>,
    /// A field
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub settings: Vec<String>,
    #[command(flatten)]
    write: WriteArgs,
}

/// Begins a workflow.
pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    let settings = context.settings(&args.settings)?;
    if args.title.trim().is_empty() {
        return Err(Error::usage("a title cannot be empty"));
    }
    let name = Id::parse(&args.profile).map_err(|_| {
        Error::not_found(format!("there is no profile `{}`", args.profile)).hint("git track profile list")
    })?;
    if context.plan_file() {
        return Err(Error::refused("a plan file holds one workflow; `new` begins another")
            .hint("leave the plan file out: --plan, GIT_TRACK_PLAN, EXECUTION_PLAN_PATH"));
    }
    let profile = Arc::new(context.store()?.profile(&At::WorkTree, &name)?);
    let settings = with_environment(context, &profile, settings)?;
    change(context, args.write, |deciding, draft| {
        let id = free_id(deciding, draft, args, &profile)?;
        let ask = deciding.ask(None);
        let mut workflow = grow::workflow(&profile, id.clone(), args.title.trim(), &settings, &ask)?;
        unique(&draft.world(), &profile.workflow, &workflow.root, &profile.profile, &id)?;
        draft.add(workflow.clone(), Arc::clone(&profile));
        let begun: Vec<Id> = profile
            .documents
            .iter()
            .filter(|(_, document)| document.begun == Begun::New)
            .map(|(name, _)| name.clone())
            .collect();
        let mut said = Said::default();
        if let Some((board, laid)) = draft.world().find(&id) {
            grow::within_limits(&draft.world(), Spot { board, place: 0 }, &ask)?;
            contradicted(laid)?;
            for path in begun_with(laid).filter(|path| laid.pages.exists(path)) {
                said.text.line(format!("  kept as it is  {path}"));
            }
            scaffold::begin(deciding, draft, Spot { board, place: 0 }, &begun)?;
        }
        // What a document says is not said a second time in the state.
        let bare = Workflow { root: Item::default(), ..workflow.clone() };
        let bare = Board::new(&bare, &profile, &deciding.session.snapshot.pages);
        let fields = workflow.root.fields.iter();
        let fields = fields.filter(|(name, _)| pages::field(&bare, name.as_str()).is_none());
        workflow.root.fields = fields.map(|(name, value)| (name.clone(), value.clone())).collect();
        draft.put(workflow);
        said.data.insert("workflow".to_owned(), json!(id));
        Ok(said)
    })
}

// What the environment says about the new workflow, unless it was said here.
fn with_environment(
    context: &Context,
    profile: &Profile,
    mut settings: Vec<Setting>,
) -> Result<Vec<Setting>> {
    for (name, field) in profile.workflow.fields.iter() {
        let said = field.variable.as_deref().and_then(|variable| Some((variable, context.var(variable)?)));
        let Some((variable, value)) = said else { continue };
        if settings.iter().any(|setting| setting.key == name.as_str()) {
            continue;
        }
        match context.repo_path(&context.repo()?, std::path::Path::new(value)) {
            Ok(path) => settings.push(Setting { key: name.to_string(), value: path.to_string() }),
            Err(error) => context.remark(format!("{variable} is not used: {}", error.message())),
        }
    }
    Ok(settings)
}

// A document that is there already comes before what is set here.
fn contradicted(board: &Board) -> Result<()> {
    for (name, set) in board.root().item.fields.iter() {
        let Some(said) = pages::field(board, name.as_str()).filter(|said| *said != json!(set)) else {
            continue;
        };
        let said = show(&said);
        let error = Error::refused(format!("`{name}` is read from a document, which says {said}, not {set}"));
        return Err(match pages::source(board, name.as_str()) {
            Some(path) => error.hint(format!("edit {path}")),
            None => error,
        });
    }
    Ok(())
}

// The documents that `new` begins.
fn begun_with<'a>(board: &'a Board<'a>) -> impl Iterator<Item = RepoPath> + 'a {
    let begun = board.profile.documents.values().filter(|document| document.begun == Begun::New);
    begun.filter_map(|document| pages::path_of(board, 0, document).ok())
}

// Lower-case words joined by `-`, as a person types or pastes it.
fn word(args: &Args, profile: &Profile) -> Result<String> {
    let Some(asked) = &args.id_slug else {
        let made = slug(&args.title);
        return Ok(if made.is_empty() { profile.profile.to_string() } else { made });
    };
    let asked = asked.replace('\u{2011}', "-");
    let is_plain =
        |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    if asked.split('-').all(is_plain) {
        return Ok(asked);
    }
    let error = Error::usage(format!("--id-slug: `{asked}` is not lower-case words joined by `-`"));
    Err(match slug(&asked) {
        made if made.is_empty() => error,
        made => error.hint(format!("--id-slug {made}")),
    })
}

// Free here, on every branch and in every worktree: two branches must not begin the same workflow, nor the same
// document. A document that somebody began here by hand is taken up.
fn free_id(deciding: &Deciding, draft: &Draft, args: &Args, profile: &Profile) -> Result<Id> {
    let context = deciding.context;
    let session = deciding.session;
    let word = word(args, profile)?;
    let trees: Vec<std::path::PathBuf> =
        session.store.repo.worktrees()?.into_iter().map(|tree| tree.path).collect();
    let pages = &session.snapshot.pages;
    let elsewhere = |path: &RepoPath| {
        let on_branch = session.store.repo.is_on_a_branch(path).unwrap_or(false);
        on_branch || trees.iter().any(|tree| is_there(&tree.join(path.as_str())))
    };
    let begun_elsewhere = |id: &Id| {
        let empty = Workflow { id: id.clone(), profile: profile.profile.clone(), root: Item::default() };
        let board = Board::new(&empty, profile, pages);
        let missing = begun_with(&board).filter(|path| !pages.exists(path));
        missing.collect::<Vec<_>>().iter().any(elsewhere)
    };
    let taken = |text: &str| {
        let broken = |broken: &crate::store::Broken| broken.path.ends_with(&format!("/{text}.yaml"));
        let known = |id: Id| {
            let state = session.store.path_of(&id);
            draft.world().find(&id).is_some()
                || state.is_ok_and(|path| elsewhere(&path))
                || begun_elsewhere(&id)
        };
        Id::parse(text).is_ok_and(known) || session.snapshot.broken.iter().any(broken)
    };
    let id = make_id(&profile.id, &word, &context.local_date()?.compact(), &taken);
    if id.len() > MAX {
        return Err(Error::usage(format!("`{id}` is longer than the {MAX} characters of an id"))
            .hint("say a shorter one with --id-slug"));
    }
    Id::parse(&id).map_err(|error| error.context("--id-slug").as_usage())
}
