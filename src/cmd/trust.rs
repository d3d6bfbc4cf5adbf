//! `trust`: the templates of a repository run on a machine only after somebody has looked at them.

use std::time::Duration;

use clap::Args as ClapArgs;
use serde_json::{Value, json};

use crate::error::{Kind, Result};
use crate::store::{At, Own};
use crate::ui::{Line, Style, Text};

use super::Answer;
use super::context::Context;
use super::session::lock;

/// Arguments of `trust`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  git track trust --check      shows the templates and commands, and says which are not trusted
  git track trust              as they are now they may run
  git track trust --revoke     nothing from the repository runs any more

Trusted is the content, on this machine, for all worktrees of the repository: a changed file is not trusted. What was
trusted once stays so until --revoke.

Commands are those of `suites:` in the configuration and the `submit_command` of a workflow. Trusted is what stands
there, not the scripts that it calls. A job of CI that runs suites runs `git track trust` first.")]
pub struct Args {
    /// Change nothing; say what is trusted, and exit with 1 when something is not
    #[arg(long)]
    pub check: bool,
    /// Trust nothing any more
    #[arg(long, conflicts_with = "check")]
    pub revoke: bool,
}

/// Trusts, lists or stops trusting.
pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    let store = context.store()?;
    let mut own = store.own_templates()?;
    let snapshot = store.snapshot(At::WorkTree)?;
    own.extend(store.own_commands(&snapshot)?);
    let trusted = store.trusted()?;
    if args.check {
        let unknown = own.iter().any(|own| !trusted.contains(&own.id));
        let answer = list(&own, |own| if trusted.contains(&own.id) { "trusted" } else { "not trusted" });
        return Ok(if unknown { answer.exit(Kind::Refused.exit()) } else { answer });
    }
    let edit = if args.revoke { store.distrust() } else { store.trust(&own) }?;
    let mut answer = list(&own, |own| match (args.revoke, trusted.contains(&own.id)) {
        (true, _) => "not trusted",
        (false, true) => "trusted already",
        (false, false) => "trusted now",
    });
    if context.global.dry_run {
        answer.text.line("nothing written");
    } else if let Some(edit) = edit {
        let lock = lock(context, &store, Duration::from_secs(10))?;
        store.files.apply(&lock, &[edit])?;
    }
    Ok(answer)
}

fn list(own: &[Own], word: impl Fn(&Own) -> &'static str) -> Answer {
    let mut text = Text::new();
    let (mut templates, mut commands): (Vec<Value>, Vec<Value>) = Default::default();
    let width = own.iter().map(|own| word(own).len()).max().unwrap_or_default();
    for own in own {
        let word = word(own);
        let style = if word == "not trusted" { Style::Warn } else { Style::Good };
        let short: String = own.id.chars().take(12).collect();
        let line = Line::new().add(style, word).to_column(width + 2).plain(&own.name);
        text.line(line.plain("  ").add(Style::Dim, short));
        for command in &own.commands {
            text.line(Line::new().to_column(width + 4).plain(command));
        }
        let trusted = word != "not trusted";
        if own.commands.is_empty() {
            templates.push(json!({ "path": own.name, "id": own.id, "trusted": trusted }));
        } else {
            let run = &own.commands;
            commands.push(json!({ "name": own.name, "id": own.id, "trusted": trusted, "commands": run }));
        }
    }
    if own.is_empty() {
        text.line("nothing here runs that does not come with git-track");
    } else if own.iter().any(|own| word(own) == "not trusted") {
        text.line(Line::new().plain("look at them, then: ").add(Style::Command, "git track trust"));
    }
    Answer::new(text).with("templates", templates).with("commands", commands)
}
