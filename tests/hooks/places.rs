//! Where git looks for hooks, in every kind of repository.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use super::{NOTES, PROGRAM, Ran, Scene, USUAL, everything, executable, mode};
use crate::support::Repo;

const COMMIT: [&str; 5] = ["commit", "--quiet", "--allow-empty", "-m", "feat: b"];

/// Installs where the command is called, and commits there: git runs ours.
#[track_caller]
fn runs_in(scene: &Scene, cwd: &Path, hooks: &Path) {
    scene.track_in(cwd, &["install"]).exits(0);
    assert!(everything(hooks).contains_key("pre-commit"), "{}", hooks.display());
    scene.replace_program(hooks);
    Ran::from(scene.repo.run(cwd, &scene.repo.vars(), &COMMIT)).exits(0);
    assert_eq!(scene.log().len(), 3, "three events in {}", cwd.display());
    assert_eq!(scene.states(cwd).0, 0);
    scene.track_in(cwd, &["uninstall"]).exits(0);
    assert!(!everything(hooks).contains_key("pre-commit"));
}

#[test]
fn worktrees_share_the_hooks() {
    let scene = Scene::new();
    let linked = scene.repo.root().join("linked it's");
    scene.git(&["worktree", "add", "-q", "-b", "side", linked.to_str().unwrap()]).exits(0);
    runs_in(&scene, &linked, &scene.hooks());
    scene.track_in(&linked, &["install"]).exits(0);
    assert_eq!(scene.states(scene.repo.path()).0, 0);
}

#[test]
fn below_the_top_and_in_the_git_directory() {
    let scene = Scene::new();
    let below = scene.repo.path().join("deep/er");
    fs::create_dir_all(&below).unwrap();
    runs_in(&scene, &below, &scene.hooks());
    scene.track_in(&scene.repo.path().join(".git"), &["install"]).exits(0);
    assert_eq!(scene.states(scene.repo.path()).0, 0);
}

#[test]
fn a_missing_directory_is_made_and_a_linked_one_followed() {
    let scene = Scene::new();
    fs::remove_dir_all(scene.hooks()).unwrap();
    scene.track(&["uninstall"]).exits(0);
    scene.track(&["install", "--dry-run"]).exits(0);
    assert!(!scene.hooks().exists());
    runs_in(&scene, scene.repo.path(), &scene.hooks());
    fs::remove_dir_all(scene.hooks()).unwrap();
    let other = scene.repo.home().join("my hooks");
    fs::create_dir(&other).unwrap();
    symlink(&other, scene.hooks()).unwrap();
    runs_in(&scene, scene.repo.path(), &other);
}

#[test]
fn a_path_with_everything_in_it() {
    let scene = Scene::new();
    let odd = scene.repo.root().join("a \"b\" 'c' $d é");
    scene.git(&["clone", "-q", scene.repo.path().to_str().unwrap(), odd.to_str().unwrap()]).exits(0);
    runs_in(&scene, &odd, &odd.join(".git/hooks"));
}

#[test]
fn a_directory_of_the_repository_s_own_choice() {
    let scene = Scene::new();
    let outside = scene.repo.home().join("team's hooks");
    scene.repo.git(&["config", "core.hooksPath", outside.to_str().unwrap()]);
    runs_in(&scene, scene.repo.path(), &outside);
    assert!(!scene.hook("pre-commit").exists());
    scene.repo.git(&["config", "core.hooksPath", ".githooks"]);
    let (_, told) = scene.json(scene.repo.path(), &["install"]);
    assert!(told["remarks"].to_string().contains("each worktree looks in its own"), "{told}");
    assert!(told["remarks"].to_string().contains("do not commit them"), "{told}");
    scene.track(&["uninstall"]).exits(0);
    runs_in(&scene, scene.repo.path(), &scene.repo.path().join(".githooks"));
}

#[test]
fn hooks_that_git_does_not_look_at_are_told() {
    let scene = Scene::new();
    scene.track(&["install"]).exits(0);
    scene.repo.git(&["config", "core.hooksPath", scene.repo.home().join("new").to_str().unwrap()]);
    scene.track(&["status"]).exits(1).says(".git/hooks` are dead");
    let linked = scene.repo.root().join("linked");
    scene.repo.git(&["config", "core.hooksPath", scene.hooks().to_str().unwrap()]);
    scene.git(&["worktree", "add", "-q", linked.to_str().unwrap()]).exits(0);
    let told = scene.track_in(&linked, &["status"]).exits(0);
    assert!(!told.stdout.contains("dead"), "{told:?}");
}

