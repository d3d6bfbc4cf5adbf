//! What is to be done about each event, as data.

use crate::error::{Error, Result};
use crate::files::{HookDir, HookKind, HookStep};

use super::events::Event;
use super::shim;
use super::survey::{Condition, Edited, Found, Hook, Survey, has_broken_first_line};

/// How git comes to run our scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// They are the hooks.
    Files,
    /// The configuration names them.
    Config,
}

/// Steps in the two directories, and settings.
#[derive(Default)]
pub(super) struct Plan {
    /// In the directory of the hooks.
    pub(super) hooks: Vec<HookStep>,
    /// In the directory of the scripts that the configuration names.
    pub(super) named: Vec<HookStep>,
    /// Settings to make.
    pub(super) configure: Vec<Event>,
    /// Settings to take away.
    pub(super) forget: Vec<Event>,
    /// What changes for whom.
    pub(super) changes: Vec<Change>,
    /// What somebody should know.
    pub(super) remarks: Vec<String>,
}

/// What changes for an event.
pub(super) struct Change {
    /// The event.
    pub(super) event: Event,
    /// How it was.
    pub(super) from: &'static str,
    /// How it will be.
    pub(super) to: &'static str,
    /// The same in words.
    pub(super) told: String,
}

impl Plan {
    /// Whether nothing is to be done.
    pub(super) fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    fn change(&mut self, event: Event, from: &'static str, to: &'static str, told: String) {
        self.changes.push(Change { event, from, to, told });
    }
}

/// What `install` does.
pub(super) fn install(survey: &Survey, found: &[Found], way: Way) -> Result<Plan> {
    let mut plan = Plan::default();
    for one in found {
        match way {
            Way::Files => {
                put_hook(&mut plan, survey, one)?;
                if one.named.is_some() {
                    forget(&mut plan, survey, one)?;
                }
            }
            Way::Config => {
                configure(&mut plan, survey, one)?;
                if matches!(one.hook, Hook::Ours(_)) {
                    take_hook(&mut plan, survey, one)?;
                }
            }
        }
    }
    Ok(plan)
}

/// What `uninstall` does.
pub(super) fn uninstall(survey: &Survey, found: &[Found]) -> Result<Plan> {
    let mut plan = Plan::default();
    for one in found {
        take_hook(&mut plan, survey, one)?;
        if one.named.is_some() {
            forget(&mut plan, survey, one)?;
        }
    }
    Ok(plan)
}

// Whoever added lines to a script of ours gets them back: a copy first, then the script is replaced or removed.
fn keep_edited(
    (steps, remarks): (&mut Vec<HookStep>, &mut Vec<String>),
    dir: &HookDir,
    event: Event,
    edited: Option<&Edited>,
) -> Result<()> {
    let Some(edited) = edited else { return Ok(()) };
    let (name, kept) = (event.name().to_owned(), event.edited());
    let at = |name: &str| dir.path().join(name).display().to_string();
    let (hook, copy) = (at(&name), at(&kept));
    match edited.is_kept() {
        Some(true) => {}
        Some(false) => steps.push(HookStep::Keep { name: name.clone(), kept }),
        None => {
            return Err(Error::refused(format!(
                "`{copy}` is there already, and `{hook}` was changed by hand"
            ))
            .note("what was changed is to be kept under that name")
            .hint(format!("look at both, then remove or rename the first: diff '{copy}' '{hook}'")));
        }
    }
    remarks.push(format!("{name} was changed by hand: what it was is kept as `{copy}`"));
    Ok(())
}

impl Plan {
    fn keep_hook(&mut self, survey: &Survey, one: &Found) -> Result<()> {
        let into = (&mut self.hooks, &mut self.remarks);
        keep_edited(into, &survey.dir, one.event, one.edited.as_ref())
    }

    fn keep_named(&mut self, survey: &Survey, one: &Found) -> Result<()> {
        let into = (&mut self.named, &mut self.remarks);
        keep_edited(into, &survey.named, one.event, one.edited_named.as_ref())
    }
}

