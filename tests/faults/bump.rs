//! Releases that are stopped: ten files, their commit and their tag, all of it or nothing.
//!
//! `GIT_TRACK_FULL=1 cargo test --test it faults::bump -- --nocapture` strikes at every point.

mod commits;
mod editor;
mod errors;
mod files;
mod release;
mod yard;

use super::Point;
use super::kills::points_of;
use super::program::Ground;

/// The files alone.
const FILES: &[&str] = &["bump", "1.1.0"];
/// The files, the commit and the tag.
const ALL: &[&str] = &["bump", "1.1.0", "--commit", "--tag"];

/// What begins a child, waits for one, or asks whether it has begun.
const CHILDREN: [&str; 5] = ["clone", "clone3", "recvfrom", "ppoll", "wait4"];
/// How often these are called depends on how fast a child is.
const OFTEN: [&str; 2] = ["ppoll", "wait4"];

fn calls() -> String {
    format!("{},{}", super::CALLS, CHILDREN.join(","))
}

/// Every call of a command that may change the disk, say something, or has to do with a child of it.
fn points(ground: &Ground, args: &[&str]) -> Vec<Point> {
    points_of(ground, &calls(), args)
}
