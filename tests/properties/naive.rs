//! Readiness, counts and shown states, once more and simply: as the design words them, over the plain tree of a file.

use git_track::derive::board::Thing;
use git_track::derive::gates::{GateState, gate_state};
use git_track::derive::progress::{Source, progress};
use git_track::derive::world::{Spot, World};
use git_track::model::{id::Id, item::Item, page::Pages, profile::Profile, workflow::Workflow};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{pick, some, table, time, with};

/// An item of the file.
struct Known<'v> {
    id: &'v str,
    item: &'v Value,
    parent: Option<usize>,
    children: Vec<usize>,
}

/// A file and its process, as plain trees.
struct Naive<'v> {
    profile: &'v Value,
    all: Vec<Known<'v>>,
}

impl<'v> Naive<'v> {
    fn new(profile: &'v Value, root: &'v Value) -> Self {
        let mut naive = Self { profile, all: Vec::new() };
        naive.add("w", root, None);
        naive
    }

    fn add(&mut self, id: &'v str, item: &'v Value, parent: Option<usize>) -> usize {
        let at = self.all.len();
        self.all.push(Known { id, item, parent, children: Vec::new() });
        let mut children: Vec<(&String, &Value)> = item["items"].as_object().into_iter().flatten().collect();
        let number = |item: &Value| item["order"].as_str().map_or(0.0, |order| order.parse::<f64>().unwrap());
        children.sort_by(|a, b| number(a.1).total_cmp(&number(b.1)));
        for (id, child) in children {
            let child = self.add(id, child, Some(at));
            self.all[at].children.push(child);
        }
        at
    }

    fn group(&self, at: usize, name: &str) -> impl Iterator<Item = (&'v String, &'v Value)> {
        self.all[at].item[name].as_object().into_iter().flatten()
    }

