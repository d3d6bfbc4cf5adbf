//! `sync`: what is declared follows what git knows, forwards and never past a gate.

use clap::Args as ClapArgs;
use serde_json::{Value, json};

use crate::derive::drift::Code;
use crate::derive::stage::{Stage, Standing};
use crate::derive::world::Spot;
use crate::error::{Error, Result};
use crate::model::state::State;
use crate::moves::{Move, named, perform};
use crate::ui::{Line, Style, Text, cut};

use super::Answer;
use super::context::Context;
use super::draft::Draft;
use super::items;
use super::session::{Session, world};
use super::standing::{Here, Of, Standings, standings};
use super::write::{Deciding, Said, WriteArgs, change};

/// Arguments of `sync`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  git track sync
  git track sync batch-1 --apply -m \"Login works with tokens.\"
  git track sync --apply --commit

Without --apply nothing is written. Only what landed beyond doubt is finished, and only where the process allows it.")]
pub struct Args {
    /// The item; without it all of open workflows
    #[arg(value_name = "REF")]
    pub reference: Option<String>,
    /// Write it
    #[arg(long)]
    pub apply: bool,
    /// What came out; without it the commit that it landed with
    #[arg(short, long, value_name = "TEXT", requires = "apply")]
    pub message: Option<String>,
    #[command(flatten)]
    write: WriteArgs,
}

/// What is said when nothing moves: that says nothing about other differences.
const NOTHING: &str = "nothing is behind what git knows; other differences: git track drift";

/// What the process does not allow.
struct Held {
    reference: String,
    error: Error,
}

/// Proposes moves, or makes them.
pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    if args.apply {
        return change(context, args.write, |deciding, draft| {
            draft.observes = true;
            let held = follow(deciding, draft, args)?;
            let mut said = Said { already: NOTHING.to_owned(), ..Said::default() };
            tell_held(&mut said.text, &held);
            said.data.insert("held".to_owned(), held_data(&held));
            said.data.insert("applied".to_owned(), json!(!deciding.context.global.dry_run));
            Ok(said)
        });
    }
    let session = Session::open(context)?;
    let actor = context.actor(&session.store.repo)?;
    let kind = context.actor_kind(&session.snapshot.config.roles.agent_env)?;
    let deciding = Deciding { context, session: &session, actor, kind };
    let mut draft = Draft::new(&session.snapshot);
    let held = follow(&deciding, &mut draft, args)?;
    let changes = draft.changes();
    let mut text = Text::new();
    let mut listed: Vec<Value> = Vec::new();
    for (workflow, changes) in &changes {
        for change in changes {
            if change.field == "state" {
                let reference = items::full(workflow, &change.reference);
                let word = |value: &Value| value.as_str().unwrap_or("todo").to_owned();
                let (from, to) = (word(&change.from), word(&change.to));
                text.line(
                    Line::new().plain(format!("would set {reference}: {from} -> ")).add(Style::Good, to),
                );
            }
            listed.push(items::change(workflow, change));
        }
    }
    tell_held(&mut text, &held);
    if listed.is_empty() && held.is_empty() {
        text.line(NOTHING);
    } else {
        text.line("nothing written");
        if !listed.is_empty() {
            let reference = args.reference.as_ref().map(|text| format!(" {text}")).unwrap_or_default();
            let command = format!("git track sync{reference} --apply");
            text.line(Line::new().add(Style::Dim, "next: ").add(Style::Command, command));
        }
    }
    let answer = Answer::new(text).with("changes", listed).with("held", held_data(&held));
    Ok(session.whole(answer.with("applied", false)))
}

fn held_data(held: &[Held]) -> Value {
    let one = |held: &Held| {
        json!({ "ref": held.reference, "message": held.error.message(), "notes": held.error.notes(),
                "command": held.error.hints().first() })
    };
    held.iter().map(one).collect()
}

