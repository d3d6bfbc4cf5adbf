use super::cases::{BODIES, HEADERS};
use super::*;

fn told(message: &Message) -> String {
    let mut said: Vec<String> = Vec::new();
    let kind = format!("{:?}", message.kind);
    let kind = kind.split_whitespace().next().unwrap();
    said.extend((kind != "Ordinary").then(|| kind.to_owned()));
    said.extend(message.header.iter().map(Header::to_string));
    said.extend(message.problem.iter().map(|problem| format!("problem: {problem}")));
    said.extend((!message.separated).then(|| "glued".to_owned()));
    said.extend((!message.body.is_empty()).then(|| format!("body: {}", message.body)));
    for footer in &message.footers {
        let separator = if footer.separator == Separator::Hash { '#' } else { '=' };
        said.push(format!("footer: {}{separator}{}", footer.token, footer.value));
    }
    said.extend(message.trailers.iter().map(|trailer| format!("trailer: {}={}", trailer.key, trailer.value)));
    said.extend(message.breaking().map(|note| format!("breaks: {note}")));
    said.extend(message.missed_breaking().map(|line| format!("missed: {line}")));
    said.extend((!message.reverts.is_empty()).then(|| format!("reverts: {}", message.reverts.join(" "))));
    said.extend((!message.picked.is_empty()).then(|| format!("picked: {}", message.picked.join(" "))));
    said.join(" | ").replace('\n', "⏎")
}

#[test]
fn headers_are_read() {
    for (why, text, expected) in HEADERS {
        assert_eq!(told(&parse(text)), *expected, "{why}: {text:?}");
    }
}

#[test]
fn bodies_and_footers_are_read() {
    assert!(HEADERS.len() + BODIES.len() >= 60);
    for (why, text, expected) in BODIES {
        assert_eq!(told(&parse(text)), *expected, "{why}: {text:?}");
    }
}

#[test]
fn values_are_found_by_key() {
    let message = parse("fix: x\n\nRefs: a\nrefs: b\nOther: c\n");
    assert_eq!(message.values("REFS"), ["a", "b"]);
    assert!(message.values("").is_empty() && message.values("Ref").is_empty());
    let squash = "x (#3)\n\n* a\n\nTrack-Item: one\n    track-item : two\n```\nTrack-Item: no\n```\nTrack-Items: no\nTrack-Item:\n\nA: b";
    let message = parse(squash);
    assert!(message.values("Track-Item").is_empty());
    assert_eq!(message.lines_like("Track-Item"), ["one", "two"]);
    assert!(message.lines_like("").is_empty() && message.lines_like("é").is_empty());
}

#[test]
fn stored_bytes_are_always_a_message() {
    let message = parse_bytes(b"fix: caf\xe9\n", None);
    assert_eq!((message.subject.as_str(), message.lossy), ("fix: café", true));
    let message = parse_bytes(b"fix: caf\xe9\n", Some("ISO-8859-1"));
    assert_eq!((message.subject.as_str(), message.lossy), ("fix: café", false));
    assert_eq!(parse_bytes(b"", None).kind, Kind::Empty);
    assert!(parse_bytes(b"\xff\xfe\0", Some("no such")).lossy);
}

#[test]
fn a_header_is_written_as_it_was_read() {
    for (why, text, _) in HEADERS {
        if let Ok(header) = Header::parse(text) {
            assert_eq!(header.to_string(), *text, "{why}");
        }
    }
}