    fn kind(&self, at: usize) -> &'v Value {
        let name = self.all[at].item["kind"].as_str().unwrap_or("k0");
        &self.profile["kinds"][name]
    }

    fn is_derived(&self, at: usize) -> bool {
        at != 0 && self.kind(at)["state"] == "derived"
    }

    fn up(&self, at: usize) -> Vec<usize> {
        let mut up = vec![at];
        while let Some(parent) = self.all[up[up.len() - 1]].parent {
            up.push(parent);
        }
        up
    }

    /// It and everything in it.
    fn inside(&self, at: usize) -> Vec<usize> {
        (0..self.all.len()).filter(|&other| self.up(other).contains(&at)).collect()
    }

    fn counts(&self, at: usize) -> bool {
        self.all[at].item["counted"] != false && self.state(at) != "dropped"
    }

    fn stored(&self, at: usize) -> &'v str {
        self.all[at].item["state"].as_str().unwrap_or("todo")
    }

    fn state(&self, at: usize) -> &'v str {
        let stored = self.stored(at);
        if at == 0 {
            let others = 1..self.all.len();
            return match stored {
                "done" | "dropped" | "failed" => stored,
                _ if self.profile["on_failure"] == "stop"
                    && others.clone().any(|at| self.stored(at) == "failed") =>
                {
                    "failed"
                }
                "todo" if others.clone().all(|at| self.state(at) == "todo") => "todo",
                _ => "active",
            };
        }
        if !self.is_derived(at) || stored == "dropped" {
            return stored;
        }
        let item = self.all[at].item;
        let (children, left_out): (Vec<usize>, Vec<usize>) =
            self.all[at].children.iter().partition(|&&child| self.counts(child));
        let left_out = left_out.into_iter().any(|child| self.all[child].item["counted"] != false);
        let states: Vec<&str> = children.into_iter().map(|child| self.state(child)).collect();
        let listed = self.kind(at)["guards"]["done"]["checklist"] != true || self.is_ticked(at);
        if states.contains(&"failed") {
            "failed"
        } else if (left_out || !states.is_empty()) && states.iter().all(|&state| state == "done") && listed {
            let gates = self.group(at, "gates").all(|(_, gate)| self.passes(at, gate));
            let approved = self.group(at, "checkpoints").all(|(_, c)| !c["approved"].is_null());
            if gates && approved { "done" } else { "review" }
        } else if !item["started"].is_null() || states.iter().any(|&state| state != "todo") {
            "active"
        } else {
            "todo"
        }
    }

    fn is_ticked(&self, at: usize) -> bool {
        let lines = self.all[at].item["checklist"]["lines"].as_object();
        lines.into_iter().flatten().all(|(_, line)| !line["done"].is_null())
    }

    fn passes(&self, at: usize, gate: &Value) -> bool {
        let mut parts = gate["parts"].as_object().into_iter().flatten().peekable();
        parts.peek().is_some() && parts.all(|(id, part)| self.holds(at, id, part))
    }

    fn holds(&self, at: usize, id: &str, part: &Value) -> bool {
        let said = |key: &str| !part[key].is_null();
        if said("waived") || said("passed") || said("failed") {
            return said("waived") || said("passed");
        }
        let scope = part["score"].as_str().or(part.as_str().filter(|_| id == "score"));
        match scope {
            Some(scope) => {
                let named =
                    |at: usize| scope == "all" || scope.split(',').any(|id| id.trim() == self.all[at].id);
                let leaf = |&at: &usize| self.all[at].children.is_empty() && self.counts(at) && named(at);
                let leaves: Vec<usize> = self.inside(at).into_iter().filter(leaf).collect();
                !leaves.is_empty() && leaves.into_iter().all(|leaf| self.has_passed(leaf))
            }
            None if part["checklist"] == true => self.is_ticked(at),
            None if part["findings"] == true => self.inside(at).into_iter().all(|at| {
                self.group(at, "findings").all(|(_, f)| !f["verified"].is_null() || !f["waived"].is_null())
            }),
            None => false,
        }
    }

    fn protocol(&self, at: usize, field: &str) -> Option<&'v Value> {
        self.up(at).into_iter().map(|at| &self.all[at].item["protocol"][field]).find(|value| !value.is_null())
    }

    fn has_passed(&self, at: usize) -> bool {
        let last = self.group(at, "iterations").last();
        last.is_some_and(|(_, last)| last["rejected"].is_null() && self.is_enough(at, last))
    }

    fn is_enough(&self, at: usize, round: &Value) -> bool {
        let least = self.protocol(at, "threshold").map_or(0, decimal);
        decimal(&round["score"]) >= least || !round["accepted"].is_null()
    }

    fn is_escalated(&self, at: usize) -> bool {
        // Whoever sends work back asks for another round.
        let counts = |(_, round): &(_, &Value)| round["rejected"].is_null() && !self.is_enough(at, round);
        let rounds = self.group(at, "iterations").filter(counts).count() as u64;
        let most = self.protocol(at, "max_iterations").and_then(Value::as_u64);
        self.protocol(at, "threshold").is_some()
            && most.is_some_and(|most| rounds >= most)
            && !self.has_passed(at)
    }

    fn is_met(&self, need: &str) -> bool {
        let id = need.strip_prefix("w:").unwrap_or(need);
        for (at, known) in self.all.iter().enumerate() {
            if known.id.eq_ignore_ascii_case(id) {
                let state = self.state(at);
                return state == "done" || state == "dropped" && !known.item["not_triggered"].is_null();
            }
            if let Some(gate) = known.item["gates"].get(id) {
                return self.passes(at, gate);
            }
            if let Some(checkpoint) = known.item["checkpoints"].get(id) {
                return !checkpoint["approved"].is_null();
            }
        }
        false
    }

    /// Its needs are satisfied, its turn has come, and it is known to be needed; so for all that it stands in.
    fn is_ready(&self, at: usize) -> bool {
        self.up(at).into_iter().all(|above| {
            let item = self.all[above].item;
            let mut needs = item["needs"].as_array().into_iter().flatten();
            let met = needs.all(|need| self.is_met(need.as_str().unwrap()));
            let parent = self.all[above].parent;
            let waits = above != 0 && self.kind(above)["guards"]["start"]["order"] == true
                || parent.is_some_and(|parent| self.all[parent].item["mode"] == "sequential");
            let before = parent
                .into_iter()
                .flat_map(|parent| self.all[parent].children.iter().take_while(|&&c| c != above));
            let turn = !waits || before.into_iter().all(|&c| matches!(self.state(c), "done" | "dropped"));
            let open =
                !item["when"].is_null() && item["triggered"].is_null() && item["not_triggered"].is_null();
            met && turn && !open && (above == at || self.state(above) != "dropped")
        })
    }

    fn shown(&self, at: usize) -> &'v str {
        let held = self.group(at, "blockers").any(|(_, blocker)| blocker["cleared"].is_null());
        match self.state(at) {
            state @ ("done" | "dropped") => state,
            _ if held => "blocked",
            "todo" if self.is_ready(at) => "ready",
            "todo" => "waiting",
            "active" | "review" if self.is_escalated(at) => "escalated",
            state => state,
        }
    }

    /// The pieces of it that count, looked up through what is derived.
    fn pieces(&self, at: usize) -> Vec<usize> {
        let children = self.all[at].children.iter().copied().filter(|&child| self.counts(child));
        children
            .flat_map(|child| if self.is_derived(child) { self.pieces(child) } else { vec![child] })
            .collect()
    }
}

