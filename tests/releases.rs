//! Releases by the real git, and what stops them there: hooks, signers and tags. What fails leaves nothing behind.

mod amid;

use std::process::Output;

use crate::support::Repo;

const PROGRAM: &str = env!("CARGO_BIN_EXE_git-track");
const CONFIG: &str = r"schema: 1
base: main
versions:
  release:
    locations:
      - {file: package.json, path: version}
      - {file: crates/x/Cargo.toml, path: package.version}
      - {file: docs/index.txt, path: '/for version (?P<version>\S+)\./'}
";
const WORKFLOW: &str = "schema: 1\nid: w\nprofile: program\ntitle: W\nstate: active\n\
                        started: \"2026-01-01T00:00:00Z\"\nby: Ada\nitems:\n  x:\n    title: X\n";
const FILES: [(&str, &str); 3] = [
    ("package.json", "{\n  \"name\": \"demo\",\n  \"version\": \"1.0.0\"\n}\n"),
    ("crates/x/Cargo.toml", "[package]\nname = \"x\"\nversion = \"1.0.0\"\n"),
    ("docs/index.txt", "The guide for version 1.0.0.\n"),
];
const RELEASE: [&str; 4] = ["bump", "1.1.0", "--commit", "--tag"];

/// A repository whose version stands in three files, beside work of the user: staged, changed, and unknown to git.
struct Shop {
    repo: Repo,
}

impl Shop {
    fn new() -> Self {
        let repo = Repo::new();
        repo.write(".track/config.yaml", CONFIG);
        repo.write(".track/workflows/w.yaml", WORKFLOW);
        for (name, text) in FILES {
            repo.write(name, text);
        }
        repo.write("staged", "old\n");
        repo.write("changed", "old\n");
        repo.commit("feat: begin");
        repo.write("staged", "mine\n");
        repo.git(&["add", "staged"]);
        repo.write("changed", "mine\n");
        repo.write("loose", "mine\n");
        Self { repo }
    }

    fn track(&self, args: &[&str]) -> Output {
        let mut vars = self.repo.vars();
        vars.insert("GIT_TRACK_NOW".into(), "2026-02-12T09:00:00Z".into());
        let mut call = std::process::Command::new(PROGRAM);
        call.current_dir(self.repo.path()).env_clear().envs(vars).args(args).output().unwrap()
    }

    /// Lets git sign with a program that always says no.
    fn signs_with_nobody(&self) {
        let signer = self.repo.home().join("signer");
        self.repo.hook("signer", "cat >/dev/null; echo 'no key today' >&2; exit 1");
        let hooks = self.repo.git(&["rev-parse", "--path-format=absolute", "--git-path", "hooks/signer"]);
        std::fs::rename(hooks, &signer).unwrap();
        self.repo.git(&["config", "gpg.program", signer.to_str().unwrap()]);
    }

    /// The branch, all refs, the index, what differs from it, the files, and what this program keeps.
    fn seen(&self) -> Vec<String> {
        let git = |args: &[&str]| self.repo.git(args);
        let mut seen = vec![
            git(&["symbolic-ref", "HEAD"]),
            git(&["for-each-ref"]),
            git(&["ls-files", "--stage"]),
            git(&["status", "--porcelain", "-uall"]),
        ];
        seen.extend(FILES.iter().map(|(name, _)| self.repo.read(name)));
        seen.extend(["staged", "changed", "loose"].map(|name| self.repo.read(name)));
        let kept = self.repo.path().join(".git/track");
        let names = std::fs::read_dir(kept).into_iter().flatten().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
        names.retain(|name| !name.starts_with("lock") && name != "cache");
        names.sort();
        seen.extend(names);
        seen
    }

    /// A release that git stops: the words of whoever stopped it, and everything as before.
    #[track_caller]
    fn stopped(&self, more: &[&str], words: &str) {
        let before = self.seen();
        let output = self.track(&[&RELEASE[..], more].concat());
        let said = text(&output);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains(words) && said.contains("everything is as before"), "{said}");
        assert_eq!(self.seen(), before, "{said}");
        let recovered = self.track(&["recover"]);
        assert!(text(&recovered).contains("nothing is pending"), "{}", text(&recovered));
    }

    /// A release that succeeds: the commit of the three files, and the tag on it.
    #[track_caller]
    fn released(&self) {
        let output = self.track(&RELEASE);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output));
        let files = self.repo.git(&["diff", "--name-only", "HEAD~1", "HEAD"]);
        assert_eq!(files, "crates/x/Cargo.toml\ndocs/index.txt\npackage.json");
        assert_eq!(self.repo.git(&["rev-parse", "v1.1.0^{commit}"]), self.repo.git(&["rev-parse", "HEAD"]));
        let check = self.track(&["version", "check"]);
        assert!(check.status.success(), "{}", text(&check));
        let others = self.repo.git(&["status", "--porcelain", "staged", "changed", "loose"]);
        assert_eq!(others, " M changed\nM  staged\n?? loose");
        assert!(!self.repo.path().join(".git/track/txn.held").exists());
    }
}

