//! Random bytes and random paths: never a panic, and what is found is where it is said to be.

use git_track::formats::locate::{Path, Step, locate};
use git_track::model::location::Location;
use proptest::prelude::*;

const FILES: [&str; 6] = ["a.json", "a.toml", "a.yaml", "a.xml", "a.txt", "Cargo.lock"];

const PATHS: [&str; 12] = [
    "a",
    "a.b",
    "a[0]",
    "a[*]",
    "a[*].b",
    "[0]",
    "[*]",
    "a.@b",
    "a[b=1]",
    "\"\".a",
    "/(?P<version>[a-z0-9.]+)/",
    "/(?s)(?P<version>.*)/",
];

/// What texts are made of that are nearly of one of the formats.
#[rustfmt::skip]
const PARTS: &[&str] = &[
    "a", "b", "\"a\"", "'b'", "\"", "'", "\"\"\"", "'''", ":", ": ", "=", " = ", ",", ".", "{", "}", "[", "]", "[[", "]]",
    "<a>", "</a>", "<b/>", "<a b='1'>", "<", ">", "&", "&lt;", "&#0;", "&a ", "*a", "<!--", "-->", "<![CDATA[", "]]>",
    "<?", "?>", "<!DOCTYPE a [", "//", "/*", "*/", "#", "- ", "? ", "|\n", ">-\n", "!!x ", "<<", "---\n", "...\n",
    "%YAML 1.2\n", "\n", "\r\n", "\r", " ", "  ", "\t", "\\", "\\u00", "\\ud83d", "1", "1.2.3", "null", "~", "true", "é",
    "\u{1f600}", "\u{feff}", "\0", "\u{2028}", "1979-05-27", "inf", "0x", "-", "+",
];

fn nearly() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PARTS), 0..24).prop_map(|parts| parts.concat())
}

fn holds(bytes: &[u8], path: &Path) {
    for file in FILES {
        let Ok(found) = locate(file, bytes, path) else { continue };
        for located in found {
            let raw = std::str::from_utf8(&bytes[located.span.clone()]).unwrap();
            assert!(!raw.contains('\n'), "{file} {path}: {raw:?}");
            // A value without escapes is its own bytes.
            if !raw.contains(['\\', '&', '\'', '\r']) {
                assert_eq!(raw, located.text, "{file} {path} in {:?}", String::from_utf8_lossy(bytes));
            }
        }
    }
}

fn path() -> impl Strategy<Value = Path> {
    let key = "[a-z.\"\\\\/@* 0-9é\\]=,]{0,5}";
    let step = prop_oneof![
        key.prop_map(Step::Key),
        any::<usize>().prop_map(Step::Index),
        Just(Step::All),
        (key, key).prop_map(|(key, value)| Step::Where { key, value }),
    ];
    prop::collection::vec(step, 1..5).prop_map(Path::Steps)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), path in prop::sample::select(&PATHS[..])) {
        holds(&bytes, &Path::parse(path).unwrap());
    }

    #[test]
    fn texts_never_panic(text in nearly(), path in prop::sample::select(&PATHS[..])) {
        holds(text.as_bytes(), &Path::parse(path).unwrap());
    }

    #[test]
    fn paths_never_panic(text in "[a-z\\[\\]\".=*/\\\\ ,()?<>\0é0-9]{0,20}", body in nearly()) {
        if let Ok(path) = Path::parse(&text) {
            assert_eq!(Path::parse(&path.to_string()).unwrap(), path);
            holds(body.as_bytes(), &path);
        }
    }

    #[test]
    fn paths_read_what_they_write(path in path()) {
        let written = path.to_string();
        assert_eq!(Path::parse(&written).unwrap(), path);
        // A location takes every path as one word.
        let location = Location::parse(&format!("a.json {written} as b")).unwrap();
        assert_eq!((location.path(), location.label()), (written.as_str(), Some("b")));
        assert_eq!(Location::list(&format!("{location}, {location}")).unwrap(), [location.clone(), location]);
    }

    #[test]
    fn locations_never_panic(text in "[ab.\"\\\\/,\\[\\] as\t\0é]{0,20}") {
        let _ = Location::list(&text);
        if let Ok(location) = Location::parse(&text) {
            assert_eq!(Location::parse(&location.to_string()).unwrap(), location);
        }
    }

    #[test]
    fn a_value_is_replaced_by_its_span(old in "[a-z0-9.+-]{1,9}", new in "[a-z0-9.+-]{1,9}") {
        for (file, before, after, path) in [
            ("a.json", "\u{feff}{\"d\": \"", "\", // c\r\n\"a\": [1, 2,],}", "d"),
            ("a.toml", "[t]\na = \"", "\" # c\n[u]\na = 3", "t.a"),
            ("a.yaml", "x:\n  - {n: 1, v: 0}\n  - n: q\n    v: '", "' # c\r\n", "x[n=q].v"),
            ("a.xml", "<a><b v='1'/><b v=\"2\"> ", " </b></a>", "a.b[@v=\"2\"]"),
            ("a.txt", "V=1\nW=", "\n", "/^W=(?P<version>.+)$/"),
        ] {
            let path = Path::parse(path).unwrap();
            let mut text = format!("{before}{old}{after}");
            let found = locate(file, text.as_bytes(), &path).unwrap();
            assert_eq!(found.len(), 1);
            assert_eq!(found[0].text, old);
            text.replace_range(found[0].span.clone(), &new);
            assert_eq!(text, format!("{before}{new}{after}"));
            assert_eq!(locate(file, text.as_bytes(), &path).unwrap()[0].text, new);
        }
    }
}
