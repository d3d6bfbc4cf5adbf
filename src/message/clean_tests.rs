use super::*;

fn reading(cleanup: Cleanup, editor: bool) -> Reading {
    Reading { cleanup, editor, ..Reading::default() }
}

fn with(comment: &str) -> Reading {
    Reading { comment: comment.to_owned(), ..Reading::default() }
}

const CUT: &str = "# ------------------------ >8 ------------------------\ndiff --git a b\n";

#[test]
fn a_file_is_read_as_it_will_be_recorded() {
    use Cleanup::{Default, Scissors, Strip, Verbatim, Whitespace};
    let cut = |text: &str| format!("{text}{CUT}");
    let (editor, none) = (|cleanup| reading(cleanup, true), |cleanup| reading(cleanup, false));
    for (why, bytes, reading, expected) in [
        ("-m keeps a line with a hash", "#123 fix\n".to_owned(), none(Default), "#123 fix\n"),
        ("an editor drops it", "#123 fix\nx\n".to_owned(), editor(Default), "x\n"),
        ("an editor drops the template", "fix: x\n\n# Please\n#\n".to_owned(), editor(Default), "fix: x\n"),
        ("a blank before a hash is text", " # x\n".to_owned(), editor(Default), " # x\n"),
        ("strip without an editor", "a\n# b\n".to_owned(), none(Strip), "a\n"),
        ("commit -v", cut("a\n\nb\n"), editor(Default), "a\n\nb\n"),
        ("commit -v and verbatim", cut("a\n# b\n\n"), editor(Verbatim), "a\n# b\n\n"),
        ("scissors keep comments above", cut("a\n# b\n"), editor(Scissors), "a\n# b\n"),
        ("scissors on the first line", cut(""), editor(Scissors), ""),
        (
            "scissors without an editor cut nothing",
            cut("a\n"),
            none(Scissors),
            "a\n# ------------------------ >8 ------------------------\ndiff --git a b\n",
        ),
        (
            "scissors without a line end are a comment like any other",
            "a\n# ------------------------ >8 ------------------------".to_owned(),
            editor(Whitespace),
            "a\n# ------------------------ >8 ------------------------\n",
        ),
        ("verbatim keeps everything", "\n a \n\n\n# b".to_owned(), none(Verbatim), "\n a \n\n\n# b"),
        ("whitespace keeps comments", "a\n# b\n\n".to_owned(), editor(Whitespace), "a\n# b\n"),
        ("runs of empty lines", "\n\na\n\n \n\nb\n\n".to_owned(), none(Default), "a\n\nb\n"),
        ("a comment between empty lines", "a\n\n# c\n\nb\n".to_owned(), editor(Default), "a\n\nb\n"),
        ("a comment between lines", "a\n# c\nb\n".to_owned(), editor(Default), "a\nb\n"),
        ("blanks at the end of lines", "a \t\nb\t".to_owned(), none(Default), "a\nb\n"),
        ("CRLF", "a\r\n\r\n\r\nb\r\n".to_owned(), none(Default), "a\n\nb\n"),
        ("a form feed is no blank", "a\u{c}\n".to_owned(), none(Default), "a\u{c}\n"),
        ("nothing", String::new(), editor(Default), ""),
        ("only a template", "\n# Please\n".to_owned(), editor(Default), ""),
        ("another character", "a\n; b\n# c\n".to_owned(), with(";"), "a\n# c\n"),
        ("two characters", "a\n// b\n/ c\n".to_owned(), with("//"), "a\n/ c\n"),
        (
            "two characters and commit -v",
            "a\n// ------------------------ >8 ------------------------\nd\n".to_owned(),
            with("//"),
            "a\n",
        ),
        ("auto, by the last line", "#1 a\n\n; Please\n;\n".to_owned(), with("auto"), "#1 a\n"),
        (
            "auto, by the scissors line",
            "#1 a\n; ------------------------ >8 ------------------------\n#\n".to_owned(),
            with("auto"),
            "#1 a\n",
        ),
        ("auto, when nothing tells", "a\n# b\nc\n".to_owned(), with("auto"), "a\nc\n"),
        ("no character is the usual one", "a\n# b\n".to_owned(), with(""), "a\n"),
    ] {
        let cleaned = clean(bytes.as_bytes(), &reading);
        assert_eq!((cleaned.text.as_str(), cleaned.bom, cleaned.lossy), (expected, false, false), "{why}");
    }
}

#[test]
fn encodings_and_the_byte_order_mark_are_told() {
    let latin = Reading { encoding: Some("ISO-8859-1".to_owned()), ..Reading::default() };
    let cleaned = clean(b"caf\xe9 \n# \xe9\n", &latin);
    assert_eq!((cleaned.text.as_str(), cleaned.lossy), ("café\n", false));
    let cleaned = clean(b"caf\xe9\n", &Reading::default());
    assert_eq!((cleaned.text.as_str(), cleaned.lossy), ("café\n", true));
    let cleaned = clean(b"\xef\xbb\xbffeat: x\n", &Reading::default());
    assert_eq!((cleaned.text.as_str(), cleaned.bom), ("feat: x\n", true));
    let cleaned = clean(b"\xef\xbb\xbf# x\n", &Reading::default());
    assert_eq!((cleaned.text.as_str(), cleaned.bom), ("# x\n", true), "git sees no comment there");
}

