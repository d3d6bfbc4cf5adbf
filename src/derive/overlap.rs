//! Whether what an item names, a file, a folder or a pattern, can hold a file that another pattern stands for, and which
//! files several items have a hand in.
//!
//! The patterns are compared, not the files that match today: what is protected may not be there yet.

use super::board::{Board, Place};

/// The files of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Footprint {
    /// The item.
    pub place: Place,
    /// What it says: files, folders, patterns.
    pub declared: Vec<String>,
    /// What was changed on its branches.
    pub touched: Vec<String>,
}

/// A file, a folder or a pattern that several items have a hand in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shared {
    /// Which.
    pub name: String,
    /// The items, in their order.
    pub places: Vec<Place>,
}

/// What several items declare or touch, by name; an item and what is in it are not several.
pub fn shared(board: &Board, footprints: &[Footprint]) -> Vec<Shared> {
    let inside = |a: Place, b: Place| board.upwards(a).any(|above| above == b);
    let names = |one: &Footprint| one.declared.iter().chain(&one.touched).cloned().collect::<Vec<_>>();
    let mut found: Vec<Shared> = Vec::new();
    for (index, a) in footprints.iter().enumerate() {
        let others = footprints.iter().skip(index + 1);
        for b in others.filter(|b| !inside(a.place, b.place) && !inside(b.place, a.place)) {
            for (mine, theirs) in
                names(a).iter().flat_map(|mine| names(b).into_iter().map(move |b| (mine, b)))
            {
                let Some(name) = meeting(mine, &theirs) else { continue };
                match found.iter_mut().find(|shared| shared.name == name) {
                    Some(shared) => shared.places.extend([a.place, b.place]),
                    None => found.push(Shared { name, places: vec![a.place, b.place] }),
                }
            }
        }
    }
    for shared in &mut found {
        shared.places.sort_unstable();
        shared.places.dedup();
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

// The narrower of two names that have a file in common.
fn meeting(a: &str, b: &str) -> Option<String> {
    let meets = |name: &str, pattern: &str| may_touch(name, name.ends_with('/'), pattern);
    if !meets(a, b) && !meets(b, a) {
        return None;
    }
    let is_wide = |name: &str| name.contains(['*', '?', '[', '{']) || name.ends_with('/');
    let depth = |name: &str| (!is_wide(name), parts(name).len());
    Some(if depth(b) > depth(a) { b } else { a }.to_owned())
}

/// Whether a name, a folder with everything below it, and a pattern have a path in common.
///
/// What is not there yet is a folder where the pattern says so.
pub(super) fn may_touch(name: &str, folder: bool, pattern: &str) -> bool {
    let patterns = choices(pattern);
    let patterns: Vec<Vec<&str>> = patterns.iter().map(|pattern| parts(pattern)).collect();
    choices(name).iter().any(|name| {
        let named = parts(name);
        let below = [named.as_slice(), &["**"]].concat();
        patterns.iter().any(|pattern| {
            let named = if folder || pattern.starts_with(&named) { &below } else { &named };
            meet(named, pattern, |part| *part == "**", |a, b| same_part(a, b))
        })
    })
}

/// So many patterns are made of the choices of one; what is left of them then stands for anything.
const MOST_CHOICES: usize = 256;

// `{a,b}` spelt out, the innermost first.
fn choices(pattern: &str) -> Vec<String> {
    let (mut open, mut all) = (vec![pattern.to_owned()], Vec::new());
    while let Some(text) = open.pop() {
        let group = text.find('}').and_then(|end| Some((text.get(..end)?.rfind('{')?, end)));
        let parts = group.and_then(|(begin, end)| {
            Some((text.get(..begin)?, text.get(begin + 1..end)?, text.get(end + 1..)?))
        });
        match parts.filter(|_| open.len() + all.len() < MOST_CHOICES) {
            Some((before, inner, after)) => {
                open.extend(inner.split(',').map(|choice| format!("{before}{choice}{after}")));
            }
            None => all.push(text),
        }
    }
    all
}

// The parts of a path without detours.
fn parts(path: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts
}

/// One sign of a pattern of a name.
#[derive(Clone, Copy, PartialEq)]
enum Sign {
    /// Any number of characters.
    Any,
    /// One character that is not known.
    One,
    /// This character.
    Is(char),
}

fn same_part(a: &str, b: &str) -> bool {
    let same = |a: &Sign, b: &Sign| a == b || *a == Sign::One || *b == Sign::One;
    (a != "**" && b != "**") && meet(&signs(a), &signs(b), |sign| *sign == Sign::Any, same)
}

// Of a class is only known where it ends: rather one refusal too many than one file too many.
fn signs(part: &str) -> Vec<Sign> {
    let mut signs = Vec::new();
    let mut rest = part.chars();
    while let Some(char) = rest.next() {
        let (end, sign) = match char {
            '*' => (None, Sign::Any),
            '?' => (None, Sign::One),
            '[' => (Some(']'), Sign::One),
            '{' => (Some('}'), Sign::Any),
            '\\' => (None, rest.next().map_or(Sign::One, Sign::Is)),
            char => (None, Sign::Is(char)),
        };
        match end.map(|end| rest.as_str().split_once(end)) {
            Some(Some((_, after))) => rest = after.chars(),
            Some(None) => {
                signs.push(Sign::Is(char));
                continue;
            }
            None => {}
        }
        signs.push(sign);
    }
    signs
}

// Whether two sequences with wildcards stand for a common one: which beginnings do, from one sign to the next.
fn meet<T>(a: &[T], b: &[T], any: impl Fn(&T) -> bool, same: impl Fn(&T, &T) -> bool) -> bool {
    let mut row = vec![false; b.len() + 1];
    for i in 0..=a.len() {
        let left = i.checked_sub(1).and_then(|i| a.get(i));
        let mut next = Vec::with_capacity(row.len());
        for j in 0..=b.len() {
            let above = j.checked_sub(1).and_then(|j| b.get(j));
            let was = |j: usize| row.get(j).copied().unwrap_or_default();
            let beside = next.last().copied().unwrap_or_default();
            let meets = match (left, above) {
                (None, None) => true,
                (None, Some(above)) => beside && any(above),
                (Some(left), None) => was(j) && any(left),
                (Some(left), Some(above)) => {
                    ((any(left) || any(above)) && (was(j) || beside)) || (was(j - 1) && same(left, above))
                }
            };
            next.push(meets);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Scene, spot};
    use super::*;

    #[test]
    fn files_of_several_items_are_found() {
        let scene = Scene::items("a: {title: A, items: {x: {title: X}}}, b: {title: B}, c: {title: C}");
        let world = scene.world();
        let place = |id: &str| spot(&world, id).place;
        let one = |id: &str, declared: &[&str], touched: &[&str]| Footprint {
            place: place(id),
            declared: declared.iter().map(|&name| name.to_owned()).collect(),
            touched: touched.iter().map(|&name| name.to_owned()).collect(),
        };
        let found = |footprints: &[Footprint]| -> Vec<String> {
            let name = |&place: &Place| world.boards[0].node(place).id.to_string();
            let line = |shared: Shared| {
                format!("{} {}", shared.name, shared.places.iter().map(name).collect::<Vec<_>>().join(" "))
            };
            shared(&world.boards[0], footprints).into_iter().map(line).collect()
        };
        let two = |a: Footprint, b: Footprint| found(&[a, b]);
        assert_eq!(two(one("a", &["s.py"], &[]), one("b", &["s.py"], &[])), ["s.py a b"]);
        assert_eq!(two(one("a", &["s.py"], &[]), one("b", &[], &["s.py", "t.py"])), ["s.py a b"]);
        assert_eq!(two(one("a", &["src/"], &[]), one("b", &[], &["src/x/t.py"])), ["src/x/t.py a b"]);
        assert_eq!(two(one("a", &["src"], &[]), one("b", &["src/*.py"], &[])), ["src a b"]);
        assert_eq!(two(one("a", &["s.py"], &["u"]), one("b", &["t.py"], &["v"])), [""; 0]);
        assert_eq!(two(one("a", &["s.py"], &[]), one("x", &["s.py"], &[])), [""; 0], "a piece of its own");
        let three = [one("a", &["s"], &[]), one("b", &["s"], &[]), one("c", &["s"], &["r"])];
        assert_eq!(found(&three), ["s a b c"]);
    }

    #[test]
    fn names_and_patterns_that_have_a_path_in_common() {
        for (name, pattern, expected) in [
            ("scripts/W1.sh", "scripts/W*", true),
            ("./scripts//W1.sh", "scripts/W*", true),
            ("docs/../scripts/W1.sh", "scripts/W*", true),
            ("scripts/CHG1.sh", "scripts/W*", false),
            ("scripts", "scripts/W*", true),
            ("./scripts/", "scripts/W*", true),
            (".", "scripts/W*", true),
            ("README.md", "**/*.sh", false),
            ("folder/", "**/*.sh", true),
            ("other", "scripts/W*", false),
            ("scripts/sub", "scripts/W*", false),
            ("scripts/*.sh", "scripts/W*", true),
            ("scripts/CHG*", "scripts/W*", false),
            ("*/W1.sh", "scripts/W*", true),
            ("**/*.sh", "scripts/W*", true),
            ("**/*.sh", "ci/*.yml", false),
            ("scripts/[VW]*.sh", "scripts/W*", true),
            ("scripts/{CHG,W}1.sh", "scripts/W*", true),
            ("scripts/{CHG,V}1.sh", "scripts/W*", false),
            ("scripts/a.rs", "{scripts,src}/{b,{c,d}}.rs", false),
            ("scripts/d.rs", "{scripts,src}/{b,{c,d}}.rs", true),
            ("scripts/{W", "scripts/W*", false),
            ("scripts/\\W1", "scripts/W*", true),
            (".github", ".github/workflows/**", true),
            (".github/workflows", ".github/workflows/**", true),
            (".github/workflows/a/b.yml", ".github/workflows/**", true),
            (".github/ISSUE.md", ".github/workflows/**", false),
            ("Jenkinsfile", "Jenkinsfile", true),
            ("jobs/Jenkinsfile", "Jenkinsfile", false),
            ("a?c", "abc", true),
            ("a", "**", true),
        ] {
            assert_eq!(may_touch(name, name.ends_with('/'), pattern), expected, "{name} {pattern}");
        }
    }
}
