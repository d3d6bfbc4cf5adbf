//! The table of modules, and what else holds for the whole of the source.
//!
//! A module may import what its line says and nothing else; a crate or a part of the standard library with a line in
//! `ONLY` is named nowhere but there. Code under `#[cfg(test)]` is free.

mod source;
mod strip;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use source::{Source, imports, root, rust_files, sources};

/// Every module at the top of `src`, and what it may import.
const MODULES: &[(&str, &[&str])] = &[
    ("error", &[]),
    ("message", &["error"]),
    ("model", &["error"]),
    ("formats", &["error"]),
    ("process", &["error"]),
    ("ui", &["error"]),
    ("derive", &["error", "model"]),
    ("moves", &["error", "model", "derive"]),
    ("bump", &["error", "model", "message", "formats"]),
    ("render", &["error"]),
    ("documents", &["error", "model", "derive"]),
    ("rules", &["error", "model", "message", "derive", "documents"]),
    ("files", &["error", "model"]),
    ("git", &["error", "model", "message", "process", "files"]),
    ("store", &["error", "model", "formats", "git", "files"]),
    (
        "cmd",
        &[
            "error",
            "model",
            "message",
            "formats",
            "process",
            "ui",
            "derive",
            "moves",
            "bump",
            "render",
            "documents",
            "rules",
            "files",
            "git",
            "store",
        ],
    ),
    ("cli", &["cmd", "ui", "error"]),
    ("lib", &["cli"]),
    ("main", &["lib"]),
];

/// What only some modules may name; the longest line that fits counts.
const ONLY: &[(&str, &[&str])] = &[
    ("git2", &["git"]),
    ("gix_commitgraph", &["git"]),
    ("gix_hash", &["git"]),
    ("twox_hash", &["files"]),
    ("serde_yaml", &["formats"]),
    ("granit_parser", &["formats"]),
    ("globset", &["derive", "rules"]),
    ("jsonc_parser", &["formats"]),
    ("mimalloc", &["main"]),
    ("minijinja", &["render"]),
    ("pulldown_cmark", &["formats"]),
    ("std::process", &["process"]),
    ("std::process::ExitCode", &["cli", "main"]),
    ("std::process::id", &["cli"]),
    ("std::fs", &["files"]),
    ("std::os::unix::fs", &["files"]),
    ("tempfile", &["files"]),
    ("rustix", &["files", "process"]),
    ("std::io::stdout", &["ui"]),
    ("std::io::stderr", &["ui"]),
    ("anstyle", &["ui"]),
    ("unicode_width", &["ui", "render"]),
    ("std::env", &["cli", "main"]),
    ("std::env::split_paths", &["git"]),
    ("std::env::join_paths", &["git"]),
    ("clap", &["cmd", "cli"]),
    ("clap_complete", &["cmd"]),
    ("clap_mangen", &["cmd"]),
    ("include_dir", &["store"]),
    ("std::thread", &["process", "files", "store"]),
    ("std::time::Instant", &["process", "files", "ui"]),
    ("jiff", &["model", "cli"]),
    ("regex", &["derive", "formats", "rules"]),
    ("toml_edit", &["formats"]),
    ("quick_xml", &["formats"]),
    ("semver", &["bump"]),
    ("similar", &["cmd"]),
    ("strsim", &["error"]),
    ("schemars", &["model", "cmd"]),
    ("deunicode", &["model"]),
];

/// What everybody may name; every other dependency has a line in `ONLY`.
const ANYBODY: &[&str] = &["indexmap", "serde", "serde_json"];

/// Questions to the file system that need no import; the two modules that may ask them.
const ASKS_DISK: &[&str] = &[
    ".canonicalize()",
    ".exists()",
    ".is_dir()",
    ".is_file()",
    ".metadata()",
    ".read_dir()",
    ".read_link()",
];
const MAY_ASK_DISK: &[&str] = &["files", "git"];

/// The longest file, in lines, its tests included.
const LONGEST: usize = 400;

/// Files whose subject is a process by name: the story that `demo` tells.
const NAMES_PROCESSES: &[&str] = &["cmd/demo/story.rs", "cmd/demo/change.rs", "cmd/demo/judged.rs"];

/// Names of processes that are also words of every program: allowed as an identifier, never as a text.
const ORDINARY: &[&str] = &["change", "phase", "program"];

fn modules() -> Vec<&'static str> {
    MODULES.iter().map(|&(module, _)| module).collect()
}

