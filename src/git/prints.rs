//! Fingerprints of what commits change, to find equal changes without a comparison of all.

use std::collections::HashMap;

use git2::Oid;

use super::changed::Pair;
use crate::model::facts::FileMode;

/// What a commit changes against its first parent, in short. The same on every machine and in every release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Print {
    /// Of the paths.
    pub(super) paths: u64,
    /// Of the paths with what is there afterwards.
    pub(super) after: u64,
}

impl Print {
    /// Of a change, whose paths are sorted.
    pub(super) fn of(change: &[Pair]) -> Self {
        let (mut paths, mut after) = (Sum::new(), Sum::new());
        for pair in change {
            for sum in [&mut paths, &mut after] {
                sum.add(&pair.path);
                sum.add(&[0]);
            }
            match pair.after {
                None => after.add(b"-"),
                Some((id, mode)) => {
                    after.add(letter(mode));
                    after.add(id.as_bytes());
                }
            }
        }
        Self { paths: paths.0, after: after.0 }
    }

    fn bytes(self) -> [u8; PRINT] {
        (u128::from(self.paths) << 64 | u128::from(self.after)).to_be_bytes()
    }
}

fn letter(mode: FileMode) -> &'static [u8] {
    match mode {
        FileMode::Regular => b"r",
        FileMode::Executable => b"x",
        FileMode::Symlink => b"l",
        FileMode::Submodule => b"s",
    }
}

/// FNV-1a with 64 bits.
struct Sum(u64);

impl Sum {
    fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

/// That of one path.
pub(super) fn path(path: &[u8]) -> u64 {
    let mut sum = Sum::new();
    sum.add(path);
    sum.0
}

/// The fingerprints of commits: those that were kept, and those that are new. A commit never changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Prints {
    /// How many bytes an id has.
    width: usize,
    /// As [`Prints::encode`] wrote them.
    kept: Vec<u8>,
    new: HashMap<Oid, Print>,
}

/// How an encoded table begins; another release that counts in another way begins differently.
const MARK: &[u8; 8] = b"prints 2";
const PRINT: usize = 16;

impl Prints {
    /// None yet, for ids of so many bytes.
    pub(super) fn new(width: usize) -> Self {
        Self { width, kept: Vec::new(), new: HashMap::new() }
    }

    /// That of a commit, when it is known.
    pub(super) fn get(&self, commit: Oid) -> Option<Print> {
        self.new.get(&commit).copied().or_else(|| self.look_up(commit.as_bytes()))
    }

    pub(super) fn insert(&mut self, commit: Oid, print: Print) {
        self.new.insert(commit, print);
    }

    /// How many are not kept yet.
    pub(super) fn fresh(&self) -> usize {
        self.new.len()
    }

    fn entries(&self) -> std::slice::ChunksExact<'_, u8> {
        self.kept.chunks_exact(self.width + PRINT)
    }

    fn look_up(&self, id: &[u8]) -> Option<Print> {
        let size = self.width + PRINT;
        let entry = |at: usize| self.kept.get(at * size..(at + 1) * size);
        let (mut from, mut to) = (0, self.kept.len() / size);
        while from < to {
            let middle = usize::midpoint(from, to);
            let (found, print) = entry(middle)?.split_at_checked(self.width)?;
            match found.cmp(id) {
                std::cmp::Ordering::Less => from = middle + 1,
                std::cmp::Ordering::Greater => to = middle,
                std::cmp::Ordering::Equal => return read(print),
            }
        }
        None
    }

    /// The table as bytes, the same for the same table: a mark, the entries sorted.
    pub(super) fn encode(&self) -> Vec<u8> {
        let fresh = self.new.iter().map(|(id, print)| [id.as_bytes(), &print.bytes()].concat());
        let mut all: Vec<Vec<u8>> = self.entries().map(<[u8]>::to_vec).chain(fresh).collect();
        all.sort();
        all.dedup();
        [MARK.to_vec(), all.concat()].concat()
    }

    /// Reads what `encode` wrote; `None` if it is anything else.
    pub(super) fn decode(encoded: &[u8], width: usize) -> Option<Self> {
        let kept = encoded.strip_prefix(MARK)?;
        let whole = kept.len().is_multiple_of(width + PRINT);
        whole.then(|| Self { width, kept: kept.to_vec(), new: HashMap::new() })
    }
}

fn read(bytes: &[u8]) -> Option<Print> {
    let (paths, after) = bytes.split_first_chunk::<8>()?;
    let (after, _) = after.split_first_chunk::<8>()?;
    Some(Print { paths: u64::from_be_bytes(*paths), after: u64::from_be_bytes(*after) })
}

#[cfg(test)]
mod tests {
    use super::super::changed::Version;
    use super::*;
    use git2::ObjectFormat;

    fn version(digit: &str) -> Version {
        (Oid::from_str_ext(&digit.repeat(40), ObjectFormat::Sha1).unwrap(), FileMode::Regular)
    }

    fn pair(path: &str, before: Option<Version>, after: Option<Version>) -> Pair {
        Pair { path: path.into(), from: None, before, after }
    }

    #[test]
    fn a_print_says_which_paths_and_what_is_there() {
        let one = version("1");
        let change = |mode| [pair("a", None, Some((one.0, mode))), pair("b/c", Some(one), None)];
        let print = Print::of(&change(FileMode::Regular));
        // Cached prints are compared with new ones: the numbers stay.
        assert_eq!(print, Print { paths: 0x19b1_eb14_eabc_4244, after: 0x4f11_eefd_8dab_237d });
        let other = Print::of(&change(FileMode::Executable));
        assert!(other.paths == print.paths && other.after != print.after);
        let before = [pair("a", Some(version("2")), Some(one)), pair("b/c", Some(version("3")), None)];
        assert_eq!(Print::of(&before), print);
        assert_ne!(Print::of(&[pair("a", None, Some(one))]).paths, print.paths);
    }

    #[test]
    fn what_was_kept_is_found_again() {
        let id = |number: u8| Oid::from_bytes(&[number; 20]).unwrap();
        let print = |number: u64| Print { paths: number, after: u64::MAX - number };
        let mut prints = Prints::new(20);
        for number in [7, 1, 200] {
            prints.insert(id(number), print(number.into()));
        }
        let mut kept = Prints::decode(&prints.encode(), 20).unwrap();
        kept.insert(id(9), print(9));
        assert_eq!(kept.fresh(), 1);
        let again = Prints::decode(&kept.encode(), 20).unwrap();
        for number in [1, 7, 9, 200] {
            assert_eq!(again.get(id(number)), Some(print(number.into())), "{number}");
        }
        assert_eq!([0, 8, 255].map(|number| again.get(id(number))), [None; 3]);
        assert_eq!(again.encode(), kept.encode());
    }

    #[test]
    fn what_is_not_a_table_is_not_read() {
        let mut prints = Prints::new(20);
        prints.insert(Oid::from_bytes(&[1; 20]).unwrap(), Print { paths: 1, after: 2 });
        let encoded = prints.encode();
        assert!(Prints::decode(&encoded[..encoded.len() - 1], 20).is_none());
        assert!(Prints::decode(&encoded, 32).is_none(), "ids of another length");
        assert!(Prints::decode(b"prints 1", 20).is_none());
        assert_eq!(Prints::decode(MARK, 20).unwrap().get(Oid::from_bytes(&[1; 20]).unwrap()), None);
    }
}
