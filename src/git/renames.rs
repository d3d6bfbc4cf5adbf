//! Which of the deleted files are the added ones under another name.

use std::collections::HashMap;

use git2::{Odb, Oid};

use super::Trouble;
use super::changed::Pair;
use crate::model::facts::FileMode;

/// Git looks at no more files with the same content.
const ALTERNATIVES: usize = 102;

/// Joins the pairs that are the same file under another name, as git does where the content is the same; the same name
/// in another directory is preferred.
///
/// Whether two files are alike is git's own art and differs between its versions, so git is asked when there may be
/// some: after equal contents are joined, a deleted and an added file are left, one at most twice as large as the other.
pub(super) fn renamed(objects: &Odb<'_>, mut found: Vec<Pair>) -> Result<Vec<Pair>, Trouble> {
    let mut sources: HashMap<Oid, Vec<usize>> = HashMap::new();
    for (at, pair) in found.iter().enumerate() {
        if let (Some((id, _)), None) = (pair.before, pair.after) {
            sources.entry(id).or_default().push(at);
        }
    }
    if sources.is_empty() {
        return Ok(found);
    }
    let mut used = vec![false; found.len()];
    let mut joined = Vec::new();
    for (at, pair) in found.iter().enumerate().filter(|(_, pair)| pair.before.is_none()) {
        let Some((id, _)) = pair.after else { continue };
        let candidates = sources.get(&id).map(Vec::as_slice).unwrap_or_default();
        if let Some(source) = best(&found, pair, candidates, &used) {
            if let Some(used) = used.get_mut(source) {
                *used = true;
            }
            joined.push((source, at));
        }
    }
    for (source, at) in joined {
        let Some((path, before)) = found.get(source).map(|pair| (pair.path.clone(), pair.before)) else {
            continue;
        };
        if let Some(pair) = found.get_mut(at) {
            (pair.from, pair.before) = (Some(path), before);
        }
    }
    let mut used = used.into_iter();
    found.retain(|_| !used.next().unwrap_or_default());
    if may_be_alike(objects, &found)? { Err(Trouble::AskGit) } else { Ok(found) }
}

/// The first unused one of the same name, else the first unused one.
fn best(found: &[Pair], pair: &Pair, candidates: &[usize], used: &[bool]) -> Option<usize> {
    let fits = |&at: &usize| {
        let source = found.get(at)?.before?.1;
        let target = pair.after?.1;
        let free = !used.get(at).copied().unwrap_or_default();
        (free && (source == target || is_ordinary(source) && is_ordinary(target))).then_some(at)
    };
    let free: Vec<usize> = candidates.iter().filter_map(fits).take(ALTERNATIVES).collect();
    let same = |&&at: &&usize| found.get(at).is_some_and(|source| name(&source.path) == name(&pair.path));
    free.iter().find(same).or(free.first()).copied()
}

fn name(path: &[u8]) -> &[u8] {
    path.rsplit(|&byte| byte == b'/').next().unwrap_or_default()
}

fn is_ordinary(mode: FileMode) -> bool {
    matches!(mode, FileMode::Regular | FileMode::Executable)
}

fn may_be_alike(objects: &Odb<'_>, found: &[Pair]) -> Result<bool, Trouble> {
    let (mut deleted, mut added) = (Vec::new(), Vec::new());
    for pair in found {
        match (pair.before, pair.after) {
            (Some((id, mode)), None) if is_ordinary(mode) => deleted.push(id),
            (None, Some((id, mode))) if is_ordinary(mode) => added.push(id),
            _ => {}
        }
    }
    if deleted.is_empty() || added.is_empty() {
        return Ok(false);
    }
    let sizes = |ids: Vec<Oid>| -> Result<Vec<usize>, git2::Error> {
        ids.into_iter().map(|id| Ok(objects.read_header(id)?.0)).collect()
    };
    let (mut deleted, added) = (sizes(deleted)?, sizes(added)?);
    deleted.sort_unstable();
    Ok(added.into_iter().filter(|&size| size > 0).any(|size| {
        let first = deleted.partition_point(|&other| other * 2 < size || other == 0);
        deleted.get(first).is_some_and(|&other| other <= size * 2)
    }))
}
