//! What to do now: running work first, then what is ready, the most urgent first.

use crate::model::id::Id;
use crate::model::state::{Shown, State};

use super::board::{Board, Place};
use super::conditions::{Given, conditions};
use super::world::{Spot, World};
use crate::model::profile::Guarded;

/// Something that can be done now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Action {
    /// The item.
    pub spot: Spot,
    /// The command.
    pub verb: &'static str,
    /// Why now, as a short phrase.
    pub reason: &'static str,
}

/// Why an item can be claimed.
const READY: &str = "ready";

impl Action {
    /// The shortest clear reference to the item.
    pub fn reference(self, world: &World) -> String {
        world.refer(self.spot.board, world.board(self.spot).node(self.spot.place).id)
    }

    /// The reference to the item with its workflow: what scripts get.
    pub fn full_reference(self, world: &World) -> String {
        let board = world.board(self.spot);
        format!("{}:{}", board.workflow.id, board.node(self.spot.place).id)
    }

    /// The command line that does it.
    pub fn command(self, world: &World) -> String {
        let board = world.board(self.spot);
        let node = board.node(self.spot.place);
        match (self.verb, board.profile.kinds_under(None).next()) {
            ("step", _) => {
                return format!(
                    "git track step \"what comes first\" --focus \"what exactly\" -w {}",
                    node.id
                );
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
    pub fn is_held(self) -> bool {
        matches!(self.verb, "retry" | "unblock")
    }
}

/// What can be done now in one workflow; what is blocked comes last.
pub fn actions(world: &World, board: usize) -> Vec<Action> {
    let Some(laid) = world.boards.get(board) else { return Vec::new() };
    if laid.root().state.is_closed() {
        return Vec::new();
    }
    if let Some(failed) = laid.stopped_by() {
        return vec![Action {
            spot: Spot { board, place: failed },
            verb: "retry",
            reason: "it failed and holds everything else",
        }];
    }
    let root = Spot { board, place: 0 };
    if laid.nodes().count() == 1 {
        let verb = if laid.profile.step.is_some() { "step" } else { "add" };
        return vec![Action { spot: root, verb, reason: "nothing in it yet" }];
    }
    let mut running = Vec::new();
    let mut ready = Vec::new();
    let mut blocked = Vec::new();
    for (place, node) in laid.nodes().skip(1) {
        let spot = Spot { board, place };
        let derived = node.kind.is_some_and(|kind| kind.state == crate::model::profile::StateSource::Derived);
        if derived {
            continue;
        }
        match world.shown(spot) {
            // What still has open pieces is not finished next; its pieces stand in the list themselves.
            Shown::Active if !is_open_inside(laid, place) => {
                running.push(Action { spot, verb: "done", reason: "in progress" });
            }
            Shown::Review if !is_open_inside(laid, place) => {
                running.push(Action { spot, verb: "done", reason: "in review" });
            }
            Shown::Ready => ready.push((node.item.priority, spot)),
            Shown::Blocked => blocked.push(Action { spot, verb: "unblock", reason: "blocked" }),
            _ => {}
        }
    }
    ready.sort_by_key(|&(priority, _)| (priority.is_none(), priority));
    running.extend(ready.into_iter().map(|(_, spot)| Action { spot, verb: "start", reason: READY }));
    running.extend(blocked);
    if running.is_empty() && can_close(world, board) {
        running.push(Action { spot: root, verb: "done", reason: "everything in it is done" });
    }
    running
}

/// The ready items of a workflow that nobody else has taken, the most urgent first.
pub fn claimable(world: &World, board: usize, actor: &str) -> Vec<Spot> {
    let free = |spot: &Spot| {
        let owner = world.board(*spot).node(spot.place).item.owner.as_deref();
        owner.is_none_or(|owner| owner == actor)
    };
    let ready = actions(world, board).into_iter().filter(|action| action.reason == READY);
    let begins = |spot: &Spot| {
        conditions(world, *spot, Guarded::Start, Given::NOTHING).iter().all(|condition| condition.ok)
    };
    ready.map(|action| action.spot).filter(free).filter(begins).collect()
}

/// What an agent can do now in one workflow: what is its own, and what is nobody's.
pub fn actions_for(world: &World, board: usize, agent: &str) -> Vec<Action> {
    let own = |action: &Action| is_for(world.board(action.spot), action.spot.place, agent);
    actions(world, board).into_iter().filter(own).collect()
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

// Whoever owns an item owns what is in it, unless somebody owns that in turn.
fn owners_by_roster<'a>(board: &Board<'a>, place: Place) -> Vec<&'a Id> {
    let agents = &board.root().item.agents;
    let owners = |place: Place| -> Vec<&'a Id> {
        let named = agents.iter().filter(|(_, agent)| agent.owns.iter().any(|own| owns(board, own, place)));
        named.map(|(id, _)| id).collect()
    };
    board.upwards(place).map(owners).find(|owners| !owners.is_empty()).unwrap_or_default()
}

// An entry is the id of an item, or a path with everything below it.
fn owns(board: &Board, own: &str, place: Place) -> bool {
    let node = board.node(place);
    let folder = own.trim_end_matches(['/', '*']);
    let below = |file: &String| {
        file.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    node.id.as_str().eq_ignore_ascii_case(own) || node.item.files.iter().any(below)
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
        && conditions(world, spot, Guarded::Done, Given::NOTHING).iter().all(|condition| condition.ok)
}

#[cfg(test)]
mod tests {
    use super::super::testing::Scene;
    use super::*;

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
        let free: Vec<&str> = claimable(&world, 0, "alice")
            .iter()
            .map(|spot| world.board(*spot).node(spot.place).id.as_str())
            .collect();
        assert_eq!(free, ["b", "c"]);
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
