//! `status`: what is wrong, what waits for whom, where everything stands, what is next. One screen.

use clap::Args as ClapArgs;
use serde_json::{Value, json};

use crate::derive::board::Board;
use crate::derive::here::Via;
use crate::derive::next::actions;
use crate::derive::progress::progress;
use crate::derive::world::{Spot, World};
use crate::error::Result;
use crate::model::state::{Shown, State};
use crate::store::At;
use crate::ui::{Line, Style, Table, Text, cut};

use super::Answer;
use super::context::Context;
use super::items;
use super::session::Session;

/// Arguments of `status`.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Exit status: 0; 4 when a state file is broken; with --exit-code 1 when something needs attention."
)]
pub struct Args {
    /// An item or workflow to look at
    #[arg(value_name = "REF")]
    pub reference: Option<String>,
    /// A line for each workflow
    #[arg(long, conflicts_with = "all")]
    pub short: bool,
    /// Closed workflows too, and everything that needs attention
    #[arg(long)]
    pub all: bool,
    /// The state of a commit instead of the work tree
    #[arg(long, value_name = "REV")]
    pub at: Option<String>,
    /// Exit with 1 when something needs attention
    #[arg(long)]
    pub exit_code: bool,
}

/// Something that somebody should look at.
struct Attention {
    kind: &'static str,
    workflow: String,
    reference: String,
    message: String,
    command: String,
}

/// How many lines of one kind are shown without `--all`.
const FEW: usize = 5;

/// Shows where everything stands.
pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    let session = match &args.at {
        Some(rev) => {
            let commit = context.repo()?.resolve(rev)?;
            Session::open_at(context, At::Commit(commit))?
        }
        None => Session::open(context)?,
    };
    let world = session.snapshot.world();
    let now = args.at.is_none();
    let here = if now { session.here(&world) } else { Ok(None) };
    let focus = match &args.reference {
        Some(text) => Some(session.target(context, &world, Some(text))?.spot),
        None => here.as_ref().ok().and_then(|here| here.map(|(spot, _)| spot)),
    };
    let shown = boards(&world, args, focus);
    let attention = attention(&session, &world, &here, &shown);
    let mut text = Text::new();
    if args.short {
        text = short(&world, &shown);
    } else {
        header(&mut text, &session, &world, &here, args);
        notices(&mut text, &attention, args);
        workflows(&mut text, &world, &shown);
        item(&mut text, context, &world, focus);
        next(&mut text, &world, &shown, focus);
    }
    let broken = !session.snapshot.broken.is_empty();
    let exit = match (broken, args.exit_code && !attention.is_empty()) {
        (true, _) => 4,
        (false, wrong) => u8::from(wrong),
    };
    Ok(data(Answer::new(text), &session, &world, &here, &attention, &shown).exit(exit))
}

fn boards(world: &World, args: &Args, focus: Option<Spot>) -> Vec<usize> {
    let wanted = |index: usize, board: &Board| match (&args.reference, focus) {
        (Some(_), Some(spot)) => spot.board == index,
        _ => args.all || !board.root().state.is_closed(),
    };
    world
        .boards
        .iter()
        .enumerate()
        .filter(|(index, board)| wanted(*index, board))
        .map(|(index, _)| index)
        .collect()
}

fn attention(
    session: &Session,
    world: &World,
    here: &Result<Option<(Spot, Via)>>,
    shown: &[usize],
) -> Vec<Attention> {
    let mut found: Vec<Attention> = session
        .snapshot
        .broken
        .iter()
        .map(|broken| Attention {
            kind: "broken",
            workflow: String::new(),
            reference: match broken.error.place() {
                Some(at) => at.to_string(),
                None => broken.path.clone(),
            },
            message: broken.error.message().to_owned(),
            command: "git track doctor".to_owned(),
        })
        .collect();
    if let Err(error) = here {
        let command = error.hints().first().cloned().unwrap_or_default();
        found.push(Attention {
            kind: "ambiguous",
            workflow: String::new(),
            reference: session.branch.clone().unwrap_or_default(),
            message: error.message().to_owned(),
            command,
        });
    }
    for &index in shown {
        let Some(board) = world.boards.get(index) else { continue };
        for (place, node) in board.nodes() {
            let spot = Spot { board: index, place };
            found.extend(concern(world, spot, board, node));
        }
    }
    found.sort_by_key(|attention| match attention.kind {
        "broken" => 0,
        "failed" => 1,
        "escalated" => 2,
        "blocked" => 3,
        _ => 4,
    });
    found
}

