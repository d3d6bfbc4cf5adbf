//! Commands at random over the shipped processes: work, judgements, answers, departures, limits.

use std::sync::LazyLock;

use git_track::derive::board::{Board, Thing};
use git_track::derive::judgement::judgements;
use git_track::derive::next::{actions, actions_for};
use git_track::derive::reference::{Part, Target};
use git_track::derive::validate::violations;
use git_track::derive::world::{Spot, World};
use git_track::error::{Kind, Result};
use git_track::formats::yaml;
use git_track::model::gate::Part as GatePart;
use git_track::model::id::Id;
use git_track::model::item::Item;
use git_track::model::number::Score;
use git_track::model::page::{Page, Pages, Section, Sources};
use git_track::model::profile::Profile;
use git_track::model::record::{Severity, When};
use git_track::model::title::plain_title;
use git_track::model::workflow::Workflow;
use git_track::moves::answer::{self, Answer, Say};
use git_track::moves::decide::{Revoked, revoke, trigger};
use git_track::moves::fields::{Setting, set};
use git_track::moves::findings::{self, Report};
use git_track::moves::judge::{self, Round};
use git_track::moves::{Ask, Departs, MOVES, attach, grow, perform};
use git_track::store::shipped;
use proptest::prelude::*;
use serde_json::json;

use super::{Try, begun, look, plain_move, read};

const PLAIN: usize = 26;

/// Which of the commands are refused from outside when what they leave behind would be wrong: they take back or tighten
/// what finished work rests on.
const NETTED: [usize; 5] = [25, PLAIN + 2, PLAIN + 10, PLAIN + 16, PLAIN + 18];

/// What sends work back, which is refused from outside where only one may be at work and another is.
const RETURNED: [usize; 3] = [PLAIN + 5, PLAIN + 7, PLAIN + 8];

/// A process in which everything is judged, at every depth.
const STRICT: &str = r#"
schema: 1
profile: strict
title: Strict
summary: Everything is judged.
id: "{slug}"
finer: {qa: {state: review}, hot: {state: active}, parked: {state: todo}}
waivable: [low]
workflow: {title: Board, guards: {done: {children_done: true, deviations: true, gates: true, checkpoints: true}}}
kinds:
  task:
    title: Task
    under: [workflow, phase, task]
    guards:
      start: {needs_met: true, one_active: true}
      retry: {one_active: true}
      reopen: {one_active: true}
      score: {not_blocked: true}
      done: {children_done: true, score: true, checklist: true, findings: [blocking, critical, high, medium], gates: true, checkpoints: true}
    checklist: {lines: {tested: {text: tested}}}
  phase: {title: Phase, state: derived, under: [workflow]}
  duty:
    title: Duty
    under: [workflow, phase, task, duty]
    guards: {done: {children_done: true, score: true, findings: [blocking, critical, high, medium]}}
starts_with:
  protocol: {threshold: "0.92", max_iterations: 3}
"#;

