//! `check` and `explain`: the rules on demand and over ranges, by the same code as in the hooks.

pub(super) mod cases;
pub(super) mod formats;
pub(super) mod ranges;

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};
use serde_json::json;

use crate::error::{Error, Kind, Result};
use crate::model::facts::{CommitId, Source};
use crate::model::rule::Level;
use crate::rules::{About, Finding, RULES, Rule};
use crate::store::{At, Store};

use super::Answer;
use super::context::Context;
use super::drift;
use super::hooks::message::{self, Written};
use cases::{Bench, Subject, Version, before};
use ranges::{base_of, differing_from_all};

/// Arguments of `check`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  git track check --staged
  git track check --range origin/main..HEAD --format github
  git track check --message .git/COMMIT_EDITMSG

Without an option everything that is there is judged, as with --all.")]
pub struct Args {
    /// Judge what is staged, as the hook does
    #[arg(long, conflicts_with_all = ["range", "all", "message"])]
    pub staged: bool,
    /// Judge every commit of a range against its parent
    #[arg(long, value_name = "A..B", conflicts_with_all = ["all", "message"])]
    pub range: Option<String>,
    /// Judge the state and the documents as they are
    #[arg(long, conflicts_with = "message")]
    pub all: bool,
    /// Judge the text of a commit in a file
    #[arg(long, value_name = "FILE")]
    pub message: Option<PathBuf>,
    /// How to tell what was found
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "text")]
    pub format: Format,
    /// The branch on which it is made, where that is not the one that is checked out
    #[arg(long, value_name = "NAME")]
    pub branch: Option<String>,
}

/// How findings are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// One JSON document
    Json,
    /// SARIF 2.1.0
    Sarif,
    /// Annotations of GitHub Actions
    Github,
    /// `JUnit` XML
    Junit,
}

/// Arguments of `explain`.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Examples:\n  git track explain\n  git track explain unit-size\n  git track explain D03"
)]
pub struct ExplainArgs {
    /// The rule, or the code of a difference; all rules when absent
    #[arg(value_name = "RULE")]
    pub rule: Option<String>,
}

/// A finding, and the commit that it is about.
pub(super) struct Judged {
    pub finding: Finding,
    pub commit: Option<(CommitId, String)>,
}

/// What was judged, and what was found.
pub(super) struct Verdict {
    pub found: Vec<Judged>,
    /// What it is about, in words: `3 commits`.
    pub checked: String,
    /// How many changes were judged.
    pub count: usize,
}

/// Runs the rules and tells what they found.
pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    let verdict = if args.staged {
        staged(context, &context.history()?, args.branch.clone(), Making::Commit)?
    } else if let Some(range) = &args.range {
        ranges::range(context, range, args.branch.clone())?
    } else if let Some(file) = &args.message {
        message::judged(context, file, args.branch.clone(), Written::Here)?
    } else {
        everything(context, args.branch.clone())?
    };
    answer(context, args.format, &verdict)
}

fn answer(context: &Context, format: Format, verdict: &Verdict) -> Result<Answer> {
    let Verdict { found, checked, count } = verdict;
    if let Some(path) = context.var("GITHUB_STEP_SUMMARY") {
        crate::files::append_outside(path.as_ref(), formats::summary(found, checked).as_bytes())?;
    }
    let refused = found.iter().any(|judged| judged.finding.level == Level::Error);
    let answer = match format {
        Format::Text | Format::Json => Answer::new(formats::text(found, checked)),
        Format::Sarif => Answer::raw(formats::sarif(found)),
        Format::Github => Answer::raw(formats::github(found)),
        Format::Junit => Answer::raw(formats::junit(found)),
    };
    let mut answer = answer.with("findings", formats::data(found)).with("checked", *count);
    if format == Format::Json {
        answer.raw = Some(format!("{:#}\n", answer.document(context.command)).into_bytes());
    }
    Ok(answer.exit(if refused { Kind::Refused.exit() } else { 0 }))
}

