//! `prompt` says what is so, or nothing.

use std::fs;

use super::{Scene, path};

fn lines(scene: &Scene) -> String {
    let output = scene.run("prompt");
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn it_says_what_is_so_or_nothing() {
    let scene = Scene::new();
    assert_eq!(lines(&scene), "", "nobody has looked");
    scene.track("status");
    assert_eq!(lines(&scene), "▶ one 0%\n");
    scene.repo.git(&["switch", "-q", "-c", "feat/one-b-x"]);
    assert_eq!(lines(&scene), "", "another branch");
    scene.track("status");
    assert_eq!(lines(&scene), "▶ one one-b 0%\n");
    scene.track("start one-b");
    scene.track("done one-b");
    assert_eq!(lines(&scene), "▶ one one-b 33%\n", "a change keeps it up to date");
    scene.track("block one-a -m why");
    assert_eq!(lines(&scene), "▶ one one-b 33% !1\n");
    let text = scene.repo.read(path("one"));
    scene.repo.write(path("one"), text.replace("one-b", "one-d"));
    assert_eq!(lines(&scene), "▶ one\n", "whose file was edited is known by name only");
    fs::remove_file(scene.repo.path().join(path("one"))).unwrap();
    assert_eq!(lines(&scene), "", "it is gone");
}

#[test]
fn it_opens_nothing_and_complains_of_nothing() {
    let scene = Scene::new();
    scene.track("status");
    // Whatever is wrong with the repository, the prompt of a shell is no place to say it.
    for damage in ["config", "packed-refs", "index"] {
        scene.repo.write(format!(".git/{damage}"), "\u{1b}[31m");
    }
    assert_eq!(lines(&scene), "▶ one 0%\n");
    let kept = scene.cache().join("prompt");
    let whole = fs::read(&kept).unwrap();
    for length in (0..whole.len()).step_by(7) {
        fs::write(&kept, &whole[..length]).unwrap();
        assert_eq!(lines(&scene), "");
    }
    fs::write(&kept, &whole).unwrap();
    fs::remove_file(scene.repo.path().join(".git/HEAD")).unwrap();
    assert_eq!(lines(&scene), "");
    fs::remove_dir_all(scene.repo.path().join(".git")).unwrap();
    assert_eq!(lines(&scene), "", "outside of repositories");
}

#[test]
fn it_prints_no_control_characters() {
    let scene = Scene::new();
    let output = scene.run("prompt --format \u{1b}[31m{workflow}");
    assert!(output.stdout.is_empty());
    scene.track("status");
    let output = scene.run("prompt --format \u{1b}[31m{workflow}\u{202e}");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "\\u{1b}[31mone\\u{202e}\n");
    assert_eq!(scene.run("prompt --format {nothing}").status.code(), Some(2));
}

#[test]
fn worktrees_have_prompts_of_their_own() {
    let scene = Scene::new();
    scene.track("status");
    scene.repo.git(&["worktree", "add", "-q", "../beside", "-b", "feat/one-c-x"]);
    assert_eq!(scene.track("-C ../beside prompt"), "");
    scene.track("-C ../beside status");
    assert_eq!(scene.track("-C ../beside prompt"), "▶ one one-c 0%\n");
    assert_eq!(lines(&scene), "▶ one 0%\n");
}
