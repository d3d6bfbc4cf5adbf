use super::super::{Row, Sources, Table, Target, Version, find, plan, table};
use crate::model::path::RepoPath;
use crate::model::release::{Group, Level, Place, Policy};

fn place(file: &str, path: &str) -> Place {
    Place {
        file: RepoPath::parse(file).unwrap(),
        path: path.to_owned(),
        format: None,
        label: None,
        count: None,
    }
}

fn with<T>(files: &[(&str, &str)], ask: impl FnOnce(&Sources) -> T) -> T {
    let read = |path: &RepoPath| {
        let found = files.iter().find(|(file, _)| *file == path.as_str());
        Ok(found.map(|(_, text)| text.as_bytes().to_vec()))
    };
    let named = |name: &str| {
        let all = files.iter().filter(|(file, _)| file.rsplit('/').next() == Some(name));
        all.map(|(file, _)| RepoPath::parse(file)).collect()
    };
    ask(&Sources { read: &read, named: &named })
}

fn rows(table: &Table) -> Vec<String> {
    let odd = table.odd();
    let row = |(at, row): (usize, &Row)| {
        let said: Vec<&str> = row.meant().map(|value| value.text.as_str()).collect();
        let said = row.problem.clone().unwrap_or_else(|| said.join(" "));
        let odd = if odd.contains(&at) { " !" } else { "" };
        format!("{} {}: {said}{odd}", row.place.file, row.place.path)
    };
    table.rows.iter().enumerate().map(row).collect()
}

const SEED: &[(&str, &str)] = &[
    (".claude-plugin/marketplace.json", "{\"version\": \"1.0.0\", \"plugins\": [{\"version\": \"0.1.0\"}]}"),
    (".claude-plugin/plugin.json", "{\"version\": \"0.1.0\"}"),
    ("pyproject.toml", "[project]\nversion = \"0.2.0\"\n"),
];

#[test]
fn places_that_disagree_are_told_apart() {
    let market = ".claude-plugin/marketplace.json";
    let four = [
        place(market, "version"),
        place(market, "plugins[0].version"),
        place(".claude-plugin/plugin.json", "version"),
        place("pyproject.toml", "project.version"),
    ];
    let group = Group { locations: four.to_vec(), ..Group::default() };
    let seed = with(SEED, |sources| table("all", &group, sources));
    assert!(seed.is_diverged() && seed.version().is_none());
    assert_eq!(seed.versions(), ["1.0.0", "0.1.0", "0.2.0"]);
    assert_eq!(
        rows(&seed),
        [
            ".claude-plugin/marketplace.json version: 1.0.0 !",
            ".claude-plugin/marketplace.json plugins[0].version: 0.1.0",
            ".claude-plugin/plugin.json version: 0.1.0",
            "pyproject.toml project.version: 0.2.0 !",
        ]
    );
    let files = &[
        ("a.json", "{\"v\": \"1.0.0\", \"w\": [\"1.0.0\", \"2.0.0\"]}"),
        ("b.json", "{\"v\": \"one\"}"),
        ("c.json", "{"),
    ];
    let places = [
        place("a.json", "x"),
        place("a.json", "w[*]"),
        Place { count: Some(2), ..place("a.json", "w[*]") },
        place("b.json", "v"),
        place("c.json", "v"),
        place("d.json", "v"),
    ];
    let odd = with(files, |sources| {
        table("all", &Group { locations: places.to_vec(), ..Group::default() }, sources)
    });
    let problems: Vec<&str> = odd.problems().map(|(_, problem)| problem).collect();
    assert_eq!(
        problems[..3],
        ["nothing stands there", "2 values stand there, not one value", "`one` is not a version like 1.2.3"]
    );
    assert!(problems[3].starts_with("c.json:1:1: not valid JSON") && problems[4] == "the file is missing");
    assert!(odd.is_diverged());
}

#[test]
fn policies_say_what_agrees() {
    let files = &[
        ("a.json", "{\"v\": \"v1.0.0\"}"),
        ("b.json", "{\"v\": \"1.0.0\"}"),
        ("c.json", "{\"v\": \"3.0.0\"}"),
    ];
    let diverged = |policy: Policy, value: Option<&str>, names: &[&str]| {
        let locations = names.iter().map(|name| place(name, "v")).collect();
        let group = Group { policy, value: value.map(str::to_owned), locations, ..Group::default() };
        with(files, |sources| table("all", &group, sources).is_diverged())
    };
    assert!(!diverged(Policy::Lockstep, None, &["a.json", "b.json"]));
    assert!(diverged(Policy::Lockstep, None, &["a.json", "c.json"]));
    assert!(!diverged(Policy::Lockstep, None, &[]));
    assert!(!diverged(Policy::Independent, None, &["a.json", "c.json"]));
    assert!(!diverged(Policy::Pinned, Some("3.0.0"), &["c.json"]));
    assert!(diverged(Policy::Pinned, Some("3.0.0"), &["b.json", "c.json"]));
}

const CARGO_LOCK: &str = "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"b\"\nversion = \"1.0.0\"\n\n\
    [[package]]\nname = \"a\"\nversion = \"7.0.0\"\nsource = \"registry\"\n";

