//! `score`: a round of judging.

use clap::Args as ClapArgs;
use serde_json::json;

use crate::derive::reference::Part;
use crate::error::{Error, Result};
use crate::model::number::Score;
use crate::moves::judge::{self, Outcome, Round};
use crate::moves::{Ask, Departs};
use crate::ui::{Line, Style, Text, cut};

use super::Answer;
use super::context::{Context, somebody};
use super::judging::not_committed;
use super::write::{Said, WriteArgs, change};

/// Arguments of `score`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  git track score TASK-001 0.93 --by ps-validator
  git track score TASK-001 0.88 --by ps-validator --pattern \"Red Team\" -m \"no licence check\"

At or above the threshold the item is done when nothing else is missing, else it stays in review.
Below it is at work again, until its rounds are used up: then a person must decide.")]
pub struct Args {
    /// What is judged
    #[arg(value_name = "REF")]
    pub reference: String,
    /// From 0 to 1, an exact decimal
    #[arg(value_name = "SCORE")]
    pub score: String,
    /// Who judged; without it whoever calls
    #[arg(long, value_name = "WHO", value_parser = somebody)]
    pub by: Option<String>,
    /// What the judge has to say
    #[arg(short, long, value_name = "TEXT")]
    pub message: Option<String>,
    /// A pattern that the critic used
    #[arg(long = "pattern", value_name = "NAME")]
    pub patterns: Vec<String>,
    /// What was put forward
    #[arg(long, value_name = "TEXT")]
    pub output: Option<String>,
    /// What was changed after the round before
    #[arg(long, value_name = "TEXT")]
    pub revision: Option<String>,
    /// Depart from the process, for the reason of -m; a person must approve it
    #[arg(long)]
    pub deviate: bool,
    #[command(flatten)]
    write: WriteArgs,
}

/// Records a round.
pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    let score = Score::parse(&args.score).ok_or_else(|| {
        Error::usage(format!("`{}` is not a score", args.score))
            .hint("a decimal from 0 to 1 with at most six places, like 0.92")
    })?;
    let round = Round {
        score,
        by: args.by.clone(),
        patterns: args.patterns.clone(),
        output: args.output.clone(),
        revision: args.revision.clone(),
    };
    change(context, args.write, |deciding, draft| {
        let target = deciding.session.target(context, &draft.world(), Some(&args.reference))?;
        if target.part != Part::Whole {
            return Err(Error::usage("`score` is for items").hint("git track list"));
        }
        let departs = if args.deviate { Departs::Yes } else { Departs::No };
        let ask = Ask { departs, ..deciding.ask(args.message.as_deref()) };
        let (workflow, outcome) = judge::score(&draft.world(), target.spot, &round, &ask)?;
        draft.put(workflow);
        let mut said = Said { text: told(&outcome), ..Said::default() };
        let world = draft.world();
        not_committed(deciding, world.board(target.spot), &[target.spot.place], &mut said)?;
        let missing: Vec<_> = outcome
            .missing
            .iter()
            .map(|condition| json!({ "text": condition.text, "command": condition.command }))
            .collect();
        said.data.insert("outcome".to_owned(), json!({ "line": outcome.line, "missing": missing }));
        Ok(said)
    })
}

fn told(outcome: &Outcome) -> Text {
    let mut text = Text::new();
    text.line(Line::new().plain("  ").plain(&outcome.line));
    for condition in &outcome.missing {
        text.line(
            Line::new().plain("  ").add(Style::Bad, "FAIL").plain(format!("  {}", cut(&condition.text, 70))),
        );
        if let Some(command) = &condition.command {
            text.line(Line::new().plain("          ").add(Style::Command, command));
        }
    }
    if let Some(warning) = &outcome.warning {
        text.line(Line::new().plain("  ").add(Style::Warn, "odd").plain(format!("   {}", cut(warning, 70))));
    }
    text
}
