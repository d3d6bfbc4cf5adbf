//! Values replaced by others, byte for byte: nothing else in the file changes, and what was written is read back.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{File, Located, Path};
use crate::error::{Error, Result};

/// What is to stand at a path in place of what is there.
#[derive(Clone, Debug)]
pub struct Replacement {
    /// The path; every value that it names is replaced.
    pub path: Path,
    /// What each of them is to say, in the order of the file.
    pub texts: Vec<String>,
}

/// What is to stand where, by the first byte.
type Spans<'t> = BTreeMap<usize, (Range<usize>, &'t str)>;

impl File<'_> {
    /// The bytes of the file with these values replaced. A text must be one that every format takes as it is.
    ///
    /// An error when a path does not name as many values as there are texts, when two replacements of one place differ,
    /// or when the result does not read as it should.
    pub fn replace(&self, all: &[Replacement]) -> Result<Vec<u8>> {
        let mut spans = Spans::new();
        for replacement in all {
            let found = self.locate(&replacement.path)?;
            if found.len() != replacement.texts.len() {
                return Err(self.odd(&format!("`{}` names {} values", replacement.path, found.len())));
            }
            for (Located { span, shared, .. }, text) in found.into_iter().zip(&replacement.texts) {
                if shared {
                    return Err(self.odd(&format!("something else refers to `{}`", replacement.path)));
                }
                let new = (span, text.as_str());
                let earlier = spans.insert(new.0.start, new.clone());
                if earlier.is_some_and(|earlier| earlier != new) {
                    return Err(self.odd(&format!("two values are to stand at `{}`", replacement.path)));
                }
            }
        }
        let bytes = self.spliced(&spans)?;
        let after = File { bytes: &bytes, ..*self };
        for replacement in all {
            let found = after.locate(&replacement.path)?;
            if !found.iter().map(|located| &located.text).eq(&replacement.texts) {
                return Err(self.odd(&format!("`{}` would not say what is written there", replacement.path)));
            }
        }
        if all.iter().any(|one| matches!(one.path, Path::Steps(_))) {
            self.same_but(&after, &spans)?;
        }
        Ok(bytes)
    }

    fn spliced(&self, spans: &Spans) -> Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(self.bytes.len() + 64);
        let mut done = 0;
        for (span, text) in spans.values() {
            let before = self.bytes.get(done..span.start);
            bytes.extend_from_slice(before.ok_or_else(|| self.odd("two values overlap"))?);
            bytes.extend_from_slice(text.as_bytes());
            done = span.end;
        }
        bytes.extend_from_slice(self.bytes.get(done..).unwrap_or_default());
        Ok(bytes)
    }

    // Whether every value is still there, under the same keys, and says the same, but for those that were replaced.
    fn same_but(&self, after: &File, spans: &Spans) -> Result<()> {
        let Some(format) = self.known() else { return Ok(()) };
        let ((source, mark), (after, _)) = (self.source()?, after.source()?);
        let (old, new) = ((format.read)(source)?, (format.read)(after)?);
        let (old, new) = (old.leaves(), new.leaves());
        let same = old.iter().zip(&new).all(|((keys, was), (now_keys, now))| {
            let wanted = spans.get(&(was.span.start + mark)).map_or(was.text.as_str(), |(_, text)| text);
            keys == now_keys && now.text == wanted
        });
        if same && old.len() == new.len() {
            return Ok(());
        }
        Err(self.odd("another value would change with it"))
    }

    fn odd(&self, what: &str) -> Error {
        Error::state(format!("`{}` cannot be changed: {what}", self.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replaced(file: &str, text: &str, all: &[(&str, &[&str])]) -> String {
        let own = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let all: Vec<Replacement> = all
            .iter()
            .map(|(path, texts)| Replacement { path: Path::parse(path).unwrap(), texts: own(texts) })
            .collect();
        match File::new(file, text.as_bytes(), None).replace(&all) {
            Ok(bytes) => String::from_utf8(bytes).unwrap(),
            Err(error) => format!("error: {error}"),
        }
    }

    #[test]
    fn only_the_values_change() {
        for (file, text, path) in [
            ("a.json", "\u{feff}{\r\n\t\"a\": [1.0, 12345678901234567890],\"v\":\"<1.2>\"}", "v"),
            ("a.json", "{\"v\": \"<1\\u002e2>\" // v 1.2\n}", "v"),
            ("a.toml", "v = '''<1.2>''' # 1.2\r\nw = \"1.2\"", "v"),
            ("a.yaml", "v:   <1.2>   # 1.2\nw: 1.2\n", "v"),
            ("a.yaml", "{v: '<1.2>', w: 1.2}", "v"),
            ("a.xml", "<p><v> <1.2>\n</v><w a='1.2'/></p>", "p.v"),
            ("a.xml", "<p><v/><w a='<1.2>'/></p>", "p.w.@a"),
            ("VERSION", "v<1.2>\n11.2.30", "/^v(?P<version>.+)$/"),
        ] {
            let marked = |new: Option<&str>| {
                let (before, rest) =
                    text.split_once("<1").map(|(before, rest)| (before, format!("1{rest}"))).unwrap();
                let (value, after) = rest.split_once('>').unwrap();
                format!("{before}{}{after}", new.unwrap_or(value))
            };
            assert_eq!(replaced(file, &marked(None), &[(path, &["9.9.9"])]), marked(Some("9.9.9")), "{file}");
        }
    }

    #[test]
    fn several_values_of_one_file_change_together() {
        let text = "{\"v\": \"1\", \"p\": [{\"v\": \"2\"}, {\"v\": \"3\"}]}";
        let after = replaced("a.json", text, &[("p[*].v", &["20", "30"]), ("v", &["10"])]);
        assert_eq!(after, "{\"v\": \"10\", \"p\": [{\"v\": \"20\"}, {\"v\": \"30\"}]}");
        // The same place by two paths is no contradiction as long as both want the same.
        let twice = replaced("a.json", "{\"v\": \"1\"}", &[("v", &["2"]), (r"/(?P<version>\d)/", &["2"])]);
        assert_eq!(twice, "{\"v\": \"2\"}");
    }

    #[test]
    fn what_would_not_read_back_is_refused() {
        let v = "{\"v\": \"1\"}";
        for (file, text, all, wanted) in [
            ("a.json", v, &[("v", &["2", "3"][..])][..], "`v` names 1 values"),
            ("a.json", v, &[("w", &["2"])], "`w` names 0 values"),
            ("a.json", v, &[("v", &["2"]), ("/(?P<version>1)/", &["3"])], "two values are to stand"),
            ("a.json", v, &[("v", &["2\", \"w\": \"3"])], "`v` would not say what is written there"),
            ("a.json", v, &[("v", &["\\u0032"])], "`v` would not say what is written there"),
            ("x", "v=1", &[("/v=(?P<version>.)$/", &["22"])], "`x` cannot be changed"),
            (
                "x",
                "ab",
                &[("/(?P<version>ab)/", &["c"]), ("/a(?P<version>b)/", &["c"])],
                "two values overlap",
            ),
            // The value is what selects it.
            ("a.json", "[{\"n\": \"1\"}]", &[("[n=1].n", &["2"])], "`[n=1].n` would not say"),
            ("a.yaml", "v: 1.2\n", &[("v", &["{a: 1}"])], "is a mapping here"),
        ] {
            let said = replaced(file, text, all);
            assert!(said.starts_with("error: ") && said.contains(wanted), "{file}: {said}");
        }
    }

    #[test]
    fn what_others_refer_to_would_change_with_it() {
        let text = "version: &v 1.0.0\nother: &o 1.0.0\nbase: &b {version: 1.0.0}\napp: *v\nmore: {<<: *b}\n";
        assert!(replaced("x.yaml", text, &[("other", &["2.0.0"])]).contains("&o 2.0.0"));
        for path in ["version", "base.version"] {
            let said = replaced("x.yaml", text, &[(path, &["2.0.0"])]);
            assert_eq!(said, format!("error: `x.yaml` cannot be changed: something else refers to `{path}`"));
        }
    }

    #[test]
    fn what_changes_besides_is_seen() {
        let before = File::new("a.json", b"{\"v\": \"1\", \"w\": \"1\"}", None);
        let after = File { bytes: b"{\"v\": \"2\", \"w\": \"2\"}", ..before };
        let spans = Spans::from([(7, (7..8, "2"))]);
        let error = before.same_but(&after, &spans).unwrap_err();
        assert_eq!(error.message(), "`a.json` cannot be changed: another value would change with it");
        let fewer = File { bytes: b"{\"v\": \"2\"}", ..before };
        assert!(before.same_but(&fewer, &spans).is_err());
        assert!(before.same_but(&File { bytes: b"{\"v\": \"2\", \"w\": \"1\"}", ..before }, &spans).is_ok());
    }
}
