//! The commands of the command line, in the order of the help.

use clap::Subcommand;

use super::{
    add, answer, brief, check, config, confined, demo, diff, doctor, done, drift, finding, gate, graph,
    hooks, import, init, list, log, man, merge_message, moves, new, next, note, profile, prompt, queue,
    recover, release, render, report, schema, score, set, show, status, step, sync, trust, undo, why,
};

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
    /// Put hooks where git runs them, take them away, or say who runs
    #[command(display_order = 5)]
    Hooks(hooks::Args),
    /// Say whether everything git-track relies on is in order
    #[command(display_order = 7)]
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
        after_help = "Examples:\n  git track start batch-1\n  git track start ci-green scan-triage        several at once\n  git track start batch-1 --branch            on a branch of its own, made from the base"
    )]
    Start(moves::StartArgs),
    /// Hand an item in for judgement
    #[command(
        display_order = 24,
        after_help = "Example:\n  git track submit -m \"ready to be judged\"   the branch's item, or the running one"
    )]
    Submit(moves::Args),
    /// Finish an item, tick a checklist line, or close a workflow
    #[command(
        display_order = 25,
        after_help = "Examples:\n  git track done TASK-001 -m \"What came out.\"\n  git track done C1 -m \"What came out.\" --submit   then runs its submit_command\n  git track done phase-1.rollback            ticks a checklist line\n  git track done execution-framework         closes a workflow"
    )]
    Done(done::DoneArgs),
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

    /// Write documents from the state, or say which are out of date
    #[command(display_order = 45)]
    Render(render::Args),
    /// Print the dashboard of a workflow
    #[command(
        display_order = 46,
        after_help = "Examples:\n  git track dashboard\n  git track dashboard execution-framework"
    )]
    Dashboard(report::DashboardArgs),
    /// Print the report of a week, filled from what happened in it
    #[command(
        display_order = 47,
        after_help = "Examples:\n  git track weekly \"Week 1\"\n  git track weekly \"Week 7\" --since 2026-02-09 --until 2026-02-15\n  git track weekly --blank"
    )]
    Weekly(report::WeeklyArgs),
    /// Print a report: daily, demo, retro, pr and what else the process has
    #[command(
        display_order = 48,
        after_help = "Examples:\n  git track report daily\n  git track report pr U02\n  git track report            lists them"
    )]
    Report(report::Args),
    /// Print the runbook of a process, with the paths of this team
    #[command(
        display_order = 49,
        after_help = "Examples:\n  git track guide change\n  git track guide program > RUNBOOK.md"
    )]
    Guide(report::GuideArgs),

    /// Judge what is staged, a range of commits, a message, or all that is there
    #[command(display_order = 51)]
    Check(check::Args),
    /// Say what a rule asks for, and why
    #[command(display_order = 52)]
    Explain(check::ExplainArgs),
    /// Set what is declared to what git knows: proposes, and writes with --apply
    #[command(display_order = 53)]
    Sync(sync::Args),
    /// Say where what is declared differs from what git knows
    #[command(display_order = 54)]
    Drift(drift::Args),
    /// The commands of releases.
    #[command(flatten)]
    Release(release::Command),

    /// Let the templates of this repository run on this machine
    #[command(display_order = 6)]
    Trust(trust::Args),

    /// Render templates that are not ours in a process of their own
    #[command(hide = true)]
    Confined(confined::Args),

    /// List, read or set the team's configuration
    #[command(display_order = 55)]
    Config(config::Args),
    /// List, show or eject processes
    #[command(display_order = 56)]
    Profile(profile::Args),
    /// Print a JSON Schema
    #[command(display_order = 57)]
    Schema(schema::Args),
    /// Print a few words for the prompt of a shell
    #[command(display_order = 58)]
    Prompt(prompt::Args),
    /// Print the text for a squash of a branch, with the trailer that names its item
    #[command(display_order = 58)]
    MergeMessage(merge_message::Args),
    /// Print a completion script for a shell
    #[command(display_order = 58)]
    Completions(man::CompletionArgs),
    /// Print or install the manual pages
    #[command(display_order = 59)]
    Man(man::Args),
}

impl Command {
    /// The word that `--json` names it by.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Init(_) => "init",
            Self::Demo(_) => "demo",
            Self::New(_) => "new",
            Self::Import(_) => "import",
            Self::Hooks(_) => "hooks",
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
            Self::Render(_) => "render",
            Self::Dashboard(_) => "dashboard",
            Self::Weekly(_) => "weekly",
            Self::Report(_) => "report",
            Self::Guide(_) => "guide",
            Self::Check(_) => "check",
            Self::Explain(_) => "explain",
            Self::Sync(_) => "sync",
            Self::Drift(_) => "drift",
            Self::Trust(_) => "trust",
            Self::Release(command) => command.word(),
            Self::Confined(_) => "confined",
            Self::Undo(_) => "undo",
            Self::Recover(_) => "recover",
            Self::Config(_) => "config",
            Self::Profile(_) => "profile",
            Self::Schema(_) => "schema",
            Self::Prompt(_) => "prompt",
            Self::MergeMessage(_) => "merge-message",
            Self::Completions(_) => "completions",
            Self::Man(_) => "man",
        }
    }
}
