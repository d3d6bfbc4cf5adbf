//! Defects: found, fixed in a commit, verified by somebody else; some may be waived by a person.

use crate::derive::board::Board;
use crate::derive::conditions::{Condition, by_a_person, is_agent, stale_gates, suites_of};
use crate::derive::roster::judges;
use crate::derive::shell;
use crate::derive::world::{Spot, World};
use crate::error::{Error, Result};
use crate::model::id::Id;
use crate::model::path::RepoPath;
use crate::model::profile::Guarded;
use crate::model::record::{Finding, Severity};
use crate::model::state::State;
use crate::model::workflow::Workflow;

use super::{Ask, demand, edit, open_for_change};

/// A defect, as it is reported.
#[derive(Clone, Debug)]
pub struct Report {
    /// How bad it is.
    pub severity: Severity,
    /// Where: `path:line`.
    pub at: Option<String>,
    /// Why there is no place.
    pub placeless: Option<String>,
    /// What is wrong.
    pub text: String,
}

/// Records a defect of an item, also of one that is finished.
pub fn add(world: &World, spot: Spot, report: &Report, ask: &Ask) -> Result<(Workflow, Id)> {
    open_for_change(world, spot, "find")?;
    let board = world.board(spot);
    if board.node(spot.place).state == State::Dropped {
        return Err(Error::refused(format!("{} is dropped and has no findings", board.node(spot.place).id)));
    }
    if report.text.trim().is_empty() {
        return Err(Error::usage("a finding says what is wrong"));
    }
    if let Some(at) = &report.at {
        anchored(world, spot, at)?;
    }
    let finding = Finding {
        severity: report.severity,
        at: report.at.clone(),
        text: report.text.trim().to_owned(),
        by: Some(ask.actor.to_owned()),
        since: Some(ask.now),
        fixed: None,
        fixed_by: None,
        fixers: Vec::new(),
        verified: None,
        verified_by: None,
        waived: None,
        waived_by: None,
        why: report.placeless.clone(),
        issue: None,
    };
    let mut id = Id::numbered('f', 1);
    let workflow = edit(world, spot, |item| id = item.findings.push('f', finding))?;
    Ok((workflow, id))
}

/// Records the commit that fixes a defect; `None`: it is recorded already.
pub fn fix(world: &World, spot: Spot, id: &Id, commit: &str, ask: &Ask) -> Result<Option<Workflow>> {
    let finding = known(world, spot, id)?;
    if finding.fixed.as_deref() == Some(commit) {
        return Ok(None);
    }
    if !finding.is_open() {
        return Err(Error::refused(format!("{} is settled already", name(world, spot, id)))
            .hint(shown(world, spot, id)));
    }
    change(world, spot, id, |finding| {
        finding.fixed = Some(commit.to_owned());
        let before = finding.fixed_by.replace(ask.actor.to_owned());
        finding.fixers.extend(before.filter(|before| before != ask.actor));
    })
    .map(Some)
}

/// Records that somebody other than the one who fixed it has looked; `None`: it is verified already.
pub fn verify(world: &World, spot: Spot, id: &Id, by: &str, ask: &Ask) -> Result<Option<Workflow>> {
    let finding = known(world, spot, id)?;
    if finding.verified.is_some() {
        return Ok(None);
    }
    let name = name(world, spot, id);
    let board = world.board(spot);
    let fixer = judges(board, by, ask.who()).into_iter().find_map(|judge| finding.fixer(judge));
    let own = fixer.is_some();
    // An agent that has fixed it cannot write down either that somebody else has looked.
    let hindered = is_agent(board, ask.who()) && finding.fixer(ask.actor).is_some();
    let option = if hindered { "--as" } else { "--by" };
    let looks = looks_at(board, spot, finding)
        .map(|looks| format!("git track finding verify {name} {option} {}", shell::word(looks)));
    let other = match fixer {
        Some(fixer) => format!("somebody other than {fixer}, who fixed it, verifies it"),
        None => format!("{by} has not fixed it"),
    };
    let mut list = vec![
        Condition::says(
            finding.fixed.is_some().into(),
            "a commit fixes it",
            format!("git track finding fix {name} HEAD"),
        ),
        Condition::says((!own).into(), other, looks).firm(),
    ];
    // What the fix has changed must have been looked at again.
    list.extend(stale_gates(world, spot));
    if is_serious(board, spot, finding) {
        list.extend(suites_of(world, spot));
    }
    demand(&format!("`finding verify {name}` is refused"), &list)?;
    change(world, spot, id, |finding| {
        finding.verified = Some(ask.now);
        finding.verified_by = Some(by.to_owned());
        finding.why = ask.said().map(str::to_owned).or(finding.why.take());
    })
    .map(Some)
}