#[test]
fn a_directory_of_one_worktree() {
    let scene = Scene::new();
    scene.repo.git(&["config", "extensions.worktreeConfig", "true"]);
    let linked = scene.repo.root().join("linked");
    scene.git(&["worktree", "add", "-q", "-b", "side", linked.to_str().unwrap()]).exits(0);
    let own = scene.repo.home().join("own");
    scene.repo.git_in(&linked, &["config", "--worktree", "core.hooksPath", own.to_str().unwrap()]);
    runs_in(&scene, &linked, &own);
    assert!(!scene.hook("pre-commit").exists());
    runs_in(&scene, scene.repo.path(), &scene.hooks());
}

/// Refused, and nothing changed anywhere.
#[track_caller]
fn refused(scene: &Scene, vars: &[(&str, &str)], dir: &Path) -> Ran {
    let mut all = scene.repo.vars();
    all.extend(vars.iter().map(|(name, value)| (name.into(), value.into())));
    let before = (everything(dir), everything(&scene.hooks()));
    let mut call = std::process::Command::new(PROGRAM);
    call.args(["hooks", "install"]).current_dir(scene.repo.path()).env_clear().envs(&all);
    let ran = Ran::from(call.output().unwrap()).exits(1).says("nothing written");
    assert_eq!((everything(dir), everything(&scene.hooks())), before);
    let mut call = std::process::Command::new(PROGRAM);
    call.args(["hooks", "status"]).current_dir(scene.repo.path()).env_clear().envs(&all);
    Ran::from(call.output().unwrap()).exits(1);
    ran
}

#[test]
fn a_directory_of_all_repositories_is_not_ours() {
    let scene = Scene::new();
    let shared = scene.repo.home().join("everywhere");
    executable(&shared.join("pre-commit"), NOTES);
    let config = scene.repo.home().join("config");
    fs::write(&config, format!("[core]\n\thooksPath = {}\n", shared.display())).unwrap();
    let config = config.to_str().unwrap();
    let ran = refused(&scene, &[("GIT_CONFIG_GLOBAL", config)], &shared);
    ran.says("--global").says("git config --local core.hooksPath").says("--config").says("--manual");
    let system = [("GIT_CONFIG_SYSTEM", config), ("GIT_CONFIG_NOSYSTEM", "0")];
    refused(&scene, &system, &shared).says("--system");
    let command = [
        ("GIT_CONFIG_COUNT", "1"),
        ("GIT_CONFIG_KEY_0", "core.hooksPath"),
        ("GIT_CONFIG_VALUE_0", shared.to_str().unwrap()),
    ];
    refused(&scene, &command, &shared).says("this one command");
    // The first way out that is named works.
    let own = scene.repo.path().join(".git/hooks");
    scene.repo.git(&["config", "--local", "core.hooksPath", own.to_str().unwrap()]);
    scene
        .call(
            Path::new("env"),
            scene.repo.path(),
            &[&format!("GIT_CONFIG_GLOBAL={config}"), PROGRAM, "hooks", "install"],
        )
        .exits(0);
}

#[test]
fn a_directory_that_is_none() {
    let scene = Scene::new();
    scene.repo.git(&["config", "core.hooksPath", ""]);
    refused(&scene, &[], scene.repo.path()).says("set to nothing").says("--unset core.hooksPath");
    scene.repo.git(&["config", "core.hooksPath", "/dev/null"]);
    refused(&scene, &[], scene.repo.path()).says("switched off");
    let file = scene.repo.home().join("a file");
    fs::write(&file, "").unwrap();
    scene.repo.git(&["config", "core.hooksPath", file.to_str().unwrap()]);
    scene.track(&["install"]).exits(4).says("a file");
}

#[test]
fn hooks_of_husky_get_a_line_from_their_owner() {
    for folder in [".husky/_", ".husky"] {
        let scene = Scene::new();
        scene.repo.git(&["config", "core.hooksPath", folder]);
        let dir = scene.repo.path().join(folder);
        executable(&dir.join("pre-commit"), NOTES);
        let line = "git-track hooks run pre-commit \"$@\"";
        refused(&scene, &[], &dir).says("husky").says(line).says(".husky/pre-commit");
        assert_eq!(scene.states(scene.repo.path()).1["pre-commit"], "foreign");
        executable(&scene.repo.path().join(".husky/pre-commit"), &format!("{line}\n"));
        assert_eq!(scene.states(scene.repo.path()).1["pre-commit"], "by-hand", "{folder}");
    }
}

#[test]
fn a_directory_that_cannot_be_written() {
    let scene = Scene::new();
    fs::remove_dir_all(scene.hooks()).unwrap();
    fs::create_dir(scene.hooks()).unwrap();
    fs::set_permissions(scene.hooks(), std::os::unix::fs::PermissionsExt::from_mode(0o555)).unwrap();
    let all_may = fs::write(scene.hook("probe"), "").is_ok();
    // Whoever may write everywhere may not write there.
    if all_may {
        scene.repo.git(&["config", "core.hooksPath", "/proc/sys"]);
    }
    let ran = scene.track(&["install"]).exits(4).says("cannot write").says("nothing written");
    assert!(ran.stderr.contains(if all_may { "/proc/sys" } else { "hooks" }), "{ran:?}");
}