static PROCESSES: LazyLock<Vec<Profile>> = LazyLock::new(|| {
    let all = shipped();
    let text =
        |files: &[(&str, &'static str)]| files.iter().find(|(file, _)| *file == "profile.yaml").unwrap().1;
    let texts = all.iter().map(|process| text(&process.files)).chain([STRICT, STRICT, STRICT]);
    texts.map(|text| yaml::read(text.as_bytes(), "profile.yaml").unwrap()).collect()
});

/// Files in which every document that is there is complete; a third of them is missing.
fn pages(profile: &Profile, version: usize) -> Pages {
    let documents = profile.documents.values();
    let section =
        |title: &String| Section { title: plain_title(title), filled: true, points: vec![title.clone()] };
    let sections = documents.flat_map(|d| d.sections.iter().chain(&d.points)).map(section).collect();
    let front = json!({"is_hotfix": version.is_multiple_of(2), "risk": "low", "compatibility": {"classification": "breaking"}});
    let page = Page { lines: 9, front: front.as_object().unwrap().clone(), sections, ..Page::default() };
    let sum =
        move |text: &str| text.bytes().fold(version, |sum, byte| (sum * 31 + usize::from(byte)) % 1_000_003);
    let on = move |text: &str| Some(format!("{:012x}", sum(text)));
    let read = move |path: &git_track::model::path::RepoPath| {
        (!sum(path.as_str()).is_multiple_of(3)).then(|| Page { on: on(path.as_str()), ..page.clone() })
    };
    let sources = Sources {
        read: Box::new(read),
        below: Box::new(|_| Vec::new()),
        tree: Box::new(move |_| on("tree").filter(|_| version > 0)),
        content: Box::new(move |_| on("content").filter(|_| version > 0)),
        checkouts: Box::new(|| None),
        holds: Box::new(|_| None),
        digest: Box::new(move |bytes| on(&String::from_utf8_lossy(bytes))),
        logged: Box::new(move |_, _| version.is_multiple_of(2)),
        located: Box::new(|_| git_track::model::location::Found::NoFile),
    };
    Pages::new(sources, std::collections::BTreeMap::new())
}

/// The `n`th of some things, counted round and round.
fn nth<T>(things: Vec<T>, n: usize) -> Option<T> {
    let count = things.len().max(1);
    things.into_iter().nth(n % count)
}

fn gates(board: &Board) -> Vec<(usize, Id, Id)> {
    let parts = |(place, item): (usize, &Item)| -> Vec<(usize, Id, Id)> {
        let all = item
            .gates
            .iter()
            .flat_map(|(gate, g)| g.parts.keys().map(move |part| (gate.clone(), part.clone())));
        all.map(|(gate, part)| (place, gate, part)).collect()
    };
    board.nodes().flat_map(|(place, node)| parts((place, node.item))).collect()
}

fn checkpoints(board: &Board) -> Vec<(usize, Id)> {
    let of = |item: &Item| item.checkpoints.keys().cloned().collect::<Vec<_>>();
    board.nodes().flat_map(|(place, node)| of(node.item).into_iter().map(move |id| (place, id))).collect()
}

/// Who judges: mostly somebody who may.
fn judge_of(board: &Board, place: usize, n: usize) -> String {
    let named = board.node(place).item.validator.clone().filter(|_| !n.is_multiple_of(4));
    named.unwrap_or_else(|| ["critic", "critic", "alice", "bot"][n % 4].to_owned())
}

fn setting(n: usize) -> &'static str {
    [
        "protocol.threshold=0.5",
        "protocol.max_iterations=2",
        "limits.files=9",
        "estimate.files=7",
        "files=src/a.rs, b.md",
        "validator=critic",
        "team=bot",
        "estimate.lines=10",
        "counted=false",
        "mode=sequential",
        "max_iterations=9",
        "label=qa",
        "label=hot",
        "label=qa",
    ][n % 14]
}

type Said = Option<Result<Option<Workflow>>>;

const SCORES: [&str; 5] = ["0.5", "0.91", "0.92", "0.95", "1"];

/// What comes of a command; `None`: there was nothing to say it about.
fn command(world: &World, profile: &Profile, step: &Try, ask: Ask) -> Said {
    // The same number says where and how.
    let (what, n) = (step.1, step.0 / 7);
    let spot = Spot { board: 0, place: step.0 % world.boards[0].nodes().count() };
    match what {
        0..PLAIN => plain_move(world, profile, step, ask).map(|workflow| Ok(Some(workflow))),
        _ if what < PLAIN + 11 => word(world, spot, (what - PLAIN, n), ask),
        _ => work(world, spot, (what - PLAIN, n), ask),
    }
}

/// Scores, answers, decisions, and what takes them back.
fn word(world: &World, spot: Spot, (what, n): (usize, usize), ask: Ask) -> Said {
    let board = &world.boards[0];
    let at = |place: usize| Spot { board: 0, place };
    match what {
        0 => {
            let (score, by) = (SCORES[n % 5], judge_of(board, spot.place, n));
            let score = Score::parse(score).unwrap();
            let round = Round { score, by: Some(by), patterns: Vec::new(), output: None, revision: None };
            Some(judge::score(world, spot, &round, &ask).map(|(workflow, _)| Some(workflow)))
        }
        word @ 1..4 => {
            let (place, gate, part) = nth(gates(board), n)?;
            let answer = [Answer::Pass, Answer::Fail, Answer::Waive][word - 1];
            let full = board.gate(place, &gate)?.parts.get(&part)?;
            let by = match full {
                GatePart::Full(full) => full.review.clone(),
                GatePart::Short(_) => None,
            };
            Some(answer::part(world, at(place), (&gate, &part), (answer, by.as_deref()), &ask))
        }
        4 => nth(checkpoints(board), n)
            .map(|(place, id)| answer::approve_checkpoint(world, at(place), &id, &ask)),
        5 => nth(checkpoints(board), n).map(|(place, id)| {
            let only = if n.is_multiple_of(2) { vec![spot.place] } else { Vec::new() };
            answer::reject_checkpoint(world, at(place), &id, &only, &ask).map(Some)
        }),
        say @ 6..8 => {
            let (place, id) = nth(departures(board), n)?;
            Some(answer::deviation(world, at(place), &id, [Say::Yes, Say::No][say - 6], &ask))
        }
        8 if answer::is_for_a_person(world, spot) => Some(answer::accept(world, spot, &ask).map(Some)),
        8 => Some(answer::send_item_back(world, spot, &ask).map(Some)),
        9 => Some(trigger(world, spot, &[Id::parse("often").unwrap()], &ask)),
        10 => nth(words(board), n).map(|(place, word)| revoke(world, at(place), &word, &ask)),
        _ => None,
    }
}

/// Defects, what is judged, limits, and departures.
fn work(world: &World, spot: Spot, (what, n): (usize, usize), ask: Ask) -> Said {
    let board = &world.boards[0];
    let item = board.node(spot.place).item;
    let at = |place: usize| Spot { board: 0, place };
    match what {
        11 => {
            let severity = Severity::ALL[n % 5];
            let report = Report {
                severity,
                at: Some("a.md:3".to_owned()).filter(|_| n.is_multiple_of(3)),
                placeless: None,
                text: "bad".to_owned(),
            };
            Some(findings::add(world, spot, &report, &ask).map(|(workflow, _)| Some(workflow)))
        }
        act @ 12..15 => {
            let (place, id) = nth(defects(board), n)?;
            Some(match act {
                12 => findings::fix(world, at(place), &id, "abc1234", &ask),
                13 => findings::verify(world, at(place), &id, &judge_of(board, place, n), &ask),
                _ => findings::waive(world, at(place), &id, None, &ask),
            })
        }
        15 => {
            let parts = ["human=lead", "review=critic", "score=all", "findings=true"];
            let (workflow, gate) = grow::add(world, spot, "gate", "G", &[], &ask).ok()?;
            let later = world.with(0, &workflow);
            let target = Target { spot, part: Part::Gate(gate) };
            let settings = [Setting::parse(parts[n % 4]).unwrap()];
            Some(attach::part(&later, &target, "P", None, &settings).map(|(workflow, _)| Some(workflow)))
        }
        16 => {
            let target = Target { spot, part: Part::Whole };
            Some(set(world, &target, &[Setting::parse(setting(n)).unwrap()], &ask).map(Some))
        }
        17 => Some(grow::add(world, spot, "checkpoint", "C", &[], &ask).map(|(workflow, _)| Some(workflow))),
        // Conditions are written by hand.
        18 if spot.place > 0 && item.state.is_none() && item.when.is_none() => {
            let mut workflow = board.workflow.clone();
            let mut when = When::default();
            when.any.insert(Id::parse("often").unwrap(), "often".to_owned());
            workflow.item_mut(&board.ids_to(spot.place)).unwrap().when = Some(when);
            Some(Ok(Some(workflow)))
        }
        18 => None,
        19 => Some(grow::add(world, at(0), "agent", "bot", &[], &ask).map(|(workflow, _)| Some(workflow))),
        verb => Some(perform(world, spot, &MOVES[(verb - 20) % 7], &Ask { departs: Departs::Yes, ..ask })),
    }
}

fn departures(board: &Board) -> Vec<(usize, Id)> {
    let of = |item: &Item| item.deviations.keys().cloned().collect::<Vec<_>>();
    board.nodes().flat_map(|(place, node)| of(node.item).into_iter().map(move |id| (place, id))).collect()
}

fn defects(board: &Board) -> Vec<(usize, Id)> {
    let of = |item: &Item| item.findings.keys().cloned().collect::<Vec<_>>();
    board.nodes().flat_map(|(place, node)| of(node.item).into_iter().map(move |id| (place, id))).collect()
}

/// Everything that could be taken back.
fn words(board: &Board) -> Vec<(usize, Revoked)> {
    let mut words = Vec::new();
    for (place, node) in board.nodes() {
        words.extend(node.item.iterations.keys().map(|id| (place, Revoked::Round(id.clone()))));
        words.push((place, Revoked::Decision));
    }
    words.extend(checkpoints(board).into_iter().map(|(place, id)| (place, Revoked::Checkpoint(id))));
    words.extend(gates(board).into_iter().map(|(place, gate, part)| (place, Revoked::Part(gate, part))));
    words.extend(departures(board).into_iter().map(|(place, id)| (place, Revoked::Deviation(id))));
    words.extend(defects(board).into_iter().map(|(place, id)| (place, Revoked::Finding(id))));
    words
}

fn wrong(profile: &Profile, workflow: &Workflow, pages: &Pages) -> Vec<String> {
    let world = World::new([(workflow, profile)], pages);
    violations(&world, 0).into_iter().map(|violation| violation.message).collect()
}

/// A workflow with a few things to do at two depths, some of them at work.
fn planned(profile: &Profile) -> Workflow {
    let mut workflow = begun(profile);
    let all = Pages::none();
    for (n, what) in [17, 16, 15, 0, 17, 0, 17, 0, 15, 0, 17, 0].into_iter().enumerate() {
        let world = World::new([(&workflow, profile)], &all);
        let step = (n / 2, what, "T".to_owned());
        workflow = plain_move(&world, profile, &step, super::ask("It works.")).unwrap_or(workflow);
    }
    workflow
}

fn steps() -> impl Strategy<Value = Vec<Try>> {
    let text =
        prop_oneof![4 => Just("It works now.".to_owned()), 1 => Just(String::new()), 1 => "[ -~é\n]{0,20}"];
    // What begins, hands in and finishes comes often, so that there is something to judge.
    let often =
        prop::sample::select(vec![PLAIN, PLAIN, PLAIN, PLAIN + 5, PLAIN + 11, PLAIN + 16, PLAIN + 17]);
    let judged = prop_oneof![1 => often, 2 => PLAIN..PLAIN + 27];
    let what = prop_oneof![3 => 0usize..3, 1 => Just(11), 1 => 0..PLAIN, 6 => judged];
    prop::collection::vec((0usize..2000, what, text), 1..60)
}

/// A third of all commands is an agent's.
fn asker(n: usize, step: &Try) -> Ask<'_> {
    let mut ask = super::ask(&step.2);
    let minute = n / 8;
    ask.now = git_track::model::time::Time::parse(&format!(
        "2026-02-12T{:02}:{:02}:00Z",
        9 + minute / 60,
        minute % 60
    ))
    .unwrap();
    if step.0 % 3 == 2 {
        ask.actor = "bot";
    }
    ask
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn commands_keep_every_process_whole(process in 0usize..8, version in 0usize..6, steps in steps()) {
        let profile = &PROCESSES[process];
        let pages = pages(profile, version);
        let mut workflow = planned(profile);
        for (n, step) in steps.iter().enumerate() {
            let before = workflow.clone();
            let world = World::new([(&workflow, profile)], &pages);
            let said = command(&world, profile, step, asker(n, step));
            prop_assert_eq!(&workflow, &before);
            let new = match said {
                None | Some(Ok(None)) => continue,
                Some(Ok(Some(new))) => new,
                Some(Err(error)) => {
                    prop_assert!(error.kind() != Kind::Bug && !error.message().is_empty(), "{:?}: {}", step, error);
                    continue;
                }
            };
            let found = wrong(profile, &new, &pages);
            let crowded = found.iter().all(|message| message.ends_with("only one may be"));
            if !found.is_empty() && (NETTED.contains(&step.1) || crowded && RETURNED.contains(&step.1)) {
                continue;
            }
            prop_assert_eq!(found, Vec::<String>::new(), "{:?} of {} in {}", step, before.to_value(), new.to_value());
            let world = World::new([(&new, profile)], &pages);
            if n % 4 == 0 {
                look(&world);
            }
            for judgement in judgements(&world, 0) {
                let board = world.board(judgement.spot);
                let (_, local) = judgement.reference.split_once(':').unwrap();
                let known = Id::parse(local.split('.').next().unwrap()).ok().and_then(|id| board.thing(&id));
                let theirs = matches!(known, Some(Thing::Item(_) | Thing::Gate(..) | Thing::Checkpoint(..)));
                prop_assert!(theirs, "{:?}", judgement);
            }
            prop_assert!(actions_for(&world, 0, "bot").len() <= actions(&world, 0).len());
            workflow = new;
        }
        prop_assert_eq!(read(&yaml::write(&workflow.to_value())), workflow);
    }
}
