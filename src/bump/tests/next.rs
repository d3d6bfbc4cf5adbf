use super::super::reasons::{Brought, Counting, reasons};
use super::super::{Basis, Next, Pattern, Release, To, Version, Wish, calibrate, next};
use super::{commits, id, judged};
use crate::error::Result;
use crate::model::release::{Group, Level, Zero};
use crate::model::since::{Released, Since};

/// A question and its answer: tags (those behind a `!` are not in this history), what the files say, commits, the wish.
struct Case<'a> {
    tags: &'a [&'a str],
    files: Option<&'a str>,
    commits: &'a [&'a str],
    zero: Zero,
    since_candidate: Option<&'a [&'a str]>,
    cut_off: bool,
}

const CASE: Case = Case {
    tags: &["v1.2.0"],
    files: Some("1.2.0"),
    commits: &[],
    zero: Zero::Minor,
    since_candidate: None,
    cut_off: false,
};

fn found(case: &Case, wish: &Wish) -> Result<Next> {
    let (group, pattern) = (Group::default(), Pattern::new("v{version}"));
    let all: Vec<String> = case.tags.iter().map(|tag| tag.trim_start_matches('!').to_owned()).collect();
    let tags = pattern.sorted(&all, &[]);
    let here = |tag: &&String| case.tags.contains(&tag.as_str());
    let out = tags.out();
    let last = out.iter().find(here).map(|tag| Released { tag: tag.clone(), commit: id(99) });
    let elsewhere = out.iter().take_while(|tag| !here(tag)).cloned().collect();
    let since = Since { last, elsewhere, commits: commits(case.commits), cut_off: case.cut_off };
    let told = reasons(&since.commits, &Counting::of(&group), &Brought::new());
    let since_candidate = case.since_candidate.map(|told| judged(told, &group));
    let current = case.files.map(|text| Version::parse(text).unwrap());
    let tagged = tags
        .own
        .iter()
        .find(|(_, tag)| case.tags.contains(&tag.as_str()))
        .map(|(version, _)| version.clone());
    next(
        &Basis {
            pattern: &pattern,
            tags: &tags,
            current: current.as_ref(),
            committed: None,
            tagged: tagged.as_ref(),
            since: &since,
            reasons: &told,
            since_candidate: since_candidate.as_deref(),
            zero: case.zero,
            option: "",
        },
        wish,
    )
}

fn said(case: &Case, wish: &Wish) -> String {
    found(case, wish).map_or_else(|error| error.message().to_owned(), |next| next.version.to_string())
}

fn pre(label: &str) -> Wish {
    Wish { pre: Some(label.to_owned()), ..Wish::default() }
}

#[test]
fn commits_say_the_next_version() {
    let by = |case: &Case| said(case, &Wish::default());
    for (told, expected) in [
        (&["fix: a"][..], "1.2.1"),
        (&["fix: a", "feat: b"], "1.3.0"),
        (&["feat!: a"], "2.0.0"),
        (&["fix: a\n\nRelease-As: 4.0.0", "feat: b"], "4.0.0"),
        (&["chore: a\n\nRelease-As: 4.0.0", "chore: a\n\nRelease-As: 5.0.0"], "5.0.0"),
        (&["chore: a\n\nRelease-As: 1.1.0"], "1.1.0 is not later than 1.2.0"),
        (&["chore: a\n\nRelease-As: 2.0"], "1000000 demands a version that is none: Release-As: 2.0"),
        // What was demanded came out.
        (&["chore: a\n\nRelease-As: 1.2.0", "fix: b"], "1.2.1"),
        (&["docs: a"], "there is nothing to release: no commit since v1.2.0 raises the version"),
        (&[], "there is nothing to release: no commit since v1.2.0"),
    ] {
        assert_eq!(by(&Case { commits: told, ..CASE }), expected, "{told:?}");
    }
    let initial = Case { tags: &["v0.2.0"], files: Some("0.2.0"), ..CASE };
    for (zero, told, expected) in [
        (Zero::Minor, "feat!: a", "0.3.0"),
        (Zero::Minor, "feat: a", "0.3.0"),
        (Zero::Shift, "feat!: a", "0.3.0"),
        (Zero::Shift, "feat: a", "0.2.1"),
        (Zero::Strict, "feat: a", "0.3.0"),
        (
            Zero::Strict,
            "feat!: a",
            "what came since the last release breaks something, and 1.0.0 has to be asked for",
        ),
    ] {
        assert_eq!(by(&Case { commits: &[told], zero, ..initial }), expected, "{zero:?} {told}");
    }
    // Without a release all of history counts from nothing; what files say was released, but nobody knows when.
    assert_eq!(by(&Case { tags: &[], files: Some("0.0.0"), commits: &["fix: a"], ..CASE }), "0.0.1");
    let none = "no release is known: no tag is called like v0.1.0";
    assert_eq!(by(&Case { tags: &[], files: Some("0.1.0"), commits: &["fix: a"], ..CASE }), none);
    assert_eq!(by(&Case { tags: &[], files: None, commits: &["feat: a"], ..CASE }), "0.1.0");
    assert_eq!(by(&Case { files: None, commits: &["feat: a"], ..CASE }), "1.3.0");
}

