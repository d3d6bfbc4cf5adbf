//! What git made a commit for, as its subject says.

use indexmap::IndexSet;

/// What a subject says of a commit. Only the parents tell a merge for certain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A commit like any other.
    Ordinary,
    /// A subject that git or a forge gives a merge.
    Merge,
    /// `Revert "…"`.
    Revert {
        /// The subject between the quotation marks.
        of: String,
    },
    /// `Reapply "…"`: the revert of a revert.
    Reapply {
        /// The subject between the quotation marks.
        of: String,
    },
    /// `fixup! …`, to be melted into a commit.
    Fixup {
        /// The subject of that commit, without any `fixup! ` before it.
        of: String,
    },
    /// `squash! …`, to be melted into a commit with its message.
    Squash {
        /// The subject of that commit, without any `squash! ` before it.
        of: String,
    },
    /// `amend! …`, to take the place of the message of a commit.
    Amend {
        /// The subject of that commit, without any `amend! ` before it.
        of: String,
    },
    /// No message at all.
    Empty,
}

/// How subjects of merges begin.
const MERGES: [&str; 13] = [
    "Merge branch '",
    "Merge branches '",
    "Merge tag '",
    "Merge tags '",
    "Merge commit '",
    "Merge commits '",
    "Merge remote-tracking branch '",
    "Merge remote-tracking branches '",
    "Merge remote branch '",
    "Merge pull request #",
    "Merge HEAD",
    "Merged in ",
    "Merged PR ",
];

impl Kind {
    /// What a subject says.
    pub fn of(subject: &str) -> Self {
        of(subject)
    }
}

fn of(subject: &str) -> Kind {
    let quoted = |before: &str| {
        let inner = subject.strip_prefix(before)?.trim_end();
        // A subject that was cut has lost the mark at its end.
        Some(inner.strip_suffix('"').unwrap_or(inner).to_owned())
    };
    let wrapped = |mark: &str| subject.strip_prefix(mark).map(|inner| unwrapped(inner).to_owned());
    if subject.trim().is_empty() {
        Kind::Empty
    } else if let Some(of) = wrapped("fixup! ") {
        Kind::Fixup { of }
    } else if let Some(of) = wrapped("squash! ") {
        Kind::Squash { of }
    } else if let Some(of) = wrapped("amend! ") {
        Kind::Amend { of }
    } else if let Some(of) = quoted("Revert \"") {
        Kind::Revert { of }
    } else if let Some(of) = quoted("Reapply \"") {
        Kind::Reapply { of }
    } else if MERGES.iter().any(|merge| subject.starts_with(merge)) {
        Kind::Merge
    } else {
        Kind::Ordinary
    }
}

fn unwrapped(mut subject: &str) -> &str {
    let next = |subject: &str| {
        ["fixup! ", "squash! ", "amend! "]
            .iter()
            .find(|mark| subject.starts_with(**mark))
            .map(|mark| mark.len())
    };
    while let Some(length) = next(subject) {
        subject = subject.get(length..).unwrap_or_default().trim_start();
    }
    subject
}

/// The commits that lines say are reverted: `This reverts commit …`, wherever the lines are broken.
pub(super) fn reverts<'t>(lines: impl Iterator<Item = &'t str>) -> IndexSet<String> {
    let mut words = lines.flat_map(str::split_whitespace).peekable();
    let mut found = IndexSet::new();
    while let Some(word) = words.next() {
        if word != "reverts" || words.next_if(|word| matches!(*word, "commit" | "commits")).is_none() {
            continue;
        }
        while let Some(word) = words.next_if(|word| *word == "and" || name(word).is_some()) {
            found.extend(name(word));
            // A sentence that ends here names no more.
            if word.ends_with('.') {
                break;
            }
        }
    }
    found
}

/// The name of a commit, from a word that may have marks around it.
pub(super) fn name(word: &str) -> Option<String> {
    let name = word.trim_matches(|c: char| c.is_ascii_punctuation());
    let hex = (7..=64).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    hex.then(|| name.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_subject_says_what_git_made() {
        let own = |of: &str| of.to_owned();
        for (subject, kind) in [
            ("", Kind::Empty),
            ("feat: x", Kind::Ordinary),
            ("Merge branch 'a' into b", Kind::Merge),
            ("Merge branches 'a' and 'b'", Kind::Merge),
            ("Merge pull request #3 from a/b", Kind::Merge),
            ("Merge remote-tracking branch 'origin/a'", Kind::Merge),
            ("Merge tag 'v1' of https://example.com/x", Kind::Merge),
            ("Merge commit 'abc'", Kind::Merge),
            ("Merged PR 7: x", Kind::Merge),
            ("Merged in a (pull request #1)", Kind::Merge),
            ("Merge the two readers", Kind::Ordinary),
            ("Revert \"feat: x\"", Kind::Revert { of: own("feat: x") }),
            ("Revert \"Revert \"x\"\"", Kind::Revert { of: own("Revert \"x\"") }),
            ("Revert \"cut off", Kind::Revert { of: own("cut off") }),
            ("Revert the change", Kind::Ordinary),
            ("Reapply \"feat: x\"", Kind::Reapply { of: own("feat: x") }),
            ("fixup! feat: x", Kind::Fixup { of: own("feat: x") }),
            ("fixup! squash! fixup! feat: x", Kind::Fixup { of: own("feat: x") }),
            ("squash! feat: x", Kind::Squash { of: own("feat: x") }),
            ("amend! fixup! feat: x", Kind::Amend { of: own("feat: x") }),
            ("fixup!feat: x", Kind::Ordinary),
            ("fixup! ", Kind::Fixup { of: own("") }),
        ] {
            assert_eq!(of(subject), kind, "{subject}");
        }
    }

    #[test]
    fn reverted_commits_are_named_in_sentences() {
        let long = "a".repeat(40);
        for (text, expected) in [
            (format!("This reverts commit {long}."), vec![long.as_str()]),
            (
                format!("This reverts commit\n{long}, reversing\nchanges made to {}.", "b".repeat(40)),
                vec![&long],
            ),
            (
                "This reverts commits 1234567, 89abcde and fedcba9.".to_owned(),
                vec!["1234567", "89abcde", "fedcba9"],
            ),
            ("This reverts commit 1234567. deadbeef stays.".to_owned(), vec!["1234567"]),
            ("This reverts commit 1234567.\nThis reverts commit 1234567.".to_owned(), vec!["1234567"]),
            ("This reverts commit abc.".to_owned(), vec![]),
            ("reverts 1234567".to_owned(), vec![]),
        ] {
            assert_eq!(Vec::from_iter(reverts(text.lines())), expected, "{text}");
        }
    }
}
