//! What decides which hooks git runs: settings and where they come from, and the version of git.

use std::ffi::OsStr;

use super::Repo;
use super::ask::{records, split_once};
use crate::error::{Error, Result};
use crate::files::Shared;
use crate::process::Output;

/// A version of git: the first two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub u32, pub u32);

/// The value of `core.hooksPath` that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HooksPath {
    /// Whose setting it is.
    pub scope: Scope,
    /// As it is written.
    pub value: String,
}

/// Whose setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// This repository's, or this worktree's.
    Repository,
    /// The user's, for all repositories.
    User,
    /// The machine's.
    System,
    /// Of this one command: `git -c`, the environment.
    Command,
}

/// A hook that the configuration names: `hook.<name>.…`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Configured {
    /// Its name.
    pub name: String,
    /// What is run.
    pub command: String,
    /// For what.
    pub events: Vec<String>,
    /// Whether it is switched off.
    pub off: bool,
}

impl Repo {
    /// The git that answers here.
    pub fn git_version(&self) -> Result<Version> {
        let call = self.ask(["version"]);
        let text = String::from_utf8_lossy(&call.checked()?).into_owned();
        let number = text.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()));
        let mut parts = number.unwrap_or_default().split('.').map(str::parse);
        match (parts.next(), parts.next()) {
            (Some(Ok(major)), Some(Ok(minor))) => Ok(Version(major, minor)),
            _ => Err(Error::repository(format!("git says of itself `{}`", text.trim()))),
        }
    }

    /// `core.hooksPath`, if anybody set it.
    pub fn hooks_path(&self) -> Result<Option<HooksPath>> {
        if self.config("core.hooksPath")?.is_none() {
            return Ok(None);
        }
        let call = self.ask(["config", "--show-scope", "-z", "--get", "core.hooksPath"]);
        let output = call.run()?;
        if !output.is_success() {
            return Err(call.failure(&output));
        }
        let (scope, value) = split_once(&output.stdout, 0).unwrap_or_default();
        let value = value.strip_suffix(b"\0").unwrap_or(value);
        let scope = match scope {
            b"local" | b"worktree" => Scope::Repository,
            b"global" => Scope::User,
            b"system" => Scope::System,
            _ => Scope::Command,
        };
        Ok(Some(HooksPath { scope, value: String::from_utf8_lossy(value).into_owned() }))
    }

    /// The hooks that the configuration names, whether this git knows of such or not.
    pub fn configured_hooks(&self) -> Result<Vec<Configured>> {
        let call = self.ask(["config", "-z", "--get-regexp", "^hook\\..*\\.(command|event|enabled)$"]);
        let output = call.run()?;
        match output.code {
            Some(0) => {}
            Some(1) => return Ok(Vec::new()),
            _ => return Err(call.failure(&output)),
        }
        let mut found: Vec<Configured> = Vec::new();
        for record in records(&output.stdout) {
            let (key, value) = split_once(record, b'\n').unwrap_or((record, b"true"));
            let (key, value) = (String::from_utf8_lossy(key), String::from_utf8_lossy(value).into_owned());
            let Some((name, what)) = key.strip_prefix("hook.").and_then(|key| key.rsplit_once('.')) else {
                continue;
            };
            let index = found.iter().position(|hook| hook.name == name).unwrap_or_else(|| {
                found.push(Configured { name: name.to_owned(), ..Configured::default() });
                found.len() - 1
            });
            let Some(hook) = found.get_mut(index) else { continue };
            match what {
                "command" => hook.command = value,
                "event" if value.is_empty() => hook.events.clear(),
                "event" => hook.events.push(value),
                _ => hook.off = ["false", "no", "off", "0", ""].contains(&value.to_lowercase().as_str()),
            }
        }
        Ok(found)
    }

    /// Names a hook in the configuration of this repository, for one event.
    pub fn configure_hook(&self, name: &str, command: &OsStr, event: &str) -> Result<()> {
        for (key, value) in [("command", command), ("event", OsStr::new(event))] {
            let key = format!("hook.{name}.{key}");
            self.order(["config", "--local", "--replace-all", key.as_str()]).arg(value).checked()?;
        }
        Ok(())
    }

    /// Takes a hook out of the configuration of this repository.
    pub fn forget_hook(&self, name: &str) -> Result<()> {
        let section = format!("hook.{name}");
        self.order(["config", "--local", "--remove-section", section.as_str()]).checked().map(drop)
    }

    /// Runs a hook as git does, with our part of it skipped.
    pub fn try_hook(&self, event: &str) -> Result<Output> {
        self.order(["hook", "run", "--ignore-missing", event]).var("GIT_TRACK", "0").run()
    }

    /// What `core.sharedRepository` makes of the mode of an executable file.
    pub fn shared(&self) -> Result<Shared> {
        let Some(value) = self.config("core.sharedRepository")? else { return Ok(Shared::default()) };
        // Who may read a script may run it.
        let runs = |readable: u32| readable | (readable & 0o444) >> 2;
        Ok(match value.to_lowercase().as_str() {
            "umask" | "false" | "no" | "off" | "0" => Shared::default(),
            "group" | "true" | "yes" | "on" | "1" => Shared { add: runs(0o660), ..Shared::default() },
            "all" | "world" | "everybody" | "2" => Shared { add: runs(0o664), ..Shared::default() },
            octal => match u32::from_str_radix(octal, 8) {
                Ok(bits) => Shared { keep: 0, add: runs(bits & 0o777) },
                Err(_) => Shared::default(),
            },
        })
    }
}
