//! Commands: their arguments and what they do. The only place that sees more than one of the layers below.

mod add;
mod answer;
mod base;
mod branching;
mod brief;
mod bump;
mod canary;
mod check;
mod commands;
mod config;
mod confined;
mod context;
mod deliver;
mod demo;
mod diff;
mod doctor;
mod documents;
mod done;
mod draft;
mod drawing;
mod drift;
mod finding;
mod gate;
mod graph;
mod homes;
mod hooks;
mod import;
mod init;
mod items;
mod judging;
mod leases;
mod list;
mod log;
mod logs;
mod man;
mod merge_message;
mod moves;
mod new;
mod next;
mod note;
mod outline;
mod profile;
mod prompt;
mod queue;
mod recover;
mod release;
mod render;
mod report;
mod roster;
mod scaffold;
mod schema;
mod score;
mod scratchpad;
mod session;
mod set;
mod show;
mod standing;
mod status;
mod step;
mod suites;
mod sync;
mod trust;
mod undo;
mod validity;
mod version;
mod why;
mod write;

use serde_json::{Value, json};

use crate::error::Result;
use crate::ui::{Printed, Text};

pub use check::Args as CheckArgs;
pub use commands::Command;
pub use context::{Context, Global, Surroundings};
pub use hooks::Args as HooksArgs;
pub use prompt::Args as PromptArgs;
pub use release::Command as ReleaseCommand;
pub use status::Args as StatusArgs;

/// What a command has to say.
#[derive(Debug, Default)]
pub struct Answer {
    /// For `--json`: what stands beside `schema` and `command`.
    pub data: serde_json::Map<String, Value>,
    /// For people.
    pub text: Text,
    /// For another program, as it is: takes the place of the text.
    pub raw: Option<Vec<u8>>,
    /// What was printed before and is printed again: takes the place of the data and the text.
    pub printed: Option<Printed>,
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

/// Runs a command; `tree`: the whole command line, for completions and manual pages.
pub fn run(context: &Context, command: &Command, tree: fn() -> clap::Command) -> Result<Answer> {
    match command {
        Command::Init(args) => init::run(context, args),
        Command::Demo(args) => demo::run(context, args),
        Command::New(args) => new::run(context, args),
        Command::Import(args) => import::run(context, args),
        Command::Hooks(args) => hooks::run(context, args),
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
        Command::Start(args) => moves::start(context, args),
        Command::Submit(args)
        | Command::Fail(args)
        | Command::Retry(args)
        | Command::Skip(args)
        | Command::Reopen(args) => moves::run(context, command.word(), args),
        Command::Done(args) => done::run(context, args),
        Command::Step(args) => step::run(context, args),
        Command::Note(args) => note::run(context, args),
        Command::Score(args) => score::run(context, args),
        Command::Gate(args) => gate::run(context, args),
        Command::Approve(args) => answer::approve(context, args),
        Command::Reject(args) => answer::reject(context, args),
        Command::Revoke(args) => answer::revoke(context, args),
        Command::Finding(args) => finding::run(context, args),
        Command::Trigger(args) => answer::trigger(context, args),
        Command::Render(args) => render::run(context, args),
        Command::Dashboard(args) => report::dashboard(context, args),
        Command::Weekly(args) => report::weekly(context, args),
        Command::Report(args) => report::run(context, args),
        Command::Guide(args) => report::guide(context, args),
        Command::Check(args) => check::run(context, args),
        Command::Explain(args) => check::explain(context, args),
        Command::Sync(args) => sync::run(context, args),
        Command::Drift(args) => drift::run(context, args),
        Command::Trust(args) => trust::run(context, args),
        Command::Release(command) => release::run(context, command),
        Command::Confined(args) => confined::run(context, args),
        Command::Undo(args) => undo::run(context, args),
        Command::Recover(args) => recover::run(context, args),
        Command::Config(args) => config::run(context, args),
        Command::Profile(args) => profile::run(context, args),
        Command::Prompt(args) => prompt::run(context, args),
        Command::Schema(args) => schema::run(args),
        Command::MergeMessage(args) => merge_message::run(context, args),
        Command::Completions(args) => Ok(man::completions(args, tree())),
        Command::Man(args) => man::run(context, args, tree()),
    }
}
