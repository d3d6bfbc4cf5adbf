//! What people look at before they answer a gate: the same twice, as long as nothing changes.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::derive::board::Board;
use crate::derive::checkouts::uncommitted;
use crate::derive::here::item_of;
use crate::derive::overlap::{Footprint, shared};
use crate::derive::words::several;
use crate::derive::world::{Spot, World};
use crate::error::Result;
use crate::git::Repo;
use crate::model::facts::{Branch, MergeBase, Operation, Source};
use crate::model::field::FieldValue;
use crate::model::gate::{Gate, Look};
use crate::model::id::Id;
use crate::model::state::State;
use crate::ui::{Line, Style, Table, Text, wrap};

use super::super::base::{self, Remotes};
use super::super::session::Session;

/// How many columns a text has.
const WIDTH: usize = 76;

/// What is asked, and of what.
struct Reading<'r, 'a> {
    session: &'r Session,
    world: &'r World<'a>,
    board: &'r Board<'a>,
    at: usize,
    branches: Vec<Branch>,
    base: Option<Branch>,
}

/// The readout of a gate, for people and for scripts.
pub(super) fn readout(
    session: &Session,
    world: &World,
    (spot, gate): (Spot, &Gate),
) -> Result<(Text, Value)> {
    let repo = &session.store.repo;
    let branches = repo.branches()?;
    let base = match base::name(repo, &session.snapshot.config)? {
        Some(name) => {
            let places = base::places(repo, (&branches, &Remotes::of(repo)?), &name)?;
            places.first().map(|branch| (*branch).clone())
        }
        None => None,
    };
    let reading = Reading { session, world, board: world.board(spot), at: spot.board, branches, base };
    let mut text = Text::new();
    let mut data = serde_json::Map::new();
    for look in &gate.readout {
        let (title, key, (lines, value)) = match look {
            Look::Branches => ("Branches", "branches", reading.branches()?),
            Look::Artifacts => ("Artifacts", "artifacts", reading.artifacts()),
            Look::Repository => ("Repository", "repository", reading.repository()?),
            Look::Lists => ("Lists", "lists", reading.lists()),
            Look::Overlap => ("Files of several items", "overlap", reading.overlap()?),
        };
        text.line(Line::new().add(Style::Strong, title));
        text.extend(lines);
        text.gap();
        data.insert(key.to_owned(), value);
    }
    // Two that look at the same can say so in a word.
    let bytes = serde_json::to_vec(&portable(&json!(data))).unwrap_or_default();
    let snapshot = reading.board.pages.digest(&bytes);
    if let Some(snapshot) = &snapshot {
        text.line(Line::new().plain("snapshot  ").add(Style::Strong, snapshot));
    }
    data.insert("snapshot".to_owned(), json!(snapshot));
    Ok((text, Value::Object(data)))
}

impl Reading<'_, '_> {
    fn repo(&self) -> &Repo {
        &self.session.store.repo
    }

    // The branches that the workflow names, then those of its items; ahead and behind are against the base.
    fn branches(&self) -> Result<(Text, Value)> {
        let mut table = Table::indented(2);
        let mut listed = Vec::new();
        let base = self.base.as_ref().map_or("none", |base| base.name.as_str());
        for (what, name) in self.named() {
            let branch = self.local(&name);
            listed.push(self.row(&mut table, &what, &name, branch)?);
        }
        let mut of_items: Vec<(Spot, &Branch)> = Vec::new();
        for branch in self.branches.iter().filter(|branch| !branch.remote) {
            // A name that could be two items' is nobody's.
            let carried = item_of(self.world, &branch.name, Some(self.at)).ok().flatten();
            of_items.extend(carried.filter(|(spot, _)| spot.place != 0).map(|(spot, _)| (spot, branch)));
        }
        of_items.sort_by(|a, b| (a.0, &a.1.name).cmp(&(b.0, &b.1.name)));
        for (spot, branch) in of_items {
            let id = self.board.node(spot.place).id.to_string();
            listed.push(self.row(&mut table, &id, &branch.name, Some(branch))?);
        }
        let mut text = Text::new();
        text.line(format!("  base {base}"));
        text.extend(table.text());
        Ok((text, json!({ "base": base, "branches": listed })))
    }

