//! `version next --calibrate`: which rules find the versions of the releases that were made.

use serde_json::{Value, json};

use crate::bump::{Release, Tried, Version, calibrate};
use crate::derive::words::several;
use crate::error::{Error, Kind, Result};
use crate::store::Store;
use crate::ui::{self, Line, Style, Text};

use super::super::Answer;
use super::group::{Chosen, Versions};
use super::known::tags;

/// How many releases are looked at, the latest first.
const RELEASES: usize = 300;

/// How many of the versions that the best rules do not find are told.
const MISSED: usize = 5;

/// Tries every set of rules on the releases in the history of what is checked out.
pub(super) fn calibrated(store: &Store, versions: &Versions, chosen: &Chosen) -> Result<Answer> {
    let releases = releases(store, versions, chosen)?;
    if releases.is_empty() {
        return Err(Error::new(Kind::Nothing, "there are no two releases to compare")
            .hint("git track version    shows the last release"));
    }
    let tried = calibrate(&releases, chosen.group);
    let data: Vec<Value> = tried.iter().map(rules).collect();
    let answer = Answer::new(screen(&tried, chosen, releases.len()));
    Ok(answer.with("releases", releases.len()).with("rules", data))
}

// Each release with the one before it in its own history.
fn releases(store: &Store, versions: &Versions, chosen: &Chosen) -> Result<Vec<Release>> {
    let repo = &store.repo;
    let Some(head) = repo.head()?.commit().cloned() else { return Ok(Vec::new()) };
    let (pattern, tags) = tags(store, versions, chosen)?;
    let out = tags.out();
    let mut found = Vec::new();
    let mut rest = out.as_slice();
    let mut last = repo.since(&head, rest, &chosen.group.paths)?.last;
    while let Some(release) = last.take().filter(|_| found.len() < RELEASES) {
        let at = rest.iter().position(|tag| *tag == release.tag).map_or(rest.len(), |at| at + 1);
        rest = rest.get(at..).unwrap_or_default();
        let since = repo.since(&release.commit, rest, &chosen.group.paths)?;
        let before = since.last.as_ref().and_then(|before| pattern.version(&before.tag));
        if let (Some(before), Some(version), false) = (before, pattern.version(&release.tag), since.cut_off) {
            found.push(Release { before, version, commits: since.commits });
        }
        last = since.last;
    }
    Ok(found)
}

fn rules(tried: &Tried) -> Value {
    let missed = |(version, found): &(Version, Option<Version>)| json!({ "version": version.to_string(), "found": found.as_ref().map(ToString::to_string) });
    json!({
        "zero": tried.zero.word(),
        "merges": tried.merges,
        "squash": tried.squash,
        "found": tried.found,
        "missed": tried.missed.iter().map(missed).collect::<Vec<_>>(),
    })
}

fn screen(tried: &[Tried], chosen: &Chosen, releases: usize) -> Text {
    let mut text = Text::new();
    text.line(Line::new().add(Style::Strong, several(releases, "release")).plain(", found by these rules:"));
    let mut rows = ui::Table::indented(2);
    let group = chosen.group;
    for tried in tried {
        let yes = |yes: bool, what: &str| if yes { format!("{what}: true") } else { String::new() };
        let here = (tried.zero, tried.merges, tried.squash) == (group.zero, group.merges, group.squash);
        rows.row([
            (Style::Strong, format!("{:>3}", tried.found)),
            (Style::Plain, format!("zero: {}", tried.zero.word())),
            (Style::Plain, yes(tried.merges, "merges")),
            (Style::Plain, yes(tried.squash, "squash")),
            (Style::Dim, if here { "as it is set".to_owned() } else { String::new() }),
        ]);
    }
    text.extend(rows.text());
    let Some(best) = tried.first().filter(|best| !best.missed.is_empty()) else { return text };
    text.line("the first of them does not find:");
    for (version, found) in best.missed.iter().take(MISSED) {
        let found = found.as_ref().map_or("nothing to release".to_owned(), ToString::to_string);
        text.line(format!("  {version}, but {found}"));
    }
    if best.missed.len() > MISSED {
        text.line(Line::new().add(Style::Dim, format!("  and {} more", best.missed.len() - MISSED)));
    }
    text
}
