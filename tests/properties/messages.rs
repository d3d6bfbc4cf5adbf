//! Random messages: never a panic, and what is added once is added.

use git_track::message::{Cleanup, Header, Reading, clean, parse, parse_bytes, suggest, with_trailer};
use proptest::prelude::*;

/// What messages are made of.
#[rustfmt::skip]
const PARTS: &[&str] = &[
    "feat: x", "fix(a)!: b", "Fix", "fixup! ", "Revert \"", "\"", "Merge branch '", "This reverts commit 1234567",
    "Signed-off-by: A", "(cherry picked from commit 1234567)", "Key: v", "Key:", "key : w", "A-b: c", "BREAKING CHANGE: z",
    "BREAKING CHANGE", "Conflicts:\n\tx\n", "# c", "#", ";", "// d", "---\n", "```\n", "~~~", "> ", "## 1.0", "release notes",
    "# ------------------------ >8 ------------------------\n", "// ------------------------ >8 ------------------------\n",
    "; ------------------------ >8 ------------------------\n", "text", "é", "\u{1f600}", "\u{feff}", "\u{2028}", "\0",
    "\n", "\n", "\n", "\n\n", "\n\n", "\r\n", "\r", " ", "  ", "\t", "\u{c}", ":", ": ", "(", ")", "!", ".", " #1", "：",
];

pub(crate) fn message() -> impl Strategy<Value = String> {
    let ends = prop::sample::select(vec!["", "\n", "\n", "\n\n"]);
    let part = (prop::sample::select(PARTS), ends).prop_map(|(part, end)| format!("{part}{end}"));
    prop::collection::vec(part, 0..12).prop_map(|parts| parts.concat())
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let raw = prop::collection::vec(any::<u8>(), 0..4);
    prop_oneof![
        3 => message().prop_map(String::into_bytes),
        2 => (message(), raw, message()).prop_map(|(a, b, c)| [a.as_bytes(), &b, c.as_bytes()].concat()),
        1 => prop::collection::vec(any::<u8>(), 0..80),
    ]
}

pub(crate) fn cleanup() -> impl Strategy<Value = Cleanup> {
    use Cleanup::{Default, Scissors, Strip, Verbatim, Whitespace};
    prop::sample::select(vec![Default, Strip, Whitespace, Verbatim, Scissors])
}

fn reading() -> impl Strategy<Value = Reading> {
    let comment = prop::sample::select(vec!["#", ";", "//", "auto", "", "é"]);
    let encodings = vec!["UTF-8", "latin1", "windows-1252", "ASCII", "Shift_JIS"];
    let encoding = prop::option::of(prop::sample::select(encodings));
    (comment, cleanup(), any::<bool>(), encoding).prop_map(|(comment, cleanup, editor, encoding)| Reading {
        comment: comment.to_owned(),
        cleanup,
        editor,
        encoding: encoding.map(str::to_owned),
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 800, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_message_is_read(bytes in bytes(), reading in reading(), key in "[a-zA-Zé -]{0,4}") {
        let cleaned = clean(&bytes, &reading);
        let message = parse(&cleaned.text);
        if !message.text.contains(['\u{feff}', '\r']) {
            prop_assert_eq!(&parse(&message.text), &message, "reading again changes nothing");
        }
        let stored = parse_bytes(&bytes, reading.encoding.as_deref());
        let _ = (message.breaking(), message.missed_breaking(), stored.values(&key), stored.lines_like(&key));
        prop_assert_eq!(message.missed_breaking().is_some() && message.breaking().is_some(), false);
        if let Some(header) = &message.header {
            prop_assert_eq!(Header::parse(&header.to_string()), Ok(header.clone()));
        }
        prop_assert!(message.header.is_some() || message.problem.is_some());
        let types = ["feat", "fix"];
        if let Some(better) = suggest(&message.subject, &types) {
            let header = Header::parse(&better).unwrap();
            prop_assert!(types.contains(&header.kind.as_str()));
            prop_assert_eq!(suggest(&better, &types), None);
        }
        if reading.cleanup != Cleanup::Verbatim && !reading.drops_comments() && !cleaned.lossy && !cleaned.bom {
            let text = Reading { encoding: None, editor: false, ..reading };
            prop_assert_eq!(clean(cleaned.text.as_bytes(), &text).text, cleaned.text, "cleaning twice");
        }
    }

    #[test]
    fn a_trailer_is_added_once(bytes in bytes(), reading in reading(), value in "[ -~é\n]{0,8}") {
        let Ok(once) = with_trailer(&bytes, "Key", &value, &reading) else { return Ok(()) };
        let twice = with_trailer(&once, "key", &value, &reading).unwrap();
        prop_assert_eq!(String::from_utf8_lossy(&twice), String::from_utf8_lossy(&once));
        // Nothing but one piece is new.
        let added = once.len() - bytes.len();
        let before = once.iter().zip(&bytes).take_while(|(a, b)| a == b).count();
        prop_assert_eq!(&once[before + added..], &bytes[before..]);
        let again = with_trailer(&once, "Key", "another", &reading).unwrap();
        prop_assert_eq!(with_trailer(&again, "Key", &value, &reading).unwrap(), again, "both are there");
    }
}
