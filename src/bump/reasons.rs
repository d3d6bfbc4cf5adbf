//! What each commit raises, and why.

use std::collections::{BTreeMap, HashMap};

use crate::message::{Brief, Header, Kind, Message, brief, parse_bytes};
use crate::model::facts::CommitId;
use crate::model::release::{Group, Level};
use crate::model::since::Noted;

use super::Version;

/// What the footer is called that demands a version.
const RELEASE_AS: &str = "Release-As";

/// What the types of commits raise when the team does not say otherwise.
const USUAL: [(&str, Level); 3] = [("feat", Level::Minor), ("fix", Level::Patch), ("perf", Level::Patch)];

/// What a commit raises, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The commit.
    pub commit: CommitId,
    /// The first line of its message.
    pub subject: String,
    /// What it raises, before it is asked what that means before 1.0.0.
    pub level: Level,
    /// Why.
    pub why: Why,
    /// What it says about itself, for a changelog: the type, the scope and the description.
    pub told: Vec<Told>,
    /// A line of it that seems to say what breaks, but does not count.
    pub missed: Option<String>,
}

/// A change as its header tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The type, in lower case.
    pub kind: String,
    /// The scope.
    pub scope: Option<String>,
    /// The description.
    pub text: String,
    /// What it breaks.
    pub breaking: Option<String>,
}

/// Why a commit raises what it raises.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// It breaks something.
    Breaking,
    /// Its type raises something.
    Type(String),
    /// Its type raises nothing.
    Quiet(String),
    /// It takes back what was released.
    RevertsReleased,
    /// It takes something back without naming the commit.
    RevertsUnnamed,
    /// It takes back commits since the release, and both cancel each other.
    Reverts(String),
    /// It was taken back since.
    Reverted(String),
    /// It demands a version.
    ReleaseAs(Version),
    /// It demands something that is no version.
    Unreadable(String),
    /// It brings branches together.
    Merge,
    /// It changes nothing of this group.
    Elsewhere,
    /// It has no header of Conventional Commits.
    Plain,
}

impl Why {
    /// Why, in words.
    pub fn words(&self) -> String {
        let short = |commit: &str| commit.get(..7).unwrap_or(commit).to_owned();
        match self {
            Self::Breaking => "breaking".to_owned(),
            Self::Type(kind) | Self::Quiet(kind) => format!("type {kind}"),
            Self::RevertsReleased => "takes back a release".to_owned(),
            Self::RevertsUnnamed => "takes back no one knows what".to_owned(),
            Self::Reverts(commit) => format!("takes back {}", short(commit)),
            Self::Reverted(by) => format!("taken back by {}", short(by)),
            Self::ReleaseAs(version) => format!("{RELEASE_AS}: {version}"),
            Self::Unreadable(text) => format!("{RELEASE_AS}: {text}"),
            Self::Merge => "a merge".to_owned(),
            Self::Elsewhere => "not in its paths".to_owned(),
            Self::Plain => "not conventional".to_owned(),
        }
    }

    /// The same as one word, for programs.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Breaking => "breaking",
            Self::Type(_) | Self::Quiet(_) => "type",
            Self::RevertsReleased => "reverts-released",
            Self::RevertsUnnamed => "reverts-unnamed",
            Self::Reverts(_) => "reverts",
            Self::Reverted(_) => "reverted",
            Self::ReleaseAs(_) => "release-as",
            Self::Unreadable(_) => "release-as-unreadable",
            Self::Merge => "merge",
            Self::Elsewhere => "elsewhere",
            Self::Plain => "not-conventional",
        }
    }
}

/// What counts.
#[derive(Clone, Debug)]
pub struct Counting<'a> {
    /// What types of commits raise, as the team decided.
    pub types: &'a BTreeMap<String, Level>,
    /// Whether messages of merges count.
    pub merges: bool,
    /// Whether the lines of squashed messages count.
    pub squash: bool,
}

impl<'a> Counting<'a> {
    /// What counts for a group.
    pub fn of(group: &'a Group) -> Self {
        Self { types: &group.types, merges: group.merges, squash: group.squash }
    }

    fn level(&self, kind: &str) -> Level {
        let usual = || USUAL.iter().find(|(known, _)| *known == kind).map(|(_, level)| *level);
        self.types.get(kind).copied().or_else(usual).unwrap_or(Level::None)
    }
}

