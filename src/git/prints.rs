//! Fingerprints of what commits change, to find equal changes without a comparison of all.

use std::collections::HashMap;

use super::changed::Pair;
use crate::model::facts::{CommitId, FileMode};

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

/// The fingerprints of commits, to be kept: a commit never changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Prints {
    of: HashMap<CommitId, Print>,
}

/// How an encoded table begins; another release that counts in another way begins differently.
const MARK: &[u8; 8] = b"prints 1";
const PRINT: usize = 16;

impl Prints {
    /// That of a commit, when it is known.
    pub(super) fn get(&self, commit: &CommitId) -> Option<Print> {
        self.of.get(commit).copied()
    }

    pub(super) fn insert(&mut self, commit: CommitId, print: Print) {
        self.of.insert(commit, print);
    }

    pub(super) fn len(&self) -> usize {
        self.of.len()
    }

    /// The table as bytes, the same for the same table: a mark, the entries sorted, a sum over all of it.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut all: Vec<(Vec<u8>, Print)> =
            self.of.iter().filter_map(|(id, print)| Some((bytes(id.as_str())?, *print))).collect();
        all.sort_by(|a, b| a.0.cmp(&b.0));
        let mut out = MARK.to_vec();
        for (id, print) in all {
            out.extend(u8::try_from(id.len()));
            out.extend_from_slice(&id);
            out.extend_from_slice(&print.paths.to_be_bytes());
            out.extend_from_slice(&print.after.to_be_bytes());
        }
        let mut sum = Sum::new();
        sum.add(&out);
        out.extend_from_slice(&sum.0.to_be_bytes());
        out
    }

    /// Reads what `encode` wrote; `None` if it is anything else.
    pub(super) fn decode(encoded: &[u8]) -> Option<Self> {
        let (all, stored) = encoded.split_last_chunk::<8>()?;
        let mut sum = Sum::new();
        sum.add(all);
        let mut rest = all.strip_prefix(MARK).filter(|_| sum.0 == u64::from_be_bytes(*stored))?;
        let mut of = HashMap::with_capacity(rest.len() / (PRINT + 21));
        while let Some((length, after)) = rest.split_first() {
            let (id, after) = after.split_at_checked(usize::from(*length))?;
            let (paths, after) = after.split_first_chunk::<8>()?;
            let (now, after) = after.split_first_chunk::<8>()?;
            let print = Print { paths: u64::from_be_bytes(*paths), after: u64::from_be_bytes(*now) };
            of.insert(CommitId::parse(&hex(id)).ok()?, print);
            rest = after;
        }
        Some(Self { of })
    }
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let pairs = hex.as_bytes().chunks_exact(2);
    pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use super::super::changed::Version;
    use super::*;
    use git2::{ObjectFormat, Oid};
    use proptest::prelude::*;

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
    fn what_is_not_a_table_is_not_read() {
        let mut prints = Prints::default();
        assert_eq!(Prints::decode(&prints.encode()), Some(prints.clone()));
        prints.insert(CommitId::parse(&"ab".repeat(20)).unwrap(), Print { paths: 1, after: 2 });
        prints.insert(CommitId::parse(&"cd".repeat(32)).unwrap(), Print { paths: 3, after: u64::MAX });
        let encoded = prints.encode();
        assert_eq!(Prints::decode(&encoded).as_ref(), Some(&prints));
        assert_eq!(prints.len(), 2);
        for at in 0..encoded.len() {
            assert_eq!(Prints::decode(&encoded[..at]), None);
            let mut broken = encoded.clone();
            broken[at] ^= 1;
            assert_eq!(Prints::decode(&broken), None, "{at}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused_or_read(bytes in proptest::collection::vec(any::<u8>(), 0..100), summed in any::<bool>()) {
            let mut all = MARK.to_vec();
            all.extend(bytes);
            if summed {
                let mut sum = Sum::new();
                sum.add(&all);
                all.extend(sum.0.to_be_bytes());
            }
            let _ = Prints::decode(&all);
        }
    }
}
