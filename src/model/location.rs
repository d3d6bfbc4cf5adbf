//! Where a value stands: a file and a path in it, `pyproject.toml project.version as package`.

use std::fmt;

use super::path::RepoPath;
use crate::error::{Error, Result};

/// One value, or several of one name, in a file of the repository.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Location {
    file: RepoPath,
    path: String,
    label: Option<String>,
}

/// What stands at a location.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// At least one text, in the order of the file.
    Values(Vec<String>),
    /// There is no such file.
    NoFile,
    /// The file has nothing at that path.
    NoValue,
    /// Why it cannot be said: the file, or the path in it.
    Unreadable(String),
}

impl Location {
    /// A location of these parts.
    pub fn new(file: RepoPath, path: &str, label: Option<&str>) -> Result<Self> {
        let length = word(path);
        if path.is_empty() || length != path.len() {
            let at = path.get(..length).unwrap_or(path).chars().count() + 1;
            let message = format!("the path `{}` has no end at character {at}", path.escape_debug());
            return Err(Error::state(message).hint("quote a key with blanks or commas: `\"a key\".version`"));
        }
        if let Some(label) = label.filter(|label| !is_label(label)) {
            return Err(Error::state(format!("`{}` is no label", label.escape_debug()))
                .hint("a label is a text without commas and control characters"));
        }
        Ok(Self { file, path: path.to_owned(), label: label.map(str::to_owned) })
    }

    /// Reads the form in which a location is written.
    pub fn parse(text: &str) -> Result<Self> {
        let refuse = |what: &str| {
            Error::state(format!("`{}` {what}", text.escape_debug()))
                .hint("write a file and a path: `pyproject.toml project.version`, `a.json v as label`")
        };
        let (file, rest) = file(text.trim()).ok_or_else(|| refuse("names no file"))?;
        let (path, after) = rest.trim_start().split_at(word(rest.trim_start()));
        if path.is_empty() {
            return Err(refuse("names no path in the file"));
        }
        let label = match after.trim_start().strip_prefix("as ") {
            _ if after.is_empty() => None,
            Some(label) => Some(label.trim()),
            None => return Err(refuse("has something else than `as LABEL` after its path")),
        };
        Self::new(RepoPath::parse(&file)?, path, label)
    }

    /// The locations in a text that lists them with commas.
    pub fn list(text: &str) -> Result<Vec<Self>> {
        let mut rest = text.trim();
        let mut found = Vec::new();
        while !rest.is_empty() {
            let skipped = match file(rest) {
                Some((_, after)) => rest.len() - after.trim_start().len() + word(after.trim_start()),
                None => 0,
            };
            let (before, after) = rest.split_at(skipped);
            let (label, after) = after.split_once(',').unwrap_or((after, ""));
            let one = rest.get(..before.len() + label.len()).unwrap_or(rest);
            found.push(Self::parse(one)?);
            rest = after.trim();
        }
        Ok(found)
    }

    /// The file.
    pub fn file(&self) -> &RepoPath {
        &self.file
    }

    /// The path in the file, as it is written.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// How it is called where it is shown.
    pub fn label(&self) -> Option<&str> {
        self.label.as_deref()
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.as_str();
        if file.starts_with('"') || file.contains([',', ' ']) || file.contains(char::is_whitespace) {
            write!(f, "\"{}\" {}", file.replace('"', "\\\""), self.path)?;
        } else {
            write!(f, "{file} {}", self.path)?;
        }
        self.label.as_ref().map_or(Ok(()), |label| write!(f, " as {label}"))
    }
}

fn is_label(text: &str) -> bool {
    let plain = !text.contains(',') && !text.contains(char::is_control);
    plain && !text.is_empty() && text.trim() == text
}

/// The file at the start of a text, quoted or up to a blank, and what follows.
fn file(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(|char: char| char.is_whitespace() || char == ',').unwrap_or(text.len());
        let (file, rest) = text.split_at(end);
        return (!file.is_empty()).then(|| (file.to_owned(), rest));
    };
    let end = quote(quoted)?;
    let inside = quoted.get(..end)?.replace("\\\"", "\"");
    Some((inside, quoted.get(end + 1..)?))
}

/// Where the quote that ends a quoted text stands.
fn quote(text: &str) -> Option<usize> {
    unescaped(text, '"')
}

/// Where the first such character stands that has no backslash before it.
fn unescaped(text: &str, wanted: char) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().find_map(|(at, char)| {
        let found = char == wanted && !escaped;
        escaped = char == '\\' && !escaped;
        found.then_some(at)
    })
}