#[track_caller]
fn none(what: &str, mut found: Vec<String>) {
    found.sort();
    assert!(found.is_empty(), "{what}:\n  {}\n", found.join("\n  "));
}

#[test]
fn the_table_names_every_module() {
    let sources = sources();
    let there: BTreeSet<&str> = sources.iter().map(Source::module).collect();
    assert_eq!(there, modules().into_iter().collect(), "src and the table of modules");
    let lib = sources.iter().find(|source| source.path == "lib.rs").unwrap();
    let declared: BTreeSet<String> = lib.declared().into_iter().collect();
    let wanted: Vec<&str> =
        modules().into_iter().filter(|module| !["lib", "main"].contains(module)).collect();
    assert_eq!(declared, wanted.into_iter().map(str::to_owned).collect(), "lib.rs and the table of modules");
}

#[test]
fn modules_import_only_what_the_table_allows() {
    let imports = imports(&sources(), &modules());
    assert!(imports.len() > 30, "the imports are not found any more");
    let allowed: BTreeMap<&str, &[&str]> = MODULES.iter().copied().collect();
    let wrong = |(from, to): &(String, String)| !allowed[from.as_str()].contains(&to.as_str());
    let found = imports.iter().filter(|(edge, _)| wrong(edge));
    none(
        "imports that the table does not allow",
        found.map(|((from, to), place)| format!("{from} imports {to} at {place}")).collect(),
    );
}

#[test]
fn modules_form_no_circle() {
    let imports = imports(&sources(), &modules());
    let mut left: BTreeSet<&str> = modules().into_iter().collect();
    let needs = |from: &str, left: &BTreeSet<&str>| {
        imports.keys().any(|(module, to)| module == from && left.contains(to.as_str()))
    };
    // What imports nothing that is left cannot be part of a circle.
    while let Some(free) = left.iter().copied().find(|module| !needs(module, &left)) {
        left.remove(free);
    }
    none("a circle among", left.into_iter().map(str::to_owned).collect());
}

#[test]
fn crates_stay_where_they_belong() {
    let sources = sources();
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for source in &sources {
        for named in source.full_paths() {
            let place = format!("src/{}:{}", source.path, named.line);
            let path = named.words.join("::");
            let fits = |line: &str| path == line || path.starts_with(&format!("{line}::"));
            if ["std", "std::*", "crate", "crate::*"].contains(&path.as_str()) {
                found.push(format!("`{path}` as a whole at {place}"));
            }
            let line = ONLY.iter().filter(|(line, _)| fits(line)).max_by_key(|(line, _)| line.len());
            if let Some((line, modules)) = line {
                seen.insert((*line, source.module().to_owned()));
                if !modules.contains(&source.module()) {
                    found.push(format!("`{path}` at {place} belongs to {}", modules.join(" and ")));
                }
            }
        }
    }
    none("used by a module that it does not belong to", found);
    let users = ONLY.iter().flat_map(|(line, users)| users.iter().map(move |user| (*line, *user)));
    let idle = users.filter(|(line, user)| !seen.contains(&(*line, (*user).to_owned())));
    none("lines of the table that allow what nobody does", idle.map(|line| format!("{line:?}")).collect());
}

#[test]
fn every_dependency_belongs_to_somebody() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let section = manifest.split("\n[dependencies]\n").nth(1).unwrap().split("\n[").next().unwrap();
    let names =
        section.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(" = "));
    let names: BTreeSet<String> = names.map(|(name, _)| name.replace('-', "_")).collect();
    let owned = ONLY.iter().map(|&(line, _)| line).filter(|line| !line.starts_with("std::"));
    let table: BTreeSet<String> = owned.chain(ANYBODY.iter().copied()).map(str::to_owned).collect();
    assert_eq!(names, table, "Cargo.toml and the table of crates");
}

#[test]
fn the_disk_is_asked_in_few_places() {
    let mut found = Vec::new();
    for source in sources().iter().filter(|source| !MAY_ASK_DISK.contains(&source.module())) {
        for question in ASKS_DISK {
            found.extend(
                source
                    .code
                    .match_indices(question)
                    .map(|(at, _)| format!("`{question}` at {}", source.place(at))),
            );
        }
    }
    none("questions to the file system outside of files and git", found);
}

