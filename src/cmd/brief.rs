//! `brief`: what somebody who lost all context needs to go on, in at most 60 lines.

use clap::Args as ClapArgs;
use serde_json::{Value, json};

use crate::derive::board::{Board, Place};
use crate::derive::next::actions;
use crate::derive::progress::progress;
use crate::derive::recovery::recovery;
use crate::derive::world::{Spot, World};
use crate::error::Result;
use crate::model::edit::Root;
use crate::model::item::Item;
use crate::model::state::State;
use crate::model::workflow::tree;
use crate::ui::{Line, Style, Text, cut, wrap};

use super::Answer;
use super::context::Context;
use super::items;
use super::session::{Session, world};

/// Arguments of `brief`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:\n  git track brief\n  git track brief -w avatar-upload")]
pub struct Args {}

/// The most lines that a brief has.
const LINES: usize = 60;

/// Lines that are kept for what cannot be read.
const KEPT: usize = 6;

/// How many of one sort are told.
const FEW: usize = 5;

/// Tells where to go on.
pub(super) fn run(context: &Context, _: &Args) -> Result<Answer> {
    let session = Session::open(context)?;
    let world = world(&session.snapshot);
    // Whoever lost all context was in the middle of a step.
    let board = session.one_workflow(context, &world, running_step)?;
    let spot = Spot { board, place: 0 };
    let laid = world.board(spot);
    let dirty = session.store.repo.changed_files()?;
    let mut text = Text::new();
    head(&mut text, &session, laid);
    recovered(&mut text, laid);
    focus(&mut text, context, &session, &world, board);
    remaining(&mut text, &world, board);
    decisions(&mut text, laid);
    let names: Vec<&str> = dirty.iter().map(|file| file.path.as_str()).collect();
    list(
        &mut text,
        "Files changed and not committed",
        &names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>(),
    );
    finished(&mut text, laid);
    // What to do next is never what is cut; a line is kept for each broken file that may be named below.
    let mut end = Text::new();
    refused(&mut end, &world, board);
    next(&mut end, &world, board);
    text.truncate(LINES.saturating_sub(end.len() + 1 + KEPT));
    text.extend(end);
    let record = |place: Place| {
        let mut item = items::item(&world, Spot { board, place });
        if let Some(item) = item.as_object_mut() {
            item.insert("record".to_owned(), tree(laid.node(place).item));
        }
        item
    };
    let running: Vec<Value> = running(laid).map(record).collect();
    let done = laid.nodes().skip(1).filter(|(_, node)| node.state == State::Done);
    let done: Vec<Value> = done.map(|(place, _)| record(place)).collect();
    let commands: Vec<Value> = actions(&world, board)
        .iter()
        .take(3)
        .map(|action| json!({ "ref": action.full_reference(&world), "command": action.command(&world) }))
        .collect();
    let points: Vec<Value> = recovery(laid)
        .iter()
        .map(|point| json!({ "checkpoint": point.checkpoint, "trigger": point.trigger, "point": point.point, "reached": point.reached }))
        .collect();
    let answer = Answer::new(text)
        .with("workflow", json!(laid.workflow.id))
        .with("state", json!(laid.root().state))
        .with("recovery", points)
        .with("items", running)
        .with("done", done)
        .with("dirty", json!(names))
        .with("stopped_by", json!(laid.stopped_by().map(|place| laid.node(place).id)))
        .with("next", commands);
    Ok(session.whole(answer))
}

fn head(text: &mut Text, session: &Session, board: &Board) {
    let root = board.root();
    let line = Line::new()
        .add(Style::Strong, board.workflow.id.as_str())
        .plain(format!("  {}", cut(&root.item.title, 50)));
    text.line(line);
    let progress = progress(board, 0);
    let done =
        progress.map(|progress| format!(", {}/{} done", progress.done, progress.total)).unwrap_or_default();
    let branch = session.branch.as_deref().map(|branch| format!(", on {branch}")).unwrap_or_default();
    text.line(format!("  {}: {}{done}{branch}", board.profile.title, root.state));
    for (name, value) in root.item.fields.iter().take(FEW) {
        text.line(format!("  {name}: {}", cut(&value.to_string(), 70)));
    }
}

fn recovered(text: &mut Text, board: &Board) {
    let points = recovery(board);
    if points.is_empty() {
        return;
    }
    let line = match points.iter().rfind(|point| point.reached) {
        Some(point) => format!("  go on from: {} ({} is approved)", point.point, point.checkpoint),
        None => "  go on from: the beginning, no checkpoint is approved".to_owned(),
    };
    text.line(line);
}

fn running_step(board: &Board) -> bool {
    board.profile.step.is_some() && running(board).next().is_some()
}

fn running<'a>(board: &'a Board) -> impl Iterator<Item = Place> + 'a {
    let at_work = |state: State| state.is_running() || state == State::Failed;
    board
        .nodes()
        .skip(1)
        .filter(move |(_, node)| at_work(node.state) && node.children.is_empty())
        .map(|(place, _)| place)
}

