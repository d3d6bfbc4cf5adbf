//! Scores, round by round: who may judge, what comes of it, and when a person must decide.

use super::{Ask, Scene, ask, error, item, refused};
use crate::derive::board::Thing;
use crate::derive::gates::{GateState, gate_state, has_passed};
use crate::derive::testing::{TEAM, id, now, spot};
use crate::error::Result;
use crate::model::number::Score;
use crate::model::state::{Shown, State};
use crate::model::workflow::Workflow;
use crate::moves::answer::{accept, is_for_a_person, send_item_back};
use crate::moves::fields::{Setting, set};
use crate::moves::judge::{Outcome, Round, score};
use crate::moves::{Departs, named, perform};

const GUARDS: &str =
    "guards: {submit: {not_blocked: true}, score: {artifacts: true}, done: {score: true, checklist: true}}";

/// A phase with a gate over the score of its task, which is at work.
fn scene(more: &str) -> Scene {
    let profile = TEAM.replace("guards: {start: {needs_met: true}}", GUARDS);
    let body = format!(
        "protocol: {{threshold: \"0.92\", max_iterations: 3}}\nitems: {{p: {{kind: phase, title: P, gates: {{G: {{parts: {{score: \
         all}}}}}}, items: {{a: {{title: A, state: active, owner: maker, {more}}}}}}}}}"
    );
    Scene::new(&profile, &[&body])
}

fn round(text: &str, by: &str) -> Round {
    let by = Some(by.to_owned()).filter(|by| !by.is_empty());
    let score = Score::parse(text).unwrap();
    Round { score, by, patterns: Vec::new(), output: None, revision: None }
}

fn go(scene: &Scene, text: &str, by: &str, ask: &Ask) -> Result<(Workflow, Outcome)> {
    let world = scene.world();
    score(&world, spot(&world, "a"), &round(text, by), ask)
}

/// The scene after a round, and its line.
#[track_caller]
fn scored(scene: &Scene, text: &str) -> (Scene, String) {
    let (workflow, outcome) = go(scene, text, "critic", &ask(None)).unwrap();
    (scene.with(workflow), outcome.line)
}

fn state(scene: &Scene) -> (State, Shown, bool) {
    let world = scene.world();
    let at = spot(&world, "a");
    let board = &world.boards[0];
    let Some(Thing::Gate(place, gate)) = board.thing(&id("G")) else { panic!("no gate") };
    let passed = gate_state(board, place, board.gate(place, gate).unwrap()) == GateState::Passed;
    (board.node(at.place).state, world.shown(at), passed)
}

fn fails(result: Result<(Workflow, Outcome)>) -> Vec<String> {
    let found = error(result);
    assert_eq!(found.message(), "`score a` is refused");
    found.notes().iter().filter_map(|note| note.strip_prefix("FAIL  ")).map(str::to_owned).collect()
}

#[test]
fn three_rounds_below_the_threshold_wait_for_a_person() {
    let (scene, line) = scored(&scene(""), "0.80");
    assert_eq!(
        (line.as_str(), state(&scene)),
        ("0.80 of 0.92: iteration 2 of 3", (State::Active, Shown::Active, false))
    );
    let (scene, line) = scored(&scene, "0.85");
    assert_eq!(
        (line.as_str(), state(&scene)),
        ("0.85 of 0.92: iteration 3 of 3", (State::Active, Shown::Active, false))
    );
    let (scene, line) = scored(&scene, "0.91");
    assert_eq!(line, "0.91 of 0.92: 3 rounds are used up, a person must decide");
    assert_eq!(state(&scene), (State::Active, Shown::Escalated, false));
    for departs in [Departs::No, Departs::Yes] {
        let ask = Ask { departs, ..ask(Some("Once more.")) };
        let fourth = go(&scene, "0.95", "critic", &ask);
        assert_eq!(fails(fourth), ["a round is left of 3"], "nobody departs from it");
    }
    let hint = error(go(&scene, "0.95", "critic", &ask(None))).hints().join("");
    assert_eq!(hint, "git track set a max_iterations=4");
    let world = scene.world();
    let target = crate::derive::reference::resolve(&world, "a", Some(0), None).unwrap();
    let more = set(&world, &target, &[Setting::parse("max_iterations=4").unwrap()], &ask(None)).unwrap();
    let raised = scene.with(more);
    assert_eq!(state(&raised), (State::Active, Shown::Active, false));
    let (passed, line) = scored(&raised, "0.95");
    assert_eq!(
        (line.as_str(), state(&passed)),
        ("0.95 of 0.92: passed, done", (State::Done, Shown::Done, true))
    );
}

