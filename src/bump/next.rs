//! The next version: from the last release, what the places say, and what was asked for.

use std::cmp::Ordering;

use crate::error::{Error, Kind, Result};
use crate::model::release::{Level, Zero};
use crate::model::since::Since;

use super::reasons::{Reason, Why, demanded, highest};
use super::tags::{Pattern, Tags};
use super::version::Version;

/// What the next version is made from.
#[derive(Debug)]
pub struct Basis<'a> {
    /// How tags are called.
    pub pattern: &'a Pattern,
    /// The tags there are.
    pub tags: &'a Tags,
    /// What the places of the group say; `None`: it has none.
    pub current: Option<&'a Version>,
    /// The highest version among the tags in this history, candidates too, where no place says one.
    pub tagged: Option<&'a Version>,
    /// What the places say in the commit that is checked out, where that is something else.
    pub committed: Option<&'a Version>,
    /// What came since the last release that is out; of a group of which no tag is known all of history.
    pub since: &'a Since,
    /// What each of these commits raises.
    pub reasons: &'a [Reason],
    /// What came since the last candidate, where the places hold one that has a tag.
    pub since_candidate: Option<&'a [Reason]>,
    /// What a change means before 1.0.0.
    pub zero: Zero,
    /// What commands need besides to mean the group; empty or like ` -g web`.
    pub option: &'a str,
}

/// What was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// How far.
    pub to: To,
    /// The label of a candidate.
    pub pre: Option<String>,
    /// What is said about the build.
    pub build: Option<String>,
}

/// How far a bump goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum To {
    /// As far as the commits say.
    #[default]
    Commits,
    /// A level further.
    Level(Level),
    /// To this version.
    Version(Version),
}

/// The next version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Next {
    /// What it is now.
    pub current: Version,
    /// What it is to be.
    pub version: Version,
    /// What is raised, seen from the last release.
    pub level: Level,
    /// The tag of the last release that is out.
    pub last: Option<String>,
    /// What was noticed on the way.
    pub notes: Vec<String>,
}

/// Finds the next version, or says what stands in the way.
pub fn next(basis: &Basis, wish: &Wish) -> Result<Next> {
    let released = basis.released();
    let tagged = || basis.tagged.cloned().or_else(|| released.clone());
    let current = basis.current.cloned().or_else(tagged).unwrap_or(Version::ZERO);
    let from_commits = wish.to == To::Commits;
    // Where no place says what it is now, the tags have to.
    if from_commits || (basis.current.is_none() && matches!(wish.to, To::Level(_))) {
        basis.refuse_the_unknown(&current)?;
    }
    if from_commits {
        basis.refuse_what_differs(&current, released.as_ref())?;
    }
    let target = match &wish.to {
        To::Version(version) => version.clone(),
        To::Level(level) => current.raised(*level),
        To::Commits => basis.by_commits(&current, released.as_ref(), wish)?,
    };
    let version = match &wish.pre {
        Some(label) => basis.candidate(&target.core(), &current, label)?,
        None => target,
    };
    let version = match &wish.build {
        Some(build) => version.with_build(build)?,
        None => version,
    };
    let found = Next {
        level: version.level_from(released.as_ref().filter(|_| current.is_pre()).unwrap_or(&current)),
        last: basis.since.last.as_ref().map(|last| last.tag.clone()),
        notes: basis.notes(&current),
        current,
        version,
    };
    basis.refuse_the_old(&found, released.as_ref(), wish)?;
    Ok(found)
}

