//! `version tag`: the tag of a release whose files were bumped before, on a branch perhaps that was merged since.

use std::collections::HashMap;

use clap::Args as ClapArgs;

use crate::bump::{Pattern, Tags, Version};
use crate::derive::shell::word;
use crate::derive::words::several;
use crate::error::{Error, Kind, Result};
use crate::model::config::Config;
use crate::model::facts::CommitId;
use crate::model::release::Policy;
use crate::model::since::Tagged;
use crate::store::{At, Store};
use crate::ui::{Line, Style, Text};

use super::super::Answer;
use super::super::base::{self, Remotes};
use super::super::context::Context;
use super::group::{Chosen, Versions, disagree};
use super::known::tags;
use super::next::bare;

/// Arguments of `version tag`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  git track version tag
  git track version tag origin/main
  git track version tag --sign

The files of the commit say the version; every place must say the same, and it must be later than what is released. The
name of the tag is printed; nothing is pushed.")]
pub(super) struct Args {
    /// The commit; what is checked out when not said
    #[arg(value_name = "COMMIT")]
    commit: Option<String>,
    /// Sign the tag
    #[arg(long)]
    sign: bool,
    /// Do nothing where that version is released already: for jobs that run on every push
    #[arg(long)]
    if_new: bool,
    /// Tag a commit that the base branch does not have: a branch of older versions
    #[arg(long)]
    off_base: bool,
}

/// Tags a commit as the release that its files say it is.
pub(super) fn run(context: &Context, group: Option<&str>, args: &Args) -> Result<Answer> {
    let store = context.store()?;
    let commit = store.repo.resolve(args.commit.as_deref().unwrap_or("HEAD"))?;
    let versions = Versions::of(&store, At::Commit(commit.clone()))?;
    // A commit from before somebody said where versions stand is read by what is said now.
    let versions = if versions.is_implied() {
        Versions::of(&store, At::WorkTree)?.at(At::Commit(commit.clone()))
    } else {
        versions
    };
    let chosen = versions.chosen(group)?;
    let version = released_by(&store, &versions, &chosen)?;
    if !args.off_base {
        refuse_off_base(&store, &commit)?;
    }
    let (pattern, tags) = tags(&store, &versions, &chosen)?;
    let name = pattern.name(&version);
    if let Some(tagged) = tags.of(&version) {
        return match store.repo.tagged(tagged)? {
            Tagged::Commit(there) if there == commit || args.if_new && store.repo.has(&there, &commit)? => {
                context.remark(format!("{tagged} is there already, at {}", there.short()));
                let answer = answer(context, (tagged, &version, &there), false);
                let silent = args.if_new && !context.global.json;
                Ok(if silent { Answer { raw: None, ..answer } } else { answer })
            }
            _ => Err(Error::refused(format!("{version} is released already: the tag {tagged} is elsewhere"))
                .hint(format!("git log -1 {tagged}"))
                .hint("git track bump    raises the version")),
        };
    }
    let alike = tags.odd.iter().find(|(odd, _)| odd.precedence(&version).is_eq());
    if let Some((_, alike)) = alike {
        return Err(Error::refused(format!("{alike} looks like the release of {version}"))
            .hint("set `tag:` in .track/config.yaml to how releases are called"));
    }
    let last = earlier(&store, &commit, &version, (&pattern, &tags))?;
    let commit = match last {
        Some(last) => brought(context, &store, (&versions, &chosen), (&commit, &version, &last))?,
        // Of the first release nobody knows where it begins.
        None => commit,
    };
    tagged(context, &store, (&name, &version, &commit), args.sign)
}

fn tagged(
    context: &Context,
    store: &Store,
    (name, version, commit): (&str, &Version, &CommitId),
    sign: bool,
) -> Result<Answer> {
    if context.global.dry_run {
        let mut text = Text::new();
        text.line(format!("would: tag {} as {name}", commit.short()));
        text.line("nothing written");
        let answer = answer(context, (name, version, commit), false);
        return Ok(Answer { text, raw: None, ..answer }.with("dry_run", true));
    }
    store.repo.add_tag(name, commit, &message(name), sign)?;
    context.remark(format!("tagged {}", commit.short()));
    let next = Line::new().add(Style::Dim, "next: ");
    context.remark(next.add(Style::Command, format!("git push origin {}", word(name))));
    Ok(answer(context, (name, version, commit), true))
}

