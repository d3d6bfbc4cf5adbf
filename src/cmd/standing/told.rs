//! What is told of how the work of an item stands: a few lines, everything, or data.

use serde_json::{Value, json};

use crate::derive::drift::Drift;
use crate::derive::stage::{Evidence, Grade, Stage, Standing};
use crate::derive::words::{plural, several};
use crate::derive::world::{Spot, World};
use crate::model::facts::CommitId;
use crate::model::landing::Gap;
use crate::model::time::Time;
use crate::ui::{Line, Style, Text, cut, wrap};

use super::Standings;
use super::numbers::{Numbers, limits};

/// Everything that is known from git about an item.
pub(in super::super) struct About<'a, 'w> {
    pub(in super::super) world: &'a World<'w>,
    pub(in super::super) spot: Spot,
    pub(in super::super) standing: &'a Standing,
    pub(in super::super) numbers: &'a Numbers,
    /// The differences of this item.
    pub(in super::super) drift: Vec<&'a Drift>,
    /// How the base is called.
    pub(in super::super) base: &'a str,
    /// Why git could not be asked.
    pub(in super::super) trouble: Option<&'a str>,
}

/// How many commits that wait are listed.
const FEW: usize = 10;

impl<'a, 'w> About<'a, 'w> {
    /// Everything about an item, its differences too.
    pub(in super::super) fn new(
        world: &'a World<'w>,
        spot: Spot,
        found: &'a Standings,
        (standing, numbers): (&'a Standing, &'a Numbers),
    ) -> Self {
        let drift = found.drift.iter().filter(|drift| drift.spot == Some(spot)).collect();
        Self { world, spot, standing, numbers, drift, base: &found.base, trouble: found.trouble.as_deref() }
    }

    /// The key `git` of an item.
    pub(in super::super) fn data(&self) -> Value {
        let Self { standing, numbers, .. } = self;
        let at = |seconds: Option<i64>| seconds.map(|seconds| Time::from_seconds(seconds).to_string());
        let main = standing.main.as_ref();
        json!({
            "branch": main.map(|main| main.name.as_str()),
            "via": main.map(|main| main.via.words()),
            "branches": standing.branches.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
            "stage": standing.stage,
            "version": standing.version,
            "landed": at(standing.landed_at()),
            "commits": numbers.commits,
            "authors": numbers.authors,
            "first": at(numbers.first),
            "last": at(numbers.last),
            "files": numbers.files,
            "lines": numbers.lines,
            "ahead": numbers.ahead,
            "behind": numbers.behind,
            "diverged": main.is_some_and(|main| main.diverged),
            "dirty": standing.dirty,
            "beyond": numbers.beyond,
            "pending": standing.pending.len(),
            "unknown": self.unknown(),
            "evidence": standing.evidence.iter().map(evidence).collect::<Vec<_>>(),
        })
    }

    /// How it stands, in one line: `2/5 files, 61/400 lines, 1 commit, 3 ahead, 0 behind; no drift`.
    pub(in super::super) fn summary(&self) -> String {
        let Self { standing, numbers, .. } = self;
        let mut parts = Vec::new();
        let (most_files, most_lines) = limits(self.world, self.spot);
        let of = |most: Option<u32>| most.map(|most| format!("/{most}")).unwrap_or_default();
        if let (Some(files), true) = (numbers.files, numbers.commits > 0) {
            parts.push(format!("{files}{} {}", of(most_files), plural(files, "file")));
        }
        if let (Some(lines), true) = (numbers.lines, numbers.commits > 0) {
            parts.push(format!("{lines}{} {}", of(most_lines), plural(lines, "line")));
        }
        if numbers.commits > 0 {
            parts.push(several(numbers.commits, "commit"));
        }
        if let Some(ahead) = numbers.ahead {
            parts.push(format!("{ahead} ahead"));
        }
        if let Some(behind) = numbers.behind {
            parts.push(format!("{behind} behind"));
        }
        if standing.dirty == Some(true) {
            parts.push("not all committed".to_owned());
        }
        parts.join(", ")
    }

    /// The stage in words, with the version.
    pub(in super::super) fn stage(&self) -> String {
        let word = self.standing.stage.word();
        match (&self.standing.version, self.unknown()) {
            (Some(version), _) => format!("{word} in {version}"),
            (None, Some(why)) => format!("{word}: {why}"),
            (None, None) => word.to_owned(),
        }
    }

