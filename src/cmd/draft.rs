//! A change in the making: the state before it and the workflows as they are to be.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::derive::changes::{Change, changes};
use crate::derive::validate::violations;
use crate::derive::world::World;
use crate::error::{Error, Result};
use crate::model::edit::Edit;
use crate::model::id::Id;
use crate::model::profile::Profile;
use crate::model::workflow::Workflow;
use crate::store::{Snapshot, Store, workflow_edit};

use super::session::world;

/// A change in the making: the snapshot, and the workflows as they are to be.
pub(super) struct Draft<'a> {
    /// The state before it.
    pub snapshot: &'a Snapshot,
    workflows: Vec<(Workflow, Arc<Profile>)>,
    /// Edits of files that are not workflows.
    pub files: Vec<Edit>,
    /// What is taken although somebody else has it in hand: the workflow and the item.
    pub stolen: Vec<(Id, Id)>,
    /// Whether it writes down what others did, so that nothing is taken by it.
    pub observes: bool,
}

impl<'a> Draft<'a> {
    /// A draft without changes.
    pub(super) fn new(snapshot: &'a Snapshot) -> Self {
        let workflows = snapshot.workflows.iter().filter_map(|loaded| {
            Some((loaded.workflow.clone(), Arc::clone(snapshot.profile_of(&loaded.workflow.id)?)))
        });
        Self {
            snapshot,
            workflows: workflows.collect(),
            files: Vec::new(),
            stolen: Vec::new(),
            observes: false,
        }
    }

    /// The workflows as they are to be, laid out.
    pub(super) fn world(&self) -> World<'_> {
        let laid = self.workflows.iter().map(|(workflow, profile)| (workflow, profile.as_ref()));
        World::new(laid, &self.snapshot.pages)
    }

    /// Puts a changed workflow in the place of the one with its id.
    pub(super) fn put(&mut self, workflow: Workflow) {
        if let Some((old, _)) = self.workflows.iter_mut().find(|(old, _)| old.id == workflow.id) {
            *old = workflow;
        }
    }

    /// Adds a new workflow.
    pub(super) fn add(&mut self, workflow: Workflow, profile: Arc<Profile>) {
        self.workflows.push((workflow, profile));
    }

    /// The workflows that change.
    pub(super) fn changed(&self) -> impl Iterator<Item = &Workflow> {
        self.workflows.iter().map(|(workflow, _)| workflow).filter(|workflow| {
            self.snapshot.loaded(&workflow.id).is_none_or(|loaded| loaded.workflow != **workflow)
        })
    }

    /// What changes, by workflow.
    pub(super) fn changes(&self) -> Vec<(String, Vec<Change>)> {
        let one = |workflow: &Workflow| {
            let id = workflow.id.to_string();
            let found = match self.snapshot.loaded(&workflow.id) {
                Some(loaded) => changes(&id, &loaded.workflow.to_value(), &workflow.to_value()),
                None => {
                    let to = json!({ "title": workflow.root.title, "profile": workflow.profile });
                    let field = "workflows".to_owned();
                    vec![Change { reference: id.clone(), field, from: Value::Null, to }]
                }
            };
            (id, found)
        };
        self.changed().map(one).collect()
    }

    /// Refuses a state that breaks the rules in a new way.
    ///
    /// What was wrong before is not held against this change, so that a broken state can be mended step by step.
    pub(super) fn refuse_new_violations(&self) -> Result<()> {
        let (before, after) = (world(self.snapshot), self.world());
        for workflow in self.changed() {
            let found = |world: &World| {
                world.find(&workflow.id).map(|(board, _)| violations(world, board)).unwrap_or_default()
            };
            let old = found(&before);
            if let Some(new) = found(&after).into_iter().find(|new| !old.contains(new)) {
                let error = Error::refused(new.message);
                return Err(match new.hint {
                    Some(hint) => error.hint(hint),
                    None => error,
                });
            }
        }
        Ok(())
    }

    /// The edits that write what changes.
    pub(super) fn edits(&self, store: &Store) -> Result<Vec<Edit>> {
        let mut edits = self.files.clone();
        for workflow in self.changed() {
            edits.extend(workflow_edit(store, self.snapshot.loaded(&workflow.id), workflow)?);
        }
        Ok(edits)
    }
}
