//! `show`: everything that is known about one thing.

use clap::Args as ClapArgs;
use serde_json::{Value, json};

use crate::derive::board::Board;
use crate::derive::gates::{GateState, gate_state};
use crate::derive::pages;
use crate::derive::reference::{self, Part, Target};
use crate::derive::words;
use crate::derive::world::{Spot, World};
use crate::error::Result;
use crate::model::document::Guide;
use crate::model::gate::Checkpoint;
use crate::model::state::State;
use crate::model::watch::Metric;
use crate::model::workflow::tree;
use crate::ui::{Line, Style, Table, Text, wrap};

use super::Answer;
use super::context::Context;
use super::drift;
use super::gate;
use super::items;
use super::roster;
use super::session::{Session, world};
use super::standing::{About, Here, of_one};

/// Arguments of `show`.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Examples:\n  git track show batch-1\n  git track show batch-1.b1\n  git track show execution-framework --json"
)]
pub struct Args {
    /// [<workflow>:]<id>[.<part>]; a workflow's id shows the workflow
    #[arg(value_name = "REF")]
    pub reference: Option<String>,
}

/// Shows one thing.
pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    let session = Session::open(context)?;
    let world = world(&session.snapshot);
    let text = args.reference.as_deref();
    let target = match session.target(context, &world, text) {
        Ok(target) => target,
        // Nothing else has that id: agents are no part of the plan, but people look for them by name.
        Err(error) => {
            let home = session.home(context, &world).unwrap_or_default();
            return text.and_then(|text| roster::named(&world, text, home)).ok_or(error);
        }
    };
    let name = reference::label(&world, &target);
    let value = part(&world, &target);
    let mut text = Text::new();
    let mut by_git = Value::Null;
    let mut differences = Vec::new();
    if target.part == Part::Whole {
        text = screen(&world, target.spot);
        let (found, standing, numbers) = of_one(Here::of(context, &session), &world, target.spot)?;
        let about = About::new(&world, target.spot, &found, (&standing, &numbers));
        if about.is_something() {
            let section = about.section();
            if !section.is_empty() {
                text.gap();
                text.extend(section);
            }
            by_git = about.data();
            differences = about.drift.iter().map(|drift| drift::data(drift)).collect();
        }
    } else {
        text.line(Line::new().add(Style::Strong, name.as_str()));
        verdict(&mut text, &world, &target);
        fields(&mut text, &value, &[]);
    }
    let answer = Answer::new(text).with("ref", name);
    Ok(match target.part {
        Part::Whole => {
            let mut item = items::item(&world, target.spot);
            if let (Some(item), Value::Object(value)) = (item.as_object_mut(), value) {
                item.insert("record".to_owned(), Value::Object(value));
                if !by_git.is_null() {
                    item.insert("git".to_owned(), by_git);
                }
            }
            answer.with("items", json!([item])).with("drift", differences)
        }
        _ => answer.with("record", value),
    })
}

/// Everything that is known about an item.
pub(super) fn screen(world: &World, spot: Spot) -> Text {
    let mut text = Text::new();
    head(&mut text, world, spot);
    let value = tree(world.board(spot).node(spot.place).item);
    guide(&mut text, world, spot);
    fields(&mut text, &value, &["title", "items", "gates", "checkpoints", "risks", "metrics", "state"]);
    tables(&mut text, world, spot);
    text
}

/// The risks, metrics, gates or checkpoints of workflows, for `list`; `None` for any other word.
pub(super) fn records(world: &World, boards: &[usize], kind: &str) -> Option<Answer> {
    let wanted = ["risk", "metric", "gate", "checkpoint"]
        .into_iter()
        .find(|known| known.eq_ignore_ascii_case(kind))?;
    let mut table = Table::default();
    let mut listed = Vec::new();
    for &index in boards {
        let board = world.boards.get(index)?;
        for (place, _) in board.nodes() {
            for (id, value, cells) in rows(board, place, wanted) {
                table.row([
                    (Style::Plain, format!("{}:{id}", board.workflow.id)),
                    (Style::Plain, cells.0),
                    (Style::Plain, cells.1),
                ]);
                listed
                    .push(json!({ "ref": format!("{}:{id}", board.workflow.id), "id": id, "record": value }));
            }
        }
    }
    let mut text = table.text();
    if text.is_empty() {
        text.line("nothing to list");
    }
    Some(Answer::new(text).with("items", listed))
}

type Row = (String, Value, (String, String));

