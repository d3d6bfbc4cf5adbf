//! `man` and `completions`: made from the command line itself, so that they cannot go stale.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Command};
use clap_complete::Shell;
use serde_json::json;

use crate::error::{Error, Result, nearest};
use crate::files::install;
use crate::ui::Text;

use super::Answer;
use super::context::Context;

/// Arguments of `man`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "`git track --help` is answered by git with the manual page, once it is installed:
  git track man --install ~/.local/share/man/man1")]
pub struct Args {
    /// The page of one command instead of the overview
    #[arg(value_name = "COMMAND", conflicts_with = "install")]
    pub page: Option<String>,
    /// Write all pages into this folder
    #[arg(long, value_name = "DIR")]
    pub install: Option<PathBuf>,
}

/// Arguments of `completions`.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "bash:  git track completions bash > ~/.local/share/bash-completion/completions/git-track
zsh:   git track completions zsh > <a folder of $fpath>/_git-track
fish:  git track completions fish > ~/.config/fish/completions/git-track.fish"
)]
pub struct CompletionArgs {
    /// The shell
    #[arg(value_enum)]
    pub shell: Shell,
}

/// Prints or installs manual pages.
pub(super) fn run(context: &Context, args: &Args, tree: Command) -> Result<Answer> {
    let mut tree = tree.name("git-track");
    tree.build();
    let pages: Vec<Command> = tree
        .get_subcommands()
        .filter(|page| page.get_name() != "help" && !page.is_hide_set())
        .cloned()
        .collect();
    let page = |page: &Command, name: &str| {
        let mut out = Vec::new();
        let named = page.clone().name(name.to_owned());
        clap_mangen::Man::new(named)
            .render(&mut out)
            .map(|()| out)
            .map_err(|error| Error::bug(format!("a manual page: {error}")))
    };
    if let Some(folder) = &args.install {
        let folder = context.cwd().join(folder);
        let mut text = Text::new();
        let mut written = vec![install(&folder, "git-track.1", &page(&tree, "git-track")?)?];
        for command in &pages {
            let name = format!("git-track-{}", command.get_name());
            written.push(install(&folder, &format!("{name}.1"), &page(command, &name)?)?);
        }
        text.line(format!("{} pages in {}", written.len(), folder.display()));
        return Ok(Answer::new(text).with("files", json!(written)));
    }
    match &args.page {
        None => page(&tree, "git-track").map(Answer::raw),
        Some(wanted) => {
            let names = pages.iter().map(Command::get_name);
            match pages.iter().find(|page| page.get_name() == wanted) {
                Some(command) => page(command, &format!("git-track-{wanted}")).map(Answer::raw),
                None => {
                    let error = Error::not_found(format!("there is no command `{wanted}`"));
                    Err(match nearest(wanted, names) {
                        Some(near) => error.hint(format!("did you mean `{near}`?")),
                        None => error.hint("git track help"),
                    })
                }
            }
        }
    }
}

/// Prints a completion script. For bash it also completes `git track`, which git's own completion hands over.
pub(super) fn completions(args: &CompletionArgs, tree: Command) -> Answer {
    let mut tree = tree.name("git-track");
    let mut out = Vec::new();
    clap_complete::generate(args.shell, &mut tree, "git-track", &mut out);
    if args.shell == Shell::Bash {
        out.extend_from_slice(GIT_BASH.as_bytes());
    }
    Answer::raw(out)
}

/// git's completion for bash calls `_git_track` with the words of `git track …`.
const GIT_BASH: &str = r#"
_git_track() {
    local words=("git-track" "${words[@]:__git_cmd_idx+1}") cword=$((cword - __git_cmd_idx))
    COMP_WORDS=("${words[@]}")
    COMP_CWORD=$cword
    _git-track git-track "$cur" "$prev"
}
"#;
