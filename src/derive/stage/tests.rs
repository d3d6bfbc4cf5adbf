//! Stages by literals: what git knows in, how it stands out.

use std::collections::HashMap;
use std::rc::Rc;

use super::super::testing::{Scene, TEAM};
use super::*;
use crate::model::landing::{Copies, How, Landed, Mention, Tag, TipFacts};

const ITEMS: &str = "items: {batch-1: {title: A}, batch-2: {title: B}}";

/// What git knows, in the making.
#[derive(Default)]
struct Git {
    landscape: Landscape,
    lines: Vec<(&'static str, Line)>,
    /// The commits that were taken in.
    taken: Vec<(CommitId, CommitId)>,
}

fn id(letter: char) -> CommitId {
    CommitId::parse(&letter.to_string().repeat(40)).unwrap()
}

fn landing(letter: char, depth: u32) -> Landing {
    Landing { commit: id(letter), at: 1000 - i64::from(depth), depth }
}

fn work(letter: char, subject: &str, at: i64) -> Work {
    Work {
        id: id(letter),
        author: "ada@example.com".to_owned(),
        authored: at,
        committed: at,
        parents: vec![id('0')],
        subject: subject.to_owned(),
        mentions: Vec::new(),
        reverts: Vec::new(),
        undoes: None,
        beside_state: None,
        squash: false,
        unread: false,
    }
}

fn says(mut work: Work, how: How, text: &str) -> Work {
    work.mentions.push(Mention { how, text: text.to_owned() });
    work
}

impl Git {
    /// A branch of an item, its tip on none of the base.
    fn branch(mut self, item: &'static str, name: &str, facts: TipFacts) -> Self {
        let tip = facts.own.first().map_or_else(|| id('9'), |work| work.id.clone());
        let line = Line {
            name: name.to_owned(),
            via: Via::Name,
            tips: vec![Tip { remote: None, commit: tip.clone() }],
            made: Vec::new(),
            gone: false,
            in_review: false,
            tree: None,
        };
        self.landscape.tips.insert(tip, facts);
        self.lines.push((item, line));
        self
    }

    fn line(mut self, edit: impl FnOnce(&mut Line)) -> Self {
        edit(&mut self.lines.last_mut().unwrap().1);
        self
    }

    /// A commit on the base, later than those before.
    fn on_base(mut self, work: Work, landing: Landing) -> Self {
        self.landscape.landed.push(Landed { commit: Rc::new(work), landing });
        self
    }

    fn stands(&self) -> Standing {
        self.stands_in(&[ITEMS])
    }

    fn stands_in(&self, bodies: &[&str]) -> Standing {
        let scene = Scene::new(TEAM, bodies);
        let world = scene.world();
        let mut lines: HashMap<Spot, Vec<Line>> = HashMap::new();
        let spot = |name: &str| world.names().items(name).first().copied().unwrap();
        for (item, line) in &self.lines {
            lines.entry(spot(item)).or_default().push(line.clone());
        }
        let took = |landing: &Work, own: &Work| self.taken.contains(&(landing.id.clone(), own.id.clone()));
        let takes_in = |landing: &Work, all: &[&Work]| Some(all.iter().all(|own| took(landing, own)));
        let known = Known::new(&world, &|_| true, &self.landscape, &lines, &takes_in);
        known.standing(spot("batch-1"))
    }

    fn stage(&self) -> &'static str {
        self.stands().stage.word()
    }
}

fn own(works: Vec<Work>) -> TipFacts {
    let works: Vec<Rc<Work>> = works.into_iter().map(Rc::new).collect();
    let line = works.iter().map(|work| work.id.clone()).collect();
    TipFacts {
        own: works,
        forks: vec![id('0')],
        line,
        copies: Some(Copies::default()),
        ..TipFacts::default()
    }
}

fn copies(works: Vec<Work>, copies: Copies) -> TipFacts {
    TipFacts { copies: Some(copies), ..own(works) }
}

