//! `gate`: what gates ask for, and the answers to their parts.

mod readout;
mod run;

use clap::{Args as ClapArgs, Subcommand};
use serde_json::{Value, json};

use crate::derive::board::{Board, Place};
use crate::derive::conditions::part_subject;
use crate::derive::evidence::{freshness, subject};
use crate::derive::gates::{GateState, all_pass, gate_state, judged, part_state, reviewed, score_scope};
use crate::derive::reference::{Part, Target};
use crate::derive::roster::called;
use crate::derive::runs::{self, last};
use crate::error::{Error, Result};
use crate::model::gate::{FullPart, Gate, Part as GatePart};
use crate::model::id::{Id, slug};
use crate::model::suite::Run;
use crate::moves::answer::{self, Answer as Word};
use crate::ui::{Line, Style, Table, Text};

use super::Answer;
use super::context::{Context, somebody};
use super::judging::not_committed;
use super::session::{Session, world};
use super::show::gate_word;
use super::write::{Said, WriteArgs, change};

/// Arguments of `gate`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  git track gate list
  git track gate pass QG-1.requirements --by nse-requirements
  git track gate fail QG-2.code-review -m \"two races\"
  git track gate run full C1
  git track gate waive QG-2.code-review -m \"no code in this phase\"")]
pub struct Args {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// List gates with their parts
    List {
        /// A gate, an item or a workflow
        #[arg(value_name = "REF")]
        reference: Option<String>,
    },
    /// Say that a part holds
    Pass(AnswerArgs),
    /// Say that a part does not hold
    Fail(AnswerArgs),
    /// Say that a part need not hold; people only
    Waive(AnswerArgs),
    /// Run a suite, or what of a gate can be found out
    Run(run::RunArgs),
}

/// Arguments of an answer.
#[derive(Debug, ClapArgs)]
struct AnswerArgs {
    /// The part: <gate>.<part>
    #[arg(value_name = "REF")]
    reference: String,
    /// Who says so; without it whoever calls
    #[arg(long, value_name = "WHO", value_parser = somebody)]
    by: Option<String>,
    /// Why
    #[arg(short, long, value_name = "TEXT")]
    message: Option<String>,
    #[command(flatten)]
    write: WriteArgs,
}

/// Lists gates or answers a part of one.
pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    match &args.act {
        Act::List { reference } => list(context, reference.as_deref()),
        Act::Pass(args) => answer(context, args, Word::Pass),
        Act::Fail(args) => answer(context, args, Word::Fail),
        Act::Waive(args) => answer(context, args, Word::Waive),
        Act::Run(args) => run::run(context, args),
    }
}

fn answer(context: &Context, args: &AnswerArgs, word: Word) -> Result<Answer> {
    change(context, args.write, |deciding, draft| {
        let target = deciding.session.target(context, &draft.world(), Some(&args.reference))?;
        let world = draft.world();
        let (gate, part) = match &target.part {
            Part::GatePart(gate, part) => (gate.clone(), part.clone()),
            Part::Gate(gate) => {
                let known = world.board(target.spot).gate(target.spot.place, gate);
                let parts: Vec<String> = known
                    .iter()
                    .flat_map(|gate| gate.parts.keys())
                    .map(|part| format!("git track {} {gate}.{part}", word.verb()))
                    .collect();
                let error = Error::usage(format!("which part of {gate}?"));
                return Err(parts.into_iter().fold(error, Error::hint));
            }
            _ => {
                return Err(Error::usage(format!("`{}` is no part of a gate", args.reference))
                    .hint("git track gate list"));
            }
        };
        let ask = deciding.ask(args.message.as_deref());
        let said = (word, args.by.as_deref());
        let changed = answer::part(&world, target.spot, (&gate, &part), said, &ask)?;
        let already = "nothing to change, it is answered so already".to_owned();
        let mut said = Said { already, ..Said::default() };
        let board = world.board(target.spot);
        let full = board.gate(target.spot.place, &gate).and_then(|gate| gate.parts.get(&part));
        if let (Word::Pass, Some(GatePart::Full(full))) = (word, full) {
            not_committed(deciding, board, &reviewed(board, target.spot.place, full), &mut said)?;
        }
        drop(world);
        if let Some(workflow) = changed {
            draft.put(workflow);
        }
        Ok(said)
    })
}

