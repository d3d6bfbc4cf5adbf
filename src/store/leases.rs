//! The file of the leases, which all worktrees share.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::model::edit::{Edit, Root};
use crate::model::lease::Lease;
use crate::model::path::RepoPath;
use crate::model::workflow::SCHEMA;

use super::{LARGEST, Store};

const FILE: &str = "track/leases.json";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Leases {
    schema: u32,
    leases: Vec<Lease>,
}

/// The leases that were given, the ended ones too. A file that cannot be read is an error with its name.
pub fn leases(store: &Store) -> Result<Vec<Lease>> {
    let Some(bytes) = read(store)? else { return Ok(Vec::new()) };
    let place = store.repo.common_dir().join(FILE);
    let broken = |why: String| {
        Error::state(format!("`{}` cannot be read: {why}", place.display()))
            .hint("remove that file; who has which item must then be said again")
    };
    let read: Leases = serde_json::from_slice(&bytes).map_err(|error| broken(error.to_string()))?;
    if read.schema != SCHEMA {
        return Err(broken(format!("schema {} is not {SCHEMA}", read.schema)));
    }
    Ok(read.leases)
}

/// The edit that writes them; `None` when nothing changes.
pub fn leases_edit(store: &Store, before: &[Lease], after: Vec<Lease>) -> Result<Option<Edit>> {
    if before == after {
        return Ok(None);
    }
    let written = serde_json::to_vec_pretty(&Leases { schema: SCHEMA, leases: after });
    let written = written.map_err(|error| Error::bug(format!("the leases: {error}")))?;
    let path = RepoPath::parse(FILE)?;
    let edit =
        Edit { root: Root::CommonDir, path, before: read(store)?, after: Some(written), executable: false };
    Ok(Some(edit))
}

fn read(store: &Store) -> Result<Option<Vec<u8>>> {
    store.files.read(Root::CommonDir, &RepoPath::parse(FILE)?, LARGEST)
}
