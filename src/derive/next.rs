//! What to do now: running work first, then what is ready, the most urgent first.

use crate::model::actor::Actor;
use crate::model::state::{Shown, State};

use super::board::{Board, Node, Place};
use super::conditions::made::is_made;
use super::conditions::{Given, conditions, conditions_on_record, is_agent, is_judged, is_to_be_submitted};
use super::gates::{has_passed, threshold};
use super::judgement::{Judgement, Who, judgements};
use super::pages;
use super::roster::{answers_for, owners_by_roster};
use super::world::{Spot, World};
use crate::model::profile::Guarded;

/// Something that can be done now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// The item.
    pub spot: Spot,
    /// The command.
    pub verb: &'static str,
    /// Why now, as a short phrase.
    pub reason: String,
    /// What waits for somebody's word, where that is what can be done.
    pub judgement: Option<Judgement>,
}

/// Why an item can be claimed.
const READY: &str = "ready";

impl Action {
    fn new(spot: Spot, verb: &'static str, reason: &str) -> Self {
        Self { spot, verb, reason: reason.to_owned(), judgement: None }
    }

    fn word(judgement: Judgement) -> Self {
        let reason = format!("waits for {}: {}", judgement.by(), judgement.message);
        Self { spot: judgement.spot, verb: "say", reason, judgement: Some(judgement) }
    }

    /// The shortest clear reference to the item.
    pub fn reference(&self, world: &World) -> String {
        world.refer(self.spot.board, world.board(self.spot).node(self.spot.place).id)
    }

    /// The reference to what it is about with its workflow: what scripts get.
    pub fn full_reference(&self, world: &World) -> String {
        let board = world.board(self.spot);
        match &self.judgement {
            Some(judgement) => judgement.reference.clone(),
            None => format!("{}:{}", board.workflow.id, board.node(self.spot.place).id),
        }
    }

    /// The command line that does it.
    pub fn command(&self, world: &World) -> String {
        if let Some(judgement) = &self.judgement {
            return judgement.command.clone();
        }
        let board = world.board(self.spot);
        let node = board.node(self.spot.place);
        let within = node.kind_id.filter(|_| self.spot.place != 0);
        match (self.verb, board.profile.kinds_under(within).next()) {
            ("step", _) => {
                return format!(
                    "git track step \"what comes first\" --focus \"what exactly\" -w {}",
                    node.id
                );
            }
            ("add", Some((kind, _))) if self.spot.place != 0 => {
                let me = self.reference(world);
                return format!("git track add {kind} \"what comes first\" --in {me}");
            }
            ("add", Some((kind, _))) => {
                return format!("git track add {kind} \"what comes first\" -w {}", node.id);
            }
            _ => {}
        }
        let begin = node.kind.and_then(|kind| kind.guards.get(&Guarded::Start));
        if self.verb == "start" && begin.is_some_and(|checks| checks.focus) && node.item.focus.is_none() {
            return format!("git track note {} --focus \"what exactly\"", self.reference(world));
        }
        let guards = node.kind.and_then(|kind| kind.guards.get(&Guarded::Done));
        let tail = match self.verb {
            "done" if guards.is_some_and(|checks| checks.summary.is_some()) => " -m \"what came out\"",
            "retry" => " -m \"what is different now\"",
            _ => "",
        };
        format!("git track {} {}{tail}", self.verb, self.reference(world))
    }

    /// Whether somebody has to clear the way first.
    pub fn is_held(&self) -> bool {
        let person = self.judgement.as_ref().is_some_and(|judgement| matches!(judgement.who, Who::Person(_)));
        person || matches!(self.verb, "retry" | "unblock")
    }
}

/// What can be done now in one workflow; what is blocked comes last.
pub fn actions(world: &World, board: usize) -> Vec<Action> {
    actions_with(world, board, judgements(world, board))
}

