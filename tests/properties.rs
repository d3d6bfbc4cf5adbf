//! Random workflows and random moves: what holds for all of them.

use git_track::derive::board::{Board, Thing};
use git_track::derive::changes::changes;
use git_track::derive::conditions::Given;
use git_track::derive::here::item_of;
use git_track::derive::next::actions;
use git_track::derive::progress::progress;
use git_track::derive::reference::{Part, Target, label, resolve};
use git_track::derive::validate::violations;
use git_track::derive::words;
use git_track::derive::world::{Spot, World};
use git_track::formats::yaml;
use git_track::model::actor::ActorKind;
use git_track::model::id::Id;
use git_track::model::item::Item;
use git_track::model::page::Pages;
use git_track::model::profile::Profile;
use git_track::model::state::{Shown, State};
use git_track::model::time::Time;
use git_track::model::workflow::Workflow;
use git_track::moves::fields::{Setting, set};
use git_track::moves::{Ask, Departs, MOVES, adopt, grow, perform, records};
use git_track::store::shipped;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

mod commands;
mod corpus;
mod documents;
mod fidelity;
mod landing;
mod locations;
pub(crate) mod messages;
mod naive;

/// A process with everything that a profile can say.
const RICH: &str = r#"
schema: 1
profile: rich
title: Rich
summary: Everything.
id: "{slug}"
finer: {qa: {state: review}}
branch: ["{type}/{item}-{slug}"]
workflow: {title: Board, guards: {done: {children_done: true}}}
kinds:
  task:
    title: Task
    id: "T-{n}"
    under: [workflow, phase, task]
    guards:
      start: {needs_met: true, not_blocked: true}
      done: {not_blocked: true, children_done: true, checklist: true, findings: [high], gates: true, checkpoints: true}
    fields: {size: {type: int}, tags: {type: list}, who: {type: map}, note: {type: text}}
    checklist: {lines: {tested: {text: tested}}}
  phase: {title: Phase, id: "phase-{n}", state: derived, under: [workflow]}
  alone: {title: Alone, id: "X-{n}", under: [workflow], guards: {start: {one_active: true}, retry: {one_active: true}, reopen: {one_active: true}}}
"#;

const NOW: &str = "2026-02-12T09:00:00Z";

fn profiles() -> Vec<Profile> {
    let all = shipped();
    let of = |name: &str| {
        let process = all.iter().find(|process| process.name == name).unwrap();
        process.files.iter().find(|(file, _)| *file == "profile.yaml").unwrap().1
    };
    [RICH, of("program"), of("trace")].map(|text| yaml::read(text.as_bytes(), "profile.yaml").unwrap()).into()
}

fn ask(text: &str) -> Ask<'_> {
    Ask {
        actor: "alice",
        now: Time::parse(NOW).unwrap(),
        text: Some(text),
        kind: ActorKind::Person,
        departs: Departs::No,
    }
}

fn begun(profile: &Profile) -> Workflow {
    grow::workflow(profile, Id::parse("w").unwrap(), "W", &[], &ask("")).unwrap()
}

/// What somebody tries: which item, which verb, with which text.
type Try = (usize, usize, String);

fn tries() -> impl Strategy<Value = Vec<Try>> {
    let text = prop_oneof![Just("It works now.".to_owned()), "[ -~é\u{2028}\n🎉]{0,30}", Just(String::new())];
    prop::collection::vec((0usize..40, 0usize..26, text), 1..40)
}

fn attempt(profile: &Profile, workflow: &Workflow, step: &Try) -> Option<Workflow> {
    let pages = Pages::none();
    let world = World::new([(workflow, profile)], &pages);
    plain_move(&world, profile, step, ask(&step.2))
        .filter(|workflow| step.1 < 25 || wrong(profile, workflow).is_empty())
}

