//! The text of a session, and playing it.
//!
//! `$ ` begins a command that `sh -c` runs in the repository, `> ` continues it on the next line. Below it stands its
//! standard output as it is, then `! ` in front of each line of its standard error, then `? ` and the exit status
//! where that is not zero. `# ` is a remark; remarks and the empty lines in front of commands are kept as they are. A
//! line of output that looks like one of these, or is an empty last line, has a `\` in front of it.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use regex::Regex;
use tempfile::TempDir;

/// A command with the remarks and empty lines above it.
#[derive(Debug, Default)]
pub(super) struct Block {
    lead: String,
    pub(super) command: String,
}

/// What a command did.
#[derive(Debug)]
pub(super) struct Deed {
    pub(super) command: String,
    pub(super) stdout: String,
    pub(super) stderr: String,
    pub(super) status: i32,
}

/// The marks that a line of output must not begin with.
const MARKS: [char; 6] = ['$', '>', '!', '?', '#', '\\'];

static GIT_VERSION: LazyLock<Regex> = LazyLock::new(|| Regex::new("git version [0-9][0-9A-Za-z.]*").unwrap());

/// The commands of a session with what stands above them, and the remarks at its end.
pub(super) fn parse(text: &str) -> (Vec<Block>, String) {
    let mut blocks: Vec<Block> = Vec::new();
    let mut lead = String::new();
    let mut asking = false;
    for line in text.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            blocks.push(Block { lead: std::mem::take(&mut lead), command: command.to_owned() });
            asking = true;
            continue;
        }
        let more = line.strip_prefix("> ").or_else(|| (line == ">").then_some("")).filter(|_| asking);
        if let (Some(more), Some(block)) = (more, blocks.last_mut()) {
            block.command.push('\n');
            block.command.push_str(more);
            continue;
        }
        asking = false;
        if line.is_empty() || line == "#" || line.starts_with("# ") {
            lead.push_str(line);
            lead.push('\n');
        } else {
            // Output: empty lines above it were output too.
            lead.clear();
        }
    }
    (blocks, lead)
}

/// The text of a session that was played.
pub(super) fn render(blocks: &[Block], deeds: &[Deed], tail: &str) -> String {
    let mut text = String::new();
    for (block, deed) in blocks.iter().zip(deeds) {
        text.push_str(&block.lead);
        text.push_str(&format!("$ {}\n", block.command.replace('\n', "\n> ")).replace("\n> \n", "\n>\n"));
        text.push_str(&output(&deed.stdout));
        for line in deed.stderr.lines() {
            text.push_str(format!("! {line}").trim_end());
            text.push('\n');
        }
        if deed.status != 0 {
            text.push_str(&format!("? {}\n", deed.status));
        }
    }
    text + tail
}

fn output(stdout: &str) -> String {
    let mut text = String::new();
    let lines: Vec<&str> = stdout.lines().collect();
    for (index, line) in lines.iter().enumerate() {
        let last = index + 1 == lines.len();
        if line.starts_with(MARKS) || last && line.is_empty() {
            text.push('\\');
        }
        text.push_str(line);
        text.push('\n');
    }
    if !stdout.is_empty() && !stdout.ends_with('\n') {
        text.push_str("\\ no end of line\n");
    }
    text
}

/// A repository of its own, cut off from the machine.
pub(super) struct Place {
    _root: TempDir,
    root: PathBuf,
    played: u32,
}

impl Place {
    /// A fresh repository with the files of a case in it, all but its session.
    pub(super) fn new(case: &Path) -> Self {
        let temp = TempDir::new().unwrap();
        let root = temp.path().canonicalize().unwrap();
        let place = Self { _root: temp, root, played: 0 };
        fs::create_dir(place.root.join("home")).unwrap();
        fs::create_dir(place.path()).unwrap();
        let made =
            place.shell("git init --quiet -b main && git config user.name alice && git config user.email alice@example.com");
        assert!(made.status == 0, "{}", made.stderr);
        copy(case, &place.path());
        place
    }

    /// The work tree.
    pub(super) fn path(&self) -> PathBuf {
        self.root.join("project")
    }

