//! Cases from literal text, for the tests of rules.

use crate::derive::drift::Drift;
use crate::derive::testing::{Trees, pages};
use crate::derive::world::{Spot, World};
use crate::error::Error;
use crate::formats::yaml;
use crate::message::{Message, parse};
use crate::model::config::Config;
use crate::model::facts::{BlobId, Changed, CommitFacts, CommitId, FileMode, Lines, Side};
use crate::model::id::Id;
use crate::model::item::Item;
use crate::model::path::RepoPath;
use crate::model::profile::Profile;
use crate::model::rule::Level;
use crate::model::workflow::Workflow;

use super::{About, Broken, Case, Complaint, Disagreeing, Finding, Policy, Rule, Said, Sources, Stale, View};

/// A process with folders, limits, protected files and steps.
pub(crate) const CHANGE: &str = r#"
schema: 1
profile: kept
title: Kept
summary: A process of the tests.
id: "CHG-{date}-{slug}"
paths: {changes: changes}
branch: ["{type}/{item}-{slug}"]
rules: {folder-name: error, artifact-order: error, manifest-complete: error}
documents:
  intent:
    title: Intent
    path: "{changes}/{workflow}/00-intent.md"
    begun: new
    front: [is_hotfix]
    sections: [Scope]
    points: [Acceptance Criteria]
  triage: {title: Triage, path: "{changes}/{workflow}/01-triage.md", sections: [Rationale], retention: permanent}
  plan: {title: Plan, path: "{changes}/{workflow}/02-plan.md"}
workflow:
  title: Change
  fields:
    story: {type: text, unique: true}
    is_hotfix: {type: bool, from: intent}
    versions: {type: locations}
  guards: {commit: {passed: [compatibility]}}
kinds:
  unit:
    title: Unit
    under: [workflow]
    limits: {files: 5, lines: 400}
    guards: {add: {untouched: ["scripts/W*"]}}
  triage: {title: Triage, under: [workflow], state: derived, documents: [triage]}
  plan: {title: Plan, under: [workflow], state: derived, documents: [plan]}
  step: {title: Step, under: [workflow]}
step: step
"#;

/// A case in the making.
#[derive(Default)]
pub(crate) struct Bench {
    profile: Option<Profile>,
    config: Config,
    after: Vec<Workflow>,
    before: Vec<Workflow>,
    files: Vec<(String, String)>,
    changed: Vec<Changed>,
    earlier: Vec<(String, Changed)>,
    blobs: Vec<(BlobId, String)>,
    stale: Vec<Stale>,
    versions: Vec<Disagreeing>,
    drift: Vec<Drift>,
    unreadable: Vec<(String, Error)>,
    bound: Option<String>,
    message: Option<Message>,
    branch: Option<String>,
}

impl Bench {
    /// The process that is in use.
    pub(crate) fn process(mut self, text: &str) -> Self {
        self.profile = Some(yaml::read(text.as_bytes(), "profile.yaml").unwrap());
        self
    }

    /// The team's configuration.
    pub(crate) fn config(mut self, text: &str) -> Self {
        self.config = yaml::read(format!("schema: 1\n{text}\n").as_bytes(), "config.yaml").unwrap();
        self
    }

    /// A workflow, with the rest of its file as text.
    pub(crate) fn workflow(mut self, id: &str, body: &str) -> Self {
        self.after.push(workflow(id, body));
        self
    }

    /// A workflow as it was before; without one, nothing was different.
    pub(crate) fn workflow_before(mut self, id: &str, body: &str) -> Self {
        self.before.push(workflow(id, body));
        self
    }

    /// A file that comes.
    pub(crate) fn adds(mut self, path: &str, text: &str) -> Self {
        let after = Some(self.blob(text));
        self.changed.push(Changed { path: path.to_owned(), from: None, before: None, after });
        self.holds(path, text)
    }

    /// A file that is there and does not change.
    pub(crate) fn holds(mut self, path: &str, text: &str) -> Self {
        self.files.push((path.to_owned(), text.to_owned()));
        self
    }

