//! `doctor --canary`: planted violations, refused in a repository that is thrown away.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{NOTES, NOTHING, PROGRAM, Ran, Scene, executable};

/// A program that refuses what the canary plants.
const STRICT: &str = r#"case "$3" in
    pre-commit) for file in $(git diff --cached --name-only -- .track/workflows); do
        echo "$file:2:5: state-schema" >&2; exit 1; done ;;
    commit-msg) grep -q '^[a-z]*: ' "$4" || { echo "conventional-commit" >&2; exit 1; } ;;
esac"#;

fn doctor(scene: &Scene) -> (i32, Vec<Value>) {
    let Ran { code, stdout, .. } =
        scene.call(Path::new(PROGRAM), scene.repo.path(), &["doctor", "--canary", "--json"]);
    let told: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(crate::transcripts::wrong("output", &told), NOTHING);
    let all = told["findings"].as_array().unwrap();
    let canary = |finding: &&Value| finding["what"].as_str().unwrap().contains(" is refused by ");
    (code, all.iter().filter(canary).cloned().collect())
}

fn with_program(script: &str) -> Scene {
    let scene = Scene::new();
    scene.repo.write(".track/config.yaml", "schema: 1\nbase: main\n");
    scene.repo.write(".track/profiles/own/readme.txt", "copied, too\n");
    scene.repo.commit("chore: state");
    scene.install();
    scene.program(script);
    scene
}

#[test]
fn a_hook_that_refuses_is_proved_to() {
    let scene = with_program(STRICT);
    executable(&scene.repo.home().join("hook"), NOTES);
    scene.repo.write("staged.txt", "s\n");
    scene.repo.git(&["add", "staged.txt"]);
    scene.repo.write("a.txt", "changed\n");
    let look = || {
        let git = |args: &[&str]| scene.repo.git(args);
        let index = fs::read(scene.repo.path().join(".git/index")).unwrap();
        let refs = git(&["for-each-ref"]);
        let objects = git(&["count-objects", "-v"]);
        (index, refs, objects, git(&["rev-parse", "HEAD"]), git(&["status", "--porcelain"]))
    };
    let before = look();
    let (code, findings) = doctor(&scene);
    assert_eq!(findings.len(), 2);
    assert!(code == 0 && findings.iter().all(|finding| finding["ok"] == true), "{findings:#?}");
    assert!(look() == before, "the repository is as it was");
}

#[test]
fn foreign_hooks_do_not_run_for_it() {
    let scene = Scene::new();
    executable(&scene.hook("pre-commit"), NOTES);
    executable(&scene.hook("commit-msg"), NOTES);
    scene.install();
    scene.program(STRICT);
    let (_, findings) = doctor(&scene);
    assert!(findings.iter().all(|finding| finding["ok"] == true), "{findings:#?}");
    assert_eq!(scene.log(), NOTHING);
}

#[test]
fn a_hook_that_lets_everything_pass_is_found() {
    let scene = with_program("exit 0");
    let (code, findings) = doctor(&scene);
    assert_eq!(code, 4, "{findings:#?}");
    assert!(findings.iter().all(|finding| finding["message"] == "the commit went through"), "{findings:#?}");
    // A refusal for another reason proves nothing.
    scene.program("echo something else >&2; exit 1");
    let (code, findings) = doctor(&scene);
    assert_eq!((code, &findings[0]["message"]), (4, &"the commit was refused, but not for that".into()));
    scene.program(STRICT);
    let vars = ["GIT_TRACK=0", PROGRAM, "doctor", "--canary"];
    scene.call(Path::new("env"), scene.repo.path(), &vars).exits(4).says("unset GIT_TRACK");
}

#[test]
fn a_hook_that_is_not_there_is_found() {
    let scene = Scene::new();
    let (code, findings) = doctor(&scene);
    assert_eq!((code, findings.len()), (4, 2));
    assert_eq!(findings[0]["hints"][0], "git track hooks install");
    let told = scene.call(Path::new(PROGRAM), scene.repo.path(), &["doctor"]).exits(0);
    told.says("note  hooks: none is installed");
    scene.track(&["install"]).exits(0);
    scene
        .call(Path::new(PROGRAM), scene.repo.path(), &["doctor"])
        .exits(0)
        .says("ok    hooks: 8 run git-track");
    fs::set_permissions(scene.hook("pre-push"), std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    scene.call(Path::new(PROGRAM), scene.repo.path(), &["doctor"]).exits(4).says("FAIL  hooks");
}
