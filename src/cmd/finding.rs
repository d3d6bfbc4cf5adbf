//! `finding`: defects found, fixed, verified, waived.

use clap::{Args as ClapArgs, Subcommand};
use serde_json::{Value, json};

use crate::derive::reference::{Part, Target};
use crate::derive::shell;
use crate::derive::world::World;
use crate::error::{Error, Result};
use crate::model::id::Id;
use crate::model::record::{Finding, Severity};
use crate::model::workflow::{Workflow, tree};
use crate::moves::findings::{self, Report};
use crate::ui::{Line, Style, Table, Text};

use super::Answer;
use super::context::{Context, somebody};
use super::draft::Draft;
use super::session::{Session, world};
use super::write::{Deciding, Said, WriteArgs, change};

/// Arguments of `finding`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  git track finding add C1 src/lock.rs:88 \"lock released early\" --severity high
  git track finding fix C1.f1 HEAD
  git track finding verify C1.f1 --by I4
  git track finding list")]
pub struct Args {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// Record a defect
    Add(AddArgs),
    /// Say which commit fixes a defect
    Fix(FixArgs),
    /// Say that a fix was looked at, by somebody other than the one who made it
    Verify(VerifyArgs),
    /// Live with a defect; people only, and only where its severity allows it
    Waive(WaiveArgs),
    /// List defects, the worst first
    List {
        /// An item or a workflow
        #[arg(value_name = "REF")]
        reference: Option<String>,
        /// Settled ones too
        #[arg(long)]
        all: bool,
    },
}

/// Arguments of `finding add`.
#[derive(Debug, ClapArgs)]
struct AddArgs {
    /// What it is a defect of
    #[arg(value_name = "REF")]
    reference: String,
    /// Where it is (path:line), then what is wrong
    #[arg(value_name = "[PATH:LINE] TEXT", required = true, num_args = 1..=2)]
    words: Vec<String>,
    /// How bad it is: blocking, critical, high, medium or low
    #[arg(long, value_name = "WORD")]
    severity: String,
    /// Why there is no place
    #[arg(long, value_name = "WHY")]
    no_anchor: Option<String>,
    #[command(flatten)]
    write: WriteArgs,
}

/// Arguments of `finding fix`.
#[derive(Debug, ClapArgs)]
struct FixArgs {
    /// The finding: <item>.f1
    #[arg(value_name = "REF")]
    reference: String,
    /// The commit
    #[arg(value_name = "REV", default_value = "HEAD")]
    fix: String,
    #[command(flatten)]
    write: WriteArgs,
}

/// Arguments of `finding verify`.
#[derive(Debug, ClapArgs)]
struct VerifyArgs {
    /// The finding: <item>.f1
    #[arg(value_name = "REF")]
    reference: String,
    /// Who looked; without it whoever calls
    #[arg(long, value_name = "WHO", value_parser = somebody)]
    by: Option<String>,
    /// What there is to say
    #[arg(short, long, value_name = "TEXT")]
    message: Option<String>,
    #[command(flatten)]
    write: WriteArgs,
}

/// Arguments of `finding waive`.
#[derive(Debug, ClapArgs)]
struct WaiveArgs {
    /// The finding: <item>.f1
    #[arg(value_name = "REF")]
    reference: String,
    /// The issue that carries it on
    #[arg(long, value_name = "ISSUE")]
    issue: Option<String>,
    /// Why
    #[arg(short, long, value_name = "TEXT")]
    message: Option<String>,
    #[command(flatten)]
    write: WriteArgs,
}

/// Records, settles or lists defects.
pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    match &args.act {
        Act::Add(args) => add(context, args),
        Act::Fix(args) => fix(context, args),
        Act::Verify(args) => verify(context, args),
        Act::Waive(args) => waive(context, args),
        Act::List { reference, all } => list(context, reference.as_deref(), *all),
    }
}

fn add(context: &Context, args: &AddArgs) -> Result<Answer> {
    let severity = Severity::ALL.into_iter().find(|known| known.word().eq_ignore_ascii_case(&args.severity));
    let severity = severity.ok_or_else(|| {
        Error::usage(format!("`{}` is not a severity", args.severity))
            .hint(format!("severities: {}", Severity::ALL.map(Severity::word).join(", ")))
    })?;
    let (at, text) = match (args.words.as_slice(), &args.no_anchor) {
        ([at, text], None) => (Some(at.clone()), text.clone()),
        ([text], Some(_)) => (None, text.clone()),
        (_, Some(_)) => return Err(Error::usage("--no-anchor goes without a place")),
        (_, None) => {
            return Err(Error::usage("a finding needs its place: path:line, then what is wrong")
                .hint(format!(
                    "git track finding add {} src/lock.rs:88 \"what is wrong\" --severity high",
                    shell::word(&args.reference)
                ))
                .hint("or say why there is none: --no-anchor \"why\""));
        }
    };
    let at = at.map(|at| from_top(context, &at)).transpose()?;
    let report = Report { severity, at, placeless: args.no_anchor.clone(), text };
    change(context, args.write, |deciding, draft| {
        let target = deciding.session.target(context, &draft.world(), Some(&args.reference))?;
        if target.part != Part::Whole {
            return Err(Error::usage("findings are of items").hint("git track list"));
        }
        let (workflow, id) = findings::add(&draft.world(), target.spot, &report, &deciding.ask(None))?;
        let item = draft.world().board(target.spot).node(target.spot.place).id.clone();
        let reference = format!("{}:{item}.{id}", workflow.id);
        draft.put(workflow);
        let mut said = Said::default();
        said.data.insert("ref".to_owned(), json!(reference));
        Ok(said)
    })
}

