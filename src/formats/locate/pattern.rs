//! Any text: what an expression with a group `version` finds.

use std::fmt;

use regex::{Regex, RegexBuilder};

use super::Located;
use super::tree::Source;
use crate::error::{Error, Result};

/// An expression between slashes. `^` and `$` are the ends of a line.
#[derive(Clone, Debug)]
pub struct Pattern {
    written: String,
    regex: Regex,
}

/// The group whose text is the value.
const GROUP: &str = "version";

/// The largest compiled expression, in bytes: one that needs more is a mistake.
const LARGEST: usize = 1024 * 1024;

impl Pattern {
    /// Reads `/expression/`; a slash inside it is written `\/`.
    pub(super) fn parse(written: &str) -> Result<Self> {
        let refuse = |what: &str| {
            Error::state(format!("the path `{}` {what}", written.escape_debug()))
                .hint(format!("write it like `/^VERSION = \"(?P<{GROUP}>[^\"]+)\"/`"))
        };
        let inside = written.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
        let Some(inside) = inside else { return Err(refuse("has no `/` at its end")) };
        if let Some(at) = slash(inside) {
            let place = inside.get(..at).unwrap_or(inside).chars().count() + 2;
            return Err(refuse(&format!("ends at character {place}: a `/` inside is written `\\/`")));
        }
        let mut builder = RegexBuilder::new(inside);
        let regex = builder.multi_line(true).crlf(true).size_limit(LARGEST).build();
        let regex = regex.map_err(|error| {
            let said = error.to_string();
            let cause = said.lines().last().unwrap_or(&said);
            refuse(&format!("is no expression: {}", cause.strip_prefix("error: ").unwrap_or(cause)))
        })?;
        let names: Vec<&str> = regex.capture_names().flatten().collect();
        if names != [GROUP] {
            return Err(refuse(&format!("does not have exactly one named group, `{GROUP}`")));
        }
        Ok(Self { written: written.to_owned(), regex })
    }

    /// Everything that it finds.
    pub(super) fn find(&self, source: Source) -> Vec<Located> {
        let found = self.regex.captures_iter(source.text).filter_map(|found| found.name(GROUP));
        found
            .map(|group| Located { text: group.as_str().to_owned(), span: group.range(), shared: false })
            .collect()
    }
}

/// Where the first slash is that no backslash stands before.
fn slash(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().find_map(|(at, char)| {
        let found = char == '/' && !escaped;
        escaped = char == '\\' && !escaped;
        found.then_some(at)
    })
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.written == other.written
    }
}

impl Eq for Pattern {}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{found, wrong};
    use super::*;

    #[test]
    fn the_group_is_the_value_wherever_it_is_found() {
        let text = "ARG VERSION=1.2.3\r\nFROM x\r\nLABEL v=1.2.3\r\nMIN=11.2.30\r\n";
        assert_eq!(found("Dockerfile", text, r"/^ARG VERSION=(?P<version>\S+)$/"), ["1.2.3"]);
        assert_eq!(found("Dockerfile", text, r"/=(?<version>1\.2\.3)$/"), ["1.2.3", "1.2.3"]);
        assert_eq!(found("Dockerfile", text, "/nothing(?P<version>.)/"), [""; 0]);
        assert_eq!(found("VERSION", "\u{feff}0.1.0\n", r"/^(?P<version>\S+)/"), ["0.1.0"]);
        // Also in a file whose format is known, and where the group takes no part.
        assert_eq!(found("a.json", "{broken 1.2", r"/(?P<version>\d\.\d)/"), ["1.2"]);
        assert_eq!(found("x", "ab", "/a|(?P<version>b)/"), ["b"]);
        assert_eq!(found("x", "https://a/v1", r"/https:\/\/a\/v(?P<version>.)/"), ["1"]);
    }

    #[test]
    fn what_is_no_expression_with_the_group_is_refused() {
        let refused = |text: &str, wanted: &str| {
            let error = Pattern::parse(text).expect_err(text);
            assert!(error.message().contains(wanted), "{text}: {error}");
        };
        refused("/", "no `/` at its end");
        refused("/(?P<version>.)", "no `/` at its end");
        refused("/a/(?P<version>.)/", "ends at character 3");
        refused(r"/a\\/(?P<version>.)/", "ends at character 5");
        refused("/(?P<version>/", "is no expression: unclosed group");
        refused("/.+/", "exactly one named group, `version`");
        refused("/(?P<v>.)/", "exactly one named group, `version`");
        refused("/(?P<version>.)(?P<other>.)/", "exactly one named group, `version`");
        refused(r"/(?P<version>\w{1000}{1000})/", "is no expression");
    }

    #[test]
    fn a_value_is_on_one_line() {
        assert_eq!(
            wrong("x", "a\nb", "/(?s)(?P<version>.+)/"),
            "x:1:1: the value of `/(?s)(?P<version>.+)/` runs over several lines"
        );
    }
}
