//! Commands: their arguments and what they do. The only place that sees more than one of the layers below.

mod add;
mod answer;
mod brief;
mod config;
mod confined;
mod context;
mod demo;
mod diff;
mod doctor;
mod drawing;
mod finding;
mod gate;
mod graph;
mod import;
mod init;
mod items;
mod judging;
mod list;
mod log;
mod logs;
mod man;
mod moves;
mod new;
mod next;
mod note;
mod outline;
mod profile;
mod queue;
mod recover;
mod roster;
mod scaffold;
mod schema;
mod score;
mod session;
mod set;
mod show;
mod status;
mod step;
mod undo;
mod why;
mod write;

use clap::Subcommand;
use serde_json::{Value, json};

use crate::error::Result;
use crate::ui::Text;

pub use context::{Context, Global, Surroundings};

/// What a command has to say.
#[derive(Debug, Default)]
pub struct Answer {
    /// For `--json`: what stands beside `schema` and `command`.
    pub data: serde_json::Map<String, Value>,
    /// For people.
    pub text: Text,
    /// For another program, as it is: takes the place of the text.
    pub raw: Option<Vec<u8>>,
    /// The exit status: 0, 1 for no, 4 when something is broken.
    pub exit: u8,
}

impl Answer {
    /// The document of `--json`.
    pub fn document(&self, command: &str) -> Value {
        let mut document = serde_json::Map::new();
        document.insert("schema".to_owned(), json!(1));
        document.insert("command".to_owned(), json!(command));
        document.extend(self.data.clone());
        Value::Object(document)
    }

    fn new(text: Text) -> Self {
        Self { text, ..Self::default() }
    }

    fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self { raw: Some(bytes.into()), ..Self::default() }
    }

    fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.data.insert(key.to_owned(), value.into());
        self
    }

    fn exit(mut self, exit: u8) -> Self {
        self.exit = exit;
        self
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Prepare a repository: configuration and the folder of the state
    #[command(display_order = 1)]
    Init(init::Args),
    /// Build a throw-away repository with processes part-way through, to play with
    #[command(display_order = 2)]
    Demo(demo::Args),
    /// Begin a workflow
    #[command(display_order = 3)]
    New(new::Args),
    /// Take over plans and traces kept in other files
    #[command(display_order = 4)]
    Import(import::Args),
    /// Say whether everything git-track relies on is in order
    #[command(display_order = 5)]
    Doctor(doctor::Args),

    /// Show where everything stands and what to do next
    #[command(display_order = 10)]
    Status(status::Args),
    /// Show everything that is known about an item
    #[command(display_order = 11)]
    Show(show::Args),
    /// List items
    #[command(display_order = 12)]
    List(list::Args),
    /// List what can be done now
    #[command(display_order = 13)]
    Next(next::Args),
    /// Say why an item is where it is and what clears the way
    #[command(display_order = 14)]
    Why(why::Args),
    /// Say what somebody who lost all context needs to go on
    #[command(display_order = 15)]
    Brief(brief::Args),
    /// Tell what happened, from the history of the state in git
    #[command(display_order = 16)]
    Log(log::Args),
    /// Say in words what differs between two versions of the state
    #[command(display_order = 17)]
    Diff(diff::Args),
    /// Show what is worked on together, and in which order
    #[command(display_order = 18)]
    Queue(queue::Args),
    /// Draw what comes before what and what takes longest
    #[command(display_order = 19)]
    Graph(graph::Args),

    /// Add an item, a risk, a metric, a checklist line or an agent
    #[command(display_order = 20)]
    Add(add::Args),
    /// Set fields of an item, risk or metric
    #[command(display_order = 21, visible_alias = "update")]
    Set(set::Args),
    /// Take an item and begin it; without REF the first ready one
    #[command(
        display_order = 22,
        after_help = "Examples:\n  git track claim\n  git track claim pin-image --as agent-7"
    )]
    Claim(moves::ClaimArgs),
    /// Begin an item
    #[command(
        display_order = 23,
        after_help = "Examples:\n  git track start batch-1\n  git track start ci-green scan-triage        several at once"
    )]
    Start(moves::Args),
    /// Hand an item in for judgement
    #[command(
        display_order = 24,
        after_help = "Example:\n  git track submit -m \"ready to be judged\"   the branch's item, or the running one"
    )]
    Submit(moves::Args),
    /// Finish an item, tick a checklist line, or close a workflow
    #[command(
        display_order = 25,
        after_help = "Examples:\n  git track done TASK-001 -m \"What came out.\"\n  git track done phase-1.rollback            ticks a checklist line\n  git track done execution-framework         closes a workflow"
    )]
    Done(moves::Args),
    /// Say what holds an item
    #[command(
        display_order = 26,
        after_help = "Example:\n  git track block pin-image -m \"The registry is down\" --fix \"ask operations\""
    )]
    Block(moves::BlockArgs),
    /// Say that nothing holds an item any more
    #[command(
        display_order = 27,
        after_help = "Examples:\n  git track unblock pin-image\n  git track unblock pin-image.b1 -m \"operations answered\""
    )]
    Unblock(moves::Args),
    /// Say that an item failed
    #[command(
        display_order = 28,
        after_help = "Example:\n  git track fail -m \"The large file test times out after 30 s.\""
    )]
    Fail(moves::Args),
    /// Go on after a failure
    #[command(display_order = 29, after_help = "Example:\n  git track retry s2 -m \"with a longer timeout\"")]
    Retry(moves::Args),
    /// Leave an item out
    #[command(display_order = 30, after_help = "Example:\n  git track skip C4 -m \"neither criterion met\"")]
    Skip(moves::Args),
    /// Take up again what was done or left out
    #[command(
        display_order = 31,
        after_help = "Example:\n  git track reopen batch-1 -m \"the fix did not hold\""
    )]
    Reopen(moves::Args),
    /// Record a step of a trace before its work begins
    #[command(display_order = 32)]
    Step(step::Args),
    /// Record a remark, a decision, the focus, an obstacle or an artifact
    #[command(display_order = 33)]
    Note(note::Args),

    /// Judge an item by a score: a round of its loop
    #[command(display_order = 34)]
    Score(score::Args),
    /// List gates, or answer a part of one
    #[command(display_order = 35)]
    Gate(gate::Args),
    /// Say yes to what waits for a person
    #[command(
        display_order = 36,
        after_help = "Examples:\n  git track approve CP-001 -m \"fine\"\n  git track approve QG-2.code-review\n  git track approve TASK-003 -m \"good enough\"    accepts used-up rounds\n  git track approve C2.v1                        a departure from the process"
    )]
    Approve(answer::ApproveArgs),
    /// Say no to what waits for a person; the work is sent back
    #[command(
        display_order = 37,
        after_help = "Examples:\n  git track reject CP-001 -m \"the licence is missing\"\n  git track reject CP-001 --item TASK-002 -m \"count again\""
    )]
    Reject(answer::RejectArgs),
    /// Take an approval, an answer, a waiver or a decision back
    #[command(
        display_order = 38,
        after_help = "Examples:\n  git track revoke CP-001 -m \"approved by mistake\"\n  git track revoke C4 -m \"decide again\""
    )]
    Revoke(answer::RevokeArgs),
    /// Record defects, their fixes and who verified them
    #[command(display_order = 39)]
    Finding(finding::Args),
    /// Decide that a conditional item is needed
    #[command(
        display_order = 32,
        after_help = "Example:\n  git track trigger C4 --criterion hooks -m \"C2 introduced finished-hook side effects\"\n\nThat it is not needed: git track skip C4 -m \"why\""
    )]
    Trigger(answer::TriggerArgs),

    /// Take the last change of this worktree back
    #[command(display_order = 40)]
    Undo(undo::Args),
    /// Finish or take back a change that was interrupted
    #[command(display_order = 41)]
    Recover(recover::Args),

    /// List, read or set the team's configuration
    #[command(display_order = 50)]
    Config(config::Args),
    /// List, show or eject processes
    #[command(display_order = 51)]
    Profile(profile::Args),
    /// Print a JSON Schema
    #[command(display_order = 52)]
    Schema(schema::Args),
    /// Print a completion script for a shell
    #[command(display_order = 53)]
    Completions(man::CompletionArgs),
    /// Print or install the manual pages
    #[command(display_order = 54)]
    Man(man::Args),
    /// Render templates that are not ours in a process of their own
    #[command(hide = true)]
    Confined(confined::Args),
}

