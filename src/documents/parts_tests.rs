//! What a marked part replaces, and what it leaves alone.

use super::parts::part;

const FROM: (&str, &str) = (".track/workflows/w.yaml", "Progress");

fn placed(before: &str, rendered: &str) -> String {
    String::from_utf8(part(Some(before.as_bytes()), rendered, "w:x", FROM).unwrap()).unwrap()
}

#[track_caller]
fn wrong(before: &str) -> String {
    part(Some(before.as_bytes()), "x", "w:x", FROM).expect_err(before).to_string()
}

/// The part alone, with the line end behind it.
fn block() -> String {
    placed("# Mine\n", "x").replace("# Mine\n\n", "")
}

#[test]
fn only_what_is_between_the_marks_changes() {
    let new = String::from_utf8(part(None, "| a |\n", "w:x", FROM).unwrap()).unwrap();
    assert!(new.starts_with("# Progress\n\n<!-- git-track:begin w:x from .track/workflows/w.yaml. "));
    assert!(new.ends_with(" -->\n| a |\n<!-- git-track:end w:x -->\n"), "{new}");
    let mine = new.replace("# Progress\n", "# Mine\n\nwords\n") + "more words";
    let again = placed(&mine, "| b |\n");
    assert_eq!(again, mine.replace("| a |", "| b |"));
    assert_eq!(placed(&again, "| b |\n"), again);
    let appended = placed("# Mine\n", "x\n");
    assert!(appended.starts_with("# Mine\n\n<!-- git-track:begin w:x "), "{appended}");
    assert_eq!(placed(&appended, "x\n"), appended);
    let behind = mine.replace("end w:x -->\n", "end w:x --> words\n");
    assert_eq!(placed(&behind, "| a |"), behind);
}

#[test]
fn line_ends_and_other_parts_stay() {
    let dos = placed("# Mine\r\n", "x\ny\n");
    assert_eq!(dos.matches('\n').count(), dos.matches("\r\n").count(), "{dos:?}");
    assert_eq!(placed(&dos, "x\ny\n"), dos);
    let two = String::from_utf8(part(Some(dos.as_bytes()), "z", "w:xy", FROM).unwrap()).unwrap();
    assert_eq!(placed(&two, "x\ny\n"), two);
}

#[test]
fn a_mark_of_an_editor_in_front_stays_there() {
    let begun = placed("\u{feff}", "x");
    assert!(begun.starts_with("\u{feff}# Progress\n\n<!-- git-track:begin "), "{begun:?}");
    let at_once = format!("\u{feff}{}", block());
    assert_eq!(placed(&at_once, "y"), at_once.replace("\nx\n", "\ny\n"));
}

#[test]
fn a_conflict_in_the_part_is_written_over() {
    let mine = format!("# Mine\n\n{}\nwords\n", block());
    let conflicted = mine.replace("x\n<!--", "<<<<<<< a\nx\n||||||| o\nz\n=======\ny\n>>>>>>> b\n<!--");
    assert_eq!(placed(&conflicted, "x"), mine);
    for both in [
        format!("<<<<<<< a\n{0}=======\n{0}>>>>>>> b\n", block()),
        format!("<<<<<<< a\n{0}||||||| o\n=======\n\n{0}>>>>>>> b\n", block()),
        format!("<<<<<<< a\n{0}||||||| o\n{0}=======\n{0}>>>>>>> b\n", block()),
    ] {
        let text = format!("# Mine\n\n{both}\nwords\n");
        assert_eq!(placed(&text, "x"), mine);
        let dos = text.replace('\n', "\r\n");
        assert_eq!(placed(&dos, "x"), mine.replace('\n', "\r\n"));
    }
}

