//! What is done about drift: moves forward that are proposed and written only when asked for, and differences that
//! somebody accepted.

use serde_json::Value;

use super::yard::{Yard, files};
use super::{drift, evidence};

const MERGED: &str = "
    git switch -qc feat/batch-1-login
    work login batch-1
    git switch -q main
    git merge -q --no-ff --no-edit feat/batch-1-login";

const OTHER_MERGED: &str = "
    git switch -qc feat/batch-2-search
    work search batch-2
    git switch -q main
    git merge -q --no-ff --no-edit feat/batch-2-search";

const SQUASHED: &str = "
    git switch -qc feat/batch-1-login
    work login
    work form
    git switch -q main
    git merge -q --squash feat/batch-1-login
    commit 'Let people in (#12)'";

const DONE: &str = "
    track done batch-1
    git commit -qam 'chore: finish'";

fn yard(told: &[&str]) -> Yard {
    let yard = Yard::new(&[]);
    told.iter().try_for_each(|told| yard.play(told)).unwrap();
    yard
}

fn state(yard: &Yard, item: &str) -> String {
    let (document, _) = yard.ask(&["show", item, "--json"]).unwrap();
    document["items"][0]["state"].as_str().unwrap().to_owned()
}

fn changes(yard: &Yard, args: &[&str]) -> Vec<String> {
    let (document, _) = yard.ask(&[&["sync", "--json"], args].concat()).unwrap();
    let changes = document["changes"].as_array().unwrap_or_else(|| panic!("no changes: {document}"));
    // A move changes more than the state: who made it, and when.
    changes.iter().filter(|change| change["field"] == "state").map(Value::to_string).collect()
}

fn codes(yard: &Yard) -> (Vec<String>, i32) {
    let (found, status) = drift(yard, &["batch-1"]).unwrap();
    (found.iter().map(|drift| drift["code"].as_str().unwrap().to_owned()).collect(), status)
}

// Everything but what is kept for speed.
fn bytes(yard: &Yard) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let kept = yard.repo.path().join(".git/track");
    files(yard.repo.path(), &|path| path != kept)
}

#[test]
fn nothing_is_written_unless_asked_for() {
    let yard = yard(&[MERGED]);
    let before = bytes(&yard);
    let found = changes(&yard, &[]);
    assert!(found.len() == 1 && found[0].contains("batch-1"), "{found:?}");
    let said = crate::conventions::text(&yard.track(&["sync"]));
    assert!(said.contains("nothing written") && said.contains("--apply"), "{said}");
    assert!(bytes(&yard) == before);
}

#[test]
fn what_certainly_landed_is_closed() {
    for told in [MERGED, SQUASHED] {
        let yard = yard(&[told]);
        let found = changes(&yard, &["--apply"]);
        assert!(found.len() == 1 && found[0].contains("batch-1"), "{found:?}");
        assert_eq!(state(&yard, "batch-1"), "done");
        assert_eq!(codes(&yard), (Vec::new(), 0));
        // Again there is nothing to do, before and after it is committed.
        assert_eq!(changes(&yard, &["--apply"]), Vec::<String>::new());
        yard.play("commit 'chore: sync'").unwrap();
        assert_eq!((changes(&yard, &[]), codes(&yard)), (Vec::new(), (Vec::new(), 0)));
    }
}

#[test]
fn what_was_not_even_started_is_closed_too() {
    let yard = yard(&[OTHER_MERGED]);
    changes(&yard, &["--apply"]);
    assert_eq!((state(&yard, "batch-2"), state(&yard, "batch-1")), ("done".into(), "active".into()));
}

#[test]
fn what_only_may_have_landed_stays_open() {
    let weak = "
        git switch -qc feat/batch-1-login
        work login
        git switch -q main
        git merge -q --no-ff --no-edit feat/batch-1-login
        git branch -qd feat/batch-1-login
        git reflog expire --expire=all --all";
    let open = "
        git switch -qc feat/batch-1-login
        work login batch-1
        git switch -q main";
    let partly = "
        git switch -q feat/batch-1-login
        work form batch-1
        git switch -q main";
    let reverted = "git revert -m 1 --no-edit HEAD";
    for told in [&[weak][..], &[open], &[MERGED, partly], &[MERGED, reverted]] {
        let yard = yard(told);
        let before = bytes(&yard);
        assert_eq!(changes(&yard, &["--apply"]), Vec::<String>::new(), "{told:?}");
        assert!(bytes(&yard) == before && state(&yard, "batch-1") == "active", "{told:?}");
    }
}

