//! Files of every format, in every layout, with versions at known places: a bump changes the bytes of those and no others.
//!
//! A file is put together from pieces and versions, so that what is expected is known without the code under test.

mod shapes;

use std::collections::BTreeMap;

use git_track::bump::{Sources, Target, Version, plan, table};
use git_track::formats::locate::{File, Path, Replacement};
use git_track::model::path::RepoPath;
use git_track::model::release::{Group, Place};
use proptest::prelude::*;

use shapes::{SHAPES, Shape};

/// How lines end.
#[derive(Clone, Copy, Debug)]
enum Ends {
    Plain,
    Windows,
    /// Now so, now so.
    Mixed,
}

/// How a file is laid out.
#[derive(Clone, Debug)]
struct Layout {
    mark: bool,
    ends: Ends,
    indent: &'static str,
    compact: bool,
    /// How the file ends, where its last line may have an end.
    last: &'static str,
    /// What decides everything else, used again and again.
    dice: Vec<u8>,
}

/// A file: the pieces around its versions, and which path each of those belongs to.
struct Made {
    pieces: Vec<String>,
    paths: Vec<usize>,
}

impl Made {
    /// The file with these versions, in its order.
    fn with(&self, versions: &[&str]) -> String {
        assert_eq!(versions.len(), self.paths.len());
        let each = self.pieces.iter().zip(versions.iter().copied().chain([""]));
        each.flat_map(|(piece, version)| [piece.as_str(), version]).collect()
    }

    /// What of a list, in the order of the file, belongs to a path.
    fn of<'v>(&self, path: usize, versions: &[&'v str]) -> Vec<&'v str> {
        let each = self.paths.iter().zip(versions);
        each.filter(|(of, _)| **of == path).map(|(_, version)| *version).collect()
    }
}

/// A shape on its way to a file.
struct Laying<'l> {
    layout: &'l Layout,
    shape: &'l Shape,
    old: &'l str,
    rolled: usize,
    numbers: usize,
    made: Made,
}

impl<'l> Laying<'l> {
    fn out(shape: &'l Shape, layout: &'l Layout, old: &'l str) -> Made {
        let made = Made { pieces: vec![String::new()], paths: Vec::new() };
        // Each shape begins elsewhere, or all of them would decide alike.
        let rolled = shape.text.len();
        let mut laying = Self { layout, shape, old, rolled, numbers: 0, made };
        if layout.mark {
            laying.add("\u{feff}");
        }
        let text = shape.text.strip_suffix('¶');
        laying.marks(text.unwrap_or(shape.text));
        if text.is_some() {
            laying.marks(layout.last);
        }
        laying.made
    }

    fn roll(&mut self, sides: usize) -> usize {
        self.rolled += 1;
        usize::from(self.layout.dice[self.rolled % self.layout.dice.len()]) % sides
    }

    fn add(&mut self, text: &str) {
        self.made.pieces.last_mut().unwrap().push_str(text);
    }

    fn marks(&mut self, text: &str) {
        for mark in text.chars() {
            match mark {
                '«' => self.value(0),
                '»' => self.value(1),
                '$' => self.add(self.old),
                '¶' => self.end(),
                '↵' if !self.layout.compact => self.end(),
                '→' if !self.layout.compact => self.add(self.layout.indent),
                '↵' | '→' => {}
                '·' => {
                    let blanks = ["", " ", "  ", " \t"][self.roll(4)];
                    self.add(if self.layout.compact { "" } else { blanks });
                }
                '№' => {
                    self.numbers += 1;
                    self.add(&self.numbers.to_string());
                }
                '※' => {
                    for _ in 0..self.roll(4) {
                        let one = self.roll(self.shape.beside.len());
                        self.marks(self.shape.beside[one]);
                    }
                }
                other => self.add(other.encode_utf8(&mut [0; 4])),
            }
        }
    }

    fn value(&mut self, path: usize) {
        self.made.paths.push(path);
        self.made.pieces.push(String::new());
    }

    fn end(&mut self) {
        let windows = match self.layout.ends {
            Ends::Plain => false,
            Ends::Windows => true,
            Ends::Mixed => self.roll(2) == 0,
        };
        self.add(if windows { "\r\n" } else { "\n" });
    }
}

fn layout() -> impl Strategy<Value = Layout> {
    let ends = prop::sample::select(vec![Ends::Plain, Ends::Windows, Ends::Mixed]);
    let indent = prop::sample::select(vec!["  ", "\t", "    ", " "]);
    let last = prop::sample::select(vec!["¶", "¶", "", "¶¶"]);
    let dice = prop::collection::vec(any::<u8>(), 61);
    (any::<bool>(), ends, indent, any::<bool>(), last, dice).prop_map(
        |(mark, ends, indent, compact, last, dice)| Layout { mark, ends, indent, compact, last, dice },
    )
}

/// A version; `1.2.3` more often than others, which other texts have in them.
fn version() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => Just("1.2.3".to_owned()),
        3 => "(0|[1-9][0-9]{0,2})\\.(0|[1-9][0-9]?)\\.(0|[1-9][0-9]{0,9})(-(rc|x-[a-z])(\\.[1-9])?)?(\\+[0-9a-z]{1,7})?",
    ]
}

