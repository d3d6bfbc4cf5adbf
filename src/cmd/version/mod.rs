//! `version`: what the places of a version say, what disagrees, what comes next, and the tag of a release.

mod calibrate;
mod group;
mod known;
mod next;
mod screen;
mod sync;
mod tag;

use clap::{Args as ClapArgs, Subcommand};
use serde_json::Value;

use crate::bump::Table;
use crate::error::{Kind, Result};
use crate::store::{At, Store};
use crate::ui::Text;

use super::Answer;
use super::context::Context;

pub(super) use group::{Chosen, Placed, Versions, disagree, disagreeing};
pub(super) use next::{Found, asked, data as next_data, found};
pub(super) use screen::of_group;
pub(super) use tag::{message as tag_message, tag_now};

/// Arguments of `version`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  git track version                     what every place says
  git track version check               exits with 1 when they disagree
  git track version next                prints the next version alone
  git track version next --explain      what each commit raises, and why
  git track version sync 0.2.0          writes it into every place
  git track version sync --from pyproject.toml
  git track version tag                 tags what the files say

Where versions stand is set in .track/config.yaml; `git track init` finds them: docs/releases.md.")]
pub struct Args {
    /// The group of places; not needed where there is one
    #[arg(short, long, value_name = "NAME", global = true)]
    group: Option<String>,
    #[command(subcommand)]
    act: Option<Act>,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// Show every place and its value
    Show,
    /// Say whether places disagree: exits with 1 when they do
    Check,
    /// Print the next version, from the commits since the last release
    Next(next::Args),
    /// Write one version into every place
    Sync(sync::Args),
    /// Tag a commit as the release that its files say it is
    Tag(tag::Args),
}

/// Runs a part of `version`.
pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    let group = args.group.as_deref();
    match &args.act {
        None | Some(Act::Show) => show(context, group),
        Some(Act::Check) => check(context, group),
        Some(Act::Next(args)) => next::run(context, group, args),
        Some(Act::Sync(args)) => sync::run(context, group, args),
        Some(Act::Tag(args)) => tag::run(context, group, args),
    }
}

fn show(context: &Context, group: Option<&str>) -> Result<Answer> {
    let looked = Looked::at(&context.store()?, group)?;
    Ok(looked.answer(screen::Screen::Whole))
}

fn check(context: &Context, group: Option<&str>) -> Result<Answer> {
    let looked = Looked::at(&context.store()?, group)?;
    let wrong = looked.groups.iter().any(|(table, last, _)| screen::is_wrong(table, last.as_ref()));
    Ok(looked.answer(screen::Screen::Wrong).exit(if wrong { Kind::Refused.exit() } else { 0 }))
}

/// The groups that are looked at, each with its last release and what a command needs to mean it.
struct Looked {
    groups: Vec<(Table, Option<known::Last>, String)>,
    /// Whether nobody has said where versions stand.
    implied: bool,
}

impl Looked {
    fn at(store: &Store, group: Option<&str>) -> Result<Self> {
        let versions = Versions::of(store, At::WorkTree)?;
        let chosen: Vec<Chosen> = match group {
            Some(_) => vec![versions.chosen(group)?],
            None => versions.all().collect(),
        };
        let tables = chosen.iter().map(|chosen| {
            let table = versions.table(store, chosen);
            let last = known::last(store, &versions, chosen)?;
            Ok((table, last, versions.option(chosen.name)))
        });
        Ok(Self { groups: tables.collect::<Result<_>>()?, implied: versions.is_implied() })
    }

    fn answer(&self, screen: screen::Screen) -> Answer {
        let mut text = Text::new();
        for (table, last, option) in &self.groups {
            text.gap();
            text.extend(screen::group(table, last.as_ref(), option, screen));
        }
        if self.implied {
            text.extend(screen::nowhere());
        }
        let data: Vec<Value> =
            self.groups.iter().map(|(table, last, _)| screen::data(table, last.as_ref())).collect();
        Answer::new(text).with("groups", data)
    }
}
