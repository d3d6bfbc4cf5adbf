//! `version next`: the next version, bare for scripts, or with its reasons.

use clap::Args as ClapArgs;
use serde_json::{Value, json};

use crate::bump::{Basis, Next, Reason, Table, Target, To, Version, Wish, next, plan};
use crate::derive::words::several;
use crate::error::{Error, Result, nearest};
use crate::model::release::{Level, Policy};
use crate::store::{At, Store};
use crate::ui::{self, Line, Style, Text, wrap};

use super::super::Answer;
use super::super::bump::edits_data;
use super::super::context::Context;
use super::calibrate::calibrated;
use super::group::{Chosen, Versions, disagree};
use super::known::Known;

/// Arguments of `version next`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  git track version next
  git track version next --pre rc
  git track version next --explain
  git track version next --calibrate

Exit status: 3 when no commit since the last release raises the version; nothing is printed on standard output then.")]
pub(super) struct Args {
    /// The next candidate instead: rc makes 1.3.0-rc.1
    #[arg(long, value_name = "LABEL")]
    pre: Option<String>,
    /// What is said about the build, behind a plus
    #[arg(long, value_name = "TEXT")]
    build: Option<String>,
    /// Say for each commit what it raises, and why
    #[arg(long)]
    explain: bool,
    /// Say which rules would have found the versions of the releases that were made
    #[arg(long, conflicts_with_all = ["explain", "pre", "build"])]
    calibrate: bool,
}

/// A next version and everything that it was found from.
pub(in super::super) struct Found {
    /// The places of the group.
    pub(in super::super) table: Table,
    /// What git knows.
    pub(in super::super) known: Known,
    /// The next version.
    pub(in super::super) next: Next,
}

/// Prints the next version.
pub(super) fn run(context: &Context, group: Option<&str>, args: &Args) -> Result<Answer> {
    let store = context.store()?;
    let versions = Versions::of(&store, At::WorkTree)?;
    let chosen = versions.chosen(group)?;
    if args.calibrate {
        return calibrated(&store, &versions, &chosen);
    }
    let wish = asked(None, args.pre.as_deref(), args.build.as_deref())?;
    if !args.explain {
        let found = found(&store, &versions, &chosen, &wish)?;
        found.next.notes.iter().for_each(|note| context.remark(note.as_str()));
        let answer =
            data(context, bare(context, &found.next.version.to_string()), &found.next, &found.known.reasons);
        return Ok(answer.with("edits", would_edit(context, &store, (&versions, &found.table), &found.next)?));
    }
    let (table, known) = known(&store, &versions, &chosen)?;
    let option = versions.option(chosen.name);
    let result = judged(&table, &known, (&chosen, &option), &wish);
    let text = explained(&known, &result);
    match result {
        Ok(next) => {
            let edits = would_edit(context, &store, (&versions, &table), &next)?;
            Ok(data(context, Answer::new(text), &next, &known.reasons).with("edits", edits))
        }
        // What was asked for are the reasons; that there is no version is one of them.
        Err(error) => {
            let answer = Answer::new(text).with("next", Value::Null).with("reasons", reasons(&known.reasons));
            Ok(answer.with("refused", error.message()).exit(error.kind().exit()))
        }
    }
}

// What a bump would write; people ask the bump itself.
fn would_edit(
    context: &Context,
    store: &Store,
    (versions, table): (&Versions, &Table),
    next: &Next,
) -> Result<Vec<Value>> {
    if !context.global.json {
        return Ok(Vec::new());
    }
    let plans = versions.ask(store, |sources| plan(table, Target::All(&next.version), sources))?;
    Ok(edits_data(&plans))
}

/// One value for scripts: no wish for silence is meant for it.
pub(super) fn bare(context: &Context, value: &str) -> Answer {
    if context.global.json { Answer::default() } else { Answer::raw(format!("{value}\n")) }
}

/// What the words of a command line ask for.
pub(in super::super) fn asked(to: Option<&str>, pre: Option<&str>, build: Option<&str>) -> Result<Wish> {
    let level = |word: &str| Level::RAISING.into_iter().find(|level| level.word().eq_ignore_ascii_case(word));
    let to = match to {
        None => To::Commits,
        Some(word) => match level(word) {
            Some(level) => To::Level(level),
            None => To::Version(version(word).map_err(|error| {
                let error = error.hint("a level is patch, minor or major");
                let near = nearest(word, Level::RAISING.map(Level::word));
                near.into_iter().fold(error, |error, near| error.hint(format!("git track bump {near}")))
            })?),
        },
    };
    if let (To::Version(version), Some(_)) = (&to, pre)
        && version.is_pre()
    {
        return Err(Error::usage(format!("{version} has a label already")).hint("leave --pre out"));
    }
    Ok(Wish { to, pre: pre.map(str::to_owned), build: build.map(str::to_owned) })
}

