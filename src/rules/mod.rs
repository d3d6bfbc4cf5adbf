//! Conventions as a table: what a change must not do, judged alike in hooks, over ranges and on demand.

mod policy;
#[cfg(test)]
mod testing;

mod artifact_order;
mod bound;
mod branch_name;
mod commit_guard;
mod conventional_commit;
mod document_content;
mod drift;
mod folder_name;
mod folders;
mod home;
mod item_reference;
mod late_record;
mod long_summary;
mod manifest_complete;
mod out_of_scope;
mod protected_path;
mod rendered_drift;
mod retention;
mod secrets;
mod state;
mod subject_length;
mod unique_field;
mod unit_size;
mod vague_focus;
mod version_drift;
mod version_mismatch;

use crate::derive::board::Board;
use crate::derive::drift::Drift;
use crate::derive::shell::word;
use crate::derive::world::{Spot, World};
use crate::error::{Error, Result, nearest};
use crate::message::Message;
use crate::model::facts::{BlobId, Changed, CommitFacts, CommitId, Lines};
use crate::model::id::Id;
use crate::model::page::Pages;
use crate::model::path::RepoPath;
use crate::model::place::Places;
use crate::model::profile::Profile;
use crate::model::rule::Level;

pub use bound::{TRAILER, bound};
pub use out_of_scope::is_beyond;
pub use policy::{Policy, misspelt};
pub use unit_size::is_of_unit;

/// A convention.
pub struct Rule {
    /// How it is called, everywhere.
    pub id: &'static str,
    /// What it looks at, which says when it runs.
    pub about: About,
    /// How strict it is where neither the team nor the process says so.
    pub level: Level,
    /// What it asks for, in one line.
    pub summary: &'static str,
    /// Why, what can be set, and how to satisfy it.
    pub help: &'static str,
    /// What speaks against a case.
    pub check: Check,
}

/// How a rule finds what speaks against a case.
#[derive(Clone, Copy)]
pub enum Check {
    /// By what the case holds.
    Pure(fn(&Case) -> Vec<Complaint>),
    /// By what git is asked besides; an error: it cannot be decided.
    Asking(fn(&Case) -> Result<Vec<Complaint>>),
}

impl Check {
    fn run(self, case: &Case) -> Result<Vec<Complaint>> {
        match self {
            Self::Pure(check) => Ok(check(case)),
            Self::Asking(check) => check(case),
        }
    }
}

/// What a rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// One version of the state and its documents: in every commit, merges too, and on demand.
    State,
    /// What a commit changes: where something comes before it, and not in merges.
    Change,
    /// The same, and in merges what differs from everything that they bring together.
    Touch,
    /// What its author says.
    Message,
    /// What git knows besides: on demand.
    Git,
}

impl About {
    /// When such rules run, in words.
    pub fn stages(self) -> &'static str {
        match self {
            Self::State => "pre-commit, pre-merge-commit, check --staged, --range, --all",
            Self::Change => "pre-commit, check --staged, --range",
            Self::Touch => {
                "pre-commit, check --staged, --range; also in merges that change something themselves"
            }
            Self::Message => "commit-msg, applypatch-msg, check --message, --range",
            Self::Git => "check --all",
        }
    }
}

/// All rules: what explains others comes before them.
pub static RULES: &[&Rule] = &[
    &state::SCHEMA,
    &state::VALID,
    &retention::RULE,
    &folder_name::RULE,
    &artifact_order::RULE,
    &document_content::FRONT,
    &document_content::SECTIONS,
    &document_content::POINTS,
    &unique_field::RULE,
    &vague_focus::RULE,
    &long_summary::RULE,
    &version_mismatch::RULE,
    &version_drift::RULE,
    &rendered_drift::RULE,
    &manifest_complete::RULE,
    &late_record::RULE,
    &commit_guard::RULE,
    &home::RULE,
    &protected_path::RULE,
    &out_of_scope::RULE,
    &unit_size::RULE,
    &branch_name::RULE,
    &secrets::RULE,
    &conventional_commit::RULE,
    &subject_length::RULE,
    &item_reference::RULE,
    &drift::RULE,
];

