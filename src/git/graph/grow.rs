//! Adds the commits that are not known yet, with all that they have in their history.

use std::fmt::Write;

use git2::{Odb, Oid};

use super::super::ask::{odd, split_once, text};
use super::Graph;
use super::rest::New;
use crate::error::{Error, Result};
use crate::model::landing::Gap;

/// A commit whose parents are being added.
struct Open {
    new: New,
    parents: Vec<Oid>,
    /// How many of them have been looked at.
    seen: usize,
}

/// What a stored commit says about its place in history.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::git) struct Header {
    pub(in crate::git) parents: Vec<Oid>,
    /// Its committer's time, in seconds since 1970.
    pub(in crate::git) time: i64,
}

impl Graph<'_> {
    /// Adds commits and their histories. One that is not there is added without parents, and with a gap.
    pub(in crate::git) fn add(&mut self, ids: &[Oid]) -> Result<()> {
        let mut unknown: Vec<Oid> = ids.iter().copied().filter(|id| self.find(id).is_none()).collect();
        if unknown.is_empty() {
            return Ok(());
        }
        self.grown = true;
        match self.lib {
            Some(lib) => {
                let objects = lib.odb().map_err(|error| Error::repository(error.message()))?;
                unknown.into_iter().try_for_each(|id| self.add_stored(&objects, id))
            }
            None => {
                self.add_asked(&unknown)?;
                unknown.retain(|id| self.find(id).is_none());
                unknown.into_iter().for_each(|id| self.add_missing(id));
                Ok(())
            }
        }
    }

    fn add_stored(&mut self, objects: &Odb, id: Oid) -> Result<()> {
        let mut open = Vec::new();
        self.begin(objects, id, &mut open)?;
        while let Some(top) = open.last_mut() {
            if let Some(parent) = top.parents.get(top.seen).copied() {
                top.seen += 1;
                self.begin(objects, parent, &mut open)?;
            } else if let Some(done) = open.pop() {
                self.close(&done);
            }
        }
        Ok(())
    }

    /// Opens a commit that is not known yet.
    fn begin(&mut self, objects: &Odb, id: Oid, open: &mut Vec<Open>) -> Result<()> {
        if self.find(&id).is_some() {
            return Ok(());
        }
        let asked;
        let stored;
        let raw = match objects.read(id) {
            Ok(found) if found.kind() == git2::ObjectType::Commit => {
                stored = found;
                stored.data()
            }
            Err(error) if error.code() != git2::ErrorCode::NotFound => {
                return Err(Error::repository(error.message()));
            }
            // It may have come with a pack that libgit2 does not know.
            _ => match self.repo.ask_objects(std::iter::once(id.to_string().as_str()), usize::MAX) {
                Ok(mut all) if all.first().is_some_and(|(kind, _)| kind == b"commit") => {
                    asked = all.pop().map(|(_, raw)| raw).unwrap_or_default();
                    &asked
                }
                _ => {
                    self.add_missing(id);
                    return Ok(());
                }
            },
        };
        let Header { mut parents, time } = header(raw, self.repo.format)
            .ok_or_else(|| Error::repository(format!("commit {id} cannot be read")))?;
        let mut gap = None;
        if self.shallow.contains(&id) && !parents.is_empty() {
            gap = Some(Gap::Shallow);
            parents.clear();
        }
        open.push(Open { new: New { id, generation: 1, time, gap }, parents, seen: 0 });
        Ok(())
    }

    fn close(&mut self, open: &Open) {
        let parents: Vec<u32> = open.parents.iter().filter_map(|id| self.find(id)).collect();
        let below = parents.iter().map(|&parent| self.generation(parent)).max();
        let generation = below.unwrap_or_default().saturating_add(1);
        let Open { new, .. } = open;
        self.rest.push(&New { id: new.id, generation, time: new.time, gap: new.gap }, &parents);
    }

    fn add_missing(&mut self, id: Oid) {
        self.rest.push(&New { id, generation: 1, time: 0, gap: Some(Gap::Missing) }, &[]);
    }

    /// Git lists what is not known, parents before children, with its own view of what the parents are.
    fn add_asked(&mut self, ids: &[Oid]) -> Result<()> {
        let mut revisions = String::new();
        for (sign, id) in ids.iter().map(|id| ("", *id)).chain(self.heads().map(|head| ("^", head))) {
            writeln!(revisions, "{sign}{id}").map_err(|_| Error::bug("a text cannot be written"))?;
        }
        let how = ["--topo-order", "--reverse", "--parents", "--timestamp", "--ignore-missing", "--stdin"];
        let call = self.repo.ask(["rev-list"]).args(how).stdin(revisions);
        let listing = text(&call, call.checked()?)?;
        for line in listing.lines() {
            let mut words = line.split(' ');
            let time = words.next().and_then(|word| word.parse().ok()).ok_or_else(|| odd(&call))?;
            let mut ids = words.map(|word| Oid::from_str_ext(word, self.repo.format));
            let id = ids.next().and_then(Result::ok).ok_or_else(|| odd(&call))?;
            let parents: Vec<Oid> = ids.collect::<Result<_, _>>().map_err(|_| odd(&call))?;
            for parent in &parents {
                if self.find(parent).is_none() {
                    self.add_missing(*parent);
                }
            }
            let gap = self.shallow.contains(&id).then_some(Gap::Shallow);
            self.close(&Open { new: New { id, generation: 1, time, gap }, parents, seen: 0 });
        }
        Ok(())
    }

    /// The commits that no other known one has for a parent.
    fn heads(&self) -> impl Iterator<Item = Oid> {
        let mut inner = vec![false; self.len()];
        let mut parents = Vec::new();
        let places = 0..u32::try_from(self.len()).unwrap_or(u32::MAX);
        for at in places.clone() {
            self.parents(at, &mut parents);
            for parent in &parents {
                inner.get_mut(*parent as usize).into_iter().for_each(|place| *place = true);
            }
        }
        places.zip(inner).filter(|(_, inner)| !inner).map(|(at, _)| self.id(at))
    }
}