fn decimal(score: &Value) -> u64 {
    let (whole, rest) = score.as_str().unwrap().split_once('.').unwrap();
    format!("{whole:0>1}{rest:0<6}").parse().unwrap()
}

/// Kinds `k0`, `k1`, `k2`, each with its state stored or derived, with or without its turn and a list.
fn processes() -> impl Strategy<Value = Value> {
    let kind = (any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(derived, order, checklist)| {
        let guards = json!({"start": {"order": order}, "done": {"checklist": checklist}});
        let (under, state) = (["workflow", "k0", "k1", "k2"], if derived { "derived" } else { "own" });
        json!({"title": "K", "under": under, "state": state, "guards": guards})
    });
    (kind.clone(), kind.clone(), kind, any::<bool>()).prop_map(|(k0, k1, k2, stop)| {
        let mut process =
            json!({"schema": 1, "profile": "naive", "title": "N", "summary": "S", "id": "{slug}"});
        process["workflow"] = json!({"title": "W"});
        process["kinds"] = json!({"k0": k0, "k1": k1, "k2": k2});
        process["on_failure"] = json!(if stop { "stop" } else { "continue" });
        process
    })
}

fn fields() -> Vec<(f64, &'static str, BoxedStrategy<Value>)> {
    let yes = || some(vec![("at", time())]);
    let needs = pick(&["x1", "x2", "X3", "w:x4", "x5", "g0", "g1", "c0", "c1", "nothing"]);
    let protocol = vec![
        ("threshold", pick(&["0.92", "0.9"]).boxed()),
        ("max_iterations", (1u8..3).prop_map(Value::from).boxed()),
    ];
    let round = with(
        some(vec![("accepted", time()), ("rejected", time())]),
        "score",
        pick(&["0.92", "0.9199", ".95", "0.9"]),
    );
    let part = some(vec![
        ("human", pick(&["lead"]).boxed()),
        ("passed", time()),
        ("failed", time()),
        ("waived", time()),
        ("score", pick(&["all", "x1", "x2, x3"]).boxed()),
        ("checklist", Just(json!(true)).boxed()),
        ("findings", Just(json!(true)).boxed()),
    ]);
    let parts = prop_oneof![Just(json!({"score": "all"})), table("p", part)];
    let gate = some(vec![("parts", parts.boxed())]);
    let finding = with(
        some(vec![("fixed", pick(&["abc"]).boxed()), ("verified", time()), ("waived", time())]),
        "text",
        pick(&["x"]),
    );
    let finding = with(finding.boxed(), "severity", pick(&["low", "high"]));
    let line = with(some(vec![("done", time())]), "text", pick(&["x"]));
    let blocker = with(some(vec![("cleared", time())]), "text", pick(&["x"]));
    let word = pick(&["todo", "todo", "active", "review", "done", "done", "done", "dropped", "failed"]);
    vec![
        (0.8, "kind", pick(&["k0", "k1", "k2"]).boxed()),
        (0.9, "state", word.boxed()),
        (0.3, "mode", pick(&["parallel", "sequential"]).boxed()),
        (0.4, "order", pick(&["1", "1.5", "2", "5", "10"]).boxed()),
        (0.1, "counted", Just(json!(false)).boxed()),
        (0.4, "needs", prop::collection::vec(needs, 0..2).prop_map(Value::from).boxed()),
        (0.1, "started", time()),
        (0.2, "when", Just(json!({"any": {"often": "often"}})).boxed()),
        (0.2, "triggered", yes()),
        (0.3, "not_triggered", yes()),
        (0.1, "protocol", some(protocol)),
        (0.4, "iterations", table("i", round).boxed()),
        (0.2, "blockers", table("b", blocker).boxed()),
        (0.2, "gates", table("g", gate).boxed()),
        (0.3, "checkpoints", table("c", some(vec![("approved", time())])).boxed()),
        (0.3, "findings", table("f", finding).boxed()),
        (0.3, "checklist", some(vec![("lines", table("l", line).boxed())])),
    ]
}

