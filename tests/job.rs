//! The job for GitHub that is shipped, run step by step against a protected remote and a stand-in for `gh`.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use git_track::formats::yaml;

use super::support::Repo;

/// A remote whose main branch takes merges only, and what stands in for the forge.
struct Forge {
    repo: Repo,
}

impl Forge {
    fn new() -> Self {
        let repo = Repo::new();
        repo.write("package.json", "{\n  \"name\": \"demo\",\n  \"version\": \"1.2.0\"\n}\n");
        repo.commit("feat: begin");
        let forge = Self { repo };
        forge.script("bin/git-track", &format!("exec '{}' \"$@\"", env!("CARGO_BIN_EXE_git-track")));
        // It remembers what it was asked and which pull requests it has.
        forge.script(
            "bin/gh",
            "case $3 in -*) echo \"gh $1 $2\" ;; *) echo \"gh $1 $2 $3\" ;; esac >> \"$HOME/log\"\n\
             case \"$1 $2\" in\n\
             'pr list') [ ! -e \"$HOME/open\" ] || echo 1 ;;\n\
             'pr create'|'pr edit') touch \"$HOME/open\"; printf '%s\\n' \"$@\" > \"$HOME/proposal\" ;;\n\
             esac",
        );
        forge.shell("git-track init -q && git add -A && git commit -q -m 'chore: track the versions' && git tag -a -m x v1.2.0");
        forge.shell("git init -q --bare -b main ../origin.git && git remote add origin ../origin.git && git push -q origin main --tags");
        forge
    }

    fn script(&self, path: &str, body: &str) {
        let file = self.repo.root().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, format!("#!/bin/sh\n{body}\n")).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn run(&self, cwd: &Path, script: &str) -> (i32, String) {
        let path = format!("{}:{}", self.repo.root().join("bin").display(), std::env::var("PATH").unwrap());
        let mut call = Command::new("sh");
        call.args(["-e", "-c", script]).current_dir(cwd).env_clear().envs(self.repo.vars());
        call.env("PATH", path).env("BASE", "main").env("RUNNER_TEMP", self.repo.home());
        let output = call.output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.code().unwrap(), String::from_utf8(said).unwrap())
    }

    fn shell(&self, script: &str) {
        let (code, said) = self.run(self.repo.path(), script);
        assert_eq!(code, 0, "{script}\n{said}");
    }

    /// What the job does after a push to the main branch: in a fresh clone, step by step.
    fn job(&self) -> Vec<String> {
        let clone: PathBuf = self.repo.root().join("runner");
        drop(fs::remove_dir_all(&clone));
        self.shell("git clone -q ../origin.git ../runner");
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("hooks/github-release.yml");
        let job = yaml::tree(&fs::read(file).unwrap(), "github-release.yml").unwrap();
        let steps = job["jobs"]["release"]["steps"].as_array().unwrap();
        let scripts =
            steps.iter().filter_map(|step| step["run"].as_str()).filter(|run| !run.contains("cargo install"));
        for script in scripts {
            let (code, said) = self.run(&clone, script);
            assert_eq!(code, 0, "{script}\n{said}");
        }
        let log = self.repo.home().join("log");
        let asked = fs::read_to_string(&log).unwrap_or_default();
        drop(fs::remove_file(log));
        asked.lines().map(|line| line.trim_end().to_owned()).collect()
    }

    fn at_origin(&self, args: &[&str]) -> String {
        self.repo.git_in(&self.repo.root().join("origin.git"), args)
    }

    fn merge_release(&self) {
        self.shell("git fetch -q && git merge -q --no-ff -m 'Merge the release' origin/release/next && git push -q origin main");
        fs::remove_file(self.repo.home().join("open")).unwrap();
    }
}

#[test]
fn a_merge_becomes_a_proposal_and_its_merge_a_tag() {
    let forge = Forge::new();
    assert_eq!(forge.job(), [""; 0], "nothing to release");
    forge.repo.write("a", "a");
    forge.repo.commit("fix: a");
    forge.shell("git push -q origin main");
    assert_eq!(forge.job(), ["gh pr list", "gh pr create"]);
    assert_eq!(
        forge.at_origin(&["show", "release/next:package.json"]),
        "{\n  \"name\": \"demo\",\n  \"version\": \"1.2.1\"\n}"
    );
    assert_eq!(forge.at_origin(&["tag"]), "v1.2.0", "not before the merge");
    // More came before it was merged: the proposal is brought up to date.
    forge.repo.write("b", "b");
    forge.repo.commit("feat: b");
    forge.shell("git push -q origin main");
    assert_eq!(forge.job()[1], "gh pr edit release/next");
    assert!(
        fs::read_to_string(forge.repo.home().join("proposal")).unwrap().contains("chore(release): 1.3.0")
    );
    assert!(fs::read_to_string(forge.repo.home().join("notes.md")).unwrap().contains("feat: b"));
    assert_eq!(forge.at_origin(&["log", "--format=%s", "main..release/next"]), "chore(release): v1.3.0");
    forge.merge_release();
    assert_eq!(forge.job(), ["gh release create v1.3.0"]);
    assert_eq!(forge.at_origin(&["rev-parse", "v1.3.0^{commit}"]), forge.at_origin(&["rev-parse", "main"]));
    assert_eq!(forge.job(), [""; 0], "once");
}
