//! `import`: plans and traces kept in other files become state.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args as ClapArgs;
use serde_json::{Value, json};

use crate::derive::shell;
use crate::derive::world::Spot;
use crate::error::{Error, Result};
use crate::files::read_outside;
use crate::formats::{markdown, yaml};
use crate::model::id::{Id, slug};
use crate::model::profile::Profile;
use crate::moves::adopt::{self, Adopted, Left, Report, SAME, Setting};
use crate::moves::allowed::{taken_over, unique};
use crate::moves::open_for_change;
use crate::store::{At, LARGEST};
use crate::ui::{Line, Style, Text, cut};

use super::Answer;
use super::context::Context;
use super::draft::Draft;
use super::write::{Deciding, Said, WriteArgs, change};

/// Arguments of `import`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  git track import plan.yaml
  git track import risks.yaml -w execution-framework
  git track import units.md -w CHG-20260122-auth-timeout

YAML or JSON; of a markdown document the front matter. A file without an id goes into the workflow of -w.
What is derived or measured is compared and left out; what nothing knows is listed.")]
pub struct Args {
    /// The files
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// The process, for files that do not say
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    #[command(flatten)]
    write: WriteArgs,
}

/// Imports files, all or none.
pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    change(context, args.write, |deciding, draft| {
        let mut said = Said { already: "nothing new in the files".to_owned(), ..Said::default() };
        let mut reports = Vec::new();
        let mut workflows = Vec::new();
        for file in &args.files {
            let shown = file.display().to_string();
            let bytes = read_outside(&context.cwd().join(file), LARGEST)?;
            let tree = read(&bytes, &shown)?;
            let (id, report) =
                take_over(deciding, draft, args, tree, file).map_err(|error| error.context(&shown))?;
            tell(&mut said.text, &shown, &report);
            workflows.push(id);
            reports.push((shown, report));
        }
        let all = |pick: fn(&Report) -> Value| -> Value {
            let entries = reports.iter().flat_map(|(file, report)| match pick(report) {
                Value::Array(entries) => entries.into_iter().map(|entry| with_file(entry, file)).collect(),
                _ => Vec::new(),
            });
            entries.collect()
        };
        said.data.insert("workflows".to_owned(), json!(workflows));
        said.data.insert("ignored".to_owned(), all(|report| json!(report.ignored)));
        said.data.insert("not_understood".to_owned(), all(|report| json!(report.not_understood)));
        said.data.insert("stamped".to_owned(), all(|report| json!(report.stamped)));
        Ok(said)
    })
}

// Of a document its front matter is taken over; the rest is for people.
fn read(bytes: &[u8], shown: &str) -> Result<Value> {
    let ending = shown.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    if !matches!(ending.as_deref(), Some("md" | "markdown")) {
        return yaml::tree(bytes, shown);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| Error::state(format!("{shown} is not UTF-8")))?;
    let page = markdown::page(text);
    let front = page.front.filter(|front| !front.trim().is_empty()).ok_or_else(|| {
        Error::state(format!("{shown} has no front matter to take over"))
            .hint("put the list between two lines `---` at its top")
    })?;
    // Positions are those of the document.
    let padded = "\n".repeat(page.front_line) + front;
    yaml::tree(padded.as_bytes(), shown)
}

