//! Paths that stay inside the directory they are relative to.

use std::borrow::Cow;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

const COMPONENT_MAX: usize = 255;
const PATH_MAX: usize = 4096;

/// A path relative to a root, `/`-separated, that git would accept in a tree and that cannot leave the root.
///
/// The rules are the same on every platform, so that a name committed on one can be checked out on another.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(description = "A path relative to the top of the repository, with `/` between its parts.")]
pub struct RepoPath(String);

impl RepoPath {
    /// Checks a path.
    pub fn parse(text: &str) -> Result<Self> {
        if text.is_empty() {
            return Err(
                Error::state("a path is empty").hint("name a file below the repository, like `docs/plan.md`")
            );
        }
        if text.starts_with(['/', '\\']) || has_drive(text) {
            return Err(Error::state(format!(
                "the path `{}` is absolute, but paths are relative to the repository",
                text.escape_debug()
            ))
            .hint("name the file from the top of the repository, like `docs/plan.md`"));
        }
        if text.len() > PATH_MAX {
            return Err(Error::state(format!(
                "a path is {} bytes long; {PATH_MAX} is the limit",
                text.len()
            ))
            .note(format!("it begins with `{}`", text.chars().take(60).collect::<String>().escape_debug()))
            .hint("shorten the names of its directories"));
        }
        for component in text.split('/') {
            if let Some(objection) = Objection::to(component) {
                return Err(objection.into_error(text, component));
            }
        }
        Ok(Self(text.to_owned()))
    }

    /// The root itself: a folder to look into, never a file.
    pub fn top() -> Self {
        Self(String::new())
    }

    /// The path with `/` between components.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path of something below this one.
    pub fn join(&self, below: &str) -> Result<Self> {
        // Checked apart, so that an absolute `below` is called absolute.
        let below = Self::parse(below)?;
        Self::parse(&format!("{}/{}", self.0, below.0))
    }

    /// The directory it is in; `None` when that is the root.
    pub fn parent(&self) -> Option<Self> {
        self.0.rsplit_once('/').map(|(parent, _)| Self(parent.to_owned()))
    }

    /// The last component.
    pub fn file_name(&self) -> &str {
        self.0.rsplit_once('/').map_or(self.as_str(), |(_, name)| name)
    }

    /// The components from the root down.
    pub fn components(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('/')
    }
}

impl fmt::Display for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for RepoPath {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        Self::parse(&text)
    }
}

impl From<RepoPath> for String {
    fn from(path: RepoPath) -> Self {
        path.0
    }
}

#[derive(Clone, Copy)]
enum Objection {
    Empty,
    Dot,
    DotDot,
    DotGit,
    Backslash,
    Control,
    TooLong,
    Trailing,
}

impl Objection {
    fn to(component: &str) -> Option<Self> {
        let objection = match component {
            "" => Self::Empty,
            "." => Self::Dot,
            ".." => Self::DotDot,
            _ if component.contains('\\') => Self::Backslash,
            _ if component.chars().any(char::is_control) => Self::Control,
            _ if is_dot_git(component) => Self::DotGit,
            _ if component.len() > COMPONENT_MAX => Self::TooLong,
            _ if component.ends_with(['.', ' ']) => Self::Trailing,
            _ => return None,
        };
        Some(objection)
    }

    fn into_error(self, path: &str, component: &str) -> Error {
        let shown = path.escape_debug();
        let part = component.escape_debug();
        let (message, hint): (String, Cow<'static, str>) = match self {
            Self::Empty => (
                format!("the path `{shown}` has an empty component"),
                "write one `/` between names and none at the end".into(),
            ),
            Self::Dot => (format!("the path `{shown}` contains `.`"), "leave the `./` out".into()),
            Self::DotDot => (
                format!("the path `{shown}` contains `..`, which could leave the repository"),
                "name the file from the top of the repository, without `..`".into(),
            ),
            Self::DotGit => (
                format!("the path `{shown}` contains `{part}`, which some file systems take for `.git`"),
                "choose another name".into(),
            ),
            Self::Backslash => (
                format!("the path `{shown}` contains a backslash in `{part}`"),
                format!("write `{}`", path.replace('\\', "/").escape_debug()).into(),
            ),
            Self::Control => (
                format!("the path `{shown}` contains a control character in `{part}`"),
                "use printable characters".into(),
            ),
            Self::TooLong => (
                format!("a name in a path is {} bytes long; {COMPONENT_MAX} is the limit", component.len()),
                format!("shorten `{}…`", component.chars().take(40).collect::<String>()).into(),
            ),
            Self::Trailing => (
                format!(
                    "the path `{shown}` has a dot or a space at the end of `{part}`, which Windows drops"
                ),
                format!("write `{}`", component.trim_end_matches(['.', ' ']).escape_debug()).into(),
            ),
        };
        Error::state(message).hint(hint)
    }
}

fn has_drive(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|letter| letter.is_ascii_alphabetic()) && chars.next() == Some(':')
}

/// Whether macOS or Windows could open `.git` under this name.
fn is_dot_git(component: &str) -> bool {
    let visible: String = component.chars().filter(|&c| !hfs_ignores(c)).collect();
    let lower = visible.to_ascii_lowercase();
    [".git", "git~1"].iter().filter_map(|name| lower.strip_prefix(name)).any(|rest| {
        let rest = rest.trim_start_matches(['.', ' ']);
        rest.is_empty() || rest.starts_with(':')
    })
}