fn rows(board: &Board, place: usize, kind: &str) -> Vec<Row> {
    let item = board.node(place).item;
    let title = |title: &Option<String>| title.clone().unwrap_or_default();
    match kind {
        "risk" => item
            .risks
            .iter()
            .map(|(id, risk)| {
                let value = tree(risk);
                let word = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or("?").to_owned();
                let level = format!("{}/{}", word("probability"), word("impact"));
                (id.to_string(), value, (level, risk.title.clone()))
            })
            .collect(),
        "metric" => item
            .metrics
            .iter()
            .map(|(id, metric)| (id.to_string(), tree(metric), (latest(metric), title(&metric.title))))
            .collect(),
        "gate" => item
            .gates
            .iter()
            .map(|(id, gate)| {
                let state = gate_word(gate_state(board, place, gate)).to_owned();
                (id.to_string(), tree(gate), (state, title(&gate.title)))
            })
            .collect(),
        _ => item
            .checkpoints
            .iter()
            .map(|(id, checkpoint)| {
                let state = if checkpoint.approved.is_some() { "approved" } else { "pending" };
                (id.to_string(), tree(checkpoint), (state.to_owned(), title(&checkpoint.title)))
            })
            .collect(),
    }
}

fn latest(metric: &Metric) -> String {
    let Some((date, value)) = metric.samples.iter().next_back() else { return "no sample".to_owned() };
    let unit =
        metric.unit.as_deref().map(|unit| if unit == "%" { unit.to_owned() } else { format!(" {unit}") });
    let met = metric.target.as_ref().zip(value.as_f64()).map(|(target, value)| {
        let word = if target.met(value) { "ok" } else { "miss" };
        format!(", target {target} {word}")
    });
    format!("{value}{} on {date}{}", unit.unwrap_or_default(), met.unwrap_or_default())
}

/// The word for what a gate says.
pub(super) fn gate_word(state: GateState) -> &'static str {
    match state {
        GateState::Passed => "passed",
        GateState::Pending => "pending",
        GateState::Failed => "failed",
    }
}

/// The word for what was said at a checkpoint.
pub(super) fn checkpoint_word(checkpoint: &Checkpoint) -> &'static str {
    match (checkpoint.approved, checkpoint.rejected) {
        (Some(_), _) => "approved",
        (None, Some(_)) => "rejected",
        (None, None) => "pending",
    }
}

fn part(world: &World, target: &Target) -> Value {
    let board = world.board(target.spot);
    let item = board.node(target.spot.place).item;
    let value = match &target.part {
        Part::Whole => Some(tree(item)),
        Part::Gate(id) => item.gates.get(id).map(tree),
        Part::GatePart(gate, part) => item.gates.get(gate).and_then(|gate| gate.parts.get(part)).map(tree),
        Part::Checkpoint(id) => item.checkpoints.get(id).map(tree),
        Part::Risk(id) => item.risks.get(id).map(tree),
        Part::Metric(id) => item.metrics.get(id).map(tree),
        Part::Line(id) => item.checklist.as_ref().and_then(|list| list.lines.get(id)).map(tree),
        Part::Record(key, id) => tree(item).get(key).and_then(|records| records.get(id.as_str())).cloned(),
    };
    value.unwrap_or_default()
}

fn head(text: &mut Text, world: &World, spot: Spot) {
    let board = world.board(spot);
    let node = board.node(spot.place);
    let kind = node.kind_id.map_or("workflow", |kind| kind.as_str());
    text.line(Line::new().add(Style::Strong, node.id.as_str()).plain(format!("  {}", node.item.title)));
    let place = match node.parent {
        Some(0) => format!(" of {}", board.workflow.id),
        Some(parent) => format!(" in {} of {}", board.node(parent).id, board.workflow.id),
        None => format!(", profile {}", board.profile.profile),
    };
    let shown = world.shown(spot);
    let percent = items::percent(world, spot);
    let percent = if percent.is_empty() { percent } else { format!(", {percent}") };
    let line = Line::new().plain(format!("  {kind}{place}: ")).add(items::style(shown), world.label(spot));
    text.line(line.plain(percent));
    for unmet in world.unmet(spot).iter().filter(|_| shown.word() == "waiting") {
        text.line(Line::new().plain("  waits: ").plain(&unmet.reason));
    }
}

// What the process says about its kind, and where its documents are.
fn guide(text: &mut Text, world: &World, spot: Spot) {
    let board = world.board(spot);
    let Some(kind) = board.node(spot.place).kind else { return };
    // What is no step of the process is explained by its runbook, not with every item.
    let prescribed = |guide: &&Guide| guide.step.is_some() || guide.code.is_some();
    if let Some(guide) = kind.guide.as_ref().filter(prescribed) {
        let step = guide.step.iter().map(|step| format!("step {step}"));
        let head: Vec<String> = step.chain(guide.code.clone()).chain(guide.name.clone()).collect();
        if !head.is_empty() {
            pair(text, "guide", &head.join(", "), 2);
        }
        for (key, value) in [("purpose", &guide.purpose), ("checkpoint", &guide.checkpoint)] {
            if let Some(value) = value {
                pair(text, key, value, 2);
            }
        }
        for line in &guide.does {
            pair(text, "does", line, 2);
        }
    }
    // Nobody writes what an item that was left out would have asked for.
    let wanted = kind.documents.iter().filter(|_| board.node(spot.place).state != State::Dropped);
    for name in wanted {
        let Some(document) = board.profile.documents.get(name) else { continue };
        let lacks = pages::lacks(board, spot.place, name);
        let standing = if lacks.is_empty() { "complete".to_owned() } else { lacks.join("; ") };
        let place = pages::path_of(board, spot.place, document).map(|path| path.to_string());
        pair(text, "document", &format!("{}: {standing}", place.unwrap_or_default()), 2);
    }
}