#[test]
fn what_holds_an_item_holds_it_still() {
    let child = "
        track add action 'Pin the image' --in batch-1
        git commit -qam 'chore: plan'";
    let blocked = "
        track block batch-1 -m 'no key'
        git commit -qam 'chore: blocked'";
    for told in [child, blocked] {
        let yard = yard(&[told, MERGED]);
        changes(&yard, &["--apply"]);
        assert_eq!(state(&yard, "batch-1"), "active", "{told}");
        assert!(codes(&yard).0.contains(&"D02".to_owned()), "{told}");
        // One that may be closed is closed all the same.
        yard.play(OTHER_MERGED).unwrap();
        changes(&yard, &["--apply"]);
        assert_eq!((state(&yard, "batch-1"), state(&yard, "batch-2")), ("active".into(), "done".into()));
    }
    let needs = "
        track set batch-2 needs=batch-1
        git commit -qam 'chore: plan'";
    let yard = yard(&[needs, OTHER_MERGED]);
    changes(&yard, &["--apply"]);
    assert_eq!(state(&yard, "batch-2"), "todo");
}

#[test]
fn nothing_is_ever_moved_back() {
    let open = "
        git switch -qc feat/batch-1-login
        work login batch-1
        git switch -q main";
    let reverted = "git revert -m 1 --no-edit HEAD^";
    let partly = "
        git switch -q feat/batch-1-login
        work form batch-1
        git switch -q main";
    for (told, code) in
        [(&[DONE, open][..], "D03"), (&[MERGED, DONE, reverted], "D05"), (&[MERGED, DONE, partly], "D06")]
    {
        let yard = yard(told);
        let before = bytes(&yard);
        assert_eq!(changes(&yard, &["--apply"]), Vec::<String>::new(), "{code}");
        assert!(bytes(&yard) == before && state(&yard, "batch-1") == "done", "{code}");
        assert_eq!(codes(&yard), (vec![code.to_owned()], 1));
    }
}

#[test]
fn an_accepted_difference_is_quiet_until_the_branch_moves() {
    let open = "
        git switch -qc feat/batch-1-login
        work login batch-1
        git switch -q main";
    let yard = yard(&[DONE, open]);
    assert_eq!(codes(&yard), (vec!["D03".into()], 1));
    // Without a reason there is nothing to accept.
    assert_ne!(yard.track(&["drift", "--accept", "batch-1"]).status.code(), Some(0));
    assert_eq!(codes(&yard), (vec!["D03".into()], 1));
    yard.play("track drift --accept batch-1 -m 'it goes live in May'").unwrap();
    assert_eq!(codes(&yard), (Vec::new(), 0));
    // It is part of the state, so others hear of it, and other work does not undo it.
    yard.play("commit 'chore: accept'\n work other").unwrap();
    assert_eq!(codes(&yard), (Vec::new(), 0));
    yard.play("git clone -q . ../clone\n cd ../clone").unwrap();
    assert_eq!(codes(&yard), (Vec::new(), 0));
    yard.play("cd .\n git switch -q feat/batch-1-login\n work form batch-1\n git switch -q main").unwrap();
    assert_eq!(codes(&yard), (vec!["D03".into()], 1));
}

#[test]
fn an_accepted_difference_is_quiet_until_the_landing_changes() {
    let partly = "
        git switch -q feat/batch-1-login
        work form batch-1
        git switch -q main";
    let yard = yard(&[MERGED, "git tag merge", DONE, partly]);
    assert_eq!(codes(&yard), (vec!["D06".into()], 1));
    yard.play("track drift --accept batch-1 -m 'the form comes later'\n commit 'chore: accept'").unwrap();
    assert_eq!(codes(&yard), (Vec::new(), 0));
    yard.play("git revert -m 1 --no-edit merge").unwrap();
    let (found, status) = codes(&yard);
    assert!(status == 1 && found.iter().all(|code| code == "D05" || code == "D03"), "{found:?}");
}

#[test]
fn why_tells_every_piece_of_evidence_with_its_commit_and_rule() {
    let yard = yard(&[SQUASHED]);
    let (document, _) = yard.ask(&["show", "batch-1", "--json"]).unwrap();
    let git = &document["items"][0]["git"];
    assert!(evidence(git).count() > 0, "{document}");
    let said = crate::conventions::text(&yard.track(&["why", "batch-1", "--git"]));
    for piece in evidence(git) {
        let (rule, commit) = (piece["rule"].as_str().unwrap(), piece["commit"].as_str().unwrap());
        assert!(said.contains(rule) && said.contains(&commit[..7]), "{said}");
    }
}