fn plain_move(world: &World, profile: &Profile, (place, what, text): &Try, ask: Ask) -> Option<Workflow> {
    let board = &world.boards[0];
    let place = place % board.nodes().count();
    let spot = Spot { board: 0, place };
    let title = if text.trim().is_empty() { "T" } else { text.as_str() };
    let kinds: Vec<&str> = profile.kinds.keys().map(Id::as_str).collect();
    let target = Target { spot, part: Part::Whole };
    let change = |pair: &str| set(world, &target, &[Setting::parse(pair).unwrap()], &ask).ok();
    let other = board.node((place * 7 + what) % board.nodes().count()).id;
    match what {
        0..7 => perform(world, spot, &MOVES[*what], &ask).ok().flatten(),
        7 => records::block(world, spot, None, &ask).ok(),
        8 => records::unblock(world, spot, None, &ask).ok().flatten(),
        9 => records::note(world, spot, &records::Remark::default(), &ask).ok().flatten(),
        10 => {
            let remark = records::Remark { focus: Some(text.clone()), ..records::Remark::default() };
            records::note(world, spot, &remark, &ask).ok().flatten()
        }
        11 => records::tick(world, spot, &Id::parse("tested").unwrap(), &ask).ok().flatten(),
        12 => records::claim(world, spot, &ask).ok().flatten(),
        13 => {
            grow::step(world, Spot { place: 0, ..spot }, title, "f", Some("Done."), &ask).ok().map(|(w, _)| w)
        }
        14 => grow::step(world, Spot { place: 0, ..spot }, title, "f", None, &ask).ok().map(|(w, _)| w),
        15..19 => grow::add(world, spot, kinds[what % kinds.len()], title, &[], &ask).ok().map(|(w, _)| w),
        19 => grow::add(world, spot, "risk", title, &[], &ask).ok().map(|(w, _)| w),
        20 => grow::add(world, spot, "line", title, &[], &ask).ok().map(|(w, _)| w),
        21 => grow::add(world, spot, "gate", title, &[], &ask).ok().map(|(w, _)| w),
        22 => change(&format!("progress={}", text.len() * 4)),
        23 => change(&format!("note={text}")),
        24 => change(&format!("weight={}", place * 1000)),
        _ => change(&format!("needs={other}")),
    }
}

fn wrong(profile: &Profile, workflow: &Workflow) -> Vec<String> {
    let pages = Pages::none();
    let world = World::new([(workflow, profile)], &pages);
    violations(&world, 0).into_iter().map(|violation| violation.message).collect()
}

fn read(text: &str) -> Workflow {
    let root: Item = yaml::read(text.as_bytes(), "w.yaml").unwrap_or_else(|error| panic!("{error}\n{text}"));
    Workflow::from_root(root).unwrap()
}

