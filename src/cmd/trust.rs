//! `trust`: the templates of a repository run on a machine only after somebody has looked at them.

use std::time::Duration;

use clap::Args as ClapArgs;
use serde_json::{Value, json};

use crate::error::{Kind, Result};
use crate::store::Own;
use crate::ui::{Line, Style, Table, Text};

use super::Answer;
use super::context::Context;
use super::session::lock;

/// Arguments of `trust`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  git track trust              the templates as they are now may run
  git track trust --check      says which are not trusted; exits with 1 when some are not
  git track trust --revoke     nothing from the repository runs any more

Trusted is the content, on this machine, for all worktrees of the repository: a changed file is not trusted. What was
trusted once stays so until --revoke.")]
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
    let own = store.own_templates()?;
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
    let mut table = Table::default();
    let mut listed: Vec<Value> = Vec::new();
    for own in own {
        let word = word(own);
        let style = if word == "not trusted" { Style::Warn } else { Style::Good };
        let short: String = own.id.chars().take(12).collect();
        table.row([(style, word.to_owned()), (Style::Plain, own.path.to_string()), (Style::Dim, short)]);
        listed.push(json!({ "path": own.path, "id": own.id, "trusted": word != "not trusted" }));
    }
    let mut text = table.text();
    if own.is_empty() {
        text = Text::new();
        text.line("no template here differs from those that come with git-track");
    } else if own.iter().any(|own| word(own) == "not trusted") {
        text.line(Line::new().plain("look at them, then: ").add(Style::Command, "git track trust"));
    }
    Answer::new(text).with("templates", listed)
}