/// The highest level of some reasons.
pub(super) fn highest(reasons: &[Reason]) -> Level {
    reasons.iter().map(|reason| reason.level).max().unwrap_or(Level::None)
}

/// The versions that commits demand, the latest first.
pub(super) fn demanded(reasons: &[Reason]) -> impl Iterator<Item = &Version> {
    reasons.iter().filter_map(|reason| match &reason.why {
        Why::ReleaseAs(version) => Some(version),
        _ => None,
    })
}

/// A message, as far as it matters.
enum Read {
    /// Its subject is all that matters.
    Brief(Brief),
    /// All of it may.
    Whole(Box<Message>),
}

impl Read {
    fn of(commit: &Noted, counting: &Counting) -> Self {
        let encoding = commit.encoding.as_deref();
        // In a list of squashed commits every line may matter.
        let brief = if counting.squash { None } else { brief(&commit.message, encoding) };
        brief.map_or_else(|| Self::Whole(Box::new(parse_bytes(&commit.message, encoding))), Self::Brief)
    }

    fn subject(&self) -> &str {
        match self {
            Self::Brief(brief) => &brief.subject,
            Self::Whole(message) => &message.subject,
        }
    }

    fn header(&self) -> Option<&Header> {
        match self {
            Self::Brief(brief) => brief.header.as_ref(),
            Self::Whole(message) => message.header.as_ref(),
        }
    }

    fn whole(&self) -> Option<&Message> {
        match self {
            Self::Brief(_) => None,
            Self::Whole(message) => Some(message),
        }
    }
}

/// What merges brought with them, by the merge: only of those that are taken back.
pub type Brought = HashMap<CommitId, Vec<CommitId>>;

/// The merges among these commits that others take back.
pub fn reverted_merges(commits: &[Noted]) -> Vec<CommitId> {
    let merges: Vec<&Noted> = commits.iter().filter(|commit| commit.parents > 1).collect();
    let mut found = Vec::new();
    for commit in commits.iter().filter(|_| !merges.is_empty()) {
        if brief(&commit.message, commit.encoding.as_deref()).is_some() {
            continue;
        }
        for name in parse_bytes(&commit.message, commit.encoding.as_deref()).reverts {
            let named = merges.iter().filter(|merge| merge.id.as_str().starts_with(&name));
            found.extend(named.map(|merge| merge.id.clone()));
        }
    }
    found
}

/// What each of these commits raises, in their order: children before parents. Who takes a merge back takes back what it
/// `brought`.
pub fn reasons(commits: &[Noted], counting: &Counting, brought: &Brought) -> Vec<Reason> {
    let messages: Vec<Read> = commits.iter().map(|commit| Read::of(commit, counting)).collect();
    let counts = |commit: &Noted| commit.touches && (counting.merges || commit.parents < 2);
    let takings = Takings::of(commits, &messages, (&counts, brought));
    let each = commits.iter().zip(&messages).enumerate();
    each.map(|(at, (commit, message))| {
        let (level, why) = if commit.parents > 1 && !counting.merges {
            (Level::None, Why::Merge)
        } else if !commit.touches {
            (Level::None, Why::Elsewhere)
        } else if let Some(by) = takings.taken.get(&at).and_then(|by| commits.get(*by)) {
            (Level::None, Why::Reverted(by.id.to_string()))
        } else {
            let taking = message.whole().and_then(|message| takings.why(at, (commits, message), counting));
            taking.unwrap_or_else(|| judged(message, counting))
        };
        let raises = level > Level::None;
        let missed = message.whole().filter(|_| level < Level::Major && commit.parents < 2);
        Reason {
            commit: commit.id.clone(),
            subject: message.subject().to_owned(),
            level,
            told: if raises { told(message, counting) } else { Vec::new() },
            missed: missed.and_then(Message::missed_breaking),
            why,
        }
    })
    .collect()
}

/// Which commits take back which.
#[derive(Default)]
struct Takings {
    /// What was taken back, and by which commit.
    taken: HashMap<usize, usize>,
    /// The commits that take something back that came since, and the first of what they take back.
    within: HashMap<usize, usize>,
    /// The commits that take something back that came before.
    released: Vec<usize>,
}

