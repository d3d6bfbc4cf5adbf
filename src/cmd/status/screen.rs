//! The screen of `status`.

use crate::derive::board::{Board, Place};
use crate::derive::drift::{Drift, Weight};
use crate::derive::next::Action;
use crate::derive::pages::marks;
use crate::derive::progress::progress;
use crate::derive::world::{Spot, World};
use crate::model::state::{Shown, State};
use crate::ui::{Line, Style, Table, Text, cut, wrap};

use super::super::items;
use super::super::standing::About;
use super::View;
use super::attention::Attention;
use super::trees;

/// How many lines of one kind are shown without `--all`.
const FEW: usize = 5;

/// The whole screen, the most important first.
pub(super) fn whole(view: &View) -> Text {
    let mut text = Text::new();
    header(&mut text, view);
    notices(&mut text, view);
    workflows(&mut text, view);
    item(&mut text, view);
    if let Some(others) = &view.others {
        let top = view.session.store.repo.work_tree();
        trees::lines(&mut text, view, others, top);
    }
    drift(&mut text, view);
    versions(&mut text, view);
    documents(&mut text, view);
    next(&mut text, view);
    text
}

fn header(text: &mut Text, view: &View) {
    if let Some(rev) = &view.args.at {
        text.line(Line::new().plain("At ").add(Style::Strong, rev));
        return;
    }
    let on = match &view.session.branch {
        Some(branch) => format!("On {branch}"),
        None => "Not on any branch".to_owned(),
    };
    let mut line = Line::new().add(Style::Strong, on);
    if let Ok(Some((spot, via))) = &view.here {
        let board = view.world.board(*spot);
        let id = board.node(spot.place).id;
        let of = if spot.place == 0 { String::new() } else { format!("{id} of ") };
        line = line.plain(format!(": {of}{} ({})", board.workflow.id, via.words()));
    }
    if let Some(operation) = view.session.store.repo.operation() {
        line = line.add(Style::Warn, format!("  ({} in progress)", operation.word()));
    }
    text.line(line);
}

