//! `version sync`: one version in every place.

use std::time::Duration;

use clap::Args as ClapArgs;

use crate::bump::{Row, Table, Target, Version, plan};
use crate::error::{Error, Result};
use crate::model::release::Policy;
use crate::store::At;
use crate::ui::{Line, Style, Text};

use super::super::Answer;
use super::super::bump::{edits, edits_data};
use super::super::context::Context;
use super::super::session::{lock, settle};
use super::super::write::{FileChanges, WriteArgs, apply_files};
use super::group::Versions;
use super::next::version;

/// Arguments of `version sync`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  git track version sync 0.2.0
  git track version sync --from pyproject.toml
  git track version sync --from \"package.json version\" --commit

It writes any version, an earlier one too, and tags nothing.")]
pub(super) struct Args {
    /// The version
    #[arg(value_name = "VERSION", conflicts_with = "from")]
    version: Option<String>,
    /// The place that is right: a file, a file and a path in it, or a label
    #[arg(long, value_name = "PLACE")]
    from: Option<String>,
    #[command(flatten)]
    write: WriteArgs,
}

/// Writes one version into every place of a group.
pub(super) fn run(context: &Context, group: Option<&str>, args: &Args) -> Result<Answer> {
    let store = context.store()?;
    let lock = lock(context, &store, Duration::from_secs(10))?;
    settle(context, &store, &lock)?;
    let versions = Versions::of(&store, At::WorkTree)?;
    let chosen = versions.chosen(group)?;
    let table = versions.table(&store, &chosen);
    let to = match (&args.version, &args.from) {
        (Some(text), _) => version(text)?,
        (None, Some(from)) => said_by(&table, from)?,
        (None, None) => {
            return Err(Error::usage("which version is not said")
                .hint("git track version sync VERSION")
                .hint("git track version sync --from PLACE    takes it from the place that is right"));
        }
    };
    match (table.policy, &table.pinned) {
        (Policy::Independent, _) => {
            return Err(Error::refused(format!("each place of `{}` has a version of its own", table.group))
                .hint("set `policy: lockstep` in .track/config.yaml, if they are to agree"));
        }
        (Policy::Pinned, Some(pinned)) if *pinned != to.to_string() => {
            return Err(Error::refused(format!("`{}` is pinned to {pinned}", table.group))
                .hint("set another `value` in .track/config.yaml"));
        }
        _ => {}
    }
    let plans = versions.ask(&store, |sources| plan(&table, Target::All(&to), sources))?;
    let mut text = Text::new();
    if plans.is_empty() {
        text.line(format!("every place says {to} already"));
    } else {
        text.line(Line::new().add(Style::Strong, to.to_string()).plain("  in every place"));
        text.extend(edits(&plans));
    }
    let data = edits_data(&plans);
    let changes = FileChanges {
        edits: plans.into_iter().map(super::super::bump::edit).collect(),
        text,
        what: format!("set the version to {to}"),
        write: args.write.decided(store.decided(&At::WorkTree)?.write),
    };
    let answer = apply_files(context, &store, lock, changes)?;
    Ok(answer.with("version", to.to_string()).with("edits", data))
}

/// The version of the places that a name fits.
fn said_by(table: &Table, name: &str) -> Result<Version> {
    let fits = |row: &&Row| {
        let place = &row.place;
        let whole = format!("{} {}", place.file, place.path);
        let label = place.label.as_deref();
        let said = [place.file.as_str(), place.file.file_name(), &whole, &place.path];
        said.contains(&name) || label == Some(name)
    };
    let rows: Vec<&Row> = table.rows.iter().filter(fits).collect();
    let said = |error: Error| {
        let line = |row: &Row| {
            let version = row.version().map_or_else(|| "no version".to_owned(), ToString::to_string);
            format!("\"{} {}\": {version}", row.place.file, row.place.path)
        };
        table.rows.iter().fold(error, |error, row| error.note(line(row)))
    };
    let mut versions: Vec<&Version> = rows.iter().filter_map(|row| row.version()).collect();
    versions.sort();
    versions.dedup();
    match versions.as_slice() {
        [only] => Ok((*only).clone()),
        [] if rows.is_empty() => {
            Err(said(Error::not_found(format!("no place is called `{}`", name.escape_debug()))))
        }
        [] => Err(said(Error::refused(format!("`{}` says no version", name.escape_debug())))),
        _ => Err(said(Error::usage(format!("`{}` says several versions", name.escape_debug())))
            .hint("name a file and a path in it")),
    }
}