fn concern(world: &World, spot: Spot, board: &Board, node: &crate::derive::board::Node) -> Vec<Attention> {
    let id = node.id;
    let one = |kind, message: String, command: String| Attention {
        kind,
        workflow: board.workflow.id.to_string(),
        reference: format!("{}:{id}", board.workflow.id),
        message,
        command,
    };
    let mut found = Vec::new();
    let shown = world.shown(spot);
    let by_hand = node.children.is_empty() || spot.place != 0 && node.item.state.is_some();
    match shown {
        Shown::Failed if by_hand => {
            let why = node.item.summary.clone().unwrap_or_else(|| node.item.title.clone());
            found.push(one("failed", why, format!("git track retry {id} -m \"what is different now\"")));
        }
        Shown::Escalated => {
            let message = format!("{}: its iterations are used up", node.item.title);
            found.push(one("escalated", message, format!("git track show {id}")));
        }
        Shown::Blocked => {
            for (blocker, record) in node.item.open_blockers() {
                let command = format!("git track unblock {id}.{blocker}");
                found.push(one("blocked", record.text.clone(), command));
            }
        }
        _ => {}
    }
    if matches!(node.state, State::Review) && spot.place != 0 {
        let waiting = node.item.checkpoints.iter().filter(|(_, checkpoint)| checkpoint.approved.is_none());
        for (checkpoint, record) in waiting {
            let message = record.title.clone().unwrap_or_else(|| "waits for approval".to_owned());
            let command = format!("git track show {checkpoint}");
            found.push(Attention {
                reference: format!("{}:{checkpoint}", board.workflow.id),
                ..one("waiting", message, command)
            });
        }
    }
    found
}

fn header(
    text: &mut Text,
    session: &Session,
    world: &World,
    here: &Result<Option<(Spot, Via)>>,
    args: &Args,
) {
    if let Some(rev) = &args.at {
        text.line(Line::new().plain("At ").add(Style::Strong, rev));
        return;
    }
    let on = match &session.branch {
        Some(branch) => format!("On {branch}"),
        None => "Not on any branch".to_owned(),
    };
    let mut line = Line::new().add(Style::Strong, on);
    if let Ok(Some((spot, via))) = here {
        let board = world.board(*spot);
        let id = board.node(spot.place).id;
        let of = if spot.place == 0 { String::new() } else { format!("{id} of ") };
        line = line.plain(format!(": {of}{} ({})", board.workflow.id, via.words()));
    }
    if let Some(operation) = session.store.repo.operation() {
        line = line.add(Style::Warn, format!("  ({} in progress)", operation.word()));
    }
    text.line(line);
}

fn notices(text: &mut Text, attention: &[Attention], args: &Args) {
    let groups: [(&str, &[&str]); 3] = [
        ("Broken", &["broken", "ambiguous"]),
        ("Failed, escalated or blocked", &["failed", "escalated", "blocked"]),
        ("Waiting for a person", &["waiting"]),
    ];
    for (title, kinds) in groups {
        let lines: Vec<&Attention> =
            attention.iter().filter(|attention| kinds.contains(&attention.kind)).collect();
        if lines.is_empty() {
            continue;
        }
        text.gap();
        text.line(Line::new().add(Style::Bad, format!("{title} ({})", lines.len())));
        let limit = if args.all { usize::MAX } else { FEW };
        for attention in lines.iter().take(limit) {
            let workflow =
                if attention.workflow.is_empty() { String::new() } else { cut(&attention.workflow, 22) };
            let reference = attention.reference.rsplit(':').next().unwrap_or(&attention.reference);
            let reference = if workflow.is_empty() { &attention.reference } else { reference };
            let what = format!("{reference}: {}", attention.message);
            let mut line = Line::new().plain("  ");
            if !workflow.is_empty() {
                line = line.plain(&workflow).to_column(26);
            }
            let room = 80usize.saturating_sub(line.width());
            text.line(line.plain(cut(&what, room)));
            if !attention.command.is_empty() {
                text.line(Line::new().plain("      ").add(Style::Command, &attention.command));
            }
        }
        if lines.len() > limit {
            text.line(
                Line::new()
                    .add(Style::Dim, format!("  and {} more: git track status --all", lines.len() - limit)),
            );
        }
    }
}

