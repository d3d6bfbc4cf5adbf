//! Reading Rust source for questions about it: code without comments, texts and tests, and the paths that it names.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::strip::{Literal, is_word, strip};

/// A path that the code names: `crate::model::id` is three words.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Named {
    /// The words; `*` for a glob.
    pub(super) words: Vec<String>,
    /// In which line.
    pub(super) line: usize,
    /// Whether a `use` names it.
    pub(super) used: bool,
}

/// A source file without its tests.
#[derive(Debug)]
pub(super) struct Source {
    /// Relative to `src`, with `/`.
    pub(super) path: String,
    /// Comments and the insides of texts are blank; bytes and lines keep their places.
    pub(super) code: String,
    /// The texts.
    pub(super) literals: Vec<Literal>,
}

impl Source {
    /// Reads code.
    pub(super) fn new(path: &str, text: &str) -> Self {
        let (code, literals) = strip(text);
        let mut source = Self { path: path.to_owned(), code, literals };
        source.drop_tests();
        source
    }

    /// The module at the top level that the file belongs to.
    pub(super) fn module(&self) -> &str {
        let first = self.path.split('/').next().unwrap();
        first.strip_suffix(".rs").unwrap_or(first)
    }

    /// How many modules down it is: 1 for a file or folder at the top, 0 for `lib.rs` and `main.rs`.
    pub(super) fn depth(&self) -> usize {
        let above = self.path.matches('/').count();
        match self.path.rsplit('/').next().unwrap() {
            "mod.rs" => above,
            "lib.rs" | "main.rs" if above == 0 => 0,
            _ => above + 1,
        }
    }

    /// Where a byte stands, for people.
    pub(super) fn place(&self, at: usize) -> String {
        format!("src/{}:{}", self.path, line(&self.code, at))
    }

    /// The texts with their places.
    pub(super) fn texts(&self) -> impl Iterator<Item = (&Literal, String)> {
        self.literals.iter().map(|literal| (literal, self.place(literal.at)))
    }

    /// The paths that the code names, groups of `use` taken apart.
    pub(super) fn paths(&self) -> Vec<Named> {
        let mut found = Vec::new();
        let (mut at, mut used) = (0, false);
        while let Some((start, word)) = next_word(&self.code, at) {
            used = word == "use" || used && !self.code[at..start].contains(';');
            at = start + word.len();
            if word != "use" {
                at = path(&self.code, start, &[], used, &mut found);
            }
        }
        found
    }

    /// The same without single words, and what a `use` brought in spelled out: `io::stdout` is `std::io::stdout`.
    pub(super) fn full_paths(&self) -> Vec<Named> {
        let paths = self.paths();
        let known = paths.iter().filter(|named| named.used && named.words.len() > 1);
        let known: HashMap<String, Vec<String>> =
            known.map(|named| (named.words.last().unwrap().clone(), named.words.clone())).collect();
        let mut full: Vec<Named> =
            paths.into_iter().filter(|named| named.used || named.words.len() > 1).collect();
        for named in full.iter_mut().filter(|named| !named.used) {
            if let Some(start) = known.get(&named.words[0]) {
                named.words.splice(..1, start.iter().cloned());
            }
        }
        full
    }

    /// The modules that the file declares.
    pub(super) fn declared(&self) -> Vec<String> {
        let mut names = Vec::new();
        let mut at = 0;
        let mut before = "";
        while let Some((start, word)) = next_word(&self.code, at) {
            at = start + word.len();
            if before == "mod" && self.code[at..].starts_with(';') {
                names.push(word.to_owned());
            }
            before = word;
        }
        names
    }

    // `#[cfg(test)]` and the item after it become blank.
    fn drop_tests(&mut self) {
        while let Some(start) = self.code.find("#[cfg(test)]") {
            let mut end = start;
            while self.code[end..].trim_start().starts_with("#[") {
                let open = end + self.code[end..].find('[').unwrap();
                end = matching(&self.code, open, '[', ']');
            }
            let rest = &self.code[end..];
            let stop = rest.find([';', '{']).unwrap() + end;
            let end = if self.code[stop..].starts_with(';') {
                stop + 1
            } else {
                matching(&self.code, stop, '{', '}')
            };
            let blank: String = self.code[start..end].chars().map(blank).collect();
            self.code.replace_range(start..end, &blank);
            self.literals.retain(|literal| !(start..end).contains(&literal.at));
        }
    }
}

/// All files below `src` that are compiled outside of tests.
pub(super) fn sources() -> Vec<Source> {
    let src = root().join("src");
    let files: Vec<(String, String)> = rust_files(&src)
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(&src).unwrap().to_str().unwrap().to_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect();
    let mut tests = Vec::new();
    for (name, text) in &files {
        let folder = name.rsplit_once('/').map(|(folder, _)| format!("{folder}/")).unwrap_or_default();
        let (whole, _) = strip(text);
        let kept = Source::new(name, text).declared();
        let all = Source { path: name.clone(), code: whole, literals: Vec::new() }.declared();
        tests.extend(
            all.into_iter().filter(|module| !kept.contains(module)).map(|module| folder.clone() + &module),
        );
    }
    let is_test = |name: &str| {
        tests.iter().any(|test| name == format!("{test}.rs") || name.starts_with(&format!("{test}/")))
    };
    files.iter().filter(|(name, _)| !is_test(name)).map(|(name, text)| Source::new(name, text)).collect()
}

