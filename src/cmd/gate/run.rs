//! `gate run`: suites are run and the repository is looked at; what comes out is recorded.

use std::cell::Cell;

use clap::Args as ClapArgs;
use serde_json::{Value, json};

use crate::derive::checkouts::{Around, looked_up};
use crate::derive::conditions::Condition;
use crate::derive::gates::{GateState, part_state};
use crate::derive::reference::{Part, Target, label};
use crate::derive::runs::{last, passed_on};
use crate::derive::world::{Spot, World};
use crate::error::{Error, Kind, Result};
use crate::model::gate::{FullPart, Gate, Part as GatePart};
use crate::model::id::Id;
use crate::model::suite::Run;
use crate::moves::{open_for_change, runs};
use crate::ui::{Line, Style, Text, cut};

use super::super::Answer;
use super::super::context::Context;
use super::super::draft::Draft;
use super::super::hooks::health;
use super::super::session::{Session, world};
use super::super::suites::{self, Going, Order, demand_trust, named, tree_there, unknown};
use super::super::write::{Deciding, Said, WriteArgs, change};
use super::{as_json, readout, show};

/// Arguments of `gate run`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  git track gate run full C1         the commands of the suite `full`, for C1
  git track gate run quick --stage   for the branch's item; the record is staged
  git track gate run preflight       the gate of that item: what git and the hooks say
  git track gate run closure         a gate: its suites, and what can be looked up

