//! What the fuzzer begins from, and what it found: the same holds here, without it.

use std::fs;
use std::path::Path;

#[path = "../../fuzz/checks/locate.rs"]
mod locate;
#[path = "../../fuzz/checks/message.rs"]
mod message;

/// Every file of the corpus of a target.
fn replay(target: &str, holds: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 40, "{files:?}");
    for file in files {
        // Shown when it fails.
        println!("{}", file.display());
        holds(&fs::read(&file).unwrap());
    }
}

#[test]
fn every_message_of_the_corpus_holds() {
    replay("message", message::holds);
}

#[test]
fn every_file_of_the_corpus_holds() {
    replay("locate", locate::holds);
}
