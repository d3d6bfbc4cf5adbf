//! Several versions of the state beside each other: what they share is read once.

use std::sync::Arc;

use crate::error::Result;
use crate::model::config::Config;
use crate::model::page::Pages;
use crate::model::profile::Profile;
use crate::model::workflow::Workflow;

use super::pages::rendered;
use super::profiles::shipped_profile;
use super::snapshot::as_state;
use super::{At, Broken, CONFIG, Snapshot, Store};

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

    /// What the team decided in a version; the defaults where it decided nothing, or nothing that can be read.
    pub fn settings(&self, at: &At) -> Result<Config> {
        Ok(self.config(at, &mut Vec::new())?.unwrap_or_default())
    }

    /// The processes of a version: those of its workflows, and those that the team says it uses. What cannot be read
    /// stands beside them; a process that comes with the program takes its place.
    pub fn in_use(&self, snapshot: &Snapshot) -> (Vec<Arc<Profile>>, Vec<Broken>) {
        let (mut all, mut broken) = (snapshot.profiles.clone(), Vec::new());
        for name in &snapshot.config.profiles {
            if all.iter().any(|known| known.answers_to(name)) {
                continue;
            }
            match self.profile(&snapshot.at, name) {
                Ok(profile) => all.push(Arc::new(profile)),
                Err(error) => {
                    let path = error.place().map_or_else(|| CONFIG.to_owned(), |place| place.file.clone());
                    broken.push(Broken { path, error: as_state(&error) });
                    all.extend(shipped_profile(name).map(Arc::new));
                }
            }
        }
        (all, broken)
    }
}

impl Snapshot {
    /// The workflows with their processes, in the order of their ids.
    pub fn with_profiles(&self) -> impl Iterator<Item = (&Workflow, &Profile)> {
        self.laid_out().map(|(workflow, profile)| (workflow, profile.as_ref()))
    }

    /// A version of which there is nothing.
    pub fn nothing(at: At) -> Self {
        let (workflows, broken, profiles) = (Vec::new(), Vec::new(), Vec::new());
        Self {
            at,
            initialised: false,
            config: Config::default(),
            workflows,
            broken,
            pages: Pages::none(),
            profiles,
        }
    }

    pub(super) fn laid_out(&self) -> impl Iterator<Item = (&Workflow, &Arc<Profile>)> {
        self.workflows
            .iter()
            .filter_map(|loaded| Some((&loaded.workflow, self.profiles.get(loaded.profile)?)))
    }
}