/// The same, by those who know already what waits for somebody's word.
pub fn actions_with(world: &World, board: usize, words: Vec<Judgement>) -> Vec<Action> {
    let Some(laid) = world.boards.get(board) else { return Vec::new() };
    if laid.root().state.is_closed() {
        return Vec::new();
    }
    if let Some(failed) = laid.stopped_by() {
        let spot = Spot { board, place: failed };
        return vec![Action::new(spot, "retry", "it failed and holds everything else")];
    }
    let root = Spot { board, place: 0 };
    if laid.nodes().count() == 1 {
        let verb = if laid.profile.step.is_some() { "step" } else { "add" };
        return vec![Action::new(root, verb, "nothing in it yet")];
    }
    let mut running = Vec::new();
    let mut ready = Vec::new();
    let mut blocked = Vec::new();
    for (place, node) in laid.nodes().skip(1) {
        let spot = Spot { board, place };
        let documents = node.is_derived() && node.kind.is_some_and(|kind| !kind.documents.is_empty());
        if documents && writing(world, spot) {
            running.push(Action::new(spot, "why", "its documents are to be written"));
        }
        if node.is_derived() && !(documents && node.state == State::Todo && !writing(world, spot)) {
            continue;
        }
        let asked = words.iter().any(|judgement| judgement.spot == spot);
        match world.shown(spot) {
            // What still has open pieces is not finished next; its pieces stand in the list themselves.
            Shown::Active if !is_open_inside(laid, place) => {
                let onwards = onwards(laid, place);
                // As in review: those whose word it waits for stand in the list themselves.
                if !(asked && onwards == "done" && !is_judged(world, spot)) {
                    running.push(Action::new(spot, possible(world, spot, onwards), "in progress"));
                }
            }
            // It waits for those who judge it, who stand in the list themselves.
            Shown::Review if !is_open_inside(laid, place) && !asked => {
                running.push(Action::new(spot, possible(world, spot, "done"), "in review"));
            }
            Shown::Ready => ready.push((node.item.priority, spot)),
            Shown::Blocked => blocked.push(Action::new(spot, "unblock", "blocked")),
            _ => {}
        }
    }
    ready.sort_by_key(|&(priority, _)| (priority.is_none(), priority));
    // What is to be submitted holds up whatever is finished after it.
    let (handed, words): (Vec<_>, Vec<_>) =
        words.into_iter().partition(|word| is_to_be_submitted(laid, word.spot.place));
    running.splice(0..0, handed.into_iter().map(Action::word));
    running.extend(words.into_iter().map(Action::word));
    running.extend(ready.into_iter().map(|(_, spot)| Action::new(spot, "start", READY)));
    running.extend(blocked);
    if running.is_empty() {
        running.extend(empty(world, board).map(|spot| Action::new(spot, "add", "nothing in it yet")));
    }
    if running.is_empty() && can_close(world, board) {
        running.push(Action::new(root, "done", "everything in it is done"));
    }
    running
}

// What holds everything because nobody has said what is to be done in it.
fn empty(world: &World, board: usize) -> Option<Spot> {
    let laid = world.boards.get(board)?;
    let hollow = |node: &Node| {
        let kinds = laid.profile.kinds_under(node.kind_id).next().is_some();
        node.is_derived() && node.children.is_empty() && node.item.is_counted() && kinds
    };
    let hollow = laid.nodes().skip(1).filter(|(_, node)| hollow(node));
    hollow.map(|(place, _)| Spot { board, place }).find(|&spot| world.shown(spot) == Shown::Ready)
}

// A document that it is made of, or that must be complete before it begins, lacks something.
fn writing(world: &World, spot: Spot) -> bool {
    let board = world.board(spot);
    let node = board.node(spot.place);
    match node.state {
        State::Active => !is_made(board, spot.place),
        State::Todo if world.shown(spot) == Shown::Ready => {
            let before = node.kind.and_then(|kind| kind.guards.get(&Guarded::Start));
            let names = before.map(|checks| checks.documents.as_slice()).unwrap_or_default();
            names.iter().any(|name| !pages::lacks(board, spot.place, name).is_empty())
        }
        _ => false,
    }
}

// What lacks something else than words is looked at, not finished in vain.
fn possible(world: &World, spot: Spot, verb: &'static str) -> &'static str {
    let node = world.board(spot).node(spot.place);
    let summary = node.kind.and_then(|kind| kind.guards.get(&Guarded::Done)?.summary);
    let said = "It is done. ".repeat(summary.map_or(1, |sentences| sentences.min));
    let given = Given { summary: Some(&said), ..Given::NOTHING };
    let list = || conditions_on_record(world, spot, Guarded::Done, given);
    let open = || list().iter().any(|condition| !condition.ok);
    if verb == "done" && open() { "why" } else { verb }
}

// What is judged by a score is handed in; the rest is finished.
fn onwards(board: &Board, place: Place) -> &'static str {
    let guards = board.node(place).kind.and_then(|kind| kind.guards.get(&Guarded::Done));
    let scored = guards.is_some_and(|checks| checks.score) && threshold(board, place).is_some();
    if scored && !has_passed(board, place) { "submit" } else { "done" }
}

