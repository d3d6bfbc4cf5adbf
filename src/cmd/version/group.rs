//! The groups of places that are released together, and which of them is meant.

use std::cell::{Cell, RefCell};

use crate::bump::{Pattern, Row, Sources, Table, find, find_below, table};
use crate::derive::shell::word;
use crate::error::{Error, Result, nearest};
use crate::model::config::Config;
use crate::model::facts::CommitId;
use crate::model::path::RepoPath;
use crate::model::release::{Group, Place, Policy, VERSION};
use crate::rules::Disagreeing;
use crate::store::{At, CONFIG, Store};

/// How the only group is called where nobody has said where versions stand.
const IMPLIED: &str = "release";

/// The groups of one version of the repository.
pub(in super::super) struct Versions {
    /// Which version.
    pub(in super::super) at: At,
    groups: Vec<(String, Group)>,
    implied: bool,
}

/// A group by its name.
#[derive(Clone, Copy)]
pub(in super::super) struct Chosen<'v> {
    /// How it is called.
    pub(in super::super) name: &'v str,
    /// What the team decided about it.
    pub(in super::super) group: &'v Group,
}

impl Versions {
    /// What the team decided in a version of the repository; where it decided nothing the version is in the tags alone.
    pub(in super::super) fn of(store: &Store, at: At) -> Result<Self> {
        Ok(Self::by(&store.decided(&at)?, at))
    }

    fn by(config: &Config, at: At) -> Self {
        let mut groups: Vec<(String, Group)> =
            config.versions.iter().map(|(id, group)| (id.to_string(), group.clone())).collect();
        let implied = groups.is_empty();
        if implied {
            groups.push((IMPLIED.to_owned(), Group::default()));
        }
        Self { at, groups, implied }
    }

    /// The same groups in another version of the repository.
    pub(in super::super) fn at(&self, at: At) -> Self {
        Self { at, groups: self.groups.clone(), implied: self.implied }
    }

    /// Whether nobody has said where versions stand.
    pub(in super::super) fn is_implied(&self) -> bool {
        self.implied
    }

    /// Every group.
    pub(in super::super) fn all(&self) -> impl Iterator<Item = Chosen<'_>> {
        self.groups.iter().map(|(name, group)| Chosen { name, group })
    }

    /// The group that is meant: the one that was asked for, else the only one that moves.
    pub(in super::super) fn chosen(&self, asked: Option<&str>) -> Result<Chosen<'_>> {
        let names = || self.groups.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
        if let Some(asked) = asked {
            let found = self.all().find(|chosen| chosen.name == asked);
            return found.ok_or_else(|| {
                let error =
                    Error::not_found(format!("there is no group `{}` of versions", asked.escape_debug()));
                let near = nearest(asked, self.groups.iter().map(|(name, _)| name.as_str()));
                let error = error.note(format!("groups: {}", names()));
                near.into_iter().fold(error, |error, near| error.hint(format!("--group {near}")))
            });
        }
        let mut moving = self.all().filter(|chosen| chosen.group.policy != Policy::Pinned);
        match (moving.next(), moving.next()) {
            (Some(only), None) => Ok(only),
            (None, _) => Err(Error::refused("every group of versions is pinned")
                .hint(format!("set `policy: lockstep` in {CONFIG}, below versions"))),
            (Some(first), Some(_)) => Err(Error::usage("several groups of versions could be meant")
                .note(format!("groups: {}", names()))
                .hint(format!("--group {}", first.name))),
        }
    }

    /// What a command needs besides to mean a group: nothing where only one moves.
    pub(in super::super) fn option(&self, name: &str) -> String {
        let moving =
            self.all().filter(|chosen| chosen.group.policy != Policy::Pinned).map(|chosen| chosen.name);
        if moving.eq(std::iter::once(name)) { String::new() } else { format!(" -g {name}") }
    }

    /// What the places of a group say.
    pub(in super::super) fn table(&self, store: &Store, chosen: &Chosen) -> Table {
        self.ask(store, |sources| table(chosen.name, chosen.group, sources))
    }

    /// The places at the top of the work tree that are found by their usual names.
    pub(in super::super) fn find(store: &Store) -> Result<Vec<Place>> {
        Self::none().ask(store, find)
    }

    /// Those further down.
    pub(in super::super) fn below(store: &Store) -> Result<Vec<Place>> {
        Self::none().ask(store, find_below)
    }

    fn none() -> Self {
        Self { at: At::WorkTree, groups: Vec::new(), implied: true }
    }

    /// How releases are called here so far; `None`: as usual, or there are none.
    pub(in super::super) fn tag_in_use(store: &Store) -> Result<Option<String>> {
        let usual = Pattern::new(Group::default().tag());
        let tags = usual.sorted(&store.repo.release_tags()?, &[]);
        let found = tags.usual().filter(|_| tags.own.is_empty());
        Ok(found.map(|(version, tag)| tag.replacen(&version.to_string(), VERSION, 1)))
    }

    /// Asks something of the files of this version.
    pub(in super::super) fn ask<T>(&self, store: &Store, ask: impl FnOnce(&Sources) -> T) -> T {
        let read = |path: &RepoPath| store.regular(&self.at, path);
        let named = |name: &str| store.named(&self.at, name);
        ask(&Sources { read: &read, named: &named })
    }

    /// How the tags of all groups but one are called.
    pub(super) fn others(&self, chosen: &Chosen) -> Vec<Pattern> {
        self.all()
            .filter(|other| other.name != chosen.name)
            .map(|other| Pattern::new(other.group.tag()))
            .collect()
    }
}