fn list(context: &Context, reference: Option<&str>) -> Result<Answer> {
    let session = Session::open(context)?;
    let world = world(&session.snapshot);
    let target = reference.map(|text| session.target(context, &world, Some(text))).transpose()?;
    let boards = session.meant(context, &world, target.as_ref())?;
    let mut text = Text::new();
    let mut listed = Vec::new();
    for index in boards {
        let Some(board) = world.boards.get(index) else { continue };
        for (place, node) in board.nodes() {
            for (id, gate) in
                node.item.gates.iter().filter(|(id, _)| is_meant(board, place, id, target.as_ref()))
            {
                show(&mut text, board, place, (id, gate));
                listed.push(as_json(board, place, (id, gate)));
            }
        }
    }
    if listed.is_empty() {
        text.line("nothing to list");
    }
    Ok(session.whole(Answer::new(text).with("gates", listed)))
}

fn is_meant(board: &Board, place: Place, gate: &Id, target: Option<&Target>) -> bool {
    let Some(target) = target else { return true };
    match &target.part {
        Part::Gate(wanted) | Part::GatePart(wanted, _) => wanted == gate,
        _ => board.upwards(place).any(|above| above == target.spot.place),
    }
}

fn show(text: &mut Text, board: &Board, place: Place, (id, gate): (&Id, &Gate)) {
    let state = gate_state(board, place, gate);
    text.gap();
    let title = gate.title.as_deref().map(|title| format!("  {title}")).unwrap_or_default();
    let head = Line::new().add(Style::Strong, id.as_str()).plain(title);
    let word = word(board, place, gate);
    let style_of_gate = if word == STALE { Style::Warn } else { style(state) };
    text.line(head.plain(format!(" ({}): ", board.short(place))).add(style_of_gate, word));
    let mut table = Table::indented(2);
    for (part_id, part) in gate.parts.iter() {
        let state = part_state(board, place, part_id, part);
        let (word, stale) = standing(board, place, part, state);
        let style = if stale { Style::Warn } else { style(state) };
        table.row([
            (Style::Plain, part_id.to_string()),
            (style, word.to_owned()),
            (Style::Plain, asks(part_id, part)),
            (Style::Plain, said(board, place, part_id, part)),
        ]);
    }
    text.extend(table.text());
}

fn style(state: GateState) -> Style {
    match state {
        GateState::Passed => Style::Good,
        GateState::Failed => Style::Bad,
        GateState::Pending => Style::Dim,
    }
}

/// What was said about something that has changed since.
const STALE: &str = "stale";

/// The word for a whole gate.
pub(super) fn word(board: &Board, place: Place, gate: &Gate) -> &'static str {
    let mut parts = gate.parts.iter();
    let stale = parts.any(|(id, part)| standing(board, place, part, part_state(board, place, id, part)).1);
    match gate_state(board, place, gate) {
        GateState::Passed if stale => STALE,
        state => gate_word(state),
    }
}

/// The word for a part of a gate.
pub(super) fn word_of_part(board: &Board, place: Place, id: &Id, part: &GatePart) -> &'static str {
    standing(board, place, part, part_state(board, place, id, part)).0
}

// The word for a part, and whether somebody has to look at it again.
fn standing(board: &Board, place: Place, part: &GatePart, state: GateState) -> (&'static str, bool) {
    let changed = |&leaf: &Place| {
        let on = board.node(leaf).item.iterations.last().and_then(|(_, last)| last.on.as_deref());
        !freshness(on, subject(board, leaf)).is_fresh()
    };
    let GatePart::Full(full) = part else { return (gate_word(state), false) };
    // Finished history stays what it was; what is derived is never history.
    let node = board.node(place);
    let open = node.is_derived() || !node.state.is_closed();
    let answered =
        full.passed.is_some() && !freshness(full.on.as_deref(), part_subject(board, place, full)).is_fresh();
    let ran = full.suite.as_ref().and_then(|suite| last(node.item, suite)).filter(|run| run.is_passed());
    let answered =
        answered || ran.is_some_and(|run| !freshness(run.on.as_deref(), runs::subject(board)).is_fresh());
    let leaves = full.score.as_deref().map(|scope| judged(board, place, scope));
    let stale = open && (answered || state == GateState::Passed && leaves.iter().flatten().any(changed));
    let scored = full.score.as_ref().is_some_and(|scope| all_pass(board, place, scope));
    match (full.waived, stale) {
        (Some(_), _) => ("waived", false),
        (None, true) => (STALE, true),
        // Nothing but the report is missing.
        (None, false) if scored && state == GateState::Pending => ("no report", true),
        (None, false) => (gate_word(state), false),
    }
}

