//! `check` and `explain`: the rules on demand and over ranges, by the same code as in the hooks.

pub(super) mod cases;
pub(super) mod formats;

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};
use serde_json::json;

use crate::error::{Error, Kind, Result};
use crate::model::facts::{CommitFacts, CommitId, MergeBase, Source};
use crate::model::rule::Level;
use crate::rules::{About, Finding, RULES, Said};
use crate::store::{At, Store};
use crate::ui::{Line, Style, Text};

use super::Answer;
use super::context::Context;
use super::hooks::message;
use cases::{Bench, Subject, Version, before, first_parents, said};

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

/// A byte order mark, as UTF-8 has it.
const BOM: &[u8] = b"\xef\xbb\xbf";

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
#[command(after_help = "Examples:\n  git track explain\n  git track explain unit-size")]
pub struct ExplainArgs {
    /// The rule; all of them when absent
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
        staged(context, &context.history()?, args.branch.clone(), &[About::State, About::Change])?
    } else if let Some(range) = &args.range {
        self::range(context, range, args.branch.clone())?
    } else if let Some(file) = &args.message {
        message::judged(context, file, args.branch.clone())?
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
        Format::Text => Answer::new(formats::text(found, checked)),
        Format::Sarif => Answer::raw(formats::sarif(found)),
        Format::Github => Answer::raw(formats::github(found)),
        Format::Junit => Answer::raw(formats::junit(found)),
        Format::Json => {
            let mut answer =
                Answer::new(Text::new()).with("findings", formats::data(found)).with("checked", *count);
            let document = answer.document(context.command);
            answer.raw = Some(format!("{document:#}\n").into_bytes());
            answer
        }
    };
    Ok(answer.with("findings", formats::data(found)).with("checked", *count).exit(if refused {
        Kind::Refused.exit()
    } else {
        0
    }))
}

/// What a rule asks for; without a name the list of all.
pub(super) fn explain(args: &ExplainArgs) -> Result<Answer> {
    let rules: Vec<&&crate::rules::Rule> = match &args.rule {
        Some(id) => {
            vec![RULES.iter().find(|rule| rule.id == id).ok_or_else(|| match crate::rules::rule(id) {
                Err(error) => error,
                Ok(_) => Error::new(Kind::Bug, format!("the rule {id} is not listed")),
            })?]
        }
        None => RULES.iter().collect(),
    };
    let data: Vec<_> = rules
        .iter()
        .map(|rule| {
            json!({"rule": rule.id, "summary": rule.summary, "help": rule.help, "level": rule.level.word(),
                   "stages": rule.about.stages().split(", ").collect::<Vec<_>>()})
        })
        .collect();
    let text = match &args.rule {
        Some(id) => formats::explained(id)?,
        None => {
            let mut text = Text::new();
            for rule in &rules {
                let line = Line::new().add(Style::Strong, rule.id).to_column(21).plain(rule.level.word());
                text.line(line.to_column(27).plain(crate::ui::cut(rule.summary, 53)));
            }
            text.gap();
            text.line(
                Line::new()
                    .add(Style::Command, "git track explain RULE")
                    .plain(" says why, and what can be set"),
            );
            text
        }
    };
    Ok(Answer::new(text).with("rules", data))
}

/// What the rules say about the commit that is being made.
pub(super) fn staged(
    context: &Context,
    store: &Store,
    branch: Option<String>,
    about: &[About],
) -> Result<Verdict> {
    let repo = &store.repo;
    let head = repo.head()?;
    let changes = repo.changed(head.commit(), &Source::Index)?;
    if let Some(path) = changes.conflicted.first() {
        return Err(Error::repository(format!("{path} is not merged")).hint(format!("git add {path}")));
    }
    let files = changes.files;
    let merging = !repo.merge_heads()?.is_empty();
    let mut verdict = Verdict { found: Vec::new(), checked: "what is staged".to_owned(), count: files.len() };
    if files.is_empty() {
        return Ok(verdict);
    }
    let after = Version::read(store, At::Index)?;
    let old = before(store, head.commit(), &after, &files)?;
    let branch = branch.or_else(|| head.branch().map(str::to_owned));
    let on_base = branch.is_some() && branch == after.snapshot.config.base;
    let subject = Subject { parent: head.commit(), to: At::Index, merge: merging, message: None, on_base };
    let bench = Bench { context, store, branch };
    let about: Vec<About> =
        about.iter().copied().filter(|about| !merging || *about == About::State).collect();
    let found = bench.change(&subject, (&old, &after, &old), &files, &about)?;
    verdict.found = found.into_iter().map(|finding| Judged { finding, commit: None }).collect();
    Ok(verdict)
}

