//! `merge-message`: the text for a squash of a branch, with the trailer that names its item at the end.

use std::collections::BTreeMap;
use std::fmt::Write;

use clap::Args as ClapArgs;
use serde_json::json;

use crate::derive::reference::Part;
use crate::derive::world::{Spot, World};
use crate::error::{Error, Kind, Result};
use crate::message::{Message, parse_bytes};
use crate::model::facts::CommitFacts;
use crate::rules::TRAILER;
use crate::ui::{clean, cut};

use super::Answer;
use super::context::Context;
use super::session::{Session, world};
use super::standing::{Here, Of, standings};

/// Arguments of `merge-message`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  git merge --squash feat/batch-1-login && git track render && git add docs
  git track merge-message batch-1 | git commit -F -
  git track merge-message            the item of the branch that is checked out")]
pub struct Args {
    /// The item; without it the branch's item
    #[arg(value_name = "REF")]
    pub reference: Option<String>,
}

/// The longest subject.
const SUBJECT: usize = 72;

/// Prints the text.
pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    let session = Session::open(context)?;
    let world = world(&session.snapshot);
    let target = session.named_target(context, &world, args.reference.as_deref())?;
    if target.part != Part::Whole {
        return Err(Error::usage("only an item has a branch to merge").hint("git track list"));
    }
    let spot = target.spot;
    let found = standings(Here::of(context, &session), &world, Of::One(spot))?;
    let standing = found.of.get(&spot);
    let leading = standing.and_then(|standing| standing.main.as_ref()).filter(|main| main.ahead > 0);
    let Some(leading) = leading else {
        let me = world.refer(spot.board, world.board(spot).node(spot.place).id);
        let error =
            Error::new(Kind::Nothing, format!("no branch of {me} has a commit that {} lacks", found.base));
        return Err(error.hint(format!("git track why {me} --git")));
    };
    let repo = &session.store.repo;
    let mut commits = repo.commits(found.tip.as_slice(), &leading.tip)?;
    let work: Vec<&str> = standing.iter().flat_map(|s| &s.pending).map(|work| work.id.as_str()).collect();
    if !work.is_empty() {
        commits.retain(|commit| work.contains(&commit.id.as_str()));
    }
    let kind = leading.name.split_once('/').map(|(kind, _)| kind);
    let text = text(&world, spot, kind, &commits);
    Ok(Answer::raw(text.clone()).with("text", text).with("branch", json!(leading.name)))
}

fn text(world: &World, spot: Spot, kind: Option<&str>, commits: &[CommitFacts]) -> String {
    let own: Vec<&CommitFacts> = commits.iter().filter(|commit| commit.parents.len() < 2).collect();
    let messages: Vec<Message> = own.iter().map(|commit| parse_bytes(&commit.message, None)).collect();
    let breaking: Vec<String> = messages.iter().filter_map(Message::breaking).collect();
    let board = world.board(spot);
    let node = board.node(spot.place);
    let mut text = match messages.as_slice() {
        [only] => clean(&only.subject),
        _ => subject(kind, &clean(&node.item.title), !breaking.is_empty()),
    };
    text.push('\n');
    if messages.len() > 1 {
        text.push('\n');
        for message in &messages {
            let _ = writeln!(text, "* {}", clean(message.judged_subject()));
        }
    }
    text.push('\n');
    for what in breaking {
        // With a hyphen it is a trailer of git, too.
        let _ = writeln!(text, "BREAKING-CHANGE: {}", clean(&what.replace('\n', " ")));
    }
    for author in others(&own) {
        let _ = writeln!(text, "Co-authored-by: {}", clean(&author));
    }
    let _ = writeln!(text, "{TRAILER}: {}:{}", board.workflow.id, node.id);
    text
}

fn subject(kind: Option<&str>, title: &str, breaking: bool) -> String {
    const KINDS: [&str; 10] =
        ["feat", "fix", "docs", "style", "refactor", "perf", "test", "build", "ci", "chore"];
    let kind = kind.filter(|kind| KINDS.contains(kind)).unwrap_or("feat");
    let mark = if breaking { "!" } else { "" };
    let mut letters = title.trim().trim_end_matches('.').chars();
    let (first, second) = (letters.next(), letters.clone().next());
    // `API` stays as it is.
    let word = second.is_none_or(|second| !second.is_uppercase());
    let first: String =
        first.into_iter().flat_map(|c| if word { c.to_lowercase().collect() } else { vec![c] }).collect();
    cut(&format!("{kind}{mark}: {first}{}", letters.as_str()), SUBJECT)
}

// Everybody but the one who wrote most, who becomes the author of the squash.
fn others(commits: &[&CommitFacts]) -> Vec<String> {
    let mut wrote: BTreeMap<String, usize> = BTreeMap::new();
    for commit in commits {
        *wrote.entry(format!("{} <{}>", commit.author_name, commit.author_email)).or_default() += 1;
    }
    let most = wrote.iter().max_by_key(|(_, count)| **count).map(|(name, _)| name.clone());
    wrote.into_keys().filter(|name| Some(name) != most.as_ref()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_a_header() {
        assert_eq!(subject(Some("fix"), "Login with tokens.", false), "fix: login with tokens");
        assert_eq!(subject(Some("codex"), "API keys", true), "feat!: API keys");
        assert_eq!(subject(None, &"x".repeat(90), false).chars().count(), SUBJECT);
    }
}
