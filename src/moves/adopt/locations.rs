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