impl Basis<'_> {
    fn released(&self) -> Option<Version> {
        self.pattern.version(&self.since.last.as_ref()?.tag)
    }

    // A number that is found without knowing all of history would be a wrong one.
    fn refuse_the_unknown(&self, current: &Version) -> Result<()> {
        if self.since.cut_off {
            return Err(Error::repository("the last release is not known: history is cut off in this clone")
                .note("a version that is found without the commits before would be wrong")
                .hint("git fetch --unshallow --tags")
                .hint("in a job of CI: check out with all history and tags (fetch-depth: 0)"));
        }
        if self.since.last.is_some() {
            return Ok(());
        }
        if let Some(tag) = self.since.elsewhere.first() {
            return Err(Error::refused(format!("no release is in this history; {tag} is on another branch"))
                .note("as long as that is so all of history would count, what is released too")
                .hint(format!("git merge {tag}    when it belongs into this history"))
                .hint(format!(
                    "git track bump patch|minor|major{}    from what the files say",
                    self.option
                )));
        }
        let own = self.tags.own.is_empty();
        let example = self.pattern.name(&Version::ZERO.raised(Level::Minor));
        let odd = self.tags.usual().or(self.tags.odd.first());
        if let Some((_, tag)) = odd.filter(|_| own) {
            return Err(Error::state(format!(
                "no tag is called like {example}, but {tag} looks like a release"
            ))
            .note("as long as that is not settled all of history would count")
            .hint(format!("set `tag: \"{}\"` in .track/config.yaml, below versions", self.alike(tag)))
            .hint(format!("git track bump patch|minor|major{}    when it is none", self.option)));
        }
        // What files say was released by somebody, or is going to be.
        if self.current.is_some() && own && *current != Version::ZERO {
            let option = self.option;
            return Err(Error::refused(format!("no release is known: no tag is called like {example}"))
                .note(format!("the files say {current}; from which commit on it is not known what is new"))
                .hint("git fetch --tags    when this clone has no tags")
                .hint(format!("git track version tag{option}    when {current} is what HEAD releases"))
                .hint(format!("git track bump patch|minor|major{option}")));
        }
        Ok(())
    }

    // The pattern by which a tag would be one of this group.
    fn alike(&self, tag: &str) -> String {
        let version =
            self.tags.odd.iter().find(|(_, odd)| odd == tag).map(|(version, _)| version.to_string());
        tag.replacen(&version.unwrap_or_default(), crate::model::release::VERSION, 1)
    }

    fn refuse_what_differs(&self, current: &Version, released: Option<&Version>) -> Result<()> {
        let (Some(released), Some(last)) = (released, &self.since.last) else { return Ok(()) };
        match current.core().precedence(released) {
            Ordering::Equal if !current.is_pre() => Ok(()),
            Ordering::Greater if current.is_pre() => Ok(()),
            Ordering::Greater => {
                let error =
                    Error::refused(format!("the files say {current}, which has no tag in this history"))
                        .note(format!("the last release is {}", last.tag));
                let option = self.option;
                Err(match self.tags.of(current) {
                    _ if self.committed.is_some() => error
                        .hint("git track undo    takes a bump back that is not committed; then bump with --commit")
                        .hint(format!("git track version sync {released}{option}")),
                    Some(tag) => error
                        .note(format!("{tag} is on a commit that this history does not have"))
                        .hint(format!("git merge {tag}    when it belongs into this history"))
                        .hint(format!("git track bump patch|minor|major{option}")),
                    None => error
                        .hint(format!(
                            "git track version tag{option}    when {current} is what HEAD releases"
                        ))
                        .hint(format!(
                            "git track version sync {released}{option}    when it was never released"
                        )),
                })
            }
            _ => Err(Error::refused(format!("the files say {current}, but {} is released", last.tag))
                .hint(format!("git track version sync {released}{}", self.option))),
        }
    }

    fn by_commits(&self, current: &Version, released: Option<&Version>, wish: &Wish) -> Result<Version> {
        if let Some(reason) = self.reasons.iter().find(|reason| matches!(reason.why, Why::Unreadable(_))) {
            let commit: String = reason.commit.as_str().chars().take(7).collect();
            return Err(Error::refused(format!(
                "{commit} demands a version that is none: {}",
                reason.why.words()
            ))
            .hint(format!("git track bump patch|minor|major{}", self.option)));
        }
        // What was demanded and is released already demands nothing more.
        let demanded = demanded(self.reasons).find(|version| self.tags.of(version).is_none());
        if let Some(demanded) = demanded {
            return Ok(demanded.clone());
        }
        let level = highest(self.reasons);
        let base = released.unwrap_or(current);
        // Candidates of a version that is not out yet stay with it.
        let begun = Some(current).filter(|current| current.is_pre()).map(Version::core);
        let begun = begun.filter(|begun| released.is_none_or(|released| begun > released));
        let nothing_new =
            wish.pre.is_some() && self.since_candidate.is_some_and(|reasons| highest(reasons) == Level::None);
        if nothing_new || (level == Level::None && begun.is_none()) {
            return Err(self.nothing(if nothing_new { Some(current) } else { None }));
        }
        let level = base.effective(level, self.zero);
        if level == Level::Major && base.is_initial() && begun.as_ref().is_none_or(Version::is_initial) {
            return Err(Error::refused(
                "what came since the last release breaks something, and 1.0.0 has to be asked for",
            )
            .note("versions.<group>.zero is strict: before 1.0.0 nothing else says that something breaks")
            .hint(format!("git track bump 1.0.0{}", self.option))
            .hint(format!("git track bump minor{}", self.option)));
        }
        let raised = if released.is_none() && begun.is_some() { base.core() } else { base.raised(level) };
        Ok(begun.map_or(raised.clone(), |begun| begun.max(raised)))
    }

    fn nothing(&self, candidate: Option<&Version>) -> Error {
        let since = match (candidate, &self.since.last) {
            (Some(candidate), _) => self.pattern.name(candidate),
            (None, Some(last)) => last.tag.clone(),
            (None, None) => "the beginning".to_owned(),
        };
        let commits = self.reasons.len();
        let what = if commits == 0 {
            format!("there is nothing to release: no commit since {since}")
        } else {
            format!("there is nothing to release: no commit since {since} raises the version")
        };
        Error::new(Kind::Nothing, what)
            .hint(format!("git track version next --explain{}", self.option))
            .hint(format!("git track bump patch{}    releases anyway", self.option))
    }

    // The next candidate of a version, whoever made the others.
    fn candidate(&self, core: &Version, current: &Version, label: &str) -> Result<Version> {
        let tagged = self.tags.own.iter().map(|(version, _)| version);
        let known = tagged.chain(std::iter::once(current)).filter(|known| known.core() == *core);
        let last = known.filter_map(|known| known.number_of(label)).max();
        core.with_label(label, last.map_or(1, |last| last.saturating_add(1)))
    }

    fn refuse_the_old(&self, next: &Next, released: Option<&Version>, wish: &Wish) -> Result<()> {
        let Next { current, version, .. } = next;
        if version == current && self.current.is_some() && matches!(wish.to, To::Version(_)) {
            return Ok(());
        }
        if let Some(tag) = self.tags.of(version) {
            let here = self.since.last.as_ref().is_some_and(|last| last.tag == tag);
            let whose = if here { "" } else { ", on another branch or earlier in this history" };
            return Err(Error::refused(format!(
                "{version} is released already: the tag {tag} exists{whose}"
            ))
            .hint(format!("git log -1 {tag}"))
            .hint("git track bump VERSION    with a version that is free"));
        }
        let later = |than: &Version| version.precedence(than) == Ordering::Greater;
        let above = [Some(current), released].into_iter().flatten().find(|than| !later(than));
        match above {
            Some(than) if self.current.is_some() || released.is_some() => {
                Err(Error::refused(format!("{version} is not later than {than}"))
                    .hint(format!("git track version sync {version}    only writes it into the files")))
            }
            _ => Ok(()),
        }
    }

    fn notes(&self, current: &Version) -> Vec<String> {
        let mut notes = Vec::new();
        match self.since.elsewhere.as_slice() {
            [] => {}
            [one] => notes.push(format!("{one} is higher, but not in this history: it does not count")),
            [first, more @ ..] => {
                let more = more.len();
                notes.push(format!(
                    "{first} and {more} more are higher, but not in this history: they do not count"
                ));
            }
        }
        if self.since.cut_off {
            notes.push("history is cut off in this clone: what is released is not known here".to_owned());
        } else if self.since.last.is_none() && !self.since.commits.is_empty() {
            notes.push("there is no release in this history yet".to_owned());
        }
        let last = self.since.last.as_ref().and_then(|last| self.pattern.version(&last.tag));
        let skipped =
            self.current.is_some() && !current.is_pre() && last.as_ref().is_some_and(|last| last < current);
        if skipped && self.tags.of(current).is_none() {
            notes.push(format!("{current} has no tag: it is passed over"));
        }
        let odd = self.tags.usual().filter(|(odd, _)| last.is_some_and(|last| *odd > last));
        notes.extend(
            odd.map(|(_, tag)| format!("{tag} looks like a release under another name: it does not count")),
        );
        notes
    }
}