fn merge(subject: &str, branch: Option<&str>) -> Box<Work> {
    let mut merge = work('d', subject, 900);
    merge.parents = vec![id('0'), id('9')];
    merge.mentions =
        branch.map(|name| Mention { how: How::Merged, text: name.to_owned() }).into_iter().collect();
    Box::new(merge)
}

#[test]
fn nothing_is_queued_and_a_bare_branch_is_started() {
    assert_eq!(Git::default().stage(), "queued");
    let bare = TipFacts { landing: Some(landing('9', 3)), ..TipFacts::default() };
    assert_eq!(Git::default().branch("batch-1", "feat/batch-1", bare).stage(), "started");
}

#[test]
fn own_commits_are_work_and_a_remote_has_it() {
    let git = || Git::default().branch("batch-1", "feat/batch-1", own(vec![work('a', "x", 10)]));
    assert_eq!(git().stage(), "in-progress");
    let remote = Tip { remote: Some("origin".to_owned()), commit: id('a') };
    let pushed = || git().line(|line| line.tips.push(remote.clone()));
    assert_eq!(pushed().stage(), "pushed");
    assert_eq!(pushed().line(|line| line.in_review = true).stage(), "in-review");
    let dirty = Tree { path: "x".to_owned(), dirty: Some(true), operation: None };
    let bare = TipFacts { landing: Some(landing('9', 3)), ..TipFacts::default() };
    let started = Git::default().branch("batch-1", "feat/batch-1", bare);
    assert_eq!(started.line(|line| line.tree = Some(dirty)).stage(), "in-progress");
}

#[test]
fn a_merge_of_the_branch_is_exact_and_one_of_another_is_nothing() {
    let tip = |merge| TipFacts {
        landing: Some(landing('d', 2)),
        merge: Some(merge),
        brought: vec![Rc::new(work('9', "x", 5))],
        ..TipFacts::default()
    };
    let stage = |merge| Git::default().branch("batch-1", "feat/batch-1", tip(merge)).stage();
    assert_eq!(stage(merge("Merge branch 'feat/batch-1'", Some("feat/batch-1"))), "landed");
    // It may have brought another branch, at whose end this one begins.
    assert_eq!(stage(merge("Bring the login", None)), "landed?");
    let made = Git::default().branch("batch-1", "feat/batch-1", tip(merge("Bring the login", None)));
    assert_eq!(made.line(|line| line.made = vec![id('9')]).stage(), "landed");
    // A branch that begins where another one ended, which was merged.
    assert_eq!(stage(merge("Merge branch 'other'", Some("other"))), "started");
    let tip = tip(merge("Bring the login", None));
    let two =
        Git::default().branch("batch-1", "feat/batch-1", tip.clone()).branch("batch-2", "feat/batch-2", tip);
    assert_eq!(two.stage(), "started", "two items share the tip");
}

#[test]
fn what_was_made_on_the_branch_here_and_is_on_the_base_landed() {
    let brought = vec![Rc::new(work('9', "x", 5))];
    let tip = TipFacts { landing: Some(landing('9', 2)), brought, ..TipFacts::default() };
    let git = Git::default().branch("batch-1", "feat/batch-1", tip).line(|line| line.made = vec![id('9')]);
    let found = git.stands();
    assert_eq!((found.stage, found.evidence[0].rule), (Stage::Landed, Rule::Ancestor));
}

#[test]
fn trailers_land_and_reverts_take_back_until_they_are_reverted() {
    let trailer = || {
        Git::default().on_base(says(work('a', "feat: login", 10), How::Track, "w:batch-1"), landing('a', 5))
    };
    assert_eq!(trailer().stage(), "landed");
    let mut revert = work('b', "Revert \"feat: login\"", 20);
    revert.reverts = vec!["a".repeat(40)];
    let reverted = || trailer().on_base(revert.clone(), landing('b', 4));
    let found = reverted().stands();
    assert_eq!((found.stage, found.evidence[0].undone.clone()), (Stage::Reverted, Some(id('b'))));
    let mut again = work('c', "Reapply \"feat: login\"", 30);
    again.reverts = vec!["b".repeat(12)];
    assert_eq!(reverted().on_base(again, landing('c', 3)).stage(), "landed");
    let mut unnamed = work('b', "Revert \"feat: login\" (#3)", 20);
    unnamed.undoes = Some("feat: login".to_owned());
    assert_eq!(trailer().on_base(unnamed, landing('b', 4)).stage(), "reverted");
}

