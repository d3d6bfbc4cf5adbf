//! `graph`: what comes before what in one workflow, and the longest chain of what is left.

use std::collections::HashSet;

use clap::{Args as ClapArgs, ValueEnum};
use serde_json::{Value, json};

use crate::derive::board::Thing;
use crate::derive::circle::sentence;
use crate::derive::gates::gate_state;
use crate::derive::graph::{Graph, What, graph};
use crate::derive::world::{Spot, World};
use crate::error::{Kind, Result};
use crate::ui::{Style, Text};

use super::Answer;
use super::context::Context;
use super::drawing::{Form, Picture, Shape, dot, mermaid};
use super::items;
use super::outline::outline;
use super::session::{Session, world};
use super::show::{checkpoint_word, gate_word};

/// Arguments of `graph`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  git track graph
  git track graph -w execution-framework
  git track graph --format mermaid         to be put into Markdown
  git track graph --format dot | dot -Tsvg > graph.svg")]
pub struct Args {
    /// A workflow, or anything in it
    #[arg(value_name = "REF")]
    pub reference: Option<String>,
    /// How it is drawn
    #[arg(long, value_enum, default_value = "ascii")]
    pub format: Format,
}

/// How a graph is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A list for people
    Ascii,
    /// A flowchart of Mermaid
    Mermaid,
    /// A directed graph of Graphviz
    Dot,
}

/// Draws the graph.
pub(super) fn run(context: &Context, args: &Args) -> Result<Answer> {
    let session = Session::open(context)?;
    let world = world(&session.snapshot);
    let board = match args.reference.as_deref() {
        Some(text) => session.target(context, &world, Some(text))?.spot.board,
        None => session.the_workflow(context, &world)?,
    };
    let graph = graph(&world, board);
    let faces = faces(&world, board, &graph);
    let answer = match args.format {
        _ if context.global.json => Answer::new(Text::new()),
        Format::Ascii => Answer::new(outline(world.boards.get(board), &graph, &faces)),
        Format::Mermaid => Answer::raw(mermaid(&picture(&world, board, &graph, &faces))),
        Format::Dot => Answer::raw(dot(&picture(&world, board, &graph, &faces))),
    };
    let answer = if graph.circle.is_some() { answer.exit(Kind::State.exit()) } else { answer };
    Ok(data(&world, board, &graph, &faces)
        .into_iter()
        .fold(answer, |answer, (key, value)| answer.with(key, value)))
}

/// How a vertex looks.
pub(super) struct Face {
    /// With its workflow in front, for scripts.
    pub reference: String,
    /// By itself.
    pub id: String,
    /// What the workflow calls it.
    pub name: String,
    /// Its kind, or `gate`, `checkpoint`, `missing`.
    pub kind: String,
    /// What it is, in one line.
    pub title: String,
    /// The word for its state, for people.
    pub word: String,
    /// The word for its state, for scripts.
    pub shown: Option<&'static str>,
    /// How bad or good that is.
    pub style: Style,
}

impl Face {
    fn of(world: &World, at: usize, thing: Thing) -> Self {
        let (Thing::Item(place)
        | Thing::Gate(place, _)
        | Thing::Checkpoint(place, _)
        | Thing::Risk(place, _)
        | Thing::Metric(place, _)) = thing;
        let spot = Spot { board: at, place };
        let board = world.board(spot);
        let node = board.node(place);
        let (id, kind, title, word) = match thing {
            Thing::Gate(_, id) => {
                let gate = board.gate(place, id);
                let word = gate.map_or("", |gate| gate_word(gate_state(board, place, gate)));
                (id, "gate", gate.and_then(|gate| gate.title.clone()), word)
            }
            Thing::Checkpoint(_, id) => {
                let checkpoint = board.checkpoint(place, id);
                let word = checkpoint.map_or("", checkpoint_word);
                (id, "checkpoint", checkpoint.and_then(|checkpoint| checkpoint.title.clone()), word)
            }
            _ => {
                let kind = node.kind_id.map_or("workflow", |kind| kind.as_str());
                (node.id, kind, Some(node.item.title.clone()), world.shown(spot).word())
            }
        };
        let (label, style) = match thing {
            Thing::Item(_) => (world.label(spot), items::style(world.shown(spot))),
            _ => (word.to_owned(), verdict_style(word)),
        };
        Self {
            reference: items::full(board.workflow.id.as_str(), id.as_str()),
            id: id.to_string(),
            name: id.to_string(),
            kind: kind.to_owned(),
            title: title.unwrap_or_default(),
            word: label,
            shown: Some(word),
            style,
        }
    }