#[test]
fn files_are_short() {
    let folders = ["src", "tests", "benches"].map(|folder| rust_files(&root().join(folder)));
    let mut found = Vec::new();
    for path in folders.iter().flatten() {
        let lines = fs::read_to_string(path).unwrap().lines().count();
        let name = path.strip_prefix(root()).unwrap().display();
        if lines > LONGEST {
            found.push(format!("{name} has {lines} lines"));
        }
        let stem = path.file_stem().unwrap().to_str().unwrap();
        if ["utils", "util", "helpers", "common", "misc"].contains(&stem) {
            found.push(format!("{name} is named after nothing"));
        }
    }
    none("files that should be split or renamed", found);
}

/// No process is known by name. A text is a name when it is the name or a path into its folder; an identifier, when
/// it is the name, or says `process`, `profile`, `kind`, `workflow` or `is` beside it. Help may show examples.
#[test]
fn no_process_is_known_by_name() {
    // Besides the folders of the processes are templates that all of them share.
    let templates = fs::read_dir(root().join("templates")).unwrap().map(Result::unwrap);
    let templates = templates.filter(|entry| entry.path().is_dir());
    let names: Vec<String> = templates.map(|entry| entry.file_name().into_string().unwrap()).collect();
    assert!(names.len() > 1, "templates/ is not where the processes are any more");
    let mut found = Vec::new();
    for source in sources().iter().filter(|source| !NAMES_PROCESSES.contains(&source.path.as_str())) {
        for name in &names {
            let texts = source.texts().filter(|(literal, _)| !literal.help && is_name(&literal.text, name));
            found.extend(texts.map(|(literal, place)| format!("{:?} at {place}", literal.text)));
            let identifiers = source.paths().into_iter().flat_map(|named| {
                let place = format!("src/{}:{}", source.path, named.line);
                named.words.into_iter().map(move |word| (word, place.clone()))
            });
            let wrong = identifiers.filter(|(word, _)| is_about(word, name));
            found.extend(wrong.map(|(word, place)| format!("`{word}` at {place}")));
        }
    }
    none("processes that the code knows by name", found);
}

fn is_name(text: &str, name: &str) -> bool {
    let text = text.trim().to_lowercase();
    text == name
        || text.split(['\n', ' ', '"', '`']).any(|word| {
            word.starts_with(&format!("{name}/"))
                || word.contains(&format!("/{name}/"))
                || word.ends_with(&format!("/{name}"))
        })
        || ["profile", "--profile", "profile:", "track new"]
            .iter()
            .any(|before| text.contains(&format!("{before} {name}")))
}

fn is_about(identifier: &str, name: &str) -> bool {
    let mut words: Vec<String> = vec![String::new()];
    let mut small = false;
    for char in identifier.chars() {
        if char == '_' || char.is_uppercase() && small {
            words.push(String::new());
        }
        small = char.is_lowercase();
        words.last_mut().unwrap().extend(char.to_lowercase().filter(|&char| char != '_'));
    }
    let beside = ["is", "kind", "process", "profile", "workflow"];
    words.iter().any(|word| word == name)
        && (words.len() == 1 && !ORDINARY.contains(&name)
            || words.iter().any(|word| beside.contains(&word.as_str())))
}

#[test]
fn names_are_told_from_words() {
    assert!(
        is_name("trace", "trace") && is_name(" Trace", "trace") && is_name("templates/trace/x.j2", "trace")
    );
    assert!(is_name("git track new trace", "trace") && is_name("use --profile trace here", "trace"));
    assert!(!is_name("the change cannot be written", "change") && !is_name("no trace of it", "trace"));
    assert!(is_about("Trace", "trace") && is_about("TRACE", "trace") && is_about("is_program", "program"));
    assert!(is_about("ProgramProfile", "program") && !is_about("program", "program"));
    assert!(!is_about("retrace", "trace") && !is_about("traced", "trace"));
}

#[test]
fn the_integration_binary_holds_every_test_file() {
    let text = fs::read_to_string(root().join("tests/main.rs")).unwrap();
    let declared: BTreeSet<String> =
        Source::new("main.rs", &text.replace("#[cfg(test)]", "")).declared().into_iter().collect();
    let mut there = BTreeSet::new();
    for entry in fs::read_dir(root().join("tests")).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if path.join("mod.rs").exists()
            || path.extension().is_some_and(|ending| ending == "rs") && stem != "main"
        {
            there.insert(stem);
        }
    }
    assert_eq!(declared, there, "the modules of tests/main.rs and the files beside it");
}