/// What is judged: a version of the repository, and what it is a change of.
pub struct Case<'a, 'w> {
    /// The state that is judged.
    pub after: View<'a, 'w>,
    /// The state that it comes from; nothing comes before what is judged on demand.
    pub before: Option<View<'a, 'w>>,
    /// The files that differ, in the order of their paths.
    pub files: &'a [Changed],
    /// Levels and limits: of what was there before, so that a change cannot weaken what judges it.
    pub policy: &'a Policy<'a, 'w>,
    /// What its author says, where that is known.
    pub message: Option<Said<'a>>,
    /// The branch that it is made on.
    pub branch: Option<&'a str>,
    /// Whether that is the branch that work lands on.
    pub on_base: bool,
    /// The commit that it is, where it is made already.
    pub commit: Option<&'a CommitId>,
    /// The item that it is about, in [`Case::after`].
    pub bound: Option<Spot>,
    /// What is asked of git only when a rule needs it.
    pub sources: &'a Sources<'a>,
}

/// The message of a commit.
#[derive(Clone, Copy)]
pub struct Said<'a> {
    /// Its parts.
    pub message: &'a Message,
    /// Whether it begins with a byte order mark.
    pub bom: bool,
    /// Whether the commit brings branches together.
    pub merge: bool,
}

/// One version of the state.
#[derive(Clone, Copy)]
pub struct View<'a, 'w> {
    /// Its workflows.
    pub world: &'a World<'w>,
    /// The files that cannot be read, and why.
    pub unreadable: &'a [Broken<'a>],
    /// What breaks the rules of a process, and where.
    pub violations: &'a [Broken<'a>],
    /// The processes in use.
    pub profiles: &'a [&'a Profile],
    /// Where things are, as the team decided.
    pub places: &'a Places,
    /// The other files.
    pub pages: &'a Pages,
}

/// A file of the state that cannot be read, or holds what it must not.
#[derive(Clone, Copy)]
pub struct Broken<'a> {
    /// From the top of the work tree.
    pub path: &'a str,
    /// What is wrong, and where.
    pub error: &'a Error,
}

/// What is asked of git, or rendered, only when a rule needs it.
pub struct Sources<'a> {
    /// The bytes of a file.
    pub bytes: Asked<'a, BlobId, Vec<u8>>,
    /// How many lines each of some files gained and lost; `None`: it has no lines.
    pub lines: Asked<'a, [Changed], Vec<Option<Lines>>>,
    /// What changed on this branch since it left the base, in commits that belong to the item and in this one.
    pub since_base: Earlier<'a>,
    /// The rendered documents that do not say what the state says.
    pub stale: Box<dyn Fn() -> Result<Vec<Stale>> + 'a>,
    /// The groups of versions whose places disagree.
    pub versions: Box<dyn Fn() -> Result<Vec<Disagreeing>> + 'a>,
    /// Where what is declared differs from what git knows.
    pub drift: Box<dyn Fn() -> Result<Vec<Drift>> + 'a>,
}

/// Something that is asked of git.
pub type Asked<'a, Q, A> = Box<dyn Fn(&Q) -> Result<A> + 'a>;

/// The changes of the earlier commits of a branch that belong to an item, and of the one that is judged.
pub type Earlier<'a> = Box<dyn Fn(&dyn Fn(&CommitFacts) -> bool) -> Result<Vec<Changed>> + 'a>;

/// A group of versions whose places disagree.
#[derive(Clone, Debug)]
pub struct Disagreeing {
    /// The files of the group.
    pub files: Vec<String>,
    /// What is wrong, in one sentence.
    pub what: String,
    /// The command that helps.
    pub fix: String,
}

/// A rendered document that does not say what the state says.
#[derive(Clone, Debug)]
pub struct Stale {
    /// Its file.
    pub path: RepoPath,
    /// The file of the state that it is rendered from.
    pub source: String,
    /// Whether it belongs into the commit that changes the state.
    pub kept: bool,
    /// Why it cannot be rendered.
    pub failed: Option<String>,
}

/// What a rule says against a case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Complaint {
    /// The file that it is about.
    pub file: Option<String>,
    /// The line in it, from one.
    pub line: Option<usize>,
    /// What is wrong, in one sentence.
    pub message: String,
    /// The command, or the edit, that helps.
    pub fix: Option<String>,
    /// The process by which it is wrong, where it is that of one.
    pub profile: Option<Id>,
    /// How strict it is at most.
    pub at_most: Option<Level>,
}