    fn unknown(&self) -> Option<&'a str> {
        let unknown = self.standing.stage == Stage::Unknown;
        self.standing.gap.map(Gap::words).or(self.trouble).filter(|_| unknown)
    }

    /// Whether git has anything to do with it: it is a piece of work, or a branch carries it.
    pub(in super::super) fn is_something(&self) -> bool {
        let node = self.world.board(self.spot).node(self.spot.place);
        let of_work = self.spot.place != 0 && !node.is_derived();
        of_work || self.standing.main.is_some() || !self.standing.evidence.is_empty()
    }

    /// How it stands, in a few lines.
    pub(in super::super) fn section(&self) -> Text {
        let mut text = Text::new();
        if self.standing.stage == Stage::Queued && self.drift.is_empty() {
            return text;
        }
        text.line(Line::new().add(Style::Strong, "Git"));
        let since = self.standing.landed_at().map(|at| format!(", {}", Time::from_seconds(at).date()));
        row(&mut text, "stage", &format!("{}{}", self.stage(), since.unwrap_or_default()));
        if let Some(main) = &self.standing.main {
            row(&mut text, "branch", &format!("{} ({})", main.name, main.via.words()));
        }
        let summary = self.summary();
        if !summary.is_empty() {
            row(&mut text, "work", &summary);
        }
        self.beyond(&mut text);
        for drift in self.drift.iter().filter(|drift| drift.accepted.is_none()) {
            row(&mut text, "drift", &format!("{} {}", drift.code.word(), drift.message));
        }
        text
    }

    /// Everything: each piece of evidence, what waits, and what would change the answer.
    pub(in super::super) fn everything(&self) -> Text {
        let Self { world, spot, standing, .. } = self;
        let node = world.board(*spot).node(spot.place);
        let mut text = Text::new();
        let head = format!("{}  {}", world.refer(spot.board, node.id), cut(&node.item.title, 50));
        text.line(Line::new().add(Style::Strong, head));
        row(&mut text, "declared", &world.label(*spot));
        row(&mut text, "git says", &self.stage());
        match &standing.main {
            Some(main) => row(&mut text, "branch", &format!("{} ({})", main.name, main.via.words())),
            None => row(&mut text, "branch", "none"),
        }
        let main = standing.main.as_ref().map(|main| main.name.as_str());
        for (name, ahead) in standing.branches.iter().filter(|(name, _)| Some(name.as_str()) != main) {
            row(&mut text, "", &format!("{name}: {ahead} ahead"));
        }
        let summary = self.summary();
        if !summary.is_empty() {
            row(&mut text, "", &summary);
        }
        if let Some(main) = standing.main.as_ref().filter(|main| main.diverged) {
            let told = format!("{} here and on the remote have gone different ways", main.name);
            row(&mut text, "", &told);
        }
        self.beyond(&mut text);
        for drift in &self.drift {
            let told = format!("{} {}", drift.code.word(), drift.message);
            row(&mut text, "drift", &told);
            match (&drift.accepted, &drift.command) {
                (Some(why), _) => row(&mut text, "", &format!("accepted: {why}")),
                (None, Some(command)) => {
                    text.line(Line::new().to_column(LEFT).add(Style::Command, command));
                }
                (None, None) => {}
            }
        }
        self.evidence(&mut text);
        self.waiting(&mut text);
        text.gap();
        text.line(Line::new().add(Style::Strong, "What would change that"));
        for line in self.would_change() {
            for part in wrap(&line, 76) {
                text.line(Line::new().plain("  ").plain(part));
            }
        }
        text
    }

    fn beyond(&self, text: &mut Text) {
        let beyond = &self.numbers.beyond;
        if !beyond.is_empty() {
            let few: Vec<&str> = beyond.iter().take(FEW).map(String::as_str).collect();
            let more = if beyond.len() > FEW { ", …" } else { "" };
            row(text, "beyond", &format!("{}{more}: not among its files", few.join(", ")));
        }
    }

    fn evidence(&self, text: &mut Text) {
        let Self { standing, base, .. } = self;
        text.gap();
        if standing.evidence.is_empty() {
            text.line(
                Line::new().add(Style::Strong, "Evidence").plain(format!("  nothing on {base} is about it")),
            );
            return;
        }
        text.line(Line::new().add(Style::Strong, format!("Evidence that it is on {base}")));
        for evidence in &standing.evidence {
            let style = match evidence.grade {
                _ if evidence.undone.is_some() => Style::Bad,
                Grade::Weak => Style::Warn,
                Grade::Exact | Grade::Equivalent => Style::Good,
            };
            let date = evidence.landing.as_ref().map(|l| Time::from_seconds(l.at).date().to_string());
            let line = Line::new()
                .plain("  ")
                .add(style, format!("{:<10}", evidence.grade.word()))
                .plain(format!("  {:<17}", evidence.rule.word()))
                .plain(format!("  {}", evidence.commit.short()))
                .plain(format!("  {}", date.unwrap_or_default()));
            text.line(line);
            let undone = evidence.undone.as_ref();
            let undone = undone.map(|by| format!(", taken back by {}", by.short())).unwrap_or_default();
            for part in wrap(&format!("{}{undone}", evidence.text), 66) {
                text.line(Line::new().plain("              ").add(Style::Dim, part));
            }
        }
    }

    fn waiting(&self, text: &mut Text) {
        let pending = &self.standing.pending;
        if pending.is_empty() {
            return;
        }
        text.gap();
        let title = format!("Not on {} ({})", self.base, pending.len());
        text.line(Line::new().add(Style::Strong, title));
        for work in pending.iter().take(FEW) {
            let line = format!("  {}  {}", work.id.short(), work.subject);
            text.line(cut(&line, 80));
        }
        if pending.len() > FEW {
            text.line(Line::new().add(Style::Dim, format!("  and {} more", pending.len() - FEW)));
        }
    }

    fn would_change(&self) -> Vec<String> {
        let Self { standing, base, .. } = self;
        let board = self.world.board(self.spot);
        let node = board.node(self.spot.place);
        let trailer = format!("Track: {}:{}", board.workflow.id, node.id);
        let branch = standing.main.as_ref().map(|main| main.name.clone());
        let named = branch.clone().unwrap_or_else(|| "its branch".to_owned());
        let carried = || match board.profile.branch.first() {
            Some(pattern) => {
                format!("a branch {}, or one that it names", pattern.replace("{item}", node.id.as_str()))
            }
            None => "a branch that it names: `git track set REF branch=NAME`".to_owned(),
        };
        let lands = format!("merging {named} into {base}, or a commit there that ends with `{trailer}`");
        match standing.stage {
            Stage::Queued => vec![carried(), format!("a commit on {base} that ends with `{trailer}`")],
            Stage::Started => vec![format!("a commit on {named}"), lands],
            Stage::InProgress | Stage::Pushed | Stage::InReview => vec![lands],
            Stage::Probably => vec![
                format!("a commit on {base} that ends with `{trailer}` would make it certain"),
                format!("more commits on {named} would make it work in progress"),
            ],
            Stage::Partly => vec![
                format!("merging the {} that {}", several(standing.pending.len(), "commit"), waits(standing)),
                format!("leaving them: delete or reset {named}"),
            ],
            Stage::Reverted => vec![
                "reverting the revert".to_owned(),
                format!("landing it again on {base}, by commits that are not taken back"),
            ],
            Stage::Landed | Stage::Released => vec![
                format!("a revert on {base}"),
                format!("new commits on {}", branch.as_deref().unwrap_or("a branch of it")),
            ],
            Stage::Unknown => vec![match standing.gap {
                Some(Gap::Shallow) => "the rest of history: `git fetch --unshallow`".to_owned(),
                Some(Gap::Missing) => "the missing objects: `git fetch --refetch --no-filter`".to_owned(),
                None => "a base that is there: `git track config set base NAME`".to_owned(),
            }],
        }
    }
}

fn waits(standing: &Standing) -> &'static str {
    if standing.pending.len() == 1 { "waits" } else { "wait" }
}

/// The column of what stands beside a word.
const LEFT: usize = 12;

fn row(text: &mut Text, word: &str, value: &str) {
    for (index, part) in wrap(value, 66).into_iter().enumerate() {
        let head = if index == 0 { word } else { "" };
        text.line(Line::new().plain("  ").add(Style::Dim, head).to_column(LEFT).plain(part));
    }
}

fn evidence(evidence: &Evidence) -> Value {
    json!({
        "rule": evidence.rule,
        "grade": evidence.grade,
        "commit": evidence.commit.as_str(),
        "landing": evidence.landing.as_ref().map(|landing| landing.commit.as_str()),
        "at": evidence.landing.as_ref().map(|landing| Time::from_seconds(landing.at).to_string()),
        "text": evidence.text,
        "undone": evidence.undone.as_ref().map(CommitId::as_str),
    })
}
