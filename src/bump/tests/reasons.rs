use std::collections::BTreeMap;

use super::super::reasons::{Brought, Counting, Why, reasons, reverted_merges};
use super::{commits, id, judged};
use crate::model::release::{Group, Level};
use crate::model::since::Noted;

/// The level and the reason of each commit, the oldest first.
fn levels(told: &[&str], group: &Group) -> String {
    let reasons = judged(told, group);
    let told = reasons.iter().rev().map(|reason| format!("{} {}", reason.level.word(), reason.why.word()));
    told.collect::<Vec<_>>().join(", ")
}

#[test]
fn each_commit_raises_something_for_a_reason() {
    let usual = Group::default();
    for (told, expected) in [
        (&["feat: a", "fix: b", "perf: c"][..], "minor type, patch type, patch type"),
        (&["docs: a", "chore(x): b", "Add c"], "none type, none type, none not-conventional"),
        (&["Feat: a"], "minor type"),
        (&["fix!: a", "chore: b\n\nBREAKING CHANGE: c"], "major breaking, major breaking"),
        (&["b\n\nBREAKING CHANGE: c"], "major breaking"),
        // It only looks like it.
        (&["fix: a\n\nno BREAKING CHANGE: here"], "patch type"),
        (&["fix: a\n\n```\nBREAKING CHANGE: b\n```"], "patch type"),
        (&["docs: a\n\nfeat: is no header here"], "none type"),
        (&["<merge>feat: a", "<elsewhere>feat: b"], "none merge, none elsewhere"),
        (&["feat: a", "Revert \"feat: a\"\n\n%1"], "none reverted, none reverts"),
        (
            &["feat: a", "Revert \"feat: a\"\n\n%1", "Reapply \"feat: a\"\n\n%2"],
            "minor type, none reverted, none reverts",
        ),
        (&["Revert \"feat: x\"\n\nThis reverts commit ffffffffffff."], "patch reverts-released"),
        (
            &["feat: a", "Revert \"feat: x\"\n\nThis reverts commit ffffffff.\n%1"],
            "none reverted, patch reverts-released",
        ),
        // What was taken back by a commit that was taken back itself stands again.
        (&["revert: x\n\nRefs: fffffff", "Revert \"revert: x\"\n\n%1"], "none reverted, none reverts"),
        (&["Revert \"feat: x\" (#12)"], "patch reverts-unnamed"),
        (&["feat: a", "<merge>Revert \"feat: a\"\n\n%1"], "minor type, none merge"),
        (&["chore: release\n\nRelease-As: v2.0.0"], "none release-as"),
        (&["chore: release\n\nRelease-As: soon"], "none release-as-unreadable"),
        (&["fixup! feat: a", "squash! fix: b"], "minor type, patch type"),
        (&["feat: a (#3)\n\n* fix!: b\n* fix: c"], "minor type"),
    ] {
        assert_eq!(levels(told, &usual), expected, "{told:?}");
    }
    let bytes = Noted { message: b"feat: caf\xe9".to_vec(), ..commits(&["x"]).remove(0) };
    assert_eq!(reasons(&[bytes], &Counting::of(&usual), &Brought::new())[0].level, Level::Minor);
}

#[test]
fn the_team_decides_what_counts() {
    let types = BTreeMap::from([
        ("docs".to_owned(), Level::Patch),
        ("feat".to_owned(), Level::None),
        ("remove".to_owned(), Level::Major),
    ]);
    let group = Group { types, merges: true, squash: true, ..Group::default() };
    for (told, expected) in [
        (&["docs: a", "feat: b", "remove: c", "fix: d"][..], "patch type, none type, major type, patch type"),
        (&["<merge>fix: a"], "patch type"),
        (&["Work (#3)\n\n* fix: a\n* docs: b\n\n  fix!: no\n"], "patch type"),
        (&["Work (#3)\n\n- fix: a\n- fix!: b"], "major breaking"),
        (&["Work (#3)\n\n* fix: a\n\nBREAKING CHANGE: b\n\n* fix: c"], "major breaking"),
        (&["Work (#3)\n\n```\n* fix: a\n```"], "none not-conventional"),
    ] {
        assert_eq!(levels(told, &group), expected, "{told:?}");
    }
}

#[test]
fn what_seems_to_break_is_told() {
    let reasons = judged(&["fix: a\n\nBreaking change: b\n\nmore"], &Group::default());
    assert_eq!(reasons[0].missed.as_deref(), Some("Breaking change: b"));
    assert_eq!(reasons[0].why, Why::Type("fix".to_owned()));
}

#[test]
fn whoever_takes_a_merge_back_takes_back_what_it_brought() {
    let told = ["feat: a", "fix: b", "<merge>Merge branch 'x'", "Revert \"Merge branch 'x'\"\n\n%3"];
    let twice = [told.as_slice(), &["Reapply \"Merge branch 'x'\"\n\n%4"]].concat();
    let raised = |told: &[&str]| {
        let commits = commits(told);
        assert_eq!(reverted_merges(&commits), [id(3)]);
        let brought = Brought::from([(id(3), vec![id(1), id(3)])]);
        let all = reasons(&commits, &Counting::of(&Group::default()), &brought);
        all.iter().map(|reason| reason.level).max().unwrap()
    };
    assert_eq!((raised(&told), raised(&twice)), (Level::Patch, Level::Minor));
    assert_eq!(reverted_merges(&commits(&["feat: a", "Revert \"feat: a\"\n\n%1"])), []);
}
