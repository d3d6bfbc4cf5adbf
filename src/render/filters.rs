//! What templates can do to a value besides what minijinja brings along.
//!
//! Filters that lay text out take a value that is not finished as text for a fenced block; what they give is finished.

use minijinja::value::{Kwargs, StringInput, Value};
use minijinja::{Environment, Error, ErrorKind, State};

use super::layout::{self, Side};
use super::{align, escape, written};

/// The widest column, and the most repetitions.
const COLUMNS: usize = 1000;
/// The longest text that a filter makes, in bytes.
const LONGEST: usize = 4 << 20;
/// The longest list of numbers.
const NUMBERS: i128 = 100_000;

type Outcome = Result<Value, Error>;

/// Adds our filters, and takes away what shows more than it was given.
pub(super) fn add(environment: &mut Environment) {
    environment.remove_global("debug");
    environment.remove_filter("pprint");
    environment.add_function("range", range);
    environment.add_filter("join", join);
    environment.add_filter("string", string);
    environment.add_filter("values", values);

    environment.add_filter("plain", plain);
    environment.add_filter("code", code);
    environment.add_filter("html", html);
    environment
        .add_filter("pad", |state: &State, value: &Value, n: usize| padded(state, value, n, Side::Left));
    environment
        .add_filter("lpad", |state: &State, value: &Value, n: usize| padded(state, value, n, Side::Right));
    environment
        .add_filter("center", |state: &State, value: &Value, n: usize| padded(state, value, n, Side::Middle));
    environment.add_filter("cut", cut);
    environment.add_filter("frame", frame);
    environment.add_filter("bar", bar);
    environment.add_filter("rule", rule);
    environment.add_filter("repeat", repeat);
    environment.add_filter("aligned", aligned);
    environment.add_filter("wrap", wrap);
}

/// What a mapping holds, as a list in its order.
fn values(value: &Value) -> Result<Vec<Value>, Error> {
    value.try_iter()?.map(|key| value.get_item(&key)).collect()
}

fn plain(state: &State, value: &Value) -> Outcome {
    let (text, _) = written(state, value)?;
    Ok(finished(escape::plain(&text)))
}

fn code(state: &State, value: &Value) -> Outcome {
    let (text, _) = written(state, value)?;
    Ok(finished(escape::code(&text)))
}

fn html(state: &State, value: &Value) -> Outcome {
    let (text, is_finished) = written(state, value)?;
    Ok(finished(if is_finished { text } else { escape::html(&text) }))
}

fn padded(state: &State, value: &Value, n: usize, side: Side) -> Outcome {
    Ok(finished(layout::pad(&line(state, value)?, columns(n)?, side)))
}

fn cut(state: &State, value: &Value, n: usize) -> Outcome {
    Ok(finished(layout::cut(&line(state, value)?, columns(n)?)))
}

fn frame(state: &State, value: &Value, n: usize) -> Outcome {
    Ok(finished(layout::frame(&line(state, value)?, columns(n)?)))
}

fn bar(value: &Value) -> Outcome {
    match f64::try_from(value.clone()) {
        Ok(percent) => Ok(finished(layout::bar(percent))),
        Err(_) => Err(wrong(format!("a bar shows a percentage, not a {}", value.kind()))),
    }
}

fn rule(state: &State, value: &Value, mark: &str) -> Outcome {
    let line = line(state, value)?;
    match layout::width(mark) {
        0 => Err(wrong("a rule is drawn with a character that can be seen")),
        width => repeated(mark, layout::width(&line) / width),
    }
}

fn repeat(state: &State, value: &Value, n: usize) -> Outcome {
    repeated(&line(state, value)?, columns(n)?)
}

fn repeated(text: &str, times: usize) -> Outcome {
    if text.len().saturating_mul(times) > LONGEST {
        return Err(too_long());
    }
    Ok(finished(text.repeat(times)))
}

fn aligned(state: &mut State, value: &Value) -> Outcome {
    let text = landed(state, value)?;
    align::aligned(&text, LONGEST).ok_or_else(too_long).map(finished)
}

#[expect(clippy::needless_pass_by_value, reason = "minijinja hands arguments over by value")]
fn wrap(state: &mut State, value: &Value, n: usize, prefix: Option<String>, named: Kwargs) -> Outcome {
    let prefix = match prefix {
        Some(prefix) => prefix,
        None => named.get::<Option<String>>("prefix")?.unwrap_or_default(),
    };
    named.assert_all_used()?;
    let text = landed(state, value)?;
    layout::wrap(&text, columns(n)?, &prefix, LONGEST).ok_or_else(too_long).map(finished)
}

/// As minijinja's, but of what `{{ }}` would print: `true` and not `True`, nothing for none.
fn join(
    state: &mut State,
    value: &Value,
    joiner: Option<StringInput<'_>>,
    attribute: Option<&str>,
    named: Kwargs,
) -> Outcome {
    if attribute.is_some() || named.has("attribute") || value.is_undefined() {
        return minijinja::filters::join(state, value, joiner, attribute, named);
    }
    let items = value.try_iter()?.checked();
    let items =
        items.map(|item| item.and_then(|item| string(state, &item))).collect::<Result<Vec<_>, _>>()?;
    minijinja::filters::join(state, &Value::from(items), joiner, None, named)
}

fn string(state: &State, value: &Value) -> Outcome {
    let (text, is_finished) = written(state, value)?;
    Ok(if is_finished { finished(text) } else { Value::from(text) })
}

/// As minijinja's, for any three numbers.
fn range(lower: i64, upper: Option<i64>, step: Option<i64>) -> Outcome {
    let (from, to) = upper.map_or((0, lower), |upper| (lower, upper));
    let (from, to, step) = (i128::from(from), i128::from(to), i128::from(step.unwrap_or(1)));
    if step == 0 {
        return Err(wrong("a range cannot go on in steps of 0"));
    }
    let length = ((to - from + step - step.signum()) / step).max(0);
    if length > NUMBERS {
        return Err(wrong(format!("a range of {length} numbers is too long; at most {NUMBERS}")));
    }
    (0..length)
        .map(|at| i64::try_from(from + at * step).map(Value::from).map_err(|_| too_long()))
        .collect::<Result<Vec<_>, _>>()
        .map(Value::from)
}

// Text to be laid out as a line.
fn line(state: &State, value: &Value) -> Result<String, Error> {
    let (text, is_finished) = written(state, value)?;
    Ok(if is_finished { text.replace(['\n', '\r'], " ") } else { escape::plain(&text) })
}

// Text as `{{ }}` would print it here.
fn landed(state: &mut State, value: &Value) -> Result<String, Error> {
    let (text, is_finished) = written(state, value)?;
    if is_finished { Ok(text) } else { state.format(value.clone()) }
}

fn columns(n: usize) -> Result<usize, Error> {
    if n <= COLUMNS { Ok(n) } else { Err(wrong(format!("{n} is too many; at most {COLUMNS}"))) }
}

fn finished(text: String) -> Value {
    Value::from_safe_string(text)
}

fn too_long() -> Error {
    wrong("the text becomes too long")
}

fn wrong(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message)
}