/// The top of the checkout.
pub(super) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All Rust files below a folder, sorted.
pub(super) fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn line(code: &str, at: usize) -> usize {
    code[..at].matches('\n').count() + 1
}

fn blank(char: char) -> char {
    if char == '\n' { '\n' } else { ' ' }
}

/// The byte after the bracket that closes the one at `open`.
fn matching(code: &str, open: usize, opens: char, closes: char) -> usize {
    let mut depth = 0;
    for (at, char) in code[open..].char_indices() {
        depth += i32::from(char == opens) - i32::from(char == closes);
        if depth == 0 {
            return open + at + 1;
        }
    }
    code.len()
}

fn next_word(code: &str, from: usize) -> Option<(usize, &str)> {
    let start = from + code[from..].find(is_word)?;
    let rest = &code[start..];
    Some((start, &rest[..rest.find(|char| !is_word(char)).unwrap_or(rest.len())]))
}

/// Reads the path that starts at `at`, notes it, and says where it ends.
fn path(code: &str, at: usize, before: &[String], used: bool, found: &mut Vec<Named>) -> usize {
    let mut words = before.to_vec();
    let (start, mut at) = (at, at);
    loop {
        let rest = &code[at..];
        let word = &rest[..rest.find(|char| !is_word(char)).unwrap_or(rest.len())];
        if word.is_empty() {
            if rest.starts_with('*') {
                words.push("*".to_owned());
                at += 1;
            } else if rest.starts_with('{') && used {
                return group(code, at, &words, found);
            }
            break;
        }
        words.push(word.to_owned());
        at += word.len();
        let rest = code[at..].trim_start();
        if !rest.starts_with("::") {
            break;
        }
        at = code.len() - rest[2..].trim_start().len();
    }
    if words.last().is_some_and(|word| word == "self") && words.len() > 1 {
        words.pop();
    }
    found.push(Named { words, line: line(code, start), used });
    at
}

fn group(code: &str, open: usize, before: &[String], found: &mut Vec<Named>) -> usize {
    let end = matching(code, open, '{', '}');
    let mut at = open + 1;
    while let Some(skipped) = code[at..end].find(|char: char| is_word(char) || char == '*') {
        at = path(code, at + skipped, before, true, found);
        // What follows `as` is a name of this file.
        let rest = code[at..end].trim_start();
        if rest.starts_with("as ") {
            at += code[at..end].find([',', '}']).unwrap_or(end - at);
        }
    }
    end
}

/// Which module imports which, with one place for each.
pub(super) fn imports(sources: &[Source], modules: &[&str]) -> HashMap<(String, String), String> {
    let mut found = HashMap::new();
    for source in sources {
        for named in source.paths() {
            let Some(target) = target(source, &named, modules) else { continue };
            let place = format!("src/{}:{}", source.path, named.line);
            found.entry((source.module().to_owned(), target)).or_insert(place);
        }
    }
    found.retain(|(from, to), _| from != to);
    found
}

/// The module at the top that a path leads to, if it leads to the top at all.
fn target(source: &Source, named: &Named, modules: &[&str]) -> Option<String> {
    let words: Vec<&str> = named.words.iter().map(String::as_str).collect();
    let supers = words.iter().take_while(|&&word| word == "super").count();
    let at = match words.first().copied()? {
        "crate" | "git_track" if words.len() > 1 => 1,
        "super" if supers >= source.depth() && words.len() > supers => supers,
        "self" if source.depth() == 0 && words.len() > 1 => 1,
        first if source.depth() == 0 && modules.contains(&first) && (named.used || words.len() > 1) => 0,
        _ => return None,
    };
    let word = words[at];
    Some(if modules.contains(&word) { word.to_owned() } else { "lib".to_owned() })
}

#[test]
fn code_is_read_as_the_compiler_reads_it() {
    let text = r##"
        // use crate::a;
        /* use /* nested */ crate::b; */
        use crate::{c::{self, D as E}, d::*, error};
        const T: &str = "use crate::e; \" // not a comment";
        const R: &str = r#"use crate::f; "quoted" "#;
        const C: [char; 3] = ['"', '\'', '\u{22}'];
        fn g<'a>(x: &'a str) -> &'a str { crate :: h::i(x); x }
        #[command(after_help = "git track new change")]
        #[cfg(test)]
        #[allow(unused)]
        mod tests { use crate::j; const X: &str = "}"; }
        use super::super::k;
        #[cfg(test)]
        mod later;
        mod now;
    "##;
    let source = Source::new("x/y.rs", text);
    let words: Vec<String> = source.paths().iter().map(|named| named.words.join("::")).collect();
    let crates: Vec<&str> = words.iter().map(String::as_str).filter(|path| path.contains("::")).collect();
    assert_eq!(
        crates,
        ["crate::c", "crate::c::D", "crate::d::*", "crate::error", "crate::h::i", "super::super::k"]
    );
    let texts: Vec<(&str, bool)> =
        source.literals.iter().map(|text| (text.text.as_str(), text.help)).collect();
    assert_eq!(
        texts,
        [
            (r#"use crate::e; \" // not a comment"#, false),
            (r#"use crate::f; "quoted" "#, false),
            ("git track new change", true)
        ]
    );
    assert_eq!(source.declared(), ["now"]);
    assert_eq!((source.module(), source.depth()), ("x", 2));
    assert_eq!(source.paths().last().unwrap().line, 16);
}
