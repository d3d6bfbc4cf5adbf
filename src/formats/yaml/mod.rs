//! YAML, and JSON as its subset: a front door that names every problem, and an editor that changes only what changed.
//!
//! Reading costs one typed parse and a look at each byte. What our own writer produces has a parser of its own
//! (`plain`), because that is nearly everything and the general one is slow. The precise pass with exact spans
//! (`spans`) runs when something is suspicious or wrong, for untyped trees, and for editing.

mod edit;
mod emit;
mod front;
mod locate;
mod parts;
mod plain;
mod plain_value;
mod scan;
mod spans;
mod wording;

use super::place;

pub use edit::edit;
pub use emit::write;
pub use front::{read, read_own, tree};
pub use locate::locate;

#[cfg(test)]
mod edit_tests;
#[cfg(test)]
mod front_tests;
#[cfg(test)]
mod plain_tests;
#[cfg(test)]
mod plain_written;