fn workflows(text: &mut Text, world: &World, shown: &[usize]) {
    text.gap();
    if shown.is_empty() {
        text.line("No workflow is open.  git track new <profile> <title>");
        return;
    }
    let head = Line::new().add(Style::Strong, "Workflows");
    text.line(
        head.to_column(27)
            .add(Style::Dim, "profile")
            .to_column(42)
            .add(Style::Dim, "now at")
            .to_column(65)
            .add(Style::Dim, "done"),
    );
    for &index in shown {
        let Some(board) = world.boards.get(index) else { continue };
        let spot = Spot { board: index, place: 0 };
        let Some(progress) = progress(board, 0) else { continue };
        let line = Line::new()
            .plain("  ")
            .plain(cut(board.workflow.id.as_str(), 23))
            .to_column(27)
            .plain(cut(board.profile.profile.as_str(), 13))
            .to_column(42)
            .plain(cut(&now_at(world, spot), 21))
            .to_column(65)
            .plain(format!("{:>3}/{:<3} {:>3}%", progress.done, progress.total, progress.percent));
        let held = matches!(board.root().state, State::Failed) || world.shown(spot) == Shown::Blocked;
        text.line(if held { line.add(Style::Bad, " held") } else { line });
    }
}

/// What a workflow is at: its running items, else the next ready one, else how it stands.
fn now_at(world: &World, spot: Spot) -> String {
    let board = world.board(spot);
    if board.root().state.is_closed() {
        return board.root().state.to_string();
    }
    let at = |wanted: &[Shown]| {
        board.nodes().skip(1).find(|(place, node)| {
            node.children.iter().all(|&child| board.node(child).state.is_closed())
                && wanted.contains(&world.shown(Spot { place: *place, ..spot }))
        })
    };
    let found = at(&[Shown::Failed])
        .or_else(|| at(&[Shown::Active, Shown::Review, Shown::Escalated]))
        .or_else(|| at(&[Shown::Blocked]))
        .or_else(|| at(&[Shown::Ready, Shown::Waiting]));
    match found {
        Some((place, node)) => {
            let priority = node.item.priority.map(|priority| format!(" ({priority})")).unwrap_or_default();
            let short = board.short(place);
            let short =
                if short == *node.id.as_str() { format!("{short} {}", node.item.title) } else { short };
            format!("{short}{priority}")
        }
        None if board.nodes().count() == 1 => "nothing in it yet".to_owned(),
        None => "all done, not closed".to_owned(),
    }
}

fn item(text: &mut Text, context: &Context, world: &World, focus: Option<Spot>) {
    let Some(spot) = focus.filter(|spot| spot.place != 0) else { return };
    let board = world.board(spot);
    let node = board.node(spot.place);
    text.gap();
    let shown = world.shown(spot);
    let mut line = Line::new().add(Style::Strong, "This item").to_column(13);
    line = line
        .plain(format!("{} {}: ", node.id, cut(&node.item.title, 40)))
        .add(items::style(shown), items::label(world, spot));
    if let Some(owner) = &node.item.owner {
        line = line.plain(format!(", {owner}"));
    }
    if let Some(since) = node.item.finished.or(node.item.started) {
        line = line.plain(format!(", {}", since.ago(context.now)));
    }
    text.line(line);
    let percent = items::percent(world, spot);
    if !percent.is_empty() {
        text.line(Line::new().plain("  progress").to_column(13).plain(percent));
    }
    if shown == Shown::Waiting {
        text.line(
            Line::new().plain("  waits for").to_column(13).plain(cut(&items::waits_for(world, spot), 66)),
        );
    }
    if let Some(focus) = &node.item.focus {
        text.line(Line::new().plain("  focus").to_column(13).plain(cut(focus, 66)));
    }
}