fn notices(text: &mut Text, view: &View) {
    let groups: [(&str, &[&str]); 3] = [
        ("Broken", &["broken", "ambiguous"]),
        ("Failed, escalated or blocked", &["failed", "escalated", "blocked"]),
        ("Waiting for a person", &["waiting"]),
    ];
    for (title, kinds) in groups {
        let lines: Vec<&Attention> =
            view.attention.iter().filter(|attention| kinds.contains(&attention.kind)).collect();
        if lines.is_empty() {
            continue;
        }
        text.gap();
        text.line(Line::new().add(Style::Bad, format!("{title} ({})", lines.len())));
        let limit = if view.args.all { usize::MAX } else { FEW };
        let few = lines.get(..limit.min(lines.len())).unwrap_or_default();
        for (index, attention) in few.iter().enumerate() {
            let workflow =
                if attention.workflow.is_empty() { String::new() } else { cut(&attention.workflow, 22) };
            let reference = attention.reference.rsplit(':').next().unwrap_or(&attention.reference);
            let reference = if workflow.is_empty() { &attention.reference } else { reference };
            let mut line = Line::new().plain("  ");
            if !workflow.is_empty() {
                line = line.plain(&workflow).to_column(26);
            }
            let room = 80usize.saturating_sub(line.width());
            let what = match attention.kind {
                "broken" => items::at_place(reference, &attention.message, room),
                _ => cut(&format!("{reference}: {}", attention.message), room),
            };
            text.line(line.plain(what));
            // The same command for several lines stands once, below the last of them.
            let again = few.get(index + 1).is_some_and(|next| next.command == attention.command);
            if !attention.command.is_empty() && !again {
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

fn workflows(text: &mut Text, view: &View) {
    let View { world, shown, actions, .. } = view;
    text.gap();
    if shown.is_empty() && view.attention.iter().any(|attention| attention.kind == "broken") {
        return;
    }
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
            .to_column(62)
            .add(Style::Dim, "done"),
    );
    for (&index, open) in shown.iter().zip(actions) {
        let Some(board) = world.boards.get(index) else { continue };
        let spot = Spot { board: index, place: 0 };
        let Some(progress) = progress(board, 0) else { continue };
        let line = Line::new()
            .plain("  ")
            .plain(cut(board.workflow.id.as_str(), 23))
            .to_column(27)
            .plain(cut(&process(board), 13))
            .to_column(42)
            .plain(cut(&now_at(world, spot), 19))
            .to_column(62)
            .plain(format!("{:>3}/{:<3}{:>4}%", progress.done, progress.total, progress.percent));
        // Somebody has to clear the way before anything in it goes on.
        let held = !board.root().state.is_closed() && !open.is_empty() && open.iter().all(Action::is_held);
        text.line(if held { line.add(Style::Bad, "  held") } else { line });
    }
}

// Its process, and what marks it out among others.
fn process(board: &Board) -> String {
    let name = board.profile.profile.as_str();
    marks(board).fold(name.to_owned(), |line, mark| format!("{line} {mark}"))
}

/// What a workflow is at: its running items, else the next ready one, else how it stands.
pub(super) fn now_at(world: &World, spot: Spot) -> String {
    let board = world.board(spot);
    if board.root().state.is_closed() {
        return board.root().state.to_string();
    }
    let left_out =
        |place: Place| board.upwards(place).skip(1).any(|above| board.node(above).state == State::Dropped);
    let at = |wanted: &[Shown]| {
        board.nodes().skip(1).filter(|(place, _)| !left_out(*place)).find(|(place, node)| {
            node.children.iter().all(|&child| board.node(child).state.is_closed())
                && wanted.contains(&world.shown(Spot { place: *place, ..spot }))
        })
    };
    let found = at(&[Shown::Failed])
        .or_else(|| at(&[Shown::Active, Shown::Review, Shown::Escalated]))
        .or_else(|| at(&[Shown::Blocked]))
        .or_else(|| at(&[Shown::Ready, Shown::Waiting]));
    match found {
        // What is in a phase or stage is at that phase or stage.
        Some((place, node)) if node.is_derived() || outer(board, place) != place => {
            let outer = outer(board, place);
            let (short, title) = (board.short(outer), &board.node(outer).item.title);
            if short.to_lowercase().contains(&board.node(outer).id.as_str().to_lowercase()) {
                short
            } else {
                format!("{short} {title}")
            }
        }
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

// The outermost item around it whose state is derived; itself where there is none.
fn outer(board: &Board, place: Place) -> Place {
    board.upwards(place).filter(|&above| above != 0 && board.node(above).is_derived()).last().unwrap_or(place)
}

fn item(text: &mut Text, view: &View) {
    let View { world, focus, now, .. } = view;
    let Some(spot) = focus.filter(|spot| spot.place != 0) else { return };
    let board = world.board(spot);
    let node = board.node(spot.place);
    text.gap();
    let shown = world.shown(spot);
    let mut line = Line::new().add(Style::Strong, "This item").to_column(13);
    line = line
        .plain(format!("{} {}: ", node.id, cut(&node.item.title, 40)))
        .add(items::style(shown), world.label(spot));
    if let Some(owner) = &node.item.owner {
        line = line.plain(format!(", {owner}"));
    }
    if let Some(since) = node.item.finished.or(node.item.started) {
        line = line.plain(format!(", {}", since.ago(*now)));
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
    by_git(text, view, spot);
    if let Some(focus) = &node.item.focus {
        text.line(Line::new().plain("  focus").to_column(13).plain(cut(focus, 66)));
    }
}

// How far it is by git, how much it is, and whether that is what is declared.
fn by_git(text: &mut Text, view: &View, spot: Spot) {
    let (Some(git), Some(numbers)) = (&view.git, &view.numbers) else { return };
    let Some(standing) = git.of.get(&spot) else { return };
    let about = About::new(view.world, spot, git, (standing, numbers));
    let loud = about.drift.iter().filter(|drift| drift.accepted.is_none() && drift.weight > Weight::Note);
    let codes: Vec<String> = loud.map(|drift| drift.code.word()).collect();
    let codes = if codes.is_empty() { "no drift".to_owned() } else { codes.join(", ") };
    let summary = about.summary();
    let told = if summary.is_empty() { about.stage() } else { summary };
    for (index, part) in wrap(&format!("{told}; {codes}"), 66).into_iter().enumerate() {
        let head = if index == 0 { "  git" } else { "" };
        text.line(Line::new().plain(head).to_column(13).plain(part));
    }
}

fn drift(text: &mut Text, view: &View) {
    let Some(git) = &view.git else { return };
    if let Some(untold) = git.untold() {
        text.gap();
        let line = Line::new().add(Style::Strong, "Git").to_column(13);
        text.line(line.add(Style::Warn, cut(&format!("cannot tell: {untold}"), 66)));
    }
    let loud: Vec<&Drift> = git.loud().filter(|drift| drift.weight >= Weight::Warning).collect();
    if loud.is_empty() {
        return;
    }
    text.gap();
    text.line(Line::new().add(Style::Bad, format!("Declared is not what git knows ({})", loud.len())));
    let limit = if view.args.all { usize::MAX } else { FEW };
    for drift in loud.iter().take(limit) {
        let name = drift.reference.rsplit(':').next().unwrap_or(&drift.reference);
        for (index, part) in wrap(&format!("{name}: {}", drift.message), 73).into_iter().enumerate() {
            let head = if index == 0 { drift.code.word() } else { String::new() };
            text.line(Line::new().plain("  ").plain(head).to_column(7).plain(part));
        }
        if let Some(command) = &drift.command {
            text.line(Line::new().plain("      ").add(Style::Command, command));
        }
    }
    if loud.len() > limit {
        let more = format!("  and {} more: git track drift", loud.len() - limit);
        text.line(Line::new().add(Style::Dim, more));
    }
}

fn versions(text: &mut Text, view: &View) {
    for (index, table) in view.versions.tables.iter().filter(|table| table.is_diverged()).enumerate() {
        if index == 0 {
            text.gap();
        }
        let head = if index == 0 { Line::new().add(Style::Strong, "Versions") } else { Line::new() };
        let said = cut(&format!("diverged: {}", table.said().join(" ")), 38);
        let line = head.to_column(13).add(Style::Warn, said).to_column(54);
        text.line(line.add(Style::Command, "git track version check"));
    }
}

fn documents(text: &mut Text, view: &View) {
    let Some(behind) = &view.documents else { return };
    let head = || Line::new().add(Style::Strong, "Documents").to_column(13);
    let late = behind.stale.iter().filter(|(.., standing)| standing.is_behind()).count();
    let others = [
        (late, "out of date", "git track render"),
        // That can only be put right by people.
        (behind.stale.len() - late, "in the way", "git track render --check"),
    ];
    let others = others.into_iter().filter(|(count, ..)| *count > 0);
    for (index, (count, what, command)) in others.enumerate() {
        if index == 0 {
            text.gap();
        }
        let line = if index == 0 { head() } else { Line::new().to_column(13) };
        text.line(line.plain(format!("{count} {what}")).to_column(35).add(Style::Command, command));
    }
    if let Some((_, error)) = behind.failed.first() {
        text.gap();
        let command = error.hints().first().map_or("git track render", |hint| hint.as_ref());
        text.line(head().add(Style::Warn, cut(error.message(), 66)));
        text.line(Line::new().to_column(13).add(Style::Command, command));
    }
}

fn next(text: &mut Text, view: &View) {
    let View { world, actions, focus, .. } = view;
    let mut all: Vec<&Action> = actions.iter().flatten().collect();
    let elsewhere = |spot: Spot| focus.is_some_and(|focus| focus.board != spot.board);
    all.sort_by_key(|action| (*focus != Some(action.spot), elsewhere(action.spot)));
    if all.is_empty() {
        return;
    }
    text.gap();
    for (index, action) in all.iter().take(3).enumerate() {
        let line = if index == 0 { Line::new().add(Style::Strong, "Next") } else { Line::new() };
        text.line(line.to_column(13).add(Style::Command, action.command(world)));
    }
}

/// A line for each workflow.
pub(super) fn short(view: &View) -> Text {
    let View { world, shown, .. } = view;
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