/// How many bytes at the start of a text are one path: up to a blank or a comma outside of quotes and brackets, or,
/// of an expression, up to the slash that ends it. What is in a path is known to the formats only.
fn word(text: &str) -> usize {
    if let Some(inside) = text.strip_prefix('/') {
        return unescaped(inside, '/').map_or(0, |end| end + 2);
    }
    let mut bracket = false;
    let mut at = 0;
    while let Some(char) = text.get(at..).and_then(|rest| rest.chars().next()) {
        match char {
            '"' => match text.get(at + 1..).and_then(quote) {
                Some(end) => at += end + 1,
                None => return at,
            },
            '[' => bracket = true,
            ']' => bracket = false,
            ',' => break,
            char if char.is_control() || (char.is_whitespace() && !bracket) => break,
            _ => {}
        }
        at += char.len_utf8();
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> (String, String, Option<String>) {
        let location = Location::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(Location::parse(&location.to_string()).unwrap(), location, "{text}");
        (location.file.to_string(), location.path, location.label)
    }

    #[test]
    fn a_file_a_path_and_perhaps_a_label() {
        for (text, file, path, label) in [
            ("pyproject.toml project.version", "pyproject.toml", "project.version", None),
            (
                " a/b.json  plugins[0].version  as  the plugin ",
                "a/b.json",
                "plugins[0].version",
                Some("the plugin"),
            ),
            ("\"a b.json\" v as x", "a b.json", "v", Some("x")),
            (r#""a\"b,c.json" v"#, "a\"b,c.json", "v", None),
            (r#"a.json "a key, \" b"."as".c as d"#, "a.json", r#""a key, \" b"."as".c"#, Some("d")),
            ("a.json p[name=a b].v as c", "a.json", "p[name=a b].v", Some("c")),
            (
                r"Dockerfile /^ARG V=(?P<version>\d{1,3}) as\/x$/ as c",
                "Dockerfile",
                r"/^ARG V=(?P<version>\d{1,3}) as\/x$/",
                Some("c"),
            ),
            (r#"a.json "\\" as b"#, "a.json", r#""\\""#, Some("b")),
            ("a.json as as as", "a.json", "as", Some("as")),
        ] {
            let wanted = (file.to_owned(), path.to_owned(), label.map(str::to_owned));
            assert_eq!(parts(text), wanted);
        }
        let odd = Location::new(RepoPath::parse("\"a b,c").unwrap(), "v", None).unwrap();
        assert_eq!(odd.to_string(), r#""\"a b,c" v"#);
        assert_eq!(Location::parse(&odd.to_string()).unwrap(), odd);
    }

    #[test]
    fn what_is_no_location_is_refused() {
        for (text, wanted) in [
            ("", "names no file"),
            (", v", "names no file"),
            ("\"a.json v", "names no file"),
            ("a.json", "names no path in the file"),
            ("a.json ,", "names no path in the file"),
            ("a.json v x", "has something else than `as LABEL` after its path"),
            ("a.json v as", "has something else than `as LABEL` after its path"),
            ("a.json v, w", "has something else than `as LABEL` after its path"),
            ("a.json \"v", "names no path in the file"),
            ("a.json /v", "names no path in the file"),
            ("a.json v as  ", "has something else than `as LABEL` after its path"),
            ("a.json v as b,c", "`b,c` is no label"),
            ("../a.json v", "contains `..`"),
        ] {
            let error = Location::parse(text).expect_err(text);
            assert!(error.message().contains(wanted), "{text}: {error}");
        }
        let error = Location::new(RepoPath::parse("a").unwrap(), "a b", None).unwrap_err();
        assert_eq!(error.message(), "the path `a b` has no end at character 2");
        assert!(Location::new(RepoPath::parse("a").unwrap(), "", None).is_err());
        assert!(Location::new(RepoPath::parse("a").unwrap(), "a", Some(" b")).is_err());
    }

    #[test]
    fn a_list_is_split_at_the_commas_between_locations() {
        let text = r#"a.json "x,y".z as one, "b, c.toml" v[n=a], D /(?P<version>\d{1,2}), /"#;
        let list: Vec<String> = Location::list(text).unwrap().iter().map(Location::to_string).collect();
        assert_eq!(list.join(", "), text);
        assert_eq!(list.len(), 3);
        assert_eq!(Location::list(" ").unwrap(), []);
        assert_eq!(Location::list("a v,").unwrap().len(), 1);
        assert!(Location::list("a v, b").is_err());
        assert!(Location::list(",a v").is_err());
    }
}