#[test]
fn a_conflict_elsewhere_stays_as_it_is() {
    let conflict = "<<<<<<< a\nmine\n=======\nyours\n>>>>>>> b\n";
    let text = format!("{conflict}\n{}\n{conflict}words\n", block());
    assert_eq!(placed(&text, "y"), text.replace("\nx\n", "\ny\n"));
    let appended = placed(conflict, "x");
    assert_eq!(appended, format!("{conflict}\n{}", block()));
    // One conflict does not make two parts a single one.
    let twice = format!("{conflict}\n{}\nwords of people\n\n{}", block(), block());
    assert!(wrong(&twice).contains("line 13: the mark"), "{}", wrong(&twice));
}

#[test]
fn a_conflict_that_holds_more_than_the_part_is_an_error() {
    let (block, other) = (block(), block().replace("w:x", "w:other"));
    let (begin, end) = block.split_once("x\n").unwrap();
    for text in [
        format!("top\n<<<<<<< a\nwords\n{block}=======\n{block}>>>>>>> b\n"),
        format!("top\n<<<<<<< a\n{block}=======\nwords\n>>>>>>> b\n"),
        format!("top\n<<<<<<< a\n{block}=======\n>>>>>>> b\n"),
        format!("top\n<<<<<<< a\n{block}{other}=======\n{block}>>>>>>> b\n"),
        format!("top\n<<<<<<< a\n{begin}x\n=======\n{begin}y\n>>>>>>> b\n{end}"),
        format!("top\n<<<<<<< a\nwords\n{begin}x\n=======\n{begin}y\n>>>>>>> b\n{end}"),
        format!("top\n<<<<<<< a\n{block}||||||| o\nwords\n=======\n{block}>>>>>>> b\n"),
    ] {
        assert!(
            wrong(&text).contains("line 2: the conflict that begins here holds more"),
            "{}",
            wrong(&text)
        );
    }
    let twice = format!("{block}<<<<<<< a\n{block}=======\n{block}>>>>>>> b\n");
    assert!(wrong(&twice).contains("line 1: the part `w:x` stands in a conflict, too"), "{}", wrong(&twice));
}

#[test]
fn marks_that_do_not_fit_together_are_an_error() {
    let block = placed("# Mine\n", "x");
    let end = "<!-- git-track:end w:x -->\n";
    assert!(
        wrong(&block.replace(end, "")).contains("line 3: the part that `git-track:begin w:x` opens is never")
    );
    assert!(wrong(&format!("{end}{block}")).contains("line 1: the mark"));
    assert!(wrong(&block.replace("x\n", &block)).contains("opens a part that is open"));
    assert!(wrong(&format!("{block}words\n{block}")).contains("line 9: the mark"));
    let around = block.replace("x\n", &block.replace("w:x", "w:other"));
    assert!(wrong(&around).contains("stands inside of another part"), "{}", wrong(&around));
    assert!(wrong(&block.replace("`. -->", "`. --> words")).contains("has words behind it"));
    assert!(part(Some(b"\xff"), "x", "w:x", FROM).is_err());
}

#[test]
fn marks_in_code_are_none() {
    let shown = format!("# How\n\n```md\n{}```\n\n~~~~\n```\n~~~\n{}~~~~\n", block(), block());
    let appended = placed(&shown, "x");
    assert_eq!(appended, format!("{shown}\n{}", block()));
    assert_eq!(placed(&appended, "y"), format!("{shown}\n{}", block().replace("\nx\n", "\ny\n")));
    // What is code in the part itself ends nothing.
    let code = placed("# Mine\n", "```\nx");
    assert_eq!(placed(&code, "x"), format!("# Mine\n\n{}", block()));
    assert!(wrong("# Mine\n\n```\nfor ever\n").contains("line 3: the code that begins here never ends"));
    assert_eq!(placed("```a``` b\n", "x"), format!("```a``` b\n\n{}", block()));
}

#[test]
fn marks_may_be_indented() {
    let text = format!("- item\n\n  {}", block().replace("\n<!--", "\n\t<!--"));
    assert_eq!(placed(&text, "y"), text.replace("\nx\n", "\ny\n"));
}
