//! What tags are called, and which of them are releases.

use std::cmp::Ordering;

use crate::model::release::VERSION;

use super::Version;

/// How the tags of a group are called: what is before and behind the version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    before: String,
    behind: String,
}

/// The tags of a repository as one group sees them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tags {
    /// Those of the group, the highest version first.
    pub own: Vec<(Version, String)>,
    /// Those that look like releases under another name, the highest version first.
    pub odd: Vec<(Version, String)>,
}

impl Pattern {
    /// A pattern as it is written; without `{version}` in it, that comes last.
    pub fn new(written: &str) -> Self {
        let (before, behind) = written.split_once(VERSION).unwrap_or((written, ""));
        Self { before: before.to_owned(), behind: behind.to_owned() }
    }

    /// The tag of a version.
    pub fn name(&self, version: &Version) -> String {
        format!("{}{version}{}", self.before, self.behind)
    }

    /// The version of a tag; `None`: it is called otherwise.
    pub fn version(&self, tag: &str) -> Option<Version> {
        Version::parse(tag.strip_prefix(&self.before)?.strip_suffix(&self.behind)?)
    }

    /// The tags of this group among all; what belongs to one of the `others` is nothing odd.
    pub fn sorted(&self, all: &[String], others: &[Self]) -> Tags {
        let mut tags = Tags::default();
        for tag in all {
            if let Some(version) = self.version(tag) {
                tags.own.push((version, tag.clone()));
            } else if !others.iter().any(|other| other.version(tag).is_some()) {
                tags.odd.extend(ending(tag).map(|version| (version, tag.clone())));
            }
        }
        tags.own.sort_by(highest);
        tags.odd.sort_by(highest);
        tags
    }
}

/// What may stand before the version of a release when nobody says so.
const USUAL: [&str; 9] = ["", "v", "V", "v.", "release-", "release/", "rel-", "version-", "ver-"];

/// The version that the name of a tag ends with, whatever stands before it.
fn ending(tag: &str) -> Option<Version> {
    let starts = |(at, char): (usize, char)| {
        let before = tag.get(..at).and_then(|before| before.chars().next_back());
        let alone = !before.is_some_and(|before| before.is_ascii_digit() || before == '.');
        if char.is_ascii_digit() && alone { Version::parse(tag.get(at..)?) } else { None }
    };
    tag.char_indices().find_map(starts)
}

fn bare(text: &str) -> bool {
    Version::parse(text).is_some()
}

fn highest(one: &(Version, String), other: &(Version, String)) -> Ordering {
    other.cmp(one)
}

impl Tags {
    /// The highest of those that most projects would call their releases.
    pub fn usual(&self) -> Option<&(Version, String)> {
        let is_usual = |tag: &str| USUAL.iter().any(|usual| tag.strip_prefix(usual).is_some_and(bare));
        self.odd.iter().find(|(_, tag)| is_usual(tag))
    }

    /// The tags of versions that are out, the highest first.
    pub fn out(&self) -> Vec<String> {
        self.own.iter().filter(|(version, _)| !version.is_pre()).map(|(_, tag)| tag.clone()).collect()
    }

    /// All tags of the group, the highest version first.
    pub fn all(&self) -> Vec<String> {
        self.own.iter().map(|(_, tag)| tag.clone()).collect()
    }

    /// The tag of a version, whatever its build.
    pub fn of(&self, version: &Version) -> Option<&str> {
        let same = |(tagged, _): &&(Version, String)| tagged.precedence(version) == Ordering::Equal;
        self.own.iter().find(same).map(|(_, tag)| tag.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(found: &[(Version, String)]) -> Vec<&str> {
        found.iter().map(|(_, tag)| tag.as_str()).collect()
    }

    #[test]
    fn tags_are_sorted_by_version_and_by_whose_they_are() {
        let all = [
            "v1.2.0",
            "v1.10.0",
            "v1.10.0-rc.1",
            "v2",
            "1.3.0",
            "release-2.0.0",
            "api-v9.0.0",
            "web-v8.0.0",
            "nightly",
            "v1.9.0+build.1",
            "va1.0.0",
            "deploy-2024.1.1",
        ]
        .map(str::to_owned);
        let tags = Pattern::new("v{version}").sorted(&all, &[Pattern::new("api-v{version}")]);
        assert_eq!(names(&tags.own), ["v1.10.0", "v1.10.0-rc.1", "v1.9.0+build.1", "v1.2.0"]);
        assert_eq!(names(&tags.odd), ["deploy-2024.1.1", "web-v8.0.0", "release-2.0.0", "1.3.0", "va1.0.0"]);
        assert_eq!(tags.out(), ["v1.10.0", "v1.9.0+build.1", "v1.2.0"]);
        let version = |text: &str| Version::parse(text).unwrap();
        assert_eq!(tags.of(&version("1.9.0")), Some("v1.9.0+build.1"));
        assert_eq!(tags.of(&version("1.9.1")), None);
        assert_eq!(tags.usual().map(|(_, tag)| tag.as_str()), Some("release-2.0.0"));
        let own = Pattern::new("api-v{version}").sorted(&all, &[]);
        assert_eq!(names(&own.own), ["api-v9.0.0"]);
    }

    #[test]
    fn names_are_made_and_read() {
        let version = Version::parse("1.0.0-rc.1").unwrap();
        for (written, tag) in
            [("v{version}", "v1.0.0-rc.1"), ("{version}", "1.0.0-rc.1"), ("a/{version}/b", "a/1.0.0-rc.1/b")]
        {
            let pattern = Pattern::new(written);
            assert_eq!(pattern.name(&version), tag);
            assert_eq!(pattern.version(tag), Some(version.clone()));
        }
        assert_eq!(Pattern::new("v{version}").version("v1.0"), None);
        assert_eq!(Pattern::new("{version}-x").version("-x"), None);
    }
}