#[test]
fn commits_that_only_write_the_state_are_no_work() {
    let mut book = says(work('a', "chore(track): start batch-1", 10), How::Track, "w:batch-1");
    book.beside_state = Some(Vec::new());
    assert_eq!(Git::default().on_base(book.clone(), landing('a', 5)).stage(), "queued");
    assert_eq!(Git::default().branch("batch-1", "feat/batch-1", own(vec![book.clone()])).stage(), "started");
    book.beside_state = Some(vec!["src/login.py".to_owned()]);
    assert_eq!(Git::default().on_base(book, landing('a', 5)).stage(), "landed");
}

#[test]
fn a_squash_covers_what_is_below_it_and_later_work_waits() {
    let mut second = work('b', "two", 20);
    second.parents = vec![id('a')];
    let squashed = |upto| Copies { squashed: vec![(id(upto), landing('d', 2))], ..Copies::default() };
    let git = |upto| {
        let tip = copies(vec![second.clone(), work('a', "one", 10)], squashed(upto));
        Git::default().branch("batch-1", "feat/batch-1", tip)
    };
    assert_eq!(git('b').stage(), "landed");
    let found = git('a').stands();
    assert_eq!((found.stage, found.pending.len()), (Stage::Partly, 1));
}

#[test]
fn rebased_commits_land_one_by_one() {
    let picked = |ids: &[char]| Copies {
        picked: ids.iter().map(|letter| (id(*letter), landing('d', 2))).collect(),
        ..Copies::default()
    };
    let git = |ids: &[char]| {
        let tip = copies(vec![work('b', "two", 20), work('a', "one", 10)], picked(ids));
        Git::default().branch("batch-1", "feat/batch-1", tip)
    };
    assert_eq!(git(&['a', 'b']).stage(), "landed");
    assert_eq!(git(&['a']).stage(), "partly");
    assert_eq!(git(&[]).stage(), "in-progress");
}

#[test]
fn a_copy_that_says_that_it_is_anothers_does_not_count() {
    let tip = copies(
        vec![work('a', "one", 10)],
        Copies { picked: vec![(id('a'), landing('d', 2))], ..Copies::default() },
    );
    let other = says(work('d', "feat: the same", 15), How::Track, "w:batch-2");
    let git = Git::default().branch("batch-1", "feat/batch-1", tip).on_base(other, landing('d', 2));
    assert_eq!(git.stage(), "in-progress");
}

#[test]
fn an_edited_squash_that_names_the_item_took_in_what_is_older_and_like_it() {
    let squash = |at| says(work('d', "feat: login", at), How::Line, "w:batch-1");
    let stage = |taken: &[char], at| {
        let tip = own(vec![work('b', "two", 11), work('a', "one", 10)]);
        let git = Git::default().branch("batch-1", "feat/batch-1", tip).on_base(squash(at), landing('d', 2));
        let taken = taken.iter().map(|letter| (id('d'), id(*letter))).collect();
        Git { taken, ..git }.stage()
    };
    assert_eq!(stage(&['a', 'b'], 50), "landed");
    assert_eq!(stage(&['a'], 50), "partly");
    assert_eq!(stage(&['a', 'b'], 5), "partly", "the work is younger");
}

