//! `recover`: an interrupted change finished or taken back.

use std::time::Duration;

use clap::Args as ClapArgs;
use serde_json::json;

use crate::error::Result;
use crate::files::{Direction, Recovered};
use crate::ui::Text;

use super::Answer;
use super::context::Context;
use super::session::{lock, recovery};

/// Arguments of `recover`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:\n  git track recover\n  git track recover --abort")]
pub struct Args {
    /// Take the change back instead of finishing it
    #[arg(long)]
    pub abort: bool,
}

/// Finishes or takes back an interrupted change.
pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    let store = context.store()?;
    let mut text = Text::new();
    if context.global.dry_run {
        let pending = store.files.pending()?;
        text.line(match &pending {
            Some(pending) => format!("a change is pending: {}", pending.journal.display()),
            None => "nothing is pending".to_owned(),
        });
        return Ok(Answer::new(text).with("pending", pending.is_some()));
    }
    let lock = lock(context, &store, Duration::from_secs(10))?;
    let recovered: Option<Recovered> =
        if args.abort { store.files.abort(&lock)? } else { store.files.recover(&lock)? };
    let Some(recovered) = recovered else {
        text.line("nothing is pending");
        return Ok(Answer::new(text).with("recovered", serde_json::Value::Null));
    };
    for line in recovery(&recovered) {
        text.line(line);
    }
    let direction = match recovered.direction {
        Direction::Forward => "forward",
        Direction::Back => "back",
        Direction::Discarded => "discarded",
        Direction::SetAside => "set-aside",
    };
    let kept: Vec<&str> = recovered.kept.iter().map(|kept| kept.file.as_str()).collect();
    let exit = u8::from(!kept.is_empty());
    let data = json!({ "direction": direction, "files": recovered.files, "kept": kept });
    Ok(Answer::new(text).with("recovered", data).exit(exit))
}