/// What a rule asks for, and how strict it is here; without a name the list of all.
pub(super) fn explain(context: &Context, args: &ExplainArgs) -> Result<Answer> {
    if let Some(code) = args.rule.as_deref().and_then(drift::known) {
        return Ok(drift::explained(code));
    }
    let rules: Vec<&Rule> = match &args.rule {
        Some(id) => vec![crate::rules::rule(id)?],
        None => RULES.to_vec(),
    };
    // Outside of a repository the rules are what they are by default.
    let here = context.store().and_then(|store| Version::read(&store, At::WorkTree)).ok();
    let here = here.filter(|version| version.snapshot.initialised);
    let levels = here.as_ref().map(Version::levels);
    let level = |rule: &Rule| match &levels {
        Some(levels) => levels.get(rule.id).copied().unwrap_or(rule.level),
        None => rule.level,
    };
    let data = |rule: &&Rule| {
        json!({"rule": rule.id, "summary": rule.summary, "help": rule.help, "level": level(rule).word(),
               "default": rule.level.word(), "stages": rule.about.stages().split(", ").collect::<Vec<_>>()})
    };
    let text = match (&args.rule, rules.as_slice()) {
        (Some(_), [rule]) => formats::explained(rule, level(rule)),
        _ => formats::listed_rules(&rules, level),
    };
    Ok(Answer::new(text).with("rules", rules.iter().map(data).collect::<Vec<_>>()))
}

/// What is about to be recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Making {
    /// A commit, or a merge that somebody had to settle.
    Commit,
    /// A merge that git makes by itself.
    Merge,
}

/// What the rules say about the commit that is being made.
pub(super) fn staged(
    context: &Context,
    store: &Store,
    branch: Option<String>,
    making: Making,
) -> Result<Verdict> {
    let repo = &store.repo;
    let head = repo.head()?;
    let changes = repo.changed(head.commit(), &Source::Index)?;
    if let Some(path) = changes.conflicted.first() {
        return Err(Error::repository(format!("{path} is not merged")).hint(format!("git add {path}")));
    }
    let files = changes.files;
    let mut verdict = Verdict { found: Vec::new(), checked: "what is staged".to_owned(), count: files.len() };
    if files.is_empty() {
        return Ok(verdict);
    }
    let heads = repo.merge_heads()?;
    // What git merges by itself is what the sides hold.
    let own = match making {
        Making::Merge => Some(Vec::new()),
        Making::Commit if heads.is_empty() => None,
        Making::Commit => Some(differing_from_all(repo, &files, &heads, &Source::Index)?),
    };
    let after = Version::here(store, At::Index)?;
    let old = before((store, Version::here), head.commit(), &after, &files)?;
    let branch = branch.or_else(|| head.branch().map(str::to_owned));
    let on_base = branch.is_some() && branch == base_of(&old, &after);
    let merge = own.as_deref();
    let subject = Subject { parent: head.commit(), to: At::Index, merge, message: None, on_base };
    let bench = Bench { context, store, branch };
    let about = [About::State, About::Touch, About::Change];
    let found = bench.change(&subject, (&old, &after, &old), &files, &about)?;
    verdict.found = found.into_iter().map(|finding| Judged { finding, commit: None }).collect();
    Ok(verdict)
}

fn everything(context: &Context, branch: Option<String>) -> Result<Verdict> {
    let store = context.store()?;
    let version = Version::here(&store, At::WorkTree)?;
    let head = store.repo.head()?;
    let branch = branch.or_else(|| head.branch().map(str::to_owned));
    let on_base = branch.is_some() && branch == version.snapshot.config.base;
    let bench = Bench { context, store: &store, branch };
    let found = bench.state(&version, on_base)?;
    let count = version.snapshot.workflows.len();
    let checked = if count == 1 { "1 workflow".to_owned() } else { format!("{count} workflows") };
    Ok(Verdict {
        found: found.into_iter().map(|finding| Judged { finding, commit: None }).collect(),
        checked,
        count,
    })
}