impl Complaint {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), ..Self::default() }
    }

    fn file(mut self, file: impl Into<String>) -> Self {
        self.file = Some(file.into());
        self
    }

    fn fix(mut self, fix: impl Into<Option<String>>) -> Self {
        self.fix = fix.into();
        self
    }

    fn of(mut self, board: &Board) -> Self {
        self.profile = Some(board.profile.profile.clone());
        self
    }

    fn at_most(mut self, level: Level) -> Self {
        self.at_most = Some(level);
        self
    }
}

/// A complaint that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: &'static str,
    /// How strict it is here: never off.
    pub level: Level,
    /// What it says.
    pub complaint: Complaint,
}

/// What the rules about these things say against a case, errors first.
pub fn judge(case: &Case, about: &[About]) -> Result<Vec<Finding>> {
    let mut found = Vec::new();
    let running = |rule: &&&Rule| about.contains(&rule.about) && case.policy.may_run(rule);
    for rule in RULES.iter().filter(running) {
        let mut complaints = rule.check.run(case)?;
        if let (About::State, Check::Pure(check), false) = (rule.about, rule.check, complaints.is_empty()) {
            drop_old(case, rule, check, &mut complaints);
        }
        found.extend(complaints.into_iter().filter_map(|complaint| {
            let level = case.policy.level(rule, &complaint);
            (level != Level::Off).then_some(Finding { rule: rule.id, level, complaint })
        }));
    }
    found.sort_by_key(|finding| std::cmp::Reverse(finding.level));
    Ok(found)
}

// What was wrong before is not the fault of this change. What cannot be read is: nothing else can be decided then. What
// git is asked for is about this change from the start.
fn drop_old(case: &Case, rule: &Rule, check: fn(&Case) -> Vec<Complaint>, complaints: &mut Vec<Complaint>) {
    let Some(before) = case.before.filter(|_| rule.id != state::SCHEMA.id) else { return };
    let earlier = Case { after: before, before: None, files: &[], bound: None, message: None, ..*case };
    let old = check(&earlier);
    let known = |complaint: &Complaint| {
        old.iter().any(|old| old.message == complaint.message && old.file == complaint.file)
    };
    complaints.retain(|complaint| !known(complaint));
}

/// The rule of this name.
pub fn rule(id: &str) -> Result<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id).copied().ok_or_else(|| {
        let error = Error::not_found(format!("there is no rule `{id}`"));
        match nearest(id, RULES.iter().map(|rule| rule.id)) {
            Some(near) => error.hint(format!("git track explain {near}")),
            None => error.hint("git track explain"),
        }
    })
}

impl<'a, 'w> Case<'a, 'w> {
    /// The boards whose process has not ended: what is closed is history.
    fn open(&self) -> impl Iterator<Item = (usize, &'a Board<'w>)> {
        let all = self.after.world.boards.iter().enumerate();
        all.filter(|(_, board)| !board.root().state.is_closed())
    }

    /// The command that puts a file back to what it was before.
    fn put_back(&self, path: &str) -> String {
        let path = word(path);
        match self.commit {
            Some(commit) => format!("git restore --source={}^ -- {path}", commit.short()),
            None => format!("git restore --staged --worktree --source=HEAD -- {path}"),
        }
    }

    /// The board and place of the item that the change is about.
    fn item(&self) -> Option<(&'a Board<'w>, Spot)> {
        let spot = self.bound?;
        Some((self.after.world.board(spot), spot))
    }

    /// The files below a folder that differ and are there; on demand all that are there.
    fn paths_below(&self, folder: &RepoPath) -> Vec<String> {
        if self.before.is_none() {
            return self.after.pages.below(folder).iter().map(ToString::to_string).collect();
        }
        let there = self.files.iter().filter(|file| file.after.is_some()).map(|file| &file.path);
        there.filter(|path| folders::below(folder, path).is_some()).cloned().collect()
    }

    /// Whether the file of a workflow differs.
    fn touches_state(&self, board: &Board) -> bool {
        self.touches(&state_file(board))
    }

    /// Whether the file differs; on demand every file counts.
    fn touches(&self, path: &str) -> bool {
        self.before.is_none()
            || self.files.iter().any(|file| file.path == path || file.from.as_deref() == Some(path))
    }
}

/// The file of a workflow.
fn state_file(board: &Board) -> String {
    format!(".track/workflows/{}.yaml", board.workflow.id)
}
