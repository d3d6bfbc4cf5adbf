//! An answer that is kept for the next call: it is given again while everything that it was made from is the same.
//!
//! What it was made from is the program, the arguments, the environment, the files of the state by their content, and all
//! that git can say about commits and branches. An answer that rests on anything else is not kept.

use serde::{Deserialize, Serialize};

use crate::derive::drift;
use crate::derive::world::Spot;
use crate::error::Result;
use crate::files::{Cache, stamp};
use crate::model::edit::Root;
use crate::model::path::RepoPath;
use crate::model::time::Time;
use crate::store::{Content, Store, leases};
use crate::ui::Printed;

use super::super::Answer;
use super::super::context::Context;
use super::super::prompt::Glance;
use super::{Args, View};

/// Changes with what is kept.
const FORMAT: &str = "status 2";

/// The names of kept answers begin with it.
const PREFIX: &str = "status-";

/// How many different questions have their answers kept.
const QUESTIONS: usize = 16;

/// The largest file beside the state that an answer may rest on, in bytes.
const LARGEST: u64 = 16 * 1024 * 1024;

/// Variables that differ from call to call and are asked for nowhere.
const VOLATILE: [&str; 3] = ["_", "SHLVL", "OLDPWD"];

/// What an answer is made from.
pub(super) struct Basis {
    cache: Cache,
    /// The question.
    name: String,
    /// Everything, as one id.
    id: String,
    /// Which objects were there before anything was asked; empty until it is known that something has to be asked.
    objects: String,
    content: Content,
}

/// What stands before the kept text.
#[derive(Deserialize, Serialize)]
struct Head {
    basis: String,
    exit: u8,
    /// It says how long ago things were, and is right between these moments only, in seconds since 1970.
    from: i64,
    until: i64,
    /// How long ago something was, and how that is said.
    ago: Option<(i64, String)>,
    /// Which objects were there, where that matters.
    objects: Option<String>,
    /// Files of the work tree beside the state that it rests on, with the ids of their bytes; none: there is no file.
    files: Vec<(String, Option<String>)>,
    /// What prompts say meanwhile.
    glance: Option<Glance>,
    /// How long the plain text is, in bytes; the coloured one follows.
    plain: usize,
}

impl Basis {
    /// What an answer would be made from now; `None`: that is not known, so that nothing can be kept.
    pub(super) fn of(context: &Context, args: &Args, store: &Store) -> Option<Self> {
        if args.at.is_some() || context.plan_file() {
            return None;
        }
        let content = store.content().ok()??;
        let git = store.repo.fingerprint().ok()??;
        let executable = stamp(context.executable.as_deref()?).ok()??;
        let mut question = Words::default();
        question.add(FORMAT.as_bytes());
        question.add(format!("{args:?}").as_bytes());
        question.add(format!("{:?}", context.global).as_bytes());
        question.add(store.repo.git_dir().as_os_str().as_encoded_bytes());
        let name = format!("{PREFIX}{}", store.repo.hash(&question.0).ok()?.short());
        let mut all = question;
        all.add(env!("CARGO_PKG_VERSION").as_bytes());
        all.add(&executable.bytes());
        all.add(context.cwd().as_os_str().as_encoded_bytes());
        for (variable, value) in context.vars() {
            if !VOLATILE.iter().any(|volatile| variable == volatile) {
                all.add(variable.as_encoded_bytes());
                all.add(value.as_encoded_bytes());
            }
        }
        all.add(git.as_str().as_bytes());
        all.add(format!("{:?}", leases(store).ok()?).as_bytes());
        all.add(&content.bytes());
        let id = store.repo.hash(&all.0).ok()?.to_string();
        Some(Self { cache: Cache::new(store.repo.common_dir()), name, id, objects: String::new(), content })
    }

    /// The answer that was kept, if it is still right.
    pub(super) fn kept(&self, context: &Context, store: &Store) -> Option<Answer> {
        // Somebody writes, or was stopped while writing.
        if store.files.pending().ok()?.is_some() {
            return None;
        }
        let bytes = self.cache.load(&self.name)?;
        let end = bytes.iter().position(|&byte| byte == b'\n')?;
        let (head, texts) = bytes.split_at_checked(end)?;
        let head: Head = serde_json::from_slice(head).ok()?;
        let now = context.now.seconds();
        let same = |(since, said): &(i64, String)| Time::from_seconds(*since).ago(context.now) == *said;
        if head.basis != self.id || now < head.from || now >= head.until || !head.ago.iter().all(same) {
            return None;
        }
        if head.objects.is_some() && head.objects != objects(store) {
            return None;
        }
        let same = |(path, id): &(String, Option<String>)| read(store, path).is_ok_and(|now| now == *id);
        if !head.files.iter().all(same) {
            return None;
        }
        Glance::keep(head.glance.and_then(|glance| glance.now(store)).as_ref(), store);
        let texts = std::str::from_utf8(texts.get(1..)?).ok()?;
        let (plain, coloured) = texts.split_at_checked(head.plain)?;
        let printed = Printed::new(plain.to_owned(), coloured.to_owned());
        Some(Answer { printed: Some(printed), exit: head.exit, ..Answer::default() })
    }