/// Asks everything that can be asked of a board; the answers agree with each other.
fn look(world: &World) {
    let board: &Board = &world.boards[0];
    for (place, node) in board.nodes() {
        let spot = Spot { board: 0, place };
        let (shown, unmet) = (world.shown(spot), world.unmet(spot));
        match shown {
            Shown::Ready => assert!(unmet.is_empty() && node.state == State::Todo),
            Shown::Waiting => assert!(!unmet.is_empty() && node.state == State::Todo),
            _ => {}
        }
        if let Some(progress) = progress(board, place) {
            assert!(progress.done <= progress.total && progress.percent <= 100);
            if node.state == State::Done {
                assert_eq!(progress.percent, 100, "{}", node.id);
            }
        }
        for change in &MOVES {
            let _ = git_track::derive::conditions::conditions(world, spot, change.guarded, Given::NOTHING);
        }
        let target = resolve(world, node.id.as_str(), None, None).unwrap();
        assert_eq!(resolve(world, &label(world, &target), None, None).unwrap(), target);
        assert!(matches!(board.thing(node.id), Some(Thing::Item(found)) if found == place));
        let _ = item_of(world, &format!("feat/{}-x", node.id), None);
    }
    for action in actions(world, 0) {
        let state = world.board(action.spot).node(action.spot.place).state;
        // What was done against the process waits for a person afterwards, too.
        assert!(!state.is_closed() || action.judgement.is_some(), "{action:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn moves_keep_a_workflow_whole(process in 0usize..3, tries in tries()) {
        let profile = &profiles()[process];
        let mut workflow = begun(profile);
        for step in &tries {
            let Some(new) = attempt(profile, &workflow, step) else { continue };
            prop_assert_eq!(wrong(profile, &new), Vec::<String>::new(), "{:?} in {}", step, new.to_value());
            let (before, after) = (workflow.to_value(), new.to_value());
            let told = changes("w", &before, &after);
            prop_assert_eq!(told.is_empty(), before == after, "{:?}", step);
            prop_assert_eq!(words::lines(&told).is_empty(), told.is_empty());
            prop_assert!(before != after || workflow == new, "{:?}", step);
            let pages = Pages::none();
            look(&World::new([(&new, profile)], &pages));
            workflow = new;
        }
        prop_assert_eq!(read(&yaml::write(&workflow.to_value())), workflow);
    }

    #[test]
    fn whatever_can_be_read_can_be_written(tree in workflows()) {
        let Ok(root) = serde_json::from_value::<Item>(tree.clone()) else {
            return Err(TestCaseError::fail(format!("not a workflow: {tree}")));
        };
        let workflow = Workflow::from_root(root).unwrap();
        let text = yaml::write(&workflow.to_value());
        prop_assert_eq!(&read(&text), &workflow, "{}", text);
        let profile = &profiles()[0];
        let again = read(&text);
        let pages = Pages::none();
        let world = World::new([(&again, profile)], &pages);
        let _ = violations(&world, 0);
        for (place, _) in world.boards[0].nodes() {
            let _ = (world.shown(Spot { board: 0, place }), world.unmet(Spot { board: 0, place }));
            let _ = progress(&world.boards[0], place);
        }
        let _ = actions(&world, 0);
    }

    #[test]
    fn a_workflow_can_be_taken_over_from_itself(process in 0usize..3, tries in tries()) {
        let profile = &profiles()[process];
        let mut workflow = begun(profile);
        for step in &tries {
            workflow = attempt(profile, &workflow, step).unwrap_or(workflow);
        }
        let setting = adopt::Setting { profile, pages: &Pages::none(), now: Time::parse(NOW).unwrap() };
        let taken = adopt::workflow(workflow.to_value(), workflow.id.clone(), setting).unwrap();
        prop_assert!(taken.report.not_understood.is_empty(), "{:?}", taken.report);
        prop_assert_eq!(wrong(profile, &taken.workflow), Vec::<String>::new());
    }
}

fn text() -> impl Strategy<Value = Value> {
    prop_oneof!["[a-z ]{1,12}", "[ -~é\n🎉:#\"'-]{0,20}", Just("null".to_owned()), Just("1e3".to_owned())]
        .prop_map(Value::from)
}

fn table(
    letter: &'static str,
    record: impl Strategy<Value = Value> + 'static,
) -> impl Strategy<Value = Value> {
    prop::collection::vec(record, 0..3).prop_map(move |records| {
        records
            .into_iter()
            .enumerate()
            .map(|(n, record)| (format!("{letter}{n}"), record))
            .collect::<Map<_, _>>()
            .into()
    })
}

fn pick(values: &'static [&'static str]) -> impl Strategy<Value = Value> {
    prop::sample::select(values).prop_map(Value::from)
}

/// A record with some of its fields.
fn some(fields: Fields) -> BoxedStrategy<Value> {
    let field = |(key, value): (&'static str, BoxedStrategy<Value>)| {
        prop::option::weighted(0.4, value).prop_map(move |value| value.map(|value| (key.to_owned(), value)))
    };
    let fields: Vec<_> = fields.into_iter().map(field).collect();
    fields.prop_map(|fields| fields.into_iter().flatten().collect::<Map<_, _>>().into()).boxed()
}

fn with(
    record: BoxedStrategy<Value>,
    key: &'static str,
    value: impl Strategy<Value = Value>,
) -> impl Strategy<Value = Value> {
    (record, value).prop_map(move |(mut record, value)| {
        record.as_object_mut().unwrap().insert(key.to_owned(), value);
        record
    })
}

fn numbers() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        prop::num::f64::NORMAL.prop_map(Value::from),
        Just(json!(-0.0)),
        Just(json!(0.1))
    ]
}

