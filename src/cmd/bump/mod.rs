//! `bump`: every version file of a group, or none; the commit of exactly these files, and the tag.

mod act;
mod changelog;
mod screen;
mod settle;

use std::time::Duration;

use clap::Args as ClapArgs;
use serde_json::json;

use crate::bump::{FilePlan, Next, Reason, Role, Table, Target, To, Wish, plan};
use crate::error::{Error, Kind, Result};
use crate::files::Lock;
use crate::model::config::Write;
use crate::model::edit::{Edit, Root};
use crate::model::facts::CommitId;
use crate::model::path::RepoPath;
use crate::model::release::{Policy, TAG, VERSION};
use crate::store::{At, Store};
use crate::ui::{self, Line, Style, Text};

use super::Answer;
use super::base;
use super::context::Context;
use super::session::{lock, refuse_to_foretell, settle};
use super::version::{Chosen, Found, Versions, asked, disagree, found, next_data, tag_now};
use super::write::{FileChanges, apply_files, difference};

use act::{Committing, commit};
use screen::told;
pub(super) use screen::{edits, edits_data};
pub(super) use settle::{Way, settle_release};

/// Arguments of `bump`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  git track bump                   as far as the commits say; files only
  git track bump minor --dry-run
  git track bump --tag             the commit of these files, and the tag
  git track bump --pre rc --tag    1.3.0-rc.1
  git track bump 2.0.0 --tag --sign
  git track bump --branch 'release/{version}'

With --branch the commit is for a pull request; after its merge: git track version tag.

Exit status: 1 when something stands in the way, 3 when no commit raises the version. Nothing is half done: what fails is
taken back as a whole, and after a crash `git track recover` decides.")]
pub struct Args {
    /// patch, minor, major or a version; without it as far as the commits since the last release say
    #[arg(value_name = "LEVEL|VERSION")]
    to: Option<String>,
    /// Commit the version files, and nothing else
    #[arg(long)]
    commit: bool,
    /// Commit and tag
    #[arg(long, conflicts_with = "branch")]
    tag: bool,
    /// Sign the commit and the tag
    #[arg(long)]
    sign: bool,
    /// A candidate: rc makes 1.3.0-rc.1
    #[arg(long, value_name = "LABEL")]
    pre: Option<String>,
    /// What is said about the build, behind a plus
    #[arg(long, value_name = "TEXT")]
    build: Option<String>,
    /// Commit on a new branch of this name; {version} stands for the version
    #[arg(long, value_name = "NAME")]
    branch: Option<String>,
    /// The group of places; not needed where there is one
    #[arg(short, long, value_name = "NAME")]
    group: Option<String>,
}

impl Args {
    fn commits(&self) -> bool {
        self.commit || self.tag || self.branch.is_some()
    }
}

/// What a bump is going to do.
struct Planned {
    /// The version files.
    files: Vec<FilePlan>,
    /// Those of them in which nothing stands that the team named.
    followers: Vec<RepoPath>,
    /// The changelog.
    changelog: Option<Edit>,
    /// The version and its reasons; an independent group has none.
    next: Option<(Next, Vec<Reason>)>,
    /// How the release is called.
    name: String,
}

/// Raises a version.
pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    let store = context.store()?;
    if args.sign && !args.commits() {
        return Err(Error::usage("--sign signs a commit or a tag").hint("add --commit or --tag"));
    }
    let wish = asked(args.to.as_deref(), args.pre.as_deref(), args.build.as_deref())?;
    let lock = lock(context, &store, Duration::from_secs(10))?;
    refuse_to_foretell(context, &store)?;
    settle(context, &store, &lock)?;
    refuse_busy(&store)?;
    let versions = Versions::of(&store, At::WorkTree)?;
    let chosen = versions.chosen(args.group.as_deref())?;
    let planned = planned(context, &store, (&versions, &chosen), (args, &wish))?;
    if let Some((next, _)) = &planned.next {
        next.notes.iter().for_each(|note| context.remark(note.as_str()));
    }
    if planned.files.is_empty() && planned.changelog.is_none() {
        drop(lock);
        return unchanged(context, (args, &planned, &chosen), &store);
    }
    if args.commits() {
        return committed(context, &store, lock, (args, &planned, &chosen));
    }
    let changes = FileChanges {
        text: told(&planned),
        what: format!("bump to {}", planned.name),
        write: Write::Leave,
        edits: planned.edits(),
    };
    if context.global.dry_run {
        let FileChanges { edits, mut text, .. } = changes;
        text.extend(difference(&edits));
        text.line("nothing written");
        let files: Vec<String> = edits.iter().map(|edit| edit.path.to_string()).collect();
        return Ok(planned.with_data(context, Answer::new(text)).with("dry_run", true).with("files", files));
    }
    let mut answer = apply_files(context, &store, lock, changes)?;
    if planned.next.is_some() {
        let next = Line::new().add(Style::Dim, "next: ").add(Style::Command, "git track version tag");
        answer.text.line(next.add(Style::Dim, "    when it is committed; or take it back: git track undo"));
    }
    Ok(planned.with_data(context, answer))
}