fn focus(text: &mut Text, context: &Context, session: &Session, world: &World, board: usize) {
    let laid = world.board(Spot { board, place: 0 });
    for place in running(laid).take(FEW) {
        let node = laid.node(place);
        text.gap();
        let word = if node.state == State::Failed { "Failed" } else { "Now" };
        let style = if node.state == State::Failed { Style::Bad } else { Style::Strong };
        let since = node
            .item
            .started
            .map(|started| format!(", begun {}", started.ago(context.now)))
            .unwrap_or_default();
        text.line(Line::new().add(style, word).plain(format!(
            "  {} ({}){since}",
            cut(&laid.name(place), 50),
            node.id
        )));
        paragraph(text, "focus", node.item.focus.as_deref());
        paragraph(text, "summary", node.item.summary.as_deref());
        for challenge in node.item.challenges.values().rev().take(2) {
            paragraph(text, "obstacle", Some(&challenge.text));
        }
        for (_, blocker) in node.item.open_blockers().take(FEW) {
            paragraph(text, "blocked", Some(&blocker.text));
        }
        for artifact in node.item.artifacts.values().take(FEW) {
            let there = artifact
                .path
                .as_ref()
                .map(|path| session.store.files.exists(Root::WorkTree, path).unwrap_or(false));
            let mark = if there == Some(false) { " (not there)" } else { "" };
            paragraph(text, "artifact", Some(&format!("{}{mark}", artifact.line())));
        }
    }
}

fn paragraph(text: &mut Text, name: &str, words: Option<&str>) {
    for (index, line) in wrap(words.unwrap_or_default(), 66).into_iter().take(3).enumerate() {
        let name = if index == 0 { name } else { "" };
        text.line(Line::new().add(Style::Dim, format!("  {name}")).to_column(13).plain(line));
    }
}

fn remaining(text: &mut Text, world: &World, board: usize) {
    let laid = world.board(Spot { board, place: 0 });
    let open = laid.nodes().skip(1).filter(|(_, node)| node.state == State::Todo && node.children.is_empty());
    let names = open.map(|(place, node)| {
        let label = world.label(Spot { board, place });
        format!("{}  {} ({label})", node.id, node.item.title)
    });
    list(text, "Remaining", &names.collect::<Vec<_>>());
}

fn finished(text: &mut Text, board: &Board) {
    let mut done: Vec<_> = board.nodes().skip(1).filter(|(_, node)| node.state == State::Done).collect();
    done.sort_by_key(|(_, node)| std::cmp::Reverse(node.item.finished));
    let line = |place: Place, item: &Item| match &item.summary {
        Some(summary) => format!("{}: {summary}", board.name(place)),
        None => board.name(place),
    };
    let lines: Vec<String> = done.iter().map(|(place, node)| line(*place, node.item)).collect();
    list(text, "Done, newest first", &lines);
}

fn decisions(text: &mut Text, board: &Board) {
    let mut all: Vec<_> = board.nodes().flat_map(|(_, node)| node.item.decisions.values()).collect();
    all.sort_by_key(|decision| decision.at);
    let newest = all.into_iter().rev();
    let line = |decision: &crate::model::record::Decision| match &decision.why {
        Some(why) => format!("{}: {why}", decision.text),
        None => decision.text.clone(),
    };
    list(text, "Decisions, newest first", &newest.map(line).collect::<Vec<_>>());
}

fn refused(text: &mut Text, world: &World, board: usize) {
    let laid = world.board(Spot { board, place: 0 });
    if let Some(failed) = laid.stopped_by() {
        let id = world.refer(board, laid.node(failed).id);
        text.gap();
        text.line(
            Line::new()
                .add(Style::Bad, "Refused")
                .plain(format!("  every change, until: git track retry {id}")),
        );
    } else if laid.root().state.is_closed() {
        text.gap();
        text.line(
            Line::new()
                .add(Style::Bad, "Refused")
                .plain(format!("  every change: it is {}", laid.root().state)),
        );
    }
}

fn next(text: &mut Text, world: &World, board: usize) {
    let actions = actions(world, board);
    if actions.is_empty() {
        return;
    }
    text.gap();
    text.line(Line::new().add(Style::Strong, "Next"));
    for action in actions.iter().take(3) {
        text.line(Line::new().plain("  ").add(Style::Command, action.command(world)));
    }
}

fn list(text: &mut Text, title: &str, entries: &[String]) {
    if entries.is_empty() {
        return;
    }
    text.gap();
    text.line(Line::new().add(Style::Strong, format!("{title} ({})", entries.len())));
    for entry in entries.iter().take(FEW) {
        text.line(format!("  {}", cut(entry, 78)));
    }
    if entries.len() > FEW {
        text.line(Line::new().add(Style::Dim, format!("  and {} more", entries.len() - FEW)));
    }
}