#[test]
fn a_round_at_the_threshold_finishes() {
    let (first, line) = scored(&scene("progress: 40, focus: f, summary: What came out."), "0.88");
    assert_eq!((line.as_str(), state(&first).0), ("0.88 of 0.92: iteration 2 of 3", State::Active));
    let (second, line) = scored(&first, "0.93");
    assert_eq!(
        (line.as_str(), state(&second)),
        ("0.93 of 0.92: passed, done", (State::Done, Shown::Done, true))
    );
    let workflow = second.workflows[0].clone();
    let found = item(&workflow, "p").items.get(&id("a")).unwrap();
    assert_eq!((found.finished, found.progress, found.focus.as_deref()), (Some(now()), None, None));
    assert_eq!(found.summary.as_deref(), Some("What came out."));
    let rounds: Vec<(String, String, Option<&str>)> = found
        .iterations
        .iter()
        .map(|(id, i)| (id.to_string(), i.score.to_string(), i.by.as_deref()))
        .collect();
    let critic = Some("critic");
    assert_eq!(
        rounds,
        [("i1".to_owned(), "0.88".to_owned(), critic), ("i2".to_owned(), "0.93".to_owned(), critic)]
    );
}

#[test]
fn scores_are_compared_exactly() {
    for (text, passes) in
        [("0.92", true), ("0.920000", true), ("0.9199", false), ("0.919999", false), ("1", true)]
    {
        let (scene, _) = scored(&scene(""), text);
        assert_eq!(state(&scene).0 == State::Done, passes, "{text}");
    }
}

#[test]
fn what_passed_waits_in_review_for_what_is_missing() {
    let open = "checklist: {lines: {l1: {text: tested}}}";
    let (workflow, outcome) = go(&scene(open), "0.95", "critic", &ask(None)).unwrap();
    assert_eq!(outcome.line, "0.95 of 0.92: passed, in review");
    let missing: Vec<(&str, Option<&str>)> =
        outcome.missing.iter().map(|c| (c.text.as_str(), c.command.as_deref())).collect();
    assert_eq!(missing, [("every line of the checklist is ticked", Some("git track done a.l1"))]);
    assert_eq!(state(&scene(open).with(workflow)), (State::Review, Shown::Review, true));
}

#[test]
fn the_right_one_judges() {
    let by = |more: &str, by: &str| match go(&scene(more), "0.5", by, &ask(None)) {
        Ok(_) => Vec::new(),
        refused => fails(refused),
    };
    assert_eq!(by("", "critic"), [""; 0]);
    assert_eq!(by("validator: ps", "ps"), [""; 0]);
    assert_eq!(by("validator: ps", "PS"), [""; 0]);
    assert_eq!(by("validator: ps", "critic"), ["ps judges it"]);
    assert_eq!(by("validator: ps, cross_validator: nse", "nse"), [""; 0]);
    assert_eq!(by("validator: ps, cross_validator: nse", "critic"), ["ps or nse judges it"]);
    assert_eq!(by("", "maker"), ["maker has made it, and cannot score it"]);
    assert_eq!(by("", "MAKER"), ["MAKER has made it, and cannot score it"]);
    assert_eq!(by("validator: maker", "maker"), ["maker has made it, and cannot score it"]);
    assert_eq!(by("team: [critic]", "critic"), ["critic has made it, and cannot score it"]);
    assert_eq!(by("", ""), [""; 0], "without --by it is alice who judges");
    assert_eq!(by("team: [alice]", ""), ["alice has made it, and cannot score it"]);
    assert_eq!(
        by("items: {x: {title: X, owner: critic}}", "critic"),
        ["critic has made it, and cannot score it"]
    );
    let ask = Ask { departs: Departs::Yes, ..ask(Some("Nobody else is there.")) };
    assert_eq!(fails(go(&scene("validator: ps"), "0.5", "critic", &ask)), ["ps judges it"]);
    assert_eq!(fails(go(&scene(""), "0.5", "maker", &ask)), ["maker has made it, and cannot score it"]);
}

