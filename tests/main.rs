//! The integration tests, one binary.

// The condition tells clippy that helpers may unwrap as tests do.
#[cfg(test)]
mod faults;
#[cfg(test)]
mod repositories;
#[cfg(test)]
mod support;
#[cfg(test)]
mod yaml;
