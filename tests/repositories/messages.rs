//! What is read in a message is what git records and what git finds.

use std::io::Write;
use std::process::{Output, Stdio};

use git_track::message::{Cleanup, Reading, clean, parse, with_trailer};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::properties::messages::{cleanup, message};
use crate::support::Repo;

/// Lines that decide whether a paragraph is a block of trailers.
const LINES: &[&str] = &[
    "Signed-off-by: A",
    "(cherry picked from commit 1234567)",
    "Key: v",
    "A-b : c",
    "Key:",
    "text",
    "a text: with a colon",
    "  goes on",
    "# no: trailer",
    "",
    " ",
];

fn some<T: std::fmt::Debug>(count: usize, strategy: impl Strategy<Value = T>) -> Vec<T> {
    let mut runner = TestRunner::default();
    (0..count).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

// git takes a message for a text that ends at a NUL, and refuses to commit one.
fn plain() -> impl Strategy<Value = String> {
    message().prop_map(|text| text.replace('\0', ""))
}

fn fed(repo: &Repo, args: &[&str], input: &[u8]) -> Output {
    let mut git = repo.command(repo.path(), &repo.vars());
    let git = git.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut git = git.spawn().unwrap();
    let mut stdin = git.stdin.take().unwrap();
    let input = input.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = git.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

/// Commits with these messages, byte for byte.
fn import(repo: &Repo, messages: &[String]) {
    let mut stream = Vec::new();
    for text in messages {
        write!(stream, "commit refs/heads/main\ncommitter A <a@b.c> 1700000000 +0000\ndata {}\n", text.len())
            .unwrap();
        stream.extend_from_slice(text.as_bytes());
        stream.push(b'\n');
    }
    repo.git_with(&["fast-import", "--quiet"], &stream);
}

#[test]
fn trailers_are_where_git_finds_them() {
    let repo = Repo::new();
    // git takes the mark for a subject, and its rule about conflicts asks for plain line ends.
    let plain = plain().prop_map(|text| text.replace(['\r', '\u{feff}'], ""));
    let line = prop::sample::select(LINES).prop_map(|line| format!("{line}\n"));
    let lines = prop::collection::vec(line, 0..8).prop_map(|lines| format!("x\n\n{}", lines.concat()));
    let messages = some(1500, prop_oneof![plain, lines]);
    import(&repo, &messages);
    let told = repo.git(&["log", "--reverse", "--format=%(trailers:only,unfold)%x00", "main"]);
    let told: Vec<&str> = told.split_terminator('\0').map(|told| told.trim_start_matches('\n')).collect();
    assert_eq!(told.len(), messages.len());
    let mut found = 0;
    for (text, told) in messages.iter().zip(told) {
        let trailers = parse(text).trailers;
        let lines = trailers.iter().map(|trailer| format!("{}: {}", trailer.key, trailer.value));
        let ours = lines.collect::<Vec<_>>().join("\n");
        assert_eq!(ours.trim_end(), told.trim_end(), "{text:?}");
        found += usize::from(!trailers.is_empty());
    }
    assert!(found > 100, "only {found} messages had a trailer");
}

/// The message of every commit of `main`, the oldest first, in the bytes that are stored.
fn recorded(repo: &Repo) -> Vec<Vec<u8>> {
    let names = repo.git(&["rev-list", "--reverse", "main"]);
    let mut out = &fed(repo, &["cat-file", "--batch"], format!("{names}\n").as_bytes()).stdout[..];
    let mut messages = Vec::new();
    while let Some(at) = out.iter().position(|byte| *byte == b'\n') {
        let size =
            std::str::from_utf8(&out[..at]).unwrap().rsplit(' ').next().unwrap().parse::<usize>().unwrap();
        let object = &out[at + 1..at + 1 + size];
        let header = object.windows(2).position(|two| two == b"\n\n").unwrap();
        messages.push(object[header + 2..].to_vec());
        out = &out[at + 1 + size + 1..];
    }
    messages
}

fn comments(repo: &Repo) -> Vec<&'static str> {
    let version = repo.git(&["--version"]);
    let numbers: Vec<u32> = version.split([' ', '.']).filter_map(|part| part.parse().ok()).collect();
    // Before 2.45 a comment begins with one byte.
    if numbers[..2] >= [2, 45][..] { vec!["#", ";", "//"] } else { vec!["#", ";"] }
}

fn commit(repo: &Repo, bytes: &[u8], reading: &Reading) {
    let file = repo.root().join("message");
    std::fs::write(&file, bytes).unwrap();
    let setting = if reading.comment.len() > 1 { "core.commentString" } else { "core.commentChar" };
    let mut vars = repo.vars();
    let mut args: Vec<String> =
        ["commit", "--quiet", "--allow-empty", "--allow-empty-message"].map(Into::into).into();
    args.splice(0..0, ["-c".to_owned(), format!("{setting}={}", reading.comment)]);
    if let Some(encoding) = &reading.encoding {
        args.splice(0..0, ["-c".to_owned(), format!("i18n.commitEncoding={encoding}")]);
    }
    args.push(format!("--cleanup={}", reading.cleanup));
    if reading.editor {
        vars.insert("GIT_EDITOR".into(), format!("cp '{}'", file.display()).into());
        // Whoever writes the scissors line has asked for the difference below it.
        args.push("--verbose".to_owned());
    } else {
        args.extend(["-F".to_owned(), file.display().to_string()]);
    }
    let output = repo.run(repo.path(), &vars, &args);
    assert!(output.status.success(), "{args:?} {bytes:?}: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_file_is_read_as_git_records_it() {
    let repo = Repo::new();
    let raw = prop::option::weighted(0.3, Just(&b" caf\xe9 \xf0\x9f\x8e \xff"[..]));
    let comment = prop::sample::select(comments(&repo));
    let latin = prop::option::weighted(0.2, Just("ISO-8859-1".to_owned()));
    let all = some(150, (plain(), raw, comment, cleanup(), any::<bool>(), latin));
    let mut expected = Vec::new();
    for (text, raw, comment, cleanup, editor, encoding) in all {
        // What is no message for git it records with the bytes as they are; that is not told apart here.
        let encoding = encoding.filter(|_| raw.is_some());
        let text = if encoding.is_some() { text.replace(|c: char| !c.is_ascii(), "") } else { text };
        let bytes = [text.as_bytes(), raw.unwrap_or_default()].concat();
        let reading = Reading { comment: comment.to_owned(), cleanup, editor, encoding };
        commit(&repo, &bytes, &reading);
        let cleaned = clean(&bytes, &reading);
        let text = if cleaned.bom { format!("\u{feff}{}", cleaned.text) } else { cleaned.text };
        expected.push((text, bytes, reading));
    }
    let recorded = recorded(&repo);
    assert_eq!(recorded.len(), expected.len());
    for (recorded, (text, bytes, reading)) in recorded.iter().zip(&expected) {
        let recorded = match reading.encoding {
            Some(_) => recorded.iter().map(|byte| char::from(*byte)).collect(),
            None => String::from_utf8(recorded.clone()).unwrap(),
        };
        assert_eq!(text, &recorded, "{:?} {reading:?}", String::from_utf8_lossy(bytes));
    }
}

#[test]
fn a_trailer_is_added_as_git_adds_it() {
    let repo = Repo::new();
    let reading = Reading { cleanup: Cleanup::Whitespace, ..Reading::default() };
    let args = ["interpret-trailers", "--no-divider", "--if-exists", "addIfDifferent", "--trailer", "Key: v"];
    for text in some(100, plain()) {
        // git begins a block of its own behind a line of blanks, and leaves an empty message no room for a subject.
        let text = clean(text.as_bytes(), &reading).text;
        if text.is_empty() || text.starts_with(['#', '\u{feff}']) || text.starts_with("Conflicts:\n") {
            continue;
        }
        let ours = with_trailer(text.as_bytes(), "Key", "v", &reading).unwrap();
        let gits = fed(&repo, &args, text.as_bytes()).stdout;
        let trailers = |bytes: Vec<u8>| parse(&String::from_utf8(bytes).unwrap()).trailers;
        assert_eq!(trailers(ours), trailers(gits), "{text:?}");
    }
}
