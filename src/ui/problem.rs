//! Errors, as people read them and as data.

use serde_json::{Value, json};

use super::text::{Line, Style, Text, width, wrap};
use crate::error::{At, Error};

/// `error: what`, then where with a caret, then the evidence, then the commands that help.
pub(super) fn text(error: &Error) -> Text {
    let mut text = Text::new();
    text.line(Line::new().add(Style::Bad, "error:").plain(" ").plain(error.message()));
    if let Some(at) = error.place() {
        place(&mut text, at);
    }
    for note in error.notes() {
        let style = if note.starts_with("FAIL") { Style::Warn } else { Style::Plain };
        // What continues a note stands below its words, not below its mark.
        let mark = ["FAIL  ", "ok    "].into_iter().find(|mark| note.starts_with(mark)).unwrap_or_default();
        let words = note.strip_prefix(mark).unwrap_or(note);
        for (index, line) in wrapped(words, 78 - mark.len()).into_iter().enumerate() {
            let head = if index == 0 { mark.to_owned() } else { " ".repeat(mark.len()) };
            text.line(Line::new().plain("  ").add(style, format!("{head}{line}")));
        }
    }
    for hint in error.hints() {
        if is_command(hint) {
            text.line(Line::new().plain("    ").add(Style::Command, hint));
        } else {
            text.line(Line::new().add(Style::Dim, "hint:").plain(" ").plain(hint));
        }
    }
    text
}

/// The same as data.
pub(super) fn json(command: &str, error: &Error) -> Value {
    let at = error.place().map(|at| json!({ "file": at.file, "line": at.line, "column": at.column }));
    json!({
        "schema": 1,
        "command": command,
        "error": {
            "kind": error.kind().word(),
            "message": error.message(),
            "details": error.notes(),
            "hint": error.hints().first(),
            "hints": error.hints(),
            "at": at,
        },
    })
}

fn place(text: &mut Text, at: &At) {
    text.line(Line::new().add(Style::Dim, "  --> ").plain(at.to_string()));
    if at.source.trim().is_empty() {
        return;
    }
    let number = at.line.to_string();
    let margin = " ".repeat(number.len());
    let source: String = at.source.chars().take(200).collect();
    let caret = "^".repeat(at.width.clamp(1, 60));
    text.line(Line::new().add(Style::Dim, format!(" {number} | ")).plain(&source));
    if at.column <= 200 {
        let blanks = " ".repeat(at.column.saturating_sub(1));
        text.line(Line::new().add(Style::Dim, format!(" {margin} | ")).plain(blanks).add(Style::Bad, caret));
    }
}

// Keeps the blanks that line up what several notes say.
fn wrapped(note: &str, columns: usize) -> Vec<String> {
    if width(note) <= columns { vec![note.to_owned()] } else { wrap(note, columns) }
}

fn is_command(hint: &str) -> bool {
    hint.starts_with("git ") || hint.starts_with("--")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_what_where_and_what_helps() {
        let at = At {
            file: ".track/workflows/w.yaml".to_owned(),
            line: 12,
            column: 3,
            source: "  titel: x".to_owned(),
            width: 5,
        };
        let error = Error::state("unknown field `titel`")
            .at(at)
            .hint("did you mean `title`?")
            .hint("git track doctor");
        assert_eq!(
            text(&error).render(false),
            "error: unknown field `titel`\n  --> .track/workflows/w.yaml:12:3\n 12 |   titel: x\n    |   ^^^^^\n\
             hint: did you mean `title`?\n    git track doctor\n"
        );
        assert_eq!(json("status", &error)["error"]["at"]["line"], 12);
        let long = Error::refused("no").note(format!("FAIL  {}", "word ".repeat(20).trim_end()));
        let twelve = "word ".repeat(14);
        let rest = "word ".repeat(6);
        let lines = format!("error: no\n  FAIL  {}\n        {}\n", twelve.trim_end(), rest.trim_end());
        assert_eq!(text(&long).render(false), lines);
    }

    #[test]
    fn long_conditions_go_on_below_their_words() {
        let long = "the page about the old mill is not there any more, but the review of it is still there";
        let error = Error::refused("no").note(format!("FAIL  {long}")).note("ok    fine").note(long);
        assert_eq!(
            text(&error).render(false),
            "error: no\n  FAIL  the page about the old mill is not there any more, but the review of it\n        \
             is still there\n  ok    fine\n  the page about the old mill is not there any more, but the review of it is\n  \
             still there\n"
        );
    }
}
