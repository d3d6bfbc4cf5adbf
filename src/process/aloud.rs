//! Programs whose output people see as it comes.

use std::io::{self, IsTerminal};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use super::Call;
use crate::error::{Error, Result};

/// How a program ended whose output was not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// How.
    pub end: Ending,
    /// How long it took.
    pub took: Duration,
}

/// Why a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// By itself, with this exit status.
    Exit(i32),
    /// By a signal.
    Signal,
    /// It took too long and was killed.
    Late,
}

impl Call {
    /// Runs it, all of its output on standard error as it comes. When it takes too long it is killed with everything
    /// that it has begun.
    pub fn run_aloud(&self) -> Result<Ended> {
        // A person's Ctrl-C reaches the group of the terminal only; where nobody sits at one, the deadline must end
        // grandchildren, too.
        let alone = !io::stdin().is_terminal();
        let out = rustix::stdio::stderr().try_clone_to_owned();
        let out = out.map_err(|source| Error::io("write to standard error", &source))?;
        let mut command = Command::new(&self.program);
        command.args(&self.args).current_dir(&self.dir).env_clear().envs(&self.vars);
        command.stdin(Stdio::null()).stdout(Stdio::from(out)).stderr(Stdio::inherit());
        if alone {
            command.process_group(0);
        }
        let began = Instant::now();
        let mut child = command.spawn().map_err(|source| self.not_begun(&source))?;
        let end = match self.wait_aloud(&mut child, began)? {
            Some(status) => status.code().map_or(Ending::Signal, Ending::Exit),
            None => {
                if alone && let Some(group) = Pid::from_raw(child.id().cast_signed()) {
                    // It may have ended this very moment.
                    let _ = kill_process_group(group, Signal::KILL);
                }
                let _ = child.kill();
                child.wait().map_err(|source| Error::io(format!("wait for `{}`", self.line()), &source))?;
                Ending::Late
            }
        };
        Ok(Ended { end, took: began.elapsed() })
    }

    // `None`: the deadline has passed.
    fn wait_aloud(&self, child: &mut Child, began: Instant) -> Result<Option<ExitStatus>> {
        let mut pause = Duration::from_millis(1);
        loop {
            if let Some(status) = self.ended(child)? {
                return Ok(Some(status));
            }
            let left = self.deadline.saturating_sub(began.elapsed());
            if left.is_zero() {
                return Ok(None);
            }
            thread::sleep(pause.min(left));
            pause = (pause * 2).min(Duration::from_millis(50));
        }
    }
}
