//! How much the work of an item is, as `git log` and `git diff --numstat` count it.

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::derive::stage::Standing;
use crate::derive::world::{Spot, World};
use crate::git::Repo;
use crate::model::facts::{Changed, CommitId, Source};
use crate::model::landing::Work;
use crate::rules::{is_beyond, is_of_unit};

use super::Here;

/// How much the work of an item is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Numbers {
    /// Commits that its branch has and the base has not; where there are none, those on the base that name it.
    pub(in super::super) commits: usize,
    /// How many people wrote them.
    pub(in super::super) authors: usize,
    /// When the first was written, in seconds since 1970.
    pub(in super::super) first: Option<i64>,
    /// When the last was committed, in seconds since 1970.
    pub(in super::super) last: Option<i64>,
    /// The files that they change as a whole, without what tools write; `None` when it is not known.
    pub(in super::super) files: Option<usize>,
    /// The lines that they add and delete as a whole; `None` when it is not known.
    pub(in super::super) lines: Option<usize>,
    /// The files among them that the item does not name, where it names any.
    pub(in super::super) beyond: Vec<String>,
    /// How many commits the branch has that the base has not.
    pub(in super::super) ahead: Option<usize>,
    /// How many commits the base has that the branch has not.
    pub(in super::super) behind: Option<usize>,
}

/// Counts the work of an item. `base` is the tip of the base.
pub(in super::super) fn numbers(
    here: Here,
    world: &World,
    (spot, standing): (Spot, &Standing),
    base: Option<&CommitId>,
) -> Numbers {
    let repo = here.repo;
    let counted: Vec<&Work> = match standing.own {
        0 => standing.commits.iter().map(Rc::as_ref).collect(),
        own => standing.commits.iter().take(own).map(Rc::as_ref).collect(),
    };
    let authors: BTreeSet<&str> = counted.iter().map(|work| work.author.as_str()).collect();
    let mut numbers = Numbers {
        commits: counted.len(),
        authors: authors.len(),
        first: counted.iter().map(|work| work.authored).min(),
        last: counted.iter().map(|work| work.committed).max(),
        ahead: standing.main.as_ref().map(|main| main.ahead),
        ..Numbers::default()
    };
    if let (Some(main), Some(base)) = (&standing.main, base) {
        numbers.behind = repo.ahead_behind(&main.tip, base).ok().map(|(_, behind)| behind);
    }
    let changed = match &standing.main {
        Some(main) if main.ahead > 0 => match main.forks.as_slice() {
            [fork] => repo.changed(Some(fork), &Source::Commit(main.tip.clone())).ok().map(|c| c.files),
            _ => None,
        },
        _ => landed(repo, &counted),
    };
    let Some(changed) = changed else { return numbers };
    let config = here.config;
    let rendered = world.rendered();
    let counts = |file: &&Changed| {
        is_of_unit(config, &file.path) && !rendered.iter().any(|path| path.as_str() == file.path)
    };
    let changed: Vec<Changed> = changed.iter().filter(counts).cloned().collect();
    let paths: BTreeSet<&str> = changed.iter().map(|file| file.path.as_str()).collect();
    let board = world.board(spot);
    let scope = &board.node(spot.place).item.files;
    let beyond = paths.iter().filter(|path| !scope.is_empty() && is_beyond(board, scope, path));
    numbers.beyond = beyond.map(|path| (*path).to_owned()).collect();
    numbers.files = Some(paths.len());
    let lines = repo.lines(&changed).ok();
    numbers.lines = lines.map(|all| all.into_iter().flatten().map(|lines| lines.added + lines.deleted).sum());
    numbers
}

// What commits on the base changed, each against its first parent; merges bring what others changed.
fn landed(repo: &Repo, commits: &[&Work]) -> Option<Vec<Changed>> {
    let mut all = Vec::new();
    for work in commits.iter().filter(|work| !work.is_merge()) {
        let to = Source::Commit(work.id.clone());
        all.extend(repo.changed(work.parents.first(), &to).ok()?.files);
    }
    Some(all)
}

/// Of what an item may change: files and lines.
pub(in super::super) fn limits(world: &World, spot: Spot) -> (Option<u32>, Option<u32>) {
    let node = world.board(spot).node(spot.place);
    let usual = node.kind.and_then(|kind| kind.limits).unwrap_or_default();
    let own = node.item.limits.unwrap_or_default();
    (own.files.or(usual.files), own.lines.or(usual.lines))
}
