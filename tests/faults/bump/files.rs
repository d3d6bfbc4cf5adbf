//! The files of a release, and the recovery from it, killed before every call that writes.

use super::super::traceable;
use super::FILES;
use super::release::{ONWARD, Release};

#[test]
fn a_killed_bump_leaves_all_or_nothing() {
    if traceable("a_killed_bump_leaves_all_or_nothing") {
        let release = Release::new(FILES);
        release.kills(&release.firsts(6, 12), ONWARD);
    }
}

#[test]
fn a_killed_recovery_of_a_bump_leaves_all_or_nothing() {
    if !traceable("a_killed_recovery_of_a_bump_leaves_all_or_nothing") {
        return;
    }
    let release = Release::new(FILES);
    let seen = release.kills_in_recovery(&release.firsts(2, 4), 2);
    assert!(seen.contains(&(1, true)) && seen.contains(&(2, false)), "{seen:?}");
}