fn put_hook(plan: &mut Plan, survey: &Survey, one: &Found) -> Result<()> {
    let event = one.event;
    let name = event.name().to_owned();
    if one.by_hand {
        plan.remarks.push(format!("{name}: a hook of yours calls git-track already; nothing is installed"));
        return Ok(());
    }
    let was = one.standing(survey).word;
    let kept = event.kept();
    let at = |name: &str| survey.dir.path().join(name).display().to_string();
    let told = match &one.hook {
        Hook::Missing => format!("{name}: written"),
        Hook::InTheWay => return Err(Error::refused(format!("`{}` is no file", at(&name)))),
        Hook::Ours(Condition::Current) => return Ok(()),
        Hook::Ours(Condition::Newer) => {
            plan.remarks.push(format!("{name}: the script is of a newer git-track, and stays"));
            return Ok(());
        }
        Hook::Ours(_) => format!("{name}: written anew"),
        Hook::Foreign(file) => {
            match &one.kept {
                None => {
                    let (name, kept) = (name.clone(), kept.clone());
                    plan.hooks.push(HookStep::Keep { name, kept });
                }
                // An install that was stopped had come so far.
                Some(known) if known.is_same(file) => {}
                Some(_) => return Err(both(&at(&name), &at(&kept))),
            }
            if !file.runs {
                plan.remarks
                    .push(format!("{kept} is not executable, so that git did not run it: it stays so"));
            } else if has_broken_first_line(file) {
                plan.remarks.push(format!(
                    "{kept} ends its first line with a carriage return: no system can run it, and git refuses"
                ));
            }
            format!("{name}: the hook that is there becomes {kept} and runs first")
        }
    };
    if one.kept.as_ref().is_some_and(|kept| kept.kind == HookKind::Other) {
        return Err(Error::refused(format!("`{}` is no file", at(&kept))));
    }
    plan.keep_hook(survey, one)?;
    plan.hooks.push(HookStep::Put { name, bytes: shim::script(event, &survey.program) });
    let chained = one.kept.is_some() || matches!(one.hook, Hook::Foreign(_));
    plan.change(event, was, if chained { "chained" } else { "installed" }, told);
    Ok(())
}

fn both(hook: &str, kept: &str) -> Error {
    Error::refused(format!("`{kept}` is there already, and `{hook}` is not git-track's"))
        .note("one of them was to be kept under the name of the other")
        .hint(format!("look at both, then remove one or make one of them: diff '{kept}' '{hook}'"))
}

fn take_hook(plan: &mut Plan, survey: &Survey, one: &Found) -> Result<()> {
    let event = one.event;
    let (name, kept) = (event.name().to_owned(), event.kept());
    let was = one.standing(survey).word;
    plan.keep_hook(survey, one)?;
    match (&one.hook, &one.kept) {
        (Hook::Ours(_) | Hook::Missing, Some(_)) => {
            let told = format!("{name}: the hook that was there before is back");
            plan.hooks.push(HookStep::GiveBack { name, kept });
            plan.change(event, was, "foreign", told);
        }
        (Hook::Ours(_), None) => {
            let told = format!("{name}: removed");
            plan.hooks.push(HookStep::Remove { name });
            plan.change(event, was, "missing", told);
        }
        (Hook::Foreign(file), Some(known)) if known.is_same(file) => {
            let told = format!("{name}: its second name {kept} is gone");
            plan.hooks.push(HookStep::Remove { name: kept });
            plan.change(event, was, "foreign", told);
        }
        (Hook::Foreign(_) | Hook::InTheWay, Some(_)) => plan
            .remarks
            .push(format!("{kept} stays: {name} is another program's now, and would be lost under it")),
        (Hook::Foreign(_) | Hook::InTheWay | Hook::Missing, None) => {}
    }
    Ok(())
}

fn configure(plan: &mut Plan, survey: &Survey, one: &Found) -> Result<()> {
    let event = one.event;
    let name = event.name().to_owned();
    let is_named = survey.configured.iter().any(|hook| {
        hook.name == event.configured()
            && !hook.off
            && hook.events == [event.name()]
            && hook.command == command(survey, event).to_string_lossy()
    });
    let is_there = matches!(&one.named, Some(Hook::Ours(Condition::Current)));
    if is_named && is_there {
        return Ok(());
    }
    if !is_there {
        plan.keep_named(survey, one)?;
        let bytes = shim::script(event, &survey.program);
        plan.named.push(HookStep::Put { name: name.clone(), bytes });
    }
    plan.configure.push(event);
    let told = format!("{name}: hook.{}.command is set", event.configured());
    plan.change(event, one.standing(survey).word, "configured", told);
    Ok(())
}

fn forget(plan: &mut Plan, survey: &Survey, one: &Found) -> Result<()> {
    let event = one.event;
    if matches!(one.named, Some(Hook::Ours(_))) {
        plan.keep_named(survey, one)?;
        plan.named.push(HookStep::Remove { name: event.name().to_owned() });
    }
    plan.forget.push(event);
    let told = format!("{}: hook.{}.command is taken away", event.name(), event.configured());
    plan.change(event, "configured", "missing", told);
    Ok(())
}

/// What the configuration says is run.
pub(super) fn command(survey: &Survey, event: Event) -> std::ffi::OsString {
    shim::quoted(survey.named.path().join(event.name()).as_os_str())
}