    /// A file that holds something else than before.
    pub(crate) fn changes(mut self, path: &str, before: &str, after: &str) -> Self {
        let (before, after) = (Some(self.blob(before)), Some(self.blob(after)));
        self.changed.push(Changed { path: path.to_owned(), from: None, before, after });
        self
    }

    /// A file that goes.
    pub(crate) fn deletes(mut self, path: &str) -> Self {
        let before = Some(self.blob("x\n"));
        self.changed.push(Changed { path: path.to_owned(), from: None, before, after: None });
        self
    }

    /// A file that gets another name.
    pub(crate) fn renames(mut self, from: &str, to: &str) -> Self {
        let side = Some(self.blob("x\n"));
        let (path, from) = (to.to_owned(), Some(from.to_owned()));
        self.changed.push(Changed { path, from, before: side.clone(), after: side });
        self
    }

    /// A file that an earlier commit of the branch brought, with a trailer.
    pub(crate) fn earlier(mut self, trailer: &str, path: &str, text: &str) -> Self {
        let after = Some(self.blob(text));
        let changed = Changed { path: path.to_owned(), from: None, before: None, after };
        self.earlier.push((trailer.to_owned(), changed));
        self
    }

    /// A rendered document that is behind.
    pub(crate) fn drifted_versions(mut self, files: &[&str], what: &str) -> Self {
        let files = files.iter().map(|file| (*file).to_owned()).collect();
        self.versions.push(Disagreeing { files, what: what.to_owned(), fix: "git track version".to_owned() });
        self
    }

    pub(crate) fn stale(mut self, path: &str, kept: bool) -> Self {
        let source = ".track/workflows/w.yaml".to_owned();
        self.stale.push(Stale { path: RepoPath::parse(path).unwrap(), source, kept, failed: None });
        self
    }

    /// A difference between what is declared and what git knows.
    pub(crate) fn drift(mut self, drift: Drift) -> Self {
        self.drift.push(drift);
        self
    }

    /// A file of the state that cannot be read.
    pub(crate) fn unreadable(mut self, path: &str, why: &str) -> Self {
        self.unreadable.push((path.to_owned(), Error::state(why)));
        self
    }

    /// The item of the first workflow that the change is about.
    pub(crate) fn bound(mut self, item: &str) -> Self {
        self.bound = Some(item.to_owned());
        self
    }

    /// The branch that it is made on.
    pub(crate) fn branch(mut self, branch: &str) -> Self {
        self.branch = Some(branch.to_owned());
        self
    }

    /// What its author says.
    pub(crate) fn message(mut self, text: &str) -> Self {
        self.message = Some(parse(text));
        self
    }

    fn blob(&mut self, text: &str) -> Side {
        let id = BlobId::parse(&format!("{:040x}", self.blobs.len() + 1)).unwrap();
        self.blobs.push((id.clone(), text.to_owned()));
        Side { id, mode: FileMode::Regular }
    }

    fn text(&self, side: Option<&Side>) -> &str {
        let known = side.and_then(|side| self.blobs.iter().find(|(id, _)| *id == side.id));
        known.map_or("", |(_, text)| text)
    }

