//! Texts of other people's formats: read with exact places, changed by splicing, never re-printed.
//!
//! Nobody else sees a parser of these; what leaves this module is typed data, `serde_json::Value` or text.

pub mod locate;
pub mod markdown;
mod place;
pub mod yaml;

pub use place::line_of;

#[cfg(test)]
mod markdown_tests;
