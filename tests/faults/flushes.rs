//! What a power cut may not undo: every flush stands before the step that relies on it.
#![expect(clippy::disallowed_methods, reason = "a harness of processes and raw files")]

use super::scene::{BEGIN, END, Role, Scene};
use super::{CALLS, traceable};

/// The steps of a change in words, `call names…`, with what differs between runs cut off.
fn steps(role: Role) -> Vec<String> {
    let scene = Scene::new();
    // The second change of a repository: its own directories are there already.
    scene.recover().unwrap();
    let outcome = scene.run(role, &scene.log(), &format!("{CALLS},statx"), &[]);
    assert_eq!(outcome.word.as_deref(), Some("ok"));
    let log = std::fs::read_to_string(scene.log()).unwrap();
    let (_, log) = log.split_once(BEGIN).unwrap();
    let (log, _) = log.split_once(END).unwrap();
    log.lines().filter_map(step).filter(|step| !step.contains("lock")).collect()
}

fn step(line: &str) -> Option<String> {
    let (_, call) = line.split_once(' ')?;
    let (name, arguments) = call.trim_start().split_once('(')?;
    let mut words = vec![name.trim_end_matches("at2").trim_end_matches("at").to_owned()];
    match name {
        "write" | "fsync" | "fchmod" => {
            let (path, _) = arguments.split_once('<')?.1.split_once('>')?;
            words.push(path.rsplit('/').next()?.to_owned());
        }
        "renameat2" | "unlinkat" | "mkdirat" => {
            words.extend(arguments.split('"').skip(1).step_by(2).map(str::to_owned));
        }
        _ => return None,
    }
    for word in &mut words {
        if let Some((stem, id)) = word.split_once(".gtk-") {
            *word = format!("{stem}~{}", id.rsplit('-').next()?);
        }
    }
    Some(words.join(" "))
}

#[test]
fn every_flush_is_in_its_place() {
    if !traceable("every_flush_is_in_its_place") {
        return;
    }
    #[rustfmt::skip]
    let expected = [
        // Whoever finds the journal can find all that follows.
        "write txn.prepare", "fsync txn.prepare", "fsync track",
        "mkdir n", "mkdir m",
        "write .one~0", "fchmod .one~0", "write .two~1",
        "fsync .one~0", "fsync .two~1",
        // The decision, which the first replacement relies on.
        "rename txn.prepare txn.commit", "fsync track",
        "rename .one~0 one", "unlink .one~0",
        "rename .two~1 two",
        "rename three .three~2", "unlink .three~2",
        // The journal goes only when nothing needs it any more.
        "fsync work", "fsync a", "fsync n", "fsync m",
        "unlink txn.commit",
    ];
    assert_eq!(steps(Role::Many), expected);
    // One file: the rename is the decision, and the journal is only there to find the temporary file.
    #[rustfmt::skip]
    let expected = [
        "write txn.prepare", "write .one~0", "fchmod .one~0", "fsync .one~0", "rename .one~0 one", "unlink .one~0",
        "fsync a", "unlink txn.prepare",
    ];
    assert_eq!(steps(Role::Modify), expected);
}