fn everything(context: &Context, branch: Option<String>) -> Result<Verdict> {
    let store = context.store()?;
    let version = Version::read(&store, At::WorkTree)?;
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

/// What the rules say about each commit of a range, against its parent.
pub(super) fn range(context: &Context, range: &str, branch: Option<String>) -> Result<Verdict> {
    let store = context.history()?;
    let repo = &store.repo;
    let (from, to) = ends(&store, range)?;
    let commits = repo.commits(std::slice::from_ref(&from), &to)?;
    if commits.is_empty() {
        return Err(
            Error::new(Kind::Nothing, format!("{range} holds no commit")).hint(format!("git log {range}"))
        );
    }
    let policy = match repo.merge_base(&from, &to)? {
        MergeBase::Found(base) => base,
        MergeBase::Unrelated | MergeBase::Unknown => from,
    };
    let branch = branch.or_else(|| named_branch(context, &store, &to));
    commits_of(context, &store, &policy, &to, &commits, branch)
}

/// What the rules say about some commits, each against its parent, the levels as they are in `policy`.
pub(super) fn commits_of(
    context: &Context,
    store: &Store,
    policy: &CommitId,
    tip: &CommitId,
    commits: &[CommitFacts],
    branch: Option<String>,
) -> Result<Verdict> {
    let repo = &store.repo;
    let policy = Version::read(store, At::Commit(policy.clone()))?;
    let own = first_parents(tip, commits);
    let bench = Bench { context, store, branch };
    let mut found = Vec::new();
    for commit in commits {
        let to = Source::Commit(commit.id.clone());
        let parent = commit.parents.first();
        let files = repo.changed(parent, &to)?.files;
        let merge = commit.parents.len() > 1;
        let about: &[About] = if merge {
            &[About::State, About::Message]
        } else {
            &[About::State, About::Change, About::Message]
        };
        let after = Version::read(store, At::Commit(commit.id.clone()))?;
        let old = before(store, parent, &after, &files)?;
        let on_base =
            bench.branch.is_some() && bench.branch == after.snapshot.config.base && own.contains(&commit.id);
        let message = said(commit);
        let said = Some(Said { message: &message, bom: commit.message.starts_with(BOM), merge });
        let subject = Subject { parent, to: At::Commit(commit.id.clone()), merge, message: said, on_base };
        let judged = bench.change(&subject, (&old, &after, &policy), &files, about)?;
        found.extend(
            judged
                .into_iter()
                .map(|finding| Judged { finding, commit: Some((commit.id.clone(), commit.subject.clone())) }),
        );
    }
    let count = commits.len();
    let checked = if count == 1 { "1 commit".to_owned() } else { format!("{count} commits") };
    Ok(Verdict { found, checked, count })
}

// `A..B`, `A...B` from where they parted, or `A`, which goes to HEAD.
fn ends(store: &Store, range: &str) -> Result<(CommitId, CommitId)> {
    let or_head = |name: &str| if name.is_empty() { "HEAD".to_owned() } else { name.to_owned() };
    let (from, to, parted) = match (range.split_once("..."), range.split_once("..")) {
        (Some((from, to)), _) => (or_head(from), or_head(to), true),
        (None, Some((from, to))) => (or_head(from), or_head(to), false),
        (None, None) => (range.to_owned(), "HEAD".to_owned(), false),
    };
    let (from, to) = (store.repo.resolve(&from)?, store.repo.resolve(&to)?);
    if !parted {
        return Ok((from, to));
    }
    match store.repo.merge_base(&from, &to)? {
        MergeBase::Found(base) => Ok((base, to)),
        MergeBase::Unrelated => Err(Error::repository(format!("{range}: these have no commit in common"))),
        MergeBase::Unknown => {
            Err(Error::repository(format!("{range}: this clone does not hold where they parted"))
                .hint("git fetch --unshallow"))
        }
    }
}

// In CI the checkout has no branch; the service says which one it is.
fn named_branch(context: &Context, store: &Store, to: &CommitId) -> Option<String> {
    let head = store.repo.head().ok()?;
    let checked_out = head.branch().filter(|_| head.commit() == Some(to)).map(str::to_owned);
    let by_service = || ["GITHUB_HEAD_REF", "CI_COMMIT_REF_NAME"].iter().find_map(|name| context.var(name));
    checked_out.or_else(|| by_service().map(str::to_owned))
}
