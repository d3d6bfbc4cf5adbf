//! What a bump writes: whole files, of which nothing but the versions differs.

use indexmap::IndexMap;

use crate::error::{Error, Result};
use crate::formats::locate::{Path, Replacement};
use crate::model::path::RepoPath;
use crate::model::release::Level;

use super::Version;
use super::table::{Role, Row, Sources, Table, Value, file};

/// What places are to say.
#[derive(Clone, Copy, Debug)]
pub enum Target<'a> {
    /// All of them the same.
    All(&'a Version),
    /// Each the next version of this level after its own.
    Each(Level),
}

/// A file before and after a bump.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilePlan {
    /// The file.
    pub path: RepoPath,
    /// What it holds.
    pub before: Vec<u8>,
    /// What it is to hold.
    pub after: Vec<u8>,
    /// The values that differ, in the order of the places.
    pub lines: Vec<EditLine>,
}

/// A value before and after a bump.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditLine {
    /// The line, from one.
    pub line: usize,
    /// The path in the file.
    pub path: String,
    /// What stands there.
    pub old: String,
    /// What is to stand there.
    pub new: String,
}

/// What has to be written so that every place of a group says what it is to say. Places that say so already make no edit.
pub fn plan(table: &Table, to: Target, sources: &Sources) -> Result<Vec<FilePlan>> {
    let mut files: IndexMap<&RepoPath, Vec<&Row>> = IndexMap::new();
    for row in &table.rows {
        if let Some(problem) = &row.problem {
            return Err(Error::refused(format!("`{}` {}: {problem}", row.place.file, row.place.path)));
        }
        files.entry(&row.place.file).or_default().push(row);
    }
    let mut plans = Vec::new();
    for (path, rows) in files {
        let Some(before) = (sources.read)(path)? else { continue };
        let mut lines = Vec::new();
        let mut all = Vec::new();
        for row in &rows {
            let texts = texts(table, row, to)?;
            let changed = row.values.iter().zip(&texts).filter(|(value, text)| value.text != **text);
            lines.extend(changed.map(|(value, text)| EditLine {
                line: value.line,
                path: row.place.path.clone(),
                old: value.text.clone(),
                new: text.clone(),
            }));
            all.push(Replacement { path: Path::parse(&row.place.path)?, texts });
        }
        let Some(first) = rows.first().filter(|_| !lines.is_empty()) else { continue };
        let after = file(&first.place, &before).replace(&all)?;
        plans.push(FilePlan { path: path.clone(), before, after, lines });
    }
    Ok(plans)
}

fn texts(table: &Table, row: &Row, to: Target) -> Result<Vec<String>> {
    let text = |value: &Value| {
        if !value.meant {
            return Ok(value.text.clone());
        }
        let version = match (to, row.role) {
            (Target::All(version), _) => Some(version.clone()),
            (Target::Each(level), Role::Named) => value.version.as_ref().map(|own| own.raised(level)),
            (Target::Each(level), Role::Follows(leader)) => {
                let leader = table.rows.get(leader).and_then(Row::version);
                leader.map(|leader| leader.raised(level))
            }
        };
        let version = version.ok_or_else(|| Error::bug("a place without a version is planned"))?;
        Ok(format!("{}{version}", value.prefix))
    };
    row.values.iter().map(text).collect()
}
