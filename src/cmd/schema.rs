//! `schema`: JSON Schemas of the files and of the output.

use clap::{Args as ClapArgs, ValueEnum};
use serde_json::{Value, json};

use crate::error::Result;
use crate::model::config::Config;
use crate::model::item::Item;
use crate::model::profile::Profile;

use super::Answer;

/// Arguments of `schema`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:
  git track schema workflow > workflow.schema.json

In an editor with the YAML language server, put this above a state file:
  # yaml-language-server: $schema=./workflow.schema.json")]
pub struct Args {
    /// Of what
    #[arg(value_enum)]
    pub what: What,
}

/// What there are schemas of.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum What {
    /// `.track/config.yaml`
    Config,
    /// `profile.yaml`
    Profile,
    /// `.track/workflows/<id>.yaml`
    Workflow,
    /// What --json prints
    Output,
}

const OUTPUT: &str = include_str!("output.schema.json");

/// Prints a schema.
pub(super) fn run(args: &Args) -> Result<Answer> {
    let mut schema = match args.what {
        What::Config => schemars::schema_for!(Config).to_value(),
        What::Profile => schemars::schema_for!(Profile).to_value(),
        What::Workflow => workflow(),
        What::Output => serde_json::from_str(OUTPUT)
            .map_err(|error| crate::error::Error::bug(format!("the output schema: {error}")))?,
    };
    if let Some(schema) = schema.as_object_mut() {
        let name = format!("{:?}", args.what).to_lowercase();
        schema.insert("$id".to_owned(), json!(format!("git-track/{name}/1")));
    }
    Ok(Answer::raw(serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n"))
}

// The root is an item with a header; the items inside it are items without one.
fn workflow() -> Value {
    let mut schema = schemars::schema_for!(Workflow).to_value();
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("required".to_owned(), json!(["schema", "id", "profile", "title"]));
    }
    schema
}

/// A workflow.
#[derive(schemars::JsonSchema)]
#[schemars(transparent)]
#[expect(dead_code, reason = "only its schema is of use")]
struct Workflow(Item);