type Fields = Vec<(&'static str, BoxedStrategy<Value>)>;

fn time() -> BoxedStrategy<Value> {
    Just(json!(NOW)).boxed()
}

fn values() -> Fields {
    let verdict = || some(vec![("why", text().boxed()), ("at", time())]);
    let needs = pick(&["x0", "g0", "c0", "w:x1", "v:x", "risk"]);
    let protocol =
        vec![("threshold", Just(json!("0.92")).boxed()), ("max_iterations", Just(json!(1)).boxed())];
    vec![
        ("kind", pick(&["task", "phase", "alone"]).boxed()),
        ("state", pick(&["todo", "active", "review", "done", "failed", "dropped"]).boxed()),
        ("priority", pick(&["P0", "P3"]).boxed()),
        ("mode", pick(&["parallel", "sequential"]).boxed()),
        ("order", pick(&["1", "1.5", "5A"]).boxed()),
        ("owner", text().boxed()),
        ("progress", (0u8..=100).prop_map(Value::from).boxed()),
        ("weight", any::<u32>().prop_map(Value::from).boxed()),
        ("counted", any::<bool>().prop_map(Value::from).boxed()),
        ("needs", prop::collection::vec(needs, 0..3).prop_map(Value::from).boxed()),
        ("started", time()),
        ("summary", text().boxed()),
        ("when", some(vec![("any", table("c", text()).boxed())])),
        ("triggered", verdict()),
        ("not_triggered", verdict()),
        ("limits", some(vec![("files", Just(json!(3)).boxed())])),
        ("protocol", some(protocol)),
    ]
}

fn record_tables() -> Fields {
    let part = prop_oneof![
        Just(json!("all")),
        some(vec![("human", text().boxed()), ("passed", time()), ("score", Just(json!("all")).boxed())]),
    ];
    let sample = prop::collection::vec(numbers(), 0..3).prop_map(|numbers| {
        let sample = |(n, number)| (format!("2026-01-0{}", n + 1), number);
        numbers.into_iter().enumerate().map(sample).collect::<Map<_, _>>().into()
    });
    let field = prop_oneof![
        text(),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        prop::collection::vec(text(), 0..3).prop_map(Value::from),
        table("k", text()),
    ];
    let line = with(some(vec![("done", time())]), "text", text());
    let round = with(some(vec![("by", text().boxed())]), "score", pick(&["0.9", "1", ".925"]));
    let blocker = with(some(vec![("fix", text().boxed()), ("cleared", time())]), "text", text());
    let artifact = vec![("path", Just(json!("a.md")).boxed()), ("required", Just(json!(true)).boxed())];
    let risk = with(some(vec![("impact", pick(&["high"]).boxed())]), "title", text());
    let agent = vec![("role", text().boxed()), ("steward", Just(json!(false)).boxed())];
    vec![
        ("fields", table("f", field).boxed()),
        ("checklist", some(vec![("title", text().boxed()), ("lines", table("l", line).boxed())])),
        ("iterations", table("i", round).boxed()),
        ("blockers", table("b", blocker).boxed()),
        ("artifacts", table("a", some(artifact)).boxed()),
        (
            "gates",
            table("g", some(vec![("title", text().boxed()), ("parts", table("p", part).boxed())])).boxed(),
        ),
        ("checkpoints", table("c", some(vec![("role", text().boxed()), ("approved", time())])).boxed()),
        ("risks", table("risk", risk).boxed()),
        ("metrics", table("m", some(vec![("title", text().boxed()), ("samples", sample.boxed())])).boxed()),
        ("agents", table("g", some(agent)).boxed()),
    ]
}

fn items() -> BoxedStrategy<Value> {
    with(some(values().into_iter().chain(record_tables()).collect()), "title", text()).boxed()
}

fn workflows() -> impl Strategy<Value = Value> {
    let tree = items().prop_recursive(3, 8, 3, |inner| {
        (items(), prop::collection::vec(inner, 0..3)).prop_map(|(mut item, children)| {
            let children: Map<String, Value> =
                children.into_iter().enumerate().map(|(n, child)| (format!("x{n}"), child)).collect();
            item.as_object_mut().unwrap().insert("items".to_owned(), children.into());
            item
        })
    });
    tree.prop_map(|mut tree| {
        let map = tree.as_object_mut().unwrap();
        map.extend([
            ("schema".to_owned(), json!(1)),
            ("id".to_owned(), json!("w")),
            ("profile".to_owned(), json!("rich")),
        ]);
        tree
    })
}
