//! Which items the commits on the base are about, by their own words: the most explicit ones count.

use std::collections::{BTreeSet, HashMap};

use crate::derive::here::item_in;
use crate::derive::reference::resolve;
use crate::derive::world::{Spot, World};
use crate::model::facts::CommitId;
use crate::model::landing::{How, Landed, Work};
use crate::model::path::RepoPath;

use super::undone::Undone;

/// A commit on the base that is about an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credit<'a> {
    /// The commit.
    pub landed: &'a Landed,
    /// How it names the item.
    pub how: How,
}

/// A word of a commit that should name an item and does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stray {
    /// The commit.
    pub commit: CommitId,
    /// The word.
    pub text: String,
    /// Why it names none.
    pub kind: StrayKind,
}

/// Why a word names no item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StrayKind {
    /// Nothing is called so.
    Unknown,
    /// Several things are; their references.
    Ambiguous(Vec<String>),
}

/// What the commits on the base are about.
pub(super) struct Credits<'a> {
    of: HashMap<Spot, Vec<Credit<'a>>>,
    others: HashMap<&'a str, Vec<Spot>>,
    pub(super) books: Books,
}

impl<'a> Credits<'a> {
    pub(super) fn new(
        world: &World,
        counts: &dyn Fn(usize) -> bool,
        undone: &Undone,
        landed: &'a [Landed],
    ) -> Self {
        let mut credits = Self { of: HashMap::new(), others: HashMap::new(), books: Books::new(world) };
        for landed in landed {
            credits.add_merged(world, counts, landed);
            let named = names(world, &landed.commit);
            let Some(how) = named.how else { continue };
            if matches!(how, How::Track | How::Line) {
                credits.others.insert(landed.commit.id.as_str(), named.spots.clone());
            }
            // What takes something back is no work of the item, and neither is what only writes the state down.
            if undone.takes_back(&landed.commit) || credits.books.has(&landed.commit) {
                continue;
            }
            for spot in named.spots.into_iter().filter(|spot| counts(spot.board)) {
                credits.of.entry(spot).or_default().push(Credit { landed, how });
            }
        }
        credits
    }

    // The branch that a merge says it merged.
    fn add_merged(&mut self, world: &World, counts: &dyn Fn(usize) -> bool, landed: &'a Landed) {
        let merged = landed.commit.mentions.iter().filter(|mention| mention.how == How::Merged);
        for mention in merged {
            let mut fits = world.names().declared(&mention.text).to_vec();
            if fits.is_empty() {
                fits = world.names().longest(world, &mention.text, &|_| true);
            }
            if let [spot] = in_time(world, fits, landed.commit.authored).as_slice()
                && counts(spot.board)
            {
                self.of.entry(*spot).or_default().push(Credit { landed, how: How::Merged });
            }
        }
    }