/// An item with some of its fields.
fn one() -> BoxedStrategy<Value> {
    let field = |(often, key, value): (f64, &'static str, BoxedStrategy<Value>)| {
        prop::option::weighted(often, value).prop_map(move |value| value.map(|value| (key.to_owned(), value)))
    };
    let fields: Vec<_> = fields().into_iter().map(field).collect();
    fields.prop_map(|fields| fields.into_iter().flatten().collect::<Map<_, _>>().into()).boxed()
}

fn trees() -> impl Strategy<Value = Value> {
    let leaf = one();
    let inner = leaf.clone();
    let tree = leaf.prop_recursive(3, 14, 4, move |below| {
        (inner.clone(), prop::collection::vec(below, 1..4)).prop_map(|(mut item, children)| {
            let children: Map<_, _> =
                children.into_iter().enumerate().map(|(n, c)| (format!("x{n}"), c)).collect();
            item["items"] = children.into();
            item
        })
    });
    tree.prop_map(|mut tree| {
        name(&mut tree, &mut [0; 3]);
        let more = [("schema", json!(1)), ("id", json!("w")), ("profile", json!("naive"))];
        tree.as_object_mut().unwrap().extend(more.map(|(key, value)| (key.to_owned(), value)));
        tree.as_object_mut().unwrap().remove("kind");
        tree["protocol"] = json!({"threshold": "0.92", "max_iterations": 1});
        tree
    })
}

/// Gives everything an id of its own, each item a title, and all siblings an order or none.
fn name(item: &mut Value, next: &mut [usize; 3]) {
    item["title"] = json!("T");
    if !item["not_triggered"].is_null() && item["triggered"].is_null() {
        item["state"] = json!("dropped");
    }
    for (group, letter, which) in [("gates", 'g', 0), ("checkpoints", 'c', 1), ("items", 'x', 2)] {
        let Some(old) = item[group].as_object().cloned() else { continue };
        let ordered = group == "items" && old.values().next().is_some_and(|first| !first["order"].is_null());
        let mut new = Map::new();
        for (_, mut value) in old {
            let id = format!("{letter}{}", next[which]);
            next[which] += 1;
            if group == "items" {
                name(&mut value, next);
                match value["order"].is_null() {
                    true if ordered => value["order"] = json!("3"),
                    false if ordered => {}
                    _ => drop(value.as_object_mut().unwrap().remove("order")),
                }
            }
            new.insert(id, value);
        }
        item[group] = new.into();
    }
    let empty: Vec<String> =
        item.as_object().unwrap().iter().filter(|(_, v)| v.is_null()).map(|(k, _)| k.clone()).collect();
    for key in empty {
        item.as_object_mut().unwrap().remove(&key);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_shown_is_what_the_words_say(process in processes(), tree in trees()) {
        let profile: Profile = serde_json::from_value(process.clone()).unwrap();
        let root: Item = serde_json::from_value(tree.clone()).map_err(|e| TestCaseError::fail(format!("{e}: {tree}")))?;
        let workflow = Workflow::from_root(root).unwrap();
        let pages = Pages::none();
        let world = World::new([(&workflow, &profile)], &pages);
        let board = &world.boards[0];
        let naive = Naive::new(&process, &tree);
        for (at, known) in naive.all.iter().enumerate() {
            let Some(Thing::Item(place)) = board.thing(&Id::parse(known.id).unwrap()) else { panic!("{}", known.id) };
            let told = format!("{} of {process} {tree}", known.id);
            prop_assert_eq!(board.node(place).state.word(), naive.state(at), "the state of {}", &told);
            prop_assert_eq!(world.shown(Spot { board: 0, place }).word(), naive.shown(at), "what is shown for {}", &told);
            for (id, gate) in known.item["gates"].as_object().into_iter().flatten() {
                let found = board.gate(place, &Id::parse(id).unwrap()).unwrap();
                let passed = gate_state(board, place, found) == GateState::Passed;
                prop_assert_eq!(passed, naive.passes(at, gate), "gate {} in {}", id, &told);
            }
            match progress(board, place).filter(|progress| progress.source == Source::Counted) {
                Some(found) => {
                    let pieces = naive.pieces(at);
                    let done = pieces.iter().filter(|&&piece| naive.state(piece) == "done").count();
                    prop_assert_eq!((found.done, found.total), (done, pieces.len()), "the counts of {}", &told);
                }
                None => prop_assert!(known.children.is_empty() && at != 0, "{} is not counted", &told),
            }
        }
    }
}
