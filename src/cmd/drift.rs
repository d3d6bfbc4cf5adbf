//! `drift`: where what is declared differs from what git knows, and what somebody lets stand.

use clap::Args as ClapArgs;
use serde_json::{Value, json};

use crate::derive::drift::{Code, Drift, Weight};
use crate::derive::reference::Part;
use crate::derive::words::several;
use crate::derive::world::Spot;
use crate::error::{Error, Kind, Result};
use crate::model::facts::CommitId;
use crate::model::id::Id;
use crate::model::rule::Level;
use crate::moves::accept::{Difference, accept};
use crate::ui::{Line, Style, Text, wrap};

use super::Answer;
use super::context::Context;
use super::session::{Session, world};
use super::standing::{Here, Of, standings};
use super::write::{Said, WriteArgs, change};

/// Arguments of `drift`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  git track drift
  git track drift batch-1
  git track drift batch-1 --accept -m \"the rest is on purpose\"

Exit status: 1 when a difference is a warning or an error that nobody accepted.
`git track explain D03` says what a code means; D01 to D15: docs/progress.md.")]
pub struct Args {
    /// The item; without it all of open workflows
    #[arg(value_name = "REF")]
    pub reference: Option<String>,
    /// Notes and accepted differences too
    #[arg(long)]
    pub all: bool,
    /// Let the differences of REF stand until git tells of another commit
    #[arg(long, requires = "reference")]
    pub accept: bool,
    /// Accept only this one
    #[arg(long, value_name = "CODE", requires = "accept")]
    pub code: Option<String>,
    /// Why it may stand
    #[arg(short, long, value_name = "TEXT", requires = "accept")]
    pub message: Option<String>,
    #[command(flatten)]
    write: WriteArgs,
}

/// Lists differences, or accepts them.
pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    if args.accept {
        return accepted(context, args);
    }
    let session = Session::open(context)?;
    let world = world(&session.snapshot);
    let asked = args.reference.as_deref();
    let only = asked.map(|text| session.target(context, &world, Some(text))).transpose()?;
    let only = only.map(|target| target.spot);
    // An item of a closed workflow is not among the open ones.
    let of = match only {
        Some(spot) if world.board(spot).root().state.is_closed() => Of::One(spot),
        _ => Of::Open,
    };
    let found = standings(Here::of(context, &session), &world, of)?;
    let board = only.filter(|spot| spot.place == 0).map(|spot| spot.board);
    let meant = |drift: &&Drift| match (only, board) {
        (_, Some(board)) => drift.spot.is_some_and(|spot| spot.board == board),
        (Some(spot), None) => drift.spot == Some(spot),
        (None, None) => true,
    };
    let all: Vec<&Drift> = found.drift.iter().filter(meant).collect();
    let whole = session.snapshot.broken.is_empty();
    let answer = Answer::new(screen(&all, (args.all, whole), found.untold().as_deref()));
    let told = |drift: &&Drift| drift.accepted.is_none() && drift.weight >= Weight::Warning;
    // A base that is not there is no clone that knows less, but a setting that is wrong.
    let wrong = all.iter().any(told) || found.misled;
    let exit = if wrong { Kind::Refused.exit() } else { 0 };
    let data: Vec<Value> = all.iter().map(|drift| data(drift)).collect();
    Ok(session.whole(answer.with("drift", data).with("trouble", json!(found.untold())).exit(exit)))
}

/// A difference for `--json`.
pub(super) fn data(drift: &Drift) -> Value {
    json!({
        "code": drift.code.word(),
        "level": drift.weight.word(),
        "ref": drift.reference,
        "message": drift.message,
        "command": drift.command,
        "commit": drift.at.as_ref().map(CommitId::as_str),
        "accepted": drift.accepted,
    })
}

fn screen(all: &[&Drift], (everything, whole): (bool, bool), trouble: Option<&str>) -> Text {
    let mut text = Text::new();
    if let Some(trouble) = trouble {
        text.line(Line::new().add(Style::Warn, "git cannot tell: ").plain(trouble));
    }
    let is_quiet = |drift: &&&Drift| drift.accepted.is_some() || drift.weight == Weight::Note;
    let told: Vec<&&Drift> = all.iter().filter(|drift| everything || !is_quiet(drift)).collect();
    let (quiet, accepted) = all.iter().filter(is_quiet).fold((0, 0), |(notes, accepted), drift| {
        if drift.accepted.is_some() { (notes, accepted + 1) } else { (notes + 1, accepted) }
    });
    for drift in &told {
        entry(&mut text, drift);
    }
    if told.is_empty() && trouble.is_none() && whole && accepted == 0 {
        text.line("what is declared agrees with what git knows");
    } else if told.is_empty() {
        text.line("no other difference is known");
    }
    if !everything && quiet + accepted > 0 {
        let notes = several(quiet, "note");
        let told = format!("{notes}, {accepted} accepted: git track drift --all");
        text.line(Line::new().add(Style::Dim, told));
    }
    text
}

