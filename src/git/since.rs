//! What came since the last release: of many tags the first that a commit has in its history, and the commits since.

use std::collections::{HashMap, HashSet};

use git2::{Oid, Repository};

use super::ask::{components, odd, one_line, text};
use super::between::Walk;
use super::history::{Listed, Stored, unreadable};
use super::landings::tags::{Leads, TAGS};
use super::trees::{Entry, entry, oid};
use super::{Repo, Trouble};
use crate::error::Result;
use crate::model::facts::CommitId;
use crate::model::path::RepoPath;
use crate::model::since::{Noted, Released, Since, Tagged};

/// The parts of each path that is asked for.
type Places<'p> = Vec<Vec<&'p str>>;

/// What a tree has at each place.
type Entries = Vec<Entry>;

/// Which of some tags a commit has in its history.
#[derive(Default)]
struct Search {
    last: Option<Released>,
    elsewhere: Vec<String>,
    /// Whether one that is elsewhere may be behind a place where history is cut off.
    unsure: bool,
}

impl Repo {
    /// What `to` has in its history since the first of `tags` that is in it. `paths`: what the commits may touch.
    pub fn since(&self, to: &CommitId, tags: &[String], paths: &[RepoPath]) -> Result<Since> {
        self.read_objects(|lib| self.walked(lib, to, tags, paths), || self.asked_since(to, tags, paths))
    }

    /// Whether `ancestor` is in the history of `of`, or is the same; as far as this clone knows its history.
    pub fn has(&self, ancestor: &CommitId, of: &CommitId) -> Result<bool> {
        self.read_objects(
            |lib| {
                let (ancestor, of) = (oid(lib, ancestor.as_str())?, oid(lib, of.as_str())?);
                Ok(Walk::new(self, lib)?.between(of, Some(ancestor))?.has)
            },
            || self.asked_has(ancestor, of),
        )
    }

    fn walked(
        &self,
        lib: &Repository,
        to: &CommitId,
        tags: &[String],
        paths: &[RepoPath],
    ) -> Result<Since, Trouble> {
        let to = oid(lib, to.as_str())?;
        let mut walk = Walk::new(self, lib)?;
        let mut search = Search::default();
        let mut own = None;
        for tag in tags {
            let Tagged::Commit(commit) = self.tagged(tag)? else { continue };
            let found = walk.between(to, Some(oid(lib, commit.as_str())?))?;
            if found.has {
                search.last = Some(Released { tag: tag.clone(), commit });
                own = Some(found.own);
                break;
            }
            search.elsewhere.push(tag.clone());
            for &at in &found.own {
                search.unsure |= walk.node(at)?.cut_off;
            }
        }
        let own = match own {
            Some(own) => own,
            None => walk.between(to, None)?.own,
        };
        let mut touched = Touched { lib, places: places(paths), known: HashMap::new() };
        let mut since = Since {
            last: search.last,
            elsewhere: search.elsewhere,
            commits: Vec::with_capacity(own.len()),
            cut_off: search.unsure,
        };
        for at in own {
            since.cut_off |= walk.node(at)?.cut_off;
            since.commits.push(noted_at(&mut walk, at, &mut touched)?);
        }
        Ok(since)
    }

    fn asked_since(&self, to: &CommitId, tags: &[String], paths: &[RepoPath]) -> Result<Since> {
        let cuts = self.cut_off()?.into_iter().map(|id| CommitId::parse(&id.to_string()));
        let cuts = cuts.collect::<Result<HashSet<_>>>()?;
        let search = self.asked_last(to, tags, &cuts)?;
        let mut call = self.ask(["rev-list", "--date-order", "--format=parents %P", to.as_str()]);
        if let Some(last) = &search.last {
            call = call.arg(format!("^{}", last.commit));
        }
        let all = self.listed_raw(&call, to)?;
        let touches = self.asked_touches(&all, paths).map_err(|error| self.absent(to.as_str(), error))?;
        let mut since = Since {
            last: search.last,
            elsewhere: search.elsewhere,
            commits: Vec::new(),
            cut_off: search.unsure,
        };
        for ((id, parents, raw), touches) in all.into_iter().zip(touches) {
            let stored = Stored::new(&raw).ok_or_else(|| unreadable(&id))?;
            since.cut_off |= is_cut_off(&cuts, &id, &stored);
            since.commits.push(noted(id, parents.len(), &stored, touches));
        }
        Ok(since)
    }

    /// The newest release is looked for alone, as it most often is the one; the others all at once.
    fn asked_last(&self, to: &CommitId, tags: &[String], cuts: &HashSet<CommitId>) -> Result<Search> {
        let mut search = Search::default();
        let mut rest = tags.iter();
        for tag in rest.by_ref() {
            let Tagged::Commit(commit) = self.tagged(tag)? else { continue };
            if self.asked_has(&commit, to)? {
                search.last = Some(Released { tag: tag.clone(), commit });
                return Ok(search);
            }
            search.unsure |= self.asked_unsure(to, &commit, cuts)?;
            search.elsewhere.push(tag.clone());
            break;
        }
        if rest.len() == 0 {
            return Ok(search);
        }
        let named: HashMap<String, Oid> = self.numbered_tags()?.into_iter().collect();
        let ids: Vec<Oid> = rest.clone().filter_map(|tag| named.get(tag)).copied().collect();
        let leads: HashMap<Oid, Leads> = ids.iter().copied().zip(self.peeled(&ids)?).collect();
        let merged = self.asked_merged(to)?;
        for tag in rest {
            let commit = match named.get(tag).and_then(|id| leads.get(id)) {
                Some(Leads::To(commit)) => CommitId::parse(&commit.to_string())?,
                Some(Leads::Nowhere) => continue,
                // It has no digit, is not there, or what it leads to is not.
                _ => match self.tagged(tag)? {
                    Tagged::Commit(commit) => commit,
                    _ => continue,
                },
            };
            if merged.contains(tag) {
                search.last = Some(Released { tag: tag.clone(), commit });
                return Ok(search);
            }
            search.unsure |= self.asked_unsure(to, &commit, cuts)?;
            search.elsewhere.push(tag.clone());
        }
        Ok(search)
    }

