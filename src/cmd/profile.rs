//! `profile`: the processes.

use std::time::Duration;

use clap::{Args as ClapArgs, Subcommand};
use serde_json::{Value, json};

use crate::error::{Error, Result};
use crate::model::id::Id;
use crate::model::path::RepoPath;
use crate::model::workflow::tree;
use crate::store::{At, FOLDER, new_file, shipped};
use crate::ui::{Line, Style, Table, Text, wrap};

use super::Answer;
use super::context::Context;
use super::session::{lock, settle};
use super::write::{FileChanges, apply_files};

/// Arguments of `profile`.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Examples:\n  git track profile list\n  git track profile show trace\n  git track profile eject program"
)]
pub struct Args {
    #[command(subcommand)]
    act: Option<Act>,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// List the processes
    List,
    /// Show what a process is made of
    Show {
        /// Its name or alias
        name: String,
    },
    /// Copy a shipped process into the repository, to change it there
    Eject {
        /// Its name
        name: String,
    },
}

/// Lists, shows or ejects processes.
pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    match &args.act {
        None | Some(Act::List) => list(context),
        Some(Act::Show { name }) => show(context, name),
        Some(Act::Eject { name }) => eject(context, name),
    }
}

fn list(context: &Context) -> Result<Answer> {
    let store = context.store()?;
    let mut table = Table::default();
    let mut listed: Vec<Value> = Vec::new();
    for name in store.profile_names(&At::WorkTree)? {
        let own =
            store.files.exists(crate::model::edit::Root::WorkTree, &folder(&name)?.join("profile.yaml")?)?;
        let origin = if own { "own" } else { "shipped" };
        match Id::parse(&name).and_then(|id| store.profile(&At::WorkTree, &id)) {
            Ok(profile) => {
                table.row([
                    (Style::Strong, name.clone()),
                    (Style::Dim, origin.to_owned()),
                    (Style::Plain, profile.summary.clone()),
                ]);
                listed.push(json!({ "name": name, "origin": origin, "title": profile.title, "summary": profile.summary, "aliases": profile.aliases }));
            }
            Err(error) => {
                table.row([
                    (Style::Bad, name.clone()),
                    (Style::Bad, "broken".to_owned()),
                    (Style::Plain, error.to_string()),
                ]);
                listed.push(json!({ "name": name, "origin": origin, "error": error.message() }));
            }
        }
    }
    Ok(Answer::new(table.text()).with("profiles", listed))
}

fn show(context: &Context, name: &str) -> Result<Answer> {
    let store = context.store()?;
    let profile = store.profile(&At::WorkTree, &Id::parse(name)?)?;
    let mut text = Text::new();
    text.line(Line::new().add(Style::Strong, profile.profile.as_str()).plain(format!("  {}", profile.title)));
    wrap(&profile.summary, 76).into_iter().for_each(|line| text.line(format!("  {line}")));
    let mut table = Table::indented(2);
    for (id, kind) in profile.kinds.iter() {
        let under: Vec<&str> = kind.under.iter().map(Id::as_str).collect();
        let guards: Vec<String> = kind
            .guards
            .iter()
            .map(|(guarded, checks)| {
                let checks = tree(checks);
                let on = checks
                    .as_object()
                    .into_iter()
                    .flatten()
                    .filter(|(_, value)| **value != Value::Bool(false));
                let names: Vec<&str> = on.map(|(name, _)| name.as_str()).collect();
                format!("{}: {}", format!("{guarded:?}").to_lowercase(), names.join(" "))
            })
            .collect();
        table.row([
            (Style::Strong, id.to_string()),
            (Style::Dim, format!("under {}", under.join(", "))),
            (Style::Plain, guards.join("; ")),
        ]);
    }
    text.gap();
    text.line(Line::new().add(Style::Strong, "Kinds and what guards their moves"));
    text.extend(table.text());
    if !profile.labels.is_empty() {
        text.gap();
        text.line(Line::new().add(Style::Strong, "Labels"));
        for (shown, label) in &profile.labels {
            text.line(Line::new().plain(format!("  {shown}")).to_column(14).plain(&label.label));
        }
    }
    if !profile.branch.is_empty() {
        text.gap();
        text.line(Line::new().add(Style::Strong, "Branches"));
        profile.branch.iter().for_each(|pattern| text.line(format!("  {pattern}")));
    }
    Ok(Answer::new(text).with("profile", tree(&profile)))
}

fn eject(context: &Context, name: &str) -> Result<Answer> {
    let store = context.store()?;
    let known = shipped().into_iter().find(|shipped| shipped.name == name).ok_or_else(|| {
        Error::not_found(format!("no process `{name}` comes with git-track")).hint("git track profile list")
    })?;
    let lock = lock(context, &store, Duration::from_secs(10))?;
    settle(context, &store, &lock)?;
    let folder = folder(name)?;
    let edits = known
        .files
        .iter()
        .map(|(file, text)| new_file(&store, folder.join(file)?, (*text).to_owned()))
        .collect::<Result<Vec<_>>>()?;
    let mut text = Text::new();
    text.line(format!("{folder}/ now takes the place of the shipped process"));
    let write = store.snapshot(At::WorkTree)?.config.write;
    let changes = FileChanges { edits, text, what: format!("take over the profile {name}"), write };
    apply_files(context, &store, lock, changes)
}

fn folder(name: &str) -> Result<RepoPath> {
    RepoPath::parse(&format!("{FOLDER}/profiles/{name}"))
}