#[test]
fn the_words_of_git_are_known() {
    for word in ["default", "strip", "whitespace", "verbatim", "scissors"] {
        assert_eq!(Cleanup::parse(word).unwrap().to_string(), word);
    }
    let error = Cleanup::parse("scisors").unwrap_err();
    assert_eq!(error.hints(), ["git config commit.cleanup scissors"]);
    assert!(Cleanup::parse("").is_err());
}

fn added(bytes: &[u8], reading: &Reading) -> Vec<u8> {
    let once = with_trailer(bytes, "Key", "v", reading).unwrap();
    assert_eq!(with_trailer(&once, "key", "V", reading).unwrap(), once, "{bytes:?}");
    once
}

#[test]
fn a_trailer_is_added_where_git_adds_it() {
    let cut = |text: &str| format!("{text}{CUT}");
    for (why, before, expected) in [
        ("a block begins", "a\n".to_owned(), "a\n\nKey: v\n".to_owned()),
        ("a line without an end", "a".to_owned(), "a\n\nKey: v\n".to_owned()),
        ("a body", "a\n\nb\n".to_owned(), "a\n\nb\n\nKey: v\n".to_owned()),
        ("an empty line is there", "a\n \n".to_owned(), "a\n \nKey: v\n".to_owned()),
        ("a block goes on", "a\n\nB: c\n".to_owned(), "a\n\nB: c\nKey: v\n".to_owned()),
        ("a block without an end", "a\n\nB: c".to_owned(), "a\n\nB: c\nKey: v\n".to_owned()),
        ("blanks below a block", "a\n\nB: c\n \n".to_owned(), "a\n\nB: c\nKey: v\n \n".to_owned()),
        ("another value", "a\n\nKey: w\n".to_owned(), "a\n\nKey: w\nKey: v\n".to_owned()),
        ("the subject is no block", "Key: v\n".to_owned(), "Key: v\n\nKey: v\n".to_owned()),
        ("comments", "a\n\n# b\n".to_owned(), "a\n\nKey: v\n\n# b\n".to_owned()),
        ("comments in a block", "a\n\nB: c\n# d\n".to_owned(), "a\n\nB: c\nKey: v\n# d\n".to_owned()),
        ("scissors", cut("a\n"), cut("a\n\nKey: v\n")),
        ("scissors below a template", cut("a\n\n# b\n"), cut("a\n\nKey: v\n\n# b\n")),
        ("nothing", String::new(), "\n\nKey: v\n".to_owned()),
        ("a template", "\n# b\n".to_owned(), "\n\nKey: v\n\n# b\n".to_owned()),
        ("a template that is cut", cut("\n"), cut("\n\nKey: v\n\n")),
        ("CRLF", "a\r\n\r\nb\r\n".to_owned(), "a\r\n\r\nb\r\n\r\nKey: v\r\n".to_owned()),
        ("conflicts", "a\n\nConflicts:\n\tb\n".to_owned(), "a\n\nKey: v\n\nConflicts:\n\tb\n".to_owned()),
    ] {
        let got = added(before.as_bytes(), &Reading::default());
        assert_eq!(String::from_utf8(got).unwrap(), expected, "{why}");
    }
    let there = b"a\n\nkey:  V\nB: c\n\n# d";
    assert_eq!(added(there, &Reading::default()), there, "it is there");
}

#[test]
fn what_somebody_wrote_is_no_comment_and_other_bytes_stay() {
    let got = added(b"a\n\n#12 b\n", &reading(Cleanup::Default, false));
    assert_eq!(got, b"a\n\n#12 b\n\nKey: v\n");
    assert_eq!(added(b"\xe9\xff\n", &Reading::default()), b"\xe9\xff\n\nKey: v\n");
    assert_eq!(added(b"\xef\xbb\xbf", &Reading::default()), b"\xef\xbb\xbf\n\nKey: v\n");
    let latin = Reading { encoding: Some("latin1".to_owned()), ..Reading::default() };
    let once = with_trailer(b"a\n", "Key", "caf\u{e9} \u{20ac}", &latin).unwrap();
    assert_eq!(once, b"a\n\nKey: caf\xe9 ?\n");
    assert_eq!(with_trailer(&once, "Key", "caf\u{e9} \u{20ac}", &latin).unwrap(), once);
    let once = with_trailer(b"a\n", "Key", " b\n\nC: d\u{7} ", &Reading::default()).unwrap();
    assert_eq!(once, b"a\n\nKey: b C: d\n", "a value begins no line");
}

#[test]
fn what_cannot_be_a_trailer_is_refused() {
    for (key, value, comment) in [
        ("", "v", "#"),
        ("a b", "v", "#"),
        ("-a", "v", "#"),
        ("é", "v", "#"),
        ("K", " \n", "#"),
        ("Key", "v", "K"),
    ] {
        assert!(with_trailer(b"a\n", key, value, &with(comment)).is_err(), "{key:?} {value:?}");
    }
}