fn asks(id: &Id, part: &GatePart) -> String {
    let full = match part {
        GatePart::Short(scope) => return format!("scores of {scope}"),
        GatePart::Full(full) => full,
    };
    let what = match full.as_ref() {
        FullPart { score: Some(scope), .. } => format!("score of {scope}"),
        FullPart { human: Some(role), .. } => format!("{role} says so"),
        FullPart { review: Some(who), of, .. } => match of {
            Some(of) => format!("{} reviews {of}", called(who)),
            None => format!("{} reviews it", called(who)),
        },
        FullPart { checklist: Some(true), .. } => "every line is ticked".to_owned(),
        FullPart { findings: Some(true), .. } => "no finding is open".to_owned(),
        FullPart { suite: Some(suite), .. } => format!("suite {suite} passes"),
        FullPart { worktrees_clean: Some(true), .. } => "no worktree is dirty".to_owned(),
        FullPart { branch_clean: Some(branch), .. } => format!("branch {branch} is clean"),
        FullPart { hooks_installed: Some(true), .. } => "the hooks are installed".to_owned(),
        _ => "nothing is asked".to_owned(),
    };
    match &full.title {
        Some(title) if *title == what => what,
        // An id that was made of the title says it already.
        Some(title) if slug(title) != id.as_str() => format!("{title} ({what})"),
        _ => what,
    }
}

fn said(board: &Board, place: Place, id: &Id, part: &GatePart) -> String {
    let full = match part {
        GatePart::Full(full) => full.as_ref(),
        GatePart::Short(_) => &FullPart::default(),
    };
    match (&full.by, &full.why) {
        (Some(by), Some(why)) => format!("{by}: {why}"),
        (Some(by), None) => by.clone(),
        (None, _) if full.suite.is_some() => {
            let suite = full.suite.as_ref();
            suite.and_then(|suite| last(board.node(place).item, suite)).map(ran).unwrap_or_default()
        }
        (None, _) => {
            let scope = score_scope(id, part);
            scope.map(|scope| rounds(board, &judged(board, place, scope))).unwrap_or_default()
        }
    }
}

fn ran(run: &Run) -> String {
    let took = run.seconds.map(|seconds| format!("in {seconds} s")).unwrap_or_default();
    let by = run.by.as_deref().map(|by| format!("{by}: ")).unwrap_or_default();
    if run.is_passed() { format!("{by}{took}") } else { format!("{by}{}", runs::failed(run)) }
}

// The last score of each item; of one alone its round, too.
fn rounds(board: &Board, judged: &[Place]) -> String {
    let round = |&place: &Place| {
        let iterations = &board.node(place).item.iterations;
        let (_, last) = iterations.last()?;
        let which = if judged.len() == 1 { format!(" in round {}", iterations.len()) } else { String::new() };
        Some(format!("{}{which}", last.score))
    };
    judged.iter().filter_map(round).collect::<Vec<_>>().join(", ")
}

fn as_json(board: &Board, place: Place, (id, gate): (&Id, &Gate)) -> Value {
    let parts: Vec<Value> = gate
        .parts
        .iter()
        .map(|(part_id, part)| {
            let state = part_state(board, place, part_id, part);
            let (word, odd) = standing(board, place, part, state);
            let stale = odd && word == "stale";
            json!({ "id": part_id, "state": gate_word(state), "word": word, "stale": stale, "asks": asks(part_id, part) })
        })
        .collect();
    json!({
        "ref": format!("{}:{id}", board.workflow.id),
        "id": id,
        "of": board.node(place).id,
        "title": gate.title,
        "state": gate_word(gate_state(board, place, gate)),
        "parts": parts,
    })
}
