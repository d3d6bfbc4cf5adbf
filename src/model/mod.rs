//! The nouns, valid by construction: no input or output, no clock.

pub mod actor;
pub mod agent;
pub mod check;
pub mod config;
pub mod document;
pub mod edit;
pub mod facts;
pub mod field;
pub mod gate;
pub mod id;
pub mod item;
pub mod landing;
pub mod location;
pub mod number;
pub mod page;
pub mod path;
pub mod place;
pub mod profile;
pub mod record;
pub mod rule;
pub mod state;
pub mod table;
pub mod time;
pub mod title;
pub mod watch;
pub mod workflow;
