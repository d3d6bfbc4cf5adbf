//! The commands of releases.

use clap::Subcommand;

use super::context::Context;
use super::{Answer, bump, version};
use crate::error::Result;

/// The commands of releases.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show where versions stand and what disagrees; find the next one, sync, tag
    #[command(display_order = 55)]
    Version(version::Args),
    /// Raise a version in every file, or in none; commit and tag it
    #[command(display_order = 55)]
    Bump(bump::Args),
}

impl Command {
    /// The word that `--json` names it by.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Version(_) => "version",
            Self::Bump(_) => "bump",
        }
    }
}

/// Runs one of them.
pub(super) fn run(context: &Context, command: &Command) -> Result<Answer> {
    match command {
        Command::Version(args) => version::run(context, args),
        Command::Bump(args) => bump::run(context, args),
    }
}