    fn judge(&self, rule: &'static Rule) -> Vec<Finding> {
        let profile = self.profile.iter();
        let profiles: Vec<&Profile> = profile.clone().collect();
        let pages = pages(&self.files, &Trees::default());
        let world = |workflows| {
            let laid = |workflow| Some((workflow, self.profile.as_ref()?));
            World::new(<[Workflow]>::iter(workflows).filter_map(laid), &pages)
        };
        let old = if self.before.is_empty() { &self.after } else { &self.before };
        let (after, before) = (world(&self.after), world(old));
        let unreadable: Vec<Broken> =
            self.unreadable.iter().map(|(path, error)| Broken { path, error }).collect();
        let view = |world| View {
            world,
            unreadable: &unreadable,
            violations: &[],
            profiles: &profiles,
            places: &self.config.paths,
            pages: &pages,
        };
        let bound = self.bound.as_ref().map(|item| {
            let id = Id::parse(item).unwrap();
            let place = after.boards[0].nodes().find(|(_, node)| *node.id == id).unwrap().0;
            Spot { board: 0, place }
        });
        let sources = self.sources();
        let case = Case {
            after: view(&after),
            before: (rule.about != About::State).then(|| view(&before)),
            files: &self.changed,
            policy: &Policy { config: &self.config, profiles: profiles.clone(), world: &before },
            message: self.message.as_ref().map(|message| Said { message, bom: false, merge: false }),
            branch: self.branch.as_deref(),
            on_base: false,
            commit: None,
            bound,
            sources: &sources,
        };
        let found = rule.check.run(&case).unwrap().into_iter();
        let counts = found.map(|complaint| Finding {
            rule: rule.id,
            level: case.policy.level(rule, &complaint),
            complaint,
        });
        counts.filter(|finding| finding.level != Level::Off).collect()
    }

    fn sources(&self) -> Sources<'_> {
        let count = |text: &str| text.lines().count();
        Sources {
            bytes: Box::new(|id| {
                let known = self.blobs.iter().find(|(known, _)| known == id);
                Ok(known.map(|(_, text)| text.clone().into_bytes()).unwrap_or_default())
            }),
            lines: Box::new(move |files| {
                let lines = |file: &Changed| {
                    let (before, after) = (self.text(file.before.as_ref()), self.text(file.after.as_ref()));
                    if before == after {
                        return Some(Lines::default());
                    }
                    Some(Lines { added: count(after), deleted: count(before) })
                };
                Ok(files.iter().map(lines).collect())
            }),
            since_base: Box::new(|belongs| {
                let earlier = self.earlier.iter().filter(|(trailer, _)| belongs(&commit(trailer)));
                Ok(earlier.map(|(_, changed)| changed).chain(&self.changed).cloned().collect())
            }),
            stale: Box::new(|| Ok(self.stale.clone())),
            versions: Box::new(|| Ok(self.versions.clone())),
            drift: Box::new(|| Ok(self.drift.clone())),
        }
    }
}

fn workflow(id: &str, body: &str) -> Workflow {
    let state = if body.contains("state: dropped\n") { "" } else { "state: active\n" };
    let text = format!("schema: 1\nid: {id}\nprofile: kept\ntitle: W\n{state}{body}\n");
    let root: Item = yaml::read(text.as_bytes(), "w.yaml").unwrap_or_else(|error| panic!("{error}\n{text}"));
    Workflow::from_root(root).unwrap()
}

fn commit(trailer: &str) -> CommitFacts {
    CommitFacts {
        id: CommitId::parse(&"1".repeat(40)).unwrap(),
        parents: Vec::new(),
        author_name: String::new(),
        author_email: String::new(),
        author_time: 0,
        committer_time: 0,
        subject: "feat: x".to_owned(),
        message: format!("feat: x\n\n{trailer}\n").into_bytes(),
    }
}

/// What counts of what a rule says about a case.
pub(crate) fn findings(rule: &'static Rule, build: impl FnOnce(Bench) -> Bench) -> Vec<Finding> {
    build(Bench::default()).judge(rule)
}

/// The same, a line each.
pub(crate) fn judged(rule: &'static Rule, build: impl FnOnce(Bench) -> Bench) -> Vec<String> {
    findings(rule, build).into_iter().map(|finding| line(&finding.complaint)).collect()
}

fn line(complaint: &Complaint) -> String {
    let line = complaint.line.map(|line| format!(":{line}")).unwrap_or_default();
    let file = complaint.file.as_ref().map(|file| format!("{file}{line}: ")).unwrap_or_default();
    let fix = complaint.fix.as_ref().map(|fix| format!(" ({fix})")).unwrap_or_default();
    format!("{file}{}{fix}", complaint.message)
}
