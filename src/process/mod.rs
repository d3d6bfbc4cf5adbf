//! Child processes: an argument array, an environment given as data, a deadline, captured output.
#![expect(clippy::disallowed_methods, reason = "this is the one module that starts programs")]

mod aloud;
mod confine;
mod pipes;
#[cfg(test)]
mod tests;
mod together;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::{Error, Kind, Result};

pub use aloud::{Ended, Ending};
pub use confine::confine;
use pipes::Pipes;
pub use together::{Until, together};

/// A whole environment: a child gets these variables and no others.
pub type Vars = BTreeMap<OsString, OsString>;

/// The variables by which one git tells another which repository it is about. Left in place they would turn a child
/// that runs elsewhere against the repository of the hook that we run in. `GIT_CONFIG_COUNT` and
/// `GIT_CONFIG_PARAMETERS` are on git's list too, but they are the user's `git -c` and stay.
pub const REPOSITORY_VARS: [&str; 18] = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_DIR",
    "GIT_GLOB_PATHSPECS",
    "GIT_GRAFT_FILE",
    "GIT_ICASE_PATHSPECS",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_LITERAL_PATHSPECS",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
];

const READ_DEADLINE: Duration = Duration::from_secs(120);
/// Hooks run inside `git commit`, and some teams run their tests there.
const WRITE_DEADLINE: Duration = Duration::from_secs(3600);
const SHOWN_LINES: usize = 12;
/// What every pipe holds at once, so that nobody has to wait for who reads it.
const PIPE: usize = 4096;

/// A program to run.
#[derive(Clone, Debug)]
pub struct Call {
    program: OsString,
    args: Vec<OsString>,
    dir: PathBuf,
    vars: Vars,
    stdin: Vec<u8>,
    deadline: Duration,
    limit: usize,
    name: Option<String>,
}

/// What a program left behind.
#[derive(Debug)]
pub struct Output {
    /// The exit status; `None` when a signal ended it.
    pub code: Option<i32>,
    /// All of its standard output.
    pub stdout: Vec<u8>,
    /// All of its standard error.
    pub stderr: Vec<u8>,
}

impl Output {
    /// Whether it exited with 0.
    pub fn is_success(&self) -> bool {
        self.code == Some(0)
    }

    /// Standard error as text, without blank lines at its end.
    pub fn complaint(&self) -> String {
        String::from_utf8_lossy(&self.stderr).trim_end().to_owned()
    }
}

impl Call {
    /// Any program, in `dir`, with exactly the environment `vars`.
    pub fn new(program: impl Into<OsString>, dir: &Path, vars: &Vars) -> Self {
        Self {
            program: program.into(),
            args: Vec::new(),
            dir: dir.to_owned(),
            vars: vars.clone(),
            stdin: Vec::new(),
            deadline: WRITE_DEADLINE,
            limit: usize::MAX,
            name: None,
        }
    }

    /// Any program, in `dir`, with an environment that names no repository: it finds the one that it stands in.
    pub fn scrubbed(program: impl Into<OsString>, dir: &Path, vars: &Vars) -> Self {
        let mut call = Self::new(program, dir, vars);
        for name in REPOSITORY_VARS {
            call.vars.remove(OsStr::new(name));
        }
        call
    }

    /// A git command that changes something. Hooks and signing see the user's environment, less what names a
    /// repository; only the language of git's own messages is fixed.
    pub fn git_write(dir: &Path, vars: &Vars) -> Self {
        Self::scrubbed("git", dir, vars).var("GIT_TERMINAL_PROMPT", "0").var("LANGUAGE", "C")
    }

    /// A git command that only reads: it takes no locks, fetches nothing and speaks English.
    pub fn git_read(dir: &Path, vars: &Vars) -> Self {
        Self::git_write(dir, vars)
            .var("GIT_NO_LAZY_FETCH", "1")
            .var("GIT_OPTIONAL_LOCKS", "0")
            .var("LC_ALL", "C")
            .deadline(READ_DEADLINE)
    }

    /// Adds an argument.
    pub fn arg(mut self, arg: impl Into<OsString>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Adds arguments.
    pub fn args<A: Into<OsString>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Sets a variable.
    pub fn var(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.vars.insert(name.into(), value.into());
        self
    }

    /// Bytes for its standard input, which is empty otherwise.
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = bytes.into();
        self
    }

    /// How long it may take before it is killed.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// How many bytes of output are accepted before it is killed.
    pub fn limit(mut self, bytes: usize) -> Self {
        self.limit = bytes;
        self
    }

