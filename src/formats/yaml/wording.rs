//! What the typed parse objects to, in the words of people who write YAML.

use crate::error::{At, Error, nearest};

/// The error for a message of serde at a place.
pub(super) fn typed(message: &str, at: At) -> Error {
    let (path, what) = split_path(message);
    if let Some((name, known)) = listed(what, "unknown field") {
        return unknown(format!("{path}unknown key `{name}`"), name, "known keys", &known, at);
    }
    if let Some((name, known)) = listed(what, "unknown variant") {
        return unknown(format!("{path}`{name}` is not possible here"), name, "possible", &known, at);
    }
    let what = match (what.strip_prefix("missing field"), what.strip_prefix("duplicate field")) {
        (Some(rest), _) => format!("missing key{rest}"),
        (_, Some(rest)) => format!("duplicate key{rest}"),
        _ => what.strip_prefix("invalid type: ").and_then(mistaken).unwrap_or_else(|| what.to_owned()),
    };
    Error::state(format!("{path}{what}")).at(at)
}

fn unknown(message: String, name: &str, title: &str, known: &[&str], at: At) -> Error {
    let error = Error::state(message).at(at);
    match nearest(name, known.iter().copied()) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None if known.is_empty() => error,
        None => error.hint(format!("{title}: {}", known.join(", "))),
    }
}

/// `sequence, expected struct Item`, without the names of types.
fn mistaken(what: &str) -> Option<String> {
    let (found, expected) = what.split_once(", expected ")?;
    let expected = match expected {
        "a string" | "string" => "a text",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        "a map" => "a mapping",
        "i64" | "u64" | "u32" | "usize" => "a whole number",
        expected if expected.starts_with("struct ") => "a mapping",
        expected => expected,
    };
    let found = match found {
        "sequence" => "a list".to_owned(),
        "map" => "a mapping".to_owned(),
        "unit value" => "nothing".to_owned(),
        found => found.split_once(' ').map_or(found, |(_, value)| value).to_owned(),
    };
    Some(format!("{found} stands where {expected} belongs"))
}

/// Splits `items.a: message` after the path.
fn split_path(message: &str) -> (&str, &str) {
    let words = ["unknown field", "unknown variant", "missing field", "duplicate field", "invalid type"];
    let at = words.iter().filter_map(|word| message.find(word)).min().unwrap_or(0);
    message.split_at(at)
}

/// The name and the known names in a message of serde that begins so.
fn listed<'m>(message: &'m str, begins: &str) -> Option<(&'m str, Vec<&'m str>)> {
    let rest = message.strip_prefix(begins)?.strip_prefix(" `")?;
    let (name, rest) = rest.split_once("`, ").or_else(|| rest.split_once('`'))?;
    Some((name, rest.split('`').skip(1).step_by(2).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(message: &str) -> (String, Vec<String>) {
        let at = At { file: String::new(), line: 1, column: 1, source: String::new(), width: 1 };
        let error = typed(message, at);
        (error.message().to_owned(), error.hints().to_vec())
    }

    #[test]
    fn types_have_no_names() {
        let (message, _) = said("items.a: invalid type: sequence, expected struct Item");
        assert_eq!(message, "items.a: a list stands where a mapping belongs");
        assert_eq!(
            said("weight: invalid type: string \"x\", expected u32").0,
            "weight: \"x\" stands where a whole number belongs"
        );
        assert_eq!(said("missing field `title`").0, "missing key `title`");
    }

    #[test]
    fn what_is_nearly_right_is_named() {
        let (message, hints) = said("state: unknown variant `finnished`, expected one of `todo`, `finished`");
        assert_eq!(message, "state: `finnished` is not possible here");
        assert_eq!(hints, ["did you mean `finished`?"]);
    }
}
