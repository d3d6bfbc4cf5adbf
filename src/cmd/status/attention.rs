//! What somebody should look at.

use crate::derive::board::{Board, Node};
use crate::derive::here::Via;
use crate::derive::judgement::{Judgement, Who};
use crate::derive::world::{Spot, World};
use crate::error::Result;
use crate::model::state::Shown;

use super::super::session::{Session, complaint, place_of};

/// Something that somebody should look at.
pub(super) struct Attention {
    pub(super) kind: &'static str,
    pub(super) workflow: String,
    pub(super) reference: String,
    pub(super) message: String,
    pub(super) command: String,
}

/// Everything that somebody should look at, the worst first.
pub(super) fn found(
    session: &Session,
    world: &World,
    here: &Result<Option<(Spot, Via)>>,
    (shown, words): (&[usize], &[Vec<Judgement>]),
) -> Vec<Attention> {
    let mut found: Vec<Attention> = session
        .snapshot
        .broken
        .iter()
        .map(|broken| Attention {
            kind: "broken",
            workflow: String::new(),
            reference: place_of(broken),
            message: complaint(broken).to_owned(),
            command: "git track doctor".to_owned(),
        })
        .collect();
    if let Err(error) = here {
        let command = error.hints().first().cloned().unwrap_or_default();
        found.push(Attention {
            kind: "ambiguous",
            workflow: String::new(),
            reference: session.branch.clone().unwrap_or_default(),
            message: error.message().to_owned(),
            command,
        });
    }
    for (&index, words) in shown.iter().zip(words) {
        let Some(board) = world.boards.get(index) else { continue };
        for (place, node) in board.nodes() {
            let spot = Spot { board: index, place };
            found.extend(concern(world, spot, board, node));
        }
        let people = words.iter().filter(|judgement| matches!(judgement.who, Who::Person(_)));
        found.extend(people.map(|judgement| {
            let escalated = world.shown(judgement.spot) == Shown::Escalated
                && judgement.reference.ends_with(&format!(":{}", board.node(judgement.spot.place).id));
            Attention {
                kind: if escalated { "escalated" } else { "waiting" },
                workflow: board.workflow.id.to_string(),
                reference: judgement.reference.clone(),
                message: judgement.message.clone(),
                command: judgement.command.clone(),
            }
        }));
    }
    found.sort_by_key(|attention| match attention.kind {
        "broken" => 0,
        "failed" => 1,
        "escalated" => 2,
        "blocked" => 3,
        _ => 4,
    });
    found
}

fn concern(world: &World, spot: Spot, board: &Board, node: &Node) -> Vec<Attention> {
    let id = node.id;
    let me = world.refer(spot.board, id);
    let one = |kind, message: String, command: String| Attention {
        kind,
        workflow: board.workflow.id.to_string(),
        reference: format!("{}:{id}", board.workflow.id),
        message,
        command,
    };
    let mut found = Vec::new();
    let shown = world.shown(spot);
    let by_hand = node.children.is_empty() || spot.place != 0 && node.item.state.is_some();
    match shown {
        Shown::Failed if by_hand => {
            let why = node.item.summary.clone().unwrap_or_else(|| node.item.title.clone());
            found.push(one("failed", why, format!("git track retry {me} -m \"what is different now\"")));
        }
        Shown::Blocked => {
            for (blocker, record) in node.item.open_blockers() {
                let command = format!("git track unblock {me}.{blocker}");
                found.push(one("blocked", record.text.clone(), command));
            }
        }
        _ => {}
    }
    found
}
