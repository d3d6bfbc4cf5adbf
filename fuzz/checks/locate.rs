//! What holds for every file: the fuzzer asks it of bytes that it makes, the tests of those in `corpus/locate`.
//!
//! The first byte chooses the name of the file and so its format, the second one the path; the rest is the file.

use git_track::formats::locate::{File, Located, Path, Replacement, locate};

const FILES: [&str; 6] = ["a.json", "a.toml", "a.yaml", "a.xml", "a.txt", "Cargo.lock"];

/// Paths whose values do not depend on what other values say come first.
const PATHS: [&str; 16] = [
    "version",
    "a",
    "a.b",
    "a.version",
    "a[*].version",
    "a[0]",
    "[1]",
    "[*]",
    "\"\".a",
    "a.@b",
    "a.b.@version",
    "a.b.version",
    "a[b=1]",
    "a[name=b].version",
    "/^V=(?P<version>.*)$/",
    "/(?P<version>[0-9.]+)/",
];

/// How many of them.
const STEADY: usize = 12;

/// What is to stand there.
const NEW: &str = "9.9.9";

/// Panics when something does not hold.
pub(super) fn holds(bytes: &[u8]) {
    let [name, path, file @ ..] = bytes else { return };
    let name = FILES[usize::from(*name) % FILES.len()];
    let path = Path::parse(PATHS[usize::from(*path) % PATHS.len()]).unwrap();
    let Ok(found) = locate(name, file, &path) else { return };
    for located in &found {
        let raw = std::str::from_utf8(&file[located.span.clone()]).unwrap();
        assert!(!raw.contains(['\n', '\r']), "{name} {path}: {raw:?}");
        if is_plain(raw) {
            assert_eq!(raw, located.text, "{name} {path}");
        }
    }
    if !found.is_empty() {
        replaced(name, file, path, &found);
    }
}

/// Whether a value is its own bytes.
fn is_plain(raw: &str) -> bool {
    !raw.contains(['\\', '&', '\''])
}

/// A replacement is refused, or nothing else differs and it reads back.
fn replaced(name: &str, bytes: &[u8], path: Path, found: &[Located]) {
    let steps = matches!(path, Path::Steps(_));
    let wanted = vec![NEW.to_owned(); found.len()];
    let all = [Replacement { path, texts: wanted.clone() }];
    let Ok(after) = File::new(name, bytes, None).replace(&all) else { return };
    let mut expected = bytes.to_vec();
    let mut spans: Vec<_> = found.iter().map(|located| located.span.clone()).collect();
    spans.sort_by_key(|span| std::cmp::Reverse(span.start));
    for span in spans {
        expected.splice(span, NEW.bytes());
    }
    assert_eq!(String::from_utf8_lossy(&after), String::from_utf8_lossy(&expected));
    assert_eq!(texts(name, &after, &all[0].path), Some(wanted));
    for other in PATHS[..STEADY].iter().filter(|_| steps) {
        let other = Path::parse(other).unwrap();
        let Ok(before) = locate(name, bytes, &other) else { continue };
        let kept = |located: Located| if found.contains(&located) { NEW.to_owned() } else { located.text };
        let kept: Vec<String> = before.into_iter().map(kept).collect();
        assert_eq!(texts(name, &after, &other), Some(kept), "{name} {other}");
    }
}

fn texts(name: &str, bytes: &[u8], path: &Path) -> Option<Vec<String>> {
    Some(locate(name, bytes, path).ok()?.into_iter().map(|located| located.text).collect())
}