// A place is typed where the user is, and kept from the top of the repository.
fn from_top(context: &Context, at: &str) -> Result<String> {
    let Some((path, line)) = at.rsplit_once(':') else { return Ok(at.to_owned()) };
    let path = context.repo_path(&context.repo()?, std::path::Path::new(path))?;
    Ok(format!("{path}:{line}"))
}

fn fix(context: &Context, args: &FixArgs) -> Result<Answer> {
    settle(context, &args.reference, args.write, |deciding, world, (target, id)| {
        let commit = deciding.session.store.repo.resolve(&args.fix)?;
        findings::fix(world, target.spot, id, commit.short(), &deciding.ask(None))
    })
}

fn verify(context: &Context, args: &VerifyArgs) -> Result<Answer> {
    settle(context, &args.reference, args.write, |deciding, world, (target, id)| {
        let ask = deciding.ask(args.message.as_deref());
        let by = args.by.as_deref().unwrap_or(&deciding.actor);
        findings::verify(world, target.spot, id, by, &ask)
    })
}

fn waive(context: &Context, args: &WaiveArgs) -> Result<Answer> {
    settle(context, &args.reference, args.write, |deciding, world, (target, id)| {
        let ask = deciding.ask(args.message.as_deref());
        findings::waive(world, target.spot, id, args.issue.as_deref(), &ask)
    })
}

fn settle(
    context: &Context,
    reference: &str,
    write: WriteArgs,
    decide: impl Fn(&Deciding, &World, (&Target, &Id)) -> Result<Option<Workflow>>,
) -> Result<Answer> {
    change(context, write, |deciding: &Deciding, draft: &mut Draft| {
        let target = deciding.session.target(context, &draft.world(), Some(reference))?;
        let Part::Record("findings", id) = &target.part else {
            return Err(Error::usage(format!("`{reference}` is no finding"))
                .hint("a finding is named <item>.f1")
                .hint("git track finding list"));
        };
        if let Some(workflow) = decide(deciding, &draft.world(), (&target, id))? {
            draft.put(workflow);
        }
        Ok(Said { already: "nothing to change, it is so already".to_owned(), ..Said::default() })
    })
}

fn list(context: &Context, reference: Option<&str>, all: bool) -> Result<Answer> {
    let session = Session::open(context)?;
    let world = world(&session.snapshot);
    let target = reference.map(|text| session.target(context, &world, Some(text))).transpose()?;
    let boards = session.meant(context, &world, target.as_ref())?;
    let mut found: Vec<(String, &Finding)> = Vec::new();
    for board in boards.into_iter().filter_map(|index| world.boards.get(index)) {
        let inside = |place| match &target {
            Some(target) => board.upwards(place).any(|above| above == target.spot.place),
            None => true,
        };
        for (_, node) in board.nodes().filter(|(place, _)| inside(*place)) {
            let wanted = node.item.findings.iter().filter(|(_, finding)| all || finding.is_open());
            found.extend(
                wanted.map(|(id, finding)| (format!("{}:{}.{id}", board.workflow.id, node.id), finding)),
            );
        }
    }
    found.sort_by_key(|(_, finding)| finding.severity);
    let mut text = Text::new();
    let mut table = Table::default();
    for (reference, finding) in &found {
        let local = reference.split_once(':').map_or(reference.as_str(), |(_, local)| local);
        table.row([
            (Style::Plain, local.to_owned()),
            (style(finding), finding.severity.word().to_owned()),
            (Style::Plain, standing(finding).to_owned()),
            (Style::Plain, finding.at.clone().unwrap_or_default()),
            (Style::Plain, finding.text.clone()),
        ]);
    }
    text.extend(table.text());
    if found.is_empty() {
        text.line(Line::new().plain("no finding is open"));
    }
    let listed: Vec<Value> = found
        .iter()
        .map(|(reference, finding)| {
            json!({ "ref": reference, "standing": standing(finding), "record": tree(*finding) })
        })
        .collect();
    Ok(session.whole(Answer::new(text).with("findings", listed)))
}

fn standing(finding: &Finding) -> &'static str {
    match finding {
        Finding { waived: Some(_), .. } => "waived",
        Finding { verified: Some(_), .. } => "verified",
        Finding { fixed: Some(_), .. } => "fixed",
        _ => "open",
    }
}

fn style(finding: &Finding) -> Style {
    match finding.severity {
        _ if !finding.is_open() => Style::Dim,
        Severity::Blocking | Severity::Critical | Severity::High => Style::Bad,
        Severity::Medium => Style::Warn,
        Severity::Low => Style::Plain,
    }
}
