//! A repository whose version stands in ten files, and what may be left of it.
#![expect(clippy::disallowed_methods, reason = "a harness of processes and raw files")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::super::program::{Ground, finish};
use crate::support::Repo;

const CONFIG: &str = r#"schema: 1
base: main
versions:
  release:
    locations:
      - {file: package.json, path: version}
      - {file: web/app/package.json, path: version}
      - {file: web/app/lock.json, path: "packages[name=app].version"}
      - {file: Cargo.toml, path: package.version}
      - {file: crates/x/Cargo.toml, path: package.version}
      - {file: charts/Chart.yaml, path: appVersion}
      - {file: java/m/pom.xml, path: project.version}
      - {file: scripts/release.sh, path: '/^VERSION="(?P<version>[^"]+)"/'}
      - {file: docs/index.txt, path: '/for version (?P<version>\S+)\./'}
      - {file: py/version.py, path: "/^__version__ = '(?P<version>[^']+)'/"}
"#;

/// The ten files. One has line ends of its own, one a mark of its byte order, one no line end, and one is executable.
pub(super) const TEN: [(&str, &str); 10] = [
    ("package.json", "{\n  \"name\": \"demo\",\n  \"version\": \"1.0.0\"\n}\n"),
    ("web/app/package.json", "{\r\n  \"name\": \"app\",\r\n  \"version\": \"1.0.0\"\r\n}\r\n"),
    (
        "web/app/lock.json",
        "{\"packages\": [{\"name\": \"dep\"}, {\"name\": \"app\", \"version\": \"1.0.0\"}]}",
    ),
    ("Cargo.toml", "[package]\nname = \"demo\"\nversion = \"1.0.0\" # by hand\n"),
    ("crates/x/Cargo.toml", "[package]\nversion = \"1.0.0\"\nname = \"x\"\n"),
    ("charts/Chart.yaml", "\u{feff}name: demo\nappVersion: 1.0.0\n"),
    ("java/m/pom.xml", "<?xml version=\"1.0\"?>\n<project>\n  <version>1.0.0</version>\n</project>\n"),
    (SCRIPT, "#!/bin/sh\nVERSION=\"1.0.0\"\n"),
    ("docs/index.txt", "The guide for version 1.0.0.\n"),
    ("py/version.py", "__version__ = '1.0.0'\n"),
];
const SCRIPT: &str = "scripts/release.sh";

/// All of it committed. Beside it somebody has work of their own: staged, changed again, changed, and unknown to git.
pub(super) fn ten() -> Ground {
    let repo = Repo::new();
    repo.write(".track/config.yaml", CONFIG);
    for (name, text) in TEN {
        repo.write(name, text);
    }
    let script = repo.path().join(SCRIPT);
    fs::set_permissions(script, fs::Permissions::from_mode(0o755)).unwrap();
    repo.write("staged", "old\n");
    repo.write("changed", "old\n");
    repo.commit("feat: begin");
    repo.write("staged", "staged\n");
    repo.git(&["add", "staged"]);
    repo.write("staged", "and changed again\n");
    repo.write("changed", "mine\n");
    repo.write("loose", "mine\n");
    Ground::of(&repo)
}

/// Everything that a release could change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) files: BTreeMap<String, String>,
    pub(super) modes: Vec<u32>,
    pub(super) git: String,
}

impl Seen {
    pub(super) fn of(ground: &Ground) -> Self {
        let mode = |name: &str| fs::metadata(ground.work().join(name)).unwrap().permissions().mode();
        let modes = TEN.iter().map(|(name, _)| mode(name)).collect();
        let mut git = ground.command("sh");
        git.args([
            "-ec",
            "git symbolic-ref HEAD; git for-each-ref; git ls-files --stage; git status --porcelain -uall
             find .git -name '*.lock' -o -name 'tmp_*'",
        ]);
        let ran = finish(git, "what git says");
        assert_eq!(ran.code, Some(0), "{ran:?}");
        Self { files: ground.tree(), modes, git: ran.stdout }
    }
}

/// Before and after a release.
pub(super) struct Ends {
    pub(super) old: Seen,
    pub(super) new: Seen,
}

impl Ends {
    /// What the release leads to when nothing disturbs it: the ten files, and nobody else's.
    pub(super) fn of(base: &Ground, args: &[&str]) -> Self {
        let done = base.copy();
        done.run(args).exits(0, "undisturbed");
        let (old, new) = (Seen::of(base), Seen::of(&done));
        for (name, text) in TEN {
            let path = done.work().join(name);
            assert_eq!(fs::read(path).unwrap(), text.replace("1.0.0", "1.1.0").into_bytes(), "{name}");
        }
        let changed = new.files.iter().filter(|(name, text)| old.files.get(*name) != Some(text)).count();
        assert_eq!(changed, TEN.len() + 1, "the files and the entry for undo: {new:#?}");
        assert_eq!(old.modes, new.modes);
        assert_eq!(old.modes.iter().filter(|mode| **mode & 0o777 == 0o755).count(), 1);
        Self { old, new }
    }

    /// All old or all new, and nothing beside; whether it is new.
    pub(super) fn settled(&self, ground: &Ground, case: &str) -> bool {
        let now = Seen::of(ground);
        let is_new = now == self.new;
        assert!(is_new || now == self.old, "{case}: torn\n{now:#?}");
        ground.run(&["version", "check"]).exits(0, case);
        ground.doctor_is_content(case);
        is_new
    }
}
