//! Derived answers: state, readiness, progress, what is next. Pure functions of the model.

pub mod board;
pub mod changes;
pub mod checkouts;
pub mod circle;
pub mod conditions;
pub mod copies;
mod critical;
pub mod drift;
pub mod evidence;
pub mod gates;
pub mod graph;
pub mod here;
pub mod judgement;
pub mod leases;
pub mod names;
pub mod next;
pub mod overlap;
pub mod pages;
pub mod progress;
pub mod queue;
pub mod recovery;
pub mod reference;
pub mod roster;
pub mod runs;
pub mod sentences;
pub mod shell;
pub mod stage;
pub mod stamps;
pub mod validate;
pub mod words;
pub mod world;

#[cfg(test)]
mod board_tests;
#[cfg(test)]
mod graph_tests;
#[cfg(test)]
mod judgement_tests;
#[cfg(test)]
mod pages_tests;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod validate_tests;
#[cfg(test)]
mod world_tests;
