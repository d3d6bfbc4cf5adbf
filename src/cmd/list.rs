//! `list`: items, filtered.

use std::collections::BTreeSet;

use clap::Args as ClapArgs;
use serde_json::Value;

use crate::derive::world::{Spot, World};
use crate::error::{Error, Result, nearest};
use crate::model::state::{Asked, Priority, Shown, asked, plain};
use crate::ui::{Line, Style, Table, Text};

use super::Answer;
use super::context::Context;
use super::items;
use super::session::{Session, world};

/// Arguments of `list`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  git track list --state ready
  git track list batch --owner alice --priority P0
  git track list risk                      also: metric, gate, checkpoint, agent, grounding")]
pub struct Args {
    /// Only this kind of item, or: risk, metric, gate, checkpoint, agent, grounding
    #[arg(value_name = "KIND")]
    pub kind: Option<String>,
    /// Only items shown as this state
    #[arg(long, value_name = "STATE")]
    pub state: Option<String>,
    /// Only items of this owner
    #[arg(long, value_name = "NAME")]
    pub owner: Option<String>,
    /// Only items of this priority
    #[arg(long, value_name = "P0..P3")]
    pub priority: Option<String>,
    /// Closed workflows too
    #[arg(long)]
    pub all: bool,
}

/// Lists items.
pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    let session = Session::open(context)?;
    let world = world(&session.snapshot);
    let only = match context.workflow() {
        Some(_) => session.home(context, &world)?,
        None => None,
    };
    let boards: Vec<usize> = (0..world.boards.len())
        .filter(|index| match only {
            Some(only) => only == *index,
            None => args.all || world.boards.get(*index).is_some_and(|board| !board.root().state.is_closed()),
        })
        .collect();
    if let Some(kind) = &args.kind {
        let records = super::show::records(&world, &boards, kind);
        if let Some(records) = records.or_else(|| super::roster::records(&world, &boards, kind)) {
            return Ok(session.whole(records));
        }
        known_kind(&world, kind)?;
    }
    let priority = args.priority.as_deref().map(known_priority).transpose()?;
    let wanted = args.state.as_deref().map(|word| Wanted::parse(&world, word)).transpose()?;
    let mut text = Text::new();
    let mut listed = Vec::new();
    for &index in &boards {
        let Some(board) = world.boards.get(index) else { continue };
        let mut table = Table::indented(if boards.len() > 1 { 2 } else { 0 });
        for (place, node) in board.nodes().skip(1) {
            let spot = Spot { board: index, place };
            let shown = world.shown(spot);
            let kind = node.kind_id.map_or("", |kind| kind.as_str());
            let fits = args.kind.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(kind))
                && wanted.as_ref().is_none_or(|wanted| wanted.fits(shown, board.profile.phrase(shown)))
                && args.owner.as_ref().is_none_or(|owner| node.item.owner.as_ref() == Some(owner))
                && priority.is_none_or(|wanted| node.item.priority == Some(wanted));
            if !fits {
                continue;
            }
            listed.push(items::item(&world, spot));
            table.row([
                (Style::Plain, node.id.to_string()),
                (items::style(shown), world.label(spot)),
                (Style::Plain, node.item.priority.map(|priority| priority.to_string()).unwrap_or_default()),
                (Style::Plain, node.item.owner.clone().unwrap_or_default()),
                (Style::Plain, items::percent_short(&world, spot)),
                (Style::Plain, node.item.title.clone()),
            ]);
        }
        if boards.len() > 1 && !table.is_empty() {
            text.gap();
            text.line(Line::new().add(Style::Strong, board.workflow.id.as_str()));
        }
        text.extend(table.text());
    }
    if listed.is_empty() {
        text.line("nothing to list");
    }
    Ok(session.whole(Answer::new(text).with("items", Value::Array(listed))))
}

fn known_priority(text: &str) -> Result<Priority> {
    serde_json::from_value(Value::from(text.to_uppercase()))
        .map_err(|_| Error::usage(format!("`{text}` is not a priority")).hint("priorities: P0, P1, P2, P3"))
}

enum Wanted {
    Shown(Shown),
    Word(Asked),
    Label(String),
}

impl Wanted {
    fn parse(world: &World, word: &str) -> Result<Self> {
        if let Some(shown) = Shown::ALL.into_iter().find(|shown| plain(shown.word()) == plain(word)) {
            return Ok(Self::Shown(shown));
        }
        let mut labels = world.boards.iter().flat_map(|board| board.profile.labels.values());
        if labels.any(|label| plain(&label.label) == plain(word)) {
            return Ok(Self::Label(plain(word)));
        }
        asked(word).map(Self::Word).ok_or_else(|| {
            let known = Shown::ALL.map(Shown::word).join(", ");
            Error::usage(format!("`{word}` is not a state"))
                .hint(format!("states: {known}, or a label of a profile"))
        })
    }

    fn fits(&self, shown: Shown, phrase: &str) -> bool {
        use crate::model::state::State;
        match self {
            Self::Shown(wanted) => *wanted == shown,
            Self::Label(wanted) => plain(phrase) == *wanted,
            Self::Word(Asked::Blocked) => shown == Shown::Blocked,
            Self::Word(Asked::State(state)) => match shown {
                Shown::Ready | Shown::Waiting => *state == State::Todo,
                Shown::Active => *state == State::Active,
                Shown::Review | Shown::Escalated => *state == State::Review,
                Shown::Done => *state == State::Done,
                Shown::Failed => *state == State::Failed,
                Shown::Dropped => *state == State::Dropped,
                Shown::Blocked => false,
            },
        }
    }
}

fn known_kind(world: &World, kind: &str) -> Result<()> {
    let known =
        || world.boards.iter().flat_map(|board| board.profile.kinds.keys()).map(crate::model::id::Id::as_str);
    if world.boards.is_empty() || known().any(|known| known.eq_ignore_ascii_case(kind)) {
        return Ok(());
    }
    let error = Error::not_found(format!("no workflow here has a kind `{kind}`"));
    Err(match nearest(kind, known().chain(["risk", "metric", "gate", "checkpoint", "agent", "grounding"])) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => {
            let kinds: BTreeSet<&str> = known().chain(["risk", "metric", "gate", "checkpoint"]).collect();
            error.hint(format!("there are: {}", Vec::from_iter(kinds).join(", ")))
        }
    })
}
