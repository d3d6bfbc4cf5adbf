//! Since when the base has a state directory.

use std::fmt::Write;

use git2::{ErrorCode, Oid};

use super::super::Repo;
use super::super::ask::{odd, text};
use super::super::graph::Graph;
use crate::error::{Error, Result};

/// What is looked for at the top of the tree.
const STATE: &str = ".track";
/// So many commits are looked at in one go: a child answers several questions as fast as one.
const AT_ONCE: usize = 4;
const INNER: usize = 7;

/// The latest commit along the first parents of the base that has no state directory yet; `None` if all have one.
///
/// The step is doubled until there is such a commit, then its place is narrowed down. A tree that this clone does not
/// have counts as one that has it, so that rather too much is looked at.
pub(super) fn floor(repo: &Repo, graph: &Graph, base: u32) -> Result<Option<u32>> {
    let mut line = Line { graph, places: vec![base] };
    let (mut has, mut step) = (0_usize, 1_usize);
    if !look(repo, graph, &[base])?.iter().all(|has| *has) {
        return Ok(Some(base));
    }
    let mut lacks = loop {
        let mut probes = Vec::new();
        for _ in 0..AT_ONCE {
            probes.push(step);
            step = step.saturating_mul(2).saturating_add(1);
        }
        let (found, ends) = line.places(&mut probes);
        if let Some(first) = look(repo, graph, &found)?.iter().position(|has| !has) {
            has = first.checked_sub(1).and_then(|at| probes.get(at)).copied().unwrap_or(has);
            break probes.get(first).copied().unwrap_or_default();
        }
        has = probes.last().copied().unwrap_or(has);
        if ends {
            return Ok(None);
        }
    };
    while lacks - has > 1 {
        let width = lacks - has;
        let mut probes: Vec<usize> = (1..=INNER).map(|nth| has + width * nth / (INNER + 1)).collect();
        probes.retain(|&probe| probe > has && probe < lacks);
        probes.dedup();
        let (found, _) = line.places(&mut probes);
        let first = look(repo, graph, &found)?.iter().position(|has| !has).unwrap_or(probes.len());
        lacks = probes.get(first).copied().unwrap_or(lacks);
        has = first.checked_sub(1).and_then(|at| probes.get(at)).copied().unwrap_or(has);
    }
    Ok(line.places(&mut vec![lacks]).0.first().copied())
}

/// The first parents, as far as they were needed.
struct Line<'g> {
    graph: &'g Graph<'g>,
    places: Vec<u32>,
}

impl Line<'_> {
    /// The commits at these depths, which rise; those behind the end become the last one. Whether that was reached.
    fn places(&mut self, depths: &mut Vec<usize>) -> (Vec<u32>, bool) {
        let deepest = depths.last().copied().unwrap_or_default();
        while self.places.len() <= deepest {
            let Some(parent) = self.places.last().and_then(|&at| self.graph.first_parent(at)) else { break };
            self.places.push(parent);
        }
        let last = self.places.len() - 1;
        depths.iter_mut().for_each(|depth| *depth = last.min(*depth));
        depths.dedup();
        (depths.iter().filter_map(|&depth| self.places.get(depth)).copied().collect(), deepest >= last)
    }
}

/// Whether each of the commits has a state directory.
fn look(repo: &Repo, graph: &Graph, places: &[u32]) -> Result<Vec<bool>> {
    repo.read_objects(
        |lib| {
            let has = |&at: &u32| {
                let tree = match graph.tree(at) {
                    Some(tree) => lib.find_tree(tree),
                    None => lib.find_commit(graph.id(at)).and_then(|commit| commit.tree()),
                };
                match tree {
                    Ok(tree) => Ok(tree.get_name_bytes(STATE.as_bytes()).is_some()),
                    Err(error) if error.code() == ErrorCode::NotFound => Ok(true),
                    Err(error) => Err(error.into()),
                }
            };
            places.iter().map(has).collect()
        },
        || ask(repo, &places.iter().map(|&at| graph.id(at)).collect::<Vec<_>>()),
    )
}

fn ask(repo: &Repo, ids: &[Oid]) -> Result<Vec<bool>> {
    let mut questions = String::new();
    for id in ids {
        writeln!(questions, "{id}^{{tree}}\n{id}:{STATE}")
            .map_err(|_| Error::bug("a text cannot be written"))?;
    }
    let call = repo.ask(["cat-file", "--batch-check"]).stdin(questions);
    let answers = text(&call, call.checked()?)?;
    let answers: Vec<bool> = answers.lines().map(|line| !line.ends_with(" missing")).collect();
    if answers.len() != ids.len() * 2 {
        return Err(odd(&call));
    }
    // In a partial clone the name may be there without what it names.
    let partial = repo.config("extensions.partialClone")?.is_some();
    let has = |pair: &[bool]| partial || pair.last() == Some(&true) || pair.first() == Some(&false);
    Ok(answers.chunks(2).map(has).collect())
}