    fn named(&self) -> Vec<(String, String)> {
        let maps = self.board.root().item.fields.iter().filter_map(|(_, value)| match value {
            FieldValue::Map(map) => Some(map),
            _ => None,
        });
        maps.flat_map(|map| map.iter().map(|(key, name)| (key.to_string(), name.clone()))).collect()
    }

    fn local(&self, name: &str) -> Option<&Branch> {
        self.branches.iter().find(|branch| !branch.remote && branch.name == name)
    }

    fn row(&self, table: &mut Table, what: &str, name: &str, branch: Option<&Branch>) -> Result<Value> {
        let Some(branch) = branch else {
            table.row([
                (Style::Plain, what.to_owned()),
                (Style::Plain, name.to_owned()),
                (Style::Warn, "not there".to_owned()),
                (Style::Plain, String::new()),
            ]);
            return Ok(json!({ "of": what, "name": name, "commit": null }));
        };
        let apart = match &self.base {
            Some(base) => Some(self.repo().ahead_behind(&branch.commit, &base.commit)?),
            None => None,
        };
        let checkouts = self.board.pages.checkouts().unwrap_or_default();
        let tree = checkouts.iter().find(|checkout| checkout.branch.as_deref() == Some(name));
        let apart_in_words = apart.map(|(ahead, behind)| format!("{ahead} ahead, {behind} behind"));
        table.row([
            (Style::Plain, what.to_owned()),
            (Style::Plain, name.to_owned()),
            (Style::Dim, branch.commit.short().to_owned()),
            (Style::Plain, apart_in_words.unwrap_or_default()),
        ]);
        Ok(json!({
            "of": what, "name": name, "commit": branch.commit.as_str(), "ahead": apart.map(|apart| apart.0),
            "behind": apart.map(|apart| apart.1), "worktree": tree.map(|tree| &tree.path),
        }))
    }

    fn artifacts(&self) -> (Text, Value) {
        let mut table = Table::indented(2);
        let mut listed = Vec::new();
        for (_, node) in self.board.nodes() {
            let required = node.item.artifacts.values().filter(|artifact| artifact.required == Some(true));
            for path in required.filter_map(|artifact| artifact.path.as_ref()) {
                let page = self.board.pages.page(path);
                let on = page.as_ref().and_then(|page| page.on.clone());
                let word = on.clone().unwrap_or_else(|| {
                    if page.is_some() { "there".to_owned() } else { "missing".to_owned() }
                });
                let style = if page.is_some() { Style::Dim } else { Style::Warn };
                let row =
                    [(Style::Plain, node.id.to_string()), (Style::Plain, path.to_string()), (style, word)];
                table.row(row);
                listed.push(json!({ "of": node.id, "path": path, "on": on, "there": page.is_some() }));
            }
        }
        (or_nothing(&listed, table.text()), json!(listed))
    }

    fn repository(&self) -> Result<(Text, Value)> {
        let head = self.repo().head()?;
        let commit = head.commit().map(|commit| commit.short().to_owned());
        let branch = head.branch().unwrap_or("no branch");
        let mut text = Text::new();
        text.line(format!("  HEAD {} on {branch}", commit.as_deref().unwrap_or("without a commit")));
        let mut trees = Vec::new();
        for checkout in self.board.pages.checkouts().unwrap_or_default() {
            let count = uncommitted(self.world, checkout).map(|files| files.len());
            let standing = match (count, checkout.operation) {
                (_, Some(operation)) => format!("{} in progress", operation.word()),
                (None, _) => "cannot be looked into".to_owned(),
                (Some(0), _) => "clean".to_owned(),
                (Some(count), _) => format!("{} not committed", several(count, "file")),
            };
            let branch = checkout.branch.as_deref().unwrap_or("no branch");
            text.line(format!("  {}  {branch}: {standing}", checkout.path));
            let operation = checkout.operation.map(Operation::word);
            trees.push(json!({
                "path": checkout.path, "branch": checkout.branch, "changed": count, "operation": operation,
            }));
        }
        Ok((text, json!({ "head": commit, "branch": head.branch(), "worktrees": trees })))
    }

