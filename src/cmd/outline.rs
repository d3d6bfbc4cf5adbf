//! A dependency graph as a list for people.

use std::collections::{HashMap, HashSet};

use crate::derive::board::{Board, Thing};
use crate::derive::circle::sentence;
use crate::derive::graph::{Graph, What, Why};
use crate::ui::{Line, Style, Text, cut, width, wrap};

use super::graph::Face;

/// How far lines are moved to the right at most; what is deeper stands below each other.
const DEEPEST: usize = 12;

/// Every item, gate and checkpoint on a line of its own, with what comes first where the order does not say it.
pub(super) fn outline(board: Option<&Board>, graph: &Graph, faces: &[Face]) -> Text {
    let mut text = Text::new();
    if let Some((board, circle)) = board.zip(graph.circle.as_ref()) {
        for line in wrap(&sentence(board, circle), 80) {
            text.line(Line::new().add(Style::Bad, line));
        }
    }
    let groups = in_order(board, graph);
    let first = first(graph, &groups);
    for (index, (vertex, face)) in graph.vertices.iter().zip(faces).enumerate() {
        let What::Here(thing) = vertex.what else { continue };
        let indent = 2 * (graph.upwards(index).count() - 1).min(DEEPEST);
        text.line(head(thing, face, indent, groups.contains(&index)));
        let names = first.get(&index).into_iter().flatten().filter_map(|&vertex| faces.get(vertex));
        let names: Vec<&str> = names.map(|face| face.name.as_str()).collect();
        if !names.is_empty() {
            let room = 80 - indent - 6;
            for (number, line) in wrap(&names.join(", "), room.saturating_sub(6)).into_iter().enumerate() {
                let word = if number == 0 { "after " } else { "      " };
                let start = Line::new().plain(" ".repeat(indent + 6)).add(Style::Dim, word);
                text.line(start.plain(line));
            }
        }
    }
    text.extend(path(graph, faces));
    text
}

fn head(thing: Thing, face: &Face, indent: usize, ordered: bool) -> Line {
    let word = format!("[{}]", cut(&face.word, 24));
    let kind = match thing {
        Thing::Gate(..) => "gate ",
        Thing::Checkpoint(..) => "checkpoint ",
        _ => "",
    };
    let tail = if ordered { "  (in this order)" } else { "" };
    let taken = indent + width(&word) + 1 + kind.len() + width(&face.name) + 2 + tail.len();
    let line = Line::new().plain(" ".repeat(indent)).add(face.style, word).plain(" ").plain(kind);
    let line = line.add(Style::Strong, &face.name);
    let line = match 80usize.saturating_sub(taken) {
        room if room > 3 && !face.title.is_empty() => line.plain("  ").plain(cut(&face.title, room)),
        _ => line,
    };
    line.add(Style::Dim, tail)
}

// The groups in which each item waits for its turn: there the list itself says what comes first.
fn in_order(board: Option<&Board>, graph: &Graph) -> HashSet<usize> {
    let mut turns: HashMap<usize, HashSet<usize>> = HashMap::new();
    for edge in graph.edges.iter().filter(|edge| edge.why == Why::Order) {
        if let Some(within) = graph.vertices.get(edge.to).and_then(|vertex| vertex.within) {
            turns.entry(within).or_default().insert(edge.to);
        }
    }
    let all = |group: usize| match (graph.vertices.get(group).map(|vertex| vertex.what), board) {
        (Some(What::Here(Thing::Item(place))), Some(board)) => board.node(place).children.len() - 1,
        _ => usize::MAX,
    };
    turns.into_iter().filter(|(group, turns)| turns.len() == all(*group)).map(|(group, _)| group).collect()
}

fn first(graph: &Graph, in_order: &HashSet<usize>) -> HashMap<usize, Vec<usize>> {
    let mut first: HashMap<usize, Vec<usize>> = HashMap::new();
    let mut said = HashSet::new();
    for edge in graph.edges.iter().filter(|edge| edge.why == Why::Order) {
        let within = graph.vertices.get(edge.to).and_then(|vertex| vertex.within);
        if within.is_some_and(|group| in_order.contains(&group)) {
            said.insert((edge.from, edge.to));
        }
    }
    // That gates and checkpoints come after their items is said by where they stand.
    for edge in graph.edges.iter().filter(|edge| matches!(edge.why, Why::Needs | Why::Order)) {
        if said.insert((edge.from, edge.to)) {
            first.entry(edge.to).or_default().push(edge.from);
        }
    }
    first
}

fn path(graph: &Graph, faces: &[Face]) -> Text {
    let mut text = Text::new();
    if graph.circle.is_some() {
        return text;
    }
    let names: Vec<&str> =
        graph.path.iter().filter_map(|&vertex| faces.get(vertex)).map(|face| face.name.as_str()).collect();
    let chain = match (names.is_empty(), graph.vertices.len()) {
        (false, _) => names.join(" -> "),
        (true, 1) => "nothing in it yet".to_owned(),
        (true, _) => "nothing is left".to_owned(),
    };
    let head = format!("Critical path ({})  ", graph.length);
    text.line("");
    for (number, line) in wrap(&chain, 80 - head.len()).into_iter().enumerate() {
        let start = if number == 0 {
            Line::new().add(Style::Strong, &head)
        } else {
            Line::new().to_column(head.len())
        };
        text.line(start.plain(line));
    }
    text
}