impl Takings {
    // The latest first: what is taken back itself takes nothing back.
    fn of(
        commits: &[Noted],
        messages: &[Read],
        (counts, brought): (&dyn Fn(&Noted) -> bool, &Brought),
    ) -> Self {
        let mut found = Self::default();
        for (at, message) in messages.iter().enumerate() {
            let counted = commits.get(at).is_some_and(counts);
            let Some(message) = message.whole() else { continue };
            if !counted || message.reverts.is_empty() || found.taken.contains_key(&at) {
                continue;
            }
            for name in &message.reverts {
                let named = |commit: &Noted| commit.id.as_str().starts_with(name.as_str());
                match commits.iter().skip(at + 1).position(named).map(|found| at + 1 + found) {
                    Some(earlier) => {
                        found.taken.entry(earlier).or_insert(at);
                        let with_it = commits.get(earlier).and_then(|merge| brought.get(&merge.id));
                        for id in with_it.into_iter().flatten() {
                            if let Some(one) = commits.iter().position(|commit| commit.id == *id) {
                                found.taken.entry(one).or_insert(at);
                            }
                        }
                        found.within.entry(at).or_insert(earlier);
                    }
                    None => found.released.push(at),
                }
            }
        }
        found
    }

    fn why(
        &self,
        at: usize,
        (commits, message): (&[Noted], &Message),
        counting: &Counting,
    ) -> Option<(Level, Why)> {
        if self.released.contains(&at) {
            return Some((Level::Patch, Why::RevertsReleased));
        }
        if let Some(earlier) = self.within.get(&at).and_then(|earlier| commits.get(*earlier)) {
            return Some((Level::None, Why::Reverts(earlier.id.to_string())));
        }
        let typed = message.header.as_ref().is_some_and(|header| header.kind == "revert");
        let takes_back = typed || matches!(message.kind, Kind::Revert { .. });
        let level = counting.types.get("revert").copied().unwrap_or(Level::Patch);
        takes_back.then_some((level, Why::RevertsUnnamed))
    }
}

fn judged(message: &Read, counting: &Counting) -> (Level, Why) {
    if let Some(message) = message.whole() {
        let demanded = message.footers.iter().find(|footer| footer.token.eq_ignore_ascii_case(RELEASE_AS));
        if let Some(text) = demanded.map(|footer| footer.value.trim()) {
            let version = Version::parse_prefixed(text);
            let why = version
                .map_or_else(|| Why::Unreadable(text.to_owned()), |(_, version)| Why::ReleaseAs(version));
            return (Level::None, why);
        }
        if message.breaking().is_some() || squashed_breaking(message, counting) {
            return (Level::Major, Why::Breaking);
        }
    }
    let own = message.header().map(|header| header.kind.clone());
    let listed = listed(message, counting).into_iter().map(|header| header.kind);
    // Of those that raise the same the subject is named.
    let highest = listed.chain(own).max_by_key(|kind| counting.level(kind));
    let Some(kind) = highest else { return (Level::None, Why::Plain) };
    match counting.level(&kind) {
        Level::None => (Level::None, Why::Quiet(kind)),
        level => (level, Why::Type(kind)),
    }
}

fn squashed_breaking(message: &Message, counting: &Counting) -> bool {
    let marked = || message.listed().iter().any(|header| header.breaking);
    let said = || ["BREAKING CHANGE", "BREAKING-CHANGE"].iter().any(|key| message.says_line(key));
    counting.squash && (marked() || said())
}

fn listed(message: &Read, counting: &Counting) -> Vec<Header> {
    message.whole().filter(|_| counting.squash).map(Message::listed).unwrap_or_default()
}

fn told(message: &Read, counting: &Counting) -> Vec<Told> {
    let breaking = message.whole().and_then(Message::breaking);
    let own = match message.header().cloned() {
        Some(Header { kind, scope, description, .. }) => Told { kind, scope, text: description, breaking },
        None => Told { kind: String::new(), scope: None, text: message.subject().to_owned(), breaking },
    };
    let listed = listed(message, counting).into_iter().map(|header| Told {
        breaking: header.breaking.then(|| header.description.clone()),
        kind: header.kind,
        scope: header.scope,
        text: header.description,
    });
    std::iter::once(own).chain(listed).collect()
}
