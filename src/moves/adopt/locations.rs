//! Locations of values: `{file, path, label, value}` in other files, `FILE PATH as LABEL` in ours.

use serde_json::Value;

use crate::derive::words::show;
use crate::error::{Error, Result};
use crate::model::location::Location;
use crate::model::path::RepoPath;

use super::{Left, Report};

/// A list of locations in the form in which they are stored; what is no location is reported.
pub(super) fn locations(value: Value, path: &str, report: &mut Report) -> Value {
    let list = match value {
        Value::Array(list) => list,
        one => vec![one],
    };
    let mut found = Vec::new();
    for (index, value) in list.into_iter().enumerate() {
        let path = format!("{path}.{index}");
        match location(&value) {
            Ok(location) => {
                found.push(Value::from(location.to_string()));
                left_out(value, &path, report);
            }
            Err(error) => {
                let reason = error.message().to_owned();
                report.not_understood.push(Left { path, value, reason });
            }
        }
    }
    Value::from(found)
}

fn location(value: &Value) -> Result<Location> {
    let map = match value {
        Value::Object(map) => map,
        Value::String(text) => return Location::parse(text),
        _ => return Err(Error::state("neither a location nor a mapping with `file` and `path`")),
    };
    let text = |key: &str| match map.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str())),
        Some(other) => Err(Error::state(format!("`{key}` is no text but {}", show(other)))),
    };
    let needed = |key: &str| text(key)?.ok_or_else(|| Error::state(format!("`{key}` is missing")));
    Location::new(RepoPath::parse(needed("file")?)?, needed("path")?, text("label")?)
}

fn left_out(value: Value, path: &str, report: &mut Report) {
    let Value::Object(map) = value else { return };
    for (key, value) in map {
        if value.is_null() || ["file", "path", "label"].contains(&key.as_str()) {
            continue;
        }
        let at = format!("{path}.{key}");
        if key == "value" {
            report.ignore(at, value, "read from the file");
        } else {
            report.unknown(at, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn taken(value: Value, wanted: &[&str], left: &[(&str, Value, &str)]) {
        let mut report = Report::default();
        assert_eq!(locations(value, "versions", &mut report), json!(wanted));
        let all = report.ignored.iter().chain(&report.not_understood);
        let all: Vec<_> =
            all.map(|left| (left.path.as_str(), left.value.clone(), left.reason.as_str())).collect();
        assert_eq!(all, left);
    }

    #[test]
    fn a_location_is_stored_without_what_stands_there() {
        taken(
            json!([
                {"file": "a.json", "path": "plugins[0].version", "value": "0.1.0"},
                {"file": "p.toml", "path": "project.version", "label": "version", "value": 0.2, "note": "x"},
                "VERSION /(?P<version>.+)/",
            ]),
            &["a.json plugins[0].version", "p.toml project.version as version", "VERSION /(?P<version>.+)/"],
            &[
                ("versions.0.value", json!("0.1.0"), "read from the file"),
                ("versions.1.value", json!(0.2), "read from the file"),
                ("versions.1.note", json!("x"), "no field of this process has this name"),
            ],
        );
        taken(json!({"file": "a", "path": "b", "label": null}), &["a b"], &[]);
    }

    #[test]
    fn what_is_no_location_is_reported_whole() {
        let bad = [
            (json!({"file": "a"}), "`path` is missing"),
            (json!({"path": "v", "value": 1}), "`file` is missing"),
            (json!({"file": "a", "path": 1}), "`path` is no text but 1"),
            (json!({"file": "a", "path": "b c"}), "the path `b c` has no end at character 2"),
            (json!({"file": "a/", "path": "b"}), "the path `a/` has an empty component"),
            (json!("a"), "`a` names no path in the file"),
            (json!(3), "neither a location nor a mapping with `file` and `path`"),
        ];
        for (value, reason) in bad {
            taken(json!([value, "a b"]), &["a b"], &[("versions.0", value, reason)]);
        }
    }
}
