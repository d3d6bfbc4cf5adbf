//! Random walks over everything that changes state, each step with the cache as it is, without it and damaged.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, SystemTime};

use super::{Scene, path};

/// A sequence that is the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

const LINES: [&str; 3] = ["status --json", "status", "list --json"];

#[test]
fn with_it_without_it_and_damaged_1() {
    walk(1);
}

#[test]
fn with_it_without_it_and_damaged_2() {
    walk(2);
}

fn walk(seed: u64) {
    let (scene, other, mut dice) = (Scene::new(), Scene::new(), Dice(seed));
    other.track("status --json");
    let mut kept = 0;
    for step in 0..14 {
        let deed = deed(&scene, &mut dice, step);
        let with: Vec<_> = LINES.iter().map(|line| scene.run(line)).collect();
        kept += usize::from(scene.is_kept(LINES[0]));
        let again = scene.run(LINES[0]);
        damage(&scene, &other, &mut dice);
        let damaged = scene.run(LINES[0]);
        let _ = fs::remove_dir_all(scene.cache());
        let without: Vec<_> = LINES.iter().map(|line| scene.run(line)).collect();
        for (line, (with, without)) in LINES.iter().zip(with.iter().zip(&without)) {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            assert_eq!(
                text(&with.stdout),
                text(&without.stdout),
                "{line} after {deed}, step {step} of {seed}"
            );
            assert_eq!(with.status, without.status, "{line} after {deed}");
        }
        assert_eq!(again.stdout, without[0].stdout, "a second time after {deed}, step {step} of {seed}");
        assert_eq!(damaged.stdout, without[0].stdout, "damaged after {deed}, step {step} of {seed}");
    }
    assert!(kept >= 3, "only {kept} answers were kept, so that nothing was tested");
}

fn deed(scene: &Scene, dice: &mut Dice, step: usize) -> &'static str {
    if dice.below(2) == 0 { edit(scene, dice) } else { act(scene, dice, step) }
}

/// Changes a file of the state, by hand.
fn edit(scene: &Scene, dice: &mut Dice) -> &'static str {
    let repo = &scene.repo;
    let name = ["one", "two"][dice.below(2)];
    let file = repo.path().join(path(name));
    let letter = char::from(b'A' + u8::try_from(dice.below(26)).unwrap());
    let text = fs::read_to_string(&file).unwrap_or_else(|_| {
        repo.git(&["checkout", "-q", "-f", "begin", "--", ".track"]);
        fs::read_to_string(&file).unwrap()
    });
    let renamed: String = text.replacen("Item ", &format!("Ite{letter} "), 1);
    match dice.below(7) {
        0 => {
            fs::write(&file, renamed).unwrap();
            "an edit of the same size"
        }
        1 => {
            // The same size and the same time: only the time of the entry tells.
            let written = file.metadata().unwrap().modified().unwrap();
            fs::write(&file, renamed).unwrap();
            File::options().append(true).open(&file).unwrap().set_modified(written).unwrap();
            "an edit with its time put back"
        }
        2 => {
            let beside = file.with_extension("new");
            fs::write(&beside, renamed).unwrap();
            fs::rename(&beside, &file).unwrap();
            "a file put in its place"
        }
        3 => {
            let old = SystemTime::now() - Duration::from_secs(1_000);
            File::options().append(true).open(&file).unwrap().set_modified(old).unwrap();
            "touching"
        }
        4 => {
            let mode = if file.metadata().unwrap().permissions().mode() & 0o100 == 0 { 0o755 } else { 0o644 };
            fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
            "another mode"
        }
        5 => {
            fs::remove_file(&file).unwrap();
            "deletion"
        }
        _ if letter < 'N' => {
            fs::write(&file, "schema: 1\nid: [").unwrap();
            scene.run("status");
            fs::write(&file, text).unwrap();
            "a file that was broken for a while"
        }
        _ => {
            fs::write(&file, renamed).unwrap();
            repo.git(&["add", "-A"]);
            fs::write(&file, &text).unwrap();
            "an edit, staged and taken back"
        }
    }
}

/// Lets git or a command of ours change it.
fn act(scene: &Scene, dice: &mut Dice, step: usize) -> &'static str {
    let repo = &scene.repo;
    match dice.below(4) {
        0 => {
            repo.git(&["add", "-A"]);
            scene.settle();
            "staging"
        }
        1 => {
            repo.commit(&format!("chore: step {step}"));
            scene.settle();
            "a commit"
        }
        2 => {
            repo.git(&["switch", "-q", "-f", "-C", ["feat/one-a-x", "side", "main"][dice.below(3)]]);
            "another branch"
        }
        _ => {
            scene.run(["start one-a", "done one-a", "reopen one-a -m why", "undo"][dice.below(4)]);
            "a command of ours"
        }
    }
}

fn damage(scene: &Scene, other: &Scene, dice: &mut Dice) {
    for file in scene.kept() {
        let mut bytes = fs::read(&file).unwrap();
        match dice.below(4) {
            0 => bytes.truncate(dice.below(bytes.len())),
            1 => {
                let place = dice.below(bytes.len());
                bytes[place] ^= 1 << dice.below(8);
            }
            2 => bytes.extend_from_slice(b"more"),
            _ => bytes = other.kept().first().map(|file| fs::read(file).unwrap()).unwrap_or_default(),
        }
        fs::write(&file, bytes).unwrap();
    }
}