/// Reads the lines in front of a stored commit.
pub(in crate::git) fn header(raw: &[u8], format: git2::ObjectFormat) -> Option<Header> {
    let mut parents = Vec::new();
    let mut rest = raw;
    while let Some((line, after)) = split_once(rest, b'\n') {
        if let Some(id) = line.strip_prefix(b"parent ") {
            parents.push(Oid::from_str_ext(std::str::from_utf8(id).ok()?, format).ok()?);
        } else if let Some(person) = line.strip_prefix(b"committer ") {
            return Some(Header { parents, time: seconds(person) });
        } else if line.is_empty() {
            break;
        }
        rest = after;
    }
    None
}

/// The time in `Name <address> seconds zone`; 0 as for git when there is none.
fn seconds(person: &[u8]) -> i64 {
    let close = person.iter().rposition(|&byte| byte == b'>');
    let when = close.and_then(|close| person.get(close + 1..)).unwrap_or_default();
    let word = when.trim_ascii_start().split(|&byte| byte == b' ').next().unwrap_or_default();
    std::str::from_utf8(word).ok().and_then(|word| word.parse().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_header_counts() {
        let id = "1".repeat(40);
        let raw = format!(
            "tree {id}\nparent {id}\nparent {id}\nauthor parent <x> 1 +0000\ncommitter A <a> b> 77 +0100\n\nparent x\n"
        );
        let found = header(raw.as_bytes(), git2::ObjectFormat::Sha1).unwrap();
        assert_eq!((found.parents.len(), found.time), (2, 77));
        assert_eq!(header(b"tree x\n\ncommitter A <a> 1 +0000\n", git2::ObjectFormat::Sha1), None);
        assert_eq!(header(format!("parent {}\n", "g".repeat(40)).as_bytes(), git2::ObjectFormat::Sha1), None);
        assert_eq!((seconds(b"A <a> -5 +0000"), seconds(b"A <a> "), seconds(b"none")), (-5, 0, 0));
    }
}
