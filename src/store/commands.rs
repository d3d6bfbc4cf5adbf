//! Commands that stand in the repository: what this machine must have been told to trust before they run.

use crate::error::{Error, Result};
use crate::model::field::FieldValue;
use crate::model::id::Id;
use crate::model::suite::{CommandLine, SUBMIT_COMMAND, Suite};

use super::{CONFIG, Own, Snapshot, Store};

impl Store {
    /// The commands of a state: those of suites and those that submit, each with where it stands.
    pub fn own_commands(&self, snapshot: &Snapshot) -> Result<Vec<Own>> {
        let mut own = Vec::new();
        for (id, suite) in snapshot.config.suites.iter() {
            own.push(self.own_suite(id, suite)?);
        }
        for loaded in &snapshot.workflows {
            let fields = &loaded.workflow.root.fields;
            let submit = fields.iter().find(|(field, _)| field.as_str() == SUBMIT_COMMAND);
            if let Some((_, FieldValue::Text(command))) = submit {
                own.push(self.own_submission(&loaded.workflow.id, command)?);
            }
        }
        Ok(own)
    }

    /// What is trusted of a suite: its commands, not how it is called.
    pub fn own_suite(&self, id: &Id, suite: &Suite) -> Result<Own> {
        self.commands(format!("{CONFIG} suites.{id}"), &suite.commands)
    }

    /// What is trusted of the command that submits.
    pub fn own_submission(&self, workflow: &Id, command: &str) -> Result<Own> {
        let path = self.path_of(workflow)?;
        self.commands(format!("{path} {SUBMIT_COMMAND}"), &[CommandLine::Shell(command.trim().to_owned())])
    }

    fn commands(&self, name: String, commands: &[CommandLine]) -> Result<Own> {
        let bytes = serde_json::to_vec(commands).map_err(|error| Error::bug(error.to_string()))?;
        let id = self.repo.hash(&bytes)?.to_string();
        Ok(Own { name, id, commands: commands.iter().map(ToString::to_string).collect() })
    }
}
