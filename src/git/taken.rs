//! Whether a commit that somebody edited took in the work of another one.

use std::collections::HashMap;

use super::Repo;
use super::changed::{Pair, Version};
use super::differences::{Between, known};
use crate::error::Result;
use crate::model::facts::{BlobId, FileMode};
use crate::model::landing::Work;

/// Fewer lines than this say nothing by themselves: an edit of a squash changes them all.
const FEW: usize = 8;

/// Larger files are only looked at by their names.
const LARGEST: u64 = 1 << 20;

impl Repo {
    /// Whether `landing` changes every file that the others change, and brings at least a quarter of the lines that they
    /// bring, or is a squash where those are few; `None` if that cannot be known.
    pub fn takes_in(&self, landing: &Work, others: &[&Work]) -> Result<Option<bool>> {
        let works = std::iter::once(landing).chain(others.iter().copied());
        let pairs: Vec<Between<'_>> = works.map(|work| (work.parents.first(), &work.id)).collect();
        let Some(changes) = self.differences(&pairs)? else { return Ok(None) };
        let Some((theirs, all)) = changes.split_first() else { return Ok(None) };
        let theirs: HashMap<&[u8], &Pair> = theirs.iter().map(|pair| (pair.path.as_slice(), pair)).collect();
        let ours = || all.iter().flatten();
        if ours().next().is_none() || ours().any(|pair| !theirs.contains_key(pair.path.as_slice())) {
            return Ok(Some(false));
        }
        let (mut brought, mut taken) = (0, 0);
        for pair in ours() {
            let Some(their) = theirs.get(pair.path.as_slice()) else { continue };
            let versions = [pair.before, pair.after, their.before, their.after];
            let Some(sides) = self.versions_as_texts(versions)? else { return Ok(None) };
            let [before, after, their_before, their_after] = sides.each_ref().map(|text| counted(text));
            for (line, times) in added(&before, &after) {
                brought += times;
                taken += times.min(added_of(&their_before, &their_after, line));
            }
        }
        let alike = taken > 0 && taken * 4 >= brought;
        Ok(Some(alike || landing.squash && brought < FEW))
    }

    /// The texts of four versions; empty where there is none, or none that is read line by line.
    fn versions_as_texts(&self, versions: [Option<Version>; 4]) -> Result<Option<[Vec<u8>; 4]>> {
        let mut texts = [const { Vec::new() }; 4];
        for (text, version) in texts.iter_mut().zip(versions) {
            let Some((id, mode)) = version.filter(|(_, mode)| *mode != FileMode::Submodule) else { continue };
            let id = BlobId::parse(&id.to_string())?;
            let is_text = matches!(mode, FileMode::Regular | FileMode::Executable);
            match known(self.contents(std::slice::from_ref(&id), LARGEST, usize::MAX))? {
                None => return Ok(None),
                Some(mut found) if is_text => *text = found.pop().and_then(Result::ok).unwrap_or_default(),
                Some(_) => {}
            }
        }
        Ok(Some(texts))
    }
}

/// How often each line that says something is there.
fn counted(text: &[u8]) -> HashMap<&[u8], usize> {
    let mut counts = HashMap::new();
    let lines = text.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
    for line in lines.filter(|line| line.len() > 1) {
        *counts.entry(line).or_default() += 1;
    }
    counts
}

type Counts<'t> = HashMap<&'t [u8], usize>;

fn added<'t>(before: &Counts<'t>, after: &Counts<'t>) -> Vec<(&'t [u8], usize)> {
    let more = after.iter().map(|(line, times)| (*line, times.saturating_sub(times_of(before, line))));
    more.filter(|(_, times)| *times > 0).collect()
}

fn added_of(before: &Counts, after: &Counts, line: &[u8]) -> usize {
    times_of(after, line).saturating_sub(times_of(before, line))
}

fn times_of(counts: &Counts, line: &[u8]) -> usize {
    counts.get(line).copied().unwrap_or_default()
}