    pub(super) fn of(&self, spot: Spot) -> &[Credit<'a>] {
        self.of.get(&spot).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether a commit on the base says that it is about other items, and not about this one.
    pub(super) fn is_anothers(&self, commit: &str, spot: Spot) -> bool {
        self.others.get(commit).is_some_and(|spots| !spots.contains(&spot))
    }
}

/// The words of a commit that should name an item and do not.
pub fn strays(world: &World, work: &Work) -> Vec<Stray> {
    if !work.mentions.iter().any(|mention| mention.how == How::Track) {
        return Vec::new();
    }
    let stray = |(text, kind)| Stray { commit: work.id.clone(), text, kind };
    names(world, work).strays.into_iter().map(stray).collect()
}

/// What the message of a commit names.
#[derive(Debug, Default)]
pub(super) struct Named {
    /// The most explicit way in which it names anything.
    pub(super) how: Option<How>,
    /// What it names so.
    pub(super) spots: Vec<Spot>,
    /// What should be names and is not.
    pub(super) strays: Vec<(String, StrayKind)>,
}

/// What the message of a commit names, in the most explicit way that names anything.
pub(super) fn names(world: &World, work: &Work) -> Named {
    let mut named = Named::default();
    for how in [How::Track, How::Line, How::Refers, How::Subject] {
        let words = work.mentions.iter().filter(|mention| mention.how == how);
        let words: Vec<&str> = words.map(|mention| mention.text.as_str()).collect();
        if words.is_empty() {
            continue;
        }
        let mut spots: Vec<Spot> = Vec::new();
        let mut open: Vec<(&str, Vec<Spot>)> = Vec::new();
        for word in words {
            let mut fits = candidates(world, word, how, work.authored);
            fits.dedup();
            match fits.as_slice() {
                [] if how == How::Track => named.strays.push((word.to_owned(), StrayKind::Unknown)),
                [] => {}
                [spot] => spots.push(*spot),
                _ => open.push((word, fits)),
            }
        }
        for (word, fits) in open {
            // Beside the name of a workflow, an id is that workflow's.
            let known: Vec<Spot> =
                fits.iter().copied().filter(|spot| spots.iter().any(|s| s.board == spot.board)).collect();
            match known.as_slice() {
                [spot] => spots.push(*spot),
                _ if how == How::Track => {
                    let names = fits.iter().map(|spot| full(world, *spot)).collect();
                    named.strays.push((word.to_owned(), StrayKind::Ambiguous(names)));
                }
                _ => {}
            }
        }
        // The workflow that stands before one of its items is only where that is.
        let inner: Vec<usize> = spots.iter().filter(|spot| spot.place != 0).map(|spot| spot.board).collect();
        spots.retain(|spot| spot.place != 0 || !inner.contains(&spot.board));
        spots.sort_unstable();
        spots.dedup();
        if !spots.is_empty() {
            named.how = Some(how);
            named.spots = spots;
            return named;
        }
    }
    named
}

/// Whether a word could name an item, whatever else there is: for reading only what may matter.
pub fn scope(world: &World, how: How, text: &str) -> bool {
    match how {
        How::Track => true,
        How::Merged => {
            let carried = item_in(world, text, &|_| true);
            !matches!(carried, Ok(None))
        }
        How::Line | How::Refers | How::Subject => {
            let last = text.rsplit([':', '/']).next().unwrap_or(text);
            !world.names().items(last).is_empty()
        }
    }
}

/// The items that a word of a commit fits.
fn candidates(world: &World, word: &str, how: How, when: i64) -> Vec<Spot> {
    let (workflow, id) = match word.split_once([':', '/']) {
        Some((workflow, id)) => (Some(workflow), id),
        None => (None, word),
    };
    let in_workflow = |spot: &&Spot| {
        workflow.is_none_or(|name| world.board(**spot).workflow.id.as_str().eq_ignore_ascii_case(name))
    };
    let fits: Vec<Spot> = world.names().items(id).iter().filter(in_workflow).copied().collect();
    if fits.is_empty() && how == How::Track {
        return resolve(world, word, None, None).map(|target| target.spot).into_iter().collect();
    }
    in_time(world, fits, when)
}

/// Of several that are called the same, those whose workflow was open at a time: ids come again.
fn in_time(world: &World, mut fits: Vec<Spot>, when: i64) -> Vec<Spot> {
    if fits.len() < 2 {
        return fits;
    }
    let root = |spot: &Spot| world.board(*spot).root().item;
    let closed = |spot: &Spot| root(spot).finished.filter(|_| root(spot).state().is_closed());
    fits.retain(|spot| closed(spot).is_none_or(|at| at.seconds() >= when));
    match fits.iter().filter_map(closed).min() {
        // The first that was closed since had it; an open one may be younger than the commit.
        Some(first) => fits.retain(|spot| closed(spot) == Some(first)),
        None if fits.len() > 1 => {
            fits.retain(|spot| root(spot).started.is_none_or(|at| at.seconds() <= when));
        }
        None => {}
    }
    fits
}

/// The files that are made of the state.
pub(super) struct Books(BTreeSet<RepoPath>);

impl Books {
    pub(super) fn new(world: &World) -> Self {
        Self(world.rendered())
    }

    /// Whether a commit only writes down how things stand: the state, and the documents that are made of it.
    pub(super) fn has(&self, work: &Work) -> bool {
        let listed = |path: &String| self.0.iter().any(|document| document.as_str() == path);
        work.beside_state.as_ref().is_some_and(|others| others.iter().all(listed))
    }
}

fn full(world: &World, spot: Spot) -> String {
    let board = world.board(spot);
    format!("{}:{}", board.workflow.id, board.node(spot.place).id)
}
