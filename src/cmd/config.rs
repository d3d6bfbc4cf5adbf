//! `config`: what the team decided.

use std::time::Duration;

use clap::{Args as ClapArgs, Subcommand};
use serde_json::{Value, json};

use crate::derive::words::show;
use crate::documents::sheets::sheets;
use crate::error::{Error, Result, nearest};
use crate::formats::yaml;
use crate::model::actor::ActorKind;
use crate::model::config::{Config, Roles, STALE_DAYS};
use crate::model::edit::{Edit, Root};
use crate::model::id::Id;
use crate::model::lease;
use crate::model::path::RepoPath;
use crate::model::workflow::tree;
use crate::store::{At, CONFIG, Store};
use crate::ui::{Line, Style, Text, cut};

use super::Answer;
use super::context::Context;
use super::session::{anywhere, lock, settle, world};
use super::write::{FileChanges, apply_files};

/// Arguments of `config`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:\n  git track config list\n  git track config set write stage")]
pub struct Args {
    #[command(subcommand)]
    act: Option<Act>,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// List every key with its value
    List,
    /// Print one value
    Get {
        /// The key; see `config list`
        key: String,
    },
    /// Set one value; an empty one goes back to the default
    Set {
        /// The key
        key: String,
        /// The value; several profiles with commas
        value: String,
    },
}

const KEYS: [&str; 9] = [
    "git_track",
    "base",
    "profiles",
    "write",
    "log_root",
    "lease_hours",
    "derive.since",
    "derive.stale_days",
    "roles.agent_env",
];

/// The keys of which the value is a list.
const LISTS: [&str; 2] = ["profiles", "roles.agent_env"];

/// The keys of which the value is a number, with what holds where none is set.
const NUMBERS: [(&str, u32); 2] = [("lease_hours", lease::HOURS as u32), ("derive.stale_days", STALE_DAYS)];

/// Lists, reads or sets the configuration.
pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    match &args.act {
        None | Some(Act::List) => list(context),
        Some(Act::Get { key }) => get(context, key),
        Some(Act::Set { key, value }) => set(context, key, value),
    }
}

fn read(store: &Store) -> Result<(Vec<u8>, Config)> {
    let bytes = store.read(&At::WorkTree, &RepoPath::parse(CONFIG)?)?;
    let bytes =
        bytes.ok_or_else(|| Error::not_found(format!("there is no {CONFIG}")).hint("git track init"))?;
    let config = yaml::read(&bytes, CONFIG)?;
    Ok((bytes, config))
}

/// Every key with its default: those of the program, then the places that the processes name.
fn keys(store: &Store) -> Result<Vec<(String, Option<String>)>> {
    let mut names = std::collections::BTreeMap::new();
    for profile in store.profile_names(&At::WorkTree)?.iter().filter_map(|name| Id::parse(name).ok()) {
        // A process that cannot be read has no part in this.
        if let Ok(profile) = store.profile(&At::WorkTree, &profile) {
            names.extend(profile.paths);
        }
    }
    let places = names.into_iter().map(|(name, path)| (format!("paths.{name}"), Some(path.to_string())));
    let agents = Roles::default().agent_env.join(", ");
    let number = |key: &str| NUMBERS.iter().find(|(known, _)| *known == key);
    let usual = |key: &str| match number(key) {
        Some((_, usual)) => Some(usual.to_string()),
        None => (key == "roles.agent_env").then(|| agents.clone()),
    };
    Ok(KEYS.iter().map(|&key| (key.to_owned(), usual(key))).chain(places).collect())
}

fn list(context: &Context) -> Result<Answer> {
    let store = context.store()?;
    let (bytes, config) = read(&store)?;
    let written = yaml::tree(&bytes, CONFIG)?;
    let value = tree(&config);
    let mut text = Text::new();
    for (key, usual) in &keys(&store)? {
        let origin = if lookup(&written, key).is_some() { CONFIG } else { "default" };
        let shown = lookup(&value, key).map(show).or_else(|| usual.clone()).unwrap_or_else(|| "-".to_owned());
        text.line(
            Line::new()
                .plain(key.as_str())
                .to_column(20)
                .plain(cut(&shown, 23))
                .to_column(44)
                .add(Style::Dim, origin),
        );
    }
    for (name, origin) in
        [("GIT_TRACK_PLAN", "plan"), ("EXECUTION_PLAN_PATH", "plan"), ("GIT_TRACK_WORKFLOW", "workflow")]
    {
        if let Some(value) = context.var(name) {
            text.line(
                Line::new().plain(origin).to_column(20).plain(value).to_column(44).add(Style::Dim, name),
            );
        }
    }
    Ok(Answer::new(text).with("config", value))
}