#[test]
fn lock_files_follow() {
    let files = &[
        (
            "Cargo.toml",
            "[workspace.package]\nversion = \"1.0.0\"\n[workspace.dependencies]\na = {path = \"crates/a\", version = \"=1.0.0\"}\n",
        ),
        ("crates/a/Cargo.toml", "[package]\nname = \"a\"\nversion.workspace = true\n"),
        // A requirement that says less, and one of somebody else's package, are nobody's mistake.
        (
            "crates/b/Cargo.toml",
            "[package]\nname = \"b\"\nversion = \"1.0.0\"\n[dev-dependencies.a]\npath = \"../a\"\nversion = \"1\"\n\
             [dependencies]\na = \"1.0.0\"\n",
        ),
        ("Cargo.lock", CARGO_LOCK),
        ("package.json", "{\"version\": \"1.0.0\"}"),
        (
            "package-lock.json",
            "{\"version\": \"1.0.0\", \"packages\": {\"\": {\"version\": \"1.0.0\"}, \"ui\": {\"version\": \"0.9.0\"}}}",
        ),
        ("ui/package.json", "{\"version\": \"1.0.0\"}"),
        ("pyproject.toml", "[project]\nname = \"My_Tool.x\"\nversion = \"1.0.0\"\n"),
        ("uv.lock", "[[package]]\nname = \"my-tool-x\"\nversion = \"1.0.0\"\n"),
    ];
    let all = |place: Place| {
        let group = Group { locations: vec![place], ..Group::default() };
        with(files, |sources| rows(&table("all", &group, sources)).split_off(1))
    };
    let lock = "Cargo.lock package[name=a].version: 1.0.0";
    assert_eq!(
        all(place("Cargo.toml", "workspace.package.version")),
        [lock, "Cargo.toml workspace.dependencies.a.version: =1.0.0"]
    );
    assert_eq!(
        all(place("crates/b/Cargo.toml", "package.version")),
        ["Cargo.lock package[name=b].version: 1.0.0"]
    );
    assert_eq!(
        all(place("package.json", "version")),
        ["package-lock.json version: 1.0.0", "package-lock.json packages.\"\".version: 1.0.0"]
    );
    assert_eq!(all(place("ui/package.json", "version")), ["package-lock.json packages.ui.version: 0.9.0"]);
    assert_eq!(
        all(place("pyproject.toml", "project.version")),
        ["uv.lock package[name=my-tool-x].version: 1.0.0"]
    );
}

#[test]
fn a_bump_writes_every_place_of_a_file_at_once() {
    let files = &[
        ("Cargo.toml", "[package] # 1.0.0\r\nname = 'a'\r\nversion = '1.0.0'\r\n"),
        ("Cargo.lock", CARGO_LOCK),
        ("a.json", "{\"v\": \"v1.0.0\", \"w\": \"1.0.0\"}"),
    ];
    let locations = vec![place("Cargo.toml", "package.version"), place("a.json", "v"), place("a.json", "w")];
    let group = Group { locations, ..Group::default() };
    let to = Version::parse("1.1.0").unwrap();
    let plans =
        with(files, |sources| plan(&table("all", &group, sources), Target::All(&to), sources)).unwrap();
    let after: Vec<String> =
        plans.iter().map(|plan| String::from_utf8(plan.after.clone()).unwrap()).collect();
    assert_eq!(after[0], "[package] # 1.0.0\r\nname = 'a'\r\nversion = '1.1.0'\r\n");
    assert_eq!(after[1], "{\"v\": \"v1.1.0\", \"w\": \"1.1.0\"}");
    assert_eq!(after[2], CARGO_LOCK.replacen("1.0.0", "1.1.0", 1));
    let lines: Vec<String> = plans
        .iter()
        .flat_map(|plan| {
            plan.lines.iter().map(|line| format!("{}:{} {} {}", plan.path, line.line, line.old, line.new))
        })
        .collect();
    assert_eq!(
        lines,
        [
            "Cargo.toml:3 1.0.0 1.1.0",
            "a.json:1 v1.0.0 v1.1.0",
            "a.json:1 1.0.0 1.1.0",
            "Cargo.lock:3 1.0.0 1.1.0"
        ]
    );
    let own = Group {
        policy: Policy::Independent,
        locations: vec![place("a.json", "v"), place("b.json", "v")],
        ..Group::default()
    };
    let files = &[("a.json", "{\"v\": \"1.0.0\"}"), ("b.json", "{\"v\": \"0.3.1\"}")];
    let plans =
        with(files, |sources| plan(&table("all", &own, sources), Target::Each(Level::Minor), sources))
            .unwrap();
    assert_eq!(plans.iter().map(|plan| plan.lines[0].new.as_str()).collect::<Vec<_>>(), ["1.1.0", "0.4.0"]);
    // What says so already is not touched.
    let same = Version::parse("1.0.0").unwrap();
    let group = Group { locations: vec![place("a.json", "v")], ..Group::default() };
    assert_eq!(
        with(files, |sources| plan(&table("all", &group, sources), Target::All(&same), sources)).unwrap(),
        []
    );
}

#[test]
fn version_files_are_found() {
    let found = with(SEED, find).unwrap();
    let found: Vec<String> = found.iter().map(|place| format!("{} {}", place.file, place.path)).collect();
    assert_eq!(
        found,
        [
            ".claude-plugin/marketplace.json version",
            ".claude-plugin/marketplace.json plugins[0].version",
            ".claude-plugin/plugin.json version",
            "pyproject.toml project.version",
        ]
    );
    let files = &[
        ("package.json", "{\"private\": true}"),
        ("VERSION", "v1.2.3\n"),
        ("setup.cfg", "[metadata]\nversion = attr: x.y\n"),
        (
            ".claude-plugin/marketplace.json",
            "{\"plugins\": [{\"version\": \"1.0.0\"}, {\"version\": \"2.0.0\"}]}",
        ),
        ("pyproject.toml", "broken ="),
    ];
    let found = with(files, find).unwrap();
    let found: Vec<String> =
        found.iter().map(|place| format!("{} {} {:?}", place.file, place.path, place.count)).collect();
    assert_eq!(found[0], ".claude-plugin/marketplace.json plugins[*].version Some(2)");
    assert!(found[1].starts_with("VERSION ") && found.len() == 2);
}
