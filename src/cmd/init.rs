//! `init`: configuration for a repository.

use std::collections::BTreeMap;
use std::time::Duration;

use clap::Args as ClapArgs;
use serde_json::json;

use crate::derive::words::several;
use crate::error::Result;
use crate::files::EntryKind;
use crate::formats::yaml;
use crate::model::config::{Config, SERIES};
use crate::model::edit::{Edit, Root};
use crate::model::id::Id;
use crate::model::path::RepoPath;
use crate::model::release::{Group, Place};
use crate::model::table::Table;
use crate::model::workflow::tree;
use crate::store::{At, CONFIG, Store, new_file};
use crate::ui::{Line, Style, Text};

use super::Answer;
use super::context::Context;
use super::hooks;
use super::session::{lock, settle};
use super::version::Versions;
use super::write::{FileChanges, WriteArgs, apply_files};

/// Arguments of `init`.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Example:\n  git track init --profile program --profile trace --hooks\n\nRunning it again changes nothing, or adds the profiles that are new."
)]
pub struct Args {
    /// A process that the team uses; the first is the usual one
    #[arg(long = "profile", value_name = "NAME")]
    pub profiles: Vec<String>,
    /// The branch that work lands on, where git does not tell
    #[arg(long, value_name = "BRANCH")]
    pub base: Option<String>,
    /// Add the version files that are found to a configuration that has none
    #[arg(long)]
    pub versions: bool,
    /// Install the hooks, too: git track hooks install
    #[arg(long)]
    pub hooks: bool,
    #[command(flatten)]
    write: WriteArgs,
}

/// How the group of the version files is called that are found.
const GROUP: &str = "release";

/// How many version files below the top are named.
const SHOWN: usize = 5;

const HEAD: &str = "# What the team decided about git-track. Schema: git track schema config\n";

/// Sets a repository up, or adds to what is there.
pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    let store = context.store()?;
    let profiles: Vec<Id> = args
        .profiles
        .iter()
        .map(|name| Ok(store.profile(&At::WorkTree, &Id::parse(name)?)?.profile))
        .collect::<Result<_>>()?;
    if args.hooks {
        hooks::refuse_early(context, &store.repo)?;
    }
    let lock = lock(context, &store, Duration::from_secs(10))?;
    settle(context, &store, &lock)?;
    let path = RepoPath::parse(CONFIG)?;
    let existing = store.read(&At::WorkTree, &path)?;
    let (edits, config) = match existing {
        None => {
            let config = detect(&store, args, profiles)?;
            let written = format!("{HEAD}{}", yaml::write(&tree(&config)));
            (vec![new_file(&store, path, written)?], config)
        }
        Some(bytes) => {
            let versions = if args.versions { found(&store)? } else { Table::default() };
            add(path, bytes, profiles, versions)?
        }
    };
    let text = told(&store, &config, &edits)?;
    let created = !edits.is_empty();
    let changes = FileChanges {
        edits,
        text,
        what: "set git-track up".to_owned(),
        write: args.write.decided(config.write),
    };
    let answer = apply_files(context, &store, lock, changes)?;
    let answer = answer.with("config", tree(&config)).with("created", json!(created));
    if args.hooks { with_hooks(context, &store, answer) } else { Ok(answer) }
}

// What is set up now.
fn told(store: &Store, config: &Config, edits: &[Edit]) -> Result<Text> {
    let mut text = Text::new();
    let verb = if edits.is_empty() { "is set up already" } else { "is set up" };
    text.line(Line::new().add(Style::Strong, format!("git-track {verb}")).plain(format!("  {CONFIG}")));
    text.line(format!("  base branch     {}", config.base.as_deref().unwrap_or("not known yet")));
    for (name, folder) in &config.paths {
        text.line(Line::new().plain(format!("  {name}")).to_column(18).plain(format!("{folder}/")));
    }
    for (name, group) in config.versions.iter() {
        let what = several(group.locations.len(), "place");
        text.line(
            Line::new()
                .plain("  versions")
                .to_column(18)
                .plain(format!("{what} of `{name}`: git track version")),
        );
    }
    for line in besides(store, config)? {
        text.line(line);
    }
    let names: Vec<&str> = config.profiles.iter().map(Id::as_str).collect();
    let known = store.profile_names(&At::WorkTree)?;
    let listed =
        if names.is_empty() { format!("none chosen; known: {}", known.join(", ")) } else { names.join(", ") };
    text.line(format!("  profiles        {listed}"));
    let first = names.first().copied().or_else(|| known.first().map(String::as_str)).unwrap_or("<profile>");
    text.line(
        Line::new()
            .add(Style::Dim, "next: ")
            .add(Style::Command, format!("git track new {first} \"What it is about\"")),
    );
    Ok(text)
}

// Version files below the top: which of them are released together nobody but the team knows.
fn besides(store: &Store, config: &Config) -> Result<Vec<Line>> {
    if config.versions.values().len() > 1 {
        return Ok(Vec::new());
    }
    let all = Versions::below(store)?;
    let known = |place: &&Place| config.versions.values().any(|group| group.locations.contains(place));
    let others: Vec<&Place> = all.iter().filter(|place| !known(place)).collect();
    let mut lines: Vec<Line> = others
        .iter()
        .take(SHOWN)
        .map(|place| {
            Line::new()
                .plain("  not configured")
                .to_column(18)
                .plain(format!("{} {}", place.file, place.path))
        })
        .collect();
    let more = others.len().saturating_sub(SHOWN);
    if more > 0 {
        lines.push(Line::new().to_column(18).plain(format!("and {more} more")));
    }
    Ok(lines)
}

