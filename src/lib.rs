//! git-track: version-controlled process.
//!
//! Read, decide, write: `git` and `store` read the world into plain data; `derive` and `moves` decide, purely;
//! `store` and `files` apply edits all-or-none; `ui` prints. Only `cmd` sees more than one of them.
//! ARCHITECTURE.md has the table of modules; `tests/architecture.rs` enforces it.

pub mod bump;
mod cli;
pub mod cmd;
pub mod derive;
pub mod documents;
pub mod error;
pub mod files;
pub mod formats;
pub mod git;
pub mod message;
pub mod model;
pub mod moves;
pub mod process;
pub mod render;
pub mod rules;
pub mod store;
pub mod ui;

pub use cli::{run, take_index_file};