#[test]
fn who_owns_it_by_the_roster_does_not_judge_it() {
    let go = |agents: &str, by: &str| {
        let body = format!(
            "protocol: {{threshold: \"0.92\"}}\nagents: {{{agents}}}\nitems: {{a: {{title: A, state: active}}}}"
        );
        let scene = Scene::team(&body);
        let world = scene.world();
        score(&world, spot(&world, "a"), &round("0.5", by), &ask(None))
    };
    assert_eq!(fails(go("ann: {owns: [a]}, bob: {}", "ann")), ["ann has made it, and cannot score it"]);
    assert!(go("ann: {owns: [a]}, bob: {}", "bob").is_ok());
}

#[test]
fn what_the_process_asks_before_a_score_is_asked() {
    let held = scene("blockers: {b1: {text: no key}}");
    assert_eq!(fails(go(&held, "0.95", "critic", &ask(None))), ["a.b1 is open: no key"]);
    let gone = scene("artifacts: {a1: {path: gone.md, required: true}}");
    assert_eq!(fails(go(&gone, "0.95", "critic", &ask(None))), ["gone.md is there"]);
    let departs = Ask { departs: Departs::Yes, ..ask(Some("It was lost.")) };
    let (workflow, _) = go(&gone, "0.5", "critic", &departs).unwrap();
    let found = item(&workflow, "p").items.get(&id("a")).unwrap();
    let record = found.deviations.values().next().unwrap();
    assert_eq!(
        (record.text.as_str(), record.verb.as_deref()),
        ("score with FAIL: gone.md is there", Some("score"))
    );
}

#[test]
fn only_running_work_is_scored() {
    for (state, shown, hint) in [
        ("todo", "ready", "git track start a"),
        ("done", "done", "git track reopen a -m \"why\""),
        ("dropped", "dropped", "git track reopen a -m \"why\""),
        ("failed", "failed", "git track retry a"),
    ] {
        let body = format!("items: {{a: {{title: A, state: {state}}}}}");
        let scene = Scene::team(&body);
        let world = scene.world();
        let found = error(score(&world, spot(&world, "a"), &round("0.5", "critic"), &ask(None)));
        assert_eq!(found.message(), format!("`score a` is refused: it is {shown}"));
        assert_eq!(found.hints(), [hint]);
    }
    let scene = scene("");
    let world = scene.world();
    for (place, message) in
        [("p", "p is not scored itself; what is in it is"), ("w", "w is not scored itself; what is in it is")]
    {
        assert_eq!(refused(score(&world, spot(&world, place), &round("1", "critic"), &ask(None))), message);
    }
    let (review, _) = scored(
        &scene
            .with(perform(&world, spot(&world, "a"), named("submit").unwrap(), &ask(None)).unwrap().unwrap()),
        "0.5",
    );
    assert_eq!(state(&review).0, State::Active, "below the threshold it is at work again");
}

#[test]
fn a_finer_word_ends_with_its_state() {
    let judged = scene("label: qa").with({
        let scene = scene("label: qa");
        let mut workflow = scene.workflows[0].clone();
        workflow.item_mut(&[&id("p"), &id("a")]).unwrap().state = Some(State::Review);
        workflow
    });
    let label = |scene: &Scene| item(&scene.workflows[0], "p").items.get(&id("a")).unwrap().label.clone();
    assert_eq!(label(&scored(&judged, "0.5").0), None);
    let open = "label: qa, checklist: {lines: {l1: {text: tested}}}";
    let mut workflow = scene(open).workflows[0].clone();
    workflow.item_mut(&[&id("p"), &id("a")]).unwrap().state = Some(State::Review);
    assert_eq!(label(&scored(&judged.with(workflow), "0.95").0), Some("qa".to_owned()));
}