fn tell_held(text: &mut Text, held: &[Held]) {
    for one in held {
        let line = Line::new().add(Style::Warn, "held  ").plain(cut(one.error.message(), 72));
        text.line(line);
        for note in one.error.notes().iter().take(6) {
            text.line(Line::new().plain("      ").plain(cut(note, 72)));
        }
        if let Some(command) = one.error.hints().first() {
            text.line(Line::new().plain("      ").add(Style::Command, command));
        }
    }
}

// One move may open the way for another, so that it is tried again as long as something moves.
fn follow(deciding: &Deciding, draft: &mut Draft, args: &Args) -> Result<Vec<Held>> {
    let (found, spots) = {
        let world = world(draft.snapshot);
        let only = args.reference.as_deref();
        let only =
            only.map(|text| deciding.session.target(deciding.context, &world, Some(text))).transpose()?;
        let found = standings(Here::of(deciding.context, deciding.session), &world, Of::Open)?;
        let meant = |spot: Spot| match &only {
            Some(target) if target.spot.place == 0 => target.spot.board == spot.board,
            Some(target) => target.spot == spot,
            None => true,
        };
        let spots: Vec<Spot> = behind(&found).filter(|spot| meant(*spot)).collect();
        (found, spots)
    };
    let mut held = Vec::new();
    let mut left = spots;
    loop {
        let before = left.len();
        held.clear();
        let mut again = Vec::new();
        for spot in left {
            let Some(standing) = found.of.get(&spot) else { continue };
            if let Err(held_up) = forwards(deciding, draft, spot, standing, args.message.as_deref()) {
                held.push(held_up);
                again.push(spot);
            }
        }
        if again.len() == before || again.is_empty() {
            return Ok(held);
        }
        left = again;
    }
}

/// The items that are further than they are declared, beyond doubt: files that nobody committed are none.
fn behind(found: &Standings) -> impl Iterator<Item = Spot> {
    let forwards = found.loud().filter(|drift| matches!(drift.code, Code::D01 | Code::D02));
    let begun = |spot: &Spot| {
        let worked =
            |s: &Standing| !s.pending.is_empty() && (s.stage.is_under_way() || s.stage == Stage::Partly);
        found.of.get(spot).is_some_and(|standing| standing.stage.is_landed() || worked(standing))
    };
    forwards.filter_map(|drift| drift.spot).filter(begun)
}

fn forwards(
    deciding: &Deciding,
    draft: &mut Draft,
    spot: Spot,
    standing: &Standing,
    text: Option<&str>,
) -> std::result::Result<(), Held> {
    if state(draft, spot) == State::Todo {
        step(deciding, draft, spot, "start", None)?;
    }
    if !standing.stage.is_landed() {
        return Ok(());
    }
    let landed = landed(standing);
    let text = text.unwrap_or(&landed);
    step(deciding, draft, spot, "done", Some(text))
}

/// What came out, when nobody says: the commit that it landed with.
fn landed(standing: &Standing) -> String {
    let Some(landing) = standing.last_landing() else { return "It landed.".to_owned() };
    let subject = standing.commits.iter().find(|work| work.id == landing.commit).map(|work| &work.subject);
    let subject = subject.map(|subject| format!(": {}", subject.trim_end_matches('.'))).unwrap_or_default();
    format!("Landed with {}{subject}.", landing.commit.short())
}

fn state(draft: &Draft, spot: Spot) -> State {
    draft.world().board(spot).node(spot.place).state
}

fn step(
    deciding: &Deciding,
    draft: &mut Draft,
    spot: Spot,
    verb: &str,
    text: Option<&str>,
) -> std::result::Result<(), Held> {
    let moved = named(verb)
        .ok_or_else(|| Error::bug(format!("there is no move `{verb}`")))
        .and_then(|table: &Move| perform(&draft.world(), spot, table, &deciding.ask(text)));
    match moved {
        Ok(Some(workflow)) => draft.put(workflow),
        Ok(None) => {}
        Err(error) => {
            let world = draft.world();
            let board = world.board(spot);
            let reference = format!("{}:{}", board.workflow.id, board.node(spot.place).id);
            return Err(Held { reference, error });
        }
    }
    Ok(())
}