#[test]
fn weak_evidence_alone_is_not_certain() {
    let subject = says(work('a', "batch-1: login", 10), How::Subject, "batch-1");
    let git = || Git::default().on_base(subject.clone(), landing('a', 5));
    assert_eq!(git().stage(), "landed?");
    let open = git().branch("batch-1", "feat/batch-1", own(vec![work('b', "x", 20)]));
    assert_eq!(open.stage(), "in-progress", "a subject is no landing beside which work could wait");
    let present = copies(vec![work('b', "x", 20)], Copies { contained: true, ..Copies::default() });
    assert_eq!(Git::default().branch("batch-1", "feat/batch-1", present).stage(), "landed?");
    let merged = says(work('d', "Merge branch 'feat/batch-1'", 10), How::Merged, "feat/batch-1");
    assert_eq!(Git::default().on_base(merged, landing('d', 5)).stage(), "landed?");
}

#[test]
fn what_cannot_be_known_is_neither_queued_nor_done() {
    let gap = TipFacts { gap: Some(Gap::Shallow), ..TipFacts::default() };
    let found = Git::default().branch("batch-1", "feat/batch-1", gap).stands();
    assert_eq!((found.stage, found.gap), (Stage::Unknown, Some(Gap::Shallow)));
    let unread = TipFacts { copies: None, ..own(vec![work('a', "x", 10)]) };
    assert_eq!(Git::default().branch("batch-1", "feat/batch-1", unread).stage(), "unknown");
    let mut git = Git::default();
    git.landscape.gap = Some(Gap::Shallow);
    assert_eq!(git.stage(), "unknown");
    let trailer = says(work('a', "feat: login", 10), How::Track, "w:batch-1");
    assert_eq!(git.on_base(trailer, landing('a', 5)).stage(), "landed", "what is there is there");
}

#[test]
fn a_version_that_has_the_last_landing_released_it() {
    let trailer = says(work('a', "feat: login", 10), How::Track, "w:batch-1");
    let mut git = Git::default().on_base(trailer, landing('a', 5));
    let tag = |name: &str, depth| Tag { name: name.to_owned(), depth };
    git.landscape.tags = vec![tag("v1.0.0", 6)];
    assert_eq!(git.stage(), "landed");
    git.landscape.tags.push(tag("v1.2.0", 1));
    git.landscape.tags.push(tag("v1.1.0", 4));
    let found = git.stands();
    assert_eq!((found.stage, found.version.as_deref()), (Stage::Released, Some("v1.1.0")));
}

#[test]
fn ids_that_come_again_are_those_of_the_time() {
    let closed = "state: done\nfinished: '1970-01-01T00:01:00Z'\nitems: {batch-1: {title: Old}}";
    let trailer = |at| says(work('a', "feat: login", at), How::Track, "batch-1");
    let git = |at| Git::default().on_base(trailer(at), landing('a', 5));
    let stage = |at: i64| git(at).stands_in(&["items: {batch-1: {title: New}}", closed]).stage.word();
    assert_eq!(stage(30), "queued", "it was the old one's");
    assert_eq!(stage(90), "landed");
}

#[test]
fn commits_on_the_branch_that_name_another_item_are_that_ones() {
    let other = says(work('a', "feat: other", 10), How::Track, "w:batch-2");
    assert_eq!(Git::default().branch("batch-1", "feat/batch-1", own(vec![other])).stage(), "started");
}

#[test]
fn names_of_nothing_are_told() {
    let scene = Scene::new(TEAM, &[ITEMS, "items: {batch-1: {title: Other}}"]);
    let world = scene.world();
    let told = |text: &str| strays(&world, &says(work('a', "x", 10), How::Track, text));
    let strays: Vec<_> = ["nothing-7", "batch-1", "w:batch-1"].into_iter().flat_map(told).collect();
    let strays: Vec<_> = strays.iter().map(|stray| (stray.text.as_str(), stray.kind.clone())).collect();
    let both = vec!["w:batch-1".to_owned(), "w2:batch-1".to_owned()];
    assert_eq!(strays, [("nothing-7", StrayKind::Unknown), ("batch-1", StrayKind::Ambiguous(both))]);
}
