//! What breaks the rules of a process, with its places in the files.

use crate::derive::validate::violations;
use crate::derive::world::World;
use crate::error::Error;
use crate::store::{Broken, Snapshot};

use super::session::world;

/// Lists what breaks the rules of a process beside what cannot be read.
pub(super) fn check(snapshot: &mut Snapshot) {
    let found = violating(snapshot, &world(snapshot));
    snapshot.broken.extend(found);
}

/// What breaks the rules of a process, with its places.
pub(super) fn violating(snapshot: &Snapshot, world: &World) -> Vec<Broken> {
    let mut found = Vec::new();
    for (board, loaded) in snapshot.workflows.iter().enumerate() {
        for violation in violations(world, board) {
            let error = Error::state(violation.message);
            let error = violation.hint.into_iter().fold(error, Error::hint);
            found.push(loaded.broken(error, &violation.path));
        }
    }
    found
}
