//! What comes before what, and what takes longest.

use super::board::{Board, Thing};
use super::graph::{Graph, What, graph};
use super::testing::{Scene, TEAM};

fn name(board: &Board, graph: &Graph, vertex: usize) -> String {
    match graph.vertices[vertex].what {
        What::Here(Thing::Item(place)) => board.node(place).id.to_string(),
        What::Here(Thing::Gate(_, id) | Thing::Checkpoint(_, id)) => id.to_string(),
        What::Elsewhere(at, Thing::Gate(_, id)) => format!("{at}:{id}"),
        What::Elsewhere(at, thing) => format!("{at}:{thing:?}"),
        What::Missing(need) => format!("?{need}"),
        What::Here(other) => panic!("{other:?}"),
    }
}

fn edges(scene: &Scene) -> Vec<String> {
    let world = scene.world();
    let graph = graph(&world, 0);
    let name = |vertex| name(&world.boards[0], &graph, vertex);
    let edges = graph.edges.iter();
    edges.map(|edge| format!("{} {} {}", name(edge.from), edge.why.word(), name(edge.to))).collect()
}

fn path(scene: &Scene) -> (u64, String) {
    let world = scene.world();
    let graph = graph(&world, 0);
    let names: Vec<String> =
        graph.path.iter().map(|&vertex| name(&world.boards[0], &graph, vertex)).collect();
    (graph.length, names.join(" "))
}

#[track_caller]
fn longest(items: &str, length: u64, expected: &str) {
    assert_eq!(path(&Scene::items(items)), (length, expected.to_owned()), "{items}");
}

#[test]
fn vertices_stand_in_the_order_of_the_file() {
    let scene = Scene::team(
        "checkpoints: {C: {}}\nitems: {p: {kind: phase, title: P, gates: {G: {}}, items: {a: {title: A}}}, b: {title: B, \
         needs: [nobody, \"w:a\"]}}",
    );
    let world = scene.world();
    let drawn = graph(&world, 0);
    let names: Vec<String> =
        (0..drawn.vertices.len()).map(|vertex| name(&world.boards[0], &drawn, vertex)).collect();
    assert_eq!(names, ["w", "p", "a", "G", "b", "C", "?nobody"]);
    let within: Vec<Option<usize>> = drawn.vertices.iter().map(|vertex| vertex.within).collect();
    assert_eq!(within, [None, Some(0), Some(1), Some(1), Some(0), Some(0), None]);
    assert_eq!(drawn.upwards(2).collect::<Vec<_>>(), [2, 1, 0]);
    let groups: Vec<usize> = (0..7).filter(|&vertex| drawn.is_group(&world.boards[0], vertex)).collect();
    assert_eq!(groups, [0, 1]);
    assert_eq!(graph(&world, 7).vertices.len(), 0);
}

#[test]
fn needs_are_drawn_where_they_are_written() {
    let items = "p: {kind: phase, title: P, needs: [c, c], items: {a: {title: A}}}, b: {title: B, needs: [p, nobody]}, \
                 c: {title: C}";
    assert_eq!(edges(&Scene::items(items)), ["c needs p", "p needs b", "?nobody needs b"]);
    let bodies = ["needs: [\"w2:G\", \"w3:x\"]\nitems: {a: {title: A}}", "gates: {G: {}}"];
    assert_eq!(edges(&Scene::new(TEAM, &bodies)), ["1:G needs w", "?w3:x needs w"]);
}

#[test]
fn turns_come_one_after_the_other() {
    let items = "x: {title: X, mode: sequential, items: {a: {title: A}, b: {title: B}, c: {title: C}}}";
    assert_eq!(edges(&Scene::items(items)), ["a order b", "b order c"]);
    // What has no turn is waited for by the next that has one.
    let mixed = "a: {title: A, kind: turn}, b: {title: B, kind: task}, c: {title: C, kind: task}, d: {title: D, kind: turn}, \
                 e: {title: E, kind: turn}";
    assert_eq!(edges(&Scene::items(mixed)), ["a order d", "b order d", "c order d", "d order e"]);
    let circle =
        "a: {title: A, kind: task, needs: [c]}, b: {title: B, kind: task}, c: {title: C, kind: turn}";
    assert_eq!(Scene::items(circle).wrong(), ["a circle of needs: a -> c -> a"]);
}

#[test]
fn gates_come_after_the_last_tasks_and_checkpoints_after_gates() {
    let phase = "p: {kind: phase, title: P, gates: {G: {}, H: {}}, checkpoints: {C: {}}, items: {a: {title: A}, b: {title: B, \
                 needs: [a]}, c: {title: C, counted: false, needs: [b]}, d: {title: D}}}";
    let judged = [
        "a needs b",
        "b needs c",
        "b gate G",
        "d gate G",
        "b gate H",
        "d gate H",
        "G checkpoint C",
        "H checkpoint C",
    ];
    assert_eq!(edges(&Scene::items(phase)), judged);
    let alone = "a: {title: A, checkpoints: {C: {}}}, b: {title: B, gates: {G: {}}, items: {c: {title: C}}}";
    // A task of this process is finished without what is in it, and so may its gate be passed.
    assert_eq!(edges(&Scene::items(alone)), ["a checkpoint C"]);
}

