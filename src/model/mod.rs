//! The nouns, valid by construction: no input or output, no clock.

pub mod edit;
pub mod facts;
pub mod path;
