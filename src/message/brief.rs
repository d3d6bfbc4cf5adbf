//! What a message says by its subject, where nothing else in it matters for a release: histories are long.

use super::header::Header;
use super::{Kind, plain};

/// Parts of words without which a message breaks nothing, takes nothing back and demands no version, in lower case.
const TELLING: [&str; 4] = ["breaking", "revert", "reapply", "release-as"];

/// A message of which only the subject matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brief {
    /// The first line.
    pub subject: String,
    /// The header in it, or in the subject that `fixup!` and its like wrap; its type is in lower case.
    pub header: Option<Header>,
}

/// Reads the subject of a recorded message; `None`: something else in it may matter, or it is no plain UTF-8.
pub fn brief(bytes: &[u8], encoding: Option<&str>) -> Option<Brief> {
    if encoding.is_some() {
        return None;
    }
    let text = std::str::from_utf8(bytes).ok()?;
    let small = text.to_ascii_lowercase();
    if TELLING.iter().any(|telling| small.contains(telling)) {
        return None;
    }
    let text = plain(text);
    let subject = text.lines().next().unwrap_or_default().to_owned();
    let header = match Kind::of(&subject) {
        Kind::Fixup { of } | Kind::Squash { of } | Kind::Amend { of } => Header::parse_any_case(&of).ok(),
        _ => Header::parse_any_case(&subject).ok(),
    };
    // A mark after the type breaks something, too.
    header.as_ref().is_none_or(|header| !header.breaking).then_some(Brief { subject, header })
}

#[cfg(test)]
mod tests {
    use super::super::cases::{BODIES, HEADERS};
    use super::super::parse;
    use super::*;

    #[test]
    fn a_subject_alone_says_what_the_whole_message_says() {
        let mut seen = 0;
        for (why, text, _) in HEADERS.iter().chain(BODIES) {
            let Some(brief) = brief(text.as_bytes(), None) else { continue };
            seen += 1;
            let whole = parse(text);
            assert_eq!((&brief.subject, &brief.header), (&whole.subject, &whole.header), "{why}");
            assert_eq!(whole.breaking().or(whole.missed_breaking()), None, "{why}");
            assert!(whole.reverts.is_empty() && !whole.subject.starts_with("Revert"), "{why}");
            let demands = |footer: &super::super::Footer| footer.token.eq_ignore_ascii_case("release-as");
            assert!(!whole.footers.iter().any(demands), "{why}");
        }
        assert!(seen > 50, "{seen}");
    }

    #[test]
    fn what_may_matter_is_read_whole() {
        for text in [
            "fix!: a",
            "fix: a\n\nBREAKING CHANGE: b",
            "fix: a\n\nbreaking-change: b",
            "Revert \"a\"",
            "revert: a",
            "fix: a\n\nThis reverts commit 1234567.",
            "Reapply \"a\"",
            "chore: a\n\nrelease-As: 1.0.0",
        ] {
            assert_eq!(brief(text.as_bytes(), None), None, "{text}");
        }
        assert_eq!(brief(b"fix: caf\xe9", None), None);
        assert_eq!(brief(b"fix: a", Some("latin1")), None);
    }
}