// Whoever is in the middle of something would have it committed, or lose it.
fn refuse_busy(store: &Store) -> Result<()> {
    let Some(operation) = store.repo.operation() else { return Ok(()) };
    let word = operation.word();
    Err(Error::refused(format!("a {word} is in progress"))
        .note("nothing written")
        .hint(format!("git {word} --abort, or finish it first")))
}

fn planned(
    context: &Context,
    store: &Store,
    (versions, chosen): (&Versions, &Chosen),
    (args, wish): (&Args, &Wish),
) -> Result<Planned> {
    match chosen.group.policy {
        Policy::Lockstep => {}
        Policy::Independent => return each(store, (versions, chosen), (args, wish)),
        Policy::Pinned => {
            return Err(Error::refused(format!("`{}` is pinned, and no bump moves it", chosen.name))
                .hint("set another `value` in .track/config.yaml, then: git track version sync"));
        }
    }
    let Found { table, known, next } = found(store, versions, chosen, wish)?;
    let files = versions.ask(store, |sources| plan(&table, Target::All(&next.version), sources))?;
    let name = known.pattern.name(&next.version);
    let changelog = match &chosen.group.changelog {
        Some(path) => changelog::edit(context, store, path, (&next, &name, &known.reasons))?,
        None => None,
    };
    let followers = followers(&table);
    Ok(Planned { files, followers, changelog, next: Some((next, known.reasons)), name })
}

fn followers(table: &Table) -> Vec<RepoPath> {
    let named =
        |file: &RepoPath| table.rows.iter().any(|row| row.role == Role::Named && row.place.file == *file);
    let files = table.rows.iter().map(|row| &row.place.file);
    files.filter(|file| !named(file)).cloned().collect()
}

// Each place is raised from where it is, so that there is no one version to tag.
fn each(
    store: &Store,
    (versions, chosen): (&Versions, &Chosen),
    (args, wish): (&Args, &Wish),
) -> Result<Planned> {
    let To::Level(level) = wish.to else {
        return Err(Error::usage(format!("each place of `{}` has a version of its own", chosen.name))
            .hint("git track bump patch|minor|major    raises each from where it is"));
    };
    if args.tag || wish.pre.is_some() || wish.build.is_some() {
        return Err(Error::usage(format!("`{}` has no one version to tag or to label", chosen.name))
            .hint("leave --tag, --pre and --build out"));
    }
    let table = versions.table(store, chosen);
    if table.is_diverged() {
        return Err(disagree(&table, &versions.option(chosen.name)));
    }
    let files = versions.ask(store, |sources| plan(&table, Target::Each(level), sources))?;
    Ok(Planned {
        files,
        followers: followers(&table),
        changelog: None,
        next: None,
        name: format!("the next {} versions of {}", level.word(), chosen.name),
    })
}

// The files say so already: there is nothing to write, but perhaps something to tag.
fn unchanged(
    context: &Context,
    (args, planned, chosen): (&Args, &Planned, &Chosen),
    store: &Store,
) -> Result<Answer> {
    let Some((next, _)) = &planned.next else {
        return Err(Error::new(Kind::Nothing, "the group has no places").hint("git track init --versions"));
    };
    if args.commits() {
        refuse_unsaid(store, chosen, next)?;
    }
    if args.tag {
        return Ok(
            planned.with_data(context, tag_now(context, store, (&planned.name, &next.version), args.sign)?)
        );
    }
    let mut text = Text::new();
    if next.version == next.current && next.last.as_ref() == Some(&planned.name) {
        text.line(format!("every place says {} already, and it is released", next.version));
    } else if next.version == next.current {
        text.line(format!("every place says {} already", next.version));
        text.line(Line::new().add(Style::Dim, "next: ").add(Style::Command, "git track version tag"));
    } else {
        text.line(
            Line::new()
                .add(Style::Strong, next.version.to_string())
                .plain("  no file says it; only a tag can"),
        );
        text.line(Line::new().add(Style::Dim, "next: ").add(Style::Command, "git track bump --tag"));
    }
    Ok(planned.with_data(context, Answer::new(text).with("files", json!([]))))
}

// What is committed or tagged must say what the files say.
fn refuse_unsaid(store: &Store, chosen: &Chosen, next: &Next) -> Result<()> {
    let Some(head) = store.repo.head()?.commit().cloned() else { return Ok(()) };
    let Err(error) = says(store, &head, chosen, Some(next)) else { return Ok(()) };
    let what = format!("the files say {} already, but what is checked out does not", next.version);
    let refused = error.notes().iter().fold(Error::refused(what), |refused, note| refused.note(note.clone()));
    Err(refused
        .hint("git commit    commits them; then: git track version tag")
        .hint("git track undo    takes a bump back that is not committed"))
}

