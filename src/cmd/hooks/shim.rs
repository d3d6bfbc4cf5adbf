//! The script that git runs: one template for all events.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use super::events::Event;

const TEMPLATE: &str = include_str!("../../../hooks/shim.sh");

/// What the second line of every version begins with; a number follows.
const MARK: &[u8] = b"# git-track shim ";

/// Before the program in the third line.
const PROGRAM: &[u8] = b"\n_bin='";

/// A quote within quotes.
const QUOTE: &[u8] = br"'\''";

/// A script of ours, as it was found.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Script {
    /// Its version.
    pub(super) version: u32,
    /// The program that it tries first; `None`: it cannot be told.
    pub(super) program: Option<PathBuf>,
}

/// The script for an event.
pub(super) fn script(event: Event, program: &Path) -> Vec<u8> {
    let refusal = if event.only_tells() { "0" } else { "1" };
    // Whoever pushes does not decide whether the server looks.
    let skip = if event == Event::PreReceive { "" } else { ", or skip it: GIT_TRACK=0 git ..." };
    let text =
        TEMPLATE.replace("@EVENT@", event.name()).replace("@REFUSAL@", refusal).replace("@SKIP@", skip);
    // What is put in last is not looked at again, whatever it is called.
    let (before, after) = text.split_once("@BINARY@").unwrap_or_default();
    [before.as_bytes(), quoted(program.as_os_str()).as_bytes(), after.as_bytes()].concat()
}

/// The version of the scripts that this program writes.
pub(super) fn version() -> u32 {
    read(TEMPLATE.as_bytes()).map_or(0, |script| script.version)
}

/// What a script says about itself, when it is one of ours, whatever was done to it.
pub(super) fn read(bytes: &[u8]) -> Option<Script> {
    let mark = bytes.split(|&b| b == b'\n').take(5).find_map(|line| line.strip_prefix(MARK))?;
    let digits: Vec<u8> = mark.iter().copied().take_while(u8::is_ascii_digit).collect();
    let version = std::str::from_utf8(&digits).ok()?.parse().ok()?;
    Some(Script { version, program: program(bytes) })
}

/// Whether a script is as it was written, as far as can be told of one of another version.
pub(super) fn is_untouched(event: Event, bytes: &[u8], found: &Script) -> bool {
    let Some(program) = &found.program else { return false };
    let written = script(event, program);
    let mark = |version: u32| [b"\n", MARK, version.to_string().as_bytes(), b":"].concat();
    let (ours, theirs) = (mark(version()), mark(found.version));
    let Some(at) = written.windows(ours.len()).position(|window| window == ours) else { return false };
    let (before, rest) = written.split_at(at);
    let after = rest.get(ours.len()..).unwrap_or_default();
    bytes == [before, &theirs, after].concat()
}

// The word ends where a quote is not followed by one that stands for itself.
fn program(bytes: &[u8]) -> Option<PathBuf> {
    let at = bytes.windows(PROGRAM.len()).position(|window| window == PROGRAM)?;
    let mut rest = bytes.get(at + PROGRAM.len()..)?;
    let mut path = Vec::new();
    loop {
        let end = rest.iter().position(|&byte| byte == b'\'')?;
        let (word, after) = rest.split_at(end);
        path.extend_from_slice(word);
        let Some(more) = after.strip_prefix(QUOTE) else { break };
        path.push(b'\'');
        rest = more;
    }
    Some(PathBuf::from(OsString::from_vec(path)))
}

/// A word of the shell that means exactly this.
pub(super) fn quoted(word: &OsStr) -> OsString {
    let mut quoted = vec![b'\''];
    for &byte in word.as_bytes() {
        match byte {
            b'\'' => quoted.extend_from_slice(QUOTE),
            other => quoted.push(other),
        }
    }
    quoted.push(b'\'');
    OsString::from_vec(quoted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_is_short_and_plain() {
        assert!(TEMPLATE.lines().count() <= 10 && !TEMPLATE.contains('\r'));
        assert!(TEMPLATE.starts_with("#!/bin/sh\n# git-track shim ") && TEMPLATE.ends_with('\n'));
        assert_eq!(version(), 1);
    }

    #[test]
    fn a_script_tells_its_program_whatever_its_name() {
        for name in ["/usr/bin/git-track", "/it's a \"pl ace\" _old=/x", "/$(id)`id`\\@EVENT@ @REFUSAL@/\n"] {
            let bytes = script(Event::PrePush, Path::new(name));
            let found = read(&bytes).unwrap();
            assert_eq!((found.version, found.program.as_deref()), (1, Some(Path::new(name))), "{name}");
        }
        let odd = PathBuf::from(OsString::from_vec(b"/\xff'/git-track".to_vec()));
        assert_eq!(read(&script(Event::PreCommit, &odd)).unwrap().program, Some(odd));
        assert_eq!(read(b"#!/bin/sh\nexit 0\n"), None);
        assert_eq!(
            read(b"#!/bin/bash\n# mine\n# git-track shim 1: edited\n"),
            Some(Script { version: 1, program: None })
        );
    }
}
