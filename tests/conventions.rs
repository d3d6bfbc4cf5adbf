//! The conventions by real commits through real hooks, and over the ranges where no hook ran.

mod bypassed;
mod hooked;
mod remote;

use std::process::Output;

use git_track::process::Vars;

use crate::support::Repo;

/// A repository with hooks of the program of this build.
pub(crate) struct Team {
    pub repo: Repo,
}

impl Team {
    /// A repository that follows a process, committed.
    pub(crate) fn new(profile: &str) -> Self {
        let team = Self::bare_of(profile, &[]);
        team.repo.git(&["add", "-A"]);
        team.repo.git(&["commit", "-qm", "chore: begin"]);
        team
    }

    /// The same before the first commit, with more arguments for `git init`.
    pub(crate) fn bare_of(profile: &str, args: &[&str]) -> Self {
        let team = Self { repo: Repo::init(args) };
        team.ok(&["init", "--profile", profile]);
        team.ok(&["hooks", "install"]);
        team
    }

    /// The environment of everything that runs here.
    pub(crate) fn vars(&self) -> Vars {
        let mut vars = self.repo.vars();
        vars.insert("GIT_TRACK_NOW".into(), "2026-02-12T09:00:00Z".into());
        vars
    }

    /// Runs the program, whatever comes of it.
    pub(crate) fn track(&self, args: &[&str]) -> Output {
        let mut call = std::process::Command::new(env!("CARGO_BIN_EXE_git-track"));
        call.current_dir(self.repo.path()).env_clear().envs(self.vars()).args(args).output().unwrap()
    }

    /// Runs the program; what it printed. Panics if it says no.
    pub(crate) fn ok(&self, args: &[&str]) -> String {
        let output = self.track(args);
        assert!(output.status.success(), "{args:?}: {}", text(&output));
        text(&output)
    }

    /// Runs git, whatever comes of it.
    pub(crate) fn git(&self, args: &[&str]) -> Output {
        self.repo.run(self.repo.path(), &self.vars(), args)
    }

    /// Runs git, which a hook has to refuse for this rule, making no commit.
    pub(crate) fn refused(&self, args: &[&str], rule: &str) {
        let before = self.head();
        let output = self.git(args);
        let said = text(&output);
        assert!(!output.status.success(), "{args:?} passed: {said}");
        assert!(said.contains(&format!("[{rule}]")), "{args:?}: {said}");
        assert!(said.lines().filter(|line| !line.is_empty()).count() <= 10, "{said}");
        assert_eq!(self.head(), before, "{args:?}");
    }

    /// Runs git, which has to succeed.
    pub(crate) fn passes(&self, args: &[&str]) {
        let output = self.git(args);
        assert!(output.status.success(), "{args:?}: {}", text(&output));
    }

    /// The rules that a range breaks, without those that only warn.
    pub(crate) fn found(&self, range: &str) -> Vec<String> {
        let output = self.track(&["check", "--range", range, "--format", "json"]);
        let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let findings = document["findings"].as_array().unwrap().iter();
        let errors = findings.filter(|finding| finding["level"] == "error");
        let rules: Vec<String> = errors.map(|finding| finding["rule"].as_str().unwrap().to_owned()).collect();
        assert_eq!(output.status.code(), Some(i32::from(!rules.is_empty())));
        rules
    }

    fn head(&self) -> Vec<u8> {
        self.git(&["rev-parse", "HEAD"]).stdout
    }

    /// A change with a complete intent and one unit, committed, and the branch of the unit checked out.
    pub(crate) fn on_a_unit(&self) {
        self.ok(&[
            "new",
            "change",
            "Raise the auth timeout",
            "--id-slug",
            "auth",
            "--set",
            "is_hotfix=false",
        ]);
        self.repo.write(
            "Planning/Changes/CHG-20260212-auth/00-change-intent.md",
            "---\nis_hotfix: false\n---\n## Scope\n\nAll.\n\n## Constraints\n\nNone.\n\n## Acceptance Criteria\n\n- It works.\n",
        );
        self.ok(&["add", "unit", "Read the timeout", "--in", "execute"]);
        self.repo.git(&["add", "-A"]);
        self.passes(&["commit", "-qm", "chore: plan"]);
        self.repo.git(&["switch", "-qc", "feat/U01-timeout"]);
    }
}

/// Everything that was printed.
pub(crate) fn text(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat()
}