impl Command {
    /// The word that `--json` names it by.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Init(_) => "init",
            Self::Demo(_) => "demo",
            Self::New(_) => "new",
            Self::Import(_) => "import",
            Self::Doctor(_) => "doctor",
            Self::Status(_) => "status",
            Self::Show(_) => "show",
            Self::List(_) => "list",
            Self::Next(_) => "next",
            Self::Why(_) => "why",
            Self::Brief(_) => "brief",
            Self::Log(_) => "log",
            Self::Diff(_) => "diff",
            Self::Queue(_) => "queue",
            Self::Graph(_) => "graph",
            Self::Add(_) => "add",
            Self::Set(_) => "set",
            Self::Claim(_) => "claim",
            Self::Start(_) => "start",
            Self::Submit(_) => "submit",
            Self::Done(_) => "done",
            Self::Block(_) => "block",
            Self::Unblock(_) => "unblock",
            Self::Fail(_) => "fail",
            Self::Retry(_) => "retry",
            Self::Skip(_) => "skip",
            Self::Reopen(_) => "reopen",
            Self::Step(_) => "step",
            Self::Note(_) => "note",
            Self::Score(_) => "score",
            Self::Gate(_) => "gate",
            Self::Approve(_) => "approve",
            Self::Reject(_) => "reject",
            Self::Revoke(_) => "revoke",
            Self::Finding(_) => "finding",
            Self::Trigger(_) => "trigger",
            Self::Undo(_) => "undo",
            Self::Recover(_) => "recover",
            Self::Config(_) => "config",
            Self::Profile(_) => "profile",
            Self::Schema(_) => "schema",
            Self::Completions(_) => "completions",
            Self::Man(_) => "man",
            Self::Confined(_) => "confined",
        }
    }
}

/// Runs a command; `tree`: the whole command line, for completions and manual pages.
pub fn run(context: &Context, command: &Command, tree: clap::Command) -> Result<Answer> {
    match command {
        Command::Init(args) => init::run(context, args),
        Command::Demo(args) => demo::run(context, args),
        Command::New(args) => new::run(context, args),
        Command::Import(args) => import::run(context, args),
        Command::Doctor(args) => doctor::run(context, args),
        Command::Status(args) => status::run(context, args),
        Command::Show(args) => show::run(context, args),
        Command::List(args) => list::run(context, args),
        Command::Next(args) => next::run(context, args),
        Command::Why(args) => why::run(context, args),
        Command::Brief(args) => brief::run(context, args),
        Command::Log(args) => log::run(context, args),
        Command::Diff(args) => diff::run(context, args),
        Command::Queue(args) => queue::run(context, args),
        Command::Graph(args) => graph::run(context, args),
        Command::Add(args) => add::run(context, args),
        Command::Set(args) => set::run(context, args),
        Command::Claim(args) => moves::claim(context, args),
        Command::Block(args) => moves::block(context, args),
        Command::Unblock(args) => moves::unblock(context, args),
        Command::Start(args)
        | Command::Submit(args)
        | Command::Done(args)
        | Command::Fail(args)
        | Command::Retry(args)
        | Command::Skip(args)
        | Command::Reopen(args) => moves::run(context, command.word(), args),
        Command::Step(args) => step::run(context, args),
        Command::Note(args) => note::run(context, args),
        Command::Score(args) => score::run(context, args),
        Command::Gate(args) => gate::run(context, args),
        Command::Approve(args) => answer::approve(context, args),
        Command::Reject(args) => answer::reject(context, args),
        Command::Revoke(args) => answer::revoke(context, args),
        Command::Finding(args) => finding::run(context, args),
        Command::Trigger(args) => answer::trigger(context, args),
        Command::Undo(args) => undo::run(context, args),
        Command::Recover(args) => recover::run(context, args),
        Command::Config(args) => config::run(context, args),
        Command::Profile(args) => profile::run(context, args),
        Command::Schema(args) => schema::run(args),
        Command::Completions(args) => Ok(man::completions(args, tree)),
        Command::Man(args) => man::run(context, args, tree),
        Command::Confined(args) => confined::run(context, args),
    }
}