/// A version from the command line.
pub(in super::super) fn version(text: &str) -> Result<Version> {
    Version::parse_prefixed(text)
        .map(|(_, version)| version)
        .ok_or_else(|| Error::usage(format!("`{}` is no version like 1.2.3", text.escape_debug())))
}

/// Finds the next version of a group.
pub(in super::super) fn found(
    store: &Store,
    versions: &Versions,
    chosen: &Chosen,
    wish: &Wish,
) -> Result<Found> {
    let (table, known) = known(store, versions, chosen)?;
    let next = judged(&table, &known, (chosen, &versions.option(chosen.name)), wish)?;
    Ok(Found { table, known, next })
}

fn known(store: &Store, versions: &Versions, chosen: &Chosen) -> Result<(Table, Known)> {
    let table = versions.table(store, chosen);
    if chosen.group.policy == Policy::Independent {
        return Err(Error::refused(format!("each place of `{}` has a version of its own", chosen.name))
            .hint("git track bump patch|minor|major    raises each from where it is"));
    }
    if table.is_diverged() {
        return Err(disagree(&table, &versions.option(chosen.name)));
    }
    let known = Known::of(store, versions, chosen, table.version())?;
    Ok((table, known))
}

fn judged(table: &Table, known: &Known, (chosen, option): (&Chosen, &str), wish: &Wish) -> Result<Next> {
    let basis = Basis {
        committed: known.committed.as_ref(),
        pattern: &known.pattern,
        tags: &known.tags,
        current: table.version(),
        tagged: known.tagged.as_ref(),
        since: &known.since,
        reasons: &known.reasons,
        since_candidate: known.since_candidate.as_deref(),
        zero: chosen.group.zero,
        option,
    };
    next(&basis, wish)
}

/// The keys about a version that scripts rely on.
///
/// Without `--json` nobody reads them, and histories are long.
pub(in super::super) fn data(context: &Context, answer: Answer, next: &Next, told: &[Reason]) -> Answer {
    if !context.global.json {
        return answer;
    }
    answer
        .with("current", next.current.to_string())
        .with("next", next.version.to_string())
        .with("level", next.level.word())
        .with("last", json!(next.last))
        .with("notes", json!(next.notes))
        .with("reasons", reasons(told))
}

fn reasons(told: &[Reason]) -> Vec<Value> {
    let each = |reason: &Reason| {
        json!({
            "commit": reason.commit,
            "subject": reason.subject,
            "level": reason.level.word(),
            "why": reason.why.word(),
            "because": reason.why.words(),
        })
    };
    told.iter().map(each).collect()
}

fn explained(known: &Known, result: &Result<Next>) -> Text {
    let mut text = Text::new();
    let since = known.since.last.as_ref().map_or("the beginning", |last| last.tag.as_str());
    let commits = several(known.reasons.len(), "commit");
    match result {
        Ok(next) => {
            let head = Line::new().add(Style::Strong, next.version.to_string());
            text.line(head.plain(format!(
                "  {} after {}; {commits} since {since}",
                next.level.word(),
                next.current
            )));
        }
        Err(error) => text.line(Line::new().add(Style::Bad, "no version: ").plain(error.message())),
    }
    let mut rows = ui::Table::indented(2);
    for reason in &known.reasons {
        let style = if reason.level > Level::None { Style::Good } else { Style::Dim };
        rows.row([
            (style, reason.level.word().to_owned()),
            (Style::Dim, reason.commit.as_str().chars().take(7).collect()),
            (Style::Dim, reason.why.words()),
            (Style::Plain, reason.subject.clone()),
        ]);
    }
    text.extend(rows.text());
    for reason in &known.reasons {
        let Some(missed) = &reason.missed else { continue };
        let commit: String = reason.commit.as_str().chars().take(7).collect();
        let said = format!("{commit} seems to break something, but the line is no footer: {missed}");
        wrap(&said, 76)
            .into_iter()
            .for_each(|line| text.line(Line::new().add(Style::Warn, format!("  {line}"))));
    }
    let (notes, hints) = match result {
        Ok(next) => (next.notes.as_slice(), &[][..]),
        Err(error) => (error.notes(), error.hints()),
    };
    for note in notes {
        wrap(note, 76).into_iter().for_each(|line| text.line(format!("  {line}")));
    }
    // This is what the first of them would show.
    for hint in hints.iter().filter(|hint| !hint.contains("--explain")) {
        text.line(Line::new().plain("      ").add(Style::Command, hint));
    }
    text
}
