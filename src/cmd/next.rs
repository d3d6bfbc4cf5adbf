//! `next`: what can be done now.

use clap::Args as ClapArgs;
use serde_json::Value;

use crate::derive::next::{actions, actions_for};
use crate::error::Result;
use crate::ui::{Line, Style, Text, cut, width, wrap};

use super::Answer;
use super::context::Context;
use super::items;
use super::leases::leave_out;
use super::session::{Session, world};

/// Arguments of `next`.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Examples:\n  git track next\n  git track next --agent agent-7\n  git track next --json"
)]
pub struct Args {
    /// Every workflow, also when one is meant
    #[arg(long)]
    pub all: bool,
    /// Only what this agent can do: its own items, and those that are nobody's
    #[arg(long, value_name = "NAME")]
    pub agent: Option<String>,
}

/// Lists what can be done now: running work first, then what is ready, the most urgent first.
pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    let session = Session::open(context)?;
    let world = world(&session.snapshot);
    let boards =
        if args.all { (0..world.boards.len()).collect() } else { session.meant(context, &world, None)? };
    let mut text = Text::new();
    let mut listed: Vec<Value> = Vec::new();
    for &index in &boards {
        let mut found = match &args.agent {
            Some(agent) => actions_for(&world, index, agent),
            None => actions(&world, index),
        };
        leave_out(context, &session, &world, &mut found);
        for action in found {
            let board = world.board(action.spot);
            let mut item = items::item(&world, action.spot);
            if let Some(item) = item.as_object_mut() {
                item.insert("command".to_owned(), action.command(&world).into());
                item.insert("reason".to_owned(), action.reason.as_str().into());
            }
            listed.push(item);
            let title = Line::new().plain(cut(&board.name(action.spot.place), 76));
            if title.width() + width(&action.reason) + 4 <= 80 {
                text.line(title.add(Style::Dim, format!("  ({})", action.reason)));
            } else {
                text.line(title);
                for line in wrap(&action.reason, 76) {
                    text.line(Line::new().plain("    ").add(Style::Dim, line));
                }
            }
            text.line(Line::new().plain("    ").add(Style::Command, action.command(&world)));
        }
    }
    if listed.is_empty() {
        let whom = args.agent.as_ref().map(|agent| format!(" by {agent}")).unwrap_or_default();
        text.line(format!("nothing can be done{whom} right now"));
    }
    Ok(session.whole(Answer::new(text).with("items", listed)))
}
