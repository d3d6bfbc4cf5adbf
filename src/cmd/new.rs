//! `new`: a workflow of a process.

use std::sync::Arc;

use clap::Args as ClapArgs;
use serde_json::json;

use crate::error::{Error, Result};
use crate::model::id::{Id, slug};
use crate::model::profile::make_id;
use crate::moves::fields::Setting;
use crate::moves::grow;
use crate::store::At;

use super::Answer;
use super::context::Context;
use super::write::{Said, WriteArgs, change};

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
        let word = args.id_slug.clone().unwrap_or_else(|| slug(&args.title));
        let word = if word.is_empty() { profile.profile.to_string() } else { word };
        let taken = |id: &str| {
            let known = Id::parse(id).is_ok_and(|id| draft.world().find(&id).is_some());
            let broken = |broken: &crate::store::Broken| broken.path.ends_with(&format!("/{id}.yaml"));
            known || deciding.session.snapshot.broken.iter().any(broken)
        };
        let id = make_id(&profile.id, &word, &context.local_date().compact(), &taken);
        let id = Id::parse(&id).map_err(|error| error.context("--id-slug").as_usage())?;
        let ask = deciding.ask(None, &|_| true);
        let workflow = grow::workflow(&profile, id.clone(), args.title.trim(), &settings, &ask)?;
        draft.add(workflow, Arc::clone(&profile));
        let mut said = Said::default();
        said.data.insert("workflow".to_owned(), json!(id));
        Ok(said)
    })
}
