//! Texts of other people's formats: read with exact places, changed by splicing, never re-printed.
//!
//! Nobody else sees a parser of YAML; what leaves this module is typed data, `serde_json::Value` or text.

pub mod yaml;