    /// Runs the command of a block, a minute after the one before.
    pub(super) fn play(&mut self, block: &Block) -> Deed {
        self.played += 1;
        self.shell(&block.command)
    }

    /// Runs a command without moving the clock.
    pub(super) fn shell(&self, command: &str) -> Deed {
        let (hour, minute) = (9 + self.played / 60, self.played % 60);
        let now = format!("2026-02-12T{hour:02}:{minute:02}:00Z");
        let run = Command::new("sh")
            .args(["-c", command])
            .current_dir(self.path())
            .env_clear()
            .envs(self.vars(&now))
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let text = |bytes: &[u8]| self.stable(&String::from_utf8_lossy(bytes));
        Deed {
            command: command.to_owned(),
            stdout: text(&run.stdout),
            stderr: text(&run.stderr),
            status: run.status.code().unwrap_or(-1),
        }
    }

    // What differs from one machine to another.
    fn stable(&self, text: &str) -> String {
        let text = text.replace(self.root.to_str().unwrap(), "[DIR]");
        let text = text.replace(env!("CARGO_BIN_EXE_git-track"), "[PROGRAM]");
        GIT_VERSION.replace_all(&text, "git version [ID]").into_owned()
    }

    fn vars(&self, now: &str) -> Vec<(&'static str, OsString)> {
        let program = Path::new(env!("CARGO_BIN_EXE_git-track"));
        let before = std::env::var_os("PATH").unwrap_or_default();
        let folders =
            std::iter::once(program.parent().unwrap().to_owned()).chain(std::env::split_paths(&before));
        vec![
            ("PATH", std::env::join_paths(folders).unwrap()),
            ("HOME", self.root.join("home").into()),
            ("TMPDIR", self.root.join("home").into()),
            ("GIT_CONFIG_NOSYSTEM", "1".into()),
            ("GIT_CONFIG_GLOBAL", "/dev/null".into()),
            ("GIT_CEILING_DIRECTORIES", self.root.clone().into()),
            // A machine at work is no reason to look away.
            ("GIT_TRACK_PATIENCE_MS", "60000".into()),
            ("GIT_AUTHOR_DATE", now.into()),
            ("GIT_COMMITTER_DATE", now.into()),
            ("GIT_TRACK_NOW", now.into()),
            ("GIT_TERMINAL_PROMPT", "0".into()),
            ("GIT_EDITOR", "true".into()),
            ("GIT_PAGER", "cat".into()),
            ("LC_ALL", "C".into()),
            ("TZ", "UTC".into()),
        ]
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else if entry.file_name() != "session" {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn played(text: &str, stdout: &str, stderr: &str, status: i32) -> String {
        let (blocks, tail) = parse(text);
        let deed = |block: &Block| Deed {
            command: block.command.clone(),
            stdout: stdout.to_owned(),
            stderr: stderr.to_owned(),
            status,
        };
        let deeds: Vec<Deed> = blocks.iter().map(deed).collect();
        render(&blocks, &deeds, &tail)
    }

    #[test]
    fn a_session_is_written_as_it_was_read() {
        let text = "# A remark.\n\n$ one\nout\n\nmore\n! oops\n? 3\n\n# Then.\n$ one\nout\n\nmore\n! oops\n? 3\n\n# The end.\n";
        assert_eq!(played(text, "out\n\nmore\n", "oops\n", 3), text);
        let (blocks, _) = parse("$ cat <<END\n> # text\n>\n> END\nout\n> out\n");
        assert_eq!(blocks[0].command, "cat <<END\n# text\n\nEND");
    }

    #[test]
    fn output_that_looks_like_a_mark_stays_output() {
        let out = "# head\n$ x\n? 1\n! y\n\n";
        let text = played("$ one\n", out, "", 0);
        assert_eq!(text, "$ one\n\\# head\n\\$ x\n\\? 1\n\\! y\n\\\n");
        assert_eq!(played(&text, out, "", 0), text);
        assert_eq!(played("$ one\n", "x", "", 0), "$ one\nx\n\\ no end of line\n");
    }
}