fn hfs_ignores(c: char) -> bool {
    matches!(c, '\u{200c}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{206a}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    #[rustfmt::skip]
    const GOOD: &[&str] = &[
        "a", "VERSION", "a/b", "a/b/c.txt", ".track/config.yaml", ".gitignore", ".gitattributes", ".github/x",
        ".gitx", "git", "git~2", "git~10", "x.git", "repo.git/HEAD", "..a", "...a", "a..b", ".a", "-", "-rf",
        "~/x", "a b", " a", "ab:c", "dir/C:x", "é/ü", "日本語", "a\u{200d}b", "$(id)", "a;b", "*", "track/undo/0001.yaml",
        "\u{1f600}", "GIT", ".gi", "con", "a~1",
    ];

    #[rustfmt::skip]
    const BAD: &[(&str, &str)] = &[
        ("", "empty"), ("/", "absolute"), ("/etc/passwd", "absolute"), ("\\x", "absolute"), ("//x", "absolute"),
        ("C:", "absolute"), ("c:/x", "absolute"), ("C:x", "absolute"), ("C:\\x", "absolute"),
        ("a/", "empty component"), ("a//b", "empty component"), (".", "`.`"), ("./a", "`.`"), ("a/./b", "`.`"),
        ("a/.", "`.`"), ("..", "`..`"), ("../a", "`..`"), ("a/..", "`..`"), ("a/../../b", "`..`"),
        ("...", "end of"), (".git", "`.git`"), (".git/hooks/x", "`.git`"), ("a/.git", "`.git`"), ("a/.git/b", "`.git`"),
        (".GIT", "`.git`"), (".Git/config", "`.git`"), (".gIt", "`.git`"), (".git.", "`.git`"), (".git ", "`.git`"),
        (".git . .", "`.git`"), (".git...", "`.git`"), (".git::$INDEX_ALLOCATION", "`.git`"), (".git:x/y", "`.git`"),
        (".git .:x", "`.git`"), ("git~1", "`.git`"), ("GIT~1/config", "`.git`"), ("git~1.", "`.git`"), ("git~1 ", "`.git`"),
        ("git~1:x", "`.git`"), (".g\u{200c}it", "`.git`"), ("\u{200d}.git", "`.git`"), (".git\u{200e}", "`.git`"),
        (".gi\u{200f}t", "`.git`"), (".\u{202a}git", "`.git`"), (".GI\u{202e}T", "`.git`"), (".git\u{206a}", "`.git`"),
        (".git\u{206f}/x", "`.git`"), ("\u{feff}.git", "`.git`"), ("a\\b", "backslash"), (".git\\x", "backslash"),
        ("a\\..\\b", "backslash"), ("a\0b", "control"), ("a\nb", "control"), ("a\rb", "control"), ("a\tb", "control"),
        ("\u{1b}[31m", "control"), ("a\u{7f}", "control"), ("a\u{85}b", "control"), ("a.", "end of"), ("a ", "end of"),
        ("a./b", "end of"), ("a /b", "end of"), ("x/y..", "end of"),
    ];

    #[test]
    fn table() {
        assert!(GOOD.len() + BAD.len() > 90);
        for name in GOOD {
            let path = RepoPath::parse(name).unwrap_or_else(|e| panic!("{name:?}: {e}"));
            assert_eq!(path.as_str(), *name);
        }
        for (name, word) in BAD {
            let error = RepoPath::parse(name).expect_err(&format!("{name:?} must be refused"));
            assert_eq!(error.kind(), Kind::State, "{name:?}");
            assert!(error.message().contains(word), "{name:?}: {error}");
            assert!(!error.hints().is_empty(), "{name:?} has no hint");
            assert!(
                !error.message().contains(char::is_control),
                "{name:?}: control character in the message"
            );
        }
    }

    #[test]
    fn limits() {
        assert!(RepoPath::parse(&"a".repeat(255)).is_ok());
        assert!(RepoPath::parse(&"a".repeat(256)).is_err());
        let long = vec!["a".repeat(127); 32].join("/");
        assert_eq!(long.len(), 4095);
        assert!(RepoPath::parse(&format!("{long}a")).is_ok());
        assert!(RepoPath::parse(&format!("{long}ab")).is_err());
    }

    #[test]
    fn parts() {
        let path = RepoPath::parse("a/b/c").unwrap();
        assert_eq!(path.file_name(), "c");
        assert_eq!(path.parent().unwrap().to_string(), "a/b");
        assert_eq!(path.components().collect::<Vec<_>>(), ["a", "b", "c"]);
        assert_eq!(path.join("d/e").unwrap().as_str(), "a/b/c/d/e");
        assert!(path.join("/d").unwrap_err().message().contains("absolute"));
        assert!(path.join("../d").is_err());
        assert!(RepoPath::parse("c").unwrap().parent().is_none());
        assert_eq!(RepoPath::parse("c").unwrap().file_name(), "c");
    }

    #[test]
    fn serde() {
        let path: RepoPath = serde_json::from_str("\"a/b\"").unwrap();
        assert_eq!(serde_json::to_string(&path).unwrap(), "\"a/b\"");
        let error = serde_json::from_str::<RepoPath>("\"../b\"").unwrap_err();
        assert!(error.to_string().contains("`..`"), "{error}");
        let schema = serde_json::to_value(schemars::schema_for!(RepoPath)).unwrap();
        assert_eq!(schema["type"], "string");
    }

    proptest::proptest! {
        #[test]
        fn accepted_paths_stay_below(text in "[a.~ /:\\\\gitGIT1\u{200c}]{1,12}") {
            if let Ok(path) = RepoPath::parse(&text) {
                let plain = std::path::Path::new(path.as_str());
                assert!(plain.components().all(|c| matches!(c, std::path::Component::Normal(_))));
                assert_eq!(plain.components().count(), path.components().count());
            }
        }
    }
}