#[test]
fn odd_patterns_are_told() {
    let go = |patterns: &str, used: &str| {
        let scene = scene(patterns);
        let world = scene.world();
        let round = Round { patterns: vec![used.to_owned()], ..round("0.5", "critic") };
        score(&world, spot(&world, "a"), &round, &ask(None)).unwrap().1.warning
    };
    assert_eq!(go("critic_patterns: [Red Team]", "red team"), None);
    assert_eq!(go("", "Steelman"), None);
    let odd = "`Steelman` is not one of its critic's patterns: Red Team";
    assert_eq!(go("critic_patterns: [Red Team]", "Steelman"), Some(odd.to_owned()));
}

fn escalated(more: &str) -> Scene {
    scene(&format!(
        "{more} iterations: {{i1: {{score: \"0.5\"}}, i2: {{score: \"0.6\"}}, i3: {{score: \"0.7\"}}}}"
    ))
}

#[test]
fn a_person_accepts_below_the_threshold() {
    let scene = escalated("");
    let world = scene.world();
    let at = spot(&world, "a");
    assert!(is_for_a_person(&world, at));
    assert_eq!(refused(accept(&world, at, &ask(None))), "`approve` needs a reason");
    let agent = Ask { kind: crate::model::actor::ActorKind::Agent, ..ask(Some("Fine.")) };
    assert_eq!(error(accept(&world, at, &agent)).notes(), ["FAIL  a person does it; alice is an agent"]);
    let accepted = scene.with(accept(&world, at, &ask(Some("Good enough."))).unwrap());
    assert_eq!(state(&accepted), (State::Done, Shown::Done, true));
    let world = accepted.world();
    let (_, last) = world.boards[0].node(spot(&world, "a").place).item.iterations.last().unwrap();
    assert_eq!(
        (last.accepted, last.decided_by.as_deref(), last.why.as_deref()),
        (Some(now()), Some("alice"), Some("Good enough."))
    );
    assert!(!is_for_a_person(&world, spot(&world, "a")));
    let open = escalated("checklist: {lines: {l1: {text: tested}}},");
    let world = open.world();
    let accepted = open.with(accept(&world, spot(&world, "a"), &ask(Some("Good enough."))).unwrap());
    assert_eq!(state(&accepted), (State::Review, Shown::Review, true));
    let early = Scene::items("a: {title: A, state: active}");
    let world = early.world();
    assert!(!is_for_a_person(&world, spot(&world, "a")));
}

#[test]
fn a_round_that_was_sent_back_passes_no_more() {
    let scene = scene("");
    let open = "checklist: {lines: {l1: {text: tested}}}";
    let (workflow, _) = go(&self::scene(open), "0.95", "critic", &ask(None)).unwrap();
    let review = scene.with(workflow);
    let world = review.world();
    let at = spot(&world, "a");
    assert!(has_passed(&world.boards[0], at.place));
    assert_eq!(refused(send_item_back(&world, at, &ask(None))), "`reject` needs a reason");
    let agent = Ask { kind: crate::model::actor::ActorKind::Agent, ..ask(Some("No.")) };
    assert_eq!(refused(send_item_back(&world, at, &agent)), "`reject a` is refused");
    let back = review.with(send_item_back(&world, at, &ask(Some("No tests."))).unwrap());
    assert_eq!(state(&back), (State::Active, Shown::Active, false));
    let world = back.world();
    let found = world.boards[0].node(at.place).item;
    let (_, last) = found.iterations.last().unwrap();
    assert_eq!(
        (last.rejected, last.decided_by.as_deref(), last.why.as_deref()),
        (Some(now()), Some("alice"), Some("No tests."))
    );
    assert_eq!(found.notes.values().next().unwrap().text, "sent back: No tests.");
    let message = "`reject a` is refused: it is not in review";
    assert_eq!(refused(send_item_back(&world, at, &ask(Some("No.")))), message);
}
