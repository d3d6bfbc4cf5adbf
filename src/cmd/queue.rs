//! `queue`: what is worked on together, in which order, and how far that is.

use clap::Args as ClapArgs;
use serde_json::json;

use crate::derive::queue::{Row, queue};
use crate::error::Result;
use crate::model::profile::Profile;
use crate::model::state::Shown;
use crate::ui::{Line, Style, Table, cut};

use super::Answer;
use super::context::Context;
use super::items;
use super::session::{Session, world};

/// Arguments of `queue`.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Examples:\n  git track queue\n  git track queue -w release-7\n  git track queue --json"
)]
pub struct Args {}

/// Shows the execution queue of one workflow.
pub(super) fn run(context: &Context, _: &Args) -> Result<Answer> {
    let session = Session::open(context)?;
    let world = world(&session.snapshot);
    let index = session.the_workflow(context, &world)?;
    let rows = queue(&world, index);
    let Some(board) = world.boards.get(index) else { return Ok(Answer::default()) };
    let mut text = table(&rows, board.profile).text();
    text.gap();
    text.line(Line::new().add(Style::Dim, cut(&next(&rows, board.profile), 80)));
    Ok(Answer::new(text).with("workflow", json!(board.workflow.id)).with("rows", json!(rows)))
}

fn table(rows: &[Row], profile: &Profile) -> Table {
    let mut table = Table::default();
    if !rows.is_empty() {
        table.row(["#", "group", "of", "mode", "tasks", "status"].map(|head| (Style::Dim, head.to_owned())));
    }
    for row in rows {
        table.row([
            (Style::Plain, row.order.to_string()),
            (Style::Plain, row.group.clone()),
            (Style::Plain, row.of.to_string()),
            (Style::Plain, row.mode.word().to_owned()),
            (Style::Plain, row.members.join(", ")),
            (items::style(row.status), profile.phrase(row.status).to_owned()),
        ]);
    }
    table
}

fn next(rows: &[Row], profile: &Profile) -> String {
    let open = || rows.iter().filter(|row| !row.is_over());
    // What can go on comes before what waits for it.
    let held = |row: &&Row| matches!(row.status, Shown::Waiting | Shown::Blocked);
    match open().find(|row| !held(row)).or_else(|| open().next()) {
        Some(row) => {
            let members = row.members.join(", ");
            let what = if members.is_empty() { members } else { format!(": {members}") };
            format!("next: {} ({}){what}", row.group, profile.phrase(row.status))
        }
        None if rows.is_empty() => "nothing is queued".to_owned(),
        None => "nothing is left to do".to_owned(),
    }
}
