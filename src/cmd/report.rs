//! What is printed from templates and not kept: `dashboard`, `weekly`, `report`, `guide`.

use std::collections::BTreeMap;

use clap::Args as ClapArgs;
use serde_json::{Value, json};

use crate::derive::board::{Board, Place};
use crate::derive::stage::Standing;
use crate::derive::world::{Spot, World};
use crate::documents::branch::{branch, merges};
use crate::documents::guide::of_profile;
use crate::documents::sheets::sheets;
use crate::documents::values::of_workflow;
use crate::documents::window::{Landed, Window, of_window};
use crate::error::{Error, Result, nearest};
use crate::model::actor::ActorKind;
use crate::model::document::Report;
use crate::model::id::Id;
use crate::model::path::RepoPath;
use crate::model::time::{Date, Time};
use crate::moves::{Ask, Departs, grow};
use crate::ui::{Style, Table};

use super::Answer;
use super::context::Context;
use super::documents::Renderer;
use super::session::{Session, world};
use super::standing::{Here, Of, standings};

/// Arguments of `dashboard`.
#[derive(Debug, ClapArgs)]
pub struct DashboardArgs {
    /// The workflow; without it the one that is meant
    #[arg(value_name = "WORKFLOW")]
    pub reference: Option<String>,
}

/// The span that a report is about.
#[derive(Clone, Debug, Default, ClapArgs)]
pub(super) struct Span {
    /// The first day that it looks at
    #[arg(long, value_name = "DATE")]
    pub since: Option<String>,
    /// The last day that it looks at; today without it
    #[arg(long, value_name = "DATE")]
    pub until: Option<String>,
}

/// Arguments of `weekly`.
#[derive(Debug, ClapArgs)]
pub struct WeeklyArgs {
    /// How the week is called
    #[arg(value_name = "LABEL", conflicts_with = "blank")]
    pub label: Option<String>,
    /// The empty form, to be filled in by hand
    #[arg(long, conflicts_with_all = ["since", "until"])]
    pub blank: bool,
    #[command(flatten)]
    span: Span,
}

/// Arguments of `report`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// Which report; without it they are listed
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
    /// The item that it is about; without it the branch's item, where it is about one
    #[arg(value_name = "REF")]
    pub reference: Option<String>,
    #[command(flatten)]
    span: Span,
}

/// Arguments of `guide`.
#[derive(Debug, ClapArgs)]
pub struct GuideArgs {
    /// The process; without it that of the workflow that is meant
    #[arg(value_name = "PROFILE")]
    pub profile: Option<String>,
}

/// The report that `weekly` prints.
const WEEKLY: &str = "weekly";

/// The document or report that `dashboard` prints.
const DASHBOARD: &str = "dashboard";

/// The template of every guide.
const GUIDE: &str = "guide.md";

/// How many commits are looked through for merges.
const COMMITS: usize = 5000;

/// How many days a report looks back when neither it nor anybody says so.
const DAYS: u32 = 7;

/// Prints the dashboard of a workflow.
pub(super) fn dashboard(context: &Context, args: &DashboardArgs) -> Result<Answer> {
    let session = Session::open(context)?;
    let world = world(&session.snapshot);
    let board = workflow(context, &session, &world, args.reference.as_deref(), DASHBOARD)?;
    let renderer = Renderer { context, store: &session.store, at: &session.snapshot.at };
    let mine = |laid: &Board| world.boards.get(board).is_some_and(|own| own.workflow.id == laid.workflow.id);
    let sheet = sheets(&world, mine)?.into_iter().find(|sheet| sheet.name.as_str() == DASHBOARD);
    let text = match sheet {
        Some(sheet) => renderer.printed(&world, &sheet)?,
        None => {
            let report = named(&world, board, DASHBOARD)?;
            let window = window(context, &Span::default(), report)?;
            filled(context, &session, &world, board, (report, &window), None)?
        }
    };
    Ok(printed(&world, board, text))
}

/// Prints the report of a week.
pub(super) fn weekly(context: &Context, args: &WeeklyArgs) -> Result<Answer> {
    let session = Session::open(context)?;
    let world = world(&session.snapshot);
    let reported = |board: &Board| board.profile.reports.keys().any(|name| name.as_str() == WEEKLY);
    if args.blank && !world.boards.iter().any(reported) {
        return form(context, &session);
    }
    let board = workflow(context, &session, &world, None, WEEKLY)?;
    let report = named(&world, board, WEEKLY)?;
    if args.label.is_none() && !args.blank {
        return Err(Error::usage("which week is it?")
            .hint("git track weekly \"Week 1\", or: git track weekly --blank"));
    }
    let label = args.label.clone().filter(|label| !label.trim().is_empty());
    let window = Window { label, blank: args.blank, ..window(context, &args.span, report)? };
    let text = filled(context, &session, &world, board, (report, &window), None)?;
    Ok(printed(&world, board, text).with("since", json!(window.since)).with("until", json!(window.until)))
}

