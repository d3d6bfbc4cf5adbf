//! What stands where git looks for hooks.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::files::{HookDir, HookFile, HookKind, Shared, can_run, read_outside};
use crate::git::{Configured, Repo};

use super::super::context::Context;
use super::events::Event;
use super::place::{BY_CONFIG, Place, SCRIPTS, place};
use super::shim::{self, Script};

/// The largest hook of somebody else that is searched for our line.
const SEARCHED: u64 = 256 * 1024;

/// Everything that decides which hooks run here.
pub(super) struct Survey {
    /// Where git looks.
    pub(super) place: Place,
    /// The scripts there.
    pub(super) dir: HookDir,
    /// The scripts that the configuration names.
    pub(super) named: HookDir,
    /// What the configuration names.
    pub(super) configured: Vec<Configured>,
    /// Whether git runs hooks that the configuration names.
    pub(super) by_config: bool,
    /// The program that new scripts try first.
    pub(super) program: PathBuf,
    /// What the repository makes of the mode of files.
    pub(super) shared: Shared,
}

/// What is known about one event.
pub(super) struct Found {
    /// The event.
    pub(super) event: Event,
    /// What has the name of its hook.
    pub(super) hook: Hook,
    /// The hook that was there before ours.
    pub(super) kept: Option<HookFile>,
    /// Our script that the configuration names, and whether it does.
    pub(super) named: Option<Hook>,
    /// Lines of somebody in our hook, which go nowhere without a copy.
    pub(super) edited: Option<Edited>,
    /// The same for our script that the configuration names.
    pub(super) edited_named: Option<Edited>,
    /// Whether somebody wrote our line into a hook of theirs.
    pub(super) by_hand: bool,
}

/// A script of ours that somebody changed.
pub(super) struct Edited {
    /// The script.
    file: HookFile,
    /// What has the name of its copy.
    copy: Option<HookFile>,
}

impl Edited {
    /// Whether there is a copy; `None`: something else has its name.
    pub(super) fn is_kept(&self) -> Option<bool> {
        match &self.copy {
            None => Some(false),
            Some(copy) if copy.is_same(&self.file) => Some(true),
            Some(copy) if copy.kind == HookKind::File && copy.bytes == self.file.bytes => Some(true),
            Some(_) => None,
        }
    }
}

/// What has the name of a hook.
#[derive(Debug)]
pub(super) enum Hook {
    /// Nothing.
    Missing,
    /// A script of ours.
    Ours(Condition),
    /// A hook of somebody else.
    Foreign(HookFile),
    /// Something that is no hook.
    InTheWay,
}

/// How a script of ours is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Condition {
    /// As it would be written now.
    Current,
    /// As it would be written by the same program elsewhere.
    OtherProgram,
    /// Of an older version.
    Outdated,
    /// Of a newer version.
    Newer,
    /// Changed by hand.
    Edited,
    /// It cannot be executed, or not by all who should.
    NotExecutable,
    /// The program that it calls is nowhere.
    NoProgram,
}

impl Survey {
    /// Looks at a repository.
    pub(super) fn new(context: &Context, repo: &Repo) -> Result<Self> {
        let mut place = place(repo)?;
        place.remarks.extend(dead(repo, &place.path)?);
        let readable = !place.path.as_os_str().is_empty() && place.path != Path::new("/dev/null");
        let dir = HookDir::open(if readable { &place.path } else { Path::new("/nonexistent") })?;
        let configured = repo.configured_hooks()?;
        let by_config = repo.git_version()? >= BY_CONFIG;
        let program = context.executable.clone().unwrap_or_else(|| PathBuf::from("git-track"));
        Ok(Self {
            dir,
            named: HookDir::open(&repo.common_dir().join(SCRIPTS))?,
            configured,
            by_config,
            program,
            shared: repo.shared()?,
            place,
        })
    }

