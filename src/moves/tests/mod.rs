//! Moves by literals: a workflow in, a workflow or a refusal out.

mod answers;
mod checks;
mod defects;
mod departures;
mod fields;
mod gates;
mod grow;
mod guards;
mod judging;
mod limits;
mod records;
mod rounds;
mod table;
mod units;

use crate::derive::testing::{Scene, id, now, spot};
use crate::error::{Error, Result};
use crate::model::actor::ActorKind;
use crate::model::item::Item;
use crate::model::workflow::Workflow;

use super::{Ask, Departs, named, perform};

/// A question of alice.
fn ask(text: Option<&str>) -> Ask<'_> {
    Ask { actor: "alice", kind: ActorKind::Person, now: now(), text, departs: Departs::No }
}

/// Makes a move of the table.
fn go(scene: &Scene, verb: &str, item: &str, text: &str) -> Result<Option<Workflow>> {
    let world = scene.world();
    let text = Some(text).filter(|text| !text.is_empty());
    perform(&world, spot(&world, item), named(verb).unwrap(), &ask(text))
}

/// The scene after a move that succeeds.
#[track_caller]
fn after(scene: &Scene, verb: &str, item: &str, text: &str) -> Scene {
    match go(scene, verb, item, text) {
        Ok(Some(workflow)) => scene.with(workflow),
        other => panic!("{verb} {item}: {other:?}"),
    }
}

/// The message of a refusal.
#[track_caller]
fn refused<T>(result: Result<T>) -> String {
    error(result).message().to_owned()
}

#[track_caller]
fn error<T>(result: Result<T>) -> Error {
    match result {
        Ok(_) => panic!("it was not refused"),
        Err(error) => error,
    }
}

/// An item at the top of a workflow.
fn item<'w>(workflow: &'w Workflow, name: &str) -> &'w Item {
    workflow.root.items.get(&id(name)).unwrap()
}
