//! The tags that may be releases.

use std::fmt::Write;

use git2::{ErrorCode, ObjectType, Oid};

use super::super::ask::{odd, text};
use super::super::{Repo, Trouble};
use crate::error::{Error, Result};
use crate::model::facts::CommitId;
use crate::model::since::Tagged;

/// What the full names of tags begin with.
pub(in crate::git) const TAGS: &str = "refs/tags/";

/// A tag by its short name, and what it names: a commit, or an object that leads to one.
pub(in crate::git) type Named = (String, Oid);

/// Where what a tag names leads to.
#[derive(Clone, Copy)]
pub(in crate::git) enum Leads {
    /// To a commit.
    To(Oid),
    /// To something that is no commit.
    Nowhere,
    /// To something that is not here.
    Away,
}

impl Repo {
    /// Short names of the tags that may be releases, sorted: those with a digit. What they lead to is not looked at.
    pub fn release_tags(&self) -> Result<Vec<String>> {
        let mut all: Vec<String> = self.read(
            |lib| Ok(stored(lib)?.into_iter().map(|(name, _)| name).collect()),
            || {
                let call = self.ask(["for-each-ref", "--format=%(refname)", TAGS]);
                let listing = text(&call, call.checked()?)?;
                Ok(listing.lines().filter_map(|full| full.strip_prefix(TAGS)).map(str::to_owned).collect())
            },
        )?;
        all.retain(|name| is_numbered(name));
        all.sort_unstable();
        Ok(all)
    }

    /// Where a tag leads; an error if that is not here.
    pub fn tagged(&self, tag: &str) -> Result<Tagged> {
        let full = format!("{TAGS}{tag}");
        let valid = !full.contains('\0') && git2::Reference::is_valid_name(&full);
        let Some(id) = (if valid { self.tip(&full)? } else { None }) else { return Ok(Tagged::Absent) };
        match self.peeled(&[self.raw_id(&id)?])?.first() {
            Some(Leads::To(commit)) => Ok(Tagged::Commit(CommitId::parse(&commit.to_string())?)),
            Some(Leads::Nowhere) => Ok(Tagged::Other),
            _ => {
                let error = Error::repository(format!("what the tag `{tag}` leads to is not here"));
                Err(self.absent(id.as_str(), error))
            }
        }
    }

    /// The tags with a digit in their name.
    pub(in crate::git) fn numbered_tags(&self) -> Result<Vec<Named>> {
        let mut all = self.read(stored, || {
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
        all.retain(|(name, _)| is_numbered(name));
        Ok(all)
    }

    /// Where objects lead to, one answer for each.
    pub(in crate::git) fn peeled(&self, ids: &[Oid]) -> Result<Vec<Leads>> {
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
                    let written = writeln!(questions, "{id}^{{}}");
                    written.map_err(|_| Error::bug("a text cannot be written"))?;
                }
                let how = "--batch-check=%(objecttype) %(objectname)";
                let call = self.ask(["cat-file", how]).stdin(questions);
                let answers = text(&call, call.checked()?)?;
                let leads = |line: &str| match line.split_once(' ') {
                    Some(("commit", id)) => Oid::from_str_ext(id, self.format).map_or(Leads::Away, Leads::To),
                    Some(("tree" | "blob" | "tag", _)) => Leads::Nowhere,
                    _ => Leads::Away,
                };
                Ok(answers.lines().map(leads).collect())
            },
        )
    }
}

fn is_numbered(name: &str) -> bool {
    name.bytes().any(|byte| byte.is_ascii_digit())
}

fn stored(lib: &git2::Repository) -> Result<Vec<Named>, Trouble> {
    let mut all = Vec::new();
    for reference in lib.references_glob("refs/tags/*")? {
        let reference = reference?;
        // A tag may be another name of another one.
        let end = || reference.resolve().ok().and_then(|end| end.target());
        let Some(id) = reference.target_peel().or_else(|| reference.target()).or_else(end) else { continue };
        let full = String::from_utf8_lossy(reference.name_bytes());
        if let Some(name) = full.strip_prefix(TAGS) {
            all.push((name.to_owned(), id));
        }
    }
    Ok(all)
}
