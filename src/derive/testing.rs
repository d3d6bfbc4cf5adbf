//! Workflows and processes from literal text, for tests.

use std::collections::BTreeSet;

use crate::formats::{locate, markdown, yaml};
use crate::model::id::Id;
use crate::model::item::Item;
use crate::model::location::{Found, Location};
use crate::model::page::{Page, Pages, Section, Sources};
use crate::model::path::RepoPath;
use crate::model::place::path_of;
use crate::model::profile::Profile;
use crate::model::state::Shown;
use crate::model::suite::Checkout;
use crate::model::time::Time;
use crate::model::title::{plain_title, plain_words};
use crate::model::workflow::Workflow;
use crate::store::shipped;

use super::board::{Node, Thing};
use super::validate::violations;
use super::world::{Spot, World};

/// The moment at which tests happen.
pub(crate) const NOW: &str = "2026-02-12T09:00:00Z";

/// A process that no folder has: derived phases, finer words, every type of field.
pub(crate) const TEAM: &str = r#"
schema: 1
profile: team
title: Team
summary: A process of the tests.
id: "{slug}"
labels: {review: {label: Being judged}, blocked: {label: Stuck}}
finer: {qa: {state: review, label: In QA}, parked: {state: todo}}
words: {shipped: done}
branch: ["{type}/{item}-{slug}", "{type}/{item}"]
workflow: {title: Board}
kinds:
  task:
    title: Task
    id: "T-{nnn}"
    under: [workflow, phase, task]
    guards: {start: {needs_met: true}}
    fields:
      note: {type: text}
      hot: {type: bool}
      size: {type: int}
      day: {type: date}
      at: {type: time}
      spec: {type: path}
      tags: {type: list}
      who: {type: map}
      risk: {type: text, of: [low, high]}
  phase: {title: Phase, id: "phase-{n}", short: "Phase {n}", state: derived, under: [workflow]}
  turn: {title: Turn, under: [workflow], guards: {start: {order: true}}}
"#;

/// Workflows with the process that they follow.
pub(crate) struct Scene {
    profile: Profile,
    pub(crate) workflows: Vec<Workflow>,
    files: Vec<(String, String)>,
    pages: Pages,
    around: Trees,
}

/// What git says about work trees and branches, by literals.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trees {
    /// All work trees; `None`: nobody works in this version.
    pub(crate) checkouts: Option<Vec<Checkout>>,
    /// The branches that what is checked out has not everything of.
    pub(crate) elsewhere: Vec<&'static str>,
}

impl Scene {
    /// Workflows `w`, `w2`, … that are active, each with the rest of its file as text.
    pub(crate) fn new(profile: &str, bodies: &[&str]) -> Self {
        let profile: Profile = yaml::read(profile.as_bytes(), "profile.yaml").unwrap();
        let workflow = |(index, body): (usize, &&str)| {
            let id = if index == 0 { "w".to_owned() } else { format!("w{}", index + 1) };
            let state =
                if body.contains("\nstate:") || body.starts_with("state:") { "" } else { "state: active\n" };
            let head = format!("schema: 1\nid: {id}\nprofile: {}\ntitle: W\n", profile.profile);
            let text = format!("{head}{state}{body}\n");
            let root: Item = yaml::read(text.as_bytes(), "w.yaml").unwrap_or_else(|e| panic!("{e}\n{text}"));
            Workflow::from_root(root).unwrap()
        };
        let workflows = bodies.iter().enumerate().map(workflow).collect();
        Self { profile, workflows, files: Vec::new(), pages: Pages::none(), around: Trees::default() }
    }

    /// The same in a repository that holds these files.
    pub(crate) fn over(mut self, files: &[(&str, &str)]) -> Self {
        self.files = files.iter().map(|&(path, text)| (path.to_owned(), text.to_owned())).collect();
        self.pages = pages(&self.files, &self.around);
        self
    }

    /// The same among these work trees.
    pub(crate) fn among(mut self, around: Trees) -> Self {
        self.pages = pages(&self.files, &around);
        self.around = around;
        self
    }

    /// One workflow of the process of the tests.
    pub(crate) fn team(body: &str) -> Self {
        Self::new(TEAM, &[body])
    }

    /// One workflow of the process of the tests, its items given as text.
    pub(crate) fn items(items: &str) -> Self {
        Self::new(TEAM, &[&format!("items: {{{items}}}")])
    }

    /// One workflow of a shipped process.
    pub(crate) fn shipped(name: &str, body: &str) -> Self {
        Self::new(shipped_profile(name), &[body])
    }

    /// One workflow whose `task` has these guards.
    pub(crate) fn guarded(guards: &str, body: &str) -> Self {
        let plain = "guards: {start: {needs_met: true}}";
        assert!(TEAM.contains(plain));
        Self::new(&TEAM.replace(plain, &format!("guards: {{{guards}}}")), &[body])
    }

    /// The process.
    pub(crate) fn profile(&self) -> &Profile {
        &self.profile
    }