fn text(output: &Output) -> String {
    [&*output.stdout, &output.stderr].map(String::from_utf8_lossy).concat()
}

#[test]
fn a_hook_that_says_no_stops_a_release() {
    for hook in ["pre-commit", "commit-msg"] {
        let shop = Shop::new();
        shop.repo.hook(hook, "echo 'not on a Friday' >&2; exit 1");
        shop.stopped(&[], "not on a Friday");
        // Nothing of the first attempt is in the way of the second.
        shop.repo.hook(hook, "exit 0");
        shop.released();
    }
}

#[test]
fn a_signer_that_fails_stops_a_release() {
    let shop = Shop::new();
    shop.signs_with_nobody();
    shop.stopped(&["--sign"], "no key today");
    shop.repo.git(&["config", "commit.gpgSign", "true"]);
    shop.stopped(&[], "no key today");
}

#[test]
fn a_tag_that_cannot_be_signed_takes_its_commit_back() {
    let shop = Shop::new();
    shop.signs_with_nobody();
    shop.repo.git(&["config", "tag.gpgSign", "true"]);
    shop.repo.hook("post-commit", "echo made >> \"$HOME/commits\"");
    shop.stopped(&[], "no key today");
    assert_eq!(std::fs::read_to_string(shop.repo.home().join("commits")).unwrap(), "made\n");
    shop.repo.git(&["config", "tag.gpgSign", "false"]);
    shop.released();
}

#[test]
fn a_tag_that_is_there_is_refused_before_anything_is_written() {
    let shop = Shop::new();
    shop.repo.git(&["tag", "v1.1.0"]);
    shop.repo.hook("pre-commit", "touch \"$HOME/asked\"");
    let before = shop.seen();
    let output = shop.track(&RELEASE);
    let said = text(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("v1.1.0") && said.contains("already"), "{said}");
    assert_eq!(shop.seen(), before);
    assert!(!shop.repo.home().join("asked").exists());
}

#[test]
fn a_hook_may_format_the_files() {
    let shop = Shop::new();
    shop.repo.hook("pre-commit", "sed -i 's/^  /    /' package.json && git add package.json");
    shop.released();
    assert!(shop.repo.git(&["show", "HEAD:package.json"]).contains("\n    \"version\": \"1.1.0\""));
}

#[test]
fn a_hook_that_changes_the_version_stops_a_release_and_its_bytes_are_kept() {
    let shop = Shop::new();
    let hook = "sed -i 's/1.1.0/9.9.9/' crates/x/Cargo.toml && git add crates/x/Cargo.toml";
    shop.repo.hook("pre-commit", hook);
    let before = shop.seen();
    let output = shop.track(&RELEASE);
    let said = text(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("what is committed does not say the version"), "{said}");
    assert!(said.contains("`crates/x/Cargo.toml` keeps what somebody else wrote meanwhile"), "{said}");
    assert!(said.contains("everything else is as before"), "{said}");
    let (name, old) = FILES[1];
    assert_eq!(shop.repo.read(name), old.replace("1.0.0", "9.9.9"));
    shop.repo.write(name, old);
    assert_eq!(shop.seen(), before);
}

#[test]
fn a_hook_may_ask_this_program_but_not_change_anything() {
    let shop = Shop::new();
    let call = |words: &str, name: &str| {
        format!("'{PROGRAM}' {words} >\"$HOME/{name}\" 2>&1; echo \"exit $?\" >>\"$HOME/{name}\"\n")
    };
    let script = call("status", "status") + &call("set w:x owner=bob --as=Ada", "set");
    shop.repo.hook("pre-commit", &script);
    let before = shop.repo.read(".track/workflows/w.yaml");
    shop.released();
    let said = |name: &str| std::fs::read_to_string(shop.repo.home().join(name)).unwrap();
    assert!(said("status").ends_with("exit 0\n"), "{}", said("status"));
    assert!(
        said("set").ends_with("exit 75\n") && said("set").contains("is being committed"),
        "{}",
        said("set")
    );
    assert_eq!(shop.repo.read(".track/workflows/w.yaml"), before);
    let set = shop.track(&["set", "w:x", "owner=bob", "--as=Ada"]);
    assert_eq!(set.status.code(), Some(0), "{}", text(&set));
}