/// What the places of all groups say, and what that was read from.
#[derive(Default)]
pub(in super::super) struct Placed {
    /// The groups; none where nobody has said where versions stand.
    pub(in super::super) tables: Vec<Table>,
    /// The files that were looked at, as they were; none: there was no file.
    pub(in super::super) read: Vec<(RepoPath, Option<Vec<u8>>)>,
    /// Whether a list of files was looked at besides.
    pub(in super::super) rest_on_more: bool,
}

impl Placed {
    /// Reads the places of all groups.
    pub(in super::super) fn of(store: &Store, config: &Config, at: &At) -> Self {
        if config.versions.is_empty() {
            return Self::default();
        }
        let versions = Versions::by(config, at.clone());
        let (seen, listed) = (RefCell::new(Vec::new()), Cell::new(false));
        let read = |path: &RepoPath| {
            let bytes = store.regular(at, path)?;
            if !seen.borrow().iter().any(|(known, _)| known == path) {
                seen.borrow_mut().push((path.clone(), bytes.clone()));
            }
            Ok(bytes)
        };
        let named = |name: &str| {
            listed.set(true);
            store.named(at, name)
        };
        let sources = Sources { read: &read, named: &named };
        let tables: Vec<Table> =
            versions.all().map(|chosen| table(chosen.name, chosen.group, &sources)).collect();
        // What cannot be read is not among what was read.
        let problems = tables.iter().any(|table| table.problems().next().is_some());
        Self { rest_on_more: listed.get() || problems, read: seen.into_inner(), tables }
    }
}

/// The groups whose places disagree in a version of the repository, but for what disagreed in the same way before.
pub(in super::super) fn disagreeing(
    store: &Store,
    config: &Config,
    at: &At,
    before: Option<&CommitId>,
) -> Vec<Disagreeing> {
    if config.versions.is_empty() {
        return Vec::new();
    }
    let (now, then) = (Versions::by(config, at.clone()), before.map(|before| At::Commit(before.clone())));
    let then = then.map(|then| Versions::by(config, then));
    let mut found = Vec::new();
    for chosen in now.all() {
        let table = now.table(store, &chosen);
        let Some(what) = what_differs(&table) else { continue };
        let same =
            |before: Table| what_differs(&before).as_ref() == Some(&what) && before.said() == table.said();
        if then.as_ref().is_some_and(|then| same(then.table(store, &chosen))) {
            continue;
        }
        let files = table.rows.iter().map(|row| row.place.file.to_string()).collect();
        found.push(Disagreeing { files, what, fix: "git track version".to_owned() });
    }
    found
}

fn what_differs(table: &Table) -> Option<String> {
    let problem = table
        .problems()
        .next()
        .map(|(row, problem)| format!("the version `{}` of {}: {problem}", row.place.path, row.place.file));
    let differ = || {
        let said = table.versions().join(", ");
        let wanted = table.pinned.as_ref().map_or(String::new(), |pinned| format!(", not {pinned}"));
        format!("the version files of `{}` say {said}{wanted}", table.group)
    };
    table.is_diverged().then(|| problem.unwrap_or_else(differ))
}

/// The refusal to go on while places disagree: what each says, and the ways out.
pub(in super::super) fn disagree(table: &Table, option: &str) -> Error {
    let unread = table.problems().count();
    let what = if unread > 0 { "cannot all be read" } else { "disagree" };
    let error = Error::refused(format!("the versions of `{}` {what}", table.group));
    let error = table.rows.iter().fold(error, |error, row| error.note(line(row)));
    if unread > 0 {
        return error.hint(format!("correct the places below versions in {CONFIG}, or their files"));
    }
    let alone = |row: &&Row| {
        let others = table.rows.iter().filter(|other| other.place.file == row.place.file);
        row.version().is_some() && others.count() == 1
    };
    let highest = table.highest().map(|highest| format!("git track version sync {highest}{option}"));
    let from = table
        .rows
        .iter()
        .rfind(alone)
        .map(|row| format!("git track version sync{option} --from {}", word(row.place.file.as_str())));
    let error = highest.into_iter().chain(from).fold(error, Error::hint);
    error.hint(format!("or set `policy: independent` in {CONFIG}, if they need not agree"))
}

/// A place and what it says, on one line.
fn line(row: &Row) -> String {
    let values: Vec<&str> = row.meant().map(|value| value.text.as_str()).collect();
    let said = row.problem.clone().unwrap_or_else(|| values.join(", "));
    format!("{} {}: {said}", row.place.file, row.place.path)
}
