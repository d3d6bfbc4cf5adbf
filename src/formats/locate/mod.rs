//! Single values in files of other people's formats, each with the bytes that it stands in.
//!
//! A reader of a format turns a text into one kind of tree (`tree`), whose values know their places; a path (`path`)
//! leads through it. What is replaced are the bytes of a value and no others (`replace`).

mod json;
mod path;
mod pattern;
mod replace;
mod toml;
mod tree;
mod xml;
mod yaml;

use std::ops::Range;

pub use path::{Path, Step};
pub use pattern::Pattern;
pub use replace::Replacement;

use super::place;
use crate::error::{Error, Result};
use tree::{Node, Source};

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// What it says: without quotes, escapes resolved.
    pub text: String,
    /// Its bytes in the file, without quotes, as they are written.
    pub span: Range<usize>,
    /// Whether something else in the file refers to it, and would change with it.
    pub shared: bool,
}

/// The name of a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// JSON, with comments where they are.
    Json,
    /// TOML.
    Toml,
    /// YAML.
    Yaml,
    /// XML.
    Xml,
}

/// A format: the files that have it, and its reader.
struct Format {
    kind: Kind,
    /// Endings with their dot, and whole names.
    files: &'static [&'static str],
    read: fn(Source) -> Result<Node>,
}

/// Every format; a line is all that a new one needs besides its reader and its name.
const FORMATS: &[Format] = &[
    Format {
        kind: Kind::Json,
        files: &[".json", ".jsonc", "composer.lock", "Pipfile.lock"],
        read: json::read,
    },
    Format { kind: Kind::Toml, files: &[".toml", "Cargo.lock", "poetry.lock", "uv.lock"], read: toml::read },
    Format { kind: Kind::Yaml, files: &[".yaml", ".yml"], read: yaml::read },
    Format { kind: Kind::Xml, files: &[".xml", ".csproj", ".props", ".pom"], read: xml::read },
];

/// A file of somebody else's format.
#[derive(Clone, Copy, Debug)]
pub struct File<'t> {
    name: &'t str,
    bytes: &'t [u8],
    kind: Option<Kind>,
}

/// The values that a path names in a file; none is no error.
///
/// The name of the file, which may have folders in front, decides its format; an expression reads any text.
pub fn locate(file: &str, bytes: &[u8], path: &Path) -> Result<Vec<Located>> {
    File::new(file, bytes, None).locate(path)
}

impl<'t> File<'t> {
    /// A file by its name, which may have folders in front and decides its format where none is given.
    pub fn new(name: &'t str, bytes: &'t [u8], kind: Option<Kind>) -> Self {
        Self { name, bytes, kind }
    }

    /// The values that a path names; none is no error.
    pub fn locate(&self, path: &Path) -> Result<Vec<Located>> {
        let (source, mark) = self.source()?;
        let mut found = match path {
            Path::Pattern(pattern) => pattern.find(source),
            Path::Steps(steps) => source.select(&(self.format(path)?.read)(source)?, steps, path)?,
        };
        for located in &mut found {
            if source.slice(&located.span).contains(['\n', '\r']) {
                let message = format!("the value of `{path}` runs over several lines");
                return Err(source.refuse(message, located.span.clone()));
            }
            located.span = located.span.start + mark..located.span.end + mark;
        }
        Ok(found)
    }

    // The text without a byte order mark, and how long that is.
    fn source(&self) -> Result<(Source<'t>, usize)> {
        let whole = place::utf8(self.bytes, self.name)?;
        let text = whole.strip_prefix('\u{feff}').unwrap_or(whole);
        Ok((Source { file: self.name, text }, whole.len() - text.len()))
    }

    fn known(&self) -> Option<&'static Format> {
        if let Some(kind) = self.kind {
            return FORMATS.iter().find(|format| format.kind == kind);
        }
        let name = self.name.rsplit_once('/').map_or(self.name, |(_, name)| name).to_lowercase();
        let fits = |known: &&str| {
            let known = known.to_lowercase();
            name == known || known.starts_with('.') && name.ends_with(&known)
        };
        FORMATS.iter().find(|format| format.files.iter().any(fits))
    }

    fn format(&self, path: &Path) -> Result<&'static Format> {
        self.known().ok_or_else(|| {
            let known: Vec<&str> = FORMATS.iter().flat_map(|format| format.files).copied().collect();
            Error::state(format!("`{}` has no format in which `{path}` can be looked up", self.name))
                .note(format!("formats are known of {}", known.join(", ")))
                .hint("name the value by an expression: `/^VERSION = \"(?P<version>[^\"]+)\"/`")
        })
    }
}