    fn lists(&self) -> (Text, Value) {
        let mut text = Text::new();
        let mut all = serde_json::Map::new();
        let declared = &self.board.profile.workflow.fields;
        for (id, value) in self.board.root().item.fields.iter() {
            let FieldValue::List(list) = value else { continue };
            let title = declared.get(id).and_then(|field| field.title.as_deref()).unwrap_or(id.as_str());
            text.line(format!("  {title}"));
            for entry in list {
                for (index, line) in wrap(entry, WIDTH - 6).into_iter().enumerate() {
                    text.line(format!("    {}{line}", if index == 0 { "- " } else { "  " }));
                }
            }
            all.insert(id.to_string(), json!(list));
        }
        (or_nothing(&all.values().collect::<Vec<_>>(), text), Value::Object(all))
    }

    fn overlap(&self) -> Result<(Text, Value)> {
        let touched = self.touched()?;
        let footprints: Vec<Footprint> = self
            .board
            .nodes()
            .filter(|(place, node)| *place != 0 && node.state != State::Dropped)
            .map(|(place, node)| Footprint {
                place,
                declared: node.item.files.clone(),
                touched: touched.get(node.id.as_str()).cloned().unwrap_or_default(),
            })
            .collect();
        let mut text = Text::new();
        let mut listed = Vec::new();
        for shared in shared(self.board, &footprints) {
            let ids: Vec<&Id> = shared.places.iter().map(|&place| self.board.node(place).id).collect();
            let names: Vec<&str> = ids.iter().map(|id| id.as_str()).collect();
            text.line(
                Line::new()
                    .plain("  ")
                    .add(Style::Warn, &shared.name)
                    .plain(format!("  {}", names.join(", "))),
            );
            listed.push(json!({ "path": shared.name, "items": ids }));
        }
        Ok((or_nothing(&listed, text), json!(listed)))
    }

    // What was changed on the branches of items, by their ids. A branch that stands on that of another item is compared
    // with that one: what the other changed is not its own.
    fn touched(&self) -> Result<BTreeMap<String, Vec<String>>> {
        let mut carried: Vec<(String, &Branch)> = Vec::new();
        for branch in self.branches.iter().filter(|branch| !branch.remote) {
            let found = item_of(self.world, &branch.name, Some(self.at)).ok().flatten();
            if let Some((spot, _)) = found.filter(|(spot, _)| spot.place != 0) {
                carried.push((self.board.node(spot.place).id.to_string(), branch));
            }
        }
        let mut touched: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (id, branch) in &carried {
            let mut nearest: Option<(usize, _)> = None;
            let others = carried.iter().filter(|(other, _)| other != id).map(|(_, branch)| *branch);
            for other in others.chain(&self.base) {
                let (ahead, behind) = self.repo().ahead_behind(&branch.commit, &other.commit)?;
                let is_base = self.base.as_ref() == Some(other);
                if (behind == 0 && ahead > 0 || is_base)
                    && nearest.as_ref().is_none_or(|(least, _)| ahead < *least)
                {
                    nearest = Some((ahead, other));
                }
            }
            let Some((_, other)) = nearest else { continue };
            let from = self.repo().merge_base(&branch.commit, &other.commit)?;
            let MergeBase::Found(from) = from else { continue };
            let changes = self.repo().changed(Some(&from), &Source::Commit(branch.commit.clone()))?;
            let rendered = self.world.rendered();
            let own = |path: &String| {
                !path.starts_with(".track/") && !rendered.iter().any(|known| known.as_str() == path)
            };
            let files = changes.files.into_iter().map(|file| file.path).filter(own);
            touched.entry(id.clone()).or_default().extend(files);
        }
        Ok(touched)
    }
}

// The same on every machine: of a folder outside of the repository only its name counts.
fn portable(value: &Value) -> Value {
    match value {
        Value::String(text) if text.starts_with('/') => json!(text.rsplit('/').next()),
        Value::Array(list) => list.iter().map(portable).collect(),
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), portable(value))).collect(),
        other => other.clone(),
    }
}

fn or_nothing<T>(listed: &[T], text: Text) -> Text {
    if !listed.is_empty() {
        return text;
    }
    let mut text = Text::new();
    text.line("  none");
    text
}
