//! What minijinja says is wrong, in the words of this program.

use std::error::Error as _;

use minijinja::ErrorKind;

use super::Templates;
use crate::error::{At, Error, nearest};

/// The filters that a misspelt name may have meant.
const FILTERS: [&str; 50] = [
    "abs",
    "aligned",
    "bar",
    "batch",
    "bool",
    "capitalize",
    "center",
    "code",
    "count",
    "cut",
    "default",
    "dictsort",
    "escape",
    "first",
    "float",
    "format",
    "frame",
    "groupby",
    "html",
    "indent",
    "int",
    "items",
    "join",
    "last",
    "length",
    "lines",
    "list",
    "lower",
    "lpad",
    "map",
    "max",
    "min",
    "pad",
    "plain",
    "reject",
    "rejectattr",
    "repeat",
    "replace",
    "reverse",
    "round",
    "rule",
    "safe",
    "select",
    "selectattr",
    "sort",
    "sum",
    "title",
    "trim",
    "upper",
    "wrap",
];

/// There is no template of this name.
pub(super) fn missing(templates: &Templates, name: &str) -> Error {
    let error = Error::state(format!("there is no template `{name}`"));
    match nearest(name, templates.keys().map(String::as_str)) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error.hint(known(templates)),
    }
}

/// Why a template was not rendered.
pub(super) fn explain(templates: &Templates, asked: &str, error: &minijinja::Error) -> Error {
    let innermost = innermost(error);
    let name = innermost.name().unwrap_or(asked);
    let text = templates.get(name).map(String::as_str).unwrap_or_default();
    let detail = innermost.detail().unwrap_or_default();
    let answer = match innermost.kind() {
        ErrorKind::OutOfFuel => {
            Error::state(format!("the template `{name}` does too much: its fuel is used up"))
                .hint("a document is a few thousand steps; look for loops in loops and for text that grows")
        }
        ErrorKind::WriteFailure => {
            Error::state(format!("the template `{name}` prints too much: more than 4 MiB"))
                .hint("print a summary, or a part of the list")
        }
        ErrorKind::UndefinedError => undefined(name, detail),
        ErrorKind::SyntaxError | ErrorKind::BadEscape => {
            Error::state(format!("the template `{name}` cannot be read: {detail}"))
                .hint("a template is Jinja: {{ value }}, {% if … %} … {% endif %}, {# remark #}")
        }
        ErrorKind::UnknownFilter => unknown_filter(name, detail),
        ErrorKind::TemplateNotFound => {
            Error::state(format!("the template `{name}` asks for another: {detail}")).hint(known(templates))
        }
        kind => {
            let what = if detail.is_empty() { kind.to_string() } else { detail.to_owned() };
            Error::state(format!("the template `{name}`: {what}")).hint("correct the template at this line")
        }
    };
    match place(name, text, innermost) {
        Some(at) => answer.at(at),
        None => answer,
    }
}

// Where it went wrong, not where what went wrong was included.
fn innermost(error: &minijinja::Error) -> &minijinja::Error {
    let mut found = error;
    let mut next = error.source();
    while let Some(source) = next {
        if let Some(inner) = source.downcast_ref::<minijinja::Error>()
            && inner.line().is_some()
        {
            found = inner;
        }
        next = source.source();
    }
    found
}

fn undefined(name: &str, detail: &str) -> Error {
    let quoted = detail.split('`').nth(1);
    let what = quoted.map_or_else(|| "a name".to_owned(), |quoted| format!("`{quoted}`"));
    let hint = quoted.filter(|quoted| !quoted.contains("...")).unwrap_or("name");
    Error::state(format!("the template `{name}` uses {what}, which is undefined")).hint(format!(
        "where it may be missing: {{{{ {hint}|default(\"-\") }}}}, {{% if {hint} is defined %}}"
    ))
}

fn unknown_filter(name: &str, detail: &str) -> Error {
    let word = detail.split_whitespace().nth(1).unwrap_or_default();
    let error = Error::state(format!("the template `{name}` uses the filter `{word}`, which does not exist"));
    match nearest(word, FILTERS) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error
            .hint("filters are Jinja's, and: aligned, bar, code, cut, frame, html, pad, plain, rule, wrap"),
    }
}

fn known(templates: &Templates) -> String {
    let names: Vec<&str> = templates.keys().map(String::as_str).take(12).collect();
    format!("templates are found by their names only: {}", names.join(", "))
}

fn place(name: &str, text: &str, error: &minijinja::Error) -> Option<At> {
    let line = error.line()?;
    let source = text.lines().nth(line - 1).unwrap_or_default();
    let begin = text.split_inclusive('\n').take(line - 1).map(str::len).sum::<usize>();
    let span = error.range().filter(|range| (begin..=begin + source.len()).contains(&range.start));
    let (column, width) = match span {
        Some(range) => {
            let before = text.get(begin..range.start).unwrap_or_default();
            let covered = text.get(range.start..range.end.min(begin + source.len())).unwrap_or_default();
            (before.chars().count() + 1, covered.chars().count())
        }
        None => (1, source.chars().count()),
    };
    Some(At { file: name.to_owned(), line, column, source: source.to_owned(), width: width.max(1) })
}
