//! `step`: a step recorded before its work.

use clap::Args as ClapArgs;
use serde_json::json;

use crate::derive::board::Board;
use crate::derive::shell;
use crate::derive::world::Spot;
use crate::error::{Error, Result};
use crate::model::profile::Guarded;
use crate::moves::grow;

use super::Answer;
use super::context::Context;
use super::write::{Said, WriteArgs, change};

/// Arguments of `step`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:
  git track step \"Implement token validation\" --focus \"JWKS lookup\" --finish \"Route and S3 client are set up.\"")]
pub struct Args {
    /// What is about to be done
    #[arg(value_name = "TITLE")]
    pub title: String,
    /// What exactly is being worked on first
    #[arg(long, value_name = "TEXT")]
    pub focus: Option<String>,
    /// Finish the running step with this summary of 1 to 3 sentences
    #[arg(long, value_name = "SUMMARY")]
    pub finish: Option<String>,
    #[command(flatten)]
    write: WriteArgs,
}

/// Records a step.
pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    let title = args.title.trim();
    if title.is_empty() {
        return Err(Error::usage("a title cannot be empty"));
    }
    change(context, args.write, |deciding, draft| {
        let world = draft.world();
        let board = deciding.session.one_workflow(context, &world, |board| board.profile.step.is_some())?;
        let finish = args
            .finish
            .as_ref()
            .map(|finish| format!(" --finish {}", shell::text(finish)))
            .unwrap_or_default();
        if args.focus.is_none() && world.boards.get(board).is_some_and(needs_focus) {
            return Err(Error::usage("a step says what exactly is worked on first")
                .hint(format!("git track step {} --focus \"what exactly\"{finish}", shell::text(title))));
        }
        let ask = deciding.ask(None);
        let focus = args.focus.as_deref().unwrap_or_default();
        let spot = Spot { board, place: 0 };
        let (workflow, id) = grow::step(&world, spot, title, focus, args.finish.as_deref(), &ask)?;
        let reference = format!("{}:{id}", workflow.id);
        draft.put(workflow);
        let mut said = Said::default();
        said.data.insert("ref".to_owned(), json!(reference));
        Ok(said)
    })
}

fn needs_focus(board: &Board) -> bool {
    let kind = board.profile.step.as_ref().and_then(|step| board.profile.kinds.get(step));
    kind.and_then(|kind| kind.guards.get(&Guarded::Start)).is_some_and(|checks| checks.focus)
}