A suite stands in .track/config.yaml:
  suites:
    full:
      commands: [\"make test\", [cargo, clippy, --all-targets]]   a line for sh -c, or a program and its arguments
      seconds: 600                                              the deadline of each; an hour without it

It runs only after `git track trust`, from the top of the work tree, with GIT_TRACK_ITEM, GIT_TRACK_WORKFLOW and
GIT_TRACK_SUITE in its environment; its output goes to standard error. The lock is not held meanwhile. Recorded is
the tree that it ran on: what is staged or committed, without the state and what is rendered from it. So everything
must be staged first. What passed on that tree already, for any item of the workflow, is not run again.")]
pub(super) struct RunArgs {
    /// A suite, a gate, a part of one, or an item with one gate
    #[arg(value_name = "SUITE|GATE")]
    what: String,
    /// What the suite is run for; without it the branch's item, else the running one
    #[arg(value_name = "REF")]
    refs: Vec<String>,
    /// Run what passed on this tree already, too
    #[arg(long)]
    again: bool,
    /// Go on after a command that fails
    #[arg(long)]
    keep_going: bool,
    #[command(flatten)]
    write: WriteArgs,
}

/// A suite to be run for an item.
struct Task {
    spot: Spot,
    /// With the workflow in front: what it is under the lock, too.
    reference: String,
    suite: Id,
}

/// What is to be done.
#[derive(Default)]
struct Plan {
    tasks: Vec<Task>,
    /// The gate that is run: its reference, and the parts of it that are meant.
    gate: Option<(Target, Id, Vec<Id>)>,
}

/// What came of the tasks.
#[derive(Default)]
struct Done {
    /// What is recorded, for which item.
    runs: Vec<(String, Run)>,
    told: Vec<Value>,
    lines: Vec<String>,
    failed: bool,
}

/// Runs a suite or a gate.
pub(super) fn run(context: &Context, args: &RunArgs) -> Result<Answer> {
    let session = Session::open(context)?;
    let world = world(&session.snapshot);
    let plan = plan(context, &session, &world, args)?;
    for task in &plan.tasks {
        open_for_change(&world, task.spot, "gate")?;
    }
    let done = perform(context, &session, &world, (&plan, args))?;
    let read = readout_of(&session, &world, &plan)?;
    let failed = Cell::new(done.failed);
    let answer = change(context, args.write, |deciding, draft| {
        for (reference, run) in &done.runs {
            let target = deciding.session.target(context, &draft.world(), Some(reference))?;
            let changed = runs::ran(&draft.world(), target.spot, run.clone())?;
            if let Some(workflow) = changed {
                draft.put(workflow);
            }
        }
        let mut said = Said::default();
        for line in &done.lines {
            said.text.line(line.as_str());
        }
        if let Some(gate) = &plan.gate {
            failed.set(failed.get() | answer_gate(deciding, draft, gate, &mut said)?);
        }
        if let Some((text, data)) = &read {
            said.text.gap();
            said.text.extend(text.clone());
            said.data.insert("readout".to_owned(), data.clone());
        }
        said.data.insert("runs".to_owned(), json!(done.told));
        Ok(said)
    })?;
    Ok(if failed.get() { answer.exit(1) } else { answer })
}

fn plan(context: &Context, session: &Session, world: &World, args: &RunArgs) -> Result<Plan> {
    let config = &session.snapshot.config;
    if let Some(suite) = Id::parse(&args.what).ok().filter(|id| config.suites.get(id).is_some()) {
        let refs: Vec<Option<&str>> = match args.refs.as_slice() {
            [] => vec![None],
            refs => refs.iter().map(|text| Some(text.as_str())).collect(),
        };
        let task = |text: Option<&str>| {
            let target = session.target(context, world, text)?;
            if target.part != Part::Whole {
                return Err(Error::usage("a suite is run for an item").hint("git track list"));
            }
            Ok(task(world, target.spot, &suite))
        };
        let tasks = refs.into_iter().map(task).collect::<Result<_>>()?;
        return Ok(Plan { tasks, gate: None });
    }
    let target = session.target(context, world, Some(&args.what)).map_err(|error| {
        let is_unknown = error.kind() == Kind::NotFound && Id::parse(&args.what).is_ok();
        if is_unknown { unknown(config, &args.what, "suite, gate or item") } else { error }
    })?;
    if !args.refs.is_empty() {
        let error = Error::usage(format!("{} is no suite, and only suites are run for items", args.what));
        return Err(error.hint(format!("git track gate run {}", args.what)));
    }
    let (gate, only) = the_gate(world, &target)?;
    let board = world.board(target.spot);
    let found = board.gate(target.spot.place, &gate);
    let parts = found.into_iter().flat_map(|gate| gate.parts.iter());
    let meant = parts.filter(|(id, _)| only.as_ref().is_none_or(|only| only == *id));
    let (mut tasks, mut ids) = (Vec::new(), Vec::new());
    for (id, part) in meant {
        let GatePart::Full(full) = part else { continue };
        if let Some(suite) = full.suite.as_ref().filter(|_| full.waived.is_none()) {
            named(config, suite)?;
            tasks.push(task(world, target.spot, suite));
        }
        if full.is_looked_up() && full.waived.is_none() {
            ids.push(id.clone());
        }
    }
    Ok(Plan { tasks, gate: Some((target, gate, ids)) })
}

fn task(world: &World, spot: Spot, suite: &Id) -> Task {
    let reference = label(world, &Target { spot, part: Part::Whole });
    Task { spot, reference, suite: suite.clone() }
}

// The gate that is meant, and the part of it.
fn the_gate(world: &World, target: &Target) -> Result<(Id, Option<Id>)> {
    let board = world.board(target.spot);
    let node = board.node(target.spot.place);
    match &target.part {
        Part::Gate(gate) => Ok((gate.clone(), None)),
        Part::GatePart(gate, part) => Ok((gate.clone(), Some(part.clone()))),
        Part::Whole => {
            let gates: Vec<&Id> = node.item.gates.keys().collect();
            match gates.as_slice() {
                [only] => Ok(((*only).clone(), None)),
                [] => Err(Error::not_found(format!("{} has no gate that could be run", node.id))
                    .hint(format!("git track add gate \"what it asks\" --in {}", node.id))),
                several => {
                    let error = Error::usage(format!("which gate of {}?", node.id));
                    Err(several.iter().fold(error, |error, id| {
                        error.hint(format!("git track gate run {}", world.refer(target.spot.board, id)))
                    }))
                }
            }
        }
        _ => Err(Error::usage("only suites and gates are run").hint("git track gate list")),
    }
}

fn perform(
    context: &Context,
    session: &Session,
    world: &World,
    (plan, args): (&Plan, &RunArgs),
) -> Result<Done> {
    let mut done = Done::default();
    let Some(first) = plan.tasks.first() else { return Ok(done) };
    let (store, config) = (&session.store, &session.snapshot.config);
    let on = tree_there(session, world, first.spot)?;
    let mut open = Vec::new();
    for task in &plan.tasks {
        let known = passed_on(world.board(task.spot), task.spot.place, &task.suite, &on);
        match known.filter(|_| !args.again) {
            Some((of, run)) => done.known(world, task, (of, run)),
            None => open.push(task),
        }
    }
    let own = open.iter().map(|task| store.own_suite(&task.suite, named(config, &task.suite)?));
    demand_trust(store, &own.collect::<Result<Vec<_>>>()?)?;
    let actor = context.actor(&store.repo)?;
    for task in open {
        let board = world.board(task.spot);
        let item = board.node(task.spot.place).id;
        let suite = named(config, &task.suite)?;
        if context.global.dry_run {
            for command in &suite.commands {
                done.lines.push(format!("would: {} for {item}: {command}", task.suite));
            }
            continue;
        }
        let going = if args.keep_going { Going::On } else { Going::Stop };
        let workflow = &board.workflow.id;
        let order = Order { id: &task.suite, suite, item, workflow, actor: &actor, on: &on, going };
        let (run, told) = suites::run(context, store, &order)?;
        done.failed |= !run.is_passed();
        done.runs.push((task.reference.clone(), run));
        done.told.push(told);
        still_there(context, &on, task)?;
    }
    Ok(done)
}

// What was changed while it ran was not run.
fn still_there(context: &Context, on: &str, task: &Task) -> Result<()> {
    let session = Session::open(context)?;
    let world = world(&session.snapshot);
    let target = session.target(context, &world, Some(&task.reference))?;
    let now = tree_there(&session, &world, target.spot);
    if now.as_ref().is_ok_and(|now| now == on) {
        return Ok(());
    }
    let error = Error::refused(format!("the tree changed while {} ran", task.suite));
    let error = match now {
        Ok(now) => error.note(format!("it ran on {on}, {now} is there now")),
        Err(why) => why.notes().iter().filter(|note| note.starts_with("FAIL")).fold(error, Error::note),
    };
    Err(error.note("nothing written").hint("git status"))
}

impl Done {
    // Of another item of the workflow it is written down here, too; an earlier one is the last one again.
    fn known(&mut self, world: &World, task: &Task, (of, run): (&Id, &Run)) {
        let node = world.board(task.spot).node(task.spot.place);
        if last(node.item, &task.suite) != Some(run) {
            self.runs.push((task.reference.clone(), run.clone()));
        }
        let took = run.seconds.map(|seconds| format!(", {seconds} s")).unwrap_or_default();
        let at = run.at.map(|at| format!(", at {at}")).unwrap_or_default();
        let whose = if of == node.id { String::new() } else { format!(" for {of}") };
        self.lines.push(format!(
            "{}: {} passed already on this tree{whose}{took}{at}; --again runs it",
            node.id, task.suite
        ));
        self.told.push(json!({
            "ref": task.reference, "suite": task.suite, "ran": false, "exit": run.exit,
            "seconds": run.seconds, "tree": run.on, "commands": [],
        }));
    }
}

fn readout_of(session: &Session, world: &World, plan: &Plan) -> Result<Option<(Text, Value)>> {
    let Some((target, id, _)) = &plan.gate else { return Ok(None) };
    let gate = world.board(target.spot).gate(target.spot.place, id);
    match gate.filter(|gate| !gate.readout.is_empty()) {
        Some(gate) => readout::readout(session, world, (target.spot, gate)).map(Some),
        None => Ok(None),
    }
}

// Looks up what can be, records it, and shows the gate; whether something the program answers does not hold.
fn answer_gate(
    deciding: &Deciding,
    draft: &mut Draft,
    (target, id, ids): &(Target, Id, Vec<Id>),
    said: &mut Said,
) -> Result<bool> {
    let reference = label(&draft.world(), &Target { spot: target.spot, part: Part::Gate(id.clone()) });
    let spot = deciding.session.target(deciding.context, &draft.world(), Some(&reference))?.spot;
    let around = if ids.is_empty() { Around::default() } else { around(deciding)? };
    for part_id in ids {
        let world = draft.world();
        let part = world.board(spot).gate(spot.place, id).and_then(|gate| gate.parts.get(part_id));
        let Some(GatePart::Full(full)) = part else { continue };
        let found = looked_up(&world, spot, full, &around);
        tell(&mut said.text, part_id, full, &found);
        let changed = runs::looked_up(&world, spot, (id, part_id), &found, &deciding.ask(None))?;
        drop(world);
        if let Some(workflow) = changed {
            draft.put(workflow);
        }
    }
    let world = draft.world();
    let board = world.board(spot);
    let Some(gate) = board.gate(spot.place, id) else { return Ok(false) };
    said.text.gap();
    let mut shown = Text::new();
    show(&mut shown, board, spot.place, (id, gate));
    said.text.extend(shown);
    said.data.insert("gates".to_owned(), json!([as_json(board, spot.place, (id, gate))]));
    Ok(is_open(&world, spot, gate))
}

fn is_open(world: &World, spot: Spot, gate: &Gate) -> bool {
    gate.parts.iter().any(|(id, part)| {
        let run = matches!(part, GatePart::Full(full) if full.is_run());
        run && part_state(world.board(spot), spot.place, id, part) != GateState::Passed
    })
}

fn around(deciding: &Deciding) -> Result<Around> {
    let repo = &deciding.session.store.repo;
    let branches = repo.branches()?.into_iter().filter(|branch| !branch.remote);
    let hooks = health(deciding.context, repo)?.missing;
    Ok(Around { branches: branches.map(|branch| branch.name).collect(), hooks })
}

fn tell(text: &mut Text, id: &Id, part: &FullPart, found: &[Condition]) {
    text.line(format!("{}:", part.title.as_deref().unwrap_or(id.as_str())));
    for condition in found {
        let (style, mark) = if condition.ok { (Style::Good, "ok  ") } else { (Style::Bad, "FAIL") };
        text.line(Line::new().plain("  ").add(style, mark).plain(format!("  {}", cut(&condition.text, 70))));
        if let Some(command) = condition.command.as_ref().filter(|_| !condition.ok) {
            text.line(Line::new().plain("          ").add(Style::Command, command));
        }
    }
}