// The empty form is there before there is anything to report: that of the first process that has one.
fn form(context: &Context, session: &Session) -> Result<Answer> {
    let (store, at) = (&session.store, &session.snapshot.at);
    for name in store.profile_names(at)? {
        let profile = store.profile(at, &Id::parse(&name)?)?;
        let Some(report) = Id::parse(WEEKLY).ok().and_then(|weekly| profile.reports.get(&weekly)) else {
            continue;
        };
        let ask =
            Ask { actor: &name, kind: ActorKind::Person, now: context.now, text: None, departs: Departs::No };
        let empty = grow::workflow(&profile, Id::parse(&name)?, &profile.title, &[], &ask)?;
        let world = World::new([(&empty, &profile)], &session.snapshot.pages);
        let window = Window { blank: true, ..window(context, &Span::default(), report)? };
        let text = filled(context, session, &world, 0, (report, &window), None)?;
        return Ok(Answer::raw(text.clone()).with("text", text));
    }
    Err(Error::not_found("no process here has a weekly report").hint("git track profile list"))
}

/// Prints a report of a process.
pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    let session = Session::open(context)?;
    let world = world(&session.snapshot);
    let Some(name) = args.name.as_deref() else { return list(context, &session, &world) };
    let item = match &args.reference {
        Some(reference) => Some(session.target(context, &world, Some(reference))?.spot),
        None => session.here(&world)?.map(|(spot, _)| spot),
    };
    let board = match (&args.reference, item) {
        (Some(_), Some(item)) => item.board,
        _ => workflow(context, &session, &world, None, name)?,
    };
    let report = named(&world, board, name)?;
    let window = window(context, &args.span, report)?;
    let item = item.filter(|item| item.board == board);
    let text = filled(context, &session, &world, board, (report, &window), item)?;
    Ok(printed(&world, board, text).with("since", json!(window.since)).with("until", json!(window.until)))
}

/// Prints the runbook of a process.
pub(super) fn guide(context: &Context, args: &GuideArgs) -> Result<Answer> {
    let session = Session::open(context)?;
    let (store, at) = (&session.store, &session.snapshot.at);
    let profile = match &args.profile {
        Some(name) => store.profile(at, &Id::parse(name)?)?,
        None => {
            let world = world(&session.snapshot);
            let board = session.the_workflow(context, &world)?;
            let id = world.boards.get(board).map(|board| board.profile.profile.clone());
            store.profile(at, &id.ok_or_else(|| Error::bug("a board without a profile"))?)?
        }
    };
    let value = of_profile(&profile, &session.snapshot.config);
    let text = Renderer { context, store, at }.text(&profile.profile, GUIDE, &value)?;
    Ok(Answer::raw(text.clone()).with("profile", json!(profile.profile)).with("text", text))
}

fn printed(world: &World, board: usize, text: String) -> Answer {
    let workflow = world.boards.get(board).map(|board| &board.workflow.id);
    Answer::raw(text.clone()).with("workflow", json!(workflow)).with("text", text)
}

fn filled(
    context: &Context,
    session: &Session,
    world: &World,
    board: usize,
    (report, window): (&Report, &Window),
    item: Option<Spot>,
) -> Result<String> {
    let mut value = of_workflow(world, board);
    let laid = world.boards.get(board).ok_or_else(|| Error::bug("a report about no workflow"))?;
    let landed = landed(context, session, world, board);
    if let (Some(map), Value::Object(more)) =
        (value.as_object_mut(), of_window(world, board, window, &landed))
    {
        map.extend(more);
        let node = item.map(|spot| laid.node(spot.place));
        map.insert("item".to_owned(), json!(node.map(|node| node.id)));
        let here = session.here(world)?.map(|(spot, _)| spot);
        let checked_out = session.branch.as_deref().filter(|_| item.is_some() && here == item);
        let name = node.and_then(|node| node.item.branch.as_deref()).or(checked_out);
        let known: Vec<&str> = laid.nodes().map(|(_, node)| node.id.as_str()).collect();
        map.insert("branch".to_owned(), branch(name, &known));
        map.insert("merges".to_owned(), json!(merged(session, window)?));
    }
    let renderer = Renderer { context, store: &session.store, at: &session.snapshot.at };
    renderer.text(&laid.profile.profile, &report.template, &value)
}

