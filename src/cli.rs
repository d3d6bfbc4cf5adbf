//! The command line: arguments in, exit status out.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use crate::cmd::{self, Command, Context, Global, Surroundings};
use crate::error::{Error, Result};
use crate::ui::{Color, Text, Ui, Wishes};

/// Version-controlled process: workflow state as YAML in the repository
#[derive(Debug, Parser)]
#[command(
    name = "git-track",
    bin_name = "git track",
    version,
    propagate_version = false,
    max_term_width = 80,
    after_help = "Exit status: 0 yes, 1 no or refused, 2 usage, 3 no such thing or nothing to do,
4 invalid state or repository, 70 a bug, 75 locked or recovery pending.
Reference: [<workflow>:]<id>[.<part>]. Start with: git track demo, or git track init."
)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Takes `GIT_INDEX_FILE` out of the environment with `remove` and returns it: libgit2 would resolve it wrongly.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment and the clock")]
pub fn take_index_file(remove: impl FnOnce(&str)) -> Option<OsString> {
    const NAME: &str = "GIT_INDEX_FILE";
    let value = std::env::var_os(NAME);
    remove(NAME);
    value
}

/// Runs the program; `index_file` was taken out of the environment by `main`.
pub fn run(args: impl IntoIterator<Item = OsString>, index_file: Option<OsString>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    let json = args.iter().any(|arg| arg == "--json");
    let cli = match quick(&args).map_or_else(|| Cli::try_parse_from(&args), Ok) {
        Ok(cli) => cli,
        Err(error) => return usage(&error, &args, json),
    };
    let word = cli.command.word();
    let ui = Ui::new(Color::Auto, Wishes::default(), cli.global.json, cli.global.quiet);
    match context(word, cli.global, index_file) {
        Ok(context) => execute(&context, word, &cli.command),
        Err(error) => {
            ui.error(word, &error);
            ExitCode::from(error.kind().exit())
        }
    }
}

/// The command line of what is called all the time: by git with every commit, by shells with every prompt, by jobs, by
/// people.
#[derive(Debug, Parser)]
struct QuickLine {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: QuickCommand,
}

#[derive(Debug, Subcommand)]
enum QuickCommand {
    Check(cmd::CheckArgs),
    Hooks(cmd::HooksArgs),
    Prompt(cmd::PromptArgs),
    Status(cmd::StatusArgs),
    #[command(flatten)]
    Release(cmd::ReleaseCommand),
}

// To lay out every command takes longer than to judge a commit. What is not clear goes the long way.
fn quick(args: &[OsString]) -> Option<Cli> {
    let first = args.get(1)?.to_str()?;
    // The word alone is what prompts and most people type.
    let alone = match first {
        "prompt" => Some(Command::Prompt(cmd::PromptArgs::default())),
        "status" => Some(Command::Status(cmd::StatusArgs::default())),
        _ => None,
    };
    if let (Some(command), 2) = (alone, args.len()) {
        return Some(Cli { global: Global::default(), command });
    }
    let is_quick = match first {
        "hooks" => args.get(2).is_some_and(|second| second == "run"),
        "bump" | "check" | "prompt" | "status" | "version" => true,
        _ => false,
    };
    if !is_quick {
        return None;
    }
    let QuickLine { global, command } = QuickLine::try_parse_from(args).ok()?;
    let command = match command {
        QuickCommand::Check(args) => Command::Check(args),
        QuickCommand::Hooks(args) => Command::Hooks(args),
        QuickCommand::Prompt(args) => Command::Prompt(args),
        QuickCommand::Status(args) => Command::Status(args),
        QuickCommand::Release(command) => Command::Release(command),
    };
    Some(Cli { global, command })
}

fn execute(context: &Context, word: &str, command: &Command) -> ExitCode {
    let answer = cmd::run(context, command, Cli::command);
    let printed = answer.as_ref().map(|answer| match (&answer.printed, &answer.raw) {
        (Some(printed), _) => context.ui.printed(printed).map(|()| answer.exit),
        (None, Some(raw)) => context.ui.raw(&answer.document(word), raw).map(|()| answer.exit),
        (None, None) => context.ui.answer(&answer.document(word), &answer.text).map(|()| answer.exit),
    });
    match printed {
        Ok(Ok(exit)) => ExitCode::from(exit),
        Ok(Err(error)) => {
            let error = Error::io("print the answer", &error);
            context.ui.error(word, &error);
            ExitCode::from(error.kind().exit())
        }
        Err(error) => {
            context.ui.error(word, error);
            ExitCode::from(error.kind().exit())
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment and the clock")]
fn context(word: &'static str, global: Global, index_file: Option<OsString>) -> Result<Context> {
    let cwd = std::env::current_dir().map_err(|error| Error::io("find the current directory", &error))?;
    let mut vars: BTreeMap<OsString, OsString> = std::env::vars_os().collect();
    vars.extend(index_file.map(|file| (OsString::from("GIT_INDEX_FILE"), file)));
    let around = Surroundings {
        cwd,
        vars,
        seconds: jiff::Timestamp::now().as_second(),
        // The rules of all time zones are looked through for it, which takes longer than most commands.
        date: || jiff::Zoned::now().date().to_string(),
        pid: std::process::id(),
        program: std::env::args_os().next(),
        executable: std::env::current_exe().ok(),
    };
    Context::new(word, global, around)
}

// clap prints its own help and complaints; with --json a complaint is a document like every other error.
fn usage(error: &clap::Error, args: &[OsString], json: bool) -> ExitCode {
    if json && error.use_stderr() {
        let tree = Cli::command();
        let is_command = |arg: &&OsString| tree.get_subcommands().any(|known| known.get_name() == **arg);
        let word = args.iter().skip(1).find(is_command).map(|arg| arg.to_string_lossy()).unwrap_or_default();
        let printed = error.to_string();
        let message = printed.split("\n\n").next().unwrap_or_default().trim_start_matches("error: ");
        let message = message.split_whitespace().collect::<Vec<_>>().join(" ");
        let error = Error::usage(message).hint("git track help");
        Ui::new(Color::Never, Wishes::default(), true, false).error(&word, &error);
        return ExitCode::from(error.kind().exit());
    }
    if error.use_stderr() {
        // What was typed stands in the complaint, and it may hold anything.
        let mut text = Text::new();
        error.to_string().lines().for_each(|line| text.line(line));
        Ui::new(Color::Auto, Wishes::default(), false, false).remark(&text);
        return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
    }
    match error.print() {
        Err(broken) if broken.kind() != std::io::ErrorKind::BrokenPipe => {
            ExitCode::from(crate::error::Kind::Io.exit())
        }
        _ => ExitCode::SUCCESS,
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }

    #[test]
    fn every_command_has_an_example() {
        for command in super::Cli::command().get_subcommands() {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.contains(&format!("git track {}", command.get_name())), "{}", command.get_name());
        }
    }
}