fn with_hooks(context: &Context, store: &Store, mut answer: Answer) -> Result<Answer> {
    let Answer { data, text, .. } = hooks::install_usual(context, store)?;
    answer.text.extend(text);
    for key in ["hooks", "changes"] {
        answer = answer.with(key, data.get(key).cloned().unwrap_or_default());
    }
    Ok(answer)
}

fn detect(store: &Store, args: &Args, profiles: Vec<Id>) -> Result<Config> {
    let base = match &args.base {
        Some(base) => Some(base.clone()),
        None => store.repo.default_branch()?,
    };
    let mut config = Config { git_track: Some(SERIES.to_owned()), base, profiles, ..Config::default() };
    config.paths = places(store)?;
    config.versions = found(store)?;
    Ok(config)
}

/// The version files at the top of the repository, which are released together until somebody says otherwise.
fn found(store: &Store) -> Result<Table<Group>> {
    let locations = Versions::find(store)?;
    let mut groups = Table::default();
    if !locations.is_empty() {
        let tag = Versions::tag_in_use(store)?;
        groups.insert(Id::parse(GROUP)?, Group { locations, tag, ..Group::default() });
    }
    Ok(groups)
}

fn add(
    path: RepoPath,
    bytes: Vec<u8>,
    profiles: Vec<Id>,
    versions: Table<Group>,
) -> Result<(Vec<Edit>, Config)> {
    let mut config: Config = yaml::read(&bytes, CONFIG)?;
    let new: Vec<Id> = profiles.into_iter().filter(|profile| !config.profiles.contains(profile)).collect();
    let before = yaml::tree(&bytes, CONFIG)?;
    let mut after = before.clone();
    if let Some(map) = after.as_object_mut() {
        if !new.is_empty() {
            config.profiles.extend(new);
            map.insert("profiles".to_owned(), json!(config.profiles));
        }
        // What the team has said about its versions stays as it is.
        if config.versions.is_empty() && !versions.is_empty() {
            map.insert("versions".to_owned(), json!(versions));
            config.versions = versions;
        }
    }
    if before == after {
        return Ok((Vec::new(), config));
    }
    let text = String::from_utf8_lossy(&bytes);
    let after = yaml::edit(&text, &before, &after)?;
    let edit = Edit {
        root: Root::WorkTree,
        path,
        before: Some(bytes),
        after: Some(after.into_bytes()),
        executable: false,
    };
    Ok((vec![edit], config))
}

/// Where folders of workflows are already, by the names that the processes use: looked for two levels deep by the ids
/// that they make.
fn places(store: &Store) -> Result<BTreeMap<String, RepoPath>> {
    let mut found = BTreeMap::new();
    for name in store.profile_names(&At::WorkTree)?.iter().filter_map(|name| Id::parse(name).ok()) {
        let Ok(profile) = store.profile(&At::WorkTree, &name) else { continue };
        for document in profile.documents.values() {
            let place = document.path.strip_prefix('{').and_then(|path| path.split_once("}/{workflow}/"));
            let Some((place, _)) = place.filter(|(place, _)| !found.contains_key(*place)) else { continue };
            if let Some(folder) = folder_of(store, &profile.id)? {
                found.insert(place.to_owned(), folder);
            }
        }
    }
    Ok(found)
}

/// Whether a name looks like an id that a pattern makes: its fixed beginning, then eight digits for a date.
fn is_made_by(pattern: &str, name: &str) -> bool {
    let Some((fixed, rest)) = pattern.split_once('{') else { return false };
    let date = name.strip_prefix(fixed).and_then(|rest| rest.split('-').next()).unwrap_or_default();
    !fixed.is_empty()
        && rest.starts_with("date}")
        && date.len() == 8
        && date.bytes().all(|b| b.is_ascii_digit())
}

/// The folder that holds folders whose names a pattern makes.
fn folder_of(store: &Store, pattern: &str) -> Result<Option<RepoPath>> {
    let folders = |entries: Vec<crate::files::Entry>| {
        let plain =
            |entry: &crate::files::Entry| entry.kind == EntryKind::Dir && !entry.name.starts_with('.');
        entries.into_iter().filter(plain).filter_map(|entry| RepoPath::parse(&entry.name).ok())
    };
    let mut open: Vec<RepoPath> = folders(store.files.list_root(Root::WorkTree)?).collect();
    for _ in 0..2 {
        let mut deeper = Vec::new();
        for folder in open {
            let inside: Vec<RepoPath> = folders(store.files.list(Root::WorkTree, &folder)?).collect();
            if inside.iter().any(|name| is_made_by(pattern, name.as_str())) {
                return Ok(Some(folder));
            }
            deeper.extend(inside.into_iter().filter_map(|name| folder.join(name.as_str()).ok()));
        }
        open = deeper;
    }
    Ok(None)
}
