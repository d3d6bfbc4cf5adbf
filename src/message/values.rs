//! The values of a few keys, without all else that a message says: histories are long.

use super::footers::Layout;
use super::trailers::{self, Trailer, block};
use super::{plain, value_of};

/// What a message gives for some keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values {
    /// The trailers that have one of the keys.
    pub trailers: Vec<Trailer>,
    /// The lines `key: value` below the subject that are no trailers, as [`super::Message::lines_like`] finds them.
    pub lines: Vec<Trailer>,
}

/// What a recorded message gives for these keys, whatever their case.
pub fn values(text: &str, keys: &[&str]) -> Values {
    let text = plain(text);
    let may = |line: &str| keys.iter().any(|key| has(line, key));
    if !text.lines().skip(1).any(may) {
        return Values::default();
    }
    let block = block(text.as_bytes(), Some(b"#"));
    let known = |trailer: &Trailer| keys.iter().any(|key| trailer.key.eq_ignore_ascii_case(key));
    let mut trailers = trailers::in_block(&text, &block);
    trailers.retain(|trailer| known(trailer) && !trailer.value.is_empty());
    let line_at = |place: usize| text.get(..place).unwrap_or_default().lines().count();
    let block = line_at(block.start)..line_at(block.end);
    // What is indented goes on with the trailer above it.
    let is_trailer = |at: usize, line: &str| block.contains(&at) && !line.starts_with([' ', '\t']);
    let elsewhere = |(at, line): (usize, &str)| may(line) && !is_trailer(at, line);
    let mut lines = Vec::new();
    // Most messages have trailers and no more.
    if text.lines().enumerate().skip(1).any(elsewhere) {
        let open = Layout::of(&text);
        for (_, line) in open.numbered_open_lines().filter(|(at, line)| *at > 0 && elsewhere((*at, line))) {
            let found = keys.iter().find_map(|key| Some((key, value_of(line, key)?)));
            lines.extend(
                found.map(|(key, value)| Trailer { key: (*key).to_owned(), value: value.to_owned() }),
            );
        }
    }
    Values { trailers, lines }
}

// Whether a line may begin with a key and a colon.
fn has(line: &str, key: &str) -> bool {
    let line = line.trim_start().as_bytes();
    let begins = line.get(..key.len()).is_some_and(|name| name.eq_ignore_ascii_case(key.as_bytes()));
    begins && line.get(key.len()).is_some_and(|next| *next == b':' || !next.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;
    use proptest::prelude::*;

    const KEYS: [&str; 2] = ["Track", "Refs"];

    fn told(text: &str) -> String {
        let Values { trailers, lines } = values(text, &KEYS);
        let told = |all: Vec<Trailer>| {
            let all = all.iter().map(|found| format!("{}={}", found.key, found.value));
            all.collect::<Vec<_>>().join(" ")
        };
        format!("{} | {}", told(trailers), told(lines)).trim().to_owned()
    }

    #[test]
    fn values_stand_in_trailers_or_elsewhere() {
        for (text, expected) in [
            ("feat: x", "|"),
            ("Track: a", "|"),
            ("feat: x\n\nTrack: a\n", "Track=a |"),
            ("\u{feff}\r\nfeat: x\r\n\r\ntrack : a\r\n b\r\nRefs: #1\r\n", "track=a b Refs=#1 |"),
            ("feat: x\n\nTrack:\n  a\n", "Track=a |"),
            ("feat: x (#3)\n\n* a\n\n  Track: a\n\n* b\n\nRefs: 1\n\nTrack: a\n", "Track=a | Track=a Refs=1"),
            ("feat: x\nTrack: a", "| Track=a"),
            ("feat: x\n\nSigned-off-by: y\n  Track: a", "| Track=a"),
            ("feat: x\n\n```\nTrack: a\n```\n\ny", "|"),
            ("feat: x\n\nTrack: a\n# Track: b\n", "Track=a |"),
            ("feat: x\n\nTracks: a\n\nTrack: \n", "|"),
        ] {
            assert_eq!(told(text), expected, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn they_are_those_of_the_whole_message(text in "(feat: x|Track: a)?\n?\n?([ \t#]?(Track|refs|A)[ \t]?:?[ \t]?[ab\n\r`~]{0,4}[\n\r]{0,3}){0,6}") {
            let whole = parse(&text);
            let found = values(&text, &KEYS);
            for key in KEYS {
                let same = |all: &[Trailer]| {
                    let same = all.iter().filter(|found| found.key.eq_ignore_ascii_case(key));
                    same.map(|found| found.value.clone()).collect::<Vec<_>>()
                };
                let mut trailers = whole.values(key);
                trailers.retain(|value| !value.is_empty());
                prop_assert_eq!(same(&found.trailers), trailers);
                let lines = whole.lines_like(key);
                prop_assert!(same(&found.lines).iter().all(|value| lines.contains(&value.as_str())));
            }
        }
    }
}