#[test]
fn the_longest_chain_is_found() {
    longest("a: {title: A}, b: {title: B}", 1, "a");
    longest("a: {title: A}, b: {title: B, needs: [c]}, c: {title: C}", 2, "c b");
    longest("a: {title: A, weight: 5}, b: {title: B, needs: [c]}, c: {title: C}", 5, "a");
    longest("a: {title: A}, b: {title: B}, d: {title: D, needs: [b, a]}", 2, "a d");
    longest("a: {title: A}, b: {title: B, weight: 0, needs: [a]}", 1, "a b");
    longest(
        "a: {title: A, weight: 4294967295}, b: {title: B, weight: 4294967295, needs: [a]}",
        8_589_934_590,
        "a b",
    );
    longest("", 0, "");
    // The needs of a phase are those of what is in it; it ends with its gates and checkpoints.
    let phases = "p: {kind: phase, title: P, gates: {G: {}}, checkpoints: {C: {}}, items: {a: {title: A}, b: {title: B}}}, \
                  q: {kind: phase, title: Q, needs: [p], items: {c: {title: C, needs: [b]}}}, r: {kind: phase, title: R, needs: [q]}";
    longest(phases, 5, "a G C c r");
    // The end of a task does not wait for its gates here, but whoever needs the gate does.
    longest(
        "a: {title: A, gates: {G: {}}}, b: {title: B, needs: [a]}, c: {title: C, needs: [b]}",
        3,
        "a b c",
    );
    longest(
        "a: {title: A, gates: {G: {}}}, b: {title: B, needs: [G]}, c: {title: C, needs: [b]}",
        4,
        "a G b c",
    );
    let guarded = Scene::guarded(
        "done: {gates: true, checkpoints: true}",
        "items: {a: {title: A, gates: {G: {}}, checkpoints: {C: {}}}, b: {title: B, needs: [a]}}",
    );
    assert_eq!(path(&guarded), (4, "a G C b".to_owned()));
    longest("x: {title: X, mode: sequential, items: {a: {title: A}, b: {title: B}}}", 2, "a b");
}

#[test]
fn what_is_finished_or_does_not_count_is_left_out() {
    let done = "state: done";
    longest(
        &format!("a: {{title: A}}, b: {{title: B, {done}, needs: [a]}}, c: {{title: C, needs: [b]}}"),
        1,
        "a",
    );
    longest("a: {title: A, state: failed}, b: {title: B, state: review, needs: [a]}", 2, "a b");
    longest(
        "p: {kind: phase, title: P, state: dropped, gates: {G: {}}, items: {a: {title: A}}}, b: {title: B}",
        1,
        "b",
    );
    longest("a: {title: A}, b: {title: B, counted: false, needs: [a]}", 1, "a");
    longest("a: {title: A, counted: false}, b: {title: B, needs: [a]}", 2, "a b");
    let at = "\"2026-02-12T09:00:00Z\"";
    let passed = format!(
        "gates: {{G: {{parts: {{h: {{human: x, passed: {at}}}}}}}}}, checkpoints: {{C: {{approved: {at}}}}}"
    );
    longest(&format!("a: {{title: A, {done}, {passed}}}, b: {{title: B, needs: [G, C]}}"), 1, "b");
    longest(&format!("a: {{title: A, {done}, gates: {{G: {{}}}}}}, b: {{title: B, needs: [G]}}"), 2, "G b");
    // A turn waits for all before it, also over the head of one that was dropped.
    let turns =
        "a: {title: A, kind: turn}, b: {title: B, kind: turn, state: dropped}, c: {title: C, kind: turn}";
    longest(turns, 2, "a c");
    assert_eq!(path(&Scene::team("state: done\nitems: {a: {title: A}}")), (0, String::new()));
    assert_eq!(
        path(&Scene::new(TEAM, &["items: {a: {title: A, needs: [\"w2:b\"]}}", "items: {b: {title: B}}"])).0,
        1
    );
}

#[test]
fn a_circle_is_named_and_drawn() {
    let scene = Scene::items("a: {title: A, needs: [b]}, b: {title: B, needs: [a]}, c: {title: C}");
    let world = scene.world();
    let drawn = graph(&world, 0);
    let circle: Vec<&str> =
        drawn.circle.unwrap().into_iter().map(|place| world.boards[0].node(place).id.as_str()).collect();
    assert_eq!(circle, ["a", "b", "a"]);
    assert_eq!(edges(&scene), ["b needs a", "a needs b"]);
    assert_eq!(path(&scene), (0, String::new()));
}

#[test]
fn a_chain_may_be_as_long_as_the_file() {
    let count = 20_000;
    let items = (1..count).map(|n| format!("a{n}: {{title: A, needs: [a{}]}}", n - 1));
    let items: Vec<String> = std::iter::once("a0: {title: A}".to_owned()).chain(items).collect();
    let scene = Scene::items(&items.join(", "));
    let world = scene.world();
    let drawn = graph(&world, 0);
    assert_eq!((drawn.length, drawn.path.len(), drawn.circle), (count, 20_000, None));
}
