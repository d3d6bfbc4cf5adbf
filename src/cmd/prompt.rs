//! `prompt`: a few words for the prompt of a shell, from one small file that `status` and every change write.

use clap::Args as ClapArgs;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::derive::progress::progress;
use crate::derive::reference::Part;
use crate::derive::world::{Spot, World};
use crate::error::{Error, Result};
use crate::files::{Cache, read_outside, stamp};
use crate::git::head_text;
use crate::model::path::RepoPath;
use crate::store::{LARGEST, Store};
use crate::ui::clean;

use super::Answer;
use super::context::Context;
use super::session::Session;
use super::status;

/// Arguments of `prompt`.
#[derive(Debug, Default, ClapArgs)]
#[command(after_help = "Examples:
  git track prompt
  git track prompt --format '{workflow}/{item} {percent}%'

{workflow}, {profile}, {item}, {percent} and {attention} stand for what is known, and for nothing else. Prints nothing
outside of repositories, and where nothing is known: `git track status` looks anew.")]
pub struct Args {
    /// What to print
    #[arg(long, value_name = "TEXT")]
    pub format: Option<String>,
}

/// The name of the file.
const NAME: &str = "prompt";

/// Changes with what is kept.
const FORMAT: u32 = 1;

/// What may stand in braces.
const ATOMS: [&str; 5] = ["workflow", "profile", "item", "percent", "attention"];

/// What is going on in a worktree, and what that was read from.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct Glance {
    format: u32,
    /// What `HEAD` said.
    head: String,
    /// The file of the workflow, the id of its bytes, and what told its version.
    file: String,
    blob: String,
    version: Vec<u8>,
    workflow: String,
    profile: String,
    item: Option<String>,
    percent: u8,
    attention: usize,
}

/// Prints what is known.
pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    let format = args.format.as_deref();
    format.map_or(Ok(()), check)?;
    let glance = context.nearby().and_then(|git_dir| {
        let bytes = Cache::new(&git_dir).load(NAME)?;
        let glance: Glance = serde_json::from_slice(&bytes).ok()?;
        let known = glance.format == FORMAT && head_text(&git_dir)? == glance.head;
        known.then_some(glance)
    });
    let Some(glance) = glance else { return Ok(answer(None, String::new())) };
    // Whose file is another one now is known by name only, and not even that when it is gone.
    let Ok(Some(version)) = stamp(glance.file.as_ref()) else { return Ok(answer(None, String::new())) };
    let glance = Shown { same: version.bytes() == glance.version, glance: &glance };
    let line = match format {
        Some(format) => glance.fill(format),
        None => glance.line(),
    };
    Ok(answer(Some(&glance), line))
}

fn answer(shown: Option<&Shown>, line: String) -> Answer {
    let line = if line.is_empty() { line } else { clean(&line) + "\n" };
    let value = |name| shown.map_or(Value::Null, |shown| shown.value(name));
    ATOMS.iter().fold(Answer::raw(line), |answer, name| answer.with(name, value(name)))
}

// A name that means nothing is told at once, not by an empty prompt.
fn check(format: &str) -> Result<()> {
    let names = format.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0));
    match names.into_iter().find(|name| !ATOMS.contains(name)) {
        Some(name) => Err(Error::usage(format!("{{{name}}} stands for nothing"))
            .hint(format!("known: {}", ATOMS.join(", ")))),
        None => Ok(()),
    }
}

/// What of it is still right.
struct Shown<'g> {
    glance: &'g Glance,
    /// Whether the file of the workflow is the one that was read.
    same: bool,
}

impl Shown<'_> {
    fn value(&self, name: &str) -> Value {
        let Glance { workflow, profile, item, percent, attention, .. } = self.glance;
        match name {
            "workflow" => json!(workflow),
            "profile" if self.same => json!(profile),
            "item" if self.same => json!(item),
            "percent" if self.same => json!(percent),
            "attention" if self.same => json!(attention),
            _ => Value::Null,
        }
    }

    fn word(&self, name: &str) -> String {
        match self.value(name) {
            Value::Null => String::new(),
            Value::String(text) => text,
            other => other.to_string(),
        }
    }

    /// `▶ AUTH-142 U02 33% !1`.
    fn line(&self) -> String {
        let mut line = format!("▶ {}", self.word("workflow"));
        for (name, before, after) in [("item", "", ""), ("percent", "", "%"), ("attention", "!", "")] {
            let word = self.word(name);
            if !(word.is_empty() || name == "attention" && word == "0") {
                line.extend([" ", before, word.as_str(), after]);
            }
        }
        line
    }

    fn fill(&self, format: &str) -> String {
        let mut parts = format.split('{');
        let mut line = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            match part.split_once('}') {
                Some((name, rest)) => line.extend([self.word(name).as_str(), rest]),
                None => line.extend(["{", part]),
            }
        }
        line
    }
}

impl Glance {
    /// What is going on: in the workflow of the branch, or the only open one. `None`: nothing that is clear, or somebody
    /// asked for a workflow that others do not mean. `read` gives the bytes of a workflow in this world.
    pub(super) fn of(
        context: &Context,
        session: &Session,
        world: &World,
        read: &dyn Fn(&RepoPath) -> Option<Vec<u8>>,
    ) -> Option<Self> {
        if context.workflow().is_some() || context.plan_file() {
            return None;
        }
        let named = session.target(context, world, None).ok().filter(|target| target.part == Part::Whole);
        let spot = match named {
            Some(target) => target.spot,
            None => Spot { board: session.home(context, world).ok()??, place: 0 },
        };
        let board = world.board(spot);
        // The file of what lives on another branch is elsewhere.
        if !session.snapshot.is_here(&board.workflow.id) {
            return None;
        }
        let item = (spot.place != 0).then(|| board.node(spot.place).id.to_string());
        let repo = &session.store.repo;
        let path = session.store.path_of(&board.workflow.id).ok()?;
        let head = head_text(repo.git_dir())?;
        let branch = head.strip_prefix("ref: refs/heads/");
        // Somebody has switched meanwhile.
        if branch != session.branch.as_deref() {
            return None;
        }
        let glance = Self {
            format: FORMAT,
            file: repo.work_tree()?.join(path.as_str()).to_str()?.to_owned(),
            blob: repo.hash(&read(&path)?).ok()?.to_string(),
            head,
            version: Vec::new(),
            workflow: board.short(0),
            profile: board.profile.profile.to_string(),
            item,
            percent: progress(board, 0)?.percent,
            attention: status::concerns(session, world, spot.board),
        };
        glance.now(&session.store)
    }

    /// The same where the files are those that it was made of; `None`: nothing can be said of them.
    pub(super) fn now(mut self, store: &Store) -> Option<Self> {
        self.version = stamp(self.file.as_ref()).ok()??.bytes();
        let bytes = read_outside(self.file.as_ref(), LARGEST).ok()?;
        let same = store.repo.hash(&bytes).ok()?.as_str() == self.blob;
        (same && head_text(store.repo.git_dir())? == self.head).then_some(self)
    }

    /// Keeps it for the next prompt; nothing, where nothing is going on.
    pub(super) fn keep(glance: Option<&Self>, store: &Store) {
        let cache = Cache::new(store.repo.git_dir());
        let bytes = glance.and_then(|glance| serde_json::to_vec(glance).ok()).unwrap_or_default();
        let known = cache.load(NAME);
        if known.as_ref() != Some(&bytes) && !(known.is_none() && bytes.is_empty()) {
            cache.store(NAME, &bytes);
        }
    }
}