fn next(text: &mut Text, world: &World, shown: &[usize], focus: Option<Spot>) {
    let mut all: Vec<_> = shown.iter().flat_map(|&board| actions(world, board)).collect();
    all.sort_by_key(|action| focus != Some(action.spot));
    if all.is_empty() {
        return;
    }
    text.gap();
    let several = shown.len() > 1;
    for (index, action) in all.iter().take(3).enumerate() {
        let line = if index == 0 { Line::new().add(Style::Strong, "Next") } else { Line::new() };
        let board = world.board(action.spot);
        let command = if several && focus.is_none_or(|focus| focus.board != action.spot.board) {
            action.command.replacen(
                &action.reference,
                &format!("{}:{}", board.workflow.id, action.reference),
                1,
            )
        } else {
            action.command.clone()
        };
        text.line(line.to_column(13).add(Style::Command, command));
    }
}

fn short(world: &World, shown: &[usize]) -> Text {
    let mut table = Table::default();
    for &index in shown {
        let Some(board) = world.boards.get(index) else { continue };
        let Some(progress) = progress(board, 0) else { continue };
        let spot = Spot { board: index, place: 0 };
        table.row([
            (Style::Plain, board.workflow.id.to_string()),
            (Style::Plain, now_at(world, spot)),
            (Style::Plain, format!("{}/{}", progress.done, progress.total)),
            (Style::Plain, format!("{}%", progress.percent)),
        ]);
    }
    table.text()
}

fn data(
    answer: Answer,
    session: &Session,
    world: &World,
    here: &Result<Option<(Spot, Via)>>,
    attention: &[Attention],
    shown: &[usize],
) -> Answer {
    let workflows: Vec<Value> = shown
        .iter()
        .filter_map(|&index| {
            let board = world.boards.get(index)?;
            let spot = Spot { board: index, place: 0 };
            Some(json!({
                "id": board.workflow.id,
                "profile": board.profile.profile,
                "title": board.workflow.root.title,
                "state": board.root().state,
                "progress": progress(board, 0),
                "stage": now_at(world, spot),
            }))
        })
        .collect();
    let current = match here {
        Ok(Some((spot, via))) => {
            let board = world.board(*spot);
            let item = (spot.place != 0).then(|| board.node(spot.place).id);
            json!({ "workflow": board.workflow.id, "item": item, "via": via.words() })
        }
        _ => Value::Null,
    };
    let concerns: Vec<Value> = attention
        .iter()
        .filter(|attention| attention.kind != "broken")
        .map(|a| json!({ "kind": a.kind, "ref": a.reference, "message": a.message, "command": a.command }))
        .collect();
    let broken: Vec<Value> = session
        .snapshot
        .broken
        .iter()
        .map(|broken| {
            let at = broken.error.place();
            json!({
                "file": at.map_or(broken.path.as_str(), |at| at.file.as_str()),
                "line": at.map_or(1, |at| at.line),
                "column": at.map_or(1, |at| at.column),
                "message": broken.error.message(),
                "hints": broken.error.hints(),
            })
        })
        .collect();
    let next: Vec<Value> = shown
        .iter()
        .flat_map(|&board| actions(world, board))
        .take(10)
        .map(|action| {
            let workflow = &world.board(action.spot).workflow.id;
            json!({ "ref": format!("{workflow}:{}", action.reference), "command": action.command })
        })
        .collect();
    answer
        .with("branch", json!(session.branch))
        .with("workflows", workflows)
        .with("current", current)
        .with("attention", concerns)
        .with("broken", broken)
        .with("next", next)
}