/// The ready items of a workflow that nobody else has taken, the most urgent first.
pub fn claimable(world: &World, board: usize, actor: Actor) -> Vec<Spot> {
    let free = |spot: &Spot| {
        let owner = world.board(*spot).node(spot.place).item.owner.as_deref();
        owner.is_none_or(|owner| owner == actor.name)
    };
    let ready = actions(world, board).into_iter().filter(|action| action.reason == READY);
    let begins = |spot: &Spot| {
        let given = Given { actor: Some(actor), ..Given::NOTHING };
        conditions(world, *spot, Guarded::Start, given).iter().all(|condition| condition.ok)
    };
    ready.map(|action| action.spot).filter(free).filter(begins).collect()
}

/// What an agent can do now in one workflow: what is its own, and what is nobody's.
pub fn actions_for(world: &World, board: usize, agent: &str) -> Vec<Action> {
    let own = |action: &Action| match action.judgement.as_ref().map(|judgement| &judgement.who) {
        Some(Who::Person(_)) => false,
        Some(Who::Named(wanted)) => answers_for(world.board(action.spot), wanted, agent),
        Some(Who::Other(not)) => !not.eq_ignore_ascii_case(agent),
        Some(Who::Anyone) => true,
        None => is_for(world.board(action.spot), action.spot.place, agent),
    };
    actions(world, board).into_iter().filter(own).collect()
}

/// What can be done next by whoever has just done something: an agent sees its own, a person what is others' last.
pub fn actions_after(world: &World, board: usize, actor: Actor) -> Vec<Action> {
    let Some(laid) = world.boards.get(board) else { return Vec::new() };
    if is_agent(laid, actor) {
        return actions_for(world, board, actor.name);
    }
    let mut found = actions(world, board);
    let others = |action: &Action| {
        let owner = world.board(action.spot).node(action.spot.place).item.owner.as_deref();
        action.judgement.is_none() && owner.is_some_and(|owner| owner != actor.name)
    };
    found.sort_by_key(others);
    found
}

fn is_for(board: &Board, place: Place, agent: &str) -> bool {
    let item = board.node(place).item;
    // In the roster an agent's name is an id, and ids are equal whatever their case.
    let same = |name: &str| name.eq_ignore_ascii_case(agent);
    let roster = owners_by_roster(board, place);
    let own = item.owner.as_deref().is_some_and(same)
        || item.team.iter().any(|name| same(name))
        || roster.iter().any(|id| same(id.as_str()));
    own || item.owner.is_none() && roster.is_empty()
}

fn is_open_inside(board: &Board, place: Place) -> bool {
    let mut children = board.node(place).children.iter().map(|&child| board.node(child));
    children.any(|child| child.item.is_counted() && !child.state.is_closed())
}

fn can_close(world: &World, board: usize) -> bool {
    let spot = Spot { board, place: 0 };
    let Some(laid) = world.boards.get(board) else { return false };
    let begun = laid.nodes().skip(1).any(|(_, node)| node.state == State::Done);
    let closed = laid.nodes().skip(1).all(|(_, node)| node.state.is_closed() || !node.item.is_counted());
    begun
        && closed
        && conditions_on_record(world, spot, Guarded::Done, Given::NOTHING)
            .iter()
            .all(|condition| condition.ok)
}

#[cfg(test)]
mod tests {
    use super::super::testing::Scene;
    use super::*;
    use crate::model::actor::ActorKind;

    fn next(scene: &Scene) -> Vec<String> {
        let world = scene.world();
        actions(&world, 0).into_iter().map(|action| action.command(&world)).collect()
    }

    #[test]
    fn running_work_comes_first_then_the_most_urgent() {
        let scene = Scene::shipped(
            "program",
            "items: {a: {title: A}, b: {title: B, priority: P1}, c: {title: C, priority: P0}, d: {title: D, state: active}, \
             e: {title: E, needs: [a]}, f: {title: F, state: active, items: {g: {title: G, state: active}}}}",
        );
        let first = [
            "git track done d",
            "git track done g",
            "git track start c",
            "git track start b",
            "git track start a",
        ];
        assert_eq!(next(&scene), first);
        let taken = Scene::shipped(
            "program",
            "items: {a: {title: A, owner: bob}, b: {title: B}, c: {title: C, owner: alice}}",
        );
        let world = taken.world();
        let free: Vec<&str> = claimable(&world, 0, Actor { name: "alice", kind: ActorKind::Person })
            .iter()
            .map(|spot| world.board(*spot).node(spot.place).id.as_str())
            .collect();
        assert_eq!(free, ["b", "c"]);
    }

