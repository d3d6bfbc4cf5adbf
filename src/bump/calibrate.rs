//! Which rules would have found the versions that a project really gave its releases.

use crate::model::release::{Group, Level, Zero};
use crate::model::since::Noted;

use super::reasons::{Brought, Counting, demanded, highest, reasons};
use super::version::Version;

/// A release that was made.
#[derive(Clone, Debug)]
pub struct Release {
    /// The one before it.
    pub before: Version,
    /// Its own version.
    pub version: Version,
    /// What came between them.
    pub commits: Vec<Noted>,
}

/// How well a set of rules does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// What a change means before 1.0.0.
    pub zero: Zero,
    /// Whether messages of merges count.
    pub merges: bool,
    /// Whether the lines of squashed messages count.
    pub squash: bool,
    /// How many versions it finds.
    pub found: usize,
    /// The releases for which it finds another one, or none: the version and what it finds.
    pub missed: Vec<(Version, Option<Version>)>,
}

/// Every set of rules and how well it does, the best first; of equals the plainer one.
pub fn calibrate(releases: &[Release], group: &Group) -> Vec<Tried> {
    let mut all = Vec::new();
    for merges in [false, true] {
        for squash in [false, true] {
            let counting = Counting { merges, squash, ..Counting::of(group) };
            let judged: Vec<(&Release, Guess)> =
                releases.iter().map(|release| (release, Guess::of(release, &counting))).collect();
            all.extend(Zero::ALL.into_iter().map(|zero| {
                let mut tried = Tried { zero, merges, squash, found: 0, missed: Vec::new() };
                for (release, guess) in &judged {
                    let version = guess.version(&release.before, zero);
                    if version.as_ref() == Some(&release.version.core()) {
                        tried.found += 1;
                    } else {
                        tried.missed.push((release.version.clone(), version));
                    }
                }
                tried
            }));
        }
    }
    // The sort keeps the order of equals.
    all.sort_by_key(|tried| std::cmp::Reverse(tried.found));
    all
}

enum Guess {
    Demanded(Version),
    Level(Level),
}

impl Guess {
    fn of(release: &Release, counting: &Counting) -> Self {
        let reasons = reasons(&release.commits, counting, &Brought::new());
        let demanded = demanded(&reasons).next().cloned();
        demanded.map_or(Self::Level(highest(&reasons)), Self::Demanded)
    }

    fn version(&self, before: &Version, zero: Zero) -> Option<Version> {
        match self {
            Self::Demanded(version) => Some(version.clone()),
            Self::Level(Level::None) => None,
            Self::Level(level) => Some(before.raised(before.effective(*level, zero))),
        }
    }
}
