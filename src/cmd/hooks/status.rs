//! Who runs for each event, where git looks, and why.

use serde_json::{Value, json};

use crate::error::Result;
use crate::git::Repo;
use crate::ui::{Line, Style, Table, Text};

use super::super::Answer;
use super::super::context::Context;
use super::events::{Event, Where};
use super::look;
use super::survey::{Found, Hook, Standing, Survey};

/// What `doctor` says about hooks.
pub(in crate::cmd) struct Health {
    /// For how many events our part runs.
    pub(in crate::cmd) fine: usize,
    /// Of how many.
    pub(in crate::cmd) of: usize,
    /// What is installed and does not run as it should.
    pub(in crate::cmd) wrong: Vec<String>,
    /// For which events our part does not run.
    pub(in crate::cmd) missing: Vec<String>,
}

/// Lists; exits with 1 when something is missing.
pub(super) fn run(context: &Context, repo: &Repo, events: &[Event]) -> Result<Answer> {
    let survey = Survey::new(context, repo)?;
    let found = look(context, &survey, events)?;
    let mut text = Text::new();
    let path = survey.place.path.display().to_string();
    text.line(Line::new().plain("hooks in  ").add(Style::Strong, &path));
    text.line(Line::new().plain("because   ").plain(&survey.place.why));
    for remark in &survey.place.remarks {
        text.line(Line::new().add(Style::Warn, "note      ").plain(remark));
    }
    text.gap();
    let mut table = Table::default();
    for one in &found {
        let Standing { word, told, fine } = one.standing(&survey);
        let style = if fine { Style::Good } else { Style::Bad };
        table.row([
            (Style::Plain, one.event.name().to_owned()),
            (style, word.to_owned()),
            (Style::Plain, told),
        ]);
    }
    text.extend(table.text());
    let missing = found.iter().any(|one| !one.standing(&survey).fine);
    if missing {
        help(&survey, &mut text);
    }
    let answer = described(context, &survey, events, Answer::new(text))?;
    Ok(answer.with("remarks", json!(survey.place.remarks)).exit(u8::from(missing)))
}

fn help(survey: &Survey, text: &mut Text) {
    text.gap();
    match &survey.place.refusal {
        None => {
            text.line(Line::new().add(Style::Dim, "next: ").add(Style::Command, "git track hooks install"));
        }
        Some(refusal) => {
            text.line(refusal.message());
            for note in refusal.notes() {
                text.line(Line::new().plain("  ").plain(note));
            }
            for hint in refusal.hints() {
                text.line(Line::new().plain("  ").add(Style::Command, hint));
            }
        }
    }
}

/// Adds what is known about the events to an answer for scripts.
pub(super) fn described(
    context: &Context,
    survey: &Survey,
    events: &[Event],
    answer: Answer,
) -> Result<Answer> {
    let found = look(context, survey, events)?;
    let hooks: Vec<Value> = found.iter().map(|one| described_one(survey, one)).collect();
    let directory = json!({ "path": survey.place.path.display().to_string(), "why": survey.place.why });
    Ok(answer.with("directory", directory).with("hooks", hooks))
}

fn described_one(survey: &Survey, one: &Found) -> Value {
    let standing = one.standing(survey);
    let at = |name: &str| survey.dir.path().join(name).display().to_string();
    let by_config = matches!(standing.word, "configured");
    let path = if by_config {
        survey.named.path().join(one.event.name()).display().to_string()
    } else {
        at(one.event.name())
    };
    json!({
        "event": one.event.name(),
        "path": path,
        "state": standing.word,
        "runs": standing.fine,
        "told": standing.told,
        "kept": one.kept.as_ref().map(|_| at(&one.event.kept())),
    })
}

/// How the hooks of this repository are, in short.
pub(in crate::cmd) fn health(context: &Context, repo: &Repo) -> Result<Health> {
    let survey = Survey::new(context, repo)?;
    let place = if repo.is_bare() { Where::Server } else { Where::Work };
    let found = look(context, &survey, Event::usual(place))?;
    let mut health = Health { fine: 0, of: found.len(), wrong: Vec::new(), missing: Vec::new() };
    for one in &found {
        let standing = one.standing(&survey);
        if standing.fine {
            health.fine += 1;
            continue;
        }
        health.missing.push(one.event.name().to_owned());
        if matches!(one.hook, Hook::Ours(_)) || one.named.is_some() {
            health.wrong.push(format!("{}: {}", one.event.name(), standing.told));
        }
    }
    Ok(health)
}

/// Our scripts that git runs here, as they are.
pub(in crate::cmd) fn canary_scripts(context: &Context, repo: &Repo) -> Result<Vec<(Event, Vec<u8>)>> {
    let survey = Survey::new(context, repo)?;
    let mut scripts = Vec::new();
    for one in look(context, &survey, Event::usual(Where::Work))? {
        let dir = match (&one.hook, &one.named) {
            (Hook::Ours(_), _) => &survey.dir,
            (_, Some(Hook::Ours(_))) if survey.by_config => &survey.named,
            _ => continue,
        };
        if let Some(file) = dir.look(one.event.name())?.filter(|file| file.runs) {
            scripts.push((one.event, file.bytes));
        }
    }
    Ok(scripts)
}
