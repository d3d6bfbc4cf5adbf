//! What is said to whoever judges: which work is not part of what is judged.

use serde_json::json;

use crate::derive::board::{Board, Place};
use crate::derive::evidence::leaves_out;
use crate::error::Result;
use crate::store::FOLDER;
use crate::ui::{Line, Style, cut};

use super::write::{Deciding, Said};

/// How many files are named before the others are only counted.
const NAMED: usize = 3;

/// Says which changed files are no part of what is judged, because that is what is committed.
pub(super) fn not_committed(
    deciding: &Deciding,
    board: &Board,
    places: &[Place],
    said: &mut Said,
) -> Result<()> {
    let Some(leaves_out) = leaves_out(board, places) else { return Ok(()) };
    let changed = deciding.session.store.repo.changed_files()?;
    let state = format!("{FOLDER}/");
    let work = |path: &String| !path.starts_with(&state) && leaves_out(path);
    let paths: Vec<String> = changed.into_iter().map(|file| file.path).filter(work).collect();
    if paths.is_empty() {
        return Ok(());
    }
    let named = paths.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    let more = match paths.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let line = format!("not committed, and no part of it: {named}{more}");
    said.text.line(Line::new().plain("  ").add(Style::Warn, "odd").plain(format!("   {}", cut(&line, 70))));
    said.data.insert("not_committed".to_owned(), json!(paths));
    Ok(())
}