fn committed(
    context: &Context,
    store: &Store,
    lock: Lock,
    (args, planned, chosen): (&Args, &Planned, &Chosen),
) -> Result<Answer> {
    let next = planned.next.as_ref().map(|(next, _)| next);
    let branch = args
        .branch
        .as_ref()
        .map(|branch| branch.replace(VERSION, &next.map_or(String::new(), |next| next.version.to_string())));
    let committing = Committing {
        ignored: ignored(store, planned)?,
        edits: planned.edits(),
        message: message(chosen, planned),
        tag: args.tag.then(|| planned.name.clone()),
        branch,
        sign: args.sign,
        name: planned.name.clone(),
        what: format!("bump to {}", planned.name),
    };
    committing.refuse(store)?;
    let mut text = told(planned);
    if context.global.dry_run {
        for line in committing.foretold() {
            text.line(Line::new().plain("would: ").plain(line));
        }
        text.extend(difference(&committing.edits));
        text.line("nothing written");
        return Ok(planned
            .with_data(context, Answer::new(text))
            .with("dry_run", true)
            .with("files", committing.paths()));
    }
    let says = |commit: &CommitId| says(store, commit, chosen, next);
    let done = commit(context, store, lock, (&committing, &says))?;
    off_base(context, store, &committing)?;
    text.line(
        Line::new()
            .plain("committed  ")
            .add(Style::Strong, done.commit.short())
            .plain(format!("  {}", committing.message.trim_end())),
    );
    if let Some(branch) = &committing.branch {
        text.line(Line::new().plain("on branch  ").add(Style::Strong, branch));
    }
    if let Some(tag) = &committing.tag {
        text.line(Line::new().plain("tagged     ").add(Style::Strong, tag));
    }
    if next.is_some() || committing.branch.is_some() {
        text.line(Line::new().add(Style::Dim, "next: ").add(Style::Command, committing.push()));
    }
    Ok(planned
        .with_data(context, Answer::new(text))
        .with("files", committing.paths())
        .with("commit", done.commit.as_str())
        .with("tag", json!(committing.tag))
        .with("branch", json!(committing.branch)))
}

// A lock file that the team does not keep is theirs all the same.
fn ignored(store: &Store, planned: &Planned) -> Result<Vec<RepoPath>> {
    let known = store.staged(&planned.followers)?;
    let followers = planned.followers.iter();
    Ok(followers.filter(|path| !known.iter().any(|file| file.path == **path)).cloned().collect())
}

// The tag of a commit that is merged later names another commit than the one that lands.
fn off_base(context: &Context, store: &Store, committing: &Committing) -> Result<()> {
    let base = base::name(&store.repo, &store.decided(&At::WorkTree)?)?;
    let head = store.repo.head()?;
    if let (Some(_), Some(base), Some(branch)) = (&committing.tag, &base, head.branch())
        && base != branch
    {
        context.remark(format!("this is {branch}: the tag names a commit that {base} does not have"));
    }
    Ok(())
}

// One line, so that no setting makes a body of it.
fn message(chosen: &Chosen, planned: &Planned) -> String {
    let version = planned.next.as_ref().map_or(planned.name.clone(), |(next, _)| next.version.to_string());
    let line = chosen.group.message().replace(TAG, &planned.name).replace(VERSION, &version);
    format!("{}\n", ui::clean(&line).trim())
}

// What a hook made of the files still has to say the version, in every place.
fn says(store: &Store, commit: &CommitId, chosen: &Chosen, next: Option<&Next>) -> Result<()> {
    let there = Versions::of(store, At::Commit(commit.clone()))?;
    let table = there.table(store, chosen);
    let whole = next.is_none_or(|next| table.rows.is_empty() || table.version() == Some(&next.version));
    if whole && !table.is_diverged() {
        return Ok(());
    }
    let error = Error::refused("what is committed does not say the version: a hook has changed it");
    let said = table.rows.iter().zip(table.said());
    Err(said.fold(error, |error, (row, said)| {
        error.note(format!("{} {}: {said}", row.place.file, row.place.path))
    }))
}

impl Planned {
    fn edits(&self) -> Vec<Edit> {
        self.files.iter().cloned().map(edit).chain(self.changelog.clone()).collect()
    }

    fn with_data(&self, context: &Context, answer: Answer) -> Answer {
        let answer = answer.with("edits", edits_data(&self.files));
        match &self.next {
            Some((next, reasons)) => next_data(context, answer, next, reasons),
            None => answer,
        }
    }
}

/// The edit of a version file.
pub(super) fn edit(plan: FilePlan) -> Edit {
    Edit {
        root: Root::WorkTree,
        path: plan.path,
        before: Some(plan.before),
        after: Some(plan.after),
        executable: false,
    }
}
