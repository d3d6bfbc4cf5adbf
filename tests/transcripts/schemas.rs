//! What git-track prints and writes against the JSON Schemas that it publishes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use git_track::formats::yaml;
use jsonschema::Validator;
use serde_json::{Value, json};

use super::session::{Deed, Place};

/// The validators, by the word of `git track schema`.
static SCHEMAS: LazyLock<Vec<(&'static str, Validator)>> =
    LazyLock::new(|| ["output", "workflow", "config", "profile"].map(|what| (what, validator(what))).into());

fn validator(what: &str) -> Validator {
    let printed = Command::new(env!("CARGO_BIN_EXE_git-track")).args(["schema", what]).output().unwrap();
    let schema: Value = serde_json::from_slice(&printed.stdout).unwrap();
    jsonschema::draft202012::meta::validate(&schema).unwrap();
    jsonschema::draft202012::new(&schema).unwrap()
}

/// What is wrong with a value by a schema, a line for each thing.
pub(crate) fn wrong(what: &str, value: &Value) -> Vec<String> {
    let (_, validator) = SCHEMAS.iter().find(|(name, _)| *name == what).unwrap();
    validator.iter_errors(value).map(|error| format!("{} at `{}`", error, error.instance_path())).collect()
}

/// Every document that `--json` printed in a session is one that the schema of the output describes.
pub(super) fn check_output(deeds: &[Deed]) -> usize {
    let mut checked = 0;
    for deed in deeds.iter().filter(|deed| is_json(&deed.command)) {
        let mut found = 0;
        for document in serde_json::Deserializer::from_str(&deed.stdout).into_iter::<Value>() {
            let document = document.unwrap_or_else(|error| panic!("$ {}\n{error}", deed.command));
            let wrong = wrong("output", &document);
            assert!(wrong.is_empty(), "$ {}\n{}\n{document:#}", deed.command, wrong.join("\n"));
            found += 1;
        }
        assert_eq!(found, 1, "$ {}: one document", deed.command);
        checked += found;
    }
    checked
}

// A command whose whole output is the document.
fn is_json(command: &str) -> bool {
    command.contains("--json") && !command.contains(['|', ';', '\n'])
}

/// Every state file at the end of a case is one that its schema describes; `PyYAML` reads the same in it as we do.
pub(super) fn check_files(place: &Place, broken_is_meant: bool) -> usize {
    let status = place.shell("git track status --all --json");
    let status: Value = serde_json::from_str(&status.stdout).unwrap_or_default();
    let broken: Vec<&str> =
        status["broken"].as_array().into_iter().flatten().filter_map(|b| b["file"].as_str()).collect();
    assert!(broken_is_meant || broken.is_empty(), "broken: {broken:?}");
    let mut batch = Vec::new();
    for (file, what) in files(&place.path()) {
        let name = file.strip_prefix(place.path()).unwrap().to_str().unwrap().to_owned();
        if broken.contains(&name.as_str()) {
            continue;
        }
        let bytes = fs::read(&file).unwrap();
        let value = yaml::tree(&bytes, &name).unwrap_or_else(|error| panic!("{name}: {error}"));
        let wrong = wrong(what, &value);
        assert!(wrong.is_empty(), "{name}\n{}\n{}", wrong.join("\n"), String::from_utf8_lossy(&bytes));
        batch.push(json!([String::from_utf8(bytes).unwrap(), value]));
    }
    python_agrees(&batch);
    batch.len()
}

/// The state files of a work tree with the schema of each.
pub(super) fn files(top: &Path) -> Vec<(PathBuf, &'static str)> {
    let track = top.join(".track");
    let below = |folder: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
        let mut entries: Vec<PathBuf> = entries.collect();
        entries.sort();
        entries
    };
    let is_yaml = |path: &PathBuf| path.extension().is_some_and(|end| end == "yaml") && path.is_file();
    let mut found = vec![(track.join("config.yaml"), "config")];
    found.extend(below(&track.join("workflows")).into_iter().map(|path| (path, "workflow")));
    let profiles =
        below(&track.join("profiles")).into_iter().map(|folder| (folder.join("profile.yaml"), "profile"));
    found.extend(profiles);
    found.retain(|(path, _)| is_yaml(path));
    found
}

const CHECK: &str = "
import json, sys
try:
    import yaml
except ImportError:
    print('no PyYAML'); sys.exit(0)
loader = getattr(yaml, 'CSafeLoader', yaml.SafeLoader)
for text, goal in json.load(open(sys.argv[1], encoding='utf-8')):
    read = yaml.load(text, Loader=loader)
    if read != goal or json.dumps(read, sort_keys=True) != json.dumps(goal, sort_keys=True):
        print('differs', text, read, goal)
";

fn python_agrees(batch: &[Value]) {
    if batch.is_empty() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("batch.json");
    fs::write(&file, serde_json::to_string(batch).unwrap()).unwrap();
    let Ok(output) = Command::new("python3").args(["-c", CHECK]).arg(&file).output() else {
        crate::support::skip("SKIPPED: no python3, so PyYAML was not asked");
        return;
    };
    match String::from_utf8_lossy(&output.stdout).trim() {
        "no PyYAML" => crate::support::skip("SKIPPED: python3 has no PyYAML"),
        said => assert!(
            said.is_empty() && output.status.success(),
            "{said}\n{}",
            String::from_utf8_lossy(&output.stderr)
        ),
    }
}
