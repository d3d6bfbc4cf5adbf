//! Whether a text may be a template, before a parser that calls itself sees it.

use crate::error::{At, Error, Result};

/// The longest template, in bytes.
const LONGEST: usize = 32 << 10;
/// How deep brackets may stand in brackets.
const BRACKETS: usize = 32;
/// How many operators, filters, dots and brackets one value may be made by: each is a level of the parsed tree.
const CHAIN: usize = 200;
/// How deep blocks may stand in blocks; each `elif` is a level.
const BLOCKS: usize = 48;

/// Whether a text may be a template at all: at most 32 KiB, not nested too deeply (checked before parsing).
pub fn check(name: &str, text: &str) -> Result<()> {
    if text.len() > LONGEST {
        let kib = text.len().div_ceil(1024);
        return Err(Error::state(format!("the template `{name}` is too long: {kib} KiB"))
            .hint("at most 32 KiB; divide it and include the parts"));
    }
    let mut blocks: Vec<usize> = Vec::new();
    let mut rest = text;
    while let Some((kind, inside)) = next_tag(rest) {
        let begin = text.len() - inside.len();
        if kind == '#' {
            rest = inside.split_once("#}").map_or("", |(_, after)| after);
            continue;
        }
        let tag = measure(inside, if kind == '%' { "%}" } else { "}}" });
        rest = inside.get(tag.length..).unwrap_or_default();
        if tag.brackets > BRACKETS {
            return Err(too_deep(name, text, begin, "brackets", BRACKETS));
        }
        if tag.chain > CHAIN {
            return Err(too_deep(name, text, begin, "operators in one value", CHAIN));
        }
        if kind == '%' {
            let word = word_of(inside);
            if word == "raw" {
                rest = after_raw(rest);
            }
            follow(word, tag.assigns, &mut blocks);
            if blocks.iter().sum::<usize>() > BLOCKS {
                return Err(too_deep(name, text, begin, "blocks", BLOCKS));
            }
        }
    }
    Ok(())
}

// The first tag: the character that says what it is, and everything after that.
fn next_tag(text: &str) -> Option<(char, &str)> {
    text.match_indices('{').find_map(|(at, _)| {
        let after = text.get(at + 1..)?;
        let kind = after.chars().next().filter(|c| matches!(c, '{' | '%' | '#'))?;
        Some((kind, after.get(1..)?))
    })
}

/// A tag as a reader from left to right sees it.
#[derive(Default)]
struct Tag {
    length: usize,
    brackets: usize,
    chain: usize,
    assigns: bool,
}

fn measure(inside: &str, end: &str) -> Tag {
    let mut tag = Tag::default();
    // For each open bracket, and for what is around them, how many levels its value has so far.
    let mut open: Vec<usize> = vec![0];
    let mut at = 0;
    while let Some(c) = inside.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = inside.get(at..).unwrap_or_default();
        let depth = open.len();
        if depth == 1 && rest.starts_with(end) {
            tag.length = at + end.len();
            return tag;
        }
        at += c.len_utf8();
        match c {
            '"' | '\'' => at += quoted(inside.get(at..).unwrap_or_default(), c),
            '(' | '[' | '{' => {
                count(&mut open);
                open.push(0);
            }
            ')' | ']' | '}' if depth > 1 => drop(open.pop()),
            ',' | ':' => open.last_mut().into_iter().for_each(|level| *level = 0),
            '=' => {
                tag.assigns |= depth == 1;
                count(&mut open);
            }
            '+' | '-' | '*' | '/' | '%' | '~' | '|' | '.' | '<' | '>' | '!' => count(&mut open),
            c if c.is_alphabetic() || c == '_' => {
                let length = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
                at += length - c.len_utf8();
                if ["and", "or", "not", "in", "is", "if", "else"]
                    .contains(&rest.get(..length).unwrap_or_default())
                {
                    count(&mut open);
                }
            }
            _ => {}
        }
        tag.brackets = tag.brackets.max(open.len() - 1);
        tag.chain = tag.chain.max(open.iter().sum());
    }
    tag.length = inside.len();
    tag
}

fn count(open: &mut [usize]) {
    open.last_mut().into_iter().for_each(|level| *level += 1);
}

