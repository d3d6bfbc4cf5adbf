//! `done`: finishes items, and hands them on where that is asked for.

use std::time::Duration;

use clap::Args as ClapArgs;
use serde_json::{Value, json};

use crate::derive::reference::{Part, Target, label};
use crate::derive::shell;
use crate::derive::world::{Spot, World};
use crate::error::{Error, Result};
use crate::model::facts::Worktree;
use crate::model::suite::CommandLine;
use crate::moves::runs;
use crate::ui::{Line, Style};

use super::Answer;
use super::context::Context;
use super::draft::Draft;
use super::moves;
use super::session::{Session, world};
use super::suites::{demand_trust, one};
use super::write::{Deciding, Said, change};

/// Arguments of `done`.
#[derive(Debug, ClapArgs)]
pub struct DoneArgs {
    #[command(flatten)]
    of: moves::Args,
    /// Then submit it: run the workflow's `submit_command` once, from the branch of the item
    ///
    /// The command runs with `sh -c` from the top of the work tree, after `git track trust` only, with `GIT_TRACK_ITEM`,
    /// `GIT_TRACK_WORKFLOW` and `GIT_TRACK_BRANCH` in its environment. That it was submitted is recorded when it exits
    /// with 0; otherwise the item stays done, and the same command submits it again.
    #[arg(long)]
    submit: bool,
    /// Record that it was submitted by hand
    #[arg(long, conflicts_with = "submit")]
    submitted: bool,
}

/// What is about to be submitted.
struct Submission {
    /// With the workflow in front.
    reference: String,
    item: String,
    workflow: String,
    branch: String,
    command: CommandLine,
    /// Whether that has happened already.
    before: bool,
}

/// Finishes, and submits where that is asked for.
pub(super) fn run(context: &Context, args: &DoneArgs) -> Result<Answer> {
    if args.submitted {
        return moves::run_with(context, "done", &args.of, &handed_on);
    }
    if !args.submit {
        return moves::run(context, "done", &args.of);
    }
    let ([_] | []) = args.of.refs.as_slice() else {
        return Err(Error::usage("one item at a time is submitted").hint("git track done REF --submit"));
    };
    let session = Session::open(context)?;
    let laid = world(&session.snapshot);
    let target = session.target(context, &laid, args.of.refs.first().map(String::as_str))?;
    let submission = prepared(&session, &laid, &target)?;
    let answer = moves::run(context, "done", &args.of)?;
    if submission.before {
        let mut answer = answer;
        answer.text.line(format!("{} is submitted already", submission.item));
        return Ok(answer);
    }
    if context.global.dry_run {
        let mut answer = answer;
        answer.text.line(format!("would run: {}", submission.command));
        return Ok(answer);
    }
    submit(context, args, &session, (submission, answer))
}

// Everything that could refuse it is asked before the item is finished.
fn prepared(session: &Session, world: &World, target: &Target) -> Result<Submission> {
    let spot = target.spot;
    if target.part != Part::Whole || spot.place == 0 {
        return Err(Error::usage("only an item is submitted").hint("git track list"));
    }
    let command = CommandLine::Shell(runs::submission(world, spot)?);
    let board = world.board(spot);
    let node = board.node(spot.place);
    let own = session.store.own_submission(&board.workflow.id, &command.to_string())?;
    demand_trust(&session.store, &[own])?;
    let before = node.item.submitted.is_some();
    if !before {
        on_its_branch(session, world, spot)?;
    }
    Ok(Submission {
        reference: label(world, &Target { spot, part: Part::Whole }),
        item: node.id.to_string(),
        workflow: board.workflow.id.to_string(),
        branch: session.branch.clone().unwrap_or_default(),
        command,
        before,
    })
}

fn on_its_branch(session: &Session, world: &World, spot: Spot) -> Result<()> {
    let node = world.board(spot).node(spot.place);
    let Some(branch) = node.item.branch.as_deref() else { return Ok(()) };
    let there = session.store.repo.branches()?.iter().any(|known| !known.remote && known.name == branch);
    if !there || session.branch.as_deref() == Some(branch) {
        return Ok(());
    }
    let trees = session.store.repo.worktrees()?;
    let is_out = |tree: &&Worktree| tree.branch.as_deref() == Some(branch) && tree.prunable.is_none();
    let command = match trees.iter().find(is_out) {
        Some(tree) => format!("cd {}", shell::word(&tree.path.to_string_lossy())),
        None => format!("git switch {}", shell::word(branch)),
    };
    Err(Error::refused(format!("{} is submitted from its branch", node.id))
        .note(format!("FAIL  {branch} is checked out"))
        .note("nothing written")
        .hint(command))
}

fn submit(
    context: &Context,
    args: &DoneArgs,
    session: &Session,
    (submission, mut answer): (Submission, Answer),
) -> Result<Answer> {
    let vars = [
        ("GIT_TRACK_ITEM", submission.item.as_str()),
        ("GIT_TRACK_WORKFLOW", submission.workflow.as_str()),
        ("GIT_TRACK_BRANCH", submission.branch.as_str()),
    ];
    context.remark(Line::new().add(Style::Dim, "submit  ").plain(submission.command.to_string()));
    let deadline: Option<Duration> = None;
    let (exit, _) = one(context, &session.store, &submission.command, (&vars, deadline))?;
    let told = json!({ "command": submission.command.to_string(), "exit": exit });
    if exit != 0 {
        answer
            .text
            .line(format!("{} is done, but not submitted: {} ({exit})", submission.item, submission.command));
        let again = format!("git track done {} --submit", submission.item);
        answer.text.line(Line::new().add(Style::Dim, "again: ").add(Style::Command, again));
        return Ok(answer.with("submission", told).exit(1));
    }
    let recorded = change(context, args.of.write, |deciding, draft| {
        let world = draft.world();
        let target = deciding.session.target(context, &world, Some(&submission.reference))?;
        let handed = runs::submitted(&world, target.spot, head(deciding)?.as_deref(), &deciding.ask(None))?;
        drop(world);
        if let Some(workflow) = handed {
            draft.put(workflow);
        }
        Ok(Said::default())
    })?;
    Ok(joined(context, answer, recorded).with("submission", told))
}

fn joined(context: &Context, mut first: Answer, second: Answer) -> Answer {
    let listed =
        |key: &str| first.data.get(key).and_then(Value::as_array).is_some_and(|list| !list.is_empty());
    // What was next, to submit it, has happened.
    if listed("changes") && listed("next") && !context.global.verbose {
        first.text.truncate(first.text.len().saturating_sub(1));
    }
    first.text.extend(second.text);
    for (key, value) in second.data {
        match (first.data.get_mut(&key), value) {
            (Some(Value::Array(all)), Value::Array(more)) if key != "next" => {
                all.extend(
                    more.into_iter().filter(|one| key != "files" || !all.contains(one)).collect::<Vec<_>>(),
                );
            }
            (_, value) => drop(first.data.insert(key, value)),
        }
    }
    first
}

fn head(deciding: &Deciding) -> Result<Option<String>> {
    Ok(deciding.session.store.repo.head()?.commit().map(|commit| commit.short().to_owned()))
}

fn handed_on(deciding: &Deciding, draft: &mut Draft, target: &Target) -> Result<()> {
    if target.part != Part::Whole || target.spot.place == 0 {
        return Err(Error::usage("only an item is submitted").hint("git track list"));
    }
    let ask = deciding.ask(None);
    let handed = runs::submitted(&draft.world(), target.spot, head(deciding)?.as_deref(), &ask)?;
    if let Some(workflow) = handed {
        draft.put(workflow);
    }
    Ok(())
}