/// The values at the paths of a file, each a text and its first byte.
fn values(shape: &Shape, text: &str) -> Vec<Vec<(String, usize)>> {
    let file = File::new(shape.file, text.as_bytes(), None);
    let at = |path: &str| {
        let found = file.locate(&Path::parse(path).unwrap());
        let found = found.unwrap_or_else(|error| panic!("{}: {error} in\n{text}", shape.file));
        found.into_iter().map(|value| (value.text, value.span.start)).collect()
    };
    shape.paths.iter().map(|(path, _)| at(path)).collect()
}

/// The same as it has to be.
fn placed(made: &Made, shape: &Shape, versions: &[&str]) -> Vec<Vec<(String, usize)>> {
    let mut at = 0;
    let mut placed = vec![Vec::new(); shape.paths.len()];
    for ((piece, version), path) in made.pieces.iter().zip(versions).zip(&made.paths) {
        at += piece.len();
        placed[*path].push(((*version).to_owned(), at));
        at += version.len();
    }
    placed
}

fn replaced(made: &Made, shape: &Shape, text: &str, versions: &[&str]) -> String {
    let all: Vec<Replacement> = shape
        .paths
        .iter()
        .enumerate()
        .map(|(at, (path, _))| Replacement {
            path: Path::parse(path).unwrap(),
            texts: made.of(at, versions).into_iter().map(str::to_owned).collect(),
        })
        .collect();
    let bytes = File::new(shape.file, text.as_bytes(), None).replace(&all);
    let bytes = bytes.unwrap_or_else(|error| panic!("{}: {error} in\n{text}", shape.file));
    String::from_utf8(bytes).unwrap()
}

/// All files in one group, each in a folder of its own.
fn group() -> Group {
    let place = |(folder, shape): (usize, &Shape), (path, count): (&str, u16)| Place {
        file: path_of(folder, shape),
        path: path.to_owned(),
        format: None,
        label: None,
        count: Some(count),
    };
    let of = |(folder, shape): (usize, &'static Shape)| {
        shape.paths.iter().map(move |named| place((folder, shape), *named))
    };
    Group { locations: SHAPES.iter().enumerate().flat_map(of).collect(), ..Group::default() }
}

fn path_of(folder: usize, shape: &Shape) -> RepoPath {
    RepoPath::parse(&format!("{folder}/{}", shape.file)).unwrap()
}

/// What a bump makes of files.
fn bumped(files: &BTreeMap<String, Vec<u8>>, to: &str) -> BTreeMap<String, Vec<u8>> {
    let sources = Sources { read: &|path| Ok(files.get(path.as_str()).cloned()), named: &|_| Ok(Vec::new()) };
    let read = table("all", &group(), &sources);
    let problems: Vec<_> = read.problems().map(|(row, problem)| (&row.place, problem)).collect();
    assert!(problems.is_empty(), "{problems:?}");
    let to = Version::parse(to).unwrap();
    let mut after = files.clone();
    for planned in plan(&read, Target::All(&to), &sources).unwrap() {
        let before = after.insert(planned.path.to_string(), planned.after);
        assert_eq!(before, Some(planned.before));
        assert!(planned.lines.iter().all(|line| line.new.ends_with(&to.to_string())));
    }
    after
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn only_the_bytes_of_versions_change(layout in layout(), old in version(), new in version(), other in version()) {
        for shape in SHAPES {
            let made = Laying::out(shape, &layout, &old);
            let (mut before, mut after) = (vec![old.as_str(); made.paths.len()], vec![new.as_str(); made.paths.len()]);
            // One of several differs from the others, before or after.
            before[0] = if layout.compact { &other } else { &old };
            after[0] = if layout.compact { &new } else { &other };
            let text = made.with(&before);
            prop_assert_eq!(values(shape, &text), placed(&made, shape, &before), "{} in\n{}", shape.file, text);
            let changed = replaced(&made, shape, &text, &after);
            prop_assert_eq!(&changed, &made.with(&after), "{}", shape.file);
            prop_assert_eq!(values(shape, &changed), placed(&made, shape, &after), "{} in\n{}", shape.file, changed);
            prop_assert_eq!(replaced(&made, shape, &changed, &before), text, "{}", shape.file);
        }
    }

    #[test]
    fn a_bump_and_one_back_change_only_versions(layout in layout(), old in version(), new in version()) {
        // A part of the files has a letter before the version; it stays.
        let written = |folder: usize, version: &str| {
            let letter = if layout.dice[folder % layout.dice.len()] % 4 == 0 { "v" } else { "" };
            format!("{letter}{version}")
        };
        let all = |version: &str| -> BTreeMap<String, Vec<u8>> {
            let each = SHAPES.iter().enumerate().map(|(folder, shape)| {
                let made = Laying::out(shape, &layout, &old);
                let version = written(folder, version);
                let text = made.with(&vec![version.as_str(); made.paths.len()]);
                (path_of(folder, shape).to_string(), text.into_bytes())
            });
            each.collect()
        };
        let (before, after) = (all(&old), all(&new));
        let changed = bumped(&before, &new);
        for (file, bytes) in &changed {
            let (is, wanted) = (String::from_utf8_lossy(bytes), String::from_utf8_lossy(&after[file]));
            prop_assert_eq!(is, wanted, "{}", file);
        }
        prop_assert_eq!(bumped(&changed, &old), before);
    }
}
