//! Several versions of the state beside each other: what they share is read once.

use std::sync::Arc;

use crate::error::Result;
use crate::model::profile::Profile;

use super::pages::rendered;
use super::{At, Snapshot, Store};

impl Store {
    /// Another version of the state, of which is known that nothing in it differs from this one; its other files may.
    pub fn same_state(&self, snapshot: &Snapshot, at: At) -> Result<Snapshot> {
        // What is broken is told with the place of each version.
        if !snapshot.broken.is_empty() {
            return self.snapshot(at);
        }
        let config = snapshot.config.clone();
        let pages = self.pages(&at, &config);
        let same = Snapshot {
            initialised: snapshot.initialised,
            workflows: snapshot.workflows.clone(),
            broken: Vec::new(),
            profiles: snapshot.profiles.clone(),
            at,
            config,
            pages,
        };
        same.pages.know_rendered(rendered(same.laid_out(), &same.config.paths));
        Ok(same)
    }

    /// The processes of a version: those of its workflows, and those that the team says it uses.
    pub fn in_use(&self, snapshot: &Snapshot) -> Result<Vec<Arc<Profile>>> {
        let mut all = snapshot.profiles.clone();
        for name in &snapshot.config.profiles {
            if !all.iter().any(|known| known.answers_to(name)) {
                all.push(Arc::new(self.profile(&snapshot.at, name)?));
            }
        }
        Ok(all)
    }
}