fn take_over(
    deciding: &Deciding,
    draft: &mut Draft,
    args: &Args,
    tree: Value,
    file: &std::path::Path,
) -> Result<(Id, Report)> {
    let context = deciding.context;
    let now = context.now;
    if adopt::id_of(&tree).is_none() && context.workflow().is_some() {
        let world = draft.world();
        let index = deciding.session.the_workflow(context, &world)?;
        let Some(board) = world.boards.get(index) else {
            return Err(Error::bug("a workflow lost its place"));
        };
        open_for_change(&world, Spot { board: index, place: 0 }, "import")?;
        let Adopted { workflow, report } = adopt::records(
            tree,
            board.workflow,
            Setting { profile: board.profile, pages: board.pages, now },
        )?;
        let id = workflow.id.clone();
        let later = world.with(index, &workflow);
        taken_over(Some(board), &later, index, &deciding.ask(None))?;
        adopt::only_people(Some(board), &later, index, &deciding.ask(None))?;
        drop(later);
        drop(world);
        draft.put(workflow);
        return Ok((id, report));
    }
    let profile = profile(deciding, args, &tree)?;
    let id = match adopt::id_of(&tree) {
        Some(id) => Id::parse(id)?,
        None => {
            let whole = tree.get("items").or_else(|| tree.get("steps")).or_else(|| tree.get("batches"));
            if whole.is_none() {
                let world = draft.world();
                let home = deciding.session.home(context, &world)?.and_then(|home| world.boards.get(home));
                let into = home.map_or("WORKFLOW", |board| board.workflow.id.as_str());
                return Err(Error::usage("it has no id, so it belongs into a workflow: say which").hint(
                    format!("git track import {} -w {into}", shell::word(&file.display().to_string())),
                ));
            }
            let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            Id::parse(&slug(&stem)).map_err(|_| Error::usage("it has no id, and its name makes none"))?
        }
    };
    let Adopted { workflow, report } = adopt::workflow(
        tree,
        id.clone(),
        Setting { profile: &profile, pages: &deciding.session.snapshot.pages, now },
    )?;
    let known = draft.world().find(&id).map(|(_, board)| board.workflow.clone());
    match known {
        None => {
            draft.add(workflow, profile);
            new_one(deciding, draft, &id)?;
        }
        Some(known) if known == workflow => return Ok((id, Report::default())),
        Some(_) => {
            return Err(Error::refused(format!("the workflow {id} is here already and is different"))
                .hint(format!("git track show {id}")));
        }
    }
    Ok((id, report))
}

// What is asked of a workflow that begins here is asked of one that comes from elsewhere.
fn new_one(deciding: &Deciding, draft: &Draft, id: &Id) -> Result<()> {
    let world = draft.world();
    let Some((index, board)) = world.find(id) else { return Ok(()) };
    let root = board.root();
    if !root.state.is_closed() {
        unique(&world, &board.profile.workflow, root.item, &board.profile.profile, id)?;
    }
    taken_over(None, &world, index, &deciding.ask(None))?;
    adopt::only_people(None, &world, index, &deciding.ask(None))
}

fn profile(deciding: &Deciding, args: &Args, tree: &Value) -> Result<Arc<Profile>> {
    let said =
        tree.get("profile").and_then(Value::as_str).map(str::to_owned).or_else(|| args.profile.clone());
    let configured = deciding.session.snapshot.config.profiles.first().map(ToString::to_string);
    let name = said.or(configured).ok_or_else(|| {
        Error::usage("it does not say which process it follows")
            .hint("--profile NAME")
            .hint("git track profile list")
    })?;
    let name = Id::parse(&name)?;
    deciding.session.store.profile(&At::WorkTree, &name).map(Arc::new)
}

fn with_file(mut entry: Value, file: &str) -> Value {
    if let Some(map) = entry.as_object_mut() {
        map.insert("file".to_owned(), json!(file));
    }
    entry
}

fn tell(text: &mut Text, file: &str, report: &Report) {
    let Report { ignored, not_understood, stamped, agents } = report;
    if ignored.is_empty() && not_understood.is_empty() && stamped.is_empty() && agents.is_empty() {
        return;
    }
    // What says the same is told together; --json has each.
    let (same, ignored): (Vec<&Left>, Vec<&Left>) = ignored.iter().partition(|left| left.reason == SAME);
    text.line(Line::new().add(Style::Strong, file));
    for left in ignored {
        let line = format!("{}: {} ({})", left.path, crate::derive::words::show(&left.value), left.reason);
        text.line(Line::new().add(Style::Dim, "  left out        ").plain(cut(&line, 62)));
    }
    match same.as_slice() {
        [] => {}
        [one] => {
            let line = format!("{}: {} ({SAME})", one.path, crate::derive::words::show(&one.value));
            text.line(Line::new().add(Style::Dim, "  left out        ").plain(cut(&line, 62)));
        }
        [first, ..] => {
            let line = format!("{} values ({SAME}): {}, …", same.len(), first.path);
            text.line(Line::new().add(Style::Dim, "  left out        ").plain(cut(&line, 62)));
        }
    }
    for left in not_understood {
        let line = format!("{}: {}", left.path, crate::derive::words::show(&left.value));
        text.line(Line::new().add(Style::Warn, "  not understood  ").plain(cut(&line, 62)));
    }
    if !agents.is_empty() {
        let line = format!("as agents: {}", agents.join(", "));
        text.line(Line::new().add(Style::Dim, "  on the roster   ").plain(cut(&line, 62)));
    }
    if !stamped.is_empty() {
        let line = format!("{} (times by import)", stamped.join(", "));
        text.line(Line::new().add(Style::Dim, "  stamped         ").plain(cut(&line, 62)));
    }
}