/// The fields of a record, those without entries of their own first.
pub(super) fn fields(text: &mut Text, value: &Value, leave_out: &[&str]) {
    let Some(map) = value.as_object() else {
        text.line(format!("  {}", words::show(value)));
        return;
    };
    let scalars = map.iter().filter(|(key, value)| !value.is_object() && !leave_out.contains(&key.as_str()));
    for (key, value) in scalars {
        pair(text, key, &words::show(value), 2);
    }
    let groups = map.iter().filter(|(key, value)| value.is_object() && !leave_out.contains(&key.as_str()));
    for (key, value) in groups {
        text.line(Line::new().plain("  ").add(Style::Dim, key.as_str()));
        group(text, value, 4);
    }
}

fn group(text: &mut Text, value: &Value, indent: usize) {
    for (key, value) in value.as_object().into_iter().flatten() {
        match value {
            Value::Object(inner) if inner.values().all(|value| !value.is_object()) => {
                let first = ["text", "title", "path", "score"].into_iter().find_map(|key| inner.get(key));
                let rest = inner.iter().filter(|(_, value)| Some(*value) != first);
                let rest: Vec<String> =
                    rest.map(|(key, value)| format!("{key}: {}", words::show(value))).collect();
                let first = first.map(words::show).unwrap_or_default();
                let rest = if rest.is_empty() { String::new() } else { format!("  ({})", rest.join(", ")) };
                pair(text, key, &format!("{first}{rest}"), indent);
            }
            Value::Object(_) => {
                text.line(Line::new().plain(" ".repeat(indent)).plain(key));
                group(text, value, indent + 2);
            }
            _ => pair(text, key, &words::show(value), indent),
        }
    }
}

fn pair(text: &mut Text, key: &str, value: &str, indent: usize) {
    let column = indent + 14.max(key.len() + 2);
    for (index, line) in wrap(value, 80 - column.min(60)).into_iter().enumerate() {
        let head = Line::new().plain(" ".repeat(indent));
        let head = if index == 0 { head.add(Style::Dim, key) } else { head };
        text.line(head.to_column(column).plain(line));
    }
}

fn tables(text: &mut Text, world: &World, spot: Spot) {
    let board = world.board(spot);
    let mut table = Table::indented(2);
    for &child in &board.node(spot.place).children {
        let at = Spot { place: child, ..spot };
        let node = board.node(child);
        table.row([
            (Style::Plain, node.id.to_string()),
            (items::style(world.shown(at)), world.label(at)),
            (Style::Plain, node.item.owner.clone().unwrap_or_default()),
            (Style::Plain, items::percent_short(world, at)),
            (Style::Plain, node.item.title.clone()),
        ]);
    }
    section(text, "Items", &table);
    for (title, kind) in
        [("Gates", "gate"), ("Checkpoints", "checkpoint"), ("Risks", "risk"), ("Metrics", "metric")]
    {
        let mut table = Table::indented(2);
        for (id, _, cells) in rows(board, spot.place, kind) {
            table.row([(Style::Plain, id), (Style::Plain, cells.0), (Style::Plain, cells.1)]);
        }
        section(text, title, &table);
    }
}

fn section(text: &mut Text, title: &str, table: &Table) {
    if !table.is_empty() {
        text.gap();
        text.line(Line::new().add(Style::Strong, title));
        text.extend(table.text());
    }
}

fn verdict(text: &mut Text, world: &World, target: &Target) {
    let board = world.board(target.spot);
    let place = target.spot.place;
    let state = match &target.part {
        Part::Gate(id) => board.gate(place, id).map(|known| gate::word(board, place, known)),
        Part::GatePart(gate, id) => {
            let part = board.gate(place, gate).and_then(|gate| gate.parts.get(id));
            part.map(|part| gate::word_of_part(board, place, id, part))
        }
        _ => None,
    };
    if let Part::Checkpoint(id) = &target.part
        && let Some(checkpoint) = board.checkpoint(place, id)
    {
        text.line(format!("  {}, after {}", checkpoint_word(checkpoint), board.node(place).id));
    }
    if let Some(state) = state {
        text.line(format!("  {state} of {}", board.node(place).id));
    }
}
