use std::fmt::Write;

use proptest::prelude::*;

use super::says::work;
use crate::model::facts::CommitId;
use crate::model::landing::Work;

fn id() -> CommitId {
    CommitId::parse(&"1".repeat(40)).unwrap()
}

fn said(headers: &str, message: &[u8]) -> Option<Work> {
    let raw = format!(
        "tree {0}\n{headers}author Ada <Ada@Example.com> 12 +0100\ncommitter C <c@d> 34 +0000\n\n",
        "2".repeat(40)
    );
    work(&id(), &[raw.as_bytes(), message].concat())
}

fn told(message: &str) -> String {
    let work = said("", message.as_bytes()).unwrap();
    let mut told = String::new();
    for mention in &work.mentions {
        write!(told, "{:?}={} ", mention.how, mention.text).unwrap();
    }
    for name in &work.reverts {
        write!(told, "reverts={name} ").unwrap();
    }
    if let Some(subject) = &work.undoes {
        write!(told, "undoes={subject} ").unwrap();
    }
    told.trim_end().to_owned()
}

const WORDS: &[(&str, &str)] = &[
    ("feat: x", ""),
    ("feat: x\n\nTrack: batch-1\n", "Track=batch-1"),
    ("feat: x\n\ntrack: w:U01\nTrack: U02\n", "Track=w:U01 Track=U02"),
    (
        "feat: x\n\nRefs: #12, batch-1\nCloses: a\nFIXES: b\nresolves: c;d\n",
        "Refers=#12 Refers=batch-1 Refers=a Refers=b Refers=c Refers=d",
    ),
    ("feat: x\n\nFollow-up: U03\n", ""),
    // Nothing says that it is a squash: the line may be quoted.
    ("feat: x\n\nTrack: a\n\nand more\n", ""),
    ("feat: x (!4)\n\nTrack: a\n\nand more\n", "Line=a"),
    ("Squashed commit of the following:\n\n    feat: x\n\n    Track: a\n\nb", "Line=a"),
    (
        "feat: x (#3)\n\n* feat: a\n\nTrack: a-1\n\n* b\n\nRefs: 1 2\n\n---------\n\nCo-authored-by: A <a@b>",
        "Line=a-1 Line=1 Line=2",
    ),
    ("feat: x (#3)\n\n* a\n\nTrack: a\n\n* b\n\nTrack: a\nSigned-off-by: A", "Track=a Line=a"),
    ("feat: x\n\n* a\n\nTrack: a\n\n* b\n\nTrack: a\n\nc", "Line=a"),
    ("feat: x\n\n```\nTrack: a\n```\nb", ""),
    ("feat: x\r\n\r\nTrack: a\r\n", "Track=a"),
    ("Fixes: the login", ""),
    ("feat: x (batch-1)", "Subject=batch-1"),
    ("U02: x", "Subject=U02"),
    ("feat(U02): x", "Subject=U02"),
    ("feat(api)!: x of CHG-20260101-auth/U03.", "Subject=CHG-20260101-auth/U03"),
    ("feat: x for wf:batch-1", "Subject=wf:batch-1"),
    ("[U1] [U2] x, U1", "Subject=U1 Subject=U2"),
    ("feat: x #12, 2fa, v2é, éU1, U1", "Subject=U1"),
    (
        "a1 a2 a3 a4 a5 a6 a7 a8 a9",
        "Subject=a1 Subject=a2 Subject=a3 Subject=a4 Subject=a5 Subject=a6 Subject=a7 Subject=a8",
    ),
    ("feat: in two lines\nof U07", "Subject=U07"),
    ("fixup! feat(U02): x", "Subject=U02"),
    ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1 b1", "Subject=b1"),
];

