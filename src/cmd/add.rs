//! `add`: items and records.

use clap::Args as ClapArgs;
use serde_json::json;

use crate::derive::conditions::passes;
use crate::derive::reference::Part;
use crate::derive::world::Spot;
use crate::error::{Error, Result};
use crate::model::actor::ActorKind;
use crate::model::id::Id;
use crate::moves::{attach, grow};
use crate::ui::{Line, Style};

use super::Answer;
use super::context::Context;
use super::write::{Deciding, Said, WriteArgs, change};

/// Arguments of `add`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  git track add batch \"Critical blockers\" priority=P0 target=\"Week 1-2\"
  git track add action \"Pin the image\" --in batch-1
  git track add action \"Second region\" --in batch-1 when.any.load=\"the load doubles\"
  git track add risk \"Team burnout\" probability=medium impact=high
  git track add line \"Rollback tested\" --in batch-1
  git track add gate \"Design review\" --in phase-1 id=QG-1
  git track add part \"requirements\" --in QG-1 review=nse-requirements
  git track add checkpoint \"Design approval\" --in phase-1 id=CP-002 role=user")]
pub struct Args {
    /// A kind of the profile, or: risk, metric, line, agent, gate, part, checkpoint, grounding
    #[arg(value_name = "KIND")]
    pub kind: String,
    /// What it is, in one line
    #[arg(value_name = "TITLE")]
    pub title: String,
    /// Where it stands; without it in the workflow itself
    #[arg(long = "in", value_name = "REF")]
    pub within: Option<String>,
    /// Fields, and `id=…` for an id of your own
    #[arg(value_name = "KEY=VALUE")]
    pub settings: Vec<String>,
    #[command(flatten)]
    write: WriteArgs,
}

/// Adds an item or a record.
pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    let settings = context.settings(&args.settings)?;
    change(context, args.write, |deciding, draft| {
        let world = draft.world();
        let mut part = None;
        let spot = match &args.within {
            Some(text) => {
                let target = deciding.session.target(context, &world, Some(text))?;
                part = Some(target.clone()).filter(|_| args.kind == attach::PART);
                if target.part != Part::Whole && part.is_none() {
                    return Err(Error::usage(format!("`{text}` is not an item")).hint("git track list"));
                }
                target.spot
            }
            None => Spot { board: deciding.session.the_workflow(context, &world)?, place: 0 },
        };
        let (workflow, id) = match part {
            Some(target) => {
                let (explicit, settings) = grow::explicit_id(&settings)?;
                attach::part(&world, &target, args.title.trim(), explicit, &settings)?
            }
            None => grow::add(&world, spot, &args.kind, &args.title, &settings, &deciding.ask(None))?,
        };
        nobody_else(deciding, &args.kind, &id)?;
        let reference = format!("{}:{id}", workflow.id);
        let place = spot.place;
        draft.put(workflow);
        let mut said = Said::default();
        let later = draft.world();
        let spot = Spot { place, ..spot };
        // A gate without a part never passes.
        let gate =
            later.board(spot).gate(place, &id).filter(|gate| args.kind == "gate" && gate.parts.is_empty());
        if let Some(open) = gate.map(|gate| passes(&later, spot, (&id, gate))) {
            said.text.line(open.text);
            said.text.line(Line::new().plain("    ").add(Style::Command, open.command.unwrap_or_default()));
        }
        said.data.insert("ref".to_owned(), json!(reference));
        Ok(said)
    })
}

// Whoever is on a roster is an agent: no agent makes one of the person that works here.
fn nobody_else(deciding: &Deciding, kind: &str, id: &Id) -> Result<()> {
    if kind != "agent" || deciding.kind == ActorKind::Person {
        return Ok(());
    }
    let here = deciding.session.store.repo.identity()?;
    if !here.is_some_and(|here| Id::parse(&here.name).is_ok_and(|name| name == *id)) {
        return Ok(());
    }
    Err(Error::refused(format!("{id} is who commits here, and no agent says that this is an agent"))
        .hint("a person adds it"))
}