    #[test]
    fn what_must_be_said_first_stands_before_the_end_of_an_item() {
        let phase = |item: &str| {
            let root = "agents: {I4: {independent: true}, P4: {independent: true}}\n";
            let body = format!(
                "items: {{s: {{kind: stage, title: S, items: {{c: {{title: C, owner: I4, state: active{item}}}}}}}}}"
            );
            next(&Scene::shipped("phase", &format!("{root}{body}")))
        };
        // It lacks a document: finishing it would be refused.
        assert_eq!(phase(""), ["git track why c"]);
        let finding =
            |severity: &str| phase(&format!(", findings: {{f1: {{severity: {severity}, text: x}}}}"));
        assert_eq!(finding("high"), ["git track finding fix c.f1"]);
        assert_eq!(finding("low"), ["git track why c", "git track finding fix c.f1"]);
        let review = phase(", gates: {G: {parts: {r: {review: independent, of: d}}}}");
        assert_eq!(review, ["git track gate pass G.r --by I4"]);
        let when = "items: {a: {kind: stage, title: A, items: {b: {title: B, when: {all: {m: M}, any: {x: X, y: Y}}}}}}";
        let decide = "git track trigger b --criterion m --criterion x -m \"why\"";
        assert_eq!(next(&Scene::shipped("phase", when)), [decide]);
    }

    #[test]
    fn a_stage_without_anything_in_it_is_not_a_dead_end() {
        let stage = |more: &str| {
            format!("items: {{a: {{kind: stage, title: A{more}}}, b: {{kind: stage, title: B}}}}")
        };
        let first = next(&Scene::shipped("phase", &stage("")));
        assert_eq!(first, ["git track add slice \"what comes first\" --in a"]);
        let dropped =
            next(&Scene::shipped("phase", &stage(", state: dropped, finished: \"2026-02-12T09:00:00Z\"")));
        assert_eq!(dropped, ["git track add slice \"what comes first\" --in b"]);
    }

    #[test]
    fn an_agent_sees_its_own_and_what_is_nobodys() {
        let scene = Scene::team(
            "agents: {ann: {owns: [p, docs/]}, bob: {owns: [C, \"src/**\"]}, eve: {}}\n\
             items: {p: {kind: phase, title: P, items: {a: {title: A}, b: {title: B, owner: eve}, c: {title: C}}}, \
             d: {title: D, files: [src/main.rs]}, e: {title: E, files: [docs], state: active}, \
             f: {title: F, files: [docsx/a]}, g: {title: G, owner: bob, team: [Eve]}}",
        );
        let world = scene.world();
        let ids = |agent: &str| -> String {
            let found = actions_for(&world, 0, agent);
            found.iter().map(|action| action.reference(&world)).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(ids("ann"), "e a b f");
        assert_eq!(ids("BOB"), "c d f g");
        assert_eq!(ids("eve"), "b f g");
        assert_eq!(ids("nobody"), "f");
        let failed = Scene::shipped("trace", "items: {s1: {title: A, state: failed, owner: ann}}");
        assert_eq!(actions_for(&failed.world(), 0, "bob"), []);
        assert_eq!(actions_for(&failed.world(), 0, "ann").len(), 1);
    }

    #[test]
    fn the_end_and_failures_are_told() {
        let trace = |items: &str| Scene::shipped("trace", &format!("items: {{{items}}}"));
        let begin = "git track step \"what comes first\" --focus \"what exactly\" -w w";
        assert_eq!(next(&trace("")), [begin]);
        assert_eq!(next(&trace("s1: {title: A, state: active}")), ["git track done s1 -m \"what came out\""]);
        assert_eq!(
            next(&trace("s1: {title: A, state: failed}")),
            ["git track retry s1 -m \"what is different now\""]
        );
        assert_eq!(next(&trace("s1: {title: A, state: done}")), ["git track done w"]);
        assert_eq!(
            next(&Scene::shipped("trace", "state: done\nitems: {s1: {title: A, state: done}}")),
            [""; 0]
        );
        let phases = "p: {kind: phase, title: P, items: {a: {title: A}}}, q: {kind: phase, title: Q}";
        assert_eq!(next(&Scene::items(phases)), ["git track start a"]);
    }
}
