//! The commit-graph that git has written: one file, or a chain of them.

use std::path::Path;

use git2::{ObjectFormat, Oid};
use gix_commitgraph::{File, Graph, Position};

use crate::files::{Cache, read_outside, stamp};

/// More than a chain of 256 files needs, in bytes.
const LONGEST_CHAIN: u64 = 1 << 16;

/// In the cache: the files whose checksum was right.
const CHECKED: &str = "checked";

/// What git has written; every answer is checked before it is used, as the file may be damaged.
pub(super) struct Written {
    graph: Graph,
    count: u32,
}

impl Written {
    /// `None`: there is none, or it is damaged.
    pub(super) fn open(objects: &Path, format: ObjectFormat, cache: &Cache) -> Option<Self> {
        let mut seen = Vec::new();
        let files = single(objects, &mut seen).or_else(|| chain(objects, &mut seen))?;
        let kind = if format == ObjectFormat::Sha256 { gix_hash::Kind::Sha256 } else { gix_hash::Kind::Sha1 };
        if files.iter().any(|file| file.object_hash() != kind) {
            return None;
        }
        // Checksums of large files take a while: they are calculated once for each file that git writes.
        if cache.load(CHECKED).is_none_or(|checked| checked != seen) {
            if !files.iter().all(|file| file.verify_checksum().is_ok()) {
                return None;
            }
            cache.store(CHECKED, &seen);
        }
        let graph = Graph::new(files).ok()?;
        let count = graph.num_commits();
        Some(Self { graph, count })
    }

    pub(super) fn count(&self) -> u32 {
        self.count
    }

    pub(super) fn find(&self, id: &Oid) -> Option<u32> {
        let id = gix_hash::oid::try_from_bytes(id.as_bytes()).ok()?;
        self.graph.lookup(id).map(|place| place.0)
    }

    pub(super) fn id(&self, at: u32) -> Option<Oid> {
        Oid::from_bytes(self.commit(at)?.id().as_bytes()).ok()
    }

    pub(super) fn tree(&self, at: u32) -> Option<Oid> {
        Oid::from_bytes(self.commit(at)?.root_tree_id().as_bytes()).ok()
    }

    pub(super) fn time(&self, at: u32) -> Option<i64> {
        i64::try_from(self.commit(at)?.committer_timestamp()).ok()
    }

    /// The level above the first commits, which have 1. Very old files do not have it, and it cannot be larger than
    /// the number of commits.
    pub(super) fn generation(&self, at: u32) -> Option<u32> {
        let generation = self.commit(at)?.generation();
        (1..=self.count).contains(&generation).then_some(generation)
    }

    /// Adds the parents; `None` if one of them is not below its child.
    pub(super) fn parents(&self, at: u32, into: &mut Vec<u32>) -> Option<()> {
        let generation = self.generation(at)?;
        for parent in self.commit(at)?.iter_parents() {
            let Position(parent) = parent.ok()?;
            if self.generation(parent)? >= generation {
                return None;
            }
            into.push(parent);
        }
        Some(())
    }

    fn commit(&self, at: u32) -> Option<gix_commitgraph::file::Commit<'_>> {
        (at < self.count).then(|| self.graph.commit_at(Position(at)))
    }
}

fn single(objects: &Path, seen: &mut Vec<u8>) -> Option<Vec<File>> {
    Some(vec![file(&objects.join("info/commit-graph"), seen)?])
}

fn chain(objects: &Path, seen: &mut Vec<u8>) -> Option<Vec<File>> {
    seen.clear();
    let folder = objects.join("info/commit-graphs");
    let list = read_outside(&folder.join("commit-graph-chain"), LONGEST_CHAIN).ok()?;
    let mut files: Vec<File> = Vec::new();
    for line in std::str::from_utf8(&list).ok()?.lines() {
        let file = file(&folder.join(format!("graph-{line}.graph")), seen)?;
        // Each file says on which others it was built.
        let built = usize::from(file.base_graph_count()) == files.len()
            && file.iter_base_graph_ids().zip(&files).all(|(base, before)| base == before.checksum());
        if !built || *file.checksum() != *gix_hash::ObjectId::from_hex(line.as_bytes()).ok()? {
            return None;
        }
        files.push(file);
    }
    (!files.is_empty()).then_some(files)
}

/// Only an ordinary file: a pipe would be waited for. Adds to `seen` what tells it from every other one.
fn file(path: &Path, seen: &mut Vec<u8>) -> Option<File> {
    let stamp = stamp(path).ok()??;
    let file = if path.is_file() { File::at(path).ok()? } else { return None };
    seen.extend(stamp.bytes());
    seen.extend(file.checksum().as_bytes());
    Some(file)
}