    fn missing(need: &str) -> Self {
        Self {
            reference: need.to_owned(),
            id: need.to_owned(),
            name: need.to_owned(),
            kind: "missing".to_owned(),
            title: String::new(),
            word: "missing".to_owned(),
            shown: None,
            style: Style::Bad,
        }
    }
}

fn verdict_style(word: &str) -> Style {
    match word {
        "passed" | "approved" => Style::Good,
        "failed" | "rejected" => Style::Bad,
        _ => Style::Plain,
    }
}

fn faces(world: &World, board: usize, graph: &Graph) -> Vec<Face> {
    let face = |what: What| match what {
        What::Here(thing) => Face::of(world, board, thing),
        What::Elsewhere(at, thing) => {
            let face = Face::of(world, at, thing);
            Face { name: face.reference.clone(), ..face }
        }
        What::Missing(need) => Face::missing(need),
    };
    graph.vertices.iter().map(|vertex| face(vertex.what)).collect()
}

fn data(world: &World, board: usize, graph: &Graph, faces: &[Face]) -> [(&'static str, Value); 4] {
    let reference = |vertex: usize| faces.get(vertex).map(|face| face.reference.as_str());
    let nodes: Vec<Value> = graph
        .vertices
        .iter()
        .zip(faces)
        .map(|(vertex, face)| {
            json!({
                "ref": face.reference,
                "id": face.id,
                "kind": face.kind,
                "title": face.title,
                "shown": face.shown,
                "within": vertex.within.and_then(reference),
            })
        })
        .collect();
    let edges: Vec<Value> = graph
        .edges
        .iter()
        .map(|edge| json!({ "from": reference(edge.from), "to": reference(edge.to), "why": edge.why.word() }))
        .collect();
    let path: Vec<&str> = graph.path.iter().filter_map(|&vertex| reference(vertex)).collect();
    let laid = world.board(Spot { board, place: 0 });
    let circle = graph.circle.as_ref().map(|circle| {
        let names = circle.iter().map(|&place| laid.node(place).id.as_str());
        names.map(|id| items::full(laid.workflow.id.as_str(), id)).collect::<Vec<_>>()
    });
    [
        ("nodes", nodes.into()),
        ("edges", edges.into()),
        ("critical", json!({ "length": graph.length, "path": path })),
        ("cycle", json!(circle)),
    ]
}

fn picture(world: &World, board: usize, graph: &Graph, faces: &[Face]) -> Picture {
    let laid = world.board(Spot { board, place: 0 });
    let shape = |(index, face): (usize, &Face)| {
        let vertex = graph.vertices.get(index);
        let form = match vertex.map(|vertex| vertex.what) {
            Some(What::Here(Thing::Gate(..))) => Form::Gate,
            Some(What::Here(Thing::Checkpoint(..))) => Form::Checkpoint,
            Some(What::Here(_)) if graph.is_group(laid, index) => Form::Group,
            Some(What::Here(_)) => Form::Item,
            _ => Form::Outside,
        };
        Shape {
            name: face.name.clone(),
            word: face.word.clone(),
            title: face.title.clone(),
            form,
            within: graph.upwards(index).skip(1).find(|&above| graph.is_group(laid, above)),
        }
    };
    // Whatever needs its sibling and has its turn after it gets one arrow, not two.
    let mut drawn = HashSet::new();
    let arrows = graph.edges.iter().map(|edge| (edge.from, edge.to)).filter(|&arrow| drawn.insert(arrow));
    Picture {
        shapes: faces.iter().enumerate().map(shape).collect(),
        arrows: arrows.collect(),
        path: graph.path.clone(),
        remark: graph.circle.as_ref().map(|circle| sentence(laid, circle)),
    }
}