fn get(context: &Context, key: &str) -> Result<Answer> {
    let store = context.store()?;
    let (_, config) = read(&store)?;
    known(&store, key)?;
    let value = tree(&config);
    let value = lookup(&value, key).ok_or_else(|| {
        Error::not_found(format!("`{key}` is not set")).hint(format!("git track config set {key} …"))
    })?;
    let mut text = Text::new();
    text.line(show(value));
    Ok(Answer::new(text).with("value", value.clone()))
}

fn set(context: &Context, key: &str, value: &str) -> Result<Answer> {
    let store = context.store()?;
    known(&store, key)?;
    let lock = lock(context, &store, Duration::from_secs(10))?;
    settle(context, &store, &lock)?;
    for_people(context, &store, key)?;
    let (bytes, _) = read(&store)?;
    if key == "profiles" {
        for name in value.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            store.profile(&At::WorkTree, &Id::parse(name).map_err(Error::as_usage)?)?;
        }
    }
    let before = yaml::tree(&bytes, CONFIG)?;
    let mut after = before.clone();
    let value_now = match (key, value) {
        (_, "") => Value::Null,
        (list_key, list) if LISTS.contains(&list_key) => {
            list.split(',').map(str::trim).map(Value::from).collect()
        }
        (key, value) if is_number(key) => value.parse::<u32>().map_or_else(|_| value.into(), Value::from),
        (_, value) => Value::from(value),
    };
    put(&mut after, key, value_now);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let text = yaml::edit(&text, &before, &after)?;
    let new: Config = yaml::read(text.as_bytes(), CONFIG)
        .map_err(|error| Error::usage(format!("`{key}={value}`: {}", error.message())))?;
    let path = RepoPath::parse(CONFIG)?;
    let edit = Edit {
        root: Root::WorkTree,
        path,
        before: Some(bytes),
        after: Some(text.into_bytes()),
        executable: false,
    };
    let edits = if edit.before == edit.after { Vec::new() } else { vec![edit] };
    let mut said = Text::new();
    said.line(format!("{key}: {}", if value.is_empty() { "back to the default" } else { value }));
    let changes = FileChanges { edits, text: said, what: format!("set {key}"), write: new.write };
    let answer = apply_files(context, &store, lock, changes)?.with("key", json!(key));
    if key.starts_with("paths.") && !context.global.dry_run {
        // Two documents at one place are no reason to keep the setting: the other one may be set next.
        let snapshot = store.snapshot(At::WorkTree)?;
        if let Err(error) = sheets(&world(&snapshot), |_| true) {
            context.remark(error.to_string());
        }
    }
    Ok(answer)
}

// Who counts as an agent is not an agent's to say.
fn for_people(context: &Context, store: &Store, key: &str) -> Result<()> {
    if !key.starts_with("roles.") {
        return Ok(());
    }
    let name = context.actor(&store.repo).unwrap_or_default();
    let snapshot = store.snapshot(At::WorkTree)?;
    match anywhere(context, &snapshot, &name)?.kind {
        ActorKind::Person => Ok(()),
        ActorKind::Agent => {
            Err(Error::refused(format!("an agent cannot set `{key}`: it says who counts as an agent"))
                .note("nothing written")
                .hint(format!("a person sets it: git track config set {key} …")))
        }
    }
}

fn known(store: &Store, key: &str) -> Result<()> {
    let keys = keys(store)?;
    if keys.iter().any(|(known, _)| known == key) {
        return Ok(());
    }
    let error = Error::not_found(format!("there is no configuration key `{key}`"));
    Err(match nearest(key, keys.iter().map(|(known, _)| known.as_str())) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error.hint("git track config list"),
    })
}

fn is_number(key: &str) -> bool {
    NUMBERS.iter().any(|(known, _)| *known == key)
}

fn lookup<'a>(value: &'a Value, key: &str) -> Option<&'a Value> {
    key.split('.').try_fold(value, |value, key| value.get(key))
}

fn put(value: &mut Value, key: &str, new: Value) {
    let Some(map) = value.as_object_mut() else { return };
    match key.split_once('.') {
        Some((group, key)) => {
            let inner = map.entry(group).or_insert_with(|| json!({}));
            put(inner, key, new);
            if inner.as_object().is_some_and(serde_json::Map::is_empty) {
                map.shift_remove(group);
            }
        }
        None if new.is_null() => drop(map.shift_remove(key)),
        None => drop(map.insert(key.to_owned(), new)),
    }
}