#[test]
fn what_is_asked_for_counts_more() {
    let to = |to: To| Wish { to, ..Wish::default() };
    let version = |text: &str| to(To::Version(Version::parse(text).unwrap()));
    assert_eq!(said(&CASE, &to(To::Level(Level::Major))), "2.0.0");
    assert_eq!(said(&CASE, &version("1.9.0")), "1.9.0");
    assert_eq!(said(&CASE, &version("1.2.0")), "1.2.0");
    assert_eq!(said(&CASE, &version("1.1.9")), "1.1.9 is not later than 1.2.0");
    assert_eq!(said(&CASE, &version("1.2.0-rc.1")), "1.2.0-rc.1 is not later than 1.2.0");
    let initial = Case { tags: &["v0.2.0"], files: Some("0.2.0"), ..CASE };
    assert_eq!(said(&initial, &to(To::Level(Level::Major))), "1.0.0");
    let build = Wish { build: Some("7".to_owned()), ..to(To::Level(Level::Patch)) };
    assert_eq!(said(&CASE, &build), "1.2.1+7");
    // A version that somebody else has released is taken.
    let hotfix = Case { tags: &["v1.2.0", "!v1.2.1", "!v2.0.0"], ..CASE };
    let taken =
        "1.2.1 is released already: the tag v1.2.1 exists, on another branch or earlier in this history";
    assert_eq!(said(&hotfix, &to(To::Level(Level::Patch))), taken);
}

#[test]
fn candidates_are_counted_and_come_out() {
    let feature = Case { commits: &["feat: a"], ..CASE };
    assert_eq!(said(&feature, &pre("rc")), "1.3.0-rc.1");
    let begun = Case {
        tags: &["v1.2.0", "v1.3.0-rc.1", "!v1.3.0-rc.2"],
        files: Some("1.3.0-rc.1"),
        commits: &["feat: a", "fix: b"],
        since_candidate: Some(&["fix: b"]),
        ..CASE
    };
    assert_eq!(said(&begun, &pre("rc")), "1.3.0-rc.3");
    assert_eq!(said(&begun, &Wish::default()), "1.3.0");
    assert_eq!(said(&begun, &pre("beta")), "1.3.0-beta.1 is not later than 1.3.0-rc.1");
    let breaking = Case { commits: &["feat: a", "fix!: b"], ..begun };
    assert_eq!(said(&breaking, &pre("rc")), "2.0.0-rc.1");
    let still = Case { since_candidate: Some(&["docs: b"]), ..begun };
    assert_eq!(
        said(&still, &pre("rc")),
        "there is nothing to release: no commit since v1.3.0-rc.1 raises the version"
    );
    assert_eq!(said(&still, &Wish::default()), "1.3.0");
    // A version that was begun stays, however little came since the last release.
    let major = Case { tags: &["v1.2.0"], files: Some("2.0.0-rc.1"), commits: &["fix: a"], ..CASE };
    assert_eq!(said(&major, &pre("rc")), "2.0.0-rc.2");
    assert_eq!(said(&major, &Wish::default()), "2.0.0");
    let first = Case { tags: &["v1.0.0-rc.1"], files: Some("1.0.0-rc.1"), commits: &["fix: a"], ..CASE };
    assert_eq!(said(&first, &Wish::default()), "1.0.0");
    // The same where the version is in the tags alone.
    assert_eq!(said(&Case { files: None, ..first }, &Wish::default()), "1.0.0");
    assert_eq!(
        said(&Case { files: None, tags: &["v1.2.0", "v2.0.0-rc.1"], ..major }, &pre("rc")),
        "2.0.0-rc.2"
    );
    let level = Wish { to: To::Level(Level::Patch), ..pre("rc") };
    assert_eq!(said(&CASE, &level), "1.2.1-rc.1");
}