    /// What it is called when it takes too long or prints too much: not the command line but `name`.
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Runs it to its end, whatever that is.
    pub fn run(&self) -> Result<Output> {
        let mut child = self.spawn()?;
        if let Some(mut pipe) = child.stdin.take() {
            // A child that does not read its input says why by its exit status.
            if self.stdin.len() <= PIPE {
                drop(pipe.write_all(&self.stdin));
            } else {
                let bytes = self.stdin.clone();
                thread::spawn(move || drop(pipe.write_all(&bytes)));
            }
        }
        let pipes =
            Pipes::new(child.stdout.take(), child.stderr.take()).map_err(|source| self.unread(&source));
        let ended = pipes.and_then(|mut pipes| Ok((self.wait(&mut child, &mut pipes)?, pipes)));
        let (status, pipes) = ended.inspect_err(|_| {
            // The reason to give up matters more than a child that ended by itself meanwhile.
            let _ = child.kill().and_then(|()| child.wait());
        })?;
        let (stdout, stderr) = pipes.taken();
        Ok(Output { code: status.code(), stdout, stderr })
    }

    /// Runs it; its standard output if it exits with 0.
    pub fn checked(&self) -> Result<Vec<u8>> {
        let output = self.run()?;
        if output.is_success() { Ok(output.stdout) } else { Err(self.failure(&output)) }
    }

    /// The error for an exit status that was not hoped for.
    pub fn failure(&self, output: &Output) -> Error {
        let complaint = output.complaint();
        let mut lines = complaint.lines().filter(|line| !line.trim().is_empty());
        let how = output.code.map_or("was killed by a signal".to_owned(), |code| format!("failed ({code})"));
        let why = lines.next().map(|line| format!(": {line}")).unwrap_or_default();
        let error = Error::new(self.kind(), format!("`{}` {how}{why}", self.line()));
        lines.take(SHOWN_LINES).fold(error, Error::note)
    }

    /// The command line as a person would type it, shortened, to be shown only.
    pub fn line(&self) -> String {
        let words = std::iter::once(&self.program).chain(&self.args).map(|word| word.to_string_lossy());
        let line = words.collect::<Vec<_>>().join(" ");
        match line.char_indices().nth(160) {
            Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
            None => line,
        }
    }

    fn title(&self) -> String {
        self.name.clone().unwrap_or_else(|| format!("`{}`", self.line()))
    }

    fn kind(&self) -> Kind {
        if self.program == "git" { Kind::Repository } else { Kind::Io }
    }

    fn spawn(&self) -> Result<Child> {
        let stdin = if self.stdin.is_empty() { Stdio::null() } else { Stdio::piped() };
        Command::new(&self.program)
            .args(&self.args)
            .current_dir(&self.dir)
            .env_clear()
            .envs(&self.vars)
            .stdin(stdin)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|source| self.not_begun(&source))
    }

    fn not_begun(&self, source: &io::Error) -> Error {
        let error = Error::new(self.kind(), format!("cannot run `{}`: {source}", self.line()));
        if source.kind() == io::ErrorKind::NotFound {
            error.hint(format!("is `{}` on the PATH?", self.program.to_string_lossy()))
        } else {
            error
        }
    }

    /// Reads until both pipes close, which is how a child ends without being asked. A process that a hook left in the
    /// background may hold them open; then the end of the child itself counts, and what it had printed by then.
    fn wait(&self, child: &mut Child, pipes: &mut Pipes) -> Result<ExitStatus> {
        let until = Instant::now() + self.deadline;
        let mut orphaned = 0;
        while !pipes.are_closed() && orphaned < 5 {
            pipes.wait(Duration::from_millis(20)).map_err(|source| self.unread(&source))?;
            // In this order: what was printed before the end is in the pipes once the end is known.
            let has_ended = self.ended(child)?.is_some();
            let came = pipes.drain().map_err(|source| self.unread(&source))?;
            if pipes.hold_more_than(self.limit) {
                let error = format!("{} printed more than {} bytes", self.title(), self.limit);
                return Err(Error::new(self.kind(), error));
            }
            orphaned += i32::from(has_ended && !came);
            self.before(until)?;
        }
        loop {
            if let Some(status) = self.ended(child)? {
                return Ok(status);
            }
            self.before(until)?;
            thread::sleep(Duration::from_micros(200));
        }
    }

    fn unread(&self, source: &io::Error) -> Error {
        Error::io(format!("read what {} prints", self.title()), source)
    }

    fn ended(&self, child: &mut Child) -> Result<Option<ExitStatus>> {
        child.try_wait().map_err(|source| Error::io(format!("wait for `{}`", self.line()), &source))
    }

    fn before(&self, until: Instant) -> Result<()> {
        if Instant::now() < until {
            return Ok(());
        }
        let seconds = self.deadline.as_secs_f32();
        Err(Error::new(
            self.kind(),
            format!("{} did not end within {seconds} s and was killed", self.title()),
        ))
    }
}