    /// The tags that a commit has in its history.
    fn asked_merged(&self, to: &CommitId) -> Result<HashSet<String>> {
        let call = self.ask(["for-each-ref", "--format=%(refname)"]).arg(format!("--merged={to}")).arg(TAGS);
        let listing = text(&call, call.checked()?)?;
        let names = listing.lines().map(|full| full.strip_prefix(TAGS).map(str::to_owned));
        names.collect::<Option<_>>().ok_or_else(|| odd(&call))
    }

    fn asked_has(&self, ancestor: &CommitId, of: &CommitId) -> Result<bool> {
        let call = self.ask(["merge-base", "--is-ancestor", ancestor.as_str(), of.as_str()]);
        let answer = one_line(&call).map_err(|error| self.absent(of.as_str(), error))?;
        Ok(answer.is_some())
    }

    /// Whether a commit may be in the history of another one behind a place where that is cut off.
    fn asked_unsure(&self, to: &CommitId, commit: &CommitId, cuts: &HashSet<CommitId>) -> Result<bool> {
        if cuts.is_empty() {
            return Ok(false);
        }
        let call = self.ask(["rev-list", to.as_str()]).arg(format!("^{commit}"));
        let listing = text(&call, call.checked()?)?;
        let cut: Vec<&str> =
            listing.lines().filter(|line| cuts.iter().any(|id| id.as_str() == *line)).collect();
        let objects = self.ask_objects(cut.into_iter(), usize::MAX)?;
        Ok(objects.iter().any(|(_, raw)| Stored::new(raw).is_some_and(|stored| has_parents(&stored))))
    }

    fn asked_touches(&self, all: &[Listed], paths: &[RepoPath]) -> Result<Vec<bool>> {
        if paths.is_empty() {
            return Ok(vec![true; all.len()]);
        }
        let mut pairs = Vec::new();
        for (id, parents, _) in all {
            pairs.extend(parents.iter().map(|parent| (Some(parent), id)));
            if parents.is_empty() {
                pairs.push((None, id));
            }
        }
        let mut changes = self.ask_differences(&pairs, paths)?.into_iter();
        let touches = |(_, parents, _): &Listed| {
            // All of them are taken, whatever the first one says.
            changes.by_ref().take(parents.len().max(1)).filter(Vec::is_empty).count() == 0
        };
        Ok(all.iter().map(touches).collect())
    }
}

fn noted_at(walk: &mut Walk, at: usize, touched: &mut Touched) -> Result<Noted, Trouble> {
    let parents = walk.parents(at)?;
    let id = walk.node(at)?.id;
    let touches = touched.places.is_empty() || touched.by(walk, at, &parents)?;
    let object = walk.stored(id)?;
    let id = CommitId::parse(&id.to_string())?;
    let stored = Stored::new(object.data()).ok_or_else(|| unreadable(&id))?;
    Ok(noted(id, parents.len(), &stored, touches))
}

fn noted(id: CommitId, parents: usize, stored: &Stored, touches: bool) -> Noted {
    let encoding = stored.header(b"encoding ").next();
    let encoding = encoding.map(|name| String::from_utf8_lossy(name).into_owned());
    Noted { id, parents, message: stored.message.to_vec(), encoding, touches }
}

fn is_cut_off(cuts: &HashSet<CommitId>, id: &CommitId, stored: &Stored) -> bool {
    cuts.contains(id) && has_parents(stored)
}

fn has_parents(stored: &Stored) -> bool {
    stored.header(b"parent ").next().is_some()
}

fn places(paths: &[RepoPath]) -> Places<'_> {
    paths.iter().map(|path| components(path).collect()).collect()
}

/// Which commits change something at some places.
struct Touched<'l> {
    lib: &'l Repository,
    places: Places<'l>,
    /// By the id of a commit: it often is the parent of the next one.
    known: HashMap<Oid, Entries>,
}

impl Touched<'_> {
    fn by(&mut self, walk: &Walk, at: usize, parents: &[usize]) -> Result<bool, Trouble> {
        let here = self.entries(walk, at)?;
        if parents.is_empty() {
            return Ok(here.iter().any(Option::is_some));
        }
        for &parent in parents {
            if self.entries(walk, parent)? == here {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn entries(&mut self, walk: &Walk, at: usize) -> Result<Entries, Trouble> {
        let id = walk.node(at)?.id;
        if let Some(known) = self.known.get(&id) {
            return Ok(known.clone());
        }
        let object = walk.stored(id)?;
        let tree = Stored::new(object.data()).and_then(|stored| stored.header(b"tree ").next());
        let tree = tree.and_then(|tree| std::str::from_utf8(tree).ok());
        let tree = oid(self.lib, tree.ok_or(Trouble::AskGit)?)?;
        let entries =
            self.places.iter().map(|parts| entry(self.lib, tree, parts.iter().map(|part| part.as_bytes())));
        let entries = entries.collect::<Result<Entries, _>>()?;
        self.known.insert(id, entries.clone());
        Ok(entries)
    }
}
