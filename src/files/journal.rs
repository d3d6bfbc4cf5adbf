//! The journal: what a change does, and by its own name how far the decision has come.
//!
//! `txn.prepare`: undecided, nothing but temporary files is on disk. `txn.commit`: decided for the new bytes.
//! `txn.held`: all new bytes are in place, and something that is no file follows. `txn.abort`: decided for the old ones.
//! A rename is the only step between them, so no crash can show two.

use std::fs::File;
use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use super::dir::{Dir, Look, Rename};
use super::lock::is_marked;
use crate::model::edit::Root;
use crate::model::path::RepoPath;

const MAGIC: &str = "git-track-journal";
const SCHEMA: u32 = 1;
const MAX: u64 = 1 << 30;

/// How far a change that was interrupted had come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Nothing was replaced yet.
    Prepare,
    /// Decided for the new bytes.
    Commit,
    /// All new bytes are in place, and what follows them is not known to be done.
    Held,
    /// Decided for the old bytes.
    Abort,
}

impl Phase {
    /// None stands before one that it can be renamed from, so that whoever looks in this order misses no journal.
    const ALL: [Self; 4] = [Self::Prepare, Self::Commit, Self::Held, Self::Abort];

    pub(super) fn file(self) -> &'static str {
        match self {
            Self::Prepare => "txn.prepare",
            Self::Commit => "txn.commit",
            Self::Held => "txn.held",
            Self::Abort => "txn.abort",
        }
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Journal {
    pub(super) txid: String,
    pub(super) command: String,
    pub(super) files: Vec<Record>,
    /// Directories to make, parents first.
    pub(super) made: Vec<Place>,
    /// Where the roots were that the configuration may move.
    pub(super) bases: Vec<Base>,
    /// What follows the change, in the words of whoever makes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) then: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Record {
    #[serde(with = "RootWord")]
    pub(super) root: Root,
    pub(super) path: RepoPath,
    /// The mode to keep; `None`: a new file.
    pub(super) mode: Option<u32>,
    pub(super) executable: bool,
    #[serde(with = "blob")]
    pub(super) before: Option<Vec<u8>>,
    #[serde(with = "blob")]
    pub(super) after: Option<Vec<u8>>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Place {
    #[serde(with = "RootWord")]
    pub(super) root: Root,
    pub(super) path: RepoPath,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Base {
    #[serde(with = "RootWord")]
    pub(super) root: Root,
    pub(super) directory: String,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Root", rename_all = "kebab-case")]
enum RootWord {
    WorkTree,
    GitDir,
    CommonDir,
    Hooks,
    Logs,
}

/// Why a journal cannot be used.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// Of a later version of this program.
    Newer(u32),
    Corrupt,
}

impl Journal {
    /// A single file needs no decision beyond the one rename that replaces it, unless something follows.
    pub(super) fn is_single(&self) -> bool {
        self.files.len() == 1 && self.then.is_none()
    }

    fn encode(&self) -> io::Result<Vec<u8>> {
        let body = serde_json::to_vec(self)?;
        let mut bytes = format!("{MAGIC} {SCHEMA} {:016x}\n", checksum(&body)).into_bytes();
        bytes.extend_from_slice(&body);
        Ok(bytes)
    }

    fn decode(bytes: &[u8]) -> Result<Self, Unreadable> {
        let end = bytes.iter().position(|&b| b == b'\n').ok_or(Unreadable::Corrupt)?;
        let (header, body) = bytes.split_at(end);
        let body = body.get(1..).unwrap_or_default();
        let header = std::str::from_utf8(header).map_err(|_| Unreadable::Corrupt)?;
        let mut words = header.split(' ');
        if words.next() != Some(MAGIC) {
            return Err(Unreadable::Corrupt);
        }
        match words.next().and_then(|word| word.parse().ok()) {
            Some(SCHEMA) => {}
            Some(schema) if schema > SCHEMA => return Err(Unreadable::Newer(schema)),
            _ => return Err(Unreadable::Corrupt),
        }
        if words.next() != Some(format!("{:016x}", checksum(body)).as_str()) || words.next().is_some() {
            return Err(Unreadable::Corrupt);
        }
        serde_json::from_slice(body).map_err(|_| Unreadable::Corrupt)
    }

    /// Writes the journal as undecided. On an error nothing was done that `clear` would not undo.
    pub(super) fn store(&self, dir: &Dir) -> io::Result<File> {
        let bytes = self.encode()?;
        let mut file = dir.create(Phase::Prepare.file(), 0o600)?;
        file.write_all(&bytes)?;
        if self.is_single() {
            // A process that dies leaves it to be found; in a power cut at worst the temporary file stays behind.
            return Ok(file);
        }
        file.sync_all()?;
        dir.sync()?;
        Ok(file)
    }

    /// `None`: it is gone.
    pub(super) fn load(dir: &Dir, phase: Phase) -> io::Result<Option<Result<Self, Unreadable>>> {
        Ok(match dir.look(phase.file(), MAX)? {
            Look::Absent => None,
            Look::File(found) => Some(Self::decode(&found.bytes)),
            Look::TooBig(_) | Look::Obstacle(_) => Some(Err(Unreadable::Corrupt)),
        })
    }
}

/// The journals there are.
#[derive(Debug, Default)]
pub(super) struct Journals {
    /// More than one only after somebody copied files about.
    pub(super) phases: Vec<Phase>,
    /// Whether a living process holds the one that is [`Phase::Held`].
    pub(super) busy: bool,
}

/// Looks for journals; without the lock one that is renamed meanwhile can show under both names.
pub(super) fn journals(dir: &Dir) -> io::Result<Journals> {
    let mut found = Journals::default();
    for phase in Phase::ALL {
        if phase == Phase::Held {
            // One look for both, because the holder may be done in between.
            let Some(busy) = is_marked(dir, phase.file())? else { continue };
            found.busy = busy;
        } else if dir.kind(phase.file())?.is_none() {
            continue;
        }
        found.phases.push(phase);
    }
    Ok(found)
}

/// Takes a decision, durably.
pub(super) fn decide(dir: &Dir, from: Phase, to: Phase) -> io::Result<()> {
    if !dir.rename_with(from.file(), to.file(), Rename::NoReplace)? {
        dir.rename(from.file(), to.file())?;
    }
    dir.sync()
}

/// FNV-1a: finds damage, not malice; whoever can write here can write everywhere.
fn checksum(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Contents as text where they are, so that a person can read a journal.
mod blob {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
    use std::fmt::Write;

    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Blob {
        Text(String),
        Hex(String),
    }

    #[expect(clippy::ref_option, reason = "serde gives it so")]
    pub(super) fn serialize<S: Serializer>(bytes: &Option<Vec<u8>>, to: S) -> Result<S::Ok, S::Error> {
        let blob = bytes.as_ref().map(|bytes| match std::str::from_utf8(bytes) {
            Ok(text) => Blob::Text(text.to_owned()),
            Err(_) => {
                Blob::Hex(bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut hex, byte| {
                    // Writing to a string cannot fail.
                    let _ = write!(hex, "{byte:02x}");
                    hex
                }))
            }
        });
        blob.serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<u8>>, D::Error> {
        Ok(match Option::<Blob>::deserialize(from)? {
            None => None,
            Some(Blob::Text(text)) => Some(text.into_bytes()),
            Some(Blob::Hex(hex)) => Some(unhex(&hex).ok_or_else(|| D::Error::custom("bad hexadecimal"))?),
        })
    }

    fn unhex(hex: &str) -> Option<Vec<u8>> {
        let (pairs, rest) = hex.as_bytes().as_chunks::<2>();
        let byte = |pair: &[u8; 2]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        if rest.is_empty() { pairs.iter().map(byte).collect() } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn journal() -> Journal {
        let record = |before: Option<&[u8]>, after: Option<&[u8]>| Record {
            root: Root::WorkTree,
            path: RepoPath::parse("a/b").unwrap(),
            mode: Some(0o640),
            executable: false,
            before: before.map(<[u8]>::to_vec),
            after: after.map(<[u8]>::to_vec),
        };
        Journal {
            txid: "1".to_owned(),
            command: "x".to_owned(),
            files: vec![record(Some(b"\xff\x00"), Some("\u{feff}é\r\n".as_bytes())), record(None, Some(b""))],
            made: vec![Place { root: Root::Logs, path: RepoPath::parse("a").unwrap() }],
            bases: vec![Base { root: Root::Logs, directory: "/x".to_owned() }],
            then: None,
        }
    }

    #[test]
    fn comes_back_as_it_was() {
        let bytes = journal().encode().unwrap();
        assert!(String::from_utf8(bytes.clone()).unwrap().contains(r#"{"hex":"ff00"}"#));
        assert_eq!(format!("{:?}", Journal::decode(&bytes).unwrap()), format!("{:?}", journal()));
        // What nothing follows is written as it always was.
        assert!(bytes.ends_with(br#""bases":[{"root":"logs","directory":"/x"}]}"#));
        let journal = Journal { then: Some("commit\n\"x\"".to_owned()), ..journal() };
        let bytes = journal.encode().unwrap();
        assert_eq!(format!("{:?}", Journal::decode(&bytes).unwrap()), format!("{journal:?}"));
    }

    #[test]
    fn any_damage_is_seen() {
        let bytes = journal().encode().unwrap();
        for at in 0..bytes.len() {
            assert!(Journal::decode(&bytes[..at]).is_err(), "cut at {at}");
            for bit in 0..8 {
                let mut damaged = bytes.clone();
                damaged[at] ^= 1 << bit;
                assert!(Journal::decode(&damaged).is_err(), "bit {bit} of byte {at}");
            }
        }
        let newer = String::from_utf8(bytes).unwrap().replacen(" 1 ", " 2 ", 1);
        assert_eq!(Journal::decode(newer.as_bytes()).unwrap_err(), Unreadable::Newer(2));
    }
}
