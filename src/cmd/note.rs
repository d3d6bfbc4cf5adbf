//! `note`: remarks, decisions, focus, obstacles, artifacts.

use clap::Args as ClapArgs;

use crate::derive::reference::{Part, Target};
use crate::derive::shell;
use crate::derive::world::Spot;
use crate::error::{Error, Result};
use crate::model::path::RepoPath;
use crate::model::record::{Action, Artifact, NoteKind};
use crate::moves::records::{self, Remark};

use super::Answer;
use super::context::Context;
use super::draft::Draft;
use super::scratchpad;
use super::write::{Deciding, Said, WriteArgs, change};

/// Arguments of `note`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  git track note --focus \"Token validation\" --artifact created:src/api/avatar.py
  git track note --win \"CI is green\" --goal \"Cut the queue in half\" --ask \"A reviewer for C2\"
  git track note batch-1 --decision \"Pin the image\" --why \"latest broke twice\"

  git track note --as I1 --scratch \"the lock is held across the fsync\"")]
pub struct Args {
    /// What it is about; without it the branch's item, else the running one, else, of what a report is to tell, the
    /// workflow
    #[arg(value_name = "REF")]
    pub reference: Option<String>,
    /// A remark
    #[arg(short, long, value_name = "TEXT")]
    pub message: Option<String>,
    /// A choice that was made; --why gives its reason
    #[arg(long, value_name = "TEXT")]
    pub decision: Vec<String>,
    /// The reason of a decision
    #[arg(long, value_name = "TEXT")]
    pub why: Vec<String>,
    /// What exactly is being worked on now
    #[arg(long, value_name = "TEXT")]
    pub focus: Option<String>,
    /// An obstacle that was met
    #[arg(long, value_name = "TEXT")]
    pub challenge: Vec<String>,
    /// Something to be glad about, for the report of the week
    #[arg(long, value_name = "TEXT")]
    pub win: Vec<String>,
    /// What is to be reached next, for the report of the week
    #[arg(long, value_name = "TEXT")]
    pub goal: Vec<String>,
    /// Where help is needed, for the report of the week
    #[arg(long, value_name = "TEXT")]
    pub ask: Vec<String>,
    /// A file that was made or changed: PATH, or created:PATH, modified:PATH, deleted:PATH
    #[arg(long, value_name = "PATH")]
    pub artifact: Vec<String>,
    /// Grounding that --as has read
    #[arg(long, value_name = "PATH")]
    pub read: Vec<String>,
    /// A line, with the time, at the end of the scratchpad of whoever works on it
    #[arg(long, value_name = "TEXT")]
    pub scratch: Vec<String>,
    /// A skill that --as has looked into
    #[arg(long, value_name = "NAME")]
    pub skill: Vec<String>,
    #[command(flatten)]
    write: WriteArgs,
}

/// Records remarks.
pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    let artifacts: Vec<Artifact> =
        args.artifact.iter().map(|text| artifact(context, text)).collect::<Result<_>>()?;
    let remark = Remark {
        told: told(args),
        decisions: args.decision.clone(),
        why: args.why.clone(),
        focus: args.focus.clone(),
        challenges: args.challenge.clone(),
        artifacts,
        read: args.read.clone(),
        skills: args.skill.clone(),
    };
    let learnt = !(remark.read.is_empty() && remark.skills.is_empty());
    let silent = args.message.is_none() && remark.focus.is_none() && args.scratch.is_empty();
    let bare =
        silent && remark.decisions.is_empty() && remark.challenges.is_empty() && remark.artifacts.is_empty();
    if bare && !learnt && remark.told.is_empty() {
        let remark =
            args.reference.as_deref().filter(|text| text.contains(' ')).unwrap_or("what there is to say");
        return Err(match args.why.first() {
            Some(why) => Error::usage("a reason belongs to a decision")
                .hint(format!("git track note --decision \"what\" --why {}", shell::text(why))),
            None => {
                Error::usage("nothing to note").hint(format!("git track note -m {}", shell::text(remark)))
            }
        });
    }
    if args.scratch.iter().any(|text| scratchpad::said(text).is_empty()) {
        return Err(Error::usage("there is nothing to note in the scratchpad")
            .hint("git track note --scratch \"what you saw\""));
    }
    change(context, args.write, |deciding, draft| {
        let target = match args.reference.as_deref() {
            // What an agent has read is about no item.
            None if learnt => whole(deciding, draft)?,
            // Nobody has to be at work to be glad or to need help.
            None if bare => match deciding.session.target(context, &draft.world(), None) {
                Ok(target) => target,
                Err(_) => whole(deciding, draft)?,
            },
            None if !args.scratch.is_empty() => {
                Target { spot: scratchpad::whose(deciding, draft)?, part: Part::Whole }
            }
            text => deciding.session.target(context, &draft.world(), text)?,
        };
        let ask = deciding.ask(args.message.as_deref());
        if let Some(workflow) = records::note(&draft.world(), target.spot, &remark, &ask)? {
            draft.put(workflow);
        }
        if !args.scratch.is_empty() {
            return scratchpad::append(deciding, draft, target.spot, &args.scratch);
        }
        Ok(Said { already: "nothing to change, it is noted already".to_owned(), ..Said::default() })
    })
}

fn whole(deciding: &Deciding, draft: &Draft) -> Result<Target> {
    let board = deciding.session.the_workflow(deciding.context, &draft.world())?;
    Ok(Target { spot: Spot { board, place: 0 }, part: Part::Whole })
}

fn told(args: &Args) -> Vec<(NoteKind, String)> {
    let kinds = [(NoteKind::Win, &args.win), (NoteKind::Goal, &args.goal), (NoteKind::Ask, &args.ask)];
    let all = kinds
        .into_iter()
        .flat_map(|(kind, texts)| texts.iter().map(move |text| (kind, text.trim().to_owned())));
    all.filter(|(_, text)| !text.is_empty()).collect()
}

fn artifact(context: &Context, text: &str) -> Result<Artifact> {
    let action = Action::ALL.into_iter().find_map(|action| {
        let path = text.strip_prefix(&format!("{}:", action.word().to_lowercase()))?;
        Some((action, path))
    });
    let (action, path) = match action {
        Some((action, path)) => (Some(action), path),
        None => (None, text),
    };
    let repo = context.repo()?;
    let path: RepoPath = context.repo_path(&repo, std::path::Path::new(path))?;
    Ok(Artifact { path: Some(path), action, ..Artifact::default() })
}