// How long the rest of a quoted text is, its end included.
fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices() {
        if c == quote && !escaped {
            return at + 1;
        }
        escaped = c == '\\' && !escaped;
    }
    rest.len()
}

fn word_of(inside: &str) -> &str {
    let inside = inside.trim_start_matches(['-', '+']).trim_start();
    let end = inside.find(|c: char| !c.is_alphanumeric()).unwrap_or(inside.len());
    inside.get(..end).unwrap_or_default()
}

fn after_raw(text: &str) -> &str {
    let end = text.match_indices("{%").find_map(|(at, _)| {
        let inside = text.get(at + 2..)?;
        (word_of(inside) == "endraw").then(|| text.get(at..)).flatten()
    });
    end.unwrap_or_default()
}

fn follow(word: &str, assigns: bool, blocks: &mut Vec<usize>) {
    match word {
        "if" | "for" | "macro" | "call" | "filter" | "with" | "block" | "autoescape" | "raw" => {
            blocks.push(1);
        }
        "set" if !assigns => blocks.push(1),
        "elif" => blocks.last_mut().into_iter().for_each(|levels| *levels += 1),
        _ if word.starts_with("end") => drop(blocks.pop()),
        _ => {}
    }
}

fn too_deep(name: &str, text: &str, begin: usize, what: &str, most: usize) -> Error {
    let before = text.get(..begin).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count().saturating_sub(1);
    let source: String = text.lines().nth(line - 1).unwrap_or_default().chars().take(200).collect();
    Error::state(format!("the template `{name}` is nested too deeply: more than {most} {what}"))
        .at(At { file: name.to_owned(), line, column, source, width: 2 })
        .hint("divide it by {% set %} or a macro")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_is_allowed() {
        for text in [
            "",
            "{",
            "a {{ b }} {# {% if %} #} {% raw %}{% if %}{% endraw %}",
            "{% set x = [1, 2, {'a': (1 + 2) * 3}] %}{{ x|map(attribute='a')|join(', ') }}",
            "{% set list %}{{ \"}}\" }}{% endset %}",
            &"{% if a and b %}{% set x = 1 %}{{ x }}{% elif c %}d{% endif %}\n".repeat(400),
            &format!("{{{{ [{}] }}}}", "1 + 1, ".repeat(900)),
            &"{{ a".repeat(3),
            "{% set x = \"",
        ] {
            assert_eq!(check("t.md", text).map_err(|error| error.to_string()), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_would_take_the_parser_too_deep_is_refused() {
        let deep = "{% if a %}".repeat(60);
        for (text, what) in [
            (" ".repeat((32 << 10) + 1), "33 KiB"),
            (format!("{{{{ {}1 }}}}", "-".repeat(20_000)), "operators"),
            (format!("{{{{ {}1 }}}}", "not ".repeat(300)), "operators"),
            (format!("{{{{ {}1 }}}}", "1+".repeat(15_000)), "operators"),
            (format!("{{{{ a{} }}}}", "|first".repeat(300)), "operators"),
            (format!("{{{{ a{} }}}}", "()".repeat(300)), "operators"),
            (format!("{{{{ {}1{} }}}}", "(".repeat(40), ")".repeat(40)), "brackets"),
            (format!("{{% set x = {}", "[".repeat(40)), "brackets"),
            (deep, "blocks"),
            ("{% if a %}{% raw %}{% endif %}{% endraw %}".repeat(60), "blocks"),
            ("{% if a %}{# {% endif %} #}".repeat(60), "blocks"),
            ("{% if a %}{{ '{% endif %}' }}".repeat(60), "blocks"),
            (format!("{{% if a %}}{}", "{% elif b %}".repeat(60)), "blocks"),
            ("{% set x|f('=') %}".repeat(60), "blocks"),
            ("{%- for a in b -%}".repeat(60), "blocks"),
        ] {
            let error = check("t.md", &text).expect_err(what);
            assert!(error.message().contains("`t.md`") && error.message().contains(what), "{error}");
            assert!(!error.hints().is_empty());
        }
    }

    #[test]
    fn the_place_is_that_of_the_tag() {
        let text = format!("a\nb {{{{ {}1 }}}}", "-".repeat(300));
        let error = check("t.md", &text).unwrap_err();
        let at = error.place().unwrap();
        assert_eq!((at.line, at.column), (2, 3));
    }
}
