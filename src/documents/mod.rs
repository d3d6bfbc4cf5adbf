//! Documents that are rendered from the state: which there are, what their templates are told, the bytes they should have.

pub mod branch;
pub mod bytes;
mod gates;
pub mod guide;
mod items;
pub mod numbers;
mod papers;
pub mod parts;
#[cfg(test)]
mod parts_tests;
mod rules;
pub mod sheets;
pub mod values;
pub mod window;
