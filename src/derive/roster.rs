//! Who works on what: owners and teams of items, the roster, and who has made what somebody else judges.

use std::collections::BTreeMap;

use crate::model::actor::Actor;
use crate::model::agent::Agent;
use crate::model::id::Id;

use super::board::{Board, Node, Place};
use super::conditions::is_agent;

/// Everybody who works on an item, the owner first.
pub fn owners<'a>(node: &Node<'a>) -> impl Iterator<Item = &'a str> + use<'a> {
    let item = node.item;
    item.owner.as_deref().into_iter().chain(item.team.iter().map(String::as_str))
}

/// Whether somebody is at work on an item itself, not only on what is in it.
pub fn is_at_work(board: &Board, node: &Node) -> bool {
    let open_inside = node.children.iter().any(|&child| board.node(child).state.is_running());
    !node.is_derived() && node.state.is_running() && !open_inside
}

/// Everybody who is at work somewhere, by the name as an id, so that each counts once however it is written.
pub fn at_work(board: &Board) -> BTreeMap<String, String> {
    let running = board.nodes().skip(1).filter(|(_, node)| is_at_work(board, node));
    running.flat_map(|(_, node)| owners(node)).map(|name| (name.to_lowercase(), name.to_owned())).collect()
}

/// Whether somebody has made an item or a part of it: as owner, now or before, in its team, or by the roster.
pub fn has_made(board: &Board, place: Place, name: &str) -> bool {
    let mine = |place: Place| {
        let node = board.node(place);
        let before = node.item.makers.iter().map(String::as_str);
        owners(node).chain(before).any(|owner| owner.eq_ignore_ascii_case(name))
            || owners_by_roster(board, place).iter().any(|id| id.as_str().eq_ignore_ascii_case(name))
    };
    mine(place) || board.below(place).into_iter().any(mine)
}

/// The agents that own an item by the roster.
///
/// Whoever owns an item owns what is in it, unless somebody owns that in turn.
pub fn owners_by_roster<'a>(board: &Board<'a>, place: Place) -> Vec<&'a Id> {
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

/// Who stands behind a judgement: the one it is by, and the agent that records it, which may not pass its own work off
/// as judged by somebody else. A person may write down what others said.
pub fn judges<'n>(board: &Board, by: &'n str, actor: Actor<'n>) -> Vec<&'n str> {
    let behind = (is_agent(board, actor) && !actor.name.eq_ignore_ascii_case(by)).then_some(actor.name);
    std::iter::once(by).chain(behind).collect()
}

/// An agent of the roster.
pub fn agent<'a>(board: &Board<'a>, name: &str) -> Option<(&'a Id, &'a Agent)> {
    let id = Id::parse(name).ok()?;
    board.root().item.agents.iter().find(|(known, _)| **known == id)
}

/// The role by which a steward of the roster may judge.
const STEWARD: &str = "steward";

/// The role by which an independent agent of the roster may judge.
const INDEPENDENT: &str = "independent";

/// How the one that a gate asks for is called in a sentence.
pub fn called(wanted: &str) -> String {
    match wanted {
        _ if wanted.eq_ignore_ascii_case(STEWARD) => "the steward".to_owned(),
        _ if wanted.eq_ignore_ascii_case(INDEPENDENT) => "somebody independent".to_owned(),
        name => name.to_owned(),
    }
}

/// Whether an agent watches over others or judges their work: people decide who does.
pub fn has_judging_role(agent: &Agent) -> bool {
    let named = |role: &String| [STEWARD, INDEPENDENT].iter().any(|known| role.eq_ignore_ascii_case(known));
    agent.steward == Some(true) || agent.independent == Some(true) || agent.role.as_ref().is_some_and(named)
}

/// Whether a gate asks for somebody independent, who has no part in what is reviewed, not even as the gate's owner.
pub fn is_independent(wanted: &str) -> bool {
    wanted.eq_ignore_ascii_case(INDEPENDENT)
}

/// Whether somebody is the one that a gate asks for: by name, or by a role that the roster gives.
pub fn answers_for(board: &Board, wanted: &str, name: &str) -> bool {
    let by_role = |agent: &Agent| {
        wanted.eq_ignore_ascii_case(STEWARD) && agent.steward == Some(true)
            || wanted.eq_ignore_ascii_case(INDEPENDENT) && agent.independent == Some(true)
            || agent.role.as_deref().is_some_and(|role| role.eq_ignore_ascii_case(wanted))
    };
    // A role that somebody has is nobody's name.
    let is_name = wanted.eq_ignore_ascii_case(name) && !board.root().item.agents.values().any(by_role);
    is_name || agent(board, name).is_some_and(|(_, agent)| by_role(agent))
}

#[cfg(test)]
mod tests {
    use super::super::testing::Scene;
    use super::*;

    #[test]
    fn a_role_that_somebody_has_is_nobodys_name() {
        let may = |roster: &str, wanted: &str, name: &str| {
            let scene = Scene::team(&format!("agents: {{{roster}}}"));
            answers_for(&scene.world().boards[0], wanted, name)
        };
        let roster = "P4: {steward: true}, I4: {independent: true, role: Reviewer}, I1: {}";
        for (wanted, name, yes) in [
            ("steward", "p4", true),
            ("Steward", "I4", false),
            ("steward", "steward", false),
            ("independent", "I4", true),
            ("independent", "independent", false),
            ("reviewer", "I4", true),
            ("I1", "i1", true),
            ("I1", "I4", false),
        ] {
            assert_eq!(may(roster, wanted, name), yes, "{wanted} {name}");
        }
        assert!(may("I1: {}", "steward", "steward"));
        assert_eq!(
            [called("Steward"), called("independent"), called("I4")],
            ["the steward", "somebody independent", "I4"]
        );
    }
}
