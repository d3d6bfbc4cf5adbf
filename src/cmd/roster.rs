//! The roster as `show` and `list` print it: who is there, for what, what it has read and what it holds.

use serde_json::{Value, json};

use crate::derive::board::Board;
use crate::derive::roster::{agent, owners, owners_by_roster};
use crate::derive::world::World;
use crate::model::agent::Agent;
use crate::model::id::Id;
use crate::model::workflow::tree;
use crate::ui::{Line, Style, Table, Text};

use super::Answer;
use super::show::fields;

/// An agent that a reference names, `[<workflow>:]<id>`, in the only workflow that has it, or in `home`; `None`: there is
/// none, or it is not clear which.
pub(super) fn named(world: &World, text: &str, home: Option<usize>) -> Option<Answer> {
    let (workflow, name) =
        text.split_once(':').map_or((None, text), |(workflow, name)| (Some(workflow), name));
    let mut found: Vec<(usize, &Board)> = world.boards.iter().enumerate().collect();
    found.retain(|(_, board)| {
        let fits = workflow.is_none_or(|id| board.workflow.id.as_str().eq_ignore_ascii_case(id));
        fits && agent(board, name).is_some()
    });
    if found.len() > 1 {
        found.retain(|(index, _)| Some(*index) == home);
    }
    let [(_, board)] = found.as_slice() else { return None };
    agent(board, name).map(|(id, agent)| screen(board, id, agent))
}

fn screen(board: &Board, id: &Id, agent: &Agent) -> Answer {
    let reference = format!("{}:{id}", board.workflow.id);
    let title = agent.title.as_ref().map(|title| format!("  {title}")).unwrap_or_default();
    let mut text = Text::new();
    text.line(Line::new().add(Style::Strong, id.as_str()).plain(title));
    text.line(format!("  agent of {}", board.workflow.id));
    let record = tree(agent);
    fields(&mut text, &record, &["title"]);
    let mut table = Table::indented(2);
    let held = held(board, id);
    for &place in &held {
        let node = board.node(place);
        table.row([
            (Style::Plain, node.id.to_string()),
            (Style::Plain, node.state.to_string()),
            (Style::Plain, node.item.title.clone()),
        ]);
    }
    if !table.is_empty() {
        text.gap();
        text.line(Line::new().add(Style::Strong, "Items"));
        text.extend(table.text());
    }
    let held: Vec<String> =
        held.into_iter().map(|place| format!("{}:{}", board.workflow.id, board.node(place).id)).collect();
    Answer::new(text).with("ref", reference).with("record", record).with("holds", held)
}

// What it owns or works on, by the items themselves or by the roster.
fn held(board: &Board, id: &Id) -> Vec<usize> {
    let mine = |place: usize| {
        owners(board.node(place)).any(|owner| owner.eq_ignore_ascii_case(id.as_str()))
            || owners_by_roster(board, place).contains(&id)
    };
    board.nodes().skip(1).map(|(place, _)| place).filter(|&place| mine(place)).collect()
}

/// The agents, or what they must have read, of workflows, for `list`; `None` for any other word.
pub(super) fn records(world: &World, boards: &[usize], kind: &str) -> Option<Answer> {
    let wanted = ["agent", "grounding"].into_iter().find(|known| known.eq_ignore_ascii_case(kind))?;
    let mut table = Table::default();
    let mut listed = Vec::new();
    for &index in boards {
        let board = world.boards.get(index)?;
        for (id, value, cells) in rows(board, wanted) {
            let reference = format!("{}:{id}", board.workflow.id);
            let [first, second] = cells;
            table.row([(Style::Plain, reference.clone()), (Style::Plain, first), (Style::Plain, second)]);
            listed.push(json!({ "ref": reference, "id": id, "record": value }));
        }
    }
    let mut text = table.text();
    if text.is_empty() {
        text.line("nothing to list");
    }
    Some(Answer::new(text).with("items", listed))
}

fn rows<'b>(board: &Board<'b>, kind: &str) -> Vec<(&'b Id, Value, [String; 2])> {
    let item = board.root().item;
    if kind == "grounding" {
        let rows = item.grounding.iter();
        return rows
            .map(|(id, entry)| (id, tree(entry), [entry.path.clone(), entry.agents.join(", ")]))
            .collect();
    }
    let cells = |agent: &Agent| {
        let role = agent.role.clone();
        let named = |word: &str| role.as_ref().is_some_and(|role| role.eq_ignore_ascii_case(word));
        let says =
            |yes: Option<bool>, word: &str| (yes == Some(true) && !named(word)).then(|| word.to_owned());
        let roles: Vec<String> =
            [role.clone(), says(agent.steward, "steward"), says(agent.independent, "independent")]
                .into_iter()
                .flatten()
                .collect();
        [roles.join(", "), agent.title.clone().unwrap_or_default()]
    };
    item.agents.iter().map(|(id, agent)| (id, tree(agent), cells(agent))).collect()
}