    /// The workflows laid out.
    pub(crate) fn world(&self) -> World<'_> {
        let documents = || self.profile.documents.values().filter(|document| document.template.is_some());
        let path = |workflow: &Workflow, document| {
            let root = (&workflow.id, &workflow.root);
            path_of(document, root, root, &self.profile, &self.pages.places).ok()
        };
        let rendered =
            self.workflows.iter().flat_map(|workflow| documents().filter_map(move |d| path(workflow, d)));
        let rendered: BTreeSet<RepoPath> = rendered.collect();
        self.pages.know_rendered(move || rendered.clone());
        World::new(self.workflows.iter().map(|workflow| (workflow, &self.profile)), &self.pages)
    }

    /// The scene with its first workflow in another version.
    pub(crate) fn with(&self, workflow: Workflow) -> Self {
        let mut workflows = self.workflows.clone();
        workflows[0] = workflow;
        let (files, around) = (self.files.clone(), self.around.clone());
        let pages = pages(&files, &around);
        Self { profile: self.profile.clone(), workflows, files, pages, around }
    }

    /// What is wrong with the first workflow.
    pub(crate) fn wrong(&self) -> Vec<String> {
        violations(&self.world(), 0).into_iter().map(|violation| violation.message).collect()
    }

    /// What is shown for an item of the first workflow.
    pub(crate) fn shown(&self, id: &str) -> Shown {
        let world = self.world();
        world.shown(spot(&world, id))
    }
}

/// Files by literals: an id is the length and the sum of the bytes, the tree that of all files.
pub(crate) fn pages(files: &[(String, String)], around: &Trees) -> Pages {
    let id = |bytes: &[u8]| {
        let sum = bytes.iter().fold(7u32, |sum, &byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)));
        Some(format!("{sum:012x}"))
    };
    let (known, all, listed, held) = (files.to_vec(), files.to_vec(), files.to_vec(), files.to_vec());
    let staged = files.to_vec();
    let Trees { checkouts, elsewhere } = around.clone();
    let inside = |folder: &RepoPath, path: &str| {
        let rest = path.strip_prefix(folder.as_str());
        *folder == RepoPath::top() || rest.is_some_and(|rest| rest.starts_with('/'))
    };
    let read = move |path: &RepoPath| {
        let Some((_, text)) = known.iter().find(|(known, _)| known == path.as_str()) else {
            return known.iter().any(|(known, _)| inside(path, known)).then(Page::default);
        };
        let read = markdown::page(text);
        let section = |section: markdown::Section| Section {
            title: plain_title(&section.title),
            filled: section.filled,
            points: section.points.into_iter().map(|point| point.text).collect(),
        };
        let front = read.front.map(|front| yaml::tree(front.as_bytes(), path.as_str()));
        Some(Page {
            on: id(text.as_bytes()),
            lines: text.lines().count(),
            front: front
                .and_then(Result::ok)
                .and_then(|front| front.as_object().cloned())
                .unwrap_or_default(),
            unreadable: None,
            sections: read.sections.into_iter().map(section).collect(),
            text: read.lines.iter().map(|line| plain_words(line)).collect(),
        })
    };
    let there = !files.is_empty();
    let sources = Sources {
        read: Box::new(read),
        below: Box::new(move |folder| {
            let inside = listed.iter().filter(|(path, _)| inside(folder, path));
            inside.map(|(path, _)| RepoPath::parse(path).unwrap()).collect()
        }),
        tree: Box::new(move |but| {
            let rest = all.iter().filter(|(path, _)| !but.iter().any(|path_but| path_but.as_str() == path));
            let text: String = rest.map(|(_, text)| text.as_str()).collect();
            id(text.as_bytes()).filter(|_| there)
        }),
        content: Box::new(move |but| {
            let rest = staged.iter().filter(|(path, _)| !but.iter().any(|but| but.as_str() == path));
            id(rest.map(|(_, text)| text.as_str()).collect::<String>().as_bytes())
        }),
        checkouts: Box::new(move || checkouts.clone()),
        holds: Box::new(move |branch| Some(!elsewhere.contains(&branch))),
        digest: Box::new(id),
        logged: Box::new(|_, workflow| workflow == "w"),
        located: Box::new(move |location| located(&held, location)),
    };
    Pages::new(sources, std::collections::BTreeMap::new())
}

fn located(files: &[(String, String)], location: &Location) -> Found {
    let file = location.file().as_str();
    let Some((_, text)) = files.iter().find(|(path, _)| path == file) else { return Found::NoFile };
    let found =
        locate::Path::parse(location.path()).and_then(|path| locate::locate(file, text.as_bytes(), &path));
    match found {
        Ok(found) if found.is_empty() => Found::NoValue,
        Ok(found) => Found::Values(found.into_iter().map(|located| located.text).collect()),
        Err(error) => Found::Unreadable(error.to_string()),
    }
}

/// The text of a shipped process.
pub(crate) fn shipped_profile(name: &str) -> &'static str {
    let all = shipped();
    let process = all.iter().find(|shipped| shipped.name == name).unwrap();
    process.files.iter().find(|(file, _)| *file == "profile.yaml").unwrap().1
}

/// The item of that id in the first workflow.
pub(crate) fn spot(world: &World, text: &str) -> Spot {
    match world.boards[0].thing(&id(text)) {
        Some(Thing::Item(place)) => Spot { board: 0, place },
        other => panic!("{text} is {other:?}"),
    }
}

/// The node of that id in the first workflow.
pub(crate) fn node<'w, 'a>(world: &'w World<'a>, text: &str) -> &'w Node<'a> {
    world.boards[0].node(spot(world, text).place)
}

/// An id.
pub(crate) fn id(text: &str) -> Id {
    Id::parse(text).unwrap()
}

/// The moment at which tests happen.
pub(crate) fn now() -> Time {
    Time::parse(NOW).unwrap()
}
