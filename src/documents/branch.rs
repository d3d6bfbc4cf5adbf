//! What a branch and the history of the base branch tell a report.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::model::facts::{CommitFacts, CommitId};
use crate::model::time::{Date, Time};

/// A branch as templates see it: its `name`, the `type` in front of the first slash, and the `issue` that it names after
/// that, which is none of the `known` ids.
pub fn branch(name: Option<&str>, known: &[&str]) -> Value {
    let (kind, rest) = match name.map(|name| (name, name.split_once('/'))) {
        Some((_, Some((kind, rest)))) => (Some(kind), Some(rest)),
        Some((name, None)) => (None, Some(name)),
        None => (None, None),
    };
    json!({ "name": name, "type": kind, "issue": rest.and_then(|rest| issue(rest, known)) })
}

// `123-short-words` is the issue #123, `AUTH-142-short-words` is AUTH-142.
fn issue(rest: &str, known: &[&str]) -> Option<String> {
    let begins = |id: &&str| rest.get(..id.len()).is_some_and(|head| head.eq_ignore_ascii_case(id));
    if known.iter().any(begins) {
        return None;
    }
    let mut parts = rest.split('-');
    let (first, second) = (parts.next()?, parts.next());
    let is_number = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    if is_number(first) {
        return second.is_some().then(|| format!("#{first}"));
    }
    let is_project = first.len() > 1
        && first.starts_with(|c: char| c.is_ascii_uppercase())
        && first.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
    let number = second.filter(|number| is_project && is_number(number))?;
    Some(format!("{first}-{number}"))
}

/// How many merges a branch has taken in between two days, both included: of its own line only, and not those that
/// somebody merged into what was merged.
pub fn merges(head: &CommitId, history: &[CommitFacts], (since, until): (Date, Date)) -> usize {
    let known: HashMap<&CommitId, &CommitFacts> = history.iter().map(|commit| (&commit.id, commit)).collect();
    let line = std::iter::successors(known.get(head).copied(), |commit| {
        commit.parents.first().and_then(|parent| known.get(parent).copied())
    });
    let inside = |commit: &&CommitFacts| {
        let day = Time::from_seconds(commit.committer_time).date();
        commit.parents.len() > 1 && day >= since && day <= until
    };
    line.filter(inside).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_branch_tells_its_type_and_its_issue() {
        for (name, wanted) in [
            ("fix/123-double-charge", (Some("fix"), Some("#123"))),
            ("feat/AUTH-142-u02", (Some("feat"), Some("AUTH-142"))),
            ("feat/batch-1", (Some("feat"), None)),
            ("feat/TASK-001", (Some("feat"), None)),
            ("docs/2026", (Some("docs"), None)),
            ("main", (None, None)),
            ("fix/ü-1", (Some("fix"), None)),
        ] {
            let told = branch(Some(name), &["w", "batch-1", "task-001"]);
            assert_eq!((told["type"].as_str(), told["issue"].as_str()), wanted, "{name}");
        }
        assert_eq!(branch(None, &[])["name"], Value::Null);
    }

    #[test]
    fn merges_are_counted_along_the_first_parents() {
        let id = |n: u32| CommitId::parse(&format!("{n:040}")).unwrap();
        let commit = |n: u32, parents: &[u32], time: &str| CommitFacts {
            id: id(n),
            parents: parents.iter().map(|&n| id(n)).collect(),
            author_name: String::new(),
            author_email: String::new(),
            author_time: 0,
            committer_time: Time::parse(time).unwrap().seconds(),
            subject: String::new(),
            message: Vec::new(),
        };
        let history = [
            commit(6, &[5], "2026-02-12T08:00:00Z"),
            commit(5, &[4, 3], "2026-02-11T08:00:00Z"),
            commit(4, &[1, 2], "2026-02-06T08:00:00Z"),
            // Inside of what was merged.
            commit(3, &[1, 2], "2026-02-10T08:00:00Z"),
            commit(2, &[1], "2026-02-02T08:00:00Z"),
            commit(1, &[], "2026-02-01T08:00:00Z"),
        ];
        let count = |since, until| {
            merges(&id(6), &history, (Date::parse(since).unwrap(), Date::parse(until).unwrap()))
        };
        assert_eq!(count("2026-02-06", "2026-02-12"), 2);
        assert_eq!(count("2026-02-07", "2026-02-11"), 1);
        assert_eq!(count("2026-02-12", "2026-02-12"), 0);
        assert_eq!(
            merges(
                &id(9),
                &history,
                (Date::parse("2026-01-01").unwrap(), Date::parse("2026-12-01").unwrap())
            ),
            0
        );
    }
}
