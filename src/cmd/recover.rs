//! `recover`: an interrupted change finished or taken back.

use std::time::Duration;

use clap::Args as ClapArgs;
use serde_json::json;

use crate::error::Result;
use crate::files::{Direction, Recovered};
use crate::ui::Text;

use super::Answer;
use super::bump::{Way, settle_release};
use super::context::Context;
use super::session::lock;

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
    let way = if args.abort { Way::Back } else { Way::ByItself };
    let recovered: Option<Recovered> = match settle_release(context, &store, &lock, way)? {
        None if args.abort => store.files.abort(&lock)?,
        None => store.files.recover(&lock)?,
        released => released,
    };
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

/// What a recovery did, in words.
pub(super) fn recovery(recovered: &Recovered) -> Vec<String> {
    // What stands below the git directory is nobody's but ours.
    let files: Vec<&str> =
        recovered.files.iter().map(String::as_str).filter(|file| !file.contains("/track/")).collect();
    let files = files.join(", ");
    let what =
        if recovered.command.is_empty() { "an interrupted change" } else { recovered.command.as_str() };
    let mut lines = vec![match recovered.direction {
        Direction::Forward => format!("finished {what}: {files} now new"),
        Direction::Back => format!("took back {what}: {files} as before"),
        Direction::Discarded => format!("dropped {what}: it had not begun, {files} as before"),
        Direction::SetAside => format!("set aside a journal that cannot be read: {files}; look at the files"),
    }];
    lines.extend(recovered.kept.iter().map(|kept| format!("kept {kept}")));
    lines
}
