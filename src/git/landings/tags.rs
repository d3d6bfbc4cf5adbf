//! The tags that may be releases.

use std::fmt::Write;

use git2::{ErrorCode, ObjectType, Oid};

use super::super::ask::{odd, text};
use super::super::{Repo, Trouble};
use crate::error::{Error, Result};

const TAGS: &str = "refs/tags/";

/// A tag by its short name, and what it names: a commit, or an object that leads to one.
pub(super) type Named = (String, Oid);

/// Where what a tag names leads to.
#[derive(Clone, Copy)]
pub(super) enum Leads {
    /// To a commit.
    To(Oid),
    /// To something that is no commit.
    Nowhere,
    /// To something that is not here.
    Away,
}

impl Repo {
    /// The tags with a digit in their name.
    pub(super) fn numbered_tags(&self) -> Result<Vec<Named>> {
        let all = self.read(stored, || {
            let format = "--format=%(refname)%00%(objectname)%00%(*objectname)";
            let call = self.ask(["for-each-ref", format, TAGS]);
            let listing = text(&call, call.checked()?)?;
            let named = |line: &str| {
                let [full, id, peeled] = *line.split('\0').collect::<Vec<_>>() else { return None };
                let id = if peeled.is_empty() { id } else { peeled };
                Some((full.strip_prefix(TAGS)?.to_owned(), Oid::from_str_ext(id, self.format).ok()?))
            };
            listing.lines().map(|line| named(line).ok_or_else(|| odd(&call))).collect()
        })?;
        Ok(all.into_iter().filter(|(name, _)| name.bytes().any(|byte| byte.is_ascii_digit())).collect())
    }

    /// Where objects lead to, one answer for each.
    pub(super) fn peeled(&self, ids: &[Oid]) -> Result<Vec<Leads>> {
        self.read_objects(
            |lib| {
                let peel = |id: &Oid| {
                    let found = lib.find_object(*id, None);
                    match found.map(|object| object.peel(ObjectType::Commit).map(|commit| commit.id())) {
                        Ok(Ok(commit)) => Ok(Leads::To(commit)),
                        Ok(Err(error)) if error.code() == ErrorCode::NotFound => Ok(Leads::Away),
                        Ok(Err(_)) => Ok(Leads::Nowhere),
                        Err(error) if error.code() == ErrorCode::NotFound => Ok(Leads::Away),
                        Err(error) => Err(error.into()),
                    }
                };
                ids.iter().map(peel).collect()
            },
            || {
                let mut questions = String::new();
                for id in ids {
                    let written = writeln!(questions, "{id}^{{commit}}");
                    written.map_err(|_| Error::bug("a text cannot be written"))?;
                }
                let call = self.ask(["cat-file", "--batch-check=%(objectname)"]).stdin(questions);
                let answers = text(&call, call.checked()?)?;
                let leads = |line| Oid::from_str_ext(line, self.format).map_or(Leads::Away, Leads::To);
                Ok(answers.lines().map(leads).collect())
            },
        )
    }
}

fn stored(lib: &git2::Repository) -> Result<Vec<Named>, Trouble> {
    let mut all = Vec::new();
    for reference in lib.references_glob("refs/tags/*")? {
        let reference = reference?;
        let Some(id) = reference.target_peel().or_else(|| reference.target()) else { continue };
        let full = String::from_utf8_lossy(reference.name_bytes());
        if let Some(name) = full.strip_prefix(TAGS) {
            all.push((name.to_owned(), id));
        }
    }
    Ok(all)
}