#[cfg(test)]
mod testing {
    use super::{Path, locate};

    /// The texts at a path, each span checked: it lies in the file and is what the text is made of.
    #[track_caller]
    pub(super) fn found(file: &str, text: &str, path: &str) -> Vec<String> {
        let path = Path::parse(path).unwrap();
        let found = locate(file, text.as_bytes(), &path).unwrap_or_else(|error| panic!("{error}"));
        for located in &found {
            let raw = &text[located.span.clone()];
            assert!(raw == located.text || raw.contains(['\\', '&', '\'']), "{raw:?} for {located:?}");
            assert!(!raw.starts_with(['"', '\n', ' ']) && !raw.ends_with(['"', '\n', ' ']), "{raw:?}");
        }
        found.into_iter().map(|located| located.text).collect()
    }

    /// What is written at the only value at a path.
    #[track_caller]
    pub(super) fn raw<'t>(file: &str, text: &'t str, path: &str) -> &'t str {
        let found = locate(file, text.as_bytes(), &Path::parse(path).unwrap()).unwrap();
        assert_eq!(found.len(), 1);
        &text[found[0].span.clone()]
    }

    /// The error, with its place.
    #[track_caller]
    pub(super) fn wrong(file: &str, text: &str, path: &str) -> String {
        locate(file, text.as_bytes(), &Path::parse(path).unwrap()).unwrap_err().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::testing::{found, wrong};
    use super::*;

    #[test]
    fn the_name_of_the_file_decides() {
        for (file, text) in [
            ("a/package.json", "{\"v\": \"1\"}"),
            ("A.JSON", "{\"v\": \"1\"}"),
            ("x.jsonc", "{\"v\": \"1\"}"),
            ("Cargo.toml", "v = \"1\""),
            ("a/Cargo.lock", "v = \"1\""),
            ("Chart.yaml", "v: '1'"),
            ("x.yml", "v: 1"),
            ("pom.xml", "<v>1</v>"),
            ("a.csproj", "<v>1</v>"),
        ] {
            assert_eq!(found(file, text, "v"), ["1"], "{file}");
        }
        for file in ["VERSION", "x.json5", "json", "Cargo.lock.txt", ""] {
            let error = wrong(file, "v: 1", "v");
            assert_eq!(error, format!("`{file}` has no format in which `v` can be looked up"));
        }
    }

    #[test]
    fn what_is_not_utf_8_is_said_with_its_place() {
        let path = Path::parse("a").unwrap();
        let error = locate("x.json", b"{\"a\":\n \"\xff\"}", &path).unwrap_err();
        assert_eq!(error.to_string(), "x.json:2:3: not UTF-8 text");
    }

    #[test]
    fn spans_count_the_byte_order_mark() {
        for (file, text) in [
            ("x.json", "\u{feff}{\"a\": \"1.2\"}"),
            ("x.toml", "\u{feff}a = \"1.2\""),
            ("x.yaml", "\u{feff}a: 1.2"),
            ("x.xml", "\u{feff}<?xml version=\"1.0\"?>\n<a>1.2</a>"),
        ] {
            assert_eq!(found(file, text, "a"), ["1.2"], "{file}");
        }
    }

    #[test]
    fn paths_lead_to_single_values() {
        let text = "a: [1, {b: 2, n: x}, {b: 3, n: 'y z'}, 4, {b: }]\nm: {k: v}\n";
        assert_eq!(found("x.yaml", text, "a[0]"), ["1"]);
        assert_eq!(found("x.yaml", text, "a[*].b"), ["2", "3"]);
        assert_eq!(found("x.yaml", text, "a[n=x].b"), ["2"]);
        assert_eq!(found("x.yaml", text, "a[n=\"y z\"].b"), ["3"]);
        for missing in ["z", "a[9]", "a.b", "a[n=w].b", "m[0]", "m[*]", "m.k.x", "a[0].b", "m[k=v]"] {
            assert_eq!(found("x.yaml", text, missing), [""; 0], "{missing}");
        }
        assert_eq!(wrong("x.yaml", text, "a"), "x.yaml:1:4: `a` is a list here, not a single value");
        assert_eq!(wrong("x.yaml", text, "a[*]"), "x.yaml:1:8: `a[*]` is a mapping here, not a single value");
    }
}
