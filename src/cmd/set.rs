//! `set` (= `update`): fields and, through the moves, states.

use clap::Args as ClapArgs;

use crate::derive::reference::{self, Part, Target};
use crate::error::{Error, Result};
use crate::model::id::Id;
use crate::model::state::{Asked, State};
use crate::moves::fields::{Setting, set, state_word};
use crate::moves::records::{self, Remark};
use crate::moves::{between, edit, open_for_change, perform};

use super::Answer;
use super::context::Context;
use super::draft::Draft;
use super::scaffold;
use super::write::{Deciding, Said, WriteArgs, change};

/// Arguments of `set`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  git track update batch-1 status=in-progress progress=50 owner=alice
  git track set ci_pass_rate 2026-02-13=96
  git track set batch-1 target=            an empty value removes the field")]
pub struct Args {
    /// What to change, one or more references, then key=value pairs
    #[arg(value_name = "REF|KEY=VALUE", required = true)]
    pub words: Vec<String>,
    /// The reason, where a state asks for one
    #[arg(short, long, value_name = "TEXT")]
    pub message: Option<String>,
    #[command(flatten)]
    write: WriteArgs,
}

/// Sets fields of everything that is named, all or none.
pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    let (refs, pairs): (Vec<&String>, Vec<&String>) = args.words.iter().partition(|word| !word.contains('='));
    let settings = context.settings(pairs)?;
    if settings.is_empty() {
        return Err(Error::usage("nothing to set").hint("git track set REF key=value …"));
    }
    let is_state = |setting: &Setting| matches!(setting.key.as_str(), "state" | "status");
    let (states, fields): (Vec<Setting>, Vec<Setting>) = settings.into_iter().partition(is_state);
    let is_note = |setting: &Setting| matches!(setting.key.as_str(), "note" | "notes");
    let (notes, fields): (Vec<Setting>, Vec<Setting>) = fields.into_iter().partition(is_note);
    change(context, args.write, |deciding, draft| {
        let branches = fields.iter().filter(|setting| setting.key == "branch" && !setting.value.is_empty());
        for branch in branches {
            if !deciding.session.store.repo.check_ref_name(&branch.value) {
                return Err(Error::usage(format!("`{}` cannot be the name of a branch", branch.value)));
            }
        }
        let texts: Vec<Option<&str>> =
            if refs.is_empty() { vec![None] } else { refs.iter().map(|text| Some(text.as_str())).collect() };
        for text in texts {
            let target = deciding.session.named_target(context, &draft.world(), text)?;
            if !fields.is_empty() {
                let ask = deciding.ask(args.message.as_deref());
                let workflow = set(&draft.world(), &target, &fields, &ask)?;
                draft.put(workflow);
            }
            for note in &notes {
                let ask = deciding.ask(Some(&note.value));
                if let Some(workflow) = records::note(&draft.world(), target.spot, &Remark::default(), &ask)?
                {
                    draft.put(workflow);
                }
            }
            for state in &states {
                move_to(deciding, draft, &target, &state.value, args.message.as_deref())?;
            }
        }
        Ok(Said { already: "nothing to change, it is so already".to_owned(), ..Said::default() })
    })
}

fn move_to(
    deciding: &Deciding,
    draft: &mut Draft,
    target: &Target,
    word: &str,
    text: Option<&str>,
) -> Result<()> {
    let world = draft.world();
    if target.part != Part::Whole {
        let name = reference::local(&world, target);
        return Err(
            Error::usage(format!("{name} has no state of its own")).hint(format!("git track show {name}"))
        );
    }
    let board = world.board(target.spot);
    let (asked, label) = state_word(board.profile, word)?;
    let ask = deciding.ask(text);
    let moved = match asked {
        Asked::Blocked => Some(records::block(&world, target.spot, None, &ask)?),
        Asked::State(to) => {
            let node = board.node(target.spot.place);
            match between(node.state, to) {
                Some(table) => perform(&world, target.spot, table, &ask)?,
                None if node.state == to => None,
                None => {
                    open_for_change(&world, target.spot, "set")?;
                    return Err(no_way(node.id, node.state, to));
                }
            }
        }
    };
    let mut workflow = moved.unwrap_or_else(|| board.workflow.clone());
    if let Some(label) = label {
        let profile = board.profile;
        let inner =
            crate::derive::world::World::new([(&workflow, profile)], &deciding.session.snapshot.pages);
        let spot = crate::derive::world::Spot { board: 0, place: target.spot.place };
        workflow = edit(&inner, spot, |item| item.label = Some(label.to_string()))?;
    }
    let begins = asked == Asked::State(State::Active) && board.node(target.spot.place).state == State::Todo;
    drop(world);
    if begins {
        return scaffold::begun(deciding, draft, target.spot, &workflow);
    }
    draft.put(workflow);
    Ok(())
}

fn no_way(id: &Id, from: State, to: State) -> Error {
    let error = Error::refused(format!("no move leads {id} from {from} to {to}"));
    match (from, to) {
        (State::Todo, State::Done | State::Review | State::Failed) => {
            error.hint(format!("git track start {id}"))
        }
        _ => error.hint(format!("git track show {id}")),
    }
}