/// The bare name of the tag for scripts, and the rest for `--json`.
fn answer(context: &Context, (name, version, commit): (&str, &Version, &CommitId), created: bool) -> Answer {
    let answer = bare(context, name).with("tag", name).with("version", version.to_string());
    answer.with("commit", commit.as_str()).with("created", created)
}

/// Tags what is checked out as a release, where no file has to be written for it.
pub(in super::super) fn tag_now(
    context: &Context,
    store: &Store,
    (name, version): (&str, &Version),
    sign: bool,
) -> Result<Answer> {
    let head = store.repo.head()?.commit().cloned();
    let head = head.ok_or_else(|| Error::new(Kind::Nothing, "there is no commit yet to release"))?;
    tagged(context, store, (name, version, &head), sign)
}

/// What stands in the tag of a release.
pub(in super::super) fn message(name: &str) -> String {
    format!("Release {name}\n")
}

fn released_by(store: &Store, versions: &Versions, chosen: &Chosen) -> Result<Version> {
    let table = versions.table(store, chosen);
    if table.policy == Policy::Independent {
        return Err(Error::refused(format!("each place of `{}` has a version of its own", table.group))
            .hint("git tag -a NAME    names the one that you mean"));
    }
    if table.is_diverged() {
        return Err(disagree(&table, &versions.option(chosen.name)));
    }
    table.version().cloned().ok_or_else(|| {
        Error::refused(format!("no file says the version of `{}`", table.group))
            .hint("git track bump --tag    finds it from the commits")
    })
}

fn refuse_off_base(store: &Store, commit: &CommitId) -> Result<()> {
    let config: Config = store.decided(&At::WorkTree)?;
    let repo = &store.repo;
    let Some(base) = base::name(repo, &config)? else { return Ok(()) };
    let (branches, remotes) = (repo.branches()?, Remotes::of(repo)?);
    let places = base::places(repo, (&branches, &remotes), &base)?;
    for place in &places {
        if repo.has(commit, &place.commit)? {
            return Ok(());
        }
    }
    if places.is_empty() {
        return Ok(());
    }
    Err(Error::refused(format!("{} is not on {base} yet", commit.short()))
        .note("a tag here would name another commit than the one that is merged")
        .hint(format!("git track version tag {base}    after the merge"))
        .hint("git track version tag --off-base    on a branch of older versions"))
}

/// How far back it is looked for the commit that brought a version.
const DEEPEST: usize = 500;

/// The commit along the first parents with which the files came to say the version: what came after it is not in it.
fn brought(
    context: &Context,
    store: &Store,
    (versions, chosen): (&Versions, &Chosen),
    (asked, version, last): (&CommitId, &Version, &CommitId),
) -> Result<CommitId> {
    let since = store.repo.commits(std::slice::from_ref(last), asked)?;
    let parents: HashMap<&CommitId, &CommitId> =
        since.iter().filter_map(|commit| Some((&commit.id, commit.parents.first()?))).collect();
    let mut at = asked;
    let mut passed = 0;
    while let Some(parent) = parents.get(at).filter(|_| passed < DEEPEST) {
        let table = versions.at(At::Commit((*parent).clone())).table(store, chosen);
        if table.version() != Some(version) {
            break;
        }
        at = parent;
        passed += 1;
    }
    if passed > 0 {
        let came = several(passed, "commit");
        context
            .remark(format!("{} brought {version}; {came} came since and will be in the next", at.short()));
    }
    Ok(at.clone())
}

/// The commit of the last release that a commit has; it must be an earlier one.
fn earlier(
    store: &Store,
    commit: &CommitId,
    version: &Version,
    (pattern, tags): (&Pattern, &Tags),
) -> Result<Option<CommitId>> {
    let since = store.repo.since(commit, &tags.all(), &[])?;
    if since.cut_off {
        let what = format!("whether {version} is released is not known: history is cut off in this clone");
        return Err(Error::repository(what).hint("git fetch --unshallow --tags"));
    }
    let Some(last) = since.last else { return Ok(None) };
    match pattern.version(&last.tag) {
        Some(released) if released > *version => {
            Err(Error::refused(format!("{version} is not later than {}, which this commit has", last.tag))
                .hint("git track bump    raises the version"))
        }
        _ => Ok(Some(last.commit)),
    }
}
