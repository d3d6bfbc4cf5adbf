//! The data of `status`.

use serde_json::{Value, json};

use crate::derive::drift::Weight;
use crate::derive::progress::progress;
use crate::derive::world::Spot;

use super::super::Answer;
use super::super::documents::Behind;
use super::super::drift;
use super::super::items;
use super::super::version::of_group;
use super::View;
use super::screen::now_at;
use super::trees;

/// Adds the keys that scripts rely on.
pub(super) fn add(answer: Answer, view: &View) -> Answer {
    let View { args, session, world, here, attention, shown, actions, documents, git, others, .. } = view;
    let workflows: Vec<Value> = shown.iter().filter_map(|&index| workflow(view, index)).collect();
    let current = match here {
        Ok(Some((spot, via))) => {
            let board = world.board(*spot);
            let item = (spot.place != 0).then(|| board.node(spot.place).id);
            json!({ "workflow": board.workflow.id, "item": item, "via": via.words() })
        }
        _ => Value::Null,
    };
    let concerns: Vec<Value> = attention
        .iter()
        .filter(|attention| attention.kind != "broken")
        .map(|a| json!({ "kind": a.kind, "ref": a.reference, "message": a.message, "command": a.command }))
        .collect();
    let broken: Vec<Value> = session.snapshot.broken.iter().map(items::broken).collect();
    let next: Vec<Value> = actions
        .iter()
        .flatten()
        .take(10)
        .map(|action| json!({ "ref": action.full_reference(world), "command": action.command(world) }))
        .collect();
    let answer = match git {
        Some(git) => answer.with("untold", json!(git.untold())).with(
            "drift",
            git.loud().filter(|d| d.weight > Weight::Note).map(drift::data).collect::<Vec<_>>(),
        ),
        None => answer,
    };
    let answer = match documents {
        Some(behind) => answer.with("stale_documents", stale(behind)),
        None => answer,
    };
    let answer = match view.versions.tables.as_slice() {
        [] => answer,
        tables => answer.with("versions", tables.iter().map(of_group).collect::<Vec<_>>()),
    };
    let answer = match others {
        Some(others) => answer.with("trees", trees::data(others)),
        None => answer,
    };
    answer
        .with("branch", json!(session.branch.as_ref().filter(|_| args.at.is_none())))
        .with("workflows", workflows)
        .with("current", current)
        .with("attention", concerns)
        .with("broken", broken)
        .with("next", next)
}

fn workflow(view: &View, index: usize) -> Option<Value> {
    let board = view.world.boards.get(index)?;
    let spot = Spot { board: index, place: 0 };
    let home = view.session.snapshot.loaded(&board.workflow.id)?.home.as_ref();
    Some(json!({
        "home": home.map(|home| json!({ "branch": home.branch, "path": home.tree })),
        "id": board.workflow.id,
        "profile": board.profile.profile,
        "title": board.workflow.root.title,
        "state": board.root().state,
        "progress": progress(board, 0),
        "stage": now_at(view.world, spot),
    }))
}

fn stale(behind: &Behind) -> Vec<Value> {
    let stale = behind.stale.iter();
    let stale =
        stale.map(|(name, path, standing)| json!({ "name": name, "path": path, "state": standing.word() }));
    let failed = behind.failed.iter();
    let failed =
        failed.map(|(path, error)| json!({ "path": path, "state": "failed", "message": error.message() }));
    stale.chain(failed).collect()
}