fn entry(text: &mut Text, drift: &Drift) {
    let style = match drift.weight {
        Weight::Error => Style::Bad,
        Weight::Warning => Style::Warn,
        Weight::Info | Weight::Note => Style::Dim,
    };
    let head = Line::new().add(style, format!("{} {:<7}", drift.code.word(), drift.weight.word()));
    text.line(head.plain("  ").add(Style::Strong, &drift.reference));
    for line in wrap(&drift.message, 74) {
        text.line(Line::new().plain("      ").plain(line));
    }
    match (&drift.accepted, &drift.command) {
        (Some(why), _) => {
            for line in wrap(&format!("accepted: {why}"), 74) {
                text.line(Line::new().plain("      ").add(Style::Dim, line));
            }
        }
        (None, Some(command)) => {
            text.line(Line::new().plain("      ").add(Style::Command, command));
        }
        (None, None) => {}
    }
}

fn accepted(context: &Context, args: &Args) -> Result<Answer> {
    let only = args.code.as_deref().map(code).transpose()?;
    change(context, args.write, |deciding, draft| {
        let reference = args.reference.as_deref();
        let (spot, differences) = {
            let world = draft.world();
            let target = deciding.session.target(context, &world, reference)?;
            if target.part != Part::Whole || target.spot.place == 0 {
                return Err(Error::usage("differences are accepted item by item").hint("git track drift"));
            }
            let spot = target.spot;
            let found = standings(Here::of(context, deciding.session), &world, Of::One(spot))?;
            (spot, differences(&found.drift, spot, only)?)
        };
        if differences.is_empty() {
            let nothing = Error::new(Kind::Nothing, "there is no difference to accept");
            return Err(nothing.hint("git track drift --all"));
        }
        let ask = deciding.ask(args.message.as_deref());
        let changed = accept(&draft.world(), spot, &differences, &ask)?;
        if let Some(workflow) = changed {
            draft.put(workflow);
        }
        Ok(Said { already: "nothing to change, it is accepted already".to_owned(), ..Said::default() })
    })
}

fn differences(drift: &[Drift], spot: Spot, only: Option<Code>) -> Result<Vec<Difference>> {
    let meant = |drift: &Drift| drift.spot == Some(spot) && only.is_none_or(|code| drift.code == code);
    let wanted = |drift: &&Drift| meant(drift) && !drift.about.is_empty();
    let difference = |drift: &Drift| Ok((Id::parse(&drift.code.word())?, drift.about.clone()));
    drift.iter().filter(wanted).map(difference).collect()
}

/// The code of that name, if there is one.
pub(super) fn known(text: &str) -> Option<Code> {
    Code::ALL.into_iter().find(|code| code.word().eq_ignore_ascii_case(text))
}

/// What a code means, and what to do about it.
pub(super) fn explained(code: Code) -> Answer {
    let mut text = Text::new();
    text.line(Line::new().add(Style::Strong, code.word()).plain("  ").plain(code.meaning()));
    text.line(Line::new().add(Style::Dim, format!("{}; git track drift", code.weight().word())));
    text.gap();
    for line in wrap(&code.help().replace('\n', " "), 76) {
        text.line(Line::new().plain("  ").plain(line));
    }
    let level = match code.weight() {
        Weight::Error => Level::Error,
        Weight::Warning => Level::Warn,
        Weight::Info | Weight::Note => Level::Off,
    };
    let data = json!({"rule": code.word(), "summary": code.meaning(), "help": code.help(), "level": level.word(),
                      "default": level.word(), "stages": ["drift", "check --all"]});
    Answer::new(text).with("rules", vec![data])
}

fn code(text: &str) -> Result<Code> {
    known(text).ok_or_else(|| {
        let last = Code::ALL.last().map(|code| code.word()).unwrap_or_default();
        Error::not_found(format!("there is no code `{text}`"))
            .hint(format!("D01 to {last}: git track explain D01"))
    })
}