    /// Looks at one event.
    pub(super) fn look(&self, context: &Context, event: Event) -> Result<Found> {
        let hook = self.hook(context, &self.dir, event)?;
        let kept = self.dir.look(&event.kept())?;
        let named = self.configured.iter().any(|hook| hook.name == event.configured());
        let named = if named { Some(self.hook(context, &self.named, event)?) } else { None };
        let calls = |bytes: &[u8]| calls(bytes, event);
        let written = self.place.written.as_ref().map(|written| written.join(event.name()));
        let by_hand = match (&hook, written) {
            (_, Some(written)) => read_outside(&written, SEARCHED).is_ok_and(|bytes| calls(&bytes)),
            (Hook::Foreign(file), None) => file.runs && calls(&file.bytes),
            _ => false,
        };
        let by_name = self.configured.iter().filter(|hook| hook.name != event.configured() && !hook.off);
        let by_hand = by_hand
            || self.by_config
                && by_name.into_iter().any(|hook| {
                    hook.events.iter().any(|one| one == event.name()) && calls(hook.command.as_bytes())
                });
        let (edited, edited_named) = (edited(&self.dir, event)?, edited(&self.named, event)?);
        Ok(Found { event, hook, kept, named, edited, edited_named, by_hand })
    }

    fn hook(&self, context: &Context, dir: &HookDir, event: Event) -> Result<Hook> {
        Ok(match dir.look(event.name())? {
            None => Hook::Missing,
            Some(file) if file.kind == HookKind::Other => Hook::InTheWay,
            Some(file) => match shim::read(&file.bytes) {
                Some(script) => Hook::Ours(self.condition(context, event, &file, &script)),
                None => Hook::Foreign(file),
            },
        })
    }

    fn condition(&self, context: &Context, event: Event, file: &HookFile, script: &Script) -> Condition {
        let mode = self.shared.of(file.mode & 0o777);
        match script.version.cmp(&shim::version()) {
            std::cmp::Ordering::Greater => return Condition::Newer,
            std::cmp::Ordering::Less => return Condition::Outdated,
            std::cmp::Ordering::Equal => {}
        }
        let same = shim::is_untouched(event, &file.bytes, script);
        if !file.runs || self.shared != Shared::default() && mode != file.mode & 0o777 {
            Condition::NotExecutable
        } else if !same {
            Condition::Edited
        } else if script.program.as_deref() == Some(&self.program) {
            Condition::Current
        } else if script.program.as_deref().is_some_and(can_run) || on_path(context) {
            Condition::OtherProgram
        } else {
            Condition::NoProgram
        }
    }
}

fn edited(dir: &HookDir, event: Event) -> Result<Option<Edited>> {
    let Some(file) = dir.look(event.name())? else { return Ok(None) };
    match shim::read(&file.bytes) {
        Some(script) if !shim::is_untouched(event, &file.bytes, &script) => {
            Ok(Some(Edited { file, copy: dir.look(&event.edited())? }))
        }
        _ => Ok(None),
    }
}

/// Whether a hook of somebody else has our line; in a comment it is none.
fn calls(bytes: &[u8], event: Event) -> bool {
    let needle = format!("track hooks run {}", event.name());
    bytes.split(|&b| b == b'\n').any(|line| {
        let before = |at: usize| at.checked_sub(1).and_then(|at| line.get(at));
        let comment = |at: usize| before(at).is_none_or(|b| b.is_ascii_whitespace() || *b == b';');
        let end = line.iter().enumerate().position(|(at, &b)| b == b'#' && comment(at));
        let said = line.get(..end.unwrap_or(line.len())).unwrap_or_default();
        said.windows(needle.len()).any(|window| window == needle.as_bytes())
    })
}

fn on_path(context: &Context) -> bool {
    let path = context.vars().get(OsStr::new("PATH")).map(|path| path.as_bytes()).unwrap_or_default();
    let mut folders = path.split(|&b| b == b':').filter(|folder| !folder.is_empty());
    folders.any(|folder| can_run(&Path::new(OsStr::from_bytes(folder)).join("git-track")))
}

