//! Which version work came out with.

use crate::model::landing::{Landing, Tag};
use crate::model::release::VERSION;

/// The lowest version that has a landing; one that is only a candidate does not count. `called`: how the tags of releases
/// are called, each with `{version}` in it; of several kinds the release counts that had it first.
pub(super) fn version(tags: &[Tag], landing: &Landing, called: &[String]) -> Option<String> {
    let having = || tags.iter().filter(|tag| tag.depth <= landing.depth);
    let lowest = |bare: &dyn Fn(&str) -> Option<[u64; 3]>| {
        having().filter_map(|tag| Some((bare(&tag.name)?, tag))).min_by_key(|(version, _)| *version)
    };
    let first = if called.is_empty() {
        lowest(&numbers)
    } else {
        let each = called.iter().filter_map(|called| lowest(&|tag| numbers(bare(called, tag)?)));
        each.max_by_key(|(_, tag)| tag.depth)
    };
    first.map(|(_, tag)| tag.name.clone())
}

/// What stands for the version in the name of a tag.
fn bare<'t>(called: &str, tag: &'t str) -> Option<&'t str> {
    let (before, behind) = called.split_once(VERSION)?;
    let bare = tag.strip_prefix(before)?.strip_suffix(behind)?;
    bare.starts_with(|first: char| first.is_ascii_digit()).then_some(bare)
}

/// The three numbers of a version such as `v1.2.3`; `None` for anything else, candidates too.
fn numbers(tag: &str) -> Option<[u64; 3]> {
    let start = tag.rfind(|c: char| !(c.is_ascii_digit() || c == '.')).map_or(0, |at| at + 1);
    let bare = tag.get(start..)?;
    let before = tag.get(..start)?;
    if !matches!(before, "" | "v" | "V") {
        return None;
    }
    let mut parts = bare.split('.');
    let mut part = || parts.next().map_or(Some(0), |part| part.parse().ok());
    let all = [part()?, part()?, part()?];
    (bare.contains('.') && parts.next().is_none()).then_some(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::facts::CommitId;

    #[test]
    fn only_versions_that_are_out_are_versions() {
        for (tag, expected) in [
            ("v1.2.3", Some([1, 2, 3])),
            ("1.2", Some([1, 2, 0])),
            // Whose version it is, and whether it is one, is not known.
            ("tool-1.2.3", None),
            ("deploy-2024.11.5", None),
            ("v1.3.0-rc.1", None),
            ("v1.3.0-rc1", None),
            ("1.0.0-2", None),
            ("build-77", None),
            ("v1", None),
            ("nightly", None),
            ("v1.2.3.4", None),
            ("x1.2.3", None),
        ] {
            assert_eq!(numbers(tag), expected, "{tag}");
        }
    }

    #[test]
    fn the_lowest_version_that_has_the_landing() {
        let tag = |name: &str, depth| Tag { name: name.to_owned(), depth };
        let tags = [
            tag("v1.10.0", 2),
            tag("v1.9.0", 4),
            tag("v1.8.0", 9),
            tag("v1.9.0-rc.1", 5),
            tag("api-v0.2.0", 3),
        ];
        let landing = |depth| Landing { commit: CommitId::parse(&"a".repeat(40)).unwrap(), at: 0, depth };
        let found = |depth, called: &[&str]| {
            let called: Vec<String> = called.iter().map(|called| (*called).to_owned()).collect();
            version(&tags, &landing(depth), &called)
        };
        assert_eq!(found(4, &[]).as_deref(), Some("v1.9.0"));
        assert_eq!(found(6, &[]).as_deref(), Some("v1.9.0"));
        assert_eq!(found(3, &[]).as_deref(), Some("v1.10.0"));
        assert_eq!(found(1, &[]), None);
        // As the team calls them.
        assert_eq!(found(4, &["api-v{version}"]).as_deref(), Some("api-v0.2.0"));
        assert_eq!(found(4, &["api-v{version}", "v{version}"]).as_deref(), Some("v1.9.0"));
        assert_eq!(found(3, &["v{version}", "api-v{version}"]).as_deref(), Some("api-v0.2.0"));
        assert_eq!(found(9, &["{version}"]), None);
    }
}
