//! What holds for every message: the fuzzer asks it of bytes that it makes, the tests of those in `corpus/message`.
//!
//! The first byte chooses the encoding and what counts; the rest are messages, the oldest first, with a zero between two.

use std::collections::BTreeMap;

use git_track::bump::{Brought, Counting, Why, reasons};
use git_track::message::{Header, Message, parse, parse_bytes, suggest};
use git_track::model::facts::CommitId;
use git_track::model::release::Level;
use git_track::model::since::Noted;

const ENCODINGS: [Option<&str>; 6] =
    [None, Some("UTF-8"), Some("latin1"), Some("windows-1252"), Some("ASCII"), Some("Shift_JIS")];

/// The most commits that are looked at: each has a digit for a name.
const MOST: usize = 15;

/// Panics when something does not hold.
pub(super) fn holds(bytes: &[u8]) {
    let Some((&first, rest)) = bytes.split_first() else { return };
    let encoding = ENCODINGS[usize::from(first) % ENCODINGS.len()];
    for message in rest.split(|byte| *byte == 0).take(MOST).chain([rest]) {
        let read = parse_bytes(message, encoding);
        assert_eq!(parse_bytes(message, encoding), read, "read twice");
        parts_are_of(&read);
        footers_end(&read);
    }
    let counting = Counting { types: &BTreeMap::new(), merges: first & 0x40 != 0, squash: first & 0x80 != 0 };
    reasons_are_told(rest, encoding, &counting);
}

/// Whatever is said of a message stands in it.
fn parts_are_of(message: &Message) {
    let text = &message.text;
    assert_eq!(text.lines().next().unwrap_or_default(), message.subject);
    if !text.contains(['\u{feff}', '\r']) {
        assert_eq!(
            Message { lossy: message.lossy, ..parse(text) },
            *message,
            "reading again changes nothing"
        );
    }
    assert!(message.header.is_some() || message.problem.is_some());
    if let Some(header) = &message.header {
        assert_eq!(Header::parse(&header.to_string()), Ok(header.clone()));
        assert!(message.judged_subject().contains(&header.description));
    }
    // What is left of a line end is no part of a line.
    let bare = |line: &'_ str| line.trim_end_matches('\r').to_owned();
    for line in message.body.split('\n').map(bare).filter(|line| !line.is_empty()) {
        assert!(text.split('\n').skip(1).any(|other| bare(other) == line), "{line:?} is no line of {text:?}");
    }
    let hex = |name: &String| name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    assert!(message.reverts.iter().all(hex), "{:?}", message.reverts);
    if let Some(missed) = message.missed_breaking() {
        assert!(message.breaking().is_none() && text.contains(&missed));
    }
    for trailer in &message.trailers {
        assert!(
            text.contains(&trailer.key) && message.values(&trailer.key).contains(&trailer.value.as_str())
        );
        let values = message.lines_like(&trailer.key);
        assert!(values.iter().all(|value| text.contains(value)));
    }
    if let Some(better) = suggest(&message.subject, &["feat", "fix"]) {
        assert!(Header::parse(&better).is_ok(), "{better:?}");
    }
}

/// Footers stand below the subject, in their order, and nothing but what breaks has a plain paragraph below it.
fn footers_end(message: &Message) {
    let mut lines = message.text.lines().skip(1);
    for footer in &message.footers {
        assert!(
            !footer.token.is_empty() && !footer.value.is_empty() && footer.value.trim_end() == footer.value
        );
        let begins = |line: &str| {
            let rest = line.strip_prefix(&footer.token);
            rest.is_some_and(|rest| rest.starts_with(':') || rest.starts_with(" #"))
        };
        assert!(lines.any(begins), "{footer:?} is not in {:?}", message.text);
    }
    let longer = parse(&format!("{}\n\nNo footer is in this line\n", message.text.trim_end()));
    let notes = longer.footers.iter().any(git_track::message::Footer::is_breaking);
    assert!(longer.footers.is_empty() || notes, "{:?}", longer.footers);
}

/// Every commit has one reason, and raises something exactly when there is something to tell.
fn reasons_are_told(bytes: &[u8], encoding: Option<&str>, counting: &Counting) {
    let mut commits: Vec<Noted> = bytes
        .split(|byte| *byte == 0)
        .take(MOST)
        .enumerate()
        .map(|(at, message)| Noted {
            id: CommitId::parse(&format!("{:x}", at + 1).repeat(40)).unwrap(),
            parents: if message.starts_with(b"Merge") { 2 } else { 1 },
            message: message.to_vec(),
            encoding: encoding.map(str::to_owned),
            touches: !message.ends_with(b"elsewhere\n"),
        })
        .collect();
    commits.reverse();
    let told = reasons(&commits, counting, &Brought::new());
    assert_eq!(reasons(&commits, counting, &Brought::new()), told, "judged twice");
    assert_eq!(told.len(), commits.len());
    for (commit, reason) in commits.iter().zip(&told) {
        assert_eq!(reason.commit, commit.id);
        assert_eq!(reason.subject, parse_bytes(&commit.message, encoding).subject);
        assert_eq!(reason.told.is_empty(), reason.level == Level::None, "{reason:?}");
        assert!(reason.level < Level::Major || reason.missed.is_none(), "{reason:?}");
        let raises = match &reason.why {
            Why::Breaking | Why::Type(_) | Why::RevertsReleased | Why::RevertsUnnamed => true,
            Why::Reverted(by) => {
                assert!(told.iter().any(|other| other.commit.as_str() == by));
                false
            }
            _ => false,
        };
        assert_eq!(reason.level > Level::None, raises, "{reason:?}");
        assert!(commit.touches && (counting.merges || commit.parents < 2) || !raises, "{reason:?}");
        assert!(!reason.why.words().is_empty());
    }
}