#[test]
fn a_bare_repository_refuses_pushes() {
    let origin = Repo::init(&["--bare"]);
    let scene = Scene { repo: origin };
    let hooks = scene.repo.path().join("hooks");
    scene.track(&["install"]).exits(1).says("--server");
    executable(&hooks.join("pre-receive"), NOTES);
    scene.track(&["install", "--server"]).exits(0);
    scene.replace_program(&hooks);
    let (code, states) = scene.states(scene.repo.path());
    assert_eq!((code, states.len(), states["pre-receive"].as_str()), (0, 1, "chained"));
    let work = Scene::new();
    let home = scene.repo.home();
    let vars = |ours| [("HOME", home.to_str().unwrap()), ("OURS", ours)];
    let push = ["push", "-q", scene.repo.path().to_str().unwrap(), "main"];
    work.git_with(&vars("1"), &push).exits(1).says("pre-receive hook declined");
    work.git_with(&vars("0"), &push).exits(0);
    let log = scene.log();
    assert_eq!(log.len(), 4, "{log:?}");
    let told = |line: &str| line.split_once('[').unwrap().1.to_owned();
    assert!(told(&log[2]).ends_with(" refs/heads/main]") && told(&log[2]) == told(&log[3]), "{log:?}");
    scene.track(&["uninstall"]).exits(0);
    assert_eq!(fs::read_to_string(hooks.join("pre-receive")).unwrap(), NOTES);
}

#[test]
fn doctor_looks_at_a_bare_repository() {
    let scene = Scene { repo: Repo::init(&["--bare"]) };
    let doctor =
        |args: &[&str]| scene.call(Path::new(PROGRAM), scene.repo.path(), &[&["doctor"], args].concat());
    let state = "state is read where there is one";
    doctor(&[]).exits(0).says("git version").says("bare repository").says(state).says("install --server");
    scene.track(&["install", "--server"]).exits(0);
    doctor(&[]).exits(0).says("hooks: 1 run git-track");
    let told: serde_json::Value = serde_json::from_str(&doctor(&["--json"]).exits(0).stdout).unwrap();
    assert_eq!(crate::transcripts::wrong("output", &told), super::NOTHING);
    let hook = scene.repo.path().join("hooks/pre-receive");
    fs::set_permissions(hook, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    doctor(&[]).exits(4).says("not executable");
    doctor(&["--canary"]).exits(4).says("there is no work tree here");
    let work = Scene::new();
    let ran = work.call(Path::new(PROGRAM), &work.repo.path().join(".git"), &["doctor"]).exits(0).says(state);
    assert!(!ran.stdout.contains("bare"), "{ran:?}");
}

#[test]
fn a_git_directory_elsewhere() {
    let repo = Repo::beside_nothing();
    fs::create_dir(repo.path()).unwrap();
    let git = repo.root().join("git elsewhere");
    repo.git(&["init", "-q", "-b", "main", "--separate-git-dir", git.to_str().unwrap()]);
    let scene = Scene::of(repo);
    runs_in(&scene, scene.repo.path(), &git.join("hooks"));
}

#[test]
fn a_submodule_has_hooks_of_its_own() {
    let inner = Scene::new();
    let scene = Scene::new();
    let url = inner.repo.path().to_str().unwrap();
    scene.git(&["-c", "protocol.file.allow=always", "submodule", "add", "-q", url, "sub"]).exits(0);
    runs_in(&scene, &scene.repo.path().join("sub"), &scene.repo.path().join(".git/modules/sub/hooks"));
    assert!(!scene.hook("pre-commit").exists());
}

#[test]
fn modes_are_what_the_repository_shares() {
    for (shared, wanted) in [("group", 0o775), ("world", 0o775), ("0640", 0o750), ("umask", 0o755)] {
        let scene = Scene::new();
        scene.repo.git(&["config", "core.sharedRepository", shared]);
        let install = format!("umask 022; exec '{PROGRAM}' hooks install");
        scene.call(Path::new("sh"), scene.repo.path(), &["-c", &install]).exits(0);
        assert_eq!(mode(&scene.hook("pre-commit")), wanted, "{shared}");
        let before = everything(&scene.hooks());
        scene.track(&["install"]).exits(0).says("nothing to do");
        assert_eq!(everything(&scene.hooks()), before);
    }
}

#[test]
fn all_usual_events_and_no_others() {
    let scene = Scene::new();
    let before = everything(&scene.hooks()).len();
    scene.track(&["install"]).exits(0);
    let now = everything(&scene.hooks());
    assert_eq!(now.len(), before + USUAL.len());
    assert!(USUAL.iter().all(|event| now.contains_key(*event)));
    let ran = scene.track(&["install", "--event", "post-receive"]).exits(2);
    assert!(ran.stderr.contains("pre-receive"), "{ran:?}");
}