// Scripts from before git was told to look elsewhere.
fn dead(repo: &Repo, path: &Path) -> Result<Option<String>> {
    let usual = repo.common_dir().join("hooks");
    if usual == path {
        return Ok(None);
    }
    let dir = HookDir::open(&usual)?;
    for event in Event::ALL {
        if dir.look(event.name())?.is_some_and(|file| shim::read(&file.bytes).is_some()) {
            let shown = usual.display();
            return Ok(Some(format!("git-track's hooks in `{shown}` are dead: git does not look there")));
        }
    }
    Ok(None)
}

/// Who runs for an event, in a word for scripts and in words for people.
pub(super) struct Standing {
    /// The word.
    pub(super) word: &'static str,
    /// The words.
    pub(super) told: String,
    /// Whether our part runs, once.
    pub(super) fine: bool,
}

impl Found {
    /// Who runs.
    pub(super) fn standing(&self, survey: &Survey) -> Standing {
        let kept = self.kept.as_ref().filter(|file| file.kind != HookKind::Other);
        let configured = match &self.named {
            Some(Hook::Ours(_)) if survey.by_config => true,
            Some(_) if !survey.by_config && !matches!(self.hook, Hook::Ours(_)) => {
                return bad("ignored", "named by the configuration, which this git does not look at");
            }
            Some(_) if survey.by_config => {
                return bad("broken", "the configuration names a script that is not there");
            }
            _ => false,
        };
        match &self.hook {
            Hook::Ours(_) if configured => {
                bad("twice", "git-track, twice: as a hook and by the configuration")
            }
            Hook::Ours(_) if self.by_hand => {
                bad("twice", "git-track, twice: as a hook and by a line of yours")
            }
            _ if self.by_hand && configured => {
                bad("twice", "git-track, twice: by a line in a hook and by the configuration")
            }
            _ if configured => good("configured", "git-track, by the configuration"),
            _ if self.by_hand => good("by-hand", "git-track, by a line in a hook of yours"),
            Hook::Ours(condition) => ours(*condition, kept),
            Hook::Missing if kept.is_some() => bad("missing", "nobody; a hook is kept beside it"),
            Hook::Missing => bad("missing", "nobody"),
            Hook::InTheWay => bad("in-the-way", "nobody: what has its name is no file"),
            Hook::Foreign(file) if file.runs => bad("foreign", "another program only"),
            Hook::Foreign(_) => bad("foreign", "nobody: another program's hook is not executable"),
        }
    }
}

fn ours(condition: Condition, kept: Option<&HookFile>) -> Standing {
    match condition {
        Condition::NotExecutable => bad("not-executable", "nobody: git-track's hook is not executable"),
        Condition::NoProgram => {
            bad("no-program", "git-track, but its program is missing: every commit is refused")
        }
        Condition::Outdated => bad("outdated", "git-track, by a script of an older version"),
        Condition::Edited => bad("edited", "git-track, by a script that was changed by hand"),
        Condition::Current | Condition::OtherProgram | Condition::Newer => match kept {
            Some(file) if file.runs => good("chained", "the hook that was here before, then git-track"),
            Some(_) => good("installed", "git-track; the hook that was here before was not executable"),
            None => good("installed", "git-track"),
        },
    }
}

fn good(word: &'static str, told: &str) -> Standing {
    Standing { word, told: told.to_owned(), fine: true }
}

fn bad(word: &'static str, told: &str) -> Standing {
    Standing { word, told: told.to_owned(), fine: false }
}

/// Whether a script begins with a line that no system can follow: `#!/bin/sh` and a carriage return.
pub(super) fn has_broken_first_line(file: &HookFile) -> bool {
    let first = file.bytes.split(|&b| b == b'\n').next().unwrap_or_default();
    first.starts_with(b"#!") && first.ends_with(b"\r")
}
