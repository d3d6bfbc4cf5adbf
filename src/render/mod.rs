//! Templates and a value in, text out.
//!
//! A template is Jinja, read by minijinja. What it prints by `{{ }}` is escaped by where it lands: as inline markdown, or
//! as HTML when the name of the template ends with `.html`. The text of a template itself is never escaped; a text that
//! is quoted inside `{{ }}` is a value like others, and `|safe` says that it is finished.

mod align;
mod check;
mod escape;
mod fault;
mod filters;
mod layout;

#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io::{self, Write};

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{StringInput, ValueKind};
use minijinja::{AutoEscape, Environment, ErrorKind, Output, State, UndefinedBehavior};
use serde_json::Value;

use crate::error::{Error, Result};

pub use check::check;

/// Templates by the name they are asked for and imported by: `worktracker.md`.
pub type Templates = BTreeMap<String, String>;

/// How far a template is trusted to behave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bounds {
    /// Shipped with the program.
    Own,
    /// From the repository: its size, depth, work, memory and output are bounded. What the bounds of this process cannot
    /// hold needs a process of its own around it.
    Foreign,
}

/// The work that a foreign template may do: an instruction or 64 bytes each. It bounds its memory too, to 64 MB.
const FUEL: u64 = 1_000_000;
/// What a foreign template may print.
const OUTPUT: usize = 4 << 20;
/// How deep macros may call each other; an include counts for two and a half of them.
const RECURSION: usize = 120;

/// Renders one of the templates. The value is the root of names (a JSON object).
pub fn render(templates: &Templates, name: &str, value: &Value, bounds: Bounds) -> Result<String> {
    if !templates.contains_key(name) {
        return Err(fault::missing(templates, name));
    }
    if bounds == Bounds::Foreign {
        templates.iter().try_for_each(|(name, text)| check(name, text))?;
    }
    let environment = environment(templates, bounds).map_err(|error| Error::bug(error.to_string()))?;
    let limit = if bounds == Bounds::Foreign { OUTPUT } else { usize::MAX };
    let mut out = Capped { bytes: Vec::new(), limit };
    environment
        .get_template(name)
        .and_then(|template| template.render_captured_to(given(value), &mut out).map(drop))
        .map_err(|error| fault::explain(templates, name, &error))?;
    String::from_utf8(out.bytes)
        .map_err(|_| Error::bug(format!("the template `{name}` printed what is no text")))
}

fn environment(templates: &Templates, bounds: Bounds) -> Result<Environment<'static>, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_syntax(
        SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build()?,
    );
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_recursion_limit(RECURSION);
    // Of errors only: names what is undefined, and its place. What it collects is never printed.
    environment.set_debug(true);
    environment.set_auto_escape_callback(|name| {
        if name.strip_suffix(".html").is_some() {
            AutoEscape::Html
        } else {
            AutoEscape::Custom("markdown".into())
        }
    });
    environment.set_formatter(print);
    if bounds == Bounds::Foreign {
        environment.set_fuel(Some(FUEL));
    }
    filters::add(&mut environment);
    let templates = templates.clone();
    environment.set_loader(move |name| Ok(templates.get(name).cloned()));
    Ok(environment)
}

/// A text as it lands inside a line of markdown.
pub fn inline(text: &str) -> String {
    escape::inline(text)
}

/// What `{{ }}` writes.
fn print(out: &mut Output, state: &mut State, value: &minijinja::Value) -> Result<(), minijinja::Error> {
    let (text, finished) = written(state, value)?;
    let text = match state.auto_escape() {
        _ if finished => text,
        AutoEscape::None => text,
        AutoEscape::Html => escape::html(&text),
        _ => escape::inline(&text),
    };
    out.write_str(&text).map_err(minijinja::Error::from)
}

/// A value as text, and whether it is finished: must not be escaped any more.
fn written(state: &State, value: &minijinja::Value) -> Result<(String, bool), minijinja::Error> {
    let text = match value.kind() {
        ValueKind::None => String::new(),
        ValueKind::Bool => if value.is_true() { "true" } else { "false" }.to_owned(),
        ValueKind::Undefined | ValueKind::Number | ValueKind::String => {
            StringInput::new(state, value)?.as_str().to_owned()
        }
        kind => {
            return Err(minijinja::Error::new(
                ErrorKind::InvalidOperation,
                format!("a value of the type {kind} cannot be printed; print its parts, or join them"),
            ));
        }
    };
    Ok((text, value.is_safe()))
}

/// JSON as the template sees it. The order of keys stays.
fn given(value: &Value) -> minijinja::Value {
    match value {
        Value::Null => minijinja::Value::from(()),
        Value::Bool(yes) => minijinja::Value::from(*yes),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(whole), _) => minijinja::Value::from(whole),
            (None, Some(whole)) => minijinja::Value::from(whole),
            (None, None) => minijinja::Value::from(number.as_f64().unwrap_or(f64::NAN)),
        },
        Value::String(text) => minijinja::Value::from(text.as_str()),
        Value::Array(items) => items.iter().map(given).collect(),
        Value::Object(fields) => {
            minijinja::Value::from_pairs(fields.iter().map(|(name, value)| (name.as_str(), given(value))))
        }
    }
}

/// Takes so many bytes and no more.
struct Capped {
    bytes: Vec<u8>,
    limit: usize,
}

impl Write for Capped {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.len() > self.limit - self.bytes.len() {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