// Whether it keeps its item from being finished.
fn is_serious(board: &Board, spot: Spot, finding: &Finding) -> bool {
    let done = board.node(spot.place).kind.and_then(|kind| kind.guards.get(&Guarded::Done));
    done.is_some_and(|checks| checks.findings.contains(&finding.severity))
}

// Somebody who can look at a fix: the validator of the item, or one of the roster who judges what others make.
fn looks_at<'b>(board: &'b Board, spot: Spot, finding: &Finding) -> Option<&'b str> {
    let roster = board.root().item.agents.iter();
    let independent = roster.filter(|(_, agent)| agent.independent == Some(true)).map(|(id, _)| id.as_str());
    let item = board.node(spot.place).item;
    let other = |name: &&str| finding.fixer(name).is_none();
    item.validator.as_deref().into_iter().chain(independent).find(other)
}

/// Lives with a defect: a person, with a reason, and only where its severity allows it.
pub fn waive(world: &World, spot: Spot, id: &Id, issue: Option<&str>, ask: &Ask) -> Result<Option<Workflow>> {
    let finding = known(world, spot, id)?;
    if finding.waived.is_some() {
        return Ok(None);
    }
    let board = world.board(spot);
    let allowed = board.profile.waivable.as_ref();
    let allowed = allowed.is_none_or(|allowed| allowed.contains(&finding.severity));
    let name = name(world, spot, id);
    let text = format!("a {} finding may be waived", finding.severity.word());
    let fix = format!("git track finding fix {name} HEAD");
    let list = [by_a_person(board, Some(ask.who())), Condition::says(allowed.into(), text, fix).firm()];
    demand(&format!("`finding waive {name}` is refused"), &list)?;
    let Some(why) = ask.said() else {
        return Err(Error::usage("`finding waive` needs a reason")
            .hint(format!("git track finding waive {name} -m \"why\"")));
    };
    change(world, spot, id, |finding| {
        finding.waived = Some(ask.now);
        finding.waived_by = Some(ask.actor.to_owned());
        finding.why = Some(why.to_owned());
        finding.issue = issue.map(str::to_owned).or(finding.issue.take());
    })
    .map(Some)
}

fn anchored(world: &World, spot: Spot, at: &str) -> Result<()> {
    let shape =
        || Error::usage(format!("`{at}` is not of the form path:line")).hint("for example src/lock.rs:88");
    let (path, line) = at.rsplit_once(':').ok_or_else(shape)?;
    let line: usize = line.parse().map_err(|_| shape())?;
    let path = RepoPath::parse(path).map_err(Error::as_usage)?;
    let Some(page) = world.board(spot).pages.page(&path) else {
        return Err(Error::not_found(format!("there is no file {path}"))
            .hint("a path is typed as seen from where you are; without a place: --no-anchor \"why\""));
    };
    if line == 0 || line > page.lines {
        return Err(Error::not_found(format!("{path} has {} lines, not {line}", page.lines)));
    }
    Ok(())
}

fn known<'a>(world: &World<'a>, spot: Spot, id: &Id) -> Result<&'a Finding> {
    open_for_change(world, spot, "find")?;
    let item = world.board(spot).node(spot.place).item;
    item.findings.get(id).ok_or_else(|| Error::bug("a finding lost its place"))
}

fn change(world: &World, spot: Spot, id: &Id, settle: impl FnOnce(&mut Finding)) -> Result<Workflow> {
    edit(world, spot, |item| {
        if let Some(finding) = item.findings.get_mut(id) {
            settle(finding);
        }
    })
}

fn name(world: &World, spot: Spot, id: &Id) -> String {
    format!("{}.{id}", world.refer(spot.board, world.board(spot).node(spot.place).id))
}

fn shown(world: &World, spot: Spot, id: &Id) -> String {
    format!("git track show {}", name(world, spot, id))
}