    /// The same, with what has to be known before anything is asked.
    pub(super) fn before_asking(mut self, store: &Store) -> Option<Self> {
        self.objects = objects(store)?;
        Some(self)
    }

    /// Keeps an answer, if it rests on nothing but this and nothing of this has changed meanwhile.
    pub(super) fn keep(&self, context: &Context, args: &Args, view: &View, made: (&Answer, Option<Glance>)) {
        let (answer, glance) = made;
        let store = &view.session.store;
        let Some((ago, until)) = Self::rests_on_nothing_else(view) else { return };
        let Some(files) = files(view) else { return };
        let same = || Self::of(context, args, store).is_some_and(|now| now.id == self.id);
        if !self.content.is_of(store, &view.session.snapshot) || !same() {
            return;
        }
        let on_remains = view.git.as_ref().is_some_and(|git| git.on_remains);
        let objects = on_remains.then(|| objects(store)).flatten();
        if on_remains && objects.as_ref() != Some(&self.objects) {
            return;
        }
        let (plain, coloured) = if context.global.json {
            (context.ui.document(&answer.document(context.command)), String::new())
        } else {
            (answer.text.render(false), answer.text.render(true))
        };
        let from = context.now.seconds();
        let (basis, exit, plain_len) = (self.id.clone(), answer.exit, plain.len());
        let head = Head { basis, exit, from, until, ago, objects, files, glance, plain: plain_len };
        let mut bytes = serde_json::to_vec(&head).unwrap_or_default();
        bytes.push(b'\n');
        bytes.extend_from_slice(plain.as_bytes());
        bytes.extend_from_slice(coloured.as_bytes());
        self.cache.store(&self.name, &bytes);
        self.cache.keep(PREFIX, QUESTIONS);
    }

    // What of it tells how long ago something was, and until when the rest is right; `None`: it rests on more.
    fn rests_on_nothing_else(view: &View) -> Option<(Option<(i64, String)>, i64)> {
        let View { session, world, args, now, .. } = view;
        // What is counted of a branch depends on attributes, what is in worktrees on their files.
        if !session.snapshot.broken.is_empty() || view.numbers.is_some() {
            return None;
        }
        // What lives on another branch is read from elsewhere.
        if session.snapshot.workflows.iter().any(|loaded| loaded.home.is_some()) {
            return None;
        }
        let config = &session.snapshot.config.derive;
        let mut until = i64::MAX;
        match &view.git {
            None if !args.short => return None,
            None => {}
            Some(git)
                if git.looked_into || config.since.as_ref().is_some_and(|since| since.contains("@{")) =>
            {
                return None;
            }
            Some(git) => {
                let moments = git.of.iter().filter_map(|(spot, standing)| {
                    drift::older_at(world, *spot, standing, (*now, config.stale_days()))
                });
                until = moments.min().unwrap_or(until);
            }
        }
        let leases = leases(&session.store).ok()?;
        let ends = leases.iter().map(|lease| lease.until.seconds()).filter(|end| *end > now.seconds());
        until = until.min(ends.min().unwrap_or(until));
        let times = |spot: Spot| {
            let item = world.board(spot).node(spot.place).item;
            item.finished.or(item.started)
        };
        let since = view.focus.filter(|spot| spot.place != 0).and_then(times);
        Some((since.map(|since| (since.seconds(), since.ago(*now))), until))
    }
}

fn objects(store: &Store) -> Option<String> {
    Some(store.repo.objects_fingerprint().ok()?.to_string())
}

/// The id of the bytes of a file of the work tree; `None`: there is none.
fn read(store: &Store, path: &str) -> Result<Option<String>> {
    let bytes = store.files.read(Root::WorkTree, &RepoPath::parse(path)?, LARGEST)?;
    bytes.map(|bytes| Ok(store.repo.hash(&bytes)?.to_string())).transpose()
}

/// The files beside the state that an answer rests on, as they were when it was made; `None`: it rests on more than files.
fn files(view: &View) -> Option<Vec<(String, Option<String>)>> {
    let (store, pages) = (&view.session.store, &view.session.snapshot.pages);
    // What a template of the repository makes of the state is not known without running it.
    if pages.rest_on_more() || view.documents.is_some() && !store.own_templates().ok()?.is_empty() {
        return None;
    }
    let mut files = Vec::new();
    for (path, page) in pages.seen() {
        let id = read(store, path.as_str()).ok()?;
        let then = page.as_ref().map(|page| page.on.as_deref());
        let now = id.as_ref().map(|id| id.get(..12));
        if then != now {
            return None;
        }
        files.push((path.to_string(), id));
    }
    if view.versions.rest_on_more {
        return None;
    }
    let documents = view.documents.iter().flat_map(|behind| &behind.read);
    for (path, bytes) in documents.chain(&view.versions.read) {
        let id = match bytes {
            Some(bytes) => Some(store.repo.hash(bytes).ok()?.to_string()),
            None => None,
        };
        files.push((path.to_string(), id));
    }
    Some(files)
}

/// Bytes, each part with its length in front.
#[derive(Default)]
struct Words(Vec<u8>);

impl Words {
    fn add(&mut self, bytes: &[u8]) {
        self.0.extend((bytes.len() as u64).to_le_bytes());
        self.0.extend_from_slice(bytes);
    }
}