// When the work of the items landed; a report is not worse than before where git cannot tell.
fn landed(context: &Context, session: &Session, world: &World, board: usize) -> BTreeMap<Place, Landed> {
    let root = Spot { board, place: 0 };
    let Ok(found) = standings(Here::of(context, session), world, Of::One(root)) else {
        return BTreeMap::new();
    };
    let all =
        found.of.into_iter().filter(|(spot, standing)| spot.board == board && standing.stage.is_landed());
    let landed = |standing: Standing| {
        let at = Time::from_seconds(standing.landed_at()?);
        Some(Landed { at, version: standing.version })
    };
    all.filter_map(|(spot, standing)| Some((spot.place, landed(standing)?))).collect()
}

// How many merges the base branch has taken in, where there were any: other teams squash, and have none to count.
fn merged(session: &Session, window: &Window) -> Result<Option<usize>> {
    let repo = &session.store.repo;
    let Some(base) = session.snapshot.config.base.as_deref().filter(|_| !window.blank) else {
        return Ok(None);
    };
    let Some(base) = repo.branches()?.into_iter().find(|branch| branch.name == base) else { return Ok(None) };
    let history = repo.history(&base.commit, &RepoPath::top(), Some(COMMITS))?;
    Ok(Some(merges(&base.commit, &history, (window.since, window.until))).filter(|count| *count > 0))
}

fn window(context: &Context, span: &Span, report: &Report) -> Result<Window> {
    let day = |text: &Option<String>| {
        text.as_deref().map(Date::parse).transpose().map_err(|error| Error::usage(error.message()))
    };
    let until = match day(&span.until)? {
        Some(day) => day,
        None => context.local_date()?,
    };
    let back = report.days.unwrap_or(DAYS).saturating_sub(1);
    let since = day(&span.since)?.unwrap_or_else(|| until.days_before(back));
    if since > until {
        return Err(Error::usage(format!("{since} is after {until}")));
    }
    Ok(Window { label: None, since, until, blank: false })
}

// The workflow that is meant, looked for among those whose process has such a document or report.
fn workflow(
    context: &Context,
    session: &Session,
    world: &World,
    reference: Option<&str>,
    name: &str,
) -> Result<usize> {
    if let Some(reference) = reference {
        return Ok(session.target(context, world, Some(reference))?.spot.board);
    }
    let has = |board: &Board| {
        Id::parse(name).is_ok_and(|name| {
            let document = board.profile.documents.get(&name).is_some_and(|found| found.template.is_some());
            document || board.profile.reports.get(&name).is_some()
        })
    };
    // The branch's workflow may be of a process that has none.
    match session.home(context, world)? {
        Some(home) if world.boards.get(home).is_some_and(has) || context.workflow().is_some() => Ok(home),
        _ => session.one_workflow(context, world, has),
    }
}

fn named<'a>(world: &World<'a>, board: usize, name: &str) -> Result<&'a Report> {
    let board = world.boards.get(board).ok_or_else(|| Error::bug("a report about no workflow"))?;
    let found = Id::parse(name).ok().and_then(|name| board.profile.reports.get(&name));
    found.ok_or_else(|| {
        let known: Vec<&str> = board.profile.reports.keys().map(Id::as_str).collect();
        let error = Error::not_found(format!("profile {} has no report `{name}`", board.profile.profile));
        match nearest(name, known.iter().copied()) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None if known.is_empty() => error.hint("git track render --check"),
            None => error.hint(format!("it has: {}", known.join(", "))),
        }
    })
}

fn list(context: &Context, session: &Session, world: &World) -> Result<Answer> {
    let boards = session.meant(context, world, None)?;
    let mut table = Table::default();
    let mut listed = Vec::new();
    for board in boards.iter().filter_map(|&board| world.boards.get(board)) {
        for (name, report) in board.profile.reports.iter() {
            table.row([
                (Style::Strong, name.to_string()),
                (Style::Plain, report.title.clone()),
                (Style::Dim, board.workflow.id.to_string()),
            ]);
            listed.push(json!({ "name": name, "title": report.title, "workflow": board.workflow.id }));
        }
    }
    let mut text = table.text();
    if text.is_empty() {
        text.line("no workflow here has a report");
    }
    Ok(Answer::new(text).with("reports", listed))
}