const MERGES: &[(&str, &str)] = &[
    ("Merge branch 'feat/U02-x'", "Merged=feat/U02-x"),
    ("Merge branch 'a1' into b1", "Merged=a1"),
    ("Merge branch 'a' into 'main'\n\nfeat: x (U01)", "Merged=a"),
    ("Merge branch 'a' of https://example.com/x into b", "Merged=a"),
    ("Merge branches 'a', 'b' and 'c' into d", "Merged=a Merged=b Merged=c"),
    (
        "Merge branches 'a' and 'b', remote-tracking branch 'origin/c/d' and tag 'v1'",
        "Merged=a Merged=b Merged=c/d",
    ),
    ("Merge remote-tracking branch 'origin/x/y'", "Merged=x/y"),
    ("Merge remote-tracking branches 'origin/x' and 'origin/y'", "Merged=x Merged=y"),
    ("Merge tag 'v1.0'", ""),
    ("Merge commit 'abc1234' into main", ""),
    ("Merge branch 'it's'", "Merged=it's"),
    ("Merge branch 'cut", ""),
    ("Merge pull request #12 from owner/feat/a-1\n\nfeat: x", "Merged=feat/a-1"),
    ("Merge pull request #12 in P/r from feat/a-1 to main", "Merged=feat/a-1"),
    ("Merge pull request 'x from 1' (#3) from owner:feat/a into main", "Merged=feat/a"),
    ("Merge pull request #12", ""),
    ("Merged in feat/a (pull request #12)", "Merged=feat/a"),
    ("Merged PR 12: feat: x of U01", ""),
    ("Merge branch 'a'\n\nTrack: b\n", "Track=b Merged=a"),
    ("Merge the two readers of U01", "Subject=U01"),
];

const REVERTS: &[(&str, &str)] = &[
    ("Revert \"feat: x (U01)\"\n\nThis reverts commit 1234567.\n", "reverts=1234567"),
    ("Revert \"feat: x (U01)\"\n", "undoes=feat: x (U01)"),
    ("Revert \"feat: x\" (#13)\n\nReverts o/r#12", "undoes=feat: x"),
    ("Revert \"feat: x (#12)\" (#13)", "undoes=feat: x (#12)"),
    ("Revert \"Revert \"feat: x\" (#12)\"", "undoes=Revert \"feat: x\" (#12)"),
    ("Revert \"Revert \"feat: x\" (#12)\" (#13)", "undoes=Revert \"feat: x\" (#12)"),
    ("Reapply \"feat: x1\"", "undoes=Revert \"feat: x1\""),
    ("Reapply \"feat: x\"\n\nThis reverts commit abcdef1.", "reverts=abcdef1"),
    ("revert: x\n\nRefs: abcdef1", "Refers=abcdef1 reverts=abcdef1"),
    ("fix: back to y\n\nThis reverts commits 1234567 and abcdef1.", "reverts=1234567 reverts=abcdef1"),
    ("fix: what reverts U01", "Subject=U01"),
];

#[test]
fn what_messages_name() {
    assert!([WORDS, MERGES, REVERTS].iter().all(|cases| cases.len() > 10));
    for (message, expected) in [WORDS, MERGES, REVERTS].into_iter().flatten() {
        assert_eq!(told(message), *expected, "{message:?}");
    }
}

#[test]
fn who_and_when() {
    let parent = format!("parent {}\n", "3".repeat(40));
    let work = said(&(parent.clone() + &parent), b"\n\nfeat: one\n two\n\nbody").unwrap();
    assert_eq!((&work.id, work.author.as_str()), (&id(), "ada@example.com"));
    assert_eq!((work.authored, work.committed, work.is_merge()), (12, 34, true));
    assert_eq!(work.subject, "feat: one two");
    assert!(!said(&parent, b"").unwrap().is_merge());
    let nameless = b"author Ada <> 1 +0000\ncommitter C <c@d> 2 +0000\n\nx";
    assert_eq!(work_of(nameless).unwrap().author, "Ada");
    assert_eq!(work_of(b"tree 1\n\nx"), None);
    let subject = |headers, message| said(headers, message).unwrap().subject;
    assert_eq!(subject("", b"caf\xe9"), "caf\u{fffd}");
    assert_eq!(subject("encoding ISO-8859-1\n", b"caf\xe9"), "café");
}

fn work_of(raw: &[u8]) -> Option<Work> {
    work(&id(), raw)
}

proptest! {
    #[test]
    fn any_bytes_are_read(
        raw in proptest::collection::vec(any::<u8>(), 0..200),
        message in "((Merge|Revert|Reapply|Merged in|pull request|branch|branches|from|into|Track:|#1|a1)?[ '\"/:,é\n()]?){0,12}",
    ) {
        let _ = work_of(&raw);
        prop_assert!(said("", &raw).is_some());
        prop_assert!(said("encoding latin1\n", message.as_bytes()).is_some());
        let _ = told(&message);
    }
}
