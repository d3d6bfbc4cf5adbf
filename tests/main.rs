//! The one integration binary.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::format_push_string,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unused_self,
    clippy::unwrap_used,
    reason = "a test may; clippy exempts only functions marked as one, not their helpers"
)]

#[cfg(test)]
mod architecture;
#[cfg(test)]
mod cache;
#[cfg(test)]
mod conventions;
#[cfg(test)]
mod docs;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod hands;
#[cfg(test)]
mod hooks;
#[cfg(test)]
mod job;
#[cfg(test)]
mod landings;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod releases;
#[cfg(test)]
mod repositories;
#[cfg(test)]
mod support;
#[cfg(test)]
mod transcripts;
#[cfg(test)]
mod yaml;
