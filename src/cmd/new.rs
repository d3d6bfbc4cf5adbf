//! `new`: a workflow of a process.

use std::sync::Arc;

use clap::Args as ClapArgs;
use serde_json::json;

use crate::derive::world::Spot;
use crate::error::{Error, Result};
use crate::files::is_there;
use crate::model::document::Begun;
use crate::model::id::{Id, slug};
use crate::model::profile::{Profile, make_id};
use crate::moves::allowed::unique;
use crate::moves::fields::Setting;
use crate::moves::grow;
use crate::store::At;

use super::Answer;
use super::context::Context;
use super::scaffold;
use super::write::{Deciding, Draft, Said, WriteArgs, change};

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
    let settings: Vec<Setting> =
        args.settings.iter().map(|pair| Setting::parse(pair)).collect::<Result<_>>()?;
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
        if let Some((board, _)) = draft.world().find(&id) {
            scaffold::begin(deciding, draft, Spot { board, place: 0 }, &begun)?;
        }
        // What people write in a document is not said a second time in the state.
        let stays = |name: &Id| {
            let from = profile.workflow.fields.get(name).and_then(|field| field.from.as_ref());
            from.is_none_or(|from| !begun.contains(from))
        };
        let fields = workflow.root.fields.iter().filter(|(name, _)| stays(name));
        workflow.root.fields = fields.map(|(name, value)| (name.clone(), value.clone())).collect();
        draft.put(workflow);
        let mut said = Said::default();
        said.data.insert("workflow".to_owned(), json!(id));
        Ok(said)
    })
}

// Free here, on every branch and in every worktree: two branches must not begin the same workflow.
fn free_id(deciding: &Deciding, draft: &Draft, args: &Args, profile: &Profile) -> Result<Id> {
    let context = deciding.context;
    let session = deciding.session;
    let word = args.id_slug.clone().unwrap_or_else(|| slug(&args.title));
    let word = if word.is_empty() { profile.profile.to_string() } else { word };
    let trees: Vec<std::path::PathBuf> =
        session.store.repo.worktrees()?.into_iter().map(|tree| tree.path).collect();
    let elsewhere = |id: &Id| {
        let Ok(path) = session.store.path_of(id) else { return false };
        let on_branch = session.store.repo.is_on_a_branch(&path).unwrap_or(false);
        on_branch || trees.iter().any(|tree| is_there(&tree.join(path.as_str())))
    };
    let taken = |text: &str| {
        let broken = |broken: &crate::store::Broken| broken.path.ends_with(&format!("/{text}.yaml"));
        let known = |id: Id| draft.world().find(&id).is_some() || elsewhere(&id);
        Id::parse(text).is_ok_and(known) || session.snapshot.broken.iter().any(broken)
    };
    let id = make_id(&profile.id, &word, &context.local_date().compact(), &taken);
    Id::parse(&id).map_err(|error| error.context("--id-slug").as_usage())
}
