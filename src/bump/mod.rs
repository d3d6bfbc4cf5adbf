//! Releases, purely: what the next version is and why, which places say something else, and what a bump writes.
//!
//! Commits, tags and bytes come in as plain data; what comes out is a number with its reasons, a table, and edits.

mod calibrate;
mod changelog;
mod companions;
mod edits;
mod find;
mod next;
mod reasons;
mod table;
mod tags;
#[cfg(test)]
mod tests;
mod version;

pub use calibrate::{Release, Tried, calibrate};
pub use changelog::{entries, with_section};
pub use edits::{EditLine, FilePlan, Target, plan};
pub use find::{find, find_below};
pub use next::{Basis, Next, To, Wish, next};
pub use reasons::{Brought, Counting, Reason, Told, Why, reasons, reverted_merges};
pub use table::{Role, Row, Sources, Table, Value, table};
pub use tags::{Pattern, Tags};
pub use version::Version;
