//! Words of commands that people paste into a shell.

use std::borrow::Cow;

/// A word as it must be written in a shell: in quotes where it would not arrive as it is.
pub fn word(text: &str) -> Cow<'_, str> {
    let plain = |c: char| c.is_alphanumeric() || "_-./:@%+=,…".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return Cow::Borrowed(text);
    }
    // What means something between double quotes, too, stands between single ones.
    if text.contains(['"', '$', '`', '\\', '!']) {
        return Cow::Owned(format!("'{}'", text.replace('\'', "'\\''")));
    }
    Cow::Owned(format!("\"{text}\""))
}

/// A title or a sentence: in quotes, as people write it.
pub fn text(text: &str) -> Cow<'_, str> {
    match word(text) {
        Cow::Borrowed(plain) => Cow::Owned(format!("\"{plain}\"")),
        quoted @ Cow::Owned(_) => quoted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_a_shell_would_change_them() {
        for (said, written) in [
            ("I2", "I2"),
            ("docs/goals.md", "docs/goals.md"),
            ("feat/größe-1", "feat/größe-1"),
            ("Read docs", "\"Read docs\""),
            ("", "\"\""),
            ("it's", "\"it's\""),
            ("a;b", "\"a;b\""),
            ("$HOME", "'$HOME'"),
            ("say \"it's\"", "'say \"it'\\''s\"'"),
            ("~root", "\"~root\""),
        ] {
            assert_eq!(word(said), written, "{said}");
        }
        assert_eq!([text("A"), text("A `b`")], ["\"A\"", "'A `b`'"]);
    }
}
