//! What the test binary does when a test runs it again.
#![expect(clippy::disallowed_methods, reason = "a harness of processes and raw files")]

use std::io::Write;
use std::path::Path;

use git_track::error::Result;

use super::scene::{BEGIN, END, PLACE, ROLE, Role, files, lock};

fn act(role: Role, dir: &Path) -> Result<()> {
    let files = files(dir);
    let lock = lock(&files)?;
    match role {
        Role::Recover => files.recover(&lock).map(drop),
        Role::Abort => files.abort(&lock).map(drop),
        _ => files.apply(&lock, &role.edits()),
    }
}

/// The tracer counts calls for each thread alone, so a count that only this thread reaches strikes only here.
fn outnumber_the_harness() {
    let mut sink = std::fs::File::options().write(true).open("/dev/null").expect("a sink");
    for _ in 0..40 {
        let _ = std::fs::metadata("/dev/null").and_then(|_| std::fs::File::open("/dev/null"));
        let _ = sink.write(b"x");
    }
}

/// Not a test: without the variable it has nothing to do.
#[test]
fn child() {
    let Ok(word) = std::env::var(ROLE) else { return };
    let dir = std::env::var_os(PLACE).expect("a place");
    if word == super::lost::WRITER {
        return super::lost::write_tokens(Path::new(&dir));
    }
    let role = *Role::ALL.iter().find(|role| format!("{role:?}") == word).expect("a known role");
    println!("begun");
    outnumber_the_harness();
    let _ = std::fs::metadata(BEGIN);
    let outcome = act(role, Path::new(&dir));
    let _ = std::fs::metadata(END);
    println!("outcome={}", outcome.as_ref().map_or_else(|e| e.kind().word(), |()| "ok"));
    if let Err(error) = outcome {
        println!("{error} {:?}", error.notes());
    }
}