#[test]
fn what_is_not_known_or_does_not_fit_is_no_number() {
    let by = |case: &Case| said(case, &Wish::default());
    let feature = Case { commits: &["feat: a"], ..CASE };
    assert_eq!(
        by(&Case { cut_off: true, ..feature }),
        "the last release is not known: history is cut off in this clone"
    );
    assert_eq!(
        by(&Case { files: Some("1.3.0"), ..feature }),
        "the files say 1.3.0, which has no tag in this history"
    );
    assert_eq!(by(&Case { files: Some("1.1.0"), ..feature }), "the files say 1.1.0, but v1.2.0 is released");
    assert_eq!(
        by(&Case { files: Some("1.2.0-rc.1"), ..feature }),
        "the files say 1.2.0-rc.1, but v1.2.0 is released"
    );
    let elsewhere = Case { tags: &["!v1.2.0", "!v1.1.0"], ..feature };
    assert_eq!(by(&elsewhere), "no release is in this history; v1.2.0 is on another branch");
    let squashed = Case { tags: &["v1.1.0", "!v1.2.0"], ..feature };
    let error = found(&squashed, &Wish::default()).unwrap_err();
    assert_eq!(error.notes()[1], "v1.2.0 is on a commit that this history does not have");
    assert_eq!(said(&elsewhere, &Wish { to: To::Level(Level::Minor), ..Wish::default() }), "1.3.0");
    let odd = Case { tags: &["1.2.0", "release-1.1.0"], ..feature };
    let error = found(&odd, &Wish::default()).unwrap_err();
    assert_eq!(error.message(), "no tag is called like v0.1.0, but 1.2.0 looks like a release");
    assert_eq!(error.hints()[0], "set `tag: \"{version}\"` in .track/config.yaml, below versions");
    let hotfix = Case { tags: &["v1.2.0", "!v2.0.0", "!v3.0.0", "4.0.0"], commits: &["fix: a"], ..CASE };
    let next = found(&hotfix, &Wish::default()).unwrap();
    assert_eq!((next.version.to_string().as_str(), next.last.as_deref()), ("1.2.1", Some("v1.2.0")));
    assert_eq!(
        next.notes,
        [
            "v3.0.0 and 1 more are higher, but not in this history: they do not count",
            "4.0.0 looks like a release under another name: it does not count",
        ]
    );
}

#[test]
fn the_rules_of_a_project_are_found() {
    let version = |text: &str| Version::parse(text).unwrap();
    let release = |before: &str, after: &str, told: &[&str]| Release {
        before: version(before),
        version: version(after),
        commits: commits(told),
    };
    let releases = [
        release("0.1.0", "0.1.1", &["feat: a"]),
        release("0.1.1", "0.2.0", &["feat!: a"]),
        release("0.2.0", "0.2.1", &["<merge>fix: a"]),
        release("0.2.1", "1.0.0", &["chore: a\n\nRelease-As: 1.0.0"]),
        release("1.0.0", "1.0.1", &["docs: a"]),
    ];
    let tried = calibrate(&releases, &Group::default());
    let best = &tried[0];
    assert_eq!((best.zero, best.merges, best.squash, best.found), (Zero::Shift, true, false, 4));
    assert_eq!(best.missed, [(version("1.0.1"), None)]);
    let strict =
        tried.iter().find(|tried| tried.zero == Zero::Strict && !tried.merges && !tried.squash).unwrap();
    assert!(strict.missed.contains(&(version("0.2.0"), Some(version("1.0.0")))));
}
